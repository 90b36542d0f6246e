/* show: how values, references and changes look to people, the same in every verb. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "agent/agent.h"
#include "base/json.h"
#include "catalog/diff.h"
#include "cli/cli.h"

void show_json_value(struct json_out *j, struct value v);
/* "/Stage[main]/Ntp::Install/Package[ntp]": as Puppet's log names a resource. */
struct sv show_path(struct arena *a, const struct resource *r);
/* One change as one or more lines, indented; texts of several lines as a line diff. */
void show_change(const struct cli *c, struct strbuf *out, const struct change *change, unsigned indent);
/* "12 File, 3 Package": the types of a list of resources, most frequent first. */
struct sv show_type_counts(struct arena *a, const struct catalog_diff *d);
/* "a, b and c"; past most: "a, b and 7 more". */
struct sv show_names(struct arena *a, const struct sv *names, uint32_t count, uint32_t most);
/* "3 hosts", "1 host" */
struct sv show_count(struct arena *a, uint64_t n, const char *one, const char *many);

/* Checksums cut to a few digits. */
struct sv show_short(struct arena *a, struct sv message);
/* "File[/etc/motd]: content changed ...", in one line. */
struct sv show_event(struct arena *a, const struct resource_event *e);
/* What notice(), warning() and their kin said while compiling, and the compiler's own warnings, logged in Puppet's form. */
void show_messages(const struct diags *d);
/* What stands below such a message: the source line, where things were declared, what would be right. */
void show_failure_help(struct strbuf *out, const struct cli *c, const struct diags *d);
/* Whether resources wait for each other in a loop, and then the reference's words and each edge with its place. */
bool show_loop(struct strbuf *out, struct arena *a, const struct catalog *catalog);
/* Why a compile failed, in the reference's words, with the source line; every mistake where there are several. */
void show_failure(const struct cli *c, struct sv error, const struct diags *d);

#endif
