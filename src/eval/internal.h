/* internal: the state of one compile, shared by eval's files and seen by nobody else. All of it lives in the compile's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVAL_INTERNAL_H
#define EVAL_INTERNAL_H

#include <setjmp.h>

#include "base/limits.h"
#include "eval/call.h"
#include "types/regexp.h"

#define COUNT(a)    (sizeof(a) / sizeof *(a))
#define STACK_LIMIT (4u << 20) /* bytes of C stack that nested evaluation may use */

/* Pointers (syms, nodes, units) to pointers. */
struct ptrmap {
    struct arena *arena;
    const void **keys;
    void **values;
    uint32_t count, slots;
};
void *ptrmap_find(const struct ptrmap *m, const void *key);
void ptrmap_put(struct ptrmap *m, const void *key, void *value);

/* Names the evaluator asks for all the time, interned once a compile. */
#define EVAL_NAMES(X)                                                                                                                      \
    X(title)                                                                                                                               \
    X(name)                                                                                                                                \
    X(module_name)                                                                                                                         \
    X(caller_module_name)                                                                                                                  \
    X(facts)                                                                                                                               \
    X(trusted)                                                                                                                             \
    X(server_facts)                                                                                                                        \
    X(settings)                                                                                                                            \
    X(environment)                                                                                                                         \
    X(class)                                                                                                                               \
    X(node)                                                                                                                                \
    X(stage)                                                                                                                               \
    X(main)                                                                                                                                \
    X(before)                                                                                                                              \
    X(notify)                                                                                                                              \
    X(require)                                                                                                                             \
    X(subscribe)                                                                                                                           \
    X(alias)                                                                                                                               \
    X(tag)                                                                                                                                 \
    X(noop)                                                                                                                                \
    X(schedule)                                                                                                                            \
    X(audit)                                                                                                                               \
    X(loglevel)                                                                                                                            \
    X(next)                                                                                                                                \
    X(break)                                                                                                                               \
    X(return )                                                                                                                             \
    X(new)                                                                                                                                 \
    X(path)                                                                                                                                \
    X(ensure)
struct names {
#define X(n) const struct sym *n##_;
    EVAL_NAMES(X)
#undef X
    const struct sym *default_;
};

/* ---- what is known of definitions (known.c) ---- */

/* What is the same in all compiles of a snapshot: types of parameters, names in their normal form. */
struct prepared {
    const struct type **types; /* of parameters; NULL: any */
    bool *dynamic;             /* the type must be evaluated each time */
    const struct type *returns;
    bool returns_dynamic;
    struct sv title;         /* "Ntp::Install" */
    const struct sym **tags; /* of the name: "ntp::install", "ntp", "install" */
    uint32_t tag_count;
};

/* A class, define, node or function as one compile sees it. */
struct entry {
    const struct sym *name;
    const struct node *node; /* NULL: Class[main], settings */
    const struct unit *unit;
    const struct module *module;
    const struct definition *def;
    const struct prepared *prep;
    struct entry *parent; /* of inherits, once resolved */
    struct eres *resource;
    struct scope *scope; /* of a class or node that was evaluated */
    bool override;       /* a collector of this source overrides: from then on it may change anything (as the reference) */
};

/* A resource type: native, from a module's Ruby, or a define. */
struct rtype_info {
    const struct sym *name; /* "file" */
    struct sv normal;       /* "File" */
    bool known;             /* native or Ruby */
    bool open;              /* its parameters are not known */
    const struct sym **params;
    uint32_t param_count;
    const struct sym *namevar;
    bool path_title;                /* a trailing slash of the title is no difference */
    bool alias_free;                /* two resources may have one name (exec), or keys */
    const struct sym **keys;        /* the identity has more than one part (package): sorted by name */
    uint32_t key_count;             /* 0: it is the namevar alone */
    const struct ruby_type *titled; /* takes titles apart by patterns of its own; NULL: a title is the namevar */
    const struct sym **tags;
    uint32_t tag_count;
};
struct rtype {
    const struct rtype_info *info;
    struct entry *define; /* NULL: native */
    struct eres **all;
    uint32_t count;
    size_t cap;
};

/* ---- running code ---- */

struct closure { /* a lambda and where it was written; a collector as a value has collector set instead */
    const struct node *node;
    struct frame *frame;
    struct collector *collector;
};

struct match {
    struct regexp_match m;
    struct sv text;
};

enum frame_kind { FRAME_PROGRAM, FRAME_CLASS, FRAME_DEFINE, FRAME_NODE, FRAME_FUNCTION, FRAME_LAMBDA, FRAME_TEMPLATE };

