/* cache: a map of items that are filled under their own lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/cache.h"

#include <assert.h>
#include <stdatomic.h>

struct cache_item {
    struct sv key;
    atomic_bool made;
    pthread_mutex_t lock;
    struct arena *arena; /* NULL where nothing was allocated */
    void *thing;
    struct cache_item *next;
};

void cache_init(struct cache *c)
{
    *c = (struct cache){ .arena = arena_new(0) };
    c->map = map_in(c->arena);
    int bad = pthread_rwlock_init(&c->lock, NULL);
    assert(!bad);
    (void)bad;
}

void cache_release(struct cache *c)
{
    if (!c->arena)
        return;
    for (struct cache_item *it = c->items; it; it = it->next) {
        arena_free(it->arena);
        pthread_mutex_destroy(&it->lock);
    }
    pthread_rwlock_destroy(&c->lock);
    arena_free(c->arena);
    c->arena = NULL;
}

static struct cache_item *item_of(struct cache *c, struct sv key)
{
    pthread_rwlock_rdlock(&c->lock);
    struct cache_item *it = map_find(&c->map, key);
    pthread_rwlock_unlock(&c->lock);
    if (it)
        return it;
    pthread_rwlock_wrlock(&c->lock);
    it = map_find(&c->map, key);
    if (!it) {
        it = ARENA_NEW(c->arena, struct cache_item);
        it->key = arena_dup(c->arena, key);
        pthread_mutex_init(&it->lock, NULL);
        it->next = c->items;
        c->items = it;
        map_put(&c->map, it->key, it);
    }
    pthread_rwlock_unlock(&c->lock);
    return it;
}

void *cache_get(struct cache *c, struct sv key, void *(*make)(void *ctx, struct sv key, struct arena *a), void *ctx)
{
    struct cache_item *it = item_of(c, key);
    if (atomic_load_explicit(&it->made, memory_order_acquire))
        return it->thing;
    pthread_mutex_lock(&it->lock);
    if (!atomic_load_explicit(&it->made, memory_order_relaxed)) {
        it->arena = arena_new(0);
        it->thing = make(ctx, it->key, it->arena);
        atomic_store_explicit(&it->made, true, memory_order_release);
    }
    pthread_mutex_unlock(&it->lock);
    return it->thing;
}
