/* commit_tree: paths followed through the folders and symlinks of a commit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/commit_tree.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "snapshot/copy.h"

enum { MOST_LINKS = 40, MOST_DEPTH = 200 };

struct commit_tree {
    struct arena *arena;
    struct repository *repository;
    struct source_tree outside;
    struct revision revision;
    struct item root;
    struct sv folder; /* where the root is said to be */
    struct sv path;
    pthread_mutex_t lock; /* of the copy */
    struct copy copy;
    bool copied;
};

/* ---- following a path ---- */

enum where { NOWHERE, IN_COMMIT, IN_SUBMODULE, OUTSIDE };

struct walk {
    struct commit_tree *t;
    struct err *err;
    struct strbuf path; /* what is still to be followed: absolute */
    struct strbuf done; /* the folder reached: for relative links, and the path that is outside in the end */
    const struct item *items[MOST_DEPTH];
    unsigned depth, links;
};

static void walk_release(struct walk *w)
{
    strbuf_release(&w->path);
    strbuf_release(&w->done);
}

static bool is_below(struct sv folder, struct sv path)
{
    return sv_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/' || folder.n == 1);
}

/* The link's own text in place of its name, before what is still to be followed. */
static enum where follow_link(struct walk *w, const struct item *link, struct sv rest)
{
    struct sv target;
    if (++w->links > MOST_LINKS || !repository_read(w->t->repository, &link->id, 4096, &target, w->err) || !target.n)
        return NOWHERE;
    struct strbuf next = STRBUF_HEAP;
    if (target.p[0] != '/')
        strbuf_addf(&next, "%.*s/", SV_ARG(strbuf_sv(&w->done)));
    strbuf_addf(&next, "%.*s%s%.*s", SV_ARG(target), rest.n ? "/" : "", SV_ARG(rest)); /* a '/' at its end would ask for a folder */
    strbuf_release(&w->path);
    w->path = next;
    return IN_COMMIT;
}

static void leave_folder(struct walk *w)
{
    w->depth--;
    w->done.n = sv_rfind_char(strbuf_sv(&w->done), '/');
}

/* One name of the path. *out_again: it was a link, and w->path is another one. */
static enum where step(struct walk *w, struct sv name, struct sv rest, bool *out_again)
{
    const struct item *at = w->items[w->depth];
    if (at->kind != ITEM_FOLDER)
        return NOWHERE;
    const struct folder *f = repository_list(w->t->repository, &at->id, w->err);
    const struct item *next = f ? folder_find(f, name) : NULL;
    if (!next || w->depth + 1 == MOST_DEPTH)
        return NOWHERE;
    *out_again = next->kind == ITEM_LINK;
    if (*out_again)
        return follow_link(w, next, rest);
    w->items[++w->depth] = next;
    strbuf_addf(&w->done, "/%.*s", SV_ARG(name));
    return next->kind == ITEM_SUBMODULE && sv_trim(rest).n ? IN_SUBMODULE : IN_COMMIT;
}

static enum where follow_once(struct walk *w, bool *out_again)
{
    struct sv folder = w->t->folder, path = strbuf_sv(&w->path), name;
    *out_again = false;
    if (!is_below(folder, path))
        return OUTSIDE;
    struct sv rest = sv_slice(path, folder.n, path.n);
    w->items[w->depth = 0] = &w->t->root;
    strbuf_reset(&w->done);
    strbuf_add(&w->done, folder);
    while (sv_cut(&rest, '/', &name)) {
        enum where where = IN_COMMIT;
        if (!name.n || sv_is(name, "."))
            continue;
        if (sv_is(name, "..") && !w->depth) {
            struct strbuf out = STRBUF_HEAP;
            strbuf_addf(&out, "%.*s/%.*s", SV_ARG(path_dir(folder)), SV_ARG(rest));
            strbuf_release(&w->path);
            w->path = out;
            return OUTSIDE;
        }
        if (sv_is(name, ".."))
            leave_folder(w);
        else
            where = step(w, name, rest, out_again);
        if (where != IN_COMMIT || *out_again)
            return where;
    }
    return IN_COMMIT;
}

