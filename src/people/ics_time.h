/* ics_time: moments and lengths as calendars of others write them. Pure; nothing is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICS_TIME_H
#define PEOPLE_ICS_TIME_H

#include "base/time.h"
#include "people/ics_tree.h"

/* A DATE or DATE-TIME. */
struct ics_when {
    struct local_time local; /* wall time as written */
    const struct zone *zone; /* whose wall time; NULL: UTC */
    bool is_date, is_floating;
    int64_t at; /* UTC */
};

/* One value ("20270303T100000", "20270303T090000Z", "20270303") with the TZID of its line. A name that only Windows knows, or one with a
 * vendor's prefix, is the zone that it stands for, whether a VTIMEZONE defines it or not (D-35). Floating times and those of unknown zones
 * are read in `own`. False where it is no time. */
bool ics_when(const struct ics_line *l, struct sv value, const struct zone *own, struct ics_when *out_w);
/* A zone by the name that a TZID has; NULL where nothing is known of it. */
const struct zone *ics_zone(struct sv tzid);
/* The start of a VEVENT and its end, by DTEND, DURATION, or what holds without them. False where it has no usable start. */
bool ics_span(const struct ics_component *event, const struct zone *own, struct ics_when *out_start, int64_t *out_seconds);
/* "PT30M", "-P1D", "P1DT2H" */
bool ics_duration(struct sv s, int64_t *out_seconds);

#endif
