/* type: the built-in types, building blocks, equality. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/type.h"

#include <math.h>
#include <stdlib.h>

#include "types/internal.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"

#define BARE(k) .kind = (k), .is_bare = true

const struct type builtin_types[TYPE_KIND_COUNT] = {
#define X(k, name) [k] = { BARE(k) },
    TYPE_KINDS(X)
#undef X
};

/* Bare types whose parameters mean something: ranges without bounds and so on. */
static const struct type integer_type = { BARE(T_INTEGER), .range = { INT64_MIN, INT64_MAX } };
static const struct type float_type = { BARE(T_FLOAT), .frange = { -INFINITY, INFINITY } };
static const struct type string_type = { BARE(T_STRING), .str = { .to = SIZE_UNBOUNDED } };
static const struct type boolean_type = { BARE(T_BOOLEAN), .boolean = { -1 } };
static const struct type collection_type = { BARE(T_COLLECTION), .range = { 0, SIZE_UNBOUNDED } };
static const struct type array_type = { BARE(T_ARRAY), .array = { &builtin_types[T_ANY], 0, SIZE_UNBOUNDED } };
static const struct type hash_type = { BARE(T_HASH), .hash = { &builtin_types[T_ANY], &builtin_types[T_ANY], 0, SIZE_UNBOUNDED } };
static const struct type tuple_type = { BARE(T_TUPLE), .tuple = { NULL, 0, 0, SIZE_UNBOUNDED } };
static const struct type timestamp_type = { BARE(T_TIMESTAMP), .range = { INT64_MIN, INT64_MAX } };
static const struct type timespan_type = { BARE(T_TIMESPAN), .range = { INT64_MIN, INT64_MAX } };

/* What the aliases Data and RichData stand for. */
static const struct type data_array_type = { .kind = T_ARRAY, .array = { &builtin_types[T_DATA], 0, SIZE_UNBOUNDED } };
static const struct type data_hash_type = { .kind = T_HASH, .hash = { &string_type, &builtin_types[T_DATA], 0, SIZE_UNBOUNDED } };
static const struct type *data_items[] = { &builtin_types[T_SCALAR_DATA], &builtin_types[T_UNDEF], &data_hash_type, &data_array_type };
static const struct type data_type = { .kind = T_VARIANT, .variant = { data_items, 4 } };
static const struct type *rich_key_items[] = { &string_type, &builtin_types[T_NUMERIC] };
static const struct type rich_key_type = { .kind = T_VARIANT, .variant = { rich_key_items, 2 } };
static const struct type rich_array_type = { .kind = T_ARRAY, .array = { &builtin_types[T_RICH_DATA], 0, SIZE_UNBOUNDED } };
static const struct type rich_hash_type = { .kind = T_HASH, .hash = { &rich_key_type, &builtin_types[T_RICH_DATA], 0, SIZE_UNBOUNDED } };
static const struct type *rich_items[] = {
    &builtin_types[T_SCALAR], &builtin_types[T_SEMVER_RANGE], &builtin_types[T_BINARY], &builtin_types[T_SENSITIVE],
    &builtin_types[T_TYPE],   &builtin_types[T_TYPESET],      &builtin_types[T_URI],    &builtin_types[T_OBJECT],
    &builtin_types[T_UNDEF],  &builtin_types[T_DEFAULT],      &rich_hash_type,          &rich_array_type
};
static const struct type rich_type = { .kind = T_VARIANT, .variant = { rich_items, sizeof rich_items / sizeof *rich_items } };

/* Aliases that are always there. */
static const struct {
    const char *name;
    struct type alias;
} builtin_aliases[] = {
#define ALIAS(text, of)                                                                                                                    \
    {                                                                                                                                      \
        text,                                                                                                                              \
        {                                                                                                                                  \
            BARE(T_ALIAS), .alias = {.name = SV_INIT(text), .target = (of) }                                                               \
        }                                                                                                                                  \
    }
    ALIAS("RichDataKey", &rich_key_type),
    ALIAS("Puppet::LookupKey", &rich_key_type),
    ALIAS("Puppet::LookupValue", &builtin_types[T_RICH_DATA]),
#undef ALIAS
};

const struct type *type_bare(enum type_kind kind)
{
    switch (kind) {
    case T_INTEGER:
        return &integer_type;
    case T_FLOAT:
        return &float_type;
    case T_STRING:
        return &string_type;
    case T_BOOLEAN:
        return &boolean_type;
    case T_COLLECTION:
        return &collection_type;
    case T_ARRAY:
        return &array_type;
    case T_HASH:
        return &hash_type;
    case T_TUPLE:
        return &tuple_type;
    case T_TIMESTAMP:
        return &timestamp_type;
    case T_TIMESPAN:
        return &timespan_type;
    default:
        return &builtin_types[kind];
    }
}

const struct type *type_any(void) { return &builtin_types[T_ANY]; }
const struct type *type_expand(const struct type *t) { return t->kind == T_DATA ? &data_type : t->kind == T_RICH_DATA ? &rich_type : t; }

