/* The choice of a slot. Candidates are the quarters of the anchor zone's wall clock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/slot.h"

#include <stdlib.h>

#define DAY    86400
#define MISSES 3

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

struct candidate {
    int weekday, time, score;
    int weeks, weeks_free;
    uint32_t blocker; /* who is most often not free */
};

/* UTC of a wall time in a week of the horizon; false where the clocks skip it. */
static bool candidate_at(const struct slot_ask *ask, int week, int weekday, int time, int64_t *out_at)
{
    struct local_time t = local_from_seconds(ask->people[0]->start + (int64_t)(week * 7 + weekday) * DAY + time * 60);
    return zone_to_utc(ask->zone, t, out_at) != LOCAL_GAP;
}

bool slot_meets(const struct slot_ask *ask, int week)
{
    int64_t number = (ask->people[0]->start / DAY + 3) / 7 + week - 1; /* whole weeks since 1970-01-05 */
    int64_t n = (number - ask->phase) % ask->every;
    return n == 0;
}

static bool busy_beside(const struct availability *p, int64_t from, int64_t until)
{
    int64_t before = (from - p->start) / QUARTER - 1, after = (until - p->start + QUARTER - 1) / QUARTER;
    return (before >= 0 && before < HORIZON_QUARTERS && (p->quarters[before] & Q_BUSY)) ||
           (after >= 0 && after < HORIZON_QUARTERS && (p->quarters[after] & Q_BUSY));
}

static bool in_core(const struct availability *p, int64_t from, int64_t until)
{
    for (int64_t q = (from - p->start) / QUARTER; q < (until - p->start + QUARTER - 1) / QUARTER; q++)
        if (q < 0 || q >= HORIZON_QUARTERS || !(p->quarters[q] & Q_CORE))
            return false;
    return true;
}

/* Where a candidate's meetings lie: UTC starts of the scored weeks in which it meets; those the clocks skip are missing. */
struct starts {
    int64_t at[SCORED_WEEKS];
    int count, weeks;
};

static struct starts starts_of(const struct slot_ask *ask, int weekday, int time)
{
    struct starts s = { .count = 0 };
    for (int week = 1; week <= SCORED_WEEKS; week++) {
        if (!slot_meets(ask, week))
            continue;
        s.weeks++;
        s.count += candidate_at(ask, week, weekday, time, &s.at[s.count]);
    }
    return s;
}

static bool all_free(const struct slot_ask *ask, int64_t at)
{
    for (uint32_t i = 0; i < ask->count; i++)
        if (!availability_free(ask->people[i], at, at + ask->minutes * 60))
            return false;
    return true;
}

/* What a slot costs one person; out_blocks: in how many weeks they are not free. */
static int person_score(const struct slot_ask *ask, const struct availability *p, const struct starts *s, int weekday, int *out_blocks)
{
    bool outside = false, beside = false;
    *out_blocks = 0;
    for (int i = 0; i < s->count; i++) {
        int64_t at = s->at[i], end = at + ask->minutes * 60;
        outside = outside || !in_core(p, at, end);
        beside = beside || busy_beside(p, at, end);
        *out_blocks += !availability_free(p, at, end);
    }
    return (outside ? 6 : 0) + (beside ? 4 : 0) + (ask->is_sync && p->potlac_days & 1u << weekday ? 5 : 0);
}

/* The score of doc/people.md, E.2: 10 a week that fails; 6 a leader outside 09:30-16:30 of their own; 4 a leader without a quarter between
 * this and another meeting; 3 on Monday or Friday; 2 beside lunch; 5 a leader on the day of another Potlac of theirs. */
static struct candidate judge(const struct slot_ask *ask, int weekday, int time)
{
    struct starts s = starts_of(ask, weekday, time);
    struct candidate c = { weekday, time, 0, s.weeks, 0, 0 };
    for (int i = 0; i < s.count; i++)
        c.weeks_free += all_free(ask, s.at[i]);
    c.score = 10 * (c.weeks - c.weeks_free) + (weekday == 0 || weekday == 4 ? 3 : 0);
    if (time <= 13 * 60 && time + ask->minutes >= 12 * 60)
        c.score += 2;
    int worst = 0, blocks;
    for (uint32_t i = 0; i < ask->count; i++) {
        c.score += person_score(ask, ask->people[i], &s, weekday, &blocks);
        if (blocks > worst)
            worst = blocks, c.blocker = i;
    }
    return c;
}

/* Most quarters of a day are somebody's night: those are seen by one look at each week, before anything is scored. */
static bool is_hopeless(const struct slot_ask *ask, int weekday, int time)
{
    struct starts s = starts_of(ask, weekday, time);
    for (int i = 0; i < s.count; i++)
        if (all_free(ask, s.at[i]))
            return false;
    return s.weeks > 0;
}

/* Ten of twelve weeks; of fewer, one in six may fail, but never all. */
static bool is_valid(const struct candidate *c)
{
    int may_fail = (c->weeks + 5) / 6;
    if (may_fail >= c->weeks)
        may_fail = 0;
    return c->weeks == 0 || c->weeks - c->weeks_free <= may_fail;
}

