/* list: stdlib's functions on lists. They take anything and check it themselves, as the reference's do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/iterator.h"
#include "types/regexp.h"
#include "types/text.h"

#define RANGE_MOST 1000000

static struct value arg(const struct call *k, uint32_t i) { return old_arg(k, i); }

static _Noreturn void wrong_count(struct call *k, const char *wanted)
{
    call_fail(k, "%s(): Wrong number of arguments given (%u for %s)", k->fn->name, k->count, wanted);
}

/* As Ruby's == : 1 == 1.0. */
static bool same(struct value a, struct value b)
{
    bool numbers = (a.kind == V_INT || a.kind == V_FLOAT) && (b.kind == V_INT || b.kind == V_FLOAT);
    return numbers ? value_equal(a, b) : value_same(a, b);
}

static bool has(struct value list, struct value v)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (same(list.items[i], v))
            return true;
    return false;
}

static struct hash *set_of(struct call *k, struct value list)
{
    struct hash *h = hash_new(k->arena, list.n);
    for (uint32_t i = 0; i < list.n; i++)
        hash_put(k->arena, h, list.items[i], value_bool(true));
    return h;
}

static void flatten(struct call *k, struct list *out, struct value v, unsigned depth)
{
    if (v.kind != V_ARRAY || depth > 400) {
        list_add(k, out, v);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++)
        flatten(k, out, v.items[i], depth + 1);
}

/* ---- two lists in one ---- */

static struct value fn_concat(struct call *k)
{
    struct list out = { 0 };
    if (k->count < 2)
        wrong_count(k, "< 2");
    if (k->args[0].kind != V_ARRAY)
        call_fail(k, "concat(): Requires array to work with");
    for (uint32_t i = 0; i < k->count; i++) {
        struct value v = arg(k, i);
        for (uint32_t n = 0; v.kind == V_ARRAY && n < v.n; n++)
            list_add(k, &out, v.items[n]);
        if (v.kind != V_ARRAY)
            list_add(k, &out, v);
    }
    return list_value(&out);
}

static void add_unique(struct call *k, struct list *out, struct hash *seen, struct value v)
{
    if (hash_find(seen, v))
        return;
    hash_put(k->arena, seen, v, value_bool(true));
    list_add(k, out, v);
}

static struct value fn_union(struct call *k)
{
    struct list out = { 0 };
    struct hash *seen = hash_new(k->arena, 0);
    if (k->count < 2)
        wrong_count(k, "< 2");
    for (uint32_t i = 0; i < k->count; i++)
        if (k->args[i].kind != V_ARRAY)
            call_fail(k, "union(): Every parameter must be an array");
    for (uint32_t i = 0; i < k->count; i++)
        for (uint32_t n = 0; n < k->args[i].n; n++)
            add_unique(k, &out, seen, k->args[i].items[n]);
    return list_value(&out);
}

static struct value fn_intersection(struct call *k)
{
    struct list out = { 0 };
    struct hash *seen = hash_new(k->arena, 0);
    if (k->count != 2)
        wrong_count(k, "2");
    if (k->args[0].kind != V_ARRAY || k->args[1].kind != V_ARRAY)
        call_fail(k, "intersection(): Requires 2 arrays, got %s and %s", ruby_class(arg(k, 0)), ruby_class(arg(k, 1)));
    struct hash *other = set_of(k, k->args[1]);
    for (uint32_t i = 0; i < k->args[0].n; i++)
        if (hash_find(other, k->args[0].items[i]))
            add_unique(k, &out, seen, k->args[0].items[i]);
    return list_value(&out);
}

static struct value fn_difference(struct call *k) /* keeps what is in the first list twice */
{
    struct list out = { 0 };
    if (k->count != 2)
        wrong_count(k, "2");
    if (k->args[0].kind != V_ARRAY || k->args[1].kind != V_ARRAY)
        call_fail(k, "difference(): Requires 2 arrays");
    struct hash *other = set_of(k, k->args[1]);
    for (uint32_t i = 0; i < k->args[0].n; i++)
        if (!hash_find(other, k->args[0].items[i]))
            list_add(k, &out, k->args[0].items[i]);
    return list_value(&out);
}

