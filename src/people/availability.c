/* Hours, holidays and absences as quarters of an hour. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/availability.h"

#define DAY 86400

/* "09:30" as minutes; "24:00" is a day's end; -1 where it is none. */
static int clock_minutes(struct sv s)
{
    struct sv hour, rest = sv_trim(s);
    int64_t h, m;
    if (!sv_cut(&rest, ':', &hour) || !sv_to_int(hour, &h) || !sv_to_int(rest, &m) || h < 0 || h > 24 || m < 0 || m > 59)
        return -1;
    return (int)(h * 60 + m);
}

/* Marks wall times [from, until) in minutes of a day; a quarter counts where all of it lies inside. */
static void mark(struct availability *p, struct date day, int from, int until, uint8_t flag)
{
    int64_t midnight = date_to_days(day) * DAY, at, end;
    zone_to_utc(p->zone, local_from_seconds(midnight + from * 60), &at);
    zone_to_utc(p->zone, local_from_seconds(midnight + until * 60), &end);
    int64_t first = at - p->start, last = end - p->start;
    first = first < 0 ? 0 : (first + QUARTER - 1) / QUARTER;
    last = last < 0 ? 0 : last / QUARTER;
    for (int64_t q = first; q < last && q < HORIZON_QUARTERS; q++)
        p->quarters[q] |= flag;
}

static void mark_span(struct availability *p, struct date day, struct sv span)
{
    size_t dash = sv_find_char(span, '-', 0);
    if (dash == SIZE_MAX)
        return;
    int from = clock_minutes(sv_slice(span, 0, dash)), until = clock_minutes(sv_slice(span, dash + 1, span.n));
    if (from >= 0 && until > from)
        mark(p, day, from, until, Q_OPEN);
}

/* "mon", "mon-thu", "mon,wed" */
static bool days_have(struct sv key, int weekday)
{
    struct sv piece;
    while (sv_cut(&key, ',', &piece)) {
        size_t dash = sv_find_char(piece, '-', 0);
        int from = weekday_parse(sv_trim(sv_slice(piece, 0, dash == SIZE_MAX ? piece.n : dash)));
        int to = dash == SIZE_MAX ? from : weekday_parse(sv_trim(sv_slice(piece, dash + 1, piece.n)));
        if (from >= 0 && weekday >= from && weekday <= to)
            return true;
    }
    return false;
}

static void open_day(struct availability *p, const struct data *hours, struct date day)
{
    int weekday = date_weekday(day);
    if (!hours || hours->kind != DATA_MAP) {
        if (weekday < 5)
            mark(p, day, 9 * 60, 17 * 60, Q_OPEN);
        return;
    }
    for (uint32_t i = 0; i < hours->count; i++) {
        const struct data *v = &hours->pairs[i].value;
        if (!days_have(data_text(&hours->pairs[i].key), weekday))
            continue;
        if (v->kind == DATA_STRING)
            mark_span(p, day, v->s);
        for (uint32_t j = 0; v->kind == DATA_LIST && j < v->count; j++)
            mark_span(p, day, data_text(&v->items[j]));
    }
}

static bool is_holiday(const struct model *m, struct arena *a, const struct entity *person, struct date day)
{
    const struct data *list = entity_field(person, "holidays");
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++) {
        const struct entity *calendar = model_find(m, model_full_ref(a, data_text(&list->items[i]), "holidaycalendar", person->ns));
        const struct data *days = calendar ? entity_field(calendar, "days") : NULL;
        for (uint32_t j = 0; days && days->kind == DATA_LIST && j < days->count; j++) {
            struct date d;
            if (date_parse(data_text(data_get(&days->items[j], "date")), &d) && date_to_days(d) == date_to_days(day))
                return true;
        }
    }
    return false;
}

static bool same_person(struct sv ref, struct sv user)
{
    size_t x = sv_find_char(ref, ':', 0), y = sv_find_char(user, ':', 0);
    return sv_eq(sv_slice(ref, x + 1, ref.n), sv_slice(user, y + 1, user.n));
}

