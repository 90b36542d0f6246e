/* pql: the Puppet Query Language, text to tree. https://www.puppet.com/docs/puppetdb/7/api/query/v4/pql */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_PQL_H
#define STORE_PQL_H

#include "store/query.h"

/* NULL and a diagnostic where the text is no query. Whether entities and fields exist is not asked here. */
struct query *pql_parse(struct arena *a, const struct source *src, struct diags *diags);

#endif
