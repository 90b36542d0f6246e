/* sqlite: the store in one file, in WAL mode; every commit is on the disk before it is acknowledged. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/backend.h"
#include "store/migrations.h"
#include "store/sqlite_functions.h"

#define BUSY_MS        10000
#define APPLICATION_ID 0x706f746c /* "potl": PRAGMA application_id, so that a file of something else is known as such */

enum { MOST_KEPT = 96 };

struct sqlite_db {
    sqlite3 *db;
    struct kept {
        const char *sql; /* by address: it is static */
        sqlite3_stmt *statement;
    } kept[MOST_KEPT];
    unsigned kept_count;
    bool in_transaction;
    bool failed; /* a write of the open transaction failed: nothing of it may be committed */
};

/* --- errors: what the code means to who runs this, then SQLite's own words --- */

static const char *code_meaning(int code)
{
    switch (code & 0xff) {
    case SQLITE_READONLY:
        return "the file or its folder is read-only";
    case SQLITE_FULL:
        return "the disk is full";
    case SQLITE_CORRUPT:
        return "the file is damaged; restore it from a backup";
    case SQLITE_NOTADB:
        return "the file is no SQLite database";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has been writing for more than 10 seconds";
    case SQLITE_CANTOPEN:
        return "the file cannot be opened";
    case SQLITE_IOERR:
        return "the disk does not read or write";
    case SQLITE_PERM:
        return "permission denied";
    case SQLITE_NOMEM:
        return "out of memory";
    default:
        return "the database refused";
    }
}

static bool db_error(sqlite3 *db, struct err *err)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM, sys = db ? sqlite3_system_errno(db) : 0;
    bool system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    if (system && sys == ENOSPC)
        code = SQLITE_FULL;
    if (system && sys && sys != ENOSPC) {
        errno = sys;
        return err_errno(err, "%s", code_meaning(code));
    }
    return err_set(err, "%s (%s)", code_meaning(code), db ? sqlite3_errmsg(db) : "no memory");
}

/* --- statements --- */

static sqlite3_stmt *prepare(struct sqlite_db *d, const char *sql, enum sql_use use, struct err *err)
{
    sqlite3_stmt *st = NULL;
    for (unsigned i = 0; use == SQL_KEPT && i < d->kept_count; i++)
        if (d->kept[i].sql == sql)
            return d->kept[i].statement;
    if (sqlite3_prepare_v3(d->db, sql, -1, use == SQL_KEPT ? SQLITE_PREPARE_PERSISTENT : 0, &st, NULL) != SQLITE_OK) {
        db_error(d->db, err);
        return NULL;
    }
    if (use == SQL_KEPT) {
        assert(d->kept_count < MOST_KEPT);
        d->kept[d->kept_count++] = (struct kept){ sql, st };
    }
    return st;
}

static void finish(sqlite3_stmt *st, enum sql_use use)
{
    if (use == SQL_ONCE) {
        sqlite3_finalize(st);
        return;
    }
    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
}

/* Texts are borrowed for the length of one call: SQLite need not copy. */
static void bind(sqlite3_stmt *st, int at, const struct sql_value *v)
{
    switch (v->kind) {
    case SQL_NULL:
        sqlite3_bind_null(st, at);
        break;
    case SQL_INT:
        sqlite3_bind_int64(st, at, v->i);
        break;
    case SQL_REAL:
        sqlite3_bind_double(st, at, v->f);
        break;
    case SQL_TEXT:
        sqlite3_bind_text64(st, at, v->s.p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    }
}

static struct sql_value column(sqlite3_stmt *st, int i)
{
    const void *p;
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL:
        return (struct sql_value){ 0 };
    case SQLITE_INTEGER:
        return sql_int(sqlite3_column_int64(st, i));
    case SQLITE_FLOAT:
        return (struct sql_value){ .kind = SQL_REAL, .f = sqlite3_column_double(st, i) };
    default:
        p = sqlite3_column_text(st, i);
        return sql_text(sv_make(p ? p : "", (size_t)sqlite3_column_bytes(st, i)));
    }
}

