/* Calendars on servers: which there are, reading them, and what users made of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/caldav.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "people/caldav_internal.h"
#include "people/caldav_series.h"

#define SECRET_MAX 65536

/* What is known of servers that do not do as the standard has it: the words of 'quirks'. */
static const struct {
    const char *word;
    unsigned flags;
} quirks[] = {
    { "radicale", 0 },
    { "nextcloud", 0 },
    { "zimbra", QUIRK_OWN_UIDS },
    { "own-uids", QUIRK_OWN_UIDS },
    { "no-sync", QUIRK_NO_SYNC },
    { "no-x-properties", QUIRK_NO_MARKER },
};

void caldav_note(struct caldav *c, enum caldav_note_kind kind, const struct caldav_calendar *k, struct sv title, struct sv text)
{
    struct caldav_note n = { kind, k->target->entity->ref, k->user, title, text };
    ARENA_PUSH(c->arena, c->notes, c->note_count, c->note_cap, n);
    c->writes += kind <= NOTE_DELETE;
    c->failures += kind == NOTE_FAILED;
}

void caldav_fail(struct caldav *c, struct caldav_calendar *k, const struct err *why)
{
    k->unknown = true;
    caldav_note(c, NOTE_FAILED, k, SV(""), arena_dup(c->arena, sv_of(why->text)));
}

bool caldav_secret(struct arena *a, struct sv written, struct sv dir, struct sv *out_secret, struct err *err)
{
    *out_secret = SV("");
    if (!written.n)
        return true;
    if (sv_starts(written, SV("env:"))) {
        const char *name = arena_cstr(a, sv_slice(written, 4, written.n)), *value = getenv(name);
        if (!value || !*value)
            return err_set(err, "the secret is said to be in the environment's %s, which is not set", name);
        *out_secret = arena_dup(a, sv_of(value));
        return true;
    }
    if (!sv_starts(written, SV("file:")))
        return err_set(err, "the secret must be env:NAME or file:PATH");
    const char *path = sv_path(a, path_join(a, dir, sv_slice(written, 5, written.n)), err);
    if (!path || !fs_read(a, path, SECRET_MAX, out_secret, err))
        return false;
    *out_secret = sv_trim(*out_secret);
    return out_secret->n || err_set(err, "'%s' should hold a secret and is empty", path);
}

/* ---- which calendars there are ---- */

static void read_quirks(struct caldav_target *t)
{
    const struct data *list = entity_field(t->entity, "quirks");
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++)
        for (size_t k = 0; k < sizeof quirks / sizeof *quirks; k++)
            if (sv_eq_nocase(data_text(&list->items[i]), sv_of(quirks[k].word)))
                t->quirks |= quirks[k].flags;
}

static void open_target(struct caldav *c, struct caldav_target *t)
{
    struct dav_options o = { .url = entity_text(t->entity, "url") };
    struct sv scheduling = entity_text(t->entity, "scheduling");
    t->revert = sv_is(entity_text(t->entity, "userEdits"), "revert");
    t->scheduling = sv_is(scheduling, "server") ? SCHEDULING_SERVER : sv_is(scheduling, "none") ? SCHEDULING_NONE : SCHEDULING_AUTO;
    read_quirks(t);
    if (!caldav_secret(c->arena, entity_text(t->entity, "secret"), c->o.dir, &o.secret, &t->why) ||
        !(t->dav = dav_open(c->arena, &o, &t->why)))
        t->unknown = true;
}

static struct caldav_target *target_of(struct caldav *c, const struct entity *e)
{
    for (uint32_t i = 0; i < c->target_count; i++)
        if (c->targets[i]->entity == e)
            return c->targets[i];
    struct caldav_target *t = ARENA_NEW(c->arena, struct caldav_target);
    t->entity = e;
    ARENA_PUSH(c->arena, c->targets, c->target_count, c->target_cap, t);
    return t;
}

static bool list_calendars(struct caldav *c)
{
    uint32_t n;
    const struct entity *const *people = c->o.model ? model_of_kind(c->o.model, KIND_PERSON, &n) : (n = 0, NULL);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *p = people[i];
        struct sv target = entity_text(p, "calendar.target"), path = entity_text(p, "calendar.path");
        const struct entity *e = target.n ? model_find(c->o.model, model_full_ref(c->arena, target, "calendartarget", p->ns)) : NULL;
        if (!e || !sv_is(entity_text(e, "type"), "caldav"))
            continue;
        struct caldav_calendar *k = ARENA_NEW(c->arena, struct caldav_calendar);
        size_t colon = sv_find_char(p->ref, ':', 0);
        k->target = target_of(c, e);
        k->user = arena_printf(c->arena, "user%.*s", SV_ARG(sv_slice(p->ref, colon, p->ref.n)));
        k->key = arena_printf(c->arena, "%.*s|%.*s", SV_ARG(e->ref), SV_ARG(k->user));
        k->path = path;
        ARENA_PUSH(c->arena, c->calendars, c->calendar_count, c->calendar_cap, k);
    }
    return true;
}

