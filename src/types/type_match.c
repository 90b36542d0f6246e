/* type: value =~ type. The hot path: nothing is allocated or inferred. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/iterator.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"
#include "types/uri.h"

/* Where a walk is: how deep, and how many aliases it passed since it last went into a value. */
struct walk {
    int depth, aliases;
    struct slow_match *slow; /* NULL: nobody wants to know */
};

static bool match(const struct type *t, struct value v, struct walk w);
static struct walk deeper(struct walk w) { return (struct walk){ w.depth + 1, 0, w.slow }; }

static bool takes_pattern(const struct regexp *re, struct sv s, struct slow_match *out_slow)
{
    enum regexp_result r = regexp_search(re, s, 0, NULL);

    if (r == REGEXP_LIMIT && out_slow)
        *out_slow = (struct slow_match){ re, s.n };
    return r == REGEXP_YES;
}

bool type_takes_text(const struct type *t, struct sv s, struct slow_match *out_slow)
{
    switch (t->kind) {
    case T_ENUM:
        for (uint32_t i = 0; i < t->enums.count; i++)
            if (t->enums.nocase ? sv_eq_nocase(t->enums.values[i], s) : sv_eq(t->enums.values[i], s))
                return true;
        return false;
    case T_PATTERN:
        for (uint32_t i = 0; i < t->patterns.count; i++)
            if (takes_pattern(t->patterns.items[i], s, out_slow))
                return true;
        return t->patterns.count == 0;
    default:
        return !t->str.exact || sv_eq(t->str.text, s);
    }
}

static bool match_string(const struct type *t, struct value v)
{
    if (v.kind != V_STRING)
        return false;
    if (t->str.exact)
        return sv_eq(t->str.text, value_sv(v));
    if (t->str.from == 0 && t->str.to == SIZE_UNBOUNDED)
        return true;
    if (t->str.to == SIZE_UNBOUNDED && t->str.from == 1) /* String[1]: no need to count */
        return v.n > 0;
    return size_in((int64_t)utf8_count(value_sv(v)), t->str.from, t->str.to);
}

static bool match_array(const struct type *t, struct value v, struct walk w)
{
    if (v.kind != V_ARRAY || !size_in(v.n, t->array.from, t->array.to))
        return false;
    if (t->array.elem->kind == T_ANY)
        return true;
    for (uint32_t i = 0; i < v.n; i++)
        if (!match(t->array.elem, v.items[i], deeper(w)))
            return false;
    return true;
}

static bool match_hash(const struct type *t, struct value v, struct walk w)
{
    bool any_key = t->hash.key->kind == T_ANY, any_value = t->hash.value->kind == T_ANY;

    if (v.kind != V_HASH || !size_in(v.h->count, t->hash.from, t->hash.to))
        return false;
    for (uint32_t i = 0; i < v.h->count && !(any_key && any_value); i++)
        if (!(any_key || match(t->hash.key, v.h->pairs[i].key, deeper(w))) ||
            !(any_value || match(t->hash.value, v.h->pairs[i].value, deeper(w))))
            return false;
    return true;
}

static bool match_tuple(const struct type *t, struct value v, struct walk w)
{
    if (v.kind != V_ARRAY || !size_in(v.n, t->tuple.from, t->tuple.to))
        return false;
    for (uint32_t i = 0; i < v.n && t->tuple.count; i++)
        if (!match(t->tuple.items[i < t->tuple.count ? i : t->tuple.count - 1], v.items[i], deeper(w)))
            return false;
    return true;
}

static bool match_struct(const struct type *t, struct value v, struct walk w)
{
    uint32_t matched = 0;

    if (v.kind != V_HASH)
        return false;
    for (uint32_t i = 0; i < t->strct.count; i++) {
        const struct struct_member *m = &t->strct.members[i];
        const struct value *found = hash_find_sv(v.h, m->name);

        if (!found) {
            if (!m->optional_key)
                return false;
            continue;
        }
        matched++;
        if (!match(m->type, *found, deeper(w)))
            return false;
    }
    return matched == v.h->count;
}

static bool is_scalar_data(struct value v) { return v.kind >= V_BOOL && v.kind <= V_STRING; }

static bool is_scalar(struct value v)
{
    return is_scalar_data(v) || v.kind == V_REGEXP || v.kind == V_SEMVER || v.kind == V_SEMVER_RANGE || v.kind == V_TIMESPAN ||
           v.kind == V_TIMESTAMP;
}

