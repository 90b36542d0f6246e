/* object: what an object type is made of: reading its hash, with the reference's checks and words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/object.h"

#include "types/internal.h"
#include "types/regexp.h"

/* ---- what the hash of a type may hold ---- */

#define MEMBER(text, t)                                                                                                                    \
    {                                                                                                                                      \
        .name = SV_INIT(text), .type = (t)                                                                                                 \
    }
#define OPTIONAL_MEMBER(text, t)                                                                                                           \
    {                                                                                                                                      \
        .name = SV_INIT(text), .optional_key = true, .type = (t)                                                                           \
    }
#define STRUCT_OF(list)                                                                                                                    \
    {                                                                                                                                      \
        .kind = T_STRUCT, .strct = {(list), sizeof(list) / sizeof *(list) }                                                                \
    }
#define PATTERN_OF(list)                                                                                                                   \
    {                                                                                                                                      \
        .kind = T_PATTERN, .patterns = {(list), 1 }                                                                                        \
    }
#define HASH_OF(k, v)                                                                                                                      \
    {                                                                                                                                      \
        .kind = T_HASH, .hash = {(k), (v), 0, SIZE_UNBOUNDED }                                                                             \
    }

static const struct regexp name_regexp = REGEXP_STATIC("\\A[A-Z][\\w]*(?:::[A-Z][\\w]*)*\\z");
static const struct regexp *name_regexps[] = { &name_regexp };
static const struct type name_type = PATTERN_OF(name_regexps);
static const struct regexp member_regexp = REGEXP_STATIC("\\A[a-z_]\\w*\\z");
static const struct regexp *member_regexps[] = { &member_regexp };
static const struct type member_name_type = PATTERN_OF(member_regexps);

static const struct type boolean_type = { .kind = T_BOOLEAN, .is_bare = true, .boolean = { -1 } };
static const struct type any_type = { .kind = T_ANY, .is_bare = true };
static const struct type type_type = { .kind = T_TYPE, .is_bare = true };
static const struct type not_undef_type = { .kind = T_NOT_UNDEF, .is_bare = true };
static const struct type bare_callable_type = { .kind = T_CALLABLE, .is_bare = true };
static const struct type callable_type = { .kind = T_TYPE, .inner = &bare_callable_type };
static const struct type any_hash_type = HASH_OF(&any_type, &any_type);
static const struct type annotations_type = HASH_OF(&type_type, &any_hash_type);
static const struct type annotations_or_not = { .kind = T_OPTIONAL, .inner = &annotations_type };
static const struct type members_type = HASH_OF(&member_name_type, &not_undef_type);
static const struct type constants_type = HASH_OF(&member_name_type, &any_type);
static const struct type names_type = { .kind = T_ARRAY, .array = { &member_name_type, 0, SIZE_UNBOUNDED } };
static const struct type *equality_items[] = { &member_name_type, &names_type };
static const struct type equality_type = { .kind = T_VARIANT, .variant = { equality_items, 2 } };
static const struct sv index_names[] = { SV_INIT("[]") };
static const struct type index_type = { .kind = T_ENUM, .enums = { index_names, 1, false } };
static const struct type *function_name_items[] = { &member_name_type, &index_type };
static const struct type function_name_type = { .kind = T_VARIANT, .variant = { function_name_items, 2 } };
static const struct type functions_type = HASH_OF(&function_name_type, &not_undef_type);

static const struct sv kind_names[] = { SV_INIT("constant"), SV_INIT("derived"), SV_INIT("given_or_derived"), SV_INIT("reference") };
static const struct type kind_type = { .kind = T_ENUM, .enums = { kind_names, 4, false } };

static const struct struct_member attribute_keys[] = {
    MEMBER("type", &type_type),          OPTIONAL_MEMBER("final", &boolean_type), OPTIONAL_MEMBER("override", &boolean_type),
    OPTIONAL_MEMBER("kind", &kind_type), OPTIONAL_MEMBER("value", &any_type),     OPTIONAL_MEMBER("annotations", &annotations_or_not),
};
static const struct type attribute_type = STRUCT_OF(attribute_keys);

