/* What the plan has to know of what was: recorded meetings, what their slots were chosen from, and owners that changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "people/busy.h"
#include "people/plan.h"
#include "people/series.h"
#include "store/record.h"

#define SLOT_KIND   SV("people.slot")
#define ROUNDS_KIND SV("people.rounds")
#define RECENT_DAYS 28

static const struct data *read_json(struct arena *a, struct sv name, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ name, json };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static int64_t whole(const struct data *m, const char *key)
{
    const struct data *d = data_get(m, key);
    return d && d->kind == DATA_INT ? d->i : 0;
}

/* ---- meetings ---- */

/* Is an occurrence that somebody moved still said to be moved? They may have put it back. */
static bool still_moved(struct arena *a, const struct series *s, const struct occurrence *o, const struct map *moves)
{
    const struct cadence *c = &s->cadence;
    struct local_time slot = { date_from_days(date_to_days(o->start.date) - date_weekday(o->start.date) + c->weekday), 0, 0, 0 };
    const struct zone *z = zone_find(c->zone, NULL);
    int64_t at, year, week;
    if (!o->moved || !z)
        return false;
    /* the slot is in the week that its name says, wherever it was moved to */
    if (sv_to_int(sv_slice(o->id, 0, 4), &year) && sv_to_int(sv_slice(o->id, 6, o->id.n), &week))
        slot.date = date_from_days(date_to_days(iso_week_monday((int)year, (int)week)) + c->weekday);
    slot.hour = (uint8_t)c->hour, slot.minute = (uint8_t)c->minute;
    zone_to_utc(z, slot, &at);
    return map_find(moves, arena_printf(a, "%.*s|%lld", SV_ARG(s->title), (long long)at)) != NULL;
}

static void recall_weeks(struct arena *a, const struct series *s, const struct map *moves, struct held_slot *h)
{
    h->weeks = ARENA_ARRAY(a, struct held_week, s->occurrence_count + 1);
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        const struct occurrence *o = &s->occurrences[i];
        int64_t day = date_to_days(o->start.date), weekday = date_weekday(o->start.date);
        struct held_week w = { day - weekday, (int)(weekday * 1440 + o->start.hour * 60 + o->start.minute), o->cancelled,
                               still_moved(a, s, o, moves) };
        if (o->moved && !w.by_hand) /* they put it back */
            w.minute = s->cadence.weekday * 1440 + s->cadence.hour * 60 + s->cadence.minute;
        h->weeks[h->week_count++] = w;
    }
}

static struct held_slot recall_series(struct arena *a, const struct series *s, const struct map *moves)
{
    const struct cadence *c = &s->cadence;
    struct held_slot h = { .title = s->title, .zone = c->zone, .once = c->once, .start = c->start };
    if (c->once)
        return h;
    h.weekday = c->weekday;
    h.time = c->hour * 60 + c->minute;
    h.every = c->every;
    h.minutes = s->meeting_count ? (int)s->meetings[s->meeting_count - 1].minutes : 0;
    int64_t from = (date_to_days(c->from) - date_weekday(c->from) - 4) / 7 + c->phase;
    h.phase = (int)((from % c->every + c->every) % c->every);
    recall_weeks(a, s, moves, &h);
    return h;
}

/* The slot to which somebody moved a series in their calendar, where 'potlac adopt' made it everybody's and nothing came after it. */
static bool recall_adopted(struct arena *a, struct store *st, const struct document *series, struct held_slot *h, struct err *err)
{
    struct sv json;
    struct err problem = { "" };
    if (h->once)
        return true;
    if (!store_get(st, a, PEOPLE_ADOPTED, h->title, &json, &problem))
        return !problem.text[0] || err_set(err, "%s", problem.text);
    const struct data *d = read_json(a, h->title, json);
    if (!d || whole(d, "at") < series->at || !sv_eq(data_text(data_get(d, "zone")), h->zone))
        return true;
    h->weekday = (int)whole(d, "weekday") % 7;
    h->time = (int)whole(d, "time") % 1440;
    h->moved_at = whole(d, "at"); /* so that it rests there */
    h->inputs = 1;                /* and weeks that were published elsewhere follow */
    return true;
}

