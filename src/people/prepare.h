/* prepare: the quick chat before a key meeting, and the rehearsal of a special one (doc/people.md, E.4 and E.5). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_PREPARE_H
#define PEOPLE_PREPARE_H

#include "people/plan.h"

#define CHAT_MINUTES      10
#define LONG_CHAT_MINUTES 20 /* where there is no time to rehearse */
#define CHAT_BEFORE       120
#define CHAT_LATEST       15
#define MOCK_MINUTES      60
#define MOCK_VALID_DAYS   10 /* working days: what was rehearsed is not forgotten sooner */

/* A key meeting and how its Potlac prepares. */
struct key_meeting {
    struct sv ref, potlac; /* full references; neither needs to be in the model */
    struct sv *leaders, *presenters;
    uint32_t leader_count, presenter_count;
    const struct zone *zone;
    struct local_time start;
    int minutes;
    bool special;
    int chat_minutes, chat_before, chat_latest; /* minutes; the chat lies between these two before the start */
    int mock_minutes, lead_first, lead_last;    /* working days before the meeting: the fewest, the most */
    uint32_t rank;                              /* which of its Potlac's special meetings it is: who plays the audience takes turns */
};

/* Adds the chat and the rehearsal to the plan; keep_only: as far as they were published and can stay. */
void prepare_meeting(struct people_plan *p, const struct key_meeting *k, bool keep_only);
/* "potlac:default/search/chat/keymeeting:default/board" */
struct sv prepare_title(struct arena *a, const struct key_meeting *k, const char *what);

#endif
