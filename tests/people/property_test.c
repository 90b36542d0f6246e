/* people: what holds for every schedule, over random organisations: many seeds, always the same ones; numbers E-xx are those of
 * doc/people.md.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/plan.h"

#define SEEDS 150

static struct arena *a;
static uint64_t state_of_chance;

static unsigned pick(unsigned n)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state_of_chance >> 33) % n;
}

static struct date day_after(struct date d, unsigned days) { return date_from_days(date_to_days(d) + days); }

static const char *date_text(struct date d)
{
    struct strbuf out = STRBUF_IN(a);
    date_print(&out, d);
    return strbuf_cstr(&out);
}

/* ---- an organisation ---- */

#define ABSENCE "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: %s%u}\nspec: {person: u%u, from: %s, to: %s}\n"

static void add_person(struct strbuf *y, unsigned i, struct date today)
{
    static const char *const zones[] = { "Europe/Stockholm", "Europe/London", "America/New_York", "Europe/Stockholm", "Africa/Cairo" };
    static const char *const hours[] = { "mon-fri: \"09:00-17:00\"", "mon-thu: \"08:00-16:30\", fri: \"08:00-12:00\"",
                                         "mon-fri: [\"08:30-12:00\", \"13:00-18:00\"]", "tue-fri: \"10:00-18:30\"" };
    strbuf_addf(y,
                "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: u%u}\nspec: {memberOf: [t0]}\n"
                "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: u%u}\nspec: {timezone: %s, hours: {%s}, holidays: [h%u]%s}\n",
                i, i, zones[pick(5)], hours[pick(4)], pick(2), pick(4) ? "" : ", maxMeetingMinutesPerDay: 90");
    for (unsigned k = pick(3); k > 0; k--) {
        struct date from = day_after(today, pick(120));
        strbuf_addf(y, ABSENCE, k == 1 ? "x" : "y", i, i, date_text(from), date_text(day_after(from, pick(25))));
    }
}

static void add_team(struct strbuf *y, unsigned t, unsigned people, unsigned *shared)
{
    static const char *const roles[] = { "product-owner", "team-lead", "product-owner", "product-owner" };
    unsigned leaders = 2 + pick(3), first = t * 5;
    strbuf_addf(y, "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: t%u}\nspec: {type: team, children: []}\n", t);
    for (unsigned i = 0; i < leaders; i++)
        strbuf_addf(
            y, "---\napiVersion: potlac/v1\nkind: RoleAssignment\nmetadata: {name: r%u-%u}\nspec: {person: u%u, group: t%u, role: %s}\n", t,
            i, first + i, t, roles[i]);
    /* every second coach has two teams */
    *shared = t % 2 ? *shared : first + 4;
    strbuf_addf(
        y, "---\napiVersion: potlac/v1\nkind: RoleAssignment\nmetadata: {name: c%u}\nspec: {person: u%u, group: t%u, role: agile-coach}\n",
        t, *shared, t);
    strbuf_addf(y,
                "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: p%u}\nspec: {group: t%u, anchorZone: %s, sync: {earliest: %s, "
                "latest: fri%s}%s, oneOnOnes: {maxPerLeaderPerWeek: 2}}\n",
                t, t, pick(3) ? "Europe/Stockholm" : "America/New_York", pick(2) ? "mon" : "tue",
                pick(5) ? (pick(2) ? "" : ", outsideHours: rotate") : ", weekday: wed, time: \"15:30\"",
                pick(2) ? "" : ", retrospective: {every: P4W}");
    (void)people;
}

