/* Recorded meetings of a ritual: moving them to what is wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/series.h"

#include <assert.h>
#include <stdlib.h>

#include "people/ical.h"

static const struct zone *zone_of(struct sv name)
{
    const struct zone *z = zone_find(name, NULL);
    return z ? z : zone_find(SV("UTC"), NULL); /* a zone may leave the system after it was recorded */
}

static int64_t utc_of(struct sv zone, struct local_time t)
{
    int64_t at;
    const struct zone *z = zone_of(zone);
    if (!z)
        return local_to_seconds(t);
    zone_to_utc(z, t, &at);
    return at;
}

int64_t occurrence_at(const struct series *s, const struct occurrence *o) { return utc_of(s->meetings[o->meeting].zone, o->start); }

/* Days of the Monday of the week in which an instant falls, in a zone. */
static int64_t monday_of(struct sv zone, int64_t now)
{
    const struct zone *z = zone_of(zone);
    struct date d = (z ? zone_to_local(z, now) : local_from_seconds(now)).date;
    return date_to_days(d) - date_weekday(d);
}

struct sv series_week_id(struct arena *a, int64_t monday)
{
    int year, week;
    date_iso_week(date_from_days(monday), &year, &week);
    return arena_printf(a, "%04d-W%02d", year, week);
}

static bool same_time(struct local_time x, struct local_time y) { return local_to_seconds(x) == local_to_seconds(y); }

bool meeting_attends(const struct meeting *m, struct sv user)
{
    for (uint32_t i = 0; i < m->attendee_count; i++)
        if (sv_eq(m->attendees[i], user))
            return true;
    return false;
}

static bool same_meeting(const struct meeting *x, const struct meeting *y)
{
    if (!sv_eq(x->zone, y->zone) || !sv_eq(x->kind, y->kind) || x->minutes != y->minutes || x->private != y->private)
        return false;
    if (!sv_eq(x->summary, y->summary) || !sv_eq(x->description, y->description) || !sv_eq(x->location, y->location))
        return false;
    if (x->attendee_count != y->attendee_count)
        return false;
    for (uint32_t i = 0; i < x->attendee_count; i++)
        if (!sv_eq(x->attendees[i], y->attendees[i]))
            return false;
    return true;
}

/* Weeks from a fixed Monday at which the cycle stands: two cadences with the same remainder meet in the same weeks. */
static int64_t cycle_offset(const struct cadence *c)
{
    int64_t monday = date_to_days(c->from) - date_weekday(c->from), n = (monday + 3) / 7 + c->phase;
    return ((n % c->every) + c->every) % c->every;
}

bool series_same_pattern(const struct cadence *x, const struct cadence *y)
{
    if (!sv_eq(x->zone, y->zone) || x->once != y->once)
        return false;
    if (x->once)
        return true; /* one moved meeting is no other series */
    return x->weekday == y->weekday && x->hour == y->hour && x->minute == y->minute && x->every == y->every &&
           cycle_offset(x) == cycle_offset(y);
}

static struct series *series_copy(struct arena *a, const struct series *old)
{
    struct series *s = ARENA_NEW(a, struct series);
    *s = *old;
    s->meetings = NULL, s->occurrences = NULL, s->leavers = NULL;
    s->meeting_count = s->occurrence_count = s->leaver_count = 0;
    s->meeting_cap = s->occurrence_cap = s->leaver_cap = 0;
    for (uint32_t i = 0; i < old->meeting_count; i++)
        ARENA_PUSH(a, s->meetings, s->meeting_count, s->meeting_cap, old->meetings[i]);
    for (uint32_t i = 0; i < old->occurrence_count; i++)
        ARENA_PUSH(a, s->occurrences, s->occurrence_count, s->occurrence_cap, old->occurrences[i]);
    for (uint32_t i = 0; i < old->leaver_count; i++)
        ARENA_PUSH(a, s->leavers, s->leaver_count, s->leaver_cap, old->leavers[i]);
    return s;
}

/* Meetings that nothing refers to go, but for the one in force. */
static void drop_unused_meetings(struct arena *a, struct series *s)
{
    uint32_t *moved = ARENA_ARRAY(a, uint32_t, s->meeting_count + 1), kept = 0;
    for (uint32_t i = 0; i < s->meeting_count; i++) {
        bool used = i + 1 == s->meeting_count;
        for (uint32_t j = 0; j < s->occurrence_count && !used; j++)
            used = s->occurrences[j].meeting == i;
        moved[i] = kept;
        if (used)
            s->meetings[kept++] = s->meetings[i];
    }
    for (uint32_t j = 0; j < s->occurrence_count; j++)
        s->occurrences[j].meeting = moved[s->occurrences[j].meeting];
    s->meeting_count = kept;
}

