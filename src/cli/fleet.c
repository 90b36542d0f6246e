/* fleet: compiling what may have changed, on all processors, and comparing it with what was there before. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fleet.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "catalog/seal.h"
#include "cli/fleet_known.h"
#include "cli/subject_facts.h"
#include "people/plan.h"
#include "store/inventory.h"
#include "store/inventory_catalog.h"

#define CATALOG_KIND SV("catalog")

/* One compiling of a fleet. */
struct work {
    struct site *site;
    const struct fleet_options *o;
    struct fleet *fleet;
    struct fleet_known *known;        /* NULL: all is compiled */
    struct fleet_known *known_before; /* of the other site */
    struct map facts;                 /* certname -> digest of what was reported */
    struct sv base_facts;             /* digest of those of hosts that have reported none */
    struct map from;                  /* ref -> subject of the other site */
    pthread_mutex_t lock;             /* of the fleet's arena and of what follows */
    struct map kept;                  /* digest of a difference -> the first item that has it */
    struct err err;
    bool broken;
};

/* A share of the items for several threads at once. */
struct share {
    struct work *work;
    struct fleet_item *const *items;
    uint32_t count;
    atomic_uint next, done;
};

/* ---- catalogs before ---- */

static struct catalog *read_json(struct site *s, struct arena *a, struct sv json, struct sv ref, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ arena_printf(a, "the stored catalog of %.*s", SV_ARG(ref)), json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (json_read(a, src, NULL, &diags, &doc))
        return catalog_read_json(a, snapshot_symtab(s->snapshot), &doc->root, err);
    err_set(err, "the stored catalog of '%.*s' cannot be read: %.*s", SV_ARG(ref), SV_ARG(diags.first->message));
    return NULL;
}

static struct catalog *read_published(struct site *s, struct arena *a, struct sv ref, struct err *err)
{
    struct sv json;
    err->text[0] = '\0';
    if (!store_get(s->store, a, CATALOG_KIND, ref, &json, err))
        return NULL;
    return read_json(s, a, json, ref, err);
}

/* What the other site compiles. One that does not compile there is as new: its failure is no matter of this change. */
static struct catalog *compile_before(struct work *w, struct arena *a, struct sv ref)
{
    const struct subject *was = map_find(&w->from, ref);
    struct compile_result *r = was ? site_compile(w->o->from, a, was) : NULL;
    struct catalog *sealed = r && r->catalog ? catalog_seal(a, r->catalog, w->o->from->seal_key) : NULL;
    if (r)
        arena_defer(a, (void (*)(void *))compile_result_free, r);
    return sealed;
}

/* ---- one item ---- */

static void let_go(struct fleet_item *item)
{
    compile_result_free(item->result);
    arena_free(item->arena);
    item->result = NULL;
    item->arena = NULL;
    item->sealed = item->was = NULL;
    item->diff = NULL;
}

static void break_off(struct work *w, const struct err *err)
{
    pthread_mutex_lock(&w->lock);
    if (!w->broken)
        w->err = *err;
    w->broken = true;
    pthread_mutex_unlock(&w->lock);
}

static struct sv facts_of(const struct work *w, const struct subject *subject)
{
    const struct sv *reported = map_find(&w->facts, subject->certname);
    return reported ? *reported : w->base_facts;
}

/* What was published is still what a compile of this site would give. */
static bool gives_published(const struct fleet_known *k, const struct subject *subject, struct sv inputs)
{
    const struct compiled *c = k ? fleet_known_find(k, subject->entity->ref) : NULL;
    return c && sv_eq(c->inputs, inputs) && fleet_known_holds(k, c);
}

/* What it is compared with is what was published: always, or where the other site would still compile just that. */
static bool was_published(struct work *w, struct arena *scratch, const struct subject *subject)
{
    if (!w->o->from)
        return true;
    const struct subject *was = map_find(&w->from, subject->entity->ref);
    return was && gives_published(w->known_before, was, subject_inputs(w->o->from, scratch, was, facts_of(w, was)));
}

static bool is_known(struct work *w, struct fleet_item *item, struct arena *scratch)
{
    if (!item->subject.is_host)
        return false;
    item->inputs = subject_inputs(w->site, scratch, &item->subject, facts_of(w, &item->subject));
    item->was_published = !w->o->everything && was_published(w, scratch, &item->subject);
    if (!item->was_published || item->subject.entity == w->o->needed || !gives_published(w->known, &item->subject, item->inputs))
        return false;
    item->flags = fleet_known_find(w->known, item->subject.entity->ref)->flags;
    return true;
}

