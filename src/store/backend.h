/* backend: what a database must do to hold the store. store.c checks arguments and keeps threads apart; a backend only stores. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/store.h"

/* db is the backend's own object. Nobody calls two of these at once on one db. */
struct store_backend {
    const char *name;
    bool (*open)(const char *path, void **out_db, struct err *err);
    void (*close)(void *db);
    int (*schema_version)(void *db);
    bool (*begin)(void *db, struct err *err);
    bool (*commit)(void *db, struct err *err);
    void (*rollback)(void *db);
    bool (*event_add)(void *db, struct event *e, struct err *err);
    bool (*events)(void *db, struct arena *a, const struct event_query *q, struct event **out_events, size_t *out_count, struct err *err);
    bool (*put)(void *db, struct sv kind, struct sv key, struct sv json, int64_t at, struct err *err);
    bool (*get)(void *db, struct arena *a, struct sv kind, struct sv key, struct sv *out_json, struct err *err);
    bool (*del)(void *db, struct sv kind, struct sv key, struct err *err);
    bool (*list)(void *db, struct arena *a, struct sv kind, struct document **out_docs, size_t *out_count, struct err *err);
    bool (*verify)(void *db, struct err *err);
};

extern const struct store_backend store_sqlite;

#endif
