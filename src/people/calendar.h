/* calendar: the resource type calendar_event with its .ics provider. All memory is in the arena given to calendar_open. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CALENDAR_H
#define PEOPLE_CALENDAR_H

#include <sys/types.h>

#include "model/model.h"
#include "people/series.h"
#include "store/store.h"
#include "system/provider.h"

/* State is recorded in the store before any feed is written, so a crash between the two is mended by the next run.
 * How a run uses it, with one catalog for all Potlacs and ownerships:
 *   cal = calendar_open(arena, &options, err); run.calendar = cal; extra providers: &calendar_event_provider
 *   calendar_purge(cal, catalog, err); agent_converge(); calendar_close(cal, err) */
struct calendar;
struct caldav_move;

/* Documents of the store: what is recorded of each feed that was written, by whose it is. */
#define CALENDAR_FEED_KIND SV("calendar.feed")

struct calendar_options {
    struct store *store;
    const struct model *model; /* for names of calendars; may be NULL */
    struct sv folder;          /* where feeds go: FOLDER/user-eva.ics, FOLDER/potlac-search.ics */
    struct sv installation;    /* all UIDs hang on it; empty: the recorded one, made at first use */
    int64_t now;
    bool noop;
    bool allow_mass_cancel;
    const struct caldav_move *moves; /* what people moved in their calendars: see people/caldav.h */
    uint32_t move_count;
};

/* The arena owns it. NULL and err where recorded state cannot be read. */
struct calendar *calendar_open(struct arena *a, const struct calendar_options *options, struct err *err);
extern const struct provider calendar_event_provider;

/* Adds to the catalog, as "ensure => absent", each recorded ritual that it no longer has: so the run ends them and reports them as it does
 * any change. The catalog must hold the calendar_events of all subjects. False and err where that would cancel too many (doc/people.md,
 * D-90).
 */
bool calendar_purge(struct calendar *c, struct catalog *all, struct err *err);
/* After the run: ends what calendar_purge was not asked about, and writes the feeds that differ. Under noop it only counts. */
bool calendar_close(struct calendar *c, struct err *err);
/* Feeds in all, and those that calendar_close wrote (under noop: would have written). */
unsigned calendar_feeds(const struct calendar *c, unsigned *out_written);

/* Recorded series, by title; borrowed. */
const struct series *const *calendar_series(const struct calendar *c, uint32_t *out_count);
/* The same, as they would be after the run: under noop nothing of it is recorded. */
const struct series *const *calendar_planned(struct calendar *c, uint32_t *out_count);
struct sv calendar_installation(const struct calendar *c);

/* A plan from a resource's attributes. False and err on a wrong one. calendar_attributes.c */
bool calendar_plan_read(struct arena *a, const struct resource *r, struct plan *out_p, struct err *err);

#endif
