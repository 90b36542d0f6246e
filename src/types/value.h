/* value: what an expression gives. 16 bytes, immutable, in the arena of the compile (or of the snapshot, for literals). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_VALUE_H
#define TYPES_VALUE_H

#include <assert.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/strbuf.h"

struct type;
struct hash;
struct regexp;
struct object;
struct semver;
struct semver_range;
struct closure;  /* eval's: a lambda with its frame */
struct iterator; /* types/iterator.h: lazy step, reverse_each */

enum value_kind {
    V_UNSET, /* no value at all: a slot not assigned yet. Never visible to manifests. */
    V_UNDEF,
    V_DEFAULT,
    V_BOOL,
    V_INT,
    V_FLOAT,
    V_STRING,
    V_REGEXP,
    V_ARRAY,
    V_HASH,
    V_TYPE,
    V_SENSITIVE,
    V_BINARY,
    V_TIMESTAMP, /* i: nanoseconds since 1970 UTC */
    V_TIMESPAN,  /* i: nanoseconds */
    V_SEMVER,
    V_SEMVER_RANGE,
    V_URI,
    V_OBJECT,
    V_ITERATOR,
    V_CLOSURE,
    V_KIND_COUNT
};

struct value {
    uint8_t kind;
    uint8_t flags;
    uint16_t spare;
    uint32_t n; /* bytes of a string or binary; elements of an array */
    union {
        bool b;
        int64_t i;
        double f;
        const char *s;             /* STRING, BINARY, URI: n bytes */
        const struct value *items; /* ARRAY */
        const struct hash *h;      /* HASH */
        const struct type *t;      /* TYPE: also references such as File['/a'] and Class['b'] */
        const struct value *inner; /* SENSITIVE */
        const struct regexp *re;
        const struct semver *semver;
        const struct semver_range *range;
        const struct object *object;
        const struct iterator *iter;
        const struct closure *closure;
    };
};
static_assert(sizeof(struct value) == 16, "values are copied everywhere");

#define VALUE_UNSET   ((struct value){ .kind = V_UNSET })
#define VALUE_UNDEF   ((struct value){ .kind = V_UNDEF })
#define VALUE_DEFAULT ((struct value){ .kind = V_DEFAULT })
static inline struct value value_bool(bool b) { return (struct value){ .kind = V_BOOL, .b = b }; }
static inline struct value value_int(int64_t i) { return (struct value){ .kind = V_INT, .i = i }; }
static inline struct value value_float(double f) { return (struct value){ .kind = V_FLOAT, .f = f }; }
/* Borrows the bytes: they must live as long as the value. */
static inline struct value value_str(struct sv s) { return (struct value){ .kind = V_STRING, .n = (uint32_t)s.n, .s = s.p }; }
static inline struct value value_type(const struct type *t) { return (struct value){ .kind = V_TYPE, .t = t }; }
static inline struct value value_array(const struct value *items, uint32_t n)
{
    return (struct value){ .kind = V_ARRAY, .n = n, .items = items };
}
static inline struct value value_hash(const struct hash *h) { return (struct value){ .kind = V_HASH, .h = h }; }
struct value value_sensitive(struct arena *a, struct value inner);
static inline struct sv value_sv(struct value v) { return (struct sv){ v.s, v.n }; } /* STRING, BINARY, URI */

/* Hashes keep insertion order; keys compare exactly ('A' is not 'a', 1 is not 1.0). */
struct hash_pair {
    struct value key, value;
};
struct hash {
    uint32_t count, cap;
    struct hash_pair *pairs;
    uint32_t *index; /* NULL while small */
    uint32_t slots;
};
struct hash *hash_new(struct arena *a, uint32_t expected);
/* Sets or replaces in place; only before the hash is shared as a value. */
void hash_put(struct arena *a, struct hash *h, struct value key, struct value v);
void hash_put_str(struct arena *a, struct hash *h, const char *key, struct value v); /* key borrowed */
/* NULL when absent. */
const struct value *hash_find(const struct hash *h, struct value key);
const struct value *hash_find_sv(const struct hash *h, struct sv key);
struct hash *hash_copy(struct arena *a, const struct hash *h, uint32_t extra);

/* Only undef and false are false. */
static inline bool value_truthy(struct value v) { return v.kind != V_UNDEF && v.kind != V_UNSET && !(v.kind == V_BOOL && !v.b); }
/* Puppet's ==: strings without case, 1 == 1.0, arrays and hashes by element. */
bool value_equal(struct value a, struct value b);
/* As hash keys and unique() compare: exact. */
bool value_same(struct value a, struct value b);
uint64_t value_hash_code(struct value v);

/* What "${v}" gives: undef is '', arrays "[1, a, , true]", Sensitive is redacted, floats as Ruby writes them. */
void value_print(struct strbuf *out, struct value v);
struct sv value_text(struct arena *a, struct value v);
/* As in messages: strings quoted, 'a'. */
void value_inspect(struct strbuf *out, struct value v);
/* "an Integer", "a String": for messages. */
struct sv value_describe(struct arena *a, struct value v);

/* From YAML or JSON. Copies nothing: strings borrow from the tree, which must live as long. */
struct value value_from_data(struct arena *a, const struct data *d);
/* Copies strings and all into arena a. */
struct value value_deep_copy(struct arena *a, struct value v);

/* Float text as Ruby's Float#to_s: shortest that reads back, 1.0, 1.0e+20. */
void float_print(struct strbuf *out, double f);
/* Number in text as Puppet reads it in arithmetic: decimal, 0x, leading 0 octal, float. False if it is no number. */
bool number_from_sv(struct sv s, struct value *out_v);

#endif
