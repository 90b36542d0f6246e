/* snapshot: one immutable reading of a site or a module path: parsed manifests, module metadata, data files, model.
 * Shared by all threads; files are read and parsed at first need, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_SNAPSHOT_H
#define SNAPSHOT_SNAPSHOT_H

#include "base/err.h"
#include "base/source_tree.h"
#include "lang/ast.h"
#include "model/model.h"
#include "snapshot/reads.h"

struct snapshot;

struct snapshot_options {
    struct sv site;         /* folder with manifests/, modules/, data/, hiera.yaml, model/; may be empty */
    struct sv modulepath;   /* "a:b"; empty: site's environment.conf, else SITE/modules and the folder potlac's own modules are in */
    struct sv environment;  /* "production" */
    struct sv hiera;        /* hiera.yaml to use as the environment's; empty: SITE/hiera.yaml */
    struct sv global_hiera; /* hiera.yaml of the layer above all environments; empty: none */
    struct sv own_modules;  /* further folder of modules, looked at last: where potlac's own are in a source tree; may be empty */
    struct sv codedir;      /* folder whose modules/ come first in $basemodulepath; empty: none */
    const struct source_tree *tree; /* where files are read from; must outlive the snapshot. NULL: the file system */
    bool record_reads;              /* for snapshot_reads */
    const struct overlay *overlay;  /* laid over the model; must outlive the snapshot. NULL: none */
    int64_t now;                    /* UTC: on that day the model is checked; 0: today */
    bool base_modules;              /* $basemodulepath belongs to the module path that is taken where none is said, as in Puppet */
};

/* NULL and err when the site cannot be read at all. The caller frees. */
struct snapshot *snapshot_open(const struct snapshot_options *options, struct err *err);
void snapshot_free(struct snapshot *s);

struct symtab *snapshot_symtab(struct snapshot *s);
/* For files that are no sources, and for other programs. */
const struct source_tree *snapshot_tree(const struct snapshot *s);
/* Where another program finds what is said to be at an absolute path. False and err where that cannot be written. */
bool snapshot_real_path(struct snapshot *s, struct arena *a, struct sv path, struct sv *out_path, struct err *err);
struct sv snapshot_environment(const struct snapshot *s);
struct sv snapshot_site(const struct snapshot *s);
/* The folders of modules, joined by ':', and the site's manifest or its folder; for $settings::. */
struct sv snapshot_modulepath(const struct snapshot *s);
struct sv snapshot_manifest(const struct snapshot *s);
/* The environment's hiera.yaml, there or not; empty without a site. */
struct sv snapshot_hiera(const struct snapshot *s);
struct sv snapshot_global_hiera(const struct snapshot *s);

struct module {
    struct sv name, dir;
    bool is_base;                    /* the machine's or potlac's own: of no folder that the site or the command line names */
    const struct data_doc *metadata; /* metadata.json, or NULL */
};
const struct module *snapshot_module(struct snapshot *s, struct sv name); /* NULL */
/* All of them, in the order of the module path. metadata is not read: ask snapshot_module for it. */
const struct module *const *snapshot_modules(struct snapshot *s, size_t *out_count);

/* Do the modules of the site have what their metadata.json asks for? Missing modules and files that cannot be read are errors; versions out
 * of range are warnings, as they are to Puppet, and strict errors; a version of Puppet out of range is a warning. False where there are
 * errors. dependencies.c */
bool snapshot_check_dependencies(struct snapshot *s, bool strict, struct diags *diags);

/* A definition and the text it stands in. */
struct found {
    const struct unit *unit;
    const struct node *node;     /* AST_CLASS, AST_DEFINE, AST_FUNCTION, AST_TYPE_ALIAS */
    const struct module *module; /* NULL: site manifest */
    const struct unit **imports; /* manifests that were read on the way, in order; there without node too */
    uint32_t import_count;
    size_t import_cap;
};
/* Autoloads "a::b" from module a. False: there is none, or its file has mistakes (then diags has them and out_found->node is NULL). */
bool snapshot_class(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags);
bool snapshot_define(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags);
bool snapshot_function(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags);
bool snapshot_type_alias(struct snapshot *s, const struct sym *name, struct found *out_found, struct diags *diags);

/* The parameters of a resource type that a module wrote in Ruby (lib/puppet/type/NAME.rb), read without Ruby. NULL: no such file. */
struct ruby_type {
    struct sv name;
    const struct sv *params; /* parameters and properties */
    uint32_t param_count;
    struct sv namevar;     /* "name" where there are several */
    const struct sv *keys; /* the namevars, in the order of the file */
    uint32_t key_count;
    bool title_patterns; /* it takes titles apart by patterns of its own */
    struct sv path;      /* of the file */
};
const struct ruby_type *snapshot_ruby_type(struct snapshot *s, struct sv name);

/* Site manifests (manifests/ sorted, or one file), parsed. */
const struct unit **snapshot_site_units(struct snapshot *s, uint32_t *out_count, struct diags *diags);
/* Any manifest or template, parsed once. NULL: missing (err) or wrong (diags). */
const struct unit *snapshot_unit(struct snapshot *s, struct sv path, unsigned parse_flags, struct diags *diags, struct err *err);
/* What reading a manifest gave, warnings too. */
const struct diags *snapshot_unit_diags(struct snapshot *s, const struct unit *u);
/* "module/file.epp" -> path of templates/file.epp; absolute paths stand. Empty: none. folder: "templates" or "files". */
struct sv snapshot_module_file(struct snapshot *s, struct sv name, const char *folder);

/* File text, read once. */
bool snapshot_read(struct snapshot *s, struct sv path, struct sv *out_text, struct err *err);
bool snapshot_exists(struct snapshot *s, struct sv path);
/* A YAML or JSON data file, read once, as a value (undef for an empty file). NULL: missing (no err) or wrong (err). */
const struct value *snapshot_data(struct snapshot *s, struct sv path, struct err *err);
/* Is something in the value of a top-level key a Ruby symbol (:x), which data may not hold? Such values are read as text. */
bool snapshot_data_has_symbol(struct snapshot *s, struct sv path, struct sv key);
/* Names that match a shell pattern, sorted. */
const struct sv *snapshot_glob(struct snapshot *s, struct sv pattern, uint32_t *out_count);
/* A place for another layer's memo (parsed hiera.yaml files): made once by make(), kept for the snapshot's life. Thread-safe. */
/* make must return: no compile_fail inside. */
void *snapshot_memo(struct snapshot *s, struct sv key, void *(*make)(void *ctx, struct snapshot *s, struct arena *a), void *ctx);

/* What is read of the site's files; NULL where the options did not ask for it. */
struct reads *snapshot_reads(struct snapshot *s);
/* Code in Ruby is about to be run: every Ruby file of every module counts as read. */
void snapshot_note_ruby(struct snapshot *s);

/* NULL where the site has no model/, or the model is wrong. Mistakes and warnings are in the diags given at first call. */
const struct model *snapshot_model(struct snapshot *s, struct diags *diags);

#endif
