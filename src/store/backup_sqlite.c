/* backup_sqlite: a database into a file, by the database itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/backend.h"
#include "store/backup_internal.h"

/* The log and the index of a database that was not closed. */
static void remove_with_logs(struct arena *a, const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        unlink(arena_printf(a, "%s%s", path, ends[i]).p);
}

bool backup_sqlite(struct store *s, struct arena *a, const char *file, struct err *err)
{
    const char *temporary = arena_printf(a, "%s.part", file).p;
    const struct sql_value args[] = { sql_text(sv_of(temporary)) };
    if (fs_exists(temporary))
        return err_set(err, "'%s' exists: another backup is being written, or one was broken off; remove it", temporary);
    if (!make_private_file(temporary, err))
        return false;
    /* Reads one moment of the store and blocks nobody. */
    bool ok = store_run(s, "VACUUM INTO ?1", SQL_ONCE, args, 1, NULL, NULL, err) && settle_file(temporary, file, err);
    if (!ok)
        unlink(temporary);
    return ok;
}

/* --- restoring --- */

/* A copy of the backup beside the store; the backup itself is only read. */
static bool copy_backup(const char *file, const char *to, struct err *err)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_EXRESCODE, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &st, NULL) == SQLITE_OK &&
              sqlite3_bind_text(st, 1, to, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE;
    if (!ok)
        err_set(err, "'%s' is no backup of an SQLite store, or is damaged (%s)", file, db ? sqlite3_errmsg(db) : "no memory");
    sqlite3_finalize(st);
    sqlite3_close(db);
    return ok;
}

/* Opened as a store, which brings the schema forward, then checked. */
static bool check_copy(struct restoring *r, const char *copy, struct err *err)
{
    struct store *s = store_open(copy, err);
    bool ok = s && store_must_be_sound(s, r->arena, err);
    store_close(s);
    return ok || err_wrap(err, "'%s'", r->file);
}

static bool may_replace(struct restoring *r, bool *out_has, struct err *err)
{
    bool there = fs_exists(r->where);
    struct store *s = there ? store_open(r->where, err) : NULL;
    *out_has = false;
    if (!there)
        return true;
    if (!s && r->force) { /* what cannot be opened is put aside as it is */
        *out_has = true;
        return true;
    }
    bool ok = s && store_has_content(s, out_has, err);
    store_close(s);
    if (ok && *out_has && !r->force)
        return err_set(err, "the store '%s' has content: with --force it is put aside and kept", r->where);
    return ok;
}

/* Alone with the file, and all of it in the file: a process that has it open would go on writing into what was put aside. */
static bool close_for_others(const char *where, struct err *err)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(where, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(db);
    return (rc & 0xff) != SQLITE_BUSY || err_set(err, "another process has the store '%s' open: end it first", where);
}

static bool put_aside(struct restoring *r, bool has, struct err *err)
{
    if (!fs_exists(r->where))
        return true;
    if (!close_for_others(r->where, err))
        return false;
    if (!has) {
        remove_with_logs(r->arena, r->where);
        return true;
    }
    struct sv kept = arena_printf(r->arena, "%s.%.*s", r->where, SV_ARG(r->suffix));
    if (fs_exists(kept.p))
        return err_set(err, "'%s' exists already", kept.p);
    if (rename(r->where, kept.p) != 0)
        return err_errno(err, "putting '%s' aside", r->where);
    /* Logs that a damaged database left go with it. */
    rename(arena_printf(r->arena, "%s-wal", r->where).p, arena_printf(r->arena, "%s-wal", kept.p).p);
    unlink(arena_printf(r->arena, "%s-shm", r->where).p);
    r->kept = kept;
    return true;
}

bool restore_sqlite(struct restoring *r, struct err *err)
{
    const char *copy = arena_printf(r->arena, "%s.restoring", r->where).p;
    bool has;
    if (!may_replace(r, &has, err))
        return false;
    if (!fs_mkdirs(arena_cstr(r->arena, path_dir(sv_of(r->where))), 0755, err))
        return false;
    remove_with_logs(r->arena, copy);
    bool ok = make_private_file(copy, err) && copy_backup(r->file, copy, err) && check_copy(r, copy, err) && put_aside(r, has, err) &&
              settle_file(copy, r->where, err);
    if (!ok)
        remove_with_logs(r->arena, copy);
    return ok;
}
