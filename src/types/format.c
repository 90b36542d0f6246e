/* format: sprintf as Ruby's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/format.h"

#include <math.h>
#include <stdlib.h>

#include "types/ruby_value.h"
#include "types/text.h"

#define WIDTH_MOST 100000

struct spec {
    bool minus, plus, space, zero, alt, has_precision;
    int64_t width, precision;
    struct sv name;  /* %<name>d */
    uint32_t number; /* %2$d; 0: the next one */
    char letter;
};

struct run {
    struct arena *a;
    struct strbuf *out;
    struct sv format;
    size_t at;
    const struct value *args;
    uint32_t count, next;
    bool numbered, named; /* seen so far */
    struct err *err;
};

static bool take_numbered(struct run *r, uint32_t number, struct value *out_v)
{
    if (r->next)
        return err_set(r->err, "numbered(%u) after unnumbered(%u)", number, r->next);
    if (r->named)
        return err_set(r->err, "numbered(%u) after named", number);
    if (number > r->count)
        return err_set(r->err, "too few arguments");
    r->numbered = true;
    *out_v = r->args[number - 1];
    return true;
}

static bool take_argument(struct run *r, struct sv name, bool braces, struct value *out_v)
{
    if (name.n) {
        r->named = true;
        const struct value *found = r->count == 1 && r->args[0].kind == V_HASH ? hash_find_sv(r->args[0].h, name) : NULL;

        if (r->count != 1 || r->args[0].kind != V_HASH)
            return err_set(r->err, "one hash required");
        if (!found)
            return err_set(r->err, "key%c%.*s%c not found", braces ? '{' : '<', SV_ARG(name), braces ? '}' : '>');
        *out_v = *found;
        return true;
    }
    if (r->numbered || r->named)
        return err_set(r->err, "unnumbered(1) mixed with %s", r->named ? "named" : "numbered");
    if (r->next >= r->count)
        return err_set(r->err, "too few arguments");
    *out_v = r->args[r->next++];
    return true;
}

/* Pads to the width of a directive. */
static void add_padded(struct run *r, const struct spec *s, struct sv text)
{
    size_t n = utf8_count(text), pad = s->width > (int64_t)n ? (size_t)s->width - n : 0;

    if (!s->minus)
        strbuf_pad(r->out, ' ', pad);
    strbuf_add(r->out, text);
    if (s->minus)
        strbuf_pad(r->out, ' ', pad);
}

static bool to_integer(struct run *r, struct value v, int64_t *out_n)
{
    switch (v.kind) {
    case V_INT:
        *out_n = v.i;
        return true;
    case V_FLOAT:
        if (isnan(v.f) || fabs(v.f) > 9.2e18)
            return err_set(r->err, "the number is out of range");
        *out_n = (int64_t)floor(v.f);
        return true;
    case V_TIMESPAN:
    case V_TIMESTAMP:
        *out_n = v.i / 1000000000;
        return true;
    case V_UNDEF:
    case V_UNSET:
        v = value_str(SV(""));
        __attribute__((fallthrough));
    case V_STRING:
        if (!text_to_integer(value_sv(v), 0, out_n)) {
            struct strbuf text = STRBUF_IN(r->a);

            text_inspect(&text, value_sv(v));
            return err_set(r->err, "invalid value for Integer(): %.*s", SV_ARG(strbuf_sv(&text)));
        }
        return true;
    default:
        return err_set(r->err, "can't convert %s into Integer",
                       v.kind == V_BOOL    ? (v.b ? "true" : "false")
                       : v.kind == V_ARRAY ? "Array"
                       : v.kind == V_HASH  ? "Hash"
                                           : "Object");
    }
}

static void print_digits(char *text, size_t size, uint64_t n, int base, bool upper)
{
    char reversed[72];
    int len = 0;
    size_t i = 0;

    do {
        reversed[len++] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[n % (unsigned)base];
        n /= (unsigned)base;
    } while (n);
    while (len && i + 1 < size)
        text[i++] = reversed[--len];
    text[i] = '\0';
}

/* Negative numbers without a sign flag: two's complement, written "..f" and on. */
static void print_complement(char *text, size_t size, int64_t n, int base, bool upper)
{
    int bits = base == 16 ? 4 : base == 8 ? 3 : 1, len = 0;
    char reversed[72], top = base == 16 ? (upper ? 'F' : 'f') : base == 8 ? '7' : '1';
    size_t i = 0;

    for (; n != -1 && len < 66; n >>= bits)
        reversed[len++] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[n & (base - 1)];
    while (len && reversed[len - 1] == top)
        len--;
    reversed[len++] = top;
    while (len && i + 1 < size)
        text[i++] = reversed[--len];
    text[i] = '\0';
}

