/* ast: the tree of a manifest or an EPP template. Open structs, walked by many; immutable after parsing, in the arena of its unit. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_AST_H
#define LANG_AST_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"

/* name of the kind, as in dumps */
#define AST_KINDS(X)                                                                                                                       \
    X(AST_NOP, "nop")                                                                                                                      \
    X(AST_UNDEF, "undef")                                                                                                                  \
    X(AST_DEFAULT, "default")                                                                                                              \
    X(AST_BOOL, "bool")                                                                                                                    \
    X(AST_INT, "int")                                                                                                                      \
    X(AST_FLOAT, "float")                                                                                                                  \
    X(AST_STRING, "string")   /* quoted, no interpolation */                                                                               \
    X(AST_CONCAT, "concat")   /* "a${b}c": parts, text as AST_STRING */                                                                    \
    X(AST_HEREDOC, "heredoc") /* @(TAG:syntax): text is AST_STRING or AST_CONCAT */                                                        \
    X(AST_REGEXP, "regexp")                                                                                                                \
    X(AST_NAME, "name")           /* bare word: lower case, may have '::' */                                                               \
    X(AST_TYPE_NAME, "type-name") /* Upper::Case */                                                                                        \
    X(AST_RESERVED, "reserved")   /* a reserved word where a name was meant */                                                             \
    X(AST_VAR, "var")                                                                                                                      \
    X(AST_ARRAY, "array")                                                                                                                  \
    X(AST_HASH, "hash")   /* items alternate key, value */                                                                                 \
    X(AST_PAREN, "paren") /* ( expr ): kept, as `(f) (x)` and the printer need it */                                                       \
    X(AST_NOT, "not")                                                                                                                      \
    X(AST_NEGATE, "negate")                                                                                                                \
    X(AST_SPLAT, "splat")       /* *expr */                                                                                                \
    X(AST_BINARY, "binary")     /* arithmetic, comparison, logic, in, match: see op */                                                     \
    X(AST_ASSIGN, "assign")     /* = += -= */                                                                                              \
    X(AST_ACCESS, "access")     /* lhs[keys] */                                                                                            \
    X(AST_SELECTOR, "selector") /* lhs ? { options } */                                                                                    \
    X(AST_CALL, "call")         /* f(args) |params| { } ; also `include a, b` without parentheses */                                       \
    X(AST_METHOD, "method")     /* lhs.f(args) |params| { } */                                                                             \
    X(AST_LAMBDA, "lambda")                                                                                                                \
    X(AST_BLOCK, "block") /* statements */                                                                                                 \
    X(AST_IF, "if")       /* elsif is an AST_IF in otherwise */                                                                            \
    X(AST_UNLESS, "unless")                                                                                                                \
    X(AST_CASE, "case")                                                                                                                    \
    X(AST_RELATIONSHIP, "relationship")           /* -> ~> <- <~ */                                                                        \
    X(AST_RESOURCE, "resource")                   /* type { title: attrs; } */                                                             \
    X(AST_RESOURCE_DEFAULTS, "resource-defaults") /* Type { attrs } */                                                                     \
    X(AST_RESOURCE_OVERRIDE, "resource-override") /* Type[t] { attrs } */                                                                  \
    X(AST_COLLECT, "collect")                     /* Type <| query |> { attrs } */                                                         \
    X(AST_CLASS, "class")                                                                                                                  \
    X(AST_DEFINE, "define")                                                                                                                \
    X(AST_NODE, "node")                                                                                                                    \
    X(AST_FUNCTION, "function")                                                                                                            \
    X(AST_PLAN, "plan")                 /* parsed like a function; evaluating one is refused */                                            \
    X(AST_TYPE_ALIAS, "type-alias")     /* type A = expr */                                                                                \
    X(AST_TYPE_MAPPING, "type-mapping") /* type Runtime[...] = expr */                                                                     \
    X(AST_TEMPLATE, "template")         /* a whole EPP text */                                                                             \
    X(AST_RENDER_TEXT, "render-text")                                                                                                      \
    X(AST_RENDER_EXPR, "render-expr") /* <%= expr %> */

