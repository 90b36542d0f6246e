/* tls: see tls.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server/tls.h"

#include <openssl/err.h>
#include <unistd.h>

#include "base/hash.h"

static bool wrong_file(struct err *err, const char *what, const char *path)
{
    if (access(path, R_OK))
        return err_errno(err, "cannot read the %s '%s'", what, path);
    char text[200];
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    const char *reason = strrchr(text, ':');
    return err_set(err, "'%s' holds no usable %s in PEM (%s)", path, what, reason ? reason + 1 : text);
}

static bool load(const struct libevent *ev, SSL_CTX *ctx, const char *cert, const char *key, struct err *err)
{
    ev->SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
    ev->SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
    ev->SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
    if (ev->SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
        return wrong_file(err, "certificate", cert);
    if (ev->SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
        return wrong_file(err, "private key", key);
    return ev->SSL_CTX_check_private_key(ctx) == 1 || err_set(err, "the key '%s' is not that of the certificate '%s'", key, cert);
}

SSL_CTX *tls_context(const struct libevent *ev, const char *cert, const char *key, struct err *err)
{
    SSL_CTX *ctx = ev->SSL_CTX_new(ev->TLS_server_method());
    if (!ctx) {
        err_set(err, "OpenSSL gives no TLS");
        return NULL;
    }
    ERR_clear_error();
    bool ok = load(ev, ctx, cert, key, err);
    ERR_clear_error();
    if (ok)
        return ctx;
    ev->SSL_CTX_free(ctx);
    return NULL;
}
