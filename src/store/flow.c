/* flow: from events to deployments, and from those to figures. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/flow.h"

#include <stdlib.h>

#include "base/json.h"

struct reader {
    struct store *s;
    struct arena *a;
    const struct model *m;
    struct event *events;
    size_t event_count, at;
    struct flow_change **changes;
    size_t count, cap;
    struct map by_key;  /* "deploy ID" or "commit SERVICE TIME" -> struct flow_change */
    struct map running; /* deployment -> struct running */
};

/* What brought the version that a deployment has. */
struct running {
    struct flow_change *change;
    struct sv from, to;
};

static const struct data *body_of(struct reader *r, const struct event *e)
{
    struct source *src = ARENA_NEW(r->a, struct source);
    struct diags diags = diags_in(r->a);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return json_read(r->a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static struct sv text(const struct data *body, const char *key) { return data_text(data_get(body, key)); }

static int64_t time_of(const struct data *body, const char *key)
{
    int64_t at;
    return utc_parse(text(body, key), &at) ? at : 0;
}

/* Told by the cluster in the model, or, where that is gone, by the event. */
static bool is_production(struct reader *r, const struct data *body)
{
    const struct entity *cluster = model_find(r->m, text(body, "cluster"));
    struct sv environment = cluster ? entity_text(cluster, "environment") : text(body, "environment");
    return sv_eq_nocase(environment, SV("prod")) || sv_eq_nocase(environment, SV("production"));
}

static struct flow_change *change_for(struct reader *r, struct sv key, struct sv service)
{
    struct flow_change *c = map_find(&r->by_key, key);
    if (c)
        return c;
    c = ARENA_NEW(r->a, struct flow_change);
    *c = (struct flow_change){ .service = service, .interrupted = true };
    map_put(&r->by_key, key, c);
    ARENA_PUSH(r->a, r->changes, r->count, r->cap, c);
    return c;
}

/* The commit of an apply stands in the event that ends what it recorded. */
static int64_t commit_time(struct reader *r, int64_t at)
{
    for (size_t i = r->at; i < r->event_count && r->events[i].at == at; i++)
        if (sv_is(r->events[i].kind, "snapshot"))
            return time_of(body_of(r, &r->events[i]), "committed");
    return 0;
}

/* A whole deployment mends what is still broken of its service. */
static void restore_service(struct reader *r, const struct flow_change *by)
{
    for (size_t i = 0; i < r->count; i++) {
        struct flow_change *c = r->changes[i];
        if (c != by && c->failed && !c->restored && sv_eq(c->service, by->service))
            c->restored = by->at;
    }
}

static void take_deploy(struct reader *r, const struct event *e, const struct data *body)
{
    struct sv id = text(body, "deploy"), service = text(body, "service"), from = text(body, "from"), to = text(body, "to");
    const struct data *back = data_get(body, "rollback");
    struct running *was = map_find(&r->running, e->subject);
    if (!is_production(r, body) || !from.n || (back && back->kind == DATA_BOOL && back->b))
        return; /* elsewhere, the first version of all, or the way back of a deploy, whose end tells of it */
    if (was && sv_eq(was->from, to) && sv_eq(was->to, from)) {
        /* Back to the version before: the change was bad, and this is no change of its own. */
        was->change->failed = was->change->failed ? was->change->failed : was->change->at;
        was->change->restored = e->at;
        map_remove(&r->running, e->subject);
        return;
    }
    struct sv key = id.n ? id : arena_printf(r->a, "%.*s %lld", SV_ARG(service), (long long)e->at);
    struct flow_change *c = change_for(r, key, service);
    c->at = e->at;
    c->committed = id.n ? time_of(body, "committed") : commit_time(r, e->at);
    struct running *now = ARENA_NEW(r->a, struct running);
    *now = (struct running){ c, from, to };
    map_put(&r->running, e->subject, now);
    if (!id.n) {
        c->interrupted = false;
        restore_service(r, c);
    }
}

/* The end of a deploy that had reached production. */
static void take_finished(struct reader *r, const struct event *e, const struct data *body)
{
    struct flow_change *c = map_find(&r->by_key, text(body, "deploy"));
    struct sv outcome = text(body, "outcome");
    if (!c)
        return;
    if (sv_is(outcome, "done")) {
        c->interrupted = false;
        restore_service(r, c);
    } else if (sv_is(outcome, "rolled back") || sv_is(outcome, "not rolled back everywhere")) {
        c->interrupted = false;
        c->failed = c->failed ? c->failed : e->at;
        c->restored = sv_is(outcome, "rolled back") ? e->at : 0;
    }
}

static void take_event(struct reader *r, const struct event *e)
{
    bool deploy = sv_is(e->kind, "deploy"), batch = sv_is(e->kind, "deploy.batch"), failed = sv_is(e->kind, "deploy.failed"),
         finished = sv_is(e->kind, "deploy.finished");
    const struct data *body = deploy || batch || failed || finished ? body_of(r, e) : NULL;
    struct flow_change *c;
    if (!body)
        return;
    if (deploy)
        take_deploy(r, e, body);
    else if (finished)
        take_finished(r, e, body);
    else if (batch && is_production(r, body)) {
        c = change_for(r, text(body, "deploy"), text(body, "service"));
        c->at = e->at;
    } else if (failed && (c = map_find(&r->by_key, text(body, "deploy")))) {
        c->at = c->failed = e->at;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct flow_change *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : sv_cmp(x->service, y->service);
}

bool flow_read(struct store *s, struct arena *a, const struct model *m, int64_t since, int64_t until, struct flow_change **out_list,
               size_t *out_count, struct err *err)
{
    struct reader r = { .s = s, .a = a, .m = m, .by_key = map_in(a), .running = map_in(a) };
    size_t n = 0;
    if (!store_events(s, a, &(struct event_query){ 0 }, &r.events, &r.event_count, err))
        return false;
    for (; r.at < r.event_count; r.at++)
        take_event(&r, &r.events[r.at]);
    struct flow_change *list = ARENA_ARRAY(a, struct flow_change, r.count + 1);
    for (size_t i = 0; i < r.count; i++)
        if (r.changes[i]->at >= since && r.changes[i]->at < until)
            list[n++] = *r.changes[i];
    qsort(list, n, sizeof *list, by_time);
    *out_list = list;
    *out_count = n;
    return true;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median(int64_t *numbers, size_t n)
{
    if (!n)
        return 0;
    qsort(numbers, n, sizeof *numbers, by_number);
    return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

struct flow_figures flow_sum(struct arena *a, const struct flow_change *list, size_t count, struct sv service, int64_t since, int64_t until)
{
    enum { WEEK = 7 * 86400 };
    struct flow_figures f = { 0 };
    int64_t *leads = ARENA_ARRAY(a, int64_t, count + 1), *restores = ARENA_ARRAY(a, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct flow_change *c = &list[i];
        if (service.n && !sv_eq(c->service, service))
            continue;
        f.interrupted += c->interrupted;
        if (c->interrupted)
            continue;
        f.deployments++;
        f.failed += c->failed != 0;
        if (c->committed && c->committed <= c->at)
            leads[f.with_commit++] = c->at - c->committed;
        if (c->failed && c->restored)
            restores[f.restored++] = c->restored - c->failed;
    }
    f.per_week = until > since ? (double)f.deployments * WEEK / (double)(until - since) : 0;
    f.failure_rate = f.deployments ? (double)f.failed / f.deployments : 0;
    f.lead_seconds = median(leads, f.with_commit);
    f.restore_seconds = median(restores, f.restored);
    return f;
}