/* Where a path leads. IN_COMMIT, IN_SUBMODULE: *out_item; OUTSIDE: w->path. */
static enum where follow(struct walk *w, struct sv path, const struct item **out_item)
{
    bool again = true;
    enum where where = NOWHERE;
    struct arena *scratch = arena_new(0);
    strbuf_add(&w->path, path_clean(scratch, path));
    arena_free(scratch);
    while (again)
        where = follow_once(w, &again);
    *out_item = w->items[w->depth];
    return where;
}

static struct walk walk_in(struct commit_tree *t, struct err *err)
{
    return (struct walk){ .t = t, .err = err, .path = STRBUF_HEAP, .done = STRBUF_HEAP };
}

static bool is_submodule(const struct walk *w, struct err *err)
{
    return err_set(err,
                   "'%.*s' is a git submodule: its files are in another repository, and not part of commit %.10s; check the commit out "
                   "with its submodules ('git worktree add', 'git submodule update --init') and name that folder with --site",
                   SV_ARG(strbuf_sv(&w->done)), w->t->revision.commit.p);
}

/* ---- the tree's functions ---- */

static enum tree_kind commit_kind(void *ctx, struct sv path)
{
    struct commit_tree *t = ctx;
    const struct item *item;
    struct walk w = walk_in(t, NULL);
    enum where where = follow(&w, path, &item);
    enum tree_kind kind = TREE_ABSENT;
    if (where == OUTSIDE)
        kind = t->outside.kind(t->outside.ctx, strbuf_sv(&w.path));
    else if (where == IN_SUBMODULE)
        kind = TREE_FILE; /* whoever reads it is told why it cannot be read */
    else if (where == IN_COMMIT)
        kind = item->kind == ITEM_FILE ? TREE_FILE : TREE_FOLDER;
    walk_release(&w);
    return kind;
}

static enum tree_kind read_item(struct commit_tree *t, const struct item *item, struct sv path, size_t max, struct sv *out_text,
                                struct err *err)
{
    if (item->kind != ITEM_FILE) {
        err_set(err, "cannot read '%.*s': it is a folder", SV_ARG(path));
        return TREE_FOLDER;
    }
    if (repository_read(t->repository, &item->id, max ? max : LIMIT_SOURCE_BYTES, out_text, err))
        return TREE_FILE;
    err_wrap(err, "cannot read '%.*s'", SV_ARG(path));
    return TREE_FOLDER;
}

static enum tree_kind commit_read(void *ctx, struct arena *a, struct sv path, size_t max, struct sv *out_text, struct err *err)
{
    struct commit_tree *t = ctx;
    const struct item *item;
    struct err own = { "" };
    struct walk w = walk_in(t, &own);
    enum where where = follow(&w, path, &item);
    enum tree_kind kind = TREE_ABSENT;
    if (where == OUTSIDE) {
        kind = t->outside.read(t->outside.ctx, a, strbuf_sv(&w.path), max, out_text, err);
    } else if (where == IN_SUBMODULE) {
        is_submodule(&w, err);
        kind = TREE_FOLDER;
    } else if (where == IN_COMMIT) {
        kind = read_item(t, item, path, max, out_text, err);
    } else if (own.text[0]) { /* the repository is not whole */
        err_set(err, "%s", own.text);
        kind = TREE_FOLDER;
    }
    walk_release(&w);
    return kind;
}

static bool list_item(struct commit_tree *t, struct arena *a, const struct item *item, struct sv path, struct fs_entry **out_entries,
                      size_t *out_count, struct err *err)
{
    const struct folder *f = repository_list(t->repository, &item->id, err);
    if (!f)
        return err_wrap(err, "cannot read folder '%.*s'", SV_ARG(path));
    struct fs_entry *entries = ARENA_ARRAY(a, struct fs_entry, f->count + 1);
    for (size_t i = 0; i < f->count; i++) {
        const struct item *e = &f->items[i];
        bool is_dir = e->kind == ITEM_FOLDER || e->kind == ITEM_SUBMODULE;
        if (e->kind == ITEM_LINK)
            is_dir = commit_kind(t, path_join(a, path, e->name)) == TREE_FOLDER;
        entries[i] = (struct fs_entry){ .name = e->name, .is_dir = is_dir, .is_link = e->kind == ITEM_LINK };
    }
    *out_entries = entries;
    *out_count = f->count;
    return true;
}

