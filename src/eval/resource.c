/* resource: resource expressions in all their forms, defaults, overrides; and entry into the catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

/* ---- parameters of a resource ---- */

struct resource_param *param_find(const struct eres *r, const struct sym *name)
{
    for (uint32_t i = 0; i < r->r.param_count; i++)
        if (r->r.params[i].name == name)
            return &r->r.params[i];
    return NULL;
}

void param_set(struct compile *c, struct eres *r, const struct resource_param *p)
{
    if (p->name == c->names.tag_)
        tag_value(c, r, p->value);
    struct resource_param *old = param_find(r, p->name);
    if (old)
        *old = *p;
    else
        ARENA_PUSH(c->arena, r->r.params, r->r.param_count, r->r.param_cap, *p);
}

void apply_defaults(struct compile *c, struct eres *r, struct scope *s)
{
    for (; s && r->type; s = s->parent)
        for (struct default_param *d = s->defaults; d; d = d->next)
            if (d->type == r->type->info && !param_find(r, d->param.name))
                param_set(c, r, &d->param);
}

struct eres *resource_raw(struct compile *c, struct scope *s, struct sv type, struct sv title)
{
    struct eres *r = ARENA_NEW(c->arena, struct eres);
    r->r.type = type;
    r->r.title = title;
    r->scope = s;
    r->source = s ? s->source : NULL;
    return r;
}

static struct eres *resource_typed(struct compile *c, struct scope *s, struct rtype *type, struct sv title)
{
    struct eres *r = resource_raw(c, s, type->info->normal, title);
    r->type = type;
    r->entry = type->define;
    r->r.flags |= type->define ? RES_DEFINE : RES_BUILTIN;
    if (!type->define)
        r->r.namevar = type->info->namevar->text;
    tags_add_syms(c, r, (const struct sym **)type->info->tags, type->info->tag_count);
    return r;
}

struct eres *resource_new(struct compile *c, struct scope *s, struct rtype *type, struct sv title)
{
    struct eres *r = resource_typed(c, s, type, title);
    tag_if_valid(c, r, title);
    return r;
}

/* A title that was no text when a function gave it: no tag comes of it, and the catalog tells the name beside it. */
static struct eres *resource_of_number(struct compile *c, struct scope *s, struct rtype *type, struct value given, struct sv title)
{
    struct eres *r = resource_typed(c, s, type, title);
    r->given_title = given;
    r->r.flags |= RES_TITLE_NO_TEXT;
    return r;
}

/* ---- the catalog ---- */

struct eres *find_resource(struct compile *c, struct sv type, struct sv title)
{
    bool is_class = sv_eq_nocase(type, SV("class"));
    struct rtype *t = is_class || sv_eq_nocase(type, SV("stage")) ? NULL : find_rtype(c, type);
    struct sv normal = is_class ? SV("Class") : t ? t->info->normal : type_name_normal(c->arena, type);
    if (is_class) {
        bool main = sv_is(title, "main");
        title = main ? title : type_name_normal(c->arena, title);
    }
    struct eres *r = (struct eres *)catalog_find(c->catalog, normal, title);
    if (r || !t || !t->info->path_title)
        return r;
    while (title.n > 1 && title.p[title.n - 1] == '/')
        title.n--;
    return (struct eres *)catalog_find(c->catalog, normal, title);
}

bool has_edge(const struct eres *source, const struct eres *target)
{
    for (uint32_t i = 0; i < source->child_count; i++)
        if (source->children[i] == target)
            return true;
    return false;
}

void add_edge(struct compile *c, struct eres *source, struct eres *target)
{
    struct edge e = { &source->r, &target->r };
    ARENA_PUSH(c->arena, c->catalog->edges, c->catalog->edge_count, c->catalog->edge_cap, e);
    ARENA_PUSH(c->arena, source->children, source->child_count, source->child_cap, target);
    if (!target->r.container)
        target->r.container = &source->r;
}

static _Noreturn void duplicate(struct compile *c, const struct eres *r, const struct eres *old)
{
    struct sv at = location_text(c, old->r.file, old->r.line, 0);
    struct sv own = location_text(c, r->r.file, r->r.line, 0);
    help_duplicate(c, old);
    raise_error(c, "Duplicate declaration: %.*s[%.*s] is already declared%s%.*s; cannot redeclare%s%.*s", SV_ARG(r->r.type),
                SV_ARG(r->r.title), at.n ? " at " : "", SV_ARG(at), own.n ? " " : "", SV_ARG(own));
}

