/* api: what functions of the catalog (include, tag, realize, create_resources, defined) do to the compile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct resource *call_resource(struct call *k) { return k->scope->resource ? &k->scope->resource->r : NULL; }

struct sv call_module(struct call *k)
{
    for (struct scope *s = k->scope; s; s = s->inherited ? s->inherited : s->enclosing)
        if (s->module_name.p)
            return s->module_name;
    return SV("");
}

/* The class a name, Class['x'] or Resource['class', 'x'] means. */
static struct sv class_name(struct call *k, struct value v)
{
    if (v.kind == V_UNDEF)
        call_fail(k, "Cannot use undef as a class name");
    if (v.kind == V_STRING && !v.n)
        call_fail(k, "Cannot use empty string as a class name");
    if (v.kind == V_STRING)
        return value_sv(v);
    if (v.kind == V_TYPE && v.t->kind == T_CLASS) {
        if (!v.t->ref.has_title)
            call_fail(k, "Cannot use an unspecific Class[] Type");
        return v.t->ref.title;
    }
    if (v.kind == V_TYPE && v.t->kind == T_RESOURCE) {
        if (!v.t->ref.type.n)
            call_fail(k, "Cannot use an unspecific Resource[] where a Resource['class', name] is expected");
        call_fail(k, "Cannot use a Resource[%.*s] where a Resource['class', name] is expected", SV_ARG(v.t->ref.type));
    }
    call_fail(k, "undefined method `downcase' for %.*s", SV_ARG(value_text(k->arena, v)));
}

struct name_list {
    struct sv *items;
    uint32_t count;
    size_t cap;
};

static void collect_names(struct call *k, struct name_list *list, struct value v)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            collect_names(k, list, v.items[i]);
        return;
    }
    struct sv name = class_name(k, v);
    if (name.n > 2 && name.p[0] == ':' && name.p[1] == ':')
        name = sv_slice(name, 2, name.n);
    ARENA_PUSH(k->arena, list->items, list->count, list->cap, name);
}

static void add_require(struct compile *c, struct eres *r, struct value ref)
{
    struct resource_param *p = param_find(r, c->names.require_);
    struct value *items = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    if (p && p->value.kind == V_ARRAY)
        for (uint32_t i = 0; i < p->value.n; i++)
            ARENA_PUSH(c->arena, items, n, cap, p->value.items[i]);
    else if (p && p->value.kind != V_UNDEF)
        ARENA_PUSH(c->arena, items, n, cap, p->value);
    ARENA_PUSH(c->arena, items, n, cap, ref);
    struct resource_param set = { .name = c->names.require_, .source = r->source };
    set.value = value_array(items, n);
    param_set(c, r, &set);
}

struct value call_include(struct call *k, enum include_how how, const struct value *names, uint32_t count)
{
    struct compile *c = k->c;
    struct name_list list = { 0 };
    for (uint32_t i = 0; i < count; i++)
        collect_names(k, &list, names[i]);
    struct entry **entries = ARENA_ARRAY(k->arena, struct entry *, list.count + 1);
    struct value *refs = ARENA_ARRAY(k->arena, struct value, list.count + 1);
    for (uint32_t i = 0; i < list.count; i++) {
        entries[i] = find_class(c, list.items[i]);
        if (!entries[i]) {
            struct sv lower = make_class_ref(c, list.items[i]).t->ref.title;
            help_class(c, lower);
            call_fail(k, "Could not find class ::%.*s for %.*s", SV_ARG(lower), SV_ARG(c->options->certname));
        }
        refs[i] = make_class_ref(c, entries[i]->name->text);
    }
    bool *fresh = ARENA_ARRAY(k->arena, bool, list.count + 1);
    for (uint32_t i = 0; i < list.count; i++) /* all are declared before the first is evaluated */
        if ((fresh[i] = !entries[i]->scope))
            class_ensure(c, entries[i], k->scope);
    struct site site = c->site;
    for (uint32_t i = 0; i < list.count; i++)
        if (fresh[i])
            class_evaluate(c, entries[i]->resource);
    c->site = site;
    struct eres *container = k->scope->resource;
    for (uint32_t i = 0; i < list.count && container; i++) {
        if (how == HOW_CONTAIN && !has_edge(container, entries[i]->resource))
            add_edge(c, container, entries[i]->resource);
        if (how == HOW_REQUIRE)
            add_require(c, container, refs[i]);
    }
    return value_array(refs, list.count);
}

