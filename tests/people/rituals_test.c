/* people: key meetings, rehearsals, shared checkups, handovers, makeshift syncs, growth; numbers E-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/split.h"

static struct arena *a;
static struct people_context ctx;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    ctx = (struct people_context){ .today = { 2027, 2, 15 } };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct people_plan *plan_of(const char *yaml)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("model.yaml"), sv_of(yaml) };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    bool ok = model_add_text(m, src, &diags);
    if (!model_check(m, ctx.today, &diags) || !ok) {
        AUTO_STRBUF out = STRBUF_HEAP;
        diags_print(&out, &diags, false);
        fail_msg("%s", strbuf_cstr(&out));
    }
    ctx.model = m;
    return people_plan_new(&ctx, a, SV_NONE);
}

#define GROUP(name) "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: " name "}\nspec: {type: team, children: []}\n"
#define WHO(name, zone, more)                                                                                                              \
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: " name "}\nspec: {memberOf: [team]}\n"                           \
    "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: " name "}\nspec: {timezone: " zone more "}\n"
#define AT(name) WHO(name, "Europe/Stockholm", "")
#define ROLE(who, group, role)                                                                                                             \
    "---\napiVersion: potlac/v1\nkind: RoleAssignment\nmetadata: {name: " who "-" group "}\nspec: {person: " who ", group: " group         \
    ", role: " role "}\n"
#define AWAY(who, from, to)                                                                                                                \
    "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: " who "-" from "}\nspec: {person: " who ", from: " from ", to: " to "}\n"
#define POTLAC(name, group, more)                                                                                                          \
    "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: " name "}\nspec: {group: " group ", anchorZone: Europe/Stockholm" more "}" \
    "\n"
#define TRIO                                                                                                                               \
    GROUP("team")                                                                                                                          \
    AT("eva") AT("ines") AT("li") ROLE("eva", "team", "team-lead") ROLE("ines", "team", "product-owner") ROLE("li", "team", "agile-coach")
#define KEY(name, start, more)                                                                                                             \
    "---\napiVersion: potlac/v1\nkind: KeyMeeting\nmetadata: {name: " name "}\nspec: {start: " start                                       \
    ", zone: Europe/Stockholm, minutes: 60, presenters: [user:eva], potlac: p" more "}\n"

static const struct one_off *once(const struct people_plan *p, const char *title)
{
    const struct one_off *o = people_plan_find_once(p, sv_of(title));
    if (!o)
        fail_msg("nothing is planned as '%s'", title);
    return o;
}

static void assert_start(const struct one_off *o, const char *start)
{
    struct strbuf text = STRBUF_IN(a);
    local_print(&text, o->start);
    assert_int_equal(o->state, ONE_OFF_PLANNED);
    assert_string_equal(strbuf_cstr(&text), start);
}

#define CHAT(key) "potlac:default/p/chat/keymeeting:default/" key
#define MOCK(key) "potlac:default/p/mock/keymeeting:default/" key

static void test_E4_chat_is_as_late_as_it_may(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-04T14:00:00", ""));
    assert_start(once(p, CHAT("k")), "2027-03-04T13:30:00"); /* ten minutes, and over a quarter before */
    assert_int_equal(once(p, CHAT("k"))->attendee_count, 3);
    assert_null(people_plan_find_once(p, SV(MOCK("k"))));
}

static void test_E4_chat_moves_with_its_meeting(void **state)
{
    (void)state;
    const struct held_slot held = {
        .title = SV(CHAT("k")), .zone = SV("Europe/Stockholm"), .once = true, .start = { { 2027, 3, 4 }, 13, 30, 0 }
    };
    ctx.held = &held;
    ctx.held_count = 1;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-04T15:00:00", ""));
    assert_start(once(p, CHAT("k")), "2027-03-04T13:30:00"); /* still within two hours: it stays */
    p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-05T14:00:00", ""));
    assert_start(once(p, CHAT("k")), "2027-03-05T13:30:00");
}

