/* people: leaders, pairs and slots from small models; numbers E-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/pairs.h"
#include "people/plan.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define TODAY ((struct date){ 2027, 2, 15 })

static const struct model *model_of(const char *yaml)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("model.yaml"), sv_of(yaml) };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    bool ok = model_add_text(m, src, &diags);
    ok = model_check(m, TODAY, &diags) && ok;
    if (!ok) {
        AUTO_STRBUF out = STRBUF_HEAP;
        diags_print(&out, &diags, false);
        fail_msg("%s", strbuf_cstr(&out));
    }
    return m;
}

#define GROUP      "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n"
#define USER(name) "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: " name "}\nspec: {memberOf: [team]}\n"
#define PERSON(name, zone, hours)                                                                                                          \
    "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: " name "}\nspec: {timezone: " zone ", hours: {" hours "}}\n"
#define ROLE(name, who, role, more)                                                                                                        \
    "---\napiVersion: potlac/v1\nkind: RoleAssignment\nmetadata: {name: " name "}\nspec: {person: " who ", group: team, role: " role more  \
    "}\n"
#define POTLAC(spec)                                                                                                                       \
    "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: p}\nspec: {group: team, anchorZone: Europe/Stockholm, " spec "}\n"
#define TRIO                                                                                                                               \
    GROUP USER("eva") USER("ines") USER("li") ROLE("tl", "eva", "team-lead", "") ROLE("po", "ines", "product-owner", "")                   \
        ROLE("ac", "li", "agile-coach", "")

static struct people_plan *plan_of(const char *yaml, const struct held_slot *held, uint32_t n)
{
    struct people_context *ctx = ARENA_NEW(a, struct people_context);
    *ctx = (struct people_context){ .model = model_of(yaml), .today = TODAY, .held = held, .held_count = n };
    return people_plan_new(ctx, a, SV_NONE);
}

static const struct slot *slot_of(const struct people_plan *p, const char *title)
{
    const struct ritual *r = people_plan_find(p, sv_of(title));
    if (!r)
        fail_msg("no ritual '%s'", title);
    return &r->slot;
}

/* ---- leaders ---- */

static void test_leaders_by_role_on_a_date(void **state)
{
    (void)state;
    const struct model *m = model_of(TRIO USER("omar") POTLAC("leaders: byRole") ROLE("old", "omar", "product-owner", ", until: 2026-12-31")
                                         ROLE("both", "eva", "product-owner", "") ROLE("dev", "omar", "dev", ""));
    const struct entity *p = model_find(m, SV("potlac:default/p"));
    uint32_t n;
    struct leader *l = potlac_leaders(m, a, p, TODAY, &n);
    assert_int_equal(n, 3); /* two roles are one leader; past roles and others lead nothing */
    assert_true(sv_is(l[0].user->ref, "user:default/eva"));
    assert_int_equal(l[0].role_count, 2);
    assert_true(sv_is(l[2].user->ref, "user:default/li"));
    potlac_leaders(m, a, p, (struct date){ 2026, 12, 31 }, &n);
    assert_int_equal(n, 4);
}

static void test_leaders_by_name(void **state)
{
    (void)state;
    const struct model *m = model_of(TRIO POTLAC("leaders: [user:li, eva]"));
    uint32_t n;
    struct leader *l = potlac_leaders(m, a, model_find(m, SV("potlac:default/p")), TODAY, &n);
    assert_int_equal(n, 2);
    assert_true(sv_is(l[0].user->ref, "user:default/eva"));
    assert_true(sv_is(l[0].roles[0], "team-lead"));
}

/* ---- pairs ---- */

