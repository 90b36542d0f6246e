/* slot: the weekday and time of a ritual (doc/people.md, E.2): hard rules, a score, stability, and the reasons in words. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_SLOT_H
#define PEOPLE_SLOT_H

#include "people/availability.h"

#define MOVE_THRESHOLD 20
#define ALL_WEEKS      ((1u << HORIZON_WEEKS) - 1)

/* What a ritual needs. */
struct slot_ask {
    struct availability **people;
    uint32_t count;
    const struct wall *wall; /* of the anchor zone */
    int minutes;
    uint32_t weeks;              /* bit of each week of the horizon in which it meets */
    int every, phase;            /* the cycle these weeks come from; weeks are counted from 1970-01-05 */
    int earliest, latest;        /* weekdays, 0 Monday */
    int weekday, time;           /* declared; -1: free. time in minutes of the day */
    int held_weekday, held_time; /* what people are used to; -1: none */
    bool settled;                /* nothing was changed of what it was chosen from, or it moved lately: it moves where it must, only */
    bool is_sync;                /* of a Potlac: shared leaders spread these over their days */
};

struct slot {
    bool found;
    int weekday, hour, minute;
    int score;             /* lower is better */
    int weeks, weeks_free; /* of those scored in which it meets */
    struct sv why;         /* "wed 10:00: free in 12 of 12 weeks, score 0"; or why there is none, with the nearest misses */
};

/* The best of the slots that are free now. */
struct slot slot_find(struct arena *a, const struct slot_ask *ask);
/* Is what people are used to still good by the hard rules? */
bool slot_holds(const struct slot_ask *ask);

#endif
