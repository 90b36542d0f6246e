/* series: what is recorded of one ritual's meetings, and how it moves towards what is wanted. Pure: state and clock in, new state out.
 * An occurrence is known by its ritual and ISO week, never by its time. All memory is in the arena of the call. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_SERIES_H
#define PEOPLE_SERIES_H

#include "base/data.h"
#include "base/time.h"

#define WEEKS_BACK             8
#define WEEKS_AHEAD            26
#define KEEP_CANCELLED_SECONDS (14 * 86400)

/* When a ritual meets. */
struct cadence {
    struct sv zone;
    bool once; /* one meeting at start; the rest is unused */
    struct local_time start;
    int weekday; /* 0 Monday */
    int hour, minute;
    int every; /* weeks */
    int phase; /* weeks after the week of from */
    struct date from;
};

/* What a meeting is, but for its time. Occurrences of before a change keep the old one. */
struct meeting {
    struct sv zone, kind; /* "sync", "one-on-one", "checkup", "chat", "mock" */
    int64_t minutes;
    struct sv *attendees; /* user refs, sorted */
    uint32_t attendee_count;
    struct sv summary, description, location;
    bool private;
};

/* A week in which it meets at another time than its cadence says, or besides it. */
struct moved_week {
    struct sv week; /* "2027-W09" */
    struct local_time start;
};

/* One occurrence that somebody moved in their own calendar: it stays there as long as the pattern has a place for it at slot. */
struct moved_once {
    struct sv id; /* "2027-W09" */
    struct local_time slot, start;
};

struct plan {
    struct sv title; /* the ritual's ref: "potlac:default/search/sync" */
    struct cadence cadence;
    struct meeting meeting;
    struct sv *skip; /* ISO weeks without a meeting: "2027-W09" */
    uint32_t skip_count;
    struct moved_week *moves; /* these go before skip */
    uint32_t move_count;
    const struct moved_once *moved; /* and these before all */
    uint32_t moved_count;
};

struct occurrence {
    struct sv id;            /* "2027-W09", or "once" */
    struct local_time start; /* in its meeting's zone */
    uint32_t meeting;        /* number in series.meetings */
    int64_t seq;
    int64_t created, stamp; /* UTC: first published; last revised */
    int64_t epoch;          /* of the series when it got its time */
    bool cancelled;
    bool moved; /* by hand: struct moved_once */
};

/* Someone who no longer attends: their feed shows what they miss as cancelled for a while. */
struct leaver {
    struct sv user;
    int64_t at;
};

struct series {
    struct sv title;
    int64_t epoch; /* +1 where the pattern of times changed: a CalDAV series must end and start anew */
    int64_t life;  /* +1 where it came back after its end was forgotten: its UIDs are new */
    bool ended;
    int64_t ended_at;
    struct cadence cadence;
    struct meeting *meetings; /* the last one is in force */
    uint32_t meeting_count;
    size_t meeting_cap;
    struct occurrence *occurrences; /* by start */
    uint32_t occurrence_count;
    size_t occurrence_cap;
    struct leaver *leavers;
    uint32_t leaver_count;
    size_t leaver_cap;
};

/* old NULL: nothing recorded. *out_forked (may be NULL): the pattern of times changed. */
struct series *series_advance(struct arena *a, const struct series *old, const struct plan *p, int64_t now, bool *out_forked);
/* Do two cadences meet at the same times? Of those that meet once any two do. */
bool series_same_pattern(const struct cadence *x, const struct cadence *y);
/* Cancels what is still ahead. */
struct series *series_end(struct arena *a, const struct series *old, int64_t now);
/* Drops what is older than a feed shows, and what has been cancelled long enough. */
struct series *series_trim(struct arena *a, const struct series *old, int64_t now);
/* Meetings ahead that are not cancelled. */
uint32_t series_ahead(const struct series *s, int64_t now);
int64_t occurrence_at(const struct series *s, const struct occurrence *o);
/* "2027-W09" of a Monday, in days since 1970. */
struct sv series_week_id(struct arena *a, int64_t monday);
bool meeting_attends(const struct meeting *m, struct sv user);
struct sv series_canonical(struct arena *a, const struct series *s, int64_t epoch);
struct sv occurrence_canonical(struct arena *a, const struct series *s, const struct occurrence *o);

void series_write(struct strbuf *out, const struct series *s);
bool series_read(struct arena *a, const struct data *root, struct series **out_s, struct err *err);

#endif
