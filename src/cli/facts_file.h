/* facts_file: a node's facts from a file, in any form Puppet users have them in. Memory is in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FACTS_FILE_H
#define CLI_FACTS_FILE_H

#include "base/err.h"
#include "types/value.h"

struct facts_file {
    struct value facts;   /* hash */
    struct value trusted; /* hash that PuppetDB keeps among the facts; undef: none */
    struct sv node;       /* whose facts they are; empty: not said */
    struct sv environment;
};

/* JSON or YAML, one of:
 *   {"os": {...}, ...}                                    facter --json
 *   {"name": N, "values": {...}}                          puppet facts, and what a server stores as YAML
 *   {"certname": N, "facts": {"data": [{name, value}]}}   PuppetDB: factsets
 *   [{"certname": N, "name": F, "value": V}, ...]         PuppetDB: facts
 * False and err where it is none of them. Mistakes of syntax go to diags. */
bool facts_file_read(struct arena *a, const char *path, struct facts_file *out, struct diags *diags, struct err *err);

/* A JSON or YAML file by its ending; other endings: JSON where it starts as such. out_root NULL where it is empty. */
bool read_data_file(struct arena *a, const char *path, const struct data **out_root, struct diags *diags, struct err *err);

#endif
