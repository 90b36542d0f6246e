/* Hours, holidays and absences as quarters of an hour. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/availability.h"

#include <stdlib.h>

#include "people/ics_busy.h"

#define LONG_DAYS 14

/* Entities by the ref of what they are about. */
struct entity_list {
    const struct entity **items;
    uint32_t count;
    size_t cap;
};

struct roster {
    const struct model *model;
    struct arena *arena;
    struct date monday;
    struct map people;      /* user -> struct availability */
    struct map absences;    /* user -> struct entity_list */
    struct map roles;       /* group -> struct entity_list */
    struct map walls;       /* zone -> struct wall */
    struct map holidays;    /* calendar -> uint8_t[HORIZON_DAYS] */
    const struct map *busy; /* user -> struct busy_list; NULL: none */
};

/* ---- walls ---- */

static void fill_day(struct wall *w, int64_t midnight, int day)
{
    int64_t at, end;
    zone_to_utc(w->zone, local_from_seconds(midnight), &at);
    zone_to_utc(w->zone, local_from_seconds(midnight + DAY), &end);
    w->midnight[day] = (int32_t)((at - w->start) / QUARTER);
    w->midnight[day + 1] = (int32_t)((end - w->start) / QUARTER);
    for (int q = 0; q < QUARTERS_DAY; q++) {
        int32_t *to = &w->quarter[day * QUARTERS_DAY + q];
        *to = (int32_t)((at - w->start) / QUARTER) + q;
        if (end - at == DAY)
            continue;
        int64_t exact;
        bool gap = zone_to_utc(w->zone, local_from_seconds(midnight + q * QUARTER), &exact) == LOCAL_GAP;
        *to = gap ? -1 : (int32_t)((exact - w->start) / QUARTER);
    }
}

const struct wall *roster_wall(struct roster *r, const struct zone *zone)
{
    struct wall *w = map_find(&r->walls, zone_name(zone));
    if (w)
        return w;
    w = ARENA_NEW(r->arena, struct wall);
    w->zone = zone;
    w->start = (date_to_days(r->monday) - 1) * DAY;
    for (int day = 0; day < HORIZON_DAYS; day++)
        fill_day(w, (date_to_days(r->monday) + day) * DAY, day);
    map_put(&r->walls, zone_name(zone), w);
    return w;
}

bool wall_span(const struct wall *w, int week, int minute_of_week, int minutes, int32_t *out_first, int32_t *out_count)
{
    int32_t first = w->quarter[week * QUARTERS_WEEK + minute_of_week / 15];
    int over = minute_of_week % 15;
    int32_t count = (over + minutes + 14) / 15;
    if (first < 0 || first + count > HORIZON_QUARTERS)
        return false;
    *out_first = first;
    *out_count = count;
    return true;
}

int64_t wall_utc(const struct wall *w, int week, int minute_of_week)
{
    return w->start + (int64_t)w->quarter[week * QUARTERS_WEEK + minute_of_week / 15] * QUARTER + minute_of_week % 15 * 60;
}

int wall_day(const struct wall *w, int32_t quarter)
{
    int day = quarter / QUARTERS_DAY - 1;
    day = day < 0 ? 0 : day >= HORIZON_DAYS ? HORIZON_DAYS - 1 : day;
    while (day > 0 && quarter < w->midnight[day])
        day--;
    while (day < HORIZON_DAYS && quarter >= w->midnight[day + 1])
        day++;
    return quarter < w->midnight[0] || day >= HORIZON_DAYS ? -1 : day;
}

/* ---- bits ---- */

bool bits_all(const uint64_t *words, int32_t first, int32_t count)
{
    for (int32_t q = first; q < first + count; q++)
        if (!(words[q / 64] >> (q % 64) & 1))
            return false;
    return true;
}

bool bits_any(const uint64_t *words, int32_t first, int32_t count)
{
    for (int32_t q = first; q < first + count; q++)
        if (words[q / 64] >> (q % 64) & 1)
            return true;
    return false;
}

static void bits_set(uint64_t *words, int32_t first, int32_t last)
{
    for (int32_t q = first < 0 ? 0 : first; q < last && q < HORIZON_QUARTERS; q++)
        words[q / 64] |= (uint64_t)1 << (q % 64);
}

