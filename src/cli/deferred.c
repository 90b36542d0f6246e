/* deferred: calling what was put off. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/deferred.h"

#include "cli/hooks.h"
#include "func/func.h"
#include "system/facts.h"
#include "types/object.h"

#define SEARCH_DEPTH 1000

struct deferred_saved {
    struct resource *resource;
    struct resource_param *params;
    struct deferred_saved *next;
};

struct work {
    struct site *site;
    struct catalog *catalog;
    struct deferred_saved *saved;
};

static bool has_deferred(struct value v, unsigned depth)
{
    if (depth > SEARCH_DEPTH)
        return false;
    if (v.kind == V_OBJECT)
        return v.object->type == &deferred_type;
    if (v.kind == V_SENSITIVE)
        return has_deferred(*v.inner, depth + 1);
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        if (has_deferred(v.items[i], depth + 1))
            return true;
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++)
        if (has_deferred(v.h->pairs[i].value, depth + 1))
            return true;
    return false;
}

static bool is_put_off(const struct resource *r)
{
    for (uint32_t i = 0; i < r->param_count; i++)
        if (has_deferred(r->params[i].value, 0))
            return true;
    return false;
}

static void replace_params(struct work *w, struct call *k, struct resource *r)
{
    struct arena *a = w->site->arena;
    struct deferred_saved *saved = ARENA_NEW(a, struct deferred_saved);
    struct resource_param *params = ARENA_ARRAY(a, struct resource_param, r->param_count);
    for (uint32_t i = 0; i < r->param_count; i++) {
        params[i] = r->params[i];
        if (!has_deferred(params[i].value, 0))
            continue;
        struct value v = deferred_resolve(k, params[i].value);
        params[i].sensitive |= v.kind == V_SENSITIVE;
        params[i].value = v.kind == V_SENSITIVE ? *v.inner : v;
    }
    *saved = (struct deferred_saved){ r, r->params, w->saved };
    w->saved = saved;
    r->params = params;
    r->param_cap = r->param_count;
}

static void replace_all(void *ctx, struct call *k)
{
    struct work *w = ctx;
    for (uint32_t i = 0; i < w->catalog->resource_count; i++)
        if (is_put_off(w->catalog->resources[i]))
            replace_params(w, k, w->catalog->resources[i]);
}

static void free_result(void *result) { compile_result_free(result); }

bool deferred_replace(struct site *s, struct catalog *c, struct deferred_saved **out_saved, struct err *err)
{
    struct work w = { s, c, NULL };
    bool any = false;
    for (uint32_t i = 0; i < c->resource_count && !any; i++)
        any = is_put_off(c->resources[i]);
    *out_saved = NULL;
    if (!any)
        return true;
    struct compile_options o = { .certname = c->name,
                                 .facts = facts_collect(s->arena),
                                 .code = SV(""),
                                 .hooks = hooks_of(s),
                                 .functions = s->functions,
                                 .after = replace_all,
                                 .after_ctx = &w };
    struct compile_result *r = compile_node(s->snapshot, &o);
    bool ok = r->catalog != NULL;
    if (ok)
        *out_saved = w.saved;
    else
        err_set(err, "a Deferred value of the catalog cannot be called: %.*s", SV_ARG(r->error));
    if (!ok)
        deferred_restore(w.saved);
    arena_defer(s->arena, free_result, r); /* it owns what the calls gave */
    return ok;
}

void deferred_restore(struct deferred_saved *saved)
{
    for (; saved; saved = saved->next) {
        saved->resource->params = saved->params;
        saved->resource->param_cap = saved->resource->param_count;
    }
}
