/* equal: whether two trees say the same, wherever they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_EQUAL_H
#define LANG_EQUAL_H

#include "lang/ast.h"

/* Places and ways of writing (hexadecimal, braces, tags of heredocs) do not count. On a difference *out_a and *out_b, where
 * not NULL, become the nodes that differ. */
bool ast_equal(const struct node *a, const struct node *b, const struct node **out_a, const struct node **out_b);

#endif
