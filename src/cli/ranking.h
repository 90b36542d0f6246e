/* ranking: the backlog of automation is ranked by ops, whichever way a rank is set. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RANKING_H
#define CLI_RANKING_H

#include "cli/change.h"
#include "cli/site.h"

/* May the author make this change of a BacklogItem? item: as it is in the model with the change. True for a change that ranks nothing: a
 * new item may stand behind all others of its service, whoever adds it. */
bool ranking_allowed(const struct site *s, const struct proposal *p, const struct entity *item, struct sv author, struct err *err);
/* The last rank among the open items of a service; 0: there is none. */
int64_t ranking_last(const struct model *m, struct arena *a, struct sv service, const struct entity *but);
/* Does the item stand in the backlog of a service still? */
bool ranking_is_open(const struct entity *item);
struct sv ranking_service(struct arena *a, const struct entity *item);

#endif
