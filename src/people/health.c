/* health: a fold over meetings, topics and the model as it is now. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/health.h"

#include <stdlib.h>

#include "model/owners.h"
#include "people/people.h"
#include "people/plan.h"
#include "people/scope.h"

#define WEEK (7 * 86400)

struct fold {
    const struct model *m;
    struct store *st;
    struct arena *a;
    int64_t now, from; /* the window */
    struct date today;
    const struct entity *potlac;
    struct scope_of *scope;
    struct event *events;
    size_t event_count;
    struct meetings held;
    struct leader *leaders;
    struct team_health *h;
};

static bool is_of(const struct fold *f, struct sv title)
{
    struct sv ref = f->potlac->ref;
    return sv_starts(title, ref) && title.n > ref.n && title.p[ref.n] == '/';
}

/* --- rituals --- */

/* "one-on-one johan, petra" of "potlac:default/delivery/one-on-one/user:default/johan/user:default/petra" */
static struct sv name_of(struct fold *f, struct sv title)
{
    struct sv rest = sv_slice(title, f->potlac->ref.n + 1, title.n), kind, part;
    struct strbuf out = STRBUF_IN(f->a);
    if (!sv_cut(&rest, '/', &kind))
        return title;
    strbuf_add(&out, kind);
    for (unsigned n = 0; rest.p && sv_cut(&rest, '/', &part);)
        if (sv_find_char(part, ':', 0) == SIZE_MAX)
            strbuf_addf(&out, "%s%.*s", n++ ? ", " : " ", SV_ARG(part));
    return strbuf_sv(&out);
}

static struct ritual_health *ritual_of(struct fold *f, struct sv title)
{
    struct team_health *h = f->h;
    for (uint32_t i = 0; i < h->ritual_count; i++)
        if (sv_eq(h->rituals[i].title, title))
            return &h->rituals[i];
    struct ritual_health fresh = { .title = title, .name = name_of(f, title) };
    ARENA_PUSH(f->a, h->rituals, h->ritual_count, h->ritual_cap, fresh);
    return &h->rituals[h->ritual_count - 1];
}

static void add_skip(struct fold *f, struct ritual_health *r, struct sv week, struct sv reason)
{
    r->skipped++;
    ARENA_PUSH(f->a, r->skips, r->skip_count, r->skip_cap, ((struct skipped_meeting){ week, reason }));
}

/* What was planned, by the calendars, and is recorded by nobody. */
static void count_planned(struct fold *f, const struct series *s)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++) {
        const struct occurrence *o = &s->occurrences[i];
        int64_t at = occurrence_at(s, o);
        if (at <= f->from || at + s->meetings[o->meeting].minutes * 60 > f->now || meetings_find(&f->held, s->title, o->id))
            continue;
        struct ritual_health *r = ritual_of(f, s->title);
        if (o->cancelled)
            add_skip(f, r, o->id, SV("not in the calendar that week"));
        else if (f->h->recorded)
            r->missed++;
        else
            r->unknown++;
    }
}

