/* classifier: what an external node classifier (ENC) says of a node: classes, parameters, environment. In the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLASSIFIER_H
#define CLI_CLASSIFIER_H

#include "base/err.h"
#include "eval/compile.h"

struct classification {
    struct class_request *classes;
    uint32_t class_count;
    struct value parameters; /* hash: top-scope variables */
    struct sv environment;   /* empty: not said */
};

/* The YAML that an ENC prints: classes a list of names, or a hash of names to parameters. */
bool classification_read(struct arena *a, const char *path, struct classification *out, struct diags *diags, struct err *err);

#endif
