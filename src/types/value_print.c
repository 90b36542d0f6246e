/* value: text of values, numbers in text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/value.h"

#include <math.h>
#include <stdlib.h>

#include "types/internal.h"
#include "types/iterator.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/text.h"
#include "types/timefmt.h"

#define PRINT_DEPTH 2000 /* deeper nesting is shown as "..." */

/* digits "15", exponent 0: 1.5 */
static void print_digits(struct strbuf *out, const char *digits, int count, int exponent)
{
    if (exponent < -4 || exponent > 14) {
        strbuf_addf(out, "%c.%.*se%c%02d", digits[0], count > 1 ? count - 1 : 1, count > 1 ? digits + 1 : "0", exponent < 0 ? '-' : '+',
                    abs(exponent));
    } else if (exponent < 0) {
        strbuf_adds(out, "0.");
        strbuf_pad(out, '0', (size_t)(-exponent - 1));
        strbuf_add(out, sv_make(digits, (size_t)count));
    } else if (count <= exponent + 1) {
        strbuf_add(out, sv_make(digits, (size_t)count));
        strbuf_pad(out, '0', (size_t)(exponent + 1 - count));
        strbuf_adds(out, ".0");
    } else {
        strbuf_addf(out, "%.*s.%.*s", exponent + 1, digits, count - exponent - 1, digits + exponent + 1);
    }
}

void float_print(struct strbuf *out, double f)
{
    char text[40], digits[24];
    int precision = fabs(f) < 1e-300 ? 1 : 15, count = 0, exponent;
    const char *p = text;

    if (isnan(f) || isinf(f)) {
        strbuf_adds(out, isnan(f) ? "NaN" : f < 0 ? "-Infinity" : "Infinity");
        return;
    }
    do { /* the shortest text that reads back: [-]d.ddde+xx */
        snprintf(text, sizeof text, "%.*e", precision - 1, f);
    } while (strtod(text, NULL) != f && precision++ < 17);
    if (*p == '-') {
        strbuf_addc(out, '-');
        p++;
    }
    for (; *p && *p != 'e'; p++)
        if (*p != '.')
            digits[count++] = *p;
    exponent = (int)strtol(p + 1, NULL, 10);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    print_digits(out, digits, count, exponent);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* 'digits' after the sign: 0x.., octal with a leading 0, decimal. False on overflow too. */
static bool read_integer(struct sv s, int base, bool negative, struct value *out_v)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);

        if (digit >= (unsigned)base || n > (UINT64_MAX >> 1) / (unsigned)base)
            return false;
        n = n * (unsigned)base + digit;
        if (n > (uint64_t)INT64_MAX)
            return false;
    }
    *out_v = value_int(negative ? -(int64_t)n : (int64_t)n);
    return true;
}

static size_t digits_at(struct sv s, size_t at)
{
    size_t n = 0;

    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

static bool read_float(struct sv s, size_t whole, bool negative, struct value *out_v)
{
    char text[64];
    double f;
    bool zero = true;

    if (s.n >= sizeof text || (s.p[0] == '0' && whole > 2))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    f = strtod(text, NULL);
    for (size_t i = 0; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++)
        zero = zero && (s.p[i] == '0' || s.p[i] == '.');
    if (isinf(f) || (zero && strpbrk(text, "eE"))) /* the reference takes no zero with an exponent */
        return false;
    *out_v = value_float(negative ? -f : f);
    return true;
}

/* number -> blanks [sign] blanks ( 0x hex | 0 octal | decimal [ . digits ] [ e [-] digits ] ) blanks */
bool number_from_sv(struct sv s, struct value *out_v)
{
    size_t at = 0, whole, end;
    bool negative = false;

    while (at < s.n && is_blank(s.p[at]))
        at++;
    while (s.n > at && is_blank(s.p[s.n - 1]))
        s.n--;
    if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
        negative = s.p[at++] == '-';
    while (at < s.n && is_blank(s.p[at]))
        at++;
    s = sv_slice(s, at, s.n);
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) {
        for (size_t i = 2; i < s.n; i++)
            if (!((s.p[i] >= '0' && s.p[i] <= '9') || ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f')))
                return false;
        return read_integer(sv_slice(s, 2, s.n), 16, negative, out_v);
    }
    whole = digits_at(s, 0);
    if (whole == 0)
        return false;
    if (whole == s.n)
        return whole > 1 && s.p[0] == '0' ? read_integer(s, 8, negative, out_v) : read_integer(s, 10, negative, out_v);
    end = whole;
    if (end < s.n && s.p[end] == '.') {
        size_t fraction = digits_at(s, end + 1);

        if (fraction == 0)
            return false;
        end += 1 + fraction;
    }
    if (end < s.n && (s.p[end] == 'e' || s.p[end] == 'E')) {
        size_t sign = end + 1 < s.n && s.p[end + 1] == '-' ? 1 : 0, power = digits_at(s, end + 1 + sign);

        if (power == 0)
            return false;
        end += 1 + sign + power;
    }
    return end == s.n && read_float(s, whole, negative, out_v);
}

/* ---- text ---- */

static void print_in(struct strbuf *out, struct value v, bool inspect, int depth);

static void print_array(struct strbuf *out, struct value v, bool inspect, int depth)
{
    strbuf_addc(out, '[');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i)
            strbuf_adds(out, ", ");
        print_in(out, v.items[i], inspect, depth + 1);
    }
    strbuf_addc(out, ']');
}

