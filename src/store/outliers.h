/* outliers: which of some nodes that should be alike differ from most of the others, and in what. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_OUTLIERS_H
#define STORE_OUTLIERS_H

#include "store/store.h"

/* A text that is a node's own, such as its name or address: values that hold it are compared without it. */
struct own_text {
    struct sv text;
    const char *shown; /* what stands in its place: "<fqdn>" */
};

struct outlier_peer {
    struct sv certname;
    struct own_text *own; /* names in the facts are found besides */
    uint32_t own_count;
};

enum outlier_what { OUTLIER_CATALOG, OUTLIER_FACT, OUTLIER_RUN };

/* One thing in which a peer is not as most are. */
struct outlier_difference {
    uint32_t peer;
    enum outlier_what what;
    struct sv name;       /* "File[/etc/motd]", "os.release.full", "status" */
    struct sv parameter;  /* of a resource; else empty */
    struct sv is, others; /* JSON; empty: the peer has none, most have none */
    uint32_t agree, of;   /* so many of so many are as most are */
};

struct outliers {
    uint32_t with_catalog, with_facts, with_report; /* peers */
    struct outlier_difference *items;               /* by peer, in order of what and name */
    uint32_t count;
    size_t cap;
};

/* "Most" is more than half of the peers that have a catalog, facts or a report at all; where no value has so many, nobody is an outlier in
 * it. Facts that differ by nature (addresses, uptime, serial numbers, what is free) are left out. */
bool outliers_find(struct store *s, struct arena *a, struct outlier_peer *peers, uint32_t count, struct outliers *out, struct err *err);

#endif
