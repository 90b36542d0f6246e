/* timefmt: Timestamp as text and back, in Ruby's strftime and strptime formats. Timespan is in timespan.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/timefmt.h"

#include <stdlib.h>

#include "base/time.h"

static const char *const day_names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const month_names[] = { "January", "February", "March",     "April",   "May",      "June",
                                           "July",    "August",   "September", "October", "November", "December" };

static int64_t floor_div(int64_t x, int64_t y) { return x / y - (x % y < 0); }

/* ---- printing ---- */

/* %[flags][width]directive */
struct directive {
    char padding; /* '0', ' ', '-' for none, 0 as usual */
    bool upper, swap;
    int colons, width;
};

struct moment {
    struct local_time t;
    int64_t epoch;
    int64_t nanos;
    int32_t offset;
    int yday, wday; /* 0 Sunday */
    struct sv zone;
};

static void add_number(struct strbuf *out, const struct directive *d, int64_t n, int width, char padding)
{
    char text[24];
    int len;

    if (d->padding)
        padding = d->padding;
    if (d->width)
        width = d->width;
    len = snprintf(text, sizeof text, "%lld", (long long)(n < 0 ? -n : n));
    if (n < 0) {
        len++;
        if (padding == '0')
            strbuf_addc(out, '-');
    }
    if (padding != '-' && len < width)
        strbuf_pad(out, padding, (size_t)(width - len));
    if (n < 0 && padding != '0')
        strbuf_addc(out, '-');
    strbuf_adds(out, text);
}

