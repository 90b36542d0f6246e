/* readiness_scope: what there is to count of a service, an ownership, a Potlac, a cluster and a host. Tables say what each kind has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/readiness_scope.h"

#include "model/owners.h"

enum {
    OF_SERVICE = 1 << 0,
    OF_OWNERSHIP = 1 << 1,
    OF_POTLAC = 1 << 2,
    OF_CLUSTER = 1 << 3,
    OF_HOST = 1 << 4,
    OF_OWNED = OF_SERVICE | OF_OWNERSHIP,
    OF_MACHINES = OF_OWNED | OF_CLUSTER | OF_HOST,
    OF_ALL = OF_MACHINES | OF_POTLAC
};

static const struct {
    enum model_kind kind;
    unsigned of;
} kinds[] = { { KIND_COMPONENT, OF_SERVICE },
              { KIND_SYSTEM_OWNERSHIP, OF_OWNERSHIP },
              { KIND_POTLAC, OF_POTLAC },
              { KIND_CLUSTER, OF_CLUSTER },
              { KIND_HOST, OF_HOST } };
enum { KINDS = sizeof kinds / sizeof *kinds };

enum number {
    N_HOSTS,
    N_SITES,
    N_CLUSTERS,
    N_DEPLOYMENTS,
    N_SMALLEST_CLUSTER,
    N_MIN_HOSTS,
    N_LIVING_OWNERS,
    N_DAYS_SINCE_CHECKUP,
    N_LEADERS,
    N_LIVING_LEADERS,
    N_ROLES_FILLED,
    N_OPEN_TOPICS,
    NUMBERS
};
static const struct {
    const char *name;
    unsigned of;
} numbers[NUMBERS] = {
    [N_HOSTS] = { "hosts", OF_MACHINES },
    [N_SITES] = { "sites", OF_OWNED | OF_CLUSTER },
    [N_CLUSTERS] = { "clusters", OF_OWNED | OF_HOST },
    [N_DEPLOYMENTS] = { "deployments", OF_MACHINES },
    [N_SMALLEST_CLUSTER] = { "smallest_cluster", OF_OWNED },
    [N_MIN_HOSTS] = { "min_hosts", OF_CLUSTER },
    [N_LIVING_OWNERS] = { "living_owners", OF_OWNED },
    [N_DAYS_SINCE_CHECKUP] = { "days_since_checkup", OF_OWNED },
    [N_LEADERS] = { "leaders", OF_POTLAC },
    [N_LIVING_LEADERS] = { "living_leaders", OF_POTLAC },
    [N_ROLES_FILLED] = { "roles_filled", OF_POTLAC },
    [N_OPEN_TOPICS] = { "open_topics", OF_OWNED | OF_POTLAC },
};

enum text { T_REF, T_NAME, T_HOSTS, T_CERTNAMES, T_CLUSTERS, T_DEPLOYMENTS, T_OWNERSHIPS, T_LEADERS, TEXTS };
static const struct {
    const char *name;
    unsigned of;
} texts[TEXTS] = {
    [T_REF] = { "ref", OF_ALL },
    [T_NAME] = { "name", OF_ALL },
    [T_HOSTS] = { "hosts", OF_MACHINES },
    [T_CERTNAMES] = { "certnames", OF_MACHINES },
    [T_CLUSTERS] = { "clusters", OF_MACHINES },
    [T_DEPLOYMENTS] = { "deployments", OF_MACHINES },
    [T_OWNERSHIPS] = { "ownerships", OF_OWNED },
    [T_LEADERS] = { "leaders", OF_POTLAC },
};

/* In the order of enum ritual_fate. */
static const char *const functions[] = { "planned", "held", "skipped", "missed" };
static const struct {
    const char *name, *kind; /* as written; as in titles of rituals */
    unsigned of;
} rituals[] = { { "sync", "sync", OF_POTLAC }, { "one_on_ones", "one-on-one", OF_POTLAC }, { "checkup", "checkup", OF_OWNED } };
enum { RITUALS = sizeof rituals / sizeof *rituals };

/* What a scope's functions count in. */
struct ritual_scope {
    const struct ritual_record *record;
    const struct sv *subjects; /* refs whose rituals they are: a Potlac, or the ownerships of a service */
    uint32_t subject_count;
    const char *kinds[RITUALS]; /* of the rituals that this scope has */
    int64_t now;
};

/* Where a service runs, or what a cluster or a host is. */
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

static void add_host(struct arena *a, const struct entity *host, const struct entity *cluster, struct extent *x)
{
    struct sv fqdn = entity_text(host, "fqdn"), site = entity_text(host, "site");
    site = site.n || !cluster ? site : entity_text(cluster, "site");
    ARENA_PUSH(a, x->hosts, x->host_count, x->host_cap, host->ref);
    ARENA_PUSH(a, x->certnames, x->certname_count, x->certname_cap, fqdn.n ? fqdn : host->name);
    if (site.n && !has(x->sites, x->site_count, site))
        ARENA_PUSH(a, x->sites, x->site_count, x->site_cap, site);
}

