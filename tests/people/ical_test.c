/* people/ical: the text form and time zones; numbers D-xx are those of doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/ical.h"

static void unfold(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (i + 2 < text.n && memcmp(text.p + i, "\r\n ", 3) == 0)
            i += 2;
        else
            strbuf_addc(out, text.p[i]);
    }
}

/* Every line ends in CRLF, is no longer than 75 octets, and is valid UTF-8 by itself. */
static void check_lines(struct sv text)
{
    size_t at = 0;
    while (at < text.n) {
        size_t end = sv_find(text, SV("\r\n"), at);
        assert_int_not_equal(end, SIZE_MAX);
        struct sv line = sv_slice(text, at, end);
        assert_true(line.n <= 75);
        assert_true(sv_is_utf8(line));
        assert_int_equal(sv_find_char(line, '\n', 0), SIZE_MAX);
        /* an odd number of backslashes at the end would cut an escape */
        size_t slashes = 0;
        while (slashes < line.n && line.p[line.n - 1 - slashes] == '\\')
            slashes++;
        assert_int_equal(slashes % 2, 0);
        at = end + 2;
    }
}

static void test_D02_folding_at_every_offset(void **state)
{
    (void)state;
    static const char *const units[] = { "x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\n", ";", "\\" };
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (int offset = 50; offset <= 80; offset++) {
            AUTO_STRBUF text = STRBUF_HEAP, out = STRBUF_HEAP, flat = STRBUF_HEAP, want = STRBUF_HEAP;
            strbuf_pad(&text, 'a', (size_t)offset);
            for (int i = 0; i < 50; i++)
                strbuf_adds(&text, units[u]);
            ical_text(&out, "SUMMARY", strbuf_sv(&text));
            check_lines(strbuf_sv(&out));
            unfold(&flat, strbuf_sv(&out));
            strbuf_adds(&want, "SUMMARY:");
            ical_escape(&want, strbuf_sv(&text));
            strbuf_adds(&want, "\r\n");
            assert_true(sv_eq(strbuf_sv(&flat), strbuf_sv(&want)));
        }
}

static void test_D03_escapes(void **state)
{
    (void)state;
    AUTO_STRBUF out = STRBUF_HEAP;
    ical_text(&out, "SUMMARY", SV("a:b, c; d\\e\nf\r\n\tg\x01\x7f h\xff\xc3"));
    assert_string_equal(strbuf_cstr(&out), "SUMMARY:a:b\\, c\\; d\\\\e\\nf\\n\tg h\xef\xbf\xbd\xef\xbf\xbd\r\n");
}

static void test_D04_parameters(void **state)
{
    (void)state;
    AUTO_STRBUF out = STRBUF_HEAP;
    ical_param(&out, "CN", SV("Lind, Eva"));
    ical_param(&out, "X", SV("a\"b\nc^d"));
    ical_param(&out, "TZID", SV("Europe/Stockholm"));
    assert_string_equal(strbuf_cstr(&out), ";CN=\"Lind, Eva\";X=a^'b^nc^^d;TZID=Europe/Stockholm");
}

static void zone_text(const char *name, const char *from, const char *until, struct strbuf *out)
{
    struct err err = { "" };
    int64_t f = 0, u = 0;
    const struct zone *z = zone_find(sv_of(name), &err);
    assert_non_null(z);
    assert_true(utc_parse(sv_of(from), &f) && utc_parse(sv_of(until), &u));
    ical_vtimezone(out, z, f, u);
    check_lines(strbuf_sv(out));
}

static void has(struct strbuf *out, const char *text)
{
    if (!strstr(strbuf_cstr(out), text))
        fail_msg("no '%s' in\n%s", text, strbuf_cstr(out));
}

static void has_not(struct strbuf *out, const char *text)
{
    if (strstr(strbuf_cstr(out), text))
        fail_msg("'%s' in\n%s", text, strbuf_cstr(out));
}

#define YEAR "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"

