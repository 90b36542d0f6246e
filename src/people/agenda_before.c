/* How the neighbourhood, the APIs and the capacity differ from the beginning of the window: the model of then is the one of now with the
 * events of the window taken back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/agenda_internal.h"

/* What the window changed of one entity. */
struct undo {
    bool added, removed;
    const struct data *spec; /* removed: what it was then; NULL: not known */
    struct map first;        /* path -> what the field was at the beginning */
};

/* One state of the model: as it is now, or as it was. */
struct view {
    struct agenda_build *b;
    struct map *undone; /* ref -> struct undo; NULL: now */
};

static struct undo *undo_of(struct agenda_build *b, struct map *all, struct sv ref)
{
    struct undo *u = map_find(all, ref);
    if (!u) {
        u = ARENA_NEW(b->arena, struct undo);
        u->first = map_in(b->arena);
        map_put(all, ref, u);
    }
    return u;
}

static const struct data nothing = { .kind = DATA_NULL };

static void read_undo(struct agenda_build *b, struct map *all, const struct event *e)
{
    bool added = sv_ends(e->kind, SV(".added")), removed = sv_ends(e->kind, SV(".removed"));
    bool deploy = sv_is(e->kind, "deploy");
    if (!added && !removed && !deploy && !sv_is(e->kind, "entity.changed"))
        return;
    const struct data *body = agenda_body(b, e), *fields = data_get(body, "fields");
    struct undo *u = undo_of(b, all, e->subject);
    bool fresh = !u->first.count && !u->added && !u->removed;
    u->added |= fresh && (added || (deploy && !data_get(body, "from") && (data_get(body, "made") || !data_get(body, "transaction"))));
    if (removed) {
        u->removed = true;
        u->spec = data_get(body, "spec");
    }
    for (uint32_t i = 0; fields && fields->kind == DATA_LIST && i < fields->count; i++) {
        struct sv path = data_text(data_get(&fields->items[i], "path"));
        const struct data *from = data_get(&fields->items[i], "from");
        if (path.n && !map_find(&u->first, path))
            map_put(&u->first, path, (void *)(from ? from : &nothing));
    }
}

static const struct data *field_in(const struct data *map, struct sv path)
{
    struct sv rest = path, part;
    while (map && rest.p && sv_cut(&rest, '.', &part)) {
        const struct data *found = NULL;
        for (uint32_t i = 0; map->kind == DATA_MAP && i < map->count; i++)
            if (sv_eq(data_text(&map->pairs[i].key), part))
                found = &map->pairs[i].value;
        map = found;
    }
    return map;
}

/* A field of an entity in a view; now may be NULL: gone. */
static const struct data *field_of(const struct view *v, struct sv ref, const struct entity *now, struct sv path)
{
    const struct undo *u = v->undone ? map_find(v->undone, ref) : NULL;
    const struct data *first = u ? map_find(&u->first, path) : NULL;
    if (first)
        return first->kind == DATA_NULL ? NULL : first;
    const struct data *spec = u && u->removed && u->spec ? u->spec : now ? now->spec : NULL; /* it may be there again, as another */
    return field_in(spec, path);
}

static struct sv ref_in(const struct view *v, struct sv ref, const struct entity *now, const char *field, const char *kind)
{
    struct sv written = data_text(field_of(v, ref, now, sv_of(field)));
    return written.n ? model_full_ref(v->b->arena, written, kind, now ? now->ns : SV("default")) : SV_NONE;
}

/* Calls for each entity of a kind that is there in the view. */
typedef void (*visit_fn)(const struct view *v, struct sv ref, const struct entity *now, void *ctx);

static void visit(const struct view *v, enum model_kind kind, visit_fn fn, void *ctx)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(v->b->model, kind, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct undo *u = v->undone ? map_find(v->undone, all[i]->ref) : NULL;
        if (!u || !u->added)
            fn(v, all[i]->ref, all[i], ctx);
    }
    struct sv prefix = model_full_ref(v->b->arena, SV("x"), model_kind_name(kind), SV("x"));
    prefix = sv_slice(prefix, 0, sv_find_char(prefix, ':', 0) + 1);
    for (struct map_entry *e = NULL; v->undone && (e = map_next(v->undone, e));) {
        const struct undo *u = e->value;
        if (u->removed && !u->added && sv_starts(e->key, prefix) && !model_find(v->b->model, e->key))
            fn(v, e->key, NULL, ctx);
    }
}

