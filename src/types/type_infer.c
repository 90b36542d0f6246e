/* type: the type of a value, generalizing, the common type of two, merging of variants. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/iterator.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/uri.h"

static const struct type *sized_array(struct arena *a, const struct type *elem, uint32_t n)
{
    struct type *t = (struct type *)type_array_of(a, n ? elem : type_bare(T_UNIT));

    t->array.from = t->array.to = n;
    t->sized = true;
    return t;
}

static const struct type *sized_hash(struct arena *a, const struct type *key, const struct type *value, uint32_t n)
{
    struct type *t = (struct type *)type_hash_of(a, n ? key : type_bare(T_UNIT), n ? value : type_bare(T_UNIT));

    t->hash.from = t->hash.to = n;
    t->sized = true;
    return t;
}

static const struct type *infer(struct arena *a, struct value v, bool exact, int depth);

static const struct type *infer_closure(struct arena *a, struct value v)
{
    struct type *t = type_make(a, T_CALLABLE), *params = type_make(a, T_TUPLE);
    uint32_t least = v.n & 0xFFFF, most = v.n >> 16, count = most == VALUE_ARITY_ANY ? least : most;

    if (!(v.flags & VALUE_HAS_ARITY))
        return t;
    params->tuple.items = ARENA_ARRAY(a, const struct type *, count + 1);
    for (uint32_t i = 0; i <= count; i++)
        params->tuple.items[i] = type_any();
    params->tuple.count = most == VALUE_ARITY_ANY && count == 0 ? 1 : count;
    params->tuple.from = least;
    params->tuple.to = most == VALUE_ARITY_ANY ? SIZE_UNBOUNDED : most;
    params->sized = params->tuple.from != params->tuple.to;
    t->callable.params = params;
    return t;
}

static const struct type *infer_tuple(struct arena *a, struct value v, int depth)
{
    struct type *t = type_make(a, T_TUPLE);

    t->tuple.items = ARENA_ARRAY(a, const struct type *, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        t->tuple.items[i] = infer(a, v.items[i], true, depth + 1);
    t->tuple.count = v.n;
    t->tuple.from = t->tuple.to = v.n;
    return t;
}

static const struct type *infer_struct(struct arena *a, const struct hash *h, int depth)
{
    struct type *t = type_make(a, T_STRUCT);
    struct struct_member *members = ARENA_ARRAY(a, struct struct_member, h->count);

    for (uint32_t i = 0; i < h->count; i++) {
        members[i].name = value_sv(h->pairs[i].key);
        members[i].type = infer(a, h->pairs[i].value, true, depth + 1);
    }
    t->strct.members = members;
    t->strct.count = h->count;
    return t;
}

static const struct type *infer_hash(struct arena *a, const struct hash *h, bool exact, int depth)
{
    const struct type **keys, **values;
    const struct type *key = NULL, *value = NULL;
    bool names = true;

    if (!h->count)
        return sized_hash(a, NULL, NULL, 0);
    for (uint32_t i = 0; i < h->count; i++)
        names = names && h->pairs[i].key.kind == V_STRING && h->pairs[i].key.n > 0;
    if (exact && names)
        return infer_struct(a, h, depth);
    if (!exact) {
        for (uint32_t i = 0; i < h->count; i++) {
            const struct type *k = infer(a, h->pairs[i].key, false, depth + 1), *v = infer(a, h->pairs[i].value, false, depth + 1);

            key = key ? type_common(a, key, k) : k;
            value = value ? type_common(a, value, v) : v;
        }
        return sized_hash(a, key, value, h->count);
    }
    keys = ARENA_ARRAY(a, const struct type *, h->count);
    values = ARENA_ARRAY(a, const struct type *, h->count);
    for (uint32_t i = 0; i < h->count; i++) {
        keys[i] = infer(a, h->pairs[i].key, true, depth + 1);
        values[i] = infer(a, h->pairs[i].value, true, depth + 1);
    }
    return sized_hash(a, type_variant(a, keys, h->count), type_variant(a, values, h->count), h->count);
}

static const struct type *infer_array(struct arena *a, struct value v, bool exact, int depth)
{
    const struct type *elem = NULL;

    if (v.n == 0)
        return sized_array(a, NULL, 0);
    if (exact)
        return infer_tuple(a, v, depth);
    for (uint32_t i = 0; i < v.n; i++) {
        const struct type *t = infer(a, v.items[i], false, depth + 1);

        elem = elem ? type_common(a, elem, t) : t;
    }
    return sized_array(a, elem, v.n);
}

static const struct type *infer_semver(struct arena *a, const struct semver *v, bool exact)
{
    struct type *t = type_make(a, T_SEMVER);
    struct strbuf text = STRBUF_IN(a);

    if (!exact)
        return type_bare(T_SEMVER);
    semver_print(&text, v);
    strbuf_adds(&text, " - ");
    semver_print(&text, v);
    t->semver = semver_range_parse(a, strbuf_sv(&text), NULL);
    return t;
}

static const struct type *infer_leaf(struct arena *a, struct value v, bool exact)
{
    struct type *t;

    switch ((enum value_kind)v.kind) {
    case V_DEFAULT:
        return type_bare(T_DEFAULT);
    case V_BOOL:
        t = type_make(a, T_BOOLEAN);
        t->boolean.only = v.b;
        return t;
    case V_INT:
        return type_integer(a, v.i, v.i);
    case V_FLOAT:
        t = type_make(a, T_FLOAT);
        t->frange.from = t->frange.to = v.f;
        return t;
    case V_STRING:
        return type_exact_string(a, value_sv(v));
    case V_REGEXP:
        t = type_make(a, T_REGEXP);
        t->regexp = v.re;
        return t;
    case V_TYPE:
        return type_of_type(a, v.t);
    case V_BINARY:
        return type_bare(T_BINARY);
    case V_TIMESTAMP:
    case V_TIMESPAN:
        t = type_make(a, v.kind == V_TIMESTAMP ? T_TIMESTAMP : T_TIMESPAN);
        t->range.from = t->range.to = v.i;
        return t;
    case V_SEMVER:
        return infer_semver(a, v.semver, exact);
    case V_SEMVER_RANGE:
        return type_bare(T_SEMVER_RANGE);
    case V_URI:
        t = type_make(a, T_URI);
        return uri_split(a, value_sv(v), &t->uri, NULL) ? t : type_bare(T_URI);
    case V_OBJECT:
        return object_infer(a, v.object);
    case V_ITERATOR:
        return type_wrap(a, T_ITERATOR, iterator_exact_type(a, v.iter));
    case V_CLOSURE:
        return infer_closure(a, v);
    default:
        return type_bare(T_UNDEF);
    }
}

static const struct type *infer(struct arena *a, struct value v, bool exact, int depth)
{
    if (depth > TYPE_DEPTH)
        return type_any();
    switch (v.kind) {
    case V_ARRAY:
        return infer_array(a, v, exact, depth);
    case V_HASH:
        return infer_hash(a, v.h, exact, depth);
    case V_SENSITIVE: /* what is inside is not shown more than needed */
        return type_wrap(a, T_SENSITIVE, type_generalize(a, infer(a, *v.inner, false, depth + 1)));
    default:
        return infer_leaf(a, v, exact);
    }
}

