/* hash: digests, base64 and UUIDs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void broken(void)
{
    fputs("potlac: the system's crypto library does not work\n", stderr);
    abort();
}

static const EVP_MD *digest_kind(enum digest kind)
{
    const EVP_MD *const kinds[] = { EVP_md5(), EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512() };
    return kinds[kind];
}

size_t digest_bytes(enum digest kind, struct sv text, unsigned char *out)
{
    unsigned n = 0;
    if (!EVP_Digest(text.n ? text.p : "", text.n, out, &n, digest_kind(kind), NULL))
        broken();
    return n;
}

static struct sv hex(struct arena *a, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char *p = arena_alloc(a, n * 2 + 1);
    for (size_t i = 0; i < n; i++) {
        p[2 * i] = digits[bytes[i] >> 4];
        p[2 * i + 1] = digits[bytes[i] & 15];
    }
    p[n * 2] = 0;
    return sv_make(p, n * 2);
}

struct sv digest_hex(struct arena *a, enum digest kind, struct sv text)
{
    unsigned char bytes[DIGEST_MAX];
    return hex(a, bytes, digest_bytes(kind, text, bytes));
}

struct sv digest_hmac_hex(struct arena *a, enum digest kind, struct sv key, struct sv text)
{
    unsigned char bytes[DIGEST_MAX];
    unsigned n = 0;
    if (!HMAC(digest_kind(kind), key.p, (int)key.n, (const unsigned char *)(text.n ? text.p : ""), text.n, bytes, &n))
        broken();
    return hex(a, bytes, n);
}

struct sv base64_encode(struct arena *a, struct sv bytes)
{
    char *p = arena_alloc(a, (bytes.n + 2) / 3 * 4 + 1);
    int n = EVP_EncodeBlock((unsigned char *)p, (const unsigned char *)bytes.p, (int)bytes.n);
    return sv_make(p, (size_t)n);
}

bool base64_decode(struct arena *a, struct sv text, struct sv *out_bytes)
{
    unsigned char *clean = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\n' && text.p[i] != '\r' && text.p[i] != ' ' && text.p[i] != '\t')
            clean[n++] = (unsigned char)text.p[i];
    if (n % 4)
        return false;
    size_t padding = n && clean[n - 1] == '=' ? (clean[n - 2] == '=' ? 2 : 1) : 0;
    unsigned char *p = arena_alloc(a, n / 4 * 3 + 1);
    int got = n ? EVP_DecodeBlock(p, clean, (int)n) : 0;
    if (got < 0)
        return false;
    *out_bytes = sv_make((char *)p, (size_t)got - padding);
    return true;
}

static struct sv uuid_text(struct arena *a, const unsigned char u[16])
{
    return arena_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2], u[3], u[4], u[5], u[6],
                        u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
}

static void stamp(unsigned char u[16], int version)
{
    u[6] = (unsigned char)((u[6] & 0x0f) | version << 4);
    u[8] = (unsigned char)((u[8] & 0x3f) | 0x80);
}

void uuid_v5_bytes(const unsigned char namespace_bytes[16], struct sv name, unsigned char out[16])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) || !EVP_DigestUpdate(ctx, namespace_bytes, 16) ||
        !EVP_DigestUpdate(ctx, name.p, name.n) || !EVP_DigestFinal_ex(ctx, bytes, NULL))
        broken();
    EVP_MD_CTX_free(ctx);
    memcpy(out, bytes, 16);
    stamp(out, 5);
}

struct sv uuid_v5(struct arena *a, const unsigned char namespace_bytes[16], struct sv name)
{
    unsigned char u[16];
    uuid_v5_bytes(namespace_bytes, name, u);
    return uuid_text(a, u);
}

bool random_bytes(void *out, size_t n) { return RAND_bytes(out, (int)n) == 1; }

struct sv uuid_v4(struct arena *a)
{
    unsigned char u[16];
    if (!random_bytes(u, sizeof u))
        broken();
    stamp(u, 4);
    return uuid_text(a, u);
}

int no_passphrase(char *text, int size, int writing, void *ctx)
{
    (void)text;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}