static bool is_better(const struct candidate *x, const struct candidate *y)
{
    if (x->score != y->score)
        return x->score < y->score;
    return x->weekday != y->weekday ? x->weekday < y->weekday : x->time < y->time;
}

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

static struct slot none(struct arena *a, const struct slot_ask *ask, const struct candidate *near, unsigned count)
{
    struct strbuf why = STRBUF_IN(a);
    strbuf_adds(&why, "no common time");
    for (unsigned i = 0; i < count; i++)
        strbuf_addf(&why, "%s %s %02d:%02d (%d of %d weeks; %.*s blocks most)", i ? "," : "; nearest:", day_names[near[i].weekday],
                    near[i].time / 60, near[i].time % 60, near[i].weeks_free, near[i].weeks,
                    SV_ARG(short_ref(ask->people[near[i].blocker]->ref)));
    return (struct slot){ .why = strbuf_sv(&why) };
}

static bool held_allowed(const struct slot_ask *ask)
{
    return ask->held_weekday >= ask->earliest && ask->held_weekday <= ask->latest && ask->held_time >= 0 &&
           (ask->weekday < 0 || ask->weekday == ask->held_weekday) && (ask->time < 0 || ask->time == ask->held_time);
}

bool slot_holds(const struct slot_ask *ask)
{
    if (!ask->count || !held_allowed(ask))
        return false;
    struct candidate held = judge(ask, ask->held_weekday, ask->held_time);
    return is_valid(&held);
}

struct slot slot_find(struct arena *a, const struct slot_ask *ask)
{
    struct candidate best = { 0 }, misses[MISSES];
    unsigned miss_count = 0;
    bool found = false;
    if (!ask->count)
        return (struct slot){ .why = SV("nobody to meet") };
    if (ask->weekday >= 0 && ask->time >= 0) { /* declared by people, who may know better */
        best = judge(ask, ask->weekday, ask->time);
        return chosen(a, &best, " as declared");
    }
    int first = ask->weekday >= 0 ? ask->weekday : ask->earliest, last = ask->weekday >= 0 ? ask->weekday : ask->latest;
    for (int day = first; day <= last; day++)
        for (int time = 0; time + ask->minutes <= 24 * 60; time += 15) {
            struct candidate c;
            if ((ask->time >= 0 && time != ask->time) || is_hopeless(ask, day, time))
                continue;
            c = judge(ask, day, time);
            if (is_valid(&c)) {
                if (!found || is_better(&c, &best))
                    best = c;
                found = true;
            } else if (c.weeks_free > 0) {
                unsigned at = miss_count < MISSES ? miss_count++ : MISSES;
                while (at > 0 && is_better(&c, &misses[at - 1])) {
                    if (at < MISSES)
                        misses[at] = misses[at - 1];
                    at--;
                }
                if (at < MISSES)
                    misses[at] = c;
            }
        }
    if (held_allowed(ask)) {
        struct candidate held = judge(ask, ask->held_weekday, ask->held_time);
        if (is_valid(&held) && (!found || held.score - best.score < MOVE_THRESHOLD))
            return chosen(a, &held, " as before");
    }
    return found ? chosen(a, &best, "") : none(a, ask, misses, miss_count);
}

void slot_book(const struct slot_ask *ask, int weekday, int time)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        int64_t at;
        if (!ask->count || !slot_meets(ask, week) || !candidate_at(ask, week, weekday, time, &at))
            continue;
        for (uint32_t i = 0; i < ask->count; i++)
            availability_book(ask->people[i], at, at + ask->minutes * 60);
    }
    for (uint32_t i = 0; ask->is_sync && i < ask->count; i++)
        ask->people[i]->potlac_days |= 1u << weekday;
}

struct sv *slot_skips(struct arena *a, const struct slot_ask *ask, int weekday, int time, uint32_t enough, uint32_t *out_count)
{
    struct sv *list = ARENA_ARRAY(a, struct sv, HORIZON_WEEKS + 1);
    uint32_t n = 0;
    for (int week = 0; week < HORIZON_WEEKS && ask->count; week++) {
        int64_t at;
        uint32_t present = 0;
        int year, number;
        if (!slot_meets(ask, week) || !candidate_at(ask, week, weekday, time, &at))
            continue;
        for (uint32_t i = 0; i < ask->count; i++) {
            /* a time outside someone's hours that people declared is no absence: only days away count */
            struct local_time noon = zone_to_local(ask->people[i]->zone, at);
            int64_t day = at - (noon.hour * 3600 + noon.minute * 60), q = (day - ask->people[i]->start) / QUARTER;
            bool here = false;
            for (int64_t k = q < 0 ? 0 : q; k < q + 96 && k < HORIZON_QUARTERS && !here; k++)
                here = ask->people[i]->quarters[k] & Q_OPEN;
            present += here;
        }
        if (present >= enough)
            continue;
        date_iso_week(date_from_days(ask->people[0]->start / DAY + week * 7), &year, &number);
        list[n++] = arena_printf(a, "%04d-W%02d", year, number);
    }
    *out_count = n;
    return list;
}
