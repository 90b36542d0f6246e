/* eyaml: "ENC[PKCS7,...]" by OpenSSL's CMS. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/eyaml.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/hash.h"

struct eyaml_key {
    EVP_PKEY *key; /* NULL: see why */
    struct err why;
};

static void key_free(void *object)
{
    struct eyaml_key *k = object;
    EVP_PKEY_free(k->key);
}

static void *make_key(void *ctx, struct snapshot *s, struct arena *a)
{
    struct sv path = *(const struct sv *)ctx, text;
    struct eyaml_key *k = ARENA_NEW(a, struct eyaml_key);
    if (!snapshot_read(s, path, &text, &k->why)) {
        if (!k->why.text[0])
            err_set(&k->why, "No such file or directory - %.*s", SV_ARG(path));
        return k;
    }
    BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
    k->key = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
    BIO_free(in);
    ERR_clear_error();
    if (!k->key)
        err_set(&k->why, "%.*s holds no private key in PEM form", SV_ARG(path));
    arena_defer(a, key_free, k);
    return k;
}

const struct eyaml_key *eyaml_key_load(struct snapshot *s, struct sv private_path, struct err *err)
{
    AUTO_STRBUF name = STRBUF_HEAP;
    strbuf_addf(&name, "eyaml key %.*s", SV_ARG(private_path));
    const struct eyaml_key *k = snapshot_memo(s, strbuf_sv(&name), make_key, &private_path);
    if (k->key)
        return k;
    err_set(err, "%s", k->why.text);
    return NULL;
}

static const struct sv opening = SV_INIT("ENC[");

bool eyaml_is_encrypted(struct sv text)
{
    size_t at = sv_find(text, opening, 0);
    return at != SIZE_MAX && sv_find_char(text, ']', at) != SIZE_MAX;
}

static bool open_envelope(const struct eyaml_key *key, struct sv der, struct strbuf *out)
{
    BIO *in = BIO_new_mem_buf(der.p, (int)der.n), *plain = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = in ? d2i_CMS_bio(in, NULL) : NULL;
    bool ok = plain && cms && CMS_decrypt(cms, key->key, NULL, NULL, plain, 0) == 1;
    char *bytes;
    long n = ok ? BIO_get_mem_data(plain, &bytes) : 0;
    if (n > 0)
        strbuf_add(out, sv_make(bytes, (size_t)n));
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(plain);
    ERR_clear_error();
    return ok;
}

/* What stands between the brackets: "PKCS7,base64", the base64 with blanks and line ends anywhere. */
static bool open_token(struct arena *a, const struct eyaml_key *key, struct sv token, struct strbuf *out, struct err *err)
{
    size_t comma = sv_find_char(token, ',', 0);
    struct sv method = comma == SIZE_MAX ? SV("PKCS7") : sv_slice(token, 0, comma), der;
    struct strbuf packed = STRBUF_IN(a);
    if (comma != SIZE_MAX)
        token = sv_slice(token, comma + 1, token.n);
    if (!sv_is(method, "PKCS7"))
        return err_set(err, "encryption method '%.*s' is not supported: only PKCS7 is", SV_ARG(method));
    for (size_t i = 0; i < token.n; i++)
        if (token.p[i] > ' ')
            strbuf_addc(&packed, token.p[i]);
    if (!base64_decode(a, strbuf_sv(&packed), &der))
        return err_set(err, "the encrypted text is no base64");
    return open_envelope(key, der, out) || err_set(err, "it cannot be decrypted with this private key");
}

bool eyaml_decrypt(struct arena *a, const struct eyaml_key *key, struct sv text, struct sv *out_plain, struct err *err)
{
    struct strbuf out = STRBUF_IN(a);
    for (size_t at = 0; at < text.n;) {
        size_t from = sv_find(text, opening, at), to = from == SIZE_MAX ? SIZE_MAX : sv_find_char(text, ']', from);
        strbuf_add(&out, sv_slice(text, at, to == SIZE_MAX ? text.n : from));
        if (to == SIZE_MAX)
            break;
        if (!open_token(a, key, sv_slice(text, from + opening.n, to), &out, err))
            return false;
        at = to + 1;
    }
    *out_plain = out.n ? strbuf_sv(&out) : SV("");
    if (sv_ends(*out_plain, SV("\n")))
        out_plain->n--;
    if (sv_ends(*out_plain, SV("\r")))
        out_plain->n--;
    return true;
}
