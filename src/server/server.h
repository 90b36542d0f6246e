/* server: serves until it is told to stop: one thread for the event loop and all connections, workers for what requests ask. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/arena.h"
#include "base/err.h"

struct server_options {
    struct sv listen;          /* "127.0.0.1:8140", "[::1]:8140", "localhost:0" */
    const char *cert, *key;    /* files; NULL: no TLS */
    bool insecure;             /* HTTP without TLS on any address, not on this machine's own alone */
    const char *store;         /* for store_open */
    unsigned workers;          /* threads */
    unsigned most_connections; /* more wait until there is room */
    unsigned request_seconds;  /* patience with a request, and with an answer being taken */
    unsigned idle_seconds;     /* between requests of a connection */
    unsigned stop_seconds;     /* for what is under way when it is told to stop */
    /* Once it listens: "https://127.0.0.1:8140". False and err ends the server. */
    bool (*on_ready)(void *ctx, const char *address, struct err *err);
    void *ctx;
    bool quiet; /* no line for each request */
};

/* SIGTERM and SIGINT stop it; SIGHUP reads the certificate anew. True once it has stopped; false and err where it could not start. */
bool server_run(const struct server_options *o, struct err *err);

#endif
