/* func: built-in functions, case by case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../lookup/compile_cases.h"

static void test_cases(void **state) { run_cases(*state, "func/cases.txt", 50); }

static void test_names(void **state)
{
    struct world *w = *state;
    struct err err = { 0 };
    struct sv text, name;
    unsigned unknown = 0, count = 0;
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    assert_true(fs_read(w->arena, arena_printf(w->arena, "%s/tests/func/names.txt", root ? root : ".").p, 0, &text, &err));
    while (sv_cut(&text, '\n', &name)) {
        if (!name.n || name.p[0] == '#')
            continue;
        struct sv got = outcome(w, arena_printf(w->arena, "%.*s()", SV_ARG(name)));
        count++;
        if (sv_find(got, SV("Unknown function"), 0) == SIZE_MAX)
            continue;
        fprintf(stderr, "the function '%.*s' is not known\n", SV_ARG(name));
        unknown++;
    }
    assert_true(count > 250);
    assert_int_equal(unknown, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
                                        cmocka_unit_test_setup_teardown(test_names, setup, teardown) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