static const struct struct_member function_keys[] = {
    MEMBER("type", &callable_type),
    OPTIONAL_MEMBER("final", &boolean_type),
    OPTIONAL_MEMBER("override", &boolean_type),
    OPTIONAL_MEMBER("annotations", &annotations_or_not),
};
static const struct type function_type = STRUCT_OF(function_keys);

static const struct struct_member object_keys[] = {
    OPTIONAL_MEMBER("name", &name_type),
    OPTIONAL_MEMBER("parent", &type_type),
    OPTIONAL_MEMBER("type_parameters", &members_type),
    OPTIONAL_MEMBER("attributes", &members_type),
    OPTIONAL_MEMBER("constants", &constants_type),
    OPTIONAL_MEMBER("functions", &functions_type),
    OPTIONAL_MEMBER("equality", &equality_type),
    OPTIONAL_MEMBER("equality_include_type", &boolean_type),
    OPTIONAL_MEMBER("checks", &any_type),
    OPTIONAL_MEMBER("annotations", &annotations_or_not),
};
static const struct type object_type = STRUCT_OF(object_keys);

/* ---- Deferred ---- */

static const struct regexp deferred_regexp = REGEXP_STATIC("\\A[$]?[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*\\z");
static const struct regexp *deferred_regexps[] = { &deferred_regexp };
static const struct type deferred_name_type = PATTERN_OF(deferred_regexps);
static const struct type any_array_type = { .kind = T_ARRAY, .is_bare = true, .array = { &any_type, 0, SIZE_UNBOUNDED } };
static const struct type deferred_arguments_type = { .kind = T_OPTIONAL, .inner = &any_array_type };
static struct object_member deferred_attributes[] = {
    { .name = SV_INIT("name"), .owner = SV_INIT("Deferred"), .type = &deferred_name_type },
    { .name = SV_INIT("arguments"), .owner = SV_INIT("Deferred"), .type = &deferred_arguments_type, .value = { .kind = V_UNDEF } },
};
static const struct object_type deferred_def = { .name = SV_INIT("Deferred"), .attributes = { deferred_attributes, 2 } };
const struct type deferred_type = { .kind = T_OBJECT, .object = { .def = &deferred_def } };

/* ---- Puppet::LookupContext ---- */

#define CONTEXT SV_INIT("Puppet::LookupContext")
static const struct type text_type = { .kind = T_STRING, .is_bare = true, .str = { .to = SIZE_UNBOUNDED } };
static const struct type optional_text_type = { .kind = T_OPTIONAL, .inner = &text_type };
static struct object_member context_attributes[] = {
    { .name = SV_INIT("environment_name"), .owner = CONTEXT, .type = &text_type },
    { .name = SV_INIT("module_name"), .owner = CONTEXT, .type = &optional_text_type },
};
static const struct object_type context_def = { .name = CONTEXT, .attributes = { context_attributes, 2 } };
const struct type lookup_context_type = { .kind = T_OBJECT, .object = { .def = &context_def } };

/* ---- Error ---- */

