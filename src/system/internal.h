/* internal: what the providers share: reading attributes, accounts, folders under a root. Memory is in the run's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_INTERNAL_H
#define SYSTEM_INTERNAL_H

#include "base/fs.h"
#include "system/provider.h"

extern const struct provider provider_cron, provider_exec, provider_file, provider_group, provider_notify, provider_package,
    provider_service, provider_user;

/* Types that have no provider here but whose attributes are known. NULL: unknown. */
const struct type_info *known_type(struct sv type);
const char *known_name(uint32_t i); /* NULL past the last */

/* attr: attributes as providers want them. Absent, undef: false or the default. */
struct value attr_value(const struct resource *r, const char *name);              /* V_UNDEF where not set */
struct sv attr_text(struct run *run, const struct resource *r, const char *name); /* numbers and booleans as text; SV_NONE where not set */
bool attr_bool(const struct resource *r, const char *name, bool fallback);
bool attr_sensitive(const struct resource *r, const char *name);
/* A value or an array of them, as texts; nested arrays are flattened. */
struct sv *attr_list(struct run *run, const struct resource *r, const char *name, uint32_t *out_count);
/* The attribute, or the title. */
struct sv attr_name(struct run *run, const struct resource *r, const char *namevar);
bool attr_int(struct run *run, const struct resource *r, const char *name, int64_t *out_n);
/* One of the words (NULL-terminated), or not set; else err as Puppet words it. */
bool attr_one_of(struct run *run, const struct resource *r, const char *name, const char *const *words, struct err *err);
/* "['a', 'b']" as Puppet shows lists. */
struct sv list_shown(struct run *run, const struct sv *items, uint32_t count);
/* Sorts by bytes. */
void sort_texts(struct sv *items, uint32_t count);

/* Accounts by name or number: the root's files where they are there, else the system's. */
struct account {
    struct sv name, gecos, home, shell, password;
    uint32_t uid, gid;
    struct sv *members; /* of a group */
    uint32_t member_count;
    struct account *next_same;
};
struct accounts {
    struct account *users, *groups;
    uint32_t user_count, group_count;
    size_t user_cap, group_cap;
    struct map user_by_name, group_by_name;
};
/* Read once a run; again after accounts_forget. */
const struct accounts *accounts_of(struct run *run);
void accounts_forget(struct run *run);
const struct account *account_user(struct run *run, struct sv name);
const struct account *account_group(struct run *run, struct sv name);
/* Name or number to a number; false where the name is unknown. */
bool account_uid(struct run *run, struct sv name, uid_t *out_uid);
bool account_gid(struct run *run, struct sv name, gid_t *out_gid);
struct sv account_user_name(struct run *run, uid_t uid); /* the number as text where nobody has it */
struct sv account_group_name(struct run *run, gid_t gid);

/* The folder that holds path, opened; symlinks in it are followed but never out of the root. -1 and err; *out_base its last name. */
int open_parent(struct run *run, struct sv path, struct sv *out_base, struct err *err);
/* As open_parent; under a root folders that are missing are made, as the machine's packages would have. */
int open_parent_made(struct run *run, struct sv path, struct sv *out_base, struct err *err);
/* path under the root, as text for commands and messages. */
struct sv rooted(struct run *run, struct sv path);

/* A wanted mode on top of a present one: "0644", "u+rwX,go-w". False and err where it is none. */
bool mode_apply(struct sv spec, mode_t present, bool is_dir, mode_t *out_mode, struct err *err);

/* Runs argv; true only for exit status 0, else err with the last line of what it said. out_text may be NULL. */
bool run_tool(struct run *run, const char *const *argv, struct sv input, struct sv *out_text, struct err *err);
/* An executable of that name on the usual path; NULL if there is none. */
const char *find_tool(struct run *run, const char *name);

/* One file's content, written beside it and renamed over it, with owner and mode set while it has no name yet. */
struct file_write {
    int dir;        /* the open folder */
    struct sv base; /* name in it */
    struct sv text;
    mode_t mode;
    uid_t uid; /* -1: as created */
    gid_t gid;
    /* Asked before the rename with the temp file's path; false and err: nothing is changed. NULL: not asked. */
    bool (*check)(void *ctx, const char *path, struct err *err);
    void *check_ctx;
};
bool file_replace(struct run *run, const struct file_write *w, struct err *err);

#endif
