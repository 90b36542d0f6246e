/* query: asks the store in PuppetDB's query language. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"
#include "cli/state.h"
#include "store/answer.h"
#include "store/pql.h"

/* The answer as text in columns, which is read whole before it is printed: widths are known at the end. */
struct table {
    struct arena *arena;
    struct sv *cells; /* row by row, the first one the names */
    size_t cell_count, cell_cap;
    unsigned columns;
};

/* A value as a person reads it: text without quotes, the rest as JSON. */
static struct sv cell_of(struct table *t, const struct query_statement *st, const struct sql_value *values, unsigned i)
{
    struct strbuf out = STRBUF_IN(t->arena);
    struct json_out j = json_to(&out, false);
    struct source *src = ARENA_NEW(t->arena, struct source);
    struct diags diags = diags_in(t->arena);
    struct data_doc *doc;
    if (values[i].kind == SQL_NULL)
        return SV("");
    answer_write_value(&j, st->columns[i].kind, &values[i]);
    *src = (struct source){ SV("answer"), strbuf_sv(&out) };
    bool text = json_read(t->arena, src, NULL, &diags, &doc) && doc->root.kind == DATA_STRING;
    return text ? doc->root.s : strbuf_sv(&out);
}

static bool add_row(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err)
{
    (void)err;
    struct table *t = ctx;
    for (unsigned i = 0; !t->columns && i < st->column_count; i++)
        ARENA_PUSH(t->arena, t->cells, t->cell_count, t->cell_cap, st->columns[i].name);
    t->columns = st->column_count;
    for (unsigned i = 0; i < st->column_count; i++) {
        struct sv cell = cell_of(t, st, values, i);
        ARENA_PUSH(t->arena, t->cells, t->cell_count, t->cell_cap, cell);
    }
    return true;
}

static void print_table(const struct cli *c, const struct table *t)
{
    enum { WIDEST = 60 }; /* a longer value is shown whole, but moves nothing else */
    AUTO_STRBUF out = STRBUF_HEAP;
    size_t *widths = ARENA_ARRAY(t->arena, size_t, t->columns + 1);
    for (size_t i = 0; i < t->cell_count; i++)
        if (t->cells[i].n > widths[i % t->columns] && t->cells[i].n <= WIDEST)
            widths[i % t->columns] = t->cells[i].n;
    for (size_t i = 0; i < t->cell_count; i++) {
        bool last = i % t->columns == t->columns - 1;
        strbuf_adds(&out, i == 0 ? cli_bold(c) : "");
        strbuf_add(&out, t->cells[i]);
        strbuf_adds(&out, i + 1 == t->columns ? cli_plain(c) : "");
        if (!last && t->cells[i].n < widths[i % t->columns])
            strbuf_pad(&out, ' ', widths[i % t->columns] - t->cells[i].n);
        strbuf_adds(&out, last ? "\n" : "  ");
    }
    cli_write(stdout, &out);
    if (!t->cell_count)
        fputs("Nothing is found.\n", stderr);
}

static int print_answer(struct cli *c, struct store *store, const struct query *q, struct diags *diags)
{
    struct err err = { "" };
    AUTO_STRBUF json = STRBUF_HEAP;
    struct table table = { .arena = c->arena };
    bool ok = c->json ? query_answer_json(store, c->arena, q, &json, true, diags, &err)
                      : query_run(store, c->arena, q, add_row, &table, diags, &err);
    if (diags->first) {
        cli_diags(c, diags);
        return EXIT_BROKEN;
    }
    if (!ok)
        return cli_broken(&err);
    if (c->json)
        printf("%s\n", strbuf_cstr(&json));
    else
        print_table(c, &table);
    return EXIT_OK;
}

static int query(struct cli *c)
{
    struct source *src = ARENA_NEW(c->arena, struct source);
    struct diags diags = diags_in(c->arena);
    struct err err = { "" };
    if (c->arg_count != 1)
        return cli_misuse(c, "one query is expected, in quotes: 'nodes[certname] { certname ~ \"web\" }'");
    *src = (struct source){ SV("query"), sv_of(c->args[0]) };
    struct query *q = pql_parse(c->arena, src, &diags);
    if (!q) {
        cli_diags(c, &diags);
        return EXIT_BROKEN;
    }
    struct store *store = state_open_store(c, &err);
    if (!store)
        return cli_broken(&err);
    int status = print_answer(c, store, q, &diags);
    store_close(store);
    return status;
}

static const struct cli_option options[] = {
    STATE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_query = {
    .name = "query",
    .usage = "'ENTITY[FIELD, ...] { CONDITION }'",
    .summary = "Ask the store about nodes, facts, resources, reports, the model and its history",
    .help =
        "The language is PuppetDB's (PQL). Entities: nodes, facts, fact_contents, factsets, inventory, resources, edges, catalogs, "
        "reports,\n"
        "events, environments, producers; history; entities, and each kind of the model by its plural: hosts, clusters, components.\n"
        "  potlac query 'inventory[certname] { facts.os.family = \"Debian\" }'\n"
        "  potlac query 'resources[type, count()] { group by type order by count desc }'\n"
        "  potlac query 'nodes[certname] { hosts { cluster = \"edge-lon\" } and resources { type = \"Service\" and title = \"nginx\" } }'",
    .options = options,
    .run = query,
};
