/* caldav_series: what should stand in somebody's calendar: a recorded series as one iCalendar object with a rule, exceptions and
 * occurrences of their own. Pure: what stood there before and a clock in, a tree out, in the arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CALDAV_SERIES_H
#define PEOPLE_CALDAV_SERIES_H

#include "people/ics_tree.h"
#include "people/series.h"

/* Lines of a DESCRIPTION between which the text is ours; what stands around them is the user's. */
#define BLOCK_BEGIN "[potlac]"
#define BLOCK_END   "[/potlac]"

/* Somebody whom a server invites: only where the server sends invitations itself. */
struct guest {
    struct sv mail, name;
    bool organizer;
    bool told; /* has a copy of their own: the server sends them nothing */
};

struct caldav_copy {
    const struct series *series;
    int64_t epoch;
    int64_t since;  /* an earlier epoch where its user moved it and the model followed; else the same */
    struct sv user; /* whose calendar it is: only what they attend */
    struct sv uid, installation;
    const struct guest *guests;
    uint32_t guest_count;
};

/* "series:potlac:default/search/sync#0", with ".2" where the same person has it for the third time, and what a server may need to tell two
 * copies apart. */
struct sv caldav_canonical(struct arena *a, const struct series *s, int64_t epoch, int64_t generation, struct sv apart);

/* before: what was wanted last; NULL: nothing. A VCALENDAR; NULL: nothing should stand there. An object that has begun is ended by UNTIL,
 * one that has not is nothing; the past of it is as it was. It has no DTSTAMP, SEQUENCE and the like: those come when it is written. */
struct ics_component *caldav_wanted(struct arena *a, const struct caldav_copy *c, const struct ics_component *before, int64_t now);

/* The event without RECURRENCE-ID; NULL where there is none. */
struct ics_component *caldav_master(const struct ics_component *calendar);
/* Does the object say that it ends? */
bool caldav_is_ended(const struct ics_component *calendar);
/* Meetings of it that are ahead, at most `most`, as its own rule and exceptions give them. */
uint32_t caldav_ahead(struct arena *a, const struct ics_component *calendar, int64_t now, uint32_t most);
/* A VTIMEZONE that holds for meetings from one instant to another. */
struct ics_component *caldav_zone(struct arena *a, const struct zone *z, int64_t from, int64_t until);

#endif
