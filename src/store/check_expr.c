/* check_expr: splits an expression at its operators, counts its sides, compares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/check_expr.h"

#include "base/json.h"
#include "base/time.h"
#include "store/answer.h"
#include "store/pql.h"

struct evaluation {
    struct store *store;
    struct arena *arena;
    const struct check_scope *scope;
    struct err *err;
};

/* --- texts for queries --- */

struct sv check_text_one(struct arena *a, struct sv text)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_str(&j, text);
    return strbuf_sv(&out);
}

struct sv check_text_list(struct arena *a, const struct sv *texts, uint32_t count)
{
    struct strbuf out = STRBUF_IN(a);
    strbuf_adds(&out, count ? "[" : "[\"\"]"); /* PQL has no empty list, and nothing has an empty name */
    for (uint32_t i = 0; i < count; i++) {
        strbuf_adds(&out, i ? ", " : "");
        strbuf_add(&out, check_text_one(a, texts[i]));
    }
    strbuf_adds(&out, count ? "]" : "");
    return strbuf_sv(&out);
}

static bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

static bool unknown(struct evaluation *ev, const char *what, struct sv name, const struct sv *known, uint32_t count)
{
    struct sv near = near_names(ev->arena, name, known, count);
    return err_set(ev->err, "unknown %s '%.*s'%s%.*s%s", what, SV_ARG(name), near.n ? "; did you mean " : "", SV_ARG(near),
                   near.n ? "?" : "");
}

/* $ago(P14D), at the '(' */
static bool add_ago(struct evaluation *ev, struct sv text, size_t *io_at, struct strbuf *out)
{
    size_t end = sv_find_char(text, ')', *io_at);
    int64_t seconds;
    struct strbuf time = STRBUF_IN(ev->arena);
    if (*io_at >= text.n || text.p[*io_at] != '(' || end == SIZE_MAX || !duration_parse(sv_slice(text, *io_at + 1, end), &seconds))
        return err_set(ev->err, "expected a duration behind $ago, such as $ago(P14D) or $ago(PT2H)");
    utc_print(&time, ev->scope->now - seconds);
    strbuf_add(out, check_text_one(ev->arena, strbuf_sv(&time)));
    *io_at = end + 1;
    return true;
}

static bool add_text(struct evaluation *ev, struct sv name, struct strbuf *out)
{
    struct sv *known = ARENA_ARRAY(ev->arena, struct sv, ev->scope->text_count + 1);
    for (uint32_t i = 0; i < ev->scope->text_count; i++) {
        known[i] = arena_printf(ev->arena, "$%s", ev->scope->texts[i].name);
        if (sv_is(name, ev->scope->texts[i].name)) {
            strbuf_add(out, ev->scope->texts[i].pql);
            return true;
        }
    }
    known[ev->scope->text_count] = SV("$ago");
    return unknown(ev, "text", arena_printf(ev->arena, "$%.*s", SV_ARG(name)), known, ev->scope->text_count + 1);
}

/* Fills texts of the scope into a query; what is in quotes stays as it is. */
static bool fill(struct evaluation *ev, struct sv query, struct strbuf *out)
{
    char quote = 0;
    for (size_t i = 0; i < query.n;) {
        char c = query.p[i];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        if (quote && c == '\\' && i + 1 < query.n)
            strbuf_addc(out, query.p[i++]);
        if (quote || c != '$') {
            strbuf_addc(out, query.p[i++]);
            continue;
        }
        size_t from = ++i;
        while (i < query.n && is_name_char(query.p[i]))
            i++;
        struct sv name = sv_slice(query, from, i);
        if (!(sv_is(name, "ago") ? add_ago(ev, query, &i, out) : add_text(ev, name, out)))
            return false;
    }
    return true;
}

/* --- sides --- */

struct row_count {
    int64_t rows, count;
    bool is_count; /* the query has one column, count */
};

static bool take_row(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err)
{
    (void)err;
    struct row_count *n = ctx;
    n->rows++;
    n->is_count = st->column_count == 1 && sv_is(st->columns[0].name, "count");
    n->count = values[0].i;
    return true;
}

