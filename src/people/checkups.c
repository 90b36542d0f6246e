/* Checkups: one meeting of the two owners for all services they share, and the handover where an owner changes (doc/people.md, E.6). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/plan.h"

#define HANDOVER_DAYS 10 /* working days */
#define SHOWN_DAYS    28 /* a handover stays in calendars for so long after the change */
#define AHEAD_DAYS    14

/* ---- owners ---- */

static const struct entity *owner_of(const struct model *m, struct arena *a, const struct entity *ownership, const char *side)
{
    struct sv written = entity_text(ownership, side);
    if (!written.n)
        return NULL;
    struct sv ref = model_full_ref(a, written, "user", ownership->ns);
    size_t colon = sv_find_char(ref, ':', 0);
    return model_find(m, arena_printf(a, "user:%.*s", SV_ARG(sv_slice(ref, colon + 1, ref.n))));
}

uint32_t ownership_owners(const struct model *m, struct arena *a, const struct entity *ownership, struct sv out[2])
{
    static const char *const sides[] = { "dev", "ops" };
    uint32_t n = 0;
    for (int i = 0; i < 2; i++) {
        const struct entity *user = owner_of(m, a, ownership, sides[i]);
        if (user && (n == 0 || !sv_eq(out[0], user->ref)))
            out[n++] = user->ref;
    }
    if (n == 2 && sv_cmp(out[0], out[1]) > 0) {
        struct sv first = out[0];
        out[0] = out[1];
        out[1] = first;
    }
    return n;
}

struct sv ownership_zone(const struct model *m, struct arena *a, const struct entity *ownership)
{
    struct sv zone = entity_text(ownership, "checkup.zone"), ref = model_full_ref(a, entity_text(ownership, "dev"), "user", ownership->ns);
    size_t colon = sv_find_char(ref, ':', 0);
    const struct entity *person = model_find(m, arena_printf(a, "person:%.*s", SV_ARG(sv_slice(ref, colon + 1, ref.n))));
    if (!zone.n && person)
        zone = entity_text(person, "timezone");
    return zone.n ? zone : SV("UTC");
}

/* ---- groups ---- */

struct member {
    const struct entity *ownership;
    int tier, every;
};

static int tier_of(const struct model *m, struct arena *a, const struct entity *ownership)
{
    enum { LAST = 99 };
    const struct entity *service = model_find(m, model_full_ref(a, entity_text(ownership, "service"), "component", ownership->ns));
    int64_t tier;
    return service && sv_to_int(entity_annotation(service, "potlac/tier"), &tier) && tier >= 0 && tier < LAST ? (int)tier : LAST;
}

static int by_tier(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    if (a->tier != b->tier)
        return a->tier - b->tier;
    return a->every != b->every ? a->every - b->every : sv_cmp(a->ownership->ref, b->ownership->ref);
}

static void add_member(const struct model *m, struct arena *a, struct member *list, uint32_t *n, const struct entity *ownership)
{
    list[(*n)++] = (struct member){ ownership, tier_of(m, a, ownership), weeks_of(entity_text(ownership, "checkup.every"), CHECKUP_WEEKS) };
}

/* Four at most at a time, the most important first; out_part: which of these. */
static const struct entity **part_of(struct arena *a, struct member *list, uint32_t n, const struct entity *ownership, uint32_t *out_part,
                                     uint32_t *out_count)
{
    const struct entity **part = ARENA_ARRAY(a, const struct entity *, SERVICES_AT_ONCE);
    uint32_t at = 0, count = 0;
    qsort(list, n, sizeof *list, by_tier);
    while (at + 1 < n && list[at].ownership != ownership)
        at++;
    *out_part = at / SERVICES_AT_ONCE;
    for (uint32_t i = *out_part * SERVICES_AT_ONCE; i < n && count < SERVICES_AT_ONCE; i++)
        part[count++] = list[i].ownership;
    *out_count = count;
    return part;
}

