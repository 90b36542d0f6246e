/* Agendas: what happened since the same people last met, what is coming, and what they brought. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "people/people.h"
#include "people/plan.h"
#include "people/scope.h"
#include "people/series.h"

#define DAY           86400
#define AHEAD_DAYS    90 /* products */
#define MEETINGS_DAYS 28 /* key meetings */
#define BACKLOG_TOP   3

struct build {
    const struct model *model;
    struct store *store;
    struct arena *arena;
    struct scope_of *scope;
    struct agenda *g;
    const struct entity *subject;
    struct sv ritual; /* "sync", "checkup" */
    int64_t now;
    struct date today;
    struct event *events;
    size_t event_count;
    struct map closed; /* topics */
};

static void add_item(struct build *b, const char *section, struct sv who, struct sv text)
{
    struct agenda_item item = { who, sv_of(section), text };
    ARENA_PUSH(b->arena, b->g->items, b->g->count, b->g->cap, item);
}

static struct sv short_of(struct build *b, struct sv ref)
{
    struct sv s = ref_short(b->arena, ref);
    size_t colon = sv_find_char(s, ':', 0);
    return colon == SIZE_MAX ? s : sv_slice(s, colon + 1, s.n);
}

static struct sv date_text(struct build *b, struct date d)
{
    struct strbuf out = STRBUF_IN(b->arena);
    date_print(&out, d);
    return strbuf_sv(&out);
}

static struct sv name_of(struct build *b, struct sv ref)
{
    const struct entity *e = model_find(b->model, ref);
    struct sv shown = e ? entity_text(e, "profile.displayName") : SV_NONE;
    return shown.n ? shown : short_of(b, ref);
}

/* ---- history ---- */

static const struct data *body_of(struct build *b, const struct event *e)
{
    static const struct data none = { .kind = DATA_MAP };
    struct source *src = ARENA_NEW(b->arena, struct source);
    struct diags diags = diags_in(b->arena);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return e->body.n && json_read(b->arena, src, NULL, &diags, &doc) ? &doc->root : &none;
}

