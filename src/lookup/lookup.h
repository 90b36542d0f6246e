/* lookup: Hiera 5: hierarchy of global, environment and module layers, interpolation, merge, lookup_options. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include "eval/call.h"

struct lookup_request {
    struct sv key;      /* dotted keys dig */
    struct value merge; /* undef: from lookup_options; a name or a hash */
    bool automatic;     /* parameter lookup */
};

/* False: found nowhere. Fails the compile on bad data. out_origin may be NULL. */
bool lookup_find(struct compile *c, const struct lookup_request *r, struct value *out_v, struct data_origin *out_origin);
/* For eval_hooks.lookup. */
bool lookup_parameter(void *ctx, struct compile *c, struct sv key, struct value *out_v, struct data_origin *out_origin);
/* Reads every hiera.yaml and data file that is there, for `check`: mistakes into diags. */
bool lookup_check(struct snapshot *s, struct diags *diags);

/* The functions lookup, hiera, hiera_array, hiera_hash, hiera_include. */
extern const struct builtin lookup_functions[];
extern const size_t lookup_function_count;

#endif
