/* semantics: every case of semantics/TOPIC.txt, compiled with all that the program has, must give what the reference gave: messages, then
 * the catalog or the error. CASE=NAME runs one; tests/compat/semantics asks the reference and tells the format of the files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../eval/dump_catalog.h"
#include "base/fs.h"
#include "func/func.h"
#include "lookup/lookup.h"
#include "ruby/ruby.h"
#include "system/provider.h"

struct test_file {
    struct sv path;
    struct strbuf text;
};

struct test_case {
    struct sv name, settings;
    struct strbuf code, want;
    struct test_file *files;
    size_t file_count, file_cap;
};

struct cases {
    struct test_case *items;
    size_t count, cap;
};

static struct cases read_cases(struct arena *a, struct sv text)
{
    struct cases all = { 0 };
    struct strbuf *into = NULL;
    for (struct sv line; sv_cut(&text, '\n', &line);) {
        struct test_case *last = all.count ? &all.items[all.count - 1] : NULL;
        if (sv_starts(line, SV("### "))) {
            size_t bar = sv_find(line, SV(" | "), 0);
            struct test_case one = { .name = sv_slice(line, 4, bar == SIZE_MAX ? line.n : bar),
                                     .settings = bar == SIZE_MAX ? SV("") : sv_slice(line, bar, line.n),
                                     .code = STRBUF_IN(a),
                                     .want = STRBUF_IN(a) };
            ARENA_PUSH(a, all.items, all.count, all.cap, one);
            into = &all.items[all.count - 1].code;
        } else if (last && sv_starts(line, SV("--- "))) {
            struct test_file file = { sv_slice(line, 4, line.n), STRBUF_IN(a) };
            ARENA_PUSH(a, last->files, last->file_count, last->file_cap, file);
            into = &last->files[last->file_count - 1].text;
        } else if (last && sv_is(line, "===")) {
            into = &last->want;
        } else if (into) {
            strbuf_addf(into, "%.*s\n", SV_ARG(line));
        }
    }
    return all;
}

/* Blanks at the ends of lines are left out; the site's folder is "SITE". */
static void add_told(struct strbuf *out, struct sv text, const char *site)
{
    for (struct sv line; text.n && sv_cut(&text, '\n', &line);) {
        for (size_t at; (at = sv_find(line, sv_of(site), 0)) != SIZE_MAX; line = sv_slice(line, at + strlen(site), line.n))
            strbuf_addf(out, "%.*sSITE", SV_ARG(sv_slice(line, 0, at)));
        while (sv_ends(line, SV(" ")))
            line.n--;
        strbuf_add(out, line);
        strbuf_addc(out, '\n');
    }
}

/* As the reference logs: functions that log give the author's words alone, other messages say where. */
static void add_message(struct arena *a, struct strbuf *out, const struct diag *d, const char *site)
{
    static const char *const levels[] = { "notice", "warning", "err", "crit", "alert", "emerg" };
    unsigned line, column;
    if (d->severity != SEV_WARNING || (d->name && (strcmp(d->name, "info") == 0 || strcmp(d->name, "debug") == 0)))
        return;
    for (size_t i = 0; d->name && i < sizeof levels / sizeof *levels; i++)
        if (strcmp(d->name, levels[i]) == 0) {
            add_told(out, arena_printf(a, "%s: %.*s\n", levels[i], SV_ARG(d->message)), site);
            return;
        }
    span_position(d->span, &line, &column);
    struct strbuf place = STRBUF_IN(a);
    /* The reference does not say where these happened. */
    bool placeless =
        d->name && (strcmp(d->name, "lookup") == 0 || strcmp(d->name, "deprecations") == 0 || strcmp(d->name, "undefined_variables") == 0);
    if (placeless)
        place.n = 0;
    else if (d->span.src && d->span.src->path.n)
        strbuf_addf(&place, " (file: %.*s, line: %u)", SV_ARG(d->span.src->path), line);
    else if (d->span.src)
        strbuf_addf(&place, " (line: %u)", line);
    add_told(out, arena_printf(a, "warning: %.*s%.*s\n", SV_ARG(d->message), (int)place.n, place.p ? place.p : ""), site);
}

struct world {
    struct arena *arena; /* of the case at hand */
    const char *root;    /* of the source tree */
    const struct data *facts;
};

static void make_file(struct world *w, const char *site, struct sv name, struct sv text)
{
    struct err err;
    struct sv path = path_join(w->arena, sv_of(site), name);
    assert_true(fs_mkdirs(arena_cstr(w->arena, path_dir(path)), 0755, &err));
    assert_true(fs_write_atomic(arena_cstr(w->arena, path), text, 0644, &err));
}

/* Data is read only where a hiera.yaml says so: one that says no more than that is made where a case has none of its own. */
static void make_site(struct world *w, const struct test_case *t, const char *site)
{
    make_file(w, site, SV("hiera.yaml"), SV("version: 5\n"));
    for (size_t i = 0; i < t->file_count; i++)
        make_file(w, site, t->files[i].path, strbuf_sv(&t->files[i].text));
}

