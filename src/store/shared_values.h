/* shared_values: rows that many nodes hold in common stand once, under the digest of their content, with the number of nodes that hold
 * them. For the files of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SHARED_VALUES_H
#define STORE_SHARED_VALUES_H

#include "store/backend.h"

enum { SHARED_COLUMNS = 8 };
struct shared_value {
    struct sv hash;
    struct sql_value columns[SHARED_COLUMNS];
};

/* Statements on one table of values and its table of holders. */
struct shared_kind {
    unsigned columns;     /* of a value, besides hash and uses */
    unsigned link_args;   /* of link */
    const char *held;     /* ?1 node: hash, id of each value that it holds */
    const char *add;      /* ?1 hash, ?2... columns: the value has one holder more; gives its id */
    const char *link;     /* ?1 node, ?2 id, ?3 first column */
    const char *unlink;   /* ?1 node, ?2 id */
    const char *use_less; /* ?1 id; gives how many hold it still */
    const char *drop;     /* ?1 id */
};

/* Makes a node hold these values and no others. scratch is for the call. */
bool shared_values_set(struct store *s, struct arena *scratch, const struct shared_kind *kind, int64_t node,
                       const struct shared_value *values, uint32_t count, struct err *err);
/* One value that a column of a node points at: *io_id was the node's and becomes that of the value. */
bool shared_value_swap(struct store *s, const struct shared_kind *kind, const struct shared_value *value, int64_t *io_id, struct err *err);
/* One holder less; the last one takes the value with it. */
bool shared_value_release(struct store *s, const struct shared_kind *kind, int64_t id, struct err *err);

#endif
