/* agent: one convergence: validate, prefetch, order, then each resource in turn with its refreshes and failures. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/internal.h"
#include "base/time.h"

/* --- the run's tables --- */

static struct sv pointer_key(struct arena *a, const struct resource *r)
{
    const struct resource **copy = arena_alloc(a, sizeof *copy);
    *copy = r;
    return sv_make((const char *)copy, sizeof *copy);
}

struct node_state *state_of(struct converge *c, const struct resource *r)
{
    struct node_state *s = map_find(&c->states, sv_make((const char *)&r, sizeof r));
    if (s)
        return s;
    s = ARENA_NEW(c->run->arena, struct node_state);
    s->resource = r;
    if (!(r->flags & (RES_CLASS | RES_DEFINE)))
        s->provider = provider_for(c->run, r->type);
    map_put(&c->states, pointer_key(c->run->arena, r), s);
    return s;
}

static void count(struct report *rep, enum resource_outcome o)
{
    unsigned *const counters[] = {
        [OUT_CHANGED] = &rep->changed, [OUT_WOULD_CHANGE] = &rep->would_change, [OUT_PLANNED_ONLY] = &rep->planned_only,
        [OUT_FAILED] = &rep->failed,   [OUT_SKIPPED] = &rep->skipped,           [OUT_REFRESHED] = &rep->refreshed,
        [OUT_IN_SYNC] = &rep->in_sync
    };
    if (o < sizeof counters / sizeof *counters && counters[o])
        ++*counters[o];
}

void emit(struct converge *c, struct resource_event e)
{
    struct report *rep = c->report;
    ARENA_PUSH(c->run->arena, rep->events, rep->event_count, rep->event_cap, e);
    c->troubled = c->troubled || e.outcome == OUT_FAILED;
    if (c->listener)
        c->listener(c->listener_ctx, &rep->events[rep->event_count - 1]);
}

struct sv resource_path(struct arena *a, const struct resource *r)
{
    const struct resource *chain[64];
    size_t n = 0;
    for (const struct resource *p = r; p && n < 64; p = p->container)
        chain[n++] = p;
    struct strbuf b = STRBUF_IN(a);
    while (n-- > 0) {
        const struct resource *p = chain[n];
        if (sv_is(p->type, "Class")) /* /Ntp::Config, and main as Main */
            strbuf_addf(&b, "/%.*s", SV_ARG(sv_eq_nocase(p->title, SV("main")) ? SV("Main") : p->title));
        else
            strbuf_addf(&b, "/%.*s[%.*s]", SV_ARG(p->type), SV_ARG(p->title));
    }
    return strbuf_sv(&b);
}

static bool is_real(const struct resource *r) { return !(r->flags & (RES_VIRTUAL | RES_CLASS | RES_DEFINE)) && !sv_is(r->type, "Class"); }

/* --- before anything runs --- */

static struct sv name_key(struct arena *a, struct sv type, struct sv title)
{
    while (title.n > 1 && title.p[title.n - 1] == '/')
        title.n--;
    struct strbuf b = STRBUF_IN(a);
    for (size_t i = 0; i < type.n; i++)
        strbuf_addc(&b, type.p[i] >= 'A' && type.p[i] <= 'Z' ? (char)(type.p[i] + 'a' - 'A') : type.p[i]);
    strbuf_addc(&b, '\0');
    strbuf_add(&b, title);
    return strbuf_sv(&b);
}

static void index_names(struct converge *c)
{
    for (uint32_t i = 0; i < c->catalog->resource_count; i++) {
        struct resource *r = c->catalog->resources[i];
        const struct node_state *s = is_real(r) ? state_of(c, r) : NULL;
        if (!s || !s->provider)
            continue;
        const char *main = s->provider->type.namevar ? s->provider->type.namevar : "name";
        struct sv name = resource_text(r, main);
        map_put(&c->by_name, name_key(c->run->arena, r->type, name.n ? name : r->title), r);
        map_put(&c->by_name, name_key(c->run->arena, r->type, r->title), r);
    }
}

static struct sv placed(struct arena *a, const char *text, const struct resource *r)
{
    if (r->file.n)
        return arena_printf(a, "%s (file: %.*s, line: %u)", text, SV_ARG(r->file), r->line);
    return r->line ? arena_printf(a, "%s (line: %u)", text, r->line) : arena_dup(a, sv_of(text));
}

static bool validate_all(struct converge *c)
{
    for (uint32_t i = 0; i < c->catalog->resource_count; i++) {
        const struct resource *r = c->catalog->resources[i];
        const struct node_state *s = is_real(r) ? state_of(c, r) : NULL;
        struct err err = { "" };
        if (!s || !s->provider || !s->provider->validate || s->provider->validate(c->run, r, &err))
            continue;
        c->report->error = placed(c->run->arena, err.text, r);
        return false;
    }
    return true;
}

