/* check_expr: splits an expression at its operators, counts its sides, compares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/check_expr.h"

#include "base/json.h"
#include "base/time.h"
#include "store/answer.h"
#include "store/pql.h"

struct evaluation {
    struct store *store; /* NULL: nothing is asked, all is looked at */
    struct arena *arena;
    const struct check_scope *scope;
    struct sv expr;
    const char *fault; /* in expr; NULL: its start */
    bool no_data;
    struct err *err;
};

/* A place where a query's text became longer or shorter than what is written. */
struct filling {
    size_t from, to; /* of what was filled in */
    size_t written;  /* bytes that it stands for */
};

/* A query with its texts filled in. */
struct filled {
    struct sv written;
    struct strbuf text;
    struct filling *fillings;
    size_t count, cap;
};

/* False, so that one can write: return at(ev, p, err_set(...)). */
static bool at(struct evaluation *ev, const char *p, bool value)
{
    ev->fault = p;
    return value;
}

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
    struct strbuf all = STRBUF_IN(ev->arena);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&all, "%s%.*s", i ? ", " : "", SV_ARG(known[i]));
    if (near.n)
        return err_set(ev->err, "unknown %s '%.*s'; did you mean %.*s?", what, SV_ARG(name), SV_ARG(near));
    return err_set(ev->err, "unknown %s '%.*s'; there %s %s", what, SV_ARG(name), count == 1 ? "is" : "are",
                   count ? strbuf_cstr(&all) : "none here");
}

/* P4W, PT2H; 4w, 14d, 2h. */
static bool read_duration(struct sv text, int64_t *out_seconds)
{
    static const char units[] = "hdw";
    static const int64_t lengths[] = { 3600, 86400, 7 * 86400 };
    const char *unit = text.n ? strchr(units, text.p[text.n - 1]) : NULL;
    int64_t n;
    if (!unit || !*unit)
        return duration_parse(text, out_seconds);
    if (!sv_to_int(sv_slice(text, 0, text.n - 1), &n) || n < 0 || n > 100000)
        return false;
    *out_seconds = n * lengths[unit - units];
    return true;
}

/* $ago(P14D), at the '(' */
static bool add_ago(struct evaluation *ev, struct sv text, size_t *io_at, struct strbuf *out)
{
    size_t end = sv_find_char(text, ')', *io_at);
    int64_t seconds;
    struct strbuf time = STRBUF_IN(ev->arena);
    if (*io_at >= text.n || text.p[*io_at] != '(' || end == SIZE_MAX || !read_duration(sv_slice(text, *io_at + 1, end), &seconds))
        return at(ev, text.p + *io_at, err_set(ev->err, "expected a duration behind $ago, such as $ago(P14D) or $ago(PT2H)"));
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
    return at(ev, name.p - 1, unknown(ev, "text", arena_printf(ev->arena, "$%.*s", SV_ARG(name)), known, ev->scope->text_count + 1));
}

/* Fills texts of the scope into a query; what is in quotes stays as it is. */
static bool fill(struct evaluation *ev, struct filled *out)
{
    char quote = 0;
    struct sv query = out->written;
    for (size_t i = 0; i < query.n;) {
        char c = query.p[i];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        if (quote && c == '\\' && i + 1 < query.n)
            strbuf_addc(&out->text, query.p[i++]);
        if (quote || c != '$') {
            strbuf_addc(&out->text, query.p[i++]);
            continue;
        }
        struct filling f = { .from = out->text.n };
        size_t from = ++i;
        while (i < query.n && is_name_char(query.p[i]))
            i++;
        struct sv name = sv_slice(query, from, i);
        if (!(sv_is(name, "ago") ? add_ago(ev, query, &i, &out->text) : add_text(ev, name, &out->text)))
            return false;
        f.to = out->text.n;
        f.written = i - from + 1;
        ARENA_PUSH(ev->arena, out->fillings, out->count, out->cap, f);
    }
    return true;
}

