/* Functions of the recipe: what the Puppet language cannot work out, because it needs the model's people or a search. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/pairs.h"
#include "people/prepare.h"

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static const struct people_context *context_of(struct call *k)
{
    const struct people_context *ctx = compile_options_of(k->c)->hooks.ctx;
    if (!ctx || !ctx->model)
        call_fail(k, "%s needs a model, and this compile has none", k->fn->name);
    return ctx;
}

static struct people_plan *own_plan(struct call *k)
{
    void **slot = compile_slot(k->c, 3);
    if (!*slot)
        *slot = people_plan_new(context_of(k), k->arena, SV_NONE);
    return *slot;
}

/* One for all compiles, or one for this. */
static struct people_plan *plan_of(struct call *k)
{
    struct people_plan *plan = context_of(k)->plan;
    return plan ? plan : own_plan(k);
}

/* potlac::leaders('potlac:search') */
static struct value fn_leaders(struct call *k)
{
    const struct people_context *ctx = context_of(k);
    struct sv ref = model_full_ref(k->arena, value_sv(k->args[0]), "potlac", SV("default"));
    const struct entity *potlac = model_find(ctx->model, ref);
    uint32_t n;
    if (!potlac || potlac->kind != KIND_POTLAC)
        call_fail(k, "no Potlac is named '%.*s'", SV_ARG(value_sv(k->args[0])));
    struct leader *leaders = potlac_leaders(ctx->model, k->arena, potlac, ctx->today, &n);
    struct value *items = ARENA_ARRAY(k->arena, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = value_str(leaders[i].user->ref);
    return value_array(items, n);
}

/* "Eva Lind" where the model has that name, else "eva". */
static struct value shown_name(struct call *k, struct sv ref)
{
    const struct people_context *ctx = compile_options_of(k->c)->hooks.ctx;
    const struct entity *user = ctx && ctx->model ? model_find(ctx->model, ref) : NULL;
    struct sv shown = user ? entity_text(user, "profile.displayName") : SV_NONE;
    size_t slash = sv_rfind_char(ref, '/');
    return value_str(shown.n ? shown : slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n));
}

static struct sv option_text(const struct hash *h, const char *name)
{
    const struct value *v = hash_find_sv(h, sv_of(name));
    return v && v->kind == V_STRING ? value_sv(*v) : SV_NONE;
}

static int option_int(const struct hash *h, const char *name, int otherwise)
{
    const struct value *v = hash_find_sv(h, sv_of(name));
    return v && v->kind == V_INT && v->i >= 0 && v->i <= 10080 ? (int)v->i : otherwise;
}

static int option_day(const struct hash *h, const char *name, int otherwise)
{
    struct sv s = option_text(h, name);
    int day = s.n ? weekday_parse(s) : -1;
    return day < 0 ? otherwise : day;
}

static bool option_bool(const struct hash *h, const char *name)
{
    const struct value *v = hash_find_sv(h, sv_of(name));
    return v && v->kind == V_BOOL && v->b;
}

static struct sv *texts_of(struct call *k, struct value list)
{
    struct sv *refs = ARENA_ARRAY(k->arena, struct sv, list.n + 1);
    for (uint32_t i = 0; i < list.n; i++)
        refs[i] = value_sv(list.items[i]);
    return refs;
}

static struct value text_list(struct call *k, const struct sv *refs, uint32_t n)
{
    struct value *items = ARENA_ARRAY(k->arena, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = value_str(refs[i]);
    return value_array(items, n);
}

static struct value local_text(struct call *k, struct local_time t)
{
    struct strbuf out = STRBUF_IN(k->arena);
    local_print(&out, t);
    return value_str(strbuf_sv(&out));
}

static struct value every_text(struct call *k, int every) { return value_str(arena_printf(k->arena, "P%dW", every)); }

/* ---- pairs ---- */

static struct value shown_pair(struct call *k, struct sv x, struct sv y, int every, int phase)
{
    struct value *names = ARENA_ARRAY(k->arena, struct value, 2);
    struct sv two[2] = { sv_cmp(x, y) <= 0 ? x : y, sv_cmp(x, y) <= 0 ? y : x };
    names[0] = shown_name(k, two[0]);
    names[1] = shown_name(k, two[1]);
    struct hash *h = hash_new(k->arena, 4);
    hash_put_str(k->arena, h, "leaders", text_list(k, two, 2));
    hash_put_str(k->arena, h, "names", value_array(names, 2));
    hash_put_str(k->arena, h, "every", every_text(k, every));
    hash_put_str(k->arena, h, "phase", value_int(phase));
    return value_hash(h);
}

/* Is every ritual of a kind and subject one of these people, and is the number of them that of all pairs? */
static uint32_t planned_pairs(struct people_plan *plan, struct sv potlac, enum ritual_kind kind, const struct ritual **out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->rituals[i]->kind == kind && plan->rituals[i]->subject && sv_eq(plan->rituals[i]->subject->ref, potlac))
            out[n++] = plan->rituals[i];
    return n;
}

