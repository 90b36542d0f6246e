/* change: a transaction is one write of the database: its own event, an event and the new state of each entity it changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/change.h"

#include "base/json.h"
#include "store/backend.h"
#include "store/record.h"

#define SET_KIND  SV("set")  /* documents: {"status": "draining"}, by ref */
#define MADE_KIND SV("made") /* documents: {"transaction": 17, "by": WHO, "entity": ENVELOPE}, by ref */

static const char *const version_kinds[] = { "deploy", "entity.added", "entity.changed", "entity.removed", "host.added", "host.removed" };
#define VERSION_SQL                                                                                                                        \
    "SELECT coalesce(max(id), 0) FROM event WHERE subject = ?1 AND kind IN ('deploy', 'entity.added', 'entity.changed', 'entity.removed'," \
    " 'host.added', 'host.removed')"

bool change_is_kind(struct sv kind)
{
    for (size_t i = 0; i < sizeof version_kinds / sizeof *version_kinds; i++)
        if (sv_is(kind, version_kinds[i]))
            return true;
    return false;
}

bool change_version(struct store *st, struct sv ref, int64_t *out_version, struct err *err)
{
    const struct sql_value args[] = { sql_text(ref) };
    return store_run(st, VERSION_SQL, SQL_KEPT, args, 1, sql_take_int, out_version, err) || err_wrap(err, "cannot read the history");
}

bool change_newest(struct store *st, int64_t *out_id, struct err *err)
{
    return store_run(st, "SELECT coalesce(max(id), 0) FROM event WHERE kind = 'transaction'", SQL_KEPT, NULL, 0, sql_take_int, out_id,
                     err) ||
           err_wrap(err, "cannot read the history");
}

struct event_found {
    struct arena *arena;
    struct event *event;
    bool there;
};

static bool take_event(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    struct event_found *f = ctx;
    (void)count;
    (void)err;
    *f->event = (struct event){
        c[0].i, c[1].i, arena_dup(f->arena, c[2].s), arena_dup(f->arena, c[3].s), arena_dup(f->arena, c[4].s), arena_dup(f->arena, c[5].s)
    };
    f->there = true;
    return true;
}

bool change_event(struct store *st, struct arena *a, int64_t id, struct event *out_event, struct err *err)
{
    struct event_found found = { a, out_event, false };
    const struct sql_value args[] = { sql_int(id) };
    err->text[0] = '\0';
    return store_run(st, "SELECT id, at, kind, subject, actor, body FROM event WHERE id = ?1", SQL_ONCE, args, 1, take_event, &found, err)
               ? found.there
               : err_wrap(err, "cannot read the history");
}

/* NULL and err where it cannot be read. */
static struct data_doc *read_doc(struct arena *a, struct sv ref, struct sv json, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ ref, json };
    if (json_read(a, src, NULL, &diags, &doc) && doc->root.kind == DATA_MAP)
        return doc;
    err_set(err, "what is recorded of '%.*s' cannot be read", SV_ARG(ref));
    return NULL;
}

static const struct data *read_map(struct arena *a, struct sv ref, struct sv json, struct err *err)
{
    struct data_doc *doc = read_doc(a, ref, json, err);
    return doc ? &doc->root : NULL;
}

/* The entity of a document of MADE_KIND, as a document of its own that says where it is from. */
static const struct data_doc *made_doc(struct arena *a, const struct document *d, struct err *err)
{
    struct data_doc *doc = read_doc(a, d->key, d->json, err);
    const struct data *entity = doc ? data_get(&doc->root, "entity") : NULL, *id = doc ? data_get(&doc->root, "transaction") : NULL;
    if (!doc || !entity || !id || id->kind != DATA_INT) {
        err_set(err, "what is recorded of '%.*s' cannot be read", SV_ARG(d->key));
        return NULL;
    }
    struct source *src = ARENA_NEW(a, struct source);
    struct data_doc *copy = ARENA_NEW(a, struct data_doc);
    struct sv by = data_text(data_get(&doc->root, "by"));
    *src = (struct source){ arena_printf(a, "transaction %lld by %.*s", (long long)id->i, SV_ARG(by)), doc->src->text };
    *copy = (struct data_doc){ .src = src, .root = *entity };
    return copy;
}

