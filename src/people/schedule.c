/* Times: first what is declared, then what people are used to and still holds, then the rest in order; and then, week by week, what cannot
 * be at its usual time. What was published is booked before anything new is looked for, so that nobody moves for somebody else's absence.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/plan.h"

#define NO_TIME (-1)

/* ---- who is there ---- */

struct attendance {
    uint32_t here, away, taken, outside;
    bool skipped_by_clocks;
};

static struct attendance attendance_at(const struct ritual *r, int week, int minute)
{
    struct attendance t = { 0 };
    int32_t first, count;
    if (!wall_span(r->ask.wall, week, minute, r->ask.minutes, &first, &count)) {
        t.skipped_by_clocks = true;
        return t;
    }
    for (uint32_t i = 0; i < r->ask.count; i++) {
        enum presence is = availability_at(r->ask.people[i], first, count, r->ask.minutes);
        bool bears = r->turns && r->turn_of[week] == i && bits_all(r->wide[i]->open, first, count);
        if (is == OUTSIDE && bears) /* whose turn it is to come at a bad hour */
            is = bits_any(r->ask.people[i]->busy, first, count) ? TAKEN : HERE;
        t.here += is == HERE;
        t.taken += is == TAKEN;
        t.outside += is == OUTSIDE;
        t.away += is == AWAY;
    }
    return t;
}

static bool is_declared(const struct ritual *r) { return r->ask.weekday >= 0 && r->ask.time >= 0; }

/* Enough of them, and nobody is asked to come outside their hours or to be in two places; unless people themselves declared the time. */
static bool can_meet(const struct ritual *r, const struct attendance *t, bool trusted)
{
    if (t->skipped_by_clocks)
        return false;
    if (trusted)
        return r->ask.count - t->away >= r->need;
    return t->here >= r->need && !t->taken && !t->outside;
}

/* "eva and li away", "ines outside her hours" ... */
static struct sv reason(struct people_plan *p, const struct ritual *r, int week, int minute)
{
    static const char *const words[] = { [TAKEN] = "in another meeting", [OUTSIDE] = "outside working hours", [AWAY] = "away" };
    struct strbuf out = STRBUF_IN(p->arena);
    int32_t first, count;
    if (!wall_span(r->ask.wall, week, minute, r->ask.minutes, &first, &count))
        return SV("the clocks skip that time");
    for (int kind = AWAY; kind >= TAKEN; kind--) {
        unsigned n = 0;
        for (uint32_t i = 0; i < r->ask.count; i++) {
            if ((int)availability_at(r->ask.people[i], first, count, r->ask.minutes) != kind)
                continue;
            strbuf_addf(&out, "%s%.*s", n++ ? " and " : out.n ? ", " : "", SV_ARG(short_name(r->ask.people[i]->ref)));
        }
        if (n)
            strbuf_addf(&out, " %s", words[kind]);
    }
    return strbuf_sv(&out);
}

/* A holiday of all those who live in the anchor zone. */
static bool is_anchor_holiday(const struct ritual *r, int week, int minute)
{
    int day = week * 7 + minute / 1440;
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->ask.count; i++) {
        if (r->ask.people[i]->wall != r->ask.wall)
            continue;
        if (r->ask.people[i]->days[day] != DAY_HOLIDAY)
            return false;
        n++;
    }
    return n > 0;
}

/* ---- booking ---- */

static void book(struct ritual *r, int week, int minute)
{
    int32_t first, count;
    if (!wall_span(r->ask.wall, week, minute, r->ask.minutes, &first, &count))
        return;
    for (uint32_t i = 0; i < r->ask.count; i++)
        if (availability_at(r->ask.people[i], first, count, r->ask.minutes) != AWAY)
            availability_book(r->ask.people[i], first, count, r->ask.minutes);
}

static int base_minute(const struct people_plan *p, const struct ritual *r, int week)
{
    const struct slot *s = r->turns ? &r->turns[r->turn_of[week]] : r->other.found && (p->number + week) % 2 ? &r->other : &r->slot;
    return s->weekday * 1440 + s->hour * 60 + s->minute;
}

static void meet(struct people_plan *p, struct ritual *r, int week, int minute, struct sv why)
{
    bool usual = minute == base_minute(p, r, week);
    book(r, week, minute);
    r->weeks[week] = (struct ritual_week){ usual ? WEEK_MEETS : WEEK_MOVED, minute, usual ? SV_NONE : why };
}

static void skip(struct ritual *r, int week, struct sv why) { r->weeks[week] = (struct ritual_week){ WEEK_SKIPPED, NO_TIME, why }; }

static int held_minute(const struct people_plan *p, const struct ritual *r, int week)
{
    int64_t monday = date_to_days(p->monday) + week * 7;
    for (uint32_t i = 0; r->held && i < r->held->week_count; i++)
        if (r->held->weeks[i].monday == monday && !r->held->weeks[i].cancelled)
            return r->held->weeks[i].minute;
    return NO_TIME;
}