static bool match_data(struct value v, int depth)
{
    if (depth > TYPE_DEPTH)
        return false;
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            if (!match_data(v.items[i], depth + 1))
                return false;
        return true;
    }
    if (v.kind == V_HASH) {
        for (uint32_t i = 0; i < v.h->count; i++)
            if (v.h->pairs[i].key.kind != V_STRING || !match_data(v.h->pairs[i].value, depth + 1))
                return false;
        return true;
    }
    return v.kind <= V_UNDEF || is_scalar_data(v);
}

static bool match_rich(struct value v, int depth)
{
    if (depth > TYPE_DEPTH)
        return false;
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            if (!match_rich(v.items[i], depth + 1))
                return false;
        return true;
    }
    if (v.kind == V_HASH) {
        for (uint32_t i = 0; i < v.h->count; i++) {
            uint8_t key = v.h->pairs[i].key.kind;

            if ((key != V_STRING && key != V_INT && key != V_FLOAT) || !match_rich(v.h->pairs[i].value, depth + 1))
                return false;
        }
        return true;
    }
    return v.kind != V_ITERATOR && v.kind != V_CLOSURE;
}

static bool match_iterable(const struct type *t, struct value v)
{
    const struct type *inner = t->inner ? type_resolve(t->inner) : NULL;
    const struct type *of = v.kind == V_TYPE ? type_resolve(v.t) : NULL;
    bool can = v.kind == V_STRING || v.kind == V_ARRAY || v.kind == V_HASH || v.kind == V_ITERATOR || (v.kind == V_INT && v.i >= 0) ||
               (of && (of->kind == T_ENUM || (of->kind == T_INTEGER && of->range.from != INT64_MIN && of->range.to != INT64_MAX)));
    struct arena *scratch;
    bool ok;

    if (t->kind == T_ITERABLE ? !can : v.kind != V_ITERATOR)
        return false;
    if (!inner || inner->kind == T_ANY)
        return true;
    /* an Iterable of something is rare: compare types */
    scratch = arena_new(0);
    if (v.kind == V_ITERATOR)
        ok = type_assignable(inner, iterator_exact_type(scratch, v.iter));
    else
        ok = type_assignable(t, type_infer_reduced(scratch, v));
    arena_free(scratch);
    return ok;
}

static bool match_callable(const struct type *t, struct value v)
{
    uint32_t least = v.n & 0xFFFF, most = v.n >> 16;
    const struct type *params = t->callable.params;

    if (v.kind != V_CLOSURE)
        return false;
    if (!params || !(v.flags & VALUE_HAS_ARITY))
        return true;
    /* it must take every number of arguments it may be given */
    return params->tuple.from >= (int64_t)least &&
           (most == VALUE_ARITY_ANY || (params->tuple.to != SIZE_UNBOUNDED && params->tuple.to <= (int64_t)most));
}

static bool match_variant(const struct type *t, struct value v, struct walk w)
{
    for (uint32_t i = 0; i < t->variant.count; i++)
        if (match(t->variant.items[i], v, w))
            return true;
    return false;
}

static bool match_number(const struct type *t, struct value v)
{
    if (t->kind == T_INTEGER)
        return v.kind == V_INT && v.i >= t->range.from && v.i <= t->range.to;
    if (t->kind == T_FLOAT)
        return v.kind == V_FLOAT && v.f >= t->frange.from && v.f <= t->frange.to;
    return v.kind == V_INT || v.kind == V_FLOAT;
}

static bool match_uri(const struct hash *want, struct value v)
{
    struct arena *scratch = arena_new(0);
    bool ok = true;

    for (uint32_t i = 0; ok && i < want->count; i++) {
        struct value part = VALUE_UNDEF;

        ok = uri_part(scratch, value_sv(v), value_sv(want->pairs[i].key), &part) && value_fits(want->pairs[i].value, part);
    }
    arena_free(scratch);
    return ok;
}

