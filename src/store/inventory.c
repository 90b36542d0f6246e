/* inventory: facts, catalogs and reports into their tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/inventory.h"

#include "base/hash.h"
#include "base/json.h"
#include "store/inventory_hash.h"
#include "store/shared_values.h"

/* Facts of nodes. Nobody asks how many have one, so that is not counted. or: what a fault does; ids and texts: how a list is read. */
#define FACT_LINKS(or, ids, texts)                                                                                                         \
    {                                                                                                                                      \
        .value = { .columns = 2,                                                                                                           \
                   .add = "INSERT INTO fact (hash, name, value) VALUES (?1, ?2, ?3)"                                                       \
                          " ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id" },                                         \
        .held = "SELECT f.hash, f.id FROM node_fact n JOIN fact f ON f.id = n.fact WHERE n.node = ?1",                                     \
        .find = "SELECT hash, id FROM fact WHERE hash IN " texts,                                                                          \
        .link = "INSERT" or " INTO node_fact (node, fact, name) SELECT ?2, id, name FROM fact WHERE id IN " ids,                           \
        .unlink = "DELETE FROM node_fact WHERE node = ?2 AND fact IN " ids,                                                                \
        .drop = "DELETE FROM fact WHERE id IN " ids " AND NOT EXISTS (SELECT 1 FROM node_fact l WHERE l.fact = fact.id)"                   \
    }

/* Resources of catalogs; how many there are of each type is counted beside, as there may be millions. */
#define RESOURCE_LINKS(or, ids, texts)                                                                                                     \
    {                                                                                                                                      \
        .value = { .columns = 7,                                                                                                           \
                   .add = "INSERT INTO resource (hash, uses, type, title, exported, file, line, tags, parameters) VALUES"                  \
                          " (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (hash) DO UPDATE SET uses = resource.uses + 1 RETURNING id" }, \
        .held = "SELECT r.hash, r.id FROM node_resource n JOIN resource r ON r.id = n.resource WHERE n.node = ?1",                         \
        .find = "SELECT hash, id FROM resource WHERE hash IN " texts,                                                                      \
        .more = "UPDATE" or " resource SET uses = uses + 1 WHERE id IN " ids,                                                              \
        .link = "INSERT" or " INTO node_resource (node, resource) SELECT ?2, l.value FROM " ids " AS l ORDER BY l.value",                  \
        .unlink = "DELETE FROM node_resource WHERE node = ?2 AND resource IN " ids,                                                        \
        .less = "UPDATE" or " resource SET uses = uses - 1 WHERE id IN " ids,                                                              \
        .drop = "DELETE FROM resource WHERE uses <= 0 AND id IN " ids,                                                                     \
        .count_more = "INSERT INTO type_count (type, uses) VALUES (?1, ?2)"                                                                \
                      " ON CONFLICT (type) DO UPDATE SET uses = type_count.uses + excluded.uses",                                          \
        .count_less = "INSERT INTO type_count (type, uses) SELECT type, count(*) FROM resource WHERE id IN " ids                           \
                      " GROUP BY type ON CONFLICT (type) DO UPDATE SET uses = type_count.uses - excluded.uses"                             \
    }

static const struct shared_links fact_links[] = { [SQL_OF_SQLITE] = FACT_LINKS(SQLITE_OR, SQLITE_LIST, SQLITE_LIST),
                                                  [SQL_OF_POSTGRES] = FACT_LINKS(POSTGRES_OR, POSTGRES_IDS, POSTGRES_TEXTS) };
static const struct shared_links resource_links[] = { [SQL_OF_SQLITE] = RESOURCE_LINKS(SQLITE_OR, SQLITE_LIST, SQLITE_LIST),
                                                      [SQL_OF_POSTGRES] = RESOURCE_LINKS(POSTGRES_OR, POSTGRES_IDS, POSTGRES_TEXTS) };

