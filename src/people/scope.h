/* scope: which entities an agenda is about: services, what runs them, and their neighbours one step away. In the agenda's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_SCOPE_H
#define PEOPLE_SCOPE_H

#include "model/model.h"

struct scope_of {
    const struct model *model;
    struct arena *arena;
    struct map services;   /* ref -> entity: the agenda's own */
    struct map machines;   /* ref -> entity: their deployments, clusters and hosts */
    struct map neighbours; /* ref -> entity: services next to them */
    struct map others;     /* ref -> entity: the Potlac, the ownership, APIs and whatever else is their own */
};

struct scope_of *scope_of_potlac(const struct model *m, struct arena *a, const struct entity *potlac);
struct scope_of *scope_of_ownership(const struct model *m, struct arena *a, const struct entity *ownership);

#endif
