/* arena: blocks in a list, the newest is being filled. In a build with AddressSanitizer every allocation has its own block,
 * so that overruns are seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

enum { ALIGN = alignof(max_align_t), FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };
/* An arena that holds MUCH already takes HUGE_BLOCKs of whole huge pages: with pages of 4 KiB half of its time would be page faults. */
enum { MUCH = 32 << 20, HUGE_BLOCK = 8 << 20, HUGE_PAGE = 2 << 20 };

struct block {
    struct block *next;
    size_t size, used; /* of data */
    alignas(max_align_t) char data[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *object);
    void *object;
};

struct arena {
    struct block *blocks;
    struct deferred *deferred;
    size_t limit, total, next_block;
    void (*on_limit)(void *ctx);
    void *on_limit_ctx;
};

static _Noreturn void out_of_memory(const char *why)
{
    fprintf(stderr, "potlac: %s\n", why);
    abort();
}

struct arena *arena_new(size_t limit)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        out_of_memory("out of memory");
    a->limit = limit;
    a->next_block = FIRST_BLOCK;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct deferred *d = a->deferred; d; d = d->next)
        d->fn(d->object);
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_on_limit(struct arena *a, void (*handler)(void *ctx), void *ctx)
{
    a->on_limit = handler;
    a->on_limit_ctx = ctx;
}

void arena_allow(struct arena *a, size_t more) { a->limit += a->limit ? more : 0; }

/* How much room a new block gets for data. */
static size_t block_room(struct arena *a, size_t size)
{
    if (ARENA_SEPARATE || size >= a->next_block)
        return size;
    size_t room = a->next_block;
    if (room < LARGEST_BLOCK)
        a->next_block *= 2;
    else if (a->total >= MUCH)
        room = a->next_block = HUGE_BLOCK - sizeof(struct block);
    return room;
}

static struct block *block_new(size_t room)
{
    if (room != HUGE_BLOCK - sizeof(struct block))
        return malloc(sizeof(struct block) + room);
    struct block *b = aligned_alloc(HUGE_PAGE, HUGE_BLOCK);
    if (b)
        madvise(b, HUGE_BLOCK, MADV_HUGEPAGE); /* a wish: without it everything works, slower */
    return b;
}

static void *add_block(struct arena *a, size_t size)
{
    if (a->limit && a->total + size > a->limit) {
        if (a->on_limit)
            a->on_limit(a->on_limit_ctx);
        out_of_memory("a memory limit was passed");
    }
    size_t room = block_room(a, size);
    struct block *b = block_new(room);
    if (!b)
        out_of_memory("out of memory");
    b->size = room;
    b->used = size;
    /* A large block of its own goes behind the one being filled, which may have room still. */
    if (a->blocks && room == size && a->blocks->size - a->blocks->used > room / 8) {
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = a->blocks;
        a->blocks = b;
    }
    a->total += room;
    return b->data;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > PTRDIFF_MAX)
        out_of_memory("an impossible amount of memory was asked for");
    size_t rounded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->blocks;
    if (!ARENA_SEPARATE && b && b->size - b->used >= rounded) {
        void *p = b->data + b->used;
        b->used += rounded;
        return p;
    }
    return add_block(a, ARENA_SEPARATE ? size : rounded);
}

void *arena_zalloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);
    memset(p, 0, size);
    return p;
}

void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size)
{
    struct block *b = a->blocks;
    size_t old_rounded = (old_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    size_t new_rounded = (new_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!ARENA_SEPARATE && p && b && (char *)p + old_rounded == b->data + b->used && (char *)p >= b->data &&
        new_rounded - old_rounded <= b->size - b->used) {
        b->used += new_rounded - old_rounded;
        return p;
    }
    void *q = arena_alloc(a, new_size);
    if (p)
        memcpy(q, p, old_size < new_size ? old_size : new_size);
    return q;
}

void arena_defer(struct arena *a, void (*fn)(void *object), void *object)
{
    struct deferred *d = arena_alloc(a, sizeof *d);
    *d = (struct deferred){ a->deferred, fn, object };
    a->deferred = d;
}

size_t arena_used(const struct arena *a) { return a->total; }

struct sv arena_dup(struct arena *a, struct sv s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return sv_make(p, s.n);
}

char *arena_cstr(struct arena *a, struct sv s) { return (char *)arena_dup(a, s).p; }

struct sv arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        out_of_memory("a message could not be formatted");
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return sv_make(p, (size_t)n);
}

struct sv arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}
