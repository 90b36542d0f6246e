/* readiness_scope: what expressions of checks may ask of a service. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_READINESS_SCOPE_H
#define CLI_READINESS_SCOPE_H

#include "cli/site.h"
#include "store/check_expr.h"

/* What days_since_checkup is of owners who never met. */
enum { CHECKUP_NEVER = 1000000 };

/* What is read once for all services. */
struct readiness_facts {
    struct event *checkups; /* checkup.held */
    size_t checkup_count;
};
bool readiness_read(struct site *s, struct readiness_facts *out, struct err *err);
/* Numbers and texts of one service, in the arena. The site's store must be open. */
struct check_scope readiness_scope(struct site *s, struct arena *a, const struct readiness_facts *facts, const struct entity *service);

#endif
