/* readiness_scope: hosts, sites, owners and checkups of a service, as numbers and texts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/readiness_scope.h"

#include "model/owners.h"

/* Where a service runs. */
struct extent {
    struct sv *hosts, *certnames, *sites, *clusters, *deployments; /* refs, but for certnames and sites */
    uint32_t host_count, certname_count, site_count, cluster_count, deployment_count;
    size_t host_cap, certname_cap, site_cap, cluster_cap, deployment_cap;
    int64_t smallest_cluster;
};

static bool is_active(const struct entity *host)
{
    struct sv status = entity_text(host, "status");
    return !status.n || sv_is(status, "active") || sv_is(status, "draining");
}

static bool has(const struct sv *list, uint32_t count, struct sv text)
{
    for (uint32_t i = 0; i < count; i++)
        if (sv_eq(list[i], text))
            return true;
    return false;
}

static void add_cluster(struct site *s, struct arena *a, const struct entity *cluster, struct extent *x)
{
    uint32_t n;
    int64_t active = 0;
    const struct entity **hosts = model_related(s->model, a, cluster, REL_RUNS_ON, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv fqdn = entity_text(hosts[i], "fqdn"), site = entity_text(hosts[i], "site");
        if (!is_active(hosts[i]))
            continue;
        active++;
        site = site.n ? site : entity_text(cluster, "site");
        ARENA_PUSH(a, x->hosts, x->host_count, x->host_cap, hosts[i]->ref);
        ARENA_PUSH(a, x->certnames, x->certname_count, x->certname_cap, fqdn.n ? fqdn : hosts[i]->name);
        if (site.n && !has(x->sites, x->site_count, site))
            ARENA_PUSH(a, x->sites, x->site_count, x->site_cap, site);
    }
    if (!x->cluster_count || active < x->smallest_cluster)
        x->smallest_cluster = active;
    ARENA_PUSH(a, x->clusters, x->cluster_count, x->cluster_cap, cluster->ref);
}

static struct extent extent_of(struct site *s, struct arena *a, const struct entity *service)
{
    struct extent x = { 0 };
    uint32_t n;
    const struct entity **deployments = model_related(s->model, a, service, REL_DEPLOYED_BY, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *cluster = model_one(s->model, deployments[i], REL_RUNS_ON);
        ARENA_PUSH(a, x.deployments, x.deployment_count, x.deployment_cap, deployments[i]->ref);
        if (cluster && !has(x.clusters, x.cluster_count, cluster->ref))
            add_cluster(s, a, cluster, &x);
    }
    return x;
}

/* Two people or one: who owns both sides counts once. */
static int64_t living_owners(struct site *s, struct arena *a, const struct entity *service, struct sv **out_ownerships, uint32_t *out_count)
{
    uint32_t n, count = 0, alive = 0;
    struct owner *owners = owners_of(s->model, a, service, s->today, &n);
    struct sv *ownerships = ARENA_ARRAY(a, struct sv, n + 1), *people = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        if (strcmp(o->side, "owner") == 0)
            continue;
        if (!has(ownerships, count, o->by->ref))
            ownerships[count++] = o->by->ref;
        bool there = o->state == OWNER_THERE || o->state == OWNER_COVERED;
        if (there && !has(people, alive, o->who->ref))
            people[alive++] = o->who->ref;
    }
    *out_ownerships = ownerships;
    *out_count = count;
    return alive;
}

bool readiness_read(struct site *s, struct readiness_facts *out, struct err *err)
{
    struct event_query q = { .kind = SV("checkup.held") };
    return store_events(s->store, s->arena, &q, &out->checkups, &out->checkup_count, err);
}

/* Whole days since the owners met last. */
static int64_t days_since_checkup(struct site *s, struct arena *a, const struct readiness_facts *f, const struct sv *ownerships, uint32_t n)
{
    int64_t last = INT64_MIN, at;
    for (size_t i = 0; i < f->checkup_count; i++) {
        struct sv subject = f->checkups[i].subject; /* "REF", or "REF/checkup" */
        if (sv_ends(subject, SV("/checkup")))
            subject = sv_slice(subject, 0, subject.n - 8);
        if (has(ownerships, n, subject) && f->checkups[i].at <= s->now && f->checkups[i].at > last)
            last = f->checkups[i].at;
    }
    uint32_t count;
    const struct entity *const *held = model_of_kind(s->model, KIND_CHECKUP, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct sv of = model_full_ref(a, entity_text(held[i], "ownership"), "systemownership", held[i]->ns);
        if (has(ownerships, n, of) && utc_parse(entity_text(held[i], "heldAt"), &at) && at <= s->now && at > last)
            last = at;
    }
    return last == INT64_MIN ? CHECKUP_NEVER : (s->now - last) / 86400;
}

struct check_scope readiness_scope(struct site *s, struct arena *a, const struct readiness_facts *facts, const struct entity *service)
{
    struct sv *ownerships;
    uint32_t ownership_count;
    struct extent x = extent_of(s, a, service);
    int64_t alive = living_owners(s, a, service, &ownerships, &ownership_count);
    const struct check_number numbers[] = {
        { "hosts", x.host_count },
        { "sites", x.site_count },
        { "clusters", x.cluster_count },
        { "deployments", x.deployment_count },
        { "smallest_cluster", x.smallest_cluster },
        { "living_owners", alive },
        { "days_since_checkup", days_since_checkup(s, a, facts, ownerships, ownership_count) },
    };
    const struct check_text texts[] = {
        { "ref", check_text_one(a, service->ref) },
        { "name", check_text_one(a, service->name) },
        { "hosts", check_text_list(a, x.hosts, x.host_count) },
        { "certnames", check_text_list(a, x.certnames, x.certname_count) },
        { "clusters", check_text_list(a, x.clusters, x.cluster_count) },
        { "deployments", check_text_list(a, x.deployments, x.deployment_count) },
        { "ownerships", check_text_list(a, ownerships, ownership_count) },
    };
    struct check_number *n = arena_alloc(a, sizeof numbers);
    struct check_text *t = arena_alloc(a, sizeof texts);
    memcpy(n, numbers, sizeof numbers);
    memcpy(t, texts, sizeof texts);
    return (struct check_scope){ n, sizeof numbers / sizeof *numbers, t, sizeof texts / sizeof *texts, s->now };
}
