/* subject_facts: facts, $model and classes of a host. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/subject_facts.h"

#include "base/json.h"
#include "cli/node.h"
#include "store/inventory.h"

static struct value text(struct sv s) { return s.n ? value_str(s) : VALUE_UNDEF; }

static void refuse(struct compile_options *o, struct sv why, struct span at)
{
    if (o->refused.n)
        return;
    o->refused = why;
    o->refused_at = at;
}

/* ---- facts ---- */

/* Facts as the host reported them last; V_UNSET where there are none. */
static struct value reported_facts(struct site *s, const struct entity *host, struct sv certname, struct err *err)
{
    struct sv json;
    struct store *store = site_existing_store(s, err);
    if (!store || (!inventory_facts_of(store, s->arena, certname, &json, err) &&
                   (err->text[0] || !store_get(store, s->arena, SV("facts"), host->ref, &json, err))))
        return VALUE_UNSET;
    struct source *src = ARENA_NEW(s->arena, struct source);
    *src = (struct source){ SV("stored facts"), json };
    struct diags diags = diags_in(s->arena);
    struct data_doc *doc;
    if (json_read(s->arena, src, NULL, &diags, &doc) && doc->root.kind == DATA_MAP)
        return value_from_data(s->arena, &doc->root);
    err_set(err, "the stored facts of %.*s cannot be read", SV_ARG(certname));
    return VALUE_UNSET;
}

static struct sv first_address(const struct entity *host)
{
    const struct data *list = entity_field(host, "address");
    return list && list->kind == DATA_LIST && list->count ? data_text(&list->items[0]) : data_text(list);
}

void subject_facts(struct site *s, const struct entity *host, struct compile_options *o)
{
    struct err err = { "" };
    struct value reported = reported_facts(s, host, o->certname, &err);
    if (err.text[0])
        refuse(o, arena_dup(s->arena, sv_of(err.text)), (struct span){ 0 });
    if (reported.kind != V_HASH) {
        o->facts = facts_named(s->arena, s->base_facts.h, o->certname, first_address(host));
        return;
    }
    const struct value *trusted = hash_find_sv(reported.h, SV("trusted"));
    if (!hash_find_sv(reported.h, SV("clientcert"))) {
        struct hash *named = hash_copy(s->arena, reported.h, 1);
        hash_put_str(s->arena, named, "clientcert", value_str(o->certname));
        reported = value_hash(named);
    }
    o->facts = reported;
    if (trusted && trusted->kind == V_HASH)
        o->trusted = *trusted;
}

/* ---- classification: host -> cluster -> deployments -> classes ---- */

struct classes {
    struct site *site;
    struct compile_options *o;
    struct class_request *items;
    size_t count, cap;
};

/* One class of an entity. Two may name it; only one may give it parameters. */
static void add_class(struct classes *c, const struct entity *by, const struct data_pair *pair)
{
    struct arena *a = c->site->arena;
    struct class_request r = { .name = data_text(&pair->key), .by = by->ref, .at = data_span(by->doc, &pair->key) };
    if (sv_starts(r.name, SV("::")))
        r.name = sv_slice(r.name, 2, r.name.n);
    if (!r.name.n || (pair->value.kind != DATA_MAP && pair->value.kind != DATA_NULL)) {
        refuse(c->o, arena_printf(a, "the parameters of class '%.*s' of %.*s should be a map", SV_ARG(r.name), SV_ARG(by->ref)), r.at);
        return;
    }
    if (pair->value.kind == DATA_MAP && pair->value.count)
        r.params = value_from_data(a, &pair->value).h;
    for (size_t i = 0; i < c->count; i++) {
        struct class_request *was = &c->items[i];
        if (!sv_eq(was->name, r.name))
            continue;
        if (was->params && r.params)
            refuse(c->o,
                   arena_printf(a, "class '%.*s' is given parameters by %.*s and by %.*s: one of them may", SV_ARG(r.name), SV_ARG(was->by),
                                SV_ARG(r.by)),
                   r.at);
        else if (r.params)
            *was = r;
        return;
    }
    ARENA_PUSH(a, c->items, c->count, c->cap, r);
}

