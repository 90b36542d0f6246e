/* migrations: the schema, in the dialects of both databases. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/migrations.h"

/* clang-format off */
/* What agents reported and catalogs said, in both dialects: ID is a number the database gives, TEXT and INT are its types, KEYED ends a table
 * that is nothing but its key. Values that many nodes share (a fact, a resource, all edges of a catalog) stand once, under the digest of their
 * content, with the number of nodes that use them. Times are milliseconds since 1970, UTC. */
#define INVENTORY(ID, TEXT, INT, KEYED)                                                                                                    \
    "CREATE TABLE node ("                                                                                                                  \
    " id " ID ", certname " TEXT " NOT NULL UNIQUE,"                                                                                       \
    " deactivated " INT ", expired " INT ","                                                                                               \
    " facts_at " INT ", facts_environment " TEXT ", facts_producer " TEXT ", facts_hash " TEXT ","                                         \
    " catalog_at " INT ", catalog_environment " TEXT ", catalog_producer " TEXT ", catalog_hash " TEXT ", catalog_version " TEXT ","       \
    " code_id " TEXT ", transaction_uuid " TEXT ", catalog_uuid " TEXT ", edge_set " INT ", report " INT ");"                              \
    "CREATE INDEX node_inactive ON node (id) WHERE deactivated IS NOT NULL OR expired IS NOT NULL;"                                        \
    "CREATE TABLE fact (id " ID ", hash " TEXT " NOT NULL UNIQUE, uses " INT " NOT NULL, name " TEXT " NOT NULL, value " TEXT " NOT NULL);"  \
    "CREATE INDEX fact_by_name ON fact (name);"                                                                                            \
    "CREATE TABLE node_fact (node " INT " NOT NULL, name " TEXT " NOT NULL, fact " INT " NOT NULL, PRIMARY KEY (node, name))" KEYED ";"    \
    "CREATE INDEX node_by_fact ON node_fact (fact, node);"                                                                                 \
    "CREATE TABLE resource (id " ID ", hash " TEXT " NOT NULL UNIQUE, uses " INT " NOT NULL, type " TEXT " NOT NULL,"                      \
    " title " TEXT " NOT NULL, exported " INT " NOT NULL, file " TEXT ", line " INT ", tags " TEXT " NOT NULL,"                            \
    " parameters " TEXT " NOT NULL);"                                                                                                      \
    "CREATE INDEX resource_by_type ON resource (type, title, uses);"                                                                       \
    "CREATE INDEX resource_by_title ON resource (title);"                                                                                  \
    "CREATE TABLE node_resource (node " INT " NOT NULL, resource " INT " NOT NULL, PRIMARY KEY (node, resource))" KEYED ";"                \
    "CREATE INDEX node_by_resource ON node_resource (resource, node);"                                                                     \
    "CREATE TABLE edge_set (id " ID ", hash " TEXT " NOT NULL UNIQUE, uses " INT " NOT NULL, edges " TEXT " NOT NULL);"                    \
    "CREATE TABLE report (id " ID ", hash " TEXT " NOT NULL UNIQUE, node " INT " NOT NULL, environment " TEXT ", status " TEXT ","         \
    " noop " INT ", noop_pending " INT ", corrective_change " INT ", cached_catalog_status " TEXT ", puppet_version " TEXT ","             \
    " report_format " INT ", configuration_version " TEXT ", code_id " TEXT ", transaction_uuid " TEXT ", catalog_uuid " TEXT ","          \
    " job_id " TEXT ", type " TEXT ", producer " TEXT ", started " INT ", ended " INT ", produced " INT ", received " INT " NOT NULL,"     \
    " metrics " TEXT ", logs " TEXT ");"                                                                                                   \
    "CREATE INDEX report_by_node ON report (node, received);"                                                                              \
    "CREATE INDEX report_by_time ON report (received);"                                                                                    \
    "CREATE TABLE report_event (report " INT " NOT NULL, node " INT " NOT NULL, at " INT ", status " TEXT " NOT NULL,"                     \
    " corrective_change " INT ", resource_type " TEXT " NOT NULL, resource_title " TEXT " NOT NULL, property " TEXT ", name " TEXT ","     \
    " old_value " TEXT ", new_value " TEXT ", message " TEXT ", file " TEXT ", line " INT ", containing_class " TEXT ","                   \
    " containment_path " TEXT ");"                                                                                                         \
    "CREATE INDEX event_of_report ON report_event (report);"                                                                               \
    "CREATE INDEX event_by_resource ON report_event (resource_type, resource_title);"

