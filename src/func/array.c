/* array: functions over lists, and over what has a size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/iterator.h"
#include "types/semver.h"
#include "types/type.h"

enum { MAX_FLATTEN = 400 };

static void flatten(struct call *k, struct list *out, struct value v, unsigned depth)
{
    if (v.kind != V_ARRAY || depth > MAX_FLATTEN) {
        list_add(k, out, v);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++)
        flatten(k, out, v.items[i], depth + 1);
}

static struct value fn_flatten(struct call *k)
{
    struct list out = { 0 };
    for (uint32_t i = 0; i < k->count; i++)
        flatten(k, &out, k->args[i], 0);
    return list_value(&out);
}

/* ---- characters ---- */

static size_t char_bytes(struct sv s, size_t at)
{
    size_t n = 1;
    while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
        n++;
    return n;
}

static struct value characters(struct call *k, struct sv s)
{
    struct list out = { 0 };
    for (size_t at = 0, n; at < s.n; at += n) {
        n = char_bytes(s, at);
        list_add(k, &out, value_str(sv_slice(s, at, at + n)));
    }
    return list_value(&out);
}

static struct value concatenated(struct call *k, struct value list)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < list.n; i++)
        strbuf_add(&out, value_sv(list.items[i]));
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

/* ---- unique ---- */

/* What tells elements apart: the block's value, or the element. */
static struct value mark(struct call *k, struct value v) { return k->block ? call_block(k, &v, 1) : v; }

static struct value unique(struct call *k, struct value list)
{
    struct hash *seen = hash_new(k->arena, list.n);
    struct list out = { 0 };
    for (uint32_t i = 0; i < list.n; i++) {
        struct value m = mark(k, list.items[i]);
        if (hash_find(seen, m))
            continue;
        hash_put(k->arena, seen, m, value_bool(true));
        list_add(k, &out, list.items[i]);
    }
    return list_value(&out);
}

static struct value fn_unique_list(struct call *k) { return unique(k, iterable_to_array(k->arena, k->args[0])); }
static struct value fn_unique_string(struct call *k) { return concatenated(k, unique(k, characters(k, value_sv(k->args[0])))); }

/* { [keys with the same value] => [the value] } */
static struct value fn_unique_hash(struct call *k)
{
    const struct hash *h = k->args[0].h;
    struct hash *groups = hash_new(k->arena, h->count), *out = hash_new(k->arena, h->count);
    for (uint32_t i = 0; i < h->count; i++) {
        struct value m = mark(k, h->pairs[i].value);
        const struct value *was = hash_find(groups, m);
        struct list *lists = was ? (struct list *)(uintptr_t)was->i : ARENA_ARRAY(k->arena, struct list, 2);
        list_add(k, &lists[0], h->pairs[i].key);
        bool known = false;
        for (uint32_t j = 0; j < lists[1].count && !known; j++)
            known = value_same(lists[1].items[j], h->pairs[i].value);
        if (!known)
            list_add(k, &lists[1], h->pairs[i].value);
        hash_put(k->arena, groups, m, value_int((int64_t)(uintptr_t)lists));
    }
    for (uint32_t i = 0; i < groups->count; i++) {
        struct list *lists = (struct list *)(uintptr_t)groups->pairs[i].value.i;
        hash_put(k->arena, out, list_value(&lists[0]), list_value(&lists[1]));
    }
    return value_hash(out);
}

/* ---- order ---- */

static double number(struct value v) { return v.kind == V_FLOAT ? v.f : (double)v.i; }
static bool is_number(struct value v) { return v.kind == V_INT || v.kind == V_FLOAT; }
static int sign(double d) { return (d > 0) - (d < 0); }

