/* VTIMEZONE from a zone's own rule. Readers differ most here, so the plainest form that is right is written (doc/people.md, D-31 ... D-35).
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/zone_rule.h"
#include "people/ical.h"

#define DAY        86400
#define ONSETS_MAX 64

static const char *const weekday_names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static void put_offset(struct strbuf *out, const char *name, int32_t offset)
{
    AUTO_STRBUF value = STRBUF_HEAP;
    int32_t n = abs(offset);
    strbuf_addf(&value, "%c%02d%02d", offset < 0 ? '-' : '+', n / 3600, n / 60 % 60);
    if (n % 60)
        strbuf_addf(&value, "%02d", n % 60);
    ical_line(out, sv_of(name), strbuf_sv(&value));
}

struct observance {
    bool daylight;
    int32_t from, to;
    struct sv name;
    struct local_time start; /* wall time before the change */
    struct sv rrule;         /* or empty */
    const struct local_time *more;
    unsigned more_count;
};

static void put_observance(struct strbuf *out, const struct observance *o)
{
    struct sv kind = o->daylight ? SV("DAYLIGHT") : SV("STANDARD");
    ical_line(out, SV("BEGIN"), kind);
    ical_local(out, "DTSTART", NULL, o->start);
    put_offset(out, "TZOFFSETFROM", o->from);
    put_offset(out, "TZOFFSETTO", o->to);
    ical_text(out, "TZNAME", o->name);
    if (o->rrule.n)
        ical_line(out, SV("RRULE"), o->rrule);
    for (unsigned i = 0; i < o->more_count; i++)
        ical_local(out, "RDATE", NULL, o->more[i]);
    ical_line(out, SV("END"), kind);
}

/* The yearly rule of an onset and its first instance from 1970 on. False: no single RRULE says it. */
static bool onset_rule(const struct zone_rule_day *d, struct strbuf *rrule, struct local_time *out_start)
{
    static const int shortest[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int shift = d->time >= 0 ? d->time / DAY : -((DAY - 1 - d->time) / DAY); /* whole days that the hour adds */
    int64_t first = zone_rule_day_number(d, 1970);
    if (d->kind == DAY_ZERO_BASED || (d->kind == DAY_JULIAN && shift != 0))
        return false;
    *out_start = local_from_seconds(first * DAY + d->time);
    if (d->kind == DAY_JULIAN) {
        strbuf_addf(rrule, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=%d", out_start->date.month, out_start->date.day);
        return true;
    }
    int weekday = ((d->day + 6 + shift) % 7 + 7) % 7, length = shortest[d->month - 1];
    if (shift == 0) {
        strbuf_addf(rrule, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", d->month, d->week == 5 ? -1 : d->week, weekday_names[weekday]);
        return true;
    }
    if (d->week == 5 && d->month == 2)
        return false;
    int low = (d->week == 5 ? length - 6 : (d->week - 1) * 7 + 1) + shift;
    if (low < 1 || low + 6 > length)
        return false;
    strbuf_addf(rrule, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%s;BYMONTHDAY=", d->month, weekday_names[weekday]);
    for (int i = 0; i < 7; i++)
        strbuf_addf(rrule, i ? ",%d" : "%d", low + i);
    return true;
}

/* Does the rule give every offset of the stretch? A zone may list other changes before its rule begins to hold. */
static bool rule_covers(const struct zone *z, const struct zone_rule *r, int64_t from, int64_t until)
{
    int64_t listed = from, ruled = from;
    for (;;) {
        if (zone_offset(z, listed, NULL, NULL) != zone_rule_at(r, listed)->offset)
            return false;
        bool more = zone_next_change(z, listed, until, &listed);
        bool rule_more = zone_rule_next(r, ruled, &ruled) && ruled <= until;
        if (more != rule_more || (more && listed != ruled))
            return false;
        if (!more)
            return true;
    }
}

static bool put_by_rule(struct strbuf *out, const struct zone_rule *r)
{
    AUTO_STRBUF into = STRBUF_HEAP, back = STRBUF_HEAP;
    struct observance start = { .from = r->std.offset, .to = r->dst.offset, .name = r->dst.abbreviation };
    struct observance end = { .from = r->dst.offset, .to = r->std.offset, .name = r->std.abbreviation };
    if (!onset_rule(&r->start, &into, &start.start) || !onset_rule(&r->end, &back, &end.start))
        return false;
    start.rrule = strbuf_sv(&into);
    end.rrule = strbuf_sv(&back);
    /* where "daylight" time is the earlier clock (Ireland's law), readers still expect STANDARD to be that one */
    start.daylight = start.to > start.from;
    end.daylight = !start.daylight;
    put_observance(out, start.daylight ? &end : &start);
    put_observance(out, start.daylight ? &start : &end);
    return true;
}

static void put_by_onsets(struct strbuf *out, const struct zone *z, int64_t from, int64_t until)
{
    struct observance o = { .start = { { 1970, 1, 1 }, 0, 0, 0 } };
    o.from = o.to = zone_offset(z, from, NULL, &o.name);
    put_observance(out, &o);
    struct {
        int32_t from, to;
        struct sv name;
        struct local_time at[ONSETS_MAX];
        unsigned count;
    } groups[4];
    unsigned count = 0;
    for (int64_t at = from; zone_next_change(z, at, until, &at);) {
        struct sv name;
        int32_t before = zone_offset(z, at - 1, NULL, NULL), after = zone_offset(z, at, NULL, &name);
        unsigned g = 0;
        while (g < count && (groups[g].from != before || groups[g].to != after || !sv_eq(groups[g].name, name)))
            g++;
        if (g == 4)
            continue;
        if (g == count) {
            groups[g].from = before, groups[g].to = after, groups[g].name = name, groups[g].count = 0;
            count++;
        }
        if (groups[g].count < ONSETS_MAX)
            groups[g].at[groups[g].count++] = local_from_seconds(at + before);
    }
    for (unsigned g = 0; g < count; g++) {
        struct observance each = {
            .daylight = groups[g].to > groups[g].from, .from = groups[g].from, .to = groups[g].to, .name = groups[g].name
        };
        each.start = groups[g].at[0];
        each.more = groups[g].at + 1;
        each.more_count = groups[g].count - 1;
        put_observance(out, &each);
    }
}

void ical_vtimezone(struct strbuf *out, const struct zone *z, int64_t from, int64_t until)
{
    struct zone_rule r = { 0 };
    bool ruled = zone_rule_parse(zone_rule(z), &r) && rule_covers(z, &r, from, until);
    ical_line(out, SV("BEGIN"), SV("VTIMEZONE"));
    ical_line(out, SV("TZID"), zone_name(z));
    if (!ruled || !r.has_dst || !put_by_rule(out, &r))
        put_by_onsets(out, z, from, until);
    ical_line(out, SV("END"), SV("VTIMEZONE"));
}
