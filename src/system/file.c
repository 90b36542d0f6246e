/* file: reads a path and says what differs from what its resource wants. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const attrs[] = { "ensure",
                                     "content",
                                     "checksum_value",
                                     "target",
                                     "group",
                                     "mode",
                                     "type",
                                     "seluser",
                                     "selrole",
                                     "seltype",
                                     "selrange",
                                     "ctime",
                                     "mtime",
                                     "owner",
                                     "path",
                                     "backup",
                                     "recurse",
                                     "recurselimit",
                                     "max_files",
                                     "replace",
                                     "force",
                                     "ignore",
                                     "links",
                                     "purge",
                                     "sourceselect",
                                     "show_diff",
                                     "staging_location",
                                     "validate_cmd",
                                     "validate_replacement",
                                     "provider",
                                     "checksum",
                                     "source",
                                     "source_permissions",
                                     "selinux_ignore_defaults",
                                     NULL };

enum file_kind file_kind_of(mode_t mode)
{
    return S_ISREG(mode) ? FILE_PLAIN : S_ISDIR(mode) ? FILE_FOLDER : S_ISLNK(mode) ? FILE_LINK : FILE_OTHER;
}

const char *file_kind_name(const struct file_plan *p, enum file_kind kind)
{
    switch (kind) {
    case FILE_ABSENT:
        return "absent";
    case FILE_PLAIN:
        return "file";
    case FILE_FOLDER:
        return "directory";
    case FILE_LINK:
        return "link";
    case FILE_OTHER:
        break;
    }
    mode_t m = p->st.st_mode;
    return S_ISFIFO(m) ? "fifo" : S_ISSOCK(m) ? "socket" : S_ISBLK(m) ? "blockSpecial" : "characterSpecial";
}

/* --- what is --- */

static enum digest digest_of(struct sv name)
{
    static const struct {
        const char *name;
        enum digest kind;
    } kinds[] = { { "md5", DIGEST_MD5 },
                  { "sha1", DIGEST_SHA1 },
                  { "sha224", DIGEST_SHA224 },
                  { "sha384", DIGEST_SHA384 },
                  { "sha512", DIGEST_SHA512 } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sv_is(name, kinds[i].name))
            return kinds[i].kind;
    return DIGEST_SHA256;
}

static struct sv sum_of(struct run *run, const struct resource *r, struct sv text)
{
    struct sv name = attr_text(run, r, "checksum");
    enum digest kind = digest_of(name);
    return arena_printf(run->arena, "{%.*s}%.*s", SV_ARG(kind == DIGEST_SHA256 ? SV("sha256") : name),
                        SV_ARG(digest_hex(run->arena, kind, text)));
}

static bool read_all(int fd, size_t size, struct strbuf *out)
{
    for (size_t step = size + 1;; step = 65536) {
        ssize_t k = read(fd, strbuf_room(out, step), step);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k == 0;
        out->n += (size_t)k;
    }
}

static bool read_sum(struct run *run, struct file_plan *p, int dir, const char *base, struct err *err)
{
    int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (p->follow ? 0 : O_NOFOLLOW);
    AUTO_FD fd = openat(dir, base, flags);
    if (fd < 0)
        return err_errno(err, "cannot read '%.*s'", SV_ARG(p->path));
    AUTO_STRBUF text = STRBUF_HEAP;
    if (!read_all(fd, (size_t)p->st.st_size, &text))
        return err_errno(err, "cannot read '%.*s'", SV_ARG(p->path));
    p->sum = sum_of(run, p->resource, strbuf_sv(&text));
    return true;
}

