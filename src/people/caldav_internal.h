/* caldav_internal: what the files of caldav share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CALDAV_INTERNAL_H
#define PEOPLE_CALDAV_INTERNAL_H

#include "people/caldav.h"
#include "people/dav.h"
#include "people/ics_merge.h"

#define OBJECT_KIND   SV("caldav.object")
#define CALENDAR_KIND SV("caldav.calendar")
#define MOVE_KIND     SV("calendar.moved")

enum object_status {
    OBJECT_LIVE,
    OBJECT_DELETED,      /* by us: its UID is not used again */
    OBJECT_USER_DELETED, /* by its user: not written again unasked */
    OBJECT_LEFT          /* our marker is gone from it: it is the user's now */
};

/* One object of a calendar, as recorded. */
struct caldav_object {
    struct sv key; /* of the document */
    struct sv target, user, title;
    int64_t epoch, since, generation; /* since: see struct caldav_copy */
    struct sv uid, href, etag;        /* etag empty: not known to be there */
    int64_t sequence, revision;
    enum object_status status;
    struct ics_component *before, *base; /* what we wanted when it was written last; what the server had after that, reduced */
    struct held held;
    /* a write that was begun: it stands before the request, so that a crash in between is understood (D-93) */
    int64_t pending; /* its revision; 0: none */
    struct ics_component *pending_before, *pending_base;
    /* of this run */
    struct ics_component *theirs;
    struct sv theirs_etag;
    bool edited; /* theirs is another version than the one we left */
};

bool object_write(struct strbuf *out, const struct caldav_object *o);
bool object_read(struct arena *a, struct sv key, const struct data *root, struct caldav_object **out_o, struct err *err);

enum quirk {
    QUIRK_OWN_UIDS = 1 << 0, /* one UID in two calendars is one event to it (D-17) */
    QUIRK_NO_SYNC = 1 << 1,  /* its sync-collection is not to be trusted */
    QUIRK_NO_MARKER = 1 << 2 /* it drops X- properties: an object is known by its UID alone */
};

struct caldav_target {
    const struct entity *entity;
    struct dav *dav;
    unsigned quirks;
    bool revert, schedules;
    enum { SCHEDULING_AUTO, SCHEDULING_SERVER, SCHEDULING_NONE } scheduling;
    bool asked, unknown; /* asked for its features; not reached, so nothing more is asked of it */
    struct err why;
};

/* One person's calendar. */
struct caldav_calendar {
    struct caldav_target *target;
    struct sv user, key;
    struct sv path, href; /* as the model has it, and where that is on the server */
    struct sv token, new_token;
    struct caldav_object **objects;
    uint32_t object_count;
    size_t object_cap;
    bool unknown, partial; /* partial: something of it failed, so the next run must look at all again */
};

struct caldav {
    struct arena *arena;
    struct caldav_options o;
    struct caldav_target **targets;
    uint32_t target_count;
    size_t target_cap;
    struct caldav_calendar **calendars;
    uint32_t calendar_count;
    size_t calendar_cap;
    struct caldav_move *moves;
    uint32_t move_count;
    size_t move_cap;
    struct caldav_note *notes;
    uint32_t note_count;
    size_t note_cap;
    unsigned writes, failures;
};

void caldav_note(struct caldav *c, enum caldav_note_kind kind, const struct caldav_calendar *k, struct sv title, struct sv text);
/* A calendar that failed. */
void caldav_fail(struct caldav *c, struct caldav_calendar *k, const struct err *why);
bool caldav_record_object(struct caldav *c, struct caldav_object *o, struct err *err);
bool caldav_record_event(struct caldav *c, const char *kind, struct sv subject, struct sv body, struct err *err);
/* Reads an object's text from its server into theirs. */
enum dav_outcome caldav_fetch_object(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err);
bool caldav_is_marked(const struct caldav *c, const struct caldav_calendar *k, const struct ics_component *object);
bool caldav_record_edits(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err);
/* Its user deleted it. */
bool caldav_record_deleted(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err);

#endif