static bool fold_calendars(struct fold *f, struct err *err)
{
    struct sv *titles;
    size_t n;
    if (!store_keys(f->st, f->a, SV("calendar.series"), &titles, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct series *s;
        if (!is_of(f, titles[i]))
            continue;
        if (!meeting_series(f->st, f->a, titles[i], &s, err))
            return false;
        if (s)
            count_planned(f, s);
    }
    return true;
}

static void fold_records(struct fold *f)
{
    for (uint32_t i = 0; i < f->held.count; i++) {
        const struct meeting_record *m = &f->held.items[i];
        if (!is_of(f, m->title))
            continue;
        f->h->recorded = true;
        if (m->at <= f->from || m->at > f->now)
            continue;
        struct ritual_health *r = ritual_of(f, m->title);
        if (m->state == MEETING_SKIPPED)
            add_skip(f, r, m->week, m->reason);
        r->held += m->state == MEETING_HELD;
        r->missed += m->state == MEETING_MISSED;
    }
}

/* The sync first, then by what they are called. */
static int by_name(const void *x, const void *y)
{
    const struct ritual_health *a = x, *b = y;
    bool sync = sv_is(a->name, "sync"), other = sv_is(b->name, "sync");
    return sync != other ? (sync ? -1 : 1) : sv_cmp(a->name, b->name);
}

bool health_sync(const struct team_health *h, unsigned *out_held, unsigned *out_of)
{
    for (uint32_t i = 0; i < h->ritual_count; i++) {
        const struct ritual_health *r = &h->rituals[i];
        if (!sv_is(r->name, "sync") || !(r->held + r->missed))
            continue;
        *out_held = r->held;
        *out_of = r->held + r->missed;
        return true;
    }
    return false;
}

/* --- people --- */

static struct sv raiser_of(struct fold *f, const struct event *e)
{
    const struct entity *t = model_find(f->m, e->subject);
    struct sv by = t ? entity_text(t, "raisedBy") : SV_NONE, prefix = SV("\"raisedBy\":\"");
    size_t at = by.n ? SIZE_MAX : sv_find(e->body, prefix, 0);
    if (at != SIZE_MAX) { /* it is gone, but its event says who */
        size_t end = sv_find_char(e->body, '"', at + prefix.n);
        by = sv_slice(e->body, at + prefix.n, end);
    }
    return by.n ? model_full_ref(f->a, by, "user", t ? t->ns : SV("default")) : SV_NONE;
}

/* A topic is raised by the event that adds it, from a file or by a transaction; each counts once. */
static void fold_topics(struct fold *f)
{
    struct map seen = map_in(f->a);
    for (size_t i = 0; i < f->event_count; i++) {
        const struct event *e = &f->events[i];
        bool added = (sv_is(e->kind, "entity.added") && sv_starts(e->subject, SV("topic:"))) || sv_is(e->kind, "topic.opened");
        if (!added || e->at <= f->from || e->at > f->now || map_put(&seen, e->subject, f))
            continue;
        struct sv by = raiser_of(f, e);
        for (uint32_t k = 0; k < f->h->leader_count; k++)
            f->h->leaders[k].topics += sv_eq(f->h->leaders[k].user, by);
    }
}

static void fold_leaders(struct fold *f)
{
    struct team_health *h = f->h;
    int64_t most = entity_int(f->potlac, "oneOnOnes.maxGapWeeks", 3);
    f->leaders = potlac_leaders(f->m, f->a, f->potlac, f->today, &h->leader_count);
    h->leaders = ARENA_ARRAY(f->a, struct leader_health, h->leader_count + 1);
    for (uint32_t i = 0; i < h->leader_count; i++)
        h->leaders[i].user = f->leaders[i].user->ref;
    for (uint32_t i = 0; entity_field(f->potlac, "oneOnOnes") && i < h->leader_count; i++)
        for (uint32_t k = i + 1; k < h->leader_count; k++) {
            struct sv x = h->leaders[i].user, y = h->leaders[k].user;
            const struct meeting_record *last = meetings_last_held(&f->held, one_on_one_title(f->a, f->potlac->ref, x, y), f->now);
            struct pair_health p = { .users = { x, y }, .known = last != NULL, .most = most > 0 ? (unsigned)most : 0 };
            p.weeks = last ? (unsigned)((f->now - last->at) / WEEK) : 0;
            ARENA_PUSH(f->a, h->pairs, h->pair_count, h->pair_cap, p);
        }
}

/* --- checkups, preparations, context, owners --- */

static int64_t declared_checkup(struct fold *f, const struct entity *ownership)
{
    uint32_t n;
    int64_t last = 0, at;
    const struct entity *const *all = model_of_kind(f->m, KIND_CHECKUP, &n);
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq(model_full_ref(f->a, entity_text(all[i], "ownership"), "systemownership", all[i]->ns), ownership->ref) &&
            utc_parse(entity_text(all[i], "heldAt"), &at) && at <= f->now && at > last)
            last = at;
    return last;
}

static void fold_checkup(struct fold *f, const struct entity *o)
{
    struct sv title = arena_printf(f->a, "%.*s/checkup", SV_ARG(o->ref));
    const struct meeting_record *last = meetings_last_held(&f->held, title, f->now);
    int64_t declared = declared_checkup(f, o), every = weeks_of(entity_text(o, "checkup.every"), CHECKUP_WEEKS);
    struct checkup_health c = { .ownership = o, .last = last && last->at > declared ? last->at : declared };
    c.known = c.last > 0;
    int64_t late = c.known ? (f->now - c.last - every * WEEK) / 86400 : 0;
    c.overdue = late > 0 ? late : 0;
    for (uint32_t i = 0; i < f->held.count; i++)
        c.missed += f->held.items[i].state == MEETING_MISSED && sv_eq(f->held.items[i].title, title) && f->held.items[i].at > c.last;
    ARENA_PUSH(f->a, f->h->checkups, f->h->checkup_count, f->h->checkup_cap, c);
}

static void fold_checkups(struct fold *f)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(f->m, KIND_SYSTEM_OWNERSHIP, &n);
    for (uint32_t i = 0; i < n; i++)
        if (entity_field(all[i], "checkup") &&
            map_find(&f->scope->services, model_full_ref(f->a, entity_text(all[i], "service"), "component", all[i]->ns)))
            fold_checkup(f, all[i]);
}

