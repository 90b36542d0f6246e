/* fleet: compiling and comparing every subject. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fleet.h"

#include <time.h>

#include "base/json.h"
#include "base/limits.h"
#include "catalog/seal.h"
#include "store/inventory_catalog.h"

#define CATALOG_KIND SV("catalog")

static struct catalog *fleet_stored(struct site *s, struct arena *a, struct sv ref, struct err *err)
{
    struct sv json;
    if (!store_get(s->store, a, CATALOG_KIND, ref, &json, err))
        return NULL;
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ arena_printf(a, "the stored catalog of %.*s", SV_ARG(ref)), json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (!json_read(a, src, NULL, &diags, &doc)) {
        err_set(err, "the stored catalog of '%.*s' cannot be read: %.*s", SV_ARG(ref), SV_ARG(diags.first->message));
        return NULL;
    }
    return catalog_read_json(a, snapshot_symtab(s->snapshot), &doc->root, err);
}

struct catalog *fleet_published(struct site *s, struct arena *a, const struct subject *subject, struct err *err)
{
    return fleet_stored(s, a, subject->entity->ref, err);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool same_kind_of_change(const struct fleet_group *g, const struct fleet_item *item, const struct entity *cluster)
{
    const struct fleet_item *first = g->items[0];
    if (g->is_new != !item->was)
        return false;
    /* New hosts of a cluster stand together though each has its own name in its files: nobody reads forty first catalogs. */
    if (g->is_new)
        return g->in == cluster && first->subject.entity->kind == item->subject.entity->kind && (cluster || !item->subject.is_host);
    return memcmp(first->diff->digest, item->diff->digest, sizeof item->diff->digest) == 0;
}

static const struct entity *cluster_of(struct site *s, struct arena *a, const struct subject *subject)
{
    struct sv name = subject->is_host ? entity_text(subject->entity, "cluster") : SV_NONE;
    return name.n ? model_find(s->model, model_full_ref(a, name, "cluster", subject->entity->ns)) : NULL;
}

static void add_to_group(struct site *s, struct fleet *f, struct fleet_item *item)
{
    const struct entity *cluster = cluster_of(s, f->arena, &item->subject);
    for (size_t i = 0; i < f->group_count; i++) {
        struct fleet_group *g = &f->groups[i];
        if (!same_kind_of_change(g, item, cluster))
            continue;
        ARENA_PUSH(f->arena, g->items, g->count, g->cap, item);
        if (g->in != cluster)
            g->in = NULL;
        return;
    }
    struct fleet_group fresh = { .is_new = !item->was, .in = cluster };
    ARENA_PUSH(f->arena, fresh.items, fresh.count, fresh.cap, item);
    ARENA_PUSH(f->arena, f->groups, f->group_count, f->group_cap, fresh);
}

static void name_concerned(struct site *s, struct arena *a, struct fleet_group *g)
{
    for (size_t i = 0; i < g->count; i++)
        site_concerned(s, a, &g->items[i]->subject, &g->concerned);
    for (size_t i = 0; i < g->count; i++)
        site_neighbours_concerned(s, a, &g->items[i]->subject, &g->concerned, &g->neighbours);
}

/* Catalogs in the store that no subject claims any more. */
static bool find_removed(struct site *s, struct fleet *f, struct err *err)
{
    struct document *docs;
    size_t n;
    if (!store_list(s->store, f->arena, CATALOG_KIND, &docs, &n, err))
        return false;
    struct map known = map_in(f->arena);
    for (uint32_t i = 0; i < f->count; i++)
        map_put(&known, f->items[i].subject.entity->ref, &f->items[i]);
    for (size_t i = 0; i < n; i++)
        if (!map_find(&known, docs[i].key))
            ARENA_PUSH(f->arena, f->removed, f->removed_count, f->removed_cap, docs[i].key);
    return true;
}

/* A subject that does not compile keeps what it exported before; one that is gone exports nothing. */
static bool note_exports(struct site *s, struct fleet *f, bool *out_changed, struct err *err)
{
    struct map known = map_in(f->arena);
    uint32_t count;
    *out_changed = false;
    for (uint32_t i = 0; i < f->count; i++) {
        struct fleet_item *item = &f->items[i];
        bool changed = false;
        map_put(&known, item->subject.entity->ref, item);
        if (item->result->catalog && !exports_set(s->exports, item->subject.entity->ref, item->result->catalog, &changed, err))
            return false;
        *out_changed |= changed;
    }
    const struct sv *subjects = exports_subjects(s->exports, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!map_find(&known, subjects[i])) {
            exports_drop(s->exports, subjects[i]);
            *out_changed = true;
        }
    return true;
}

/* Compiles those that collect exports again until the exports are those that were collected: one apply brings all hosts to the same state,
 * whatever order they were compiled in. */
