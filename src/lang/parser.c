/* parser: recursive descent over the token array; this file has statements, errors and recovery. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser_impl.h"

#include <stdarg.h>

#include "base/limits.h"
#include "lang/check.h"

struct node *node_new(struct parser *p, enum ast_kind kind, uint32_t from, uint32_t to)
{
    struct node *n = arena_alloc(p->arena, sizeof *n);
    memset(n, 0, sizeof *n);
    n->kind = (uint8_t)kind;
    n->from = from;
    n->to = to;
    return n;
}

/* The interned lower-case text without leading "::". */
const struct sym *name_sym(struct parser *p, struct sv text)
{
    if (text.n > 2 && text.p[0] == ':')
        text = sv_slice(text, 2, text.n);
    bool upper = false;
    for (size_t i = 0; i < text.n; i++)
        upper |= text.p[i] >= 'A' && text.p[i] <= 'Z';
    if (!upper)
        return intern(p->symtab, text);
    char small[128], *out = text.n <= sizeof small ? small : arena_alloc(p->scratch, text.n);
    for (size_t i = 0; i < text.n; i++)
        out[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] | 32) : text.p[i];
    return intern(p->symtab, sv_make(out, text.n));
}

void stack_push(struct parser *p, const struct node *n) { ARENA_PUSH(p->scratch, p->stack, p->stack_count, p->stack_cap, n); }

struct node_list stack_take(struct parser *p, size_t mark)
{
    struct node_list list = { NULL, (uint32_t)(p->stack_count - mark) };
    if (list.count) {
        list.items = arena_alloc(p->arena, list.count * sizeof *list.items);
        memcpy(list.items, p->stack + mark, list.count * sizeof *list.items);
    }
    p->stack_count = mark;
    return list;
}

/* ---- errors ---- */

static unsigned line_of(const struct parser *p, const struct token *t)
{
    unsigned line, column;
    span_position((struct span){ p->src, t->from, t->to }, &line, &column);
    return line;
}

static bool may_report(struct parser *p, const struct token *t)
{
    if (p->too_deep || (p->error_at && t <= p->error_at)) /* what follows from an error already told */
        return false;
    p->error_at = t;
    return true;
}

void *error_here(struct parser *p, const struct token *t, const char *fmt, ...)
{
    if (!may_report(p, t))
        return NULL;
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(p->diags->arena, fmt, ap);
    va_end(ap);
    diag_error(p->diags, (struct span){ p->src, t->from, t->to }, "%.*s", SV_ARG(text));
    return NULL;
}

/* What usually makes this token stand where it cannot. */
static const char *usual_cause(const struct parser *p)
{
    const struct token *t = p->tok, *next = t < p->last ? t + 1 : t, *before = t > p->first ? t - 1 : t;
    if (t->kind == TOK_OTHER)
        return "this character has no meaning here";
    if (t->kind == TOK_NAME && (sv_is(token_text(t), "elseif") || sv_is(token_text(t), "elif")))
        return "the word is 'elsif'";
    if (t->kind == TOK_IF && before->kind == TOK_ELSE)
        return "'else if' is written 'elsif'";
    if (t->kind == TOK_ELSIF)
        return "an 'unless' has no 'elsif', and an 'elsif' follows the '}' of an 'if'";
    if ((next->kind == TOK_FARROW || next->kind == TOK_PARROW) &&
        (t->kind == TOK_NAME || t->kind == TOK_STRING || t->kind >= TOK_FIRST_KEYWORD))
        return "is a ',' missing before it?";
    if (t->kind == TOK_SET && next->kind != TOK_EOF)
        return "'=' assigns to variables; attributes and hash entries take '=>'";
    if (before->kind == TOK_SEMIC && (t->kind == TOK_EOF || t->kind == TOK_RBRACE))
        return "a ';' stands between statements, not after the last";
    if (t->kind == TOK_COLON && before->kind == TOK_NAME)
        return "is the name before it a title? titles are quoted, or follow '{'";
    if (t->kind == TOK_RBRACE && before->kind == TOK_FARROW)
        return "a value is missing after '=>'";
    return NULL;
}

void *unexpected(struct parser *p, const char *expected, ...)
{
    const struct token *t = p->tok;
    if (!may_report(p, t))
        return NULL;
    struct span span = { p->src, t->from, t->to };
    if (t->kind == TOK_ERROR) {
        diag_error(p->diags, span, "%.*s", SV_ARG(token_text(t)));
        return NULL;
    }
    if (t->kind == TOK_EOF)
        diag_error(p->diags, span, "Syntax error at end of input");
    else if (t->kind == TOK_REGEX)
        diag_error(p->diags, span, "Syntax error at '(?-mix:%.*s)'", SV_ARG(token_text(t)));
    else
        diag_error(p->diags, span, "Syntax error at '%.*s'", SV_ARG(token_text(t)));
    va_list ap;
    va_start(ap, expected);
    struct sv text = arena_vprintf(p->diags->arena, expected, ap);
    va_end(ap);
    const char *cause = usual_cause(p);
    diag_hint(p->diags, "expected %.*s%s%s", SV_ARG(text), cause ? "; " : "", cause ? cause : "");
    return NULL;
}

