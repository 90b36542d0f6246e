/* rollout_record: each step of a rollout in the store: lock, versions, history. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "cli/rollout.h"
#include "store/record.h"

enum { LEASE_SECONDS = 120 }; /* a lock that was not renewed for so long belongs to somebody who died */

void rollout_clock(struct rollout *r)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    if (!r->monotonic) {
        r->monotonic = ms;
        r->opened = r->site->now;
    }
    /* Whole seconds since then: never ahead of the clock that hosts stamp their reports with, or a report would be taken for an old one. */
    r->site->now = r->opened + (ms - r->monotonic) / 1000;
}

/* --- events --- */

/* Every event says which deploy it is part of, and of what. */
static struct json_out open_body(struct rollout *r, struct strbuf *out)
{
    struct json_out j = json_to(out, false);
    json_open(&j, '{');
    json_kstr(&j, "deploy", r->lock.id);
    json_kstr(&j, "service", r->service->ref);
    json_kstr(&j, "version", r->version);
    return j;
}

static bool add_event(struct rollout *r, const char *kind, struct sv subject, struct json_out *j, struct err *err)
{
    json_close(j, '}');
    struct event e = { .at = r->site->now, .kind = sv_of(kind), .subject = subject, .actor = r->author->ref, .body = strbuf_sv(j->out) };
    return store_event_add(r->site->store, &e, err);
}

static void list_hosts(struct json_out *j, const struct subject *hosts, size_t count)
{
    json_key(j, SV("hosts"));
    json_open(j, '[');
    for (size_t i = 0; i < count; i++)
        json_str(j, hosts[i].entity->ref);
    json_close(j, ']');
}

static void add_stage(struct json_out *j, const struct rollout_stage *stage)
{
    json_kstr(j, "deployment", stage->deployment->ref);
    json_kstr(j, "cluster", stage->cluster->ref);
}

static void add_batch(struct json_out *j, const struct rollout_batch *b)
{
    add_stage(j, b->stage);
    json_kint(j, "batch", (int64_t)b->number);
    json_kint(j, "of", (int64_t)b->of);
    list_hosts(j, b->hosts, b->count);
    json_kstr(j, "from", b->stage->before.version);
}

/* Ends a transaction; false where it did not go through. */
static bool finish(struct rollout *r, bool ok, struct err *err)
{
    if (ok && store_commit(r->site->store, err))
        return true;
    store_rollback(r->site->store);
    return false;
}

/* --- lock --- */

/* Whoever held the lock and died left a deploy without an end. */
static bool end_abandoned(struct rollout *r, const struct deploy_lock *was, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "deploy", was->id);
    json_kstr(&j, "service", r->service->ref);
    json_kstr(&j, "version", was->version);
    json_kstr(&j, "reason", was->reason);
    json_kstr(&j, "outcome", SV("abandoned"));
    json_kint(&j, "started", was->since);
    json_close(&j, '}');
    struct event e = {
        .at = r->site->now, .kind = SV("deploy.finished"), .subject = r->service->ref, .actor = was->actor, .body = strbuf_sv(&body)
    };
    return store_event_add(r->site->store, &e, err);
}

