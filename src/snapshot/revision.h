/* revision: which commit a work tree stands on, by libgit2. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSHOT_REVISION_H
#define SNAPSHOT_REVISION_H

#include "base/arena.h"
#include "base/err.h"

struct revision {
    struct sv commit;  /* full hexadecimal id */
    struct sv author;  /* e-mail address */
    struct sv summary; /* first line of the message */
    int64_t at;        /* when its author committed it, UTC seconds */
    bool dirty;        /* the work tree differs from it */
};

/* False without err text where the folder is in no repository or that has no commit. */
bool revision_read(struct arena *a, struct sv folder, struct revision *out_r, struct err *err);

/* The address that git would sign a commit in the folder with (user.email). False where none is set or git is not there. */
bool revision_user(struct arena *a, struct sv folder, struct sv *out_email);

#endif
