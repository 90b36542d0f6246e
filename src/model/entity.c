/* entity: fields of an entity by dotted path, and where they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model/internal.h"

static const struct data *get_part(const struct data *map, const char *key, size_t n)
{
    if (!map || map->kind != DATA_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct data *k = &map->pairs[i].key;
        if (k->kind == DATA_STRING && k->s.n == n && memcmp(k->s.p, key, n) == 0)
            return &map->pairs[i].value;
    }
    return NULL;
}

const struct data *entity_field(const struct entity *e, const char *path)
{
    const struct data *at = e->spec;
    for (;;) {
        size_t n = strcspn(path, ".");
        at = get_part(at, path, n);
        if (!at || !path[n])
            return at;
        path += n + 1;
    }
}

bool entity_override(const struct entity *e, const char *path, struct sv text)
{
    struct data *d = (struct data *)entity_field(e, path); /* made in the model's own arena */
    if (!d || d->kind != DATA_STRING)
        return false;
    d->s = text;
    return true;
}

struct sv entity_text(const struct entity *e, const char *path) { return data_text(entity_field(e, path)); }

int64_t entity_int(const struct entity *e, const char *path, int64_t otherwise)
{
    const struct data *d = entity_field(e, path);
    return d && d->kind == DATA_INT ? d->i : otherwise;
}

struct sv entity_annotation(const struct entity *e, const char *key)
{
    return data_text(get_part(data_get(e->metadata, "annotations"), key, strlen(key)));
}

struct span entity_span(const struct entity *e, const char *path)
{
    const struct data *d = path ? entity_field(e, path) : NULL;
    return data_span(e->doc, d ? d : data_get(e->metadata, "name"));
}

int64_t entity_day(const struct entity *e, const char *path, int64_t otherwise)
{
    struct date d;
    return date_parse(entity_text(e, path), &d) ? date_to_days(d) : otherwise;
}

bool entity_on(const struct entity *e, struct date day)
{
    int64_t days = date_to_days(day);
    return entity_day(e, "from", INT64_MIN) <= days && days <= entity_day(e, e->kind == KIND_ABSENCE ? "to" : "until", INT64_MAX);
}

bool is_own(const struct entity *e) { return !e->foreign; }
