/* drift: what runs found changed by other hands than the model's, from the reports of nodes. Memory is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_DRIFT_H
#define STORE_DRIFT_H

#include "store/store.h"

/* How it stands after the last run that saw it: only looked at, set right, or tried in vain. */
enum drift_state { DRIFT_LEFT, DRIFT_CORRECTED, DRIFT_FAILED };

/* One property of one resource that differed, from the run that found it until one that found it in sync. Times are milliseconds. */
struct drift_item {
    struct sv certname, type, title, property;
    struct sv was, want; /* JSON; may be empty */
    struct sv message;
    int64_t clean;  /* the last run before that found nothing: it was changed after that; 0: there was none */
    int64_t found;  /* and before this */
    int64_t seen;   /* the last run that still told of it */
    int64_t mended; /* the first run in sync since; 0: none yet */
    enum drift_state state;
    int64_t adopted; /* it was declared to be as it should (seconds); 0: no */
    struct sv adopted_by, adopted_reason;
};

/* By node, then by time; all that ever was. certname empty: of every active node.
 * A report's event is drift where it says that it is a correction, or, where it does not say, where the run had the catalog of the run
 * before. */
bool drift_list(struct store *s, struct arena *a, struct sv certname, struct drift_item **out_list, size_t *out_count, struct err *err);

/* The host's ref as subject, "File[/etc/motd]": the drift found so far is as it should be. An event; inside store_begin. */
bool drift_adopt(struct store *s, struct sv certname, struct sv host, struct sv resource, struct sv actor, struct sv reason, int64_t at,
                 struct err *err);

#endif
