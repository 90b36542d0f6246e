/* zone_rule: the POSIX TZ rule that ends a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3". Names borrow from its text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include "base/time.h"

struct zone_local {
    int32_t offset;
    bool is_dst;
    struct sv abbreviation;
};

/* A day of a year and a wall time on it, as in POSIX TZ with the extensions of RFC 9636: hours from -167 to 167. */
struct zone_rule_day {
    enum { DAY_JULIAN, DAY_ZERO_BASED, DAY_MONTH_WEEK } kind;
    int month, week, day;
    int32_t time;
};

struct zone_rule {
    bool present, has_dst;
    struct zone_local std, dst;
    struct zone_rule_day start, end;
};

bool zone_rule_parse(struct sv s, struct zone_rule *out_r);
const struct zone_local *zone_rule_at(const struct zone_rule *r, int64_t epoch);
/* The first change of offset after an instant; false where there is none. */
bool zone_rule_next(const struct zone_rule *r, int64_t after, int64_t *out_at);
/* The day in a year, counted from 1970, before d->time is added. */
int64_t zone_rule_day_number(const struct zone_rule_day *d, int32_t year);

#endif
