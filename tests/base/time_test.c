/* base/time: civil dates, weeks, durations, zones. Values were checked against Python's datetime and zoneinfo. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/time.h"

static struct local_time wall(const char *text)
{
    struct local_time t;
    assert_true(local_parse(sv_of(text), &t));
    return t;
}

static const struct zone *zone(const char *name)
{
    struct err err = { "" };
    const struct zone *z = zone_find(sv_of(name), &err);
    if (!z)
        fail_msg("%s", err.text);
    return z;
}

static int64_t utc(const char *text)
{
    int64_t t;
    assert_true(utc_parse(sv_of(text), &t));
    return t;
}

static void test_days_round_trip(void **state)
{
    (void)state;
    assert_int_equal(date_to_days((struct date){ 1970, 1, 1 }), 0);
    assert_int_equal(date_to_days((struct date){ 2000, 2, 29 }), 11016);
    assert_int_equal(date_to_days((struct date){ 1600, 1, 1 }), -135140);
    for (int64_t day = -800000; day < 800000; day += 13)
        assert_int_equal(date_to_days(date_from_days(day)), day);
}

static void test_iso_weeks(void **state)
{
    (void)state;
    static const struct {
        struct date d;
        int year, week;
    } rows[] = {
        { { 2027, 1, 3 }, 2026, 53 }, { { 2027, 1, 4 }, 2027, 1 }, { { 2024, 12, 30 }, 2025, 1 },
        { { 2021, 1, 1 }, 2020, 53 }, { { 2027, 3, 3 }, 2027, 9 }, { { 2016, 1, 1 }, 2015, 53 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int year, week;
        date_iso_week(rows[i].d, &year, &week);
        assert_int_equal(year, rows[i].year);
        assert_int_equal(week, rows[i].week);
    }
    struct date monday = iso_week_monday(2026, 53);
    assert_int_equal(date_to_days(monday), date_to_days((struct date){ 2026, 12, 28 }));
    assert_int_equal(date_weekday(monday), 0);
}

static void test_texts(void **state)
{
    (void)state;
    struct date d;
    struct local_time t;
    int64_t n;
    assert_false(date_parse(SV("2027-02-29"), &d));
    assert_false(date_parse(SV("2027-13-01"), &d));
    assert_false(date_parse(SV("2027-3-1"), &d));
    assert_false(date_parse(SV("2027-03-01x"), &d));
    assert_true(date_parse(SV("2028-02-29"), &d));
    assert_true(local_parse(SV("2027-03-03T10:00"), &t));
    assert_false(local_parse(SV("2027-03-03T24:00"), &t));
    assert_false(local_parse(SV("2027-03-03T10"), &t));
    assert_int_equal(utc("2027-03-03T10:00:00+01:00"), utc("2027-03-03T09:00:00Z"));
    assert_int_equal(utc("2027-03-03T09:00:00.250Z"), 1804064400);
    assert_false(utc_parse(SV("2027-03-03T09:00:00"), &n));
    AUTO_STRBUF out = STRBUF_HEAP;
    utc_print(&out, 1804064400);
    assert_string_equal(strbuf_cstr(&out), "2027-03-03T09:00:00Z");
    assert_int_equal(weekday_parse(SV("tue")), 1);
    assert_int_equal(weekday_parse(SV("Sunday")), 6);
    assert_int_equal(weekday_parse(SV("tues")), -1);
}

static void test_durations(void **state)
{
    (void)state;
    int64_t n;
    assert_true(duration_parse(SV("P1W"), &n));
    assert_int_equal(n, 604800);
    assert_true(duration_parse(SV("PT2H"), &n));
    assert_int_equal(n, 7200);
    assert_true(duration_parse(SV("P1DT30M"), &n));
    assert_int_equal(n, 88200);
    static const char *const wrong[] = { "",     "P",    "PT",     "P1",   "1W",    "P1M",          "P1Y",
                                         "PT1W", "P1DT", "PT1M1H", "P-1D", "P1D2W", "P9999999999W", "P1WT" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (duration_parse(sv_of(wrong[i]), &n))
            fail_msg("'%s' was read as a duration", wrong[i]);
}

static void test_offsets_by_table_and_rule(void **state)
{
    (void)state;
    bool dst;
    struct sv abbreviation;
    assert_int_equal(zone_offset(zone("Europe/Stockholm"), utc("2027-03-28T00:59:59Z"), &dst, &abbreviation), 3600);
    assert_false(dst);
    assert_true(sv_is(abbreviation, "CET"));
    assert_int_equal(zone_offset(zone("Europe/Stockholm"), utc("2027-03-28T01:00:00Z"), &dst, &abbreviation), 7200);
    assert_true(dst);
    /* far past the table's end, by the footer */
    assert_int_equal(zone_offset(zone("Europe/Stockholm"), utc("2099-07-01T00:00:00Z"), &dst, NULL), 7200);
    assert_int_equal(zone_offset(zone("Asia/Kathmandu"), utc("2099-07-01T00:00:00Z"), &dst, NULL), 20700);
    /* before the table: local mean time */
    assert_int_equal(zone_offset(zone("Europe/Stockholm"), utc("1800-01-01T00:00:00Z"), &dst, NULL), 4332);
}

