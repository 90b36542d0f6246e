/* Chats and rehearsals: after all rituals have their times. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/prepare.h"

#include <stdlib.h>

struct sv prepare_title(struct arena *a, const struct key_meeting *k, const char *what)
{
    return arena_printf(a, "%.*s/%s/%.*s", SV_ARG(k->potlac), what, SV_ARG(k->ref));
}

/* One key meeting being prepared. */
struct preparing {
    struct people_plan *p;
    const struct key_meeting *k;
    const struct wall *wall; /* of the meeting's zone */
    struct sv *who;          /* presenters, then the other leaders */
    struct availability **people;
    uint32_t count;
    int64_t start; /* minutes of the horizon, on the wall clock */
    int64_t today; /* day of the horizon */
};

static bool is_among(struct sv ref, const struct sv *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq(list[i], ref))
            return true;
    return false;
}

static int64_t minutes_of(const struct people_plan *p, struct local_time t)
{
    return (local_to_seconds(t) - date_to_days(p->monday) * DAY) / 60;
}

static void gather(struct preparing *g)
{
    g->who = ARENA_ARRAY(g->p->arena, struct sv, g->k->leader_count + g->k->presenter_count + 1);
    for (uint32_t i = 0; i < g->k->presenter_count; i++)
        if (!is_among(g->k->presenters[i], g->who, g->count))
            g->who[g->count++] = g->k->presenters[i];
    for (uint32_t i = 0; i < g->k->leader_count; i++)
        if (!is_among(g->k->leaders[i], g->who, g->count))
            g->who[g->count++] = g->k->leaders[i];
    g->people = ARENA_ARRAY(g->p->arena, struct availability *, g->count + 1);
    for (uint32_t i = 0; i < g->count; i++)
        g->people[i] = roster_person(g->p->roster, g->who[i], g->k->zone);
}

/* ---- a time ---- */

static bool span_at(const struct preparing *g, int64_t minute, int minutes, int32_t *first, int32_t *count)
{
    return minute >= 0 && minute < HORIZON_WEEKS * 10080 &&
           wall_span(g->wall, (int)(minute / 10080), (int)(minute % 10080), minutes, first, count);
}

/* Presenters and one more at least; everybody: all of them. */
static bool suits(const struct preparing *g, int64_t minute, int minutes, bool everybody)
{
    int32_t first, count;
    uint32_t here = 0;
    if (minute / 1440 <= g->today || !span_at(g, minute, minutes, &first, &count))
        return false;
    for (uint32_t i = 0; i < g->count; i++) {
        bool is = availability_at(g->people[i], first, count, minutes) == HERE;
        if (!is && (everybody || i < g->k->presenter_count))
            return false;
        here += is;
    }
    return here > g->k->presenter_count;
}

static void settle(struct preparing *g, struct one_off *o, int64_t minute, bool all)
{
    int32_t first, count;
    o->state = ONE_OFF_PLANNED;
    o->start = plan_local(g->p, 0, 0);
    o->start = local_from_seconds(local_to_seconds(o->start) + minute * 60);
    o->attendees = ARENA_ARRAY(g->p->arena, struct sv, g->count + 1);
    if (!span_at(g, minute, o->minutes, &first, &count))
        all = true, first = -1, count = 0;
    for (uint32_t i = 0; i < g->count; i++)
        if (all || availability_at(g->people[i], first, count, o->minutes) == HERE)
            o->attendees[o->attendee_count++] = g->who[i];
    for (uint32_t i = 0; first >= 0 && i < g->count; i++)
        if (is_among(g->who[i], o->attendees, o->attendee_count))
            availability_book(g->people[i], first, count, o->minutes);
}

static struct one_off *new_one(struct preparing *g, const char *kind, int minutes)
{
    struct one_off *o = ARENA_NEW(g->p->arena, struct one_off);
    o->title = prepare_title(g->p->arena, g->k, kind);
    o->kind = sv_of(kind);
    o->subject = model_find(g->p->ctx->model, g->k->potlac);
    o->about = model_find(g->p->ctx->model, g->k->ref);
    o->zone = zone_name(g->k->zone);
    o->minutes = minutes;
    return o;
}

static bool was_held(const struct preparing *g, const struct one_off *o, int64_t *out_minute)
{
    const struct held_slot *held = plan_held(g->p, o->title);
    if (!held || !held->once || !sv_eq(held->zone, o->zone))
        return false;
    *out_minute = minutes_of(g->p, held->start);
    return true;
}

/* ---- the rehearsal ---- */

