/* tell: events of the history in words. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#include "base/data.h"
#include "base/strbuf.h"
#include "store/store.h"

/* Text without quotes, the rest as JSON; NULL: "(not set)". */
void tell_value(struct strbuf *out, const struct data *d);
/* What happened: "status (not set) -> draining". */
void tell_what(struct strbuf *out, struct arena *a, const struct event *e);
/* In one line: "17  2027-02-15 08:00  eva@example.org  status active -> draining: the disk is dying". */
void tell_event(struct strbuf *out, struct arena *a, const struct event *e);
/* The body of an event; an empty map where it holds none. */
const struct data *tell_body(struct arena *a, const struct event *e);

#endif
