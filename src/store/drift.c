/* drift: reports of a node in order, and what each of them says about what is open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/drift.h"

#include "base/json.h"
#include "base/map.h"
#include "store/backend.h"

struct run_event {
    int64_t report;
    struct sv type, title, property, status, was, want, message;
    int corrective; /* 1, 0; -1: it does not say */
};

struct run {
    struct sv certname, version;
    int64_t id, started, ended;
    bool empty_failure; /* it failed and tells of no resource: no evidence of anything */
};

struct reading {
    struct arena *a;
    struct run *runs;
    size_t run_count, run_cap;
    struct run_event *events;
    size_t event_count, event_cap;
    struct map first; /* report id -> its first event; the others follow */
    struct drift_item *items;
    size_t item_count, item_cap;
    size_t open; /* items before it are closed, or of another node */
};

static struct sv text_of(struct reading *r, const struct sql_value *v) { return v->kind == SQL_TEXT ? arena_dup(r->a, v->s) : SV_NONE; }

static bool take_run(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count, (void)err;
    struct reading *r = ctx;
    struct run run = { .certname = text_of(r, &c[0]),
                       .id = c[1].i,
                       .started = c[2].i,
                       .ended = c[3].i,
                       .version = text_of(r, &c[4]),
                       .empty_failure = c[5].i != 0 };
    ARENA_PUSH(r->a, r->runs, r->run_count, r->run_cap, run);
    return true;
}

static bool take_event(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count, (void)err;
    struct reading *r = ctx;
    struct run_event e = { .report = c[0].i,
                           .type = text_of(r, &c[1]),
                           .title = text_of(r, &c[2]),
                           .property = text_of(r, &c[3]),
                           .status = text_of(r, &c[4]),
                           .corrective = c[5].kind == SQL_NULL ? -1 : c[5].i != 0,
                           .was = text_of(r, &c[6]),
                           .want = text_of(r, &c[7]),
                           .message = text_of(r, &c[8]) };
    ARENA_PUSH(r->a, r->events, r->event_count, r->event_cap, e);
    return true;
}

#define ACTIVE "n.deactivated IS NULL AND n.expired IS NULL AND (?1 = '' OR n.certname = ?1)"

static bool read_all(struct reading *r, struct store *s, struct sv certname, struct err *err)
{
    const struct sql_value args[] = { sql_text(certname) };
    return store_run(s,
                     "SELECT n.certname, r.id, coalesce(r.started, r.received), coalesce(r.ended, r.received), r.configuration_version,"
                     " CASE WHEN r.status = 'failed' AND NOT EXISTS (SELECT 1 FROM report_event e WHERE e.report = r.id) THEN 1 ELSE 0 END"
                     " FROM node n JOIN report r ON r.node = n.id WHERE " ACTIVE " ORDER BY 1, 3, 2",
                     SQL_KEPT, args, 1, take_run, r, err) &&
           /* What changed for a new catalog's sake and went well is nobody's drift. */
           store_run(s,
                     "SELECT e.report, e.resource_type, e.resource_title, e.property, e.status, e.corrective_change, e.old_value,"
                     " e.new_value, e.message FROM node n JOIN report_event e ON e.node = n.id WHERE " ACTIVE
                     " AND (e.corrective_change IS NULL OR e.corrective_change = 1 OR e.status IN ('failure', 'skipped'))"
                     " ORDER BY e.report, e.resource_type, e.resource_title, e.property",
                     SQL_KEPT, args, 1, take_event, r, err);
}

static struct sv id_key(const int64_t *id) { return sv_make((const char *)id, sizeof *id); }

static bool same_resource(const struct drift_item *item, const struct run_event *e)
{
    return sv_eq(item->title, e->title) && sv_eq(item->type, e->type);
}

static struct drift_item *find_open(struct reading *r, const struct run_event *e)
{
    for (size_t i = r->open; i < r->item_count; i++)
        if (!r->items[i].mended && same_resource(&r->items[i], e) && sv_eq(r->items[i].property, e->property))
            return &r->items[i];
    return NULL;
}

static bool is_drift(const struct run_event *e, const struct run *run, const struct run *before)
{
    if (sv_is(e->status, "skipped") || e->corrective == 0)
        return false;
    return e->corrective == 1 || (before && run->version.n && sv_eq(run->version, before->version));
}