static void add_classes(struct classes *c, const struct entity *by, const char *field)
{
    const struct data *map = entity_field(by, field);
    for (uint32_t i = 0; map && map->kind == DATA_MAP && i < map->count; i++)
        add_class(c, by, &map->pairs[i]);
}

/* service name => version, of all deployments on the cluster; and their classes. */
static struct value deployments_on(struct classes *c, const struct entity *cluster, const struct entity *host)
{
    struct site *s = c->site;
    uint32_t n;
    const struct entity **on = model_related(s->model, s->arena, cluster, REL_HOSTS, &n);
    struct hash *h = hash_new(s->arena, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *service = on[i]->kind == KIND_DEPLOYMENT ? model_one(s->model, on[i], REL_DEPLOYS) : NULL;
        if (!service)
            continue;
        if (hash_find_sv(h, service->name))
            refuse(c->o,
                   arena_printf(s->arena, "%.*s has two deployments of a service named '%.*s'; the second one is %.*s", SV_ARG(host->ref),
                                SV_ARG(service->name), SV_ARG(on[i]->ref)),
                   entity_span(on[i], "service"));
        hash_put(s->arena, h, value_str(service->name), text(site_version(s, on[i], host)));
        add_classes(c, on[i], "classes");
    }
    return value_hash(h);
}

/* The cluster's, and over them the host's own. */
static struct value params_of(struct arena *a, const struct entity *cluster, const struct entity *host)
{
    const struct data *shared = cluster ? entity_field(cluster, "puppet.params") : NULL, *own = entity_field(host, "params");
    struct hash *h = hash_new(a, (shared ? shared->count : 0) + (own ? own->count : 0));
    const struct data *both[] = { shared, own };
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 0; both[k] && both[k]->kind == DATA_MAP && i < both[k]->count; i++)
            hash_put(a, h, value_from_data(a, &both[k]->pairs[i].key), value_from_data(a, &both[k]->pairs[i].value));
    return value_hash(h);
}

/* A model without any cluster is a list of hosts: their manifests say what they are. */
static void check_cluster(struct site *s, const struct entity *host, struct compile_options *o)
{
    uint32_t clusters;
    model_of_kind(s->model, KIND_CLUSTER, &clusters);
    if (clusters && !entity_text(host, "role").n)
        refuse(o,
               arena_printf(s->arena,
                            "%.*s is in no cluster, so nothing says what it is: give it a 'cluster', a 'role' of its own, or a 'status' "
                            "such as staged",
                            SV_ARG(host->ref)),
               entity_span(host, NULL));
}

void subject_classify(struct site *s, const struct entity *host, struct compile_options *o)
{
    struct arena *a = s->arena;
    struct classes c = { .site = s, .o = o };
    struct hash *m = hash_new(a, 8), *top = hash_new(a, 1);
    const struct entity *cluster = model_find(s->model, model_full_ref(a, entity_text(host, "cluster"), "cluster", host->ns));
    struct sv role = entity_text(host, "role");
    if (!cluster)
        check_cluster(s, host, o);
    else
        add_classes(&c, cluster, "puppet.classes");
    hash_put_str(a, m, "host", value_str(host->name));
    struct sv site = entity_text(host, "site");
    hash_put_str(a, m, "site", text(site.n || !cluster ? site : entity_text(cluster, "site")));
    hash_put_str(a, m, "cluster", cluster ? value_str(cluster->name) : VALUE_UNDEF);
    hash_put_str(a, m, "environment", cluster ? text(entity_text(cluster, "environment")) : VALUE_UNDEF);
    hash_put_str(a, m, "role", role.n ? value_str(role) : cluster ? text(entity_text(cluster, "puppet.role")) : VALUE_UNDEF);
    hash_put_str(a, m, "params", params_of(a, cluster, host));
    hash_put_str(a, m, "deployments", cluster ? deployments_on(&c, cluster, host) : value_hash(hash_new(a, 0)));
    hash_put_str(a, top, "model", value_hash(m));
    o->top_vars = value_hash(top);
    o->classes = c.items;
    o->class_count = (uint32_t)c.count;
}
