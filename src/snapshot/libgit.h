/* libgit: libgit2, loaded when it is asked for: it brings ten libraries along, and most commands need none of it. Never unloaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_LIBGIT_H
#define SNAPSHOT_LIBGIT_H

#include <git2.h>

#include "base/err.h"

#define GIT_FUNCTIONS(X)                                                                                                                   \
    X(git_blob_free)                                                                                                                       \
    X(git_blob_lookup)                                                                                                                     \
    X(git_blob_rawcontent)                                                                                                                 \
    X(git_blob_rawsize)                                                                                                                    \
    X(git_commit_author)                                                                                                                   \
    X(git_commit_id)                                                                                                                       \
    X(git_commit_message)                                                                                                                  \
    X(git_commit_tree_id)                                                                                                                  \
    X(git_config_free)                                                                                                                     \
    X(git_config_get_string)                                                                                                               \
    X(git_config_open_default)                                                                                                             \
    X(git_config_snapshot)                                                                                                                 \
    X(git_error_last)                                                                                                                      \
    X(git_libgit2_init)                                                                                                                    \
    X(git_libgit2_shutdown)                                                                                                                \
    X(git_object_free)                                                                                                                     \
    X(git_object_peel)                                                                                                                     \
    X(git_object_type)                                                                                                                     \
    X(git_object_type2string)                                                                                                              \
    X(git_oid_tostr)                                                                                                                       \
    X(git_reference_foreach_name)                                                                                                          \
    X(git_repository_config)                                                                                                               \
    X(git_repository_free)                                                                                                                 \
    X(git_repository_is_bare)                                                                                                              \
    X(git_repository_is_shallow)                                                                                                           \
    X(git_repository_open_ext)                                                                                                             \
    X(git_repository_path)                                                                                                                 \
    X(git_repository_workdir)                                                                                                              \
    X(git_revparse_single)                                                                                                                 \
    X(git_status_list_entrycount)                                                                                                          \
    X(git_status_list_free)                                                                                                                \
    X(git_status_list_new)                                                                                                                 \
    X(git_tree_entry_byindex)                                                                                                              \
    X(git_tree_entry_filemode)                                                                                                             \
    X(git_tree_entry_id)                                                                                                                   \
    X(git_tree_entry_name)                                                                                                                 \
    X(git_tree_entrycount)                                                                                                                 \
    X(git_tree_free)                                                                                                                       \
    X(git_tree_lookup)

struct git {
#define X(name) __typeof__(name) *name;
    GIT_FUNCTIONS(X)
#undef X
};

bool git_load(struct git *out, struct err *err);

#endif
