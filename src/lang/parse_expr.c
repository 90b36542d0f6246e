/* parse_expr: operators by precedence, and what follows an operand: calls, access, methods, collectors. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser_impl.h"

enum { PREC_SELECTOR = 3, PREC_LOWEST = 1 };

struct operator { uint8_t precedence, op; };

/* The higher binds tighter; all are left-associative. */
static const struct operator operators[TOK_COUNT] = {
    [TOK_OR] = { 1, OP_OR },      [TOK_AND] = { 2, OP_AND },     [TOK_QMARK] = { PREC_SELECTOR, OP_NONE },
    [TOK_GE] = { 4, OP_GE },      [TOK_GT] = { 4, OP_GT },       [TOK_LE] = { 4, OP_LE },
    [TOK_LT] = { 4, OP_LT },      [TOK_EQ] = { 5, OP_EQ },       [TOK_NE] = { 5, OP_NE },
    [TOK_SHL] = { 6, OP_SHL },    [TOK_SHR] = { 6, OP_SHR },     [TOK_PLUS] = { 7, OP_ADD },
    [TOK_MINUS] = { 7, OP_SUB },  [TOK_TIMES] = { 8, OP_MUL },   [TOK_DIV] = { 8, OP_DIV },
    [TOK_MODULO] = { 8, OP_MOD }, [TOK_MATCH] = { 9, OP_MATCH }, [TOK_NOMATCH] = { 9, OP_NOMATCH },
    [TOK_IN] = { 10, OP_IN },
};

bool is_operand_start(enum token_kind kind)
{
    switch (kind) {
    case TOK_NAME:
    case TOK_WORD:
    case TOK_TYPE_NAME:
    case TOK_NUMBER:
    case TOK_VARIABLE:
    case TOK_STRING:
    case TOK_DQPRE:
    case TOK_HEREDOC:
    case TOK_REGEX:
    case TOK_RENDER_TEXT:
    case TOK_RENDER_EXPR:
    case TOK_LBRACK:
    case TOK_LISTSTART:
    case TOK_LBRACE:
    case TOK_LPAREN:
    case TOK_WSLPAREN:
    case TOK_NOT:
    case TOK_MINUS:
    case TOK_TIMES:
    case TOK_AT:
    case TOK_ATAT:
    case TOK_CASE:
    case TOK_CLASS:
    case TOK_DEFINE:
    case TOK_NODE:
    case TOK_FUNCTION:
    case TOK_TYPE:
    case TOK_IF:
    case TOK_UNLESS:
    case TOK_TRUE:
    case TOK_FALSE:
    case TOK_UNDEF:
    case TOK_DEFAULT:
    case TOK_PRIVATE:
    case TOK_ATTR:
    case TOK_PLAN:
    case TOK_APPLY:
        return true;
    default:
        return false;
    }
}

/* ---- arguments and entries ---- */

/* 'type' and 'function' are strings where an entry is. */
static bool at_entry_keyword(const struct parser *p, bool alone)
{
    if (!at(p, TOK_TYPE) && !at(p, TOK_FUNCTION))
        return false;
    switch (p->tok[1].kind) {
    case TOK_FARROW:
        return true;
    case TOK_COMMA:
    case TOK_RBRACK:
    case TOK_RBRACE:
        return alone;
    default:
        return false;
    }
}

/* entry -> assignment | 'type' | 'function' */
static const struct node *parse_entry(struct parser *p, bool alone, bool full)
{
    if (at_entry_keyword(p, alone))
        return string_node(p, take(p));
    return full ? parse_assignment(p) : parse_expression(p);
}

