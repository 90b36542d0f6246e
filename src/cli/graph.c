/* graph: entities and their relations, around some or all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entity_ref.h"
#include "cli/show.h"

struct drawing {
    struct cli *c;
    struct site *s;
    bool kinds[KIND_COUNT];      /* which are drawn */
    const struct entity **nodes; /* in the order they were reached */
    uint32_t count;
    size_t cap;
    uint32_t *depth; /* of an entity by index, + 1; 0: not reached */
};

/* Who is asked for is drawn, whatever the kinds. */
static void reach(struct drawing *d, const struct entity *e, uint32_t depth, bool asked)
{
    if (d->depth[e->index] || !(asked || d->kinds[e->kind]))
        return;
    d->depth[e->index] = depth + 1;
    ARENA_PUSH(d->c->arena, d->nodes, d->count, d->cap, e);
}

/* Breadth first: nodes grows behind the one that is looked at. */
static void spread(struct drawing *d, uint32_t most)
{
    for (uint32_t i = 0; i < d->count; i++) {
        uint32_t n, depth = d->depth[d->nodes[i]->index] - 1;
        const struct edge_to *edges = model_edges(d->s->model, d->nodes[i], &n);
        for (uint32_t k = 0; depth < most && k < n; k++)
            reach(d, edges[k].to, depth + 1, false);
    }
}

static void spread_all(struct drawing *d)
{
    uint32_t n;
    const struct entity *const *all = model_entities(d->s->model, &n);
    for (uint32_t i = 0; i < n; i++)
        reach(d, all[i], 0, false);
}

/* Of two directions the first of the pair is drawn: ownedBy, not ownerOf. */
static bool is_drawn(const struct drawing *d, const struct edge_to *edge)
{
    return edge->relation < relation_inverse(edge->relation) && d->depth[edge->to->index];
}

/* Calls draw for each edge between drawn nodes, each once: two roles in one group are one line. */
static void each_edge(struct drawing *d, void (*draw)(void *ctx, const struct entity *from, const struct edge_to *edge), void *ctx)
{
    for (uint32_t i = 0; i < d->count; i++) {
        uint32_t n;
        const struct edge_to *edges = model_edges(d->s->model, d->nodes[i], &n), *last = NULL;
        for (uint32_t k = 0; k < n; k++) {
            if (!is_drawn(d, &edges[k]) || (last && last->relation == edges[k].relation && last->to == edges[k].to))
                continue;
            draw(ctx, d->nodes[i], &edges[k]);
            last = &edges[k];
        }
    }
}

/* --- text --- */

static void print_text(struct drawing *d)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct arena *a = d->c->arena;
    for (uint32_t i = 0; i < d->count; i++) {
        uint32_t n;
        const struct edge_to *edges = model_edges(d->s->model, d->nodes[i], &n);
        enum relation last = REL_COUNT;
        const struct entity *to = NULL;
        strbuf_addf(&out, "%s%.*s%s\n", cli_bold(d->c), SV_ARG(ref_short(a, d->nodes[i]->ref)), cli_plain(d->c));
        for (uint32_t k = 0; k < n; k++) {
            if (!d->depth[edges[k].to->index] || (edges[k].relation == last && edges[k].to == to))
                continue;
            if (edges[k].relation == last)
                strbuf_adds(&out, ", ");
            else
                strbuf_addf(&out, "%s  %-13s ", last == REL_COUNT ? "" : "\n", relation_name(edges[k].relation));
            strbuf_add(&out, ref_short(a, edges[k].to->ref));
            last = edges[k].relation;
            to = edges[k].to;
        }
        strbuf_adds(&out, last == REL_COUNT ? "" : "\n");
    }
    cli_write(stdout, &out);
}

/* --- DOT: https://graphviz.org/doc/info/lang.html --- */

static void add_quoted(struct strbuf *out, struct sv text)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            strbuf_addc(out, '\\');
        strbuf_addc(out, text.p[i] == '\n' || text.p[i] == '\0' ? ' ' : text.p[i]);
    }
    strbuf_addc(out, '"');
}

static const char *shape_of(enum model_kind kind)
{
    switch (kind) {
    case KIND_HOST:
    case KIND_CLUSTER:
    case KIND_DEPLOYMENT:
        return "box3d";
    case KIND_USER:
    case KIND_PERSON:
    case KIND_GROUP:
        return "ellipse";
    case KIND_RESOURCE:
        return "cylinder";
    default:
        return "box";
    }
}

static void draw_dot(void *ctx, const struct entity *from, const struct edge_to *edge)
{
    struct strbuf *out = ctx;
    strbuf_adds(out, "  ");
    add_quoted(out, from->ref);
    strbuf_adds(out, " -> ");
    add_quoted(out, edge->to->ref);
    strbuf_addf(out, " [label=\"%s\"];\n", relation_name(edge->relation));
}

