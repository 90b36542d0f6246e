/* people/caldav_series and ics_merge: series as objects of a calendar, and what becomes of users' edits; numbers D-xx are those of
 * doc/people.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/caldav_series.h"
#include "people/ics_merge.h"

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

#define EVA SV("user:default/eva")
#define LI  SV("user:default/li")

static struct plan sync_plan(int weekday, int hour)
{
    static struct sv two[] = { SV_INIT("user:default/eva"), SV_INIT("user:default/li") };
    struct plan p = { .title = SV("potlac:default/search/sync") };
    p.cadence = (struct cadence){ .zone = SV("Europe/Stockholm"), .weekday = weekday, .hour = hour, .every = 1, .from = { 1970, 1, 5 } };
    p.meeting = (struct meeting){ .zone = SV("Europe/Stockholm"),
                                  .kind = SV("sync"),
                                  .minutes = 30,
                                  .attendees = two,
                                  .attendee_count = 2,
                                  .summary = SV("Search: weekly sync"),
                                  .description = SV("Bring a topic"),
                                  .location = SV("Room 1") };
    return p;
}

static struct series *advance(const struct series *old, const struct plan *p, int64_t now) { return series_advance(a, old, p, now, NULL); }

static struct caldav_copy copy_of(const struct series *s, int64_t epoch, struct sv user)
{
    return (struct caldav_copy){ .series = s, .epoch = epoch, .since = epoch, .user = user, .uid = SV("u-1"), .installation = SV("inst") };
}

static struct ics_component *wanted(const struct series *s, int64_t epoch, const struct ics_component *before, int64_t now)
{
    struct caldav_copy c = copy_of(s, epoch, EVA);
    return caldav_wanted(a, &c, before, now);
}

static struct sv text_of(const struct ics_component *c)
{
    struct strbuf out = STRBUF_IN(a);
    ics_write(&out, c);
    return strbuf_sv(&out);
}

static void has(const struct ics_component *c, const char *needle)
{
    assert_non_null(c);
    if (sv_find(text_of(c), sv_of(needle), 0) == SIZE_MAX)
        fail_msg("expected '%s' in\n%.*s", needle, SV_ARG(text_of(c)));
}

static void has_not(const struct ics_component *c, const char *needle)
{
    assert_non_null(c);
    if (sv_find(text_of(c), sv_of(needle), 0) != SIZE_MAX)
        fail_msg("expected no '%s' in\n%.*s", needle, SV_ARG(text_of(c)));
}

/* ---- objects ---- */

/* D-30, D-31, D-37, D-38, D-39: one rule, in the zone's wall time, starting at a meeting; no METHOD, nobody invited. */
static void test_d38_a_series_is_one_rule(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct ics_component *c = wanted(advance(NULL, &p, MONDAY), 0, NULL, MONDAY);
    has(c,
        "DTSTART;TZID=Europe/Stockholm:20270217T100000\r\nDTEND;TZID=Europe/Stockholm:20270217T103000\r\nRRULE:FREQ=WEEKLY;BYDAY=WE\r\n");
    has(c, "BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n");
    has(c, "DESCRIPTION:[potlac]\\nWith eva and li\\n\\nBring a topic\\n[/potlac]\r\n");
    has(c, "X-POTLAC-OWNER:inst\r\n");
    has_not(c, "EXDATE");
    has_not(c, "METHOD");
    has_not(c, "ORGANIZER");
    has_not(c, "ATTENDEE");
    p.cadence.every = 4;
    p.cadence.phase = 2;
    has(wanted(advance(NULL, &p, MONDAY), 0, NULL, MONDAY), "RRULE:FREQ=WEEKLY;INTERVAL=4;BYDAY=WE\r\n");
}

/* D-87, D-92: weeks go by, and nothing has to be written. */
static void test_d87_time_alone_changes_nothing(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct sv skip[] = { SV("2027-W09") };
    p.skip = skip, p.skip_count = 1;
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    struct sv first = text_of(c);
    for (int week = 1; week < 40; week++) {
        int64_t now = MONDAY + week * 7 * DAY;
        s = advance(s, &p, now);
        c = wanted(s, 0, c, now);
        if (!sv_eq(text_of(c), first))
            fail_msg("week %d:\n%.*s", week, SV_ARG(text_of(c)));
    }
}

