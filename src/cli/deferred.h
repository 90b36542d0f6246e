/* deferred: Deferred values of a catalog are called on the machine that is converged, before anything is changed. In the site's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DEFERRED_H
#define CLI_DEFERRED_H

#include "cli/site.h"

/* What each resource had before; NULL where the catalog holds no Deferred. */
struct deferred_saved;

/* Puts what they give in the place of the Deferred values. False and err where a call fails. */
bool deferred_replace(struct site *s, struct catalog *c, struct deferred_saved **out_saved, struct err *err);
/* Puts them back: what is kept of a catalog holds the calls, not what they gave on one machine. */
void deferred_restore(struct deferred_saved *saved);

#endif
