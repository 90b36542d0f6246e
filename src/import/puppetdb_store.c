/* puppetdb_store: facts, catalogs and reports into the store's inventory, with the times they have. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "import/internal.h"
#include "store/inventory.h"

static struct sv text_of(const struct data *d, const char *key) { return data_text(data_get(d, key)); }

/* "resources": [...] in an export, {"data": [...]} in an answer. */
static const struct data *list_of(const struct data *d, const char *key)
{
    const struct data *v = data_get(d, key), *inner = data_get(v, "data");
    v = inner ? inner : v;
    return v && v->kind == DATA_LIST ? v : NULL;
}

static enum ternary truth_of(const struct data *d, const char *key)
{
    const struct data *v = data_get(d, key);
    return !v || v->kind != DATA_BOOL ? TERNARY_UNKNOWN : v->b ? TERNARY_YES : TERNARY_NO;
}

static int64_t number_of(const struct data *d, const char *key)
{
    const struct data *v = data_get(d, key);
    return v && v->kind == DATA_INT ? v->i : 0;
}

static struct sv json_of(struct arena *a, const struct data *d)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    if (!d || d->kind == DATA_NULL)
        return SV_NONE;
    json_data(&j, d);
    return strbuf_sv(&out);
}

static int64_t time_of(const struct data *root)
{
    struct sv produced = text_of(root, "producer_timestamp");
    return import_time(produced.n ? produced : text_of(root, "timestamp"));
}

static bool put_facts(struct import *im, struct arena *a, struct store *s, const struct data *root, struct import_stored *out,
                      struct err *err)
{
    struct inventory_times had;
    struct inventory_facts f = { .certname = text_of(root, "certname"),
                                 .environment = text_of(root, "environment"),
                                 .producer = text_of(root, "producer"),
                                 .at = time_of(root),
                                 .values = puppetdb_facts(a, root) };
    if (!f.at)
        f.at = im->options.now * 1000;
    out->facts++;
    if (!inventory_times_of(s, f.certname, &had, err))
        return false;
    if (had.facts && (had.facts >= f.at || !time_of(root)))
        return true;
    out->new_facts++;
    return inventory_put_facts(s, a, &f, err);
}

static int by_text(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

static struct sv sorted_tags(struct arena *a, const struct data *tags)
{
    uint32_t n = tags && tags->kind == DATA_LIST ? tags->count : 0;
    struct sv *list = ARENA_ARRAY(a, struct sv, n + 1);
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    for (uint32_t i = 0; i < n; i++)
        list[i] = data_text(&tags->items[i]);
    qsort(list, n, sizeof *list, by_text);
    json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++)
        json_str(&j, list[i]);
    json_close(&j, ']');
    return strbuf_sv(&out);
}

static const struct inventory_resource *resources_of(struct arena *a, const struct data *list, uint32_t *out_count)
{
    uint32_t n = list ? list->count : 0;
    struct inventory_resource *all = ARENA_ARRAY(a, struct inventory_resource, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct data *r = &list->items[i];
        all[i] = (struct inventory_resource){ .type = text_of(r, "type"),
                                              .title = text_of(r, "title"),
                                              .file = text_of(r, "file"),
                                              .line = number_of(r, "line"),
                                              .exported = truth_of(r, "exported") == TERNARY_YES,
                                              .tags = sorted_tags(a, data_get(r, "tags")),
                                              .parameters = json_of(a, data_get(r, "parameters")) };
    }
    *out_count = n;
    return all;
}

/* {"source": {type, title}, ...} of an export, {"source_type": ...} of an answer. */
static struct sv edges_of(struct arena *a, const struct data *list)
{
    static const char *const flat[] = { "source_type", "source_title", "relationship", "target_type", "target_title" };
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '[');
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct data *e = &list->items[i], *source = data_get(e, "source"), *target = data_get(e, "target");
        json_open(&j, '[');
        for (size_t k = 0; k < 5; k++)
            json_str(&j, !source || k == 2 ? text_of(e, flat[k])
                         : k < 2           ? text_of(source, k ? "title" : "type")
                                           : text_of(target, k == 4 ? "title" : "type"));
        json_close(&j, ']');
    }
    json_close(&j, ']');
    return strbuf_sv(&out);
}

static bool put_catalog(struct arena *a, struct store *s, const struct data *root, struct import_stored *out, struct err *err)
{
    struct inventory_times had;
    struct inventory_catalog c = { .certname = text_of(root, "certname"),
                                   .environment = text_of(root, "environment"),
                                   .producer = text_of(root, "producer"),
                                   .version = tree_word(a, data_get(root, "version")),
                                   .code_id = text_of(root, "code_id"),
                                   .transaction_uuid = text_of(root, "transaction_uuid"),
                                   .catalog_uuid = text_of(root, "catalog_uuid"),
                                   .at = time_of(root),
                                   .edges = edges_of(a, list_of(root, "edges")) };
    c.resources = resources_of(a, list_of(root, "resources"), &c.resource_count);
    out->catalogs++;
    if (!inventory_times_of(s, c.certname, &had, err))
        return false;
    if (had.catalog && had.catalog >= c.at)
        return true;
    out->new_catalogs++;
    return inventory_put_catalog(s, a, &c, err);
}

struct events {
    struct inventory_event *items;
    size_t count, cap;
};

