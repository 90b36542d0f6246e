/* eyaml: what hiera-eyaml encrypted: "ENC[PKCS7,...]" in a text, opened with a private key. Keys live as long as the snapshot. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_EYAML_H
#define LOOKUP_EYAML_H

#include "base/err.h"
#include "snapshot/snapshot.h"

struct eyaml_key;

/* Read once a snapshot. NULL and err where there is no such key. */
const struct eyaml_key *eyaml_key_load(struct snapshot *s, struct sv private_path, struct err *err);
/* Is something in the text encrypted. */
bool eyaml_is_encrypted(struct sv text);
/* The text with all that is encrypted in it opened. False and err on a mistake. */
bool eyaml_decrypt(struct arena *a, const struct eyaml_key *key, struct sv text, struct sv *out_plain, struct err *err);

#endif
