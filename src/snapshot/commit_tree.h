/* commit_tree: the files of a commit as they would be in the work tree after a checkout, without one. Paths outside of the repository are
 * the file system's. The caller frees, after the snapshots that read it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_COMMIT_TREE_H
#define SNAPSHOT_COMMIT_TREE_H

#include "base/source_tree.h"
#include "snapshot/repository.h"

struct commit_tree;

/* path: a folder of the repository, absolute. repository must outlive the tree; several trees may share one. NULL and err where there is no
 * such commit. */
struct commit_tree *commit_tree_open(struct repository *r, struct sv path, struct sv rev, struct err *err);
void commit_tree_free(struct commit_tree *t); /* removes what was laid out */
struct source_tree commit_tree_source(struct commit_tree *t);
const struct revision *commit_tree_revision(const struct commit_tree *t);
/* The path given, by which the tree knows it: where symlinks lead into the repository, it is one without them. */
struct sv commit_tree_path(const struct commit_tree *t);

#endif
