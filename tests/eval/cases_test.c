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

static int compare_sv(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

static void sort_svs(struct sv *list, uint32_t n)
{
    if (n)
        qsort(list, n, sizeof *list, compare_sv);
}

/* The part of the catalog's JSON that a case is about, one line each, so that a difference reads well. */
static void dump_params(struct arena *a, struct strbuf *out, const struct data *params)
{
    struct sv *lines = ARENA_ARRAY(a, struct sv, params->count + 1);
    for (uint32_t i = 0; i < params->count; i++) {
        struct strbuf b = STRBUF_IN(a);
        struct json_out j = json_to(&b, false);
        json_data(&j, &params->pairs[i].value);
        lines[i] = arena_printf(a, "  %.*s = %.*s\n", SV_ARG(data_text(&params->pairs[i].key)), (int)b.n, b.p);
    }
    sort_svs(lines, params->count);
    for (uint32_t i = 0; i < params->count; i++)
        strbuf_add(out, lines[i]);
}

static void add_joined(struct arena *a, struct strbuf *out, const struct data *list, char separator)
{
    struct sv *items = ARENA_ARRAY(a, struct sv, list->count + 1);
    for (uint32_t i = 0; i < list->count; i++)
        items[i] = data_text(&list->items[i]);
    sort_svs(items, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            strbuf_addc(out, separator);
        strbuf_add(out, items[i]);
    }
}

static void dump_resource(struct arena *a, struct strbuf *out, const struct data *root, const struct data *r)
{
    struct sv ref = arena_printf(a, "%.*s[%.*s]", SV_ARG(data_text(data_get(r, "type"))), SV_ARG(data_text(data_get(r, "title"))));
    if (sv_is(ref, "Stage[main]") || sv_is(ref, "Class[Settings]") || sv_is(ref, "Class[main]"))
        return;
    struct sv file = data_text(data_get(r, "file"));
    const struct data *line = data_get(r, "line"), *params = data_get(r, "parameters"), *secret = data_get(r, "sensitive_parameters");
    strbuf_add(out, ref);
    if (file.n)
        strbuf_addf(out, " file %.*s", SV_ARG(file));
    if (line)
        strbuf_addf(out, " line %d", (int)line->i);
    strbuf_adds(out, " tags ");
    add_joined(a, out, data_get(r, "tags"), ',');
    if (data_get(r, "exported")->b)
        strbuf_adds(out, " exported");
    strbuf_addc(out, '\n');
    if (params)
        dump_params(a, out, params);
    if (secret) {
        strbuf_adds(out, "  sensitive ");
        add_joined(a, out, secret, ',');
        strbuf_addc(out, '\n');
    }
    const struct data *edges = data_get(root, "edges");
    struct sv *in = ARENA_ARRAY(a, struct sv, edges->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < edges->count; i++)
        if (sv_eq(data_text(data_get(&edges->items[i], "target")), ref))
            in[n++] = data_text(data_get(&edges->items[i], "source"));
    sort_svs(in, n);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(out, "  in %.*s\n", SV_ARG(in[i]));
}

static struct sv dump_catalog(struct arena *a, const struct catalog *c)
{
    struct strbuf json = STRBUF_IN(a), out = STRBUF_IN(a);
    catalog_write_json(c, &json, false);
    struct source src = { SV("catalog"), strbuf_sv(&json) };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    assert_true(json_read(a, &src, NULL, &diags, &doc));
    const struct data *resources = data_get(&doc->root, "resources");
    for (uint32_t i = 0; i < resources->count; i++)
        dump_resource(a, &out, &doc->root, &resources->items[i]);
    strbuf_adds(&out, "classes ");
    add_joined(a, &out, data_get(&doc->root, "classes"), ' ');
    strbuf_addc(&out, '\n');
    return strbuf_sv(&out);
}

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
