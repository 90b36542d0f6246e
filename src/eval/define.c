/* define: classes and defined types: their scope, their parameters (given, then data, then defaults), their bodies. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"
#include "types/object.h"

static struct entry *parent_of(struct compile *c, struct entry *e)
{
    if (e->parent || !e->def || !e->def->parent)
        return e->parent;
    const struct node *p = e->def->parent;
    struct sv name = p->kind == AST_DEFAULT ? SV("default") : p->s;
    e->parent = find_class(c, name);
    if (!e->parent)
        raise_plain(c, e->unit->src->path, unit_line(c, e->unit, e->node->from, NULL),
                    "Could not find parent resource type '%s%.*s' of type hostclass in %.*s",
                    sv_starts(name, SV("::")) ? "" : "::", SV_ARG(name), SV_ARG(snapshot_environment(c->snapshot)));
    for (const struct entry *above = e->parent; above; above = above->parent)
        if (above == e)
            raise_plain(c, e->unit->src->path, unit_line(c, e->unit, e->node->from, NULL),
                        "Class '%.*s' inherits from itself, by way of '%.*s'", SV_ARG(e->name->text), SV_ARG(e->parent->name->text));
    return e->parent;
}

static struct eres *class_resource(struct compile *c, struct entry *e, struct scope *s)
{
    const struct prepared *prep = prepare(c, e);
    struct eres *r = resource_raw(c, s, SV("Class"), prep->title);
    r->entry = e;
    r->r.flags |= RES_CLASS;
    const struct sym *class_tag = c->names.class_;
    tags_add_syms(c, r, &class_tag, 1);
    tags_add_syms(c, r, (const struct sym **)prep->tags, prep->tag_count);
    r->source = e;
    return r;
}

/* The class counts as declared before its body runs: mutual includes are no mistake. */
static void class_enter(struct compile *c, struct entry *e, struct eres *r, struct scope *s)
{
    struct entry *parent = parent_of(c, e);
    if (parent && !parent->resource)
        class_ensure(c, parent, s);
    resource_add(c, s, r);
    e->resource = r;
}

struct eres *class_ensure(struct compile *c, struct entry *e, struct scope *s)
{
    if (!e->resource)
        class_enter(c, e, class_resource(c, e, s), s);
    return e->resource;
}

struct eres *include_class(struct compile *c, struct scope *s, struct entry *e)
{
    if (e->scope)
        return e->resource;
    struct eres *r = class_ensure(c, e, s);
    class_evaluate(c, r);
    return r;
}

void class_declare(struct compile *c, struct entry *e, struct scope *s, struct resource_param *params, uint32_t count)
{
    struct eres *r = class_resource(c, e, s);
    r->source = s->source;
    for (uint32_t i = 0; i < count; i++)
        param_set(c, r, &params[i]);
    class_enter(c, e, r, s);
}

/* ---- parameters ---- */

/* Parameters mostly come in the order of the definition: the search begins behind the last hit. */
static int param_index(const struct definition *d, const struct sym *name, uint32_t *hint)
{
    for (uint32_t n = 0, i = *hint; n < d->param_count; n++, i++) {
        if (i >= d->param_count)
            i = 0;
        if (d->params[i].name != name)
            continue;
        *hint = i + 1;
        return (int)i;
    }
    return -1;
}

/* "ntp::servers" */
static struct sv data_key(struct compile *c, struct sv class_name, struct sv param)
{
    char *p = arena_alloc(c->arena, class_name.n + param.n + 3);
    memcpy(p, class_name.p, class_name.n);
    memcpy(p + class_name.n, "::", 2);
    memcpy(p + class_name.n + 2, param.p, param.n + 1); /* syms end with NUL */
    return (struct sv){ p, class_name.n + param.n + 2 };
}

/* Values from data for what was not given: classes only. */
static void bind_data(struct compile *c, struct eres *r, struct scope *s)
{
    const struct eval_hooks *hooks = &c->options->hooks;
    const struct definition *d = r->entry->def;
    if (!hooks->lookup)
        return;
    struct scope *current = c->current;
    c->current = s;
    for (uint32_t i = 0; i < d->param_count; i++) {
        const struct resource_param *given = param_find(r, d->params[i].name);
        if (given && given->value.kind != V_UNDEF)
            continue;
        struct sv key = data_key(c, r->entry->name->text, d->params[i].name->text);
        struct resource_param p = { .name = d->params[i].name, .source = r->source, .origin.kind = ORIGIN_DATA };
        struct data_origin origin = { 0 };
        if (!hooks->lookup(hooks->ctx, c, key, &p.value, &origin) || (p.value.kind == V_UNDEF && d->params[i].value))
            continue;
        p.origin.key = origin.key;
        p.origin.level = origin.level;
        param_set(c, r, &p);
    }
    c->current = current;
}

