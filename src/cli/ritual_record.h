/* ritual_record: what became of meetings that were planned: held, skipped with a reason, or missed. In the arena given to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RITUAL_RECORD_H
#define CLI_RITUAL_RECORD_H

#include "cli/site.h"
#include "people/series.h"

/* What is read once for all. */
struct ritual_record {
    struct arena *arena;
    const struct model *model;
    struct series **series; /* as published */
    struct ritual_event *events;
    uint32_t series_count, event_count;
    size_t series_cap, event_cap;
};
bool ritual_record_read(struct site *s, struct arena *a, struct ritual_record *out, struct err *err);

/* Meetings of a subject's rituals of one kind that were planned in the seconds before now. MISSED is past, planned, not held and not
 * skipped. *out_known false: of this subject nothing was ever recorded, so that nobody knows. */
enum ritual_fate { RITUAL_PLANNED, RITUAL_HELD, RITUAL_SKIPPED, RITUAL_MISSED };
int64_t ritual_record_count(const struct ritual_record *r, struct sv subject, struct sv kind, enum ritual_fate fate, int64_t now,
                            int64_t seconds, bool *out_known);

#endif