/* ---- hours ---- */

/* "09:30" as minutes; "24:00" is a day's end; -1 where it is none. */
static int clock_minutes(struct sv s)
{
    struct sv hour, rest = sv_trim(s);
    int64_t h, m;
    if (!sv_cut(&rest, ':', &hour) || !sv_to_int(hour, &h) || !sv_to_int(rest, &m) || h < 0 || h > 24 || m < 0 || m > 59)
        return -1;
    return (int)(h * 60 + m);
}

/* The quarter of a day in which a wall time stands: a time that the clocks skip, as if they did not. */
static int32_t quarter_of(const struct wall *w, int day, int minutes, bool up)
{
    int q = up ? (minutes + 14) / 15 : minutes / 15;
    if (q >= QUARTERS_DAY)
        return w->midnight[day + 1];
    int32_t at = w->quarter[day * QUARTERS_DAY + q];
    return at >= 0 ? at : w->midnight[day] + q;
}

/* Marks wall times [from, until) in minutes of a day; a quarter counts where all of it lies inside. */
static void mark(struct availability *p, uint64_t *words, int day, int from, int until)
{
    bits_set(words, quarter_of(p->wall, day, from, true), quarter_of(p->wall, day, until, false));
}

static void mark_span(struct availability *p, int day, struct sv span)
{
    size_t dash = sv_find_char(span, '-', 0);
    if (dash == SIZE_MAX)
        return;
    int from = clock_minutes(sv_slice(span, 0, dash)), until = clock_minutes(sv_slice(span, dash + 1, span.n));
    if (from < 0 || until <= from)
        return;
    mark(p, p->open, day, from, until);
    p->days[day] = DAY_WORK;
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

static void open_day(struct availability *p, const struct data *hours, int day)
{
    int weekday = day % 7;
    if (!hours || hours->kind != DATA_MAP) {
        if (weekday < 5) {
            mark(p, p->open, day, 9 * 60, 17 * 60);
            p->days[day] = DAY_WORK;
        }
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

/* ---- the model's people ---- */

static void add_to(struct arena *a, struct map *m, struct sv key, const struct entity *e)
{
    struct entity_list *l = map_find(m, key);
    if (!l) {
        l = ARENA_NEW(a, struct entity_list);
        map_put(m, key, l);
    }
    ARENA_PUSH(a, l->items, l->count, l->cap, e);
}

static struct sv user_ref(struct arena *a, struct sv written, struct sv ns)
{
    struct sv ref = model_full_ref(a, written, "user", ns);
    size_t colon = sv_find_char(ref, ':', 0);
    return sv_starts(ref, SV("user:")) ? ref : arena_printf(a, "user:%.*s", SV_ARG(sv_slice(ref, colon + 1, ref.n)));
}

struct roster *roster_new(const struct model *m, struct arena *a, struct date monday)
{
    struct roster *r = ARENA_NEW(a, struct roster);
    uint32_t n;
    *r = (struct roster){ m, a, monday, map_in(a), map_in(a), map_in(a), map_in(a), map_in(a) };
    const struct entity *const *all = model_of_kind(m, KIND_ABSENCE, &n);
    for (uint32_t i = 0; i < n; i++)
        add_to(a, &r->absences, user_ref(a, entity_text(all[i], "person"), all[i]->ns), all[i]);
    all = model_of_kind(m, KIND_ROLE_ASSIGNMENT, &n);
    for (uint32_t i = 0; i < n; i++)
        add_to(a, &r->roles, model_full_ref(a, entity_text(all[i], "group"), "group", all[i]->ns), all[i]);
    return r;
}

const struct entity *const *roster_roles(struct roster *r, struct sv group, uint32_t *out_count)
{
    const struct entity_list *l = map_find(&r->roles, group);
    *out_count = l ? l->count : 0;
    return l ? l->items : NULL;
}

static const uint8_t *holidays_in(struct roster *r, struct sv ref)
{
    uint8_t *days = map_find(&r->holidays, ref);
    if (days)
        return days;
    const struct entity *calendar = model_find(r->model, ref);
    const struct data *list = calendar ? entity_field(calendar, "days") : NULL;
    days = arena_zalloc(r->arena, HORIZON_DAYS);
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++) {
        struct date d;
        int64_t day = date_parse(data_text(data_get(&list->items[i], "date")), &d) ? date_to_days(d) - date_to_days(r->monday) : -1;
        if (day >= 0 && day < HORIZON_DAYS)
            days[day] = 1;
    }
    map_put(&r->holidays, ref, days);
    return days;
}

static void note_holidays(struct roster *r, struct availability *p, const struct entity *person)
{
    const struct data *list = person ? entity_field(person, "holidays") : NULL;
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++) {
        const uint8_t *days = holidays_in(r, model_full_ref(r->arena, data_text(&list->items[i]), "holidaycalendar", person->ns));
        for (int day = 0; day < HORIZON_DAYS; day++)
            if (days[day])
                p->days[day] = DAY_HOLIDAY;
    }
}

struct days {
    int64_t from, to; /* of the horizon, inclusive */
};

static int by_from(const void *x, const void *y)
{
    const struct days *a = x, *b = y;
    return a->from != b->from ? (a->from < b->from ? -1 : 1) : a->to < b->to ? -1 : a->to > b->to;
}

static struct days days_of(const struct roster *r, const struct entity *absence)
{
    struct date from, to;
    int64_t zero = date_to_days(r->monday);
    if (!date_parse(entity_text(absence, "from"), &from) || !date_parse(entity_text(absence, "to"), &to))
        return (struct days){ 0, -1 };
    return (struct days){ date_to_days(from) - zero, date_to_days(to) - zero };
}

/* Absences that touch or overlap are one: who is away for two weeks in two pieces is away for two weeks. */
static void note_absences(struct roster *r, struct availability *p)
{
    const struct entity_list *l = map_find(&r->absences, p->ref);
    struct days *list = ARENA_ARRAY(r->arena, struct days, (l ? l->count : 0) + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; l && i < l->count; i++)
        list[n++] = days_of(r, l->items[i]);
    if (n)
        qsort(list, n, sizeof *list, by_from);
    for (uint32_t i = 0; i < n;) {
        struct days run = list[i++];
        while (i < n && list[i].from <= run.to + 1)
            run.to = list[i].to > run.to ? list[i].to : run.to, i++;
        for (int64_t day = run.from < 0 ? 0 : run.from; day <= run.to && day < HORIZON_DAYS; day++) {
            p->days[day] = DAY_ABSENT;
            p->long_away[day] = run.to - run.from + 1 >= LONG_DAYS;
        }
    }
}

static uint64_t mix(uint64_t h, uint64_t with) { return (h ^ with) * 0x9e3779b97f4a7c15u ^ (h >> 29); }

static uint64_t data_mix(uint64_t h, const struct data *d)
{
    if (!d)
        return mix(h, 7);
    h = mix(h, (uint64_t)d->kind + 11);
    if (d->kind == DATA_STRING)
        h = mix(h, sv_hash(d->s));
    if (d->kind == DATA_INT)
        h = mix(h, (uint64_t)d->i);
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count; i++)
        h = data_mix(h, &d->items[i]);
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++)
        h = data_mix(data_mix(h, &d->pairs[i].key), &d->pairs[i].value);
    return h;
}

