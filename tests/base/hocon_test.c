/* hocon: the syntax, joining, merging, substitutions as the specification tells them; messages and limits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hocon.h"
#include "base/json.h"

/* As JSON, or the first message as "line:column: message". */
static const char *read_limited(struct arena *a, const char *text, const struct data_limits *limits)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("t.conf"), sv_of(text) };
    struct diags d = diags_in(a);
    struct data_doc *doc = NULL;
    struct strbuf out = STRBUF_IN(a);
    if (hocon_read(a, src, limits, &d, &doc)) {
        struct json_out j = json_to(&out, false);
        assert_int_equal(d.errors, 0);
        json_data(&j, &doc->root);
    } else {
        unsigned line, column;
        assert_non_null(d.first);
        span_position(d.first->span, &line, &column);
        strbuf_addf(&out, "%u:%u: %.*s", line, column, SV_ARG(d.first->message));
    }
    return strbuf_cstr(&out);
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t count)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct arena *a = arena_new(0);
        const char *got = read_limited(a, rows[i].text, NULL);
        if (strcmp(got, rows[i].want) != 0) {
            fprintf(stderr, "%s\n  expected %s\n  got      %s\n", rows[i].text, rows[i].want, got);
            wrong++;
        }
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void syntax(void **state)
{
    static const struct row rows[] = {
        { "", "{}" },
        { " # nothing\n // here", "{}" },
        { "{}", "{}" },
        { "{ \"a\" : [1, -2, 3.5, true, false, null, \"t\"] }", "{\"a\":[1,-2,3.5,true,false,null,\"t\"]}" },
        { "a = 1, b : 2\nc=3", "{\"a\":1,\"b\":2,\"c\":3}" },
        { "a { b = 1 }\nc {\n}", "{\"a\":{\"b\":1},\"c\":{}}" },
        { "a = [1\n2 # two\n3,]", "{\"a\":[1,2,3]}" },
        { "a\n=\n1", "{\"a\":1}" },
        { "a : 1\n,b : 2,", "{\"a\":1,\"b\":2}" },
        { "a = text with blanks   # comment", "{\"a\":\"text with blanks\"}" },
        { "a = text // comment", "{\"a\":\"text\"}" },
        { "a = /usr/bin", "{\"a\":\"/usr/bin\"}" },
        { "a = \"x\" y \"z\"", "{\"a\":\"x y z\"}" },
        { "a = truefoo, b = 10.0bar, c = bar10.0, d = true foo, e = null x",
          "{\"a\":\"truefoo\",\"b\":\"10.0bar\",\"c\":\"bar10.0\",\"d\":\"true foo\",\"e\":\"null x\"}" },
        { "a = 10.0.0.1, b = 1.2.3, c = 5 seconds, d = 10ms, e = -foo",
          "{\"a\":\"10.0.0.1\",\"b\":\"1.2.3\",\"c\":\"5 seconds\",\"d\":\"10ms\",\"e\":\"-foo\"}" },
        { "a = 1e3, b = 1E+2, c = 0644, d = 08, e = -0, f = 1., g = 12345678901234567890",
          "{\"a\":1000.0,\"b\":100.0,\"c\":420,\"d\":\"08\",\"e\":0,\"f\":\"1.\",\"g\":\"12345678901234567890\"}" },
        { "a = \"q\\\"\\\\\\/\\n\\t\\u00e9\\ud83d\\ude00\"", "{\"a\":\"q\\\"\\\\/\\n\\té\xf0\x9f\x98\x80\"}" },
        { "a = \"\"\"two\nlines \\n \"quoted\"\"\"\"", "{\"a\":\"two\\nlines \\\\n \\\"quoted\\\"\"}" },
        { "a = \"\", b = \"\"\"\"\"\"", "{\"a\":\"\",\"b\":\"\"}" },
        { "a.b.c = 1, a.b.d = 2", "{\"a\":{\"b\":{\"c\":1,\"d\":2}}}" },
        { "\"a.b\".c = 1", "{\"a.b\":{\"c\":1}}" },
        { "a b c = 1", "{\"a b c\":1}" },
        { "true = 1, 3.14 = 2, 10.0foo = 3, foo\"10.0\" = 4", "{\"true\":1,\"3\":{\"14\":2},\"10\":{\"0foo\":3},\"foo10.0\":4}" },
        { "a.\"\".b = 1", "{\"a\":{\"\":{\"b\":1}}}" },
        { "foo include = 1, a = include, \"include\" = 2", "{\"foo include\":1,\"a\":\"include\",\"include\":2}" },
        { "\xef\xbb\xbf"
          "a\xc2\xa0=\xe2\x80\xa8"
          "1",
          "{\"a\":1}" },
        { "a::b = 1", "1:3: expected a value, not ':'" },
        { "\"a::b\" = 1", "{\"a::b\":1}" },
    };
    (void)state;
    CHECK(rows);
}