static struct value fn_zip(struct call *k)
{
    struct list out = { 0 }, flat = { 0 };
    if (k->count < 2)
        wrong_count(k, "2");
    struct value x = k->args[0], y = k->args[1];
    if (x.kind != V_ARRAY || y.kind != V_ARRAY)
        call_fail(k, "zip(): Requires array to work with");
    for (uint32_t i = 0; i < x.n; i++) {
        struct value *pair = ARENA_ARRAY(k->arena, struct value, 2);
        pair[0] = x.items[i];
        pair[1] = i < y.n ? y.items[i] : VALUE_UNDEF;
        list_add(k, &out, value_array(pair, 2));
    }
    if (k->count < 3 || !value_truthy(call_function(k, SV("str2bool"), &k->args[2], 1, NULL)))
        return list_value(&out);
    flatten(k, &flat, list_value(&out), 0);
    return list_value(&flat);
}

/* ---- without some ---- */

static struct value delete_text(struct call *k, struct sv s, struct value what)
{
    struct strbuf out = STRBUF_IN(k->arena);
    size_t at = 0, found;
    if (what.kind != V_STRING)
        call_fail(k, "wrong argument type %s (expected Regexp)", is_none(what) ? "nil" : ruby_class(what));
    while (what.n && (found = sv_find(s, value_sv(what), at)) != SIZE_MAX) {
        strbuf_add(&out, sv_slice(s, at, found));
        at = found + what.n;
    }
    strbuf_add(&out, sv_slice(s, at, s.n));
    return value_str(strbuf_sv(&out));
}

static struct value fn_delete(struct call *k)
{
    if (k->count != 2)
        call_fail(k, "delete(): Wrong number of arguments given %u for 2", k->count);
    struct value from = arg(k, 0), item = arg(k, 1), what = item.kind == V_ARRAY ? item : value_array(&item, 1);
    struct list out = { 0 };
    if (from.kind == V_ARRAY) {
        for (uint32_t i = 0; i < from.n; i++)
            if (!has(what, from.items[i]))
                list_add(k, &out, from.items[i]);
        return list_value(&out);
    }
    if (from.kind == V_STRING) {
        for (uint32_t i = 0; i < what.n; i++)
            from = delete_text(k, value_sv(from), what.items[i]);
        return from;
    }
    if (from.kind != V_HASH)
        call_fail(k, "delete(): First argument must be an Array, String, or Hash. Given an argument of class %s.", ruby_class(from));
    struct hash *h = hash_new(k->arena, from.h->count), *gone = set_of(k, what);
    for (uint32_t i = 0; i < from.h->count; i++)
        if (!hash_find(gone, from.h->pairs[i].key))
            hash_put(k->arena, h, from.h->pairs[i].key, from.h->pairs[i].value);
    return value_hash(h);
}

static struct value fn_delete_at(struct call *k)
{
    struct list out = { 0 };
    if (k->count < 2)
        wrong_count(k, "2");
    struct value list = k->args[0], at = arg(k, 1);
    if (list.kind != V_ARRAY)
        call_fail(k, "delete_at(): Requires array to work with");
    for (uint32_t i = 0; at.kind == V_STRING && i < at.n; i++)
        if (at.s[i] < '0' || at.s[i] > '9')
            call_fail(k, "delete_at(): You must provide non-negative numeric index");
    if (is_empty_text(at))
        call_fail(k, "delete_at(): You must provide non-negative numeric index");
    int64_t index = at.kind == V_INT ? at.i : ruby_to_i(value_text(k->arena, at));
    if (index > (int64_t)list.n - 1)
        call_fail(k, "delete_at(): Given index exceeds size of array given");
    index += index < 0 ? list.n : 0;
    for (uint32_t i = 0; i < list.n; i++)
        if (i != index)
            list_add(k, &out, list.items[i]);
    return list_value(&out);
}

static bool matches(struct call *k, const struct regexp *re, struct value v)
{
    return v.kind == V_STRING && regexp_hits(k, re, value_sv(v));
}

