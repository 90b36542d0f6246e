/* reports: what the reports of nodes say, read back. Memory is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_REPORTS_H
#define STORE_REPORTS_H

#include "store/store.h"

/* The id of the last report that is stored; later ones have higher ids. */
bool reports_mark(struct store *s, int64_t *out_id, struct err *err);

struct report_brief {
    int64_t id; /* 0: none */
    int64_t started;
    struct sv status; /* failed, changed, unchanged */
};
/* The last report of a node that came after another one, of a run that began at a time (milliseconds) or later and was no noop. */
bool reports_newest(struct store *s, struct arena *a, struct sv certname, int64_t after_id, int64_t since, struct report_brief *out_r,
                    struct err *err);

#endif