/* Pairs without braces among arguments are one hash, as long as they follow one another. */
static bool parse_bare_pairs(struct parser *p, const struct node *key, enum token_kind close)
{
    size_t mark = p->stack_count;
    const struct token *arrow = p->tok;
    while (key && at(p, TOK_FARROW)) {
        take(p);
        const struct node *value = parse_entry(p, true, true);
        if (!value)
            return false;
        stack_push(p, key);
        stack_push(p, value);
        key = NULL;
        if (!at(p, TOK_COMMA) || p->tok[1].kind == close)
            break;
        const struct token *comma = take(p);
        if (!(key = parse_entry(p, true, true)))
            return false;
        if (!at(p, TOK_FARROW)) { /* an argument of its own */
            struct node *hash = node_new(p, AST_HASH, arrow->from, comma->from);
            hash->list = stack_take(p, mark);
            stack_push(p, hash);
            stack_push(p, key);
            return true;
        }
    }
    struct node *hash = node_new(p, AST_HASH, arrow->from, p->tok[-1].to);
    hash->list = stack_take(p, mark);
    stack_push(p, hash);
    return true;
}

/* arguments -> argument { ',' argument } [ ',' ], argument -> entry [ '=>' entry ] */
bool parse_arguments(struct parser *p, enum token_kind close, bool keywords_alone, bool full)
{
    for (;;) {
        const struct node *e = parse_entry(p, keywords_alone, full);
        if (!e)
            return false;
        if (at(p, TOK_FARROW)) {
            if (!parse_bare_pairs(p, e, close))
                return false;
        } else {
            stack_push(p, e);
        }
        if (!at(p, TOK_COMMA) || p->tok[1].kind == close)
            return true;
        take(p);
    }
}

/* array -> '[' [ arguments [ ',' ] ] ']' */
struct node *parse_array(struct parser *p)
{
    const struct token *open = take(p);
    size_t mark = p->stack_count;
    if (!at(p, TOK_RBRACK) && !parse_arguments(p, TOK_RBRACK, true, true))
        return NULL;
    take_if(p, TOK_COMMA);
    const struct token *close = p->tok;
    if (!expect_close(p, TOK_RBRACK, "the array", open))
        return NULL;
    struct node *n = node_new(p, AST_ARRAY, open->from, close->to);
    n->list = stack_take(p, mark);
    return n;
}

/* hash -> '{' [ pair { ',' pair } [ ',' ] ] '}', pair -> entry '=>' entry */
struct node *parse_hash(struct parser *p)
{
    const struct token *open = take(p);
    size_t mark = p->stack_count;
    while (!at(p, TOK_RBRACE)) {
        const struct node *key = parse_entry(p, true, true);
        if (!key || !expect(p, TOK_FARROW, "'=>' after the key of a hash"))
            return NULL;
        const struct node *value = parse_entry(p, true, true);
        if (!value)
            return NULL;
        stack_push(p, key);
        stack_push(p, value);
        if (!take_if(p, TOK_COMMA))
            break;
    }
    const struct token *close = p->tok;
    if (!expect_close(p, TOK_RBRACE, "the hash", open))
        return NULL;
    struct node *n = node_new(p, AST_HASH, open->from, close->to);
    n->list = stack_take(p, mark);
    return n;
}

/* ---- postfix ---- */

struct node *call_node(struct parser *p, const struct node *fn, struct node_list args, uint32_t from, uint32_t to)
{
    struct node *n = node_new(p, AST_CALL, from, to);
    n->call.fn = fn;
    n->call.args = args;
    if (fn->kind == AST_NAME) {
        n->sym = fn->sym;
        if (sv_is(fn->sym->text, "next") || sv_is(fn->sym->text, "break") || sv_is(fn->sym->text, "return"))
            layout_jumps(&p->layouts);
    }
    return n;
}

/* lambda -> '|' parameters '|' [ '>>' type ] block */
const struct node *parse_lambda(struct parser *p)
{
    const struct token *open = take(p);
    struct node *n = node_new(p, AST_LAMBDA, open->from, open->to);
    struct definition *def = n->def = ARENA_NEW(p->arena, struct definition);
    layout_open(&p->layouts, def, true);
    if (!at(p, TOK_PIPE) && !parse_parameters(p, TOK_PIPE, open, def))
        return NULL;
    if (!expect_close(p, TOK_PIPE, "the parameters", open))
        return NULL;
    if (at(p, TOK_SHR) && !(def->returns = parse_return_type(p)))
        return NULL;
    if (!(def->body = parse_braced_block(p, "the lambda")))
        return NULL;
    def->layout = layout_close(&p->layouts);
    n->to = def->body->to;
    return n;
}