static void print_dot(struct drawing *d)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    strbuf_adds(&out,
                "digraph model {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (uint32_t i = 0; i < d->count; i++) {
        const struct entity *e = d->nodes[i];
        strbuf_adds(&out, "  ");
        add_quoted(&out, e->ref);
        strbuf_adds(&out, " [label=");
        add_quoted(&out, ref_short(d->c->arena, e->ref));
        strbuf_addf(&out, ", shape=%s];\n", shape_of(e->kind));
    }
    each_edge(d, draw_dot, &out);
    strbuf_adds(&out, "}\n");
    cli_write(stdout, &out);
}

/* --- JSON --- */

static void draw_json(void *ctx, const struct entity *from, const struct edge_to *edge)
{
    struct json_out *j = ctx;
    json_open(j, '{');
    json_kstr(j, "from", from->ref);
    json_kstr(j, "relation", sv_of(relation_name(edge->relation)));
    json_kstr(j, "to", edge->to->ref);
    json_kstr(j, "by", edge->via->ref);
    json_close(j, '}');
}

static void print_json(struct drawing *d)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_key(&j, SV("nodes"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < d->count; i++) {
        json_open(&j, '{');
        json_kstr(&j, "kind", sv_of(model_kind_name(d->nodes[i]->kind)));
        json_kstr(&j, "title", d->nodes[i]->title);
        entity_json_place(&j, d->nodes[i]);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, SV("edges"));
    json_open(&j, '[');
    each_edge(d, draw_json, &j);
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

/* --- options --- */

static int read_kind(struct drawing *d, struct sv word)
{
    struct sv names[KIND_COUNT];
    for (int k = 0; k < KIND_COUNT; k++) {
        names[k] = sv_of(model_kind_name((enum model_kind)k));
        if (sv_eq_nocase(names[k], word)) {
            d->kinds[k] = true;
            return EXIT_OK;
        }
    }
    struct sv near = near_names(d->c->arena, word, names, KIND_COUNT);
    return cli_misuse(d->c, "--kinds: there is no kind '%.*s'%s%.*s%s", SV_ARG(word), near.n ? "; did you mean " : "", SV_ARG(near),
                      near.n ? "?" : "");
}

static int read_kinds(struct drawing *d)
{
    const char *given = cli_value(d->c, "kinds");
    struct sv rest = sv_of(given ? given : ""), word;
    for (int k = 0; k < KIND_COUNT; k++)
        d->kinds[k] = !given;
    while (sv_cut(&rest, ',', &word))
        if (sv_trim(word).n && read_kind(d, sv_trim(word)) != EXIT_OK)
            return EXIT_BROKEN;
    return EXIT_OK;
}

static int draw(struct drawing *d, int64_t depth, void (*print)(struct drawing *d))
{
    struct err err = { "" };
    uint32_t n;
    model_entities(d->s->model, &n);
    d->depth = ARENA_ARRAY(d->c->arena, uint32_t, n + 1);
    for (unsigned i = 0; i < d->c->arg_count; i++) {
        const struct entity *e = entity_named(d->s, sv_of(d->c->args[i]), &err);
        if (!e)
            return cli_broken(&err);
        reach(d, e, 0, true);
    }
    if (d->c->arg_count)
        spread(d, (uint32_t)depth);
    else
        spread_all(d);
    print(d);
    return EXIT_OK;
}

static int graph(struct cli *c)
{
    static const struct {
        const char *name;
        void (*print)(struct drawing *d);
    } formats[] = { { "text", print_text }, { "dot", print_dot }, { "json", print_json } };
    const char *format = c->json ? "json" : cli_value(c, "format"), *given = cli_value(c, "depth");
    struct site s;
    struct drawing d = { .c = c, .s = &s };
    int64_t depth = 1;
    size_t f = 0;
    while (format && f < sizeof formats / sizeof *formats && strcmp(formats[f].name, format) != 0)
        f++;
    if (f == sizeof formats / sizeof *formats)
        return cli_misuse(c, "--format is text, dot or json, not '%s'", format);
    if (given && (!sv_to_int(sv_of(given), &depth) || depth < 0 || depth > 1000))
        return cli_misuse(c, "--depth is a number of steps from 0 to 1000, not '%s'", given);
    if (read_kinds(&d) != EXIT_OK || !entity_site_open(c, &s))
        return EXIT_BROKEN;
    int status = draw(&d, depth, formats[f].print);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "depth", 'd', "N", "how many steps from the entities named [1]" },
    { "format", 'f', "FORMAT", "text, dot (for graphviz) or json [text]" },
    { "kinds", 0, "KINDS", "only these: host,cluster,component" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_graph = {
    .name = "graph",
    .usage = "[REF ...] [--depth N] [--format text|dot|json] [--kinds KINDS]",
    .summary = "Draw entities and their relations",
    .help = "Around the entities named, or all of the model.\n"
            "  potlac graph edge-gateway --format dot | dot -Tsvg >edge-gateway.svg",
    .options = options,
    .run = graph,
};
