/* hocon: reads HOCON (JSON for people: comments, paths as keys, substitutions) into data trees. All memory is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HOCON_H
#define BASE_HOCON_H

#include "base/data.h"

/* As Ruby's hocon reads it, but that `include` is refused and substitutions look into the text alone, not into environment variables.
 * The root is a map. False: see diags. */
bool hocon_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags,
                struct data_doc **out_doc);

#endif
