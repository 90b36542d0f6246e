/* query_sql: a query's tree to one statement of SQL, in the words of either database. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_QUERY_SQL_H
#define STORE_QUERY_SQL_H

#include "store/backend.h"
#include "store/query.h"
#include "store/query_tables.h"

struct answer_column {
    struct sv name; /* as asked for: "facts.os.family" */
    enum field_kind kind;
};

/* All memory is in the arena. */
struct query_statement {
    const char *sql;
    struct sql_value *args;
    unsigned arg_count;
    struct answer_column *columns;
    unsigned column_count;
};

struct query_setting {
    enum sql_dialect dialect;
    bool all_active; /* no node is deactivated or expired: values may be counted without their nodes */
};

/* False and a diagnostic where there is no such entity or field, or a question makes no sense of a field. */
bool query_to_sql(struct arena *a, const struct query *q, const struct query_setting *setting, struct query_statement *out,
                  struct diags *diags);

#endif
