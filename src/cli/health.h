/* health: the health checks of a deployment on one host. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HEALTH_H
#define CLI_HEALTH_H

#include "cli/site.h"

struct health_subject {
    const struct entity *deployment;
    const struct subject *host;
    struct sv version, root; /* for {version} and {root}; root empty: the host has none here */
};

/* Asks until each check passes or its time is over; pause waits a moment and is false where nobody wants the answer any more.
 * False and err with the first check that fails. */
bool health_check(const struct health_subject *h, struct arena *a, bool (*pause)(void *ctx, int ms), void *ctx, struct err *err);
uint32_t health_count(const struct entity *deployment);
/* "GET http://{host}:80/ is 200" */
struct sv health_text(struct arena *a, const struct data *check);

#endif
