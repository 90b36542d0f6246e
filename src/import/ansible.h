/* ansible: an inventory as read, in any of its forms, before it becomes entities. Shared by the readers of this folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMPORT_ANSIBLE_H
#define IMPORT_ANSIBLE_H

#include "import/internal.h"

struct ansible_group {
    struct sv name, from;
    struct data vars, file_vars; /* of the inventory; of group_vars/ */
    struct ansible_group **parents;
    size_t parent_count, parent_cap;
    unsigned depth; /* of "all" 0 */
    bool has_depth;
    unsigned seen; /* by which search */
};

struct ansible_host {
    struct sv name, from;
    struct data vars, file_vars; /* of the inventory; of host_vars/ */
    struct ansible_group **groups;
    size_t group_count, group_cap;
};

struct ansible {
    struct import *im;
    struct map groups, hosts; /* by name */
    unsigned searches;
    size_t expanded; /* hosts of the pattern that is being read */
};

struct ansible_group *ansible_group(struct ansible *an, struct sv name, struct sv from);
bool ansible_child(struct ansible *an, struct ansible_group *parent, struct ansible_group *child, struct span at);
/* "web[01:20].example.org:2222": every host of a pattern; into (may be NULL) gets it, vars are laid over what it has. */
bool ansible_hosts(struct ansible *an, struct ansible_group *into, struct sv pattern, const struct data *vars, struct span at);

/* ansible_ini.c */
bool ansible_read_ini(struct ansible *an, const struct source *src);

#endif
