/* relate: -> ~> <- <~: kept aside until the end, then stored as before and notify of the left resource. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/internal.h"

struct operands {
    struct value *items;
    uint32_t count;
    size_t cap;
};

static bool same_operand(struct value a, struct value b)
{
    if (a.kind == V_CLOSURE || b.kind == V_CLOSURE)
        return a.kind == b.kind && a.closure->collector == b.closure->collector;
    return a.t->kind == b.t->kind && sv_eq(a.t->ref.type, b.t->ref.type) && sv_eq(a.t->ref.title, b.t->ref.title);
}

static void add_operand(struct frame *f, const struct node *n, struct operands *list, struct value v)
{
    struct compile *c = f->c;
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            add_operand(f, n, list, v.items[i]);
        return;
    }
    if (v.kind == V_STRING) { /* 'File[/a]' */
        struct sv text = value_sv(v);
        size_t open = sv_find_char(text, '[', 0);
        if (open == SIZE_MAX || !sv_ends(text, SV("]")))
            fail_at(f, n, "Error while evaluating a '->' expression, The expression <%.*s> is not a valid type specification.",
                    SV_ARG(text));
        v = make_ref(c, sv_slice(text, 0, open), sv_slice(text, open + 1, text.n - 1));
    }
    if (v.kind == V_TYPE && v.t->kind == T_TYPE && v.t->inner)
        v = value_type(v.t->inner);
    bool collector = v.kind == V_CLOSURE && v.closure->collector;
    if (!collector && v.kind != V_TYPE)
        fail_at(f, n, "Illegal relationship operand, can not form a relationship with %.*s. A Catalog type is required.",
                SV_ARG(with_article(c, value_label(c, v), false)));
    if (!collector && v.t->kind != T_RESOURCE && v.t->kind != T_CLASS)
        fail_at(f, n, "Illegal relationship operand, can not form a relationship with something of type %.*s. A Catalog type is required.",
                SV_ARG(type_text(c->arena, v.t)));
    for (uint32_t i = 0; i < list->count; i++)
        if (same_operand(list->items[i], v))
            return;
    ARENA_PUSH(c->arena, list->items, list->count, list->cap, v);
}

struct value eval_relationship(struct frame *f, const struct node *n)
{
    struct compile *c = f->c;
    struct operands left = { 0 }, right = { 0 };
    struct value l = eval(f, n->bin.lhs), r = eval(f, n->bin.rhs);
    add_operand(f, n, &left, l);
    add_operand(f, n, &right, r);
    bool reverse = n->op == OP_AFTER || n->op == OP_SUBSCRIBE;
    const struct operands *source = reverse ? &right : &left, *target = reverse ? &left : &right;
    for (uint32_t i = 0; i < source->count; i++)
        for (uint32_t j = 0; j < target->count; j++) {
            struct chain_link *rel = ARENA_NEW(c->arena, struct chain_link);
            rel->at = (struct span){ f->unit->src, n->from, n->to };
            c->linking = rel;
            rel->source = source->items[i];
            rel->target = target->items[j];
            rel->param = n->op == OP_BEFORE || n->op == OP_AFTER ? c->names.before_ : c->names.notify_;
            *c->relations_end = rel;
            c->relations_end = &rel->next;
        }
    c->linking = NULL;
    if (!right.count)
        return value_array(left.items, left.count);
    if (right.count == 1 && right.items[0].kind == V_CLOSURE) {
        right.items[0].closure->collector->empty_alternative = left.items;
        right.items[0].closure->collector->empty_count = left.count;
    }
    return value_array(right.items, right.count);
}

/* ---- at the end ---- */

/* The text of a reference as it stands in parameters: "File[/a]". */
static struct sv ref_text(struct compile *c, struct value v)
{
    struct sv type, title;
    if (!ref_parts(c, v, &type, &title))
        return type_text(c->arena, v.t);
    if (v.t->kind == T_CLASS)
        title = type_name_normal(c->arena, title);
    return arena_printf(c->arena, "%.*s[%.*s]", SV_ARG(type), SV_ARG(title));
}

static void expand(struct compile *c, struct value v, bool is_left, struct operands *out)
{
    if (v.kind != V_CLOSURE) {
        ARENA_PUSH(c->arena, out->items, out->count, out->cap, v);
        return;
    }
    struct collector *col = v.closure->collector;
    for (uint32_t i = 0; i < col->collected_count; i++) {
        struct value ref = make_ref(c, col->collected[i]->r.type, col->collected[i]->r.title);
        ARENA_PUSH(c->arena, out->items, out->count, out->cap, ref);
    }
    if (is_left && !col->collected_count) /* a -> <| none |> -> b orders a before b */
        for (uint32_t i = 0; i < col->empty_count; i++)
            expand(c, col->empty_alternative[i], true, out);
}

static struct eres *operand_resource(struct compile *c, struct value v)
{
    struct sv type, title;
    return ref_parts(c, v, &type, &title) ? find_resource(c, type, title) : NULL;
}

