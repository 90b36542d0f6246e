/* exec: runs a command where its conditions say so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system/internal.h"
#include "system/words.h"

extern char **environ;

#define TIMEOUT_DEFAULT 300
#define SLEEP_MOST      3600.0

static const char *const attrs[] = { "returns", "command",     "path",   "user",     "group", "cwd",       "logoutput",
                                     "refresh", "environment", "umask",  "timeout",  "tries", "try_sleep", "refreshonly",
                                     "creates", "unless",      "onlyif", "provider", NULL };

static bool is_shell(struct run *run, const struct resource *r) { return sv_is(attr_text(run, r, "provider"), "shell"); }

static struct value command_value(const struct resource *r)
{
    struct value v = attr_value(r, "command");
    return v.kind == V_UNDEF ? value_str(r->title) : v;
}

static bool is_sensitive(const struct resource *r)
{
    return attr_sensitive(r, "command") || attr_sensitive(r, "unless") || attr_sensitive(r, "onlyif");
}

static struct sv element(struct run *run, struct value v) { return v.kind == V_STRING ? value_sv(v) : value_text(run->arena, v); }

/* As messages show a command: arrays with blanks between. */
static struct sv shown(struct run *run, struct value v)
{
    if (v.kind != V_ARRAY)
        return element(run, v);
    struct strbuf b = STRBUF_IN(run->arena);
    strbuf_addc(&b, '[');
    for (uint32_t i = 0; i < v.n; i++)
        strbuf_addf(&b, "%s\"%.*s\"", i ? ", " : "", SV_ARG(element(run, v.items[i])));
    strbuf_addc(&b, ']');
    return strbuf_sv(&b);
}

static struct sv program_of(struct run *run, struct value v)
{
    if (v.kind == V_ARRAY)
        return v.n ? element(run, v.items[0]) : SV("");
    return words_program(element(run, v));
}

/* path: a list, or texts with colons, as one search path. NULL: not set. */
static const char *search_path(struct run *run, const struct resource *r)
{
    uint32_t count;
    struct sv *items = attr_list(run, r, "path", &count);
    if (count == 0)
        return NULL;
    struct strbuf b = STRBUF_IN(run->arena);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&b, "%s%.*s", i ? ":" : "", SV_ARG(items[i]));
    return strbuf_cstr(&b);
}

/* The caller's environment with the resource's settings over it. */
static const char *const *environment(struct run *run, const struct resource *r, const char *path)
{
    uint32_t count, used = 0;
    size_t cap = 0;
    const char **env = NULL;
    struct sv *wanted = attr_list(run, r, "environment", &count);
    if (path) {
        const char *item = arena_printf(run->arena, "PATH=%s", path).p;
        ARENA_PUSH(run->arena, env, used, cap, item);
    }
    for (uint32_t i = count; i-- > 0;) { /* the last one counts, so it comes first */
        const char *item = arena_cstr(run->arena, wanted[i]);
        ARENA_PUSH(run->arena, env, used, cap, item);
    }
    for (size_t i = 0; environ[i]; i++) {
        const char *eq = strchr(environ[i], '=');
        bool hidden = !eq;
        for (uint32_t k = 0; k < used && !hidden; k++)
            hidden = strncmp(env[k], environ[i], (size_t)(eq - environ[i]) + 1) == 0;
        if (!hidden)
            ARENA_PUSH(run->arena, env, used, cap, environ[i]);
    }
    ARENA_PUSH(run->arena, env, used, cap, NULL);
    return env;
}

static bool found_on(struct run *run, struct sv name, const char *path)
{
    struct sv rest = sv_of(path), dir;
    struct stat st;
    while (sv_cut(&rest, ':', &dir)) {
        const char *full = arena_printf(run->arena, "%.*s/%.*s", SV_ARG(dir), SV_ARG(name)).p;
        if (stat(full, &st) == 0 && S_ISREG(st.st_mode) && access(full, X_OK) == 0)
            return true;
    }
    return false;
}

