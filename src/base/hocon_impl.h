/* hocon_impl: the tree between parsing and resolving, for the two files of hocon. All of it lives in the reader's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HOCON_IMPL_H
#define BASE_HOCON_IMPL_H

#include "base/hocon.h"
#include "base/map.h"

enum hocon_kind { HOCON_SCALAR, HOCON_OBJECT, HOCON_LIST, HOCON_CONCAT, HOCON_REF };

struct hocon_path {
    struct sv *parts;
    size_t count, cap;
};

struct hocon_node {
    uint8_t kind;
    bool optional; /* REF: ${?path} */
    bool blank;    /* SCALAR: white space between two values on one line */
    bool busy;     /* while it is worked out: a substitution that leads here again means the value before this one */
    uint32_t from, to;
    struct data data; /* SCALAR */
    struct sv text;   /* SCALAR: as it was written, for joining */
    struct hocon_object *object;
    struct hocon_node **items; /* LIST: elements; CONCAT: pieces */
    size_t count, cap;
    struct hocon_path path; /* REF */
};

/* A key with all that was assigned to it, in order: the last counts, objects merge with what stands before. */
struct hocon_field {
    struct data key;
    struct hocon_node **values;
    size_t count, cap;
};

struct hocon_object {
    struct hocon_field *fields;
    size_t count, cap;
    struct map index; /* key to its number in fields, plus one */
};

struct hocon_reader {
    struct arena *arena;
    const struct source *src;
    struct diags *diags;
    uint32_t max_depth;
    size_t max_nodes, max_bytes;
    size_t nodes, bytes; /* so far */
    uint32_t depth;
};

/* hocon.c. NULL: see diags. */
struct hocon_object *hocon_parse(struct hocon_reader *r);
struct hocon_field *hocon_field_find(const struct hocon_object *o, struct sv key);
/* hocon_resolve.c: substitutions and merges are worked out. */
bool hocon_resolve(struct hocon_reader *r, struct hocon_object *root, struct data *out);
/* Both say why not. */
bool hocon_fail(struct hocon_reader *r, uint32_t from, uint32_t to, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool hocon_count(struct hocon_reader *r, uint32_t from, uint32_t to);

#endif
