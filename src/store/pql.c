/* pql: recursive descent over the text itself: the language is small, and what a word means depends on where it stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pql.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_DEPTH = 100 };

struct pql {
    struct arena *arena;
    const struct source *src;
    struct diags *diags;
    uint32_t at;
    unsigned depth;
    bool failed;
};

/* ---- characters and words ---- */

static char peek(const struct pql *p) { return p->at < p->src->text.n ? p->src->text.p[p->at] : 0; }

static void skip_space(struct pql *p)
{
    while (p->at < p->src->text.n && strchr(" \t\r\n", p->src->text.p[p->at]))
        p->at++;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

static struct span here(const struct pql *p) { return (struct span){ p->src, p->at, p->at + (p->at < p->src->text.n) }; }

/* What stands here, for "expected X, found Y". */
static struct sv found(const struct pql *p)
{
    struct sv text = p->src->text;
    uint32_t to = p->at;
    if (p->at >= text.n)
        return SV("the end of the query");
    while (to < text.n && is_word_char(text.p[to]))
        to++;
    return arena_printf(p->arena, "'%.*s'", SV_ARG(sv_slice(text, p->at, to > p->at ? to : p->at + 1)));
}

static bool expected(struct pql *p, const char *what)
{
    if (!p->failed)
        diag_error(p->diags, here(p), "expected %s, found %.*s", what, SV_ARG(found(p)));
    p->failed = true;
    return false;
}

static bool accept_sign(struct pql *p, const char *sign)
{
    struct sv s = sv_of(sign);
    skip_space(p);
    if (!sv_eq(sv_slice(p->src->text, p->at, p->at + s.n), s))
        return false;
    p->at += (uint32_t)s.n;
    return true;
}

static bool expect_sign(struct pql *p, const char *sign, const char *what) { return accept_sign(p, sign) || expected(p, what); }

static struct sv read_word(struct pql *p)
{
    skip_space(p);
    uint32_t from = p->at;
    while (is_word_char(peek(p)))
        p->at++;
    return sv_slice(p->src->text, from, p->at);
}

/* "group by": words with space between. Takes all of them or none. */
static bool accept_words(struct pql *p, const char *words)
{
    uint32_t start = p->at;
    struct sv rest = sv_of(words), word;
    while (sv_cut(&rest, ' ', &word))
        if (!sv_eq(read_word(p), word)) {
            p->at = start;
            return false;
        }
    return true;
}

/* ---- literals ---- */

static bool add_unicode(struct pql *p, struct strbuf *b)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        char c = peek(p);
        int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return expected(p, "four hexadecimal digits behind \\u");
        code = code * 16 + (uint32_t)digit;
        p->at++;
    }
    strbuf_add_utf8(b, code);
    return true;
}

/* Behind the backslash. Single quotes keep all but their own quote and the backslash itself. */
static bool add_escape(struct pql *p, struct strbuf *b, char quote)
{
    static const char names[] = "nrbft", values[] = "\n\r\b\f\t";
    char c = peek(p);
    const char *known = c && quote == '"' ? strchr(names, c) : NULL;
    if (!c)
        return expected(p, "the end of the text in quotes");
    p->at++;
    if (quote == '"' && c == 'u')
        return add_unicode(p, b);
    if (known) {
        strbuf_addc(b, values[known - names]);
        return true;
    }
    if (quote == '\'' && c != '\'')
        strbuf_addc(b, '\\');
    strbuf_addc(b, c);
    return true;
}

static bool read_string(struct pql *p, struct sv *out_text)
{
    struct strbuf b = STRBUF_IN(p->arena);
    char quote = peek(p);
    p->at++;
    while (peek(p) != quote) {
        if (p->at >= p->src->text.n)
            return expected(p, quote == '"' ? "a closing \"" : "a closing '");
        char c = peek(p);
        p->at++;
        if (c != '\\')
            strbuf_addc(&b, c);
        else if (!add_escape(p, &b, quote))
            return false;
    }
    p->at++;
    *out_text = b.n ? strbuf_sv(&b) : SV("");
    return true;
}

static bool read_number(struct pql *p, struct data *out)
{
    uint32_t from = p->at;
    bool real = false;
    if (peek(p) == '-')
        p->at++;
    if (!is_digit(peek(p)))
        return expected(p, "a number");
    while (is_digit(peek(p)) || peek(p) == '.' || peek(p) == 'e' || peek(p) == 'E') {
        bool exponent = peek(p) == 'e' || peek(p) == 'E';
        real |= exponent || peek(p) == '.';
        p->at++;
        if (exponent && (peek(p) == '-' || peek(p) == '+'))
            p->at++;
    }
    struct sv text = sv_slice(p->src->text, from, p->at);
    char *end, *copy = arena_cstr(p->arena, text);
    *out = (struct data){ .kind = DATA_INT, .from = from, .to = p->at };
    if (!real && sv_to_int(text, &out->i))
        return true;
    out->kind = DATA_FLOAT;
    out->f = strtod(copy, &end);
    if (!real || *end) {
        p->at = from;
        return expected(p, real ? "a number" : "a number of at most 64 bits");
    }
    return true;
}