/* After a failed write SQLite may have rolled all back by itself, and the next write would be stored alone. */
static bool may_write(struct sqlite_db *d, struct err *err)
{
    if (d->in_transaction && (d->failed || sqlite3_get_autocommit(d->db)))
        return err_set(err, "an earlier write of this transaction failed");
    return true;
}

static bool step_rows(struct sqlite_db *d, sqlite3_stmt *st, sql_row *row, void *ctx, struct err *err)
{
    enum { MOST_COLUMNS = 64 };
    struct sql_value values[MOST_COLUMNS];
    int rc, count = sqlite3_column_count(st);
    assert(count <= MOST_COLUMNS);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        for (int i = 0; i < count; i++)
            values[i] = column(st, i);
        if (row && !row(ctx, values, (unsigned)count, err))
            return false;
    }
    return rc == SQLITE_DONE || db_error(d->db, err);
}

static bool db_run(void *db, const char *sql, enum sql_use use, const struct sql_value *args, unsigned count, sql_row *row, void *ctx,
                   struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = prepare(d, sql, use, err);
    if (!st)
        return false;
    bool writes = !sqlite3_stmt_readonly(st), ok = !writes || may_write(d, err);
    for (unsigned i = 0; ok && i < count; i++)
        bind(st, (int)i + 1, &args[i]);
    ok = ok && step_rows(d, st, row, ctx, err);
    d->failed |= writes && !ok;
    finish(st, use);
    return ok;
}

static bool exec(struct sqlite_db *d, const char *sql, struct err *err)
{
    return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || db_error(d->db, err);
}

/* The integer that a query gives; otherwise where it gives none. */
static bool query_int(struct sqlite_db *d, const char *sql, int64_t otherwise, int64_t *out_n, struct err *err)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(d->db, sql, -1, &st, NULL) != SQLITE_OK)
        return db_error(d->db, err);
    int rc = sqlite3_step(st);
    int64_t n = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : otherwise;
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_error(d->db, err);
    sqlite3_finalize(st);
    if (ok)
        *out_n = n;
    return ok;
}

/* --- schema --- */

