/* inventory_catalog: a compiled catalog into the inventory. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_INVENTORY_CATALOG_H
#define STORE_INVENTORY_CATALOG_H

#include "catalog/catalog.h"
#include "store/inventory.h"

/* A sealed catalog under its own name; sealed parameters are left out. at: milliseconds. Inside store_begin. */
bool inventory_put_compiled(struct store *s, struct arena *scratch, const struct catalog *sealed, int64_t at, struct err *err);

#endif
