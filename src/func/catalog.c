/* catalog: functions that declare, find, tag and realize resources. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/type.h"

static struct value fn_include(struct call *k) { return call_include(k, HOW_INCLUDE, k->args, k->count); }
static struct value fn_contain(struct call *k) { return call_include(k, HOW_CONTAIN, k->args, k->count); }
static struct value fn_require(struct call *k) { return call_include(k, HOW_REQUIRE, k->args, k->count); }

/* As the reference refuses too few arguments of a function of the older API. */
static void need(struct call *k, uint32_t least)
{
    if (k->count < least)
        call_fail(k, "%s(): Wrong number of arguments given (%u for minimum %u)", k->fn->name, k->count, least);
}

static struct value fn_realize(struct call *k)
{
    need(k, 1);
    call_realize(k, k->args, k->count);
    return VALUE_UNDEF;
}

static struct value fn_tag(struct call *k)
{
    need(k, 1);
    call_tag(k, k->args, k->count);
    return VALUE_UNDEF;
}

static struct value fn_tagged(struct call *k)
{
    need(k, 1);
    for (uint32_t i = 0; i < k->count; i++)
        if (!call_tagged(k, value_text(k->arena, k->args[i])))
            return value_bool(false);
    return value_bool(true);
}

static struct value fn_defined(struct call *k)
{
    for (uint32_t i = 0; i < k->count; i++)
        if (call_defined(k, k->args[i]))
            return value_bool(true);
    return value_bool(false);
}

/* ---- creating ---- */

/* under, with what over has on top. */
static const struct hash *layered(struct call *k, const struct hash *under, const struct hash *over)
{
    if (!over || !over->count)
        return under ? under : hash_new(k->arena, 0);
    struct hash *h = under ? hash_copy(k->arena, under, over->count) : hash_new(k->arena, over->count);
    for (uint32_t i = 0; i < over->count; i++)
        hash_put(k->arena, h, over->pairs[i].key, over->pairs[i].value);
    return h;
}

static struct sv lower(struct call *k, struct sv s)
{
    char *p = arena_cstr(k->arena, s);
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + 32);
    return sv_make(p, s.n);
}

static const struct hash *hash_arg(struct call *k, uint32_t i) { return i < k->count && k->args[i].kind == V_HASH ? k->args[i].h : NULL; }

/* A title may be a list of titles. */
static void create(struct call *k, struct sv type, struct value title, const struct hash *params)
{
    if (title.kind != V_ARRAY) {
        call_create_titled(k, type, title, params);
        return;
    }
    for (uint32_t i = 0; i < title.n; i++)
        call_create_titled(k, type, title.items[i], params);
}

static struct value fn_create_resources(struct call *k)
{
    need(k, 2);
    if (k->count > 3)
        call_fail(k, "create_resources(): wrong number of arguments (%u; must be 2 or 3)", k->count);
    if (!hash_arg(k, 1))
        call_fail(k, "create_resources(): second argument must be a hash");
    if (k->count == 3 && !hash_arg(k, 2))
        call_fail(k, "create_resources(): third argument, if provided, must be a hash");
    const struct hash *all = k->args[1].h;
    struct sv type = lower(k, value_text(k->arena, k->args[0]));
    for (uint32_t i = 0; i < all->count; i++) {
        struct value params = all->pairs[i].value;
        if (params.kind != V_HASH)
            call_fail(k, "no implicit conversion of %s into Hash",
                      is_none(params)         ? "nil"
                      : params.kind == V_BOOL ? (params.b ? "true" : "false")
                                              : ruby_class(params));
        create(k, type, all->pairs[i].key, layered(k, hash_arg(k, 2), params.h));
    }
    return VALUE_UNDEF;
}

/* ---- finding ---- */

