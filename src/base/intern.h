/* intern: one object for each distinct name, so that names compare by pointer and number arrays by id.
 * A table is shared by all threads that use a snapshot; syms live as long as the table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/sv.h"

struct sym {
    struct sv text; /* NUL-terminated too */
    uint64_t hash;  /* sv_hash(text) */
    uint32_t id;    /* 0, 1, 2 ... in order of first sight */
};

struct symtab;

/* The caller frees. */
struct symtab *symtab_new(void);
void symtab_free(struct symtab *t);
/* The sym of a text, made at first sight. Thread-safe. */
const struct sym *intern(struct symtab *t, struct sv text);
/* NULL where the text was never interned. Thread-safe. */
const struct sym *intern_find(struct symtab *t, struct sv text);
/* How many there are; every id is below it. */
uint32_t symtab_count(struct symtab *t);

#endif
