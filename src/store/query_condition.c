/* query_condition: what is asked of rows. Where a field has no value, '=' is false and so '!=' is true, as in PuppetDB. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/time.h"
#include "store/query_emit.h"
#include "types/regexp.h"

static bool needs(struct emit *e, const struct query_expr *x, const char *what)
{
    struct sv name = x->fields[0].name;
    return emit_failed(e, x->at, "'%.*s' is compared with %s, found %s", SV_ARG(name), what, data_kind_name(x->value.kind));
}

/* Milliseconds of "2027-02-15", "2027-02-15T08:00:00Z", "2027-02-15T08:00:00.123Z" or the like. */
static bool read_time(struct sv text, int64_t *out_ms)
{
    int64_t seconds, fraction = 0;
    struct date d;
    size_t dot = sv_find_char(text, '.', 0), end = dot + 1;
    char room[64];
    if (date_parse(text, &d)) {
        *out_ms = date_to_days(d) * 86400000;
        return true;
    }
    for (int64_t unit = 100; dot != SIZE_MAX && end < text.n && text.p[end] >= '0' && text.p[end] <= '9'; end++, unit /= 10)
        fraction += (text.p[end] - '0') * unit;
    if (dot != SIZE_MAX) {
        snprintf(room, sizeof room, "%.*s%.*s", (int)dot, text.p, (int)(text.n - end), text.p + end);
        text = sv_of(room);
    }
    if (!utc_parse(text, &seconds))
        return false;
    *out_ms = seconds * 1000 + fraction;
    return true;
}

static const char *sign_of(enum query_op op)
{
    static const char *const signs[] = { [Q_EQ] = " = ", [Q_NE] = " = ", [Q_LT] = " < ", [Q_LE] = " <= ", [Q_GT] = " > ", [Q_GE] = " >= " };
    return signs[op];
}

static struct sql_value number_of(const struct data *d)
{
    return d->kind == DATA_INT ? sql_int(d->i) : (struct sql_value){ .kind = SQL_REAL, .f = d->f };
}

static bool is_number(const struct data *d) { return d->kind == DATA_INT || d->kind == DATA_FLOAT; }

static struct sv json_text_of(struct emit *e, const struct data *d)
{
    struct strbuf b = STRBUF_IN(e->arena);
    struct json_out j = json_to(&b, false);
    json_data(&j, d);
    return strbuf_sv(&b);
}

/* --- JSON --- */

static bool check_regexp(struct emit *e, const struct query_expr *x, const struct data *pattern)
{
    struct err err = { "" };
    if (pattern->kind != DATA_STRING)
        return needs(e, x, "a regular expression in quotes");
    return regexp_compile(e->arena, pattern->s, &err) ||
           emit_failed(e, x->at, "the regular expression '%.*s' cannot be read: %s", SV_ARG(pattern->s), err.text);
}

static void emit_regexp(struct emit *e, struct sv sql, struct sv pattern)
{
    strbuf_addf(&e->sql, is_postgres(e) ? "(%.*s) ~ " : "matches(%.*s, ", SV_ARG(sql));
    emit_arg(e, sql_text(pattern));
    emit_text(e, is_postgres(e) ? "" : ")");
}

static struct sv json_sql(struct emit *e, enum json_part part, struct sv sql, const struct query_step *steps, uint32_t count)
{
    struct strbuf outer = e->sql;
    e->sql = STRBUF_IN(e->arena);
    emit_json(e, part, sql, steps, count);
    struct sv text = strbuf_sv(&e->sql);
    e->sql = outer;
    return text;
}

static bool json_condition(struct emit *e, const struct query_expr *x, const struct data *value, struct sv sql,
                           const struct query_step *steps, uint32_t count)
{
    if (x->op == Q_NULL || x->op == Q_NOT_NULL) { /* the former is the negation of the latter: see emit_condition */
        emit_json(e, JSON_PRESENT, sql, steps, count);
        return true;
    }
    if (x->op == Q_MATCH || x->op == Q_NOT_MATCH) {
        if (!check_regexp(e, x, value))
            return false;
        emit_regexp(e, json_sql(e, JSON_STRING, sql, steps, count), value->s);
        return true;
    }
    bool equality = x->op == Q_EQ || x->op == Q_NE || x->op == Q_IN_LIST;
    if (!is_number(value) && !(equality && (value->kind == DATA_STRING || value->kind == DATA_BOOL)))
        return needs(e, x, equality ? "text, a number, true or false" : "a number");
    emit_json(e, is_number(value) ? JSON_NUMBER : value->kind == DATA_BOOL ? JSON_TRUTH : JSON_STRING, sql, steps, count);
    emit_text(e, equality ? " = " : sign_of(x->op));
    emit_arg(e, is_number(value) ? number_of(value) : value->kind == DATA_BOOL ? sql_int(value->b) : sql_text(value->s));
    return true;
}