static struct value shown_rituals(struct call *k, const struct ritual **list, uint32_t n)
{
    struct value *items = ARENA_ARRAY(k->arena, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = shown_pair(k, list[i]->ask.people[0]->ref, list[i]->ask.people[1]->ref, list[i]->ask.every, list[i]->ask.phase);
    return value_array(items, n);
}

/* Are these the leaders that the model has, so that its plan holds? */
static bool is_of_model(struct call *k, struct people_plan *plan, struct sv potlac, const struct sv *refs, uint32_t count, int64_t per_week)
{
    const struct entity *e = model_find(plan->ctx->model, potlac);
    uint32_t n, same = 0;
    if (!e || e->kind != KIND_POTLAC || per_week != entity_int(e, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK))
        return false;
    struct leader *leaders = potlac_leaders(plan->ctx->model, k->arena, e, plan->ctx->today, &n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < count; j++)
            same += sv_eq(leaders[i].user->ref, refs[j]);
    return same == n && n == count;
}

/* potlac::pairs(['user:default/a', 'user:default/b', 'user:default/c'], 2, 'potlac:default/search') */
static struct value fn_pairs(struct call *k)
{
    struct value list = k->args[0];
    int64_t per_week = k->args[1].i;
    if (list.n > 64)
        call_fail(k, "%u leaders are too many for one-on-ones: a Potlac of more than five should be split", list.n);
    struct sv *refs = texts_of(k, list);
    if (k->count > 2) {
        struct people_plan *plan = plan_of(k);
        const struct ritual **planned = ARENA_ARRAY(k->arena, const struct ritual *, plan->count + 1);
        uint32_t n = planned_pairs(plan, value_sv(k->args[2]), RITUAL_ONE_ON_ONE, planned);
        if (n && is_of_model(k, plan, value_sv(k->args[2]), refs, list.n, per_week))
            return shown_rituals(k, planned, n);
    }
    struct pair_plan pairs = pairs_plan(k->arena, list.n, per_week > 64 ? 64 : (uint32_t)per_week);
    struct value *items = ARENA_ARRAY(k->arena, struct value, pairs.count + 1);
    for (uint32_t i = 0; i < pairs.count; i++)
        items[i] = shown_pair(k, refs[pairs.pairs[i].a], refs[pairs.pairs[i].b], (int)pairs.cycle, (int)pairs.pairs[i].week);
    return value_array(items, pairs.count);
}

/* potlac::bridges('potlac:default/search') */
static struct value fn_bridges(struct call *k)
{
    struct people_plan *plan = plan_of(k);
    const struct ritual **planned = ARENA_ARRAY(k->arena, const struct ritual *, plan->count + 1);
    return shown_rituals(k, planned, planned_pairs(plan, value_sv(k->args[0]), RITUAL_BRIDGE, planned));
}

/* ---- slots ---- */

static bool same_ask(const struct ritual *planned, const struct slot_ask *y)
{
    const struct slot_ask *x = &planned->ask;
    if (x->count != y->count || x->wall != y->wall || planned->asked_minutes != y->minutes || x->every != y->every ||
        x->phase != y->phase || x->earliest != y->earliest || x->latest != y->latest || x->weekday != y->weekday || x->time != y->time ||
        x->is_sync != y->is_sync)
        return false;
    for (uint32_t i = 0; i < x->count; i++)
        if (!sv_eq(x->people[i]->ref, y->people[i]->ref))
            return false;
    return true;
}

static struct slot_ask ask_of(struct call *k, struct people_plan *plan)
{
    const struct hash *o = k->args[2].h;
    struct sv title = value_sv(k->args[0]);
    struct err err = { "" };
    const struct zone *zone = zone_find(option_text(o, "zone"), &err);
    if (!zone)
        call_fail(k, "%s: %s", k->fn->name, err.text);
    struct slot_ask ask = people_plan_ask(plan, title, texts_of(k, k->args[1]), k->args[1].n, zone);
    ask.is_sync = option_bool(o, "sync");
    ask.minutes = option_int(o, "minutes", 30);
    ask.every = weeks_of(option_text(o, "every"), 1);
    ask.phase = option_int(o, "phase", people_phase(title, ask.every)) % ask.every;
    ask.weeks = people_plan_weeks(plan, ask.every, ask.phase);
    ask.earliest = option_day(o, "earliest", 0);
    ask.latest = option_day(o, "latest", 4);
    ask.weekday = option_day(o, "weekday", -1);
    ask.time = minutes_of_day(option_text(o, "time"));
    if (ask.minutes < 5 || ask.minutes > 1440)
        call_fail(k, "%s: a meeting takes 5 to 1440 minutes, not %d", k->fn->name, ask.minutes);
    return ask;
}

/* Exceptions from its cycle: weeks without it, and weeks in which it is at another time. */
static void put_exceptions(struct call *k, const struct people_plan *plan, const struct ritual *r, struct hash *h)
{
    struct value *skips = ARENA_ARRAY(k->arena, struct value, HORIZON_WEEKS);
    struct hash *moves = hash_new(k->arena, 4);
    uint32_t n = 0;
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        const struct ritual_week *w = &r->weeks[week];
        bool by_cycle = cycle_meets(r->ask.every, r->ask.phase, plan->number + week),
             meets = w->state == WEEK_MEETS || w->state == WEEK_MOVED;
        struct sv id = arena_dup(k->arena, plan_week_id(plan, week));
        if (by_cycle && !meets)
            skips[n++] = value_str(id);
        if (meets && (!by_cycle || w->minute != r->slot.weekday * 1440 + r->slot.hour * 60 + r->slot.minute))
            hash_put(k->arena, moves, value_str(id), local_text(k, plan_local(plan, week, w->minute)));
    }
    hash_put_str(k->arena, h, "skip", value_array(skips, n));
    if (moves->count)
        hash_put_str(k->arena, h, "moves", value_hash(moves));
}

