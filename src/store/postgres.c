/* postgres: the store in a PostgreSQL database, for any number of processes. Its COMMIT waits for the disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "store/backend.h"
#include "store/libpq.h"
#include "store/migrations.h"

enum { MOST_KEPT = 96, MOST_COLUMNS = 64, LOCK_KEY = 0x706f746c };

struct pg_db {
    struct libpq pq;
    PGconn *conn;
    struct kept {
        const char *sql; /* by address: it is static */
        char name[16];
    } kept[MOST_KEPT];
    unsigned kept_count;
    bool in_transaction, failed;
};

/* Types of results, from the server's catalog: their numbers never change. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_FLOAT4 = 700, OID_FLOAT8 = 701, OID_NUMERIC = 1700 };

static bool pg_error(struct pg_db *d, const PGresult *r, struct err *err)
{
    const char *text = r && d->pq.PQresultErrorMessage(r)[0] ? d->pq.PQresultErrorMessage(r) : d->pq.PQerrorMessage(d->conn);
    struct sv s = sv_trim(sv_of(text));
    if (d->pq.PQstatus(d->conn) != CONNECTION_OK)
        return err_set(err, "the connection to the database is lost (%.*s)", SV_ARG(s));
    return err_set(err, "the database refused (%.*s)", SV_ARG(s));
}

static bool done(struct pg_db *d, PGresult *r, struct err *err)
{
    ExecStatusType status = d->pq.PQresultStatus(r);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || pg_error(d, r, err);
    d->pq.PQclear(r);
    return ok;
}

static bool exec(struct pg_db *d, const char *sql, struct err *err) { return done(d, d->pq.PQexec(d->conn, sql), err); }

/* ---- statements ---- */

/* ?1 is PostgreSQL's $1. No text of ours has a question mark in quotes. */
static char *with_dollars(const char *sql)
{
    char *copy = strdup(sql);
    if (!copy)
        abort();
    for (char *p = copy; (p = strchr(p, '?'));)
        *p = '$';
    return copy;
}

static PGresult *prepare(struct pg_db *d, const char *sql, const char *name)
{
    char *text = with_dollars(sql);
    PGresult *r = d->pq.PQprepare(d->conn, name, text, 0, NULL);
    free(text);
    return r;
}

static const char *kept_name(struct pg_db *d, const char *sql, struct err *err)
{
    for (unsigned i = 0; i < d->kept_count; i++)
        if (d->kept[i].sql == sql)
            return d->kept[i].name;
    assert(d->kept_count < MOST_KEPT);
    struct kept *k = &d->kept[d->kept_count];
    snprintf(k->name, sizeof k->name, "k%u", d->kept_count);
    if (!done(d, prepare(d, sql, k->name), err))
        return NULL;
    k->sql = sql;
    d->kept_count++;
    return k->name;
}

/* Arguments travel as text; numbers are written into `digits`, texts need a NUL behind them. */
static void give_args(struct arena *a, const struct sql_value *args, unsigned count, const char **out)
{
    for (unsigned i = 0; i < count; i++)
        out[i] = args[i].kind == SQL_NULL   ? NULL
                 : args[i].kind == SQL_INT  ? arena_printf(a, "%lld", (long long)args[i].i).p
                 : args[i].kind == SQL_REAL ? arena_printf(a, "%.17g", args[i].f).p
                                            : arena_cstr(a, args[i].s);
}

static struct sql_value column(const struct pg_db *d, const PGresult *r, int row, int i)
{
    if (d->pq.PQgetisnull(r, row, i))
        return (struct sql_value){ 0 };
    struct sv text = sv_make(d->pq.PQgetvalue(r, row, i), (size_t)d->pq.PQgetlength(r, row, i));
    struct sql_value v = sql_text(text);
    switch (d->pq.PQftype(r, i)) {
    case OID_BOOL:
        return sql_int(sv_is(text, "t"));
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        v.kind = SQL_INT;
        sv_to_int(text, &v.i);
        return v;
    case OID_FLOAT4:
    case OID_FLOAT8:
    case OID_NUMERIC:
        v.kind = sv_to_int(text, &v.i) ? SQL_INT : SQL_REAL;
        v.f = strtod(text.p, NULL);
        return v;
    default:
        return v;
    }
}