static bool read_literal(struct pql *p, struct data *out);

static bool read_list(struct pql *p, struct data *out)
{
    size_t cap = 0;
    *out = (struct data){ .kind = DATA_LIST, .from = p->at };
    if (!expect_sign(p, "[", "a list in brackets"))
        return false;
    do {
        struct data item;
        if (!read_literal(p, &item))
            return false;
        ARENA_PUSH(p->arena, out->items, out->count, cap, item);
    } while (accept_sign(p, ","));
    out->to = p->at;
    return expect_sign(p, "]", "',' or ']'");
}

static bool read_literal(struct pql *p, struct data *out)
{
    skip_space(p);
    char c = peek(p);
    *out = (struct data){ .from = p->at };
    if (c == '"' || c == '\'') {
        out->kind = DATA_STRING;
        return read_string(p, &out->s);
    }
    if (c == '-' || is_digit(c))
        return read_number(p, out);
    if (c == '[') {
        if (p->depth++ > MOST_DEPTH)
            return expected(p, "lists that are nested less deeply");
        bool ok = read_list(p, out);
        p->depth--;
        return ok;
    }
    out->kind = DATA_BOOL;
    out->b = accept_words(p, "true");
    return out->b || accept_words(p, "false") || expected(p, "a value: text in quotes, a number, true, false or a list");
}

/* ---- fields ---- */

/* Up to what ends a step: a dot, white space or an operator. */
static struct sv read_step_name(struct pql *p)
{
    uint32_t from = p->at;
    while (peek(p) && !strchr(" \t\r\n.\"[]!=<>~(){},", peek(p)))
        p->at++;
    return sv_slice(p->src->text, from, p->at);
}

static bool read_index(struct pql *p, struct query_field *f, size_t *cap)
{
    struct data n;
    p->at++; /* [ */
    if (!read_number(p, &n))
        return false;
    struct query_step step = { .kind = STEP_INDEX, .index = n.kind == DATA_INT ? n.i : -1 };
    ARENA_PUSH(p->arena, f->steps, f->step_count, *cap, step);
    return peek(p) == ']' ? (p->at++, true) : expected(p, "']'");
}

static bool read_step(struct pql *p, struct query_field *f, size_t *cap)
{
    struct query_step step = { .kind = STEP_KEY };
    if (peek(p) == '"') {
        if (!read_string(p, &step.text))
            return false;
    } else {
        step.text = read_step_name(p);
        if (sv_is(step.text, "match") && peek(p) == '(') {
            step.kind = STEP_MATCH;
            p->at++;
            if ((peek(p) != '"' && peek(p) != '\'') || !read_string(p, &step.text) || peek(p) != ')')
                return expected(p, "match(\"REGEXP\")");
            p->at++;
        } else if (!step.text.n) {
            return expected(p, "a name behind the dot");
        }
    }
    ARENA_PUSH(p->arena, f->steps, f->step_count, *cap, step);
    while (peek(p) == '[' && is_digit(p->at + 1 < p->src->text.n ? p->src->text.p[p->at + 1] : 0))
        if (!read_index(p, f, cap))
            return false;
    return true;
}

static bool read_field(struct pql *p, struct query_field *out)
{
    size_t cap = 0;
    skip_space(p);
    *out = (struct query_field){ .at = here(p) };
    out->name = read_word(p);
    if (!out->name.n)
        return expected(p, "the name of a field");
    if (peek(p) == '?')
        p->at++; /* latest_report_noop? */
    while (peek(p) == '.') {
        p->at++;
        if (!read_step(p, out, &cap))
            return false;
    }
    out->at.to = p->at;
    return true;
}

static bool read_arguments(struct pql *p, struct query_column *c)
{
    if (accept_sign(p, ")"))
        return c->function == FN_COUNT || (p->at--, expected(p, "a field to calculate with"));
    if (!read_field(p, &c->field))
        return false;
    if (c->function == FN_TO_STRING) {
        struct data format;
        if (!expect_sign(p, ",", "',' and a format") || !read_literal(p, &format))
            return false;
        c->format = data_text(&format);
    }
    return expect_sign(p, ")", "')'");
}