static void alias_to(struct compile *c, struct eres *r, struct sv key, bool listed)
{
    if (sv_eq(key, r->r.title))
        return;
    struct sv ref = arena_printf(c->arena, "%.*s[%.*s]", SV_ARG(r->r.type), SV_ARG(key));
    struct eres *old = map_find(&c->catalog->by_ref, ref);
    if (!old) {
        map_put(&c->catalog->by_ref, ref, r);
        return;
    }
    if (old == r)
        return;
    struct sv own = location_text(c, r->r.file, r->r.line, 0), at = location_text(c, old->r.file, old->r.line, 0);
    raise_error(c, "Cannot alias %.*s[%.*s] to %s\"%.*s\"%s%s%.*s; resource [\"%.*s\", \"%.*s\"] already declared%s%.*s", SV_ARG(r->r.type),
                SV_ARG(r->r.title), listed ? "[" : "", SV_ARG(key), listed ? "]" : "", own.n ? " at " : "", SV_ARG(own), SV_ARG(r->r.type),
                SV_ARG(key), at.n ? " " : "", SV_ARG(at));
}

static bool param_given(const struct resource_param *p) { return p && p->value.kind != V_UNDEF && p->value.kind != V_UNSET; }

/* One part of an identity: what was given, else what the title gives, else for the name the title itself. */
static struct sv key_text(struct compile *c, const struct eres *r, const struct sym *key)
{
    const struct resource_param *p = param_find(r, key);
    const struct value *part = param_given(p) ? &p->value : r->parts ? hash_find_sv(r->parts, key->text) : NULL;
    if (part && part->kind == V_STRING)
        return value_sv(*part);
    return key == c->names.name_ ? r->r.title : SV_NONE;
}

/* A package is its command, name and provider together. */
static void alias_keys(struct compile *c, struct eres *r)
{
    const struct rtype_info *info = r->type->info;
    struct strbuf key = STRBUF_IN(c->arena);
    for (uint32_t i = 0; i < info->key_count; i++) {
        struct sv text = key_text(c, r, info->keys[i]);
        strbuf_adds(&key, i ? ", " : "");
        if (text.p)
            strbuf_addf(&key, "\"%.*s\"", SV_ARG(text));
        else
            strbuf_adds(&key, "nil");
    }
    struct sv ref = arena_printf(c->arena, "[\"%.*s\", %.*s]", SV_ARG(r->r.type), SV_ARG(strbuf_sv(&key)));
    struct eres *old = map_put(&c->catalog->by_ref, ref, r); /* no reference reads like that */
    if (!old || old == r)
        return;
    struct sv own = location_text(c, r->r.file, r->r.line, 0), at = location_text(c, old->r.file, old->r.line, 0);
    raise_error(c, "Cannot alias %.*s[%.*s] to [%.*s]%s%.*s; resource %.*s already declared%s%.*s", SV_ARG(r->r.type), SV_ARG(r->r.title),
                SV_ARG(strbuf_sv(&key)), own.n ? " at " : "", SV_ARG(own), SV_ARG(ref), at.n ? " " : "", SV_ARG(at));
}

/* The parameters that the title gives are kept aside: code does not see them, the catalog has them. */
static void take_title_apart(struct compile *c, struct eres *r)
{
    const struct eval_hooks *hooks = &c->options->hooks;
    struct call k = { .c = c, .arena = c->arena, .scope = r->scope, .frame = c->site.frame, .site = c->site.node };
    struct value parts;
    if (!hooks->title_parts || !hooks->title_parts(hooks->ruby, &k, r->type->info->titled, r->r.title, &parts))
        return;
    if (parts.kind != V_HASH)
        raise_error(c, "No set of title patterns matched the title \"%.*s\".", SV_ARG(r->r.title));
    r->parts = parts.h;
}

