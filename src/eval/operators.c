/* operators: arithmetic, comparison, logic, in, =~, and how a value matches an option of case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "eval/internal.h"
#include "types/semver.h"
#include "types/uri.h"

struct value coerce_number(struct frame *f, struct value v, const struct node *n)
{
    if (v.kind == V_INT || v.kind == V_FLOAT || v.kind == V_TIMESTAMP || v.kind == V_TIMESPAN || v.kind == V_SEMVER)
        return v;
    struct value number;
    if (v.kind != V_STRING || !number_from_sv(value_sv(v), &number))
        fail_at(f, n, "The value '%.*s' cannot be converted to Numeric.", SV_ARG(value_text(f->c->arena, v)));
    if (f->c->options->strict == STRICT_ERROR)
        fail_at(f, n, "The string '%.*s' was automatically coerced to the numerical value %.*s", SV_ARG(value_sv(v)),
                SV_ARG(value_text(f->c->arena, number)));
    if (f->c->options->strict == STRICT_WARNING)
        warn_at(f, n, "numeric_coercion", "The string '%.*s' was automatically coerced to the numerical value %.*s", SV_ARG(value_sv(v)),
                SV_ARG(value_text(f->c->arena, number)));
    return number;
}

struct value eval_negate(struct frame *f, const struct node *n)
{
    struct value v = coerce_number(f, eval(f, n->operand), n);
    if (v.kind == V_SEMVER)
        raise_at(f, n, "can't convert SemanticPuppet::Version into Float");
    if (v.kind == V_TIMESTAMP)
        raise_at(f, n, "a Timestamp cannot be negated");
    if (v.kind == V_FLOAT)
        return value_float(-v.f);
    if (v.kind == V_INT && v.i == INT64_MIN)
        fail_at(f, n, "A Unary Minus resulted in a value outside of Puppet Integer max range, got '+0x8000000000000000'");
    v.i = -v.i;
    return v;
}

static _Noreturn void not_applicable(struct frame *f, const struct node *n, struct value left)
{
    fail_at(f, n->bin.lhs, "Operator '%s' is not applicable to %.*s.", ast_op_text(n->op),
            SV_ARG(with_article(f->c, value_label(f->c, left), false)));
}

static struct value array_concat(struct compile *c, struct value x, struct value y)
{
    if (y.kind == V_HASH)
        y = splat_items(c, y);
    struct value one = y;
    const struct value *more = y.kind == V_ARRAY ? y.items : &one;
    uint32_t n = y.kind == V_ARRAY ? y.n : 1;
    struct value *items = ARENA_ARRAY(c->arena, struct value, (size_t)x.n + n + 1);
    if (x.n)
        memcpy(items, x.items, x.n * sizeof *items);
    if (n)
        memcpy(items + x.n, more, n * sizeof *items);
    return value_array(items, x.n + n);
}

static struct value hash_merge(struct frame *f, const struct node *n, struct value x, struct value y)
{
    struct compile *c = f->c;
    if (y.kind == V_HASH) {
        struct hash *h = hash_copy(c->arena, x.h, y.h->count);
        for (uint32_t i = 0; i < y.h->count; i++)
            hash_put(c->arena, h, y.h->pairs[i].key, y.h->pairs[i].value);
        return value_hash(h);
    }
    if (y.kind != V_ARRAY)
        raise_at(f, n, "Can only append Array or Hash to a Hash");
    struct hash *h = hash_copy(c->arena, x.h, y.n);
    bool pairs = y.n > 0;
    for (uint32_t i = 0; i < y.n; i++)
        pairs &= y.items[i].kind == V_ARRAY;
    if (!pairs && y.n % 2)
        raise_at(f, n, "odd number of arguments for Hash");
    for (uint32_t i = 0; i < y.n; i += pairs ? 1 : 2) {
        if (pairs && (y.items[i].n < 1 || y.items[i].n > 2))
            raise_at(f, n, "invalid number of elements (%u for 1..2)", y.items[i].n);
        if (pairs)
            hash_put(c->arena, h, y.items[i].items[0], y.items[i].n > 1 ? y.items[i].items[1] : VALUE_UNDEF);
        else
            hash_put(c->arena, h, y.items[i], y.items[i + 1]);
    }
    return value_hash(h);
}

/* As Ruby's ==: exact, but 1 and 1.0 are one number. */
static bool removes(struct value x, struct value y)
{
    bool numbers = (x.kind == V_INT || x.kind == V_FLOAT) && (y.kind == V_INT || y.kind == V_FLOAT);
    return numbers ? value_equal(x, y) : value_same(x, y);
}

