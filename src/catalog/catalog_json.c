/* catalog_json: Puppet's catalog format 2, written straight to a buffer and read back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "catalog/catalog.h"
#include "catalog/rich.h"

/* ---- writing ---- */

/* Relationship lists are flat and without undef. */
static void write_refs(const struct catalog *c, struct json_out *j, struct value v)
{
    if (v.kind != V_ARRAY) {
        if (v.kind != V_UNDEF)
            rich_write(j, c->arena, v);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++)
        write_refs(c, j, v.items[i]);
}

static bool is_relation(struct sv name)
{
    return sv_is(name, "before") || sv_is(name, "notify") || sv_is(name, "require") || sv_is(name, "subscribe");
}

static struct sv namevar_of(const struct resource *r) { return r->namevar.n ? r->namevar : SV("name"); }

static void write_params(const struct catalog *c, struct json_out *j, const struct resource *r)
{
    bool open = false;
    bool main = sv_is(r->title, "main") && (sv_is(r->type, "Class") || sv_is(r->type, "Stage"));
    bool path_given = !sv_is(r->type, "File");
    for (uint32_t i = 0; i < r->param_count; i++) {
        const struct resource_param *p = &r->params[i];
        bool path = sv_is(r->type, "File") && sv_is(p->name->text, "path");
        path_given |= path;
        bool namevar = path || sv_eq(p->name->text, namevar_of(r));
        if (p->value.kind == V_UNDEF || p->value.kind == V_UNSET)
            continue;
        if (namevar && !main && p->value.kind == V_STRING && sv_eq(value_sv(p->value), r->title))
            continue;
        if (!open) {
            json_key(j, SV("parameters"));
            json_open(j, '{');
            open = true;
        }
        json_key(j, p->name->text);
        if (is_relation(p->name->text) && p->value.kind == V_ARRAY) {
            json_open(j, '[');
            write_refs(c, j, p->value);
            json_close(j, ']');
        } else {
            rich_write(j, c->arena, p->value);
        }
    }
    if (!path_given && r->title.n > 1 && r->title.p[r->title.n - 1] == '/') { /* the title's path without its last slash */
        struct sv path = r->title;
        while (path.n > 1 && path.p[path.n - 1] == '/')
            path.n--;
        if (!open) {
            json_key(j, SV("parameters"));
            json_open(j, '{');
            open = true;
        }
        json_kstr(j, "path", path);
    }
    if (r->flags & RES_TITLE_NO_TEXT && !resource_param(r, namevar_of(r))) {
        if (!open) {
            json_key(j, SV("parameters"));
            json_open(j, '{');
            open = true;
        }
        json_key(j, namevar_of(r));
        json_str(j, r->title);
    }
    if (open)
        json_close(j, '}');
}

void catalog_write_parameters(const struct catalog *c, const struct resource *r, struct strbuf *out)
{
    AUTO_STRBUF whole = STRBUF_HEAP;
    struct json_out j = json_to(&whole, false);
    struct sv key = SV("{\"parameters\":");
    json_open(&j, '{');
    write_params(c, &j, r);
    json_close(&j, '}');
    struct sv text = strbuf_sv(&whole);
    strbuf_add(out, sv_starts(text, key) ? sv_slice(text, key.n, text.n - 1) : SV("{}"));
}

static void write_sensitive(struct json_out *j, const struct resource *r)
{
    bool open = false;
    for (uint32_t i = 0; i < r->param_count; i++) {
        if (!r->params[i].sensitive)
            continue;
        if (!open) {
            json_key(j, SV("sensitive_parameters"));
            json_open(j, '[');
            open = true;
        }
        json_str(j, r->params[i].name->text);
    }
    if (open)
        json_close(j, ']');
}

static void write_resource(const struct catalog *c, struct json_out *j, const struct resource *r)
{
    json_open(j, '{');
    json_kstr(j, "type", r->type);
    json_kstr(j, "title", r->title);
    json_key(j, SV("tags"));
    json_open(j, '[');
    for (uint32_t i = 0; i < r->tag_count; i++)
        json_str(j, r->tags[i]->text);
    json_close(j, ']');
    if (r->file.p)
        json_kstr(j, "file", r->file);
    if (r->line)
        json_kint(j, "line", r->line);
    json_kbool(j, "exported", (r->flags & RES_EXPORTED) != 0);
    /* the reference's words: a class is one only where it was declared like a resource */
    bool unknown = sv_is(r->type, "Node") || (sv_is(r->type, "Class") && !r->line);
    json_kstr(j, "kind",
              unknown                   ? SV("unknown")
              : sv_is(r->type, "Class") ? SV("class")
              : r->flags & RES_DEFINE   ? SV("defined_type")
                                        : SV("compilable_type"));
    write_params(c, j, r);
    write_sensitive(j, r);
    json_close(j, '}');
}

uint32_t catalog_write_exported(const struct catalog *c, struct strbuf *out)
{
    struct json_out writer = json_to(out, false), *j = &writer;
    uint32_t count = 0;
    json_open(j, '{');
    json_kstr(j, "name", c->name);
    json_key(j, SV("resources"));
    json_open(j, '[');
    for (uint32_t i = 0; i < c->resource_count; i++)
        if (c->resources[i]->flags & RES_EXPORTED) {
            write_resource(c, j, c->resources[i]);
            count++;
        }
    json_close(j, ']');
    json_close(j, '}');
    return count;
}

