/* shared_values: the difference between what a node holds and what it should. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shared_values.h"

#include "base/json.h"
#include "base/map.h"
#include "base/strbuf.h"

static bool add_value(struct store *s, const struct shared_kind *kind, const struct shared_value *v, int64_t *out_id, struct err *err)
{
    struct sql_value args[SHARED_COLUMNS + 1] = { sql_text(v->hash) };
    memcpy(args + 1, v->columns, sizeof v->columns);
    return store_run(s, kind->add, SQL_KEPT, args, kind->columns + 1, sql_take_int, out_id, err);
}

/* ---- one ---- */

bool shared_value_release(struct store *s, const struct shared_kind *kind, int64_t id, struct err *err)
{
    const struct sql_value args[] = { sql_int(id) };
    int64_t uses = 0;
    return store_run(s, kind->use_less, SQL_KEPT, args, 1, sql_take_int, &uses, err) &&
           (uses > 0 || store_run(s, kind->drop, SQL_KEPT, args, 1, NULL, NULL, err));
}

bool shared_value_swap(struct store *s, const struct shared_kind *kind, const struct shared_value *value, int64_t *io_id, struct err *err)
{
    int64_t was = *io_id;
    return add_value(s, kind, value, io_id, err) && (!was || shared_value_release(s, kind, was, err));
}

/* ---- all of a node ---- */

/* A value that the node holds, or will. */
struct held {
    int64_t id; /* 0: not known yet */
    bool kept;
    const struct shared_value *fresh; /* NULL: it has it already */
};

/* A list of what is said to a statement. */
struct list {
    struct strbuf text;
    struct json_out json;
    uint32_t count;
};

static void list_open(struct list *l, struct arena *a)
{
    *l = (struct list){ .text = STRBUF_IN(a) };
    l->json = json_to(&l->text, false);
    json_open(&l->json, '[');
}

static void list_add(struct list *l, int64_t id)
{
    json_int(&l->json, id);
    l->count++;
}

/* Nothing to do for an empty list or where there is no statement. */
static bool run_list(struct store *s, const char *sql, struct list *l, int64_t node, struct err *err)
{
    const struct sql_value args[] = { sql_text(strbuf_sv(&l->text)), sql_int(node) };
    return !l->count || !sql || store_run(s, sql, SQL_KEPT, args, node ? 2 : 1, NULL, NULL, err);
}

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

static bool let_go(struct store *s, struct arena *a, const struct shared_links *links, int64_t node, const struct map *held,
                   struct err *err)
{
    struct list ids;
    list_open(&ids, a);
    for (struct map_entry *e = NULL; (e = map_next(held, e));) {
        const struct held *h = e->value;
        if (!h->kept)
            list_add(&ids, h->id);
    }
    json_close(&ids.json, ']');
    return run_list(s, links->count_less, &ids, 0, err) && run_list(s, links->unlink, &ids, node, err) &&
           run_list(s, links->less, &ids, 0, err) && run_list(s, links->drop, &ids, 0, err);
}

static bool take_found(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct held *h = map_find(ctx, c[0].s);
    if (h)
        h->id = c[1].i;
    return true;
}

/* Which of the fresh ones stand there already, as others hold them. */
static bool find_fresh(struct store *s, struct arena *a, const struct shared_links *links, struct map *held, struct err *err)
{
    struct list hashes;
    list_open(&hashes, a);
    for (struct map_entry *e = NULL; (e = map_next(held, e));) {
        const struct held *h = e->value;
        if (!h->fresh)
            continue;
        json_str(&hashes.json, e->key);
        hashes.count++;
    }
    json_close(&hashes.json, ']');
    const struct sql_value args[] = { sql_text(strbuf_sv(&hashes.text)) };
    return !hashes.count || store_run(s, links->find, SQL_KEPT, args, 1, take_found, held, err);
}

/* The values are at hand: the database need not read them again to count them. */
static bool count_more(struct store *s, struct arena *a, const struct shared_links *links, const struct map *held, struct err *err)
{
    struct map counts = map_in(a);
    for (struct map_entry *e = NULL; links->count_more && (e = map_next(held, e));) {
        const struct held *h = e->value;
        if (h->fresh) {
            struct sv of = h->fresh->columns[0].s;
            map_put(&counts, of, (void *)((uintptr_t)map_find(&counts, of) + 1));
        }
    }
    for (struct map_entry *e = NULL; (e = map_next(&counts, e));) {
        const struct sql_value args[] = { sql_text(e->key), sql_int((int64_t)(uintptr_t)e->value) };
        if (!store_run(s, links->count_more, SQL_KEPT, args, 2, NULL, NULL, err))
            return false;
    }
    return true;
}

static bool take_up(struct store *s, struct arena *a, const struct shared_links *links, int64_t node, struct map *held, struct err *err)
{
    struct list known, all;
    list_open(&known, a);
    list_open(&all, a);
    if (!find_fresh(s, a, links, held, err))
        return false;
    for (struct map_entry *e = NULL; (e = map_next(held, e));) {
        struct held *h = e->value;
        if (!h->fresh)
            continue;
        if (h->id)
            list_add(&known, h->id);
        else if (!add_value(s, &links->value, h->fresh, &h->id, err))
            return false;
        list_add(&all, h->id);
    }
    json_close(&known.json, ']');
    json_close(&all.json, ']');
    return run_list(s, links->more, &known, 0, err) && run_list(s, links->link, &all, node, err) && count_more(s, a, links, held, err);
}

bool shared_values_set(struct store *s, struct arena *scratch, const struct shared_links *links, int64_t node,
                       const struct shared_value *values, uint32_t count, struct err *err)
{
    const struct sql_value args[] = { sql_int(node) };
    struct map held = map_in(scratch);
    if (!store_run(s, links->held, SQL_KEPT, args, 1, take_held, &held, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct held *h = map_find(&held, values[i].hash);
        if (!h) {
            h = ARENA_NEW(scratch, struct held);
            h->fresh = &values[i];
            map_put(&held, values[i].hash, h); /* the same once more is nothing new */
        }
        h->kept = true;
    }
    return let_go(s, scratch, links, node, &held, err) && take_up(s, scratch, links, node, &held, err);
}
