/* hooks: what the evaluator needs of layers below it, bound together here: functions, data lookup, resource types. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

#include "cli/site.h"
#include "system/provider.h"

/* All built-in functions: Puppet's, Hiera's, potlac's own. The caller frees with builtins_free. */
struct builtins *hooks_functions(struct symtab *t);
/* Providers of layers after system: calendar_event. */
const struct provider_set *hooks_providers(void);
struct eval_hooks hooks_of(struct site *s);

#endif