/* What catalogs were compiled from: see compiled.h. */
#define COMPILED(ID, TEXT, INT)                                                                                                            \
    "CREATE TABLE site_read (id " ID ", question " INT " NOT NULL, path " TEXT " NOT NULL, digest " TEXT " NOT NULL,"                      \
    " UNIQUE (path, question));"                                                                                                           \
    "CREATE TABLE read_set (id " ID ", hash " TEXT " NOT NULL UNIQUE, uses " INT " NOT NULL, reads " TEXT " NOT NULL);"                    \
    "CREATE TABLE compiled (key " TEXT " NOT NULL PRIMARY KEY, inputs " TEXT " NOT NULL, digest " TEXT " NOT NULL,"                        \
    " flags " INT " NOT NULL, read_set " INT " NOT NULL);"

/* How many resources of each type all nodes have: kept as they come and go, as there may be millions. */
#define TYPE_COUNT(TEXT, INT)                                                                                                              \
    "CREATE TABLE type_count (type " TEXT " NOT NULL PRIMARY KEY, uses " INT " NOT NULL);"                                                 \
    "INSERT INTO type_count (type, uses) SELECT type, sum(uses) FROM resource GROUP BY type;"

/* One row that counts the changes of what feeds are made from. */
#define CALENDAR_KINDS       "('calendar', 'calendar.series', 'calendar.feed')"
#define CALENDAR_CHANGE(INT) "CREATE TABLE calendar_change (changes " INT " NOT NULL); INSERT INTO calendar_change (changes) VALUES (0);"

