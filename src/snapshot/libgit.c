/* libgit: finding libgit2 and its functions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/libgit.h"

#include <dlfcn.h>

bool git_load(struct git *out, struct err *err)
{
    void *library = dlopen("libgit2.so." LIBGIT2_SOVERSION, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_set(err,
                       "libgit2 is not installed, which reads the commit of a site (Debian's package is libgit2-" LIBGIT2_SOVERSION ")");
#define X(name)                                                                                                                            \
    if (!(out->name = (__typeof__(out->name))dlsym(library, #name)))                                                                       \
        return err_set(err, "libgit2 is too old: it has no " #name);
    GIT_FUNCTIONS(X)
#undef X
    return true;
}
