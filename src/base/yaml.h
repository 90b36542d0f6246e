/* yaml: reads YAML by libyaml into data trees. Scalars resolve as Ruby's Psych does it (YAML 1.1: yes, 0755, 1_000). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/data.h"

/* All documents of a text, in order, in the arena. False where anything was wrong: each mistake is in diags.
 * Duplicate keys of one map are warnings named "duplicate-key"; the last one counts, as in Psych. */
bool yaml_read(struct arena *a, const struct source *src, const struct data_limits *limits, struct diags *diags,
               struct data_doc **out_first);
/* The first mistake of a text as Ruby's reader tells it, with the place where what is broken began: "did not find expected ',' or ']' while
 * parsing a flow sequence at line 1 column 4". Empty: libyaml finds none. */
struct sv yaml_mistake(struct arena *a, struct sv text);

#endif
