/* typeset: reading definitions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/typeset.h"

#include "types/internal.h"
#include "types/object.h"
#include "types/regexp.h"
#include "types/semver.h"

/* ---- what kind of definition ---- */

/* What is in Kind[HERE]; NULL: it is something else. */
static const struct node *body_of(const struct node *rhs, const char *kind)
{
    bool is_it = rhs->kind == AST_ACCESS && rhs->access.lhs->kind == AST_TYPE_NAME && sv_is(rhs->access.lhs->s, kind);

    return is_it && rhs->access.keys.count ? rhs->access.keys.items[0] : NULL;
}

/* In a set Car { ... } and { ... } are object types too; elsewhere the parser makes them Object[{ ... }]. */
static bool is_object(const struct node *rhs)
{
    return body_of(rhs, "Object") || rhs->kind == AST_HASH || rhs->kind == AST_RESOURCE_DEFAULTS;
}

struct type *type_declare(struct arena *a, struct sv name, const struct node *rhs)
{
    struct type *t;
    struct typeset *set;

    if (is_object(rhs))
        return object_declare(a, name);
    if (!body_of(rhs, "TypeSet"))
        return type_alias(a, name, rhs);
    t = type_make(a, T_TYPESET);
    set = ARENA_NEW(a, struct typeset);
    set->name = name;
    t->typeset = set;
    return t;
}

struct sv type_fault_of(const struct type *t)
{
    if (t->kind == T_OBJECT && t->object.def)
        return t->object.def->fault;
    return t->kind == T_TYPESET && t->typeset ? t->typeset->fault : SV_NONE;
}

const struct type *typeset_find(const struct typeset *set, struct sv name)
{
    size_t colons = sv_find(name, SV("::"), 0);

    for (uint32_t i = 0; colons == SIZE_MAX && i < set->count; i++)
        if (sv_eq_nocase(set->entries[i].name, name))
            return set->entries[i].type;
    for (uint32_t i = 0; i < set->reference_count; i++) {
        const struct set_reference *r = &set->references[i];

        if (!r->set || !sv_eq_nocase(r->alias, colons == SIZE_MAX ? name : sv_slice(name, 0, colons)))
            continue;
        return colons == SIZE_MAX ? r->set : typeset_find(r->set->typeset, sv_slice(name, colons + 2, name.n));
    }
    return NULL;
}

/* ---- object types ---- */

/* Car { a => 1 }: the hash of the attributes, with the parent. */
static bool read_defaults(struct arena *a, const struct type_loader *loader, const struct node *n, struct value *out_v, struct err *err)
{
    struct hash *h = hash_new(a, n->set.attrs.count + 1);
    struct value v;

    if (n->set.target->kind == AST_TYPE_NAME && !sv_is(n->set.target->s, "Object")) {
        if (!type_literal(a, loader, n->set.target, &v, err))
            return false;
        hash_put_str(a, h, "parent", v);
    }
    for (uint32_t i = 0; i < n->set.attrs.count; i++) {
        if (!n->set.attrs.items[i].name)
            return err_set(err, "The expression is not a valid type specification");
        if (!type_literal(a, loader, n->set.attrs.items[i].value, &v, err))
            return false;
        hash_put(a, h, value_str(n->set.attrs.items[i].name->text), v);
    }
    *out_v = value_hash(h);
    return true;
}

static void define_object(struct arena *a, const struct type_loader *loader, struct type *t, const struct node *rhs)
{
    struct object_type *def = (struct object_type *)t->object.def;
    const struct node *body = body_of(rhs, "Object");
    struct value init;
    struct err err;
    bool read = rhs->kind == AST_RESOURCE_DEFAULTS ? read_defaults(a, loader, rhs, &init, &err)
                                                   : type_literal(a, loader, body ? body : rhs, &init, &err);

    if (!read)
        def->fault = arena_dup(a, sv_of(err.text));
    else if (!object_define(a, t, init, &def->fault) && !def->fault.n)
        def->fault = SV("the type is not valid");
}

/* ---- sets ---- */

struct job {
    struct arena *a;
    const struct type_loader *outer;
    struct typeset *set;
    struct type_loader inner; /* names of the set first */
    const struct node *types; /* the hash of types; NULL: none */
};

