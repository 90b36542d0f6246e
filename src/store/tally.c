/* tally: who has which variant of what, and who is not with the majority. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outliers_internal.h"

struct tally tally_in(struct arena *a) { return (struct tally){ a, map_in(a), map_in(a) }; }

struct tally_item *tally_item(struct tally *t, struct sv name)
{
    struct tally_item *item = map_find(&t->items, name);
    if (item)
        return item;
    item = ARENA_NEW(t->arena, struct tally_item);
    item->name = arena_dup(t->arena, name);
    map_put(&t->items, item->name, item);
    return item;
}

uint32_t tally_variant(struct tally *t, struct tally_item *item, struct sv value)
{
    struct sv key = arena_printf(t->arena, "%.*s%c%.*s", SV_ARG(item->name), 1, SV_ARG(value));
    uintptr_t known = (uintptr_t)map_find(&t->variants, key);
    if (known)
        return (uint32_t)known - 1;
    struct tally_variant fresh = { sv_slice(key, key.n - value.n, key.n), 0 };
    ARENA_PUSH(t->arena, item->variants, item->variant_count, item->variant_cap, fresh);
    map_put(&t->variants, key, (void *)(uintptr_t)item->variant_count);
    return item->variant_count - 1;
}

void tally_add(struct tally *t, struct tally_item *item, uint32_t variant, uint32_t peer)
{
    struct tally_member m = { peer, variant };
    ARENA_PUSH(t->arena, item->members, item->member_count, item->member_cap, m);
    item->variants[variant].count++;
}

static void tell_absent(const struct tally_item *item, const bool *may_have, uint32_t peer_count, const struct sv *others, uint32_t agree,
                        tally_tell *tell, void *ctx)
{
    struct arena *a = arena_new(0);
    bool *has = ARENA_ARRAY(a, bool, peer_count + 1);
    for (uint32_t i = 0; i < item->member_count; i++)
        has[item->members[i].peer] = true;
    for (uint32_t i = 0; i < peer_count; i++)
        if (may_have[i] && !has[i])
            tell(ctx, item, i, NULL, others, agree);
    arena_free(a);
}

static void tell_item(const struct tally_item *item, const bool *may_have, uint32_t peer_count, uint32_t of, tally_tell *tell, void *ctx)
{
    uint32_t absent = of - item->member_count, most = absent, best = item->variant_count; /* which number stands for: none */
    for (uint32_t i = 0; i < item->variant_count; i++)
        if (item->variants[i].count > most) {
            most = item->variants[i].count;
            best = i;
        }
    if (most == of || (uint64_t)most * 2 <= of)
        return;
    const struct sv *others = best < item->variant_count ? &item->variants[best].value : NULL;
    for (uint32_t i = 0; i < item->member_count; i++)
        if (item->members[i].variant != best)
            tell(ctx, item, item->members[i].peer, &item->variants[item->members[i].variant].value, others, most);
    if (absent && others)
        tell_absent(item, may_have, peer_count, others, most, tell, ctx);
}

void tally_outliers(const struct tally *t, const bool *may_have, uint32_t peer_count, tally_tell *tell, void *ctx)
{
    uint32_t of = 0;
    for (uint32_t i = 0; i < peer_count; i++)
        of += may_have[i];
    for (struct map_entry *e = NULL; (e = map_next(&t->items, e));)
        tell_item(e->value, may_have, peer_count, of, tell, ctx);
}