static const struct shared_kind edges_kind = {
    .columns = 1,
    .add = "INSERT INTO edge_set (hash, uses, edges) VALUES (?1, 1, ?2)"
           " ON CONFLICT (hash) DO UPDATE SET uses = edge_set.uses + 1 RETURNING id",
    .use_less = "UPDATE edge_set SET uses = uses - 1 WHERE id = ?1 RETURNING uses",
    .drop = "DELETE FROM edge_set WHERE id = ?1",
};

static struct sql_value text_or_null(struct sv s)
{
    struct sql_value null = { 0 };
    return s.n ? sql_text(s) : null;
}

/* 0: not known. */
static struct sql_value int_or_null(int64_t n)
{
    struct sql_value null = { 0 };
    return n ? sql_int(n) : null;
}

static struct sql_value truth(enum ternary t)
{
    struct sql_value null = { 0 };
    return t == TERNARY_UNKNOWN ? null : sql_int(t);
}

/* ---- nodes ---- */

struct node_row {
    int64_t id, facts_at, catalog_at, edge_set;
    char facts_hash[44], catalog_hash[44];
    bool inactive;
};

static void copy_hash(char *to, size_t room, const struct sql_value *v)
{
    size_t n = v->kind == SQL_TEXT && v->s.n < room ? v->s.n : 0;
    memcpy(to, n ? v->s.p : "", n);
    to[n] = '\0';
}

static bool take_node(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct node_row *n = ctx;
    *n = (struct node_row){ .id = c[0].i, .facts_at = c[1].i, .catalog_at = c[2].i, .edge_set = c[3].i };
    copy_hash(n->facts_hash, sizeof n->facts_hash, &c[4]);
    copy_hash(n->catalog_hash, sizeof n->catalog_hash, &c[5]);
    n->inactive = c[6].kind != SQL_NULL || c[7].kind != SQL_NULL;
    return true;
}

static bool read_node(struct store *s, struct sv certname, struct node_row *out, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname) };
    *out = (struct node_row){ 0 };
    return store_run(s,
                     "SELECT id, facts_at, catalog_at, edge_set, facts_hash, catalog_hash, deactivated, expired FROM node"
                     " WHERE certname = ?1",
                     SQL_KEPT, args, 1, take_node, out, err);
}

/* The node of that name, which from now on is active. */
static bool open_node(struct store *s, struct sv certname, struct node_row *out, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname) };
    if (!certname.n)
        return err_set(err, "a node needs a certname");
    if (!sv_is_utf8(certname))
        return err_set(err, "a node's certname is no UTF-8");
    if (!read_node(s, certname, out, err))
        return false;
    if (!out->id)
        return store_run(s, "INSERT INTO node (certname) VALUES (?1) RETURNING id", SQL_KEPT, args, 1, sql_take_int, &out->id, err);
    return !out->inactive ||
           store_run(s, "UPDATE node SET deactivated = NULL, expired = NULL WHERE certname = ?1", SQL_KEPT, args, 1, NULL, NULL, err);
}

/* ---- facts ---- */

/* Formatting these by printf would take as long as storing them. */
static struct sv digest_of_parts(struct arena *a, const struct sv *parts, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += parts[i].n;
    char *text = arena_alloc(a, n + 1), *p = text;
    for (size_t i = 0; i < count; i++) {
        memcpy(p, parts[i].n ? parts[i].p : "", parts[i].n);
        p += parts[i].n;
    }
    return digest_hex(a, DIGEST_SHA1, sv_make(text, n));
}

struct sv inventory_fact_hash(struct arena *a, struct sv name, struct sv value)
{
    const struct sv parts[] = { name, SV("="), value };
    return digest_of_parts(a, parts, 3);
}

static bool fact_value(struct arena *a, const struct data_pair *pair, struct shared_value *out, struct err *err)
{
    struct strbuf json = STRBUF_IN(a);
    struct json_out j = json_to(&json, false);
    struct sv name = data_text(&pair->key);
    if (!name.n)
        return err_set(err, "a fact's name should be text");
    json_data(&j, &pair->value);
    out->columns[0] = sql_text(name);
    out->columns[1] = sql_text(strbuf_sv(&json));
    if (!sv_is_utf8(name) || !sv_is_utf8(out->columns[1].s))
        return err_set(err, "fact '%.*s' holds text that is no UTF-8", SV_ARG(name));
    out->hash = inventory_fact_hash(a, name, out->columns[1].s);
    return true;
}

