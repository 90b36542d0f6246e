/* catalog: resources and edges of one compile. All memory is in the compile's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/data.h"
#include "base/err.h"
#include "base/intern.h"
#include "base/map.h"
#include "types/value.h"

/* Where a parameter's value came from: for `why`, and for messages. */
enum origin_kind {
    ORIGIN_CODE,
    ORIGIN_DEFAULT_STATEMENT,
    ORIGIN_PARAM_DEFAULT,
    ORIGIN_DATA,
    ORIGIN_COLLECTOR,
    ORIGIN_OVERRIDE,
    ORIGIN_METAPARAM,
    ORIGIN_TITLE
};

struct origin {
    enum origin_kind kind;
    struct span span; /* the line in code */
    struct sv key;    /* data: the key */
    struct sv level;  /* data: the file */
};

struct resource_param {
    const struct sym *name;
    struct value value; /* V_SENSITIVE is unwrapped here and marked */
    bool sensitive;
    bool add;           /* the evaluator's: +> */
    const void *source; /* the evaluator's: the class whose code set it */
    struct origin origin;
};

enum resource_flags {
    RES_VIRTUAL = 1 << 0,
    RES_EXPORTED = 1 << 1,
    RES_EVALUATED = 1 << 2, /* a define's or class's body has run */
    RES_CLASS = 1 << 3,
    RES_DEFINE = 1 << 4, /* user-defined type */
    RES_BUILTIN = 1 << 5,
    RES_TITLE_NO_TEXT = 1 << 6, /* the title was a number or a boolean: the name is told beside it */
};

struct resource {
    struct sv type;  /* "File", "Ntp::Install", "Class" */
    struct sv title; /* of classes capitalised as in references: "Ntp::Install" */
    unsigned flags;
    uint32_t index; /* order of entry */
    struct resource_param *params;
    uint32_t param_count;
    size_t param_cap;
    const struct sym **tags;
    uint32_t tag_count;
    size_t tag_cap;
    struct sv file;             /* p NULL: none; empty: code that was given without a file */
    uint32_t line;              /* 0: none */
    struct resource *container; /* first container; NULL for Stage[main] */
    struct sv namevar;          /* the parameter the title stands for; empty: "name" */
};

struct edge {
    struct resource *source, *target;
};

struct catalog {
    struct arena *arena;
    struct symtab *syms;
    struct sv name, environment, code_id, version;
    struct resource **resources;
    uint32_t resource_count;
    size_t resource_cap;
    struct map by_ref;  /* "File[/a]" -> resource; aliases too */
    struct edge *edges; /* containment */
    uint32_t edge_count;
    size_t edge_cap;
    struct sv *classes;
    uint32_t class_count;
    size_t class_cap;
};

struct catalog *catalog_new(struct arena *a, struct symtab *syms, struct sv name);
/* NULL if absent; borrowed. type in its normal form ("File"). */
struct resource *catalog_find(const struct catalog *c, struct sv type, struct sv title);
/* "Type[title]" */
struct sv resource_ref(struct arena *a, const struct resource *r);
const struct resource_param *resource_param(const struct resource *r, struct sv name);
/* SV_NONE where it is not set or no string. */
struct sv resource_text(const struct resource *r, const char *name);
/* "file" -> "File", "ntp::install" -> "Ntp::Install" */
struct sv type_name_normal(struct arena *a, struct sv name);

/* Puppet's catalog format 2, without virtual resources, rich data as __ptype. */
void catalog_write_json(const struct catalog *c, struct strbuf *out, bool pretty);
/* The resources it exports, collected here or not, in the same format. Returns how many. */
uint32_t catalog_write_exported(const struct catalog *c, struct strbuf *out);
/* A resource's parameters as they stand there. */
void catalog_write_parameters(const struct catalog *c, const struct resource *r, struct strbuf *out);
/* Reads what catalog_write_json (or a Puppet server) wrote. */
struct catalog *catalog_read_json(struct arena *a, struct symtab *syms, const struct data *root, struct err *err);

#endif
