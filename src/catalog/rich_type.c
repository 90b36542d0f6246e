/* rich_type: types as Puppet's serialization describes them: by the attributes their Pcore types have. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rich.h"

#include <math.h>

#include "catalog/catalog.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"

#define MAX_OPEN  64  /* aliases and object types inside one another; deeper ones are named only */
#define MAX_DEPTH 500 /* of JSON: a default that holds its own type has no end */

/* ---- writing ---- */

struct writer {
    struct json_out *j;
    struct arena *arena;
    const struct type *open[MAX_OPEN];
    int open_count;
};

static void write_type(struct writer *w, const struct type *t);

static void field(struct writer *w, const char *name, const struct type *t)
{
    json_key(w->j, sv_of(name));
    if (t)
        write_type(w, t);
    else
        json_null(w->j);
}

static void field_unless_any(struct writer *w, const char *name, const struct type *t)
{
    if (t && t->kind != T_ANY)
        field(w, name, t);
}

static void list_field(struct writer *w, const char *name, const struct type *const *items, uint32_t count)
{
    json_key(w->j, sv_of(name));
    json_open(w->j, '[');
    for (uint32_t i = 0; i < count; i++)
        write_type(w, items[i]);
    json_close(w->j, ']');
}

static void value_field(struct writer *w, const char *name, const struct value *v)
{
    if (!v || v->kind == V_UNSET)
        return;
    json_key(w->j, sv_of(name));
    rich_write_inner(w->j, w->arena, *v);
}

/* kind: of the bounds' values. */
static void write_bounds(struct writer *w, enum value_kind kind, int64_t from, int64_t to)
{
    struct value low = { .kind = (uint8_t)(from == INT64_MIN ? V_UNDEF : kind), .i = from }, high = { .kind = (uint8_t)kind, .i = to };
    if (from != INT64_MIN || to != INT64_MAX)
        value_field(w, "from", &low);
    if (to != INT64_MAX)
        value_field(w, "to", &high);
}

static void write_float_bounds(struct writer *w, double from, double to)
{
    struct value low = isinf(from) ? VALUE_UNDEF : value_float(from), high = value_float(to);
    if (!isinf(from) || !isinf(to))
        value_field(w, "from", &low);
    if (!isinf(to))
        value_field(w, "to", &high);
}

static void size_field(struct writer *w, const char *name, bool sized, int64_t from, int64_t to)
{
    if (!sized)
        return;
    struct type size = { .kind = T_INTEGER, .range = { from, to } };
    field(w, name, &size);
}

static void write_string(struct writer *w, const struct type *t)
{
    if (t->str.exact)
        json_kstr(w->j, "size_type_or_value", t->str.text);
    else
        size_field(w, "size_type_or_value", t->sized, t->str.from, t->str.to);
}

static void write_enum(struct writer *w, const struct type *t)
{
    json_key(w->j, SV("values"));
    json_open(w->j, '[');
    for (uint32_t i = 0; i < t->enums.count; i++)
        json_str(w->j, t->enums.values[i]);
    json_close(w->j, ']');
    if (t->enums.nocase)
        json_kbool(w->j, "case_insensitive", true);
}

static void write_patterns(struct writer *w, const struct type *t)
{
    json_key(w->j, SV("patterns"));
    json_open(w->j, '[');
    for (uint32_t i = 0; i < t->patterns.count; i++)
        write_type(w, &(struct type){ .kind = T_REGEXP, .regexp = t->patterns.items[i] });
    json_close(w->j, ']');
}

static void write_member(struct writer *w, const struct struct_member *m)
{
    struct type key = { .kind = T_STRING, .str = { .text = m->name, .exact = true } };
    struct type optional = { .kind = T_OPTIONAL, .inner = &key };
    json_open(w->j, '{');
    json_kstr(w->j, RICH_TYPE, SV("Pcore::StructElement"));
    field(w, "key_type", m->optional_key ? &optional : &key);
    field(w, "value_type", m->type);
    json_close(w->j, '}');
}

static void write_struct(struct writer *w, const struct type *t)
{
    json_key(w->j, SV("elements"));
    json_open(w->j, '[');
    for (uint32_t i = 0; i < t->strct.count; i++)
        write_member(w, &t->strct.members[i]);
    json_close(w->j, ']');
}

static void write_tuple(struct writer *w, const struct type *t)
{
    list_field(w, "types", t->tuple.items, t->tuple.count);
    size_field(w, "size_type", t->sized, t->tuple.from, t->tuple.to);
}

static void write_callable(struct writer *w, const struct type *t)
{
    field(w, "param_types", t->callable.params);
    field(w, "block_type", t->callable.block);
    field(w, "return_type", t->callable.returns);
}

static void write_init(struct writer *w, const struct type *t)
{
    field_unless_any(w, "type", t->init.inner);
    struct value args = value_array(t->init.args, t->init.count);
    if (t->init.count)
        value_field(w, "init_args", &args);
}

