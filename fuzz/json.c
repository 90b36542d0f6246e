/* json: JSON facts to a tree, the tree to values and to JSON, which must read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "data_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct diags diags = diags_in(a);
    struct strbuf out = STRBUF_IN(a);
    struct source src = { SV("fuzz.json"), sv_make((const char *)data, size) };
    struct data_doc *doc = NULL;
    bool ok = json_read(a, &src, NULL, &diags, &doc);
    diags_print(&out, &diags, false);
    if (ok && doc)
        fuzz_data(a, &doc->root);
    arena_free(a);
    return 0;
}
