/* curl: see curl.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/curl.h"

#include <dlfcn.h>
#include <stddef.h>

bool libcurl_load(struct libcurl *out, struct err *err)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL); /* stays for good: opening it again only finds it */
    if (!library && !(library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL)))
        return err_set(err, "libcurl is not installed (Debian's package is libcurl4)");
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "libcurl is too old: it has no " #name);
    LIBCURL_FUNCTIONS(X)
#undef X
    return out->curl_global_init(CURL_GLOBAL_DEFAULT) == 0 || err_set(err, "libcurl cannot be started");
}
