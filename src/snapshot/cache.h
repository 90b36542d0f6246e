/* cache: things made once for a key and kept, safe for many threads. Each thing owns the arena it was made in. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_CACHE_H
#define SNAPSHOT_CACHE_H

#include <pthread.h>

#include "base/map.h"

struct cache {
    struct arena *arena; /* of the map, the keys and the items' heads */
    struct map map;
    pthread_rwlock_t lock; /* of the map; never held while something is made */
    struct cache_item *items;
};

void cache_init(struct cache *c);
void cache_release(struct cache *c);
/* What make() gave for the key; it is called at first need, by one thread, while others that want the same key wait.
 * make may use the cache for other keys. NULL is kept too. */
void *cache_get(struct cache *c, struct sv key, void *(*make)(void *ctx, struct sv key, struct arena *a), void *ctx);

#endif
