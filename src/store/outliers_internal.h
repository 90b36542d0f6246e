/* outliers_internal: what the files of outliers share. For the files of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_OUTLIERS_INTERNAL_H
#define STORE_OUTLIERS_INTERNAL_H

#include "base/map.h"
#include "store/backend.h"
#include "store/outliers.h"

/* "networking.ip", "memory.system.available" */
bool fact_differs_by_nature(struct sv path);

/* One thing that peers have in some variant: a resource, a fact's leaf, a property of the last run. */
struct tally_variant {
    struct sv value; /* JSON */
    uint32_t count;
};
struct tally_member {
    uint32_t peer, variant;
};
struct tally_item {
    struct sv name;
    struct tally_variant *variants;
    uint32_t variant_count, member_count;
    size_t variant_cap, member_cap;
    struct tally_member *members; /* each peer at most once */
};

struct tally {
    struct arena *arena;
    struct map items;    /* name -> item */
    struct map variants; /* item's name, value -> number of the variant, + 1 */
};

struct tally tally_in(struct arena *a);
struct tally_item *tally_item(struct tally *t, struct sv name);
/* The number of a variant of an item. */
uint32_t tally_variant(struct tally *t, struct tally_item *item, struct sv value);
void tally_add(struct tally *t, struct tally_item *item, uint32_t variant, uint32_t peer);

/* Calls tell for each peer (of those that may have the item) whose variant is not that of most. is or others NULL: none. */
typedef void tally_tell(void *ctx, const struct tally_item *item, uint32_t peer, const struct sv *is, const struct sv *others,
                        uint32_t agree);
void tally_outliers(const struct tally *t, const bool *may_have, uint32_t peer_count, tally_tell *tell, void *ctx);

#endif
