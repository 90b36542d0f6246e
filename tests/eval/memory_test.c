/* memory: what a snapshot keeps does not grow with the number of compiles, whatever titles and tags they make up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "test_functions.h"

enum { WARM = 8, MANY = 300 };

static const char code[] = "include m\n"
                           "tag(\"host-${n}\")\n"
                           "notify { \"title_${n}\": tag => [\"tag_${n}\", \"role::r${n}\"] }\n"
                           "@user { \"u${n}\": }\n"
                           "User <| tag == \"u${n}\" |>\n"
                           "m::d { \"more${n}\": port => 1 + $n }\n"
                           "if tagged(\"nobody_${n}\") or !($n =~ M::Port) { fail(\"no\") }\n"
                           "create_resources(notify, { \"made${n}\" => {} })\n";

/* One host's compile; the test looks at its catalog too, as a compile that fails keeps nothing. */
static void compile_host(struct snapshot *s, const struct builtins *functions, unsigned n, const char *text)
{
    struct arena *a = arena_new(0);
    struct hash *facts = hash_new(a, 1);
    hash_put_str(a, facts, "n", (struct value){ .kind = V_INT, .i = n });
    struct compile_options o = { .certname = arena_printf(a, "node%u.example.com", n),
                                 .facts = value_hash(facts),
                                 .strict = STRICT_WARNING,
                                 .code = sv_of(text),
                                 .functions = functions,
                                 .hooks.type_info = test_type_info };
    struct compile_result *r = compile_node(s, &o);
    if (!r->catalog)
        fail_msg("%.*s", SV_ARG(r->error));
    assert_non_null(catalog_find(r->catalog, SV("Notify"), arena_printf(a, "made%u", n)));
    assert_non_null(catalog_find(r->catalog, SV("Notify"), arena_printf(a, "more%u at %u", n, n + 1)));
    compile_result_free(r);
    arena_free(a);
}

static void test_flat_memory(void **state)
{
    (void)state;
    struct err err = { "" };
    struct arena *a = arena_new(0);
    const char *root = getenv("POTLAC_SOURCE_ROOT") ? getenv("POTLAC_SOURCE_ROOT") : ".";
    struct snapshot_options options = { .modulepath = arena_printf(a, "%s/tests/eval/cases/modules", root),
                                        .environment = SV("production") };
    struct snapshot *s = snapshot_open(&options, &err);
    assert_non_null(s);
    struct builtins *functions = test_builtins(snapshot_symtab(s));
    for (unsigned n = 1; n <= WARM; n++)
        compile_host(s, functions, n, code);
    uint32_t syms = symtab_count(snapshot_symtab(s));
    size_t bytes = mallinfo2().uordblks;
    for (unsigned n = WARM + 1; n <= MANY; n++)
        compile_host(s, functions, n, code);
    assert_int_equal(symtab_count(snapshot_symtab(s)), syms);
    assert_int_equal(mallinfo2().uordblks, bytes);
    builtins_free(functions);
    snapshot_free(s);
    arena_free(a);
}

/* What grows without end: the message names its place, whatever stands around it. */
static void test_limit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        { "function f($x) { [f(\"${x}${x}\")] }\nf('xxxxxxxx')", "line: 1" },
        { "function f($x, $n) { $n ? { 0 => $x, default => f($x + $x, $n - 1) } }\n$a = f([1], 10)\n"
          "$a.each |$x| {\n  $a.each |$y| { }\n}",
          "line: 4" },
        { "function g($n) { $n ? { 0 => [], default => g($n - 1) + [\"t${n}\"] } }\n$t = g(400)\nnotify { $t: }\n"
          "$a = $t.map |$x| { Notify[$x] }\n$a -> $a",
          "too many relations (file: grows.pp, line: 5" },
        { "define d() { d { [\"${title}0\", \"${title}1\"]: } }\nd { 'a': }", "line: 1" },
    };
    struct err err = { "" };
    struct snapshot_options options = { .environment = SV("production") };
    struct snapshot *s = snapshot_open(&options, &err);
    struct builtins *functions = test_builtins(snapshot_symtab(s));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compile_options o = { .certname = SV("n"),
                                     .code = sv_of(cases[i].text),
                                     .code_path = SV("grows.pp"),
                                     .functions = functions,
                                     .memory_limit = 16 << 20,
                                     .hooks.type_info = test_type_info };
        struct compile_result *r = compile_node(s, &o);
        assert_null(r->catalog);
        if (sv_find(r->error, SV("the compile needs more memory than its limit of 16 MiB"), 0) == SIZE_MAX ||
            sv_find(r->error, sv_of(cases[i].place), 0) == SIZE_MAX)
            fail_msg("%s: %.*s", cases[i].text, SV_ARG(r->error));
        compile_result_free(r);
    }
    builtins_free(functions);
    snapshot_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_flat_memory), cmocka_unit_test(test_limit) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
