/* availability: when people can meet, quarter by quarter of an hour, over the weeks that are planned. All memory is in the roster's arena.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_AVAILABILITY_H
#define PEOPLE_AVAILABILITY_H

#include "base/map.h"
#include "model/model.h"

#define DAY           86400 /* seconds */
#define QUARTER       900
#define QUARTERS_DAY  96
#define QUARTERS_WEEK 672
#define HORIZON_WEEKS 28 /* this week and what a feed shows ahead */
#define SCORED_WEEKS  12 /* next week and on: both changes of the clocks come within a half year, and people plan no further */
#define HORIZON_DAYS  (HORIZON_WEEKS * 7)
#define HORIZON_QUARTERS                                                                                                                   \
    (HORIZON_WEEKS * QUARTERS_WEEK + 2 * QUARTERS_DAY) /* a day more at both ends: of zones ahead of and behind UTC                        \
                                                        */
#define HORIZON_WORDS (HORIZON_QUARTERS / 64)

/* The horizon on the wall clock of a zone. Its weeks begin on the roster's Monday. */
struct wall {
    const struct zone *zone;
    int64_t start;                                  /* UTC of quarter 0 */
    int32_t quarter[HORIZON_WEEKS * QUARTERS_WEEK]; /* by quarter of the wall clock; -1: the clocks skip it */
    int32_t midnight[HORIZON_DAYS + 1];             /* quarter in which a day begins, and that of the day after the last */
};

/* What a day of somebody's is. */
enum day_kind { DAY_FREE, DAY_WORK, DAY_HOLIDAY, DAY_ABSENT };

struct availability {
    struct sv ref; /* user */
    const struct wall *wall;
    int64_t max_minutes;                                                    /* of meetings a day; 0: no limit */
    uint64_t open[HORIZON_WORDS], core[HORIZON_WORDS], busy[HORIZON_WORDS]; /* core: between 09:30 and 16:30 on their own clock */
    uint64_t elsewhere[HORIZON_WORDS];                                      /* busy by a calendar of their own */
    uint16_t minutes[HORIZON_DAYS];                                         /* of meetings, by day */
    uint8_t days[HORIZON_DAYS];                                             /* of enum day_kind */
    uint8_t long_away[HORIZON_DAYS];                                        /* absent for two weeks or longer */
    uint8_t syncs[7];                                                       /* of Potlacs of theirs, by weekday */
    uint64_t inputs;                                                        /* a hash of what the model says of their time */
};

/* Everybody of a model, each made at first need. */
struct roster;
struct roster *roster_new(const struct model *m, struct arena *a, struct date monday);
/* What is recorded of calendars: user -> struct busy_list (people/ics_busy.h), borrowed. Before anybody is asked for. */
void roster_set_busy(struct roster *r, const struct map *by_user);
/* user: a User ref. Who has no Person works Monday to Friday from 9 to 17 in the given zone. */
struct availability *roster_person(struct roster *r, struct sv user, const struct zone *zone);
/* Somebody with other hours on the days on which they work; for questions only. */
struct availability *roster_widened(struct roster *r, const struct availability *p, int from, int until);
const struct wall *roster_wall(struct roster *r, const struct zone *zone);
/* RoleAssignments of a group, by its ref. */
const struct entity *const *roster_roles(struct roster *r, struct sv group, uint32_t *out_count);

/* The quarters that a wall time and a length touch; false where the clocks skip it. */
bool wall_span(const struct wall *w, int week, int minute_of_week, int minutes, int32_t *out_first, int32_t *out_count);
/* UTC of a wall time; only where wall_span holds. */
int64_t wall_utc(const struct wall *w, int week, int minute_of_week);
/* The day (of the horizon) in which a quarter lies; -1 outside. */
int wall_day(const struct wall *w, int32_t quarter);

/* Is somebody there? */
enum presence {
    HERE,
    TAKEN,   /* by another meeting, or the day has as many minutes of meetings as they take */
    OUTSIDE, /* at work that day, but not then */
    AWAY     /* absent, on holiday, or it is no day of theirs */
};
enum presence availability_at(const struct availability *p, int32_t first, int32_t count, int minutes);
void availability_book(struct availability *p, int32_t first, int32_t count, int minutes);
void availability_unbook(struct availability *p, int32_t first, int32_t count, int minutes);
/* Has a week (Monday to Sunday on their own clock) a day on which they work? */
bool availability_works_in(const struct availability *p, int week);
/* Are they out of a week because of an absence of two weeks or longer? */
bool availability_long_away(const struct availability *p, int week);

bool bits_all(const uint64_t *words, int32_t first, int32_t count);
bool bits_any(const uint64_t *words, int32_t first, int32_t count);

#endif