static struct sv organisation(struct date today, unsigned teams)
{
    struct strbuf y = STRBUF_IN(a);
    unsigned shared = 4;
    for (unsigned h = 0; h < 2; h++)
        strbuf_addf(&y,
                    "---\napiVersion: potlac/v1\nkind: HolidayCalendar\nmetadata: {name: h%u}\nspec: {days: [{date: %s}, {date: %s}]}\n", h,
                    date_text(day_after(today, 7 + pick(60))), date_text(day_after(today, 70 + pick(60))));
    for (unsigned i = 0; i < teams * 5; i++)
        add_person(&y, i, today);
    for (unsigned t = 0; t < teams; t++)
        add_team(&y, t, teams * 5, &shared);
    for (unsigned k = 0; k < teams; k++)
        strbuf_addf(&y,
                    "---\napiVersion: potlac/v1\nkind: KeyMeeting\nmetadata: {name: k%u}\nspec: {start: %sT%02u:00:00, zone: "
                    "Europe/London, minutes: "
                    "60, special: %s, presenters: [user:u%u], potlac: p%u}\n",
                    k, date_text(day_after(today, pick(40))), 9 + pick(8), pick(2) ? "true" : "false", k * 5, k);
    for (unsigned s = 0; s < teams * 2; s++)
        strbuf_addf(
            &y,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: s%u}\nspec: {type: service, lifecycle: "
            "experimental, owner: t0}\n"
            "---\napiVersion: potlac/v1\nkind: SystemOwnership\nmetadata: {name: s%u}\nspec: {service: s%u, dev: user:u%u, ops: user:u%u, "
            "checkup: {every: P%uW}}\n",
            s, s, s, s / 2 * 5, s / 2 * 5 + 3, 2 + pick(5));
    return strbuf_sv(&y);
}

static const struct model *model_of(struct sv text, struct date today)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("model.yaml"), text };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    bool ok = model_add_text(m, src, &diags);
    if (!model_check(m, today, &diags) || !ok) {
        AUTO_STRBUF out = STRBUF_HEAP;
        diags_print(&out, &diags, false);
        fail_msg("%s", strbuf_cstr(&out));
    }
    return m;
}

static bool is_held(const struct ritual_week *w) { return w->state == WEEK_MEETS || w->state == WEEK_MOVED; }

/* As calendars would have it after that plan. */
static struct held_slot *published(const struct people_plan *p, uint32_t *out_count)
{
    struct held_slot *list = ARENA_ARRAY(a, struct held_slot, p->count + p->one_off_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct ritual *r = p->rituals[i];
        struct held_slot h = { .title = r->title, .zone = zone_name(r->ask.wall->zone), .weekday = r->slot.weekday };
        if (!r->slot.found)
            continue;
        h.time = r->slot.hour * 60 + r->slot.minute;
        h.minutes = r->ask.minutes;
        h.every = r->ask.every, h.phase = r->ask.phase;
        h.inputs = ritual_inputs(r);
        h.weeks = ARENA_ARRAY(a, struct held_week, HORIZON_WEEKS);
        for (int week = 0; week < HORIZON_WEEKS; week++)
            if (is_held(&r->weeks[week]))
                h.weeks[h.week_count++] = (struct held_week){ date_to_days(p->monday) + week * 7, r->weeks[week].minute, false, false };
        list[n++] = h;
    }
    for (uint32_t i = 0; i < p->one_off_count; i++)
        if (p->one_offs[i]->state == ONE_OFF_PLANNED)
            list[n++] = (struct held_slot){
                .title = p->one_offs[i]->title, .zone = p->one_offs[i]->zone, .once = true, .start = p->one_offs[i]->start
            };
    *out_count = n;
    return list;
}

/* before: the plan that was published; NULL: none. */
static struct people_plan *plan_of(const struct model *m, struct date today, const struct people_plan *before)
{
    struct people_context *ctx = ARENA_NEW(a, struct people_context);
    *ctx = (struct people_context){ .model = m, .today = today };
    if (before) {
        ctx->held = published(before, &ctx->held_count);
        ctx->rounds = before->rounds;
        ctx->rounds_count = before->rounds_count;
    }
    return people_plan_new(ctx, a, SV_NONE);
}

/* ---- what must hold ---- */

/* Marks a meeting of a person in a roster without any: nobody is there twice, outside their hours, or away. */
static bool attends(struct roster *clean, const struct wall *wall, struct sv who, int week, int minute, int minutes, enum presence *out_is)
{
    int32_t first, count;
    struct availability *p = roster_person(clean, who, wall->zone);
    if (!wall_span(wall, week, minute, minutes, &first, &count))
        return false;
    int64_t limit = p->max_minutes;
    p->max_minutes = 0;
    *out_is = availability_at(p, first, count, minutes);
    p->max_minutes = limit;
    if (*out_is == HERE)
        availability_book(p, first, count, minutes);
    return true;
}

