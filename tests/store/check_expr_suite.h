/* check_expr_suite: expressions of checks on a store with two nodes and a little history. The same of every backend. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_CHECK_EXPR_SUITE_H
#define TESTS_STORE_CHECK_EXPR_SUITE_H

#include "upkeep_suite.h"

#include "store/check_expr.h"

static const struct {
    const char *expr;
    bool holds;
    int64_t left, right;
} expressions[] = {
    { "1 = 1", true, 1, 1 },
    { "hosts >= 2", true, 3, 2 },
    { "hosts < sites", false, 3, 1 },
    { "hosts!=3", false, 3, 3 },
    { "2 <= hosts and hosts <= 2", false, 3, 2 },
    { "hosts > 2 and sites > 0", true, 1, 0 },
    { "nodes {} = 2", true, 2, 2 },
    { "nodes[count()] {} = 2", true, 2, 2 },
    { "nodes { certname in $certnames } < hosts", true, 2, 3 },
    { "nodes { certname in $none } = 0", true, 0, 0 },
    { "nodes { certname = $name } = 1", true, 1, 1 },
    { "nodes { certname = 'and = $name' } = 0", true, 0, 0 },
    { "nodes { certname = \"\\\"$name <= \" } = 0", true, 0, 0 },
    { "resources[certname] { type = 'Package' and parameters.a >= 1 } = 2", true, 2, 2 },
    { "history { kind = 'deploy' and at > $ago(PT1H) } = 1", true, 1, 1 },
    { "history { kind = 'deploy' and at > $ago(P1D) } = 1", false, 2, 1 },
    { "reports[count(), status] { group by status } = 1", true, 1, 1 }, /* rows, as it has more than the count */
    { "missed(sync, 4w) = 28", true, 28, 28 },
    { "missed( chat , PT48H ) <= 2", false, 3, 2 },
};

static const char *const wrong_expressions[][2] = {
    { "hosts", "expected a comparison: =, !=, <, <=, > or >=" },
    { "hosts >= 1 >= 2", "expected one comparison, found more; join them with 'and'" },
    { "host >= 1", "unknown number 'host'; did you mean 'hosts'?" },
    { ">= 1", "expected a number, a name or a query on both sides of the comparison" },
    { "nodes { certname in $certname } = 1", "unknown text '$certname'; did you mean '$certnames'?" },
    { "nodes { at > $ago } = 1", "expected a duration behind $ago" },
    { "nodes { at > $ago(soon) } = 1", "expected a duration behind $ago" },
    { "nods {} = 1", "there is no entity 'nods'" },
    { "nodes { certname } = 1", "expected an operator" },
    { "missed(snyc, 4w) = 1", "unknown ritual 'snyc'; did you mean 'sync'?" },
    { "lost(sync, 4w) = 1", "unknown function 'lost'; there are held, missed" },
    { "missed(sync, 4x) = 1", "'4x' is no duration" },
    { "missed(sync) = 1", "expected a ritual and a duration in brackets" },
};

/* What a look without a store finds, and where: at the '^'. */
static const char *const faults[][2] = {
    { "hosts = 1 and hots = 1", "              ^" },
    { "hosts > 1 and nodes { certname = $name and bogus in $certnames } = 1", "                                           ^" },
    { "nodes { certname in $certnames and at > $ago(x) } = 1", "                                            ^" },
    { "hosts = 2 and missed(sync, 4x) = 1", "                           ^" },
    { "hosts = 1 = 1", "          ^" },
};

/* Days, and the number of the ritual; of what was held nothing is known. */
static int64_t call_of_test(void *ctx, uint32_t function, uint32_t ritual, int64_t seconds, bool *out_known)
{
    *out_known = function == 1;
    return seconds / 86400 + ritual + *(const int *)ctx;
}

static void test_expressions(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = full_store(&p);
    const struct sv certnames[] = { SV_INIT("one"), SV_INIT("two"), SV_INIT("th\"ree") };
    const struct check_number numbers[] = { { "hosts", 3 }, { "sites", 1 } };
    const struct check_text texts[] = { { "certnames", check_text_list(p.arena, certnames, 3) },
                                        { "none", check_text_list(p.arena, NULL, 0) },
                                        { "name", check_text_one(p.arena, SV("one")) } };
    static const char *const functions[] = { "held", "missed" }, *const rituals[] = { "sync", "chat" };
    int base = 0;
    const struct check_scope scope = {
        numbers, 2, texts, 3, 3601, functions, 2, rituals, 2, call_of_test, &base
    }; /* events are at 1 and 2 */
    struct err err = { "" };
    struct check_result r;
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        if (!check_expr_run(s, p.arena, sv_of(expressions[i].expr), &scope, &r, &err))
            fail_msg("%s: %s", expressions[i].expr, err.text);
        if (r.holds != expressions[i].holds || r.left != expressions[i].left || r.right != expressions[i].right)
            fail_msg("%s: %d, %lld %lld", expressions[i].expr, r.holds, (long long)r.left, (long long)r.right);
        assert_false(r.no_data);
        if (!check_expr_test(p.arena, sv_of(expressions[i].expr), &scope, &r, &err))
            fail_msg("%s: %s", expressions[i].expr, err.text);
    }
    assert_true(check_expr_run(s, p.arena, SV("hosts = 3 and held(sync, 1w) > 0"), &scope, &r, &err) && r.no_data);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        assert_false(check_expr_test(p.arena, sv_of(faults[i][0]), &scope, &r, &err));
        assert_int_equal(r.fault, strlen(faults[i][1]) - 1);
    }
    for (size_t i = 0; i < sizeof wrong_expressions / sizeof *wrong_expressions; i++) {
        assert_false(check_expr_run(s, p.arena, sv_of(wrong_expressions[i][0]), &scope, &r, &err));
        assert_mentions(err.text, wrong_expressions[i][1]);
        assert_false(check_expr_test(p.arena, sv_of(wrong_expressions[i][0]), &scope, &r, &err));
        assert_mentions(err.text, wrong_expressions[i][1]);
    }
    store_close(s);
    place_free(&p);
}

#define CHECK_EXPR_TESTS cmocka_unit_test(test_expressions)

#endif
