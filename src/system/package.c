/* package: Debian packages by apt-get and dpkg. All that is installed is read in one call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "system/internal.h"

static const char *const attrs[] = { "ensure",
                                     "package_settings",
                                     "flavor",
                                     "mark",
                                     "name",
                                     "provider",
                                     "command",
                                     "source",
                                     "instance",
                                     "status",
                                     "adminfile",
                                     "responsefile",
                                     "configfiles",
                                     "category",
                                     "platform",
                                     "root",
                                     "vendor",
                                     "description",
                                     "allowcdrom",
                                     "enable_only",
                                     "install_only",
                                     "install_options",
                                     "uninstall_options",
                                     "allow_virtual",
                                     "reinstall_on_refresh",
                                     NULL };

struct installed {
    struct sv status, version;
    bool held, broken;
};

/* "hold ok installed NAME VERSION": also under "NAME:ARCH". */
static void take_line(struct run *run, struct map *all, struct sv line)
{
    struct sv desired, error, status, name, arch, version;
    if (!sv_cut(&line, '\t', &name) || !sv_cut(&line, '\t', &arch) || !sv_cut(&line, '\t', &version) || !sv_cut(&line, ' ', &desired) ||
        !sv_cut(&line, ' ', &error) || !sv_cut(&line, ' ', &status))
        return;
    struct installed *p = ARENA_NEW(run->arena, struct installed);
    *p = (struct installed){ status, version, sv_is(desired, "hold"), !sv_is(error, "ok") };
    const struct installed *was = map_find(all, name);
    if (!was || sv_is(status, "installed"))
        map_put(all, name, p);
    map_put(all, arena_printf(run->arena, "%.*s:%.*s", SV_ARG(name), SV_ARG(arch)), p);
}

static bool read_all(struct run *run, struct err *err)
{
    const char *argv[] = { "dpkg-query", "-W", "-f", "${Package}\\t${Architecture}\\t${Version}\\t${Status}\\n", NULL };
    struct command_result r;
    struct command cmd = {
        .argv = argv, .umask = -1, .path = "/usr/bin:/bin", .timeout = 60, .max_output = 64u << 20, .stdout_only = true
    };
    if (!command_run(run->arena, &cmd, &r, err))
        return false;
    struct map *all = ARENA_NEW(run->arena, struct map);
    *all = map_in(run->arena);
    struct sv line;
    while (sv_cut(&r.output, '\n', &line))
        take_line(run, all, line);
    run->caches[CACHE_PACKAGE] = all;
    return true;
}

static bool package_prefetch(struct run *run, const struct resource *const *all, uint32_t count, struct err *err)
{
    (void)all, (void)count;
    return read_all(run, err);
}

static const struct installed *find(struct run *run, struct sv name)
{
    static const struct installed none = { SV_INIT("not-installed"), SV_INIT("") };
    const struct installed *p = map_find(run->caches[CACHE_PACKAGE], name);
    return p ? p : &none;
}

static bool is_installed(const struct installed *p) { return sv_is(p->status, "installed") || sv_starts(p->status, SV("triggers-")); }

/* absent: files are gone, configuration is there; purged: nothing is. */
static struct sv state_of(const struct installed *p)
{
    if (is_installed(p))
        return p->version;
    return sv_is(p->status, "not-installed") ? SV("purged") : SV("absent");
}

static bool newest(struct run *run, struct sv name, struct sv *out, struct err *err)
{
    const char *argv[] = { "apt-cache", "policy", arena_cstr(run->arena, name), NULL };
    struct sv text, line;
    if (!run_tool(run, argv, SV_NONE, &text, err))
        return false;
    while (sv_cut(&text, '\n', &line)) {
        line = sv_trim(line);
        if (sv_starts(line, SV("Candidate: ")) && !sv_is(line, "Candidate: (none)")) {
            *out = sv_slice(line, 11, line.n);
            return true;
        }
    }
    return err_set(err, "no version of package '%.*s' is to be had", SV_ARG(name));
}

static bool package_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    struct sv provider = attr_text(run, r, "provider");
    if (provider.p && !sv_is(provider, "apt") && !sv_is(provider, "dpkg"))
        return err_set(err, "only the providers apt and dpkg are native, not '%.*s'", SV_ARG(provider));
    if (!run->caches[CACHE_PACKAGE] && !read_all(run, err))
        return false;
    struct sv name = attr_name(run, r, "name"), want = attr_text(run, r, "ensure"), mark = attr_text(run, r, "mark");
    const struct installed *p = find(run, name);
    struct sv have = state_of(p);
    if (p->broken)
        return err_set(err, "Package %.*s, version %.*s is in error state", SV_ARG(name), SV_ARG(p->version));
    if (!want.p || sv_is(want, "installed") || sv_is(want, "present")) {
        want = SV("present");
        if (is_installed(p))
            have = want;
    } else if (sv_is(want, "absent")) {
        if (!is_installed(p))
            have = want;
    } else if (sv_is(want, "latest")) {
        if (!newest(run, name, &want, err))
            return false;
    } else if (sv_is(want, "held")) {
        want = is_installed(p) ? have : SV("present");
        mark = SV("hold");
    }
    struct property *e = property_add(run, is, should, "ensure", have, want);
    e->flags = PROP_WHOLE;
    if (!is_installed(p) && !sv_is(want, "purged"))
        e->message = SV("created");
    else if (sv_is(want, "purged"))
        e->message = SV("purged");
    if (is_installed(p) && (sv_is(mark, "hold") || sv_is(mark, "none")))
        property_add(run, is, should, "mark", p->held ? SV("hold") : SV("none"), mark);
    return true;
}

