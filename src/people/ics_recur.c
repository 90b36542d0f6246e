/* Recurrence rules: reading them, and walking through their days. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ics_recur.h"

#include <stdlib.h>

#define STEPS_MAX 200000 /* periods that are looked at: five centuries of days */
#define YEAR_MAX  2200

static const char *const day_names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static bool read_day(struct sv s, int *out_weekday, int *out_nth)
{
    int64_t nth = 0;
    if (s.n < 2)
        return false;
    struct sv name = sv_slice(s, s.n - 2, s.n), number = sv_slice(s, 0, s.n - 2);
    if (number.n && (!sv_to_int(number, &nth) || nth < -53 || nth > 53 || nth == 0))
        return false;
    for (int i = 0; i < 7; i++)
        if (sv_eq_nocase(name, sv_of(day_names[i]))) {
            *out_weekday = i, *out_nth = (int)nth;
            return true;
        }
    return false;
}

static bool take_days(struct ics_rule *r, struct sv list)
{
    struct sv piece;
    int weekday, nth;
    while (sv_cut(&list, ',', &piece)) {
        if (!read_day(sv_trim(piece), &weekday, &nth) || r->by_day_count == sizeof r->by_day / sizeof *r->by_day)
            return false;
        r->by_day[r->by_day_count].weekday = (int8_t)weekday;
        r->by_day[r->by_day_count++].nth = (int8_t)nth;
        r->days |= 1u << weekday;
    }
    return r->by_day_count > 0;
}

static bool take_numbers(struct sv list, int low, int high, int8_t *out, unsigned *out_count, unsigned most)
{
    struct sv piece;
    int64_t n;
    while (sv_cut(&list, ',', &piece)) {
        if (!sv_to_int(sv_trim(piece), &n) || n < low || n > high || n == 0 || *out_count == most)
            return false;
        out[(*out_count)++] = (int8_t)n;
    }
    return *out_count > 0;
}

static bool take_until(struct ics_rule *r, struct sv value, const struct zone *zone)
{
    struct ics_when w;
    if (!ics_when(NULL, value, zone, &w))
        return false;
    r->has_until = true;
    r->until_is_date = w.is_date;
    r->until = w.is_date ? date_to_days(w.local.date) * 86400 : w.at;
    return true;
}

