/* record: the difference of two models, told as events. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/record.h"

#include "base/json.h"

struct recorder {
    struct store *st;
    const struct model *model;
    struct arena *a;
    const struct recording *r;
    unsigned changes;
    struct err *err;
};

/* --- the recorded form of an entity --- */

static struct sv entity_json(struct arena *a, const struct entity *e)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "kind", sv_of(model_kind_name(e->kind)));
    json_key(&j, SV("spec"));
    if (e->spec)
        json_data(&j, e->spec);
    else
        json_null(&j);
    json_close(&j, '}');
    return strbuf_sv(&out);
}

static const struct data *read_recorded(struct recorder *rec, struct sv ref, struct sv json)
{
    struct source *src = ARENA_NEW(rec->a, struct source);
    *src = (struct source){ ref, json };
    struct diags diags = diags_in(rec->a);
    struct data_doc *doc;
    if (!json_read(rec->a, src, NULL, &diags, &doc)) {
        err_set(rec->err, "the recorded state of '%.*s' cannot be read: %.*s", SV_ARG(ref), SV_ARG(diags.first->message));
        return NULL;
    }
    return &doc->root;
}

/* --- events --- */

struct field {
    const char *name;
    struct sv text;
};

static bool add_event(struct recorder *rec, const char *kind, struct sv subject, struct sv body)
{
    struct event e = { .at = rec->r->at, .kind = sv_of(kind), .subject = subject, .actor = rec->r->actor, .body = body };
    rec->changes++;
    return store_event_add(rec->st, &e, rec->err);
}