static struct value collection_minus(struct compile *c, struct value x, struct value y)
{
    if (x.kind == V_HASH) {
        struct hash *h = hash_new(c->arena, x.h->count);
        for (uint32_t i = 0; i < x.h->count; i++) {
            struct value key = x.h->pairs[i].key;
            bool gone = false;
            if (y.kind == V_HASH)
                gone = hash_find(y.h, key) != NULL;
            else if (y.kind == V_ARRAY)
                for (uint32_t j = 0; j < y.n && !gone; j++)
                    gone = value_same(y.items[j], key);
            else
                gone = value_same(y, key);
            if (!gone)
                hash_put(c->arena, h, key, x.h->pairs[i].value);
        }
        return value_hash(h);
    }
    if (y.kind == V_HASH)
        y = splat_items(c, y);
    struct value *items = ARENA_ARRAY(c->arena, struct value, x.n + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < x.n; i++) {
        bool gone = false;
        if (y.kind == V_ARRAY)
            for (uint32_t j = 0; j < y.n && !gone; j++)
                gone = removes(y.items[j], x.items[i]);
        else
            gone = removes(y, x.items[i]);
        if (!gone)
            items[n++] = x.items[i];
    }
    return value_array(items, n);
}

static _Noreturn void overflow(struct frame *f, const struct node *n, __int128 v)
{
    bool minus = v < 0;
    unsigned __int128 u = minus ? (unsigned __int128)-v : (unsigned __int128)v;
    unsigned long long high = (unsigned long long)(u >> 64), low = (unsigned long long)u;
    struct sv hex = high ? arena_printf(f->c->arena, "%llx%016llx", high, low) : arena_printf(f->c->arena, "%llx", low);
    fail_at(f, n, "A '%s' expression resulted in a value outside of Puppet Integer %s range, got '%c0x%.*s'", ast_op_text(n->op),
            minus ? "min" : "max", minus ? '-' : '+', SV_ARG(hex));
}

static struct value shift(struct frame *f, const struct node *n, int64_t x, int64_t by)
{
    if (n->op == OP_SHR)
        by = by == INT64_MIN ? INT64_MAX : -by;
    if (by <= -64)
        return value_int(x < 0 ? -1 : 0);
    if (by < 0)
        return value_int(x >> -by);
    __int128 wide = by > 63 && x ? (__int128)(x < 0 ? -1 : 1) << 100 : (__int128)x << by;
    if (wide < INT64_MIN || wide > INT64_MAX)
        overflow(f, n, wide);
    return value_int((int64_t)wide);
}

static struct value int_arithmetic(struct frame *f, const struct node *n, int64_t x, int64_t y)
{
    __int128 wide = 0;
    switch (n->op) {
    case OP_ADD:
        wide = (__int128)x + y;
        break;
    case OP_SUB:
        wide = (__int128)x - y;
        break;
    case OP_MUL:
        wide = (__int128)x * y;
        break;
    case OP_DIV:
    case OP_MOD: {
        if (!y)
            fail_at(f, n->bin.rhs, "Division by 0");
        __int128 q = (__int128)x / y, r = (__int128)x % y;
        if (r && (r < 0) != (y < 0)) { /* towards minus infinity, as Ruby */
            q--;
            r += y;
        }
        wide = n->op == OP_DIV ? q : r;
        break;
    }
    default:
        return shift(f, n, x, y);
    }
    if (wide < INT64_MIN || wide > INT64_MAX)
        overflow(f, n, wide);
    return value_int((int64_t)wide);
}

