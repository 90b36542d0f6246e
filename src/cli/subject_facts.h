/* subject_facts: what a host's compile is given: its facts, and what the model says of it ($model). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SUBJECT_FACTS_H
#define CLI_SUBJECT_FACTS_H

#include "cli/site.h"

/* Facts the host has reported; else the site's base facts under the host's own names and addresses. */
struct value subject_facts(struct site *s, const struct entity *host, struct sv certname);
/* {"model": {host, cluster, site, environment, role, params, deployments}}: top-scope variables. */
struct value subject_model_vars(struct site *s, const struct entity *host);

#endif
