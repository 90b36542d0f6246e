/* fleet_known: asks the questions of earlier compiles again, each once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fleet_known.h"

#include <stdlib.h>

struct fleet_known {
    struct compiled_all all;
    struct map by_ref;
    struct map changed_sets; /* number of a set, as its bytes -> it */
};

/* Paths below the site are kept relative to it: the site may stand elsewhere, or be a commit. */
static struct sv kept_path(struct arena *a, struct site *s, struct sv path)
{
    struct sv site = snapshot_site(s->snapshot);
    if (sv_eq(path, site))
        return SV(".");
    bool below = site.n && path.n > site.n && sv_starts(path, site) && path.p[site.n] == '/';
    return below ? arena_printf(a, ".%.*s", SV_ARG(sv_slice(path, site.n, path.n))) : path;
}

static struct sv full_path(struct arena *a, struct site *s, struct sv kept)
{
    struct sv site = snapshot_site(s->snapshot);
    if (sv_is(kept, "."))
        return site;
    return sv_starts(kept, SV("./")) ? arena_printf(a, "%.*s%.*s", SV_ARG(site), SV_ARG(sv_slice(kept, 1, kept.n))) : kept;
}

/* ---- what still holds ---- */

static bool is_changed(struct site *s, const struct compiled_read *r)
{
    struct arena *scratch = arena_new(0);
    struct sv now = read_digest(scratch, snapshot_tree(s->snapshot), (enum read_question)r->question, full_path(scratch, s, r->path));
    bool changed = !sv_eq(now, r->digest);
    arena_free(scratch);
    return changed;
}

static int64_t highest_id(const struct compiled_all *all)
{
    int64_t highest = 0;
    for (size_t i = 0; i < all->read_count; i++)
        if (all->reads[i].id > highest)
            highest = all->reads[i].id;
    return highest;
}

/* A read that is not there any more counts as changed. */
static bool set_changed(struct sv reads, const bool *holds, int64_t highest)
{
    int64_t id = 0;
    for (size_t i = 0; i <= reads.n; i++) {
        if (i < reads.n && reads.p[i] != ',') {
            id = id * 10 + (reads.p[i] - '0');
            continue;
        }
        if (reads.n && (id > highest || !holds[id]))
            return true;
        id = 0;
    }
    return false;
}

struct fleet_known *fleet_known_load(struct site *s, struct store *st, struct arena *a, struct err *err)
{
    struct fleet_known *k = ARENA_NEW(a, struct fleet_known);
    k->by_ref = map_in(a);
    k->changed_sets = map_in(a);
    if (!compiled_load(st, a, &k->all, err))
        return NULL;
    int64_t highest = highest_id(&k->all);
    bool *holds = calloc((size_t)highest + 1, sizeof *holds);
    if (!holds)
        abort();
    for (size_t i = 0; i < k->all.read_count; i++)
        holds[k->all.reads[i].id] = !is_changed(s, &k->all.reads[i]);
    for (size_t i = 0; i < k->all.set_count; i++) {
        struct compiled_read_set *set = &k->all.sets[i];
        if (set_changed(set->reads, holds, highest))
            map_put(&k->changed_sets, (struct sv){ (const char *)&set->id, sizeof set->id }, set);
    }
    free(holds);
    for (size_t i = 0; i < k->all.count; i++)
        map_put(&k->by_ref, k->all.items[i].key, &k->all.items[i]);
    return k;
}

const struct compiled *fleet_known_find(const struct fleet_known *k, struct sv ref) { return map_find(&k->by_ref, ref); }

bool fleet_known_holds(const struct fleet_known *k, const struct compiled *c)
{
    return !(c->flags & COMPILED_OUTSIDE) && !map_find(&k->changed_sets, (struct sv){ (const char *)&c->read_set, sizeof c->read_set });
}

/* ---- recording ---- */

struct numbering {
    struct compiled_read *reads; /* by number of the snapshot's */
    uint32_t count;
    const uint32_t *common;
    uint32_t common_count;
};

static int by_id(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* What it read and what counts for all, each once, by the store's ids. A read that could not be stored has none, and then the set never
 * holds. */
static int64_t *ids_of(struct arena *a, const struct numbering *n, const struct fleet_record *r, size_t *out_count)
{
    int64_t *ids = ARENA_ARRAY(a, int64_t, r->read_count + n->common_count + 1);
    size_t count = 0, kept = 0;
    for (uint32_t i = 0; i < r->read_count; i++)
        ids[count++] = n->reads[r->reads[i]].id;
    for (uint32_t i = 0; i < n->common_count; i++)
        ids[count++] = n->reads[n->common[i]].id;
    qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = 0; i < count; i++)
        if (!kept || ids[i] != ids[kept - 1])
            ids[kept++] = ids[i];
    *out_count = kept;
    return ids;
}

static bool put_reads(struct site *s, struct arena *a, struct numbering *out, struct err *err)
{
    struct reads *r = snapshot_reads(s->snapshot);
    *out = (struct numbering){ .count = reads_count(r) };
    out->reads = ARENA_ARRAY(a, struct compiled_read, out->count + 1);
    for (uint32_t i = 0; i < out->count; i++) {
        struct read_fact f = reads_at(r, i);
        out->reads[i] = (struct compiled_read){ 0, f.question, kept_path(a, s, f.path), f.digest };
    }
    out->common = reads_common(r, a, &out->common_count);
    return compiled_put_reads(s->store, out->reads, out->count, err);
}

bool fleet_known_record(struct site *s, const struct fleet_record *records, size_t count, struct err *err)
{
    struct arena *a = arena_new(0);
    struct numbering n;
    bool ok = !count || put_reads(s, a, &n, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct arena *scratch = arena_new(0);
        size_t id_count;
        const int64_t *ids = ids_of(scratch, &n, &records[i], &id_count);
        ok = compiled_put(s->store, scratch, &records[i].compiled, ids, id_count, err);
        arena_free(scratch);
    }
    arena_free(a);
    return ok;
}
