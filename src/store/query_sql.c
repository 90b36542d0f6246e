/* query_sql: the statement around the conditions: columns, grouping, order, paging. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query_sql.h"

#include "store/query_emit.h"

struct select {
    const struct query *query;
    const struct query_table *table;
    const char *counted; /* FROM the values that nodes share, without the nodes; NULL: FROM all */
};

static bool unknown_entity(struct emit *e, const struct query *q)
{
    struct sv near = SV_NONE;
    unsigned best = 4;
    for (const struct query_table *t = query_tables(); t->name; t++) {
        unsigned d = sv_distance(q->entity, sv_of(t->name), 3);
        if (d < best) {
            best = d;
            near = sv_of(t->name);
        }
    }
    emit_failed(e, q->at, "there is no entity '%.*s' to ask for%s%.*s%s", SV_ARG(q->entity), near.n ? "; did you mean '" : "", SV_ARG(near),
                near.n ? "'?" : "");
    diag_hint(e->diags, "there are nodes, facts, inventory, resources, edges, catalogs, reports, events, history, entities, and hosts, "
                        "clusters, components and every other kind of the model");
    return false;
}

/* ---- which nodes ---- */

static bool mentions(const struct query_expr *x, const char *name)
{
    if (!x)
        return false;
    for (uint32_t i = 0; i < x->item_count; i++)
        if (mentions(x->items[i], name))
            return true;
    for (uint32_t i = 0; i < x->field_count; i++)
        if (sv_is(x->fields[i].name, name))
            return true;
    return false;
}

/* Whoever asks about nodes that are gone means those too. */
static bool only_active(const struct emit *e, const struct select *s)
{
    const struct query_expr *where = s->query->where;
    return s->table->flags & TABLE_OF_NODES && !e->setting->all_active && !mentions(where, "node_state") &&
           !mentions(where, "deactivated") && !mentions(where, "expired");
}

/* ---- counting values by how many nodes have them ---- */

/* Is it such a field: of a value, or of the summary of values? */
static bool field_of(const struct query_table *t, const struct query_field *f, enum field_flags flag)
{
    const struct table_field *field = query_table_field(t, f->name);
    return field && field->flags & flag;
}

static bool condition_of(const struct query_table *t, const struct query_expr *x, enum field_flags flag)
{
    if (!x)
        return true;
    if (x->op == Q_SUBQUERY || x->op == Q_IN_QUERY)
        return false;
    for (uint32_t i = 0; i < x->item_count; i++)
        if (!condition_of(t, x->items[i], flag))
            return false;
    for (uint32_t i = 0; i < x->field_count; i++)
        if (!field_of(t, &x->fields[i], flag))
            return false;
    return true;
}

static bool counts_by(const struct query *q, const struct query_table *t, enum field_flags flag)
{
    if (!q->column_count || !condition_of(t, q->where, flag))
        return false;
    bool counts = false;
    for (uint32_t i = 0; i < q->column_count; i++) {
        const struct query_column *c = &q->columns[i];
        counts |= c->function == FN_COUNT;
        if (c->function == FN_COUNT ? c->field.name.n > 0 : c->function != FN_NONE || c->field.step_count || !field_of(t, &c->field, flag))
            return false;
    }
    for (uint32_t i = 0; i < q->group_count; i++)
        if (q->groups[i].function || !field_of(t, &q->groups[i].field, flag))
            return false;
    return counts;
}

/* ---- columns ---- */

/* Of one node's fact that the first step names, the part below. */
static bool emit_fact_part(struct emit *e, const struct place *p, enum json_part part)
{
    emit_text(e, "(SELECT ");
    emit_json(e, part, SV("f.value"), p->steps + 1, p->step_count - 1);
    strbuf_addf(&e->sql, " FROM node_fact l JOIN fact f ON f.id = l.fact WHERE l.node = %.*s AND l.name = ?%u)", SV_ARG(p->sql),
                emit_bind(e, sql_text(p->steps[0].text)));
    return true;
}

bool emit_scalar(struct emit *e, const struct place *p)
{
    if (p->kind == FIELD_JSON) {
        emit_json(e, JSON_SCALAR, p->sql, p->steps, p->step_count);
        return true;
    }
    if (p->kind == FIELD_FACTS) {
        if (!p->step_count || p->steps[0].kind != STEP_KEY)
            return emit_failed(e, p->asked->at, "facts are compared by a path, as facts.os.family");
        return emit_fact_part(e, p, JSON_SCALAR);
    }
    strbuf_add(&e->sql, p->sql);
    return true;
}

