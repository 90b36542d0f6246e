/* merge: stdlib's functions on hashes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/iterator.h"

#define MERGE_DEPTH 200

static void put_all(struct call *k, struct hash *h, struct value v)
{
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++)
        hash_put(k->arena, h, v.h->pairs[i].key, v.h->pairs[i].value);
}

static struct value fn_merge(struct call *k)
{
    struct hash *h = hash_new(k->arena, 8);
    for (uint32_t i = 0; i < k->count; i++)
        put_all(k, h, k->args[i]);
    return value_hash(h);
}

/* The hashes that the block gives for each element, in one: the block sees what there is so far. */
static struct value merge_each(struct call *k, bool three)
{
    struct hash *h = hash_new(k->arena, 8);
    struct iterable it;
    if (k->count != 1)
        call_fail(k, "wrong number of arguments (given %u, expected 1)", k->count);
    if (!iterable_open(k->arena, k->args[0], &it))
        return value_hash(h);
    for (int64_t i = 0; i < it.count; i++) {
        struct value e = iterable_at(k->arena, &it, i), args[3] = { value_hash(hash_copy(k->arena, h, 0)) };
        bool pair = three && k->args[0].kind == V_HASH;
        args[1] = pair ? e.items[0] : three ? value_int(i) : e;
        args[2] = pair ? e.items[1] : e;
        struct value r = call_block(k, args, three ? 3 : 2);
        if (r.kind == V_UNSET)
            break;
        put_all(k, h, r);
    }
    return value_hash(h);
}

static struct value fn_merge_2(struct call *k) { return merge_each(k, false); }
static struct value fn_merge_3(struct call *k) { return merge_each(k, true); }

static struct value deep_merge(struct call *k, const struct hash *x, const struct hash *y, int depth)
{
    struct hash *h = hash_copy(k->arena, x, y->count);
    if (depth > MERGE_DEPTH)
        call_fail(k, "deep_merge(): the data is nested more than %d deep", MERGE_DEPTH);
    for (uint32_t i = 0; i < y->count; i++) {
        const struct value *old = hash_find(h, y->pairs[i].key);
        struct value v = y->pairs[i].value;
        if (old && old->kind == V_HASH && v.kind == V_HASH)
            v = deep_merge(k, old->h, v.h, depth + 1);
        hash_put(k->arena, h, y->pairs[i].key, v);
    }
    return value_hash(h);
}

static struct value fn_deep_merge(struct call *k)
{
    struct value merged = value_hash(hash_new(k->arena, 0));
    if (k->count < 2)
        call_fail(k, "deep_merge(): wrong number of arguments (%u; must be at least 2)", k->count);
    for (uint32_t i = 0; i < k->count; i++) {
        struct value v = old_arg(k, i);
        if (is_empty_text(v))
            continue;
        if (v.kind != V_HASH)
            call_fail(k, "deep_merge: unexpected argument type %s, only expects hash arguments", ruby_class(v));
        merged = deep_merge(k, merged.h, v.h, 0);
    }
    return merged;
}

static struct value fn_has_key(struct call *k)
{
    struct value h = old_arg(k, 0);
    if (k->count != 2)
        call_fail(k, "has_key(): wrong number of arguments (%u; must be 2)", k->count);
    if (h.kind != V_HASH)
        call_fail(k, "has_key(): expects the first argument to be a hash, got %.*s which is of type %s",
                  SV_ARG(ruby_inspected(k->arena, h)), ruby_class(h));
    return value_bool(hash_find(h.h, old_arg(k, 1)) != NULL);
}

static void add_joined(struct call *k, struct list *out, struct value key, struct sv sep, struct value v)
{
    struct sv text = ruby_text(k->arena, v), name = ruby_text(k->arena, key);
    list_add(k, out, value_str(arena_printf(k->arena, "%.*s%.*s%.*s", SV_ARG(name), SV_ARG(sep), SV_ARG(text))));
}

