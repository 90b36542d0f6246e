/* cache: a map of items that are filled under their own lock. An arena serves one maker at a time, and then the next: there are as many
 * as makers were at work at once, not as many as things. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/cache.h"

struct cache_item {
    struct sv key;
    atomic_bool made;
    pthread_mutex_t lock;
    void *thing;
    const uint32_t *reads; /* what it depends on */
    uint32_t read_count;
    struct cache_item *next;
};

struct workshop {
    struct arena *arena;
    struct workshop *next_idle, *next;
};

void cache_init(struct cache *c, struct reads *reads)
{
    c->reads = reads;
    c->arena = arena_new(0);
    c->items = NULL;
    c->idle = c->all = NULL;
    shared_map_init(&c->map, c->arena);
    pthread_mutex_init(&c->lock, NULL);
}

void cache_release(struct cache *c)
{
    if (!c->arena)
        return;
    for (struct workshop *w = c->all; w; w = w->next)
        arena_free(w->arena);
    for (struct cache_item *it = c->items; it; it = it->next)
        pthread_mutex_destroy(&it->lock);
    pthread_mutex_destroy(&c->lock);
    arena_free(c->arena);
    c->arena = NULL;
}

static struct cache_item *item_of(struct cache *c, struct sv key)
{
    struct cache_item *it = shared_map_find(&c->map, key);
    if (it)
        return it;
    pthread_mutex_lock(&c->lock);
    it = shared_map_find(&c->map, key); /* again: another thread may have been first */
    if (!it) {
        it = ARENA_NEW(c->arena, struct cache_item);
        pthread_mutex_init(&it->lock, NULL);
        it->key = arena_dup(c->arena, key);
        it->next = c->items;
        c->items = it;
        shared_map_add(&c->map, it->key, it);
    }
    pthread_mutex_unlock(&c->lock);
    return it;
}

static struct workshop *workshop_take(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    struct workshop *w = c->idle;
    if (w) {
        c->idle = w->next_idle;
    } else {
        w = ARENA_NEW(c->arena, struct workshop);
        w->arena = arena_new(0);
        w->next = c->all;
        c->all = w;
    }
    pthread_mutex_unlock(&c->lock);
    return w;
}

static void workshop_give_back(struct cache *c, struct workshop *w)
{
    pthread_mutex_lock(&c->lock);
    w->next_idle = c->idle;
    c->idle = w;
    pthread_mutex_unlock(&c->lock);
}

static void *make_recorded(struct cache *c, struct cache_item *it, void *(*make)(void *ctx, struct sv key, struct arena *a), void *ctx,
                           struct arena *a)
{
    if (!c->reads)
        return make(ctx, it->key, a);
    struct recording *rec = reads_begin(c->reads);
    void *thing = make(ctx, it->key, a);
    it->reads = reads_end(c->reads, rec, a, &it->read_count);
    return thing;
}

static void *taken(struct cache *c, const struct cache_item *it)
{
    if (c->reads)
        reads_note(c->reads, it->reads, it->read_count);
    return it->thing;
}

void *cache_get(struct cache *c, struct sv key, void *(*make)(void *ctx, struct sv key, struct arena *a), void *ctx)
{
    struct cache_item *it = item_of(c, key);
    if (atomic_load_explicit(&it->made, memory_order_acquire))
        return taken(c, it);
    pthread_mutex_lock(&it->lock);
    if (!atomic_load_explicit(&it->made, memory_order_relaxed)) {
        struct workshop *w = workshop_take(c);
        it->thing = make_recorded(c, it, make, ctx, w->arena);
        workshop_give_back(c, w);
        atomic_store_explicit(&it->made, true, memory_order_release);
    }
    pthread_mutex_unlock(&it->lock);
    return taken(c, it);
}