static void print_hash(struct strbuf *out, const struct hash *h, bool inspect, int depth)
{
    strbuf_addc(out, '{');
    for (uint32_t i = 0; i < h->count; i++) {
        if (i)
            strbuf_adds(out, ", ");
        print_in(out, h->pairs[i].key, inspect, depth + 1);
        strbuf_adds(out, " => ");
        print_in(out, h->pairs[i].value, inspect, depth + 1);
    }
    strbuf_addc(out, '}');
}

static void print_binary(struct strbuf *out, struct sv bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t word = (uint32_t)(unsigned char)bytes.p[i] << 16;

        if (left > 1)
            word |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
        if (left > 2)
            word |= (unsigned char)bytes.p[i + 2];
        strbuf_addc(out, digits[word >> 18]);
        strbuf_addc(out, digits[word >> 12 & 63]);
        strbuf_addc(out, left > 1 ? digits[word >> 6 & 63] : '=');
        strbuf_addc(out, left > 2 ? digits[word & 63] : '=');
    }
}

static void print_regexp(struct strbuf *out, struct sv source)
{
    strbuf_addc(out, '/');
    for (size_t i = 0; i < source.n; i++) {
        if (source.p[i] == '\\' && i + 1 < source.n) {
            strbuf_addc(out, source.p[i++]);
            strbuf_addc(out, source.p[i]);
            continue;
        }
        if (source.p[i] == '/')
            strbuf_addc(out, '\\');
        strbuf_addc(out, source.p[i]);
    }
    strbuf_addc(out, '/');
}

/* "Iterator[Integer]-Value": what a lazy iterator shows of itself. */
static void print_iterator(struct strbuf *out, const struct iterator *it)
{
    struct arena *scratch = arena_new(0);

    strbuf_adds(out, "Iterator[");
    type_print(out, iterator_element_type(scratch, it), false);
    strbuf_adds(out, "]-Value");
    arena_free(scratch);
}

/* Name({'attribute' => value}) */
static void print_object(struct strbuf *out, const struct object *o, int depth)
{
    const char *before = "";

    strbuf_add(out, object_label(o->type));
    strbuf_adds(out, "({");
    for (uint32_t i = 0; i < o->fields->count; i++) {
        const struct hash_pair *field = &o->fields->pairs[i];

        if (!object_shows(o, field))
            continue;
        strbuf_adds(out, before);
        print_in(out, field->key, true, depth + 1);
        strbuf_adds(out, " => ");
        print_in(out, field->value, true, depth + 1);
        before = ", ";
    }
    strbuf_adds(out, "})");
}

