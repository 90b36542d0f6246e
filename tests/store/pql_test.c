/* pql: queries that are read, printed back as trees, and what is refused, with the place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "store/pql.h"
#include "store/query_ast.h"

static void print_field(struct strbuf *b, const struct query_field *f)
{
    strbuf_add(b, f->name);
    for (uint32_t i = 0; i < f->step_count; i++) {
        const struct query_step *s = &f->steps[i];
        if (s->kind == STEP_INDEX)
            strbuf_addf(b, "[%d]", (int)s->index);
        else
            strbuf_addf(b, s->kind == STEP_MATCH ? ".~%.*s" : ".%.*s", SV_ARG(s->text));
    }
}

static void print_query(struct strbuf *b, const struct query *q);

/* Prefix notation, as in PuppetDB's own tree form. */
static void print_expr(struct strbuf *b, const struct query_expr *e)
{
    static const char *const names[] = { "and", "or", "not", "=",  "!=", "<",    "<=",    ">", ">=",
                                         "~",   "!~", "~>",  "in", "in", "null", "value", "of" };
    strbuf_addf(b, "(%s", names[e->op]);
    for (uint32_t i = 0; i < e->item_count; i++) {
        strbuf_addc(b, ' ');
        print_expr(b, e->items[i]);
    }
    for (uint32_t i = 0; i < e->field_count && e->op != Q_SUBQUERY; i++) {
        strbuf_addc(b, ' ');
        print_field(b, &e->fields[i]);
    }
    if (e->query) {
        strbuf_addc(b, ' ');
        print_query(b, e->query);
    } else if (e->op >= Q_EQ && e->op <= Q_IN_LIST) {
        strbuf_addc(b, ' ');
        struct json_out j = json_to(b, false);
        json_data(&j, &e->value);
    }
    strbuf_addc(b, ')');
}

static void print_columns(struct strbuf *b, const char *before, const struct query_column *c, uint32_t n)
{
    static const char *const names[] = { "", "count", "avg", "sum", "min", "max", "to_string" };
    for (uint32_t i = 0; i < n; i++) {
        strbuf_addf(b, "%s%s", i ? "," : before, names[c[i].function]);
        if (c[i].function)
            strbuf_addc(b, '(');
        print_field(b, &c[i].field);
        if (c[i].function)
            strbuf_addf(b, "%s%.*s)", c[i].format.n ? "," : "", SV_ARG(c[i].format));
    }
}

static void print_query(struct strbuf *b, const struct query *q)
{
    strbuf_add(b, q->entity);
    print_columns(b, ":", q->columns, q->column_count);
    if (q->where) {
        strbuf_addc(b, ' ');
        print_expr(b, q->where);
    }
    print_columns(b, " by ", q->groups, q->group_count);
    for (uint32_t i = 0; i < q->order_count; i++) {
        strbuf_adds(b, i ? "," : " order ");
        print_field(b, &q->orders[i].field);
        strbuf_adds(b, q->orders[i].descending ? "-" : "+");
    }
    if (q->limit >= 0)
        strbuf_addf(b, " limit %d", (int)q->limit);
    if (q->offset)
        strbuf_addf(b, " offset %d", (int)q->offset);
}

static const struct {
    const char *text, *tree;
} cases[] = {
    { "nodes {}", "nodes" },
    { "nodes[] { }", "nodes" },
    { " facts [ name , value ]{}\n", "facts:name,value" },
    { "nodes[certname]{certname ~ \"^web\"}", "nodes:certname (~ certname \"^web\")" },
    { "nodes { certname = 'a\\nb' }", "nodes (= certname \"a\\\\nb\")" },
    { "nodes { certname = \"a\\nb\\u00e9\\\"\" }", "nodes (= certname \"a\\nb\xc3\xa9\\\"\")" },
    { "f { a = 1 and b = 2 or c = 3 and !d = 4 }", "f (or (and (= a 1) (= b 2)) (and (= c 3) (not (= d 4))))" },
    { "f { !(a = 'x' and b < 3) or c = true }", "f (or (not (and (= a \"x\") (< b 3))) (= c true))" },
    { "f { a >= -4.5e2 and b <= 10 and c != 'x' and d !~ 'y' and e > 1 }",
      "f (and (and (and (and (>= a -450.0) (<= b 10)) (!= c \"x\")) (!~ d \"y\")) (> e 1))" },
    { "nodes { certname in ['a', 'b'] }", "nodes (in certname [\"a\",\"b\"])" },
    { "nodes { certname in facts[certname] { value = 'x' } }", "nodes (in certname facts:certname (= value \"x\"))" },
    { "facts { [certname, name] in fact_contents[certname, name] { value ~ 'a' } }",
      "facts (in certname name fact_contents:certname,name (~ value \"a\"))" },
    { "nodes { deactivated is null and expired is not null }", "nodes (and (null deactivated) (value expired))" },
    { "fact_contents { path ~> ['networking', '.*', 'mac'] }", "fact_contents (~> path [\"networking\",\".*\",\"mac\"])" },
    { "nodes { facts { name = 'os' } and resources { type = 'Package' } }",
      "nodes (and (of facts (= name \"os\")) (of resources (= type \"Package\")))" },
    { "inventory { facts.os.family = 'Debian' and facts.disks[0].\"a b\" > 5 and facts.mountpoints.match(\"/srv.*\").size is not null }",
      "inventory (and (and (= facts.os.family \"Debian\") (> facts.disks[0].a b 5)) (value facts.mountpoints.~/srv.*.size))" },
    { "facts[name, count()] { group by name }", "facts:name,count() by name" },
    { "reports[count(), avg(x), to_string(receive_time, 'DAY')] { status = 'failed' group by to_string(receive_time, 'DAY') }",
      "reports:count(),avg(x),to_string(receive_time,DAY) (= status \"failed\") by to_string(receive_time,DAY)" },
    { "reports { certname = 'f' order by a, b desc limit 10 offset 20 }", "reports (= certname \"f\") order a+,b- limit 10 offset 20" },
    { "reports { limit 10 order by receive_time asc }", "reports order receive_time+ limit 10" },
    { "f { inventory = 'in' and android = 'or' and orders = 'and' }",
      "f (and (and (= inventory \"in\") (= android \"or\")) (= orders \"and\"))" },
};

