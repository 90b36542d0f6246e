/* service: systemd where it is process 1, else init scripts with the links that Debian keeps for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "system/internal.h"
#include "system/words.h"

#define SERVICE_SECONDS 300

static const char *const attrs[] = { "ensure",  "enable",     "logonaccount", "flags",   "logonpassword", "binary", "hasstatus",
                                     "name",    "path",       "pattern",      "restart", "start",         "status", "stop",
                                     "control", "hasrestart", "manifest",     "timeout", "provider",      NULL };

static bool has_systemd(struct run *run)
{
    static const char yes[] = "y", no[] = "n";
    if (!run->caches[CACHE_SERVICE]) {
        struct sv text = SV_NONE;
        struct err ignored;
        bool is = fs_read(run->arena, "/proc/1/comm", 64, &text, &ignored) && sv_is(sv_trim(text), "systemd");
        run->caches[CACHE_SERVICE] = (void *)(uintptr_t)(is ? yes : no);
    }
    return *(const char *)run->caches[CACHE_SERVICE] == 'y';
}

static bool by_systemd(struct run *run, const struct resource *r)
{
    struct sv provider = attr_text(run, r, "provider");
    return provider.p ? sv_is(provider, "systemd") : has_systemd(run);
}

static bool status_of(struct run *run, const char *const *argv, int *out_status, struct sv *out_text, struct err *err)
{
    struct command_result res;
    struct command cmd = { .argv = argv, .umask = -1, .path = "/usr/sbin:/usr/bin:/sbin:/bin", .timeout = SERVICE_SECONDS };
    if (!command_run(run->arena, &cmd, &res, err))
        return false;
    *out_status = res.timed_out ? 1 : res.status;
    if (out_text)
        *out_text = sv_trim(res.output);
    return true;
}

static bool act(struct run *run, const char *const *argv, struct err *err) { return run_tool(run, argv, SV_NONE, NULL, err); }

static const char *name_of(struct run *run, const struct resource *r) { return arena_cstr(run->arena, attr_name(run, r, "name")); }

/* The init script, or NULL. */
static const char *script(struct run *run, const struct resource *r)
{
    const char *name = name_of(run, r);
    const char *p = arena_printf(run->arena, "/etc/init.d/%s", name).p;
    if (access(p, X_OK) == 0)
        return p;
    p = arena_printf(run->arena, "/etc/init.d/%s.sh", name).p;
    return access(p, X_OK) == 0 ? p : NULL;
}

/* --- reading --- */

/* A process whose command line has this text: for scripts that know no status. */
static bool process_runs(struct run *run, struct sv pattern)
{
    DIR *d = opendir("/proc");
    bool found = false;
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        struct sv text;
        struct err ignored;
        if (e->d_name[0] < '1' || e->d_name[0] > '9' || strtol(e->d_name, NULL, 10) == getpid())
            continue;
        if (fs_read(run->arena, arena_printf(run->arena, "/proc/%s/cmdline", e->d_name).p, 65536, &text, &ignored))
            found = sv_find(text, pattern, 0) != SIZE_MAX;
    }
    if (d)
        closedir(d);
    return found;
}

static bool is_running(struct run *run, const struct resource *r, bool *out, struct err *err)
{
    struct sv own = attr_text(run, r, "status"), pattern = attr_text(run, r, "pattern");
    int status = 1;
    if (own.p) {
        if (!status_of(run, words_argv(run, own), &status, NULL, err))
            return false;
    } else if (by_systemd(run, r)) {
        const char *argv[] = { "systemctl", "is-active", "--quiet", "--", name_of(run, r), NULL };
        if (!status_of(run, argv, &status, NULL, err))
            return false;
    } else if (!attr_bool(r, "hasstatus", true)) {
        status = process_runs(run, pattern.p ? pattern : attr_name(run, r, "name")) ? 0 : 1;
    } else if (script(run, r)) {
        const char *argv[] = { script(run, r), "status", NULL };
        if (!status_of(run, argv, &status, NULL, err))
            return false;
    }
    *out = status == 0;
    return true;
}

static uint32_t start_links(struct run *run, const char *name)
{
    uint32_t n = 0;
    for (char level = '0'; level <= '6'; level++) {
        struct fs_entry *list;
        size_t count;
        struct err ignored;
        if (!fs_list(run->arena, arena_printf(run->arena, "/etc/rc%c.d", level).p, &list, &count, &ignored))
            continue;
        for (size_t i = 0; i < count; i++) /* S20name */
            n += list[i].name.n > 3 && list[i].name.p[0] == 'S' && sv_is(sv_slice(list[i].name, 3, list[i].name.n), name);
    }
    return n;
}

static bool enabled_of(struct run *run, const struct resource *r, struct sv want, struct sv *out, struct err *err)
{
    const char *name = name_of(run, r);
    if (!by_systemd(run, r)) {
        *out = start_links(run, name) > 0 ? SV("true") : SV("false");
        return true;
    }
    const char *argv[] = { "systemctl", "is-enabled", "--", name, NULL };
    int status;
    struct sv text;
    if (!status_of(run, argv, &status, &text, err))
        return false;
    if (sv_is(text, "static") || sv_is(text, "indirect")) { /* cannot be enabled nor disabled by hand: left alone */
        *out = sv_is(want, "mask") ? text : want;
    } else if (sv_is(text, "masked")) {
        *out = sv_is(want, "mask") ? want : SV("false");
    } else {
        *out = status == 0 || (!text.n && start_links(run, name) > 0) ? SV("true") : SV("false");
    }
    return true;
}