struct chain_end {
    struct sv text;
    struct eres *resource; /* NULL: there is none */
};

static struct chain_end *chain_ends(struct compile *c, struct value v, bool is_left, uint32_t *out_count)
{
    struct operands list = { 0 };
    expand(c, v, is_left, &list);
    struct chain_end *ends = ARENA_ARRAY(c->arena, struct chain_end, list.count + 1);
    for (uint32_t i = 0; i < list.count; i++)
        ends[i] = (struct chain_end){ ref_text(c, list.items[i]), operand_resource(c, list.items[i]) };
    *out_count = list.count;
    return ends;
}

/* What the parameter of a resource holds, with room to grow: chains of collectors add thousands, one by one. */
static struct operands *param_operands(struct compile *c, struct ptrmap *known, const struct eres *r, const struct resource_param *p)
{
    struct operands *list = ptrmap_find(known, r);
    if (list)
        return list;
    list = ARENA_NEW(c->arena, struct operands);
    for (uint32_t i = 0; p && p->value.kind == V_ARRAY && i < p->value.n; i++)
        ARENA_PUSH(c->arena, list->items, list->count, list->cap, p->value.items[i]);
    if (p && p->value.kind != V_ARRAY && p->value.kind != V_UNDEF)
        ARENA_PUSH(c->arena, list->items, list->count, list->cap, p->value);
    ptrmap_put(known, r, list);
    return list;
}

static void relate(struct compile *c, struct ptrmap *known, const struct chain_link *rel, const struct chain_end *s,
                   const struct chain_end *t)
{
    if (!s->resource)
        raise_plain(c, SV_NONE, 0, "Could not find resource '%.*s' for relationship on '%.*s'", SV_ARG(s->text), SV_ARG(t->text));
    if (!t->resource)
        raise_plain(c, SV_NONE, 0, "Could not find resource '%.*s' for relationship from '%.*s'", SV_ARG(t->text), SV_ARG(s->text));
    struct resource_param *p = param_find(s->resource, rel->param);
    struct operands *list = param_operands(c, known, s->resource, p);
    ARENA_PUSH(c->arena, list->items, list->count, list->cap, value_str(t->text));
    struct resource_param set = { .name = rel->param, .source = s->resource->source, .origin = { ORIGIN_CODE, .span = rel->at } };
    if (p)
        set = *p;
    set.value = value_array(list->items, list->count);
    param_set(c, s->resource, &set);
}

void relations_run(struct compile *c)
{
    struct ptrmap before = { .arena = c->arena }, notify = { .arena = c->arena };
    for (struct chain_link *rel = c->relations; rel; rel = rel->next) {
        uint32_t sources, targets;
        c->linking = rel;
        const struct chain_end *from = chain_ends(c, rel->source, true, &sources), *to = chain_ends(c, rel->target, false, &targets);
        for (uint32_t i = 0; i < sources; i++)
            for (uint32_t j = 0; j < targets; j++)
                relate(c, rel->param == c->names.notify_ ? &notify : &before, rel, &from[i], &to[j]);
    }
    c->linking = NULL;
}

/* ---- every target must exist ---- */

static void check_target(struct compile *c, const struct eres *r, const struct resource_param *p, struct value v)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            check_target(c, r, p, v.items[i]);
        return;
    }
    if (v.kind == V_UNDEF)
        return;
    struct sv type, title, text;
    if (ref_parts(c, v, &type, &title)) {
        text = ref_text(c, v);
    } else {
        text = v.kind == V_STRING ? value_sv(v) : value_text(c->arena, v);
        size_t open = sv_find_char(text, '[', 0);
        unsigned line = 0, column = 0;
        if (p->origin.span.src)
            span_position(p->origin.span, &line, &column);
        if (open == SIZE_MAX || !open || !sv_ends(text, SV("]")) || open + 2 >= text.n)
            raise_plain(c, p->origin.span.src ? p->origin.span.src->path : SV_NONE, line,
                        "No title provided and \"%.*s\" is not a valid resource reference", SV_ARG(text));
        type = sv_slice(text, 0, open);
        title = sv_slice(text, open + 1, text.n - 1);
    }
    if (find_resource(c, type, title))
        return;
    unsigned line = 0, column = 0;
    if (p->origin.span.src)
        span_position(p->origin.span, &line, &column);
    raise_plain(c, p->origin.span.src ? p->origin.span.src->path : SV_NONE, line, "Could not find resource '%.*s' in parameter '%.*s'",
                SV_ARG(text), SV_ARG(p->name->text));
}

void relations_check(struct compile *c)
{
    const struct names *n = &c->names;
    for (uint32_t i = 0; i < c->all_count; i++) {
        const struct eres *r = c->all[i];
        if (r->r.flags & RES_VIRTUAL)
            continue;
        for (uint32_t j = 0; j < r->r.param_count; j++) {
            const struct resource_param *p = &r->r.params[j];
            if (p->name == n->before_ || p->name == n->notify_ || p->name == n->require_ || p->name == n->subscribe_)
                check_target(c, r, p, p->value);
        }
    }
}
