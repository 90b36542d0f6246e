/* map: open addressing over an array of entries in insertion order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

struct map map_in(struct arena *a) { return (struct map){ .arena = a }; }

/* The entry of a key, or NULL. */
static struct map_entry *entry_of(const struct map *m, struct sv key, uint64_t hash)
{
    if (!m->slots)
        return NULL;
    for (uint32_t at = (uint32_t)hash & (m->slots - 1); m->index[at]; at = (at + 1) & (m->slots - 1)) {
        struct map_entry *e = &m->entries[m->index[at] - 1];
        if (e->hash == hash && sv_eq(e->key, key))
            return e;
    }
    return NULL;
}

void *map_find(const struct map *m, struct sv key)
{
    struct map_entry *e = m->slots ? entry_of(m, key, sv_hash(key)) : NULL;
    return e ? e->value : NULL;
}

static void index_entry(struct map *m, uint32_t i)
{
    uint32_t at = (uint32_t)m->entries[i].hash & (m->slots - 1);
    while (m->index[at])
        at = (at + 1) & (m->slots - 1);
    m->index[at] = i + 1;
}

/* Removed entries keep their place and key: putting the key again revives them, so the index never needs tombstones. */
static void grow(struct map *m)
{
    uint32_t cap = m->cap ? m->cap * 2 : 8;
    m->entries = arena_grow(m->arena, m->entries, m->cap * sizeof *m->entries, cap * sizeof *m->entries);
    m->cap = cap;
    m->slots = cap * 2;
    m->index = ARENA_ARRAY(m->arena, uint32_t, m->slots);
    for (uint32_t i = 0; i < m->used; i++)
        index_entry(m, i);
}

void *map_put(struct map *m, struct sv key, void *value)
{
    uint64_t hash = sv_hash(key);
    struct map_entry *e = entry_of(m, key, hash);
    if (e) {
        void *was = e->value;
        e->value = value;
        m->count += !was;
        return was;
    }
    if (m->used == m->cap)
        grow(m);
    m->entries[m->used] = (struct map_entry){ key, hash, value };
    index_entry(m, m->used);
    m->used++;
    m->count++;
    return NULL;
}

void *map_remove(struct map *m, struct sv key)
{
    struct map_entry *e = entry_of(m, key, sv_hash(key));
    if (!e || !e->value)
        return NULL;
    void *was = e->value;
    e->value = NULL;
    m->count--;
    return was;
}

struct map_entry *map_next(const struct map *m, struct map_entry *after)
{
    struct map_entry *end = m->entries + m->used;
    for (struct map_entry *e = after ? after + 1 : m->entries; m->used && e < end; e++)
        if (e->value)
            return e;
    return NULL;
}
