/* help: what is said beside the reference's message when a compile fails: names that are near, where things were declared, where a
 * value came from. Called just before the failure is raised; what is added here is told with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "eval/internal.h"

enum { NEAR_MODULE = 2, MOST_LINES = 40 };

void compile_note(struct compile *c, struct span at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    diag_note(&c->result->diags, at, "%.*s", SV_ARG(text));
}

struct span call_span(const struct call *k) { return k->frame && k->site ? node_span(k->frame->unit, k->site) : (struct span){ 0 }; }

/* ---- names ---- */

struct name_set {
    struct sv *items;
    size_t count, cap;
};

static void add_name(struct compile *c, struct name_set *set, struct sv name)
{
    ARENA_PUSH(c->arena, set->items, set->count, set->cap, name);
}

static void suggest(struct compile *c, const struct name_set *set, struct sv wrong)
{
    struct sv near = near_names(c->arena, wrong, set->items, set->count);
    if (near.n)
        compile_note(c, (struct span){ 0 }, "did you mean %.*s?", SV_ARG(near));
}

/* "a/b/c.pp" below a folder of module m as "m::a::b::c". */
static struct sv path_name(struct compile *c, struct sv module, struct sv folder, struct sv path)
{
    struct sv rest = sv_slice(path, folder.n + 1, path.n);
    size_t dot = sv_rfind_char(rest, '.');
    struct strbuf out = STRBUF_IN(c->arena);
    rest = sv_slice(rest, 0, dot);
    strbuf_add(&out, module);
    if (sv_is(rest, "init"))
        return strbuf_sv(&out);
    strbuf_adds(&out, "::");
    for (size_t i = 0; i < rest.n; i++)
        strbuf_adds(&out, rest.p[i] == '/' ? "::" : (char[]){ rest.p[i], 0 });
    return strbuf_sv(&out);
}

static void add_files(struct compile *c, struct name_set *set, const struct module *m, const char *folder, const char *ending)
{
    uint32_t count;
    struct sv dir = arena_printf(c->arena, "%.*s/%s", SV_ARG(m->dir), folder);
    const struct sv *paths = snapshot_glob(c->snapshot, arena_printf(c->arena, "%.*s/**/*.%s", SV_ARG(dir), ending), &count);
    for (uint32_t i = 0; i < count; i++)
        add_name(c, set, path_name(c, m->name, dir, paths[i]));
}

static void add_site_names(struct compile *c, struct name_set *set)
{
    uint32_t count;
    const struct unit **units = snapshot_site_units(c->snapshot, &count, NULL);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < units[i]->definition_count; d++) {
            const struct node *n = units[i]->definitions[d];
            if (n->kind == AST_CLASS || n->kind == AST_DEFINE)
                add_name(c, set, n->def->name->text);
        }
}

static struct sv bare(struct sv name) { return sv_starts(name, SV("::")) ? sv_slice(name, 2, name.n) : name; }

/* Names in the module that a name belongs to, and in those that are called nearly so. Returns whether the module is there. */
static bool add_module_names(struct compile *c, struct name_set *set, struct sv name, const char *folder)
{
    size_t count, colons = sv_find(name, SV("::"), 0);
    struct sv first = sv_slice(name, 0, colons);
    const struct module *const *all = snapshot_modules(c->snapshot, &count);
    bool there = false;
    for (size_t i = 0; i < count; i++) {
        bool same = sv_eq(all[i]->name, first);
        there |= same;
        if (same || sv_distance(all[i]->name, first, NEAR_MODULE) <= NEAR_MODULE)
            add_files(c, set, all[i], folder, "pp");
    }
    return there;
}

