/* agent: converges a catalog: order, noop, refresh, failures, and the report of what was found and changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "system/provider.h"

/* OUT_NOTE: nothing happened, but there is something to know ("Dependency Exec[a] has failures: true"). */
enum resource_outcome { OUT_IN_SYNC, OUT_CHANGED, OUT_WOULD_CHANGE, OUT_PLANNED_ONLY, OUT_FAILED, OUT_SKIPPED, OUT_REFRESHED, OUT_NOTE };

struct resource_event {
    const struct resource *resource;
    enum resource_outcome outcome;
    struct sv property;      /* empty: the resource as a whole */
    struct sv before, after; /* "[redacted]" where sensitive */
    struct sv message;       /* as Puppet logs it: "content changed '{sha256}...' to '{sha256}...'" */
    struct sv output;        /* what its command said, where that is to be shown; may have many lines */
    bool no_write;           /* says something, changes nothing on the system (notify): no drift */
};

struct report {
    struct sv host, environment;
    int64_t started, ended;
    struct resource_event *events; /* all but OUT_IN_SYNC, in order */
    uint32_t event_count;
    size_t event_cap;
    unsigned total, in_sync, changed, would_change, planned_only, failed, skipped, refreshed;
    struct sv error; /* the run could not start: a cycle, a bad resource */
};

/* Called for each event as it happens; may be NULL. */
typedef void (*agent_listener)(void *ctx, const struct resource_event *e);

/* "/Stage[main]/Ntp::Config/File[/etc/ntp.conf]": what a log line starts with. */
struct sv resource_path(struct arena *a, const struct resource *r);
/* In the run's arena; never NULL. Resources left out by tags or schedule are counted as skipped, without an event.
 * With run->noop it is the read-only answer to "what has drifted": events that are OUT_WOULD_CHANGE and not no_write. */
struct report *agent_converge(struct run *run, const struct catalog *c, agent_listener listener, void *ctx);
void report_write_json(const struct report *r, struct strbuf *out, bool pretty);
/* 0 no change, 2 changes, 4 failures, 6 both, 1 could not run: as --detailed-exitcodes. */
int report_exit_code(const struct report *r, bool detailed);

#endif