static bool add_integer(struct run *r, const struct spec *s, struct value v)
{
    int base = strchr("xX", s->letter) ? 16 : s->letter == 'o' ? 8 : strchr("bB", s->letter) ? 2 : 10;
    const char *prefix = "", *sign = "";
    char digits[80];
    int64_t n, pad;
    bool complement, zero = s->zero && !s->minus && !s->has_precision;
    struct strbuf text = STRBUF_IN(r->a);

    if (!to_integer(r, v, &n))
        return false;
    complement = n < 0 && base != 10 && !s->plus && !s->space;
    if (s->alt && (n != 0 || base == 8))
        prefix = s->letter == 'x'   ? "0x"
                 : s->letter == 'X' ? "0X"
                 : s->letter == 'b' ? "0b"
                 : s->letter == 'B' ? "0B"
                 : base == 8        ? "0"
                                    : "";
    if (complement) {
        print_complement(digits, sizeof digits, n, base, s->letter == 'X');
    } else {
        print_digits(digits, sizeof digits, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, base, s->letter == 'X');
        sign = n < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";
    }
    pad =
        (zero ? s->width - (int64_t)strlen(sign) - (int64_t)strlen(prefix) - (complement ? 2 : 0) : s->precision) - (int64_t)strlen(digits);
    strbuf_addf(&text, "%s%s%s", sign, prefix, complement ? ".." : "");
    if (pad > 0 && (zero || s->has_precision))
        strbuf_pad(&text, complement ? digits[0] : '0', (size_t)pad);
    strbuf_adds(&text, digits);
    add_padded(r, s, strbuf_sv(&text));
    return true;
}

static bool to_float(struct run *r, struct value v, double *out_f)
{
    struct value n;

    if (v.kind == V_STRING && number_from_sv(value_sv(v), &n))
        v = n;
    if (v.kind == V_INT)
        *out_f = (double)v.i;
    else if (v.kind == V_FLOAT)
        *out_f = v.f;
    else if (v.kind == V_TIMESPAN || v.kind == V_TIMESTAMP)
        *out_f = (double)v.i / 1e9;
    else if (v.kind == V_STRING) {
        struct strbuf text = STRBUF_IN(r->a);

        text_inspect(&text, value_sv(v));
        return err_set(r->err, "invalid value for Float(): %.*s", SV_ARG(strbuf_sv(&text)));
    } else {
        return err_set(r->err, "can't convert %s into Float",
                       v.kind <= V_UNDEF  ? "nil"
                       : v.kind == V_BOOL ? (v.b ? "true" : "false")
                                          : "Object");
    }
    return true;
}

