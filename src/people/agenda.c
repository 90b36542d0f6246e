/* Agendas: what happened since the same people last met, what is coming, and what they brought. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "people/agenda_internal.h"
#include "people/plan.h"

#define PROPOSE_SECONDS (2 * 3600) /* before the meeting: then a machine proposes what nobody brought */
#define ASK_SECONDS     3600       /* then it asks whether to meet at all */

static void add_item(struct agenda_build *b, const char *section, struct sv who, struct sv text, struct sv bot, bool steady)
{
    struct agenda_item item = { who, sv_of(section), text, bot, steady };
    ARENA_PUSH(b->arena, b->g->items, b->g->count, b->g->cap, item);
}

void agenda_add(struct agenda_build *b, const char *section, struct sv text) { add_item(b, section, SV_NONE, text, SV_NONE, false); }
void agenda_add_steady(struct agenda_build *b, const char *section, struct sv text) { add_item(b, section, SV_NONE, text, SV_NONE, true); }

struct sv agenda_short(struct agenda_build *b, struct sv ref)
{
    struct sv s = ref_short(b->arena, ref);
    size_t colon = sv_find_char(s, ':', 0);
    return colon == SIZE_MAX ? s : sv_slice(s, colon + 1, s.n);
}

struct sv agenda_date(struct agenda_build *b, struct date d)
{
    struct strbuf out = STRBUF_IN(b->arena);
    date_print(&out, d);
    return strbuf_sv(&out);
}

struct sv agenda_name(struct agenda_build *b, struct sv ref)
{
    const struct entity *e = model_find(b->model, ref);
    struct sv shown = e ? entity_text(e, "profile.displayName") : SV_NONE;
    return shown.n ? shown : agenda_short(b, ref);
}

const struct data *agenda_body(struct agenda_build *b, const struct event *e)
{
    static const struct data none = { .kind = DATA_MAP };
    struct source *src = ARENA_NEW(b->arena, struct source);
    struct diags diags = diags_in(b->arena);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return e->body.n && json_read(b->arena, src, NULL, &diags, &doc) ? &doc->root : &none;
}

/* ---- the window ---- */

static struct sv title_of(struct agenda_build *b)
{
    return arena_printf(b->arena, "%.*s/%.*s", SV_ARG(b->subject->ref), SV_ARG(b->ritual));
}

/* A checkup that stands in the model's files. */
static int64_t declared_checkup(struct agenda_build *b)
{
    uint32_t count;
    int64_t last = 0, at;
    const struct entity *const *held = model_of_kind(b->model, KIND_CHECKUP, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct sv of = model_full_ref(b->arena, entity_text(held[i], "ownership"), "systemownership", held[i]->ns);
        if (sv_eq(of, b->subject->ref) && utc_parse(entity_text(held[i], "heldAt"), &at) && at <= b->now && at > last)
            last = at;
    }
    return last;
}

bool agenda_in_window(const struct agenda_build *b, const struct event *e)
{
    return (b->base ? e->id > b->base : e->at > b->g->since) && e->at <= b->now;
}

/* What came after the last meeting. A checkup says which event its agenda ended with: who records it late loses nothing. */
static void choose_window(struct agenda_build *b)
{
    const struct meeting_record *last = meetings_last_held(&b->held, title_of(b), b->now);
    int64_t declared = sv_is(b->ritual, "checkup") ? declared_checkup(b) : 0;
    b->g->since = last ? last->at : 0;
    b->base = last ? last->base : 0;
    if (declared > b->g->since) {
        b->g->since = declared;
        b->base = 0;
    }
    b->events = ARENA_ARRAY(b->arena, struct event, b->all_count + 1);
    for (size_t i = 0; i < b->all_count; i++)
        if (agenda_in_window(b, &b->all[i]))
            b->events[b->event_count++] = b->all[i];
}

static void count_confirmations(struct agenda_build *b)
{
    struct sv title = title_of(b);
    for (uint32_t i = b->held.count; i-- > 0;) {
        const struct meeting_record *r = &b->held.items[i];
        if (r->state != MEETING_HELD || !sv_eq(r->title, title) || r->at > b->now)
            continue;
        if (!r->confirmed)
            return;
        b->g->confirmed++;
    }
}

static bool same_people(const struct agenda_build *b, const struct meeting *m)
{
    if (m->attendee_count != b->attendee_count)
        return false;
    for (uint32_t i = 0; i < m->attendee_count; i++)
        if (!sv_eq(m->attendees[i], b->attendees[i]))
            return false;
    return true;
}