/* call -> expression '(' [ arguments [ ',' ] ] ')' [ lambda ] */
static const struct node *parse_call(struct parser *p, const struct node *fn)
{
    const struct token *open = take(p);
    size_t mark = p->stack_count;
    if (!at(p, TOK_RPAREN)) {
        if (!parse_arguments(p, TOK_RPAREN, false, true))
            return NULL;
        take_if(p, TOK_COMMA);
    }
    const struct token *close = p->tok;
    if (!expect_close(p, TOK_RPAREN, "the arguments", open))
        return NULL;
    struct node *n = call_node(p, fn, stack_take(p, mark), fn->from, close->to);
    if (at(p, TOK_PIPE)) {
        if (!(n->call.lambda = parse_lambda(p)))
            return NULL;
        n->to = n->call.lambda->to;
    }
    return n;
}

/* method -> expression '.' name [ '(' [ arguments ] ')' ] [ lambda ]: no ',' after the last argument */
static const struct node *parse_method(struct parser *p, const struct node *lhs)
{
    const struct token *dot = take(p), *name = p->tok;
    if (!at(p, TOK_NAME) && !at(p, TOK_TYPE))
        return unexpected(p, "a function name after '.'");
    take(p);
    size_t mark = p->stack_count;
    stack_push(p, lhs);
    struct node *fn = node_new(p, AST_NAME, name->from, name->to);
    fn->s = token_text(name);
    fn->sym = name_sym(p, fn->s);
    struct node *n = node_new(p, AST_METHOD, dot->from, name->to);
    if (at(p, TOK_LPAREN)) {
        const struct token *open = take(p);
        if (!at(p, TOK_RPAREN) && !parse_arguments(p, TOK_EOF, false, true))
            return NULL;
        n->from = open->from;
        n->to = p->tok->to;
        if (!expect_close(p, TOK_RPAREN, "the arguments", open))
            return NULL;
    }
    n->call.fn = fn;
    n->sym = fn->sym;
    n->call.args = stack_take(p, mark);
    if (at(p, TOK_PIPE) && !(n->call.lambda = parse_lambda(p)))
        return NULL;
    return n;
}

/* access -> expression '[' arguments [ ',' ] ']': no white space before the '[' */
static const struct node *parse_access(struct parser *p, const struct node *lhs, bool end_comma)
{
    const struct token *open = take(p);
    size_t mark = p->stack_count;
    if (at(p, TOK_RBRACK))
        return unexpected(p, "a key or index");
    if (!parse_arguments(p, end_comma ? TOK_RBRACK : TOK_EOF, false, false))
        return NULL;
    if (end_comma)
        take_if(p, TOK_COMMA);
    const struct token *close = p->tok;
    if (!expect_close(p, TOK_RBRACK, "the index", open))
        return NULL;
    struct node *n = node_new(p, AST_ACCESS, lhs->from, close->to);
    n->access.lhs = lhs;
    n->access.keys = stack_take(p, mark);
    return n;
}

struct node *parse_type_name(struct parser *p)
{
    if (!at(p, TOK_TYPE_NAME))
        return unexpected(p, "a type");
    const struct token *t = take(p);
    struct node *n = node_new(p, AST_TYPE_NAME, t->from, t->to);
    n->s = token_text(t);
    n->sym = name_sym(p, n->s);
    return n;
}

const struct node *parse_type(struct parser *p, bool end_comma)
{
    const struct node *n = parse_type_name(p);
    return n && at(p, TOK_LBRACK) ? parse_access(p, n, end_comma) : n;
}

/* ---- expressions ---- */

