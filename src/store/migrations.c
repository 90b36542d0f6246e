/* migrations: the schema, in the dialects of both databases. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/migrations.h"

/* clang-format off */
const struct migration sqlite_migrations[] = {
    { 1, "events and documents",
      "CREATE TABLE event ("
      " id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " at INTEGER NOT NULL,"
      " kind TEXT NOT NULL,"
      " subject TEXT NOT NULL,"
      " actor TEXT NOT NULL,"
      " body TEXT NOT NULL);"
      /* What was recorded stays as it was, whoever opens the file. The third one stops INSERT OR REPLACE, which deletes without a word. */
      "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;"
      "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;"
      "CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)"
      " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;"
      "CREATE TABLE document ("
      " kind TEXT NOT NULL,"
      " key TEXT NOT NULL,"
      " json TEXT NOT NULL,"
      " at INTEGER NOT NULL,"
      " UNIQUE (kind, key));" },
    { 2, "find events by what they are about",
      "CREATE INDEX event_by_subject ON event (subject, id);"
      "CREATE INDEX event_by_kind ON event (kind, id);" },
};

const struct migration postgres_migrations[] = {
    { 1, "events and documents",
      "CREATE TABLE event ("
      " id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
      " at bigint NOT NULL,"
      " kind text NOT NULL COLLATE \"C\","
      " subject text NOT NULL COLLATE \"C\","
      " actor text NOT NULL,"
      " body text NOT NULL);"
      "CREATE FUNCTION event_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$;"
      "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_stays();"
      "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event EXECUTE FUNCTION event_stays();"
      "CREATE TABLE document ("
      " kind text NOT NULL COLLATE \"C\","
      " key text NOT NULL COLLATE \"C\","
      " json text NOT NULL,"
      " at bigint NOT NULL,"
      " UNIQUE (kind, key));" },
    { 2, "find events by what they are about",
      "CREATE INDEX event_by_subject ON event (subject, id);"
      "CREATE INDEX event_by_kind ON event (kind, id);" },
};
/* clang-format on */

const int sqlite_migration_count = sizeof sqlite_migrations / sizeof *sqlite_migrations;
const int postgres_migration_count = sizeof postgres_migrations / sizeof *postgres_migrations;
