/* deploys: which version of a service `potlac deploy` put where, and who is deploying it now. Memory is in the arena given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_DEPLOYS_H
#define STORE_DEPLOYS_H

#include "store/store.h"

/* A version recorded stands before the one in the model's file until the file says something new: declared is what it said then. */
struct deployed_host {
    struct sv host, version;
};
struct deployed {
    struct sv deployment; /* ref */
    struct sv version;    /* on all hosts of its cluster but those below */
    struct sv declared;
    struct deployed_host *hosts; /* while a deploy goes from batch to batch, or was left half-way */
    size_t host_count, host_cap;
    int64_t at;
};

/* Nothing recorded: version is empty. */
bool deployed_find(struct store *s, struct arena *a, struct sv deployment, struct deployed *out_d, struct err *err);
bool deployed_list(struct store *s, struct arena *a, struct deployed **out_list, size_t *out_count, struct err *err);
bool deployed_put(struct store *s, const struct deployed *d, int64_t at, struct err *err);
/* No version: back to what the file says. */
bool deployed_drop(struct store *s, struct sv deployment, struct err *err);
struct sv deployed_on(const struct deployed *d, struct sv host);
/* Sets one host's version; it is no exception where it is that of all. */
void deployed_set(struct arena *a, struct deployed *d, struct sv host, struct sv version);

/* One deploy of a service at a time. Whoever holds the lock renews it; one that was not renewed until its end belongs to nobody. */
struct deploy_lock {
    struct sv service, id, version, actor, reason;
    struct sv process; /* "host, process 123": where it runs */
    int64_t since, until;
};
/* Both inside store_begin. False without err text: somebody else has it. out_was: whoever had it before; id empty: nobody. */
bool deploy_lock_take(struct store *s, struct arena *a, const struct deploy_lock *l, int64_t now, struct deploy_lock *out_was,
                      struct err *err);
/* Only its holder. */
bool deploy_lock_release(struct store *s, struct arena *a, const struct deploy_lock *l, struct err *err);
bool deploy_lock_list(struct store *s, struct arena *a, struct deploy_lock **out_list, size_t *out_count, struct err *err);

#endif
