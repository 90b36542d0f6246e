/* hocon: HOCON text to a tree, the tree to values and to JSON, which must read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hocon.h"

#include "data_target.h"

static bool read_hocon(struct arena *a, struct sv text, struct data_doc **out_doc)
{
    const struct data_limits limits = { .bytes = 1 << 20, .nodes = 20000 };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct strbuf out = STRBUF_IN(a);
    *src = (struct source){ SV("fuzz.conf"), text };
    bool ok = hocon_read(a, src, &limits, &diags, out_doc);
    diags_print(&out, &diags, false);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct data_doc *doc = NULL;
    if (read_hocon(a, sv_make((const char *)data, size), &doc))
        fuzz_data(a, &doc->root);
    arena_free(a);
    return 0;
}
