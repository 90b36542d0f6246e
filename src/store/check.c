/* check: is a store sound? The database's own test, then what must hold between our tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "store/backend.h"
#include "store/inventory_hash.h"
#include "store/upkeep.h"

enum { MOST_FAULTS = 100 };

struct checking {
    struct store *store;
    struct arena *arena, *scratch; /* scratch: of the value that is being looked at */
    struct sv *faults;
    uint32_t count;
    size_t cap;
    const char *words; /* of the rule that is being asked about */
};

static void fault(struct checking *k, struct sv text)
{
    if (k->count < MOST_FAULTS)
        ARENA_PUSH(k->arena, k->faults, k->count, k->cap, text);
}

/* --- what one statement finds --- */

/* Each gives a row for each fault: of what, a number or text that is, one that should be. */
static const struct {
    const char *words; /* %1: the first column ... */
    const char *sql;
} rules[] = {
    { "a value of fact %1 is kept, and no node has it",
      "SELECT f.name FROM fact f WHERE NOT EXISTS (SELECT 1 FROM node_fact l WHERE l.fact = f.id)" },
    { "resource %1 says that it has %2 nodes, and has %3",
      "SELECT r.type || '[' || r.title || ']', r.uses, count(l.node) FROM resource r LEFT JOIN node_resource l ON l.resource = r.id"
      " GROUP BY r.id, r.type, r.title, r.uses HAVING r.uses <> count(l.node)" },
    { "resources of type %1 are counted as %2, and are %3", "SELECT t.type, t.uses, coalesce(r.uses, 0) FROM type_count t LEFT JOIN "
                                                            "(SELECT type, sum(uses) AS uses FROM resource GROUP BY type) r"
                                                            " ON r.type = t.type WHERE t.uses <> coalesce(r.uses, 0)" },
    { "set of edges %1 says that it has %2 nodes, and has %3",
      "SELECT e.hash, e.uses, count(n.id) FROM edge_set e LEFT JOIN node n ON n.edge_set = e.id GROUP BY e.id, e.hash, e.uses"
      " HAVING e.uses <> count(n.id)" },
    { "set of reads %1 says that it has %2 catalogs, and has %3",
      "SELECT s.hash, s.uses, count(c.key) FROM read_set s LEFT JOIN compiled c ON c.read_set = s.id GROUP BY s.id, s.hash, s.uses"
      " HAVING s.uses <> count(c.key)" },
    { "the compile of %1 names a set of reads that is not there (number %2)",
      "SELECT c.key, c.read_set FROM compiled c WHERE c.read_set IS NOT NULL AND NOT EXISTS (SELECT 1 FROM read_set s WHERE s.id = "
      "c.read_set)" },
    { "node %1 has a fact '%2' that is not there",
      "SELECT coalesce(n.certname, 'number ' || l.node), l.name FROM node_fact l LEFT JOIN node n ON n.id = l.node"
      " WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.id = l.fact AND f.name = l.name)" },
    { "node %1 has a resource that is not there (number %2)",
      "SELECT coalesce(n.certname, 'number ' || l.node), l.resource FROM node_resource l LEFT JOIN node n ON n.id = l.node"
      " WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = l.resource)" },
    { "facts are linked to node number %1, which is not there",
      "SELECT DISTINCT l.node FROM node_fact l WHERE NOT EXISTS (SELECT 1 FROM node n WHERE n.id = l.node)" },
    { "resources are linked to node number %1, which is not there",
      "SELECT DISTINCT l.node FROM node_resource l WHERE NOT EXISTS (SELECT 1 FROM node n WHERE n.id = l.node)" },
    { "node %1 has a set of edges that is not there (number %2)", "SELECT n.certname, n.edge_set FROM node n WHERE n.edge_set IS NOT NULL "
                                                                  "AND NOT EXISTS (SELECT 1 FROM edge_set e WHERE e.id = n.edge_set)" },
    { "node %1 has a last report that is not there, or not its own (number %2)",
      "SELECT n.certname, n.report FROM node n WHERE n.report IS NOT NULL"
      " AND NOT EXISTS (SELECT 1 FROM report r WHERE r.id = n.report AND r.node = n.id)" },
    { "report %1 is of node number %2, which is not there",
      "SELECT r.hash, r.node FROM report r WHERE NOT EXISTS (SELECT 1 FROM node n WHERE n.id = r.node)" },
    { "events are of report number %1, which is not there",
      "SELECT DISTINCT e.report FROM report_event e WHERE NOT EXISTS (SELECT 1 FROM report r WHERE r.id = e.report AND r.node = e.node)" },
    { "event %1 of the history has no kind", "SELECT id FROM event WHERE kind = ''" },
};

