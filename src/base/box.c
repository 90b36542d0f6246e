/* box: a thin layer over OpenSSL's AES-256-GCM. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/box.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/hash.h"

enum { NONCE = 12, TAG = 16 };

static const unsigned char *bytes_of(struct sv s) { return (const unsigned char *)(s.n ? s.p : ""); }

bool box_close(struct arena *a, const unsigned char key[BOX_KEY_BYTES], struct sv bound, struct sv text, struct sv *out_box)
{
    unsigned char *box = arena_alloc(a, NONCE + text.n + TAG + 1);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, rest = 0;
    bool ok = c && text.n < INT_MAX && bound.n < INT_MAX && random_bytes(box, NONCE) &&
              EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box) == 1 &&
              EVP_EncryptUpdate(c, NULL, &n, bytes_of(bound), (int)bound.n) == 1 &&
              EVP_EncryptUpdate(c, box + NONCE, &n, bytes_of(text), (int)text.n) == 1 &&
              EVP_EncryptFinal_ex(c, box + NONCE + n, &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, box + NONCE + text.n) == 1;
    EVP_CIPHER_CTX_free(c);
    if (ok)
        *out_box = sv_make((const char *)box, NONCE + text.n + TAG);
    return ok;
}

bool box_open(struct arena *a, const unsigned char key[BOX_KEY_BYTES], struct sv bound, struct sv box, struct sv *out_text)
{
    if (box.n < NONCE + TAG || box.n > INT_MAX || bound.n > INT_MAX)
        return false;
    size_t size = box.n - NONCE - TAG;
    unsigned char *text = arena_alloc(a, size + 1), tag[TAG];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, rest = 0;
    memcpy(tag, box.p + NONCE + size, TAG);
    bool ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, bytes_of(box)) == 1 &&
              EVP_DecryptUpdate(c, NULL, &n, bytes_of(bound), (int)bound.n) == 1 &&
              EVP_DecryptUpdate(c, text, &n, bytes_of(box) + NONCE, (int)size) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 && EVP_DecryptFinal_ex(c, text + n, &rest) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!ok) {
        OPENSSL_cleanse(text, size); /* what was not vouched for is for nobody */
        return false;
    }
    text[size] = 0;
    *out_text = sv_make((const char *)text, size);
    return true;
}

void box_forget(void *secret, size_t n) { OPENSSL_cleanse(secret, n); }
