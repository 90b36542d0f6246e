/* deploys: as documents: one for each deployment whose version was recorded, one for each service that is being deployed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/deploys.h"

#include "base/json.h"

#define DEPLOYED_KIND SV("deployed")
#define LOCK_KIND     SV("deploy.lock")

static const struct data *read_document(struct arena *a, struct sv key, struct sv json, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ key, json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (json_read(a, src, NULL, &diags, &doc))
        return &doc->root;
    err_set(err, "what is recorded of the deploys of '%.*s' cannot be read: %.*s", SV_ARG(key), SV_ARG(diags.first->message));
    return NULL;
}

/* --- versions --- */

static bool read_deployed(struct arena *a, const struct document *doc, struct deployed *out_d, struct err *err)
{
    const struct data *d = read_document(a, doc->key, doc->json, err), *hosts = data_get(d, "hosts");
    if (!d)
        return false;
    *out_d = (struct deployed){
        .deployment = doc->key, .version = data_text(data_get(d, "version")), .declared = data_text(data_get(d, "declared")), .at = doc->at
    };
    for (uint32_t i = 0; hosts && hosts->kind == DATA_MAP && i < hosts->count; i++)
        deployed_set(a, out_d, data_text(&hosts->pairs[i].key), data_text(&hosts->pairs[i].value));
    return true;
}

bool deployed_find(struct store *s, struct arena *a, struct sv deployment, struct deployed *out_d, struct err *err)
{
    struct document doc = { .key = deployment };
    struct err why = { "" };
    *out_d = (struct deployed){ .deployment = deployment };
    if (store_get(s, a, DEPLOYED_KIND, deployment, &doc.json, &why))
        return read_deployed(a, &doc, out_d, err);
    return !why.text[0] || err_set(err, "%s", why.text);
}

bool deployed_list(struct store *s, struct arena *a, struct deployed **out_list, size_t *out_count, struct err *err)
{
    struct document *docs;
    size_t n;
    if (!store_list(s, a, DEPLOYED_KIND, &docs, &n, err))
        return false;
    struct deployed *list = ARENA_ARRAY(a, struct deployed, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_deployed(a, &docs[i], &list[i], err))
            return false;
    *out_list = list;
    *out_count = n;
    return true;
}

bool deployed_put(struct store *s, const struct deployed *d, int64_t at, struct err *err)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "version", d->version);
    json_kstr(&j, "declared", d->declared);
    json_key(&j, SV("hosts"));
    json_open(&j, '{');
    for (size_t i = 0; i < d->host_count; i++) {
        json_key(&j, d->hosts[i].host);
        json_str(&j, d->hosts[i].version);
    }
    json_close(&j, '}');
    json_close(&j, '}');
    return store_put(s, DEPLOYED_KIND, d->deployment, strbuf_sv(&out), at, err);
}

bool deployed_drop(struct store *s, struct sv deployment, struct err *err) { return store_delete(s, DEPLOYED_KIND, deployment, err); }

static size_t find_host(const struct deployed *d, struct sv host)
{
    size_t i = 0;
    while (i < d->host_count && !sv_eq(d->hosts[i].host, host))
        i++;
    return i;
}

struct sv deployed_on(const struct deployed *d, struct sv host)
{
    size_t i = find_host(d, host);
    return i < d->host_count ? d->hosts[i].version : d->version;
}

void deployed_set(struct arena *a, struct deployed *d, struct sv host, struct sv version)
{
    size_t i = find_host(d, host);
    bool same = sv_eq(version, d->version);
    if (i < d->host_count && same)
        d->hosts[i] = d->hosts[--d->host_count];
    else if (i < d->host_count)
        d->hosts[i].version = version;
    else if (!same)
        ARENA_PUSH(a, d->hosts, d->host_count, d->host_cap, ((struct deployed_host){ host, version }));
}

/* --- locks --- */

static int64_t number(const struct data *d, const char *key)
{
    const struct data *n = data_get(d, key);
    return n && n->kind == DATA_INT ? n->i : 0;
}

static bool read_lock(struct arena *a, const struct document *doc, struct deploy_lock *out_l, struct err *err)
{
    const struct data *d = read_document(a, doc->key, doc->json, err);
    if (!d)
        return false;
    *out_l = (struct deploy_lock){ .service = doc->key,
                                   .id = data_text(data_get(d, "id")),
                                   .version = data_text(data_get(d, "version")),
                                   .actor = data_text(data_get(d, "actor")),
                                   .reason = data_text(data_get(d, "reason")),
                                   .process = data_text(data_get(d, "process")),
                                   .since = number(d, "since"),
                                   .until = number(d, "until") };
    return true;
}

static bool find_lock(struct store *s, struct arena *a, struct sv service, struct deploy_lock *out_l, struct err *err)
{
    struct document doc = { .key = service };
    struct err why = { "" };
    *out_l = (struct deploy_lock){ .service = service };
    if (store_get(s, a, LOCK_KIND, service, &doc.json, &why))
        return read_lock(a, &doc, out_l, err);
    return !why.text[0] || err_set(err, "%s", why.text);
}

static bool put_lock(struct store *s, const struct deploy_lock *l, struct err *err)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "id", l->id);
    json_kstr(&j, "version", l->version);
    json_kstr(&j, "actor", l->actor);
    json_kstr(&j, "reason", l->reason);
    json_kstr(&j, "process", l->process);
    json_kint(&j, "since", l->since);
    json_kint(&j, "until", l->until);
    json_close(&j, '}');
    return store_put(s, LOCK_KIND, l->service, strbuf_sv(&out), l->since, err);
}

bool deploy_lock_take(struct store *s, struct arena *a, const struct deploy_lock *l, int64_t now, struct deploy_lock *out_was,
                      struct err *err)
{
    if (!find_lock(s, a, l->service, out_was, err))
        return false;
    bool others = out_was->id.n && !sv_eq(out_was->id, l->id);
    return !(others && out_was->until > now) && put_lock(s, l, err);
}

bool deploy_lock_release(struct store *s, struct arena *a, const struct deploy_lock *l, struct err *err)
{
    struct deploy_lock was;
    if (!find_lock(s, a, l->service, &was, err))
        return false;
    return !sv_eq(was.id, l->id) || store_delete(s, LOCK_KIND, l->service, err);
}

bool deploy_lock_list(struct store *s, struct arena *a, struct deploy_lock **out_list, size_t *out_count, struct err *err)
{
    struct document *docs;
    size_t n;
    if (!store_list(s, a, LOCK_KIND, &docs, &n, err))
        return false;
    struct deploy_lock *list = ARENA_ARRAY(a, struct deploy_lock, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_lock(a, &docs[i], &list[i], err))
            return false;
    *out_list = list;
    *out_count = n;
    return true;
}
