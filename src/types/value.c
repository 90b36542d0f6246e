/* value: equality, hashing, hashes, copies. Printing is in value_print.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/value.h"

#include <math.h>

#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/type.h"
#include "types/uri.h"

/* Values nest as deep as a manifest builds them; walks stop here instead of using up the stack. */
#define VALUE_DEPTH 2000

struct value value_sensitive(struct arena *a, struct value inner)
{
    struct value *copy;

    if (inner.kind == V_SENSITIVE) /* Sensitive(Sensitive(x)) is Sensitive(x) */
        return inner;
    copy = ARENA_NEW(a, struct value);
    *copy = inner;
    return (struct value){ .kind = V_SENSITIVE, .inner = copy };
}

/* ---- comparing ---- */

static bool equal_in(struct value a, struct value b, bool exact, int depth);

static bool equal_items(struct value a, struct value b, bool exact, int depth)
{
    if (a.n != b.n)
        return false;
    if (a.items == b.items)
        return true;
    for (uint32_t i = 0; i < a.n; i++)
        if (!equal_in(a.items[i], b.items[i], exact, depth))
            return false;
    return true;
}

static bool equal_hashes(const struct hash *a, const struct hash *b, bool exact, int depth)
{
    if (a == b)
        return true;
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct value *other = hash_find(b, a->pairs[i].key);

        if (!other || !equal_in(a->pairs[i].value, *other, exact, depth))
            return false;
    }
    return true;
}

static bool equal_numbers(struct value a, struct value b)
{
    double x = a.kind == V_FLOAT ? a.f : (double)a.i, y = b.kind == V_FLOAT ? b.f : (double)b.i;

    return x == y;
}

/* A time against a number of seconds. */
static bool equal_times(struct value a, struct value b)
{
    if ((a.kind != V_TIMESPAN && a.kind != V_TIMESTAMP) || (b.kind != V_INT && b.kind != V_FLOAT))
        return false;
    return (double)a.i / 1e9 == (b.kind == V_INT ? (double)b.i : b.f);
}

static bool equal_in(struct value a, struct value b, bool exact, int depth)
{
    if (a.kind != b.kind) {
        bool numbers = (a.kind == V_INT && b.kind == V_FLOAT) || (a.kind == V_FLOAT && b.kind == V_INT);
        bool undefs = a.kind <= V_UNDEF && b.kind <= V_UNDEF;

        return undefs || (!exact && ((numbers && equal_numbers(a, b)) || equal_times(a, b) || equal_times(b, a)));
    }
    if (depth > VALUE_DEPTH)
        return false;
    switch (a.kind) {
    case V_BOOL:
        return a.b == b.b;
    case V_INT:
    case V_TIMESTAMP:
    case V_TIMESPAN:
        return a.i == b.i;
    case V_FLOAT:
        return a.f == b.f;
    case V_STRING:
        return exact ? sv_eq(value_sv(a), value_sv(b)) : sv_eq_nocase(value_sv(a), value_sv(b));
    case V_BINARY:
        return sv_eq(value_sv(a), value_sv(b));
    case V_URI:
        return exact ? sv_eq(value_sv(a), value_sv(b)) : uri_equal(value_sv(a), value_sv(b));
    case V_REGEXP:
        return sv_eq(regexp_source(a.re), regexp_source(b.re));
    case V_ARRAY:
        return equal_items(a, b, exact, depth + 1);
    case V_HASH:
        return equal_hashes(a.h, b.h, exact, depth + 1);
    case V_TYPE:
        return type_equal(a.t, b.t);
    case V_SENSITIVE:
        return equal_in(*a.inner, *b.inner, true, depth + 1);
    case V_SEMVER:
        return semver_compare(a.semver, b.semver) == 0 && sv_eq(a.semver->build, b.semver->build);
    case V_SEMVER_RANGE:
        return semver_range_equal(a.range, b.range);
    case V_UNSET:
    case V_UNDEF:
    case V_DEFAULT:
        return true;
    case V_OBJECT:
        return object_equal(a.object, b.object);
    default: /* iterators, closures: the same one */
        return a.iter == b.iter;
    }
}

