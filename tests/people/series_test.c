/* people/series and feed: identity, revision, moves, ends; numbers D-xx and E-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "people/feed.h"
#include "people/ical.h"

#define DAY    86400
#define MONDAY 1802678400 /* 2027-02-15T08:00:00Z */

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

static struct plan sync_plan(int weekday, int hour)
{
    static struct sv three[] = { SV_INIT("user:default/eva"), SV_INIT("user:default/ines"), SV_INIT("user:default/li") };
    struct plan p = { .title = SV("potlac:default/search/sync") };
    p.cadence = (struct cadence){ .zone = SV("Europe/Stockholm"), .weekday = weekday, .hour = hour, .every = 1, .from = { 1970, 1, 5 } };
    p.meeting = (struct meeting){ .zone = SV("Europe/Stockholm"),
                                  .kind = SV("sync"),
                                  .minutes = 30,
                                  .attendees = three,
                                  .attendee_count = 3,
                                  .summary = SV("Search: weekly sync"),
                                  .description = SV(""),
                                  .location = SV("") };
    return p;
}

static struct sv text_of(const struct series *s)
{
    struct strbuf out = STRBUF_IN(a);
    series_write(&out, s);
    return strbuf_sv(&out);
}

static const struct occurrence *of_week(const struct series *s, const char *id)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (sv_is(s->occurrences[i].id, id))
            return &s->occurrences[i];
    return NULL;
}

static struct sv start_of(const struct occurrence *o)
{
    struct strbuf out = STRBUF_IN(a);
    local_print(&out, o->start);
    return strbuf_sv(&out);
}

static struct sv feed_of(const char *user, const char *subject, const struct series *const *all, uint32_t n, int64_t now)
{
    struct strbuf out = STRBUF_IN(a);
    struct feed f = { .installation = SV("example"), .name = SV("Test"), .zone = SV("Europe/Stockholm") };
    f.user = sv_of(user);
    f.subject = sv_of(subject);
    feed_write(&out, a, &f, all, n, now);
    return strbuf_sv(&out);
}