/* D-40, D-41, D-43: a week without a meeting is an EXDATE of the slot, in the zone of the rule. */
static void test_d43_a_skipped_week_is_an_exdate(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    struct sv skip[] = { SV("2027-W09") };
    p.skip = skip, p.skip_count = 1;
    s = advance(s, &p, MONDAY);
    c = wanted(s, 0, c, MONDAY);
    has(c, "EXDATE;TZID=Europe/Stockholm:20270303T100000\r\n");
    p.skip_count = 0;
    has_not(wanted(advance(s, &p, MONDAY), 0, c, MONDAY), "EXDATE");
}

/* 02:15 comes twice on the night of 31 October, and as a wall time it would lie before the start. */
static void test_d39_an_end_after_the_clocks_went_back(void **state)
{
    (void)state;
    const int64_t october = 1823839200; /* Monday 2027-10-18 */
    struct plan p = sync_plan(2, 10);
    const struct moved_once moved = { SV("2027-W43"), { { 2027, 10, 27 }, 10, 0, 0 }, { { 2027, 10, 31 }, 2, 45, 0 } };
    p.moved = &moved, p.moved_count = 1;
    has(wanted(advance(NULL, &p, october), 0, NULL, october),
        "DTSTART;TZID=Europe/Stockholm:20271031T024500\r\nDTEND:20271031T011500Z\r\n");
}

/* D-40, D-42, D-83: an occurrence that somebody moved has an event of its own, which names the slot that it left. */
static void test_d42_a_moved_occurrence_names_its_slot(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    const struct moved_once moved = { SV("2027-W09"), { { 2027, 3, 3 }, 10, 0, 0 }, { { 2027, 3, 4 }, 14, 0, 0 } };
    p.moved = &moved, p.moved_count = 1;
    s = advance(s, &p, MONDAY);
    c = wanted(s, 0, c, MONDAY);
    has(c, "RECURRENCE-ID;TZID=Europe/Stockholm:20270303T100000\r\nDTSTART;TZID=Europe/Stockholm:20270304T140000\r\n"
           "DTEND;TZID=Europe/Stockholm:20270304T143000\r\n");
    /* it stays so once it is over */
    struct sv then = text_of(c);
    s = advance(s, &p, MONDAY + 21 * DAY);
    assert_true(sv_eq(text_of(wanted(s, 0, c, MONDAY + 21 * DAY)), then));
    /* and goes where the series has no such slot any more */
    p.cadence.hour = 15;
    s = advance(s, &p, MONDAY);
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        assert_false(s->occurrences[i].moved);
}

/* D-36, D-45, D-92: another hour ends the object by UNTIL, the UTC time of its last slot, and the next one begins with it. */
static void test_d45_a_fork(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    int64_t later = MONDAY + 42 * DAY; /* 29 March: clocks went on the day before */
    s = advance(s, &p, later);
    c = wanted(s, 0, c, later);
    p.cadence.hour = 13;
    s = advance(s, &p, later);
    assert_int_equal(s->epoch, 1);
    struct ics_component *old = wanted(s, 0, c, later), *next = wanted(s, 1, NULL, later);
    has(old, "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20270331T080000Z\r\n"); /* this week's stays, at 10:00 in summer time */
    has(next, "DTSTART;TZID=Europe/Stockholm:20270407T130000\r\n");
    assert_true(caldav_is_ended(old));
    assert_true(sv_eq(text_of(wanted(s, 0, old, later + 30 * DAY)), text_of(old)));
    /* an object that never began is nothing */
    struct series *fresh = advance(NULL, &p, MONDAY - 7 * DAY);
    struct ics_component *unborn = wanted(fresh, 0, NULL, MONDAY - 7 * DAY);
    assert_non_null(unborn);
    fresh = series_end(a, fresh, MONDAY - 7 * DAY);
    assert_null(wanted(fresh, 0, unborn, MONDAY - 7 * DAY));
    assert_null(wanted(fresh, 0, NULL, MONDAY - 7 * DAY));
}