/* File[foo] with a path answers to File[/path] too. */
static void add_aliases(struct compile *c, struct eres *r)
{
    const struct resource_param *a = param_find(r, c->names.alias_);
    if (a && a->value.kind == V_STRING)
        alias_to(c, r, value_sv(a->value), false);
    for (uint32_t i = 0; a && a->value.kind == V_ARRAY && i < a->value.n; i++)
        if (a->value.items[i].kind == V_STRING)
            alias_to(c, r, value_sv(a->value.items[i]), false);
    if (!r->type || r->type->define)
        return;
    if (r->type->info->titled)
        take_title_apart(c, r);
    if (r->type->info->key_count)
        alias_keys(c, r);
    if (r->type->info->alias_free)
        return;
    const struct resource_param *p = param_find(r, r->type->info->namevar);
    if (p && p->value.kind == V_STRING) {
        alias_to(c, r, value_sv(p->value), true);
    } else if (!p && r->type->info->path_title && r->r.title.n > 1 && r->r.title.p[r->r.title.n - 1] == '/') {
        struct sv path = r->r.title;
        while (path.n > 1 && path.p[path.n - 1] == '/')
            path.n--;
        alias_to(c, r, path, true);
    }
}

void resource_add(struct compile *c, struct scope *s, struct eres *r)
{
    struct catalog *cat = c->catalog;
    struct sv ref = resource_ref(c->arena, &r->r);
    struct eres *old = map_find(&cat->by_ref, ref);
    if (old)
        duplicate(c, r, old);
    map_put(&cat->by_ref, ref, r);
    add_aliases(c, r);
    r->r.index = cat->resource_count;
    ARENA_PUSH(c->arena, cat->resources, cat->resource_count, cat->resource_cap, &r->r);
    ARENA_PUSH(c->arena, c->all, c->all_count, c->all_cap, r);
    if (r->type) {
        ARENA_PUSH(c->arena, r->type->all, r->type->count, r->type->cap, r);
        if (r->type->define)
            ARENA_PUSH(c->arena, c->pending, c->pending_count, c->pending_cap, r);
    }
    if (r->r.flags & RES_CLASS)
        return;
    const struct resource_param *stage = param_find(r, c->names.stage_);
    if (stage && stage->value.kind != V_UNDEF)
        raise_error(c, "Only classes can set 'stage'; normal resources like %.*s cannot change run stage", SV_ARG(ref));
    if (!sv_is(r->r.type, "Stage") && s->resource)
        add_edge(c, s->resource, r);
}

/* ---- attributes ---- */

static void push_param(struct frame *f, const struct node *whole, struct resource_param **list, uint32_t *count, size_t *cap,
                       struct resource_param p)
{
    for (uint32_t i = 0; i < *count; i++)
        if ((*list)[i].name == p.name)
            fail_at(f, whole, "The attribute '%.*s' has already been set", SV_ARG(p.name->text));
    ARENA_PUSH(f->c->arena, *list, *count, *cap, p);
}

#define TEXT_OF(n)       #n
#define TEXT_OF_LIMIT(n) TEXT_OF(n)

/* Too much to be written; NULL: it is not. Values share their parts, so that one of a few bytes may be endless when written. */
static const char *oversize(struct value v, unsigned depth, uint32_t *parts)
{
    const char *why = NULL;
    if (depth > LIMIT_VALUE_DEPTH)
        return "the value is nested deeper than the limit of " TEXT_OF_LIMIT(LIMIT_VALUE_DEPTH);
    if (++*parts > LIMIT_VALUE_PARTS)
        return "the value has more parts than the limit of " TEXT_OF_LIMIT(LIMIT_VALUE_PARTS);
    if (v.kind == V_SENSITIVE)
        return oversize(*v.inner, depth + 1, parts);
    for (uint32_t i = 0; v.kind == V_ARRAY && !why && i < v.n; i++)
        why = oversize(v.items[i], depth + 1, parts);
    for (uint32_t i = 0; v.kind == V_HASH && !why && i < v.h->count; i++) {
        why = oversize(v.h->pairs[i].key, depth + 1, parts);
        why = why ? why : oversize(v.h->pairs[i].value, depth + 1, parts);
    }
    return why;
}

void check_size(struct compile *c, const struct eres *r)
{
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        uint32_t parts = 0;
        const char *why = oversize(r->r.params[i].value, 0, &parts);
        if (why)
            raise_plain(c, r->r.file, r->r.line, "%.*s[%.*s]: parameter '%.*s': %s", SV_ARG(r->r.type), SV_ARG(r->r.title),
                        SV_ARG(r->r.params[i].name->text), why);
    }
}

