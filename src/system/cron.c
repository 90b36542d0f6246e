/* cron: entries in a user's crontab, each marked by its name in a comment before it; all other lines stay as they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/internal.h"

#define MARK          "# Puppet Name: "
#define CRONTAB_BYTES (16u << 20)

static const char *const attrs[] = { "ensure",   "command",     "special", "minute", "hour", "weekday",  "month",
                                     "monthday", "environment", "user",    "target", "name", "provider", NULL };

/* One entry as lines: NAME=value lines, then the one with times and command. */
struct entry {
    bool found;
    size_t from, to; /* bytes in the crontab, mark and all */
    struct sv env, line;
};

static struct sv owner_of(struct run *run, const struct resource *r)
{
    struct sv user = attr_text(run, r, "user"), target = attr_text(run, r, "target");
    return user.p ? user : target.p ? target : account_user_name(run, geteuid());
}

static const char *tab_path(struct run *run, const struct resource *r)
{
    return arena_printf(run->arena, "/var/spool/cron/crontabs/%.*s", SV_ARG(owner_of(run, r))).p;
}

/* A user without a crontab has an empty one. */
static bool read_tab(struct run *run, const struct resource *r, struct sv *out, struct err *err)
{
    struct sv base;
    *out = SV("");
    if (!run->root.n && geteuid() != 0) {
        const char *argv[] = { "crontab", "-l", NULL };
        struct err none;
        if (!run_tool(run, argv, SV_NONE, out, &none))
            *out = SV("");
        return true;
    }
    AUTO_FD dir = open_parent(run, sv_of(tab_path(run, r)), &base, NULL);
    if (dir < 0)
        return true;
    AUTO_FD fd = openat(dir, arena_cstr(run->arena, base), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return true;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)CRONTAB_BYTES)
        return err_set(err, "the crontab of '%.*s' is no plain file of a sensible size", SV_ARG(base));
    char *text = arena_alloc(run->arena, (size_t)st.st_size + 1);
    ssize_t n = pread(fd, text, (size_t)st.st_size, 0);
    if (n < 0)
        return err_errno(err, "cannot read the crontab of '%.*s'", SV_ARG(base));
    *out = sv_make(text, (size_t)n);
    return true;
}

static bool is_setting(struct sv line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == '_' || (line.p[i] >= 'A' && line.p[i] <= 'Z') || (line.p[i] >= 'a' && line.p[i] <= 'z') ||
                          (i && line.p[i] >= '0' && line.p[i] <= '9')))
        i++;
    while (i < line.n && line.p[i] == ' ')
        i++;
    return i > 0 && i < line.n && line.p[i] == '=';
}

static struct entry find_entry(struct sv tab, struct sv name)
{
    struct entry e = { 0 };
    bool inside = false;
    for (size_t at = 0; at < tab.n;) {
        size_t end = sv_find_char(tab, '\n', at), next = end == SIZE_MAX ? tab.n : end + 1;
        struct sv line = sv_slice(tab, at, end == SIZE_MAX ? tab.n : end);
        if (inside && is_setting(line)) {
            e.env = e.env.p ? sv_make(e.env.p, (size_t)(line.p + line.n - e.env.p)) : line;
        } else if (inside) {
            if (line.n && line.p[0] != '#') {
                e.line = line;
                e.to = next;
            }
            return e;
        } else if (sv_starts(line, SV(MARK)) && sv_eq(sv_slice(line, sizeof MARK - 1, line.n), name)) {
            e.found = inside = true;
            e.from = at;
        }
        if (inside)
            e.to = next;
        at = next;
    }
    return e;
}

/* "*", "1,15", "mon": as the crontab has it. */
static struct sv times(struct run *run, const struct resource *r, const char *name)
{
    uint32_t n;
    struct sv *items = attr_list(run, r, name, &n);
    struct strbuf b = STRBUF_IN(run->arena);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(&b, "%s%.*s", i ? "," : "", SV_ARG(sv_is(items[i], "absent") ? SV("*") : items[i]));
    return n ? strbuf_sv(&b) : SV("*");
}

static struct sv wanted_line(struct run *run, const struct resource *r)
{
    struct sv special = attr_text(run, r, "special"), command = attr_text(run, r, "command");
    if (special.p && !sv_is(special, "absent"))
        return arena_printf(run->arena, "@%.*s %.*s", SV_ARG(special), SV_ARG(command));
    return arena_printf(run->arena, "%.*s %.*s %.*s %.*s %.*s %.*s", SV_ARG(times(run, r, "minute")), SV_ARG(times(run, r, "hour")),
                        SV_ARG(times(run, r, "monthday")), SV_ARG(times(run, r, "month")), SV_ARG(times(run, r, "weekday")),
                        SV_ARG(command));
}

