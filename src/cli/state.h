/* state: what verbs need that ask the store and nothing of the site. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "cli/cli.h"
#include "store/store.h"

/* Rows for tables of options. */
#define STATE_OPTIONS                                                                                                                      \
    { "site", 's', "DIR", "the site whose store is asked [.]" }, { "state", 0, "DIR", "store and calendars [SITE/.potlac]" },              \
    {                                                                                                                                      \
        "store", 0, "WHERE", "the store: a file, or postgresql://... [potlac.yaml's, STATE/store.db]"                                      \
    }

/* Where a store is, for store_open: what --store says, else "store:" of potlac.yaml (a file of the site, or a URL), else store.db of the
 * state folder. "env:NAME" takes it from the environment, so that a password need not stand in a file. */
bool store_place(struct arena *a, const char *option, const struct data *config, struct sv site_dir, struct sv state_dir,
                 struct sv *out_place, struct err *err);
/* Is there a store at a place? Of a database that is taken for granted. */
bool store_place_exists(struct sv place);
/* The place that --store, --site and --state say. */
bool state_store_place(struct cli *c, struct sv *out_place, struct err *err);

/* potlac.yaml of the site; *out_config is NULL where there is none. */
bool state_config(struct cli *c, const struct data **out_config, struct err *err);

/* The store there, which must exist. NULL and err with what to do. The caller closes. */
struct store *state_open_store(struct cli *c, struct err *err);

/* The same, made where there is none yet. trial: nothing is made, an empty one in memory is given instead. */
struct store *state_make_store(struct cli *c, bool trial, struct err *err);

#endif
