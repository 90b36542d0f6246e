/* apply_site: the site's half of `apply`: history, published catalogs, calendars, one host into a root. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_APPLY_SITE_H
#define CLI_APPLY_SITE_H

#include "cli/cli.h"

int apply_site(struct cli *c);
/* The host to converge: of --host, or, with --site, an argument that is no file; NULL. */
const char *apply_site_host(const struct cli *c);

#endif
