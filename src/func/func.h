/* func: built-in functions, one table a family. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUNC_FUNC_H
#define FUNC_FUNC_H

#include "eval/call.h"

/* Only families that are there: what is listed must link. */
#define FUNC_FAMILIES(X)                                                                                                                   \
    X(array)                                                                                                                               \
    X(hash)                                                                                                                                \
    X(iterate)                                                                                                                             \
    X(catalog)                                                                                                                             \
    X(log)                                                                                                                                 \
    X(template)                                                                                                                            \
    X(string)                                                                                                                              \
    X(number)                                                                                                                              \
    X(type)                                                                                                                                \
    X(digest)                                                                                                                              \
    X(path)                                                                                                                                \
    X(time)                                                                                                                                \
    X(ip)                                                                                                                                  \
    X(stdlib9)                                                                                                                             \
    X(site)                                                                                                                                \
    X(random)                                                                                                                              \
    X(deferred)                                                                                                                            \
    X(data)                                                                                                                                \
    X(dump)                                                                                                                                \
    X(yaml_dump)                                                                                                                           \
    X(quote)                                                                                                                               \
    X(list)                                                                                                                                \
    X(merge)                                                                                                                               \
    X(check)                                                                                                                               \
    X(outside)                                                                                                                             \
    X(validate)                                                                                                                            \
    X(stdlib)

/* What a value is once each Deferred in it (not in other objects) has been called, at top scope. */
struct value deferred_resolve(struct call *k, struct value v);

#define X(family)                                                                                                                          \
    extern const struct builtin func_##family[];                                                                                           \
    extern const size_t func_##family##_count;
FUNC_FAMILIES(X)
#undef X

#endif
