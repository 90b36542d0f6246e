/* host_run: a run and its report. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_run.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "store/inventory.h"

/* --- drift --- */

static bool add_drift(struct site *s, const struct entity *host, const struct resource_event *e, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "host", host->ref);
    json_kstr(&j, "resource", resource_ref(s->arena, e->resource));
    json_kstr(&j, "property", e->property);
    json_kstr(&j, "was", e->before);
    json_kstr(&j, "want", e->after);
    json_close(&j, '}');
    struct event event = { .at = s->now, .kind = SV("drift"), .subject = host->ref, .actor = SV("potlac"), .body = strbuf_sv(&body) };
    return store_event_add(s->store, &event, err);
}

static bool record_drift(struct site *s, const struct host_run *run, const struct report *drift, struct err *err)
{
    for (uint32_t i = 0; drift && !run->noop && i < drift->event_count; i++)
        if (is_drift(&drift->events[i]) && !add_drift(s, run->host.entity, &drift->events[i], err))
            return false;
    return true;
}

static struct sv event_key(struct arena *a, const struct resource_event *e)
{
    return arena_printf(a, "%.*s[%.*s]%.*s", SV_ARG(e->resource->type), SV_ARG(e->resource->title), SV_ARG(e->property));
}

/* What differed from the catalog applied last, by resource and property. */
static struct map drifted(struct arena *a, const struct report *drift)
{
    struct map m = map_in(a);
    for (uint32_t i = 0; drift && i < drift->event_count; i++)
        if (is_drift(&drift->events[i]))
            map_put(&m, event_key(a, &drift->events[i]), &drift->events[i]);
    return m;
}

/* --- the report in the inventory's words --- */

static struct sv json_text(struct arena *a, struct sv s)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_str(&j, s);
    return strbuf_sv(&out);
}

/* A database of text takes no other bytes. */
static struct sv readable(struct sv s) { return sv_is_utf8(s) ? s : SV("(no readable text)"); }

static const char *const statuses[] = {
    [OUT_CHANGED] = "success", [OUT_REFRESHED] = "success", [OUT_WOULD_CHANGE] = "noop", [OUT_FAILED] = "failure",
    [OUT_SKIPPED] = "skipped", [OUT_IN_SYNC] = NULL,        [OUT_PLANNED_ONLY] = NULL,   [OUT_NOTE] = NULL
};

static uint32_t add_events(struct site *s, const struct report *r, const struct map *drift, struct inventory_event *into)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->event_count; i++) {
        const struct resource_event *e = &r->events[i];
        if (!statuses[e->outcome])
            continue;
        bool corrective = map_find(drift, event_key(s->arena, e)) != NULL;
        into[n++] = (struct inventory_event){ .at = s->now * 1000,
                                              .status = sv_of(statuses[e->outcome]),
                                              .corrective = corrective ? TERNARY_YES : TERNARY_NO,
                                              .resource_type = e->resource->type,
                                              .resource_title = readable(e->resource->title),
                                              .property = e->property,
                                              .message = readable(e->message),
                                              .file = e->resource->file,
                                              .line = e->resource->line,
                                              .old_value = json_text(s->arena, e->before),
                                              .new_value = json_text(s->arena, e->after) };
    }
    return n;
}

static bool add_report(struct site *s, const struct host_run *run, const struct report *r, const struct map *drift, struct err *err)
{
    struct inventory_event *events = ARENA_ARRAY(s->arena, struct inventory_event, r->event_count + 1);
    int64_t started = s->now * 1000, ended = started + (r->ended - r->started) * 1000;
    struct inventory_report report = { .certname = run->host.certname,
                                       .environment = run->catalog->environment,
                                       .producer = SV("potlac"),
                                       .status = r->failed                    ? SV("failed")
                                                 : r->changed || r->refreshed ? SV("changed")
                                                                              : SV("unchanged"),
                                       .puppet_version = SV("potlac " POTLAC_VERSION),
                                       .configuration_version = run->catalog->version,
                                       .transaction_uuid = uuid_v4(s->arena),
                                       .type = SV("agent"),
                                       .noop = run->noop ? TERNARY_YES : TERNARY_NO,
                                       .noop_pending = r->would_change ? TERNARY_YES : TERNARY_NO,
                                       .format = 12,
                                       .started = started,
                                       .ended = ended,
                                       .produced = ended,
                                       .received = ended,
                                       .events = events };
    report.event_count = add_events(s, r, drift, events);
    report.corrective = TERNARY_NO;
    for (uint32_t i = 0; i < report.event_count; i++)
        if (events[i].corrective == TERNARY_YES)
            report.corrective = TERNARY_YES;
    return inventory_add_report(s->store, s->arena, &report, err);
}

static bool keep_documents(struct site *s, const struct host_run *run, const struct report *r, struct err *err)
{
    AUTO_STRBUF json = STRBUF_HEAP;
    if (run->noop)
        return true;
    catalog_write_json(run->sealed, &json, false);
    if (!store_put(s->store, SV("converged"), run->host.entity->ref, strbuf_sv(&json), s->now, err))
        return false;
    strbuf_reset(&json);
    report_write_json(r, &json, false);
    return store_put(s->store, SV("report"), run->host.entity->ref, strbuf_sv(&json), s->now, err);
}

bool host_run(struct site *s, const struct host_run *run, struct report **out_report, struct err *err)
{
    struct converge_options o = { .root = run->root, .noop = run->noop };
    struct report *drift = NULL, *report;
    if (!run->noop && !fs_mkdirs(arena_cstr(s->arena, run->root), 0755, err))
        return false;
    if (fs_exists(arena_cstr(s->arena, run->root)) && !converge_drift(s, &run->host, run->root, &drift, err))
        return false;
    if (!record_drift(s, run, drift, err) || !(report = converge(s, run->catalog, &o, NULL, err)))
        return false;
    struct map of_drift = drifted(s->arena, drift);
    if (!store_begin(s->store, err))
        return false;
    if (!keep_documents(s, run, report, err) || !add_report(s, run, report, &of_drift, err) || !store_commit(s->store, err)) {
        store_rollback(s->store);
        return false;
    }
    *out_report = report;
    return true;
}
