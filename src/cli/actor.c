/* actor: finding a user by what a person or git calls them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/actor.h"

#include "cli/change.h"

const struct entity *actor_find(const struct model *m, struct arena *a, struct sv who)
{
    uint32_t n;
    const struct entity *e = model_find(m, model_full_ref(a, who, "user", SV("default")));
    if (e && e->kind == KIND_PERSON)
        e = model_find(m, model_full_ref(a, e->name, "user", e->ns));
    if (e && e->kind == KIND_USER)
        return e;
    const struct entity *const *users = model_of_kind(m, KIND_USER, &n);
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq_nocase(entity_text(users[i], "profile.email"), who))
            return users[i];
    return NULL;
}

const struct entity *actor_get(struct cli *c, const struct model *m, struct err *err)
{
    struct sv author = change_author(c);
    const struct entity *user = actor_find(m, c->arena, author);
    if (!user)
        err_set(err, "the model knows no user '%.*s'; name yourself with --author", SV_ARG(author));
    return user;
}

const struct entity *actor_named(const struct model *m, struct arena *a, struct sv who, struct err *err)
{
    const struct entity *user = actor_find(m, a, who);
    uint32_t n;
    const struct entity *const *users = model_of_kind(m, KIND_USER, &n);
    struct sv *names = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        names[i] = users[i]->name;
    struct sv near = user ? SV_NONE : near_names(a, who, names, n);
    if (!user)
        err_set(err, "the model has no user '%.*s'%s%.*s%s", SV_ARG(who), near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    return user;
}