static void write_reference(struct writer *w, const struct type *t)
{
    if (t->kind == T_CLASS) {
        if (t->ref.has_title)
            json_kstr(w->j, "class_name", t->ref.title);
        return;
    }
    if (t->ref.type.n)
        json_kstr(w->j, "type_name", type_name_normal(w->arena, t->ref.type));
    if (t->ref.has_title)
        json_kstr(w->j, "title", t->ref.title);
}

/* One range for each text it was made of. */
static void write_versions(struct writer *w, const struct type *t)
{
    if (!t->semver)
        return;
    struct sv text = t->semver->text;
    json_key(w->j, SV("ranges"));
    json_open(w->j, '[');
    for (size_t at = 0; at <= text.n;) {
        size_t bar = sv_find(text, SV(" || "), at);
        json_open(w->j, '{');
        json_kstr(w->j, RICH_TYPE, SV("SemVerRange"));
        json_kstr(w->j, "__pvalue", sv_slice(text, at, bar == SIZE_MAX ? text.n : bar));
        json_close(w->j, '}');
        at = bar == SIZE_MAX ? text.n + 1 : bar + 4;
    }
    json_close(w->j, ']');
}

/* Begins what may hold itself; false: it is open already. */
static bool enter(struct writer *w, const struct type *t)
{
    for (int i = 0; i < w->open_count; i++)
        if (w->open[i] == t)
            return false;
    if (w->open_count == MAX_OPEN)
        return false;
    w->open[w->open_count++] = t;
    return true;
}

/* Where Puppet fails, as the alias holds itself, it is named: whoever reads it is inside it. */
static void write_alias(struct writer *w, const struct type *t)
{
    json_kstr(w->j, "name", t->alias.name);
    if (!enter(w, t))
        return;
    json_key(w->j, SV("type_expr"));
    json_null(w->j);
    field(w, "resolved_type", t->alias.target);
    w->open_count--;
}

/* ---- object types: the hash they are made of ---- */

static bool is_short(const struct object_member *m)
{
    return !m->final && !m->override && m->annotations.kind == V_UNSET && m->kind == MEMBER_PLAIN && m->value.kind == V_UNSET;
}

static void write_object_member(struct writer *w, const struct object_member *m)
{
    static const char *const kinds[] = { NULL, "constant", "derived", "given_or_derived", "reference" };
    if (is_short(m)) {
        write_type(w, m->type);
        return;
    }
    json_open(w->j, '{');
    field(w, "type", m->type);
    if (m->final && m->kind != MEMBER_CONSTANT)
        json_kbool(w->j, "final", true);
    if (m->override)
        json_kbool(w->j, "override", true);
    value_field(w, "annotations", &m->annotations);
    if (kinds[m->kind])
        json_kstr(w->j, "kind", sv_of(kinds[m->kind]));
    value_field(w, "value", &m->value);
    json_close(w->j, '}');
}

static void write_parameter(struct writer *w, const struct object_member *m)
{
    const struct type *t = m->type->kind == T_OPTIONAL && m->type->inner ? m->type->inner : m->type;
    if (m->value.kind <= V_UNDEF) {
        write_type(w, t);
        return;
    }
    json_open(w->j, '{');
    field(w, "type", t);
    value_field(w, "value", &m->value);
    json_close(w->j, '}');
}

static void write_constant(struct writer *w, const struct object_member *m) { rich_write_inner(w->j, w->arena, m->value); }

static bool is_any(const struct object_member *m) { return m->type != NULL; }
static bool is_constant(const struct object_member *m) { return object_is_plain_constant(m); }
static bool is_attribute(const struct object_member *m) { return !object_is_plain_constant(m); }

static void write_members(struct writer *w, const char *name, struct member_list list, bool (*which)(const struct object_member *),
                          void (*write)(struct writer *, const struct object_member *))
{
    bool open = false;
    for (uint32_t i = 0; i < list.count; i++) {
        if (!which(&list.items[i]))
            continue;
        if (!open) {
            json_key(w->j, sv_of(name));
            json_open(w->j, '{');
            open = true;
        }
        json_key(w->j, list.items[i].name);
        write(w, &list.items[i]);
    }
    if (open)
        json_close(w->j, '}');
}

static void write_definition(struct writer *w, const struct object_type *def)
{
    value_field(w, "annotations", &def->annotations);
    if (def->name.n)
        json_kstr(w->j, "name", def->name);
    if (def->parent)
        field(w, "parent", def->parent);
    write_members(w, "type_parameters", def->params, is_any, write_parameter);
    write_members(w, "attributes", def->attributes, is_attribute, write_object_member);
    write_members(w, "constants", def->attributes, is_constant, write_constant);
    write_members(w, "functions", def->functions, is_any, write_object_member);
    value_field(w, "equality", def->equality);
    value_field(w, "checks", &def->checks);
}