/* All facts of a node, or a part of one, as JSON. */
static bool emit_facts(struct emit *e, const struct place *p)
{
    if (!p->step_count) {
        strbuf_addf(&e->sql,
                    is_postgres(e)
                        ? "(SELECT json_object_agg(f.name, f.value::json)::text FROM node_fact l JOIN fact f ON f.id = l.fact WHERE "
                          "l.node = %.*s)"
                        : "(SELECT json_group_object(f.name, json(f.value)) FROM node_fact l JOIN fact f ON f.id = l.fact WHERE "
                          "l.node = %.*s)",
                    SV_ARG(p->sql));
        return true;
    }
    if (p->steps[0].kind != STEP_KEY)
        return emit_failed(e, p->asked->at, "a pattern is no part of a field that is given");
    return emit_fact_part(e, p, JSON_ITSELF);
}

static bool emit_field(struct emit *e, const struct place *p)
{
    for (uint32_t i = 0; i < p->step_count; i++)
        if (p->steps[i].kind == STEP_MATCH)
            return emit_failed(e, p->asked->at, "a pattern is no part of a field that is given");
    if (p->kind == FIELD_FACTS)
        return emit_facts(e, p);
    if (p->kind == FIELD_JSON && p->step_count)
        emit_json(e, JSON_ITSELF, p->sql, p->steps, p->step_count);
    else if (p->kind == FIELD_JSON && is_postgres(e))
        strbuf_addf(&e->sql, "(%.*s)::text", SV_ARG(p->sql));
    else
        strbuf_add(&e->sql, p->sql);
    return true;
}

/* PostgreSQL's words for parts of times, and strftime's. */
static const struct {
    const char *word, *strftime;
} time_words[] = { { "YYYY", "%Y" }, { "MM", "%m" }, { "DD", "%d" }, { "HH24", "%H" }, { "MI", "%M" }, { "SS", "%S" }, { "DDD", "%j" } };

static bool strftime_of(struct emit *e, struct span at, struct sv format, struct sv *out)
{
    struct strbuf b = STRBUF_IN(e->arena);
    for (size_t i = 0; i < format.n;) {
        struct sv rest = sv_slice(format, i, format.n);
        size_t best = SIZE_MAX;
        for (size_t k = 0; k < sizeof time_words / sizeof *time_words; k++)
            if (sv_starts(rest, sv_of(time_words[k].word)) &&
                (best == SIZE_MAX || strlen(time_words[k].word) > strlen(time_words[best].word)))
                best = k;
        bool letter = (rest.p[0] >= 'a' && rest.p[0] <= 'z') || (rest.p[0] >= 'A' && rest.p[0] <= 'Z');
        if (best == SIZE_MAX && (letter || rest.p[0] == '%'))
            return emit_failed(e, at, "to_string knows YYYY, MM, DD, DDD, HH24, MI and SS, found '%.*s'", SV_ARG(rest));
        if (best == SIZE_MAX)
            strbuf_addc(&b, rest.p[0]);
        else
            strbuf_adds(&b, time_words[best].strftime);
        i += best == SIZE_MAX ? 1 : strlen(time_words[best].word);
    }
    *out = strbuf_sv(&b);
    return true;
}

static bool emit_time_text(struct emit *e, const struct query_column *c, const struct place *p)
{
    struct sv format = SV_NONE;
    if (p->kind != FIELD_TIME)
        return emit_failed(e, c->field.at, "to_string is for times, and '%s' is none", p->field->name);
    if (!strftime_of(e, c->field.at, c->format, &format))
        return false;
    if (is_postgres(e))
        strbuf_addf(&e->sql, "to_char(to_timestamp(%.*s / 1000.0) AT TIME ZONE 'UTC', ?%u)", SV_ARG(p->sql),
                    emit_bind(e, sql_text(c->format)));
    else
        strbuf_addf(&e->sql, "strftime(?%u, %.*s / 1000, 'unixepoch')", emit_bind(e, sql_text(format)), SV_ARG(p->sql));
    return true;
}

