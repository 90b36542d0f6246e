/* parse_resource: resources in all forms, collectors, relationships and assignment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser_impl.h"

struct attr_builder {
    struct attr *items;
    size_t count, cap;
};

static bool is_attribute_name(enum token_kind kind)
{
    return kind == TOK_NAME || kind == TOK_TIMES || (kind >= TOK_FIRST_KEYWORD && kind != TOK_TRUE && kind != TOK_FALSE);
}

/* An attribute, where a title may stand as well. */
static bool at_attribute(const struct parser *p)
{
    const struct token *t = p->tok;
    if (!is_attribute_name(t->kind))
        return false;
    return t[1].kind == TOK_FARROW || (t[1].kind == TOK_PARROW && t->kind != TOK_TIMES);
}

/* attributes -> { attribute ',' }, attribute -> name ( '=>' | '+>' ) expression | '*' '=>' expression */
static bool parse_attributes(struct parser *p, struct attr_list *out)
{
    struct attr_builder b = { 0 };
    take_if(p, TOK_COMMA); /* allowed first, as in the reference */
    while (is_attribute_name(p->tok->kind)) {
        const struct token *name = take(p), *op = p->tok;
        if (op->kind != TOK_FARROW && (op->kind != TOK_PARROW || name->kind == TOK_TIMES))
            return unexpected(p, "'=>' after the name of an attribute");
        take(p);
        struct attr a = { .from = name->from, .to = name->to };
        a.op = name->kind == TOK_TIMES ? OP_ATTR_SPLAT : op->kind == TOK_PARROW ? OP_ATTR_ADD : OP_ATTR_SET;
        a.name = name->kind == TOK_TIMES ? NULL : intern(p->symtab, token_text(name));
        if (!(a.value = parse_expression(p)))
            return false;
        ARENA_PUSH(p->scratch, b.items, b.count, b.cap, a);
        if (!take_if(p, TOK_COMMA))
            break;
    }
    *out = (struct attr_list){ .count = (uint32_t)b.count };
    if (b.count) {
        out->items = arena_alloc(p->arena, b.count * sizeof *b.items);
        memcpy(out->items, b.items, b.count * sizeof *b.items);
    }
    return true;
}

/* resource_body -> expression ':' attributes */
static bool parse_body(struct parser *p, struct resource_body *out)
{
    return (out->title = parse_expression(p)) && expect(p, TOK_COLON, "':' after the title of a resource") &&
           parse_attributes(p, &out->attrs);
}

/* resource_bodies -> resource_body { ';' resource_body } [ ';' ] '}' */
static const struct node *parse_bodies(struct parser *p, const struct node *type, const struct token *open)
{
    struct node *n = node_new(p, AST_RESOURCE, type->from, open->to);
    n->op = FORM_REGULAR;
    n->resource.type = type;
    size_t count = 0, cap = 0;
    struct resource_body *bodies = NULL;
    do {
        struct resource_body body = { 0 };
        if (!parse_body(p, &body))
            return NULL;
        ARENA_PUSH(p->scratch, bodies, count, cap, body);
    } while (take_if(p, TOK_SEMIC) && !at(p, TOK_RBRACE));
    n->to = p->tok->to;
    if (!expect_close(p, TOK_RBRACE, "the resource", open))
        return NULL;
    n->resource.bodies = arena_alloc(p->arena, count * sizeof *bodies);
    memcpy(n->resource.bodies, bodies, count * sizeof *bodies);
    n->resource.count = (uint32_t)count;
    return n;
}

