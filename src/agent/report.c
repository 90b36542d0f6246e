/* report: what a run found and changed, as JSON and as an exit code. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/time.h"

static const char *const outcome_names[] = {
    [OUT_IN_SYNC] = "in_sync", [OUT_CHANGED] = "changed", [OUT_WOULD_CHANGE] = "would_change", [OUT_PLANNED_ONLY] = "planned_only",
    [OUT_FAILED] = "failed",   [OUT_SKIPPED] = "skipped", [OUT_REFRESHED] = "refreshed",       [OUT_NOTE] = "note"
};

static void write_time(struct json_out *j, const char *key, int64_t at)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    utc_print(&text, at);
    json_kstr(j, key, strbuf_sv(&text));
}

static void write_event(struct json_out *j, const struct resource_event *e)
{
    AUTO_STRBUF ref = STRBUF_HEAP;
    strbuf_addf(&ref, "%.*s[%.*s]", SV_ARG(e->resource->type), SV_ARG(e->resource->title));
    json_open(j, '{');
    json_kstr(j, "resource", strbuf_sv(&ref));
    json_kstr(j, "outcome", sv_of(outcome_names[e->outcome]));
    if (e->property.n) {
        json_kstr(j, "property", e->property);
        json_kstr(j, "before", e->before);
        json_kstr(j, "after", e->after);
    }
    json_kstr(j, "message", e->message);
    if (e->output.n)
        json_kstr(j, "output", e->output);
    if (e->no_write)
        json_kbool(j, "no_write", true);
    if (e->resource->file.n)
        json_kstr(j, "file", e->resource->file);
    if (e->resource->line)
        json_kint(j, "line", e->resource->line);
    json_close(j, '}');
}

void report_write_json(const struct report *r, struct strbuf *out, bool pretty)
{
    const struct {
        const char *name;
        unsigned n;
    } counts[] = { { "total", r->total },
                   { "in_sync", r->in_sync },
                   { "changed", r->changed },
                   { "would_change", r->would_change },
                   { "planned_only", r->planned_only },
                   { "failed", r->failed },
                   { "skipped", r->skipped },
                   { "refreshed", r->refreshed } };
    struct json_out j = json_to(out, pretty);
    json_open(&j, '{');
    json_kstr(&j, "host", r->host);
    json_kstr(&j, "environment", r->environment);
    write_time(&j, "started", r->started);
    write_time(&j, "ended", r->ended);
    if (r->error.n)
        json_kstr(&j, "error", r->error);
    json_key(&j, SV("resources"));
    json_open(&j, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_kint(&j, counts[i].name, counts[i].n);
    json_close(&j, '}');
    json_key(&j, SV("events"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < r->event_count; i++)
        write_event(&j, &r->events[i]);
    json_close(&j, ']');
    json_close(&j, '}');
}

int report_exit_code(const struct report *r, bool detailed)
{
    if (r->error.n)
        return 1;
    if (!detailed)
        return 0;
    return (r->changed || r->refreshed ? 2 : 0) + (r->failed ? 4 : 0);
}