/* ---- recorded state ---- */

static bool read_json(struct arena *a, struct sv name, struct sv json, struct data_doc **out_doc, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ arena_printf(a, "recorded state of %.*s", SV_ARG(name)), json };
    struct diags diags = diags_in(a);
    return json_read(a, src, NULL, &diags, out_doc) || err_set(err, "%.*s is no JSON", SV_ARG(src->path));
}

static bool load_objects(struct caldav *c, struct err *err)
{
    struct document *docs;
    size_t count;
    struct data_doc *doc;
    if (!store_list(c->o.store, c->arena, OBJECT_KIND, &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct caldav_object *o;
        if (!read_json(c->arena, docs[i].key, docs[i].json, &doc, err) || !object_read(c->arena, docs[i].key, &doc->root, &o, err))
            return false;
        for (uint32_t k = 0; k < c->calendar_count; k++)
            if (sv_eq(c->calendars[k]->target->entity->ref, o->target) && sv_eq(c->calendars[k]->user, o->user))
                ARENA_PUSH(c->arena, c->calendars[k]->objects, c->calendars[k]->object_count, c->calendars[k]->object_cap, o);
    }
    return true;
}

static bool load_tokens(struct caldav *c, struct err *err)
{
    struct data_doc *doc;
    struct sv json;
    for (uint32_t i = 0; i < c->calendar_count; i++) {
        struct err problem = { "" };
        if (store_get(c->o.store, c->arena, CALENDAR_KIND, c->calendars[i]->key, &json, &problem)) {
            if (!read_json(c->arena, c->calendars[i]->key, json, &doc, err))
                return false;
            if (sv_eq(data_text(data_get(&doc->root, "path")), c->calendars[i]->path))
                c->calendars[i]->token = data_text(data_get(&doc->root, "token"));
        } else if (problem.text[0]) {
            return err_set(err, "%s", problem.text);
        }
    }
    return true;
}

static bool load_moves(struct caldav *c, struct err *err)
{
    struct document *docs;
    size_t count;
    struct data_doc *doc;
    if (!store_list(c->o.store, c->arena, MOVE_KIND, &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!read_json(c->arena, docs[i].key, docs[i].json, &doc, err))
            return false;
        const struct data *slot = data_get(&doc->root, "slot"), *start = data_get(&doc->root, "start");
        struct caldav_move m = { data_text(data_get(&doc->root, "title")), 0, 0, data_text(data_get(&doc->root, "by")) };
        if (!slot || !start || slot->kind != DATA_INT || start->kind != DATA_INT)
            continue;
        m.slot = slot->i, m.start = start->i;
        ARENA_PUSH(c->arena, c->moves, c->move_count, c->move_cap, m);
    }
    return true;
}

struct caldav *caldav_open(struct arena *a, const struct caldav_options *o, struct err *err)
{
    struct caldav *c = ARENA_NEW(a, struct caldav);
    struct sv json;
    struct data_doc *doc;
    c->arena = a;
    c->o = *o;
    if (!c->o.installation.n && store_get(o->store, a, SV("calendar"), SV("installation"), &json, NULL) &&
        read_json(a, SV("the installation"), json, &doc, NULL))
        c->o.installation = data_text(data_get(&doc->root, "id"));
    return list_calendars(c) && load_objects(c, err) && load_tokens(c, err) && load_moves(c, err) ? c : NULL;
}

bool caldav_has_work(const struct caldav *c) { return c->calendar_count > 0; }

const struct caldav_move *caldav_moves(const struct caldav *c, uint32_t *out_count)
{
    *out_count = c->move_count;
    return c->moves;
}

const struct caldav_note *caldav_notes(const struct caldav *c, uint32_t *out_count)
{
    *out_count = c->note_count;
    return c->notes;
}

unsigned caldav_writes(const struct caldav *c) { return c->writes; }
unsigned caldav_failures(const struct caldav *c) { return c->failures; }

bool caldav_record_object(struct caldav *c, struct caldav_object *o, struct err *err)
{
    struct strbuf json = STRBUF_IN(c->arena);
    object_write(&json, o);
    return c->o.noop || store_put(c->o.store, OBJECT_KIND, o->key, strbuf_sv(&json), c->o.now, err);
}

bool caldav_record_event(struct caldav *c, const char *kind, struct sv subject, struct sv body, struct err *err)
{
    struct event e = { .at = c->o.now, .kind = sv_of(kind), .subject = subject, .actor = SV("potlac"), .body = body };
    return c->o.noop || store_event_add(c->o.store, &e, err);
}

/* ---- what users made of an object ---- */

static struct sv edit_words(struct arena *a, const struct user_edit *e)
{
    switch (e->kind) {
    case EDIT_MOVED_ONE:
        return arena_printf(a, "moved one meeting from %.*s to %.*s", SV_ARG(e->was), SV_ARG(e->is));
    case EDIT_CANCELLED_ONE:
        return arena_printf(a, "took out the meeting of %.*s", SV_ARG(e->was));
    case EDIT_RESTORED_ONE:
        return arena_printf(a, "put back the meeting of %.*s", SV_ARG(e->is));
    case EDIT_MOVED_SERIES:
        return arena_printf(a, "moved the series from %.*s to %.*s; 'potlac adopt' makes it the model's", SV_ARG(e->was), SV_ARG(e->is));
    case EDIT_CHANGED:
        break;
    }
    return arena_printf(a, "changed %s", e->property);
}

/* Texts stay out of the history: a one-on-one is nobody else's business. */
static struct sv edit_body(struct caldav *c, const struct caldav_object *o, const struct user_edit *e)
{
    static const char *const kinds[] = { "moved one", "cancelled one", "restored one", "moved the series", "changed" };
    struct strbuf out = STRBUF_IN(c->arena), start = STRBUF_IN(c->arena);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "target", o->target);
    json_kstr(&j, "user", o->user);
    json_kstr(&j, "uid", o->uid);
    json_kstr(&j, "what", sv_of(kinds[e->kind]));
    if (e->kind == EDIT_CHANGED) {
        json_kstr(&j, "property", sv_of(e->property));
    } else {
        json_kstr(&j, "was", e->was);
        json_kstr(&j, "is", e->is);
    }
    if (e->kind == EDIT_MOVED_SERIES) {
        local_print(&start, e->start);
        json_kstr(&j, "start", strbuf_sv(&start));
        json_kstr(&j, "zone", e->zone ? zone_name(e->zone) : SV("UTC"));
        json_kint(&j, "every", e->every);
    }
    json_close(&j, '}');
    return strbuf_sv(&out);
}