enum ast_kind {
#define X(kind, name) kind,
    AST_KINDS(X)
#undef X
        AST_KIND_COUNT
};

/* kind, text, precedence is the parser's affair */
#define AST_OPS(X)                                                                                                                         \
    X(OP_NONE, "")                                                                                                                         \
    X(OP_ADD, "+")                                                                                                                         \
    X(OP_SUB, "-")                                                                                                                         \
    X(OP_MUL, "*")                                                                                                                         \
    X(OP_DIV, "/")                                                                                                                         \
    X(OP_MOD, "%")                                                                                                                         \
    X(OP_SHL, "<<")                                                                                                                        \
    X(OP_SHR, ">>")                                                                                                                        \
    X(OP_AND, "and")                                                                                                                       \
    X(OP_OR, "or")                                                                                                                         \
    X(OP_EQ, "==")                                                                                                                         \
    X(OP_NE, "!=")                                                                                                                         \
    X(OP_LT, "<")                                                                                                                          \
    X(OP_GT, ">")                                                                                                                          \
    X(OP_LE, "<=")                                                                                                                         \
    X(OP_GE, ">=")                                                                                                                         \
    X(OP_MATCH, "=~")                                                                                                                      \
    X(OP_NOMATCH, "!~")                                                                                                                    \
    X(OP_IN, "in")                                                                                                                         \
    X(OP_SET, "=")                                                                                                                         \
    X(OP_ADD_SET, "+=")                                                                                                                    \
    X(OP_SUB_SET, "-=")                                                                                                                    \
    X(OP_BEFORE, "->")                                                                                                                     \
    X(OP_NOTIFY, "~>")                                                                                                                     \
    X(OP_AFTER, "<-")                                                                                                                      \
    X(OP_SUBSCRIBE, "<~")                                                                                                                  \
    X(OP_ATTR_SET, "=>")                                                                                                                   \
    X(OP_ATTR_ADD, "+>")                                                                                                                   \
    X(OP_ATTR_SPLAT, "*=>")

enum ast_op {
#define X(op, text) op,
    AST_OPS(X)
#undef X
        OP_COUNT
};

/* How a resource expression or collector was written. */
enum ast_form { FORM_REGULAR, FORM_VIRTUAL, FORM_EXPORTED };

struct node;

struct node_list {
    const struct node **items;
    uint32_t count;
};

#define NO_SLOT UINT32_MAX

/* The variables of one body (program, class, define, node, function, lambda, template), numbered when parsed.
 * Only names that the body assigns or declares as parameters have a slot; parameters come first.
 * A read gets the slot of the innermost body that assigns the name anywhere, so a slot found unset in a lambda
 * (assigned later, or in a branch not taken) means: look for the name further out. */
struct layout {
    const struct sym **names;
    uint32_t count;
};

struct param {
    const struct sym *name;
    const struct node *type;  /* NULL: Any */
    const struct node *value; /* default; NULL: required */
    uint32_t from, to;
    bool captures_rest; /* *$rest */
};

struct attr {
    const struct sym *name; /* NULL for *=> */
    enum ast_op op;         /* OP_ATTR_... */
    const struct node *value;
    uint32_t from, to; /* of the name (or the star) */
};

struct attr_list {
    struct attr *items;
    uint32_t count;
};

struct option { /* of a case or selector */
    struct node_list values;
    const struct node *body;
};

struct resource_body {
    const struct node *title; /* AST_DEFAULT for default: */
    struct attr_list attrs;
};

/* A body with parameters: AST_CLASS, AST_DEFINE, AST_NODE, AST_FUNCTION, AST_PLAN, AST_LAMBDA, AST_TEMPLATE. */
struct definition {
    const struct sym *name; /* full name, lower case, no leading '::'; NULL for lambdas, nodes, templates */
    struct sv written;      /* the full name as written: for messages and the printer */
    struct param *params;
    uint32_t param_count;
    bool has_params;            /* EPP: | | was written */
    const struct node *parent;  /* inherits NAME (AST_NAME or AST_DEFAULT), or NULL */
    const struct node *returns; /* function >> Type, or NULL */
    struct node_list matches;   /* of a node: names, strings, regexps, default */
    const struct node *body;    /* AST_BLOCK */
    struct layout layout;
    bool jumps; /* its body calls next(), break() or return() itself (not in a nested lambda) */
};

