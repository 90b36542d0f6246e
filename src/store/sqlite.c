/* sqlite: the store in one file, in WAL mode; every commit is on the disk before it is acknowledged. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/backend.h"
#include "store/migrations.h"

#define BUSY_MS        10000
#define APPLICATION_ID 0x706f746c /* "potl": PRAGMA application_id, so that a file of something else is known as such */

/* Statements that are prepared once. Events are asked for in six ways: any kind, this kind, kinds with this prefix; any subject or one. */
enum { S_BEGIN, S_COMMIT, S_EVENT_ADD, S_PUT, S_GET, S_DELETE, S_LIST, S_EVENTS, S_COUNT = S_EVENTS + 6 };

#define EVENTS_SQL(where)                                                                                                                  \
    "SELECT id, at, kind, subject, actor, body FROM event WHERE id > ?1 AND at > ?2 " where " ORDER BY id DESC LIMIT ?6"

/* clang-format off */
static const char *const statements[S_COUNT] = {
    [S_BEGIN] = "BEGIN IMMEDIATE",
    [S_COMMIT] = "COMMIT",
    [S_EVENT_ADD] = "INSERT INTO event (at, kind, subject, actor, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    [S_PUT] = "INSERT INTO document (kind, key, json, at) VALUES (?1, ?2, ?3, ?4)"
              " ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json, at = excluded.at",
    [S_GET] = "SELECT json FROM document WHERE kind = ?1 AND key = ?2",
    [S_DELETE] = "DELETE FROM document WHERE kind = ?1 AND key = ?2",
    [S_LIST] = "SELECT key, json, at FROM document WHERE kind = ?1 ORDER BY key",
    [S_EVENTS + 0] = EVENTS_SQL(""),
    [S_EVENTS + 1] = EVENTS_SQL("AND subject = ?5"),
    [S_EVENTS + 2] = EVENTS_SQL("AND kind = ?3"),
    [S_EVENTS + 3] = EVENTS_SQL("AND kind = ?3 AND subject = ?5"),
    [S_EVENTS + 4] = EVENTS_SQL("AND kind >= ?3 AND kind < ?4"),
    [S_EVENTS + 5] = EVENTS_SQL("AND kind >= ?3 AND kind < ?4 AND subject = ?5"),
};
/* clang-format on */

struct sqlite_db {
    sqlite3 *db;
    sqlite3_stmt *prepared[S_COUNT];
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

static sqlite3_stmt *prepare(struct sqlite_db *d, int which, struct err *err)
{
    if (!d->prepared[which] &&
        sqlite3_prepare_v3(d->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, &d->prepared[which], NULL) != SQLITE_OK) {
        db_error(d->db, err);
        return NULL;
    }
    return d->prepared[which];
}

/* Views are borrowed for the length of one call: SQLite need not copy. An empty view is empty text, not NULL. */
static void bind_sv(sqlite3_stmt *st, int at, struct sv s) { sqlite3_bind_text64(st, at, s.p ? s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8); }

static struct sv column_sv(sqlite3_stmt *st, int column, struct arena *a)
{
    const void *p = sqlite3_column_text(st, column);
    return arena_dup(a, sv_make(p ? p : "", (size_t)sqlite3_column_bytes(st, column)));
}

static void finish(sqlite3_stmt *st)
{
    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
}

/* After a failed write SQLite may have rolled all back by itself, and the next write would be stored alone. */
static bool may_write(struct sqlite_db *d, struct err *err)
{
    if (d->in_transaction && (d->failed || sqlite3_get_autocommit(d->db)))
        return err_set(err, "an earlier write of this transaction failed");
    return true;
}

/* Runs a statement that gives no rows. */
static bool run(struct sqlite_db *d, sqlite3_stmt *st, struct err *err)
{
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    if (!ok) {
        d->failed = true;
        db_error(d->db, err);
    }
    finish(st);
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
    for (int i = 0; i < S_COUNT; i++)
        sqlite3_finalize(d->prepared[i]);
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
    ok = ok && use_wal(d, err) && exec(d, "PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF", err);
    ok = ok && bring_forward(d, err);
    if (ok)
        *out_db = d;
    else
        db_close(d);
    return ok;
}

static int db_schema_version(void *db)
{
    int64_t version = 0;
    read_version(db, &version, NULL);
    return (int)version;
}

/* --- transactions --- */

static bool db_begin(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = prepare(d, S_BEGIN, err);
    if (!st || !run(d, st, err))
        return false;
    d->in_transaction = true;
    d->failed = false;
    return true;
}

static bool db_commit(void *db, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = may_write(d, err) ? prepare(d, S_COMMIT, err) : NULL;
    if (!st || !run(d, st, err))
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

/* --- events --- */

static bool db_event_add(void *db, struct event *e, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = may_write(d, err) ? prepare(d, S_EVENT_ADD, err) : NULL;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, e->at);
    bind_sv(st, 2, e->kind);
    bind_sv(st, 3, e->subject);
    bind_sv(st, 4, e->actor);
    bind_sv(st, 5, e->body.n ? e->body : SV("{}"));
    if (!run(d, st, err))
        return false;
    e->id = sqlite3_last_insert_rowid(d->db);
    return true;
}

static struct event read_event(sqlite3_stmt *st, struct arena *a)
{
    return (struct event){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), column_sv(st, 2, a),
                           column_sv(st, 3, a),         column_sv(st, 4, a),         column_sv(st, 5, a) };
}

