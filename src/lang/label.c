/* label: the reference's words for kinds of expressions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/label.h"

#include <stdio.h>

static const char *const labels[AST_KIND_COUNT] = {
    [AST_NOP] = "Nop Expression",
    [AST_UNDEF] = "'undef' expression",
    [AST_DEFAULT] = "'default' expression",
    [AST_BOOL] = "Boolean",
    [AST_INT] = "Literal Integer",
    [AST_FLOAT] = "Literal Float",
    [AST_STRING] = "String",
    [AST_CONCAT] = "Double Quoted String",
    [AST_REGEXP] = "Regular Expression",
    [AST_NAME] = "Name",
    [AST_TYPE_NAME] = "Type-Name",
    [AST_VAR] = "Variable",
    [AST_ARRAY] = "Array Expression",
    [AST_HASH] = "Hash Expression",
    [AST_PAREN] = "Parenthesized Expression",
    [AST_NOT] = "'not' expression",
    [AST_NEGATE] = "Unary Minus",
    [AST_SPLAT] = "Unfold",
    [AST_ACCESS] = "'[]' expression",
    [AST_SELECTOR] = "Selector Expression",
    [AST_CALL] = "Function Call",
    [AST_METHOD] = "Method call",
    [AST_LAMBDA] = "Lambda",
    [AST_BLOCK] = "Block Expression",
    [AST_IF] = "'if' statement",
    [AST_UNLESS] = "'unless' Statement",
    [AST_CASE] = "'case' statement",
    [AST_RESOURCE] = "Resource Statement",
    [AST_RESOURCE_DEFAULTS] = "Resource Defaults Expression",
    [AST_RESOURCE_OVERRIDE] = "Resource Override",
    [AST_CLASS] = "Host Class Definition",
    [AST_DEFINE] = "'define' expression",
    [AST_NODE] = "Node Definition",
    [AST_FUNCTION] = "Function Definition",
    [AST_PLAN] = "Plan Definition",
    [AST_TYPE_ALIAS] = "Type Alias",
    [AST_TYPE_MAPPING] = "Type Mapping",
    [AST_TEMPLATE] = "Epp Template",
    [AST_RENDER_TEXT] = "Epp Text",
    [AST_RENDER_EXPR] = "Epp Interpolated Expression",
};

struct label label_of(const struct node *n)
{
    struct label l;
    if (!n)
        snprintf(l.text, sizeof l.text, "Undef Value");
    else if (n->kind == AST_BINARY || n->kind == AST_ASSIGN || n->kind == AST_RELATIONSHIP)
        snprintf(l.text, sizeof l.text, "'%s' expression", ast_op_text(n->op));
    else if (n->kind == AST_HEREDOC)
        snprintf(l.text, sizeof l.text, "'@(%.*s)' expression", SV_ARG(sv_slice(n->heredoc.syntax, 0, 60)));
    else if (n->kind == AST_RESERVED)
        snprintf(l.text, sizeof l.text, "Reserved Word '%.*s'", SV_ARG(sv_slice(n->s, 0, 60)));
    else if (n->kind == AST_COLLECT)
        snprintf(l.text, sizeof l.text, "%s Query", n->op == FORM_EXPORTED ? "Exported" : "Virtual");
    else
        snprintf(l.text, sizeof l.text, "%s", labels[n->kind] ? labels[n->kind] : "Expression");
    return l;
}

static struct label with_article(const struct node *n, const char *a, const char *an)
{
    struct label l = label_of(n), out;
    char first = l.text[l.text[0] == '\'' || l.text[0] == '"'];
    bool vowel = first && strchr("aeiouyAEIOUY", first);
    snprintf(out.text, sizeof out.text, "%s %.*s", vowel ? an : a, LABEL_MAX - 4, l.text);
    return out;
}

struct label label_a_an(const struct node *n) { return with_article(n, "a", "an"); }
struct label label_A_an(const struct node *n) { return with_article(n, "A", "An"); }
