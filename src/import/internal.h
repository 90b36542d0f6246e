/* import/internal: what the files of this folder share. Nobody else includes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMPORT_INTERNAL_H
#define IMPORT_INTERNAL_H

#include "import/import.h"

/* An entity to be written. */
struct imported {
    enum model_kind kind;
    struct sv name, ref, title;
    struct sv from;           /* for the comment above it */
    struct data spec;         /* a map, being built */
    struct data annotations;  /* the same */
    struct sv raw;            /* the whole document, byte by byte as it was found; empty: made from spec */
    bool elsewhere;           /* declared in another file: not written */
    const struct entity *own; /* that declaration */
};

/* A document about a node that goes into the store. */
struct node_document {
    const struct data *root;
    struct sv from;
};
struct node_documents {
    struct node_document *items;
    size_t count, cap;
};

struct import {
    struct arena *arena;
    struct import_options options;
    struct diags *diags;
    struct imported **items;
    size_t count, cap;
    struct map by_ref;
    struct import_note **notes;
    size_t note_count, note_cap;
    const struct entity **left_alone;
    size_t left_count, left_cap;
    struct node_documents facts, catalogs, reports, nodes; /* nodes: who is no more */
};

extern const struct import_source import_ansible, import_backstage, import_csv, import_netbox, import_puppetdb;

/* ---- trees ---- */
struct data tree_text(struct sv s);
struct data tree_map(void);
struct data tree_list(void);
void tree_put(struct arena *a, struct data *map, struct sv key, struct data value); /* sets or replaces */
void tree_push(struct arena *a, struct data *list, struct data value);
const struct data *tree_get(const struct data *map, struct sv key);
/* "a.b.c" or, where there is such a key, the name as it is; NULL. */
const struct data *tree_dig(const struct data *from, struct sv path);
/* A scalar as text: numbers as they are written in JSON; of a map its slug, value or name; SV_NONE. */
struct sv tree_word(struct arena *a, const struct data *d);

/* ---- entities ---- */
/* Finds or adds. The name is made one that an entity may have; the title keeps what it was. NULL where nothing of it can be kept. */
struct imported *import_entity(struct import *im, enum model_kind kind, struct sv name, struct sv from);
/* A host by its full name, with all fields that the rows and --map give. item: what the source says of it. */
struct mapping {
    const char *field, *paths; /* "a.b|c": the first that is there */
};
struct imported *import_host(struct import *im, const struct data *item, const struct mapping *rows, struct sv name, struct sv from);
/* One field from what the source says: words of a state, addresses with prefix lengths, clusters by name. Where it is set already, nothing.
 */
void import_field(struct import *im, struct imported *host, struct sv field, const struct data *value);
extern const char *const import_host_fields[];
/* A copy without what no file of the model may hold; noted. */
struct data import_without_secrets(struct import *im, const struct data *d);

void import_note(struct import *im, struct sv example, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* ---- files ---- */
struct import_file {
    struct source *src; /* path: relative to what was named */
};
struct import_files {
    struct import_file *items;
    size_t count, cap;
};
/* A file, or all files below a folder whose names a filter takes, sorted by path. */
bool import_read_files(struct import *im, struct sv path, bool (*wanted)(struct sv name), struct import_files *out_files, struct err *err);
/* The files of an archive (tar, with any usual compression). */
bool import_read_archive(struct import *im, struct sv path, struct import_files *out_files, struct err *err);
bool import_is_yaml(struct sv name);
/* JSON or YAML by its ending and start. NULL: in the diagnostics. */
struct data_doc *import_parse(struct import *im, const struct source *src);

/* Facts as a map, from the wire format, a factset or an answer about the inventory. NULL: none. */
const struct data *puppetdb_facts(struct arena *a, const struct data *root);

/* csv.c: hosts of one table. */
bool csv_read(struct import *im, struct source *src);

/* Milliseconds since 1970 of "2026-11-20T08:01:00.123Z"; 0: none. */
int64_t import_time(struct sv s);

#endif
