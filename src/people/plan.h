/* plan: all rituals of a model and their slots, chosen together so that nobody is asked to be in two places. Lives in the caller's arena.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_PLAN_H
#define PEOPLE_PLAN_H

#include "people/people.h"
#include "people/slot.h"

#define SYNC_MINUTES         30
#define ONE_ON_ONE_MINUTES   30
#define ONE_ON_ONES_PER_WEEK 2
#define CHECKUP_MINUTES      45
#define CHECKUP_WEEKS        4

struct ritual {
    struct sv title; /* "potlac:default/search/one-on-one/user:default/eva/user:default/ines" */
    struct slot_ask ask;
    struct slot slot;
};

struct people_plan {
    const struct people_context *ctx;
    struct arena *arena;
    struct map by_user; /* ref -> struct availability */
    struct date monday; /* of the horizon */
    struct ritual *rituals;
    uint32_t count;
    size_t cap;
};

/* except: a title that is left out, or empty. */
struct people_plan *people_plan_new(const struct people_context *ctx, struct arena *a, struct sv except);
const struct ritual *people_plan_find(const struct people_plan *p, struct sv title);
/* An ask with the availability of the attendees, the recorded slot of the title, and nothing declared. */
struct slot_ask people_plan_ask(struct people_plan *p, struct sv title, const struct sv *attendees, uint32_t count,
                                const struct zone *zone);
/* The week of a cycle in which something starts that has no other reason to start then: steady, and spread over the names. */
int people_phase(struct sv title, int every);
int weeks_of(struct sv duration, int otherwise);
int minutes_of_day(struct sv clock); /* "09:30"; -1 */
struct sv one_on_one_title(struct arena *a, struct sv potlac, struct sv x, struct sv y);
/* Owners of a SystemOwnership, sorted; those who are named. */
uint32_t ownership_owners(const struct model *m, struct arena *a, const struct entity *ownership, struct sv out[2]);
struct sv ownership_zone(const struct model *m, struct arena *a, const struct entity *ownership);

#endif
