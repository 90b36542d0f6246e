/* The rituals of a Potlac: sync, retrospective, bridge to another Potlac, one-on-ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/plan.h"

#define LEADERS_MAX 64

/* ---- sync, retrospective ---- */

static int weekday_or(struct sv s, int otherwise)
{
    int day = s.n ? weekday_parse(s) : -1;
    return day < 0 ? otherwise : day;
}

static int minutes_or(const struct entity *e, const char *path, int otherwise)
{
    int64_t n = entity_int(e, path, otherwise);
    return n < 5 || n > 1440 ? otherwise : (int)n;
}

/* A longer sync every few weeks, at the sync's time where that is long enough free; the sync of such a week is part of it. */
static void add_retrospective(struct people_plan *p, const struct entity *potlac, struct ritual *sync, const struct sv *refs, uint32_t n)
{
    if (!entity_field(potlac, "retrospective"))
        return;
    struct sv title = arena_printf(p->arena, "%.*s/retrospective", SV_ARG(potlac->ref));
    struct slot_ask ask = people_plan_ask(p, title, refs, n, sync->ask.wall->zone);
    ask.every = weeks_of(entity_text(potlac, "retrospective.every"), 4);
    ask.phase = people_phase(title, ask.every);
    ask.weeks = people_plan_weeks(p, ask.every, ask.phase);
    ask.minutes = minutes_or(potlac, "retrospective.minutes", RETROSPECTIVE_MINUTES);
    ask.earliest = sync->ask.earliest, ask.latest = sync->ask.latest;
    ask.weekday = sync->ask.weekday, ask.time = sync->ask.time;
    struct ritual *r = plan_ritual(p, title, RITUAL_RETROSPECTIVE, &ask);
    r->subject = potlac;
    sync->ask.weeks &= ~ask.weeks;
    sync->replaced = ask.weeks;
    r->at_time_of = sync;
    plan_add(p, r);
}

static void add_sync(struct people_plan *p, const struct entity *potlac)
{
    uint32_t n;
    const struct zone *zone = zone_find(entity_text(potlac, "anchorZone"), NULL);
    struct leader *leaders = plan_leaders(p, potlac, &n);
    struct sv *refs = ARENA_ARRAY(p->arena, struct sv, n + 1), title = arena_printf(p->arena, "%.*s/sync", SV_ARG(potlac->ref));
    for (uint32_t i = 0; i < n; i++)
        refs[i] = leaders[i].user->ref;
    if (!zone || n < 2 || n > LEADERS_MAX)
        return;
    struct slot_ask ask = people_plan_ask(p, title, refs, n, zone);
    ask.is_sync = true;
    ask.minutes = minutes_or(potlac, "sync.minutes", SYNC_MINUTES);
    ask.every = weeks_of(entity_text(potlac, "sync.every"), 1);
    ask.phase = people_phase(title, ask.every);
    ask.weeks = people_plan_weeks(p, ask.every, ask.phase);
    ask.earliest = weekday_or(entity_text(potlac, "sync.earliest"), 0);
    ask.latest = weekday_or(entity_text(potlac, "sync.latest"), 4);
    ask.weekday = weekday_or(entity_text(potlac, "sync.weekday"), -1);
    ask.time = minutes_of_day(entity_text(potlac, "sync.time"));
    struct ritual *r = plan_ritual(p, title, RITUAL_SYNC, &ask);
    r->subject = potlac;
    r->rotates = sv_is(entity_text(potlac, "sync.outsideHours"), "rotate");
    plan_add(p, r);
    add_retrospective(p, potlac, r, refs, n);
}

/* ---- bridge ---- */

static bool has_role(const struct leader *l, const char *role)
{
    for (uint32_t i = 0; i < l->role_count; i++)
        if (sv_is(l->roles[i], role))
            return true;
    return false;
}

static uint32_t owner_among(const struct leader *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (has_role(&list[i], "product-owner"))
            return i;
    return 0;
}

struct delegates {
    struct sv x, y;
    uint32_t weeks;
    int every, phase; /* of its first meeting; delegates who come again within the round have more than one */
};

