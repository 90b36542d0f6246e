/* type: Puppet's type system: build, parse, print, infer, assign, describe mismatches. Types are immutable, in an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_TYPE_H
#define TYPES_TYPE_H

#include "base/err.h"
#include "lang/ast.h"
#include "types/value.h"

#define TYPE_KINDS(X)                                                                                                                      \
    X(T_ANY, "Any")                                                                                                                        \
    X(T_UNIT, "Unit")                                                                                                                      \
    X(T_SCALAR, "Scalar")                                                                                                                  \
    X(T_SCALAR_DATA, "ScalarData")                                                                                                         \
    X(T_DATA, "Data")                                                                                                                      \
    X(T_RICH_DATA, "RichData")                                                                                                             \
    X(T_UNDEF, "Undef")                                                                                                                    \
    X(T_DEFAULT, "Default")                                                                                                                \
    X(T_BOOLEAN, "Boolean")                                                                                                                \
    X(T_NUMERIC, "Numeric")                                                                                                                \
    X(T_INTEGER, "Integer")                                                                                                                \
    X(T_FLOAT, "Float")                                                                                                                    \
    X(T_STRING, "String")                                                                                                                  \
    X(T_ENUM, "Enum")                                                                                                                      \
    X(T_PATTERN, "Pattern")                                                                                                                \
    X(T_REGEXP, "Regexp")                                                                                                                  \
    X(T_COLLECTION, "Collection")                                                                                                          \
    X(T_ARRAY, "Array")                                                                                                                    \
    X(T_HASH, "Hash")                                                                                                                      \
    X(T_TUPLE, "Tuple")                                                                                                                    \
    X(T_STRUCT, "Struct")                                                                                                                  \
    X(T_OPTIONAL, "Optional")                                                                                                              \
    X(T_NOT_UNDEF, "NotUndef")                                                                                                             \
    X(T_VARIANT, "Variant")                                                                                                                \
    X(T_TYPE, "Type")                                                                                                                      \
    X(T_SENSITIVE, "Sensitive")                                                                                                            \
    X(T_CALLABLE, "Callable")                                                                                                              \
    X(T_ITERABLE, "Iterable")                                                                                                              \
    X(T_ITERATOR, "Iterator")                                                                                                              \
    X(T_CATALOG_ENTRY, "CatalogEntry")                                                                                                     \
    X(T_CLASS, "Class")                                                                                                                    \
    X(T_RESOURCE, "Resource")                                                                                                              \
    X(T_RUNTIME, "Runtime")                                                                                                                \
    X(T_BINARY, "Binary")                                                                                                                  \
    X(T_TIMESTAMP, "Timestamp")                                                                                                            \
    X(T_TIMESPAN, "Timespan")                                                                                                              \
    X(T_SEMVER, "SemVer")                                                                                                                  \
    X(T_SEMVER_RANGE, "SemVerRange")                                                                                                       \
    X(T_URI, "URI")                                                                                                                        \
    X(T_INIT, "Init")                                                                                                                      \
    X(T_OBJECT, "Object")                                                                                                                  \
    X(T_TYPESET, "TypeSet")                                                                                                                \
    X(T_ALIAS, "TypeAlias")                                                                                                                \
    X(T_REFERENCE, "TypeReference")

enum type_kind {
#define X(kind, name) kind,
    TYPE_KINDS(X)
#undef X
        TYPE_KIND_COUNT
};

struct struct_member {
    struct sv name;
    bool optional_key;
    const struct type *type;
};

/* Attributes, functions or parameters of an object type: types/object.h. */
struct member_list {
    struct object_member *items;
    uint32_t count;
};

#define SIZE_UNBOUNDED INT64_MAX

#define VALUE_HAS_ARITY          0x01
#define VALUE_ARITY_ANY          0xFFFFu /* most: no end */
#define VALUE_ARITY(least, most) ((uint32_t)(least) | (uint32_t)(most) << 16)