static void warn_of(struct call *k, const struct people_plan *plan, const struct ritual *r)
{
    if (r->gap_weeks)
        call_warn(k, "pair-gap", "%.*s: the two do not meet for %d weeks from %.*s on, more than %d", SV_ARG(r->title), r->gap_weeks,
                  SV_ARG(plan_week_id(plan, r->gap_from)), r->max_gap);
}

/* potlac::slot('potlac:default/search/sync', ['user:default/eva', 'user:default/ines'], { 'zone' => 'Europe/Stockholm', 'minutes' => 30 })
 */
static struct value fn_slot(struct call *k)
{
    struct people_plan *plan = plan_of(k);
    struct sv title = value_sv(k->args[0]);
    struct slot_ask ask = ask_of(k, plan);
    const struct ritual *r = people_plan_find(plan, title);
    if (!r || !same_ask(r, &ask)) {
        /* not as the model has it: search again, among all others */
        plan = r ? people_plan_new(context_of(k), k->arena, title) : own_plan(k);
        ask = ask_of(k, plan);
        r = people_plan_add(plan, title, ask.is_sync ? RITUAL_SYNC : RITUAL_OTHER, &ask);
    }
    if (!r->slot.found) {
        call_warn(k, "no-common-time", "no slot for %.*s: %.*s", SV_ARG(title), SV_ARG(r->slot.why));
        return VALUE_UNDEF;
    }
    warn_of(k, plan, r);
    struct hash *h = hash_new(k->arena, 8);
    hash_put_str(k->arena, h, "weekday", value_str(sv_of(day_names[r->slot.weekday])));
    hash_put_str(k->arena, h, "time", value_str(arena_printf(k->arena, "%02d:%02d", r->slot.hour, r->slot.minute)));
    hash_put_str(k->arena, h, "minutes", value_int(r->ask.minutes));
    hash_put_str(k->arena, h, "every", every_text(k, r->ask.every));
    hash_put_str(k->arena, h, "phase", value_int(r->ask.phase));
    put_exceptions(k, plan, r, h);
    hash_put_str(k->arena, h, "why", value_str(r->slot.why));
    return value_hash(h);
}

/* ---- what is once ---- */

