/* query_ast: lists to a query's tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query_ast.h"

#include "base/json.h"
#include "store/pql.h"

enum { MOST_DEPTH = 100 };

struct ast {
    struct arena *arena;
    struct diags *diags;
    unsigned depth;
    bool failed;
};

static bool wrong(struct ast *t, const struct data *d, const char *expected)
{
    AUTO_STRBUF found = STRBUF_HEAP;
    struct json_out j = json_to(&found, false);
    if (d)
        json_data(&j, d);
    if (!t->failed)
        diag_error(t->diags, (struct span){ 0 }, "the query should have %s, found %s", expected, d ? strbuf_cstr(&found) : "nothing");
    t->failed = true;
    return false;
}

static const struct data *item(const struct data *list, uint32_t i) { return i < list->count ? &list->items[i] : NULL; }
static struct sv word(const struct data *list, uint32_t i) { return data_text(item(list, i)); }
static bool is_call(const struct data *d, const char *name) { return d && d->kind == DATA_LIST && d->count && sv_is(word(d, 0), name); }

/* ---- fields ---- */

/* "facts.os.family", as PQL writes it. */
static bool read_name(struct ast *t, const struct data *d, struct query_field *out)
{
    struct sv text = data_text(d);
    if (!text.n)
        return wrong(t, d, "the name of a field");
    if (sv_ends(text, SV("?"))) /* latest_report? */
        text.n--;
    struct source *src = ARENA_NEW(t->arena, struct source);
    *src = (struct source){ SV("query"), arena_printf(t->arena, "nodes[%.*s] {}", SV_ARG(text)) };
    struct diags diags = diags_in(t->arena);
    const struct query *q = pql_parse(t->arena, src, &diags);
    if (!q || q->column_count != 1 || q->columns[0].function)
        return wrong(t, d, "the name of a field");
    *out = q->columns[0].field;
    out->at = (struct span){ 0 };
    return true;
}

/* ["parameter", "ensure"] and ["fact", "kernel"]. */
static bool read_part(struct ast *t, const struct data *d, const char *whole, struct query_field *out)
{
    struct query_step *step = ARENA_NEW(t->arena, struct query_step);
    *step = (struct query_step){ .kind = STEP_KEY, .text = word(d, 1) };
    *out = (struct query_field){ .name = sv_of(whole), .steps = step, .step_count = 1 };
    return step->text.n > 0 || wrong(t, d, "a name");
}

static bool read_field(struct ast *t, const struct data *d, struct query_field *out)
{
    if (is_call(d, "parameter"))
        return read_part(t, d, "parameters", out);
    if (is_call(d, "fact"))
        return read_part(t, d, "facts", out);
    return read_name(t, d, out);
}

static bool read_fields(struct ast *t, const struct data *d, struct query_expr *x)
{
    bool many = d && d->kind == DATA_LIST && !is_call(d, "parameter") && !is_call(d, "fact");
    uint32_t count = many ? d->count : 1;
    x->fields = ARENA_ARRAY(t->arena, struct query_field, count + 1);
    for (; x->field_count < count; x->field_count++)
        if (!read_field(t, many ? &d->items[x->field_count] : d, &x->fields[x->field_count]))
            return false;
    return true;
}

static bool read_column(struct ast *t, const struct data *d, struct query_column *out)
{
    *out = (struct query_column){ 0 };
    if (!is_call(d, "function"))
        return read_field(t, d, &out->field);
    out->function = query_function_named(word(d, 1));
    if (!out->function)
        return wrong(t, d, "one of the functions count, avg, sum, min, max and to_string");
    out->format = word(d, 3);
    return (out->function == FN_COUNT && d->count < 3) || read_field(t, item(d, 2), &out->field);
}

static bool read_columns(struct ast *t, const struct data *d, uint32_t from, struct query_column **out, uint32_t *out_count)
{
    bool many = d && d->kind == DATA_LIST && !is_call(d, "function") && !is_call(d, "parameter") && !is_call(d, "fact");
    uint32_t count = many ? d->count - from : 1;
    *out = ARENA_ARRAY(t->arena, struct query_column, count + 1);
    for (*out_count = 0; *out_count < count; ++*out_count)
        if (!read_column(t, many ? &d->items[from + *out_count] : d, &(*out)[*out_count]))
            return false;
    return true;
}

