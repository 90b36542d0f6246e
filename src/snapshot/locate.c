/* locate: does a file of a module hold only what its place allows? "a::b" belongs into manifests/b.pp of module a. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/label.h"
#include "snapshot/internal.h"

enum place { PLACE_ANYWHERE, PLACE_MODULE, PLACE_WRONG };

static bool is_below(struct sv folder, struct sv path) { return path.n > folder.n && sv_starts(path, folder) && path.p[folder.n] == '/'; }

static void add_lower(struct strbuf *out, struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        strbuf_addc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
}

/* "a/manifests/b/c.pp" -> "a::b::c"; "a/manifests/init.pp" -> "a". */
static enum place namespace_of(struct sv relative, struct strbuf *out)
{
    struct sv part, kind;
    bool nested = false;
    sv_cut(&relative, '/', &part);
    add_lower(out, part);
    if (!sv_cut(&relative, '/', &kind))
        return PLACE_WRONG;
    if (!sv_is(kind, "manifests") && !sv_is(kind, "functions") && !sv_is(kind, "types") && !sv_is(kind, "plans"))
        return PLACE_WRONG;
    while (sv_find_char(relative, '/', 0) != SIZE_MAX && sv_cut(&relative, '/', &part)) {
        strbuf_adds(out, "::");
        add_lower(out, part);
        nested = true;
    }
    if (!nested && sv_is(relative, "init.pp"))
        return PLACE_MODULE;
    strbuf_adds(out, "::");
    add_lower(out, sv_slice(relative, 0, relative.n - 3));
    return PLACE_MODULE;
}

static enum place place_of(struct snapshot *s, struct sv path, struct strbuf *out_namespace)
{
    if (!sv_ends(path, SV(".pp")) || (s->manifest.n && sv_starts(path, s->manifest)))
        return PLACE_ANYWHERE;
    for (size_t i = 0; i < s->modulepath_count; i++)
        if (is_below(s->modulepath[i].dir, path))
            return namespace_of(sv_slice(path, s->modulepath[i].dir.n + 1, path.n), out_namespace);
    return PLACE_ANYWHERE;
}

static bool may_stand_at_top(const struct node *n)
{
    switch ((enum ast_kind)n->kind) {
    case AST_NOP:
    case AST_CLASS:
    case AST_DEFINE:
    case AST_FUNCTION:
    case AST_PLAN:
    case AST_TYPE_ALIAS:
    case AST_TYPE_MAPPING:
        return true;
    default:
        return false;
    }
}

static bool starts_nocase(struct sv s, struct sv prefix) { return s.n >= prefix.n && sv_eq_nocase(sv_slice(s, 0, prefix.n), prefix); }

static void check_names(const struct unit *u, enum place place, struct sv namespace, struct diags *diags)
{
    for (uint32_t i = 0; i < u->definition_count; i++) {
        const struct node *n = u->definitions[i];
        if (n->kind != AST_CLASS && n->kind != AST_DEFINE && n->kind != AST_FUNCTION && n->kind != AST_PLAN)
            continue;
        struct sv name = n->def->name->text;
        if (place == PLACE_MODULE && starts_nocase(name, namespace))
            continue;
        diag_error(diags, node_span(u, n), "Unacceptable location. The name '%.*s' is unacceptable in file '%.*s'", SV_ARG(name),
                   SV_ARG(u->src->path));
        if (place == PLACE_MODULE)
            diag_hint(diags, "the place of this file asks for names that start with '%.*s'", SV_ARG(namespace));
    }
}

bool locate_check(struct snapshot *s, const struct unit *u, struct diags *diags)
{
    AUTO_STRBUF namespace = STRBUF_HEAP;
    unsigned before = diags->errors;
    enum place place = place_of(s, u->src->path, &namespace);
    if (place == PLACE_ANYWHERE || u->program->kind != AST_BLOCK)
        return true;
    check_names(u, place, strbuf_sv(&namespace), diags);
    for (uint32_t i = 0; i < u->program->list.count; i++) {
        const struct node *n = u->program->list.items[i];
        if (!may_stand_at_top(n))
            diag_error(diags, node_span(u, n), "This %s is unacceptable as a top level construct in this location", label_of(n).text);
    }
    return diags->errors == before;
}
