/* type: Type.new(arguments). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "types/format.h"
#include "types/internal.h"
#include "types/iterator.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/timefmt.h"
#include "types/uri.h"

struct job {
    struct arena *a;
    const struct type *t;
    const struct value *args;
    uint32_t count;
    struct value *out;
    struct sv why;
    struct err err; /* of what is read on the way: regular expressions, versions, times */
};

__attribute__((format(printf, 2, 3))) static bool fail(struct job *j, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    j->why = arena_vprintf(j->a, fmt, ap);
    va_end(ap);
    return false;
}

static const struct value *arg(const struct job *j, uint32_t i)
{
    return i < j->count && j->args[i].kind != V_DEFAULT ? &j->args[i] : NULL;
}

/* The reference's converters by their names in messages. */
static const char *const converters[TYPE_KIND_COUNT] = {
    [T_INTEGER] = "new",
    [T_FLOAT] = "new_float",
    [T_NUMERIC] = "new_numeric",
    [T_BOOLEAN] = "new_boolean",
    [T_STRING] = "new_string",
    [T_ARRAY] = "new_array",
    [T_TUPLE] = "new_array",
    [T_HASH] = "new_hash",
    [T_STRUCT] = "new_hash",
    [T_TYPE] = "new_type",
    [T_SENSITIVE] = "new_Sensitive",
    [T_REGEXP] = "new_float",
    [T_TIMESTAMP] = "new_timestamp",
    [T_TIMESPAN] = "new_timespan",
    [T_SEMVER] = "new_Version",
    [T_SEMVER_RANGE] = "new_VersionRange",
    [T_BINARY] = "new_Binary",
    [T_URI] = "new_error",
    [T_UNIT] = "new_unit",
};

static const char *converter(const struct job *j) { return converters[j->t->kind] ? converters[j->t->kind] : "new"; }

static bool fail_convert(struct job *j, struct value v, const char *to)
{
    if (v.kind == V_STRING)
        return fail(j, "'%s' The string '%.*s' cannot be converted to %s", converter(j), SV_ARG(value_sv(v)), to);
    return fail(j, "'%s' Value of type %.*s cannot be converted to %s", converter(j),
                SV_ARG(type_text(j->a, type_generalize(j->a, type_infer_reduced(j->a, v)))), to);
}

/* Are there as many arguments as it takes. */
static bool counted(struct job *j, uint32_t least, uint32_t most)
{
    struct sv got = j->count ? arena_printf(j->a, "%u", j->count) : SV("none");

    if (j->count >= least && j->count <= most)
        return true;
    if (least == most)
        return fail(j, "'%s' expects %u argument%s, got %.*s", converter(j), least, least == 1 ? "" : "s", SV_ARG(got));
    return fail(j, "'%s' expects between %u and %u arguments, got %.*s", converter(j), least, most, SV_ARG(got));
}

/* A parameter has the wrong type. */
static bool fail_parameter(struct job *j, const char *name, const struct type *want, struct value got)
{
    struct strbuf why = STRBUF_IN(j->a);

    type_mismatch(j->a, &why, arena_printf(j->a, "parameter '%s'", name), want, got);
    return fail(j, "'%s' %.*s", converter(j), SV_ARG(strbuf_sv(&why)));
}

static bool give(struct job *j, struct value v)
{
    *j->out = v;
    return true;
}

/* The arguments by name: { from => ..., radix => ... } become a list. */
static bool by_name(struct job *j, const char *const *names, uint32_t count)
{
    struct value *list;
    const struct hash *h;

    if (j->count != 1 || j->args[0].kind != V_HASH || !hash_find_sv(j->args[0].h, sv_of(names[0])))
        return true;
    h = j->args[0].h;
    list = ARENA_ARRAY(j->a, struct value, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct value *v = hash_find_sv(h, sv_of(names[i]));

        list[i] = v ? *v : VALUE_DEFAULT;
    }
    j->args = list;
    j->count = count;
    return true;
}

static bool in_set(char c, const char *set) { return c && strchr(set, c); }

static size_t run_of(struct sv s, size_t at, const char *set)
{
    size_t n = at;

    while (n < s.n && in_set(s.p[n], set))
        n++;
    return n - at;
}

