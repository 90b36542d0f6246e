/* Series as objects of a calendar. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/caldav_series.h"

#include "people/ical.h"
#include "people/ics_recur.h"

#define DAY        86400
#define ZONE_YEARS 5

static const char *const day_names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

struct sv caldav_canonical(struct arena *a, const struct series *s, int64_t epoch, int64_t generation, struct sv apart)
{
    struct sv base = series_canonical(a, s, epoch);
    if (generation)
        base = arena_printf(a, "%.*s.%lld", SV_ARG(base), (long long)generation);
    return apart.n ? arena_printf(a, "%.*s@%.*s", SV_ARG(base), SV_ARG(apart)) : base;
}

struct ics_component *caldav_master(const struct ics_component *calendar)
{
    for (uint32_t i = 0; calendar && i < calendar->child_count; i++)
        if (ics_is(calendar->children[i], "VEVENT") && !ics_find(calendar->children[i], "RECURRENCE-ID"))
            return calendar->children[i];
    return NULL;
}

bool caldav_is_ended(const struct ics_component *calendar)
{
    struct sv rule = ics_get(caldav_master(calendar), "RRULE");
    return rule.p && sv_find(rule, SV("UNTIL="), 0) != SIZE_MAX;
}

struct ics_component *caldav_zone(struct arena *a, const struct zone *z, int64_t from, int64_t until)
{
    struct strbuf text = STRBUF_IN(a);
    strbuf_adds(&text, "BEGIN:VCALENDAR\r\n");
    ical_vtimezone(&text, z, from, until);
    strbuf_adds(&text, "END:VCALENDAR\r\n");
    struct ics_component *c = ics_read(a, strbuf_sv(&text), ICS_OBJECT_MAX, NULL);
    return c ? c->children[0] : NULL;
}

/* ---- lines ---- */

static struct sv local_text(struct arena *a, struct local_time t)
{
    return arena_printf(a, "%04d%02d%02dT%02d%02d%02d", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
}

static void add_time(struct arena *a, struct ics_component *c, const char *name, struct sv zone, struct local_time t)
{
    struct strbuf head = STRBUF_IN(a);
    strbuf_adds(&head, name);
    ical_param(&head, "TZID", zone);
    ics_add(a, c, strbuf_sv(&head), local_text(a, t));
}

static void add_text(struct arena *a, struct ics_component *c, const char *name, struct sv text)
{
    struct strbuf value = STRBUF_IN(a);
    ical_escape(&value, text);
    ics_add(a, c, sv_of(name), value.n ? strbuf_sv(&value) : SV(""));
}

static struct sv utc_text(struct arena *a, int64_t at)
{
    struct sv text = local_text(a, local_from_seconds(at));
    return arena_printf(a, "%.*sZ", SV_ARG(text));
}

static int64_t utc_of(const struct zone *z, struct local_time t)
{
    int64_t at;
    zone_to_utc(z, t, &at);
    return at;
}

static void add_names(struct strbuf *out, const struct meeting *m)
{
    for (uint32_t i = 0; i < m->attendee_count; i++) {
        struct sv ref = m->attendees[i];
        size_t slash = sv_rfind_char(ref, '/');
        strbuf_adds(out, i == 0 ? "With " : i + 1 == m->attendee_count ? " and " : ", ");
        strbuf_add(out, slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n));
    }
}

