/* handlers: what a handler is given, and the handlers. They run in workers, several at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_HANDLERS_H
#define SERVER_HANDLERS_H

#include "server/database.h"
#include "server/http.h"

struct feed_cache;

struct server_call {
    struct arena *arena; /* of this request */
    const struct http_request *request;
    struct http_response *response; /* empty */
    struct database *database;      /* of the worker */
    struct feed_cache *feeds;       /* of the server */
    struct err err;                 /* for the server's log: why it is answered with a 5xx */
};

void feeds_get(struct server_call *call);
void health_get(struct server_call *call);

struct feed_cache *feed_cache_new(void);
void feed_cache_free(struct feed_cache *c);

#endif
