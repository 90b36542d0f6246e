/* json: reading with places and limits, writing with escapes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static const char *again(struct arena *a, const char *text)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("t.json"), sv_of(text) };
    struct diags d = diags_in(a);
    struct data_doc *doc = NULL;
    struct strbuf out = STRBUF_IN(a);
    if (json_read(a, src, NULL, &d, &doc)) {
        struct json_out j = json_to(&out, false);
        json_data(&j, &doc->root);
    }
    diags_print(&out, &d, false);
    return strbuf_cstr(&out);
}

static void round_trip(void **state)
{
    static const char *const texts[] = { "{\"a\":[1,-2,3.5,null,true,false,\"x\"],\"b\":{}}",
                                         "[]",
                                         "\"\xc3\xa4\\u0001\\\"\\\\\\n\\t\\r\\b\\f\"",
                                         "9223372036854775807",
                                         "1.0e+300",
                                         "0.1" };
    struct arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (i != 4)
            assert_string_equal(again(a, texts[i]), texts[i]);
    arena_free(a);
}

static void places(void **state)
{
    struct arena *a = arena_new(0);
    struct source src = { SV("t"), SV("{\n \"key\" : [10, \"two\"]}") };
    struct diags d = diags_in(a);
    struct data_doc *doc;
    unsigned line, column;
    (void)state;
    assert_true(json_read(a, &src, NULL, &d, &doc));
    span_position(data_span(doc, &doc->root.pairs[0].key), &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 2);
    span_position(data_span(doc, &doc->root.pairs[0].value.items[1]), &line, &column);
    assert_int_equal(column, 15);
    arena_free(a);
}

static void refused(void **state)
{
    struct arena *a = arena_new(0);
    char deep[10001];
    (void)state;
    memset(deep, '[', sizeof deep);
    deep[10000] = 0;
    assert_non_null(strstr(again(a, deep), "it is nested too deep"));
    assert_non_null(strstr(again(a, "{\"a\": }"), "error: this is no JSON"));
    assert_non_null(strstr(again(a, "{\"a\": 1"), "error: this is no JSON"));
    assert_non_null(strstr(again(a, ""), "error: this is no JSON"));
    assert_non_null(strstr(again(a, "1 2"), "error: this is no JSON"));
    arena_free(a);
}

static void writing(void **state)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    (void)state;
    json_open(&j, '{');
    json_kstr(&j, "bad", SV("a\xff\x01"));
    json_key(&j, SV("list"));
    json_open(&j, '[');
    json_int(&j, 1);
    json_null(&j);
    json_close(&j, ']');
    json_key(&j, SV("none"));
    json_open(&j, '{');
    json_close(&j, '}');
    json_close(&j, '}');
    assert_string_equal(strbuf_cstr(&out),
                        "{\n  \"bad\": \"a\xef\xbf\xbd\\u0001\",\n  \"list\": [\n    1,\n    null\n  ],\n  \"none\": {}\n}");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip), cmocka_unit_test(places), cmocka_unit_test(refused),
                                        cmocka_unit_test(writing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