#define DECIMALS "0123456789"

/* Digits with an optional fraction and exponent: "1.5e-3". */
static bool is_decimal(struct sv s)
{
    size_t at = run_of(s, 0, DECIMALS), n;

    if (at == 0 || (s.p[0] == '0' && at > 1))
        return false;
    if (at < s.n && s.p[at] == '.') {
        n = run_of(s, at + 1, DECIMALS);
        if (!n)
            return false;
        at += n + 1;
    }
    if (at < s.n && (s.p[at] | 0x20) == 'e') {
        at++;
        if (at < s.n && s.p[at] == '-')
            at++;
        n = run_of(s, at, DECIMALS);
        if (!n)
            return false;
        at += n;
    }
    return at == s.n;
}

/* Does a text look like a number: sign, blanks, then 0x.., 0b.., 0.. or decimals; lenient: decimals may begin with 0. */
static bool looks_numeric(struct sv s, bool lenient, bool fraction, struct sv *out_number)
{
    struct sv rest = s;
    char second;

    if (rest.n && (rest.p[0] == '-' || rest.p[0] == '+'))
        rest = sv_slice(rest, 1, rest.n);
    while (rest.n && text_blank(rest.p[0]))
        rest = sv_slice(rest, 1, rest.n);
    *out_number = rest;
    if (!rest.n)
        return false;
    second = rest.n > 2 && rest.p[0] == '0' ? (char)(rest.p[1] | 0x20) : 0;
    if (second == 'x')
        return run_of(rest, 2, "0123456789abcdefABCDEF") == rest.n - 2;
    if (second == 'b')
        return run_of(rest, 2, "01") == rest.n - 2;
    if (lenient && run_of(rest, 0, DECIMALS) == rest.n)
        return true;
    if (rest.p[0] == '0' && rest.n > 1 && run_of(rest, 1, "01234567") == rest.n - 1)
        return true;
    return fraction ? is_decimal(rest) : (run_of(rest, 0, DECIMALS) == rest.n && (rest.p[0] != '0' || rest.n == 1));
}

/* An integer in text, as Integer.new takes it. */
static bool read_text_integer(struct job *j, struct value v, int base, int64_t *out_n)
{
    struct sv number;
    bool negative = v.n && v.s[0] == '-';

    if (!looks_numeric(value_sv(v), true, false, &number))
        return fail_convert(j, v, "Integer");
    if (!text_to_integer(arena_printf(j->a, "%s%.*s", negative ? "-" : "", SV_ARG(number)), base, out_n))
        return fail(j, "invalid value for Integer(): \"%.*s\"", SV_ARG(value_sv(v)));
    return true;
}

static bool new_integer(struct job *j)
{
    static const char *const names[] = { "from", "radix", "abs" };
    const struct value *radix, *abs_too;
    struct value v;
    int64_t n;

    by_name(j, names, 3);
    if (!counted(j, 1, 3))
        return false;
    v = j->args[0];
    radix = arg(j, 1);
    abs_too = arg(j, 2);
    if (radix && (radix->kind != V_INT || (radix->i != 2 && radix->i != 8 && radix->i != 10 && radix->i != 16)))
        return fail(j, "Illegal radix: %.*s, expected 2, 8, 10, 16, or default", SV_ARG(value_text(j->a, *radix)));
    if (v.kind == V_FLOAT && !isnan(v.f) && fabs(v.f) < 9.2e18)
        n = (int64_t)v.f;
    else if (v.kind == V_INT)
        n = v.i;
    else if (v.kind == V_BOOL)
        n = v.b;
    else if (v.kind == V_TIMESPAN || v.kind == V_TIMESTAMP)
        n = v.i / NS_PER_SECOND - (v.i % NS_PER_SECOND < 0);
    else if (v.kind != V_STRING)
        return fail_convert(j, v, "Integer");
    else if (!read_text_integer(j, v, radix ? (int)radix->i : 0, &n))
        return false;
    if (abs_too && abs_too->kind == V_BOOL && abs_too->b && n < 0)
        n = n == INT64_MIN ? n : -n;
    return give(j, value_int(n));
}