static bool emit_number(struct emit *e, const struct place *p)
{
    if (p->kind == FIELD_INT || p->kind == FIELD_TIME || p->kind == FIELD_TRUTH) {
        strbuf_add(&e->sql, p->sql);
        return true;
    }
    if (p->kind == FIELD_JSON) {
        emit_json(e, JSON_NUMBER, p->sql, p->steps, p->step_count);
        return true;
    }
    if (p->kind != FIELD_FACTS || !p->step_count || p->steps[0].kind != STEP_KEY)
        return emit_failed(e, p->asked->at, "'%s' holds no numbers", p->field->name);
    return emit_fact_part(e, p, JSON_NUMBER);
}

static bool emit_function(struct emit *e, const struct select *s, const struct query_column *c, struct answer_column *out)
{
    static const char *const names[] = { [FN_COUNT] = "count", [FN_AVG] = "avg", [FN_SUM] = "sum", [FN_MIN] = "min", [FN_MAX] = "max" };
    struct place p;
    *out = (struct answer_column){ SV("to_string"), FIELD_TEXT };
    if (c->function == FN_TO_STRING)
        return emit_place(e, s->table, &c->field, &p) && emit_time_text(e, c, &p);
    *out = (struct answer_column){ sv_of(names[c->function]), FIELD_INT };
    if (!c->field.name.n) {
        emit_text(e, s->counted ? "coalesce(sum(uses), 0)" : "count(*)");
        return true;
    }
    if (!emit_place(e, s->table, &c->field, &p))
        return false;
    if ((c->function == FN_MIN || c->function == FN_MAX) && p.kind == FIELD_TIME)
        out->kind = FIELD_TIME;
    strbuf_addf(&e->sql, "%s(", names[c->function]);
    bool ok = c->function == FN_COUNT ? emit_scalar(e, &p) : emit_number(e, &p);
    emit_text(e, ")");
    return ok;
}

static struct sv asked_name(struct arena *a, const struct query_field *f)
{
    struct strbuf b = STRBUF_IN(a);
    strbuf_add(&b, f->name);
    for (uint32_t i = 0; i < f->step_count; i++) {
        if (f->steps[i].kind == STEP_INDEX)
            strbuf_addf(&b, "[%lld]", (long long)f->steps[i].index);
        else
            strbuf_addf(&b, ".%.*s", SV_ARG(f->steps[i].text));
    }
    return strbuf_sv(&b);
}

static bool emit_column(struct emit *e, const struct select *s, const struct query_column *c, bool compared, struct answer_column *out)
{
    struct place p;
    if (c->function)
        return emit_function(e, s, c, out);
    if (!emit_place(e, s->table, &c->field, &p))
        return false;
    *out = (struct answer_column){ asked_name(e->arena, &c->field), p.kind == FIELD_FACTS ? FIELD_JSON : p.kind };
    return compared ? emit_scalar(e, &p) : emit_field(e, &p);
}

/* Without names: every field that is not hidden. */
static struct query_column *columns_of(struct emit *e, const struct select *s, uint32_t *out_count)
{
    struct query_column *list = s->query->columns;
    size_t n = s->query->column_count, cap = n;
    if (!n) {
        list = NULL;
        cap = 0;
        for (const struct table_field *f = s->table->fields; f->name; f++)
            if (!(f->flags & FIELD_HIDDEN)) {
                struct query_column c = { .field = { .name = sv_of(f->name), .at = s->query->at } };
                ARENA_PUSH(e->arena, list, n, cap, c);
            }
    }
    *out_count = (uint32_t)n;
    return list;
}

static bool same_column(const struct arena *a, const struct query_column *x, const struct query_column *y)
{
    return x->function == y->function && sv_eq(x->format, y->format) &&
           sv_eq(asked_name((struct arena *)a, &x->field), asked_name((struct arena *)a, &y->field));
}

/* With a function over rows, what is not one must be what the rows are grouped by. */
static bool check_groups(struct emit *e, const struct select *s)
{
    const struct query *q = s->query;
    bool over_rows = q->group_count > 0;
    for (uint32_t i = 0; i < q->column_count; i++)
        over_rows |= q->columns[i].function && q->columns[i].function != FN_TO_STRING;
    for (uint32_t i = 0; over_rows && i < q->column_count; i++) {
        const struct query_column *c = &q->columns[i];
        bool grouped = c->function && c->function != FN_TO_STRING;
        for (uint32_t k = 0; k < q->group_count; k++)
            grouped |= same_column(e->arena, c, &q->groups[k]);
        if (!grouped)
            return emit_failed(e, c->field.at, "'%.*s' is given for many rows at once: add 'group by %.*s'", SV_ARG(c->field.name),
                               SV_ARG(c->field.name));
    }
    return true;
}

