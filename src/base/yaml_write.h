/* yaml_write: data trees as YAML that people read: blocks, quotes only where they are needed, short lists in one line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_YAML_WRITE_H
#define BASE_YAML_WRITE_H

#include "base/data.h"

/* The lines of a map or list, indented by so many spaces; a scalar is one line. What yaml_read reads back is equal. */
void yaml_write(struct strbuf *out, const struct data *d, unsigned indent);

#endif
