/* ruby: runs what modules wrote in Ruby (ERB templates, functions of both APIs) in a helper process, started at first need and kept for
 * the snapshot's life. Results live in the arena of the compile that asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUBY_RUBY_H
#define RUBY_RUBY_H

#include "eval/call.h"

/* What eval_hooks.ruby points to; must live as long as the snapshots that are compiled with it. */
struct ruby_options {
    struct sv helper;      /* path of helper/main.rb */
    const char *program;   /* "ruby", found by PATH; NULL: that */
    uint32_t milliseconds; /* that one template or function may run; 0: LIMIT_RUBY_MS */
    size_t memory;         /* bytes of address space of the process; 0: LIMIT_RUBY_BYTES */
};

/* For eval_hooks.function: the signatures of a function that a module of the snapshot wrote in Ruby. NULL: there is none. */
const struct builtin *ruby_function(void *options, struct call *k, struct sv name, uint32_t *out_count);
/* For eval_hooks.title_parts. */
bool ruby_title_parts(void *options, struct call *k, const struct ruby_type *type, struct sv title, struct value *out_parts);
/* template and inline_template. */
extern const struct builtin ruby_functions[];
extern const size_t ruby_function_count;

/* The helper's program: beside the source it was built from, else where it is installed. */
struct sv ruby_helper_path(struct arena *a);

#endif
