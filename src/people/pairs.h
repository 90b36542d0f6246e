/* pairs: one-on-ones of n leaders: each pair once a cycle, nobody more often than allowed a week (doc/people.md, E.3). Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_PAIRS_H
#define PEOPLE_PAIRS_H

#include "base/arena.h"

struct pair {
    uint32_t a, b; /* numbers of leaders, a < b */
    uint32_t week; /* of the cycle, from 0 */
};

struct pair_plan {
    struct pair *pairs; /* each once: by week, then a, then b */
    uint32_t count;
    uint32_t cycle; /* weeks; 0 where there are no pairs */
};

/* n up to 64; per_week at least 1. */
struct pair_plan pairs_plan(struct arena *a, uint32_t n, uint32_t per_week);

#endif
