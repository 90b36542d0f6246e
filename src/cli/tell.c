/* tell: a sentence for each kind of event. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tell.h"

#include "base/json.h"
#include "base/time.h"
#include "model/model.h"

void tell_value(struct strbuf *out, const struct data *d)
{
    struct json_out j = json_to(out, false);
    if (!d || d->kind == DATA_NULL)
        strbuf_adds(out, "(not set)");
    else if (d->kind == DATA_STRING && d->s.n && sv_find_char(d->s, '\n', 0) == SIZE_MAX)
        strbuf_add(out, d->s);
    else
        json_data(&j, d);
}

const struct data *tell_body(struct arena *a, const struct event *e)
{
    static const struct data none = { .kind = DATA_MAP };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return e->body.n && json_read(a, src, NULL, &diags, &doc) ? &doc->root : &none;
}

struct telling {
    struct strbuf *out;
    struct arena *a;
    const struct event *e;
    const struct data *body;
};

static struct sv text(const struct telling *t, const char *key) { return data_text(data_get(t->body, key)); }

static struct sv name(const struct telling *t, const char *key)
{
    struct sv ref = text(t, key);
    return ref.n ? ref_short(t->a, ref) : SV("nobody");
}

/* "version 7.3.1 -> 7.4.0" */
static void arrow(const struct telling *t, const struct data *from, const struct data *to)
{
    tell_value(t->out, from);
    strbuf_adds(t->out, " -> ");
    tell_value(t->out, to);
}

static void tell_fields(const struct telling *t)
{
    const struct data *fields = data_get(t->body, "fields");
    for (uint32_t i = 0; fields && fields->kind == DATA_LIST && i < fields->count; i++) {
        const struct data *f = &fields->items[i];
        strbuf_addf(t->out, "%s%.*s ", i ? ", " : "", SV_ARG(data_text(data_get(f, "path"))));
        arrow(t, data_get(f, "from"), data_get(f, "to"));
    }
}

static void tell_deploy(const struct telling *t)
{
    const struct data *from = data_get(t->body, "from");
    struct sv service = name(t, "service");
    strbuf_addf(t->out, "deployed %.*s ", SV_ARG(service));
    if (from)
        arrow(t, from, data_get(t->body, "to"));
    else
        tell_value(t->out, data_get(t->body, "to"));
}

/* "began to deploy component:shop 2.0 on cluster:stage (1 host), cluster:prod (4 hosts)" */
static void tell_deploy_started(const struct telling *t)
{
    const struct data *stages = data_get(t->body, "stages");
    struct sv service = name(t, "service");
    strbuf_addf(t->out, "began to deploy %.*s %.*s on ", SV_ARG(service), SV_ARG(text(t, "version")));
    for (uint32_t i = 0; stages && stages->kind == DATA_LIST && i < stages->count; i++) {
        const struct data *hosts = data_get(&stages->items[i], "hosts");
        struct sv cluster = ref_short(t->a, data_text(data_get(&stages->items[i], "cluster")));
        int64_t n = hosts && hosts->kind == DATA_INT ? hosts->i : 0;
        strbuf_addf(t->out, "%s%.*s (%lld %s)", i ? ", " : "", SV_ARG(cluster), (long long)n, n == 1 ? "host" : "hosts");
    }
}

/* "batch 1 of 2, host:p1, host:p2" */
static void tell_batch(const struct telling *t)
{
    const struct data *hosts = data_get(t->body, "hosts"), *batch = data_get(t->body, "batch"), *of = data_get(t->body, "of");
    if (batch && batch->kind == DATA_INT && of && of->kind == DATA_INT)
        strbuf_addf(t->out, "batch %lld of %lld: ", (long long)batch->i, (long long)of->i);
    for (uint32_t i = 0; hosts && hosts->kind == DATA_LIST && i < hosts->count; i++) {
        struct sv host = ref_short(t->a, data_text(&hosts->items[i]));
        strbuf_addf(t->out, "%s%.*s", i ? ", " : "", SV_ARG(host));
    }
}

static void tell_deploy_batch(const struct telling *t)
{
    tell_batch(t);
    strbuf_addf(t->out, " get %.*s in place of %.*s", SV_ARG(text(t, "version")), SV_ARG(text(t, "from")));
}

