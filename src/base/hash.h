/* hash: digests by OpenSSL, as bytes or lower-case hexadecimal. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA224, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };

#define DIGEST_MAX 64
/* Writes the digest into out (DIGEST_MAX bytes are enough) and returns its length. */
size_t digest_bytes(enum digest kind, struct sv text, unsigned char *out);
struct sv digest_hex(struct arena *a, enum digest kind, struct sv text);
/* HMAC (RFC 2104) of a text under a key. */
struct sv digest_hmac_hex(struct arena *a, enum digest kind, struct sv key, struct sv text);
struct sv base64_encode(struct arena *a, struct sv bytes);
/* False on anything that is no base64 (white space is allowed). */
bool base64_decode(struct arena *a, struct sv text, struct sv *out_bytes);
/* "8-4-4-4-12": version 5 of a 16-byte namespace and a name (RFC 9562, section 5.5). */
struct sv uuid_v5(struct arena *a, const unsigned char namespace_bytes[16], struct sv name);
void uuid_v5_bytes(const unsigned char namespace_bytes[16], struct sv name, unsigned char out[16]);
/* For OpenSSL's readers of keys and certificates: a key that asks for a passphrase is refused, nobody is asked. */
int no_passphrase(char *text, int size, int writing, void *ctx);

/* From the system's source for keys. */
bool random_bytes(void *out, size_t n);
/* Random, version 4. */
struct sv uuid_v4(struct arena *a);

#endif
