/* probe: sockets that do not block, and poll. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the socket may be written or read; false at the deadline. */
static bool wait_for(int fd, short events, int64_t until)
{
    for (;;) {
        int64_t left = until - now_ms();
        struct pollfd p = { .fd = fd, .events = events };
        int n = left > 0 ? poll(&p, 1, (int)(left < 60000 ? left : 60000)) : 0;
        if (n > 0)
            return true;
        if (left <= 0 || (n < 0 && errno != EINTR))
            return false;
    }
}

static int connect_one(const struct addrinfo *ai, int64_t until, int *out_error)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
    int error = 0;
    socklen_t n = sizeof error;
    if (fd < 0) {
        *out_error = errno;
        return -1;
    }
    if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0) {
        error = errno;
        if (error == EINPROGRESS)
            error = !wait_for(fd, POLLOUT, until) ? ETIMEDOUT : getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 ? errno : error;
    }
    if (!error)
        return fd;
    close(fd);
    *out_error = error;
    return -1;
}

/* -1 and err. */
static int connect_to(struct arena *a, struct sv address, int64_t until, struct err *err)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    size_t colon = sv_rfind_char(address, ':');
    int fd = -1, error = 0;
    if (colon == SIZE_MAX || colon + 1 == address.n) {
        err_set(err, "'%.*s' is no HOST:PORT", SV_ARG(address));
        return -1;
    }
    struct sv host = sv_slice(address, 0, colon);
    if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = sv_slice(host, 1, host.n - 1);
    int found = getaddrinfo(arena_cstr(a, host), arena_cstr(a, sv_slice(address, colon + 1, address.n)), &hints, &list);
    if (found != 0) {
        err_set(err, "'%.*s' is not found: %s", SV_ARG(address), gai_strerror(found));
        return -1;
    }
    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next)
        fd = connect_one(ai, until, &error);
    freeaddrinfo(list);
    if (fd < 0)
        err_set(err, "no connection to %.*s: %s", SV_ARG(address), strerror(error));
    return fd;
}

bool probe_tcp(struct arena *a, struct sv address, int64_t timeout_ms, struct err *err)
{
    int fd = connect_to(a, address, now_ms() + timeout_ms, err);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static bool send_all(int fd, struct sv text, int64_t until)
{
    while (text.n) {
        ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
        if (n > 0)
            text = sv_slice(text, (size_t)n, text.n);
        else if ((n < 0 && errno != EAGAIN && errno != EINTR) || !wait_for(fd, POLLOUT, until))
            return false;
    }
    return true;
}

/* "HTTP/1.1 200 OK": the status line is all that is read. */
static bool read_status(int fd, int64_t until, int64_t *out_status)
{
    char line[64];
    size_t got = 0;
    while (got < 12) {
        ssize_t n = recv(fd, line + got, sizeof line - got, 0);
        if (n > 0)
            got += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR) || !wait_for(fd, POLLIN, until))
            return false;
    }
    return memcmp(line, "HTTP/", 5) == 0 && sv_to_int(sv_make(line + 9, 3), out_status);
}

bool probe_http(struct arena *a, struct sv url, int64_t want_status, int64_t timeout_ms, struct err *err)
{
    int64_t until = now_ms() + timeout_ms, status = 0;
    struct sv scheme = SV("http://"), rest = sv_starts(url, scheme) ? sv_slice(url, scheme.n, url.n) : SV_NONE;
    size_t slash = sv_find_char(rest, '/', 0);
    struct sv authority = sv_slice(rest, 0, slash == SIZE_MAX ? rest.n : slash), path = sv_slice(rest, authority.n, rest.n);
    if (!authority.n)
        return err_set(err, "'%.*s' is no address that starts with http://", SV_ARG(url));
    bool port = sv_rfind_char(authority, ':') != SIZE_MAX && authority.p[authority.n - 1] != ']';
    int fd = connect_to(a, port ? authority : arena_printf(a, "%.*s:80", SV_ARG(authority)), until, err);
    if (fd < 0)
        return false;
    struct sv request = arena_printf(a, "GET %.*s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: potlac\r\nConnection: close\r\n\r\n",
                                     SV_ARG(path.n ? path : SV("/")), SV_ARG(authority));
    bool answered = send_all(fd, request, until) && read_status(fd, until, &status);
    close(fd);
    if (!answered)
        return err_set(err, "%.*s gave no answer in time", SV_ARG(url));
    return status == want_status ||
           err_set(err, "%.*s answered %lld, %lld was expected", SV_ARG(url), (long long)status, (long long)want_status);
}
