/* seal: a catalog that may be kept: sensitive values are replaced by a keyed digest, so that a change of one is seen without it being
 * known. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CATALOG_SEAL_H
#define CATALOG_SEAL_H

#include "catalog/catalog.h"

/* A copy in the arena that shares with c what holds no secret; it lives as long as both. key: secret bytes of this installation. */
struct catalog *catalog_seal(struct arena *a, const struct catalog *c, struct sv key);
/* A copy of a sealed catalog without the sealed parameters: for comparing a machine with it, which a digest cannot be. */
struct catalog *catalog_without_secrets(struct arena *a, const struct catalog *c);

#endif