#define ERROR SV_INIT("Error")
static const struct type some_text_type = { .kind = T_STRING, .sized = true, .str = { .from = 1, .to = SIZE_UNBOUNDED } };
static const struct type optional_some_text_type = { .kind = T_OPTIONAL, .inner = &some_text_type };
static const struct type data_type = { .kind = T_DATA, .is_bare = true };
static const struct type details_type = HASH_OF(&some_text_type, &data_type);
static const struct type optional_details_type = { .kind = T_OPTIONAL, .inner = &details_type };
static const struct type bare_regexp_type = { .kind = T_REGEXP, .is_bare = true };
static const struct type bare_enum_type = { .kind = T_ENUM, .is_bare = true };
static const struct type bare_pattern_type = { .kind = T_PATTERN, .is_bare = true };
static const struct type bare_undef_type = { .kind = T_UNDEF, .is_bare = true };
static const struct type type_of_enum = { .kind = T_TYPE, .inner = &bare_enum_type };
static const struct type type_of_pattern = { .kind = T_TYPE, .inner = &bare_pattern_type };
static const struct type type_of_not_undef = { .kind = T_TYPE, .inner = &not_undef_type };
static const struct type type_of_undef = { .kind = T_TYPE, .inner = &bare_undef_type };
static const struct type *error_param_items[] = { &text_type,       &bare_regexp_type,  &type_of_enum,
                                                  &type_of_pattern, &type_of_not_undef, &type_of_undef };
static const struct type error_param_variant = { .kind = T_VARIANT, .variant = { error_param_items, 6 } };
static const struct type error_param_type = { .kind = T_OPTIONAL, .inner = &error_param_variant };
static struct object_member error_params[] = {
    { .name = SV_INIT("kind"), .owner = ERROR, .type = &error_param_type },
    { .name = SV_INIT("issue_code"), .owner = ERROR, .type = &error_param_type },
};
static struct object_member error_attributes[] = {
    { .name = SV_INIT("msg"), .owner = ERROR, .type = &some_text_type },
    { .name = SV_INIT("kind"), .owner = ERROR, .type = &optional_some_text_type, .value = { .kind = V_UNDEF } },
    { .name = SV_INIT("details"), .owner = ERROR, .type = &optional_details_type, .value = { .kind = V_UNDEF } },
    { .name = SV_INIT("issue_code"), .owner = ERROR, .type = &optional_some_text_type, .value = { .kind = V_UNDEF } },
};
static const struct type no_params_type = { .kind = T_TUPLE, .tuple = { NULL, 0, 0, 0 } };
static const struct type message_type = { .kind = T_CALLABLE, .callable = { .params = &no_params_type, .returns = &some_text_type } };
static struct object_member error_functions[] = {
    { .name = SV_INIT("message"), .owner = ERROR, .type = &message_type, .is_function = true },
};
static const struct object_type error_def = {
    .name = ERROR, .params = { error_params, 2 }, .attributes = { error_attributes, 4 }, .functions = { error_functions, 1 }
};
const struct type error_type = { .kind = T_OBJECT, .object = { .def = &error_def } };

/* ---- members ---- */

struct sv object_label(const struct type *t) { return t->object.def && t->object.def->name.n ? t->object.def->name : SV("Object"); }

const struct type *object_parent(const struct type *t)
{
    const struct type *parent = t->object.def && t->object.def->parent ? type_resolve(t->object.def->parent) : NULL;

    return parent && parent->kind == T_OBJECT && parent->object.def ? parent : NULL;
}

static const struct object_member *member_in(struct member_list list, struct sv name)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (sv_eq(list.items[i].name, name))
            return &list.items[i];
    return NULL;
}

const struct object_member *object_find(const struct type *t, struct sv name)
{
    for (; t && t->object.def; t = object_parent(t)) {
        const struct object_member *m = member_in(t->object.def->attributes, name);

        if (!m)
            m = member_in(t->object.def->functions, name);
        if (m)
            return m;
    }
    return NULL;
}

struct sv object_member_label(struct arena *a, const struct object_member *m)
{
    return arena_printf(a, "%s %.*s[%.*s]", m->is_function ? "function" : "attribute", SV_ARG(m->owner), SV_ARG(m->name));
}

/* The members of one kind with those that are inherited; an override keeps the place of what it overrides. */
static struct member_list collect(struct arena *a, const struct type *t, bool params)
{
    const struct type *chain[OBJECT_DEPTH];
    struct member_list all = { 0 };
    size_t cap = 0;
    int n = 0;