static bool recall_meetings(struct people_context *ctx, struct arena *a, struct store *st, struct err *err)
{
    struct document *docs, *slots;
    struct sv *by_hand;
    size_t count, slot_count, move_count;
    if (!store_list(st, a, SV("calendar.series"), &docs, &count, err) || !store_list(st, a, SLOT_KIND, &slots, &slot_count, err) ||
        !store_keys(st, a, SV("calendar.moved"), &by_hand, &move_count, err))
        return false;
    struct map moves = map_in(a);
    for (size_t i = 0; i < move_count; i++)
        map_put(&moves, by_hand[i], &by_hand[i]);
    struct held_slot *held = ARENA_ARRAY(a, struct held_slot, count + 1);
    struct map by_title = map_in(a);
    uint32_t n = 0;
    for (size_t i = 0; i < slot_count; i++)
        map_put(&by_title, slots[i].key, &slots[i]);
    for (size_t i = 0; i < count; i++) {
        struct series *s;
        const struct data *root = read_json(a, docs[i].key, docs[i].json);
        if (!root || !series_read(a, root, &s, err) || s->ended)
            continue;
        held[n] = recall_series(a, s, &moves);
        const struct document *slot = map_find(&by_title, s->title);
        const struct data *chosen = slot ? read_json(a, slot->key, slot->json) : NULL;
        held[n].inputs = (uint64_t)whole(chosen, "inputs");
        held[n].moved_at = whole(chosen, "movedAt");
        if (!recall_adopted(a, st, &docs[i], &held[n], err))
            return false;
        n++;
    }
    ctx->held = held;
    ctx->held_count = n;
    return true;
}

/* ---- rounds of one-on-ones ---- */

static struct held_rounds read_rounds(struct arena *a, struct sv potlac, const struct data *root)
{
    struct held_rounds h = { .potlac = potlac, .number = whole(root, "number") };
    const struct data *who = data_get(root, "who"), *pairs = data_get(root, "pairs");
    for (uint32_t i = 0; who && who->kind == DATA_LIST && i < who->count && i < ROUNDS_WEEKS; i++)
        h.who[i] = who->items[i].kind == DATA_INT ? (uint64_t)who->items[i].i : 0;
    uint32_t n = pairs && pairs->kind == DATA_LIST ? pairs->count : 0;
    h.pairs = ARENA_ARRAY(a, struct held_pair, n + 1);
    for (uint32_t i = 0; i < n; i++)
        h.pairs[h.pair_count++] =
            (struct held_pair){ data_text(data_get(&pairs->items[i], "a")), data_text(data_get(&pairs->items[i], "b")),
                                (uint32_t)whole(&pairs->items[i], "weeks"), (uint32_t)whole(&pairs->items[i], "missed"),
                                whole(&pairs->items[i], "last") };
    return h;
}

static bool recall_rounds(struct people_context *ctx, struct arena *a, struct store *st, struct err *err)
{
    struct document *docs;
    size_t count;
    if (!store_list(st, a, ROUNDS_KIND, &docs, &count, err))
        return false;
    struct held_rounds *list = ARENA_ARRAY(a, struct held_rounds, count + 1);
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct data *root = read_json(a, docs[i].key, docs[i].json);
        if (root)
            list[n++] = read_rounds(a, docs[i].key, root);
    }
    ctx->rounds = list;
    ctx->rounds_count = n;
    return true;
}

