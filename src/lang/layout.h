/* layout: numbers the variables of each body while it is parsed. Layouts are in the unit's arena, work in progress in a scratch arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_LAYOUT_H
#define LANG_LAYOUT_H

#include "lang/ast.h"

struct body; /* being parsed */

struct layouts {
    struct arena *arena, *scratch;
    struct body *body;   /* the innermost */
    struct node **reads; /* variables without a slot yet; each body's are those since its mark */
    size_t read_count, read_cap;
};

/* A body begins; a lambda sees the variables of the body around it, others do not. def NULL: the program. */
void layout_open(struct layouts *l, struct definition *def, bool lambda);
/* The body assigns name or has it as a parameter. */
void layout_declare(struct layouts *l, const struct sym *name);
void layout_read(struct layouts *l, struct node *var);
/* The body calls next(), break() or return(). */
void layout_jumps(struct layouts *l);
struct layout layout_close(struct layouts *l);

#endif