static bool moved_by_hand(const struct people_plan *p, const struct ritual *r, int week)
{
    int64_t monday = date_to_days(p->monday) + week * 7;
    for (uint32_t i = 0; r->held && i < r->held->week_count; i++)
        if (r->held->weeks[i].monday == monday && r->held->weeks[i].by_hand)
            return true;
    return false;
}

/* Nothing changed of those who attend: who else makes room moves nobody. */
static bool is_unchanged(const struct ritual *r)
{
    bool as_declared = is_declared(r) && r->held && r->held->weekday == r->ask.weekday && r->held->time == r->ask.time;
    return (r->was_held || as_declared) && r->held->inputs == ritual_inputs(r);
}

/* A week that was published without it, though it was its turn, stays so while nothing of theirs changed: others who make room move nobody.
 */
static bool stays_out(const struct people_plan *p, const struct ritual *r, int week)
{
    int64_t last = 0, monday = date_to_days(p->monday) + week * 7;
    if (!is_unchanged(r) || week == 0 || !(r->planned_before >> week & 1))
        return false;
    for (uint32_t i = 0; i < r->held->week_count; i++) {
        bool is = !r->held->weeks[i].cancelled;
        if (is && r->held->weeks[i].monday == monday)
            return false;
        last = is && r->held->weeks[i].monday > last ? r->held->weeks[i].monday : last;
    }
    return monday < last;
}

static bool has_passed(const struct people_plan *p, int week, int minute)
{
    return week == 0 && minute / 1440 < date_weekday(p->ctx->today);
}

static void found_slot(struct ritual *r, struct slot s)
{
    r->slot = s;
    for (uint32_t i = 0; r->ask.is_sync && i < r->ask.count; i++)
        r->ask.people[i]->syncs[s.weekday]++;
}

/* The running week, and occurrences that stand elsewhere than usual because of those who attend: as published, while that holds. */
static void keep_published(struct people_plan *p, struct ritual *r)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        int held = held_minute(p, r, week), usual = base_minute(p, r, week);
        if (held == NO_TIME || !(r->ask.weeks >> week & 1))
            continue;
        if (moved_by_hand(p, r, week)) {
            meet(p, r, week, held, SV("moved by hand in a calendar"));
            continue;
        }
        struct attendance now = attendance_at(r, week, held), at_usual = attendance_at(r, week, usual);
        if (week == 0 && (has_passed(p, week, held) || r->ask.count - now.away >= r->need)) {
            meet(p, r, week, held, SV("published for this week"));
        } else if (week > 0 && held != usual && can_meet(r, &now, false) &&
                   (is_unchanged(r) ||
                    (!can_meet(r, &at_usual, is_declared(r)) && (at_usual.away || at_usual.outside || at_usual.skipped_by_clocks)))) {
            meet(p, r, week, held, arena_printf(p->arena, "%.*s", SV_ARG(reason(p, r, week, usual))));
        }
    }
}

/* The usual time, where it holds. published: in weeks for which it was published already. */
static void keep_usual(struct people_plan *p, struct ritual *r, bool published)
{
    bool is_sync = r->kind == RITUAL_SYNC || r->kind == RITUAL_RETROSPECTIVE;
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        if (!(r->ask.weeks >> week & 1) || r->weeks[week].state != WEEK_NONE)
            continue;
        int usual = base_minute(p, r, week);
        if (published && held_minute(p, r, week) != usual)
            continue;
        struct attendance t = attendance_at(r, week, usual);
        if (stays_out(p, r, week))
            continue;
        if (is_sync && is_anchor_holiday(r, week, usual))
            skip(r, week, arena_printf(p->arena, "holiday in %.*s", SV_ARG(zone_name(r->ask.wall->zone))));
        else if (can_meet(r, &t, is_declared(r)) || has_passed(p, week, usual))
            meet(p, r, week, usual, SV_NONE);
    }
}

/* ---- another time in the same week ---- */

static int first_free(const struct people_plan *p, const struct ritual *r, int week, bool everybody)
{
    bool chosen = r->ask.weekday < 0; /* a day that people declared holds as long as they can come on it */
    int first = chosen ? r->ask.earliest : 0, last = chosen ? r->ask.latest : 4;
    for (int day = first; day <= last; day++)
        for (int time = 0; time + r->ask.minutes <= 1440; time += 15) {
            int minute = day * 1440 + time;
            if (week == 0 && day <= date_weekday(p->ctx->today))
                continue;
            struct attendance t = attendance_at(r, week, minute);
            if (can_meet(r, &t, false) && (!everybody || t.here == r->ask.count))
                return minute;
        }
    return NO_TIME;
}

