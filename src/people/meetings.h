/* meetings: which meeting a person means, and what is recorded of meetings: held, skipped, missed. In the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_MEETINGS_H
#define PEOPLE_MEETINGS_H

#include "base/time.h"
#include "model/model.h"
#include "people/series.h"
#include "store/store.h"

struct meeting_name {
    struct sv title;              /* of the ritual, as calendars have it: "potlac:default/search/sync" */
    struct sv kind;               /* what stands behind the subject: "sync", "one-on-one", "checkup", "chat", "mock" ... */
    const struct entity *subject; /* Potlac or SystemOwnership */
    const struct entity *about;   /* of a chat or rehearsal: its KeyMeeting; else NULL */
    struct sv zone;
    struct sv *people; /* who ought to be there, sorted */
    uint32_t people_count;
};
/* "search.sync", "search-index.checkup", "search/eva/ines" (a one-on-one), "q2-steering.chat", "q2-steering.mock", or a full title.
 * False and err with near names. */
bool meeting_find(const struct model *m, struct arena *a, struct sv written, struct date today, struct meeting_name *out, struct err *err);

/* What calendars recorded of a ritual; *out NULL: nothing. */
bool meeting_series(struct store *st, struct arena *a, struct sv title, const struct series **out, struct err *err);
/* The id of the last event that was told by a time: where the agenda of a checkup of that time ends. 0: none was. */
bool meeting_snapshot(struct store *st, struct arena *a, int64_t at, int64_t *out_event, struct err *err);

/* "2027-W09", also "2027-w9". */
bool meeting_week_parse(struct arena *a, struct sv written, struct sv *out_week, struct date *out_monday);
struct sv meeting_week_of(struct arena *a, struct date day);

enum meeting_state { MEETING_HELD, MEETING_SKIPPED, MEETING_MISSED };
extern const char *const meeting_states[]; /* "held" ... */

struct meeting_record {
    struct sv title, week; /* "2027-W09"; "once" of a chat or rehearsal */
    enum meeting_state state;
    struct sv reason, actor;
    int64_t at;     /* when the meeting was, UTC */
    int64_t event;  /* its id */
    int64_t base;   /* of a checkup: the event up to which its agenda went; 0: it does not say */
    bool confirmed; /* of a checkup: nothing had changed, nobody met */
    struct sv *attended;
    uint32_t attended_count;
};

/* What was recorded last of each meeting, in the order of the history. */
struct meetings {
    struct arena *arena;
    struct meeting_record *items;
    uint32_t count;
    size_t cap;
};
bool meetings_read(struct store *st, struct arena *a, struct meetings *out, struct err *err);
/* The same from events that were read already. */
void meetings_fold(struct arena *a, const struct event *events, size_t count, struct meetings *out);
const struct meeting_record *meetings_find(const struct meetings *all, struct sv title, struct sv week);
/* The one that was held last, not after a time. NULL: none. */
const struct meeting_record *meetings_last_held(const struct meetings *all, struct sv title, int64_t until);

/* Records a meeting. Open topics of those who were not there are carried to the next one. Inside store_begin. */
struct meeting_entry {
    const struct meeting_name *name;
    struct sv week;
    enum meeting_state state;
    int64_t at, now;
    struct sv reason, actor;
    struct sv *attended;
    uint32_t attended_count;
    int64_t base;     /* of a checkup */
    bool confirmed;   /* of a checkup */
    int64_t closed;   /* of a checkup: topics closed since the last one */
    unsigned carried; /* result: so many topics */
    const struct model *model;
};
bool meeting_add(struct store *st, struct arena *a, struct meeting_entry *entry, struct err *err);

#endif