static int64_t working_days_between(const struct preparing *g, int64_t from_day, int64_t to_day)
{
    int64_t n = 0;
    for (int64_t day = from_day + 1; day <= to_day; day++)
        n += day >= 0 && day < HORIZON_DAYS ? g->people[0]->days[day] == DAY_WORK : ((day % 7) + 7) % 7 < 5;
    return n;
}

/* The day so many working days of the presenter before the meeting; -1: none ahead. */
static int64_t day_before(const struct preparing *g, int n)
{
    int64_t day = g->start / 1440;
    while (n > 0 && day > g->today)
        if (--day >= 0 && day < HORIZON_DAYS && g->people[0]->days[day] == DAY_WORK)
            n--;
    return day > g->today ? day : -1;
}

static bool find_on_day(struct preparing *g, struct one_off *o, int64_t day)
{
    for (int all = 1; all >= 0; all--)
        for (int minute = 0; minute + o->minutes <= 1440; minute += 15)
            if (suits(g, day * 1440 + minute, o->minutes, all)) {
                settle(g, o, day * 1440 + minute, all);
                return true;
            }
    return false;
}

static bool find_mock(struct preparing *g, struct one_off *o)
{
    const struct key_meeting *k = g->k;
    int best = k->lead_first > 2 ? k->lead_first : k->lead_last < 2 ? k->lead_last : 2;
    bool any_day = false;
    for (int pass = 0; pass < 2; pass++) /* the best day, then earlier ones, then later ones */
        for (int n = pass ? best - 1 : best; pass ? n >= k->lead_first : n <= k->lead_last; n += pass ? -1 : 1) {
            int64_t day = day_before(g, n);
            any_day = any_day || day >= 0;
            if (day >= 0 && find_on_day(g, o, day)) {
                o->why = arena_printf(g->p->arena, "%d working day%s before the meeting", n, n == 1 ? "" : "s");
                return true;
            }
        }
    o->state = ONE_OFF_NONE;
    o->why = any_day ? SV("rehearsal left out: no time suits the presenters and one other leader") : SV("rehearsal left out: short notice");
    return false;
}

/* A rehearsal that was published stays while it lies within its days and they can come; one that was held, for ten working days. */
static bool keep_mock(struct preparing *g, struct one_off *o)
{
    int64_t minute;
    if (!was_held(g, o, &minute))
        return false;
    int64_t day = minute >= 0 ? minute / 1440 : (minute - 1439) / 1440, between = working_days_between(g, day, g->start / 1440);
    bool past = day <= g->today;
    bool stays = past ? between <= MOCK_VALID_DAYS && day < g->start / 1440
                      : between >= g->k->lead_first && between <= g->k->lead_last && suits(g, minute, o->minutes, false);
    if (!stays)
        return false;
    settle(g, o, minute, past);
    o->why = past ? SV("held already") : SV("as published");
    return true;
}

/* keep_only: where it was not published, or can't stay, it is left for later. */
static const struct one_off *plan_mock(struct preparing *g, bool keep_only)
{
    const struct key_meeting *k = g->k;
    const struct one_off *known = people_plan_find_once(g->p, prepare_title(g->p->arena, k, "mock"));
    int minutes = k->minutes < k->mock_minutes ? k->minutes : k->mock_minutes;
    struct one_off *o = new_one(g, "mock", minutes < 5 ? 5 : minutes);
    if (known)
        return known;
    if (!keep_mock(g, o)) {
        if (keep_only)
            return NULL;
        find_mock(g, o);
    }
    if (g->count > k->presenter_count)
        o->audience = g->who[k->presenter_count + k->rank % (g->count - k->presenter_count)];
    plan_add_once(g->p, o);
    return o;
}

/* ---- the chat ---- */

static bool find_in(struct preparing *g, struct one_off *o, int64_t from, int64_t until)
{
    for (int all = 1; all >= 0; all--)
        for (int64_t minute = (until - o->minutes) / 15 * 15; minute >= from; minute -= 15)
            if (suits(g, minute, o->minutes, all)) {
                settle(g, o, minute, all);
                return true;
            }
    return false;
}

/* The end of the presenter's last working day before. */
static int64_t end_of_day_before(const struct preparing *g)
{
    int64_t day = day_before(g, 1);
    const struct availability *who = g->people[0];
    if (day < 0)
        return -1;
    for (int minute = 1440 - 15; minute >= 0; minute -= 15) {
        int32_t first, count;
        if (span_at(g, day * 1440 + minute, 15, &first, &count) && bits_all(who->open, first, count))
            return day * 1440 + minute + 15;
    }
    return -1;
}