/* ---- neighbours ---- */

static bool lists(const struct view *v, struct sv ref, const struct entity *now, const char *field, const char *kind, struct sv wanted)
{
    const struct data *d = field_of(v, ref, now, sv_of(field));
    uint32_t n = !d ? 0 : d->kind == DATA_LIST ? d->count : 1;
    for (uint32_t i = 0; i < n; i++) {
        struct sv written = data_text(d->kind == DATA_LIST ? &d->items[i] : d);
        if (written.n && sv_eq(model_full_ref(v->b->arena, written, kind, now ? now->ns : SV("default")), wanted))
            return true;
    }
    return false;
}

/* Everything that one service lists, as refs. */
static void collect(const struct view *v, struct sv ref, const struct entity *now, const char *field, const char *kind, struct map *into)
{
    const struct data *d = field_of(v, ref, now, sv_of(field));
    uint32_t n = !d ? 0 : d->kind == DATA_LIST ? d->count : 1;
    for (uint32_t i = 0; i < n; i++) {
        struct sv written = data_text(d->kind == DATA_LIST ? &d->items[i] : d);
        if (written.n)
            map_put(into, model_full_ref(v->b->arena, written, kind, now ? now->ns : SV("default")), v->b);
    }
}

struct around {
    struct sv service;
    const struct entity *now;
    struct map provided, consumed, clusters;
    struct map *found; /* ref -> const char *: how */
};

static bool lists_any(const struct view *v, struct sv ref, const struct entity *now, const char *field, const struct map *wanted)
{
    struct map own = map_in(v->b->arena);
    collect(v, ref, now, field, "api", &own);
    for (struct map_entry *e = NULL; (e = map_next(&own, e));)
        if (map_find(wanted, e->key))
            return true;
    return false;
}

static void see_service(const struct view *v, struct sv ref, const struct entity *now, void *ctx)
{
    struct around *a = ctx;
    const char *how = NULL;
    if (sv_eq(ref, a->service))
        return;
    if (lists(v, a->service, a->now, "dependsOn", "component", ref) || lists(v, ref, now, "dependencyOf", "component", a->service))
        how = "%.*s depends on it";
    else if (lists(v, ref, now, "dependsOn", "component", a->service) || lists(v, a->service, a->now, "dependencyOf", "component", ref))
        how = "it depends on %.*s";
    else if (lists_any(v, ref, now, "consumesApis", &a->provided))
        how = "it consumes an API of %.*s";
    else if (lists_any(v, ref, now, "providesApis", &a->consumed))
        how = "%.*s consumes an API of it";
    if (how)
        map_put(a->found, ref, (void *)how);
}

static void see_own_cluster(const struct view *v, struct sv ref, const struct entity *now, void *ctx)
{
    struct around *a = ctx;
    struct sv cluster = ref_in(v, ref, now, "cluster", "cluster");
    if (cluster.n && sv_eq(ref_in(v, ref, now, "service", "component"), a->service))
        map_put(&a->clusters, cluster, a);
}

static void see_deployment(const struct view *v, struct sv ref, const struct entity *now, void *ctx)
{
    struct around *a = ctx;
    struct sv service = ref_in(v, ref, now, "service", "component"), cluster = ref_in(v, ref, now, "cluster", "cluster");
    if (service.n && cluster.n && !sv_eq(service, a->service) && map_find(&a->clusters, cluster) && !map_find(a->found, service))
        map_put(a->found, service, (void *)"it shares a cluster with %.*s");
}

static struct map around(const struct view *v, const struct entity *service)
{
    struct arena *arena = v->b->arena;
    struct map found = map_in(arena);
    struct around a = { service->ref, service, map_in(arena), map_in(arena), map_in(arena), &found };
    collect(v, service->ref, service, "providesApis", "api", &a.provided);
    collect(v, service->ref, service, "consumesApis", "api", &a.consumed);
    visit(v, KIND_COMPONENT, see_service, &a);
    visit(v, KIND_RESOURCE, see_service, &a);
    visit(v, KIND_DEPLOYMENT, see_own_cluster, &a);
    visit(v, KIND_DEPLOYMENT, see_deployment, &a);
    return found;
}

