/* show_entity: an entity in words: what is declared, what follows from it, and what the store knows of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entity_ref.h"
#include "cli/owners.h"
#include "cli/show.h"
#include "store/answer.h"
#include "store/pql.h"

struct page {
    struct cli *c;
    struct site *s;
    struct arena *arena;
    const struct entity *e;
    struct strbuf *out;
};

static void title(struct page *p, const char *text) { strbuf_addf(p->out, "%s%s%s\n", cli_bold(p->c), text, cli_plain(p->c)); }

static struct sv short_ref(struct page *p, const struct entity *e) { return ref_short(p->arena, e->ref); }

/* --- fields --- */

static bool is_plain(const struct data *d) { return d->kind != DATA_MAP && d->kind != DATA_LIST; }

static void add_plain(struct strbuf *out, const struct data *d)
{
    struct json_out j = json_to(out, false);
    if (d->kind == DATA_STRING)
        strbuf_add(out, d->s);
    else
        json_data(&j, d);
}

/* Lists of plain values and empty things stand in one line. */
static bool in_one_line(const struct data *d)
{
    bool plain = is_plain(d) || !d->count;
    for (uint32_t i = 0; !is_plain(d) && d->kind == DATA_LIST && i < d->count; i++)
        plain = (i == 0 || plain) && is_plain(&d->items[i]);
    return plain;
}

static void add_line(struct strbuf *out, const struct data *d)
{
    if (is_plain(d)) {
        add_plain(out, d);
        return;
    }
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count; i++) {
        strbuf_adds(out, i ? ", " : "");
        add_plain(out, &d->items[i]);
    }
    if (!d->count)
        strbuf_adds(out, d->kind == DATA_LIST ? "none" : "{}");
}

static void add_tree(struct strbuf *out, const struct data *d, unsigned indent);

static void add_field(struct strbuf *out, struct sv name, const struct data *d, unsigned indent)
{
    strbuf_pad(out, ' ', indent);
    strbuf_addf(out, "%.*s:", SV_ARG(name));
    if (in_one_line(d)) {
        strbuf_addc(out, ' ');
        add_line(out, d);
        strbuf_addc(out, '\n');
        return;
    }
    strbuf_addc(out, '\n');
    add_tree(out, d, indent + 2);
}

static void add_tree(struct strbuf *out, const struct data *d, unsigned indent)
{
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++) {
        struct strbuf name = STRBUF_HEAP;
        add_plain(&name, &d->pairs[i].key);
        add_field(out, strbuf_sv(&name), &d->pairs[i].value, indent);
        strbuf_release(&name);
    }
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count; i++)
        add_field(out, SV("-"), &d->items[i], indent);
}

static void print_fields(struct page *p)
{
    const struct data *description = data_get(p->e->metadata, "description");
    struct sv at = entity_place(p->s, p->arena, p->e), ref = short_ref(p, p->e);
    bool titled = !sv_eq(p->e->title, p->e->name);
    strbuf_addf(p->out, "%s%.*s%s%s%.*s\n", cli_bold(p->c), SV_ARG(ref), cli_plain(p->c), titled ? "  " : "",
                SV_ARG(titled ? p->e->title : SV("")));
    if (description)
        strbuf_addf(p->out, "  %.*s\n", SV_ARG(data_text(description)));
    strbuf_addf(p->out, "  %s, %s %.*s\n", model_kind_name(p->e->kind), p->e->made ? "made by" : "declared at", SV_ARG(at));
    const struct data *annotations = data_get(p->e->metadata, "annotations"), *labels = data_get(p->e->metadata, "labels");
    title(p, "Fields");
    if (p->e->spec)
        add_tree(p->out, p->e->spec, 2);
    if (annotations && annotations->count)
        add_field(p->out, SV("annotations"), annotations, 2);
    if (labels && labels->count)
        add_field(p->out, SV("labels"), labels, 2);
}

/* --- relations --- */

