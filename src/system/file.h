/* file: what the file provider's parts share: the state of a path and what it should be. In the run's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_FILE_H
#define SYSTEM_FILE_H

#include <sys/stat.h>

#include "base/hash.h"
#include "system/internal.h"

enum file_kind { FILE_ABSENT, FILE_PLAIN, FILE_FOLDER, FILE_LINK, FILE_OTHER };

/* One resource: what is there, and what is wanted. */
struct file_plan {
    const struct resource *resource;
    struct sv path;
    bool follow; /* links => follow */
    /* is */
    enum file_kind kind;
    struct stat st;
    struct sv link; /* where a link points */
    struct sv sum;  /* of a plain file's content, where content is wanted */
    /* should */
    bool has_ensure, any_kind; /* any_kind: present */
    enum file_kind want;
    bool has_content;
    struct sv content, want_sum, target;
    struct sv mode, owner, group; /* SV_NONE: not managed */
};

const char *file_kind_name(const struct file_plan *p, enum file_kind kind);
enum file_kind file_kind_of(mode_t mode);
/* The plan of a resource as get() made it, for set(). */
struct file_plan *file_plan_make(struct run *run, const struct resource *r, struct err *err);
/* Content of a source: puppet: or file: URI, or a path. A folder: names, a line each, and S_IFDIR in the mode. */
bool file_fetch(struct run *run, struct sv source, struct sv *out_text, mode_t *out_mode, struct err *err);
/* The first source that is there. */
bool file_fetch_first(struct run *run, const struct resource *r, struct sv *out_source, struct sv *out_text, mode_t *out_mode,
                      struct err *err);
/* Removes what has this name, folders with all in them; never through a symlink. */
bool file_remove_at(int dir, const char *name, int depth, struct err *err);

enum set_result file_set(struct run *run, const struct resource *r, const struct property_list *is, const struct property_list *should,
                         struct err *err);
bool file_generate(struct run *run, const struct resource *r, void (*add)(void *ctx, struct resource *made), void *ctx, struct err *err);

#endif
