/* readiness_scope: what expressions of checks may ask of an entity, by its kind. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_READINESS_SCOPE_H
#define CLI_READINESS_SCOPE_H

#include "cli/ritual_record.h"
#include "cli/site.h"
#include "store/check_expr.h"

/* What days_since_checkup is of owners who never met. */
enum { CHECKUP_NEVER = 1000000 };

/* What is read once for all services. */
struct readiness_facts {
    struct event *checkups; /* checkup.held */
    size_t checkup_count;
    struct ritual_record rituals;
};
bool readiness_read(struct site *s, struct readiness_facts *out, struct err *err);
/* What a Check may be on: 'component', in any case. */
bool readiness_kind(struct sv on, enum model_kind *out_kind);
const char *const *readiness_kind_names(uint32_t *out_count);
/* The names that expressions on a kind may use, without values: for check_expr_test. */
struct check_scope readiness_names(struct arena *a, enum model_kind kind, int64_t now);
/* Tells what is wrong with the expressions of the model's checks; the number of checks. readiness_checks.c */
uint32_t readiness_checks_test(const struct model *m, struct arena *a, int64_t now, struct diags *diags);
/* Numbers, texts and functions of one entity of such a kind, in the arena. The site's store must be open. */
struct check_scope readiness_scope(struct site *s, struct arena *a, const struct readiness_facts *facts, const struct entity *e);

#endif