static const char *const kind_names[TYPE_KIND_COUNT] = {
#define X(k, name) [k] = name,
    TYPE_KINDS(X)
#undef X
};

const char *type_kind_name(enum type_kind kind) { return kind_names[kind]; }

const struct type *type_builtin(struct sv name)
{
    for (int k = 0; k < TYPE_KIND_COUNT; k++)
        if (sv_eq_nocase(name, sv_of(kind_names[k])))
            return type_bare((enum type_kind)k);
    if (sv_eq_nocase(name, SV("Deferred")))
        return &deferred_type;
    if (sv_eq_nocase(name, SV("Error")))
        return &error_type;
    if (sv_eq_nocase(name, SV("Puppet::LookupContext")))
        return &lookup_context_type;
    for (size_t i = 0; i < sizeof builtin_aliases / sizeof *builtin_aliases; i++)
        if (sv_eq_nocase(name, builtin_aliases[i].alias.alias.name))
            return &builtin_aliases[i].alias;
    return NULL;
}

struct type *type_alias(struct arena *a, struct sv name, const struct node *expr)
{
    struct type *t = type_make(a, T_ALIAS);

    t->alias.name = name;
    t->alias.expr = expr;
    return t;
}

const struct type *type_resolve(const struct type *t)
{
    for (int i = 0; i < 100 && t->kind == T_ALIAS && t->alias.target; i++)
        t = t->alias.target;
    return t;
}

/* ---- making ---- */

struct type *type_make(struct arena *a, enum type_kind kind)
{
    struct type *t = ARENA_NEW(a, struct type);

    *t = *type_bare(kind);
    t->is_bare = false;
    return t;
}

const struct type *type_integer(struct arena *a, int64_t from, int64_t to)
{
    struct type *t = type_make(a, T_INTEGER);

    t->range.from = from;
    t->range.to = to;
    return t;
}

const struct type *type_wrap(struct arena *a, enum type_kind kind, const struct type *inner)
{
    struct type *t = type_make(a, kind);

    t->inner = inner;
    return t;
}

const struct type *type_of_type(struct arena *a, const struct type *t) { return type_wrap(a, T_TYPE, t); }
const struct type *type_optional(struct arena *a, const struct type *t) { return type_wrap(a, T_OPTIONAL, t); }

const struct type *type_array_of(struct arena *a, const struct type *elem)
{
    struct type *t = type_make(a, T_ARRAY);

    t->array.elem = elem;
    return t;
}

const struct type *type_hash_of(struct arena *a, const struct type *key, const struct type *value)
{
    struct type *t = type_make(a, T_HASH);

    t->hash.key = key;
    t->hash.value = value;
    return t;
}

const struct type *type_exact_string(struct arena *a, struct sv text)
{
    struct type *t = type_make(a, T_STRING);

    t->str.text = text.p ? text : SV("");
    t->str.exact = true;
    t->str.from = t->str.to = (int64_t)utf8_count(text);
    return t;
}

const struct type *type_variant(struct arena *a, const struct type *const *items, uint32_t count)
{
    const struct type **list = NULL;
    size_t n = 0, cap = 0;
    struct type *t;

    for (uint32_t i = 0; i < count; i++) {
        const struct type *const *from = items[i]->kind == T_VARIANT ? items[i]->variant.items : &items[i];
        uint32_t more = items[i]->kind == T_VARIANT ? items[i]->variant.count : 1;

        for (uint32_t k = 0; k < more; k++) {
            bool known = false;

            for (size_t j = 0; j < n && !known; j++)
                known = type_equal(list[j], from[k]);
            if (!known)
                ARENA_PUSH(a, list, n, cap, from[k]);
        }
    }
    if (n == 1)
        return list[0];
    t = type_make(a, T_VARIANT);
    t->variant.items = list;
    t->variant.count = (uint32_t)n;
    return t;
}

