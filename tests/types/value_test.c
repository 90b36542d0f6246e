/* value: text, numbers, equality, hashes. Expected texts are Puppet 7.23's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "types/iterator.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/text.h"
#include "types/timefmt.h"
#include "types/type.h"

#define assert_sv(s, want)                                                                                                                 \
    do {                                                                                                                                   \
        struct sv got_ = (s);                                                                                                              \
        if (!sv_is(got_, want))                                                                                                            \
            fail_msg("got '%.*s', want '%s'", SV_ARG(got_), want);                                                                         \
    } while (0)

static int setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void test_float_text(void **state)
{
    static const struct {
        double f;
        const char *text;
    } rows[] = { { 1, "1.0" },
                 { 0.1, "0.1" },
                 { 1.5, "1.5" },
                 { -2.25, "-2.25" },
                 { 1e15, "1.0e+15" },
                 { 999999999999999.0, "999999999999999.0" },
                 { 1e16, "1.0e+16" },
                 { 1e20, "1.0e+20" },
                 { 0.0001, "0.0001" },
                 { 0.00001, "1.0e-05" },
                 { 1.0 / 3, "0.3333333333333333" },
                 { 1e100, "1.0e+100" },
                 { 123456.789, "123456.789" },
                 { 0, "0.0" },
                 { 5e-324, "5.0e-324" },
                 { 1.25e-7, "1.25e-07" } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_sv(value_text(*state, value_float(rows[i].f)), rows[i].text);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        int kind; /* V_UNDEF: no number */
        double n;
    } rows[] = { { "10", V_INT, 10 },      { "0x1F", V_INT, 31 },   { "010", V_INT, 8 },  { "1.5", V_FLOAT, 1.5 },
                 { "1e3", V_FLOAT, 1000 }, { "-3", V_INT, -3 },     { "- 3", V_INT, -3 }, { " 7 ", V_INT, 7 },
                 { "1.", V_UNDEF, 0 },     { ".5", V_UNDEF, 0 },    { "08", V_UNDEF, 0 }, { "abc", V_UNDEF, 0 },
                 { "", V_UNDEF, 0 },       { "1_000", V_UNDEF, 0 }, { "0", V_INT, 0 },    { "0x", V_UNDEF, 0 },
                 { "+4", V_INT, 4 },       { "0.5", V_FLOAT, 0.5 }, { "1e", V_UNDEF, 0 }, { "99999999999999999999", V_UNDEF, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct value v = VALUE_UNDEF;
        bool ok = number_from_sv(sv_of(rows[i].text), &v);

        if (ok != (rows[i].kind != V_UNDEF) || (ok && v.kind != rows[i].kind))
            fail_msg("'%s': %d kind %d", rows[i].text, ok, v.kind);
        if (ok && (v.kind == V_INT ? (double)v.i : v.f) != rows[i].n)
            fail_msg("'%s': wrong number", rows[i].text);
    }
}

static void test_text(void **state)
{
    struct arena *a = *state;
    struct hash *h = hash_new(a, 0);
    struct value items[] = { value_int(1), value_str(SV("a")), VALUE_UNDEF, value_bool(true) };
    struct strbuf out = STRBUF_IN(a);

    hash_put_str(a, h, "k", value_array(items, 4));
    assert_sv(value_text(a, value_hash(h)), "{k => [1, a, , true]}");
    value_inspect(&out, value_hash(h));
    assert_sv(strbuf_sv(&out), "{'k' => [1, 'a', undef, true]}");
    assert_sv(value_text(a, value_sensitive(a, value_int(1))), "Sensitive [value redacted]");
    assert_sv(value_text(a, (struct value){ .kind = V_TIMESPAN, .i = 93784500000000 }), "1-02:03:04.5");
    assert_sv(value_text(a, (struct value){ .kind = V_TIMESTAMP, .i = INT64_C(1425445567000000000) }), "2015-03-04T05:06:07.000000000 UTC");
    assert_sv(value_describe(a, value_int(1)), "an Integer");
    assert_sv(value_describe(a, value_str(SV("x"))), "a String");
    assert_sv(value_text(a, (struct value){ .kind = V_BINARY, .s = "hello", .n = 5 }), "aGVsbG8=");
}

static void test_quotes(void **state)
{
    static const char *const rows[][2] = { { "a", "'a'" },       { "it's", "'it\\'s'" }, { "a\nb", "\"a\\nb\"" },
                                           { "a\\b", "'a\\b'" }, { "a\\", "'a\\'" },     { "$x\t", "\"\\$x\\t\"" } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out = STRBUF_IN(*state);

        text_quote(&out, sv_of(rows[i][0]));
        assert_sv(strbuf_sv(&out), rows[i][1]);
    }
}

static void test_equality(void **state)
{
    struct arena *a = *state;
    struct value one[] = { value_int(1), value_str(SV("A")) }, two[] = { value_float(1), value_str(SV("a")) };

    assert_true(value_equal(value_array(one, 2), value_array(two, 2)));
    assert_false(value_same(value_array(one, 2), value_array(two, 2)));
    assert_true(value_equal(VALUE_UNDEF, VALUE_UNSET));
    assert_false(value_equal(value_int(1), value_str(SV("1"))));
    assert_true(value_same(value_sensitive(a, value_int(1)), value_sensitive(a, value_int(1))));
}

