/* interpolate: Hiera's "%{...}" texts and dotted keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "lookup/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct sv text = arena_dup(a, sv_make((const char *)data, size));
    struct text_template t = template_parse(a, text);
    struct lookup_key key;
    for (uint32_t i = 0; i < t.count; i++)
        if (t.pieces[i].text.n > text.n) /* a view of the source */
            abort();
    if (key_parse(a, text, &key) && key.root.n > text.n)
        abort();
    arena_free(a);
    return 0;
}