static struct value fn_join_keys_to_values(struct call *k)
{
    struct list out = { 0 };
    if (k->count != 2)
        call_fail(k, "join_keys_to_values(): Takes exactly two arguments, but %u given.", k->count);
    struct value h = old_arg(k, 0), sep = old_arg(k, 1);
    if (h.kind != V_HASH)
        call_fail(k, "join_keys_to_values(): The first argument must be a hash, but a %s was given.", ruby_class(h));
    if (sep.kind != V_STRING)
        call_fail(k, "join_keys_to_values(): The second argument must be a string, but a %s was given.", ruby_class(sep));
    for (uint32_t i = 0; i < h.h->count; i++) {
        struct value key = h.h->pairs[i].key, v = h.h->pairs[i].value;
        for (uint32_t n = 0; v.kind == V_ARRAY && n < v.n; n++)
            add_joined(k, &out, key, value_sv(sep), v.items[n]);
        if (v.kind == V_STRING && sv_is(value_sv(v), "undef"))
            list_add(k, &out, value_str(ruby_text(k->arena, key)));
        else if (v.kind != V_ARRAY)
            add_joined(k, &out, key, value_sv(sep), v);
    }
    return list_value(&out);
}

static void flatten(struct call *k, struct list *out, struct value v, unsigned depth)
{
    if (v.kind != V_ARRAY || depth > MERGE_DEPTH) {
        list_add(k, out, v);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++)
        flatten(k, out, v.items[i], depth + 1);
}

static struct value fn_hash(struct call *k)
{
    struct list flat = { 0 };
    struct hash *h = hash_new(k->arena, 0);
    if (!k->count)
        call_fail(k, "hash(): Wrong number of arguments given (0 for 1)");
    if (k->args[0].kind != V_ARRAY)
        call_fail(k, "hash(): Requires array to work with");
    flatten(k, &flat, k->args[0], 0);
    if (flat.count == 1 && flat.items[0].kind == V_HASH)
        return flat.items[0];
    if (flat.count % 2)
        call_fail(k, "hash(): Unable to compute hash from array given");
    for (uint32_t i = 0; i < flat.count; i += 2)
        hash_put(k->arena, h, flat.items[i], flat.items[i + 1]);
    return value_hash(h);
}

static struct value affixed(struct call *k, bool before)
{
    if (!k->count)
        call_fail(k, "%s(): Wrong number of arguments given (0 for 1)", k->fn->name);
    struct value from = old_arg(k, 0), affix = old_arg(k, 1);
    struct list out = { 0 };
    if (from.kind != V_ARRAY && from.kind != V_HASH)
        call_fail(k, "%s(): expected first argument to be an Array or a Hash, got %.*s", k->fn->name,
                  SV_ARG(ruby_inspected(k->arena, from)));
    if (affix.kind == V_BOOL && !affix.b)
        affix = value_str(SV(""));
    if (affix.kind != V_STRING)
        call_fail(k, "%s(): expected second argument to be a String, got %.*s", k->fn->name, SV_ARG(ruby_inspected(k->arena, affix)));
    struct sv a = value_sv(affix);
    struct hash *h = from.kind == V_HASH ? hash_new(k->arena, from.h->count) : NULL;
    for (uint32_t i = 0; i < (h ? from.h->count : from.n); i++) {
        struct sv s = ruby_text(k->arena, h ? from.h->pairs[i].key : from.items[i]);
        struct value v = value_str(before ? arena_printf(k->arena, "%.*s%.*s", SV_ARG(a), SV_ARG(s))
                                          : arena_printf(k->arena, "%.*s%.*s", SV_ARG(s), SV_ARG(a)));
        if (h)
            hash_put(k->arena, h, v, from.h->pairs[i].value);
        else
            list_add(k, &out, v);
    }
    return h ? value_hash(h) : list_value(&out);
}

static struct value fn_prefix(struct call *k) { return affixed(k, true); }
static struct value fn_suffix(struct call *k) { return affixed(k, false); }