/* Of what the model says, and not of what follows for this horizon: it is the same next week. */
static uint64_t inputs_of(struct roster *r, const struct availability *p, const struct entity *person)
{
    const struct entity_list *away = map_find(&r->absences, p->ref);
    const struct data *list = person ? entity_field(person, "holidays") : NULL;
    uint64_t h = mix(1, sv_hash(p->ref));
    h = data_mix(h, person ? person->spec : NULL);
    for (uint32_t i = 0; away && i < away->count; i++)
        h = data_mix(h, away->items[i]->spec);
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++) {
        const struct entity *calendar =
            model_find(r->model, model_full_ref(r->arena, data_text(&list->items[i]), "holidaycalendar", person->ns));
        h = data_mix(h, calendar ? calendar->spec : NULL);
    }
    return h;
}

void roster_set_busy(struct roster *r, const struct map *by_user) { r->busy = by_user; }

static void note_busy(struct roster *r, struct availability *p)
{
    const struct busy_list *l = r->busy ? map_find(r->busy, p->ref) : NULL;
    for (uint32_t i = 0; l && i < l->count; i++) {
        int64_t first = l->items[i].from - p->wall->start, last = l->items[i].until - p->wall->start + QUARTER - 1;
        int64_t from = first < 0 ? 0 : first / QUARTER, to = last < 0 ? 0 : last / QUARTER;
        to = to > HORIZON_QUARTERS ? HORIZON_QUARTERS : to;
        if (from < to) {
            bits_set(p->elsewhere, (int32_t)from, (int32_t)to);
            bits_set(p->busy, (int32_t)from, (int32_t)to);
        }
    }
}

