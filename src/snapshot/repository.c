/* repository: commits, folders and files of a git repository, by libgit2. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/repository.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/fs.h"
#include "base/map.h"
#include "snapshot/libgit.h"

struct repository {
    struct arena *arena;
    struct git lib;
    git_repository *git;
    pthread_mutex_t lock; /* of all that follows, and of libgit2's objects */
    struct map folders;   /* id to struct folder */
    struct map texts;     /* id to struct sv */
    struct sv folder;
};

static struct sv id_text(const struct object_id *id) { return sv_make((const char *)id->bytes, sizeof id->bytes); }

static bool git_failed(const struct git *lib, struct err *err, const char *what, struct sv path)
{
    const git_error *e = lib->git_error_last();
    return err_set(err, "cannot read %s '%.*s' from git: %s", what, SV_ARG(path), e ? e->message : "unknown reason");
}

/* ---- opening ---- */

static struct sv own_folder(struct arena *a, const struct git *lib, git_repository *git)
{
    const char *path = lib->git_repository_is_bare(git) ? lib->git_repository_path(git) : lib->git_repository_workdir(git);
    struct sv s = sv_of(path);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return arena_dup(a, s);
}

struct repository *repository_open(struct sv path, struct err *err)
{
    struct arena *a = arena_new(0);
    struct sv start = arena_dup(a, path); /* a folder may be part of a commit and not of the work tree */
    while (start.n > 1 && !fs_is_dir(start.p))
        start = arena_dup(a, path_dir(start));
    git_repository *git = NULL;
    struct git lib;
    if (!git_load(&lib, err)) {
        arena_free(a);
        return NULL;
    }
    lib.git_libgit2_init();
    int code = lib.git_repository_open_ext(&git, start.p, 0, NULL);
    if (code != 0) {
        if (code == GIT_ENOTFOUND)
            err_set(err, "'%.*s' is in no git repository, so it has no revisions", SV_ARG(path));
        else
            git_failed(&lib, err, "the repository of", path);
        lib.git_libgit2_shutdown();
        arena_free(a);
        return NULL;
    }
    struct repository *r = ARENA_NEW(a, struct repository);
    *r = (struct repository){
        .arena = a, .lib = lib, .git = git, .folders = map_in(a), .texts = map_in(a), .folder = own_folder(a, &lib, git)
    };
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void repository_free(struct repository *r)
{
    if (!r)
        return;
    r->lib.git_repository_free(r->git);
    r->lib.git_libgit2_shutdown();
    pthread_mutex_destroy(&r->lock);
    arena_free(r->arena);
}

struct sv repository_folder(const struct repository *r) { return r->folder; }

/* ---- commits ---- */

struct names {
    struct arena *arena;
    struct sv *items;
    size_t count, cap;
};

/* "refs/heads/main" is known as "main", "refs/remotes/origin/main" as "origin/main". */
static int add_reference(const char *name, void *ctx)
{
    static const char *const prefixes[] = { "refs/heads/", "refs/tags/", "refs/remotes/" };
    struct names *names = ctx;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (sv_starts(sv_of(name), sv_of(prefixes[i]))) {
            struct sv shorter = arena_dup(names->arena, sv_of(name + strlen(prefixes[i])));
            ARENA_PUSH(names->arena, names->items, names->count, names->cap, shorter);
        }
    return 0;
}

/* A branch of another repository is known here by that one's name too. */
static struct sv near_revisions(struct arena *a, const struct names *names, struct sv rev)
{
    struct sv ending = arena_printf(a, "/%.*s", SV_ARG(rev));
    for (size_t i = 0; i < names->count; i++)
        if (sv_ends(names->items[i], ending))
            return arena_printf(a, "'%.*s'", SV_ARG(names->items[i]));
    return near_names(a, rev, names->items, names->count);
}

static bool no_commit(struct repository *r, struct sv rev, int code, struct err *err)
{
    struct arena *a = arena_new(0);
    struct names names = { .arena = a };
    r->lib.git_reference_foreach_name(r->git, add_reference, &names);
    struct sv near = near_revisions(a, &names, rev);
    const char *whole =
        r->lib.git_repository_is_shallow(r->git) ? "; this clone is a shallow one: 'git fetch --unshallow' gets the rest" : "";
    if (code == GIT_EAMBIGUOUS)
        err_set(err, "the revision '%.*s' is ambiguous: several objects of '%.*s' begin with it; give more of its id", SV_ARG(rev),
                SV_ARG(r->folder));
    else
        err_set(err, "the repository '%.*s' has no commit '%.*s'; %s%.*s%s%s", SV_ARG(r->folder), SV_ARG(rev),
                near.n ? "did you mean " : "name a branch, a tag or a commit's id", SV_ARG(near), near.n ? "?" : "", whole);
    arena_free(a);
    return false;
}

static void describe(struct arena *a, const struct git *lib, const git_commit *commit, struct revision *out)
{
    char id[GIT_OID_HEXSZ + 1];
    const char *message = lib->git_commit_message(commit);
    struct sv text = sv_of(message ? message : "");
    lib->git_oid_tostr(id, sizeof id, lib->git_commit_id(commit));
    *out = (struct revision){ .commit = arena_dup(a, sv_of(id)),
                              .author = arena_dup(a, sv_of(lib->git_commit_author(commit)->email)),
                              .summary = arena_dup(a, sv_slice(text, 0, sv_find_char(text, '\n', 0))),
                              .at = lib->git_commit_author(commit)->when.time };
}

static bool find_commit(struct repository *r, struct sv rev, git_object **out_commit, struct err *err)
{
    git_object *object = NULL;
    char *name = arena_cstr(r->arena, rev);
    int code = rev.n && !memchr(rev.p, 0, rev.n) ? r->lib.git_revparse_single(&object, r->git, name) : GIT_ENOTFOUND;
    if (code != 0)
        return no_commit(r, rev, code, err);
    code = r->lib.git_object_peel(out_commit, object, GIT_OBJECT_COMMIT);
    const char *kind = r->lib.git_object_type2string(r->lib.git_object_type(object));
    r->lib.git_object_free(object);
    return code == 0 || err_set(err, "'%.*s' names a %s of '%.*s', not a commit", SV_ARG(rev), kind, SV_ARG(r->folder));
}

bool repository_commit(struct repository *r, struct arena *a, struct sv rev, struct revision *out_r, struct object_id *out_root,
                       struct err *err)
{
    git_object *object = NULL;
    pthread_mutex_lock(&r->lock);
    bool ok = find_commit(r, rev, &object, err);
    if (ok) {
        const git_commit *commit = (const git_commit *)object;
        describe(a, &r->lib, commit, out_r);
        memcpy(out_root->bytes, r->lib.git_commit_tree_id(commit)->id, sizeof out_root->bytes);
    }
    r->lib.git_object_free(object);
    pthread_mutex_unlock(&r->lock);
    return ok;
}

/* ---- folders and files ---- */

static int by_name(const void *x, const void *y) { return sv_cmp(((const struct item *)x)->name, ((const struct item *)y)->name); }

static enum item_kind kind_of_mode(git_filemode_t mode)
{
    switch (mode) {
    case GIT_FILEMODE_TREE:
        return ITEM_FOLDER;
    case GIT_FILEMODE_LINK:
        return ITEM_LINK;
    case GIT_FILEMODE_COMMIT:
        return ITEM_SUBMODULE;
    default:
        return ITEM_FILE;
    }
}

static struct folder *read_folder(struct repository *r, const struct object_id *id, struct err *err)
{
    git_oid oid;
    git_tree *tree = NULL;
    memcpy(oid.id, id->bytes, sizeof id->bytes);
    if (r->lib.git_tree_lookup(&tree, r->git, &oid) != 0) {
        git_failed(&r->lib, err, "a folder of", r->folder);
        return NULL;
    }
    size_t count = r->lib.git_tree_entrycount(tree);
    struct item *items = ARENA_ARRAY(r->arena, struct item, count + 1);
    for (size_t i = 0; i < count; i++) {
        const git_tree_entry *e = r->lib.git_tree_entry_byindex(tree, i);
        git_filemode_t mode = r->lib.git_tree_entry_filemode(e);
        items[i] = (struct item){ .name = arena_dup(r->arena, sv_of(r->lib.git_tree_entry_name(e))),
                                  .kind = kind_of_mode(mode),
                                  .executable = mode == GIT_FILEMODE_BLOB_EXECUTABLE };
        memcpy(items[i].id.bytes, r->lib.git_tree_entry_id(e)->id, sizeof items[i].id.bytes);
    }
    r->lib.git_tree_free(tree);
    if (count)
        qsort(items, count, sizeof *items, by_name); /* git sorts folders as if their names ended in '/' */
    struct folder *f = ARENA_NEW(r->arena, struct folder);
    *f = (struct folder){ items, count };
    return f;
}

const struct folder *repository_list(struct repository *r, const struct object_id *id, struct err *err)
{
    pthread_mutex_lock(&r->lock);
    struct folder *f = map_find(&r->folders, id_text(id));
    if (!f && (f = read_folder(r, id, err)))
        map_put(&r->folders, arena_dup(r->arena, id_text(id)), f);
    pthread_mutex_unlock(&r->lock);
    return f;
}

const struct item *folder_find(const struct folder *f, struct sv name)
{
    size_t from = 0, to = f->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = sv_cmp(f->items[middle].name, name);
        if (order == 0)
            return &f->items[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

static struct sv *read_text(struct repository *r, const struct object_id *id, size_t max, struct err *err)
{
    git_oid oid;
    git_blob *blob = NULL;
    struct sv *text = NULL;
    memcpy(oid.id, id->bytes, sizeof id->bytes);
    if (r->lib.git_blob_lookup(&blob, r->git, &oid) != 0) {
        git_failed(&r->lib, err, "a file of", r->folder);
        return NULL;
    }
    size_t n = (size_t)r->lib.git_blob_rawsize(blob);
    if (max && n > max) {
        err_set(err, "it has %zu bytes, at most %zu are allowed", n, max);
    } else {
        text = ARENA_NEW(r->arena, struct sv);
        *text = arena_dup(r->arena, sv_make(n ? r->lib.git_blob_rawcontent(blob) : "", n));
    }
    r->lib.git_blob_free(blob);
    return text;
}

bool repository_read(struct repository *r, const struct object_id *id, size_t max, struct sv *out_text, struct err *err)
{
    pthread_mutex_lock(&r->lock);
    struct sv *text = map_find(&r->texts, id_text(id));
    if (!text && (text = read_text(r, id, max, err)))
        map_put(&r->texts, arena_dup(r->arena, id_text(id)), text);
    pthread_mutex_unlock(&r->lock);
    if (!text)
        return false;
    *out_text = *text;
    return true;
}
