/* compile_cases: compiles each line of a file of cases over a site and compares notices and error with what the reference gave.
 * A case is a line of code and, indented, what came out. A line "% CODE" is put before the code of all that follow. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_COMPILE_CASES_H
#define TESTS_COMPILE_CASES_H

#include "lookup/context.h"
#include "lookup/lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fs.h"
#include "func/func.h"

struct world {
    struct arena *arena;
    struct snapshot *s;
    struct builtins *functions;
    struct compile_options options;
};

static struct builtins *all_functions(struct symtab *t)
{
#define X(family) func_##family,
    const struct builtin *const tables[] = { FUNC_FAMILIES(X) lookup_functions, lookup_context_functions };
#undef X
#define X(family) func_##family##_count,
    const size_t counts[] = { FUNC_FAMILIES(X) lookup_function_count, lookup_context_function_count };
#undef X
    return builtins_new(t, tables, counts, sizeof tables / sizeof *tables);
}

static const struct type_info *known_types(void *ctx, struct sv type)
{
    static const char *const params[] = { "name", "message", "withpath", NULL };
    static const struct type_info known[] = { { .name = "notify", .params = params, .namevar = "name" },
                                              { .name = "file", .params = params, .namevar = "name" },
                                              { .name = "package", .params = params, .namevar = "name" } };
    (void)ctx;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sv_is(type, known[i].name))
            return &known[i];
    return NULL;
}

static int setup(void **state)
{
    static struct world w;
    struct err err = { 0 };
    w = (struct world){ .arena = arena_new(0) };
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct snapshot_options o = { .site = arena_printf(w.arena, "%s/tests/lookup/site", root ? root : ".") };
    w.s = snapshot_open(&o, &err);
    assert_non_null(w.s);
    w.functions = all_functions(snapshot_symtab(w.s));
    struct hash *facts = hash_new(w.arena, 2), *os = hash_new(w.arena, 2);
    hash_put_str(w.arena, os, "family", value_str(SV("Debian")));
    hash_put_str(w.arena, os, "name", value_str(SV("Debian")));
    hash_put_str(w.arena, facts, "os", value_hash(os));
    hash_put_str(w.arena, facts, "hostname", value_str(SV("h1")));
    w.options = (struct compile_options){ .certname = SV("node1.example.com"),
                                          .facts = value_hash(facts),
                                          .trusted = VALUE_UNDEF,
                                          .server_facts = VALUE_UNDEF,
                                          .top_vars = VALUE_UNDEF,
                                          .strict = STRICT_WARNING,
                                          .hooks = { .lookup = lookup_parameter, .type_info = known_types },
                                          .functions = w.functions };
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    builtins_free(w->functions);
    snapshot_free(w->s);
    arena_free(w->arena);
    return 0;
}

/* Paths are told from the top of the source tree. */
static void add_line(struct strbuf *out, struct sv line)
{
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    for (size_t at; root && (at = sv_find(line, sv_of(root), 0)) != SIZE_MAX; line = sv_slice(line, at + strlen(root) + 1, line.n))
        strbuf_add(out, sv_slice(line, 0, at));
    strbuf_addf(out, "%.*s\n", SV_ARG(line));
}

/* Indented by two; what follows the first line only where it is not. */
static void add_lines(struct strbuf *out, struct sv text)
{
    for (size_t at = 0, end; at <= text.n; at = end + 1) {
        bool first = at == 0;
        end = sv_find_char(text, '\n', at);
        end = end == SIZE_MAX ? text.n : end;
        struct sv line = sv_slice(text, at, end);
        strbuf_adds(out, !first && sv_starts(line, SV("  ")) ? "" : "  ");
        add_line(out, line);
    }
}

/* Notices and the error of one compile, as cases.txt has them. */
static struct sv outcome(struct world *w, struct sv code)
{
    struct strbuf out = STRBUF_IN(w->arena);
    struct compile_options o = w->options;
    o.code = code;
    struct compile_result *r = compile_node(w->s, &o);
    for (const struct diag *d = r->diags.first; d; d = d->next) {
        struct sv text = d->message, main = SV("Scope(Class[main]): ");
        if (!d->name || strcmp(d->name, "notice") != 0)
            continue;
        if (sv_starts(text, main))
            text = sv_slice(text, main.n, text.n);
        add_lines(&out, text);
    }
    if (!r->catalog) {
        struct sv text = r->error, node = SV(" on node node1.example.com");
        if (sv_ends(text, node))
            text = sv_slice(text, 0, text.n - node.n);
        add_lines(&out, arena_printf(w->arena, "error: %.*s", SV_ARG(text)));
    }
    compile_result_free(r);
    return strbuf_sv(&out);
}

static void run_cases(struct world *w, const char *file, unsigned at_least)
{
    struct err err = { 0 };
    struct sv text, line, code = SV_NONE, before = SV_NONE;
    unsigned wrong = 0, count = 0;
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct strbuf want = STRBUF_IN(w->arena);
    assert_true(fs_read(w->arena, arena_printf(w->arena, "%s/tests/%s", root ? root : ".", file).p, 0, &text, &err));
    for (bool more = true; more;) {
        more = sv_cut(&text, '\n', &line);
        if (more && sv_starts(line, SV("  "))) {
            strbuf_addf(&want, "%.*s\n", SV_ARG(line));
            continue;
        }
        if (sv_starts(code, SV("% "))) {
            before = sv_slice(code, 2, code.n);
        } else if (code.n && code.p[0] != '#') {
            struct sv got = outcome(w, before.n ? arena_printf(w->arena, "%.*s %.*s", SV_ARG(before), SV_ARG(code)) : code);
            count++;
            if (!sv_eq(got, strbuf_sv(&want))) {
                fprintf(stderr, "%.*s\n expected:\n%.*s got:\n%.*s\n", SV_ARG(code), SV_ARG(strbuf_sv(&want)), SV_ARG(got));
                wrong++;
            }
        }
        code = line;
        strbuf_reset(&want);
    }
    assert_true(count >= at_least);
    assert_int_equal(wrong, 0);
}

#endif
