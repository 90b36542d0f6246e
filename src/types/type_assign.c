/* type: is every instance of one type one of another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/uri.h"

/* The pairs of types being compared: one met again (a recursive alias) is taken to hold. */
struct pair {
    const struct type *to, *from;
    const struct pair *outer;
    int depth;
};

static bool assignable(const struct type *to, const struct type *from, const struct pair *outer);

static bool size_covers(int64_t from, int64_t to, int64_t other_from, int64_t other_to) { return from <= other_from && to >= other_to; }

/* Collection sizes of a type; false where it is no collection. */
static bool size_of(const struct type *t, int64_t *out_from, int64_t *out_to)
{
    switch (t->kind) {
    case T_COLLECTION:
        *out_from = t->range.from;
        *out_to = t->range.to;
        return true;
    case T_ARRAY:
        *out_from = t->array.from;
        *out_to = t->array.to;
        return true;
    case T_HASH:
        *out_from = t->hash.from;
        *out_to = t->hash.to;
        return true;
    case T_TUPLE:
        *out_from = t->tuple.from;
        *out_to = t->tuple.to;
        return true;
    case T_STRUCT:
        *out_from = *out_to = t->strct.count;
        return true;
    default:
        return false;
    }
}

bool type_allows_undef(const struct type *t) { return type_assignable(t, type_bare(T_UNDEF)); }

static bool is_kind_of_string(const struct type *t) { return t->kind == T_STRING || t->kind == T_ENUM || t->kind == T_PATTERN; }

static bool to_string(const struct type *to, const struct type *from)
{
    bool any_size = to->str.from == 0 && to->str.to == SIZE_UNBOUNDED;

    switch (from->kind) {
    case T_STRING:
        if (to->str.exact)
            return from->str.exact && sv_eq(to->str.text, from->str.text);
        return size_covers(to->str.from, to->str.to, from->str.from, from->str.to);
    case T_ENUM:
        if (to->str.exact)
            return from->enums.count == 1 && !from->enums.nocase;
        for (uint32_t i = 0; i < from->enums.count; i++)
            if (!size_in((int64_t)utf8_count(from->enums.values[i]), to->str.from, to->str.to))
                return false;
        return from->enums.count > 0 || any_size;
    case T_PATTERN:
        return !to->str.exact && any_size;
    default:
        return false;
    }
}

static bool to_enum(const struct type *to, const struct type *from)
{
    if (to->enums.count == 0 && is_kind_of_string(from))
        return true;
    if (from->kind == T_STRING)
        return from->str.exact && type_takes_text(to, from->str.text, NULL);
    if (from->kind != T_ENUM || from->enums.count == 0 || (from->enums.nocase && !to->enums.nocase))
        return false;
    for (uint32_t i = 0; i < from->enums.count; i++)
        if (!type_takes_text(to, from->enums.values[i], NULL))
            return false;
    return true;
}

static bool to_pattern(const struct type *to, const struct type *from)
{
    if (to->patterns.count == 0)
        return is_kind_of_string(from);
    if (from->kind == T_STRING)
        return from->str.exact && type_takes_text(to, from->str.text, NULL);
    if (from->kind == T_PATTERN)
        return type_equal(to, from);
    if (from->kind != T_ENUM || from->enums.count == 0)
        return false;
    for (uint32_t i = 0; i < from->enums.count; i++)
        if (!type_takes_text(to, from->enums.values[i], NULL))
            return false;
    return true;
}

static bool to_array(const struct type *to, const struct type *from, const struct pair *p)
{
    int64_t low, high;

    if ((from->kind != T_ARRAY && from->kind != T_TUPLE) || !size_of(from, &low, &high) ||
        !(size_covers(to->array.from, to->array.to, low, high) || (from->is_bare && from->kind == T_TUPLE && to->array.from == 0)))
        return false;
    if (from->kind == T_ARRAY)
        return assignable(to->array.elem, from->array.elem, p);
    for (uint32_t i = 0; i < from->tuple.count; i++)
        if (!assignable(to->array.elem, from->tuple.items[i], p))
            return false;
    return true;
}

static bool to_hash(const struct type *to, const struct type *from, const struct pair *p)
{
    if (from->kind == T_HASH) {
        if (from->hash.from == 0 && from->hash.to == 0 && to->hash.from == 0)
            return true;
        return assignable(to->hash.key, from->hash.key, p) && assignable(to->hash.value, from->hash.value, p) &&
               size_covers(to->hash.from, to->hash.to, from->hash.from, from->hash.to);
    }
    if (from->kind != T_STRUCT || !size_in(from->strct.count, to->hash.from, to->hash.to))
        return false;
    for (uint32_t i = 0; i < from->strct.count; i++)
        if (!type_match(to->hash.key, value_str(from->strct.members[i].name)) ||
            !assignable(to->hash.value, from->strct.members[i].type, p))
            return false;
    return true;
}

