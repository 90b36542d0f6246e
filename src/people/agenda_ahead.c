/* What is coming, and what stands: key meetings, products, context, the backlog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "people/agenda_internal.h"

#define AHEAD_DAYS    90 /* products */
#define MEETINGS_DAYS 28 /* key meetings */
#define BACKLOG_TOP   3

static struct sv in_days(struct agenda_build *b, struct date d)
{
    int64_t n = date_to_days(d) - date_to_days(b->today);
    return n == 0 ? SV("today") : arena_printf(b->arena, "in %lld day%s", (long long)n, n == 1 ? "" : "s");
}

static bool touches_scope(struct agenda_build *b, const struct entity *e, enum relation r)
{
    uint32_t n;
    const struct entity **to = model_related(b->model, b->arena, e, r, &n);
    for (uint32_t i = 0; i < n; i++)
        if (map_find(&b->scope->services, to[i]->ref) || map_find(&b->scope->others, to[i]->ref))
            return true;
    return false;
}

static void add_products(struct agenda_build *b)
{
    uint32_t n;
    const struct entity *const *products = model_of_kind(b->model, KIND_PRODUCT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct date day;
        struct sv state = entity_text(products[i], "state");
        if (!date_parse(entity_text(products[i], "goLive"), &day) || sv_is(state, "live") || sv_is(state, "dropped"))
            continue;
        int64_t ahead = date_to_days(day) - date_to_days(b->today);
        if (ahead < 0 || ahead > AHEAD_DAYS || !touches_scope(b, products[i], REL_AFFECTS))
            continue;
        agenda_add(b, "products",
                   arena_printf(b->arena, "%.*s goes live %.*s, on %.*s", SV_ARG(products[i]->title), SV_ARG(in_days(b, day)),
                                SV_ARG(entity_text(products[i], "goLive"))));
    }
}

static void add_key_meetings(struct agenda_build *b)
{
    uint32_t n;
    const struct entity *const *meetings = model_of_kind(b->model, KIND_KEY_MEETING, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct local_time t;
        const struct data *special = entity_field(meetings[i], "special");
        bool ours = sv_eq(model_full_ref(b->arena, entity_text(meetings[i], "potlac"), "potlac", meetings[i]->ns), b->subject->ref);
        if (!ours || !local_parse(entity_text(meetings[i], "start"), &t))
            continue;
        int64_t ahead = date_to_days(t.date) - date_to_days(b->today);
        struct sv goal = entity_text(meetings[i], "goal");
        if (ahead < 0 || ahead > MEETINGS_DAYS)
            continue;
        agenda_add(b, "meetings",
                   arena_printf(b->arena, "%.*s %.*s, %.*s %02d:%02d %.*s%s%.*s%s", SV_ARG(meetings[i]->title), SV_ARG(in_days(b, t.date)),
                                SV_ARG(agenda_date(b, t.date)), t.hour, t.minute, SV_ARG(entity_text(meetings[i], "zone")),
                                goal.n ? ": " : "", SV_ARG(goal),
                                special && special->kind == DATA_BOOL && special->b ? " (rehearse it)" : ""));
    }
}

static int by_rank(const void *x, const void *y)
{
    const struct entity *a = *(const struct entity *const *)x, *b = *(const struct entity *const *)y;
    int64_t r = entity_int(a, "opsRank", INT64_MAX), s = entity_int(b, "opsRank", INT64_MAX);
    return r != s ? (r < s ? -1 : 1) : sv_cmp(a->ref, b->ref);
}

