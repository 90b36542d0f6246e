/* people/ics_*: calendars that others wrote: trees, times, rules, busy stretches; numbers D-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/ics_busy.h"
#include "people/ics_recur.h"

static struct arena *a;
static const struct zone *stockholm;

static int setup(void **state)
{
    (void)state;
    a = arena_new(0);
    stockholm = zone_find(SV("Europe/Stockholm"), NULL);
    return stockholm ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct ics_component *read(const char *text)
{
    struct err err = { "" };
    struct ics_component *c = ics_read(a, sv_of(text), ICS_OBJECT_MAX, &err);
    if (!c)
        fail_msg("%s", err.text);
    return c;
}

static void refuses(struct sv text, const char *why)
{
    struct err err = { "" };
    assert_null(ics_read(a, text, ICS_OBJECT_MAX, &err));
    if (!strstr(err.text, why))
        fail_msg("expected '%s', found '%s'", why, err.text);
}

#define CALENDAR(body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" body "END:VCALENDAR\r\n"
#define EVENT(body)    "BEGIN:VEVENT\r\nUID:a\r\n" body "END:VEVENT\r\n"

/* D-02, D-05: bytes are unfolded first; names in any case; what is not known stays, in its order. */
static void test_a_tree_loses_nothing(void **state)
{
    (void)state;
    struct ics_component *c =
        read("begin:vcalendar\nVersion:2.0\nX-B;P=\"a:b;c\";q=1:\xc3\r\n \xa5 d\nX-A:1\nBEGIN:VEVENT\nsummary:F\\, x\\n\\\n ny\n"
             "BEGIN:X-OWN\nEND:X-OWN\nEND:vevent\nEND:VCALENDAR");
    assert_int_equal(c->line_count, 3);
    assert_true(sv_is(c->lines[1].value, "\xc3\xa5 d"));
    assert_true(sv_is(ics_param(&c->lines[1], "p"), "a:b;c"));
    assert_true(sv_is(ics_param(&c->lines[1], "Q"), "1"));
    assert_null(ics_param(&c->lines[1], "R").p);
    assert_true(sv_is(ics_get(c, "x-a"), "1"));
    const struct ics_component *e = c->children[0];
    assert_true(sv_is(ics_text(a, ics_get(e, "SUMMARY")), "F, x\n\ny"));
    assert_true(ics_is(e->children[0], "x-own"));
    struct strbuf out = STRBUF_IN(a);
    ics_write(&out, c);
    assert_true(sv_is(strbuf_sv(&out), "BEGIN:vcalendar\r\nVersion:2.0\r\nX-B;P=\"a:b;c\";q=1:\xc3\xa5 d\r\nX-A:1\r\nBEGIN:VEVENT\r\n"
                                       "summary:F\\, x\\n\\ny\r\nBEGIN:X-OWN\r\nEND:X-OWN\r\nEND:VEVENT\r\nEND:vcalendar\r\n"));
}

static void test_changes_of_a_tree(void **state)
{
    (void)state;
    struct ics_component *c = read(CALENDAR(EVENT("X:1\r\nEXDATE:1\r\nEXDATE:2\r\nY:1\r\n")));
    struct ics_component *copy = ics_copy(a, c), *e = copy->children[0];
    assert_int_equal(ics_remove(e, "exdate"), 2);
    ics_add(a, e, SV("EXDATE;TZID=Europe/Stockholm"), SV("3"));
    assert_true(sv_is(e->lines[3].name, "EXDATE"));
    assert_int_equal(c->children[0]->line_count, 5);
    ics_put_all(a, e, c->children[0], "EXDATE");
    assert_int_equal(e->line_count, 5);
    ics_remove_child(copy, e);
    assert_int_equal(copy->child_count, 0);
}