/* name { a => 1 } without a title: the name and a hash, as a block that the checker refuses, unless the name is a function. */
static const struct node *name_and_hash(struct parser *p, const struct node *name, const struct attr_list *attrs, const struct token *open)
{
    struct node *hash = node_new(p, AST_HASH, open->from, p->tok[-1].to), *block = node_new(p, AST_BLOCK, name->from, p->tok[-1].to);
    size_t mark = p->stack_count;
    for (uint32_t i = 0; i < attrs->count; i++) {
        const struct attr *a = &attrs->items[i];
        if (a->op != OP_ATTR_SET)
            return error_here(p, open, "Syntax error resource body without title or hash with +>");
        struct node *key = node_new(p, AST_STRING, a->from, a->to);
        key->s = a->name->text;
        stack_push(p, key);
        stack_push(p, a->value);
    }
    hash->list = stack_take(p, mark);
    stack_push(p, name);
    stack_push(p, hash);
    block->list = stack_take(p, mark);
    return block;
}

/* The '{' after a type, a name or a reference, without a title in it: defaults, an override, or a mistake. */
static const struct node *parse_untitled(struct parser *p, const struct node *lhs, const struct token *open)
{
    struct attr_list attrs;
    if (!parse_attributes(p, &attrs))
        return NULL;
    if (!at(p, TOK_RBRACE) && attrs.count == 0)
        return unexpected(p, "an attribute, or a title and ':', or '}' to close what was opened");
    if (!expect_close(p, TOK_RBRACE, "the resource", open))
        return NULL;
    if (lhs->kind == AST_NAME)
        return name_and_hash(p, lhs, &attrs, open);
    if (lhs->kind != AST_TYPE_NAME && lhs->kind != AST_ACCESS) {
        if (!p->error_at || open > p->error_at) {
            p->error_at = open;
            diag_error(p->diags, (struct span){ p->src, lhs->from, lhs->to },
                       "Expression is not valid as a resource, resource-default, or resource-override");
        }
        return NULL;
    }
    bool defaults = lhs->kind == AST_TYPE_NAME;
    struct node *n = node_new(p, defaults ? AST_RESOURCE_DEFAULTS : AST_RESOURCE_OVERRIDE, lhs->from, p->tok[-1].to);
    n->set.target = lhs;
    n->set.attrs = attrs;
    return n;
}

/* class_resource -> 'class' '{' resource_bodies */
static const struct node *parse_class_resource(struct parser *p)
{
    const struct token *t = take(p), *open = take(p);
    struct node *type = node_new(p, AST_NAME, t->from, t->to);
    type->s = token_text(t);
    type->sym = name_sym(p, type->s);
    return parse_bodies(p, type, open);
}

/* virtual -> ( '@' | '@@' ) resource */
static const struct node *parse_resource(struct parser *p);
static const struct node *parse_virtual(struct parser *p)
{
    const struct token *t = take(p);
    if (!enter(p))
        return NULL;
    struct node *n = (struct node *)parse_resource(p);
    leave(p);
    if (!n)
        return NULL;
    bool exported = t->kind == TOK_ATAT;
    if (n->kind != AST_RESOURCE && n->kind != AST_RESOURCE_DEFAULTS && n->kind != AST_RESOURCE_OVERRIDE) {
        p->error_at = NULL;
        return error_here(p, t,
                          exported ? "Exported (@@) can only be applied to a Resource Expression"
                                   : "Virtual (@) can only be applied to a Resource Expression");
    }
    n->op = exported ? FORM_EXPORTED : FORM_VIRTUAL;
    n->from = t->from;
    return n;
}

/* resource -> [ '@' | '@@' ] ( expression | class_resource ) { '{' ( resource_bodies | attributes '}' ) } */
static const struct node *parse_resource(struct parser *p)
{
    if (at(p, TOK_AT) || at(p, TOK_ATAT))
        return parse_virtual(p);
    const struct node *n = at(p, TOK_CLASS) && p->tok[1].kind == TOK_LBRACE ? parse_class_resource(p) : parse_expression(p);
    unsigned depth = p->depth;
    while (n && at(p, TOK_LBRACE)) {
        const struct token *open = take(p);
        if (!enter(p))
            return NULL;
        bool untitled = at_attribute(p) || at(p, TOK_RBRACE) || at(p, TOK_COMMA);
        n = untitled ? parse_untitled(p, n, open) : parse_bodies(p, n, open);
    }
    p->depth = depth;
    return n;
}

