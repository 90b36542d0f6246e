/* place: opens folders and replaces files so that no symlink and no second writer can lead a write astray. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/internal.h"

#define TEMP_TRIES 8

struct sv rooted(struct run *run, struct sv path)
{
    if (run->root.n == 0)
        return path;
    struct sv root = run->root;
    while (root.n && root.p[root.n - 1] == '/')
        root.n--;
    return arena_printf(run->arena, "%.*s%s%.*s", SV_ARG(root), path.n && path.p[0] == '/' ? "" : "/", SV_ARG(path));
}

/* Absolute symlinks inside a root mean places in the root, and ".." ends at it: the kernel sees to that. */
static int open_in_root(struct run *run, const char *dir, struct err *err)
{
    AUTO_FD root = open(arena_cstr(run->arena, run->root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        err_errno(err, "cannot open the root '%.*s'", SV_ARG(run->root));
        return -1;
    }
    struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
    int fd = (int)syscall(SYS_openat2, root, dir, &how, sizeof how);
    if (fd < 0 && errno == EACCES) {
        how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
        fd = (int)syscall(SYS_openat2, root, dir, &how, sizeof how);
    }
    return fd;
}

int open_parent(struct run *run, struct sv path, struct sv *out_base, struct err *err)
{
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    const char *p = sv_path(run->arena, path, err);
    if (!p)
        return -1;
    if (path.n == 0 || path.p[0] != '/') {
        errno = EINVAL;
        err_set(err, "File paths must be fully qualified, not '%s'", p);
        return -1;
    }
    size_t slash = sv_rfind_char(path, '/');
    *out_base = sv_slice(path, slash + 1, path.n);
    if (out_base->n == 0 || sv_is(*out_base, ".") || sv_is(*out_base, ".."))
        *out_base = SV(".");
    const char *dir = slash == 0 ? "/" : arena_cstr(run->arena, sv_slice(path, 0, slash));
    int fd = run->root.n ? open_in_root(run, dir, err) : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && !run->root.n)
        fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int why = errno; /* callers tell a missing folder by it */
        err_errno(err, "cannot open folder '%s'", dir);
        errno = why;
    }
    return fd;
}

/* A root starts empty, and the packages that bring folders cannot act in it: what is missing on the way is made. */
static bool make_folders(struct run *run, struct sv path, struct err *err)
{
    for (size_t at = 1; (at = sv_find_char(path, '/', at)) != SIZE_MAX; at++) {
        struct sv folder = sv_slice(path, 0, at), base;
        AUTO_FD there = open_in_root(run, arena_cstr(run->arena, folder), err);
        if (there >= 0)
            continue;
        AUTO_FD parent = open_parent(run, folder, &base, err);
        if (parent < 0)
            return false;
        if (mkdirat(parent, arena_cstr(run->arena, base), 0755) < 0 && errno != EEXIST)
            return err_errno(err, "cannot make folder '%.*s'", SV_ARG(folder));
    }
    return true;
}

int open_parent_made(struct run *run, struct sv path, struct sv *out_base, struct err *err)
{
    errno = 0;
    int fd = open_parent(run, path, out_base, err);
    if (fd >= 0 || errno != ENOENT || run->root.n == 0 || !make_folders(run, path, err))
        return fd;
    return open_parent(run, path, out_base, err);
}

/* A temp file has one name, so that a run that was killed leaves at most one, and the next run takes it away.
 * Its lock tells a dead one from one that another run is writing at this moment. */
static int take_temp(int dir, const char *name, struct err *err)
{
    for (int i = 0; i < TEMP_TRIES; i++) {
        AUTO_FD fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0) {
            struct stat mine, there;
            if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 && fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                mine.st_ino == there.st_ino) {
                int taken = fd;
                fd = -1;
                return taken;
            }
            continue; /* another run took it for a dead one: once more */
        }
        if (errno != EEXIST) {
            err_errno(err, "cannot write '%s'", name);
            return -1;
        }
        AUTO_FD old = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (old >= 0 && flock(old, LOCK_EX | LOCK_NB) < 0) {
            err_set(err, "another run is writing '%s'", name);
            return -1;
        }
        unlinkat(dir, name, 0);
    }
    err_set(err, "cannot get hold of '%s': something keeps making it anew", name);
    return -1;
}

static bool write_all(int fd, struct sv text)
{
    while (text.n) {
        ssize_t k = write(fd, text.p, text.n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        text.p += k;
        text.n -= (size_t)k;
    }
    return true;
}

/* Owner and mode are right before the content gets its name. */
static bool fill(int fd, const struct file_write *w, struct err *err)
{
    if (!write_all(fd, w->text))
        return err_errno(err, "cannot write '%.*s'", SV_ARG(w->base));
    if ((w->uid != (uid_t)-1 || w->gid != (gid_t)-1) && fchown(fd, w->uid, w->gid) < 0)
        return err_errno(err, "cannot set the owner of '%.*s'", SV_ARG(w->base));
    if (fchmod(fd, w->mode) < 0)
        return err_errno(err, "cannot set the mode of '%.*s'", SV_ARG(w->base));
    return fsync(fd) == 0 || err_errno(err, "cannot write '%.*s' to disk", SV_ARG(w->base));
}

bool file_replace(struct run *run, const struct file_write *w, struct err *err)
{
    const char *base = arena_cstr(run->arena, w->base);
    const char *temp = arena_printf(run->arena, ".%.*s.potlac-tmp", (int)(w->base.n > 200 ? 200 : w->base.n), base).p;
    AUTO_FD fd = take_temp(w->dir, temp, err);
    if (fd < 0)
        return false;
    bool good = fill(fd, w, err);
    if (good && w->check) {
        char link[64], dir[4096];
        snprintf(link, sizeof link, "/proc/self/fd/%d", w->dir);
        ssize_t n = readlink(link, dir, sizeof dir - 1);
        good = n > 0 && w->check(w->check_ctx, arena_printf(run->arena, "%.*s/%s", (int)n, dir, temp).p, err);
    }
    if (good && renameat(w->dir, temp, w->dir, base) < 0)
        good = err_errno(err, "cannot replace '%s'", base);
    if (!good) {
        unlinkat(w->dir, temp, 0);
        return false;
    }
    fsync(w->dir); /* fails harmlessly where the folder could only be opened by path */
    return true;
}
