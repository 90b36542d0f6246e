/* Times of calendars. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ics_time.h"

#define DAY 86400

static bool digits(struct sv s, size_t from, size_t n, int *out)
{
    int v = 0;
    if (from + n > s.n)
        return false;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

static bool read_date(struct sv s, struct date *out)
{
    int y, m, d;
    if (!digits(s, 0, 4, &y) || !digits(s, 4, 2, &m) || !digits(s, 6, 2, &d) || y < 1 || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    struct date date = { y, (uint8_t)m, (uint8_t)d };
    struct date same = date_from_days(date_to_days(date));
    *out = date;
    return same.month == date.month && same.day == date.day;
}

/* Windows' names for the zones that most people live in. */
static const struct {
    const char *windows, *iana;
} windows_zones[] = {
    { "AUS Eastern Standard Time", "Australia/Sydney" },
    { "Arabian Standard Time", "Asia/Dubai" },
    { "Argentina Standard Time", "America/Argentina/Buenos_Aires" },
    { "Atlantic Standard Time", "America/Halifax" },
    { "Central America Standard Time", "America/Guatemala" },
    { "Central Europe Standard Time", "Europe/Budapest" },
    { "Central European Standard Time", "Europe/Warsaw" },
    { "Central Standard Time", "America/Chicago" },
    { "China Standard Time", "Asia/Shanghai" },
    { "E. Africa Standard Time", "Africa/Nairobi" },
    { "E. Australia Standard Time", "Australia/Brisbane" },
    { "E. South America Standard Time", "America/Sao_Paulo" },
    { "Eastern Standard Time", "America/New_York" },
    { "Egypt Standard Time", "Africa/Cairo" },
    { "FLE Standard Time", "Europe/Kiev" },
    { "GMT Standard Time", "Europe/London" },
    { "GTB Standard Time", "Europe/Bucharest" },
    { "Greenwich Standard Time", "Atlantic/Reykjavik" },
    { "Hawaiian Standard Time", "Pacific/Honolulu" },
    { "India Standard Time", "Asia/Kolkata" },
    { "Israel Standard Time", "Asia/Jerusalem" },
    { "Korea Standard Time", "Asia/Seoul" },
    { "Morocco Standard Time", "Africa/Casablanca" },
    { "Mountain Standard Time", "America/Denver" },
    { "Nepal Standard Time", "Asia/Kathmandu" },
    { "New Zealand Standard Time", "Pacific/Auckland" },
    { "Newfoundland Standard Time", "America/St_Johns" },
    { "Pacific SA Standard Time", "America/Santiago" },
    { "Pacific Standard Time", "America/Los_Angeles" },
    { "Pakistan Standard Time", "Asia/Karachi" },
    { "Romance Standard Time", "Europe/Paris" },
    { "Russian Standard Time", "Europe/Moscow" },
    { "SA Pacific Standard Time", "America/Bogota" },
    { "SE Asia Standard Time", "Asia/Bangkok" },
    { "Singapore Standard Time", "Asia/Singapore" },
    { "South Africa Standard Time", "Africa/Johannesburg" },
    { "Tokyo Standard Time", "Asia/Tokyo" },
    { "Turkey Standard Time", "Europe/Istanbul" },
    { "US Mountain Standard Time", "America/Phoenix" },
    { "UTC", "UTC" },
    { "W. Australia Standard Time", "Australia/Perth" },
    { "W. Central Africa Standard Time", "Africa/Lagos" },
    { "W. Europe Standard Time", "Europe/Berlin" },
};

const struct zone *ics_zone(struct sv tzid)
{
    struct sv name = sv_trim(tzid);
    for (size_t i = 0; i < sizeof windows_zones / sizeof *windows_zones; i++)
        if (sv_eq_nocase(name, sv_of(windows_zones[i].windows)))
            return zone_find(sv_of(windows_zones[i].iana), NULL);
    /* "/vendor/20270101/Europe/Stockholm": what follows a slash may be the name */
    for (int i = 0; i < 8 && name.n; i++) {
        const struct zone *z = name.p[0] == '/' ? NULL : zone_find(name, NULL);
        size_t slash = sv_find_char(name, '/', 0);
        if (z || slash == SIZE_MAX)
            return z;
        name = sv_slice(name, slash + 1, name.n);
    }
    return NULL;
}

bool ics_when(const struct ics_line *l, struct sv value, const struct zone *own, struct ics_when *out_w)
{
    struct ics_when w = { .zone = own };
    struct sv s = sv_trim(value);
    int hour, minute, second;
    if (!read_date(s, &w.local.date))
        return false;
    w.is_date = s.n == 8;
    bool utc = s.n == 16 && s.p[15] == 'Z';
    if (!w.is_date) {
        if ((s.n != 15 && !utc) || s.p[8] != 'T' || !digits(s, 9, 2, &hour) || !digits(s, 11, 2, &minute) || !digits(s, 13, 2, &second))
            return false;
        if (hour > 23 || minute > 59 || second > 60)
            return false;
        w.local.hour = (uint8_t)hour, w.local.minute = (uint8_t)minute, w.local.second = (uint8_t)(second == 60 ? 59 : second);
    }
    struct sv tzid = l ? ics_param(l, "TZID") : SV_NONE;
    const struct zone *named = tzid.p ? ics_zone(tzid) : NULL;
    w.zone = utc ? NULL : named ? named : own;
    w.is_floating = !utc && !named;
    if (w.zone)
        zone_to_utc(w.zone, w.local, &w.at);
    else
        w.at = local_to_seconds(w.local);
    *out_w = w;
    return true;
}

bool ics_duration(struct sv s, int64_t *out_seconds)
{
    struct sv t = sv_trim(s);
    bool minus = t.n && t.p[0] == '-';
    if (t.n && (t.p[0] == '-' || t.p[0] == '+'))
        t = sv_slice(t, 1, t.n);
    int64_t n;
    if (!duration_parse(t, &n))
        return false;
    *out_seconds = minus ? -n : n;
    return true;
}

bool ics_span(const struct ics_component *event, const struct zone *own, struct ics_when *out_start, int64_t *out_seconds)
{
    const struct ics_line *start = ics_find(event, "DTSTART"), *end = ics_find(event, "DTEND"), *length = ics_find(event, "DURATION");
    struct ics_when from, to;
    int64_t seconds = 0;
    if (!start || !ics_when(start, start->value, own, &from))
        return false;
    if (end) {
        if (!ics_when(end, end->value, own, &to))
            return false;
        seconds = to.at - from.at;
    } else if (length) {
        if (!ics_duration(length->value, &seconds))
            return false;
    } else if (from.is_date) {
        seconds = DAY;
    }
    *out_start = from;
    *out_seconds = seconds < 0 ? 0 : seconds;
    return true;
}
