/* typeset: definitions: what `type Name = ...` makes: an alias, an object type, or a set of types. In an arena; immutable once defined. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_TYPESET_H
#define TYPES_TYPESET_H

#include "types/type.h"

struct set_entry {
    struct sv name; /* "Car", of My::Set::Car */
    const struct type *type;
};

struct set_reference { /* another set, by a name of its own */
    struct sv alias, name, range;
    const struct type *set;
};

struct typeset {
    struct sv name, pcore_version, version; /* version empty: none */
    struct set_entry *entries;
    struct set_reference *references;
    uint32_t count, reference_count;
    struct sv fault; /* why it could not be defined; empty: it could */
};

/* What has a name before it is known what it is: types may refer to themselves and to one another. rhs: right of the '='. */
struct type *type_declare(struct arena *a, struct sv name, const struct node *rhs);
/* Completes it. False and a message for an alias that cannot be; of object types and sets the fault is kept, for whoever uses them. */
bool type_define(struct arena *a, const struct type_loader *loader, struct type *t, const struct node *rhs, struct sv *out_why);
/* That fault; empty: there is none. */
struct sv type_fault_of(const struct type *t);
/* A type of the set by its simple name, or one of a set it refers to ("X::Car"); NULL: it has none. */
const struct type *typeset_find(const struct typeset *set, struct sv name);

#endif
