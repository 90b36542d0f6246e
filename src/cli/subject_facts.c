/* subject_facts: facts and $model of a host. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/subject_facts.h"

#include "base/json.h"
#include "cli/node.h"

static struct value text(struct sv s) { return s.n ? value_str(s) : VALUE_UNDEF; }

/* Facts as stored by the last report; V_UNSET where there are none. */
static struct value reported_facts(struct site *s, const struct entity *host)
{
    struct sv json;
    if (!s->store || !store_get(s->store, s->arena, SV("facts"), host->ref, &json, NULL))
        return VALUE_UNSET;
    struct source *src = ARENA_NEW(s->arena, struct source);
    *src = (struct source){ SV("stored facts"), json };
    struct diags diags = diags_in(s->arena);
    struct data_doc *doc;
    return json_read(s->arena, src, NULL, &diags, &doc) && doc->root.kind == DATA_MAP ? value_from_data(s->arena, &doc->root) : VALUE_UNSET;
}

static struct sv first_address(const struct entity *host)
{
    const struct data *list = entity_field(host, "address");
    return list && list->kind == DATA_LIST && list->count ? data_text(&list->items[0]) : data_text(list);
}

struct value subject_facts(struct site *s, const struct entity *host, struct sv certname)
{
    struct value reported = reported_facts(s, host);
    if (reported.kind == V_HASH)
        return reported;
    return facts_named(s->arena, s->base_facts.h, certname, first_address(host));
}

/* service name => version, of all deployments on the cluster. */
static struct value deployments_on(struct site *s, const struct entity *cluster)
{
    uint32_t n;
    const struct entity **on = model_related(s->model, s->arena, cluster, REL_HOSTS, &n);
    struct hash *h = hash_new(s->arena, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *service = on[i]->kind == KIND_DEPLOYMENT ? model_one(s->model, on[i], REL_DEPLOYS) : NULL;
        if (service)
            hash_put(s->arena, h, value_str(service->name), text(entity_text(on[i], "version")));
    }
    return value_hash(h);
}

struct value subject_model_vars(struct site *s, const struct entity *host)
{
    struct arena *a = s->arena;
    struct hash *m = hash_new(a, 8), *top = hash_new(a, 1);
    const struct entity *cluster = model_find(s->model, model_full_ref(a, entity_text(host, "cluster"), "cluster", host->ns));
    const struct data *params = cluster ? entity_field(cluster, "puppet.params") : NULL;
    hash_put_str(a, m, "host", value_str(host->name));
    hash_put_str(a, m, "site", text(entity_text(host, "site")));
    hash_put_str(a, m, "cluster", cluster ? value_str(cluster->name) : VALUE_UNDEF);
    hash_put_str(a, m, "environment", cluster ? text(entity_text(cluster, "environment")) : VALUE_UNDEF);
    hash_put_str(a, m, "role", cluster ? text(entity_text(cluster, "puppet.role")) : VALUE_UNDEF);
    hash_put_str(a, m, "params", params ? value_from_data(a, params) : value_hash(hash_new(a, 0)));
    hash_put_str(a, m, "deployments", cluster ? deployments_on(s, cluster) : value_hash(hash_new(a, 0)));
    hash_put_str(a, top, "model", value_hash(m));
    return value_hash(top);
}