static void test_trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct source src = { SV("query"), sv_of(cases[i].text) };
        struct diags diags = diags_in(a);
        struct strbuf b = STRBUF_IN(a);
        struct query *q = pql_parse(a, &src, &diags);
        if (!q)
            fail_msg("%s: %.*s", cases[i].text, SV_ARG(diags.first->message));
        print_query(&b, q);
        assert_string_equal(strbuf_cstr(&b), cases[i].tree);
        arena_free(a);
    }
}

static const struct {
    const char *text, *message;
    unsigned column;
} wrong[] = {
    { "", "expected the name of what is asked for, as in: nodes { certname ~ 'web' }, found the end of the query", 1 },
    { "nodes", "expected '{', found the end of the query", 6 },
    { "nodes { certname }", "expected an operator: =, !=, ~, !~, <, <=, >, >=, ~>, in, is null, found '}'", 18 },
    { "nodes { certname = }", "expected a value: text in quotes, a number, true, false or a list, found '}'", 20 },
    { "nodes { certname = web }", "expected a value: text in quotes, a number, true, false or a list, found 'web'", 20 },
    { "nodes { certname = 'web }", "expected a closing ', found the end of the query", 26 },
    { "nodes { a = 1 b = 2 }", "expected 'and', 'or', a modifier or '}', found 'b'", 15 },
    { "nodes { a = 1 } x", "expected the end of the query, found 'x'", 17 },
    { "nodes { a ~ 1 }", "expected a regular expression in quotes, found '1'", 13 },
    { "nodes { a < true }", "expected a number or a time, found 'true'", 13 },
    { "nodes { limit 1.5 }", "expected a whole number, not below 0, found '1'", 15 },
    { "nodes { a = 99999999999999999999 }", "expected a number of at most 64 bits, found '99999999999999999999'", 13 },
    { "nodes { [a, b] in facts[certname] {} }", "the query behind 'in' gives 1 fields, but 2 stand before it", 19 },
    { "nodes[sum()] {}", "expected a field to calculate with, found ')'", 11 },
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct arena *a = arena_new(0);
        struct source src = { SV("query"), sv_of(wrong[i].text) };
        struct diags diags = diags_in(a);
        unsigned line, column;
        assert_null(pql_parse(a, &src, &diags));
        assert_int_equal(diags.errors, 1);
        assert_string_equal(arena_cstr(a, diags.first->message), wrong[i].message);
        span_position(diags.first->span, &line, &column);
        assert_int_equal(column, wrong[i].column);
        arena_free(a);
    }
}

/* No nesting ends in a crash. */
static void test_depth(void **state)
{
    (void)state;
    static const char *const parts[] = { "(", "!", "a in b[c] {", "f { ", "[" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct arena *a = arena_new(0);
        struct strbuf b = STRBUF_IN(a);
        strbuf_adds(&b, parts[i][0] == '[' ? "nodes { a = " : "nodes { ");
        for (int n = 0; n < 100000; n++)
            strbuf_adds(&b, parts[i]);
        struct source src = { SV("query"), strbuf_sv(&b) };
        struct diags diags = diags_in(a);
        assert_null(pql_parse(a, &src, &diags));
        assert_non_null(strstr(arena_cstr(a, diags.first->message), "nested less deeply"));
        arena_free(a);
    }
}