const struct entity **ownership_group(const struct model *m, struct arena *a, const struct entity *ownership, uint32_t *out_count)
{
    uint32_t n, found = 0, part;
    struct sv ours[2], theirs[2];
    const struct entity *const *all = model_of_kind(m, KIND_SYSTEM_OWNERSHIP, &n);
    struct member *list = ARENA_ARRAY(a, struct member, n + 1);
    uint32_t owners = ownership_owners(m, a, ownership, ours);
    for (uint32_t i = 0; i < n; i++)
        if (all[i] == ownership || (owners == 2 && entity_field(all[i], "checkup") && ownership_owners(m, a, all[i], theirs) == 2 &&
                                    sv_eq(ours[0], theirs[0]) && sv_eq(ours[1], theirs[1])))
            add_member(m, a, list, &found, all[i]);
    return part_of(a, list, found, ownership, &part, out_count);
}

/* ---- the meetings ---- */

struct pair_list {
    struct member *items;
    uint32_t count;
    size_t cap;
    struct sv owners[2];
};

static void add_checkup(struct people_plan *p, struct pair_list *l, uint32_t first)
{
    const struct model *m = p->ctx->model;
    uint32_t n, part;
    const struct entity *lead = l->items[first].ownership;
    const struct entity **all = part_of(p->arena, l->items, l->count, lead, &part, &n);
    const struct zone *zone = zone_find(ownership_zone(m, p->arena, lead), NULL);
    struct sv title = arena_printf(p->arena, "%.*s/checkup", SV_ARG(lead->ref));
    if (!zone)
        return;
    struct slot_ask ask = people_plan_ask(p, title, l->owners, 2, zone);
    int64_t own = entity_int(lead, "checkup.minutes", CHECKUP_MINUTES);
    ask.minutes = n > 1 ? (int)n * SERVICE_MINUTES : own < 5 || own > 1440 ? CHECKUP_MINUTES : (int)own;
    ask.every = l->items[first].every;
    for (uint32_t i = first; i < first + n; i++)
        ask.every = l->items[i].every < ask.every ? l->items[i].every : ask.every;
    /* what finds no room is talked about a week later */
    ask.phase =
        part ? (people_phase(arena_printf(p->arena, "%.*s/checkup", SV_ARG(l->items[0].ownership->ref)), ask.every) + (int)part) % ask.every
             : people_phase(title, ask.every);
    ask.weeks = people_plan_weeks(p, ask.every, ask.phase);
    struct ritual *r = plan_ritual(p, title, RITUAL_CHECKUP, &ask);
    r->subject = lead;
    r->ownerships = all;
    r->ownership_count = n;
    plan_add(p, r);
}

void plan_checkups(struct people_plan *p)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(p->ctx->model, KIND_SYSTEM_OWNERSHIP, &n);
    struct map pairs = map_in(p->arena);
    for (uint32_t i = 0; i < n; i++) {
        struct sv owners[2];
        if (!entity_field(all[i], "checkup") || ownership_owners(p->ctx->model, p->arena, all[i], owners) < 2)
            continue;
        struct sv key = arena_printf(p->arena, "%.*s %.*s", SV_ARG(owners[0]), SV_ARG(owners[1]));
        struct pair_list *l = map_find(&pairs, key);
        struct member one = { 0 };
        uint32_t count = 0;
        if (!l) {
            l = ARENA_NEW(p->arena, struct pair_list);
            l->owners[0] = owners[0], l->owners[1] = owners[1];
            map_put(&pairs, key, l);
        }
        add_member(p->ctx->model, p->arena, &one, &count, all[i]);
        ARENA_PUSH(p->arena, l->items, l->count, l->cap, one);
    }
    for (struct map_entry *e = NULL; (e = map_next(&pairs, e));) {
        struct pair_list *l = e->value;
        qsort(l->items, l->count, sizeof *l->items, by_tier);
        for (uint32_t first = 0; first < l->count; first += SERVICES_AT_ONCE)
            add_checkup(p, l, first);
    }
}

/* ---- handovers ---- */

/* The day (of the horizon) by which a number of working days have passed. */
static int64_t working_days_after(int64_t day, int64_t monday, int n)
{
    while (n > 0)
        n -= date_weekday(date_from_days(monday + ++day)) < 5;
    return day;
}

