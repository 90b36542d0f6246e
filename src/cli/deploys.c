/* deploys: which version is where, since when and by whom, and what is being deployed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/rollout.h"
#include "cli/show.h"

struct row {
    const struct entity *deployment, *service, *cluster;
    struct sv version, others, actor, reason; /* others: "7.4.0 on a, b", where hosts differ */
    int64_t since;                            /* 0: before the history */
};

/* The last event that brought the version. */
static bool find_origin(struct site *s, struct row *row, struct err *err)
{
    struct event *events;
    size_t n;
    struct event_query q = { .kind = SV("deploy"), .subject = row->deployment->ref, .limit = 1 };
    if (!store_events(s->store, s->arena, &q, &events, &n, err))
        return false;
    if (!n)
        return true;
    struct source *src = ARENA_NEW(s->arena, struct source);
    struct diags diags = diags_in(s->arena);
    struct data_doc *doc;
    *src = (struct source){ SV("event"), events[0].body };
    row->since = events[0].at;
    row->actor = events[0].actor;
    if (json_read(s->arena, src, NULL, &diags, &doc))
        row->reason = data_text(data_get(&doc->root, "reason"));
    return true;
}

static struct sv other_versions(struct site *s, const struct deployed *d)
{
    struct strbuf out = STRBUF_IN(s->arena);
    for (size_t i = 0; d && i < d->host_count; i++)
        strbuf_addf(&out, "%s%.*s on %.*s", i ? ", " : "", SV_ARG(d->hosts[i].version), SV_ARG(path_base(d->hosts[i].host)));
    return strbuf_sv(&out);
}

static bool fill_row(struct site *s, const struct entity *deployment, struct row *out_row, struct err *err)
{
    *out_row = (struct row){ .deployment = deployment,
                             .service = model_one(s->model, deployment, REL_DEPLOYS),
                             .cluster = model_one(s->model, deployment, REL_RUNS_ON),
                             .version = entity_text(deployment, "version"),
                             .others = other_versions(s, map_find(&s->deployed, deployment->ref)) };
    return find_origin(s, out_row, err);
}

static struct sv utc_text(struct arena *a, int64_t at)
{
    struct strbuf out = STRBUF_IN(a);
    utc_print(&out, at);
    return strbuf_sv(&out);
}

static void print_rows(struct cli *c, const struct row *rows, size_t n)
{
    struct arena *a = c->arena;
    const struct entity *service = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct row *row = &rows[i];
        if (row->service != service)
            printf("%s%.*s%s\n", cli_bold(c), SV_ARG(row->service->name), cli_plain(c));
        service = row->service;
        printf("  %-16.*s %-10.*s ", SV_ARG(row->cluster->name), SV_ARG(row->version));
        if (row->since)
            printf("since %.*s by %.*s", SV_ARG(utc_text(a, row->since)), SV_ARG(ref_short(a, row->actor)));
        else
            printf("since before the history");
        printf("%s%.*s\n", row->reason.n ? ": " : "", SV_ARG(row->reason));
        if (row->others.n)
            printf("    %sbut %.*s%s\n", cli_yellow(c), SV_ARG(row->others), cli_plain(c));
    }
}

static void print_locks(struct cli *c, const struct site *s, const struct deploy_lock *locks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *state = locks[i].until > s->now ? "being deployed" : "left by a process that is gone";
        printf("%s%.*s %.*s is %s%s: %.*s; %.*s\n", cli_yellow(c), SV_ARG(path_base(locks[i].service)), SV_ARG(locks[i].version), state,
               cli_plain(c), SV_ARG(rollout_holder(c->arena, &locks[i])), SV_ARG(locks[i].reason));
    }
}

static void print_json(const struct site *s, const struct row *rows, size_t n, const struct deploy_lock *locks, size_t lock_count)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_key(&j, SV("deployments"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        const struct deployed *d = map_find(&s->deployed, rows[i].deployment->ref);
        json_open(&j, '{');
        json_kstr(&j, "deployment", rows[i].deployment->ref);
        json_kstr(&j, "service", rows[i].service->ref);
        json_kstr(&j, "cluster", rows[i].cluster->ref);
        json_kstr(&j, "version", rows[i].version);
        if (rows[i].since) {
            json_kstr(&j, "since", utc_text(s->arena, rows[i].since));
            json_kstr(&j, "by", rows[i].actor);
        }
        json_key(&j, SV("hosts"));
        json_open(&j, '{');
        for (size_t k = 0; d && k < d->host_count; k++) {
            json_key(&j, d->hosts[k].host);
            json_str(&j, d->hosts[k].version);
        }
        json_close(&j, '}');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, SV("running"));
    json_open(&j, '[');
    for (size_t i = 0; i < lock_count; i++) {
        json_open(&j, '{');
        json_kstr(&j, "service", locks[i].service);
        json_kstr(&j, "version", locks[i].version);
        json_kstr(&j, "by", locks[i].actor);
        json_kstr(&j, "reason", locks[i].reason);
        json_kstr(&j, "since", utc_text(s->arena, locks[i].since));
        json_kbool(&j, "alive", locks[i].until > s->now);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int by_service(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int c = sv_cmp(x->service->ref, y->service->ref);
    return c ? c : sv_cmp(x->cluster->ref, y->cluster->ref);
}

static bool list(struct cli *c, struct site *s, struct err *err)
{
    struct deploy_lock *locks;
    uint32_t n;
    size_t lock_count, count = 0;
    struct sv service = c->arg_count ? model_full_ref(s->arena, sv_of(c->args[0]), "component", SV("default")) : SV_NONE;
    if (service.n && !model_find(s->model, service))
        return err_set(err, "the model has no service '%s'", c->args[0]);
    const struct entity *const *all = model_of_kind(s->model, KIND_DEPLOYMENT, &n);
    struct row *rows = ARENA_ARRAY(s->arena, struct row, n + 1);
    if (!site_open_store(s, err) || !deploy_lock_list(s->store, s->arena, &locks, &lock_count, err))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct row row;
        if (!fill_row(s, all[i], &row, err))
            return false;
        if (row.service && row.cluster && (!service.n || sv_eq(row.service->ref, service)))
            rows[count++] = row;
    }
    qsort(rows, count, sizeof *rows, by_service);
    size_t kept = 0;
    for (size_t i = 0; i < lock_count; i++)
        if (!service.n || sv_eq(locks[i].service, service))
            locks[kept++] = locks[i];
    if (c->json) {
        print_json(s, rows, count, locks, kept);
        return true;
    }
    print_rows(c, rows, count);
    print_locks(c, s, locks, kept);
    return true;
}

static int deploys(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    if (c->arg_count > 1)
        return cli_misuse(c, "one service at a time");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    bool ok = s.model ? list(c, &s, &err) : err_set(&err, "'%.*s' has no model/", SV_ARG(s.dir));
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_deploys = {
    .name = "deploys",
    .usage = "[SERVICE]",
    .summary = "Show which version is where, since when and by whom, and what is being deployed",
    .help = "Hosts that differ from their cluster are told: a deploy is on its way there, or was left half-way.",
    .options = options,
    .run = deploys,
};
