/* rollout: who may deploy a service, and its stages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rollout.h"

#include <stdlib.h>

#include "cli/actor.h"
#include "cli/show.h"

/* --- who may --- */

/* Those who may, each with why, one line for people. */
struct permitted {
    struct rollout *r;
    struct strbuf all;
    struct sv why; /* of the author; empty: not permitted */
};

static void permit(struct permitted *p, const struct entity *user, struct sv why)
{
    if (!user)
        return;
    strbuf_addf(&p->all, "%s%.*s (%.*s)", p->all.n ? ", " : "", SV_ARG(user->name), SV_ARG(why));
    if (user == p->r->author && !p->why.n)
        p->why = why;
}

static void permit_group(struct permitted *p, const struct entity *group)
{
    static const enum relation relations[] = { REL_HAS_MEMBER, REL_ROLE_HELD_BY };
    struct site *s = p->r->site;
    struct map seen = map_in(s->arena);
    for (size_t k = 0; k < sizeof relations / sizeof *relations; k++) {
        uint32_t n;
        const struct entity **members = model_related(s->model, s->arena, group, relations[k], &n);
        for (uint32_t i = 0; i < n; i++)
            if (members[i]->kind == KIND_USER && !map_put(&seen, members[i]->ref, (void *)members[i]))
                permit(p, members[i], arena_printf(s->arena, "of %.*s", SV_ARG(group->name)));
    }
}

bool rollout_authorise(struct rollout *r, struct sv author, struct err *err)
{
    const struct model *m = r->site->model;
    struct permitted p = { .r = r, .all = STRBUF_IN(r->site->arena) };
    r->author = actor_find(m, r->site->arena, author);
    const struct entity *owner = model_one(m, r->service, REL_OWNED_BY);
    permit(&p, model_one(m, r->service, REL_DEV_OWNED_BY), SV("dev owner"));
    permit(&p, model_one(m, r->service, REL_OPS_OWNED_BY), SV("ops owner"));
    if (owner && owner->kind == KIND_GROUP)
        permit_group(&p, owner);
    else if (owner && owner->kind == KIND_USER)
        permit(&p, owner, SV("owner"));
    r->why_may = p.why;
    struct sv all = p.all.n ? strbuf_sv(&p.all) : SV("nobody: it has no owners");
    if (!r->author)
        return err_set(err, "the model knows no user '%.*s'; name yourself with --author; '%.*s' may be deployed by %.*s", SV_ARG(author),
                       SV_ARG(r->service->name), SV_ARG(all));
    return r->why_may.n ||
           err_set(err, "%.*s may not deploy '%.*s'; those who may: %.*s", SV_ARG(r->author->name), SV_ARG(r->service->name), SV_ARG(all));
}

/* --- stages --- */

/* What is nearer to production comes later; an environment nobody knows stands just before it. */
static int environment_rank(struct sv name)
{
    static const struct {
        const char *name;
        int rank;
    } known[] = { { "dev", 0 },     { "development", 0 }, { "test", 1 }, { "qa", 1 },        { "stage", 2 },
                  { "staging", 2 }, { "preprod", 3 },     { "prod", 5 }, { "production", 5 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sv_eq_nocase(name, sv_of(known[i].name)))
            return known[i].rank;
    return 4;
}

static int by_environment(const void *a, const void *b)
{
    const struct rollout_stage *x = a, *y = b;
    int rank = environment_rank(entity_text(x->cluster, "environment")) - environment_rank(entity_text(y->cluster, "environment"));
    return rank ? rank : sv_cmp(x->cluster->ref, y->cluster->ref);
}

static bool read_batch(struct rollout_stage *stage, const char *written, struct err *err)
{
    struct sv text = sv_of(written ? written : "25%");
    bool percent = sv_ends(text, SV("%"));
    int64_t n;
    if (!sv_to_int(sv_slice(text, 0, text.n - percent), &n) || n < 1 || (percent && n > 100))
        return err_set(err, "--batch takes a number of hosts or a part of the cluster such as 25%%, not '%s'", written);
    size_t hosts = percent ? (stage->host_count * (size_t)n + 99) / 100 : (size_t)n;
    stage->batch = hosts ? hosts : 1;
    return true;
}

static bool add_stage(struct rollout *r, const struct entity *deployment, const char *batch, struct err *err)
{
    struct site *s = r->site;
    struct rollout_stage stage = { .deployment = deployment, .cluster = model_one(s->model, deployment, REL_RUNS_ON) };
    uint32_t n;
    const struct subject *all = site_subjects(s, &n);
    if (!stage.cluster)
        return err_set(err, "'%.*s' has no cluster", SV_ARG(deployment->ref));
    for (uint32_t i = 0; i < n; i++)
        if (all[i].is_host &&
            sv_eq(model_full_ref(s->arena, entity_text(all[i].entity, "cluster"), "cluster", all[i].entity->ns), stage.cluster->ref))
            ARENA_PUSH(s->arena, stage.hosts, stage.host_count, stage.host_cap, all[i]);
    if (!read_batch(&stage, batch, err) || !deployed_find(s->store, s->arena, deployment->ref, &stage.before, err))
        return false;
    /* A version recorded before the file was edited counts no more. */
    stage.recorded_before = stage.before.version.n && map_find(&s->deployed, deployment->ref);
    if (!stage.recorded_before)
        stage.before = (struct deployed){ .deployment = deployment->ref,
                                          .version = entity_text(deployment, "version"),
                                          .declared = entity_text(deployment, "version") };
    stage.now = stage.before;
    stage.now.hosts = NULL;
    stage.now.host_count = stage.now.host_cap = 0;
    for (size_t i = 0; i < stage.before.host_count; i++)
        deployed_set(s->arena, &stage.now, stage.before.hosts[i].host, stage.before.hosts[i].version);
    if (!sv_eq(stage.before.version, r->version) || stage.before.host_count)
        ARENA_PUSH(s->arena, r->stages, r->stage_count, r->stage_cap, stage);
    return true;
}

static struct sv cluster_names(struct rollout *r, const struct entity *const *deployments, uint32_t n)
{
    struct strbuf out = STRBUF_IN(r->site->arena);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *cluster = model_one(r->site->model, deployments[i], REL_RUNS_ON);
        strbuf_addf(&out, "%s%.*s", i ? ", " : "", SV_ARG(cluster ? cluster->name : SV("no cluster")));
    }
    return n ? strbuf_sv(&out) : SV("no cluster");
}