bool expect(struct parser *p, enum token_kind kind, const char *expected)
{
    if (take_if(p, kind))
        return true;
    unexpected(p, "%s", expected);
    return false;
}

bool expect_close(struct parser *p, enum token_kind kind, const char *what, const struct token *open)
{
    if (take_if(p, kind))
        return true;
    unexpected(p, "'%s' to close %s opened at line %u", token_name(kind), what, line_of(p, open));
    return false;
}

bool enter(struct parser *p)
{
    if (p->depth++ < LIMIT_PARSE_DEPTH)
        return true;
    if (!p->too_deep) {
        const struct token *t = p->tok;
        p->error_at = NULL;
        diag_error(p->diags, (struct span){ p->src, t->from, t->to }, "nested deeper than the limit of %d", LIMIT_PARSE_DEPTH);
        diag_hint(p->diags, "split the expression, with variables for its parts");
        p->too_deep = true;
    }
    return false;
}

/* ---- statements ---- */

/* Functions whose call needs no parentheses. */
static bool is_statement_function(const struct node *n)
{
    static const struct sv names[] = { SV_INIT("require"), SV_INIT("realize"), SV_INIT("include"), SV_INIT("contain"), SV_INIT("tag"),
                                       SV_INIT("debug"),   SV_INIT("info"),    SV_INIT("notice"),  SV_INIT("warning"), SV_INIT("err"),
                                       SV_INIT("fail"),    SV_INIT("import"),  SV_INIT("break"),   SV_INIT("next"),    SV_INIT("return") };
    if (n->kind != AST_NAME || n->s.n < 3 || n->s.n > 7)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sv_eq(n->s, names[i]))
            return true;
    return false;
}

/* The name on top of the stack becomes a call with the arguments since mark. */
static void make_statement_call(struct parser *p, size_t mark)
{
    struct node_list args = stack_take(p, mark);
    const struct node *fn = p->stack[p->stack_count - 1];
    struct node *call = call_node(p, fn, args, fn->from, args.items[args.count - 1]->to);
    call->flags |= NODE_STATEMENT;
    p->stack[p->stack_count - 1] = call;
}

/* statement -> assignment { ',' assignment }: a list belongs to the function name that is the statement before. */
static bool parse_statement(struct parser *p, size_t block)
{
    size_t mark = p->stack_count;
    const struct node *e = parse_assignment(p);
    if (!e)
        return false;
    const struct node *fn = mark > block ? p->stack[mark - 1] : NULL;
    bool call = fn && is_statement_function(fn);
    const struct token *comma = p->tok;
    stack_push(p, e);
    while (at(p, TOK_COMMA)) {
        take(p);
        if (!(e = parse_assignment(p)))
            return false;
        stack_push(p, e);
    }
    if (call)
        make_statement_call(p, mark);
    else if (comma->kind == TOK_COMMA)
        return fn && fn->kind == AST_NAME
                   ? error_here(p, comma, "attempt to pass argument list to the function '%.*s' which cannot be called without parentheses",
                                SV_ARG(fn->s))
                   : error_here(p, comma, "illegal comma separated argument list");
    else if (e->kind == AST_BLOCK) { /* a name and a hash, see parse_resource.c */
        p->stack_count = mark;
        stack_push(p, e);
        if (is_statement_function(e->list.items[0])) {
            p->stack[mark] = e->list.items[0];
            stack_push(p, e->list.items[1]);
            make_statement_call(p, mark + 1);
        }
    } else if (e->kind == AST_CALL || e->kind == AST_METHOD) {
        ((struct node *)e)->flags |= NODE_STATEMENT;
    }
    return true;
}

static bool begins_definition(enum token_kind kind)
{
    return kind == TOK_CLASS || kind == TOK_DEFINE || kind == TOK_NODE || kind == TOK_FUNCTION;
}

static bool at_column_one(const struct parser *p, const struct token *t) { return t->from == 0 || p->src->text.p[t->from - 1] == '\n'; }

/* After an error in the statement that began at start: on to where the next may begin. False at the end of the block or text. */
static bool recover(struct parser *p, const struct token *start, enum token_kind end)
{
    int depth = 0;
    for (const struct token *t = start; t < p->tok; t++)
        depth += (t->kind == TOK_LBRACE) - (t->kind == TOK_RBRACE);
    const struct token *error = p->tok;
    for (;; p->tok++) {
        const struct token *t = p->tok;
        if (t->kind == TOK_EOF)
            return false;
        if (t != start && t->flags & TOKEN_FIRST && begins_definition(t->kind) && at_column_one(p, t))
            return end == TOK_EOF || depth <= 0;
        if (depth <= 0 && t->kind == TOK_RBRACE && end == TOK_RBRACE)
            return true;
        if (depth <= 0 && t > error && t->flags & TOKEN_FIRST && is_operand_start(t->kind) && t->kind != TOK_STRING)
            return true;
        depth += (t->kind == TOK_LBRACE) - (t->kind == TOK_RBRACE);
    }
}