/* Kinds that say what a value is, with little or no parameters. */
static bool match_simple(const struct type *t, struct value v)
{
    switch ((enum type_kind)t->kind) {
    case T_UNDEF:
        return v.kind <= V_UNDEF;
    case T_DEFAULT:
        return v.kind == V_DEFAULT;
    case T_SCALAR:
        return is_scalar(v);
    case T_SCALAR_DATA:
        return is_scalar_data(v);
    case T_BOOLEAN:
        return v.kind == V_BOOL && (t->boolean.only < 0 || t->boolean.only == v.b);
    case T_REGEXP:
        return v.kind == V_REGEXP && (!t->regexp || sv_eq(regexp_source(t->regexp), regexp_source(v.re)));
    case T_COLLECTION:
        return (v.kind == V_ARRAY && size_in(v.n, t->range.from, t->range.to)) ||
               (v.kind == V_HASH && size_in(v.h->count, t->range.from, t->range.to));
    case T_TYPE:
        return v.kind == V_TYPE && (!t->inner || type_assignable(t->inner, v.t));
    case T_BINARY:
        return v.kind == V_BINARY;
    case T_TIMESTAMP:
        return v.kind == V_TIMESTAMP && v.i >= t->range.from && v.i <= t->range.to;
    case T_TIMESPAN:
        return v.kind == V_TIMESPAN && v.i >= t->range.from && v.i <= t->range.to;
    case T_SEMVER:
        return v.kind == V_SEMVER && (!t->semver || semver_range_includes(t->semver, v.semver));
    case T_SEMVER_RANGE:
        return v.kind == V_SEMVER_RANGE;
    case T_TYPESET: /* a set is an instance of TypeSet, and a type too */
        return v.kind == V_TYPE && type_resolve(v.t)->kind == T_TYPESET;
    case T_URI:
        return v.kind == V_URI && (!t->uri || match_uri(t->uri, v));
    case T_OBJECT:
        return v.kind == V_OBJECT && (!t->object.def || object_match(t, v.object));
    default:
        return false;
    }
}

static bool match(const struct type *t, struct value v, struct walk w)
{
    if (w.depth > TYPE_DEPTH)
        return false;
    switch ((enum type_kind)t->kind) {
    case T_ANY:
    case T_UNIT:
        return true;
    case T_STRING:
        return match_string(t, v);
    case T_ENUM:
    case T_PATTERN:
        return v.kind == V_STRING && type_takes_text(t, value_sv(v), w.slow);
    case T_NUMERIC:
    case T_INTEGER:
    case T_FLOAT:
        return match_number(t, v);
    case T_OPTIONAL:
        return v.kind <= V_UNDEF || (t->inner && match(t->inner, v, w));
    case T_NOT_UNDEF:
        return v.kind > V_UNDEF && (!t->inner || match(t->inner, v, w));
    case T_VARIANT:
        return match_variant(t, v, w);
    case T_ALIAS:
        return t->alias.target && w.aliases < ALIAS_RUN && match(t->alias.target, v, (struct walk){ w.depth, w.aliases + 1, w.slow });
    case T_ARRAY:
        return match_array(t, v, w);
    case T_HASH:
        return match_hash(t, v, w);
    case T_TUPLE:
        return match_tuple(t, v, w);
    case T_STRUCT:
        return match_struct(t, v, w);
    case T_DATA:
        return match_data(v, 0);
    case T_RICH_DATA:
        return match_rich(v, 0);
    case T_SENSITIVE:
        return v.kind == V_SENSITIVE && (!t->inner || match(t->inner, *v.inner, deeper(w)));
    case T_CALLABLE:
        return match_callable(t, v);
    case T_INIT:
        return t->inner ? match(t->inner, v, deeper(w)) || type_init_takes(t, v) : match_rich(v, 0);
    case T_ITERABLE:
    case T_ITERATOR:
        return match_iterable(t, v);
    default:
        return match_simple(t, v);
    }
}

bool value_fits(struct value want, struct value v)
{
    switch (want.kind) {
    case V_TYPE:
        return type_match(want.t, v);
    case V_REGEXP:
        return v.kind == V_STRING && regexp_search(want.re, value_sv(v), 0, NULL) == REGEXP_YES;
    default:
        return value_equal(want, v);
    }
}

bool type_match(const struct type *t, struct value v) { return match(t, v, (struct walk){ 0, 0, NULL }); }

bool type_match_or_slow(const struct type *t, struct value v, struct slow_match *out_slow)
{
    *out_slow = (struct slow_match){ NULL, 0 };
    return match(t, v, (struct walk){ 0, 0, out_slow });
}
