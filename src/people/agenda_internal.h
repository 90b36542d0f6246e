/* agenda_internal: what the files that compile an agenda share. Nobody else includes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_AGENDA_INTERNAL_H
#define PEOPLE_AGENDA_INTERNAL_H

#include "people/meetings.h"
#include "people/people.h"
#include "people/scope.h"
#include "people/topics.h"

struct agenda_build {
    const struct model *model;
    struct store *store;
    struct arena *arena;
    struct scope_of *scope;
    struct agenda *g;
    const struct entity *subject;
    struct sv ritual; /* "sync", "checkup" */
    const struct sv *attendees;
    uint32_t attendee_count;
    int64_t now;
    struct date today, day; /* day: of the next meeting, else today */
    int64_t next;           /* UTC: of the next meeting; 0: none is planned */
    struct meetings held;
    struct event *all; /* the whole history */
    size_t all_count;
    struct event *events; /* of the window */
    size_t event_count;
    int64_t base; /* the window begins after this event; 0: after g->since */
    struct topic_state *topics;
    uint32_t topic_count;
};

void agenda_add(struct agenda_build *b, const char *section, struct sv text);
void agenda_add_steady(struct agenda_build *b, const char *section, struct sv text);
struct sv agenda_name(struct agenda_build *b, struct sv ref);  /* of a person: as they are called */
struct sv agenda_short(struct agenda_build *b, struct sv ref); /* "search-index" */
struct sv agenda_date(struct agenda_build *b, struct date d);
bool agenda_in_window(const struct agenda_build *b, const struct event *e);
const struct data *agenda_body(struct agenda_build *b, const struct event *e);

/* agenda_history.c: what happened in the window */
void agenda_history(struct agenda_build *b);
/* agenda_before.c: how the neighbourhood, the APIs and the capacity differ from the beginning of the window */
void agenda_before(struct agenda_build *b);
/* agenda_ahead.c: what is coming, and what stands */
void agenda_ahead(struct agenda_build *b);

#endif
