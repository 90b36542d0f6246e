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

/* The setting strict: a key that is given twice ends the compile, is told, or is nobody's business. */
static void take_warning(struct compile *c, const struct diag *d)
{
    unsigned line, column;
    bool by_strict = strcmp(d->name, "duplicate_key") == 0;
    if (by_strict && c->options->strict == STRICT_OFF)
        return;
    if (!by_strict || c->options->strict == STRICT_WARNING) {
        diag_warn(&c->result->diags, d->name, d->span, "%.*s", SV_ARG(d->message));
        return;
    }
    span_position(d->span, &line, &column);
    struct sv at = location_text(c, d->span.src->path, line, column);
    diag_error(&c->result->diags, d->span, "%.*s", SV_ARG(d->message));
    if (c->site.node)
        raise_error(c, "%.*s %.*s", SV_ARG(d->message), SV_ARG(at));
    raise_plain(c, SV_NONE, 0, "Could not parse for environment %.*s: %.*s %.*s", SV_ARG(snapshot_environment(c->snapshot)),
                SV_ARG(d->message), SV_ARG(at));
}

void import_check(struct compile *c, const struct unit *u)
{
    if (ptrmap_find(&c->imported, u))
        return;
    ptrmap_put(&c->imported, u, c);
    const struct diags *read = u == c->code_unit ? &c->code_diags : snapshot_unit_diags(c->snapshot, u);
    for (const struct diag *d = read->first; d; d = d->next)
        if (d->severity == SEV_WARNING)
            take_warning(c, d);
    static const struct layout no_variables;
    struct frame *f = ARENA_NEW(c->arena, struct frame);
    *f = (struct frame){ .c = c, .scope = c->top, .unit = u, .layout = &no_variables, .kind = FRAME_PROGRAM };
    for (uint32_t i = 0; i < u->definition_count; i++) {
        const struct node *n = u->definitions[i];
        if (n->kind == AST_CLASS || n->kind == AST_DEFINE)
            check_definition(f, n->def);
    }
}