static const struct type *tuple_item(const struct type *t, uint32_t i)
{
    return t->tuple.items[i < t->tuple.count ? i : t->tuple.count - 1];
}

static bool to_tuple(const struct type *to, const struct type *from, const struct pair *p)
{
    int64_t low, high;

    if ((from->kind != T_ARRAY && from->kind != T_TUPLE) || !size_of(from, &low, &high) ||
        !size_covers(to->tuple.from, to->tuple.to, low, high))
        return false;
    if (to->tuple.count == 0)
        return true;
    if (from->kind == T_TUPLE) {
        if (from->tuple.count == 0)
            return to->tuple.from == 0;
        for (uint32_t i = 0; i < from->tuple.count; i++)
            if (!assignable(tuple_item(to, i), from->tuple.items[i], p))
                return false;
        return true;
    }
    for (uint32_t i = 0; i < to->tuple.count && i < high; i++)
        if (!assignable(to->tuple.items[i], from->array.elem, p))
            return false;
    return true;
}

static const struct struct_member *member(const struct type *t, struct sv name)
{
    for (uint32_t i = 0; i < t->strct.count; i++)
        if (sv_eq(t->strct.members[i].name, name))
            return &t->strct.members[i];
    return NULL;
}

static bool to_struct(const struct type *to, const struct type *from, const struct pair *p)
{
    uint32_t matched = 0, required = 0;

    if (from->kind != T_STRUCT && from->kind != T_HASH)
        return false;
    for (uint32_t i = 0; i < to->strct.count; i++) {
        const struct struct_member *m = &to->strct.members[i], *other;

        if (from->kind == T_HASH) {
            if (m->optional_key)
                continue;
            required++;
            if (!assignable(m->type, from->hash.value, p) || !assignable(type_bare(T_STRING), from->hash.key, p))
                return false;
            continue;
        }
        other = member(from, m->name);
        if (!other) {
            if (!m->optional_key)
                return false;
            continue;
        }
        matched++;
        if ((other->optional_key && !m->optional_key) || !assignable(m->type, other->type, p))
            return false;
    }
    if (from->kind == T_STRUCT)
        return matched == from->strct.count;
    return size_covers(required, to->strct.count, from->hash.from, from->hash.to);
}

static bool to_callable(const struct type *to, const struct type *from, const struct pair *p)
{
    const struct type *undef = type_bare(T_UNDEF);

    if (from->kind != T_CALLABLE)
        return false;
    if (to->callable.returns && !assignable(to->callable.returns, from->callable.returns ? from->callable.returns : type_any(), p))
        return false;
    if (!to->callable.params)
        return true;
    /* arguments and block are compared the other way round: it is who calls that decides what comes in */
    if (!from->callable.params || !assignable(from->callable.params, to->callable.params, p))
        return false;
    return assignable(from->callable.block ? from->callable.block : undef, to->callable.block ? to->callable.block : undef, p);
}

/* Are the [key, value] pairs of a hash of this type. */
static bool pairs_fit(const struct type *to, const struct type *from, const struct pair *p)
{
    const struct type *key = type_bare(T_STRING), *items[2] = { type_bare(T_UNIT), type_bare(T_UNIT) };
    struct type pair = { .kind = T_TUPLE, .tuple = { items, 2, 2, 2 } };

    if (from->kind == T_STRUCT) {
        for (uint32_t i = 0; i < from->strct.count; i++) {
            items[0] = key;
            items[1] = from->strct.members[i].type;
            if (!assignable(to, &pair, p))
                return false;
        }
        return true;
    }
    if (from->kind == T_COLLECTION)
        return type_resolve(to)->kind == T_TUPLE || type_resolve(to)->kind == T_ARRAY;
    if (from->hash.to != 0) {
        items[0] = from->hash.key;
        items[1] = from->hash.value;
    }
    return assignable(to, &pair, p);
}

