/* owners: who answers for an entity on a day, by which entity's word, and by which way from a machine to its services. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_OWNERS_H
#define MODEL_OWNERS_H

#include "model/model.h"

enum owner_state {
    OWNER_THERE,
    OWNER_COVERED, /* away, and somebody stands in */
    OWNER_AWAY,    /* and nobody does */
    OWNER_LEFT,    /* no more (or not yet) one of us */
};

struct owner {
    const struct entity *who;      /* a User; with side "owner" also a Group */
    const char *side;              /* "dev", "ops", or "owner" for the one that spec.owner names */
    const struct entity *by;       /* the SystemOwnership, or what is owned itself */
    const struct entity *stand_in; /* with OWNER_COVERED */
    const struct entity *absence;  /* with OWNER_COVERED and OWNER_AWAY */
    enum owner_state state;
};
/* What an entity itself says: dev, ops, then owner. */
struct owner *owners_of(const struct model *m, struct arena *a, const struct entity *e, struct date today, uint32_t *out_count);
/* Is a User one of us on a day? A Group and a User without Person always are. */
bool owner_living(const struct model *m, const struct entity *who, struct date today);

/* A way from an entity to a service that it serves: host, cluster, deployment, service. A service is its own. */
enum { CHAIN_MOST = 6 };
struct owner_chain {
    const struct entity *links[CHAIN_MOST];
    uint32_t count;
};
/* In the order of the model's edges; none where an entity leads to no service. */
struct owner_chain *owner_chains(const struct model *m, struct arena *a, const struct entity *e, uint32_t *out_count);

#endif