static int64_t at_of(const struct user_edit *e)
{
    int64_t at = local_to_seconds(e->start);
    if (e->zone)
        zone_to_utc(e->zone, e->start, &at);
    return at;
}

/* A meeting that one of its people moved is moved: all others follow (D-83). */
static bool record_move(struct caldav *c, const struct caldav_object *o, const struct user_edit *e, struct err *err)
{
    struct caldav_move m = { o->title, e->slot, at_of(e), o->user };
    struct sv key = arena_printf(c->arena, "%.*s|%lld", SV_ARG(o->title), (long long)e->slot);
    uint32_t n = 0;
    if (e->slot <= c->o.now || m.start <= c->o.now) /* what was is never changed */
        return true;
    for (uint32_t i = 0; i < c->move_count; i++)
        if (!sv_eq(c->moves[i].title, m.title) || c->moves[i].slot != m.slot)
            c->moves[n++] = c->moves[i];
    c->move_count = n;
    if (e->kind == EDIT_RESTORED_ONE)
        return c->o.noop || store_delete(c->o.store, MOVE_KIND, key, err);
    ARENA_PUSH(c->arena, c->moves, c->move_count, c->move_cap, m);
    struct strbuf json = STRBUF_IN(c->arena);
    struct json_out j = json_to(&json, false);
    json_open(&j, '{');
    json_kstr(&j, "title", m.title);
    json_kint(&j, "slot", m.slot);
    json_kint(&j, "start", m.start);
    json_kstr(&j, "by", m.by);
    json_close(&j, '}');
    return c->o.noop || store_put(c->o.store, MOVE_KIND, key, strbuf_sv(&json), c->o.now, err);
}

bool caldav_record_edits(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err)
{
    struct user_edits l = ics_edits(c->arena, o->base, o->theirs);
    for (uint32_t i = 0; i < l.count; i++) {
        const struct user_edit *e = &l.items[i];
        caldav_note(c, NOTE_EDIT, k, o->title, edit_words(c->arena, e));
        if (!caldav_record_event(c, "cal.useredit", o->title, edit_body(c, o, e), err))
            return false;
        if ((e->kind == EDIT_MOVED_ONE || e->kind == EDIT_RESTORED_ONE) && !record_move(c, o, e, err))
            return false;
    }
    return true;
}