static bool apt_get(struct run *run, const struct resource *r, const char *verb, struct sv what, struct err *err)
{
    const char **argv = ARENA_ARRAY(run->arena, const char *, 16);
    uint32_t count = 0, extra;
    size_t cap = 16;
    bool keep = !sv_is(attr_text(run, r, "configfiles"), "replace");
    const char *const head[] = {
        "apt-get", "-q", "-y", "-o", keep ? "DPkg::Options::=--force-confold" : "DPkg::Options::=--force-confnew", "--allow-downgrades"
    };
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        ARENA_PUSH(run->arena, argv, count, cap, head[i]);
    bool installs = strcmp(verb, "install") == 0;
    struct sv *options = attr_list(run, r, installs ? "install_options" : "uninstall_options", &extra);
    for (uint32_t i = 0; i < extra; i++) {
        const char *o = arena_cstr(run->arena, options[i]);
        ARENA_PUSH(run->arena, argv, count, cap, o);
    }
    ARENA_PUSH(run->arena, argv, count, cap, verb);
    const char *w = arena_cstr(run->arena, what);
    ARENA_PUSH(run->arena, argv, count, cap, w);
    ARENA_PUSH(run->arena, argv, count, cap, NULL);
    return run_tool(run, argv, SV_NONE, NULL, err);
}

static bool set_hold(struct run *run, struct sv name, bool hold, struct err *err)
{
    const char *argv[] = { "apt-mark", hold ? "hold" : "unhold", arena_cstr(run->arena, name), NULL };
    return run_tool(run, argv, SV_NONE, NULL, err);
}

static bool install(struct run *run, const struct resource *r, struct sv name, struct sv want, struct err *err)
{
    struct sv source = attr_text(run, r, "source");
    bool exact = !sv_is(want, "present");
    if (find(run, name)->held && !set_hold(run, name, false, err))
        return false;
    if (source.p && source.p[0] == '/') {
        const char *argv[] = { "dpkg", "--force-confold", "-i", arena_cstr(run->arena, source), NULL };
        return run_tool(run, argv, SV_NONE, NULL, err);
    }
    if (apt_get(run, r, "install", exact ? arena_printf(run->arena, "%.*s=%.*s", SV_ARG(name), SV_ARG(want)) : name, err))
        return true;
    return exact ? err_wrap(err, "Could not update") : false;
}

static enum set_result package_set(struct run *run, const struct resource *r, const struct property_list *is,
                                   const struct property_list *should, struct err *err)
{
    struct sv name = attr_name(run, r, "name"), want = should->items[0].text, mark = attr_text(run, r, "mark");
    bool good = true, hold = sv_is(mark, "hold") || sv_is(attr_text(run, r, "ensure"), "held");
    if (property_differs(is, should, "ensure")) {
        bool away = sv_is(want, "absent") || sv_is(want, "purged");
        if (away && find(run, name)->held && !set_hold(run, name, false, err))
            return SET_FAILED;
        if (sv_is(want, "absent"))
            good = apt_get(run, r, "remove", name, err);
        else if (sv_is(want, "purged"))
            good = apt_get(run, r, "purge", name, err);
        else
            good = install(run, r, name, want, err) && (!hold || set_hold(run, name, true, err));
    } else if (property_differs(is, should, "mark")) {
        good = set_hold(run, name, hold, err);
    }
    run->caches[CACHE_PACKAGE] = NULL; /* one change may bring or take others */
    return good ? SET_DONE : SET_FAILED;
}

static bool package_validate(struct run *run, const struct resource *r, struct err *err)
{
    struct sv name = attr_name(run, r, "name"), ensure = attr_text(run, r, "ensure");
    if (name.n == 0 || name.p[0] == '-' || memchr(name.p, 0, name.n))
        return err_set(err, "Package[%.*s]: '%.*s' is no name of a package", SV_ARG(r->title), SV_ARG(name));
    return !ensure.n || ensure.p[0] != '-' || err_set(err, "Package[%.*s]: '%.*s' is no version", SV_ARG(r->title), SV_ARG(ensure));
}

const struct provider provider_package = {
    .type = { "package", attrs },
    .validate = package_validate,
    .prefetch = package_prefetch,
    .get = package_get,
    .set = package_set,
};
