/* merge: first, unique, hash and deep, as the reference and its deep_merge have them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lookup/internal.h"

static const struct {
    const char *name;
    enum merge_kind kind;
} strategies[] = {
    { "default", MERGE_FIRST }, { "first", MERGE_FIRST }, { "unique", MERGE_UNIQUE }, { "hash", MERGE_HASH }, { "deep", MERGE_DEEP }
};

const char *const merge_names[] = { [MERGE_FIRST] = "first", [MERGE_UNIQUE] = "unique", [MERGE_HASH] = "hash", [MERGE_DEEP] = "deep" };

/* here: the message gets the place of the call; what is found in data has none. */
static void check_type(struct lookup_state *st, const char *subject, const char *type, struct value v, bool here)
{
    struct err err = { 0 };
    const struct type *t = type_parse(st->arena, snapshot_symtab(st->snapshot), NULL, sv_of(type), &err);
    if (!t || type_match(t, v))
        return;
    struct strbuf text = STRBUF_IN(st->arena);
    type_mismatch(st->arena, &text, arena_printf(st->arena, "%s has wrong type,", subject), t, v);
    if (here)
        lookup_fail_here(st, "%.*s", SV_ARG(strbuf_sv(&text)));
    lookup_fail(st, "%.*s", SV_ARG(strbuf_sv(&text)));
}

#define OPTIONS_OF_DEEP                                                                                                                    \
    "Struct[{strategy => Optional[Pattern[deep]], knockout_prefix => Optional[String], merge_debug => Optional[Boolean], "                 \
    "merge_hash_arrays => Optional[Boolean], sort_merged_arrays => Optional[Boolean]}]"

static bool is_set(const struct hash *h, const char *name)
{
    const struct value *v = hash_find_sv(h, sv_of(name));
    return v && value_truthy(*v);
}

static void read_options(struct lookup_state *st, const struct hash *h, struct merge *m)
{
    if (h->count < 2)
        return;
    struct sv name = value_sv(*hash_find_sv(h, SV("strategy")));
    if (m->kind == MERGE_DEEP)
        check_type(st, "The merge options", OPTIONS_OF_DEEP, value_hash(h), true);
    else
        check_type(st, "The merge options",
                   arena_cstr(st->arena, arena_printf(st->arena, "Struct[{strategy => Optional[Pattern[/%.*s/]]}]", SV_ARG(name))),
                   value_hash(h), true);
    m->options = h;
    const struct value *knockout = hash_find_sv(h, SV("knockout_prefix"));
    m->sort_arrays = is_set(h, "sort_merged_arrays");
    m->merge_hash_arrays = is_set(h, "merge_hash_arrays");
    if (!knockout || knockout->kind != V_STRING)
        return;
    m->knockout = value_sv(*knockout);
    if (!m->knockout.n)
        lookup_fail_here(st, "knockout_prefix cannot be an empty string in deep_merge!");
}

struct merge merge_parse(struct lookup_state *st, struct value v)
{
    struct merge m = { 0 };
    struct value name = v;
    if (v.kind == V_UNDEF || v.kind == V_UNSET)
        return m;
    if (v.kind == V_HASH) {
        const struct value *strategy = hash_find_sv(v.h, SV("strategy"));
        if (!strategy)
            lookup_fail_here(st, "The hash given as 'merge' must contain the name of a strategy in string form for the key 'strategy'");
        name = *strategy;
    }
    for (size_t i = 0; name.kind == V_STRING && i < sizeof strategies / sizeof *strategies; i++) {
        if (!sv_is(value_sv(name), strategies[i].name))
            continue;
        m.kind = strategies[i].kind;
        if (v.kind == V_HASH)
            read_options(st, v.h, &m);
        return m;
    }
    lookup_fail_here(st, "Unknown merge strategy: '%.*s'", SV_ARG(value_text(st->arena, name)));
}

/* ---- lists being built ---- */

struct list {
    struct arena *arena;
    struct value *items;
    uint32_t count;
    size_t cap;
};

static void list_add(struct list *l, struct value v) { ARENA_PUSH(l->arena, l->items, l->count, l->cap, v); }
static struct value list_value(const struct list *l) { return value_array(l->items, l->count); }

/* Few items: compared one by one; many: by a hash. */
static struct value list_unique(struct lookup_state *st, struct value v)
{
    struct hash *seen = hash_new(st->arena, v.n);
    struct list out = { .arena = st->arena };
    for (uint32_t i = 0; i < v.n; i++) {
        if (hash_find(seen, v.items[i]))
            continue;
        hash_put(st->arena, seen, v.items[i], value_bool(true));
        list_add(&out, v.items[i]);
    }
    return list_value(&out);
}