static void print_in(struct strbuf *out, struct value v, bool inspect, int depth)
{
    if (depth > PRINT_DEPTH) {
        strbuf_adds(out, "...");
        return;
    }
    switch ((enum value_kind)v.kind) {
    case V_UNSET:
    case V_UNDEF:
        if (inspect)
            strbuf_adds(out, "undef");
        break;
    case V_DEFAULT:
        strbuf_adds(out, "default");
        break;
    case V_BOOL:
        strbuf_adds(out, v.b ? "true" : "false");
        break;
    case V_INT:
        strbuf_addf(out, "%lld", (long long)v.i);
        break;
    case V_FLOAT:
        float_print(out, v.f);
        break;
    case V_STRING:
        if (inspect)
            text_quote(out, value_sv(v));
        else
            strbuf_add(out, value_sv(v));
        break;
    case V_REGEXP:
        print_regexp(out, regexp_source(v.re));
        break;
    case V_ARRAY:
        print_array(out, v, inspect, depth);
        break;
    case V_HASH:
        print_hash(out, v.h, inspect, depth);
        break;
    case V_TYPE:
        type_print(out, v.t, !inspect && type_says_all(v.t));
        break;
    case V_SENSITIVE:
        strbuf_adds(out, "Sensitive [value redacted]");
        break;
    case V_BINARY:
        print_binary(out, value_sv(v));
        break;
    case V_TIMESTAMP:
        timestamp_print(out, v.i);
        break;
    case V_TIMESPAN:
        timespan_print(out, v.i);
        break;
    case V_SEMVER:
        semver_print(out, v.semver);
        break;
    case V_SEMVER_RANGE:
        semver_range_print(out, v.range);
        break;
    case V_URI:
        strbuf_add(out, value_sv(v));
        break;
    case V_ITERATOR:
        print_iterator(out, v.iter);
        break;
    case V_CLOSURE:
        strbuf_adds(out, "Lambda");
        break;
    case V_OBJECT:
        print_object(out, v.object, depth);
        break;
    case V_KIND_COUNT:
        break;
    }
}

void value_print(struct strbuf *out, struct value v) { print_in(out, v, false, 0); }
void value_inspect(struct strbuf *out, struct value v) { print_in(out, v, true, 0); }

struct sv value_text(struct arena *a, struct value v)
{
    struct strbuf out = STRBUF_IN(a);

    if (v.kind == V_STRING)
        return value_sv(v);
    value_print(&out, v);
    return sv_make(strbuf_cstr(&out), out.n);
}

static struct sv label(struct arena *a, struct value v)
{
    static const struct sv labels[V_KIND_COUNT] = {
        [V_UNSET] = SV_INIT("Undef Value"),
        [V_UNDEF] = SV_INIT("Undef Value"),
        [V_DEFAULT] = SV_INIT("Default Value"),
        [V_BOOL] = SV_INIT("Boolean"),
        [V_INT] = SV_INIT("Integer"),
        [V_FLOAT] = SV_INIT("Float"),
        [V_STRING] = SV_INIT("String"),
        [V_REGEXP] = SV_INIT("Regexp"),
        [V_ARRAY] = SV_INIT("Array"),
        [V_HASH] = SV_INIT("Hash"),
        [V_SENSITIVE] = SV_INIT("Sensitive"),
        [V_BINARY] = SV_INIT("Binary"),
        [V_TIMESTAMP] = SV_INIT("Timestamp"),
        [V_TIMESPAN] = SV_INIT("Timespan"),
        [V_SEMVER] = SV_INIT("Semver"),
        [V_SEMVER_RANGE] = SV_INIT("SemverRange"),
        [V_URI] = SV_INIT("Object"),
        [V_OBJECT] = SV_INIT("Object"),
        [V_CLOSURE] = SV_INIT("Function"),
    };

    if (v.kind == V_TYPE) {
        const struct type *t = type_resolve(v.t);

        return arena_printf(a, "%.*s%s", SV_ARG(type_text(a, v.t)),
                            t->kind == T_RESOURCE && t->ref.has_title ? " Resource-Reference" : "-Type");
    }
    if (v.kind == V_ITERATOR)
        return arena_printf(a, "%.*s", SV_ARG(value_text(a, v)));
    return labels[v.kind];
}

struct sv value_describe(struct arena *a, struct value v)
{
    struct sv text = label(a, v);

    return arena_printf(a, "%s %.*s", text_article(text), SV_ARG(text));
}