static void test_hash(void **state)
{
    struct arena *a = *state;
    struct hash *h = hash_new(a, 0);

    for (int i = 0; i < 1000; i++)
        hash_put(a, h, value_str(arena_printf(a, "key%d", i)), value_int(i));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(hash_find_sv(h, arena_printf(a, "key%d", i))->i, i);
    hash_put(a, h, value_int(1), value_str(SV("int")));
    hash_put(a, h, value_float(1), value_str(SV("float")));
    assert_sv(value_sv(*hash_find(h, value_int(1))), "int");
    assert_sv(value_sv(*hash_find(h, value_float(1))), "float");
    assert_null(hash_find_sv(h, SV("none")));
    h = hash_copy(a, h, 5);
    assert_int_equal(hash_find_sv(h, SV("key999"))->i, 999);
    assert_int_equal(h->count, 1002);
}

static void test_regexp(void **state)
{
    struct arena *a = *state;
    struct err err = { { 0 } };
    struct regexp_match m;
    struct regexp *re = regexp_compile(a, SV("^(\\w+)-(?<n>\\d+)?$"), &err);

    assert_null(regexp_compile(a, SV("(a"), &err));
    assert_non_null(re);
    re = regexp_compile(a, SV("^b(c)?"), &err);
    assert_int_equal(regexp_search(re, SV("a\nbc"), 0, &m), REGEXP_YES); /* ^ is at each line */
    assert_int_equal(m.from[0], 2);
    assert_int_equal(m.to[1], 4);
    assert_int_equal(regexp_search(re, SV("a\nb"), 0, &m), REGEXP_YES);
    assert_int_equal(m.from[1], -1);
    assert_int_equal(regexp_search(regexp_compile(a, SV("\\A\\w+\\z"), &err), SV("\xc3\xa9"), 0, NULL), REGEXP_NO); /* \w is ASCII */
    assert_int_equal(regexp_search(regexp_compile(a, SV("\\A[[:alpha:]]\\z"), &err), SV("\xc3\xa9"), 0, NULL), REGEXP_YES);
    re = regexp_compile(a, SV("^(a+)+$"), &err);
    assert_int_not_equal(regexp_search(re, SV("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), 0, NULL), REGEXP_YES);
}

static void test_iterator(void **state)
{
    struct arena *a = *state;
    struct value items[] = { value_int(1), value_int(2), value_int(3), value_int(4), value_int(5) };
    struct value it = value_iterator(a, value_iterator(a, value_array(items, 5), true, 1), false, 2);

    assert_sv(value_text(a, it), "Iterator[Integer]-Value");
    assert_sv(value_text(a, iterable_to_array(a, it)), "[5, 3, 1]");
    assert_sv(value_text(a, iterable_to_array(a, value_str(SV("h\xc3\xa9!")))), "[h, \xc3\xa9, !]");
    assert_sv(value_text(a, iterable_to_array(a, value_int(3))), "[0, 1, 2]");
    assert_int_equal(iterable_to_array(a, value_int(-1)).kind, V_UNDEF);
}

static void test_case(void **state)
{
    struct arena *a = *state;

    assert_sv(text_case(a, SV("h\xc3\xa9llo"), CASE_UP), "H\xc3\x89LLO");
    assert_sv(text_case(a, SV("HELLO World"), CASE_CAPITAL), "Hello world");
    assert_sv(text_case(a, SV("Ab"), CASE_SWAP), "aB");
    assert_int_equal(utf8_count(SV("h\xc3\xa9")), 2);
}

static void test_semver(void **state)
{
    static const struct {
        const char *range, *version;
        bool in;
    } rows[] = { { ">=1.0.0 <2.0.0", "1.5.0", true },
                 { ">=1.0.0 <2.0.0", "2.0.0", false },
                 { "1.x", "1.9.9", true },
                 { "1.x", "2.0.0", false },
                 { "~1.2", "1.2.9", true },
                 { "~1.2.3", "1.3.0", false },
                 { "^1.2.3", "1.9.0", true },
                 { "^0.2.3", "0.3.0", false },
                 { "1.0.0 - 2.0.0", "2.0.0", true },
                 { "1.0.0", "1.0.0", true },
                 { "> 1.0.0", "1.0.1", true },
                 { "1.0.0 || 3.x", "3.1.0", true },
                 { ">=1.0.0", "2.0.0-rc1", false },
                 { ">=2.0.0-rc1", "2.0.0-rc2", true },
                 { "*", "1.0.0-a", true } };
    struct arena *a = *state;
    struct err err;
    struct semver v;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct semver_range *r = semver_range_parse(a, sv_of(rows[i].range), &err);

        assert_non_null(r);
        assert_true(semver_parse(a, sv_of(rows[i].version), &v, &err));
        if (semver_range_includes(r, &v) != rows[i].in)
            fail_msg("%s in %s", rows[i].version, rows[i].range);
    }
    assert_false(semver_parse(a, SV("1.0"), &v, &err));
    assert_false(semver_parse(a, SV("01.0.0"), &v, &err));
    assert_null(semver_range_parse(a, SV("nonsense"), &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_float_text, setup, teardown), cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text, setup, teardown),       cmocka_unit_test_setup_teardown(test_quotes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equality, setup, teardown),   cmocka_unit_test_setup_teardown(test_hash, setup, teardown),
        cmocka_unit_test_setup_teardown(test_regexp, setup, teardown),     cmocka_unit_test_setup_teardown(test_iterator, setup, teardown),
        cmocka_unit_test_setup_teardown(test_case, setup, teardown),       cmocka_unit_test_setup_teardown(test_semver, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