static void tell_deploy_healthy(const struct telling *t)
{
    tell_batch(t);
    strbuf_addf(t->out, " run %.*s and are healthy", SV_ARG(text(t, "version")));
}

static void tell_deploy_failed(const struct telling *t)
{
    tell_batch(t);
    strbuf_addf(t->out, " failed: %.*s", SV_ARG(text(t, "why")));
}

static void tell_deploy_rollback(const struct telling *t)
{
    struct sv why = text(t, "why");
    tell_batch(t);
    strbuf_addf(t->out, why.n ? " should be back on %.*s, but: %.*s" : " are back on %.*s%.*s", SV_ARG(text(t, "to")), SV_ARG(why));
}

static void tell_deploy_finished(const struct telling *t)
{
    struct sv service = name(t, "service"), why = text(t, "why");
    strbuf_addf(t->out, "the deploy of %.*s %.*s is %.*s", SV_ARG(service), SV_ARG(text(t, "version")), SV_ARG(text(t, "outcome")));
    if (why.n)
        strbuf_addf(t->out, ", as %.*s", SV_ARG(why));
}

static void tell_owner(const struct telling *t)
{
    struct sv from = name(t, "from"), to = name(t, "to");
    strbuf_addf(t->out, "%.*s owner %.*s -> %.*s", SV_ARG(text(t, "side")), SV_ARG(from), SV_ARG(to));
}

static void tell_drift(const struct telling *t)
{
    strbuf_addf(t->out, "drifted: %.*s %.*s was ", SV_ARG(text(t, "resource")), SV_ARG(text(t, "property")));
    tell_value(t->out, data_get(t->body, "was"));
    strbuf_adds(t->out, ", should be ");
    tell_value(t->out, data_get(t->body, "want"));
}

static void tell_adopted(const struct telling *t) { strbuf_addf(t->out, "the drift of %.*s is adopted", SV_ARG(text(t, "resource"))); }

static void tell_number(const struct telling *t, const char *key, const char *one, const char *many)
{
    const struct data *d = data_get(t->body, key);
    int64_t n = d && d->kind == DATA_INT ? d->i : 0;
    strbuf_addf(t->out, "%lld %s", (long long)n, n == 1 ? one : many);
}

static void tell_snapshot(const struct telling *t)
{
    struct sv commit = text(t, "commit"), summary = text(t, "summary");
    strbuf_adds(t->out, "applied ");
    if (commit.n)
        strbuf_addf(t->out, "commit %.*s%s", SV_ARG(sv_slice(commit, 0, 10)),
                    sv_ends(commit, SV("-dirty")) ? " with uncommitted changes" : "");
    else
        strbuf_adds(t->out, "the files");
    strbuf_adds(t->out, ": ");
    tell_number(t, "entities", "entity", "entities");
    strbuf_adds(t->out, ", ");
    tell_number(t, "changes", "change", "changes");
    if (summary.n)
        strbuf_addf(t->out, " (%.*s)", SV_ARG(summary));
}

static void tell_transaction(const struct telling *t)
{
    const struct data *changes = data_get(t->body, "changes"), *reverts = data_get(t->body, "reverts");
    if (reverts && reverts->kind == DATA_INT)
        strbuf_addf(t->out, "transaction %lld reverted: ", (long long)reverts->i);
    for (uint32_t i = 0; changes && changes->kind == DATA_LIST && i < changes->count; i++) {
        const struct data *f = &changes->items[i];
        struct sv ref = ref_short(t->a, data_text(data_get(f, "ref")));
        if (data_get(f, "made") || data_get(f, "deleted")) {
            strbuf_addf(t->out, "%s%.*s %s", i ? ", " : "", SV_ARG(ref), data_get(f, "made") ? "created" : "deleted");
            continue;
        }
        strbuf_addf(t->out, "%s%.*s %.*s ", i ? ", " : "", SV_ARG(ref), SV_ARG(data_text(data_get(f, "field"))));
        arrow(t, data_get(f, "from"), data_get(f, "to"));
    }
}

