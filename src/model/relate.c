/* relate: resolves every reference and derives the relations from the tables, always in pairs, from scratch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "model/internal.h"

void relate_add(struct checker *k, const struct entity *from, enum relation r, const struct entity *to, const struct entity *via)
{
    struct raw_edge there = { from->index, to->index, via->index, r }, back = { to->index, from->index, via->index, relation_inverse(r) };
    ARENA_PUSH(k->scratch, k->raw, k->raw_count, k->raw_cap, there);
    ARENA_PUSH(k->scratch, k->raw, k->raw_count, k->raw_cap, back);
}

/* A Person is one half of a User; relations lead to the User. */
const struct entity *relate_user(const struct model *m, const struct entity *e)
{
    if (!e || e->kind != KIND_PERSON)
        return e;
    const struct entity *user = model_resolve(m, e->name, "user", e->ns);
    return user ? user : e;
}

const struct entity *relate_target(const struct model *m, const struct entity *e, const char *field, const char *kinds)
{
    struct sv text = entity_text(e, field);
    return text.n ? relate_user(m, model_resolve(m, text, kinds, e->ns)) : NULL;
}

/* "Group or User" out of "group|user" */
static struct sv kinds_words(struct arena *a, const char *kinds)
{
    struct strbuf b = STRBUF_IN(a);
    struct sv word;
    while (next_word(&kinds, &word)) {
        enum model_kind kind = kind_find(word, true);
        strbuf_adds(&b, b.n ? " or " : "");
        strbuf_adds(&b, kind == KIND_COUNT ? "anything" : model_kinds[kind].name);
    }
    return strbuf_sv(&b);
}

/* Names for "did you mean": those of the kinds asked for that stand near, else what has this very name in another kind. */
static void hint_near(struct checker *k, struct sv written, const char *kinds)
{
    struct ref_parts r;
    if (!ref_split(written, &r))
        return;
    const struct model *m = k->m;
    struct sv *names = arena_alloc(k->scratch, sizeof *names * (m->count + 1));
    size_t n = 0;
    const struct entity *other = NULL;
    for (uint32_t i = 0; i < m->count; i++) {
        const struct entity *e = m->entities[i];
        bool wanted = r.kind.n ? sv_eq_nocase(r.kind, sv_of(model_kinds[e->kind].lower)) : kinds_allow(kinds, e->kind);
        if (wanted && !sv_eq_nocase(e->name, r.name))
            names[n++] = e->name;
        else if (sv_eq_nocase(e->name, r.name) && (kinds_allow(kinds, e->kind)))
            other = e;
    }
    if (other) {
        diag_hint(k->diags, "did you mean '%.*s'?", SV_ARG(ref_short(k->scratch, other->ref)));
        return;
    }
    struct sv near = near_names(k->diags->arena, r.name, names, n);
    if (near.n)
        diag_hint(k->diags, "did you mean %.*s?", SV_ARG(near));
    else if (m->unread)
        diag_hint(k->diags, "%u file%s could not be read and may declare it", m->unread, m->unread == 1 ? "" : "s");
}

static const struct entity *unresolved(struct checker *k, const struct entity *e, const struct field *f, const struct data *d)
{
    struct ref_parts r;
    struct sv kind = SV_NONE, words;
    const char *rest = f->of;
    if (!ref_split(d->s, &r))
        return NULL; /* reported by the schema */
    next_word(&rest, &kind);
    kind = r.kind.n ? r.kind : kind;
    bool is_kind = kind_find(kind, true) != KIND_COUNT;
    k->ok = false;
    bool kept = k->diags->errors < (k->diags->max_errors ? k->diags->max_errors : 20);
    if (is_kind)
        diag_error(k->diags, data_span(e->doc, d), "unknown %.*s '%.*s' in '%s' of %.*s [I01]", SV_ARG(kind), SV_ARG(d->s), f->name,
                   SV_ARG(e->ref));
    else {
        words = kinds_words(k->scratch, f->of);
        diag_error(k->diags, data_span(e->doc, d), "unknown kind '%.*s' in '%s' of %.*s: expected %.*s [I01]", SV_ARG(kind), f->name,
                   SV_ARG(e->ref), SV_ARG(words));
    }
    /* Looking for near names reads all entities: only for errors that will be shown. */
    if (kept && is_kind)
        hint_near(k, d->s, f->of);
    return NULL;
}