/* statements -> { statement [ ';' ] }, up to end */
static bool parse_statement_list(struct parser *p, enum token_kind end, const struct token *open, const char *what)
{
    size_t block = p->stack_count;
    bool good = true;
    while (!at(p, end)) {
        const struct token *start = p->tok;
        size_t mark = p->stack_count;
        unsigned depth = p->depth;
        struct body *body = p->layouts.body;
        const struct name_scope *names = p->names;
        bool ok = true;
        if (!is_operand_start(start->kind) && start->kind != TOK_ERROR) {
            ok = end == TOK_EOF
                     ? unexpected(p, start->kind == TOK_RBRACE ? "a statement: this '}' closes nothing" : "a statement")
                     : unexpected(p, "a statement, or '%s' to close %s opened at line %u", token_name(end), what, line_of(p, open));
        } else {
            ok = parse_statement(p, block);
            if (ok && at(p, TOK_SEMIC)) {
                take(p);
                if (!is_operand_start(p->tok->kind))
                    ok = unexpected(p, "a statement after ';'");
            }
        }
        if (ok)
            continue;
        good = false;
        p->stack_count = mark;
        p->depth = depth;
        p->layouts.body = body;
        p->names = names;
        if (p->too_deep || !recover(p, start, end))
            return false;
        if (p->tok == start) /* no way on from here */
            p->tok++;
    }
    return good;
}

const struct node *parse_statements(struct parser *p, enum token_kind end, const struct token *open, const char *what)
{
    size_t mark = p->stack_count;
    uint32_t from = p->tok->from;
    bool good = parse_statement_list(p, end, open, what);
    struct node *n = node_new(p, AST_BLOCK, from, p->tok > p->first ? p->tok[-1].to : from);
    n->list = stack_take(p, mark);
    if (n->to < n->from)
        n->to = n->from;
    /* After errors the block is given up only where its end was not found: so that what follows is still looked at. */
    return good || at(p, end) ? n : NULL;
}

const struct node *parse_braced_block(struct parser *p, const char *what)
{
    const struct token *open = p->tok;
    if (!at(p, TOK_LBRACE))
        return unexpected(p, "'{' to begin %s", what);
    take(p);
    if (!enter(p))
        return NULL;
    struct node *n = (struct node *)parse_statements(p, TOK_RBRACE, open, what);
    leave(p);
    if (!n)
        return NULL;
    const struct token *close = p->tok;
    if (!expect_close(p, TOK_RBRACE, what, open))
        return NULL;
    n->from = open->from;
    n->to = close->to;
    return n;
}

/* ---- the whole ---- */

static const struct node *parse_program(struct parser *p, unsigned flags)
{
    if (flags & PARSE_EPP)
        return parse_template(p);
    if (!(flags & PARSE_EXPRESSION))
        return parse_statements(p, TOK_EOF, p->first, "the program");
    const struct node *e = parse_expression(p);
    if (!e)
        return NULL;
    if (!at(p, TOK_EOF))
        return unexpected(p, "nothing more after the expression");
    struct node *n = node_new(p, AST_BLOCK, e->from, e->to);
    stack_push(p, e);
    n->list = stack_take(p, 0);
    return n;
}

const struct unit *parse(struct arena *a, struct symtab *t, const struct source *src, unsigned flags, struct diags *diags)
{
    return parse_with_regexps(a, t, src, flags, NULL, diags);
}

const struct unit *parse_with_regexps(struct arena *a, struct symtab *t, const struct source *src, unsigned flags, regexp_check *check,
                                      struct diags *diags)
{
    unsigned errors = diags->errors;
    struct arena *scratch = arena_new(0);
    unsigned lex_flags = (flags & PARSE_EPP ? LEX_EPP : 0) | (flags & PARSE_TASKS ? LEX_TASKS : 0);
    struct tokens tokens = lex(a, scratch, src, lex_flags, diags);
    struct parser p = { .arena = a, .scratch = scratch, .symtab = t, .src = src, .diags = diags, .tok = tokens.items };
    p.check_regexp = check;
    p.first = tokens.items;
    p.last = tokens.items + tokens.count - 1;
    p.layouts = (struct layouts){ .arena = a, .scratch = scratch };
    struct unit *u = ARENA_NEW(a, struct unit);
    u->src = src;
    layout_open(&p.layouts, NULL, false);
    u->program = parse_program(&p, flags);
    u->layout = layout_close(&p.layouts);
    if (p.definition_count) {
        u->definitions = arena_alloc(a, p.definition_count * sizeof *u->definitions);
        memcpy(u->definitions, p.definitions, p.definition_count * sizeof *u->definitions);
        u->definition_count = (uint32_t)p.definition_count;
    }
    arena_free(scratch);
    if (u->program && diags->errors == errors)
        check_unit(u, flags, diags);
    return u->program && diags->errors == errors ? u : NULL;
}
