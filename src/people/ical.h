/* ical: the text form of iCalendar (RFC 5545), written byte for byte the same each time. Appends to the caller's buffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_ICAL_H
#define PEOPLE_ICAL_H

#include "base/strbuf.h"
#include "base/time.h"

/* "NAME:value" CRLF, folded. name may carry parameters; value stands as it is. */
void ical_line(struct strbuf *out, struct sv name, struct sv value);
/* The same with a TEXT value, which is escaped here. */
void ical_text(struct strbuf *out, const char *name, struct sv text);
void ical_escape(struct strbuf *out, struct sv text);
/* Adds ";PARAM=value" to a property name, quoted where needed (RFC 6868). */
void ical_param(struct strbuf *name, const char *param, struct sv value);
/* "DTSTART;TZID=Europe/Stockholm:20270303T100000" */
void ical_local(struct strbuf *out, const char *name, const struct zone *z, struct local_time t);
/* "DTSTAMP:20270303T090000Z" */
void ical_utc(struct strbuf *out, const char *name, int64_t epoch);
/* In the zone, where its wall time is read as that instant; in UTC, where the clocks are put back and it means the time before. */
void ical_instant(struct strbuf *out, const char *name, const struct zone *z, int64_t epoch);
void ical_int(struct strbuf *out, const char *name, int64_t n);

/* VTIMEZONE of a zone: by its rule where that tells all of [from, until], by explicit onsets where not. */
void ical_vtimezone(struct strbuf *out, const struct zone *z, int64_t from, int64_t until);

/* UID of a canonical string ("series:..." or "single:..."), from the installation's id alone. */
struct sv ical_uid(struct arena *a, struct sv installation, struct sv canonical);

#endif
