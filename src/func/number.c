/* number: arithmetic beyond operators, numbers in text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "func/support.h"
#include "types/text.h"

static struct value whole(struct call *k, double f)
{
    if (!(f > -9.3e18 && f < 9.2e18))
        call_fail(k, "the number is out of range");
    return value_int((int64_t)f);
}

static struct value fn_abs(struct call *k)
{
    struct value n = k->args[0];

    if (n.kind == V_FLOAT)
        return value_float(fabs(n.f));
    return value_int(n.i < 0 && n.i != INT64_MIN ? -n.i : n.i);
}

/* -?\d+ or -?\d+\.\d+ */
static struct value fn_abs_text(struct call *k)
{
    struct sv s = value_sv(k->args[0]);
    size_t from = s.n && s.p[0] == '-', dots = 0;
    bool ok = s.n > from && s.p[from] != '.' && s.p[s.n - 1] != '.';

    for (size_t i = from; i < s.n; i++) {
        dots += s.p[i] == '.';
        ok = ok && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9'));
    }
    call_warn(k, "deprecations",
              "The abs() function's auto conversion of String to Numeric is deprecated - change to convert input "
              "before calling");
    if (!ok || dots > 1)
        call_fail(k, "abs(): Requires float or integer to work with - was given non decimal string");
    s = sv_slice(s, from, s.n);
    return dots ? value_float(ruby_to_f(s)) : value_int(ruby_to_i(s));
}

static struct value fn_ceiling(struct call *k) { return k->args[0].kind == V_INT ? k->args[0] : whole(k, ceil(k->args[0].f)); }
static struct value fn_floor(struct call *k) { return k->args[0].kind == V_INT ? k->args[0] : whole(k, floor(k->args[0].f)); }
static struct value fn_round(struct call *k) { return k->args[0].kind == V_INT ? k->args[0] : whole(k, round(k->args[0].f)); }

static double float_of_text(struct call *k)
{
    double f;

    call_warn(k, "deprecations",
              "The %s() function's auto conversion of String to Float is deprecated - change to convert input before "
              "calling",
              k->fn->name);
    if (!ruby_float(value_sv(k->args[0]), &f))
        call_fail(k, "%s(): cannot convert given value to a floating point value.", k->fn->name);
    return f;
}

static struct value fn_ceiling_text(struct call *k) { return whole(k, ceil(float_of_text(k))); }
static struct value fn_floor_text(struct call *k) { return whole(k, floor(float_of_text(k))); }

/* ---- stdlib's ---- */

/* "4 kB": the number in front, times 1024 as often as its prefix says. */
static struct value fn_to_bytes(struct call *k)
{
    static const char prefixes[] = "kMGTPE";
    if (k->count != 1)
        call_fail(k, "to_bytes(): Wrong number of arguments given (%u for 1)", k->count);
    struct value v = old_arg(k, 0);
    if (v.kind == V_INT || v.kind == V_FLOAT)
        return v;
    if (v.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", v.kind == V_BOOL ? (v.b ? "true" : "false") : ruby_class(v));
    struct sv s = value_sv(v);
    size_t at = 0;
    while (at < s.n && ((s.p[at] >= '0' && s.p[at] <= '9') || strchr(".e+-", s.p[at])) && s.p[at])
        at++;
    double f = ruby_to_f(sv_slice(s, 0, at));
    while (at < s.n && text_blank(s.p[at]))
        at++;
    if (at >= s.n || s.p[at] == 'b' || s.p[at] == 'B')
        return whole(k, trunc(f));
    const char *prefix = s.p[at] ? strchr(prefixes, s.p[at]) : NULL;
    if (!prefix)
        call_fail(k, "to_bytes(): Unknown prefix %.*s", SV_ARG(sv_slice(s, at, at + utf8_offset(sv_slice(s, at, s.n), 1))));
    return whole(k, trunc(ldexp(f, 10 * (int)(prefix - prefixes + 1))));
}

static int64_t base_arg(struct call *k, uint32_t i, const char *place)
{
    struct value v = old_arg(k, i);
    if (v.kind == V_INT)
        return v.i;
    if (v.kind != V_STRING)
        call_fail(k, "convert_base(): %s argument must be either a string or an integer", place);
    struct sv s = value_sv(v);
    bool digits = s.n > 0;
    for (size_t c = 0; c < s.n; c++)
        digits = digits && s.p[c] >= '0' && s.p[c] <= '9';
    if (!digits)
        call_fail(k, "convert_base(): First argument must be an integer or a string corresponding to an integer in base 10");
    return ruby_to_i(s);
}

static struct value fn_convert_base(struct call *k)
{
    char text[72], *p = text + sizeof text;
    if (k->count != 2)
        call_fail(k, "convert_base(): Wrong number of arguments given (%u for 2)", k->count);
    int64_t n = base_arg(k, 0, "First"), base = base_arg(k, 1, "Second");
    if (base < 2 || base > 36)
        call_fail(k, "convert_base(): base must be at least 2 and must not be greater than 36");
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        *--p = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (uint64_t)base];
    while (rest /= (uint64_t)base);
    if (n < 0)
        *--p = '-';
    return value_str(arena_dup(k->arena, sv_make(p, (size_t)(text + sizeof text - p))));
}

#define NUMBER(name, run, help)                                                                                                            \
    {                                                                                                                                      \
        name, "Callable[Numeric]", help, run, 0, "val"                                                                                     \
    }
#define NUMBER_OR_TEXT(name, run, help)                                                                                                    \
    NUMBER(name, run, help), { name, "Callable[String]", help, run##_text, 0, "val" }

const struct builtin func_number[] = {
    NUMBER_OR_TEXT("abs", fn_abs, "a number without its sign"),
    NUMBER_OR_TEXT("ceiling", fn_ceiling, "the next whole number up"),
    NUMBER_OR_TEXT("floor", fn_floor, "the next whole number down"),
    NUMBER("round", fn_round, "the nearest whole number"),
    { "to_bytes", TAKES_ANYTHING, "a number of bytes from text with a unit", fn_to_bytes, 0, NULL },
    { "convert_base", TAKES_ANYTHING, "a number written in another base", fn_convert_base, 0, NULL },
};
const size_t func_number_count = sizeof func_number / sizeof *func_number;