/* "group:team (team-lead, from 2026-09-01)": of a role what it is and when. */
static void add_edge(struct page *p, const struct edge_to *edge)
{
    strbuf_add(p->out, short_ref(p, edge->to));
    if (edge->via->kind != KIND_ROLE_ASSIGNMENT)
        return;
    struct sv from = entity_text(edge->via, "from"), until = entity_text(edge->via, "until");
    strbuf_addf(p->out, " (%.*s", SV_ARG(entity_text(edge->via, "role")));
    if (from.n)
        strbuf_addf(p->out, ", from %.*s", SV_ARG(from));
    if (until.n)
        strbuf_addf(p->out, ", until %.*s", SV_ARG(until));
    strbuf_addc(p->out, ')');
}

static void print_relations(struct page *p)
{
    enum { MOST = 12 };
    uint32_t n;
    const struct edge_to *edges = model_edges(p->s->model, p->e, &n);
    if (n)
        title(p, "Relations");
    for (uint32_t i = 0, next; i < n; i = next) {
        for (next = i; next < n && edges[next].relation == edges[i].relation;)
            next++;
        uint32_t shown = next - i <= MOST + 1 ? next : i + MOST;
        strbuf_addf(p->out, "  %-13s ", relation_name(edges[i].relation));
        for (uint32_t k = i; k < shown; k++) {
            strbuf_adds(p->out, k > i ? ", " : "");
            add_edge(p, &edges[k]);
        }
        if (shown < next)
            strbuf_addf(p->out, " and %u more", next - shown);
        strbuf_addc(p->out, '\n');
    }
}

/* --- what follows --- */

static void print_owners(struct page *p)
{
    uint32_t chain_count;
    struct owner_chain *chains = owner_chains(p->s->model, p->arena, p->e, &chain_count);
    if (chain_count)
        title(p, "Owners");
    for (uint32_t i = 0; i < chain_count; i++) {
        const struct entity *service = chains[i].links[chains[i].count - 1];
        bool itself = service == p->e;
        if (!itself)
            strbuf_addf(p->out, "  of %.*s\n", SV_ARG(short_ref(p, service)));
        owners_print(p->c, p->s, p->out, service, itself ? "  " : "    ");
    }
}

static void print_neighbours(struct page *p)
{
    uint32_t n;
    if (p->e->kind != KIND_COMPONENT)
        return;
    const struct entity **near = model_neighbours(p->s->model, p->arena, p->e, &n);
    if (n)
        title(p, "Neighbours");
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(p->out, "%s%.*s%s", i ? ", " : "  ", SV_ARG(short_ref(p, near[i])), i + 1 == n ? "\n" : "");
}

static struct sv host_names(struct page *p, const struct entity *cluster)
{
    uint32_t n;
    const struct entity **hosts = model_related(p->s->model, p->arena, cluster, REL_RUNS_ON, &n);
    struct sv *names = ARENA_ARRAY(p->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        names[i] = hosts[i]->name;
    struct sv count = show_count(p->arena, n, "host", "hosts");
    return arena_printf(p->arena, "%.*s: %.*s", SV_ARG(count), SV_ARG(show_names(p->arena, names, n, 6)));
}

/* Deployments of a service, or those on a cluster. */
static const struct entity **deployments_of(struct page *p, const struct entity *e, uint32_t *out_count)
{
    uint32_t n, count = 0;
    enum relation relation = e->kind == KIND_COMPONENT ? REL_DEPLOYED_BY : REL_HOSTS;
    const struct entity **list = model_related(p->s->model, p->arena, e, relation, &n);
    for (uint32_t i = 0; i < n; i++)
        if (list[i]->kind == KIND_DEPLOYMENT)
            list[count++] = list[i];
    *out_count = count;
    return list;
}

static void print_deployments(struct page *p)
{
    uint32_t n = 0;
    const struct entity *place = p->e->kind == KIND_HOST ? model_one(p->s->model, p->e, REL_HOSTS) : p->e;
    bool asked = place && (p->e->kind == KIND_COMPONENT || p->e->kind == KIND_CLUSTER || p->e->kind == KIND_HOST);
    const struct entity **list = asked ? deployments_of(p, place, &n) : NULL;
    if (n)
        title(p, "Deployments");
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *cluster = model_one(p->s->model, list[i], REL_RUNS_ON),
                            *service = model_one(p->s->model, list[i], REL_DEPLOYS);
        strbuf_addf(p->out, "  %.*s %.*s", SV_ARG(service ? service->name : list[i]->name), SV_ARG(entity_text(list[i], "version")));
        if (cluster)
            strbuf_addf(p->out, " on %.*s, %.*s", SV_ARG(short_ref(p, cluster)), SV_ARG(host_names(p, cluster)));
        strbuf_addc(p->out, '\n');
    }
}