/* Numeric or Float from one value. */
static bool to_number(struct job *j, struct value v, bool as_float, struct value *out_n)
{
    const char *to = as_float ? "Float" : "Numeric";
    struct sv number;
    int64_t n;

    if (v.kind == V_INT || v.kind == V_FLOAT) {
        *out_n = v;
    } else if (v.kind == V_BOOL) {
        *out_n = value_int(v.b);
    } else if (v.kind == V_TIMESPAN || v.kind == V_TIMESTAMP) {
        *out_n = value_float((double)v.i / 1e9);
    } else if (v.kind != V_STRING || !looks_numeric(value_sv(v), false, true, &number)) {
        return fail_convert(j, v, to);
    } else {
        struct sv text = arena_printf(j->a, "%s%.*s", v.s[0] == '-' ? "-" : "", SV_ARG(number));
        bool prefixed = number.n > 1 && number.p[0] == '0' && ((number.p[1] | 0x20) == 'x' || (number.p[1] | 0x20) == 'b');

        if (prefixed || (!as_float && run_of(number, 0, DECIMALS) == number.n)) {
            if (!text_to_integer(text, 0, &n))
                return fail_convert(j, v, to);
            *out_n = value_int(n);
        } else {
            *out_n = value_float(strtod(arena_cstr(j->a, text), NULL));
        }
    }
    if (as_float && out_n->kind == V_INT)
        *out_n = value_float((double)out_n->i);
    return true;
}

static bool new_number(struct job *j)
{
    static const char *const names[] = { "from", "abs" };
    const struct value *abs_too;
    struct value n;

    by_name(j, names, 2);
    if (!counted(j, 1, 2))
        return false;
    abs_too = arg(j, 1);
    if (!to_number(j, j->args[0], j->t->kind == T_FLOAT, &n))
        return false;
    if (abs_too && abs_too->kind == V_BOOL && abs_too->b) {
        if (n.kind == V_INT && n.i < 0)
            n.i = n.i == INT64_MIN ? n.i : -n.i;
        else if (n.kind == V_FLOAT)
            n.f = fabs(n.f);
    }
    return give(j, n);
}

static bool new_string(struct job *j)
{
    struct strbuf out = STRBUF_IN(j->a);

    if (!counted(j, 1, 2))
        return false;
    if (!format_value(j->a, &out, j->args[0], j->count > 1 ? j->args[1] : VALUE_DEFAULT, &j->err))
        return false;
    return give(j, value_str(strbuf_sv(&out)));
}

static bool new_boolean(struct job *j)
{
    static const struct {
        const char *text;
        bool b;
    } words[] = { { "true", true }, { "yes", true }, { "y", true }, { "false", false }, { "no", false }, { "n", false } };
    struct value v;

    if (!counted(j, 1, 1))
        return false;
    v = j->args[0];
    if (v.kind == V_BOOL)
        return give(j, v);
    if (v.kind == V_INT || v.kind == V_FLOAT)
        return give(j, value_bool(v.kind == V_INT ? v.i != 0 : v.f != 0));
    for (size_t i = 0; v.kind == V_STRING && i < sizeof words / sizeof *words; i++)
        if (sv_eq_nocase(value_sv(v), sv_of(words[i].text)))
            return give(j, value_bool(words[i].b));
    return fail_convert(j, v, "Boolean");
}

static bool new_array(struct job *j)
{
    const struct value *wrap = arg(j, 1);
    struct value v, *items;

    if (!counted(j, 1, 2))
        return false;
    v = j->args[0];
    if (wrap && wrap->kind == V_BOOL && wrap->b && v.kind != V_ARRAY) {
        items = ARENA_NEW(j->a, struct value);
        *items = v;
        return give(j, value_array(items, 1));
    }
    if (v.kind == V_BINARY) {
        items = ARENA_ARRAY(j->a, struct value, v.n);
        for (uint32_t i = 0; i < v.n; i++)
            items[i] = value_int((unsigned char)v.s[i]);
        return give(j, value_array(items, v.n));
    }
    *j->out = iterable_to_array(j->a, v);
    return j->out->kind == V_ARRAY || fail_convert(j, v, "Array");
}