static bool take_freq(struct ics_rule *r, struct sv value)
{
    static const char *const names[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
    for (int i = 0; i < 4; i++)
        if (sv_eq_nocase(value, sv_of(names[i]))) {
            r->freq = (enum ics_freq)i;
            return true;
        }
    return false;
}

static bool take_part(struct ics_rule *r, struct sv key, struct sv value, const struct zone *zone)
{
    int64_t n;
    int8_t months[12];
    unsigned count = 0;
    if (sv_eq_nocase(key, SV("FREQ")))
        return take_freq(r, value);
    if (sv_eq_nocase(key, SV("INTERVAL"))) {
        if (!sv_to_int(value, &n) || n < 1 || n > 10000)
            return false;
        r->interval = (int)n;
        return true;
    }
    if (sv_eq_nocase(key, SV("COUNT")))
        return sv_to_int(value, &r->count) && r->count > 0;
    if (sv_eq_nocase(key, SV("UNTIL")))
        return take_until(r, value, zone);
    if (sv_eq_nocase(key, SV("BYDAY")))
        return take_days(r, value);
    if (sv_eq_nocase(key, SV("BYMONTHDAY")))
        return take_numbers(value, -31, 31, r->month_days, &r->month_day_count, 31);
    if (sv_eq_nocase(key, SV("BYMONTH"))) {
        if (!take_numbers(value, 1, 12, months, &count, 12))
            return false;
        for (unsigned i = 0; i < count; i++)
            r->months |= 1u << months[i];
        return true;
    }
    if (sv_eq_nocase(key, SV("BYSETPOS"))) {
        if (!sv_to_int(value, &n) || n < -31 || n > 31 || n == 0)
            return false;
        r->set_pos = (int)n;
        return true;
    }
    int nth = 0;
    return sv_eq_nocase(key, SV("WKST")) && read_day(value, &r->week_start, &nth) && nth == 0;
}

bool ics_rule_read(struct sv value, const struct zone *zone, struct ics_rule *out_r, struct err *err)
{
    struct ics_rule r = { .interval = 1 };
    struct sv rest = sv_trim(value), part, key;
    bool has_freq = false;
    while (sv_cut(&rest, ';', &part)) {
        struct sv v = part;
        if (!part.n)
            continue;
        if (!sv_cut(&v, '=', &key) || !take_part(&r, key, v, zone))
            return err_set(err, "'%.*s' of a recurrence rule is not understood", SV_ARG(sv_slice(part, 0, 60)));
        has_freq = has_freq || sv_eq_nocase(key, SV("FREQ"));
    }
    if (!has_freq)
        return err_set(err, "a recurrence rule has no FREQ");
    *out_r = r;
    return true;
}

/* ---- expansion: for each period (day, week, month, year) the days in it ---- */

struct days {
    int64_t items[400];
    unsigned count;
};

static void add_day(struct days *d, int64_t day)
{
    if (d->count < sizeof d->items / sizeof *d->items)
        d->items[d->count++] = day;
}

static int month_length(int year, int month)
{
    struct date first = { year, (uint8_t)month, 1 }, next = { month == 12 ? year + 1 : year, (uint8_t)(month == 12 ? 1 : month + 1), 1 };
    return (int)(date_to_days(next) - date_to_days(first));
}

static bool is_nth(struct date d, int nth, int length)
{
    int from_start = (d.day - 1) / 7 + 1, from_end = (length - d.day) / 7 + 1;
    return nth == 0 || nth == from_start || nth == -from_end;
}

/* Does a day of a month satisfy BYMONTHDAY and BYDAY? Without either it is the day of the start. */
static bool day_in_month(const struct ics_rule *r, struct date d, int length, struct date start)
{
    bool by_date = r->month_day_count == 0, by_day = r->by_day_count == 0;
    for (unsigned i = 0; i < r->month_day_count; i++)
        by_date = by_date || r->month_days[i] == d.day || r->month_days[i] == d.day - length - 1;
    for (unsigned i = 0; i < r->by_day_count; i++)
        by_day = by_day || (r->by_day[i].weekday == date_weekday(d) && is_nth(d, r->by_day[i].nth, length));
    if (!r->month_day_count && !r->by_day_count)
        return d.day == start.day;
    return by_date && by_day;
}

static void days_of_month(const struct ics_rule *r, int year, int month, struct date start, struct days *out)
{
    int length = month_length(year, month);
    for (int day = 1; day <= length; day++) {
        struct date d = { year, (uint8_t)month, (uint8_t)day };
        if (day_in_month(r, d, length, start))
            add_day(out, date_to_days(d));
    }
}

static void days_of_period(const struct ics_rule *r, struct date start, int64_t n, struct days *out)
{
    int64_t first = date_to_days(start), step = n * r->interval;
    out->count = 0;
    if (r->freq == FREQ_DAILY) {
        struct date d = date_from_days(first + step);
        if ((!r->days || r->days >> date_weekday(d) & 1) && (!r->months || r->months >> d.month & 1) &&
            (!r->month_day_count || day_in_month(r, d, month_length(d.year, d.month), start)))
            add_day(out, first + step);
    } else if (r->freq == FREQ_WEEKLY) {
        int64_t week = first - (date_weekday(start) - r->week_start + 7) % 7 + 7 * step;
        unsigned days = r->days ? r->days : 1u << date_weekday(start);
        for (int i = 0; i < 7; i++)
            if (days >> (r->week_start + i) % 7 & 1 && (!r->months || r->months >> date_from_days(week + i).month & 1))
                add_day(out, week + i);
    } else if (r->freq == FREQ_MONTHLY) {
        int64_t months = start.year * 12LL + start.month - 1 + step;
        int month = (int)(months % 12) + 1;
        if (!r->months || r->months >> month & 1)
            days_of_month(r, (int)(months / 12), month, start, out);
    } else {
        for (int month = 1; month <= 12; month++)
            if (r->months ? r->months >> month & 1 : month == start.month)
                days_of_month(r, (int)(start.year + step), month, start, out);
    }
    if (r->set_pos && out->count) {
        int at = r->set_pos > 0 ? r->set_pos - 1 : (int)out->count + r->set_pos;
        bool is = at >= 0 && at < (int)out->count;
        out->items[0] = is ? out->items[at] : 0;
        out->count = is;
    }
}

static struct ics_when on_day(const struct ics_when *start, int64_t day)
{
    struct ics_when w = *start;
    w.local.date = date_from_days(day);
    if (w.zone)
        zone_to_utc(w.zone, w.local, &w.at);
    else
        w.at = local_to_seconds(w.local);
    return w;
}

/* A time that the clocks skip is no instance (RFC 5545, section 3.3.10). */
static bool exists(const struct ics_when *w)
{
    int64_t at;
    return !w->zone || zone_to_utc(w->zone, w->local, &at) != LOCAL_GAP;
}

/* A rule that only its own year of a BYDAY ordinal can follow is refused: "20MO" of a year. */
static bool is_followed(const struct ics_rule *r)
{
    for (unsigned i = 0; i < r->by_day_count; i++)
        if (r->by_day[i].nth && ((r->freq != FREQ_MONTHLY && !(r->freq == FREQ_YEARLY && r->months)) || abs(r->by_day[i].nth) > 5))
            return false;
    return !(r->freq == FREQ_YEARLY && r->by_day_count && !r->months) && !(r->freq == FREQ_WEEKLY && r->month_day_count);
}

bool ics_rule_expand(struct arena *a, const struct ics_rule *r, const struct ics_when *start, int64_t from, int64_t until, uint32_t most,
                     struct ics_when **out_list, uint32_t *out_count, struct err *err)
{
    struct ics_when *list = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    int64_t seen = 0, first = date_to_days(start->local.date);
    struct days days;
    if (!is_followed(r))
        return err_set(err, "a recurrence rule has parts that are not understood together");
    for (int64_t step = 0;; step++) {
        if (step > STEPS_MAX)
            return err_set(err, "a recurrence rule goes on for more than %d steps", STEPS_MAX);
        days_of_period(r, start->local.date, step, &days);
        for (unsigned i = 0; i < days.count; i++) {
            struct ics_when w = on_day(start, days.items[i]);
            bool past = r->has_until && (r->until_is_date ? days.items[i] * 86400 > r->until : w.at > r->until);
            if (days.items[i] < first || !exists(&w))
                continue;
            if (past || w.at >= until || w.local.date.year > YEAR_MAX || (r->count && seen >= r->count)) {
                *out_list = list, *out_count = n;
                return true;
            }
            seen++;
            if (w.at < from)
                continue;
            if (n == most)
                return err_set(err, "a recurrence rule gives more than %u meetings", most);
            ARENA_PUSH(a, list, n, cap, w);
        }
        /* periods without any day end too */
        static const int shortest[] = { 1, 7, 28, 365 };
        int64_t about = first + step * r->interval * shortest[r->freq];
        if (about * 86400 > until + 86400LL * 366 || about > 365LL * 300) {
            *out_list = list, *out_count = n;
            return true;
        }
    }
}