/* D-44, D-92: what ends keeps its past; who leaves has an end of their own. */
static void test_d44_an_end_keeps_the_past(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    int64_t later = MONDAY + 17 * DAY; /* 4 March */
    struct sv skip[] = { SV("2027-W10"), SV("2027-W09") };
    p.skip = skip, p.skip_count = 2;
    s = advance(s, &p, MONDAY);
    c = wanted(s, 0, c, MONDAY);
    struct series *ended = series_end(a, advance(s, &p, later), later);
    struct ics_component *end = wanted(ended, 0, c, later);
    has(end, "UNTIL=20270303T090000Z");
    has(end, "EXDATE;TZID=Europe/Stockholm:20270303T100000");
    has_not(end, "20270310T100000"); /* D-41: nothing beyond the end is referred to */
    static struct sv one[] = { SV_INIT("user:default/li") };
    p.meeting.attendees = one, p.meeting.attendee_count = 1;
    s = advance(s, &p, later);
    has(wanted(s, 0, c, later), "UNTIL=20270303T090000Z");
    struct caldav_copy li = copy_of(s, 0, LI);
    has_not(caldav_wanted(a, &li, NULL, later), "UNTIL");
}

/* One meeting alone: moved, it is the same object; over, it is left alone. */
static void test_one_meeting(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    p.cadence.once = true;
    p.cadence.start = (struct local_time){ { 2027, 3, 3 }, 10, 0, 0 };
    struct series *s = advance(NULL, &p, MONDAY);
    struct ics_component *c = wanted(s, 0, NULL, MONDAY);
    has(c, "DTSTART;TZID=Europe/Stockholm:20270303T100000");
    has_not(c, "FREQ=WEEKLY");
    p.cadence.start.hour = 12;
    s = advance(s, &p, MONDAY);
    assert_int_equal(s->epoch, 0);
    has(wanted(s, 0, c, MONDAY), "20270303T120000");
    assert_null(wanted(series_end(a, s, MONDAY), 0, c, MONDAY));
    assert_true(sv_eq(text_of(wanted(series_end(a, s, MONDAY + 30 * DAY), 0, c, MONDAY + 30 * DAY)), text_of(c)));
}

/* D-69: where the server invites, one copy names all; what has a copy of its own is told nothing. */
static void test_d69_guests(void **state)
{
    (void)state;
    struct plan p = sync_plan(2, 10);
    struct series *s = advance(NULL, &p, MONDAY);
    const struct guest guests[] = { { SV("eva@example.org"), SV("Eva Lind"), true, false },
                                    { SV("li@example.org"), SV("Li"), false, false },
                                    { SV("o@example.org"), SV("Omar, O"), false, true } };
    struct caldav_copy c = copy_of(s, 0, EVA);
    c.guests = guests, c.guest_count = 3;
    struct ics_component *object = caldav_wanted(a, &c, NULL, MONDAY);
    has(object, "ORGANIZER;CN=Eva Lind:mailto:eva@example.org\r\nATTENDEE;CN=Eva Lind;PARTSTAT=ACCEPTED:mailto:eva@example.org\r\n");
    has(object, "ATTENDEE;CN=Li;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:li@example.org\r\n");
    has(object, "CN=\"Omar, O\"");
    has(object, "SCHEDULE-AGENT=NONE");
}

/* ---- merging ---- */

/* One object through its life: what we want, what the server has. */
struct life {
    struct plan plan;
    struct series *series;
    struct ics_component *before, *base, *theirs;
    struct held held;
    int64_t now, sequence;
    bool revert;
    struct merged last;
};

static struct ics_component *again(const struct ics_component *c)
{
    struct err err = { "" };
    struct ics_component *r = ics_read(a, text_of(c), ICS_OBJECT_MAX, &err);
    if (!r)
        fail_msg("%s", err.text);
    return r;
}