/* Where the autoloader wants a definition: "a::b::c" is MODULE/manifests/b/c.pp. */
static void tell_file(struct compile *c, struct sv name, const char *what)
{
    size_t colons = sv_find(name, SV("::"), 0);
    const struct module *m = snapshot_module(c->snapshot, sv_slice(name, 0, colons));
    struct strbuf path = STRBUF_IN(c->arena);
    strbuf_addf(&path, "%.*s/manifests/", SV_ARG(m->dir));
    for (size_t i = colons == SIZE_MAX ? name.n : colons + 2; i < name.n; i++) {
        bool sep = name.p[i] == ':' && i + 1 < name.n && name.p[i + 1] == ':';
        strbuf_addc(&path, sep ? '/' : name.p[i]);
        i += sep;
    }
    strbuf_adds(&path, colons == SIZE_MAX ? "init.pp" : ".pp");
    struct sv file = strbuf_sv(&path);
    if (snapshot_exists(c->snapshot, file))
        compile_note(c, (struct span){ 0 }, "%.*s is there, but does not define the %s %.*s", SV_ARG(file), what, SV_ARG(name));
    else
        compile_note(c, (struct span){ 0 }, "the %s %.*s would be in %.*s, which is not there", what, SV_ARG(name), SV_ARG(file));
}

static void help_definition(struct compile *c, struct name_set *set, struct sv name, const char *what)
{
    bool there = add_module_names(c, set, name, "manifests");
    add_site_names(c, set);
    suggest(c, set, name);
    size_t colons = sv_find(name, SV("::"), 0);
    struct sv module = sv_slice(name, 0, colons), path = snapshot_modulepath(c->snapshot);
    if (there)
        tell_file(c, name, what);
    else
        compile_note(c, (struct span){ 0 }, "there is no module '%.*s' on the module path: %.*s", SV_ARG(module),
                     SV_ARG(path.n ? path : SV("(empty)")));
}

void help_class(struct compile *c, struct sv name)
{
    struct name_set set = { 0 };
    help_definition(c, &set, bare(name), "class");
}

void help_resource_type(struct compile *c, struct sv name)
{
    struct name_set set = { 0 };
    const struct eval_hooks *hooks = &c->options->hooks;
    struct sv lower = intern(c->syms, arena_dup(c->arena, bare(name)))->text;
    size_t count;
    const struct module *const *all = snapshot_modules(c->snapshot, &count);
    if (sv_find(lower, SV("::"), 0) != SIZE_MAX) {
        help_definition(c, &set, lower, "define");
        return;
    }
    for (uint32_t i = 0; hooks->type_name && hooks->type_name(hooks->ctx, i); i++)
        add_name(c, &set, sv_of(hooks->type_name(hooks->ctx, i)));
    for (size_t i = 0; i < count; i++) {
        uint32_t n;
        const struct sv *paths = snapshot_glob(c->snapshot, arena_printf(c->arena, "%.*s/lib/puppet/type/*.rb", SV_ARG(all[i]->dir)), &n);
        for (uint32_t p = 0; p < n; p++)
            add_name(c, &set, sv_slice(path_base(paths[p]), 0, path_base(paths[p]).n - 3));
        if (sv_distance(all[i]->name, lower, NEAR_MODULE) <= NEAR_MODULE)
            add_files(c, &set, all[i], "manifests", "pp");
    }
    add_site_names(c, &set);
    suggest(c, &set, lower);
}

