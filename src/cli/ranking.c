/* ranking: who may rank. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ranking.h"

#include "cli/actor.h"

bool ranking_is_open(const struct entity *item)
{
    struct sv state = entity_text(item, "state");
    return !sv_is(state, "done") && !sv_is(state, "dropped");
}

struct sv ranking_service(struct arena *a, const struct entity *item)
{
    struct sv written = entity_text(item, "service");
    return written.n ? model_full_ref(a, written, "component", item->ns) : SV_NONE;
}

int64_t ranking_last(const struct model *m, struct arena *a, struct sv service, const struct entity *but)
{
    uint32_t n;
    int64_t last = 0;
    const struct entity *const *items = model_of_kind(m, KIND_BACKLOG_ITEM, &n);
    for (uint32_t i = 0; i < n; i++) {
        int64_t rank = entity_int(items[i], "opsRank", 0);
        if (items[i] != but && ranking_is_open(items[i]) && sv_eq(ranking_service(a, items[i]), service) && rank > last)
            last = rank;
    }
    return last;
}

static bool ranks(const struct site *s, const struct proposal *p, const struct entity *item)
{
    if (p->what == CHANGE_MAKE)
        return entity_int(item, "opsRank", 0) <= ranking_last(s->model, s->arena, ranking_service(s->arena, item), item);
    for (size_t i = 0; p->what == CHANGE_FIELDS && i < p->count; i++)
        if (sv_is(p->fields[i].field, "opsRank"))
            return true;
    return false;
}

static bool holds_ops(const struct site *s, const struct entity *user)
{
    uint32_t n;
    const struct entity *const *held = model_of_kind(s->model, KIND_ROLE_ASSIGNMENT, &n);
    for (uint32_t i = 0; i < n; i++)
        if (sv_is(entity_text(held[i], "role"), "ops") && entity_on(held[i], s->today) &&
            actor_find(s->model, s->arena, model_full_ref(s->arena, entity_text(held[i], "person"), "user", held[i]->ns)) == user)
            return true;
    return false;
}

bool ranking_allowed(const struct site *s, const struct proposal *p, const struct entity *item, struct sv author, struct err *err)
{
    struct sv ref = ranking_service(s->arena, item);
    const struct entity *service = ref.n ? model_find(s->model, ref) : NULL, *user = actor_find(s->model, s->arena, author);
    const struct entity *owner = service ? model_one(s->model, service, REL_OPS_OWNED_BY) : NULL;
    if (!ranks(s, p, item) || (user && (user == owner || holds_ops(s, user))))
        return true;
    struct sv who = user ? user->name : author;
    return err_set(err, "the backlog is ranked by ops: %.*s neither holds the role ops nor is the ops owner of '%.*s'%s%.*s%s", SV_ARG(who),
                   SV_ARG(service ? service->name : ref), owner ? " (" : "", SV_ARG(owner ? owner->name : SV("")), owner ? " is)" : "");
}