/* Says why a program cannot run before it is tried, in the words that users know. */
static bool check_program(struct run *run, struct sv name, const char *path, struct err *err)
{
    const char *p = sv_path(run->arena, name, err);
    struct stat st;
    if (!p)
        return false;
    if (name.n && name.p[0] == '/') {
        if (stat(p, &st) < 0)
            return err_set(err, "Could not find command '%s'", p);
        if (!S_ISREG(st.st_mode))
            return err_set(err, "'%s' is a %s, not a file", p, S_ISDIR(st.st_mode) ? "directory" : "special file");
        return access(p, X_OK) == 0 || err_set(err, "'%s' is not executable", p);
    }
    return (path && found_on(run, name, path)) || err_set(err, "Could not find command '%s'", p);
}

static const char *const *argv_of(struct run *run, const struct resource *r, struct value v)
{
    if (v.kind != V_ARRAY || v.n == 1) {
        struct sv line = element(run, v.kind == V_ARRAY ? v.items[0] : v);
        if (is_shell(run, r))
            return words_shell(run, line);
        if (v.kind != V_ARRAY)
            return words_argv(run, line);
    }
    const char **argv = ARENA_ARRAY(run->arena, const char *, (size_t)v.n + 1);
    for (uint32_t i = 0; i < v.n; i++)
        argv[i] = arena_cstr(run->arena, element(run, v.items[i]));
    return argv;
}

static double number(struct run *run, const struct resource *r, const char *name, double fallback)
{
    struct sv s = attr_text(run, r, name);
    struct value v;
    if (!s.p || !number_from_sv(s, &v))
        return fallback;
    return v.kind == V_INT ? (double)v.i : v.f;
}

static bool run_one(struct run *run, const struct resource *r, struct value v, struct command_result *out, struct err *err)
{
    const char *path = search_path(run, r);
    if (!is_shell(run, r) && !check_program(run, program_of(run, v), path, err))
        return false;
    struct sv cwd = attr_text(run, r, "cwd"), user = attr_text(run, r, "user"), group = attr_text(run, r, "group"),
              mask = attr_text(run, r, "umask");
    struct command cmd = { .argv = argv_of(run, r, v), .env = environment(run, r, path), .path = path, .umask = -1 };
    if (cwd.p) {
        cmd.cwd = sv_path(run->arena, cwd, err);
        if (!cmd.cwd)
            return false;
        if (!fs_is_dir(cmd.cwd))
            return err_set(err, "Working directory %s does not exist!", cmd.cwd);
    } else {
        char here[4096];
        cmd.cwd = getcwd(here, sizeof here) ? arena_cstr(run->arena, sv_of(here)) : "/";
    }
    cmd.user = user.p ? arena_cstr(run->arena, user) : NULL;
    cmd.group = group.p ? arena_cstr(run->arena, group) : NULL;
    mode_t bits;
    struct err unused;
    if (mask.p && mode_apply(mask, 0, false, &bits, &unused))
        cmd.umask = (int)bits;
    double seconds = number(run, r, "timeout", TIMEOUT_DEFAULT);
    cmd.timeout_ms = seconds > 0 ? (int64_t)(fmin(seconds, 1e9) * 1000) + 1 : 0;
    if (!command_run(run->arena, &cmd, out, err))
        return false;
    /* The shell says 127 where it did not find the command. */
    return out->status != 127 || out->timed_out || err_set(err, "%.*s", SV_ARG(sv_trim(out->output)));
}

/* --- conditions --- */

/* Commands of onlyif or unless: one, or a list of commands, of which each may be an array of words. */
static bool checks_pass(struct run *run, const struct resource *r, const char *name, bool want_zero, bool *out_pass, struct err *err)
{
    struct value v = attr_value(r, name);
    uint32_t count = v.kind == V_UNDEF ? 0 : v.kind == V_ARRAY ? v.n : 1;
    for (uint32_t i = 0; i < count && *out_pass; i++) {
        struct command_result res;
        if (!run_one(run, r, v.kind == V_ARRAY ? v.items[i] : v, &res, err))
            return false;
        *out_pass = !res.timed_out && (res.status == 0) == want_zero;
    }
    return true;
}

