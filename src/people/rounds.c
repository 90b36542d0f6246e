/* Week by week: of the rounds of the exact construction the one whose pairs have waited longest. Undisturbed that is the construction's own
 * order; after an absence those come first who missed most. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "people/pairs.h"

#define WARM_WEEKS 60 /* a multiple of most cycles */
#define MOST       64

uint32_t rounds_index(uint32_t count, uint32_t a, uint32_t b) { return a * count - a * (a + 1) / 2 + (b - a - 1); }

bool cycle_meets(int every, int phase, int64_t number) { return ((number - phase) % every + every) % every == 0; }

/* One week's work. */
struct week_work {
    struct rounds *r;
    int week;
    uint32_t active[MOST], active_count;
    uint32_t load[MOST]; /* one-on-ones of each leader this week */
    uint32_t *chosen;    /* numbers of pairs */
    uint32_t chosen_count;
};

static bool takes_part(const struct rounds_leader *l, const struct rounds *r, int week)
{
    bool out = week >= 0 && l->out >> week & 1;
    return !out && cycle_meets((int)l->turns, (int)l->turn, r->number + week);
}

uint64_t rounds_who(const struct rounds *r, int week)
{
    uint64_t h = r->per_week;
    for (uint32_t i = 0; i < r->count; i++)
        if (takes_part(&r->leaders[i], r, week))
            h = (h ^ r->leaders[i].id) * 0x9e3779b97f4a7c15u ^ h >> 29;
    return h >> 1; /* recorded as a whole number */
}

static int waited(const struct week_work *w, uint32_t pair)
{
    int n = w->week - w->r->pairs[pair].last;
    return n > 99 ? 99 : n;
}

static bool has_room(const struct week_work *w, const struct rounds_pair *p)
{
    return w->load[p->a] < w->r->per_week && w->load[p->b] < w->r->per_week;
}

static bool is_chosen(const struct week_work *w, uint32_t pair)
{
    for (uint32_t i = 0; i < w->chosen_count; i++)
        if (w->chosen[i] == pair)
            return true;
    return false;
}

static void choose(struct week_work *w, uint32_t pair)
{
    w->chosen[w->chosen_count++] = pair;
    w->load[w->r->pairs[pair].a]++;
    w->load[w->r->pairs[pair].b]++;
}

static void drop(struct week_work *w, uint32_t at)
{
    struct rounds_pair *p = &w->r->pairs[w->chosen[at]];
    w->load[p->a]--;
    w->load[p->b]--;
    p->owed = OWED_NEWLY;
    w->chosen[at] = w->chosen[--w->chosen_count];
}

static uint32_t pair_of(const struct week_work *w, const struct pair *p)
{
    return rounds_index(w->r->count, w->active[p->a], w->active[p->b]);
}

/* The round whose pairs have waited longest on the average; of equals the one that comes next by the calendar. */
static void choose_round(struct week_work *w, const struct pair_plan *plan)
{
    uint32_t best = 0;
    int64_t best_sum = -1, best_count = 1, start = (w->r->number + w->week) % plan->cycle;
    for (uint32_t k = 0; k < plan->cycle; k++) {
        uint32_t round = (uint32_t)((start + k) % plan->cycle);
        int64_t sum = 0, count = 0;
        for (uint32_t i = 0; i < plan->count; i++)
            if (plan->pairs[i].week == round)
                sum += waited(w, pair_of(w, &plan->pairs[i])), count++;
        if (count && (best_sum < 0 || sum * best_count > best_sum * count))
            best = round, best_sum = sum, best_count = count;
    }
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->pairs[i].week == best)
            choose(w, pair_of(w, &plan->pairs[i]));
}

struct urgency {
    uint32_t pair;
    int class, waited, gap;
};

/* Who has waited longest of what is meant for them; the closer pair first. */
static int by_urgency(const void *x, const void *y)
{
    const struct urgency *a = x, *b = y;
    int64_t p = (int64_t)a->waited * b->gap, q = (int64_t)b->waited * a->gap;
    if (p != q)
        return p > q ? -1 : 1;
    return a->class != b->class ? a->class - b->class : a->pair < b->pair ? -1 : a->pair > b->pair;
}