/* What a resource cannot be given; NULL: nothing in it. */
static const char *unfit_part(struct value v)
{
    const char *why = NULL;
    if (v.kind == V_ITERATOR)
        return "Use of an Iterator is not supported here";
    if (v.kind == V_TYPE && v.t->kind == T_CATALOG_ENTRY)
        return "Cannot split the type Puppet::Pops::Types::PCatalogEntryType, it represents neither a PClassType, nor a PResourceType.";
    if (v.kind == V_TYPE && v.t->kind == T_CLASS && !v.t->ref.has_title)
        return "No title provided and \"class\" is not a valid resource reference";
    for (uint32_t i = 0; v.kind == V_ARRAY && !why && i < v.n; i++)
        why = unfit_part(v.items[i]);
    for (uint32_t i = 0; v.kind == V_HASH && !why && i < v.h->count; i++) {
        why = unfit_part(v.h->pairs[i].key);
        why = why ? why : unfit_part(v.h->pairs[i].value);
    }
    return why;
}

static void check_attribute(struct frame *f, const struct attr *a, struct value v)
{
    uint32_t parts = 0;
    const char *why = oversize(v, 0, &parts), *op = a->op == OP_ATTR_SPLAT ? "an Object"
                                                    : a->op == OP_ATTR_ADD ? "a '+>' expression"
                                                                           : "a '=>' expression";
    why = why ? why : unfit_part(v);
    if (why)
        fail_at_offset(f, a->from, "Error while evaluating %s, %s", op, why);
}

struct resource_param *eval_attrs(struct frame *f, const struct attr_list *attrs, const struct node *whole, uint32_t *out_count)
{
    struct resource_param *list = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    for (uint32_t i = 0; i < attrs->count; i++) {
        const struct attr *a = &attrs->items[i];
        struct value v = eval(f, a->value);
        check_attribute(f, a, v);
        struct resource_param p = { .name = a->name,
                                    .value = v,
                                    .source = f->scope->source,
                                    .add = a->op == OP_ATTR_ADD,
                                    .origin = { .kind = ORIGIN_CODE, .span = { f->unit->src, a->from, a->to } } };
        if (a->op != OP_ATTR_SPLAT) {
            push_param(f, whole, &list, &count, &cap, p);
            continue;
        }
        if (v.kind != V_HASH)
            fail_at(f, a->value, "Expected value of type Hash, got %.*s",
                    SV_ARG(type_text(f->c->arena, type_generalize(f->c->arena, type_infer_reduced(f->c->arena, v)))));
        for (uint32_t j = 0; j < v.h->count; j++) {
            struct value key = v.h->pairs[j].key;
            p.name = intern(f->c->syms, key.kind == V_STRING ? value_sv(key) : value_text(f->c->arena, key));
            p.value = v.h->pairs[j].value;
            push_param(f, whole, &list, &count, &cap, p);
        }
    }
    *out_count = count;
    return list;
}

/* ---- declaring ---- */

static struct value declare_class(struct compile *c, struct scope *s, struct value title, const struct resource_param *params,
                                  uint32_t count, struct sv file, uint32_t line)
{
    struct entry *e = find_class(c, value_sv(title));
    if (!e)
        help_class(c, value_sv(title));
    if (!e)
        raise_error(c, "Could not find declared class %.*s", SV_ARG(value_sv(title)));
    struct eres *old = e->resource;
    if (old) {
        struct eres probe = { .r = { .type = SV("Class"), .title = old->r.title, .file = file, .line = line } };
        duplicate(c, &probe, old);
    }
    class_declare(c, e, s, (struct resource_param *)params, count);
    e->resource->r.file = file;
    e->resource->r.line = line;
    class_evaluate(c, e->resource);
    return make_class_ref(c, e->name->text);
}

struct value *declare_resources(struct compile *c, struct scope *s, struct sv type_name, const struct value *titles, uint32_t title_count,
                                const struct resource_param *params, uint32_t param_count, enum ast_form form, struct sv file,
                                uint32_t line)
{
    struct value *refs = ARENA_ARRAY(c->arena, struct value, title_count + 1);
    bool is_class = sv_eq_nocase(type_name, SV("class"));
    struct rtype *type = is_class ? NULL : find_rtype(c, type_name);
    if (!is_class && !type)
        help_resource_type(c, type_name);
    if (!is_class && !type)
        raise_error(c, "Unknown resource type: '%.*s'", SV_ARG(type_name));
    for (uint32_t i = 0; i < title_count; i++) {
        bool is_text = titles[i].kind == V_STRING;
        struct sv title = is_text ? value_sv(titles[i]) : value_text(c->arena, titles[i]);
        if (is_class) {
            refs[i] = declare_class(c, s, value_str(title), params, param_count, file, line);
            continue;
        }
        struct eres *r = is_text ? resource_new(c, s, type, title) : resource_of_number(c, s, type, titles[i], title);
        r->r.file = file;
        r->r.line = line;
        r->r.flags |= form == FORM_VIRTUAL ? RES_VIRTUAL : form == FORM_EXPORTED ? RES_VIRTUAL | RES_EXPORTED : 0u;
        r->r.params = ARENA_ARRAY(c->arena, struct resource_param, param_count + 4);
        r->r.param_cap = param_count + 4;
        for (uint32_t j = 0; j < param_count; j++)
            param_set(c, r, &params[j]);
        apply_defaults(c, r, s);
        resource_add(c, s, r);
        refs[i] = make_ref(c, type->info->name->text, r->r.title);
    }
    return refs;
}

