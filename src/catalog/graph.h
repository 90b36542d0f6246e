/* graph: order of a catalog's resources: containment, before/require/notify/subscribe, and autorequire that the caller adds. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CATALOG_GRAPH_H
#define CATALOG_GRAPH_H

#include "catalog/catalog.h"

struct graph;

/* Containers become edges between what they hold. False and err ("Found 1 dependency cycle: ...") on a cycle or an unknown target. */
struct graph *graph_new(struct arena *a, const struct catalog *c, struct err *err);
/* Every before, notify, require and subscribe of a catalog whose target is there. */
typedef void relation_seen(void *ctx, const struct resource *before, const struct resource *after, const struct resource_param *why);
void graph_each_relation(struct arena *a, const struct catalog *c, relation_seen *see, void *ctx);
/* after waits for before; refuses silently (false) where the opposite order is there already. */
bool graph_add_soft(struct graph *g, const struct resource *before, const struct resource *after);
void graph_add(struct graph *g, const struct resource *before, const struct resource *after, bool notifies);
/* Kahn's order, ties by order of entry. NULL and err naming the loop. */
const struct resource **graph_order(struct graph *g, uint32_t *out_count, struct err *err);
/* After graph_order found a loop: a line for each of its edges, "A[a] comes before B[b]: before, at FILE:LINE". */
void graph_explain_loop(const struct graph *g, struct strbuf *out);
/* Resources that r notifies, directly or through containers. */
const struct resource **graph_notified(const struct graph *g, const struct resource *r, uint32_t *out_count);
/* Resources that r waits for. */
const struct resource **graph_needs(const struct graph *g, const struct resource *r, uint32_t *out_count);

#endif