static void compile_item(struct work *w, struct fleet_item *item)
{
    struct reads *reads = snapshot_reads(w->site->snapshot);
    struct recording *rec = reads ? reads_begin(reads) : NULL;
    item->result = site_compile(w->site, item->arena, &item->subject);
    item->was_compiled = true;
    if (rec)
        item->reads = reads_end(reads, rec, item->arena, &item->read_count);
    item->flags = (item->result->collects_exported ? COMPILED_COLLECTS : 0) | (item->result->asked_outside ? COMPILED_OUTSIDE : 0);
}

static struct sv catalog_digest(struct arena *a, const struct catalog *c, struct strbuf *json)
{
    catalog_write_json(c, json, false);
    return digest_hex(a, DIGEST_SHA1, strbuf_sv(json));
}

/* Whether its catalog is the one before, by digest where that is known. */
static bool compare_item(struct work *w, struct fleet_item *item)
{
    struct sv ref = item->subject.entity->ref;
    const struct compiled *known = w->known ? fleet_known_find(w->known, ref) : NULL;
    /* What other hosts export may have changed since a collecting host's catalog was published. */
    bool before_is_published = !w->o->from || (item->was_published && !(item->flags & COMPILED_COLLECTS));
    struct err err = { "" };
    item->sealed = catalog_seal(item->arena, item->result->catalog, w->site->seal_key);
    item->digest = catalog_digest(item->arena, item->sealed, &item->json);
    if (known && before_is_published && sv_eq(known->digest, item->digest))
        return true;
    item->was = before_is_published ? read_published(w->site, item->arena, ref, &err) : compile_before(w, item->arena, ref);
    if (!item->was && err.text[0]) {
        break_off(w, &err);
        return true;
    }
    item->is_new = !item->was;
    item->diff = catalog_diff(item->arena, item->was, item->sealed);
    memcpy(item->change, item->diff->digest, sizeof item->change);
    return item->diff->count == 0;
}

/* Potlacs and ownerships are converged together; hosts that take part in exports may be compiled again. */
static bool is_kept_anyway(const struct work *w, const struct fleet_item *item)
{
    return !item->subject.is_host || item->subject.entity == w->o->needed || item->flags & COMPILED_COLLECTS;
}

static struct sv group_key(struct work *w, const struct fleet_item *item)
{
    if (!item->is_new)
        return sv_make((const char *)item->change, sizeof item->change);
    return arena_printf(w->fleet->arena, "new %.*s", SV_ARG(entity_text(item->subject.entity, "cluster")));
}

/* Of hosts that change alike only the first keeps its catalogs: a change of ten thousand hosts fits into memory. Under the lock. */
static void keep_first(struct work *w, struct fleet_item *item)
{
    struct sv key = group_key(w, item);
    struct fleet_item *first = map_find(&w->kept, key);
    struct fleet_item *later = !first ? NULL : first < item ? item : first;
    if (!first || later == first)
        map_put(&w->kept, arena_dup(w->fleet->arena, key), item);
    if (later) {
        later->state = FLEET_LIKE;
        let_go(later);
    }
}

static bool exports_something(const struct catalog *c)
{
    for (uint32_t i = 0; i < c->resource_count; i++)
        if (c->resources[i]->flags & RES_EXPORTED)
            return true;
    return false;
}

/* What others must know of it is told before its memory goes. */
static void note_item(struct work *w, struct fleet_item *item, bool same)
{
    struct arena *kept = w->fleet->arena;
    pthread_mutex_lock(&w->lock);
    item->inputs = arena_dup(kept, item->inputs);
    item->digest = arena_dup(kept, item->digest);
    uint32_t *reads = ARENA_ARRAY(kept, uint32_t, item->read_count + 1);
    if (item->read_count)
        memcpy(reads, item->reads, item->read_count * sizeof *reads);
    item->reads = reads;
    if (!item->result->catalog) {
        item->error = arena_dup(kept, item->result->error);
        item->state = FLEET_FAILED;
    } else {
        item->state = same ? FLEET_SAME : FLEET_CHANGED;
    }
    item->exports = item->result->catalog && exports_something(item->result->catalog);
    bool whole = is_kept_anyway(w, item) || item->exports, publish = w->o->keep && item->state == FLEET_CHANGED;
    if (whole || !publish)
        strbuf_release(&item->json);
    if (!whole && item->state == FLEET_CHANGED && !publish)
        keep_first(w, item);
    else if (!whole)
        let_go(item);
    pthread_mutex_unlock(&w->lock);
}