static bool all_here(const struct one_off *o, struct availability *const *who, const struct wall *wall, int week, int minute)
{
    int32_t first, count;
    if (!wall_span(wall, week, minute, o->minutes, &first, &count))
        return false;
    for (uint32_t i = 0; i < o->attendee_count; i++)
        if (availability_at(who[i], first, count, o->minutes) != HERE)
            return false;
    return true;
}

/* What was published stays while they can come; what is over stays as it was. */
static bool keep_time(struct people_plan *p, struct one_off *o, struct availability *const *who, const struct wall *wall, int64_t to)
{
    const struct held_slot *held = plan_held(p, o->title);
    int32_t first, count;
    int64_t monday = date_to_days(p->monday), today = date_to_days(p->ctx->today) - monday;
    if (!held || !held->once)
        return false;
    int64_t at = (local_to_seconds(held->start) - monday * DAY) / 60, day = date_to_days(held->start.date) - monday;
    if (day > today && (day > to || !all_here(o, who, wall, (int)(at / 10080), (int)(at % 10080))))
        return false;
    o->start = held->start;
    o->state = ONE_OFF_PLANNED;
    o->why = SV("as published");
    for (uint32_t i = 0; day >= 0 && i < o->attendee_count; i++)
        if (wall_span(wall, (int)(at / 10080), (int)(at % 10080), o->minutes, &first, &count))
            availability_book(who[i], first, count, o->minutes);
    return true;
}

static bool find_time(struct people_plan *p, struct one_off *o, const struct wall *wall, int64_t from, int64_t to, bool keep_only)
{
    struct availability **who = ARENA_ARRAY(p->arena, struct availability *, o->attendee_count);
    int32_t first, count;
    int64_t today = date_to_days(p->ctx->today) - date_to_days(p->monday);
    for (uint32_t i = 0; i < o->attendee_count; i++)
        who[i] = roster_person(p->roster, o->attendees[i], wall->zone);
    if (keep_time(p, o, who, wall, to) || keep_only)
        return o->why.n > 0;
    for (int64_t day = from > today ? from : today + 1; day <= to && day < HORIZON_DAYS; day++)
        for (int minute = 0; minute + o->minutes <= 1440; minute += 15) {
            int week = (int)(day / 7), at = (int)(day % 7) * 1440 + minute;
            if (!all_here(o, who, wall, week, at) || !wall_span(wall, week, at, o->minutes, &first, &count))
                continue;
            for (uint32_t i = 0; i < o->attendee_count; i++)
                availability_book(who[i], first, count, o->minutes);
            o->start = plan_local(p, week, at);
            o->state = ONE_OFF_PLANNED;
            o->why = SV("the first time that suits all of them");
            return true;
        }
    o->state = ONE_OFF_WRITTEN;
    o->why = arena_printf(p->arena, "no common time within %d working days of the change: hand over in writing", HANDOVER_DAYS);
    return true;
}

static void add_attendee(struct arena *a, struct one_off *o, struct sv ref)
{
    struct sv *list = ARENA_ARRAY(a, struct sv, o->attendee_count + 1);
    for (uint32_t i = 0; i < o->attendee_count; i++) {
        list[i] = o->attendees[i];
        if (sv_eq(list[i], ref))
            return;
    }
    list[o->attendee_count++] = ref;
    o->attendees = list;
}

