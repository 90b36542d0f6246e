/* load: manifests and templates parsed once, and definitions found by name as the reference's autoloader finds them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser.h"
#include "lang/redefined.h"
#include "snapshot/internal.h"
#include "types/regexp.h"

/* ---- files ---- */

static void *make_unit(void *ctx, struct sv key, struct arena *a)
{
    struct snapshot *s = ctx;
    struct loaded_unit *l = ARENA_NEW(a, struct loaded_unit);
    struct source *src = ARENA_NEW(a, struct source);
    unsigned flags = (unsigned)(key.p[0] - '0');
    src->path = sv_slice(key, 1, key.n);
    l->diags = diags_in(a);
    enum tree_kind kind = s->tree.read(s->tree.ctx, a, src->path, 0, &src->text, &l->err);
    if (kind != TREE_FILE) {
        l->missing = kind == TREE_ABSENT;
        if (l->missing)
            err_set(&l->err, "'%.*s' does not exist", SV_ARG(src->path));
        return l;
    }
    const struct unit *u = parse_with_regexps(a, s->syms, src, flags, regexp_compiles, &l->diags);
    if (u && ((flags & PARSE_EPP) || locate_check(s, u, &l->diags)))
        l->unit = u;
    return l;
}

const struct loaded_unit *unit_load(struct snapshot *s, struct sv path, unsigned parse_flags)
{
    AUTO_STRBUF key = STRBUF_HEAP;
    strbuf_addc(&key, (char)('0' + parse_flags));
    strbuf_add(&key, path);
    return cache_get(&s->units, strbuf_sv(&key), make_unit, s);
}

const struct unit *snapshot_unit(struct snapshot *s, struct sv path, unsigned parse_flags, struct diags *diags, struct err *err)
{
    const struct loaded_unit *l = unit_load(s, path, parse_flags);
    diags_append(diags, &l->diags);
    if (!l->unit)
        err_set(err, "%s", l->err.text[0] ? l->err.text : "it has mistakes");
    return l->unit;
}

const struct diags *snapshot_unit_diags(struct snapshot *s, const struct unit *u) { return &unit_load(s, u->src->path, 0)->diags; }

/* ---- the site's own manifests ---- */

struct site_units {
    const struct unit **units;
    uint32_t count;
    bool wrong;
    struct diags diags;
};

static void *make_site(void *ctx, struct sv key, struct arena *a)
{
    (void)key;
    struct snapshot *s = ctx;
    struct site_units *site = ARENA_NEW(a, struct site_units);
    const struct sv *paths = &s->manifest;
    uint32_t count = s->manifest.n ? 1 : 0;
    site->diags = diags_in(a);
    enum tree_kind kind = count ? s->tree.kind(s->tree.ctx, s->manifest) : TREE_ABSENT;
    if (kind == TREE_ABSENT)
        return site;
    if (kind == TREE_FOLDER)
        paths = snapshot_glob(s, arena_printf(a, "%.*s/**/*.pp", SV_ARG(s->manifest)), &count);
    site->units = ARENA_ARRAY(a, const struct unit *, count + 1);
    struct map seen = map_in(a);
    for (uint32_t i = 0; i < count; i++) {
        const struct loaded_unit *l = unit_load(s, paths[i], 0);
        diags_append(&site->diags, &l->diags);
        if (l->unit) {
            site->units[site->count++] = l->unit;
            check_redefined(&seen, l->unit, &site->diags);
        } else if (!l->diags.errors) {
            diag_error(&site->diags, (struct span){ 0 }, "%s", l->err.text);
        }
    }
    site->wrong = site->diags.errors > 0;
    return site;
}

static const struct site_units *site_units(struct snapshot *s) { return cache_get(&s->once, SV("site"), make_site, s); }

const struct unit **snapshot_site_units(struct snapshot *s, uint32_t *out_count, struct diags *diags)
{
    const struct site_units *site = site_units(s);
    diags_append(diags, &site->diags);
    *out_count = site->count;
    return site->units;
}

/* ---- definitions ---- */

struct wanted {
    struct snapshot *s;
    const struct sym *name;
    enum ast_kind kind;
    const char *folder; /* where a file of its own stands: "manifests", "functions", "types" */
};

struct definition_found {
    struct found found; /* node NULL: none */
    struct diags diags;
};

static const struct sym *name_of(const struct node *n) { return n->kind == AST_TYPE_ALIAS ? n->alias.name : n->def->name; }