/* Names that are written in a set: its own, those of sets it refers to, then all others. */
static const struct type *find_inside(void *ctx, struct sv name)
{
    struct job *j = ctx;
    const struct type *t = typeset_find(j->set, name);

    return t || !j->outer || !j->outer->find ? t : j->outer->find(j->outer->ctx, name);
}

__attribute__((format(printf, 2, 3))) static bool fail(struct job *j, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    j->set->fault = arena_vprintf(j->a, fmt, ap);
    va_end(ap);
    return false;
}

static bool literal(struct job *j, const struct node *n, struct value *out_v)
{
    struct err err;

    return type_literal(j->a, j->outer, n, out_v, &err) || fail(j, "%s", err.text);
}

/* A key of types or references: Car and 'Car' alike. */
static struct sv key_name(const struct node *n)
{
    return n->kind == AST_TYPE_NAME || n->kind == AST_STRING || n->kind == AST_NAME ? n->s : SV_NONE;
}

static bool is_type_name(struct sv name)
{
    static const struct regexp pattern = REGEXP_STATIC("\\A[A-Z]\\w*\\z");

    return regexp_search(&pattern, name, 0, NULL) == REGEXP_YES;
}

static bool is_type_expression(const struct node *n)
{
    return is_object(n) || n->kind == AST_TYPE_NAME || (n->kind == AST_ACCESS && n->access.lhs->kind == AST_TYPE_NAME);
}

static bool declare_types(struct job *j, const struct node *types)
{
    struct typeset *set = j->set;

    if (types->kind != AST_HASH)
        return fail(j, "TypeSet initializer has wrong type, entry 'types' expects a Hash value");
    if (!types->list.count)
        return fail(j, "TypeSet initializer has wrong type, entry 'types' expects size to be at least 1, got 0");
    j->types = types;
    set->entries = ARENA_ARRAY(j->a, struct set_entry, types->list.count / 2);
    for (uint32_t i = 0; i + 1 < types->list.count; i += 2) {
        struct sv name = key_name(types->list.items[i]), full = arena_printf(j->a, "%.*s::%.*s", SV_ARG(set->name), SV_ARG(name));
        const struct node *rhs = types->list.items[i + 1];

        if (!is_type_expression(rhs))
            return fail(j, "The type '%.*s' of TypeSet '%.*s' is not a valid type specification.", SV_ARG(name), SV_ARG(set->name));
        if (!is_type_name(name))
            return fail(j, "object name has wrong type, expects a match for Pattern[/\\A[A-Z][\\w]*(?:::[A-Z][\\w]*)*\\z/], got '%.*s'",
                        SV_ARG(full));
        set->entries[set->count++] = (struct set_entry){ name, type_declare(j->a, full, rhs) };
    }
    return true;
}

static bool read_reference(struct job *j, struct sv alias, struct value v)
{
    const struct value *name = v.kind == V_HASH ? hash_find_sv(v.h, SV("name")) : NULL;
    const struct value *range = v.kind == V_HASH ? hash_find_sv(v.h, SV("version_range")) : NULL;
    const struct semver_range *wanted;
    struct semver version;
    struct set_reference r = { .alias = alias };
    struct err err;

    if (!name || name->kind != V_STRING || !range || (range->kind != V_STRING && range->kind != V_SEMVER_RANGE))
        return fail(j, "TypeSet initializer has wrong type, entry 'references' entry '%.*s' expects a name and a version_range",
                    SV_ARG(alias));
    r.name = value_sv(*name);
    r.range = value_text(j->a, *range);
    r.set = j->outer && j->outer->find ? j->outer->find(j->outer->ctx, r.name) : NULL;
    if (!r.set || r.set->kind != T_TYPESET || !r.set->typeset || r.set->typeset->fault.n)
        return fail(j, "TypeSet '%.*s' reference to TypeSet named '%.*s' cannot be resolved", SV_ARG(j->set->name), SV_ARG(r.name));
    wanted = semver_range_parse(j->a, r.range, &err);
    if (!wanted)
        return fail(j, "%s", err.text);
    if (semver_parse(j->a, r.set->typeset->version, &version, &err) && !semver_range_includes(wanted, &version))
        return fail(j, "TypeSet '%.*s' reference to TypeSet named '%.*s' resolves to an incompatible version. Expected %.*s, got %.*s",
                    SV_ARG(j->set->name), SV_ARG(r.name), SV_ARG(r.range), SV_ARG(r.set->typeset->version));
    j->set->references[j->set->reference_count++] = r;
    return true;
}