static struct sv hash_of_all(struct arena *a, const struct shared_value *values, uint32_t count, struct sv more)
{
    struct strbuf all = STRBUF_IN(a);
    for (uint32_t i = 0; i < count; i++)
        strbuf_add(&all, values[i].hash);
    strbuf_add(&all, more);
    return digest_hex(a, DIGEST_SHA1, strbuf_sv(&all));
}

struct inventory_ready {
    struct shared_value *values;
    uint32_t count;
    struct shared_value edge_set; /* of a catalog */
    struct sv hash;               /* of all */
};

struct inventory_ready *inventory_facts_ready(struct arena *a, const struct inventory_facts *f, struct err *err)
{
    struct inventory_ready *r = ARENA_NEW(a, struct inventory_ready);
    if (!f->values || f->values->kind != DATA_MAP) {
        err_set(err, "the facts of '%.*s' should be a hash", SV_ARG(f->certname));
        return NULL;
    }
    r->count = f->values->count;
    r->values = ARENA_ARRAY(a, struct shared_value, r->count + 1);
    for (uint32_t i = 0; i < r->count; i++)
        if (!fact_value(a, &f->values->pairs[i], &r->values[i], err)) {
            err_wrap(err, "facts of '%.*s'", SV_ARG(f->certname));
            return NULL;
        }
    r->hash = hash_of_all(a, r->values, r->count, SV(""));
    return r;
}

bool inventory_put_facts(struct store *s, struct arena *scratch, const struct inventory_facts *f, struct err *err)
{
    struct node_row node;
    const struct inventory_ready *r = f->ready ? f->ready : inventory_facts_ready(scratch, f, err);
    if (!r || !open_node(s, f->certname, &node, err))
        return false;
    if (f->at && node.facts_at > f->at)
        return true;
    const struct sql_value args[] = { sql_int(node.id), int_or_null(f->at), text_or_null(f->environment), text_or_null(f->producer),
                                      sql_text(r->hash) };
    bool ok = (sv_is(r->hash, node.facts_hash) ||
               shared_values_set(s, scratch, &fact_links[store_dialect(s)], node.id, r->values, r->count, err)) &&
              store_run(s, "UPDATE node SET facts_at = ?2, facts_environment = ?3, facts_producer = ?4, facts_hash = ?5 WHERE id = ?1",
                        SQL_KEPT, args, 5, NULL, NULL, err);
    return ok || err_wrap(err, "cannot store the facts of '%.*s'", SV_ARG(f->certname));
}

/* ---- catalogs ---- */

struct sv inventory_resource_hash(struct arena *a, const struct inventory_resource *r)
{
    char line[24];
    int n = snprintf(line, sizeof line, ":%lld", (long long)r->line);
    const struct sv parts[] = { r->type, SV("["),      r->title, r->exported ? SV("]@") : SV("] "), r->file, sv_make(line, (size_t)n),
                                r->tags, r->parameters };
    return digest_of_parts(a, parts, sizeof parts / sizeof *parts);
}

struct sv inventory_edges_hash(struct arena *a, struct sv edges) { return digest_hex(a, DIGEST_SHA1, edges); }

static void resource_value(struct arena *a, const struct inventory_resource *r, struct shared_value *out)
{
    const struct sql_value columns[] = { sql_text(r->type),
                                         sql_text(r->title),
                                         sql_int(r->exported),
                                         text_or_null(r->file),
                                         int_or_null(r->line),
                                         sql_text(r->tags.n ? r->tags : SV("[]")),
                                         sql_text(r->parameters.n ? r->parameters : SV("{}")) };
    memcpy(out->columns, columns, sizeof columns);
    struct inventory_resource whole = *r;
    whole.tags = columns[5].s;
    whole.parameters = columns[6].s;
    out->hash = inventory_resource_hash(a, &whole);
}