static uint32_t list_active(struct arena *a, struct week_work *w, struct urgency **out)
{
    uint32_t n = 0;
    *out = ARENA_ARRAY(a, struct urgency, w->r->pair_count + 1);
    for (uint32_t i = 0; i < w->active_count; i++)
        for (uint32_t j = i + 1; j < w->active_count; j++) {
            uint32_t at = rounds_index(w->r->count, w->active[i], w->active[j]);
            const struct rounds_pair *p = &w->r->pairs[at];
            (*out)[n++] = (struct urgency){ at, p->class, waited(w, at), p->gap < 1 ? 1 : p->gap };
        }
    if (n)
        qsort(*out, n, sizeof **out, by_urgency);
    return n;
}

/* How much it is worth that a pair meets: twice as overdue counts four times. */
static int64_t worth(const struct urgency *u)
{
    int64_t overdue = (int64_t)u->waited * 60 / u->gap;
    return overdue * overdue;
}

/* The most urgent first, but for one. */
static int64_t fill(struct week_work *w, const struct urgency *list, uint32_t n, uint32_t but)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        if (list[i].pair != but && has_room(w, &w->r->pairs[list[i].pair]) && !is_chosen(w, list[i].pair))
            choose(w, list[i].pair), sum += worth(&list[i]);
    return sum;
}

static void start_over(struct week_work *w, const uint32_t *keep, uint32_t count)
{
    w->chosen_count = 0;
    memset(w->load, 0, sizeof w->load);
    for (uint32_t i = 0; i < count; i++)
        choose(w, keep[i]);
}

static int64_t worth_of(const struct week_work *w, const struct urgency *list, uint32_t n)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += is_chosen(w, list[i].pair) ? worth(&list[i]) : 0;
    return sum;
}

/* Where pairs differ in weight and the exact cycle would be too long for some: the most urgent ones, and then exchanges of one for others
 * as long as that is worth more. */
static void choose_by_urgency(struct arena *a, struct week_work *w, const struct urgency *list, uint32_t n)
{
    enum { MOST_EXCHANGES = 64 };
    uint32_t *best = ARENA_ARRAY(a, uint32_t, n + 1), *kept = ARENA_ARRAY(a, uint32_t, n + 1);
    int64_t sum = fill(w, list, n, UINT32_MAX);
    for (unsigned round = 0, better = 1; better && round < MOST_EXCHANGES; round++) {
        uint32_t count = w->chosen_count;
        memcpy(best, w->chosen, count * sizeof *best);
        better = 0;
        for (uint32_t i = 0; i < count && !better; i++) {
            uint32_t k = 0;
            for (uint32_t j = 0; j < count; j++)
                if (j != i)
                    kept[k++] = best[j];
            start_over(w, kept, k);
            fill(w, list, n, best[i]);
            int64_t now = worth_of(w, list, n);
            better = now > sum;
            sum = better ? now : sum;
        }
        if (!better)
            start_over(w, best, count);
    }
}

/* Makes room for a pair that has waited too long, at the cost of those that met last. */
static void make_room(struct week_work *w, const struct rounds_pair *p)
{
    const uint32_t who[2] = { p->a, p->b };
    for (int side = 0; side < 2; side++)
        while (w->load[who[side]] >= w->r->per_week) {
            uint32_t least = UINT32_MAX;
            for (uint32_t i = 0; i < w->chosen_count; i++) {
                const struct rounds_pair *q = &w->r->pairs[w->chosen[i]];
                if ((q->a == who[side] || q->b == who[side]) &&
                    (least == UINT32_MAX || waited(w, w->chosen[i]) < waited(w, w->chosen[least])))
                    least = i;
            }
            drop(w, least);
        }
}

static void repair(struct week_work *w, const struct urgency *list, uint32_t n, bool kept)
{
    const int least = kept ? OWED_NEWLY : OWED_BEFORE;
    for (uint32_t i = 0; i < n; i++) {
        struct rounds_pair *p = &w->r->pairs[list[i].pair];
        if (p->owed < least || is_chosen(w, list[i].pair))
            continue;
        if (!has_room(w, p) && list[i].waited > p->gap)
            make_room(w, p);
        if (has_room(w, p))
            choose(w, list[i].pair);
    }
}

