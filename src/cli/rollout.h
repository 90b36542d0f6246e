/* rollout: a deploy as it goes from cluster to cluster and batch to batch: who may, in which order, and how it went.
 * It works on reports in the store: whoever converges the hosts, a batch is over when each of its hosts has reported. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ROLLOUT_H
#define CLI_ROLLOUT_H

#include "cli/site.h"

/* One deployment of the service: its cluster's hosts, a batch at a time. */
struct rollout_stage {
    const struct entity *deployment, *cluster;
    struct subject *hosts;
    size_t host_count, host_cap;
    size_t batch;                   /* hosts at once */
    struct deployed before, now;    /* as recorded; before.version is what the model says where nothing was */
    bool recorded_before, complete; /* complete: all of its hosts have the version */
    size_t touched;                 /* so many of its hosts were given the version */
};

enum rollout_outcome { ROLLOUT_DONE, ROLLOUT_ROLLED_BACK, ROLLOUT_STUCK, ROLLOUT_INTERRUPTED, ROLLOUT_TAKEN, ROLLOUT_BROKEN };

struct rollout {
    struct cli *c;
    struct site *site;
    const struct entity *service, *author;
    struct sv version, reason, why_may; /* why_may: "dev owner" */
    struct sv committed;                /* UTC time of the commit it is made from; empty: not known */
    struct rollout_stage *stages;
    size_t stage_count, stage_cap;
    struct sv roots;            /* hosts are converged into folders below it; empty: by others */
    const char *const *command; /* run for each host of a batch, with {host} and {root}; NULL: none */
    int64_t timeout;            /* seconds to wait for the reports of a batch */

    struct deploy_lock lock;
    int64_t opened, monotonic; /* the site's clock and this machine's when it began */
    bool interrupted, taken;
    struct sv why;            /* what failed */
    struct deploy_lock other; /* who has the lock in our place */
    bool finishing;           /* rolling back: a signal does not stop that */
};

/* The User of "eva", "user:eva" or an e-mail address, and why they may deploy the service. False and err with who may. */
bool rollout_authorise(struct rollout *r, struct sv author, struct err *err);
/* Fills the stages: clusters in the order given ("a,b"), or those before production first. batch: "3", "25%", or NULL. */
bool rollout_plan(struct rollout *r, const char *clusters, const char *batch, struct err *err);
/* Takes the lock, goes through the stages, rolls back where a batch fails, records each step. False and err: it could not begin. */
bool rollout_run(struct rollout *r, enum rollout_outcome *out_outcome, struct err *err);
const char *rollout_outcome_name(enum rollout_outcome o);
/* "7.4.0 on a, b; 7.3.1 on c" */
struct sv rollout_state(struct rollout *r, const struct rollout_stage *stage);

/* --- between the files of this module --- */

/* Sets the site's clock to now, as the site sees it: --now goes on from where it stood. */
void rollout_clock(struct rollout *r);
/* One transaction each: the state of a stage and the event that tells of it. */
bool rollout_record_start(struct rollout *r, struct err *err); /* takes the lock: false without err text where somebody else has it */
bool rollout_renew(struct rollout *r, struct err *err);        /* the same */
bool rollout_record_finish(struct rollout *r, enum rollout_outcome o, struct err *err);
struct rollout_batch {
    struct rollout_stage *stage;
    const struct subject *hosts;
    size_t count, number, of;
};
/* The batch's hosts get the version: what is recorded is what their next catalogs are made from. */
bool rollout_record_batch(struct rollout *r, const struct rollout_batch *b, struct err *err);
bool rollout_record_result(struct rollout *r, const struct rollout_batch *b, bool healthy, struct err *err);
bool rollout_record_complete(struct rollout *r, struct rollout_stage *stage, struct err *err);
/* The version before for all that were touched. */
bool rollout_record_back(struct rollout *r, struct rollout_stage *stage, struct err *err);
bool rollout_record_back_result(struct rollout *r, struct rollout_stage *stage, struct sv why, struct err *err);
/* "user:eva since 2027-02-15 08:00 UTC, on host h, process 1" of whoever has the lock. */
struct sv rollout_holder(struct arena *a, const struct deploy_lock *l);

#endif