static bool update_catalog(struct store *s, const struct inventory_catalog *c, const struct node_row *node, struct sv hash, struct err *err)
{
    const struct sql_value args[] = { sql_int(node->id),
                                      int_or_null(c->at),
                                      text_or_null(c->environment),
                                      text_or_null(c->producer),
                                      sql_text(hash),
                                      text_or_null(c->version),
                                      text_or_null(c->code_id),
                                      text_or_null(c->transaction_uuid),
                                      text_or_null(c->catalog_uuid),
                                      int_or_null(node->edge_set) };
    return store_run(s,
                     "UPDATE node SET catalog_at = ?2, catalog_environment = ?3, catalog_producer = ?4, catalog_hash = ?5,"
                     " catalog_version = ?6, code_id = ?7, transaction_uuid = ?8, catalog_uuid = ?9, edge_set = ?10 WHERE id = ?1",
                     SQL_KEPT, args, 10, NULL, NULL, err);
}

static bool utf8_resource(const struct inventory_resource *r)
{
    return sv_is_utf8(r->type) && sv_is_utf8(r->title) && sv_is_utf8(r->file) && sv_is_utf8(r->tags) && sv_is_utf8(r->parameters);
}

struct inventory_ready *inventory_catalog_ready(struct arena *a, const struct inventory_catalog *c, struct err *err)
{
    struct inventory_ready *ready = ARENA_NEW(a, struct inventory_ready);
    struct sv edges = c->edges.n ? c->edges : SV("[]");
    ready->count = c->resource_count;
    ready->values = ARENA_ARRAY(a, struct shared_value, c->resource_count + 1);
    for (uint32_t i = 0; i < c->resource_count; i++) {
        const struct inventory_resource *r = &c->resources[i];
        if (!utf8_resource(r)) {
            err_set(err, "catalog of '%.*s': %.*s[%.*s] holds text that is no UTF-8", SV_ARG(c->certname), SV_ARG(r->type),
                    SV_ARG(r->title));
            return NULL;
        }
        resource_value(a, r, &ready->values[i]);
    }
    ready->hash = hash_of_all(a, ready->values, ready->count, c->edges);
    ready->edge_set = (struct shared_value){ inventory_edges_hash(a, edges), { sql_text(edges) } };
    return ready;
}

bool inventory_put_catalog(struct store *s, struct arena *scratch, const struct inventory_catalog *c, struct err *err)
{
    struct node_row node;
    const struct inventory_ready *r = c->ready ? c->ready : inventory_catalog_ready(scratch, c, err);
    if (!r || !open_node(s, c->certname, &node, err))
        return false;
    if (c->at && node.catalog_at > c->at)
        return true;
    bool ok = sv_is(r->hash, node.catalog_hash) ||
              (shared_values_set(s, scratch, &resource_links[store_dialect(s)], node.id, r->values, r->count, err) &&
               shared_value_swap(s, &edges_kind, &r->edge_set, &node.edge_set, err));
    ok = ok && update_catalog(s, c, &node, r->hash, err);
    return ok || err_wrap(err, "cannot store the catalog of '%.*s'", SV_ARG(c->certname));
}

/* ---- reports ---- */

static struct sv report_hash(struct arena *a, const struct inventory_report *r)
{
    struct strbuf all = STRBUF_IN(a);
    strbuf_addf(&all, "%.*s %lld %lld %lld %.*s %.*s %.*s", SV_ARG(r->certname), (long long)r->started, (long long)r->ended,
                (long long)r->produced, SV_ARG(r->status), SV_ARG(r->configuration_version), SV_ARG(r->transaction_uuid));
    for (uint32_t i = 0; i < r->event_count; i++) {
        const struct inventory_event *e = &r->events[i];
        strbuf_addf(&all, "\n%lld %.*s %.*s[%.*s]%.*s %.*s", (long long)e->at, SV_ARG(e->status), SV_ARG(e->resource_type),
                    SV_ARG(e->resource_title), SV_ARG(e->property), SV_ARG(e->message));
    }
    return digest_hex(a, DIGEST_SHA1, strbuf_sv(&all));
}

