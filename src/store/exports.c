/* exports: one document a subject: a catalog of nothing but the resources it exports. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/exports.h"

#include <stdlib.h>

#include "base/json.h"
#include "catalog/seal.h"
#include "eval/call.h"

#define EXPORTS_KIND SV("exports")

struct exporter {
    struct sv subject;
    struct sv json;          /* empty: exports nothing */
    struct catalog *catalog; /* of json */
};

struct exports {
    struct arena *arena;
    struct symtab *syms;
    struct exporter *items; /* sorted by subject */
    size_t count, cap;
};

static struct catalog *read_exports(struct exports *e, struct sv subject, struct sv json, struct err *err)
{
    struct source *src = ARENA_NEW(e->arena, struct source);
    *src = (struct source){ arena_printf(e->arena, "the exports of %.*s", SV_ARG(subject)), json };
    struct diags diags = diags_in(e->arena);
    struct data_doc *doc;
    if (json_read(e->arena, src, NULL, &diags, &doc))
        return catalog_read_json(e->arena, e->syms, &doc->root, err);
    err_set(err, "the stored exports of '%.*s' cannot be read: %.*s", SV_ARG(subject), SV_ARG(diags.first->message));
    return NULL;
}

/* Where a subject is, or would stand. */
static size_t place_of(const struct exports *e, struct sv subject)
{
    size_t low = 0, high = e->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (sv_cmp(e->items[mid].subject, subject) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct exporter *find_exporter(const struct exports *e, struct sv subject)
{
    size_t at = place_of(e, subject);
    return at < e->count && sv_eq(e->items[at].subject, subject) ? &e->items[at] : NULL;
}

static struct exporter *add_exporter(struct exports *e, struct sv subject)
{
    size_t at = place_of(e, subject);
    struct exporter fresh = { .subject = arena_dup(e->arena, subject) };
    ARENA_PUSH(e->arena, e->items, e->count, e->cap, fresh);
    memmove(&e->items[at + 1], &e->items[at], (e->count - 1 - at) * sizeof *e->items);
    e->items[at] = fresh;
    return &e->items[at];
}

struct exports *exports_load(struct store *s, struct arena *a, struct symtab *syms, struct err *err)
{
    struct exports *e = ARENA_NEW(a, struct exports);
    *e = (struct exports){ .arena = a, .syms = syms };
    struct document *docs = NULL;
    size_t n = 0;
    if (s && !store_list(s, a, EXPORTS_KIND, &docs, &n, err))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct exporter *x = add_exporter(e, docs[i].key);
        x->json = docs[i].json;
        x->catalog = read_exports(e, x->subject, x->json, err);
        if (!x->catalog)
            return NULL;
    }
    return e;
}

bool exports_set(struct exports *e, struct sv subject, const struct catalog *c, bool *out_changed, struct err *err)
{
    AUTO_STRBUF json = STRBUF_HEAP;
    struct exporter *x = find_exporter(e, subject);
    struct arena *scratch = arena_new(0);
    uint32_t count = catalog_write_exported(catalog_without_secrets(scratch, c), &json);
    arena_free(scratch);
    *out_changed = !(count ? x && sv_eq(x->json, strbuf_sv(&json)) : !x);
    if (!*out_changed)
        return true;
    if (!count) {
        exports_drop(e, subject);
        return true;
    }
    x = x ? x : add_exporter(e, subject);
    x->json = arena_dup(e->arena, strbuf_sv(&json));
    x->catalog = read_exports(e, x->subject, x->json, err);
    return x->catalog != NULL;
}

bool exports_drop(struct exports *e, struct sv subject)
{
    struct exporter *x = find_exporter(e, subject);
    if (!x)
        return false;
    size_t at = (size_t)(x - e->items);
    e->count--;
    memmove(x, x + 1, (e->count - at) * sizeof *x);
    return true;
}

const struct sv *exports_subjects(const struct exports *e, uint32_t *out_count)
{
    struct sv *names = ARENA_ARRAY(e->arena, struct sv, e->count + 1);
    for (size_t i = 0; i < e->count; i++)
        names[i] = e->items[i].subject;
    *out_count = (uint32_t)e->count;
    return names;
}

static bool put_changed(const struct exports *e, struct store *s, int64_t at, const struct map *kept, struct err *err)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct document *old = map_find(kept, e->items[i].subject);
        if (old && sv_eq(old->json, e->items[i].json))
            continue;
        if (!store_put(s, EXPORTS_KIND, e->items[i].subject, e->items[i].json, at, err))
            return false;
    }
    return true;
}

bool exports_publish(const struct exports *e, struct store *s, int64_t at, struct err *err)
{
    struct arena *scratch = arena_new(0);
    struct map kept = map_in(scratch);
    struct document *docs;
    size_t n;
    bool ok = store_list(s, scratch, EXPORTS_KIND, &docs, &n, err);
    for (size_t i = 0; ok && i < n; i++) {
        map_put(&kept, docs[i].key, &docs[i]);
        if (!find_exporter(e, docs[i].key))
            ok = store_delete(s, EXPORTS_KIND, docs[i].key, err);
    }
    ok = ok && put_changed(e, s, at, &kept, err);
    arena_free(scratch);
    return ok;
}

const struct resource **exports_of_type(struct exports *e, struct compile *c, struct sv type, uint32_t *out_count)
{
    struct arena *a = compile_catalog(c)->arena;
    struct sv own = compile_options_of(c)->certname;
    const struct resource **found = NULL;
    size_t count = 0, cap = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct catalog *from = e->items[i].catalog;
        for (uint32_t k = 0; k < from->resource_count && !sv_eq(from->name, own); k++)
            if (sv_eq(from->resources[k]->type, type))
                ARENA_PUSH(a, found, count, cap, from->resources[k]);
    }
    *out_count = (uint32_t)count;
    return found;
}