static void add_column(struct strbuf *out, const struct sql_value *v)
{
    if (v->kind == SQL_INT)
        strbuf_addf(out, "%lld", (long long)v->i);
    else
        strbuf_add(out, v->kind == SQL_TEXT ? v->s : SV("nothing"));
}

static bool take_fault(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)err;
    struct checking *k = ctx;
    struct strbuf out = STRBUF_IN(k->arena);
    for (const char *p = k->words; k->count < MOST_FAULTS && *p; p++)
        if (*p == '%' && (unsigned)(p[1] - '1') < count)
            add_column(&out, &c[*++p - '1']);
        else
            strbuf_addc(&out, *p);
    fault(k, strbuf_sv(&out));
    return true;
}

static bool check_rules(struct checking *k, struct err *err)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        k->words = rules[i].words;
        if (!store_run(k->store, rules[i].sql, SQL_ONCE, NULL, 0, take_fault, k, err))
            return false;
    }
    return true;
}

/* Ids rise for good only while the database remembers the highest that it gave. */
static bool check_ids(struct checking *k, struct err *err)
{
    static const char *const sql[] = {
        [SQL_OF_SQLITE] = "SELECT max(id), (SELECT seq FROM sqlite_sequence WHERE name = 'event') FROM event HAVING max(id) >"
                          " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)",
        [SQL_OF_POSTGRES] = "SELECT max(e.id), pg_sequence_last_value(pg_get_serial_sequence('event', 'id')::regclass) FROM event e HAVING"
                            " max(e.id) > coalesce(pg_sequence_last_value(pg_get_serial_sequence('event', 'id')::regclass), 0)",
    };
    k->words = "the history's last id is %1, but ids are counted from %2: the next one would not rise";
    return store_run(k->store, sql[store_dialect(k->store)], SQL_ONCE, NULL, 0, take_fault, k, err);
}

/* --- values: they parse, and stand under their own digest --- */

static struct arena *fresh_scratch(struct checking *k)
{
    if (arena_used(k->scratch) > (1u << 20)) {
        arena_free(k->scratch);
        k->scratch = arena_new(0);
    }
    return k->scratch;
}

static bool parses(struct checking *k, struct sv json)
{
    struct arena *a = fresh_scratch(k);
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("value"), json };
    return json_read(a, src, NULL, &diags, &doc);
}

/* NULL is no JSON, and no fault. */
static void look_at_json(struct checking *k, struct sv of, const struct sql_value *json)
{
    if (json->kind != SQL_NULL && !parses(k, json->s))
        fault(k, arena_printf(k->arena, "%.*s is no JSON", SV_ARG(of)));
}

static bool take_document(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    look_at_json(k, arena_printf(fresh_scratch(k), "document %.*s '%.*s'", SV_ARG(c[0].s), SV_ARG(c[1].s)), &c[2]);
    return true;
}

static bool take_event(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    look_at_json(k, arena_printf(fresh_scratch(k), "event %lld of the history", (long long)c[0].i), &c[1]);
    return true;
}