/* Every other time a part sends its product owner, and the other one whoever's turn it is: so one of the two is always there. */
static uint32_t list_delegates(struct people_plan *p, const struct leader *here, uint32_t n, const struct leader *there, uint32_t m,
                               int every, int phase, struct delegates *out)
{
    uint32_t turns = 2 * (n > m ? n : m), count = 0;
    int round = (int)turns * every;
    for (uint32_t k = 0; k < turns; k++) {
        uint32_t i = k % 2 ? k / 2 % n : owner_among(here, n), j = k % 2 ? owner_among(there, m) : k / 2 % m, at = 0;
        struct sv x = here[i].user->ref, y = there[j].user->ref;
        int first = phase + (int)k * every;
        uint32_t weeks = people_plan_weeks(p, round, first);
        if (sv_eq(x, y)) /* a coach of both parts is no two people */
            x = here[owner_among(here, n)].user->ref, y = there[owner_among(there, m)].user->ref;
        if (sv_eq(x, y))
            continue;
        while (at < count && !(sv_eq(out[at].x, x) && sv_eq(out[at].y, y)))
            at++;
        if (at == count)
            out[count++] = (struct delegates){ x, y, 0, round, first };
        out[at].weeks |= weeks;
    }
    return count;
}

static void add_bridge(struct people_plan *p, const struct entity *potlac)
{
    struct sv to = entity_text(potlac, "bridge.to");
    const struct entity *other = to.n ? model_find(p->ctx->model, model_full_ref(p->arena, to, "potlac", potlac->ns)) : NULL;
    const struct zone *zone = zone_find(entity_text(potlac, "anchorZone"), NULL);
    uint32_t n, m;
    if (!other || other->kind != KIND_POTLAC || other == potlac || !zone)
        return;
    struct leader *here = plan_leaders(p, potlac, &n), *there = plan_leaders(p, other, &m);
    if (!n || !m || n > LEADERS_MAX || m > LEADERS_MAX)
        return;
    struct sv base = arena_printf(p->arena, "%.*s/bridge", SV_ARG(potlac->ref));
    int every = weeks_of(entity_text(potlac, "bridge.every"), BRIDGE_WEEKS), phase = people_phase(base, every);
    struct delegates *list = ARENA_ARRAY(p->arena, struct delegates, 2 * (n + m));
    uint32_t count = list_delegates(p, here, n, there, m, every, phase, list);
    for (uint32_t i = 0; i < count; i++) {
        struct sv two[2] = { list[i].x, list[i].y };
        struct sv title = arena_printf(p->arena, "%.*s/%.*s/%.*s", SV_ARG(base), SV_ARG(two[0]), SV_ARG(two[1]));
        struct slot_ask ask = people_plan_ask(p, title, two, 2, zone);
        ask.minutes = minutes_or(potlac, "bridge.minutes", BRIDGE_MINUTES);
        ask.every = list[i].every, ask.phase = list[i].phase;
        ask.weeks = list[i].weeks;
        struct ritual *r = plan_ritual(p, title, RITUAL_BRIDGE, &ask);
        r->subject = potlac;
        plan_add(p, r);
    }
}

void plan_syncs(struct people_plan *p)
{
    uint32_t n;
    const struct entity *const *potlacs = model_of_kind(p->ctx->model, KIND_POTLAC, &n);
    for (uint32_t i = 0; i < n; i++)
        add_sync(p, potlacs[i]);
    for (uint32_t i = 0; i < n; i++)
        add_bridge(p, potlacs[i]);
}

/* ---- one-on-ones ---- */

/* A Potlac with one-on-ones. */
struct circle {
    const struct entity *potlac;
    struct leader *leaders;
    uint32_t count, per_week;
};

/* Somebody's Potlacs with one-on-ones, in the order of their refs. */
struct budget {
    uint32_t potlacs, per_week, wanted;
};

