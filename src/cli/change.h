/* change: what verbs share that change the model: proposals are checked in the model, committed as one transaction, and told. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include "cli/cli.h"
#include "store/change.h"

/* Rows for tables of options. */
#define CHANGE_OPTIONS                                                                                                                     \
    { "reason", 0, "TEXT", "why: it stands in the history" },                                                                              \
        { "author", 0, "WHO", "who changes it [git's user.email, or the login name]" },                                                    \
    {                                                                                                                                      \
        "noop", 0, NULL, "only see whether it would be accepted"                                                                           \
    }

/* Changes of one entity, as asked for. */
struct proposal {
    struct sv ref; /* full */
    enum model_kind kind;
    bool has_expect;
    int64_t expect; /* else the version that it has when it is first looked at */
    enum change_what what;
    struct sv name, title;     /* MAKE: as written; title may be empty */
    const struct data *entity; /* MAKE: the whole of it, in place of name, title and fields; NULL */
    struct field_change *fields;
    size_t count, cap;
};

struct proposals {
    struct proposal *items;
    size_t count, cap;
    int64_t reverts; /* id of a transaction; 0: none */
};

/* Adds an entity by a ref as written; NULL and err where there is no such kind, nothing of it may be set, or it stands there already. */
struct proposal *proposals_add(struct arena *a, struct proposals *p, struct sv ref, const char *default_kind, struct err *err);
/* False and err where there is no such field. value NULL takes it out. out_text: its values are text. */
bool proposal_field(struct arena *a, const struct proposal *p, struct sv field, bool *out_text, struct err *err);
bool proposal_set(struct arena *a, struct proposal *p, struct sv field, const struct data *value, struct err *err);
/* "FIELD=VALUE": text where the field is text, else what YAML reads. */
bool proposal_assign(struct arena *a, struct proposal *p, struct sv word, struct err *err);
/* A whole entity, whose fields are set next. */
struct proposal *proposals_make(struct arena *a, struct proposals *p, struct sv ref, const char *default_kind, struct sv title,
                                struct err *err);
/* Of MAKE, in the arena. */
const struct data_doc *proposal_document(struct arena *a, const struct proposal *p, struct err *err);

/* Of --author, else git's user.email in the site, else the login name. */
struct sv change_author(struct cli *c);
/* Checks, commits and prints. The exit status. */
int change_run(struct cli *c, struct proposals *p);

#endif