static struct life born(void)
{
    struct life l = { .plan = sync_plan(2, 10), .now = MONDAY };
    l.series = advance(NULL, &l.plan, l.now);
    l.before = wanted(l.series, 0, NULL, l.now);
    l.theirs = again(ics_first(a, l.before, l.now, 0, SV("1")));
    l.base = ics_reduced(a, l.theirs);
    return l;
}

/* One run: true where something must be written. */
static bool converge(struct life *l)
{
    l->series = advance(l->series, &l->plan, l->now);
    struct ics_component *ours = wanted(l->series, 0, l->before, l->now);
    struct merge m = { .before = l->before,
                       .ours = ours,
                       .base = l->base,
                       .theirs = l->theirs,
                       .held = l->held,
                       .revert = l->revert,
                       .now = l->now,
                       .sequence = l->sequence,
                       .revision = SV("2") };
    l->last = ics_merge(a, &m);
    l->held = l->last.held;
    l->before = ours;
    l->sequence = l->last.sequence;
    if (l->last.result)
        l->theirs = again(l->last.result);
    l->base = again(ics_reduced(a, l->theirs));
    return l->last.result != NULL;
}

static struct ics_component *master(struct life *l) { return caldav_master(l->theirs); }

static void edit(struct ics_component *e, const char *name, const char *value)
{
    struct ics_line *l = ics_find(e, name);
    if (l)
        l->value = sv_of(value);
    else
        ics_add(a, e, sv_of(name), sv_of(value));
}

static struct user_edits edits(struct life *l) { return ics_edits(a, l->base, l->theirs); }

/* D-26, D-87: what a server orders, folds and writes in another way changes nothing. */
static void test_d26_compared_by_meaning(void **state)
{
    (void)state;
    struct life l = born();
    struct ics_component *m = master(&l), *turned = ics_new(a, SV("VEVENT"));
    for (uint32_t i = m->line_count; i-- > 0;)
        ics_add(a, turned, m->lines[i].head, m->lines[i].value);
    *m = *turned;
    edit(m, "RRULE", "BYDAY=WE;INTERVAL=1;FREQ=WEEKLY;WKST=MO");
    edit(m, "DTSTAMP", "20270101T000000Z");
    edit(m, "SUMMARY", "Search\\: weekly sync");
    ics_remove(m, "DTEND");
    edit(m, "DURATION", "PT30M");
    ics_remove(m, "TRANSP");
    assert_int_equal(edits(&l).count, 0);
    assert_false(converge(&l));
    assert_false(converge(&l));
    assert_int_equal(l.held.count, 0);
}

/* D-80, D-81, D-85: what we write leaves alarms, answers, colours and foreign properties as they are. */
static void test_d80_what_is_the_users_survives(void **state)
{
    (void)state;
    struct life l = born();
    struct ics_component *m = master(&l), *alarm = ics_new(a, SV("VALARM"));
    ics_add(a, alarm, SV("TRIGGER"), SV("-PT10M"));
    ics_add_child(a, m, alarm);
    edit(m, "CATEGORIES", "red");
    edit(m, "X-OWN;P=1", "x");
    edit(m, "TRANSP", "TRANSPARENT");
    ics_add(a, m, SV("ATTENDEE;PARTSTAT=DECLINED"), SV("mailto:friend@example.org"));
    edit(m, "DESCRIPTION", "My notes\\, first\\n[potlac]\\nWith eva and li\\n\\nBring a topic\\n[/potlac]\\nand last");
    assert_int_equal(edits(&l).count, 0); /* all of it is theirs to change */
    assert_false(converge(&l));
    l.plan.meeting.summary = SV("Search: sync");
    l.plan.meeting.description = SV("Bring two; topics");
    assert_true(converge(&l));
    has(l.theirs, "TRIGGER:-PT10M");
    has(l.theirs, "CATEGORIES:red");
    has(l.theirs, "X-OWN;P=1:x");
    has(l.theirs, "TRANSP:TRANSPARENT");
    has(l.theirs, "PARTSTAT=DECLINED:mailto:friend@example.org");
    has(l.theirs, "DESCRIPTION:My notes\\, first\\n[potlac]\\nWith eva and li\\n\\nBring two\\; ");
    has(l.theirs, "[/potlac]\\nand la");
    has(l.theirs, "SUMMARY:Search: sync");
    /* D-20: a text is no revision */
    has(l.theirs, "SEQUENCE:0");
    assert_false(converge(&l));
    /* nothing of that is recorded */
    has_not(l.base, "My notes");
    has_not(l.base, "TRIGGER");
}