static bool commit_list(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err)
{
    struct commit_tree *t = ctx;
    const struct item *item;
    struct err own = { "" };
    struct walk w = walk_in(t, &own);
    enum where where = follow(&w, path, &item);
    bool ok = true;
    *out_count = 0;
    *out_entries = NULL;
    if (where == OUTSIDE)
        ok = t->outside.list(t->outside.ctx, a, strbuf_sv(&w.path), out_entries, out_count, err);
    else if (where == IN_SUBMODULE || (where == IN_COMMIT && item->kind == ITEM_SUBMODULE))
        ok = is_submodule(&w, err);
    else if (where == IN_COMMIT && item->kind == ITEM_FOLDER)
        ok = list_item(t, a, item, path, out_entries, out_count, err);
    else if (own.text[0])
        ok = err_set(err, "%s", own.text);
    walk_release(&w);
    return ok;
}

static bool commit_lay_out(void *ctx, struct sv *out_folder, struct sv *out_copy, struct err *err)
{
    struct commit_tree *t = ctx;
    *out_folder = t->folder;
    if (!out_copy)
        return true;
    pthread_mutex_lock(&t->lock);
    if (!t->copied)
        t->copied = copy_make(t->arena, t->repository, &t->root.id, t->folder, &t->copy, err);
    bool ok = t->copied;
    pthread_mutex_unlock(&t->lock);
    *out_copy = t->copy.dir;
    return ok;
}

struct source_tree commit_tree_source(struct commit_tree *t)
{
    return (struct source_tree){ t, commit_kind, commit_read, commit_list, commit_lay_out };
}

/* ---- opening ---- */

/* Without the symlinks on the way to what is there; what is not there stands as it is written. */
static struct sv real_path(struct arena *a, struct sv path)
{
    struct sv there = arena_dup(a, path);
    while (there.n > 1 && !fs_exists(there.p))
        there = arena_dup(a, path_dir(there));
    char *real = realpath(there.p, NULL);
    struct sv rest = sv_slice(path, there.n, path.n);
    struct sv out = real ? path_clean(a, arena_printf(a, "%s/%.*s", real, SV_ARG(rest))) : path;
    free(real);
    return out;
}

/* The root is said to be where the path leads to it by the names the caller uses, so that messages have those. */
static void place_root(struct commit_tree *t, struct sv path)
{
    struct sv top = repository_folder(t->repository), real = real_path(t->arena, path);
    struct sv inside = is_below(top, real) ? sv_slice(real, top.n, real.n) : SV_NONE;
    t->path = path_clean(t->arena, path);
    t->folder = top;
    if (sv_ends(t->path, inside) && t->path.n > inside.n)
        t->folder = sv_slice(t->path, 0, t->path.n - inside.n);
    else
        t->path = real;
}

struct commit_tree *commit_tree_open(struct repository *r, struct sv path, struct sv rev, struct err *err)
{
    struct arena *a = arena_new(0);
    struct commit_tree *t = ARENA_NEW(a, struct commit_tree);
    t->arena = a;
    t->repository = r;
    t->outside = source_tree_folder();
    t->root.kind = ITEM_FOLDER;
    pthread_mutex_init(&t->lock, NULL);
    place_root(t, path_clean(a, path));
    if (repository_commit(r, a, rev, &t->revision, &t->root.id, err))
        return t;
    commit_tree_free(t);
    return NULL;
}

void commit_tree_free(struct commit_tree *t)
{
    if (!t)
        return;
    if (t->copied)
        copy_remove(&t->copy);
    pthread_mutex_destroy(&t->lock);
    arena_free(t->arena);
}

const struct revision *commit_tree_revision(const struct commit_tree *t) { return &t->revision; }
struct sv commit_tree_path(const struct commit_tree *t) { return t->path; }
