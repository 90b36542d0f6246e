/* graph: the order of a catalog. A container is two points, its begin and its end, with all it holds between them; so an edge to a
 * class binds everything inside without one edge for each pair. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/graph.h"

#include "types/type.h"

struct arc {
    uint32_t to;
    bool notifies, explicit;
    const struct resource_param *why; /* NULL: containment, or what the agent added */
};

struct point {
    const struct resource *r;
    bool is_end; /* of a container */
    struct arc *out;
    uint32_t out_count;
    size_t out_cap;
    uint32_t waits; /* in Kahn's algorithm */
    uint32_t mark;
};

struct walk { /* a list of points */
    uint32_t *stack;
    uint32_t count;
    size_t cap;
};

struct graph {
    struct arena *arena;
    const struct catalog *catalog;
    struct point *points; /* 2 * index: begin, 2 * index + 1: end */
    uint32_t count;
    uint32_t mark;
    struct walk *in;  /* arcs the other way, one list a point; NULL: to be made, as arcs were added since */
    struct walk loop; /* points of a loop that was found, each before the one that stands in front of it */
};

static uint32_t begin_of(const struct resource *r) { return r->index * 2; }

static uint32_t end_of(const struct resource *r) { return r->index * 2 + 1; }

static void connect(struct graph *g, uint32_t from, uint32_t to, bool notifies, bool explicit, const struct resource_param *why)
{
    struct point *p = &g->points[from];
    for (uint32_t i = 0; i < p->out_count; i++)
        if (p->out[i].to == to) {
            p->out[i].notifies |= notifies;
            return;
        }
    struct arc a = { to, notifies, explicit, why };
    g->in = NULL;
    ARENA_PUSH(g->arena, p->out, p->out_count, p->out_cap, a);
}

void graph_add(struct graph *g, const struct resource *before, const struct resource *after, bool notifies)
{
    connect(g, end_of(before), begin_of(after), notifies, true, NULL);
}

/* ---- building ---- */

static struct resource *target_of(struct arena *a, const struct catalog *c, struct value v)
{
    if (v.kind == V_TYPE) {
        const struct type *t = v.t->kind == T_TYPE && v.t->inner ? v.t->inner : v.t;
        if (t->kind == T_CLASS)
            return catalog_find(c, SV("Class"), type_name_normal(a, t->ref.title));
        if (t->kind == T_RESOURCE) {
            struct sv title = t->ref.title;
            struct resource *r = catalog_find(c, t->ref.type, title);
            while (!r && sv_is(t->ref.type, "File") && title.n > 1 && title.p[title.n - 1] == '/') {
                title.n--;
                r = catalog_find(c, t->ref.type, title);
            }
            return r;
        }
    }
    if (v.kind != V_STRING)
        return NULL;
    struct resource *r = map_find(&c->by_ref, value_sv(v));
    struct sv text = value_sv(v);
    if (!r && sv_starts(text, SV("File[")) && sv_ends(text, SV("/]"))) /* a trailing slash is no difference */
        return catalog_find(c, SV("File"), sv_slice(text, 5, text.n - 2));
    return r;
}

struct relations { /* one walk over a catalog's relationship parameters */
    struct arena *arena;
    const struct catalog *catalog;
    relation_seen *see;
    void *ctx;
    bool lenient; /* an unknown target is passed over */
};

static bool see_relation(const struct relations *w, const struct resource *r, const struct resource_param *p, struct value v,
                         struct err *err)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            if (!see_relation(w, r, p, v.items[i], err))
                return false;
        return true;
    }
    if (v.kind == V_UNDEF)
        return true;
    const struct resource *other = target_of(w->arena, w->catalog, v);
    if (!other) {
        struct sv text = value_text(w->arena, v);
        return w->lenient || err_set(err, "Could not find resource '%.*s' in parameter '%.*s' of %.*s[%.*s]", SV_ARG(text),
                                     SV_ARG(p->name->text), SV_ARG(r->type), SV_ARG(r->title));
    }
    if (other->flags & RES_VIRTUAL)
        return true;
    bool own_first = sv_is(p->name->text, "before") || sv_is(p->name->text, "notify");
    w->see(w->ctx, own_first ? r : other, own_first ? other : r, p);
    return true;
}

