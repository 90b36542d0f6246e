/* label: what an expression is called in messages. Static or in the caller's buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_LABEL_H
#define LANG_LABEL_H

#include "lang/ast.h"

enum { LABEL_MAX = 96 };

struct label {
    char text[LABEL_MAX];
};

/* "'+' expression", "Variable"; n NULL: "Undef Value" */
struct label label_of(const struct node *n);
/* With the article before it: "a Variable", "an 'if' statement". */
struct label label_a_an(const struct node *n);
struct label label_A_an(const struct node *n);

#endif
