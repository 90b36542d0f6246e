/* corpus: every manifest and template of the installed module packages parses, and prints to what parses to the same tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lang_helper.h"

static const char modules[] = "/usr/share/puppet/modules";

struct tally {
    unsigned manifests, templates, bad;
};

static void visit_file(struct sv path, unsigned flags, struct tally *t)
{
    struct arena *a = arena_new(0);
    struct strbuf out = STRBUF_IN(a);
    struct sv text;
    struct err err;
    assert_true(fs_read(a, arena_cstr(a, path), 0, &text, &err));
    struct parsed p = parse_text(text, flags);
    if (!p.unit)
        diags_print(&out, &p.diags, false);
    if (!p.unit || !round_trip(&p, flags, &out)) {
        t->bad++;
        if (t->bad <= 3)
            print_message("%.*s: %.*s\n", SV_ARG(path), SV_ARG(strbuf_sv(&out)));
    }
    parsed_free(&p);
    arena_free(a);
}

static void visit(struct sv dir, unsigned depth, struct tally *t)
{
    struct arena *a = arena_new(0);
    struct fs_entry *entries;
    size_t count;
    struct err err;
    if (depth < 20 && fs_list(a, arena_cstr(a, dir), &entries, &count, &err)) {
        for (size_t i = 0; i < count; i++) {
            struct sv path = path_join(a, dir, entries[i].name);
            if (entries[i].is_dir) {
                if (!sv_is(entries[i].name, "plans"))
                    visit(path, depth + 1, t);
            } else if (sv_ends(path, SV(".pp"))) {
                t->manifests++;
                visit_file(path, 0, t);
            } else if (sv_ends(path, SV(".epp"))) {
                t->templates++;
                visit_file(path, PARSE_EPP, t);
            }
        }
    }
    arena_free(a);
}

static void test_corpus(void **state)
{
    (void)state;
    struct tally t = { 0 };
    if (!fs_is_dir(modules))
        skip();
    visit(sv_of(modules), 0, &t);
    print_message("%u manifests, %u templates, %u bad\n", t.manifests, t.templates, t.bad);
    assert_int_equal(t.bad, 0);
    assert_true(t.manifests + t.templates > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
