/* strbuf: a growing buffer of bytes. On the heap (release it), or in an arena (then release does nothing). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>

#include "base/arena.h"

struct strbuf {
    char *p;
    size_t n, cap;
    struct arena *arena; /* NULL: heap */
};

#define STRBUF_HEAP  ((struct strbuf){ 0 })
#define STRBUF_IN(a) ((struct strbuf){ .arena = (a) })

void strbuf_release(struct strbuf *b);
static inline void strbuf_reset(struct strbuf *b) { b->n = 0; }
/* Room for extra more bytes and a NUL; returns where to write them. Does not change n. */
char *strbuf_room(struct strbuf *b, size_t extra);
void strbuf_add(struct strbuf *b, struct sv s);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_adds(struct strbuf *b, const char *cstr);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void strbuf_pad(struct strbuf *b, char c, size_t count);
/* UTF-8 of one code point. */
void strbuf_add_utf8(struct strbuf *b, uint32_t code);
static inline struct sv strbuf_sv(const struct strbuf *b) { return (struct sv){ b->p, b->n }; }
/* NUL-terminated; borrowed, until the next change. */
const char *strbuf_cstr(struct strbuf *b);

#define AUTO_STRBUF __attribute__((cleanup(strbuf_release))) struct strbuf

#endif