const struct type *type_infer(struct arena *a, struct value v) { return infer(a, v, true, 0); }
const struct type *type_infer_reduced(struct arena *a, struct value v) { return infer(a, v, false, 0); }

/* ---- generalizing ---- */

typedef const struct type *transform(struct arena *a, const struct type *t);

/* The same tuple, struct or variant with each type inside changed. */
static const struct type *map_inside(struct arena *a, const struct type *t, transform *change)
{
    struct type *copy = ARENA_NEW(a, struct type);
    const struct type **items;
    struct struct_member *members;

    *copy = *t;
    if (t->kind == T_STRUCT) {
        members = ARENA_ARRAY(a, struct struct_member, t->strct.count);
        for (uint32_t i = 0; i < t->strct.count; i++) {
            members[i] = t->strct.members[i];
            members[i].type = change(a, t->strct.members[i].type);
        }
        copy->strct.members = members;
        return copy;
    }
    items = ARENA_ARRAY(a, const struct type *, t->tuple.count + 1);
    for (uint32_t i = 0; i < t->tuple.count; i++)
        items[i] = change(a, t->tuple.items[i]);
    copy->tuple.items = items;
    return copy;
}

static const struct type *generalize_enum(struct arena *a, const struct type *t)
{
    struct type *s = type_make(a, T_STRING);

    if (!t->enums.count)
        return type_bare(T_STRING);
    s->str.from = INT64_MAX;
    s->str.to = 0;
    for (uint32_t i = 0; i < t->enums.count; i++) {
        int64_t n = (int64_t)utf8_count(t->enums.values[i]);

        s->str.from = n < s->str.from ? n : s->str.from;
        s->str.to = n > s->str.to ? n : s->str.to;
    }
    s->sized = true;
    return s;
}