static bool add_float(struct run *r, const struct spec *s, struct value v)
{
    char format[16], *text;
    size_t at = 0, size;
    int width = (int)s->width, precision = s->has_precision ? (int)s->precision : 6;
    double f;

    if (!to_float(r, v, &f))
        return false;
    format[at++] = '%';
    if (s->minus)
        format[at++] = '-';
    if (s->plus)
        format[at++] = '+';
    if (s->space)
        format[at++] = ' ';
    if (s->zero)
        format[at++] = '0';
    if (s->alt)
        format[at++] = '#';
    format[at++] = '*';
    if (s->has_precision || !strchr("aA", s->letter)) {
        format[at++] = '.';
        format[at++] = '*';
    }
    format[at++] = s->letter;
    format[at] = '\0';
    if (isnan(f) || isinf(f)) {
        add_padded(r, s, sv_of(isnan(f) ? "NaN" : f < 0 ? "-Inf" : s->plus ? "+Inf" : "Inf"));
        return true;
    }
    size = (size_t)(width > precision ? width : precision) + 400;
    text = arena_alloc(r->a, size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (s->has_precision || !strchr("aA", s->letter))
        snprintf(text, size, format, width, precision, f);
    else
        snprintf(text, size, format, width, f);
#pragma GCC diagnostic pop
    strbuf_adds(r->out, text);
    return true;
}

static bool add_text(struct run *r, const struct spec *s, struct value v)
{
    struct strbuf text = STRBUF_IN(r->a);
    struct sv shown;

    if (s->letter == 'p') {
        if (v.kind <= V_UNDEF)
            strbuf_adds(&text, "\"\"");
        else
            ruby_inspect(&text, v);
    } else if (v.kind == V_ARRAY || v.kind == V_HASH) {
        ruby_inspect(&text, v);
    } else {
        value_print(&text, v);
    }
    shown = strbuf_sv(&text);
    if (s->has_precision)
        shown = sv_slice(shown, 0, utf8_offset(shown, (size_t)s->precision));
    add_padded(r, s, shown);
    return true;
}

static bool add_char(struct run *r, const struct spec *s, struct value v)
{
    struct strbuf text = STRBUF_IN(r->a);

    if (v.kind == V_STRING) {
        if (!v.n)
            return err_set(r->err, "%%c requires a character");
        strbuf_add(&text, sv_slice(value_sv(v), 0, utf8_offset(value_sv(v), 1)));
    } else if (v.kind == V_INT && v.i >= 0 && v.i < 0x110000) {
        strbuf_add_utf8(&text, (uint32_t)v.i);
    } else {
        return err_set(r->err, "invalid character");
    }
    add_padded(r, s, strbuf_sv(&text));
    return true;
}

static bool take_number(struct run *r, int64_t *out_n)
{
    int64_t n = 0;
    struct value v;

    if (r->at < r->format.n && r->format.p[r->at] == '*') {
        r->at++;
        if (!take_argument(r, SV_NONE, false, &v) || !to_integer(r, v, &n))
            return false;
    }
    for (; r->at < r->format.n && r->format.p[r->at] >= '0' && r->format.p[r->at] <= '9'; r->at++) {
        n = n * 10 + (r->format.p[r->at] - '0');
        if (n > WIDTH_MOST)
            return err_set(r->err, "width too big");
    }
    if (n > WIDTH_MOST || n < -WIDTH_MOST)
        return err_set(r->err, "width too big");
    *out_n = n;
    return true;
}

static bool take_name(struct run *r, char close, struct sv *out_name)
{
    size_t end = sv_find_char(r->format, close, r->at);

    if (end == SIZE_MAX)
        return err_set(r->err, "malformed name - unmatched parenthesis");
    *out_name = sv_slice(r->format, r->at, end);
    r->at = end + 1;
    return true;
}

static bool add_directive(struct run *r, const struct spec *s)
{
    struct value v;

    if (s->letter == '%') {
        if (s->width || s->has_precision || s->minus || s->plus || s->zero || s->space || s->alt)
            return err_set(r->err, "invalid format character - %%");
        strbuf_addc(r->out, '%');
        return true;
    }
    if (!s->letter)
        return err_set(r->err, "incomplete format specifier; use %%%% (double %%) instead");
    if (!strchr("diuxXobBeEfgGaAspc", s->letter))
        return err_set(r->err, "malformed format string - %%%c", s->letter);
    if (s->number ? !take_numbered(r, s->number, &v) : !take_argument(r, s->name, false, &v))
        return false;
    if (strchr("diuxXobB", s->letter))
        return add_integer(r, s, v);
    if (strchr("eEfgGaA", s->letter))
        return add_float(r, s, v);
    return s->letter == 'c' ? add_char(r, s, v) : add_text(r, s, v);
}

/* directive -> % flags [<name>] [width] [. precision] [<name>] letter | % flags [width] {name} */
static bool directive(struct run *r)
{
    struct spec s = { 0 };
    struct value v;

    for (; r->at < r->format.n; r->at++) {
        char c = r->format.p[r->at];

        s.minus = s.minus || c == '-';
        s.plus = s.plus || c == '+';
        s.space = s.space || c == ' ';
        s.zero = s.zero || c == '0';
        s.alt = s.alt || c == '#';
        if (c == '<') {
            r->at++;
            if (!take_name(r, '>', &s.name))
                return false;
            r->at--;
        } else if (!strchr("-+ 0#", c) || !c) {
            break;
        }
    }
    if (!take_number(r, &s.width))
        return false;
    if (s.width > 0 && r->at < r->format.n && r->format.p[r->at] == '$') { /* %2$d: which argument, then the rest again */
        s.number = (uint32_t)s.width;
        r->at++;
        for (; r->at < r->format.n && r->format.p[r->at] && strchr("-+ 0#", r->format.p[r->at]); r->at++) {
            s.minus = s.minus || r->format.p[r->at] == '-';
            s.plus = s.plus || r->format.p[r->at] == '+';
            s.space = s.space || r->format.p[r->at] == ' ';
            s.zero = s.zero || r->format.p[r->at] == '0';
            s.alt = s.alt || r->format.p[r->at] == '#';
        }
        if (!take_number(r, &s.width))
            return false;
    }
    if (s.width < 0) {
        s.minus = true;
        s.width = -s.width;
    }
    if (r->at < r->format.n && r->format.p[r->at] == '.') {
        r->at++;
        s.has_precision = true;
        if (!take_number(r, &s.precision))
            return false;
        if (r->at < r->format.n && r->format.p[r->at] == '.')
            return err_set(r->err, "precision given twice");
    }
    if (r->at < r->format.n && r->format.p[r->at] == '<') {
        r->at++;
        if (!take_name(r, '>', &s.name))
            return false;
    }
    if (r->at < r->format.n && r->format.p[r->at] == '{') {
        r->at++;
        if (!take_name(r, '}', &s.name) || !take_argument(r, s.name, true, &v))
            return false;
        s.letter = 's';
        return add_text(r, &s, v);
    }
    s.letter = r->at < r->format.n ? r->format.p[r->at++] : '\0';
    return add_directive(r, &s);
}

bool format_ruby(struct arena *a, struct strbuf *out, struct sv format, const struct value *args, uint32_t count, struct err *err)
{
    struct run r = { .a = a, .out = out, .format = format, .args = args, .count = count, .err = err };

    while (r.at < format.n) {
        char c = format.p[r.at++];

        if (c != '%')
            strbuf_addc(out, c);
        else if (!directive(&r))
            return false;
    }
    return true;
}
