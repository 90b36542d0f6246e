/* dump: what each stage of the compiler makes, as text that is stable enough to compare. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DUMP_H
#define CLI_DUMP_H

#include "cli/site.h"

enum dump_what { DUMP_NOTHING, DUMP_TOKENS, DUMP_AST, DUMP_TYPES, DUMP_CATALOG, DUMP_GRAPH };

/* By the name of the option's argument; DUMP_NOTHING: unknown. */
enum dump_what dump_named(const char *name);
/* Tokens or trees of the files that were named. The exit status. */
int dump_files(struct cli *c, enum dump_what what);
/* For compile_options.finished: "Name = Type", fully expanded, of every type alias of the module path. ctx: struct strbuf. */
void dump_types(void *ctx, struct call *k);
/* Resources in the language's own form, or the edges in Graphviz' language. */
void dump_catalog(struct strbuf *out, struct arena *a, const struct catalog *c);
void dump_graph(struct strbuf *out, struct arena *a, const struct catalog *c);

#endif