static bool db_events(void *db, struct arena *a, const struct event_query *q, struct event **out_events, size_t *out_count, struct err *err)
{
    struct sqlite_db *d = db;
    bool prefix = q->kind.n && q->kind.p[q->kind.n - 1] == '.';
    sqlite3_stmt *st = prepare(d, S_EVENTS + (prefix ? 4 : q->kind.n ? 2 : 0) + (q->subject.n ? 1 : 0), err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, q->since_id);
    sqlite3_bind_int64(st, 2, q->since_at ? q->since_at : INT64_MIN);
    if (q->kind.n)
        bind_sv(st, 3, q->kind);
    if (prefix) /* everything below the next text after "meeting." of that length, "meeting/" */
        bind_sv(st, 4, arena_printf(a, "%.*s/", (int)q->kind.n - 1, q->kind.p));
    if (q->subject.n)
        bind_sv(st, 5, q->subject);
    sqlite3_bind_int64(st, 6, q->limit > 0 ? q->limit : -1);
    struct event *list = NULL;
    size_t n = 0, cap = 0;
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct event e = read_event(st, a);
        ARENA_PUSH(a, list, n, cap, e);
    }
    bool ok = rc == SQLITE_DONE || db_error(d->db, err);
    finish(st);
    for (size_t i = 0; i < n / 2; i++) { /* read newest first because of the limit */
        struct event e = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = e;
    }
    if (ok) {
        *out_events = list;
        *out_count = n;
    }
    return ok;
}

/* --- documents --- */

static bool db_put(void *db, struct sv kind, struct sv key, struct sv json, int64_t at, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = may_write(d, err) ? prepare(d, S_PUT, err) : NULL;
    if (!st)
        return false;
    bind_sv(st, 1, kind);
    bind_sv(st, 2, key);
    bind_sv(st, 3, json);
    sqlite3_bind_int64(st, 4, at);
    return run(d, st, err);
}

static bool db_get(void *db, struct arena *a, struct sv kind, struct sv key, struct sv *out_json, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = prepare(d, S_GET, err);
    if (!st)
        return false;
    bind_sv(st, 1, kind);
    bind_sv(st, 2, key);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *out_json = column_sv(st, 0, a);
    else if (rc != SQLITE_DONE)
        db_error(d->db, err);
    finish(st);
    return rc == SQLITE_ROW;
}

static bool db_delete(void *db, struct sv kind, struct sv key, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = may_write(d, err) ? prepare(d, S_DELETE, err) : NULL;
    if (!st)
        return false;
    bind_sv(st, 1, kind);
    bind_sv(st, 2, key);
    return run(d, st, err);
}

static bool db_list(void *db, struct arena *a, struct sv kind, struct document **out_docs, size_t *out_count, struct err *err)
{
    struct sqlite_db *d = db;
    sqlite3_stmt *st = prepare(d, S_LIST, err);
    if (!st)
        return false;
    bind_sv(st, 1, kind);
    struct document *list = NULL;
    size_t n = 0, cap = 0;
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct document doc = { column_sv(st, 0, a), column_sv(st, 1, a), sqlite3_column_int64(st, 2) };
        ARENA_PUSH(a, list, n, cap, doc);
    }
    bool ok = rc == SQLITE_DONE || db_error(d->db, err);
    finish(st);
    if (ok) {
        *out_docs = list;
        *out_count = n;
    }
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

const struct store_backend store_sqlite = {
    "sqlite",  db_open, db_close, db_schema_version, db_begin, db_commit, db_rollback, db_event_add,
    db_events, db_put,  db_get,   db_delete,         db_list,  db_verify,
};
