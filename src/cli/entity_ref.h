/* entity_ref: entities as people name them, and where they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ENTITY_REF_H
#define CLI_ENTITY_REF_H

#include "base/json.h"
#include "cli/site.h"

/* "component:search", "search" (the most usual kind that has the name), a host's fqdn. NULL and err with near names. */
const struct entity *entity_named(struct site *s, struct sv written, struct err *err);
/* Opens the site and says what to do where it has no model. False after printing. */
bool entity_site_open(struct cli *c, struct site *out_site);
/* "model/services.yaml:28", within the site's folder; "transaction 17 by WHO" of one that no file declares. */
struct sv entity_place(const struct site *s, struct arena *a, const struct entity *e);
/* "ref": ..., "file": ..., "line": ...; "made" in place of the two. */
void entity_json_place(struct json_out *j, const struct entity *e);
/* Opens s->store where there is one and tells whether it did; nothing is made. */
bool entity_open_store(struct site *s, struct err *err);

#endif
