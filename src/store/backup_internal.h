/* backup_internal: what the two kinds of backup share. For the files of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKUP_INTERNAL_H
#define STORE_BACKUP_INTERNAL_H

#include "store/backup.h"

/* A restore at work. */
struct restoring {
    struct arena *arena;
    const char *where, *file;
    bool force;
    struct sv suffix; /* "before-20270215T080000Z" */
    struct sv kept;   /* what became of the former store */
};

bool backup_sqlite(struct store *s, struct arena *a, const char *file, struct err *err);
bool restore_sqlite(struct restoring *r, struct err *err);
bool backup_postgres(struct arena *a, const char *where, const char *file, struct err *err);
bool restore_postgres(struct restoring *r, struct err *err);

/* Does a store hold anything? */
bool store_has_content(struct store *s, bool *out_has, struct err *err);
/* False and err with the first faults where the store is not sound. */
bool store_must_be_sound(struct store *s, struct arena *a, struct err *err);
/* Makes an empty file that only its owner may read. */
bool make_private_file(const char *path, struct err *err);
/* Brings a file that was just written to the disk, under its name. */
bool settle_file(const char *temporary, const char *path, struct err *err);

#endif
