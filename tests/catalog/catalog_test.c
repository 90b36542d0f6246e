/* catalog: JSON out and in again, differences, and the order of resources. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/json.h"
#include "catalog/diff.h"
#include "catalog/graph.h"

struct fixture {
    struct arena *arena;
    struct symtab *syms;
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    f->arena = arena_new(0);
    f->syms = symtab_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    symtab_free(f->syms);
    test_free(f);
    return 0;
}

static struct catalog *read_text(struct fixture *f, const char *json, struct err *err)
{
    struct source *src = ARENA_NEW(f->arena, struct source);
    *src = (struct source){ SV("catalog.json"), arena_dup(f->arena, sv_of(json)) };
    struct diags diags = diags_in(f->arena);
    struct data_doc *doc;
    assert_true(json_read(f->arena, src, NULL, &diags, &doc));
    return catalog_read_json(f->arena, f->syms, &doc->root, err);
}

static struct catalog *read_catalog(struct fixture *f, const char *json)
{
    struct err err = { "" };
    struct catalog *c = read_text(f, json, &err);
    assert_string_equal(err.text, "");
    assert_non_null(c);
    return c;
}

#define HEAD "{\"name\":\"n\",\"environment\":\"production\",\"resources\":["
#define RES(type, title, params)                                                                                                           \
    "{\"type\":\"" type "\",\"title\":\"" title "\",\"tags\":[\"t\"],\"exported\":false,\"parameters\":{" params "}}"

static void test_json_round_trip(void **state)
{
    struct fixture *f = *state;
    const char *json = HEAD
        "{\"type\":\"File\",\"title\":\"/a\",\"tags\":[\"file\"],\"file\":\"/"
        "m.pp\",\"line\":3,\"exported\":false,\"kind\":\"compilable_type\","
        "\"parameters\":{\"mode\":\"0644\",\"list\":[1,null,2.5,true],\"map\":{\"k\":{\"__ptype\":\"Default\"}},"
        "\"re\":{\"__ptype\":\"Regexp\",\"__pvalue\":\"a.b\"},\"content\":\"secret\"},\"sensitive_parameters\":[\"content\"]}," RES(
            "Class", "Foo::Bar", "") "],\"edges\":[{\"source\":\"Class[Foo::Bar]\",\"target\":\"File[/a]\"}],\"classes\":[\"foo::bar\"]}";
    struct catalog *c = read_catalog(f, json);
    struct strbuf one = STRBUF_IN(f->arena), two = STRBUF_IN(f->arena);
    catalog_write_json(c, &one, false);
    catalog_write_json(read_catalog(f, strbuf_cstr(&one)), &two, false);
    assert_string_equal(strbuf_cstr(&one), strbuf_cstr(&two));
    struct resource *r = catalog_find(c, SV("File"), SV("/a"));
    assert_non_null(r);
    assert_int_equal(r->line, 3);
    assert_true(resource_param(r, SV("content"))->sensitive);
    assert_int_equal(resource_param(r, SV("re"))->value.kind, V_REGEXP);
    assert_true(sv_is(r->container->title, "Foo::Bar"));
    assert_non_null(strstr(strbuf_cstr(&one), "\"re\":{\"__ptype\":\"Regexp\",\"__pvalue\":\"a.b\"}"));
}

/* No file and the empty file of code that was given as text are two things. */
static void test_json_file(void **state)
{
    struct fixture *f = *state;
    struct catalog *c = read_catalog(f, HEAD "{\"type\":\"Notify\",\"title\":\"none\",\"tags\":[]},"
                                             "{\"type\":\"Notify\",\"title\":\"text\",\"tags\":[],\"file\":\"\",\"line\":1}]}");
    struct strbuf out = STRBUF_IN(f->arena);
    catalog_write_json(c, &out, false);
    assert_null(c->resources[0]->file.p);
    assert_non_null(c->resources[1]->file.p);
    char *at = strstr(strbuf_cstr(&out), "\"file\"");
    assert_non_null(at);
    assert_memory_equal(at, "\"file\":\"\",\"line\":1", 18);
    assert_null(strstr(at + 1, "\"file\""));
}