static bool record_started(struct rollout *r, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    json_kstr(&j, "reason", r->reason);
    json_kstr(&j, "may", r->why_may);
    if (r->committed.n)
        json_kstr(&j, "committed", r->committed);
    json_key(&j, SV("stages"));
    json_open(&j, '[');
    for (size_t i = 0; i < r->stage_count; i++) {
        const struct rollout_stage *stage = &r->stages[i];
        json_open(&j, '{');
        add_stage(&j, stage);
        json_kstr(&j, "from", stage->before.version);
        json_kint(&j, "hosts", (int64_t)stage->host_count);
        json_kint(&j, "batch", (int64_t)stage->batch);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return add_event(r, "deploy.started", r->service->ref, &j, err);
}

/* Those with the lock are told apart by an id, not by process numbers: stores are shared by machines. */
static void fill_lock(struct rollout *r)
{
    char host[256] = "?";
    struct arena *a = r->site->arena;
    gethostname(host, sizeof host - 1);
    r->lock = (struct deploy_lock){ .service = r->service->ref,
                                    .id = uuid_v4(a),
                                    .version = r->version,
                                    .actor = r->author->ref,
                                    .reason = r->reason,
                                    .process = arena_printf(a, "%s, process %ld", host, (long)getpid()),
                                    .since = r->site->now,
                                    .until = r->site->now + LEASE_SECONDS };
}

bool rollout_record_start(struct rollout *r, struct err *err)
{
    struct site *s = r->site;
    fill_lock(r);
    if (!store_begin(s->store, err))
        return false;
    bool ok = deploy_lock_take(s->store, s->arena, &r->lock, s->now, &r->other, err) &&
              (!r->other.id.n || end_abandoned(r, &r->other, err)) && record_started(r, err);
    return finish(r, ok, err);
}

bool rollout_renew(struct rollout *r, struct err *err)
{
    struct site *s = r->site;
    rollout_clock(r);
    if (s->now + LEASE_SECONDS - r->lock.until < LEASE_SECONDS / 4)
        return true;
    if (!store_begin(s->store, err))
        return false;
    struct deploy_lock mine = r->lock;
    mine.until = s->now + LEASE_SECONDS;
    bool ok = deploy_lock_take(s->store, s->arena, &mine, s->now, &r->other, err);
    if (!finish(r, ok, err))
        return false;
    r->lock.until = mine.until;
    return true;
}

bool rollout_record_finish(struct rollout *r, enum rollout_outcome o, struct err *err)
{
    struct site *s = r->site;
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    json_kstr(&j, "outcome", sv_of(rollout_outcome_name(o)));
    json_kint(&j, "started", r->lock.since);
    if (r->why.n)
        json_kstr(&j, "why", r->why);
    rollout_clock(r);
    if (!store_begin(s->store, err))
        return false;
    bool ok = add_event(r, "deploy.finished", r->service->ref, &j, err) && deploy_lock_release(s->store, s->arena, &r->lock, err);
    return finish(r, ok, err);
}

struct sv rollout_holder(struct arena *a, const struct deploy_lock *l)
{
    struct strbuf when = STRBUF_IN(a);
    utc_print(&when, l->since);
    return arena_printf(a, "%.*s since %s on %.*s", SV_ARG(ref_short(a, l->actor)), strbuf_cstr(&when), SV_ARG(l->process));
}

/* --- versions --- */

/* What compiles in this process see; the store has it already. */
static void show_site(struct rollout *r, struct rollout_stage *stage, bool recorded)
{
    entity_override(stage->deployment, "version", stage->now.version);
    if (recorded)
        map_put(&r->site->deployed, stage->deployment->ref, &stage->now);
    else
        map_remove(&r->site->deployed, stage->deployment->ref);
}

bool rollout_record_batch(struct rollout *r, const struct rollout_batch *b, struct err *err)
{
    struct site *s = r->site;
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    add_batch(&j, b);
    if (!store_begin(s->store, err))
        return false;
    for (size_t i = 0; i < b->count; i++)
        deployed_set(s->arena, &b->stage->now, b->hosts[i].entity->ref, r->version);
    b->stage->touched += b->count;
    bool ok = deployed_put(s->store, &b->stage->now, s->now, err) && add_event(r, "deploy.batch", b->stage->deployment->ref, &j, err);
    if (!finish(r, ok, err))
        return false;
    show_site(r, b->stage, true);
    return true;
}

bool rollout_record_result(struct rollout *r, const struct rollout_batch *b, bool healthy, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    add_batch(&j, b);
    if (!healthy)
        json_kstr(&j, "why", r->why);
    return add_event(r, healthy ? "deploy.healthy" : "deploy.failed", b->stage->deployment->ref, &j, err);
}

/* "deploy", as a changed file tells of it too. */
static bool add_deploy(struct rollout *r, const struct rollout_stage *stage, struct sv from, struct sv to, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    json_kstr(&j, "reason", r->reason);
    add_stage(&j, stage);
    json_kstr(&j, "environment", entity_text(stage->cluster, "environment"));
    json_kstr(&j, "from", from);
    json_kstr(&j, "to", to);
    if (r->committed.n && sv_eq(to, r->version))
        json_kstr(&j, "committed", r->committed);
    json_kbool(&j, "rollback", !sv_eq(to, r->version));
    return add_event(r, "deploy", stage->deployment->ref, &j, err);
}

bool rollout_record_complete(struct rollout *r, struct rollout_stage *stage, struct err *err)
{
    struct site *s = r->site;
    stage->now.version = r->version;
    stage->now.host_count = 0;
    show_site(r, stage, true);
    if (!store_begin(s->store, err))
        return false;
    bool ok = deployed_put(s->store, &stage->now, s->now, err) && record_entity_again(s->store, stage->deployment, s->now, err) &&
              add_deploy(r, stage, stage->before.version, r->version, err);
    stage->complete = ok;
    return finish(r, ok, err);
}

bool rollout_record_back(struct rollout *r, struct rollout_stage *stage, struct err *err)
{
    struct site *s = r->site;
    stage->now = stage->before;
    show_site(r, stage, stage->recorded_before);
    if (!store_begin(s->store, err))
        return false;
    bool ok =
        stage->recorded_before ? deployed_put(s->store, &stage->before, s->now, err) : deployed_drop(s->store, stage->deployment->ref, err);
    ok = ok && (!stage->complete || (record_entity_again(s->store, stage->deployment, s->now, err) &&
                                     add_deploy(r, stage, r->version, stage->before.version, err)));
    return finish(r, ok, err);
}

bool rollout_record_back_result(struct rollout *r, struct rollout_stage *stage, struct sv why, struct err *err)
{
    AUTO_STRBUF body = STRBUF_HEAP;
    struct json_out j = open_body(r, &body);
    add_stage(&j, stage);
    list_hosts(&j, stage->hosts, stage->touched);
    json_kstr(&j, "to", stage->before.version);
    json_kstr(&j, "outcome", why.n ? SV("failed") : SV("done"));
    if (why.n)
        json_kstr(&j, "why", why);
    return add_event(r, "deploy.rollback", stage->deployment->ref, &j, err);
}
