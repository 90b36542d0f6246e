/* concerned: whom a change to a subject concerns, from the model's relations. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"
#include "model/owners.h"

/* In its place, unless it is there already. Lists are short. */
static void add_concern(struct arena *a, struct concerns *list, const struct entity *person, struct sv why)
{
    if (!person)
        return;
    struct concern fresh = { person->ref, why };
    size_t at = 0;
    for (; at < list->count; at++) {
        int c = sv_cmp(list->items[at].person, fresh.person);
        if (c == 0)
            c = sv_cmp(list->items[at].why, fresh.why);
        if (c == 0)
            return;
        if (c > 0)
            break;
    }
    ARENA_PUSH(a, list->items, list->count, list->cap, fresh);
    memmove(list->items + at + 1, list->items + at, (list->count - 1 - at) * sizeof fresh);
    list->items[at] = fresh;
}

static bool is_concerned(const struct concerns *list, const struct entity *person)
{
    for (size_t i = 0; i < list->count; i++)
        if (sv_eq(list->items[i].person, person->ref))
            return true;
    return false;
}

static void add_unless(struct arena *a, struct concerns *list, const struct concerns *but, const struct entity *person, struct sv why)
{
    if (!(but && is_concerned(but, person)))
        add_concern(a, list, person, why);
}

/* Who owns a service, and who stands in for them today; but those who are in `but` (NULL: nobody). A group that owns it is none of them. */
static void add_owners(struct site *s, struct arena *a, const struct entity *service, const struct concerns *but, struct concerns *into)
{
    uint32_t n;
    struct owner *owners = owners_of(s->model, a, service, s->today, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        if (o->who->kind != KIND_USER)
            continue;
        struct sv why = arena_printf(a, "%s of %.*s", o->side, SV_ARG(service->name));
        add_unless(a, into, but, o->who, why);
        if (o->state == OWNER_COVERED)
            add_unless(a, into, but, o->stand_in, arena_printf(a, "%.*s for %.*s", SV_ARG(why), SV_ARG(o->who->name)));
    }
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

void site_concerned(struct site *s, struct arena *a, const struct subject *subject, struct concerns *into)
{
    uint32_t n;
    const struct entity **services = services_of(s, a, subject, &n);
    for (uint32_t i = 0; i < n; i++)
        add_owners(s, a, services[i], NULL, into);
    if (subject->entity->kind != KIND_POTLAC)
        return;
    struct leader *leaders = potlac_leaders(s->model, a, subject->entity, s->today, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv role = leaders[i].role_count ? leaders[i].roles[0] : SV("leader");
        add_concern(a, into, leaders[i].user, arena_printf(a, "%.*s of %.*s", SV_ARG(role), SV_ARG(subject->entity->name)));
    }
}

void site_neighbours_concerned(struct site *s, struct arena *a, const struct subject *subject, const struct concerns *but,
                               struct concerns *into)
{
    uint32_t n, near_count;
    const struct entity **services = services_of(s, a, subject, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity **near = model_neighbours(s->model, a, services[i], &near_count);
        for (uint32_t k = 0; k < near_count; k++)
            add_owners(s, a, near[k], but, into);
    }
}

void site_teams_concerned(struct site *s, struct arena *a, const struct subject *subject, struct concerns *into)
{
    uint32_t n, owner_count;
    const struct entity **services = services_of(s, a, subject, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct owner *owners = owners_of(s->model, a, services[i], s->today, &owner_count);
        for (uint32_t k = 0; k < owner_count; k++)
            if (owners[k].who->kind == KIND_GROUP)
                add_concern(a, into, owners[k].who, arena_printf(a, "owns %.*s", SV_ARG(services[i]->name)));
    }
}
