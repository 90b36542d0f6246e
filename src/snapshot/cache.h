/* cache: things made once for a key and kept, safe for many threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_CACHE_H
#define SNAPSHOT_CACHE_H

#include <pthread.h>

#include "base/shared_map.h"
#include "snapshot/reads.h"

struct cache {
    struct shared_map map; /* read without the lock */
    struct arena *arena;   /* of the map, the keys and the items' heads */
    pthread_mutex_t lock;  /* of adding, and of what follows; never held while something is made */
    struct workshop *idle; /* arenas that nobody makes something in now */
    struct workshop *all;
    struct cache_item *items;
    struct reads *reads; /* where it is noted what was read for a thing; NULL: nowhere */
    char apart[64];      /* from the next one, as in a shared_map */
};

void cache_init(struct cache *c, struct reads *reads);
void cache_release(struct cache *c);
/* What make() gave for the key; it is called at first need, by one thread, while others that want the same key wait.
 * make may use the cache for other keys. NULL is kept too. What it allocates in the arena lives as long as the cache. */
void *cache_get(struct cache *c, struct sv key, void *(*make)(void *ctx, struct sv key, struct arena *a), void *ctx);

#endif
