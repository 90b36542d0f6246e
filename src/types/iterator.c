/* iterator: walking over what can be iterated. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/iterator.h"

#include "types/text.h"
#include "types/type.h"

#define ITERATOR_DEPTH 100                 /* iterators over iterators */
#define ARRAY_MOST     (INT64_C(50) << 20) /* elements that may be made at once */

static bool open_string(struct arena *a, struct value v, struct iterable *it)
{
    struct sv s = value_sv(v);
    uint32_t *offsets = ARENA_ARRAY(a, uint32_t, utf8_count(s) + 1);
    size_t at = 0;
    uint32_t n = 0;

    for (; at < s.n; n++) {
        offsets[n] = (uint32_t)at;
        utf8_next(s, &at);
    }
    offsets[n] = (uint32_t)s.n;
    it->offsets = offsets;
    it->count = n;
    return true;
}

static bool open_type(const struct type *t, struct iterable *it)
{
    t = type_resolve(t);
    it->source = value_type(t);
    if (t->kind == T_ENUM) {
        it->count = t->enums.count;
        return true;
    }
    if (t->kind != T_INTEGER || t->range.from == INT64_MIN || t->range.to == INT64_MAX)
        return false;
    it->first = t->range.from;
    return !__builtin_sub_overflow(t->range.to, t->range.from, &it->count) && !__builtin_add_overflow(it->count, 1, &it->count);
}

static bool open_at(struct arena *a, struct value v, struct iterable *it, int depth)
{
    struct iterable *inner;

    *it = (struct iterable){ .source = v };
    switch (v.kind) {
    case V_ARRAY:
        it->count = v.n;
        return true;
    case V_HASH:
        it->count = v.h->count;
        return true;
    case V_STRING:
        return open_string(a, v, it);
    case V_INT:
        it->count = v.i;
        return v.i >= 0;
    case V_TYPE:
        return open_type(v.t, it);
    case V_ITERATOR:
        inner = ARENA_NEW(a, struct iterable);
        if (depth > ITERATOR_DEPTH || !open_at(a, v.iter->source, inner, depth + 1))
            return false;
        it->inner = inner;
        it->count = inner->count / v.iter->step + (inner->count % v.iter->step != 0);
        return true;
    default:
        return false;
    }
}

bool iterable_open(struct arena *a, struct value v, struct iterable *out_it) { return open_at(a, v, out_it, 0); }

struct value iterable_at(struct arena *a, const struct iterable *it, int64_t i)
{
    struct value v = it->source, *pair;

    switch (v.kind) {
    case V_ARRAY:
        return v.items[i];
    case V_HASH:
        pair = ARENA_ARRAY(a, struct value, 2);
        pair[0] = v.h->pairs[i].key;
        pair[1] = v.h->pairs[i].value;
        return value_array(pair, 2);
    case V_STRING:
        return value_str(sv_slice(value_sv(v), it->offsets[i], it->offsets[i + 1]));
    case V_INT:
        return value_int(i);
    case V_TYPE:
        return v.t->kind == T_ENUM ? value_str(v.t->enums.values[i]) : value_int(it->first + i);
    default:
        return iterable_at(a, it->inner, v.iter->reverse ? it->inner->count - 1 - i * v.iter->step : i * v.iter->step);
    }
}

struct value value_iterator(struct arena *a, struct value source, bool reverse, int64_t step)
{
    struct iterator *it = ARENA_NEW(a, struct iterator);

    *it = (struct iterator){ source, reverse, step };
    return (struct value){ .kind = V_ITERATOR, .iter = it };
}

struct value iterable_to_array(struct arena *a, struct value v)
{
    struct iterable it;
    struct value *items;

    if (v.kind == V_ARRAY)
        return v;
    if (!iterable_open(a, v, &it) || it.count > ARRAY_MOST)
        return VALUE_UNDEF;
    items = ARENA_ARRAY(a, struct value, it.count);
    for (int64_t i = 0; i < it.count; i++)
        items[i] = iterable_at(a, &it, i);
    return value_array(items, (uint32_t)it.count);
}

const struct type *iterator_element_type(struct arena *a, const struct iterator *it)
{
    struct iterable seq;
    const struct type *t = NULL;

    if (!iterable_open(a, it->source, &seq))
        return type_any();
    if (seq.source.kind == V_TYPE && seq.source.t->kind == T_INTEGER)
        return type_builtin(SV("Integer"));
    for (int64_t i = 0; i < seq.count && i < 100; i++)
        t = t ? type_common(a, t, type_infer(a, iterable_at(a, &seq, i))) : type_infer(a, iterable_at(a, &seq, i));
    return t ? type_generalize(a, t) : type_any();
}

const struct type *iterator_exact_type(struct arena *a, const struct iterator *it)
{
    struct iterable seq;
    const struct type **items;
    uint32_t n = 0;

    if (!iterable_open(a, it->source, &seq))
        return type_any();
    if (seq.source.kind == V_TYPE && type_resolve(seq.source.t)->kind == T_INTEGER) {
        struct type *range = ARENA_NEW(a, struct type);

        *range = *type_resolve(seq.source.t);
        range->is_bare = false;
        range->range.from = seq.first;
        range->range.to = seq.first + (seq.count ? (seq.count - 1) / it->step * it->step : 0);
        return range;
    }
    if (seq.source.kind == V_STRING && seq.count) { /* characters */
        struct type *one = ARENA_NEW(a, struct type);

        *one = *type_builtin(SV("String"));
        one->is_bare = false;
        one->sized = true;
        one->str.from = one->str.to = 1;
        return one;
    }
    items = ARENA_ARRAY(a, const struct type *, 101);
    for (int64_t i = 0; i < seq.count && i < 100; i++) {
        const struct type *t = type_infer(a, iterable_at(a, &seq, i));

        if (t->kind == T_TUPLE && seq.source.kind == V_HASH) { /* as written, with its size */
            struct type *pair = ARENA_NEW(a, struct type);

            *pair = *t;
            pair->sized = true;
            t = pair;
        }
        items[n++] = t;
    }
    return n ? type_variant(a, items, n) : type_any();
}
