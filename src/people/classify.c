/* The class of a Potlac or an ownership, and its parameters: all that the recipe needs to know of a team. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/plan.h"

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static void put_text(struct arena *a, struct hash *h, const char *key, struct sv text)
{
    if (text.n)
        hash_put_str(a, h, key, value_str(text));
}

static void put_day(struct arena *a, struct hash *h, const char *key, struct sv text)
{
    int day = text.n ? weekday_parse(text) : -1;
    if (day >= 0)
        hash_put_str(a, h, key, value_str(sv_of(day_names[day])));
}

static void put_weeks(struct arena *a, struct hash *h, struct sv every, int otherwise)
{
    hash_put_str(a, h, "every", value_str(arena_printf(a, "P%dW", weeks_of(every, otherwise))));
}

static struct value ref_list(struct arena *a, const struct sv *refs, uint32_t n)
{
    struct value *items = ARENA_ARRAY(a, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = value_str(refs[i]);
    return value_array(items, n);
}

static void put_refs(struct arena *a, struct hash *h, const char *key, const struct data *list, struct sv ns)
{
    uint32_t n = list && list->kind == DATA_LIST ? list->count : 0;
    struct sv *refs = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = model_full_ref(a, data_text(&list->items[i]), "user", ns);
    hash_put_str(a, h, key, ref_list(a, refs, n));
}

/* A key meeting's own values; the Potlac's are given to all of them. */
static struct value key_meeting(struct arena *a, const struct entity *e)
{
    struct hash *h = hash_new(a, 8);
    const struct data *special = entity_field(e, "special");
    hash_put_str(a, h, "label", value_str(e->title));
    put_text(a, h, "start", entity_text(e, "start"));
    put_text(a, h, "zone", entity_text(e, "zone"));
    hash_put_str(a, h, "minutes", value_int(entity_int(e, "minutes", 60)));
    hash_put_str(a, h, "special", value_bool(special && special->kind == DATA_BOOL && special->b));
    put_text(a, h, "goal", entity_text(e, "goal"));
    put_refs(a, h, "presenters", entity_field(e, "presenters"), e->ns);
    return value_hash(h);
}

static void put_key_meetings(const struct model *m, struct arena *a, const struct entity *potlac, struct hash *h)
{
    uint32_t n;
    const struct entity *const *all = model_of_kind(m, KIND_KEY_MEETING, &n);
    struct hash *list = hash_new(a, 4);
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq(model_full_ref(a, entity_text(all[i], "potlac"), "potlac", all[i]->ns), potlac->ref))
            hash_put(a, list, value_str(all[i]->ref), key_meeting(a, all[i]));
    if (list->count)
        hash_put_str(a, h, "key_meetings", value_hash(list));
}

static void put_preparation(struct arena *a, const struct entity *e, struct hash *h)
{
    if (entity_field(e, "quickChat")) {
        struct hash *chat = hash_new(a, 4);
        hash_put_str(a, chat, "minutes", value_int(entity_int(e, "quickChat.minutes", 10)));
        put_text(a, chat, "before", entity_text(e, "quickChat.before"));
        put_text(a, chat, "latest", entity_text(e, "quickChat.latest"));
        hash_put_str(a, h, "quick_chat", value_hash(chat));
    }
    if (entity_field(e, "mock")) {
        struct hash *mock = hash_new(a, 4);
        const struct data *days = entity_field(e, "mock.leadDays");
        hash_put_str(a, mock, "minutes", value_int(entity_int(e, "mock.minutes", 60)));
        if (days)
            hash_put_str(a, mock, "lead_days", value_from_data(a, days));
        hash_put_str(a, h, "mock", value_hash(mock));
    }
}