/* *out_id 0: it is there already. */
static bool insert_report(struct store *s, struct arena *a, const struct inventory_report *r, int64_t node, int64_t *out_id,
                          struct err *err)
{
    const struct sql_value args[] = { sql_text(report_hash(a, r)),
                                      sql_int(node),
                                      text_or_null(r->environment),
                                      text_or_null(r->status),
                                      truth(r->noop),
                                      truth(r->noop_pending),
                                      truth(r->corrective),
                                      text_or_null(r->cached_catalog_status),
                                      text_or_null(r->puppet_version),
                                      int_or_null(r->format),
                                      text_or_null(r->configuration_version),
                                      text_or_null(r->code_id),
                                      text_or_null(r->transaction_uuid),
                                      text_or_null(r->catalog_uuid),
                                      text_or_null(r->job_id),
                                      text_or_null(r->type),
                                      text_or_null(r->producer),
                                      int_or_null(r->started),
                                      int_or_null(r->ended),
                                      int_or_null(r->produced),
                                      sql_int(r->received),
                                      text_or_null(r->metrics),
                                      text_or_null(r->logs) };
    *out_id = 0;
    return store_run(s,
                     "INSERT INTO report (hash, node, environment, status, noop, noop_pending, corrective_change, cached_catalog_status,"
                     " puppet_version, report_format, configuration_version, code_id, transaction_uuid, catalog_uuid, job_id, type,"
                     " producer, started, ended, produced, received, metrics, logs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                     " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) ON CONFLICT (hash) DO NOTHING RETURNING id",
                     SQL_KEPT, args, sizeof args / sizeof *args, sql_take_int, out_id, err);
}

static bool insert_event(struct store *s, const struct inventory_event *e, int64_t report, int64_t node, struct err *err)
{
    const struct sql_value args[] = { sql_int(report),
                                      sql_int(node),
                                      int_or_null(e->at),
                                      sql_text(e->status),
                                      truth(e->corrective),
                                      sql_text(e->resource_type),
                                      sql_text(e->resource_title),
                                      text_or_null(e->property),
                                      text_or_null(e->name),
                                      text_or_null(e->old_value),
                                      text_or_null(e->new_value),
                                      text_or_null(e->message),
                                      text_or_null(e->file),
                                      int_or_null(e->line),
                                      text_or_null(e->containing_class),
                                      text_or_null(e->containment_path) };
    return store_run(s,
                     "INSERT INTO report_event (report, node, at, status, corrective_change, resource_type, resource_title, property, name,"
                     " old_value, new_value, message, file, line, containing_class, containment_path) VALUES"
                     " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
                     SQL_KEPT, args, sizeof args / sizeof *args, NULL, NULL, err);
}

/* The latest is the one that was produced last, whatever came first. */
static bool note_latest(struct store *s, int64_t report, int64_t node, struct err *err)
{
    const struct sql_value args[] = { sql_int(node), sql_int(report) };
    return store_run(s,
                     "UPDATE node SET report = ?2 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM report was, report is_now"
                     " WHERE was.id = node.report AND is_now.id = ?2 AND was.produced > is_now.produced)",
                     SQL_KEPT, args, 2, NULL, NULL, err);
}

bool inventory_add_report(struct store *s, struct arena *scratch, const struct inventory_report *r, struct err *err)
{
    struct node_row node;
    int64_t id;
    bool ok = open_node(s, r->certname, &node, err) && insert_report(s, scratch, r, node.id, &id, err);
    for (uint32_t i = 0; ok && id && i < r->event_count; i++)
        ok = insert_event(s, &r->events[i], id, node.id, err);
    ok = ok && (!id || note_latest(s, id, node.id, err));
    return ok || err_wrap(err, "cannot store a report of '%.*s'", SV_ARG(r->certname));
}