/* Whether it should run, refreshonly aside. */
static bool wanted(struct run *run, const struct resource *r, bool *out_wanted, struct err *err)
{
    uint32_t count;
    struct stat st;
    struct sv *creates = attr_list(run, r, "creates", &count);
    *out_wanted = true;
    for (uint32_t i = 0; i < count && *out_wanted; i++) {
        const char *p = sv_path(run->arena, creates[i], err);
        if (!p)
            return false;
        *out_wanted = stat(p, &st) < 0;
    }
    return (!*out_wanted || checks_pass(run, r, "unless", false, out_wanted, err)) &&
           (!*out_wanted || checks_pass(run, r, "onlyif", true, out_wanted, err));
}

static struct sv *returns(struct run *run, const struct resource *r, uint32_t *count)
{
    static struct sv zero[] = { SV_INIT("0") };
    struct sv *items = attr_list(run, r, "returns", count);
    if (*count)
        return items;
    *count = 1;
    return zero;
}

static bool exec_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    bool go = false;
    uint32_t count;
    struct sv *codes = returns(run, r, &count);
    struct sv want = list_shown(run, codes, count);
    if (!attr_bool(r, "refreshonly", false) && !wanted(run, r, &go, err))
        return err_wrap(err, "Could not evaluate");
    struct property *p = property_add(run, is, should, "returns", go ? SV("notrun") : want, want);
    p->flags = PROP_BARE;
    p->message = SV("executed successfully");
    p->sensitive = is_sensitive(r);
    return true;
}

static bool code_is_fine(const struct sv *codes, uint32_t count, int status)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t n;
        if (sv_to_int(codes[i], &n) && n == status)
            return true;
    }
    return false;
}

/* logoutput: true, false, or only of failures (the default). */
static void show_output(struct run *run, const struct resource *r, struct sv text, bool fine)
{
    struct sv how = attr_text(run, r, "logoutput");
    bool show = sv_is(how, "true") || (!fine && !sv_is(how, "false"));
    run->output = !show ? SV_NONE : is_sensitive(r) ? SV("[output redacted]") : sv_trim(text);
}

static bool perform(struct run *run, const struct resource *r, struct value v, struct err *err)
{
    int64_t tries = 1;
    uint32_t count;
    struct sv *codes = returns(run, r, &count);
    struct sv command = is_sensitive(r) ? SV("[command redacted]") : shown(run, v);
    double nap = number(run, r, "try_sleep", 0);
    attr_int(run, r, "tries", &tries);
    for (int64_t i = 1;; i++) {
        struct command_result res;
        if (!run_one(run, r, v, &res, err))
            return false;
        bool fine = !res.timed_out && code_is_fine(codes, count, res.status);
        show_output(run, r, res.output, fine);
        if (fine)
            return true;
        if (res.timed_out)
            return err_set(err, "Command exceeded timeout");
        if (i >= tries) {
            struct strbuf list = STRBUF_IN(run->arena);
            for (uint32_t k = 0; k < count; k++)
                strbuf_addf(&list, "%s%.*s", k ? ", " : "", SV_ARG(codes[k]));
            err_set(err, "'%.*s' returned %d instead of one of [%s]", SV_ARG(command), res.status, strbuf_cstr(&list));
            return false;
        }
        if (nap > 0) {
            struct timespec t = { (time_t)fmin(nap, SLEEP_MOST), (long)(fmod(nap, 1) * 1e9) };
            nanosleep(&t, NULL);
        }
    }
}

static enum set_result exec_set(struct run *run, const struct resource *r, const struct property_list *is,
                                const struct property_list *should, struct err *err)
{
    (void)is, (void)should;
    return perform(run, r, command_value(r), err) ? SET_DONE : SET_FAILED;
}

