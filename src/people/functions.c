/* Functions of the recipe: what the Puppet language cannot work out, because it needs the model's people or a search. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/pairs.h"
#include "people/plan.h"

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

/* potlac::pairs(['user:default/a', 'user:default/b', 'user:default/c'], 2) */
static struct value fn_pairs(struct call *k)
{
    struct value list = k->args[0];
    int64_t per_week = k->args[1].i;
    if (list.n > 64)
        call_fail(k, "%u leaders are too many for one-on-ones: a Potlac of more than five should be split", list.n);
    struct pair_plan plan = pairs_plan(k->arena, list.n, per_week > 64 ? 64 : (uint32_t)per_week);
    struct value *items = ARENA_ARRAY(k->arena, struct value, plan.count + 1);
    for (uint32_t i = 0; i < plan.count; i++) {
        struct value *two = ARENA_ARRAY(k->arena, struct value, 2);
        struct value x = list.items[plan.pairs[i].a], y = list.items[plan.pairs[i].b];
        bool in_order = sv_cmp(value_sv(x), value_sv(y)) <= 0;
        two[0] = in_order ? x : y;
        two[1] = in_order ? y : x;
        struct value *names = ARENA_ARRAY(k->arena, struct value, 2);
        names[0] = shown_name(k, value_sv(two[0]));
        names[1] = shown_name(k, value_sv(two[1]));
        struct hash *h = hash_new(k->arena, 4);
        hash_put_str(k->arena, h, "leaders", value_array(two, 2));
        hash_put_str(k->arena, h, "names", value_array(names, 2));
        hash_put_str(k->arena, h, "every", value_str(arena_printf(k->arena, "P%uW", plan.cycle)));
        hash_put_str(k->arena, h, "phase", value_int(plan.pairs[i].week));
        items[i] = value_hash(h);
    }
    return value_array(items, plan.count);
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

static bool same_ask(const struct slot_ask *x, const struct slot_ask *y)
{
    if (x->count != y->count || x->zone != y->zone || x->minutes != y->minutes || x->every != y->every || x->phase != y->phase ||
        x->earliest != y->earliest || x->latest != y->latest || x->weekday != y->weekday || x->time != y->time || x->is_sync != y->is_sync)
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
    struct sv *refs = ARENA_ARRAY(k->arena, struct sv, k->args[1].n + 1);
    for (uint32_t i = 0; i < k->args[1].n; i++)
        refs[i] = value_sv(k->args[1].items[i]);
    struct slot_ask ask = people_plan_ask(plan, title, refs, k->args[1].n, zone);
    const struct value *sync = hash_find_sv(o, SV("sync"));
    ask.is_sync = sync && sync->kind == V_BOOL && sync->b;
    ask.minutes = option_int(o, "minutes", 30);
    ask.every = weeks_of(option_text(o, "every"), 1);
    ask.phase = option_int(o, "phase", people_phase(title, ask.every)) % ask.every;
    ask.earliest = option_day(o, "earliest", 0);
    ask.latest = option_day(o, "latest", 4);
    ask.weekday = option_day(o, "weekday", -1);
    ask.time = minutes_of_day(option_text(o, "time"));
    if (ask.minutes < 5 || ask.minutes > 1440)
        call_fail(k, "%s: a meeting takes 5 to 1440 minutes, not %d", k->fn->name, ask.minutes);
    return ask;
}

/* potlac::slot('potlac:default/search/sync', ['user:default/eva', 'user:default/ines'], { 'zone' => 'Europe/Stockholm', 'minutes' => 30 })
 */
static struct value fn_slot(struct call *k)
{
    struct people_plan *plan = plan_of(k);
    struct sv title = value_sv(k->args[0]);
    struct slot_ask ask = ask_of(k, plan);
    const struct ritual *planned = people_plan_find(plan, title);
    struct slot slot;
    if (planned && same_ask(&planned->ask, &ask)) {
        slot = planned->slot;
    } else {
        /* not as the model has it: search again, among all others */
        struct people_plan *others = planned ? people_plan_new(context_of(k), k->arena, title) : own_plan(k);
        ask = ask_of(k, others);
        slot = slot_find(k->arena, &ask);
        if (slot.found)
            slot_book(&ask, slot.weekday, slot.hour * 60 + slot.minute);
    }
    if (!slot.found) {
        call_warn(k, "no-common-time", "no slot for %.*s: %.*s", SV_ARG(title), SV_ARG(slot.why));
        return VALUE_UNDEF;
    }
    uint32_t enough = ask.is_sync ? (ask.count * 2 + 2) / 3 : ask.count, n;
    struct sv *skips = slot_skips(k->arena, &ask, slot.weekday, slot.hour * 60 + slot.minute, enough, &n);
    struct value *weeks = ARENA_ARRAY(k->arena, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        weeks[i] = value_str(skips[i]);
    struct hash *h = hash_new(k->arena, 5);
    hash_put_str(k->arena, h, "weekday", value_str(sv_of(day_names[slot.weekday])));
    hash_put_str(k->arena, h, "time", value_str(arena_printf(k->arena, "%02d:%02d", slot.hour, slot.minute)));
    hash_put_str(k->arena, h, "phase", value_int(ask.phase));
    hash_put_str(k->arena, h, "skip", value_array(weeks, n));
    hash_put_str(k->arena, h, "why", value_str(slot.why));
    return value_hash(h);
}

const struct builtin people_functions[] = {
    { "potlac::leaders", "Callable[String[1]]", "full references of those who lead a Potlac today", fn_leaders, 0 },
    { "potlac::pairs", "Callable[Array[String[1]], Integer[1]]",
      "each pair of leaders once, with the cycle in weeks and the week of it, so that nobody has more one-on-ones a week than allowed",
      fn_pairs, 0 },
    { "potlac::slot", "Callable[String[1], Array[String[1], 1], Hash[String, Any]]",
      "weekday and time of a ritual that suits all attendees, the weeks to skip, and why; undef and a warning where there is none", fn_slot,
      0 },
};
const size_t people_function_count = sizeof people_functions / sizeof *people_functions;