static const struct entity *resolve(struct checker *k, const struct entity *e, const struct field *f, const struct data *d)
{
    if (d->kind != DATA_STRING)
        return NULL; /* reported by the schema */
    const struct entity *to = model_resolve(k->m, d->s, f->of, e->ns);
    if (!to)
        return unresolved(k, e, f, d);
    if (kinds_allow(f->of, to->kind))
        return relate_user(k->m, to);
    struct sv words = kinds_words(k->scratch, f->of);
    rule_error(k, data_span(e->doc, d), "'%s' of %.*s: %.*s is a %s, expected %.*s [I01]", f->name, SV_ARG(e->ref), SV_ARG(to->ref),
               model_kinds[to->kind].name, SV_ARG(words));
    return NULL;
}

/* The entity whose relation a field tells: itself, or what another of its fields names. */
static const struct entity *subject_of(struct checker *k, const struct entity *e, const struct field *fields, const struct field *f)
{
    if (!f->subject)
        return e;
    for (const struct field *g = fields; g->name; g++)
        if (strcmp(g->name, f->subject) == 0)
            return relate_target(k->m, e, g->name, g->of);
    return NULL;
}

static void relate_fields(struct checker *k, const struct entity *e, const struct field *fields, const struct data *map);

static void relate_value(struct checker *k, const struct entity *e, const struct field *fields, const struct field *f, const struct data *d)
{
    if (f->type == FT_STRUCT) {
        relate_fields(k, e, f->fields, d);
        return;
    }
    const struct entity *to = resolve(k, e, f, d);
    if (!to || !f->relates)
        return;
    const struct entity *from = subject_of(k, e, fields, f);
    if (from)
        relate_add(k, from, (enum relation)(f->relates - 1), to, e);
}

static void relate_field(struct checker *k, const struct entity *e, const struct field *fields, const struct field *f, const struct data *d)
{
    bool list = (f->flags & FIELD_LIST) || f->type == FT_LEADERS;
    if (list && d->kind == DATA_LIST)
        for (uint32_t i = 0; i < d->count; i++)
            relate_value(k, e, fields, f, &d->items[i]);
    else if ((f->flags & FIELD_MAP_OF) && d->kind == DATA_MAP)
        for (uint32_t i = 0; i < d->count; i++)
            relate_value(k, e, fields, f, &d->pairs[i].value);
    else if (!list && !(f->flags & FIELD_MAP_OF))
        relate_value(k, e, fields, f, d);
}

static void relate_fields(struct checker *k, const struct entity *e, const struct field *fields, const struct data *map)
{
    for (const struct field *f = fields; f->name && map && map->kind == DATA_MAP; f++) {
        if (f->type != FT_REF && f->type != FT_STRUCT && f->type != FT_LEADERS)
            continue;
        const struct data *d = data_get(map, f->name);
        if (d && d->kind != DATA_NULL)
            relate_field(k, e, fields, f, d);
    }
}

