/* rollout_run: batch by batch: the version out, hosts converged, reports awaited, health asked; and back where that fails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdarg.h>
#include <time.h>

#include "base/command.h"
#include "base/fs.h"
#include "cli/fleet.h"
#include "cli/health.h"
#include "cli/host_run.h"
#include "cli/rollout.h"
#include "cli/show.h"
#include "store/reports.h"

/* FAILED: r->why says what; STOPPED: a signal, or another has the lock; BROKEN: the store. */
enum step { STEP_OK, STEP_FAILED, STEP_STOPPED, STEP_BROKEN };

enum { POLL_MS = 200 };

static void say(struct rollout *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct rollout *r, const char *fmt, ...)
{
    va_list ap;
    if (r->c->json)
        return;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    fflush(stdout);
}

/* --- signals, time and the lock --- */

/* Signals that would end the process wait until it looks: it never ends between two things that belong together. */
static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

static bool wait_a_moment(void *ctx, int ms)
{
    struct rollout *r = ctx;
    struct err err = { "" };
    sigset_t set = stop_signals();
    struct timespec nap = { ms / 1000, (long)(ms % 1000) * 1000000 };
    if (sigtimedwait(&set, NULL, &nap) > 0) {
        if (!r->finishing)
            r->interrupted = true;
        else
            fputs("potlac: rolling back first; it ends by itself\n", stderr);
    }
    if (!rollout_renew(r, &err) && !err.text[0])
        r->taken = true;
    return !r->interrupted && !r->taken;
}

static enum step go_on(struct rollout *r) { return wait_a_moment(r, 0) ? STEP_OK : STEP_STOPPED; }

static enum step failed(struct rollout *r, struct sv why)
{
    r->why = why;
    return STEP_FAILED;
}

/* --- converging --- */

static struct sv root_of(struct rollout *r, const struct subject *host)
{
    return r->roots.n ? path_join(r->site->arena, r->roots, host->entity->name) : SV_NONE;
}

static struct sv filled_word(struct rollout *r, const struct subject *host, struct sv word)
{
    struct arena *a = r->site->arena;
    size_t at = sv_find(word, SV("{host}"), 0);
    return at == SIZE_MAX ? word
                          : arena_printf(a, "%.*s%.*s%.*s", SV_ARG(sv_slice(word, 0, at)), SV_ARG(host->entity->name),
                                         SV_ARG(sv_slice(word, at + 6, word.n)));
}

static enum step run_command(struct rollout *r, const struct subject *host)
{
    struct arena *a = r->site->arena;
    struct command_result result;
    struct err err = { "" };
    size_t n = 0;
    while (r->command[n])
        n++;
    const char **argv = ARENA_ARRAY(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        argv[i] = arena_cstr(a, filled_word(r, host, sv_of(r->command[i])));
    if (!command_run(a, COMMAND(.argv = argv, .cwd = ".", .timeout = (int)r->timeout), &result, &err))
        return failed(r, arena_printf(a, "%.*s: %s", SV_ARG(host->entity->name), err.text));
    struct sv said = sv_trim(result.output);
    if (result.timed_out)
        return failed(r, arena_printf(a, "%.*s: its command did not end within %llds", SV_ARG(host->entity->name), (long long)r->timeout));
    if (result.status != 0)
        return failed(r, arena_printf(a, "%.*s: its command exited with %d: %.*s", SV_ARG(host->entity->name), result.status,
                                      (int)(said.n < 300 ? said.n : 300), said.p ? said.p : ""));
    return STEP_OK;
}

static enum step converge_here(struct rollout *r, const struct fleet_item *item)
{
    struct host_run run = {
        .host = item->subject, .catalog = item->result->catalog, .sealed = item->sealed, .root = root_of(r, &item->subject)
    };
    struct report *report;
    struct err err = { "" };
    if (!host_run(r->site, &run, &report, &err))
        return failed(r, arena_printf(r->site->arena, "%.*s: %s", SV_ARG(item->subject.entity->name), err.text));
    return STEP_OK;
}

/* Catalogs of all hosts first: agents fetch theirs whenever they like. */
static enum step publish(struct rollout *r, const struct subject *hosts, size_t count, struct fleet_item *items)
{
    struct err err = { "" };
    for (size_t i = 0; i < count; i++)
        if (!fleet_publish_host(r->site, &hosts[i], &items[i], &err))
            return failed(r, arena_dup(r->site->arena, sv_of(err.text)));
    return STEP_OK;
}

static enum step converge_hosts(struct rollout *r, const struct subject *hosts, size_t count, const struct fleet_item *items)
{
    enum step step = STEP_OK;
    for (size_t i = 0; i < count && step == STEP_OK; i++) {
        step = go_on(r);
        if (step == STEP_OK && r->roots.n)
            step = converge_here(r, &items[i]);
        else if (step == STEP_OK && r->command)
            step = run_command(r, &hosts[i]);
    }
    return step;
}

/* --- reports --- */

struct awaited {
    int64_t mark, since; /* reports after these count */
    const struct subject *hosts;
    size_t count;
};

/* How many have reported since, and why that is no success; missing: the names of those who have not. */
static enum step look_at_reports(struct rollout *r, const struct awaited *w, size_t *out_seen, struct sv *out_missing, struct err *err)
{
    struct arena *a = r->site->arena;
    struct strbuf missing = STRBUF_IN(a);
    *out_seen = 0;
    for (size_t i = 0; i < w->count; i++) {
        struct report_brief brief;
        if (!reports_newest(r->site->store, a, w->hosts[i].certname, w->mark, w->since, &brief, err))
            return STEP_BROKEN;
        struct sv name = w->hosts[i].entity->name;
        if (brief.id && sv_is(brief.status, "failed"))
            return failed(r, arena_printf(a, "%.*s: its run failed", SV_ARG(name)));
        if (brief.id)
            ++*out_seen;
        else
            strbuf_addf(&missing, "%s%.*s", missing.n ? ", " : "", SV_ARG(name));
    }
    *out_missing = strbuf_sv(&missing);
    return STEP_OK;
}

static enum step await_reports(struct rollout *r, const struct awaited *w, struct err *err)
{
    struct timespec start, now;
    struct sv missing;
    size_t seen;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        enum step step = look_at_reports(r, w, &seen, &missing, err);
        if (step != STEP_OK || seen == w->count)
            return step;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - start.tv_sec >= r->timeout)
            return failed(r, arena_printf(r->site->arena, "no report within %llds from %.*s", (long long)r->timeout, SV_ARG(missing)));
        if (!wait_a_moment(r, POLL_MS))
            return STEP_STOPPED;
    }
}

