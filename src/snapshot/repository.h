/* repository: a git repository whose folders and files are read by their ids, each once for all commits that are looked at.
 * What it gives lives as long as the repository. Safe for many threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_REPOSITORY_H
#define SNAPSHOT_REPOSITORY_H

#include "snapshot/revision.h"

struct repository;

struct object_id {
    unsigned char bytes[20];
};

enum item_kind { ITEM_FILE, ITEM_FOLDER, ITEM_LINK, ITEM_SUBMODULE };

struct item {
    struct sv name;
    struct object_id id;
    enum item_kind kind;
    bool executable;
};

struct folder {
    const struct item *items; /* sorted by bytes */
    size_t count;
};

/* The repository that an absolute path lies in, which need not be there itself. NULL and err. The caller frees. */
struct repository *repository_open(struct sv path, struct err *err);
void repository_free(struct repository *r);
/* The work tree's folder, or that of a bare repository: without symlinks and without a '/' at its end. */
struct sv repository_folder(const struct repository *r);
/* The commit that "main", "v1.2", "HEAD~2" or an id names, and the id of its files. False and err with near names. */
bool repository_commit(struct repository *r, struct arena *a, struct sv rev, struct revision *out_r, struct object_id *out_root,
                       struct err *err);
/* NULL and err where the object is not there, as in a clone that is not whole. */
const struct folder *repository_list(struct repository *r, const struct object_id *id, struct err *err);
const struct item *folder_find(const struct folder *f, struct sv name);
bool repository_read(struct repository *r, const struct object_id *id, size_t max, struct sv *out_text, struct err *err);

#endif