void help_function(struct compile *c, struct sv name)
{
    struct name_set set = { 0 };
    uint32_t count;
    const struct sv *builtin = builtins_names(c->options->functions, c->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        add_name(c, &set, builtin[i]);
    bool qualified = sv_find(name, SV("::"), 0) != SIZE_MAX;
    bool there = qualified && add_module_names(c, &set, name, "functions");
    suggest(c, &set, name);
    size_t colons = sv_find(name, SV("::"), 0);
    if (qualified && !there)
        compile_note(c, (struct span){ 0 }, "there is no module '%.*s' on the module path", SV_ARG(sv_slice(name, 0, colons)));
}

/* ---- places ---- */

/* The text of a line, without the blanks before it; no source where the file is not at hand. */
static struct span line_span(struct compile *c, struct sv file, uint32_t line)
{
    struct err err;
    const struct unit *u = c->code_unit && sv_eq(c->code_unit->src->path, file) ? c->code_unit : NULL;
    if (!u && file.n && line)
        u = snapshot_unit(c->snapshot, file, 0, NULL, &err);
    if (!u || !line)
        return (struct span){ 0 };
    struct sv text = u->src->text;
    size_t at = 0;
    for (uint32_t i = 1; i < line && at != SIZE_MAX; i++) {
        at = sv_find_char(text, '\n', at);
        at += at != SIZE_MAX;
    }
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
        at++;
    return at < text.n ? (struct span){ u->src, (uint32_t)at, (uint32_t)at + 1 } : (struct span){ 0 };
}

void help_duplicate(struct compile *c, const struct eres *old)
{
    struct span at = line_span(c, old->r.file, old->r.line);
    if (at.src)
        compile_note(c, at, "%.*s[%.*s] was declared first here", SV_ARG(old->r.type), SV_ARG(old->r.title));
    if (old->r.container && !sv_is(old->r.container->title, "main"))
        compile_note(c, (struct span){ 0 }, "the first one is part of %.*s[%.*s]", SV_ARG(old->r.container->type),
                     SV_ARG(old->r.container->title));
    compile_note(c, (struct span){ 0 }, "declare it once, in a class that both include, or give each a title of its own");
}

/* ---- parameters ---- */

static struct span param_span(const struct entry *e, const struct param *p) { return (struct span){ e->unit->src, p->from, p->to }; }

/* Where the value of a parameter came from, if that is no line of code, and what the parameter wants. */
void help_param_type(struct compile *c, const struct eres *r, const struct param *p)
{
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        const struct resource_param *given = &r->r.params[i];
        if (given->name != p->name)
            continue;
        if (given->origin.kind == ORIGIN_DATA)
            compile_note(c, (struct span){ 0 }, "the value is from the data: %.*s, key %.*s", SV_ARG(given->origin.level),
                         SV_ARG(given->origin.key));
        else if (given->origin.kind == ORIGIN_CODE && given->origin.span.src)
            compile_note(c, given->origin.span, "the value is given here");
    }
    compile_note(c, param_span(r->entry, p), "the parameter '%.*s' is declared here", SV_ARG(p->name->text));
}

void help_param_missing(struct compile *c, const struct eres *r, const struct param *p)
{
    const struct eval_hooks *hooks = &c->options->hooks;
    compile_note(c, param_span(r->entry, p), "the parameter '%.*s' is declared here, without a default", SV_ARG(p->name->text));
    if (!(r->r.flags & RES_CLASS) || !hooks->searched)
        return;
    struct sv key = arena_printf(c->arena, "%.*s::%.*s", SV_ARG(r->entry->name->text), SV_ARG(p->name->text));
    help_searched(c, key, hooks->searched(hooks->ctx, c, key));
}

void help_searched(struct compile *c, struct sv key, struct sv files)
{
    struct strbuf text = STRBUF_IN(c->arena);
    struct sv line;
    unsigned lines = 0;
    while (sv_cut(&files, '\n', &line))
        if (line.n && ++lines <= MOST_LINES)
            strbuf_addf(&text, "\n    %.*s", SV_ARG(line));
    if (lines)
        compile_note(c, (struct span){ 0 }, "the data has no key '%.*s'; searched:%.*s", SV_ARG(key), SV_ARG(strbuf_sv(&text)));
    else
        compile_note(c, (struct span){ 0 }, "the data has no key '%.*s': there is no hiera.yaml that could hold it", SV_ARG(key));
}

void help_param_unknown(struct compile *c, const struct eres *r, struct sv name)
{
    struct name_set set = { 0 };
    const struct definition *d = r->entry ? r->entry->def : NULL;
    for (uint32_t i = 0; d && i < d->param_count; i++)
        add_name(c, &set, d->params[i].name->text);
    for (uint32_t i = 0; !d && r->type && i < r->type->info->param_count; i++)
        add_name(c, &set, r->type->info->params[i]->text);
    for (uint32_t i = 0; i < r->r.param_count; i++)
        if (sv_eq(r->r.params[i].name->text, name) && r->r.params[i].origin.span.src)
            compile_note(c, r->r.params[i].origin.span, "'%.*s' is given here", SV_ARG(name));
    suggest(c, &set, name);
}
