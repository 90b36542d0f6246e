/* shared_map: open addressing; a slot is filled once, an entry never changes, and a full table is copied into a new one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/shared_map.h"

#include <assert.h>

struct shared_entry {
    struct sv key;
    uint64_t hash;
    void *value;
};

struct shared_table {
    uint32_t slots;   /* a power of two */
    uint32_t *hashes; /* the high half of the hash of what is in a slot: other entries need not be looked at */
    _Atomic(struct shared_entry *) at[];
};

enum { FIRST_SLOTS = 64 };

void shared_map_init(struct shared_map *m, struct arena *a)
{
    m->arena = a;
    m->count = 0;
    atomic_init(&m->table, NULL);
}

void *shared_map_find_hashed(const struct shared_map *m, struct sv key, uint64_t hash)
{
    struct shared_table *t = atomic_load_explicit(&m->table, memory_order_acquire);
    if (!t)
        return NULL;
    for (uint32_t i = (uint32_t)hash & (t->slots - 1);; i = (i + 1) & (t->slots - 1)) {
        const struct shared_entry *e = atomic_load_explicit(&t->at[i], memory_order_acquire);
        if (!e)
            return NULL;
        if (t->hashes[i] == (uint32_t)(hash >> 32) && e->hash == hash && sv_eq(e->key, key))
            return e->value;
    }
}

void *shared_map_find(const struct shared_map *m, struct sv key) { return shared_map_find_hashed(m, key, sv_hash(key)); }

static void place(struct shared_table *t, struct shared_entry *e)
{
    uint32_t i = (uint32_t)e->hash & (t->slots - 1);
    while (atomic_load_explicit(&t->at[i], memory_order_relaxed))
        i = (i + 1) & (t->slots - 1);
    t->hashes[i] = (uint32_t)(e->hash >> 32);
    atomic_store_explicit(&t->at[i], e, memory_order_release); /* with its hash */
}

static struct shared_table *grow(struct shared_map *m, const struct shared_table *old)
{
    uint32_t slots = old ? old->slots * 2 : FIRST_SLOTS;
    struct shared_table *t = arena_zalloc(m->arena, sizeof *t + slots * sizeof t->at[0]);
    t->slots = slots;
    t->hashes = arena_alloc(m->arena, slots * sizeof *t->hashes);
    for (uint32_t i = 0; old && i < old->slots; i++) {
        struct shared_entry *e = atomic_load_explicit(&old->at[i], memory_order_relaxed);
        if (e)
            place(t, e);
    }
    atomic_store_explicit(&m->table, t, memory_order_release);
    return t;
}

void shared_map_add(struct shared_map *m, struct sv key, void *value)
{
    struct shared_table *t = atomic_load_explicit(&m->table, memory_order_relaxed);
    struct shared_entry *e = ARENA_NEW(m->arena, struct shared_entry);
    *e = (struct shared_entry){ key, sv_hash(key), value };
    assert(value && !shared_map_find_hashed(m, key, e->hash));
    m->count++;
    if (!t || m->count * 2 > t->slots)
        t = grow(m, t);
    place(t, e);
}