/* The steps as a list of regular expressions. */
static struct sv step_patterns(struct emit *e, const struct query_step *steps, uint32_t count)
{
    struct strbuf b = STRBUF_IN(e->arena), one = STRBUF_IN(e->arena);
    struct json_out j = json_to(&b, false);
    json_open(&j, '[');
    for (uint32_t i = 0; i < count; i++) {
        strbuf_reset(&one);
        strbuf_addc(&one, '^');
        if (steps[i].kind == STEP_INDEX)
            strbuf_addf(&one, "%lld", (long long)steps[i].index);
        for (size_t k = 0; steps[i].kind == STEP_KEY && k < steps[i].text.n; k++) {
            if (strchr(".\\+*?[^]$(){}=!<>|:-#/", steps[i].text.p[k]))
                strbuf_addc(&one, '\\');
            strbuf_addc(&one, steps[i].text.p[k]);
        }
        strbuf_addc(&one, '$');
        json_str(&j, steps[i].kind == STEP_MATCH ? steps[i].text : strbuf_sv(&one));
    }
    json_close(&j, ']');
    return strbuf_sv(&b);
}

/* Any leaf that is reached by steps of which some are patterns. */
static bool any_leaf_condition(struct emit *e, const struct query_expr *x, const struct data *value, struct sv sql,
                               const struct query_step *steps, uint32_t count)
{
    struct sv patterns = step_patterns(e, steps, count);
    if (is_postgres(e))
        strbuf_addf(&e->sql, "EXISTS (SELECT 1 FROM json_leaves((%.*s)::jsonb) m WHERE path_matches(m.path, ?%u::jsonb) AND ", SV_ARG(sql),
                    emit_bind(e, sql_text(patterns)));
    else
        strbuf_addf(&e->sql,
                    "EXISTS (SELECT 1 FROM json_tree(%.*s) m WHERE m.type NOT IN ('object', 'array') AND"
                    " path_matches(path_list(NULL, m.fullkey), ?%u) AND ",
                    SV_ARG(sql), emit_bind(e, sql_text(patterns)));
    struct sv leaf = is_postgres(e) ? SV("m.value") : arena_printf(e->arena, "(%.*s) -> m.fullkey", SV_ARG(sql));
    bool ok = json_condition(e, x, value, leaf, NULL, 0);
    emit_text(e, ")");
    return ok;
}

static bool structure_condition(struct emit *e, const struct query_expr *x, const struct data *value, struct sv sql,
                                const struct query_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (steps[i].kind == STEP_MATCH)
            return any_leaf_condition(e, x, value, sql, steps, count);
    return json_condition(e, x, value, sql, steps, count);
}

/* Nodes that have such a fact: values that nodes share are looked at once. */
static bool facts_condition(struct emit *e, const struct query_expr *x, const struct data *value, const struct place *p)
{
    if (!p->step_count)
        return emit_failed(e, x->at, "facts are asked for by a path, as in facts.os.family");
    const struct query_step *first = p->steps;
    strbuf_addf(&e->sql, "%.*s IN (SELECT l.node FROM fact f JOIN node_fact l ON l.fact = f.id WHERE ", SV_ARG(p->sql));
    if (first->kind == STEP_MATCH)
        emit_regexp(e, SV("f.name"), first->text);
    else {
        emit_text(e, "f.name = ");
        emit_arg(e, sql_text(first->text));
    }
    emit_text(e, " AND ");
    bool ok = structure_condition(e, x, value, SV("f.value"), p->steps + 1, p->step_count - 1);
    emit_text(e, ")");
    return ok;
}

/* Equal to a text: only where that text is written somewhere is the JSON read, which takes ten times as long as looking for it. */
static bool written_condition(struct emit *e, const struct query_expr *x, const struct data *value, const struct place *p)
{
    bool equality = x->op == Q_EQ || x->op == Q_NE || x->op == Q_IN_LIST,
         looks = equality && value->kind == DATA_STRING && p->field->written;
    if (looks)
        strbuf_addf(&e->sql, is_postgres(e) ? "CASE WHEN strpos(%s, ?%u) > 0 THEN " : "CASE WHEN holds(%s, ?%u) THEN ", p->field->written,
                    emit_bind(e, sql_text(json_text_of(e, value))));
    bool ok = structure_condition(e, x, value, p->sql, p->steps, p->step_count);
    emit_text(e, looks ? " ELSE false END" : "");
    return ok;
}

/* --- plain fields --- */