static void bind_defaults(struct compile *c, struct eres *r, struct frame *f, const char *ref)
{
    const struct definition *d = f->def;
    f->binding = true;
    f->binding_name = ref;
    for (uint32_t i = 0; i < d->param_count; i++) {
        const struct param *p = &d->params[i];
        if (!p->value || (f->slots[i].kind != V_UNSET && f->slots[i].kind != V_UNDEF))
            continue;
        bool given = f->slots[i].kind == V_UNDEF;
        f->slots[i] = VALUE_UNSET;
        f->binding_at = i;
        struct value v = eval(f, p->value);
        f->match = NULL; /* what one default matched is not seen by the next */
        f->slots[i] = v;
        struct resource_param set = { .name = p->name,
                                      .value = v,
                                      .source = r->source,
                                      .origin = { .kind = ORIGIN_PARAM_DEFAULT, .span = { f->unit->src, p->from, p->to } } };
        if (given || p->name == c->names.tag_)
            param_set(c, r, &set);
        else
            ARENA_PUSH(c->arena, r->r.params, r->r.param_count, r->r.param_cap, set);
    }
    f->binding = false;
}

static const struct type *wanted_type(struct frame *f, const struct prepared *prep, uint32_t i)
{
    if (prep->types[i] && !prep->dynamic[i])
        return prep->types[i];
    if (!f->def->params[i].type)
        return NULL;
    struct value v = eval(f, f->def->params[i].type);
    return v.kind == V_TYPE ? v.t : NULL;
}

struct complaints {
    struct sv *items;
    uint32_t count;
    size_t cap;
};

static void complain_lines(struct compile *c, struct complaints *list, struct sv text)
{
    struct sv line;
    while (sv_cut(&text, '\n', &line))
        if (sv_trim(line).n) {
            struct sv one = sv_trim(line);
            ARENA_PUSH(c->arena, list->items, list->count, list->cap, one);
        }
}

/* What a Deferred will give: known where its function says so; NULL: it is taken on trust. */
static const struct type *deferred_gives(struct compile *c, const struct object *deferred)
{
    struct sv name = value_sv(*object_value(deferred, SV("name")));
    const struct sym *sym = text_sym(c, name);
    struct entry *e = find_function(c, sym);
    const struct type *returns = e && e->def->returns ? prepare(c, e)->returns : NULL;
    if (!returns && c->options->strict == STRICT_WARNING && !ptrmap_find(&c->warned, sym)) {
        ptrmap_put(&c->warned, sym, c);
        diag_warn(&c->result->diags, "deferred", (struct span){ 0 },
                  "Deferred function %.*s has no return_type, unable to guarantee value type during compilation.", SV_ARG(name));
    }
    return returns;
}

/* Is a parameter of its type; if not, out says why. */
static bool param_fits(struct compile *c, const struct type *t, struct value v, struct sv name, struct strbuf *out)
{
    bool deferred = v.kind == V_OBJECT && v.object->type == &deferred_type;
    const struct type *gives = deferred ? deferred_gives(c, v.object) : NULL;
    if (deferred ? !gives || type_assignable(type_generalize(c->arena, t), type_generalize(c->arena, gives)) : compile_type_match(c, t, v))
        return true;
    type_mismatch_type(c->arena, out, arena_printf(c->arena, "parameter '%.*s'", SV_ARG(name)), t,
                       deferred ? gives : type_infer(c->arena, v));
    return false;
}

static void unknown_param(struct compile *c, const struct eres *r, struct complaints *bad, struct sv name)
{
    complain_lines(c, bad, arena_printf(c->arena, "has no parameter named '%.*s'", SV_ARG(name)));
    help_param_unknown(c, r, name);
}

/* All that is wrong with the parameters, in one message. */
static void check_params(struct compile *c, struct eres *r, struct frame *f, const struct prepared *prep, const char *ref)
{
    const struct definition *d = f->def;
    struct complaints bad = { 0 };
    uint32_t hint = 0;
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        const struct sym *name = r->r.params[i].name;
        if (param_index(d, name, &hint) < 0 && !is_metaparam(c, name) && name != c->names.name_)
            unknown_param(c, r, &bad, name->text);
    }
    for (uint32_t i = 0; i < d->param_count; i++) {
        struct sv name = d->params[i].name->text;
        if (f->slots[i].kind == V_UNSET) {
            complain_lines(c, &bad, arena_printf(c->arena, "expects a value for parameter '%.*s'", SV_ARG(name)));
            help_param_missing(c, r, &d->params[i]);
            continue;
        }
        const struct type *t = wanted_type(f, prep, i);
        struct strbuf b = STRBUF_IN(c->arena);
        if (!t || param_fits(c, t, f->slots[i], name, &b))
            continue;
        complain_lines(c, &bad, strbuf_sv(&b));
        help_param_type(c, r, &d->params[i]);
    }
    if (!bad.count)
        return;
    struct strbuf all = STRBUF_IN(c->arena);
    for (uint32_t i = 0; i < bad.count; i++)
        strbuf_addf(&all, "%s%.*s", bad.count == 1 ? " " : "\n  ", SV_ARG(bad.items[i]));
    raise_error(c, "%s:%.*s", ref, SV_ARG(strbuf_sv(&all)));
}

