/* owners: from an entity to the people who answer for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/owners.h"

#include "model/internal.h"

bool owner_living(const struct model *m, const struct entity *who, struct date today)
{
    const struct entity *person = who->kind == KIND_USER ? model_resolve(m, who->name, "person", who->ns) : NULL;
    return !person || entity_on(person, today);
}

/* The absence that keeps a user away on a day; NULL. */
static const struct entity *absence_of(const struct model *m, const struct entity *user, struct date today)
{
    uint32_t n;
    const struct entity *const *absences = model_of_kind(m, KIND_ABSENCE, &n);
    for (uint32_t i = 0; i < n; i++)
        if (entity_on(absences[i], today) && relate_target(m, absences[i], "person", "user") == user)
            return absences[i];
    return NULL;
}

/* Who does the work of an owner on a day; a delegate of a delegate of a delegate is nobody. */
static const struct entity *attending(const struct model *m, const struct entity *user, const char *side, struct date today, int depth)
{
    if (!owner_living(m, user, today))
        return NULL;
    const struct entity *absence = absence_of(m, user, today);
    if (!absence)
        return user;
    struct sv written = data_text(data_get(entity_field(absence, "delegate"), side));
    const struct entity *to = written.n ? relate_user(m, model_resolve(m, written, "user", absence->ns)) : NULL;
    return to && to != user && depth < 3 ? attending(m, to, side, today, depth + 1) : NULL;
}

static void look_at_state(const struct model *m, struct owner *o, struct date today)
{
    const char *side = strcmp(o->side, "ops") == 0 ? "ops-owner" : "dev-owner";
    if (o->who->kind != KIND_USER)
        return;
    if (!owner_living(m, o->who, today)) {
        o->state = OWNER_LEFT;
        return;
    }
    o->absence = absence_of(m, o->who, today);
    if (!o->absence)
        return;
    o->stand_in = attending(m, o->who, side, today, 0);
    o->state = o->stand_in ? OWNER_COVERED : OWNER_AWAY;
}

struct owner *owners_of(const struct model *m, struct arena *a, const struct entity *e, struct date today, uint32_t *out_count)
{
    static const struct {
        enum relation relation;
        const char *side;
    } sides[] = { { REL_DEV_OWNED_BY, "dev" }, { REL_OPS_OWNED_BY, "ops" }, { REL_OWNED_BY, "owner" } };
    uint32_t n, count = 0;
    const struct edge_to *edges = model_edges(m, e, &n);
    struct owner *list = ARENA_ARRAY(a, struct owner, n + 1);
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
        for (uint32_t i = 0; i < n; i++)
            if (edges[i].relation == sides[s].relation) {
                list[count] = (struct owner){ .who = edges[i].to, .side = sides[s].side, .by = edges[i].via };
                look_at_state(m, &list[count++], today);
            }
    *out_count = count;
    return list;
}

/* One step towards a service. The kinds stand in an order: no way goes round. */
static const struct {
    enum model_kind from;
    enum relation relation;
    enum model_kind to;
} steps[] = {
    { KIND_HOST, REL_HOSTS, KIND_CLUSTER },
    { KIND_CLUSTER, REL_HOSTS, KIND_DEPLOYMENT },
    { KIND_DEPLOYMENT, REL_DEPLOYS, KIND_COMPONENT },
    { KIND_DOMAIN, REL_HAS_PART, KIND_SYSTEM },
    { KIND_SYSTEM, REL_HAS_PART, KIND_COMPONENT },
    { KIND_API, REL_API_PROVIDED_BY, KIND_COMPONENT },
    { KIND_RESOURCE, REL_DEPENDENCY_OF, KIND_COMPONENT },
    { KIND_BACKLOG_ITEM, REL_DISCUSSES, KIND_COMPONENT },
    { KIND_PRODUCT, REL_AFFECTS, KIND_COMPONENT },
};

struct walk {
    const struct model *m;
    struct arena *a;
    struct owner_chain *chains, here;
    uint32_t count;
    size_t cap;
};

static void follow(struct walk *w, const struct entity *e)
{
    w->here.links[w->here.count++] = e;
    if (e->kind == KIND_COMPONENT)
        ARENA_PUSH(w->a, w->chains, w->count, w->cap, w->here);
    uint32_t n;
    const struct edge_to *edges = model_edges(w->m, e, &n);
    for (size_t s = 0; s < sizeof steps / sizeof *steps && w->here.count < CHAIN_MOST; s++)
        for (uint32_t i = 0; steps[s].from == e->kind && i < n; i++)
            if (edges[i].relation == steps[s].relation && edges[i].to->kind == steps[s].to && !(i && edges[i - 1].to == edges[i].to))
                follow(w, edges[i].to);
    if (e->kind == KIND_SYSTEM_OWNERSHIP) {
        const struct entity *service = relate_target(w->m, e, "service", "component");
        if (service)
            follow(w, service);
    }
    w->here.count--;
}

struct owner_chain *owner_chains(const struct model *m, struct arena *a, const struct entity *e, uint32_t *out_count)
{
    struct walk w = { .m = m, .a = a };
    follow(&w, e);
    *out_count = w.count;
    return w.chains;
}