static void move_or_skip(struct people_plan *p, struct ritual *r)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        if (!(r->ask.weeks >> week & 1) || r->weeks[week].state != WEEK_NONE)
            continue;
        int usual = base_minute(p, r, week), held = held_minute(p, r, week);
        struct sv why = reason(p, r, week, usual);
        struct attendance at_held = { .skipped_by_clocks = true };
        if (held != NO_TIME && week > 0)
            at_held = attendance_at(r, week, held);
        bool out = stays_out(p, r, week);
        int to = can_meet(r, &at_held, false) ? held : out ? NO_TIME : first_free(p, r, week, true);
        if (to == NO_TIME && !out && r->need < r->ask.count)
            to = first_free(p, r, week, false);
        if (to != NO_TIME)
            meet(p, r, week, to, why);
        else
            skip(r, week,
                 why.n ? arena_printf(p->arena, "%.*s, and no other time in that week suits", SV_ARG(why))
                       : SV("left out when it was published"));
    }
}

/* ---- choosing ---- */

/* Two slots that take turns, for those who never have the same hour free two weeks in a row. published: only where they did before. */
static bool find_alternating(struct people_plan *p, struct ritual *r, bool published)
{
    if (r->ask.every != 1 || r->kind != RITUAL_SYNC)
        return false;
    struct slot_ask even = r->ask, odd = r->ask;
    even.weeks &= people_plan_weeks(p, 2, 0);
    odd.weeks &= people_plan_weeks(p, 2, 1);
    odd.held_weekday = odd.held_time = -1;
    for (int week = 1; week < HORIZON_WEEKS && odd.held_time < 0; week++) {
        int held = (p->number + week) % 2 ? held_minute(p, r, week) : NO_TIME;
        if (held != NO_TIME)
            odd.held_weekday = held / 1440, odd.held_time = held % 1440;
    }
    bool same = odd.held_weekday == even.held_weekday && odd.held_time == even.held_time;
    if (published && (same || !slot_holds(&even) || !slot_holds(&odd)))
        return false;
    even.settled = odd.settled = published;
    struct slot a = slot_find(p->arena, &even), b = slot_find(p->arena, &odd);
    if (!a.found || !b.found)
        return false;
    a.why = arena_printf(p->arena, "in even weeks %.*s; in odd weeks %.*s", SV_ARG(a.why), SV_ARG(b.why));
    r->note = SV("no one slot suits ten weeks of twelve, so two take turns");
    found_slot(r, a);
    r->other = b;
    return true;
}

static bool find_short(struct people_plan *p, struct ritual *r, bool published)
{
    if (r->kind != RITUAL_SYNC || r->ask.minutes <= SHORT_SYNC_MINUTES || (published && r->held->minutes != SHORT_SYNC_MINUTES))
        return false;
    struct slot_ask shorter = r->ask;
    shorter.minutes = SHORT_SYNC_MINUTES;
    shorter.settled = published;
    if (published && !slot_holds(&shorter))
        return false;
    struct slot s = slot_find(p->arena, &shorter);
    if (!s.found)
        return false;
    r->note = arena_printf(p->arena, "they have no %d minutes together, but %d", r->ask.minutes, SHORT_SYNC_MINUTES);
    r->ask.minutes = SHORT_SYNC_MINUTES;
    found_slot(r, s);
    return true;
}

static void find_slot(struct people_plan *p, struct ritual *r)
{
    struct slot_ask ask = r->ask;
    const struct ritual *model = r->at_time_of;
    bool beside = model && model->slot.found && ask.held_time < 0;
    if (beside)
        ask.held_weekday = model->slot.weekday, ask.held_time = model->slot.hour * 60 + model->slot.minute, ask.settled = true;
    struct slot s = slot_find(p->arena, &ask);
    if (s.found) {
        found_slot(r, s);
        return;
    }
    if (find_alternating(p, r, false) || find_short(p, r, false) || plan_find_turns(p, r, false))
        return;
    r->slot = s;
}

/* ---- stability ---- */

static uint64_t mix(uint64_t h, uint64_t with) { return (h ^ with) * 0x9e3779b97f4a7c15u ^ (h >> 31); }

uint64_t ritual_inputs(const struct ritual *r)
{
    uint64_t h = sv_hash(zone_name(r->ask.wall->zone));
    h = mix(mix(mix(h, (uint64_t)r->ask.earliest), (uint64_t)r->ask.latest), (uint64_t)r->ask.every);
    for (uint32_t i = 0; i < r->ask.count; i++)
        h = mix(h, r->ask.people[i]->inputs);
    h = mix(h, (uint64_t)r->kind);
    return h ? h >> 1 : 1; /* recorded as a whole number */
}

