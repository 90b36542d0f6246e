/* plan: all rituals of a model, their slots and what becomes of each in every week, chosen together so that nobody is asked to be in two
 * places. Lives in the caller's arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_PLAN_H
#define PEOPLE_PLAN_H

#include "people/people.h"
#include "people/rounds.h"
#include "people/slot.h"

#define SYNC_MINUTES          30
#define SHORT_SYNC_MINUTES    20 /* where there is no common half hour */
#define RETROSPECTIVE_MINUTES 60
#define ONE_ON_ONE_MINUTES    30
#define ONE_ON_ONES_PER_WEEK  2
#define MAX_GAP_WEEKS         3
#define BRIDGE_MINUTES        30
#define BRIDGE_WEEKS          2
#define CHECKUP_MINUTES       45
#define CHECKUP_WEEKS         4
#define SERVICE_MINUTES       15 /* of each service, where owners of several meet */
#define SERVICES_AT_ONCE      4

enum ritual_kind { RITUAL_OTHER, RITUAL_SYNC, RITUAL_RETROSPECTIVE, RITUAL_BRIDGE, RITUAL_ONE_ON_ONE, RITUAL_CHECKUP };

enum week_state {
    WEEK_NONE,
    WEEK_MEETS,
    WEEK_MOVED, /* that week only */
    WEEK_SKIPPED
};
struct ritual_week {
    enum week_state state;
    int minute;    /* of the week, on the wall clock */
    struct sv why; /* of a move or skip */
};

struct ritual {
    struct sv title; /* "potlac:default/search/one-on-one/user:default/eva/user:default/ines" */
    enum ritual_kind kind;
    const struct entity *subject; /* Potlac or SystemOwnership; NULL: of no model */
    struct slot_ask ask;
    int asked_minutes; /* ask.minutes may be less */
    struct slot slot;
    struct slot other; /* found: of every second week, where no slot suits all weeks */
    const struct held_slot *held;
    uint32_t need;  /* who must be there */
    struct sv note; /* what else is to be said of its slot */
    struct ritual_week weeks[HORIZON_WEEKS];

    uint32_t planned_before; /* weeks in which it was to meet when it was last published */

    /* syncs */
    bool rotates;                    /* where no time suits all, one leader after another has the bad hour */
    uint32_t replaced;               /* weeks in which a retrospective takes its place */
    const struct ritual *at_time_of; /* of a retrospective: its sync */
    struct slot *turns;              /* a slot for each leader who has the bad hour then; NULL: nobody has to */
    uint8_t turn_of[HORIZON_WEEKS];  /* whose turn it is */
    struct availability **wide;      /* the leaders as they are when it is their turn */
    bool was_held;                   /* it keeps the slot that people are used to */

    /* one-on-ones */
    int class, max_gap, last_met; /* before the horizon: a negative week */
    int gap_from, gap_weeks;      /* the longest gap, where it passes max_gap; else 0 */
    uint32_t missed;              /* weeks in which one of the two is not there on any day */

    /* checkups: the services in the order they are talked about */
    const struct entity **ownerships;
    uint32_t ownership_count;
};

/* A chat, a rehearsal or a handover: at one time, once. */
enum one_off_state { ONE_OFF_PLANNED, ONE_OFF_WRITTEN /* by message, as a topic */, ONE_OFF_NONE };
struct one_off {
    struct sv title, kind;                /* "chat", "mock", "checkup" */
    const struct entity *subject, *about; /* Potlac and KeyMeeting, or SystemOwnership */
    enum one_off_state state;
    struct local_time start;
    struct sv zone;
    int minutes;
    struct sv *attendees;
    uint32_t attendee_count;
    struct sv why;
    const struct one_off *shared; /* another meeting's chat that does for this one too */
    struct sv audience;           /* of a rehearsal: who plays it */
};

struct people_plan {
    const struct people_context *ctx;
    struct arena *arena;
    struct roster *roster;
    struct date monday; /* of the horizon */
    int64_t number;     /* of that week, counted from 1970-01-05 */
    struct ritual **rituals;
    uint32_t count;
    size_t cap;
    struct one_off **one_offs;
    uint32_t one_off_count;
    size_t one_off_cap;
    struct held_rounds *rounds; /* of all Potlacs with one-on-ones, as planned now */
    uint32_t rounds_count;
    size_t rounds_cap;
    struct map by_title, one_off_by_title, held;
    struct sv except; /* a title that is left out, or empty */
};

