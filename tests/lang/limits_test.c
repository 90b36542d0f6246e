/* limits: broken and hostile texts end in a message, never in a crash, and quickly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/limits.h"
#include "lang_helper.h"

static void expect_message(struct sv text, unsigned flags, const char *part)
{
    struct parsed p = parse_text(text, flags);
    assert_null(p.unit);
    assert_non_null(p.diags.first);
    bool found = false;
    for (const struct diag *d = p.diags.first; d; d = d->next)
        found |= sv_find(d->message, sv_of(part), 0) != SIZE_MAX;
    if (!found)
        print_message("'%s' is not in '%.*s'\n", part, SV_ARG(p.diags.first->message));
    assert_true(found);
    parsed_free(&p);
}

static struct sv repeat(struct arena *a, const char *before, const char *piece, const char *after, unsigned count)
{
    struct strbuf b = STRBUF_IN(a);
    strbuf_adds(&b, before);
    for (unsigned i = 0; i < count; i++)
        strbuf_adds(&b, piece);
    strbuf_adds(&b, after);
    return strbuf_sv(&b);
}

/* Every way to nest, ten thousand deep. */
static void test_nesting(void **state)
{
    (void)state;
    static const char *const pieces[] = { "(",
                                          "[",
                                          "{ a => ",
                                          "!",
                                          "-",
                                          "f(",
                                          "$x.f(",
                                          "if $x { ",
                                          "if (",
                                          "$x ? { a => ",
                                          "$x ? a => ",
                                          "case $x { a: { ",
                                          "class a { ",
                                          "node a { ",
                                          "f() |$x| { ",
                                          "$x[",
                                          "$x = ",
                                          "@",
                                          "\"${",
                                          "x { f(",
                                          "[[",
                                          "$x + (",
                                          "unless $x { ",
                                          "$x = if $x { " };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct parsed p = parse_text(repeat(a, "", pieces[i], "", 10000), 0);
        assert_null(p.unit);
        bool limit = false;
        for (const struct diag *d = p.diags.first; d; d = d->next)
            limit |= sv_find(d->message, SV("deeper than the limit"), 0) != SIZE_MAX;
        if (!limit)
            print_message("%s: %.*s\n", pieces[i], SV_ARG(p.diags.first->message));
        assert_true(limit);
        parsed_free(&p);
    }
    arena_free(a);
}

/* Chains nest to the left: they make trees just as deep. */
static void test_chains(void **state)
{
    (void)state;
    static const char *const pieces[] = { " + 1", ".f", "[1]", " -> 1", " ? { default => 1 }", "(1)", " and 1", " = $x", " <| |>", " { }" };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        expect_message(repeat(a, "$x", pieces[i], "\n", 10000), 0, i == 9 ? "not valid as a resource" : "deeper than the limit");
    expect_message(repeat(a, "if $x { }", " elsif $x { }", "", 10000), 0, "deeper than the limit");
    struct parsed p = parse_text(repeat(a, "$x = 1", " + 1", "", 200), 0);
    assert_non_null(p.unit);
    parsed_free(&p);
    arena_free(a);
}

static void test_encodings(void **state)
{
    (void)state;
    expect_message(SV("\xef\xbb\xbf$x = 1"), 0,
                   "Illegal UTF-8 Byte Order mark at beginning of input: [EF BB BF] - remove these from the puppet source");
    expect_message(SV("\xff\xfe$\0x\0"), 0, "Illegal UTF-16 Byte Order mark");
    expect_message(SV("$x = 'a\xff'"), 0, "invalid byte sequence in UTF-8");
    expect_message(SV("# \xc3\x28"), 0, "invalid byte sequence in UTF-8");
    expect_message(SV("$x = 1\0"), 0, "Syntax error at ''");
    struct parsed p = parse_text(SV("$x = 'a\0b'\r\nnotice($x)\r\n"), 0);
    assert_non_null(p.unit);
    assert_int_equal(p.unit->program->list.items[0]->bin.rhs->s.n, 3);
    parsed_free(&p);
}

static void test_unterminated(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        unsigned flags;
    } cases[] = {
        { "$x = 'abc", "Unclosed quote after \"'\" followed by 'abc...'", 0 },
        { "$x = \"abc", "Unclosed quote after '\"' followed by 'abc...'", 0 },
        { "$x = \"abc${f", "Unclosed quote after 'f' followed by '<eof>'", 0 },
        { "/* abc", "Unclosed multiline comment", 0 },
        { "$x = @(END", "Unclosed parenthesis after '@('", 0 },
        { "$x = @(END)", "Heredoc without any following lines of text", 0 },
        { "$x = @(END)\nabc\n", "Heredoc without end-tagged line", 0 },
        { "class a {", "Syntax error at end of input", 0 },
        { "f(", "Syntax error at end of input", 0 },
        { "[1, 2", "Syntax error at end of input", 0 },
        { "a <% $x", "Unbalanced epp tag, reached <eof> without closing tag.", PARSE_EPP },
        { "a <%# x", "Reaching end after opening <%# without seeing %>", PARSE_EPP },
        { "a <%", "Unbalanced embedded expression - opening <% and reaching end of input", PARSE_EPP },
        { "<%= $x", "Unbalanced epp tag", PARSE_EPP },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_message(sv_of(cases[i].text), cases[i].flags, cases[i].message);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ThreadSanitizer watches every access, of one thread here: a part of the text shows as much. */
#if defined(__SANITIZE_THREAD__)
#define LARGE (1u << 16)
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LARGE (1u << 16)
#endif
#endif
#ifndef LARGE
#define LARGE (1u << 20)
#endif

/* Megabytes of what is slow where a step looks back, or at everything, for each piece. */
static void test_large(void **state)
{
    (void)state;
    static const char *const pieces[] = { "$x = 1\n",     "}",    "\"",          "'\\", "/",  "@(A)\n", "\\u005c", "a => ",
                                          "$x = @(A)\n",  "<%",   "<%#",         "%%>", "(",  "${",     "\"$",     "a: ",
                                          "class a { } ", "1 2 ", "x => @(A), ", "[ ",  "/*", "f $x, " };
    struct arena *a = arena_new(0);
    double start = seconds();
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        for (unsigned flags = 0; flags <= PARSE_EPP; flags += PARSE_EPP) {
            struct parsed p = parse_text(repeat(a, flags ? "<% " : "", pieces[i], "", LARGE / (unsigned)strlen(pieces[i])), flags);
            parsed_free(&p);
        }
    assert_true(seconds() - start < 60);
    struct sv huge = { arena_zalloc(a, LIMIT_SOURCE_BYTES + 1), LIMIT_SOURCE_BYTES + 1 };
    expect_message(huge, 0, "larger than the limit of 64 MiB");
    arena_free(a);
}

/* All mistakes of a text are told, up to the cap, each once. */
static void test_many_errors(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct parsed p = parse_text(repeat(a, "", "$x = )\n", "", 100), 0);
    assert_null(p.unit);
    assert_int_equal(p.diags.errors, 100);
    unsigned kept = 0;
    for (const struct diag *d = p.diags.first; d; d = d->next)
        kept++;
    assert_int_equal(kept, 20);
    parsed_free(&p);
    p = parse_text(SV("class a {\n  $x = )\n  $y = 1\n  file { '/x' ensure => file }\n}\nclass b {\n  $z = ]\n}\nnotice(1)\n"), 0);
    assert_int_equal(p.diags.errors, 3);
    parsed_free(&p);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nesting),      cmocka_unit_test(test_chains), cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_unterminated), cmocka_unit_test(test_large),  cmocka_unit_test(test_many_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
