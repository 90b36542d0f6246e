/* sources: parsing all manifests and templates below a folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sources.h"

#include "base/fs.h"
#include "base/limits.h"
#include "lang/parser.h"
#include "types/regexp.h"

enum { MOST_DEPTH = 40 };

static void free_names(void *t) { symtab_free(t); }

struct source_check *source_check_new(struct arena *a)
{
    struct source_check *r = ARENA_NEW(a, struct source_check);
    r->arena = a;
    r->names = symtab_new();
    arena_defer(a, free_names, r->names);
    r->diags = diags_in(a);
    return r;
}

static bool parse_file(struct source_check *r, struct sv path, struct err *err)
{
    struct source *src = ARENA_NEW(r->arena, struct source);
    src->path = path;
    if (!fs_read(r->arena, path.p, LIMIT_SOURCE_BYTES, &src->text, err))
        return false;
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

static bool add_folder(struct source_check *r, struct sv path, unsigned depth, struct err *err)
{
    struct fs_entry *list;
    size_t n;
    if (depth > MOST_DEPTH)
        return err_set(err, "'%.*s' is nested too deep; is there a symlink to a folder above?", SV_ARG(path));
    if (!fs_list(r->arena, path.p, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sv full = path_join(r->arena, path, list[i].name);
        bool wanted = sv_ends(full, SV(".pp")) || sv_ends(full, SV(".epp"));
        if (list[i].is_dir ? list[i].name.p[0] != '.' && !add_folder(r, full, depth + 1, err) : wanted && !parse_file(r, full, err))
            return false;
    }
    return true;
}

bool source_check_add(struct source_check *r, struct sv path, struct err *err)
{
    const char *p = sv_path(r->arena, path, err);
    if (!p)
        return false;
    struct sv own = sv_of(p);
    return fs_is_dir(p) ? add_folder(r, own, 0, err) : parse_file(r, own, err);
}
