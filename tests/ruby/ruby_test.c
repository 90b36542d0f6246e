/* ruby: what modules wrote in Ruby, case by case with the reference's answers; and all the ways it can go wrong. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "../lookup/compile_cases.h"

#include "ruby/kept.h"
#include "ruby/ruby.h"

static struct builtins *functions_with_ruby(struct symtab *t)
{
#define X(family) func_##family,
    const struct builtin *const tables[] = { FUNC_FAMILIES(X) lookup_functions, lookup_context_functions, ruby_functions };
#undef X
#define X(family) func_##family##_count,
    const size_t counts[] = { FUNC_FAMILIES(X) lookup_function_count, lookup_context_function_count, ruby_function_count };
#undef X
    return builtins_new(t, tables, counts, sizeof tables / sizeof *tables);
}

static void use_modules(struct world *w, const char *folder)
{
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct err err = { 0 };
    struct snapshot_options o = { .modulepath = arena_printf(w->arena, "%s/tests/ruby/%s", root ? root : ".", folder) };
    builtins_free(w->functions);
    snapshot_free(w->s);
    w->s = snapshot_open(&o, &err);
    assert_non_null(w->s);
    w->functions = functions_with_ruby(snapshot_symtab(w->s));
    w->options.functions = w->functions;
}

static struct ruby_options *options_of(struct world *w) { return w->options.hooks.ruby; }

static int setup_ruby(void **state)
{
    static struct ruby_options ruby;
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    setup(state);
    struct world *w = *state;
    ruby = (struct ruby_options){ .helper = arena_printf(w->arena, "%s/src/ruby/helper/main.rb", root ? root : ".") };
    w->options.hooks.function = ruby_function;
    w->options.hooks.title_parts = ruby_title_parts;
    w->options.hooks.ruby = &ruby;
    use_modules(w, "modules");
    return 0;
}

static void expect(struct world *w, const char *code, const char *part)
{
    struct sv got = outcome(w, sv_of(code));
    if (sv_find(got, sv_of(part), 0) != SIZE_MAX)
        return;
    fprintf(stderr, "%s\n expected to find:\n  %s\n got:\n%.*s\n", code, part, SV_ARG(got));
    fail();
}

static void test_cases(void **state) { run_cases(*state, "ruby/cases.txt", 50); }

/* A helper that dies takes one compile with it; the next has a new one. */
static void test_crash(void **state)
{
    struct world *w = *state;
    expect(w, "m::crash('kill')", "the function 'm::crash'");
    expect(w, "m::crash('kill')", "was ended by signal 9");
    expect(w, "m::crash('exit!')", "ended with status 4");
    expect(w, "m::crash('exit')", "the Ruby code called exit");
    expect(w, "m::crash('deep')", "stack level too deep");
    expect(w, "notice(m::add(1))", "  11\n");
    expect(w, "notice(m::back('m::back', 'm::crash', 'kill'))", "was ended by signal 9");
    expect(w, "notice(m::rescued('x'), m::add(2))", "  rescued: x 12\n");
}

/* Which templates may be kept, by the words of their code. */
static void test_purity(void **state)
{
    (void)state;
    static const char *const pure[] = { "text only",
                                        "<%= @a %>",
                                        "<% @list.each do |x| -%>\n<%= x %>\n<% end -%>",
                                        "<%= @hash %><%= @file %>",
                                        "<% if @x == :undef && @y =~ /^\\d+$/ -%><%= $1 %><% end %>",
                                        "<%# Time.now %>",
                                        "<%% `date` %>",
                                        "<%= scope['a::b'].map(&:to_s).sort.join(\",\") %>",
                                        "<%= @x.is_a?(Array) ? JSON.generate(@x) : nil %>" };
    static const char *const impure[] = { "<%= Time.now %>",
                                          "<%= rand %>",
                                          "<%= `date` %>",
                                          "<%= $counter %>",
                                          "<%= @@seen %>",
                                          "<%= %x(date) %>",
                                          "<%= [1, 2].shuffle %>",
                                          "<%= [[1]].map(&:sample) %>",
                                          "<%= ENV['HOME'] %>",
                                          "<%= File.read('x') %>",
                                          "<%= $$ %>",
                                          "<%= 'a'.hash %>",
                                          "<%= Foo::Bar.new %>",
                                          "<% def x() 1 end %>",
                                          "<%= ::Time.now %>",
                                          "<%= @a" };
    for (size_t i = 0; i < sizeof pure / sizeof *pure; i++)
        if (!kept_is_pure(sv_of(pure[i])))
            fail_msg("is pure: %s", pure[i]);
    for (size_t i = 0; i < sizeof impure / sizeof *impure; i++)
        if (kept_is_pure(sv_of(impure[i])))
            fail_msg("is not pure: %s", impure[i]);
}

