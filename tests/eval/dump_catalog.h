/* dump_catalog: a catalog as the golden cases have it: each resource with its parameters and what contains it. Memory is in the caller's
 * arena. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DUMP_CATALOG_H
#define TESTS_DUMP_CATALOG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "catalog/catalog.h"

static int compare_sv(const void *a, const void *b) { return sv_cmp(*(const struct sv *)a, *(const struct sv *)b); }

static void sort_svs(struct sv *list, uint32_t n)
{
    if (n)
        qsort(list, n, sizeof *list, compare_sv);
}

/* The part of the catalog's JSON that a case is about, one line each, so that a difference reads well. */
static void dump_params(struct arena *a, struct strbuf *out, const struct data *params)
{
    struct sv *lines = ARENA_ARRAY(a, struct sv, params->count + 1);
    for (uint32_t i = 0; i < params->count; i++) {
        struct strbuf b = STRBUF_IN(a);
        struct json_out j = json_to(&b, false);
        json_data(&j, &params->pairs[i].value);
        lines[i] = arena_printf(a, "  %.*s = %.*s\n", SV_ARG(data_text(&params->pairs[i].key)), (int)b.n, b.p);
    }
    sort_svs(lines, params->count);
    for (uint32_t i = 0; i < params->count; i++)
        strbuf_add(out, lines[i]);
}

static void add_joined(struct arena *a, struct strbuf *out, const struct data *list, char separator)
{
    struct sv *items = ARENA_ARRAY(a, struct sv, list->count + 1);
    for (uint32_t i = 0; i < list->count; i++)
        items[i] = data_text(&list->items[i]);
    sort_svs(items, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            strbuf_addc(out, separator);
        strbuf_add(out, items[i]);
    }
}

static void dump_resource(struct arena *a, struct strbuf *out, const struct data *root, const struct data *r)
{
    struct sv ref = arena_printf(a, "%.*s[%.*s]", SV_ARG(data_text(data_get(r, "type"))), SV_ARG(data_text(data_get(r, "title"))));
    if (sv_is(ref, "Stage[main]") || sv_is(ref, "Class[Settings]") || sv_is(ref, "Class[main]"))
        return;
    struct sv file = data_text(data_get(r, "file"));
    const struct data *line = data_get(r, "line"), *params = data_get(r, "parameters"), *secret = data_get(r, "sensitive_parameters");
    strbuf_add(out, ref);
    if (file.n)
        strbuf_addf(out, " file %.*s", SV_ARG(file));
    if (line)
        strbuf_addf(out, " line %d", (int)line->i);
    strbuf_adds(out, " tags ");
    add_joined(a, out, data_get(r, "tags"), ',');
    if (data_get(r, "exported")->b)
        strbuf_adds(out, " exported");
    strbuf_addc(out, '\n');
    if (params)
        dump_params(a, out, params);
    if (secret) {
        strbuf_adds(out, "  sensitive ");
        add_joined(a, out, secret, ',');
        strbuf_addc(out, '\n');
    }
    const struct data *edges = data_get(root, "edges");
    struct sv *in = ARENA_ARRAY(a, struct sv, edges->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < edges->count; i++)
        if (sv_eq(data_text(data_get(&edges->items[i], "target")), ref))
            in[n++] = data_text(data_get(&edges->items[i], "source"));
    sort_svs(in, n);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(out, "  in %.*s\n", SV_ARG(in[i]));
}

static struct sv dump_catalog(struct arena *a, const struct catalog *c)
{
    struct strbuf json = STRBUF_IN(a), out = STRBUF_IN(a);
    catalog_write_json(c, &json, false);
    struct source src = { SV("catalog"), strbuf_sv(&json) };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    assert_true(json_read(a, &src, NULL, &diags, &doc));
    const struct data *resources = data_get(&doc->root, "resources");
    for (uint32_t i = 0; i < resources->count; i++)
        dump_resource(a, &out, &doc->root, &resources->items[i]);
    strbuf_adds(&out, "classes ");
    add_joined(a, &out, data_get(&doc->root, "classes"), ' ');
    strbuf_addc(&out, '\n');
    return strbuf_sv(&out);
}

#endif
