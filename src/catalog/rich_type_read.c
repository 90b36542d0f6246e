/* rich_type_read: types from what rich_type.c writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rich.h"

#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"

struct reader {
    struct arena *arena;
    const struct hash *fields;
};

static struct value value_of(const struct reader *r, const char *name)
{
    const struct value *v = hash_find_sv(r->fields, sv_of(name));
    return v ? *v : VALUE_UNDEF;
}

static struct sv text_of(const struct reader *r, const char *name)
{
    struct value v = value_of(r, name);
    return v.kind == V_STRING ? value_sv(v) : SV_NONE;
}

static const struct type *as_type(struct value v, const struct type *otherwise) { return v.kind == V_TYPE ? v.t : otherwise; }
static const struct type *type_of(const struct reader *r, const char *name, const struct type *otherwise)
{
    return as_type(value_of(r, name), otherwise);
}

static const struct type **types_of(const struct reader *r, const char *name, uint32_t *out_count)
{
    struct value v = value_of(r, name);
    uint32_t n = v.kind == V_ARRAY ? v.n : 0;
    const struct type **items = ARENA_ARRAY(r->arena, const struct type *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = as_type(v.items[i], type_any());
    *out_count = n;
    return items;
}

static void take_bounds(const struct reader *r, int64_t *from, int64_t *to)
{
    struct value low = value_of(r, "from"), high = value_of(r, "to");
    *from = low.kind <= V_DEFAULT ? INT64_MIN : low.i;
    *to = high.kind <= V_DEFAULT ? INT64_MAX : high.i;
}

static void take_size(const struct reader *r, const char *name, struct type *t, int64_t *from, int64_t *to)
{
    const struct type *size = type_of(r, name, NULL);
    if (!size || size->kind != T_INTEGER)
        return;
    t->sized = true;
    *from = size->range.from;
    *to = size->range.to;
}

static void take_floats(const struct reader *r, struct type *t)
{
    struct value low = value_of(r, "from"), high = value_of(r, "to");
    if (low.kind == V_FLOAT)
        t->frange.from = low.f;
    if (high.kind == V_FLOAT)
        t->frange.to = high.f;
}

static void take_string(const struct reader *r, struct type *t)
{
    struct sv text = text_of(r, "size_type_or_value");
    if (text.p) {
        t->str.text = text;
        t->str.exact = true;
        t->sized = true;
        t->str.from = t->str.to = (int64_t)text.n;
    } else {
        take_size(r, "size_type_or_value", t, &t->str.from, &t->str.to);
    }
}

static void take_enum(const struct reader *r, struct type *t)
{
    struct value v = value_of(r, "values"), nocase = value_of(r, "case_insensitive");
    uint32_t n = v.kind == V_ARRAY ? v.n : 0;
    struct sv *values = ARENA_ARRAY(r->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        values[i] = v.items[i].kind == V_STRING ? value_sv(v.items[i]) : SV("");
    t->enums.values = values;
    t->enums.count = n;
    t->enums.nocase = nocase.kind == V_BOOL && nocase.b;
}

static void take_patterns(const struct reader *r, struct type *t)
{
    uint32_t n;
    const struct type **types = types_of(r, "patterns", &n);
    t->patterns.items = ARENA_ARRAY(r->arena, const struct regexp *, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if (types[i]->kind == T_REGEXP && types[i]->regexp)
            t->patterns.items[t->patterns.count++] = types[i]->regexp;
}

static void take_regexp(const struct reader *r, struct type *t)
{
    struct err err;
    struct sv pattern = text_of(r, "pattern");
    if (pattern.p)
        t->regexp = regexp_compile(r->arena, pattern, &err);
}

/* The list holds {key_type, value_type}, which are read as objects of the type Pcore::StructElement. */
static void take_struct(const struct reader *r, struct type *t)
{
    struct value v = value_of(r, "elements");
    uint32_t n = v.kind == V_ARRAY ? v.n : 0;
    struct struct_member *members = ARENA_ARRAY(r->arena, struct struct_member, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        if (v.items[i].kind != V_OBJECT)
            continue;
        struct reader inner = { r->arena, v.items[i].object->fields };
        const struct type *key = type_of(&inner, "key_type", type_any());
        bool optional = key->kind == T_OPTIONAL && key->inner;
        key = optional ? key->inner : key;
        members[t->strct.count++] = (struct struct_member){ .name = key->kind == T_STRING ? key->str.text : SV(""),
                                                            .optional_key = optional,
                                                            .type = type_of(&inner, "value_type", type_any()) };
    }
    t->strct.members = members;
}

static void take_tuple(const struct reader *r, struct type *t)
{
    t->tuple.items = types_of(r, "types", &t->tuple.count);
    if (t->tuple.count)
        t->tuple.from = t->tuple.to = t->tuple.count;
    take_size(r, "size_type", t, &t->tuple.from, &t->tuple.to);
}

static void take_callable(const struct reader *r, struct type *t)
{
    t->callable.params = type_of(r, "param_types", NULL);
    t->callable.block = type_of(r, "block_type", NULL);
    t->callable.returns = type_of(r, "return_type", NULL);
}