static void add_cluster(struct site *s, struct arena *a, const struct entity *cluster, struct extent *x)
{
    uint32_t n;
    int64_t active = 0;
    const struct entity **hosts = model_related(s->model, a, cluster, REL_RUNS_ON, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_active(hosts[i]))
            continue;
        active++;
        add_host(a, hosts[i], cluster, x);
    }
    if (!x->cluster_count || active < x->smallest_cluster)
        x->smallest_cluster = active;
    ARENA_PUSH(a, x->clusters, x->cluster_count, x->cluster_cap, cluster->ref);
}

static void add_deployments(struct site *s, struct arena *a, const struct entity *cluster, struct extent *x)
{
    uint32_t n;
    const struct entity **on = model_related(s->model, a, cluster, REL_HOSTS, &n);
    for (uint32_t i = 0; i < n; i++)
        if (on[i]->kind == KIND_DEPLOYMENT)
            ARENA_PUSH(a, x->deployments, x->deployment_count, x->deployment_cap, on[i]->ref);
}

/* Of a cluster, or of a host with the cluster that it is in. */
static struct extent extent_of_machines(struct site *s, struct arena *a, const struct entity *e)
{
    struct extent x = { 0 };
    const struct entity *cluster = e->kind == KIND_CLUSTER ? e : model_one(s->model, e, REL_HOSTS);
    if (e->kind == KIND_CLUSTER)
        add_cluster(s, a, e, &x);
    else if (is_active(e))
        add_host(a, e, cluster, &x);
    if (e->kind == KIND_HOST && cluster)
        ARENA_PUSH(a, x.clusters, x.cluster_count, x.cluster_cap, cluster->ref);
    if (cluster)
        add_deployments(s, a, cluster, &x);
    return x;
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
    return store_events(s->store, s->arena, &q, &out->checkups, &out->checkup_count, err) &&
           ritual_record_read(s, s->arena, &out->rituals, err);
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

/* ---- which names a kind has ---- */

static unsigned kind_bit(enum model_kind kind)
{
    for (int i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return kinds[i].of;
    return 0;
}

bool readiness_kind(struct sv on, enum model_kind *out_kind)
{
    for (int i = 0; i < KINDS; i++)
        if (sv_eq_nocase(on, sv_of(model_kind_name(kinds[i].kind)))) {
            *out_kind = kinds[i].kind;
            return true;
        }
    return false;
}

const char *const *readiness_kind_names(uint32_t *out_count)
{
    static const char *const names[KINDS] = { "Component", "SystemOwnership", "Potlac", "Cluster", "Host" };
    *out_count = KINDS;
    return names;
}

/* The scope of a kind: the names of its tables, with values where there are some. */
static struct check_scope scope_of(struct arena *a, unsigned bit, const int64_t *values, const struct sv *pql, int64_t now)
{
    struct check_number *n = ARENA_ARRAY(a, struct check_number, NUMBERS);
    struct check_text *t = ARENA_ARRAY(a, struct check_text, TEXTS);
    const char **names = ARENA_ARRAY(a, const char *, RITUALS);
    struct check_scope scope = { .numbers = n, .texts = t, .now = now, .functions = functions, .rituals = names };
    for (int i = 0; i < NUMBERS; i++)
        if (numbers[i].of & bit)
            n[scope.number_count++] = (struct check_number){ numbers[i].name, values ? values[i] : 0 };
    for (int i = 0; i < TEXTS; i++)
        if (texts[i].of & bit)
            t[scope.text_count++] = (struct check_text){ texts[i].name, pql ? pql[i] : SV("\"\"") };
    for (int i = 0; i < RITUALS; i++)
        if (rituals[i].of & bit)
            names[scope.ritual_count++] = rituals[i].name;
    scope.function_count = scope.ritual_count ? sizeof functions / sizeof *functions : 0;
    return scope;
}

struct check_scope readiness_names(struct arena *a, enum model_kind kind, int64_t now)
{
    static const struct sv list = SV_INIT("[\"\"]");
    struct sv pql[TEXTS];
    for (int i = 0; i < TEXTS; i++)
        pql[i] = i == T_REF || i == T_NAME ? SV("\"\"") : list;
    return scope_of(a, kind_bit(kind), NULL, pql, now);
}

/* ---- values ---- */

static int64_t call(void *ctx, uint32_t function, uint32_t ritual, int64_t seconds, bool *out_known)
{
    const struct ritual_scope *s = ctx;
    int64_t n = 0;
    *out_known = false;
    for (uint32_t i = 0; i < s->subject_count; i++) {
        bool known;
        n += ritual_record_count(s->record, s->subjects[i], sv_of(s->kinds[ritual]), (enum ritual_fate)function, s->now, seconds, &known);
        *out_known |= known;
    }
    return n;
}

static bool is_open(const struct entity *topic)
{
    struct sv state = entity_text(topic, "state");
    return !state.n || sv_is(state, "open") || sv_is(state, "carried");
}

/* Topics for the rituals of a subject: "ritual:NAME.sync". */
static int64_t open_topics(struct site *s, struct arena *a, const struct sv *subjects, uint32_t count)
{
    uint32_t n;
    int64_t found = 0;
    const struct entity *const *all = model_of_kind(s->model, KIND_TOPIC, &n);
    for (uint32_t k = 0; k < count; k++) {
        struct sv start =
            arena_printf(a, "ritual:%.*s.", SV_ARG(sv_slice(subjects[k], sv_rfind_char(subjects[k], '/') + 1, subjects[k].n)));
        for (uint32_t i = 0; i < n; i++)
            found += is_open(all[i]) && sv_starts(entity_text(all[i], "for"), start);
    }
    return found;
}

static void potlac_values(struct site *s, struct arena *a, const struct entity *potlac, int64_t *out, struct sv *pql)
{
    static const char *const wanted[] = { "product-owner", "team-lead", "agile-coach" };
    uint32_t n;
    struct leader *leaders = potlac_leaders(s->model, a, potlac, s->today, &n);
    struct sv *refs = ARENA_ARRAY(a, struct sv, n + 1);
    bool filled[3] = { false };
    for (uint32_t i = 0; i < n; i++) {
        refs[i] = leaders[i].user->ref;
        out[N_LIVING_LEADERS] += owner_living(s->model, leaders[i].user, s->today);
        for (uint32_t r = 0; r < leaders[i].role_count; r++)
            for (size_t k = 0; k < 3; k++)
                filled[k] |= sv_is(leaders[i].roles[r], wanted[k]);
    }
    out[N_LEADERS] = n;
    out[N_ROLES_FILLED] = filled[0] + filled[1] + filled[2];
    pql[T_LEADERS] = check_text_list(a, refs, n);
}

static void extent_values(struct arena *a, const struct extent *x, int64_t *out, struct sv *pql)
{
    out[N_HOSTS] = x->host_count;
    out[N_SITES] = x->site_count;
    out[N_CLUSTERS] = x->cluster_count;
    out[N_DEPLOYMENTS] = x->deployment_count;
    out[N_SMALLEST_CLUSTER] = x->smallest_cluster;
    pql[T_HOSTS] = check_text_list(a, x->hosts, x->host_count);
    pql[T_CERTNAMES] = check_text_list(a, x->certnames, x->certname_count);
    pql[T_CLUSTERS] = check_text_list(a, x->clusters, x->cluster_count);
    pql[T_DEPLOYMENTS] = check_text_list(a, x->deployments, x->deployment_count);
}

/* Of a service, or of an ownership and the service that it is of. */
static void owned_values(struct site *s, struct arena *a, const struct readiness_facts *facts, const struct entity *e, int64_t *out,
                         struct sv *pql, struct ritual_scope *rites)
{
    const struct entity *service = e;
    struct sv *ownerships, *own = ARENA_NEW(a, struct sv);
    uint32_t count;
    if (e->kind == KIND_SYSTEM_OWNERSHIP)
        service = model_find(s->model, model_full_ref(a, entity_text(e, "service"), "component", e->ns));
    struct extent x = extent_of(s, a, service);
    extent_values(a, &x, out, pql);
    out[N_LIVING_OWNERS] = living_owners(s, a, service, &ownerships, &count);
    if (e != service) {
        *own = e->ref;
        ownerships = own;
        count = 1;
    }
    out[N_DAYS_SINCE_CHECKUP] = days_since_checkup(s, a, facts, ownerships, count);
    pql[T_OWNERSHIPS] = check_text_list(a, ownerships, count);
    rites->subjects = ownerships;
    rites->subject_count = count;
}

struct check_scope readiness_scope(struct site *s, struct arena *a, const struct readiness_facts *facts, const struct entity *e)
{
    int64_t values[NUMBERS] = { 0 };
    struct sv pql[TEXTS] = { [T_REF] = check_text_one(a, e->ref), [T_NAME] = check_text_one(a, e->name) };
    unsigned bit = kind_bit(e->kind);
    struct ritual_scope *rites = ARENA_NEW(a, struct ritual_scope);
    *rites = (struct ritual_scope){ .record = &facts->rituals, .subjects = &e->ref, .subject_count = 1, .now = s->now };
    if (bit & OF_OWNED) {
        owned_values(s, a, facts, e, values, pql, rites);
    } else if (bit & OF_POTLAC) {
        potlac_values(s, a, e, values, pql);
    } else {
        struct extent x = extent_of_machines(s, a, e);
        extent_values(a, &x, values, pql);
        values[N_MIN_HOSTS] = entity_int(e, "minHosts", 0);
    }
    values[N_OPEN_TOPICS] = open_topics(s, a, rites->subjects, rites->subject_count);
    for (int i = 0, n = 0; i < RITUALS; i++)
        if (rituals[i].of & bit)
            rites->kinds[n++] = rituals[i].kind;
    struct check_scope scope = scope_of(a, bit, values, pql, s->now);
    scope.call = call;
    scope.ctx = rites;
    return scope;
}