static struct value float_arithmetic(struct frame *f, const struct node *n, struct value l, struct value r)
{
    double x = l.kind == V_FLOAT ? l.f : (double)l.i, y = r.kind == V_FLOAT ? r.f : (double)r.i, v = 0;
    switch (n->op) {
    case OP_ADD:
        v = x + y;
        break;
    case OP_SUB:
        v = x - y;
        break;
    case OP_MUL:
        v = x * y;
        break;
    case OP_DIV:
        v = x / y;
        break;
    default:
        if (l.kind == V_FLOAT)
            not_applicable(f, n, l);
        fail_at(f, n->bin.lhs, "Operator '%s' is not applicable to an Integer when right side is a Float.", ast_op_text(n->op));
    }
    if (isinf(v))
        fail_at(f, n->bin.lhs, "The result of the %s expression is Infinity", ast_op_text(n->op));
    return value_float(v);
}

static bool is_time(struct value v) { return v.kind == V_TIMESTAMP || v.kind == V_TIMESPAN; }
static bool is_number(struct value v) { return v.kind == V_INT || v.kind == V_FLOAT; }

static _Noreturn void not_applicable_with(struct frame *f, const struct node *n, struct value left, struct value right)
{
    fail_at(f, n->bin.lhs, "Operator '%s' is not applicable to %.*s when right side is %.*s.", ast_op_text(n->op),
            SV_ARG(with_article(f->c, value_label(f->c, left), false)), SV_ARG(with_article(f->c, value_label(f->c, right), false)));
}

/* Nanoseconds within what fits; a plain number counts seconds. */
static int64_t nanoseconds(struct value v)
{
    double d = v.kind == V_FLOAT ? v.f * 1e9 : (double)v.i * 1e9;
    if (is_time(v))
        return v.i;
    if (isnan(d) || fabs(d) >= 9.2e18)
        return d < 0 ? INT64_MIN + 1 : isnan(d) ? 0 : INT64_MAX;
    return v.kind == V_FLOAT ? (int64_t)d : v.i * 1000000000;
}

static struct value time_value(uint8_t kind, int64_t ns) { return (struct value){ .kind = kind, .i = ns }; }

static struct value time_sum(struct frame *f, const struct node *n, struct value l, struct value r)
{
    bool minus = n->op == OP_SUB;
    const char *how = minus ? "subtracted from" : "added to";
    bool no_sense = (!minus && l.kind == V_TIMESTAMP && r.kind == V_TIMESTAMP) ||
                    (minus && l.kind == V_TIMESPAN && r.kind == V_TIMESTAMP) || !(is_time(r) || is_number(r));
    uint8_t kind = l.kind == V_TIMESTAMP || r.kind == V_TIMESTAMP ? V_TIMESTAMP : V_TIMESPAN;
    int64_t ns;
    if (no_sense)
        raise_at(f, n, "%.*s cannot be %s %.*s",
                 SV_ARG(with_article(f->c, r.kind == V_SEMVER ? SV("Version") : value_label(f->c, r), true)), how,
                 SV_ARG(with_article(f->c, value_label(f->c, l), false)));
    if (minus ? __builtin_sub_overflow(nanoseconds(l), nanoseconds(r), &ns) : __builtin_add_overflow(nanoseconds(l), nanoseconds(r), &ns))
        fail_at(f, n, "The time that a '%s' expression gives is out of range", ast_op_text(n->op));
    return time_value(minus && r.kind == V_TIMESTAMP ? V_TIMESPAN : kind, ns);
}

static int64_t floor_div(int64_t x, int64_t y) { return x / y - (x % y && (x < 0) != (y < 0)); }