static struct sv call_place(struct call *k, uint32_t *out_line)
{
    const struct node *n = k->c->site.node ? k->c->site.node : k->site;
    struct frame *f = k->c->site.node ? k->c->site.frame : k->frame;
    *out_line = n ? unit_line(k->c, f->unit, n->from, NULL) : 0;
    struct sv file = f->unit ? f->unit->src->path : SV_NONE;
    return file.n ? file : SV("unknown"); /* the reference's word for code that was given without a file */
}

void call_create_resource(struct call *k, struct sv type, struct sv title, const struct hash *params)
{
    call_create_titled(k, type, value_str(title), params);
}

void call_create_titled(struct call *k, struct sv type, struct value title, const struct hash *params)
{
    struct compile *c = k->c;
    enum ast_form form = FORM_REGULAR;
    if (sv_starts(type, SV("@@")))
        form = FORM_EXPORTED;
    else if (sv_starts(type, SV("@")))
        form = FORM_VIRTUAL;
    type = sv_slice(type, form == FORM_EXPORTED ? 2 : form == FORM_VIRTUAL ? 1 : 0, type.n);
    if (form != FORM_REGULAR && sv_eq_nocase(type, SV("class")))
        call_fail(k, "Classes are not virtualizable");
    uint32_t n = params ? params->count : 0, line;
    struct sv file = call_place(k, &line);
    struct resource_param *list = ARENA_ARRAY(k->arena, struct resource_param, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct value key = params->pairs[i].key;
        list[i] = (struct resource_param){ .name = intern(c->syms, key.kind == V_STRING ? value_sv(key) : value_text(k->arena, key)),
                                           .value = params->pairs[i].value,
                                           .source = k->scope->source };
        if (c->site.node)
            list[i].origin.span = node_span(c->site.frame->unit, c->site.node);
    }
    char *lower = arena_cstr(k->arena, type);
    for (size_t i = 0; i < type.n; i++)
        lower[i] = lower[i] >= 'A' && lower[i] <= 'Z' ? (char)(lower[i] + 32) : lower[i];
    declare_resources(c, k->scope, (struct sv){ lower, type.n }, &title, 1, list, n, form, file, line);
}

void call_realize(struct call *k, const struct value *refs, uint32_t count) { collector_realize(k->c, k->scope, refs, count); }

void call_tag(struct call *k, const struct value *tags, uint32_t count)
{
    for (uint32_t i = 0; i < count && k->scope->resource; i++)
        tag_value(k->c, k->scope->resource, tags[i]);
}

bool call_tagged(struct call *k, struct sv tag)
{
    struct compile *c = k->c;
    if (k->scope->resource && tagged(c, k->scope->resource, tag, true))
        return true;
    for (uint32_t i = 0; i < c->all_count; i++) /* the catalog is tagged with all its classes */
        if (c->all[i]->r.flags & RES_CLASS && c->all[i]->entry && tagged(c, c->all[i], tag, false))
            return true;
    return false;
}

static bool defined_type(struct call *k, const struct type *t)
{
    struct compile *c = k->c;
    if (t->kind == T_TYPE && t->inner) {
        if (t->inner->kind == T_CLASS)
            return t->inner->ref.has_title && find_class(c, t->inner->ref.title);
        return defined_type(k, t->inner);
    }
    if (t->kind == T_CLASS) {
        if (!t->ref.has_title)
            call_fail(k, "The given class type is a reference to all classes");
        return find_resource(c, SV("class"), t->ref.title) != NULL;
    }
    if (t->kind != T_RESOURCE)
        return false;
    if (!t->ref.type.n)
        call_fail(k, "The given resource type is a reference to all kind of types");
    return t->ref.has_title ? find_resource(c, t->ref.type, t->ref.title) != NULL : find_rtype(c, t->ref.type) != NULL;
}

bool call_defined(struct call *k, struct value what)
{
    struct compile *c = k->c;
    if (what.kind == V_TYPE)
        return defined_type(k, what.t);
    if (what.kind != V_STRING || !what.n)
        return false;
    struct sv name = value_sv(what);
    if (name.p[0] == '$')
        return variable_exists(c, k->frame, sv_slice(name, 1, name.n));
    return sv_is(name, "main") || find_rtype(c, name) || find_class(c, name);
}
