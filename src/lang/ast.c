/* ast: names of kinds and operators. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/ast.h"

#include <assert.h>

static const char *const kind_names[] = {
#define X(kind, name) name,
    AST_KINDS(X)
#undef X
};

static const char *const op_texts[] = {
#define X(op, text) text,
    AST_OPS(X)
#undef X
};

static_assert(sizeof(struct node) <= 72, "a node should stay about a cache line");

const char *ast_kind_name(enum ast_kind kind) { return kind < AST_KIND_COUNT ? kind_names[kind] : "?"; }
const char *ast_op_text(enum ast_op op) { return op < OP_COUNT ? op_texts[op] : "?"; }
