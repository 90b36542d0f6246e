/* check_expr: the expressions of checks: counts of queries compared with numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_CHECK_EXPR_H
#define STORE_CHECK_EXPR_H

#include "store/store.h"

/* expr -> side ( '=' | '!=' | '<' | '<=' | '>' | '>=' ) side { 'and' expr }
 *   side -> a number | the name of a number in the scope | a query in PQL, whose rows are counted (or whose one count() is taken)
 *         | a function of the scope '(' a ritual ',' a duration, P4W or 4w ')'
 * In queries $name is a text of the scope, and $ago(P14D) the time that long before now. */
struct check_number {
    const char *name;
    int64_t n;
};
struct check_text {
    const char *name;
    struct sv pql; /* as it stands in a query: "\"a\"", "[\"a\", \"b\"]" */
};
struct check_scope {
    const struct check_number *numbers;
    uint32_t number_count;
    const struct check_text *texts;
    uint32_t text_count;
    int64_t now; /* UTC seconds */
    const char *const *functions;
    uint32_t function_count;
    const char *const *rituals;
    uint32_t ritual_count;
    /* Functions and rituals by their number in the lists. *out_known false: nothing was ever recorded that it could count. Not called by
     * check_expr_test. */
    int64_t (*call)(void *ctx, uint32_t function, uint32_t ritual, int64_t seconds, bool *out_known);
    void *ctx;
};

/* Of the first comparison that does not hold, else of the last one. */
struct check_result {
    bool holds;
    bool no_data;   /* it counts what was never recorded: it says nothing, neither way */
    uint32_t fault; /* where the expression is wrong, in bytes from its start */
    int64_t left, right;
    struct sv comparison; /* "=" */
};

/* False, err and out->fault where the expression is wrong, with near names, or the store fails. */
bool check_expr_run(struct store *s, struct arena *a, struct sv expr, const struct check_scope *scope, struct check_result *out,
                    struct err *err);
/* Is it well formed, of names that there are, and do its queries make sense? Looks at every part, without a store; false as above. */
bool check_expr_test(struct arena *a, struct sv expr, const struct check_scope *scope, struct check_result *out, struct err *err);
/* A list of texts as PQL has it; of none a list that nothing is in. */
struct sv check_text_list(struct arena *a, const struct sv *texts, uint32_t count);
struct sv check_text_one(struct arena *a, struct sv text);

#endif