    for (; t && t->object.def && n < OBJECT_DEPTH; t = object_parent(t))
        chain[n++] = t;
    while (n-- > 0) {
        struct member_list own = params ? chain[n]->object.def->params : chain[n]->object.def->attributes;

        for (uint32_t i = 0; i < own.count; i++) {
            struct object_member *known = (struct object_member *)member_in(all, own.items[i].name);

            if (known)
                *known = own.items[i];
            else
                ARENA_PUSH(a, all.items, all.count, cap, own.items[i]);
        }
    }
    return all;
}

struct member_list object_attributes(struct arena *a, const struct type *t) { return collect(a, t, false); }
struct member_list object_params(struct arena *a, const struct type *t) { return collect(a, t, true); }

/* ---- defining ---- */

struct job {
    struct arena *a;
    const struct type *t;
    struct object_type *def;
    const struct type *parent; /* NULL: none that has members */
    struct sv why;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct job *j, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    j->why = arena_vprintf(j->a, fmt, ap);
    va_end(ap);
    return false;
}

/* Has a value the type it must have; if not: "LABEL has wrong type, ...". */
static bool is_of(struct job *j, struct sv label, const struct type *want, struct value v)
{
    struct strbuf out = STRBUF_IN(j->a);

    if (type_match(want, v))
        return true;
    type_mismatch(j->a, &out, arena_printf(j->a, "%.*s has wrong type,", SV_ARG(label)), want, v);
    j->why = strbuf_sv(&out);
    return false;
}

static struct sv label_of(struct job *j, const char *feature, struct sv name)
{
    return arena_printf(j->a, "%s %.*s[%.*s]", feature, SV_ARG(object_label(j->t)), SV_ARG(name));
}

static const struct value *part(struct value spec, const char *key) { return hash_find_sv(spec.h, sv_of(key)); }

static bool part_is_true(struct value spec, const char *key)
{
    const struct value *v = part(spec, key);

    return v && v->kind == V_BOOL && v->b;
}

static enum member_kind read_kind(struct value spec)
{
    const struct value *v = part(spec, "kind");

    for (uint32_t i = 0; v && i < sizeof kind_names / sizeof *kind_names; i++)
        if (sv_eq(value_sv(*v), kind_names[i]))
            return (enum member_kind)(MEMBER_CONSTANT + i);
    return MEMBER_PLAIN;
}

static bool constants_meet(const struct object_member *x, const struct object_member *y)
{
    return x->kind == MEMBER_CONSTANT && y->kind == MEMBER_CONSTANT;
}

/* May a member stand where an inherited one has its name. */
static bool check_override(struct job *j, const char *feature, const struct object_member *m, const struct object_member *inherited)
{
    struct sv label = label_of(j, feature, m->name), other;

    if (!inherited)
        return !m->override ||
               fail(j, "expected %.*s to override an inherited %s, but no such %s was found", SV_ARG(label), feature, feature);
    other = arena_printf(j->a, "%s %.*s[%.*s]",
                         inherited->is_function        ? "function"
                         : strcmp(feature, "function") ? feature
                                                       : "attribute",
                         SV_ARG(inherited->owner), SV_ARG(inherited->name));
    if (m->is_function != inherited->is_function)
        return fail(j, "%.*s attempts to override %.*s", SV_ARG(label), SV_ARG(other));
    if (inherited->final && !constants_meet(inherited, m))
        return fail(j, "%.*s attempts to override final %.*s", SV_ARG(label), SV_ARG(other));
    if (!m->override)
        return fail(j, "%.*s attempts to override %.*s without having override => true", SV_ARG(label), SV_ARG(other));
    if (!type_assignable(inherited->type, m->type))
        return fail(j, "%.*s attempts to override %.*s with a type that does not match", SV_ARG(label), SV_ARG(other));
    return true;
}

/* What attributes and functions have in common: type, final, override, annotations. */
static struct object_member read_common(struct job *j, struct sv name, struct value spec)
{
    const struct value *annotations = part(spec, "annotations");

