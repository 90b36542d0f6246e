/* file_source: where a file's content comes from, and the files that a folder with recurse stands for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include "system/file.h"

#define SOURCE_BYTES  (1u << 30)
#define RECURSE_DEPTH 64
#define RECURSE_FILES 100000

/* --- one source --- */

static struct sv names_of(struct run *run, struct fs_entry *entries, size_t count)
{
    struct strbuf b = STRBUF_IN(run->arena);
    for (size_t i = 0; i < count; i++) {
        strbuf_add(&b, entries[i].name);
        strbuf_addc(&b, '\n');
    }
    return strbuf_sv(&b);
}

static bool fetch_local(struct run *run, struct sv path, struct sv *out_text, mode_t *out_mode, struct err *err)
{
    const char *p = sv_path(run->arena, rooted(run, path), err);
    struct stat st;
    if (!p)
        return false;
    if (stat(p, &st) < 0)
        return err_errno(err, "cannot read the source '%.*s'", SV_ARG(path));
    *out_mode = st.st_mode;
    if (S_ISDIR(st.st_mode)) {
        struct fs_entry *entries;
        size_t count;
        if (!fs_list(run->arena, p, &entries, &count, err))
            return false;
        *out_text = names_of(run, entries, count);
        return true;
    }
    if (!S_ISREG(st.st_mode))
        return err_set(err, "the source '%.*s' is no plain file", SV_ARG(path));
    return fs_read(run->arena, p, SOURCE_BYTES, out_text, err);
}

bool file_fetch(struct run *run, struct sv source, struct sv *out_text, mode_t *out_mode, struct err *err)
{
    if (source.n && source.p[0] == '/')
        return fetch_local(run, source, out_text, out_mode, err);
    if (sv_starts(source, SV("file:///")))
        return fetch_local(run, sv_slice(source, 7, source.n), out_text, out_mode, err);
    if (!sv_starts(source, SV("puppet:")))
        return err_set(err, "cannot read the source '%.*s': only paths, file:/// and puppet:/// are read", SV_ARG(source));
    if (!run->file_source)
        return err_set(err, "cannot read the source '%.*s': this run has no modules to read it from", SV_ARG(source));
    return run->file_source(run->file_source_ctx, source, run->arena, out_text, out_mode, err);
}

bool file_fetch_first(struct run *run, const struct resource *r, struct sv *out_source, struct sv *out_text, mode_t *out_mode,
                      struct err *err)
{
    uint32_t count;
    struct sv *sources = attr_list(run, r, "source", &count);
    struct strbuf tried = STRBUF_IN(run->arena);
    for (uint32_t i = 0; i < count; i++) {
        if (file_fetch(run, sources[i], out_text, out_mode, err)) {
            *out_source = sources[i];
            return true;
        }
        strbuf_addf(&tried, "%s%.*s", i ? ", " : "", SV_ARG(sources[i]));
    }
    if (count < 2)
        return err_wrap(err, "Could not retrieve information from environment source(s) %s", strbuf_cstr(&tried));
    return err_set(err, "Could not retrieve information from environment source(s) %s", strbuf_cstr(&tried));
}

/* --- folders with recurse --- */

struct walk {
    struct run *run;
    const struct resource *top;
    void (*add)(void *ctx, struct resource *made);
    void *ctx;
    struct map seen; /* paths that the source gave */
    struct sv *ignore;
    uint32_t ignore_count, files;
    int64_t depth_limit;
    bool purge;
    struct err *err;
};

static bool ignored(const struct walk *w, struct sv name)
{
    for (uint32_t i = 0; i < w->ignore_count; i++)
        if (fnmatch(arena_cstr(w->run->arena, w->ignore[i]), arena_cstr(w->run->arena, name), 0) == 0)
            return true;
    return false;
}

static void give(struct walk *w, struct resource *r, const char *name, struct value v, bool sensitive)
{
    /* Attribute names are found by text, so a sym of the run's own will do. */
    struct sym *s = ARENA_NEW(w->run->arena, struct sym);
    s->text = sv_of(name);
    s->hash = sv_hash(s->text);
    s->id = UINT32_MAX;
    struct resource_param p = { .name = s, .value = v, .sensitive = sensitive };
    ARENA_PUSH(w->run->arena, r->params, r->param_count, r->param_cap, p);
}

