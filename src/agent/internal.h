/* internal: what the agent's parts share: the state of one convergence. In the run's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_INTERNAL_H
#define AGENT_INTERNAL_H

#include "agent/agent.h"
#include "catalog/graph.h"

struct node_state {
    const struct resource *resource;
    const struct provider *provider; /* NULL: none, or a container */
    bool failed, skipped;
    unsigned refreshes;           /* notifications that wait for it */
    struct node_state *made_next; /* generated after it */
};

struct converge {
    struct run *run;
    const struct catalog *catalog;
    struct graph *graph;
    struct report *report;
    agent_listener listener;
    void *listener_ctx;
    struct map states;     /* resource pointer bytes -> node_state */
    struct map by_name;    /* "file\0/a" -> resource: titles and main attributes */
    struct map dead_types; /* types whose prefetch failed -> message */
    bool troubled;         /* something failed: from now on each resource looks at what it needs */
};

struct node_state *state_of(struct converge *c, const struct resource *r);
void emit(struct converge *c, struct resource_event e);
/* Converges one resource; true where it changed (so what it notifies is to be refreshed). */
bool apply_resource(struct converge *c, struct node_state *s, bool noop);
void refresh_resource(struct converge *c, struct node_state *s, bool noop);
bool resource_noop(const struct run *run, const struct resource *r);

/* A schedule's verdict on this moment. False and err: the schedule is unknown. */
bool schedule_allows(struct run *run, const struct catalog *cat, const struct resource *r, bool *out_allowed, struct err *err);
bool tags_select(const struct run *run, const struct resource *r);

#endif