/* Who leads a Potlac: those it lists, or who holds one of the three roles in its group today. */
static void relate_leaders(struct checker *k)
{
    const struct model *m = k->m;
    /* Assignments by group, as chains: next[i] is the number of the next one of the same group, + 1. */
    uint32_t n = m->kind_count[KIND_ROLE_ASSIGNMENT];
    uint32_t *first = ARENA_ARRAY(k->scratch, uint32_t, m->count + 1), *next = ARENA_ARRAY(k->scratch, uint32_t, n + 1);
    for (uint32_t i = n; i-- > 0;) {
        const struct entity *ra = m->of_kind[KIND_ROLE_ASSIGNMENT][i];
        const struct entity *group = relate_target(m, ra, "group", "group");
        struct sv role = entity_text(ra, "role");
        bool leads = sv_is(role, "product-owner") || sv_is(role, "team-lead") || sv_is(role, "agile-coach");
        if (!group || !leads || !entity_on(ra, k->today))
            continue;
        next[i] = first[group->index];
        first[group->index] = i + 1;
    }
    for (uint32_t i = 0; i < m->kind_count[KIND_POTLAC]; i++) {
        const struct entity *p = m->of_kind[KIND_POTLAC][i];
        const struct data *list = entity_field(p, "leaders");
        if (list && list->kind == DATA_LIST) {
            for (uint32_t j = 0; j < list->count; j++) {
                const struct entity *user = relate_user(k->m, model_resolve(m, data_text(&list->items[j]), "user", p->ns));
                if (user && user->kind == KIND_USER)
                    relate_add(k, p, REL_LED_BY, user, p);
            }
            continue;
        }
        const struct entity *group = relate_target(m, p, "group", "group");
        for (uint32_t at = group ? first[group->index] : 0; at; at = next[at - 1]) {
            const struct entity *ra = m->of_kind[KIND_ROLE_ASSIGNMENT][at - 1];
            const struct entity *user = relate_target(m, ra, "person", "user");
            if (user)
                relate_add(k, p, REL_LED_BY, user, ra);
        }
    }
}

/* A topic discusses what its ritual is about: the Potlac or the ownership. */
static void relate_topics(struct checker *k)
{
    const struct model *m = k->m;
    for (uint32_t i = 0; i < m->kind_count[KIND_TOPIC]; i++) {
        const struct entity *t = m->of_kind[KIND_TOPIC][i];
        struct sv ritual;
        const struct entity *of = model_ritual(m, entity_text(t, "for"), t->ns, &ritual);
        if (of)
            relate_add(k, t, REL_DISCUSSES, of, t);
    }
}

void relate_entities(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->count; i++) {
        const struct entity *e = k->m->entities[i];
        relate_fields(k, e, model_kinds[e->kind].fields, e->spec);
    }
}

static int by_ref(const void *a, const void *b)
{
    const struct entity *x = *(const struct entity *const *)a, *y = *(const struct entity *const *)b;
    return sv_cmp(x->ref, y->ref);
}

static void sort_by_ref(const struct entity **list, uint32_t n)
{
    if (n > 1)
        qsort(list, n, sizeof *list, by_ref);
}

static int by_edge(const void *a, const void *b, void *ctx)
{
    const struct raw_edge *x = a, *y = b;
    const uint32_t *rank = ctx;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->relation != y->relation)
        return x->relation < y->relation ? -1 : 1;
    if (x->to != y->to)
        return rank[x->to] < rank[y->to] ? -1 : 1;
    return rank[x->via] < rank[y->via] ? -1 : rank[x->via] > rank[y->via];
}

/* Two edges say the same where both ends and, for roles, the entity behind them agree: parent here and children there are one edge. */
static bool same_edge(const struct raw_edge *a, const struct raw_edge *b)
{
    if (a->from != b->from || a->to != b->to || a->relation != b->relation)
        return false;
    bool third = a->via != a->from && a->via != a->to, third_b = b->via != b->from && b->via != b->to;
    return a->via == b->via || (!third && !third_b);
}

void relate_finish(struct checker *k)
{
    struct model *m = k->m;
    const struct entity **sorted = arena_alloc(k->scratch, sizeof *sorted * (m->count + 1));
    m->rank = ARENA_ARRAY(m->arena, uint32_t, m->count + 1);
    for (uint32_t i = 0; i < m->count; i++)
        sorted[i] = m->entities[i];
    sort_by_ref(sorted, m->count);
    for (uint32_t i = 0; i < m->count; i++)
        m->rank[sorted[i]->index] = i;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        sort_by_ref(m->of_kind[kind], m->kind_count[kind]);
    relate_leaders(k);
    relate_topics(k);
    if (k->raw_count)
        qsort_r(k->raw, k->raw_count, sizeof *k->raw, by_edge, m->rank);
    size_t kept = 0;
    for (size_t i = 0; i < k->raw_count; i++)
        if (!kept || !same_edge(&k->raw[kept - 1], &k->raw[i]))
            k->raw[kept++] = k->raw[i];
    m->edge_start = ARENA_ARRAY(m->arena, uint32_t, m->count + 1);
    m->edges = ARENA_ARRAY(m->arena, struct edge_to, kept + 1);
    for (size_t i = 0; i < kept; i++) {
        m->edges[i] = (struct edge_to){ k->raw[i].relation, m->entities[k->raw[i].to], m->entities[k->raw[i].via] };
        m->edge_start[k->raw[i].from + 1]++;
    }
    for (uint32_t i = 0; i < m->count; i++)
        m->edge_start[i + 1] += m->edge_start[i];
}

