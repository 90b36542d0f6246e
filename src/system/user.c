/* user: accounts in /etc/passwd, and groups, by the shadow tools. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/internal.h"

static const char *const user_attrs[] = { "ensure",
                                          "home",
                                          "uid",
                                          "gid",
                                          "comment",
                                          "shell",
                                          "password",
                                          "password_min_age",
                                          "password_max_age",
                                          "password_warn_days",
                                          "groups",
                                          "expiry",
                                          "roles",
                                          "auths",
                                          "profiles",
                                          "keys",
                                          "project",
                                          "attributes",
                                          "salt",
                                          "iterations",
                                          "loginclass",
                                          "name",
                                          "membership",
                                          "system",
                                          "allowdupe",
                                          "managehome",
                                          "role_membership",
                                          "auth_membership",
                                          "profile_membership",
                                          "key_membership",
                                          "ia_load_module",
                                          "attribute_membership",
                                          "forcelocal",
                                          "purge_ssh_keys",
                                          "provider",
                                          NULL };
static const char *const group_attrs[] = {
    "ensure", "gid",        "members",  "attributes", "auth_membership", "name", "allowdupe", "ia_load_module", "attribute_membership",
    "system", "forcelocal", "provider", NULL
};

/* --- what both share --- */

struct args {
    const char **argv;
    uint32_t count;
    size_t cap;
};

static void arg(struct run *run, struct args *a, const char *s) { ARENA_PUSH(run->arena, a->argv, a->count, a->cap, s); }

static void arg2(struct run *run, struct args *a, const char *flag, struct sv value)
{
    if (!value.p)
        return;
    arg(run, a, flag);
    arg(run, a, arena_cstr(run->arena, value));
}

static bool go(struct run *run, struct args *a, struct sv name, struct err *err)
{
    arg(run, a, "--");
    arg(run, a, arena_cstr(run->arena, name));
    arg(run, a, NULL);
    accounts_forget(run);
    return run_tool(run, a->argv, SV_NONE, NULL, err);
}

static bool name_is_sound(const struct resource *r, struct sv name, struct err *err)
{
    bool bad = name.n == 0 || name.p[0] == '-';
    for (size_t i = 0; i < name.n; i++)
        bad = bad || name.p[i] == ':' || name.p[i] == '\n' || name.p[i] == '\0' || name.p[i] == ',' || name.p[i] == '/';
    return !bad || err_set(err, "%.*s[%.*s]: '%.*s' is no name of an account", SV_ARG(r->type), SV_ARG(r->title), SV_ARG(name));
}

/* True where the resource is to be there (present is the default where the attribute is absent but the account exists or not). */
static bool add_ensure(struct run *run, const struct resource *r, bool exists, struct property_list *is, struct property_list *should)
{
    struct sv want = attr_text(run, r, "ensure");
    if (!want.p)
        want = SV("present");
    property_add(run, is, should, "ensure", exists ? SV("present") : SV("absent"), want)->flags = PROP_WHOLE;
    return exists && !sv_is(want, "absent");
}

static void add_text(struct run *run, const struct resource *r, const char *name, struct sv have, struct property_list *is,
                     struct property_list *should)
{
    struct sv want = attr_text(run, r, name);
    if (want.p)
        property_add(run, is, should, name, have, want);
}

static void add_number(struct run *run, const char *name, struct sv want, uint32_t have, struct property_list *is,
                       struct property_list *should)
{
    if (want.p)
        property_add(run, is, should, name, arena_printf(run->arena, "%u", have), want)->flags = PROP_BARE;
}

/* --- user --- */

static struct sv hash_of(struct run *run, struct sv name)
{
    struct sv text, line, user, hash;
    struct err ignored;
    if (!fs_read(run->arena, "/etc/shadow", 0, &text, &ignored))
        return SV("");
    while (sv_cut(&text, '\n', &line))
        if (sv_cut(&line, ':', &user) && sv_eq(user, name) && sv_cut(&line, ':', &hash))
            return hash;
    return SV("");
}

static bool holds(const struct sv *items, uint32_t count, struct sv s)
{
    for (uint32_t i = 0; i < count; i++)
        if (sv_eq(items[i], s))
            return true;
    return false;
}