/* What people are used to is given up for something better only after something of theirs changed, and not twice in four weeks. */
static bool is_settled(const struct people_plan *p, const struct ritual *r)
{
    enum { REST_DAYS = 28 };
    if (!r->held || !r->held->inputs)
        return false;
    return r->held->inputs == ritual_inputs(r) || (r->held->moved_at && date_to_days(p->ctx->today) - r->held->moved_at / DAY < REST_DAYS);
}

static void unbook(struct ritual *r)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        int32_t first, count;
        const struct ritual_week *w = &r->weeks[week];
        if ((w->state != WEEK_MEETS && w->state != WEEK_MOVED) || !wall_span(r->ask.wall, week, w->minute, r->ask.minutes, &first, &count))
            continue;
        for (uint32_t i = 0; i < r->ask.count; i++)
            availability_unbook(r->ask.people[i], first, count, r->ask.minutes);
    }
    for (int week = 0; week < HORIZON_WEEKS; week++)
        r->weeks[week] = (struct ritual_week){ .state = WEEK_NONE };
}

/* Something better by the threshold, among what is free when everybody else keeps theirs. */
static void improve(struct people_plan *p, struct ritual *r)
{
    for (uint32_t i = 0; r->ask.is_sync && i < r->ask.count; i++)
        r->ask.people[i]->syncs[r->slot.weekday]--;
    unbook(r);
    bool makeshift = r->other.found || r->turns || r->ask.minutes < r->asked_minutes;
    struct slot_ask ask = r->ask;
    ask.minutes = r->asked_minutes;
    if (makeshift)
        ask.held_weekday = ask.held_time = -1;
    struct slot s = slot_find(p->arena, &ask);
    if (s.found && makeshift) {
        r->ask.minutes = r->asked_minutes;
        r->other.found = false;
        r->turns = NULL;
        r->note = SV_NONE;
    }
    found_slot(r, s.found ? s : r->slot);
    keep_published(p, r);
    keep_usual(p, r, false);
}

/* As before, in whatever way that was. */
static bool hold(struct people_plan *p, struct ritual *r)
{
    struct slot_ask ask = r->ask;
    ask.settled = true;
    if (slot_holds(&ask)) {
        found_slot(r, slot_find(p->arena, &ask));
        return true;
    }
    return r->held && (find_alternating(p, r, true) || find_short(p, r, true) || plan_find_turns(p, r, true));
}

void plan_place(struct people_plan *p, struct ritual *r)
{
    find_slot(p, r);
    if (!r->slot.found)
        return;
    keep_published(p, r);
    keep_usual(p, r, false);
    move_or_skip(p, r);
}

/* ---- the longest gap of a pair ---- */

static bool is_held(const struct ritual *r, int week) { return r->weeks[week].state == WEEK_MEETS || r->weeks[week].state == WEEK_MOVED; }

static void measure_gap(struct ritual *r)
{
    int last = r->last_met;
    for (int week = 0; week <= HORIZON_WEEKS; week++) {
        if (week < HORIZON_WEEKS && !is_held(r, week))
            continue;
        bool open_end = week == HORIZON_WEEKS && week - last <= SCORED_WEEKS; /* who knows what comes after */
        if (last != ROUNDS_NEVER && !open_end && week - last > r->max_gap && week - last > r->gap_weeks)
            r->gap_from = last, r->gap_weeks = week - last;
        last = week;
    }
}

/* ---- all ---- */

static void place_declared(struct people_plan *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = p->rituals[i];
        r->ask.settled = is_settled(p, r);
        if (!is_declared(r))
            continue;
        found_slot(r, slot_find(p->arena, &r->ask));
        keep_published(p, r);
        keep_usual(p, r, false);
    }
}

static void place_held(struct people_plan *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = p->rituals[i];
        if (r->slot.found || !hold(p, r))
            continue;
        r->was_held = true;
        keep_published(p, r);
        keep_usual(p, r, true);
    }
    for (uint32_t i = 0; i < p->count; i++)
        if (p->rituals[i]->was_held)
            keep_usual(p, p->rituals[i], false);
    plan_handovers(p, true);
    plan_preparations(p, true);
    for (uint32_t i = 0; i < p->count; i++)
        if (p->rituals[i]->was_held && !p->rituals[i]->ask.settled)
            improve(p, p->rituals[i]);
}

void plan_schedule(struct people_plan *p)
{
    place_declared(p);
    place_held(p);
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = p->rituals[i];
        if (r->slot.found)
            continue;
        find_slot(p, r);
        if (r->slot.found) {
            keep_published(p, r);
            keep_usual(p, r, false);
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->rituals[i]->slot.found)
            move_or_skip(p, p->rituals[i]);
        if (p->rituals[i]->kind == RITUAL_ONE_ON_ONE)
            measure_gap(p->rituals[i]);
    }
}
