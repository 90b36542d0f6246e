/* file_set: makes a path what its resource wants, replacing names in one step and never through a symlink not asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "system/file.h"
#include "system/words.h"

#define REMOVE_DEPTH 256

/* --- removing --- */

static bool remove_entries(int folder, int depth, struct err *err)
{
    int copy = dup(folder);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    if (!d) {
        close_fd(&copy);
        return err_errno(err, "cannot list a folder to remove it");
    }
    bool good = true;
    for (struct dirent *e; good && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            good = file_remove_at(folder, e->d_name, depth + 1, err);
    closedir(d);
    return good;
}

bool file_remove_at(int dir, const char *name, int depth, struct err *err)
{
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return err_errno(err, "cannot remove '%s'", name);
    if (depth > REMOVE_DEPTH)
        return err_set(err, "cannot remove '%s': folders are nested deeper than %d", name, REMOVE_DEPTH);
    AUTO_FD folder = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return err_errno(err, "cannot remove '%s'", name);
    if (!remove_entries(folder, depth, err))
        return false;
    return unlinkat(dir, name, AT_REMOVEDIR) == 0 || err_errno(err, "cannot remove folder '%s'", name);
}

/* Clears the way for another kind of file. A folder goes only by force; a plain file or link is replaced in one step by rename instead. */
static bool clear_way(struct file_plan *p, int dir, const char *base, bool by_rename, struct err *err)
{
    if (p->kind == FILE_ABSENT || (by_rename && p->kind != FILE_FOLDER))
        return true;
    if (p->kind == FILE_FOLDER && !attr_bool(p->resource, "force", false))
        return err_set(err, "Not removing directory; use 'force' to override");
    if (p->kind == FILE_OTHER && (S_ISBLK(p->st.st_mode) || S_ISCHR(p->st.st_mode)))
        return err_set(err, "Could not remove files of type %s", file_kind_name(p, p->kind));
    return file_remove_at(dir, base, 0, err);
}

/* --- owner and mode --- */

struct ownership {
    uid_t uid; /* -1: not to be set */
    gid_t gid;
    mode_t mode;
};

static bool wanted_ownership(struct run *run, const struct file_plan *p, bool is_dir, struct ownership *o, struct err *err)
{
    bool fresh = p->kind == FILE_ABSENT || (is_dir ? p->kind != FILE_FOLDER : p->kind != FILE_PLAIN);
    *o = (struct ownership){ (uid_t)-1, (gid_t)-1, fresh ? (is_dir ? 0755 : 0644) : p->st.st_mode & 07777 };
    if (p->mode.p && !mode_apply(p->mode, o->mode, is_dir, &o->mode, err))
        return false;
    bool root = geteuid() == 0;
    if (p->owner.p && !account_uid(run, p->owner, &o->uid) && !run->root.n)
        return err_set(err, "Could not find user %.*s", SV_ARG(p->owner));
    if (p->group.p && !account_gid(run, p->group, &o->gid) && !run->root.n)
        return err_set(err, "Could not find group %.*s", SV_ARG(p->group));
    if (!root && run->root.n) {
        o->uid = (uid_t)-1;
        o->gid = (gid_t)-1;
    } else if (!fresh) { /* a replaced file keeps the owner it had */
        o->uid = o->uid == (uid_t)-1 && root ? p->st.st_uid : o->uid;
        o->gid = o->gid == (gid_t)-1 && root ? p->st.st_gid : o->gid;
    }
    return true;
}

/* chown drops set-id bits, so the mode comes after it. */
static bool apply_ownership(const struct file_plan *p, int dir, const char *base, const struct ownership *o, bool with_mode,
                            struct err *err)
{
    if ((o->uid != (uid_t)-1 || o->gid != (gid_t)-1) && fchownat(dir, base, o->uid, o->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_errno(err, "cannot set the owner of '%.*s'", SV_ARG(p->path));
    if (with_mode && fchmodat(dir, base, o->mode, AT_SYMLINK_NOFOLLOW) < 0)
        return err_errno(err, "cannot set the mode of '%.*s'", SV_ARG(p->path));
    return true;
}

/* --- making --- */

struct checker {
    struct run *run;
    const struct resource *resource;
};

static bool run_validate(void *ctx, const char *path, struct err *err)
{
    struct checker *c = ctx;
    struct sv command = attr_text(c->run, c->resource, "validate_cmd"), mark = attr_text(c->run, c->resource, "validate_replacement");
    if (!mark.p)
        mark = SV("%");
    struct strbuf line = STRBUF_IN(c->run->arena);
    for (size_t from = 0;;) {
        size_t at = mark.n ? sv_find(command, mark, from) : SIZE_MAX;
        strbuf_add(&line, sv_slice(command, from, at));
        if (at == SIZE_MAX)
            break;
        strbuf_adds(&line, path);
        from = at + mark.n;
    }
    struct command_result r;
    struct command cmd = { .argv = words_argv(c->run, strbuf_sv(&line)), .umask = -1, .timeout = 300 };
    if (!command_run(c->run->arena, &cmd, &r, err))
        return false;
    return r.status == 0 || err_set(err, "Execution of '%s' returned %d: %.*s", strbuf_cstr(&line), r.status, SV_ARG(sv_trim(r.output)));
}

static bool make_plain(struct run *run, struct file_plan *p, int dir, struct sv base, struct err *err)
{
    struct ownership o;
    struct checker c = { run, p->resource };
    const char *name = arena_cstr(run->arena, base);
    if (!wanted_ownership(run, p, false, &o, err) || !clear_way(p, dir, name, true, err))
        return false;
    struct file_write w = { .dir = dir, .base = base, .text = p->content, .mode = o.mode, .uid = o.uid, .gid = o.gid };
    if (attr_text(run, p->resource, "validate_cmd").p) {
        w.check = run_validate;
        w.check_ctx = &c;
    }
    return file_replace(run, &w, err);
}

static bool make_folder(struct run *run, struct file_plan *p, int dir, const char *base, struct err *err)
{
    struct ownership o;
    if (!wanted_ownership(run, p, true, &o, err) || !clear_way(p, dir, base, false, err))
        return false;
    if (mkdirat(dir, base, 0700) < 0)
        return err_errno(err, "cannot make folder '%.*s'", SV_ARG(p->path));
    return apply_ownership(p, dir, base, &o, true, err);
}

static bool make_link(struct run *run, struct file_plan *p, int dir, const char *base, struct err *err)
{
    const char *target = sv_path(run->arena, p->target, err);
    if (!target || !clear_way(p, dir, base, true, err))
        return false;
    const char *temp = arena_printf(run->arena, ".%.200s.potlac-lnk", base).p;
    if (unlinkat(dir, temp, 0) < 0 && errno != ENOENT)
        return err_errno(err, "cannot remove '%s'", temp);
    if (symlinkat(target, dir, temp) < 0)
        return err_errno(err, "cannot link '%.*s'", SV_ARG(p->path));
    struct ownership o;
    if (!wanted_ownership(run, p, false, &o, err) || !apply_ownership(p, dir, temp, &o, false, err) ||
        (renameat(dir, temp, dir, base) < 0 && !err_errno(err, "cannot link '%.*s'", SV_ARG(p->path)))) {
        unlinkat(dir, temp, 0);
        return false;
    }
    return true;
}

/* links => follow: the file that the link means is the one to work on. */
static bool follow_link(struct run *run, struct file_plan *p, int *dir, struct sv *base, struct err *err)
{
    for (int hops = 0; hops < 40; hops++) {
        struct stat st;
        const char *name = arena_cstr(run->arena, *base);
        if (fstatat(*dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISLNK(st.st_mode))
            return true;
        char to[4097];
        ssize_t n = readlinkat(*dir, name, to, sizeof to - 1);
        if (n <= 0)
            return err_errno(err, "cannot read the link '%.*s'", SV_ARG(p->path));
        struct sv target = arena_dup(run->arena, sv_make(to, (size_t)n));
        p->path = path_join(run->arena, path_dir(p->path), target);
        close_fd(dir);
        *dir = open_parent(run, p->path, base, err);
        if (*dir < 0)
            return false;
    }
    return err_set(err, "too many links at '%.*s'", SV_ARG(p->path));
}

static bool set_kind(struct run *run, struct file_plan *p, int dir, struct sv base, struct err *err)
{
    const char *name = arena_cstr(run->arena, base);
    switch (p->want) {
    case FILE_ABSENT:
        return clear_way(p, dir, name, false, err);
    case FILE_FOLDER:
        return make_folder(run, p, dir, name, err);
    case FILE_LINK:
        return make_link(run, p, dir, name, err);
    default:
        return make_plain(run, p, dir, base, err);
    }
}

enum set_result file_set(struct run *run, const struct resource *r, const struct property_list *is, const struct property_list *should,
                         struct err *err)
{
    struct file_plan *p = run->caches[CACHE_FILE];
    if (!p || p->resource != r)
        p = file_plan_make(run, r, err);
    if (!p)
        return SET_FAILED;
    struct sv base;
    AUTO_FD dir = open_parent_made(run, p->path, &base, err);
    if (dir < 0) {
        if (errno == ENOENT)
            err_set(err, "Cannot create %.*s; parent directory %.*s does not exist", SV_ARG(p->path), SV_ARG(path_dir(p->path)));
        return SET_FAILED;
    }
    if (p->follow && !follow_link(run, p, &dir, &base, err))
        return SET_FAILED;
    const char *name = arena_cstr(run->arena, base);
    if (property_differs(is, should, "ensure"))
        return set_kind(run, p, dir, base, err) ? SET_DONE : SET_FAILED;
    if (property_differs(is, should, "content"))
        return make_plain(run, p, dir, base, err) ? SET_DONE : SET_FAILED;
    if (property_differs(is, should, "target"))
        return make_link(run, p, dir, name, err) ? SET_DONE : SET_FAILED;
    struct ownership o;
    if (!wanted_ownership(run, p, p->kind == FILE_FOLDER, &o, err))
        return SET_FAILED;
    return apply_ownership(p, dir, name, &o, p->kind != FILE_LINK, err) ? SET_DONE : SET_FAILED;
}
