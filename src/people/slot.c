/* The choice of a slot. Candidates are the quarters of the anchor zone's wall clock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/slot.h"

#include <stdlib.h>

#define MISSES 3

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

struct candidate {
    int weekday, time, score;
    int weeks, weeks_free;
    int worst, sum; /* minutes outside 09:30-16:30 on their own clock: of the one who has most, and of all; in several zones */
};

/* Quarters at which all could begin: free for as long as it takes, and with room left in the day. */
struct search {
    const struct slot_ask *ask;
    uint64_t starts[HORIZON_WORDS];
    bool several_zones;
};

/* ---- all at once ---- */

static void shift_and(uint64_t *words, unsigned by)
{
    for (size_t i = 0; i < HORIZON_WORDS; i++) {
        uint64_t low = i + by / 64 < HORIZON_WORDS ? words[i + by / 64] : 0,
                 high = i + by / 64 + 1 < HORIZON_WORDS ? words[i + by / 64 + 1] : 0;
        words[i] &= by % 64 ? low >> by % 64 | high << (64 - by % 64) : low;
    }
}

/* Days on which somebody's minutes of meetings would pass what they take. */
static void close_full_days(uint64_t *words, const struct availability *p, int minutes)
{
    for (int day = 0; p->max_minutes && day < HORIZON_DAYS; day++)
        if (p->minutes[day] + minutes > p->max_minutes)
            for (int32_t q = p->wall->midnight[day]; q < p->wall->midnight[day + 1]; q++)
                words[q / 64] &= ~((uint64_t)1 << (q % 64));
}

static struct search search_of(const struct slot_ask *ask)
{
    struct search s = { .ask = ask };
    unsigned length = (unsigned)(ask->minutes + 14) / 15, have = 1;
    for (size_t i = 0; i < HORIZON_WORDS; i++) {
        s.starts[i] = UINT64_MAX;
        for (uint32_t k = 0; k < ask->count; k++)
            s.starts[i] &= ask->people[k]->open[i] & ~ask->people[k]->busy[i];
    }
    while (have < length) {
        unsigned by = length - have < have ? length - have : have;
        shift_and(s.starts, by);
        have += by;
    }
    for (uint32_t k = 0; k < ask->count; k++) {
        close_full_days(s.starts, ask->people[k], ask->minutes);
        s.several_zones = s.several_zones || ask->people[k]->wall != ask->people[0]->wall;
    }
    return s;
}

static bool scored(const struct slot_ask *ask, int week) { return ask->weeks >> week & 1; }

/* Free in so many of the weeks in which it meets. */
static int weeks_free(const struct search *s, int weekday, int time, int *out_weeks)
{
    const struct slot_ask *ask = s->ask;
    int n = 0;
    *out_weeks = 0;
    for (int week = 1; week <= SCORED_WEEKS; week++) {
        int32_t q = ask->wall->quarter[week * QUARTERS_WEEK + weekday * QUARTERS_DAY + time / 15], first, count;
        if (!scored(ask, week))
            continue;
        ++*out_weeks;
        if (q < 0)
            continue;
        if (time % 15 == 0) {
            n += s->starts[q / 64] >> (q % 64) & 1;
            continue;
        }
        bool all = wall_span(ask->wall, week, weekday * 1440 + time, ask->minutes, &first, &count); /* declared, between two quarters */
        for (uint32_t i = 0; i < ask->count && all; i++)
            all = availability_at(ask->people[i], first, count, ask->minutes) == HERE;
        n += all;
    }
    return n;
}

/* ---- the score ---- */

static bool busy_beside(const struct availability *p, int32_t first, int32_t count)
{
    return (first > 0 && bits_any(p->busy, first - 1, 1)) || (first + count < HORIZON_QUARTERS && bits_any(p->busy, first + count, 1));
}

