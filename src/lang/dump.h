/* dump: tokens and trees as stable text, for people and for golden tests. Written to the caller's buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_DUMP_H
#define LANG_DUMP_H

#include "base/strbuf.h"
#include "lang/ast.h"
#include "lang/parser.h"

/* One token a line: line:column kind "text". flags: enum parse_flags */
void dump_tokens(struct strbuf *out, const struct source *src, unsigned flags, struct diags *diags);
/* One node a line, indented; line:column behind it. */
void dump_ast(struct strbuf *out, const struct unit *u);
/* The text in double quotes, with escapes for what does not print. */
void dump_quoted(struct strbuf *out, struct sv s);

#endif
