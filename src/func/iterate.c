/* iterate: functions that call a block for each element. A block that calls break() gives V_UNSET: then the walk ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/func.h"
#include "types/iterator.h"
#include "types/regexp.h"
#include "types/type.h"

struct walk {
    struct call *k;
    struct value on;
    struct iterable it;
    bool two;   /* the block has two parameters: key and value, or index and value */
    bool pairs; /* elements are [key, value] */
};

static bool is_hash_like(struct value v)
{
    while (v.kind == V_ITERATOR)
        v = v.iter->source;
    return v.kind == V_HASH;
}

static struct walk walk_open(struct call *k, bool two)
{
    struct walk w = { .k = k, .on = k->args[0], .two = two, .pairs = is_hash_like(k->args[0]) };
    if (!iterable_open(k->arena, w.on, &w.it))
        call_fail(k, "wrong argument type (%.*s; is not Iterable.", SV_ARG(type_text(k->arena, type_infer(k->arena, w.on))));
    return w;
}

/* What the block gives for element i. */
static struct value walk_call(struct walk *w, int64_t i, struct value *out_element)
{
    struct value args[2];
    if (w->pairs && w->two && w->on.kind == V_HASH) {
        args[0] = w->on.h->pairs[i].key;
        args[1] = w->on.h->pairs[i].value;
        return call_block(w->k, args, 2);
    }
    struct value e = iterable_at(w->k->arena, &w->it, i);
    *out_element = e;
    if (!w->two)
        return call_block(w->k, &e, 1);
    args[0] = w->pairs ? e.items[0] : value_int(i);
    args[1] = w->pairs ? e.items[1] : e;
    return call_block(w->k, args, 2);
}

static struct value each(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    struct value e;
    for (int64_t i = 0; i < w.it.count; i++)
        if (walk_call(&w, i, &e).kind == V_UNSET)
            break;
    return k->args[0];
}

struct list {
    struct value *items;
    uint32_t count;
    size_t cap;
};

static struct value list_value(const struct list *l) { return value_array(l->items, l->count); }

static struct value map_values(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    struct list out = { 0 };
    struct value e;
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value v = walk_call(&w, i, &e);
        if (v.kind == V_UNSET)
            break;
        ARENA_PUSH(k->arena, out.items, out.count, out.cap, v);
    }
    return list_value(&out);
}

static struct value filter_hash(struct walk *w)
{
    const struct hash *h = w->on.h;
    struct hash *out = hash_new(w->k->arena, 0);
    struct value e;
    for (uint32_t i = 0; i < h->count; i++) {
        struct value v = walk_call(w, i, &e);
        if (v.kind == V_UNSET)
            break;
        if (value_truthy(v))
            hash_put(w->k->arena, out, h->pairs[i].key, h->pairs[i].value);
    }
    return value_hash(out);
}

static struct value filter(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    struct list out = { 0 };
    if (w.on.kind == V_HASH)
        return filter_hash(&w);
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value e = VALUE_UNDEF, v = walk_call(&w, i, &e);
        if (v.kind == V_UNSET)
            break;
        if (value_truthy(v))
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, e);
    }
    if (!w.pairs || !two)
        return list_value(&out);
    struct hash *h = hash_new(k->arena, out.count);
    for (uint32_t i = 0; i < out.count; i++)
        hash_put(k->arena, h, out.items[i].items[0], out.items[i].items[1]);
    return value_hash(h);
}

/* The first element for which the block's truth is as wanted; -1. */
static int64_t first_with(struct walk *w, bool truth)
{
    struct value e;
    for (int64_t i = 0; i < w->it.count; i++) {
        struct value v = walk_call(w, i, &e);
        if (v.kind == V_UNSET)
            break;
        if (value_truthy(v) == truth)
            return i;
    }
    return -1;
}

static struct value any(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    return value_bool(first_with(&w, true) >= 0);
}

static struct value all(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    return value_bool(first_with(&w, false) < 0);
}