/* --- what the store knows --- */

struct node_answer {
    struct page *page;
    struct json_out *json; /* NULL: text */
    bool found;
};

static bool take_node(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err)
{
    (void)err;
    struct node_answer *answer = ctx;
    answer->found = true;
    if (answer->json) {
        answer_write_json(answer->json, st, values);
        return true;
    }
    for (unsigned i = 0; i < st->column_count; i++) {
        AUTO_STRBUF text = STRBUF_HEAP;
        struct json_out j = json_to(&text, false);
        if (values[i].kind == SQL_NULL)
            continue;
        answer_write_value(&j, st->columns[i].kind, &values[i]);
        struct sv shown = strbuf_sv(&text);
        if (shown.n > 1 && shown.p[0] == '"')
            shown = sv_slice(shown, 1, shown.n - 1);
        strbuf_addf(answer->page->out, "  %.*s: %.*s\n", SV_ARG(st->columns[i].name), SV_ARG(shown));
    }
    return true;
}

static bool ask_node(struct page *p, struct json_out *json, bool *out_found, struct err *err)
{
    struct diags diags = diags_in(p->arena);
    struct source *src = ARENA_NEW(p->arena, struct source);
    struct sv fqdn = entity_text(p->e, "fqdn");
    struct node_answer answer = { p, json, false };
    struct strbuf text = STRBUF_IN(p->arena);
    struct json_out j = json_to(&text, false);
    strbuf_adds(&text, "nodes[facts_timestamp, catalog_timestamp, report_timestamp, latest_report_status, deactivated] { certname = ");
    json_str(&j, fqdn.n ? fqdn : p->e->name);
    strbuf_adds(&text, " }");
    *src = (struct source){ SV("query"), strbuf_sv(&text) };
    struct query *q = pql_parse(p->arena, src, &diags);
    bool ok = q && query_run(p->s->store, p->arena, q, take_node, &answer, &diags, err);
    *out_found = answer.found;
    return ok || (diags.first && err_set(err, "%.*s", SV_ARG(diags.first->message)));
}

static bool last_events(struct page *p, struct event **out_list, size_t *out_count, struct err *err)
{
    enum { MOST = 5 };
    struct event_query q = { .subject = p->e->ref, .limit = MOST };
    return store_events(p->s->store, p->arena, &q, out_list, out_count, err);
}

static bool print_store(struct page *p, struct err *err)
{
    struct event *events;
    size_t n;
    bool found = false;
    size_t before = p->out->n;
    title(p, "Store");
    if (p->e->kind == KIND_HOST && !ask_node(p, NULL, &found, err))
        return false;
    if (!last_events(p, &events, &n, err))
        return false;
    for (size_t i = n; i-- > 0;) {
        strbuf_adds(p->out, "  ");
        utc_print(p->out, events[i].at);
        strbuf_addf(p->out, " %.*s by %.*s %.*s\n", SV_ARG(events[i].kind), SV_ARG(events[i].actor), SV_ARG(events[i].body));
    }
    if (!found && !n)
        p->out->n = before;
    return true;
}

static bool print_text(struct page *p, struct err *err)
{
    print_fields(p);
    print_relations(p);
    print_owners(p);
    print_neighbours(p);
    print_deployments(p);
    return !p->s->store || print_store(p, err);
}