/* Minutes of a meeting's start or end beyond 09:30-16:30 of their own. */
static int outside_by(const struct availability *p, int32_t first, int32_t count)
{
    int day = wall_day(p->wall, first);
    if (day < 0)
        return 0;
    int from = (first - p->wall->midnight[day]) * 15, until = from + count * 15;
    int early = 9 * 60 + 30 - from, late = until - (16 * 60 + 30);
    return early > late ? (early > 0 ? early : 0) : late > 0 ? late : 0;
}

static void judge_person(const struct search *s, const struct availability *p, struct candidate *c)
{
    const struct slot_ask *ask = s->ask;
    bool outside = false, beside = false;
    int worst = 0;
    for (int week = 1; week <= SCORED_WEEKS; week++) {
        int32_t first, count;
        if (!scored(ask, week) || !wall_span(ask->wall, week, c->weekday * 1440 + c->time, ask->minutes, &first, &count))
            continue;
        if (!outside)
            outside = !bits_all(p->core, first, count);
        beside = beside || busy_beside(p, first, count);
        int by = s->several_zones && outside ? outside_by(p, first, count) : 0;
        worst = by > worst ? by : worst;
    }
    c->score += (outside ? 6 : 0) + (beside ? 4 : 0) + (ask->is_sync && p->syncs[c->weekday] ? 5 : 0);
    c->worst = worst > c->worst ? worst : c->worst;
    c->sum += worst;
}

/* The score of doc/people.md, E.2: 10 a week that fails; 6 a leader outside 09:30-16:30 of their own; 4 a leader without a quarter between
 * this and another meeting; 3 on Monday or Friday; 2 beside lunch; 5 a leader on the day of another Potlac of theirs. */
static struct candidate judge(const struct search *s, int weekday, int time)
{
    const struct slot_ask *ask = s->ask;
    struct candidate c = { .weekday = weekday, .time = time };
    c.weeks_free = weeks_free(s, weekday, time, &c.weeks);
    c.score = 10 * (c.weeks - c.weeks_free) + (weekday == 0 || weekday == 4 ? 3 : 0);
    if (time <= 13 * 60 && time + ask->minutes >= 12 * 60)
        c.score += 2;
    for (uint32_t i = 0; i < ask->count; i++)
        judge_person(s, ask->people[i], &c);
    return c;
}

/* Ten of twelve weeks; of fewer, one in six may fail, but never all. */
static bool enough_weeks(int weeks, int free)
{
    int may_fail = (weeks + 5) / 6;
    if (may_fail >= weeks)
        may_fail = 0;
    return weeks == 0 || weeks - free <= may_fail;
}

/* In several zones who has the worst hour counts first, then all of them; then the score. */
static bool is_better(const struct candidate *x, const struct candidate *y)
{
    if (x->worst != y->worst)
        return x->worst < y->worst;
    if (x->sum != y->sum)
        return x->sum < y->sum;
    if (x->score != y->score)
        return x->score < y->score;
    return x->weekday != y->weekday ? x->weekday < y->weekday : x->time < y->time;
}

/* ---- in words ---- */

static struct slot chosen(struct arena *a, const struct candidate *c, const char *how)
{
    struct slot s = { true, c->weekday, c->time / 60, c->time % 60, c->score, c->weeks, c->weeks_free, SV_NONE };
    s.why = arena_printf(a, "%s %02d:%02d%s: free in %d of %d weeks, score %d", day_names[s.weekday], s.hour, s.minute, how, s.weeks_free,
                         s.weeks, s.score);
    return s;
}

static struct sv short_ref(struct sv ref)
{
    size_t slash = sv_rfind_char(ref, '/');
    return slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n);
}

/* Who is in the way in most weeks. */
static const struct availability *blocker_of(const struct slot_ask *ask, const struct candidate *c)
{
    uint32_t worst = 0;
    int most = -1;
    for (uint32_t i = 0; i < ask->count; i++) {
        int blocks = 0;
        for (int week = 1; week <= SCORED_WEEKS; week++) {
            int32_t first, count;
            if (scored(ask, week) && wall_span(ask->wall, week, c->weekday * 1440 + c->time, ask->minutes, &first, &count))
                blocks += availability_at(ask->people[i], first, count, ask->minutes) != HERE;
        }
        if (blocks > most)
            most = blocks, worst = i;
    }
    return ask->people[worst];
}

