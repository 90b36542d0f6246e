/* Slots of all rituals: first what is declared, then what was held and still holds, then the rest in order of their names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/plan.h"

#include "base/json.h"
#include "people/pairs.h"
#include "people/series.h"

int weeks_of(struct sv duration, int otherwise)
{
    int64_t seconds;
    if (!duration.n || !duration_parse(duration, &seconds) || seconds < 7 * 86400)
        return otherwise;
    int64_t weeks = seconds / (7 * 86400);
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

uint32_t ownership_owners(const struct model *m, struct arena *a, const struct entity *ownership, struct sv out[2])
{
    static const char *const sides[] = { "dev", "ops" };
    uint32_t n = 0;
    for (int i = 0; i < 2; i++) {
        struct sv written = entity_text(ownership, sides[i]);
        if (!written.n)
            continue;
        struct sv ref = model_full_ref(a, written, "user", ownership->ns);
        size_t colon = sv_find_char(ref, ':', 0);
        const struct entity *user = model_find(m, arena_printf(a, "user:%.*s", SV_ARG(sv_slice(ref, colon + 1, ref.n))));
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

static struct availability *person_in(struct people_plan *p, struct sv ref, const struct zone *zone)
{
    struct availability *found = map_find(&p->by_user, ref);
    if (!found) {
        found = availability_new(p->ctx->model, p->arena, ref, zone, p->monday);
        map_put(&p->by_user, ref, found);
    }
    return found;
}

struct slot_ask people_plan_ask(struct people_plan *p, struct sv title, const struct sv *attendees, uint32_t count, const struct zone *zone)
{
    struct slot_ask ask = { .count = count, .zone = zone, .minutes = 30, .every = 1, .latest = 4, .weekday = -1, .time = -1 };
    ask.held_weekday = ask.held_time = -1;
    ask.people = ARENA_ARRAY(p->arena, struct availability *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        ask.people[i] = person_in(p, attendees[i], zone);
    for (uint32_t i = 0; i < p->ctx->held_count; i++)
        if (sv_eq(p->ctx->held[i].title, title) && sv_eq(p->ctx->held[i].zone, zone_name(zone))) {
            ask.held_weekday = p->ctx->held[i].weekday;
            ask.held_time = p->ctx->held[i].time;
        }
    return ask;
}

static void add_ritual(struct people_plan *p, struct sv title, const struct slot_ask *ask, struct sv except)
{
    struct ritual r = { .title = title, .ask = *ask };
    if (!sv_eq(title, except) && ask->count > 1)
        ARENA_PUSH(p->arena, p->rituals, p->count, p->cap, r);
}

static int weekday_or(struct sv s, int otherwise)
{
    int day = s.n ? weekday_parse(s) : -1;
    return day < 0 ? otherwise : day;
}

static void add_potlac(struct people_plan *p, const struct entity *potlac, bool pairs, struct sv except)
{
    uint32_t n;
    const struct zone *zone = zone_find(entity_text(potlac, "anchorZone"), NULL);
    struct leader *leaders = potlac_leaders(p->ctx->model, p->arena, potlac, p->ctx->today, &n);
    struct sv *refs = ARENA_ARRAY(p->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = leaders[i].user->ref;
    if (!zone || n > 64)
        return;
    if (!pairs) {
        struct sv title = arena_printf(p->arena, "%.*s/sync", SV_ARG(potlac->ref));
        struct slot_ask ask = people_plan_ask(p, title, refs, n, zone);
        ask.is_sync = true;
        ask.minutes = (int)entity_int(potlac, "sync.minutes", SYNC_MINUTES);
        ask.every = weeks_of(entity_text(potlac, "sync.every"), 1);
        ask.phase = people_phase(title, ask.every);
        ask.earliest = weekday_or(entity_text(potlac, "sync.earliest"), 0);
        ask.latest = weekday_or(entity_text(potlac, "sync.latest"), 4);
        ask.weekday = weekday_or(entity_text(potlac, "sync.weekday"), -1);
        ask.time = minutes_of_day(entity_text(potlac, "sync.time"));
        add_ritual(p, title, &ask, except);
        return;
    }
    int64_t per_week = entity_int(potlac, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK);
    if (!entity_field(potlac, "oneOnOnes") || per_week < 1)
        return;
    struct pair_plan plan = pairs_plan(p->arena, n, per_week > 64 ? 64 : (uint32_t)per_week);
    for (uint32_t i = 0; i < plan.count; i++) {
        struct sv two[2] = { refs[plan.pairs[i].a], refs[plan.pairs[i].b] };
        struct sv title = one_on_one_title(p->arena, potlac->ref, two[0], two[1]);
        struct slot_ask ask = people_plan_ask(p, title, two, 2, zone);
        ask.minutes = (int)entity_int(potlac, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES);
        ask.every = (int)plan.cycle;
        ask.phase = (int)plan.pairs[i].week;
        add_ritual(p, title, &ask, except);
    }
}

static void add_checkup(struct people_plan *p, const struct entity *ownership, struct sv except)
{
    struct sv owners[2];
    uint32_t n = ownership_owners(p->ctx->model, p->arena, ownership, owners);
    const struct zone *zone = zone_find(ownership_zone(p->ctx->model, p->arena, ownership), NULL);
    if (!zone || !entity_field(ownership, "checkup"))
        return;
    struct sv title = arena_printf(p->arena, "%.*s/checkup", SV_ARG(ownership->ref));
    struct slot_ask ask = people_plan_ask(p, title, owners, n, zone);
    ask.minutes = (int)entity_int(ownership, "checkup.minutes", CHECKUP_MINUTES);
    ask.every = weeks_of(entity_text(ownership, "checkup.every"), CHECKUP_WEEKS);
    ask.phase = people_phase(title, ask.every);
    add_ritual(p, title, &ask, except);
}

static void book(struct ritual *r)
{
    if (r->slot.found)
        slot_book(&r->ask, r->slot.weekday, r->slot.hour * 60 + r->slot.minute);
}

struct people_plan *people_plan_new(const struct people_context *ctx, struct arena *a, struct sv except)
{
    struct people_plan *p = ARENA_NEW(a, struct people_plan);
    uint32_t n, m;
    p->ctx = ctx;
    p->arena = a;
    p->by_user = map_in(a);
    p->monday = date_from_days(date_to_days(ctx->today) - date_weekday(ctx->today));
    const struct entity *const *potlacs = model_of_kind(ctx->model, KIND_POTLAC, &n);
    const struct entity *const *ownerships = model_of_kind(ctx->model, KIND_SYSTEM_OWNERSHIP, &m);
    for (int pairs = 0; pairs < 2; pairs++)
        for (uint32_t i = 0; i < n; i++)
            add_potlac(p, potlacs[i], pairs, except);
    for (uint32_t i = 0; i < m; i++)
        add_checkup(p, ownerships[i], except);
    /* what people declared stands first, and then what they are used to */
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = &p->rituals[i];
        if (r->ask.weekday >= 0 && r->ask.time >= 0) {
            r->slot = slot_find(a, &r->ask);
            book(r);
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = &p->rituals[i];
        if (!r->slot.found && slot_holds(&r->ask)) {
            r->slot = slot_find(a, &r->ask);
            book(r);
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        struct ritual *r = &p->rituals[i];
        if (!r->slot.found) {
            r->slot = slot_find(a, &r->ask);
            book(r);
        }
    }
    return p;
}

const struct ritual *people_plan_find(const struct people_plan *p, struct sv title)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (sv_eq(p->rituals[i].title, title))
            return &p->rituals[i];
    return NULL;
}

bool people_recall(struct people_context *ctx, struct arena *a, struct store *st, struct err *err)
{
    struct document *docs;
    size_t count;
    if (!store_list(st, a, SV("calendar.series"), &docs, &count, err))
        return false;
    struct held_slot *held = ARENA_ARRAY(a, struct held_slot, count + 1);
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct source *src = ARENA_NEW(a, struct source);
        struct diags diags = diags_in(a);
        struct data_doc *doc;
        struct series *s;
        *src = (struct source){ docs[i].key, docs[i].json };
        if (!json_read(a, src, NULL, &diags, &doc) || !series_read(a, &doc->root, &s, err) || s->ended || s->cadence.once)
            continue;
        held[n++] = (struct held_slot){ s->title, s->cadence.zone, s->cadence.weekday, s->cadence.hour * 60 + s->cadence.minute };
    }
    ctx->held = held;
    ctx->held_count = n;
    return true;
}