static bool settle_exports(struct site *s, struct fleet *f, struct err *err)
{
    for (unsigned round = 0; round < LIMIT_EXPORT_ROUNDS; round++) {
        bool changed, any = false;
        if (!note_exports(s, f, &changed, err))
            return false;
        for (uint32_t i = 0; changed && i < f->count; i++) {
            if (!f->items[i].result->collects_exported)
                continue;
            compile_result_free(f->items[i].result);
            f->items[i].result = site_compile(s, &f->items[i].subject);
            any = true;
        }
        if (!any)
            return true;
    }
    return err_set(err,
                   "exported resources do not settle: what hosts export changes with what they collect, even after %d rounds; break "
                   "the circle of <<| |>> and @@ between them",
                   LIMIT_EXPORT_ROUNDS);
}

static void show_progress(uint32_t done, uint32_t all)
{
    enum { STEP = 16 };
    if (done == all)
        fputs("\r\033[K", stderr);
    else if (done % STEP == 0)
        fprintf(stderr, "\rCompiling %u of %u", done, all);
}

bool fleet_compile(struct site *s, bool progress, struct fleet *out_fleet, struct err *err)
{
    struct fleet *f = out_fleet;
    *f = (struct fleet){ .arena = arena_new(0) };
    struct subject *subjects = site_subjects(s, &f->count);
    f->items = ARENA_ARRAY(f->arena, struct fleet_item, f->count + 1);
    if (!site_load_exports(s, err))
        return false;
    double started = now_ms();
    for (uint32_t i = 0; i < f->count; i++) {
        f->items[i] = (struct fleet_item){ .subject = subjects[i], .result = site_compile(s, &subjects[i]) };
        if (progress)
            show_progress(i + 1, f->count);
    }
    bool settled = settle_exports(s, f, err);
    f->milliseconds = now_ms() - started;
    if (!settled)
        return false;
    for (uint32_t i = 0; i < f->count; i++) {
        struct fleet_item *item = &f->items[i];
        if (!item->result->catalog) {
            f->failed++;
            continue;
        }
        struct err why = { "" };
        item->was = fleet_published(s, f->arena, &item->subject, &why);
        if (!item->was && why.text[0]) {
            *err = why;
            return false;
        }
        item->sealed = catalog_seal(f->arena, item->result->catalog, s->seal_key);
        item->diff = catalog_diff(f->arena, item->was, item->sealed);
        if (item->diff->count == 0)
            continue;
        f->changed++;
        add_to_group(s, f, item);
    }
    for (size_t i = 0; i < f->group_count; i++)
        name_concerned(s, f->arena, &f->groups[i]);
    return find_removed(s, f, err);
}

/* In the store, and for hosts in the inventory, where it is asked about. */
static bool publish_item(struct site *s, const struct fleet_item *item, struct err *err)
{
    AUTO_STRBUF json = STRBUF_HEAP;
    struct arena *scratch = arena_new(0);
    catalog_write_json(item->sealed, &json, false);
    bool ok = store_put(s->store, CATALOG_KIND, item->subject.entity->ref, strbuf_sv(&json), s->now, err) &&
              (!item->subject.is_host || inventory_put_compiled(s->store, scratch, item->sealed, s->now * 1000, err));
    arena_free(scratch);
    return ok;
}

bool fleet_publish_host(struct site *s, const struct subject *host, struct fleet_item *out_item, struct err *err)
{
    struct fleet_item *item = out_item;
    *item = (struct fleet_item){ .subject = *host };
    if (!site_load_exports(s, err))
        return false;
    item->result = site_compile(s, host);
    if (!item->result->catalog)
        return err_set(err, "'%.*s' does not compile: %.*s", SV_ARG(host->entity->name), SV_ARG(item->result->error));
    item->sealed = catalog_seal(s->arena, item->result->catalog, s->seal_key);
    if (!store_begin(s->store, err))
        return false;
    if (publish_item(s, item, err) && store_commit(s->store, err))
        return true;
    store_rollback(s->store);
    return false;
}

static bool withdraw(struct site *s, struct sv ref, struct err *err)
{
    struct arena *scratch = arena_new(0);
    struct catalog *was = fleet_stored(s, scratch, ref, err);
    bool ok = (was || !err->text[0]) && store_delete(s->store, CATALOG_KIND, ref, err) &&
              (!was || !sv_starts(ref, SV("host:")) || inventory_deactivate(s->store, was->name, s->now * 1000, err));
    arena_free(scratch);
    return ok;
}

bool fleet_publish(struct site *s, struct fleet *f, struct err *err)
{
    for (uint32_t i = 0; i < f->count; i++) {
        const struct fleet_item *item = &f->items[i];
        if (item->diff && !(item->was && item->diff->count == 0) && !publish_item(s, item, err))
            return false;
    }
    for (size_t i = 0; i < f->removed_count; i++)
        if (!withdraw(s, f->removed[i], err))
            return false;
    return exports_publish(s->exports, s->store, s->now, err);
}

void fleet_free(struct fleet *f)
{
    for (uint32_t i = 0; f->arena && i < f->count; i++)
        compile_result_free(f->items[i].result);
    arena_free(f->arena);
    *f = (struct fleet){ 0 };
}
