/* The body of a snapshot, for the files of this folder. Everything lives as long as the snapshot. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_INTERNAL_H
#define SNAPSHOT_INTERNAL_H

#include "base/source_tree.h"
#include "snapshot/cache.h"
#include "snapshot/snapshot.h"

struct module_folder {
    struct sv dir; /* absolute */
    bool is_base;  /* of the modules in it */
};

struct module_slot {
    struct module module; /* metadata is set at first snapshot_module() */
    pthread_mutex_t lock;
};

struct snapshot {
    struct arena *arena; /* settings and modules: not changed after opening */
    struct source_tree tree;
    struct reads *reads; /* NULL: what is read is not recorded */
    const struct overlay *overlay;
    int64_t now;
    struct symtab *syms;
    struct sv environment, site, hiera, global_hiera, manifest, codedir, modulepath_text;
    struct module_folder *modulepath;
    size_t modulepath_count, modulepath_cap;
    struct module_slot *modules;
    const struct module **module_list;
    size_t module_count, module_cap;
    struct map module_by_name;
    /* One table a kind of thing, so that keys need no prefix. */
    struct cache texts, units, classes, defines, functions, aliases, ruby_types, data, globs, kinds, memos, once, module_files;
};

/* The module without its metadata.json; NULL where there is none. */
const struct module *module_find(struct snapshot *s, struct sv name);

/* What was parsed of one file, with its mistakes. */
struct loaded_unit {
    const struct unit *unit; /* NULL: missing or wrong */
    struct diags diags;
    struct err err;
    bool missing;
};
const struct loaded_unit *unit_load(struct snapshot *s, struct sv path, unsigned parse_flags);

/* The mistakes of a file of a module that holds what does not belong there: "a::b" of manifests/b.pp of module a. */
bool locate_check(struct snapshot *s, const struct unit *u, struct diags *diags);

#endif
