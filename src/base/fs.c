/* fs: whole files and folders. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/limits.h"

void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

const char *sv_path(struct arena *a, struct sv path, struct err *err)
{
    if (memchr(path.p ? path.p : "", 0, path.n)) {
        err_set(err, "a path holds a NUL byte: '%.*s'", SV_ARG(path));
        return NULL;
    }
    return arena_cstr(a, path);
}

struct sv path_join(struct arena *a, struct sv dir, struct sv name)
{
    if (dir.n == 0 || (name.n && name.p[0] == '/'))
        return name;
    return arena_printf(a, "%.*s%s%.*s", SV_ARG(dir), dir.p[dir.n - 1] == '/' ? "" : "/", SV_ARG(name));
}

struct sv path_dir(struct sv path)
{
    size_t at = sv_rfind_char(path, '/');
    return at == SIZE_MAX ? SV(".") : at == 0 ? SV("/") : sv_slice(path, 0, at);
}

struct sv path_base(struct sv path)
{
    size_t at = sv_rfind_char(path, '/');
    return at == SIZE_MAX ? path : sv_slice(path, at + 1, path.n);
}

/* What has content: a plain file, a named pipe that somebody writes to ("<(command)" of a shell), and /dev/null. */
static bool is_readable(const struct stat *st, const char *path, struct err *err)
{
    if (S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3)))
        return true;
    const char *what = S_ISDIR(st->st_mode) ? "a folder" : S_ISSOCK(st->st_mode) ? "a socket" : "a device";
    return err_set(err, "cannot read '%s': it is %s, not a file", path, what);
}

/* Opened without waiting, a pipe has nothing for now, or nobody that writes. */
static ssize_t read_some(int fd, char *p, size_t n)
{
    for (;;) {
        ssize_t got = read(fd, p, n);
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        if (errno == EAGAIN && poll(&ready, 1, LIMIT_PIPE_MS) == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
}

bool fs_read(struct arena *a, const char *path, size_t max, struct sv *out_text, struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_errno(err, "cannot read '%s'", path);
    if (!is_readable(&st, path, err))
        return false;
    size_t limit = max ? max : (size_t)1 << 30;
    if ((size_t)st.st_size > limit)
        return err_set(err, "cannot read '%s': it has %lld bytes, at most %zu are allowed", path, (long long)st.st_size, limit);
    /* The size is a guess: files in /proc say 0, and a file may grow. */
    size_t cap = (size_t)st.st_size + 1, n = 0;
    char *p = arena_alloc(a, cap);
    for (ssize_t got; (got = read_some(fd, p + n, cap - n)) != 0;) {
        if (got < 0)
            return err_errno(err, "cannot read '%s'", path);
        n += (size_t)got;
        if (n > limit)
            return err_set(err, "cannot read '%s': it has more than %zu bytes", path, limit);
        if (n == cap) {
            p = arena_grow(a, p, cap, cap * 2);
            cap *= 2;
        }
    }
    if (n == 0 && S_ISFIFO(st.st_mode))
        return err_set(err, "cannot read '%s': it is a named pipe to which nobody writes, not a file", path);
    if (n == cap)
        p = arena_grow(a, p, cap, cap + 1);
    p[n] = 0;
    *out_text = sv_make(p, n);
    return true;
}

static bool write_all(int fd, struct sv text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text = sv_slice(text, (size_t)n, text.n);
    }
    return true;
}

static void sync_folder(const char *path)
{
    char dir[PATH_MAX];
    struct sv d = path_dir(sv_of(path));
    if (d.n >= sizeof dir)
        return;
    memcpy(dir, d.p, d.n);
    dir[d.n] = 0;
    AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

bool fs_write_atomic(const char *path, struct sv text, mode_t mode, struct err *err)
{
    char temp[PATH_MAX];
    if (snprintf(temp, sizeof temp, "%s.XXXXXX", path) >= (int)sizeof temp)
        return err_set(err, "cannot write '%s': the path is too long", path);
    AUTO_FD fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot write '%s'", path);
    if (fchmod(fd, mode) != 0 || !write_all(fd, text) || fsync(fd) != 0 || rename(temp, path) != 0) {
        err_errno(err, "cannot write '%s'", path);
        unlink(temp);
        return false;
    }
    sync_folder(path);
    return true;
}

bool fs_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool fs_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fs_mkdirs(const char *path, mode_t mode, struct err *err)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return err_set(err, "cannot make folder '%s': the path is too long", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        char was = part[i];
        part[i] = 0;
        if (mkdir(part, mode) != 0 && !(errno == EEXIST && fs_is_dir(part)))
            return err_errno(err, "cannot make folder '%s'", part);
        part[i] = was;
    }
    return true;
}

static bool remove_at(int at, const char *name, const char *path, unsigned depth, struct err *err);

static bool remove_inside(int fd, const char *path, unsigned depth, struct err *err)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(err, "cannot read folder '%s'", path);
    }
    bool ok = true;
    for (struct dirent *e; ok && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            ok = remove_at(fd, e->d_name, path, depth + 1, err);
    closedir(d);
    return ok;
}

static bool remove_at(int at, const char *name, const char *path, unsigned depth, struct err *err)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return err_errno(err, "cannot remove '%s' in '%s'", name, path);
    if (depth > 200)
        return err_set(err, "cannot remove '%s': its folders are nested too deep", path);
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot remove '%s' in '%s'", name, path);
    if (!remove_inside(fd, path, depth, err))
        return false;
    return unlinkat(at, name, AT_REMOVEDIR) == 0 || err_errno(err, "cannot remove '%s' in '%s'", name, path);
}

bool fs_remove_tree(const char *path, struct err *err) { return remove_at(AT_FDCWD, path, path, 0, err); }

static int by_name(const void *a, const void *b) { return sv_cmp(((const struct fs_entry *)a)->name, ((const struct fs_entry *)b)->name); }

bool fs_list(struct arena *a, const char *path, struct fs_entry **out_entries, size_t *out_count, struct err *err)
{
    DIR *d = opendir(path);
    if (!d)
        return err_errno(err, "cannot read folder '%s'", path);
    struct fs_entry *list = NULL;
    size_t count = 0, cap = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        struct fs_entry entry = { arena_dup(a, sv_of(e->d_name)), e->d_type == DT_DIR, e->d_type == DT_LNK };
        struct stat st;
        if (e->d_type == DT_UNKNOWN && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            entry.is_link = S_ISLNK(st.st_mode);
        if ((e->d_type == DT_LNK || e->d_type == DT_UNKNOWN) && fstatat(dirfd(d), e->d_name, &st, 0) == 0)
            entry.is_dir = S_ISDIR(st.st_mode);
        ARENA_PUSH(a, list, count, cap, entry);
    }
    closedir(d);
    if (count)
        qsort(list, count, sizeof *list, by_name);
    *out_entries = list;
    *out_count = count;
    return true;
}
