/* inventory: what is known of each node: its facts, its last catalog, its reports. Values that nodes share are stored once.
 * Words and fields are PuppetDB's: https://www.puppet.com/docs/puppetdb/7/api/wire_format/catalog_format_v9 (and facts v5, report v8). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_INVENTORY_H
#define STORE_INVENTORY_H

#include "base/map.h"
#include "store/store.h"

/* Times are milliseconds since 1970, UTC; 0: not known. Empty texts: not known. All putting functions replace what was there, bring a
 * deactivated node back, must be called inside store_begin, and may be handed what is older than what is stored: that is left alone. */

/* What is stored of facts or of a catalog, with its digests. It takes no store to make: many who send at once make theirs side by side. */
struct inventory_ready;

struct inventory_facts {
    struct sv certname, environment, producer;
    int64_t at;
    const struct data *values;           /* hash of facts */
    const struct inventory_ready *ready; /* NULL: made while they are stored */
};
/* NULL and err where these are no facts. In the arena. */
struct inventory_ready *inventory_facts_ready(struct arena *a, const struct inventory_facts *f, struct err *err);
bool inventory_put_facts(struct store *s, struct arena *scratch, const struct inventory_facts *f, struct err *err);

struct inventory_resource {
    struct sv type, title, file;
    int64_t line;
    bool exported;
    struct sv tags, parameters; /* JSON: a sorted list; a hash */
};
struct inventory_catalog {
    struct sv certname, environment, producer, version, code_id, transaction_uuid, catalog_uuid;
    int64_t at;
    const struct inventory_resource *resources;
    uint32_t resource_count;
    struct sv edges;                     /* JSON: a list of [source type, source title, relationship, target type, target title] */
    const struct inventory_ready *ready; /* NULL: made while it is stored */
};
struct inventory_ready *inventory_catalog_ready(struct arena *a, const struct inventory_catalog *c, struct err *err);
bool inventory_put_catalog(struct store *s, struct arena *scratch, const struct inventory_catalog *c, struct err *err);

enum ternary { TERNARY_UNKNOWN = -1, TERNARY_NO, TERNARY_YES };
struct inventory_event {
    int64_t at;
    struct sv status; /* success, failure, noop, skipped */
    enum ternary corrective;
    struct sv resource_type, resource_title, property, name, message, file, containing_class;
    struct sv old_value, new_value, containment_path; /* JSON */
    int64_t line;
};
struct inventory_report {
    struct sv certname, environment, producer, status, cached_catalog_status, puppet_version, configuration_version, code_id,
        transaction_uuid, catalog_uuid, job_id, type;
    enum ternary noop, noop_pending, corrective;
    int64_t format, started, ended, produced, received;
    struct sv metrics, logs; /* JSON lists */
    const struct inventory_event *events;
    uint32_t event_count;
};
/* A report that is there already is left alone. */
bool inventory_add_report(struct store *s, struct arena *scratch, const struct inventory_report *r, struct err *err);

/* How many reports of a node there are. */
bool inventory_report_count(struct store *s, struct sv certname, int64_t *out_count, struct err *err);
/* When what is stored of a node was produced; all 0 where nothing is. */
struct inventory_times {
    int64_t facts, catalog;
};
bool inventory_times_of(struct store *s, struct sv certname, struct inventory_times *out_times, struct err *err);

/* A node that is no more: it leaves all answers until it reports again. Unknown: nothing happens. */
bool inventory_deactivate(struct store *s, struct sv certname, int64_t at, struct err *err);
/* As if the node had never been: its facts, catalog and reports go. Inside store_begin. Unknown: nothing happens. */
bool inventory_forget(struct store *s, struct arena *scratch, struct sv certname, struct err *err);
/* The facts reported last, as JSON text in the arena; false without err text where there are none. */
bool inventory_facts_of(struct store *s, struct arena *a, struct sv certname, struct sv *out_json, struct err *err);
/* The digest of each node's facts, by certname. */
bool inventory_facts_digests(struct store *s, struct map *out, struct err *err);

#endif