/* Is t something that can be iterated, and are its elements of type inner (NULL: any). */
static bool to_iterable(const struct type *to, const struct type *from, const struct pair *p)
{
    const struct type *inner = to->inner && type_resolve(to->inner)->kind != T_ANY ? to->inner : NULL;
    const struct type *of;

    switch (from->kind) {
    case T_ITERABLE:
    case T_ITERATOR:
        return !inner || (from->inner && assignable(inner, from->inner, p));
    case T_STRING:
    case T_ENUM:
        return !inner || assignable(inner, type_bare(T_STRING), p) || inner->kind == T_STRING;
    case T_INTEGER:
        return !inner || assignable(inner, type_bare(T_INTEGER), p);
    case T_ARRAY:
        return !inner || assignable(inner, from->array.elem, p);
    case T_TUPLE:
        for (uint32_t i = 0; inner && i < from->tuple.count; i++)
            if (!assignable(inner, from->tuple.items[i], p))
                return false;
        return true;
    case T_HASH:
    case T_STRUCT:
    case T_COLLECTION:
        return !inner || pairs_fit(inner, from, p);
    case T_TYPE:
        of = from->inner ? type_resolve(from->inner) : NULL;
        return of && (of->kind == T_ENUM || (of->kind == T_INTEGER && of->range.from != INT64_MIN && of->range.to != INT64_MAX)) &&
               (!inner || assignable(inner, of, p));
    default:
        return false;
    }
}

static bool to_scalar(const struct type *to, const struct type *from)
{
    switch (from->kind) {
    case T_SCALAR_DATA:
    case T_STRING:
    case T_ENUM:
    case T_PATTERN:
    case T_BOOLEAN:
    case T_NUMERIC:
    case T_INTEGER:
    case T_FLOAT:
        return true;
    case T_SCALAR:
    case T_REGEXP:
    case T_SEMVER:
    case T_SEMVER_RANGE:
    case T_TIMESPAN:
    case T_TIMESTAMP:
        return to->kind == T_SCALAR;
    default:
        return false;
    }
}

static bool to_ranged(const struct type *to, const struct type *from)
{
    return from->kind == to->kind && size_covers(to->range.from, to->range.to, from->range.from, from->range.to);
}

static bool to_reference(const struct type *to, const struct type *from)
{
    if (from->kind != to->kind)
        return false;
    if (to->kind == T_CLASS)
        return !to->ref.has_title || (from->ref.has_title && sv_eq(to->ref.title, from->ref.title));
    return !to->ref.type.n || (sv_eq_nocase(to->ref.type, from->ref.type) &&
                               (!to->ref.has_title || (from->ref.has_title && sv_eq(to->ref.title, from->ref.title))));
}

static bool to_variant(const struct type *to, const struct type *from, const struct pair *p)
{
    for (uint32_t i = 0; i < to->variant.count; i++)
        if (assignable(to->variant.items[i], from, p))
            return true;
    return false;
}

/* Kinds with one type inside. */
static bool to_wrapper(const struct type *to, const struct type *from, const struct pair *p)
{
    switch (to->kind) {
    case T_OPTIONAL:
        return from->kind == T_UNDEF || !to->inner || assignable(to->inner, from, p);
    case T_NOT_UNDEF:
        return !assignable(from, type_bare(T_UNDEF), p) && (!to->inner || assignable(to->inner, from, p));
    case T_TYPE:
        return from->kind == T_TYPE && (!to->inner || (from->inner && assignable(to->inner, from->inner, p)));
    case T_SENSITIVE:
        return from->kind == T_SENSITIVE && (!to->inner || assignable(to->inner, from->inner ? from->inner : type_any(), p));
    case T_ITERATOR:
        return from->kind == T_ITERATOR && (!to->inner || (from->inner && assignable(to->inner, from->inner, p)));
    case T_INIT:
        if (from->kind == T_INIT)
            return !to->inner || (from->inner && assignable(to->inner, from->inner, p));
        return assignable(to->inner ? to->inner : type_bare(T_RICH_DATA), from, p);
    default:
        return to_iterable(to, from, p);
    }
}

static bool to_uri(const struct hash *to, const struct hash *from)
{
    for (uint32_t i = 0; to && i < to->count; i++) {
        const struct value *part = from ? hash_find(from, to->pairs[i].key) : NULL;
        struct value want = to->pairs[i].value;

        if (!part || (!value_fits(want, *part) && !(part->kind == V_TYPE && want.kind == V_TYPE && type_assignable(want.t, part->t))))
            return false;
    }
    return true;
}

