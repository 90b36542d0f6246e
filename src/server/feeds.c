/* feeds: a person's calendar, at an address that only they know. Kept in memory until anything recorded of calendars changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "people/feed_recorded.h"
#include "people/feed_token.h"
#include "server/connection.h"
#include "server/handlers.h"

enum { MOST_KEPT_BYTES = 64 << 20, REST_FACTOR = 4 };

struct feed_text {
    struct sv text, tag; /* tag: a digest of the bytes, in quotes */
    int64_t modified;
};

/* What was recorded at one time, and the feeds that were written from it since. */
struct feed_state {
    struct arena *arena;
    struct recorded_feeds *recorded;
    int64_t changes;             /* of the store, before it was read */
    int64_t read_at, read_takes; /* ms */
    unsigned users;
    struct map texts; /* user -> struct feed_text */
    size_t kept_bytes;
};

struct feed_cache {
    pthread_mutex_t lock;    /* of current, and of the users and texts of all states; held for moments */
    pthread_mutex_t reading; /* one reads, the others wait */
    struct feed_state *current;
};

struct feed_cache *feed_cache_new(void)
{
    struct feed_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->reading, NULL);
    return c;
}

/* Under the lock. */
static void state_leave(struct feed_state *s)
{
    if (s && --s->users == 0)
        arena_free(s->arena);
}

void feed_cache_free(struct feed_cache *c)
{
    if (!c)
        return;
    state_leave(c->current);
    pthread_mutex_destroy(&c->lock);
    pthread_mutex_destroy(&c->reading);
    free(c);
}

/* The state that is kept, where it is still true. While an apply records many series, one after another, a state of moments ago is taken
 * for true: reading takes at most a part of the time. waited: since changes was asked for, others may have read a later state. */
static struct feed_state *state_kept(struct feed_cache *c, int64_t changes, bool waited)
{
    pthread_mutex_lock(&c->lock);
    struct feed_state *s = c->current;
    bool usable =
        s && (s->changes == changes || (s->changes > changes && waited) || monotonic_ms() - s->read_at < REST_FACTOR * s->read_takes);
    if (usable)
        s->users++;
    pthread_mutex_unlock(&c->lock);
    return usable ? s : NULL;
}

static struct feed_state *state_read(struct store *store, int64_t changes, struct err *err)
{
    struct arena *a = arena_new(0);
    struct feed_state *s = ARENA_NEW(a, struct feed_state);
    int64_t began = monotonic_ms();
    *s = (struct feed_state){ .arena = a, .changes = changes, .users = 1, .texts = map_in(a) };
    s->recorded = recorded_feeds_read(store, a, err);
    s->read_at = monotonic_ms();
    s->read_takes = s->read_at - began;
    if (s->recorded)
        return s;
    arena_free(a);
    return NULL;
}

/* The caller leaves it. NULL and err where the store fails. */
static struct feed_state *state_enter(struct feed_cache *c, struct store *store, struct err *err)
{
    int64_t changes;
    if (!recorded_feeds_changes(store, &changes, err))
        return NULL;
    struct feed_state *s = state_kept(c, changes, false);
    if (s)
        return s;
    pthread_mutex_lock(&c->reading);
    s = state_kept(c, changes, true); /* another thread may have read it meanwhile */
    if (!s && (s = state_read(store, changes, err))) {
        pthread_mutex_lock(&c->lock);
        state_leave(c->current);
        c->current = s;
        s->users++;
        pthread_mutex_unlock(&c->lock);
    }
    pthread_mutex_unlock(&c->reading);
    return s;
}

static struct feed_text copy_text(struct arena *a, const struct feed_text *t)
{
    return (struct feed_text){ arena_dup(a, t->text), arena_dup(a, t->tag), t->modified };
}

static void keep(struct feed_state *s, struct sv user, const struct feed_text *t)
{
    if (s->kept_bytes + t->text.n > MOST_KEPT_BYTES || map_find(&s->texts, user))
        return;
    struct feed_text *kept = ARENA_NEW(s->arena, struct feed_text);
    *kept = copy_text(s->arena, t);
    s->kept_bytes += t->text.n;
    map_put(&s->texts, arena_dup(s->arena, user), kept);
}

static struct feed_text write_text(const struct feed_state *s, struct arena *a, struct sv user)
{
    struct feed_text t;
    struct strbuf out = STRBUF_IN(a);
    recorded_feed_write(s->recorded, a, user, &out, &t.modified);
    t.text = strbuf_sv(&out);
    t.tag = arena_printf(a, "\"%.*s\"", SV_ARG(digest_hex(a, DIGEST_SHA256, t.text)));
    return t;
}

static bool feed_of(struct feed_cache *c, struct store *store, struct arena *a, struct sv user, struct feed_text *out, struct err *err)
{
    struct feed_state *s = state_enter(c, store, err);
    if (!s)
        return false;
    pthread_mutex_lock(&c->lock);
    const struct feed_text *kept = map_find(&s->texts, user);
    if (kept)
        *out = copy_text(a, kept);
    pthread_mutex_unlock(&c->lock);
    if (!kept)
        *out = write_text(s, a, user);
    pthread_mutex_lock(&c->lock);
    if (!kept)
        keep(s, user, out);
    state_leave(s);
    pthread_mutex_unlock(&c->lock);
    return true;
}

struct question {
    struct server_call *call;
    struct sv user; /* empty: the token opens nothing */
    struct feed_text feed;
};

/* The token is looked up in the store for each request, so that a revoked one opens nothing at once, whichever process revoked it. */
static bool ask(void *ctx, struct store *s, struct err *err)
{
    struct question *q = ctx;
    struct arena *a = q->call->arena;
    if (!feed_token_user(s, a, q->call->request->parts[0], &q->user, err))
        return !err->text[0];
    return feed_of(q->call->feeds, s, a, q->user, &q->feed, err);
}

void feeds_get(struct server_call *call)
{
    struct question q = { .call = call };
    struct http_response *r = call->response;
    if (!database_ask(call->database, ask, &q, &call->err)) {
        http_refuse(call->request, r, 503, "the store does not answer");
        http_set(r, "Retry-After", SV("60"));
        return;
    }
    if (!q.user.n) {
        http_refuse(call->request, r, 404, "there is nothing at this address");
        return;
    }
    if (http_none_match(call->request, q.feed.tag))
        r->status = 304;
    else
        http_answer(r, 200, "text/calendar; charset=utf-8", q.feed.text);
    http_set(r, "ETag", q.feed.tag);
    if (q.feed.modified)
        http_set(r, "Last-Modified", http_date(call->arena, q.feed.modified));
    http_set(r, "Cache-Control", SV("private, no-cache"));
}