static bool keep_chat(struct preparing *g, struct one_off *o, int64_t evening, int64_t rehearsed)
{
    int64_t from = g->start - g->k->chat_before, until = g->start - g->k->chat_latest, minute;
    if (!was_held(g, o, &minute))
        return false;
    bool before = minute >= from && minute + o->minutes <= until;
    bool the_day_before = evening >= 0 && minute >= evening - 120 && minute + o->minutes <= evening && minute >= rehearsed;
    bool past = minute / 1440 <= g->today;
    if ((!before && !the_day_before) || (!past && !suits(g, minute, o->minutes, false)))
        return false;
    settle(g, o, minute, past);
    o->why = SV("as published");
    return true;
}

static void plan_chat(struct preparing *g, const struct one_off *mock, bool keep_only)
{
    const struct key_meeting *k = g->k;
    bool unrehearsed = mock && mock->state == ONE_OFF_NONE;
    struct one_off *o = new_one(g, "chat", unrehearsed ? LONG_CHAT_MINUTES : k->chat_minutes);
    int64_t evening = end_of_day_before(g);
    int64_t rehearsed = mock && mock->state == ONE_OFF_PLANNED ? minutes_of(g->p, mock->start) + mock->minutes : INT64_MIN;
    int64_t evening_from = evening - 120 > rehearsed ? evening - 120 : rehearsed;
    if (people_plan_find_once(g->p, o->title))
        return;
    if (!keep_chat(g, o, evening, rehearsed)) {
        if (keep_only)
            return;
        if (find_in(g, o, g->start - k->chat_before, g->start - k->chat_latest)) {
            o->why = SV("the last time before the meeting that suits them");
        } else if (evening >= 0 && find_in(g, o, evening_from, evening)) {
            o->why = SV("no time suits on the day itself: at the end of the working day before");
        } else {
            o->state = ONE_OFF_WRITTEN;
            o->why = SV("no common time: quick chat by message, as a topic");
        }
    }
    plan_add_once(g->p, o);
}

/* Another meeting of the same Potlac within half an hour before: one chat does for both. */
static const struct one_off *chat_to_share(const struct preparing *g)
{
    for (uint32_t i = 0; i < g->p->one_off_count; i++) {
        const struct one_off *o = g->p->one_offs[i];
        const struct entity *about = o->about;
        struct local_time start;
        if (!sv_is(o->kind, "chat") || o->shared || !about || sv_eq(about->ref, g->k->ref) || !sv_starts(o->title, g->k->potlac) ||
            o->title.p[g->k->potlac.n] != '/' || !local_parse(entity_text(about, "start"), &start))
            continue;
        int64_t a, b;
        const struct zone *zone = zone_find(entity_text(about, "zone"), NULL);
        if (!zone)
            continue;
        zone_to_utc(zone, start, &a);
        zone_to_utc(g->k->zone, g->k->start, &b);
        if (b - a >= 0 && b - a <= 30 * 60)
            return o;
    }
    return NULL;
}

static void keep_past(struct preparing *g, const char *kind, int minutes)
{
    struct one_off *o = new_one(g, kind, minutes < 5 ? 5 : minutes);
    int64_t minute;
    if (!was_held(g, o, &minute) || people_plan_find_once(g->p, o->title))
        return;
    settle(g, o, minute, true);
    o->why = SV("over");
    plan_add_once(g->p, o);
}

void prepare_meeting(struct people_plan *p, const struct key_meeting *k, bool keep_only)
{
    struct preparing g = { .p = p, .k = k, .wall = roster_wall(p->roster, k->zone) };
    g.start = minutes_of(p, k->start);
    g.today = date_to_days(p->ctx->today) - date_to_days(p->monday);
    if (!k->presenter_count || g.start >= HORIZON_WEEKS * 10080)
        return;
    gather(&g);
    if (g.count < 2)
        return;
    if (g.start < 0) { /* over: what was published of it stays as it was */
        keep_past(&g, "chat", k->chat_minutes);
        keep_past(&g, "mock", k->minutes < k->mock_minutes ? k->minutes : k->mock_minutes);
        return;
    }
    const struct one_off *mock = k->special ? plan_mock(&g, keep_only) : NULL, *shared = chat_to_share(&g);
    if (keep_only && (shared || (k->special && !mock)))
        return; /* how long the chat takes hangs on the rehearsal */
    if (!shared) {
        plan_chat(&g, mock, keep_only);
        return;
    }
    struct one_off *o = new_one(&g, "chat", k->chat_minutes);
    o->state = ONE_OFF_NONE;
    o->shared = shared;
    o->why = arena_printf(p->arena, "the chat of %.*s does for both", SV_ARG(short_name(shared->about->ref)));
    plan_add_once(p, o);
}

