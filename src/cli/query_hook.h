/* query_hook: what manifests are answered by puppetdb_query and model::query. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_QUERY_HOOK_H
#define CLI_QUERY_HOOK_H

#include "cli/site.h"
#include "store/query.h"

/* For eval_hooks.query; site is a struct site. Thread-safe. */
struct value query_hook(void *site, struct call *k, bool of_model, struct value query);

/* The store that answers a query: of nothing but the model's kinds the model as it is now; else what was recorded. The site's own; NULL and
 * err where it cannot be opened. */
struct store *query_store(struct site *s, const struct query *q, struct err *err);

#endif