static bool read_version(struct sqlite_db *d, int64_t *out_version, struct err *err)
{
    int64_t has_table;
    if (!query_int(d, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", 0, &has_table, err))
        return false;
    *out_version = 0;
    return !has_table || query_int(d, "SELECT coalesce(max(version), 0) FROM schema_version", 0, out_version, err);
}

static bool apply_migration(struct sqlite_db *d, const struct migration *m, struct err *err)
{
    char note[200];
    snprintf(note, sizeof note, "INSERT INTO schema_version (version, name, at) VALUES (%d, '%s', CAST(strftime('%%s', 'now') AS INTEGER))",
             m->version, m->name);
    if (exec(d, m->sql, err) && exec(d, note, err))
        return true;
    return err_wrap(err, "migration %d (%s)", m->version, m->name);
}

/* All steps in one transaction: a crash on the way leaves the former version. Another process may have been faster: look again inside. */
static bool migrate(struct sqlite_db *d, struct err *err)
{
    char mark[60];
    int64_t version;
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d", APPLICATION_ID);
    bool ok = exec(d, "BEGIN IMMEDIATE", err);
    if (!ok)
        return false;
    ok = exec(d, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)", err) &&
         exec(d, mark, err) && read_version(d, &version, err);
    for (int i = 0; ok && i < sqlite_migration_count; i++)
        if (sqlite_migrations[i].version > version)
            ok = apply_migration(d, &sqlite_migrations[i], err);
    if (ok && exec(d, "COMMIT", err))
        return true;
    sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool bring_forward(struct sqlite_db *d, struct err *err)
{
    int64_t version, id, tables;
    int newest = sqlite_migrations[sqlite_migration_count - 1].version;
    if (!query_int(d, "PRAGMA application_id", 0, &id, err) || !query_int(d, "SELECT count(*) FROM sqlite_master", 0, &tables, err) ||
        !read_version(d, &version, err))
        return false;
    if (tables && id != APPLICATION_ID)
        return err_set(err, "it is an SQLite database of something else");
    if (version > newest)
        return err_set(err, "it was written by a newer potlac (schema %d, this one knows %d): use that one", (int)version, newest);
    return version == newest || migrate(d, err);
}

/* --- opening --- */

static void db_close(void *db)
{
    struct sqlite_db *d = db;
    for (unsigned i = 0; i < d->kept_count; i++)
        sqlite3_finalize(d->kept[i].statement);
    sqlite3_close(d->db);
    free(d);
}

/* Made with a mode that keeps others out: facts and catalogs are nobody else's business. The WAL takes its mode from this file. */
static bool make_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd >= 0)
        return close(fd) == 0 || err_errno(err, "closing");
    if (errno == ENOENT) {
        struct sv folder = path_dir(sv_of(path));
        return err_set(err, "the folder '%.*s' does not exist", SV_ARG(folder));
    }
    return err_errno(err, "%s", errno == EROFS ? "the disk is read-only" : "opening for reading and writing");
}

/* Going over to WAL needs the file for itself for a moment, and SQLite does not wait for it by itself: others may be opening the new file
 * too. */
static bool use_wal(struct sqlite_db *d, struct err *err)
{
    for (int waited = 0; waited < BUSY_MS; waited += sqlite3_sleep(10)) {
        int rc = sqlite3_exec(d->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((rc & 0xff) != SQLITE_BUSY)
            return rc == SQLITE_OK || db_error(d->db, err);
    }
    return db_error(d->db, err);
}

static bool db_open(const char *path, void **out_db, struct err *err)
{
    bool in_memory = strcmp(path, ":memory:") == 0; /* SQLite's own word */
    if (!in_memory && !make_file(path, err))
        return false;
    struct sqlite_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(err, "out of memory");
    bool ok = sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) == SQLITE_OK ||
              db_error(d->db, err);
    ok = ok && (sqlite3_busy_timeout(d->db, BUSY_MS) == SQLITE_OK || db_error(d->db, err));
    ok = ok && use_wal(d, err) &&
         exec(d,
              "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456; PRAGMA recursive_triggers = ON;"
              "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
              /* Pages that many nodes change are written to the file once for many transactions. */
              "PRAGMA wal_autocheckpoint = 8192",
              err);
    ok = ok && (sqlite_add_functions(d->db) || db_error(d->db, err)) && bring_forward(d, err);
    if (ok)
        *out_db = d;
    else
        db_close(d);
    return ok;
}

/* --- transactions --- */

static bool db_begin(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    if (!exec(d, "BEGIN IMMEDIATE", err))
        return false;
    d->in_transaction = true;
    d->failed = false;
    return true;
}

static bool db_commit(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    if (!may_write(d, err) || !exec(d, "COMMIT", err))
        return false;
    d->in_transaction = false;
    return true;
}

static void db_rollback(void *db)
{
    struct sqlite_db *d = db;
    if (!sqlite3_get_autocommit(d->db))
        sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    d->in_transaction = d->failed = false;
}

static bool db_mark(void *db, struct err *err) { return exec(db, "SAVEPOINT part", err); }

static bool db_keep(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    return may_write(d, err) && exec(d, "RELEASE part", err);
}

/* Fails where SQLite has rolled back everything by itself. */
static bool db_undo(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    bool ok = exec(d, "ROLLBACK TO part; RELEASE part", err);
    d->failed = !ok;
    return ok;
}

static bool db_verify(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(d->db, "PRAGMA integrity_check(1)", -1, &st, NULL) != SQLITE_OK)
        return db_error(d->db, err);
    bool row = sqlite3_step(st) == SQLITE_ROW;
    const char *text = row ? (const char *)sqlite3_column_text(st, 0) : NULL;
    bool ok = text && strcmp(text, "ok") == 0;
    if (!ok && text)
        err_set(err, "the file is damaged: %s", text);
    else if (!ok)
        db_error(d->db, err);
    sqlite3_finalize(st);
    return ok;
}

const struct store_backend store_sqlite = { "sqlite",    SQL_OF_SQLITE, db_open, db_close, db_begin, db_commit,
                                            db_rollback, db_mark,       db_keep, db_undo,  db_run,   db_verify };
