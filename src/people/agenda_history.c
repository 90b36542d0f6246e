/* What happened in the window of an agenda: deploys, drift, hosts, owners, changes of the model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/agenda_internal.h"

/* What happened several times to the same thing is one line. */
struct tally {
    struct sv first, last, by;
    int64_t at;
    unsigned count, back;
};

static struct tally *tally_in(struct agenda_build *b, struct map *m, struct sv key)
{
    struct tally *t = map_find(m, key);
    if (!t) {
        t = ARENA_NEW(b->arena, struct tally);
        map_put(m, arena_dup(b->arena, key), t);
    }
    t->count++;
    return t;
}

static struct sv times(struct agenda_build *b, unsigned n, const char *what)
{
    return n > 1 ? arena_printf(b->arena, " (%u %s)", n, what) : SV("");
}

static bool is_kind(const struct event *e, const char *kind) { return sv_is(e->kind, kind); }

/* Deploys of own services, or of neighbours: the first version and the last, how many, and how often one went back to the version before.
 */
static void add_deploy(struct agenda_build *b, struct map *seen, struct map *before, const struct event *e, const struct data *body)
{
    struct sv deployment = data_text(data_get(body, "deployment")), from = data_text(data_get(body, "from"));
    struct sv to = data_text(data_get(body, "to")), by = data_text(data_get(body, "by")), key = deployment.n ? deployment : e->subject;
    struct sv *kept = ARENA_NEW(b->arena, struct sv);
    *kept = from;
    const struct sv *former = map_put(before, key, kept); /* where the deploy before came from */
    if (!agenda_in_window(b, e))
        return;
    struct tally *t = tally_in(b, seen, key);
    if (t->count == 1)
        t->first = from;
    t->back += former && former->n && sv_eq(to, *former);
    t->last = to;
    t->by = by.n ? by : e->actor;
    t->at = e->at;
}

static struct sv deploy_counts(struct agenda_build *b, const struct tally *t)
{
    if (t->count < 2)
        return t->back ? SV(" (back)") : SV("");
    struct sv back = t->back ? arena_printf(b->arena, ", %u back", t->back) : SV("");
    return arena_printf(b->arena, " (%u deploys%.*s)", t->count, SV_ARG(back));
}

static void add_deploys(struct agenda_build *b, struct map *services, const char *section)
{
    struct map seen = map_in(b->arena), before = map_in(b->arena);
    for (size_t i = 0; i < b->all_count; i++) {
        const struct event *e = &b->all[i];
        const struct data *body = is_kind(e, "deploy") && e->at <= b->now ? agenda_body(b, e) : NULL;
        if (body && map_find(services, data_text(data_get(body, "service"))))
            add_deploy(b, &seen, &before, e, body);
    }
    for (struct map_entry *e = NULL; (e = map_next(&seen, e));) {
        const struct tally *t = e->value;
        struct sv day = agenda_date(b, local_from_seconds(t->at).date), by = sv_is(t->by, "unknown") ? SV_NONE : agenda_name(b, t->by);
        bool again = t->first.n && sv_eq(t->first, t->last);
        agenda_add(b, section,
                   arena_printf(b->arena, "%.*s %s%.*s%s%.*s on %.*s%s%.*s%.*s", SV_ARG(agenda_short(b, e->key)),
                                again        ? "at "
                                : t->first.n ? ""
                                             : "new at ",
                                SV_ARG(again ? SV_NONE : t->first), t->first.n && !again ? " -> " : "", SV_ARG(t->last), SV_ARG(day),
                                by.n ? " by " : "", SV_ARG(by), SV_ARG(deploy_counts(b, t))));
    }
}