static void add_handover(struct people_plan *p, const struct owner_change *ch, bool keep_only)
{
    const struct model *m = p->ctx->model;
    const struct entity *ownership = model_find(m, ch->ownership);
    struct date day = local_from_seconds(ch->at).date;
    int64_t monday = date_to_days(p->monday), changed = date_to_days(day) - monday;
    struct sv owners[2];
    if (!ownership || ownership->kind != KIND_SYSTEM_OWNERSHIP || !ch->from.n ||
        date_to_days(p->ctx->today) - date_to_days(day) > SHOWN_DAYS)
        return;
    const struct zone *zone = zone_find(ownership_zone(m, p->arena, ownership), NULL);
    struct strbuf date = STRBUF_IN(p->arena);
    date_print(&date, day);
    struct one_off *o = ARENA_NEW(p->arena, struct one_off);
    o->title = arena_printf(p->arena, "%.*s/handover/%.*s", SV_ARG(ownership->ref), SV_ARG(strbuf_sv(&date)));
    if (!zone || people_plan_find_once(p, o->title))
        return;
    o->kind = SV("checkup");
    o->subject = ownership;
    o->zone = zone_name(zone);
    int64_t minutes = entity_int(ownership, "checkup.minutes", CHECKUP_MINUTES);
    o->minutes = minutes < 5 || minutes > 1440 ? CHECKUP_MINUTES : (int)minutes;
    uint32_t n = ownership_owners(m, p->arena, ownership, owners);
    for (uint32_t i = 0; i < n; i++)
        add_attendee(p->arena, o, owners[i]);
    const struct entity *left = model_find(m, ch->from);
    for (uint32_t i = 0; i < p->ctx->change_count; i++) { /* both sides may change in one day */
        const struct owner_change *other = &p->ctx->changes[i];
        bool same = sv_eq(other->ownership, ch->ownership) && local_from_seconds(other->at).date.day == day.day;
        const struct entity *from = same && llabs(other->at - ch->at) < DAY && other->from.n ? model_find(m, other->from) : NULL;
        if (from)
            add_attendee(p->arena, o, from->ref);
    }
    if (!find_time(p, o, roster_wall(p->roster, zone), changed + 1, working_days_after(changed, monday, HANDOVER_DAYS), keep_only))
        return;
    o->why = arena_printf(p->arena, "%.*s was %.*s owner until %.*s%s; %.*s", SV_ARG(short_name(ch->from)), SV_ARG(ch->side),
                          SV_ARG(strbuf_sv(&date)), left ? "" : " and is no longer with us", SV_ARG(o->why));
    plan_add_once(p, o);
}

void plan_handovers(struct people_plan *p, bool keep_only)
{
    for (uint32_t i = 0; i < p->ctx->change_count; i++)
        add_handover(p, &p->ctx->changes[i], keep_only);
}

/* ---- nobody there ---- */

static bool has_delegate(const struct people_plan *p, struct sv user, struct date day)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(p->ctx->model, KIND_ABSENCE, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct data *delegate = entity_field(all[i], "delegate");
        struct sv who = model_full_ref(p->arena, entity_text(all[i], "person"), "user", all[i]->ns);
        if (sv_eq(short_name(who), short_name(user)) && entity_on(all[i], day) && delegate && delegate->kind == DATA_MAP && delegate->count)
            return true;
    }
    return false;
}

bool ownership_unattended(struct people_plan *p, const struct entity *ownership, struct date *out_from, struct date *out_to)
{
    struct sv owners[2];
    const struct zone *zone = zone_find(ownership_zone(p->ctx->model, p->arena, ownership), NULL);
    bool any = false;
    if (!zone || ownership_owners(p->ctx->model, p->arena, ownership, owners) < 2)
        return false;
    const struct availability *x = roster_person(p->roster, owners[0], zone), *y = roster_person(p->roster, owners[1], zone);
    int64_t monday = date_to_days(p->monday), today = date_to_days(p->ctx->today) - monday;
    for (int64_t day = today; day <= today + AHEAD_DAYS && day < HORIZON_DAYS; day++) {
        struct date d = date_from_days(monday + day);
        bool absent = x->days[day] == DAY_ABSENT || y->days[day] == DAY_ABSENT;
        bool nobody = x->days[day] >= DAY_HOLIDAY && y->days[day] >= DAY_HOLIDAY;
        if (day % 7 > 4 || !absent || !nobody || has_delegate(p, owners[0], d) || has_delegate(p, owners[1], d)) {
            if (any && day % 7 < 5)
                break;
            continue;
        }
        if (!any)
            *out_from = d;
        *out_to = d;
        any = true;
    }
    return any;
}
