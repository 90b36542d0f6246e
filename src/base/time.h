/* time: civil dates, durations and IANA time zones, without touching the process's own TZ. Zone rules come from the system's TZif files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

struct date {
    int32_t year;
    uint8_t month, day; /* 1..12, 1..31 */
};

/* Wall clock, in no zone. */
struct local_time {
    struct date date;
    uint8_t hour, minute, second;
};

/* Days since 1970-01-01 (proleptic Gregorian). */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);
bool date_parse(struct sv s, struct date *out_d);        /* 2027-03-03 */
bool local_parse(struct sv s, struct local_time *out_t); /* 2027-03-03T10:00:00, seconds optional */
int date_weekday(struct date d);                         /* 0 Monday ... 6 Sunday */
void date_iso_week(struct date d, int *out_year, int *out_week);
struct date iso_week_monday(int year, int week);
int64_t local_to_seconds(struct local_time t); /* as if UTC */
struct local_time local_from_seconds(int64_t seconds);
/* ISO 8601 durations of weeks, days, hours, minutes, seconds: P1W, PT2H, P1DT30M. */
bool duration_parse(struct sv s, int64_t *out_seconds);
/* "mon" ... "sun", any case, also "Monday"; 0 Monday; -1 */
int weekday_parse(struct sv s);
void date_print(struct strbuf *out, struct date d);
void local_print(struct strbuf *out, struct local_time t); /* 2027-03-03T10:00:00 */
void utc_print(struct strbuf *out, int64_t epoch);         /* 2027-03-03T09:00:00Z */
bool utc_parse(struct sv s, int64_t *out_epoch);           /* ...Z or with +01:00 */
int64_t now_utc(void);

struct zone;
/* NULL and err for a name that is no IANA zone. Kept for the process's life in a cache that is thread-safe. */
const struct zone *zone_find(struct sv name, struct err *err);
struct sv zone_name(const struct zone *z);
/* Seconds east of UTC at an instant. */
int32_t zone_offset(const struct zone *z, int64_t epoch, bool *out_is_dst, struct sv *out_abbreviation);

enum local_kind { LOCAL_UNIQUE, LOCAL_GAP, LOCAL_TWICE };
/* A gap gives the instant read with the offset before it; twice gives the first (RFC 5545, section 3.3.5). */
enum local_kind zone_to_utc(const struct zone *z, struct local_time t, int64_t *out_epoch);
struct local_time zone_to_local(const struct zone *z, int64_t epoch);
/* The next change of offset after an instant, at most until; false if there is none. */
bool zone_next_change(const struct zone *z, int64_t after, int64_t until, int64_t *out_at);
/* The POSIX rule at the end of the TZif file ("CET-1CEST,M3.5.0,M10.5.0/3"); empty if there is none. */
struct sv zone_rule(const struct zone *z);

#endif