static bool pairs_to_hash(struct job *j, struct value list)
{
    struct hash *h = hash_new(j->a, list.n);

    for (uint32_t i = 0; i < list.n; i++)
        hash_put(j->a, h, list.items[i].items[0], list.items[i].items[1]);
    return give(j, value_hash(h));
}

static bool all_pairs(struct value list, bool paths)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (list.items[i].kind != V_ARRAY || list.items[i].n != 2 || (paths && list.items[i].items[0].kind != V_ARRAY))
            return false;
    return list.n > 0;
}

/* [[path, value], ...] to nested hashes. */
static bool tree_to_hash(struct job *j, struct value list)
{
    struct hash *root = hash_new(j->a, 8);

    for (uint32_t i = 0; i < list.n; i++) {
        struct value path = list.items[i].items[0], v = list.items[i].items[1];
        struct hash *at = root;

        if (path.n == 0 && v.kind == V_HASH)
            for (uint32_t k = 0; k < v.h->count; k++)
                hash_put(j->a, root, v.h->pairs[k].key, v.h->pairs[k].value);
        for (uint32_t k = 0; k + 1 < path.n; k++) {
            const struct value *next = hash_find(at, path.items[k]);
            struct hash *made;

            if (next && next->kind == V_HASH) {
                made = hash_copy(j->a, next->h, 4);
            } else {
                made = hash_new(j->a, 4);
            }
            hash_put(j->a, at, path.items[k], value_hash(made));
            at = made;
        }
        if (path.n)
            hash_put(j->a, at, path.items[path.n - 1], v);
    }
    return give(j, value_hash(root));
}

static bool new_hash(struct job *j)
{
    struct value v;
    struct hash *h;

    if (!counted(j, 1, 2))
        return false;
    v = j->args[0];
    if (j->count == 2 && !(v.kind == V_ARRAY && all_pairs(v, true)))
        return fail_convert(j, v, "Hash of a tree");
    if (v.kind == V_HASH)
        return give(j, v);
    if (v.kind == V_ARRAY && j->count == 2 && all_pairs(v, true))
        return tree_to_hash(j, v);
    v = iterable_to_array(j->a, v);
    if (v.kind != V_ARRAY)
        return fail_convert(j, j->args[0], "Hash");
    if (all_pairs(v, false))
        return pairs_to_hash(j, v);
    if (v.n % 2)
        return fail(j, "odd number of arguments for Hash");
    h = hash_new(j->a, v.n / 2);
    for (uint32_t i = 0; i < v.n; i += 2)
        hash_put(j->a, h, v.items[i], v.items[i + 1]);
    return give(j, value_hash(h));
}

static bool new_sensitive(struct job *j)
{
    if (!counted(j, 1, 1))
        return false;
    return give(j, value_sensitive(j->a, j->args[0]));
}

static bool new_regexp(struct job *j)
{
    const struct value *escape = arg(j, 1);
    struct strbuf text = STRBUF_IN(j->a);
    const struct regexp *re;

    if (!counted(j, 1, 2))
        return false;
    if (j->args[0].kind != V_STRING)
        return fail_parameter(j, "pattern", type_bare(T_STRING), j->args[0]);
    for (uint32_t i = 0; i < j->args[0].n; i++) {
        char c = j->args[0].s[i];

        if (escape && escape->kind == V_BOOL && escape->b && c && strchr(".*?+^$|\\()[]{}-# ", c))
            strbuf_addc(&text, '\\');
        strbuf_addc(&text, c);
    }
    re = regexp_compile(j->a, strbuf_sv(&text), &j->err);
    return re && give(j, (struct value){ .kind = V_REGEXP, .re = re });
}

/* Puts the converter's name before the message where the reference does. */
static bool err_wrap_name(struct job *j)
{
    struct sv text = arena_dup(j->a, sv_of(j->err.text));

    if (!sv_starts(text, SV("The string")))
        return false;
    return fail(j, "'%s' %.*s", converter(j), SV_ARG(text));
}

