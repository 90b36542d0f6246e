/* lang_helper: parsing and round trips for tests. Everything is in the arena of struct parsed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LANG_HELPER_H
#define TESTS_LANG_HELPER_H

#include "base/fs.h"
#include "lang/dump.h"
#include "lang/equal.h"
#include "lang/parser.h"
#include "lang/printer.h"

struct parsed {
    struct arena *arena;
    struct symtab *symtab;
    struct diags diags;
    const struct unit *unit;
};

static inline struct parsed parse_text(struct sv text, unsigned flags)
{
    struct parsed p = { .arena = arena_new(0), .symtab = symtab_new() };
    p.diags = diags_in(p.arena);
    struct source *src = ARENA_NEW(p.arena, struct source);
    *src = (struct source){ SV("test.pp"), arena_dup(p.arena, text) };
    p.unit = parse(p.arena, p.symtab, src, flags, &p.diags);
    return p;
}

static inline void parsed_free(struct parsed *p)
{
    symtab_free(p->symtab);
    arena_free(p->arena);
}

/* Prints the unit and parses that; true where the trees are equal. On failure *out says why. */
static inline bool round_trip(struct parsed *p, unsigned flags, struct strbuf *out)
{
    struct strbuf *text = ARENA_NEW(p->arena, struct strbuf);
    *text = STRBUF_IN(p->arena);
    ast_print(text, p->unit->program);
    struct source *src = ARENA_NEW(p->arena, struct source);
    *src = (struct source){ SV("printed.pp"), strbuf_sv(text) };
    struct diags diags = diags_in(p->arena);
    const struct unit *u = parse(p->arena, p->symtab, src, flags, &diags);
    const struct node *a, *b;
    if (!u) {
        diags_print(out, &diags, false);
        strbuf_addf(out, "--- printed:\n%.*s---\n", SV_ARG(strbuf_sv(text)));
        return false;
    }
    if (ast_equal(p->unit->program, u->program, &a, &b))
        return true;
    unsigned line = 0, column = 0, line_b = 0, column_b = 0;
    span_position(node_span(p->unit, a), &line, &column);
    span_position(node_span(u, b), &line_b, &column_b);
    strbuf_addf(out, "%s at %u:%u became %s at %u:%u\n--- printed:\n%.*s---\n", ast_kind_name(a->kind), line, column,
                ast_kind_name(b->kind), line_b, column_b, SV_ARG(strbuf_sv(text)));
    return false;
}

#endif