/* except: a title that is left out, or empty. */
struct people_plan *people_plan_new(const struct people_context *ctx, struct arena *a, struct sv except);
const struct ritual *people_plan_find(const struct people_plan *p, struct sv title);
const struct one_off *people_plan_find_once(const struct people_plan *p, struct sv title);
/* An ask with the availability of the attendees, the recorded slot of the title, and nothing declared. */
struct slot_ask people_plan_ask(struct people_plan *p, struct sv title, const struct sv *attendees, uint32_t count,
                                const struct zone *zone);
/* The weeks of a cycle. */
uint32_t people_plan_weeks(const struct people_plan *p, int every, int phase);
/* One more ritual, after all others. */
const struct ritual *people_plan_add(struct people_plan *p, struct sv title, enum ritual_kind kind, const struct slot_ask *ask);

/* ---- for the parts of the plan ---- */

struct ritual *plan_ritual(struct people_plan *p, struct sv title, enum ritual_kind kind, const struct slot_ask *ask);
/* Into the table; one without two people is left out. */
void plan_add(struct people_plan *p, struct ritual *r);
void plan_add_once(struct people_plan *p, struct one_off *o);
const struct held_slot *plan_held(const struct people_plan *p, struct sv title);
/* Leaders of a Potlac today, without a look at every role of the model. leaders.c */
struct leader *plan_leaders(const struct people_plan *p, const struct entity *potlac, uint32_t *out_count);
/* plan_potlac.c: the syncs, retrospectives and bridges, or the one-on-ones of all Potlacs. */
void plan_syncs(struct people_plan *p);
void plan_one_on_ones(struct people_plan *p);
/* checkups.c */
void plan_checkups(struct people_plan *p);
void plan_handovers(struct people_plan *p, bool keep_only);
/* prepare.c: chats and rehearsals. keep_only: those that were published and can stay, before anything new is looked for; else the rest. */
void plan_preparations(struct people_plan *p, bool keep_only);
/* schedule.c: slots of all rituals, and what becomes of each in every week. */
void plan_schedule(struct people_plan *p);
void plan_place(struct people_plan *p, struct ritual *r);
/* A hash of what a slot is chosen from. */
uint64_t ritual_inputs(const struct ritual *r);
/* turns.c: where no time suits all leaders and the Potlac wants it, each has the bad hour in turn. published: only where they had. */
bool plan_find_turns(struct people_plan *p, struct ritual *r, bool published);

/* The ISO week of a week of the horizon: "2027-W09". */
struct sv plan_week_id(const struct people_plan *p, int week);
struct local_time plan_local(const struct people_plan *p, int week, int minute_of_week);
/* In words, line by line: why this slot, and what was moved or left out. */
void ritual_explain(struct strbuf *out, const struct people_plan *p, const struct ritual *r);
/* The same of anything that is planned, by its title; false where nothing is. */
bool people_explain(struct strbuf *out, const struct people_plan *p, struct sv title);

/* ---- small things ---- */

/* The week of a cycle in which something starts that has no other reason to start then: steady, and spread over the names. */
int people_phase(struct sv title, int every);
int weeks_of(struct sv duration, int otherwise);
int minutes_of_day(struct sv clock); /* "09:30"; -1 */
struct sv one_on_one_title(struct arena *a, struct sv potlac, struct sv x, struct sv y);
/* "eva" of "user:default/eva" */
struct sv short_name(struct sv ref);
/* Owners of a SystemOwnership, sorted; those who are named. */
uint32_t ownership_owners(const struct model *m, struct arena *a, const struct entity *ownership, struct sv out[2]);
/* Days of the next two weeks on which neither owner is there, nor anybody for them. */
bool ownership_unattended(struct people_plan *p, const struct entity *ownership, struct date *out_from, struct date *out_to);
struct sv ownership_zone(const struct model *m, struct arena *a, const struct entity *ownership);
/* The ownerships that one meeting of the same two people is about, this one's among them, in the order they are talked about: the first one
 * has the meeting. Those that find no room in it have one of their own a week later. */
const struct entity **ownership_group(const struct model *m, struct arena *a, const struct entity *ownership, uint32_t *out_count);

#endif