    return (struct object_member){ .name = name,
                                   .owner = object_label(j->t),
                                   .type = part(spec, "type")->t,
                                   .final = part_is_true(spec, "final"),
                                   .override = part_is_true(spec, "override"),
                                   .annotations = annotations ? *annotations : VALUE_UNSET };
}

static bool read_default(struct job *j, struct sv label, struct value spec, struct object_member *m)
{
    const struct value *v = part(spec, "value");
    bool derived = m->kind == MEMBER_DERIVED || m->kind == MEMBER_GIVEN_OR_DERIVED;

    if (!v)
        return m->kind != MEMBER_CONSTANT || fail(j, "%.*s of kind 'constant' requires a value", SV_ARG(label));
    if (derived)
        return fail(j, "%.*s of kind '%.*s' cannot be combined with an attribute value", SV_ARG(label),
                    SV_ARG(kind_names[m->kind - MEMBER_CONSTANT]));
    m->value = *v;
    return v->kind == V_DEFAULT || is_of(j, arena_printf(j->a, "%.*s value", SV_ARG(label)), m->type, *v);
}

static bool read_attribute(struct job *j, const char *feature, struct sv name, struct value spec, struct object_member *out_m)
{
    struct sv label = label_of(j, feature, name);
    const struct value *final;

    if (!is_of(j, arena_printf(j->a, "initializer for %.*s", SV_ARG(label)), &attribute_type, spec))
        return false;
    if (sv_is(name, "__ptype") || sv_is(name, "__pvalue"))
        return fail(j, "The attribute '%.*s' is reserved and cannot be used", SV_ARG(name));
    *out_m = read_common(j, name, spec);
    out_m->kind = read_kind(spec);
    final = part(spec, "final");
    if (out_m->kind == MEMBER_CONSTANT) {
        if (final && !out_m->final)
            return fail(j, "%.*s of kind 'constant' cannot be combined with final => false", SV_ARG(label));
        out_m->final = true;
    }
    return read_default(j, label, spec, out_m);
}

/* A type alone stands for { type => it }, and an optional one may be left out. */
static bool read_short(struct job *j, const char *feature, struct sv name, const struct type *want, struct value *spec)
{
    struct hash *h;

    if (spec->kind == V_HASH)
        return true;
    if (!is_of(j, label_of(j, feature, name), want, *spec))
        return false;
    h = hash_new(j->a, 2);
    hash_put_str(j->a, h, "type", *spec);
    if (spec->t->kind == T_OPTIONAL && want == &type_type)
        hash_put_str(j->a, h, "value", VALUE_UNDEF);
    *spec = value_hash(h);
    return true;
}

static bool read_params(struct job *j, const struct hash *specs)
{
    struct member_list inherited = j->parent ? object_params(j->a, j->parent) : (struct member_list){ 0 };

    j->def->params.items = ARENA_ARRAY(j->a, struct object_member, specs->count + 1);
    for (uint32_t i = 0; i < specs->count; i++) {
        struct sv name = value_sv(specs->pairs[i].key);
        struct value spec = specs->pairs[i].value;
        struct object_member m = { 0 };
        struct hash *h = hash_new(j->a, 2);
        const struct value *type = spec.kind == V_HASH ? part(spec, "type") : &spec, *v = spec.kind == V_HASH ? part(spec, "value") : NULL;

        if (!is_of(j, label_of(j, "type_parameter", name), &type_type, type ? *type : VALUE_UNDEF))
            return false;
        hash_put_str(j->a, h, "type", value_type(type->t->kind == T_OPTIONAL ? type->t : type_optional(j->a, type->t)));
        if (v)
            hash_put_str(j->a, h, "value", *v);
        if (!read_attribute(j, "type_parameter", name, value_hash(h), &m) ||
            !check_override(j, "type_parameter", &m, member_in(inherited, name)))
            return false;
        j->def->params.items[j->def->params.count++] = m;
    }
    return true;
}

