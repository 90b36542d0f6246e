/* snapshot: opening a site: settings, module path, the list of modules. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "snapshot/internal.h"

#define OWN_MODULES POTLAC_DATADIR "/modules"
/* Where Debian's puppet has its modules, and where an administrator puts more. */
#define BASE_MODULES "/etc/puppet/code/modules:/usr/share/puppet/modules"

/* The value of "name = value" in an environment.conf; SV_NONE. The last one counts. */
static struct sv conf_value(struct sv text, const char *name)
{
    struct sv line, found = SV_NONE;
    while (sv_cut(&text, '\n', &line)) {
        line = sv_trim(line);
        size_t eq = sv_find_char(line, '=', 0);
        if (eq == SIZE_MAX || line.p[0] == '#' || !sv_is(sv_trim(sv_slice(line, 0, eq)), name))
            continue;
        found = sv_trim(sv_slice(line, eq + 1, line.n));
        if (found.n >= 2 && (found.p[0] == '"' || found.p[0] == '\'') && found.p[found.n - 1] == found.p[0])
            found = sv_slice(found, 1, found.n - 1);
    }
    return found;
}

/* base: the folder that relative ones start from; empty: the one the process is in. */
static void add_module_folder(struct snapshot *s, struct sv base, struct sv dir, bool is_base)
{
    dir = path_clean(s->arena, path_join(s->arena, base, dir));
    for (size_t i = 0; i < s->modulepath_count; i++)
        if (sv_eq(s->modulepath[i].dir, dir))
            return;
    struct module_folder folder = { dir, is_base || sv_is(dir, OWN_MODULES) };
    ARENA_PUSH(s->arena, s->modulepath, s->modulepath_count, s->modulepath_cap, folder);
}

/* "$codedir" and "$environment" inside a folder's name. */
static struct sv fill_settings(struct snapshot *s, struct sv text)
{
    const struct {
        struct sv name, value;
    } rows[] = { { SV("$codedir"), s->codedir.n ? s->codedir : SV("/etc/puppet/code") }, { SV("$environment"), s->environment } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t at = sv_find(text, rows[i].name, 0);
        if (at != SIZE_MAX)
            text = arena_printf(s->arena, "%.*s%.*s%.*s", SV_ARG(sv_slice(text, 0, at)), SV_ARG(rows[i].value),
                                SV_ARG(sv_slice(text, at + rows[i].name.n, text.n)));
    }
    return text;
}

static void add_module_path(struct snapshot *s, struct sv base, struct sv path, bool is_base)
{
    struct sv piece;
    while (sv_cut(&path, ':', &piece)) {
        piece = sv_trim(piece);
        if (sv_is(piece, "$basemodulepath")) {
            if (s->codedir.n)
                add_module_folder(s, s->codedir, SV("modules"), false);
            add_module_path(s, base, SV(OWN_MODULES ":" BASE_MODULES), true);
        } else if (piece.n) {
            add_module_folder(s, base, fill_settings(s, piece), is_base);
        }
    }
}

static struct sv joined_folders(struct snapshot *s)
{
    struct strbuf out = STRBUF_IN(s->arena);
    for (size_t i = 0; i < s->modulepath_count; i++)
        strbuf_addf(&out, "%s%.*s", i ? ":" : "", SV_ARG(s->modulepath[i].dir));
    return strbuf_sv(&out);
}

static void read_settings(struct snapshot *s, const struct snapshot_options *o)
{
    struct sv conf = SV_NONE, modulepath = SV_NONE, manifest = SV_NONE;
    struct err err;
    if (s->site.n &&
        s->tree.read(s->tree.ctx, s->arena, path_join(s->arena, s->site, SV("environment.conf")), 0, &conf, &err) == TREE_FILE) {
        manifest = conf_value(conf, "manifest");
        modulepath = conf_value(conf, "modulepath");
    }
    manifest = manifest.n ? fill_settings(s, manifest) : SV("manifests");
    s->manifest = s->site.n ? path_clean(s->arena, path_join(s->arena, s->site, manifest)) : SV_NONE;
    if (!modulepath.n)
        modulepath = o->base_modules ? SV("modules:$basemodulepath") : s->site.n ? SV("modules:" OWN_MODULES) : SV("$basemodulepath");
    if (o->modulepath.n)
        add_module_path(s, SV_NONE, o->modulepath, false);
    else
        add_module_path(s, s->site, modulepath, false);
    if (o->own_modules.n)
        add_module_folder(s, SV_NONE, o->own_modules, true);
    s->modulepath_text = joined_folders(s);
    s->global_hiera = path_clean(s->arena, o->global_hiera);
    if (s->site.n || o->hiera.n)
        s->hiera = o->hiera.n ? path_clean(s->arena, o->hiera) : path_join(s->arena, s->site, SV("hiera.yaml"));
}

/* As an installed module is called: /^[a-z][a-z0-9_]*$/ */
static bool is_module_name(struct sv name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (i && ((c >= '0' && c <= '9') || c == '_'))))
            return false;
    }
    return name.n > 0;
}

/* The first folder of the path that has a module of a name counts. */
static bool list_modules(struct snapshot *s, const struct module_folder *from, struct err *err)
{
    struct fs_entry *entries;
    size_t count;
    if (!s->tree.list(s->tree.ctx, s->arena, from->dir, &entries, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].is_dir || !is_module_name(entries[i].name) || map_find(&s->module_by_name, entries[i].name))
            continue;
        struct sv dir = path_join(s->arena, from->dir, entries[i].name);
        struct module_slot slot = { .module = { .name = entries[i].name, .dir = dir, .is_base = from->is_base } };
        ARENA_PUSH(s->arena, s->modules, s->module_count, s->module_cap, slot);
        /* the array still moves: the number stands in for the pointer */
        map_put(&s->module_by_name, entries[i].name, (void *)(uintptr_t)s->module_count);
    }
    return true;
}