static void tell_around(struct agenda_build *b, const struct map *in, const struct map *not_in, const char *word,
                        const struct entity *service)
{
    for (struct map_entry *e = NULL; (e = map_next(in, e));) {
        if (map_find(not_in, e->key) || map_find(&b->scope->services, e->key))
            continue;
        struct strbuf how = STRBUF_IN(b->arena);
        const char *format = e->value, *mark = strstr(format, "%.*s");
        strbuf_add(&how, sv_make(format, (size_t)(mark - format)));
        strbuf_add(&how, agenda_short(b, service->ref));
        strbuf_adds(&how, mark + 4);
        agenda_add(b, "neighbours",
                   arena_printf(b->arena, "%.*s %s: %.*s", SV_ARG(ref_short(b->arena, e->key)), word, SV_ARG(strbuf_sv(&how))));
    }
}

static void add_neighbours(struct agenda_build *b, const struct view *was, const struct view *is)
{
    for (struct map_entry *e = NULL; (e = map_next(&b->scope->services, e));) {
        const struct entity *service = e->value;
        const struct undo *u = map_find(was->undone, service->ref);
        if (u && u->added)
            continue; /* all of its neighbours are as new as it is */
        struct map before = around(was, service), now = around(is, service);
        tell_around(b, &now, &before, "is a neighbour now", service);
        tell_around(b, &before, &now, "is no neighbour any more", service);
    }
}

/* ---- APIs ---- */

static void tell_apis(struct agenda_build *b, const struct map *in, const struct map *not_in, const char *format,
                      const struct entity *service)
{
    for (struct map_entry *e = NULL; (e = map_next(in, e));)
        if (!map_find(not_in, e->key))
            agenda_add(
                b, "apis",
                arena_printf(b->arena, "%.*s %s %.*s", SV_ARG(agenda_short(b, service->ref)), format, SV_ARG(agenda_short(b, e->key))));
}

static void add_apis(struct agenda_build *b, const struct view *was, const struct view *is)
{
    static const char *const words[][3] = { { "providesApis", "provides", "no longer provides" },
                                            { "consumesApis", "consumes", "no longer consumes" } };
    for (struct map_entry *e = NULL; (e = map_next(&b->scope->services, e));)
        for (int i = 0; i < 2; i++) {
            const struct entity *service = e->value;
            struct map before = map_in(b->arena), now = map_in(b->arena);
            const struct undo *u = map_find(was->undone, service->ref);
            collect(was, service->ref, service, words[i][0], "api", &before);
            collect(is, service->ref, service, words[i][0], "api", &now);
            if (u && u->added)
                continue;
            tell_apis(b, &now, &before, words[i][1], service);
            tell_apis(b, &before, &now, words[i][2], service);
        }
}

/* ---- capacity ---- */

struct host_count {
    struct sv cluster;
    unsigned active;
};

static void count_host(const struct view *v, struct sv ref, const struct entity *now, void *ctx)
{
    struct host_count *c = ctx;
    struct sv status = data_text(field_of(v, ref, now, SV("status")));
    c->active += sv_eq(ref_in(v, ref, now, "cluster", "cluster"), c->cluster) && (!status.n || sv_is(status, "active"));
}

static struct sv scalar(struct agenda_build *b, const struct data *d)
{
    if (d && d->kind == DATA_INT)
        return arena_printf(b->arena, "%lld", (long long)d->i);
    if (d && d->kind == DATA_BOOL)
        return d->b ? SV("true") : SV("false");
    return d && d->kind == DATA_STRING && d->s.n <= 40 ? d->s : SV_NONE;
}

