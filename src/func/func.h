/* func: built-in functions, one table a family. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUNC_FUNC_H
#define FUNC_FUNC_H

#include "eval/call.h"

#define FUNC_FAMILIES(X) X(array) X(hash) X(string) X(number) X(iterate) X(type) X(catalog) X(log) X(path) X(template) X(digest) X(time) X(stdlib) X(validate)

#define X(family)                                    \
    extern const struct builtin func_##family[];     \
    extern const size_t func_##family##_count;
FUNC_FAMILIES(X)
#undef X

#endif
