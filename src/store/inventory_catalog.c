/* inventory_catalog: resources as rows, containment and relations as edges, in PuppetDB's words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/inventory_catalog.h"

#include <stdlib.h>

#include "base/json.h"
#include "catalog/graph.h"
#include "catalog/seal.h"

static int by_text(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

static struct sv tags_json(struct arena *a, const struct resource *r)
{
    struct sv *tags = ARENA_ARRAY(a, struct sv, r->tag_count + 1);
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    for (uint32_t i = 0; i < r->tag_count; i++)
        tags[i] = r->tags[i]->text;
    qsort(tags, r->tag_count, sizeof *tags, by_text);
    json_open(&j, '[');
    for (uint32_t i = 0; i < r->tag_count; i++)
        json_str(&j, tags[i]);
    json_close(&j, ']');
    return strbuf_sv(&out);
}

static void add_edge(struct json_out *j, const struct resource *from, const char *relationship, const struct resource *to)
{
    json_open(j, '[');
    json_str(j, from->type);
    json_str(j, from->title);
    json_str(j, sv_of(relationship));
    json_str(j, to->type);
    json_str(j, to->title);
    json_close(j, ']');
}

static void add_relation(void *ctx, const struct resource *before, const struct resource *after, const struct resource_param *why)
{
    static const struct {
        const char *parameter, *relationship;
    } words[] = { { "before", "before" }, { "notify", "notifies" }, { "require", "required-by" }, { "subscribe", "subscription-of" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sv_is(why->name->text, words[i].parameter))
            add_edge(ctx, before, words[i].relationship, after);
}

static struct sv edges_json(struct arena *a, const struct catalog *c)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '[');
    for (uint32_t i = 0; i < c->edge_count; i++)
        if (!((c->edges[i].source->flags | c->edges[i].target->flags) & RES_VIRTUAL))
            add_edge(&j, c->edges[i].source, "contains", c->edges[i].target);
    graph_each_relation(a, c, add_relation, &j);
    json_close(&j, ']');
    return strbuf_sv(&out);
}

bool inventory_put_compiled(struct store *s, struct arena *scratch, const struct catalog *sealed, int64_t at, struct err *err)
{
    const struct catalog *c = catalog_without_secrets(scratch, sealed);
    struct inventory_resource *list = ARENA_ARRAY(scratch, struct inventory_resource, c->resource_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->resource_count; i++) {
        const struct resource *r = c->resources[i];
        struct strbuf parameters = STRBUF_IN(scratch);
        if (r->flags & RES_VIRTUAL && !(r->flags & RES_EXPORTED))
            continue;
        catalog_write_parameters(c, r, &parameters);
        list[n++] = (struct inventory_resource){ .type = r->type,
                                                 .title = r->title,
                                                 .file = r->file,
                                                 .line = r->line,
                                                 .exported = (r->flags & RES_EXPORTED) != 0,
                                                 .tags = tags_json(scratch, r),
                                                 .parameters = strbuf_sv(&parameters) };
    }
    const struct inventory_catalog put = { .certname = c->name,
                                           .environment = c->environment,
                                           .producer = SV("potlac"),
                                           .version = c->version,
                                           .code_id = c->code_id,
                                           .at = at,
                                           .resources = list,
                                           .resource_count = n,
                                           .edges = edges_json(scratch, c) };
    return inventory_put_catalog(s, scratch, &put, err);
}
