/* listen: see listen.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* "[::1]:80" -> "::1", "80" */
static bool split(struct arena *a, struct sv where, const char **out_host, const char **out_port, struct err *err)
{
    size_t colon = sv_rfind_char(where, ':');
    int64_t port;
    struct sv host = sv_slice(where, 0, colon == SIZE_MAX ? 0 : colon);
    bool is_number = colon != SIZE_MAX && sv_to_int(sv_slice(where, colon + 1, where.n), &port) && port >= 0 && port <= 65535;
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = sv_slice(host, 1, host.n - 1);
    else if (sv_find_char(host, ':', 0) != SIZE_MAX)
        is_number = false;
    if (!is_number || !host.n || memchr(host.p, '\0', host.n))
        return err_set(err, "'%.*s' is no address to listen on: expected HOST:PORT, such as 127.0.0.1:8140 or [::]:8140", SV_ARG(where));
    *out_host = arena_cstr(a, host);
    *out_port = arena_printf(a, "%d", (int)port).p;
    return true;
}

static bool is_loopback(const struct sockaddr *at)
{
    if (at->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> 24 == 127;
    return at->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

static int open_socket(const struct addrinfo *at)
{
    int on = 1, fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
        listen(fd, 512) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool describe(struct arena *a, struct listener *l, struct err *err)
{
    struct sockaddr_storage at;
    socklen_t n = sizeof at;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(l->fd, (struct sockaddr *)&at, &n) ||
        getnameinfo((struct sockaddr *)&at, n, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
        return err_errno(err, "cannot tell the address of a socket");
    l->is_loopback = is_loopback((struct sockaddr *)&at);
    l->address = arena_printf(a, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return true;
}

bool listen_on(struct arena *a, struct sv where, bool only_loopback, struct listener *out, struct err *err)
{
    const char *host = NULL, *port = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *all;
    if (!split(a, where, &host, &port, err))
        return false;
    int wrong = getaddrinfo(host, port, &hints, &all);
    if (wrong)
        return err_set(err, "cannot listen on '%.*s': %s", SV_ARG(where), gai_strerror(wrong));
    bool refused = only_loopback && !is_loopback(all->ai_addr);
    out->fd = refused ? -1 : open_socket(all);
    bool ok = out->fd >= 0 || (refused ? err_set(err,
                                                 "'%.*s' can be reached from other machines, and without TLS secrets would travel in clear "
                                                 "text: give --cert and --key, or listen on 127.0.0.1 behind a proxy that has them "
                                                 "(--insecure-http does it anyway)",
                                                 SV_ARG(where))
                                       : err_errno(err, "cannot listen on '%.*s'", SV_ARG(where)));
    freeaddrinfo(all);
    if (ok && !describe(a, out, err)) {
        close(out->fd);
        return false;
    }
    return ok;
}
