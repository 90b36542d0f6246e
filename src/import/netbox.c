/* netbox: devices, virtual machines, clusters and sites, as NetBox's API and its JSON export give them.
 * https://netboxlabs.com/docs/netbox/integrations/rest-api/ */
/* SPDX-License-Identifier: Apache-2.0 */
#include "import/internal.h"

static const struct mapping host_rows[] = {
    { "fqdn", "fqdn|primary_ip.dns_name|primary_ip4.dns_name|name" },
    { "site", "site" },
    { "cluster", "cluster" },
    { "status", "status" },
    { "platform", "platform" },
    { "address", "primary_ip4|primary_ip6|primary_ip" },
    { NULL },
};

static const struct mapping cluster_rows[] = {
    { "site", "site|scope" },
    { NULL },
};

enum object { OBJECT_UNKNOWN, OBJECT_DEVICE, OBJECT_MACHINE, OBJECT_CLUSTER, OBJECT_SITE };

static const struct {
    enum object object;
    const char *key; /* of a hash that holds lists of each, in the address of an object, and in the name of a file */
} kinds[] = {
    { OBJECT_MACHINE, "virtual-machines" },
    { OBJECT_MACHINE, "virtual_machines" },
    { OBJECT_MACHINE, "virtualmachines" },
    { OBJECT_CLUSTER, "clusters" },
    { OBJECT_SITE, "sites" },
    { OBJECT_DEVICE, "devices" },
};

static enum object object_named(struct sv text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sv_find(text, sv_of(kinds[i].key), 0) != SIZE_MAX)
            return kinds[i].object;
    return OBJECT_UNKNOWN;
}

/* By its address, else by what only such an object has, else by the file's name. */
static enum object object_of(const struct data *item, enum object expected)
{
    enum object o = object_named(data_text(data_get(item, "url")));
    if (o != OBJECT_UNKNOWN)
        return o;
    if (data_get(item, "device_type"))
        return OBJECT_DEVICE;
    if (data_get(item, "vcpus"))
        return OBJECT_MACHINE;
    if (expected != OBJECT_UNKNOWN)
        return expected;
    return data_get(item, "facility") || data_get(item, "time_zone") ? OBJECT_SITE : OBJECT_UNKNOWN;
}

static void add_cluster(struct import *im, const struct data *item, struct sv from)
{
    struct sv name = data_text(data_get(item, "name"));
    struct imported *c = import_entity(im, KIND_CLUSTER, name, from);
    for (const struct mapping *row = cluster_rows; c && row->field; row++) {
        struct sv rest = sv_of(row->paths), path;
        while (sv_cut(&rest, '|', &path)) {
            struct sv word = tree_word(im->arena, tree_dig(item, path));
            bool scope_is_site = !sv_is(path, "scope") || sv_is(data_text(data_get(item, "scope_type")), "dcim.site");
            if (word.n && scope_is_site && !tree_get(&c->spec, sv_of(row->field)))
                tree_put(im->arena, &c->spec, sv_of(row->field), tree_text(word));
        }
    }
    if (c)
        c->from = from;
}

static bool add_object(struct import *im, const struct data_doc *doc, const struct data *item, enum object expected)
{
    struct sv from = doc->src->path, id = tree_word(im->arena, data_get(item, "id"));
    if (item->kind != DATA_MAP)
        return diag_error(im->diags, data_span(doc, item), "expected an object of NetBox (a map with id, name and url), found %s",
                          data_kind_name(item->kind));
    if (id.n)
        from = arena_printf(im->arena, "%.*s, id %.*s", SV_ARG(from), SV_ARG(id));
    switch (object_of(item, expected)) {
    case OBJECT_DEVICE:
    case OBJECT_MACHINE:
        if (!tree_word(im->arena, data_get(item, "name")).n)
            import_note(im, from, "devices without a name: left out");
        else
            import_host(im, item, host_rows, data_text(data_get(item, "name")), from);
        break;
    case OBJECT_CLUSTER:
        add_cluster(im, item, from);
        break;
    case OBJECT_SITE:
        import_note(im, tree_word(im->arena, item),
                    "sites: a site is a word on hosts and clusters; its address and time zone are not kept");
        break;
    default:
        import_note(im, from, "objects that are neither device, virtual machine, cluster nor site: left out");
    }
    return true;
}

/* A list, or a page of the API: {"count": N, "next": URL, "results": [...]}. */
static bool add_list(struct import *im, const struct data_doc *doc, const struct data *list, enum object expected)
{
    const struct data *results = data_get(list, "results"), *next = data_get(list, "next");
    if (next && next->kind == DATA_STRING) {
        diag_error(im->diags, data_span(doc, next), "this is one page of an answer: 'next' names another");
        diag_hint(im->diags, "ask for all at once with '?limit=0', or put all pages into one folder with 'next' set to null");
        return false;
    }
    list = results ? results : list;
    if (list->kind != DATA_LIST)
        return diag_error(im->diags, data_span(doc, list), "expected a list of NetBox's objects, found %s", data_kind_name(list->kind));
    for (uint32_t i = 0; i < list->count; i++)
        if (!add_object(im, doc, &list->items[i], expected))
            return false;
    return true;
}

/* {"devices": [...], "sites": {"results": [...]}}; else one list. */
static bool add_document(struct import *im, const struct data_doc *doc)
{
    const struct data *root = &doc->root;
    if (root->kind != DATA_MAP || data_get(root, "results"))
        return add_list(im, doc, root, object_named(doc->src->path));
    if (data_get(root, "id"))
        return add_object(im, doc, root, object_named(doc->src->path));
    bool any = false;
    for (uint32_t i = 0; i < root->count; i++) {
        enum object o = object_named(data_text(&root->pairs[i].key));
        any |= o != OBJECT_UNKNOWN;
        if (o == OBJECT_UNKNOWN)
            import_note(im, data_text(&root->pairs[i].key), "lists that are none of devices, virtual_machines, clusters, sites: left out");
        else if (!add_list(im, doc, &root->pairs[i].value, o))
            return false;
    }
    return any || diag_error(im->diags, data_span(doc, root),
                             "expected a list of objects, a page of the API with 'results', or a map with devices, virtual_machines, "
                             "clusters or sites");
}

static bool is_json(struct sv name) { return sv_ends(name, SV(".json")); }

static bool read_netbox(struct import *im, struct sv path, struct err *err)
{
    struct import_files files;
    if (!import_read_files(im, path, is_json, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        struct data_doc *doc = import_parse(im, files.items[i].src);
        if (!doc || !add_document(im, doc))
            return false;
    }
    return files.count || err_set(err, "'%.*s' holds no file *.json", SV_ARG(path));
}

const struct import_source import_netbox = { "netbox", "NetBox", "a JSON file, or a folder of them", read_netbox, import_host_fields };
