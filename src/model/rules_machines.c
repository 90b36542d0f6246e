/* rules: of hosts, clusters, deployments and who owns services. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

/* Chains of entities by what one of their fields names: for (i = chain_first(...); i; i = next[i - 1]) kinds[i - 1]. */
struct chains {
    uint32_t *first, *next;
};

static struct chains chain_by(struct checker *k, enum model_kind kind, const char *field, const char *kinds)
{
    uint32_t n = k->m->kind_count[kind];
    struct chains c = { ARENA_ARRAY(k->scratch, uint32_t, k->m->count + 1), ARENA_ARRAY(k->scratch, uint32_t, n + 1) };
    for (uint32_t i = n; i-- > 0;) {
        const struct entity *to = relate_target(k->m, k->m->of_kind[kind][i], field, kinds);
        if (!to)
            continue;
        c.next[i] = c.first[to->index];
        c.first[to->index] = i + 1;
    }
    return c;
}

/* --- I03 --- */

static void check_service(struct checker *k, const struct entity *service, const struct chains *c)
{
    const struct model *m = k->m;
    uint32_t first = c->first[service->index], second = first ? c->next[first - 1] : 0;
    /* A catalog that has nothing of potlac's is somebody else's: report what is missing, refuse nothing. */
    bool strict = sv_eq_nocase(entity_text(service, "lifecycle"), SV("production")) && m->own;
    if (!first) {
        if (strict)
            rule_error(k, entity_span(service, NULL), "service '%.*s' has no SystemOwnership: nobody owns it for dev and ops [I03]",
                       SV_ARG(service->name));
        else
            diag_warn(k->diags, "unowned-service", entity_span(service, NULL), "service '%.*s' has no SystemOwnership [I03]",
                      SV_ARG(service->name));
        diag_hint(k->diags, "declare a SystemOwnership with 'service: %.*s' and its dev and ops owners",
                  SV_ARG(ref_short(k->scratch, service->ref)));
    } else if (second) {
        const struct entity *a = m->of_kind[KIND_SYSTEM_OWNERSHIP][first - 1], *b = m->of_kind[KIND_SYSTEM_OWNERSHIP][second - 1];
        rule_error(k, entity_span(b, "service"), "service '%.*s' has two ownerships, %.*s and %.*s [I03]", SV_ARG(service->name),
                   SV_ARG(a->ref), SV_ARG(b->ref));
    }
}

static void check_services(struct checker *k)
{
    struct chains c = chain_by(k, KIND_SYSTEM_OWNERSHIP, "service", "component");
    for (uint32_t i = 0; i < k->m->kind_count[KIND_COMPONENT]; i++) {
        const struct entity *service = k->m->of_kind[KIND_COMPONENT][i];
        bool owned = c.first[service->index] != 0;
        if (sv_eq_nocase(entity_text(service, "type"), SV("service")) || owned)
            check_service(k, service, &c);
    }
}

/* --- I04 --- */

static bool holds_role(const struct checker *k, const struct entity *user, const char *a, const char *b)
{
    uint32_t n;
    const struct edge_to *edges = model_edges(k->m, user, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (edges[i].relation != REL_HOLDS_ROLE || !entity_on(edges[i].via, k->today))
            continue;
        struct sv role = entity_text(edges[i].via, "role");
        if (sv_is(role, a) || sv_is(role, b))
            return true;
    }
    return false;
}

static void check_owners(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_SYSTEM_OWNERSHIP]; i++) {
        const struct entity *o = k->m->of_kind[KIND_SYSTEM_OWNERSHIP][i];
        const struct entity *dev = relate_target(k->m, o, "dev", "user"), *ops = relate_target(k->m, o, "ops", "user");
        if (!dev || !ops)
            continue;
        if (dev == ops)
            rule_error(k, entity_span(o, "ops"), "%.*s has one person, %.*s, as dev and as ops owner [I04]", SV_ARG(o->ref),
                       SV_ARG(dev->name));
        if (!holds_role(k, dev, "dev", "team-lead"))
            diag_warn(k->diags, "owner-role", entity_span(o, "dev"), "dev owner '%.*s' of %.*s holds no role dev or team-lead [I04]",
                      SV_ARG(dev->name), SV_ARG(o->ref));
        if (!holds_role(k, ops, "ops", "ops"))
            diag_warn(k->diags, "owner-role", entity_span(o, "ops"), "ops owner '%.*s' of %.*s holds no role ops [I04]", SV_ARG(ops->name),
                      SV_ARG(o->ref));
    }
}