/* D-82: only ours changed: written; only theirs: kept; both: kept and told, or ours where the target says so. */
static void test_d82_who_changed_it(void **state)
{
    (void)state;
    struct life l = born();
    edit(master(&l), "SUMMARY", "My sync");
    assert_int_equal(edits(&l).count, 1);
    assert_string_equal(edits(&l).items[0].property, "SUMMARY");
    assert_false(converge(&l));
    assert_int_equal(edits(&l).count, 0); /* it is told once */
    has(l.theirs, "SUMMARY:My sync");
    l.plan.meeting.summary = SV("Search: sync");
    l.plan.meeting.location = SV("Room 2");
    assert_true(converge(&l)); /* for the place */
    has(l.theirs, "SUMMARY:My sync");
    has(l.theirs, "LOCATION:Room 2");
    assert_int_equal(l.last.kept_count, 1);
    assert_true(sv_is(l.last.kept[0], "SUMMARY stays as it was changed by hand"));
    l.plan.meeting.summary = SV("My sync"); /* both equal: it is nobody's any more */
    assert_false(converge(&l));
    assert_int_equal(l.held.count, 0);
    l.plan.meeting.summary = SV("Sync");
    assert_true(converge(&l));
    has(l.theirs, "SUMMARY:Sync");

    l = born();
    l.revert = true;
    edit(master(&l), "SUMMARY", "My sync");
    assert_false(converge(&l));
    l.plan.meeting.summary = SV("Search: sync");
    assert_true(converge(&l));
    has(l.theirs, "SUMMARY:Search: sync");
}

/* D-81: without its markers the whole description is the user's. */
static void test_d81_the_marked_block(void **state)
{
    (void)state;
    struct life l = born();
    edit(master(&l), "DESCRIPTION", "All mine");
    assert_int_equal(edits(&l).count, 1);
    assert_false(converge(&l));
    l.plan.meeting.description = SV("New");
    assert_false(converge(&l));
    has(l.theirs, "DESCRIPTION:All mine\r\n");
    /* with it again it is updated again */
    edit(master(&l), "DESCRIPTION", "All mine\\n[potlac]\\nWith eva and li\\n\\nNew\\n[/potlac]");
    assert_false(converge(&l));
    l.plan.meeting.description = SV("Newer");
    assert_true(converge(&l));
    has(l.theirs, "DESCRIPTION:All mine\\n[potlac]\\nWith eva and li\\n\\nNewer\\n[/potlac]\r\n");
}

static struct ics_component *add_own(struct life *l, const char *slot, const char *start, const char *end)
{
    struct ics_component *e = ics_copy(a, master(l));
    ics_remove(e, "RRULE");
    ics_remove(e, "DTSTART");
    ics_remove(e, "DTEND");
    ics_add(a, e, SV("RECURRENCE-ID;TZID=Europe/Stockholm"), sv_of(slot));
    ics_add(a, e, SV("DTSTART;TZID=Europe/Stockholm"), sv_of(start));
    ics_add(a, e, SV("DTEND;TZID=Europe/Stockholm"), sv_of(end));
    ics_add_child(a, l->theirs, e);
    return e;
}