static bool new_semver(struct job *j)
{
    struct semver *v = ARENA_NEW(j->a, struct semver);
    int64_t *numbers[] = { &v->major, &v->minor, &v->patch };
    static const char *const names[] = { "major", "minor", "patch", "prerelease", "build" };

    by_name(j, names, 5);
    if (j->count == 1 && j->args[0].kind == V_STRING) {
        if (!semver_parse(j->a, value_sv(j->args[0]), v, &j->err))
            return err_wrap_name(j);
    } else if (j->count >= 3) {
        for (int i = 0; i < 3; i++) {
            if (j->args[i].kind != V_INT || j->args[i].i < 0)
                return fail_convert(j, j->args[i], "SemVer");
            *numbers[i] = j->args[i].i;
        }
        if (arg(j, 3) && arg(j, 3)->kind == V_STRING)
            v->prerelease = value_sv(*arg(j, 3));
        if (arg(j, 4) && arg(j, 4)->kind == V_STRING)
            v->build = value_sv(*arg(j, 4));
    } else {
        return j->count == 1 ? fail_convert(j, j->args[0], "SemVer")
                             : fail(j, "'new_Version' expects between 1 and 5 arguments, got %u", j->count);
    }
    return give(j, (struct value){ .kind = V_SEMVER, .semver = v });
}

static const struct semver *version_of(struct value v) { return v.kind == V_SEMVER ? v.semver : NULL; }

/* SemVerRange(min, max, exclude_max), { min => ..., max => ..., exclude_max => ... }; default leaves a side open. */
static bool new_semver_range(struct job *j)
{
    static const char *const names[] = { "min", "max", "exclude_max" };
    const struct semver_range *r;

    by_name(j, names, 3);
    if (!counted(j, 1, 3))
        return false;
    if (j->count == 1 && j->args[0].kind == V_STRING && j->args[0].n) {
        r = semver_range_parse(j->a, value_sv(j->args[0]), &j->err);
        return r && give(j, (struct value){ .kind = V_SEMVER_RANGE, .range = r });
    }
    if (j->count == 1)
        return fail_convert(j, j->args[0], "SemVerRange");
    for (uint32_t i = 0; i < 2; i++)
        if (j->args[i].kind != V_SEMVER && j->args[i].kind != V_DEFAULT)
            return fail_parameter(j, names[i], type_bare(T_SEMVER), j->args[i]);
    r = semver_range_new(j->a, version_of(j->args[0]), version_of(j->args[1]),
                         j->count > 2 && value_truthy(j->args[2]) && j->args[2].kind == V_BOOL);
    return give(j, (struct value){ .kind = V_SEMVER_RANGE, .range = r });
}

static bool seconds_to_ns(struct job *j, struct value v, int64_t *out_ns)
{
    if (v.kind == V_INT && !__builtin_mul_overflow(v.i, NS_PER_SECOND, out_ns))
        return true;
    if (v.kind == V_FLOAT && fabs(v.f) < 9e9) {
        *out_ns = (int64_t)(v.f * 1e9);
        return true;
    }
    return fail(j, "the time is out of range");
}

static bool new_timestamp(struct job *j)
{
    static const char *const names[] = { "string", "format", "timezone" };
    struct value formats = VALUE_DEFAULT;
    struct sv zone = SV_NONE;
    struct timespec now;
    int64_t ns;

    by_name(j, names, 3);
    if (j->count == 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        return give(j, (struct value){ .kind = V_TIMESTAMP, .i = now.tv_sec * NS_PER_SECOND + now.tv_nsec });
    }
    if (j->args[0].kind == V_INT || j->args[0].kind == V_FLOAT) {
        if (!seconds_to_ns(j, j->args[0], &ns))
            return false;
    } else if (j->args[0].kind == V_STRING) {
        if (arg(j, 1))
            formats = *arg(j, 1);
        if (arg(j, 2) && arg(j, 2)->kind == V_STRING)
            zone = value_sv(*arg(j, 2));
        if (!timestamp_parse(j->a, value_sv(j->args[0]), formats, zone, &ns, &j->err))
            return false;
    } else {
        return fail_convert(j, j->args[0], "Timestamp");
    }
    return give(j, (struct value){ .kind = V_TIMESTAMP, .i = ns });
}