struct type {
    uint8_t kind;
    bool is_bare; /* written without parameters */
    bool sized;   /* a size was given: STRING, COLLECTION, ARRAY, HASH, TUPLE */
    union {
        struct {
            int64_t from, to;
        } range; /* INTEGER (INT64_MIN/MAX unbounded), COLLECTION, STRING size; TIMESTAMP, TIMESPAN ns */
        struct {
            double from, to;
        } frange; /* FLOAT (infinite: unbounded) */
        struct {
            struct sv text;
            int64_t from, to;
            bool exact;
        } str; /* STRING; exact: the inferred type of one string */
        struct {
            const struct sv *values;
            uint32_t count;
            bool nocase;
        } enums;
        struct {
            const struct regexp **items;
            uint32_t count;
        } patterns;
        const struct regexp *regexp; /* REGEXP; NULL: any */
        struct {
            const struct type *elem;
            int64_t from, to;
        } array;
        struct {
            const struct type *key, *value;
            int64_t from, to;
        } hash;
        struct {
            const struct type **items;
            uint32_t count;
            int64_t from, to;
        } tuple; /* TUPLE, and the arguments of CALLABLE */
        struct {
            const struct struct_member *members;
            uint32_t count;
        } strct;
        struct {
            const struct type **items;
            uint32_t count;
        } variant;
        const struct type *inner; /* OPTIONAL, NOT_UNDEF, TYPE, SENSITIVE, ITERABLE, ITERATOR; of INIT too */
        struct {
            const struct type *inner;
            const struct value *args; /* more arguments of inner's new() */
            uint32_t count;
        } init;
        struct {
            int8_t only;
        } boolean; /* -1 any, 0 false, 1 true */
        struct {
            const struct type *params, *block, *returns;
        } callable; /* params a TUPLE; NULL: any */
        struct {
            struct sv type, title;
            bool has_title;
        } ref; /* RESOURCE: type "File" or "" for any; CLASS: title */
        struct {
            struct sv name;
            const struct node *expr;
            const struct type *target;
        } alias; /* target NULL until resolved */
        struct {
            struct sv runtime, name;
        } runtime;
        struct {
            const struct object_type *def; /* NULL: any */
            const struct type *base;       /* of Base[args]: Base, its parameters and their values (V_UNSET: open); args NULL: none */
            const struct value *args;
            struct member_list params;
        } object;
        const struct typeset *typeset; /* types/typeset.h; NULL: any */
        const struct semver_range *semver;
        const struct hash *uri; /* URI: part to text, Regexp or type; NULL: any */
        struct sv reference;
    };
};

/* Names the loader knows: user type aliases, Object types, resource types, defines and classes. */
struct type_loader {
    /* The type of an unknown upper-case name ("Stdlib::Absolutepath"), or NULL. May resolve lazily; returns the same pointer each time. */
    const struct type *(*find)(void *ctx, struct sv name);
    void *ctx;
};

/* The type of a bare name ("Integer"), or NULL for a name that is not built in. Static storage. */
const struct type *type_builtin(struct sv name);
const struct type *type_any(void);
const char *type_kind_name(enum type_kind kind);

/* base[args]: what `Integer[1, 10]` does. NULL and err where args do not fit, worded as the reference does. */
const struct type *type_specialize(struct arena *a, const struct type *base, struct sv base_name, const struct value *args, uint32_t count,
                                   struct err *err);
/* Where a specialization went wrong: as the reference blames it. */
#define TYPE_FAULT_WHOLE (-1)
struct type_fault {
    int32_t argument; /* its number, or TYPE_FAULT_WHOLE: the whole expression */
    bool thrown;      /* "Error while evaluating a '[]' expression, ..." */
    struct sv why;    /* the message in full, which err may have cut; p NULL: err has it */
};
const struct type *type_specialize_at(struct arena *a, const struct type *base, struct sv base_name, const struct value *args,
                                      uint32_t count, struct err *err, struct type_fault *out_fault);