static void test_E3_every_pair_once_in_the_shortest_cycle(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 16; n++)
        for (uint32_t b = 1; b <= 5; b++) {
            struct pair_plan p = pairs_plan(a, n, b);
            uint32_t pairs = n * (n - 1) / 2, seen[16][16] = { 0 }, week_load[32][16] = { 0 };
            assert_int_equal(p.count, pairs);
            for (uint32_t i = 0; i < p.count; i++) {
                assert_true(p.pairs[i].a < p.pairs[i].b && p.pairs[i].b < n && p.pairs[i].week < p.cycle);
                assert_int_equal(seen[p.pairs[i].a][p.pairs[i].b]++, 0);
                assert_true(++week_load[p.pairs[i].week][p.pairs[i].a] <= b);
                assert_true(++week_load[p.pairs[i].week][p.pairs[i].b] <= b);
            }
            uint32_t in_week = n * b / 2, best = (pairs + in_week - 1) / in_week;
            if (p.cycle != best)
                fail_msg("%u leaders, %u a week: a cycle of %u weeks, not %u", n, b, p.cycle, best);
        }
}

static void test_E3_table(void **state)
{
    (void)state;
    static const uint32_t rows[][3] = { { 2, 1, 1 }, { 3, 1, 3 }, { 4, 2, 3 }, { 5, 2, 5 }, { 6, 3, 5 }, { 7, 3, 7 }, { 8, 4, 7 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(pairs_plan(a, rows[i][0], 2).cycle, rows[i][1]);
        assert_int_equal(pairs_plan(a, rows[i][0], 1).cycle, rows[i][2]);
    }
    assert_int_equal(pairs_plan(a, 0, 2).count + pairs_plan(a, 1, 2).count, 0);
}

/* ---- availability and slots ---- */

static enum presence at(const struct availability *p, int day, int hour, int minute, int minutes)
{
    int32_t first, count;
    assert_true(wall_span(p->wall, day / 7, day % 7 * 1440 + hour * 60 + minute, minutes, &first, &count));
    return availability_at(p, first, count, minutes);
}

static void test_E1_whole_interval_inside_hours(void **state)
{
    (void)state;
    const struct model *m = model_of(
        GROUP USER("eva") PERSON("eva", "Europe/Stockholm", "mon-thu: \"09:00-12:00\"") "---\napiVersion: potlac/v1\nkind: Absence\n"
                                                                                        "metadata: {name: x}\nspec: {person: eva, from: "
                                                                                        "2027-02-17, to: 2027-02-17}\n");
    const struct zone *zone = zone_find(SV("Europe/Stockholm"), NULL);
    struct roster *r = roster_new(m, a, TODAY);
    struct availability *p = roster_person(r, SV("user:default/eva"), zone);
    assert_int_equal(at(p, 0, 9, 0, 30), HERE);
    assert_int_equal(at(p, 0, 8, 45, 30), OUTSIDE);
    assert_int_equal(at(p, 0, 11, 30, 30), HERE);
    assert_int_equal(at(p, 0, 11, 30, 45), OUTSIDE);
    assert_int_equal(at(p, 4, 10, 0, 30), AWAY); /* Friday */
    assert_int_equal(at(p, 2, 10, 0, 30), AWAY); /* absent */
    int32_t first, count;
    assert_true(wall_span(p->wall, 0, 10 * 60, 30, &first, &count));
    availability_book(p, first, count, 30);
    assert_int_equal(at(p, 0, 9, 30, 60), TAKEN);
    assert_int_equal(p->minutes[0], 30);
    availability_unbook(p, first, count, 30);
    assert_int_equal(at(p, 0, 9, 30, 60), HERE);
}

static void test_E2_best_slot_is_deterministic_and_explained(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("sync: {earliest: tue, latest: thu}"), NULL, 0);
    const struct slot *s = slot_of(p, "potlac:default/p/sync");
    assert_true(s->found);
    assert_int_equal(s->weekday, 1);
    assert_int_equal(s->hour * 60 + s->minute, 9 * 60 + 30); /* the first inside 09:30-16:30 */
    assert_int_equal(s->score, 0);
    assert_true(sv_is(s->why, "tue 09:30: free in 12 of 12 weeks, score 0"));
}

