/* shared_map: strings to pointers, for many threads: finding waits for nobody. Whoever adds holds a lock of the owner's. Nothing is
 * replaced or removed. Lives in an arena, which only those who add use; keys are borrowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SHARED_MAP_H
#define BASE_SHARED_MAP_H

#include <stdatomic.h>

#include "base/arena.h"

/* What adding changes shares no cache line with what finding reads, in this map or the next one. */
struct shared_map {
    _Atomic(struct shared_table *) table; /* replaced by a larger one as it fills; those before stay for who reads them still */
    char apart[64];
    struct arena *arena;
    uint32_t count;
};

void shared_map_init(struct shared_map *m, struct arena *a);
/* NULL when absent: ask again under the lock before adding. */
void *shared_map_find(const struct shared_map *m, struct sv key);
void *shared_map_find_hashed(const struct shared_map *m, struct sv key, uint64_t hash);
/* Under the lock. The key must not be there yet, and value not NULL; what it points at is seen by whoever finds it. */
void shared_map_add(struct shared_map *m, struct sv key, void *value);

#endif
