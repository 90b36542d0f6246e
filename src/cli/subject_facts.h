/* subject_facts: what a host's compile is given: its facts, and what the model says of it: $model, its classes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SUBJECT_FACTS_H
#define CLI_SUBJECT_FACTS_H

#include "cli/site.h"
#include "eval/compile.h"

/* Sets facts (and trusted, where they hold it): those the host reported last; else the site's base facts under the host's own names and
 * addresses. o->certname is set. Where the store cannot be read, o->refused says so. */
void subject_facts(struct site *s, struct arena *a, const struct entity *host, struct compile_options *o);
/* Sets top_vars to {"model": {host, cluster, site, environment, role, params, deployments}}, and classes to those that the host's cluster
 * and the deployments there name. Where the model does not say what the host is, o->refused says why. */
void subject_classify(struct site *s, struct arena *a, const struct entity *host, struct compile_options *o);

/* A digest of all that a host's compile is given besides the site's files. facts: of those it reported, or of the site's base facts. */
struct sv subject_inputs(struct site *s, struct arena *a, const struct subject *subject, struct sv facts);

#endif