static void test_json_bad(void **state)
{
    struct fixture *f = *state;
    struct err err = { "" };
    assert_null(read_text(f, "{}", &err));
    assert_string_equal(err.text, "this is no catalog: it has no list of resources");
    assert_null(read_text(f, HEAD RES("File", "/a", "") "," RES("File", "/a", "") "]}", &err));
    assert_string_equal(err.text, "the catalog has File[/a] twice");
    assert_null(read_text(f, HEAD RES("File", "/a", "") "],\"edges\":[{\"source\":\"Class[X]\",\"target\":\"File[/a]\"}]}", &err));
    assert_non_null(strstr(err.text, "'Class[X]'"));
}

static void test_type_names(void **state)
{
    struct fixture *f = *state;
    assert_true(sv_is(type_name_normal(f->arena, SV("ntp::install")), "Ntp::Install"));
    assert_true(sv_is(type_name_normal(f->arena, SV("::NTP")), "Ntp"));
    assert_true(sv_is(type_name_normal(f->arena, SV("file")), "File"));
}

static void test_diff(void **state)
{
    struct fixture *f = *state;
    struct catalog *was = read_catalog(f, HEAD RES("File", "/a", "\"mode\":\"0644\",\"owner\":\"me\"") "," RES("File", "/gone", "") "]}");
    struct catalog *now = read_catalog(f, HEAD RES("File", "/a", "\"mode\":\"0600\",\"group\":\"g\"") "," RES("File", "/new", "") "]}");
    struct catalog_diff *d = catalog_diff(f->arena, was, now), *none = catalog_diff(f->arena, now, now);
    assert_int_equal(none->count, 0);
    assert_int_equal(d->count, 5);
    assert_int_equal(d->changes[0].kind, CHANGE_PARAM);
    assert_true(sv_is(d->changes[0].param, "mode"));
    assert_true(sv_is(value_sv(d->changes[0].before), "0644"));
    assert_true(sv_is(d->changes[1].param, "group"));
    assert_int_equal(d->changes[1].before.kind, V_UNSET);
    assert_true(sv_is(d->changes[2].param, "owner"));
    assert_int_equal(d->changes[2].after.kind, V_UNSET);
    assert_int_equal(d->changes[3].kind, CHANGE_ADDED);
    assert_int_equal(d->changes[4].kind, CHANGE_REMOVED);
    assert_int_equal(catalog_diff(f->arena, NULL, now)->count, 2);
}

static void test_diff_digest(void **state)
{
    struct fixture *f = *state;
    struct catalog *was = read_catalog(f, HEAD RES("File", "/a", "\"mode\":\"0644\"") "]}");
    struct catalog *now = read_catalog(f, HEAD RES("File", "/a", "\"mode\":\"0600\"") "]}");
    struct catalog *other = read_catalog(f, HEAD RES("File", "/a", "\"mode\":\"0700\"") "]}");
    struct catalog_diff *x = catalog_diff(f->arena, was, now), *y = catalog_diff(f->arena, was, now),
                        *z = catalog_diff(f->arena, was, other);
    assert_memory_equal(x->digest, y->digest, sizeof x->digest);
    assert_true(memcmp(x->digest, z->digest, sizeof x->digest) != 0);
}

static void assert_order(struct fixture *f, struct graph *g, const char *want)
{
    uint32_t n;
    struct err err = { "" };
    const struct resource **order = graph_order(g, &n, &err);
    assert_string_equal(err.text, "");
    struct strbuf b = STRBUF_IN(f->arena);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(&b, "%s%.*s", i ? " " : "", SV_ARG(order[i]->title));
    assert_string_equal(strbuf_cstr(&b), want);
}

static void test_order(void **state)
{
    struct fixture *f = *state;
    struct err err = { "" };
    struct catalog *c = read_catalog(
        f, HEAD RES("Class", "A", "\"before\":[\"Class[B]\"]") "," RES("Class", "B", "") "," RES("Notify", "b1", "") "," RES(
               "Notify", "a1", "") "," RES("Notify", "free", "") "],\"edges\":[{\"source\":\"Class[A]\",\"target\":\"Notify[a1]\"},{"
                                                                 "\"source\":\"Class[B]\",\"target\":\"Notify[b1]\"}]}");
    struct graph *g = graph_new(f->arena, c, &err);
    assert_non_null(g);
    assert_order(f, g, "A a1 B b1 free");
    const struct resource *free_one = catalog_find(c, SV("Notify"), SV("free")), *a1 = catalog_find(c, SV("Notify"), SV("a1")),
                          *b1 = catalog_find(c, SV("Notify"), SV("b1"));
    assert_true(graph_add_soft(g, free_one, a1));
    assert_false(graph_add_soft(g, b1, a1)); /* the opposite holds already */
    assert_order(f, g, "A free a1 B b1");
}