static bool add_event_of(struct recorder *rec, const char *kind, struct sv subject, const struct field *fields, size_t count)
{
    struct strbuf out = STRBUF_IN(rec->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    for (size_t i = 0; i < count; i++)
        if (fields[i].text.p)
            json_kstr(&j, fields[i].name, fields[i].text);
    json_close(&j, '}');
    return add_event(rec, kind, subject, strbuf_sv(&out));
}

static struct sv full_ref(struct recorder *rec, const struct entity *e, struct sv written, const char *default_kind)
{
    return written.n ? model_full_ref(rec->a, written, default_kind, e->ns) : SV_NONE;
}

static struct sv spec_text(const struct data *recorded, const char *key) { return data_text(data_get(data_get(recorded, "spec"), key)); }

/* --- changes of one entity --- */

/* Fields that differ, dotted, into an open JSON list of {path, from, to}. */
static void list_fields(struct json_out *j, struct arena *a, struct sv path, const struct data *was, const struct data *now)
{
    if (was && now && data_equal(was, now))
        return;
    if (was && now && was->kind == DATA_MAP && now->kind == DATA_MAP) {
        for (uint32_t i = 0; i < now->count; i++) {
            struct sv key = data_text(&now->pairs[i].key);
            list_fields(j, a, arena_printf(a, "%.*s%s%.*s", SV_ARG(path), path.n ? "." : "", SV_ARG(key)),
                        data_get(was, arena_cstr(a, key)), &now->pairs[i].value);
        }
        for (uint32_t i = 0; i < was->count; i++) {
            struct sv key = data_text(&was->pairs[i].key);
            if (!data_get(now, arena_cstr(a, key)))
                list_fields(j, a, arena_printf(a, "%.*s%s%.*s", SV_ARG(path), path.n ? "." : "", SV_ARG(key)), &was->pairs[i].value, NULL);
        }
        return;
    }
    json_open(j, '{');
    json_kstr(j, "path", path);
    json_key(j, SV("from"));
    if (was)
        json_data(j, was);
    else
        json_null(j);
    json_key(j, SV("to"));
    if (now)
        json_data(j, now);
    else
        json_null(j);
    json_close(j, '}');
}

static bool deploy_event(struct recorder *rec, const struct entity *e, struct sv from)
{
    const struct field fields[] = { { "deployment", e->ref },
                                    { "service", full_ref(rec, e, entity_text(e, "service"), "component") },
                                    { "cluster", full_ref(rec, e, entity_text(e, "cluster"), "cluster") },
                                    { "from", from },
                                    { "to", entity_text(e, "version") } };
    return add_event_of(rec, "deploy", e->ref, fields, sizeof fields / sizeof *fields);
}

static bool owner_events(struct recorder *rec, const struct entity *e, const struct data *was)
{
    static const char *const sides[] = { "dev", "ops" };
    struct sv service = full_ref(rec, e, entity_text(e, "service"), "component");
    for (size_t i = 0; i < 2; i++) {
        struct sv from = full_ref(rec, e, spec_text(was, sides[i]), "user"), to = full_ref(rec, e, entity_text(e, sides[i]), "user");
        const struct field fields[] = {
            { "ownership", e->ref }, { "service", service }, { "side", sv_of(sides[i]) }, { "from", from }, { "to", to }
        };
        if (!sv_eq(from, to) && !add_event_of(rec, "owner.changed", service, fields, sizeof fields / sizeof *fields))
            return false;
    }
    return true;
}

/* What a transaction set stands at another place than what a file declares: that alone is no change. */
static bool same_fields(const struct data *was, const struct data *now)
{
    if (!was || !now || was->kind != DATA_MAP || now->kind != DATA_MAP || was->count != now->count)
        return false;
    for (uint32_t i = 0; i < now->count; i++) {
        uint32_t k = 0;
        while (k < was->count && !sv_eq(data_text(&was->pairs[k].key), data_text(&now->pairs[i].key)))
            k++;
        if (k == was->count || !data_equal(&was->pairs[k].value, &now->pairs[i].value))
            return false;
    }
    return true;
}

/* But: a field that another event has told; NULL: none. */
static const struct data *without(struct arena *a, const struct data *spec, const char *but)
{
    if (!but || !spec || spec->kind != DATA_MAP)
        return spec;
    struct data *rest = ARENA_NEW(a, struct data);
    *rest = (struct data){ .kind = DATA_MAP, .pairs = ARENA_ARRAY(a, struct data_pair, spec->count + 1) };
    for (uint32_t i = 0; i < spec->count; i++)
        if (!sv_is(data_text(&spec->pairs[i].key), but))
            rest->pairs[rest->count++] = spec->pairs[i];
    return rest;
}

static bool changed_event(struct recorder *rec, const struct entity *e, const struct data *was, const char *but)
{
    struct strbuf out = STRBUF_IN(rec->a);
    const struct data *old = without(rec->a, data_get(was, "spec"), but), *new = without(rec->a, e->spec, but);
    if (but && same_fields(old, new))
        return true;
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_key(&j, SV("fields"));
    json_open(&j, '[');
    list_fields(&j, rec->a, SV(""), old, new);
    json_close(&j, ']');
    json_close(&j, '}');
    return add_event(rec, "entity.changed", e->ref, strbuf_sv(&out));
}

static bool on_changed(struct recorder *rec, const struct entity *e, const struct data *was)
{
    struct sv from = spec_text(was, "version");
    if (e->kind == KIND_DEPLOYMENT && !sv_eq(from, entity_text(e, "version")))
        return deploy_event(rec, e, from) && changed_event(rec, e, was, "version");
    if (e->kind == KIND_SYSTEM_OWNERSHIP && !owner_events(rec, e, was))
        return false;
    return changed_event(rec, e, was, NULL);
}

static bool on_added(struct recorder *rec, const struct entity *e)
{
    const struct field cluster = { "cluster", full_ref(rec, e, entity_text(e, "cluster"), "cluster") };
    if (e->kind == KIND_DEPLOYMENT)
        return deploy_event(rec, e, SV_NONE);
    return add_event_of(rec, e->kind == KIND_HOST ? "host.added" : "entity.added", e->ref, &cluster, 1);
}

static bool on_removed(struct recorder *rec, struct sv ref, const struct data *was)
{
    bool is_host = sv_starts(ref, SV("host:"));
    struct sv cluster = spec_text(was, "cluster");
    struct strbuf out = STRBUF_IN(rec->a);
    struct json_out j = json_to(&out, false);
    const struct data *spec = data_get(was, "spec");
    json_open(&j, '{');
    if (cluster.n)
        json_kstr(&j, "cluster", model_full_ref(rec->a, cluster, "cluster", SV("default")));
    if (spec && spec->kind == DATA_MAP) {
        json_key(&j, SV("spec"));
        json_data(&j, spec);
    }
    json_close(&j, '}');
    return add_event(rec, is_host ? "host.removed" : "entity.removed", ref, strbuf_sv(&out));
}

/* --- all of them --- */

bool record_entities(struct store *st, const struct model *m, int64_t at, struct err *err)
{
    uint32_t n;
    const struct entity *const *all = model_entities(m, &n);
    struct arena *scratch = arena_new(0);
    bool ok = true;
    for (uint32_t i = 0; ok && i < n; i++)
        ok = store_put(st, RECORD_ENTITY, all[i]->ref, entity_json(scratch, all[i]), at, err);
    arena_free(scratch);
    return ok;
}

bool record_entity_again(struct store *st, const struct entity *e, int64_t at, struct err *err)
{
    struct arena *scratch = arena_new(0);
    struct sv was;
    if (err)
        err->text[0] = '\0';
    bool ok =
        store_get(st, scratch, RECORD_ENTITY, e->ref, &was, err) && store_put(st, RECORD_ENTITY, e->ref, entity_json(scratch, e), at, err);
    arena_free(scratch);
    return ok;
}

static bool record_entity(struct recorder *rec, const struct entity *e, struct sv known, bool first)
{
    struct sv json = entity_json(rec->a, e);
    if (known.p && sv_eq(known, json))
        return true;
    const struct data *was = known.p ? read_recorded(rec, e->ref, known) : NULL;
    if (known.p && !was)
        return false;
    if (!first && !(was && same_fields(data_get(was, "spec"), e->spec)) && !(was ? on_changed(rec, e, was) : on_added(rec, e)))
        return false;
    return store_put(rec->st, RECORD_ENTITY, e->ref, json, rec->r->at, rec->err);
}

static bool remove_missing(struct recorder *rec, const struct document *docs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (model_find(rec->model, docs[i].key))
            continue;
        const struct data *was = read_recorded(rec, docs[i].key, docs[i].json);
        if (!was || !on_removed(rec, docs[i].key, was) || !store_delete(rec->st, RECORD_ENTITY, docs[i].key, rec->err))
            return false;
    }
    return true;
}