struct body { /* of a resource expression, evaluated */
    struct value *titles;
    uint32_t title_count;
    size_t title_cap;
    struct resource_param *params;
    uint32_t param_count;
    bool is_default;
};

static void add_title(struct frame *f, const struct node *n, struct body *b, const struct node *at, struct value title, uint32_t *index)
{
    if (title.kind == V_ARRAY) {
        for (uint32_t i = 0; i < title.n; i++)
            add_title(f, n, b, at, title.items[i], index);
        return;
    }
    uint32_t i = (*index)++;
    if (title.kind == V_UNDEF)
        fail_at(f, at, "Missing title at index %u. The title expression resulted in an undef title", i);
    if (title.kind == V_DEFAULT) {
        b->is_default = true;
        return;
    }
    if (title.kind != V_STRING)
        fail_at(f, at, "Illegal title type at index %u. Expected String, got %.*s", i, SV_ARG(generalized_text(f->c, title)));
    if (!title.n)
        fail_at(f, at, "Empty string title at %u. Title strings must have a length greater than zero.", i);
    ARENA_PUSH(f->c->arena, b->titles, b->title_count, b->title_cap, title);
}

static void check_titles(struct frame *f, const struct node *n, const struct body *bodies, uint32_t count)
{
    struct map seen = map_in(f->c->arena);
    if (count == 1 && bodies[0].title_count < 2)
        return;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < bodies[i].title_count; j++)
            if (map_put(&seen, value_sv(bodies[i].titles[j]), (void *)bodies))
                fail_at(f, n, "The title '%.*s' has already been used in this resource expression", SV_ARG(value_sv(bodies[i].titles[j])));
}

static struct sv resource_type_name(struct frame *f, const struct node *n)
{
    const struct node *t = n->resource.type;
    if (t->kind == AST_NAME)
        return t->s;
    struct value v = eval(f, t);
    bool named = t->kind == AST_TYPE_NAME || (t->kind == AST_ACCESS && t->access.lhs->kind == AST_TYPE_NAME);
    if (!named)
        fail_at(f, t, "Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got %.*s",
                SV_ARG(generalized_text(f->c, v)));
    if (v.kind == V_TYPE && v.t->kind == T_CLASS && !v.t->ref.has_title)
        return SV("class");
    if (v.kind == V_TYPE && v.t->kind == T_RESOURCE && !v.t->ref.has_title && v.t->ref.type.n)
        return v.t->ref.type;
    struct sv text = v.kind == V_TYPE ? type_text(f->c->arena, v.t) : generalized_text(f->c, v);
    fail_at(f, t, "Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got %.*s", SV_ARG(text));
}

static const struct body *default_body(const struct body *bodies, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (bodies[i].is_default)
            return &bodies[i];
    return NULL;
}

/* What `default:` gives, overlaid by the body's own. */
static void merge_default_body(struct frame *f, struct body *b, const struct body *d)
{
    if (!d || d == b)
        return;
    struct resource_param *all = ARENA_ARRAY(f->c->arena, struct resource_param, d->param_count + b->param_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->param_count; i++)
        all[n++] = d->params[i];
    for (uint32_t i = 0; i < b->param_count; i++) {
        uint32_t at = 0;
        while (at < d->param_count && all[at].name != b->params[i].name)
            at++;
        if (at < d->param_count)
            all[at] = b->params[i];
        else
            all[n++] = b->params[i];
    }
    b->params = all;
    b->param_count = n;
}