static bool new_timespan(struct job *j)
{
    static const char *const fields[] = { "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds" };
    static const int64_t units[] = { 86400 * NS_PER_SECOND, 3600 * NS_PER_SECOND, 60 * NS_PER_SECOND, NS_PER_SECOND, 1000000, 1000, 1 };
    static const char *const names[] = { "string", "format" };
    const struct value *negative = NULL;
    int64_t ns = 0, part;

    by_name(j, names, 2);
    if (j->count == 0)
        return fail(j, "expects at least 1 argument, got none");
    if (j->args[0].kind == V_STRING) {
        if (!timespan_parse(j->a, value_sv(j->args[0]), arg(j, 1) ? *arg(j, 1) : VALUE_DEFAULT, &ns, &j->err))
            return false;
    } else if (j->count == 1 && (j->args[0].kind == V_INT || j->args[0].kind == V_FLOAT)) {
        if (!seconds_to_ns(j, j->args[0], &ns))
            return false;
    } else {
        bool named = j->args[0].kind == V_HASH;

        for (uint32_t i = 0; i < 7; i++) {
            const struct value *v = named ? hash_find_sv(j->args[0].h, sv_of(fields[i])) : arg(j, i);

            if (!v)
                continue;
            if (v->kind != V_INT)
                return fail_convert(j, *v, "Timespan");
            if (__builtin_mul_overflow(v->i, units[i], &part) || __builtin_add_overflow(ns, part, &ns))
                return fail(j, "the time is out of range");
        }
        negative = named ? hash_find_sv(j->args[0].h, SV("negative")) : NULL;
        if (negative && value_truthy(*negative))
            ns = -ns;
    }
    return give(j, (struct value){ .kind = V_TIMESPAN, .i = ns });
}

/* What can be decoded of a text: other bytes are left out, missing '=' are put back. */
static struct sv base64_text(struct job *j, struct sv text, bool url)
{
    struct strbuf out = STRBUF_IN(j->a);

    for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
        char c = url && text.p[i] == '-' ? '+' : url && text.p[i] == '_' ? '/' : text.p[i];

        if (in_set(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DECIMALS "+/"))
            strbuf_addc(&out, c);
    }
    if (out.n % 4 == 1)
        out.n--;
    while (out.n % 4)
        strbuf_addc(&out, '=');
    return strbuf_sv(&out);
}

static bool new_binary(struct job *j)
{
    static const char *const names[] = { "value", "format" };
    struct sv format, text, bytes;
    char *raw;

    by_name(j, names, 2);
    format = arg(j, 1) && arg(j, 1)->kind == V_STRING ? value_sv(*arg(j, 1)) : SV("%B");
    if (!counted(j, 1, 2))
        return false;
    if (j->args[0].kind == V_ARRAY) {
        raw = arena_alloc(j->a, j->args[0].n + 1);
        for (uint32_t i = 0; i < j->args[0].n; i++) {
            struct value b = j->args[0].items[i];

            if (b.kind != V_INT || b.i < 0 || b.i > 255)
                return fail_convert(j, j->args[0], "Binary");
            raw[i] = (char)b.i;
        }
        return give(j, (struct value){ .kind = V_BINARY, .n = j->args[0].n, .s = raw });
    }
    if (j->args[0].kind != V_STRING)
        return fail_convert(j, j->args[0], "Binary");
    text = value_sv(j->args[0]);
    if (sv_is(format, "%r") || sv_is(format, "%s"))
        return give(j, (struct value){ .kind = V_BINARY, .n = (uint32_t)text.n, .s = text.p });
    text = sv_is(format, "%B") ? text : base64_text(j, text, sv_is(format, "%u"));
    if (!base64_decode(j->a, text, &bytes))
        return fail(j, "invalid base64");
    return give(j, (struct value){ .kind = V_BINARY, .n = (uint32_t)bytes.n, .s = bytes.p });
}