struct requirer {
    struct converge *c;
    const struct resource *r;
};

static void autorequire_one(void *ctx, const char *type, struct sv title)
{
    struct requirer *q = ctx;
    const struct resource *other = map_find(&q->c->by_name, name_key(q->c->run->arena, sv_of(type), title));
    if (!other || other == q->r)
        return;
    /* What is taken away goes before what it stands on: a user before its group, a file before its folder. */
    bool away = sv_is(resource_text(q->r, "ensure"), "absent") && sv_is(resource_text(other, "ensure"), "absent");
    graph_add_soft(q->c->graph, away ? q->r : other, away ? other : q->r);
}

static void autorequire_all(struct converge *c)
{
    for (uint32_t i = 0; i < c->catalog->resource_count; i++) {
        const struct resource *r = c->catalog->resources[i];
        const struct node_state *s = is_real(r) ? state_of(c, r) : NULL;
        struct requirer q = { c, r };
        if (s && s->provider && s->provider->autorequire)
            s->provider->autorequire(c->run, r, autorequire_one, &q);
    }
}

/* All resources of a type are read at once, just before the first of them. */
static void prefetch_type(struct converge *c, const struct provider *p)
{
    struct err err = { "" };
    const struct resource **all = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    struct sv key = arena_printf(c->run->arena, "prefetched %s", p->type.name);
    if (!p->prefetch || (c->run->root.n && !p->in_root) || map_find(&c->dead_types, key))
        return;
    map_put(&c->dead_types, key, c); /* once a run */
    for (uint32_t i = 0; i < c->catalog->resource_count; i++) {
        const struct resource *r = c->catalog->resources[i];
        if (is_real(r) && state_of(c, r)->provider == p)
            ARENA_PUSH(c->run->arena, all, n, cap, r);
    }
    if (!p->prefetch(c->run, all, n, &err))
        map_put(&c->dead_types, all[0]->type, (void *)arena_printf(c->run->arena, "Could not prefetch %s: %s", p->type.name, err.text).p);
}

/* --- one resource in its turn --- */

/* What waits for a failure is skipped; the first to be skipped says for what. */
static bool needs_failed(struct converge *c, struct node_state *s)
{
    uint32_t n;
    bool skipped = false, failed = false;
    if (!c->troubled)
        return false;
    const struct resource **needs = graph_needs(c->graph, s->resource, &n);
    for (uint32_t i = 0; i < n; i++) {
        skipped = skipped || state_of(c, needs[i])->skipped;
        failed = failed || state_of(c, needs[i])->failed;
    }
    for (uint32_t i = 0; i < n && !skipped; i++)
        if (state_of(c, needs[i])->failed)
            emit(c, (struct resource_event){ .resource = s->resource,
                                             .outcome = OUT_NOTE,
                                             .message = arena_printf(c->run->arena, "Dependency %.*s has failures: true",
                                                                     SV_ARG(resource_ref(c->run->arena, needs[i]))) });
    return skipped || failed;
}

static void notify_others(struct converge *c, struct node_state *s)
{
    uint32_t n;
    const struct resource **targets = graph_notified(c->graph, s->resource, &n);
    for (uint32_t i = 0; i < n; i++)
        state_of(c, targets[i])->refreshes++;
}

static void converge_one(struct converge *c, struct node_state *s)
{
    struct run *run = c->run;
    bool noop = resource_noop(run, s->resource), hard = run->noop, soft = run->noop_soft;
    uint32_t from = c->report->event_count;
    prefetch_type(c, s->provider);
    /* The gate follows the resource while it is at work: "noop" of its own shuts it, or opens it where only --noop did. */
    run->noop = noop;
    run->noop_soft = false;
    bool changed = apply_resource(c, s, noop);
    if (s->refreshes && !s->failed)
        refresh_resource(c, s, noop);
    run->noop = hard;
    run->noop_soft = soft;
    if (changed || (s->refreshes && s->provider->refresh && !s->failed))
        notify_others(c, s);
    enum resource_outcome worst = OUT_IN_SYNC;
    static const unsigned char rank[] = { [OUT_IN_SYNC] = 0,      [OUT_NOTE] = 1,    [OUT_PLANNED_ONLY] = 2, [OUT_REFRESHED] = 3,
                                          [OUT_WOULD_CHANGE] = 4, [OUT_CHANGED] = 5, [OUT_SKIPPED] = 6,      [OUT_FAILED] = 7 };
    for (uint32_t i = from; i < c->report->event_count; i++) {
        const struct resource_event *e = &c->report->events[i];
        if (e->resource == s->resource && rank[e->outcome] > rank[worst])
            worst = e->outcome;
    }
    count(c->report, worst == OUT_NOTE ? OUT_IN_SYNC : worst);
}

