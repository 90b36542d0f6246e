/* flow: how often a service is deployed, how fast, how well, and how soon it is whole again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/flow.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/show.h"
#include "cli/site.h"

struct flow_view {
    struct cli *c;
    struct site *s;
    struct arena *a;
    int64_t since, until;
    struct flow_change *changes;
    size_t count;
    const struct entity *team, *service; /* asked for; NULL: any */
};

static const struct entity *find(struct flow_view *v, const char *name, enum model_kind kind, const char *word, struct err *err)
{
    const struct model *m = v->s->model;
    const struct entity *e = model_find(m, model_full_ref(v->a, sv_of(name), word, SV("default")));
    uint32_t n;
    if (e && e->kind == kind)
        return e;
    const struct entity *const *all = model_of_kind(m, kind, &n);
    struct sv *names = ARENA_ARRAY(v->a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        names[i] = all[i]->name;
    struct sv near = near_names(v->a, sv_of(name), names, n);
    err_set(err, "the model has no %s '%s'%s%.*s%s", word, name, near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    return NULL;
}

/* From the first event of all, where nothing else is said. */
static bool read_period(struct flow_view *v, struct err *err)
{
    const char *since = cli_value(v->c, "since");
    struct event *events;
    struct date day;
    size_t n;
    v->until = v->s->now;
    if (since && date_parse(sv_of(since), &day))
        v->since = date_to_days(day) * 86400;
    else if (since && !utc_parse(sv_of(since), &v->since))
        return err_set(err, "--since takes a day such as 2027-02-15 or a UTC time, not '%s'", since);
    if (since)
        return v->since < v->until || err_set(err, "--since '%s' is not in the past", since);
    if (!store_events(v->s->store, v->a, &(struct event_query){ 0 }, &events, &n, err))
        return false;
    v->since = n ? events[0].at : v->until;
    return true;
}

static bool is_asked(const struct flow_view *v, struct sv service)
{
    const struct entity *e = model_find(v->s->model, service);
    return (!v->service || v->service == e) && (!v->team || (e && model_one(v->s->model, e, REL_OWNED_BY) == v->team));
}

static bool read_changes(struct flow_view *v, struct err *err)
{
    const char *service = cli_value(v->c, "service"), *team = cli_value(v->c, "team");
    size_t kept = 0;
    if (service && !(v->service = find(v, service, KIND_COMPONENT, "component", err)))
        return false;
    if (team && !(v->team = find(v, team, KIND_GROUP, "group", err)))
        return false;
    if (!read_period(v, err) || !flow_read(v->s->store, v->a, v->s->model, v->since, v->until, &v->changes, &v->count, err))
        return false;
    for (size_t i = 0; i < v->count; i++)
        if (is_asked(v, v->changes[i].service))
            v->changes[kept++] = v->changes[i];
    v->count = kept;
    return true;
}

/* --- what is shown --- */

/* "2d 4h", "3h 20m", "14m", "40s" */
static struct sv span_text(struct arena *a, bool known, int64_t seconds)
{
    long long s = (long long)seconds;
    if (!known)
        return SV("-");
    if (s >= 86400)
        return arena_printf(a, "%lldd %lldh", s / 86400, s % 86400 / 3600);
    if (s >= 3600)
        return arena_printf(a, "%lldh %lldm", s / 3600, s % 3600 / 60);
    return s >= 60 ? arena_printf(a, "%lldm %llds", s / 60, s % 60) : arena_printf(a, "%llds", s);
}

static void print_row(struct flow_view *v, struct sv name, struct sv service)
{
    struct flow_figures f = flow_sum(v->a, v->changes, v->count, service, v->since, v->until);
    struct sv failed = arena_printf(v->a, "%u (%.1f %%)", f.failed, f.failure_rate * 100);
    printf("%-20.*s %7u %8.2f  %-10.*s %-12.*s %.*s\n", SV_ARG(name), f.deployments, f.per_week,
           SV_ARG(span_text(v->a, f.with_commit, f.lead_seconds)), SV_ARG(failed), SV_ARG(span_text(v->a, f.restored, f.restore_seconds)));
}

static void json_row(struct flow_view *v, struct json_out *j, struct sv service)
{
    struct flow_figures f = flow_sum(v->a, v->changes, v->count, service, v->since, v->until);
    json_open(j, '{');
    if (service.n)
        json_kstr(j, "service", service);
    json_kint(j, "deployments", f.deployments);
    json_key(j, SV("per_week"));
    json_float(j, f.per_week);
    json_kint(j, "with_commit", f.with_commit);
    if (f.with_commit)
        json_kint(j, "lead_seconds", f.lead_seconds);
    json_kint(j, "failed", f.failed);
    json_key(j, SV("failure_rate"));
    json_float(j, f.failure_rate);
    json_kint(j, "restored", f.restored);
    if (f.restored)
        json_kint(j, "restore_seconds", f.restore_seconds);
    json_kint(j, "interrupted", f.interrupted);
    json_close(j, '}');
}

/* Each service once, in the order of their names. */
static const struct sv *services_of(struct flow_view *v, size_t *out_count)
{
    struct sv *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < v->count; i++) {
        size_t at = 0;
        while (at < n && sv_cmp(list[at], v->changes[i].service) < 0)
            at++;
        if (at < n && sv_eq(list[at], v->changes[i].service))
            continue;
        ARENA_PUSH(v->a, list, n, cap, SV_NONE);
        memmove(list + at + 1, list + at, (n - 1 - at) * sizeof *list);
        list[at] = v->changes[i].service;
    }
    *out_count = n;
    return list;
}

static void print_text(struct flow_view *v)
{
    AUTO_STRBUF period = STRBUF_HEAP;
    size_t n;
    const struct sv *services = services_of(v, &n);
    utc_print(&period, v->since);
    strbuf_adds(&period, " to ");
    utc_print(&period, v->until);
    printf("Production, %s\n", strbuf_cstr(&period));
    if (!n) {
        printf("Nothing was deployed.\n");
        return;
    }
    printf("%s%-20s %7s %8s  %-10s %-12s %s%s\n", cli_bold(v->c), "", "deploys", "a week", "lead time", "failed", "restored in",
           cli_plain(v->c));
    for (size_t i = 0; i < n; i++)
        print_row(v, path_base(services[i]), services[i]);
    if (n > 1)
        print_row(v, SV("all"), SV_NONE);
}

static void print_json(struct flow_view *v)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct strbuf time = STRBUF_IN(v->a);
    struct json_out j = json_to(&out, true);
    size_t n;
    const struct sv *services = services_of(v, &n);
    json_open(&j, '{');
    utc_print(&time, v->since);
    json_kstr(&j, "since", strbuf_sv(&time));
    strbuf_reset(&time);
    utc_print(&time, v->until);
    json_kstr(&j, "until", strbuf_sv(&time));
    json_key(&j, SV("services"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_row(v, &j, services[i]);
    json_close(&j, ']');
    json_key(&j, SV("all"));
    json_row(v, &j, SV_NONE);
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int flow(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    if (c->arg_count)
        return cli_misuse(c, "no argument is expected: '%s'", c->args[0]);
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    struct flow_view v = { .c = c, .s = &s, .a = c->arena };
    bool ok = s.model ? site_open_store(&s, &err) && read_changes(&v, &err) : err_set(&err, "'%.*s' has no model/", SV_ARG(s.dir));
    if (ok && c->json)
        print_json(&v);
    else if (ok)
        print_text(&v);
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = {
    { "service", 0, "SERVICE", "of this service only" },
    { "team", 0, "GROUP", "of the services that this group owns" },
    { "since", 0, "WHEN", "from that day or UTC time on [the first event]" },
    SITE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_flow = {
    .name = "flow",
    .usage = "[--service SERVICE | --team GROUP] [--since DAY]",
    .summary = "Show how often services are deployed, how fast, how well, and how soon they are whole again",
    .help = "DORA's four measures of deployments to production, from the history alone: frequency, lead time from the commit (median),\n"
            "change failure rate, and time to restore (median).",
    .options = options,
    .run = flow,
};
