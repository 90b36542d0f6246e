/* printer: a tree back to source that parses to an equal tree. Comments and layout of the original are gone. Written to the caller's
 * buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_PRINTER_H
#define LANG_PRINTER_H

#include "base/strbuf.h"
#include "lang/ast.h"

void ast_print(struct strbuf *out, const struct node *program);
/* One expression. */
void ast_print_expression(struct strbuf *out, const struct node *n);

#endif