static bool overlay_all_made(struct store *st, struct arena *a, struct overlay *into, struct err *err)
{
    struct document *docs;
    size_t n;
    if (!store_list(st, a, MADE_KIND, &docs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct data_doc *doc = made_doc(a, &docs[i], err);
        if (!doc)
            return false;
        overlay_make(into, docs[i].key, doc);
    }
    return true;
}

bool change_overlay(struct store *st, struct arena *a, struct overlay *into, int64_t *out_newest, struct err *err)
{
    struct document *docs;
    size_t n;
    /* In this order: what is newer than the number is checked again, never the other way round. */
    if (!change_newest(st, out_newest, err) || !store_list(st, a, SET_KIND, &docs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct data *fields = read_map(a, docs[i].key, docs[i].json, err);
        if (!fields)
            return false;
        for (uint32_t k = 0; k < fields->count; k++)
            overlay_set(into, docs[i].key, data_text(&fields->pairs[k].key), &fields->pairs[k].value);
    }
    return overlay_all_made(st, a, into, err);
}

/* --- one transaction at work --- */

struct changer {
    struct store *st;
    struct arena *a;
    const struct transaction *t;
    struct change_result *result;
    const struct data **set;  /* of each entity: the fields that are set; NULL: none */
    const struct data **made; /* of each entity: the document of MADE_KIND; NULL: none */
    struct err *err;
};

static const struct data *field_of(const struct data *map, struct sv field)
{
    for (uint32_t i = 0; map && map->kind == DATA_MAP && i < map->count; i++)
        if (sv_eq(data_text(&map->pairs[i].key), field))
            return &map->pairs[i].value;
    return NULL;
}

static bool same_value(const struct data *x, const struct data *y) { return x && y ? data_equal(x, y) : x == y; }

/* False and err where it cannot be read; *out NULL: there is none. */
static bool read_document(struct changer *ch, struct sv kind, struct sv ref, const struct data **out)
{
    struct sv json;
    ch->err->text[0] = '\0';
    *out = NULL;
    if (!store_get(ch->st, ch->a, kind, ref, &json, ch->err))
        return !ch->err->text[0];
    *out = read_map(ch->a, ref, json, ch->err);
    return *out != NULL;
}

/* What a transaction's fields of an entity stand among: the spec of one that was made, else what is set of it. */
static const struct data *fields_before(const struct changer *ch, size_t i)
{
    return ch->made[i] ? data_get(data_get(ch->made[i], "entity"), "spec") : ch->set[i];
}

/* What there is of each entity before the transaction. */
static bool read_before(struct changer *ch)
{
    for (size_t i = 0; i < ch->t->count; i++) {
        const struct entity_change *e = &ch->t->changes[i];
        if (!read_document(ch, SET_KIND, e->ref, &ch->set[i]) || !read_document(ch, MADE_KIND, e->ref, &ch->made[i]))
            return false;
        ch->result->made[i] = data_get(ch->made[i], "entity");
        ch->result->before[i] = ARENA_ARRAY(ch->a, const struct data *, e->count + 1);
        for (size_t k = 0; k < e->count; k++)
            ch->result->before[i][k] = field_of(fields_before(ch, i), e->fields[k].field);
    }
    return true;
}

static bool differs(const struct changer *ch, size_t i, size_t k)
{
    return !same_value(ch->result->before[i][k], ch->t->changes[i].fields[k].value);
}

static bool entity_differs(const struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    if (e->what != CHANGE_FIELDS)
        return (e->what == CHANGE_DELETE) == (ch->made[i] != NULL);
    for (size_t k = 0; k < e->count; k++)
        if (differs(ch, i, k))
            return true;
    return false;
}

static void json_value(struct json_out *j, const char *key, const struct data *value)
{
    json_key(j, sv_of(key));
    if (value)
        json_data(j, value);
    else
        json_null(j);
}

static void json_fields(struct changer *ch, struct json_out *j, size_t i, const char *key, bool with_ref)
{
    const struct entity_change *e = &ch->t->changes[i];
    for (size_t k = 0; k < e->count; k++) {
        if (!differs(ch, i, k))
            continue;
        json_open(j, '{');
        if (with_ref)
            json_kstr(j, "ref", e->ref);
        json_kstr(j, key, e->fields[k].field);
        json_value(j, "from", ch->result->before[i][k]);
        json_value(j, "to", e->fields[k].value);
        json_close(j, '}');
    }
}

/* A whole entity, so that it can be made again. */
static void json_whole(struct changer *ch, struct json_out *j, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    bool made = e->what == CHANGE_MAKE;
    json_open(j, '{');
    json_kstr(j, "ref", e->ref);
    json_value(j, made ? "made" : "deleted", made ? e->entity : ch->result->made[i]);
    json_close(j, '}');
}

static bool add_event(struct changer *ch, const char *kind, struct sv subject, const struct strbuf *body, int64_t *out_id)
{
    struct event e = { .at = ch->t->at, .kind = sv_of(kind), .subject = subject, .actor = ch->t->actor, .body = strbuf_sv(body) };
    if (!store_event_add(ch->st, &e, ch->err))
        return false;
    if (out_id)
        *out_id = e.id;
    return true;
}

static bool head_event(struct changer *ch)
{
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "reason", ch->t->reason);
    if (ch->t->reverts)
        json_kint(&j, "reverts", ch->t->reverts);
    json_key(&j, SV("changes"));
    json_open(&j, '[');
    for (size_t i = 0; i < ch->t->count; i++) {
        if (ch->t->changes[i].what == CHANGE_FIELDS)
            json_fields(ch, &j, i, "field", true);
        else if (entity_differs(ch, i))
            json_whole(ch, &j, i);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return add_event(ch, "transaction", SV("model"), &out, &ch->result->id);
}

static bool is_of(const struct entity_change *e, const char *kind)
{
    size_t n = strlen(kind);
    return e->ref.n > n && sv_is(sv_slice(e->ref, 0, n), kind) && e->ref.p[n] == ':';
}

static void json_known(struct json_out *j, const char *key, struct sv text)
{
    if (text.n)
        json_kstr(j, key, text);
}

/* What an agenda or a flow figure reads of a deploy is the same, whoever made it. */
static void json_deploy(struct changer *ch, struct json_out *j, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    json_kstr(j, "deployment", e->ref);
    json_kstr(j, "service", e->service);
    json_kstr(j, "cluster", e->cluster);
    if (e->what == CHANGE_MAKE) {
        json_value(j, "to", data_get(data_get(e->entity, "spec"), "version"));
        json_kbool(j, "made", true); /* it is the event of a new entity too */
    }
    for (size_t k = 0; k < e->count; k++) {
        if (!sv_is(e->fields[k].field, "version"))
            continue;
        if (ch->result->before[i][k])
            json_value(j, "from", ch->result->before[i][k]);
        if (e->fields[k].value)
            json_value(j, "to", e->fields[k].value);
    }
}

/* Which event tells of it; a deployment whose version stays is not deployed. */
static const char *event_kind(const struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    bool version = false;
    for (size_t k = 0; k < e->count; k++)
        version |= sv_is(e->fields[k].field, "version") && differs(ch, i, k);
    if (is_of(e, "deployment") && (e->what == CHANGE_MAKE || version))
        return "deploy";
    if (e->what == CHANGE_FIELDS)
        return "entity.changed";
    if (is_of(e, "host"))
        return e->what == CHANGE_MAKE ? "host.added" : "host.removed";
    return e->what == CHANGE_MAKE ? "entity.added" : "entity.removed";
}

static void json_end(struct changer *ch, struct json_out *j)
{
    json_kint(j, "transaction", ch->result->id);
    json_kstr(j, "reason", ch->t->reason);
    json_close(j, '}');
}

static bool entity_event(struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    const char *kind = event_kind(ch, i);
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    if (strcmp(kind, "deploy") == 0) {
        json_deploy(ch, &j, i);
    } else if (e->what == CHANGE_FIELDS) {
        json_key(&j, SV("fields"));
        json_open(&j, '[');
        json_fields(ch, &j, i, "path", false);
        json_close(&j, ']');
    } else {
        json_known(&j, "cluster", e->cluster);
        json_value(&j, "spec", data_get(e->what == CHANGE_MAKE ? e->entity : ch->result->made[i], "spec"));
    }
    json_end(ch, &j);
    return add_event(ch, kind, e->ref, &out, &ch->result->versions[i]);
}

/* --- what else is told of some kinds --- */

/* The entity's spec before the transaction, as far as the store knows it. */
static bool spec_before(struct changer *ch, size_t i, const struct data **out_spec)
{
    const struct data *recorded = NULL;
    if (ch->made[i]) {
        *out_spec = fields_before(ch, i);
        return true;
    }
    bool ok = read_document(ch, RECORD_ENTITY, ch->t->changes[i].ref, &recorded);
    *out_spec = data_get(recorded, "spec");
    return ok;
}

/* "topic.closed" for a state; NULL: none. */
static const char *topic_event(const struct changer *ch, size_t i)
{
    static const char *const kinds[][2] = {
        { "open", "topic.opened" }, { "closed", "topic.closed" }, { "carried", "topic.carried" }, { "dropped", "topic.dropped" }
    };
    const struct entity_change *e = &ch->t->changes[i];
    const struct data *state = e->what == CHANGE_MAKE ? data_get(data_get(e->entity, "spec"), "state") : NULL;
    bool told = e->what == CHANGE_MAKE;
    for (size_t k = 0; k < e->count; k++)
        if (sv_is(e->fields[k].field, "state") && differs(ch, i, k)) {
            state = e->fields[k].value;
            told = true;
        }
    struct sv word = state ? data_text(state) : SV("open");
    for (size_t k = 0; told && k < sizeof kinds / sizeof *kinds; k++)
        if (sv_is(word, kinds[k][0]))
            return kinds[k][1];
    return NULL;
}

static bool tell_topic(struct changer *ch, size_t i)
{
    static const char *const copied[] = { "for", "raisedBy", "title" };
    const struct entity_change *e = &ch->t->changes[i];
    const char *kind = topic_event(ch, i);
    const struct data *spec = data_get(e->entity, "spec");
    if (!kind)
        return true;
    if (e->what == CHANGE_FIELDS && !spec_before(ch, i, &spec))
        return false;
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    for (size_t k = 0; k < sizeof copied / sizeof *copied; k++)
        json_known(&j, copied[k], data_text(data_get(spec, copied[k])));
    json_end(ch, &j);
    return add_event(ch, kind, e->ref, &out, NULL);
}

static struct sv user_ref(struct changer *ch, const struct data *written)
{
    struct sv text = written ? data_text(written) : SV_NONE;
    return text.n ? model_full_ref(ch->a, text, "user", SV("default")) : SV_NONE;
}

/* Of an ownership that a transaction made. */
static bool tell_owners(struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    for (size_t k = 0; k < e->count; k++) {
        struct sv side = e->fields[k].field;
        if ((!sv_is(side, "dev") && !sv_is(side, "ops")) || !differs(ch, i, k))
            continue;
        struct strbuf out = STRBUF_IN(ch->a);
        struct json_out j = json_to(&out, false);
        json_open(&j, '{');
        json_kstr(&j, "ownership", e->ref);
        json_kstr(&j, "service", e->service);
        json_kstr(&j, "side", side);
        json_known(&j, "from", user_ref(ch, ch->result->before[i][k]));
        json_known(&j, "to", user_ref(ch, e->fields[k].value));
        json_end(ch, &j);
        if (!add_event(ch, "owner.changed", e->service, &out, NULL))
            return false;
    }
    return true;
}

static bool tell_more(struct changer *ch, size_t i)
{
    if (is_of(&ch->t->changes[i], "topic"))
        return tell_topic(ch, i);
    return !is_of(&ch->t->changes[i], "systemownership") || tell_owners(ch, i);
}

/* --- the new state --- */

/* The map with the changes in it: values of fields that are there in their places, new ones at the end. */
static struct sv changed_map(struct changer *ch, size_t i, const struct data *map, uint32_t *out_count)
{
    const struct entity_change *e = &ch->t->changes[i];
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    *out_count = 0;
    json_open(&j, '{');
    for (uint32_t m = 0; map && m < map->count; m++) {
        struct sv key = data_text(&map->pairs[m].key);
        const struct data *value = &map->pairs[m].value;
        for (size_t k = 0; k < e->count; k++)
            if (sv_eq(e->fields[k].field, key))
                value = e->fields[k].value;
        if (!value)
            continue;
        json_key(&j, key);
        json_data(&j, value);
        ++*out_count;
    }
    for (size_t k = 0; k < e->count; k++) {
        if (!e->fields[k].value || field_of(map, e->fields[k].field))
            continue;
        json_key(&j, e->fields[k].field);
        json_data(&j, e->fields[k].value);
        ++*out_count;
    }
    json_close(&j, '}');
    return strbuf_sv(&out);
}

static bool put_set(struct changer *ch, size_t i)
{
    struct sv ref = ch->t->changes[i].ref;
    uint32_t left;
    struct sv json = changed_map(ch, i, ch->set[i], &left);
    return left ? store_put(ch->st, SET_KIND, ref, json, ch->t->at, ch->err) : store_delete(ch->st, SET_KIND, ref, ch->err);
}

static void json_envelope(struct changer *ch, struct json_out *j, size_t i)
{
    static const char *const copied[] = { "apiVersion", "kind", "metadata" };
    const struct data *was = ch->result->made[i];
    uint32_t left;
    json_open(j, '{');
    for (size_t k = 0; k < sizeof copied / sizeof *copied; k++)
        json_value(j, copied[k], data_get(was, copied[k]));
    json_key(j, SV("spec"));
    json_raw(j, changed_map(ch, i, data_get(was, "spec"), &left));
    json_close(j, '}');
}

/* What was set before the entity was made, of one that a file declared then, is no more. */
static bool put_made(struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    const struct data *id = ch->made[i] ? data_get(ch->made[i], "transaction") : NULL;
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, true); /* messages show the line that they are about */
    if (e->what == CHANGE_DELETE)
        return store_delete(ch->st, MADE_KIND, e->ref, ch->err);
    json_open(&j, '{');
    json_kint(&j, "transaction", id ? id->i : ch->result->id);
    json_kstr(&j, "by", id ? data_text(data_get(ch->made[i], "by")) : ch->t->actor);
    json_key(&j, SV("entity"));
    if (e->what == CHANGE_MAKE)
        json_data(&j, e->entity);
    else
        json_envelope(ch, &j, i);
    json_close(&j, '}');
    return store_delete(ch->st, SET_KIND, e->ref, ch->err) && store_put(ch->st, MADE_KIND, e->ref, strbuf_sv(&out), ch->t->at, ch->err);
}

/* Before the first apply no entity is recorded, and that apply is a beginning, not a hundred additions: so nothing may be there. */
static bool anything_recorded(struct changer *ch, bool *out)
{
    int64_t n = 0;
    bool ok = store_run(ch->st, "SELECT count(*) FROM (SELECT 1 FROM document WHERE kind = 'entity' LIMIT 1) AS one", SQL_KEPT, NULL, 0,
                        sql_take_int, &n, ch->err);
    *out = n > 0;
    return ok;
}

static bool put_whole_entity(struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    bool any;
    if (e->what == CHANGE_DELETE)
        return store_delete(ch->st, RECORD_ENTITY, e->ref, ch->err);
    if (!anything_recorded(ch, &any) || !any)
        return !any && !ch->err->text[0];
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "kind", data_text(data_get(e->entity, "kind")));
    json_value(&j, "spec", data_get(e->entity, "spec"));
    json_close(&j, '}');
    return store_put(ch->st, RECORD_ENTITY, e->ref, strbuf_sv(&out), ch->t->at, ch->err);
}