static void test_E4_two_meetings_within_half_an_hour_share(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-04T14:00:00", "") KEY("l", "2027-03-04T14:30:00", "")
                                        KEY("m", "2027-03-04T16:30:00", ""));
    assert_int_equal(once(p, CHAT("k"))->state, ONE_OFF_PLANNED);
    assert_ptr_equal(once(p, CHAT("l"))->shared, once(p, CHAT("k")));
    assert_null(once(p, CHAT("m"))->shared);
}

static void test_E4_the_day_before_or_by_message(void **state)
{
    (void)state;
    /* nobody else is at work before nine */
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-04T09:00:00", ""));
    assert_start(once(p, CHAT("k")), "2027-03-03T16:45:00");
    p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-04T14:00:00", "") AWAY("ines", "2027-03-01", "2027-03-05")
                    AWAY("li", "2027-03-01", "2027-03-05"));
    assert_int_equal(once(p, CHAT("k"))->state, ONE_OFF_WRITTEN);
}

static void test_E5_rehearsal_two_working_days_before(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-08T14:00:00", ", special: true"));
    assert_start(once(p, MOCK("k")), "2027-03-04T09:00:00"); /* Monday: Thursday before, not Saturday */
    assert_int_equal(once(p, MOCK("k"))->minutes, 60);
    assert_true(once(p, MOCK("k"))->audience.n > 0);
}

static void test_E5_short_notice_makes_a_longer_chat(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-02-16T14:00:00", ", special: true"));
    assert_int_equal(once(p, MOCK("k"))->state, ONE_OFF_NONE);
    assert_true(sv_ends(once(p, MOCK("k"))->why, SV("short notice")));
    assert_int_equal(once(p, CHAT("k"))->minutes, 20);
}

static void test_E5_a_rehearsal_that_was_held_stays_valid(void **state)
{
    (void)state;
    const struct held_slot held = {
        .title = SV(MOCK("k")), .zone = SV("Europe/Stockholm"), .once = true, .start = { { 2027, 2, 12 }, 9, 0, 0 }
    };
    ctx.held = &held;
    ctx.held_count = 1;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-02-25T14:00:00", ", special: true"));
    assert_start(once(p, MOCK("k")), "2027-02-12T09:00:00"); /* the meeting moved by a week, and nine working days lie between */
    p = plan_of(TRIO POTLAC("p", "team", "") KEY("k", "2027-03-11T14:00:00", ", special: true"));
    assert_start(once(p, MOCK("k")), "2027-03-09T10:00:00"); /* after the sync */
}

#define SERVICE(name, tier, dev)                                                                                                           \
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: " name ", annotations: {potlac/tier: \"" tier               \
    "\"}}\nspec: {type: service, lifecycle: experimental, owner: team}\n"                                                                  \
    "---\napiVersion: potlac/v1\nkind: SystemOwnership\nmetadata: {name: " name "}\nspec: {service: " name ", dev: user:" dev              \
    ", ops: user:li, checkup: {every: P4W}}\n"

static void test_E6_services_of_the_same_two_share_a_meeting(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO SERVICE("a", "3", "eva") SERVICE("b", "1", "eva") SERVICE("c", "2", "eva") SERVICE("d", "2", "eva")
                                        SERVICE("e", "3", "eva") SERVICE("x", "1", "ines"));
    assert_int_equal(p->count, 3);
    const struct ritual *first = people_plan_find(p, SV("systemownership:default/b/checkup"));
    const struct ritual *rest = people_plan_find(p, SV("systemownership:default/e/checkup"));
    assert_non_null(first);
    assert_int_equal(first->ownership_count, 4);
    assert_int_equal(first->ask.minutes, 60);
    assert_true(sv_is(first->ownerships[1]->name, "c")); /* by tier, then by name */
    assert_non_null(rest);
    assert_int_equal((first->ask.phase + 1) % 4, rest->ask.phase);
    assert_int_equal(rest->ask.minutes, CHECKUP_MINUTES); /* alone it takes what it declares */
    AUTO_STRBUF why = STRBUF_HEAP;
    assert_true(people_explain(&why, p, SV("systemownership:default/d/checkup")));
    assert_true(sv_starts(strbuf_sv(&why), SV("talked about in systemownership:default/b/checkup")));
}

