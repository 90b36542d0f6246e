/* parse_control: if, unless, case, selectors, and what a template prints. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser_impl.h"

/* else -> [ 'elsif' if_part | 'else' block ] */
static bool parse_else(struct parser *p, struct node *n, bool elsif)
{
    if (at(p, TOK_ELSIF) && elsif) {
        if (!enter(p))
            return false;
        n->cond.otherwise = parse_if(p);
        leave(p);
        return n->cond.otherwise;
    }
    if (take_if(p, TOK_ELSE))
        return (n->cond.otherwise = parse_braced_block(p, "the 'else' part"));
    return true;
}

static const struct node *parse_condition(struct parser *p, enum ast_kind kind, const char *what)
{
    const struct token *t = take(p);
    struct node *n = node_new(p, kind, t->from, t->to);
    if (!(n->cond.test = parse_expression(p)) || !(n->cond.then = parse_braced_block(p, what)))
        return NULL;
    if (!parse_else(p, n, kind == AST_IF))
        return NULL;
    n->to = p->tok[-1].to;
    return n;
}

/* if -> 'if' expression block else */
const struct node *parse_if(struct parser *p) { return parse_condition(p, AST_IF, at(p, TOK_IF) ? "the 'if' part" : "the 'elsif' part"); }

/* unless -> 'unless' expression block [ 'else' block ] */
const struct node *parse_unless(struct parser *p) { return parse_condition(p, AST_UNLESS, "the 'unless' part"); }

struct option_list {
    struct option *items;
    size_t count, cap;
};

static void set_options(struct parser *p, struct node *n, const struct option_list *list)
{
    n->select.options = arena_alloc(p->arena, list->count * sizeof *list->items);
    memcpy(n->select.options, list->items, list->count * sizeof *list->items);
    n->select.count = (uint32_t)list->count;
}

/* case_option -> expression { ',' expression } ':' block */
static bool parse_case_option(struct parser *p, struct option *out)
{
    size_t mark = p->stack_count;
    do {
        const struct node *value = parse_expression(p);
        if (!value)
            return false;
        stack_push(p, value);
    } while (take_if(p, TOK_COMMA));
    out->values = stack_take(p, mark);
    return expect(p, TOK_COLON, "':' after the values of a case option") && (out->body = parse_braced_block(p, "the case option"));
}

/* case -> 'case' expression '{' case_option { case_option } '}' */
const struct node *parse_case(struct parser *p)
{
    const struct token *t = take(p);
    struct node *n = node_new(p, AST_CASE, t->from, t->to);
    if (!(n->select.on = parse_expression(p)))
        return NULL;
    const struct token *open = p->tok;
    if (!expect(p, TOK_LBRACE, "'{' to begin the options of the case"))
        return NULL;
    struct option_list list = { 0 };
    do {
        struct option o = { 0 };
        if (!is_operand_start(p->tok->kind) && list.count)
            break;
        if (!parse_case_option(p, &o))
            return NULL;
        ARENA_PUSH(p->scratch, list.items, list.count, list.cap, o);
    } while (!at(p, TOK_RBRACE));
    if (!expect_close(p, TOK_RBRACE, "the case", open))
        return NULL;
    set_options(p, n, &list);
    n->to = p->tok[-1].to;
    return n;
}

/* selector_entry -> expression '=>' expression */
static bool parse_selector_entry(struct parser *p, struct option *out)
{
    const struct node *value = parse_expression(p);
    if (!value || !expect(p, TOK_FARROW, "'=>' after the value of a selector option") || !(out->body = parse_expression(p)))
        return false;
    stack_push(p, value);
    out->values = stack_take(p, p->stack_count - 1);
    return true;
}

/* selector -> lhs '?' ( selector_entry | '{' selector_entry { ',' selector_entry } [ ',' ] '}' ) */
const struct node *parse_selector(struct parser *p, const struct node *lhs)
{
    take(p);
    struct node *n = node_new(p, AST_SELECTOR, lhs->from, lhs->to);
    n->select.on = lhs;
    struct option_list list = { 0 };
    const struct token *open = p->tok;
    bool many = take_if(p, TOK_LBRACE);
    do {
        struct option o = { 0 };
        if (!parse_selector_entry(p, &o))
            return NULL;
        ARENA_PUSH(p->scratch, list.items, list.count, list.cap, o);
    } while (many && take_if(p, TOK_COMMA) && !at(p, TOK_RBRACE));
    if (many && !expect_close(p, TOK_RBRACE, "the selector", open))
        return NULL;
    set_options(p, n, &list);
    return n;
}

/* Whether '{' after '<%=' begins a hash, not statements: a key and '=>' follow, or '}' and the tag's end does not. */
static bool render_is_block(const struct parser *p)
{
    const struct token *t = p->tok + 1;
    if (t->kind == TOK_RBRACE)
        return false;
    int depth = 0;
    for (;; t++) {
        switch (t->kind) {
        case TOK_LBRACE:
        case TOK_LPAREN:
        case TOK_WSLPAREN:
        case TOK_LBRACK:
        case TOK_LISTSTART:
            depth++;
            break;
        case TOK_RBRACE:
        case TOK_RPAREN:
        case TOK_RBRACK:
            if (depth-- == 0)
                return true;
            break;
        case TOK_FARROW:
            if (depth == 0)
                return false;
            break;
        case TOK_EOF:
            return true;
        default:
            break;
        }
    }
}

/* render -> TEXT | '<%=' ( expression | '{' statements '}' ) '%>' */
const struct node *parse_render(struct parser *p)
{
    const struct token *t = take(p);
    struct node *n = node_new(p, t->kind == TOK_RENDER_TEXT ? AST_RENDER_TEXT : AST_RENDER_EXPR, t->from, t->to);
    if (t->kind == TOK_RENDER_TEXT) {
        n->s = token_text(t);
        return n;
    }
    n->operand = at(p, TOK_LBRACE) && render_is_block(p) ? parse_braced_block(p, "the block") : parse_expression(p);
    if (!n->operand)
        return NULL;
    n->to = p->tok->to;
    if (!take_if(p, TOK_EPP_END) && !take_if(p, TOK_EPP_END_TRIM))
        return unexpected(p, "'%%>' after the expression");
    return n;
}
