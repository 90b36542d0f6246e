/* box: what is closed opens with the same key, bound to the same thing, unchanged; otherwise not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/box.h"

static const unsigned char key[BOX_KEY_BYTES] = "0123456789abcdef0123456789abcde", other[BOX_KEY_BYTES] = "another";

static void test_opens(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    static const struct sv texts[] = { SV_INIT(""), SV_INIT("x"), SV_INIT("a text\0with a NUL"), SV_INIT("sixteen bytes!!!") };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sv box, again, text;
        assert_true(box_close(a, key, SV("bound"), texts[i], &box));
        assert_int_equal(box.n, texts[i].n + 28);
        assert_true(texts[i].n < 4 || sv_find(box, texts[i], 0) == SIZE_MAX);
        assert_true(box_open(a, key, SV("bound"), box, &text));
        assert_true(sv_eq(text, texts[i]));
        assert_true(box_close(a, key, SV("bound"), texts[i], &again));
        assert_false(sv_eq(box, again)); /* a nonce is not used twice */
    }
    arena_free(a);
}

static void test_refuses(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct sv box, text;
    assert_true(box_close(a, key, SV("bound"), SV("secret"), &box));
    assert_false(box_open(a, other, SV("bound"), box, &text));
    assert_false(box_open(a, key, SV("bounc"), box, &text));
    assert_false(box_open(a, key, SV(""), box, &text));
    for (size_t i = 0; i < box.n; i++) {
        char *changed = arena_cstr(a, box);
        changed[i] ^= 1;
        assert_false(box_open(a, key, SV("bound"), sv_make(changed, box.n), &text));
        assert_false(box_open(a, key, SV("bound"), sv_slice(box, 0, i), &text));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_opens), cmocka_unit_test(test_refuses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