static void test_E6_handover_with_old_and_new_owner(void **state)
{
    (void)state;
    struct owner_change c = { SV("systemownership:default/a"), SV("dev"), SV("user:default/ines"), SV("user:default/eva"), 1802678400 };
    ctx.changes = &c;
    ctx.change_count = 1;
    struct people_plan *p = plan_of(TRIO SERVICE("a", "1", "eva") AWAY("ines", "2027-02-15", "2027-02-19"));
    const struct one_off *o = once(p, "systemownership:default/a/handover/2027-02-15");
    assert_int_equal(o->attendee_count, 3);
    assert_start(o, "2027-02-22T09:00:00");
    p = plan_of(TRIO SERVICE("a", "1", "eva") AWAY("ines", "2027-02-15", "2027-03-19"));
    assert_int_equal(once(p, "systemownership:default/a/handover/2027-02-15")->state, ONE_OFF_WRITTEN); /* not within ten working days */
}

static void test_E8_nobody_looks_after_a_service(void **state)
{
    (void)state;
    struct date from, to;
    struct people_plan *p =
        plan_of(TRIO SERVICE("a", "1", "eva") AWAY("eva", "2027-02-22", "2027-02-26") AWAY("li", "2027-02-25", "2027-03-05"));
    const struct entity *e = model_find(ctx.model, SV("systemownership:default/a"));
    assert_true(ownership_unattended(p, e, &from, &to));
    assert_int_equal(from.day, 25);
    assert_int_equal(to.day, 26);
    p = plan_of(TRIO SERVICE("a", "1", "eva") AWAY("eva", "2027-02-22", "2027-02-26"));
    assert_false(ownership_unattended(p, model_find(ctx.model, SV("systemownership:default/a")), &from, &to));
}

static const struct ritual *sync_of(const struct people_plan *p)
{
    const struct ritual *r = people_plan_find(p, SV("potlac:default/p/sync"));
    assert_non_null(r);
    return r;
}

#define TWO(hours_x, hours_y)                                                                                                              \
    GROUP("team")                                                                                                                          \
    WHO("x", "Europe/Stockholm", ", hours: {" hours_x "}")                                                                                 \
    WHO("y", "Europe/Stockholm", ", hours: {" hours_y "}") ROLE("x", "team", "team-lead") ROLE("y", "team", "product-owner")

static void test_E2_twenty_minutes_where_there_is_no_half_hour(void **state)
{
    (void)state;
    struct people_plan *p =
        plan_of(TWO("mon-fri: \"09:00-12:30\"", "mon-fri: \"12:00-17:00\"") POTLAC("p", "team", ", sync: {minutes: 45}"));
    assert_true(sync_of(p)->slot.found);
    assert_int_equal(sync_of(p)->ask.minutes, 20);
    assert_true(sync_of(p)->note.n > 0);
}

static void test_E2_two_slots_alternate(void **state)
{
    (void)state;
    /* Tuesdays of even weeks and Wednesdays of odd ones are taken */
    struct strbuf y = STRBUF_IN(a);
    strbuf_adds(&y, TWO("tue-wed: \"09:00-10:00\"", "tue-wed: \"09:00-10:00\"") POTLAC("p", "team", ""));
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        struct strbuf day = STRBUF_IN(a);
        date_print(&day, date_from_days(date_to_days((struct date){ 2027, 2, 15 }) + week * 7 + 1 + week % 2));
        strbuf_addf(&y, "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: a%d}\nspec: {person: x, from: %s, to: %s}\n", week,
                    strbuf_cstr(&day), strbuf_cstr(&day));
    }
    struct people_plan *p = plan_of(strbuf_cstr(&y));
    const struct ritual *r = sync_of(p);
    assert_true(r->slot.found && r->other.found);
    for (int week = 1; week < HORIZON_WEEKS; week++)
        assert_int_equal(r->weeks[week].state, WEEK_MEETS);
    assert_int_equal(r->weeks[1].minute / 1440 + r->weeks[2].minute / 1440, 1 + 2);
}

