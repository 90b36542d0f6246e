/* object: instances of object types. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/object.h"

#include "types/internal.h"

const struct value *object_value(const struct object *o, struct sv name)
{
    const struct value *v = hash_find_sv(o->fields, name);
    const struct object_member *m;

    if (v)
        return v;
    m = object_find(o->type, name);
    return m && m->kind == MEMBER_CONSTANT ? &m->value : NULL;
}

bool object_shows(const struct object *o, const struct hash_pair *field)
{
    const struct object_member *m = object_find(o->type, value_sv(field->key));

    return !m || m->value.kind == V_UNSET || !value_same(m->value, field->value);
}

bool object_is_optional(const struct object *o, const struct hash_pair *field)
{
    const struct object_member *m = object_find(o->type, value_sv(field->key));

    return m && m->value.kind != V_UNSET;
}

bool object_is_plain_constant(const struct object_member *m)
{
    struct arena *scratch;
    bool plain;

    if (m->kind != MEMBER_CONSTANT)
        return false;
    scratch = arena_new(0);
    plain = type_equal(m->type, type_generalize(scratch, type_infer_reduced(scratch, m->value)));
    arena_free(scratch);
    return plain;
}

/* ---- making ---- */

static bool is_given(const struct object_member *m) { return m->kind != MEMBER_CONSTANT && m->kind != MEMBER_DERIVED; }

/* The attributes that new() takes, those without a default first. */
static struct member_list new_params(struct arena *a, struct member_list all, uint32_t *out_required)
{
    struct member_list list = { ARENA_ARRAY(a, struct object_member, all.count + 1), 0 };

    for (int optional = 0; optional < 2; optional++) {
        for (uint32_t i = 0; i < all.count; i++)
            if (is_given(&all.items[i]) && (all.items[i].value.kind != V_UNSET) == (optional == 1))
                list.items[list.count++] = all.items[i];
        if (!optional)
            *out_required = list.count;
    }
    return list;
}

static const struct type *init_struct(struct arena *a, struct member_list all)
{
    struct type *t = type_make(a, T_STRUCT);
    struct struct_member *members = ARENA_ARRAY(a, struct struct_member, all.count + 1);
    uint32_t n = 0;

    for (uint32_t i = 0; i < all.count; i++)
        if (is_given(&all.items[i]))
            members[n++] = (struct struct_member){ all.items[i].name, all.items[i].value.kind != V_UNSET, all.items[i].type };
    t->strct.members = members;
    t->strct.count = n;
    return t;
}

static const struct type *tuple_of(struct arena *a, struct member_list list, uint32_t required)
{
    struct type *t = type_make(a, T_TUPLE);

    t->tuple.items = ARENA_ARRAY(a, const struct type *, list.count + 1);
    for (uint32_t i = 0; i < list.count; i++)
        t->tuple.items[i] = list.items[i].type;
    t->tuple.count = list.count;
    t->tuple.from = required;
    t->tuple.to = list.count;
    t->sized = true;
    return t;
}

static const struct type *callable_of(struct arena *a, const struct type *params)
{
    struct type *t = type_make(a, T_CALLABLE);

    t->callable.params = params;
    return t;
}

struct value object_from_hash(struct arena *a, const struct type *t, const struct hash *h)
{
    struct member_list all = object_attributes(a, t);
    struct hash *fields = hash_new(a, all.count);
    struct object *o = ARENA_NEW(a, struct object);

    for (uint32_t i = 0; i < all.count; i++) {
        const struct object_member *m = &all.items[i];
        const struct value *v = is_given(m) ? hash_find_sv(h, m->name) : NULL;

        if (is_given(m))
            hash_put(a, fields, value_str(m->name), v ? *v : m->value.kind == V_UNSET ? VALUE_UNDEF : m->value);
    }
    *o = (struct object){ t, fields };
    return (struct value){ .kind = V_OBJECT, .object = o };
}

static void fail_new(struct arena *a, const struct type *t, struct member_list all, struct member_list list, uint32_t required,
                     const struct value *args, uint32_t count, struct sv *out_why)
{
    static const struct sv hash_name[] = { SV_INIT("hash") };
    struct object_member hash = { .type = init_struct(a, all) };
    struct sv *names = ARENA_ARRAY(a, struct sv, list.count + 1);
    struct type_signature sigs[] = { { callable_of(a, tuple_of(a, (struct member_list){ &hash, 1 }, 1)), hash_name, 1, SV_NONE },
                                     { callable_of(a, tuple_of(a, list, required)), names, list.count, SV_NONE } };
    struct strbuf out = STRBUF_IN(a);

    for (uint32_t i = 0; i < list.count; i++)
        names[i] = list.items[i].name;
    type_mismatch_call(a, &out, arena_printf(a, "'new_%.*s'", SV_ARG(object_label(t))), sigs, 2, args, count, NULL);
    *out_why = strbuf_sv(&out);
}

bool object_takes_hash(struct arena *a, const struct type *t, struct value v)
{
    return t->object.def && v.kind == V_HASH && type_match(init_struct(a, object_attributes(a, t)), v);
}