static bool take_report(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    struct sv of = arena_printf(fresh_scratch(k), "report %.*s", SV_ARG(c[0].s));
    look_at_json(k, of, &c[1]);
    look_at_json(k, of, &c[2]);
    return true;
}

static void look_at_hash(struct checking *k, const char *what, struct sv name, struct sv hash, struct sv should)
{
    if (!sv_eq(hash, should))
        fault(k, arena_printf(k->arena, "%s %.*s stands under %.*s, but its digest is %.*s", what, SV_ARG(name), SV_ARG(hash),
                              SV_ARG(should)));
}

static bool take_fact(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    look_at_json(k, arena_printf(fresh_scratch(k), "fact %.*s", SV_ARG(c[1].s)), &c[2]);
    look_at_hash(k, "fact", c[1].s, c[0].s, inventory_fact_hash(fresh_scratch(k), c[1].s, c[2].s));
    return true;
}

static bool take_resource(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    struct arena *a = fresh_scratch(k);
    struct inventory_resource r = {
        .type = c[1].s, .title = c[2].s, .exported = c[3].i != 0, .file = c[4].s, .line = c[5].i, .tags = c[6].s, .parameters = c[7].s
    };
    struct sv name = arena_printf(a, "%.*s[%.*s]", SV_ARG(r.type), SV_ARG(r.title));
    struct sv hash = inventory_resource_hash(a, &r);
    look_at_hash(k, "resource", name, c[0].s, hash);
    name = arena_printf(k->scratch, "resource %.*s", SV_ARG(name));
    if (!parses(k, c[6].s) || !parses(k, c[7].s))
        fault(k, arena_printf(k->arena, "%.*s[%.*s] holds what is no JSON", SV_ARG(c[1].s), SV_ARG(c[2].s)));
    return true;
}

static bool take_edges(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct checking *k = ctx;
    look_at_json(k, arena_printf(fresh_scratch(k), "set of edges %.*s", SV_ARG(c[0].s)), &c[1]);
    look_at_hash(k, "set of edges", c[0].s, c[0].s, inventory_edges_hash(fresh_scratch(k), c[1].s));
    return true;
}

static bool check_values(struct checking *k, struct err *err)
{
    static const struct {
        const char *sql;
        sql_row *take;
    } values[] = {
        { "SELECT kind, key, json FROM document", take_document },
        { "SELECT id, body FROM event", take_event },
        { "SELECT hash, name, value FROM fact", take_fact },
        { "SELECT hash, type, title, exported, file, line, tags, parameters FROM resource", take_resource },
        { "SELECT hash, edges FROM edge_set", take_edges },
        { "SELECT hash, metrics, logs FROM report", take_report },
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!store_run(k->store, values[i].sql, SQL_ONCE, NULL, 0, values[i].take, k, err))
            return false;
    return true;
}

/* --- all of it --- */

/* A view of one moment that keeps no writer out. */
static bool begin_reading(struct store *s, struct err *err)
{
    const char *sql = store_dialect(s) == SQL_OF_SQLITE ? "BEGIN DEFERRED" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return store_run(s, sql, SQL_ONCE, NULL, 0, NULL, NULL, err);
}

bool store_check(struct store *s, struct arena *a, struct sv **out_faults, uint32_t *out_count, struct err *err)
{
    struct checking k = { .store = s, .arena = a, .scratch = arena_new(0) };
    struct err damage = { "" };
    bool ok = true;
    if (!store_verify(s, &damage))
        fault(&k, arena_dup(a, sv_of(damage.text))); /* the rest of such a file would only repeat it */
    else if ((ok = begin_reading(s, err))) {
        ok = check_rules(&k, err) && check_ids(&k, err) && check_values(&k, err);
        store_run(s, "ROLLBACK", SQL_ONCE, NULL, 0, NULL, NULL, NULL);
    }
    arena_free(k.scratch);
    *out_faults = k.faults;
    *out_count = k.count;
    return ok || err_wrap(err, "cannot check the store");
}
