/* plan_meetings: which meetings a plan moves, cancels and adds, and whom it invites, in words. Lives in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PLAN_MEETINGS_H
#define CLI_PLAN_MEETINGS_H

#include "base/json.h"
#include "cli/fleet.h"

/* One ritual may have several: it moves, and somebody joins it. */
enum meeting_change_kind {
    MEETING_MOVED,     /* its day, time or rhythm; before and after */
    MEETING_CANCELLED, /* the ritual ends; before */
    MEETING_ADDED,     /* after, people */
    MEETING_INVITES,   /* people who join one that goes on */
    MEETING_RELEASES,  /* people who leave one that goes on */
    MEETING_SKIPPED,   /* dates on which it is not held */
    MEETING_RESTORED,  /* dates on which it is held after all */
    MEETING_LENGTH,    /* minutes; before and after */
    MEETING_RENAMED,   /* its title in calendars; before and after: a checkup of one more service */
    MEETING_CHANGE_KINDS
};

struct meeting_change {
    enum meeting_change_kind kind;
    struct sv ritual, summary;                 /* "potlac:default/search/sync", "Search: weekly sync" */
    struct sv before, after;                   /* "Tue 09:30 Europe/Stockholm, every week" */
    struct local_time next_before, next_after; /* the first meeting that this changes; year 0: none is ahead */
    const struct sv *people;                   /* refs */
    uint32_t people_count;
    struct sv *dates; /* 2027-03-09 */
    uint32_t date_count;
    size_t date_cap;
};

struct meeting_changes {
    struct arena *arena;
    struct meeting_change *items; /* in the order of the subjects */
    uint32_t count;
    size_t cap;
};

/* Of every Potlac and ownership that changes or goes. False and err where a catalog holds what is no meeting. */
bool plan_meetings(struct arena *a, const struct fleet *f, int64_t now, struct meeting_changes *out_changes, struct err *err);
/* Nothing where no meeting changes. */
void plan_meetings_text(const struct cli *c, struct strbuf *out, const struct meeting_changes *m);
void plan_meetings_markdown(struct strbuf *out, const struct meeting_changes *m);
void plan_meetings_json(struct json_out *j, const struct meeting_changes *m);

#endif