static void flatten_into(struct list *l, struct value v)
{
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        flatten_into(l, v.items[i]);
    if (v.kind != V_ARRAY)
        list_add(l, v);
}

static struct value to_list(struct lookup_state *st, struct value v)
{
    struct list l = { .arena = st->arena };
    flatten_into(&l, v);
    return list_value(&l);
}

static struct value join_unique(struct lookup_state *st, struct value first, struct value second)
{
    struct list l = { .arena = st->arena };
    for (uint32_t i = 0; i < first.n; i++)
        list_add(&l, first.items[i]);
    for (uint32_t i = 0; i < second.n; i++)
        list_add(&l, second.items[i]);
    return list_unique(st, list_value(&l));
}

/* ---- deep ---- */

static bool is_knocked(const struct merge *m, struct value v) { return v.kind == V_STRING && sv_starts(value_sv(v), m->knockout); }

static struct value without(struct lookup_state *st, struct value list, struct value item)
{
    struct list l = { .arena = st->arena };
    for (uint32_t i = 0; i < list.n; i++)
        if (!value_same(list.items[i], item))
            list_add(&l, list.items[i]);
    return list_value(&l);
}

static int by_value(const void *x, const void *y)
{
    const struct value *a = x, *b = y;
    if (a->kind == V_STRING && b->kind == V_STRING)
        return sv_cmp(value_sv(*a), value_sv(*b));
    double p = a->kind == V_FLOAT ? a->f : (double)a->i, q = b->kind == V_FLOAT ? b->f : (double)b->i;
    return (p > q) - (p < q);
}

static struct value sorted(struct lookup_state *st, struct value v)
{
    for (uint32_t i = 1; i < v.n; i++) {
        bool strings = v.items[i].kind == V_STRING && v.items[0].kind == V_STRING;
        bool numbers = (v.items[i].kind == V_INT || v.items[i].kind == V_FLOAT) && (v.items[0].kind == V_INT || v.items[0].kind == V_FLOAT);
        if (!strings && !numbers)
            lookup_fail_here(st, "sort_merged_arrays: the elements of an array cannot be compared");
    }
    struct value *items = ARENA_ARRAY(st->arena, struct value, v.n + 1);
    memcpy(items, v.items, v.n * sizeof *items);
    qsort(items, v.n, sizeof *items, by_value);
    return value_array(items, v.n);
}

/* source lies over dest; what does not fit together is replaced, or cleared where source is knocked out. */
static struct value overwrite(struct lookup_state *st, const struct merge *m, struct value source)
{
    if (!m->knockout.n)
        return source;
    if (is_knocked(m, source))
        return value_str(SV(""));
    for (uint32_t i = 0; source.kind == V_ARRAY && i < source.n; i++)
        if (is_knocked(m, source.items[i])) {
            struct list l = { .arena = st->arena };
            for (uint32_t j = 0; j < source.n; j++)
                if (!is_knocked(m, source.items[j]))
                    list_add(&l, source.items[j]);
            return list_value(&l);
        }
    return source;
}

static bool all_hashes(struct value v)
{
    for (uint32_t i = 0; i < v.n; i++)
        if (v.items[i].kind != V_HASH)
            return false;
    return true;
}

static struct value deep(struct lookup_state *st, const struct merge *m, struct value source, struct value dest);

/* "--x" takes x away from what is below; "--" alone takes everything. */
static struct value knock_out(struct lookup_state *st, const struct merge *m, struct value source, struct value *dest)
{
    struct list kept = { .arena = st->arena };
    for (uint32_t i = 0; i < source.n; i++) {
        struct value item = source.items[i];
        if (!is_knocked(m, item)) {
            list_add(&kept, item);
            continue;
        }
        struct sv bare = sv_slice(value_sv(item), m->knockout.n, item.n);
        *dest = bare.n ? without(st, *dest, value_str(bare)) : value_array(NULL, 0);
        *dest = without(st, *dest, item);
    }
    return list_value(&kept);
}

