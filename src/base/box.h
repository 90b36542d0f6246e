/* box: authenticated encryption of texts: AES-256-GCM by OpenSSL. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BOX_H
#define BASE_BOX_H

#include "base/arena.h"

#define BOX_KEY_BYTES 32

/* A random nonce of 12 bytes, the text encrypted, a tag of 16 bytes. What is bound (not kept, nor hidden) must be the same to open it.
 * At most some 2^32 boxes of one key: the nonces are random. In the arena. False: the system gives no random bytes. */
bool box_close(struct arena *a, const unsigned char key[BOX_KEY_BYTES], struct sv bound, struct sv text, struct sv *out_box);
/* False where it was closed by another key, bound to something else, or changed. */
bool box_open(struct arena *a, const unsigned char key[BOX_KEY_BYTES], struct sv bound, struct sv box, struct sv *out_text);
/* Overwrites what must not stay in memory. */
void box_forget(void *secret, size_t n);

#endif
