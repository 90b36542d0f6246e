/* work: requests wait in a queue for worker threads; finished ones wait for the event loop, which alone touches connections. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_WORK_H
#define SERVER_WORK_H

#include "server/handlers.h"
#include "server/route.h"

/* One request, from when it was read until it is answered. */
struct job {
    struct arena *arena; /* all of it; freed with job_free */
    struct http_request request;
    struct http_response response;
    const struct route *route;
    struct err err;   /* why the answer is a 5xx */
    int64_t began;    /* ms, of the monotonic clock */
    void *transport;  /* the loop's */
    void *connection; /* the loop's; NULL once the client is gone */
    struct job *next;
};

struct job *job_new(void);
void job_free(struct job *j);

struct workers;

struct workers_options {
    unsigned threads;
    unsigned most_waiting;
    const char *store; /* for store_open */
};

/* NULL and err where threads cannot be started. */
struct workers *workers_start(const struct workers_options *o, struct err *err);
/* False where too many wait already: the job stays the caller's. */
bool workers_give(struct workers *w, struct job *j);
/* Becomes readable where jobs are finished. */
int workers_fd(const struct workers *w);
/* All that are finished, oldest first; the caller's. */
struct job *workers_take(struct workers *w);
/* Ends the threads after what they are at; frees what is still in the queues. */
void workers_stop(struct workers *w);

#endif
