/* Feeds: choosing what belongs in one, and writing it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/feed.h"

#include <stdlib.h>

#include "people/ical.h"

#define WEEK (7 * 86400)

struct item {
    const struct series *series;
    const struct occurrence *occurrence;
    int64_t at;
    int64_t left; /* when the reader left the meeting; 0: attends */
    struct sv uid;
};

struct sv ritual_subject(struct sv title)
{
    size_t slash = sv_find_char(title, '/', 0);
    return sv_slice(title, 0, slash == SIZE_MAX ? title.n : sv_find_char(title, '/', slash + 1));
}

/* Does an occurrence belong in the feed, and in what way? */
static bool choose(const struct feed *f, const struct series *s, const struct occurrence *o, struct item *out_item)
{
    const struct meeting *m = &s->meetings[o->meeting];
    struct item item = { s, o, occurrence_at(s, o), 0, SV_NONE };
    if (f->subject.n) {
        if (m->private || !sv_eq(ritual_subject(s->title), f->subject))
            return false;
    } else if (!meeting_attends(m, f->user)) {
        for (uint32_t i = 0; i < s->leaver_count; i++)
            if (sv_eq(s->leavers[i].user, f->user) && o->created < s->leavers[i].at && item.at > s->leavers[i].at)
                item.left = s->leavers[i].at;
        if (!item.left)
            return false;
    }
    *out_item = item;
    return true;
}

bool feed_has(const struct feed *f, const struct series *s)
{
    struct item item;
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (choose(f, s, &s->occurrences[i], &item))
            return true;
    return false;
}

static int64_t stamp_of(const struct item *it) { return it->left ? it->left : it->occurrence->stamp; }

int64_t feed_modified(const struct feed *f, const struct series *const *all, uint32_t count)
{
    struct item item;
    int64_t latest = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < all[i]->occurrence_count; j++)
            if (choose(f, all[i], &all[i]->occurrences[j], &item) && stamp_of(&item) > latest)
                latest = stamp_of(&item);
    return latest;
}

static int by_time(const void *x, const void *y)
{
    const struct item *a = x, *b = y;
    return a->at != b->at ? (a->at < b->at ? -1 : 1) : sv_cmp(a->uid, b->uid);
}

/* "With eva, ines and li" */
static void add_names(struct strbuf *out, const struct meeting *m)
{
    for (uint32_t i = 0; i < m->attendee_count; i++) {
        struct sv ref = m->attendees[i];
        size_t slash = sv_rfind_char(ref, '/');
        strbuf_adds(out, i == 0 ? "With " : i + 1 == m->attendee_count ? " and " : ", ");
        strbuf_add(out, slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n));
    }
}

static void write_event(struct strbuf *out, const struct item *it)
{
    const struct occurrence *o = it->occurrence;
    const struct meeting *m = &it->series->meetings[o->meeting];
    const struct zone *z = zone_find(m->zone, NULL);
    int64_t stamp = stamp_of(it);
    ical_line(out, SV("BEGIN"), SV("VEVENT"));
    ical_line(out, SV("UID"), it->uid);
    ical_utc(out, "DTSTAMP", stamp);
    ical_utc(out, "CREATED", o->created);
    ical_utc(out, "LAST-MODIFIED", stamp);
    ical_int(out, "SEQUENCE", o->seq + (it->left ? 1 : 0));
    if (z) {
        /* an end is a length after the start, whatever the clocks do in between */
        ical_local(out, "DTSTART", z, o->start);
        ical_instant(out, "DTEND", z, it->at + m->minutes * 60);
    } else {
        ical_utc(out, "DTSTART", it->at);
        ical_utc(out, "DTEND", it->at + m->minutes * 60);
    }
    ical_text(out, "SUMMARY", m->summary);
    AUTO_STRBUF text = STRBUF_HEAP;
    add_names(&text, m);
    if (m->description.n)
        strbuf_addf(&text, "%s%.*s", text.n ? "\n\n" : "", SV_ARG(m->description));
    if (text.n)
        ical_text(out, "DESCRIPTION", strbuf_sv(&text));
    if (m->location.n)
        ical_text(out, "LOCATION", m->location);
    ical_line(out, SV("CLASS"), m->private ? SV("PRIVATE") : SV("PUBLIC"));
    ical_line(out, SV("STATUS"), o->cancelled || it->left ? SV("CANCELLED") : SV("CONFIRMED"));
    ical_line(out, SV("TRANSP"), SV("OPAQUE"));
    ical_line(out, SV("END"), SV("VEVENT"));
}

static int by_text(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

/* One VTIMEZONE for each zone in use; where there is no meeting the feed's own zone stands alone, for an empty calendar is invalid. */
static void write_zones(struct strbuf *out, struct arena *a, const struct feed *f, const struct item *items, size_t count, int64_t now)
{
    struct sv *zones = ARENA_ARRAY(a, struct sv, count + 1);
    size_t n = 0;
    int64_t from = now, until = now;
    for (size_t i = 0; i < count; i++) {
        struct sv zone = items[i].series->meetings[items[i].occurrence->meeting].zone;
        zones[n++] = zone;
        from = i == 0 || items[i].at < from ? items[i].at : from;
        until = i == 0 || items[i].at > until ? items[i].at : until;
    }
    if (n == 0)
        zones[n++] = f->zone;
    qsort(zones, n, sizeof *zones, by_text);
    from -= from % WEEK + WEEK; /* whole weeks, so that the text changes with the meetings only */
    until += 2 * WEEK - until % WEEK;
    for (size_t i = 0; i < n; i++) {
        const struct zone *z = i > 0 && sv_eq(zones[i], zones[i - 1]) ? NULL : zone_find(zones[i], NULL);
        if (z)
            ical_vtimezone(out, z, from, until);
    }
}

void feed_write(struct strbuf *out, struct arena *a, const struct feed *f, const struct series *const *all, uint32_t count, int64_t now)
{
    struct item *items = NULL, item;
    size_t n = 0, cap = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < all[i]->occurrence_count; j++)
            if (choose(f, all[i], &all[i]->occurrences[j], &item)) {
                item.uid = ical_uid(a, f->installation, occurrence_canonical(a, all[i], item.occurrence));
                ARENA_PUSH(a, items, n, cap, item);
            }
    if (n)
        qsort(items, n, sizeof *items, by_time);
    ical_line(out, SV("BEGIN"), SV("VCALENDAR"));
    ical_line(out, SV("VERSION"), SV("2.0"));
    ical_line(out, SV("PRODID"), SV("-//potlac//calendar//EN"));
    ical_line(out, SV("CALSCALE"), SV("GREGORIAN"));
    ical_text(out, "NAME", f->name);
    ical_text(out, "X-WR-CALNAME", f->name);
    ical_line(out, SV("REFRESH-INTERVAL;VALUE=DURATION"), SV("PT1H"));
    ical_line(out, SV("X-PUBLISHED-TTL"), SV("PT1H"));
    write_zones(out, a, f, items, n, now);
    for (size_t i = 0; i < n; i++)
        write_event(out, &items[i]);
    ical_line(out, SV("END"), SV("VCALENDAR"));
}