static bool read_column(struct pql *p, struct query_column *out)
{
    *out = (struct query_column){ 0 };
    if (!read_field(p, &out->field))
        return false;
    enum query_function function = out->field.step_count ? FN_NONE : query_function_named(out->field.name);
    if (function && accept_sign(p, "(")) {
        *out = (struct query_column){ .function = function, .field.at = out->field.at };
        return read_arguments(p, out);
    }
    return true;
}

static bool read_columns(struct pql *p, struct query_column **out_columns, uint32_t *out_count)
{
    size_t cap = 0;
    do {
        struct query_column c;
        if (!read_column(p, &c))
            return false;
        ARENA_PUSH(p->arena, *out_columns, *out_count, cap, c);
    } while (accept_sign(p, ","));
    return true;
}

/* ---- conditions ---- */

static struct query_expr *read_expression(struct pql *p);
static struct query *read_query(struct pql *p);

static struct query_expr *new_expr(struct pql *p, enum query_op op, struct span at)
{
    struct query_expr *e = ARENA_NEW(p->arena, struct query_expr);
    e->op = op;
    e->at = at;
    return e;
}

static struct query_expr *group(struct pql *p, enum query_op op, struct query_expr *a, struct query_expr *b)
{
    struct query_expr *e = new_expr(p, op, a->at);
    e->items = ARENA_ARRAY(p->arena, struct query_expr *, 2);
    e->items[0] = a;
    e->items[1] = b;
    e->item_count = b ? 2 : 1;
    return e;
}

/* Longer signs first. */
static const struct {
    const char *sign;
    enum query_op op;
} operators[] = { { "~>", Q_MATCH_PATH }, { "!~", Q_NOT_MATCH }, { ">=", Q_GE }, { "<=", Q_LE }, { "!=", Q_NE },
                  { "~", Q_MATCH },       { "=", Q_EQ },         { ">", Q_GT },  { "<", Q_LT } };

static bool read_value(struct pql *p, struct query_expr *e)
{
    skip_space(p);
    uint32_t at = p->at;
    if (!read_literal(p, &e->value))
        return false;
    bool wants_text = e->op == Q_MATCH || e->op == Q_NOT_MATCH, wants_list = e->op == Q_MATCH_PATH;
    bool ordered = e->op == Q_LT || e->op == Q_LE || e->op == Q_GT || e->op == Q_GE;
    bool good = wants_text   ? e->value.kind == DATA_STRING
                : wants_list ? e->value.kind == DATA_LIST
                             : !ordered || (e->value.kind != DATA_BOOL && e->value.kind != DATA_LIST);
    if (good)
        return true;
    p->at = at;
    return expected(p, wants_text ? "a regular expression in quotes" : wants_list ? "a list of regular expressions" : "a number or a time");
}

/* in [values], in entity[fields] { ... } */
static bool read_in(struct pql *p, struct query_expr *e)
{
    skip_space(p);
    if (peek(p) == '[') {
        e->op = Q_IN_LIST;
        return read_literal(p, &e->value);
    }
    e->op = Q_IN_QUERY;
    e->query = read_query(p);
    if (e->query && e->query->column_count != e->field_count) {
        diag_error(p->diags, e->query->at, "the query behind 'in' gives %u fields, but %u stand before it", e->query->column_count,
                   e->field_count);
        diag_hint(p->diags, "name the fields: %.*s[certname] { ... }", SV_ARG(e->query->entity));
        p->failed = true;
    }
    return e->query && !p->failed;
}

static bool read_operator(struct pql *p, struct query_expr *e)
{
    if (accept_words(p, "in"))
        return read_in(p, e);
    if (accept_words(p, "is not null")) {
        e->op = Q_NOT_NULL;
        return true;
    }
    if (accept_words(p, "is null")) {
        e->op = Q_NULL;
        return true;
    }
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (accept_sign(p, operators[i].sign)) {
            e->op = operators[i].op;
            return read_value(p, e);
        }
    return expected(p, "an operator: =, !=, ~, !~, <, <=, >, >=, ~>, in, is null");
}

/* [a, b] in query */
static struct query_expr *read_grouped(struct pql *p)
{
    struct query_expr *e = new_expr(p, Q_IN_QUERY, here(p));
    size_t cap = 0;
    p->at++; /* [ */
    do {
        struct query_field f;
        if (!read_field(p, &f))
            return NULL;
        ARENA_PUSH(p->arena, e->fields, e->field_count, cap, f);
    } while (accept_sign(p, ","));
    if (!expect_sign(p, "]", "',' or ']'") || !(accept_words(p, "in") || expected(p, "'in'")))
        return NULL;
    return read_in(p, e) ? e : NULL;
}