static bool see_relations(const struct relations *w, struct err *err)
{
    static const char *const names[] = { "before", "notify", "require", "subscribe" };
    for (uint32_t n = 0; n < w->catalog->resource_count; n++) {
        const struct resource *r = w->catalog->resources[n];
        for (uint32_t i = 0; i < r->param_count && !(r->flags & RES_VIRTUAL); i++)
            for (size_t j = 0; j < sizeof names / sizeof *names; j++)
                if (sv_is(r->params[i].name->text, names[j]) && !see_relation(w, r, &r->params[i], r->params[i].value, err))
                    return false;
    }
    return true;
}

void graph_each_relation(struct arena *a, const struct catalog *c, relation_seen *see, void *ctx)
{
    see_relations(&(struct relations){ a, c, see, ctx, true }, NULL);
}

static void add_relation(void *ctx, const struct resource *before, const struct resource *after, const struct resource_param *why)
{
    bool notifies = sv_is(why->name->text, "notify") || sv_is(why->name->text, "subscribe");
    connect(ctx, end_of(before), begin_of(after), notifies, true, why);
}

struct graph *graph_new(struct arena *a, const struct catalog *c, struct err *err)
{
    struct graph *g = ARENA_NEW(a, struct graph);
    g->arena = a;
    g->catalog = c;
    g->count = c->resource_count * 2;
    g->points = ARENA_ARRAY(a, struct point, g->count + 1);
    for (uint32_t i = 0; i < c->resource_count; i++) {
        g->points[i * 2].r = g->points[i * 2 + 1].r = c->resources[i];
        g->points[i * 2 + 1].is_end = true;
        connect(g, i * 2, i * 2 + 1, true, false,
                NULL); /* what notifies a container notifies all of it; what it holds notifies on its behalf */
    }
    for (uint32_t i = 0; i < c->edge_count; i++) {
        const struct edge *e = &c->edges[i];
        if ((e->source->flags | e->target->flags) & RES_VIRTUAL)
            continue;
        connect(g, begin_of(e->source), begin_of(e->target), true, false, NULL);
        connect(g, end_of(e->target), end_of(e->source), true, false, NULL);
    }
    return see_relations(&(struct relations){ a, c, add_relation, g, false }, err) ? g : NULL;
}

/* ---- walking ---- */

static void push(struct graph *g, struct walk *w, uint32_t at)
{
    if (g->points[at].mark == g->mark)
        return;
    g->points[at].mark = g->mark;
    ARENA_PUSH(g->arena, w->stack, w->count, w->cap, at);
}

static bool reaches(struct graph *g, uint32_t from, uint32_t to)
{
    struct walk w = { 0 };
    g->mark++;
    push(g, &w, from);
    while (w.count) {
        uint32_t at = w.stack[--w.count];
        if (at == to)
            return true;
        for (uint32_t i = 0; i < g->points[at].out_count; i++)
            push(g, &w, g->points[at].out[i].to);
    }
    return false;
}

bool graph_add_soft(struct graph *g, const struct resource *before, const struct resource *after)
{
    if (before == after || reaches(g, begin_of(after), end_of(before)))
        return false;
    graph_add(g, before, after, false);
    return true;
}

