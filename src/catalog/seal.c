/* seal: replacing secrets in a copy. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/seal.h"

#include "base/hash.h"

/* In a parameter's value, at any depth. */
static bool has_secret(struct value v)
{
    if (v.kind == V_SENSITIVE)
        return true;
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        if (has_secret(v.items[i]))
            return true;
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++)
        if (has_secret(v.h->pairs[i].value))
            return true;
    return false;
}

static bool is_secret(const struct resource_param *p) { return p->sensitive || has_secret(p->value); }

static bool holds_secrets(const struct resource *r)
{
    for (uint32_t i = 0; i < r->param_count; i++)
        if (is_secret(&r->params[i]))
            return true;
    return false;
}

static void add_plain(struct strbuf *out, struct value v)
{
    if (v.kind == V_SENSITIVE) {
        add_plain(out, *v.inner);
        return;
    }
    strbuf_addf(out, "%d(", v.kind);
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        add_plain(out, v.items[i]);
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++) {
        add_plain(out, v.h->pairs[i].key);
        add_plain(out, v.h->pairs[i].value);
    }
    if (v.kind != V_ARRAY && v.kind != V_HASH)
        value_inspect(out, v);
    strbuf_addc(out, ')');
}

static struct value sealed(struct arena *a, struct value v, struct sv key)
{
    AUTO_STRBUF plain = STRBUF_HEAP;
    add_plain(&plain, v);
    struct sv digest = digest_hmac_hex(a, DIGEST_SHA256, key, strbuf_sv(&plain));
    explicit_bzero(plain.p, plain.n);
    return value_str(arena_printf(a, "{sealed}%.*s", SV_ARG(digest)));
}

enum secret_way { WAY_SEAL, WAY_DROP };

static struct resource *without_secrets(struct arena *a, const struct resource *r, enum secret_way way, struct sv key)
{
    struct resource *copy = arena_alloc(a, sizeof *copy);
    *copy = *r;
    copy->params = ARENA_ARRAY(a, struct resource_param, r->param_count);
    copy->param_count = 0;
    copy->param_cap = r->param_count;
    for (uint32_t i = 0; i < r->param_count; i++) {
        struct resource_param p = r->params[i];
        bool secret = is_secret(&p);
        if (secret && way == WAY_DROP)
            continue;
        if (secret) {
            p.value = sealed(a, p.value, key);
            p.sensitive = true;
        }
        copy->params[copy->param_count++] = p;
    }
    return copy;
}

/* Of the same shape, with other resources in the places of those that hold secrets. */
static struct catalog *copy_catalog(struct arena *a, const struct catalog *c, enum secret_way way, struct sv key)
{
    struct catalog *copy = arena_alloc(a, sizeof *copy);
    *copy = *c;
    copy->arena = a;
    copy->resources = ARENA_ARRAY(a, struct resource *, c->resource_count + 1);
    copy->resource_cap = c->resource_count + 1;
    copy->by_ref = map_in(a);
    struct map replaced = map_in(a); /* by reference; aliases lead to the same resource */
    for (uint32_t i = 0; i < c->resource_count; i++) {
        struct resource *r = c->resources[i];
        copy->resources[i] = holds_secrets(r) ? without_secrets(a, r, way, key) : r;
        if (copy->resources[i] != r)
            map_put(&replaced, resource_ref(a, r), copy->resources[i]);
    }
    for (struct map_entry *e = NULL; (e = map_next(&c->by_ref, e));) {
        struct resource *r = e->value, *other = replaced.count ? map_find(&replaced, resource_ref(a, r)) : NULL;
        map_put(&copy->by_ref, e->key, other ? other : r);
    }
    return copy;
}

struct catalog *catalog_seal(struct arena *a, const struct catalog *c, struct sv key) { return copy_catalog(a, c, WAY_SEAL, key); }

struct catalog *catalog_without_secrets(struct arena *a, const struct catalog *c) { return copy_catalog(a, c, WAY_DROP, SV_NONE); }