static const struct entity **absences_of(const struct model *m, struct arena *a, struct sv user, uint32_t *out_count)
{
    uint32_t n, kept = 0;
    const struct entity *const *all = model_of_kind(m, KIND_ABSENCE, &n);
    const struct entity **list = ARENA_ARRAY(a, const struct entity *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if (same_person(model_full_ref(a, entity_text(all[i], "person"), "user", all[i]->ns), user))
            list[kept++] = all[i];
    *out_count = kept;
    return list;
}

struct availability *availability_new(const struct model *m, struct arena *a, struct sv user, const struct zone *zone, struct date monday)
{
    struct availability *p = ARENA_NEW(a, struct availability);
    const struct entity *person = NULL;
    size_t colon = sv_find_char(user, ':', 0);
    if (colon != SIZE_MAX)
        person = model_find(m, arena_printf(a, "person:%.*s", SV_ARG(sv_slice(user, colon + 1, user.n))));
    p->ref = user;
    p->zone = zone;
    p->start = date_to_days(monday) * DAY;
    if (person) {
        const struct zone *own = zone_find(entity_text(person, "timezone"), NULL);
        p->zone = own ? own : zone;
        p->max_minutes = entity_int(person, "maxMeetingMinutesPerDay", 0);
    }
    uint32_t away_count;
    const struct entity **away = absences_of(m, a, user, &away_count);
    for (int i = -1; i <= HORIZON_WEEKS * 7; i++) {
        struct date day = date_from_days(date_to_days(monday) + i);
        bool absent = person && (!entity_on(person, day) || is_holiday(m, a, person, day));
        for (uint32_t k = 0; k < away_count && !absent; k++)
            absent = entity_on(away[k], day);
        mark(p, day, 9 * 60 + 30, 16 * 60 + 30, Q_CORE);
        if (!absent)
            open_day(p, person ? entity_field(person, "hours") : NULL, day);
    }
    return p;
}

/* The quarters that touch [from, until); false where they are not all within the horizon. */
static bool range_of(const struct availability *p, int64_t from, int64_t until, int64_t *out_first, int64_t *out_last)
{
    if (from < p->start || until <= from)
        return false;
    *out_first = (from - p->start) / QUARTER;
    *out_last = (until - p->start + QUARTER - 1) / QUARTER;
    return *out_last <= HORIZON_QUARTERS;
}

static bool all_have(const struct availability *p, int64_t from, int64_t until, uint8_t mask, uint8_t want)
{
    int64_t first, last;
    if (!range_of(p, from, until, &first, &last))
        return false;
    for (int64_t q = first; q < last; q++)
        if ((p->quarters[q] & mask) != want)
            return false;
    return true;
}

bool availability_free(const struct availability *p, int64_t from, int64_t until)
{
    return all_have(p, from, until, Q_OPEN | Q_BUSY, Q_OPEN) &&
           (!p->max_minutes || availability_booked(p, from) + (until - from) / 60 <= p->max_minutes);
}

bool availability_open(const struct availability *p, int64_t from, int64_t until) { return all_have(p, from, until, Q_OPEN, Q_OPEN); }

void availability_book(struct availability *p, int64_t from, int64_t until)
{
    int64_t first, last;
    if (!range_of(p, from, until, &first, &last))
        return;
    for (int64_t q = first; q < last; q++)
        p->quarters[q] |= Q_BUSY;
}

int64_t availability_booked(const struct availability *p, int64_t at)
{
    struct local_time t = zone_to_local(p->zone, at);
    int64_t midnight = at - (t.hour * 3600 + t.minute * 60 + t.second), first = (midnight - p->start) / QUARTER, n = 0;
    for (int64_t q = first < 0 ? 0 : first; q < first + 96 && q < HORIZON_QUARTERS; q++)
        n += (p->quarters[q] & Q_BUSY) != 0;
    return n * 15;
}