static void add_backlog(struct agenda_build *b)
{
    uint32_t n, kept = 0;
    const struct entity *const *items = model_of_kind(b->model, KIND_BACKLOG_ITEM, &n);
    const struct entity **open = ARENA_ARRAY(b->arena, const struct entity *, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct sv state = entity_text(items[i], "state"),
                  service = model_full_ref(b->arena, entity_text(items[i], "service"), "component", items[i]->ns);
        if (!sv_is(state, "done") && !sv_is(state, "dropped") && map_find(&b->scope->services, service))
            open[kept++] = items[i];
    }
    qsort(open, kept, sizeof *open, by_rank);
    for (uint32_t i = 0; i < kept && i < BACKLOG_TOP; i++) {
        struct sv title = entity_text(open[i], "title");
        agenda_add_steady(
            b, "backlog",
            arena_printf(b->arena, "%lld. %.*s (%.*s, %.*s)", (long long)entity_int(open[i], "opsRank", 0),
                         SV_ARG(title.n ? title : open[i]->title), SV_ARG(entity_text(open[i], "state")),
                         SV_ARG(agenda_short(b, model_full_ref(b->arena, entity_text(open[i], "service"), "component", open[i]->ns)))));
    }
}

/* ---- context ---- */

static bool is_attendee(const struct agenda_build *b, struct sv ref)
{
    for (uint32_t i = 0; i < b->attendee_count; i++)
        if (sv_eq(b->attendees[i], ref))
            return true;
    return false;
}

/* Is it told to these people? Without an audience, where it is about what they answer for. */
static bool is_audience(struct agenda_build *b, const struct entity *context)
{
    const struct data *list = entity_field(context, "audience");
    uint32_t n = !list ? 0 : list->kind == DATA_LIST ? list->count : 1;
    struct sv group = model_full_ref(b->arena, entity_text(b->subject, "group"), "group", b->subject->ns);
    for (uint32_t i = 0; i < n; i++) {
        struct sv written = data_text(list->kind == DATA_LIST ? &list->items[i] : list);
        struct sv ref = model_full_ref(b->arena, written, "potlac", context->ns);
        if (sv_starts(ref, SV("person:")))
            ref = arena_printf(b->arena, "user:%.*s", SV_ARG(sv_slice(ref, 7, ref.n)));
        if (sv_eq(ref, b->subject->ref) || sv_eq(ref, group) || is_attendee(b, ref))
            return true;
    }
    return false;
}

/* What it is about is theirs: an entity of the agenda, or a product that touches one. */
static bool is_theirs(struct agenda_build *b, const struct entity *context)
{
    struct sv ref = model_full_ref(b->arena, entity_text(context, "about"), "product", context->ns);
    const struct entity *about = model_find(b->model, ref);
    return about && (map_find(&b->scope->services, ref) || map_find(&b->scope->others, ref) || map_find(&b->scope->machines, ref) ||
                     touches_scope(b, about, REL_AFFECTS));
}

/* Live ones for those whom they are told to; what is out of date for its author, who should renew it or let it go. */
static void add_contexts(struct agenda_build *b)
{
    uint32_t n;
    const struct entity *const *contexts = model_of_kind(b->model, KIND_CONTEXT, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct date until;
        const struct entity *e = contexts[i];
        struct sv author = model_full_ref(b->arena, entity_text(e, "author"), "user", e->ns), day = entity_text(e, "validUntil");
        bool dated = date_parse(day, &until), stale = dated && date_to_days(until) < date_to_days(b->today);
        bool shown = stale ? is_attendee(b, author) : entity_field(e, "audience") ? is_audience(b, e) : is_theirs(b, e);
        if (!shown)
            continue;
        const char *word = stale ? "; out of date since " : dated ? "; until " : "";
        agenda_add_steady(b, "context",
                          arena_printf(b->arena, "%.*s: %.*s (%.*s%s%.*s)", SV_ARG(e->title), SV_ARG(sv_trim(entity_text(e, "text"))),
                                       SV_ARG(agenda_name(b, author)), word, SV_ARG(dated ? day : SV(""))));
    }
}

void agenda_ahead(struct agenda_build *b)
{
    add_key_meetings(b);
    add_products(b);
    add_contexts(b);
    add_backlog(b);
}