static void take_init(const struct reader *r, struct type *t)
{
    struct value args = value_of(r, "init_args");
    t->init.inner = type_of(r, "type", NULL);
    if (args.kind == V_ARRAY) {
        t->init.args = args.items;
        t->init.count = args.n;
    }
}

static void take_reference(const struct reader *r, struct type *t)
{
    bool is_class = t->kind == T_CLASS;
    struct sv title = text_of(r, is_class ? "class_name" : "title");
    t->ref.type = is_class ? SV_NONE : text_of(r, "type_name");
    t->ref.title = title;
    t->ref.has_title = title.p != NULL;
}

static void take_versions(const struct reader *r, struct type *t)
{
    struct value v = value_of(r, "ranges");
    struct strbuf text = STRBUF_IN(r->arena);
    struct err err;
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++) {
        strbuf_adds(&text, i ? " || " : "");
        value_print(&text, v.items[i]);
    }
    if (text.n)
        t->semver = semver_range_parse(r->arena, strbuf_sv(&text), &err);
}

static void take_parameters(const struct reader *r, struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case T_INTEGER:
    case T_TIMESTAMP:
    case T_TIMESPAN:
        take_bounds(r, &t->range.from, &t->range.to);
        break;
    case T_FLOAT:
        take_floats(r, t);
        break;
    case T_STRING:
        take_string(r, t);
        break;
    case T_ENUM:
        take_enum(r, t);
        break;
    case T_PATTERN:
        take_patterns(r, t);
        break;
    case T_REGEXP:
        take_regexp(r, t);
        break;
    case T_COLLECTION:
        take_size(r, "size_type", t, &t->range.from, &t->range.to);
        break;
    case T_ARRAY:
        t->array.elem = type_of(r, "element_type", t->array.elem);
        take_size(r, "size_type", t, &t->array.from, &t->array.to);
        break;
    case T_HASH:
        t->hash.key = type_of(r, "key_type", t->hash.key);
        t->hash.value = type_of(r, "value_type", t->hash.value);
        take_size(r, "size_type", t, &t->hash.from, &t->hash.to);
        break;
    case T_TUPLE:
        take_tuple(r, t);
        break;
    case T_STRUCT:
        take_struct(r, t);
        break;
    case T_VARIANT:
        t->variant.items = types_of(r, "types", &t->variant.count);
        break;
    case T_OPTIONAL:
    case T_NOT_UNDEF:
    case T_TYPE:
    case T_ITERABLE:
    case T_ITERATOR:
        t->inner = type_of(r, "type", t->inner);
        break;
    case T_CALLABLE:
        take_callable(r, t);
        break;
    case T_CLASS:
    case T_RESOURCE:
        take_reference(r, t);
        break;
    case T_RUNTIME:
        t->runtime.runtime = text_of(r, "runtime");
        t->runtime.name = text_of(r, "name_or_pattern");
        break;
    case T_INIT:
        take_init(r, t);
        break;
    case T_SEMVER:
        take_versions(r, t);
        break;
    case T_URI:
        t->uri = value_of(r, "parameters").kind == V_HASH ? value_of(r, "parameters").h : NULL;
        break;
    case T_REFERENCE:
        t->reference = text_of(r, "type_string");
        break;
    default:
        break;
    }
}

/* A name alone stands for what it is inside of, or for Data and the like. */
static const struct type *read_alias(const struct reader *r)
{
    struct sv name = text_of(r, "name");
    const struct type *known = type_builtin(name), *target = type_of(r, "resolved_type", NULL);
    if (!target && known)
        return known;
    struct type *t = type_alias(r->arena, name, NULL);
    t->alias.target = target ? target : type_any();
    return t;
}

static const struct type *read_object(const struct reader *r)
{
    struct value init = value_of(r, "_pcore_init_hash");
    if (init.kind != V_HASH)
        return NULL;
    const struct value *name = hash_find_sv(init.h, SV("name"));
    struct type *t = object_declare(r->arena, name && name->kind == V_STRING ? value_sv(*name) : SV_NONE);
    struct sv why;
    return object_define(r->arena, t, init, &why) ? t : NULL;
}

static const struct type *read_with_parameters(const struct reader *r)
{
    const struct type *base = type_of(r, "base_type", NULL);
    struct value args = value_of(r, "init_parameters");
    struct sv why;
    return base && args.kind == V_ARRAY ? object_parameterize(r->arena, base, args.items, args.n, &why) : NULL;
}

const struct type *rich_read_type(struct arena *a, struct sv name, const struct hash *fields)
{
    struct reader r = { a, fields };
    if (sv_is(name, "TypeAliasType"))
        return read_alias(&r);
    if (sv_is(name, "ObjectType"))
        return read_object(&r);
    if (sv_is(name, "ObjectTypeExtenType"))
        return read_with_parameters(&r);
    const struct type *bare = sv_ends(name, SV("Type")) ? type_builtin(sv_slice(name, 0, name.n - 4)) : NULL;
    if (!bare || bare->kind == T_OBJECT || bare->kind == T_ALIAS || !fields->count)
        return bare && bare->kind != T_OBJECT && bare->kind != T_ALIAS ? bare : NULL;
    struct type *t = ARENA_NEW(a, struct type);
    *t = *bare;
    t->is_bare = false;
    take_parameters(&r, t);
    return t;
}
