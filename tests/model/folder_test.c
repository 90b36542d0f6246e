/* folder: the two examples load; Backstage's files unmodified, unknown fields and placeholders kept; a large model in time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "tests_model.h"

static struct loaded load_folder(const char *below_root)
{
    struct loaded l = begin();
    struct err err = { "" };
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct sv path = path_join(l.arena, sv_of(root ? root : "."), sv_of(below_root));
    l.ok = model_add_folder(l.model, arena_cstr(l.arena, path), &l.diags, &err);
    if (err.text[0])
        fail_msg("%s", err.text);
    check(&l);
    return l;
}

static void test_streaming(void **state)
{
    (void)state;
    struct loaded l = load_folder("examples/streaming/model");
    assert_clean(&l);
    assert_int_equal(l.diags.warnings, 0);
    static const struct {
        enum model_kind kind;
        uint32_t count;
    } want[] = { { KIND_HOST, 40 },  { KIND_CLUSTER, 6 }, { KIND_SYSTEM_OWNERSHIP, 8 }, { KIND_PERSON, 14 }, { KIND_USER, 14 },
                 { KIND_POTLAC, 2 }, { KIND_GROUP, 4 } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        uint32_t n;
        const struct entity *const *list = model_of_kind(l.model, want[i].kind, &n);
        assert_int_equal(n, want[i].count);
        for (uint32_t j = 1; j < n; j++)
            assert_true(sv_cmp(list[j - 1]->ref, list[j]->ref) < 0);
    }
    unload(&l);
}

static void test_backstage(void **state)
{
    (void)state;
    struct loaded l = load_folder("examples/backstage");
    assert_clean(&l);
    assert_says(&l, "'relations' of component:default/loans is output of a catalog, not input: ignored [output-only]");
    assert_says(&l, "'uid' of component:default/loans");
    assert_says(&l, "'etag' of component:default/loans");
    const struct entity *loans = model_find(l.model, SV("component:default/loans"));
    assert_true(loans->foreign);
    assert_sv(entity_text(loans, "owner"), "Librarians"); /* as written */
    assert_ptr_equal(model_one(l.model, loans, REL_OWNED_BY), model_find(l.model, SV("group:default/librarians")));
    const struct data *kept = data_get(data_get(loans->spec, "example.org/oncall"), "minutes");
    assert_non_null(kept);
    assert_int_equal(kept->i, 15);
    assert_sv(entity_annotation(loans, "example.org/pager"), "loans-night");
    const struct entity *api = model_find(l.model, SV("api:default/loans-api"));
    assert_sv(data_text(data_get(entity_field(api, "definition"), "$text")), "./loans-openapi.yaml");
    const struct entity *location = model_find(l.model, SV("location:default/reading-room"));
    assert_int_equal(entity_field(location, "targets")->count, 3);
    assert_non_null(model_find(l.model, SV("template:default/new-counter")));
    unload(&l);
}

/* A Location may name a file that is not called .yaml; what lies outside or behind a link is not followed. */
static void test_locations(void **state)
{
    (void)state;
    char dir[] = "/tmp/potlac-model-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct loaded l = begin();
    struct err err = { "" };
    struct sv folder = path_join(l.arena, sv_of(dir), SV("site"));
    assert_true(fs_mkdirs(arena_cstr(l.arena, path_join(l.arena, folder, SV("sub"))), 0700, &err));
    struct {
        const char *name, *text;
    } files[] = {
        { "site/a.yaml",
          FOREIGN("Location", "l",
                  "{targets: [./sub/more.descriptor, ./missing.yaml, ../outside.descriptor, \"https://example.org/x.yaml\", ./b.yaml]}") },
        { "site/b.yaml", HOST("b") },
        { "site/sub/more.descriptor", HOST("more") FOREIGN("Location", "l2", "{target: deep.descriptor}") },
        { "site/sub/deep.descriptor", HOST("deep") },
        { "site/.hidden.yaml", HOST("hidden") },
        { "outside.descriptor", HOST("outside") },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_true(
            fs_write_atomic(arena_cstr(l.arena, path_join(l.arena, sv_of(dir), sv_of(files[i].name))), sv_of(files[i].text), 0600, &err));
    l.ok = model_add_folder(l.model, arena_cstr(l.arena, folder), &l.diags, &err);
    check(&l);
    assert_clean(&l);
    assert_non_null(model_find(l.model, SV("host:default/b")));
    assert_non_null(model_find(l.model, SV("host:default/more")));
    assert_non_null(model_find(l.model, SV("host:default/deep")));
    assert_null(model_find(l.model, SV("host:default/hidden")));
    assert_null(model_find(l.model, SV("host:default/outside")));
    unload(&l);
    assert_true(fs_remove_tree(dir, &err));
}

static void test_missing_folder(void **state)
{
    (void)state;
    struct loaded l = begin();
    struct err err = { "" };
    assert_false(model_add_folder(l.model, "/nowhere/at/all", &l.diags, &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    unload(&l);
}

/* Large, and not slower for it: ten times the hosts may take little more than ten times as long. */
static void test_large(void **state)
{
    (void)state;
    int64_t took[2];
    for (int round = 0; round < 2; round++) {
        int hosts = round ? 30000 : 3000;
        struct loaded l = begin();
        AUTO_STRBUF b = STRBUF_HEAP;
        for (int c = 0; c < 50; c++)
            strbuf_addf(&b, "apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: c%d}\nspec: {site: lon}\n---\n", c);
        for (int h = 0; h < hosts; h++)
            strbuf_addf(&b, "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: h%d}\nspec: {fqdn: h%d.example.org, cluster: c%d}\n---\n",
                        h, h, h % 50);
        int64_t before = cpu_ms();
        assert_true(add(&l, strbuf_cstr(&b)));
        assert_true(check(&l));
        took[round] = cpu_ms() - before;
        uint32_t n;
        model_related(l.model, l.arena, model_find(l.model, SV("cluster:default/c7")), REL_RUNS_ON, &n);
        assert_int_equal(n, hosts / 50);
        unload(&l);
    }
    print_message("%lld ms and %lld ms\n", (long long)took[0], (long long)took[1]);
    assert_true(took[1] < took[0] * 30 + 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streaming),      cmocka_unit_test(test_backstage), cmocka_unit_test(test_locations),
        cmocka_unit_test(test_missing_folder), cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
