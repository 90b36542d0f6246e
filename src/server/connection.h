/* connection: what is known of each client: how long it has been at what. Only the loop's thread touches these. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H

#include <netinet/in.h>

#include "server/libevent.h"
#include "server/work.h"

/* evhttp has a timeout for each read and none for a whole request, and tells nobody when a connection goes that never sent one. So each
 * connection's bufferevent is held here by a reference of our own until evhttp has let go of it. */
enum connection_state {
    CONNECTION_IDLE,    /* nothing of a request has come */
    CONNECTION_READING, /* a part of one */
    CONNECTION_WORKING, /* a worker has it */
    CONNECTION_WRITING, /* the answer is on its way */
};

struct connection {
    struct bufferevent *bev;
    struct connections *all;
    enum connection_state state;
    int64_t since;    /* ms */
    struct job *job;  /* of CONNECTION_WORKING */
    bool has_closecb; /* evhttp will tell when it goes */
    bool was_served;  /* a first request came */
    bool was_cut;     /* for being slow, or at the end */
    char peer[INET6_ADDRSTRLEN];
    struct connection *next;
};

enum { CONNECTION_BUCKETS = 1024 };

struct connections {
    const struct libevent *ev;
    unsigned count;
    int64_t request_ms, idle_ms;                               /* patience with one request or answer, and between requests */
    void (*on_refused)(void *ctx, const struct connection *c); /* it went with a part of a request, or one that was none */
    void (*on_gone)(void *ctx);                                /* there is room for another */
    void *ctx;
    struct connection *buckets[CONNECTION_BUCKETS]; /* by the address of bev */
};

int64_t monotonic_ms(void);
/* Takes a reference of bev, which belongs to evhttp from then on. */
void connection_add(struct connections *all, struct bufferevent *bev);
struct connection *connection_find(struct connections *all, const struct bufferevent *bev);
void connection_enter(struct connection *c, enum connection_state state);
/* For evhttp_connection_set_closecb: evhttp lets go of it. */
void connection_closed(struct evhttp_connection *evcon, void *connection);
/* Lets go of those that evhttp has let go of, and cuts those that take too long. idle: those between requests too, however short. */
void connections_sweep(struct connections *all, bool idle);
/* At the end, after evhttp is gone: lets go of all. */
void connections_release(struct connections *all);

#endif
