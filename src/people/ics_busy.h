/* ics_busy: when the owner of a calendar is busy, worked out from its events. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICS_BUSY_H
#define PEOPLE_ICS_BUSY_H

#include "base/map.h"
#include "people/ics_time.h"
#include "people/ics_tree.h"

#define BUSY_MAX 20000 /* stretches of one person */

struct busy_span {
    int64_t from, until; /* UTC */
};

struct busy_list {
    struct busy_span *items; /* after busy_merge: by time, none touching another */
    uint32_t count;
    size_t cap;
    uint32_t odd; /* events whose rule or time could not be read: their first meeting counts at most */
};

/* Adds what is busy within [from, until) of a calendar: events that are not TRANSPARENT, CANCELLED or declined by nobody but their owner,
 * and VFREEBUSY. Events with our marker are left out (they are known already), whichever installation wrote them, and those whose UID is in
 * `ours` (may be NULL). own: the zone of
 * floating times and whole days. False and err where that is more than BUSY_MAX. */
bool ics_busy(struct arena *a, const struct ics_component *calendar, const struct zone *own, int64_t from, int64_t until,
              const struct map *ours, struct busy_list *into, struct err *err);
void busy_merge(struct busy_list *l);

#endif
