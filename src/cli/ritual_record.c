/* ritual_record: published series beside the events that tell what happened. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ritual_record.h"

#include "base/json.h"

/* An event without a week is of the meeting that it is nearest to. */
#define NEAR_SECONDS (4 * 86400)

struct ritual_event {
    struct sv subject, ritual, week; /* subject: a ritual's title, or whose ritual it is */
    int64_t at;
    enum ritual_fate fate;
};

static const struct data *read_json(struct arena *a, struct sv text)
{
    static const struct data none = { .kind = DATA_MAP };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("the store"), text };
    return text.n && json_read(a, src, NULL, &diags, &doc) ? &doc->root : &none;
}

static bool read_events(struct site *s, struct ritual_record *r, const char *kind, enum ritual_fate fate, struct err *err)
{
    struct event_query q = { .kind = sv_of(kind) };
    struct event *list;
    size_t n;
    if (!store_events(s->store, r->arena, &q, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct data *body = read_json(r->arena, list[i].body);
        struct ritual_event e = { list[i].subject, data_text(data_get(body, "ritual")), data_text(data_get(body, "week")), list[i].at,
                                  fate };
        ARENA_PUSH(r->arena, r->events, r->event_count, r->event_cap, e);
    }
    return true;
}

/* Checkups that the model holds. */
static void read_checkups(struct ritual_record *r)
{
    uint32_t count;
    const struct entity *const *held = model_of_kind(r->model, KIND_CHECKUP, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct sv of = model_full_ref(r->arena, entity_text(held[i], "ownership"), "systemownership", held[i]->ns);
        struct ritual_event e = { .subject = of, .ritual = SV("checkup"), .fate = RITUAL_HELD };
        if (utc_parse(entity_text(held[i], "heldAt"), &e.at))
            ARENA_PUSH(r->arena, r->events, r->event_count, r->event_cap, e);
    }
}

bool ritual_record_read(struct site *s, struct arena *a, struct ritual_record *out, struct err *err)
{
    static const struct {
        const char *kind;
        enum ritual_fate fate;
    } kinds[] = { { "meeting.held", RITUAL_HELD }, { "checkup.held", RITUAL_HELD },       { "chat.held", RITUAL_HELD },
                  { "mock.held", RITUAL_HELD },    { "meeting.skipped", RITUAL_SKIPPED }, { "meeting.missed", RITUAL_MISSED } };
    struct document *docs;
    size_t count;
    *out = (struct ritual_record){ .arena = a, .model = s->model };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!read_events(s, out, kinds[i].kind, kinds[i].fate, err))
            return false;
    read_checkups(out);
    if (!store_list(s->store, a, SV("calendar.series"), &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct series *series;
        if (!series_read(a, read_json(a, docs[i].json), &series, err))
            return err_wrap(err, "the recorded meetings of %.*s", SV_ARG(docs[i].key));
        ARENA_PUSH(a, out->series, out->series_count, out->series_cap, series);
    }
    return true;
}

/* "REF/sync"; of one-on-ones "REF/one-on-one/...". */
static bool is_ritual_of(struct sv title, struct sv subject, struct sv kind)
{
    if (!sv_starts(title, subject) || title.n <= subject.n || title.p[subject.n] != '/')
        return false;
    struct sv rest = sv_slice(title, subject.n + 1, title.n);
    return sv_starts(rest, kind) && (rest.n == kind.n || rest.p[kind.n] == '/');
}

static bool is_about(const struct ritual_event *e, struct sv title, struct sv subject, struct sv kind)
{
    if (sv_eq(e->subject, title) || sv_eq(e->ritual, title))
        return true;
    return sv_eq(e->subject, subject) && (!e->ritual.n || sv_eq(e->ritual, kind) || sv_ends(title, e->ritual));
}

static enum ritual_fate fate_of(const struct ritual_record *r, const struct series *s, const struct occurrence *o, struct sv subject,
                                struct sv kind)
{
    enum ritual_fate fate = RITUAL_MISSED;
    for (uint32_t i = 0; i < r->event_count; i++) {
        const struct ritual_event *e = &r->events[i];
        int64_t apart = e->at - occurrence_at(s, o);
        bool here = e->week.n ? sv_eq(e->week, o->id) : apart > -NEAR_SECONDS && apart < NEAR_SECONDS;
        if (here && is_about(e, s->title, subject, kind))
            fate = e->fate;
    }
    return fate;
}

int64_t ritual_record_count(const struct ritual_record *r, struct sv subject, struct sv kind, enum ritual_fate fate, int64_t now,
                            int64_t seconds, bool *out_known)
{
    int64_t n = 0;
    *out_known = fate == RITUAL_PLANNED;
    for (uint32_t i = 0; i < r->event_count && !*out_known; i++)
        *out_known = r->events[i].at <= now && (sv_eq(r->events[i].subject, subject) || is_ritual_of(r->events[i].subject, subject, kind));
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *s = r->series[i];
        for (uint32_t k = 0; is_ritual_of(s->title, subject, kind) && k < s->occurrence_count; k++) {
            const struct occurrence *o = &s->occurrences[k];
            int64_t at = occurrence_at(s, o);
            if (!o->cancelled && at <= now && at > now - seconds)
                n += fate == RITUAL_PLANNED || fate_of(r, s, o, subject, kind) == fate;
        }
    }
    return n;
}
