/* flow: the four measures of DORA from the history: how often, how fast, how well, and how soon whole again. doc/model.md defines them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FLOW_H
#define STORE_FLOW_H

#include "model/model.h"
#include "store/store.h"

/* A deployment to production: of one service, in one deploy or one commit, on however many clusters. Times are UTC seconds; 0: not known.
 */
struct flow_change {
    struct sv service;
    int64_t at;        /* it was whole in production, or failed there */
    int64_t committed; /* the commit that it is made from */
    int64_t failed;    /* it was found to be bad */
    int64_t restored;  /* the service had its version before again, or a better one */
    bool interrupted;  /* neither whole nor failed: it counts in nothing */
};

/* In order of time; those whose time is in [since, until). */
bool flow_read(struct store *s, struct arena *a, const struct model *m, int64_t since, int64_t until, struct flow_change **out_list,
               size_t *out_count, struct err *err);

struct flow_figures {
    unsigned deployments, failed, restored, with_commit, interrupted;
    double per_week, failure_rate;         /* failure_rate: 0 to 1 */
    int64_t lead_seconds, restore_seconds; /* medians; of an even number the mean of the middle two, whole seconds */
};
/* Of those of one service; empty: of all. */
struct flow_figures flow_sum(struct arena *a, const struct flow_change *list, size_t count, struct sv service, int64_t since,
                             int64_t until);

#endif