static unsigned count_of(struct sv text, const char *needle)
{
    unsigned n = 0;
    for (size_t at = 0; (at = sv_find(text, sv_of(needle), at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static void test_D09_window_of_whole_weeks(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    assert_int_equal(s->occurrence_count, 27); /* this week and 26 ahead */
    assert_true(sv_is(s->occurrences[0].id, "2027-W07"));
    assert_true(sv_is(s->occurrences[26].id, "2027-W33"));
    /* within a week nothing moves; a week later one is added, and only those older than eight weeks go */
    struct series *later = series_advance(a, s, &p, MONDAY + 6 * DAY, NULL);
    assert_true(sv_eq(text_of(s), text_of(later)));
    for (int week = 1; week <= 12; week++)
        later = series_advance(a, later, &p, MONDAY + week * 7 * DAY, NULL);
    assert_null(of_week(later, "2027-W10"));
    assert_non_null(of_week(later, "2027-W11"));
    assert_int_equal(later->occurrence_count, 8 + 27);
}

static void test_D25_same_state_same_bytes(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    const struct series *all[] = { s };
    struct sv one = feed_of("user:default/eva", "", all, 1, MONDAY);
    struct series *again = series_advance(a, s, &p, MONDAY + 3 * 3600, NULL);
    const struct series *all_again[] = { again };
    assert_true(sv_eq(one, feed_of("user:default/eva", "", all_again, 1, MONDAY + 3 * 3600)));
    /* through the recorded text, too */
    struct source src = { SV("state"), text_of(s) };
    struct data_doc *doc;
    struct diags diags = diags_in(a);
    struct series *read;
    struct err err = { "" };
    assert_true(json_read(a, &src, NULL, &diags, &doc));
    assert_true(series_read(a, &doc->root, &read, &err));
    assert_true(sv_eq(text_of(read), src.text));
}

static void test_D11_D20_D45_moved_sync_keeps_its_uids(void **state)
{
    (void)state;
    bool forked = true;
    struct plan p = sync_plan(2, 10), moved = sync_plan(3, 14);
    struct series *s = series_advance(a, NULL, &p, MONDAY, &forked);
    assert_false(forked);
    int64_t later = MONDAY + 15 * DAY; /* Tuesday of week 9 */
    struct series *t = series_advance(a, series_advance(a, s, &p, later, NULL), &moved, later, &forked);
    assert_true(forked);
    assert_int_equal(t->epoch, 1);
    const struct occurrence *past = of_week(t, "2027-W07"), *current = of_week(t, "2027-W09"), *future = of_week(t, "2027-W10");
    /* D-92: what was stays; E.1: this week stands as people know it */
    assert_true(sv_is(start_of(past), "2027-02-17T10:00:00"));
    assert_int_equal(past->seq, 0);
    assert_int_equal(past->stamp, MONDAY);
    assert_true(sv_is(start_of(current), "2027-03-03T10:00:00"));
    assert_true(sv_is(start_of(future), "2027-03-11T14:00:00"));
    assert_int_equal(future->seq, 1);
    assert_int_equal(future->stamp, later);
    assert_int_equal(future->created, MONDAY);
    struct sv uid = ical_uid(a, SV("example"), occurrence_canonical(a, t, future));
    assert_true(sv_eq(uid, ical_uid(a, SV("example"), occurrence_canonical(a, s, of_week(s, "2027-W10")))));
    assert_true(sv_is(series_canonical(a, t, t->epoch), "series:potlac:default/search/sync#1"));
    /* moved once, not again */
    struct series *u = series_advance(a, t, &moved, later + 3600, &forked);
    assert_false(forked);
    assert_true(sv_eq(text_of(t), text_of(u)));
}

static void test_D20_text_changes_do_not_raise_the_sequence(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10), other = sync_plan(2, 10);
    other.meeting.summary = SV("Search: sync");
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    struct series *t = series_advance(a, s, &other, MONDAY + DAY, NULL);
    const struct occurrence *o = of_week(t, "2027-W10");
    assert_int_equal(o->seq, 0);
    assert_int_equal(o->stamp, MONDAY + DAY);
    assert_int_equal(t->epoch, 0);
    const struct series *all[] = { t };
    assert_int_equal(count_of(feed_of("user:default/eva", "", all, 1, MONDAY + DAY), "SUMMARY:Search: sync"), 27);
}

static void test_D12_replaced_leader(void **state)
{
    (void)state;
    static struct sv others[] = { SV_INIT("user:default/eva"), SV_INIT("user:default/ines"), SV_INIT("user:default/omar") };
    struct plan p = sync_plan(2, 10), replaced = sync_plan(2, 10);
    replaced.meeting.attendees = others;
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    int64_t later = MONDAY + 3 * DAY;
    struct series *t = series_advance(a, s, &replaced, later, NULL);
    const struct series *all[] = { t };
    struct sv old = feed_of("user:default/li", "", all, 1, later), fresh = feed_of("user:default/omar", "", all, 1, later);
    /* who left sees the future cancelled, what was attended as it was; who came sees the same UIDs, from now on */
    assert_int_equal(count_of(old, "STATUS:CANCELLED"), 26);
    assert_int_equal(count_of(old, "STATUS:CONFIRMED"), 1);
    assert_int_equal(count_of(old, "SEQUENCE:1"), 26);
    assert_int_equal(count_of(fresh, "STATUS:CONFIRMED"), 26);
    const char *uid = arena_cstr(a, ical_uid(a, SV("example"), occurrence_canonical(a, s, of_week(s, "2027-W10"))));
    assert_int_equal(count_of(old, uid), 1);
    assert_int_equal(count_of(fresh, uid), 1);
    /* forgotten after 14 days, but for the past */
    struct series *u = series_advance(a, t, &replaced, later + 15 * DAY, NULL);
    const struct series *after[] = { u };
    old = feed_of("user:default/li", "", after, 1, later + 15 * DAY);
    assert_int_equal(count_of(old, "BEGIN:VEVENT"), 1);
}

static void test_D44_ended_series(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    int64_t later = MONDAY + 3 * DAY;
    struct series *t = series_end(a, s, later);
    assert_int_equal(of_week(t, "2027-W07")->cancelled, false);
    assert_int_equal(of_week(t, "2027-W10")->cancelled, true);
    assert_int_equal(of_week(t, "2027-W10")->seq, 1);
    assert_int_equal(series_ahead(t, later), 0);
    assert_true(sv_eq(text_of(t), text_of(series_end(a, t, later + DAY))));
    assert_non_null(of_week(series_trim(a, t, later + 14 * DAY), "2027-W10"));
    struct series *gone = series_trim(a, t, later + 14 * DAY + 1);
    assert_null(of_week(gone, "2027-W10"));
    assert_non_null(of_week(gone, "2027-W07"));
    /* D-16: back while it is still shown, it is the same; back later, its UIDs are new */
    struct series *soon = series_advance(a, t, &p, later + 5 * DAY, NULL);
    assert_int_equal(of_week(soon, "2027-W10")->seq, 2);
    assert_false(of_week(soon, "2027-W10")->cancelled);
    struct series *late = series_advance(a, gone, &p, later + 20 * DAY, NULL);
    const struct occurrence *o = of_week(late, "2027-W12");
    assert_non_null(o);
    assert_false(sv_eq(occurrence_canonical(a, late, o), occurrence_canonical(a, s, of_week(s, "2027-W12"))));
}

static void test_E9_skipped_week_and_return(void **state)
{
    (void)state;
    static struct sv weeks[] = { SV_INIT("2027-W10") };
    struct plan p = sync_plan(2, 10), skipping = sync_plan(2, 10);
    skipping.skip = weeks;
    skipping.skip_count = 1;
    struct series *fresh = series_advance(a, NULL, &skipping, MONDAY, NULL);
    assert_null(of_week(fresh, "2027-W10"));
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL), *t = series_advance(a, s, &skipping, MONDAY + DAY, NULL);
    assert_true(of_week(t, "2027-W10")->cancelled);
    assert_int_equal(of_week(t, "2027-W11")->seq, 0);
    struct series *u = series_advance(a, t, &p, MONDAY + 2 * DAY, NULL);
    assert_false(of_week(u, "2027-W10")->cancelled);
    assert_int_equal(of_week(u, "2027-W10")->seq, 2);
}

static void test_cycles_of_several_weeks(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    p.cadence.every = 4;
    p.cadence.from = (struct date){ 2027, 2, 16 }; /* Tuesday of week 7 */
    p.cadence.phase = 1;
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    assert_true(sv_is(s->occurrences[0].id, "2027-W08"));
    assert_true(sv_is(s->occurrences[1].id, "2027-W12"));
    /* another beginning of the same cycle is no other series */
    bool forked;
    p.cadence.from = (struct date){ 2027, 2, 23 };
    p.cadence.phase = 0;
    struct series *t = series_advance(a, s, &p, MONDAY, &forked);
    assert_false(forked);
    assert_int_equal(t->occurrence_count, s->occurrence_count);
    p.cadence.phase = 1;
    series_advance(a, t, &p, MONDAY, &forked);
    assert_true(forked);
}

static void test_D37_no_start_in_a_gap(void **state)
{
    (void)state;
    struct plan p = sync_plan(6, 2); /* Sunday 02:30, which the clocks skip on 2027-03-28 */
    p.cadence.minute = 30;
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    assert_non_null(of_week(s, "2027-W11"));
    assert_null(of_week(s, "2027-W12"));
    assert_non_null(of_week(s, "2027-W13"));
}

static void test_single_meeting_moves(void **state)
{
    (void)state;
    struct plan p = sync_plan(0, 0);
    p.title = SV("keymeeting:default/steering/chat");
    p.cadence = (struct cadence){ .zone = SV("Europe/London"), .once = true, .start = { { 2027, 3, 18 }, 13, 30, 0 }, .every = 1 };
    p.meeting.zone = SV("Europe/London");
    struct series *s = series_advance(a, NULL, &p, MONDAY, NULL);
    assert_int_equal(s->occurrence_count, 1);
    assert_true(sv_is(occurrence_canonical(a, s, &s->occurrences[0]), "single:keymeeting:default/steering/chat"));
    p.cadence.start.hour = 12;
    struct series *t = series_advance(a, s, &p, MONDAY + DAY, NULL);
    assert_int_equal(t->occurrences[0].seq, 1);
    assert_int_equal(t->epoch, 0);
}

static void test_D06_D07_D31_D53_D54_D55_what_a_feed_holds(void **state)
{
    (void)state;
    static struct sv pair[] = { SV_INIT("user:default/ines"), SV_INIT("user:default/li") };
    struct plan p = sync_plan(2, 10), one = sync_plan(3, 9);
    one.title = SV("potlac:default/search/one-on-one/user:default/ines/user:default/li");
    one.meeting.attendees = pair;
    one.meeting.attendee_count = 2;
    one.meeting.private = true;
    one.meeting.summary = SV("One-on-one: Ines, Li");
    const struct series *all[] = { series_advance(a, NULL, &p, MONDAY, NULL), series_advance(a, NULL, &one, MONDAY, NULL) };
    struct sv eva = feed_of("user:default/eva", "", all, 2, MONDAY), li = feed_of("user:default/li", "", all, 2, MONDAY);
    struct sv team = feed_of("", "potlac:default/search", all, 2, MONDAY);
    static const char *const never[] = { "METHOD", "ORGANIZER", "ATTENDEE", "RRULE:FREQ=WEEKLY", "X-WR-TIMEZONE" };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_int_equal(count_of(li, never[i]), 0);
    assert_int_equal(count_of(li, "BEGIN:VTIMEZONE"), 1);
    assert_int_equal(count_of(li, "VERSION:2.0\r\n"), 1);
    assert_int_equal(count_of(li, "PRODID:"), 1);
    assert_int_equal(count_of(li, "PRODID:-//potlac//calendar//EN\r\n"), 1); /* no version, no build, no time */
    assert_int_equal(count_of(li, "TRANSP:OPAQUE\r\n"), (int)count_of(li, "BEGIN:VEVENT"));
    assert_int_equal(count_of(li, "CLASS:PRIVATE"), 27);
    assert_int_equal(count_of(li, "DTSTART;TZID=Europe/Stockholm:20270310T100000"), 1);
    assert_int_equal(count_of(li, "DTEND;TZID=Europe/Stockholm:20270310T103000"), 1);
    /* neither those who are not in it nor the team's feed know of the one-on-one */
    assert_int_equal(count_of(eva, "One-on-one"), 0);
    assert_int_equal(count_of(team, "One-on-one"), 0);
    assert_int_equal(count_of(eva, "BEGIN:VEVENT"), 27);
    assert_int_equal(count_of(team, "BEGIN:VEVENT"), 27);
    assert_true(sv_starts(li, SV("BEGIN:VCALENDAR\r\n")));
    assert_true(sv_ends(li, SV("END:VCALENDAR\r\n")));
    const char *keep = getenv("POTLAC_KEEP_FEED"); /* for a look with another reader */
    if (keep)
        fs_write_atomic(keep, li, 0644, NULL);
}

static void test_D08_empty_feed_is_a_zone(void **state)
{
    (void)state;
    struct sv text = feed_of("user:default/nobody", "", NULL, 0, MONDAY);
    assert_int_equal(count_of(text, "BEGIN:VTIMEZONE"), 1);
    assert_int_equal(count_of(text, "BEGIN:VEVENT"), 0);
}

static void test_D39_length_over_a_change_of_clocks(void **state)
{
    (void)state;
    struct plan p = sync_plan(6, 1); /* Sunday 01:45 for 30 minutes: ends at 03:15 on the wall on 2027-03-28 */
    p.cadence.minute = 45;
    const struct series *all[] = { series_advance(a, NULL, &p, MONDAY, NULL) };
    struct sv text = feed_of("user:default/eva", "", all, 1, MONDAY);
    assert_int_equal(count_of(text, "DTEND;TZID=Europe/Stockholm:20270328T031500"), 1);
}

static void test_broken_state_is_refused(void **state)
{
    (void)state;
    static const char bad_meeting[] =
        "{\"title\":\"x\",\"epoch\":0,\"life\":0,\"ended\":false,\"endedAt\":0,\"cadence\":{\"zone\":\"UTC\",\"start\":"
        "\"2027-03-03T10:00:00\"},\"meetings\":[],\"occurrences\":[{\"meeting\":7}],\"leavers\":[]}";
    static const char *const wrong[] = { "{}", "[]", "1", "{\"title\":\"x\"}", bad_meeting };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct source src = { SV("state"), sv_of(wrong[i]) };
        struct data_doc *doc;
        struct diags diags = diags_in(a);
        struct series *s;
        struct err err = { "" };
        assert_true(json_read(a, &src, NULL, &diags, &doc));
        assert_false(series_read(a, &doc->root, &s, &err));
        assert_non_null(strstr(err.text, "cannot be read"));
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_D09_window_of_whole_weeks),
        T(test_D25_same_state_same_bytes),
        T(test_D11_D20_D45_moved_sync_keeps_its_uids),
        T(test_D20_text_changes_do_not_raise_the_sequence),
        T(test_D12_replaced_leader),
        T(test_D44_ended_series),
        T(test_E9_skipped_week_and_return),
        T(test_cycles_of_several_weeks),
        T(test_D37_no_start_in_a_gap),
        T(test_single_meeting_moves),
        T(test_D06_D07_D31_D53_D54_D55_what_a_feed_holds),
        T(test_D08_empty_feed_is_a_zone),
        T(test_D39_length_over_a_change_of_clocks),
        T(test_broken_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