/* A type from its expression, with literal arguments only. NULL and err on a mistake. */
const struct type *type_from_ast(struct arena *a, const struct type_loader *loader, const struct node *expr, struct err *err);
/* A literal value with types in it, as object types are described by. */
bool type_literal(struct arena *a, const struct type_loader *loader, const struct node *expr, struct value *out_v, struct err *err);
/* From text: "Array[String, 1]". */
const struct type *type_parse(struct arena *a, struct symtab *t, const struct type_loader *loader, struct sv text, struct err *err);
/* "Variant[Integer, Undef]", as the reference prints it. alias_expand: "M::Port = Integer[1, 65535]" as in messages. */
void type_print(struct strbuf *out, const struct type *t, bool alias_expand);
struct sv type_text(struct arena *a, const struct type *t);
/* As a type that is shown by itself: aliases and object types say what they are, but not where they are inside another type. */
struct sv type_shown(struct arena *a, const struct type *t);

/* The exact type of a value: 1 is Integer[1, 1]. */
const struct type *type_infer(struct arena *a, struct value v);
const struct type *type_generalize(struct arena *a, const struct type *t);
const struct type *type_common(struct arena *a, const struct type *x, const struct type *y);
/* value =~ type. The hot path: never infers. A V_CLOSURE matches a Callable by the number of its parameters: whoever makes it says in the
 * value's n how many it takes, VALUE_ARITY(least, most), and sets flags to VALUE_HAS_ARITY; without that it matches every Callable. */
bool type_match(const struct type *t, struct value v);
/* A regular expression of a Pattern that gave up: nobody knows whether the text matches. */
struct slow_match {
    const struct regexp *re; /* NULL: none did */
    size_t bytes;            /* of the text */
};
/* The same, for whoever can tell: false with out_slow->re set is no answer. */
bool type_match_or_slow(const struct type *t, struct value v, struct slow_match *out_slow);
/* As an option of case: does v match a Regexp, is it of a type, or equal. */
bool value_fits(struct value want, struct value v);
/* Is every instance of `from` one of `to`. */
bool type_assignable(const struct type *to, const struct type *from);
bool type_equal(const struct type *a, const struct type *b);
/* The target behind aliases. */
const struct type *type_resolve(const struct type *t);
/* Merged as messages show it: Variant[Integer[1, 2], Integer[3, 4]] is Integer[1, 4], Variant[X, Undef] is Optional[X]. */
const struct type *type_normalize(struct arena *a, const struct type *t);
/* As type() with 'reduced': arrays have one element type, hashes are no structs. */
const struct type *type_infer_reduced(struct arena *a, struct value v);
/* Type[t]. */
const struct type *type_of_type(struct arena *a, const struct type *t);
const struct type *type_optional(struct arena *a, const struct type *t);
/* Variant[items], flattened and without doubles; one alone is itself. */
const struct type *type_variant(struct arena *a, const struct type *const *items, uint32_t count);
/* An alias that is not resolved yet: set target before anyone matches with it. */
struct type *type_alias(struct arena *a, struct sv name, const struct node *expr);

/* One line for each mismatch: "parameter 'x' expects an Integer value, got String". subject: "parameter 'x'". Lines are separated by
 * "\n  ". Returns how many there are. The reference writes "WHAT: line" where there is one, "WHAT:\n  line\n  line" where there are more.
 */
unsigned type_mismatch(struct arena *a, struct strbuf *out, struct sv subject, const struct type *want, struct value got);

/* The same for a type in the place of a value. */
unsigned type_mismatch_type(struct arena *a, struct strbuf *out, struct sv subject, const struct type *want, const struct type *got);

/* A function or lambda that could be called: its Callable and the names of its parameters (NULL: unknown). */
struct type_signature {
    const struct type *callable;
    const struct sv *names;
    uint32_t name_count;
    struct sv block_name;
};
/* Why a call fits none of the signatures, in full: "'f' parameter 'x' expects ...", "'f' expects 1 argument, got none",
 * "The function 'f' was called with arguments it does not accept. It expects one of: ...". label: "'f'" or "block". block may be NULL. */
void type_mismatch_call(struct arena *a, struct strbuf *out, struct sv label, const struct type_signature *sigs, uint32_t count,
                        const struct value *args, uint32_t arg_count, const struct value *block);

/* Type.new(args), Integer('0x10'), String(1, '%x'). False and a message, which may be long, where it cannot be. */
bool type_new(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why);

#endif
