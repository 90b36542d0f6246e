/* rounds: which pairs of a Potlac meet in which week, with absences, a coach who is shared, and pairs that matter more (doc/people.md,
 * E.3). Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ROUNDS_H
#define PEOPLE_ROUNDS_H

#include "people/availability.h"

enum pair_class {
    PAIR_ROLES = 1, /* of one team, in different roles: meet every other week at least */
    PAIR_PEERS,     /* of one team, in the same role: every third */
    PAIR_ACROSS     /* of different teams: every sixth */
};

/* A meeting fell out and was not made up for yet. */
enum rounds_owed {
    OWED_NOTHING,
    OWED_BEFORE, /* the weeks that were published make up for it as far as they can */
    OWED_NEWLY
};

/* One leader of a Potlac. */
struct rounds_leader {
    uint64_t id;          /* a hash of who it is */
    unsigned turns, turn; /* has a budget for this Potlac in weeks whose number leaves `turn` when divided by `turns`; 1, 0: in all */
    uint32_t out;         /* bit of each week in which they take no part: away for long */
    uint32_t absent;      /* bit of each week without one day of work */
};

struct rounds_pair {
    uint32_t a, b;      /* numbers of leaders, a < b */
    int class;          /* of enum pair_class */
    int gap;            /* most weeks between two meetings before they go first */
    int last;           /* week of the horizon in which they last met, below zero for one before it */
    int before;         /* the same, before anything was planned */
    uint32_t published; /* bit of each week for which their meeting was planned before */
    uint32_t weeks;     /* out: bit of each week in which they are to meet */
    uint32_t missed;    /* out: of these, where one of them is not there on any day */
    int owed;           /* of enum rounds_owed */
    uint32_t known;     /* bit of each week in which it was known, when that was planned, that one of them is not there */
};

struct rounds {
    struct rounds_leader *leaders;
    uint32_t count;
    uint32_t per_week;         /* one-on-ones of a leader at most */
    int64_t number;            /* of week 0, counted from 1970-01-05 */
    struct rounds_pair *pairs; /* all of them: by a, then b */
    uint32_t pair_count;
    uint32_t kept; /* bit of each week that stays as it was published */
    int first;     /* week from which it is planned; those before are as they are */
};

#define ROUNDS_NEVER (-1000)

/* The place of a pair in `pairs`. */
uint32_t rounds_index(uint32_t count, uint32_t a, uint32_t b);
/* Sets when pairs last met to what follows from the calendar alone: for a Potlac that has no history. */
void rounds_assume(struct rounds *r);
void rounds_fill(struct rounds *r);
/* A hash of those who take part in a week: what was planned for a week stays while it is the same. */
uint64_t rounds_who(const struct rounds *r, int week);

/* A cycle that comes closest to a set of weeks: differences are exceptions. */
struct cycle {
    int every, phase;
    int exceptions;
};
struct cycle cycle_of(uint32_t weeks, int64_t number, int every_before, int phase_before);
bool cycle_meets(int every, int phase, int64_t number);

#endif