/* Of a hash with one parameter the block sees the value alone. */
static struct value index_of(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    if (!w.pairs) {
        int64_t i = first_with(&w, true);
        return i < 0 ? VALUE_UNDEF : value_int(i);
    }
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value e = iterable_at(k->arena, &w.it, i);
        struct value v = two ? call_block(k, e.items, 2) : call_block(k, &e.items[1], 1);
        if (v.kind == V_UNSET)
            break;
        if (value_truthy(v))
            return e.items[0];
    }
    return VALUE_UNDEF;
}

static struct value fn_index_value(struct call *k)
{
    struct walk w = walk_open(k, false);
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value e = iterable_at(k->arena, &w.it, i);
        if (value_same(w.pairs ? e.items[1] : e, k->args[1]))
            return w.pairs ? e.items[0] : value_int(i);
    }
    return VALUE_UNDEF;
}

static int64_t characters(struct sv s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static bool finds(struct call *k, const struct regexp *re, struct sv s, struct regexp_match *out_m)
{
    enum regexp_result r = regexp_search(re, s, 0, out_m);
    if (r == REGEXP_LIMIT)
        call_fail(k, "the regular expression /%.*s/ takes too long on this text", SV_ARG(regexp_source(re)));
    return r == REGEXP_YES;
}

static struct value fn_index_string(struct call *k)
{
    struct sv s = value_sv(k->args[0]);
    size_t at = SIZE_MAX;
    struct regexp_match m;
    if (k->args[1].kind == V_STRING)
        at = sv_find(s, value_sv(k->args[1]), 0);
    else if (k->args[1].re && finds(k, k->args[1].re, s, &m))
        at = (size_t)m.from[0];
    return at == SIZE_MAX ? VALUE_UNDEF : value_int(characters(sv_slice(s, 0, at)));
}

static struct value fn_reduce(struct call *k)
{
    struct walk w = walk_open(k, false);
    bool given = k->count > 1;
    if (!given && w.it.count == 0)
        return VALUE_UNDEF;
    struct value memo = given ? k->args[1] : iterable_at(k->arena, &w.it, 0);
    for (int64_t i = given ? 0 : 1; i < w.it.count; i++) {
        struct value args[2] = { memo, iterable_at(k->arena, &w.it, i) };
        struct value v = call_block(k, args, 2);
        if (v.kind == V_UNSET)
            break;
        memo = v;
    }
    return memo;
}

static int64_t serving_size(struct call *k, int64_t size)
{
    int64_t n = k->block ? call_block_params(k) : 1;
    if (n == 0)
        call_fail(k, "slice(): block must define at least one parameter. Block has 0.");
    if (n != 1 && n != size)
        call_fail(
            k,
            "slice(): block must define one parameter, or the same number of parameters as the given size of the slice (%lld). Block has "
            "%lld; ",
            (long long)size, (long long)n);
    return n;
}

static struct value fn_slice(struct call *k)
{
    struct walk w = walk_open(k, false);
    int64_t size = k->args[1].i, serve = serving_size(k, size);
    struct list out = { 0 };
    for (int64_t from = 0; from < w.it.count; from += size) {
        int64_t n = w.it.count - from < size ? w.it.count - from : size, room = serve == 1 ? n : serve;
        struct value *items = ARENA_ARRAY(k->arena, struct value, (size_t)room + 1);
        for (int64_t i = 0; i < room; i++)
            items[i] = i < n ? iterable_at(k->arena, &w.it, from + i) : w.pairs ? value_array(NULL, 0) : VALUE_UNDEF;
        struct value slice = value_array(items, (uint32_t)room);
        if (!k->block)
            ARENA_PUSH(k->arena, out.items, out.count, out.cap, slice);
        else if ((serve == 1 ? call_block(k, &slice, 1) : call_block(k, items, (uint32_t)room)).kind == V_UNSET)
            break;
        if (size > INT64_MAX - from)
            break;
    }
    return k->block ? k->args[0] : list_value(&out);
}

static struct value fn_with(struct call *k)
{
    struct value v = call_block(k, k->args, k->count);
    return v.kind == V_UNSET ? VALUE_UNDEF : v;
}

static struct value fn_step(struct call *k)
{
    if (!k->block)
        return value_iterator(k->arena, k->args[0], false, k->args[1].i);
    struct walk w = walk_open(k, false);
    struct value e;
    int64_t step = k->args[1].i;
    for (int64_t i = 0; i < w.it.count; i += step) {
        if (walk_call(&w, i, &e).kind == V_UNSET || step > INT64_MAX - i)
            break;
    }
    return VALUE_UNDEF;
}

static struct value fn_reverse_each(struct call *k)
{
    if (!k->block)
        return value_iterator(k->arena, k->args[0], true, 1);
    struct walk w = walk_open(k, false);
    struct value e;
    for (int64_t i = w.it.count; i-- > 0;)
        if (walk_call(&w, i, &e).kind == V_UNSET)
            break;
    return VALUE_UNDEF;
}

static struct value fn_lest(struct call *k) { return k->args[0].kind == V_UNDEF ? call_block(k, NULL, 0) : k->args[0]; }
static struct value fn_then(struct call *k) { return k->args[0].kind == V_UNDEF ? VALUE_UNDEF : call_block(k, k->args, 1); }

/* ---- grouping ---- */

static struct value group_by(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    struct hash *h = hash_new(k->arena, 0);
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value e = iterable_at(k->arena, &w.it, i), unused, key = walk_call(&w, i, &unused);
        if (key.kind == V_UNSET)
            break;
        const struct value *was = hash_find(h, key);
        uint32_t n = was ? was->n : 0;
        struct value *items = ARENA_ARRAY(k->arena, struct value, n + 1);
        if (n)
            memcpy(items, was->items, n * sizeof *items);
        items[n] = e;
        hash_put(k->arena, h, key, value_array(items, n + 1));
    }
    return value_hash(h);
}

