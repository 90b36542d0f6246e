/* site_deployed: the versions that `potlac deploy` recorded, over those in the model's files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

bool site_recall_deployed(struct site *s, struct err *err)
{
    struct deployed *list;
    size_t n;
    s->deployed = map_in(s->arena);
    if (!s->model || !s->early_store)
        return true;
    if (!deployed_list(s->early_store, s->arena, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct entity *e = model_find(s->model, list[i].deployment);
        /* A file that says something else than it did then was edited since, and counts. */
        if (e && sv_eq(entity_text(e, "version"), list[i].declared) && entity_override(e, "version", list[i].version))
            map_put(&s->deployed, e->ref, &list[i]);
    }
    return true;
}

struct sv site_version(const struct site *s, const struct entity *deployment, const struct entity *host)
{
    const struct deployed *d = s->deployed.arena ? map_find(&s->deployed, deployment->ref) : NULL;
    return d ? deployed_on(d, host->ref) : entity_text(deployment, "version");
}