static bool words_condition(struct emit *e, const struct query_expr *x, const struct data *value, const struct place *p)
{
    bool regexp = x->op == Q_MATCH || x->op == Q_NOT_MATCH;
    if (value->kind != DATA_STRING)
        return needs(e, x, "text in quotes");
    strbuf_addf(&e->sql,
                is_postgres(e) ? "EXISTS (SELECT 1 FROM jsonb_array_elements_text((%.*s)::jsonb) w (value) WHERE "
                               : "EXISTS (SELECT 1 FROM json_each(%.*s) w WHERE ",
                SV_ARG(p->sql));
    bool ok = !regexp || check_regexp(e, x, value);
    if (regexp && ok)
        emit_regexp(e, SV("w.value"), value->s);
    else {
        emit_text(e, "w.value = ");
        emit_arg(e, sql_text(value->s));
    }
    emit_text(e, ")");
    return ok;
}

static bool path_condition(struct emit *e, const struct query_expr *x, const struct data *value, const struct place *p)
{
    if (value->kind != DATA_LIST)
        return needs(e, x, "a list of keys");
    unsigned arg = emit_bind(e, sql_text(json_text_of(e, value)));
    for (uint32_t i = 0; x->op == Q_MATCH_PATH && i < value->count; i++)
        if (!check_regexp(e, x, &value->items[i]))
            return false;
    if (x->op == Q_MATCH_PATH)
        strbuf_addf(&e->sql, is_postgres(e) ? "path_matches((%.*s)::jsonb, ?%u::jsonb)" : "path_matches(%.*s, ?%u)", SV_ARG(p->sql), arg);
    else
        strbuf_addf(&e->sql, is_postgres(e) ? "(%.*s)::jsonb = ?%u::jsonb" : "%.*s = ?%u", SV_ARG(p->sql), arg);
    return true;
}

/* What a field is compared with, as the database holds it. */
static bool plain_value(struct emit *e, const struct query_expr *x, const struct data *value, enum field_kind kind, struct sql_value *out)
{
    int64_t ms;
    switch (kind) {
    case FIELD_INT:
        *out = number_of(value);
        return is_number(value) || needs(e, x, "a number");
    case FIELD_TRUTH:
        *out = sql_int(value->b);
        return value->kind == DATA_BOOL || needs(e, x, "true or false");
    case FIELD_TIME:
        if (value->kind != DATA_STRING || !read_time(value->s, &ms))
            return needs(e, x, "a time in quotes, as '2027-02-15T08:00:00Z'");
        *out = sql_int(ms);
        return true;
    default:
        *out = sql_text(value->s);
        return value->kind == DATA_STRING || needs(e, x, "text in quotes");
    }
}

static bool compare(struct emit *e, const struct query_expr *x, const struct data *value, const struct place *p)
{
    struct sql_value bound;
    bool equality = x->op == Q_EQ || x->op == Q_NE || x->op == Q_IN_LIST;
    switch (p->kind) {
    case FIELD_JSON:
        return written_condition(e, x, value, p);
    case FIELD_FACTS:
        return facts_condition(e, x, value, p);
    case FIELD_WORDS:
        return words_condition(e, x, value, p);
    case FIELD_PATH:
        return path_condition(e, x, value, p);
    default:
        break;
    }
    if (x->op == Q_MATCH || x->op == Q_NOT_MATCH) {
        if (p->kind != FIELD_TEXT)
            return emit_failed(e, x->at, "'%s' is no text to be matched", p->field->name);
        if (!check_regexp(e, x, value))
            return false;
        emit_regexp(e, p->sql, value->s);
        return true;
    }
    if (x->op == Q_MATCH_PATH)
        return emit_failed(e, x->at, "'%s' is no path: ~> is for the path of fact_contents", p->field->name);
    if (!equality && p->kind == FIELD_TEXT)
        return emit_failed(e, x->at, "'%s' is text: it can be equal (=) or match (~), not be more or less", p->field->name);
    if (!plain_value(e, x, value, p->kind, &bound))
        return false;
    strbuf_addf(&e->sql, "%.*s%s", SV_ARG(p->sql), equality ? " = " : sign_of(x->op));
    emit_arg(e, bound);
    return true;
}

/* --- lists and queries --- */

static bool in_list(struct emit *e, const struct query_expr *x, const struct place *p)
{
    const struct data *list = &x->value;
    bool texts = p->kind == FIELD_TEXT && list->count > 0;
    if (x->field_count != 1)
        return emit_failed(e, x->at, "one field is looked for in a list");
    for (uint32_t i = 0; i < list->count; i++)
        texts &= list->items[i].kind == DATA_STRING;
    if (texts) { /* however many, they are one argument */
        strbuf_addf(&e->sql,
                    is_postgres(e) ? "%.*s IN (SELECT jsonb_array_elements_text(?%u::jsonb))"
                                   : "%.*s IN (SELECT value FROM json_each(?%u))",
                    SV_ARG(p->sql), emit_bind(e, sql_text(json_text_of(e, list))));
        return true;
    }
    emit_text(e, list->count ? "(" : "(1 = 0");
    for (uint32_t i = 0; i < list->count; i++) {
        emit_text(e, i ? " OR " : "");
        if (!compare(e, x, &list->items[i], p))
            return false;
    }
    emit_text(e, ")");
    return true;
}

