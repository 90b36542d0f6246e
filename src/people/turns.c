/* Where zones are too far apart for one hour that suits all: each leader has the bad hour in turn, if the Potlac says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/plan.h"

/* Working days of who has the bad hour reach from 7 to 21 that week. */
#define EARLIEST (7 * 60)
#define LATEST   (21 * 60)

static bool is_at(const struct slot *s, int minute) { return s->found && minute == s->weekday * 1440 + s->hour * 60 + s->minute; }

/* Is it outside the hours of one of them, in the weeks that are scored? */
static bool is_outside(const struct slot_ask *ask, const struct availability *who, int minute)
{
    for (int week = 1; week <= SCORED_WEEKS; week++) {
        int32_t first, count;
        if (wall_span(ask->wall, week, minute, ask->minutes, &first, &count) && availability_at(who, first, count, ask->minutes) == OUTSIDE)
            return true;
    }
    return false;
}

/* The time at which a leader had the bad hour before. */
static void recall_turn(const struct ritual *r, uint32_t leader, struct slot_ask *ask)
{
    ask->held_weekday = ask->held_time = -1;
    for (uint32_t i = 0; r->held && i < r->held->week_count; i++) {
        int minute = r->held->weeks[i].minute;
        if (r->held->weeks[i].cancelled || !is_outside(ask, r->ask.people[leader], minute))
            continue;
        ask->held_weekday = minute / 1440, ask->held_time = minute % 1440;
        if (slot_holds(ask))
            return;
        ask->held_weekday = ask->held_time = -1;
    }
}

/* Slots in which all others are within their hours and one leader is not. */
static uint32_t find_turns(struct people_plan *p, struct ritual *r, bool published)
{
    uint32_t found = 0;
    r->turns = ARENA_ARRAY(p->arena, struct slot, r->ask.count);
    r->wide = ARENA_ARRAY(p->arena, struct availability *, r->ask.count);
    for (uint32_t i = 0; i < r->ask.count; i++) {
        struct slot_ask ask = r->ask;
        ask.people = ARENA_ARRAY(p->arena, struct availability *, ask.count);
        for (uint32_t k = 0; k < ask.count; k++)
            ask.people[k] = r->ask.people[k];
        r->wide[i] = ask.people[i] = roster_widened(p->roster, r->ask.people[i], EARLIEST, LATEST);
        recall_turn(r, i, &ask);
        if (published && ask.held_time < 0)
            continue;
        ask.settled = ask.held_time >= 0;
        r->turns[i] = slot_find(p->arena, &ask);
        found += r->turns[i].found;
    }
    return found;
}

static uint32_t recorded_turn(const struct ritual *r, int64_t monday)
{
    for (uint32_t i = 0; r->held && i < r->held->week_count; i++) {
        if (r->held->weeks[i].monday != monday || r->held->weeks[i].cancelled)
            continue;
        for (uint32_t k = 0; k < r->ask.count; k++)
            if (is_at(&r->turns[k], r->held->weeks[i].minute))
                return k;
    }
    return r->ask.count;
}

/* Is it rather the turn of one than of another? */
static bool goes_before(const unsigned *had, uint32_t one, uint32_t other)
{
    return had[one] != had[other] ? had[one] < had[other] : one < other;
}

/* Who had it least often, of the weeks that are recorded and those planned so far; what was published stays. */
static void take_turns(struct people_plan *p, struct ritual *r)
{
    unsigned *had = ARENA_ARRAY(p->arena, unsigned, r->ask.count + 1);
    int64_t zero = date_to_days(p->monday);
    for (int week = -8; week < HORIZON_WEEKS; week++) {
        uint32_t turn = recorded_turn(r, zero + week * 7);
        if (week >= 0 && !(r->ask.weeks >> week & 1))
            continue;
        for (uint32_t i = 0; week >= 0 && i < r->ask.count && turn == r->ask.count; i++) {
            bool least = r->turns[i].found;
            for (uint32_t k = 0; k < r->ask.count && least; k++)
                least = !r->turns[k].found || !goes_before(had, k, i);
            if (least)
                turn = i;
        }
        had[turn]++;
        if (week >= 0)
            r->turn_of[week] = (uint8_t)turn;
    }
}

bool plan_find_turns(struct people_plan *p, struct ritual *r, bool published)
{
    if (!r->rotates || r->kind != RITUAL_SYNC || find_turns(p, r, published) == 0) {
        r->turns = NULL;
        return false;
    }
    struct strbuf who = STRBUF_IN(p->arena);
    take_turns(p, r);
    for (uint32_t i = 0; i < r->ask.count; i++) {
        const struct slot *s = &r->turns[i];
        if (!s->found)
            continue;
        if (!r->slot.found)
            r->slot = *s;
        strbuf_addf(&who, "%s%.*s %.*s", who.n ? "; " : "", SV_ARG(short_name(r->ask.people[i]->ref)), SV_ARG(s->why));
    }
    r->note =
        arena_printf(p->arena, "no hour is within everybody's hours, so one after the other has a bad one: %.*s", SV_ARG(strbuf_sv(&who)));
    return true;
}