static struct value partition(struct call *k, bool two)
{
    struct walk w = walk_open(k, two);
    struct list lists[2] = { 0 };
    for (int64_t i = 0; i < w.it.count; i++) {
        struct value e = iterable_at(k->arena, &w.it, i), unused, v = walk_call(&w, i, &unused);
        if (v.kind == V_UNSET)
            break;
        struct list *l = &lists[value_truthy(v) ? 0 : 1];
        ARENA_PUSH(k->arena, l->items, l->count, l->cap, e);
    }
    struct value *parts = ARENA_ARRAY(k->arena, struct value, 2);
    parts[0] = list_value(&lists[0]);
    parts[1] = list_value(&lists[1]);
    return value_array(parts, 2);
}

/* ---- trees ---- */

struct tree {
    struct call *k;
    const struct type *containers; /* NULL: arrays and hashes */
    bool containers_too, values_too, breadth;
    struct list found; /* [path, value] */
};

static bool tree_option(struct call *k, const char *name)
{
    const struct value *v = k->count > 1 ? hash_find_sv(k->args[1].h, sv_of(name)) : NULL;
    return !v || v->kind == V_UNDEF || value_truthy(*v);
}

static bool is_container(const struct tree *t, struct value v)
{
    bool fits = v.kind == V_ARRAY || v.kind == V_HASH || v.kind == V_ITERATOR;
    return fits && (!t->containers || compile_type_match(t->k->c, t->containers, v));
}

static void tree_add(struct tree *t, struct value path, struct value v)
{
    struct value *pair = ARENA_ARRAY(t->k->arena, struct value, 2);
    pair[0] = path;
    pair[1] = v;
    ARENA_PUSH(t->k->arena, t->found.items, t->found.count, t->found.cap, value_array(pair, 2));
}