static int order_sv(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

const struct type *type_enum(struct arena *a, const struct sv *values, uint32_t count, bool nocase)
{
    struct type *t = type_make(a, T_ENUM);
    struct sv *list = ARENA_ARRAY(a, struct sv, count);
    uint32_t n = 0;

    if (count) {
        memcpy(list, values, count * sizeof *list);
        qsort(list, count, sizeof *list, order_sv);
    }
    for (uint32_t i = 0; i < count; i++)
        if (n == 0 || !sv_eq(list[n - 1], list[i]))
            list[n++] = list[i];
    t->enums.values = list;
    t->enums.count = n;
    t->enums.nocase = nocase;
    return t;
}

/* ---- equality ---- */

static bool equal_types(const struct type *const *x, uint32_t nx, const struct type *const *y, uint32_t ny)
{
    if (nx != ny)
        return false;
    for (uint32_t i = 0; i < nx; i++)
        if (!type_equal(x[i], y[i]))
            return false;
    return true;
}

static bool same_or_equal(const struct type *x, const struct type *y) { return x == y || (x && y && type_equal(x, y)); }

/* Every item of x is in y, and they are as many. */
static bool same_set(const struct type *x, const struct type *y)
{
    if (x->variant.count != y->variant.count)
        return false;
    for (uint32_t i = 0; i < x->variant.count; i++) {
        bool found = false;

        for (uint32_t k = 0; k < y->variant.count && !found; k++)
            found = type_equal(x->variant.items[i], y->variant.items[k]);
        if (!found)
            return false;
    }
    return true;
}

static bool equal_structs(const struct type *x, const struct type *y)
{
    if (x->strct.count != y->strct.count)
        return false;
    for (uint32_t i = 0; i < x->strct.count; i++) {
        const struct struct_member *m = &x->strct.members[i], *n = &y->strct.members[i];

        if (!sv_eq(m->name, n->name) || m->optional_key != n->optional_key || !type_equal(m->type, n->type))
            return false;
    }
    return true;
}

static bool equal_enums(const struct type *x, const struct type *y)
{
    if (x->enums.count != y->enums.count || x->enums.nocase != y->enums.nocase)
        return false;
    for (uint32_t i = 0; i < x->enums.count; i++)
        if (!sv_eq(x->enums.values[i], y->enums.values[i]))
            return false;
    return true;
}

static bool equal_patterns(const struct type *x, const struct type *y)
{
    if (x->patterns.count != y->patterns.count)
        return false;
    for (uint32_t i = 0; i < x->patterns.count; i++) {
        bool found = false;

        for (uint32_t k = 0; k < y->patterns.count && !found; k++)
            found = sv_eq(regexp_source(x->patterns.items[i]), regexp_source(y->patterns.items[k]));
        if (!found)
            return false;
    }
    return true;
}

static bool equal_regexps(const struct regexp *x, const struct regexp *y)
{
    return x == y || (x && y && sv_eq(regexp_source(x), regexp_source(y)));
}

bool type_equal(const struct type *x, const struct type *y)
{
    if (x == y)
        return true;
    if (x->kind != y->kind || x->sized != y->sized)
        return false;
    switch ((enum type_kind)x->kind) {
    case T_INTEGER:
    case T_COLLECTION:
    case T_TIMESTAMP:
    case T_TIMESPAN:
        return x->range.from == y->range.from && x->range.to == y->range.to;
    case T_FLOAT:
        return x->frange.from == y->frange.from && x->frange.to == y->frange.to;
    case T_BOOLEAN:
        return x->boolean.only == y->boolean.only;
    case T_STRING:
        return x->str.exact == y->str.exact && x->str.from == y->str.from && x->str.to == y->str.to && sv_eq(x->str.text, y->str.text);
    case T_ENUM:
        return equal_enums(x, y);
    case T_PATTERN:
        return equal_patterns(x, y);
    case T_REGEXP:
        return equal_regexps(x->regexp, y->regexp);
    case T_ARRAY:
        return x->array.from == y->array.from && x->array.to == y->array.to && type_equal(x->array.elem, y->array.elem);
    case T_HASH:
        return x->hash.from == y->hash.from && x->hash.to == y->hash.to && type_equal(x->hash.key, y->hash.key) &&
               type_equal(x->hash.value, y->hash.value);
    case T_TUPLE:
        return x->tuple.from == y->tuple.from && x->tuple.to == y->tuple.to &&
               equal_types(x->tuple.items, x->tuple.count, y->tuple.items, y->tuple.count);
    case T_STRUCT:
        return equal_structs(x, y);
    case T_VARIANT:
        return same_set(x, y);
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_SENSITIVE:
    case T_ITERABLE:
    case T_ITERATOR:
        return same_or_equal(x->inner, y->inner);
    case T_URI:
        return x->uri == y->uri || (x->uri && y->uri && value_same(value_hash(x->uri), value_hash(y->uri)));
    case T_INIT:
        return same_or_equal(x->inner, y->inner) &&
               value_same(value_array(x->init.args, x->init.count), value_array(y->init.args, y->init.count));
    case T_CALLABLE:
        return same_or_equal(x->callable.params, y->callable.params) && same_or_equal(x->callable.block, y->callable.block) &&
               same_or_equal(x->callable.returns, y->callable.returns);
    case T_CLASS:
        return x->ref.has_title == y->ref.has_title && sv_eq(x->ref.title, y->ref.title);
    case T_RESOURCE:
        return sv_eq_nocase(x->ref.type, y->ref.type) && x->ref.has_title == y->ref.has_title && sv_eq(x->ref.title, y->ref.title);
    case T_ALIAS:
        return sv_eq_nocase(x->alias.name, y->alias.name);
    case T_RUNTIME:
        return sv_eq(x->runtime.runtime, y->runtime.runtime) && sv_eq(x->runtime.name, y->runtime.name);
    case T_SEMVER:
        return x->semver == y->semver || (x->semver && y->semver && semver_range_equal(x->semver, y->semver));
    case T_OBJECT:
        return object_type_equal(x, y);
    case T_TYPESET:
        return x->typeset == y->typeset;
    case T_REFERENCE:
        return sv_eq(x->reference, y->reference);
    default: /* kinds without parameters */
        return true;
    }
}
