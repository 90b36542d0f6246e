/* upkeep: what whoever runs a store does with it: look whether it is sound, let go what is old, count. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_UPKEEP_H
#define STORE_UPKEEP_H

#include "store/store.h"

/* Reads everything, as it is at one moment, while others go on writing. No other thread may use the store meanwhile.
 * Faults in words, at most 100 of them: a damaged database, counts that are wrong, links that lead nowhere, values under another digest
 * than their own, JSON that does not parse, ids of events that would be given twice. False and err where it cannot be read. */
bool store_check(struct store *s, struct arena *a, struct sv **out_faults, uint32_t *out_count, struct err *err);

/* Times are milliseconds since 1970. */
struct store_gc {
    int64_t reports_before; /* reports received before it go */
    int64_t nodes_before;   /* nodes deactivated (or expired) before it go, with all that is known of them */
};
struct store_gc_result {
    uint64_t reports, nodes, values, reads; /* that went */
};
/* In short transactions: other writers come in between. History stays whole, whatever its age. */
bool store_collect(struct store *s, const struct store_gc *gc, struct store_gc_result *out_result, struct err *err);

/* One number of a store: "events", "facts.distinct" ... in a fixed order. */
struct store_count {
    const char *name, *words;
    int64_t n;
    bool is_time; /* milliseconds; 0: none */
};
bool store_counts(struct store *s, struct arena *a, struct store_count **out_counts, uint32_t *out_count, struct err *err);
const char *store_backend_name(const struct store *s);

#endif
