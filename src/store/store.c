/* store: chooses the backend and lets one thread at a time into it; a transaction keeps the others out until it ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/backend.h"

struct store {
    const struct store_backend *backend;
    void *db;
    pthread_mutex_t lock; /* recursive: held through a transaction, taken again by each call inside it */
    bool in_transaction;  /* of the thread that holds the lock */
};

static const struct store_backend *backend_of(const char *path)
{
    (void)path;
    return &store_sqlite;
}

struct store *store_open(const char *path, struct err *err)
{
    const struct store_backend *backend = backend_of(path);
    void *db;
    if (!path || !*path) {
        err_set(err, "the store's path is empty");
        return NULL;
    }
    if (!backend->open(path, &db, err)) {
        err_wrap(err, "cannot open store '%s'", path);
        return NULL;
    }
    struct store *s = calloc(1, sizeof *s);
    if (!s) {
        backend->close(db);
        err_set(err, "out of memory");
        return NULL;
    }
    s->backend = backend;
    s->db = db;
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&s->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->in_transaction)
        store_rollback(s);
    s->backend->close(s->db);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void enter(struct store *s) { pthread_mutex_lock(&s->lock); }

static bool leave(struct store *s, bool ok)
{
    pthread_mutex_unlock(&s->lock);
    return ok;
}

int store_schema_version(struct store *s)
{
    enter(s);
    int version = s->backend->schema_version(s->db);
    leave(s, true);
    return version;
}

bool store_begin(struct store *s, struct err *err)
{
    enter(s);
    if (s->in_transaction)
        return leave(s, err_set(err, "a transaction is open already"));
    if (!s->backend->begin(s->db, err))
        return leave(s, err_wrap(err, "cannot begin a transaction"));
    s->in_transaction = true; /* and the lock stays held */
    return true;
}

/* Ends the transaction and gives back the lock that store_begin took, besides the one of this call. */
static void end_transaction(struct store *s)
{
    s->in_transaction = false;
    pthread_mutex_unlock(&s->lock);
}

bool store_commit(struct store *s, struct err *err)
{
    enter(s);
    if (!s->in_transaction)
        return leave(s, err_set(err, "no transaction is open"));
    bool ok = s->backend->commit(s->db, err) || err_wrap(err, "cannot commit: nothing of the transaction is stored");
    if (!ok)
        s->backend->rollback(s->db);
    end_transaction(s);
    return leave(s, ok);
}

void store_rollback(struct store *s)
{
    enter(s);
    if (s->in_transaction) {
        s->backend->rollback(s->db);
        end_transaction(s);
    }
    leave(s, true);
}

bool store_event_add(struct store *s, struct event *e, struct err *err)
{
    if (!e->kind.n)
        return err_set(err, "an event needs a kind");
    if (!sv_is_utf8(e->kind) || !sv_is_utf8(e->subject) || !sv_is_utf8(e->actor) || !sv_is_utf8(e->body))
        return err_set(err, "an event of kind '%.*s' holds text that is no UTF-8", SV_ARG(e->kind));
    enter(s);
    return leave(s, s->backend->event_add(s->db, e, err) || err_wrap(err, "cannot record event '%.*s'", SV_ARG(e->kind)));
}

bool store_events(struct store *s, struct arena *a, const struct event_query *q, struct event **out_events, size_t *out_count,
                  struct err *err)
{
    enter(s);
    return leave(s, s->backend->events(s->db, a, q, out_events, out_count, err) || err_wrap(err, "cannot read the history"));
}

bool store_put(struct store *s, struct sv kind, struct sv key, struct sv json, int64_t at, struct err *err)
{
    if (!kind.n || !key.n)
        return err_set(err, "a document needs a kind and a key");
    if (!sv_is_utf8(kind) || !sv_is_utf8(key) || !sv_is_utf8(json))
        return err_set(err, "%.*s '%.*s' holds text that is no UTF-8", SV_ARG(kind), SV_ARG(key));
    enter(s);
    return leave(s,
                 s->backend->put(s->db, kind, key, json, at, err) || err_wrap(err, "cannot store %.*s '%.*s'", SV_ARG(kind), SV_ARG(key)));
}

bool store_get(struct store *s, struct arena *a, struct sv kind, struct sv key, struct sv *out_json, struct err *err)
{
    if (err)
        err->text[0] = '\0';
    enter(s);
    bool ok = s->backend->get(s->db, a, kind, key, out_json, err);
    if (!ok && err && err->text[0])
        err_wrap(err, "cannot read %.*s '%.*s'", SV_ARG(kind), SV_ARG(key));
    return leave(s, ok);
}

bool store_delete(struct store *s, struct sv kind, struct sv key, struct err *err)
{
    enter(s);
    return leave(s, s->backend->del(s->db, kind, key, err) || err_wrap(err, "cannot delete %.*s '%.*s'", SV_ARG(kind), SV_ARG(key)));
}

bool store_list(struct store *s, struct arena *a, struct sv kind, struct document **out_docs, size_t *out_count, struct err *err)
{
    enter(s);
    return leave(s, s->backend->list(s->db, a, kind, out_docs, out_count, err) || err_wrap(err, "cannot list %.*s", SV_ARG(kind)));
}

bool store_verify(struct store *s, struct err *err)
{
    enter(s);
    return leave(s, s->backend->verify(s->db, err));
}