static struct value shown_once(struct call *k, const struct one_off *o)
{
    struct hash *h = hash_new(k->arena, 8);
    hash_put_str(k->arena, h, "title", value_str(o->title));
    hash_put_str(k->arena, h, "kind", value_str(o->kind));
    hash_put_str(k->arena, h, "start", local_text(k, o->start));
    hash_put_str(k->arena, h, "zone", value_str(o->zone));
    hash_put_str(k->arena, h, "minutes", value_int(o->minutes));
    hash_put_str(k->arena, h, "attendees", text_list(k, o->attendees, o->attendee_count));
    hash_put_str(k->arena, h, "why", value_str(o->why));
    if (o->audience.n)
        hash_put_str(k->arena, h, "audience", shown_name(k, o->audience));
    return value_hash(h);
}

static void add_shown(struct call *k, const struct one_off *o, struct value *items, uint32_t *n)
{
    if (o->state == ONE_OFF_PLANNED)
        items[(*n)++] = shown_once(k, o);
    else if (!o->shared)
        call_warn(k, "not-prepared", "%.*s: %.*s", SV_ARG(o->title), SV_ARG(o->why));
}

/* potlac::handovers('systemownership:default/search-index') */
static struct value fn_handovers(struct call *k)
{
    struct people_plan *plan = plan_of(k);
    struct value *items = ARENA_ARRAY(k->arena, struct value, plan->one_off_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->one_off_count; i++)
        if (!plan->one_offs[i]->about && plan->one_offs[i]->subject && sv_eq(plan->one_offs[i]->subject->ref, value_sv(k->args[0])))
            add_shown(k, plan->one_offs[i], items, &n);
    return value_array(items, n);
}

static struct local_time start_of(struct call *k, const struct hash *o)
{
    struct local_time t;
    if (!local_parse(option_text(o, "start"), &t))
        call_fail(k, "%s: 'start' is no local time: '%.*s'; expected 2027-03-18T13:00:00", k->fn->name, SV_ARG(option_text(o, "start")));
    return t;
}

static struct value option_list(const struct hash *o, const char *name)
{
    const struct value *v = hash_find_sv(o, sv_of(name));
    return v && v->kind == V_ARRAY ? *v : value_array(NULL, 0);
}

static int option_minutes(const struct hash *o, const char *name, int otherwise)
{
    int64_t seconds;
    struct sv text = option_text(o, name);
    return text.n && duration_parse(text, &seconds) && seconds >= 0 && seconds <= 7 * DAY ? (int)(seconds / 60) : otherwise;
}

static struct key_meeting key_meeting_of(struct call *k)
{
    const struct hash *o = k->args[1].h;
    struct err err = { "" };
    struct key_meeting m = { .ref = value_sv(k->args[0]), .potlac = option_text(o, "potlac"), .start = start_of(k, o) };
    struct value leaders = option_list(o, "leaders"), presenters = option_list(o, "presenters"), days = option_list(o, "lead_days");
    m.zone = zone_find(option_text(o, "zone"), &err);
    if (!m.zone)
        call_fail(k, "%s: %s", k->fn->name, err.text);
    m.leaders = texts_of(k, leaders);
    m.leader_count = leaders.n;
    m.presenters = texts_of(k, presenters);
    m.presenter_count = presenters.n;
    m.minutes = option_int(o, "minutes", 60);
    m.special = option_bool(o, "special");
    m.chat_minutes = option_int(o, "chat_minutes", CHAT_MINUTES);
    m.chat_before = option_minutes(o, "before", CHAT_BEFORE);
    m.chat_latest = option_minutes(o, "latest", CHAT_LATEST);
    m.mock_minutes = option_int(o, "mock_minutes", MOCK_MINUTES);
    m.lead_first = days.n == 2 && days.items[0].kind == V_INT ? (int)days.items[0].i : 1;
    m.lead_last = days.n == 2 && days.items[1].kind == V_INT ? (int)days.items[1].i : 3;
    return m;
}

