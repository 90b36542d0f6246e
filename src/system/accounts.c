/* accounts: users and groups by name and number, from a root's own files or the system's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <pwd.h>

#include "system/internal.h"

#define NSS_BUFFER 65536

static struct sv field(struct sv *line)
{
    struct sv f = SV("");
    sv_cut(line, ':', &f);
    return f;
}

static uint32_t number(struct sv s)
{
    int64_t n = -1;
    return sv_to_int(s, &n) && n >= 0 && n <= UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void read_users(struct run *run, struct accounts *acc, struct sv text)
{
    struct sv line;
    while (sv_cut(&text, '\n', &line)) {
        struct account u = { .name = field(&line), .password = field(&line) };
        u.uid = number(field(&line));
        u.gid = number(field(&line));
        u.gecos = field(&line);
        u.home = field(&line);
        u.shell = field(&line);
        if (u.name.n && u.uid != UINT32_MAX)
            ARENA_PUSH(run->arena, acc->users, acc->user_count, acc->user_cap, u);
    }
}

static void read_groups(struct run *run, struct accounts *acc, struct sv text)
{
    struct sv line, name;
    while (sv_cut(&text, '\n', &line)) {
        struct account g = { .name = field(&line), .password = field(&line) };
        g.gid = number(field(&line));
        struct sv members = field(&line);
        size_t cap = 0;
        while (sv_cut(&members, ',', &name))
            if (name.n)
                ARENA_PUSH(run->arena, g.members, g.member_count, cap, name);
        if (g.name.n && g.gid != UINT32_MAX)
            ARENA_PUSH(run->arena, acc->groups, acc->group_count, acc->group_cap, g);
    }
}

static bool read_table(struct run *run, const char *path, struct sv *out)
{
    struct err ignored;
    struct sv in_root = run->root.n ? rooted(run, sv_of(path)) : sv_of(path);
    const char *p = arena_cstr(run->arena, in_root);
    if (run->root.n && !fs_exists(p))
        p = path;
    return fs_read(run->arena, p, 0, out, &ignored);
}

const struct accounts *accounts_of(struct run *run)
{
    if (run->caches[CACHE_ACCOUNTS])
        return run->caches[CACHE_ACCOUNTS];
    struct accounts *acc = ARENA_NEW(run->arena, struct accounts);
    struct sv text;
    if (read_table(run, "/etc/passwd", &text))
        read_users(run, acc, text);
    if (read_table(run, "/etc/group", &text))
        read_groups(run, acc, text);
    acc->user_by_name = map_in(run->arena);
    acc->group_by_name = map_in(run->arena);
    for (uint32_t i = 0; i < acc->user_count; i++)
        if (!map_find(&acc->user_by_name, acc->users[i].name))
            map_put(&acc->user_by_name, acc->users[i].name, &acc->users[i]);
    for (uint32_t i = 0; i < acc->group_count; i++)
        if (!map_find(&acc->group_by_name, acc->groups[i].name))
            map_put(&acc->group_by_name, acc->groups[i].name, &acc->groups[i]);
    run->caches[CACHE_ACCOUNTS] = acc;
    return acc;
}

void accounts_forget(struct run *run) { run->caches[CACHE_ACCOUNTS] = NULL; }

const struct account *account_user(struct run *run, struct sv name)
{
    const struct account *u = map_find(&accounts_of(run)->user_by_name, name);
    if (u || run->root.n)
        return u;
    struct passwd pw, *found = NULL; /* LDAP and the like */
    char *buf = arena_alloc(run->arena, NSS_BUFFER);
    if (getpwnam_r(arena_cstr(run->arena, name), &pw, buf, NSS_BUFFER, &found) != 0 || !found)
        return NULL;
    struct account *a = ARENA_NEW(run->arena, struct account);
    *a = (struct account){
        .name = name, .gecos = sv_of(pw.pw_gecos), .home = sv_of(pw.pw_dir), .shell = sv_of(pw.pw_shell), .uid = pw.pw_uid, .gid = pw.pw_gid
    };
    return a;
}

const struct account *account_group(struct run *run, struct sv name)
{
    const struct account *g = map_find(&accounts_of(run)->group_by_name, name);
    if (g || run->root.n)
        return g;
    struct group gr, *found = NULL;
    char *buf = arena_alloc(run->arena, NSS_BUFFER);
    if (getgrnam_r(arena_cstr(run->arena, name), &gr, buf, NSS_BUFFER, &found) != 0 || !found)
        return NULL;
    struct account *a = ARENA_NEW(run->arena, struct account);
    *a = (struct account){ .name = name, .gid = gr.gr_gid };
    return a;
}

static bool plain_number(struct sv s, uint32_t *out)
{
    int64_t n;
    if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9' || !sv_to_int(s, &n) || n >= UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

bool account_uid(struct run *run, struct sv name, uid_t *out_uid)
{
    if (plain_number(name, out_uid))
        return true;
    const struct account *u = account_user(run, name);
    if (u)
        *out_uid = u->uid;
    return u != NULL;
}

bool account_gid(struct run *run, struct sv name, gid_t *out_gid)
{
    if (plain_number(name, out_gid))
        return true;
    const struct account *g = account_group(run, name);
    if (g)
        *out_gid = g->gid;
    return g != NULL;
}

struct sv account_user_name(struct run *run, uid_t uid)
{
    const struct accounts *acc = accounts_of(run);
    for (uint32_t i = 0; i < acc->user_count; i++)
        if (acc->users[i].uid == uid)
            return acc->users[i].name;
    return arena_printf(run->arena, "%u", uid);
}

struct sv account_group_name(struct run *run, gid_t gid)
{
    const struct accounts *acc = accounts_of(run);
    for (uint32_t i = 0; i < acc->group_count; i++)
        if (acc->groups[i].gid == gid)
            return acc->groups[i].name;
    return arena_printf(run->arena, "%u", gid);
}