/* When the ritual was last held: by its own event, told by title or by subject and ritual. */
static bool read_since(struct build *b, struct err *err)
{
    bool checkup = sv_is(b->ritual, "checkup");
    struct event_query q = { .kind = checkup ? SV("checkup.held") : SV("meeting.held") };
    struct sv title = arena_printf(b->arena, "%.*s/%.*s", SV_ARG(b->subject->ref), SV_ARG(b->ritual));
    struct event *list;
    size_t n;
    if (!store_events(b->store, b->arena, &q, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sv ritual = data_text(data_get(body_of(b, &list[i]), "ritual"));
        bool ours = sv_eq(list[i].subject, title) || (sv_eq(list[i].subject, b->subject->ref) && (!ritual.n || sv_ends(ritual, b->ritual)));
        if (ours && list[i].at <= b->now)
            b->g->since = list[i].at;
    }
    uint32_t count;
    const struct entity *const *held = model_of_kind(b->model, KIND_CHECKUP, &count);
    for (uint32_t i = 0; checkup && i < count; i++) {
        int64_t at;
        bool ours = sv_eq(model_full_ref(b->arena, entity_text(held[i], "ownership"), "systemownership", held[i]->ns), b->subject->ref);
        if (ours && utc_parse(entity_text(held[i], "heldAt"), &at) && at <= b->now && at > b->g->since)
            b->g->since = at;
    }
    return true;
}

/* What happened several times to the same thing is one line. */
struct tally {
    struct sv first, last, by;
    int64_t at;
    unsigned count;
};

static struct tally *tally_in(struct build *b, struct map *m, struct sv key)
{
    struct tally *t = map_find(m, key);
    if (!t) {
        t = ARENA_NEW(b->arena, struct tally);
        map_put(m, arena_dup(b->arena, key), t);
    }
    t->count++;
    return t;
}

static struct sv times(struct build *b, unsigned n, const char *what)
{
    return n > 1 ? arena_printf(b->arena, " (%u %s)", n, what) : SV("");
}

static bool is_kind(const struct event *e, const char *kind) { return sv_is(e->kind, kind); }

/* Deploys of own services, or of neighbours. */
static void add_deploys(struct build *b, struct map *services, const char *section)
{
    struct map seen = map_in(b->arena);
    for (size_t i = 0; i < b->event_count; i++) {
        const struct data *body = is_kind(&b->events[i], "deploy") ? body_of(b, &b->events[i]) : NULL;
        struct sv deployment = body ? data_text(data_get(body, "deployment")) : SV_NONE;
        if (!body || !map_find(services, data_text(data_get(body, "service"))))
            continue;
        struct tally *t = tally_in(b, &seen, deployment.n ? deployment : b->events[i].subject);
        t->first = t->count == 1 ? data_text(data_get(body, "from")) : t->first;
        t->last = data_text(data_get(body, "to"));
        t->by = data_text(data_get(body, "by")).n ? data_text(data_get(body, "by")) : b->events[i].actor;
        t->at = b->events[i].at;
    }
    for (struct map_entry *e = NULL; (e = map_next(&seen, e));) {
        const struct tally *t = e->value;
        struct sv day = date_text(b, local_from_seconds(t->at).date), by = sv_is(t->by, "unknown") ? SV_NONE : name_of(b, t->by);
        add_item(b, section, SV_NONE,
                 arena_printf(b->arena, "%.*s %s%.*s%s%.*s on %.*s%s%.*s%.*s", SV_ARG(short_of(b, e->key)), t->first.n ? "" : "new at ",
                              SV_ARG(t->first), t->first.n ? " -> " : "", SV_ARG(t->last), SV_ARG(day), by.n ? " by " : "", SV_ARG(by),
                              SV_ARG(times(b, t->count, "deploys"))));
    }
}

static void add_drift(struct build *b)
{
    struct map seen = map_in(b->arena);
    for (size_t i = 0; i < b->event_count; i++) {
        const struct event *e = &b->events[i];
        if (!is_kind(e, "drift") || !map_find(&b->scope->machines, e->subject))
            continue;
        const struct data *body = body_of(b, e);
        struct sv what = data_text(data_get(body, "resource")), property = data_text(data_get(body, "property"));
        struct tally *t = tally_in(b, &seen,
                                   arena_printf(b->arena, "%.*s: %.*s%s%.*s", SV_ARG(short_of(b, e->subject)), SV_ARG(what),
                                                property.n ? " " : "", SV_ARG(property)));
        t->at = e->at;
    }
    for (struct map_entry *e = NULL; (e = map_next(&seen, e));) {
        const struct tally *t = e->value;
        add_item(b, "drift", SV_NONE,
                 arena_printf(b->arena, "%.*s differed from the model on %.*s%.*s", SV_ARG(e->key),
                              SV_ARG(date_text(b, local_from_seconds(t->at).date)), SV_ARG(times(b, t->count, "times"))));
    }
}

static struct sv field_names(struct build *b, const struct data *body)
{
    struct strbuf out = STRBUF_IN(b->arena);
    const struct data *fields = data_get(body, "fields");
    for (uint32_t i = 0; fields && fields->kind == DATA_LIST && i < fields->count; i++) {
        const struct data *f = &fields->items[i], *from = data_get(f, "from"), *to = data_get(f, "to");
        struct sv path = f->kind == DATA_STRING ? f->s : data_text(data_get(f, "path"));
        strbuf_addf(&out, "%s%.*s", out.n ? ", " : ": ", SV_ARG(path));
        if (from && to && from->kind == DATA_STRING && to->kind == DATA_STRING && from->s.n + to->s.n < 80)
            strbuf_addf(&out, " %.*s -> %.*s", SV_ARG(from->s), SV_ARG(to->s));
        else if (from && from->kind == DATA_NULL && to && to->kind == DATA_STRING && to->s.n < 80)
            strbuf_addf(&out, " = %.*s", SV_ARG(to->s));
    }
    return strbuf_sv(&out);
}

/* Hosts that came or went, in the clusters of the services. The cluster of one that went is known from the event alone. */
static void add_host(struct build *b, const struct event *e)
{
    bool added = is_kind(e, "host.added");
    struct sv cluster = data_text(data_get(body_of(b, e), "cluster"));
    if (!map_find(&b->scope->machines, e->subject) && !map_find(&b->scope->machines, cluster))
        return;
    add_item(b, "hosts", SV_NONE,
             arena_printf(b->arena, "%.*s %s%s%.*s", SV_ARG(short_of(b, e->subject)), added ? "added" : "removed",
                          cluster.n ? (added ? " to " : " from ") : "", SV_ARG(cluster.n ? short_of(b, cluster) : SV(""))));
}

static void add_owner(struct build *b, const struct event *e)
{
    const struct data *body = body_of(b, e);
    bool own = map_find(&b->scope->services, e->subject);
    struct sv from = data_text(data_get(body, "from")), to = data_text(data_get(body, "to"));
    if (!own && !map_find(&b->scope->neighbours, e->subject))
        return;
    add_item(b, own ? "owners" : "neighbours", SV_NONE,
             arena_printf(b->arena, "%.*s: %.*s owner is %.*s, was %.*s", SV_ARG(short_of(b, e->subject)),
                          SV_ARG(data_text(data_get(body, "side"))), SV_ARG(to.n ? name_of(b, to) : SV("nobody")),
                          SV_ARG(from.n ? name_of(b, from) : SV("nobody"))));
}

static void add_change(struct build *b, const struct event *e)
{
    bool own =
        map_find(&b->scope->services, e->subject) || map_find(&b->scope->machines, e->subject) || map_find(&b->scope->others, e->subject);
    if (!own && !map_find(&b->scope->neighbours, e->subject))
        return;
    struct sv verb = sv_slice(e->kind, 7, e->kind.n); /* after "entity." */
    add_item(b, own ? "changes" : "neighbours", SV_NONE,
             arena_printf(b->arena, "%.*s %.*s%.*s", SV_ARG(ref_short(b->arena, e->subject)), SV_ARG(verb),
                          SV_ARG(field_names(b, body_of(b, e)))));
}

static void add_model_changes(struct build *b)
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

/* ---- what is ahead ---- */

static struct sv in_days(struct build *b, struct date d)
{
    int64_t n = date_to_days(d) - date_to_days(b->today);
    return n == 0 ? SV("today") : arena_printf(b->arena, "in %lld day%s", (long long)n, n == 1 ? "" : "s");
}

static bool touches_scope(struct build *b, const struct entity *e, enum relation r)
{
    uint32_t n;
    const struct entity **to = model_related(b->model, b->arena, e, r, &n);
    for (uint32_t i = 0; i < n; i++)
        if (map_find(&b->scope->services, to[i]->ref) || map_find(&b->scope->others, to[i]->ref))
            return true;
    return false;
}

static void add_contexts(struct build *b, const struct entity *about)
{
    uint32_t n;
    const struct entity **contexts = model_related(b->model, b->arena, about, REL_HAS_CONTEXT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct date until;
        struct sv author = model_full_ref(b->arena, entity_text(contexts[i], "author"), "user", contexts[i]->ns);
        bool dated = date_parse(entity_text(contexts[i], "validUntil"), &until);
        bool stale = dated && date_to_days(until) < date_to_days(b->today);
        add_item(b, "context", SV_NONE,
                 arena_printf(b->arena, "%.*s: %.*s (%.*s%s%.*s)", SV_ARG(contexts[i]->title),
                              SV_ARG(sv_trim(entity_text(contexts[i], "text"))), SV_ARG(name_of(b, author)),
                              stale   ? "; out of date since "
                              : dated ? "; until "
                                      : "",
                              SV_ARG(dated ? entity_text(contexts[i], "validUntil") : SV(""))));
    }
}

static void add_products(struct build *b)
{
    uint32_t n;
    const struct entity *const *products = model_of_kind(b->model, KIND_PRODUCT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct date day;
        struct sv state = entity_text(products[i], "state");
        if (!date_parse(entity_text(products[i], "goLive"), &day) || sv_is(state, "live") || sv_is(state, "dropped"))
            continue;
        int64_t ahead = date_to_days(day) - date_to_days(b->today);
        if (ahead < 0 || ahead > AHEAD_DAYS || !touches_scope(b, products[i], REL_AFFECTS))
            continue;
        add_item(b, "products", SV_NONE,
                 arena_printf(b->arena, "%.*s goes live %.*s, on %.*s", SV_ARG(products[i]->title), SV_ARG(in_days(b, day)),
                              SV_ARG(entity_text(products[i], "goLive"))));
        add_contexts(b, products[i]);
    }
}

static void add_key_meetings(struct build *b)
{
    uint32_t n;
    const struct entity *const *meetings = model_of_kind(b->model, KIND_KEY_MEETING, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct local_time t;
        const struct data *special = entity_field(meetings[i], "special");
        bool ours = sv_eq(model_full_ref(b->arena, entity_text(meetings[i], "potlac"), "potlac", meetings[i]->ns), b->subject->ref);
        if (!ours || !local_parse(entity_text(meetings[i], "start"), &t))
            continue;
        int64_t ahead = date_to_days(t.date) - date_to_days(b->today);
        struct sv goal = entity_text(meetings[i], "goal");
        if (ahead < 0 || ahead > MEETINGS_DAYS)
            continue;
        add_item(b, "meetings", SV_NONE,
                 arena_printf(b->arena, "%.*s %.*s, %.*s %02d:%02d %.*s%s%.*s%s", SV_ARG(meetings[i]->title), SV_ARG(in_days(b, t.date)),
                              SV_ARG(date_text(b, t.date)), t.hour, t.minute, SV_ARG(entity_text(meetings[i], "zone")), goal.n ? ": " : "",
                              SV_ARG(goal), special && special->kind == DATA_BOOL && special->b ? " (rehearse it)" : ""));
    }
}

static int by_rank(const void *x, const void *y)
{
    const struct entity *a = *(const struct entity *const *)x, *b = *(const struct entity *const *)y;
    int64_t r = entity_int(a, "opsRank", INT64_MAX), s = entity_int(b, "opsRank", INT64_MAX);
    return r != s ? (r < s ? -1 : 1) : sv_cmp(a->ref, b->ref);
}

static void add_backlog(struct build *b)
{
    uint32_t n, kept = 0;
    const struct entity *const *items = model_of_kind(b->model, KIND_BACKLOG_ITEM, &n);
    const struct entity **open = ARENA_ARRAY(b->arena, const struct entity *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct sv state = entity_text(items[i], "state"),
                  service = model_full_ref(b->arena, entity_text(items[i], "service"), "component", items[i]->ns);
        if (!sv_is(state, "done") && !sv_is(state, "dropped") && map_find(&b->scope->services, service))
            open[kept++] = items[i];
    }
    qsort(open, kept, sizeof *open, by_rank);
    for (uint32_t i = 0; i < kept && i < BACKLOG_TOP; i++) {
        struct sv title = entity_text(open[i], "title");
        add_item(b, "backlog", SV_NONE,
                 arena_printf(b->arena, "%lld. %.*s (%.*s, %.*s)", (long long)entity_int(open[i], "opsRank", 0),
                              SV_ARG(title.n ? title : open[i]->title), SV_ARG(entity_text(open[i], "state")),
                              SV_ARG(short_of(b, model_full_ref(b->arena, entity_text(open[i], "service"), "component", open[i]->ns)))));
    }
}

/* ---- topics ---- */

static bool is_open(struct build *b, const struct entity *topic)
{
    struct sv state = entity_text(topic, "state");
    return !sv_is(state, "closed") && !sv_is(state, "dropped") && !map_find(&b->closed, topic->ref);
}

static void read_closed(struct build *b)
{
    for (size_t i = 0; i < b->event_count; i++)
        if (is_kind(&b->events[i], "topic.closed") || is_kind(&b->events[i], "topic.dropped"))
            map_put(&b->closed, b->events[i].subject, b);
}

static void add_topics(struct build *b, const struct sv *attendees, uint32_t count, unsigned quota)
{
    uint32_t n;
    unsigned *brought = ARENA_ARRAY(b->arena, unsigned, count + 1);
    const struct entity *const *topics = model_of_kind(b->model, KIND_TOPIC, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv ritual, by = entity_text(topics[i], "raisedBy"), due = entity_text(topics[i], "due");
        struct date day;
        if (model_ritual(b->model, entity_text(topics[i], "for"), topics[i]->ns, &ritual) != b->subject || !sv_eq(ritual, b->ritual))
            continue;
        if (!is_open(b, topics[i]))
            continue;
        bool bot = sv_starts(by, SV("bot:"));
        struct sv who = bot ? SV_NONE : model_full_ref(b->arena, by, "user", topics[i]->ns);
        for (uint32_t k = 0; k < count; k++)
            brought[k] += sv_eq(attendees[k], who);
        bool late = date_parse(due, &day) && date_to_days(day) < date_to_days(b->today);
        struct sv from = bot ? arena_printf(b->arena, " (from %.*s)", SV_ARG(by)) : SV("");
        struct sv when = due.n ? arena_printf(b->arena, " (%s %.*s)", late ? "overdue since" : "due", SV_ARG(due)) : SV("");
        add_item(b, "topics", who,
                 arena_printf(b->arena, "%.*s%.*s%.*s", SV_ARG(entity_text(topics[i], "title")), SV_ARG(when), SV_ARG(from)));
    }
    b->g->missing = ARENA_ARRAY(b->arena, struct sv, count + 1);
    for (uint32_t k = 0; k < count; k++)
        if (brought[k] < quota)
            b->g->missing[b->g->missing_count++] = attendees[k];
}

/* ---- the whole ---- */

/* The next meeting as calendars have it. */
static bool read_when(struct build *b, struct err *err)
{
    struct sv title = arena_printf(b->arena, "%.*s/%.*s", SV_ARG(b->subject->ref), SV_ARG(b->ritual)), json;
    struct err problem = { "" };
    struct diags diags = diags_in(b->arena);
    struct data_doc *doc;
    struct series *s;
    b->g->when = SV("not planned yet");
    if (!store_get(b->store, b->arena, SV("calendar.series"), title, &json, &problem))
        return problem.text[0] == 0 || err_set(err, "%s", problem.text);
    struct source *src = ARENA_NEW(b->arena, struct source);
    *src = (struct source){ title, json };
    if (!json_read(b->arena, src, NULL, &diags, &doc))
        return err_set(err, "the recorded meetings of '%.*s' are no JSON", SV_ARG(title));
    if (!series_read(b->arena, &doc->root, &s, err))
        return false;
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };
        const struct occurrence *o = &s->occurrences[i];
        if (o->cancelled || occurrence_at(s, o) <= b->now)
            continue;
        b->g->when =
            arena_printf(b->arena, "%s %.*s %02d:%02d %.*s", days[date_weekday(o->start.date)], SV_ARG(date_text(b, o->start.date)),
                         o->start.hour, o->start.minute, SV_ARG(s->meetings[o->meeting].zone));
        return true;
    }
    return true;
}