static void do_item(struct work *w, struct fleet_item *item)
{
    struct arena *a = arena_new(0);
    if (is_known(w, item, a)) {
        item->inputs = SV_NONE;
        item->state = FLEET_SAME;
        arena_free(a);
        return;
    }
    item->arena = a;
    compile_item(w, item);
    note_item(w, item, item->result->catalog && compare_item(w, item));
}

/* ---- all of them ---- */

static void show_progress(uint32_t done, uint32_t all)
{
    enum { STEP = 64 };
    if (done == all)
        fputs("\r\033[K", stderr);
    else if (done % STEP == 0)
        fprintf(stderr, "\rCompiling %u of %u", done, all);
}

static void *do_share(void *arg)
{
    struct share *share = arg;
    for (uint32_t i; (i = atomic_fetch_add(&share->next, 1)) < share->count && !share->work->broken;) {
        do_item(share->work, share->items[i]);
        uint32_t done = atomic_fetch_add(&share->done, 1) + 1;
        if (share->work->o->progress)
            show_progress(done, share->count);
    }
    return NULL;
}

static bool run_share(struct work *w, struct fleet_item *const *items, uint32_t count, unsigned threads)
{
    enum { MOST = 64 };
    struct share share = { .work = w, .items = items, .count = count };
    pthread_t started[MOST];
    unsigned n = 0;
    while (n + 1 < threads && n < MOST && pthread_create(&started[n], NULL, do_share, &share) == 0)
        n++;
    do_share(&share);
    for (unsigned i = 0; i < n; i++)
        pthread_join(started[i], NULL);
    return !w->broken;
}

static unsigned threads_of(const struct fleet_options *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return o->threads ? o->threads : processors > 0 ? (unsigned)processors : 1;
}

/* One search for the slots of all meetings, not one for each subject. */
static void share_plan(struct work *w, bool share)
{
    struct site *sites[] = { w->site, w->o->from };
    for (size_t i = 0; i < 2; i++)
        if (sites[i])
            sites[i]->people.plan = share ? people_plan_new(&sites[i]->people, w->fleet->arena, SV_NONE) : NULL;
}

/* Hosts on all threads; then Potlacs and ownerships one after another, by one plan of all meetings. */
static bool compile_all(struct work *w)
{
    struct fleet *f = w->fleet;
    struct fleet_item **list = ARENA_ARRAY(f->arena, struct fleet_item *, f->count + 1);
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->items[i].subject.is_host)
            list[hosts++] = &f->items[i];
    uint32_t n = hosts;
    for (uint32_t i = 0; i < f->count; i++)
        if (!f->items[i].subject.is_host)
            list[n++] = &f->items[i];
    if (!run_share(w, list, hosts, threads_of(w->o)))
        return false;
    share_plan(w, n > hosts);
    bool ok = run_share(w, list + hosts, n - hosts, 1);
    f->people = w->site->people.plan;
    share_plan(w, false);
    return ok;
}

/* ---- exported resources ---- */

/* A subject that was not compiled, or does not compile, exports what it did before; one that is gone exports nothing. */
static bool note_exports(struct work *w, bool *out_changed, struct err *err)
{
    struct site *s = w->site;
    struct fleet *f = w->fleet;
    struct map known = map_in(f->arena);
    uint32_t count;
    *out_changed = false;
    for (uint32_t i = 0; i < f->count; i++) {
        struct fleet_item *item = &f->items[i];
        bool changed = false;
        map_put(&known, item->subject.entity->ref, item);
        if (!item->was_compiled || item->state == FLEET_FAILED)
            continue;
        if (item->exports && !exports_set(s->exports, item->subject.entity->ref, item->result->catalog, &changed, err))
            return false;
        if (!item->exports)
            changed = exports_drop(s->exports, item->subject.entity->ref);
        *out_changed |= changed;
    }
    const struct sv *subjects = exports_subjects(s->exports, &count);
    for (uint32_t i = 0; i < count && !w->o->only; i++)
        if (!map_find(&known, subjects[i]))
            *out_changed |= exports_drop(s->exports, subjects[i]);
    return true;
}