static void trim(struct arena *a, struct series *s, int64_t now)
{
    int64_t oldest = monday_of(s->cadence.zone, now) - WEEKS_BACK * 7;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        struct occurrence *o = &s->occurrences[i];
        bool forgotten = o->cancelled && now - o->stamp > KEEP_CANCELLED_SECONDS;
        if (date_to_days(o->start.date) >= oldest && !forgotten)
            s->occurrences[n++] = *o;
    }
    s->occurrence_count = n;
    n = 0;
    for (uint32_t i = 0; i < s->leaver_count; i++)
        if (now - s->leavers[i].at <= KEEP_CANCELLED_SECONDS)
            s->leavers[n++] = s->leavers[i];
    s->leaver_count = n;
    drop_unused_meetings(a, s);
}

struct series *series_trim(struct arena *a, const struct series *old, int64_t now)
{
    struct series *s = series_copy(a, old);
    trim(a, s, now);
    return s;
}

static void cancel(struct occurrence *o, int64_t now)
{
    if (!o->cancelled)
        o->cancelled = true, o->seq++, o->stamp = now;
}

struct series *series_end(struct arena *a, const struct series *old, int64_t now)
{
    struct series *s = series_copy(a, old);
    if (!s->ended)
        s->ended = true, s->ended_at = now;
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (occurrence_at(s, &s->occurrences[i]) > now)
            cancel(&s->occurrences[i], now);
    trim(a, s, now);
    return s;
}

static struct occurrence *find_occurrence(struct series *s, struct sv id)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (sv_eq(s->occurrences[i].id, id))
            return &s->occurrences[i];
    return NULL;
}

/* When the pattern meets in a week; false: not at all. A wall time that a zone's clocks skip is never used. */
static bool pattern_start(const struct cadence *c, int64_t monday, struct local_time *out_t)
{
    int64_t from_monday = date_to_days(c->from) - date_weekday(c->from), weeks = (monday - from_monday) / 7 - c->phase;
    if (monday < from_monday || weeks < 0 || weeks % c->every != 0 || monday + c->weekday < date_to_days(c->from))
        return false;
    struct local_time t = { date_from_days(monday + c->weekday), (uint8_t)c->hour, (uint8_t)c->minute, 0 };
    const struct zone *z = zone_of(c->zone);
    int64_t at;
    if (z && zone_to_utc(z, t, &at) == LOCAL_GAP)
        return false;
    *out_t = t;
    return true;
}

static int64_t monday_of_date(struct date d) { return date_to_days(d) - date_weekday(d); }

static const struct moved_week *week_move(const struct plan *p, struct sv id)
{
    for (uint32_t i = 0; i < p->move_count; i++)
        if (sv_eq(p->moves[i].week, id))
            return &p->moves[i];
    return NULL;
}

/* The wanted start in a week; false: none. */
static bool planned_start(const struct plan *p, int64_t monday, struct sv id, struct local_time *out_t)
{
    const struct moved_week *move = week_move(p, id);
    if (move) {
        *out_t = move->start;
        return true;
    }
    for (uint32_t i = 0; i < p->skip_count; i++)
        if (sv_eq(p->skip[i], id))
            return false;
    return pattern_start(&p->cadence, monday, out_t);
}

/* What somebody made of a week by hand, where the pattern still has the slot that they moved away from. */
static const struct moved_once *moved_in(const struct plan *p, int64_t monday, struct sv id)
{
    struct local_time slot;
    for (uint32_t i = 0; i < p->moved_count; i++)
        if (sv_eq(p->moved[i].id, id) && pattern_start(&p->cadence, monday, &slot) && same_time(slot, p->moved[i].slot))
            return &p->moved[i];
    return NULL;
}

/* One occurrence towards its wanted start (NULL: none). settled: published for this very week, so its time stands. */
static void settle(struct arena *a, struct series *s, struct sv id, const struct local_time *want, int64_t now, bool settled)
{
    struct local_time slot;
    bool on_pattern =
        want && (s->cadence.once || (pattern_start(&s->cadence, monday_of_date(want->date), &slot) && same_time(slot, *want)));
    struct occurrence *o = find_occurrence(s, id);
    uint32_t current = s->meeting_count - 1;
    if (o && occurrence_at(s, o) <= now)
        return; /* what was is never changed */
    if (!want) {
        if (o)
            cancel(o, now);
        return;
    }
    if (!o) {
        struct occurrence fresh = { .id = id, .start = *want, .meeting = current, .created = now, .stamp = now, .epoch = s->epoch };
        if (utc_of(s->meetings[current].zone, *want) > now)
            ARENA_PUSH(a, s->occurrences, s->occurrence_count, s->occurrence_cap, fresh);
        return;
    }
    const struct meeting *was = &s->meetings[o->meeting], *is = &s->meetings[current];
    bool moved = !same_time(o->start, *want) || !sv_eq(was->zone, is->zone) || was->minutes != is->minutes;
    if (moved && settled && !o->cancelled)
        return;
    if (moved || o->cancelled)
        o->seq++;
    if (moved || o->cancelled || !same_meeting(was, is))
        o->stamp = now;
    /* what stays where another pattern had it stays that pattern's */
    if (moved || o->cancelled || on_pattern)
        o->epoch = s->epoch;
    o->start = *want;
    o->meeting = current;
    o->cancelled = false;
}