/* One activation of a body: its variables, and what surrounds it. */
struct frame {
    struct compile *c;
    struct scope *scope;
    const struct unit *unit;
    const struct definition *def; /* NULL: a program */
    const struct layout *layout;
    struct value *slots;
    struct frame *outer; /* of a lambda: where it was written */
    const struct match *match;
    const struct node *matching; /* what is matched with a regular expression: for the message where that takes too long */
    struct frame *sibling;       /* further programs of the top scope */
    jmp_buf *landing;            /* where return() and next() land; NULL: nowhere */
    struct value jumped;
    const struct map *named; /* EPP without | |: parameters that have no slot */
    struct strbuf *epp;      /* output of the template */
    struct value *epp_secret;
    uint8_t kind;
    bool binding; /* parameters are being set: reading one too early is a mistake */
    const char *binding_name;
    uint32_t binding_at;
};

struct default_param {
    const struct rtype_info *type;
    struct resource_param param;
    struct default_param *next;
};

enum scope_kind { SCOPE_TOP, SCOPE_NODE, SCOPE_CLASS, SCOPE_DEFINE };

struct scope {
    struct compile *c;
    struct scope *parent;    /* where it was first declared: for defaults */
    struct scope *inherited; /* of `inherits` */
    struct scope *enclosing; /* node or top scope; NULL for top */
    struct frame *frame;
    struct eres *resource;
    struct entry *source;
    struct default_param *defaults;
    struct sv module_name, caller_module_name;
    uint8_t kind;
};

/* A resource with what the evaluator knows about it. */
struct eres {
    struct resource r;
    struct rtype *type;       /* NULL: class, node, stage */
    struct entry *entry;      /* class, node or define */
    struct scope *scope;      /* where it was declared */
    struct entry *source;     /* class whose code declared it */
    struct value given_title; /* V_UNSET: r.title */
    const struct hash *parts; /* parameters that the title gives; NULL: none */
    struct eres **children;
    uint32_t child_count;
    size_t child_cap;
    bool finished, tagged_by_scope;
    const void *collector_id;
};

struct collector {
    struct scope *scope;
    struct frame *frame;
    const struct node *node; /* NULL: realize() */
    struct rtype *type;
    const struct query *query;
    struct resource_param *overrides;
    uint32_t override_count;
    bool has_overrides, exported, imported, done;
    struct value *refs; /* realize(): what is not found yet */
    uint32_t ref_count;
    struct eres **collected;
    uint32_t collected_count;
    size_t collected_cap;
    struct ptrmap seen;
    struct value *empty_alternative; /* left of it in a chain, when it collects nothing */
    uint32_t empty_count;
    struct collector *next;
};

struct chain_link {
    struct value source, target; /* references, or closures with a collector */
    const struct sym *param;     /* before or notify */
    struct span at;              /* the chain */
    struct chain_link *next;
};

struct pending_override { /* of a resource that is not there yet */
    struct sv type, title;
    struct resource_param *params;
    uint32_t count;
    struct scope *scope;
    struct sv file;
    uint32_t line;
    bool applied;
    struct pending_override *next;
};

struct site { /* the innermost expression a failing operation is blamed on */
    struct frame *frame;
    const struct node *node;
};

struct attempt { /* call_try: where a failure lands */
    jmp_buf landing;
    const struct node *site; /* of the call that tries: not named again in messages */
    struct sv message;
};

struct compile {
    struct arena *arena;
    struct snapshot *snapshot;
    struct symtab *syms;
    const struct compile_options *options;
    struct compile_result *result;
    struct catalog *catalog;
    struct shared *shared;
    struct names names;
    struct site site;
    struct eres *lazy; /* the define whose body runs in the lazy phase: errors inside name it */
    struct scope *top, *node_scope, *current;
    struct entry *main;
    const struct unit *code_unit;
    struct diags code_diags; /* of reading it */
    struct entry absent;     /* stands for names that were looked up in vain */
    struct map own_syms;     /* of text_sym */
    bool full;               /* the memory's limit was passed */
    bool own_functions;      /* the site's manifests define functions */
    struct map local;        /* definitions of options->code: "class ntp" etc. to found */
    struct ptrmap classes, defines, functions, foreign, types, lines, prepared, warned, imported;
    struct eres **pending; /* defines whose body waits */
    uint32_t pending_count;
    size_t pending_cap;
    struct eres **all; /* in order; without Stage[main] and settings */
    uint32_t all_count;
    size_t all_cap;
    struct collector *collectors, **collectors_end;
    struct chain_link *relations, **relations_end;
    const struct chain_link *linking; /* whose edges are being made */
    struct pending_override *overrides, **overrides_end;
    void *layer_slots[4];
    const char *stack_base;
    jmp_buf failed;
    struct attempt *attempt;       /* NULL: a failure ends the compile */
    const struct node *break_site; /* where break() was called, while it travels to its iteration */
    struct type_loader loader;
    bool type_missed; /* the loader was asked for a name that nobody knows */
};

