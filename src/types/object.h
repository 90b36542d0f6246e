/* object: object types (Object[{...}]) and their instances. All in an arena; immutable once defined. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_OBJECT_H
#define TYPES_OBJECT_H

#include "types/type.h"

enum member_kind { MEMBER_PLAIN, MEMBER_CONSTANT, MEMBER_DERIVED, MEMBER_GIVEN_OR_DERIVED, MEMBER_REFERENCE };

struct object_member {
    struct sv name, owner; /* owner: the name of the type that has it */
    const struct type *type;
    struct value value; /* the default, or a constant's; V_UNSET: none */
    struct value annotations;
    uint8_t kind;
    bool is_function, final, override;
};

struct object_type {
    struct sv name;            /* p NULL: it has none */
    const struct type *parent; /* may be an alias; NULL: none */
    struct member_list params, attributes, functions;
    const struct value *equality; /* an array of names; NULL: all attributes count */
    bool equality_without_type;
    struct value checks, annotations;
    struct sv fault; /* why it could not be defined; empty: it could */
};

/* An instance. fields: what it was made with, attribute by attribute, the inherited ones first. */
struct object {
    const struct type *type;
    const struct hash *fields;
};

/* The type of Deferred values. */
extern const struct type deferred_type;
/* The type of Error values, which functions give. */
extern const struct type error_type;
/* What functions that give data to lookups are called with: the lookup layer makes the instances. */
extern const struct type lookup_context_type;

/* An Object type without members, to be defined: named types are known by their name before what they are made of is read. */
struct type *object_declare(struct arena *a, struct sv name);
/* Defines it by its hash. False and a message, as the reference words it. */
bool object_define(struct arena *a, struct type *t, struct value init, struct sv *out_why);
/* t[args]: values for the type's parameters. */
const struct type *object_parameterize(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct sv *out_why);

struct sv object_label(const struct type *t); /* its name, or "Object" */
/* The parent behind aliases, where it is an object type. */
const struct type *object_parent(const struct type *t);
/* An attribute or a function, of its own or inherited; NULL: there is none. */
const struct object_member *object_find(const struct type *t, struct sv name);
struct sv object_member_label(struct arena *a, const struct object_member *m);
/* All attributes, inherited ones first. */
struct member_list object_attributes(struct arena *a, const struct type *t);
struct member_list object_params(struct arena *a, const struct type *t);
bool object_assignable(const struct type *to, const struct type *from);
bool object_type_equal(const struct type *x, const struct type *y);

/* Type.new(args). */
bool object_new(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why);
/* Is it a hash of attributes that Type.new() takes. */
bool object_takes_hash(struct arena *a, const struct type *t, struct value v);
/* From a hash of the attributes by name that is known to fit. */
struct value object_from_hash(struct arena *a, const struct type *t, const struct hash *h);
/* The type as type() gives it: with its parameters. */
const struct type *object_infer(struct arena *a, const struct object *o);
bool object_match(const struct type *t, const struct object *o);
bool object_equal(const struct object *x, const struct object *y);
/* Does a field belong to what the instance is written as: those that are not as the type says anyway. */
bool object_shows(const struct object *o, const struct hash_pair *field);
/* May its attribute be left out where an instance is made. */
bool object_is_optional(const struct object *o, const struct hash_pair *field);
/* A constant that is written as its value alone: its type is what is inferred of it. */
bool object_is_plain_constant(const struct object_member *m);
/* $object.name(args): the value of an attribute. Functions have no body that could be run here, as in the reference. */
enum object_call { OBJECT_NO_MEMBER, OBJECT_CALLED, OBJECT_REFUSED };
enum object_call object_call(struct arena *a, const struct object *o, struct sv name, const struct value *args, uint32_t count,
                             struct value *out_v, struct sv *out_why);
/* An attribute's value: a field or a constant; NULL where it has none. */
const struct value *object_value(const struct object *o, struct sv name);

#endif