/* ---- reading ---- */

bool caldav_is_marked(const struct caldav *c, const struct caldav_calendar *k, const struct ics_component *object)
{
    struct sv owner = sv_trim(ics_get(caldav_master(object), "X-POTLAC-OWNER"));
    return (k->target->quirks & QUIRK_NO_MARKER) || (owner.n && sv_eq(owner, c->o.installation));
}

enum dav_outcome caldav_fetch_object(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err)
{
    struct sv text, etag;
    enum dav_outcome outcome = dav_get(k->target->dav, o->href, &text, &etag, err);
    if (outcome != DAV_OK)
        return outcome;
    struct ics_component *theirs = ics_read(c->arena, text, ICS_OBJECT_MAX, err);
    if (!theirs) {
        err_wrap(err, "%.*s", SV_ARG(o->href));
        return DAV_UNKNOWN;
    }
    o->theirs = theirs;
    o->theirs_etag = etag;
    return DAV_OK;
}

/* Did the write that was begun arrive? */
static void settle_pending(struct caldav_object *o)
{
    int64_t revision = 0;
    sv_to_int(sv_trim(ics_get(caldav_master(o->theirs), "X-POTLAC-REVISION")), &revision);
    if (o->pending && revision == o->pending) {
        o->before = o->pending_before, o->base = o->pending_base, o->revision = o->pending;
        o->sequence = ics_sequence(o->theirs) > o->sequence ? ics_sequence(o->theirs) : o->sequence;
    }
    o->pending = 0;
}

static bool look_at_object(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct sv etag, struct err *err)
{
    struct err why = { "" };
    if (!o->pending && sv_eq(etag, o->etag))
        return true;
    enum dav_outcome outcome = caldav_fetch_object(c, k, o, &why);
    if (outcome != DAV_OK) { /* gone between two requests, or out of reach: the next run knows more */
        k->partial = true;
        caldav_note(c, NOTE_FAILED, k, o->title, arena_dup(c->arena, sv_of(why.text)));
        return true;
    }
    settle_pending(o);
    o->edited = true;
    if (!o->base) { /* it was never there as far as we know, and yet it is: ours, from a state that is lost */
        o->edited = false, o->etag = SV("");
        return true;
    }
    if (!caldav_is_marked(c, k, o->theirs)) {
        o->status = OBJECT_LEFT;
        caldav_note(c, NOTE_EDIT, k, o->title, SV("took our mark from the meeting: it is left alone from now on"));
        return caldav_record_object(c, o, err);
    }
    return caldav_record_edits(c, k, o, err);
}

bool caldav_record_deleted(struct caldav *c, struct caldav_calendar *k, struct caldav_object *o, struct err *err)
{
    struct sv body = arena_printf(c->arena, "{\"target\":\"%.*s\",\"user\":\"%.*s\",\"uid\":\"%.*s\",\"what\":\"deleted\"}",
                                  SV_ARG(o->target), SV_ARG(o->user), SV_ARG(o->uid));
    o->status = OBJECT_USER_DELETED;
    o->pending = 0;
    caldav_note(c, NOTE_EDIT, k, o->title, SV("deleted the meeting: it is not written again without --recreate"));
    return caldav_record_event(c, "cal.useredit", o->title, body, err) && caldav_record_object(c, o, err);
}

static const struct dav_item *listed(const struct dav_list *l, struct sv href)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (sv_eq(l->items[i].href, href))
            return &l->items[i];
    return NULL;
}

static bool is_known_there(const struct caldav_object *o) { return o->status == OBJECT_LIVE && o->etag.n; }

/* A calendar from which everything went at once was hardly emptied by its user. */
static bool is_emptied(const struct caldav_calendar *k, const struct dav_list *l, bool all)
{
    uint32_t known = 0, gone = 0;
    for (uint32_t i = 0; i < k->object_count; i++) {
        const struct dav_item *item = listed(l, k->objects[i]->href);
        known += is_known_there(k->objects[i]);
        gone += is_known_there(k->objects[i]) && (item ? item->gone : all);
    }
    return known > 1 && gone == known;
}

