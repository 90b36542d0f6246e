/* query_ast: PuppetDB's other way to write a query, as lists: ["from", "nodes", ["=", "certname", "a"]].
 * https://www.puppet.com/docs/puppetdb/7/api/query/v4/ast */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_QUERY_AST_H
#define STORE_QUERY_AST_H

#include "store/query.h"

/* entity: what is asked for where the list does not begin with "from", as at the addresses of PuppetDB's API; empty: it must.
 * NULL and a diagnostic where it is no query. */
struct query *query_from_ast(struct arena *a, const struct data *ast, struct sv entity, struct diags *diags);

#endif