/* Compiles those that collect exports again until the exports are those that were collected: one apply brings all hosts to the same state,
 * whatever order they were compiled in. */
static bool settle_exports(struct work *w, struct err *err)
{
    struct fleet *f = w->fleet;
    struct fleet_item **again = ARENA_ARRAY(f->arena, struct fleet_item *, f->count + 1);
    for (unsigned round = 0; round < LIMIT_EXPORT_ROUNDS; round++) {
        bool changed;
        uint32_t n = 0;
        if (!note_exports(w, &changed, err))
            return false;
        for (uint32_t i = 0; changed && i < f->count; i++)
            if (f->items[i].flags & COMPILED_COLLECTS) {
                let_go(&f->items[i]);
                again[n++] = &f->items[i];
            }
        if (!n)
            return true;
        struct fleet_known *known = w->known;
        w->known = NULL; /* their files are the same, what they collect is not */
        bool ok = run_share(w, again, n, threads_of(w->o));
        w->known = known;
        if (!ok)
            return false;
    }
    return err_set(err,
                   "exported resources do not settle: what hosts export changes with what they collect, even after %d rounds; break "
                   "the circle of <<| |>> and @@ between them",
                   LIMIT_EXPORT_ROUNDS);
}

/* ---- the whole ---- */

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void choose_items(struct work *w)
{
    struct fleet *f = w->fleet;
    uint32_t count;
    struct subject *subjects = site_subjects(w->site, &count);
    f->items = ARENA_ARRAY(f->arena, struct fleet_item, count + 1);
    for (uint32_t i = 0; i < count; i++)
        if (!w->o->only || map_find(w->o->only, subjects[i].entity->ref))
            f->items[f->count++].subject = subjects[i];
}

static bool prepare(struct work *w, struct err *err)
{
    struct site *s = w->site;
    struct arena *a = w->fleet->arena;
    struct strbuf facts = STRBUF_IN(a);
    uint32_t count;
    w->facts = map_in(a);
    w->from = map_in(a);
    w->kept = map_in(a);
    value_print(&facts, s->base_facts);
    w->base_facts = digest_hex(a, DIGEST_SHA1, strbuf_sv(&facts));
    choose_items(w);
    struct subject *before = w->o->from ? site_subjects(w->o->from, &count) : NULL;
    for (uint32_t i = 0; before && i < count; i++)
        map_put(&w->from, before[i].entity->ref, &before[i]);
    if (!site_load_exports(s, err) || (w->o->from && !site_load_exports(w->o->from, err)) ||
        !inventory_facts_digests(s->store, &w->facts, err))
        return false;
    w->known = fleet_known_load(s, s->store, a, err);
    if (w->known && w->o->from)
        w->known_before = fleet_known_load(w->o->from, s->store, a, err);
    return w->known && (w->known_before || !w->o->from);
}

/* Of what meets its catalog is kept: those meetings end. */
static bool add_removed(struct work *w, struct sv ref, struct err *err)
{
    struct fleet *f = w->fleet;
    struct fleet_removed fresh = { .ref = ref };
    err->text[0] = '\0';
    if (!sv_starts(ref, SV("host:")))
        fresh.was = w->o->from ? compile_before(w, f->arena, ref) : read_published(w->site, f->arena, ref, err);
    ARENA_PUSH(f->arena, f->removed, f->removed_count, f->removed_cap, fresh);
    return !err->text[0];
}

/* Catalogs of before that no subject claims any more. */
static bool find_removed(struct work *w, struct err *err)
{
    struct fleet *f = w->fleet;
    struct sv *published = NULL;
    size_t n = 0;
    struct map known = map_in(f->arena);
    for (uint32_t i = 0; i < f->count; i++)
        map_put(&known, f->items[i].subject.entity->ref, &f->items[i]);
    for (struct map_entry *e = NULL; (e = map_next(&w->from, e));)
        if (!map_find(&known, e->key) && !add_removed(w, e->key, err))
            return false;
    if (!w->o->from && !store_keys(w->site->store, f->arena, CATALOG_KIND, &published, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!map_find(&known, published[i]) && !add_removed(w, published[i], err))
            return false;
    return true;
}

static void count_items(struct fleet *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        f->failed += f->items[i].state == FLEET_FAILED;
        f->changed += f->items[i].state == FLEET_CHANGED || f->items[i].state == FLEET_LIKE;
        f->compiled += f->items[i].was_compiled;
    }
}