struct generator {
    struct converge *c;
    struct resource **made;
    uint32_t count;
    size_t cap;
};

static void generated(void *ctx, struct resource *made)
{
    struct generator *g = ctx;
    if (!map_find(&g->c->by_name, name_key(g->c->run->arena, made->type, made->title))) /* a declared one counts more */
        ARENA_PUSH(g->c->run->arena, g->made, g->count, g->cap, made);
}

static void converge_generated(struct converge *c, struct node_state *s)
{
    struct generator g = { .c = c };
    struct err err = { "" };
    if (!s->provider->generate || s->failed)
        return;
    if (!s->provider->generate(c->run, s->resource, generated, &g, &err)) {
        s->failed = true;
        c->report->failed++;
        emit(c, (struct resource_event){ .resource = s->resource,
                                         .outcome = OUT_FAILED,
                                         .message = arena_printf(c->run->arena, "Failed to generate additional resources: %s", err.text) });
    }
    for (uint32_t i = 0; i < g.count; i++) {
        struct node_state *child = state_of(c, g.made[i]);
        uint32_t before = c->report->event_count;
        c->report->total++;
        converge_one(c, child);
        s->failed = s->failed || child->failed;
        /* A change in the folder is a change of the folder for whoever it notifies. */
        if (c->report->event_count > before && !child->failed)
            notify_others(c, s);
    }
}

static bool visit(struct converge *c, const struct resource *r)
{
    struct node_state *s = state_of(c, r);
    struct err err = { "" };
    bool allowed = true;
    if (r->flags & RES_VIRTUAL)
        return true;
    if (!is_real(r) || type_is_passive(r->type) ||
        (!s->provider && !(r->flags & RES_BUILTIN) && !system_type_info((void *)c->run->extra, r->type))) {
        /* Containers carry failure on to what waits for them; graph_needs names what they hold. */
        return true;
    }
    c->report->total++;
    if (!schedule_allows(c->run, c->catalog, r, &allowed, &err)) {
        c->report->error = arena_dup(c->run->arena, sv_of(err.text));
        return false;
    }
    if (!allowed || !tags_select(c->run, r)) {
        c->report->skipped++;
        return true;
    }
    if (needs_failed(c, s)) {
        s->skipped = true;
        count(c->report, OUT_SKIPPED);
        emit(c, (struct resource_event){ .resource = r, .outcome = OUT_SKIPPED, .message = SV("Skipping because of failed dependencies") });
        return true;
    }
    if (!s->provider) {
        s->failed = true;
        count(c->report, OUT_FAILED);
        emit(c,
             (struct resource_event){ .resource = r,
                                      .outcome = OUT_FAILED,
                                      .message = arena_printf(c->run->arena, "no native provider for type '%.*s' yet", SV_ARG(r->type)) });
        return true;
    }
    converge_one(c, s);
    converge_generated(c, s);
    return true;
}

/* A loop is told edge by edge. */
static struct sv order_failure(struct converge *c, const struct err *err)
{
    struct strbuf text = STRBUF_IN(c->run->arena), edges = STRBUF_IN(c->run->arena);
    strbuf_adds(&text, err->text);
    if (c->graph)
        graph_explain_loop(c->graph, &edges);
    struct sv rest = strbuf_sv(&edges), line;
    while (sv_cut(&rest, '\n', &line))
        if (line.n)
            strbuf_addf(&text, "\n  %.*s", SV_ARG(line));
    return strbuf_sv(&text);
}

struct report *agent_converge(struct run *run, const struct catalog *cat, agent_listener listener, void *ctx)
{
    struct converge c = { .run = run, .catalog = cat, .listener = listener, .listener_ctx = ctx };
    struct err err = { "" };
    c.report = ARENA_NEW(run->arena, struct report);
    *c.report = (struct report){ .host = cat->name, .environment = cat->environment, .started = now_utc() };
    c.states = map_in(run->arena);
    c.by_name = map_in(run->arena);
    c.dead_types = map_in(run->arena);
    index_names(&c);
    if (validate_all(&c)) {
        uint32_t n = 0;
        const struct resource **order = NULL;
        c.graph = graph_new(run->arena, cat, &err);
        if (c.graph) {
            autorequire_all(&c);
            order = graph_order(c.graph, &n, &err);
        }
        if (!c.graph || (!order && err.text[0]))
            c.report->error = order_failure(&c, &err);
        for (uint32_t i = 0; i < n && order && visit(&c, order[i]); i++)
            ;
    }
    c.report->ended = now_utc();
    return c.report;
}
