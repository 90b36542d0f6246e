/* rich: values as catalogs hold them in JSON: {"__ptype": NAME, ...} where JSON has no word for them, and back. In an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CATALOG_RICH_H
#define CATALOG_RICH_H

#include "base/json.h"
#include "types/type.h"

/* References to resources are text, "File[/a]", as they are for Puppet. */
void rich_write(struct json_out *j, struct arena *a, struct value v);
struct sv rich_text(struct arena *a, struct value v);
/* Strings borrow from the tree. What is of an unknown type keeps its name and fields: it is written again as it was read. */
struct value rich_read(struct arena *a, const struct data *d);

/* ---- for the files of this folder ---- */

/* As inside objects and types, where references are types as all others. */
void rich_write_inner(struct json_out *j, struct arena *a, struct value v);
/* {"__ptype": "Pcore::IntegerType", "from": 1} */
void rich_write_type(struct json_out *j, struct arena *a, const struct type *t);
/* name: behind "Pcore::"; fields: by their names, read already. NULL: this is no type that is known. */
const struct type *rich_read_type(struct arena *a, struct sv name, const struct hash *fields);

#define RICH_TYPE "__ptype"

#endif
