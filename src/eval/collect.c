/* collect: collectors and realize(): they wait, and are run again and again until nothing new appears. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

/* A query with its values evaluated where it was written. */
struct query {
    enum ast_op op; /* AND, OR, EQ, NE */
    const struct query *left, *right;
    const struct sym *name;
    struct value value;
};

static const struct query *query_new(struct frame *f, const struct node *n)
{
    while (n->kind == AST_PAREN)
        n = n->operand;
    struct query *q = ARENA_NEW(f->c->arena, struct query);
    q->op = n->op;
    if (n->kind != AST_BINARY)
        raise_error(f->c, "Cannot transform object of class %.*s", SV_ARG(node_label(f->c, n)));
    if (n->op == OP_AND || n->op == OP_OR) {
        q->left = query_new(f, n->bin.lhs);
        q->right = query_new(f, n->bin.rhs);
        return q;
    }
    struct value name = eval(f, n->bin.lhs);
    q->name = intern(f->c->syms, name.kind == V_STRING ? value_sv(name) : value_text(f->c->arena, name));
    q->value = eval(f, n->bin.rhs);
    return q;
}

static bool tag_matches(struct compile *c, const struct eres *r, struct value v)
{
    if (v.kind != V_ARRAY)
        return tagged(c, r, v.kind == V_STRING ? value_sv(v) : value_text(c->arena, v), true);
    for (uint32_t i = 0; i < v.n; i++)
        if (tag_matches(c, r, v.items[i]))
            return true;
    return false;
}

static bool query_matches(struct collector *col, const struct query *q, const struct eres *r)
{
    struct compile *c = col->scope->c;
    if (!q)
        return true;
    if (q->op == OP_AND)
        return query_matches(col, q->left, r) && query_matches(col, q->right, r);
    if (q->op == OP_OR)
        return query_matches(col, q->left, r) || query_matches(col, q->right, r);
    if (q->op == OP_EQ && q->name == c->names.tag_)
        return tag_matches(c, r, q->value);
    struct value v = VALUE_UNDEF;
    if (q->name == c->names.title_) {
        v = value_str(r->r.title);
    } else {
        const struct resource_param *p = param_find(r, q->name);
        v = p ? p->value : VALUE_UNDEF;
    }
    if (q->op == OP_NE)
        return !value_equal(v, q->value);
    return v.kind == V_ARRAY ? value_includes(col->frame, v, q->value) : value_equal(v, q->value);
}

static void collector_add(struct compile *c, struct collector *col)
{
    col->seen.arena = c->arena;
    *c->collectors_end = col;
    c->collectors_end = &col->next;
}

/* Overrides of a collector carry the defaults of its scope, as the reference's do. */
static void collector_overrides(struct frame *f, struct collector *col, const struct node *n)
{
    struct compile *c = f->c;
    uint32_t count;
    struct resource_param *params = eval_attrs(f, &n->collect.attrs, n, &count);
    struct eres with = { .type = col->type, .scope = f->scope };
    for (uint32_t i = 0; i < count; i++) {
        params[i].origin.kind = ORIGIN_COLLECTOR;
        ARENA_PUSH(c->arena, with.r.params, with.r.param_count, with.r.param_cap, params[i]);
    }
    col->overrides = with.r.params;
    col->override_count = with.r.param_count;
    col->has_overrides = true;
}

struct value eval_collect(struct frame *f, const struct node *n)
{
    struct compile *c = f->c;
    struct site saved = c->site;
    c->site = (struct site){ f, n };
    const struct node *t = n->collect.type;
    if (sv_eq_nocase(t->s, SV("class")))
        raise_error(c, "Classes cannot be collected");
    struct rtype *type = find_rtype(c, t->s);
    if (!type)
        raise_error(c, "Resource type %.*s doesn't exist", SV_ARG(t->sym ? t->sym->text : t->s));
    struct collector *col = ARENA_NEW(c->arena, struct collector);
    col->scope = f->scope;
    col->frame = f;
    if (f->kind == FRAME_LAMBDA || f->kind == FRAME_FUNCTION) { /* it outlives the call */
        col->frame = ARENA_NEW(c->arena, struct frame);
        *col->frame = (struct frame){ .c = c, .scope = f->scope, .unit = f->unit, .layout = &(struct layout){ 0 } };
        col->frame->layout = ARENA_NEW(c->arena, struct layout);
    }
    col->node = n;
    col->type = type;
    col->exported = n->op == FORM_EXPORTED;
    if (n->collect.attrs.count)
        collector_overrides(f, col, n);
    if (n->collect.query)
        col->query = query_new(f, n->collect.query);
    c->result->collects_exported |= col->exported;
    if (col->exported && !c->options->hooks.exported)
        warn_at(f, n, "no_store", "You cannot collect exported resources without storeconfigs being set; the collection will be ignored");
    collector_add(c, col);
    c->site = saved;
    struct closure *cl = ARENA_NEW(c->arena, struct closure);
    cl->collector = col;
    return (struct value){ .kind = V_CLOSURE, .closure = cl };
}

static void push_ref(struct compile *c, struct collector *col, struct value v, size_t *cap)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            push_ref(c, col, v.items[i], cap);
        return;
    }
    ARENA_PUSH(c->arena, col->refs, col->ref_count, *cap, v);
}