static bool in_query(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    emit_text(e, x->field_count > 1 ? "(" : "");
    for (uint32_t i = 0; i < x->field_count; i++) {
        struct place p;
        emit_text(e, i ? ", " : "");
        if (!emit_place(e, t, &x->fields[i], &p) || !emit_scalar(e, &p))
            return false;
    }
    emit_text(e, x->field_count > 1 ? ") IN (" : " IN (");
    bool ok = emit_subselect(e, x->query, NULL);
    emit_text(e, ")");
    return ok;
}

/* Entities that are related by another field than the certname. */
static const struct {
    const char *table, *field, *other_table, *other_field;
} relations[] = { { "reports", "hash", "events", "report" },
                  { "events", "report", "reports", "hash" },
                  { "environments", "name", "nodes", "facts_environment" } };

static bool related(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    const struct query_table *other = query_table_find(x->query->entity);
    const char *mine = "certname", *theirs = "certname";
    struct place p;
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
        if (strcmp(relations[i].table, t->name) == 0 && sv_is(x->query->entity, relations[i].other_table)) {
            mine = relations[i].field;
            theirs = relations[i].other_field;
        }
    if (other && (!query_table_field(t, sv_of(mine)) || !query_table_field(other, sv_of(theirs))))
        return emit_failed(e, x->query->at, "%s and %s are not related by themselves: write 'FIELD in %s[FIELD] { ... }'", t->name,
                           other->name, other->name);
    const struct query_field field = { .name = sv_of(mine), .at = x->at };
    if (!emit_place(e, t, &field, &p))
        return false;
    strbuf_addf(&e->sql, "%.*s IN (", SV_ARG(p.sql));
    bool ok = emit_subselect(e, x->query, theirs);
    emit_text(e, ")");
    return ok;
}

/* --- all of them --- */

static bool node_state(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    if (x->op != Q_EQ || x->value.kind != DATA_STRING || !(t->flags & TABLE_OF_NODES))
        return emit_failed(e, x->at, "node_state = 'active', 'inactive' or 'any' is asked of what nodes have");
    bool active = sv_is(x->value.s, "active"), inactive = sv_is(x->value.s, "inactive");
    if (!active && !inactive && !sv_is(x->value.s, "any"))
        return emit_failed(e, x->at, "node_state is 'active', 'inactive' or 'any', found '%.*s'", SV_ARG(x->value.s));
    emit_text(e, active     ? "(n.deactivated IS NULL AND n.expired IS NULL)"
                 : inactive ? "(n.deactivated IS NOT NULL OR n.expired IS NOT NULL)"
                            : "1 = 1");
    return true;
}

static bool joined(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    emit_text(e, "(");
    for (uint32_t i = 0; i < x->item_count; i++) {
        emit_text(e, i == 0 ? "" : x->op == Q_AND ? " AND " : " OR ");
        if (!emit_condition(e, t, x->items[i]))
            return false;
    }
    emit_text(e, ")");
    return true;
}

static bool emit_of_field(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    struct place p;
    if (sv_is(x->fields[0].name, "node_state"))
        return node_state(e, t, x);
    if (!emit_place(e, t, &x->fields[0], &p))
        return false;
    bool structured = p.kind == FIELD_JSON || p.kind == FIELD_FACTS;
    if ((x->op == Q_NULL || x->op == Q_NOT_NULL) && !structured) {
        strbuf_addf(&e->sql, "%.*s IS NOT NULL", SV_ARG(p.sql));
        return true;
    }
    return x->op == Q_IN_LIST ? in_list(e, x, &p) : compare(e, x, &x->value, &p);
}

bool emit_condition(struct emit *e, const struct query_table *t, const struct query_expr *x)
{
    bool negated = x->op == Q_NOT || x->op == Q_NE || x->op == Q_NOT_MATCH || x->op == Q_NULL, ok;
    emit_text(e, negated ? "NOT coalesce(" : "");
    if (x->op == Q_AND || x->op == Q_OR)
        ok = joined(e, t, x);
    else if (x->op == Q_NOT)
        ok = emit_condition(e, t, x->items[0]);
    else if (x->op == Q_SUBQUERY)
        ok = related(e, t, x);
    else if (x->op == Q_IN_QUERY)
        ok = in_query(e, t, x);
    else
        ok = emit_of_field(e, t, x);
    emit_text(e, negated ? ", false)" : "");
    return ok && !e->failed;
}