static void add_guest(struct arena *a, struct ics_component *e, const struct guest *g)
{
    struct strbuf head = STRBUF_IN(a);
    struct sv mail = arena_printf(a, "mailto:%.*s", SV_ARG(g->mail));
    if (g->organizer) {
        strbuf_adds(&head, "ORGANIZER");
        ical_param(&head, "CN", g->name);
        ics_add(a, e, arena_dup(a, strbuf_sv(&head)), mail);
        strbuf_reset(&head);
    }
    strbuf_adds(&head, "ATTENDEE");
    ical_param(&head, "CN", g->name);
    strbuf_adds(&head, g->organizer ? ";PARTSTAT=ACCEPTED" : ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE");
    if (g->told && !g->organizer)
        strbuf_adds(&head, ";SCHEDULE-AGENT=NONE");
    ics_add(a, e, strbuf_sv(&head), mail);
}

/* What a meeting is, but for its time. */
static void add_meeting(struct arena *a, struct ics_component *e, const struct caldav_copy *c, const struct meeting *m)
{
    struct strbuf text = STRBUF_IN(a);
    add_text(a, e, "SUMMARY", m->summary);
    strbuf_adds(&text, BLOCK_BEGIN "\n");
    add_names(&text, m);
    if (m->description.n)
        strbuf_addf(&text, "\n\n%.*s", SV_ARG(m->description));
    strbuf_adds(&text, "\n" BLOCK_END);
    add_text(a, e, "DESCRIPTION", strbuf_sv(&text));
    if (m->location.n)
        add_text(a, e, "LOCATION", m->location);
    ics_add(a, e, SV("CLASS"), m->private ? SV("PRIVATE") : SV("PUBLIC"));
    ics_add(a, e, SV("STATUS"), SV("CONFIRMED"));
    ics_add(a, e, SV("TRANSP"), SV("OPAQUE"));
    ics_add(a, e, SV("X-POTLAC-OWNER"), c->installation);
    for (uint32_t i = 0; i < c->guest_count; i++)
        add_guest(a, e, &c->guests[i]);
}

/* ---- an object being made ---- */

struct making {
    struct arena *arena;
    const struct caldav_copy *copy;
    const struct series *series;
    const struct meeting *meeting; /* the one in force */
    const struct zone *zone;
    const struct ics_component *before;
    int64_t now;
    struct ics_component *calendar, *master;
};

static struct ics_component *add_event(struct making *k)
{
    struct ics_component *e = ics_new(k->arena, SV("VEVENT"));
    ics_add(k->arena, e, SV("UID"), k->copy->uid);
    ics_add_child(k->arena, k->calendar, e);
    return e;
}

static void begin_calendar(struct making *k)
{
    k->calendar = ics_new(k->arena, SV("VCALENDAR"));
    ics_add(k->arena, k->calendar, SV("VERSION"), SV("2.0"));
    ics_add(k->arena, k->calendar, SV("PRODID"), SV("-//potlac//calendar//EN"));
    ics_add(k->arena, k->calendar, SV("CALSCALE"), SV("GREGORIAN"));
}

static void add_span(struct making *k, struct ics_component *e, struct sv zone_named, const struct zone *z, struct local_time start,
                     int64_t minutes)
{
    add_time(k->arena, e, "DTSTART", zone_named, start);
    int64_t end = utc_of(z, start) + minutes * 60;
    struct local_time wall = zone_to_local(z, end);
    if (utc_of(z, wall) == end)
        add_time(k->arena, e, "DTEND", zone_named, wall);
    else /* the wall time comes twice, and would be read as the first */
        ics_add(k->arena, e, SV("DTEND"), utc_text(k->arena, end));
}

static bool is_attended(const struct making *k, const struct occurrence *o)
{
    return !o->cancelled && o->epoch >= k->copy->since && o->epoch <= k->copy->epoch &&
           meeting_attends(&k->series->meetings[o->meeting], k->copy->user);
}

static const struct occurrence *of_week(const struct making *k, struct sv id)
{
    for (uint32_t i = 0; i < k->series->occurrence_count; i++)
        if (sv_eq(k->series->occurrences[i].id, id))
            return &k->series->occurrences[i];
    return NULL;
}

static struct local_time slot_on(const struct cadence *c, int64_t monday)
{
    return (struct local_time){ date_from_days(monday + c->weekday), (uint8_t)c->hour, (uint8_t)c->minute, 0 };
}

/* Monday of an id such as "2027-W09". */
static int64_t monday_of_id(struct sv id)
{
    int64_t year = 0, week = 0;
    sv_to_int(sv_slice(id, 0, 4), &year);
    sv_to_int(sv_slice(id, 6, id.n), &week);
    return date_to_days(iso_week_monday((int)year, (int)week));
}

/* The slot of the first meeting: the recorded one, or the first that is ahead. */
static bool first_slot(const struct making *k, struct local_time *out_t)
{
    const struct ics_line *l = ics_find(caldav_master(k->before), "DTSTART");
    struct ics_when w;
    if (l && ics_when(l, l->value, k->zone, &w)) {
        *out_t = w.local;
        return true;
    }
    for (uint32_t i = 0; i < k->series->occurrence_count; i++) {
        const struct occurrence *o = &k->series->occurrences[i];
        if (!is_attended(k, o) || occurrence_at(k->series, o) <= k->now)
            continue;
        *out_t = slot_on(&k->series->cadence, monday_of_id(o->id));
        return true;
    }
    return false;
}

static void add_override(struct making *k, const struct occurrence *o, struct local_time slot)
{
    const struct meeting *m = &k->series->meetings[o->meeting];
    const struct zone *z = zone_find(m->zone, NULL);
    struct ics_component *e = add_event(k);
    add_time(k->arena, e, "RECURRENCE-ID", zone_name(k->zone), slot);
    add_span(k, e, zone_name(z ? z : k->zone), z ? z : k->zone, o->start, m->minutes);
    add_meeting(k->arena, e, k->copy, m);
}

/* Exceptions of a slot that is over stay what they were. */
static void keep_past(struct making *k)
{
    const struct ics_component *master = caldav_master(k->before);
    struct ics_when w;
    for (uint32_t i = 0; master && i < master->line_count; i++) {
        const struct ics_line *l = &master->lines[i];
        if (sv_eq_nocase(l->name, SV("EXDATE")) && ics_when(l, l->value, k->zone, &w) && w.at <= k->now)
            ics_add(k->arena, k->master, l->head, l->value);
    }
    for (uint32_t i = 0; k->before && i < k->before->child_count; i++) {
        const struct ics_line *id = ics_find(k->before->children[i], "RECURRENCE-ID");
        if (id && ics_when(id, id->value, k->zone, &w) && w.at <= k->now)
            ics_add_child(k->arena, k->calendar, ics_copy(k->arena, k->before->children[i]));
    }
}

static void add_exceptions(struct making *k, struct local_time first)
{
    const struct series *s = k->series;
    int64_t last = date_to_days(local_from_seconds(k->now).date) + (WEEKS_AHEAD - 1) * 7LL;
    int64_t monday = date_to_days(first.date) - date_weekday(first.date);
    for (; monday + s->cadence.weekday <= last; monday += 7LL * s->cadence.every) {
        struct local_time slot = slot_on(&s->cadence, monday);
        struct sv id = series_week_id(k->arena, monday);
        const struct occurrence *o = of_week(k, id);
        int64_t at;
        if (zone_to_utc(k->zone, slot, &at) == LOCAL_GAP || at <= k->now)
            continue;
        if (!o || !is_attended(k, o))
            add_time(k->arena, k->master, "EXDATE", zone_name(k->zone), slot);
        else if (local_to_seconds(o->start) != local_to_seconds(slot) || s->meetings[o->meeting].minutes != k->meeting->minutes)
            add_override(k, o, slot);
    }
}

static struct sv rule_text(struct arena *a, const struct cadence *c)
{
    struct sv every = c->every > 1 ? arena_printf(a, ";INTERVAL=%d", c->every) : SV("");
    return arena_printf(a, "FREQ=WEEKLY%.*s;BYDAY=%s", SV_ARG(every), day_names[c->weekday]);
}

static void add_zones(struct making *k)
{
    struct ics_component *e = k->master;
    struct ics_when w;
    const struct ics_line *l = ics_find(e, "DTSTART");
    if (!ics_when(l, l->value, k->zone, &w))
        return;
    /* whole days, and far enough that the object need not change for it */
    int64_t from = w.at - w.at % DAY - 7 * DAY;
    struct ics_component *z = caldav_zone(k->arena, k->zone, from, from + ZONE_YEARS * 366LL * DAY);
    if (z)
        ics_add_child(k->arena, k->calendar, z);
}

static struct ics_component *make_series(struct making *k)
{
    struct local_time first;
    if (!first_slot(k, &first))
        return NULL;
    begin_calendar(k);
    k->master = add_event(k);
    add_span(k, k->master, zone_name(k->zone), k->zone, first, k->meeting->minutes);
    ics_add(k->arena, k->master, SV("RRULE"), rule_text(k->arena, &k->series->cadence));
    add_meeting(k->arena, k->master, k->copy, k->meeting);
    add_zones(k);
    keep_past(k);
    add_exceptions(k, first);
    return k->calendar;
}

static struct ics_component *make_once(struct making *k)
{
    const struct occurrence *o = of_week(k, SV("once"));
    if (!o || !is_attended(k, o))
        return NULL;
    begin_calendar(k);
    k->master = add_event(k);
    add_span(k, k->master, zone_name(k->zone), k->zone, o->start, k->meeting->minutes);
    add_meeting(k->arena, k->master, k->copy, k->meeting);
    add_zones(k);
    return k->calendar;
}

/* ---- ending ---- */

/* The last slot of a rule that is over, or that stands although the series went on without it; false: there is none. */
static bool last_slot(const struct making *k, const struct ics_rule *r, const struct ics_when *start, int64_t *out_at)
{
    struct ics_when *list;
    uint32_t n;
    bool found = false;
    if (!ics_rule_expand(k->arena, r, start, start->at, k->now + 7 * DAY, 5000, &list, &n, NULL))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        int64_t day = date_to_days(list[i].local.date), monday = day - date_weekday(list[i].local.date);
        const struct occurrence *o = of_week(k, series_week_id(k->arena, monday));
        bool stands = o && is_attended(k, o) && occurrence_at(k->series, o) == list[i].at;
        if (list[i].at <= k->now || stands)
            *out_at = list[i].at, found = true;
    }
    return found;
}