static void joining(void **state)
{
    static const struct row rows[] = {
        { "a = 1, a = 2", "{\"a\":2}" },
        { "foo { a = 42 }, foo { b = 43 }", "{\"foo\":{\"a\":42,\"b\":43}}" },
        { "foo { a = 42 }, foo = null, foo { b = 43 }", "{\"foo\":{\"b\":43}}" },
        { "a = { b = 1 } { c = 2 }", "{\"a\":{\"b\":1,\"c\":2}}" },
        { "a = [1] [2, 3]", "{\"a\":[1,2,3]}" },
        { "a = [1] x", "1:9: a list cannot be joined with a text" },
        { "a = x { b = 1 }", "1:7: a text cannot be joined with an object" },
        { "a += 1, a += 2", "{\"a\":[1,2]}" },
        { "a = [0], a += { b = 1 }", "{\"a\":[0,{\"b\":1}]}" },
        { "x { a = [0], a += 1 }, x.a += 2", "{\"x\":{\"a\":[0,1,2]}}" },
    };
    (void)state;
    CHECK(rows);
}

static void substitutions(void **state)
{
    static const struct row rows[] = {
        { "a = ${b}, b = 1", "{\"a\":1,\"b\":1}" },
        { "a = ${b.c}, b { c = [1] }", "{\"a\":[1],\"b\":{\"c\":[1]}}" },
        { "a { x = 1 }, b = ${a}", "{\"a\":{\"x\":1},\"b\":{\"x\":1}}" },
        { "a { x = 1, y = 2 }, b = ${a} { x = 3 }", "{\"a\":{\"x\":1,\"y\":2},\"b\":{\"x\":3,\"y\":2}}" },
        { "a = ${b}, b = 1, b = 2", "{\"a\":2,\"b\":2}" },
        { "x = cat, a = ${x} is my \"animal\", b = ${x}\" \"${x}", "{\"x\":\"cat\",\"a\":\"cat is my animal\",\"b\":\"cat cat\"}" },
        { "a = \"${b}\"", "{\"a\":\"${b}\"}" },
        { "a = ${?none}, b = 1", "{\"b\":1}" },
        { "a = 1, a = ${?none}", "{\"a\":1}" },
        { "a = [${?none}, 1]", "{\"a\":[1]}" },
        { "a = x${?none}y, b = ${?none} z", "{\"a\":\"xy\",\"b\":\" z\"}" },
        { "a = ${?none} [1], b = [2] ${?none}", "{\"a\":[1],\"b\":[2]}" },
        { "n = 1.50, a = ${n}x", "{\"n\":1.5,\"a\":\"1.50x\"}" },
        { "path = \"a:b\", path = ${path}\":c\"", "{\"path\":\"a:b:c\"}" },
        { "a = [1], a = ${a} [2], a = ${a} [3]", "{\"a\":[1,2,3]}" },
        { "bar { foo = 42, baz = ${bar.foo} }", "{\"bar\":{\"foo\":42,\"baz\":42}}" },
        { "bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", "{\"bar\":{\"foo\":43,\"baz\":43}}" },
        { "bar { a = ${foo.d}, b = 1 }\nbar.b = 3\nfoo { c = ${bar.b}, d = 2 }\nfoo.d = 4",
          "{\"bar\":{\"a\":4,\"b\":3},\"foo\":{\"c\":3,\"d\":4}}" },
        { "foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", "{\"foo\":{\"a\":2,\"c\":1}}" },
        { "base { y = 1 }, bar = ${base} { x = ${bar.y} }", "{\"base\":{\"y\":1},\"bar\":{\"y\":1,\"x\":1}}" },
        { "a = ${missing}, a = 1", "{\"a\":1}" },
        { "a = ${ b . c }, \"b \" { \" c\" = 1 }", "{\"a\":1,\"b \":{\" c\":1}}" },
        { "a = ${b}", "1:5: the substitution '${b}' finds no value; write '${?...}' where that may be so" },
        { "a = ${b.c}, b = 1", "1:5: the substitution '${b.c}' finds no value; write '${?...}' where that may be so" },
        { "a = ${b}\nb = ${a}", "2:5: the substitution '${a}' finds no value; write '${?...}' where that may be so" },
        { "a = ${?b}, b = ${?a}, c = 1", "{\"c\":1}" },
        { "a = ${a}", "1:5: the substitution '${a}' finds no value; write '${?...}' where that may be so" },
    };
    (void)state;
    CHECK(rows);
}