static bool count_query(struct evaluation *ev, struct sv text, int64_t *out, struct err *err)
{
    struct source *src = ARENA_NEW(ev->arena, struct source);
    struct diags diags = diags_in(ev->arena);
    struct strbuf filled = STRBUF_IN(ev->arena);
    struct row_count n = { 0 };
    if (!fill(ev, text, &filled))
        return false;
    *src = (struct source){ SV("expr"), strbuf_sv(&filled) };
    struct query *q = pql_parse(ev->arena, src, &diags);
    bool ok = q && query_run(ev->store, ev->arena, q, take_row, &n, &diags, err);
    *out = n.is_count && n.rows == 1 ? n.count : n.rows;
    return ok || !diags.first || err_set(err, "%.*s", SV_ARG(diags.first->message));
}

static bool side_value(struct evaluation *ev, struct sv text, int64_t *out)
{
    struct sv *known = ARENA_ARRAY(ev->arena, struct sv, ev->scope->number_count + 1);
    if (!text.n)
        return err_set(ev->err, "expected a number, a name or a query on both sides of the comparison");
    if (sv_to_int(text, out))
        return true;
    for (uint32_t i = 0; i < ev->scope->number_count; i++) {
        known[i] = sv_of(ev->scope->numbers[i].name);
        if (sv_eq(known[i], text)) {
            *out = ev->scope->numbers[i].n;
            return true;
        }
    }
    if (sv_find_char(text, '{', 0) == SIZE_MAX)
        return unknown(ev, "number", text, known, ev->scope->number_count);
    return count_query(ev, text, out, ev->err) && !ev->err->text[0];
}

/* --- comparisons --- */

static const struct comparison {
    const char *text;
    bool less, equal, more; /* of the left side, what holds */
} comparisons[] = { { "<=", true, true, false }, { ">=", false, true, true }, { "!=", true, false, true },
                    { "=", false, true, false }, { "<", true, false, false }, { ">", false, false, true } };

static const struct comparison *comparison_at(struct sv text, size_t at)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (sv_starts(sv_slice(text, at, text.n), sv_of(comparisons[i].text)))
            return &comparisons[i];
    return NULL;
}

static bool is_and(struct sv text, size_t at)
{
    return sv_starts(sv_slice(text, at, text.n), SV("and")) && at && text.p[at - 1] == ' ' && at + 3 < text.n && text.p[at + 3] == ' ';
}

/* The first operator, or "and", outside quotes and brackets; text.n where there is none. */
static size_t find_outside(struct sv text, bool want_and)
{
    char quote = 0;
    int depth = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quote) {
            i += c == '\\';
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '{' || c == '[' || c == '(') {
            depth++;
        } else if (c == '}' || c == ']' || c == ')') {
            depth--;
        } else if (!depth && (want_and ? is_and(text, i) : comparison_at(text, i) != NULL)) {
            return i;
        }
    }
    return text.n;
}

static bool compare(struct evaluation *ev, struct sv text, struct check_result *out)
{
    size_t at = find_outside(text, false);
    if (at == text.n)
        return err_set(ev->err, "expected a comparison: =, !=, <, <=, > or >=");
    const struct comparison *c = comparison_at(text, at);
    struct sv left = sv_trim(sv_slice(text, 0, at)), right = sv_trim(sv_slice(text, at + strlen(c->text), text.n));
    if (find_outside(right, false) != right.n)
        return err_set(ev->err, "expected one comparison, found more; join them with 'and'");
    if (!side_value(ev, left, &out->left) || !side_value(ev, right, &out->right))
        return false;
    out->comparison = sv_of(c->text);
    out->holds = out->left < out->right ? c->less : out->left > out->right ? c->more : c->equal;
    return true;
}

bool check_expr_run(struct store *s, struct arena *a, struct sv expr, const struct check_scope *scope, struct check_result *out,
                    struct err *err)
{
    struct evaluation ev = { s, a, scope, err };
    err->text[0] = '\0';
    for (struct sv rest = sv_trim(expr);;) {
        size_t at = find_outside(rest, true);
        if (!compare(&ev, sv_trim(sv_slice(rest, 0, at)), out))
            return false;
        if (!out->holds || at == rest.n)
            return true;
        rest = sv_trim(sv_slice(rest, at + 3, rest.n));
    }
}
