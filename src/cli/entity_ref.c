/* entity_ref: finding an entity by what a person typed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entity_ref.h"

/* What a bare name means first: what people talk of most. The other kinds follow in their own order. */
static const enum model_kind usual[] = { KIND_HOST, KIND_COMPONENT, KIND_CLUSTER, KIND_DEPLOYMENT, KIND_USER, KIND_GROUP, KIND_POTLAC };
enum { USUAL_COUNT = sizeof usual / sizeof *usual };

static const struct entity *of_kind_named(struct site *s, enum model_kind kind, struct sv name)
{
    const char *kind_name = model_kind_name(kind);
    struct sv ref = model_full_ref(s->arena, name, kind_name, SV_NONE);
    return ref.n ? model_find(s->model, ref) : NULL;
}

static const struct entity *bare_name(struct site *s, struct sv name)
{
    const struct entity *e = NULL;
    for (int i = 0; !e && i < USUAL_COUNT; i++)
        e = of_kind_named(s, usual[i], name);
    for (int k = 0; !e && k < KIND_COUNT; k++)
        e = of_kind_named(s, (enum model_kind)k, name);
    uint32_t n;
    const struct entity *const *hosts = model_of_kind(s->model, KIND_HOST, &n);
    for (uint32_t i = 0; !e && i < n; i++)
        if (sv_eq_nocase(entity_text(hosts[i], "fqdn"), name))
            e = hosts[i];
    return e;
}

const struct entity *entity_named(struct site *s, struct sv written, struct err *err)
{
    bool has_kind = sv_find_char(written, ':', 0) != SIZE_MAX;
    const struct entity *e = has_kind ? model_find(s->model, written) : bare_name(s, written);
    if (e)
        return e;
    uint32_t n;
    const struct entity *const *all = model_entities(s->model, &n);
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + 1);
    struct map seen = map_in(s->arena); /* a service and its ownership have one name */
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct sv name = has_kind ? ref_short(s->arena, all[i]->ref) : all[i]->name;
        if (!map_put(&seen, name, (void *)all[i]))
            names[count++] = name;
    }
    struct sv near = near_names(s->arena, written, names, count);
    err_set(err, "the model has no entity '%.*s'%s%.*s%s", SV_ARG(written), near.n ? "; did you mean " : "", SV_ARG(near),
            near.n ? "?" : "; a reference is KIND:NAME, such as component:search or host:web-01");
    return NULL;
}

bool entity_site_open(struct cli *c, struct site *out_site)
{
    struct err err = { "" };
    if (!site_open(c, out_site))
        return false;
    if (out_site->model)
        return true;
    err_set(&err, "'%.*s' has no model/; name a site that has one with --site DIR", SV_ARG(out_site->dir));
    cli_broken(&err);
    site_close(out_site);
    return false;
}

struct sv entity_place(const struct site *s, struct arena *a, const struct entity *e)
{
    unsigned line, column;
    struct span at = entity_span(e, NULL);
    if (!at.src || e->made)
        return at.src ? at.src->path : SV("");
    struct sv path = at.src->path, folder = path_clean(a, s->dir);
    if (sv_starts(path, folder) && path.n > folder.n && path.p[folder.n] == '/')
        path = sv_slice(path, folder.n + 1, path.n);
    span_position(at, &line, &column);
    return arena_printf(a, "%.*s:%u", SV_ARG(path), line);
}

void entity_json_place(struct json_out *j, const struct entity *e)
{
    unsigned line, column;
    struct span at = entity_span(e, NULL);
    json_kstr(j, "ref", e->ref);
    if (!at.src)
        return;
    if (e->made) {
        json_kstr(j, "made", at.src->path);
        return;
    }
    span_position(at, &line, &column);
    json_kstr(j, "file", at.src->path);
    json_kint(j, "line", line);
}

bool entity_open_store(struct site *s, struct err *err) { return s->store || (site_has_store(s) && site_open_store(s, err)); }