/* potlac::prepare('keymeeting:default/board', { 'potlac' => ..., 'leaders' => [...], 'start' => '2027-03-18T13:00:00', ... }) */
static struct value fn_prepare(struct call *k)
{
    static const char *const kinds[] = { "chat", "mock" };
    struct people_plan *plan = plan_of(k);
    struct key_meeting m = key_meeting_of(k);
    const struct one_off *chat = people_plan_find_once(plan, prepare_title(k->arena, &m, "chat"));
    if (!chat && !model_find(plan->ctx->model, m.ref)) { /* of no model */
        plan = own_plan(k);
        prepare_meeting(plan, &m, false);
    }
    struct value *items = ARENA_ARRAY(k->arena, struct value, 2);
    uint32_t n = 0;
    for (int i = 0; i < 2; i++) {
        const struct one_off *o = people_plan_find_once(plan, prepare_title(k->arena, &m, kinds[i]));
        if (o)
            add_shown(k, o, items, &n);
    }
    return value_array(items, n);
}

/* ---- checkups ---- */

static struct value service_name(struct call *k, const struct entity *ownership)
{
    const struct model *m = context_of(k)->model;
    const struct entity *service = model_find(m, model_full_ref(k->arena, entity_text(ownership, "service"), "component", ownership->ns));
    return value_str(service ? service->title : ownership->title);
}

/* potlac::checkup_of('systemownership:default/search-index') */
static struct value fn_checkup(struct call *k)
{
    struct people_plan *plan = plan_of(k);
    struct sv ref = value_sv(k->args[0]);
    const struct entity *ownership = model_find(plan->ctx->model, ref);
    struct date from, to;
    if (ownership && ownership->kind == KIND_SYSTEM_OWNERSHIP && ownership_unattended(plan, ownership, &from, &to)) {
        struct strbuf days = STRBUF_IN(k->arena);
        date_print(&days, from);
        strbuf_adds(&days, " to ");
        date_print(&days, to);
        call_warn(k, "unattended-service", "neither owner of %.*s is there from %.*s, nor anybody for them", SV_ARG(ref),
                  SV_ARG(strbuf_sv(&days)));
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct ritual *r = plan->rituals[i];
        bool ours = false;
        for (uint32_t s = 0; r->kind == RITUAL_CHECKUP && s < r->ownership_count; s++)
            ours = ours || sv_eq(r->ownerships[s]->ref, ref);
        if (!ours)
            continue;
        struct value *services = ARENA_ARRAY(k->arena, struct value, r->ownership_count + 1);
        for (uint32_t s = 0; s < r->ownership_count; s++)
            services[s] = service_name(k, r->ownerships[s]);
        struct hash *h = hash_new(k->arena, 5);
        hash_put_str(k->arena, h, "at", value_str(r->subject->ref));
        hash_put_str(k->arena, h, "services", value_array(services, r->ownership_count));
        hash_put_str(k->arena, h, "minutes", value_int(r->asked_minutes));
        hash_put_str(k->arena, h, "every", every_text(k, r->ask.every));
        hash_put_str(k->arena, h, "phase", value_int(r->ask.phase));
        return value_hash(h);
    }
    return VALUE_UNDEF;
}

const struct builtin people_functions[] = {
    { "potlac::leaders", "Callable[String[1]]", "full references of those who lead a Potlac today", fn_leaders, 0 },
    { "potlac::pairs", "Callable[Array[String[1]], Integer[1], String[1], 2, 3]",
      "each pair of leaders once, with the cycle in weeks and the week of it, so that nobody has more one-on-ones a week than allowed; of "
      "a "
      "Potlac of the model, with its history, its absences and the other Potlacs of its leaders",
      fn_pairs, 0 },
    { "potlac::bridges", "Callable[String[1]]", "the delegates of a Potlac and of the one it has a bridge to: pairs, cycle and week of it",
      fn_bridges, 0 },
    { "potlac::slot", "Callable[String[1], Array[String[1], 1], Hash[String, Any]]",
      "weekday and time of a ritual that suits all attendees, the weeks to skip or to move, and why; undef and a warning where there is "
      "none",
      fn_slot, 0 },
    { "potlac::prepare", "Callable[String[1], Hash[String, Any]]",
      "the quick chat before a key meeting and the rehearsal of a special one: title, kind, start, zone, minutes, attendees and why",
      fn_prepare, 0 },
    { "potlac::checkup_of", "Callable[String[1]]",
      "the checkup that is about an ownership: the ownership that has the meeting, the services of the same two owners, minutes, cycle",
      fn_checkup, 0 },
    { "potlac::handovers", "Callable[String[1]]",
      "meetings of old and new owners of a service after a change, as potlac::prepare gives them", fn_handovers, 0 },
};
const size_t people_function_count = sizeof people_functions / sizeof *people_functions;
