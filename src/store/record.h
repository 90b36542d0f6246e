/* record: what changed in the model since it was last recorded, as events of the history. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "model/model.h"
#include "store/store.h"

/* Kind of the documents that hold each entity as recorded last: {"kind": ..., "spec": {...}}. */
#define RECORD_ENTITY SV("entity")

/* What a recording is stamped with. */
struct recording {
    int64_t at;        /* UTC seconds */
    struct sv actor;   /* who made the change: an e-mail address, a ref, or "unknown" */
    struct sv commit;  /* empty: not from git */
    struct sv summary; /* the commit's subject line; may be empty */
    int64_t committed; /* UTC seconds; 0: not known */
};

/* Compares each entity with the one recorded last and appends, in the same transaction, the new state and one event for each change:
 *   deploy {deployment, service, cluster, from, to} on the deployment; host.added / host.removed {cluster}, with the spec it had;
 *   owner.changed {ownership, service, side, from, to} on the service; entity.added / entity.changed {fields} / entity.removed {spec} on
 * the rest, and entity.changed on a deployment for what else changed of it; snapshot {commit, summary, committed, entities, changes} last,
 * where anything changed. The first recording of all is one snapshot event: a beginning is no change. Must be called inside store_begin.
 * out_changes: how many events. */
bool record_model(struct store *st, const struct model *m, struct arena *a, const struct recording *r, unsigned *out_changes,
                  struct err *err);

/* Every entity of a model in the form that is recorded, and no events. Inside store_begin. */
bool record_entities(struct store *st, const struct model *m, int64_t at, struct err *err);
/* One entity as it is now, whose change has been told already. False without err text where it was never recorded. Inside store_begin. */
bool record_entity_again(struct store *st, const struct entity *e, int64_t at, struct err *err);

#endif
