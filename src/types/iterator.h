/* iterator: walking over what can be iterated, and the lazy iterators of step() and reverse_each(). Lives in an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_ITERATOR_H
#define TYPES_ITERATOR_H

#include "types/value.h"

/* Value of kind V_ITERATOR: another sequence, walked backwards or in steps. */
struct iterator {
    struct value source; /* array, hash, string, integer, Integer or Enum type, or another iterator */
    bool reverse;
    int64_t step; /* 1: each */
};

/* A sequence opened for walking: elements by number. */
struct iterable {
    struct value source;
    int64_t count;
    int64_t first;                /* of an integer range */
    const uint32_t *offsets;      /* of a string's characters; count + 1 of them */
    const struct iterable *inner; /* of an iterator */
};

/* False where v cannot be iterated (negative or unbounded integers too). */
bool iterable_open(struct arena *a, struct value v, struct iterable *out_it);
/* Element i of count; a hash gives [key, value]. */
struct value iterable_at(struct arena *a, const struct iterable *it, int64_t i);
struct value value_iterator(struct arena *a, struct value source, bool reverse, int64_t step);
/* All elements as an array; undef where v cannot be iterated. Refuses (undef) more than 50 million. */
struct value iterable_to_array(struct arena *a, struct value v);
/* The type of the elements: "Integer" of Iterator[Integer]. */
const struct type *iterator_exact_type(struct arena *a, const struct iterator *it); /* Variant[Integer[1, 1], String] */
const struct type *iterator_element_type(struct arena *a, const struct iterator *it);

#endif
