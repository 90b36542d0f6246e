/* batch: many compiles of one module path, in parallel, their answers in the order of the cases. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/site.h"

struct batch_options {
    const char *cases;  /* file: {"name", "class"?, "code"?, "facts"?} in each line */
    struct value facts; /* hash; a case's own are laid over them */
    bool warm;          /* compile each case's class twice, tell the second time; code is left out */
    unsigned threads;
};

/* Prints {"name", "ms", "ok", "catalog" | "error"} in a line for each case. The node, its trusted and its server facts are fixed, so that
 * answers of different compilers compare. False and err where the cases cannot be read. */
bool batch_run(struct site *s, const struct batch_options *o, struct err *err);

#endif
