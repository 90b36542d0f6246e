/* converge: brings a subject's catalog about, or only looks; shows each event as it happens. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONVERGE_H
#define CLI_CONVERGE_H

#include "agent/agent.h"
#include "cli/site.h"

struct caldav;

/* How events are shown: Puppet's log lines, or none. */
enum converge_style { CONVERGE_QUIET, CONVERGE_LOG };

struct converge_options {
    struct sv root; /* "": this machine */
    bool noop;      /* Puppet's: a resource that says noop => false is changed even so */
    bool look_only; /* nothing is changed, whatever a resource says */
    enum converge_style style;
    struct sv
        calendars; /* folder for .ics feeds, and then the catalog holds the events of all subjects; empty: calendar_event is refused */
    bool allow_mass_cancel;
    struct caldav *caldav; /* with calendars: which were read, and are written too; NULL: none */
};

/* out_feeds (may be NULL): how many feeds were written. */
/* The report is in the site's arena. NULL and err where it could not start. */
struct report *converge(struct site *s, struct catalog *catalog, const struct converge_options *o, unsigned *out_feeds, struct err *err);
/* What differs on a host from the catalog that was applied last, without changing anything. *out_drift NULL where none was applied. */
bool converge_drift(struct site *s, const struct subject *host, struct sv root, struct report **out_drift, struct err *err);

/* Whether an event of such a report tells that the machine differs (a notify only says something), and how many do. */
bool is_drift(const struct resource_event *e);
unsigned count_drift(const struct report *drift);

#endif