static struct sv ensure_of(struct run *run, const struct resource *r)
{
    struct sv want = attr_text(run, r, "ensure");
    return sv_is(want, "true") ? SV("running") : sv_is(want, "false") ? SV("stopped") : want;
}

static bool service_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    struct sv want = ensure_of(run, r), enable = attr_text(run, r, "enable"), enabled;
    bool running = false;
    if (want.p) {
        if (!is_running(run, r, &running, err))
            return false;
        property_add(run, is, should, "ensure", running ? SV("running") : SV("stopped"), want);
    }
    if (enable.p) {
        if (!enabled_of(run, r, enable, &enabled, err))
            return false;
        property_add(run, is, should, "enable", enabled, enable);
    }
    return true;
}

/* --- changing --- */

static bool control(struct run *run, const struct resource *r, const char *verb, struct err *err)
{
    struct sv own = attr_text(run, r, verb);
    const char *name = name_of(run, r);
    if (own.p)
        return act(run, words_argv(run, own), err);
    if (by_systemd(run, r)) {
        /* A unit file that this run changed is read again first. */
        const char *ask[] = { "systemctl", "show", "--property=NeedDaemonReload", "--", name, NULL };
        const char *reload[] = { "systemctl", "daemon-reload", NULL };
        const char *argv[] = { "systemctl", verb, "--", name, NULL };
        int status;
        struct sv text;
        if (status_of(run, ask, &status, &text, err) && sv_ends(text, SV("=yes")) && !act(run, reload, err))
            return false;
        return act(run, argv, err) || err_wrap(err, "Systemd %s for %s failed", verb, name);
    }
    const char *argv[] = { script(run, r), verb, NULL };
    if (!argv[0])
        return err_set(err, "Could not find init script for '%s'", name);
    return act(run, argv, err) || err_wrap(err, "Could not %s Service[%.*s]", verb, SV_ARG(r->title));
}

static bool set_enable(struct run *run, const struct resource *r, struct sv want, struct err *err)
{
    const char *name = name_of(run, r);
    bool on = sv_is(want, "true"), mask = sv_is(want, "mask");
    if (by_systemd(run, r)) {
        const char *unmask[] = { "systemctl", "unmask", "--", name, NULL };
        const char *argv[] = { "systemctl", mask ? "mask" : on ? "enable" : "disable", "--", name, NULL };
        return (!on || act(run, unmask, err)) && act(run, argv, err);
    }
    if (mask)
        return err_set(err, "init scripts cannot be masked");
    if (!script(run, r))
        return err_set(err, "Could not find init script for '%s'", name);
    const char *defaults[] = { "update-rc.d", name, "defaults", NULL };
    const char *argv[] = { "update-rc.d", name, on ? "enable" : "disable", NULL };
    return (!on || act(run, defaults, err)) && act(run, argv, err);
}

static enum set_result service_set(struct run *run, const struct resource *r, const struct property_list *is,
                                   const struct property_list *should, struct err *err)
{
    if (property_differs(is, should, "ensure") && !control(run, r, sv_is(ensure_of(run, r), "running") ? "start" : "stop", err))
        return SET_FAILED;
    if (property_differs(is, should, "enable") && !set_enable(run, r, attr_text(run, r, "enable"), err))
        return SET_FAILED;
    return SET_DONE;
}

/* A service that runs is restarted; one that is stopped stays so. */
static enum set_result service_refresh(struct run *run, const struct resource *r, struct err *err)
{
    bool running;
    if (!is_running(run, r, &running, err))
        return SET_FAILED;
    if (!running)
        return SET_DONE;
    bool restart = by_systemd(run, r) || attr_bool(r, "hasrestart", false) || attr_text(run, r, "restart").p;
    if (restart)
        return control(run, r, "restart", err) ? SET_DONE : SET_FAILED;
    return control(run, r, "stop", err) && control(run, r, "start", err) ? SET_DONE : SET_FAILED;
}

static bool service_validate(struct run *run, const struct resource *r, struct err *err)
{
    static const char *const ensures[] = { "stopped", "running", "true", "false", NULL }, *const enables[] = { "true",   "false",   "mask",
                                                                                                               "manual", "delayed", NULL };
    struct sv name = attr_name(run, r, "name");
    if (!attr_one_of(run, r, "ensure", ensures, err) || !attr_one_of(run, r, "enable", enables, err))
        return err_wrap(err, "Service[%.*s]", SV_ARG(r->title));
    if (name.n == 0 || name.p[0] == '-' || memchr(name.p, 0, name.n) || memchr(name.p, '/', name.n))
        return err_set(err, "Service[%.*s]: '%.*s' is no name of a service", SV_ARG(r->title), SV_ARG(name));
    return true;
}

const struct provider provider_service = {
    .type = { "service", attrs },
    .validate = service_validate,
    .get = service_get,
    .set = service_set,
    .refresh = service_refresh,
};