/* "; shards 12 (was 8)" */
static bool tell_value(struct agenda_build *b, struct strbuf *out, struct sv name, const struct data *was, const struct data *is)
{
    struct sv before = scalar(b, was), now = scalar(b, is);
    bool differs = !sv_eq(before, now) || (was && is && !data_equal(was, is));
    if (model_is_secret(name, before) || model_is_secret(name, now) || (!differs && !now.n))
        return false;
    strbuf_addf(out, "; %.*s %.*s", SV_ARG(name), SV_ARG(now.n ? now : is ? SV("changed") : SV("not set")));
    if (differs && (before.n || !was))
        strbuf_addf(out, " (was %.*s)", SV_ARG(before.n ? before : SV("not set")));
    return differs;
}

static bool add_params(struct agenda_build *b, struct strbuf *out, const struct view *was, const struct view *is,
                       const struct entity *cluster)
{
    const struct data *params = field_in(cluster->spec, SV("puppet.params"));
    const struct undo *u = map_find(was->undone, cluster->ref);
    bool differs = false;
    for (uint32_t i = 0; params && params->kind == DATA_MAP && i < params->count; i++) {
        struct sv name = data_text(&params->pairs[i].key), path = arena_printf(b->arena, "puppet.params.%.*s", SV_ARG(name));
        differs |= tell_value(b, out, name, field_of(was, cluster->ref, cluster, path), field_of(is, cluster->ref, cluster, path));
    }
    for (struct map_entry *e = NULL; u && (e = map_next(&u->first, e));) {
        struct sv prefix = SV("puppet.params."), name = sv_starts(e->key, prefix) ? sv_slice(e->key, prefix.n, e->key.n) : SV_NONE;
        if (name.n && !field_in(params, name)) /* taken out since */
            differs |= tell_value(b, out, name, field_of(was, cluster->ref, cluster, e->key), NULL);
    }
    return differs;
}

static void add_cluster(struct agenda_build *b, const struct view *was, const struct view *is, const struct entity *cluster)
{
    struct host_count before = { cluster->ref, 0 }, now = { cluster->ref, 0 };
    struct strbuf out = STRBUF_IN(b->arena);
    const struct undo *u = map_find(was->undone, cluster->ref);
    if (u && u->added)
        return;
    visit(was, KIND_HOST, count_host, &before);
    visit(is, KIND_HOST, count_host, &now);
    strbuf_addf(&out, "%.*s: %u active host%s", SV_ARG(agenda_short(b, cluster->ref)), now.active, now.active == 1 ? "" : "s");
    bool differs = before.active != now.active;
    if (differs)
        strbuf_addf(&out, " (was %u)", before.active);
    differs |= tell_value(b, &out, SV("minHosts"), field_of(was, cluster->ref, cluster, SV("minHosts")),
                          field_of(is, cluster->ref, cluster, SV("minHosts")));
    differs |= add_params(b, &out, was, is, cluster);
    if (differs)
        agenda_add(b, "capacity", strbuf_sv(&out));
    else if (sv_is(b->ritual, "checkup"))
        agenda_add_steady(b, "capacity", strbuf_sv(&out));
}

static int by_ref(const void *x, const void *y)
{
    return sv_cmp((*(const struct entity *const *)x)->ref, (*(const struct entity *const *)y)->ref);
}

static void add_capacity(struct agenda_build *b, const struct view *was, const struct view *is)
{
    const struct entity **clusters = ARENA_ARRAY(b->arena, const struct entity *, b->scope->machines.count + 1);
    uint32_t n = 0;
    for (struct map_entry *e = NULL; (e = map_next(&b->scope->machines, e));) {
        const struct entity *machine = e->value;
        if (machine->kind == KIND_CLUSTER)
            clusters[n++] = machine;
    }
    if (n > 1)
        qsort(clusters, n, sizeof *clusters, by_ref);
    for (uint32_t i = 0; i < n; i++)
        add_cluster(b, was, is, clusters[i]);
}

void agenda_before(struct agenda_build *b)
{
    struct map undone = map_in(b->arena);
    for (size_t i = 0; i < b->event_count; i++)
        read_undo(b, &undone, &b->events[i]);
    const struct view was = { b, &undone }, is = { b, NULL };
    if (undone.count) {
        add_neighbours(b, &was, &is);
        add_apis(b, &was, &is);
    }
    add_capacity(b, &was, &is);
}