static struct sv rounds_json(struct arena *a, const struct held_rounds *h)
{
    struct strbuf json = STRBUF_IN(a);
    struct json_out j = json_to(&json, false);
    json_open(&j, '{');
    json_kint(&j, "number", h->number);
    json_key(&j, SV("who"));
    json_open(&j, '[');
    for (int week = 0; week < ROUNDS_WEEKS; week++)
        json_int(&j, (int64_t)h->who[week]);
    json_close(&j, ']');
    json_key(&j, SV("pairs"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < h->pair_count; i++) {
        json_open(&j, '{');
        json_kstr(&j, "a", h->pairs[i].a);
        json_kstr(&j, "b", h->pairs[i].b);
        json_kint(&j, "weeks", h->pairs[i].weeks);
        json_kint(&j, "missed", h->pairs[i].missed);
        json_kint(&j, "last", h->pairs[i].last);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return strbuf_sv(&json);
}

static bool same_rounds(const struct held_rounds *x, const struct held_rounds *y)
{
    if (x->number != y->number || x->pair_count != y->pair_count || memcmp(x->who, y->who, sizeof x->who) != 0)
        return false;
    for (uint32_t i = 0; i < x->pair_count; i++)
        if (x->pairs[i].weeks != y->pairs[i].weeks || x->pairs[i].last != y->pairs[i].last || x->pairs[i].missed != y->pairs[i].missed ||
            !sv_eq(x->pairs[i].a, y->pairs[i].a) || !sv_eq(x->pairs[i].b, y->pairs[i].b))
            return false;
    return true;
}

static bool remember_rounds(const struct people_plan *p, struct store *st, int64_t now, struct err *err)
{
    struct map before = map_in(p->arena);
    for (uint32_t i = 0; i < p->ctx->rounds_count; i++)
        map_put(&before, p->ctx->rounds[i].potlac, (void *)&p->ctx->rounds[i]);
    for (uint32_t i = 0; i < p->rounds_count; i++) {
        const struct held_rounds *was = map_find(&before, p->rounds[i].potlac);
        if ((!was || !same_rounds(was, &p->rounds[i])) &&
            !store_put(st, ROUNDS_KIND, p->rounds[i].potlac, rounds_json(p->arena, &p->rounds[i]), now, err))
            return false;
    }
    return true;
}

/* ---- owners ---- */

struct change_list {
    struct owner_change *items;
    uint32_t count;
    size_t cap;
};

static bool recall_events(struct people_context *ctx, struct arena *a, struct store *st, struct change_list *l, struct err *err)
{
    struct event_query q = { .kind = SV("owner.changed"), .since_at = (date_to_days(ctx->today) - RECENT_DAYS) * DAY };
    struct event *events;
    size_t n;
    if (!store_events(st, a, &q, &events, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct data *body = events[i].body.n ? read_json(a, SV("an event"), events[i].body) : NULL;
        struct owner_change c = { data_text(data_get(body, "ownership")), data_text(data_get(body, "side")),
                                  data_text(data_get(body, "from")), data_text(data_get(body, "to")), events[i].at };
        if (c.ownership.n && date_to_days(local_from_seconds(c.at).date) <= date_to_days(ctx->today))
            ARENA_PUSH(a, l->items, l->count, l->cap, c);
    }
    return true;
}

/* What the model changes that is about to be applied: it will be an event of today. */
static bool recall_pending(struct people_context *ctx, struct arena *a, struct store *st, struct change_list *l, struct err *err)
{
    static const char *const sides[] = { "dev", "ops" };
    uint32_t n;
    const struct entity *const *all = model_of_kind(ctx->model, KIND_SYSTEM_OWNERSHIP, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct sv json;
        struct err problem = { "" };
        if (!store_get(st, a, RECORD_ENTITY, all[i]->ref, &json, &problem)) {
            if (problem.text[0])
                return err_set(err, "%s", problem.text);
            continue;
        }
        const struct data *spec = data_get(read_json(a, all[i]->ref, json), "spec");
        for (int side = 0; side < 2; side++) {
            struct sv was = data_text(data_get(spec, sides[side])), is = entity_text(all[i], sides[side]);
            struct owner_change c = { all[i]->ref, sv_of(sides[side]), SV_NONE, SV_NONE, date_to_days(ctx->today) * DAY + DAY / 2 };
            if (!was.n || !is.n)
                continue;
            c.from = model_full_ref(a, was, "user", all[i]->ns);
            c.to = model_full_ref(a, is, "user", all[i]->ns);
            if (!sv_eq(short_name(c.from), short_name(c.to)))
                ARENA_PUSH(a, l->items, l->count, l->cap, c);
        }
    }
    return true;
}

bool people_recall(struct people_context *ctx, struct arena *a, struct store *st, struct err *err)
{
    struct change_list l = { 0 };
    if (!ctx->model)
        return true;
    if (!recall_meetings(ctx, a, st, err) || !recall_rounds(ctx, a, st, err) || !recall_events(ctx, a, st, &l, err) ||
        !recall_pending(ctx, a, st, &l, err))
        return false;
    struct map *busy = ARENA_NEW(a, struct map);
    if (!busy_recall(a, st, ctx->model, busy, err))
        return false;
    ctx->busy = busy;
    ctx->changes = l.items;
    ctx->change_count = l.count;
    return true;
}

/* ---- what slots were chosen from ---- */

static bool remember_one(const struct ritual *r, struct store *st, int64_t now, struct err *err)
{
    const struct held_slot *held = r->held;
    uint64_t inputs = ritual_inputs(r);
    bool same_slot = held && held->weekday == r->slot.weekday && held->time == r->slot.hour * 60 + r->slot.minute;
    if (held && same_slot && held->inputs == inputs)
        return true;
    AUTO_STRBUF json = STRBUF_HEAP;
    struct json_out j = json_to(&json, false);
    json_open(&j, '{');
    json_kint(&j, "inputs", (int64_t)inputs);
    json_kint(&j, "movedAt", !held ? 0 : same_slot ? held->moved_at : now);
    json_close(&j, '}');
    return store_put(st, SLOT_KIND, r->title, strbuf_sv(&json), now, err);
}

bool people_remember(const struct people_plan *p, struct store *st, int64_t now, struct err *err)
{
    if (!store_begin(st, err))
        return false;
    bool ok = remember_rounds(p, st, now, err);
    for (uint32_t i = 0; i < p->count && ok; i++)
        ok = !p->rituals[i]->slot.found || remember_one(p->rituals[i], st, now, err);
    if (ok && store_commit(st, err))
        return true;
    store_rollback(st);
    return false;
}