/* Where what stands at an offset of the filled text is written. */
static const char *written_at(const struct filled *f, size_t offset)
{
    size_t shift = 0, shrunk = 0;
    for (size_t i = 0; i < f->count && f->fillings[i].from < offset; i++) {
        const struct filling *g = &f->fillings[i];
        if (offset < g->to)
            return f->written.p + g->from + shift - shrunk;
        shift += g->written;
        shrunk += g->to - g->from;
    }
    size_t n = offset + shift - shrunk;
    return f->written.p + (n < f->written.n ? n : f->written.n);
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

/* Would the store answer it? */
static bool test_query(struct evaluation *ev, const struct query *q, struct diags *diags)
{
    struct query_setting setting = { .dialect = SQL_OF_SQLITE };
    struct query_statement st;
    return query_to_sql(ev->arena, q, &setting, &st, diags);
}

static bool count_query(struct evaluation *ev, struct sv text, int64_t *out, struct err *err)
{
    struct source *src = ARENA_NEW(ev->arena, struct source);
    struct diags diags = diags_in(ev->arena);
    struct filled f = { .written = text, .text = STRBUF_IN(ev->arena) };
    struct row_count n = { 0 };
    if (!fill(ev, &f))
        return false;
    *src = (struct source){ SV("expr"), strbuf_sv(&f.text) };
    struct query *q = pql_parse(ev->arena, src, &diags);
    bool ok = q && (ev->store ? query_run(ev->store, ev->arena, q, take_row, &n, &diags, err) : test_query(ev, q, &diags));
    *out = n.is_count && n.rows == 1 ? n.count : n.rows;
    if (ok || !diags.first)
        return ok;
    return at(ev, written_at(&f, diags.first->span.src == src ? diags.first->span.from : 0),
              err_set(err, "%.*s", SV_ARG(diags.first->message)));
}

/* The number of a name in a list; false after a message. */
static bool find_name(struct evaluation *ev, const char *what, struct sv name, const char *const *list, uint32_t count, uint32_t *out)
{
    struct sv *known = ARENA_ARRAY(ev->arena, struct sv, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        known[i] = sv_of(list[i]);
        if (sv_eq(known[i], name)) {
            *out = i;
            return true;
        }
    }
    return at(ev, name.p, unknown(ev, what, name, known, count));
}

/* missed(sync, 4w) */
static bool call_function(struct evaluation *ev, struct sv text, int64_t *out)
{
    const struct check_scope *scope = ev->scope;
    size_t open = sv_find_char(text, '(', 0), comma = sv_find_char(text, ',', open);
    uint32_t function, ritual;
    int64_t seconds;
    bool known = true;
    if (!find_name(ev, "function", sv_trim(sv_slice(text, 0, open)), scope->functions, scope->function_count, &function))
        return false;
    if (text.p[text.n - 1] != ')' || comma == SIZE_MAX)
        return at(ev, text.p + open, err_set(ev->err, "expected a ritual and a duration in brackets, such as (sync, 4w)"));
    struct sv duration = sv_trim(sv_slice(text, comma + 1, text.n - 1));
    if (!find_name(ev, "ritual", sv_trim(sv_slice(text, open + 1, comma)), scope->rituals, scope->ritual_count, &ritual))
        return false;
    if (!read_duration(duration, &seconds))
        return at(ev, duration.p, err_set(ev->err, "'%.*s' is no duration such as 4w, 14d, P4W or PT12H", SV_ARG(duration)));
    *out = ev->store ? scope->call(scope->ctx, function, ritual, seconds, &known) : 0;
    ev->no_data |= !known;
    return true;
}

static bool side_value(struct evaluation *ev, struct sv text, int64_t *out)
{
    struct sv *known = ARENA_ARRAY(ev->arena, struct sv, ev->scope->number_count + 1);
    if (!text.n)
        return at(ev, text.p, err_set(ev->err, "expected a number, a name or a query on both sides of the comparison"));
    if (sv_to_int(text, out))
        return true;
    for (uint32_t i = 0; i < ev->scope->number_count; i++) {
        known[i] = sv_of(ev->scope->numbers[i].name);
        if (sv_eq(known[i], text)) {
            *out = ev->scope->numbers[i].n;
            return true;
        }
    }
    if (sv_find_char(text, '{', 0) != SIZE_MAX)
        return count_query(ev, text, out, ev->err) && !ev->err->text[0];
    if (sv_find_char(text, '(', 0) != SIZE_MAX)
        return call_function(ev, text, out);
    return at(ev, text.p, unknown(ev, "number", text, known, ev->scope->number_count));
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
    size_t op = find_outside(text, false);
    if (op == text.n)
        return at(ev, text.p, err_set(ev->err, "expected a comparison: =, !=, <, <=, > or >="));
    const struct comparison *c = comparison_at(text, op);
    struct sv left = sv_trim(sv_slice(text, 0, op)), right = sv_trim(sv_slice(text, op + strlen(c->text), text.n));
    size_t second = find_outside(right, false);
    if (second != right.n)
        return at(ev, right.p + second, err_set(ev->err, "expected one comparison, found more; join them with 'and'"));
    if (!side_value(ev, left, &out->left) || !side_value(ev, right, &out->right))
        return false;
    out->comparison = sv_of(c->text);
    out->holds = out->left < out->right ? c->less : out->left > out->right ? c->more : c->equal;
    return true;
}

static bool run(struct evaluation *ev, struct check_result *out)
{
    for (struct sv rest = sv_trim(ev->expr);;) {
        size_t and = find_outside(rest, true);
        if (!compare(ev, sv_trim(sv_slice(rest, 0, and)), out))
            return false;
        out->no_data = ev->no_data;
        if ((ev->store && (!out->holds || ev->no_data)) || and == rest.n)
            return true;
        rest = sv_trim(sv_slice(rest, and+3, rest.n));
    }
}

bool check_expr_run(struct store *s, struct arena *a, struct sv expr, const struct check_scope *scope, struct check_result *out,
                    struct err *err)
{
    struct evaluation ev = { .store = s, .arena = a, .scope = scope, .expr = expr, .err = err };
    err->text[0] = '\0';
    if (run(&ev, out))
        return true;
    bool inside = ev.fault >= expr.p && ev.fault <= expr.p + expr.n;
    out->fault = inside ? (uint32_t)(ev.fault - expr.p) : 0;
    return false;
}

bool check_expr_test(struct arena *a, struct sv expr, const struct check_scope *scope, struct check_result *out, struct err *err)
{
    return check_expr_run(NULL, a, expr, scope, out, err);
}
