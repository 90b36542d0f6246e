/* import: inventories of other tools become entities of the model, and what they know of nodes goes into the store.
 * All memory is in the arena of the import. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "model/model.h"
#include "store/store.h"

struct import;

/* "--map field=path": what a field of a host is read from, in place of what the source usually calls it. */
struct import_map {
    struct sv field, path; /* path: a column, a variable, a dotted path */
};

struct import_options {
    const struct model *others; /* what is declared elsewhere: left alone */
    const struct import_map *maps;
    size_t map_count;
    struct sv place;  /* the site of clusters for which none is known; empty: "unknown" */
    struct sv domain; /* appended to names without a dot; empty: none */
    int64_t now;      /* UTC seconds */
};

/* Something that was read and has no place in the model, or was changed: told with its count and a few examples. */
struct import_note {
    struct sv what;
    uint32_t count, example_count;
    struct sv examples[3];
};

struct import_source {
    const char *name, *title, *takes;
    /* False: err, or what is wrong with a file is in the diagnostics of the import. */
    bool (*read)(struct import *im, struct sv path, struct err *err);
    const char *const *fields; /* that --map may name; NULL-terminated; NULL: none */
};
/* NULL: no such source. names: all of them, for messages. */
const struct import_source *import_source_find(struct sv name);
struct sv import_source_names(struct arena *a);

struct import *import_new(struct arena *a, const struct import_options *o, struct diags *diags);
/* Names, clusters and states of what was read are made consistent, and what is declared elsewhere is set aside. */
void import_finish(struct import *im);

/* The text of the file that holds the entities. was: the text that stands there (empty: no file). A text that somebody edited keeps every
 * byte, and what is new stands behind it. */
struct sv import_text(struct import *im, const struct import_source *source, struct sv path, struct sv was);
/* Whether a text is not as an import wrote it: then what it declares belongs to whoever edited it. */
bool import_is_edited(struct arena *a, struct sv text);

/* Counts for the summary: entities of a kind that are written, and those that are declared elsewhere. */
uint32_t import_count(const struct import *im, enum model_kind kind);
const struct entity *const *import_left_alone(const struct import *im, size_t *out_count);
const struct import_note *import_notes(const struct import *im, size_t *out_count);

/* What PuppetDB knows of nodes: facts, catalogs and reports, each with its time. */
struct import_stored {
    uint32_t facts, catalogs, reports;             /* that were read */
    uint32_t new_facts, new_catalogs, new_reports; /* that the store did not have, or had older */
};
bool import_has_nodes(const struct import *im);
/* Inside store_begin. */
bool import_store(struct import *im, struct store *s, struct import_stored *out_stored, struct err *err);

#endif
