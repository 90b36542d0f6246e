/* store: chooses the backend and lets one thread at a time into it; a transaction keeps the others out until it ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/backend.h"

struct store {
    const struct store_backend *backend;
    void *db;
    pthread_mutex_t lock; /* recursive: held through a transaction, taken again by each call inside it */
    bool in_transaction;  /* of the thread that holds the lock */
    struct group *group;  /* what was submitted and waits for others; NULL: nothing */
    bool submitting;      /* the thread that holds the lock works for the group */
    atomic_uint arriving; /* threads that want to submit and have not got the lock */
    pthread_cond_t settled;
};

/* Submissions in one transaction of the database. */
struct group {
    unsigned members, waiting;
    bool done, stored;
    struct err err;
};

static const struct store_backend *backend_of(const char *path)
{
    struct sv where = sv_of(path);
    return sv_starts(where, SV("postgresql:")) || sv_starts(where, SV("postgres:")) ? &store_postgres : &store_sqlite;
}

/* The store's name for messages: a password in it is nobody's business. */
static struct sv shown(const char *path, char *room, size_t n)
{
    const char *authority = strstr(path, "://"), *at = authority ? strchr(authority + 3, '@') : NULL;
    const char *colon = at ? memchr(authority + 3, ':', (size_t)(at - authority - 3)) : NULL, *word = strstr(path, "password=");
    if (colon)
        snprintf(room, n, "%.*s:...%s", (int)(colon - path), path, at);
    else if (word)
        snprintf(room, n, "%.*s...", (int)(word - path) + 9, path);
    else
        return sv_of(path);
    return sv_of(room);
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
        char room[200];
        struct sv name = shown(path, room, sizeof room);
        err_wrap(err, "cannot open store '%.*s'", SV_ARG(name));
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
    pthread_cond_init(&s->settled, NULL);
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->in_transaction)
        store_rollback(s);
    s->backend->close(s->db);
    pthread_cond_destroy(&s->settled);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Commits what was submitted, and wakes those who wait for it. */
static void settle(struct store *s)
{
    struct group *g = s->group;
    s->group = NULL;
    g->stored = s->backend->commit(s->db, &g->err) || err_wrap(&g->err, "cannot commit: nothing of the transaction is stored");
    if (!g->stored)
        s->backend->rollback(s->db);
    g->done = true;
    pthread_cond_broadcast(&s->settled);
}

/* Whoever does something else than submit sees nothing that is not on the disk yet. */
static void enter(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    if (s->group && !s->submitting)
        settle(s);
}

static bool leave(struct store *s, bool ok)
{
    pthread_mutex_unlock(&s->lock);
    return ok;
}

bool store_run(struct store *s, const char *sql, enum sql_use use, const struct sql_value *args, unsigned count, sql_row *row, void *ctx,
               struct err *err)
{
    enter(s);
    return leave(s, s->backend->run(s->db, sql, use, args, count, row, ctx, err));
}

enum sql_dialect store_dialect(const struct store *s) { return s->backend->dialect; }

bool sql_take_int(void *ctx, const struct sql_value *columns, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    *(int64_t *)ctx = columns[0].i;
    return true;
}

