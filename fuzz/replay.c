/* replay: runs a fuzz target over files and folders, without a fuzzer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/fs.h"
#include "fuzz.h"

static unsigned replay(struct sv path, bool is_dir)
{
    struct arena *a = arena_new(0);
    unsigned ran = 0;
    struct err err;
    struct sv text;
    struct fs_entry *entries;
    size_t count;
    if (is_dir && fs_list(a, arena_cstr(a, path), &entries, &count, &err)) {
        for (size_t i = 0; i < count; i++)
            ran += replay(path_join(a, path, entries[i].name), entries[i].is_dir);
    } else if (!is_dir && fs_read(a, arena_cstr(a, path), 0, &text, &err)) {
        LLVMFuzzerTestOneInput((const uint8_t *)text.p, text.n);
        ran = 1;
    }
    arena_free(a);
    return ran;
}

int main(int argc, char **argv)
{
    unsigned ran = 0;
    for (int i = 1; i < argc; i++)
        ran += replay(sv_of(argv[i]), fs_is_dir(argv[i]));
    printf("%u inputs\n", ran);
    return ran ? 0 : 1;
}
