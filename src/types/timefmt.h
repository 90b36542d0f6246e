/* timefmt: Timestamp and Timespan as text and back, in Ruby's and Puppet's formats. Text is in an arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TYPES_TIMEFMT_H
#define TYPES_TIMEFMT_H

#include "base/err.h"
#include "types/value.h"

#define NS_PER_SECOND INT64_C(1000000000)

/* Ruby's Time#strftime at an offset from UTC, in seconds. zone: what %Z gives. */
void timestamp_format(struct strbuf *out, int64_t ns, struct sv format, int32_t offset, struct sv zone);
void timestamp_print(struct strbuf *out, int64_t ns); /* 2015-03-04T05:06:07.000000000 UTC */
/* formats: a string or an array of them, or undef/default for the usual ones; timezone '' for none. */
bool timestamp_parse(struct arena *a, struct sv text, struct value formats, struct sv timezone, int64_t *out_ns, struct err *err);
/* "+02:00", "UTC", "EST", "current": seconds east. */
bool timezone_offset(struct sv timezone, int32_t *out_seconds, struct err *err);

bool timespan_format(struct strbuf *out, int64_t ns, struct sv format, struct err *err);
void timespan_print(struct strbuf *out, int64_t ns); /* 1-02:03:04.5 */
bool timespan_parse(struct arena *a, struct sv text, struct value formats, int64_t *out_ns, struct err *err);

#endif