static struct ics_component *end_object(struct making *k)
{
    const struct ics_component *old = caldav_master(k->before);
    const struct ics_line *l = ics_find(old, "DTSTART"), *rrule = ics_find(old, "RRULE");
    struct ics_when start, w;
    struct ics_rule rule;
    int64_t last;
    if (!l || !ics_when(l, l->value, k->zone, &start))
        return NULL;
    if (!rrule)
        return start.at <= k->now ? ics_copy(k->arena, k->before) : NULL;
    if (!ics_rule_read(rrule->value, start.zone, &rule, NULL))
        return NULL;
    if (rule.has_until)
        return ics_copy(k->arena, k->before);
    if (!last_slot(k, &rule, &start, &last))
        return NULL;
    k->calendar = ics_copy(k->arena, k->before);
    k->master = caldav_master(k->calendar);
    struct sv until = utc_text(k->arena, last);
    ics_find(k->master, "RRULE")->value = arena_printf(k->arena, "%.*s;UNTIL=%.*s", SV_ARG(rrule->value), SV_ARG(until));
    struct ics_component *plain = ics_copy(k->arena, k->master);
    ics_remove(plain, "EXDATE");
    for (uint32_t i = 0; i < k->master->line_count; i++) {
        const struct ics_line *x = &k->master->lines[i];
        if (sv_eq_nocase(x->name, SV("EXDATE")) && ics_when(x, x->value, k->zone, &w) && w.at <= last)
            ics_add(k->arena, plain, x->head, x->value);
    }
    *k->master = *plain;
    for (uint32_t i = k->calendar->child_count; i-- > 0;) {
        const struct ics_line *id = ics_find(k->calendar->children[i], "RECURRENCE-ID");
        if (id && ics_when(id, id->value, k->zone, &w) && w.at > last)
            ics_remove_child(k->calendar, k->calendar->children[i]);
    }
    return k->calendar;
}