static bool was_held(struct fold *f, const char *kind, const struct entity *meeting)
{
    struct sv title = arena_printf(f->a, "%.*s/%s/%.*s", SV_ARG(f->potlac->ref), kind, SV_ARG(meeting->ref));
    return meetings_last_held(&f->held, title, f->now) != NULL;
}

static void fold_key_meetings(struct fold *f)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(f->m, KIND_KEY_MEETING, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct local_time t;
        struct err err = { "" };
        int64_t at;
        const struct zone *zone = zone_find(entity_text(all[i], "zone"), &err);
        const struct data *special = entity_field(all[i], "special");
        bool ours = sv_eq(model_full_ref(f->a, entity_text(all[i], "potlac"), "potlac", all[i]->ns), f->potlac->ref);
        if (!ours || !zone || !local_parse(entity_text(all[i], "start"), &t) || zone_to_utc(zone, t, &at) == LOCAL_GAP || at > f->now ||
            at <= f->from)
            continue;
        f->h->key_meetings++;
        bool rehearse = special && special->kind == DATA_BOOL && special->b;
        struct unprepared u = { all[i], !was_held(f, "chat", all[i]), rehearse && !was_held(f, "mock", all[i]) };
        if (u.chat || u.mock)
            ARENA_PUSH(f->a, f->h->unprepared, f->h->unprepared_count, f->h->unprepared_cap, u);
    }
}

static bool leads(const struct fold *f, struct sv user)
{
    for (uint32_t i = 0; i < f->h->leader_count; i++)
        if (sv_eq(f->h->leaders[i].user, user))
            return true;
    return false;
}

static void fold_contexts(struct fold *f)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(f->m, KIND_CONTEXT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct date until;
        bool stale = date_parse(entity_text(all[i], "validUntil"), &until) && date_to_days(until) < date_to_days(f->today);
        if (stale && leads(f, model_full_ref(f->a, entity_text(all[i], "author"), "user", all[i]->ns)))
            ARENA_PUSH(f->a, f->h->expired, f->h->expired_count, f->h->expired_cap, all[i]);
    }
}

static void fold_owners(struct fold *f, const struct entity *service)
{
    static const char *const sides[] = { "dev", "ops" };
    uint32_t n;
    const struct owner *owners = owners_of(f->m, f->a, service, f->today, &n);
    for (int side = 0; side < 2; side++) {
        const struct owner *found = NULL;
        for (uint32_t i = 0; i < n; i++)
            if (strcmp(owners[i].side, sides[side]) == 0)
                found = &owners[i];
        if (found && (found->state == OWNER_THERE || found->state == OWNER_COVERED))
            continue;
        struct ownerless o = { service, sides[side], found ? found->who : NULL,
                               !found                       ? "is named by nobody"
                               : found->state == OWNER_LEFT ? "is not one of us"
                                                            : "is away, and nobody stands in" };
        ARENA_PUSH(f->a, f->h->ownerless, f->h->ownerless_count, f->h->ownerless_cap, o);
    }
}

static void fold_services(struct fold *f)
{
    for (struct map_entry *e = NULL; (e = map_next(&f->scope->services, e));) {
        const struct entity *service = e->value;
        if (sv_is(entity_text(service, "type"), "service"))
            fold_owners(f, service);
    }
}

struct team_health *health_of(const struct model *m, struct store *st, struct arena *a, const struct entity *potlac, int64_t now,
                              struct err *err)
{
    struct fold f = { .m = m,
                      .st = st,
                      .a = a,
                      .now = now,
                      .from = now - HEALTH_WEEKS * WEEK,
                      .today = local_from_seconds(now).date,
                      .potlac = potlac,
                      .scope = scope_of_potlac(m, a, potlac),
                      .h = ARENA_NEW(a, struct team_health) };
    f.h->potlac = potlac;
    if (st && !store_events(st, a, &(struct event_query){ 0 }, &f.events, &f.event_count, err))
        return NULL;
    meetings_fold(a, f.events, f.event_count, &f.held);
    fold_records(&f);
    if (st && !fold_calendars(&f, err))
        return NULL;
    if (f.h->ritual_count > 1)
        qsort(f.h->rituals, f.h->ritual_count, sizeof *f.h->rituals, by_name);
    fold_leaders(&f);
    fold_topics(&f);
    fold_checkups(&f);
    fold_key_meetings(&f);
    fold_contexts(&f);
    fold_services(&f);
    return f.h;
}