static bool add_attribute(struct job *j, struct sv name, struct value spec)
{
    struct object_member m = { 0 };

    if (!read_attribute(j, "attribute", name, spec, &m) ||
        !check_override(j, "attribute", &m, j->parent ? object_find(j->parent, name) : NULL))
        return false;
    j->def->attributes.items[j->def->attributes.count++] = m;
    return true;
}

static bool read_attributes(struct job *j, const struct hash *specs, const struct hash *constants)
{
    uint32_t n = specs ? specs->count : 0, more = constants ? constants->count : 0;

    j->def->attributes.items = ARENA_ARRAY(j->a, struct object_member, n + more + 1);
    for (uint32_t i = 0; i < more; i++)
        if (specs && hash_find(specs, constants->pairs[i].key))
            return fail(j, "attribute %.*s is defined as both a constant and an attribute",
                        SV_ARG(sv_slice(label_of(j, "", value_sv(constants->pairs[i].key)), 1, SIZE_MAX)));
    for (uint32_t i = 0; i < n; i++) {
        struct value spec = specs->pairs[i].value;
        struct sv name = value_sv(specs->pairs[i].key);

        if (!read_short(j, "attribute", name, &type_type, &spec) || !add_attribute(j, name, spec))
            return false;
    }
    for (uint32_t i = 0; i < more; i++) { /* their types are general, or they could not be overridden */
        struct value v = constants->pairs[i].value;
        struct sv name = value_sv(constants->pairs[i].key);
        struct hash *h = hash_new(j->a, 4);

        hash_put_str(j->a, h, "type", value_type(type_generalize(j->a, type_infer_reduced(j->a, v))));
        hash_put_str(j->a, h, "value", v);
        hash_put_str(j->a, h, "kind", value_str(kind_names[0]));
        hash_put_str(j->a, h, "override", value_bool(j->parent && object_find(j->parent, name)));
        if (!add_attribute(j, name, value_hash(h)))
            return false;
    }
    return true;
}

static bool read_functions(struct job *j, const struct hash *specs)
{
    j->def->functions.items = ARENA_ARRAY(j->a, struct object_member, specs->count + 1);
    for (uint32_t i = 0; i < specs->count; i++) {
        struct sv name = value_sv(specs->pairs[i].key);
        struct value spec = specs->pairs[i].value;
        struct object_member m;

        if (!read_short(j, "function", name, &callable_type, &spec) ||
            !is_of(j, arena_printf(j->a, "initializer for function '%.*s'", SV_ARG(name)), &function_type, spec))
            return false;
        m = read_common(j, name, spec);
        m.is_function = true;
        if (member_in(j->def->attributes, name))
            return fail(j, "%.*s conflicts with attribute with the same name", SV_ARG(label_of(j, "function", name)));
        if (!check_override(j, "function", &m, j->parent ? object_find(j->parent, name) : NULL))
            return false;
        j->def->functions.items[j->def->functions.count++] = m;
    }
    return true;
}

static bool counts_already(const struct type *t, struct sv name)
{
    const struct object_type *def = t->object.def;
    const struct object_member *m = member_in(def->attributes, name);

    for (uint32_t i = 0; def->equality && i < def->equality->n; i++)
        if (sv_eq(value_sv(def->equality->items[i]), name))
            return true;
    return !def->equality && m && m->kind != MEMBER_CONSTANT;
}