static void add_text(struct strbuf *out, const struct directive *d, struct sv s)
{
    if (d->width && s.n < (size_t)d->width)
        strbuf_pad(out, d->padding == '0' ? '0' : ' ', (size_t)d->width - s.n);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if ((d->upper || d->swap) && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        else if (d->swap && c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        strbuf_addc(out, c);
    }
}

static void add_offset(struct strbuf *out, const struct directive *d, int32_t offset)
{
    int32_t n = offset < 0 ? -offset : offset;

    strbuf_addc(out, offset < 0 ? '-' : '+');
    strbuf_addf(out, "%02d%s%02d", n / 3600, d->colons ? ":" : "", n / 60 % 60);
    if (d->colons > 1)
        strbuf_addf(out, ":%02d", n % 60);
}

static void add_fraction(struct strbuf *out, const struct directive *d, int64_t nanos, int width)
{
    char text[12];

    if (d->width)
        width = d->width;
    snprintf(text, sizeof text, "%09lld", (long long)nanos);
    strbuf_add(out, sv_make(text, width < 9 ? (size_t)width : 9));
    if (width > 9)
        strbuf_pad(out, '0', (size_t)width - 9);
}

static int week_of_year(const struct moment *m, int first_day) { return (m->yday + 7 - (m->wday - first_day + 7) % 7) / 7; }

static void add_format(struct strbuf *out, const struct moment *m, struct sv format);

/* Directives that stand for others. */
static const char *composed(char c)
{
    switch (c) {
    case 'c':
        return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
        return "%m/%d/%y";
    case 'F':
        return "%Y-%m-%d";
    case 'r':
        return "%I:%M:%S %p";
    case 'R':
        return "%H:%M";
    case 'T':
    case 'X':
        return "%H:%M:%S";
    case 'v':
        return "%e-%^b-%Y";
    case '+':
        return "%a %b %e %H:%M:%S %Z %Y";
    default:
        return NULL;
    }
}

static bool add_date_part(struct strbuf *out, const struct moment *m, const struct directive *d, char c)
{
    const struct local_time *t = &m->t;
    int year, week;

    date_iso_week(t->date, &year, &week);
    switch (c) {
    case 'Y':
        add_number(out, d, t->date.year, t->date.year < 0 ? 5 : 4, '0');
        return true;
    case 'C':
        add_number(out, d, floor_div(t->date.year, 100), 2, '0');
        return true;
    case 'y':
        add_number(out, d, t->date.year % 100, 2, '0');
        return true;
    case 'm':
        add_number(out, d, t->date.month, 2, '0');
        return true;
    case 'B':
        add_text(out, d, sv_of(month_names[t->date.month - 1]));
        return true;
    case 'b':
    case 'h':
        add_text(out, d, sv_make(month_names[t->date.month - 1], 3));
        return true;
    case 'd':
        add_number(out, d, t->date.day, 2, '0');
        return true;
    case 'e':
        add_number(out, d, t->date.day, 2, ' ');
        return true;
    case 'j':
        add_number(out, d, m->yday + 1, 3, '0');
        return true;
    case 'A':
        add_text(out, d, sv_of(day_names[m->wday]));
        return true;
    case 'a':
        add_text(out, d, sv_make(day_names[m->wday], 3));
        return true;
    case 'u':
        add_number(out, d, m->wday ? m->wday : 7, 1, '0');
        return true;
    case 'w':
        add_number(out, d, m->wday, 1, '0');
        return true;
    case 'G':
        add_number(out, d, year, 4, '0');
        return true;
    case 'g':
        add_number(out, d, year % 100, 2, '0');
        return true;
    case 'V':
        add_number(out, d, week, 2, '0');
        return true;
    case 'U':
        add_number(out, d, week_of_year(m, 0), 2, '0');
        return true;
    case 'W':
        add_number(out, d, week_of_year(m, 1), 2, '0');
        return true;
    default:
        return false;
    }
}

static bool add_time_part(struct strbuf *out, const struct moment *m, const struct directive *d, char c)
{
    const struct local_time *t = &m->t;
    int hour12 = t->hour % 12 ? t->hour % 12 : 12;

    switch (c) {
    case 'H':
        add_number(out, d, t->hour, 2, '0');
        return true;
    case 'k':
        add_number(out, d, t->hour, 2, ' ');
        return true;
    case 'I':
        add_number(out, d, hour12, 2, '0');
        return true;
    case 'l':
        add_number(out, d, hour12, 2, ' ');
        return true;
    case 'P':
        add_text(out, d, sv_of(t->hour < 12 ? "am" : "pm"));
        return true;
    case 'p':
        add_text(out, d, sv_of(t->hour < 12 ? "AM" : "PM"));
        return true;
    case 'M':
        add_number(out, d, t->minute, 2, '0');
        return true;
    case 'S':
        add_number(out, d, t->second, 2, '0');
        return true;
    case 'L':
        add_fraction(out, d, m->nanos, 3);
        return true;
    case 'N':
        add_fraction(out, d, m->nanos, 9);
        return true;
    case 'z':
        add_offset(out, d, m->offset);
        return true;
    case 'Z':
        add_text(out, d, m->zone);
        return true;
    case 's':
        add_number(out, d, m->epoch, 1, '0');
        return true;
    case 'n':
        strbuf_addc(out, '\n');
        return true;
    case 't':
        strbuf_addc(out, '\t');
        return true;
    case '%':
        strbuf_addc(out, '%');
        return true;
    default:
        return false;
    }
}

static size_t read_directive(struct sv format, size_t at, struct directive *d)
{
    for (; at < format.n; at++) {
        char c = format.p[at];

        if (c == '-' || c == '_' || (c == '0' && !d->width))
            d->padding = c == '_' ? ' ' : c;
        else if (c == '^')
            d->upper = true;
        else if (c == '#')
            d->swap = true;
        else if (c == ':')
            d->colons++;
        else if (c >= '0' && c <= '9' && d->width < 1000)
            d->width = d->width * 10 + (c - '0');
        else
            break;
    }
    return at;
}

static void add_format(struct strbuf *out, const struct moment *m, struct sv format)
{
    for (size_t i = 0; i < format.n; i++) {
        struct directive d = { 0 };
        size_t at;

        if (format.p[i] != '%') {
            strbuf_addc(out, format.p[i]);
            continue;
        }
        at = read_directive(format, i + 1, &d);
        if (at < format.n && composed(format.p[at])) {
            add_format(out, m, sv_of(composed(format.p[at])));
        } else if (at >= format.n || !(add_date_part(out, m, &d, format.p[at]) || add_time_part(out, m, &d, format.p[at]))) {
            strbuf_add(out, sv_slice(format, i, at + 1)); /* unknown: stays as it is */
        }
        i = at;
    }
}

void timestamp_format(struct strbuf *out, int64_t ns, struct sv format, int32_t offset, struct sv zone)
{
    struct moment m = { .epoch = floor_div(ns, NS_PER_SECOND), .offset = offset, .zone = zone };

    m.nanos = ns - m.epoch * NS_PER_SECOND;
    m.t = local_from_seconds(m.epoch + offset);
    m.wday = (date_weekday(m.t.date) + 1) % 7;
    m.yday = (int)(date_to_days(m.t.date) - date_to_days((struct date){ m.t.date.year, 1, 1 }));
    add_format(out, &m, format);
}

void timestamp_print(struct strbuf *out, int64_t ns) { timestamp_format(out, ns, SV("%FT%T.%N %Z"), 0, SV("UTC")); }

/* ---- reading ---- */

struct parsed {
    int64_t year, month, day, hour, minute, second, nanos, epoch;
    bool pm, has_pm, has_zone, has_epoch;
    int32_t offset;
};

static bool take_digits(struct sv s, size_t *at, size_t most, int64_t *out_n)
{
    size_t start = *at;
    bool minus = *at < s.n && (s.p[*at] == '-' || s.p[*at] == '+') && most > 2;

    if (minus)
        ++*at;
    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - start < most + minus)
        ++*at;
    return sv_to_int(sv_slice(s, start, *at), out_n);
}