static bool snapshot_event(struct recorder *rec, uint32_t entities)
{
    struct strbuf out = STRBUF_IN(rec->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    if (rec->r->commit.n)
        json_kstr(&j, "commit", rec->r->commit);
    if (rec->r->summary.n)
        json_kstr(&j, "summary", rec->r->summary);
    if (rec->r->committed) {
        struct strbuf at = STRBUF_IN(rec->a);
        utc_print(&at, rec->r->committed);
        json_kstr(&j, "committed", strbuf_sv(&at));
    }
    json_kint(&j, "entities", entities);
    json_kint(&j, "changes", rec->changes);
    json_close(&j, '}');
    return add_event(rec, "snapshot", SV("model"), strbuf_sv(&out));
}

bool record_model(struct store *st, const struct model *m, struct arena *a, const struct recording *r, unsigned *out_changes,
                  struct err *err)
{
    struct recorder rec = { st, m, a, r, 0, err };
    struct document *docs;
    size_t known_count;
    uint32_t n;
    if (!store_list(st, a, RECORD_ENTITY, &docs, &known_count, err))
        return false;
    struct map known = map_in(a);
    for (size_t i = 0; i < known_count; i++)
        map_put(&known, docs[i].key, &docs[i]);
    const struct entity *const *all = model_entities(m, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct document *doc = map_find(&known, all[i]->ref);
        if (!record_entity(&rec, all[i], doc ? doc->json : SV_NONE, known_count == 0))
            return false;
    }
    if (!remove_missing(&rec, docs, known_count))
        return false;
    *out_changes = rec.changes;
    return (known_count && !rec.changes) || snapshot_event(&rec, n);
}
