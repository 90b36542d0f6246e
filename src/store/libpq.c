/* libpq: see libpq.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/libpq.h"

#include <dlfcn.h>
#include <stddef.h>

bool libpq_load(struct libpq *out, struct err *err)
{
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL); /* stays for good: opening it again only finds it */
    if (!library)
        return err_set(err, "PostgreSQL's client library is not installed (Debian's package is libpq5)");
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "PostgreSQL's client library is too old: it has no " #name);
    LIBPQ_FUNCTIONS(X)
#undef X
    return true;
}