/* Further groups: those it has, and those it should have; with minimum membership the others stay. */
static void group_lists(struct run *run, const struct resource *r, struct sv name, struct sv **have, uint32_t *have_count, struct sv **want,
                        uint32_t *want_count)
{
    const struct accounts *acc = accounts_of(run);
    size_t cap = 0, want_cap = 0;
    uint32_t listed;
    struct sv *wanted = attr_list(run, r, "groups", &listed);
    *have = *want = NULL;
    *have_count = *want_count = 0;
    for (uint32_t g = 0; g < acc->group_count; g++)
        if (holds(acc->groups[g].members, acc->groups[g].member_count, name))
            ARENA_PUSH(run->arena, *have, *have_count, cap, acc->groups[g].name);
    for (uint32_t i = 0; i < listed; i++)
        if (!holds(*want, *want_count, wanted[i]))
            ARENA_PUSH(run->arena, *want, *want_count, want_cap, wanted[i]);
    if (!sv_is(attr_text(run, r, "membership"), "inclusive"))
        for (uint32_t i = 0; i < *have_count; i++)
            if (!holds(*want, *want_count, (*have)[i]))
                ARENA_PUSH(run->arena, *want, *want_count, want_cap, (*have)[i]);
    sort_texts(*have, *have_count);
    sort_texts(*want, *want_count);
}

static bool user_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    (void)err;
    struct sv name = attr_name(run, r, "name"), gid = attr_text(run, r, "gid");
    const struct account *u = account_user(run, name);
    if (!add_ensure(run, r, u != NULL, is, should) || !u)
        return true;
    add_number(run, "uid", attr_text(run, r, "uid"), u->uid, is, should);
    if (gid.p) {
        gid_t want;
        bool same = account_gid(run, gid, &want) && want == u->gid;
        struct property *p = property_add(run, is, should, "gid", same ? gid : arena_printf(run->arena, "%u", u->gid), gid);
        p->flags = PROP_BARE;
        p->shown = sv_to_int(gid, &(int64_t){ 0 }) ? gid : arena_printf(run->arena, "'%.*s'", SV_ARG(gid));
    }
    add_text(run, r, "comment", u->gecos, is, should);
    add_text(run, r, "home", u->home, is, should);
    add_text(run, r, "shell", u->shell, is, should);
    struct sv password = attr_text(run, r, "password");
    if (password.p)
        property_add(run, is, should, "password", hash_of(run, name), password)->sensitive = true;
    if (attr_value(r, "groups").kind != V_UNDEF) {
        struct sv *have, *want;
        uint32_t nh, nw;
        group_lists(run, r, name, &have, &nh, &want, &nw);
        property_add(run, is, should, "groups", list_shown(run, have, nh), list_shown(run, want, nw))->flags = PROP_BARE;
    }
    return true;
}

static struct sv joined(struct run *run, const struct sv *items, uint32_t count)
{
    struct strbuf b = STRBUF_IN(run->arena);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&b, "%s%.*s", i ? "," : "", SV_ARG(items[i]));
    strbuf_cstr(&b);
    return strbuf_sv(&b);
}

/* A password's hash goes over standard input: the list of processes is no place for it. */
static bool set_password(struct run *run, const struct resource *r, struct sv name, struct err *err)
{
    struct sv hash = attr_text(run, r, "password");
    const char *argv[] = { "chpasswd", "-e", NULL };
    if (!hash.p)
        return true;
    if (memchr(hash.p, '\n', hash.n) || memchr(hash.p, ':', hash.n))
        return err_set(err, "the password of user '%.*s' is no hash", SV_ARG(name));
    return run_tool(run, argv, arena_printf(run->arena, "%.*s:%.*s\n", SV_ARG(name), SV_ARG(hash)), NULL, err);
}

static bool user_create(struct run *run, const struct resource *r, struct sv name, struct err *err)
{
    struct args a = { 0 };
    uint32_t n;
    struct sv *groups = attr_list(run, r, "groups", &n);
    arg(run, &a, "useradd");
    arg2(run, &a, "-u", attr_text(run, r, "uid"));
    arg2(run, &a, "-g", attr_text(run, r, "gid"));
    arg2(run, &a, "-c", attr_text(run, r, "comment"));
    arg2(run, &a, "-d", attr_text(run, r, "home"));
    arg2(run, &a, "-s", attr_text(run, r, "shell"));
    if (n)
        arg2(run, &a, "-G", joined(run, groups, n));
    if (attr_bool(r, "system", false))
        arg(run, &a, "-r");
    if (attr_bool(r, "allowdupe", false))
        arg(run, &a, "-o");
    arg(run, &a, attr_bool(r, "managehome", false) ? "-m" : "-M");
    return go(run, &a, name, err) && set_password(run, r, name, err);
}