/* The entity as recorded last, so that the next apply does not tell the change again under another name. Before the first apply there is
 * none. */
static bool put_entity(struct changer *ch, size_t i)
{
    struct sv ref = ch->t->changes[i].ref;
    const struct data *entity;
    uint32_t left;
    if (ch->t->changes[i].what != CHANGE_FIELDS)
        return put_whole_entity(ch, i);
    if (!read_document(ch, RECORD_ENTITY, ref, &entity) || !entity)
        return !ch->err->text[0];
    const struct data *spec = data_get(entity, "spec");
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "kind", data_text(data_get(entity, "kind")));
    json_key(&j, SV("spec"));
    json_raw(&j, changed_map(ch, i, spec && spec->kind == DATA_MAP ? spec : NULL, &left));
    json_close(&j, '}');
    return store_put(ch->st, RECORD_ENTITY, ref, strbuf_sv(&out), ch->t->at, ch->err);
}

static bool write_one(struct changer *ch, size_t i)
{
    bool whole = ch->made[i] || ch->t->changes[i].what != CHANGE_FIELDS;
    return entity_event(ch, i) && tell_more(ch, i) && (whole ? put_made : put_set)(ch, i) && put_entity(ch, i);
}

static bool write_all(struct changer *ch)
{
    bool any = false;
    for (size_t i = 0; i < ch->t->count; i++)
        any |= entity_differs(ch, i);
    if (!any)
        return true;
    if (!head_event(ch))
        return false;
    for (size_t i = 0; i < ch->t->count; i++)
        if (entity_differs(ch, i) && !write_one(ch, i))
            return false;
    return true;
}