/* As Ruby's <=>. False where the two cannot be compared. */
static bool compare_values(struct value a, struct value b, int *out)
{
    *out = 0;
    if (a.kind == V_INT && b.kind == V_INT)
        *out = (a.i > b.i) - (a.i < b.i);
    else if (is_number(a) && is_number(b))
        *out = sign(number(a) - number(b));
    else if (a.kind == V_STRING && b.kind == V_STRING)
        *out = sv_cmp(value_sv(a), value_sv(b));
    else if (a.kind == V_SEMVER && b.kind == V_SEMVER)
        *out = semver_compare(a.semver, b.semver);
    else if ((a.kind == V_TIMESTAMP || a.kind == V_TIMESPAN) && a.kind == b.kind)
        *out = (a.i > b.i) - (a.i < b.i);
    else if (a.kind == V_ARRAY && b.kind == V_ARRAY) {
        for (uint32_t i = 0; i < a.n && i < b.n && *out == 0; i++)
            if (!compare_values(a.items[i], b.items[i], out))
                return false;
        if (*out == 0)
            *out = (a.n > b.n) - (a.n < b.n);
    } else {
        return value_same(a, b);
    }
    return true;
}

static int compare_two(struct call *k, struct value a, struct value b)
{
    int n = 0;
    if (k->block) {
        struct value args[2] = { a, b }, v = call_block(k, args, 2);
        if (!is_number(v))
            call_fail(k, "comparison of %s with %s failed", ruby_class(a), ruby_class(b));
        return sign(number(v));
    }
    if (!compare_values(a, b, &n)) {
        struct strbuf other = STRBUF_IN(k->arena);
        if (b.kind == V_STRING || b.kind == V_ARRAY || b.kind == V_HASH)
            strbuf_adds(&other, ruby_class(b));
        else if (b.kind == V_UNDEF)
            strbuf_adds(&other, "nil");
        else
            value_print(&other, b);
        call_fail(k, "comparison of %s with %.*s failed", ruby_class(a), SV_ARG(strbuf_sv(&other)));
    }
    return n;
}

/* Merge sort: a block may end the compile at any step, and may be no real order. */
static void sort_range(struct call *k, struct value *items, struct value *spare, uint32_t n)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, at = 0;
    sort_range(k, items, spare, half);
    sort_range(k, items + half, spare, n - half);
    while (i < half && j < n)
        spare[at++] = compare_two(k, items[i], items[j]) <= 0 ? items[i++] : items[j++];
    while (i < half)
        spare[at++] = items[i++];
    memcpy(items, spare, at * sizeof *items);
}

static struct value sorted(struct call *k, struct value list)
{
    struct value *items = ARENA_ARRAY(k->arena, struct value, list.n + 1);
    if (list.n)
        memcpy(items, list.items, list.n * sizeof *items);
    sort_range(k, items, ARENA_ARRAY(k->arena, struct value, list.n + 1), list.n);
    return value_array(items, list.n);
}

static struct value fn_sort(struct call *k) { return sorted(k, k->args[0]); }
static struct value fn_sort_string(struct call *k) { return concatenated(k, sorted(k, characters(k, value_sv(k->args[0])))); }