static struct value path_with(struct tree *t, struct value path, struct value key)
{
    struct value *items = ARENA_ARRAY(t->k->arena, struct value, path.n + 1);
    if (path.n)
        memcpy(items, path.items, path.n * sizeof *items);
    items[path.n] = key;
    return value_array(items, path.n + 1);
}

static void tree_note(struct tree *t, struct value path, struct value v)
{
    if (is_container(t, v) ? t->containers_too : t->values_too)
        tree_add(t, path, v);
}

static void tree_below(struct tree *t, struct value path, struct value v, unsigned depth)
{
    struct iterable it;
    if (!is_container(t, v) || !iterable_open(t->k->arena, v, &it))
        return;
    if (depth > 400)
        call_fail(t->k, "tree_each(): the tree is nested more than 400 deep");
    for (int64_t i = 0; i < it.count; i++) {
        struct value e = iterable_at(t->k->arena, &it, i);
        bool pair = v.kind == V_HASH;
        struct value at = path_with(t, path, pair ? e.items[0] : value_int(i)), child = pair ? e.items[1] : e;
        tree_note(t, at, child);
        if (!t->breadth)
            tree_below(t, at, child, depth + 1);
    }
    for (int64_t i = 0; t->breadth && i < it.count; i++) {
        struct value e = iterable_at(t->k->arena, &it, i);
        bool pair = v.kind == V_HASH;
        tree_below(t, path_with(t, path, pair ? e.items[0] : value_int(i)), pair ? e.items[1] : e, depth + 1);
    }
}

static struct tree tree_walk(struct call *k)
{
    struct tree t = { .k = k, .containers_too = tree_option(k, "include_containers"), .values_too = tree_option(k, "include_values") };
    const struct value *order = k->count > 1 ? hash_find_sv(k->args[1].h, SV("order")) : NULL;
    const struct value *type = k->count > 1 ? hash_find_sv(k->args[1].h, SV("container_type")) : NULL;
    t.breadth = order && order->kind == V_STRING && sv_is(value_sv(*order), "breadth_first");
    t.containers = type && type->kind == V_TYPE ? type->t : NULL;
    if (!t.containers_too && !t.values_too)
        call_fail(k, "Options 'include_containers' and 'include_values' cannot both be false");
    if (tree_option(k, "include_root") && t.containers_too)
        tree_add(&t, value_array(NULL, 0), k->args[0]);
    tree_below(&t, value_array(NULL, 0), k->args[0], 0);
    return t;
}

static struct value tree_each(struct call *k, bool two)
{
    struct tree t = tree_walk(k);
    for (uint32_t i = 0; i < t.found.count; i++) {
        const struct value *pair = t.found.items[i].items;
        if ((two ? call_block(k, pair, 2) : call_block(k, &pair[1], 1)).kind == V_UNSET)
            break;
    }
    return k->args[0];
}

static struct value fn_tree(struct call *k)
{
    struct tree t = tree_walk(k);
    return value_iterator(k->arena, list_value(&t.found), false, 1);
}

/* ---- the table ---- */

#define BOTH(run)                                                                                                                          \
    static struct value run##_1(struct call *k) {                                                                                          \
        return run(k, false);                                                                                                              \
    } static struct value run##_2(struct call *k) {                                                                                        \
        return run(k, true);                                                                                                               \
    }
BOTH(each)
BOTH(map_values)
BOTH(filter)
BOTH(any)
BOTH(all)
BOTH(index_of)
BOTH(group_by)
BOTH(partition)
BOTH(tree_each)

