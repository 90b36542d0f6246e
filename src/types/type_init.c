/* type: Init[T]: values of which T.new() makes a T, by the signatures of its converters; nothing is converted where they say enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/object.h"
#include "types/uri.h"

static bool is_text(struct value v) { return v.kind == V_STRING && v.n > 0; }
static bool is_formats(struct value v) { return is_text(v) || v.kind == V_DEFAULT || v.kind == V_ARRAY || v.kind == V_HASH; }
static bool has_text(struct value v) { return v.kind == V_HASH && hash_find_sv(v.h, SV("string")); }

static bool takes_string(const struct value *args, uint32_t n) { return n == 1 || (n == 2 && is_formats(args[1])); }
static bool takes_one(const struct value *args, uint32_t n) { return (void)args, n == 1; }
static bool takes_text(const struct value *args, uint32_t n) { return n == 1 && is_text(args[0]); }

static bool takes_regexp(const struct value *args, uint32_t n)
{
    return n >= 1 && n <= 2 && args[0].kind == V_STRING && (n == 1 || args[1].kind == V_BOOL);
}

static bool takes_uri(const struct value *args, uint32_t n)
{
    if (n != 1 || args[0].kind != V_HASH)
        return takes_text(args, n);
    for (uint32_t i = 0; i < args[0].h->count; i++)
        if (args[0].h->pairs[i].key.kind != V_STRING || !uri_is_part(value_sv(args[0].h->pairs[i].key)))
            return false;
    return true;
}

static bool takes_timestamp(const struct value *args, uint32_t n)
{
    if (n == 0)
        return true;
    if (n == 1 && (args[0].kind == V_INT || args[0].kind == V_FLOAT || has_text(args[0])))
        return true;
    return is_text(args[0]) && n <= 3 && (n < 2 || is_formats(args[1])) && (n < 3 || is_text(args[2]));
}

static bool takes_timespan(const struct value *args, uint32_t n)
{
    if (n == 1 && (args[0].kind == V_INT || args[0].kind == V_FLOAT || args[0].kind == V_HASH))
        return true;
    if (n >= 1 && is_text(args[0]))
        return n == 1 || (n == 2 && is_formats(args[1]));
    for (uint32_t i = 0; i < n; i++)
        if (args[i].kind != V_INT)
            return false;
    return n >= 4 && n <= 7;
}

static bool takes_binary(const struct value *args, uint32_t n)
{
    if (n == 1 && args[0].kind == V_HASH)
        return hash_find_sv(args[0].h, SV("value")) != NULL;
    if (n >= 1 && n <= 2 && args[0].kind == V_STRING)
        return n == 1 || args[1].kind == V_STRING;
    for (uint32_t i = 0; n == 1 && args[0].kind == V_ARRAY && i < args[0].n; i++)
        if (args[0].items[i].kind != V_INT || args[0].items[i].i < 0 || args[0].items[i].i > 255)
            return false;
    return n == 1 && args[0].kind == V_ARRAY;
}

typedef bool takes_fn(const struct value *args, uint32_t n);
static takes_fn *const takes[TYPE_KIND_COUNT] = {
    [T_STRING] = takes_string,       [T_SENSITIVE] = takes_one,     [T_TYPE] = takes_text,     [T_REGEXP] = takes_regexp,
    [T_TIMESTAMP] = takes_timestamp, [T_TIMESPAN] = takes_timespan, [T_BINARY] = takes_binary, [T_URI] = takes_uri,
};

/* Would T.new() take these: the others' converters refuse just what their signatures do. */
static bool accepts(const struct type *t, const struct value *args, uint32_t n)
{
    struct arena *scratch;
    struct value made;
    struct sv why;
    bool ok;

    t = type_resolve(t);
    if (t->kind == T_INIT || t->kind == T_OPTIONAL || t->kind == T_NOT_UNDEF)
        return false;
    if (t->kind == T_OBJECT && n == 1 && args[0].kind != V_HASH)
        return false; /* an attribute may be an Init of the same type: only what gets smaller is looked into */
    if (takes[t->kind])
        return takes[t->kind](args, n);
    scratch = arena_new(0);
    if (t->kind == T_OBJECT && n == 1)
        ok = object_takes_hash(scratch, t, args[0]);
    else
        ok = type_new(scratch, t->kind == T_OBJECT ? t : type_bare(t->kind), args, n, &made, &why);
    arena_free(scratch);
    return ok;
}

bool type_init_expands(const struct type *t, struct value v)
{
    bool whole = t->kind == T_HASH || t->kind == T_STRUCT || t->kind == T_SENSITIVE || (t->kind == T_BINARY && takes_binary(&v, 1));

    return v.kind == V_ARRAY && !whole && !type_match(t, v);
}

bool type_init_takes(const struct type *init, struct value v)
{
    struct value args[8];

    if (init->init.count + 1 > sizeof args / sizeof *args)
        return false;
    if (init->init.count) {
        args[0] = v;
        memcpy(args + 1, init->init.args, init->init.count * sizeof *args);
        return accepts(init->inner, args, init->init.count + 1);
    }
    return accepts(init->inner, &v, 1) || (v.kind == V_ARRAY && accepts(init->inner, v.items, v.n));
}