static struct value deep_arrays(struct lookup_state *st, const struct merge *m, struct value source, struct value dest)
{
    if (m->knockout.n)
        source = knock_out(st, m, source, &dest);
    if (m->merge_hash_arrays && all_hashes(source) && all_hashes(dest)) {
        struct list l = { .arena = st->arena };
        for (uint32_t i = 0; i < dest.n; i++)
            list_add(&l, i < source.n ? deep(st, m, source.items[i], dest.items[i]) : dest.items[i]);
        for (uint32_t i = dest.n; i < source.n; i++)
            list_add(&l, source.items[i]);
        dest = list_value(&l);
    } else {
        dest = join_unique(st, dest, source);
    }
    return m->sort_arrays ? sorted(st, dest) : dest;
}

static struct value deep_hashes(struct lookup_state *st, const struct merge *m, struct value source, struct value dest)
{
    struct hash *h = hash_copy(st->arena, dest.h, source.h->count);
    for (uint32_t i = 0; i < source.h->count; i++) {
        const struct hash_pair *p = &source.h->pairs[i];
        const struct value *below = hash_find(h, p->key);
        hash_put(st->arena, h, p->key, deep(st, m, p->value, below && value_truthy(*below) ? *below : p->value));
    }
    return value_hash(h);
}

static struct value deep(struct lookup_state *st, const struct merge *m, struct value source, struct value dest)
{
    if (source.kind == V_UNDEF)
        return dest;
    if (!value_truthy(dest))
        return source;
    if (source.kind == V_HASH && source.h->count == 0)
        return dest;
    if (source.kind == V_HASH)
        return dest.kind == V_HASH ? deep_hashes(st, m, source, dest) : overwrite(st, m, source);
    if (source.kind == V_ARRAY && dest.kind == V_ARRAY)
        return deep_arrays(st, m, source, dest);
    return overwrite(st, m, source);
}

/* ---- all of them ---- */

struct value merge_two(struct lookup_state *st, const struct merge *m, struct value first, struct value second)
{
    static const char *const types[] = { [MERGE_UNIQUE] = "Variant[Scalar, Array[Data]]", [MERGE_HASH] = "Hash[String, Data]" };
    if (m->kind != MERGE_DEEP) {
        check_type(st, "The first element of the merge", types[m->kind], first, false);
        check_type(st, "The second element of the merge", types[m->kind], second, false);
    }
    if (m->kind == MERGE_DEEP)
        return deep(st, m, first, second);
    if (m->kind == MERGE_UNIQUE)
        return join_unique(st, to_list(st, first), to_list(st, second));
    struct hash *h = hash_copy(st->arena, second.h, first.h->count);
    for (uint32_t i = 0; i < first.h->count; i++)
        hash_put(st->arena, h, first.h->pairs[i].key, first.h->pairs[i].value);
    return value_hash(h);
}

/* The options of a strategy but its name; NULL where there are none. */
static const struct hash *options_shown(struct lookup_state *st, const struct merge *m)
{
    struct hash *h = m->options ? hash_new(st->arena, m->options->count) : NULL;
    for (uint32_t i = 0; h && i < m->options->count; i++)
        if (!sv_is(value_sv(m->options->pairs[i].key), "strategy"))
            hash_put(st->arena, h, m->options->pairs[i].key, m->options->pairs[i].value);
    return h;
}

static bool merge_all(struct lookup_state *st, const struct merge *m, uint32_t count, variant_getter *get, void *ctx, struct value *out_v)
{
    bool found = false;
    struct value all = VALUE_UNDEF;
    for (uint32_t i = 0; i < count; i++) {
        struct value v;
        if (!get(ctx, i, &v))
            continue;
        if (found)
            all = merge_two(st, m, all, v);
        else if (m->kind == MERGE_UNIQUE && count == 1)
            all = v.kind == V_ARRAY ? list_unique(st, v) : v;
        else if (m->kind == MERGE_UNIQUE)
            all = to_list(st, v);
        else
            all = v;
        found = true;
        if (m->kind == MERGE_FIRST)
            break;
    }
    if (found)
        *out_v = all;
    return found;
}

bool merge_variants(struct lookup_state *st, const struct merge *m, uint32_t count, variant_getter *get, void *ctx, struct value *out_v)
{
    if (!st->explainer || m->kind == MERGE_FIRST || count < 2)
        return merge_all(st, m, count, get, ctx, out_v);
    explain_push(st->explainer, EXPLAIN_MERGE, sv_of(merge_names[m->kind]), SV_NONE)->options = options_shown(st, m);
    bool found = merge_all(st, m, count, get, ctx, out_v);
    if (found)
        explain_result(st->explainer, *out_v);
    explain_pop(st->explainer);
    return found;
}