static enum set_result exec_refresh(struct run *run, const struct resource *r, struct err *err)
{
    bool go;
    struct value other = attr_value(r, "refresh");
    if (!wanted(run, r, &go, err))
        return SET_FAILED;
    if (!go)
        return SET_DONE;
    return perform(run, r, other.kind == V_UNDEF ? command_value(r) : other, err) ? SET_DONE : SET_FAILED;
}

/* --- refusals, and what it waits for --- */

static bool qualified(struct run *run, const struct resource *r, struct value v, struct err *err)
{
    struct sv exe = program_of(run, v);
    if ((exe.n && exe.p[0] == '/') || is_shell(run, r) || attr_value(r, "path").kind != V_UNDEF)
        return true;
    return err_set(err, "'%.*s' is not qualified and no path was specified. Please qualify the command or specify a path.", SV_ARG(exe));
}

static bool exec_validate(struct run *run, const struct resource *r, struct err *err)
{
    static const char *const checks[] = { "onlyif", "unless" };
    struct value command = command_value(r);
    if (command.kind != V_STRING && (command.kind != V_ARRAY || command.n == 0))
        return err_set(err, "Parameter command failed on Exec[%.*s]: Command must be a String or Array<String>", SV_ARG(r->title));
    if (!qualified(run, r, command, err))
        return err_wrap(err, "Validation of Exec[%.*s] failed", SV_ARG(r->title));
    for (size_t c = 0; c < 2; c++) {
        struct value v = attr_value(r, checks[c]);
        uint32_t count = v.kind == V_UNDEF ? 0 : v.kind == V_ARRAY ? v.n : 1;
        for (uint32_t i = 0; i < count; i++)
            if (!qualified(run, r, v.kind == V_ARRAY ? v.items[i] : v, err))
                return err_wrap(err, "Parameter %s failed on Exec[%.*s]", checks[c], SV_ARG(r->title));
    }
    int64_t tries;
    struct value t = attr_value(r, "tries");
    if (t.kind != V_UNDEF && (!attr_int(run, r, "tries", &tries) || tries < 1))
        return err_set(err, "Parameter tries failed on Exec[%.*s]: Tries must be an integer >= 1", SV_ARG(r->title));
    uint32_t count;
    struct sv *env = attr_list(run, r, "environment", &count);
    for (uint32_t i = 0; i < count; i++)
        if (sv_find_char(env[i], '=', 1) == SIZE_MAX || memchr(env[i].p, 0, env[i].n))
            return err_set(err, "Parameter environment failed on Exec[%.*s]: Invalid environment setting '%.*s'", SV_ARG(r->title),
                           SV_ARG(env[i]));
    struct sv user = attr_text(run, r, "user");
    if (user.p && geteuid() != 0 && !run->root.n && !sv_eq(user, account_user_name(run, geteuid())))
        return err_set(err, "Parameter user failed on Exec[%.*s]: Only root can execute commands as other users", SV_ARG(r->title));
    return true;
}

static void exec_autorequire(struct run *run, const struct resource *r, void (*add)(void *ctx, const char *type, struct sv title),
                             void *ctx)
{
    struct sv cwd = attr_text(run, r, "cwd"), user = attr_text(run, r, "user"), exe = program_of(run, command_value(r));
    if (cwd.p)
        add(ctx, "file", cwd);
    if (exe.n && exe.p[0] == '/')
        add(ctx, "file", exe);
    static const char *const checks[] = { "onlyif", "unless" };
    for (size_t c = 0; c < 2; c++) {
        struct value v = attr_value(r, checks[c]);
        uint32_t count = v.kind == V_UNDEF ? 0 : v.kind == V_ARRAY ? v.n : 1;
        for (uint32_t i = 0; i < count; i++) {
            struct sv p = program_of(run, v.kind == V_ARRAY ? v.items[i] : v);
            if (p.n && p.p[0] == '/')
                add(ctx, "file", p);
        }
    }
    if (user.p)
        add(ctx, "user", user);
}

const struct provider provider_exec = {
    .type = { "exec", attrs, "command" },
    .validate = exec_validate,
    .get = exec_get,
    .set = exec_set,
    .refresh = exec_refresh,
    .autorequire = exec_autorequire,
};
