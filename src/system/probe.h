/* probe: does something answer there? One question each, with a deadline. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSTEM_PROBE_H
#define SYSTEM_PROBE_H

#include "base/arena.h"
#include "base/err.h"

/* False and err with what happened instead. "host:port", "[::1]:port". */
bool probe_tcp(struct arena *a, struct sv address, int64_t timeout_ms, struct err *err);
/* GET of an http:// address; redirects are answers like any other. */
bool probe_http(struct arena *a, struct sv url, int64_t want_status, int64_t timeout_ms, struct err *err);

#endif