static bool look_at_all(struct caldav *c, struct caldav_calendar *k, const struct dav_list *l, bool all, struct err *err)
{
    struct err why = { "" };
    if (is_emptied(k, l, all) && !c->o.recreate) {
        err_set(&why,
                "all meetings are gone from it at once: was it replaced? Nothing is written until --recreate says to write them anew");
        caldav_fail(c, k, &why);
        return true;
    }
    for (uint32_t i = 0; i < k->object_count; i++) {
        struct caldav_object *o = k->objects[i];
        const struct dav_item *item = listed(l, o->href);
        bool there = item ? !item->gone : !all && o->etag.n;
        if (o->status != OBJECT_LIVE)
            continue;
        if (!there && !o->etag.n)
            o->pending = 0; /* begun, and never arrived */
        else if (!there && !caldav_record_deleted(c, k, o, err))
            return false;
        else if (there && !look_at_object(c, k, o, item ? item->etag : o->etag, err))
            return false;
    }
    return true;
}

/* What a calendar holds, or what changed in it since the last time. */
static enum dav_outcome ask_what_is_there(struct caldav_calendar *k, struct dav_list *l, bool *out_all, struct err *err)
{
    enum dav_outcome outcome = DAV_REFUSED;
    bool sync = !(k->target->quirks & QUIRK_NO_SYNC);
    *out_all = true;
    if (sync && k->token.n) {
        *out_all = false;
        outcome = dav_sync(k->target->dav, k->href, k->token, l, err);
        if (outcome == DAV_OK || outcome >= DAV_UNKNOWN)
            return outcome;
        *out_all = true; /* the token is too old, or the server has forgotten what a token is */
    }
    if (sync)
        outcome = dav_sync(k->target->dav, k->href, SV(""), l, err);
    if (outcome == DAV_OK || outcome >= DAV_UNKNOWN || outcome == DAV_MISSING)
        return outcome;
    return dav_list(k->target->dav, k->href, l, err);
}

/* Asked of the first calendar that answers. What cannot be reached is asked nothing more in this run. */
static bool ask_features(struct caldav_target *t, struct sv href, struct err *why)
{
    struct dav_features f;
    if (t->unknown || t->asked)
        return t->unknown ? err_set(why, "%s", t->why.text) : true;
    enum dav_outcome outcome = dav_features(t->dav, href, &f, why);
    if (outcome != DAV_OK) {
        t->unknown = outcome == DAV_UNREACHED;
        t->why = *why;
        return false;
    }
    if (!f.calendars)
        return err_set(why, "%.*s is no calendar (its DAV header does not say calendar-access)", SV_ARG(href));
    t->asked = true;
    t->schedules = t->scheduling == SCHEDULING_SERVER || (t->scheduling == SCHEDULING_AUTO && f.schedules);
    return true;
}

/* The model names another calendar than before: what stands in the former one is left there. */
static bool leave_former(struct caldav *c, struct caldav_calendar *k, struct err *err)
{
    for (uint32_t i = 0; i < k->object_count; i++) {
        struct caldav_object *o = k->objects[i];
        if (o->status != OBJECT_LIVE || sv_starts(o->href, k->href))
            continue;
        o->status = OBJECT_DELETED;
        caldav_note(c, NOTE_KEPT, k, o->title, arena_printf(c->arena, "%.*s stays in the calendar used before", SV_ARG(o->href)));
        if (!caldav_record_object(c, o, err))
            return false;
    }
    return true;
}

static bool read_calendar(struct caldav *c, struct caldav_calendar *k, struct err *err)
{
    struct err why = { "" };
    struct dav_list l = { 0 };
    bool all;
    if (k->target->dav)
        k->href = dav_href(k->target->dav, k->path);
    if (!ask_features(k->target, k->href, &why)) {
        caldav_fail(c, k, &why);
        return true;
    }
    if (!leave_former(c, k, err))
        return false;
    enum dav_outcome outcome = ask_what_is_there(k, &l, &all, &why);
    if (outcome != DAV_OK) {
        k->target->unknown = outcome == DAV_UNREACHED;
        k->target->why = why;
        if (outcome == DAV_MISSING)
            err_set(&why, "there is no calendar %.*s: look at 'calendar' of the Person", SV_ARG(k->href));
        caldav_fail(c, k, &why);
        return true;
    }
    k->new_token = l.token;
    return look_at_all(c, k, &l, all, err);
}

bool caldav_read(struct caldav *c, struct err *err)
{
    for (uint32_t i = 0; i < c->target_count; i++)
        open_target(c, c->targets[i]);
    for (uint32_t i = 0; i < c->calendar_count; i++)
        if (!read_calendar(c, c->calendars[i], err))
            return false;
    return true;
}