bool object_new(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why)
{
    struct member_list all, list;
    struct hash *given;
    uint32_t required = 0;
    bool ok;

    if (!t->object.def || !t->object.def->name.n) {
        *out_why = SV("an Object type without a name has no instances: give it one, type Name = Object[{ ... }]");
        return false;
    }
    if (t->object.args) /* the parameters of a type are no part of its instances */
        t = t->object.base;
    all = object_attributes(a, t);
    if (count == 1 && args[0].kind == V_HASH && type_match(init_struct(a, all), args[0])) {
        *out_v = object_from_hash(a, t, args[0].h);
        return true;
    }
    list = new_params(a, all, &required);
    given = hash_new(a, list.count);
    ok = count >= required && count <= list.count;
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = type_match(list.items[i].type, args[i]);
        hash_put(a, given, value_str(list.items[i].name), args[i]);
    }
    if (ok)
        *out_v = object_from_hash(a, t, given);
    else
        fail_new(a, t, all, list, required, args, count, out_why);
    return ok;
}

/* ---- comparing ---- */

/* Does an attribute take part where instances are compared: the type that defines it says so. */
static bool counts(const struct type *t, struct sv name)
{
    for (; t; t = object_parent(t)) {
        const struct object_type *def = t->object.def;
        const struct value *only = def->equality;

        for (uint32_t i = 0; only && i < only->n; i++)
            if (sv_eq(value_sv(only->items[i]), name))
                return true;
        for (uint32_t i = 0; !only && i < def->attributes.count; i++)
            if (sv_eq(def->attributes.items[i].name, name))
                return true;
    }
    return false;
}

static bool any_counts(const struct object *o)
{
    for (uint32_t i = 0; i < o->fields->count; i++)
        if (counts(o->type, value_sv(o->fields->pairs[i].key)))
            return true;
    return false;
}

bool object_equal(const struct object *x, const struct object *y)
{
    bool any_type = x->type->object.def->equality_without_type;

    if (x == y)
        return true;
    if (any_type ? !any_counts(x) : !type_equal(x->type, y->type))
        return false;
    for (uint32_t i = 0; i < x->fields->count; i++) {
        const struct hash_pair *field = &x->fields->pairs[i];
        const struct value *other = hash_find(y->fields, field->key);

        if (counts(x->type, value_sv(field->key)) && (!other || !value_same(field->value, *other)))
            return false;
    }
    return true;
}

/* ---- types of instances ---- */

const struct type *object_infer(struct arena *a, const struct object *o)
{
    struct member_list params = object_params(a, o->type);
    struct value *args;
    struct type *t;

    if (!params.count)
        return o->type;
    args = ARENA_ARRAY(a, struct value, params.count);
    for (uint32_t i = 0; i < params.count; i++) {
        const struct value *v = object_value(o, params.items[i].name);

        args[i] = v ? *v : VALUE_UNDEF;
    }
    t = ARENA_NEW(a, struct type);
    *t = *o->type;
    t->object.base = o->type;
    t->object.args = args;
    t->object.params = params;
    return t;
}

bool object_match(const struct type *t, const struct object *o)
{
    if (!object_assignable(t->object.args ? t->object.base : t, o->type))
        return false;
    for (uint32_t i = 0; t->object.args && i < t->object.params.count; i++) {
        const struct value *v = object_value(o, t->object.params.items[i].name);

        if (t->object.args[i].kind != V_UNSET && (!v || !value_fits(t->object.args[i], *v)))
            return false;
    }
    return true;
}

/* ---- members ---- */

static bool takes(struct arena *a, const struct object_member *m, const struct value *args, uint32_t count, struct sv *out_why)
{
    const struct type *callable = m->is_function ? type_resolve(m->type) : callable_of(a, tuple_of(a, (struct member_list){ 0 }, 0));
    const struct type *params = callable->kind == T_CALLABLE ? callable->callable.params : NULL;
    struct sv *names = ARENA_ARRAY(a, struct sv, count + 1);
    struct type_signature sig = { .callable = callable, .names = names, .name_count = count };
    bool ok = !params || (count >= params->tuple.from && count <= params->tuple.to);
    struct strbuf out = STRBUF_IN(a);

    for (uint32_t i = 0; i < count; i++)
        names[i] = SV("");
    for (uint32_t i = 0; ok && params && params->tuple.count && i < count; i++)
        ok = type_match(params->tuple.items[i < params->tuple.count ? i : params->tuple.count - 1], args[i]);
    if (ok)
        return true;
    type_mismatch_call(a, &out, arena_printf(a, "'%.*s'", SV_ARG(object_member_label(a, m))), &sig, 1, args, count, NULL);
    *out_why = strbuf_sv(&out);
    return false;
}

enum object_call object_call(struct arena *a, const struct object *o, struct sv name, const struct value *args, uint32_t count,
                             struct value *out_v, struct sv *out_why)
{
    const struct object_member *m = object_find(o->type, name);
    const struct value *v;

    if (!m)
        return OBJECT_NO_MEMBER;
    if (!takes(a, m, args, count, out_why))
        return OBJECT_REFUSED;
    v = object_value(o, o->type == &error_type && m->is_function ? SV("msg") : name);
    if (v) {
        *out_v = *v;
        return OBJECT_CALLED;
    }
    *out_why = arena_printf(a, "no method is implemented for %s%.*s", m->kind == MEMBER_DERIVED ? "derived " : "",
                            SV_ARG(object_member_label(a, m)));
    return OBJECT_REFUSED;
}
