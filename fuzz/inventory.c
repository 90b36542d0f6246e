/* inventory: tables of hosts and Ansible's INI to entities, and these to YAML, which must read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "fuzz.h"
#include "import/ansible.h"

static void write_back(struct import *im, struct arena *a)
{
    struct diags diags = diags_in(a);
    struct source src = { SV("written.yaml"), SV_NONE };
    struct model *m = model_new(a);
    import_finish(im);
    src.text = import_text(im, &import_csv, SV("fuzz"), SV_NONE);
    assert(!import_is_edited(a, src.text));
    bool sound = model_add_text(m, &src, &diags);
    assert(sound);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    const struct import_options options = { .others = model_new(a) };
    struct diags diags = diags_in(a), of_ini = diags_in(a);
    struct source table = { SV("fuzz.csv"), sv_make((const char *)data, size) }, ini = { SV("fuzz.ini"), table.text };
    struct import *im = import_new(a, &options, &diags);
    struct ansible an = { .im = import_new(a, &options, &of_ini), .groups = map_in(a), .hosts = map_in(a) };
    if (csv_read(im, &table))
        write_back(im, a);
    ansible_read_ini(&an, &ini);
    struct strbuf out = STRBUF_IN(a);
    diags_print(&out, &diags, false);
    diags_print(&out, &of_ini, false);
    arena_free(a);
    return 0;
}
