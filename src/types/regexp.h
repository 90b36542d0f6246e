/* regexp: Ruby's regular expressions by Oniguruma (UTF-8, Ruby syntax), with a limit on retries. Compiled once, used by all threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_REGEXP_H
#define TYPES_REGEXP_H

#include "base/arena.h"
#include "base/err.h"

/* engine NULL: compiled each time it is asked, for patterns in static storage that are rarely used. */
struct regexp {
    void *engine;
    struct sv source;
};
#define REGEXP_STATIC(text)                                                                                                                \
    {                                                                                                                                      \
        NULL, SV_INIT(text)                                                                                                                \
    }

#define REGEXP_GROUPS 32
struct regexp_match {
    uint32_t count;              /* groups, with the whole match as 0 */
    int32_t from[REGEXP_GROUPS]; /* -1: took no part */
    int32_t to[REGEXP_GROUPS];
};

enum regexp_result { REGEXP_NO, REGEXP_YES, REGEXP_LIMIT };

/* NULL and err where the pattern is wrong. Freed with the arena. */
struct regexp *regexp_compile(struct arena *a, struct sv pattern, struct err *err);
/* The same without keeping it: a regexp_check for the parser. */
bool regexp_compiles(struct sv pattern, struct err *err);
struct sv regexp_source(const struct regexp *re);
/* The number of a named group, the last of that name; -1: there is none. */
int regexp_group(const struct regexp *re, struct sv name);
/* Searches from a byte offset; out_m may be NULL. REGEXP_LIMIT: gave up after LIMIT_REGEX_STEPS. */
enum regexp_result regexp_search(const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m);

#endif
