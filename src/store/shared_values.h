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

/* Statements on one table of values. */
struct shared_kind {
    unsigned columns;     /* of a value, besides hash and uses */
    const char *add;      /* ?1 hash, ?2... columns: the value has one holder more; gives its id */
    const char *use_less; /* ?1 id; gives how many hold it still */
    const char *drop;     /* ?1 id */
};

/* And on its table of holders. A list is the text of a JSON list; each statement is for all of a list at once, since a node has hundreds.
 */
struct shared_links {
    struct shared_kind value;
    const char *held;       /* ?1 node: hash, id of each value that it holds */
    const char *find;       /* ?1 list of hashes: hash, id of those that are there */
    const char *more;       /* ?1 list of ids: each has one holder more; NULL: holders are not counted */
    const char *link;       /* ?1 list of ids, ?2 node */
    const char *unlink;     /* ?1 list of ids, ?2 node */
    const char *less;       /* ?1 list of ids: each has one holder less; NULL */
    const char *drop;       /* ?1 list of ids: those that nobody holds go */
    const char *count_more; /* ?1 text, ?2 how many values with that first column were linked; NULL: nobody counts */
    const char *count_less; /* ?1 list of ids that will be unlinked */
};

/* A fault ends the transaction in either database. SQLite would otherwise keep each page as it was before the statement, to undo that
 * alone. */
#define SQLITE_OR   " OR ROLLBACK"
#define POSTGRES_OR ""
/* The rows of a list. */
#define SQLITE_LIST    "(SELECT value FROM json_each(?1))"
#define POSTGRES_IDS   "(SELECT value::bigint FROM jsonb_array_elements_text(?1::jsonb) AS l (value))"
#define POSTGRES_TEXTS "(SELECT value COLLATE \"C\" FROM jsonb_array_elements_text(?1::jsonb) AS l (value))"

/* Makes a node hold these values and no others. scratch is for the call. */
bool shared_values_set(struct store *s, struct arena *scratch, const struct shared_links *links, int64_t node,
                       const struct shared_value *values, uint32_t count, struct err *err);
/* One value that a column of a node points at: *io_id was the node's and becomes that of the value. */
bool shared_value_swap(struct store *s, const struct shared_kind *kind, const struct shared_value *value, int64_t *io_id, struct err *err);
/* One holder less; the last one takes the value with it. */
bool shared_value_release(struct store *s, const struct shared_kind *kind, int64_t id, struct err *err);

#endif
