/* people_verb: what verbs share that record what people do: topics, contexts, the backlog. They look at the model first, then change it
 * by a transaction like any other. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PEOPLE_VERB_H
#define CLI_PEOPLE_VERB_H

#include "cli/change.h"
#include "cli/site.h"

/* "potlac topic close t-1 t-2": an action and its arguments. */
struct people_action {
    const char *name, *arguments; /* "RITUAL TITLE" */
    unsigned least, most;         /* arguments */
    const char *reason;           /* that stands in the history where --reason is not given */
    /* Fills p by the model, or prints and leaves p empty. */
    bool (*act)(struct cli *c, struct site *s, struct proposals *p, struct err *err);
};
/* Runs the action that the first argument names. actions ends with a NULL name. */
int people_run(struct cli *c, const struct people_action *actions);

/* The argument behind the action. */
struct sv people_argument(const struct cli *c, unsigned i);
/* A ref for a new entity: --name, else PREFIX-YEAR-NUMBER, which nothing ever had. */
bool people_new_name(struct cli *c, struct site *s, const char *kind, const char *prefix, struct sv *out_ref, struct err *err);
/* An entity of a kind by its name or ref. NULL and err with near names. */
const struct entity *people_entity(struct site *s, enum model_kind kind, struct sv written, struct err *err);
/* Sets a field: in the arena of the invocation, as the site is closed before the transaction is made. */
bool people_set_text(struct cli *c, struct proposal *p, const char *field, struct sv text, struct err *err);
bool people_set_int(struct cli *c, struct proposal *p, const char *field, int64_t value, struct err *err);
/* "a,b" as a list; NULL: leaves it out. */
bool people_set_list(struct cli *c, struct proposal *p, const char *field, const char *words, struct err *err);
/* A change of an entity that is there, at the version it has now. */
struct proposal *people_change(struct cli *c, struct site *s, struct proposals *all, const struct entity *e, struct err *err);

#endif