static void messages(void **state)
{
    static const struct row rows[] = {
        { "a = 1 }", "1:7: expected a comma or a new line, not '}'" },
        { "{ a = 1", "1:8: expected a comma, a new line, or '}' to close what opens at line 1, not the end of the text" },
        { "{ a = 1 } x", "1:11: expected the end of the text, not 'x'" },
        { "a = [1\n  2,, 3]", "2:5: there are two commas in a row" },
        { "a = [,1]", "1:6: expected a value, not ','" },
        { "a = ", "1:5: expected a value, not the end of the text" },
        { "a =\nb = 1", "2:3: expected a comma or a new line, not '='" },
        { "a 1", "1:4: expected '=' or ':' after the key, not the end of the text" },
        { "a..b = 1", "1:5: a path has an empty part: write '\"\"' for an empty key" },
        { ".a = 1", "1:3: a path has an empty part: write '\"\"' for an empty key" },
        { "a = \"x\nb", "1:5: the quoted text that begins here is not closed on its line" },
        { "a = \"\\q\"", "1:7: 'q' is no escape in a quoted text: write '\\\\' for a backslash" },
        { "a = \"\\u12g4\"", "1:10: '\\u' takes four hexadecimal digits" },
        { "a = \"\"\"x\"\"", "1:5: the text that begins with '\"\"\"' here is not closed" },
        { "a = $b", "1:5: '$' outside quotes begins a substitution: '${path}'" },
        { "a = ${b", "1:8: expected '}' to close the substitution, not the end of the text" },
        { "a = ${b[0]}", "1:8: expected '}' to close the substitution, not '['" },
        { "a = 5+3", "1:6: '+' is not allowed outside quotes" },
        { "a = x@y", "1:6: expected a comma or a new line, not '@'" },
        { "[1, 2]", "1:1: the text is a list, but data is keys with values" },
        { "a = [ { b += 1 } ]", "1:11: '+=' does not work inside a list, where no path leads to: assign to a key outside and name it here "
                                "by '${key}'" },
        { "a = \"\xff\"", "1:1: it is no UTF-8" },
        { "include \"other.conf\"", "1:1: 'include' is not supported: put the data into this file, or name the other one in the hierarchy; "
                                    "a key of that name is written '\"include\"'" },
    };
    (void)state;
    CHECK(rows);
}

/* Ends in a message, however the text is nested or doubled. */
static void limits(void **state)
{
    struct arena *a = arena_new(0);
    struct strbuf deep = STRBUF_IN(a), bomb = STRBUF_IN(a), texts = STRBUF_IN(a), chain = STRBUF_IN(a);
    (void)state;
    strbuf_adds(&deep, "a = ");
    for (int i = 0; i < 100000; i++)
        strbuf_adds(&deep, i % 2 ? "[" : "{ b = ");
    assert_non_null(strstr(read_limited(a, strbuf_cstr(&deep), NULL), "it is nested too deep"));
    strbuf_reset(&deep);
    for (int i = 0; i < 100000; i++)
        strbuf_adds(&deep, "a.");
    strbuf_adds(&deep, "a = 1");
    assert_non_null(strstr(read_limited(a, strbuf_cstr(&deep), NULL), "it is nested too deep"));
    strbuf_adds(&bomb, "a0 = [1]\n");
    strbuf_adds(&texts, "a0 = 0123456789x\n");
    strbuf_adds(&chain, "a0 = 1\n");
    for (int i = 1; i < 60; i++) {
        strbuf_addf(&bomb, "a%d = [${a%d}, ${a%d}]\n", i, i - 1, i - 1);
        strbuf_addf(&texts, "a%d = ${a%d}${a%d}\n", i, i - 1, i - 1);
    }
    for (int i = 1; i < 5000; i++)
        strbuf_addf(&chain, "a%d = ${a%d}\n", i, i - 1);
    assert_non_null(strstr(read_limited(a, strbuf_cstr(&bomb), NULL), "it has too many values"));
    assert_non_null(strstr(read_limited(a, strbuf_cstr(&texts), NULL), "its joined texts are too long"));
    assert_non_null(strstr(read_limited(a, strbuf_cstr(&chain), NULL), "it is nested too deep"));
    assert_non_null(strstr(read_limited(a, "a { b = ${a} }", NULL), "or its substitutions go in a circle"));
    assert_non_null(strstr(read_limited(a, "a = [1, 2, 3]", &(struct data_limits){ .nodes = 3 }), "it has too many values"));
    assert_non_null(strstr(read_limited(a, "a = 1", &(struct data_limits){ .bytes = 3 }), "it is too long"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(syntax), cmocka_unit_test(joining), cmocka_unit_test(substitutions),
                                        cmocka_unit_test(messages), cmocka_unit_test(limits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
