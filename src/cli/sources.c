/* sources: parsing all manifests and templates below a folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sources.h"

#include "base/json.h"
#include "lang/parser.h"
#include "snapshot/snapshot.h"
#include "types/regexp.h"

enum { MOST_DEPTH = 40 };

static void free_names(void *t) { symtab_free(t); }

struct source_check *source_check_new(struct arena *a, const struct source_tree *tree)
{
    struct source_check *r = ARENA_NEW(a, struct source_check);
    r->arena = a;
    r->tree = tree;
    r->names = symtab_new();
    arena_defer(a, free_names, r->names);
    r->diags = diags_in(a);
    return r;
}

static bool parse_file(struct source_check *r, struct sv path, struct err *err)
{
    struct source *src = ARENA_NEW(r->arena, struct source);
    src->path = path;
    enum tree_kind kind = r->tree->read(r->tree->ctx, r->arena, path, 0, &src->text, err);
    if (kind != TREE_FILE)
        return kind != TREE_ABSENT ? false : err_set(err, "cannot read '%.*s': No such file or directory", SV_ARG(path));
    bool is_template = sv_ends(path, SV(".epp"));
    bool is_plan = sv_find(path, SV("/plans/"), 0) != SIZE_MAX;
    parse_with_regexps(r->arena, r->names, src, is_template ? PARSE_EPP : is_plan ? PARSE_TASKS : 0, regexp_compiles, &r->diags);
    r->files++;
    if (is_template)
        r->templates++;
    else
        r->manifests++;
    return true;
}

/* Of a module: whether it can be read at all. */
static bool read_metadata(struct source_check *r, struct sv path, struct err *err)
{
    struct source *src = ARENA_NEW(r->arena, struct source);
    struct data_doc *doc;
    src->path = path;
    if (r->tree->read(r->tree->ctx, r->arena, path, 0, &src->text, err) != TREE_FILE)
        return false;
    json_read(r->arena, src, NULL, &r->diags, &doc);
    return true;
}

static bool add_folder(struct source_check *r, struct sv path, unsigned depth, struct err *err)
{
    struct fs_entry *list;
    size_t n;
    if (depth > MOST_DEPTH)
        return err_set(err, "'%.*s' is nested too deep; is there a symlink to a folder above?", SV_ARG(path));
    if (!r->tree->list(r->tree->ctx, r->arena, path, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sv full = path_join(r->arena, path, list[i].name);
        bool wanted = sv_ends(full, SV(".pp")) || sv_ends(full, SV(".epp"));
        if (sv_is(list[i].name, "metadata.json") && !list[i].is_dir && r->with_metadata && !read_metadata(r, full, err))
            return false;
        if (list[i].is_dir ? list[i].name.p[0] != '.' && !add_folder(r, full, depth + 1, err) : wanted && !parse_file(r, full, err))
            return false;
    }
    return true;
}

static bool add(struct source_check *r, struct sv path, struct err *err)
{
    const char *p = sv_path(r->arena, path, err);
    if (!p)
        return false;
    struct sv own = sv_of(p);
    return r->tree->kind(r->tree->ctx, own) == TREE_FOLDER ? add_folder(r, own, 0, err) : parse_file(r, own, err);
}

bool source_check_add(struct source_check *r, struct sv path, struct err *err)
{
    r->with_metadata = true;
    return add(r, path, err);
}

bool source_check_add_site(struct source_check *r, struct snapshot *s, struct err *err)
{
    size_t count;
    const struct module *const *modules = snapshot_modules(s, &count);
    struct sv manifest = snapshot_manifest(s);
    r->with_metadata = false; /* modules are asked for more */
    if (manifest.n && r->tree->kind(r->tree->ctx, manifest) != TREE_ABSENT && !add(r, manifest, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!modules[i]->is_base && !add(r, modules[i]->dir, err))
            return false;
    return true;
}
