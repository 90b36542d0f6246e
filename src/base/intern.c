/* intern: one hash table behind a read-write lock: parsing writes, compiling almost only reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

struct symtab {
    struct arena *arena;
    pthread_rwlock_t lock;
    struct sym **slots; /* a power of two of them */
    uint32_t slot_count, count;
};

struct symtab *symtab_new(void)
{
    struct arena *a = arena_new(0);
    struct symtab *t = ARENA_NEW(a, struct symtab);
    t->arena = a;
    t->slot_count = 1024;
    t->slots = calloc(t->slot_count, sizeof *t->slots);
    if (!t->slots || pthread_rwlock_init(&t->lock, NULL) != 0) {
        fputs("potlac: out of memory\n", stderr);
        abort();
    }
    return t;
}

void symtab_free(struct symtab *t)
{
    if (!t)
        return;
    pthread_rwlock_destroy(&t->lock);
    free(t->slots);
    arena_free(t->arena);
}

static uint32_t slot_of(const struct symtab *t, struct sv text, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (t->slot_count - 1);
    while (t->slots[at] && !(t->slots[at]->hash == hash && sv_eq(t->slots[at]->text, text)))
        at = (at + 1) & (t->slot_count - 1);
    return at;
}

const struct sym *intern_find(struct symtab *t, struct sv text)
{
    uint64_t hash = sv_hash(text);
    pthread_rwlock_rdlock(&t->lock);
    const struct sym *s = t->slots[slot_of(t, text, hash)];
    pthread_rwlock_unlock(&t->lock);
    return s;
}

static void grow(struct symtab *t)
{
    struct sym **old = t->slots;
    uint32_t n = t->slot_count;
    t->slot_count = n * 2;
    t->slots = calloc(t->slot_count, sizeof *t->slots);
    if (!t->slots) {
        fputs("potlac: out of memory\n", stderr);
        abort();
    }
    for (uint32_t i = 0; i < n; i++)
        if (old[i])
            t->slots[slot_of(t, old[i]->text, old[i]->hash)] = old[i];
    free(old);
}

const struct sym *intern(struct symtab *t, struct sv text)
{
    const struct sym *known = intern_find(t, text);
    if (known)
        return known;
    uint64_t hash = sv_hash(text);
    pthread_rwlock_wrlock(&t->lock);
    uint32_t at = slot_of(t, text, hash); /* again: another thread may have been first */
    if (!t->slots[at]) {
        struct sym *s = ARENA_NEW(t->arena, struct sym);
        s->text = arena_dup(t->arena, text);
        s->hash = hash;
        s->id = t->count++;
        t->slots[at] = s;
        if (t->count * 2 > t->slot_count)
            grow(t);
        pthread_rwlock_unlock(&t->lock);
        return s;
    }
    known = t->slots[at];
    pthread_rwlock_unlock(&t->lock);
    return known;
}

uint32_t symtab_count(struct symtab *t)
{
    pthread_rwlock_rdlock(&t->lock);
    uint32_t n = t->count;
    pthread_rwlock_unlock(&t->lock);
    return n;
}