static const struct type *map_callable(struct arena *a, const struct type *t, transform *change)
{
    struct type *copy = ARENA_NEW(a, struct type);

    *copy = *t;
    copy->callable.params = t->callable.params ? change(a, t->callable.params) : NULL;
    copy->callable.block = t->callable.block ? change(a, t->callable.block) : NULL;
    copy->callable.returns = t->callable.returns ? change(a, t->callable.returns) : NULL;
    return copy;
}

const struct type *type_generalize(struct arena *a, const struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case T_INTEGER:
    case T_FLOAT:
    case T_STRING:
    case T_BOOLEAN:
    case T_COLLECTION:
    case T_TIMESTAMP:
    case T_TIMESPAN:
    case T_SEMVER:
    case T_URI:
        return type_bare(t->kind);
    case T_ENUM:
        return generalize_enum(a, t);
    case T_ARRAY:
        if (t->array.elem->kind == T_ANY)
            return type_bare(T_ARRAY);
        return type_array_of(a, type_generalize(a, t->array.elem));
    case T_HASH:
        if (t->hash.from == 0 && t->hash.to == 0 && t->sized)
            return t;
        return type_hash_of(a, type_generalize(a, t->hash.key), type_generalize(a, t->hash.value));
    case T_TUPLE:
    case T_STRUCT:
        return map_inside(a, t, type_generalize);
    case T_VARIANT:
        t = map_inside(a, t, type_generalize);
        return t->variant.count ? type_variant(a, t->variant.items, t->variant.count) : t;
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_SENSITIVE:
    case T_ITERABLE:
    case T_ITERATOR:
        return t->inner ? type_wrap(a, t->kind, type_generalize(a, t->inner)) : t;
    case T_CALLABLE:
        return map_callable(a, t, type_generalize);
    case T_OBJECT:
        return t->object.args ? t->object.base : t;
    default:
        return t;
    }
}

/* ---- the common type of two ---- */

static bool both(const struct type *t, const struct type *x, const struct type *y)
{
    return type_assignable(t, x) && type_assignable(t, y);
}
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static const struct type *common_strings(struct arena *a, const struct type *x, const struct type *y)
{
    struct type *t;

    if (x->str.exact && y->str.exact)
        return type_enum(a, (struct sv[]){ x->str.text, y->str.text }, 2, false);
    if (!x->sized || !y->sized)
        return type_bare(T_STRING);
    t = type_make(a, T_STRING);
    t->str.from = least(x->str.from, y->str.from);
    t->str.to = most(x->str.to, y->str.to);
    t->sized = true;
    return t;
}

static const struct type *common_enum(struct arena *a, const struct type *x, const struct type *y)
{
    struct sv *list;
    uint32_t n = 0;

    if ((x->kind == T_STRING && !x->str.exact) || (y->kind == T_STRING && !y->str.exact))
        return type_bare(T_ENUM);
    list = ARENA_ARRAY(a, struct sv, x->enums.count + y->enums.count + 2);
    for (int side = 0; side < 2; side++) {
        const struct type *t = side ? y : x;

        if (t->kind == T_STRING)
            list[n++] = t->str.text;
        else
            for (uint32_t i = 0; i < t->enums.count; i++)
                list[n++] = t->enums.values[i];
    }
    return type_enum(a, list, n, false);
}

