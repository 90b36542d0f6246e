/* node: the node that a verb is about, as the command line tells of it: facts, classification, what the model says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include "cli/site.h"

/* Options for compile_node. The site's model names nodes; without a model, and with --facts or --enc, any name is a node.
 * name NULL: this machine. False and err where there is no such node, or where a file about it is not usable. */
bool node_options(struct cli *c, struct site *s, const char *name, struct compile_options *out, struct err *err);
/* What is the same for all compiles of a site: hooks, functions, strictness. */
struct compile_options site_options(struct site *s);
/* $server_facts: version, name of this machine, environment. */
struct value site_server_facts(struct site *s, struct arena *a);
/* Facts with a node's name in those that say it: hostname, fqdn, networking ... address may be empty. */
struct value facts_named(struct arena *a, const struct hash *facts, struct sv certname, struct sv address);
/* The name Puppet would take for this machine: the fully qualified one, in lower case. */
struct sv own_certname(struct arena *a, struct value facts);

#endif
