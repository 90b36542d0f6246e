/* health: how a Potlac is doing, from what is recorded: a fold, without advice. What nobody recorded is no data, and never zero.
 * In the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_HEALTH_H
#define PEOPLE_HEALTH_H

#include "people/meetings.h"

#define HEALTH_WEEKS 8

struct skipped_meeting {
    struct sv week, reason;
};

/* The meetings of one ritual in the last weeks: those that were planned or recorded. */
struct ritual_health {
    struct sv title, name;                   /* name: "sync", "one-on-one johan, petra" */
    unsigned held, skipped, missed, unknown; /* unknown: planned, past, and nothing at all is recorded of this Potlac */
    struct skipped_meeting *skips;
    size_t skip_count, skip_cap;
};

struct leader_health {
    struct sv user;
    unsigned topics; /* raised in the last weeks */
};

struct pair_health {
    struct sv users[2];
    bool known;           /* a one-on-one of theirs is recorded as held */
    unsigned weeks, most; /* since then; as far apart as they may be */
};

struct checkup_health {
    const struct entity *ownership;
    bool known;      /* a checkup is recorded as held */
    int64_t last;    /* UTC */
    int64_t overdue; /* days; 0: not yet due */
    unsigned missed; /* since then */
};

/* "prepared" is a chat before a key meeting, or the rehearsal of a special one. */
struct unprepared {
    const struct entity *meeting;
    bool chat, mock; /* which of the two did not happen */
};

struct ownerless {
    const struct entity *service;
    const char *side;         /* "dev", "ops" */
    const struct entity *who; /* NULL: nobody is named */
    const char *why;          /* "has left", "is away, and nobody stands in" */
};

struct team_health {
    const struct entity *potlac;
    bool recorded; /* anything was, of its own meetings */
    struct ritual_health *rituals;
    uint32_t ritual_count;
    size_t ritual_cap;
    struct leader_health *leaders;
    uint32_t leader_count;
    struct pair_health *pairs;
    uint32_t pair_count;
    size_t pair_cap;
    struct checkup_health *checkups;
    uint32_t checkup_count;
    size_t checkup_cap;
    struct unprepared *unprepared;
    uint32_t unprepared_count;
    size_t unprepared_cap;
    uint32_t key_meetings;         /* in the last weeks */
    const struct entity **expired; /* contexts */
    uint32_t expired_count;
    size_t expired_cap;
    struct ownerless *ownerless;
    uint32_t ownerless_count;
    size_t ownerless_cap;
};
/* NULL and err where the history cannot be read. */
struct team_health *health_of(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                              struct err *err);
/* Held syncs among those that were held or missed; false: no data. */
bool health_sync(const struct team_health *h, unsigned *out_held, unsigned *out_of);

#endif