static uint32_t list_circles(struct people_plan *p, struct circle **out)
{
    uint32_t n, count = 0;
    const struct entity *const *potlacs = model_of_kind(p->ctx->model, KIND_POTLAC, &n);
    *out = ARENA_ARRAY(p->arena, struct circle, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct circle c = { .potlac = potlacs[i] };
        int64_t per_week = entity_int(potlacs[i], "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK);
        if (!entity_field(potlacs[i], "oneOnOnes") || per_week < 1)
            continue;
        c.per_week = per_week > LEADERS_MAX ? LEADERS_MAX : (uint32_t)per_week;
        c.leaders = plan_leaders(p, potlacs[i], &c.count);
        if (c.count >= 2 && c.count <= LEADERS_MAX)
            (*out)[count++] = c;
    }
    return count;
}

/* The budget of a person is one, however many Potlacs they are in: the least that any of these allows. */
static struct map budgets_of(struct people_plan *p, const struct circle *circles, uint32_t n)
{
    struct map m = map_in(p->arena);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < circles[i].count; k++) {
            struct sv ref = circles[i].leaders[k].user->ref;
            struct budget *b = map_find(&m, ref);
            uint32_t most = circles[i].count - 1 < circles[i].per_week ? circles[i].count - 1 : circles[i].per_week;
            if (!b) {
                b = ARENA_NEW(p->arena, struct budget);
                b->per_week = circles[i].per_week;
                map_put(&m, ref, b);
            }
            b->potlacs++;
            b->wanted += most;
            b->per_week = circles[i].per_week < b->per_week ? circles[i].per_week : b->per_week;
        }
    return m;
}

/* Groups in which somebody leads, with the role: "group:default/team product-owner". */
static bool pair_shares(const struct leader *x, const struct leader *y, bool *out_differ)
{
    bool shares = x->role_count > 0 && y->role_count > 0;
    *out_differ = false;
    for (uint32_t i = 0; i < x->role_count; i++)
        for (uint32_t k = 0; k < y->role_count; k++)
            *out_differ = *out_differ || !sv_eq(x->roles[i], y->roles[k]);
    return shares;
}

/* Those without a role in the Potlac's group came from another team, where the others have one. */
static int class_of(const struct circle *c, uint32_t a, uint32_t b)
{
    bool differ, any = false;
    for (uint32_t i = 0; i < c->count; i++)
        any = any || c->leaders[i].role_count;
    if (!any)
        return PAIR_ROLES;
    if (!pair_shares(&c->leaders[a], &c->leaders[b], &differ))
        return c->leaders[a].role_count || c->leaders[b].role_count ? PAIR_ACROSS : PAIR_ROLES;
    return differ ? PAIR_ROLES : PAIR_PEERS;
}

static int gap_of(int class, int max_gap)
{
    static const int gaps[] = { [PAIR_ROLES] = 2, [PAIR_PEERS] = 3, [PAIR_ACROSS] = 6 };
    return class == PAIR_ROLES && max_gap < gaps[class] ? max_gap : gaps[class];
}

/* The last week before `before` in which a recorded meeting stands; owed: there was a later one that fell out. */
static int last_met(const struct people_plan *p, const struct held_slot *held, int before, int *out_owed)
{
    int last = ROUNDS_NEVER, fell_out = ROUNDS_NEVER;
    for (uint32_t i = 0; i < held->week_count; i++) {
        int week = (int)((held->weeks[i].monday - date_to_days(p->monday)) / 7);
        if (week >= before)
            continue;
        if (held->weeks[i].cancelled)
            fell_out = week > fell_out ? week : fell_out;
        else
            last = week > last ? week : last;
    }
    *out_owed = fell_out > last && last != ROUNDS_NEVER ? OWED_BEFORE : OWED_NOTHING;
    return last;
}

static bool held_in(const struct people_plan *p, const struct held_slot *held, int week)
{
    for (uint32_t i = 0; i < held->week_count; i++)
        if (!held->weeks[i].cancelled && held->weeks[i].monday == date_to_days(p->monday) + week * 7)
            return true;
    return false;
}

static struct sv pair_title(struct people_plan *p, const struct circle *c, const struct rounds_pair *pair)
{
    return one_on_one_title(p->arena, c->potlac->ref, c->leaders[pair->a].user->ref, c->leaders[pair->b].user->ref);
}

static const struct held_rounds *rounds_before(const struct people_plan *p, const struct circle *c)
{
    for (uint32_t i = 0; i < p->ctx->rounds_count; i++)
        if (sv_eq(p->ctx->rounds[i].potlac, c->potlac->ref))
            return &p->ctx->rounds[i];
    return NULL;
}

