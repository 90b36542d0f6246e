/* parse_target: a text is parsed; what parses must print to what parses to the same tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_PARSE_TARGET_H
#define FUZZ_PARSE_TARGET_H

#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "lang/dump.h"
#include "lang/equal.h"
#include "lang/lexer.h"
#include "lang/parser.h"
#include "lang/printer.h"

static inline void fuzz_round_trip(struct arena *a, struct symtab *t, const struct unit *u, unsigned flags)
{
    struct strbuf text = STRBUF_IN(a);
    struct diags diags = diags_in(a);
    ast_print(&text, u->program);
    struct source src = { SV("printed"), strbuf_sv(&text) };
    const struct unit *again = parse(a, t, &src, flags, &diags);
    const struct node *was = NULL, *is = NULL;
    if (again && ast_equal(u->program, again->program, &was, &is))
        return;
    struct strbuf why = STRBUF_IN(a);
    diags_print(&why, &diags, false);
    if (again)
        strbuf_addf(&why, "%s at byte %u became %s at byte %u\n", ast_kind_name(was->kind), was->from, ast_kind_name(is->kind), is->from);
    fputs("the printed text is another tree:\n", stderr);
    fwrite(text.p, 1, text.n, stderr); /* it may hold NUL */
    fwrite(why.p, 1, why.n, stderr);
    abort();
}

/* A '/' that divides only because no other one follows, and a heredoc behind it whose text stood above it (a template's text is read
 * twice): printed, the text would stand below and could end a regexp. Nobody divides a text or a '}'. */
static inline bool is_unprintable(struct arena *a, const struct source *src, unsigned flags)
{
    struct diags diags = diags_in(a);
    struct tokens tokens = lex(a, a, src, flags, &diags);
    bool divided = false;
    for (uint32_t i = 1; i < tokens.count; i++) {
        uint8_t before = tokens.items[i - 1].kind;
        if (tokens.items[i].kind == TOK_DIV)
            divided |= before == TOK_RENDER_TEXT || before == TOK_EPP_END || before == TOK_EPP_END_TRIM || before == TOK_RBRACE ||
                       before >= TOK_FIRST_KEYWORD;
        if (divided && tokens.items[i].kind == TOK_HEREDOC)
            return true;
    }
    return false;
}

static inline int fuzz_parse(const uint8_t *data, size_t size, unsigned flags)
{
    struct arena *a = arena_new(0);
    struct symtab *t = symtab_new();
    struct diags diags = diags_in(a);
    struct strbuf out = STRBUF_IN(a);
    struct source src = { SV("fuzz"), sv_make((const char *)data, size) };
    const struct unit *u = parse(a, t, &src, flags, &diags);
    dump_tokens(&out, &src, flags, &diags);
    diags_print(&out, &diags, false);
    if (u) {
        dump_ast(&out, u);
        if (!is_unprintable(a, &src, flags))
            fuzz_round_trip(a, t, u, flags);
    }
    symtab_free(t);
    arena_free(a);
    return 0;
}

#endif