static void test_D32_yearly_rules(void **state)
{
    (void)state;
    AUTO_STRBUF out = STRBUF_HEAP;
    zone_text("Europe/Stockholm", YEAR, &out);
    assert_string_equal(strbuf_cstr(&out),
                        "BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n"
                        "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
                        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
                        "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
                        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n");
}

static void test_D33_no_daylight_where_there_is_none_now(void **state)
{
    (void)state;
    static const char *const zones[] = { "America/Sao_Paulo", "Asia/Kathmandu", "UTC" };
    for (size_t i = 0; i < 3; i++) {
        AUTO_STRBUF out = STRBUF_HEAP;
        zone_text(zones[i], YEAR, &out);
        has(&out, "BEGIN:STANDARD");
        has_not(&out, "DAYLIGHT");
        has_not(&out, "RRULE");
    }
    AUTO_STRBUF out = STRBUF_HEAP;
    zone_text("Asia/Kathmandu", YEAR, &out);
    has(&out, "TZOFFSETTO:+0545");
}

static void test_D34_negative_daylight(void **state)
{
    (void)state;
    AUTO_STRBUF out = STRBUF_HEAP;
    zone_text("Europe/Dublin", YEAR, &out);
    has(&out, "BEGIN:STANDARD\r\nDTSTART:19701025T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nTZNAME:GMT\r\n");
    has(&out, "BEGIN:DAYLIGHT\r\nDTSTART:19700329T010000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nTZNAME:IST\r\n");
}

static void test_D34_hours_beyond_the_day(void **state)
{
    (void)state;
    AUTO_STRBUF jerusalem = STRBUF_HEAP, godthab = STRBUF_HEAP, lord_howe = STRBUF_HEAP;
    zone_text("Asia/Jerusalem", YEAR, &jerusalem);
    has(&jerusalem, "DTSTART:19700327T020000");
    has(&jerusalem, "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29\r\n");
    zone_text("America/Godthab", YEAR, &godthab);
    has(&godthab, "DTSTART:19700328T230000");
    has(&godthab, "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30\r\n");
    zone_text("Australia/Lord_Howe", YEAR, &lord_howe);
    has(&lord_howe, "TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100");
}

static void test_D34_explicit_onsets(void **state)
{
    (void)state;
    AUTO_STRBUF cairo = STRBUF_HEAP, casablanca = STRBUF_HEAP;
    zone_text("Africa/Cairo", YEAR, &cairo);
    has_not(&cairo, "RRULE");
    has(&cairo, "DTSTART:20271029T000000");
    zone_text("Africa/Casablanca", "2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z", &casablanca);
    has_not(&casablanca, "RRULE");
    has(&casablanca, "DTSTART:20270207T030000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000");
    has(&casablanca, "RDATE:20280123T030000");
}

/* 01:00 in London comes twice on that day, and a text means the first. */
static void test_D39_an_end_after_the_clocks_went_back(void **state)
{
    (void)state;
    const struct zone *london = zone_find(SV("Europe/London"), NULL);
    struct local_time start;
    int64_t at;
    AUTO_STRBUF out = STRBUF_HEAP;
    assert_true(local_parse(SV("2027-10-31T01:30:00"), &start));
    assert_int_equal(zone_to_utc(london, start, &at), LOCAL_TWICE);
    ical_instant(&out, "DTSTART", london, at);
    ical_instant(&out, "DTEND", london, at + 1800);
    ical_instant(&out, "DTEND", london, at + 5400);
    assert_string_equal(strbuf_cstr(&out), "DTSTART;TZID=Europe/London:20271031T013000\r\nDTEND:20271031T010000Z\r\n"
                                           "DTEND;TZID=Europe/London:20271031T020000\r\n");
}

static void test_D10_uids(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sv one = ical_uid(a, SV("example"), SV("single:potlac:default/search/sync/2027-W09"));
    assert_int_equal(one.n, 36);
    assert_int_equal(one.p[14], '5');
    /* Python: uuid5(uuid5(NAMESPACE_URL, 'urn:potlac:example'), 'single:...') */
    assert_true(sv_is(one, "62446bc3-17d3-5499-a511-2ea6cc88542d"));
    assert_false(sv_eq(one, ical_uid(a, SV("other"), SV("single:potlac:default/search/sync/2027-W09"))));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_D02_folding_at_every_offset),
        cmocka_unit_test(test_D03_escapes),
        cmocka_unit_test(test_D04_parameters),
        cmocka_unit_test(test_D32_yearly_rules),
        cmocka_unit_test(test_D33_no_daylight_where_there_is_none_now),
        cmocka_unit_test(test_D34_negative_daylight),
        cmocka_unit_test(test_D34_hours_beyond_the_day),
        cmocka_unit_test(test_D34_explicit_onsets),
        cmocka_unit_test(test_D39_an_end_after_the_clocks_went_back),
        cmocka_unit_test(test_D10_uids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