/* ---- the whole ---- */

static bool emit_rest(struct emit *e, const struct select *s)
{
    const struct query *q = s->query;
    struct answer_column unused;
    bool ok = true;
    for (uint32_t i = 0; ok && i < q->group_count; i++) {
        emit_text(e, i ? ", " : " GROUP BY ");
        ok = emit_column(e, s, &q->groups[i], false, &unused);
    }
    for (uint32_t i = 0; ok && i < q->order_count; i++) {
        const struct query_column c = { .field = q->orders[i].field };
        bool of_function = sv_is(c.field.name, "count") && q->group_count;
        emit_text(e, i ? ", " : " ORDER BY ");
        if (of_function)
            emit_text(e, s->counted ? "coalesce(sum(uses), 0)" : "count(*)");
        else
            ok = emit_column(e, s, &c, !q->group_count, &unused);
        emit_text(e, q->orders[i].descending ? " DESC NULLS FIRST" : " NULLS LAST");
    }
    if (q->limit >= 0)
        strbuf_addf(&e->sql, " LIMIT %lld", (long long)q->limit);
    else if (q->offset && !is_postgres(e))
        emit_text(e, " LIMIT -1");
    if (q->offset)
        strbuf_addf(&e->sql, " OFFSET %lld", (long long)q->offset);
    return ok;
}

static bool emit_from(struct emit *e, const struct select *s)
{
    const struct query_table *t = s->table;
    const char *from = s->counted ? s->counted : is_postgres(e) && t->postgres_from ? t->postgres_from : t->from;
    strbuf_addf(&e->sql, " FROM %s WHERE %s", from, t->where ? t->where : "1 = 1");
    if (only_active(e, s))
        emit_text(e, " AND n.deactivated IS NULL AND n.expired IS NULL");
    if (!s->query->where)
        return true;
    emit_text(e, " AND ");
    return emit_condition(e, t, s->query->where);
}

static bool open_select(struct emit *e, const struct query *q, struct select *out)
{
    *out = (struct select){ q, query_table_find(q->entity), NULL };
    if (!out->table)
        return unknown_entity(e, q);
    if (out->table->summary_from && e->setting->all_active && counts_by(q, out->table, FIELD_OF_SUMMARY))
        out->counted = out->table->summary_from;
    else if (out->table->shared_from && e->setting->all_active && counts_by(q, out->table, FIELD_OF_VALUE))
        out->counted = out->table->shared_from;
    return check_groups(e, out);
}

bool emit_subselect(struct emit *e, const struct query *q, const char *by_name)
{
    struct select s;
    struct answer_column unused;
    if (!open_select(e, q, &s))
        return false;
    const struct query_column named = { .field = { .name = by_name ? sv_of(by_name) : SV_NONE, .at = q->at } };
    uint32_t count = by_name ? 1 : q->column_count;
    emit_text(e, "SELECT ");
    for (uint32_t i = 0; i < count; i++) {
        emit_text(e, i ? ", " : "");
        if (!emit_column(e, &s, by_name ? &named : &q->columns[i], true, &unused))
            return false;
    }
    return emit_from(e, &s) && emit_rest(e, &s);
}

bool query_to_sql(struct arena *a, const struct query *q, const struct query_setting *setting, struct query_statement *out,
                  struct diags *diags)
{
    struct emit *e = ARENA_NEW(a, struct emit);
    struct select s;
    uint32_t count;
    *e = (struct emit){ .arena = a, .sql = STRBUF_IN(a), .setting = setting, .diags = diags };
    if (!open_select(e, q, &s))
        return false;
    const struct query_column *columns = columns_of(e, &s, &count);
    *out = (struct query_statement){ .columns = ARENA_ARRAY(a, struct answer_column, count + 1), .column_count = count };
    emit_text(e, "SELECT ");
    for (uint32_t i = 0; i < count; i++) {
        emit_text(e, i ? ", " : "");
        if (!emit_column(e, &s, &columns[i], false, &out->columns[i]))
            return false;
    }
    if (!emit_from(e, &s) || !emit_rest(e, &s) || e->failed)
        return false;
    out->sql = strbuf_cstr(&e->sql);
    out->args = e->args;
    out->arg_count = e->arg_count;
    return true;
}
