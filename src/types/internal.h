/* internal: building blocks the type files share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_INTERNAL_H
#define TYPES_INTERNAL_H

#include "types/text.h"
#include "types/type.h"

#define TYPE_DEPTH   1500 /* nesting of types and values that is followed */
#define OBJECT_DEPTH 64   /* object types that inherit from one another */
#define ALIAS_RUN    16   /* aliases of aliases without a step into a value */

extern const struct type builtin_types[TYPE_KIND_COUNT];
/* The type without parameters. */
const struct type *type_bare(enum type_kind kind);
/* A type of a kind, to be filled in: starts as the bare one. */
struct type *type_make(struct arena *a, enum type_kind kind);
const struct type *type_integer(struct arena *a, int64_t from, int64_t to);
const struct type *type_wrap(struct arena *a, enum type_kind kind, const struct type *inner);
const struct type *type_array_of(struct arena *a, const struct type *elem);
const struct type *type_hash_of(struct arena *a, const struct type *key, const struct type *value);
const struct type *type_exact_string(struct arena *a, struct sv text);
const struct type *type_enum(struct arena *a, const struct sv *values, uint32_t count, bool nocase);
/* The Variant behind Data and RichData; others are themselves. */
const struct type *type_expand(const struct type *t);
/* Types that say what they are where they are shown by themselves. */
bool type_says_all(const struct type *t);
/* Does the type allow undef. */
bool type_allows_undef(const struct type *t);
/* Does an Enum, Pattern or exact String take this text. out_slow may be NULL. */
bool type_takes_text(const struct type *t, struct sv s, struct slow_match *out_slow);
/* Init[T]: is v what T.new() takes, alone or as a list of arguments. */
bool type_init_takes(const struct type *init, struct value v);
/* Does Init[T].new() take an array as a list of arguments for T. */
bool type_init_expands(const struct type *t, struct value v);
/* Puppet's value of a size bound: from and to. */
static inline bool size_in(int64_t n, int64_t from, int64_t to) { return n >= from && n <= to; }

#endif