static enum change_outcome expectations(struct changer *ch)
{
    int64_t newest, version;
    for (size_t i = 0; i < ch->t->count; i++) {
        if (!change_version(ch->st, ch->t->changes[i].ref, &version, ch->err))
            return CHANGE_FAILED;
        if (version != ch->t->changes[i].expect) {
            ch->result->stale = &ch->t->changes[i];
            return CHANGE_STALE;
        }
    }
    if (!change_newest(ch->st, &newest, ch->err))
        return CHANGE_FAILED;
    return newest == ch->t->seen ? CHANGE_DONE : CHANGE_UNCHECKED;
}

enum change_outcome change_commit(struct store *st, struct arena *a, const struct transaction *t, struct change_result *out_result,
                                  struct err *err)
{
    *out_result = (struct change_result){ .versions = ARENA_ARRAY(a, int64_t, t->count + 1),
                                          .before = ARENA_ARRAY(a, const struct data **, t->count + 1),
                                          .made = ARENA_ARRAY(a, const struct data *, t->count + 1) };
    struct changer ch = {
        st, a, t, out_result, ARENA_ARRAY(a, const struct data *, t->count + 1), ARENA_ARRAY(a, const struct data *, t->count + 1), err
    };
    if (!store_begin(st, err))
        return CHANGE_FAILED;
    enum change_outcome outcome = expectations(&ch);
    if (outcome == CHANGE_DONE && (!read_before(&ch) || !write_all(&ch)))
        outcome = CHANGE_FAILED;
    if (outcome == CHANGE_DONE)
        return store_commit(st, err) ? CHANGE_DONE : CHANGE_FAILED;
    store_rollback(st);
    return outcome;
}