/* Deploys that failed and were taken back, of each service. */
static void add_rollbacks(struct agenda_build *b, struct map *services, const char *section)
{
    struct map seen = map_in(b->arena);
    for (size_t i = 0; i < b->event_count; i++) {
        const struct event *e = &b->events[i];
        const struct data *body = is_kind(e, "deploy.finished") && map_find(services, e->subject) ? agenda_body(b, e) : NULL;
        struct sv outcome = body ? data_text(data_get(body, "outcome")) : SV_NONE;
        if (!sv_starts(outcome, SV("rolled back")) && !sv_starts(outcome, SV("not rolled back")))
            continue;
        struct tally *t = tally_in(b, &seen, e->subject);
        t->last = data_text(data_get(body, "version"));
        t->first = data_text(data_get(body, "why"));
        t->by = outcome;
        t->at = e->at;
    }
    for (struct map_entry *e = NULL; (e = map_next(&seen, e));) {
        const struct tally *t = e->value;
        agenda_add(b, section,
                   arena_printf(b->arena, "%.*s %.*s %.*s on %.*s%s%.*s%.*s", SV_ARG(agenda_short(b, e->key)), SV_ARG(t->last),
                                SV_ARG(t->by), SV_ARG(agenda_date(b, local_from_seconds(t->at).date)), t->first.n ? ": " : "",
                                SV_ARG(t->first), SV_ARG(times(b, t->count, "rollbacks"))));
    }
}

static void add_drift(struct agenda_build *b)
{
    struct map seen = map_in(b->arena);
    for (size_t i = 0; i < b->event_count; i++) {
        const struct event *e = &b->events[i];
        if (!is_kind(e, "drift") || !map_find(&b->scope->machines, e->subject))
            continue;
        const struct data *body = agenda_body(b, e);
        struct sv what = data_text(data_get(body, "resource")), property = data_text(data_get(body, "property"));
        struct tally *t = tally_in(b, &seen,
                                   arena_printf(b->arena, "%.*s: %.*s%s%.*s", SV_ARG(agenda_short(b, e->subject)), SV_ARG(what),
                                                property.n ? " " : "", SV_ARG(property)));
        t->at = e->at;
    }
    for (struct map_entry *e = NULL; (e = map_next(&seen, e));) {
        const struct tally *t = e->value;
        agenda_add(b, "drift",
                   arena_printf(b->arena, "%.*s differed from the model on %.*s%.*s", SV_ARG(e->key),
                                SV_ARG(agenda_date(b, local_from_seconds(t->at).date)), SV_ARG(times(b, t->count, "times"))));
    }
}

/* Told by lines of their own: who is a neighbour, which APIs there are, what a cluster can carry, who owns. */
static bool told_elsewhere(const struct event *e, struct sv path)
{
    static const char *const of_services[] = { "dependsOn", "dependencyOf", "providesApis", "consumesApis" };
    for (size_t i = 0; i < sizeof of_services / sizeof *of_services; i++)
        if (sv_is(path, of_services[i]) && sv_starts(e->subject, SV("component:")))
            return true;
    bool carries = sv_starts(path, SV("puppet.params")) || sv_is(path, "minHosts");
    bool owns = sv_is(path, "dev") || sv_is(path, "ops");
    return (carries && sv_starts(e->subject, SV("cluster:"))) || (owns && sv_starts(e->subject, SV("systemownership:")));
}

static struct sv scalar(struct agenda_build *b, const struct data *d)
{
    if (!d || d->kind == DATA_NULL)
        return SV_NONE;
    if (d->kind == DATA_STRING)
        return d->s;
    if (d->kind == DATA_INT)
        return arena_printf(b->arena, "%lld", (long long)d->i);
    return d->kind == DATA_BOOL ? (d->b ? SV("true") : SV("false")) : SV_NONE;
}

/* ": lifecycle experimental -> production"; out_any: a field is left that no other line tells. */
static struct sv field_names(struct agenda_build *b, const struct event *e, bool *out_any)
{
    struct strbuf out = STRBUF_IN(b->arena);
    const struct data *fields = data_get(agenda_body(b, e), "fields");
    uint32_t n = fields && fields->kind == DATA_LIST ? fields->count : 0;
    *out_any = n == 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct data *f = &fields->items[i];
        struct sv path = f->kind == DATA_STRING ? f->s : data_text(data_get(f, "path"));
        struct sv from = scalar(b, data_get(f, "from")), to = scalar(b, data_get(f, "to"));
        if (told_elsewhere(e, path))
            continue;
        *out_any = true;
        strbuf_addf(&out, "%s%.*s", out.n ? ", " : ": ", SV_ARG(path));
        if (from.n && to.n && from.n + to.n < 80)
            strbuf_addf(&out, " %.*s -> %.*s", SV_ARG(from), SV_ARG(to));
        else if (!from.n && to.n && to.n < 80)
            strbuf_addf(&out, " = %.*s", SV_ARG(to));
    }
    return strbuf_sv(&out);
}

