/* database: see database.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/database.h"

#include "base/fs.h"

static bool is_file(const char *place) { return !sv_starts(sv_of(place), SV("postgres")); }

struct store *database_get(struct database *d, struct err *err)
{
    if (is_file(d->place) && !fs_exists(d->place)) { /* opening would make an empty one */
        database_drop(d);
        err_set(err, "the store '%s' is gone", d->place);
        return NULL;
    }
    if (!d->store)
        d->store = store_open(d->place, err);
    return d->store;
}

void database_drop(struct database *d)
{
    store_close(d->store);
    d->store = NULL;
}

bool database_ask(struct database *d, bool (*ask)(void *ctx, struct store *s, struct err *err), void *ctx, struct err *err)
{
    bool fresh = !d->store;
    for (int i = 0; i < 2; i++) {
        struct store *s = database_get(d, err);
        if (!s)
            return false;
        err->text[0] = '\0';
        if (ask(ctx, s, err))
            return true;
        database_drop(d);
        if (fresh)
            return false;
        fresh = true;
    }
    return false;
}
