/* Who leads a Potlac: those it lists, or who holds one of the three roles in its group on a day. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/plan.h"

static const char *const lead_roles[] = { "product-owner", "team-lead", "agile-coach" };

struct leader_list {
    struct leader *items;
    uint32_t count;
    size_t cap;
};

/* The User and Person behind "user:x" or "person:x"; NULL where there is no such user. */
static const struct entity *user_of(const struct model *m, struct arena *a, struct sv ref, const char *kind)
{
    size_t colon = sv_find_char(ref, ':', 0);
    return model_find(m, arena_printf(a, "%s:%.*s", kind, SV_ARG(sv_slice(ref, colon + 1, ref.n))));
}

static struct leader *add_leader(struct leader_list *l, const struct model *m, struct arena *a, struct sv ref)
{
    const struct entity *user = user_of(m, a, ref, "user");
    if (!user)
        return NULL;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->items[i].user == user)
            return &l->items[i];
    struct leader fresh = { .user = user, .person = user_of(m, a, ref, "person") };
    ARENA_PUSH(a, l->items, l->count, l->cap, fresh);
    return &l->items[l->count - 1];
}

static void add_role(struct leader *l, struct sv role)
{
    for (uint32_t i = 0; i < l->role_count; i++)
        if (sv_eq(l->roles[i], role))
            return;
    if (l->role_count < 4)
        l->roles[l->role_count++] = role;
}

static int by_ref(const void *x, const void *y)
{
    return sv_cmp(((const struct leader *)x)->user->ref, ((const struct leader *)y)->user->ref);
}

static bool leads_role(struct sv role)
{
    for (size_t k = 0; k < sizeof lead_roles / sizeof *lead_roles; k++)
        if (sv_is(role, lead_roles[k]))
            return true;
    return false;
}

/* held: RoleAssignments, of this group and perhaps of others. */
static struct leader *leaders_among(const struct model *m, struct arena *a, const struct entity *potlac, struct date today,
                                    const struct entity *const *held, uint32_t held_count, uint32_t *out_count)
{
    struct leader_list list = { 0 };
    const struct data *named = entity_field(potlac, "leaders");
    bool by_role = !named || named->kind != DATA_LIST;
    for (uint32_t i = 0; !by_role && i < named->count; i++)
        add_leader(&list, m, a, model_full_ref(a, data_text(&named->items[i]), "user", potlac->ns));
    struct sv group = model_full_ref(a, entity_text(potlac, "group"), "group", potlac->ns);
    for (uint32_t i = 0; i < held_count; i++) {
        struct sv role = entity_text(held[i], "role");
        if (!leads_role(role) || !entity_on(held[i], today) ||
            !sv_eq(model_full_ref(a, entity_text(held[i], "group"), "group", held[i]->ns), group))
            continue;
        struct sv ref = model_full_ref(a, entity_text(held[i], "person"), "user", held[i]->ns);
        const struct entity *user = user_of(m, a, ref, "user");
        struct leader *l = NULL;
        if (by_role)
            l = add_leader(&list, m, a, ref);
        for (uint32_t k = 0; !by_role && k < list.count; k++)
            l = list.items[k].user == user ? &list.items[k] : l;
        if (l)
            add_role(l, role);
    }
    if (list.count)
        qsort(list.items, list.count, sizeof *list.items, by_ref);
    *out_count = list.count;
    return list.items;
}

struct leader *potlac_leaders(const struct model *m, struct arena *a, const struct entity *potlac, struct date today, uint32_t *out_count)
{
    uint32_t n;
    const struct entity *const *held = model_of_kind(m, KIND_ROLE_ASSIGNMENT, &n);
    return leaders_among(m, a, potlac, today, held, n, out_count);
}

struct leader *plan_leaders(const struct people_plan *p, const struct entity *potlac, uint32_t *out_count)
{
    uint32_t n;
    struct sv group = model_full_ref(p->arena, entity_text(potlac, "group"), "group", potlac->ns);
    const struct entity *const *held = roster_roles(p->roster, group, &n);
    return leaders_among(p->ctx->model, p->arena, potlac, p->ctx->today, held, n, out_count);
}
