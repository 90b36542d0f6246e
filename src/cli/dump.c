/* dump: tokens, trees, type aliases, catalogs and graphs as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dump.h"

#include "base/fs.h"
#include "base/limits.h"
#include "catalog/graph.h"
#include "lang/dump.h"
#include "lang/parser.h"
#include "types/regexp.h"
#include "types/type.h"

enum dump_what dump_named(const char *name)
{
    static const char *const names[] = {
        [DUMP_TOKENS] = "tokens", [DUMP_AST] = "ast", [DUMP_TYPES] = "types", [DUMP_CATALOG] = "catalog", [DUMP_GRAPH] = "graph"
    };
    for (size_t i = DUMP_TOKENS; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return (enum dump_what)i;
    return DUMP_NOTHING;
}

/* ---- files ---- */

static bool dump_file(struct cli *c, struct symtab *names, const char *path, enum dump_what what, struct diags *diags, struct err *err)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct source *src = ARENA_NEW(c->arena, struct source);
    src->path = sv_of(path);
    unsigned flags = sv_ends(src->path, SV(".epp")) ? PARSE_EPP : 0;
    if (!fs_read(c->arena, path, LIMIT_SOURCE_BYTES, &src->text, err))
        return false;
    const struct unit *u = what == DUMP_AST ? parse_with_regexps(c->arena, names, src, flags, regexp_compiles, diags) : NULL;
    if (what == DUMP_TOKENS)
        dump_tokens(&out, src, flags, diags);
    else if (u)
        dump_ast(&out, u);
    cli_write(stdout, &out);
    return true;
}

int dump_files(struct cli *c, enum dump_what what)
{
    struct diags diags = diags_in(c->arena);
    struct err err = { "" };
    struct symtab *names = symtab_new();
    bool ok = true;
    for (unsigned i = 0; i < c->arg_count && ok; i++)
        ok = dump_file(c, names, c->args[i], what, &diags, &err);
    bool wrong = cli_diags(c, &diags);
    symtab_free(names);
    return !ok ? cli_broken(&err) : wrong ? EXIT_BROKEN : EXIT_OK;
}

/* ---- types ---- */

struct alias_parse {
    struct call *call;
    struct sv name;
    const struct type *type;
    struct err err;
};

static void parse_alias(void *ctx)
{
    struct alias_parse *p = ctx;
    struct compile *c = p->call->c;
    p->type = type_parse(p->call->arena, snapshot_symtab(compile_snapshot(c)), compile_type_loader(c), p->name, &p->err);
}

/* Looking for a type may read manifests that have mistakes. */
static void dump_alias(struct strbuf *out, struct call *k, struct sv name)
{
    struct alias_parse p = { .call = k, .name = type_name_normal(k->arena, name) };
    struct sv message;
    bool ok = call_try(k, parse_alias, &p, &message);
    if (ok && p.type)
        type_print(out, p.type, true);
    else
        strbuf_addf(out, "# %.*s: %.*s", SV_ARG(p.name), SV_ARG(ok ? sv_of(p.err.text) : message));
    strbuf_addc(out, '\n');
}

void dump_types(void *ctx, struct call *k)
{
    struct snapshot *s = compile_snapshot(k->c);
    size_t count;
    const struct module *const *modules = snapshot_modules(s, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t n;
        const struct sv *paths = snapshot_glob(s, arena_printf(k->arena, "%.*s/types/**/*.pp", SV_ARG(modules[i]->dir)), &n);
        for (uint32_t p = 0; p < n; p++) {
            struct err err = { "" };
            const struct unit *u = snapshot_unit(s, paths[p], 0, NULL, &err);
            for (uint32_t d = 0; u && d < u->definition_count; d++)
                if (u->definitions[d]->kind == AST_TYPE_ALIAS)
                    dump_alias(ctx, k, u->definitions[d]->alias.name->text);
            if (!u)
                strbuf_addf(ctx, "# %.*s: %s\n", SV_ARG(paths[p]), err.text);
        }
    }
}

/* ---- catalogs ---- */

static void add_place(struct strbuf *out, const struct resource *r)
{
    if (r->line)
        strbuf_addf(out, " # %.*s:%u", SV_ARG(r->file.n ? r->file : SV("code")), r->line);
}

static void dump_resource(struct strbuf *out, struct arena *a, const struct resource *r)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < r->param_count; i++)
        widest = r->params[i].name->text.n > widest ? r->params[i].name->text.n : widest;
    struct strbuf title = STRBUF_IN(a);
    value_inspect(&title, value_str(r->title));
    strbuf_addf(out, "%s%.*s { %.*s:",
                r->flags & RES_EXPORTED  ? "@@"
                : r->flags & RES_VIRTUAL ? "@"
                                         : "",
                SV_ARG(r->type), SV_ARG(strbuf_sv(&title)));
    add_place(out, r);
    strbuf_addc(out, '\n');
    for (uint32_t i = 0; i < r->param_count; i++) {
        const struct resource_param *p = &r->params[i];
        strbuf_addf(out, "  %.*s", SV_ARG(p->name->text));
        strbuf_pad(out, ' ', widest - p->name->text.n);
        strbuf_adds(out, " => ");
        if (p->sensitive)
            strbuf_adds(out, "Sensitive [value redacted]");
        else
            value_inspect(out, p->value);
        strbuf_adds(out, ",\n");
    }
    strbuf_adds(out, "}\n");
}

void dump_catalog(struct strbuf *out, struct arena *a, const struct catalog *c)
{
    for (uint32_t i = 0; i < c->resource_count; i++)
        dump_resource(out, a, c->resources[i]);
}

/* ---- graphs ---- */

static void add_ref(struct strbuf *out, struct arena *a, const struct resource *r) { dump_quoted(out, resource_ref(a, r)); }

struct drawing {
    struct strbuf *out;
    struct arena *arena;
};

static void draw_relation(void *ctx, const struct resource *before, const struct resource *after, const struct resource_param *why)
{
    struct drawing *d = ctx;
    strbuf_adds(d->out, "  ");
    add_ref(d->out, d->arena, before);
    strbuf_adds(d->out, " -> ");
    add_ref(d->out, d->arena, after);
    strbuf_addf(d->out, " [label=\"%.*s\"]\n", SV_ARG(why->name->text));
}

void dump_graph(struct strbuf *out, struct arena *a, const struct catalog *c)
{
    struct drawing d = { out, a };
    strbuf_adds(out, "digraph ");
    dump_quoted(out, c->name);
    strbuf_adds(out, " {\n");
    for (uint32_t i = 0; i < c->edge_count; i++) {
        strbuf_adds(out, "  ");
        add_ref(out, a, c->edges[i].source);
        strbuf_adds(out, " -> ");
        add_ref(out, a, c->edges[i].target);
        strbuf_adds(out, " [style=dotted]\n");
    }
    graph_each_relation(a, c, draw_relation, &d);
    strbuf_adds(out, "}\n");
}
