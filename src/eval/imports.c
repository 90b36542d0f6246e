/* imports: reading a manifest evaluates the types of all parameters in it, at top scope, as the reference does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

static void check_definition(struct frame *f, const struct definition *d)
{
    const struct prepared *p = NULL;
    for (uint32_t i = 0; i < d->param_count; i++) {
        if (!d->params[i].type)
            continue;
        if (!p)
            p = prepare_in(f->c, f->unit, d);
        if (p->dynamic[i]) /* not known yet: this says so, with its place */
            eval(f, d->params[i].type);
    }
}

void import_check(struct compile *c, const struct unit *u)
{
    if (ptrmap_find(&c->imported, u))
        return;
    ptrmap_put(&c->imported, u, c);
    static const struct layout no_variables;
    struct frame *f = ARENA_NEW(c->arena, struct frame);
    *f = (struct frame){ .c = c, .scope = c->top, .unit = u, .layout = &no_variables, .kind = FRAME_PROGRAM };
    for (uint32_t i = 0; i < u->definition_count; i++) {
        const struct node *n = u->definitions[i];
        if (n->kind == AST_CLASS || n->kind == AST_DEFINE)
            check_definition(f, n->def);
    }
}