/* ---- conditions ---- */

static struct query_expr *read_condition(struct ast *t, const struct data *d);
static bool read_query(struct ast *t, const struct data *d, uint32_t from, struct query *q);

static struct query *new_query(struct ast *t, struct sv entity)
{
    struct query *q = ARENA_NEW(t->arena, struct query);
    q->entity = entity;
    q->limit = -1;
    return q;
}

/* ["from", "facts", ...], ["extract", [...], ["select_facts", ...]] or, with the entity given, ["extract", ...]. */
static struct query *read_subquery(struct ast *t, const struct data *d)
{
    if (is_call(d, "from")) {
        struct query *q = new_query(t, word(d, 1));
        return read_query(t, d, 2, q) ? q : NULL;
    }
    const struct data *select = is_call(d, "extract") ? item(d, 2) : NULL;
    struct sv name = select && select->kind == DATA_LIST ? word(select, 0) : SV_NONE;
    if (!sv_starts(name, SV("select_"))) {
        wrong(t, d, "[\"from\", ENTITY, ...] or [\"extract\", FIELDS, [\"select_ENTITY\", ...]]");
        return NULL;
    }
    struct query *q = new_query(t, sv_slice(name, 7, name.n));
    if (select->count > 1 && !(q->where = read_condition(t, item(select, 1))))
        return NULL;
    return read_columns(t, item(d, 1), 0, &q->columns, &q->column_count) ? q : NULL;
}

static bool read_in(struct ast *t, const struct data *d, struct query_expr *x)
{
    const struct data *what = item(d, 2);
    if (!read_fields(t, item(d, 1), x))
        return false;
    if (is_call(what, "array")) {
        const struct data *list = item(what, 1);
        x->op = Q_IN_LIST;
        if (!list || list->kind != DATA_LIST)
            return wrong(t, what, "a list");
        x->value = *list;
        return true;
    }
    x->op = Q_IN_QUERY;
    x->query = read_subquery(t, what);
    if (x->query && x->query->column_count != x->field_count)
        return wrong(t, d, "as many fields behind \"in\" as before it");
    return x->query != NULL;
}

static bool read_items(struct ast *t, const struct data *d, struct query_expr *x)
{
    x->items = ARENA_ARRAY(t->arena, struct query_expr *, d->count + 1);
    for (uint32_t i = 1; i < d->count; i++) {
        x->items[x->item_count] = read_condition(t, &d->items[i]);
        if (!x->items[x->item_count++])
            return false;
    }
    return x->item_count > 0 || wrong(t, d, "a condition");
}

static bool read_null(struct ast *t, const struct data *d, struct query_expr *x)
{
    const struct data *is = item(d, 2);
    if (!is || is->kind != DATA_BOOL)
        return wrong(t, d, "[\"null?\", FIELD, true or false]");
    x->op = is->b ? Q_NULL : Q_NOT_NULL;
    return read_fields(t, item(d, 1), x);
}

static bool read_related(struct ast *t, const struct data *d, struct query_expr *x)
{
    x->op = Q_SUBQUERY;
    x->query = new_query(t, word(d, 1));
    return d->count < 3 || (x->query->where = read_condition(t, item(d, 2))) != NULL;
}

static bool read_comparison(struct ast *t, const struct data *d, struct query_expr *x)
{
    static const struct {
        const char *sign;
        enum query_op op;
    } signs[] = { { "=", Q_EQ },  { "!=", Q_NE },   { "<", Q_LT },         { "<=", Q_LE },        { ">", Q_GT },
                  { ">=", Q_GE }, { "~", Q_MATCH }, { "!~", Q_NOT_MATCH }, { "~>", Q_MATCH_PATH } };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!sv_is(word(d, 0), signs[i].sign))
            continue;
        x->op = signs[i].op;
        if (d->count != 3)
            return wrong(t, d, "a field and a value");
        x->value = d->items[2];
        return read_fields(t, item(d, 1), x) && (x->field_count == 1 || wrong(t, d, "one field"));
    }
    return wrong(t, d, "an operator: =, !=, <, <=, >, >=, ~, ~>, in, null?, and, or, not, subquery");
}

