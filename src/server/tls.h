/* tls: a server's certificate and what of TLS it speaks. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include "server/libevent.h"

/* From PEM files: the certificate with its chain, and the key, which must ask for no passphrase. NULL and err. The caller frees with
 * SSL_CTX_free. */
SSL_CTX *tls_context(const struct libevent *ev, const char *cert, const char *key, struct err *err);

#endif
