/* context: the context that functions of modules get which give data to lookups: its methods, and how it is told to another language. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_CONTEXT_H
#define LOOKUP_CONTEXT_H

#include "eval/call.h"

/* The number of a Puppet::LookupContext in its compile; 0: the value is none. */
uint32_t lookup_context_id(struct value v);
bool lookup_context_value(struct compile *c, uint32_t id, struct value *out_v);

/* Methods of the context, named "Puppet::LookupContext.cache". */
extern const struct builtin lookup_context_functions[];
extern const size_t lookup_context_function_count;

#endif
