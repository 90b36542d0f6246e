/* subject_facts: facts, $model and classes of a host. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/subject_facts.h"

#include "base/hash.h"
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
static struct value reported_facts(struct site *s, struct arena *a, const struct entity *host, struct sv certname, struct err *err)
{
    struct sv json;
    struct store *store = site_existing_store(s, err);
    if (!store ||
        (!inventory_facts_of(store, a, certname, &json, err) && (err->text[0] || !store_get(store, a, SV("facts"), host->ref, &json, err))))
        return VALUE_UNSET;
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("stored facts"), json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (json_read(a, src, NULL, &diags, &doc) && doc->root.kind == DATA_MAP)
        return value_from_data(a, &doc->root);
    err_set(err, "the stored facts of %.*s cannot be read", SV_ARG(certname));
    return VALUE_UNSET;
}

static struct sv first_address(const struct entity *host)
{
    const struct data *list = entity_field(host, "address");
    return list && list->kind == DATA_LIST && list->count ? data_text(&list->items[0]) : data_text(list);
}

void subject_facts(struct site *s, struct arena *a, const struct entity *host, struct compile_options *o)
{
    struct err err = { "" };
    struct value reported = reported_facts(s, a, host, o->certname, &err);
    if (err.text[0])
        refuse(o, arena_dup(a, sv_of(err.text)), (struct span){ 0 });
    if (reported.kind != V_HASH) {
        o->facts = facts_named(a, s->base_facts.h, o->certname, first_address(host));
        return;
    }
    const struct value *trusted = hash_find_sv(reported.h, SV("trusted"));
    if (!hash_find_sv(reported.h, SV("clientcert"))) {
        struct hash *named = hash_copy(a, reported.h, 1);
        hash_put_str(a, named, "clientcert", value_str(o->certname));
        reported = value_hash(named);
    }
    o->facts = reported;
    if (trusted && trusted->kind == V_HASH)
        o->trusted = *trusted;
}

/* ---- classification: host -> cluster -> deployments -> classes ---- */

struct classes {
    struct site *site;
    struct arena *arena;
    struct compile_options *o;
    struct class_request *items;
    size_t count, cap;
};

/* One class of an entity. Two may name it; only one may give it parameters. */
static void add_class(struct classes *c, const struct entity *by, const struct data_pair *pair)
{
    struct arena *a = c->arena;
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
    struct arena *a = c->arena;
    uint32_t n;
    const struct entity **on = model_related(s->model, a, cluster, REL_HOSTS, &n);
    struct hash *h = hash_new(a, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *service = on[i]->kind == KIND_DEPLOYMENT ? model_one(s->model, on[i], REL_DEPLOYS) : NULL;
        if (!service)
            continue;
        if (hash_find_sv(h, service->name))
            refuse(c->o,
                   arena_printf(a, "%.*s has two deployments of a service named '%.*s'; the second one is %.*s", SV_ARG(host->ref),
                                SV_ARG(service->name), SV_ARG(on[i]->ref)),
                   entity_span(on[i], "service"));
        hash_put(a, h, value_str(service->name), text(site_version(s, on[i], host)));
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
static void check_cluster(struct site *s, struct arena *a, const struct entity *host, struct compile_options *o)
{
    uint32_t clusters;
    model_of_kind(s->model, KIND_CLUSTER, &clusters);
    if (clusters && !entity_text(host, "role").n)
        refuse(o,
               arena_printf(a,
                            "%.*s is in no cluster, so nothing says what it is: give it a 'cluster', a 'role' of its own, or a 'status' "
                            "such as staged",
                            SV_ARG(host->ref)),
               entity_span(host, NULL));
}

void subject_classify(struct site *s, struct arena *a, const struct entity *host, struct compile_options *o)
{
    struct classes c = { .site = s, .arena = a, .o = o };
    struct hash *m = hash_new(a, 8), *top = hash_new(a, 1);
    const struct entity *cluster = model_find(s->model, model_full_ref(a, entity_text(host, "cluster"), "cluster", host->ns));
    struct sv role = entity_text(host, "role");
    if (!cluster)
        check_cluster(s, a, host, o);
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

/* ---- all of it in one digest ---- */

struct sv subject_inputs(struct site *s, struct arena *a, const struct subject *subject, struct sv facts)
{
    struct compile_options o = { .certname = subject->certname };
    struct strbuf all = STRBUF_IN(a);
    subject_classify(s, a, subject->entity, &o);
    struct sv address = first_address(subject->entity);
    strbuf_addf(&all, "%s\n%d %d\n%.*s\n%.*s\n%.*s\n%.*s\n", POTLAC_VERSION, s->strict, s->strict_variables, SV_ARG(s->environment),
                SV_ARG(subject->certname), SV_ARG(facts), SV_ARG(address));
    value_print(&all, site_server_facts(s, a));
    value_print(&all, o.top_vars);
    for (uint32_t i = 0; i < o.class_count; i++) {
        strbuf_addf(&all, "\n%.*s ", SV_ARG(o.classes[i].name));
        if (o.classes[i].params)
            value_print(&all, value_hash((struct hash *)o.classes[i].params));
    }
    strbuf_add(&all, o.refused);
    return digest_hex(a, DIGEST_SHA1, strbuf_sv(&all));
}