static const struct held_pair *pair_before(const struct held_rounds *h, struct sv x, struct sv y)
{
    for (uint32_t i = 0; i < h->pair_count; i++)
        if ((sv_eq(h->pairs[i].a, x) && sv_eq(h->pairs[i].b, y)) || (sv_eq(h->pairs[i].a, y) && sv_eq(h->pairs[i].b, x)))
            return &h->pairs[i];
    return NULL;
}

/* Weeks in which the same leaders take part as when they were planned. */
static void keep_rounds(const struct people_plan *p, const struct circle *c, const struct held_rounds *h, struct rounds *r)
{
    int64_t shift = p->number - h->number;
    for (int week = 0; week < HORIZON_WEEKS; week++)
        if (shift >= 0 && week + shift < ROUNDS_WEEKS && h->who[week + shift] == rounds_who(r, week))
            r->kept |= 1u << week;
    for (uint32_t i = 0; i < r->pair_count; i++) {
        struct rounds_pair *pair = &r->pairs[i];
        const struct held_pair *was = pair_before(h, c->leaders[pair->a].user->ref, c->leaders[pair->b].user->ref);
        pair->last = was && was->last ? (int)(was->last - p->number) : ROUNDS_NEVER;
        pair->published = was && shift >= 0 && shift < ROUNDS_WEEKS ? was->weeks >> shift : 0;
        pair->known = was && shift >= 0 && shift < ROUNDS_WEEKS ? was->missed >> shift : 0;
        for (int64_t week = 0; was && week < shift && week < ROUNDS_WEEKS; week++)
            if (was->weeks >> week & 1)
                pair->last = (int)(week - shift);
    }
}

/* From what was planned and what is recorded: a pair that is new to a Potlac that has a history has never met, and the running week stays.
 */
static void recall_pairs(struct people_plan *p, const struct circle *c, struct rounds *r)
{
    bool any = false;
    const struct held_rounds *before = rounds_before(p, c);
    if (before)
        keep_rounds(p, c, before, r);
    for (uint32_t i = 0; i < r->pair_count; i++)
        any = any || plan_held(p, pair_title(p, c, &r->pairs[i]));
    r->first = any && !(r->kept & 1);
    for (uint32_t i = 0; i < r->pair_count; i++) {
        struct rounds_pair *pair = &r->pairs[i];
        const struct held_slot *held = plan_held(p, pair_title(p, c, pair));
        int met = held ? last_met(p, held, r->first, &pair->owed) : ROUNDS_NEVER;
        if (any && !held && !before)
            pair->last = ROUNDS_NEVER;
        pair->last = met > pair->last ? met : pair->last;
        pair->weeks = held && r->first ? held_in(p, held, 0) : 0;
    }
}

static void note_rounds(struct people_plan *p, const struct circle *c, const struct rounds *r)
{
    struct held_rounds h = { .potlac = c->potlac->ref, .number = p->number };
    h.pairs = ARENA_ARRAY(p->arena, struct held_pair, r->pair_count + 1);
    for (int week = 0; week < ROUNDS_WEEKS; week++)
        h.who[week] = rounds_who(r, week);
    for (uint32_t i = 0; i < r->pair_count; i++)
        h.pairs[h.pair_count++] =
            (struct held_pair){ c->leaders[r->pairs[i].a].user->ref, c->leaders[r->pairs[i].b].user->ref, r->pairs[i].weeks,
                                r->pairs[i].missed, r->pairs[i].before == ROUNDS_NEVER ? 0 : p->number + r->pairs[i].before };
    ARENA_PUSH(p->arena, p->rounds, p->rounds_count, p->rounds_cap, h);
}

