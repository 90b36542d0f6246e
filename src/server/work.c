/* work: see work.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/work.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue {
    struct job *first, **last;
    unsigned count;
};

struct workers {
    pthread_mutex_t lock; /* of the two queues and of stopping */
    pthread_cond_t wake;
    struct queue waiting, finished;
    unsigned most_waiting, started;
    bool stopping;
    int fd;
    const char *store;
    struct feed_cache *feeds;
    pthread_t *threads;
};

struct job *job_new(void)
{
    struct arena *a = arena_new(0);
    struct job *j = ARENA_NEW(a, struct job);
    j->arena = j->request.arena = j->response.arena = a;
    return j;
}

void job_free(struct job *j)
{
    if (j)
        arena_free(j->arena);
}

static void put(struct queue *q, struct job *j)
{
    if (!q->first)
        q->last = &q->first;
    j->next = NULL;
    *q->last = j;
    q->last = &j->next;
    q->count++;
}

static struct job *take(struct queue *q)
{
    struct job *j = q->first;
    if (j) {
        q->first = j->next;
        q->count--;
    }
    return j;
}

/* The next job; NULL where the thread is to end. */
static struct job *wait_for_job(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->waiting.first && !w->stopping)
        pthread_cond_wait(&w->wake, &w->lock);
    struct job *j = w->stopping ? NULL : take(&w->waiting);
    pthread_mutex_unlock(&w->lock);
    return j;
}

static void finish(struct workers *w, struct job *j)
{
    uint64_t one = 1;
    pthread_mutex_lock(&w->lock);
    put(&w->finished, j);
    pthread_mutex_unlock(&w->lock);
    while (write(w->fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void *work(void *ctx)
{
    struct workers *w = ctx;
    struct database db = { .place = w->store };
    for (struct job *j; (j = wait_for_job(w));) {
        struct server_call call = {
            .arena = j->arena, .request = &j->request, .response = &j->response, .database = &db, .feeds = w->feeds
        };
        j->route->handle(&call);
        j->err = call.err;
        finish(w, j);
    }
    database_drop(&db);
    return NULL;
}

/* Signals are the loop's. */
static bool start_threads(struct workers *w, unsigned count)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (w->started < count && pthread_create(&w->threads[w->started], NULL, work, w) == 0)
        w->started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w->started > 0;
}

struct workers *workers_start(const struct workers_options *o, struct err *err)
{
    struct workers *w = calloc(1, sizeof *w);
    pthread_t *threads = calloc(o->threads, sizeof *threads);
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!w || !threads || fd < 0) {
        err_errno(err, "cannot start workers");
        free(w);
        free(threads);
        close(fd);
        return NULL;
    }
    *w = (struct workers){ .lock = PTHREAD_MUTEX_INITIALIZER,
                           .wake = PTHREAD_COND_INITIALIZER,
                           .most_waiting = o->most_waiting,
                           .fd = fd,
                           .store = o->store,
                           .feeds = feed_cache_new(),
                           .threads = threads };
    if (start_threads(w, o->threads))
        return w;
    err_set(err, "cannot start a thread");
    workers_stop(w);
    return NULL;
}

bool workers_give(struct workers *w, struct job *j)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->waiting.count < w->most_waiting;
    if (room)
        put(&w->waiting, j);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return room;
}

int workers_fd(const struct workers *w) { return w->fd; }

struct job *workers_take(struct workers *w)
{
    uint64_t seen;
    while (read(w->fd, &seen, sizeof seen) < 0 && errno == EINTR)
        ;
    pthread_mutex_lock(&w->lock);
    struct job *all = w->finished.first;
    w->finished = (struct queue){ 0 };
    pthread_mutex_unlock(&w->lock);
    return all;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->started; i++)
        pthread_join(w->threads[i], NULL);
    for (struct job *j; (j = take(&w->waiting)) || (j = take(&w->finished));)
        job_free(j);
    feed_cache_free(w->feeds);
    close(w->fd);
    free(w->threads);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    free(w);
}
