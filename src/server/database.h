/* database: a worker's own connection to the store, opened at first need and again after it was lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_DATABASE_H
#define SERVER_DATABASE_H

#include "store/store.h"

struct database {
    const char *place; /* for store_open */
    struct store *store;
};

/* The store; NULL and err where it cannot be reached. A file that is gone counts as lost. */
struct store *database_get(struct database *d, struct err *err);
/* After a failure: the next database_get opens it anew. */
void database_drop(struct database *d);

/* Asks until an answer comes: once more where the connection turns out to be lost. ask: false and err where the store failed. */
bool database_ask(struct database *d, bool (*ask)(void *ctx, struct store *s, struct err *err), void *ctx, struct err *err);

#endif