static void check_week(struct roster *clean, const struct people_plan *p, const struct ritual *r, int week)
{
    const struct ritual_week *w = &r->weeks[week];
    uint32_t here = 0;
    bool declared = r->ask.weekday >= 0 && r->ask.time >= 0;
    const struct wall *wall = roster_wall(clean, r->ask.wall->zone);
    for (uint32_t i = 0; i < r->ask.count; i++) {
        enum presence is;
        if (!attends(clean, wall, r->ask.people[i]->ref, week, w->minute, r->ask.minutes, &is))
            fail_msg("%.*s in week %d stands in a gap of the clocks", SV_ARG(r->title), week);
        if (is == OUTSIDE && r->turns && r->turn_of[week] == i)
            is = HERE; /* the Potlac wants it so, and it is their turn */
        here += is == HERE;
        if (is == TAKEN || is == OUTSIDE)
            if (!declared)
                fail_msg("%.*s in week %d, minute %d: %.*s is %s (%.*s)", SV_ARG(r->title), week, w->minute, SV_ARG(r->ask.people[i]->ref),
                         is == TAKEN ? "in two places" : "outside their hours", SV_ARG(r->slot.why));
    }
    if (here < r->need && !declared)
        fail_msg("%.*s in week %d: %u of %u are there", SV_ARG(r->title), week, here, r->ask.count);
    (void)p;
}

static void check_plan(const struct model *m, const struct people_plan *p)
{
    struct roster *clean = roster_new(m, a, p->monday);
    for (uint32_t i = 0; i < p->count; i++)
        for (int week = 0; week < HORIZON_WEEKS; week++)
            if (is_held(&p->rituals[i]->weeks[week]) && (week > 0 || p->rituals[i]->weeks[0].minute / 1440 >= date_weekday(p->ctx->today)))
                check_week(clean, p, p->rituals[i], week);
    for (uint32_t i = 0; i < p->one_off_count; i++) {
        const struct one_off *o = p->one_offs[i];
        int64_t at = (local_to_seconds(o->start) - date_to_days(p->monday) * DAY) / 60;
        for (uint32_t k = 0; o->state == ONE_OFF_PLANNED && k < o->attendee_count; k++) {
            enum presence is = AWAY;
            const struct wall *wall = roster_wall(clean, zone_find(o->zone, NULL));
            bool there = attends(clean, wall, o->attendees[k], (int)(at / 10080), (int)(at % 10080), o->minutes, &is);
            if (!there || is != HERE)
                fail_msg("%.*s: %.*s is not there", SV_ARG(o->title), SV_ARG(o->attendees[k]));
        }
    }
}

static void check_budgets(const struct people_plan *p)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        struct map load = map_in(a);
        for (uint32_t i = 0; i < p->count; i++)
            for (uint32_t k = 0; k < 2 && p->rituals[i]->kind == RITUAL_ONE_ON_ONE && is_held(&p->rituals[i]->weeks[week]); k++) {
                struct sv who = p->rituals[i]->ask.people[k]->ref;
                uintptr_t n = (uintptr_t)map_find(&load, who) + 1;
                map_put(&load, who, (void *)n);
                if (n > 2)
                    fail_msg("%.*s has %u one-on-ones in week %d", SV_ARG(who), (unsigned)n, week);
            }
    }
}

/* May this one change where somebody is away? Theirs, and those of the Potlacs that they lead. */
static bool concerns(const struct people_plan *p, const struct ritual *r, struct sv who)
{
    for (uint32_t i = 0; i < r->ask.count; i++)
        if (sv_eq(r->ask.people[i]->ref, who))
            return true;
    uint32_t n = 0;
    struct leader *l = r->subject && r->subject->kind == KIND_POTLAC ? plan_leaders(p, r->subject, &n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq(l[i].user->ref, who))
            return true;
    return false;
}

