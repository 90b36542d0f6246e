/* yaml: scalars as Psych reads them, structure, aliases, limits, messages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/yaml.h"
#include "base/yaml_write.h"

/* The first document as JSON, or the diagnostics. */
static const char *read_limited(struct arena *a, const char *text, const struct data_limits *limits)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("t.yaml"), sv_of(text) };
    struct diags d = diags_in(a);
    struct data_doc *doc = NULL;
    struct strbuf out = STRBUF_IN(a);
    if (yaml_read(a, src, limits, &d, &doc)) {
        struct json_out j = json_to(&out, false);
        for (; doc; doc = doc->next)
            json_data(&j, &doc->root);
    }
    diags_print(&out, &d, false);
    return strbuf_cstr(&out);
}

static const char *read_yaml(struct arena *a, const char *text) { return read_limited(a, text, NULL); }

static void scalars(void **state)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        { "yes", "true" },
        { "y", "\"y\"" },
        { "NO", "false" },
        { "on", "true" },
        { "off", "false" },
        { "~", "null" },
        { "Null", "null" },
        { "0755", "493" },
        { "0o755", "\"0o755\"" },
        { "0x1F", "31" },
        { "0b11", "3" },
        { "1_000", "1000" },
        { "1,000", "1000" },
        { "1.5", "1.5" },
        { "1e3", "\"1e3\"" },
        { "1.5e3", "\"1.5e3\"" },
        { "1.5e+3", "1500.0" },
        { ".5", "0.5" },
        { "5.", "5.0" },
        { "+1", "1" },
        { "-0", "0" },
        { "12:30", "45000" },
        { "12:30:45", "45045" },
        { "1:30.5", "5430.0" },
        { "08", "\"08\"" },
        { "0_8", "\"0_8\"" },
        { "1__0", "\"1__0\"" },
        { "_1", "\"_1\"" },
        { "1_", "\"1_\"" },
        { "0x", "\"0x\"" },
        { "1.2.3", "\"1.2.3\"" },
        { "00", "0" },
        { "1e-3", "\"1e-3\"" },
        { "-.5", "-0.5" },
        { "tRUE", "true" },
        { "nil", "\"nil\"" },
        { "'yes'", "\"yes\"" },
        { "\"1\"", "\"1\"" },
        { "!!str 1", "\"1\"" },
        { "2001-01-01", "\"2001-01-01\"" },
        { "4.2.0", "\"4.2.0\"" },
        { "-", "[null]" },
        { ":sym", "\":sym\"" },
        { "9223372036854775807", "9223372036854775807" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        assert_string_equal(read_yaml(a, rows[i].yaml), rows[i].json);
        arena_free(a);
    }
}

static void specials_are_marked(void **state)
{
    static const struct {
        const char *yaml;
        enum data_special special;
    } rows[] = { { "2001-01-01", DATA_DATE },
                 { "2001-01-01 10:00:00", DATA_TIME },
                 { ":sym", DATA_SYMBOL },
                 { "'2001-01-01'", DATA_PLAIN },
                 { "123456789012345678901234567890", DATA_BIG_INT },
                 { "1.2.3", DATA_PLAIN } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        struct source src = { SV("t"), sv_of(rows[i].yaml) };
        struct diags d = diags_in(a);
        struct data_doc *doc;
        assert_true(yaml_read(a, &src, NULL, &d, &doc));
        assert_int_equal(doc->root.special, rows[i].special);
        arena_free(a);
    }
}

static void structure(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    assert_string_equal(read_yaml(a, "a: [1, {b: c}]\nd: |\n  x\n  y\n"), "{\"a\":[1,{\"b\":\"c\"}],\"d\":\"x\\ny\\n\"}");
    assert_string_equal(read_yaml(a, "base: &b {x: 1, y: 2}\nz: {<<: *b, y: 3}\n"), "{\"base\":{\"x\":1,\"y\":2},\"z\":{\"x\":1,\"y\":3}}");
    assert_string_equal(read_yaml(a, "a: 1\n---\nb: 2\n"), "{\"a\":1},{\"b\":2}");
    assert_string_equal(read_yaml(a, ""), "");
    assert_string_equal(read_yaml(a, "1: one\n"), "{\"1\":\"one\"}");
    arena_free(a);
}

