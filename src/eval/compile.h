/* compile: one node's catalog from a snapshot, facts and a classification. Each compile has its own arena and runs on one thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVAL_COMPILE_H
#define EVAL_COMPILE_H

#include "catalog/catalog.h"
#include "snapshot/snapshot.h"
#include "types/type.h"

struct compile; /* the state of one compile: eval/internal.h */
struct builtin; /* a built-in function: eval/call.h */
struct call;
struct builtins;

/* Where a data value was found: for provenance. */
struct data_origin {
    struct sv key, level;
};

/* What eval needs of layers below it is handed in by whoever starts it. */
struct eval_hooks {
    void *ctx;
    /* Automatic parameter lookup. False: not found. May fail the compile itself. */
    bool (*lookup)(void *ctx, struct compile *c, struct sv key, struct value *out_v, struct data_origin *out_origin);
    /* The files in which lookup would search a key, one a line: help for a message. NULL: not known. */
    struct sv (*searched)(void *ctx, struct compile *c, struct sv key);
    /* Resources of a type ("File") that other nodes export, in an order that stays; NULL where there is no store. May fail the compile. */
    const struct resource **(*exported)(void *exports, struct compile *c, struct sv type, uint32_t *out_count);
    /* The answer to a query in PuppetDB's language, of the store or of the model itself. NULL where there is no site. May fail the compile.
     */
    struct value (*query)(void *exports, struct call *k, bool of_model, struct value query);
    void *exports;
    /* Types that the system layer has natively: their parameters are checked. NULL name list end. Returns NULL for an unknown type. */
    const struct type_info *(*type_info)(void *ctx, struct sv type);
    /* The name of the i-th of them; NULL past the last. */
    const char *(*type_name)(void *ctx, uint32_t i);
    /* Functions that are neither built in nor in the Puppet language: their rows, as of a built-in, which must live as long as the compile.
     * NULL: unknown. May fail the compile itself. */
    const struct builtin *(*function)(void *ruby, struct call *k, struct sv name, uint32_t *out_count);
    /* The parameters that a title gives by the patterns of its type: a hash; undef where no pattern matches. False: they cannot be had,
     * as nothing in Ruby can be run here. */
    bool (*title_parts)(void *ruby, struct call *k, const struct ruby_type *type, struct sv title, struct value *out_parts);
    void *ruby; /* the ruby layer's own; NULL: nothing in Ruby can be run */
};

/* What the compiler must know of a resource type. */
struct type_info {
    const char *name;          /* "file" */
    const char *const *params; /* attributes but metaparameters; NULL-terminated */
    const char *namevar;       /* "path"; NULL: "name" */
    const char *path_like;     /* attributes whose trailing slash is no difference; NULL */
};

struct class_request {
    struct sv name;
    const struct hash *params; /* NULL: include */
    struct sv by;              /* the entity of the model that names it; empty: a classifier does */
    struct span at;            /* and where */
};

struct compile_options {
    struct sv certname;
    struct value facts;                  /* hash */
    struct value trusted;                /* hash; undef: made from certname */
    struct value server_facts;           /* hash; undef: none */
    const struct class_request *classes; /* classification */
    uint32_t class_count;
    struct sv refused; /* why the model cannot say what the node is: the compile fails with these words; empty: it can */
    struct span refused_at;
    struct value top_vars; /* hash of further top-scope variables ($model, ENC parameters); undef: none */
    struct sv code;        /* manifest text in place of the site's (apply -e); p NULL: the site's */
    struct sv code_path;   /* shown for code; empty: no file, as Puppet[:code] */
    enum { STRICT_OFF, STRICT_WARNING, STRICT_ERROR } strict;
    bool strict_variables;
    /* Called when all is compiled, in the top scope: for questions about a node. May fail the compile. NULL: nothing. */
    void (*finished)(void *ctx, struct call *k);
    void *finished_ctx;
    size_t memory_limit; /* bytes; 0: LIMIT_COMPILE_BYTES */
    struct eval_hooks hooks;
    const struct builtins *functions;
    void (*after)(void *ctx, struct call *k); /* runs when all is evaluated, as a function called at top scope would; may be NULL */
    void *after_ctx;
};

struct compile_result {
    struct arena *arena;     /* owns all of it; compile_result_free */
    struct catalog *catalog; /* NULL: failed */
    struct sv
        error; /* the one message, worded as the reference words it: "Evaluation Error: ... (file: F, line: 1, column: 2) on node N" */
    bool collects_exported; /* it asked for what other nodes export: their change may change it */
    bool asked_outside;     /* it asked what no file of the site says: the store, the time, a program. It may change by itself */
    struct diags diags;     /* warnings, and the errors with spans */
};

/* Never NULL. */
struct compile_result *compile_node(struct snapshot *s, const struct compile_options *options);
void compile_result_free(struct compile_result *r);

#endif