struct availability *roster_person(struct roster *r, struct sv user, const struct zone *zone)
{
    struct availability *p = map_find(&r->people, user);
    if (p)
        return p;
    const struct entity *person = NULL;
    size_t colon = sv_find_char(user, ':', 0);
    if (colon != SIZE_MAX)
        person = model_find(r->model, arena_printf(r->arena, "person:%.*s", SV_ARG(sv_slice(user, colon + 1, user.n))));
    const struct zone *own = person ? zone_find(entity_text(person, "timezone"), NULL) : NULL;
    p = ARENA_NEW(r->arena, struct availability);
    p->ref = user;
    p->wall = roster_wall(r, own ? own : zone);
    p->max_minutes = person ? entity_int(person, "maxMeetingMinutesPerDay", 0) : 0;
    p->inputs = inputs_of(r, p, person);
    note_holidays(r, p, person);
    note_absences(r, p);
    note_busy(r, p);
    for (int day = 0; day < HORIZON_DAYS; day++) {
        if (person && !entity_on(person, date_from_days(date_to_days(r->monday) + day)))
            p->days[day] = DAY_ABSENT;
        mark(p, p->core, day, 9 * 60 + 30, 16 * 60 + 30);
        if (p->days[day] == DAY_FREE)
            open_day(p, person ? entity_field(person, "hours") : NULL, day);
    }
    map_put(&r->people, user, p);
    return p;
}

/* ---- asking ---- */

enum presence availability_at(const struct availability *p, int32_t first, int32_t count, int minutes)
{
    int day = wall_day(p->wall, first);
    if (day < 0 || p->days[day] != DAY_WORK)
        return AWAY;
    if (!bits_all(p->open, first, count))
        return OUTSIDE;
    bool over = p->max_minutes && p->minutes[day] + minutes > p->max_minutes;
    return over || bits_any(p->busy, first, count) ? TAKEN : HERE;
}

void availability_book(struct availability *p, int32_t first, int32_t count, int minutes)
{
    int day = wall_day(p->wall, first);
    bits_set(p->busy, first, first + count);
    if (day >= 0)
        p->minutes[day] = (uint16_t)(p->minutes[day] + minutes > UINT16_MAX ? UINT16_MAX : p->minutes[day] + minutes);
}

void availability_unbook(struct availability *p, int32_t first, int32_t count, int minutes)
{
    int day = wall_day(p->wall, first);
    for (int32_t q = first; q < first + count; q++)
        p->busy[q / 64] &= ~((uint64_t)1 << (q % 64)) | p->elsewhere[q / 64];
    if (day >= 0)
        p->minutes[day] = (uint16_t)(p->minutes[day] < minutes ? 0 : p->minutes[day] - minutes);
}

struct availability *roster_widened(struct roster *r, const struct availability *p, int from, int until)
{
    struct availability *wide = ARENA_NEW(r->arena, struct availability);
    *wide = *p;
    for (int day = 0; day < HORIZON_DAYS; day++)
        if (wide->days[day] == DAY_WORK)
            mark(wide, wide->open, day, from, until);
    return wide;
}

bool availability_works_in(const struct availability *p, int week)
{
    for (int day = week * 7; day < week * 7 + 7; day++)
        if (p->days[day] == DAY_WORK)
            return true;
    return false;
}

bool availability_long_away(const struct availability *p, int week)
{
    bool away = false;
    for (int day = week * 7; day < week * 7 + 7; day++)
        away = away || p->long_away[day];
    return away && !availability_works_in(p, week);
}