struct value eval_resource(struct frame *f, const struct node *n)
{
    struct compile *c = f->c;
    struct site saved = c->site;
    c->site = (struct site){ f, n };
    if (n->op == FORM_EXPORTED && !c->options->hooks.exported)
        warn_at(f, n, "no_store", "You cannot collect exported resources without storeconfigs being set; the export is ignored");
    struct sv type = resource_type_name(f, n);
    uint32_t count = n->resource.count;
    struct body *bodies = ARENA_ARRAY(c->arena, struct body, count + 1);
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct resource_body *b = &n->resource.bodies[i];
        struct value title = eval(f, b->title);
        uint32_t index = 0;
        if (title.kind == V_UNDEF)
            fail_at(f, b->title, "Missing title. The title expression resulted in undef");
        add_title(f, n, &bodies[i], b->title, title, &index);
        bodies[i].params = eval_attrs(f, &b->attrs, n, &bodies[i].param_count);
        total += bodies[i].title_count;
    }
    c->site = (struct site){ f, n };
    check_titles(f, n, bodies, count);
    uint32_t line = unit_line(c, f->unit, n->from, NULL);
    struct value *refs = ARENA_ARRAY(c->arena, struct value, total + 1);
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        merge_default_body(f, &bodies[i], default_body(bodies, count));
        struct value *made = declare_resources(c, f->scope, type, bodies[i].titles, bodies[i].title_count, bodies[i].params,
                                               bodies[i].param_count, (enum ast_form)n->op, f->unit->src->path, line);
        for (uint32_t j = 0; j < bodies[i].title_count; j++)
            refs[at++] = made[j];
    }
    c->site = saved;
    return value_array(refs, at);
}

/* Type { attrs } */
struct value eval_defaults(struct frame *f, const struct node *n)
{
    struct compile *c = f->c;
    struct value v = eval(f, n->set.target);
    if (v.kind != V_TYPE || v.t->kind != T_RESOURCE || !v.t->ref.type.n || v.t->ref.has_title)
        fail_at(f, n->set.target, "Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got %.*s",
                SV_ARG(v.kind == V_TYPE ? type_text(c->arena, v.t) : generalized_text(c, v)));
    struct rtype *type = find_rtype(c, v.t->ref.type);
    uint32_t count;
    struct resource_param *params = eval_attrs(f, &n->set.attrs, n, &count);
    uint32_t line = unit_line(c, f->unit, n->from, NULL);
    for (uint32_t i = 0; type && i < count; i++) {
        struct default_param **end = &f->scope->defaults;
        for (; *end; end = &(*end)->next)
            if ((*end)->type == type->info && (*end)->param.name == params[i].name)
                raise_plain(c, f->unit->src->path, unit_line(c, f->unit, params[i].origin.span.from, NULL),
                            "Default already defined for %.*s { %.*s }; cannot redefine", SV_ARG(type->info->normal),
                            SV_ARG(params[i].name->text));
        struct default_param *d = ARENA_NEW(c->arena, struct default_param);
        d->type = type->info;
        d->param = params[i];
        d->param.origin.kind = ORIGIN_DEFAULT_STATEMENT;
        *end = d;
    }
    (void)line;
    return v;
}

/* ---- overrides ---- */

static bool child_of(const struct entry *e, const struct entry *of)
{
    if (!e)
        return false;
    if (e->override)
        return true;
    for (const struct entry *p = e->parent; p; p = p->parent)
        if (p == of || p->override)
            return true;
    return false;
}

static bool is_default(const struct eres *r, const struct sym *name, struct value v)
{
    for (const struct scope *s = r->type ? r->scope : NULL; s; s = s->parent)
        for (const struct default_param *d = s->defaults; d; d = d->next)
            if (d->type == r->type->info && d->param.name == name && value_same(d->param.value, v))
                return true;
    return false;
}

static struct value flatten_two(struct compile *c, struct value x, struct value y)
{
    struct value *items = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    const struct value two[2] = { x, y };
    for (int i = 0; i < 2; i++) {
        const struct value *from = two[i].kind == V_ARRAY ? two[i].items : &two[i];
        uint32_t count = two[i].kind == V_ARRAY ? two[i].n : 1;
        for (uint32_t j = 0; j < count; j++)
            ARENA_PUSH(c->arena, items, n, cap, from[j]);
    }
    return value_array(items, n);
}

