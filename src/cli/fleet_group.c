/* fleet_group: subjects that change alike, and whom that concerns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fleet.h"

static bool same_kind_of_change(const struct fleet_group *g, const struct fleet_item *item, const struct entity *cluster)
{
    const struct fleet_item *first = g->items[0];
    if (g->is_new != item->is_new)
        return false;
    /* New hosts of a cluster stand together though each has its own name in its files: nobody reads forty first catalogs. */
    if (g->is_new)
        return g->in == cluster && first->subject.entity->kind == item->subject.entity->kind && (cluster || !item->subject.is_host);
    return memcmp(first->change, item->change, sizeof item->change) == 0;
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
    struct fleet_group fresh = { .is_new = item->is_new, .in = cluster };
    ARENA_PUSH(f->arena, fresh.items, fresh.count, fresh.cap, item);
    ARENA_PUSH(f->arena, f->groups, f->group_count, f->group_cap, fresh);
}

/* Hosts of one cluster concern the same people: one of each is asked about. */
static void name_concerned(struct site *s, struct arena *a, struct fleet_group *g)
{
    struct map seen = map_in(a);
    struct fleet_item **some = ARENA_ARRAY(a, struct fleet_item *, g->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct subject *subject = &g->items[i]->subject;
        const struct entity *cluster = cluster_of(s, a, subject);
        struct sv key = cluster ? cluster->ref : subject->entity->ref;
        if (!map_put(&seen, key, g->items[i]))
            some[n++] = g->items[i];
    }
    for (size_t i = 0; i < n; i++)
        site_concerned(s, a, &some[i]->subject, &g->concerned);
    for (size_t i = 0; i < n; i++)
        site_teams_concerned(s, a, &some[i]->subject, &g->teams);
    for (size_t i = 0; i < n; i++)
        site_neighbours_concerned(s, a, &some[i]->subject, &g->concerned, &g->neighbours);
}

void fleet_group(struct site *s, struct fleet *f)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->items[i].state == FLEET_CHANGED || f->items[i].state == FLEET_LIKE)
            add_to_group(s, f, &f->items[i]);
    for (size_t i = 0; i < f->group_count; i++)
        name_concerned(s, f->arena, &f->groups[i]);
}
