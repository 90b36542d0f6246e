/* diff: what changes between two catalogs of one subject, in a form that hosts which change alike share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CATALOG_DIFF_H
#define CATALOG_DIFF_H

#include "catalog/catalog.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_PARAM };

struct change {
    enum change_kind kind;
    const struct resource *was, *now; /* NULL where it is not there */
    struct sv param;                  /* CHANGE_PARAM; and of ADDED: empty */
    struct value before, after;       /* V_UNSET: not set */
    bool sensitive;                   /* show neither value */
};

struct catalog_diff {
    struct change *changes; /* in catalog order; order of parameters and tags is no change */
    uint32_t count;
    size_t cap;
    unsigned char digest[32]; /* equal for hosts that change alike (titles, parameters, values; not the host's own name) */
};

/* was NULL: all is added. */
struct catalog_diff *catalog_diff(struct arena *a, const struct catalog *was, const struct catalog *now);

#endif
