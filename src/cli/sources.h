/* sources: finds manifests and templates below a folder and parses each. For check and validate. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/source_tree.h"

struct snapshot;

struct source_check {
    struct arena *arena;
    const struct source_tree *tree;
    struct symtab *names;
    struct diags diags;
    unsigned files, manifests, templates;
    bool with_metadata; /* metadata.json is read too */
};

struct source_check *source_check_new(struct arena *a, const struct source_tree *tree);
/* A file, or every .pp and .epp below a folder. False and err where it cannot be read; mistakes go to diags. */
bool source_check_add(struct source_check *r, struct sv path, struct err *err);
/* The site's manifests and modules, but for those that are the machine's. */
bool source_check_add_site(struct source_check *r, struct snapshot *s, struct err *err);

#endif