/* Elements, or keys of a hash, that none of some expressions matches as a word. */
static struct value fn_delete_regex(struct call *k)
{
    if (k->count != 2)
        call_fail(k, "delete_regex(): Wrong number of arguments given %u for 2", k->count);
    struct value from = arg(k, 0), item = arg(k, 1), what = item.kind == V_ARRAY ? item : value_array(&item, 1);
    for (uint32_t w = 0; w < what.n; w++) {
        struct list out = { 0 };
        struct hash *h = hash_new(k->arena, 0);
        if (from.kind == V_STRING)
            call_fail(k, "undefined method `reject!' for %.*s:String", SV_ARG(ruby_inspected(k->arena, from)));
        if (from.kind != V_ARRAY && from.kind != V_HASH)
            call_fail(k, "delete_regex(): First argument must be an Array, Hash, or String. Given an argument of class %s.",
                      ruby_class(from));
        const struct regexp *re = regexp_of(k, arena_printf(k->arena, "\\b%.*s\\b", SV_ARG(ruby_text(k->arena, what.items[w]))));
        for (uint32_t i = 0; from.kind == V_ARRAY && i < from.n; i++)
            if (!matches(k, re, from.items[i]))
                list_add(k, &out, from.items[i]);
        for (uint32_t i = 0; from.kind == V_HASH && i < from.h->count; i++)
            if (!matches(k, re, from.h->pairs[i].key))
                hash_put(k->arena, h, from.h->pairs[i].key, from.h->pairs[i].value);
        from = from.kind == V_ARRAY ? list_value(&out) : value_hash(h);
    }
    return from;
}

static struct value without(struct call *k, const struct hash *from, struct value what)
{
    struct hash *h = hash_new(k->arena, from->count);
    for (uint32_t i = 0; i < from->count; i++)
        if (!same(from->pairs[i].value, what))
            hash_put(k->arena, h, from->pairs[i].key, from->pairs[i].value);
    return value_hash(h);
}

static struct value fn_delete_undef_values(struct call *k)
{
    struct list out = { 0 };
    struct value v = arg(k, 0);
    if (!k->count)
        call_fail(k, "delete_undef_values(): Wrong number of arguments given (0)");
    if (v.kind == V_HASH)
        return without(k, v.h, VALUE_UNDEF);
    if (v.kind != V_ARRAY)
        call_fail(k, "delete_undef_values(): expected an array or hash, got %.*s type  %s ", SV_ARG(ruby_text(k->arena, v)), ruby_class(v));
    for (uint32_t i = 0; i < v.n; i++)
        if (!is_none(v.items[i]))
            list_add(k, &out, v.items[i]);
    return list_value(&out);
}

static struct value fn_delete_values(struct call *k)
{
    if (k->count != 2)
        call_fail(k, "delete_values(): Wrong number of arguments given (%u of 2)", k->count);
    if (k->args[0].kind != V_HASH)
        call_fail(k, "delete_values(): First argument must be a Hash. Given an argument of class %s.", ruby_class(arg(k, 0)));
    return without(k, k->args[0].h, arg(k, 1));
}

static struct value by_pattern(struct call *k, const char *method, bool keep)
{
    struct list out = { 0 };
    if (k->count != 2)
        call_fail(k, "%s(): Wrong number of arguments given %u for 2", k->fn->name, k->count);
    struct value from = arg(k, 0), pattern = arg(k, 1);
    if (pattern.kind != V_STRING && pattern.kind != V_REGEXP)
        call_fail(k, "no implicit conversion of %s into String", ruby_class(pattern));
    const struct regexp *re = pattern.kind == V_REGEXP ? pattern.re : regexp_of(k, value_sv(pattern));
    if (from.kind != V_ARRAY && from.kind != V_HASH)
        call_fail(k, "undefined method `%s' for %.*s:%s", method, SV_ARG(ruby_inspected(k->arena, from)), ruby_class(from));
    struct value list = iterable_to_array(k->arena, from);
    for (uint32_t i = 0; i < list.n; i++)
        if (matches(k, re, list.items[i]) == keep)
            list_add(k, &out, list.items[i]);
    return list_value(&out);
}

static struct value fn_grep(struct call *k) { return by_pattern(k, "grep", true); }
static struct value fn_reject(struct call *k) { return by_pattern(k, "reject", false); }

/* ---- asking ---- */

