/* yaml_scalar: what an unquoted YAML scalar is, as Ruby's Psych 4 reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_YAML_SCALAR_H
#define BASE_YAML_SCALAR_H

#include "base/data.h"

/* Sets kind, special and the value of d; text is borrowed. */
void yaml_scalar(struct sv text, struct data *d);

#endif
