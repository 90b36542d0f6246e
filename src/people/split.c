/* All ways to divide the leaders in two, and the one that tears least apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/split.h"

#include <stdlib.h>

enum { OWNER = 1, LEAD = 2, COACH = 4 };

struct member {
    struct sv user;
    const struct entity *team;
    int roles;
};

struct dividing {
    const struct people_plan *p;
    const struct entity *potlac;
    struct member all[SPLIT_LEADERS_MAX];
    uint32_t count;
    uint32_t shared;                                  /* the only coach: in both parts; count: none */
    int weight[SPLIT_LEADERS_MAX][SPLIT_LEADERS_MAX]; /* what ties two of them together */
};

/* ---- who they are ---- */

static int role_bit(struct sv role)
{
    return sv_is(role, "product-owner") ? OWNER : sv_is(role, "team-lead") ? LEAD : sv_is(role, "agile-coach") ? COACH : 0;
}

/* The team in which somebody leads today: of several the Potlac's own. */
static struct member member_of(const struct people_plan *p, const struct entity *potlac, struct sv user)
{
    const struct model *m = p->ctx->model;
    const struct entity *e = model_find(m, user),
                        *own = model_find(m, model_full_ref(p->arena, entity_text(potlac, "group"), "group", potlac->ns));
    struct member found = { .user = user };
    uint32_t n;
    const struct edge_to *edges = model_edges(m, e, &n);
    for (uint32_t i = 0; i < n; i++) {
        int bit = edges[i].relation == REL_HOLDS_ROLE ? role_bit(entity_text(edges[i].via, "role")) : 0;
        if (!bit || !entity_on(edges[i].via, p->ctx->today))
            continue;
        found.roles |= bit;
        if (!found.team || edges[i].to == own)
            found.team = edges[i].to;
    }
    return found;
}

/* ---- what ties them together ---- */

static bool team_owns(const struct model *m, const struct entity *team, const struct entity *service)
{
    return team && model_one(m, service, REL_OWNED_BY) == team;
}

/* Dependencies between services of two teams. */
static int dependencies(const struct people_plan *p, const struct entity *x, const struct entity *y)
{
    static const enum relation ties[] = { REL_DEPENDS_ON, REL_DEPENDENCY_OF };
    uint32_t n, count;
    int sum = 0;
    const struct entity *const *services = model_of_kind(p->ctx->model, KIND_COMPONENT, &n);
    for (uint32_t i = 0; i < n; i++)
        for (int r = 0; team_owns(p->ctx->model, x, services[i]) && r < 2; r++) {
            const struct entity **to = model_related(p->ctx->model, p->arena, services[i], ties[r], &count);
            for (uint32_t k = 0; k < count; k++)
                sum += to[k]->kind == KIND_COMPONENT && team_owns(p->ctx->model, y, to[k]);
        }
    return sum;
}

/* Products that affect services of both, or that one owns and that affect services of the other: these count twice. */
static int products(const struct people_plan *p, const struct member *x, const struct member *y)
{
    uint32_t n, count;
    int sum = 0;
    const struct entity *const *all = model_of_kind(p->ctx->model, KIND_PRODUCT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv owner = model_full_ref(p->arena, entity_text(all[i], "productOwner"), "user", all[i]->ns);
        bool of_x = sv_eq(owner, x->user), of_y = sv_eq(owner, y->user);
        const struct entity **to = model_related(p->ctx->model, p->arena, all[i], REL_AFFECTS, &count);
        for (uint32_t k = 0; k < count; k++) {
            of_x = of_x || team_owns(p->ctx->model, x->team, to[k]);
            of_y = of_y || team_owns(p->ctx->model, y->team, to[k]);
        }
        sum += of_x && of_y ? 2 : 0;
    }
    return sum;
}

static void weigh(struct dividing *d)
{
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t k = i + 1; k < d->count; k++) {
            bool one_team = d->all[i].team && d->all[i].team == d->all[k].team;
            int ties = one_team ? 0 : dependencies(d->p, d->all[i].team, d->all[k].team);
            d->weight[i][k] = d->weight[k][i] = ties + products(d->p, &d->all[i], &d->all[k]);
        }
}

