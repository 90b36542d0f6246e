/* state: what verbs need that ask the store and nothing of the site. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "cli/cli.h"
#include "store/store.h"

/* Rows for tables of options. */
#define STATE_OPTIONS                                                                                                                      \
    { "site", 's', "DIR", "the site whose store is asked [.]" }, { "state", 0, "DIR", "store and calendars [SITE/.potlac]" }

/* The store of --state or --site, which must be there. NULL and err with what to do. The caller closes. */
struct store *state_open_store(struct cli *c, struct err *err);

#endif