/* D-83: an occurrence that the user moved stays there, whatever we do with its week; texts reach it. */
static void test_d83_one_moved_by_hand(void **state)
{
    (void)state;
    struct life l = born();
    add_own(&l, "20270303T100000", "20270304T140000", "20270304T143000");
    struct user_edits e = edits(&l);
    assert_int_equal(e.count, 1);
    assert_int_equal(e.items[0].kind, EDIT_MOVED_ONE);
    assert_int_equal(e.items[0].start.date.day, 4);
    assert_int_equal(e.items[0].start.hour, 14);
    assert_int_equal(e.items[0].local.date.day, 3);
    assert_false(converge(&l));
    assert_int_equal(edits(&l).count, 0);
    struct sv skip[] = { SV("2027-W09"), SV("2027-W10") };
    l.plan.skip = skip, l.plan.skip_count = 2;
    l.plan.meeting.location = SV("Room 2");
    assert_true(converge(&l));
    has(l.theirs, "DTSTART;TZID=Europe/Stockholm:20270304T140000");
    has(l.theirs, "EXDATE;TZID=Europe/Stockholm:20270310T100000");
    has_not(l.theirs, "EXDATE;TZID=Europe/Stockholm:20270303T100000");
    has_not(l.theirs, "Room 1");
    assert_int_equal(l.last.kept_count, 1);
    has(l.theirs, "SEQUENCE:1");
    assert_false(converge(&l));
    /* when the plan takes it over, nobody holds it any more, and nothing is written */
    struct moved_once moved = { SV("2027-W09"), { { 2027, 3, 3 }, 10, 0, 0 }, { { 2027, 3, 4 }, 14, 0, 0 } };
    l.plan.moved = &moved, l.plan.moved_count = 1;
    assert_false(converge(&l));
    assert_int_equal(l.held.count, 0);
}

/* D-83: a series that the user moved is not moved back. */
static void test_d83_a_series_moved_by_hand(void **state)
{
    (void)state;
    struct life l = born();
    edit(master(&l), "DTSTART", "20270218T140000");
    edit(master(&l), "DTEND", "20270218T143000");
    edit(master(&l), "RRULE", "FREQ=WEEKLY;BYDAY=TH");
    struct user_edits e = edits(&l);
    assert_int_equal(e.count, 1);
    assert_int_equal(e.items[0].kind, EDIT_MOVED_SERIES);
    assert_int_equal(date_weekday(e.items[0].start.date), 3);
    assert_int_equal(e.items[0].every, 1);
    assert_false(converge(&l));
    struct sv skip[] = { SV("2027-W09") };
    l.plan.skip = skip, l.plan.skip_count = 1;
    assert_false(converge(&l));
    l.plan.meeting.summary = SV("Sync");
    assert_true(converge(&l));
    has(l.theirs, "DTSTART;TZID=Europe/Stockholm:20270218T140000");
    has(l.theirs, "SUMMARY:Sync");
    has_not(l.theirs, "EXDATE");
}

/* D-84: an occurrence that the user took out stays out. */
static void test_d84_one_cancelled_by_hand(void **state)
{
    (void)state;
    struct life l = born();
    ics_add(a, master(&l), SV("EXDATE"), SV("20270303T090000Z,20270324T090000Z"));
    struct user_edits e = edits(&l);
    assert_int_equal(e.count, 2);
    assert_int_equal(e.items[0].kind, EDIT_CANCELLED_ONE);
    assert_false(converge(&l));
    struct sv skip[] = { SV("2027-W09"), SV("2027-W10") };
    l.plan.skip = skip, l.plan.skip_count = 2;
    assert_true(converge(&l));
    l.plan.skip = skip + 1, l.plan.skip_count = 1;
    assert_true(converge(&l)); /* both had cancelled W09: it is ours to give back */
    has(l.theirs, "EXDATE:20270324T090000Z\r\n");
    has(l.theirs, "EXDATE;TZID=Europe/Stockholm:20270310T100000\r\n");
    l.plan.skip_count = 0;
    assert_true(converge(&l));
    has(l.theirs, "EXDATE:20270324T090000Z\r\n");
    has_not(l.theirs, "20270310T100000");
}