static bool take_name(struct sv s, size_t *at, const char *const *names, int count, int64_t *out_n)
{
    for (int i = 0; i < count; i++) {
        size_t full = strlen(names[i]);
        size_t n = sv_eq_nocase(sv_slice(s, *at, *at + full), sv_of(names[i])) ? full : 3;

        if (sv_eq_nocase(sv_slice(s, *at, *at + n), sv_make(names[i], n))) {
            *at += n;
            *out_n = i;
            return true;
        }
    }
    return false;
}

static const struct {
    const char *name;
    int hours;
} zone_hours[] = { { "UTC", 0 },  { "GMT", 0 },  { "UT", 0 },   { "Z", 0 },    { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
                   { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 }, { "CET", 1 },  { "CEST", 2 }, { "EET", 2 },  { "EEST", 3 },
                   { "WET", 0 },  { "WEST", 1 }, { "BST", 1 },  { "MSK", 3 },  { "JST", 9 },  { "IST", 5 } };

/* +hh, +hhmm, +hh:mm, or a name */
static bool take_zone(struct sv s, size_t *at, int32_t *out_offset)
{
    size_t end = *at;
    int64_t hours, minutes = 0;
    int sign;

    if (*at < s.n && (s.p[*at] == '+' || s.p[*at] == '-')) {
        sign = s.p[*at] == '-' ? -1 : 1;
        ++*at;
        if (!take_digits(s, at, 2, &hours))
            return false;
        if (*at < s.n && s.p[*at] == ':')
            ++*at;
        if (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && !take_digits(s, at, 2, &minutes))
            return false;
        *out_offset = sign * (int32_t)(hours * 3600 + minutes * 60);
        return true;
    }
    while (end < s.n && ((s.p[end] | 0x20) >= 'a' && (s.p[end] | 0x20) <= 'z'))
        end++;
    for (size_t i = 0; i < sizeof zone_hours / sizeof *zone_hours; i++)
        if (sv_eq_nocase(sv_slice(s, *at, end), sv_of(zone_hours[i].name))) {
            *out_offset = zone_hours[i].hours * 3600;
            *at = end;
            return true;
        }
    return false;
}

bool timezone_offset(struct sv timezone, int32_t *out_seconds, struct err *err)
{
    size_t at = 0;
    const struct zone *z;

    if (sv_eq_nocase(timezone, SV("current"))) { /* the process's own, by name of its zone file */
        const char *tz = getenv("TZ");

        z = zone_find(sv_of(tz && *tz ? tz : "UTC"), NULL);
        *out_seconds = z ? zone_offset(z, now_utc(), NULL, NULL) : 0;
        return true;
    }
    if (take_zone(timezone, &at, out_seconds) && at == timezone.n)
        return true;
    return err_set(err, "Illegal timezone '%.*s'", SV_ARG(timezone));
}

static bool scan(struct sv s, size_t *at, struct sv format, struct parsed *p);

static bool scan_fraction(struct sv s, size_t *at, struct parsed *p)
{
    size_t digits = 0;

    p->nanos = 0;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, digits++)
        if (digits < 9)
            p->nanos = p->nanos * 10 + (s.p[*at] - '0');
    for (size_t i = digits; i < 9; i++)
        p->nanos *= 10;
    return digits > 0;
}

