/* caldav: people's calendars on CalDAV servers, converged onto recorded series. What users changed is read first, and stays (doc/people.md,
 * D-80 to D-87). All memory is in the arena given to caldav_open. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CALDAV_H
#define PEOPLE_CALDAV_H

#include "model/model.h"
#include "people/series.h"
#include "store/store.h"

/* How a run uses it:
 *
 * - caldav_open(), then caldav_read(): what is there, and what users made of it;
 * - calendar_options.moves = caldav_moves(): the series follow what users moved;
 * - caldav_write(): the series as they are now; under noop, only what would be written;
 * - caldav_notes(): what is to be told. */
struct caldav;

struct caldav_options {
    struct store *store;
    const struct model *model;
    struct sv installation; /* empty: the recorded one; without one there is nothing of ours anywhere yet */
    struct sv dir;          /* of the site: "file:" of a secret may be relative to it */
    int64_t now;
    bool noop;
    bool recreate; /* what users deleted is written anew */
    bool allow_mass_cancel;
};

/* One occurrence that somebody moved in their calendar. */
struct caldav_move {
    struct sv title;     /* of the ritual */
    int64_t slot, start; /* UTC: when the series has it, and when it is */
    struct sv by;        /* user */
};

enum caldav_note_kind {
    NOTE_CREATE,
    NOTE_UPDATE,
    NOTE_END,
    NOTE_DELETE, /* these four are writes */
    NOTE_MAIL,   /* what the server is expected to send */
    NOTE_EDIT,   /* of a user, found now */
    NOTE_KEPT,   /* what we wanted and left to the user */
    NOTE_FAILED  /* a calendar that is not known or could not be written */
};

struct caldav_note {
    enum caldav_note_kind kind;
    struct sv target, user; /* refs; user may be empty */
    struct sv title;        /* of the ritual; may be empty */
    struct sv text;
};

/* NULL and err where recorded state cannot be read. Asks nothing of any server. */
struct caldav *caldav_open(struct arena *a, const struct caldav_options *o, struct err *err);
/* Is there any calendar to write to, or one that was written? */
bool caldav_has_work(const struct caldav *c);
/* Reads every calendar. One that fails is unknown, never empty: it is told by a note and left alone. False and err where the store fails.
 */
bool caldav_read(struct caldav *c, struct err *err);
/* All moves that hold, those found now among them. */
const struct caldav_move *caldav_moves(const struct caldav *c, uint32_t *out_count);
/* Writes what differs. False and err where the store fails; what a server refuses is a note. */
bool caldav_write(struct caldav *c, struct sv installation, const struct series *const *all, uint32_t count, struct err *err);
const struct caldav_note *caldav_notes(const struct caldav *c, uint32_t *out_count);
unsigned caldav_writes(const struct caldav *c);
unsigned caldav_failures(const struct caldav *c);

/* The text that "env:NAME" or "file:PATH" stands for, without a line's end. False and err, which does not hold it. */
bool caldav_secret(struct arena *a, struct sv written, struct sv dir, struct sv *out_secret, struct err *err);

#endif