static void test_E2_two_zones_hold_over_both_changes_of_clocks(void **state)
{
    (void)state;
    struct people_plan *p =
        plan_of(TRIO POTLAC("sync: {earliest: tue, latest: thu}") PERSON("ines", "America/New_York", "mon-fri: \"09:00-17:00\""), NULL, 0);
    const struct slot *s = slot_of(p, "potlac:default/p/sync");
    assert_true(s->found);
    assert_int_equal(s->weeks_free, 12);
    /* 09:30 in New York is 15:30 in Stockholm, but 14:30 in the weeks between the two changes: 15:30 is inside both days' hours in all of
     * them */
    assert_int_equal(s->hour * 60 + s->minute, 15 * 60 + 30);
}

static void test_E2_no_common_time_names_who_blocks(void **state)
{
    (void)state;
    struct people_plan *p =
        plan_of(TRIO POTLAC("sync: {earliest: tue, latest: thu}") PERSON("ines", "Pacific/Auckland", "mon-fri: \"09:00-17:00\""), NULL, 0);
    const struct slot *s = slot_of(p, "potlac:default/p/sync");
    assert_false(s->found);
    assert_true(sv_starts(s->why, SV("no common time")));
}

static void test_E2_absence_of_more_than_two_weeks_moves_nothing_silently(void **state)
{
    (void)state;
    /* away on Tuesdays of three of the twelve weeks: Tuesday no longer holds in ten */
    struct people_plan *p =
        plan_of(TRIO POTLAC("sync: {earliest: tue, latest: thu}") "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: a}\nspec: "
                                                                  "{person: eva, from: 2027-02-23, to: "
                                                                  "2027-02-23}\n---\napiVersion: potlac/v1\nkind: Absence\nmetadata: "
                                                                  "{name: b}\nspec: {person: eva, from: "
                                                                  "2027-03-02, to: 2027-03-02}\n---\napiVersion: potlac/v1\nkind: "
                                                                  "Absence\nmetadata: {name: c}\nspec: {person: "
                                                                  "eva, from: 2027-03-09, to: 2027-03-09}\n",
                NULL, 0);
    const struct slot *s = slot_of(p, "potlac:default/p/sync");
    assert_int_equal(s->weekday, 2);
}

static void test_E1_stability_before_optimality(void **state)
{
    (void)state;
    const struct held_slot held[] = { { SV_INIT("potlac:default/p/sync"), SV_INIT("Europe/Stockholm"), 3, 14 * 60 } };
    const struct slot *s = slot_of(plan_of(TRIO POTLAC("sync: {earliest: tue, latest: thu}"), held, 1), "potlac:default/p/sync");
    assert_int_equal(s->weekday, 3);
    assert_int_equal(s->hour, 14);
    /* no longer allowed: moved */
    s = slot_of(plan_of(TRIO POTLAC("sync: {earliest: tue, latest: wed}"), held, 1), "potlac:default/p/sync");
    assert_int_equal(s->weekday, 1);
    /* declared day, free time: moved to that day */
    s = slot_of(plan_of(TRIO POTLAC("sync: {weekday: wed}"), held, 1), "potlac:default/p/sync");
    assert_int_equal(s->weekday, 2);
    s = slot_of(plan_of(TRIO POTLAC("sync: {weekday: fri, time: \"11:15\"}"), held, 1), "potlac:default/p/sync");
    assert_int_equal(s->weekday, 4);
    assert_int_equal(s->hour * 60 + s->minute, 11 * 60 + 15);
}

