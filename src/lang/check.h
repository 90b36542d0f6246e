/* check: the rules of the language that its grammar does not say. Mistakes go to diags, in the reference's words. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_CHECK_H
#define LANG_CHECK_H

#include "lang/ast.h"

/* flags: enum parse_flags */
void check_unit(const struct unit *u, unsigned flags, struct diags *diags);

#endif