static void bind_params(struct compile *c, struct eres *r, struct frame *f, const struct prepared *prep)
{
    const struct definition *d = f->def;
    uint32_t hint = 0;
    for (uint32_t i = 0; i < r->r.param_count; i++) {
        int at = param_index(d, r->r.params[i].name, &hint);
        if (at >= 0)
            f->slots[at] = r->r.params[i].value;
    }
    if (!d->param_count && !r->r.param_count)
        return;
    const char *ref = arena_printf(c->arena, "%.*s[%.*s]", SV_ARG(r->r.type), SV_ARG(r->r.title)).p;
    bind_defaults(c, r, f, ref);
    check_params(c, r, f, prep, ref);
}

/* ---- bodies ---- */

static struct frame *body_frame(struct compile *c, struct scope *s, struct entry *e, enum frame_kind kind)
{
    struct frame *f = ARENA_NEW(c->arena, struct frame);
    f->c = c;
    f->scope = s;
    f->unit = e->unit;
    f->def = e->def;
    f->layout = &e->def->layout;
    f->slots = ARENA_ARRAY(c->arena, struct value, e->def->layout.count + 1);
    f->kind = (uint8_t)kind;
    s->frame = f;
    return f;
}

static void set_modules(struct scope *s, struct entry *e)
{
    if (e->module)
        s->module_name = e->module->name;
    if (s->parent && s->parent->source && s->parent->source->module)
        s->caller_module_name = s->parent->source->module->name;
}

static void stage_edge(struct compile *c, struct eres *r)
{
    const struct resource_param *p = param_find(r, c->names.stage_);
    if (!p && r->scope && r->scope->resource)
        p = param_find(r->scope->resource, c->names.stage_);
    struct sv name = p && p->value.kind != V_UNDEF ? value_text(c->arena, p->value) : SV("main");
    struct eres *stage = find_resource(c, SV("Stage"), name);
    if (!stage)
        raise_error(c, "Could not find stage %.*s specified by Class[%.*s]", SV_ARG(name), SV_ARG(r->r.title));
    if (!sv_is(stage->r.title, "main") && !param_find(r, c->names.stage_)) {
        struct resource_param set = { .name = c->names.stage_, .value = value_str(stage->r.title), .source = r->source };
        param_set(c, r, &set);
    }
    add_edge(c, stage, r);
}

void class_evaluate(struct compile *c, struct eres *r)
{
    if (r->r.flags & RES_EVALUATED)
        return;
    struct entry *e = r->entry;
    r->r.flags |= RES_EVALUATED;
    tags_from_scope(c, r);
    struct entry *parent = parent_of(c, e);
    struct scope *base = r->scope;
    if (parent && parent->resource) {
        class_evaluate(c, parent->resource);
        if (parent->scope)
            base = parent->scope;
    }
    struct scope *s = scope_new(c, SCOPE_CLASS, base, r, e);
    if (parent)
        s->inherited = parent->scope;
    struct sv name = e->name->text;
    ARENA_PUSH(c->arena, c->catalog->classes, c->catalog->class_count, c->catalog->class_cap, name);
    struct frame *f = body_frame(c, s, e, FRAME_CLASS);
    set_modules(s, e);
    bind_data(c, r, s);
    e->scope = s;
    bind_params(c, r, f, prepare(c, e));
    stage_edge(c, r);
    struct site site = c->site;
    run_body(f, e->def->body);
    c->site = site;
}

void define_evaluate(struct compile *c, struct eres *r)
{
    if (r->r.flags & RES_EVALUATED)
        return;
    struct entry *e = r->entry;
    r->r.flags |= RES_EVALUATED;
    tags_from_scope(c, r);
    struct scope *s = scope_new(c, SCOPE_DEFINE, r->scope, r, e);
    struct frame *f = body_frame(c, s, e, FRAME_DEFINE);
    set_modules(s, e);
    bind_params(c, r, f, prepare(c, e));
    run_body(f, e->def->body);
}
