/* map: strings (or pointers) to pointers, in insertion order. Lives in an arena; keys are borrowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct map_entry {
    struct sv key;
    uint64_t hash;
    void *value; /* NULL: removed */
};

struct map {
    struct arena *arena;
    struct map_entry *entries; /* in insertion order, with gaps where value is NULL */
    uint32_t *index;           /* entry + 1, or 0; a power of two */
    uint32_t count, used, cap, slots;
};

struct map map_in(struct arena *a);
/* NULL when absent. */
void *map_find(const struct map *m, struct sv key);
/* Sets or replaces; value must not be NULL. Returns the former value or NULL. */
void *map_put(struct map *m, struct sv key, void *value);
void *map_remove(struct map *m, struct sv key);
/* for (struct map_entry *e = NULL; (e = map_next(m, e));) */
struct map_entry *map_next(const struct map *m, struct map_entry *after);

#endif