static void see(struct reading *r, const struct run_event *e, const struct run *run, const struct run *before)
{
    struct drift_item *item = find_open(r, e);
    if (!item) {
        struct drift_item fresh = { .certname = run->certname,
                                    .type = e->type,
                                    .title = e->title,
                                    .property = e->property,
                                    .clean = before ? before->started : 0,
                                    .found = run->ended };
        ARENA_PUSH(r->a, r->items, r->item_count, r->item_cap, fresh);
        item = &r->items[r->item_count - 1];
    }
    item->was = e->was;
    item->want = e->want;
    item->message = e->message;
    item->seen = run->ended;
    item->state = sv_is(e->status, "noop") ? DRIFT_LEFT : sv_is(e->status, "failure") ? DRIFT_FAILED : DRIFT_CORRECTED;
}

/* What a run does not speak of any more is in sync, unless it could not get there. */
static void close_others(struct reading *r, const struct run *run, const struct run_event *events, size_t count)
{
    for (size_t i = r->open; i < r->item_count; i++) {
        struct drift_item *item = &r->items[i];
        bool kept = item->mended || item->seen == run->ended;
        for (size_t k = 0; k < count && !kept; k++)
            kept = same_resource(item, &events[k]) && (sv_is(events[k].status, "skipped") || sv_is(events[k].status, "failure"));
        if (!kept)
            item->mended = run->ended;
    }
}

static void look_at_run(struct reading *r, const struct run *run, const struct run *before)
{
    struct run_event *events = map_find(&r->first, id_key(&run->id));
    size_t count = 0, left = events ? (size_t)(r->events + r->event_count - events) : 0;
    if (run->empty_failure)
        return;
    while (count < left && events[count].report == run->id)
        count++;
    for (size_t i = 0; i < count; i++)
        if (is_drift(&events[i], run, before))
            see(r, &events[i], run, before);
    close_others(r, run, events, count);
}

/* --- what was adopted --- */

static struct sv body_text(struct arena *a, const struct event *e, const char *key)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("an event"), e->body };
    return json_read(a, src, NULL, &diags, &doc) ? data_text(data_get(&doc->root, key)) : SV_NONE;
}

static bool note_adopted(struct reading *r, struct store *s, struct err *err)
{
    struct event *events;
    size_t n;
    if (!store_events(s, r->a, &(struct event_query){ .kind = SV("drift.adopted") }, &events, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sv certname = body_text(r->a, &events[i], "certname"), resource = body_text(r->a, &events[i], "resource");
        for (size_t k = 0; k < r->item_count; k++) {
            struct drift_item *item = &r->items[k];
            if (!sv_eq(item->certname, certname) || item->found / 1000 > events[i].at ||
                (item->mended && item->mended / 1000 < events[i].at) ||
                !sv_eq(arena_printf(r->a, "%.*s[%.*s]", SV_ARG(item->type), SV_ARG(item->title)), resource))
                continue;
            item->adopted = events[i].at;
            item->adopted_by = events[i].actor;
            item->adopted_reason = body_text(r->a, &events[i], "reason");
        }
    }
    return true;
}

bool drift_list(struct store *s, struct arena *a, struct sv certname, struct drift_item **out_list, size_t *out_count, struct err *err)
{
    struct reading r = { .a = a, .first = map_in(a) };
    const struct run *before = NULL;
    if (!read_all(&r, s, certname, err))
        return err_wrap(err, "cannot read reports");
    for (size_t i = 0; i < r.event_count; i++)
        if (i == 0 || r.events[i].report != r.events[i - 1].report)
            map_put(&r.first, id_key(&r.events[i].report), &r.events[i]);
    for (size_t i = 0; i < r.run_count; i++) {
        if (before && !sv_eq(before->certname, r.runs[i].certname)) {
            before = NULL;
            r.open = r.item_count;
        }
        look_at_run(&r, &r.runs[i], before);
        if (!r.runs[i].empty_failure)
            before = &r.runs[i];
    }
    *out_list = r.items;
    *out_count = r.item_count;
    return note_adopted(&r, s, err);
}

bool drift_adopt(struct store *s, struct sv certname, struct sv host, struct sv resource, struct sv actor, struct sv reason, int64_t at,
                 struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "host", host);
    json_kstr(&j, "certname", certname);
    json_kstr(&j, "resource", resource);
    json_kstr(&j, "reason", reason);
    json_close(&j, '}');
    struct event e = { .at = at, .kind = SV("drift.adopted"), .subject = host, .actor = actor, .body = strbuf_sv(&body) };
    return store_event_add(s, &e, err);
}
