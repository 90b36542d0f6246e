/* exports: what every subject exports, as its last compile left it, and kept in the store. All memory is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_EXPORTS_H
#define STORE_EXPORTS_H

#include "eval/compile.h"
#include "store/store.h"

struct exports;

/* What is kept in the store; without one (NULL) nothing. NULL and err where it cannot be read. */
struct exports *exports_load(struct store *s, struct arena *a, struct symtab *syms, struct err *err);
/* Puts what a catalog exports in the place of what its subject did before. Secrets are left out. True in *out_changed where it is not the
 * same. */
bool exports_set(struct exports *e, struct sv subject, const struct catalog *c, bool *out_changed, struct err *err);
/* Forgets a subject; false where it exported nothing. */
bool exports_drop(struct exports *e, struct sv subject);
/* Subjects that export something, sorted. */
const struct sv *exports_subjects(const struct exports *e, uint32_t *out_count);
/* Writes what differs from the store. */
bool exports_publish(const struct exports *e, struct store *s, int64_t at, struct err *err);
/* For eval_hooks.exported: of all but the node that is compiled; by subject, then in the order they were declared. Thread-safe while
 * nothing is set. */
const struct resource **exports_of_type(struct exports *e, struct compile *c, struct sv type, uint32_t *out_count);

#endif
