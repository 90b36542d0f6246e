/* stdlib_data: stdlib's functions on lists and hashes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/stdlib_data.h"

#include "types/iterator.h"
#include "types/text.h"

#define MERGE_DEPTH 200
#define RANGE_MOST  (10 << 20)

struct list {
    struct value *items;
    size_t count, cap;
};

static struct value give(const struct list *l) { return value_array(l->items, (uint32_t)l->count); }

static bool has(struct value list, struct value v)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (value_same(list.items[i], v))
            return true;
    return false;
}

static bool skipped(struct value v) { return v.kind <= V_UNDEF || (v.kind == V_STRING && v.n == 0); }

struct value fn_merge(struct call *k)
{
    struct hash *h = hash_new(k->arena, 8);

    for (uint32_t i = 0; i < k->count; i++) {
        struct value v = k->args[i];

        if (skipped(v))
            continue;
        if (v.kind != V_HASH)
            call_fail(k, "merge: unexpected argument type %.*s, only expects hash arguments", SV_ARG(value_describe(k->arena, v)));
        for (uint32_t p = 0; p < v.h->count; p++)
            hash_put(k->arena, h, v.h->pairs[p].key, v.h->pairs[p].value);
    }
    return value_hash(h);
}

static struct value deep_merge(struct call *k, const struct hash *x, const struct hash *y, int depth)
{
    struct hash *h = hash_copy(k->arena, x, y->count);

    if (depth > MERGE_DEPTH)
        call_fail(k, "deep_merge(): the data is nested too deeply");
    for (uint32_t i = 0; i < y->count; i++) {
        const struct value *old = hash_find(h, y->pairs[i].key);
        struct value v = y->pairs[i].value;

        if (old && old->kind == V_HASH && v.kind == V_HASH)
            v = deep_merge(k, old->h, v.h, depth + 1);
        hash_put(k->arena, h, y->pairs[i].key, v);
    }
    return value_hash(h);
}

struct value fn_deep_merge(struct call *k)
{
    struct value merged = value_hash(hash_new(k->arena, 0));

    for (uint32_t i = 0; i < k->count; i++) {
        if (skipped(k->args[i]))
            continue;
        if (k->args[i].kind != V_HASH)
            call_fail(k, "deep_merge: unexpected argument type %.*s, only expects hash arguments",
                      SV_ARG(value_describe(k->arena, k->args[i])));
        merged = deep_merge(k, merged.h, k->args[i].h, 0);
    }
    return merged;
}

struct value fn_has_key(struct call *k) { return value_bool(hash_find(k->args[0].h, k->args[1]) != NULL); }

struct value fn_join_keys_to_values(struct call *k)
{
    const struct hash *h = k->args[0].h;
    struct list out = { 0 };

    for (uint32_t i = 0; i < h->count; i++) {
        struct sv key = value_text(k->arena, h->pairs[i].key), sep = value_sv(k->args[1]);
        struct value v = h->pairs[i].value;
        const struct value *items = v.kind == V_ARRAY ? v.items : &v;

        for (uint32_t n = 0; n < (v.kind == V_ARRAY ? v.n : 1); n++)
            ARENA_PUSH(k->arena, out.items, out.count, out.cap,
                       value_str(arena_printf(k->arena, "%.*s%.*s%.*s", SV_ARG(key), SV_ARG(sep), SV_ARG(value_text(k->arena, items[n])))));
    }
    return give(&out);
}

struct value fn_member(struct call *k)
{
    if (k->args[1].kind != V_ARRAY)
        return value_bool(has(k->args[0], k->args[1]));
    for (uint32_t i = 0; i < k->args[1].n; i++)
        if (!has(k->args[0], k->args[1].items[i]))
            return value_bool(false);
    return value_bool(true);
}

struct value fn_concat(struct call *k)
{
    struct list out = { 0 };

    for (uint32_t i = 0; i < k->count; i++) {
        const struct value *items = k->args[i].kind == V_ARRAY ? k->args[i].items : &k->args[i];

        for (uint32_t n = 0; n < (k->args[i].kind == V_ARRAY ? k->args[i].n : 1); n++)
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, items[n]);
    }
    return give(&out);
}

/* Adds the elements of a list that are (or are not) in another and not in out yet. */
static void add_unique(struct call *k, struct list *out, struct value from, const struct value *other, bool in_other)
{
    struct hash *seen = hash_new(k->arena, from.n + (uint32_t)out->count), *known = hash_new(k->arena, other ? other->n : 0);

    for (size_t i = 0; i < out->count; i++)
        hash_put(k->arena, seen, out->items[i], value_bool(true));
    for (uint32_t i = 0; other && i < other->n; i++)
        hash_put(k->arena, known, other->items[i], value_bool(true));
    for (uint32_t i = 0; i < from.n; i++) {
        if (hash_find(seen, from.items[i]) || (other && (hash_find(known, from.items[i]) != NULL) != in_other))
            continue;
        hash_put(k->arena, seen, from.items[i], value_bool(true));
        ARENA_PUSH(k->arena, out->items, out->count, out->cap, from.items[i]);
    }
}