/* "File[/a]" or File['/a']; out_title empty: the type alone. */
static bool read_reference(struct call *k, struct value v, struct sv *out_type, struct sv *out_title)
{
    struct sv text;
    if (v.kind == V_TYPE && (v.t->kind == T_RESOURCE || v.t->kind == T_CLASS))
        text = type_text(k->arena, v.t);
    else if (v.kind == V_STRING)
        text = value_sv(v);
    else
        return false;
    size_t open = sv_find_char(text, '[', 0);
    if (open == SIZE_MAX || text.p[text.n - 1] != ']') {
        *out_type = type_name_normal(k->arena, lower(k, text));
        *out_title = SV_NONE;
        return true;
    }
    *out_type = type_name_normal(k->arena, lower(k, sv_slice(text, 0, open)));
    *out_title = sv_slice(text, open + 1, text.n - 1);
    if (out_title->n >= 2 && out_title->p[0] == '\'' && out_title->p[out_title->n - 1] == '\'')
        *out_title = sv_slice(*out_title, 1, out_title->n - 1);
    if (sv_is(*out_type, "Class"))
        *out_title = type_name_normal(k->arena, lower(k, *out_title));
    return true;
}

static bool has_params(const struct resource *r, const struct hash *params)
{
    for (uint32_t i = 0; params && i < params->count; i++) {
        struct value want = params->pairs[i].value;
        const struct resource_param *p = params->pairs[i].key.kind == V_STRING ? resource_param(r, value_sv(params->pairs[i].key)) : NULL;
        bool both_none = is_none(want) && (!p || is_none(p->value));
        if (!both_none && !(p && value_same(p->value, want)))
            return false;
    }
    return true;
}

static bool defined_with(struct call *k, struct value reference, const struct hash *params)
{
    struct sv type, title;
    const struct resource *self = call_resource(k);
    if (!read_reference(k, reference, &type, &title))
        call_fail(k, "Reference is not understood: '%s'", ruby_class(reference));
    const struct catalog *cat = compile_catalog(k->c);
    if (title.n) {
        const struct resource *r = catalog_find(cat, type, title);
        return r && r != self && has_params(r, params);
    }
    for (uint32_t i = 0; i < cat->resource_count; i++)
        if (sv_eq(cat->resources[i]->type, type) && cat->resources[i] != self && has_params(cat->resources[i], params))
            return true;
    return false;
}

static struct value fn_defined_with_params(struct call *k)
{
    if (!k->count)
        call_fail(k, "Must specify a reference");
    return value_bool(defined_with(k, k->args[0], hash_arg(k, 1)));
}

/* Functions that want a type and a title say so. */
static void need_type_and_title(struct call *k)
{
    if (k->count < 1)
        call_fail(k, "Must specify a type");
    if (k->count < 2)
        call_fail(k, "Must specify a title");
}

static struct value fn_getparam(struct call *k)
{
    struct sv type, title;
    if (!k->count)
        call_fail(k, "Must specify a reference");
    if (k->count < 2 || k->args[1].kind != V_STRING)
        call_fail(k, "Must specify name of a parameter");
    if (!read_reference(k, k->args[0], &type, &title))
        call_fail(k, "No title provided and \"%.*s\" is not a valid resource reference", SV_ARG(ruby_text(k->arena, k->args[0])));
    const struct resource *r = catalog_find(compile_catalog(k->c), type, title);
    const struct resource_param *p = r ? resource_param(r, value_sv(k->args[1])) : NULL;
    return p && !is_none(p->value) ? p->value : value_str(SV(""));
}

/* ---- unless it is there already ---- */

static void ensure_one(struct call *k, struct sv type, struct value title, const struct hash *params)
{
    for (uint32_t i = 0; title.kind == V_ARRAY && i < title.n; i++)
        ensure_one(k, type, title.items[i], params);
    if (title.kind == V_ARRAY)
        return;
    struct sv name = value_text(k->arena, title);
    struct value reference = value_str(arena_printf(k->arena, "%.*s[%.*s]", SV_ARG(type), SV_ARG(name)));
    if (!defined_with(k, reference, params))
        call_create_titled(k, lower(k, type), title, params);
}

static const struct hash *no_params(struct call *k) { return hash_new(k->arena, 0); }

