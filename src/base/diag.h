/* diag: what is wrong with what an author wrote, and where. Sources and diagnostics live in an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdio.h>

#include "base/arena.h"
#include "base/strbuf.h"

/* A text that was read: a file, or a string from a command line. */
struct source {
    struct sv path; /* as shown to people */
    struct sv text;
};

/* Bytes [from, to) of a source. src NULL: no place known. */
struct span {
    const struct source *src;
    uint32_t from, to;
};

enum severity { SEV_ERROR, SEV_WARNING, SEV_NOTE };

struct diag {
    enum severity severity;
    const char *name; /* of a warning, so that it can be silenced or made an error; NULL for none */
    struct span span;
    struct sv message; /* lower case, no full stop, the fault first, user text in quotes */
    struct sv hint;    /* what to do; may be empty */
    struct diag *next;
};

struct diags {
    struct arena *arena;
    struct diag *first, *last;
    unsigned errors, warnings;
    unsigned max_errors; /* further errors are counted, not kept; 0: 20 */
};

struct diags diags_in(struct arena *a);
/* Returns false, so that a parser can write: return diag_error(...). */
bool diag_error(struct diags *d, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_warn(struct diags *d, const char *name, struct span at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What helps to understand the error it stands beside; not counted. */
void diag_note(struct diags *d, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds a hint to the newest diagnostic. */
void diag_hint(struct diags *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Adds the messages of one list to another, which may be NULL. */
void diags_append(struct diags *to, const struct diags *from);

/* 1-based; column counts bytes' characters (UTF-8), as editors do. */
void span_position(struct span at, unsigned *out_line, unsigned *out_column);
/* "path:line:column: error: message", the source line, a caret line, the hint. */
void diag_print(struct strbuf *out, const struct diag *d, bool colour);
/* Only the source line, the caret line and the hint. */
void diag_print_excerpt(struct strbuf *out, const struct diag *d, bool colour);
void diags_print(struct strbuf *out, const struct diags *d, bool colour);
/* "'x', 'y' or 'z'": the names nearest to a misspelt one; empty where none is near. */
struct sv near_names(struct arena *a, struct sv wrong, const struct sv *names, size_t count);

#endif
