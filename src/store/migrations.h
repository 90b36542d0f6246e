/* migrations: the schema's history, one row a version, forward only. Rows that were released never change: add the next one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

struct migration {
    int version; /* 1, 2, 3 ... without gaps */
    const char *name;
    const char *sql;
};

extern const struct migration sqlite_migrations[];
extern const int sqlite_migration_count;
/* The same versions in PostgreSQL's dialect. */
extern const struct migration postgres_migrations[];
extern const int postgres_migration_count;

#endif
