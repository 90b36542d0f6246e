/* meetings: names of meetings, and a fold over what was recorded of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/meetings.h"

#include <stdlib.h>

#include "base/json.h"
#include "people/people.h"
#include "people/plan.h"
#include "people/topics.h"

const char *const meeting_states[] = { [MEETING_HELD] = "held", [MEETING_SKIPPED] = "skipped", [MEETING_MISSED] = "missed" };

/* --- weeks --- */

struct sv meeting_week_of(struct arena *a, struct date day)
{
    int year, week;
    date_iso_week(day, &year, &week);
    return arena_printf(a, "%04d-W%02d", year, week);
}

bool meeting_week_parse(struct arena *a, struct sv written, struct sv *out_week, struct date *out_monday)
{
    struct sv year, rest = written;
    int64_t y, w;
    if (!sv_cut(&rest, '-', &year) || rest.n < 2 || (rest.p[0] != 'W' && rest.p[0] != 'w') || !sv_to_int(year, &y) ||
        !sv_to_int(sv_slice(rest, 1, rest.n), &w) || y < 1970 || y > 9999 || w < 1 || w > 53)
        return false;
    *out_monday = iso_week_monday((int)y, (int)w);
    *out_week = meeting_week_of(a, *out_monday);
    struct sv plain = arena_printf(a, "%04d-W%02d", (int)y, (int)w);
    return sv_eq(*out_week, plain); /* not every year has a week 53 */
}

/* --- names --- */

struct finding {
    const struct model *m;
    struct arena *a;
    struct date today;
    struct meeting_name *out;
};

static int by_text(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

static void take_leaders(struct finding *f)
{
    uint32_t n;
    struct leader *leaders = potlac_leaders(f->m, f->a, f->out->subject, f->today, &n);
    f->out->people = ARENA_ARRAY(f->a, struct sv, n + 1);
    f->out->people_count = n;
    for (uint32_t i = 0; i < n; i++)
        f->out->people[i] = leaders[i].user->ref;
}

static bool finish(struct finding *f, const struct entity *subject, struct sv kind, struct sv rest)
{
    struct meeting_name *o = f->out;
    o->subject = subject;
    o->kind = kind;
    o->title = arena_printf(f->a, "%.*s/%.*s%s%.*s", SV_ARG(subject->ref), SV_ARG(kind), rest.n ? "/" : "", SV_ARG(rest));
    if (subject->kind == KIND_SYSTEM_OWNERSHIP) {
        o->people = ARENA_ARRAY(f->a, struct sv, 2);
        o->people_count = ownership_owners(f->m, f->a, subject, o->people);
        o->zone = ownership_zone(f->m, f->a, subject);
        return true;
    }
    o->zone = entity_text(subject, "anchorZone");
    if (!o->people_count)
        take_leaders(f);
    if (o->people_count > 1)
        qsort(o->people, o->people_count, sizeof *o->people, by_text);
    return true;
}

static const struct entity *of_kind(struct finding *f, enum model_kind kind, struct sv name)
{
    const struct entity *e = model_find(f->m, model_full_ref(f->a, name, model_kind_name(kind), SV("default")));
    return e && e->kind == kind ? e : NULL;
}

/* A chat or a rehearsal, by its key meeting. */
static bool find_preparation(struct finding *f, struct sv name, struct sv word)
{
    const struct entity *about = of_kind(f, KIND_KEY_MEETING, name);
    struct sv potlac = about ? model_full_ref(f->a, entity_text(about, "potlac"), "potlac", about->ns) : SV_NONE;
    const struct entity *subject = about ? model_find(f->m, potlac) : NULL;
    if (!subject)
        return false;
    f->out->about = about;
    return finish(f, subject, word, about->ref);
}

/* "search.sync" */
static bool find_dotted(struct finding *f, struct sv written)
{
    static const struct {
        const char *word;
        enum model_kind kind;
    } known[] = { { "sync", KIND_POTLAC },
                  { "retrospective", KIND_POTLAC },
                  { "checkup", KIND_SYSTEM_OWNERSHIP },
                  { "chat", KIND_KEY_MEETING },
                  { "mock", KIND_KEY_MEETING } };
    size_t dot = sv_rfind_char(written, '.');
    struct sv name = sv_slice(written, 0, dot), word = sv_slice(written, dot + 1, written.n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!sv_is(word, known[i].word))
            continue;
        const struct entity *subject = of_kind(f, known[i].kind, name);
        if (known[i].kind == KIND_KEY_MEETING)
            return find_preparation(f, name, word);
        return subject && finish(f, subject, word, SV_NONE);
    }
    return false;
}

