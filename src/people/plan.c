/* What is planned: a table of all rituals of a model. schedule.c gives them their times. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/plan.h"

/* ---- small things ---- */

int weeks_of(struct sv duration, int otherwise)
{
    int64_t seconds;
    if (!duration.n || !duration_parse(duration, &seconds) || seconds < 7 * DAY)
        return otherwise;
    int64_t weeks = seconds / (7 * DAY);
    return weeks > 520 ? 520 : (int)weeks;
}

int minutes_of_day(struct sv clock)
{
    int64_t h, m;
    struct sv hour, rest = clock;
    if (clock.n != 5 || !sv_cut(&rest, ':', &hour) || !sv_to_int(hour, &h) || !sv_to_int(rest, &m) || h < 0 || h > 23 || m < 0 || m > 59)
        return -1;
    return (int)(h * 60 + m);
}

int people_phase(struct sv title, int every) { return (int)(sv_hash(title) % (uint64_t)every); }

struct sv one_on_one_title(struct arena *a, struct sv potlac, struct sv x, struct sv y)
{
    bool in_order = sv_cmp(x, y) <= 0;
    return arena_printf(a, "%.*s/one-on-one/%.*s/%.*s", SV_ARG(potlac), SV_ARG(in_order ? x : y), SV_ARG(in_order ? y : x));
}

struct sv short_name(struct sv ref)
{
    size_t slash = sv_rfind_char(ref, '/');
    return slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n);
}

struct sv plan_week_id(const struct people_plan *p, int week)
{
    int year, number;
    date_iso_week(date_from_days(date_to_days(p->monday) + week * 7), &year, &number);
    return arena_printf(p->arena, "%04d-W%02d", year, number);
}

struct local_time plan_local(const struct people_plan *p, int week, int minute_of_week)
{
    return local_from_seconds((date_to_days(p->monday) + week * 7) * DAY + (int64_t)minute_of_week * 60);
}

uint32_t people_plan_weeks(const struct people_plan *p, int every, int phase)
{
    uint32_t weeks = 0;
    for (int week = 0; week < HORIZON_WEEKS; week++)
        weeks |= (uint32_t)cycle_meets(every, phase, p->number + week) << week;
    return weeks;
}

/* ---- rituals ---- */

const struct held_slot *plan_held(const struct people_plan *p, struct sv title) { return map_find(&p->held, title); }

struct slot_ask people_plan_ask(struct people_plan *p, struct sv title, const struct sv *attendees, uint32_t count, const struct zone *zone)
{
    struct slot_ask ask = { .count = count, .minutes = 30, .every = 1, .weeks = ALL_WEEKS, .latest = 4, .weekday = -1, .time = -1 };
    const struct held_slot *held = plan_held(p, title);
    ask.wall = roster_wall(p->roster, zone);
    ask.held_weekday = ask.held_time = -1;
    ask.people = ARENA_ARRAY(p->arena, struct availability *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        ask.people[i] = roster_person(p->roster, attendees[i], zone);
    if (held && !held->once && sv_eq(held->zone, zone_name(zone))) {
        ask.held_weekday = held->weekday;
        ask.held_time = held->time;
    }
    return ask;
}

struct ritual *plan_ritual(struct people_plan *p, struct sv title, enum ritual_kind kind, const struct slot_ask *ask)
{
    struct ritual *r = ARENA_NEW(p->arena, struct ritual);
    r->title = title;
    r->kind = kind;
    r->ask = *ask;
    r->asked_minutes = ask->minutes;
    r->held = plan_held(p, title);
    r->need = kind == RITUAL_SYNC || kind == RITUAL_RETROSPECTIVE ? (ask->count * 2 + 2) / 3 : ask->count;
    if (r->held && (r->held->once || !sv_eq(r->held->zone, zone_name(ask->wall->zone))))
        r->held = NULL;
    if (r->held && r->held->every == ask->every && r->held->phase == ask->phase)
        r->planned_before = ask->weeks;
    return r;
}

const struct ritual *people_plan_find(const struct people_plan *p, struct sv title) { return map_find(&p->by_title, title); }
const struct one_off *people_plan_find_once(const struct people_plan *p, struct sv title) { return map_find(&p->one_off_by_title, title); }

/* Presenters are not free while they present. */
static void book_key_meetings(struct people_plan *p)
{
    uint32_t n;
    const struct entity *const *list = model_of_kind(p->ctx->model, KIND_KEY_MEETING, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct local_time start;
        const struct zone *zone = zone_find(entity_text(list[i], "zone"), NULL);
        const struct data *who = entity_field(list[i], "presenters");
        int64_t minutes = entity_int(list[i], "minutes", 0);
        if (!zone || !local_parse(entity_text(list[i], "start"), &start) || minutes < 1 || minutes > 1440)
            continue;
        int64_t at = (local_to_seconds(start) - date_to_days(p->monday) * DAY) / 60;
        int32_t first, count;
        const struct wall *wall = roster_wall(p->roster, zone);
        if (at < 0 || at >= HORIZON_WEEKS * 10080 || !wall_span(wall, (int)(at / 10080), (int)(at % 10080), (int)minutes, &first, &count))
            continue;
        for (uint32_t k = 0; who && who->kind == DATA_LIST && k < who->count; k++)
            availability_book(roster_person(p->roster, model_full_ref(p->arena, data_text(&who->items[k]), "user", list[i]->ns), zone),
                              first, count, (int)minutes);
    }
}

struct people_plan *people_plan_new(const struct people_context *ctx, struct arena *a, struct sv except)
{
    struct people_plan *p = ARENA_NEW(a, struct people_plan);
    p->ctx = ctx;
    p->arena = a;
    p->monday = date_from_days(date_to_days(ctx->today) - date_weekday(ctx->today));
    p->number = (date_to_days(p->monday) - 4) / 7;
    p->roster = roster_new(ctx->model, a, p->monday);
    roster_set_busy(p->roster, ctx->busy);
    p->by_title = map_in(a);
    p->one_off_by_title = map_in(a);
    p->held = map_in(a);
    for (uint32_t i = 0; i < ctx->held_count; i++)
        map_put(&p->held, ctx->held[i].title, (void *)&ctx->held[i]);
    p->except = except;
    book_key_meetings(p);
    plan_syncs(p);
    plan_one_on_ones(p);
    plan_checkups(p);
    plan_schedule(p);
    plan_handovers(p, false);
    plan_preparations(p, false);
    return p;
}

void plan_add(struct people_plan *p, struct ritual *r)
{
    if (sv_eq(r->title, p->except) || r->ask.count < 2)
        return;
    ARENA_PUSH(p->arena, p->rituals, p->count, p->cap, r);
    map_put(&p->by_title, r->title, r);
}

void plan_add_once(struct people_plan *p, struct one_off *o)
{
    if (sv_eq(o->title, p->except))
        return;
    ARENA_PUSH(p->arena, p->one_offs, p->one_off_count, p->one_off_cap, o);
    map_put(&p->one_off_by_title, o->title, o);
}

const struct ritual *people_plan_add(struct people_plan *p, struct sv title, enum ritual_kind kind, const struct slot_ask *ask)
{
    struct ritual *r = plan_ritual(p, title, kind, ask);
    plan_place(p, r);
    plan_add(p, r);
    return r;
}