/* A file inside the folder: it has the folder's attributes but those that speak of the folder itself. */
static struct resource *child(struct walk *w, struct sv path)
{
    static const char *const own[] = { "path",   "ensure",    "source",    "content",      "target", "recurse", "recurselimit",
                                       "purge",  "ignore",    "max_files", "sourceselect", "alias",  "before",  "require",
                                       "notify", "subscribe", NULL };
    struct resource *r = ARENA_NEW(w->run->arena, struct resource);
    *r = (struct resource){ .type = SV("File"),
                            .title = path,
                            .flags = RES_BUILTIN,
                            .tags = w->top->tags,
                            .tag_count = w->top->tag_count,
                            .file = w->top->file,
                            .line = w->top->line,
                            .container = w->top->container,
                            .index = w->top->index };
    for (uint32_t i = 0; i < w->top->param_count; i++) {
        const struct resource_param *p = &w->top->params[i];
        bool skip = false;
        for (size_t k = 0; own[k]; k++)
            skip = skip || sv_is(p->name->text, own[k]);
        if (!skip)
            ARENA_PUSH(w->run->arena, r->params, r->param_count, r->param_cap, *p);
    }
    return r;
}

static bool count_file(struct walk *w)
{
    return ++w->files <= RECURSE_FILES || err_set(w->err, "more than %d files under '%.*s'", RECURSE_FILES, SV_ARG(w->top->title));
}

static bool walk_source(struct walk *w, struct sv path, struct sv source, struct sv names, int depth)
{
    struct sv name;
    if (depth > RECURSE_DEPTH || depth > w->depth_limit)
        return depth <= RECURSE_DEPTH || w->depth_limit < depth ||
               err_set(w->err, "folders are nested too deep under '%.*s'", SV_ARG(source));
    while (sv_cut(&names, '\n', &name)) {
        if (name.n == 0 || ignored(w, name))
            continue;
        if (!count_file(w))
            return false;
        struct sv to = path_join(w->run->arena, path, name), from = path_join(w->run->arena, source, name), text;
        mode_t mode = 0;
        if (!file_fetch(w->run, from, &text, &mode, w->err))
            return false;
        struct resource *r = child(w, to);
        give(w, r, "ensure", value_str(S_ISDIR(mode) ? SV("directory") : SV("file")), false);
        if (!S_ISDIR(mode))
            give(w, r, "source", value_str(from), false);
        map_put(&w->seen, to, r);
        w->add(w->ctx, r);
        if (S_ISDIR(mode) && !walk_source(w, to, from, text, depth + 1))
            return false;
    }
    return true;
}

/* What is there already: purged where the source does not give it, else owner and mode are kept as wanted. */
static bool walk_local(struct walk *w, int dir, struct sv path, int depth)
{
    if (depth > RECURSE_DEPTH || depth > w->depth_limit)
        return true;
    DIR *d = fdopendir(dir);
    if (!d) {
        close_fd(&dir);
        return err_errno(w->err, "cannot list '%.*s'", SV_ARG(path));
    }
    bool good = true;
    for (struct dirent *e; good && (e = readdir(d));) {
        struct sv name = sv_of(e->d_name);
        if (sv_is(name, ".") || sv_is(name, "..") || ignored(w, name))
            continue;
        struct sv full = path_join(w->run->arena, path, arena_dup(w->run->arena, name));
        struct stat st;
        bool known = map_find(&w->seen, full) != NULL;
        bool folder = fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
        good = count_file(w);
        if (!known && good) {
            struct resource *r = child(w, full);
            if (w->purge)
                give(w, r, "ensure", value_str(SV("absent")), false);
            w->add(w->ctx, r);
        }
        if (good && folder && (known || !w->purge)) {
            int sub = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            good = sub < 0 || walk_local(w, sub, full, depth + 1);
        }
    }
    closedir(d);
    return good;
}

bool file_generate(struct run *run, const struct resource *r, void (*add)(void *ctx, struct resource *made), void *ctx, struct err *err)
{
    struct sv recurse = attr_text(run, r, "recurse");
    bool remote = sv_is(recurse, "remote"), local = attr_bool(r, "recurse", false);
    if (!remote && !local)
        return true;
    struct walk w = {
        .run = run, .top = r, .add = add, .ctx = ctx, .seen = map_in(run->arena), .depth_limit = RECURSE_DEPTH + 1, .err = err
    };
    w.ignore = attr_list(run, r, "ignore", &w.ignore_count);
    w.purge = attr_bool(r, "purge", false);
    attr_int(run, r, "recurselimit", &w.depth_limit);
    struct sv path = attr_name(run, r, "path"), source, names;
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    mode_t mode = 0;
    if (attr_value(r, "source").kind != V_UNDEF) {
        if (!file_fetch_first(run, r, &source, &names, &mode, err))
            return false;
        if (S_ISDIR(mode) && !walk_source(&w, path, source, names, 1))
            return false;
    }
    if (!local)
        return true;
    struct sv base;
    AUTO_FD parent = open_parent(run, path, &base, err);
    if (parent < 0)
        return true; /* nothing there yet */
    int dir = openat(parent, arena_cstr(run->arena, base), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return dir < 0 || walk_local(&w, dir, path, 1);
}