/* D-20, D-22, D-24: SEQUENCE rises with time, above whatever the server has, and no occurrence's is lower. */
static void test_d24_sequence(void **state)
{
    (void)state;
    struct life l = born();
    edit(master(&l), "SEQUENCE", "7");
    add_own(&l, "20270303T100000", "20270304T140000", "20270304T143000");
    assert_false(converge(&l));
    l.plan.meeting.minutes = 45;
    l.now += 7 * DAY;
    assert_true(converge(&l));
    assert_true(sv_is(ics_get(master(&l), "SEQUENCE"), "8"));
    assert_int_equal(l.sequence, 8);
    for (uint32_t i = 0; i < l.theirs->child_count; i++)
        if (ics_is(l.theirs->children[i], "VEVENT"))
            assert_true(sv_is(ics_get(l.theirs->children[i], "SEQUENCE"), "8"));
    assert_true(sv_is(ics_get(master(&l), "DTSTAMP"), "20270222T080000Z"));
    has(l.theirs, "CREATED:20270215T080000Z");
}

/* D-71: what a server drops is named, and not written again and again. */
static void test_d71_a_server_drops_things(void **state)
{
    (void)state;
    struct life l = born();
    assert_int_equal(ics_not_kept(a, l.before, l.theirs).n, 0);
    ics_remove(master(&l), "LOCATION");
    ics_remove(master(&l), "X-POTLAC-OWNER");
    assert_true(sv_is(ics_not_kept(a, l.before, l.theirs), "LOCATION, X-POTLAC-OWNER"));
    l.base = ics_reduced(a, l.theirs);
    assert_false(converge(&l));
    assert_false(converge(&l));
}

/* D-41, D-47: an end takes what stands after it along, and says so. */
static void test_d47_an_end_takes_later_edits_along(void **state)
{
    (void)state;
    struct life l = born();
    add_own(&l, "20270331T100000", "20270401T140000", "20270401T143000");
    assert_false(converge(&l));
    l.now += 10 * DAY;
    struct ics_component *ours = wanted(series_end(a, l.series, l.now), 0, l.before, l.now);
    struct merge m = {
        .before = l.before, .ours = ours, .base = l.base, .theirs = l.theirs, .held = l.held, .now = l.now, .revision = SV("2")
    };
    struct merged r = ics_merge(a, &m);
    has(r.result, "UNTIL=20270224T090000Z");
    has_not(r.result, "RECURRENCE-ID");
    assert_int_equal(r.kept_count, 1);
}

/* D-31: zones that are used have one VTIMEZONE, others have none. */
static void test_d31_zones_of_an_object(void **state)
{
    (void)state;
    struct life l = born();
    for (uint32_t i = 0; i < l.theirs->child_count; i++)
        if (ics_is(l.theirs->children[i], "VTIMEZONE"))
            edit(l.theirs->children[i], "TZID", "Unused/Zone");
    l.plan.meeting.summary = SV("Sync");
    assert_true(converge(&l));
    has(l.theirs, "TZID:Europe/Stockholm");
    has_not(l.theirs, "Unused/Zone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_d38_a_series_is_one_rule),
        TEST(test_d87_time_alone_changes_nothing),
        TEST(test_d43_a_skipped_week_is_an_exdate),
        TEST(test_d39_an_end_after_the_clocks_went_back),
        TEST(test_d42_a_moved_occurrence_names_its_slot),
        TEST(test_d45_a_fork),
        TEST(test_d44_an_end_keeps_the_past),
        TEST(test_one_meeting),
        TEST(test_d69_guests),
        TEST(test_d26_compared_by_meaning),
        TEST(test_d80_what_is_the_users_survives),
        TEST(test_d82_who_changed_it),
        TEST(test_d81_the_marked_block),
        TEST(test_d83_one_moved_by_hand),
        TEST(test_d83_a_series_moved_by_hand),
        TEST(test_d84_one_cancelled_by_hand),
        TEST(test_d24_sequence),
        TEST(test_d71_a_server_drops_things),
        TEST(test_d47_an_end_takes_later_edits_along),
        TEST(test_d31_zones_of_an_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