static struct value fn_member(struct call *k)
{
    if (k->count < 2)
        wrong_count(k, "2");
    struct value list = k->args[0], item = arg(k, 1), what = item.kind == V_ARRAY ? item : value_array(&item, 1);
    if (list.kind != V_ARRAY)
        call_fail(k, "member(): Requires array to work with");
    if (item.kind != V_STRING && item.kind != V_INT && item.kind != V_ARRAY)
        call_fail(k, "member(): Item to search for must be a string, fixnum, or array");
    if (item.kind == V_ARRAY && !item.n)
        call_fail(k, "member(): You must provide item to search for within array given");
    for (uint32_t i = 0; i < what.n; i++) {
        bool found = false;
        for (uint32_t n = 0; n < list.n && !found; n++)
            found = value_same(list.items[n], what.items[i]);
        if (!found)
            return value_bool(false);
    }
    return value_bool(true);
}

static struct value fn_count(struct call *k)
{
    int64_t n = 0;
    if (k->count < 1)
        call_fail(k, "count(): Wrong number of arguments given (0 for minimum 1)");
    if (k->count > 2)
        call_fail(k, "count(): Wrong number of arguments given %u for 1 or 2.", k->count);
    struct value from = arg(k, 0), item = arg(k, 1);
    if (from.kind != V_ARRAY && from.kind != V_HASH)
        call_fail(k, "undefined method `count' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, from)), ruby_class(from));
    struct value list = iterable_to_array(k->arena, from);
    for (uint32_t i = 0; i < list.n; i++)
        n += k->count > 1 ? same(list.items[i], item) : !is_none(list.items[i]) && !is_empty_text(list.items[i]);
    return value_int(n);
}

/* "2", 2, "1-3", "1..3", "1...3": places in a list of size n. */
static void add_places(struct call *k, struct list *out, struct value index, struct value list)
{
    struct sv s = ruby_text(k->arena, index), rest;
    int64_t from, to;
    size_t at = 0;
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    if (!at || !sv_to_int(sv_slice(s, 0, at), &from))
        call_fail(k, "values_at(): Unknown format of given index");
    rest = sv_slice(s, at, s.n);
    size_t skip = sv_starts(rest, SV("...")) ? 3 : sv_starts(rest, SV("..")) ? 2 : sv_starts(rest, SV("-")) ? 1 : 0;
    if (!rest.n) {
        if (from > (int64_t)list.n - 1)
            call_fail(k, "values_at(): Given index exceeds array size");
        to = from;
    } else {
        if (!skip || rest.n == skip || !sv_to_int(sv_slice(rest, skip, rest.n), &to))
            call_fail(k, "values_at(): Unknown format of given index");
        if (from > to)
            call_fail(k, "values_at(): Stop index in given indices range is smaller than the start index");
        if (to > (int64_t)list.n - 1)
            call_fail(k, "values_at(): Stop index in given indices range exceeds array size");
        to -= skip == 3;
    }
    for (int64_t i = from; i <= to; i++)
        if (!is_none(list.items[i]))
            list_add(k, out, list.items[i]);
}

static struct value fn_values_at(struct call *k)
{
    struct list out = { 0 }, places = { 0 };
    if (k->count < 2)
        wrong_count(k, "2");
    if (k->args[0].kind != V_ARRAY)
        call_fail(k, "values_at(): Requires array to work with");
    flatten(k, &places, arg(k, 1), 0);
    if (!places.count)
        call_fail(k, "values_at(): You must provide at least one positive index to collect");
    for (uint32_t i = 0; i < places.count; i++)
        add_places(k, &out, places.items[i], k->args[0]);
    return list_value(&out);
}

static struct value fn_any2array(struct call *k)
{
    struct list out = { 0 };
    struct value v = arg(k, 0);
    if (k->count == 1 && v.kind == V_ARRAY)
        return v;
    for (uint32_t i = 0; k->count == 1 && v.kind == V_HASH && i < v.h->count; i++) {
        list_add(k, &out, v.h->pairs[i].key);
        list_add(k, &out, v.h->pairs[i].value);
    }
    if (k->count == 1 && (v.kind == V_HASH || is_empty_text(v)))
        return list_value(&out);
    for (uint32_t i = 0; i < k->count; i++)
        list_add(k, &out, arg(k, i));
    return list_value(&out);
}

static struct value fn_reverse(struct call *k)
{
    struct strbuf text = STRBUF_IN(k->arena);
    struct value v = arg(k, 0);
    if (!k->count)
        wrong_count(k, "1");
    if (v.kind != V_ARRAY && v.kind != V_STRING)
        call_fail(k, "reverse(): Requires either array or string to work with");
    struct value chars = iterable_to_array(k->arena, v), *items = ARENA_ARRAY(k->arena, struct value, chars.n + 1);
    for (uint32_t i = 0; i < chars.n; i++)
        items[i] = chars.items[chars.n - 1 - i];
    if (v.kind == V_ARRAY)
        return value_array(items, chars.n);
    for (uint32_t i = 0; i < chars.n; i++)
        strbuf_add(&text, value_sv(items[i]));
    return value_str(strbuf_sv(&text));
}

/* The middle of three numbers. */
static struct value fn_clamp(struct call *k)
{
    struct list all = { 0 };
    int64_t n[3];
    if (k->count < 1)
        call_fail(k, "clamp(): Wrong number of arguments given (0 for minimum 1)");
    for (uint32_t i = 0; i < k->count; i++)
        flatten(k, &all, arg(k, i), 0);
    if (all.count != 3)
        call_fail(k, "clamp(): Wrong number of arguments, need three to clamp");
    for (uint32_t i = 0; i < 3; i++) {
        struct value v = all.items[i];
        struct sv s = ruby_text(k->arena, v);
        bool digits = s.n > 0;
        for (size_t c = 0; c < s.n; c++)
            digits = digits && s.p[c] >= '0' && s.p[c] <= '9';
        if (v.kind == V_STRING && !digits)
            call_fail(k, "clamp(): Required explicit numeric (%.*s:String)", SV_ARG(s));
        if (v.kind == V_HASH)
            call_fail(k, "clamp(): The Hash type is not allowed (%.*s)", SV_ARG(s));
        if (v.kind == V_BOOL)
            call_fail(k, "undefined method `to_i' for %.*s:%s", SV_ARG(s), ruby_class(v));
        n[i] = v.kind == V_INT ? v.i : ruby_to_i(s);
    }
    int64_t low = n[0] < n[1] ? n[0] : n[1], high = n[0] < n[1] ? n[1] : n[0];
    return value_int(n[2] < low ? low : n[2] > high ? high : n[2]);
}

/* ---- range ---- */

static bool is_digits(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool is_alnum(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

/* String#succ: "a9" to "b0", "Zz" to "AAa", "host09" to "host10". */
static struct sv successor(struct call *k, struct sv s)
{
    char *p = arena_cstr(k->arena, s);
    size_t at = s.n, last = SIZE_MAX;
    bool any = false;
    for (size_t i = 0; i < s.n; i++)
        any = any || is_alnum(p[i]);
    if (!s.n)
        return s;
    if (!any) {
        p[s.n - 1]++;
        return sv_make(p, s.n);
    }
    while (at-- > 0) {
        if (!is_alnum(p[at])) {
            if (last == SIZE_MAX)
                continue; /* signs behind the last letter or digit stay */
            bool more = false;
            for (size_t i = 0; i < at; i++)
                more = more || is_alnum(p[i]);
            if (!more)
                break;
            continue;
        }
        last = at;
        char c = p[at];
        if (c != '9' && c != 'z' && c != 'Z') {
            p[at]++;
            return sv_make(p, s.n);
        }
        p[at] = c == '9' ? '0' : c == 'z' ? 'a' : 'A';
    }
    char first = p[last] == '0' ? '1' : p[last];
    return arena_printf(k->arena, "%.*s%c%.*s", (int)last, p, first, (int)(s.n - last), p + last);
}

static struct value range_text(struct call *k, struct sv from, struct sv to, int64_t step, bool excludes)
{
    struct list out = { 0 };
    int64_t at = 0;
    bool one = from.n == 1 && to.n == 1;
    if (!one && (sv_cmp(from, to) > 0 || (excludes && sv_eq(from, to))))
        return list_value(&out);
    if (one && from.p[0] > to.p[0])
        return list_value(&out);
    struct sv end = successor(k, to), now = from;
    for (;; at++) {
        bool is_last = sv_eq(now, to);
        if ((excludes && is_last) || out.count >= RANGE_MOST || at > 64ll * RANGE_MOST)
            break;
        if (at % step == 0)
            list_add(k, &out, value_str(now));
        if (is_last)
            break;
        if (one) {
            char *next = arena_cstr(k->arena, now);
            next[0]++;
            now = sv_make(next, 1);
        } else {
            now = successor(k, now);
            if (sv_eq(now, end) || now.n > to.n || !now.n)
                break;
        }
    }
    return list_value(&out);
}

/* "a..b", "a...b", "a-b" */
static bool split_range(struct sv s, struct sv *out_from, struct sv *out_to, bool *out_excludes)
{
    size_t at = 0;
    while (at < s.n && (is_alnum(s.p[at]) || s.p[at] == '_'))
        at++;
    struct sv rest = sv_slice(s, at, s.n);
    size_t skip = sv_starts(rest, SV("...")) ? 3 : sv_starts(rest, SV("..")) ? 2 : sv_starts(rest, SV("-")) ? 1 : 0;
    *out_from = sv_slice(s, 0, at);
    *out_to = sv_slice(rest, skip, rest.n);
    *out_excludes = skip == 3;
    for (size_t i = 0; i < out_to->n; i++)
        if (!is_alnum(out_to->p[i]) && out_to->p[i] != '_')
            return false;
    return at && skip && out_to->n;
}

static struct value fn_range(struct call *k)
{
    struct sv from, to;
    struct list out = { 0 };
    int64_t step = 1;
    bool excludes = false;
    if (!k->count)
        wrong_count(k, "1");
    struct value v = arg(k, 0);
    if (k->count == 1) {
        if (v.kind != V_STRING)
            call_fail(k, "undefined method `match' for %.*s:%s", SV_ARG(ruby_inspected(k->arena, v)), ruby_class(v));
        if (!split_range(value_sv(v), &from, &to, &excludes))
            call_fail(k, v.n ? "range(): Unable to compute range from the value: %.*s" : "range(): Unknown range format: %.*s",
                      SV_ARG(value_sv(v)));
    } else {
        from = ruby_text(k->arena, v);
        to = ruby_text(k->arena, arg(k, 1));
        if (k->count > 2)
            step = k->args[2].kind == V_INT ? k->args[2].i : ruby_to_i(ruby_text(k->arena, arg(k, 2)));
        step = step < 0 ? -step : step;
        if (step <= 0)
            call_fail(k, "range(): 3rd arg (step size) must be a non zero integer (e.g. 1 or -1)");
    }
    if (!is_digits(from))
        return range_text(k, from, to, step, excludes);
    int64_t last = ruby_to_i(to) - excludes;
    for (int64_t i = ruby_to_i(from); i <= last && out.count < RANGE_MOST; i += step) {
        list_add(k, &out, value_int(i));
        if (step > INT64_MAX - i)
            break;
    }
    return list_value(&out);
}

#define ROW(name, run, help)                                                                                                               \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, help, run, 0, NULL                                                                                           \
    }

const struct builtin func_list[] = {
    ROW("concat", fn_concat, "lists in one"),
    ROW("union", fn_union, "what is in any list"),
    ROW("intersection", fn_intersection, "what is in both lists"),
    ROW("difference", fn_difference, "what is in the first list alone"),
    ROW("zip", fn_zip, "pairs of two lists"),
    ROW("delete", fn_delete, "a list, hash or text without some"),
    ROW("delete_at", fn_delete_at, "a list without one place"),
    ROW("delete_regex", fn_delete_regex, "a list or hash without what expressions match"),
    ROW("delete_undef_values", fn_delete_undef_values, "data without undef"),
    ROW("delete_values", fn_delete_values, "a hash without a value"),
    ROW("grep", fn_grep, "what an expression matches"),
    ROW("reject", fn_reject, "what an expression does not match"),
    ROW("member", fn_member, "is a value in a list, or are all of a list"),
    ROW("count", fn_count, "how often a value is in a list"),
    ROW("values_at", fn_values_at, "the elements at some places"),
    ROW("any2array", fn_any2array, "anything as a list"),
    ROW("reverse", fn_reverse, "the other way round"),
    ROW("clamp", fn_clamp, "a number, kept between two others"),
    ROW("range", fn_range, "numbers or texts from one to another"),
};
const size_t func_list_count = sizeof func_list / sizeof *func_list;