static void check_same(const struct people_plan *before, const struct people_plan *after, struct sv away, const char *what)
{
    for (uint32_t i = 0; i < before->count; i++) {
        const struct ritual *x = before->rituals[i], *y = people_plan_find(after, x->title);
        assert_non_null(y);
        if (away.n && (concerns(before, x, away) || !x->slot.found)) /* one that had no time may find one */
            continue;
        for (int week = 0; week < HORIZON_WEEKS; week++)
            if (is_held(&x->weeks[week]) != is_held(&y->weeks[week]) ||
                (is_held(&x->weeks[week]) && x->weeks[week].minute != y->weeks[week].minute))
                fail_msg("%s: %.*s changed in week %d: %d at %d (%.*s), then %d at %d (%.*s)", what, SV_ARG(x->title), week,
                         x->weeks[week].state, x->weeks[week].minute, SV_ARG(x->slot.why), y->weeks[week].state, y->weeks[week].minute,
                         SV_ARG(y->slot.why));
    }
    for (uint32_t i = 0; i < before->one_off_count; i++) {
        const struct one_off *x = before->one_offs[i], *y = people_plan_find_once(after, x->title);
        bool concerned = false;
        assert_non_null(y);
        for (uint32_t k = 0; k < x->attendee_count && away.n; k++)
            concerned = concerned || sv_eq(x->attendees[k], away);
        if (!concerned && (!away.n || x->state == ONE_OFF_PLANNED) &&
            (x->state != y->state || local_to_seconds(x->start) != local_to_seconds(y->start)))
            fail_msg("%s: %.*s changed", what, SV_ARG(x->title));
    }
}

struct case_of {
    struct date today;
    struct sv text;
    unsigned teams;
};

static struct case_of case_of(unsigned seed)
{
    state_of_chance = seed * 7919u + 13;
    /* before a change of the clocks, and at other times */
    struct case_of c = { .today = day_after((struct date){ 2027, 1, 4 }, pick(320)), .teams = 2 + pick(4) };
    c.text = organisation(c.today, c.teams);
    return c;
}

static void for_each_seed(void (*check)(const struct case_of *c, unsigned seed))
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        a = arena_new(0);
        struct case_of c = case_of(seed);
        check(&c, seed);
        arena_free(a);
    }
}

/* ---- E.1, E.9: never in a gap, an absence, outside hours, or in two places ---- */

static void check_one(const struct case_of *c, unsigned seed)
{
    (void)seed;
    const struct model *m = model_of(c->text, c->today);
    struct people_plan *p = plan_of(m, c->today, NULL);
    check_plan(m, p);
    check_budgets(p);
}

static void test_E1_E9_nobody_meets_where_they_cannot(void **state)
{
    (void)state;
    for_each_seed(check_one);
}

/* ---- E.1: the same again ---- */

static void check_twice(const struct case_of *c, unsigned seed)
{
    (void)seed;
    const struct model *m = model_of(c->text, c->today);
    struct people_plan *first = plan_of(m, c->today, NULL);
    struct people_plan *second = plan_of(m, c->today, first);
    check_plan(m, second);
    check_same(first, second, SV_NONE, "planned again");
}

static void test_E1_planned_again_nothing_moves(void **state)
{
    (void)state;
    for_each_seed(check_twice);
}

/* ---- E.8: one absence ---- */

static void check_absence(const struct case_of *c, unsigned seed)
{
    unsigned who = (seed * 31) % (c->teams * 5);
    struct people_plan *first = plan_of(model_of(c->text, c->today), c->today, NULL);
    struct strbuf y = STRBUF_IN(a);
    struct date from = day_after(c->today, 1 + pick(60));
    strbuf_add(&y, c->text);
    strbuf_addf(&y, ABSENCE, "new", who, who, date_text(from), date_text(day_after(from, pick(30))));
    const struct model *m = model_of(strbuf_sv(&y), c->today);
    struct people_plan *second = plan_of(m, c->today, first);
    check_plan(m, second);
    check_same(first, second, arena_printf(a, "user:default/u%u", who), "an absence");
}

static void test_E8_an_absence_moves_only_what_it_must(void **state)
{
    (void)state;
    for_each_seed(check_absence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_E1_E9_nobody_meets_where_they_cannot),
        cmocka_unit_test(test_E1_planned_again_nothing_moves),
        cmocka_unit_test(test_E8_an_absence_moves_only_what_it_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
