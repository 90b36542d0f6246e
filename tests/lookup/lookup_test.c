/* lookup: Hiera over tests/lookup/site, case by case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_cases.h"

static void test_cases(void **state) { run_cases(*state, "lookup/cases.txt", 50); }

static void test_check(void **state)
{
    struct world *w = *state;
    struct diags d = diags_in(w->arena);
    assert_true(lookup_check(w->s, &d));
    assert_int_equal(d.errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
