/* calendar: the resource type calendar_event with its .ics provider. State is recorded in the store before any feed is written, so a crash
 * between the two is mended by the next run. How a run uses it: cal = calendar_open(arena, &options, err); run.calendar = cal; extra
 * providers: &calendar_event_provider each catalog of a Potlac or ownership: calendar_wants(cal, subject, catalog), then agent_converge()
 *   a subject that did not compile: calendar_spares(cal, subject)
 *   at the end: calendar_prune() ends what no catalog wants any more, calendar_flush() writes the feeds that differ. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_CALENDAR_H
#define PEOPLE_CALENDAR_H

#include <sys/types.h>

#include "people/series.h"
#include "store/store.h"
#include "system/provider.h"

struct calendar;

struct calendar_options {
    struct store *store;
    struct sv folder;       /* where feeds go: FOLDER/user/eva.ics, FOLDER/potlac/search.ics */
    struct sv installation; /* all UIDs hang on it; empty: the recorded one, made at first use */
    bool allow_mass_cancel;
};

/* The arena owns it. NULL and err where recorded state cannot be read. */
struct calendar *calendar_open(struct arena *a, const struct calendar_options *options, struct err *err);
extern const struct provider calendar_event_provider;

/* The calendar_events of a subject's catalog, wanted or explicitly absent, are not pruned. */
void calendar_wants(struct calendar *c, struct sv subject, const struct catalog *catalog);
/* What a subject had stays as it is: its catalog could not be made. */
void calendar_spares(struct calendar *c, struct sv subject);

struct calendar_ended {
    struct sv title;
    uint32_t meetings; /* ahead, that are cancelled */
};
/* Ends recorded series that their subject's catalog no longer has. whole: every subject of the model was seen, so those of unknown subjects
 * end too. Under noop only tells. False and err where it would cancel too many (people.md D-90), or the store fails. */
bool calendar_prune(struct calendar *c, struct run *run, bool whole, struct calendar_ended **out_ended, uint32_t *out_count,
                    struct err *err);

struct calendar_flushed {
    unsigned feeds, written; /* under noop: that would be written */
};
bool calendar_flush(struct calendar *c, struct run *run, struct calendar_flushed *out_f, struct err *err);

/* Recorded series, by title; borrowed. */
const struct series *const *calendar_series(const struct calendar *c, uint32_t *out_count);
struct sv calendar_installation(const struct calendar *c);

/* A plan from a resource's attributes. False and err on a wrong one. calendar_attributes.c */
bool calendar_plan_read(struct arena *a, const struct resource *r, struct plan *out_p, struct err *err);

#endif
