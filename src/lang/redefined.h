/* redefined: classes, defines, functions, types and nodes that stand twice in the manifests of a site. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_REDEFINED_H
#define LANG_REDEFINED_H

#include "base/map.h"
#include "lang/ast.h"

/* Adds a unit's definitions to those seen; false after an error for each that was there. The map's arena keeps what it needs. */
bool check_redefined(struct map *seen, const struct unit *u, struct diags *diags);

#endif
