/* The parts of lookup: configuration (in the snapshot, shared), and the state of one compile (in its arena). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_INTERNAL_H
#define LOOKUP_INTERNAL_H

#include "lookup/explain.h"
#include "lookup/key.h"
#include "lookup/lookup.h"

/* ---- interpolation: "x %{facts.os.family} y" in pieces ---- */

enum method { METHOD_TEXT, METHOD_SCOPE, METHOD_LOOKUP, METHOD_ALIAS, METHOD_LITERAL, METHOD_UNKNOWN };
struct piece {
    enum method method;
    struct sv text;        /* literal text, or the key as written; of an unknown method its name */
    struct lookup_key key; /* SCOPE: parsed; root empty where it is wrong */
    bool called;           /* written with method syntax */
};
struct text_template {
    struct sv source;
    struct piece *pieces;
    uint32_t count;
};
static inline bool has_interpolation(struct sv s) { return s.n > 2 && sv_find(s, SV("%{"), 0) != SIZE_MAX; }
struct text_template template_parse(struct arena *a, struct sv source);

/* ---- hiera.yaml ---- */

enum location_kind { LOCATION_PATHS, LOCATION_GLOBS, LOCATION_MAPPED, LOCATION_URIS, LOCATION_NONE };
enum entry_call { CALL_NOTHING, CALL_DATA_HASH, CALL_LOOKUP_KEY, CALL_DATA_DIG };
struct hierarchy_entry {
    struct sv name, function;     /* "yaml_data", "json_data", "hocon_data" or "eyaml_lookup_key" */
    bool encrypted;               /* the last of these */
    bool hocon;                   /* hocon_data */
    enum entry_call call;         /* function is one of a module, and what it is asked for */
    const struct hash *options;   /* that it is called with, not interpolated; NULL: none */
    struct text_template key;     /* path of the private key, absolute before interpolation */
    struct text_template datadir; /* absolute before interpolation */
    enum location_kind kind;
    struct text_template *paths; /* MAPPED: the one template; URIS: they */
    uint32_t path_count;
    struct lookup_key mapped_from; /* MAPPED: the variable with the list, and what an element is called */
    struct sv mapped_name;
};
struct hierarchy {
    struct hierarchy_entry *entries;
    uint32_t count;
};
struct hiera_config {
    struct sv path;
    bool absent;           /* no such file */
    bool ignored;          /* version 3 */
    struct sv no_hash;     /* warnings to give once, in this order; each may be empty: the file holds no hash, */
    struct sv deprecation; /* it is of an old version, */
    struct sv note;        /* it is ignored */
    struct sv refusal;     /* or, where the setting strict says so, refused */
    struct sv error;       /* it cannot be used, and why */
    bool error_has_place;  /* the message is to get the place of the call */
    struct hierarchy hierarchy, defaults;
    bool has_defaults;
};
enum layer_kind { LAYER_GLOBAL, LAYER_ENVIRONMENT, LAYER_MODULE };
/* Parsed once a snapshot. */
const struct hiera_config *hiera_config_load(struct snapshot *s, struct sv path, enum layer_kind layer);

/* A HOCON file as a value, read once a snapshot. NULL: missing (no err) or wrong (err). */
const struct value *hocon_file_data(struct snapshot *s, struct sv path, struct err *err);

/* ---- merging ---- */

enum merge_kind { MERGE_FIRST, MERGE_UNIQUE, MERGE_HASH, MERGE_DEEP };
struct merge {
    enum merge_kind kind;
    struct sv knockout; /* empty: none */
    bool sort_arrays, merge_hash_arrays;
    const struct hash *options; /* as given; NULL: none */
};

/* ---- one compile ---- */