/* collector -> type ( '<|' [ expression ] '|>' | '<<|' [ expression ] '|>>' ) [ '{' attributes '}' ] */
const struct node *parse_collector(struct parser *p, const struct node *type)
{
    const struct token *open = take(p);
    bool exported = open->kind == TOK_LLCOLLECT;
    enum token_kind close = exported ? TOK_RRCOLLECT : TOK_RCOLLECT;
    struct node *n = node_new(p, AST_COLLECT, type->from, type->to);
    n->op = exported ? FORM_EXPORTED : FORM_VIRTUAL;
    n->collect.type = type;
    if (!at(p, close) && !(n->collect.query = parse_expression(p)))
        return NULL;
    if (!expect_close(p, close, "the query", open))
        return NULL;
    const struct token *brace = p->tok;
    if (take_if(p, TOK_LBRACE) && (!parse_attributes(p, &n->collect.attrs) || !expect_close(p, TOK_RBRACE, "the attributes", brace)))
        return NULL;
    n->to = p->tok[-1].to;
    return n;
}

static enum ast_op edge_op(enum token_kind kind)
{
    switch (kind) {
    case TOK_BEFORE:
        return OP_BEFORE;
    case TOK_NOTIFY:
        return OP_NOTIFY;
    case TOK_AFTER:
        return OP_AFTER;
    case TOK_SUBSCRIBE:
        return OP_SUBSCRIBE;
    default:
        return OP_NONE;
    }
}

static struct node *operator_node(struct parser *p, enum ast_kind kind, enum ast_op op, const struct token *t, const struct node *lhs,
                                  const struct node *rhs)
{
    struct node *n = node_new(p, kind, t->from, t->to);
    n->op = (uint8_t)op;
    n->bin.lhs = lhs;
    n->bin.rhs = rhs;
    return n;
}

/* relationship -> resource { edge resource } */
static const struct node *parse_relationship(struct parser *p)
{
    const struct node *lhs = parse_resource(p);
    unsigned depth = p->depth;
    for (enum ast_op op; lhs && (op = edge_op(p->tok->kind));) {
        const struct token *t = take(p);
        if (!enter(p))
            return NULL;
        const struct node *rhs = parse_resource(p);
        if (!rhs)
            return NULL;
        lhs = operator_node(p, AST_RELATIONSHIP, op, t, lhs, rhs);
    }
    p->depth = depth;
    return lhs;
}

/* Tells the layout which variables the left side of '=' names. */
static void declare(struct parser *p, const struct node *n, unsigned depth)
{
    if (n->kind == AST_VAR && !(n->flags & (NODE_TOP | NODE_QUALIFIED)))
        layout_declare(&p->layouts, n->var.name);
    if (n->kind == AST_ARRAY && depth < 100)
        for (uint32_t i = 0; i < n->list.count; i++)
            declare(p, n->list.items[i], depth + 1);
}

/* assignment -> relationship [ ( '=' | '+=' | '-=' ) assignment ] */
const struct node *parse_assignment(struct parser *p)
{
    const struct node *lhs = parse_relationship(p);
    if (!lhs || (!at(p, TOK_SET) && !at(p, TOK_ADD_SET) && !at(p, TOK_SUB_SET)))
        return lhs;
    const struct token *t = take(p);
    declare(p, lhs, 0);
    if (!enter(p))
        return NULL;
    const struct node *rhs = parse_assignment(p);
    leave(p);
    if (!rhs)
        return NULL;
    enum ast_op op = t->kind == TOK_SET ? OP_SET : t->kind == TOK_ADD_SET ? OP_ADD_SET : OP_SUB_SET;
    return operator_node(p, AST_ASSIGN, op, t, lhs, rhs);
}