static struct sv wanted_env(struct run *run, const struct resource *r)
{
    uint32_t n;
    struct sv *items = attr_list(run, r, "environment", &n);
    struct strbuf b = STRBUF_IN(run->arena);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(&b, "%s%.*s", i ? "\n" : "", SV_ARG(items[i]));
    return n ? strbuf_sv(&b) : SV("");
}

static bool cron_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    struct sv tab, want = attr_text(run, r, "ensure");
    if (!read_tab(run, r, &tab, err))
        return false;
    struct entry e = find_entry(tab, attr_name(run, r, "name"));
    property_add(run, is, should, "ensure", e.found ? SV("present") : SV("absent"), want.p ? want : SV("present"))->flags = PROP_WHOLE;
    if (!e.found || sv_is(want, "absent"))
        return true;
    struct property *p = property_add(run, is, should, "entry", e.line, wanted_line(run, r));
    p->sensitive = attr_sensitive(r, "command");
    if (attr_value(r, "environment").kind != V_UNDEF)
        property_add(run, is, should, "environment", e.env, wanted_env(run, r));
    return true;
}

static bool write_tab(struct run *run, const struct resource *r, struct sv text, struct err *err)
{
    struct sv owner = owner_of(run, r), base;
    const char *user = arena_cstr(run->arena, owner);
    if (!run->root.n) {
        const char *as_root[] = { "crontab", "-u", user, "-", NULL }, *own[] = { "crontab", "-", NULL };
        return run_tool(run, geteuid() == 0 ? as_root : own, text, NULL, err);
    }
    AUTO_FD dir = open_parent_made(run, sv_of(tab_path(run, r)), &base, err);
    uid_t uid = (uid_t)-1;
    if (dir < 0)
        return false;
    if (geteuid() == 0)
        account_uid(run, owner, &uid);
    struct file_write w = { .dir = dir, .base = base, .text = text, .mode = 0600, .uid = uid, .gid = (gid_t)-1 };
    return file_replace(run, &w, err);
}

static enum set_result cron_set(struct run *run, const struct resource *r, const struct property_list *is,
                                const struct property_list *should, struct err *err)
{
    (void)is, (void)should;
    struct sv tab, name = attr_name(run, r, "name"), env = wanted_env(run, r);
    if (!read_tab(run, r, &tab, err))
        return SET_FAILED;
    struct entry e = find_entry(tab, name);
    struct strbuf out = STRBUF_IN(run->arena);
    strbuf_add(&out, e.found ? sv_slice(tab, 0, e.from) : tab);
    if (out.n && out.p[out.n - 1] != '\n')
        strbuf_addc(&out, '\n');
    if (!sv_is(attr_text(run, r, "ensure"), "absent")) {
        strbuf_addf(&out, MARK "%.*s\n", SV_ARG(name));
        if (env.n == 0 && attr_value(r, "environment").kind == V_UNDEF)
            env = e.env;
        strbuf_addf(&out, "%.*s%s%.*s\n", SV_ARG(env), env.n ? "\n" : "", SV_ARG(wanted_line(run, r)));
    }
    if (e.found)
        strbuf_add(&out, sv_slice(tab, e.to, tab.n));
    return write_tab(run, r, strbuf_sv(&out), err) ? SET_DONE : SET_FAILED;
}

static bool has_break(struct sv s) { return s.n && (memchr(s.p, '\n', s.n) || memchr(s.p, '\0', s.n)); }

static bool cron_validate(struct run *run, const struct resource *r, struct err *err)
{
    struct sv owner = owner_of(run, r), command = attr_text(run, r, "command"), name = attr_name(run, r, "name");
    if (has_break(owner) || owner.n == 0 || owner.p[0] == '-' || owner.p[0] == '.' || memchr(owner.p, '/', owner.n))
        return err_set(err, "Cron[%.*s]: '%.*s' is no name of a user", SV_ARG(r->title), SV_ARG(owner));
    if (!command.p && !sv_is(attr_text(run, r, "ensure"), "absent"))
        return err_set(err, "Cron[%.*s]: no command is given", SV_ARG(r->title));
    if (has_break(command) || has_break(name))
        return err_set(err, "Cron[%.*s]: a crontab's command and name are one line each", SV_ARG(r->title));
    static const char *const fields[] = { "minute", "hour", "weekday", "month", "monthday", "special" };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct sv v = times(run, r, fields[i]);
        for (size_t k = 0; k < v.n; k++)
            if (v.p[k] <= ' ')
                return err_set(err, "Parameter %s failed on Cron[%.*s]: %.*s is not a valid %s", fields[i], SV_ARG(r->title), SV_ARG(v),
                               fields[i]);
    }
    return true;
}

static void cron_autorequire(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title),
                             void *ctx)
{
    add(ctx, "user", owner_of(run, r));
}

const struct provider provider_cron = {
    .type = { "cron", attrs },
    .validate = cron_validate,
    .get = cron_get,
    .set = cron_set,
    .autorequire = cron_autorequire,
    .in_root = true,
};