/* ---- fail.c ---- */
/* An issue of the language at a node. */
_Noreturn void fail_at(struct frame *f, const struct node *n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void fail_at_offset(struct frame *f, uint32_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Something failed while c->site was evaluated: "Error while evaluating a Function Call, ...". */
_Noreturn void raise_error(struct compile *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, blamed on a node. */
_Noreturn void raise_at(struct frame *f, const struct node *n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A message that has its file and line already, or none. */
_Noreturn void raise_plain(struct compile *c, struct sv file, uint32_t line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Ends with the words for a regular expression that gave up on a text of so many bytes. */
_Noreturn void fail_slow_regexp(struct frame *f, const struct node *n, const struct regexp *re, size_t bytes);
void warn_at(struct frame *f, const struct node *n, const char *name, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "Function Call", "Resource Statement": what the reference calls a node. */
struct sv node_label(struct compile *c, const struct node *n);
struct sv value_label(struct compile *c, struct value v);
struct sv with_article(struct compile *c, struct sv label, bool upper);
/* Where messages place a node: operators at their sign. */
uint32_t node_offset(const struct frame *f, const struct node *n);
uint32_t unit_line(struct compile *c, const struct unit *u, uint32_t offset, uint32_t *out_column);
struct sv location_text(struct compile *c, struct sv file, uint32_t line, uint32_t column);
struct sv generalized_text(struct compile *c, struct value v);

/* ---- help.c: notes beside the failure that comes next ---- */
void help_class(struct compile *c, struct sv name);
void help_resource_type(struct compile *c, struct sv name);
void help_function(struct compile *c, struct sv name);
void help_duplicate(struct compile *c, const struct eres *old);
void help_param_type(struct compile *c, const struct eres *r, const struct param *p);
void help_param_missing(struct compile *c, const struct eres *r, const struct param *p);
void help_param_unknown(struct compile *c, const struct eres *r, struct sv name);

/* ---- imports.c ---- */
/* A manifest was read: fails where a class or define in it asks for a type that nobody knows, whether it is declared or not. */
void import_check(struct compile *c, const struct unit *u);

/* ---- known.c ---- */
/* The sym of a text that came up at run time (a title, a tag): the snapshot's where it has one, else one of this compile, so that
 * tables which live on do not grow by what compiles make up. Compare with sym_same: the snapshot may get its own later. */
const struct sym *text_sym(struct compile *c, struct sv text);
static inline bool sym_same(const struct sym *a, const struct sym *b) { return a == b || (a->hash == b->hash && sv_eq(a->text, b->text)); }
struct shared *shared_get(struct compile *c);
const struct names *shared_names(const struct shared *sh);
struct entry *find_class(struct compile *c, struct sv name);
struct entry *find_define(struct compile *c, const struct sym *name);
struct entry *find_function(struct compile *c, const struct sym *name);
/* NULL where there is no such type. */
struct rtype *find_rtype(struct compile *c, struct sv name);
struct entry *entry_new(struct compile *c, const struct sym *name, const struct found *found);
const struct prepared *prepare(struct compile *c, struct entry *e);
const struct prepared *prepare_in(struct compile *c, const struct unit *u, const struct definition *d);
const struct prepared *prepare_lambda(struct frame *f, const struct node *lambda);
const struct type *loader_find(void *ctx, struct sv name);
bool is_metaparam(struct compile *c, const struct sym *name);
const struct type *find_type(struct frame *f, const struct node *type_name);

/* ---- scope.c ---- */
struct scope *scope_new(struct compile *c, enum scope_kind kind, struct scope *parent, struct eres *resource, struct entry *source);
struct value read_variable(struct frame *f, const struct node *n);
struct value assign_variable(struct frame *f, const struct node *target, struct value v, const struct node *whole);
/* V_UNSET: unknown. name without '$'; '::' only inside. */
struct value scope_find_name(struct frame *f, const struct sym *name, bool top_only);
struct value match_group(const struct frame *f, int64_t n);
void set_match(struct frame *f, const struct regexp_match *m, struct sv text);
bool variable_exists(struct compile *c, struct frame *f, struct sv name);

/* ---- expr.c ---- */
struct value eval(struct frame *f, const struct node *n);
struct value eval_block(struct frame *f, const struct node *block);
/* Elements of a list with splats unfolded. */
struct value *eval_list(struct frame *f, const struct node_list *list, uint32_t extra, uint32_t *out_count);
void add_text(struct frame *f, struct strbuf *out, struct value v);
struct value splat_items(struct compile *c, struct value v);

/* ---- operators.c ---- */
struct value eval_binary(struct frame *f, const struct node *n);
struct value eval_negate(struct frame *f, const struct node *n);
bool match_value(struct frame *f, struct value left, struct value pattern);
bool value_includes(struct frame *f, struct value in, struct value what);
struct value coerce_number(struct frame *f, struct value v, const struct node *n);

/* ---- access.c ---- */
struct value eval_access(struct frame *f, const struct node *n);
struct value make_ref(struct compile *c, struct sv type, struct sv title);
struct value make_class_ref(struct compile *c, struct sv name);
/* Type and title of a reference. False for anything else. */
bool ref_parts(struct compile *c, struct value v, struct sv *out_type, struct sv *out_title);

/* ---- call.c ---- */
struct value eval_call(struct frame *f, const struct node *n);
struct value eval_method(struct frame *f, const struct node *n);
struct value call_lambda(struct frame *caller, const struct closure *cl, const struct value *args, uint32_t count);
struct value call_named(struct frame *f, const struct node *site, const struct sym *name, const struct value *args, uint32_t count,
                        const struct value *block);

/* ---- jump.c ---- */
struct value jump_call(struct frame *f, const struct node *n, const struct sym *which, const struct value *args, uint32_t count);
/* Runs a body where next() and return() may land. */
struct value run_body(struct frame *f, const struct node *body);

/* ---- define.c ---- */
struct eres *class_ensure(struct compile *c, struct entry *e, struct scope *s);
void class_evaluate(struct compile *c, struct eres *r);
void define_evaluate(struct compile *c, struct eres *r);
struct eres *include_class(struct compile *c, struct scope *s, struct entry *e);
/* Declares it with parameters, as class { } does. */
void class_declare(struct compile *c, struct entry *e, struct scope *s, struct resource_param *params, uint32_t count);

/* ---- resource.c ---- */
struct value eval_resource(struct frame *f, const struct node *n);
struct value eval_override(struct frame *f, const struct node *n);
struct value eval_defaults(struct frame *f, const struct node *n);
struct resource_param *eval_attrs(struct frame *f, const struct attr_list *attrs, const struct node *whole, uint32_t *out_count);
/* Fails on parameters that are nested too deep or too large; those of data and functions are looked at when all is evaluated. */
void check_size(struct compile *c, const struct eres *r);
struct eres *resource_new(struct compile *c, struct scope *s, struct rtype *type, struct sv title);
struct eres *resource_raw(struct compile *c, struct scope *s, struct sv type, struct sv title);
void resource_add(struct compile *c, struct scope *s, struct eres *r);
struct resource_param *param_find(const struct eres *r, const struct sym *name);
void param_set(struct compile *c, struct eres *r, const struct resource_param *p);
void apply_defaults(struct compile *c, struct eres *r, struct scope *s);
void resource_merge(struct compile *c, struct eres *r, const struct resource_param *params, uint32_t count, struct entry *source,
                    struct sv file, uint32_t line);
struct value *declare_resources(struct compile *c, struct scope *s, struct sv type_name, const struct value *titles, uint32_t title_count,
                                const struct resource_param *params, uint32_t param_count, enum ast_form form, struct sv file,
                                uint32_t line);
struct eres *find_resource(struct compile *c, struct sv type, struct sv title);
void add_edge(struct compile *c, struct eres *source, struct eres *target);
bool has_edge(const struct eres *source, const struct eres *target);

/* ---- tags.c ---- */
void tag_add(struct compile *c, struct eres *r, struct sv tag); /* fails on an invalid one */
void tag_value(struct compile *c, struct eres *r, struct value v);
void tag_if_valid(struct compile *c, struct eres *r, struct sv title);
void tags_add_syms(struct compile *c, struct eres *r, const struct sym **tags, uint32_t count);
void tags_from_scope(struct compile *c, struct eres *r);
bool tagged(struct compile *c, const struct eres *r, struct sv tag, bool deep);
bool tag_valid(struct sv s);
/* Of a definition's name. */
const struct sym **tag_split(struct arena *a, struct symtab *t, struct sv name, uint32_t *out_count);

/* ---- collect.c ---- */
struct value eval_collect(struct frame *f, const struct node *n);
void collector_realize(struct compile *c, struct scope *s, const struct value *refs, uint32_t count);
bool collectors_run(struct compile *c);

/* ---- relate.c ---- */
struct value eval_relationship(struct frame *f, const struct node *n);
void relations_run(struct compile *c);

/* ---- node.c ---- */
void evaluate_node(struct compile *c);

/* ---- finish.c ---- */
void finish_catalog(struct compile *c);
void relations_check(struct compile *c);

/* ---- epp.c ---- */
void epp_render(struct frame *f, struct value v, bool is_text);

#endif
