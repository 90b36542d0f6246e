/* arena: memory with one lifetime. Everything allocated goes at once with arena_free; nothing is freed singly. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>

#include "base/sv.h"

struct arena;

/* limit: most bytes it may ever hold, 0 for no limit. The caller frees. Out of system memory ends the process. */
struct arena *arena_new(size_t limit);
/* Runs what was deferred, newest first, then frees all. Accepts NULL. */
void arena_free(struct arena *a);
/* Called when the limit would be passed; must not return (longjmp, or end the process). Without one the process ends. */
void arena_on_limit(struct arena *a, void (*handler)(void *ctx), void *ctx);
/* Raises the limit: for the message that tells of it. */
void arena_allow(struct arena *a, size_t more);
/* Never NULL; aligned for any type; contents undefined. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* Grows the block at p (in place where it was the last one); p NULL allocates. */
void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size);
/* fn(object) when the arena is freed: for files, statements and other things that are not memory. */
void arena_defer(struct arena *a, void (*fn)(void *object), void *object);
size_t arena_used(const struct arena *a);

/* Copies; the copy is followed by a NUL that is not counted. */
struct sv arena_dup(struct arena *a, struct sv s);
char *arena_cstr(struct arena *a, struct sv s);
struct sv arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct sv arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#define ARENA_NEW(a, type)      ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))
/* Appends to a growing array: ARENA_PUSH(a, list, count, cap, item). */
#define ARENA_PUSH(a, list, count, cap, item)                                                                                              \
    do {                                                                                                                                   \
        if ((count) == (cap)) {                                                                                                            \
            size_t arena_cap_ = (cap) ? (size_t)(cap)*2 : 4;                                                                               \
            (list) = arena_grow((a), (list), (size_t)(cap) * sizeof *(list), arena_cap_ * sizeof *(list));                                 \
            (cap) = arena_cap_;                                                                                                            \
        }                                                                                                                                  \
        (list)[(count)++] = (item);                                                                                                        \
    } while (0)

#endif
