/* agent: converges a catalog: order, noop, refresh, failures, and the report of what was found and changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "system/provider.h"

enum resource_outcome { OUT_IN_SYNC, OUT_CHANGED, OUT_WOULD_CHANGE, OUT_PLANNED_ONLY, OUT_FAILED, OUT_SKIPPED, OUT_REFRESHED };

struct resource_event {
    const struct resource *resource;
    enum resource_outcome outcome;
    struct sv property;      /* empty: the resource as a whole */
    struct sv before, after; /* "[redacted]" where sensitive */
    struct sv message;       /* as Puppet logs it: "content changed '{sha256}...' to '{sha256}...'" */
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

/* In the run's arena; never NULL. */
struct report *agent_converge(struct run *run, const struct catalog *c, agent_listener listener, void *ctx);
void report_write_json(const struct report *r, struct strbuf *out, bool pretty);
/* 0 no change, 2 changes, 4 failures, 6 both, 1 could not run: as --detailed-exitcodes. */
int report_exit_code(const struct report *r, bool detailed);

#endif
