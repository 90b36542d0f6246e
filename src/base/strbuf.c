/* strbuf: growing buffers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>

void strbuf_release(struct strbuf *b)
{
    if (!b->arena)
        free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
}

char *strbuf_room(struct strbuf *b, size_t extra)
{
    size_t need = b->n + extra + 1;
    if (need > b->cap) {
        size_t cap = b->cap * 2 > need ? b->cap * 2 : need < 64 ? 64 : need;
        char *p = b->arena ? arena_grow(b->arena, b->p, b->cap, cap) : realloc(b->p, cap);
        if (!p) {
            fputs("potlac: out of memory\n", stderr);
            abort();
        }
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->n;
}

void strbuf_add(struct strbuf *b, struct sv s)
{
    char *to = strbuf_room(b, s.n);
    if (s.n)
        memcpy(to, s.p, s.n);
    b->n += s.n;
}

void strbuf_addc(struct strbuf *b, char c)
{
    *strbuf_room(b, 1) = c;
    b->n++;
}

void strbuf_adds(struct strbuf *b, const char *cstr) { strbuf_add(b, sv_of(cstr)); }

void strbuf_vaddf(struct strbuf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        vsnprintf(strbuf_room(b, (size_t)n), (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    strbuf_vaddf(b, fmt, ap);
    va_end(ap);
}

void strbuf_pad(struct strbuf *b, char c, size_t count)
{
    memset(strbuf_room(b, count), c, count);
    b->n += count;
}

void strbuf_add_utf8(struct strbuf *b, uint32_t code)
{
    char *p = strbuf_room(b, 4);
    if (code < 0x80) {
        p[0] = (char)code;
        b->n += 1;
    } else if (code < 0x800) {
        p[0] = (char)(0xc0 | code >> 6);
        p[1] = (char)(0x80 | (code & 0x3f));
        b->n += 2;
    } else if (code < 0x10000) {
        p[0] = (char)(0xe0 | code >> 12);
        p[1] = (char)(0x80 | (code >> 6 & 0x3f));
        p[2] = (char)(0x80 | (code & 0x3f));
        b->n += 3;
    } else {
        p[0] = (char)(0xf0 | code >> 18);
        p[1] = (char)(0x80 | (code >> 12 & 0x3f));
        p[2] = (char)(0x80 | (code >> 6 & 0x3f));
        p[3] = (char)(0x80 | (code & 0x3f));
        b->n += 4;
    }
}

const char *strbuf_cstr(struct strbuf *b)
{
    *strbuf_room(b, 0) = 0;
    return b->p;
}
