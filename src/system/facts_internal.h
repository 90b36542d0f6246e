/* facts_internal: what the resolvers of facts share. Each fills the hash with what it can read; all in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_FACTS_INTERNAL_H
#define SYSTEM_FACTS_INTERNAL_H

#include "system/facts.h"

struct facts {
    struct arena *arena;
    struct hash *top;
};

void fact_str(struct facts *f, struct hash *h, const char *key, struct sv s); /* left out where empty */
void fact_int(struct facts *f, struct hash *h, const char *key, int64_t n);
void fact_bool(struct facts *f, struct hash *h, const char *key, bool b);
void fact_float(struct facts *f, struct hash *h, const char *key, double d);
void fact_hash(struct facts *f, struct hash *h, const char *key, struct hash *sub); /* left out where empty */
struct hash *fact_sub(struct facts *f, uint32_t expected);
/* A small file's text, trimmed; SV_NONE where it cannot be read. printf-like path. */
struct sv fact_file(struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "23.54 GiB" */
struct sv fact_size(struct facts *f, uint64_t bytes);
/* NAME=value and "name : value" files: the value of the first line that starts with name; quotes off. */
struct sv fact_line(struct sv text, const char *name, char sep);

void facts_os(struct facts *f);
void facts_network(struct facts *f);
void facts_hardware(struct facts *f);
void facts_storage(struct facts *f);
void facts_virtual(struct facts *f);
void facts_ssh(struct facts *f);
void facts_legacy(struct facts *f);
void facts_external(struct facts *f, const char *folder);

#endif
