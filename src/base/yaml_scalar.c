/* yaml_scalar: hand-written matchers for the scalar forms of YAML 1.1 in the order Psych tries them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A cursor over the scalar; the small takers return how many bytes they took. */
struct cursor {
    struct sv s;
    size_t at;
};

static char peek(const struct cursor *c) { return c->at < c->s.n ? c->s.p[c->at] : 0; }

static size_t take_set(struct cursor *c, const char *set, size_t most)
{
    size_t from = c->at;
    while (c->at < c->s.n && c->at - from < most && c->s.p[c->at] && strchr(set, c->s.p[c->at]))
        c->at++;
    return c->at - from;
}

static bool take_char(struct cursor *c, char wanted)
{
    if (peek(c) != wanted)
        return false;
    c->at++;
    return true;
}

static bool at_end(const struct cursor *c) { return c->at == c->s.n; }
static void take_sign(struct cursor *c) { (void)(take_char(c, '-') || take_char(c, '+')); }

#define DIGITS "0123456789"

/* The text without ',' and '_', as a C string in a buffer; false if too long for a number. */
static bool strip_separators(struct sv s, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',' || s.p[i] == '_')
            continue;
        if (n + 1 >= size)
            return false;
        out[n++] = s.p[i];
    }
    out[n] = 0;
    return true;
}

static bool word_in(struct sv s, const char *const *words)
{
    for (; *words; words++)
        if (sv_eq_nocase(s, sv_of(*words)))
            return true;
    return false;
}

static bool read_word(struct sv s, struct data *d)
{
    static const char *const nulls[] = { "~", "null", NULL }, *const trues[] = { "yes", "true", "on", NULL },
                             *const falses[] = { "no", "false", "off", NULL };
    if (s.n == 0 || word_in(s, nulls))
        d->kind = DATA_NULL;
    else if (word_in(s, trues) || word_in(s, falses))
        *d = (struct data){ .kind = DATA_BOOL, .from = d->from, .to = d->to, .b = word_in(s, trues) };
    else
        return false;
    return true;
}

/* -?YYYY-M-D with optional time. */
static bool read_date(struct sv s, struct data *d)
{
    struct cursor c = { s, 0 };
    take_char(&c, '-');
    if (take_set(&c, DIGITS, 4) != 4 || !take_char(&c, '-') || !take_set(&c, DIGITS, 2) || !take_char(&c, '-') || !take_set(&c, DIGITS, 2))
        return false;
    if (at_end(&c)) {
        d->special = DATA_DATE;
        return s.p[0] != '-';
    }
    if (!take_set(&c, "Tt", 1) && !take_set(&c, " \t", s.n))
        return false;
    if (!take_set(&c, DIGITS, 2) || !take_char(&c, ':') || take_set(&c, DIGITS, 2) != 2 || !take_char(&c, ':') ||
        take_set(&c, DIGITS, 2) != 2)
        return false;
    if (take_char(&c, '.'))
        take_set(&c, DIGITS, s.n);
    take_set(&c, " \t", s.n);
    if (!take_char(&c, 'Z') && take_set(&c, "+-", 1)) {
        if (!take_set(&c, DIGITS, 2))
            return false;
        take_char(&c, ':');
        take_set(&c, DIGITS, 2);
    }
    d->special = DATA_TIME;
    return at_end(&c);
}

static bool read_special_float(struct sv s, struct data *d)
{
    struct cursor c = { s, 0 };
    bool negative = take_char(&c, '-');
    if (!negative)
        take_char(&c, '+');
    struct sv rest = sv_slice(s, c.at, s.n);
    if (sv_eq_nocase(rest, SV(".inf")))
        d->f = negative ? -INFINITY : INFINITY;
    else if (sv_eq_nocase(s, SV(".nan")))
        d->f = NAN;
    else
        return false;
    d->kind = DATA_FLOAT;
    return true;
}

