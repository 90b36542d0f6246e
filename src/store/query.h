/* query: a question to the store as a tree, whatever language it was written in. Lives in an arena; texts borrow from the source.
 * The words are PuppetDB's: https://www.puppet.com/docs/puppetdb/7/api/query/v4/ast */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "base/data.h"

/* One step down a structured value: facts.os.family, facts.disks[0], facts.mountpoints.match("/srv.*").size. */
enum query_step_kind { STEP_KEY, STEP_INDEX, STEP_MATCH };
struct query_step {
    enum query_step_kind kind;
    struct sv text; /* key or regular expression */
    int64_t index;
};

struct query_field {
    struct sv name; /* of a column */
    struct query_step *steps;
    uint32_t step_count;
    struct span at;
};

enum query_function { FN_NONE, FN_COUNT, FN_AVG, FN_SUM, FN_MIN, FN_MAX, FN_TO_STRING };

/* FN_NONE: there is none of that name. */
enum query_function query_function_named(struct sv name);

/* A field, or a function of one (count: of none, then field.name is empty). */
struct query_column {
    enum query_function function;
    struct query_field field;
    struct sv format; /* of to_string, as PostgreSQL's to_char */
};

enum query_op {
    Q_AND,
    Q_OR,
    Q_NOT, /* items */
    Q_EQ,
    Q_NE,
    Q_LT,
    Q_LE,
    Q_GT,
    Q_GE, /* fields[0], value */
    Q_MATCH,
    Q_NOT_MATCH,  /* value: a regular expression */
    Q_MATCH_PATH, /* value: a list of them */
    Q_IN_LIST,    /* value: a list */
    Q_IN_QUERY,   /* fields, query with as many columns */
    Q_NULL,
    Q_NOT_NULL, /* fields[0] */
    Q_SUBQUERY  /* query: of an entity that is related to the outer one */
};

struct query_expr {
    enum query_op op;
    struct query_expr **items;
    uint32_t item_count, field_count;
    struct query_field *fields;
    struct data value;
    struct query *query;
    struct span at;
};

struct query_order {
    struct query_field field;
    bool descending;
};

struct query {
    struct sv entity; /* "nodes" */
    struct span at;
    struct query_column *columns; /* none: all of the entity's */
    uint32_t column_count, group_count, order_count;
    struct query_expr *where; /* NULL: everything */
    struct query_column *groups;
    struct query_order *orders;
    int64_t limit, offset; /* limit -1: no limit */
};

#endif