static void test_E2_the_bad_hour_goes_round(void **state)
{
    (void)state;
    static const char far[] = GROUP("team") WHO("x", "Europe/Stockholm", "") WHO("y", "America/Los_Angeles", "")
        ROLE("x", "team", "team-lead") ROLE("y", "team", "product-owner");
    struct people_plan *p = plan_of(arena_printf(a, "%s%s", far, POTLAC("p", "team", "")).p);
    assert_false(sync_of(p)->slot.found); /* never without being asked */
    p = plan_of(arena_printf(a, "%s%s", far, POTLAC("p", "team", ", sync: {outsideHours: rotate}")).p);
    const struct ritual *r = sync_of(p);
    unsigned had[2] = { 0, 0 };
    assert_true(r->slot.found && r->turns);
    for (int week = 1; week <= 12; week++)
        had[r->turn_of[week]]++;
    assert_int_equal(had[0], 6);
    assert_int_equal(had[1], 6);
}

static void test_E2_attendance_move_or_skip(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", ", sync: {weekday: tue}") AWAY("eva", "2027-03-02", "2027-03-02") AWAY(
        "li", "2027-03-02", "2027-03-02") AWAY("eva", "2027-03-15", "2027-03-21") AWAY("li", "2027-03-15", "2027-03-21"));
    const struct ritual *r = sync_of(p);
    assert_int_equal(r->slot.weekday, 1);
    assert_int_equal(r->weeks[2].state, WEEK_MOVED); /* one of three on Tuesday, all on another day */
    assert_true(sv_starts(r->weeks[2].why, SV("eva and li away")));
    assert_int_equal(r->weeks[4].state, WEEK_SKIPPED);
}

static void test_E8_a_holiday_of_the_anchor_zone(void **state)
{
    (void)state;
    struct people_plan *p =
        plan_of("apiVersion: potlac/v1\nkind: HolidayCalendar\nmetadata: {name: h}\nspec: {days: [{date: 2027-03-02}]}\n" GROUP("team")
                    WHO("x", "Europe/Stockholm", ", holidays: [h]") WHO("y", "Europe/London", "") WHO("z", "Europe/London", "")
                        ROLE("x", "team", "team-lead") ROLE("y", "team", "product-owner") ROLE("z", "team", "agile-coach")
                            POTLAC("p", "team", ", sync: {weekday: tue}"));
    assert_int_equal(sync_of(p)->weeks[2].state, WEEK_SKIPPED);
    assert_true(sv_is(sync_of(p)->weeks[2].why, "holiday in Europe/Stockholm"));
}

static void test_retrospective_in_place_of_the_sync(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(TRIO POTLAC("p", "team", ", retrospective: {every: P4W, minutes: 90}"));
    const struct ritual *r = people_plan_find(p, SV("potlac:default/p/retrospective"));
    assert_non_null(r);
    assert_int_equal(r->ask.minutes, 90);
    for (int week = 1; week < HORIZON_WEEKS; week++)
        assert_int_equal((r->weeks[week].state != WEEK_NONE) + (sync_of(p)->weeks[week].state != WEEK_NONE), 1);
    assert_int_equal(r->slot.weekday, sync_of(p)->slot.weekday);
}

/* clang-format off */
#define SIX                                                                                                                                \
    GROUP("team") GROUP("red") GROUP("blue")                                                                                               \
    AT("po1") AT("tl1") AT("ac1") AT("po2") AT("tl2") AT("ac2")                                                                            \
    ROLE("po1", "red", "product-owner") ROLE("tl1", "red", "team-lead") ROLE("ac1", "red", "agile-coach")                                  \
    ROLE("po2", "blue", "product-owner") ROLE("tl2", "blue", "team-lead") ROLE("ac2", "blue", "agile-coach")
/* clang-format on */