struct location {
    struct sv path, original; /* original: as hiera.yaml has it */
    bool loaded;
    const struct hash *data;        /* NULL: no such file */
    struct lookup_context *context; /* of the function that is called; NULL: not yet */
};
struct dependency { /* a variable that a path was made from, and what it was then */
    const struct lookup_key *key;
    struct value was;
};
struct located_entry {
    const struct hierarchy_entry *entry;
    struct location *locations;
    uint32_t count;
    size_t cap;
    const struct hash *options; /* interpolated */
};
struct located { /* a hierarchy with its paths worked out */
    const struct hierarchy *hierarchy;
    struct sv module, config_path;
    struct located_entry *entries;
    struct dependency *dependencies;
    size_t dependency_count, dependency_cap;
    bool made, made_before;
};
struct lookup_options {
    const struct hash *keys; /* with the patterns; NULL: none */
    const struct regexp **patterns;
    const struct value **pattern_values;
    uint32_t pattern_count;
    bool made;
};
struct layer {
    enum layer_kind kind;
    struct sv module;
    const struct hiera_config *config; /* NULL: there is no such layer */
    struct located main, fallback;     /* fallback: default_hierarchy */
    struct lookup_options options;     /* of all layers, as seen from this module */
    struct lookup_options fallback_options;
    bool warned;
};
struct name_stack {
    struct sv name;
    const struct name_stack *outer;
};
struct lookup_state {
    struct compile *c;
    struct arena *arena;
    struct snapshot *snapshot;
    struct scope *scope;
    struct call *call;                             /* the function call that asks; NULL: automatic */
    const struct hash *overrides, *default_values; /* NULL: none */
    struct sv local_name;                          /* of mapped_paths while its template is filled in */
    struct value local_value;
    const struct name_stack *stack;
    unsigned depth;
    bool global_only;
    struct located *recording; /* whose paths are being worked out */
    struct layer global, environment;
    struct map modules;       /* name -> struct layer */
    struct value env_options; /* lookup_options of global and environment */
    bool has_env_options;
    struct lookup_options plain_options; /* for keys without a module */
    struct sv *origin_paths;             /* files that gave the current value */
    size_t origin_count, origin_cap;
    struct map told;      /* warnings given */
    struct map file_data; /* what functions keep of files, by path */
    struct lookup_context *contexts;
    uint32_t context_count;
    struct explainer *explainer; /* NULL: nobody asks how */
};

struct lookup_state *lookup_state_of(struct compile *c, struct call *call);
/* Forgets what a lookup that ended in a failure may have left. */
void lookup_start(struct lookup_state *st);
/* A message that is complete, as the reference's LookupError is. */
_Noreturn void lookup_fail(struct lookup_state *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A message that the reference puts the place of the call around. */
_Noreturn void lookup_fail_here(struct lookup_state *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void lookup_warn_once(struct lookup_state *st, struct sv message);

/* How lookup_options came to be, for who asks just that. */
void lookup_options_explained(struct lookup_state *st, struct sv key);
/* The whole of it: layers, options, conversion, digging. merge NULL: by lookup_options. */
bool lookup_key_value(struct lookup_state *st, struct sv key, const struct merge *merge, struct value *out_v);
/* As the function: overrides and default values too. */
bool lookup_value_named(struct lookup_state *st, struct sv key, const struct merge *merge, struct value *out_v);

/* False: a part is missing. */
bool key_dig(struct lookup_state *st, const struct lookup_key *key, struct value v, struct value *out_v);
struct value interpolate(struct lookup_state *st, struct value v, bool methods);
struct sv template_fill(struct lookup_state *st, const struct text_template *t);
/* A variable by its dotted name; undef where there is none. */
struct value scope_value(struct lookup_state *st, const struct lookup_key *key, struct sv subject);

/* Notes that a name is being looked up; ends the compile where it is already. key: the one that is asked for; NULL inside a text. */
void lookup_push(struct lookup_state *st, struct name_stack *entry, const struct sv *key, struct sv name);

/* ---- functions that give data (context.c) ---- */

struct lookup_context;
struct lookup_state *lookup_state_now(struct compile *c); /* as the lookup in progress left it */
/* What the function of an entry gives for a key at one of its locations. */
bool context_find(struct lookup_state *st, const struct located *l, const struct located_entry *e, struct location *at,
                  const struct lookup_key *key, struct value *out_v);
void warn_foreign_keys(struct lookup_state *st, struct sv module, struct sv function, struct sv path, const struct hash *data);

/* Ends the compile where v is no strategy. */
struct merge merge_parse(struct lookup_state *st, struct value v);
extern const char *const merge_names[];
/* get(i) of count variants, put together. */
typedef bool variant_getter(void *ctx, uint32_t i, struct value *out_v);
bool merge_variants(struct lookup_state *st, const struct merge *m, uint32_t count, variant_getter *get, void *ctx, struct value *out_v);
struct value merge_two(struct lookup_state *st, const struct merge *m, struct value first, struct value second);

#endif