static struct value span_scaled(struct frame *f, const struct node *n, struct value l, struct value r)
{
    double by = r.kind == V_FLOAT ? r.f : (double)r.i, ns;
    bool times = n->op == OP_MUL;
    if (!times && by == 0)
        fail_at(f, n->bin.rhs, "Division by 0");
    if (!times && r.kind == V_INT && r.i != -1)
        return time_value(V_TIMESPAN, floor_div(l.i, r.i));
    ns = times ? (double)l.i * by : floor((double)l.i / by);
    if (isnan(ns) || fabs(ns) >= 9.2e18)
        fail_at(f, n, "The time that a '%s' expression gives is out of range", ast_op_text(n->op));
    return time_value(V_TIMESPAN, times && r.kind == V_INT ? l.i * r.i : (int64_t)ns);
}

/* A Timespan times, by or modulo something. */
static struct value span_product(struct frame *f, const struct node *n, struct value l, struct value r)
{
    if (n->op == OP_DIV && r.kind == V_TIMESPAN) {
        double ratio = (double)l.i / (double)r.i;
        if (isinf(ratio))
            fail_at(f, n->bin.lhs, "The result of the / expression is Infinity");
        return value_float(ratio);
    }
    if (n->op == OP_MOD && r.kind == V_INT) {
        if (!r.i)
            fail_at(f, n->bin.rhs, "Division by 0");
        int64_t seconds = floor_div(l.i, 1000000000);
        return value_int(r.i == 0 || r.i == -1 ? 0 : seconds - floor_div(seconds, r.i) * r.i); /* -1: the one quotient that overflows */
    }
    if (n->op != OP_MOD && is_number(r))
        return span_scaled(f, n, l, r);
    struct sv what = with_article(f->c, value_label(f->c, r), false);
    if (n->op == OP_MOD)
        raise_at(f, n, "Can not do modulus on a Timespan using a %.*s", SV_ARG(what));
    raise_at(f, n, n->op == OP_MUL ? "A Timestamp cannot be multiplied by %.*s" : "A Timespan cannot be divided by %.*s", SV_ARG(what));
}

/* Timestamps and timespans count nanoseconds; plain numbers beside them are seconds. */
static struct value time_arithmetic(struct frame *f, const struct node *n, struct value l, struct value r)
{
    if (n->op == OP_MOD && (l.kind == V_FLOAT || r.kind == V_FLOAT)) {
        if (l.kind == V_FLOAT)
            not_applicable(f, n, l);
        not_applicable_with(f, n, l, r);
    }
    if (!is_time(l) && (n->op == OP_ADD || (n->op == OP_MUL && r.kind == V_TIMESPAN))) {
        struct value x = l;
        l = r;
        r = x;
    } else if (!is_time(l) && n->op == OP_SUB && r.kind == V_TIMESPAN) {
        l = time_value(V_TIMESPAN, nanoseconds(l));
    } else if (!is_time(l)) {
        not_applicable_with(f, n, l, r);
    }
    if (n->op == OP_ADD || n->op == OP_SUB)
        return time_sum(f, n, l, r);
    if (l.kind == V_TIMESPAN && (n->op == OP_MUL || n->op == OP_DIV || n->op == OP_MOD))
        return span_product(f, n, l, r);
    not_applicable(f, n, l);
}

/* Where a text or another URI leads to from a URI. */
static struct value uri_plus(struct frame *f, const struct node *n, struct value l, struct value r)
{
    struct err err;
    struct sv text;
    if (r.kind != V_URI && r.kind != V_STRING)
        raise_at(f, n, "An URI can only be merged with an URI or String");
    if (!uri_merge(f->c->arena, value_sv(l), value_sv(r), &text, &err))
        raise_at(f, n, "%s", err.text);
    return (struct value){ .kind = V_URI, .n = (uint32_t)text.n, .s = text.p };
}

