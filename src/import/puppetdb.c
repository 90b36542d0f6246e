/* puppetdb: an export of PuppetDB (an archive, or its folders), or answers of its API. Hosts become entities, the rest is for the store.
 * https://www.puppet.com/docs/puppetdb/7/anonymization (the export) and .../api/query/v4/entities */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "import/internal.h"

/* Of a node's facts. */
static const struct mapping host_rows[] = {
    { "address", "networking.ip|ipaddress" },
    { "site", "site|datacenter|datacentre" },
    { "cluster", "cluster" },
    { "role", "role" },
    { NULL },
};

static void add_document(struct import *im, struct node_documents *to, const struct data *root, struct sv from)
{
    struct node_document d = { root, from };
    ARENA_PUSH(im->arena, to->items, to->count, to->cap, d);
}

const struct data *puppetdb_facts(struct arena *a, const struct data *root)
{
    const struct data *values = data_get(root, "values"), *facts = data_get(root, "facts"), *list = data_get(facts, "data");
    if (values && values->kind == DATA_MAP)
        return values;
    if (!list || list->kind != DATA_LIST)
        return facts && facts->kind == DATA_MAP ? facts : NULL;
    struct data *map = ARENA_NEW(a, struct data);
    *map = tree_map();
    for (uint32_t i = 0; i < list->count; i++)
        if (data_get(&list->items[i], "value"))
            tree_put(a, map, data_text(data_get(&list->items[i], "name")), *data_get(&list->items[i], "value"));
    return map;
}

/* "debian12" */
static void put_platform(struct import *im, struct imported *host, const struct data *facts)
{
    struct sv name = tree_word(im->arena, tree_dig(facts, SV("os.name"))),
              major = tree_word(im->arena, tree_dig(facts, SV("os.release.major")));
    if (!name.n)
        return;
    char *lower = arena_cstr(im->arena, name);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    struct data platform = tree_text(arena_printf(im->arena, "%s%.*s", lower, SV_ARG(major)));
    import_field(im, host, SV("platform"), &platform);
}

static void add_host(struct import *im, const struct data *facts, struct sv certname, struct sv from)
{
    size_t before = im->count;
    struct imported *host = import_host(im, facts, host_rows, certname, from);
    if (host && facts && im->count > before)
        put_platform(im, host, facts);
}

static bool add_facts(struct import *im, const struct data *root, struct sv certname, struct sv from)
{
    const struct data *facts = puppetdb_facts(im->arena, root);
    add_document(im, &im->facts, root, from);
    add_host(im, facts, certname, from);
    return true;
}

/* One object, told by what it holds. */
static bool add_object(struct import *im, const struct data_doc *doc, const struct data *root)
{
    struct sv certname = data_text(data_get(root, "certname")), from = doc->src->path;
    if (root->kind != DATA_MAP || !certname.n)
        return diag_error(im->diags, data_span(doc, root),
                          "expected an object with a 'certname', as PuppetDB exports them or its API answers");
    if (data_get(root, "values") || data_get(root, "facts"))
        return add_facts(im, root, certname, from);
    if (data_get(root, "edges") && data_get(root, "resources"))
        add_document(im, &im->catalogs, root, from);
    else if (data_get(root, "report_format"))
        add_document(im, &im->reports, root, from);
    else if (data_get(root, "facts_timestamp") || data_get(root, "deactivated")) {
        bool gone = data_text(data_get(root, "deactivated")).n || data_text(data_get(root, "expired")).n;
        if (gone) {
            add_document(im, &im->nodes, root, from);
            import_note(im, certname, "nodes that are deactivated or expired: left out");
        } else
            add_document(im, &im->nodes, root, from);
    } else if (data_get(root, "expire") || data_get(root, "inputs"))
        import_note(im, from, "settings of expiry, inputs of catalogs: left out");
    else
        return diag_error(im->diags, data_span(doc, root),
                          "expected facts, a catalog, a report or a node of PuppetDB, found none of their "
                          "fields");
    return true;
}