static bool is_weighted(const struct urgency *list, uint32_t n, uint32_t cycle)
{
    bool differ = false;
    int least = 99;
    for (uint32_t i = 0; i < n; i++) {
        differ = differ || list[i].class != list[0].class;
        least = list[i].gap < least ? list[i].gap : least;
    }
    return differ && (int)cycle > least;
}

static bool was_published(const struct week_work *w, uint32_t pair) { return w->week >= 0 && w->r->pairs[pair].published >> w->week & 1; }

static void choose_published(struct week_work *w)
{
    for (uint32_t i = 0; i < w->r->pair_count; i++)
        if (was_published(w, i))
            choose(w, i);
}

/* Who was to meet and does not is to meet soon. */
static void note_lost(struct week_work *w)
{
    for (uint32_t i = 0; i < w->r->pair_count; i++)
        if (was_published(w, i) && !is_chosen(w, i))
            w->r->pairs[i].owed = OWED_NEWLY;
}

static void do_week(struct arena *a, struct rounds *r, int week)
{
    struct week_work w = { .r = r, .week = week };
    struct urgency *list;
    for (uint32_t i = 0; i < r->count; i++)
        if (takes_part(&r->leaders[i], r, week))
            w.active[w.active_count++] = i;
    if (w.active_count < 2) {
        note_lost(&w);
        return;
    }
    w.chosen = ARENA_ARRAY(a, uint32_t, r->pair_count + 1);
    bool kept = week >= 0 && r->kept >> week & 1;
    struct pair_plan plan = pairs_plan(a, w.active_count, r->per_week);
    uint32_t n = list_active(a, &w, &list);
    if (kept)
        choose_published(&w);
    else if (is_weighted(list, n, plan.cycle))
        choose_by_urgency(a, &w, list, n);
    else
        choose_round(&w, &plan);
    repair(&w, list, n, kept);
    note_lost(&w);
    for (uint32_t i = 0; i < w.chosen_count; i++) {
        struct rounds_pair *p = &r->pairs[w.chosen[i]];
        bool missed = week >= 0 && (r->leaders[p->a].absent | r->leaders[p->b].absent) >> week & 1;
        if (week >= 0)
            p->weeks |= 1u << week;
        if (missed)
            p->missed |= 1u << week, p->owed = p->known >> week & 1 ? OWED_BEFORE : OWED_NEWLY;
        else
            p->last = week, p->owed = OWED_NOTHING;
    }
}

void rounds_assume(struct rounds *r)
{
    int back = (int)(r->number % WARM_WEEKS);
    struct arena *scratch = arena_new(0);
    for (uint32_t i = 0; i < r->pair_count; i++)
        r->pairs[i].last = ROUNDS_NEVER;
    for (int week = -back; week < 0; week++)
        do_week(scratch, r, week);
    for (uint32_t i = 0; i < r->pair_count; i++)
        r->pairs[i].owed = OWED_NOTHING;
    arena_free(scratch);
}

void rounds_fill(struct rounds *r)
{
    struct arena *scratch = arena_new(0);
    for (int week = r->first; week < HORIZON_WEEKS; week++)
        do_week(scratch, r, week);
    arena_free(scratch);
}

/* ---- cycles ---- */

static int exceptions_of(uint32_t weeks, int64_t number, int every, int phase)
{
    uint32_t pattern = 0;
    for (int64_t week = (((phase - number) % every) + every) % every; week < HORIZON_WEEKS; week += every)
        pattern |= 1u << week;
    return __builtin_popcount((pattern ^ weeks) & ~1u & ((1u << HORIZON_WEEKS) - 1)); /* the running week is as it is */
}

struct cycle cycle_of(uint32_t weeks, int64_t number, int every_before, int phase_before)
{
    enum { LONGEST = 26 };
    struct cycle best = { 1, 0, exceptions_of(weeks, number, 1, 0) };
    for (int every = 2; every <= LONGEST; every++)
        for (int phase = 0; phase < every; phase++) {
            int n = exceptions_of(weeks, number, every, phase);
            if (n < best.exceptions)
                best = (struct cycle){ every, phase, n };
        }
    if (every_before > 0) {
        int n = exceptions_of(weeks, number, every_before, phase_before);
        if (n <= best.exceptions + 2)
            return (struct cycle){ every_before, phase_before, n };
    }
    return best;
}
