/* wire: values as JSON for the helper, and back. {"__p": kind, "v": ...} stands for what JSON has no word for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUBY_WIRE_H
#define RUBY_WIRE_H

#include "base/err.h"
#include "base/json.h"
#include "types/type.h"

void wire_write(struct json_out *j, struct arena *a, struct value v);
/* Types are parsed with the loader. False and err on a value that is none. Strings borrow from the tree. */
bool wire_read(struct arena *a, struct symtab *t, const struct type_loader *loader, const struct data *d, struct value *out_v,
               struct err *err);
/* Does what was written hold Sensitive values? */
bool wire_has_secret(struct sv written);

#endif
