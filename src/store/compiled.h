/* compiled: what the published catalogs were compiled from, so that a later compile is done only where something changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_COMPILED_H
#define STORE_COMPILED_H

#include "store/store.h"

/* A question to the site's files and the digest of its answer: struct read_fact, with a path that may be relative to the site. */
struct compiled_read {
    int64_t id; /* given by the store */
    int question;
    struct sv path, digest;
};

enum compiled_flags {
    COMPILED_COLLECTS = 1, /* exported resources of others */
    COMPILED_OUTSIDE = 2   /* asked what is in no file: compiled each time */
};

/* Of one subject. */
struct compiled {
    struct sv key;    /* ref */
    struct sv inputs; /* digest of facts, model and settings */
    struct sv digest; /* of the published catalog */
    unsigned flags;
    int64_t read_set;
};

/* All that is known, in the arena. Sets: texts of read ids joined by ',', by the number of the set. */
struct compiled_read_set {
    int64_t id;
    struct sv reads;
};
struct compiled_all {
    struct compiled *items; /* by key */
    size_t count;
    struct compiled_read *reads;
    size_t read_count;
    struct compiled_read_set *sets;
    size_t set_count;
};
bool compiled_load(struct store *s, struct arena *a, struct compiled_all *out, struct err *err);

/* Inside store_begin. Sets id of each read. */
bool compiled_put_reads(struct store *s, struct compiled_read *reads, size_t count, struct err *err);
/* c->read_set is found from the ids of what it read. */
bool compiled_put(struct store *s, struct arena *scratch, const struct compiled *c, const int64_t *read_ids, size_t read_count,
                  struct err *err);
bool compiled_delete(struct store *s, struct sv key, struct err *err);

#endif