/* Base[args] */
static void write_with_parameters(struct writer *w, const struct type *t)
{
    uint32_t n = t->object.params.count;
    while (n && t->object.args[n - 1].kind == V_UNSET)
        n--;
    json_kstr(w->j, RICH_TYPE, SV("Pcore::ObjectTypeExtenType"));
    field(w, "base_type", t->object.base);
    json_key(w->j, SV("init_parameters"));
    json_open(w->j, '[');
    for (uint32_t i = 0; i < n; i++)
        rich_write_inner(w->j, w->arena, t->object.args[i].kind == V_UNSET ? VALUE_DEFAULT : t->object.args[i]);
    json_close(w->j, ']');
}

static void write_object(struct writer *w, const struct type *t)
{
    const struct object_type *def = t->object.def;
    json_open(w->j, '{');
    if (t->object.args) {
        write_with_parameters(w, t);
    } else {
        json_kstr(w->j, RICH_TYPE, SV("Pcore::ObjectType"));
        json_key(w->j, SV("_pcore_init_hash"));
        json_open(w->j, '{');
        if (def && enter(w, t)) {
            write_definition(w, def);
            w->open_count--;
        } else if (def && def->name.n) { /* it holds itself */
            json_kstr(w->j, "name", def->name);
        }
        json_close(w->j, '}');
    }
    json_close(w->j, '}');
}

/* ---- by kind ---- */

static void write_parameters(struct writer *w, const struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case T_INTEGER:
        write_bounds(w, V_INT, t->range.from, t->range.to);
        break;
    case T_TIMESTAMP:
        write_bounds(w, V_TIMESTAMP, t->range.from, t->range.to);
        break;
    case T_TIMESPAN:
        write_bounds(w, V_TIMESPAN, t->range.from, t->range.to);
        break;
    case T_FLOAT:
        write_float_bounds(w, t->frange.from, t->frange.to);
        break;
    case T_STRING:
        write_string(w, t);
        break;
    case T_ENUM:
        write_enum(w, t);
        break;
    case T_PATTERN:
        write_patterns(w, t);
        break;
    case T_REGEXP:
        if (t->regexp)
            json_kstr(w->j, "pattern", regexp_source(t->regexp));
        break;
    case T_COLLECTION:
        size_field(w, "size_type", t->sized, t->range.from, t->range.to);
        break;
    case T_ARRAY:
        field_unless_any(w, "element_type", t->array.elem);
        size_field(w, "size_type", t->sized, t->array.from, t->array.to);
        break;
    case T_HASH:
        field_unless_any(w, "key_type", t->hash.key);
        field_unless_any(w, "value_type", t->hash.value);
        size_field(w, "size_type", t->sized, t->hash.from, t->hash.to);
        break;
    case T_TUPLE:
        write_tuple(w, t);
        break;
    case T_STRUCT:
        write_struct(w, t);
        break;
    case T_VARIANT:
        list_field(w, "types", t->variant.items, t->variant.count);
        break;
    case T_OPTIONAL:
    case T_TYPE:
        if (t->inner)
            field(w, "type", t->inner);
        break;
    case T_NOT_UNDEF:
    case T_ITERABLE:
    case T_ITERATOR:
        field_unless_any(w, "type", t->inner);
        break;
    case T_CALLABLE:
        write_callable(w, t);
        break;
    case T_CLASS:
    case T_RESOURCE:
        write_reference(w, t);
        break;
    case T_RUNTIME:
        if (t->runtime.runtime.n) {
            json_kstr(w->j, "runtime", t->runtime.runtime);
            json_kstr(w->j, "name_or_pattern", t->runtime.name);
        }
        break;
    case T_INIT:
        write_init(w, t);
        break;
    case T_SEMVER:
        write_versions(w, t);
        break;
    case T_URI:
        if (t->uri)
            value_field(w, "parameters", &(struct value){ .kind = V_HASH, .h = t->uri });
        break;
    case T_ALIAS:
        write_alias(w, t);
        break;
    case T_DATA:
    case T_RICH_DATA:
        json_kstr(w->j, "name", sv_of(type_kind_name(t->kind)));
        break;
    case T_REFERENCE:
        json_kstr(w->j, "type_string", t->reference);
        break;
    default: /* Sensitive too: the reference leaves out what is in it */
        break;
    }
}

static void write_type(struct writer *w, const struct type *t)
{
    if (w->j->depth > MAX_DEPTH) {
        json_null(w->j);
        return;
    }
    if (t->kind == T_OBJECT) {
        write_object(w, t);
        return;
    }
    bool alias = t->kind == T_DATA || t->kind == T_RICH_DATA;
    const char *name = alias ? "TypeAlias" : type_kind_name(t->kind);
    json_open(w->j, '{');
    json_kstr(w->j, RICH_TYPE, arena_printf(w->arena, "Pcore::%sType", name));
    write_parameters(w, t);
    json_close(w->j, '}');
}

void rich_write_type(struct json_out *j, struct arena *a, const struct type *t)
{
    struct writer w = { .j = j, .arena = a };
    write_type(&w, t);
}