static bool read_state(struct run *run, struct file_plan *p, struct err *err)
{
    struct sv base;
    errno = 0;
    AUTO_FD dir = open_parent(run, p->path, &base, err);
    if (dir < 0)
        return errno == ENOENT || errno == ENOTDIR; /* no folder, no file */
    const char *name = arena_cstr(run->arena, base);
    if (fstatat(dir, name, &p->st, p->follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT || errno == ENOTDIR || err_errno(err, "cannot look at '%.*s'", SV_ARG(p->path));
    p->kind = file_kind_of(p->st.st_mode);
    if (p->kind == FILE_LINK) {
        char to[4097];
        ssize_t n = readlinkat(dir, name, to, sizeof to - 1);
        if (n < 0)
            return err_errno(err, "cannot read the link '%.*s'", SV_ARG(p->path));
        p->link = arena_dup(run->arena, sv_make(to, (size_t)n));
    }
    return p->kind != FILE_PLAIN || !p->has_content || read_sum(run, p, dir, name, err);
}

/* --- what should be --- */

static bool want_source(struct run *run, struct file_plan *p, struct err *err)
{
    struct sv source, text;
    mode_t mode = 0;
    if (!file_fetch_first(run, p->resource, &source, &text, &mode, err))
        return false;
    if (S_ISDIR(mode)) {
        if (!p->has_ensure)
            p->want = FILE_FOLDER;
    } else {
        p->has_content = true;
        p->content = text;
        if (!p->has_ensure)
            p->want = FILE_PLAIN;
    }
    struct sv permissions = attr_text(run, p->resource, "source_permissions");
    bool use = sv_is(permissions, "use") || (sv_is(permissions, "use_when_creating") && p->kind == FILE_ABSENT);
    if (use && !p->mode.p)
        p->mode = arena_printf(run->arena, "%04o", (unsigned)mode & 07777);
    p->has_ensure = true;
    return true;
}

static void want_ensure(struct run *run, struct file_plan *p, struct sv ensure)
{
    p->has_ensure = ensure.p != NULL;
    if (!ensure.p)
        return;
    p->any_kind = sv_is(ensure, "present");
    if (sv_is(ensure, "absent") || sv_is(ensure, "false"))
        p->want = FILE_ABSENT;
    else if (p->any_kind || sv_is(ensure, "file") || sv_is(ensure, "true"))
        p->want = FILE_PLAIN;
    else if (sv_is(ensure, "directory"))
        p->want = FILE_FOLDER;
    else
        p->want = FILE_LINK;
    if (p->want == FILE_LINK)
        p->target = sv_is(ensure, "link") ? attr_text(run, p->resource, "target") : ensure;
}

static bool want_all(struct run *run, struct file_plan *p, struct err *err)
{
    const struct resource *r = p->resource;
    want_ensure(run, p, attr_text(run, r, "ensure"));
    p->mode = attr_text(run, r, "mode");
    p->owner = attr_text(run, r, "owner");
    p->group = attr_text(run, r, "group");
    struct sv content = attr_text(run, r, "content"), target = attr_text(run, r, "target");
    if (p->has_ensure && p->want == FILE_ABSENT)
        return true;
    if (content.p) {
        p->has_content = !p->has_ensure || p->want == FILE_PLAIN;
        p->content = content;
        if (!p->has_ensure) {
            p->has_ensure = true;
            p->want = FILE_PLAIN;
        }
    } else if (attr_value(r, "source").kind != V_UNDEF && (!p->has_ensure || p->want == FILE_PLAIN)) {
        if (!want_source(run, p, err))
            return false;
    } else if (!p->has_ensure && target.p) {
        p->has_ensure = true;
        p->want = FILE_LINK;
        p->target = target;
    }
    if (p->has_content)
        p->want_sum = sum_of(run, r, p->content);
    return true;
}

struct file_plan *file_plan_make(struct run *run, const struct resource *r, struct err *err)
{
    struct file_plan *p = ARENA_NEW(run->arena, struct file_plan);
    p->resource = r;
    p->path = attr_name(run, r, "path");
    while (p->path.n > 1 && p->path.p[p->path.n - 1] == '/')
        p->path.n--;
    p->follow = sv_is(attr_text(run, r, "links"), "follow");
    if (!want_all(run, p, err) || !read_state(run, p, err))
        return NULL;
    run->caches[CACHE_FILE] = p;
    return p;
}

/* --- the comparison --- */

static struct sv ensure_message(struct run *run, const struct file_plan *p)
{
    if (p->want == FILE_PLAIN && p->has_content)
        return arena_printf(run->arena, "defined content as '%.*s'", SV_ARG(p->want_sum));
    if (p->want == FILE_ABSENT)
        return SV("removed");
    return p->kind == FILE_ABSENT ? SV("created") : SV_NONE;
}

static void compare_ensure(struct run *run, const struct file_plan *p, struct property_list *is, struct property_list *should)
{
    bool same = p->any_kind ? p->kind != FILE_ABSENT : p->kind == p->want;
    if (p->kind != FILE_ABSENT && p->want != FILE_ABSENT && !attr_bool(p->resource, "replace", true))
        same = true; /* replace => false leaves alone what is there */
    const char *want = p->any_kind ? "present" : file_kind_name(p, p->want);
    struct property *prop = property_add(run, is, should, "ensure", same ? sv_of(want) : sv_of(file_kind_name(p, p->kind)), sv_of(want));
    prop->flags = PROP_WHOLE;
    prop->message = ensure_message(run, p);
    prop->sensitive = attr_sensitive(p->resource, "content") || attr_sensitive(p->resource, "source");
}

static void compare_content(struct run *run, const struct file_plan *p, struct property_list *is, struct property_list *should)
{
    bool keep = p->kind != FILE_PLAIN || !attr_bool(p->resource, "replace", true);
    struct property *prop = property_add(run, is, should, "content", keep ? p->want_sum : p->sum, p->want_sum);
    prop->sensitive = attr_sensitive(p->resource, "content") || attr_sensitive(p->resource, "source");
}

static bool compare_mode(struct run *run, const struct file_plan *p, struct property_list *is, struct property_list *should,
                         struct err *err)
{
    mode_t want;
    if (!mode_apply(p->mode, p->st.st_mode, p->kind == FILE_FOLDER, &want, err))
        return false;
    struct property *prop = property_add(run, is, should, "mode", arena_printf(run->arena, "%04o", (unsigned)p->st.st_mode & 07777),
                                         arena_printf(run->arena, "%04o", (unsigned)want));
    if (p->mode.p[0] < '0' || p->mode.p[0] > '7') { /* symbolic: the outcome, and how it was written */
        prop->shown = arena_printf(run->arena, "'%04o' (%.*s)", (unsigned)want, SV_ARG(p->mode));
    }
    return true;
}

/* Names are compared by number; in a root without being root, or where the root does not know the name, it can only be planned. */
static void compare_owner(struct run *run, struct property_list *is, struct property_list *should, const char *name, struct sv want,
                          bool known, bool same, struct sv is_name)
{
    struct property *prop = property_add(run, is, should, name, same ? want : is_name, want);
    if (run->root.n && (geteuid() != 0 || !known))
        prop->flags |= PROP_PLANNED;
}

static void compare_owners(struct run *run, const struct file_plan *p, struct property_list *is, struct property_list *should, bool user)
{
    if (user) {
        uid_t uid = 0;
        bool known = account_uid(run, p->owner, &uid);
        compare_owner(run, is, should, "owner", p->owner, known, known && uid == p->st.st_uid, account_user_name(run, p->st.st_uid));
    } else {
        gid_t gid = 0;
        bool known = account_gid(run, p->group, &gid);
        compare_owner(run, is, should, "group", p->group, known, known && gid == p->st.st_gid, account_group_name(run, p->st.st_gid));
    }
}

static bool file_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    struct file_plan *p = file_plan_make(run, r, err);
    if (!p)
        return false;
    if (p->has_ensure)
        compare_ensure(run, p, is, should);
    if (p->kind == FILE_ABSENT || (p->has_ensure && p->want == FILE_ABSENT))
        return true;
    if (p->has_content)
        compare_content(run, p, is, should);
    if (p->want == FILE_LINK && p->has_ensure && p->kind == FILE_LINK)
        property_add(run, is, should, "target", p->link, p->target);
    if (p->owner.p)
        compare_owners(run, p, is, should, true);
    if (p->group.p)
        compare_owners(run, p, is, should, false);
    return !p->mode.p || p->kind == FILE_LINK || compare_mode(run, p, is, should, err);
}

/* --- refusals before anything runs --- */

static bool file_validate(struct run *run, const struct resource *r, struct err *err)
{
    struct sv path = attr_name(run, r, "path"), ensure = attr_text(run, r, "ensure"), mode = attr_text(run, r, "mode");
    mode_t ignored;
    if (path.n == 0 || path.p[0] != '/')
        return err_set(err, "Parameter path failed on File[%.*s]: File paths must be fully qualified, not '%.*s'", SV_ARG(r->title),
                       SV_ARG(path));
    if (!sv_path(run->arena, path, err))
        return false;
    bool content = attr_value(r, "content").kind != V_UNDEF, source = attr_value(r, "source").kind != V_UNDEF;
    bool target = attr_value(r, "target").kind != V_UNDEF;
    if (content + source + target > 1)
        return err_set(err, "You cannot specify more than one of content, source, target");
    if (sv_is(ensure, "link") && !target)
        return err_set(err, "Cannot create a symlink without a target");
    if (mode.p && !mode_apply(mode, 0644, false, &ignored, err))
        return err_wrap(err, "Parameter mode failed on File[%.*s]", SV_ARG(r->title));
    bool word = sv_is(ensure, "present") || sv_is(ensure, "absent") || sv_is(ensure, "file") || sv_is(ensure, "directory") ||
                sv_is(ensure, "link") || sv_is(ensure, "false") || sv_is(ensure, "true");
    if (ensure.p && !word && (target || ensure.n == 0))
        return err_set(err, "Parameter ensure failed on File[%.*s]: Invalid value \"%.*s\"", SV_ARG(r->title), SV_ARG(ensure));
    return true;
}

static void file_autorequire(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title),
                             void *ctx)
{
    struct sv path = attr_name(run, r, "path");
    while (path.n > 1) {
        size_t slash = sv_rfind_char(path, '/');
        if (slash == SIZE_MAX)
            break;
        path.n = slash ? slash : 1;
        add(ctx, "file", path);
    }
    struct sv target = attr_text(run, r, "target"), owner = attr_text(run, r, "owner"), group = attr_text(run, r, "group");
    if (target.p)
        add(ctx, "file", target);
    if (owner.p)
        add(ctx, "user", owner);
    if (group.p)
        add(ctx, "group", group);
}

const struct provider provider_file = {
    .type = { "file", attrs, "path", "path" },
    .validate = file_validate,
    .get = file_get,
    .set = file_set,
    .autorequire = file_autorequire,
    .generate = file_generate,
    .in_root = true,
};