static struct query_expr *read_condition(struct ast *t, const struct data *d)
{
    struct query_expr *x = ARENA_NEW(t->arena, struct query_expr);
    bool ok;
    if (!d || d->kind != DATA_LIST || !d->count || t->depth > MOST_DEPTH) {
        wrong(t, d, t->depth > MOST_DEPTH ? "conditions that are nested less deeply" : "a condition");
        return NULL;
    }
    t->depth++;
    if (is_call(d, "and") || is_call(d, "or") || is_call(d, "not")) {
        x->op = is_call(d, "and") ? Q_AND : is_call(d, "or") ? Q_OR : Q_NOT;
        ok = read_items(t, d, x);
    } else {
        ok = is_call(d, "in")         ? read_in(t, d, x)
             : is_call(d, "null?")    ? read_null(t, d, x)
             : is_call(d, "subquery") ? read_related(t, d, x)
                                      : read_comparison(t, d, x);
    }
    t->depth--;
    return ok ? x : NULL;
}

/* ---- the whole ---- */

static bool read_order(struct ast *t, const struct data *d, struct query *q)
{
    const struct data *list = item(d, 1);
    if (!list || list->kind != DATA_LIST)
        return wrong(t, d, "a list of fields");
    q->orders = ARENA_ARRAY(t->arena, struct query_order, list->count + 1);
    for (; q->order_count < list->count; q->order_count++) {
        const struct data *one = &list->items[q->order_count];
        bool pair = one->kind == DATA_LIST;
        struct query_order *order = &q->orders[q->order_count];
        if (!read_field(t, pair ? item(one, 0) : one, &order->field))
            return false;
        order->descending = pair && sv_is(word(one, 1), "desc");
    }
    return true;
}

static bool read_number(struct ast *t, const struct data *d, int64_t *out)
{
    const struct data *n = item(d, 1);
    if (!n || n->kind != DATA_INT || n->i < 0)
        return wrong(t, d, "a whole number, not below 0");
    *out = n->i;
    return true;
}

static bool read_extract(struct ast *t, const struct data *d, struct query *q)
{
    if (!read_columns(t, item(d, 1), 0, &q->columns, &q->column_count))
        return false;
    for (uint32_t i = 2; i < d->count; i++) {
        const struct data *part = &d->items[i];
        if (is_call(part, "group_by") ? !read_columns(t, part, 1, &q->groups, &q->group_count) : !(q->where = read_condition(t, part)))
            return false;
    }
    return true;
}

static bool read_query(struct ast *t, const struct data *d, uint32_t from, struct query *q)
{
    for (uint32_t i = from; i < d->count; i++) {
        const struct data *part = &d->items[i];
        bool ok = is_call(part, "extract")    ? read_extract(t, part, q)
                  : is_call(part, "order_by") ? read_order(t, part, q)
                  : is_call(part, "limit")    ? read_number(t, part, &q->limit)
                  : is_call(part, "offset")   ? read_number(t, part, &q->offset)
                                              : (q->where = read_condition(t, part)) != NULL;
        if (!ok)
            return false;
    }
    return true;
}

struct query *query_from_ast(struct arena *a, const struct data *ast, struct sv entity, struct diags *diags)
{
    struct ast t = { .arena = a, .diags = diags };
    bool from = is_call(ast, "from");
    if (!ast || ast->kind != DATA_LIST || (!from && !entity.n)) {
        wrong(&t, ast, "[\"from\", ENTITY, ...]");
        return NULL;
    }
    struct query *q = new_query(&t, from ? word(ast, 1) : entity);
    const struct data whole = { .kind = DATA_LIST, .count = 1, .items = (struct data *)ast };
    return read_query(&t, from ? ast : &whole, from ? 2 : 0, q) ? q : NULL;
}
