/* answer: queries to the store, answered as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include "base/json.h"
#include "store/query.h"
#include "store/query_sql.h"
#include "store/store.h"

/* One value of an answer; JSON is text of JSON. NULL kinds are null. */
typedef bool answer_row(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err);

/* Calls row for each row of the answer. False with a diagnostic where the query is wrong, with err where the store fails. */
bool query_run(struct store *s, struct arena *a, const struct query *q, answer_row *row, void *ctx, struct diags *diags, struct err *err);
/* A value of a column of that kind. */
void answer_write_value(struct json_out *j, enum field_kind kind, const struct sql_value *v);
/* A row as a JSON object, as PuppetDB writes it. */
void answer_write_json(struct json_out *j, const struct query_statement *st, const struct sql_value *values);
/* The whole answer: a list of objects. */
bool query_answer_json(struct store *s, struct arena *a, const struct query *q, struct strbuf *out, bool pretty, struct diags *diags,
                       struct err *err);

#endif
