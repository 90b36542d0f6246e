/* import: times, words and names as other tools write them; INI values as Python reads them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "import/ansible.h"

static struct import *fresh(struct arena *a, struct diags *diags)
{
    const struct import_options options = { .others = model_new(a) };
    *diags = diags_in(a);
    return import_new(a, &options, diags);
}

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01T00:00:01.5Z", 1500 },
        { "2026-11-20T08:01:05.123Z", 1795161665123 },
        { "2026-11-20T08:01:05.123456789Z", 1795161665123 },
        { "2026-11-20T09:01:05.123+01:00", 1795161665123 },
        { "2026-11-20T08:01:05+00:00", 1795161665000 },
        { "yesterday", 0 },
        { "", 0 },
        { "2026-11-20T08:01:05.", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(import_time(sv_of(rows[i].text)), rows[i].ms);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *written, *name;
    } rows[] = {
        { "WEB1.example.org", "web1.example.org" },
        { "Edge London (1)", "edge-london-1" },
        { "_a_b-", "a_b" },
        { "k\xc3\xa4se", "k-se" },
        { "1234567890123456789012345678901234567890123456789012345678901234567890",
          "123456789012345678901234567890123456789012345678901234567890123" },
    };
    struct arena *a = arena_new(0);
    struct diags diags;
    struct import *im = fresh(a, &diags);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct imported *e = import_entity(im, KIND_HOST, sv_of(rows[i].written), SV("here"));
        assert_non_null(e);
        assert_string_equal(arena_cstr(a, e->name), rows[i].name);
    }
    assert_null(import_entity(im, KIND_HOST, SV("--"), SV("here")));
    assert_ptr_equal(import_entity(im, KIND_HOST, SV("web1.EXAMPLE.org"), SV("there")), im->items[0]);
    arena_free(a);
}

/* As ansible-inventory reads the same lines. */
static void ini_values(void **state)
{
    (void)state;
    static const struct {
        const char *written, *json;
    } rows[] = {
        { "5", "5" },
        { "007", "\"007\"" },
        { "-3", "-3" },
        { "+5", "5" },
        { "1_000", "1000" },
        { "1__0", "\"1__0\"" },
        { "0x10", "16" },
        { "0o17", "15" },
        { "000", "0" },
        { "1e3", "1000.0" },
        { ".5", "0.5" },
        { "5.", "5.0" },
        { "-e", "\"-e\"" },
        { "99999999999999999999", "\"99999999999999999999\"" },
        { "5 # note", "5" },
        { "a # note", "\"a # note\"" },
        { "[1,", "\"[1,\"" },
        { "1.50", "1.5" },
        { "1.2.3", "\"1.2.3\"" },
        { "True", "true" },
        { "true", "\"true\"" },
        { "yes", "\"yes\"" },
        { "None", "null" },
        { "'5'", "\"5\"" },
        { "\"a b\"", "\"a b\"" },
        { "a b", "\"a b\"" },
        { "[1, 'b']", "[1,\"b\"]" },
        { "{'a': [True]}", "{\"a\":[true]}" },
        { "{{ other }}", "\"{{ other }}\"" },
        { "2027-03-03", "\"2027-03-03\"" },
        { "", "\"\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        struct diags diags;
        struct ansible an = { .im = fresh(a, &diags), .groups = map_in(a), .hosts = map_in(a) };
        struct source src = { SV("hosts"), arena_printf(a, "[web:vars]\nx = %s\n", rows[i].written) };
        struct strbuf out = STRBUF_IN(a);
        struct json_out j = json_to(&out, false);
        assert_true(ansible_read_ini(&an, &src));
        json_data(&j, tree_get(&ansible_group(&an, SV("web"), SV_NONE)->vars, SV("x")));
        assert_string_equal(strbuf_cstr(&out), rows[i].json);
        arena_free(a);
    }
}

static void patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *hosts;
    } rows[] = {
        { "web[01:03].org:22", "web01.org web02.org web03.org" },
        { "db-[a:c]", "db-a db-b db-c" },
        { "n[1:9:4]", "n1 n5 n9" },
        { "r[1:2]h[8:9]", "r1h8 r1h9 r2h8 r2h9" },
        { "fe80::1", "fe80::1" },
        { "a:2222", "a" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        struct diags diags;
        struct ansible an = { .im = fresh(a, &diags), .groups = map_in(a), .hosts = map_in(a) };
        struct source src = { SV("hosts"), arena_printf(a, "[web]\n%s\n", rows[i].pattern) };
        struct strbuf out = STRBUF_IN(a);
        assert_true(ansible_read_ini(&an, &src));
        for (struct map_entry *e = NULL; (e = map_next(&an.hosts, e));)
            strbuf_addf(&out, "%s%.*s", out.n ? " " : "", SV_ARG(e->key));
        assert_string_equal(strbuf_cstr(&out), rows[i].hosts);
        arena_free(a);
    }
}

static void secrets_are_left_out(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct diags diags;
    struct import *im = fresh(a, &diags);
    struct source src = { SV("x.json"), SV("{\"db\": {\"password\": \"p\", \"port\": 5, \"api_key\": \"env:KEY\"}, \"pin_secret\": 7, "
                                           "\"list\": [{\"token\": \"t\", \"a\": 1}], \"v\": {\"__ansible_vault\": \"x\"},"
                                           " \"w\": \"$ANSIBLE_VAULT;1.1;AES256 6162\"}") };
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    struct data_doc *doc = import_parse(im, &src);
    assert_non_null(doc);
    struct data kept = import_without_secrets(im, &doc->root);
    json_data(&j, &kept);
    assert_string_equal(strbuf_cstr(&out), "{\"db\":{\"port\":5,\"api_key\":\"env:KEY\"},\"list\":[{\"a\":1}]}");
    size_t n;
    const struct import_note *notes = import_notes(im, &n);
    assert_int_equal(n, 1);
    assert_int_equal(notes[0].count, 5);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(times), cmocka_unit_test(names), cmocka_unit_test(ini_values),
                                        cmocka_unit_test(patterns), cmocka_unit_test(secrets_are_left_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