static void messages(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    assert_string_equal(
        read_yaml(a, "a: 1\nb: 2\na: 3\n"),
        "{\"a\":3,\"b\":2}t.yaml:3:1: warning: the key 'a' is here twice; the last one counts [duplicate-key]\n  a: 3\n  ^\n");
    assert_non_null(
        strstr(read_yaml(a, "a:\n\tb: 1\n"), "t.yaml:2:1: error: this is no YAML: found character that cannot start any token"));
    assert_non_null(strstr(read_yaml(a, "a: b: c\n"), "t.yaml:1:5: error: this is no YAML: mapping values are not allowed"));
    assert_non_null(strstr(read_yaml(a, "\xc3\xa4: 1\n\xc3\xb6: *x\n"), "t.yaml:2:4: error: unknown alias '*x'"));
    assert_non_null(strstr(read_yaml(a, "\xef\xbb\xbf"
                                        "a: *x\n"),
                           "error: unknown alias '*x'"));
    assert_string_equal(read_yaml(a, "\xef\xbb\xbf"
                                     "a: 1\nb: 2\n"),
                        "{\"a\":1,\"b\":2}");
    assert_non_null(strstr(read_yaml(a, "ok: 1\nbad: \xff\xfe\n"), "t.yaml:2:6: error: this is no YAML: invalid leading UTF-8 octet"));
    assert_non_null(strstr(read_yaml(a, "a: !ruby/object:Object {}\n"), "data holds no Ruby objects"));
    arena_free(a);
}

/* DESIGN.md section 11: a limit's own message, within a second and bounded memory. */
static void limits(void **state)
{
    struct arena *a = arena_new(0);
    struct strbuf bomb = STRBUF_HEAP;
    (void)state;
    strbuf_adds(&bomb, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 40; i++)
        strbuf_addf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
                    i - 1, i - 1);
    assert_non_null(strstr(read_yaml(a, strbuf_cstr(&bomb)), "it has too many values, with its aliases expanded"));
    strbuf_reset(&bomb);
    strbuf_pad(&bomb, '[', 10000);
    assert_non_null(strstr(read_yaml(a, strbuf_cstr(&bomb)), "it is nested too deep"));
    assert_non_null(
        strstr(read_limited(a, "a: 12345678", &(struct data_limits){ .bytes = 8 }), "the file has 11 bytes, at most 8 are allowed"));
    strbuf_release(&bomb);
    arena_free(a);
}

/* What is written reads back equal, and looks as people write it. */
static void test_write(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* out NULL: as in */
    } cases[] = {
        { "a: 1\nb: text\nc: true\nd: null\ne: 1.5\n", NULL },
        { "a: \"1.2\"\nb: \"yes\"\nc: \"0755\"\nd: \"\"\ne: \"2027-03-03\"\nf: \"n\"\ng: \"12:30\"\n", NULL },
        { "a: 7.3.1\nb: /etc/motd\nc: a b-c\nd: https://x.org/a\ne: \"a: b\"\nf: \"a #b\"\ng: \"- a\"\nh: \"{a}\"\n", NULL },
        { "a: [1, b, \"2\"]\nb: []\nc: {}\n", NULL },
        { "a:\n  b:\n    c: 1\n  d: [1]\n", NULL },
        { "a:\n  - b: 1\n    c: 2\n  - d:\n      - [1, 2]\n      - {}\n      - e: f\n", NULL },
        { "- - a: 1\n    b: 2\n  - c\n- d\n", NULL },
        { "a: |\n  one\n   two\n\n  three\nb: |-\n  one\n  two\nc: |+\n  one\n\nd: 1\n", NULL },
        { "a: \"one \\ntwo\"\nb: \" lead\\nb\"\nc: \"tab\\tq\\\"\\\\\\x01\\x7F\\x85\"\n", NULL },
        { "1: a\n\"2\": b\ntrue: c\n", NULL },
        { "k\xc3\xa4se: br\xc3\xb6t\n", NULL },
        { "text\n", NULL },
        { "a: 'it''s'\n", "a: \"it's\"\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct diags diags = diags_in(a);
        struct source src = { SV("in"), sv_of(cases[i].in) }, again = { SV("out"), SV_NONE };
        struct data_doc *doc, *back;
        struct strbuf out = STRBUF_IN(a);
        assert_true(yaml_read(a, &src, NULL, &diags, &doc));
        yaml_write(&out, &doc->root, 0);
        assert_string_equal(strbuf_cstr(&out), cases[i].out ? cases[i].out : cases[i].in);
        again.text = strbuf_sv(&out);
        assert_true(yaml_read(a, &again, NULL, &diags, &back));
        assert_true(data_equal(&doc->root, &back->root));
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(scalars),   cmocka_unit_test(specials_are_marked),
                                        cmocka_unit_test(structure), cmocka_unit_test(test_write),
                                        cmocka_unit_test(messages),  cmocka_unit_test(limits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
