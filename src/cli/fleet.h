/* fleet: every subject's catalog before and after, their differences, and the groups that change alike.
 * All memory is in the fleet's arena, but for each compile's own; fleet_free frees both. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FLEET_H
#define CLI_FLEET_H

#include "catalog/diff.h"
#include "cli/site.h"

struct fleet_item {
    struct subject subject;
    struct compile_result *result;
    struct catalog *sealed;    /* its catalog without secrets: what is compared and kept */
    struct catalog *was;       /* as published by the last apply; NULL: never */
    struct catalog_diff *diff; /* NULL where the compile failed */
};

/* Subjects whose differences are the same. */
struct fleet_group {
    struct fleet_item **items;
    size_t count, cap;
    bool is_new;             /* nothing was published for these before */
    const struct entity *in; /* the cluster all are in, or NULL */
    struct concerns concerned, neighbours;
};

struct fleet {
    struct arena *arena;
    struct fleet_item *items;
    uint32_t count, failed, changed;
    struct fleet_group *groups; /* of subjects that change, in order of their first */
    size_t group_count, group_cap;
    struct sv *removed; /* refs that had a catalog and are no subjects any more */
    size_t removed_count, removed_cap;
    double milliseconds; /* of all compiles */
};

/* Compiles every subject and compares with what the store has. False and err where the store cannot be read;
 * a subject that does not compile is counted as failed. progress: a line on standard error that counts them, and goes at the end. */
bool fleet_compile(struct site *s, bool progress, struct fleet *out_fleet, struct err *err);
/* Records every catalog as published. */
bool fleet_publish(struct site *s, struct fleet *f, struct err *err);
/* One host: compiles it with what is recorded now, and publishes that. False and err where it does not compile. The caller frees
 * item->result, which may be there even so. */
bool fleet_publish_host(struct site *s, const struct subject *host, struct fleet_item *out_item, struct err *err);
void fleet_free(struct fleet *f);
/* The last published catalog of a subject; NULL without err text where there is none. */
struct catalog *fleet_published(struct site *s, struct arena *a, const struct subject *subject, struct err *err);

#endif