/* Counts that change with each catalog stand in no index, and how many nodes have a fact is not asked. */
#define FEWER_COUNTS                                                                                                                       \
    "DROP INDEX resource_by_type; CREATE INDEX resource_by_type ON resource (type, title); ALTER TABLE fact DROP COLUMN uses;"

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
    { 3, "facts, catalogs and reports", INVENTORY("INTEGER PRIMARY KEY", "TEXT", "INTEGER", " WITHOUT ROWID") },
    { 4, "what catalogs were compiled from", COMPILED("INTEGER PRIMARY KEY", "TEXT", "INTEGER") },
    { 5, "how many resources of each type there are",
      TYPE_COUNT("TEXT", "INTEGER")
      "CREATE TRIGGER type_count_new AFTER INSERT ON resource BEGIN"
      " INSERT INTO type_count (type, uses) VALUES (NEW.type, NEW.uses) ON CONFLICT (type) DO UPDATE SET uses = uses + excluded.uses; END;"
      "CREATE TRIGGER type_count_uses AFTER UPDATE OF uses ON resource BEGIN"
      " UPDATE type_count SET uses = uses + NEW.uses - OLD.uses WHERE type = NEW.type; END;"
      "CREATE TRIGGER type_count_gone AFTER DELETE ON resource BEGIN"
      " UPDATE type_count SET uses = uses - OLD.uses WHERE type = OLD.type; END;" },
    { 6, "resources of each type are counted a catalog at a time",
      "DROP TRIGGER type_count_new; DROP TRIGGER type_count_uses; DROP TRIGGER type_count_gone;" },
    { 7, "when calendars changed",
      CALENDAR_CHANGE("INTEGER")
      "CREATE TRIGGER calendar_new AFTER INSERT ON document WHEN NEW.kind IN " CALENDAR_KINDS " BEGIN"
      " UPDATE calendar_change SET changes = changes + 1; END;"
      "CREATE TRIGGER calendar_changed AFTER UPDATE ON document WHEN NEW.kind IN " CALENDAR_KINDS " BEGIN"
      " UPDATE calendar_change SET changes = changes + 1; END;"
      "CREATE TRIGGER calendar_gone AFTER DELETE ON document WHEN OLD.kind IN " CALENDAR_KINDS " BEGIN"
      " UPDATE calendar_change SET changes = changes + 1; END;" },
    { 8, "values are counted where that is asked", FEWER_COUNTS },
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
    { 3, "facts, catalogs and reports",
      INVENTORY("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "text COLLATE \"C\"", "bigint", "")
      /* Parts of JSON by their type, as queries compare them. */
      "CREATE FUNCTION json_string(j jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS"
      " $$ SELECT CASE jsonb_typeof(j) WHEN 'string' THEN j #>> '{}' END $$;"
      "CREATE FUNCTION json_number(j jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE AS"
      " $$ SELECT CASE jsonb_typeof(j) WHEN 'number' THEN (j #>> '{}')::numeric END $$;"
      "CREATE FUNCTION json_truth(j jsonb) RETURNS int LANGUAGE sql IMMUTABLE AS"
      " $$ SELECT CASE j WHEN 'true' THEN 1 WHEN 'false' THEN 0 END $$;"
      /* Every value in j that is no list and no hash, with the way to it as a list. */
      "CREATE FUNCTION json_leaves(j jsonb) RETURNS TABLE (path jsonb, value jsonb) LANGUAGE sql IMMUTABLE AS $$"
      " WITH RECURSIVE part (path, value) AS (SELECT '[]'::jsonb, j UNION ALL"
      "  SELECT part.path || child.step, child.value FROM part CROSS JOIN LATERAL ("
      "   SELECT to_jsonb(o.key) AS step, o.value FROM"
      "    jsonb_each(CASE jsonb_typeof(part.value) WHEN 'object' THEN part.value ELSE '{}' END) o UNION ALL"
      "   SELECT to_jsonb(l.place - 1), l.value FROM"
      "    jsonb_array_elements(CASE jsonb_typeof(part.value) WHEN 'array' THEN part.value ELSE '[]' END)"
      "    WITH ORDINALITY AS l (value, place)) AS child)"
      " SELECT part.path, part.value FROM part WHERE jsonb_typeof(part.value) NOT IN ('object', 'array') $$;"
      /* Do the steps of a path match regular expressions, one for each? Numbers of lists as text. */
      "CREATE FUNCTION path_matches(path jsonb, patterns jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$"
      " SELECT jsonb_array_length(path) = jsonb_array_length(patterns) AND NOT EXISTS ("
      "  SELECT 1 FROM jsonb_array_elements_text(path) WITH ORDINALITY AS s (step, place)"
      "  JOIN jsonb_array_elements_text(patterns) WITH ORDINALITY AS p (pattern, place) USING (place)"
      "  WHERE s.step !~ p.pattern) $$;" },
    { 4, "what catalogs were compiled from", COMPILED("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "text COLLATE \"C\"", "bigint") },
    { 5, "how many resources of each type there are",
      TYPE_COUNT("text COLLATE \"C\"", "bigint")
      "CREATE FUNCTION count_type() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF TG_OP = 'INSERT' THEN INSERT INTO type_count (type, uses) VALUES (NEW.type, NEW.uses)"
      "  ON CONFLICT (type) DO UPDATE SET uses = type_count.uses + excluded.uses;"
      " ELSIF TG_OP = 'UPDATE' THEN UPDATE type_count SET uses = uses + NEW.uses - OLD.uses WHERE type = NEW.type;"
      " ELSE UPDATE type_count SET uses = uses - OLD.uses WHERE type = OLD.type; END IF;"
      " RETURN NULL; END $$;"
      "CREATE TRIGGER type_count_changes AFTER INSERT OR UPDATE OF uses OR DELETE ON resource FOR EACH ROW EXECUTE FUNCTION count_type();" },
    { 6, "resources of each type are counted a catalog at a time",
      "DROP TRIGGER type_count_changes ON resource; DROP FUNCTION count_type();" },
    { 7, "when calendars changed",
      CALENDAR_CHANGE("bigint")
      "CREATE FUNCTION count_calendar_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " UPDATE calendar_change SET changes = changes + 1; RETURN NULL; END $$;"
      "CREATE TRIGGER calendar_changed AFTER INSERT OR UPDATE ON document FOR EACH ROW WHEN (NEW.kind IN " CALENDAR_KINDS ")"
      " EXECUTE FUNCTION count_calendar_change();"
      "CREATE TRIGGER calendar_gone AFTER DELETE ON document FOR EACH ROW WHEN (OLD.kind IN " CALENDAR_KINDS ")"
      " EXECUTE FUNCTION count_calendar_change();" },
    { 8, "values are counted where that is asked", FEWER_COUNTS },
};
/* clang-format on */

const int sqlite_migration_count = sizeof sqlite_migrations / sizeof *sqlite_migrations;
const int postgres_migration_count = sizeof postgres_migrations / sizeof *postgres_migrations;