/* Two users make the pair that the ritual is named by. */
static bool find_pair(struct finding *f, const struct entity *potlac, struct sv x, struct sv y)
{
    const struct entity *a = of_kind(f, KIND_USER, x), *b = of_kind(f, KIND_USER, y);
    if (!potlac || !a || !b || a == b)
        return false;
    bool in_order = sv_cmp(a->ref, b->ref) < 0;
    f->out->people = ARENA_ARRAY(f->a, struct sv, 2);
    f->out->people_count = 2;
    f->out->people[0] = in_order ? a->ref : b->ref;
    f->out->people[1] = in_order ? b->ref : a->ref;
    return finish(f, potlac, SV("one-on-one"), arena_printf(f->a, "%.*s/%.*s", SV_ARG(f->out->people[0]), SV_ARG(f->out->people[1])));
}

/* "potlac:default/search/one-on-one/user:default/eva/user:default/ines" */
static bool find_full(struct finding *f, struct sv written)
{
    size_t first = sv_find_char(written, '/', 0), second = sv_find_char(written, '/', first + 1);
    struct sv ref = sv_slice(written, 0, second), rest = second == SIZE_MAX ? SV_NONE : sv_slice(written, second + 1, written.n);
    const struct entity *subject = model_find(f->m, ref);
    size_t slash = sv_find_char(rest, '/', 0);
    struct sv kind = slash == SIZE_MAX ? rest : sv_slice(rest, 0, slash);
    struct sv behind = slash == SIZE_MAX ? SV_NONE : sv_slice(rest, slash + 1, rest.n);
    if (!subject || (subject->kind != KIND_POTLAC && subject->kind != KIND_SYSTEM_OWNERSHIP) || !kind.n)
        return false;
    if (sv_is(kind, "one-on-one")) {
        size_t pair = sv_find(behind, SV("/user:"), 0);
        return pair != SIZE_MAX && find_pair(f, subject, sv_slice(behind, 0, pair), sv_slice(behind, pair + 1, behind.n));
    }
    if (sv_is(kind, "chat") || sv_is(kind, "mock"))
        f->out->about = model_find(f->m, behind);
    return finish(f, subject, kind, behind);
}

static bool find_any(struct finding *f, struct sv written)
{
    size_t slash = sv_find_char(written, '/', 0), colon = sv_find_char(written, ':', 0);
    if (colon != SIZE_MAX && slash != SIZE_MAX)
        return find_full(f, written);
    if (slash == SIZE_MAX)
        return find_dotted(f, written);
    struct sv potlac = sv_slice(written, 0, slash), rest = sv_slice(written, slash + 1, written.n), x;
    return sv_cut(&rest, '/', &x) && find_pair(f, of_kind(f, KIND_POTLAC, potlac), x, rest);
}

static bool unknown(struct finding *f, struct sv written, struct err *err)
{
    uint32_t n, k;
    const struct entity *const *potlacs = model_of_kind(f->m, KIND_POTLAC, &n);
    const struct entity *const *ownerships = model_of_kind(f->m, KIND_SYSTEM_OWNERSHIP, &k);
    struct sv *names = ARENA_ARRAY(f->a, struct sv, n + k + 1);
    for (uint32_t i = 0; i < n + k; i++)
        names[i] = arena_printf(f->a, "%.*s.%s", SV_ARG(i < n ? potlacs[i]->name : ownerships[i - n]->name), i < n ? "sync" : "checkup");
    struct sv near = near_names(f->a, written, names, n + k);
    return err_set(err, "there is no meeting '%.*s'%s%.*s%s: POTLAC.sync, OWNERSHIP.checkup, POTLAC/USER/USER, KEYMEETING.chat",
                   SV_ARG(written), near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
}

bool meeting_find(const struct model *m, struct arena *a, struct sv written, struct date today, struct meeting_name *out, struct err *err)
{
    struct finding f = { m, a, today, out };
    *out = (struct meeting_name){ .zone = SV("UTC") };
    if (sv_starts(written, SV("ritual:")))
        written = sv_slice(written, 7, written.n);
    if (!find_any(&f, written))
        return unknown(&f, written, err);
    if (!out->zone.n)
        out->zone = SV("UTC");
    return true;
}

/* --- what is recorded --- */

bool meeting_series(struct store *st, struct arena *a, struct sv title, const struct series **out, struct err *err)
{
    struct sv json;
    struct err problem = { "" };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    struct series *s;
    *out = NULL;
    if (!store_get(st, a, SV("calendar.series"), title, &json, &problem))
        return problem.text[0] == 0 || err_set(err, "%s", problem.text);
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ title, json };
    if (!json_read(a, src, NULL, &diags, &doc))
        return err_set(err, "the recorded meetings of '%.*s' are no JSON", SV_ARG(title));
    if (!series_read(a, &doc->root, &s, err))
        return false;
    *out = s;
    return true;
}