/* "-1", "1.5", "1e3": text that min and max take for a number. */
static bool looks_numeric(struct sv s)
{
    size_t i = s.n && s.p[0] == '-', from = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == from)
        return false;
    if (i < s.n && (s.p[i] == '.' || s.p[i] == '_' || s.p[i] == 'e' || s.p[i] == 'E')) {
        from = ++i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

static int compare_for_extreme(struct call *k, struct value a, struct value b)
{
    struct value x, y;
    if (k->block || (is_number(a) && is_number(b)))
        return compare_two(k, a, b);
    struct sv p = value_text(k->arena, a), q = value_text(k->arena, b);
    bool strings = a.kind == V_STRING && b.kind == V_STRING;
    if (looks_numeric(p) && looks_numeric(q) && number_from_sv(p, &x) && number_from_sv(q, &y)) {
        call_warn(k, "deprecations",
                  "The %s() function's auto conversion of String to Numeric is deprecated - change to convert input before calling, or use "
                  "lambda",
                  k->fn->name);
        return sign(number(x) - number(y));
    }
    if (!strings)
        call_warn(
            k, "deprecations",
            "The %s() function's auto conversion of Any to String is deprecated - change to convert input before calling, or use lambda",
            k->fn->name);
    return sv_cmp(p, q);
}

static struct value extreme(struct call *k, int want)
{
    bool single = k->count == 1 && k->args[0].kind == V_ARRAY;
    const struct value *items = single ? k->args[0].items : k->args;
    uint32_t count = single ? k->args[0].n : k->count;
    if (count == 0 && k->block)
        return VALUE_UNDEF;
    if (count == 0)
        call_fail(k, "%s(): Wrong number of arguments need at least one", k->fn->name);
    struct value best = items[0];
    for (uint32_t i = 1; i < count; i++)
        if (compare_for_extreme(k, items[i], best) * want > 0)
            best = items[i];
    return best;
}

static struct value fn_max(struct call *k) { return extreme(k, 1); }
static struct value fn_min(struct call *k) { return extreme(k, -1); }

static struct value fn_compare(struct call *k)
{
    struct value a = k->args[0], b = k->args[1];
    int n = 0;
    bool ignore_case = k->count < 3 || value_truthy(k->args[2]);
    if (a.kind == V_STRING && ignore_case) {
        size_t common = a.n < b.n ? a.n : b.n;
        for (size_t i = 0; i < common && n == 0; i++) {
            int x = (unsigned char)a.s[i], y = (unsigned char)b.s[i];
            x += x >= 'A' && x <= 'Z' ? 32 : 0;
            y += y >= 'A' && y <= 'Z' ? 32 : 0;
            n = (x > y) - (x < y);
        }
        return value_int(n ? n : (a.n > b.n) - (a.n < b.n));
    }
    /* times against numbers: seconds */
    double p = a.kind == V_TIMESTAMP || a.kind == V_TIMESPAN ? (double)a.i / 1e9 : number(a);
    double q = b.kind == V_TIMESTAMP || b.kind == V_TIMESPAN ? (double)b.i / 1e9 : number(b);
    if (is_number(a) != is_number(b))
        n = sign(p - q);
    else
        compare_values(a, b, &n);
    return value_int(n < 0 ? -1 : n > 0);
}

static bool comparable(struct value v)
{
    return is_number(v) || v.kind == V_STRING || v.kind == V_SEMVER || v.kind == V_TIMESTAMP || v.kind == V_TIMESPAN;
}

static struct value fn_compare_wrong(struct call *k)
{
    struct value a = k->args[0], b = k->args[1];
    if (k->count > 2 && (a.kind != V_STRING || b.kind != V_STRING) && comparable(a) && comparable(b))
        call_fail(k, "'compare' compare(): The third argument (ignore case) can only be used when comparing strings");
    if (comparable(a) && comparable(b))
        call_fail(k,
                  "'compare' compare(): Can only compare values of the same type (or for Timestamp/Timespan also against Numeric). Got "
                  "%s and %s",
                  ruby_class(a), ruby_class(b));
    call_fail(k,
              "'compare' compare(): Non comparable type. Only values of the types Numeric, String, Semver, Timestamp and Timestamp can be "
              "compared. "
              "Got %s and %s",
              ruby_class(a), ruby_class(b));
}

/* ---- sizes ---- */

static int64_t size_of(struct value v)
{
    if (v.kind == V_HASH)
        return v.h->count;
    if (v.kind != V_STRING)
        return v.n;
    int64_t n = 0;
    for (size_t i = 0; i < v.n; i++)
        n += ((unsigned char)v.s[i] & 0xc0) != 0x80;
    return n;
}

static struct value fn_size(struct call *k) { return value_int(size_of(k->args[0])); }

static struct value fn_empty(struct call *k)
{
    struct value v = k->args[0];
    if (v.kind == V_SENSITIVE)
        v = *v.inner;
    if (is_number(v)) {
        call_warn(k, "deprecations", "Calling function empty() with Numeric value is deprecated.");
        return value_bool(false);
    }
    return value_bool(v.kind == V_UNDEF || size_of(v) == 0);
}

/* ---- join ---- */

static void join(struct call *k, struct strbuf *out, struct value list, struct sv delimiter, unsigned depth)
{
    if (depth > MAX_FLATTEN)
        call_fail(k, "join(): the list is nested more than %d deep", MAX_FLATTEN);
    for (uint32_t i = 0; i < list.n; i++) {
        if (i)
            strbuf_add(out, delimiter);
        if (list.items[i].kind == V_ARRAY)
            join(k, out, list.items[i], delimiter, depth + 1);
        else
            value_print(out, list.items[i]);
    }
}

static struct value fn_join(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    join(k, &out, k->args[0], k->count > 1 ? value_sv(k->args[1]) : SV(""), 0);
    return value_str(out.n ? strbuf_sv(&out) : SV(""));
}

#define EXTREME(name, run, help)                                                                                                           \
    { name, "Callable[Numeric, 0, default]", help, run, 0, "values" }, { name, "Callable[String, 0, default]", help, run, 0, "values" },   \
        { name, "Callable[Array[Numeric], Optional[Callable[2, 2]]]", help, run, 0, "values block" },                                      \
        { name, "Callable[Array[String], Optional[Callable[2, 2]]]", help, run, 0, "values block" },                                       \
        { name, "Callable[Array, Optional[Callable[2, 2]]]", help, run, 0, "values block" },                                               \
        { name, "Callable[Any, 0, default, Callable[2, 2]]", help, run, 0, "values block" },                                               \
    {                                                                                                                                      \
        name, "Callable[Any, 0, default]", help, run, 0, "values"                                                                          \
    }

const struct builtin func_array[] = {
    { "flatten", "Callable[Any, 0, default]", "one list of all that is in the lists", fn_flatten, 0, "args" },
    { "unique", "Callable[String, Optional[Callable[String]]]", "each character once", fn_unique_string, 0, "string block" },
    { "unique", "Callable[Hash, Optional[Callable[Any]]]", "keys grouped by equal values", fn_unique_hash, 0, "hash block" },
    { "unique", "Callable[Array, Optional[Callable[Any]]]", "each element once", fn_unique_list, 0, "array block" },
    { "unique", "Callable[Iterable, Optional[Callable[Any]]]", "each element once", fn_unique_list, 0, "iterable block" },
    { "sort", "Callable[String, Optional[Callable[2, 2]]]", "the characters in order", fn_sort_string, 0, "string_value block" },
    { "sort", "Callable[Array, Optional[Callable[2, 2]]]", "the elements in order", fn_sort, 0, "array_value block" },
    EXTREME("max", fn_max, "the greatest value"),
    EXTREME("min", fn_min, "the smallest value"),
    { "compare", "Callable[Numeric, Numeric]", "-1, 0 or 1", fn_compare, 0, "a b" },
    { "compare", "Callable[String, String, Boolean, 2, 3]", "-1, 0 or 1", fn_compare, 0, "a b ignore_case" },
    { "compare", "Callable[SemVer, SemVer]", "-1, 0 or 1", fn_compare, 0, "a b" },
    { "compare", "Callable[Numeric, Variant[Timespan, Timestamp]]", "-1, 0 or 1", fn_compare, 0, "a b" },
    { "compare", "Callable[Timestamp, Variant[Timestamp, Numeric]]", "-1, 0 or 1", fn_compare, 0, "a b" },
    { "compare", "Callable[Timespan, Variant[Timespan, Numeric]]", "-1, 0 or 1", fn_compare, 0, "a b" },
    { "compare", "Callable[Any, Any, Any, 2, default]", "refuses what cannot be compared", fn_compare_wrong, 0, "a b ignore_case" },
    { "size", "Callable[Variant[Collection, String, Binary]]", "number of elements or characters", fn_size, 0, "arg" },
    { "length", "Callable[Collection]", "number of elements", fn_size, 0, "arg" },
    { "length", "Callable[String]", "number of characters", fn_size, 0, "arg" },
    { "length", "Callable[Binary]", "number of bytes", fn_size, 0, "arg" },
    { "empty", "Callable[Collection]", "has it no elements", fn_empty, 0, "coll" },
    { "empty", "Callable[Sensitive[String]]", "has it no characters", fn_empty, 0, "str" },
    { "empty", "Callable[String]", "has it no characters", fn_empty, 0, "str" },
    { "empty", "Callable[Numeric]", "false", fn_empty, 0, "num" },
    { "empty", "Callable[Binary]", "has it no bytes", fn_empty, 0, "bin" },
    { "empty", "Callable[Undef]", "true", fn_empty, 0, "x" },
    { "join", "Callable[Array, String, 1, 2]", "the elements as one text", fn_join, 0, "arg delimiter" },
};
const size_t func_array_count = sizeof func_array / sizeof *func_array;