static void test_notified(void **state)
{
    struct fixture *f = *state;
    struct err err = { "" };
    uint32_t n;
    struct catalog *c = read_catalog(
        f, HEAD RES("Class", "A", "\"notify\":\"Class[B]\"") "," RES("Notify", "a1", "") "," RES("Class", "B", "") "," RES(
               "Notify", "b1", "") "," RES("Notify", "later",
                                           "\"require\":\"Notify[a1]\"") "],\"edges\":[{\"source\":\"Class[A]\",\"target\":\"Notify[a1]\"},"
                                                                         "{\"source\":\"Class[B]\",\"target\":\"Notify[b1]\"}]}");
    struct graph *g = graph_new(f->arena, c, &err);
    assert_non_null(g);
    bool b1 = false, later = false;
    const struct resource **list = graph_notified(g, catalog_find(c, SV("Notify"), SV("a1")), &n);
    for (uint32_t i = 0; i < n; i++) {
        b1 |= sv_is(list[i]->title, "b1");
        later |= sv_is(list[i]->title, "later");
    }
    assert_true(b1);
    assert_false(later);
    list = graph_needs(g, catalog_find(c, SV("Notify"), SV("b1")), &n);
    bool a1 = false;
    for (uint32_t i = 0; i < n; i++)
        a1 |= sv_is(list[i]->title, "a1");
    assert_true(a1);
    graph_add(g, catalog_find(c, SV("Notify"), SV("later")), catalog_find(c, SV("Notify"), SV("b1")), false);
    list = graph_needs(g, catalog_find(c, SV("Notify"), SV("b1")), &n); /* what was found before does not stand */
    bool added = false;
    for (uint32_t i = 0; i < n; i++)
        added |= sv_is(list[i]->title, "later");
    assert_true(added);
}

static void test_cycle(void **state)
{
    struct fixture *f = *state;
    struct err err = { "" };
    uint32_t n;
    struct catalog *c =
        read_catalog(f, HEAD RES("Notify", "a", "\"before\":\"Notify[b]\"") "," RES("Notify", "b", "\"before\":\"Notify[a]\"") "]}");
    struct graph *g = graph_new(f->arena, c, &err);
    assert_non_null(g);
    assert_null(graph_order(g, &n, &err));
    assert_string_equal(err.text, "Found 1 dependency cycle:\n(Notify[a] => Notify[b] => Notify[a])");
}

static void test_unknown_target(void **state)
{
    struct fixture *f = *state;
    struct err err = { "" };
    struct catalog *c = read_catalog(f, HEAD RES("Notify", "a", "\"before\":\"Notify[gone]\"") "]}");
    assert_null(graph_new(f->arena, c, &err));
    assert_string_equal(err.text, "Could not find resource 'Notify[gone]' in parameter 'before' of Notify[a]");
}

/* What is read is written as it was: types by their attributes, instances of types that nobody here knows, references. */
static void test_rich_round_trip(void **state)
{
    struct fixture *f = *state;
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct sv path = arena_printf(f->arena, "%s/tests/catalog/rich.txt", root ? root : "."), text;
    struct err err;
    assert_true(fs_read(f->arena, arena_cstr(f->arena, path), 0, &text, &err));
    for (struct sv line; text.n && sv_cut(&text, '\n', &line);) {
        struct strbuf out = STRBUF_IN(f->arena);
        struct sv params = arena_printf(f->arena, "\"parameters\":{\"v\":%.*s}", SV_ARG(line));
        struct sv json = arena_printf(f->arena, HEAD "{\"type\":\"D\",\"title\":\"t\",\"tags\":[],%.*s}]}", SV_ARG(params));
        struct catalog *c = read_catalog(f, arena_cstr(f->arena, json));
        catalog_write_json(c, &out, false);
        if (!strstr(strbuf_cstr(&out), arena_cstr(f->arena, params)))
            fail_msg("%.*s\nis written as\n%s", SV_ARG(line), strbuf_cstr(&out));
        assert_int_equal(catalog_diff(f->arena, c, read_catalog(f, strbuf_cstr(&out)))->count, 0);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { T(test_json_round_trip), T(test_json_file),      T(test_json_bad),
                                        T(test_type_names),      T(test_diff),           T(test_diff_digest),
                                        T(test_order),           T(test_notified),       T(test_cycle),
                                        T(test_unknown_target),  T(test_rich_round_trip) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
