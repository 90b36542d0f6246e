/* people/calendar: calendar_event resources converged by the agent into a store and a folder of feeds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "base/fs.h"
#include "people/calendar.h"

#define DAY    86400
#define MONDAY 1802678400 /* 2027-02-15T08:00:00Z */

static struct arena *a;
static struct symtab *syms;
static struct store *st;
static char folder[64];

static int setup(void **state)
{
    (void)state;
    struct err err = { "" };
    a = arena_new(0);
    syms = symtab_new();
    st = store_open(":memory:", &err);
    memcpy(folder, "/tmp/potlac-feeds-XXXXXX", sizeof "/tmp/potlac-feeds-XXXXXX");
    return st && mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    store_close(st);
    fs_remove_tree(folder, NULL);
    symtab_free(syms);
    arena_free(a);
    return 0;
}

/* ---- catalogs ---- */

static void set(struct resource *r, const char *name, struct value v)
{
    for (uint32_t i = 0; i < r->param_count; i++)
        if (sv_is(r->params[i].name->text, name)) {
            r->params[i].value = v;
            return;
        }
    struct resource_param p = { .name = intern(syms, sv_of(name)), .value = v };
    ARENA_PUSH(a, r->params, r->param_count, r->param_cap, p);
}

static void set_text(struct resource *r, const char *name, const char *text) { set(r, name, value_str(sv_of(text))); }

static struct resource *event(struct catalog *c, const char *title, const char *weekday, const char *time, const char *x, const char *y)
{
    struct resource *r = ARENA_NEW(a, struct resource);
    struct value *two = ARENA_ARRAY(a, struct value, 2);
    two[0] = value_str(sv_of(x)), two[1] = value_str(sv_of(y));
    *r = (struct resource){
        .type = SV("Calendar_event"), .title = sv_of(title), .flags = RES_BUILTIN | RES_EVALUATED, .index = c->resource_count
    };
    set_text(r, "ensure", "present");
    set_text(r, "kind", "sync");
    set_text(r, "zone", "Europe/Stockholm");
    set_text(r, "weekday", weekday);
    set_text(r, "start_time", time);
    set(r, "minutes", value_int(30));
    set(r, "attendees", value_array(two, 2));
    set_text(r, "summary", title);
    ARENA_PUSH(a, c->resources, c->resource_count, c->resource_cap, r);
    return r;
}

static struct catalog *catalog(void) { return catalog_new(a, syms, SV("calendars")); }

#define EVA  "user:default/eva"
#define LI   "user:default/li"
#define OMAR "user:default/omar"
#define SYNC "potlac:default/p/sync"

static struct catalog *usual(const char *weekday)
{
    struct catalog *c = catalog();
    event(c, SYNC, weekday, "10:00", EVA, LI);
    set_text(event(c, "potlac:default/p/one-on-one/user:default/eva/user:default/li", "thu", "10:00", EVA, LI), "kind", "one-on-one");
    return c;
}

/* ---- runs ---- */

struct outcome {
    struct report *report;
    unsigned feeds, written;
    struct err err;
};

static struct outcome converge_with(struct catalog *c, int64_t now, bool noop, bool mass)
{
    static const struct provider *const items[] = { &calendar_event_provider };
    static const struct provider_set set_of_one = { items, 1 };
    struct outcome o = { 0 };
    struct calendar_options options = { .store = st, .folder = sv_of(folder), .now = now, .noop = noop, .allow_mass_cancel = mass };
    struct calendar *cal = calendar_open(a, &options, &o.err);
    if (!cal || !calendar_purge(cal, c, &o.err))
        return o;
    struct run run = { .arena = a, .noop = noop, .now = now, .calendar = cal, .extra = &set_of_one };
    o.report = agent_converge(&run, c, NULL, NULL);
    if (calendar_close(cal, &o.err))
        o.feeds = calendar_feeds(cal, &o.written);
    return o;
}

static struct outcome converge(struct catalog *c, int64_t now) { return converge_with(c, now, false, false); }

static struct sv feed(const char *name)
{
    struct sv text = SV("");
    fs_read(a, arena_cstr(a, arena_printf(a, "%s/%s", folder, name)), 0, &text, NULL);
    return text;
}

