/* change: transactions of the model: fields and entities that no file declares, set by code, all or nothing, with author, time, reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "model/model.h"
#include "store/store.h"

struct field_change {
    struct sv field;
    const struct data *value; /* NULL: taken out */
};

enum change_what { CHANGE_FIELDS, CHANGE_MAKE, CHANGE_DELETE };

struct entity_change {
    struct sv ref;              /* full, lower case */
    int64_t expect;             /* the version of the entity when it was looked at */
    struct sv service, cluster; /* full refs, for its event: of a deployment both, of an ownership its service, of a host its cluster */
    enum change_what what;
    const struct data *entity;   /* MAKE: with its envelope */
    struct field_change *fields; /* FIELDS */
    size_t count;
};

struct transaction {
    int64_t at;
    struct sv actor, reason;
    int64_t reverts; /* id of a transaction; 0: none */
    int64_t seen;    /* the newest transaction in the model that these changes were checked in */
    const struct entity_change *changes;
    size_t count;
};

/* DONE: it is stored, durably; id 0 where it changes nothing. STALE: an entity is not at the version that was expected; nothing is stored.
 * UNCHECKED: another transaction came between: load and check the model again. FAILED: err says why; nothing is stored. */
enum change_outcome { CHANGE_DONE, CHANGE_STALE, CHANGE_UNCHECKED, CHANGE_FAILED };

struct change_result {
    int64_t id;                        /* DONE: of the transaction */
    const struct entity_change *stale; /* STALE: the first one */
    int64_t *versions;                 /* DONE: of each entity that changed; 0: it did not */
    const struct data ***before;       /* DONE: before[i][k]: what field k of change i was; NULL: not set */
    const struct data **made;          /* DONE: of each entity: the envelope of one that a transaction had made before; NULL: none had */
};

/* Opens and ends a transaction of the store. In the history: "transaction" {reason, reverts, changes} on "model", then for each entity what
 * record_model would tell, "deploy", "entity.changed", "entity.added" ..., with the transaction's id and reason; of a topic also
 * "topic.opened", "topic.closed", "topic.carried", "topic.dropped". MAKE of what was made already and DELETE of what was not change
 * nothing. */
enum change_outcome change_commit(struct store *st, struct arena *a, const struct transaction *t, struct change_result *out_result,
                                  struct err *err);

/* Everything that is set now, into an overlay, and the newest transaction. */
bool change_overlay(struct store *st, struct arena *a, struct overlay *into, int64_t *out_newest, struct err *err);

/* The newest transaction; 0: none. */
bool change_newest(struct store *st, int64_t *out_id, struct err *err);

/* The version of an entity: the id of the last event that changed it, by files or by a transaction; 0: none did. */
bool change_version(struct store *st, struct sv ref, int64_t *out_version, struct err *err);

/* False without err text: there is no such event. */
bool change_event(struct store *st, struct arena *a, int64_t id, struct event *out_event, struct err *err);

/* Does an event of this kind change the entity that it is about? */
bool change_is_kind(struct sv kind);

#endif
