/* host_run: converges one host into a folder, as its agent will on the machine, and records what it found and did. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HOST_RUN_H
#define CLI_HOST_RUN_H

#include "cli/converge.h"

struct host_run {
    struct subject host;
    struct catalog *catalog, *sealed; /* sealed: without secrets, which is what is kept */
    struct sv root;                   /* made where it is not there */
    bool noop;
};

/* Records drift before it is mended, the catalog as converged, and the report, in the inventory too: each event with whether it is a
 * correction (the machine was not as its last run left it) or follows from a new catalog. With noop the report alone is recorded.
 * The report is in the site's arena. */
bool host_run(struct site *s, const struct host_run *run, struct report **out_report, struct err *err);

#endif