/* D-34: the footers that ordinary code reads wrong, in a year only the footer covers. */
static void test_D34_awkward_rules(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t changes[2];
        int32_t offsets[2];
    } rows[] = {
        { "Europe/Dublin", { 2216250000, 2234998800 }, { 3600, 0 } },            /* negative DST */
        { "Asia/Jerusalem", { 2216073600, 2234991600 }, { 10800, 7200 } },       /* 26 o'clock */
        { "America/Godthab", { 2216250000, 2234998800 }, { -3600, -7200 } },     /* -1 o'clock */
        { "Africa/Cairo", { 2219090400, 2234811600 }, { 10800, 7200 } },         /* 24 o'clock */
        { "Africa/Casablanca", { 2230164000, 2233792800 }, { 0, 3600 } },        /* listed one by one */
        { "Australia/Lord_Howe", { 2216818800, 2233150200 }, { 37800, 39600 } }, /* half an hour */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct zone *z = zone(rows[i].zone);
        int64_t at = utc("2040-01-01T00:00:00Z"), until = utc("2041-01-01T00:00:00Z");
        for (int n = 0; n < 2; n++) {
            assert_true(zone_next_change(z, at, until, &at));
            if (at != rows[i].changes[n])
                fail_msg("%s changes at %lld, not at %lld", rows[i].zone, (long long)at, (long long)rows[i].changes[n]);
            assert_int_equal(zone_offset(z, at, NULL, NULL), rows[i].offsets[n]);
        }
    }
    int64_t at;
    assert_false(zone_next_change(zone("Asia/Kathmandu"), utc("2040-01-01T00:00:00Z"), INT64_MAX, &at));
    bool dst;
    zone_offset(zone("Europe/Dublin"), utc("2040-01-01T00:00:00Z"), &dst, NULL);
    assert_true(dst); /* winter is Ireland's "daylight" time */
    assert_true(sv_is(zone_rule(zone("Europe/Dublin")), "IST-1GMT0,M10.5.0,M3.5.0/1"));
}

static void test_wall_times_in_gap_and_overlap(void **state)
{
    (void)state;
    const struct zone *z = zone("Europe/Stockholm");
    int64_t at;
    assert_int_equal(zone_to_utc(z, wall("2027-03-03T10:00"), &at), LOCAL_UNIQUE);
    assert_int_equal(at, utc("2027-03-03T09:00:00Z"));
    assert_int_equal(zone_to_utc(z, wall("2027-03-28T02:30"), &at), LOCAL_GAP);
    assert_int_equal(at, utc("2027-03-28T01:30:00Z"));
    assert_int_equal(zone_to_utc(z, wall("2027-03-28T02:00"), &at), LOCAL_GAP);
    assert_int_equal(zone_to_utc(z, wall("2027-03-28T01:59:59"), &at), LOCAL_UNIQUE);
    assert_int_equal(zone_to_utc(z, wall("2027-03-28T03:00"), &at), LOCAL_UNIQUE);
    assert_int_equal(at, utc("2027-03-28T01:00:00Z"));
    assert_int_equal(zone_to_utc(z, wall("2027-10-31T02:30"), &at), LOCAL_TWICE);
    assert_int_equal(at, utc("2027-10-31T00:30:00Z"));
    assert_int_equal(zone_to_utc(z, wall("2027-10-31T03:00"), &at), LOCAL_UNIQUE);
    /* a whole day that never was */
    assert_int_equal(zone_to_utc(zone("Pacific/Apia"), wall("2011-12-30T12:00"), &at), LOCAL_GAP);
    /* years that only the footer covers */
    assert_int_equal(zone_to_utc(zone("Asia/Jerusalem"), wall("2040-03-23T02:15"), &at), LOCAL_GAP);
    assert_int_equal(zone_to_utc(zone("Australia/Lord_Howe"), wall("2040-10-07T02:15"), &at), LOCAL_GAP);
    assert_int_equal(zone_to_utc(zone("Australia/Lord_Howe"), wall("2040-04-01T01:45"), &at), LOCAL_TWICE);
}