static struct value arithmetic(struct frame *f, const struct node *n, struct value l, struct value r)
{
    if (l.kind == V_ARRAY && n->op == OP_SHL) {
        struct value *one = ARENA_NEW(f->c->arena, struct value);
        *one = r;
        return array_concat(f->c, l, value_array(one, 1));
    }
    if (l.kind == V_ARRAY && n->op == OP_ADD)
        return array_concat(f->c, l, r);
    if (l.kind == V_HASH && n->op == OP_ADD)
        return hash_merge(f, n, l, r);
    if ((l.kind == V_ARRAY || l.kind == V_HASH) && n->op == OP_SUB)
        return collection_minus(f->c, l, r);
    if (l.kind == V_HASH && n->op == OP_SHL)
        not_applicable(f, n, l);
    if (l.kind == V_BINARY && n->op == OP_ADD) {
        if (r.kind != V_BINARY)
            raise_at(f, n, "Can only append Binary to a Binary");
        struct strbuf b = STRBUF_IN(f->c->arena);
        strbuf_add(&b, value_sv(l));
        strbuf_add(&b, value_sv(r));
        struct value v = value_str(strbuf_sv(&b));
        v.kind = V_BINARY;
        return v;
    }
    if (l.kind == V_URI && n->op == OP_ADD)
        return uri_plus(f, n, l, r);
    l = coerce_number(f, l, n->bin.lhs);
    r = coerce_number(f, r, n->bin.rhs);
    if (l.kind == V_INT && r.kind == V_INT)
        return int_arithmetic(f, n, l.i, r.i);
    if (l.kind == V_SEMVER) /* numbers to the reference, which have no arithmetic */
        not_applicable(f, n, l);
    if (is_number(l) && r.kind == V_SEMVER)
        raise_at(f, n, "can't convert SemanticPuppet::Version into Float");
    if (!is_number(l) || !is_number(r))
        return time_arithmetic(f, n, l, r);
    return float_arithmetic(f, n, l, r);
}

/* ---- comparison ---- */