/* ---- other ---- */

bool inventory_report_count(struct store *s, struct sv certname, int64_t *out_count, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname) };
    *out_count = 0;
    return store_run(s, "SELECT count(*) FROM report WHERE node = (SELECT id FROM node WHERE certname = ?1)", SQL_KEPT, args, 1,
                     sql_take_int, out_count, err);
}

bool inventory_times_of(struct store *s, struct sv certname, struct inventory_times *out_times, struct err *err)
{
    struct node_row node;
    *out_times = (struct inventory_times){ 0 };
    if (!read_node(s, certname, &node, err))
        return err_wrap(err, "cannot read about '%.*s'", SV_ARG(certname));
    *out_times = (struct inventory_times){ node.facts_at, node.catalog_at };
    return true;
}

bool inventory_deactivate(struct store *s, struct sv certname, int64_t at, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname), sql_int(at) };
    return store_run(s, "UPDATE node SET deactivated = ?2 WHERE certname = ?1 AND deactivated IS NULL", SQL_KEPT, args, 2, NULL, NULL,
                     err) ||
           err_wrap(err, "cannot deactivate '%.*s'", SV_ARG(certname));
}

bool inventory_forget(struct store *s, struct arena *scratch, struct sv certname, struct err *err)
{
    static const char *const rest[] = { "DELETE FROM report_event WHERE node = ?1", "DELETE FROM report WHERE node = ?1",
                                        "DELETE FROM node WHERE id = ?1" };
    struct node_row node;
    bool ok = read_node(s, certname, &node, err);
    if (ok && !node.id)
        return true;
    const struct sql_value args[] = { sql_int(node.id) };
    ok = ok && shared_values_set(s, scratch, &fact_links[store_dialect(s)], node.id, NULL, 0, err) &&
         shared_values_set(s, scratch, &resource_links[store_dialect(s)], node.id, NULL, 0, err) &&
         (!node.edge_set || shared_value_release(s, &edges_kind, node.edge_set, err));
    for (size_t i = 0; ok && i < sizeof rest / sizeof *rest; i++)
        ok = store_run(s, rest[i], SQL_KEPT, args, 1, NULL, NULL, err);
    return ok || err_wrap(err, "cannot forget '%.*s'", SV_ARG(certname));
}

struct facts_writer {
    struct json_out json;
    unsigned count;
};

static bool write_fact(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct facts_writer *w = ctx;
    json_key(&w->json, c[0].s);
    json_raw(&w->json, c[1].s);
    w->count++;
    return true;
}

bool inventory_facts_of(struct store *s, struct arena *a, struct sv certname, struct sv *out_json, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname) };
    struct strbuf out = STRBUF_IN(a);
    struct facts_writer w = { json_to(&out, false), 0 };
    if (err)
        err->text[0] = '\0';
    json_open(&w.json, '{');
    if (!store_run(s,
                   "SELECT f.name, f.value FROM node n JOIN node_fact l ON l.node = n.id JOIN fact f ON f.id = l.fact"
                   " WHERE n.certname = ?1 ORDER BY f.name",
                   SQL_KEPT, args, 1, write_fact, &w, err))
        return err_wrap(err, "cannot read the facts of '%.*s'", SV_ARG(certname));
    json_close(&w.json, '}');
    *out_json = strbuf_sv(&out);
    return w.count > 0;
}

static bool take_digest(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct map *digests = ctx;
    struct sv *digest = ARENA_NEW(digests->arena, struct sv);
    *digest = arena_dup(digests->arena, c[1].s);
    map_put(digests, arena_dup(digests->arena, c[0].s), digest);
    return true;
}

bool inventory_facts_digests(struct store *s, struct map *out, struct err *err)
{
    return store_run(s, "SELECT certname, facts_hash FROM node WHERE facts_hash IS NOT NULL", SQL_KEPT, NULL, 0, take_digest, out, err) ||
           err_wrap(err, "cannot read the facts of nodes");
}
