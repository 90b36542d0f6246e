/* backup: a whole store into one file, and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

/* Writes the store as it is at one moment, while others go on writing, into a file that must not exist yet: of SQLite a database, of
 * PostgreSQL what pg_dump writes. The file is whole or not there, and readable by its owner only. */
bool store_backup(struct store *s, const char *where, const char *file, struct err *err);

/* Makes the store at a place what a backup holds, which is checked before anything changes. A store with content is refused unless force;
 * then it is kept beside the new one, named after stamp (UTC seconds): *out_kept says how, empty where nothing was there. */
bool store_restore(const char *where, const char *file, bool force, int64_t stamp, struct arena *a, struct sv *out_kept, struct err *err);

#endif
