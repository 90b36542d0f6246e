/* check_impl: what the files of the checker share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_CHECK_IMPL_H
#define LANG_CHECK_IMPL_H

#include "lang/check.h"
#include "lang/label.h"

/* Where a definition stands, for the rule that it stands at the top. */
enum place {
    PLACE_TOP,   /* the program */
    PLACE_CLASS, /* among the statements of a class */
    PLACE_ELSEWHERE,
};

struct checker {
    const struct unit *unit;
    struct diags *diags;
    bool tasks;
};

static inline struct span span_of(const struct checker *c, const struct node *n) { return node_span(c->unit, n); }

/* check.c */
void check_node(struct checker *c, const struct node *n, enum place place);
void check_not_value(struct checker *c, const struct node *n);
/* A block of one statement is that statement, an empty one NULL. */
const struct node *check_effective(const struct node *block);

/* check_effect.c */
bool check_is_idle(const struct node *n);
bool check_is_untitled(const struct checker *c, const struct node *n);

/* check_def.c */
void check_definition(struct checker *c, const struct node *n, enum place place);
void check_parameters(struct checker *c, const struct node *owner);

#endif
