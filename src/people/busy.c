/* Busy times: reading people's calendars and feeds, and recording what that comes to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/busy.h"

#include "base/fs.h"
#include "base/json.h"
#include "people/caldav.h"
#include "people/dav.h"

#define BUSY_KIND  SV("people.busy")
#define DAY        86400
#define DAYS_BACK  7
#define DAYS_AHEAD 210 /* as far as plans look, and some */

static const struct data *read_json(struct arena *a, struct sv name, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ name, json };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static struct sv user_of(struct arena *a, const struct entity *person)
{
    return arena_printf(a, "user%.*s", SV_ARG(sv_slice(person->ref, sv_find_char(person->ref, ':', 0), person->ref.n)));
}

bool busy_recall(struct arena *a, struct store *st, const struct model *m, struct map *out_by_user, struct err *err)
{
    uint32_t n;
    const struct entity *const *people = model_of_kind(m, KIND_PERSON, &n);
    *out_by_user = map_in(a);
    for (uint32_t i = 0; i < n; i++) {
        struct sv json, user;
        struct err problem = { "" };
        if (!entity_field(people[i], "busy"))
            continue;
        user = user_of(a, people[i]);
        if (!store_get(st, a, BUSY_KIND, user, &json, &problem)) {
            if (problem.text[0])
                return err_set(err, "%s", problem.text);
            continue;
        }
        const struct data *spans = data_get(read_json(a, user, json), "spans");
        struct busy_list *l = ARENA_NEW(a, struct busy_list);
        for (uint32_t k = 0; spans && spans->kind == DATA_LIST && k + 1 < spans->count; k += 2) {
            struct busy_span span = { spans->items[k].i, spans->items[k + 1].i };
            if (spans->items[k].kind == DATA_INT && spans->items[k + 1].kind == DATA_INT)
                ARENA_PUSH(a, l->items, l->count, l->cap, span);
        }
        map_put(out_by_user, user, l);
    }
    return true;
}

/* ---- reading ---- */

struct reading {
    struct arena *arena; /* of one person */
    const struct busy_options *o;
    const struct entity *person;
    const struct zone *zone;
    const struct map *ours; /* UIDs of what we wrote ourselves */
    int64_t from, until;
    struct busy_list list;
};

static bool take_text(struct reading *r, struct sv text, size_t max, struct err *err)
{
    struct ics_component *c = ics_read(r->arena, text, max, err);
    return c && ics_busy(r->arena, c, r->zone, r->from, r->until, r->ours, &r->list, err);
}

/* Everything that touches the time, as the server has it: what repeats is worked out here, as servers differ in that. */
static bool take_calendar(struct reading *r, struct err *err)
{
    struct sv target = entity_text(r->person, "calendar.target");
    const struct entity *e = target.n ? model_find(r->o->model, model_full_ref(r->arena, target, "calendartarget", r->person->ns)) : NULL;
    struct dav_list l = { 0 };
    struct dav_options o = { 0 };
    if (!e || !sv_is(entity_text(e, "type"), "caldav"))
        return err_set(err, "'busy' says 'calendar', and there is no 'calendar' on a server");
    o.url = entity_text(e, "url");
    if (!caldav_secret(r->arena, entity_text(e, "secret"), r->o->dir, &o.secret, err))
        return false;
    struct dav *d = dav_open(r->arena, &o, err);
    if (!d || dav_query(d, dav_href(d, entity_text(r->person, "calendar.path")), SV(""), r->from, r->until, &l, err) != DAV_OK)
        return false;
    for (uint32_t i = 0; i < l.count; i++)
        if (l.items[i].data.n && !take_text(r, l.items[i].data, ICS_OBJECT_MAX, err))
            return err_wrap(err, "%.*s", SV_ARG(l.items[i].href));
    return true;
}

static bool take_address(struct reading *r, struct sv address, struct err *err)
{
    struct sv text, url = address;
    if (sv_starts(url, SV("webcal://")))
        url = arena_printf(r->arena, "https://%.*s", SV_ARG(sv_slice(url, 9, url.n)));
    struct err why = { "" };
    if (dav_fetch(r->arena, url, SV(""), ICS_FEED_MAX, &text, &why) != DAV_OK) /* the address itself may be the secret */
        return err_set(err, "the feed cannot be read: %s",
                       sv_find(sv_of(why.text), address, 0) == SIZE_MAX ? why.text : "is its address right?");
    return take_text(r, text, ICS_FEED_MAX, err);
}

