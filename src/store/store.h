/* store: what was recorded: history, catalogs, facts, reports, calendar state. One struct of functions per backend; SQLite and PostgreSQL.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/data.h"
#include "base/err.h"

struct store;

/* One store object may be used by several threads and one file by several processes: writers wait for each other (up to 10 s), readers for
 * nobody. A transaction belongs to the thread that began it; others wait. */

/* Opens or makes the database and brings its schema forward: a file, or "postgresql://...", an existing database in the words of libpq.
 * NULL and err on failure. The caller closes. */
struct store *store_open(const char *path, struct err *err);
void store_close(struct store *s);
int store_schema_version(struct store *s);

/* A transaction: all between or nothing. */
bool store_begin(struct store *s, struct err *err);
bool store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s);

/* A transaction of one sender among many: all that work does, or nothing; where it returns true it is on the disk. What several threads
 * submit at once waits for the disk together. work begins and ends no transaction. Not inside store_begin. */
typedef bool store_work(void *ctx, struct store *s, struct err *err);
bool store_submit(struct store *s, store_work *work, void *ctx, struct err *err);

/* History is append-only. */
struct event {
    int64_t id;        /* given by the store, rising */
    int64_t at;        /* UTC seconds */
    struct sv kind;    /* "snapshot", "deploy", "drift", "meeting.held" ...: people.md C.7 */
    struct sv subject; /* ref of what it is about */
    struct sv actor;   /* ref or name of who did it */
    struct sv body;    /* JSON object */
};
bool store_event_add(struct store *s, struct event *e, struct err *err); /* sets e->id */
struct event_query {
    struct sv kind;             /* empty: any; "meeting." (with the dot) matches by prefix */
    struct sv subject;          /* empty: any */
    int64_t since_id, since_at; /* strictly after; 0: from the start */
    int64_t limit;              /* newest so many; 0: all. Always given in rising order. */
};
bool store_events(struct store *s, struct arena *a, const struct event_query *q, struct event **out_events, size_t *out_count,
                  struct err *err);

/* Documents: the latest of a kind for a key: catalog, facts, report, model entity at last apply, calendar state. */
bool store_put(struct store *s, struct sv kind, struct sv key, struct sv json, int64_t at, struct err *err);
/* False without err text: absent. */
bool store_get(struct store *s, struct arena *a, struct sv kind, struct sv key, struct sv *out_json, struct err *err);
bool store_delete(struct store *s, struct sv kind, struct sv key, struct err *err);
struct document {
    struct sv key, json;
    int64_t at;
};
/* By key. */
bool store_list(struct store *s, struct arena *a, struct sv kind, struct document **out_docs, size_t *out_count, struct err *err);

/* Keys alone, in order: the documents are not read. */
bool store_keys(struct store *s, struct arena *a, struct sv kind, struct sv **out_keys, size_t *out_count, struct err *err);

/* A number that rises with each change of what is recorded of calendars: whoever keeps something made from it asks this first. */
bool store_calendar_changes(struct store *s, int64_t *out_changes, struct err *err);

/* Is the file whole? False and what is wrong with it. */
bool store_verify(struct store *s, struct err *err);

#endif
