/* The POSIX rule for a zone: parsing it, and asking it for an instant. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone_rule.h"

#define DAY 86400

static bool rule_name(struct sv *s, struct sv *out_name)
{
    size_t n = 0;
    if (s->n && s->p[0] == '<') {
        size_t end = sv_find_char(*s, '>', 0);
        if (end == SIZE_MAX)
            return false;
        *out_name = sv_slice(*s, 1, end);
        *s = sv_slice(*s, end + 1, s->n);
        return true;
    }
    while (n < s->n && ((s->p[n] | 32) >= 'a' && (s->p[n] | 32) <= 'z'))
        n++;
    if (n < 3)
        return false;
    *out_name = sv_slice(*s, 0, n);
    *s = sv_slice(*s, n, s->n);
    return true;
}

static bool rule_number(struct sv *s, int max, int *out_n)
{
    int v = 0;
    size_t n = 0;
    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        v = v * 10 + (s->p[n++] - '0');
    if (n == 0 || v > max)
        return false;
    *s = sv_slice(*s, n, s->n);
    *out_n = v;
    return true;
}

static bool eat(struct sv *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = sv_slice(*s, 1, s->n);
    return true;
}

/* [+-] h [ :m [ :s ] ] */
static bool rule_time(struct sv *s, int32_t *out_seconds)
{
    int sign = 1, h, m = 0, sec = 0;
    if (eat(s, '-'))
        sign = -1;
    else
        eat(s, '+');
    if (!rule_number(s, 167, &h) || (eat(s, ':') && (!rule_number(s, 59, &m) || (eat(s, ':') && !rule_number(s, 59, &sec)))))
        return false;
    *out_seconds = sign * (h * 3600 + m * 60 + sec);
    return true;
}

/* , ( Mm.w.d | Jn | n ) [ /time ] */
static bool rule_day(struct sv *s, struct zone_rule_day *out_d)
{
    struct zone_rule_day d = { .time = 2 * 3600 };
    if (!eat(s, ','))
        return false;
    if (eat(s, 'M')) {
        d.kind = DAY_MONTH_WEEK;
        if (!rule_number(s, 12, &d.month) || !eat(s, '.') || !rule_number(s, 5, &d.week) || !eat(s, '.') || !rule_number(s, 6, &d.day))
            return false;
        if (d.month < 1 || d.week < 1)
            return false;
    } else {
        d.kind = eat(s, 'J') ? DAY_JULIAN : DAY_ZERO_BASED;
        if (!rule_number(s, 365, &d.day) || (d.kind == DAY_JULIAN && d.day < 1))
            return false;
    }
    if (eat(s, '/') && !rule_time(s, &d.time))
        return false;
    *out_d = d;
    return true;
}

bool zone_rule_parse(struct sv s, struct zone_rule *out_r)
{
    struct zone_rule r = { .present = true };
    int32_t west;
    if (!rule_name(&s, &r.std.abbreviation) || !rule_time(&s, &west))
        return false;
    r.std.offset = -west;
    if (s.n > 0) {
        r.has_dst = true;
        if (!rule_name(&s, &r.dst.abbreviation))
            return false;
        r.dst.is_dst = true;
        r.dst.offset = r.std.offset + 3600;
        if (s.n > 0 && s.p[0] != ',') {
            if (!rule_time(&s, &west))
                return false;
            r.dst.offset = -west;
        }
        if (!rule_day(&s, &r.start) || !rule_day(&s, &r.end))
            return false;
    }
    if (s.n > 0)
        return false;
    *out_r = r;
    return true;
}

static bool leap_year(int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

int64_t zone_rule_day_number(const struct zone_rule_day *d, int32_t year)
{
    int64_t first = date_to_days((struct date){ year, 1, 1 });
    if (d->kind == DAY_ZERO_BASED)
        return first + d->day;
    if (d->kind == DAY_JULIAN) /* 29 February is never counted */
        return first + d->day - 1 + (leap_year(year) && d->day >= 60);
    struct date month = { year, (uint8_t)d->month, 1 };
    struct date next = d->month == 12 ? (struct date){ year + 1, 1, 1 } : (struct date){ year, (uint8_t)(d->month + 1), 1 };
    int64_t start = date_to_days(month), want = (d->day + 6) % 7; /* 0 Sunday -> 6 */
    int64_t day = start + (want - date_weekday(month) + 7) % 7 + (int64_t)(d->week - 1) * 7;
    while (day >= date_to_days(next))
        day -= 7;
    return day;
}

/* Instants of a year at which daylight time starts and ends. */
static int64_t rule_start(const struct zone_rule *r, int32_t year)
{
    return zone_rule_day_number(&r->start, year) * DAY + r->start.time - r->std.offset;
}
static int64_t rule_end(const struct zone_rule *r, int32_t year)
{
    return zone_rule_day_number(&r->end, year) * DAY + r->end.time - r->dst.offset;
}

static int32_t rule_year(int64_t epoch) { return local_from_seconds(epoch).date.year; }

const struct zone_local *zone_rule_at(const struct zone_rule *r, int64_t epoch)
{
    if (!r->has_dst)
        return &r->std;
    int64_t newest = INT64_MIN;
    const struct zone_local *found = &r->std;
    int32_t year = rule_year(epoch);
    for (int32_t y = year - 1; y <= year + 1; y++) {
        int64_t start = rule_start(r, y), end = rule_end(r, y);
        if (end <= epoch && end > newest)
            newest = end, found = &r->std;
        /* where one ends as the next starts, it is daylight time all year */
        if (start <= epoch && start >= newest)
            newest = start, found = &r->dst;
    }
    return found;
}

bool zone_rule_next(const struct zone_rule *r, int64_t after, int64_t *out_at)
{
    if (!r->has_dst || r->std.offset == r->dst.offset)
        return false;
    int32_t year = rule_year(after);
    int64_t best = INT64_MAX;
    for (int32_t y = year - 1; y <= year + 2; y++) {
        const int64_t at[2] = { rule_start(r, y), rule_end(r, y) };
        for (unsigned i = 0; i < 2; i++)
            if (at[i] > after && at[i] < best && zone_rule_at(r, at[i])->offset != zone_rule_at(r, at[i] - 1)->offset)
                best = at[i];
    }
    *out_at = best;
    return best != INT64_MAX;
}
