/* cases: every cases/NAME.pp is compiled; its catalog or its error must be what NAME.expected says. CASE=NAME runs one, UPDATE=1 rewrites.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "dump_catalog.h"
#include "test_functions.h"

/* What the cases ask of facts. */
static const char facts_json[] = "{\"kernel\":\"Linux\",\"osfamily\":\"Debian\",\"os\":{\"name\":\"Debian\",\"family\":\"Debian\"},"
                                 "\"networking\":{\"fqdn\":\"node1.example.com\"}}";

struct fixture {
    struct arena *arena;
    struct snapshot *snapshot;
    struct builtins *functions;
    struct value facts;
};

static struct sv answer(struct fixture *f, struct arena *a, struct sv code)
{
    struct compile_options o = { .certname = SV("node1.example.com"),
                                 .facts = f->facts,
                                 .strict = STRICT_WARNING,
                                 .code = code,
                                 .functions = f->functions,
                                 .hooks.type_info = test_type_info };
    struct compile_result *r = compile_node(f->snapshot, &o);
    struct sv text = r->catalog ? dump_catalog(a, r->catalog) : arena_printf(a, "error: %.*s\n", SV_ARG(r->error));
    text = arena_dup(a, text);
    compile_result_free(r);
    return text;
}

/* The folder of the cases is told as "cases", wherever it is. */
static struct sv without_folder(struct arena *a, struct sv text, const char *dir)
{
    struct strbuf out = STRBUF_IN(a);
    struct sv folder = sv_of(dir);
    for (size_t at = 0, next;; at = next + folder.n) {
        next = sv_find(text, folder, at);
        strbuf_add(&out, sv_slice(text, at, next == SIZE_MAX ? text.n : next));
        if (next == SIZE_MAX)
            return strbuf_sv(&out);
        strbuf_adds(&out, "cases");
    }
}

static bool run_case(struct fixture *f, const char *dir, struct sv name)
{
    struct arena *a = arena_new(0);
    struct err err = { "" };
    struct sv code, want = SV("");
    const char *path = arena_printf(a, "%s/%.*s.pp", dir, SV_ARG(name)).p;
    const char *expected = arena_printf(a, "%s/%.*s.expected", dir, SV_ARG(name)).p;
    assert_true(fs_read(a, path, 0, &code, &err));
    struct sv got = without_folder(a, answer(f, a, code), dir);
    bool same = fs_read(a, expected, 0, &want, &err) && sv_eq(want, got);
    if (!same && getenv("UPDATE")) {
        FILE *out = fopen(expected, "we");
        assert_non_null(out);
        fwrite(got.p, 1, got.n, out);
        fclose(out);
    } else if (!same) {
        print_error("case %.*s\n--- expected\n%.*s--- got\n%.*s", SV_ARG(name), SV_ARG(want), SV_ARG(got));
    }
    arena_free(a);
    return same;
}

static void test_cases(void **state)
{
    struct fixture f = { .arena = arena_new(0) };
    (void)state;
    struct err err = { "" };
    const char *dir = arena_printf(f.arena, "%s/tests/eval/cases", getenv("POTLAC_SOURCE_ROOT") ? getenv("POTLAC_SOURCE_ROOT") : ".").p;
    struct snapshot_options options = { .modulepath = arena_printf(f.arena, "%s/modules", dir), .environment = SV("production") };
    f.snapshot = snapshot_open(&options, &err);
    assert_non_null(f.snapshot);
    f.functions = test_builtins(snapshot_symtab(f.snapshot));
    struct source src = { SV("facts"), sv_of(facts_json) };
    struct diags diags = diags_in(f.arena);
    struct data_doc *doc;
    assert_true(json_read(f.arena, &src, NULL, &diags, &doc));
    f.facts = value_from_data(f.arena, &doc->root);
    uint32_t n, failed = 0, ran = 0;
    const struct sv *files = snapshot_glob(f.snapshot, arena_printf(f.arena, "%s/*.pp", dir), &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv name = sv_slice(files[i], sv_rfind_char(files[i], '/') + 1, files[i].n - 3);
        if (getenv("CASE") && !sv_is(name, getenv("CASE")))
            continue;
        ran++;
        failed += !run_case(&f, dir, name);
    }
    builtins_free(f.functions);
    snapshot_free(f.snapshot);
    arena_free(f.arena);
    assert_true(ran > 0);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