bool value_equal(struct value a, struct value b) { return equal_in(a, b, false, 0); }
bool value_same(struct value a, struct value b) { return equal_in(a, b, true, 0); }

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ h >> 33;
}

static uint64_t code_in(struct value v, int depth)
{
    uint64_t h = v.kind;

    if (depth > VALUE_DEPTH)
        return h;
    switch (v.kind) {
    case V_BOOL:
        return mix(h << 8 | v.b);
    case V_FLOAT:
        return mix((uint64_t)(v.f == 0 ? 0 : v.i) + 0x9e3779b97f4a7c15ULL);
    case V_INT:
    case V_TIMESTAMP:
    case V_TIMESPAN:
        return mix((uint64_t)v.i + (h << 56));
    case V_STRING:
        return sv_hash(value_sv(v));
    case V_BINARY:
    case V_URI:
        return sv_hash(value_sv(v)) + h;
    case V_REGEXP:
        return sv_hash(regexp_source(v.re)) + h;
    case V_ARRAY:
        for (uint32_t i = 0; i < v.n; i++)
            h = mix(h * 31 + code_in(v.items[i], depth + 1));
        return h;
    case V_HASH: /* order does not count */
        for (uint32_t i = 0; i < v.h->count; i++)
            h += mix(code_in(v.h->pairs[i].key, depth + 1) * 31 + code_in(v.h->pairs[i].value, depth + 1));
        return h;
    case V_SENSITIVE:
        return code_in(*v.inner, depth + 1) + h;
    default: /* types, objects and versions are rare as keys: their kind alone */
        return mix(h);
    }
}

uint64_t value_hash_code(struct value v) { return code_in(v.kind == V_UNSET ? VALUE_UNDEF : v, 0); }

/* ---- hashes ---- */

#define SMALL_HASH 8 /* below: searched one by one */

struct hash *hash_new(struct arena *a, uint32_t expected)
{
    struct hash *h = ARENA_NEW(a, struct hash);

    if (expected) {
        h->cap = expected;
        h->pairs = ARENA_ARRAY(a, struct hash_pair, expected);
    }
    return h;
}

static void index_add(struct hash *h, uint64_t code, uint32_t pair)
{
    uint32_t at = (uint32_t)code & (h->slots - 1);

    while (h->index[at])
        at = (at + 1) & (h->slots - 1);
    h->index[at] = pair + 1;
}

static void index_build(struct arena *a, struct hash *h, uint32_t slots)
{
    h->index = ARENA_ARRAY(a, uint32_t, slots);
    h->slots = slots;
    for (uint32_t i = 0; i < h->count; i++)
        index_add(h, value_hash_code(h->pairs[i].key), i);
}

static bool is_key(struct value key, struct sv s) { return key.kind == V_STRING && sv_eq(value_sv(key), s); }

const struct value *hash_find_sv(const struct hash *h, struct sv key)
{
    if (!h->index) {
        for (uint32_t i = 0; i < h->count; i++)
            if (is_key(h->pairs[i].key, key))
                return &h->pairs[i].value;
        return NULL;
    }
    for (uint32_t at = (uint32_t)sv_hash(key) & (h->slots - 1); h->index[at]; at = (at + 1) & (h->slots - 1))
        if (is_key(h->pairs[h->index[at] - 1].key, key))
            return &h->pairs[h->index[at] - 1].value;
    return NULL;
}

const struct value *hash_find(const struct hash *h, struct value key)
{
    if (key.kind == V_STRING)
        return hash_find_sv(h, value_sv(key));
    if (!h->index) {
        for (uint32_t i = 0; i < h->count; i++)
            if (value_same(h->pairs[i].key, key))
                return &h->pairs[i].value;
        return NULL;
    }
    for (uint32_t at = (uint32_t)value_hash_code(key) & (h->slots - 1); h->index[at]; at = (at + 1) & (h->slots - 1))
        if (value_same(h->pairs[h->index[at] - 1].key, key))
            return &h->pairs[h->index[at] - 1].value;
    return NULL;
}