bool fleet_compile(struct site *s, const struct fleet_options *o, struct fleet *out_fleet, struct err *err)
{
    struct fleet *f = out_fleet;
    struct work w = { .site = s, .o = o, .fleet = f, .lock = PTHREAD_MUTEX_INITIALIZER };
    *f = (struct fleet){ .arena = arena_new(0) };
    if (!prepare(&w, err))
        return false;
    double started = now_ms();
    bool ok = compile_all(&w) && settle_exports(&w, err);
    f->milliseconds = now_ms() - started;
    if (w.broken)
        *err = w.err;
    if (!ok || w.broken)
        return false;
    count_items(f);
    if (!o->keep)
        fleet_group(s, f);
    return o->only || find_removed(&w, err);
}

void fleet_free(struct fleet *f)
{
    for (uint32_t i = 0; f->arena && i < f->count; i++) {
        let_go(&f->items[i]);
        strbuf_release(&f->items[i].json);
    }
    arena_free(f->arena);
    *f = (struct fleet){ 0 };
}

/* ---- publishing ---- */

/* In the store, and for hosts in the inventory, where it is asked about. */
static bool publish_item(struct site *s, const struct fleet_item *item, struct err *err)
{
    AUTO_STRBUF written = STRBUF_HEAP;
    struct arena *scratch = arena_new(0);
    struct sv ref = item->subject.entity->ref, json = strbuf_sv(&item->json);
    const struct catalog *c = item->sealed;
    if (c) {
        catalog_write_json(c, &written, false);
        json = strbuf_sv(&written);
    } else {
        c = read_json(s, scratch, json, ref, err);
    }
    bool ok = c && store_put(s->store, CATALOG_KIND, ref, json, s->now, err) &&
              (!item->subject.is_host || inventory_put_compiled(s->store, scratch, c, s->now * 1000, err));
    arena_free(scratch);
    return ok;
}

bool fleet_publish_host(struct site *s, const struct subject *host, struct fleet_item *out_item, struct err *err)
{
    struct fleet_item *item = out_item;
    *item = (struct fleet_item){ .subject = *host };
    if (!site_load_exports(s, err))
        return false;
    item->result = site_compile(s, s->arena, host);
    if (!item->result->catalog)
        return err_set(err, "'%.*s' does not compile: %.*s", SV_ARG(host->entity->name), SV_ARG(item->result->error));
    item->sealed = catalog_seal(s->arena, item->result->catalog, s->seal_key);
    if (!store_begin(s->store, err))
        return false;
    /* What it was compiled from is not recorded: the next plan compiles it. */
    if (publish_item(s, item, err) && compiled_delete(s->store, host->entity->ref, err) && store_commit(s->store, err))
        return true;
    store_rollback(s->store);
    return false;
}

static bool withdraw(struct site *s, struct sv ref, struct err *err)
{
    struct arena *scratch = arena_new(0);
    struct catalog *was = read_published(s, scratch, ref, err);
    bool ok = (was || !err->text[0]) && store_delete(s->store, CATALOG_KIND, ref, err) && compiled_delete(s->store, ref, err) &&
              (!was || !sv_starts(ref, SV("host:")) || inventory_deactivate(s->store, was->name, s->now * 1000, err));
    arena_free(scratch);
    return ok;
}

static bool record_compiled(struct site *s, struct fleet *f, struct err *err)
{
    struct fleet_record *records = ARENA_ARRAY(f->arena, struct fleet_record, f->count + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct fleet_item *item = &f->items[i];
        const struct compiled c = { item->subject.entity->ref, item->inputs, item->digest, item->flags, 0 };
        if (item->was_compiled && item->subject.is_host && item->state != FLEET_FAILED)
            records[n++] = (struct fleet_record){ c, item->reads, item->read_count };
    }
    return !snapshot_reads(s->snapshot) || fleet_known_record(s, records, n, err);
}

bool fleet_publish(struct site *s, struct fleet *f, struct err *err)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->items[i].state == FLEET_CHANGED && !publish_item(s, &f->items[i], err))
            return false;
        strbuf_release(&f->items[i].json); /* the database needs the memory now */
    }
    for (size_t i = 0; i < f->removed_count; i++)
        if (!withdraw(s, f->removed[i].ref, err))
            return false;
    return record_compiled(s, f, err) && exports_publish(s->exports, s->store, s->now, err);
}