static void override_param(struct compile *c, struct eres *r, const struct resource_param *p)
{
    struct resource_param *current = param_find(r, p->name);
    if (!current) {
        param_set(c, r, p);
        return;
    }
    if (is_default(r, p->name, p->value))
        return;
    const struct entry *source = p->source, *was = current->source;
    if (!child_of(source, was) && !(source == was && is_default(r, p->name, current->value))) {
        struct span *at = &current->origin.span;
        unsigned line = 0, column = 0, new_line = 0;
        if (at->src)
            span_position(*at, &line, &column);
        if (p->origin.span.src)
            span_position(p->origin.span, &new_line, &column);
        struct sv place = at->src ? location_text(c, at->src->path, line, 0) : SV_NONE;
        struct sv by = was && was->name && was != c->main ? arena_printf(c->arena, " by %.*s", SV_ARG(was->name->text)) : SV_NONE;
        raise_plain(c, p->origin.span.src ? p->origin.span.src->path : SV_NONE, new_line,
                    "Parameter '%.*s' is already set on %.*s[%.*s]%.*s%s%.*s; cannot redefine", SV_ARG(p->name->text), SV_ARG(r->r.type),
                    SV_ARG(r->r.title), SV_ARG(by), place.n ? " at " : "", SV_ARG(place));
    }
    struct resource_param set = *p;
    if (p->add)
        set.value = flatten_two(c, current->value, p->value);
    param_set(c, r, &set);
}

static void override_evaluated(struct compile *c, const struct eres *r, struct sv file, uint32_t line)
{
    struct sv at = location_text(c, r->r.file, r->r.line, 0), here = location_text(c, file, line, 0);
    struct sv text = arena_printf(c->arena, "Attempt to override an already evaluated resource%s%.*s%s with new values",
                                  at.n ? ", defined at " : "", SV_ARG(at), at.n ? "," : "");
    if (c->options->strict == STRICT_ERROR)
        raise_plain(c, file, line, "%.*s", SV_ARG(text));
    if (c->options->strict == STRICT_WARNING)
        diag_warn(&c->result->diags, "override_evaluated", (struct span){ 0 }, "%.*s%s%.*s", SV_ARG(text), here.n ? " " : "", SV_ARG(here));
}

void resource_merge(struct compile *c, struct eres *r, const struct resource_param *params, uint32_t count, struct entry *source,
                    struct sv file, uint32_t line)
{
    if (r->source != source && !child_of(source, r->source))
        raise_plain(c, file, line, "Only subclasses can override parameters");
    if (r->r.flags & RES_EVALUATED)
        override_evaluated(c, r, file, line);
    for (uint32_t i = 0; i < count; i++)
        override_param(c, r, &params[i]);
}

static void override_one(struct frame *f, const struct node *n, struct value ref, const struct resource_param *params, uint32_t count)
{
    struct compile *c = f->c;
    if (ref.kind != V_TYPE || ref.t->kind != T_RESOURCE || sv_eq_nocase(ref.t->ref.type, SV("class")))
        fail_at(f, n, "Resource Override can only operate on resources, got: %.*s", SV_ARG(value_label(c, ref)));
    struct sv file = f->unit->src->path;
    uint32_t line = unit_line(c, f->unit, n->from, NULL);
    struct eres *r = find_resource(c, ref.t->ref.type, ref.t->ref.title);
    if (r) {
        resource_merge(c, r, params, count, f->scope->source, file, line);
        return;
    }
    struct pending_override *o = ARENA_NEW(c->arena, struct pending_override);
    *o = (struct pending_override){ .type = ref.t->ref.type,
                                    .title = ref.t->ref.title,
                                    .params = (struct resource_param *)params,
                                    .count = count,
                                    .scope = f->scope,
                                    .file = file,
                                    .line = line };
    *c->overrides_end = o;
    c->overrides_end = &o->next;
}

struct value eval_override(struct frame *f, const struct node *n)
{
    struct site saved = f->c->site;
    f->c->site = (struct site){ f, n };
    struct value refs = eval(f, n->set.target);
    uint32_t count;
    struct resource_param *params = eval_attrs(f, &n->set.attrs, n, &count);
    for (uint32_t i = 0; i < count; i++)
        params[i].origin.kind = ORIGIN_OVERRIDE;
    if (refs.kind != V_ARRAY)
        override_one(f, n, refs, params, count);
    for (uint32_t i = 0; refs.kind == V_ARRAY && i < refs.n; i++)
        override_one(f, n, refs.items[i], params, count);
    f->c->site = saved;
    return refs;
}
