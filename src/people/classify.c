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
    struct hash *sync = hash_new(a, 8);
    hash_put_str(a, sync, "minutes", value_int(entity_int(e, "sync.minutes", SYNC_MINUTES)));
    put_weeks(a, sync, entity_text(e, "sync.every"), 1);
    put_day(a, sync, "earliest", entity_text(e, "sync.earliest"));
    put_day(a, sync, "latest", entity_text(e, "sync.latest"));
    put_day(a, sync, "weekday", entity_text(e, "sync.weekday"));
    put_text(a, sync, "time", entity_text(e, "sync.time"));
    hash_put_str(a, h, "sync", value_hash(sync));
    if (entity_field(e, "oneOnOnes")) {
        struct hash *pairs = hash_new(a, 2);
        hash_put_str(a, pairs, "minutes", value_int(entity_int(e, "oneOnOnes.minutes", ONE_ON_ONE_MINUTES)));
        hash_put_str(a, pairs, "max_per_week", value_int(entity_int(e, "oneOnOnes.maxPerLeaderPerWeek", ONE_ON_ONES_PER_WEEK)));
        hash_put_str(a, h, "one_on_ones", value_hash(pairs));
    }
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
        *out_class = (struct class_request){ SV("potlac::checkup"), h };
        return true;
    }
    return false;
}
