/* tree: building and walking data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/internal.h"

#include "base/json.h"

struct data tree_text(struct sv s) { return (struct data){ .kind = DATA_STRING, .s = s }; }
struct data tree_map(void) { return (struct data){ .kind = DATA_MAP }; }
struct data tree_list(void) { return (struct data){ .kind = DATA_LIST }; }

/* How many items an array has room for that grows by doubling and knows only its count. */
static size_t room(uint32_t count)
{
    size_t n = count ? 4 : 0;
    while (n && n < count)
        n *= 2;
    return n;
}

const struct data *tree_get(const struct data *map, struct sv key)
{
    for (uint32_t i = 0; map && map->kind == DATA_MAP && i < map->count; i++)
        if (map->pairs[i].key.kind == DATA_STRING && sv_eq(map->pairs[i].key.s, key))
            return &map->pairs[i].value;
    return NULL;
}

void tree_put(struct arena *a, struct data *map, struct sv key, struct data value)
{
    struct data *was = (struct data *)tree_get(map, key);
    if (was) {
        *was = value;
        return;
    }
    size_t cap = room(map->count);
    struct data_pair pair = { tree_text(key), value };
    ARENA_PUSH(a, map->pairs, map->count, cap, pair);
}

void tree_push(struct arena *a, struct data *list, struct data value)
{
    size_t cap = room(list->count);
    ARENA_PUSH(a, list->items, list->count, cap, value);
}

const struct data *tree_dig(const struct data *from, struct sv path)
{
    struct sv piece, rest = path;
    const struct data *whole = tree_get(from, path), *d = from;
    if (whole)
        return whole;
    while (d && sv_cut(&rest, '.', &piece)) {
        int64_t i;
        bool nth = d->kind == DATA_LIST && sv_to_int(piece, &i) && i >= 0 && i < d->count;
        d = nth ? &d->items[i] : tree_get(d, piece);
    }
    return d;
}

struct sv tree_word(struct arena *a, const struct data *d)
{
    static const char *const names[] = { "slug", "value", "name", "address" };
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    switch (d ? d->kind : DATA_NULL) {
    case DATA_STRING:
        return sv_trim(d->s);
    case DATA_BOOL:
    case DATA_INT:
    case DATA_FLOAT:
        json_data(&j, d);
        return strbuf_sv(&out);
    case DATA_MAP:
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            const struct data *v = data_get(d, names[i]);
            if (v && v->kind != DATA_MAP && v->kind != DATA_NULL)
                return tree_word(a, v);
        }
        return SV_NONE;
    default:
        return SV_NONE;
    }
}