static const struct type *common_same_kind(struct arena *a, const struct type *x, const struct type *y)
{
    struct type *t;

    switch ((enum type_kind)x->kind) {
    case T_ARRAY:
        return type_array_of(a, type_common(a, x->array.elem, y->array.elem));
    case T_HASH:
        return type_hash_of(a, type_common(a, x->hash.key, y->hash.key), type_common(a, x->hash.value, y->hash.value));
    case T_CLASS:
    case T_REGEXP:
    case T_CALLABLE:
        return type_bare(x->kind);
    case T_RESOURCE:
        if (!sv_eq_nocase(x->ref.type, y->ref.type))
            return type_bare(T_RESOURCE);
        t = type_make(a, T_RESOURCE);
        t->ref.type = x->ref.type;
        return t;
    case T_INTEGER:
        return type_integer(a, least(x->range.from, y->range.from), most(x->range.to, y->range.to));
    case T_FLOAT:
        t = type_make(a, T_FLOAT);
        t->frange.from = x->frange.from < y->frange.from ? x->frange.from : y->frange.from;
        t->frange.to = x->frange.to > y->frange.to ? x->frange.to : y->frange.to;
        return t;
    case T_STRING:
        return common_strings(a, x, y);
    case T_VARIANT:
        return type_variant(a, (const struct type *[]){ x, y }, 2);
    default:
        return NULL;
    }
}

const struct type *type_common(struct arena *a, const struct type *x, const struct type *y)
{
    static const enum type_kind wider[] = { T_NUMERIC, T_SCALAR_DATA, T_SCALAR, T_DATA };
    const struct type *t = NULL;

    if (x->kind == T_UNDEF || x->kind == T_UNIT)
        return y;
    if (y->kind == T_UNDEF || y->kind == T_UNIT)
        return x;
    if (type_assignable(x, y))
        return x;
    if (type_assignable(y, x))
        return y;
    if (x->kind == y->kind)
        t = common_same_kind(a, x, y);
    if (!t && ((x->kind == T_ENUM && (y->kind == T_ENUM || y->kind == T_STRING)) || (x->kind == T_STRING && y->kind == T_ENUM)))
        t = common_enum(a, x, y);
    if (t)
        return t;
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++)
        if (both(type_bare(wider[i]), x, y))
            return type_bare(wider[i]);
    if (x->kind == T_TYPE && y->kind == T_TYPE && x->inner && y->inner)
        return type_of_type(a, type_common(a, x->inner, y->inner));
    return both(type_bare(T_RICH_DATA), x, y) ? type_bare(T_RICH_DATA) : type_any();
}

/* ---- merging variants ---- */

struct type_list {
    const struct type **items;
    size_t count, cap;
};

static bool is_exact_text(const struct type *t)
{
    return (t->kind == T_ENUM && t->enums.count && !t->enums.nocase) || (t->kind == T_STRING && t->str.exact);
}

/* All fixed strings of a list in one Enum, at its end. */
static void merge_enums(struct arena *a, struct type_list *list)
{
    const struct type *merged = NULL;
    size_t n = 0, found = 0;

    for (size_t i = 0; i < list->count; i++)
        found += is_exact_text(list->items[i]);
    if (found < 2)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (is_exact_text(list->items[i]))
            merged = merged ? common_enum(a, merged, list->items[i]) : list->items[i];
        else
            list->items[n++] = list->items[i];
    }
    list->items[n++] = merged;
    list->count = n;
}

static void merge_patterns(struct arena *a, struct type_list *list)
{
    struct type *merged = type_make(a, T_PATTERN);
    size_t n = 0, found = 0, count = 0, cap = 0;

    for (size_t i = 0; i < list->count; i++)
        found += list->items[i]->kind == T_PATTERN;
    if (found < 2)
        return;
    for (size_t i = 0; i < list->count; i++) {
        const struct type *t = list->items[i];

        if (t->kind != T_PATTERN) {
            list->items[n++] = t;
            continue;
        }
        for (uint32_t k = 0; k < t->patterns.count; k++)
            ARENA_PUSH(a, merged->patterns.items, count, cap, t->patterns.items[k]);
    }
    merged->patterns.count = (uint32_t)count;
    list->items[n++] = merged;
    list->count = n;
}

static bool touch(const struct type *x, const struct type *y)
{
    return (x->range.from <= y->range.to || (y->range.to != INT64_MAX && x->range.from == y->range.to + 1)) &&
           (y->range.from <= x->range.to || (x->range.to != INT64_MAX && y->range.from == x->range.to + 1));
}