struct value fn_union(struct call *k)
{
    struct list out = { 0 };

    for (uint32_t i = 0; i < k->count; i++)
        add_unique(k, &out, k->args[i], NULL, true);
    return give(&out);
}

struct value fn_intersection(struct call *k)
{
    struct list out = { 0 };

    add_unique(k, &out, k->args[0], &k->args[1], true);
    return give(&out);
}

struct value fn_difference(struct call *k) /* keeps what is in the first list twice */
{
    struct list out = { 0 };

    for (uint32_t i = 0; i < k->args[0].n; i++)
        if (!has(k->args[1], k->args[0].items[i]))
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, k->args[0].items[i]);
    return give(&out);
}

static struct value delete_text(struct call *k, struct sv s, struct sv what)
{
    struct strbuf out = STRBUF_IN(k->arena);
    size_t at = 0, found;

    while (what.n && (found = sv_find(s, what, at)) != SIZE_MAX) {
        strbuf_add(&out, sv_slice(s, at, found));
        at = found + what.n;
    }
    strbuf_add(&out, sv_slice(s, at, s.n));
    return value_str(strbuf_sv(&out));
}

struct value fn_delete(struct call *k)
{
    struct value from = k->args[0], what = k->args[1].kind == V_ARRAY ? k->args[1] : value_array(&k->args[1], 1);
    struct list out = { 0 };
    struct hash *h;

    if (from.kind == V_ARRAY) {
        for (uint32_t i = 0; i < from.n; i++)
            if (!has(what, from.items[i]))
                ARENA_PUSH(k->arena, out.items, out.count, out.cap, from.items[i]);
        return give(&out);
    }
    if (from.kind == V_STRING) {
        for (uint32_t i = 0; i < what.n; i++)
            from = delete_text(k, value_sv(from), value_text(k->arena, what.items[i]));
        return from;
    }
    h = hash_new(k->arena, from.h->count);
    for (uint32_t i = 0; i < from.h->count; i++)
        if (!has(what, from.h->pairs[i].key))
            hash_put(k->arena, h, from.h->pairs[i].key, from.h->pairs[i].value);
    return value_hash(h);
}

struct value fn_delete_at(struct call *k)
{
    struct value list = k->args[0];
    int64_t at = k->args[1].i;
    struct list out = { 0 };

    if (at < 0)
        call_fail(k, "delete_at(): Given index is negative");
    if (at > (int64_t)list.n - 1)
        call_fail(k, "delete_at(): Given index exceeds size of array given");
    for (uint32_t i = 0; i < list.n; i++)
        if (i != at)
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, list.items[i]);
    return give(&out);
}

static struct value without_values(struct call *k, const struct hash *from, struct value what)
{
    struct hash *h = hash_new(k->arena, from->count);

    for (uint32_t i = 0; i < from->count; i++)
        if (!value_same(from->pairs[i].value, what))
            hash_put(k->arena, h, from->pairs[i].key, from->pairs[i].value);
    return value_hash(h);
}

struct value fn_delete_undef_values(struct call *k)
{
    struct list out = { 0 };

    if (k->args[0].kind == V_HASH)
        return without_values(k, k->args[0].h, VALUE_UNDEF);
    for (uint32_t i = 0; i < k->args[0].n; i++)
        if (k->args[0].items[i].kind > V_UNDEF)
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, k->args[0].items[i]);
    return give(&out);
}

struct value fn_delete_values(struct call *k) { return without_values(k, k->args[0].h, k->args[1]); }

static struct value affixed(struct call *k, bool before)
{
    struct sv affix = k->count > 1 ? value_sv(k->args[1]) : SV("");
    struct value from = k->args[0];
    struct list out = { 0 };
    struct hash *h;

#define AFFIXED(v)                                                                                                                         \
    value_str(before ? arena_printf(k->arena, "%.*s%.*s", SV_ARG(affix), SV_ARG(value_text(k->arena, v)))                                  \
                     : arena_printf(k->arena, "%.*s%.*s", SV_ARG(value_text(k->arena, v)), SV_ARG(affix)))
    if (from.kind == V_HASH) {
        h = hash_new(k->arena, from.h->count);
        for (uint32_t i = 0; i < from.h->count; i++)
            hash_put(k->arena, h, AFFIXED(from.h->pairs[i].key), from.h->pairs[i].value);
        return value_hash(h);
    }
    for (uint32_t i = 0; i < from.n; i++)
        ARENA_PUSH(k->arena, out.items, out.count, out.cap, AFFIXED(from.items[i]));
#undef AFFIXED
    return give(&out);
}