/* The innermost class of ["Stage[main]", "Ntp", "File[/etc/ntp.conf]"]: exports do not say it. */
static struct sv class_of(const struct data *of)
{
    const struct data *path = list_of(of, "containment_path");
    struct sv class = text_of(of, "containing_class");
    for (uint32_t i = 0; !class.n && path && i < path->count; i++) {
        struct sv part = data_text(&path->items[path->count - 1 - i]);
        if (part.n && sv_find_char(part, '[', 0) == SIZE_MAX)
            class = part;
    }
    return class;
}

/* of: the resource in an export, the event itself in an answer. */
static void add_event(struct arena *a, struct events *to, const struct data *e, const struct data *of)
{
    struct inventory_event event = { .at = import_time(text_of(e, "timestamp")),
                                     .status = text_of(e, "status"),
                                     .corrective = truth_of(e, "corrective_change"),
                                     .resource_type = text_of(of, "resource_type"),
                                     .resource_title = text_of(of, "resource_title"),
                                     .property = text_of(e, "property"),
                                     .name = text_of(e, "name"),
                                     .message = text_of(e, "message"),
                                     .file = text_of(of, "file"),
                                     .line = number_of(of, "line"),
                                     .containing_class = class_of(of),
                                     .old_value = json_of(a, data_get(e, "old_value")),
                                     .new_value = json_of(a, data_get(e, "new_value")),
                                     .containment_path = json_of(a, data_get(of, "containment_path")) };
    ARENA_PUSH(a, to->items, to->count, to->cap, event);
}

static struct events events_of(struct arena *a, const struct data *root)
{
    struct events all = { 0 };
    const struct data *resources = list_of(root, "resources"), *flat = list_of(root, "resource_events");
    for (uint32_t i = 0; flat && i < flat->count; i++)
        add_event(a, &all, &flat->items[i], &flat->items[i]);
    for (uint32_t i = 0; resources && i < resources->count; i++) {
        const struct data *r = &resources->items[i], *events = list_of(r, "events");
        const struct data *skipped = data_get(r, "skipped");
        for (uint32_t k = 0; events && k < events->count; k++)
            add_event(a, &all, &events->items[k], r);
        if (skipped && skipped->kind == DATA_BOOL && skipped->b && (!events || !events->count)) {
            add_event(a, &all, r, r);
            all.items[all.count - 1].status = SV("skipped");
        }
    }
    return all;
}

static bool put_report(struct import *im, struct arena *a, struct store *s, const struct data *root, struct import_stored *out,
                       struct err *err)
{
    struct events events = events_of(a, root);
    struct sv received = text_of(root, "receive_time"), type = text_of(root, "type");
    struct inventory_report r = { .certname = text_of(root, "certname"),
                                  .environment = text_of(root, "environment"),
                                  .producer = text_of(root, "producer"),
                                  .status = text_of(root, "status"),
                                  .cached_catalog_status = text_of(root, "cached_catalog_status"),
                                  .puppet_version = text_of(root, "puppet_version"),
                                  .configuration_version = tree_word(a, data_get(root, "configuration_version")),
                                  .code_id = text_of(root, "code_id"),
                                  .transaction_uuid = text_of(root, "transaction_uuid"),
                                  .catalog_uuid = text_of(root, "catalog_uuid"),
                                  .job_id = text_of(root, "job_id"),
                                  .type = type.n ? type : SV("agent"),
                                  .noop = truth_of(root, "noop"),
                                  .noop_pending = truth_of(root, "noop_pending"),
                                  .corrective = truth_of(root, "corrective_change"),
                                  .format = number_of(root, "report_format"),
                                  .started = import_time(text_of(root, "start_time")),
                                  .ended = import_time(text_of(root, "end_time")),
                                  .produced = time_of(root),
                                  .received = received.n ? import_time(received) : im->options.now * 1000,
                                  .metrics = json_of(a, list_of(root, "metrics")),
                                  .logs = json_of(a, list_of(root, "logs")),
                                  .events = events.items,
                                  .event_count = (uint32_t)events.count };
    int64_t before, after;
    out->reports++;
    if (!inventory_report_count(s, r.certname, &before, err) || !inventory_add_report(s, a, &r, err) ||
        !inventory_report_count(s, r.certname, &after, err))
        return false;
    out->new_reports += after > before;
    return true;
}

static bool put_gone(struct store *s, const struct data *root, struct err *err)
{
    struct sv at = text_of(root, "deactivated");
    at = at.n ? at : text_of(root, "expired");
    return !at.n || inventory_deactivate(s, text_of(root, "certname"), import_time(at), err);
}

bool import_has_nodes(const struct import *im) { return im->facts.count + im->catalogs.count + im->reports.count + im->nodes.count > 0; }

enum what { PUT_FACTS, PUT_CATALOG, PUT_REPORT, PUT_GONE };

static bool put_one(struct import *im, struct store *s, enum what what, const struct node_document *d, struct import_stored *out,
                    struct err *err)
{
    struct arena *a = arena_new(0);
    bool ok = what == PUT_FACTS     ? put_facts(im, a, s, d->root, out, err)
              : what == PUT_CATALOG ? put_catalog(a, s, d->root, out, err)
              : what == PUT_REPORT  ? put_report(im, a, s, d->root, out, err)
                                    : put_gone(s, d->root, err);
    arena_free(a);
    return ok || err_wrap(err, "%.*s", SV_ARG(d->from));
}

bool import_store(struct import *im, struct store *s, struct import_stored *out_stored, struct err *err)
{
    const struct node_documents *const lists[] = { &im->facts, &im->catalogs, &im->reports, &im->nodes };
    *out_stored = (struct import_stored){ 0 };
    for (size_t l = 0; l < 4; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (!put_one(im, s, (enum what)l, &lists[l]->items[i], out_stored, err))
                return false;
    return true;
}