static void test_E3_nobody_is_in_two_places(void **state)
{
    (void)state;
    struct people_plan *p =
        plan_of(TRIO USER("mats") POTLAC("sync: {earliest: tue, latest: thu}, oneOnOnes: {maxPerLeaderPerWeek: 2}"), NULL, 0);
    assert_int_equal(p->count, 4); /* one sync, three pairs */
    for (uint32_t i = 0; i < p->count; i++) {
        assert_true(p->rituals[i]->slot.found);
        for (uint32_t j = 0; j < i; j++) {
            const struct slot *x = &p->rituals[i]->slot, *y = &p->rituals[j]->slot;
            int t = x->hour * 60 + x->minute, u = y->hour * 60 + y->minute;
            /* every two of these rituals share someone */
            assert_false(x->weekday == y->weekday && t < u + 30 && u < t + 30);
        }
    }
    assert_non_null(people_plan_find(p, SV("potlac:default/p/one-on-one/user:default/eva/user:default/ines")));
}

static void test_E1_day_limit_of_meeting_minutes(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(
        TRIO POTLAC(
            "sync: {earliest: tue, latest: tue}, oneOnOnes: {}") "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: eva}\nspec: "
                                                                 "{timezone: Europe/Stockholm, maxMeetingMinutesPerDay: 30}\n",
        NULL, 0);
    const struct slot *sync = slot_of(p, "potlac:default/p/sync");
    const struct slot *pair = slot_of(p, "potlac:default/p/one-on-one/user:default/eva/user:default/li");
    const struct slot *other = slot_of(p, "potlac:default/p/one-on-one/user:default/eva/user:default/ines");
    assert_int_equal(sync->weekday, 1);
    assert_int_not_equal(pair->weekday, 1);
    assert_int_not_equal(other->weekday, 1);
    assert_int_not_equal(other->weekday, pair->weekday);
}

#define SERVICE                                                                                                                            \
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: s}\nspec: {type: service, lifecycle: experimental, owner: " \
    "team}\n"                                                                                                                              \
    "---\napiVersion: potlac/v1\nkind: SystemOwnership\nmetadata: {name: s}\nspec: {service: s, dev: user:eva, ops: user:li, checkup: "    \
    "{every: P4W}}\n"

static void test_E6_checkup_of_the_two_owners(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO SERVICE, NULL, 0);
    const struct ritual *r = people_plan_find(p, SV("systemownership:default/s/checkup"));
    assert_non_null(r);
    assert_true(r->slot.found);
    assert_int_equal(r->ask.every, 4);
    assert_int_equal(r->ask.count, 2);
    assert_int_equal(r->slot.weeks, 3); /* of twelve */
}

static void test_E8_weeks_to_skip(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(
        TRIO POTLAC("sync: {weekday: wed, time: \"10:00\"}, oneOnOnes: {}")
            PERSON("eva", "Europe/Stockholm", "mon-fri: \"09:00-17:00\"") "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: a}\n"
                                                                          "spec: {person: eva, from: 2027-03-01, to: 2027-03-07}\n",
        NULL, 0);
    const struct ritual *r = people_plan_find(p, SV("potlac:default/p/sync"));
    assert_int_equal(r->weeks[2].state, WEEK_MEETS); /* two of three are enough */
    const struct ritual *pair = people_plan_find(p, SV("potlac:default/p/one-on-one/user:default/eva/user:default/li"));
    assert_int_equal(pair->weeks[2].state, WEEK_SKIPPED); /* but not one of two, and she is away all week */
    assert_int_equal(pair->weeks[3].state, WEEK_MEETS);
    assert_true(sv_starts(pair->weeks[2].why, SV("eva away")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_leaders_by_role_on_a_date),
        T(test_leaders_by_name),
        T(test_E3_every_pair_once_in_the_shortest_cycle),
        T(test_E3_table),
        T(test_E1_whole_interval_inside_hours),
        T(test_E2_best_slot_is_deterministic_and_explained),
        T(test_E2_two_zones_hold_over_both_changes_of_clocks),
        T(test_E2_no_common_time_names_who_blocks),
        T(test_E2_absence_of_more_than_two_weeks_moves_nothing_silently),
        T(test_E1_stability_before_optimality),
        T(test_E3_nobody_is_in_two_places),
        T(test_E1_day_limit_of_meeting_minutes),
        T(test_E6_checkup_of_the_two_owners),
        T(test_E8_weeks_to_skip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