static struct value fn_ensure_resource(struct call *k)
{
    need_type_and_title(k);
    const struct hash *params = hash_arg(k, 2);
    ensure_one(k, value_text(k->arena, k->args[0]), k->args[1], params ? params : no_params(k));
    return VALUE_UNDEF;
}

static void ensure_all(struct call *k, struct sv type, const struct hash *all, const struct hash *defaults)
{
    for (uint32_t i = 0; i < all->count; i++) {
        struct value own = all->pairs[i].value;
        ensure_one(k, type, all->pairs[i].key, layered(k, defaults, own.kind == V_HASH ? own.h : NULL));
    }
}

static struct value fn_ensure_resources(struct call *k)
{
    need_type_and_title(k);
    if (!hash_arg(k, 1))
        call_fail(k, "ensure_resources(): Requires second argument to be a Hash");
    ensure_all(k, value_text(k->arena, k->args[0]), k->args[1].h, hash_arg(k, 2));
    return VALUE_UNDEF;
}

static struct value fn_ensure_packages(struct call *k)
{
    struct hash *standard = hash_new(k->arena, 1);
    hash_put_str(k->arena, standard, "ensure", value_str(SV("installed")));
    struct hash *defaults = hash_copy(k->arena, layered(k, standard, hash_arg(k, 1)), 1);
    const struct value *ensure = hash_find_sv(defaults, SV("ensure"));
    if (ensure && ensure->kind == V_STRING && sv_is(value_sv(*ensure), "present"))
        hash_put_str(k->arena, defaults, "ensure", value_str(SV("installed")));
    if (hash_arg(k, 0))
        ensure_all(k, SV("package"), k->args[0].h, defaults);
    else
        ensure_one(k, SV("package"), k->args[0], defaults);
    return VALUE_UNDEF;
}

#define NAMES "Callable[Any, 1, default]"

const struct builtin func_catalog[] = {
    { "include", NAMES, "declares classes", fn_include, FN_STATEMENT | FN_SEES_SCOPE, "names" },
    { "contain", NAMES, "declares classes inside the current one", fn_contain, FN_STATEMENT | FN_SEES_SCOPE, "names" },
    { "require", NAMES, "declares classes that come before the current one", fn_require, FN_STATEMENT | FN_SEES_SCOPE, "names" },
    { "realize", TAKES_ANYTHING, "makes virtual resources real", fn_realize, FN_STATEMENT | FN_SEES_SCOPE },
    { "tag", TAKES_ANYTHING, "adds tags to the current class or define", fn_tag, FN_STATEMENT | FN_SEES_SCOPE },
    { "tagged", TAKES_ANYTHING, "does the current class or define have all these tags", fn_tagged, FN_SEES_SCOPE },
    { "defined", "Callable[Variant[String, Type[CatalogEntry], Type[Type[CatalogEntry]]], 1, default]",
      "is a resource, class, type or variable there", fn_defined, FN_SEES_SCOPE, "vals" },
    { "create_resources", TAKES_ANYTHING, "declares resources from a hash", fn_create_resources, FN_STATEMENT | FN_SEES_SCOPE },
    { "defined_with_params", TAKES_ANYTHING, "is a resource with these parameters there", fn_defined_with_params, FN_SEES_SCOPE },
    { "getparam", TAKES_ANYTHING, "a parameter of a resource", fn_getparam, FN_SEES_SCOPE },
    { "ensure_resource", TAKES_ANYTHING, "declares a resource unless it is there", fn_ensure_resource, FN_STATEMENT | FN_SEES_SCOPE },
    { "ensure_resources", TAKES_ANYTHING, "declares resources unless they are there", fn_ensure_resources, FN_STATEMENT | FN_SEES_SCOPE },
    { "ensure_packages", "Callable[Variant[String[1], Array[String[1]], Hash[String[1], Any]], Hash, 1, 2]",
      "declares packages unless they are there", fn_ensure_packages, FN_STATEMENT | FN_SEES_SCOPE, "packages default_attributes" },
};
const size_t func_catalog_count = sizeof func_catalog / sizeof *func_catalog;