static struct value sync_of(struct arena *a, const struct entity *e)
{
    struct hash *sync = hash_new(a, 8);
    hash_put_str(a, sync, "minutes", value_int(entity_int(e, "sync.minutes", SYNC_MINUTES)));
    put_weeks(a, sync, entity_text(e, "sync.every"), 1);
    put_day(a, sync, "earliest", entity_text(e, "sync.earliest"));
    put_day(a, sync, "latest", entity_text(e, "sync.latest"));
    put_day(a, sync, "weekday", entity_text(e, "sync.weekday"));
    put_text(a, sync, "time", entity_text(e, "sync.time"));
    return value_hash(sync);
}

static void classify_potlac(const struct model *m, struct arena *a, const struct entity *e, struct date today, struct hash *h)
{
    uint32_t n;
    struct leader *leaders = potlac_leaders(m, a, e, today, &n);
    struct sv *refs = ARENA_ARRAY(a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        refs[i] = leaders[i].user->ref;
    hash_put_str(a, h, "potlac", value_str(e->ref));
    hash_put_str(a, h, "label", value_str(e->title));
    hash_put_str(a, h, "leaders", ref_list(a, refs, n));
    put_text(a, h, "zone", entity_text(e, "anchorZone"));
    hash_put_str(a, h, "sync", sync_of(a, e));
    if (entity_field(e, "oneOnOnes")) {
        struct hash *pairs = hash_new(a, 2);
        hash_put_str(a, pairs, "minutes", value_int(entity_int(e, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES)));
        hash_put_str(a, pairs, "max_per_week", value_int(entity_int(e, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK)));
        hash_put_str(a, h, "one_on_ones", value_hash(pairs));
    }
    if (entity_field(e, "retrospective")) {
        struct hash *retrospective = hash_new(a, 2);
        hash_put_str(a, retrospective, "minutes", value_int(entity_int(e, "retrospective.minutes", RETROSPECTIVE_MINUTES)));
        put_weeks(a, retrospective, entity_text(e, "retrospective.every"), 4);
        hash_put_str(a, h, "retrospective", value_hash(retrospective));
    }
    if (entity_field(e, "bridge")) {
        struct hash *bridge = hash_new(a, 2);
        put_text(a, bridge, "to", model_full_ref(a, entity_text(e, "bridge.to"), "potlac", e->ns));
        hash_put_str(a, bridge, "minutes", value_int(entity_int(e, "bridge.minutes", BRIDGE_MINUTES)));
        hash_put_str(a, h, "bridge", value_hash(bridge));
    }
    put_preparation(a, e, h);
    put_key_meetings(m, a, e, h);
}

static void classify_ownership(const struct model *m, struct arena *a, const struct entity *e, struct hash *h)
{
    struct sv owners[2];
    uint32_t n = ownership_owners(m, a, e, owners);
    const struct entity *service = model_find(m, model_full_ref(a, entity_text(e, "service"), "component", e->ns));
    hash_put_str(a, h, "ownership", value_str(e->ref));
    hash_put_str(a, h, "label", value_str(service ? service->title : e->title));
    hash_put_str(a, h, "owners", ref_list(a, owners, n));
    hash_put_str(a, h, "zone", value_str(ownership_zone(m, a, e)));
    put_weeks(a, h, entity_text(e, "checkup.every"), CHECKUP_WEEKS);
    hash_put_str(a, h, "minutes", value_int(entity_int(e, "checkup.minutes", CHECKUP_MINUTES)));
}

bool people_classify(const struct model *m, struct arena *a, const struct entity *subject, struct date today,
                     struct class_request *out_class)
{
    struct hash *h = hash_new(a, 8);
    if (subject->kind == KIND_POTLAC) {
        classify_potlac(m, a, subject, today, h);
        *out_class = (struct class_request){ SV("potlac::team"), h };
        return true;
    }
    if (subject->kind == KIND_SYSTEM_OWNERSHIP && entity_field(subject, "checkup")) {
        classify_ownership(m, a, subject, h);
        *out_class = (struct class_request){ SV("potlac::ownership"), h };
        return true;
    }
    return false;
}
