/* call: what a built-in function sees: its arguments, the scope it was called from, and the ways to fail and to call back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVAL_CALL_H
#define EVAL_CALL_H

#include "eval/compile.h"

struct scope;
struct frame;

struct call {
    struct compile *c;
    struct arena *arena;     /* of the compile: results live here */
    struct scope *scope;     /* the caller's */
    struct frame *frame;     /* its variables */
    const struct node *site; /* the call expression */
    const struct builtin *fn;
    const struct value *args;
    uint32_t count;
    const struct value *block; /* V_CLOSURE, or NULL */
};

enum builtin_flags {
    FN_STATEMENT = 1 << 0, /* may be written without parentheses, returns nothing (include, notice) */
    FN_SEES_SCOPE = 1 << 1,
};

/* One row for each signature of a function; rows of one name stand together and are tried in order, as dispatches are.
 * The signature is Puppet type text, parsed once: "Callable[String, Optional[Integer], Callable[1,2]]" (a last Callable is the block). */
struct builtin {
    const char *name;
    const char *signature;
    const char *help;
    struct value (*run)(struct call *k); /* does not return where it fails */
    unsigned flags;
    const char *params; /* names for messages, as the reference has them: "hash block"; NULL: unknown */
};

/* All functions of a process: an index over tables. The caller frees. */
struct builtins *builtins_new(struct symtab *t, const struct builtin *const *tables, const size_t *counts, size_t table_count);
void builtins_free(struct builtins *b);
/* Of all of them, in no order. */
const struct sv *builtins_names(const struct builtins *b, struct arena *a, uint32_t *out_count);

/* Ends the compile with a message as the reference words it; the place is the call's. */
_Noreturn void call_fail(struct call *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same without "Error while evaluating a Function Call, ". */
_Noreturn void call_fail_here(struct call *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* value =~ type. A regular expression that takes too long ends the compile: no answer is not "no". */
bool compile_type_match(struct compile *c, const struct type *t, struct value v);
/* Ends it with a text that is complete already ("Could not find ..."). */
_Noreturn void compile_fail(struct compile *c, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Told beside the failure that comes next: where something was declared, what would be right. */
void compile_note(struct compile *c, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct span call_span(const struct call *k); /* of the call expression */
/* Such a note: the data files, one a line, in which a key was searched in vain. */
void help_searched(struct compile *c, struct sv key, struct sv files);
void call_warn(struct call *k, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* V_UNSET where the block called break(): stop iterating and return what there is. */
struct value call_block(struct call *k, const struct value *args, uint32_t count);
uint32_t call_block_params(struct call *k); /* how many parameters the block declares */
struct value call_function(struct call *k, struct sv name, const struct value *args, uint32_t count, const struct value *block);
bool call_function_exists(struct call *k, struct sv name);
/* Runs what may fail, and goes on: false and the message, bare where this call itself would be blamed. For code that can rescue failures.
 */
bool call_try(struct call *k, void (*run)(void *ctx), void *ctx, struct sv *out_message);

/* Variables as the calling scope sees them: "a", "a::b", "::a". False: unknown. */
bool call_variable(struct call *k, struct sv name, struct value *out_v);
/* What the reference says of one that call_variable did not find: how it names it, and why it is not there (empty: it just is not). */
void call_variable_missing(struct call *k, struct sv name, struct sv *out_shown, struct sv *out_why);
/* All that have a value, inner ones before outer ones. */
struct hash *call_variables(struct call *k);
/* Another value for a variable of the class or define that calls, and for the parameter it came from: code in Ruby may change arrays and
 * hashes in place, and the reference's values are Ruby's. Other variables are left alone. */
void call_change_variable(struct call *k, struct sv name, struct value v);
/* Match variables $0.. of the calling scope; undef where there are none. */
struct value call_match_group(struct call *k, uint32_t n);

/* A call from outside of any code, for a layer that calls functions on its own: in the scope in force. */
struct call compile_call(struct compile *c);
struct snapshot *compile_snapshot(struct compile *c);
struct catalog *compile_catalog(struct compile *c);
const struct compile_options *compile_options_of(struct compile *c);
/* The result depends on what no file of the site says, and may change by itself. */
void call_asks_outside(struct call *k);
/* type_new, which for a Timestamp of nothing gives the time now. */
bool call_type_new(struct compile *c, const struct type *t, const struct value *args, uint32_t count, struct value *out_v,
                   struct sv *out_why);
/* The answer to a query: see eval_hooks.query. Fails where there is no site to ask. */
struct value call_query(struct call *k, bool of_model, struct value query);
const struct type_loader *compile_type_loader(struct compile *c);
/* The class or define whose body is being evaluated, and its module ('' at top). */
struct resource *call_resource(struct call *k);
struct sv call_module(struct call *k);
/* Slots for other layers' state in one compile (lookup's cache). */
void **compile_slot(struct compile *c, unsigned n); /* 0: lookup, 1: func, 2: ruby, 3: people */

/* include, contain, require; names or Class references. Values: Class types of what was declared. */
enum include_how { HOW_INCLUDE, HOW_CONTAIN, HOW_REQUIRE };
struct value call_include(struct call *k, enum include_how how, const struct value *names, uint32_t count);
/* create_resources: type may start with '@' or '@@' or be 'class'. */
void call_create_resource(struct call *k, struct sv type, struct sv title, const struct hash *params);
/* The same with a title that may be a number or a boolean: it stays one where the resource's body reads $title. */
void call_create_titled(struct call *k, struct sv type, struct value title, const struct hash *params);
void call_realize(struct call *k, const struct value *refs, uint32_t count);
void call_tag(struct call *k, const struct value *tags, uint32_t count);
bool call_tagged(struct call *k, struct sv tag);
/* defined(): a reference, a name of class, define or type, or '$variable'. */
bool call_defined(struct call *k, struct value what);
/* EPP: a parsed template with named parameters; locals: the caller's variables are seen (inline_epp). */
struct value call_epp(struct call *k, const struct unit *u, const struct hash *params, bool locals);
/* For Hiera interpolation and ERB from outside a call. */
bool scope_variable(struct compile *c, struct scope *s, struct sv name, struct value *out_v);
struct scope *compile_scope(struct compile *c); /* the scope in force */

#endif