static bool scan_directive(struct sv s, size_t *at, char c, struct parsed *p)
{
    int64_t n;

    if (composed(c))
        return scan(s, at, sv_of(composed(c)), p);
    switch (c) {
    case 'Y':
        return take_digits(s, at, 4, &p->year);
    case 'y':
        if (!take_digits(s, at, 2, &n))
            return false;
        p->year = n < 69 ? 2000 + n : 1900 + n;
        return true;
    case 'm':
        return take_digits(s, at, 2, &p->month) && p->month >= 1 && p->month <= 12;
    case 'b':
    case 'B':
    case 'h':
        if (!take_name(s, at, month_names, 12, &n))
            return false;
        p->month = n + 1;
        return true;
    case 'a':
    case 'A':
        return take_name(s, at, day_names, 7, &n);
    case 'd':
    case 'e':
        if (*at < s.n && s.p[*at] == ' ')
            ++*at;
        return take_digits(s, at, 2, &p->day) && p->day >= 1 && p->day <= 31;
    case 'H':
    case 'k':
    case 'I':
    case 'l':
        if (*at < s.n && s.p[*at] == ' ')
            ++*at;
        return take_digits(s, at, 2, &p->hour) && p->hour <= 24;
    case 'M':
        return take_digits(s, at, 2, &p->minute) && p->minute <= 59;
    case 'S':
        return take_digits(s, at, 2, &p->second) && p->second <= 60;
    case 'L':
    case 'N':
        return scan_fraction(s, at, p);
    case 'p':
    case 'P':
        p->has_pm = true;
        p->pm = sv_eq_nocase(sv_slice(s, *at, *at + 2), SV("pm"));
        *at += 2;
        return *at <= s.n && (p->pm || sv_eq_nocase(sv_slice(s, *at - 2, *at), SV("am")));
    case 'z':
    case 'Z':
        p->has_zone = true;
        return take_zone(s, at, &p->offset);
    case 's':
        p->has_epoch = true;
        return take_digits(s, at, 18, &p->epoch);
    case '%':
        return *at < s.n && s.p[(*at)++] == '%';
    default:
        return false;
    }
}

static bool scan(struct sv s, size_t *at, struct sv format, struct parsed *p)
{
    for (size_t i = 0; i < format.n; i++) {
        char c = format.p[i];

        if (c == '%' && i + 1 < format.n) {
            struct directive d = { 0 };

            i = read_directive(format, i + 1, &d);
            if (i >= format.n || !scan_directive(s, at, format.p[i], p))
                return false;
        } else if (c == ' ') {
            while (*at < s.n && s.p[*at] == ' ')
                ++*at;
        } else if (*at >= s.n || s.p[(*at)++] != c) {
            return false;
        }
    }
    return true;
}

static bool parse_one(struct sv s, struct sv format, struct parsed *out_p)
{
    struct parsed p = { .year = 1970, .month = 1, .day = 1 };
    size_t at = 0;

    if (!scan(s, &at, format, &p) || at != s.n)
        return false;
    *out_p = p;
    return true;
}

static int64_t to_epoch(const struct parsed *p)
{
    struct local_time t = { { (int32_t)p->year, (uint8_t)p->month, (uint8_t)p->day }, 0, 0, 0 };
    int64_t hour = p->has_pm ? p->hour % 12 + (p->pm ? 12 : 0) : p->hour;

    if (p->has_epoch)
        return p->epoch;
    return local_to_seconds(t) + hour * 3600 + p->minute * 60 + p->second;
}

bool timestamp_parse(struct arena *a, struct sv text, struct value formats, struct sv timezone, int64_t *out_ns, struct err *err)
{
    static const char *const usual[] = { "%FT%T.%N %Z", "%FT%T %Z", "%F %T.%N %Z", "%F %T %Z", "%F %Z",
                                         "%FT%T.%N",    "%FT%T",    "%F %T.%N",    "%F %T",    "%F" };
    bool has_zone = timezone.n > 0, found = false;
    struct strbuf tried = STRBUF_IN(a);
    struct parsed p = { 0 };
    int32_t offset = 0;

    if (formats.kind == V_STRING) {
        if (!parse_one(text, value_sv(formats), &p))
            return err_set(err, "Unable to parse '%.*s' using format '%.*s'", SV_ARG(text), SV_ARG(value_sv(formats)));
        if (has_zone && p.has_zone)
            return err_set(err, "Using a Timezone designator in format specification is mutually exclusive to providing an explicit "
                                "timezone argument");
        found = true;
    }
    for (size_t i = formats.kind != V_ARRAY && has_zone ? 5 : 0, n = formats.kind == V_ARRAY ? formats.n : 10; !found; i++) {
        struct sv format;

        if (i >= n)
            return err_set(err, "Unable to parse '%.*s' using any of the formats %.*s", SV_ARG(text), SV_ARG(strbuf_sv(&tried)));
        format = formats.kind == V_ARRAY ? value_sv(formats.items[i]) : sv_of(usual[i]);
        strbuf_addf(&tried, "%s%.*s", tried.n ? ", " : "", SV_ARG(format));
        found = parse_one(text, format, &p) && !(has_zone && p.has_zone);
    }
    if (has_zone && !timezone_offset(timezone, &offset, err))
        return false;
    if (p.has_zone)
        offset = p.offset;
    if (__builtin_mul_overflow(to_epoch(&p) - offset, NS_PER_SECOND, out_ns))
        return err_set(err, "the time '%.*s' is out of range", SV_ARG(text));
    *out_ns += p.nanos;
    return true;
}