/* from and to are the place the reference names in messages: of binary operators, assignments, relationships and unary
 * operators it is the operator, of method calls the '(' or the '.', of a type alias its name; else the whole construct. */
struct node {
    uint8_t kind;  /* enum ast_kind */
    uint8_t op;    /* enum ast_op, or enum ast_form for resources and collectors */
    uint8_t flags; /* NODE_... */
    uint8_t depth; /* AST_VAR: how many lambdas further out the slot is */
    uint32_t from, to;
    union {
        bool b;
        int64_t i;
        double f;
        struct sv s; /* STRING, REGEXP (source), NAME, TYPE_NAME as written, RENDER_TEXT */
        struct {
            const struct sym *name;
            uint32_t slot;
        } var;                      /* name without '$' and without leading '::' */
        struct node_list list;      /* ARRAY, HASH, CONCAT, BLOCK */
        const struct node *operand; /* NOT, NEGATE, SPLAT, PAREN, RENDER_EXPR */
        struct {
            const struct node *lhs, *rhs;
        } bin; /* BINARY, ASSIGN, RELATIONSHIP */
        struct {
            const struct node *lhs;
            struct node_list keys;
        } access;
        struct {
            const struct node *on;
            struct option *options;
            uint32_t count;
        } select; /* CASE, SELECTOR */
        struct {
            const struct node *test, *then, *otherwise;
        } cond; /* IF, UNLESS; otherwise may be NULL */
        struct {
            const struct node *fn, *lambda;
            struct node_list args;
        } call; /* CALL: fn is a name (or any expr); METHOD: args[0] is the lhs */
        struct {
            const struct node *type;
            struct resource_body *bodies;
            uint32_t count;
        } resource;
        struct {
            const struct node *target;
            struct attr_list attrs;
        } set; /* RESOURCE_DEFAULTS, RESOURCE_OVERRIDE */
        struct {
            const struct node *type, *query;
            struct attr_list attrs;
        } collect; /* query NULL: all; else EQ/NE/AND/OR in AST_BINARY, PAREN */
        struct {
            const struct node *text;
            struct sv syntax, tag;
        } heredoc;
        struct {
            const struct node *lhs, *rhs;
            const struct sym *name;
        } alias;                /* TYPE_ALIAS (lhs: its TYPE_NAME), TYPE_MAPPING */
        struct definition *def; /* CLASS, DEFINE, NODE, FUNCTION, PLAN, LAMBDA, TEMPLATE */
    };
    const struct sym *sym; /* NAME, TYPE_NAME: interned lower-case text without leading '::'; METHOD, CALL: the function's name or NULL */
};

enum node_flags {
    NODE_STATEMENT = 1 << 0, /* CALL without parentheses; LAMBDA etc.: value not used */
    NODE_QUALIFIED = 1 << 1, /* VAR a::b */
    NODE_TOP = 1 << 2,       /* VAR ::a */
    NODE_DOUBLE = 1 << 3,    /* STRING was written in double quotes; HEREDOC allows interpolation */
    NODE_HEX = 1 << 4,       /* INT written 0x..; for the printer */
    NODE_OCTAL = 1 << 5,
    NODE_BRACED = 1 << 6,  /* VAR or expr inside ${ } */
    NODE_DECIMAL = 1 << 7, /* INT too large for 64 bits: refused by the checker, s holds its digits meanwhile */
};

/* One parsed text. */
struct unit {
    const struct source *src;
    const struct node *program;      /* AST_BLOCK, or AST_TEMPLATE of an EPP text */
    struct layout layout;            /* of the top-level code */
    const struct node **definitions; /* every CLASS, DEFINE, NODE, FUNCTION, PLAN, TYPE_ALIAS, TYPE_MAPPING, in order; nested ones too */
    uint32_t definition_count;
};

const char *ast_kind_name(enum ast_kind kind);
const char *ast_op_text(enum ast_op op);
static inline struct span node_span(const struct unit *u, const struct node *n) { return (struct span){ u->src, n->from, n->to }; }

#endif
