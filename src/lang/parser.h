/* parser: a text to a validated AST. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_PARSER_H
#define LANG_PARSER_H

#include "base/err.h"
#include "lang/ast.h"

enum parse_flags {
    PARSE_EPP = 1 << 0,        /* the text is a template: literal text with <% %> */
    PARSE_EXPRESSION = 1 << 1, /* one expression and no more (type text, defaults) */
    PARSE_TASKS = 1 << 2,      /* `plan` and `apply` are keywords (files under plans/) */
};

/* Messages are word for word the reference's, at its place ("Syntax error at '}'"), for syntax and for what the checker refuses;
 * what was expected, where the open construct began and the usual cause are in the hint. The reference stops at the first syntax
 * error; here parsing goes on at the next statement. Where it gives no place (end of input) here is the end of the text.
 *
 * NULL where the text has mistakes: they are in diags, all of them up to its cap. The unit and its nodes are in arena a;
 * names are interned in t. src must live as long. */
const struct unit *parse(struct arena *a, struct symtab *t, const struct source *src, unsigned flags, struct diags *diags);

/* Whether a regular expression can be compiled; if not, err has the reason. The engine stands above this layer: regexp_compiles. */
typedef bool regexp_check(struct sv source, struct err *err);
/* As parse, and a regular expression that cannot be compiled is a mistake, as it is in the reference before anything runs. */
const struct unit *parse_with_regexps(struct arena *a, struct symtab *t, const struct source *src, unsigned flags, regexp_check *check,
                                      struct diags *diags);

#endif
