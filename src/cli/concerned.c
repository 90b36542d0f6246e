/* concerned: whom a change to a subject concerns, from the model's relations. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/site.h"

struct people_set {
    struct arena *arena;
    struct map seen; /* ref -> entity */
};

static void add_person(struct people_set *p, const struct entity *e)
{
    if (e)
        map_put(&p->seen, e->ref, (void *)(uintptr_t)e);
}

static void add_owners(const struct model *m, struct people_set *p, const struct entity *service)
{
    add_person(p, model_one(m, service, REL_DEV_OWNED_BY));
    add_person(p, model_one(m, service, REL_OPS_OWNED_BY));
}

static int by_text(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

static struct sv *sorted_refs(struct people_set *p, uint32_t *out_count)
{
    struct sv *list = ARENA_ARRAY(p->arena, struct sv, p->seen.count + 1);
    uint32_t n = 0;
    for (struct map_entry *e = NULL; (e = map_next(&p->seen, e));)
        list[n++] = e->key;
    qsort(list, n, sizeof *list, by_text);
    *out_count = n;
    return list;
}

/* The services that a subject stands for: those deployed on a host's cluster, or an ownership's one. */
static const struct entity **services_of(struct site *s, struct arena *a, const struct subject *subject, uint32_t *out_count)
{
    const struct entity **list = NULL;
    size_t n = 0, cap = 0;
    *out_count = 0;
    if (subject->entity->kind == KIND_SYSTEM_OWNERSHIP) {
        const struct entity *service =
            model_find(s->model, model_full_ref(a, entity_text(subject->entity, "service"), "component", subject->entity->ns));
        if (service)
            ARENA_PUSH(a, list, n, cap, service);
    } else if (subject->is_host) {
        const struct entity *cluster =
            model_find(s->model, model_full_ref(a, entity_text(subject->entity, "cluster"), "cluster", subject->entity->ns));
        uint32_t on_count = 0;
        const struct entity **on = cluster ? model_related(s->model, a, cluster, REL_HOSTS, &on_count) : NULL;
        for (uint32_t i = 0; i < on_count; i++) {
            const struct entity *service = on[i]->kind == KIND_DEPLOYMENT ? model_one(s->model, on[i], REL_DEPLOYS) : NULL;
            if (service)
                ARENA_PUSH(a, list, n, cap, service);
        }
    }
    *out_count = (uint32_t)n;
    return list;
}

struct sv *site_concerned(struct site *s, struct arena *a, const struct subject *subject, uint32_t *out_count)
{
    struct people_set p = { a, map_in(a) };
    uint32_t n;
    const struct entity **services = services_of(s, a, subject, &n);
    for (uint32_t i = 0; i < n; i++)
        add_owners(s->model, &p, services[i]);
    if (subject->entity->kind == KIND_POTLAC) {
        uint32_t count;
        struct leader *leaders = potlac_leaders(s->model, a, subject->entity, s->today, &count);
        for (uint32_t i = 0; i < count; i++)
            add_person(&p, leaders[i].user);
    }
    return sorted_refs(&p, out_count);
}

struct sv *site_neighbours_concerned(struct site *s, struct arena *a, const struct subject *subject, uint32_t *out_count)
{
    struct people_set p = { a, map_in(a) };
    uint32_t n, near_count, own_count;
    const struct entity **services = services_of(s, a, subject, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity **near = model_neighbours(s->model, a, services[i], &near_count);
        for (uint32_t k = 0; k < near_count; k++)
            add_owners(s->model, &p, near[k]);
    }
    struct sv *own = site_concerned(s, a, subject, &own_count);
    for (uint32_t i = 0; i < own_count; i++)
        map_remove(&p.seen, own[i]);
    return sorted_refs(&p, out_count);
}
