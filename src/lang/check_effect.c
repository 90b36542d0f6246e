/* check_effect: which expressions have no effect but their value. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/check_impl.h"

static bool all_idle(const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (!check_is_idle(list->items[i]))
            return false;
    return true;
}

static bool case_is_idle(const struct node *n)
{
    if (!check_is_idle(n->select.on))
        return false;
    for (uint32_t i = 0; i < n->select.count; i++)
        if (!all_idle(&n->select.options[i].values) || !check_is_idle(n->select.options[i].body))
            return false;
    return true;
}

bool check_is_idle(const struct node *n)
{
    if (!n)
        return true;
    switch ((enum ast_kind)n->kind) {
    case AST_NOP:
    case AST_UNDEF:
    case AST_DEFAULT:
    case AST_BOOL:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_CONCAT:
    case AST_HEREDOC:
    case AST_REGEXP:
    case AST_NAME:
    case AST_TYPE_NAME:
    case AST_VAR:
    case AST_ARRAY:
    case AST_HASH:
    case AST_NOT:
    case AST_NEGATE:
    case AST_SPLAT:
    case AST_ACCESS:
    case AST_SELECTOR:
        return true;
    case AST_BINARY:
        return n->op != OP_MATCH && n->op != OP_NOMATCH; /* a match sets $0, $1 ... */
    case AST_PAREN:
        return check_is_idle(n->operand);
    case AST_BLOCK:
        return all_idle(&n->list);
    case AST_IF:
    case AST_UNLESS:
        return check_is_idle(n->cond.test) && check_is_idle(n->cond.then) && check_is_idle(n->cond.otherwise);
    case AST_CASE:
        return case_is_idle(n);
    default:
        return false;
    }
}

/* notify { message => 'x' }: a name and a hash, most likely a resource without its title. */
bool check_is_untitled(const struct checker *c, const struct node *n)
{
    return !c->tasks && n && n->kind == AST_BLOCK && n->list.count == 2 && n->list.items[0]->kind == AST_NAME &&
           n->list.items[1]->kind == AST_HASH;
}