static bool read_references(struct job *j, const struct node *n)
{
    struct value v;

    if (n->kind != AST_HASH)
        return fail(j, "TypeSet initializer has wrong type, entry 'references' expects a Hash value");
    if (!n->list.count)
        return fail(j, "TypeSet initializer has wrong type, entry 'references' expects size to be at least 1, got 0");
    j->set->references = ARENA_ARRAY(j->a, struct set_reference, n->list.count / 2);
    for (uint32_t i = 0; i + 1 < n->list.count; i += 2)
        if (!literal(j, n->list.items[i + 1], &v) || !read_reference(j, key_name(n->list.items[i]), v))
            return false;
    return true;
}

/* pcore_version and version: a text or a SemVer. */
static bool read_version(struct job *j, const char *key, const struct node *n, struct sv *out_text)
{
    struct semver parsed;
    struct err err;
    struct value v;

    if (!literal(j, n, &v))
        return false;
    if (v.kind == V_SEMVER)
        v = value_str(value_text(j->a, v));
    if (v.kind != V_STRING || !v.n)
        return fail(j, "TypeSet initializer has wrong type, entry '%s' expects a value of type String or SemVer, got %s", key,
                    type_kind_name(type_infer_reduced(j->a, v)->kind));
    *out_text = value_sv(v);
    return semver_parse(j->a, *out_text, &parsed, &err) ||
           fail(j, "Unable to parse '%.*s' as a semantic version identifier", SV_ARG(*out_text));
}

static bool read_entry(struct job *j, struct sv key, const struct node *n)
{
    static const char *const ignored[] = { "pcore_uri", "name_authority", "name", "annotations" };
    struct value v;

    if (sv_is(key, "pcore_version"))
        return read_version(j, "pcore_version", n, &j->set->pcore_version);
    if (sv_is(key, "version"))
        return read_version(j, "version", n, &j->set->version);
    if (sv_is(key, "types"))
        return declare_types(j, n);
    if (sv_is(key, "references"))
        return read_references(j, n);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (sv_is(key, ignored[i]))
            return literal(j, n, &v);
    return fail(j, "TypeSet initializer has wrong type, unrecognized key '%.*s'", SV_ARG(key));
}

static bool define_types(struct job *j)
{
    struct sv why;

    for (uint32_t i = 0; i < j->set->count; i++) {
        struct type *t = (struct type *)j->set->entries[i].type;

        if (!type_define(j->a, &j->inner, t, j->types->list.items[i * 2 + 1], &why))
            return fail(j, "%.*s", SV_ARG(why));
        if (type_fault_of(t).n)
            return fail(j, "%.*s", SV_ARG(type_fault_of(t)));
    }
    return true;
}

static bool define_set(struct job *j, const struct node *body)
{
    if (body->kind != AST_HASH)
        return fail(j, "TypeSet initializer has wrong type, expects a Struct value");
    for (uint32_t i = 0; i + 1 < body->list.count; i += 2)
        if (!read_entry(j, key_name(body->list.items[i]), body->list.items[i + 1]))
            return false;
    if (!j->set->pcore_version.n)
        return fail(j, "TypeSet initializer has wrong type, expects a value for key 'pcore_version'");
    if (!sv_starts(j->set->pcore_version, SV("1.")))
        return fail(j, "The pcore version for TypeSet '%.*s' is not understood by this runtime. Expected range 1.x, got %.*s",
                    SV_ARG(j->set->name), SV_ARG(j->set->pcore_version));
    return define_types(j);
}

bool type_define(struct arena *a, const struct type_loader *loader, struct type *t, const struct node *rhs, struct sv *out_why)
{
    struct job j = { .a = a, .outer = loader };
    struct err err;

    if (t->kind == T_OBJECT) {
        define_object(a, loader, t, rhs);
        return true;
    }
    if (t->kind == T_TYPESET) {
        j.set = (struct typeset *)t->typeset;
        j.inner = (struct type_loader){ find_inside, &j };
        define_set(&j, body_of(rhs, "TypeSet"));
        return true;
    }
    t->alias.target = type_from_ast(a, loader, rhs, &err);
    if (!t->alias.target)
        *out_why = arena_dup(a, sv_of(err.text));
    return t->alias.target != NULL;
}
