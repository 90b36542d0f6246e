/* source_tree: where a snapshot's files come from: a folder of this machine now, a git tree later. Results are in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_SOURCE_TREE_H
#define SNAPSHOT_SOURCE_TREE_H

#include "base/fs.h"

enum tree_kind { TREE_ABSENT, TREE_FILE, TREE_FOLDER };

struct source_tree {
    void *ctx;
    enum tree_kind (*kind)(void *ctx, struct sv path);
    /* TREE_ABSENT: there is none, and err is not set. TREE_FOLDER: it is a folder or cannot be read, and err says so. */
    enum tree_kind (*read)(void *ctx, struct arena *a, struct sv path, struct sv *out_text, struct err *err);
    /* Sorted by bytes; an absent folder is an empty one. */
    bool (*list)(void *ctx, struct arena *a, struct sv path, struct fs_entry **out_entries, size_t *out_count, struct err *err);
};

/* Files as they are in the file system, paths as they are written. */
struct source_tree source_tree_folder(void);

#endif
