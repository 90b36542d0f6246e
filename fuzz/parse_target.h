/* parse_target: a text is parsed; what parses must print to what parses to the same tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_PARSE_TARGET_H
#define FUZZ_PARSE_TARGET_H

#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "lang/dump.h"
#include "lang/equal.h"
#include "lang/parser.h"
#include "lang/printer.h"

static inline void fuzz_round_trip(struct arena *a, struct symtab *t, const struct unit *u, unsigned flags)
{
    struct strbuf text = STRBUF_IN(a);
    struct diags diags = diags_in(a);
    ast_print(&text, u->program);
    struct source src = { SV("printed"), strbuf_sv(&text) };
    const struct unit *again = parse(a, t, &src, flags, &diags);
    if (again && ast_equal(u->program, again->program, NULL, NULL))
        return;
    fprintf(stderr, "the printed text is another tree:\n%.*s\n", SV_ARG(strbuf_sv(&text)));
    abort();
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
        fuzz_round_trip(a, t, u, flags);
    }
    symtab_free(t);
    arena_free(a);
    return 0;
}

#endif
