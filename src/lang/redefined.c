/* redefined: definitions by kind and name, the first of each kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/redefined.h"

struct first {
    struct span at;
};

static const char *kind_name(enum ast_kind kind)
{
    switch (kind) {
    case AST_CLASS:
        return "Class";
    case AST_DEFINE:
        return "Define";
    case AST_FUNCTION:
        return "Function";
    case AST_TYPE_ALIAS:
        return "Type";
    case AST_NODE:
        return "Node";
    default:
        return NULL;
    }
}

static bool add_name(struct map *seen, const char *kind, struct sv name, struct span at, struct diags *diags)
{
    struct sv key = arena_printf(seen->arena, "%s %.*s", kind, SV_ARG(name));
    const struct first *before = map_find(seen, key);
    if (!before) {
        struct first *f = ARENA_NEW(seen->arena, struct first);
        f->at = at;
        map_put(seen, key, f);
        return true;
    }
    unsigned line, column;
    span_position(before->at, &line, &column);
    struct sv path = before->at.src->path;
    return diag_error(diags, at, "%s '%.*s' is already defined (%s%.*s%sline: %u); cannot redefine", kind, SV_ARG(name),
                      path.n ? "file: " : "", SV_ARG(path), path.n ? ", " : "", line);
}

static struct sv node_name(struct map *seen, const struct node *m)
{
    if (m->kind == AST_DEFAULT)
        return SV("default");
    return m->kind == AST_REGEXP ? arena_printf(seen->arena, "/%.*s/", SV_ARG(m->s)) : m->s;
}

bool check_redefined(struct map *seen, const struct unit *u, struct diags *diags)
{
    bool fine = true;
    for (uint32_t i = 0; i < u->definition_count; i++) {
        const struct node *n = u->definitions[i];
        const char *kind = kind_name(n->kind);
        if (!kind)
            continue;
        for (uint32_t j = 0; n->kind == AST_NODE && j < n->def->matches.count; j++)
            fine &= add_name(seen, kind, node_name(seen, n->def->matches.items[j]), node_span(u, n), diags);
        if (n->kind != AST_NODE)
            fine &= add_name(seen, kind, n->kind == AST_TYPE_ALIAS ? n->alias.name->text : n->def->name->text, node_span(u, n), diags);
    }
    return fine;
}