static void mark_moved(struct series *s, struct sv id, const struct moved_once *moved, int64_t now)
{
    struct occurrence *o = find_occurrence(s, id);
    if (o && occurrence_at(s, o) > now)
        o->moved = moved != NULL;
}

/* Each id of the future that the new pattern has no place for is cancelled. */
static void cancel_beyond(struct series *s, int64_t last_day, bool once, int64_t now)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        struct occurrence *o = &s->occurrences[i];
        bool foreign = sv_is(o->id, "once") != once || (!once && date_to_days(o->start.date) > last_day);
        if (foreign && occurrence_at(s, o) > now)
            cancel(o, now);
    }
}

static int by_start(const void *x, const void *y)
{
    const struct occurrence *a = x, *b = y;
    int64_t s = local_to_seconds(a->start), t = local_to_seconds(b->start);
    return s != t ? (s < t ? -1 : 1) : sv_cmp(a->id, b->id);
}

static void note_leavers(struct arena *a, struct series *s, const struct meeting *was, const struct meeting *is, int64_t now)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->leaver_count; i++) {
        bool back = false;
        for (uint32_t j = 0; j < is->attendee_count; j++)
            back = back || sv_eq(is->attendees[j], s->leavers[i].user);
        if (!back)
            s->leavers[n++] = s->leavers[i];
    }
    s->leaver_count = n;
    for (uint32_t i = 0; was && i < was->attendee_count; i++) {
        bool stays = false;
        for (uint32_t j = 0; j < is->attendee_count; j++)
            stays = stays || sv_eq(was->attendees[i], is->attendees[j]);
        struct leaver l = { was->attendees[i], now };
        if (!stays)
            ARENA_PUSH(a, s->leavers, s->leaver_count, s->leaver_cap, l);
    }
}

static struct series *series_new(struct arena *a, const struct plan *p)
{
    struct series *s = ARENA_NEW(a, struct series);
    s->title = p->title;
    s->cadence = p->cadence;
    return s;
}

struct series *series_advance(struct arena *a, const struct series *old, const struct plan *p, int64_t now, bool *out_forked)
{
    struct series *s = old ? series_copy(a, old) : series_new(a, p);
    bool forked = old && !old->ended && !series_same_pattern(&old->cadence, &p->cadence);
    if (s->ended) {
        /* within the time its cancellation is shown it comes back as itself; later nobody remembers it, and a UID is never used again */
        if (now - s->ended_at > KEEP_CANCELLED_SECONDS) {
            s->life++;
            s->occurrence_count = 0;
        }
        s->ended = false;
        s->ended_at = 0;
        s->epoch++;
    } else if (forked) {
        s->epoch++;
    }
    if (out_forked)
        *out_forked = forked;
    s->cadence = p->cadence;
    const struct meeting *was = s->meeting_count ? &s->meetings[s->meeting_count - 1] : NULL;
    note_leavers(a, s, was, &p->meeting, now);
    if (!was || !same_meeting(was, &p->meeting))
        ARENA_PUSH(a, s->meetings, s->meeting_count, s->meeting_cap, p->meeting);
    if (p->cadence.once) {
        settle(a, s, SV("once"), &p->cadence.start, now, false);
        cancel_beyond(s, INT64_MAX, true, now);
    } else {
        int64_t monday = monday_of(p->cadence.zone, now);
        for (int w = 0; w <= WEEKS_AHEAD; w++) {
            struct local_time start;
            struct sv id = series_week_id(a, monday + w * 7);
            const struct moved_once *moved = moved_in(p, monday + w * 7, id);
            bool planned = planned_start(p, monday + w * 7, id, &start);
            /* an absence moves it in the running week too */
            settle(a, s, id, moved ? &moved->start : planned ? &start : NULL, now, w == 0 && !moved && !week_move(p, id));
            mark_moved(s, id, moved, now);
        }
        cancel_beyond(s, monday + WEEKS_AHEAD * 7 + 6, false, now);
    }
    trim(a, s, now);
    if (s->occurrence_count)
        qsort(s->occurrences, s->occurrence_count, sizeof *s->occurrences, by_start);
    return s;
}

uint32_t series_ahead(const struct series *s, int64_t now)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        n += !s->occurrences[i].cancelled && occurrence_at(s, &s->occurrences[i]) > now;
    return n;
}

struct sv series_canonical(struct arena *a, const struct series *s, int64_t epoch)
{
    return arena_printf(a, "series:%.*s#%lld", SV_ARG(s->title), (long long)epoch);
}

struct sv occurrence_canonical(struct arena *a, const struct series *s, const struct occurrence *o)
{
    struct sv life = s->life ? arena_printf(a, "#%lld", (long long)s->life) : SV("");
    if (sv_is(o->id, "once"))
        return arena_printf(a, "single:%.*s%.*s", SV_ARG(s->title), SV_ARG(life));
    return arena_printf(a, "single:%.*s/%.*s%.*s", SV_ARG(s->title), SV_ARG(o->id), SV_ARG(life));
}
