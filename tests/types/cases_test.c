/* types: tables of cases with what the reference (7.23) gives: a file each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../lookup/compile_cases.h"

#define TABLES(X)                                                                                                                          \
    X(print, 150)                                                                                                                          \
    X(infer, 60)                                                                                                                           \
    X(assign, 60)                                                                                                                          \
    X(match, 60)                                                                                                                           \
    X(new, 120)                                                                                                                            \
    X(format, 120)                                                                                                                         \
    X(sprintf, 60)                                                                                                                         \
    X(semver, 40)                                                                                                                          \
    X(time, 60)                                                                                                                            \
    X(regexp, 80)                                                                                                                          \
    X(mismatch, 110)                                                                                                                       \
    X(object, 80)                                                                                                                          \
    X(operate, 80)                                                                                                                         \
    X(typeset, 20)
#define X(name, least)                                                                                                                     \
    static void test_##name(void **state) { run_cases(*state, "types/" #name ".txt", least); }
TABLES(X)
#undef X

int main(void)
{
#define X(name, least) cmocka_unit_test_setup_teardown(test_##name, setup, teardown),
    const struct CMUnitTest tests[] = { TABLES(X) };
#undef X
    return cmocka_run_group_tests(tests, NULL, NULL);
}