static const struct node *parse_operand(struct parser *p)
{
    switch (p->tok->kind) {
    case TOK_TYPE_NAME:
        return parse_type_name(p);
    case TOK_LISTSTART:
    case TOK_LBRACK:
        return parse_array(p);
    case TOK_LBRACE:
        return parse_hash(p);
    case TOK_LPAREN:
    case TOK_WSLPAREN: {
        const struct token *open = take(p);
        const struct node *e = parse_assignment(p);
        if (!e || !expect_close(p, TOK_RPAREN, "the parenthesis", open))
            return NULL;
        struct node *n = node_new(p, AST_PAREN, open->from, p->tok[-1].to);
        n->operand = e;
        return n;
    }
    case TOK_IF:
        return parse_if(p);
    case TOK_UNLESS:
        return parse_unless(p);
    case TOK_CASE:
        return parse_case(p);
    case TOK_RENDER_TEXT:
    case TOK_RENDER_EXPR:
        return parse_render(p);
    case TOK_TYPE:
        if (p->tok[1].kind == TOK_LPAREN) {
            const struct token *t = take(p);
            struct node *n = node_new(p, AST_NAME, t->from, t->to);
            n->s = token_text(t);
            n->sym = name_sym(p, n->s);
            return n;
        } /* fall through */
    case TOK_CLASS:
    case TOK_DEFINE:
    case TOK_NODE:
    case TOK_FUNCTION:
    case TOK_PLAN:
    case TOK_APPLY:
        return parse_definition(p);
    default:
        return parse_literal(p);
    }
}

static const struct node *parse_postfix(struct parser *p, const struct node *n)
{
    unsigned depth = p->depth;
    for (; n; p->depth++) {
        switch (p->tok->kind) {
        case TOK_LPAREN:
            n = parse_call(p, n);
            break;
        case TOK_DOT:
            n = parse_method(p, n);
            break;
        case TOK_LBRACK:
            n = parse_access(p, n, true);
            break;
        case TOK_LCOLLECT:
        case TOK_LLCOLLECT:
            n = parse_collector(p, n);
            break;
        default:
            p->depth = depth;
            return n;
        }
        if (!enter(p))
            return NULL;
        p->depth--;
    }
    return NULL;
}

/* unary -> ( '!' | '-' | '*' ) unary | operand postfix */
static const struct node *parse_unary(struct parser *p)
{
    enum ast_kind kind;
    switch (p->tok->kind) {
    case TOK_NOT:
        kind = AST_NOT;
        break;
    case TOK_MINUS:
        kind = AST_NEGATE;
        break;
    case TOK_TIMES:
        kind = AST_SPLAT;
        break;
    default:
        return parse_postfix(p, parse_operand(p));
    }
    const struct token *t = take(p);
    if (!enter(p))
        return NULL;
    const struct node *operand = parse_unary(p);
    leave(p);
    if (!operand)
        return NULL;
    struct node *n = node_new(p, kind, t->from, t->to);
    n->operand = operand;
    return n;
}

/* expression -> unary { operator expression of higher precedence } */
static const struct node *parse_binary(struct parser *p, unsigned least)
{
    if (!enter(p))
        return NULL;
    unsigned depth = p->depth;
    const struct node *lhs = parse_unary(p);
    while (lhs) {
        const struct token *t = p->tok;
        struct operator o = operators[t->kind];
        if (o.precedence < least || o.precedence == 0)
            break;
        if (!enter(p)) /* a chain is as deep as it is long */
            return NULL;
        if (o.precedence == PREC_SELECTOR) {
            lhs = parse_selector(p, lhs);
            continue;
        }
        take(p);
        const struct node *rhs = parse_binary(p, o.precedence + 1u);
        if (!rhs)
            return NULL;
        struct node *n = node_new(p, AST_BINARY, t->from, t->to);
        n->op = o.op;
        n->bin.lhs = lhs;
        n->bin.rhs = rhs;
        lhs = n;
    }
    p->depth = depth;
    leave(p);
    return lhs;
}

const struct node *parse_expression(struct parser *p) { return parse_binary(p, PREC_LOWEST); }