/* Integer ranges that overlap or touch become one; they come first, as the reference has them. */
static void merge_integers(struct arena *a, struct type_list *list)
{
    struct type_list merged = { 0 }, others = { 0 };

    for (size_t i = 0; i < list->count; i++) {
        const struct type *t = list->items[i];

        if (t->kind == T_INTEGER)
            ARENA_PUSH(a, merged.items, merged.count, merged.cap, t);
        else
            ARENA_PUSH(a, others.items, others.count, others.cap, t);
    }
    if (merged.count < 2)
        return;
    for (size_t i = 0; i < merged.count; i++)
        for (size_t k = i + 1; k < merged.count; k++)
            if (touch(merged.items[i], merged.items[k])) {
                const struct type *x = merged.items[i], *y = merged.items[k];

                merged.items[i] = type_integer(a, least(x->range.from, y->range.from), most(x->range.to, y->range.to));
                merged.items[k] = merged.items[--merged.count];
                k = i; /* once more: the wider range may touch others */
            }
    list->count = 0;
    for (size_t i = 0; i < merged.count; i++)
        list->items[list->count++] = merged.items[i];
    for (size_t i = 0; i < others.count; i++)
        list->items[list->count++] = others.items[i];
}

static const struct type *normalize_variant(struct arena *a, const struct type *t)
{
    struct type_list list = { 0 };
    bool undef = false;

    if (!t->variant.count)
        return t;
    for (uint32_t i = 0; i < t->variant.count; i++) {
        const struct type *item = type_normalize(a, t->variant.items[i]);

        if (item->kind == T_UNDEF || item->kind == T_OPTIONAL) {
            undef = true;
            item = item->kind == T_OPTIONAL ? item->inner : NULL;
        }
        if (item)
            ARENA_PUSH(a, list.items, list.count, list.cap, item);
    }
    if (t->variant.count > 1 && undef)
        return type_normalize(a, type_optional(a, list.count ? type_variant(a, list.items, (uint32_t)list.count) : NULL));
    if (t->variant.count == 1)
        return type_normalize(a, t->variant.items[0]);
    t = type_variant(a, list.items, (uint32_t)list.count);
    if (t->kind != T_VARIANT)
        return t;
    list = (struct type_list){ 0 };
    for (uint32_t i = 0; i < t->variant.count; i++)
        ARENA_PUSH(a, list.items, list.count, list.cap, t->variant.items[i]);
    merge_enums(a, &list);
    merge_patterns(a, &list);
    merge_integers(a, &list);
    return type_variant(a, list.items, (uint32_t)list.count);
}

static const struct type *normalize_wrapper(struct arena *a, const struct type *t)
{
    const struct type *inner = t->inner ? type_normalize(a, t->inner) : NULL;

    if (!inner)
        return t;
    if (t->kind == T_OPTIONAL) {
        if (inner->kind == T_NOT_UNDEF)
            return inner->inner ? type_normalize(a, type_optional(a, inner->inner)) : type_bare(T_OPTIONAL);
        if (type_allows_undef(inner))
            return inner;
    }
    if (t->kind == T_NOT_UNDEF) {
        if (inner->kind == T_OPTIONAL)
            return inner->inner ? type_normalize(a, type_wrap(a, T_NOT_UNDEF, inner->inner)) : type_bare(T_NOT_UNDEF);
        if (!type_allows_undef(inner))
            return inner;
    }
    return inner == t->inner ? t : type_wrap(a, t->kind, inner);
}

const struct type *type_normalize(struct arena *a, const struct type *t)
{
    struct type *copy;

    switch ((enum type_kind)t->kind) {
    case T_VARIANT:
        return normalize_variant(a, t);
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_SENSITIVE:
    case T_ITERABLE:
    case T_ITERATOR:
        return normalize_wrapper(a, t);
    case T_ARRAY:
    case T_HASH:
        copy = ARENA_NEW(a, struct type);
        *copy = *t;
        if (t->kind == T_ARRAY) {
            copy->array.elem = type_normalize(a, t->array.elem);
        } else {
            copy->hash.key = type_normalize(a, t->hash.key);
            copy->hash.value = type_normalize(a, t->hash.value);
        }
        return copy;
    case T_TUPLE:
    case T_STRUCT:
        return t->tuple.count ? map_inside(a, t, type_normalize) : t;
    default:
        return t;
    }
}