/* What is kept depends on all that was given, and what depends on more is not kept. */
static void test_kept(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3; i++) {
        expect(w, "$a = [1] notice(inline_template('<%= @a %>|'))", "  [1]|\n");
        expect(w, "$a = [2] notice(inline_template('<%= @a %>|'))", "  [2]|\n");
        expect(w, "notice(inline_template('<%= @a %>|'))", "  |\n");
        expect(w, "$b = 1 notice(inline_template('<%= scope.to_hash[\"b\"] %>|'))", "  1|\n");
        expect(w, "$b = 2 notice(inline_template('<%= scope.to_hash[\"b\"] %>|'))", "  2|\n");
        expect(w, "$b = [1] inline_template('<% @b << 2 %>') notice($b)", "  [1, 2]\n");
        expect(w, "notice(inline_template('<% scope[\"c\"] = 5 %>'), inline_template('<%= @c %>|'))", "5|\n");
        expect(w, "notice(inline_template('<%= @c %>|'))", "  |\n");
    }
}

/* One helper serves compile after compile. */
static void test_warm(void **state)
{
    struct world *w = *state;
    struct sv first = outcome(w, SV("notice(inline_template('<%= Process.pid %>'))"));
    for (int i = 0; i < 20; i++)
        assert_true(sv_eq(first, outcome(w, SV("notice(inline_template('<%= Process.pid %>'))"))));
    outcome(w, SV("m::crash('kill')"));
    assert_false(sv_eq(first, outcome(w, SV("notice(inline_template('<%= Process.pid %>'))"))));
}

static void test_time(void **state)
{
    struct world *w = *state;
    options_of(w)->milliseconds = 300;
    expect(w, "m::crash('spin')", "it ran longer than 0.3 seconds");
    expect(w, "m::crash('ask')", "it ran longer than 0.3 seconds");
    expect(w, "inline_template('<% loop {} %>')", "inline_template(): it ran longer than 0.3 seconds");
    expect(w, "notice(m::add(1))", "  11\n");
}

static void test_memory(void **state)
{
    struct world *w = *state;
    options_of(w)->memory = 512u << 20;
    expect(w, "m::crash('hog')", "it used more memory than it may");
    expect(w, "notice(m::add(1))", "  11\n");
}

/* What the code prints is no message of the helper. */
static void test_print(void **state) { expect(*state, "notice(m::crash('print'))", "  printed\n"); }

static void test_no_ruby(void **state)
{
    struct world *w = *state;
    options_of(w)->program = "no-such-ruby-here";
    expect(w, "notice(m::add(1))",
           "/modules/m/lib/puppet/functions/m/add.rb) is written in Ruby, which cannot be run: no program "
           "'no-such-ruby-here' is found: install Ruby");
    expect(w, "notice(template('m/wrong.erb'))", "/modules/m/templates/wrong.erb) is written in Ruby");
    expect(w, "notice(max(1, 2))", "  2\n");
    expect(w, "nowhere_at_all()", "Unknown function: 'nowhere_at_all'.");
    expect(w, "m_role { 'ann@ops': } notice(1)", "  1\n");
    w->options.hooks.ruby = NULL;
    expect(w, "notice(old(1))", "/old.rb) is written in Ruby, which this command does not run");
}

