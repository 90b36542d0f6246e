/* owners: how owners of an entity are shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OWNERS_H
#define CLI_OWNERS_H

#include "base/json.h"
#include "cli/site.h"
#include "model/owners.h"

/* A line for each owner that an entity itself names, or "nobody". */
void owners_print(const struct cli *c, struct site *s, struct strbuf *out, const struct entity *e, const char *indent);
/* The same as a list. */
void owners_write_json(struct json_out *j, struct site *s, const struct entity *e);
/* What the annotation potlac/on-call of a service, or of the group that owns it, says; empty. */
struct sv owners_on_call(const struct model *m, const struct entity *e);

#endif
