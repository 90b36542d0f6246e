/* parse_literal: names, numbers, strings, variables and the other words that stand for themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lang/parser_impl.h"

struct node *string_node(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, AST_STRING, t->from, t->to);
    n->s = token_text(t);
    n->flags = t->flags & TOKEN_DOUBLE ? NODE_DOUBLE : 0;
    return n;
}

static struct node *variable_node(struct parser *p, const struct token *t)
{
    struct node *n = node_new(p, AST_VAR, t->from, t->to);
    struct sv name = token_text(t);
    if (t->flags & TOKEN_BRACED)
        n->flags |= NODE_BRACED;
    if (name.n > 2 && name.p[0] == ':') {
        n->flags |= NODE_TOP;
        name = sv_slice(name, 2, name.n);
    }
    if (memchr(name.p, ':', name.n))
        n->flags |= NODE_QUALIFIED;
    n->var.name = intern(p->symtab, name);
    n->var.slot = NO_SLOT;
    if (!(n->flags & (NODE_TOP | NODE_QUALIFIED)) && name.n && !(name.p[0] >= '0' && name.p[0] <= '9'))
        layout_read(&p->layouts, n);
    return n;
}

/* The lexer let only well-formed numbers through. */
static struct node *number_node(struct parser *p, const struct token *t)
{
    struct sv s = token_text(t);
    struct node *n = node_new(p, AST_INT, t->from, t->to);
    bool hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X');
    char small[64], *text = s.n < sizeof small ? small : arena_alloc(p->scratch, s.n + 1);
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    if (!hex && strpbrk(text, ".eE")) {
        n->kind = AST_FLOAT;
        n->f = strtod(text, NULL);
        if (isinf(n->f))
            return error_here(p, t, "Internal Error, NUMBER token does not contain a valid number, %.*s", SV_ARG(s));
        return n;
    }
    bool octal = !hex && s.n > 1 && s.p[0] == '0';
    n->flags = hex ? NODE_HEX : octal ? NODE_OCTAL : 0;
    errno = 0;
    n->i = strtoll(text, NULL, hex ? 16 : octal ? 8 : 10);
    if (errno == ERANGE) {
        n->flags |= NODE_DECIMAL;
        n->s = s;
    }
    return n;
}

/* concat -> begin assignment { middle assignment } end: text as AST_STRING, empty ones left out */
static const struct node *parse_interpolated(struct parser *p)
{
    const struct token *open = p->tok;
    size_t mark = p->stack_count;
    if (!enter(p))
        return NULL;
    for (;;) {
        const struct token *t = take(p);
        if (t->n)
            stack_push(p, string_node(p, t));
        if (t->kind == TOK_DQPOST)
            break;
        const struct node *e = parse_assignment(p);
        if (!e)
            return NULL;
        stack_push(p, e);
        if (!at(p, TOK_DQMID) && !at(p, TOK_DQPOST))
            return unexpected(p, "'}' to close the interpolation");
    }
    leave(p);
    struct node *n = node_new(p, AST_CONCAT, open->from, p->tok[-1].to);
    n->list = stack_take(p, mark);
    return n;
}

/* heredoc -> HEREDOC HEREDOC_TAG ( STRING | concat ) */
static const struct node *parse_heredoc(struct parser *p)
{
    const struct token *t = take(p), *tag = take(p);
    const struct node *text = at(p, TOK_DQPRE)    ? parse_interpolated(p)
                              : at(p, TOK_STRING) ? string_node(p, take(p))
                                                  : unexpected(p, "the text of the heredoc");
    if (!text)
        return NULL;
    struct node *n = node_new(p, AST_HEREDOC, t->from, t->to);
    n->flags = tag->flags & TOKEN_DOUBLE ? NODE_DOUBLE : 0;
    n->heredoc.text = text;
    n->heredoc.syntax = token_text(t);
    n->heredoc.tag = token_text(tag);
    return n;
}

static struct node *word_node(struct parser *p, enum ast_kind kind)
{
    const struct token *t = take(p);
    struct node *n = node_new(p, kind, t->from, t->to);
    n->s = token_text(t);
    return n;
}

/* One that cannot be compiled is told; parsing goes on behind it. */
static struct node *regexp_node(struct parser *p)
{
    const struct token *t = p->tok;
    struct err err = { "" };
    if (p->check_regexp && !p->check_regexp(token_text(t), &err))
        diag_error(p->diags, (struct span){ p->src, t->from, t->to }, "%s", err.text);
    return word_node(p, AST_REGEXP);
}

const struct node *parse_literal(struct parser *p)
{
    const struct token *t = p->tok;
    switch (t->kind) {
    case TOK_VARIABLE:
        return variable_node(p, take(p));
    case TOK_NAME: {
        struct node *n = word_node(p, AST_NAME);
        n->sym = name_sym(p, n->s);
        return n;
    }
    case TOK_WORD:
    case TOK_STRING:
        return string_node(p, take(p));
    case TOK_DQPRE:
        return parse_interpolated(p);
    case TOK_HEREDOC:
        return parse_heredoc(p);
    case TOK_NUMBER:
        return number_node(p, take(p));
    case TOK_REGEX:
        return regexp_node(p);
    case TOK_UNDEF:
        return word_node(p, AST_UNDEF);
    case TOK_DEFAULT:
        return word_node(p, AST_DEFAULT);
    case TOK_PRIVATE:
    case TOK_ATTR:
        return word_node(p, AST_RESERVED);
    case TOK_TRUE:
    case TOK_FALSE: {
        struct node *n = node_new(p, AST_BOOL, t->from, t->to);
        n->b = take(p)->kind == TOK_TRUE;
        return n;
    }
    default:
        return unexpected(p, "an expression");
    }
}
