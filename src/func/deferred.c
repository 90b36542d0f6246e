/* deferred: calls that were put off: Deferred('name', [arguments]), and call(), which makes any. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/func.h"
#include "types/object.h"

#define RESOLVE_DEPTH 400

static struct value resolve(struct call *k, struct value v, unsigned depth);

static struct value resolve_list(struct call *k, const struct value *items, uint32_t n, unsigned depth)
{
    struct value *resolved = ARENA_ARRAY(k->arena, struct value, n + 1);

    for (uint32_t i = 0; i < n; i++)
        resolved[i] = resolve(k, items[i], depth);
    return value_array(resolved, n);
}

static struct value resolve_hash(struct call *k, const struct hash *h, unsigned depth)
{
    struct hash *resolved = hash_new(k->arena, h->count);

    for (uint32_t i = 0; i < h->count; i++)
        hash_put(k->arena, resolved, h->pairs[i].key, resolve(k, h->pairs[i].value, depth));
    return value_hash(resolved);
}

static struct value call_checked(struct call *k, struct sv name, const struct value *args, uint32_t count, const struct value *block)
{
    if (!call_function_exists(k, name))
        call_fail(k, "Unknown function '%.*s'", SV_ARG(name));
    return call_function(k, name, args, count, block);
}

/* A function by its name, or '$variable', into which the arguments dig. Always at top scope. */
static struct value resolve_call(struct call *k, const struct object *o, unsigned depth)
{
    const struct value *name = object_value(o, SV("name")), *given = object_value(o, SV("arguments"));
    struct value args = given && given->kind == V_ARRAY ? resolve_list(k, given->items, given->n, depth) : value_array(NULL, 0);
    struct sv text = value_sv(*name);
    struct value *dig;

    if (!sv_starts(text, SV("$")))
        return call_checked(k, text, args.items, args.n, NULL);
    dig = ARENA_ARRAY(k->arena, struct value, args.n + 1);
    text = sv_slice(text, 1, text.n);
    dig[0] = VALUE_UNDEF;
    call_variable(k, arena_printf(k->arena, "::%.*s", SV_ARG(text)), &dig[0]);
    if (args.n)
        memcpy(dig + 1, args.items, args.n * sizeof *dig);
    return dig[0].kind <= V_UNDEF || !args.n ? dig[0] : call_function(k, SV("dig"), dig, args.n + 1, NULL);
}

static struct value resolve(struct call *k, struct value v, unsigned depth)
{
    if (depth > RESOLVE_DEPTH)
        call_fail(k, "a Deferred value is nested too deeply");
    switch (v.kind) {
    case V_ARRAY:
        return resolve_list(k, v.items, v.n, depth + 1);
    case V_HASH:
        return resolve_hash(k, v.h, depth + 1);
    case V_SENSITIVE:
        return value_sensitive(k->arena, resolve(k, *v.inner, depth + 1));
    case V_BINARY: /* its bytes, as the reference gives them */
        v.kind = V_STRING;
        return v;
    case V_OBJECT:
        return v.object->type == &deferred_type ? resolve_call(k, v.object, depth + 1) : v;
    default:
        return v;
    }
}

struct value deferred_resolve(struct call *k, struct value v) { return resolve(k, v, 0); }

static struct value fn_call(struct call *k) { return call_checked(k, value_sv(k->args[0]), k->args + 1, k->count - 1, k->block); }

static struct value fn_call_deferred(struct call *k) { return deferred_resolve(k, k->args[0]); }

const struct builtin func_deferred[] = {
    { "call", "Callable[String, Any, 1, default, Optional[Callable]]", "calls a function by its name", fn_call, FN_SEES_SCOPE,
      "function_name arguments block" },
    { "call", "Callable[Deferred]", "makes a call that was put off", fn_call_deferred, FN_SEES_SCOPE, "deferred" },
};
const size_t func_deferred_count = sizeof func_deferred / sizeof *func_deferred;