static bool open_wait(struct rollout *r, const struct subject *hosts, size_t count, struct awaited *out_w, struct err *err)
{
    *out_w = (struct awaited){ .since = r->site->now * 1000, .hosts = hosts, .count = count };
    return reports_mark(r->site->store, &out_w->mark, err);
}

/* Publishes, converges where that is our job, and waits for the reports. */
static enum step bring_about(struct rollout *r, const struct awaited *w, struct err *err)
{
    struct fleet_item *items = ARENA_ARRAY(r->site->arena, struct fleet_item, w->count + 1);
    enum step step = publish(r, w->hosts, w->count, items);
    if (step == STEP_OK)
        step = converge_hosts(r, w->hosts, w->count, items);
    for (size_t i = 0; i < w->count; i++)
        compile_result_free(items[i].result);
    return step == STEP_OK ? await_reports(r, w, err) : step;
}

/* --- a batch --- */

static enum step check_health(struct rollout *r, const struct rollout_batch *b)
{
    struct arena *a = r->site->arena;
    for (size_t i = 0; i < b->count && health_count(b->stage->deployment); i++) {
        struct health_subject h = { b->stage->deployment, &b->hosts[i], r->version, root_of(r, &b->hosts[i]) };
        struct err err = { "" };
        if (go_on(r) != STEP_OK)
            return STEP_STOPPED;
        if (health_check(&h, a, wait_a_moment, r, &err))
            continue;
        if (r->interrupted || r->taken)
            return STEP_STOPPED;
        return failed(r, arena_printf(a, "%.*s is not healthy: %s", SV_ARG(b->hosts[i].entity->name), err.text));
    }
    return STEP_OK;
}

static struct sv host_names(struct arena *a, const struct subject *hosts, size_t count)
{
    struct sv *names = ARENA_ARRAY(a, struct sv, count + 1);
    for (size_t i = 0; i < count; i++)
        names[i] = hosts[i].entity->name;
    return show_names(a, names, (uint32_t)count, 6);
}

static enum step run_batch(struct rollout *r, const struct rollout_batch *b, struct err *err)
{
    struct arena *a = r->site->arena;
    struct awaited w;
    enum step step = go_on(r);
    if (step != STEP_OK)
        return step;
    /* Said when it is recorded: whoever reads it may apply the hosts at once, and those runs count. */
    if (!open_wait(r, b->hosts, b->count, &w, err) || !rollout_record_batch(r, b, err))
        return STEP_BROKEN;
    say(r, "  batch %zu of %zu: %.*s: ", b->number, b->of, SV_ARG(host_names(a, b->hosts, b->count)));
    step = bring_about(r, &w, err);
    if (step == STEP_OK)
        step = check_health(r, b);
    rollout_clock(r);
    if ((step == STEP_OK || step == STEP_FAILED) && !rollout_record_result(r, b, step == STEP_OK, err))
        return STEP_BROKEN;
    if (step == STEP_OK)
        say(r, "%sreported%s%s\n", cli_green(r->c), health_count(b->stage->deployment) ? " and healthy" : "", cli_plain(r->c));
    else
        say(r, "%s%s%s\n", cli_red(r->c), step == STEP_FAILED ? "failed" : "stopped", cli_plain(r->c));
    if (step == STEP_FAILED)
        say(r, "    %.*s\n", SV_ARG(r->why));
    return step;
}