const struct resource **graph_notified(const struct graph *cg, const struct resource *r, uint32_t *out_count)
{
    struct graph *g = (struct graph *)cg; /* marks are scratch */
    const struct resource **list = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    struct walk w = { 0 };
    g->mark++;
    push(g, &w, end_of(r));
    while (w.count) {
        uint32_t at = w.stack[--w.count];
        for (uint32_t i = 0; i < g->points[at].out_count; i++) {
            const struct arc *a = &g->points[at].out[i];
            const struct point *to = &g->points[a->to];
            if (!a->notifies || to->mark == g->mark)
                continue;
            if (to->is_end) { /* the end of what contains r: it passes the event on to those it notifies */
                push(g, &w, a->to);
                continue;
            }
            g->points[a->to].mark = g->mark;
            if (to->r != r)
                ARENA_PUSH(g->arena, list, count, cap, to->r);
            for (uint32_t j = 0; j < to->out_count; j++) /* into a container: all of what it holds */
                if (!g->points[to->out[j].to].is_end)
                    push(g, &w, a->to);
            g->points[a->to].mark = g->mark;
            ARENA_PUSH(g->arena, w.stack, w.count, w.cap, a->to);
        }
    }
    *out_count = count;
    return list;
}

static const struct walk *arcs_in(struct graph *g)
{
    if (g->in)
        return g->in;
    g->in = ARENA_ARRAY(g->arena, struct walk, g->count + 1);
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t j = 0; j < g->points[i].out_count; j++) {
            struct walk *t = &g->in[g->points[i].out[j].to];
            ARENA_PUSH(g->arena, t->stack, t->count, t->cap, i);
        }
    return g->in;
}

const struct resource **graph_needs(const struct graph *cg, const struct resource *r, uint32_t *out_count)
{
    struct graph *g = (struct graph *)cg;
    const struct resource **list = NULL;
    uint32_t count = 0;
    size_t cap = 0;
    const struct walk *in = arcs_in(g);
    struct walk w = { 0 };
    g->mark++;
    push(g, &w, begin_of(r));
    while (w.count) {
        uint32_t at = w.stack[--w.count];
        if (g->points[at].is_end && g->points[at].r != r)
            ARENA_PUSH(g->arena, list, count, cap, g->points[at].r);
        for (uint32_t i = 0; i < in[at].count; i++)
            push(g, &w, in[at].stack[i]);
    }
    *out_count = count;
    return list;
}

/* ---- order ---- */

struct heap { /* of points, the least first: ties go by order of entry */
    uint32_t *items;
    uint32_t count;
    size_t cap;
};

static void heap_add(struct graph *g, struct heap *h, uint32_t x)
{
    ARENA_PUSH(g->arena, h->items, h->count, h->cap, x);
    for (uint32_t i = h->count - 1; i && h->items[(i - 1) / 2] > h->items[i]; i = (i - 1) / 2) {
        uint32_t t = h->items[i];
        h->items[i] = h->items[(i - 1) / 2];
        h->items[(i - 1) / 2] = t;
    }
}

static uint32_t heap_take(struct heap *h)
{
    uint32_t least = h->items[0];
    h->items[0] = h->items[--h->count];
    for (uint32_t i = 0;;) {
        uint32_t l = i * 2 + 1, m = i;
        if (l < h->count && h->items[l] < h->items[m])
            m = l;
        if (l + 1 < h->count && h->items[l + 1] < h->items[m])
            m = l + 1;
        if (m == i)
            return least;
        uint32_t t = h->items[i];
        h->items[i] = h->items[m];
        h->items[m] = t;
        i = m;
    }
}

/* Follows unfinished predecessors until a point comes again: that is the loop. */
static void name_loop(struct graph *g, struct err *err)
{
    uint32_t *next = ARENA_ARRAY(g->arena, uint32_t, g->count + 1), *seen = ARENA_ARRAY(g->arena, uint32_t, g->count + 1);
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t j = 0; j < g->points[i].out_count; j++)
            if (g->points[i].waits && g->points[g->points[i].out[j].to].waits)
                next[g->points[i].out[j].to] = i + 1; /* one predecessor that waits too */
    uint32_t at = 0;
    while (at < g->count && !(g->points[at].waits && next[at]))
        at++;
    uint32_t step = 1;
    while (at < g->count && next[at] && !seen[at]) {
        seen[at] = step++;
        at = next[at] - 1;
    }
    struct strbuf b = STRBUF_IN(g->arena);
    const struct resource *last = NULL, **loop = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    uint32_t stop = at;
    do {
        ARENA_PUSH(g->arena, g->loop.stack, g->loop.count, g->loop.cap, at);
        if (g->points[at].r != last)
            ARENA_PUSH(g->arena, loop, n, cap, g->points[at].r);
        last = g->points[at].r;
        at = next[at] - 1;
    } while (at != stop && n < 1000);
    while (n > 1 && loop[n - 1] == loop[0])
        n--;
    uint32_t first = 0; /* begin with what was declared first */
    for (uint32_t i = 1; i < n; i++)
        if (loop[i]->index < loop[first]->index)
            first = i;
    for (uint32_t i = 0; i <= n && n; i++) {
        const struct resource *r = loop[(first + n - i % n) % n]; /* the list runs backwards */
        strbuf_addf(&b, "%s%.*s[%.*s]", i ? " => " : "", SV_ARG(r->type), SV_ARG(r->title));
    }
    err_set(err, "Found 1 dependency cycle:\n(%.*s)", SV_ARG(strbuf_sv(&b)));
}

