/* query_tables: PuppetDB's entities by its names and fields (https://www.puppet.com/docs/puppetdb/7/api/query/v4/entities), the model's
 * kinds by their plural, and the history. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query_tables.h"

#include <stddef.h>

/* clang-format off */
static const struct table_field node_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "deactivated", FIELD_TIME, 0, "n.deactivated", NULL },
    { "expired", FIELD_TIME, 0, "n.expired", NULL },
    { "facts_environment", FIELD_TEXT, 0, "n.facts_environment", NULL },
    { "facts_timestamp", FIELD_TIME, 0, "n.facts_at", NULL },
    { "catalog_environment", FIELD_TEXT, 0, "n.catalog_environment", NULL },
    { "catalog_timestamp", FIELD_TIME, 0, "n.catalog_at", NULL },
    { "report_environment", FIELD_TEXT, 0, "r.environment", NULL },
    { "report_timestamp", FIELD_TIME, 0, "r.ended", NULL },
    { "latest_report_hash", FIELD_TEXT, 0, "r.hash", NULL },
    { "latest_report_status", FIELD_TEXT, 0, "r.status", NULL },
    { "latest_report_noop", FIELD_TRUTH, 0, "r.noop", NULL },
    { "latest_report_noop_pending", FIELD_TRUTH, 0, "r.noop_pending", NULL },
    { "latest_report_corrective_change", FIELD_TRUTH, 0, "r.corrective_change", NULL },
    { "latest_report_job_id", FIELD_TEXT, 0, "r.job_id", NULL },
    { "cached_catalog_status", FIELD_TEXT, 0, "r.cached_catalog_status", NULL },
    { "facts", FIELD_FACTS, FIELD_HIDDEN, "n.id", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field fact_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, 0, "n.facts_environment", NULL },
    { "name", FIELD_TEXT, FIELD_OF_VALUE, "f.name", NULL },
    { "value", FIELD_JSON, FIELD_OF_VALUE, "f.value", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field fact_name_fields[] = {
    { "name", FIELD_TEXT, 0, "f.name", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field fact_content_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, 0, "n.facts_environment", NULL },
    { "name", FIELD_TEXT, 0, "f.name", NULL },
    { "path", FIELD_PATH, 0, "path_list(f.name, t.fullkey)", "(jsonb_build_array(f.name) || t.path)::text" },
    { "value", FIELD_JSON, 0, "f.value -> t.fullkey", "t.value::text" },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field factset_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, 0, "n.facts_environment", NULL },
    { "timestamp", FIELD_TIME, 0, "n.facts_at", NULL },
    { "producer_timestamp", FIELD_TIME, 0, "n.facts_at", NULL },
    { "producer", FIELD_TEXT, 0, "n.facts_producer", NULL },
    { "hash", FIELD_TEXT, 0, "n.facts_hash", NULL },
    { "facts", FIELD_FACTS, 0, "n.id", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field inventory_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "timestamp", FIELD_TIME, 0, "n.facts_at", NULL },
    { "environment", FIELD_TEXT, 0, "n.facts_environment", NULL },
    { "facts", FIELD_FACTS, 0, "n.id", NULL },
    { "trusted", FIELD_JSON, 0, "(SELECT f.value FROM node_fact l JOIN fact f ON f.id = l.fact WHERE l.node = n.id AND l.name = 'trusted')", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field resource_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, 0, "n.catalog_environment", NULL },
    { "resource", FIELD_TEXT, FIELD_OF_VALUE, "r.hash", NULL },
    { "type", FIELD_TEXT, FIELD_OF_VALUE | FIELD_OF_SUMMARY, "r.type", NULL },
    { "title", FIELD_TEXT, FIELD_OF_VALUE, "r.title", NULL },
    { "exported", FIELD_TRUTH, FIELD_OF_VALUE, "r.exported", NULL },
    { "file", FIELD_TEXT, FIELD_OF_VALUE, "r.file", NULL },
    { "line", FIELD_INT, FIELD_OF_VALUE, "r.line", NULL },
    { "tags", FIELD_WORDS, FIELD_OF_VALUE, "r.tags", NULL },
    { "tag", FIELD_WORDS, FIELD_OF_VALUE | FIELD_HIDDEN, "r.tags", NULL },
    { "parameters", FIELD_JSON, FIELD_OF_VALUE, "r.parameters", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field edge_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, FIELD_HIDDEN, "n.catalog_environment", NULL },
    { "relationship", FIELD_TEXT, 0, "t.value ->> 2", NULL },
    { "source_type", FIELD_TEXT, 0, "t.value ->> 0", NULL },
    { "source_title", FIELD_TEXT, 0, "t.value ->> 1", NULL },
    { "target_type", FIELD_TEXT, 0, "t.value ->> 3", NULL },
    { "target_title", FIELD_TEXT, 0, "t.value ->> 4", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field catalog_fields[] = {
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },
    { "environment", FIELD_TEXT, 0, "n.catalog_environment", NULL },
    { "version", FIELD_TEXT, 0, "n.catalog_version", NULL },
    { "hash", FIELD_TEXT, 0, "n.catalog_hash", NULL },
    { "code_id", FIELD_TEXT, 0, "n.code_id", NULL },
    { "transaction_uuid", FIELD_TEXT, 0, "n.transaction_uuid", NULL },
    { "catalog_uuid", FIELD_TEXT, 0, "n.catalog_uuid", NULL },
    { "producer", FIELD_TEXT, 0, "n.catalog_producer", NULL },
    { "producer_timestamp", FIELD_TIME, 0, "n.catalog_at", NULL },
    { "edges", FIELD_JSON, 0, "(SELECT e.edges FROM edge_set e WHERE e.id = n.edge_set)", NULL },
    { "resources", FIELD_JSON, 0,
      "(SELECT json_group_array(json_object('type', r.type, 'title', r.title, 'exported', json(iif(r.exported, 'true', 'false')),"
      " 'file', r.file, 'line', r.line, 'tags', json(r.tags), 'parameters', json(r.parameters)))"
      " FROM node_resource l JOIN resource r ON r.id = l.resource WHERE l.node = n.id)",
      "(SELECT json_agg(json_build_object('type', r.type, 'title', r.title, 'exported', r.exported = 1, 'file', r.file, 'line', r.line,"
      " 'tags', r.tags::json, 'parameters', r.parameters::json))::text"
      " FROM node_resource l JOIN resource r ON r.id = l.resource WHERE l.node = n.id)" },
    { NULL, 0, 0, NULL, NULL },
};

#define REPORT_FIELDS                                                 \
    { "certname", FIELD_TEXT, 0, "n.certname", NULL },                \
    { "environment", FIELD_TEXT, 0, "r.environment", NULL },          \
    { "configuration_version", FIELD_TEXT, 0, "r.configuration_version", NULL }, \
    { "latest_report", FIELD_TRUTH, FIELD_HIDDEN, "n.report = r.id", "CAST(n.report = r.id AS int)" }

static const struct table_field report_fields[] = {
    REPORT_FIELDS,
    { "hash", FIELD_TEXT, 0, "r.hash", NULL },
    { "status", FIELD_TEXT, 0, "r.status", NULL },
    { "noop", FIELD_TRUTH, 0, "r.noop", NULL },
    { "noop_pending", FIELD_TRUTH, 0, "r.noop_pending", NULL },
    { "corrective_change", FIELD_TRUTH, 0, "r.corrective_change", NULL },
    { "cached_catalog_status", FIELD_TEXT, 0, "r.cached_catalog_status", NULL },
    { "puppet_version", FIELD_TEXT, 0, "r.puppet_version", NULL },
    { "report_format", FIELD_INT, 0, "r.report_format", NULL },
    { "code_id", FIELD_TEXT, 0, "r.code_id", NULL },
    { "transaction_uuid", FIELD_TEXT, 0, "r.transaction_uuid", NULL },
    { "catalog_uuid", FIELD_TEXT, 0, "r.catalog_uuid", NULL },
    { "job_id", FIELD_TEXT, 0, "r.job_id", NULL },
    { "type", FIELD_TEXT, 0, "r.type", NULL },
    { "producer", FIELD_TEXT, 0, "r.producer", NULL },
    { "start_time", FIELD_TIME, 0, "r.started", NULL },
    { "end_time", FIELD_TIME, 0, "r.ended", NULL },
    { "producer_timestamp", FIELD_TIME, 0, "r.produced", NULL },
    { "receive_time", FIELD_TIME, 0, "r.received", NULL },
    { "metrics", FIELD_JSON, 0, "r.metrics", NULL },
    { "logs", FIELD_JSON, 0, "r.logs", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field event_fields[] = {
    REPORT_FIELDS,
    { "report", FIELD_TEXT, 0, "r.hash", NULL },
    { "timestamp", FIELD_TIME, 0, "e.at", NULL },
    { "status", FIELD_TEXT, 0, "e.status", NULL },
    { "corrective_change", FIELD_TRUTH, 0, "e.corrective_change", NULL },
    { "resource_type", FIELD_TEXT, 0, "e.resource_type", NULL },
    { "resource_title", FIELD_TEXT, 0, "e.resource_title", NULL },
    { "property", FIELD_TEXT, 0, "e.property", NULL },
    { "name", FIELD_TEXT, 0, "e.name", NULL },
    { "old_value", FIELD_JSON, 0, "e.old_value", NULL },
    { "new_value", FIELD_JSON, 0, "e.new_value", NULL },
    { "message", FIELD_TEXT, 0, "e.message", NULL },
    { "file", FIELD_TEXT, 0, "e.file", NULL },
    { "line", FIELD_INT, 0, "e.line", NULL },
    { "containing_class", FIELD_TEXT, 0, "e.containing_class", NULL },
    { "containment_path", FIELD_WORDS, 0, "e.containment_path", NULL },
    { "run_start_time", FIELD_TIME, 0, "r.started", NULL },
    { "run_end_time", FIELD_TIME, 0, "r.ended", NULL },
    { "report_receive_time", FIELD_TIME, 0, "r.received", NULL },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field environment_fields[] = {
    { "name", FIELD_TEXT, 0, "v.name", NULL },
    { NULL, 0, 0, NULL, NULL },
};

#define ENTITY_FIELDS \
    { "ref", FIELD_TEXT, 0, "d.key", NULL }, \
    { "kind", FIELD_TEXT, 0, "d.json ->> '$.kind'", "d.json::jsonb ->> 'kind'" }, \
    { "namespace", FIELD_TEXT, 0, \
      "substr(d.key, instr(d.key, ':') + 1, instr(d.key, '/') - instr(d.key, ':') - 1)", "split_part(split_part(d.key, ':', 2), '/', 1)" }, \
    { "name", FIELD_TEXT, 0, "substr(d.key, instr(d.key, '/') + 1)", "split_part(d.key, '/', 2)" }, \
    { "spec", FIELD_JSON, 0, "d.json -> '$.spec'", "(d.json::jsonb -> 'spec')", "d.json" }, \
    { "recorded", FIELD_TIME, FIELD_HIDDEN, "d.at * 1000", NULL }

static const struct table_field entity_fields[] = {
    ENTITY_FIELDS,
    { NULL, 0, 0, NULL, NULL },
};

/* A host is the node whose certname is its fqdn; without one, its name. */
static const struct table_field host_fields[] = {
    ENTITY_FIELDS,
    { "certname", FIELD_TEXT, FIELD_HIDDEN, "lower(coalesce(d.json ->> '$.spec.fqdn', substr(d.key, instr(d.key, '/') + 1)))",
      "lower(coalesce(d.json::jsonb #>> '{spec,fqdn}', split_part(d.key, '/', 2)))" },
    { NULL, 0, 0, NULL, NULL },
};

static const struct table_field history_fields[] = {
    { "id", FIELD_INT, 0, "h.id", NULL },
    { "at", FIELD_TIME, 0, "h.at * 1000", NULL },
    { "kind", FIELD_TEXT, 0, "h.kind", NULL },
    { "subject", FIELD_TEXT, 0, "h.subject", NULL },
    { "actor", FIELD_TEXT, 0, "h.actor", NULL },
    { "body", FIELD_JSON, 0, "h.body", NULL },
    { NULL, 0, 0, NULL, NULL },
};

#define NODE_TABLE(name, from, fields) { name, from, NULL, NULL, NULL, TABLE_OF_NODES, fields }
#define OF_KIND(kind)                  "d.kind = 'entity' AND d.key >= '" kind ":' AND d.key < '" kind ";'"
#define KIND(plural, kind)             { plural, "document d", NULL, OF_KIND(kind), NULL, TABLE_OPEN, entity_fields }
static const struct query_table tables[] = {
    NODE_TABLE("nodes", "node n LEFT JOIN report r ON r.id = n.report", node_fields),
    { "facts", "fact f JOIN node_fact l ON l.fact = f.id JOIN node n ON n.id = l.node", NULL, NULL,
      "(SELECT v.name, v.value, (SELECT count(*) FROM node_fact l WHERE l.fact = v.id) AS uses FROM fact v) f", TABLE_OF_NODES,
      fact_fields },
    { "fact_names", "(SELECT DISTINCT name FROM fact) f", NULL, NULL, NULL, 0, fact_name_fields },
    { "fact_contents", "fact f JOIN node_fact l ON l.fact = f.id JOIN node n ON n.id = l.node JOIN json_tree(f.value) t"
      " ON t.type NOT IN ('object', 'array')",
      "fact f JOIN node_fact l ON l.fact = f.id JOIN node n ON n.id = l.node CROSS JOIN LATERAL json_leaves(f.value::jsonb) t",
      NULL, NULL, TABLE_OF_NODES, fact_content_fields },
    NODE_TABLE("factsets", "node n", factset_fields),
    NODE_TABLE("inventory", "node n", inventory_fields),
    { "resources", "resource r JOIN node_resource l ON l.resource = r.id JOIN node n ON n.id = l.node", NULL, NULL, "resource r",
      TABLE_OF_NODES, resource_fields, "(SELECT type, uses FROM type_count WHERE uses > 0) r" },
    { "edges", "node n JOIN edge_set s ON s.id = n.edge_set JOIN json_each(s.edges) t",
      "node n JOIN edge_set s ON s.id = n.edge_set CROSS JOIN LATERAL jsonb_array_elements(s.edges::jsonb) t", NULL, NULL,
      TABLE_OF_NODES, edge_fields },
    { "catalogs", "node n", NULL, "n.catalog_hash IS NOT NULL", NULL, TABLE_OF_NODES, catalog_fields },
    { "reports", "report r JOIN node n ON n.id = r.node", NULL, NULL, NULL, 0, report_fields },
    { "events", "report_event e JOIN report r ON r.id = e.report JOIN node n ON n.id = e.node", NULL, NULL, NULL, 0, event_fields },
    { "environments",
      "(SELECT facts_environment AS name FROM node UNION SELECT catalog_environment FROM node UNION SELECT environment FROM report) v", NULL,
      "v.name IS NOT NULL", NULL, 0, environment_fields },
    { "producers", "(SELECT facts_producer AS name FROM node UNION SELECT catalog_producer FROM node UNION SELECT producer FROM report) v", NULL,
      "v.name IS NOT NULL", NULL, 0, environment_fields },
    { "history", "event h", NULL, NULL, NULL, 0, history_fields },
    { "entities", "document d", NULL, "d.kind = 'entity'", NULL, TABLE_OPEN, entity_fields },
    KIND("domains", "domain"),
    KIND("systems", "system"),
    KIND("components", "component"),
    KIND("apis", "api"),
    KIND("groups", "group"),
    KIND("users", "user"),
    KIND("locations", "location"),
    KIND("templates", "template"),
    { "hosts", "document d", NULL, OF_KIND("host"), NULL, TABLE_OPEN, host_fields },
    KIND("clusters", "cluster"),
    KIND("deployments", "deployment"),
    KIND("persons", "person"),
    KIND("absences", "absence"),
    KIND("holiday_calendars", "holidaycalendar"),
    KIND("role_assignments", "roleassignment"),
    KIND("system_ownerships", "systemownership"),
    KIND("products", "product"),
    KIND("contexts", "context"),
    KIND("potlacs", "potlac"),
    KIND("key_meetings", "keymeeting"),
    KIND("topics", "topic"),
    KIND("checkups", "checkup"),
    KIND("meetings", "meeting"),
    KIND("backlog_items", "backlogitem"),
    KIND("calendar_targets", "calendartarget"),
    KIND("recipes", "recipe"),
    KIND("checks", "check"),
    { NULL, NULL, NULL, NULL, NULL, 0, NULL },
};
/* clang-format on */

const struct query_table *query_tables(void) { return tables; }

const struct query_table *query_table_find(struct sv name)
{
    for (const struct query_table *t = tables; t->name; t++)
        if (sv_is(name, t->name))
            return t;
    return NULL;
}

const struct table_field *query_table_field(const struct query_table *t, struct sv name)
{
    for (const struct table_field *f = t->fields; f->name; f++)
        if (sv_is(name, f->name))
            return f;
    return NULL;
}
