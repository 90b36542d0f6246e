/* Collecting the entities that an agenda is about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/scope.h"

static void put(struct map *into, const struct entity *e) { map_put(into, e->ref, (void *)e); }

static struct sv ref_in(const struct scope_of *s, const struct entity *e, const char *field, const char *kind)
{
    struct sv written = entity_text(e, field);
    return written.n ? model_full_ref(s->arena, written, kind, e->ns) : SV_NONE;
}

static void add_machines(struct scope_of *s)
{
    uint32_t n;
    const struct entity *const *deployments = model_of_kind(s->model, KIND_DEPLOYMENT, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!map_find(&s->services, ref_in(s, deployments[i], "service", "component")))
            continue;
        const struct entity *cluster = model_find(s->model, ref_in(s, deployments[i], "cluster", "cluster"));
        put(&s->machines, deployments[i]);
        if (cluster)
            put(&s->machines, cluster);
    }
    const struct entity *const *hosts = model_of_kind(s->model, KIND_HOST, &n);
    for (uint32_t i = 0; i < n; i++)
        if (map_find(&s->machines, ref_in(s, hosts[i], "cluster", "cluster")))
            put(&s->machines, hosts[i]);
}

static void add_service(struct scope_of *s, const struct entity *service)
{
    uint32_t n;
    put(&s->services, service);
    const struct entity **apis = model_related(s->model, s->arena, service, REL_PROVIDES_API, &n);
    for (uint32_t i = 0; i < n; i++)
        put(&s->others, apis[i]);
}

static struct scope_of *finish(struct scope_of *s)
{
    for (struct map_entry *e = NULL; (e = map_next(&s->services, e));) {
        uint32_t n;
        const struct entity **next = model_neighbours(s->model, s->arena, e->value, &n);
        for (uint32_t i = 0; i < n; i++)
            if (!map_find(&s->services, next[i]->ref))
                put(&s->neighbours, next[i]);
    }
    add_machines(s);
    return s;
}

static struct scope_of *scope_new(const struct model *m, struct arena *a, const struct entity *subject)
{
    struct scope_of *s = ARENA_NEW(a, struct scope_of);
    *s = (struct scope_of){ m, a, map_in(a), map_in(a), map_in(a), map_in(a) };
    put(&s->others, subject);
    return s;
}

struct scope_of *scope_of_potlac(const struct model *m, struct arena *a, const struct entity *potlac)
{
    struct scope_of *s = scope_new(m, a, potlac);
    uint32_t n = 0;
    const struct entity *group = model_find(m, ref_in(s, potlac, "group", "group"));
    const struct entity **owned = group ? model_related(m, a, group, REL_OWNER_OF, &n) : NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (owned[i]->kind == KIND_COMPONENT)
            add_service(s, owned[i]);
        else if (owned[i]->kind != KIND_HOST && owned[i]->kind != KIND_CLUSTER)
            put(&s->others, owned[i]);
    }
    const struct entity *const *ownerships = model_of_kind(m, KIND_SYSTEM_OWNERSHIP, &n);
    for (uint32_t i = 0; i < n; i++)
        if (map_find(&s->services, ref_in(s, ownerships[i], "service", "component")))
            put(&s->others, ownerships[i]);
    return finish(s);
}

struct scope_of *scope_of_ownership(const struct model *m, struct arena *a, const struct entity *ownership)
{
    struct scope_of *s = scope_new(m, a, ownership);
    const struct entity *service = model_find(m, ref_in(s, ownership, "service", "component"));
    if (service)
        add_service(s, service);
    return finish(s);
}