/* ---- dividing ---- */

static int roles_in(const struct dividing *d, uint32_t part, bool second)
{
    int roles = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if ((part >> i & 1) == second || i == d->shared)
            roles |= d->all[i].roles;
    return roles;
}

static int cut_of(const struct dividing *d, uint32_t part)
{
    int sum = 0;
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t k = i + 1; k < d->count; k++)
            if (i != d->shared && k != d->shared && (part >> i & 1) != (part >> k & 1))
                sum += d->weight[i][k];
    return sum;
}

/* Fewer is better: a part without a role, a team torn apart, parts of different size, and what is cut. */
static int cost_of(const struct dividing *d, uint32_t part)
{
    static const int bits[] = { OWNER, LEAD, COACH }, costs[] = { 100000, 50000, 20000 };
    int sizes[2] = { 0, 0 }, cost = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        if (i == d->shared)
            continue;
        sizes[part >> i & 1]++;
        for (uint32_t k = i + 1; k < d->count; k++)
            cost += k != d->shared && d->all[i].team && d->all[i].team == d->all[k].team && (part >> i & 1) != (part >> k & 1) ? 1000 : 0;
    }
    int both = d->shared < d->count;
    for (int s = 0; s < 2; s++) {
        int roles = roles_in(d, part, s), size = sizes[s] + both;
        for (int b = 0; b < 3; b++)
            cost += roles & bits[b] ? 0 : costs[b];
        cost += size < 2 ? 500000 : size < 3 ? 5000 : size > 4 ? 5000 * (size - 4) : 0;
    }
    return cost + 10 * cut_of(d, part) + 5 * abs(sizes[0] - sizes[1]);
}

static uint32_t best_division(const struct dividing *d)
{
    uint32_t best = 0;
    int least = INT32_MAX;
    for (uint32_t part = 1; part + 1 < 1u << d->count; part++) {
        if (d->shared < d->count && part >> d->shared & 1)
            continue;
        int cost = cost_of(d, part);
        if (cost < least)
            least = cost, best = part;
    }
    return best;
}

/* The first part is that of the lead of the Potlac's own team, so that it keeps name and identity. */
static bool keeps_name(const struct dividing *d, uint32_t part, bool second)
{
    const struct entity *own =
        model_find(d->p->ctx->model, model_full_ref(d->p->arena, entity_text(d->potlac, "group"), "group", d->potlac->ns));
    for (uint32_t i = 0; i < d->count; i++)
        if (i != d->shared && d->all[i].roles & LEAD && d->all[i].team == own)
            return (part >> i & 1) == second;
    return !second;
}

static struct split_part part_of(const struct dividing *d, uint32_t part, bool second)
{
    int roles = roles_in(d, part, second);
    struct split_part out = { .has_owner = roles & OWNER, .has_lead = roles & LEAD, .has_coach = roles & COACH };
    out.leaders = ARENA_ARRAY(d->p->arena, struct sv, d->count);
    for (uint32_t i = 0; i < d->count; i++)
        if ((part >> i & 1) == second || i == d->shared)
            out.leaders[out.count++] = d->all[i].user;
    return out;
}

/* ---- minutes ---- */

static void count_minutes(const struct entity *potlac, struct split *s)
{
    int sync = (int)entity_int(potlac, "sync.minutes", SYNC_MINUTES),
        pair = (int)entity_int(potlac, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES);
    uint32_t larger = s->parts[0].count > s->parts[1].count ? s->parts[0].count : s->parts[1].count;
    int64_t most = entity_int(potlac, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK);
    int pairs = (int)larger - 1 < most ? (int)larger - 1 : (int)most;
    s->minutes_before = sync + pair * ((int)s->leaders - 1);
    s->minutes_from = sync + pair * pairs + pair / 2; /* and one with somebody of the other part every second week */
    s->minutes_to = s->minutes_from + BRIDGE_MINUTES / BRIDGE_WEEKS;
}

