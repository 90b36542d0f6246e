/* query_hook: what manifests are answered by puppetdb_query and model::query. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_QUERY_HOOK_H
#define CLI_QUERY_HOOK_H

#include "cli/site.h"

/* For eval_hooks.query; site is a struct site. Thread-safe. */
struct value query_hook(void *site, struct call *k, bool of_model, struct value query);

#endif