static int nocase_cmp(struct sv a, struct sv b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
        x = x >= 'A' && x <= 'Z' ? (unsigned char)(x + 32) : x;
        y = y >= 'A' && y <= 'Z' ? (unsigned char)(y + 32) : y;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static double number_of(struct value v)
{
    if (v.kind == V_FLOAT)
        return v.f;
    return v.kind == V_INT ? (double)v.i : (double)v.i / 1e9;
}

/* NULL, or why they cannot be compared. */
static const char *compare(struct value l, struct value r, int *out_cmp)
{
    if (l.kind == V_STRING) {
        if (r.kind != V_STRING)
            return "A String is not comparable to a non String";
        *out_cmp = nocase_cmp(value_sv(l), value_sv(r));
        return NULL;
    }
    if (is_number(l) || is_time(l)) {
        if (is_number(l) && r.kind == V_SEMVER)
            return "";
        if (!is_number(r) && (!is_time(r) || (is_time(l) && l.kind != r.kind)))
            return is_number(l)            ? "A Numeric is not comparable to non Numeric"
                   : l.kind == V_TIMESTAMP ? "Timestamps are only comparable to Timestamps, Integers, and Floats"
                                           : "Timespans are only comparable to Timespans, Integers, and Floats";
        if (l.kind == r.kind && l.kind != V_FLOAT) {
            *out_cmp = l.i < r.i ? -1 : l.i > r.i;
        } else {
            double x = number_of(l), y = number_of(r);
            *out_cmp = x < y ? -1 : x > y;
        }
        return NULL;
    }
    if (l.kind == V_SEMVER) {
        if (r.kind != V_SEMVER)
            return "Versions not comparable to non Versions";
        *out_cmp = semver_compare(l.semver, r.semver);
        return NULL;
    }
    if (l.kind == V_DEFAULT)
        return "Symbol not comparable to non Symbol";
    return "Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable";
}

static struct value compare_types(struct frame *f, const struct node *n, const struct type *l, struct value rv)
{
    if (n->op == OP_EQ || n->op == OP_NE) {
        bool equal = rv.kind == V_TYPE && type_equal(l, rv.t);
        return value_bool(equal == (n->op == OP_EQ));
    }
    if (rv.kind != V_TYPE)
        fail_at(f, n, "Comparison of: %.*s %s %.*s, is not possible. Caused by 'not a type'.", SV_ARG(value_label(f->c, value_type(l))),
                ast_op_text(n->op), SV_ARG(value_label(f->c, rv)));
    const struct type *r = rv.t;
    bool equal = type_equal(l, r);
    switch (n->op) {
    case OP_LT:
        return value_bool(!equal && type_assignable(r, l));
    case OP_LE:
        return value_bool(type_assignable(r, l));
    case OP_GT:
        return value_bool(!equal && type_assignable(l, r));
    default:
        return value_bool(type_assignable(l, r));
    }
}

static struct value comparison(struct frame *f, const struct node *n, struct value l, struct value r)
{
    if (l.kind == V_TYPE)
        return compare_types(f, n, l.t, r);
    if (n->op == OP_EQ)
        return value_bool(value_equal(l, r));
    if (n->op == OP_NE)
        return value_bool(!value_equal(l, r));
    int cmp = 0;
    const char *why = compare(l, r, &cmp);
    if (why && !*why)
        raise_at(f, n, "can't convert SemanticPuppet::Version into Float");
    if (why)
        fail_at(f, n, "Comparison of: %.*s %s %.*s, is not possible. Caused by '%s'.", SV_ARG(value_label(f->c, l)), ast_op_text(n->op),
                SV_ARG(value_label(f->c, r)), why);
    switch (n->op) {
    case OP_LT:
        return value_bool(cmp < 0);
    case OP_LE:
        return value_bool(cmp <= 0);
    case OP_GT:
        return value_bool(cmp > 0);
    default:
        return value_bool(cmp >= 0);
    }
}

/* ---- matching ---- */

static bool regexp_match(struct frame *f, const struct regexp *re, struct sv text, bool keep)
{
    struct regexp_match m;
    enum regexp_result r = regexp_search(re, text, 0, keep ? &m : NULL);
    if (r == REGEXP_LIMIT)
        fail_slow_regexp(f, f->matching, re, text.n);
    if (r == REGEXP_YES && keep)
        set_match(f, &m, text);
    return r == REGEXP_YES;
}

static bool is_of_type(struct frame *f, const struct type *t, struct value v)
{
    struct slow_match slow;
    bool yes = type_match_or_slow(t, v, &slow);
    if (!yes && slow.re)
        fail_slow_regexp(f, f->matching, slow.re, slow.bytes);
    return yes;
}

static struct value match_operator(struct frame *f, const struct node *n, struct value l, struct value r)
{
    bool want = n->op == OP_MATCH;
    f->matching = n;
    if (r.kind == V_TYPE)
        return value_bool(is_of_type(f, r.t, l) == want);
    if (r.kind == V_SEMVER_RANGE)
        return value_bool(match_value(f, l, r) == want);
    const struct regexp *re = r.kind == V_REGEXP ? r.re : NULL;
    if (r.kind == V_STRING) {
        struct err err;
        re = regexp_compile(f->c->arena, value_sv(r), &err);
        if (!re)
            fail_at(f, n->bin.rhs, "Can not convert right match operand to a regular expression. Caused by '%s'.", err.text);
    }
    if (!re)
        fail_at(f, n->bin.rhs,
                "Can not convert right match operand to a regular expression. Caused by 'no implicit conversion of %.*s into String'.",
                SV_ARG(value_label(f->c, r)));
    if (l.kind != V_STRING)
        fail_at(f, n->bin.lhs, "Left match operand must result in a String value. Got %.*s.",
                SV_ARG(with_article(f->c, value_label(f->c, l), false)));
    return value_bool(regexp_match(f, re, value_sv(l), true) == want);
}

/* A version in a range; text is read as a version. */
static bool range_includes(struct frame *f, struct value range, struct value v)
{
    if (v.kind == V_SEMVER)
        return semver_range_includes(range.range, v.semver);
    struct semver parsed;
    struct err err;
    return v.kind == V_STRING && semver_parse(f->c->arena, value_sv(v), &parsed, &err) && semver_range_includes(range.range, &parsed);
}

bool match_value(struct frame *f, struct value left, struct value pattern)
{
    switch (pattern.kind) {
    case V_REGEXP:
        return left.kind == V_STRING && regexp_match(f, pattern.re, value_sv(left), true);
    case V_TYPE:
        return is_of_type(f, pattern.t, left);
    case V_SEMVER_RANGE:
        return range_includes(f, pattern, left);
    case V_DEFAULT:
        return true;
    case V_ARRAY:
        if (left.kind != V_ARRAY || left.n != pattern.n)
            return false;
        for (uint32_t i = 0; i < left.n; i++)
            if (!match_value(f, left.items[i], pattern.items[i]))
                return false;
        return true;
    case V_HASH:
        if (left.kind != V_HASH)
            return false;
        for (uint32_t i = 0; i < pattern.h->count; i++) {
            const struct value *v = hash_find(left.h, pattern.h->pairs[i].key);
            if (!match_value(f, v ? *v : VALUE_UNDEF, pattern.h->pairs[i].value))
                return false;
        }
        return true;
    default:
        return value_equal(left, pattern);
    }
}

static struct sv downcase(struct arena *a, struct sv s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    return (struct sv){ p, s.n };
}

static bool string_includes(struct frame *f, struct sv in, struct value what)
{
    if (what.kind == V_STRING)
        return sv_find(downcase(f->c->arena, in), downcase(f->c->arena, value_sv(what)), 0) != SIZE_MAX;
    return what.kind == V_REGEXP && regexp_match(f, what.re, in, true);
}

static bool list_includes(struct frame *f, struct value in, struct value what)
{
    for (uint32_t i = 0; i < in.n; i++) {
        struct value e = in.items[i];
        bool yes;
        if (what.kind == V_REGEXP)
            yes = e.kind == V_STRING && regexp_match(f, what.re, value_sv(e), true);
        else if (what.kind == V_STRING || what.kind == V_SEMVER)
            yes = match_value(f, what, e);
        else if (what.kind == V_TYPE)
            yes = is_of_type(f, what.t, e);
        else
            yes = value_equal(e, what);
        if (yes)
            return true;
    }
    return false;
}

bool value_includes(struct frame *f, struct value in, struct value what)
{
    if (in.kind == V_STRING)
        return string_includes(f, value_sv(in), what);
    if (in.kind == V_ARRAY)
        return list_includes(f, in, what);
    if (in.kind == V_SEMVER_RANGE)
        return range_includes(f, in, what);
    if (in.kind != V_HASH)
        return false;
    struct value *keys = ARENA_ARRAY(f->c->arena, struct value, in.h->count + 1);
    for (uint32_t i = 0; i < in.h->count; i++)
        keys[i] = in.h->pairs[i].key;
    return list_includes(f, value_array(keys, in.h->count), what);
}

struct value eval_binary(struct frame *f, const struct node *n)
{
    if (n->op == OP_AND)
        return value_bool(value_truthy(eval(f, n->bin.lhs)) && value_truthy(eval(f, n->bin.rhs)));
    if (n->op == OP_OR)
        return value_bool(value_truthy(eval(f, n->bin.lhs)) || value_truthy(eval(f, n->bin.rhs)));
    struct value l = eval(f, n->bin.lhs), r = eval(f, n->bin.rhs);
    switch (n->op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV:
    case OP_MOD:
    case OP_SHL:
    case OP_SHR:
        return arithmetic(f, n, l, r);
    case OP_MATCH:
    case OP_NOMATCH:
        return match_operator(f, n, l, r);
    case OP_IN:
        f->matching = n;
        return value_bool(value_includes(f, r, l));
    default:
        return comparison(f, n, l, r);
    }
}