/* ---- those of the model ---- */

static struct sv *ref_list(struct people_plan *p, const struct data *list, struct sv ns, uint32_t *out_count)
{
    uint32_t n = list && list->kind == DATA_LIST ? list->count : 0;
    struct sv *refs = ARENA_ARRAY(p->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = model_full_ref(p->arena, data_text(&list->items[i]), "user", ns);
    *out_count = n;
    return refs;
}

static int minutes_in(const struct entity *e, const char *path, int otherwise)
{
    int64_t seconds;
    struct sv text = entity_text(e, path);
    return text.n && duration_parse(text, &seconds) && seconds >= 0 && seconds <= 7 * DAY ? (int)(seconds / 60) : otherwise;
}

static int lead_day(const struct entity *potlac, uint32_t which, int otherwise)
{
    const struct data *list = entity_field(potlac, "mock.leadDays");
    bool known = list && list->kind == DATA_LIST && list->count == 2 && list->items[which].kind == DATA_INT;
    return known && list->items[which].i >= 1 && list->items[which].i <= 20 ? (int)list->items[which].i : otherwise;
}

static bool read_meeting(struct people_plan *p, const struct entity *e, struct key_meeting *out)
{
    const struct entity *potlac = model_find(p->ctx->model, model_full_ref(p->arena, entity_text(e, "potlac"), "potlac", e->ns));
    const struct data *special = entity_field(e, "special");
    uint32_t n;
    struct key_meeting k = { .ref = e->ref, .zone = zone_find(entity_text(e, "zone"), NULL) };
    if (!potlac || potlac->kind != KIND_POTLAC || !k.zone || !local_parse(entity_text(e, "start"), &k.start))
        return false;
    struct leader *leaders = plan_leaders(p, potlac, &n);
    k.potlac = potlac->ref;
    k.leaders = ARENA_ARRAY(p->arena, struct sv, n + 1);
    for (; k.leader_count < n; k.leader_count++)
        k.leaders[k.leader_count] = leaders[k.leader_count].user->ref;
    k.presenters = ref_list(p, entity_field(e, "presenters"), e->ns, &k.presenter_count);
    k.minutes = (int)entity_int(e, "minutes", 60);
    k.special = special && special->kind == DATA_BOOL && special->b;
    k.chat_minutes = (int)entity_int(potlac, "quickChat.minutes", CHAT_MINUTES);
    k.chat_minutes = k.chat_minutes < 5 || k.chat_minutes > 120 ? CHAT_MINUTES : k.chat_minutes;
    k.chat_before = minutes_in(potlac, "quickChat.before", CHAT_BEFORE);
    k.chat_latest = minutes_in(potlac, "quickChat.latest", CHAT_LATEST);
    k.mock_minutes = (int)entity_int(potlac, "mock.minutes", MOCK_MINUTES);
    k.mock_minutes = k.mock_minutes < 5 || k.mock_minutes > 1440 ? MOCK_MINUTES : k.mock_minutes;
    k.lead_first = lead_day(potlac, 0, 1);
    k.lead_last = lead_day(potlac, 1, 3);
    *out = k;
    return true;
}

static int by_start(const void *x, const void *y)
{
    const struct key_meeting *a = x, *b = y;
    int64_t s, t;
    zone_to_utc(a->zone, a->start, &s);
    zone_to_utc(b->zone, b->start, &t);
    return s != t ? (s < t ? -1 : 1) : sv_cmp(a->ref, b->ref);
}

void plan_preparations(struct people_plan *p, bool keep_only)
{
    uint32_t n, count = 0;
    const struct entity *const *all = model_of_kind(p->ctx->model, KIND_KEY_MEETING, &n);
    struct key_meeting *list = ARENA_ARRAY(p->arena, struct key_meeting, n + 1);
    struct map ranks = map_in(p->arena);
    for (uint32_t i = 0; i < n; i++)
        count += read_meeting(p, all[i], &list[count]);
    if (count)
        qsort(list, count, sizeof *list, by_start);
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t rank = (uintptr_t)map_find(&ranks, list[i].potlac);
        list[i].rank = (uint32_t)rank;
        if (list[i].special)
            map_put(&ranks, list[i].potlac, (void *)(rank + 1));
        prepare_meeting(p, &list[i], keep_only);
    }
}