/* Hosts that came or went, in the clusters of the services. The cluster of one that went is known from the event alone. */
static void add_host(struct agenda_build *b, const struct event *e)
{
    bool added = is_kind(e, "host.added");
    struct sv cluster = data_text(data_get(agenda_body(b, e), "cluster"));
    if (!map_find(&b->scope->machines, e->subject) && !map_find(&b->scope->machines, cluster))
        return;
    agenda_add(b, "hosts",
               arena_printf(b->arena, "%.*s %s%s%.*s", SV_ARG(agenda_short(b, e->subject)), added ? "added" : "removed",
                            cluster.n ? (added ? " to " : " from ") : "", SV_ARG(cluster.n ? agenda_short(b, cluster) : SV(""))));
}

static void add_owner(struct agenda_build *b, const struct event *e)
{
    const struct data *body = agenda_body(b, e);
    bool own = map_find(&b->scope->services, e->subject);
    struct sv from = data_text(data_get(body, "from")), to = data_text(data_get(body, "to"));
    if (!own && !map_find(&b->scope->neighbours, e->subject))
        return;
    agenda_add(b, own ? "owners" : "neighbours",
               arena_printf(b->arena, "%.*s: %.*s owner is %.*s, was %.*s", SV_ARG(agenda_short(b, e->subject)),
                            SV_ARG(data_text(data_get(body, "side"))), SV_ARG(to.n ? agenda_name(b, to) : SV("nobody")),
                            SV_ARG(from.n ? agenda_name(b, from) : SV("nobody"))));
}

/* Topics, context and the backlog are shown as they are, not as they came to be. */
static bool is_of_people(struct sv ref)
{
    static const char *const kinds[] = { "topic:", "context:", "backlogitem:" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sv_starts(ref, sv_of(kinds[i])))
            return true;
    return false;
}

static void add_change(struct agenda_build *b, const struct event *e)
{
    const struct scope_of *s = b->scope;
    bool own = map_find(&s->services, e->subject) || map_find(&s->machines, e->subject) || map_find(&s->others, e->subject);
    bool api = sv_starts(e->subject, SV("api:")) && (own || map_find(&s->neighbours, e->subject)), any;
    if ((!own && !api && !map_find(&s->neighbours, e->subject)) || is_of_people(e->subject))
        return;
    struct sv verb = sv_slice(e->kind, 7, e->kind.n); /* after "entity." */
    const char *section = api ? "apis" : own ? "changes" : "neighbours";
    struct sv fields = field_names(b, e, &any);
    if (any)
        agenda_add(b, section,
                   arena_printf(b->arena, "%.*s %.*s%.*s", SV_ARG(ref_short(b->arena, e->subject)), SV_ARG(verb), SV_ARG(fields)));
}

static void add_model_changes(struct agenda_build *b)
{
    for (size_t i = 0; i < b->event_count; i++) {
        const struct event *e = &b->events[i];
        if (is_kind(e, "host.added") || is_kind(e, "host.removed"))
            add_host(b, e);
        else if (is_kind(e, "owner.changed"))
            add_owner(b, e);
        else if (sv_starts(e->kind, SV("entity.")))
            add_change(b, e);
    }
}

void agenda_history(struct agenda_build *b)
{
    add_deploys(b, &b->scope->services, "deploys");
    add_rollbacks(b, &b->scope->services, "deploys");
    add_drift(b);
    add_model_changes(b);
    add_deploys(b, &b->scope->neighbours, "neighbours");
    add_rollbacks(b, &b->scope->neighbours, "neighbours");
}