const struct edge_to *model_edges(const struct model *m, const struct entity *e, uint32_t *out_count)
{
    if (!m->edge_start) {
        *out_count = 0;
        return NULL;
    }
    *out_count = m->edge_start[e->index + 1] - m->edge_start[e->index];
    return m->edges + m->edge_start[e->index];
}

const struct entity *model_one(const struct model *m, const struct entity *e, enum relation r)
{
    uint32_t n;
    const struct edge_to *edges = model_edges(m, e, &n);
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].relation == r)
            return edges[i].to;
    return NULL;
}

const struct entity **model_related(const struct model *m, struct arena *a, const struct entity *e, enum relation r, uint32_t *out_count)
{
    uint32_t n, count = 0;
    const struct edge_to *edges = model_edges(m, e, &n);
    const struct entity **list = arena_alloc(a, sizeof *list * (n + 1));
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].relation == r && (!count || list[count - 1] != edges[i].to))
            list[count++] = edges[i].to;
    *out_count = count;
    return list;
}

struct entity_list {
    const struct entity **items;
    uint32_t count;
    size_t cap;
};

static void add_related(const struct model *m, struct arena *a, const struct entity *e, enum relation r, struct entity_list *list)
{
    uint32_t n;
    const struct edge_to *edges = model_edges(m, e, &n);
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].relation == r)
            ARENA_PUSH(a, list->items, list->count, list->cap, edges[i].to);
}

const struct entity **model_neighbours(const struct model *m, struct arena *a, const struct entity *service, uint32_t *out_count)
{
    struct entity_list found = { 0 };
    static const enum relation direct[] = { REL_DEPENDS_ON, REL_DEPENDENCY_OF, REL_CONSUMES_API };
    /* An API stands between two services: who consumes it neighbours who provides it. Same cluster: service -> deployment -> cluster and
     * back. */
    static const enum relation through[][2] = { { REL_CONSUMES_API, REL_API_PROVIDED_BY }, { REL_PROVIDES_API, REL_API_CONSUMED_BY } };
    for (size_t i = 0; i < 3; i++)
        add_related(m, a, service, direct[i], &found);
    for (size_t i = 0; i < 2; i++) {
        struct entity_list apis = { 0 };
        add_related(m, a, service, through[i][0], &apis);
        for (uint32_t j = 0; j < apis.count; j++)
            add_related(m, a, apis.items[j], through[i][1], &found);
    }
    struct entity_list deployments = { 0 }, clusters = { 0 }, beside = { 0 };
    add_related(m, a, service, REL_DEPLOYED_BY, &deployments);
    for (uint32_t i = 0; i < deployments.count; i++)
        add_related(m, a, deployments.items[i], REL_RUNS_ON, &clusters);
    for (uint32_t i = 0; i < clusters.count; i++)
        add_related(m, a, clusters.items[i], REL_HOSTS, &beside);
    for (uint32_t i = 0; i < beside.count; i++)
        if (beside.items[i]->kind == KIND_DEPLOYMENT)
            add_related(m, a, beside.items[i], REL_DEPLOYS, &found);
    sort_by_ref(found.items, found.count);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < found.count; i++)
        if (found.items[i] != service && (!kept || found.items[kept - 1] != found.items[i]))
            found.items[kept++] = found.items[i];
    *out_count = kept;
    return found.items;
}
