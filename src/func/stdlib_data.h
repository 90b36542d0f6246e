/* stdlib_data: stdlib's functions on lists and hashes; the table is in stdlib.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUNC_STDLIB_DATA_H
#define FUNC_STDLIB_DATA_H

#include "func/func.h"

struct value fn_merge(struct call *k);
struct value fn_deep_merge(struct call *k);
struct value fn_has_key(struct call *k);
struct value fn_join_keys_to_values(struct call *k);
struct value fn_member(struct call *k);
struct value fn_concat(struct call *k);
struct value fn_union(struct call *k);
struct value fn_intersection(struct call *k);
struct value fn_difference(struct call *k);
struct value fn_delete(struct call *k);
struct value fn_delete_at(struct call *k);
struct value fn_delete_undef_values(struct call *k);
struct value fn_delete_values(struct call *k);
struct value fn_prefix(struct call *k);
struct value fn_suffix(struct call *k);
struct value fn_any2array(struct call *k);
struct value fn_count(struct call *k);
struct value fn_reverse(struct call *k);
struct value fn_range(struct call *k);
struct value fn_zip(struct call *k);

#endif