/* How a type alias is called in code: names of definitions are lower case. */
static bool is_wanted(const struct wanted *w, const struct node *n)
{
    if (n->kind != w->kind)
        return false;
    const struct sym *name = name_of(n);
    return name == w->name || (name && sv_eq_nocase(name->text, w->name->text));
}

static bool find_in(const struct wanted *w, const struct unit *u, const struct module *m, struct definition_found *out)
{
    for (uint32_t i = 0; i < u->definition_count; i++)
        if (is_wanted(w, u->definitions[i])) {
            out->found.unit = u;
            out->found.node = u->definitions[i];
            out->found.module = m;
            return true;
        }
    return false;
}

/* "a::b::c" with all but the first part, as a path: "b/c". Empty for "a". */
static struct sv name_path(struct arena *a, struct sv name)
{
    struct strbuf out = STRBUF_IN(a);
    size_t at = sv_find(name, SV("::"), 0);
    if (at == SIZE_MAX)
        return SV_NONE;
    for (size_t i = at + 2; i < name.n; i++) {
        bool colons = name.p[i] == ':' && i + 1 < name.n && name.p[i + 1] == ':';
        strbuf_addc(&out, colons ? '/' : name.p[i]);
        i += colons;
    }
    return strbuf_sv(&out);
}

/* True: the search is over, with or without success. */
static bool try_file(const struct wanted *w, const struct module *m, struct sv path, struct definition_found *out)
{
    const struct loaded_unit *l = unit_load(w->s, path, 0);
    if (l->missing)
        return false;
    if (!l->unit) {
        diags_append(&out->diags, &l->diags);
        if (!l->diags.errors)
            diag_error(&out->diags, (struct span){ 0 }, "%s", l->err.text);
        return true;
    }
    return find_in(w, l->unit, m, out);
}

static bool try_manifest(const struct wanted *w, const struct module *m, struct sv path, struct definition_found *out)
{
    struct found *f = &out->found;
    const struct loaded_unit *l = unit_load(w->s, path, 0);
    if (l->unit)
        ARENA_PUSH(out->diags.arena, f->imports, f->import_count, f->import_cap, l->unit);
    return try_file(w, m, path, out);
}

/* init.pp is read first whatever is asked for, then the file of the name and those of the names around it. */
static bool try_manifests(const struct wanted *w, const struct module *m, struct arena *a, struct definition_found *out)
{
    if (try_manifest(w, m, arena_printf(a, "%.*s/manifests/init.pp", SV_ARG(m->dir)), out))
        return true;
    for (struct sv rest = name_path(a, w->name->text); rest.n;) {
        if (try_manifest(w, m, arena_printf(a, "%.*s/manifests/%.*s.pp", SV_ARG(m->dir), SV_ARG(rest)), out))
            return true;
        size_t slash = sv_rfind_char(rest, '/');
        rest = slash == SIZE_MAX ? SV_NONE : sv_slice(rest, 0, slash);
    }
    return false;
}

/* A file of functions/ or types/ holds the one thing it is named after and nothing else. */
static bool check_single(const struct wanted *w, const struct unit *u, struct diags *diags)
{
    const char *what = w->kind == AST_FUNCTION ? "function" : "type";
    const char *none = w->kind == AST_FUNCTION ? "no function found" : "no type alias or type definition found";
    struct sv name = w->name->text, path = u->src->path;
    const struct node *first = u->definition_count ? u->definitions[0] : NULL;
    struct span at = first ? node_span(u, first) : (struct span){ u->src, 0, 0 };
    if (!first)
        return diag_error(diags, at, "The code loaded from %.*s does not define the %s '%.*s' - it is empty.", SV_ARG(path), what,
                          SV_ARG(name));
    if (u->definition_count > 1)
        return diag_error(diags, node_span(u, u->definitions[1]),
                          "The code loaded from %.*s must contain only the %s '%.*s' - it has additional definitions.", SV_ARG(path), what,
                          SV_ARG(name));
    if (first->kind != w->kind)
        return diag_error(diags, at, "The code loaded from %.*s does not define the %s '%.*s' - %s.", SV_ARG(path), what, SV_ARG(name),
                          none);
    if (!is_wanted(w, first)) {
        struct sv actual = name_of(first) ? name_of(first)->text : SV_NONE;
        const char *quote = w->kind == AST_FUNCTION ? "" : "'";
        return diag_error(diags, at, "The code loaded from %.*s produced %s with the wrong name, expected %s%.*s%s, actual %s%.*s%s",
                          SV_ARG(path), what, quote, SV_ARG(name), quote, quote, SV_ARG(actual), quote);
    }
    if (u->program->kind == AST_BLOCK && u->program->list.count > 1)
        return diag_error(diags, at, "The code loaded from %.*s contains additional logic - can only contain the %s %s%.*s%s", SV_ARG(path),
                          what, w->kind == AST_FUNCTION ? "" : "'", SV_ARG(name), w->kind == AST_FUNCTION ? "" : "'");
    return true;
}