static bool check_equality_name(struct job *j, struct sv name)
{
    const struct object_member *m = j->parent ? object_find(j->parent, name) : NULL;
    struct sv label = object_label(j->t);
    const struct type *top = NULL;

    for (const struct type *t = m && !m->is_function ? j->parent : NULL; t; t = object_parent(t))
        if (counts_already(t, name))
            top = t;
    if (top)
        return fail(j, "%.*s equality is referencing %.*s which is included in equality of %.*s", SV_ARG(label),
                    SV_ARG(object_member_label(j->a, m)), SV_ARG(object_label(top)));
    if (!m)
        m = object_find(j->t, name);
    if (!m)
        return fail(j, "%.*s equality is referencing non existent attribute '%.*s'", SV_ARG(label), SV_ARG(name));
    if (m->is_function)
        return fail(j, "%.*s equality is referencing %.*s. Only attribute references are allowed", SV_ARG(label),
                    SV_ARG(object_member_label(j->a, m)));
    if (m->kind == MEMBER_CONSTANT)
        return fail(j, "%.*s equality is referencing constant %.*s. Reference to constant is not allowed in equality", SV_ARG(label),
                    SV_ARG(object_member_label(j->a, m)));
    return true;
}

static bool read_equality(struct job *j, struct value init)
{
    const struct value *type = part(init, "equality_include_type"), *names = part(init, "equality");
    struct value *list;

    j->def->equality_without_type = type && !type->b;
    if (!names)
        return true;
    list = ARENA_NEW(j->a, struct value);
    *list = names->kind == V_ARRAY ? *names : value_array(names, 1);
    if (list->n && j->def->equality_without_type)
        return fail(j, "equality_include_type = false cannot be combined with non empty equality specification");
    for (uint32_t i = 0; i < list->n; i++)
        if (!check_equality_name(j, value_sv(list->items[i])))
            return false;
    j->def->equality = list;
    return true;
}

static bool read_parent(struct job *j, struct value init)
{
    const struct value *parent = part(init, "parent");
    const struct type *t = parent ? parent->t : NULL;
    int depth = 0;

    if (!t)
        return true;
    for (const struct type *p = type_resolve(t); p && p->kind == T_OBJECT; p = object_parent(p), depth++)
        if (p == j->t || depth >= OBJECT_DEPTH - 1)
            return fail(j, p == j->t ? "The Object type '%.*s' inherits from itself" : "The Object type '%.*s' has too many ancestors",
                        SV_ARG(object_label(j->t)));
    if (type_resolve(t)->kind == T_REFERENCE)
        return fail(j, "reference to unresolved type '%.*s'", SV_ARG(type_resolve(t)->reference));
    j->def->parent = t;
    j->parent = object_parent(j->t);
    return true;
}

static const struct hash *hash_part(struct value init, const char *key)
{
    const struct value *v = part(init, key);

    return v && v->kind == V_HASH && v->h->count ? v->h : NULL;
}

static bool define(struct job *j, struct value init)
{
    const struct value *v;

    if (!is_of(j, SV("object initializer"), &object_type, init))
        return false;
    v = part(init, "name");
    if (!j->def->name.n && v)
        j->def->name = value_sv(*v);
    if (!read_parent(j, init) || (hash_part(init, "type_parameters") && !read_params(j, hash_part(init, "type_parameters"))) ||
        !read_attributes(j, hash_part(init, "attributes"), hash_part(init, "constants")) ||
        (hash_part(init, "functions") && !read_functions(j, hash_part(init, "functions"))) || !read_equality(j, init))
        return false;
    v = part(init, "checks");
    j->def->checks = v ? *v : VALUE_UNSET;
    v = part(init, "annotations");
    j->def->annotations = v ? *v : VALUE_UNSET;
    return true;
}

struct type *object_declare(struct arena *a, struct sv name)
{
    struct type *t = type_make(a, T_OBJECT);
    struct object_type *def = ARENA_NEW(a, struct object_type);

    def->name = name;
    t->object.def = def;
    return t;
}

bool object_define(struct arena *a, struct type *t, struct value init, struct sv *out_why)
{
    struct job j = { .a = a, .t = t, .def = (struct object_type *)t->object.def };
    bool ok = define(&j, init);

    *out_why = j.why;
    return ok;
}

/* ---- parameters ---- */

