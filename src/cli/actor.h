/* actor: which user of the model acts: --author, else git's user.email, else the login name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ACTOR_H
#define CLI_ACTOR_H

#include "cli/site.h"

/* The User of "eva", "user:eva", "person:eva" or an e-mail address; NULL: there is none. */
const struct entity *actor_find(const struct model *m, struct arena *a, struct sv who);
/* Who runs the verb. NULL and err. */
const struct entity *actor_get(struct cli *c, const struct model *m, struct err *err);
/* A user as written in an option. NULL and err with near names. */
const struct entity *actor_named(const struct model *m, struct arena *a, struct sv who, struct err *err);

#endif
