/* source_tree: where files of a site come from: a folder of this machine, or a commit of a git repository. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SOURCE_TREE_H
#define BASE_SOURCE_TREE_H

#include "base/fs.h"

enum tree_kind { TREE_ABSENT, TREE_FILE, TREE_FOLDER };

struct source_tree {
    void *ctx;
    enum tree_kind (*kind)(void *ctx, struct sv path);
    /* TREE_ABSENT: there is none, and err is not set. TREE_FOLDER: it is a folder or cannot be read, and err says so.
     * max: most bytes, 0 for as many as a source may have. The text is in the arena, or lives as long as the tree. */
    enum tree_kind (*read)(void *ctx, struct arena *a, struct sv path, size_t max, struct sv *out_text, struct err *err);
    /* Sorted by bytes; an absent folder is an empty one. In the arena, or as long as the tree. */
    bool (*list)(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err);
    /* For other programs, which read files where they are: what is said to be below out_folder is found below out_copy, written at the
     * first call that asks for it: out_copy may be NULL. lay_out itself NULL: all files are where they are said to be. */
    bool (*lay_out)(void *ctx, struct sv *out_folder, struct sv *out_copy, struct err *err);
};

/* Files as they are in the file system, paths as they are written. */
struct source_tree source_tree_folder(void);

/* An absolute path without "." and ".." parts, so that one file has one name. Symlinks stand. Empty stays empty. */
struct sv path_clean(struct arena *a, struct sv path);

#endif
