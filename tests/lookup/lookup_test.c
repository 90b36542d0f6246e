/* lookup: Hiera over tests/lookup/site, case by case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_cases.h"

static void test_cases(void **state) { run_cases(*state, "lookup/cases.txt", 50); }

#define PLAIN       "version: 5\nhierarchy:\n  - {name: a, path: a.yaml}\n"
#define ENTRY(text) "version: 5\nhierarchy:\n  - {" text "}\n"
#define AT          " (line: 1, column: 8)"
#define EVAL        "Evaluation Error: Error while evaluating a Function Call, "

/* A hiera.yaml, the data of data/a.yaml, and what lookup('k') gives; "SITE" stands for the folder. */
static const struct {
    const char *hiera, *data, *want;
} configs[] = {
    { PLAIN, "k: 5\n", "  5\n" },
    { PLAIN, ":k: val\n", "  val\n" },
    { PLAIN, "k: :sym\n",
      "  error: Value for key 'k', in hash returned from data_hash function 'yaml_data', when using location 'SITE/data/a.yaml', has wrong "
      "type, "
      "expects Puppet::LookupValue, got Runtime[ruby, 'Symbol']\n" },
    { PLAIN, "a: 2026-01-02\nk: 1\n", "  error: Unable to parse (SITE/data/a.yaml): Tried to load unspecified class: Date\n" },
    { PLAIN, "- 1\n", "  error: Function lookup() did not find a value for the name 'k'\n" },
    { PLAIN, "", "  error: Function lookup() did not find a value for the name 'k'\n" },
    { PLAIN, "lookup_options: 3\nk: 1\n", "  error: value of lookup_options must be a hash\n" },
    { PLAIN, "lookup_options: {k: {merge: wrong}}\nk: 1\n", "  error: " EVAL "Unknown merge strategy: 'wrong'" AT "\n" },
    { "version: 5\n", "k: 1\n", "  error: Function lookup() did not find a value for the name 'k'\n" },
    { "version: 7\n", "k: 1\n", "  error: This runtime does not support hiera.yaml version 7 (file: SITE/hiera.yaml)\n" },
    { "---\n:backends: yaml\n", "k: 1\n", "  error: Function lookup() did not find a value for the name 'k'\n" },
    { ENTRY("path: a.yaml"), "k: 1\n",
      "  error: " EVAL
      "The Lookup Configuration at 'SITE/hiera.yaml' has wrong type, entry 'hierarchy' index 0 expects a value for key 'name'" AT "\n" },
    { ENTRY("name: a, path: a.yaml, foo: 1"), "k: 1\n",
      "  error: " EVAL "The Lookup Configuration at 'SITE/hiera.yaml' has wrong type, entry 'hierarchy' index 0 unrecognized key 'foo'" AT
      "\n" },
    { ENTRY("name: a"), "k: 1\n",
      "  error: " EVAL
      "'yaml_data' one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using this data_hash "
      "function" AT "\n" },
    { ENTRY("name: a, path: a.yaml, data_hash: yaml_data, lookup_key: x"), "k: 1\n",
      "  error: Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be defined in hierarchy 'a' (file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, path: a.yaml, paths: [b]"), "k: 1\n",
      "  error: Only one of path, paths, glob, globs, uri, uris, or mapped_paths can be defined in hierarchy 'a' (file: "
      "SITE/hiera.yaml)\n" },
    { "version: 5\nhierarchy:\n  - {name: a, path: a.yaml}\n  - {name: a, path: b.yaml}\n", "k: 1\n",
      "  error: Hierarchy name 'a' defined more than once. (file: SITE/hiera.yaml)\n" },
    { "version: 5\ndefaults: {datadir: data}\nhierarchy:\n  - {name: a, path: a.yaml}\n", "k: 1\n",
      "  error: One of data_hash, lookup_key, data_dig, or hiera3_backend must be defined in hierarchy 'a' (file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, path: \"%{lookup('x')}.yaml\""), "k: 1\n",
      "  error: Interpolation using method syntax is not allowed in this context (file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, path: a.yaml, lookup_key: my::key"), "k: 1\n",
      "  error: Unable to find 'lookup_key' function named 'my::key' (file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, lookup_key: my::key, options: {uri: x}"), "k: 1\n",
      "  error: Option key 'uri' used in hierarchy 'a' is reserved by Puppet (file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, path: a.yaml, hiera3_backend: vault"), "k: 1\n",
      "  error: hierarchy 'a' uses hiera3_backend 'vault': backends of Hiera 3 cannot be run; use a data_hash, lookup_key or data_dig "
      "function "
      "(file: SITE/hiera.yaml)\n" },
    { ENTRY("name: a, path: a.yaml, data_hash: hocon_data"), "k = [1\n",
      "  error: Unable to parse (SITE/data/a.yaml): expected a value, not the end of the text at line 2 column 1\n" },
    { ENTRY("name: a, path: a.yaml, lookup_key: eyaml_lookup_key"), "k: plain\n", "  plain\n" },
    { ENTRY("name: a, path: a.yaml, lookup_key: eyaml_lookup_key, options: {pkcs7_private_key: none.pem}"), "k: 'ENC[PKCS7,aGVsbG8=]'\n",
      "  error: hiera-eyaml backend error decrypting ENC[PKCS7,aGVsbG8=] when looking up k in SITE/data/a.yaml. Error was 'SITE/none.pem' "
      "does not "
      "exist\n" },
    { ENTRY("name: a, path: a.yaml, lookup_key: eyaml_lookup_key, options: {pkcs7_private_key: data/a.yaml}"), "k: 'ENC[GPG,aGVsbG8=]'\n",
      "  error: hiera-eyaml backend error decrypting ENC[GPG,aGVsbG8=] when looking up k in SITE/data/a.yaml. Error was SITE/data/a.yaml "
      "holds no "
      "private key in PEM form\n" },
};

