/* inventory_hash: the digests under which values that nodes share are stored. For the files of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_INVENTORY_HASH_H
#define STORE_INVENTORY_HASH_H

#include "store/inventory.h"

struct sv inventory_fact_hash(struct arena *a, struct sv name, struct sv value);
/* tags and parameters as they are stored: never empty */
struct sv inventory_resource_hash(struct arena *a, const struct inventory_resource *r);
struct sv inventory_edges_hash(struct arena *a, struct sv edges);

#endif
