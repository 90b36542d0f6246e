/* backend: what a database must do to hold the store: run SQL. store.c and the files above it know what to ask; a backend knows how its
 * database is opened, prepared and asked, and what its errors mean to who runs it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/store.h"

/* What goes into a statement and comes out of it. JSON travels as text. */
enum sql_kind { SQL_NULL, SQL_INT, SQL_REAL, SQL_TEXT };
struct sql_value {
    enum sql_kind kind;
    int64_t i;
    double f;
    struct sv s;
};

static inline struct sql_value sql_int(int64_t i) { return (struct sql_value){ SQL_INT, i, 0, SV_NONE }; }
static inline struct sql_value sql_text(struct sv s) { return (struct sql_value){ SQL_TEXT, 0, 0, s.p ? s : SV("") }; }

/* Called for each row; texts are borrowed for the call. False ends the statement, which then fails with what the function set. */
typedef bool sql_row(void *ctx, const struct sql_value *columns, unsigned count, struct err *err);

/* KEPT: the text is static and is asked often: it stays prepared. */
enum sql_use { SQL_ONCE, SQL_KEPT };

enum sql_dialect { SQL_OF_SQLITE, SQL_OF_POSTGRES };

/* db is the backend's own object. Nobody calls two of these at once on one db. */
struct store_backend {
    const char *name;
    enum sql_dialect dialect;
    bool (*open)(const char *where, void **out_db, struct err *err); /* and bring the schema forward */
    void (*close)(void *db);
    bool (*begin)(void *db, struct err *err);
    bool (*commit)(void *db, struct err *err);
    void (*rollback)(void *db);
    /* A part of an open transaction: marked where it begins, then kept or undone without the rest. */
    bool (*mark)(void *db, struct err *err);
    bool (*keep)(void *db, struct err *err);
    bool (*undo)(void *db, struct err *err);
    /* One statement, with ?1, ?2 ... for the arguments. After a failed write nothing of an open transaction may be committed. */
    bool (*run)(void *db, const char *sql, enum sql_use use, const struct sql_value *args, unsigned count, sql_row *row, void *ctx,
                struct err *err);
    bool (*verify)(void *db, struct err *err);
};

extern const struct store_backend store_sqlite;
extern const struct store_backend store_postgres;

/* For the files of this folder: store.c's door, locked and with the store's name before errors. */
bool store_run(struct store *s, const char *sql, enum sql_use use, const struct sql_value *args, unsigned count, sql_row *row, void *ctx,
               struct err *err);

enum sql_dialect store_dialect(const struct store *s);

/* For sql_row: the first column, a number, into an int64_t. */
bool sql_take_int(void *ctx, const struct sql_value *columns, unsigned count, struct err *err);

#endif