/* `from` is no alias, Variant, Optional or Unit here. */
static bool assignable_kind(const struct type *to, const struct type *from, const struct pair *p)
{
    int64_t low, high;

    switch ((enum type_kind)to->kind) {
    case T_ANY:
    case T_UNIT:
        return true;
    case T_SCALAR:
    case T_SCALAR_DATA:
        return to_scalar(to, from);
    case T_NUMERIC:
        return from->kind == T_NUMERIC || from->kind == T_INTEGER || from->kind == T_FLOAT;
    case T_INTEGER:
    case T_TIMESTAMP:
    case T_TIMESPAN:
        return to_ranged(to, from);
    case T_FLOAT:
        return from->kind == T_FLOAT && to->frange.from <= from->frange.from && to->frange.to >= from->frange.to;
    case T_BOOLEAN:
        return from->kind == T_BOOLEAN && (to->boolean.only < 0 || to->boolean.only == from->boolean.only);
    case T_STRING:
        return to_string(to, from);
    case T_ENUM:
        return to_enum(to, from);
    case T_PATTERN:
        return to_pattern(to, from);
    case T_REGEXP:
        return from->kind == T_REGEXP && (!to->regexp || (from->regexp && sv_eq(regexp_source(to->regexp), regexp_source(from->regexp))));
    case T_COLLECTION:
        return size_of(from, &low, &high) && size_covers(to->range.from, to->range.to, low, high);
    case T_ARRAY:
        return to_array(to, from, p);
    case T_HASH:
        return to_hash(to, from, p);
    case T_TUPLE:
        return to_tuple(to, from, p);
    case T_STRUCT:
        return to_struct(to, from, p);
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_SENSITIVE:
    case T_ITERABLE:
    case T_ITERATOR:
    case T_INIT:
        return to_wrapper(to, from, p);
    case T_VARIANT:
        return to_variant(to, from, p);
    case T_CALLABLE:
        return to_callable(to, from, p);
    case T_CATALOG_ENTRY:
        return from->kind == T_CATALOG_ENTRY || from->kind == T_CLASS || from->kind == T_RESOURCE;
    case T_CLASS:
    case T_RESOURCE:
        return to_reference(to, from);
    case T_SEMVER:
        return from->kind == T_SEMVER && (!to->semver || (from->semver && semver_range_covers(to->semver, from->semver)));
    case T_RUNTIME:
        return from->kind == T_RUNTIME && (!to->runtime.runtime.n || type_equal(to, from));
    case T_URI:
        return from->kind == T_URI && to_uri(to->uri, from->uri);
    case T_OBJECT:
        return object_assignable(to, from);
    case T_TYPESET:
        return from->kind == to->kind && (!to->typeset || to->typeset == from->typeset);
    case T_REFERENCE:
        return type_equal(to, from);
    default:
        return from->kind == to->kind;
    }
}

/* Takes every Variant, whatever is in it. */
static bool is_bare_variant(const struct type *t) { return t->kind == T_VARIANT && t->variant.count == 0; }

static bool assignable_items(const struct type *to, const struct type *from, const struct pair *p)
{
    for (uint32_t i = 0; i < from->variant.count; i++)
        if (!assignable(to, from->variant.items[i], p))
            return false;
    return from->variant.count > 0;
}

static bool assignable(const struct type *to, const struct type *from, const struct pair *outer)
{
    struct pair p = { to, from, outer, outer ? outer->depth + 1 : 0 };

    if (p.depth > TYPE_DEPTH)
        return false;
    if (to->kind == T_ALIAS || from->kind == T_ALIAS || to->kind == T_DATA || to->kind == T_RICH_DATA) {
        if (to->kind == T_ALIAS && from->kind == T_ALIAS && type_equal(to, from))
            return true;
        for (const struct pair *o = outer; o; o = o->outer)
            if (o->to == to && o->from == from)
                return true;
    }
    if (to->kind == T_ALIAS)
        return to->alias.target && assignable(to->alias.target, from, &p);
    switch (from->kind) {
    case T_UNIT:
        return true;
    case T_ALIAS:
        return from->alias.target && assignable(to, from->alias.target, &p);
    case T_DATA:
    case T_RICH_DATA:
        if (to->kind == T_ANY || is_bare_variant(to) || to->kind == from->kind || (to->kind == T_RICH_DATA && from->kind == T_DATA))
            return true;
        return assignable(to, type_expand(from), &p);
    case T_VARIANT:
        if (to->kind == T_ANY || is_bare_variant(to))
            return true;
        if (to->kind == T_NOT_UNDEF && from->variant.count == 0)
            return assignable_kind(to, from, &p);
        return assignable_items(to, from, &p);
    case T_OPTIONAL:
        return assignable(to, type_bare(T_UNDEF), &p) && (!from->inner || assignable(to, from->inner, &p));
    case T_NOT_UNDEF:
        if (from->inner && !assignable(from->inner, type_bare(T_UNDEF), &p))
            return assignable(to, from->inner, &p);
        break;
    default:
        break;
    }
    if (to->kind == T_DATA || to->kind == T_RICH_DATA)
        return assignable(type_expand(to), from, &p);
    return assignable_kind(to, from, &p);
}

bool type_assignable(const struct type *to, const struct type *from) { return to == from || assignable(to, from, NULL); }
