/* func: built-in functions, case by case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../lookup/compile_cases.h"

static void test_cases(void **state) { run_cases(*state, "func/cases.txt", 50); }

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_cases, setup, teardown) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
