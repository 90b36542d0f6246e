/* intern: hash tables that are read without waiting. Parsing adds to them, so they are several, by a part of the hash: threads that parse
 * at once seldom want to add to the same one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/shared_map.h"

enum { PARTS = 16 };

struct part {
    struct shared_map syms;
    struct arena *arena;
    pthread_mutex_t lock; /* of adding */
    char apart[64];       /* from the next one, as in a shared_map */
};

struct symtab {
    struct part parts[PARTS];
    atomic_uint count;
};

struct symtab *symtab_new(void)
{
    struct symtab *t = calloc(1, sizeof *t);
    if (!t) {
        fputs("potlac: out of memory\n", stderr);
        abort();
    }
    atomic_init(&t->count, 0);
    for (size_t i = 0; i < PARTS; i++) {
        t->parts[i].arena = arena_new(0);
        pthread_mutex_init(&t->parts[i].lock, NULL);
        shared_map_init(&t->parts[i].syms, t->parts[i].arena);
    }
    return t;
}

void symtab_free(struct symtab *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < PARTS; i++) {
        pthread_mutex_destroy(&t->parts[i].lock);
        arena_free(t->parts[i].arena);
    }
    free(t);
}

/* By the high bits: the low ones choose the slot. */
static struct part *part_of(struct symtab *t, uint64_t hash) { return &t->parts[hash >> 60 & (PARTS - 1)]; }

const struct sym *intern_find(struct symtab *t, struct sv text)
{
    uint64_t hash = sv_hash(text);
    return shared_map_find_hashed(&part_of(t, hash)->syms, text, hash);
}

static struct sym *sym_new(struct symtab *t, struct part *p, struct sv text, uint64_t hash)
{
    struct sym *s = ARENA_NEW(p->arena, struct sym);
    s->text = arena_dup(p->arena, text);
    s->hash = hash;
    s->id = atomic_fetch_add_explicit(&t->count, 1, memory_order_relaxed);
    return s;
}

const struct sym *intern(struct symtab *t, struct sv text)
{
    uint64_t hash = sv_hash(text);
    struct part *p = part_of(t, hash);
    struct sym *s = shared_map_find_hashed(&p->syms, text, hash);
    if (s)
        return s;
    pthread_mutex_lock(&p->lock);
    s = shared_map_find_hashed(&p->syms, text, hash); /* again: another thread may have been first */
    if (!s) {
        s = sym_new(t, p, text, hash);
        shared_map_add(&p->syms, s->text, s);
    }
    pthread_mutex_unlock(&p->lock);
    return s;
}

uint32_t symtab_count(struct symtab *t) { return atomic_load_explicit(&t->count, memory_order_relaxed); }