/* --- I05 --- */

#define LOOK_AHEAD_DAYS 14 /* both owners away is worth knowing two weeks before */

/* Who stands in for a user on a day: the user, a delegate for the side ("dev-owner"), or nobody. */
static bool attended(struct checker *k, const struct chains *away, const struct entity *user, const char *side, int64_t day, int depth)
{
    const struct entity *person = model_resolve(k->m, user->name, "person", user->ns);
    if (person && !entity_on(person, date_from_days(day)))
        return false;
    for (uint32_t i = away->first[user->index]; i; i = away->next[i - 1]) {
        const struct entity *absence = k->m->of_kind[KIND_ABSENCE][i - 1];
        if (!entity_on(absence, date_from_days(day)))
            continue;
        struct sv delegate = data_text(data_get(entity_field(absence, "delegate"), side));
        const struct entity *to = delegate.n ? relate_user(k->m, model_resolve(k->m, delegate, "user", absence->ns)) : NULL;
        /* A delegate of a delegate of a delegate is nobody. */
        return to && to != user && depth < 3 && attended(k, away, to, side, day, depth + 1);
    }
    return true;
}

static void check_attendance(struct checker *k)
{
    struct chains away = chain_by(k, KIND_ABSENCE, "person", "user");
    for (uint32_t i = 0; i < k->m->kind_count[KIND_SYSTEM_OWNERSHIP]; i++) {
        const struct entity *o = k->m->of_kind[KIND_SYSTEM_OWNERSHIP][i];
        const struct entity *owner[2] = { relate_target(k->m, o, "dev", "user"), relate_target(k->m, o, "ops", "user") };
        static const char *const side[2] = { "dev-owner", "ops-owner" }, *const field[2] = { "dev", "ops" };
        if (!owner[0] || !owner[1])
            continue;
        bool today[2] = { true, true };
        for (int s = 0; s < 2; s++)
            if (!(today[s] = attended(k, &away, owner[s], side[s], k->day, 0)))
                diag_warn(k->diags, "orphaned-service", entity_span(o, field[s]),
                          "%s owner '%.*s' of %.*s is away and nobody stands in [I05]", field[s], SV_ARG(owner[s]->name), SV_ARG(o->ref));
        for (int64_t day = k->day; today[0] && today[1] && day <= k->day + LOOK_AHEAD_DAYS; day++) {
            if (attended(k, &away, owner[0], side[0], day, 0) || attended(k, &away, owner[1], side[1], day, 0))
                continue;
            struct strbuf b = STRBUF_IN(k->scratch);
            date_print(&b, date_from_days(day));
            diag_warn(k->diags, "unattended-service", entity_span(o, NULL),
                      "both owners of %.*s are away from %.*s and nobody stands in [I05]", SV_ARG(o->ref), SV_ARG(strbuf_sv(&b)));
            break;
        }
    }
}

/* --- I12, and one version of a service in a cluster --- */

static void check_clusters(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_CLUSTER]; i++) {
        const struct entity *c = k->m->of_kind[KIND_CLUSTER][i];
        uint32_t n;
        const struct edge_to *edges = model_edges(k->m, c, &n);
        int64_t active = 0, want = entity_int(c, "minHosts", 0);
        for (uint32_t j = 0; j < n; j++) {
            if (edges[j].relation != REL_RUNS_ON)
                continue;
            const struct entity *host = edges[j].to;
            struct sv status = entity_text(host, "status"), site = entity_text(host, "site");
            active += !status.n || sv_is(status, "active");
            if (site.n && !sv_eq(site, entity_text(c, "site")))
                diag_warn(k->diags, "other-site", entity_span(host, "site"), "%.*s is at site '%.*s', its cluster '%.*s' at '%.*s'",
                          SV_ARG(host->ref), SV_ARG(site), SV_ARG(c->name), SV_ARG(entity_text(c, "site")));
        }
        if (active < want)
            diag_warn(k->diags, "small-cluster", entity_span(c, "minHosts"), "%.*s has %lld active hosts and needs %lld [I12]",
                      SV_ARG(c->ref), (long long)active, (long long)want);
    }
}

