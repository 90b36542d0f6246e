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
/* A lookup that is asked from outside of any code: `potlac lookup`. For compile_options.finished. */
struct lookup_question {
    const struct value *names; /* strings; the first that has a value answers */
    uint32_t count;
    struct sv type;        /* text; empty: any */
    struct value merge;    /* undef: from lookup_options */
    struct value fallback; /* V_UNSET: none */
    bool explain, options; /* tell how; how lookup_options came to be (alone: only that) */
};
struct lookup_answer {
    bool found;
    struct value value;
    struct sv error;       /* where it is not found: why */
    bool is_failure;       /* something is wrong: more than "not found" */
    struct sv explanation; /* where it was asked for */
};
void lookup_ask(struct call *k, const struct lookup_question *q, struct lookup_answer *out);
/* The data files in which a key would be searched, one a line, with what is missing said: for help after an error. Made in the arena. */
struct sv lookup_searched(struct compile *c, struct sv key);
/* For eval_hooks.lookup. */
bool lookup_parameter(void *ctx, struct compile *c, struct sv key, struct value *out_v, struct data_origin *out_origin);
/* Reads every hiera.yaml and data file that is there, for `check`: mistakes into diags. */
bool lookup_check(struct snapshot *s, struct diags *diags);

/* The functions lookup, hiera, hiera_array, hiera_hash, hiera_include. */
extern const struct builtin lookup_functions[];
extern const size_t lookup_function_count;

#endif
