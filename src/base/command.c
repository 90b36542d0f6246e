/* command: runs a program from an argument array, with a deadline, another user, and bounded output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/fs.h"

#define OUTPUT_KEPT   (1u << 20)
#define OUTPUT_MOST   (256u << 20) /* a command that says more is ended */
#define KILL_AFTER_MS 2000
#define GROUPS_MOST   256

extern char **environ;

/* What the child does between fork and exec, worked out before: only async-signal-safe calls are made there. */
struct plan {
    const struct command *cmd;
    const char *program;
    bool set_user, set_group;
    uid_t uid;
    gid_t gid, groups[GROUPS_MOST];
    int group_count;
    int in, out, status; /* file descriptors */
};

static bool is_executable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

const char *command_find(struct arena *a, const char *name, const char *path)
{
    if (strchr(name, '/'))
        return name;
    if (!path)
        path = getenv("PATH");
    struct sv rest = sv_of(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin"), dir;
    while (sv_cut(&rest, ':', &dir)) {
        if (dir.n == 0)
            continue;
        const char *full = arena_printf(a, "%.*s/%s", SV_ARG(dir), name).p;
        if (is_executable(full))
            return full;
    }
    return NULL;
}

static bool digits(const char *s) { return *s && strspn(s, "0123456789") == strlen(s); }

static bool resolve_user(struct arena *a, struct plan *p, const char *user, struct err *err)
{
    char *buf = arena_alloc(a, 16384);
    struct passwd pw, *found = NULL;
    int64_t number = -1;
    if (digits(user) && sv_to_int(sv_of(user), &number) && number <= UINT32_MAX)
        getpwuid_r((uid_t)number, &pw, buf, 16384, &found);
    else
        getpwnam_r(user, &pw, buf, 16384, &found);
    if (!found && number < 0)
        return err_set(err, "Could not find user %s", user);
    p->set_user = true;
    p->uid = found ? pw.pw_uid : (uid_t)number;
    p->gid = found ? pw.pw_gid : getgid();
    p->group_count = 0;
    if (found) {
        int n = GROUPS_MOST;
        p->group_count = getgrouplist(pw.pw_name, pw.pw_gid, p->groups, &n) < 0 ? GROUPS_MOST : n;
    }
    return true;
}

static bool resolve_group(struct arena *a, struct plan *p, const char *group, struct err *err)
{
    char *buf = arena_alloc(a, 65536);
    struct group gr, *found = NULL;
    int64_t number = -1;
    if (digits(group) && sv_to_int(sv_of(group), &number) && number <= UINT32_MAX)
        p->gid = (gid_t)number;
    else if (getgrnam_r(group, &gr, buf, 65536, &found) == 0 && found)
        p->gid = gr.gr_gid;
    else
        return err_set(err, "Could not find group %s", group);
    p->set_group = true;
    return true;
}

_Noreturn static void child_fail(const struct plan *p, int error)
{
    ssize_t n = write(p->status, &error, sizeof error);
    _exit(n < 0 ? 126 : 127);
}

_Noreturn static void child_run(const struct plan *p)
{
    struct sigaction dfl = { .sa_handler = SIG_DFL };
    for (int s = 1; s < 32; s++)
        sigaction(s, &dfl, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    if (dup2(p->in, 0) < 0 || dup2(p->out, 1) < 0)
        child_fail(p, errno);
    int errs = p->cmd->stdout_only ? open("/dev/null", O_WRONLY) : p->out;
    if (dup2(errs, 2) < 0)
        child_fail(p, errno);
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    if (p->cmd->umask >= 0)
        umask((mode_t)p->cmd->umask);
    if ((p->set_user || p->set_group) && geteuid() == 0 && setgroups((size_t)p->group_count, p->groups) < 0)
        child_fail(p, errno);
    if ((p->set_user || p->set_group) && setgid(p->gid) < 0)
        child_fail(p, errno);
    if (p->set_user && setuid(p->uid) < 0)
        child_fail(p, errno);
    if (chdir(p->cmd->cwd ? p->cmd->cwd : "/") < 0)
        child_fail(p, errno);
    execve(p->program, (char *const *)p->cmd->argv, p->cmd->env ? (char *const *)p->cmd->env : environ);
    child_fail(p, errno);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* True when the child has ended; false after ms (a slice of the whole wait). */
static bool wait_slice(pid_t pid, int pidfd, int ms, int *status)
{
    if (pidfd >= 0) {
        struct pollfd f = { .fd = pidfd, .events = POLLIN };
        poll(&f, 1, ms);
    } else {
        struct timespec nap = { 0, 5000000 };
        nanosleep(&nap, NULL);
    }
    return waitpid(pid, status, WNOHANG) == pid;
}

static void end_group(pid_t pid, int pidfd, int *status)
{
    kill(-pid, SIGTERM);
    int64_t until = now_ms() + KILL_AFTER_MS;
    while (now_ms() < until)
        if (wait_slice(pid, pidfd, 100, status)) {
            kill(-pid, SIGKILL); /* what it left behind */
            return;
        }
    kill(-pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

static void supervise(pid_t pid, const struct command *cmd, int out, struct command_result *r)
{
    int64_t limit = cmd->timeout_ms ? cmd->timeout_ms : (int64_t)cmd->timeout * 1000;
    int64_t until = limit ? now_ms() + limit : INT64_MAX;
    int pidfd = pidfd_open(pid, 0), status = 0;
    for (;;) {
        int64_t left = until == INT64_MAX ? 500 : until - now_ms();
        if (left <= 0) {
            r->timed_out = true;
            end_group(pid, pidfd, &status);
            break;
        }
        if (wait_slice(pid, pidfd, (int)(left < 500 ? left : 500), &status))
            break;
        struct stat st;
        if (fstat(out, &st) == 0 && st.st_size > (off_t)OUTPUT_MOST) {
            end_group(pid, pidfd, &status);
            break;
        }
    }
    close_fd(&pidfd);
    r->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static struct sv read_output(struct arena *a, int fd, size_t most)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_size <= 0)
        return SV("");
    size_t n = (size_t)st.st_size < most ? (size_t)st.st_size : most, got = 0;
    char *p = arena_alloc(a, n + 1);
    while (got < n) {
        ssize_t k = pread(fd, p + got, n - got, (off_t)got);
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    p[got] = '\0';
    return sv_make(p, got);
}

static int input_file(struct sv input)
{
    if (input.n == 0)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < input.n;) {
        ssize_t k = write(fd, input.p + done, input.n - done);
        if (k <= 0) {
            close_fd(&fd);
            return -1;
        }
        done += (size_t)k;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

bool command_run(struct arena *a, const struct command *cmd, struct command_result *out_r, struct err *err)
{
    *out_r = (struct command_result){ 0 };
    struct plan p = { .cmd = cmd, .program = command_find(a, cmd->argv[0], cmd->path) };
    if (!p.program)
        return err_set(err, "Could not find command '%s'", cmd->argv[0]);
    if (cmd->user && !resolve_user(a, &p, cmd->user, err))
        return false;
    if (cmd->group && !resolve_group(a, &p, cmd->group, err))
        return false;
    /* Output goes to memory, not to a pipe: a daemon that the command leaves behind keeps a file that never blocks nor breaks. */
    AUTO_FD in = input_file(cmd->input);
    AUTO_FD out = memfd_create("output", MFD_CLOEXEC);
    int ends[2] = { -1, -1 };
    if (in < 0 || out < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, "cannot run '%s'", cmd->argv[0]);
    AUTO_FD status_read = ends[0];
    fcntl(out, F_SETFL, O_APPEND);
    p.in = in;
    p.out = out;
    p.status = ends[1];
    pid_t pid = fork();
    if (pid == 0)
        child_run(&p);
    close_fd(&ends[1]);
    if (pid < 0)
        return err_errno(err, "cannot run '%s'", cmd->argv[0]);
    int error = 0;
    ssize_t n;
    while ((n = read(status_read, &error, sizeof error)) < 0 && errno == EINTR)
        ;
    if (n > 0) {
        int status;
        waitpid(pid, &status, 0);
        errno = error;
        return err_errno(err, "cannot run '%s'", p.program);
    }
    supervise(pid, cmd, out, out_r);
    out_r->output = read_output(a, out, cmd->max_output ? cmd->max_output : OUTPUT_KEPT);
    return true;
}
