/* shared_values: the difference between what a node holds and what it should. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shared_values.h"

#include "base/map.h"

struct held {
    int64_t id;
    bool kept;
};

static bool take_held(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct map *held = ctx;
    struct held *h = ARENA_NEW(held->arena, struct held);
    h->id = c[1].i;
    map_put(held, arena_dup(held->arena, c[0].s), h);
    return true;
}

static bool add_value(struct store *s, const struct shared_kind *kind, const struct shared_value *v, int64_t *out_id, struct err *err)
{
    struct sql_value args[SHARED_COLUMNS + 1] = { sql_text(v->hash) };
    memcpy(args + 1, v->columns, sizeof v->columns);
    return store_run(s, kind->add, SQL_KEPT, args, kind->columns + 1, sql_take_int, out_id, err);
}

bool shared_value_release(struct store *s, const struct shared_kind *kind, int64_t id, struct err *err)
{
    const struct sql_value args[] = { sql_int(id) };
    int64_t uses = 0;
    return store_run(s, kind->use_less, SQL_KEPT, args, 1, sql_take_int, &uses, err) &&
           (uses > 0 || store_run(s, kind->drop, SQL_KEPT, args, 1, NULL, NULL, err));
}

static bool let_go(struct store *s, const struct shared_kind *kind, int64_t node, const struct map *held, struct err *err)
{
    for (struct map_entry *e = NULL; (e = map_next(held, e));) {
        const struct held *h = e->value;
        const struct sql_value args[] = { sql_int(node), sql_int(h->id) };
        if (!h->kept && (!store_run(s, kind->unlink, SQL_KEPT, args, 2, NULL, NULL, err) || !shared_value_release(s, kind, h->id, err)))
            return false;
    }
    return true;
}

bool shared_values_set(struct store *s, struct arena *scratch, const struct shared_kind *kind, int64_t node,
                       const struct shared_value *values, uint32_t count, struct err *err)
{
    const struct sql_value args[] = { sql_int(node) };
    struct map held = map_in(scratch);
    const struct shared_value **fresh = ARENA_ARRAY(scratch, const struct shared_value *, count + 1);
    uint32_t fresh_count = 0;
    if (!store_run(s, kind->held, SQL_KEPT, args, 1, take_held, &held, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct held *h = map_find(&held, values[i].hash);
        if (!h) {
            fresh[fresh_count++] = &values[i];
            h = ARENA_NEW(scratch, struct held);
            map_put(&held, values[i].hash, h); /* the same once more is nothing new */
        }
        h->kept = true;
    }
    if (!let_go(s, kind, node, &held, err))
        return false;
    for (uint32_t i = 0; i < fresh_count; i++) {
        int64_t id;
        if (!add_value(s, kind, fresh[i], &id, err))
            return false;
        const struct sql_value link[] = { sql_int(node), sql_int(id), fresh[i]->columns[0] };
        if (!store_run(s, kind->link, SQL_KEPT, link, kind->link_args, NULL, NULL, err))
            return false;
    }
    return true;
}

bool shared_value_swap(struct store *s, const struct shared_kind *kind, const struct shared_value *value, int64_t *io_id, struct err *err)
{
    int64_t was = *io_id;
    return add_value(s, kind, value, io_id, err) && (!was || shared_value_release(s, kind, was, err));
}