struct ics_component *caldav_wanted(struct arena *a, const struct caldav_copy *c, const struct ics_component *before, int64_t now)
{
    const struct series *s = c->series;
    struct making k = { .arena = a, .copy = c, .series = s, .before = before, .now = now };
    k.meeting = &s->meetings[s->meeting_count - 1];
    k.zone = zone_find(s->cadence.zone, NULL);
    if (!k.zone)
        k.zone = zone_find(SV("UTC"), NULL); /* a zone may leave the system after it was recorded */
    bool current = !s->ended && s->epoch == c->epoch && meeting_attends(k.meeting, c->user);
    if (!current)
        return before ? end_object(&k) : NULL;
    if (!s->cadence.once)
        return make_series(&k);
    const struct ics_line *l = ics_find(caldav_master(before), "DTSTART");
    struct ics_when w;
    if (l && ics_when(l, l->value, k.zone, &w) && w.at <= now)
        return ics_copy(a, before); /* what was is never changed */
    return make_once(&k);
}

uint32_t caldav_ahead(struct arena *a, const struct ics_component *calendar, int64_t now, uint32_t most)
{
    const struct ics_component *master = caldav_master(calendar);
    const struct ics_line *rrule = ics_find(master, "RRULE");
    struct ics_when start, *list;
    struct ics_rule rule;
    int64_t seconds;
    uint32_t n;
    if (!master || !ics_span(master, NULL, &start, &seconds))
        return 0;
    if (!rrule)
        return start.at > now;
    if (!ics_rule_read(rrule->value, start.zone, &rule, NULL) ||
        !ics_rule_expand(a, &rule, &start, now + 1, now + WEEKS_AHEAD * 7LL * DAY, 10000, &list, &n, NULL))
        return most;
    return n < most ? n : most;
}