static bool give_rows(const struct pg_db *d, const PGresult *r, sql_row *row, void *ctx, struct err *err)
{
    struct sql_value values[MOST_COLUMNS];
    int columns = d->pq.PQnfields(r);
    assert(columns <= MOST_COLUMNS);
    for (int i = 0; row && i < d->pq.PQntuples(r); i++) {
        for (int c = 0; c < columns; c++)
            values[c] = column(d, r, i, c);
        if (!row(ctx, values, (unsigned)columns, err))
            return false;
    }
    return true;
}

static bool pg_run(void *db, const char *sql, enum sql_use use, const struct sql_value *args, unsigned count, sql_row *row, void *ctx,
                   struct err *err)
{
    struct pg_db *d = db;
    if (d->in_transaction && d->failed)
        return err_set(err, "an earlier write of this transaction failed");
    const char *name = "";
    struct arena *a = arena_new(0);
    const char **values = ARENA_ARRAY(a, const char *, count + 1);
    give_args(a, args, count, values);
    bool ok = use == SQL_KEPT ? (name = kept_name(d, sql, err)) != NULL : done(d, prepare(d, sql, ""), err);
    if (ok) {
        PGresult *r = d->pq.PQexecPrepared(d->conn, name, (int)count, values, NULL, NULL, 0);
        ExecStatusType status = d->pq.PQresultStatus(r);
        ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? give_rows(d, r, row, ctx, err) : pg_error(d, r, err);
        d->pq.PQclear(r);
    }
    arena_free(a);
    d->failed |= !ok;
    return ok;
}

/* ---- transactions ---- */

static bool pg_begin(void *db, struct err *err)
{
    struct pg_db *d = db;
    if (d->pq.PQstatus(d->conn) != CONNECTION_OK) { /* it was lost since: try once, before anything is under way */
        d->pq.PQreset(d->conn);
        d->kept_count = 0;
    }
    /* One writer at a time, as with SQLite: ids rise in the order of commits, so that whoever asks for what is new misses nothing. */
    if (!exec(d, "BEGIN", err))
        return false;
    d->in_transaction = true;
    d->failed = false;
    char lock[60];
    snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d)", LOCK_KEY);
    if (exec(d, lock, err))
        return true;
    exec(d, "ROLLBACK", NULL);
    d->in_transaction = false;
    return false;
}

static bool pg_commit(void *db, struct err *err)
{
    struct pg_db *d = db;
    if (d->failed) /* PostgreSQL would answer COMMIT with a rollback */
        return err_set(err, "an earlier write of this transaction failed");
    if (!exec(d, "COMMIT", err))
        return false;
    d->in_transaction = false;
    return true;
}

static void pg_rollback(void *db)
{
    struct pg_db *d = db;
    if (d->in_transaction)
        exec(d, "ROLLBACK", NULL);
    d->in_transaction = d->failed = false;
}

static bool pg_mark(void *db, struct err *err) { return exec(db, "SAVEPOINT part", err); }

static bool pg_keep(void *db, struct err *err)
{
    struct pg_db *d = db;
    return d->failed ? err_set(err, "an earlier write of this transaction failed") : exec(d, "RELEASE SAVEPOINT part", err);
}

static bool pg_undo(void *db, struct err *err)
{
    struct pg_db *d = db;
    bool ok = exec(d, "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", err);
    d->failed = !ok;
    return ok;
}

/* ---- schema ---- */

