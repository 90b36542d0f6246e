/* data: a tree read from YAML or JSON, with the place of every node. Lives in an arena, immutable once read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DATA_H
#define BASE_DATA_H

#include "base/diag.h"

enum data_kind { DATA_NULL, DATA_BOOL, DATA_INT, DATA_FLOAT, DATA_STRING, DATA_LIST, DATA_MAP };

/* What Ruby's YAML would make of a plain scalar that is kept as text here: Puppet refuses such data. */
enum data_special { DATA_PLAIN, DATA_DATE, DATA_TIME, DATA_SYMBOL, DATA_BIG_INT };

struct data {
    uint8_t kind;
    uint8_t special;   /* enum data_special, of a DATA_STRING */
    bool quoted;       /* a YAML scalar that was written with quotes or as a block */
    uint32_t from, to; /* bytes in the source */
    uint32_t count;    /* of a list or map */
    union {
        bool b;
        int64_t i;
        double f;
        struct sv s;
        struct data *items;      /* DATA_LIST */
        struct data_pair *pairs; /* DATA_MAP, in order of the text */
    };
};

struct data_pair {
    struct data key; /* any kind; DATA_STRING where JSON or the usual YAML */
    struct data value;
};

/* A document of a YAML stream (or the one of a JSON text). */
struct data_doc {
    const struct source *src;
    struct data root;
    struct data_doc *next;
};

/* What may be read before it is refused; zeros mean the defaults in brackets. */
struct data_limits {
    size_t bytes;   /* of text [64 MiB] */
    uint32_t depth; /* of nesting [LIMIT_DATA_DEPTH] */
    size_t nodes;   /* in all, with aliases expanded [LIMIT_DATA_NODES]: an alias bomb ends here */
};

/* NULL when absent or m is not a map. */
const struct data *data_get(const struct data *m, const char *key);
/* The text of a string; SV_NONE for other kinds or NULL. */
struct sv data_text(const struct data *d);
const char *data_kind_name(enum data_kind kind);
struct span data_span(const struct data_doc *doc, const struct data *d);
bool data_equal(const struct data *a, const struct data *b);

#endif
