/* text: characters of UTF-8 strings: counting, stepping, letter case. Bytes that are no UTF-8 count as one character each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_TEXT_H
#define TYPES_TEXT_H

#include "base/arena.h"
#include "base/strbuf.h"

/* Characters in s. */
size_t utf8_count(struct sv s);
/* The code point at byte *at, which moves behind it; a wrong byte is given as it is. */
uint32_t utf8_next(struct sv s, size_t *at);
/* Byte offset of character n (clamped to the end). */
size_t utf8_offset(struct sv s, size_t n);

enum text_case { CASE_UP, CASE_DOWN, CASE_CAPITAL, CASE_SWAP };
struct sv text_case(struct arena *a, struct sv s, enum text_case how);
/* 'a' as a Puppet literal: single quotes where they can hold it, else double quotes with escapes. */
void text_quote(struct strbuf *out, struct sv s);
void text_quote_double(struct strbuf *out, struct sv s);
/* As Ruby's String#inspect. */
void text_inspect(struct strbuf *out, struct sv s);
/* As Kernel#Integer: blanks around, sign, 0x 0b 0o 0, '_' between digits. base 0: by prefix; else a prefix of that base may be there. */
bool text_to_integer(struct sv s, int base, int64_t *out_n);
/* "a" or "an", by the first letter (past a quote). */
const char *text_article(struct sv s);
/* White space and NUL as String#strip sees them. */
static inline bool text_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

#endif