/* dir: of the module, or of the site for "environment::name". */
static bool try_own_file(const struct wanted *w, const struct module *m, struct sv dir, struct arena *a, struct definition_found *out)
{
    struct sv rest = name_path(a, w->name->text);
    struct sv own = w->kind == AST_TYPE_ALIAS ? SV("init_typeset") : w->name->text; /* a type of the module's name is a set */
    struct sv path = arena_printf(a, "%.*s/%s/%.*s.pp", SV_ARG(dir), w->folder, SV_ARG(rest.n ? rest : own));
    const struct loaded_unit *l = unit_load(w->s, path, 0);
    if (l->missing)
        return false;
    if (l->unit && !check_single(w, l->unit, &out->diags))
        return true;
    return try_file(w, m, path, out);
}

static void search(const struct wanted *w, struct arena *a, struct definition_found *out)
{
    const struct site_units *site = site_units(w->s);
    for (uint32_t i = 0; i < site->count; i++)
        if (find_in(w, site->units[i], NULL, out))
            return;
    struct sv name = w->name->text;
    size_t colons = sv_find(name, SV("::"), 0);
    struct sv first = colons == SIZE_MAX ? name : sv_slice(name, 0, colons);
    bool is_manifest = w->kind == AST_CLASS || w->kind == AST_DEFINE;
    if (!is_manifest && w->s->site.n && sv_is(first, "environment") && try_own_file(w, NULL, w->s->site, a, out))
        return;
    const struct module *m = module_find(w->s, first);
    if (!m || (!is_manifest && try_own_file(w, m, m->dir, a, out)))
        return;
    try_manifests(w, m, a, out);
}

static void *make_definition(void *ctx, struct sv key, struct arena *a)
{
    (void)key;
    struct definition_found *out = ARENA_NEW(a, struct definition_found);
    out->diags = diags_in(a);
    search(ctx, a, out);
    return out;
}

static bool definition(struct cache *cache, struct wanted w, struct found *out_found, struct diags *diags)
{
    const struct definition_found *d = cache_get(cache, w.name->text, make_definition, &w);
    *out_found = d->found;
    if (d->found.node)
        return true;
    diags_append(diags, &d->diags);
    return false;
}

bool snapshot_class(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags)
{
    return definition(&s->classes, (struct wanted){ s, name, AST_CLASS, "manifests" }, out_found, diags);
}

bool snapshot_define(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags)
{
    return definition(&s->defines, (struct wanted){ s, name, AST_DEFINE, "manifests" }, out_found, diags);
}

bool snapshot_function(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags)
{
    return definition(&s->functions, (struct wanted){ s, name, AST_FUNCTION, "functions" }, out_found, diags);
}

bool snapshot_type_alias(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags)
{
    return definition(&s->aliases, (struct wanted){ s, name, AST_TYPE_ALIAS, "types" }, out_found, diags);
}

/* ---- the model ---- */

struct model_found {
    const struct model *model;
    struct diags diags;
    bool told;
};

static void *make_model(void *ctx, struct sv key, struct arena *a)
{
    (void)key;
    struct snapshot *s = ctx;
    struct model_found *f = ARENA_NEW(a, struct model_found);
    struct sv folder = path_join(a, s->site, SV("model"));
    struct err err;
    f->diags = diags_in(a);
    if (!s->site.n || s->tree.kind(s->tree.ctx, folder) != TREE_FOLDER)
        return f;
    struct model *m = model_new(a);
    model_set_overlay(m, s->overlay);
    bool fine = model_add_tree(m, &s->tree, folder, &f->diags, &err);
    if (!fine && !f->diags.errors)
        diag_error(&f->diags, (struct span){ 0 }, "%s", err.text);
    if (model_check(m, local_from_seconds(s->now).date, &f->diags) && fine)
        f->model = m;
    return f;
}

const struct model *snapshot_model(struct snapshot *s, struct diags *diags)
{
    struct model_found *f = cache_get(&s->once, SV("model"), make_model, s);
    if (diags && !__atomic_exchange_n(&f->told, true, __ATOMIC_ACQ_REL))
        diags_append(diags, &f->diags);
    return f->model;
}
