/* ruby_files: what Ruby code may depend on. A helper reads modules' libraries by itself, so that nobody sees which: it may be any. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/internal.h"

enum { MOST_DEPTH = 32 };

static void read_folder(struct snapshot *s, struct sv folder, unsigned depth)
{
    struct arena *scratch = arena_new(0);
    struct fs_entry *entries;
    size_t count;
    struct sv text;
    bool ok = depth < MOST_DEPTH && s->tree.list(s->tree.ctx, scratch, folder, &entries, &count, NULL);
    for (size_t i = 0; ok && i < count; i++) {
        struct sv path = path_join(scratch, folder, entries[i].name);
        if (entries[i].is_dir)
            read_folder(s, path, depth + 1);
        else if (sv_ends(path, SV(".rb")))
            s->tree.read(s->tree.ctx, scratch, path, 0, &text, NULL);
    }
    arena_free(scratch);
}

static void *read_all(void *ctx, struct sv key, struct arena *a)
{
    struct snapshot *s = ctx;
    (void)key;
    for (size_t i = 0; i < s->module_count; i++)
        read_folder(s, path_join(a, s->modules[i].module.dir, SV("lib")), 0);
    return NULL;
}

void snapshot_note_ruby(struct snapshot *s)
{
    if (s->reads)
        cache_get(&s->once, SV("ruby files"), read_all, s);
}
