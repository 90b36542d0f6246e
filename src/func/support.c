/* support: what functions in the manner of Ruby share: their arguments, numbers in text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"

#include <stdlib.h>

#include "types/regexp.h"
#include "types/text.h"

struct value old_arg(const struct call *k, uint32_t i)
{
    struct value v = i < k->count ? k->args[i] : VALUE_UNDEF;
    return is_none(v) ? value_str(SV("")) : v;
}

/* ---- numbers in text ---- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* "0x", "0b", "0o" or "0" in front of digits. */
static int take_base(struct sv *s)
{
    static const struct {
        char letter;
        int base;
    } rows[] = { { 'x', 16 }, { 'b', 2 }, { 'o', 8 }, { 'd', 10 } };
    if (s->n < 2 || s->p[0] != '0')
        return 10;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((s->p[1] | 0x20) == rows[i].letter) {
            *s = sv_slice(*s, 2, s->n);
            return rows[i].base;
        }
    *s = sv_slice(*s, 1, s->n);
    return 8;
}

/* Digits with single underscores between them; how much of s that is. */
static size_t read_digits(struct sv s, int base, int64_t *out_n)
{
    size_t at = 0;
    int64_t n = 0;
    for (; at < s.n; at++) {
        bool joins = s.p[at] == '_' && at && s.p[at - 1] != '_' && at + 1 < s.n && digit_of(s.p[at + 1]) < base;
        if (joins)
            continue;
        if (digit_of(s.p[at]) >= base)
            break;
        if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit_of(s.p[at]), &n))
            n = INT64_MAX;
    }
    *out_n = n;
    return at;
}

bool ruby_integer(struct sv s, int64_t *out_n)
{
    int64_t n;
    s = sv_trim(s);
    bool minus = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = sv_slice(s, 1, s.n);
    if (sv_is(s, "0")) {
        *out_n = 0;
        return true;
    }
    int base = take_base(&s);
    if (!s.n || read_digits(s, base, &n) != s.n)
        return false;
    *out_n = minus ? -n : n;
    return true;
}

int64_t ruby_to_i(struct sv s)
{
    int64_t n;
    while (s.n && text_blank(s.p[0]))
        s = sv_slice(s, 1, s.n);
    bool minus = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = sv_slice(s, 1, s.n);
    read_digits(s, 10, &n);
    return minus ? -n : n;
}

/* [-+]digits[.digits][e[-+]digits]: how much of s that is, and its value. */
static size_t read_float(struct sv s, double *out_f)
{
    char text[400];
    size_t at = 0, n = 0, end = 0;
    int state = 0; /* 0 before digits, 1 in them, 2 behind the point, 3 in the exponent */
    for (; at < s.n && n + 1 < sizeof text; at++) {
        char c = s.p[at];
        bool digit = c >= '0' && c <= '9', next = at + 1 < s.n && s.p[at + 1] >= '0' && s.p[at + 1] <= '9';
        if (digit) {
            state = state ? state : 1;
            end = at + 1;
        } else if (c == '_' && end == at && at && next) {
            continue;
        } else if ((c == '-' || c == '+') && at == 0 && (next || (s.n > 1 && s.p[1] == '.'))) {
            end = 0;
        } else if (c == '.' && state <= 1 && next) {
            state = 2;
        } else if ((c == 'e' || c == 'E') && (state == 1 || state == 2) &&
                   (next || (at + 2 < s.n && (s.p[at + 1] == '-' || s.p[at + 1] == '+') && s.p[at + 2] >= '0' && s.p[at + 2] <= '9'))) {
            state = 3;
            text[n++] = 'e';
            if (!next)
                text[n++] = s.p[++at];
            continue;
        } else {
            break;
        }
        text[n++] = c;
    }
    text[n] = '\0';
    *out_f = end ? strtod(text, NULL) : 0;
    return end;
}

bool ruby_float(struct sv s, double *out_f)
{
    int64_t n;
    s = sv_trim(s);
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') {
        if (!ruby_integer(s, &n))
            return false;
        *out_f = (double)n;
        return true;
    }
    return s.n && read_float(s, out_f) == s.n;
}

double ruby_to_f(struct sv s)
{
    double f;
    while (s.n && text_blank(s.p[0]))
        s = sv_slice(s, 1, s.n);
    read_float(s, &f);
    return f;
}

/* ---- regular expressions ---- */

const struct regexp *regexp_of(struct call *k, struct sv pattern)
{
    struct err err;
    const struct regexp *re = regexp_compile(k->arena, pattern, &err);
    if (!re)
        call_fail(k, "%s", err.text);
    return re;
}

bool regexp_finds(struct call *k, const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m)
{
    enum regexp_result r = regexp_search(re, text, from, out_m);
    if (r == REGEXP_LIMIT)
        call_fail(k, "the regular expression /%.*s/ takes too long on this text", SV_ARG(regexp_source(re)));
    return r == REGEXP_YES;
}

bool regexp_hits(struct call *k, const struct regexp *re, struct sv text) { return regexp_finds(k, re, text, 0, NULL); }

bool text_matches(struct call *k, const char *pattern, struct sv text) { return regexp_hits(k, regexp_of(k, sv_of(pattern)), text); }