bool split_propose(const struct people_plan *p, const struct entity *potlac, struct split *out, struct err *err)
{
    struct dividing d = { .p = p, .potlac = potlac };
    uint32_t n, coaches = 0;
    struct leader *leaders = plan_leaders(p, potlac, &n);
    if (n < 4 || n > SPLIT_LEADERS_MAX)
        return err_set(err, "%.*s has %u leader%s: from 4 to %d can be divided", SV_ARG(potlac->ref), n, n == 1 ? "" : "s",
                       SPLIT_LEADERS_MAX);
    for (; d.count < n; d.count++)
        d.all[d.count] = member_of(p, potlac, leaders[d.count].user->ref);
    d.shared = n;
    for (uint32_t i = 0; i < n; i++)
        if (d.all[i].roles == COACH)
            coaches++, d.shared = i;
    if (coaches != 1)
        d.shared = n;
    weigh(&d);
    uint32_t part = best_division(&d);
    bool first = keeps_name(&d, part, true);
    *out = (struct split){ .potlac = potlac, .leaders = n, .cut = cut_of(&d, part) };
    out->parts[0] = part_of(&d, part, first);
    out->parts[1] = part_of(&d, part, !first);
    out->name = arena_printf(p->arena, "%.*s-2", SV_ARG(potlac->name));
    for (uint32_t i = 0; i < d.count; i++) { /* named by its team, where that has one and the other part has another */
        const struct entity *team = (part >> i & 1) != first && d.all[i].roles & LEAD ? d.all[i].team : NULL;
        if (team && !sv_eq(team->name, potlac->name) &&
            !model_find(p->ctx->model, arena_printf(p->arena, "potlac:%.*s/%.*s", SV_ARG(potlac->ns), SV_ARG(team->name))))
            out->name = team->name;
    }
    count_minutes(potlac, out);
    return true;
}

/* ---- for the model ---- */

static void write_potlac(struct strbuf *out, const struct entity *like, struct sv name, const struct sv *leaders, uint32_t n,
                         struct sv bridge)
{
    strbuf_addf(out, "apiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: %.*s}\nspec:\n  group: %.*s\n  leaders: [", SV_ARG(name),
                SV_ARG(entity_text(like, "group")));
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(out, "%s%.*s", i ? ", " : "", SV_ARG(leaders[i]));
    strbuf_addf(
        out, "]\n  anchorZone: %.*s\n  sync: {every: P%dW, minutes: %lld}\n  oneOnOnes: {minutes: %lld, maxPerLeaderPerWeek: %lld}\n",
        SV_ARG(entity_text(like, "anchorZone")), weeks_of(entity_text(like, "sync.every"), 1),
        (long long)entity_int(like, "sync.minutes", SYNC_MINUTES), (long long)entity_int(like, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES),
        (long long)entity_int(like, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK));
    if (bridge.n)
        strbuf_addf(out, "  bridge: {to: potlac:%.*s, every: P%dW, minutes: %d}\n", SV_ARG(bridge), BRIDGE_WEEKS, BRIDGE_MINUTES);
}

void split_write_yaml(struct strbuf *out, struct arena *a, const struct split *s)
{
    struct sv second = sv_is(s->potlac->ns, "default") ? s->name : arena_printf(a, "%.*s/%.*s", SV_ARG(s->potlac->ns), SV_ARG(s->name));
    write_potlac(out, s->potlac, s->potlac->name, s->parts[0].leaders, s->parts[0].count, second);
    strbuf_adds(out, "---\n");
    write_potlac(out, s->potlac, s->name, s->parts[1].leaders, s->parts[1].count, SV_NONE);
}

void split_merge_yaml(struct strbuf *out, const struct people_plan *p, const struct entity *keeps, const struct entity *goes)
{
    uint32_t n, m, count = 0;
    struct leader *x = plan_leaders(p, keeps, &n), *y = plan_leaders(p, goes, &m);
    struct sv *all = ARENA_ARRAY(p->arena, struct sv, n + m + 1);
    for (uint32_t i = 0; i < n + m; i++) {
        struct sv ref = (i < n ? x[i] : y[i - n]).user->ref;
        bool known = false;
        for (uint32_t k = 0; k < count; k++)
            known = known || sv_eq(all[k], ref);
        if (!known)
            all[count++] = ref;
    }
    write_potlac(out, keeps, keeps->name, all, count, SV_NONE);
}