static void put(struct world *w, const char *dir, const char *name, const char *text)
{
    struct err err;
    const char *path = arena_printf(w->arena, "%s/%s", dir, name).p;
    assert_true(fs_mkdirs(arena_cstr(w->arena, path_dir(sv_of(path))), 0755, &err));
    assert_true(fs_write_atomic(path, sv_of(text), 0644, &err));
}

static struct sv with_site(struct world *w, const char *text, const char *dir)
{
    struct strbuf out = STRBUF_IN(w->arena);
    const char *mark;
    while ((mark = strstr(text, "SITE")) != NULL) {
        strbuf_add(&out, sv_make(text, (size_t)(mark - text)));
        strbuf_adds(&out, dir);
        text = mark + 4;
    }
    strbuf_adds(&out, text);
    return strbuf_sv(&out);
}

static void test_configs(void **state)
{
    struct world *w = *state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        char dir[] = "/tmp/potlac-lookup-XXXXXX";
        struct err err;
        assert_non_null(mkdtemp(dir));
        put(w, dir, "hiera.yaml", configs[i].hiera);
        put(w, dir, "data/a.yaml", configs[i].data);
        struct world other = *w;
        struct snapshot_options o = { .site = sv_of(dir) };
        other.s = snapshot_open(&o, &err);
        assert_non_null(other.s);
        other.functions = all_functions(snapshot_symtab(other.s));
        other.options.functions = other.functions;
        struct sv want = with_site(w, configs[i].want, dir), got = outcome(&other, SV("notice(lookup('k'))"));
        if (!sv_eq(got, want)) {
            print_message("%s\n expected:\n%.*s got:\n%.*s\n", configs[i].hiera, SV_ARG(want), SV_ARG(got));
            wrong++;
        }
        builtins_free(other.functions);
        snapshot_free(other.s);
        fs_remove_tree(dir, NULL);
    }
    assert_int_equal(wrong, 0);
}

static void test_check(void **state)
{
    struct world *w = *state;
    struct diags d = diags_in(w->arena);
    assert_true(lookup_check(w->s, &d));
    assert_int_equal(d.errors, 0);
}

/* What check says of a hiera.yaml and a data file, with places. */
static void test_check_places(void **state)
{
    static const struct {
        const char *config, *data, *message;
        unsigned line;
    } rows[] = {
        { "version: 5\nhierarchy:\n  - name: a\n    path: 1\n", "k: 1\n", "has wrong type", 4 },
        { "version: 5\nhierarchy:\n  - name: a\n    path: a.yaml\n  - name: b\n    path: b\n    paths: [c]\n", "k: 1\n", "Only one of path",
          5 },
        { "version: 5\nhierarchy: [\n", "k: 1\n", "", 3 },
        { "version: 5\n", "k: 1\n", NULL, 0 },
        { "version: 5\n", "- 1\n", "valid yaml hash", 1 },
        { "version: 5\n", "k: 1\nl: [\n", "", 3 },
        { "version: 5\nhierarchy:\n  - name: a\n    path: b.conf\n    data_hash: hocon_data\n", "k: 1\n", "expected a value", 2 },
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dir[] = "/tmp/potlac-check-XXXXXX";
        struct err err = { 0 };
        struct diags d = diags_in(w->arena);
        unsigned line = 0, column = 0;
        assert_non_null(mkdtemp(dir));
        put(w, dir, "hiera.yaml", rows[i].config);
        put(w, dir, "data/common.yaml", rows[i].data);
        put(w, dir, "data/b.conf", "a = 1\nb = ]\n");
        struct snapshot_options o = { .site = sv_of(dir) };
        struct snapshot *s = snapshot_open(&o, &err);
        assert_non_null(s);
        bool ok = lookup_check(s, &d);
        if (ok != !rows[i].message)
            fail_msg("row %zu: %s", i, ok ? "no error" : d.first->message.p);
        if (d.first)
            span_position(d.first->span, &line, &column);
        if (line != rows[i].line || (rows[i].message && sv_find(d.first->message, sv_of(rows[i].message), 0) == SIZE_MAX))
            fail_msg("row %zu: line %u: %.*s", i, line, SV_ARG(d.first->message));
        snapshot_free(s);
        fs_remove_tree(dir, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_configs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_places, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
