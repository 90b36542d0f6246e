/* Civil dates, ISO weeks, durations and their texts. Zones are in zone.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <time.h>

#define DAY      86400
#define MAX_DAYS 700000000000LL /* years stay within 32 bits */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static bool is_leap(int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static unsigned month_days(int64_t year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years are counted from March, so that the leap day is the last of its year; 400 years have 146097 days. */
int64_t date_to_days(struct date d)
{
    int64_t y = (int64_t)d.year - (d.month <= 2);
    int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((int64_t)d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct date date_from_days(int64_t days)
{
    days = days > MAX_DAYS ? MAX_DAYS : days < -MAX_DAYS ? -MAX_DAYS : days;
    int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct date){ (int32_t)(yoe + era * 400 + (month <= 2)), (uint8_t)month, (uint8_t)(doy - (153 * mp + 2) / 5 + 1) };
}

/* Exactly n digits from the front of *s. */
static bool take_digits(struct sv *s, unsigned n, int *out_n)
{
    if (s->n < n)
        return false;
    int v = 0;
    for (unsigned i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = sv_slice(*s, n, s->n);
    *out_n = v;
    return true;
}

static bool take_char(struct sv *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = sv_slice(*s, 1, s->n);
    return true;
}

static bool take_date(struct sv *s, struct date *out_d)
{
    int y, m, d;
    if (!take_digits(s, 4, &y) || !take_char(s, '-') || !take_digits(s, 2, &m) || !take_char(s, '-') || !take_digits(s, 2, &d))
        return false;
    if (m < 1 || m > 12 || d < 1 || d > (int)month_days(y, (unsigned)m))
        return false;
    *out_d = (struct date){ y, (uint8_t)m, (uint8_t)d };
    return true;
}

/* date 'T' HH:MM [ :SS ] */
static bool take_local(struct sv *s, struct local_time *out_t)
{
    struct local_time t = { 0 };
    int h, m, sec = 0;
    if (!take_date(s, &t.date) || (!take_char(s, 'T') && !take_char(s, 't') && !take_char(s, ' ')))
        return false;
    if (!take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &m))
        return false;
    if (take_char(s, ':') && !take_digits(s, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 59)
        return false;
    t.hour = (uint8_t)h, t.minute = (uint8_t)m, t.second = (uint8_t)sec;
    *out_t = t;
    return true;
}

bool date_parse(struct sv s, struct date *out_d)
{
    struct date d;
    if (!take_date(&s, &d) || s.n != 0)
        return false;
    *out_d = d;
    return true;
}

bool local_parse(struct sv s, struct local_time *out_t)
{
    struct local_time t;
    if (!take_local(&s, &t) || s.n != 0)
        return false;
    *out_t = t;
    return true;
}

bool utc_parse(struct sv s, int64_t *out_epoch)
{
    struct local_time t;
    int h = 0, m = 0, sign = 1;
    if (!take_local(&s, &t))
        return false;
    if (take_char(&s, '.')) { /* a fraction of a second is dropped */
        int digit;
        if (!take_digits(&s, 1, &digit))
            return false;
        while (take_digits(&s, 1, &digit))
            ;
    }
    if (!take_char(&s, 'Z') && !take_char(&s, 'z')) {
        if (take_char(&s, '-'))
            sign = -1;
        else if (!take_char(&s, '+'))
            return false;
        if (!take_digits(&s, 2, &h))
            return false;
        take_char(&s, ':');
        if (!take_digits(&s, 2, &m) || h > 23 || m > 59)
            return false;
    }
    if (s.n != 0)
        return false;
    *out_epoch = local_to_seconds(t) - sign * (h * 3600 + m * 60);
    return true;
}

int date_weekday(struct date d)
{
    int64_t w = (date_to_days(d) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w);
}

/* The week of a day is in the year of its Thursday. */
void date_iso_week(struct date d, int *out_year, int *out_week)
{
    int64_t thursday = date_to_days(d) - date_weekday(d) + 3;
    int year = date_from_days(thursday).year;
    *out_year = year;
    *out_week = (int)((thursday - date_to_days((struct date){ year, 1, 1 })) / 7) + 1;
}

struct date iso_week_monday(int year, int week)
{
    struct date fourth = { year, 1, 4 }; /* always in week 1 */
    return date_from_days(date_to_days(fourth) - date_weekday(fourth) + (int64_t)(week - 1) * 7);
}

int64_t local_to_seconds(struct local_time t) { return date_to_days(t.date) * DAY + t.hour * 3600 + t.minute * 60 + t.second; }

struct local_time local_from_seconds(int64_t seconds)
{
    int64_t days = floor_div(seconds, DAY), rest = seconds - days * DAY;
    return (struct local_time){ date_from_days(days), (uint8_t)(rest / 3600), (uint8_t)(rest / 60 % 60), (uint8_t)(rest % 60) };
}

/* P [nW] [nD] [T [nH] [nM] [nS]], at least one of them. Years and months have no fixed length and are refused. */
bool duration_parse(struct sv s, int64_t *out_seconds)
{
    static const struct {
        char letter;
        bool time;
        int64_t seconds;
    } units[] = { { 'W', false, 7 * DAY }, { 'D', false, DAY }, { 'H', true, 3600 }, { 'M', true, 60 }, { 'S', true, 1 } };
    int64_t total = 0;
    unsigned next = 0;
    bool in_time = false, any = false;
    if (!take_char(&s, 'P'))
        return false;
    while (s.n > 0) {
        if (!in_time && take_char(&s, 'T')) {
            in_time = true;
            any = false;
        }
        int64_t n = 0;
        int digit;
        unsigned digits = 0;
        while (digits < 9 && take_digits(&s, 1, &digit))
            n = n * 10 + digit, digits++;
        if (digits == 0 || s.n == 0)
            return false;
        while (next < 5 && (units[next].letter != s.p[0] || units[next].time != in_time))
            next++;
        if (next == 5)
            return false;
        s = sv_slice(s, 1, s.n);
        total += n * units[next++].seconds;
        any = true;
    }
    if (!any)
        return false;
    *out_seconds = total;
    return true;
}

int weekday_parse(struct sv s)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    for (int i = 0; i < 7; i++)
        if (sv_eq_nocase(s, sv_of(names[i])) || sv_eq_nocase(s, sv_make(names[i], 3)))
            return i;
    return -1;
}

void date_print(struct strbuf *out, struct date d) { strbuf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day); }

void local_print(struct strbuf *out, struct local_time t)
{
    date_print(out, t.date);
    strbuf_addf(out, "T%02d:%02d:%02d", t.hour, t.minute, t.second);
}

void utc_print(struct strbuf *out, int64_t epoch)
{
    local_print(out, local_from_seconds(epoch));
    strbuf_addc(out, 'Z');
}

int64_t now_utc(void) { return (int64_t)time(NULL); }
