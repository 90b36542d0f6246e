/* import_facts: facts of nodes, from files, into the store's inventory. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_IMPORT_FACTS_H
#define CLI_IMPORT_FACTS_H

#include "cli/cli.h"

/* potlac import facts FILE... */
int import_facts(struct cli *c);

#endif
