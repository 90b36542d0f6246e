/* fleet: every subject's catalog before and after, their differences, and the groups that change alike.
 * Only what may have changed is compiled, on all processors. Memory is in the fleet's arena, or in that of an item; fleet_free frees both.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FLEET_H
#define CLI_FLEET_H

#include "catalog/diff.h"
#include "cli/site.h"

enum fleet_state {
    FLEET_SAME,    /* the catalog is the one before; compiled or not */
    FLEET_CHANGED, /* or new */
    FLEET_FAILED,  /* does not compile: error */
    FLEET_LIKE     /* changed as the first of its group: nothing else is kept of it */
};

struct fleet_item {
    struct subject subject;
    enum fleet_state state;
    struct sv error;          /* in the fleet's arena */
    bool is_new;              /* there was no catalog before */
    bool was_compiled;        /* this time */
    bool was_published;       /* what it is compared with is what was published */
    bool exports;             /* something, to other hosts */
    unsigned char change[32]; /* digest of the difference */

    /* While they are kept: */
    struct arena *arena;
    struct compile_result *result;
    struct catalog *sealed; /* its catalog without secrets: what is compared and published */
    struct catalog *was;    /* NULL: new */
    struct catalog_diff *diff;
    struct strbuf json; /* on the heap: the sealed catalog of a host whose other memory is gone, for publishing */

    /* For the next time: */
    struct sv inputs, digest; /* in the fleet's arena */
    unsigned flags;           /* of enum compiled_flags */
    const uint32_t *reads;
    uint32_t read_count;
};

/* Subjects whose differences are the same. */
struct fleet_group {
    struct fleet_item **items; /* the first one has the difference */
    size_t count, cap;
    bool is_new;             /* there was nothing before for these */
    const struct entity *in; /* the cluster all are in, or NULL */
    struct concerns concerned, teams, neighbours;
};

struct fleet_removed {
    struct sv ref;
    struct catalog *was; /* of a Potlac or ownership: what its meetings were; NULL: of a host, or it did not compile */
};

struct fleet {
    struct arena *arena;
    struct fleet_item *items;
    uint32_t count, failed, changed, compiled;
    struct fleet_group *groups; /* of subjects that change, in order of their first */
    size_t group_count, group_cap;
    struct fleet_removed *removed; /* what had a catalog and is no subject any more */
    size_t removed_count, removed_cap;
    double milliseconds;              /* of all compiles */
    const struct people_plan *people; /* of all meetings; NULL where none were compiled */
};

struct fleet_options {
    struct site *from;           /* compare with what this site compiles; NULL: with what is published */
    const struct map *only;      /* refs of the hosts to look at; NULL: all subjects */
    const struct entity *needed; /* this one's catalog is needed even where nothing changed; NULL: none */
    unsigned threads;            /* 0: one a processor */
    bool everything;             /* compile what did not change too */
    bool keep;                   /* the catalogs, for publishing and converging */
    bool progress;               /* a line on standard error that counts them, and goes at the end */
};

/* Compiles what is to be compiled and compares. False and err where the store cannot be read; a subject that does not compile is counted as
 * failed. out_fleet is to be freed in any case. */
bool fleet_compile(struct site *s, const struct fleet_options *o, struct fleet *out_fleet, struct err *err);
/* Records every catalog as published, and what it was compiled from. After fleet_compile with keep; inside store_begin. */
bool fleet_publish(struct site *s, struct fleet *f, struct err *err);
/* One host: compiles it with what is recorded now, and publishes that. False and err where it does not compile. The caller frees
 * item->result, which may be there even so. */
bool fleet_publish_host(struct site *s, const struct subject *host, struct fleet_item *out_item, struct err *err);
void fleet_free(struct fleet *f);

/* fleet_group.c: fills the groups from the items. */
void fleet_group(struct site *s, struct fleet *f);

#endif