void collector_realize(struct compile *c, struct scope *s, const struct value *refs, uint32_t count)
{
    struct collector *col = ARENA_NEW(c->arena, struct collector);
    col->scope = s;
    size_t cap = 0;
    for (uint32_t i = 0; i < count; i++)
        push_ref(c, col, refs[i], &cap);
    collector_add(c, col);
}

/* ---- running them ---- */

static bool collected_new(struct compile *c, struct collector *col, struct eres *r)
{
    r->r.flags &= ~(unsigned)RES_VIRTUAL;
    if (ptrmap_find(&col->seen, r))
        return false;
    ptrmap_put(&col->seen, r, r);
    ARENA_PUSH(c->arena, col->collected, col->collected_count, col->collected_cap, r);
    return true;
}

static bool run_realize(struct compile *c, struct collector *col)
{
    bool any = false;
    uint32_t left = 0;
    for (uint32_t i = 0; i < col->ref_count; i++) {
        struct sv type, title;
        struct eres *r = NULL;
        if (ref_parts(c, col->refs[i], &type, &title)) {
            r = find_resource(c, type, title);
        } else if (col->refs[i].kind == V_STRING) {
            struct sv text = value_sv(col->refs[i]);
            size_t open = sv_find_char(text, '[', 0);
            if (open != SIZE_MAX && sv_ends(text, SV("]")))
                r = find_resource(c, sv_slice(text, 0, open), sv_slice(text, open + 1, text.n - 1));
        }
        if (r)
            any |= collected_new(c, col, r);
        else
            col->refs[left++] = col->refs[i];
    }
    col->ref_count = left;
    col->done = left == 0;
    return any;
}

/* A resource that another node exported becomes one of this node, with what the collector's scope gives by default. */
static void import_one(struct compile *c, struct collector *col, const struct resource *from)
{
    struct eres *existing = find_resource(c, from->type, from->title);
    if (existing && existing->collector_id != from)
        raise_plain(c, SV_NONE, 0, "A duplicate resource was found while collecting exported resources, with the type and title %.*s",
                    SV_ARG(resource_ref(c->arena, from)));
    if (existing) /* another collector has it */
        return;
    struct eres *r = resource_new(c, col->scope, col->type, from->title);
    r->collector_id = from;
    r->r.file = from->file;
    r->r.line = from->line;
    for (uint32_t j = 0; j < from->param_count; j++)
        param_set(c, r, &from->params[j]);
    tags_add_syms(c, r, from->tags, from->tag_count);
    apply_defaults(c, r, col->scope);
    resource_add(c, col->scope, r);
    collected_new(c, col, r);
}

/* What other nodes export does not change while this one is compiled: once is enough. */
static void import_exported(struct compile *c, struct collector *col)
{
    const struct eval_hooks *hooks = &c->options->hooks;
    uint32_t count = 0;
    const struct resource **found = hooks->exported(hooks->exports, c, col->type->info->normal, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct eres as_stored = { .r = *found[i], .type = col->type };
        if (query_matches(col, col->query, &as_stored))
            import_one(c, col, found[i]);
    }
    col->imported = true;
}

static bool run_query(struct compile *c, struct collector *col)
{
    bool any = false;
    uint32_t before = col->collected_count;
    if (col->exported && !c->options->hooks.exported)
        return false;
    if (col->exported && !col->imported)
        import_exported(c, col);
    any = col->collected_count != before;
    uint32_t count = col->type->count; /* those that appear meanwhile are for the next round */
    for (uint32_t i = 0; i < count; i++) {
        struct eres *r = col->type->all[i];
        if (col->exported && !(r->r.flags & RES_EXPORTED))
            continue;
        if (ptrmap_find(&col->seen, r)) {
            continue;
        }
        if (!query_matches(col, col->query, r))
            continue;
        any |= collected_new(c, col, r);
    }
    if (!col->has_overrides || col->collected_count == before)
        return any;
    col->scope->source->override = true;
    uint32_t line = unit_line(c, col->frame->unit, col->node->from, NULL);
    struct eres with = { .type = col->type,
                         .scope = col->scope,
                         .r = { .params = col->overrides, .param_count = col->override_count, .param_cap = 0 } };
    with.r.params = ARENA_ARRAY(c->arena, struct resource_param, col->override_count + 8);
    with.r.param_cap = col->override_count + 8;
    memcpy(with.r.params, col->overrides, col->override_count * sizeof *col->overrides);
    apply_defaults(c, &with, col->scope);
    for (uint32_t i = before; i < col->collected_count; i++)
        resource_merge(c, col->collected[i], with.r.params, with.r.param_count, col->scope->source, col->frame->unit->src->path, line);
    return any;
}

bool collectors_run(struct compile *c)
{
    bool any = false;
    struct collector *last = NULL; /* those added meanwhile wait for the next round */
    for (struct collector *col = c->collectors; col; col = col->next)
        last = col;
    for (struct collector *col = c->collectors; col; col = col->next) {
        if (!col->done)
            any |= col->node ? run_query(c, col) : run_realize(c, col);
        if (col == last)
            break;
    }
    return any;
}