static unsigned count_of(struct sv text, const char *needle)
{
    unsigned n = 0;
    for (size_t at = 0; (at = sv_find(text, sv_of(needle), at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static unsigned events_of(const char *kind)
{
    struct event *list;
    size_t n;
    struct err err = { "" };
    struct event_query q = { .kind = sv_of(kind) };
    assert_true(store_events(st, a, &q, &list, &n, &err));
    return (unsigned)n;
}

/* ---- tests ---- */

static void test_second_run_writes_nothing(void **state)
{
    (void)state;
    struct outcome o = converge(usual("wed"), MONDAY);
    assert_string_equal(o.err.text, "");
    assert_int_equal(o.report->failed, 0);
    assert_int_equal(o.report->changed, 2);
    assert_int_equal(o.feeds, 3);
    assert_int_equal(o.written, 3);
    assert_int_equal(count_of(feed("user-eva.ics"), "BEGIN:VEVENT"), 54);
    assert_int_equal(count_of(feed("potlac-p.ics"), "BEGIN:VEVENT"), 27);
    struct sv before = feed("user-eva.ics");
    o = converge(usual("wed"), MONDAY + 3600);
    assert_int_equal(o.report->changed, 0);
    assert_int_equal(o.written, 0);
    assert_true(sv_eq(before, feed("user-eva.ics")));
}

static void test_noop_writes_nothing(void **state)
{
    (void)state;
    struct outcome o = converge_with(usual("wed"), MONDAY, true, false);
    assert_string_equal(o.err.text, "");
    assert_int_equal(o.report->would_change, 2);
    assert_int_equal(feed("user-eva.ics").n, 0);
    uint32_t n;
    struct calendar_options options = { .store = st, .folder = sv_of(folder), .now = MONDAY };
    calendar_series(calendar_open(a, &options, &o.err), &n);
    assert_int_equal(n, 0);
}

static void test_D93_feed_lost_or_edited_is_written_again(void **state)
{
    (void)state;
    converge(usual("wed"), MONDAY);
    struct sv before = feed("user-eva.ics");
    const char *path = arena_cstr(a, arena_printf(a, "%s/user-eva.ics", folder));
    assert_true(fs_write_atomic(path, SV("cut"), 0644, NULL));
    assert_int_equal(converge(usual("wed"), MONDAY).written, 1);
    assert_true(sv_eq(before, feed("user-eva.ics")));
}

static void test_D45_move_is_recorded_as_a_fork(void **state)
{
    (void)state;
    converge(usual("wed"), MONDAY);
    struct outcome o = converge(usual("tue"), MONDAY + DAY);
    assert_int_equal(o.report->changed > 0, true);
    assert_int_equal(events_of("cal.fork"), 1);
    struct sv text = feed("user-eva.ics");
    assert_int_equal(count_of(text, "SEQUENCE:1"), 26); /* all but this week's */
    assert_int_equal(count_of(text, "BEGIN:VEVENT"), 54);
    assert_int_equal(converge(usual("tue"), MONDAY + DAY + 60).report->changed, 0);
}

static void test_D12_D44_purge_ends_what_is_wanted_no_more(void **state)
{
    (void)state;
    struct catalog *c = usual("wed");
    event(c, "potlac:default/q/sync", "fri", "11:00", EVA, OMAR);
    converge(c, MONDAY);
    c = catalog();
    event(c, SYNC, "wed", "10:00", EVA, OMAR);
    event(c, "potlac:default/q/sync", "fri", "11:00", EVA, OMAR);
    set_text(event(c, "potlac:default/p/one-on-one/user:default/eva/user:default/omar", "thu", "10:00", EVA, OMAR), "kind", "one-on-one");
    struct outcome o = converge(c, MONDAY + DAY);
    assert_string_equal(o.err.text, "");
    assert_int_equal(events_of("cal.ended"), 1);
    struct sv li = feed("user-li.ics");
    assert_int_equal(count_of(li, "STATUS:CANCELLED"), 54);
    assert_int_equal(count_of(li, "STATUS:CONFIRMED"), 0);
    /* 15 days later nothing is left for who left but a valid calendar */
    o = converge(c, MONDAY + 16 * DAY);
    li = feed("user-li.ics");
    assert_int_equal(count_of(li, "BEGIN:VEVENT"), 0);
    assert_int_equal(count_of(li, "BEGIN:VTIMEZONE"), 1);
    assert_int_equal(converge(c, MONDAY + 16 * DAY).written, 0);
}

static void test_D90_mass_guard(void **state)
{
    (void)state;
    struct catalog *c = catalog();
    for (int i = 0; i < 12; i++)
        event(c, arena_cstr(a, arena_printf(a, "potlac:default/p%d/sync", i)), "wed", "10:00", EVA, LI);
    converge(c, MONDAY);
    struct catalog *few = catalog();
    for (int i = 0; i < 6; i++)
        event(few, arena_cstr(a, arena_printf(a, "potlac:default/p%d/sync", i)), "wed", "10:00", EVA, LI);
    struct outcome o = converge(few, MONDAY);
    assert_null(o.report);
    assert_non_null(strstr(o.err.text, "6 of 12"));
    assert_non_null(strstr(o.err.text, "--allow-mass-cancel"));
    assert_int_equal(count_of(feed("user-eva.ics"), "STATUS:CANCELLED"), 0);
    /* from some to none, however few */
    few = catalog();
    for (int i = 0; i < 7; i++)
        event(few, arena_cstr(a, arena_printf(a, "potlac:default/p%d/sync", i)), "wed", "10:00", EVA, LI);
    o = converge(few, MONDAY);
    assert_string_equal(o.err.text, "");
    assert_int_equal(count_of(feed("user-eva.ics"), "STATUS:CANCELLED"), 5 * 27);
    o = converge_with(catalog(), MONDAY, false, true);
    assert_string_equal(o.err.text, "");
    assert_int_equal(count_of(feed("user-eva.ics"), "STATUS:CONFIRMED"), 0);
}

static void test_wrong_attributes_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        { "zone", "Europe/Stokholm", "did you mean 'Europe/Stockholm'" },
        { "weekday", "someday", "'weekday' is no day of the week" },
        { "start_time", "25:00", "'start_time' is no time of day" },
        { "every", "P3D", "whole weeks" },
        { "from", "2027-02-30", "'from' is no date" },
        { "kind", "party", "expected sync, one-on-one" },
        { "minutes", "0", "'minutes' must be a whole number" },
        { "start", "2027-03-28T02:30:00", "does not exist" },
        { "attendees", "eva", "expected a full reference" },
        { "attendees", "user:default/../../etc", "expected a full reference" },
        { "ensure", "maybe", "expected present or absent" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plan p;
        struct err err = { "" };
        struct resource *r = event(catalog(), SYNC, "wed", "10:00", EVA, LI);
        set_text(r, rows[i][0], rows[i][1]);
        assert_false(calendar_plan_read(a, r, &p, &err));
        if (!strstr(err.text, rows[i][2]))
            fail_msg("'%s', not '%s'", err.text, rows[i][2]);
    }
    static const char *const titles[] = { "",
                                          "sync",
                                          "potlac:default/p",
                                          "potlac:default/p/",
                                          "potlac:default/../x",
                                          "Potlac:Default/P/sync",
                                          "a/b/c",
                                          "potlac:default/.p/sync" };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        struct plan p;
        struct err err = { "" };
        if (calendar_plan_read(a, event(catalog(), titles[i], "wed", "10:00", EVA, LI), &p, &err))
            fail_msg("title '%s' was taken", titles[i]);
    }
}

static void test_broken_store_cancels_nothing(void **state)
{
    (void)state;
    converge(usual("wed"), MONDAY);
    struct err err = { "" };
    struct sv before = feed("user-eva.ics");
    assert_true(store_put(st, SV("calendar.series"), SV(SYNC), SV("{\"title\":1}"), MONDAY, &err));
    struct outcome o = converge(usual("wed"), MONDAY);
    assert_null(o.report);
    assert_non_null(strstr(o.err.text, "cannot be read"));
    assert_true(sv_eq(before, feed("user-eva.ics")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_second_run_writes_nothing),
        T(test_noop_writes_nothing),
        T(test_D93_feed_lost_or_edited_is_written_again),
        T(test_D45_move_is_recorded_as_a_fork),
        T(test_D12_D44_purge_ends_what_is_wanted_no_more),
        T(test_D90_mass_guard),
        T(test_wrong_attributes_are_refused),
        T(test_broken_store_cancels_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
