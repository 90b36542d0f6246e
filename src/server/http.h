/* http: a request as handlers see it, and their answer. Plain data in the arena of the request: no handler touches a connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "base/strbuf.h"

/* HEAD is answered by whoever answers GET. */
#define HTTP_METHODS(X)                                                                                                                    \
    X(GET)                                                                                                                                 \
    X(POST)                                                                                                                                \
    X(HEAD)                                                                                                                                \
    X(PUT)                                                                                                                                 \
    X(DELETE)                                                                                                                              \
    X(OPTIONS)                                                                                                                             \
    X(TRACE)                                                                                                                               \
    X(CONNECT)                                                                                                                             \
    X(PATCH)

enum http_method {
#define X(name) HTTP_##name##_METHOD,
    HTTP_METHODS(X)
#undef X
        HTTP_METHOD_COUNT
};
const char *http_method_name(enum http_method method);

struct http_field {
    struct sv name, value;
};

enum { MOST_PARTS = 4 };

struct http_request {
    struct arena *arena;
    enum http_method method;
    struct sv path, query; /* as sent */
    struct http_field *fields;
    uint32_t field_count;
    size_t field_cap;
    struct sv body;
    struct sv peer;              /* "192.0.2.7" */
    struct sv parts[MOST_PARTS]; /* what stands in the path for the ":name"s of the route, decoded */
    uint32_t part_count;
};

/* The first of that name, in any case; SV_NONE where there is none. */
struct sv http_field(const struct http_request *r, const char *name);

struct http_response {
    struct arena *arena;
    int status;
    struct http_field *fields;
    uint32_t field_count;
    size_t field_cap;
    struct sv body;
};

void http_set(struct http_response *r, const char *name, struct sv value);
void http_answer(struct http_response *r, int status, const char *type, struct sv body);
/* A refusal in a line of text, or in JSON for who asks for that. */
void http_refuse(const struct http_request *q, struct http_response *r, int status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Is an entity tag in the request's If-None-Match? tag with its quotes. */
bool http_none_match(const struct http_request *q, struct sv tag);
/* "Tue, 16 Feb 2027 08:00:00 GMT" */
struct sv http_date(struct arena *a, int64_t at);
const char *http_reason(int status);

/* "%41" -> "A". False on a broken escape, and on a NUL byte. */
bool http_decode(struct arena *a, struct sv text, struct sv *out);

#endif
