/* facts: what this machine is: structured facts as Facter names them, plus the legacy ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_FACTS_H
#define SYSTEM_FACTS_H

#include "types/value.h"

/* A hash in the arena. Never fails: a fact that cannot be read is left out. */
struct value facts_collect(struct arena *a);

#endif