/* PATH without it: as above, by the way the program finds it. */
static void test_no_path(void **state)
{
    struct world *w = *state;
    const char *path = getenv("PATH");
    char *saved = strdup(path ? path : "");
    setenv("PATH", "/nonexistent", 1);
    expect(w, "notice(m::add(1))", "no program 'ruby' is found: install Ruby");
    setenv("PATH", saved, 1);
    /* it is not tried again; the message names the file that asks now */
    expect(w, "m::back('max', 1)", "modules/m/lib/puppet/functions/m/back.rb) is written in Ruby, which cannot be run: no program 'ruby'");
    use_modules(w, "modules");
    expect(w, "notice(m::add(1))", "  11\n");
    free(saved);
}

static void test_environments(void **state)
{
    struct world *w = *state;
    expect(w, "notice(m::add(1))", "  11\n");
    use_modules(w, "elsewhere");
    expect(w, "notice(m::add(1))", "  elsewhere 1\n");
    expect(w, "notice(m::what(1))", "Unknown function: 'm::what'.");
    use_modules(w, "modules");
    expect(w, "notice(m::add(1))", "  11\n");
}

/* The catalog of some code holds a text. */
static void expect_catalog(struct world *w, const char *code, const char *part)
{
    struct compile_options o = w->options;
    o.code = sv_of(code);
    struct compile_result *r = compile_node(w->s, &o);
    AUTO_STRBUF json = STRBUF_HEAP;
    assert_non_null(r->catalog);
    catalog_write_json(r->catalog, &json, false);
    if (!strstr(strbuf_cstr(&json), part))
        fail_msg("%s: expected to find %s in\n%s", code, part, strbuf_cstr(&json));
    compile_result_free(r);
}

/* What a title gives is in the catalog, after the reference's manner: it stands first, and what is given as well wins. */
static void test_titles(void **state)
{
    struct world *w = *state;
    const char *split = "m_role { 'ann@ops': strict => true }";
    for (int i = 0; i < 2; i++) /* asked for, then kept */
        expect_catalog(w, split, "\"parameters\":{\"user\":\"ann\",\"group\":\"OPS\",\"strict\":true}");
    expect_catalog(w, "m_role { 'cid@ops': group => 'given', user => undef }", "\"parameters\":{\"user\":\"cid\",\"group\":\"given\"}");
    expect_catalog(w, "m_role { 'bob': user => 'x' }", "\"parameters\":{\"user\":\"x\"}");
    expect(w, "m_broken { 'a': }", "Error while evaluating a Resource Statement, no patterns today");
    w->options.hooks.title_parts = NULL;
    expect_catalog(w, split, "\"parameters\":{\"strict\":true}");
}

/* Deep values and long texts cross, or end in a message. */
static void test_sizes(void **state)
{
    struct world *w = *state;
    expect(w, "notice(m::same('x'.reduce(String('y')) |$m, $c| { $m }).length)", "  1\n");
    expect(w, "$long = range(1, 200000).map |$i| { \"text ${i}\" } notice(m::same($long) == $long)", "  true\n");
    expect(w, "$deep = range(1, 300).reduce([]) |$m, $i| { [$m] } notice(m::same($deep) == $deep)", "  true\n");
    expect(w, "$deep = range(1, 3000).reduce([]) |$m, $i| { [$m] } m::same($deep)", "nested too deep");
}

static bool ruby_is_installed(void)
{
    const char *path = getenv("PATH");
    struct sv rest = sv_of(path ? path : ""), folder;
    bool found = false;
    while (!found && sv_cut(&rest, ':', &folder)) {
        char program[4096];
        snprintf(program, sizeof program, "%.*s/ruby", SV_ARG(folder));
        found = access(program, X_OK) == 0;
    }
    return found;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_ruby, teardown)
    enum { SKIPPED = 77 }; /* for the test runner */
    const struct CMUnitTest without_ruby[] = { TEST(test_no_ruby) };
    const struct CMUnitTest tests[] = { TEST(test_cases), TEST(test_crash),   TEST(test_purity),       TEST(test_kept),
                                        TEST(test_warm),  TEST(test_time),    TEST(test_memory),       TEST(test_print),
                                        TEST(test_sizes), TEST(test_no_path), TEST(test_environments), TEST(test_titles) };
    int failed = cmocka_run_group_tests(without_ruby, NULL, NULL);
    if (failed || ruby_is_installed())
        return failed + cmocka_run_group_tests(tests, NULL, NULL);
    puts("ruby is not installed: what needs it is skipped");
    return SKIPPED;
}