/* D-95: limits are errors. */
static void test_d95_limits(void **state)
{
    (void)state;
    refuses(SV(""), "this is no calendar");
    refuses(SV("<html>"), "expected NAME:VALUE");
    refuses(SV("BEGIN:VCARD\nEND:VCARD"), "expected BEGIN:VCALENDAR");
    refuses(SV("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR"), "expected END:VEVENT");
    refuses(SV("BEGIN:VCALENDAR\nX:1"), "ends within VCALENDAR");
    refuses(SV("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR"), "line 3: END:VCALENDAR ends nothing");
    refuses(SV("BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR"), "something follows the end");
    refuses(SV("BEGIN:VCALENDAR\nSUMMARY\nEND:VCALENDAR"), "line 2: expected NAME:VALUE");
    refuses(SV("BEGIN:VCALENDAR\nX:\0\nEND:VCALENDAR"), "NUL");
    struct strbuf deep = STRBUF_IN(a), long_text = STRBUF_IN(a), many = STRBUF_IN(a);
    for (int i = 0; i < 9; i++)
        strbuf_adds(&deep, i ? "BEGIN:X\n" : "BEGIN:VCALENDAR\n");
    refuses(strbuf_sv(&deep), "nested deeper than 8");
    strbuf_pad(&long_text, 'x', ICS_OBJECT_MAX + 1);
    refuses(strbuf_sv(&long_text), "larger than");
    for (int i = 0; i <= ICS_LINES_MAX; i++)
        strbuf_adds(&many, "\n");
    strbuf_adds(&many, "BEGIN:VCALENDAR");
    refuses(strbuf_sv(&many), "more than 200000 lines");
}

static int64_t at_of(const char *head, const char *value)
{
    struct ics_component *c = ics_new(a, SV("VEVENT"));
    struct ics_when w;
    ics_add(a, c, sv_of(head), sv_of(value));
    assert_true(ics_when(&c->lines[0], c->lines[0].value, stockholm, &w));
    return w.at;
}

static int64_t utc(const char *text)
{
    int64_t at = 0;
    assert_true(utc_parse(sv_of(text), &at));
    return at;
}

/* D-35: names that Windows gives, or that carry a vendor's prefix, are the zones they stand for; a zone needs no VTIMEZONE. */
static void test_d35_zones_of_others(void **state)
{
    (void)state;
    assert_int_equal(at_of("DTSTART;TZID=America/New_York", "20270303T100000"), utc("2027-03-03T15:00:00Z"));
    assert_int_equal(at_of("DTSTART;TZID=\"Eastern Standard Time\"", "20270303T100000"), utc("2027-03-03T15:00:00Z"));
    assert_int_equal(at_of("DTSTART;TZID=w. europe standard time", "20270703T100000"), utc("2027-07-03T08:00:00Z"));
    assert_int_equal(at_of("DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo", "20270303T100000"), utc("2027-03-03T01:00:00Z"));
    assert_int_equal(at_of("DTSTART;TZID=/x.org/20270101_1/America/Argentina/Salta", "20270303T100000"), utc("2027-03-03T13:00:00Z"));
    assert_int_equal(at_of("DTSTART", "20270303T100000Z"), utc("2027-03-03T10:00:00Z"));
    assert_int_equal(at_of("DTSTART", "20270303T100000"), utc("2027-03-03T09:00:00Z")); /* floating: the reader's own zone */
    assert_int_equal(at_of("DTSTART;TZID=Customized Time Zone", "20270303T100000"), utc("2027-03-03T09:00:00Z"));
    assert_int_equal(at_of("DTSTART;VALUE=DATE", "20270303"), utc("2027-03-02T23:00:00Z"));
    static const char *const wrong[] = {
        "", "2027", "20270230", "20270303T25", "20270303T250000", "20270303T100000X", "2027-03-03T10:00:00"
    };
    struct ics_when w;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(ics_when(NULL, sv_of(wrong[i]), stockholm, &w));
}

