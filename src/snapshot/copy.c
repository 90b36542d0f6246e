/* copy: writing a commit's files, and a keeper that removes them should this process be killed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/source_tree.h"

extern char **environ;

enum { MOST_DEPTH = 200 };

struct writer {
    struct arena *arena; /* scratch */
    struct repository *repository;
    struct sv folder, dir;
    struct err *err;
};

static bool write_file(struct writer *w, const struct item *item, const char *path)
{
    struct sv text;
    if (!repository_read(w->repository, &item->id, 0, &text, w->err))
        return false;
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, item->executable ? 0700 : 0600);
    if (fd < 0)
        return err_errno(w->err, "cannot write '%s'", path);
    for (size_t done = 0; done < text.n;) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n < 0 && errno != EINTR)
            return err_errno(w->err, "cannot write '%s'", path);
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* A link that leads to the commit's own files leads to their copies; any other leads where it would after a checkout.
 * relative: the link's path in the commit. */
static bool write_link(struct writer *w, const struct item *item, struct sv relative, const char *path)
{
    struct sv target;
    if (!repository_read(w->repository, &item->id, 4096, &target, w->err))
        return false;
    struct sv said = path_join(w->arena, w->folder, relative);
    struct sv full = path_clean(w->arena, path_join(w->arena, path_dir(said), target));
    bool inside = sv_starts(full, w->folder) && (full.n == w->folder.n || full.p[w->folder.n] == '/');
    struct sv there = inside ? arena_printf(w->arena, "%.*s%.*s", SV_ARG(w->dir), SV_ARG(sv_slice(full, w->folder.n, full.n))) : full;
    return symlink(arena_cstr(w->arena, there), path) == 0 || err_errno(w->err, "cannot write '%s'", path);
}

/* Git refuses such names; a repository that was made by hand may hold them. */
static bool is_safe(struct sv name) { return name.n && !sv_is(name, ".") && !sv_is(name, "..") && sv_find_char(name, '/', 0) == SIZE_MAX; }

static bool write_folder(struct writer *w, const struct object_id *id, struct sv relative, unsigned depth)
{
    const struct folder *f = repository_list(w->repository, id, w->err);
    bool ok = f && (depth < MOST_DEPTH || err_set(w->err, "'%.*s' is nested too deeply", SV_ARG(relative)));
    for (size_t i = 0; ok && i < f->count; i++) {
        const struct item *item = &f->items[i];
        struct sv inner = path_join(w->arena, relative, item->name);
        const char *path = path_join(w->arena, w->dir, inner).p;
        if (!is_safe(item->name))
            return err_set(w->err, "the commit holds a file that is called '%.*s'", SV_ARG(item->name));
        if (item->kind == ITEM_LINK)
            ok = write_link(w, item, inner, path);
        else if (item->kind == ITEM_FILE)
            ok = write_file(w, item, path);
        else if (mkdir(path, 0700) != 0)
            ok = err_errno(w->err, "cannot make the folder '%s'", path);
        else
            ok = item->kind == ITEM_SUBMODULE || write_folder(w, &item->id, inner, depth + 1);
    }
    return ok;
}

/* ---- the folder ---- */

/* Waits for the end of its input, which comes when this process ends; a session of its own keeps it from the terminal's signals. */
static bool start_keeper(struct copy *c, struct err *err)
{
    int ends[2];
    char *argv[] = { (char *)"sh", (char *)"-c", (char *)"read -r line; exec rm -rf -- \"$1\"", (char *)"sh", (char *)c->dir.p, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(err, "cannot make a pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
    errno = posix_spawn(&c->keeper, "/bin/sh", &actions, &attr, argv, environ);
    bool ok = errno == 0 || err_errno(err, "cannot run /bin/sh");
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    close(ends[0]);
    c->keeper_fd = ends[1];
    if (!ok)
        close(ends[1]);
    return ok;
}

static bool make_folder(struct arena *a, struct sv *out_dir, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = arena_cstr(a, arena_printf(a, "%s/potlac-commit-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp"));
    if (!mkdtemp(dir)) /* mode 0700 */
        return err_errno(err, "cannot make a folder for the commit's files in '%s'", path_dir(sv_of(dir)).n ? "TMPDIR" : "/tmp");
    char *real = realpath(dir, NULL); /* as programs will name it */
    *out_dir = arena_dup(a, sv_of(real ? real : dir));
    free(real);
    return true;
}

bool copy_make(struct arena *a, struct repository *r, const struct object_id *root, struct sv folder, struct copy *out, struct err *err)
{
    *out = (struct copy){ .folder = folder };
    if (!make_folder(a, &out->dir, err))
        return false;
    if (!start_keeper(out, err)) {
        rmdir(out->dir.p);
        return false;
    }
    struct arena *scratch = arena_new(0);
    struct writer w = { scratch, r, folder, out->dir, err };
    bool ok = write_folder(&w, root, SV(""), 0);
    arena_free(scratch);
    if (!ok)
        copy_remove(out);
    return ok;
}

void copy_remove(struct copy *c)
{
    fs_remove_tree(c->dir.p, NULL);
    close(c->keeper_fd);
    while (waitpid(c->keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
}