/* E.9: one anchor zone keeps its wall time; the other zone's slides in the weeks between the two changes. */
static void test_E9_gap_weeks(void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "2027-03-10T15:30", "2027-03-10T09:30:00" },
                                           { "2027-03-17T15:30", "2027-03-17T10:30:00" },
                                           { "2027-03-24T15:30", "2027-03-24T10:30:00" },
                                           { "2027-03-31T15:30", "2027-03-31T09:30:00" } };
    for (size_t i = 0; i < 4; i++) {
        int64_t at;
        zone_to_utc(zone("Europe/Stockholm"), wall(rows[i][0]), &at);
        AUTO_STRBUF out = STRBUF_HEAP;
        local_print(&out, zone_to_local(zone("America/New_York"), at));
        assert_string_equal(strbuf_cstr(&out), rows[i][1]);
    }
}

static void test_round_trip_every_hour(void **state)
{
    (void)state;
    static const char *const zones[] = { "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC" };
    for (size_t i = 0; i < 5; i++)
        for (int64_t at = utc("2039-01-01T00:00:00Z"); at < utc("2040-01-01T00:00:00Z"); at += 1800) {
            int64_t back;
            enum local_kind kind = zone_to_utc(zone(zones[i]), zone_to_local(zone(zones[i]), at), &back);
            assert_int_not_equal(kind, LOCAL_GAP);
            assert_true(kind == LOCAL_TWICE ? back <= at : back == at);
        }
}

static void test_wrong_names(void **state)
{
    (void)state;
    struct err err = { "" };
    static const char *const wrong[] = {
        "", "/etc/passwd", "../../etc/passwd", "Europe", "Mars/Olympus", "zone.tab", "Europe/Stockholm ", "a\nb"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(zone_find(sv_of(wrong[i]), &err));
    assert_null(zone_find(SV("Europe/Stokholm"), &err));
    assert_non_null(strstr(err.text, "did you mean 'Europe/Stockholm'"));
}

static void test_broken_files_and_tzdir(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    char folder[] = "/tmp/potlac-zone-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct sv whole;
    struct err err = { "" };
    assert_true(fs_read(a, "/usr/share/zoneinfo/Europe/Stockholm", 0, &whole, &err));
    setenv("TZDIR", folder, 1);
    /* every cut of a good file is refused or read, never past its end */
    for (size_t n = 0; n < whole.n; n += 7) {
        struct sv name = arena_printf(a, "Cut%zu", n);
        const char *path = arena_cstr(a, path_join(a, sv_of(folder), name));
        char *copy = malloc(n + 1);
        memcpy(copy, whole.p, n);
        assert_true(fs_write_atomic(path, sv_make(copy, n), 0644, &err));
        free(copy);
        const struct zone *z = zone_find(name, &err);
        if (z)
            zone_offset(z, 0, NULL, NULL);
        else
            assert_non_null(strstr(err.text, "no time zone file"));
    }
    assert_null(zone_find(SV("Europe/Stockholm"), &err));
    unsetenv("TZDIR");
    assert_non_null(zone_find(SV("Europe/Stockholm"), &err));
    fs_remove_tree(folder, NULL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_round_trip),
        cmocka_unit_test(test_iso_weeks),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_offsets_by_table_and_rule),
        cmocka_unit_test(test_D34_awkward_rules),
        cmocka_unit_test(test_wall_times_in_gap_and_overlap),
        cmocka_unit_test(test_E9_gap_weeks),
        cmocka_unit_test(test_round_trip_every_hour),
        cmocka_unit_test(test_wrong_names),
        cmocka_unit_test(test_broken_files_and_tzdir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
