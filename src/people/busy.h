/* busy: when people are busy by calendars of their own: read on an apply, recorded, and from then on what every plan knows of it, so that
 * the same model and the same state give the same plan. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_BUSY_H
#define PEOPLE_BUSY_H

#include "model/model.h"
#include "people/ics_busy.h"
#include "store/store.h"

/* What is recorded, by user ref: struct busy_list. For people who say 'busy' in the model; others have none. */
bool busy_recall(struct arena *a, struct store *st, const struct model *m, struct map *out_by_user, struct err *err);

struct busy_options {
    struct store *store;
    const struct model *model;
    struct sv dir; /* of the site */
    int64_t now;
};

/* A source that could not be read: what was recorded of that person before stays. */
struct busy_problem {
    struct sv user, text;
};
struct busy_reading {
    struct busy_problem *problems;
    uint32_t count;
    size_t cap;
    uint32_t people; /* who were read */
};

/* Reads the sources of everybody who has some, and records what is new. False and err where the store fails. */
bool busy_read(struct arena *a, const struct busy_options *o, struct busy_reading *out_r, struct err *err);

#endif
