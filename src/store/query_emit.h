/* query_emit: what the files that write SQL of queries share: the statement under way, fields as they are named, and parts of JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_QUERY_EMIT_H
#define STORE_QUERY_EMIT_H

#include "store/query_sql.h"

enum { MOST_QUERY_ARGS = 200 };

struct emit {
    struct arena *arena;
    struct strbuf sql;
    const struct query_setting *setting;
    struct sql_value args[MOST_QUERY_ARGS];
    unsigned arg_count;
    struct diags *diags;
    bool failed;
};

/* A field of a query in its table. */
struct place {
    const struct table_field *field; /* NULL: the entity has none of that name (told) */
    const struct query_field *asked;
    enum field_kind kind;
    struct sv sql;
    const struct query_step *steps; /* into JSON or facts */
    uint32_t step_count;
};

/* Marks the statement as failed after an error at a place; false. */
bool emit_failed(struct emit *e, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void emit_text(struct emit *e, const char *text);
/* "?7" for a value that is bound. */
void emit_arg(struct emit *e, struct sql_value v);
unsigned emit_bind(struct emit *e, struct sql_value v);

bool emit_place(struct emit *e, const struct query_table *t, const struct query_field *f, struct place *out);
bool is_postgres(const struct emit *e);

/* What of a JSON value is wanted. */
enum json_part {
    JSON_STRING, /* its text, or null where it is none */
    JSON_NUMBER,
    JSON_TRUTH,   /* 1, 0 or null */
    JSON_PRESENT, /* is it anything but null? */
    JSON_ITSELF,  /* as JSON */
    JSON_SCALAR   /* as a value of the database, to compare and sort */
};
/* sql: of the whole JSON; steps: down to the part. */
void emit_json(struct emit *e, enum json_part part, struct sv sql, const struct query_step *steps, uint32_t count);

/* A condition on rows of a table. */
bool emit_condition(struct emit *e, const struct query_table *t, const struct query_expr *x);
/* A whole SELECT inside another: the columns are those of the query, or (by_name) just the field of that name. */
bool emit_subselect(struct emit *e, const struct query *q, const char *by_name);
/* Something to compare, sort and group by. */
bool emit_scalar(struct emit *e, const struct place *p);

#endif
