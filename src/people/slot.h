/* slot: the weekday and time of a ritual (doc/people.md, E.2): hard rules, a score, stability, and the reasons in words. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_SLOT_H
#define PEOPLE_SLOT_H

#include "people/availability.h"

#define MOVE_THRESHOLD 20

/* What a ritual needs. */
struct slot_ask {
    struct availability **people;
    uint32_t count;
    const struct zone *zone; /* the anchor */
    int minutes;
    int every, phase;            /* weeks; weeks are counted from 1970-01-05 */
    int earliest, latest;        /* weekdays, 0 Monday */
    int weekday, time;           /* declared; -1: free. time in minutes of the day */
    int held_weekday, held_time; /* the recorded slot; -1: none */
    bool is_sync;                /* of a Potlac: shared leaders spread these over their days */
};

struct slot {
    bool found;
    int weekday, hour, minute;
    int score;             /* lower is better */
    int weeks, weeks_free; /* of those scored in which it meets */
    struct sv why;         /* "wed 10:00: free in 12 of 12 weeks, score 0"; or why there is none, with the nearest misses */
};

struct slot slot_find(struct arena *a, const struct slot_ask *ask);
/* Is the recorded slot still good by the hard rules? */
bool slot_holds(const struct slot_ask *ask);
/* Marks the ritual's time as busy in the weeks it meets. */
void slot_book(const struct slot_ask *ask, int weekday, int time);
/* Does it meet in a week, numbered from the horizon's first? */
bool slot_meets(const struct slot_ask *ask, int week);
/* ISO weeks of the horizon in which fewer than enough can come: "2027-W09". */
struct sv *slot_skips(struct arena *a, const struct slot_ask *ask, int weekday, int time, uint32_t enough, uint32_t *out_count);

#endif