/* Rows of /facts, one a fact, as factsets. */
static bool add_fact_rows(struct import *im, const struct data_doc *doc)
{
    struct map nodes = map_in(im->arena);
    const struct data *list = &doc->root;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct data *row = &list->items[i], *value = data_get(row, "value");
        struct sv certname = data_text(data_get(row, "certname")), name = data_text(data_get(row, "name"));
        if (!certname.n || !name.n || !value)
            return diag_error(im->diags, data_span(doc, row), "expected a row with certname, name and value");
        struct data *root = map_find(&nodes, certname);
        if (!root) {
            root = ARENA_NEW(im->arena, struct data);
            *root = tree_map();
            tree_put(im->arena, root, SV("certname"), tree_text(certname));
            if (data_get(row, "environment"))
                tree_put(im->arena, root, SV("environment"), *data_get(row, "environment"));
            tree_put(im->arena, root, SV("values"), tree_map());
            map_put(&nodes, certname, root);
        }
        tree_put(im->arena, (struct data *)tree_get(root, SV("values")), name, *value);
    }
    for (struct map_entry *e = NULL; (e = map_next(&nodes, e));)
        add_facts(im, e->value, e->key, doc->src->path);
    return true;
}

static bool add_text(struct import *im, const struct data_doc *doc)
{
    const struct data *root = &doc->root, *first = root->kind == DATA_LIST && root->count ? &root->items[0] : NULL;
    if (root->kind != DATA_LIST)
        return add_object(im, doc, root);
    if (first && data_get(first, "name") && data_get(first, "value"))
        return add_fact_rows(im, doc);
    for (uint32_t i = 0; i < root->count; i++)
        if (!add_object(im, doc, &root->items[i]))
            return false;
    return true;
}

static bool is_json(struct sv name) { return sv_ends(name, SV(".json")); }

/* puppetdb-bak/facts/web1.json, without the folder that every export has. */
static struct sv short_path(struct sv path)
{
    size_t slash = sv_starts(path, SV("puppetdb-bak/")) ? sizeof "puppetdb-bak" : 0;
    return sv_slice(path, slash, path.n);
}

static bool read_all(struct import *im, struct sv path, struct import_files *out, struct err *err)
{
    bool archive = !fs_is_dir(arena_cstr(im->arena, path)) && !is_json(path);
    return archive ? import_read_archive(im, path, out, err) : import_read_files(im, path, is_json, out, err);
}

/* Who has a catalog or is listed as a node, but has no facts. */
static void add_nodes_without_facts(struct import *im)
{
    const struct node_documents *const lists[] = { &im->nodes, &im->catalogs };
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct data *root = lists[l]->items[i].root;
            struct sv certname = data_text(data_get(root, "certname"));
            bool gone = data_text(data_get(root, "deactivated")).n || data_text(data_get(root, "expired")).n;
            struct sv ref = model_full_ref(im->arena, certname, "host", SV("default"));
            if (!gone && !map_find(&im->by_ref, ref))
                add_host(im, NULL, certname, lists[l]->items[i].from);
        }
}

static bool read_puppetdb(struct import *im, struct sv path, struct err *err)
{
    struct import_files files;
    if (!read_all(im, path, &files, err))
        return false;
    uint32_t read = 0;
    for (size_t i = 0; i < files.count; i++) {
        struct source *src = files.items[i].src;
        src->path = short_path(src->path);
        if (!is_json(src->path) || sv_is(path_base(src->path), "export-metadata.json"))
            continue;
        struct data_doc *doc = import_parse(im, src);
        if (!doc || !add_text(im, doc))
            return false;
        read++;
    }
    if (!read)
        return err_set(err,
                       "'%.*s' holds nothing of PuppetDB: expected facts/*.json, catalogs/*.json, reports/*.json, or answers of its API",
                       SV_ARG(path));
    add_nodes_without_facts(im);
    return true;
}

const struct import_source import_puppetdb = { "puppetdb", "PuppetDB", "an export, packed or not, or answers of the API", read_puppetdb,
                                               import_host_fields };
