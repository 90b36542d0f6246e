/* check: what values are, in the words of stdlib's is_... functions. Nothing is allocated but what a message needs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUNC_CHECK_H
#define FUNC_CHECK_H

#include "func/support.h"

bool is_integer_like(struct value v);
bool is_numeric_like(struct value v);
bool is_string_like(struct value v); /* text that is no number, or undef */
bool is_absolute_path(struct sv path);
bool is_domain_name(struct sv name);
bool is_email_address(struct sv address);

/* A warning that a function is old, or the end of the compile where the setting strict says so. */
void deprecation(struct call *k, struct sv key, struct sv message);

#endif