/* A walk down a path of keys and indexes; otherwise where it ends in nothing. */
static struct value dig_old(struct value data, struct value path, struct value otherwise)
{
    for (uint32_t i = 0; i < path.n; i++) {
        const struct value *next = NULL;
        int64_t at;
        struct value key = path.items[i];
        if (data.kind == V_HASH) {
            next = hash_find(data.h, key);
        } else if (data.kind == V_ARRAY) {
            if (key.kind == V_INT)
                at = key.i;
            else if (key.kind != V_STRING || !ruby_integer(value_sv(key), &at))
                return otherwise;
            at += at < 0 ? data.n : 0;
            next = at >= 0 && at < data.n ? &data.items[at] : NULL;
        }
        if (!next || is_none(*next))
            return otherwise;
        data = *next;
    }
    return data;
}

static struct value fn_dig44(struct call *k)
{
    if (!k->count)
        call_fail(k, "dig44(): Wrong number of arguments given (0 for minimum 1)");
    if (k->count < 2)
        call_fail(k, "dig44(): Wrong number of arguments given (%u for at least 2)", k->count);
    struct value data = old_arg(k, 0), path = old_arg(k, 1);
    if (data.kind != V_HASH && data.kind != V_ARRAY)
        call_fail(k, "dig44(): first argument must be a hash or an array, given %s", ruby_class(data));
    if (path.kind != V_ARRAY)
        call_fail(k, "dig44(): second argument must be an array, given %s", ruby_class(path));
    return dig_old(data, path, k->count > 2 ? old_arg(k, 2) : VALUE_UNDEF);
}

/* A path in one text: "a/0/b". */
static struct value fn_try_get_value(struct call *k)
{
    struct list path = { 0 };
    if (!k->count)
        call_fail(k, "try_get_value(): Wrong number of arguments given (0 for minimum 1)");
    call_warn(k, "warning", "try_get_value() DEPRECATED: this function is deprecated, please use dig() instead.");
    struct value data = old_arg(k, 0), otherwise = k->count > 2 ? old_arg(k, 2) : VALUE_UNDEF;
    struct sv text = ruby_text(k->arena, old_arg(k, 1)), sep = k->count > 3 ? ruby_text(k->arena, old_arg(k, 3)) : SV("/");
    if ((data.kind != V_HASH && data.kind != V_ARRAY) || !text.n)
        return value_truthy(otherwise) ? otherwise : data;
    for (size_t at = 0; at <= text.n;) {
        size_t end = sep.n ? sv_find(text, sep, at) : at + 1;
        struct sv piece = sv_slice(text, at, end);
        int64_t n;
        bool digits = piece.n && piece.p[0] >= '0' && piece.p[0] <= '9' && sv_to_int(piece, &n);
        list_add(k, &path, digits ? value_int(n) : value_str(piece));
        if (end >= text.n)
            break;
        at = end + sep.n;
    }
    return dig_old(data, list_value(&path), otherwise);
}

#define ROW(name, run, help)                                                                                                               \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, help, run, 0, NULL                                                                                           \
    }

const struct builtin func_merge[] = {
    { "merge", "Callable[Variant[Hash[Scalar, Any], Undef, String[0, 0]], 0, default]", "hashes in one, the last value counts", fn_merge, 0,
      "args" },
    { "merge", "Callable[Iterable, 0, default, Callable[3, 3]]", "the hashes a block gives, in one", fn_merge_3, 0, "args block" },
    { "merge", "Callable[Iterable, 0, default, Callable[2, 2]]", "the hashes a block gives, in one", fn_merge_2, 0, "args block" },
    ROW("deep_merge", fn_deep_merge, "hashes in one, and the hashes in them"),
    ROW("has_key", fn_has_key, "does a hash have a key"),
    ROW("join_keys_to_values", fn_join_keys_to_values, "a list of keys and values joined"),
    ROW("hash", fn_hash, "a list of keys and values as a hash"),
    ROW("prefix", fn_prefix, "elements or keys with text before them"),
    ROW("suffix", fn_suffix, "elements or keys with text behind them"),
    ROW("dig44", fn_dig44, "the value at a path of keys and indexes"),
    ROW("try_get_value", fn_try_get_value, "the value at a path in one text"),
};
const size_t func_merge_count = sizeof func_merge / sizeof *func_merge;
