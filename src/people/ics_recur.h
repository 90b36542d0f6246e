/* ics_recur: which times a recurrence rule gives, within bounds that no rule can pass (D-95). Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICS_RECUR_H
#define PEOPLE_ICS_RECUR_H

#include "people/ics_time.h"

enum ics_freq { FREQ_DAILY, FREQ_WEEKLY, FREQ_MONTHLY, FREQ_YEARLY };

struct ics_rule {
    enum ics_freq freq;
    int interval;
    int64_t count; /* 0: none */
    bool has_until;
    bool until_is_date;
    int64_t until; /* UTC; of a date its midnight as if UTC */
    unsigned days; /* bit of each weekday of BYDAY, 0 Monday */
    struct {
        int8_t weekday, nth; /* nth of the month (of the year where no BYMONTH is); negative from its end; 0: every */
    } by_day[16];
    unsigned by_day_count;
    int8_t month_days[31];
    unsigned month_day_count;
    unsigned months; /* bit 1 ... 12 */
    int set_pos;     /* 0: none */
    int week_start;  /* 0 Monday */
};

/* "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE". False and err on what is no rule, or uses parts that are not understood here. */
bool ics_rule_read(struct sv value, const struct zone *zone, struct ics_rule *out_r, struct err *err);

/* Starts of a recurring event within [from, until), in order. The list is in the arena. EXDATE and RDATE are the caller's business.
 * False and err where more than `most` would come of it, or where the rule cannot be followed within the bound of steps. */
bool ics_rule_expand(struct arena *a, const struct ics_rule *r, const struct ics_when *start, int64_t from, int64_t until, uint32_t most,
                     struct ics_when **out_list, uint32_t *out_count, struct err *err);

#endif