static bool fill_args(struct job *j, struct member_list params, const struct value *args, uint32_t count, struct value *out_args)
{
    bool named = count == 1 && args[0].kind == V_HASH && !type_match(params.items[0].type, args[0]);
    uint32_t given = 0;

    for (uint32_t i = 0; named && i < args[0].h->count; i++) {
        struct sv name = value_text(j->a, args[0].h->pairs[i].key);

        if (!member_in(params, name))
            return fail(j, "'%.*s' is not a known type parameter for %.*s-Type", SV_ARG(name), SV_ARG(object_label(j->t)));
    }
    for (uint32_t i = 0; i < params.count; i++) {
        const struct object_member *m = &params.items[i];
        const struct value *v = named ? hash_find_sv(args[0].h, m->name) : i < count ? &args[i] : NULL;

        if (!v || v->kind == V_DEFAULT)
            continue;
        if (!is_of(j, arena_printf(j->a, "type_parameter %.*s[%.*s]", SV_ARG(m->owner), SV_ARG(m->name)), m->type, *v))
            return false;
        out_args[i] = *v;
        given++;
    }
    return given || fail(j, "The %.*s-Type cannot be parameterized using an empty parameter list", SV_ARG(object_label(j->t)));
}

const struct type *object_parameterize(struct arena *a, const struct type *t, const struct value *args, uint32_t count, struct sv *out_why)
{
    struct job j = { .a = a, .t = t };
    struct member_list params = object_params(a, t);
    struct value *values = ARENA_ARRAY(a, struct value, params.count + 1);
    struct type *made;
    bool ok;

    memset(values, 0, (params.count + 1) * sizeof *values);
    ok = params.count ? fill_args(&j, params, args, count, values)
                      : fail(&j, "The %.*s-Type cannot be parameterized using []", SV_ARG(object_label(t)));
    *out_why = j.why;
    if (!ok)
        return NULL;
    made = ARENA_NEW(a, struct type);
    *made = *t;
    made->object.base = t->object.args ? t->object.base : t;
    made->object.args = values;
    made->object.params = params;
    return made;
}

/* ---- assignability, equality ---- */

static bool args_fit(const struct type *to, const struct type *from)
{
    for (uint32_t i = 0; i < to->object.params.count; i++) {
        struct value want = to->object.args[i], got = VALUE_UNSET;

        for (uint32_t k = 0; from->object.args && k < from->object.params.count; k++)
            if (sv_eq(from->object.params.items[k].name, to->object.params.items[i].name))
                got = from->object.args[k];
        if (want.kind == V_UNSET)
            continue;
        if (got.kind == V_UNSET)
            return false;
        if (!value_fits(want, got) && !(want.kind == V_TYPE && got.kind == V_TYPE && type_assignable(want.t, got.t)))
            return false;
    }
    return true;
}

bool object_assignable(const struct type *to, const struct type *from)
{
    if (from->kind != T_OBJECT)
        return false;
    if (!to->object.def)
        return true;
    for (const struct type *t = from; t && t->object.def; t = object_parent(t))
        if (t->object.def == to->object.def || object_type_equal(to->object.args ? to->object.base : to, t))
            return !to->object.args || args_fit(to, from);
    return false;
}

/* Types of one name (or none) that were read apart: equal where they are written alike. */
static bool written_alike(const struct type *x, const struct type *y)
{
    AUTO_STRBUF p = STRBUF_HEAP;
    AUTO_STRBUF q = STRBUF_HEAP;

    type_print(&p, x, true);
    type_print(&q, y, true);
    return sv_eq(strbuf_sv(&p), strbuf_sv(&q));
}

bool object_type_equal(const struct type *x, const struct type *y)
{
    const struct object_type *p = x->object.def, *q = y->object.def;

    if (!x->object.args != !y->object.args)
        return false;
    for (uint32_t i = 0; x->object.args && p == q && i < x->object.params.count; i++)
        if (!value_same(x->object.args[i], y->object.args[i]))
            return false;
    return p == q || (p && q && sv_eq(p->name, q->name) && written_alike(x, y));
}