/* Instances of a rule as "20270303T090000Z ..." of what starts in [from, until). */
static struct sv expand(const char *rule, const char *start, const char *from, const char *until)
{
    struct ics_rule r;
    struct ics_when w, *list;
    struct err err = { "" };
    uint32_t n;
    struct strbuf out = STRBUF_IN(a);
    assert_true(ics_when(NULL, sv_of(start), stockholm, &w));
    if (!ics_rule_read(sv_of(rule), stockholm, &r, &err) || !ics_rule_expand(a, &r, &w, utc(from), utc(until), 100, &list, &n, &err))
        return sv_of(arena_cstr(a, sv_of(err.text)));
    for (uint32_t i = 0; i < n; i++) {
        strbuf_addf(&out, i ? " %02d-%02d" : "%02d-%02d", list[i].local.date.month, list[i].local.date.day);
        assert_int_equal(list[i].local.hour, w.local.hour);
    }
    return out.n ? strbuf_sv(&out) : SV("");
}

static void check_rule(const char *rule, const char *start, const char *want)
{
    struct sv got = expand(rule, start, "2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z");
    if (!sv_is(got, want))
        fail_msg("%s from %s: expected '%s', found '%.*s'", rule, start, want, SV_ARG(got));
}

static void test_rules(void **state)
{
    (void)state;
    check_rule("FREQ=WEEKLY;UNTIL=20270331T080000Z;BYDAY=WE;INTERVAL=4", "20270303T100000", "03-03 03-31");
    check_rule("FREQ=WEEKLY;UNTIL=20270331T075959Z;INTERVAL=4", "20270303T100000", "03-03");
    check_rule("FREQ=WEEKLY;COUNT=3;BYDAY=MO,WE", "20270303T100000", "03-03 03-08 03-10");
    check_rule("FREQ=WEEKLY;COUNT=4;INTERVAL=2;BYDAY=SU,TU;WKST=SU", "20270302T100000", "03-02 03-14 03-16 03-28");
    check_rule("FREQ=WEEKLY;COUNT=4;INTERVAL=2;BYDAY=SU,TU", "20270302T100000", "03-02 03-07 03-16 03-21");
    check_rule("FREQ=DAILY;COUNT=3", "20270303T100000", "03-03 03-04 03-05");
    check_rule("FREQ=DAILY;BYDAY=MO;UNTIL=20270315", "20270303T100000", "03-08 03-15");
    check_rule("FREQ=MONTHLY;COUNT=3", "20270131T100000", "01-31 03-31 05-31");
    check_rule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "20270129T100000", "01-29 02-26 03-26");
    check_rule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "20270129T100000", "01-29 02-26");
    check_rule("FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=3", "20270115T100000", "01-15 01-31 02-15");
    check_rule("FREQ=YEARLY;BYMONTH=4;BYDAY=1MO", "20250407T100000", "04-05");
    check_rule("FREQ=YEARLY", "20240302T100000", "03-02");
    check_rule("FREQ=WEEKLY", "19980304T023000",
               "01-06 01-13 01-20 01-27 02-03 02-10 02-17 02-24 03-03 03-10 03-17 03-24 03-31 04-07 04-14 04-21 "
               "04-28 05-05 05-12 05-19 05-26 06-02 06-09 06-16 06-23 06-30");
    check_rule("FREQ=WEEKLY;COUNT=3", "20270321T023000", "03-21 04-04 04-11"); /* 28 March skips half past two */
}