enum { CACHE_COUNT = 13 };

static struct cache *const *all_caches(struct snapshot *s, struct cache *list[CACHE_COUNT])
{
    struct cache *caches[CACHE_COUNT] = { &s->texts, &s->units, &s->classes, &s->defines, &s->functions, &s->aliases,     &s->ruby_types,
                                          &s->data,  &s->globs, &s->kinds,   &s->memos,   &s->once,      &s->module_files };
    memcpy(list, caches, sizeof caches);
    return list;
}

static bool read_site(struct snapshot *s, const struct snapshot_options *o, struct err *err)
{
    if (s->site.n && s->tree.kind(s->tree.ctx, s->site) != TREE_FOLDER)
        return err_set(err, "the site '%.*s' is no folder", SV_ARG(s->site));
    read_settings(s, o);
    for (size_t i = 0; i < s->modulepath_count; i++)
        if (!list_modules(s, &s->modulepath[i], err))
            return false;
    return true;
}

struct snapshot *snapshot_open(const struct snapshot_options *o, struct err *err)
{
    struct arena *a = arena_new(0);
    struct snapshot *s = ARENA_NEW(a, struct snapshot);
    struct cache *caches[CACHE_COUNT];
    s->arena = a;
    s->tree = o->tree ? *o->tree : source_tree_folder();
    s->reads = o->record_reads ? reads_new(s->tree) : NULL;
    if (s->reads)
        s->tree = reads_tree(s->reads);
    s->overlay = o->overlay;
    s->now = o->now ? o->now : now_utc();
    s->syms = symtab_new();
    s->module_by_name = map_in(a);
    all_caches(s, caches);
    for (size_t i = 0; i < CACHE_COUNT; i++)
        cache_init(caches[i], s->reads);
    s->environment = arena_dup(a, o->environment.n ? o->environment : SV("production"));
    s->site = path_clean(a, o->site);
    s->codedir = path_clean(a, o->codedir);
    struct recording *settings = s->reads ? reads_begin(s->reads) : NULL;
    bool ok = read_site(s, o, err);
    if (settings) /* and the list of modules: they concern every compile */
        reads_end_common(s->reads, settings);
    if (!ok) {
        snapshot_free(s);
        return NULL;
    }
    s->module_list = ARENA_ARRAY(a, const struct module *, s->module_count + 1);
    for (size_t i = 0; i < s->module_count; i++) {
        pthread_mutex_init(&s->modules[i].lock, NULL);
        s->module_list[i] = &s->modules[i].module;
    }
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (!s)
        return;
    struct cache *caches[CACHE_COUNT];
    all_caches(s, caches);
    for (size_t i = 0; i < CACHE_COUNT; i++)
        cache_release(caches[i]);
    for (size_t i = 0; i < s->module_count; i++)
        pthread_mutex_destroy(&s->modules[i].lock);
    symtab_free(s->syms);
    reads_free(s->reads);
    arena_free(s->arena);
}

struct reads *snapshot_reads(struct snapshot *s) { return s->reads; }
struct symtab *snapshot_symtab(struct snapshot *s) { return s->syms; }
const struct source_tree *snapshot_tree(const struct snapshot *s) { return &s->tree; }
struct sv snapshot_environment(const struct snapshot *s) { return s->environment; }
struct sv snapshot_site(const struct snapshot *s) { return s->site; }
struct sv snapshot_modulepath(const struct snapshot *s) { return s->modulepath_text; }
struct sv snapshot_manifest(const struct snapshot *s) { return s->manifest; }
struct sv snapshot_hiera(const struct snapshot *s) { return s->hiera; }
struct sv snapshot_global_hiera(const struct snapshot *s) { return s->global_hiera; }

static struct module_slot *slot_find(struct snapshot *s, struct sv name)
{
    uintptr_t number = (uintptr_t)map_find(&s->module_by_name, name);
    return number ? &s->modules[number - 1] : NULL;
}

const struct module *module_find(struct snapshot *s, struct sv name)
{
    struct module_slot *slot = slot_find(s, name);
    return slot ? &slot->module : NULL;
}

static void *make_metadata(void *ctx, struct sv path, struct arena *a)
{
    struct snapshot *s = ctx;
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc = NULL;
    struct err err;
    src->path = path;
    if (s->tree.read(s->tree.ctx, a, path, 0, &src->text, &err) != TREE_FILE || !json_read(a, src, NULL, &diags, &doc))
        return NULL;
    return doc;
}

const struct module *snapshot_module(struct snapshot *s, struct sv name)
{
    struct module_slot *slot = slot_find(s, name);
    if (!slot)
        return NULL;
    struct arena *scratch = arena_new(0);
    const struct data_doc *metadata = cache_get(&s->once, path_join(scratch, slot->module.dir, SV("metadata.json")), make_metadata, s);
    arena_free(scratch);
    pthread_mutex_lock(&slot->lock);
    slot->module.metadata = metadata;
    pthread_mutex_unlock(&slot->lock);
    return &slot->module;
}

const struct module *const *snapshot_modules(struct snapshot *s, size_t *out_count)
{
    *out_count = s->module_count;
    return s->module_list;
}