void hash_put(struct arena *a, struct hash *h, struct value key, struct value v)
{
    struct value *old = (struct value *)hash_find(h, key);

    if (old) {
        *old = v;
        return;
    }
    if (h->count == h->cap) {
        uint32_t cap = h->cap ? h->cap * 2 : 4;

        h->pairs = arena_grow(a, h->pairs, h->cap * sizeof *h->pairs, cap * sizeof *h->pairs);
        h->cap = cap;
    }
    h->pairs[h->count++] = (struct hash_pair){ key, v };
    if (h->index && h->count * 2 <= h->slots)
        index_add(h, value_hash_code(key), h->count - 1);
    else if (h->count > SMALL_HASH)
        index_build(a, h, h->slots ? h->slots * 2 : 32);
}

void hash_put_str(struct arena *a, struct hash *h, const char *key, struct value v) { hash_put(a, h, value_str(sv_of(key)), v); }

struct hash *hash_copy(struct arena *a, const struct hash *h, uint32_t extra)
{
    struct hash *copy = hash_new(a, h->count + extra);

    if (h->count)
        memcpy(copy->pairs, h->pairs, h->count * sizeof *h->pairs);
    copy->count = h->count;
    if (copy->count > SMALL_HASH) {
        uint32_t slots = 32;

        while (slots < copy->cap * 2)
            slots *= 2;
        index_build(a, copy, slots);
    }
    return copy;
}

/* ---- from data trees, copies ---- */

struct value value_from_data(struct arena *a, const struct data *d)
{
    struct value *items;
    struct hash *h;

    switch ((enum data_kind)d->kind) {
    case DATA_BOOL:
        return value_bool(d->b);
    case DATA_INT:
        return value_int(d->i);
    case DATA_FLOAT:
        return value_float(d->f);
    case DATA_STRING:
        return value_str(d->s);
    case DATA_LIST:
        items = ARENA_ARRAY(a, struct value, d->count);
        for (uint32_t i = 0; i < d->count; i++)
            items[i] = value_from_data(a, &d->items[i]);
        return value_array(items, d->count);
    case DATA_MAP:
        h = hash_new(a, d->count);
        for (uint32_t i = 0; i < d->count; i++)
            hash_put(a, h, value_from_data(a, &d->pairs[i].key), value_from_data(a, &d->pairs[i].value));
        return value_hash(h);
    case DATA_NULL:
        break;
    }
    return VALUE_UNDEF;
}

static struct value copy_in(struct arena *a, struct value v, int depth);

static struct value copy_object(struct arena *a, const struct object *o, int depth)
{
    struct object *copy = ARENA_NEW(a, struct object);

    *copy = (struct object){ o->type, copy_in(a, value_hash(o->fields), depth + 1).h };
    return (struct value){ .kind = V_OBJECT, .object = copy };
}

static struct value copy_in(struct arena *a, struct value v, int depth)
{
    struct value *items;
    struct hash *h;

    if (depth > VALUE_DEPTH)
        return VALUE_UNDEF;
    switch (v.kind) {
    case V_STRING:
    case V_BINARY:
    case V_URI:
        v.s = arena_dup(a, value_sv(v)).p;
        return v;
    case V_ARRAY:
        items = ARENA_ARRAY(a, struct value, v.n);
        for (uint32_t i = 0; i < v.n; i++)
            items[i] = copy_in(a, v.items[i], depth + 1);
        return value_array(items, v.n);
    case V_HASH:
        h = hash_new(a, v.h->count);
        for (uint32_t i = 0; i < v.h->count; i++)
            hash_put(a, h, copy_in(a, v.h->pairs[i].key, depth + 1), copy_in(a, v.h->pairs[i].value, depth + 1));
        return value_hash(h);
    case V_SENSITIVE:
        return value_sensitive(a, copy_in(a, *v.inner, depth + 1));
    case V_SEMVER:
        v.semver = semver_copy(a, v.semver);
        return v;
    case V_SEMVER_RANGE:
        v.range = semver_range_copy(a, v.range);
        return v;
    case V_OBJECT:
        return copy_object(a, v.object, depth);
    default: /* types and regular expressions live as long as what parsed them */
        return v;
    }
}

struct value value_deep_copy(struct arena *a, struct value v) { return copy_in(a, v, 0); }