static void tell_cluster(const struct telling *t, const char *what)
{
    struct sv cluster = text(t, "cluster");
    strbuf_adds(t->out, what);
    if (cluster.n) {
        struct sv short_name = ref_short(t->a, cluster);
        strbuf_addf(t->out, " (%.*s)", SV_ARG(short_name));
    }
}

static void tell_added(const struct telling *t) { tell_cluster(t, "added"); }
static void tell_removed(const struct telling *t) { tell_cluster(t, "removed"); }

/* "closed: Who says no? (ritual:search.sync, raised by eva)" */
static void tell_topic(const struct telling *t)
{
    struct sv what = sv_slice(t->e->kind, sizeof "topic." - 1, t->e->kind.n);
    strbuf_addf(t->out, "%.*s: %.*s (%.*s, raised by %.*s)", SV_ARG(what), SV_ARG(text(t, "title")), SV_ARG(text(t, "for")),
                SV_ARG(text(t, "raisedBy")));
}

/* "2027-W09 held, by user:eva, user:ines" */
static void tell_meeting(const struct telling *t)
{
    size_t dot = sv_find_char(t->e->kind, '.', 0);
    const struct data *list = data_get(t->body, "attended"), *confirmed = data_get(t->body, "confirmed");
    struct sv week = text(t, "week"), ritual = text(t, "ritual"), what = sv_slice(t->e->kind, dot + 1, t->e->kind.n);
    bool not_met = confirmed && confirmed->kind == DATA_BOOL && confirmed->b;
    strbuf_addf(t->out, "%.*s %.*s", SV_ARG(ritual.n ? ritual : sv_slice(t->e->kind, 0, dot)), SV_ARG(week));
    if (not_met)
        strbuf_adds(t->out, ": nothing had changed, confirmed");
    else
        strbuf_addf(t->out, "%s%.*s", week.n ? ": " : "", SV_ARG(what));
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++) {
        struct sv who = ref_short(t->a, data_text(&list->items[i]));
        strbuf_addf(t->out, "%s%.*s", i ? ", " : ", by ", SV_ARG(who));
    }
}

static const struct {
    const char *kind;
    void (*tell)(const struct telling *t);
} tellers[] = {
    { "chat.held", tell_meeting },
    { "checkup.held", tell_meeting },
    { "deploy", tell_deploy },
    { "deploy.batch", tell_deploy_batch },
    { "deploy.failed", tell_deploy_failed },
    { "deploy.finished", tell_deploy_finished },
    { "deploy.healthy", tell_deploy_healthy },
    { "deploy.rollback", tell_deploy_rollback },
    { "deploy.started", tell_deploy_started },
    { "drift", tell_drift },
    { "drift.adopted", tell_adopted },
    { "entity.added", tell_added },
    { "entity.changed", tell_fields },
    { "entity.removed", tell_removed },
    { "host.added", tell_added },
    { "host.removed", tell_removed },
    { "meeting.held", tell_meeting },
    { "meeting.missed", tell_meeting },
    { "meeting.skipped", tell_meeting },
    { "mock.held", tell_meeting },
    { "owner.changed", tell_owner },
    { "snapshot", tell_snapshot },
    { "topic.carried", tell_topic },
    { "topic.closed", tell_topic },
    { "topic.dropped", tell_topic },
    { "topic.opened", tell_topic },
    { "transaction", tell_transaction },
};

void tell_what(struct strbuf *out, struct arena *a, const struct event *e)
{
    const struct telling t = { out, a, e, tell_body(a, e) };
    struct sv reason = text(&t, "reason");
    bool known = false;
    for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++)
        if (sv_is(e->kind, tellers[i].kind)) {
            tellers[i].tell(&t);
            known = true;
        }
    if (!known)
        strbuf_addf(out, "%.*s %.*s", SV_ARG(e->kind), SV_ARG(e->body));
    else if (reason.n)
        strbuf_addf(out, ": %.*s", SV_ARG(reason));
}

void tell_event(struct strbuf *out, struct arena *a, const struct event *e)
{
    struct local_time at = local_from_seconds(e->at);
    strbuf_addf(out, "%lld  ", (long long)e->id);
    date_print(out, at.date);
    strbuf_addf(out, " %02u:%02u  %.*s  ", at.hour, at.minute, SV_ARG(e->actor));
    tell_what(out, a, e);
}