static bool read_int(struct pg_db *d, const char *sql, int64_t *out, struct err *err)
{
    PGresult *r = d->pq.PQexec(d->conn, sql);
    bool ok = d->pq.PQresultStatus(r) == PGRES_TUPLES_OK;
    *out = 0;
    if (ok && d->pq.PQntuples(r) && !d->pq.PQgetisnull(r, 0, 0))
        sv_to_int(sv_of(d->pq.PQgetvalue(r, 0, 0)), out);
    else if (!ok)
        pg_error(d, r, err);
    d->pq.PQclear(r);
    return ok;
}

static bool apply_migration(struct pg_db *d, const struct migration *m, struct err *err)
{
    char note[200];
    snprintf(note, sizeof note, "INSERT INTO schema_version (version, name, at) VALUES (%d, '%s', extract(epoch from now())::bigint)",
             m->version, m->name);
    return (exec(d, m->sql, err) && exec(d, note, err)) || err_wrap(err, "migration %d (%s)", m->version, m->name);
}

/* 0 where there is no schema yet. */
static bool read_version(struct pg_db *d, int64_t *out_version, struct err *err)
{
    int64_t has_table;
    *out_version = 0;
    return read_int(d, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_version'", &has_table,
                    err) &&
           (!has_table || read_int(d, "SELECT coalesce(max(version), 0) FROM schema_version", out_version, err));
}

/* All steps in one transaction, one process at a time. Another may have been faster: look again inside. */
static bool migrate(struct pg_db *d, struct err *err)
{
    int64_t version;
    if (!pg_begin(d, err))
        return false;
    bool ok =
        exec(d, "CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, name text NOT NULL, at bigint NOT NULL)", err) &&
        read_version(d, &version, err);
    for (int i = 0; ok && i < postgres_migration_count; i++)
        if (postgres_migrations[i].version > version)
            ok = apply_migration(d, &postgres_migrations[i], err);
    if (ok && pg_commit(d, err))
        return true;
    pg_rollback(d);
    return false;
}

/* Opening a store that is up to date waits for no writer. */
static bool bring_forward(struct pg_db *d, struct err *err)
{
    int64_t version, newest = postgres_migrations[postgres_migration_count - 1].version;
    if (!read_version(d, &version, err))
        return false;
    if (version > newest)
        return err_set(err, "it was written by a newer potlac (schema %d, this one knows %d): use that one", (int)version, (int)newest);
    return version == newest || migrate(d, err);
}

/* ---- opening ---- */

static void pg_close(void *db)
{
    struct pg_db *d = db;
    d->pq.PQfinish(d->conn);
    free(d);
}

static void no_notice(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

static bool pg_open(const char *where, void **out_db, struct err *err)
{
    struct pg_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(err, "out of memory");
    if (!libpq_load(&d->pq, err)) {
        free(d);
        return false;
    }
    d->conn = d->pq.PQconnectdb(where);
    d->pq.PQsetNoticeProcessor(d->conn, no_notice, NULL);
    bool ok = d->pq.PQstatus(d->conn) == CONNECTION_OK;
    if (!ok) {
        struct sv text = sv_trim(sv_of(d->pq.PQerrorMessage(d->conn)));
        err_set(err, "no connection (%.*s)", SV_ARG(text));
    }
    ok = ok && exec(d, "SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET lock_timeout = '10s'", err) && bring_forward(d, err);
    if (ok)
        *out_db = d;
    else
        pg_close(d);
    return ok;
}

static bool pg_verify(void *db, struct err *err)
{
    struct pg_db *d = db;
    int64_t version;
    return read_int(d, "SELECT max(version) FROM schema_version", &version, err) &&
           (version == postgres_migrations[postgres_migration_count - 1].version ||
            err_set(err, "the schema is at version %d, not %d", (int)version, postgres_migrations[postgres_migration_count - 1].version));
}

const struct store_backend store_postgres = { "postgresql", SQL_OF_POSTGRES, pg_open, pg_close, pg_begin, pg_commit,
                                              pg_rollback,  pg_mark,         pg_keep, pg_undo,  pg_run,   pg_verify };