struct value fn_prefix(struct call *k) { return affixed(k, true); }
struct value fn_suffix(struct call *k) { return affixed(k, false); }

struct value fn_any2array(struct call *k)
{
    struct list out = { 0 };

    if (k->count != 1)
        return value_array(k->args, k->count);
    if (k->args[0].kind == V_ARRAY)
        return k->args[0];
    if (k->args[0].kind == V_STRING && k->args[0].n == 0)
        return value_array(NULL, 0);
    if (k->args[0].kind != V_HASH)
        return value_array(k->args, 1);
    for (uint32_t i = 0; i < k->args[0].h->count; i++) {
        ARENA_PUSH(k->arena, out.items, out.count, out.cap, k->args[0].h->pairs[i].key);
        ARENA_PUSH(k->arena, out.items, out.count, out.cap, k->args[0].h->pairs[i].value);
    }
    return give(&out);
}

struct value fn_count(struct call *k)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < k->args[0].n; i++)
        n += k->count > 1 ? value_same(k->args[0].items[i], k->args[1]) : !skipped(k->args[0].items[i]);
    return value_int(n);
}

struct value fn_reverse(struct call *k)
{
    struct strbuf text = STRBUF_IN(k->arena);
    struct value chars = iterable_to_array(k->arena, k->args[0]), *items = ARENA_ARRAY(k->arena, struct value, chars.n);

    for (uint32_t i = 0; i < chars.n; i++)
        items[i] = chars.items[chars.n - 1 - i];
    if (k->args[0].kind == V_ARRAY)
        return value_array(items, chars.n);
    for (uint32_t i = 0; i < chars.n; i++)
        strbuf_add(&text, value_sv(items[i]));
    return value_str(strbuf_sv(&text));
}

/* A number of range(): itself, or the digits at the end of text, with the text before them. */
static int64_t bound(struct call *k, struct value v, struct sv *out_prefix, int *out_width)
{
    struct sv s;
    size_t at;
    int64_t n = 0;

    *out_prefix = SV("");
    if (v.kind == V_INT)
        return v.i;
    s = value_sv(v);
    at = s.n;
    while (at && s.p[at - 1] >= '0' && s.p[at - 1] <= '9')
        at--;
    if (at == s.n || !sv_to_int(sv_slice(s, at, s.n), &n))
        call_fail(k, "range(): Unknown format for the range '%.*s'", SV_ARG(s));
    *out_prefix = sv_slice(s, 0, at);
    *out_width = (int)(s.n - at);
    return n;
}

struct value fn_range(struct call *k)
{
    struct sv prefix, other;
    int width = 0, ignored = 0;
    int64_t from, to, step = k->count > 2 ? k->args[2].i : 1;
    struct list out = { 0 };

    if (k->count < 2)
        call_fail(k, "range(): Wrong number of arguments given (1 for 2)");
    from = bound(k, k->args[0], &prefix, &width);
    to = bound(k, k->args[1], &other, &ignored);
    step = step < 0 ? -step : step;
    if (step == 0 || to - from > RANGE_MOST || from - to > RANGE_MOST)
        call_fail(k, "range(): the range is too long");
    for (int64_t i = from; from <= to ? i <= to : i >= to; i += from <= to ? step : -step)
        ARENA_PUSH(k->arena, out.items, out.count, out.cap,
                   prefix.n ? value_str(arena_printf(k->arena, "%.*s%0*lld", SV_ARG(prefix), width, (long long)i)) : value_int(i));
    return give(&out);
}

struct value fn_zip(struct call *k)
{
    struct value x = k->args[0], y = k->args[1];
    struct list out = { 0 };

    if (x.kind != V_ARRAY || y.kind != V_ARRAY)
        call_fail(k, "zip(): Requires array to work with");
    for (uint32_t i = 0; i < x.n; i++) {
        struct value *pair = ARENA_ARRAY(k->arena, struct value, 2);

        pair[0] = x.items[i];
        pair[1] = i < y.n ? y.items[i] : VALUE_UNDEF;
        ARENA_PUSH(k->arena, out.items, out.count, out.cap, value_array(pair, 2));
    }
    return give(&out);
}
