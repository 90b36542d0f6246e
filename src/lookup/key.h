/* key: dotted keys: "a.b.0" digs, quoted parts stay whole. Parts are views of the text; the list is in the arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_KEY_H
#define LOOKUP_KEY_H

#include "base/arena.h"

struct segment {
    struct sv text;
    bool is_index; /* a number: indexes an array */
    int64_t index;
};
struct lookup_key {
    struct sv text, root;
    struct sv module;         /* "ntp" of "ntp::servers"; empty: none */
    struct segment *segments; /* after the root */
    uint32_t count;
};
/* False: syntax error. */
bool key_parse(struct arena *a, struct sv text, struct lookup_key *out_key);

#endif
