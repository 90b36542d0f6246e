/* fs: whole files and folders, with errors that name the path. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/* A path as a C string; refuses NUL bytes inside. NULL and err on refusal. In the arena. */
const char *sv_path(struct arena *a, struct sv path, struct err *err);
/* "dir/name"; a name that starts with '/' stands alone. */
struct sv path_join(struct arena *a, struct sv dir, struct sv name);
struct sv path_dir(struct sv path);
struct sv path_base(struct sv path);

/* The whole file into the arena; refuses more than max bytes (0: 1 GiB), devices, and named pipes that nobody writes to. */
bool fs_read(struct arena *a, const char *path, size_t max, struct sv *out_text, struct err *err);
/* temp file in the same folder, fsync, rename; mode is set before the content is visible. The folder must exist. */
bool fs_write_atomic(const char *path, struct sv text, mode_t mode, struct err *err);
bool fs_exists(const char *path);
bool fs_is_dir(const char *path);
/* As mkdir -p. */
bool fs_mkdirs(const char *path, mode_t mode, struct err *err);
/* Removes a tree, never through a symlink. A missing one is no error. */
bool fs_remove_tree(const char *path, struct err *err);

struct fs_entry {
    struct sv name;
    bool is_dir; /* after following a symlink */
    bool is_link;
};
/* Names in a folder, sorted by bytes, without "." and "..". */
bool fs_list(struct arena *a, const char *path, struct fs_entry **out_entries, size_t *out_count, struct err *err);

void close_fd(int *fd);
#define AUTO_FD __attribute__((cleanup(close_fd))) int

#endif