static bool take_source(struct reading *r, struct sv source, struct err *err)
{
    struct sv text;
    if (sv_is(source, "calendar"))
        return take_calendar(r, err);
    if (sv_starts(source, SV("env:")))
        return caldav_secret(r->arena, source, r->o->dir, &text, err) && take_address(r, text, err);
    if (sv_starts(source, SV("file:"))) {
        const char *path = sv_path(r->arena, path_join(r->arena, r->o->dir, sv_slice(source, 5, source.n)), err);
        return path && fs_read(r->arena, path, ICS_FEED_MAX, &text, err) && take_text(r, text, ICS_FEED_MAX, err);
    }
    if (sv_starts(source, SV("https://")) || sv_starts(source, SV("http://")) || sv_starts(source, SV("webcal://")))
        return take_address(r, source, err);
    return err_set(err, "'busy' has '%.*s'; expected 'calendar', https://..., env:NAME (an address) or file:PATH", SV_ARG(source));
}

static bool take_sources(struct reading *r, struct err *err)
{
    const struct data *busy = entity_field(r->person, "busy");
    const struct data *items = busy->kind == DATA_LIST ? busy->items : busy;
    uint32_t n = busy->kind == DATA_LIST ? busy->count : 1;
    for (uint32_t i = 0; i < n; i++)
        if (!take_source(r, data_text(&items[i]), err))
            return false;
    busy_merge(&r->list);
    return true;
}

static bool record(struct reading *r, struct sv user, struct err *err)
{
    struct strbuf json = STRBUF_IN(r->arena);
    struct json_out j = json_to(&json, false);
    struct sv old;
    json_open(&j, '{');
    json_key(&j, SV("spans"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < r->list.count; i++) {
        json_int(&j, r->list.items[i].from);
        json_int(&j, r->list.items[i].until);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    if (store_get(r->o->store, r->arena, BUSY_KIND, user, &old, NULL) && sv_eq(old, strbuf_sv(&json)))
        return true;
    return store_put(r->o->store, BUSY_KIND, user, strbuf_sv(&json), r->o->now, err);
}

/* UIDs of our own: a feed may show them without our mark. */
static bool list_ours(struct arena *a, struct store *st, struct map *out, struct err *err)
{
    struct document *docs;
    size_t count;
    *out = map_in(a);
    if (!store_list(st, a, SV("caldav.object"), &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct sv uid = sv_slice(docs[i].key, sv_rfind_char(docs[i].key, '|') + 1, docs[i].key.n);
        map_put(out, uid, &docs[i]);
    }
    return true;
}

static bool read_person(struct arena *a, const struct busy_options *o, const struct map *ours, const struct entity *person,
                        struct busy_reading *out_r, struct err *err)
{
    struct arena *own = arena_new(0);
    struct err why = { "" };
    struct sv user = user_of(a, person);
    int64_t today = o->now - o->now % DAY; /* whole days, so that the record changes with calendars, and with the day */
    struct reading r = { own, o, person, zone_find(entity_text(person, "timezone"), NULL), ours, 0, 0, { 0 } };
    r.from = today - DAYS_BACK * DAY, r.until = today + DAYS_AHEAD * DAY;
    bool ok = true;
    out_r->people++;
    if (take_sources(&r, &why)) {
        ok = record(&r, user, err);
    } else {
        struct busy_problem p = { user, arena_dup(a, sv_of(why.text)) };
        ARENA_PUSH(a, out_r->problems, out_r->count, out_r->cap, p);
    }
    arena_free(own);
    return ok;
}

bool busy_read(struct arena *a, const struct busy_options *o, struct busy_reading *out_r, struct err *err)
{
    uint32_t n;
    struct map ours;
    struct busy_reading r = { 0 };
    const struct entity *const *people = model_of_kind(o->model, KIND_PERSON, &n);
    if (!list_ours(a, o->store, &ours, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (entity_field(people[i], "busy") && !read_person(a, o, &ours, people[i], &r, err))
            return false;
    *out_r = r;
    return true;
}