static void test_E7_six_leaders_become_two_trios(void **state)
{
    (void)state;
    struct err err = { "" };
    struct split s;
    struct people_plan *p = plan_of(SIX POTLAC("p", "red", ", leaders: [po1, po2, tl1, tl2, ac1, ac2]"));
    assert_true(split_propose(p, model_find(ctx.model, SV("potlac:default/p")), &s, &err));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s.parts[i].count, 3);
        assert_true(s.parts[i].has_owner && s.parts[i].has_lead && s.parts[i].has_coach);
    }
    assert_true(sv_is(s.parts[0].leaders[0], "user:default/ac1")); /* the red team keeps the name */
    assert_true(sv_is(s.name, "blue"));
    assert_int_equal(s.minutes_before, 180);
    assert_int_equal(s.minutes_from, 105);
    assert_int_equal(s.minutes_to, 120);
    AUTO_STRBUF yaml = STRBUF_HEAP;
    strbuf_adds(&yaml, SIX "---\n");
    split_write_yaml(&yaml, a, &s);
    p = plan_of(strbuf_cstr(&yaml)); /* it is a model, and its bridge has meetings */
    unsigned bridges = 0, pairs = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        bridges += p->rituals[i]->kind == RITUAL_BRIDGE;
        pairs += p->rituals[i]->kind == RITUAL_ONE_ON_ONE;
    }
    assert_int_equal(pairs, 6);
    assert_true(bridges >= 3);
}

static void test_E7_a_bridge_has_one_delegate_of_each_and_a_product_owner(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(SIX POTLAC("p", "red", ", bridge: {to: q, every: P2W}") POTLAC("q", "blue", ""));
    for (int week = 1; week < HORIZON_WEEKS; week++) {
        unsigned meetings = 0;
        for (uint32_t i = 0; i < p->count; i++) {
            const struct ritual *r = p->rituals[i];
            if (r->kind != RITUAL_BRIDGE || !(r->ask.weeks >> week & 1))
                continue;
            meetings++;
            assert_true(sv_find(r->title, SV("user:default/po"), 0) != SIZE_MAX);
        }
        assert_true(meetings <= 1);
        assert_int_equal(meetings, people_plan_weeks(p, 2, people_phase(SV("potlac:default/p/bridge"), 2)) >> week & 1);
    }
}

static void test_E7_merged_back(void **state)
{
    (void)state;
    struct people_plan *p = plan_of(SIX POTLAC("p", "red", "") POTLAC("q", "blue", ""));
    AUTO_STRBUF yaml = STRBUF_HEAP;
    strbuf_adds(&yaml, SIX "---\n");
    split_merge_yaml(&yaml, p, model_find(ctx.model, SV("potlac:default/p")), model_find(ctx.model, SV("potlac:default/q")));
    p = plan_of(strbuf_cstr(&yaml));
    assert_int_equal(sync_of(p)->ask.count, 6);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_E4_chat_is_as_late_as_it_may),
        T(test_E4_chat_moves_with_its_meeting),
        T(test_E4_two_meetings_within_half_an_hour_share),
        T(test_E4_the_day_before_or_by_message),
        T(test_E5_rehearsal_two_working_days_before),
        T(test_E5_short_notice_makes_a_longer_chat),
        T(test_E5_a_rehearsal_that_was_held_stays_valid),
        T(test_E6_services_of_the_same_two_share_a_meeting),
        T(test_E6_handover_with_old_and_new_owner),
        T(test_E8_nobody_looks_after_a_service),
        T(test_E2_twenty_minutes_where_there_is_no_half_hour),
        T(test_E2_two_slots_alternate),
        T(test_E2_the_bad_hour_goes_round),
        T(test_E2_attendance_move_or_skip),
        T(test_E8_a_holiday_of_the_anchor_zone),
        T(test_retrospective_in_place_of_the_sync),
        T(test_E7_six_leaders_become_two_trios),
        T(test_E7_a_bridge_has_one_delegate_of_each_and_a_product_owner),
        T(test_E7_merged_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