/* Two who own several services meet once for all of them, in the calendar under the name of one. */
static bool find_shared(struct agenda_build *b, const struct series **out, struct err *err)
{
    struct sv *titles;
    size_t n;
    if (!store_keys(b->store, b->arena, SV("calendar.series"), &titles, &n, err))
        return false;
    for (size_t i = 0; i < n && !*out; i++) {
        const struct series *s;
        if (!sv_starts(titles[i], SV("systemownership:")) || !sv_ends(titles[i], SV("/checkup")))
            continue;
        if (!meeting_series(b->store, b->arena, titles[i], &s, err))
            return false;
        if (s && !s->ended && s->meeting_count && same_people(b, &s->meetings[s->meeting_count - 1]))
            *out = s;
    }
    return true;
}

/* The next meeting as calendars have it. */
static bool read_when(struct agenda_build *b, struct err *err)
{
    static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };
    const struct series *s;
    b->g->when = SV("not planned yet");
    if (!meeting_series(b->store, b->arena, title_of(b), &s, err))
        return false;
    if ((!s || s->ended) && sv_is(b->ritual, "checkup")) {
        s = NULL;
        if (!find_shared(b, &s, err))
            return false;
    }
    for (uint32_t i = 0; s && i < s->occurrence_count; i++) {
        const struct occurrence *o = &s->occurrences[i];
        if (o->cancelled || occurrence_at(s, o) <= b->now)
            continue;
        b->next = occurrence_at(s, o);
        b->day = o->start.date;
        b->g->when =
            arena_printf(b->arena, "%s %.*s %02d:%02d %.*s", days[date_weekday(o->start.date)], SV_ARG(agenda_date(b, o->start.date)),
                         o->start.hour, o->start.minute, SV_ARG(s->meetings[o->meeting].zone));
        return true;
    }
    return true;
}

/* ---- topics ---- */

/* The absence of a user on the day of the meeting; NULL: they are there. */
static const struct entity *absence_of(struct agenda_build *b, struct sv user)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(b->model, KIND_ABSENCE, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv who = model_full_ref(b->arena, entity_text(all[i], "person"), "user", all[i]->ns);
        bool theirs = sv_eq(sv_slice(who, sv_find_char(who, ':', 0), who.n), sv_slice(user, sv_find_char(user, ':', 0), user.n));
        if (theirs && entity_on(all[i], b->day))
            return all[i];
    }
    return NULL;
}

static void add_topic(struct agenda_build *b, const struct topic_state *t, struct sv who)
{
    struct strbuf text = STRBUF_IN(b->arena);
    struct sv due = entity_text(t->entity, "due");
    const struct entity *away = t->bot ? NULL : absence_of(b, who);
    strbuf_add(&text, entity_text(t->entity, "title"));
    if (due.n)
        strbuf_addf(&text, " (%s %.*s)", t->overdue ? "overdue since" : "due", SV_ARG(due));
    if (t->carried)
        strbuf_addf(&text, t->carried == 1 ? " (carried once)" : " (carried %u times)", t->carried);
    if (away)
        strbuf_addf(&text, " (away until %.*s: comes back next time)", SV_ARG(entity_text(away, "to")));
    add_item(b, "topics", who, strbuf_sv(&text), t->bot ? entity_text(t->entity, "raisedBy") : SV_NONE, false);
}

static bool is_ours(struct agenda_build *b, const struct topic_state *t)
{
    struct sv ritual;
    return topic_is_open(t) && model_ritual(b->model, entity_text(t->entity, "for"), t->entity->ns, &ritual) == b->subject &&
           sv_eq(ritual, b->ritual);
}

/* People's first, what is overdue before the rest; then the machine's. */
static void add_topics(struct agenda_build *b, unsigned quota)
{
    unsigned *brought = ARENA_ARRAY(b->arena, unsigned, b->attendee_count + 1);
    for (int pass = 0; pass < 3; pass++)
        for (uint32_t i = 0; i < b->topic_count; i++) {
            const struct topic_state *t = &b->topics[i];
            int turn = t->bot ? 2 : t->overdue ? 0 : 1;
            if (turn != pass || !is_ours(b, t))
                continue;
            struct sv who = t->bot ? SV_NONE : model_full_ref(b->arena, entity_text(t->entity, "raisedBy"), "user", t->entity->ns);
            for (uint32_t k = 0; k < b->attendee_count; k++)
                brought[k] += sv_eq(b->attendees[k], who);
            add_topic(b, t, who);
        }
    b->g->missing = ARENA_ARRAY(b->arena, struct sv, b->attendee_count + 1);
    for (uint32_t k = 0; k < b->attendee_count; k++)
        if (brought[k] < quota && !absence_of(b, b->attendees[k]))
            b->g->missing[b->g->missing_count++] = b->attendees[k];
}