#define WALKS(name, run, help)                                                                                                             \
    { name, "Callable[Hash[Any, Any], Callable[2, 2]]", help, run##_2, 0, "hash block" },                                                  \
        { name, "Callable[Hash[Any, Any], Callable[1, 1]]", help, run##_1, 0, "hash block" },                                              \
        { name, "Callable[Iterable, Callable[2, 2]]", help, run##_2, 0, "enumerable block" },                                              \
    {                                                                                                                                      \
        name, "Callable[Iterable, Callable[1, 1]]", help, run##_1, 0, "enumerable block"                                                   \
    }
#define GROUPS(name, run, help)                                                                                                            \
    { name, "Callable[Collection, Callable[1, 1]]", help, run##_1, 0, "collection block" },                                                \
        { name, "Callable[Array, Callable[2, 2]]", help, run##_2, 0, "array block" },                                                      \
    {                                                                                                                                      \
        name, "Callable[Collection, Callable[2, 2]]", help, run##_2, 0, "collection block"                                                 \
    }
#define TREE "Variant[Iterator, Array, Hash, Object]"
#define TREE_OPTIONS                                                                                                                       \
    "Struct[{container_type => Optional[Type], include_root => Optional[Boolean], include_containers => Optional[Boolean], "               \
    "include_values => Optional[Boolean], order => Optional[Enum[depth_first, breadth_first]], include_refs => Optional[Boolean]}]"

const struct builtin func_iterate[] = {
    WALKS("each", each, "calls the block for each element"),
    WALKS("map", map_values, "what the block gives for each element"),
    WALKS("filter", filter, "the elements for which the block is true"),
    WALKS("any", any, "is the block true for any element"),
    WALKS("all", all, "is the block true for all elements"),
    WALKS("index", index_of, "the place of the first element for which the block is true"),
    { "index", "Callable[String, Variant[String, Regexp]]", "where a text stands in another", fn_index_string, 0, "str match" },
    { "index", "Callable[Iterable, Any]", "the place of a value", fn_index_value, 0, "enumerable match" },
    { "reduce", "Callable[Iterable, Callable[2, 2]]", "folds the elements into one", fn_reduce, 0, "enumerable block" },
    { "reduce", "Callable[Iterable, Any, Callable[2, 2]]", "folds the elements into a start value", fn_reduce, 0, "enumerable memo block" },
    { "slice", "Callable[Hash[Any, Any], Integer[1, default], Optional[Callable]]", "groups of a number of elements", fn_slice, 0,
      "hash slice_size block" },
    { "slice", "Callable[Iterable, Integer[1, default], Optional[Callable]]", "groups of a number of elements", fn_slice, 0,
      "enumerable slice_size block" },
    { "with", "Callable[Any, 0, default, Callable]", "calls the block with the arguments", fn_with, 0, "arg block" },
    { "step", "Callable[Iterable, Integer[1]]", "every n-th element", fn_step, 0, "iterable step" },
    { "step", "Callable[Iterable, Integer[1], Callable[1, 1]]", "calls the block for every n-th element", fn_step, 0,
      "iterable step block" },
    { "reverse_each", "Callable[Iterable]", "the elements, last first", fn_reverse_each, 0, "iterable" },
    { "reverse_each", "Callable[Iterable, Callable[1, 1]]", "calls the block for each element, last first", fn_reverse_each, 0,
      "iterable block" },
    { "tree_each", "Callable[" TREE ", " TREE_OPTIONS ", 1, 2, Callable[2, 2]]", "calls the block for all that is in a tree", tree_each_2,
      0, "tree options block" },
    { "tree_each", "Callable[" TREE ", " TREE_OPTIONS ", 1, 2, Callable[1, 1]]", "calls the block for all that is in a tree", tree_each_1,
      0, "tree options block" },
    { "tree_each", "Callable[" TREE ", " TREE_OPTIONS ", 1, 2]", "all that is in a tree", fn_tree, 0, "tree options" },
    { "lest", "Callable[Any, Callable[0, 0]]", "the block's value where the argument is undef", fn_lest, 0, "arg block" },
    { "then", "Callable[Any, Callable[1, 1]]", "the block's value where the argument is not undef", fn_then, 0, "arg block" },
    GROUPS("group_by", group_by, "the elements by what the block gives for them"),
    GROUPS("partition", partition, "the elements for which the block is true, and the others"),
};
const size_t func_iterate_count = sizeof func_iterate / sizeof *func_iterate;