static void describe_leaders(struct people_plan *p, const struct circle *c, const struct map *budgets, struct map *seen, struct rounds *r)
{
    const struct zone *zone = zone_find(entity_text(c->potlac, "anchorZone"), NULL);
    for (uint32_t i = 0; i < c->count; i++) {
        struct sv ref = c->leaders[i].user->ref;
        const struct budget *b = map_find(budgets, ref);
        const struct availability *who = roster_person(p->roster, ref, zone);
        uintptr_t turn = (uintptr_t)map_find(seen, ref); /* how many of their Potlacs came before */
        bool shared = b->potlacs > 1 && b->wanted > b->per_week;
        r->leaders[i] = (struct rounds_leader){ .id = sv_hash(ref), .turns = shared ? b->potlacs : 1, .turn = shared ? (unsigned)turn : 0 };
        map_put(seen, ref, (void *)(turn + 1));
        for (int week = 0; week < HORIZON_WEEKS; week++) {
            r->leaders[i].out |= (uint32_t)availability_long_away(who, week) << week;
            r->leaders[i].absent |= (uint32_t)!availability_works_in(who, week) << week;
        }
    }
}

static void list_pairs(struct people_plan *p, const struct circle *c, struct rounds *r)
{
    int max_gap = (int)entity_int(c->potlac, "oneOnOnes.maxGapWeeks", MAX_GAP_WEEKS);
    r->pairs = ARENA_ARRAY(p->arena, struct rounds_pair, (size_t)c->count * c->count);
    for (uint32_t a = 0; a < c->count; a++)
        for (uint32_t b = a + 1; b < c->count; b++) {
            struct rounds_pair *pair = &r->pairs[r->pair_count++];
            *pair = (struct rounds_pair){ .a = a, .b = b, .class = class_of(c, a, b) };
            pair->gap = gap_of(pair->class, max_gap < 1 ? 1 : max_gap);
        }
}

static void add_pair(struct people_plan *p, const struct circle *c, const struct rounds_pair *pair)
{
    struct sv two[2] = { c->leaders[pair->a].user->ref, c->leaders[pair->b].user->ref }, title = pair_title(p, c, pair);
    const struct held_slot *held = plan_held(p, title);
    int max_gap = (int)entity_int(c->potlac, "oneOnOnes.maxGapWeeks", MAX_GAP_WEEKS);
    struct slot_ask ask = people_plan_ask(p, title, two, 2, zone_find(entity_text(c->potlac, "anchorZone"), NULL));
    struct cycle cycle = cycle_of(pair->weeks, p->number, held && !held->once ? held->every : 0, held ? held->phase : 0);
    ask.minutes = minutes_or(c->potlac, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES);
    ask.weeks = pair->weeks;
    ask.every = cycle.every;
    ask.phase = cycle.phase;
    struct ritual *r = plan_ritual(p, title, RITUAL_ONE_ON_ONE, &ask);
    r->subject = c->potlac;
    r->class = pair->class;
    r->missed = pair->missed;
    r->planned_before = pair->published;
    r->max_gap = pair->class == PAIR_ACROSS && max_gap < 6 ? 6 : max_gap;
    r->last_met = pair->before;
    plan_add(p, r);
}

void plan_one_on_ones(struct people_plan *p)
{
    struct circle *circles;
    uint32_t n = list_circles(p, &circles);
    struct map budgets = budgets_of(p, circles, n), seen = map_in(p->arena);
    for (uint32_t i = 0; i < n; i++) {
        const struct circle *c = &circles[i];
        struct rounds r = { .count = c->count, .per_week = c->per_week, .number = p->number };
        if (!zone_find(entity_text(c->potlac, "anchorZone"), NULL))
            continue;
        for (uint32_t k = 0; k < c->count; k++) {
            const struct budget *b = map_find(&budgets, c->leaders[k].user->ref);
            r.per_week = b->potlacs > 1 && b->per_week < r.per_week ? b->per_week : r.per_week;
        }
        r.leaders = ARENA_ARRAY(p->arena, struct rounds_leader, c->count + 1);
        describe_leaders(p, c, &budgets, &seen, &r);
        list_pairs(p, c, &r);
        rounds_assume(&r);
        recall_pairs(p, c, &r);
        for (uint32_t k = 0; k < r.pair_count; k++)
            r.pairs[k].before = r.pairs[k].last;
        rounds_fill(&r);
        note_rounds(p, c, &r);
        for (uint32_t k = 0; k < r.pair_count; k++)
            add_pair(p, c, &r.pairs[k]);
    }
}