static void check_deployments(struct checker *k)
{
    struct map seen = map_in(k->scratch);
    for (uint32_t i = 0; i < k->m->kind_count[KIND_DEPLOYMENT]; i++) {
        const struct entity *d = k->m->of_kind[KIND_DEPLOYMENT][i];
        const struct entity *service = relate_target(k->m, d, "service", "component"),
                            *cluster = relate_target(k->m, d, "cluster", "cluster");
        if (!service || !cluster)
            continue;
        struct sv key = arena_printf(k->scratch, "%u %u", service->index, cluster->index);
        const struct entity *other = map_find(&seen, key);
        if (!other) {
            map_put(&seen, key, (void *)d);
            continue;
        }
        rule_error(k, entity_span(d, "service"), "%.*s and %.*s both deploy %.*s on %.*s", SV_ARG(other->ref), SV_ARG(d->ref),
                   SV_ARG(service->name), SV_ARG(cluster->ref));
        diag_hint(k->diags, "each of its hosts would have two versions of it: keep one");
    }
}

/* --- I19 --- */

static void check_health_of(struct checker *k, const struct entity *d, const struct data *check)
{
    static const char *const kinds[] = { "http", "tcp", "command" };
    struct span at = data_span(d->doc, check);
    const struct data *command = data_get(check, "command");
    struct sv url = data_text(data_get(check, "http")), address = data_text(data_get(check, "tcp"));
    unsigned found = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        found += data_get(check, kinds[i]) != NULL;
    if (found != 1)
        rule_error(k, at, "a health check of %.*s is one of http, tcp and command; this one is %u of them [I19]", SV_ARG(d->ref), found);
    if (url.n && !sv_starts(url, SV("http://")))
        rule_error(k, at, "'%.*s' is no address that starts with http:// [I19]", SV_ARG(url));
    if (url.n && sv_starts(url, SV("https://")))
        diag_hint(k->diags, "ask it with a command, such as [/usr/bin/curl, --fail, %.*s]", SV_ARG(url));
    if (address.n && sv_rfind_char(address, ':') == SIZE_MAX)
        rule_error(k, at, "'%.*s' is no HOST:PORT [I19]", SV_ARG(address));
    if (command && command->kind == DATA_LIST && !command->count)
        rule_error(k, at, "a health check's command is empty [I19]");
}

static void check_health(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_DEPLOYMENT]; i++) {
        const struct entity *d = k->m->of_kind[KIND_DEPLOYMENT][i];
        const struct data *list = entity_field(d, "health");
        for (uint32_t n = 0; list && list->kind == DATA_LIST && n < list->count; n++)
            if (list->items[n].kind == DATA_MAP)
                check_health_of(k, d, &list->items[n]);
    }
}

/* A host's certificate and its catalog go by its fqdn. */
static void check_fqdns(struct checker *k)
{
    struct map seen = map_in(k->scratch);
    for (uint32_t i = 0; i < k->m->kind_count[KIND_HOST]; i++) {
        const struct entity *h = k->m->of_kind[KIND_HOST][i];
        struct sv fqdn = model_full_ref(k->scratch, entity_text(h, "fqdn"), "host", SV_NONE); /* in lower case */
        const struct entity *other = fqdn.n ? map_find(&seen, fqdn) : NULL;
        if (other)
            rule_error(k, entity_span(h, "fqdn"), "%.*s and %.*s have one fqdn, '%.*s'", SV_ARG(other->ref), SV_ARG(h->ref),
                       SV_ARG(entity_text(h, "fqdn")));
        else if (fqdn.n)
            map_put(&seen, fqdn, (void *)h);
    }
}

const struct rule machine_rules[] = {
    { "", "two hosts have two names", check_fqdns },
    { "I03", "a production service has one SystemOwnership", check_services },
    { "I04", "its two owners are two people in the right roles", check_owners },
    { "I05", "its owners, or who stands in for them, are there", check_attendance },
    { "I12", "a cluster has the hosts it needs", check_clusters },
    { "", "a cluster runs one version of a service", check_deployments },
    { "I19", "a health check says how to ask", check_health },
    { NULL },
};
