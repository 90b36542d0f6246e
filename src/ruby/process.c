/* process: fork, limits, a socket pair as its standard input and output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"

struct helper_process {
    pid_t pid;
    int fd;
    int64_t left_ns;
    uint32_t allowed_ms;
    size_t from, to; /* bytes of `in` that came and were not asked for yet */
    char in[64 << 10];
    char out[16 << 10];
};

#define HEAD 4 /* bytes of length before each message */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* In the child, between vfork and exec: the parent's memory is lent to it, and the calling thread waits. Only what is safe there. */
static _Noreturn void run_child(int fd, int report, char *const argv[], rlim_t memory)
{
    struct rlimit space = { memory, memory }, none = { 0, 0 };
    sigset_t all;
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (dup2(fd, 0) >= 0 && dup2(fd, 1) >= 0) {
        setrlimit(RLIMIT_AS, &space);
        setrlimit(RLIMIT_CORE, &none);
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); /* what the rest of the program has open is not its business */
        execvp(argv[0], argv);
    }
    int e = errno;
    ssize_t ignored = write(report, &e, sizeof e);
    (void)ignored;
    _exit(127);
}

/* What exec reports: 0 when it worked. */
static int exec_errno(int report)
{
    int e = 0;
    ssize_t n;
    do
        n = read(report, &e, sizeof e);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof e ? e : 0;
}

static void close_both(int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

struct helper_process *process_start(const struct ruby_options *o, struct err *err)
{
    const char *program = o->program ? o->program : "ruby";
    char *const argv[] = {
        (char *)program, (char *)"--disable=gems,rubyopt", (char *)"-E", (char *)"UTF-8:UTF-8", (char *)"-W0", (char *)o->helper.p, NULL
    };
    int pair[2], report[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        err_errno(err, "the Ruby helper: a socket pair");
        return NULL;
    }
    if (pipe2(report, O_CLOEXEC) < 0) {
        err_errno(err, "the Ruby helper: a pipe");
        close_both(pair);
        return NULL;
    }
    /* A fork would mark all memory for copying, and every page written afterwards would cost a fault. */
    pid_t pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
    if (pid == 0)
        run_child(pair[1], report[1], argv, o->memory ? o->memory : LIMIT_RUBY_BYTES);
    close(pair[1]);
    close(report[1]);
    int failed = pid < 0 ? errno : exec_errno(report[0]);
    close(report[0]);
    if (failed) {
        close(pair[0]);
        if (pid > 0)
            waitpid(pid, NULL, 0);
        errno = failed;
        if (failed == ENOENT)
            err_set(err, "no program '%s' is found: install Ruby", program);
        else
            err_errno(err, "cannot start '%s'", program);
        return NULL;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    struct helper_process *p = calloc(1, sizeof *p);
    if (!p)
        abort(); /* as everywhere: no memory ends the process */
    p->pid = pid;
    p->fd = pair[0];
    return p;
}

void process_stop(struct helper_process *p)
{
    if (!p)
        return;
    close(p->fd);
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(p);
}

void process_allow(struct helper_process *p, uint32_t milliseconds)
{
    p->allowed_ms = milliseconds;
    p->left_ns = (int64_t)milliseconds * 1000000;
}

/* Until it can be read or written. The time this takes is its own, not the compile's. */
static bool wait_for(struct helper_process *p, short events, struct err *err)
{
    struct pollfd fd = { .fd = p->fd, .events = events };
    int64_t started = now_ns();
    int n = poll(&fd, 1, p->left_ns > 0 ? (int)(p->left_ns / 1000000) + 1 : 0);
    p->left_ns -= now_ns() - started;
    if (n > 0 || (n < 0 && errno == EINTR))
        return true;
    if (n < 0)
        return err_errno(err, "waiting for the Ruby helper");
    return err_set(err, "it ran longer than %.1f seconds", p->allowed_ms / 1000.0);
}

static bool ended(struct helper_process *p, struct err *err)
{
    int status = 0;
    /* it closed its end: it is dead, or about to be */
    for (int i = 0; i < 100; i++) {
        siginfo_t info = { 0 };
        if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
            status = info.si_status;
            if (info.si_code == CLD_EXITED)
                return err_set(err, "the Ruby process ended with status %d", status);
            return err_set(err, "the Ruby process was ended by signal %d (%s)", status, strsignal(status));
        }
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    return err_set(err, "the Ruby process closed its connection");
}

static bool send_bytes(struct helper_process *p, const char *bytes, size_t n, struct err *err)
{
    while (n) {
        ssize_t done = send(p->fd, bytes, n, MSG_NOSIGNAL);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (!wait_for(p, POLLOUT, err))
                return false;
        } else {
            return ended(p, err);
        }
    }
    return true;
}

/* Up to n bytes, at least one; 0: err says why none come. */
static size_t receive_some(struct helper_process *p, char *bytes, size_t n, struct err *err)
{
    for (;;) {
        if (!wait_for(p, POLLIN, err)) /* it is not there yet: it has just been asked */
            return 0;
        ssize_t done = recv(p->fd, bytes, n, 0);
        if (done > 0)
            return (size_t)done;
        if (done == 0 || (errno != EAGAIN && errno != EINTR)) {
            ended(p, err);
            return 0;
        }
    }
}

static bool receive_bytes(struct helper_process *p, char *bytes, size_t n, struct err *err)
{
    while (n) {
        size_t have = p->to - p->from, take = have < n ? have : n;
        memcpy(bytes, p->in + p->from, take);
        p->from += take;
        bytes += take;
        n -= take;
        if (n >= sizeof p->in) { /* much: straight to where it belongs */
            size_t came = receive_some(p, bytes, n, err);
            if (!came)
                return false;
            bytes += came;
            n -= came;
        } else if (n) {
            p->from = 0;
            p->to = receive_some(p, p->in, sizeof p->in, err);
            if (!p->to)
                return false;
        }
    }
    return true;
}

bool process_send(struct helper_process *p, struct sv message, struct err *err)
{
    if (message.n > LIMIT_RUBY_MESSAGE)
        return err_set(err, "a message of %zu bytes is too long", message.n);
    char head[HEAD] = { (char)(message.n >> 24), (char)(message.n >> 16), (char)(message.n >> 8), (char)message.n };
    if (message.n > sizeof p->out - HEAD)
        return send_bytes(p, head, HEAD, err) && send_bytes(p, message.p, message.n, err);
    /* in one piece: each would wake the other side */
    memcpy(p->out, head, HEAD);
    memcpy(p->out + HEAD, message.p, message.n);
    return send_bytes(p, p->out, HEAD + message.n, err);
}

bool process_receive(struct helper_process *p, struct arena *a, struct sv *out_message, struct err *err)
{
    unsigned char head[HEAD];
    if (!receive_bytes(p, (char *)head, HEAD, err))
        return false;
    size_t n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (n > LIMIT_RUBY_MESSAGE)
        return err_set(err, "it answered with %zu bytes, which are too many", n);
    char *bytes = arena_alloc(a, n + 1);
    if (!receive_bytes(p, bytes, n, err))
        return false;
    bytes[n] = 0;
    *out_message = (struct sv){ bytes, n };
    return true;
}