void catalog_write_json(const struct catalog *c, struct strbuf *out, bool pretty)
{
    struct json_out writer = json_to(out, pretty), *j = &writer;
    json_open(j, '{');
    json_key(j, SV("tags"));
    json_open(j, '[');
    for (uint32_t i = 0; i < c->class_count; i++)
        json_str(j, c->classes[i]);
    json_close(j, ']');
    json_kstr(j, "name", c->name);
    json_key(j, SV("version"));
    if (c->version.n)
        json_str(j, c->version);
    else
        json_int(j, 0);
    json_key(j, SV("code_id"));
    if (c->code_id.n)
        json_str(j, c->code_id);
    else
        json_null(j);
    json_kint(j, "catalog_format", 2);
    json_kstr(j, "environment", c->environment);
    json_key(j, SV("resources"));
    json_open(j, '[');
    for (uint32_t i = 0; i < c->resource_count; i++)
        if (!(c->resources[i]->flags & RES_VIRTUAL))
            write_resource(c, j, c->resources[i]);
    json_close(j, ']');
    json_key(j, SV("edges"));
    json_open(j, '[');
    for (uint32_t i = 0; i < c->edge_count; i++) {
        const struct edge *e = &c->edges[i];
        if ((e->source->flags | e->target->flags) & RES_VIRTUAL)
            continue;
        json_open(j, '{');
        json_kstr(j, "source", resource_ref(c->arena, e->source));
        json_kstr(j, "target", resource_ref(c->arena, e->target));
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, SV("classes"));
    json_open(j, '[');
    for (uint32_t i = 0; i < c->class_count; i++)
        json_str(j, c->classes[i]);
    json_close(j, ']');
    json_close(j, '}');
}

/* ---- reading ---- */

static bool read_resource(struct catalog *c, const struct data *d, struct err *err)
{
    struct sv type = data_text(data_get(d, "type")), title = data_text(data_get(d, "title"));
    if (!type.n || !title.p)
        return err_set(err, "a resource of the catalog has no type or title");
    struct resource *r = ARENA_NEW(c->arena, struct resource);
    r->type = type;
    r->title = title;
    const struct data *file = data_get(d, "file");
    r->file = file && file->kind == DATA_STRING ? (file->s.n ? file->s : SV("")) : SV_NONE;
    const struct data *line = data_get(d, "line"), *exported = data_get(d, "exported"), *tags = data_get(d, "tags");
    r->line = line && line->kind == DATA_INT ? (uint32_t)line->i : 0;
    if (exported && exported->kind == DATA_BOOL && exported->b)
        r->flags |= RES_EXPORTED;
    struct sv kind = data_text(data_get(d, "kind"));
    r->flags |= sv_is(type, "Class") ? RES_CLASS : sv_is(kind, "defined_type") ? RES_DEFINE : RES_BUILTIN;
    for (uint32_t i = 0; tags && tags->kind == DATA_LIST && i < tags->count; i++)
        ARENA_PUSH(c->arena, r->tags, r->tag_count, r->tag_cap, intern(c->syms, data_text(&tags->items[i])));
    const struct data *params = data_get(d, "parameters"), *secret = data_get(d, "sensitive_parameters");
    for (uint32_t i = 0; params && params->kind == DATA_MAP && i < params->count; i++) {
        struct resource_param p = { .name = intern(c->syms, data_text(&params->pairs[i].key)),
                                    .value = rich_read(c->arena, &params->pairs[i].value) };
        for (uint32_t k = 0; secret && secret->kind == DATA_LIST && k < secret->count; k++)
            p.sensitive |= sv_eq(data_text(&secret->items[k]), p.name->text);
        ARENA_PUSH(c->arena, r->params, r->param_count, r->param_cap, p);
    }
    struct sv ref = resource_ref(c->arena, r);
    if (map_find(&c->by_ref, ref))
        return err_set(err, "the catalog has %.*s twice", SV_ARG(ref));
    map_put(&c->by_ref, ref, r);
    r->index = c->resource_count;
    ARENA_PUSH(c->arena, c->resources, c->resource_count, c->resource_cap, r);
    return true;
}

static bool read_edge(struct catalog *c, const struct data *d, struct err *err)
{
    struct sv source = data_text(data_get(d, "source")), target = data_text(data_get(d, "target"));
    struct edge e = { map_find(&c->by_ref, source), map_find(&c->by_ref, target) };
    if (!e.source || !e.target)
        return err_set(err, "an edge of the catalog leads from '%.*s' to '%.*s', which it does not have", SV_ARG(source), SV_ARG(target));
    if (!e.target->container)
        e.target->container = e.source;
    ARENA_PUSH(c->arena, c->edges, c->edge_count, c->edge_cap, e);
    return true;
}

struct catalog *catalog_read_json(struct arena *a, struct symtab *syms, const struct data *root, struct err *err)
{
    const struct data *resources = data_get(root, "resources"), *edges = data_get(root, "edges"), *classes = data_get(root, "classes");
    if (!resources || resources->kind != DATA_LIST) {
        err_set(err, "this is no catalog: it has no list of resources");
        return NULL;
    }
    struct catalog *c = catalog_new(a, syms, data_text(data_get(root, "name")));
    c->environment = data_text(data_get(root, "environment"));
    c->version = data_text(data_get(root, "version"));
    c->code_id = data_text(data_get(root, "code_id"));
    for (uint32_t i = 0; i < resources->count; i++)
        if (!read_resource(c, &resources->items[i], err))
            return NULL;
    for (uint32_t i = 0; edges && edges->kind == DATA_LIST && i < edges->count; i++)
        if (!read_edge(c, &edges->items[i], err))
            return NULL;
    for (uint32_t i = 0; classes && classes->kind == DATA_LIST && i < classes->count; i++) {
        struct sv name = data_text(&classes->items[i]);
        ARENA_PUSH(a, c->classes, c->class_count, c->class_cap, name);
    }
    return c;
}
