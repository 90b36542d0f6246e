/* libpq: see libpq.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/libpq.h"

#include <dlfcn.h>
#include <pthread.h>

static struct libpq functions;
static const char *failure;

static void load(void)
{
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    failure = library ? NULL : "it is not installed (Debian's package is libpq5)";
#define X(name)                                                                                                                            \
    if (library && !(functions.name = (__typeof__(functions.name))dlsym(library, #name)))                                                  \
        failure = "it is too old: " #name " is missing";
    LIBPQ_FUNCTIONS(X)
#undef X
}

const struct libpq *libpq_load(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!failure)
        return &functions;
    err_set(err, "PostgreSQL's client library cannot be used: %s", failure);
    return NULL;
}
