/* libevent: see libevent.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/libevent.h"

#include <dlfcn.h>
#include <stddef.h>

/* Opening a library again only finds it. */
static void *open_library(const char *file, const char *package, struct err *err)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        err_set(err, "the server needs %s, which is not installed (Debian's package is %s)", file, package);
    return library;
}

bool libevent_load(struct libevent *out, struct err *err)
{
    void *core = open_library("libevent_core-2.1.so.7", "libevent-core-2.1-7", err);
    void *http = core ? open_library("libevent_extra-2.1.so.7", "libevent-extra-2.1-7", err) : NULL;
    void *tls = http ? open_library("libevent_openssl-2.1.so.7", "libevent-openssl-2.1-7", err) : NULL;
    void *ssl = tls ? open_library("libssl.so.3", "libssl3", err) : NULL, *library;
    if (!ssl)
        return false;
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "libevent or OpenSSL is too old for the server: it has no " #name);
    library = core;
    EVENT_CORE_FUNCTIONS(X)
    library = http;
    EVENT_HTTP_FUNCTIONS(X)
    library = tls;
    EVENT_TLS_FUNCTIONS(X)
    library = ssl;
    SSL_FUNCTIONS(X)
#undef X
    return true;
}
