/* availability: when a person can meet, quarter by quarter of an hour, over the weeks that are planned. Lives in the arena of the plan. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_AVAILABILITY_H
#define PEOPLE_AVAILABILITY_H

#include "model/model.h"

#define QUARTER          900 /* seconds */
#define QUARTERS_WEEK    672
#define HORIZON_WEEKS    28 /* this week and what a feed shows ahead */
#define SCORED_WEEKS     12 /* next week and on: both changes of the clocks come within a half year, and people plan no further */
#define HORIZON_QUARTERS (HORIZON_WEEKS * QUARTERS_WEEK)

enum quarter {
    Q_OPEN = 1 << 0, /* within working hours, not away */
    Q_CORE = 1 << 1, /* between 09:30 and 16:30 on their own clock */
    Q_BUSY = 1 << 2, /* another meeting of ours */
};

struct availability {
    struct sv ref; /* user */
    const struct zone *zone;
    int64_t start;       /* UTC of the first quarter */
    int64_t max_minutes; /* of meetings a day; 0: no limit */
    uint8_t quarters[HORIZON_QUARTERS];
    unsigned potlac_days; /* bit of each weekday with a sync of theirs */
};

/* user: a User ref. Who has no Person works Monday to Friday from 9 to 17 in the given zone. monday: of the first week. */
struct availability *availability_new(const struct model *m, struct arena *a, struct sv user, const struct zone *zone, struct date monday);
/* Is the whole of [from, until) open, and none of it busy? */
bool availability_free(const struct availability *p, int64_t from, int64_t until);
/* Open, whatever meetings there are. */
bool availability_open(const struct availability *p, int64_t from, int64_t until);
void availability_book(struct availability *p, int64_t from, int64_t until);
/* Minutes of meetings on the day of an instant, by their own clock. */
int64_t availability_booked(const struct availability *p, int64_t at);

#endif