/* Shortly before a sync a machine proposes, for each leader who brought nothing, what it has found. It counts for nobody. */
static void propose_topics(struct agenda_build *b)
{
    static const char *const sources[] = { "drift", "neighbours", "meetings" };
    uint32_t wanted = b->g->missing_count, found = b->g->count;
    if (!b->next || b->next - b->now > PROPOSE_SECONDS)
        return;
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
        for (uint32_t i = 0; i < found && wanted; i++) {
            struct agenda_item item = b->g->items[i];
            if (!sv_is(item.section, sources[s]))
                continue;
            add_item(b, "topics", SV_NONE, arena_printf(b->arena, "%.*s (proposed)", SV_ARG(item.text)),
                     arena_printf(b->arena, "bot:%s", sources[s]), false);
            wanted--;
        }
}

static void ask_whether_to_meet(struct agenda_build *b)
{
    bool brought = false;
    for (uint32_t i = 0; i < b->g->count; i++)
        brought |= b->g->items[i].who.n > 0;
    if (b->next && b->next - b->now <= ASK_SECONDS && !brought && b->attendee_count)
        b->g->ask = arena_printf(
            b->arena, "No leader has a topic. Meet all the same, or skip it: potlac meeting skipped %.*s.sync --reason 'no topics'",
            SV_ARG(b->subject->name));
}

static void ask_to_confirm(struct agenda_build *b)
{
    b->g->nothing = true;
    for (uint32_t i = 0; i < b->g->count; i++)
        b->g->nothing &= b->g->items[i].steady;
    if (!b->g->nothing)
        return;
    if (!b->g->since)
        b->g->ask = SV("Nothing is recorded, and no topic is open; the first checkup is a meeting all the same.");
    else if (b->g->confirmed >= AGENDA_CONFIRMATIONS)
        b->g->ask = arena_printf(
            b->arena, "Nothing changed, and no topic is open; but that was confirmed %u times in a row: meet this time.", b->g->confirmed);
    else
        b->g->ask = arena_printf(b->arena, "Nothing changed, and no topic is open. Confirm it: potlac checkup confirm %.*s",
                                 SV_ARG(b->subject->name));
}

/* ---- the whole ---- */

static struct agenda *build(struct agenda_build *b, unsigned quota, struct err *err)
{
    b->g = ARENA_NEW(b->arena, struct agenda);
    b->today = b->day = local_from_seconds(b->now).date;
    if (!read_when(b, err) || !store_events(b->store, b->arena, &(struct event_query){ 0 }, &b->all, &b->all_count, err))
        return NULL;
    meetings_fold(b->arena, b->all, b->all_count, &b->held);
    b->topics = topics_fold(b->model, b->arena, b->today, b->all, b->all_count, &b->topic_count);
    choose_window(b);
    add_topics(b, quota);
    agenda_history(b);
    agenda_before(b);
    agenda_ahead(b);
    return b->g;
}

struct agenda *agenda_potlac(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                             struct err *err)
{
    struct agenda_build b = { .model = m, .store = st, .arena = a, .subject = potlac, .ritual = SV("sync"), .now = now };
    uint32_t n;
    struct leader *leaders = potlac_leaders(m, a, potlac, local_from_seconds(now).date, &n);
    struct sv *refs = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = leaders[i].user->ref;
    int64_t quota = entity_int(potlac, "sync.topicsPerLeader", 1);
    b.scope = scope_of_potlac(m, a, potlac);
    b.attendees = refs;
    b.attendee_count = n;
    struct agenda *g = build(&b, quota < 0 ? 0 : (unsigned)quota, err);
    if (!g)
        return NULL;
    g->title = arena_printf(a, "%.*s: weekly sync", SV_ARG(potlac->title));
    propose_topics(&b);
    ask_whether_to_meet(&b);
    return g;
}

struct agenda *agenda_checkup(const struct model *m, struct store *st, struct arena *a, const struct entity *ownership, int64_t now,
                              struct err *err)
{
    struct agenda_build b = { .model = m, .store = st, .arena = a, .subject = ownership, .ritual = SV("checkup"), .now = now };
    struct sv owners[2];
    b.attendee_count = ownership_owners(m, a, ownership, owners);
    b.attendees = owners;
    const struct entity *service = model_find(m, model_full_ref(a, entity_text(ownership, "service"), "component", ownership->ns));
    b.scope = scope_of_ownership(m, a, ownership);
    struct agenda *g = build(&b, 0, err);
    if (!g)
        return NULL;
    g->title = arena_printf(a, "%.*s: checkup", SV_ARG(service ? service->title : ownership->title));
    count_confirmations(&b);
    ask_to_confirm(&b);
    return g;
}