static bool fewer_misses(const struct candidate *x, const struct candidate *y)
{
    if (x->weeks_free != y->weeks_free)
        return x->weeks_free > y->weeks_free;
    return is_better(x, y);
}

static struct slot none(struct arena *a, const struct search *s, int first, int last)
{
    const struct slot_ask *ask = s->ask;
    struct candidate near[MISSES];
    unsigned count = 0;
    for (int day = first; day <= last; day++)
        for (int time = ask->time >= 0 ? ask->time : 0; time + ask->minutes <= 24 * 60; time += ask->time >= 0 ? 1440 : 15) {
            int weeks;
            if (weeks_free(s, day, time, &weeks) == 0)
                continue;
            struct candidate c = judge(s, day, time);
            unsigned at = count < MISSES ? count++ : MISSES;
            for (; at > 0 && fewer_misses(&c, &near[at - 1]); at--)
                if (at < MISSES)
                    near[at] = near[at - 1];
            if (at < MISSES)
                near[at] = c;
        }
    struct strbuf why = STRBUF_IN(a);
    strbuf_adds(&why, "no common time");
    for (unsigned i = 0; i < count; i++)
        strbuf_addf(&why, "%s %s %02d:%02d (%d of %d weeks; %.*s blocks most)", i ? "," : "; nearest:", day_names[near[i].weekday],
                    near[i].time / 60, near[i].time % 60, near[i].weeks_free, near[i].weeks,
                    SV_ARG(short_ref(blocker_of(ask, &near[i])->ref)));
    return (struct slot){ .why = strbuf_sv(&why) };
}

/* ---- the choice ---- */

static bool held_allowed(const struct slot_ask *ask)
{
    return ask->held_weekday >= ask->earliest && ask->held_weekday <= ask->latest && ask->held_time >= 0 &&
           (ask->weekday < 0 || ask->weekday == ask->held_weekday) && (ask->time < 0 || ask->time == ask->held_time);
}

bool slot_holds(const struct slot_ask *ask)
{
    int weeks;
    if (!ask->count || !held_allowed(ask))
        return false;
    struct search s = search_of(ask);
    int free = weeks_free(&s, ask->held_weekday, ask->held_time, &weeks);
    return enough_weeks(weeks, free);
}

struct slot slot_find(struct arena *a, const struct slot_ask *ask)
{
    struct candidate best = { 0 };
    bool found = false;
    if (!ask->count)
        return (struct slot){ .why = SV("nobody to meet") };
    struct search s = search_of(ask);
    if (ask->weekday >= 0 && ask->time >= 0) { /* declared by people, who may know better */
        best = judge(&s, ask->weekday, ask->time);
        return chosen(a, &best, " as declared");
    }
    int first = ask->weekday >= 0 ? ask->weekday : ask->earliest, last = ask->weekday >= 0 ? ask->weekday : ask->latest, weeks;
    bool held = false;
    if (held_allowed(ask)) {
        int free = weeks_free(&s, ask->held_weekday, ask->held_time, &weeks);
        held = enough_weeks(weeks, free);
    }
    for (int day = first; day <= last && !(held && ask->settled); day++)
        for (int time = ask->time >= 0 ? ask->time : 0; time + ask->minutes <= 24 * 60; time += ask->time >= 0 ? 1440 : 15) {
            int free = weeks_free(&s, day, time, &weeks);
            if ((free == 0 && weeks > 0) || !enough_weeks(weeks, free))
                continue;
            struct candidate c = judge(&s, day, time);
            if (!found || is_better(&c, &best))
                best = c;
            found = true;
        }
    if (held) {
        struct candidate used = judge(&s, ask->held_weekday, ask->held_time);
        if (!found || used.score - best.score < MOVE_THRESHOLD)
            return chosen(a, &used, " as before");
    }
    return found ? chosen(a, &best, "") : none(a, &s, first, last);
}
