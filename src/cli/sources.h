/* sources: finds manifests and templates below a folder and parses each. For check and validate. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"

struct source_check {
    struct arena *arena;
    struct symtab *names;
    struct diags diags;
    unsigned files, manifests, templates;
};

struct source_check *source_check_new(struct arena *a);
/* A file, or every .pp and .epp below a folder. False and err where it cannot be read; mistakes go to diags. */
bool source_check_add(struct source_check *r, struct sv path, struct err *err);

#endif
