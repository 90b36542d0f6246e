/* sv: a view of bytes with a length. Owns nothing; may hold NUL bytes and any encoding. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SV_H
#define BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sv {
    const char *p;
    size_t n;
};

#define SV(literal) ((struct sv){ "" literal, sizeof(literal) - 1 })
#define SV_INIT(literal)                                                                                                                   \
    {                                                                                                                                      \
        "" literal, sizeof(literal) - 1                                                                                                    \
    }
#define SV_NONE ((struct sv){ NULL, 0 })
/* printf("%.*s", SV_ARG(s)) */
#define SV_ARG(s) ((int)(s).n), ((s).p ? (s).p : "")

static inline struct sv sv_of(const char *cstr) { return (struct sv){ cstr, cstr ? strlen(cstr) : 0 }; }
static inline struct sv sv_make(const char *p, size_t n) { return (struct sv){ p, n }; }
static inline bool sv_eq(struct sv a, struct sv b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool sv_is(struct sv a, const char *cstr) { return sv_eq(a, sv_of(cstr)); }

/* ASCII case-insensitive. */
bool sv_eq_nocase(struct sv a, struct sv b);
/* <0, 0, >0 by bytes, shorter first when one is a prefix. */
int sv_cmp(struct sv a, struct sv b);
bool sv_starts(struct sv s, struct sv prefix);
bool sv_ends(struct sv s, struct sv suffix);
/* Offset of the first needle at or after from, or SIZE_MAX. */
size_t sv_find(struct sv s, struct sv needle, size_t from);
size_t sv_find_char(struct sv s, char c, size_t from);
size_t sv_rfind_char(struct sv s, char c);
/* [from, to) clamped to the view. */
struct sv sv_slice(struct sv s, size_t from, size_t to);
struct sv sv_trim(struct sv s);
/* A text without UTF-8's byte order mark before it. */
struct sv sv_without_mark(struct sv s);
/* Takes the text before the first sep off *rest; false when *rest is used up. "a,b" gives "a", then "b". */
bool sv_cut(struct sv *rest, char sep, struct sv *out_piece);
/* Decimal with optional sign, the whole view; false on anything else or overflow. */
bool sv_to_int(struct sv s, int64_t *out_n);
bool sv_is_utf8(struct sv s);
/* 64-bit hash for tables; not for security. */
uint64_t sv_hash(struct sv s);
/* Levenshtein distance, capped at limit + 1: for "did you mean". */
unsigned sv_distance(struct sv a, struct sv b, unsigned limit);

#endif
