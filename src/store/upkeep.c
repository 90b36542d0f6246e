/* upkeep: letting go what is old, and counting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/upkeep.h"

#include "store/backend.h"
#include "store/inventory.h"

/* Transactions of a collection are short, so that nobody waits long. */
enum { REPORTS_AT_ONCE = 500 };

/* --- letting go --- */

static bool end(struct store *s, bool ok, struct err *err)
{
    if (ok)
        return store_commit(s, err);
    store_rollback(s);
    return false;
}

/* The oldest reports, at most so many; *out_count: how many went. */
static bool drop_reports(struct store *s, int64_t before, int64_t *out_count, struct err *err)
{
    static const char *const steps[] = {
        "UPDATE node SET report = NULL WHERE report IN (SELECT id FROM report WHERE received < ?1 ORDER BY received, id LIMIT ?2)",
        "DELETE FROM report_event WHERE report IN (SELECT id FROM report WHERE received < ?1 ORDER BY received, id LIMIT ?2)",
        "DELETE FROM report WHERE id IN (SELECT id FROM report WHERE received < ?1 ORDER BY received, id LIMIT ?2)",
    };
    const struct sql_value args[] = { sql_int(before), sql_int(REPORTS_AT_ONCE) };
    if (!store_begin(s, err))
        return false;
    bool ok = store_run(s, "SELECT count(*) FROM (SELECT 1 FROM report WHERE received < ?1 LIMIT ?2) r", SQL_KEPT, args, 2, sql_take_int,
                        out_count, err);
    for (size_t i = 0; ok && *out_count && i < sizeof steps / sizeof *steps; i++)
        ok = store_run(s, steps[i], SQL_KEPT, args, 2, NULL, NULL, err);
    return end(s, ok, err);
}

static bool collect_reports(struct store *s, int64_t before, uint64_t *io_count, struct err *err)
{
    int64_t gone = 0;
    do {
        if (!drop_reports(s, before, &gone, err))
            return err_wrap(err, "cannot let reports go");
        *io_count += (uint64_t)gone;
    } while (gone == REPORTS_AT_ONCE);
    return true;
}

struct names {
    struct arena *arena;
    struct sv *items;
    uint32_t count;
    size_t cap;
};

static bool take_name(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct names *list = ctx;
    ARENA_PUSH(list->arena, list->items, list->count, list->cap, arena_dup(list->arena, c[0].s));
    return true;
}

/* Looked at again inside: it may have reported since. */
static bool forget_node(struct store *s, struct sv certname, int64_t before, uint64_t *io_count, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname), sql_int(before) };
    struct arena *a = arena_new(0);
    int64_t still = 0;
    bool ok =
        store_begin(s, err) && end(s,
                                   store_run(s, "SELECT count(*) FROM node WHERE certname = ?1 AND coalesce(deactivated, expired) < ?2",
                                             SQL_KEPT, args, 2, sql_take_int, &still, err) &&
                                       (!still || inventory_forget(s, a, certname, err)),
                                   err);
    *io_count += ok && still;
    arena_free(a);
    return ok;
}

static bool collect_nodes(struct store *s, int64_t before, uint64_t *io_count, struct err *err)
{
    struct names names = { .arena = arena_new(0) };
    const struct sql_value args[] = { sql_int(before) };
    bool ok = store_run(s,
                        "SELECT certname FROM node WHERE (deactivated IS NOT NULL OR expired IS NOT NULL)"
                        " AND coalesce(deactivated, expired) < ?1",
                        SQL_KEPT, args, 1, take_name, &names, err);
    for (uint32_t i = 0; ok && i < names.count; i++)
        ok = forget_node(s, names.items[i], before, io_count, err);
    arena_free(names.arena);
    return ok || err_wrap(err, "cannot let nodes go");
}

/* Values that no node has go when the last one lets go of them; these were left by something else. */
static bool collect_values(struct store *s, uint64_t *io_count, struct err *err)
{
    static const char *const unused[][3] = {
        { "SELECT count(*) FROM fact WHERE NOT EXISTS (SELECT 1 FROM node_fact l WHERE l.fact = fact.id)",
          "DELETE FROM fact WHERE NOT EXISTS (SELECT 1 FROM node_fact l WHERE l.fact = fact.id)" },
        { "SELECT count(*) FROM resource WHERE NOT EXISTS (SELECT 1 FROM node_resource l WHERE l.resource = resource.id)",
          "DELETE FROM resource WHERE NOT EXISTS (SELECT 1 FROM node_resource l WHERE l.resource = resource.id)",
          "UPDATE type_count SET uses = (SELECT coalesce(sum(r.uses), 0) FROM resource r WHERE r.type = type_count.type)" },
        { "SELECT count(*) FROM edge_set WHERE id NOT IN (SELECT edge_set FROM node WHERE edge_set IS NOT NULL)",
          "DELETE FROM edge_set WHERE id NOT IN (SELECT edge_set FROM node WHERE edge_set IS NOT NULL)" },
    };
    bool ok = store_begin(s, err);
    uint64_t gone = 0;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < sizeof unused / sizeof *unused; i++) {
        int64_t n = 0;
        ok = store_run(s, unused[i][0], SQL_KEPT, NULL, 0, sql_take_int, &n, err) &&
             (!n || (store_run(s, unused[i][1], SQL_KEPT, NULL, 0, NULL, NULL, err) &&
                     (!unused[i][2] || store_run(s, unused[i][2], SQL_KEPT, NULL, 0, NULL, NULL, err))));
        gone += (uint64_t)n;
    }
    ok = end(s, ok, err);
    *io_count += ok ? gone : 0;
    return ok || err_wrap(err, "cannot let unused values go");
}

