/* finish: when all is read: sites of clusters, hosts that wait for a cluster, what is declared elsewhere; and the order of all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "import/internal.h"

static struct sv spec_text(const struct imported *e, const char *field) { return data_text(tree_get(&e->spec, sv_of(field))); }

/* The site of all hosts of a cluster that name one; empty where they differ. */
static struct sv site_of_hosts(const struct import *im, const struct imported *cluster)
{
    struct sv site = SV_NONE;
    for (size_t i = 0; i < im->count; i++) {
        const struct imported *host = im->items[i];
        struct sv own = spec_text(host, "site");
        if (host->kind != KIND_HOST || !own.n || !sv_eq(spec_text(host, "cluster"), cluster->name))
            continue;
        if (site.n && !sv_eq(site, own))
            return SV_NONE;
        site = own;
    }
    return site;
}

static void place_cluster(struct import *im, struct imported *cluster)
{
    struct sv site = spec_text(cluster, "site");
    if (site.n)
        return;
    site = site_of_hosts(im, cluster);
    if (!site.n) {
        site = im->options.place.n ? im->options.place : SV("unknown");
        import_note(im, cluster->name, "clusters for which no one site is known: '%.*s' is written; name it with --place", SV_ARG(site));
    }
    tree_put(im->arena, &cluster->spec, SV("site"), tree_text(site));
}

static bool has_clusters(const struct import *im)
{
    uint32_t n = 0;
    if (im->options.others)
        model_of_kind(im->options.others, KIND_CLUSTER, &n);
    for (size_t i = 0; i < im->count && !n; i++)
        n = im->items[i]->kind == KIND_CLUSTER;
    return n > 0;
}

/* An active host needs a cluster where there are any: without one nothing says what it is. */
static void hold_back(struct import *im, struct imported *host)
{
    struct sv status = spec_text(host, "status");
    if (spec_text(host, "cluster").n || spec_text(host, "role").n || (status.n && !sv_is(status, "active") && !sv_is(status, "draining")))
        return;
    tree_put(im->arena, &host->spec, SV("status"), tree_text(SV("staged")));
    import_note(im, host->name, "hosts in no cluster are 'staged': they get a catalog once a cluster and 'status: active' are given");
}

static struct sv lower(struct arena *a, struct sv s)
{
    char *p = arena_cstr(a, s);
    for (char *q = p; *q; q++)
        if (*q >= 'A' && *q <= 'Z')
            *q = (char)(*q + 32);
    return sv_of(p);
}

/* Hosts that are declared elsewhere, by their fqdn in lower case. */
static struct map declared_hosts(const struct import *im)
{
    struct map by_fqdn = map_in(im->arena);
    uint32_t n = 0;
    const struct entity *const *hosts = im->options.others ? model_of_kind(im->options.others, KIND_HOST, &n) : NULL;
    for (uint32_t i = 0; i < n; i++)
        map_put(&by_fqdn, lower(im->arena, entity_text(hosts[i], "fqdn")), (void *)hosts[i]);
    return by_fqdn;
}

static void set_aside(struct import *im, const struct map *by_fqdn, struct imported *e)
{
    if (!im->options.others)
        return;
    e->own = model_find(im->options.others, e->ref);
    if (!e->own && e->kind == KIND_HOST)
        e->own = map_find(by_fqdn, lower(im->arena, spec_text(e, "fqdn")));
    e->elsewhere = e->own != NULL;
    if (e->elsewhere)
        ARENA_PUSH(im->arena, im->left_alone, im->left_count, im->left_cap, e->own);
}

/* Clusters before their hosts, each kind by ref. */
static int by_kind_and_ref(const void *a, const void *b)
{
    const struct imported *x = *(struct imported *const *)a, *y = *(struct imported *const *)b;
    bool cluster_x = x->kind == KIND_CLUSTER, cluster_y = y->kind == KIND_CLUSTER;
    if (cluster_x != cluster_y)
        return cluster_x ? -1 : 1;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : sv_cmp(x->ref, y->ref);
}

void import_finish(struct import *im)
{
    bool clusters = has_clusters(im);
    struct map by_fqdn = declared_hosts(im);
    if (im->count)
        qsort(im->items, im->count, sizeof *im->items, by_kind_and_ref);
    for (size_t i = 0; i < im->count; i++)
        set_aside(im, &by_fqdn, im->items[i]);
    for (size_t i = 0; i < im->count; i++) {
        struct imported *e = im->items[i];
        if (e->elsewhere || e->raw.n)
            continue;
        if (e->kind == KIND_CLUSTER)
            place_cluster(im, e);
        if (e->kind == KIND_HOST && clusters)
            hold_back(im, e);
    }
}

uint32_t import_count(const struct import *im, enum model_kind kind)
{
    uint32_t n = 0;
    for (size_t i = 0; i < im->count; i++)
        n += im->items[i]->kind == kind && !im->items[i]->elsewhere;
    return n;
}

const struct entity *const *import_left_alone(const struct import *im, size_t *out_count)
{
    *out_count = im->left_count;
    return im->left_alone;
}
