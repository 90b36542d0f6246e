/* equal: both trees are walked together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/equal.h"

struct difference {
    const struct node *a, *b;
};

static bool same(struct difference *d, const struct node *a, const struct node *b);

static bool same_list(struct difference *d, const struct node_list *a, const struct node_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!same(d, a->items[i], b->items[i]))
            return false;
    return true;
}

static bool same_attrs(struct difference *d, const struct attr_list *a, const struct attr_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->items[i].name != b->items[i].name || a->items[i].op != b->items[i].op || !same(d, a->items[i].value, b->items[i].value))
            return false;
    return true;
}

static bool same_layout(const struct layout *a, const struct layout *b)
{
    return a->count == b->count && (!a->count || memcmp(a->names, b->names, a->count * sizeof *a->names) == 0);
}

static bool same_definition(struct difference *d, const struct definition *a, const struct definition *b)
{
    if (a->name != b->name || !sv_eq(a->written, b->written) || a->param_count != b->param_count || a->jumps != b->jumps)
        return false;
    for (uint32_t i = 0; i < a->param_count; i++) {
        const struct param *p = &a->params[i], *q = &b->params[i];
        if (p->name != q->name || p->captures_rest != q->captures_rest || !same(d, p->type, q->type) || !same(d, p->value, q->value))
            return false;
    }
    return same(d, a->parent, b->parent) && same(d, a->returns, b->returns) && same_list(d, &a->matches, &b->matches) &&
           same(d, a->body, b->body) && same_layout(&a->layout, &b->layout);
}

static bool same_options(struct difference *d, const struct node *a, const struct node *b)
{
    if (a->select.count != b->select.count || !same(d, a->select.on, b->select.on))
        return false;
    for (uint32_t i = 0; i < a->select.count; i++)
        if (!same_list(d, &a->select.options[i].values, &b->select.options[i].values) ||
            !same(d, a->select.options[i].body, b->select.options[i].body))
            return false;
    return true;
}

static bool same_bodies(struct difference *d, const struct node *a, const struct node *b)
{
    if (a->resource.count != b->resource.count || !same(d, a->resource.type, b->resource.type))
        return false;
    for (uint32_t i = 0; i < a->resource.count; i++)
        if (!same(d, a->resource.bodies[i].title, b->resource.bodies[i].title) ||
            !same_attrs(d, &a->resource.bodies[i].attrs, &b->resource.bodies[i].attrs))
            return false;
    return true;
}

static bool same_contents(struct difference *d, const struct node *a, const struct node *b)
{
    switch ((enum ast_kind)a->kind) {
    case AST_BOOL:
        return a->b == b->b;
    case AST_INT:
        return a->i == b->i;
    case AST_FLOAT:
        return memcmp(&a->f, &b->f, sizeof a->f) == 0;
    case AST_STRING:
    case AST_REGEXP:
    case AST_NAME:
    case AST_TYPE_NAME:
    case AST_RESERVED:
    case AST_RENDER_TEXT:
        return sv_eq(a->s, b->s);
    case AST_VAR:
        return a->var.name == b->var.name && a->var.slot == b->var.slot && a->depth == b->depth && !((a->flags ^ b->flags) & NODE_TOP);
    case AST_CONCAT:
    case AST_ARRAY:
    case AST_HASH:
    case AST_BLOCK:
        return same_list(d, &a->list, &b->list);
    case AST_HEREDOC:
        return sv_eq(a->heredoc.syntax, b->heredoc.syntax) && same(d, a->heredoc.text, b->heredoc.text);
    case AST_PAREN:
    case AST_NOT:
    case AST_NEGATE:
    case AST_SPLAT:
    case AST_RENDER_EXPR:
        return same(d, a->operand, b->operand);
    case AST_BINARY:
    case AST_ASSIGN:
    case AST_RELATIONSHIP:
        return same(d, a->bin.lhs, b->bin.lhs) && same(d, a->bin.rhs, b->bin.rhs);
    case AST_ACCESS:
        return same(d, a->access.lhs, b->access.lhs) && same_list(d, &a->access.keys, &b->access.keys);
    case AST_SELECTOR:
    case AST_CASE:
        return same_options(d, a, b);
    case AST_CALL:
    case AST_METHOD:
        return same(d, a->call.fn, b->call.fn) && same_list(d, &a->call.args, &b->call.args) && same(d, a->call.lambda, b->call.lambda);
    case AST_IF:
    case AST_UNLESS:
        return same(d, a->cond.test, b->cond.test) && same(d, a->cond.then, b->cond.then) && same(d, a->cond.otherwise, b->cond.otherwise);
    case AST_RESOURCE:
        return same_bodies(d, a, b);
    case AST_RESOURCE_DEFAULTS:
    case AST_RESOURCE_OVERRIDE:
        return same(d, a->set.target, b->set.target) && same_attrs(d, &a->set.attrs, &b->set.attrs);
    case AST_COLLECT:
        return same(d, a->collect.type, b->collect.type) && same(d, a->collect.query, b->collect.query) &&
               same_attrs(d, &a->collect.attrs, &b->collect.attrs);
    case AST_CLASS:
    case AST_DEFINE:
    case AST_NODE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_LAMBDA:
    case AST_TEMPLATE:
        return same_definition(d, a->def, b->def);
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        return same(d, a->alias.lhs, b->alias.lhs) && same(d, a->alias.rhs, b->alias.rhs);
    default:
        return true;
    }
}

static bool same(struct difference *d, const struct node *a, const struct node *b)
{
    if (!a || !b)
        return a == b;
    bool yes =
        a->kind == b->kind && a->op == b->op && a->sym == b->sym && !((a->flags ^ b->flags) & NODE_STATEMENT) && same_contents(d, a, b);
    if (!yes && !d->a) { /* the innermost is found first */
        d->a = a;
        d->b = b;
    }
    return yes;
}

bool ast_equal(const struct node *a, const struct node *b, const struct node **out_a, const struct node **out_b)
{
    struct difference d = { 0 };
    bool yes = same(&d, a, b);
    if (out_a)
        *out_a = d.a;
    if (out_b)
        *out_b = d.b;
    return yes;
}
