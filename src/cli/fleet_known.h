/* fleet_known: which published catalogs are still what a compile would give, as nothing they were compiled from has changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FLEET_KNOWN_H
#define CLI_FLEET_KNOWN_H

#include "cli/site.h"
#include "store/compiled.h"

struct fleet_known;

/* What the store knows, held against the site's files; in the arena. NULL and err where it cannot be read. */
struct fleet_known *fleet_known_load(struct site *s, struct store *st, struct arena *a, struct err *err);
/* NULL: nothing is known of that subject. */
const struct compiled *fleet_known_find(const struct fleet_known *k, struct sv ref);
/* The files that it was compiled from say the same, and it asked nothing else. Its inputs are for the caller to compare. */
bool fleet_known_holds(const struct fleet_known *k, const struct compiled *c);

/* What was read while compiling, by numbers of the snapshot's reads, is recorded for these subjects. Inside store_begin. */
struct fleet_record {
    struct compiled compiled;
    const uint32_t *reads;
    uint32_t read_count;
};
bool fleet_known_record(struct site *s, const struct fleet_record *records, size_t count, struct err *err);

#endif
