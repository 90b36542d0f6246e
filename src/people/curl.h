/* curl: libcurl, loaded when something is first asked over the network: with all that it needs it would more than double the start of every
 * command. Never unloaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CURL_H
#define PEOPLE_CURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "base/err.h"

#define LIBCURL_FUNCTIONS(X)                                                                                                               \
    X(curl_global_init)                                                                                                                    \
    X(curl_easy_init)                                                                                                                      \
    X(curl_easy_reset)                                                                                                                     \
    X(curl_easy_setopt)                                                                                                                    \
    X(curl_easy_perform)                                                                                                                   \
    X(curl_easy_getinfo)                                                                                                                   \
    X(curl_easy_cleanup)                                                                                                                   \
    X(curl_easy_strerror)                                                                                                                  \
    X(curl_slist_append)                                                                                                                   \
    X(curl_slist_free_all)

struct libcurl {
#define X(name) __typeof__(name) *name;
    LIBCURL_FUNCTIONS(X)
#undef X
};

/* False and err where it is not installed. */
bool libcurl_load(struct libcurl *out, struct err *err);

#endif