static bool add_named(struct rollout *r, const struct entity *const *deployments, uint32_t n, struct sv clusters, const char *batch,
                      struct err *err)
{
    struct sv name;
    while (sv_cut(&clusters, ',', &name)) {
        const struct entity *cluster = model_find(r->site->model, model_full_ref(r->site->arena, sv_trim(name), "cluster", SV("default")));
        uint32_t i = 0;
        while (i < n && !(cluster && model_one(r->site->model, deployments[i], REL_RUNS_ON) == cluster))
            i++;
        if (i == n)
            return err_set(err, "'%.*s' is not deployed on '%.*s', but on %.*s", SV_ARG(r->service->name), SV_ARG(sv_trim(name)),
                           SV_ARG(cluster_names(r, deployments, n)));
        if (!add_stage(r, deployments[i], batch, err))
            return false;
    }
    return true;
}

bool rollout_plan(struct rollout *r, const char *clusters, const char *batch, struct err *err)
{
    uint32_t n;
    const struct entity **deployments = model_related(r->site->model, r->site->arena, r->service, REL_DEPLOYED_BY, &n);
    if (!n)
        return err_set(err, "'%.*s' has no Deployment in the model: declare where it runs first", SV_ARG(r->service->name));
    if (clusters)
        return add_named(r, deployments, n, sv_of(clusters), batch, err);
    for (uint32_t i = 0; i < n; i++)
        if (!add_stage(r, deployments[i], batch, err))
            return false;
    if (r->stage_count)
        qsort(r->stages, r->stage_count, sizeof *r->stages, by_environment);
    return true;
}

struct sv rollout_state(struct rollout *r, const struct rollout_stage *stage)
{
    struct arena *a = r->site->arena;
    struct map versions = map_in(a);
    struct strbuf out = STRBUF_IN(a);
    for (size_t i = 0; i < stage->host_count; i++) {
        struct sv version = deployed_on(&stage->now, stage->hosts[i].entity->ref);
        struct strbuf *hosts = map_find(&versions, version);
        if (!hosts) {
            hosts = ARENA_NEW(a, struct strbuf);
            *hosts = STRBUF_IN(a);
            map_put(&versions, version, hosts);
        }
        strbuf_addf(hosts, "%s%.*s", hosts->n ? ", " : "", SV_ARG(stage->hosts[i].entity->name));
    }
    for (struct map_entry *e = NULL; (e = map_next(&versions, e));)
        strbuf_addf(&out, "%s%.*s on %s", out.n ? "; " : "", SV_ARG(e->key), strbuf_cstr(e->value));
    return out.n ? strbuf_sv(&out) : stage->now.version;
}

const char *rollout_outcome_name(enum rollout_outcome o)
{
    static const char *const names[] = { [ROLLOUT_DONE] = "done",
                                         [ROLLOUT_ROLLED_BACK] = "rolled back",
                                         [ROLLOUT_STUCK] = "not rolled back everywhere",
                                         [ROLLOUT_INTERRUPTED] = "interrupted",
                                         [ROLLOUT_TAKEN] = "taken over",
                                         [ROLLOUT_BROKEN] = "broken off" };
    return names[o];
}