static enum step run_stage(struct rollout *r, struct rollout_stage *stage, struct err *err)
{
    struct sv environment = entity_text(stage->cluster, "environment");
    struct rollout_batch b = { .stage = stage, .of = (stage->host_count + stage->batch - 1) / stage->batch };
    say(r, "%s%.*s%s%s%.*s: %.*s -> %.*s\n", cli_bold(r->c), SV_ARG(stage->cluster->name), cli_plain(r->c), environment.n ? ", " : "",
        SV_ARG(environment), SV_ARG(stage->before.version), SV_ARG(r->version));
    for (size_t at = 0; at < stage->host_count; at += b.count) {
        size_t left = stage->host_count - at;
        b.hosts = stage->hosts + at;
        b.count = left < stage->batch ? left : stage->batch;
        b.number++;
        enum step step = run_batch(r, &b, err);
        if (step != STEP_OK)
            return step;
    }
    return rollout_record_complete(r, stage, err) ? STEP_OK : STEP_BROKEN;
}

/* --- back --- */

/* The latest first, as they were built on those before. */
static enum rollout_outcome roll_back(struct rollout *r, struct err *err)
{
    enum rollout_outcome outcome = ROLLOUT_ROLLED_BACK;
    struct sv first_why = r->why;
    r->finishing = true;
    for (size_t i = r->stage_count; i-- > 0;) {
        struct rollout_stage *stage = &r->stages[i];
        struct awaited w;
        if (!stage->touched)
            continue;
        rollout_clock(r);
        if (!open_wait(r, stage->hosts, stage->touched, &w, err) || !rollout_record_back(r, stage, err))
            return ROLLOUT_BROKEN;
        say(r, "Rolling back %.*s to %.*s: %.*s: ", SV_ARG(stage->cluster->name), SV_ARG(stage->before.version),
            SV_ARG(host_names(r->site->arena, stage->hosts, stage->touched)));
        enum step step = bring_about(r, &w, err);
        if (step == STEP_BROKEN)
            return ROLLOUT_BROKEN;
        if (step == STEP_STOPPED)
            return ROLLOUT_TAKEN;
        rollout_clock(r);
        if (!rollout_record_back_result(r, stage, step == STEP_OK ? SV_NONE : r->why, err))
            return ROLLOUT_BROKEN;
        say(r, step == STEP_OK ? "done\n" : "failed\n    %.*s; its catalog is the one before: the next run brings it back\n",
            SV_ARG(r->why));
        if (step != STEP_OK)
            outcome = ROLLOUT_STUCK;
    }
    r->why = first_why;
    return outcome;
}

static enum rollout_outcome run_stages(struct rollout *r, struct err *err)
{
    enum step step = STEP_OK;
    for (size_t i = 0; i < r->stage_count && step == STEP_OK; i++)
        step = run_stage(r, &r->stages[i], err);
    switch (step) {
    case STEP_OK:
        return ROLLOUT_DONE;
    case STEP_FAILED:
        return roll_back(r, err);
    case STEP_STOPPED:
        return r->taken ? ROLLOUT_TAKEN : ROLLOUT_INTERRUPTED;
    default:
        return ROLLOUT_BROKEN;
    }
}

bool rollout_run(struct rollout *r, enum rollout_outcome *out_outcome, struct err *err)
{
    sigset_t set = stop_signals(), was;
    rollout_clock(r);
    sigprocmask(SIG_BLOCK, &set, &was);
    bool begun = rollout_record_start(r, err);
    if (begun) {
        *out_outcome = run_stages(r, err);
        struct err late = { "" };
        /* Whoever took the lock over has written the end of this one. */
        if (*out_outcome != ROLLOUT_TAKEN && !rollout_record_finish(r, *out_outcome, &late) && !err->text[0])
            *err = late;
    } else if (!err->text[0]) {
        err_set(err, "'%.*s' is being deployed already: %.*s by %.*s; wait for it, or look at 'potlac deploys'", SV_ARG(r->service->name),
                SV_ARG(r->other.version), SV_ARG(rollout_holder(r->site->arena, &r->other)));
    }
    sigprocmask(SIG_SETMASK, &was, NULL);
    return begun;
}