static struct query_expr *read_condition(struct pql *p)
{
    uint32_t start = p->at;
    struct query_expr *e = new_expr(p, Q_EQ, here(p));
    e->fields = ARENA_NEW(p->arena, struct query_field);
    e->field_count = 1;
    if (!read_field(p, e->fields))
        return NULL;
    if (!e->fields->step_count && accept_sign(p, "{")) { /* a word and a brace: a query of related entities */
        p->at = start;
        e->op = Q_SUBQUERY;
        e->query = read_query(p);
        return e->query ? e : NULL;
    }
    return read_operator(p, e) ? e : NULL;
}

static struct query_expr *read_rest(struct pql *p)
{
    skip_space(p);
    if (peek(p) == '[')
        return read_grouped(p);
    if (!accept_sign(p, "("))
        return read_condition(p);
    struct query_expr *e = read_expression(p);
    return e && expect_sign(p, ")", "')'") ? e : NULL;
}

static struct query_expr *read_not(struct pql *p)
{
    struct query_expr *e = NULL;
    if (p->depth++ > MOST_DEPTH) {
        expected(p, "conditions that are nested less deeply");
    } else if (accept_sign(p, "!")) {
        struct query_expr *inner = read_not(p);
        e = inner ? group(p, Q_NOT, inner, NULL) : NULL;
    } else {
        e = read_rest(p);
    }
    p->depth--;
    return e;
}

static struct query_expr *read_and(struct pql *p)
{
    struct query_expr *e = read_not(p), *more;
    while (e && accept_words(p, "and"))
        e = (more = read_not(p)) ? group(p, Q_AND, e, more) : NULL;
    return e;
}

static struct query_expr *read_expression(struct pql *p)
{
    struct query_expr *e = read_and(p), *more;
    while (e && accept_words(p, "or"))
        e = (more = read_and(p)) ? group(p, Q_OR, e, more) : NULL;
    return e;
}

/* ---- the whole ---- */

static bool read_count(struct pql *p, int64_t *out)
{
    struct data n;
    skip_space(p);
    uint32_t at = p->at;
    if (!read_number(p, &n))
        return false;
    if (n.kind != DATA_INT || n.i < 0) {
        p->at = at;
        return expected(p, "a whole number, not below 0");
    }
    *out = n.i;
    return true;
}

static bool read_order(struct pql *p, struct query *q)
{
    size_t cap = 0;
    do {
        struct query_order o = { 0 };
        if (!read_field(p, &o.field))
            return false;
        o.descending = accept_words(p, "desc");
        if (!o.descending)
            accept_words(p, "asc");
        ARENA_PUSH(p->arena, q->orders, q->order_count, cap, o);
    } while (accept_sign(p, ","));
    return true;
}

/* group by, order by, limit and offset; PuppetDB has them behind the filter, in any order. */
static bool read_modifiers(struct pql *p, struct query *q, bool *out_any)
{
    *out_any = true;
    if (accept_words(p, "group by"))
        return read_columns(p, &q->groups, &q->group_count);
    if (accept_words(p, "order by"))
        return read_order(p, q);
    if (accept_words(p, "limit"))
        return read_count(p, &q->limit);
    if (accept_words(p, "offset"))
        return read_count(p, &q->offset);
    *out_any = false;
    return true;
}

static bool read_body(struct pql *p, struct query *q)
{
    bool any = false;
    if (!expect_sign(p, "{", "'{'") || !read_modifiers(p, q, &any))
        return false;
    skip_space(p);
    if (!any && peek(p) != '}' && !(q->where = read_expression(p)))
        return false;
    do
        if (!read_modifiers(p, q, &any))
            return false;
    while (any);
    return expect_sign(p, "}", q->where ? "'and', 'or', a modifier or '}'" : "a condition or '}'");
}

static struct query *read_query(struct pql *p)
{
    struct query *q = ARENA_NEW(p->arena, struct query);
    q->limit = -1;
    skip_space(p);
    q->at = here(p);
    q->entity = read_word(p);
    q->at.to = p->at;
    if (!q->entity.n) {
        expected(p, "the name of what is asked for, as in: nodes { certname ~ 'web' }");
        return NULL;
    }
    if (accept_sign(p, "[") && !accept_sign(p, "]") &&
        (!read_columns(p, &q->columns, &q->column_count) || !expect_sign(p, "]", "',' or ']'")))
        return NULL;
    if (p->depth++ > MOST_DEPTH) {
        expected(p, "queries that are nested less deeply");
        return NULL;
    }
    bool ok = read_body(p, q);
    p->depth--;
    return ok ? q : NULL;
}

struct query *pql_parse(struct arena *a, const struct source *src, struct diags *diags)
{
    struct pql p = { .arena = a, .src = src, .diags = diags };
    struct query *q = read_query(&p);
    skip_space(&p);
    if (q && p.at < src->text.n) {
        expected(&p, "the end of the query");
        q = NULL;
    }
    return q;
}
