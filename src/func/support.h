/* support: what functions in the manner of Ruby share: their arguments, numbers in text, growing lists, IP addresses. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUNC_SUPPORT_H
#define FUNC_SUPPORT_H

#include "func/func.h"
#include "types/ruby_value.h"

/* A signature for what takes anything and checks its arguments itself, as functions of the older API do. */
#define TAKES_ANYTHING "Callable[Any, 0, default]"

struct list {
    struct value *items;
    uint32_t count;
    size_t cap;
};
static inline struct value list_value(const struct list *l) { return value_array(l->items, l->count); }
static inline void list_add(struct call *k, struct list *l, struct value v) { ARENA_PUSH(k->arena, l->items, l->count, l->cap, v); }

/* Argument i; undef (or missing) is given as '', as functions of the older API see it. */
struct value old_arg(const struct call *k, uint32_t i);
static inline bool is_empty_text(struct value v) { return v.kind == V_STRING && v.n == 0; }
static inline bool is_none(struct value v) { return v.kind <= V_UNDEF; }

/* Kernel#Integer and Kernel#Float of text: the whole of it must be a number. */
bool ruby_integer(struct sv s, int64_t *out_n);
bool ruby_float(struct sv s, double *out_f);
/* String#to_i and #to_f: what the text begins with, or 0. */
int64_t ruby_to_i(struct sv s);
double ruby_to_f(struct sv s);

/* A regular expression from text; ends the compile where it is wrong, or takes too long. */
struct regexp_match;
const struct regexp *regexp_of(struct call *k, struct sv pattern);
/* These end the compile where the regular expression takes too long. */
bool regexp_finds(struct call *k, const struct regexp *re, struct sv text, size_t from, struct regexp_match *out_m);
bool regexp_hits(struct call *k, const struct regexp *re, struct sv text);
/* The same for a pattern that is no input: out of the memo of this compile's arena is not worth it, so keep them few. */
bool text_matches(struct call *k, const char *pattern, struct sv text);

struct ip {
    bool v6;
    unsigned char bytes[16]; /* 4 of IPv4 */
    unsigned prefix;         /* bits of the network: 32 or 128 without a mask */
};
/* "192.0.2.1", "192.0.2.0/24", "[2001:db8::1]/32": with a mask the address is that of the network. */
bool ip_parse(struct sv text, struct ip *out_ip);
struct sv ip_text(struct arena *a, const struct ip *ip);
bool ip_in(const struct ip *network, const struct ip *ip);

#endif