/* D-95: what would go on for ever ends in an error or in nothing. */
static void test_d95_rules_without_end(void **state)
{
    (void)state;
    check_rule("FREQ=SECONDLY", "20270303T100000", "'FREQ=SECONDLY' of a recurrence rule is not understood");
    check_rule("COUNT=2", "20270303T100000", "a recurrence rule has no FREQ");
    check_rule("FREQ=DAILY;COUNT=99999999999", "20270103T100000", "a recurrence rule gives more than 100 meetings");
    check_rule("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "20270103T100000", "");
    check_rule("FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2", "00010103T100000", "a recurrence rule goes on for more than 200000 steps");
    check_rule("FREQ=YEARLY;BYDAY=20MO", "20270103T100000", "a recurrence rule has parts that are not understood together");
    check_rule("FREQ=DAILY;INTERVAL=0", "20270103T100000", "'INTERVAL=0' of a recurrence rule is not understood");
}

static struct sv busy_of(const char *calendar, const struct map *ours)
{
    struct busy_list l = { 0 };
    struct err err = { "" };
    struct strbuf out = STRBUF_IN(a);
    assert_true(ics_busy(a, read(calendar), stockholm, utc("2027-03-01T00:00:00Z"), utc("2027-03-29T00:00:00Z"), ours, &l, &err));
    busy_merge(&l);
    for (uint32_t i = 0; i < l.count; i++) {
        struct local_time f = local_from_seconds(l.items[i].from);
        strbuf_addf(&out, i ? " %02dT%02d:%02d+%d" : "%02dT%02d:%02d+%d", f.date.day, f.hour, f.minute,
                    (int)(l.items[i].until - l.items[i].from) / 60);
    }
    if (l.odd)
        strbuf_addf(&out, " odd:%u", l.odd);
    return out.n ? strbuf_sv(&out) : SV("");
}

static void check_busy(const char *calendar, const char *want)
{
    struct sv got = busy_of(calendar, NULL);
    if (!sv_is(got, want))
        fail_msg("expected '%s', found '%.*s'", want, SV_ARG(got));
}

static void test_busy_stretches(void **state)
{
    (void)state;
    check_busy(CALENDAR(EVENT("DTSTART;TZID=Europe/Stockholm:20270303T100000\r\nDURATION:PT1H\r\n")), "03T09:00+60");
    check_busy(CALENDAR(EVENT("DTSTART:20270303T100000Z\r\nDTEND:20270303T110000Z\r\nTRANSP:TRANSPARENT\r\n")), "");
    check_busy(CALENDAR(EVENT("DTSTART:20270303T100000Z\r\nDTEND:20270303T110000Z\r\nSTATUS:CANCELLED\r\n")), "");
    /* ours are known already */
    check_busy(CALENDAR(EVENT("DTSTART:20270303T100000Z\r\nDTEND:20270303T110000Z\r\nX-POTLAC-OWNER:i\r\n")), "");
    struct map ours = map_in(a);
    map_put(&ours, SV("a"), a);
    assert_int_equal(busy_of(CALENDAR(EVENT("DTSTART:20270303T100000Z\r\nDURATION:PT1H\r\n")), &ours).n, 0);
    check_busy(CALENDAR(EVENT("DTSTART;VALUE=DATE:20270303\r\n")), "02T23:00+1440");
    check_busy(CALENDAR(EVENT("DTSTART:20270101T100000Z\r\nDTEND:20270401T110000Z\r\n")), "01T00:00+40320");
    /* one instance taken out, one moved, one added; the change of clocks on the 28th */
    check_busy(CALENDAR(EVENT("DTSTART;TZID=Romance Standard Time:20270203T100000\r\nDTEND;TZID=Romance Standard Time:20270203T103000\r\n"
                              "RRULE:FREQ=WEEKLY;BYDAY=WE,SU\r\nEXDATE;TZID=Europe/Paris:20270310T100000,20270314T100000\r\n"
                              "RDATE:20270312T090000Z\r\n")
                            EVENT("RECURRENCE-ID;TZID=Romance Standard Time:20270317T100000\r\nDTSTART:20270318T130000Z\r\n"
                                  "DTEND:20270318T140000Z\r\n")),
               "03T09:00+30 07T09:00+30 12T09:00+30 18T13:00+60 21T09:00+30 24T09:00+30 28T08:00+30");
    check_busy(CALENDAR("BEGIN:VFREEBUSY\r\nFREEBUSY:20270303T100000Z/PT3H,20270303T120000Z/20270303T140000Z\r\n"
                        "FREEBUSY;FBTYPE=FREE:20270304T100000Z/PT3H\r\nEND:VFREEBUSY\r\n"),
               "03T10:00+240");
    /* a rule that is not understood: its first meeting counts, and it is told */
    check_busy(CALENDAR(EVENT("DTSTART:20270303T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY\r\n") EVENT("DTSTART:x\r\n")),
               "03T10:00+60 odd:2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_tree_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes_of_a_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_d95_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_d35_zones_of_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_d95_rules_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_busy_stretches, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