/* --- JSON --- */

static void json_relations(struct page *p, struct json_out *j)
{
    uint32_t n;
    const struct edge_to *edges = model_edges(p->s->model, p->e, &n);
    json_key(j, SV("relations"));
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_kstr(j, "relation", sv_of(relation_name(edges[i].relation)));
        json_kstr(j, "to", edges[i].to->ref);
        json_kstr(j, "by", edges[i].via->ref);
        if (edges[i].via->kind == KIND_ROLE_ASSIGNMENT)
            json_kstr(j, "role", entity_text(edges[i].via, "role"));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_services(struct page *p, struct json_out *j)
{
    uint32_t n;
    struct owner_chain *chains = owner_chains(p->s->model, p->arena, p->e, &n);
    json_key(j, SV("services"));
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *service = chains[i].links[chains[i].count - 1];
        json_open(j, '{');
        json_kstr(j, "service", service->ref);
        json_key(j, SV("owners"));
        owners_write_json(j, p->s, service);
        json_close(j, '}');
    }
    json_close(j, ']');
    if (p->e->kind != KIND_COMPONENT)
        return;
    const struct entity **near = model_neighbours(p->s->model, p->arena, p->e, &n);
    json_key(j, SV("neighbours"));
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++)
        json_str(j, near[i]->ref);
    json_close(j, ']');
}

static bool json_store(struct page *p, struct json_out *j, struct err *err)
{
    struct event *events;
    size_t n;
    bool found;
    json_key(j, SV("node"));
    json_open(j, '[');
    if (p->e->kind == KIND_HOST && !ask_node(p, j, &found, err))
        return false;
    json_close(j, ']');
    if (!last_events(p, &events, &n, err))
        return false;
    json_key(j, SV("history"));
    json_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_kint(j, "id", events[i].id);
        json_kint(j, "at", events[i].at);
        json_kstr(j, "kind", events[i].kind);
        json_kstr(j, "actor", events[i].actor);
        json_key(j, SV("body"));
        json_raw(j, events[i].body);
        json_close(j, '}');
    }
    json_close(j, ']');
    return true;
}

static bool print_json(struct page *p, struct err *err)
{
    struct json_out j = json_to(p->out, true);
    json_open(&j, '{');
    entity_json_place(&j, p->e);
    json_kstr(&j, "kind", sv_of(model_kind_name(p->e->kind)));
    json_kstr(&j, "title", p->e->title);
    json_key(&j, SV("metadata"));
    json_data(&j, p->e->metadata);
    json_key(&j, SV("spec"));
    if (p->e->spec)
        json_data(&j, p->e->spec);
    else
        json_null(&j);
    json_relations(p, &j);
    json_services(p, &j);
    if (p->s->store && !json_store(p, &j, err))
        return false;
    json_close(&j, '}');
    strbuf_addc(p->out, '\n');
    return true;
}

static int show(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    AUTO_STRBUF out = STRBUF_HEAP;
    if (c->arg_count != 1)
        return cli_misuse(c, "name one entity: component:search, a host's name ...");
    if (!entity_site_open(c, &s))
        return EXIT_BROKEN;
    struct page p = { .c = c, .s = &s, .arena = c->arena, .e = entity_named(&s, sv_of(c->args[0]), &err), .out = &out };
    entity_open_store(&s, p.e ? &err : NULL);
    bool ok = p.e && !err.text[0] && (c->json ? print_json(&p, &err) : print_text(&p, &err));
    if (ok)
        cli_write(stdout, &out);
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = { SITE_OPTIONS, { NULL, 0, NULL, NULL } };

const struct verb verb_show = {
    .name = "show",
    .usage = "REF [--site DIR]",
    .summary = "Tell all that is known of an entity: fields, relations, owners, what runs where",
    .help =
        "REF is KIND:NAME (component:search), a bare name, or a host's fqdn. Where the site has a store, what a host reported last and\n"
        "the last events of the entity's history are told too.",
    .options = options,
    .run = show,
};