bool meeting_snapshot(struct store *st, struct arena *a, int64_t at, int64_t *out_event, struct err *err)
{
    struct event *events;
    size_t n;
    *out_event = 0;
    if (!store_events(st, a, &(struct event_query){ 0 }, &events, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (events[i].at <= at)
            *out_event = events[i].id;
    return true;
}

static const struct data *body_of(struct arena *a, const struct event *e)
{
    static const struct data none = { .kind = DATA_MAP };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return e->body.n && json_read(a, src, NULL, &diags, &doc) ? &doc->root : &none;
}

/* The kind of an event in the words of a meeting; false: it is of none. */
static bool state_of(struct sv kind, enum meeting_state *out)
{
    static const struct {
        const char *kind;
        enum meeting_state state;
    } known[] = { { "meeting.held", MEETING_HELD }, { "meeting.skipped", MEETING_SKIPPED }, { "meeting.missed", MEETING_MISSED },
                  { "checkup.held", MEETING_HELD }, { "chat.held", MEETING_HELD },          { "mock.held", MEETING_HELD } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sv_is(kind, known[i].kind)) {
            *out = known[i].state;
            return true;
        }
    return false;
}

/* The title where the event says it; else by the subject, which may be the title itself. */
static struct sv title_of(struct arena *a, const struct event *e, const struct data *body)
{
    struct sv ritual = data_text(data_get(body, "ritual"));
    size_t dot = sv_rfind_char(ritual, '.');
    struct sv word = dot == SIZE_MAX ? ritual : sv_slice(ritual, dot + 1, ritual.n);
    if (sv_find_char(ritual, '/', 0) != SIZE_MAX)
        return ritual;
    size_t first = sv_find_char(e->subject, '/', 0);
    if (first != SIZE_MAX && sv_find_char(e->subject, '/', first + 1) != SIZE_MAX)
        return e->subject;
    if (!word.n)
        word = sv_starts(e->kind, SV("checkup.")) || sv_starts(e->subject, SV("systemownership:")) ? SV("checkup") : SV("sync");
    return arena_printf(a, "%.*s/%.*s", SV_ARG(e->subject), SV_ARG(word));
}

static int64_t int_of(const struct data *body, const char *key)
{
    const struct data *d = data_get(body, key);
    return d && d->kind == DATA_INT ? d->i : 0;
}

static struct meeting_record read_record(struct arena *a, const struct event *e, enum meeting_state state)
{
    const struct data *body = body_of(a, e), *list = data_get(body, "attended"), *confirmed = data_get(body, "confirmed");
    struct meeting_record r = { .title = title_of(a, e, body),
                                .week = data_text(data_get(body, "week")),
                                .state = state,
                                .reason = data_text(data_get(body, "reason")),
                                .actor = e->actor,
                                .at = e->at,
                                .event = e->id,
                                .base = int_of(body, "baseSnapshot"),
                                .confirmed = confirmed && confirmed->kind == DATA_BOOL && confirmed->b };
    int64_t at;
    if (utc_parse(data_text(data_get(body, "at")), &at))
        r.at = at;
    if (!r.week.n)
        r.week = meeting_week_of(a, local_from_seconds(r.at).date);
    uint32_t n = list && list->kind == DATA_LIST ? list->count : 0;
    r.attended = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        r.attended[r.attended_count++] = data_text(&list->items[i]);
    return r;
}

void meetings_fold(struct arena *a, const struct event *events, size_t count, struct meetings *out)
{
    struct map last = map_in(a); /* what is recorded again counts in place of what was */
    *out = (struct meetings){ .arena = a };
    struct meeting_record **kept = ARENA_ARRAY(a, struct meeting_record *, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        enum meeting_state state;
        if (!state_of(events[i].kind, &state))
            continue;
        struct meeting_record *r = ARENA_NEW(a, struct meeting_record);
        *r = read_record(a, &events[i], state);
        struct meeting_record *former = map_put(&last, arena_printf(a, "%.*s %.*s", SV_ARG(r->title), SV_ARG(r->week)), r);
        if (former)
            former->event = 0;
        kept[n++] = r;
    }
    for (size_t i = 0; i < n; i++)
        if (kept[i]->event)
            ARENA_PUSH(a, out->items, out->count, out->cap, *kept[i]);
}

bool meetings_read(struct store *st, struct arena *a, struct meetings *out, struct err *err)
{
    struct event *events;
    size_t n;
    if (!store_events(st, a, &(struct event_query){ 0 }, &events, &n, err))
        return false;
    meetings_fold(a, events, n, out);
    return true;
}

const struct meeting_record *meetings_find(const struct meetings *all, struct sv title, struct sv week)
{
    for (uint32_t i = all->count; i-- > 0;)
        if (sv_eq(all->items[i].title, title) && sv_eq(all->items[i].week, week))
            return &all->items[i];
    return NULL;
}

const struct meeting_record *meetings_last_held(const struct meetings *all, struct sv title, int64_t until)
{
    const struct meeting_record *last = NULL;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct meeting_record *r = &all->items[i];
        if (r->state == MEETING_HELD && sv_eq(r->title, title) && r->at <= until && (!last || r->at >= last->at))
            last = r;
    }
    return last;
}

/* --- recording --- */

/* "meeting.held"; of a checkup, chat or rehearsal its own. */
static struct sv event_kind(struct arena *a, const struct meeting_entry *e)
{
    static const char *const own[] = { "checkup", "chat", "mock" };
    for (size_t i = 0; e->state == MEETING_HELD && i < sizeof own / sizeof *own; i++)
        if (sv_is(e->name->kind, own[i]))
            return arena_printf(a, "%s.held", own[i]);
    return arena_printf(a, "meeting.%s", meeting_states[e->state]);
}

static struct sv entry_body(struct arena *a, const struct meeting_entry *e)
{
    struct strbuf out = STRBUF_IN(a), at = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    bool checkup = sv_is(e->name->kind, "checkup") && e->state == MEETING_HELD;
    utc_print(&at, e->at);
    json_open(&j, '{');
    json_kstr(&j, "ritual", e->name->title);
    json_kstr(&j, "week", e->week);
    json_kstr(&j, "at", strbuf_sv(&at));
    if (e->name->about)
        json_kstr(&j, "keyMeeting", e->name->about->ref);
    if (checkup) {
        json_kstr(&j, "ownership", e->name->subject->ref);
        json_kint(&j, "baseSnapshot", e->base);
        json_key(&j, SV("topics"));
        json_open(&j, '{');
        json_kint(&j, "closed", e->closed);
        json_kint(&j, "carried", e->carried);
        json_close(&j, '}');
    }
    if (e->confirmed)
        json_kbool(&j, "confirmed", true);
    if (e->state == MEETING_HELD && !e->confirmed) {
        json_key(&j, SV("attended"));
        json_open(&j, '[');
        for (uint32_t i = 0; i < e->attended_count; i++)
            json_str(&j, e->attended[i]);
        json_close(&j, ']');
    }
    if (e->reason.n)
        json_kstr(&j, "reason", e->reason);
    json_close(&j, '}');
    return strbuf_sv(&out);
}

static bool was_there(const struct meeting_entry *e, struct sv user)
{
    for (uint32_t i = 0; i < e->attended_count; i++)
        if (sv_eq(e->attended[i], user))
            return true;
    return false;
}

/* What somebody who was not there brought comes back next time. */
static bool carry_topics(struct store *st, struct arena *a, struct meeting_entry *e, struct err *err)
{
    uint32_t n;
    struct topic_state *topics = topics_read(e->model, st, a, local_from_seconds(e->now).date, &n, err);
    if (!topics)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *t = topics[i].entity;
        struct sv ritual, by = model_full_ref(a, entity_text(t, "raisedBy"), "user", t->ns);
        bool ours = model_ritual(e->model, entity_text(t, "for"), t->ns, &ritual) == e->name->subject && sv_eq(ritual, e->name->kind);
        if (!ours || topics[i].bot || !topic_is_open(&topics[i]) || was_there(e, by))
            continue;
        struct sv reason = arena_printf(a, "%.*s was not there in %.*s", SV_ARG(ref_short(a, by)), SV_ARG(e->week));
        if (!topic_carry(st, a, t, e->actor, e->now, reason, err))
            return false;
        e->carried++;
    }
    return true;
}

bool meeting_add(struct store *st, struct arena *a, struct meeting_entry *entry, struct err *err)
{
    if (entry->state == MEETING_HELD && !entry->confirmed && !carry_topics(st, a, entry, err))
        return false;
    struct event e = { .at = entry->now,
                       .kind = event_kind(a, entry),
                       .subject = entry->name->about ? entry->name->about->ref : entry->name->subject->ref,
                       .actor = entry->actor,
                       .body = entry_body(a, entry) };
    return store_event_add(st, &e, err);
}