static bool user_modify(struct run *run, const struct resource *r, struct sv name, const struct property_list *is,
                        const struct property_list *should, struct err *err)
{
    static const struct {
        const char *property, *flag;
    } rows[] = { { "uid", "-u" }, { "gid", "-g" }, { "comment", "-c" }, { "home", "-d" }, { "shell", "-s" } };
    struct args a = { 0 };
    arg(run, &a, "usermod");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (property_differs(is, should, rows[i].property))
            arg2(run, &a, rows[i].flag, attr_text(run, r, rows[i].property));
    if (property_differs(is, should, "home") && attr_bool(r, "managehome", false))
        arg(run, &a, "-m");
    if (property_differs(is, should, "uid") && attr_bool(r, "allowdupe", false))
        arg(run, &a, "-o");
    if (property_differs(is, should, "groups")) {
        struct sv *have, *want;
        uint32_t nh, nw;
        group_lists(run, r, name, &have, &nh, &want, &nw);
        arg2(run, &a, "-G", joined(run, want, nw));
    }
    if (a.count > 1 && !go(run, &a, name, err))
        return false;
    return !property_differs(is, should, "password") || set_password(run, r, name, err);
}

static enum set_result user_set(struct run *run, const struct resource *r, const struct property_list *is,
                                const struct property_list *should, struct err *err)
{
    struct sv name = attr_name(run, r, "name");
    bool good;
    if (!property_differs(is, should, "ensure")) {
        good = user_modify(run, r, name, is, should, err);
    } else if (sv_is(attr_text(run, r, "ensure"), "absent")) {
        struct args a = { 0 };
        arg(run, &a, "userdel");
        if (attr_bool(r, "managehome", false))
            arg(run, &a, "-r");
        good = go(run, &a, name, err);
    } else {
        good = user_create(run, r, name, err);
    }
    return good ? SET_DONE : SET_FAILED;
}

static bool user_validate(struct run *run, const struct resource *r, struct err *err)
{
    static const char *const words[] = { "present", "absent", "role", NULL };
    struct sv uid = attr_text(run, r, "uid");
    if (uid.p && !sv_to_int(uid, &(int64_t){ 0 }))
        return err_set(err, "Parameter uid failed on User[%.*s]: Invalid UID %.*s", SV_ARG(r->title), SV_ARG(uid));
    if (!attr_one_of(run, r, "ensure", words, err))
        return err_wrap(err, "Parameter ensure failed on User[%.*s]", SV_ARG(r->title));
    return name_is_sound(r, attr_name(run, r, "name"), err);
}

static void user_autorequire(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title),
                             void *ctx)
{
    uint32_t n;
    struct sv gid = attr_text(run, r, "gid"), *groups = attr_list(run, r, "groups", &n);
    if (gid.p)
        add(ctx, "group", gid);
    for (uint32_t i = 0; i < n; i++)
        add(ctx, "group", groups[i]);
}

const struct provider provider_user = {
    .type = { "user", user_attrs },
    .validate = user_validate,
    .get = user_get,
    .set = user_set,
    .autorequire = user_autorequire,
};

/* --- group --- */

/* members is left alone, as Puppet leaves it on Linux: users name their groups. */
static bool group_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    (void)err;
    const struct account *g = account_group(run, attr_name(run, r, "name"));
    if (add_ensure(run, r, g != NULL, is, should) && g)
        add_number(run, "gid", attr_text(run, r, "gid"), g->gid, is, should);
    return true;
}

static enum set_result group_set(struct run *run, const struct resource *r, const struct property_list *is,
                                 const struct property_list *should, struct err *err)
{
    struct args a = { 0 };
    bool remove = sv_is(attr_text(run, r, "ensure"), "absent"), fresh = property_differs(is, should, "ensure");
    arg(run, &a, !fresh ? "groupmod" : remove ? "groupdel" : "groupadd");
    if (!remove || !fresh)
        arg2(run, &a, "-g", attr_text(run, r, "gid"));
    if (!remove && attr_bool(r, "allowdupe", false))
        arg(run, &a, "-o");
    if (fresh && !remove && attr_bool(r, "system", false))
        arg(run, &a, "-r");
    return go(run, &a, attr_name(run, r, "name"), err) ? SET_DONE : SET_FAILED;
}

static bool group_validate(struct run *run, const struct resource *r, struct err *err)
{
    static const char *const words[] = { "present", "absent", NULL };
    struct sv gid = attr_text(run, r, "gid");
    if (gid.p && !sv_to_int(gid, &(int64_t){ 0 }))
        return err_set(err, "Parameter gid failed on Group[%.*s]: Invalid GID %.*s", SV_ARG(r->title), SV_ARG(gid));
    if (!attr_one_of(run, r, "ensure", words, err))
        return err_wrap(err, "Parameter ensure failed on Group[%.*s]", SV_ARG(r->title));
    return name_is_sound(r, attr_name(run, r, "name"), err);
}

const struct provider provider_group = {
    .type = { "group", group_attrs },
    .validate = group_validate,
    .get = group_get,
    .set = group_set,
};