/* 12:30 and 12:30:45, base sixty; the first part always counts hours (a quirk of Psych that users' data rely on). */
static bool read_sixty(struct sv s, struct data *d)
{
    struct cursor c = { s, 0 };
    take_sign(&c);
    size_t first = c.at;
    if (!strchr(DIGITS, peek(&c)) || !peek(&c) || !take_set(&c, DIGITS "_", 18))
        return false;
    int64_t parts[3] = { 0 };
    sv_to_int(sv_slice(s, first, c.at), &parts[0]);
    int count = 1;
    while (count < 3 && take_char(&c, ':')) {
        size_t from = c.at, n = take_set(&c, DIGITS, 2);
        if (n == 0 || (n == 2 && s.p[from] > '5'))
            return false;
        sv_to_int(sv_slice(s, from, c.at), &parts[count++]);
    }
    if (count == 1 || parts[0] > INT64_MAX / 7200)
        return false;
    int64_t sign = s.p[0] == '-' ? -1 : 1;
    double fraction = 0;
    bool is_float = take_char(&c, '.');
    if (is_float) {
        char digits[40];
        size_t from = c.at - 1;
        take_set(&c, DIGITS "_", 30);
        if (!strip_separators(sv_slice(s, from, c.at), digits, sizeof digits))
            return false;
        fraction = digits[1] ? strtod(digits, NULL) : 0;
    }
    if (!at_end(&c))
        return false;
    int64_t last_unit = count == 3 ? 1 : 60;
    int64_t whole = sign * parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (is_float)
        *d = (struct data){ .kind = DATA_FLOAT, .from = d->from, .to = d->to, .f = (double)whole + fraction * (double)last_unit };
    else
        *d = (struct data){ .kind = DATA_INT, .from = d->from, .to = d->to, .i = whole };
    return true;
}

/* [-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][-+][0-9]+)? */
static bool read_float(struct sv s, struct data *d)
{
    struct cursor c = { s, 0 };
    take_sign(&c);
    bool whole = peek(&c) && strchr(DIGITS, peek(&c)) && take_set(&c, DIGITS "_,", s.n);
    if (!take_char(&c, '.'))
        return false;
    bool fraction = take_set(&c, DIGITS, s.n);
    if (!whole && !fraction)
        return false;
    if (take_set(&c, "eE", 1) && (!take_set(&c, "+-", 1) || !take_set(&c, DIGITS, s.n)))
        return false;
    char text[400];
    if (!at_end(&c) || !strip_separators(s, text, sizeof text))
        return false;
    d->kind = DATA_FLOAT;
    d->f = strtod(text, NULL);
    return true;
}

struct int_form {
    const char *prefix, *digits;
    int base;
};

static bool read_int(struct sv s, struct data *d)
{
    static const struct int_form forms[] = {
        { "0b", "01_,", 2 }, { "0x", "0123456789abcdefABCDEF_,", 16 }, { "0", "01234567_,", 8 }, { "", DIGITS "_,", 10 }
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct cursor c = { s, 0 };
        take_sign(&c);
        struct sv prefix = sv_of(forms[i].prefix);
        if (!sv_starts(sv_slice(s, c.at, s.n), prefix))
            continue;
        c.at += prefix.n;
        size_t from = c.at, n = take_set(&c, forms[i].digits, s.n);
        if (n == 0 || !at_end(&c))
            continue;
        char last = s.p[s.n - 1];
        if (forms[i].base == 10 && ((s.p[from] < '1' && n > 1) || s.p[from] == ',' || s.p[from] == '_' || last == ',' || last == '_' ||
                                    sv_find(s, SV("__"), 0) != SIZE_MAX || sv_find(s, SV(",,"), 0) != SIZE_MAX))
            continue;
        char text[80];
        if (!strip_separators(sv_slice(s, from, s.n), text, sizeof text) || !text[0])
            continue;
        errno = 0;
        char *end;
        unsigned long long magnitude = strtoull(text, &end, forms[i].base);
        bool negative = s.p[0] == '-';
        if (errno == ERANGE || magnitude > (unsigned long long)INT64_MAX + negative) {
            d->special = DATA_BIG_INT;
            return false;
        }
        *d = (struct data){ .kind = DATA_INT, .from = d->from, .to = d->to, .i = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude };
        return true;
    }
    return false;
}

void yaml_scalar(struct sv text, struct data *d)
{
    d->kind = DATA_STRING;
    d->s = text;
    if (sv_find_char(text, '\n', 0) != SIZE_MAX || read_word(text, d))
        return;
    char first = text.p[0];
    if (first == ':' && text.n > 1) {
        d->special = DATA_SYMBOL;
        return;
    }
    if (!strchr("+-.0123456789", first) || read_date(text, d) || read_special_float(text, d) || read_sixty(text, d) || read_float(text, d))
        return;
    d->special = DATA_PLAIN;
    if (!read_int(text, d) && d->special != DATA_BIG_INT)
        *d = (struct data){ .kind = DATA_STRING, .from = d->from, .to = d->to, .s = text };
}
