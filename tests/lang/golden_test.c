/* golden: each text of a folder of cases gives exactly the expected dump or messages. The folder is named by the program:
 * lang-heredoc-test runs cases/heredoc. UPDATE=1 rewrites what is expected; CASE=NAME runs one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lang_helper.h"

static struct sv folder; /* of the cases */
static bool want_tokens; /* dump tokens, not trees */
static bool want_source; /* print, not dump */

static void add_result(struct strbuf *out, struct sv text, unsigned flags)
{
    struct parsed p = parse_text(text, flags);
    diags_print(out, &p.diags, false);
    if (want_tokens) {
        struct source src = { SV("test.pp"), text };
        struct diags d = diags_in(p.arena);
        dump_tokens(out, &src, flags, &d);
    } else if (p.unit) {
        if (want_source)
            ast_print(out, p.unit->program);
        else
            dump_ast(out, p.unit);
        assert_true(round_trip(&p, flags, out));
    }
    parsed_free(&p);
}

static bool run_case(struct sv path)
{
    struct arena *a = arena_new(0);
    struct strbuf out = STRBUF_IN(a);
    struct sv text, expected = SV("");
    struct err err;
    bool epp = sv_ends(path, SV(".epp"));
    assert_true(fs_read(a, arena_cstr(a, path), 0, &text, &err));
    add_result(&out, text, epp ? PARSE_EPP : 0);
    const char *expected_path = arena_printf(a, "%.*s.expected", SV_ARG(path)).p;
    bool same;
    if (getenv("UPDATE")) {
        same = fs_write_atomic(expected_path, strbuf_sv(&out), 0644, &err);
    } else {
        same = fs_read(a, expected_path, 0, &expected, &err) && sv_eq(expected, strbuf_sv(&out));
        if (!same)
            print_message("%.*s: expected\n%.*s\ngot\n%.*s\n", SV_ARG(path), SV_ARG(expected), SV_ARG(strbuf_sv(&out)));
    }
    arena_free(a);
    return same;
}

static void test_cases(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct fs_entry *entries;
    size_t count, ran = 0, bad = 0;
    struct err err;
    const char *only = getenv("CASE");
    assert_true(fs_list(a, arena_cstr(a, folder), &entries, &count, &err));
    for (size_t i = 0; i < count; i++) {
        struct sv name = entries[i].name;
        if (!sv_ends(name, SV(".pp")) && !sv_ends(name, SV(".epp")))
            continue;
        if (only && !sv_starts(name, sv_of(only)))
            continue;
        ran++;
        bad += !run_case(path_join(a, folder, name));
    }
    arena_free(a);
    assert_true(ran > 0);
    assert_int_equal(bad, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct arena *a = arena_new(0);
    struct sv name = path_base(sv_of(argc ? argv[0] : "lang-parser-test"));
    name = sv_slice(name, sizeof "lang-" - 1, name.n - (sizeof "-test" - 1));
    folder = arena_printf(a, "%s/tests/lang/cases/%.*s", root ? root : ".", SV_ARG(name));
    want_tokens = sv_is(name, "lexer");
    want_source = sv_is(name, "printer");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