static struct builtins *functions_of(struct snapshot *s)
{
#define X(family) func_##family,
    const struct builtin *const tables[] = { FUNC_FAMILIES(X) lookup_functions, ruby_functions };
#undef X
#define X(family) func_##family##_count,
    const size_t counts[] = { FUNC_FAMILIES(X) lookup_function_count, ruby_function_count };
#undef X
    return builtins_new(snapshot_symtab(s), tables, counts, sizeof tables / sizeof *tables);
}

static struct value server_facts(struct arena *a)
{
    static const char *const facts[][2] = {
        { "serverversion", "7.23.0" }, { "servername", "server.example.com" }, { "serverip", "192.0.2.1" }, { "environment", "production" }
    };
    struct hash *h = hash_new(a, 4);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        hash_put_str(a, h, facts[i][0], value_str(sv_of(facts[i][1])));
    return value_hash(h);
}

static struct sv outcome(struct world *w, const struct test_case *t, const char *site)
{
    struct snapshot_options so = { .site = sv_of(site),
                                   .modulepath = arena_printf(w->arena, "%s/modules", site),
                                   .environment = SV("production") };
    struct ruby_options ruby = { .helper = arena_printf(w->arena, "%s/src/ruby/helper/main.rb", w->root) };
    struct err err = { "" };
    struct strbuf out = STRBUF_IN(w->arena);
    struct snapshot *s = snapshot_open(&so, &err);
    assert_non_null(s);
    struct builtins *functions = functions_of(s);
    struct compile_options o = { .certname = SV("node1.example.com"),
                                 .facts = value_from_data(w->arena, w->facts),
                                 .server_facts = server_facts(w->arena),
                                 .strict = sv_find(t->settings, SV("strict=error"), 0) != SIZE_MAX ? STRICT_ERROR
                                           : sv_find(t->settings, SV("strict=off"), 0) != SIZE_MAX ? STRICT_OFF
                                                                                                   : STRICT_WARNING,
                                 .strict_variables = sv_find(t->settings, SV("strict_variables"), 0) != SIZE_MAX,
                                 .code = strbuf_sv(&t->code),
                                 .functions = functions,
                                 .hooks = { .lookup = lookup_parameter,
                                            .type_info = system_type_info,
                                            .function = ruby_function,
                                            .title_parts = ruby_title_parts,
                                            .ruby = &ruby } };
    struct compile_result *r = compile_node(s, &o);
    for (const struct diag *d = r->diags.first; d; d = d->next)
        add_message(w->arena, &out, d, site);
    struct sv text = r->catalog ? dump_catalog(w->arena, r->catalog) : arena_printf(w->arena, "error: %.*s\n", SV_ARG(r->error));
    add_told(&out, text, site);
    compile_result_free(r);
    builtins_free(functions);
    snapshot_free(s);
    return strbuf_sv(&out);
}

static bool run_case(struct world *w, const struct test_case *t, struct sv topic)
{
    char site[] = "/tmp/potlac-semantics-XXXXXX";
    assert_non_null(mkdtemp(site));
    make_site(w, t, site);
    struct sv got = sv_trim(outcome(w, t, site)), want = sv_trim(strbuf_sv(&t->want));
    bool same = sv_eq(got, want);
    if (!same)
        fprintf(stderr, "### %.*s: %.*s\n%.*s--- expected\n%.*s\n--- got\n%.*s\n\n", SV_ARG(topic), SV_ARG(t->name), (int)t->code.n,
                t->code.p, SV_ARG(want), SV_ARG(got));
    fs_remove_tree(site, NULL);
    return same;
}

static void run_topic(struct world *w, struct sv path, unsigned *out_ran, unsigned *out_failed)
{
    struct arena *a = arena_new(0);
    struct err err;
    struct sv text, topic = path_base(path);
    assert_true(fs_read(a, arena_cstr(a, path), 0, &text, &err));
    struct cases cases = read_cases(a, text);
    for (size_t i = 0; i < cases.count; i++) {
        if (getenv("CASE") && !sv_is(cases.items[i].name, getenv("CASE")))
            continue;
        w->arena = arena_new(0);
        *out_failed += !run_case(w, &cases.items[i], topic);
        (*out_ran)++;
        arena_free(w->arena);
    }
    arena_free(a);
}

static void test_topics(void **state)
{
    struct arena *a = arena_new(0);
    struct err err;
    struct world w = { .root = getenv("POTLAC_SOURCE_ROOT") ? getenv("POTLAC_SOURCE_ROOT") : "." };
    struct sv folder = arena_printf(a, "%s/tests/cli/semantics", w.root);
    struct source facts = { SV("facts.json"), SV("") };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    struct fs_entry *entries;
    size_t count;
    unsigned ran = 0, failed = 0;
    (void)state;
    assert_true(fs_read(a, arena_cstr(a, path_join(a, folder, SV("facts.json"))), 0, &facts.text, &err));
    assert_true(json_read(a, &facts, NULL, &diags, &doc));
    w.facts = &doc->root;
    assert_true(fs_list(a, arena_cstr(a, folder), &entries, &count, &err));
    for (size_t i = 0; i < count; i++)
        if (sv_ends(entries[i].name, SV(".txt")))
            run_topic(&w, path_join(a, folder, entries[i].name), &ran, &failed);
    arena_free(a);
    print_message("%u cases, %u differ\n", ran, failed);
    assert_true(ran > 0);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_topics) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
