/* route: which handler answers a request: a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include "server/http.h"

struct server_call;

/* To serve a thing is to add a row. */
struct route {
    enum http_method method;
    const char *pattern; /* "/calendars/:token.ics": ":name" stands for a whole part of the path, or for what is before a fixed end */
    size_t body;         /* most bytes of a request's body */
    void (*handle)(struct server_call *call);
};

extern const struct route routes[];
extern const size_t route_count;
/* The most that any route takes. */
size_t route_largest_body(void);

/* NULL after an answer that refuses: no such path, another method, a body too large, a path that is none. */
const struct route *route_find(struct http_request *q, struct http_response *r);

/* A path as it may be shown in logs: long parts, which may be secrets, are cut out, and what is no plain character is escaped. */
struct sv route_shown(struct arena *a, struct sv path);

#endif