static struct agenda *build(struct build *b, const struct sv *attendees, uint32_t count, unsigned quota, struct err *err)
{
    b->g = ARENA_NEW(b->arena, struct agenda);
    b->today = local_from_seconds(b->now).date;
    b->closed = map_in(b->arena);
    if (!read_when(b, err) || !read_since(b, err))
        return NULL;
    struct event_query all = { 0 };
    if (!store_events(b->store, b->arena, &all, &b->events, &b->event_count, err))
        return NULL;
    read_closed(b); /* a topic stays closed, however long ago */
    size_t n = 0;
    for (size_t i = 0; i < b->event_count; i++)
        if (b->events[i].at > b->g->since && b->events[i].at <= b->now)
            b->events[n++] = b->events[i];
    b->event_count = n;
    add_topics(b, attendees, count, quota);
    add_deploys(b, &b->scope->services, "deploys");
    add_drift(b);
    add_model_changes(b);
    add_deploys(b, &b->scope->neighbours, "neighbours");
    add_key_meetings(b);
    add_products(b);
    add_backlog(b);
    return b->g;
}

struct agenda *agenda_potlac(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                             struct err *err)
{
    struct build b = { .model = m, .store = st, .arena = a, .subject = potlac, .ritual = SV("sync"), .now = now };
    uint32_t n;
    struct leader *leaders = potlac_leaders(m, a, potlac, local_from_seconds(now).date, &n);
    struct sv *refs = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = leaders[i].user->ref;
    int64_t quota = entity_int(potlac, "sync.topicsPerLeader", 1);
    b.scope = scope_of_potlac(m, a, potlac);
    struct agenda *g = build(&b, refs, n, quota < 0 ? 0 : (unsigned)quota, err);
    if (g)
        g->title = arena_printf(a, "%.*s: weekly sync", SV_ARG(potlac->title));
    return g;
}

struct agenda *agenda_checkup(const struct model *m, struct store *st, struct arena *a, const struct entity *ownership, int64_t now,
                              struct err *err)
{
    struct build b = { .model = m, .store = st, .arena = a, .subject = ownership, .ritual = SV("checkup"), .now = now };
    struct sv owners[2];
    uint32_t n = ownership_owners(m, a, ownership, owners);
    const struct entity *service = model_find(m, model_full_ref(a, entity_text(ownership, "service"), "component", ownership->ns));
    b.scope = scope_of_ownership(m, a, ownership);
    struct agenda *g = build(&b, owners, n, 0, err);
    if (g)
        g->title = arena_printf(a, "%.*s: checkup", SV_ARG(service ? service->title : ownership->title));
    return g;
}
