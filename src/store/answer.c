/* answer: runs the statement of a query and writes its rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/answer.h"

#include "base/json.h"
#include "base/time.h"

struct answering {
    const struct query_statement *statement;
    answer_row *row;
    void *ctx;
};

static bool take_row(void *ctx, const struct sql_value *columns, unsigned count, struct err *err)
{
    (void)count;
    struct answering *an = ctx;
    return an->row(an->ctx, an->statement, columns, err);
}

/* Found by an index of nothing but those. */
static bool all_nodes_active(struct store *s, bool *out, struct err *err)
{
    int64_t gone = 0;
    bool ok = store_run(s, "SELECT count(*) FROM node WHERE deactivated IS NOT NULL OR expired IS NOT NULL", SQL_KEPT, NULL, 0,
                        sql_take_int, &gone, err);
    *out = gone == 0;
    return ok;
}

bool query_run(struct store *s, struct arena *a, const struct query *q, answer_row *row, void *ctx, struct diags *diags, struct err *err)
{
    struct query_setting setting = { .dialect = store_dialect(s) };
    struct query_statement st;
    if (err)
        err->text[0] = '\0';
    if (!all_nodes_active(s, &setting.all_active, err) || !query_to_sql(a, q, &setting, &st, diags))
        return false;
    struct answering an = { &st, row, ctx };
    return store_run(s, st.sql, SQL_ONCE, st.args, st.arg_count, take_row, &an, err) || err_wrap(err, "cannot answer the query");
}

static void write_time(struct json_out *j, int64_t ms)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    int64_t seconds = ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
    utc_print(&text, seconds);
    text.n--; /* Z, which comes behind the milliseconds */
    strbuf_addf(&text, ".%03dZ", (int)(ms - seconds * 1000));
    json_str(j, strbuf_sv(&text));
}

void answer_write_value(struct json_out *j, enum field_kind kind, const struct sql_value *v)
{
    if (v->kind == SQL_NULL)
        json_null(j);
    else if (kind == FIELD_JSON || kind == FIELD_WORDS || kind == FIELD_PATH)
        json_raw(j, v->s);
    else if (kind == FIELD_TRUTH)
        json_bool(j, v->i);
    else if (kind == FIELD_TIME)
        write_time(j, v->kind == SQL_INT ? v->i : (int64_t)v->f);
    else if (v->kind == SQL_INT)
        json_int(j, v->i);
    else if (v->kind == SQL_REAL)
        json_float(j, v->f);
    else
        json_str(j, v->s);
}

void answer_write_json(struct json_out *j, const struct query_statement *st, const struct sql_value *values)
{
    json_open(j, '{');
    for (unsigned i = 0; i < st->column_count; i++) {
        json_key(j, st->columns[i].name);
        answer_write_value(j, st->columns[i].kind, &values[i]);
    }
    json_close(j, '}');
}

static bool write_row(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err)
{
    (void)err;
    answer_write_json(ctx, st, values);
    return true;
}

bool query_answer_json(struct store *s, struct arena *a, const struct query *q, struct strbuf *out, bool pretty, struct diags *diags,
                       struct err *err)
{
    struct json_out j = json_to(out, pretty);
    json_open(&j, '[');
    bool ok = query_run(s, a, q, write_row, &j, diags, err);
    json_close(&j, ']');
    return ok;
}