static bool new_type(struct job *j)
{
    if (!counted(j, 1, 1))
        return false;
    if (j->args[0].kind != V_STRING)
        return fail_parameter(j, "type_string", type_bare(T_STRING), j->args[0]);
    j->out->t = type_builtin(value_sv(j->args[0]));
    if (!j->out->t)
        return fail(j, "Type.new of '%.*s' needs the loader: write the type itself", SV_ARG(value_sv(j->args[0])));
    j->out->kind = V_TYPE;
    return true;
}

static bool new_uri(struct job *j) { return uri_new(j->a, j->args, j->count, j->out, &j->why); }

static bool new_any(struct job *j)
{
    if (!counted(j, 1, 1))
        return false;
    return give(j, j->args[0]);
}

typedef bool new_fn(struct job *j);
static new_fn *const makers[TYPE_KIND_COUNT] = {
    [T_INTEGER] = new_integer,
    [T_FLOAT] = new_number,
    [T_NUMERIC] = new_number,
    [T_STRING] = new_string,
    [T_BOOLEAN] = new_boolean,
    [T_ARRAY] = new_array,
    [T_TUPLE] = new_array,
    [T_HASH] = new_hash,
    [T_STRUCT] = new_hash,
    [T_SENSITIVE] = new_sensitive,
    [T_REGEXP] = new_regexp,
    [T_SEMVER] = new_semver,
    [T_SEMVER_RANGE] = new_semver_range,
    [T_TIMESTAMP] = new_timestamp,
    [T_TIMESPAN] = new_timespan,
    [T_BINARY] = new_binary,
    [T_TYPE] = new_type,
    [T_URI] = new_uri,
    [T_UNIT] = new_any,
    [T_NOT_UNDEF] = new_any,
};

/* The type whose converter is used, and with what more arguments: of Init[T, args]. */
static const struct type *target(struct job *j)
{
    const struct type *t = type_resolve(j->t);
    bool expand;

    for (int i = 0; i < 100 && (t->kind == T_OPTIONAL || t->kind == T_NOT_UNDEF || t->kind == T_INIT) && t->inner; i++) {
        if (t->kind == T_INIT && t->init.count && j->count == 1) {
            struct value *args = ARENA_ARRAY(j->a, struct value, t->init.count + 1);

            args[0] = j->args[0];
            memcpy(args + 1, t->init.args, t->init.count * sizeof *args);
            j->args = args;
            j->count = t->init.count + 1;
        }
        expand = t->kind == T_INIT && !t->init.count && j->count == 1;
        t = type_resolve(t->inner);
        if (expand && type_init_expands(t, j->args[0])) {
            j->count = j->args[0].n;
            j->args = j->args[0].items;
        }
    }
    return t;
}

static bool make(struct job *j, const struct type *asked)
{
    struct strbuf text = STRBUF_IN(j->a);
    struct value made;
    unsigned faults;

    if (j->t->kind == T_OBJECT)
        return object_new(j->a, j->t, j->args, j->count, j->out, &j->why);
    if (!makers[j->t->kind])
        return fail(j, "Creation of new instance of type '%.*s' is not supported", SV_ARG(type_text(j->a, asked)));
    if (!makers[j->t->kind](j))
        return false;
    made = *j->out;
    if (type_match(asked, made))
        return true;
    faults = type_mismatch(j->a, &text, SV("Converted value from"), asked, made);
    return fail(j, "Converted value from %.*s.new() has wrong type%s%.*s", SV_ARG(type_text(j->a, asked)), faults > 1 ? ":\n " : ", ",
                SV_ARG(sv_slice(strbuf_sv(&text), sizeof "Converted value from", text.n)));
}

bool type_new(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why)
{
    struct value made = VALUE_UNDEF;
    struct job j = { .a = a, .t = t, .args = args, .count = count, .out = &made };
    enum type_kind kind = type_resolve(t)->kind;

    if (count == 1 && kind != T_INIT && kind != T_OBJECT && type_match(t, args[0])) { /* it is one already */
        *out_v = args[0];
        return true;
    }
    j.t = target(&j);
    if (!make(&j, kind == T_INIT ? j.t : t)) {
        *out_why = j.why.n ? j.why : arena_dup(a, sv_of(j.err.text));
        return false;
    }
    *out_v = made;
    return true;
}
