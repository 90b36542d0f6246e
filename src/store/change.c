/* change: a transaction is one write of the database: its own event, an event and the new state of each entity it changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/change.h"

#include "base/json.h"
#include "store/backend.h"
#include "store/record.h"

#define SET_KIND SV("set") /* documents: {"status": "draining"}, by ref */

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
static const struct data *read_map(struct arena *a, struct sv ref, struct sv json, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ ref, json };
    if (json_read(a, src, NULL, &diags, &doc) && doc->root.kind == DATA_MAP)
        return &doc->root;
    err_set(err, "what is recorded of '%.*s' cannot be read", SV_ARG(ref));
    return NULL;
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
    return true;
}

/* --- one transaction at work --- */

struct changer {
    struct store *st;
    struct arena *a;
    const struct transaction *t;
    struct change_result *result;
    const struct data **set; /* of each entity: the fields that are set; NULL: none */
    struct err *err;
};

static const struct data *field_of(const struct data *map, struct sv field)
{
    for (uint32_t i = 0; map && i < map->count; i++)
        if (sv_eq(data_text(&map->pairs[i].key), field))
            return &map->pairs[i].value;
    return NULL;
}

static bool same_value(const struct data *x, const struct data *y) { return x && y ? data_equal(x, y) : x == y; }

/* What is set of each entity before the transaction. */
static bool read_set(struct changer *ch)
{
    for (size_t i = 0; i < ch->t->count; i++) {
        const struct entity_change *e = &ch->t->changes[i];
        struct sv json;
        ch->err->text[0] = '\0';
        bool there = store_get(ch->st, ch->a, SET_KIND, e->ref, &json, ch->err);
        if ((!there && ch->err->text[0]) || (there && !(ch->set[i] = read_map(ch->a, e->ref, json, ch->err))))
            return false;
        ch->result->before[i] = ARENA_ARRAY(ch->a, const struct data *, e->count + 1);
        for (size_t k = 0; k < e->count; k++)
            ch->result->before[i][k] = field_of(ch->set[i], e->fields[k].field);
    }
    return true;
}

static bool differs(const struct changer *ch, size_t i, size_t k)
{
    return !same_value(ch->result->before[i][k], ch->t->changes[i].fields[k].value);
}

static bool entity_differs(const struct changer *ch, size_t i)
{
    for (size_t k = 0; k < ch->t->changes[i].count; k++)
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

static void json_changes(struct changer *ch, struct json_out *j, size_t i, const char *key, bool with_ref)
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

static bool add_event(struct changer *ch, const char *kind, struct sv subject, const struct strbuf *body, int64_t *out_id)
{
    struct event e = { .at = ch->t->at, .kind = sv_of(kind), .subject = subject, .actor = ch->t->actor, .body = strbuf_sv(body) };
    if (!store_event_add(ch->st, &e, ch->err))
        return false;
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
    for (size_t i = 0; i < ch->t->count; i++)
        json_changes(ch, &j, i, "field", true);
    json_close(&j, ']');
    json_close(&j, '}');
    return add_event(ch, "transaction", SV("model"), &out, &ch->result->id);
}

static bool is_deploy(const struct entity_change *e) { return sv_starts(e->ref, SV("deployment:")); }

/* What an agenda or a flow figure reads of a deploy is the same, whoever made it. */
static void json_deploy(struct changer *ch, struct json_out *j, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    json_kstr(j, "deployment", e->ref);
    json_kstr(j, "service", e->service);
    json_kstr(j, "cluster", e->cluster);
    for (size_t k = 0; k < e->count; k++) {
        if (!sv_is(e->fields[k].field, "version"))
            continue;
        if (ch->result->before[i][k])
            json_value(j, "from", ch->result->before[i][k]);
        if (e->fields[k].value)
            json_value(j, "to", e->fields[k].value);
    }
}

static bool entity_event(struct changer *ch, size_t i)
{
    const struct entity_change *e = &ch->t->changes[i];
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    if (is_deploy(e)) {
        json_deploy(ch, &j, i);
    } else {
        json_key(&j, SV("fields"));
        json_open(&j, '[');
        json_changes(ch, &j, i, "path", false);
        json_close(&j, ']');
    }
    json_kint(&j, "transaction", ch->result->id);
    json_kstr(&j, "reason", ch->t->reason);
    json_close(&j, '}');
    return add_event(ch, is_deploy(e) ? "deploy" : "entity.changed", e->ref, &out, &ch->result->versions[i]);
}

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

/* The entity as recorded last, so that the next apply does not tell the change again under another name. Before the first apply there is
 * none. */
static bool put_entity(struct changer *ch, size_t i)
{
    struct sv ref = ch->t->changes[i].ref, json;
    uint32_t left;
    ch->err->text[0] = '\0';
    if (!store_get(ch->st, ch->a, RECORD_ENTITY, ref, &json, ch->err))
        return !ch->err->text[0];
    const struct data *entity = read_map(ch->a, ref, json, ch->err), *spec = data_get(entity, "spec");
    if (!entity)
        return false;
    struct strbuf out = STRBUF_IN(ch->a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "kind", data_text(data_get(entity, "kind")));
    json_key(&j, SV("spec"));
    json_raw(&j, changed_map(ch, i, spec && spec->kind == DATA_MAP ? spec : NULL, &left));
    json_close(&j, '}');
    return store_put(ch->st, RECORD_ENTITY, ref, strbuf_sv(&out), ch->t->at, ch->err);
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
        if (entity_differs(ch, i) && (!entity_event(ch, i) || !put_set(ch, i) || !put_entity(ch, i)))
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
                                          .before = ARENA_ARRAY(a, const struct data **, t->count + 1) };
    struct changer ch = { st, a, t, out_result, ARENA_ARRAY(a, const struct data *, t->count + 1), err };
    if (!store_begin(st, err))
        return CHANGE_FAILED;
    enum change_outcome outcome = expectations(&ch);
    if (outcome == CHANGE_DONE && (!read_set(&ch) || !write_all(&ch)))
        outcome = CHANGE_FAILED;
    if (outcome == CHANGE_DONE)
        return store_commit(st, err) ? CHANGE_DONE : CHANGE_FAILED;
    store_rollback(st);
    return outcome;
}
