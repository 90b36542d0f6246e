/* parser_impl: what the files of the parser share. Nodes are in the unit's arena, lists being built in a scratch arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_PARSER_IMPL_H
#define LANG_PARSER_IMPL_H

#include "lang/layout.h"
#include "lang/lexer.h"
#include "lang/parser.h"

/* A parsed name that is a class's: prefix of those inside it. */
struct name_scope {
    struct sv name;
    const struct name_scope *outer;
};

struct parser {
    struct arena *arena, *scratch;
    struct symtab *symtab;
    const struct source *src;
    struct diags *diags;
    regexp_check *check_regexp;             /* NULL: every one will do */
    const struct token *tok, *first, *last; /* the token looked at; the first; TOK_EOF */
    unsigned depth;
    bool too_deep; /* said so: no more messages */
    const struct token *error_at;
    const struct node **stack; /* items of lists being built */
    size_t stack_count, stack_cap;
    struct layouts layouts;
    const struct name_scope *names;
    const struct node **definitions;
    size_t definition_count, definition_cap;
};

static inline bool at(const struct parser *p, enum token_kind kind) { return p->tok->kind == kind; }
static inline const struct token *take(struct parser *p) { return p->tok->kind == TOK_EOF ? p->tok : p->tok++; }
static inline bool take_if(struct parser *p, enum token_kind kind)
{
    if (p->tok->kind != kind || kind == TOK_EOF)
        return false;
    p->tok++;
    return true;
}

struct node *node_new(struct parser *p, enum ast_kind kind, uint32_t from, uint32_t to);
const struct sym *name_sym(struct parser *p, struct sv text);
void stack_push(struct parser *p, const struct node *n);
/* Takes what was pushed since mark off the stack, as a list in the unit's arena. */
struct node_list stack_take(struct parser *p, size_t mark);

/* The token looked at cannot stand here. expected says what could; returns NULL. */
void *unexpected(struct parser *p, const char *expected, ...) __attribute__((format(printf, 2, 3)));
void *error_here(struct parser *p, const struct token *t, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool expect(struct parser *p, enum token_kind kind, const char *expected);
/* expect, for the end of a construct that open began. */
bool expect_close(struct parser *p, enum token_kind kind, const char *what, const struct token *open);
bool enter(struct parser *p);
static inline void leave(struct parser *p) { p->depth--; }

/* parser.c */
/* '{' statements '}' as AST_BLOCK; what: "the class", for messages. */
const struct node *parse_braced_block(struct parser *p, const char *what);
/* statements up to (not including) a token of kind end */
const struct node *parse_statements(struct parser *p, enum token_kind end, const struct token *open, const char *what);

/* parse_expr.c */
const struct node *parse_expression(struct parser *p);
const struct node *parse_lambda(struct parser *p);
/* Pushes arguments; stops at a ',' that stands before a token of kind close (TOK_EOF: there must be no such ','). */
bool parse_arguments(struct parser *p, enum token_kind close, bool keywords_alone, bool full);
struct node *parse_type_name(struct parser *p);
/* type -> TYPE_NAME [ '[' arguments ']' ] */
const struct node *parse_type(struct parser *p, bool end_comma);
struct node *parse_array(struct parser *p);
struct node *parse_hash(struct parser *p);
struct node *call_node(struct parser *p, const struct node *fn, struct node_list args, uint32_t from, uint32_t to);
bool is_operand_start(enum token_kind kind);

/* parse_literal.c */
const struct node *parse_literal(struct parser *p);
struct node *string_node(struct parser *p, const struct token *t);

/* parse_control.c: if, unless, case, selectors, templates */
const struct node *parse_if(struct parser *p);
const struct node *parse_unless(struct parser *p);
const struct node *parse_case(struct parser *p);
const struct node *parse_selector(struct parser *p, const struct node *lhs);
const struct node *parse_render(struct parser *p);

/* parse_resource.c */
const struct node *parse_assignment(struct parser *p);
const struct node *parse_collector(struct parser *p, const struct node *type);

/* parse_def.c */
const struct node *parse_definition(struct parser *p);
bool parse_parameters(struct parser *p, enum token_kind close, const struct token *open, struct definition *def);
const struct node *parse_return_type(struct parser *p);
const struct node *parse_template(struct parser *p);

#endif
