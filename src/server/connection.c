/* connection: see connection.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/connection.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct connection **bucket(struct connections *all, const struct bufferevent *bev)
{
    return &all->buckets[((uintptr_t)bev >> 6) % CONNECTION_BUCKETS];
}

void connection_enter(struct connection *c, enum connection_state state)
{
    c->state = state;
    c->since = monotonic_ms();
}

static void read_peer(struct connection *c)
{
    struct sockaddr_storage at = { 0 };
    socklen_t n = sizeof at;
    if (getpeername(c->all->ev->bufferevent_getfd(c->bev), (struct sockaddr *)&at, &n))
        return;
    const void *from = at.ss_family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)&at)->sin6_addr
                                                : (const void *)&((struct sockaddr_in *)&at)->sin_addr;
    if (at.ss_family == AF_INET || at.ss_family == AF_INET6)
        inet_ntop(at.ss_family, from, c->peer, sizeof c->peer);
}

/* The first byte of a request starts its clock. */
static void on_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *ctx)
{
    struct connection *c = ctx;
    (void)buffer;
    if (!info->n_added || c->state != CONNECTION_IDLE)
        return;
    connection_enter(c, CONNECTION_READING);
    if (!c->peer[0])
        read_peer(c);
}

void connection_add(struct connections *all, struct bufferevent *bev)
{
    struct connection *c = calloc(1, sizeof *c), **to = bucket(all, bev);
    if (!c)
        abort();
    all->ev->bufferevent_incref(bev);
    c->bev = bev;
    c->all = all;
    c->next = *to;
    *to = c;
    all->count++;
    connection_enter(c, CONNECTION_IDLE);
    all->ev->evbuffer_add_cb(all->ev->bufferevent_get_input(bev), on_input, c);
}

struct connection *connection_find(struct connections *all, const struct bufferevent *bev)
{
    struct connection *c = *bucket(all, bev);
    while (c && c->bev != bev)
        c = c->next;
    return c;
}

/* Our reference goes, and with it the socket. */
static void let_go(struct connection *c)
{
    struct connections *all = c->all;
    struct connection **at = bucket(all, c->bev);
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    if (c->job)
        c->job->connection = NULL;
    if (c->state == CONNECTION_READING)
        all->on_refused(all->ctx, c);
    all->count--;
    all->ev->bufferevent_decref(c->bev);
    free(c);
    all->on_gone(all->ctx);
}

void connection_closed(struct evhttp_connection *evcon, void *connection)
{
    (void)evcon;
    let_go(connection);
}

/* evhttp takes its callbacks out when it frees a connection. */
static bool is_freed(const struct connection *c)
{
    bufferevent_data_cb on_read = NULL, on_write = NULL;
    bufferevent_event_cb on_event = NULL;
    void *ctx = NULL;
    c->all->ev->bufferevent_getcb(c->bev, &on_read, &on_write, &on_event, &ctx);
    return !on_read && !on_write && !on_event;
}

static bool is_late(const struct connection *c, int64_t now, bool idle)
{
    const struct connections *all = c->all;
    switch (c->state) {
    case CONNECTION_IDLE:
        return idle || now - c->since > (c->was_served ? all->idle_ms : all->request_ms);
    case CONNECTION_READING:
    case CONNECTION_WRITING:
        return now - c->since > all->request_ms;
    case CONNECTION_WORKING:
        return false;
    }
    return false;
}

void connections_sweep(struct connections *all, bool idle)
{
    int64_t now = monotonic_ms();
    for (size_t i = 0; i < CONNECTION_BUCKETS; i++)
        for (struct connection *c = all->buckets[i], *next; c; c = next) {
            next = c->next;
            if (is_freed(c)) {
                let_go(c);
            } else if (!c->was_cut && is_late(c, now, idle)) {
                c->was_cut = true; /* evhttp sees the end of the stream, and frees it */
                shutdown(all->ev->bufferevent_getfd(c->bev), SHUT_RDWR);
            }
        }
}

void connections_release(struct connections *all)
{
    for (size_t i = 0; i < CONNECTION_BUCKETS; i++)
        while (all->buckets[i])
            let_go(all->buckets[i]);
}
