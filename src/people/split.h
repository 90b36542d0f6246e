/* split: how to divide a Potlac that has grown, and how to merge two again (doc/people.md, E.7). A proposal, never done by itself. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_SPLIT_H
#define PEOPLE_SPLIT_H

#include "people/plan.h"

#define SPLIT_LEADERS_MAX 12

struct split_part {
    struct sv *leaders; /* users, sorted; a coach of both parts is in both */
    uint32_t count;
    bool has_owner, has_lead, has_coach;
};

struct split {
    const struct entity *potlac;
    struct split_part
        parts[2];   /* the first keeps the name, and with it the sync's identity: the team lead of the Potlac's group is in it */
    struct sv name; /* of the second */
    uint32_t leaders;
    int cut;                      /* dependencies and products that reach from one part to the other */
    int minutes_before;           /* of a leader a week, with every pair weekly */
    int minutes_from, minutes_to; /* after it: without and with the bridge */
};

/* False and err where there is nothing to divide. */
bool split_propose(const struct people_plan *p, const struct entity *potlac, struct split *out, struct err *err);
/* For the model: two Potlacs, a bridge between them. */
void split_write_yaml(struct strbuf *out, struct arena *a, const struct split *s);
void split_merge_yaml(struct strbuf *out, const struct people_plan *p, const struct entity *keeps, const struct entity *goes);

#endif