static const struct arc *arc_between(const struct graph *g, uint32_t from, uint32_t to)
{
    const struct point *p = &g->points[from];
    for (uint32_t i = 0; i < p->out_count; i++)
        if (p->out[i].to == to)
            return &p->out[i];
    return NULL;
}

static void explain_arc(const struct graph *g, struct strbuf *out, uint32_t from, uint32_t to)
{
    const struct resource *x = g->points[from].r, *y = g->points[to].r;
    const struct arc *arc = arc_between(g, from, to);
    unsigned line, column;
    if (x == y)
        return;
    bool contained = arc && !arc->explicit;
    if (contained && g->points[from].is_end) {
        strbuf_addf(out, "%.*s[%.*s] is in %.*s[%.*s]\n", SV_ARG(x->type), SV_ARG(x->title), SV_ARG(y->type), SV_ARG(y->title));
        return;
    }
    strbuf_addf(out, "%.*s[%.*s] %s %.*s[%.*s]", SV_ARG(x->type), SV_ARG(x->title), contained ? "contains" : "comes before",
                SV_ARG(y->type), SV_ARG(y->title));
    if (arc && arc->why) {
        struct span at = arc->why->origin.span;
        span_position(at, &line, &column);
        strbuf_addf(out, ": %.*s", SV_ARG(arc->why->name->text));
        if (at.src)
            strbuf_addf(out, " at %.*s:%u", SV_ARG(at.src->path.n ? at.src->path : SV("code")), line);
    } else if (!contained) {
        strbuf_adds(out, ": the type asks for it");
    }
    strbuf_addc(out, '\n');
}

void graph_explain_loop(const struct graph *g, struct strbuf *out)
{
    for (uint32_t i = g->loop.count; i > 0; i--)
        explain_arc(g, out, g->loop.stack[i - 1], g->loop.stack[i > 1 ? i - 2 : g->loop.count - 1]);
}

const struct resource **graph_order(struct graph *g, uint32_t *out_count, struct err *err)
{
    const struct resource **list = ARENA_ARRAY(g->arena, const struct resource *, g->count / 2 + 1);
    uint32_t done = 0, count = 0;
    struct heap ready = { 0 };
    for (uint32_t i = 0; i < g->count; i++)
        g->points[i].waits = 0;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t j = 0; j < g->points[i].out_count; j++)
            g->points[g->points[i].out[j].to].waits++;
    for (uint32_t i = 0; i < g->count; i++)
        if (!g->points[i].waits)
            heap_add(g, &ready, i);
    while (ready.count) {
        uint32_t at = heap_take(&ready);
        done++;
        if (!g->points[at].is_end && !(g->points[at].r->flags & RES_VIRTUAL))
            list[count++] = g->points[at].r;
        for (uint32_t i = 0; i < g->points[at].out_count; i++)
            if (!--g->points[g->points[at].out[i].to].waits)
                heap_add(g, &ready, g->points[at].out[i].to);
    }
    if (done < g->count) {
        name_loop(g, err);
        return NULL;
    }
    *out_count = count;
    return list;
}