/* The same questions as lists. */
static const struct {
    const char *ast, *tree;
} ast_cases[] = {
    { "[\"from\",\"nodes\"]", "nodes" },
    { "[\"from\",\"nodes\",[\"=\",\"certname\",\"a\"]]", "nodes (= certname \"a\")" },
    { "[\"from\",\"nodes\",[\"extract\",[\"certname\",[\"function\",\"count\"]],[\"not\",[\"~\",\"certname\",\"^a\"]],[\"group_by\","
      "\"certname\"]],[\"order_by\",[[\"certname\",\"desc\"],\"x\"]],[\"limit\",10],[\"offset\",20]]",
      "nodes:certname,count() (not (~ certname \"^a\")) by certname order certname-,x+ limit 10 offset 20" },
    { "[\"from\",\"resources\",[\"and\",[\"=\",[\"parameter\",\"ensure\"],\"x\"],[\">\",\"line\",3]]]",
      "resources (and (= parameters.ensure \"x\") (> line 3))" },
    { "[\"from\",\"inventory\",[\"or\",[\"=\",\"facts.disks[0].size\",1],[\"null?\",\"facts.a\",true],[\"null?\",\"facts.b\",false]]]",
      "inventory (or (= facts.disks[0].size 1) (null facts.a) (value facts.b))" },
    { "[\"from\",\"nodes\",[\"in\",\"certname\",[\"extract\",\"certname\",[\"select_facts\",[\"=\",\"name\",\"os\"]]]]]",
      "nodes (in certname facts:certname (= name \"os\"))" },
    { "[\"from\",\"nodes\",[\"in\",[\"a\",\"b\"],[\"from\",\"facts\",[\"extract\",[\"a\",\"b\"]]]]]", "nodes (in a b facts:a,b)" },
    { "[\"from\",\"nodes\",[\"in\",\"certname\",[\"array\",[\"a\",\"b\"]]]]", "nodes (in certname [\"a\",\"b\"])" },
    { "[\"from\",\"nodes\",[\"subquery\",\"facts\",[\"=\",\"name\",\"os\"]]]", "nodes (of facts (= name \"os\"))" },
    { "[\"from\",\"reports\",[\"=\",\"latest_report?\",true]]", "reports (= latest_report true)" },
    { "[\"=\",\"certname\",\"a\"]", "facts (= certname \"a\")" },
    { "[\"extract\",\"name\",[\"=\",\"certname\",\"a\"]]", "facts:name (= certname \"a\")" },
    { "[\"from\",\"nodes\",[\"equals\",\"a\",\"b\"]]",
      "the query should have an operator: =, !=, <, <=, >, >=, ~, ~>, in, null?, and, or, not, subquery, found [\"equals\",\"a\",\"b\"]" },
    { "{}", "the query should have [\"from\", ENTITY, ...], found {}" },
    { "[\"from\",\"nodes\",[\"=\",\"certname\"]]", "the query should have a field and a value, found [\"=\",\"certname\"]" },
    { "[\"from\",\"nodes\",[\"limit\",-1]]", "the query should have a whole number, not below 0, found [\"limit\",-1]" },
    { "[\"from\",\"nodes\",[\"and\"]]", "the query should have a condition, found [\"and\"]" },
    { "[\"from\",\"nodes\",[\"in\",\"a\",[\"extract\",[\"a\",\"b\"],[\"select_facts\"]]]]",
      "the query should have as many fields behind \"in\" as before it, found "
      "[\"in\",\"a\",[\"extract\",[\"a\",\"b\"],[\"select_facts\"]]]" },
    { "[\"from\",\"nodes\",[\"extract\",[[\"function\",\"median\",\"x\"]]]]",
      "the query should have one of the functions count, avg, sum, min, max and to_string, found [\"function\",\"median\",\"x\"]" },
};

static void test_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ast_cases / sizeof *ast_cases; i++) {
        struct arena *a = arena_new(0);
        struct diags diags = diags_in(a);
        struct source *src = ARENA_NEW(a, struct source);
        struct data_doc *doc;
        AUTO_STRBUF out = STRBUF_HEAP;
        *src = (struct source){ SV("query"), sv_of(ast_cases[i].ast) };
        assert_true(json_read(a, src, NULL, &diags, &doc));
        const struct query *q = query_from_ast(a, &doc->root, doc->root.kind == DATA_LIST ? SV("facts") : SV_NONE, &diags);
        if (q)
            print_query(&out, q);
        else
            strbuf_add(&out, diags.first->message);
        assert_string_equal(strbuf_cstr(&out), ast_cases[i].tree);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_trees), cmocka_unit_test(test_lists), cmocka_unit_test(test_messages),
                                        cmocka_unit_test(test_depth) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
