/* kept: what templates rendered, for the next compile that gives the same values to one: hosts of a fleet share most of theirs.
 * Only of templates that cannot depend on anything else. Lives as long as the snapshot; safe for many threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUBY_KEPT_H
#define RUBY_KEPT_H

#include "ruby/internal.h"

/* Names nothing that could make two renderings with equal variables differ: no clock, chance, file, process or state that outlives one
 * rendering. Decided by the words in its code; a word that is not known to be harmless counts as harmful. */
bool kept_is_pure(struct sv template_text);

#define KEPT_KEY 32 /* bytes */
/* The key of a template (by its number) with these variables (as they are sent). */
struct sv kept_key(struct arena *a, uint32_t template_id, struct sv variables);
/* False: it was not rendered with these yet. */
bool kept_find(struct ruby_env *env, struct sv key, struct sv *out_text);
/* Keeps a copy, up to KEPT_BYTES a snapshot. */
void kept_put(struct ruby_env *env, struct sv key, struct sv text);

#define KEPT_BYTES ((size_t)32 << 20)

#endif
