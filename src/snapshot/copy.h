/* copy: a commit's files in a private folder, for programs that cannot read them from git. It goes with copy_remove, and by itself when
 * this process ends in whatever way. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_COPY_H
#define SNAPSHOT_COPY_H

#include <sys/types.h>

#include "snapshot/repository.h"

struct copy {
    struct sv folder; /* where the files are said to be: symlinks out of it lead to the same places */
    struct sv dir;    /* where they are */
    int keeper_fd;
    pid_t keeper;
};

bool copy_make(struct arena *a, struct repository *r, const struct object_id *root, struct sv folder, struct copy *out, struct err *err);
void copy_remove(struct copy *c);

#endif
