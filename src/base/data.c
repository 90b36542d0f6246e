/* data: reading a tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/data.h"

const struct data *data_get(const struct data *m, const char *key)
{
    if (!m || m->kind != DATA_MAP)
        return NULL;
    struct sv name = sv_of(key);
    for (uint32_t i = m->count; i-- > 0;) /* the last of two equal keys counts */
        if (m->pairs[i].key.kind == DATA_STRING && sv_eq(m->pairs[i].key.s, name))
            return &m->pairs[i].value;
    return NULL;
}

struct sv data_text(const struct data *d) { return d && d->kind == DATA_STRING ? d->s : SV_NONE; }

const char *data_kind_name(enum data_kind kind)
{
    static const char *const names[] = { "nothing", "a boolean", "an integer", "a number", "a text", "a list", "a map" };
    return names[kind];
}

struct span data_span(const struct data_doc *doc, const struct data *d)
{
    return doc && d ? (struct span){ doc->src, d->from, d->to } : (struct span){ 0 };
}

static bool maps_equal(const struct data *a, const struct data *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (!data_equal(&a->pairs[i].key, &b->pairs[i].key) || !data_equal(&a->pairs[i].value, &b->pairs[i].value))
            return false;
    return true;
}

bool data_equal(const struct data *a, const struct data *b)
{
    if (a->kind != b->kind || ((a->kind == DATA_LIST || a->kind == DATA_MAP) && a->count != b->count))
        return false;
    switch ((enum data_kind)a->kind) {
    case DATA_NULL:
        return true;
    case DATA_BOOL:
        return a->b == b->b;
    case DATA_INT:
        return a->i == b->i;
    case DATA_FLOAT:
        return a->f == b->f;
    case DATA_STRING:
        return sv_eq(a->s, b->s);
    case DATA_MAP:
        return maps_equal(a, b);
    case DATA_LIST:
        break;
    }
    for (uint32_t i = 0; i < a->count; i++)
        if (!data_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}