/* What catalogs were compiled from, where no subject was compiled from it last. */
static bool collect_reads(struct store *s, uint64_t *io_count, struct err *err)
{
#define UNUSED_READ(of_sets) " FROM site_read WHERE id NOT IN (SELECT l.value " of_sets ")"
#define SQLITE_SETS          "FROM read_set r JOIN json_each('[' || r.reads || ']') l"
#define POSTGRES_SETS        "FROM (SELECT unnest(string_to_array(reads, ','))::bigint AS value FROM read_set) l"
    static const char *const steps[][3] = {
        [SQL_OF_SQLITE] = { "DELETE FROM read_set WHERE id NOT IN (SELECT read_set FROM compiled)",
                            "SELECT count(*)" UNUSED_READ(SQLITE_SETS), "DELETE" UNUSED_READ(SQLITE_SETS) },
        [SQL_OF_POSTGRES] = { "DELETE FROM read_set WHERE id NOT IN (SELECT read_set FROM compiled)",
                              "SELECT count(*)" UNUSED_READ(POSTGRES_SETS), "DELETE" UNUSED_READ(POSTGRES_SETS) },
    };
    const char *const *sql = steps[store_dialect(s)];
    int64_t n = 0;
    if (!store_begin(s, err))
        return false;
    bool ok =
        end(s,
            store_run(s, sql[0], SQL_KEPT, NULL, 0, NULL, NULL, err) && store_run(s, sql[1], SQL_KEPT, NULL, 0, sql_take_int, &n, err) &&
                (!n || store_run(s, sql[2], SQL_KEPT, NULL, 0, NULL, NULL, err)),
            err);
    *io_count += ok ? (uint64_t)n : 0;
    return ok || err_wrap(err, "cannot let records of what was read go");
}

bool store_collect(struct store *s, const struct store_gc *gc, struct store_gc_result *out_result, struct err *err)
{
    struct store_gc_result r = { 0 };
    bool ok = collect_reports(s, gc->reports_before, &r.reports, err) && collect_nodes(s, gc->nodes_before, &r.nodes, err) &&
              collect_values(s, &r.values, err) && collect_reads(s, &r.reads, err);
    *out_result = r;
    return ok;
}

/* --- counting --- */

/* postgres: NULL where it is the same. */
static const struct {
    const char *name, *words, *sql, *postgres;
    bool is_time;
} counts[] = {
    { "schema", "version of the schema", "SELECT max(version) FROM schema_version", NULL, false },
    { "bytes", "bytes", "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
      "SELECT pg_database_size(current_database())", false },
    { "bytes_free", "bytes of them free for new rows", "SELECT freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()",
      "SELECT 0", false },
    { "events", "events of the history", "SELECT count(*) FROM event", NULL, false },
    { "events_first", "the first of them", "SELECT coalesce(min(at), 0) * 1000 FROM event", NULL, true },
    { "events_last", "the last", "SELECT coalesce(max(at), 0) * 1000 FROM event", NULL, true },
    { "documents", "documents", "SELECT count(*) FROM document", NULL, false },
    { "entities", "entities of the model", "SELECT count(*) FROM document WHERE kind = 'entity'", NULL, false },
    { "nodes", "active nodes", "SELECT count(*) FROM node WHERE deactivated IS NULL AND expired IS NULL", NULL, false },
    { "nodes_inactive", "nodes that are no more", "SELECT count(*) FROM node WHERE deactivated IS NOT NULL OR expired IS NOT NULL", NULL,
      false },
    { "facts", "facts of nodes", "SELECT count(*) FROM node_fact", NULL, false },
    { "facts_distinct", "distinct ones", "SELECT count(*) FROM fact", NULL, false },
    { "resources", "resources of nodes", "SELECT count(*) FROM node_resource", NULL, false },
    { "resources_distinct", "distinct ones", "SELECT count(*) FROM resource", NULL, false },
    { "reports", "reports", "SELECT count(*) FROM report", NULL, false },
    { "reports_first", "the first of them", "SELECT coalesce(min(received), 0) FROM report", NULL, true },
    { "reports_last", "the last", "SELECT coalesce(max(received), 0) FROM report", NULL, true },
    { "report_events", "events in them", "SELECT count(*) FROM report_event", NULL, false },
};
enum { COUNTS = sizeof counts / sizeof *counts };

bool store_counts(struct store *s, struct arena *a, struct store_count **out_counts, uint32_t *out_count, struct err *err)
{
    struct store_count *list = ARENA_ARRAY(a, struct store_count, COUNTS);
    for (size_t i = 0; i < COUNTS; i++) {
        const char *sql = counts[i].postgres && store_dialect(s) == SQL_OF_POSTGRES ? counts[i].postgres : counts[i].sql;
        list[i] = (struct store_count){ counts[i].name, counts[i].words, 0, counts[i].is_time };
        if (!store_run(s, sql, SQL_ONCE, NULL, 0, sql_take_int, &list[i].n, err))
            return err_wrap(err, "cannot count %s", counts[i].words);
    }
    *out_counts = list;
    *out_count = COUNTS;
    return true;
}

const char *store_backend_name(const struct store *s) { return store_dialect(s) == SQL_OF_SQLITE ? "SQLite" : "PostgreSQL"; }