int store_schema_version(struct store *s)
{
    int64_t version = 0;
    store_run(s, "SELECT coalesce(max(version), 0) FROM schema_version", SQL_ONCE, NULL, 0, sql_take_int, &version, NULL);
    return (int)version;
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

/* ---- submissions ---- */

/* The open group, or a new one. */
static struct group *join_group(struct store *s, struct err *err)
{
    if (s->group)
        return s->group;
    struct group *g = calloc(1, sizeof *g);
    if (!g) {
        err_set(err, "out of memory");
        return NULL;
    }
    if (!s->backend->begin(s->db, err)) {
        err_wrap(err, "cannot begin a transaction");
        free(g);
        return NULL;
    }
    s->group = g;
    return g;
}

static bool work_in_group(struct store *s, store_work *work, void *ctx, struct err *err)
{
    s->submitting = s->in_transaction = true;
    bool ok = s->backend->mark(s->db, err);
    if (ok) {
        ok = work(ctx, s, err) && s->backend->keep(s->db, err);
        if (!ok)
            s->backend->undo(s->db, NULL);
    }
    s->submitting = s->in_transaction = false;
    return ok;
}

/* Waiting for the disk takes as long as several submissions: whoever is last commits for all. */
bool store_submit(struct store *s, store_work *work, void *ctx, struct err *err)
{
    enum { MOST_MEMBERS = 64 };
    atomic_fetch_add(&s->arriving, 1);
    pthread_mutex_lock(&s->lock);
    atomic_fetch_sub(&s->arriving, 1);
    assert(!s->in_transaction);
    struct group *g = join_group(s, err);
    if (!g)
        return leave(s, false);
    bool ok = work_in_group(s, work, ctx, err);
    g->waiting++;
    if (++g->members >= MOST_MEMBERS || !atomic_load(&s->arriving))
        settle(s);
    while (!g->done)
        pthread_cond_wait(&s->settled, &s->lock);
    if (ok && !g->stored) {
        ok = false;
        if (err)
            *err = g->err;
    }
    if (--g->waiting == 0)
        free(g);
    return leave(s, ok);
}

/* ---- events ---- */

static bool insert_event(struct store *s, struct event *e, struct err *err)
{
    const struct sql_value args[] = { sql_int(e->at), sql_text(e->kind), sql_text(e->subject), sql_text(e->actor),
                                      sql_text(e->body.n ? e->body : SV("{}")) };
    return store_run(s, "INSERT INTO event (at, kind, subject, actor, body) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id", SQL_KEPT, args, 5,
                     sql_take_int, &e->id, err);
}

/* In a transaction of its own: only those keep ids rising in the order of commits. */
static bool insert_event_alone(struct store *s, struct event *e, struct err *err)
{
    if (!store_begin(s, err))
        return false;
    if (insert_event(s, e, err))
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

bool store_event_add(struct store *s, struct event *e, struct err *err)
{
    if (!e->kind.n)
        return err_set(err, "an event needs a kind");
    if (!sv_is_utf8(e->kind) || !sv_is_utf8(e->subject) || !sv_is_utf8(e->actor) || !sv_is_utf8(e->body))
        return err_set(err, "an event of kind '%.*s' holds text that is no UTF-8", SV_ARG(e->kind));
    enter(s);
    bool ok = s->in_transaction ? insert_event(s, e, err) : insert_event_alone(s, e, err);
    return leave(s, ok || err_wrap(err, "cannot record event '%.*s'", SV_ARG(e->kind)));
}

/* Asked for in six ways, so that each finds its index: any kind, this kind, kinds with this prefix; any subject or one. */
#define EVENTS_SQL(where)                                                                                                                  \
    "SELECT id, at, kind, subject, actor, body FROM event WHERE id > ?1 AND at > ?2 " where " ORDER BY id DESC LIMIT ?3"

static const char *const events_sql[3][2] = {
    { EVENTS_SQL(""), EVENTS_SQL("AND subject = ?4") },
    { EVENTS_SQL("AND kind = ?4"), EVENTS_SQL("AND kind = ?4 AND subject = ?5") },
    { EVENTS_SQL("AND kind >= ?4 AND kind < ?5"), EVENTS_SQL("AND kind >= ?4 AND kind < ?5 AND subject = ?6") },
};

struct event_list {
    struct arena *arena;
    struct event *items;
    size_t count, cap;
};

static bool take_event(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct event_list *list = ctx;
    struct arena *a = list->arena;
    struct event e = { c[0].i, c[1].i, arena_dup(a, c[2].s), arena_dup(a, c[3].s), arena_dup(a, c[4].s), arena_dup(a, c[5].s) };
    ARENA_PUSH(a, list->items, list->count, list->cap, e);
    return true;
}

bool store_events(struct store *s, struct arena *a, const struct event_query *q, struct event **out_events, size_t *out_count,
                  struct err *err)
{
    struct event_list list = { .arena = a };
    bool prefix = q->kind.n && q->kind.p[q->kind.n - 1] == '.';
    struct sql_value args[6] = { sql_int(q->since_id), sql_int(q->since_at ? q->since_at : INT64_MIN),
                                 sql_int(q->limit > 0 ? q->limit : INT64_MAX) };
    unsigned n = 3;
    if (q->kind.n)
        args[n++] = sql_text(q->kind);
    if (prefix) /* everything below the next text after "meeting." of that length, "meeting/" */
        args[n++] = sql_text(arena_printf(a, "%.*s/", (int)q->kind.n - 1, q->kind.p));
    if (q->subject.n)
        args[n++] = sql_text(q->subject);
    if (!store_run(s, events_sql[prefix ? 2 : q->kind.n > 0][q->subject.n > 0], SQL_KEPT, args, n, take_event, &list, err))
        return err_wrap(err, "cannot read the history");
    for (size_t i = 0; i < list.count / 2; i++) { /* read newest first because of the limit */
        struct event e = list.items[i];
        list.items[i] = list.items[list.count - 1 - i];
        list.items[list.count - 1 - i] = e;
    }
    *out_events = list.items;
    *out_count = list.count;
    return true;
}

/* ---- documents ---- */

bool store_put(struct store *s, struct sv kind, struct sv key, struct sv json, int64_t at, struct err *err)
{
    if (!kind.n || !key.n)
        return err_set(err, "a document needs a kind and a key");
    if (!sv_is_utf8(kind) || !sv_is_utf8(key) || !sv_is_utf8(json))
        return err_set(err, "%.*s '%.*s' holds text that is no UTF-8", SV_ARG(kind), SV_ARG(key));
    const struct sql_value args[] = { sql_text(kind), sql_text(key), sql_text(json), sql_int(at) };
    return store_run(s,
                     "INSERT INTO document (kind, key, json, at) VALUES (?1, ?2, ?3, ?4)"
                     " ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json, at = excluded.at",
                     SQL_KEPT, args, 4, NULL, NULL, err) ||
           err_wrap(err, "cannot store %.*s '%.*s'", SV_ARG(kind), SV_ARG(key));
}

struct document_list {
    struct arena *arena;
    struct document *items;
    size_t count, cap;
};

static bool take_document(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct document_list *list = ctx;
    struct document d = { arena_dup(list->arena, c[0].s), arena_dup(list->arena, c[1].s), c[2].i };
    ARENA_PUSH(list->arena, list->items, list->count, list->cap, d);
    return true;
}

bool store_get(struct store *s, struct arena *a, struct sv kind, struct sv key, struct sv *out_json, struct err *err)
{
    struct document_list list = { .arena = a };
    const struct sql_value args[] = { sql_text(kind), sql_text(key) };
    if (err)
        err->text[0] = '\0';
    if (!store_run(s, "SELECT key, json, at FROM document WHERE kind = ?1 AND key = ?2", SQL_KEPT, args, 2, take_document, &list, err))
        return err_wrap(err, "cannot read %.*s '%.*s'", SV_ARG(kind), SV_ARG(key));
    if (list.count)
        *out_json = list.items[0].json;
    return list.count;
}

bool store_delete(struct store *s, struct sv kind, struct sv key, struct err *err)
{
    const struct sql_value args[] = { sql_text(kind), sql_text(key) };
    return store_run(s, "DELETE FROM document WHERE kind = ?1 AND key = ?2", SQL_KEPT, args, 2, NULL, NULL, err) ||
           err_wrap(err, "cannot delete %.*s '%.*s'", SV_ARG(kind), SV_ARG(key));
}

bool store_list(struct store *s, struct arena *a, struct sv kind, struct document **out_docs, size_t *out_count, struct err *err)
{
    struct document_list list = { .arena = a };
    const struct sql_value args[] = { sql_text(kind) };
    if (!store_run(s, "SELECT key, json, at FROM document WHERE kind = ?1 ORDER BY key", SQL_KEPT, args, 1, take_document, &list, err))
        return err_wrap(err, "cannot list %.*s", SV_ARG(kind));
    *out_docs = list.items;
    *out_count = list.count;
    return true;
}

struct key_list {
    struct arena *arena;
    struct sv *items;
    size_t count, cap;
};

static bool take_key(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct key_list *list = ctx;
    ARENA_PUSH(list->arena, list->items, list->count, list->cap, arena_dup(list->arena, c[0].s));
    return true;
}

bool store_keys(struct store *s, struct arena *a, struct sv kind, struct sv **out_keys, size_t *out_count, struct err *err)
{
    struct key_list list = { .arena = a };
    const struct sql_value args[] = { sql_text(kind) };
    /* Nothing but the key: it stands in the index, and what else a row has lies behind its long text. */
    if (!store_run(s, "SELECT key FROM document WHERE kind = ?1 ORDER BY key", SQL_KEPT, args, 1, take_key, &list, err))
        return err_wrap(err, "cannot list %.*s", SV_ARG(kind));
    *out_keys = list.items;
    *out_count = list.count;
    return true;
}

bool store_calendar_changes(struct store *s, int64_t *out_changes, struct err *err)
{
    return store_run(s, "SELECT changes FROM calendar_change", SQL_KEPT, NULL, 0, sql_take_int, out_changes, err) ||
           err_wrap(err, "cannot ask for changes of calendars");
}

bool store_verify(struct store *s, struct err *err)
{
    enter(s);
    return leave(s, s->backend->verify(s->db, err));
}
