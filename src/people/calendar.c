/* calendar_event: comparing what is recorded with what is wanted, recording, and writing feeds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/calendar.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "people/caldav.h"
#include "people/feed.h"
#include "people/ical.h"

#define SERIES_KIND SV("calendar.series")
#define FEED_MAX    (16u << 20)

struct calendar {
    struct arena *arena;
    struct store *store;
    struct sv folder, installation;
    const struct model *model;
    int64_t now;
    bool installation_recorded, allow_mass_cancel, noop, saw_catalog;
    struct series **series;
    uint32_t count;
    size_t cap;
    uint32_t at_start, ended; /* series alive when opened; ended since */
    struct map wanted;
    struct map planned; /* title -> struct series, under noop */
    const struct caldav_move *moves;
    uint32_t move_count;
    unsigned feeds, written;
};

static struct series *find_series(const struct calendar *c, struct sv title)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (sv_eq(c->series[i]->title, title))
            return c->series[i];
    return NULL;
}

static bool read_document(struct arena *a, struct sv name, struct sv json, struct data_doc **out_doc, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ arena_printf(a, "recorded state of %.*s", SV_ARG(name)), json };
    struct diags diags = diags_in(a);
    if (json_read(a, src, NULL, &diags, out_doc))
        return true;
    return err_set(err, "%.*s is no JSON", SV_ARG(src->path));
}

static int by_title(const void *x, const void *y)
{
    const struct series *a = *(struct series *const *)x, *b = *(struct series *const *)y;
    return sv_cmp(a->title, b->title);
}

static bool load(struct calendar *c, struct err *err)
{
    struct document *docs;
    size_t count;
    struct data_doc *doc;
    if (!store_list(c->store, c->arena, SERIES_KIND, &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct series *s;
        if (!read_document(c->arena, docs[i].key, docs[i].json, &doc, err) || !series_read(c->arena, &doc->root, &s, err))
            return false;
        ARENA_PUSH(c->arena, c->series, c->count, c->cap, s);
        c->at_start += !s->ended;
    }
    if (c->count)
        qsort(c->series, c->count, sizeof *c->series, by_title);
    return true;
}

static bool load_installation(struct calendar *c, struct err *err)
{
    struct sv json;
    struct data_doc *doc;
    struct err problem = { "" };
    if (c->installation.n)
        return true;
    if (store_get(c->store, c->arena, SV("calendar"), SV("installation"), &json, &problem)) {
        if (!read_document(c->arena, SV("the installation"), json, &doc, err))
            return false;
        c->installation = data_text(data_get(&doc->root, "id"));
        c->installation_recorded = true;
        return c->installation.n || err_set(err, "the recorded installation has no id");
    }
    if (problem.text[0])
        return err_set(err, "%s", problem.text);
    c->installation = uuid_v4(c->arena);
    return true;
}

struct calendar *calendar_open(struct arena *a, const struct calendar_options *options, struct err *err)
{
    struct calendar *c = ARENA_NEW(a, struct calendar);
    c->arena = a;
    c->store = options->store;
    c->folder = options->folder;
    c->installation = options->installation;
    c->installation_recorded = options->installation.n > 0;
    c->allow_mass_cancel = options->allow_mass_cancel;
    c->model = options->model;
    c->now = options->now;
    c->noop = options->noop;
    c->wanted = map_in(a);
    c->planned = map_in(a);
    c->moves = options->moves;
    c->move_count = options->move_count;
    return load(c, err) && load_installation(c, err) ? c : NULL;
}

const struct series *const *calendar_series(const struct calendar *c, uint32_t *out_count)
{
    *out_count = c->count;
    return (const struct series *const *)c->series;
}

const struct series *const *calendar_planned(struct calendar *c, uint32_t *out_count)
{
    struct series **list = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    for (uint32_t i = 0; i < c->count; i++)
        if (!map_find(&c->planned, c->series[i]->title))
            ARENA_PUSH(c->arena, list, n, cap, c->series[i]);
    for (struct map_entry *e = NULL; (e = map_next(&c->planned, e));)
        ARENA_PUSH(c->arena, list, n, cap, e->value);
    *out_count = n;
    return (const struct series *const *)list;
}

struct sv calendar_installation(const struct calendar *c) { return c->installation; }

/* ---- recording ---- */

static bool record_installation(struct calendar *c, int64_t now, struct err *err)
{
    if (c->installation_recorded)
        return true;
    struct sv json = arena_printf(c->arena, "{\"id\":\"%.*s\"}", SV_ARG(c->installation));
    c->installation_recorded = store_put(c->store, SV("calendar"), SV("installation"), json, now, err);
    return c->installation_recorded;
}

static struct sv series_text(struct calendar *c, const struct series *s)
{
    struct strbuf text = STRBUF_IN(c->arena);
    series_write(&text, s);
    return strbuf_sv(&text);
}

static bool record(struct calendar *c, struct series *s, int64_t now, struct err *err)
{
    struct strbuf json = STRBUF_IN(c->arena);
    series_write(&json, s);
    if (!record_installation(c, now, err) || !store_put(c->store, SERIES_KIND, s->title, strbuf_sv(&json), now, err))
        return false;
    for (uint32_t i = 0; i < c->count; i++)
        if (sv_eq(c->series[i]->title, s->title)) {
            c->series[i] = s;
            return true;
        }
    ARENA_PUSH(c->arena, c->series, c->count, c->cap, s);
    qsort(c->series, c->count, sizeof *c->series, by_title);
    return true;
}

static bool record_event(struct calendar *c, const char *kind, struct sv title, struct sv body, int64_t now, struct err *err)
{
    struct event e = { .at = now, .kind = sv_of(kind), .subject = title, .actor = SV("potlac"), .body = body };
    return store_event_add(c->store, &e, err);
}

/* A series that forks has another UID from now on: who keeps real series must end one and start the other. */
static bool record_fork(struct calendar *c, const struct series *s, int64_t now, struct err *err)
{
    struct strbuf body = STRBUF_IN(c->arena);
    struct json_out j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "oldUid", ical_uid(c->arena, c->installation, series_canonical(c->arena, s, s->epoch - 1)));
    json_kstr(&j, "newUid", ical_uid(c->arena, c->installation, series_canonical(c->arena, s, s->epoch)));
    json_kint(&j, "epoch", s->epoch);
    json_kstr(&j, "reason", SV("the pattern of times changed"));
    json_close(&j, '}');
    return record_event(c, "cal.fork", s->title, strbuf_sv(&body), now, err);
}

/* ---- ending ---- */

/* May n more series end in this run? More than a few at once is rarely meant. */
static bool may_end(const struct calendar *c, uint32_t n, struct err *err)
{
    uint32_t total = c->ended + n, allowed = c->at_start / 5 > 5 ? c->at_start / 5 : 5;
    if (c->allow_mass_cancel || n == 0 || (total <= allowed && !(total >= c->at_start && c->at_start > 1)))
        return true;
    return err_set(err, "this would end %u of %u series of meetings: run again with --allow-mass-cancel if that is meant", total,
                   c->at_start);
}

static bool end_series(struct calendar *c, const struct series *s, int64_t now, struct err *err)
{
    struct series *ended = series_end(c->arena, s, now);
    struct sv body = arena_printf(c->arena, "{\"meetings\":%u}", series_ahead(s, now));
    if (!store_begin(c->store, err))
        return false;
    if (!record(c, ended, now, err) || !record_event(c, "cal.ended", s->title, body, now, err) || !store_commit(c->store, err)) {
        store_rollback(c->store);
        return false;
    }
    c->ended++;
    return true;
}

/* Recorded rituals that nothing wants. */
static struct sv *unwanted(struct calendar *c, uint32_t *out_count)
{
    struct sv *list = ARENA_ARRAY(c->arena, struct sv, c->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->count; i++)
        if (!c->series[i]->ended && !map_find(&c->wanted, c->series[i]->title))
            list[n++] = c->series[i]->title;
    *out_count = n;
    return list;
}

static void want(struct calendar *c, const struct resource *r)
{
    c->saw_catalog = true;
    map_put(&c->wanted, arena_dup(c->arena, r->title), c);
}

bool calendar_purge(struct calendar *c, struct catalog *all, struct err *err)
{
    for (uint32_t i = 0; i < all->resource_count; i++)
        if (sv_is(all->resources[i]->type, "Calendar_event") && !(all->resources[i]->flags & RES_VIRTUAL))
            want(c, all->resources[i]);
    uint32_t n;
    struct sv *titles = unwanted(c, &n);
    if (!may_end(c, n, err))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct resource *r = ARENA_NEW(all->arena, struct resource);
        struct resource_param absent = { .name = intern(all->syms, SV("ensure")), .value = value_str(SV("absent")) };
        *r = (struct resource){ .type = SV("Calendar_event"), .title = titles[i], .flags = RES_BUILTIN | RES_EVALUATED };
        r->index = all->resource_count;
        ARENA_PUSH(all->arena, r->params, r->param_count, r->param_cap, absent);
        ARENA_PUSH(all->arena, all->resources, all->resource_count, all->resource_cap, r);
        want(c, r);
    }
    return true;
}

/* What no catalog wants and calendar_purge was not asked about. Without any catalog seen nothing is unwanted. */
static bool prune(struct calendar *c, struct run *run, struct err *err)
{
    uint32_t n;
    struct sv *titles = unwanted(c, &n);
    if (!c->saw_catalog || n == 0)
        return true;
    if (!may_end(c, n, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (change_allowed(run) && !end_series(c, find_series(c, titles[i]), run->now, err))
            return false;
    return true;
}

/* ---- the provider ---- */

static void add(struct run *run, struct property_list *l, const char *name, struct sv text)
{
    struct property p = { .name = name, .text = text };
    ARENA_PUSH(run->arena, l->items, l->count, l->cap, p);
}

static struct sv join(struct arena *a, const struct sv *items, uint32_t count)
{
    struct strbuf out = STRBUF_IN(a);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&out, i ? ", %.*s" : "%.*s", SV_ARG(items[i]));
    return strbuf_sv(&out);
}

static void describe(struct run *run, const struct series *s, struct property_list *l)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    struct arena *a = run->arena;
    const struct cadence *c = &s->cadence;
    const struct meeting *m = &s->meetings[s->meeting_count - 1];
    struct strbuf when = STRBUF_IN(a);
    add(run, l, "ensure", SV("present"));
    add(run, l, "kind", m->kind);
    add(run, l, "zone", c->zone);
    if (c->once) {
        local_print(&when, c->start);
        add(run, l, "start", strbuf_sv(&when));
        add(run, l, "weekday", SV("-"));
        add(run, l, "start_time", SV("-"));
        add(run, l, "every", SV("once"));
    } else {
        date_print(&when, c->from);
        add(run, l, "start", strbuf_sv(&when));
        add(run, l, "weekday", sv_of(days[c->weekday]));
        add(run, l, "start_time", arena_printf(a, "%02d:%02d", c->hour, c->minute));
        add(run, l, "every", arena_printf(a, c->phase ? "P%dW+%d" : "P%dW", c->every, c->phase));
    }
    add(run, l, "minutes", arena_printf(a, "%lld", (long long)m->minutes));
    add(run, l, "attendees", join(a, m->attendees, m->attendee_count));
    add(run, l, "summary", m->summary);
    add(run, l, "description", m->description);
    add(run, l, "location", m->location);
    add(run, l, "private", m->private ? SV("true") : SV("false"));
    uint32_t ahead = 0;
    struct sv last = SV("none");
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (!s->occurrences[i].cancelled && occurrence_at(s, &s->occurrences[i]) > run->now)
            ahead++, last = s->occurrences[i].id;
    add(run, l, "published", arena_printf(a, "%u ahead, to %.*s", ahead, SV_ARG(last)));
}

static bool wants_absent(const struct resource *r) { return sv_is(resource_text(r, "ensure"), "absent"); }

static bool event_validate(struct run *run, const struct resource *r, struct err *err)
{
    struct plan p;
    return calendar_plan_read(run->arena, r, &p, err);
}

static bool event_prefetch(struct run *run, const struct resource *const *all, uint32_t count, struct err *err)
{
    (void)err;
    for (uint32_t i = 0; run->calendar && i < count; i++)
        want(run->calendar, all[i]);
    return true;
}

/* A ritual's plan, with what its people moved in their calendars. */
static bool read_plan(const struct calendar *c, struct arena *a, const struct resource *r, struct plan *out_p, struct err *err)
{
    struct moved_once *list = NULL;
    uint32_t n = 0;
    size_t cap = 0;
    if (!calendar_plan_read(a, r, out_p, err))
        return false;
    const struct zone *z = out_p->cadence.zone.n ? zone_find(out_p->cadence.zone, NULL) : NULL;
    for (uint32_t i = 0; z && i < c->move_count; i++) {
        struct moved_once m = { .slot = zone_to_local(z, c->moves[i].slot), .start = zone_to_local(z, c->moves[i].start) };
        int64_t day = date_to_days(m.slot.date);
        m.id = series_week_id(a, day - date_weekday(m.slot.date));
        if (sv_eq(c->moves[i].title, r->title))
            ARENA_PUSH(a, list, n, cap, m);
    }
    out_p->moved = list, out_p->moved_count = n;
    return true;
}

static struct series *copy_out(struct calendar *c, const struct series *s, struct err *err);

/* What a ritual would be after this run. */
static bool note_planned(struct calendar *c, struct run *run, const struct series *s, const struct plan *p, bool absent, struct err *err)
{
    struct series *next;
    if (!c->noop || (absent && (!s || s->ended)))
        return true;
    next = absent ? series_end(run->arena, s, run->now) : series_advance(run->arena, s, p, run->now, NULL);
    if (!(next = copy_out(c, next, err)))
        return false;
    map_put(&c->planned, next->title, next);
    return true;
}

static bool event_get(struct run *run, const struct resource *r, struct property_list *is, struct property_list *should, struct err *err)
{
    struct calendar *c = run->calendar;
    struct plan p;
    if (!c)
        return err_set(err, "no calendar is open in this run: calendar_event belongs to Potlacs and ownerships, not to hosts");
    if (!read_plan(c, run->arena, r, &p, err))
        return false;
    const struct series *s = find_series(c, r->title);
    bool present = s && !s->ended, absent = wants_absent(r);
    if (!note_planned(c, run, s, &p, absent, err))
        return false;
    if (!present || absent) {
        add(run, is, "ensure", present ? SV("present") : SV("absent"));
        add(run, should, "ensure", absent ? SV("absent") : SV("present"));
        return true;
    }
    struct series *next = series_advance(run->arena, s, &p, run->now, NULL);
    describe(run, s, is);
    describe(run, next, should);
    if (!sv_eq(series_text(c, s), series_text(c, next))) {
        struct property *x = &is->items[is->count - 1], *y = &should->items[should->count - 1];
        bool differs = false;
        for (uint32_t i = 0; i < is->count; i++)
            differs = differs || !sv_eq(is->items[i].text, should->items[i].text);
        if (!differs) /* weeks dropped, or one moved: the state must be written even so */
            y->text = arena_printf(run->arena, "%.*s, revised", SV_ARG(x->text));
    }
    return true;
}

static enum set_result event_set(struct run *run, const struct resource *r, const struct property_list *is,
                                 const struct property_list *should, struct err *err)
{
    (void)is, (void)should;
    struct calendar *c = run->calendar;
    const struct series *s = find_series(c, r->title);
    struct plan p;
    bool forked = false;
    if (wants_absent(r)) {
        bool done = !s || s->ended || (may_end(c, 1, err) && end_series(c, s, run->now, err));
        return done ? SET_DONE : SET_FAILED;
    }
    if (!read_plan(c, run->arena, r, &p, err))
        return SET_FAILED;
    /* through text, so that it lives as long as the calendar and not only as the run */
    struct series *next = copy_out(c, series_advance(run->arena, s, &p, run->now, &forked), err);
    if (!next || !store_begin(c->store, err))
        return SET_FAILED;
    if (record(c, next, run->now, err) && (!forked || record_fork(c, next, run->now, err)) && store_commit(c->store, err))
        return SET_DONE;
    store_rollback(c->store);
    return SET_FAILED;
}

static struct series *copy_out(struct calendar *c, const struct series *s, struct err *err)
{
    struct series *copy;
    struct data_doc *doc;
    if (!read_document(c->arena, s->title, series_text(c, s), &doc, err) || !series_read(c->arena, &doc->root, &copy, err))
        return NULL;
    return copy;
}

static const char *const event_params[] = { "ensure",  "kind",     "zone",  "weekday", "start_time", "start",   "minutes",
                                            "every",   "from",     "phase", "skip",    "attendees",  "summary", "description",
                                            "private", "location", "moves", "ritual",  NULL };

const struct provider calendar_event_provider = {
    .type = { .name = "calendar_event", .params = event_params, .namevar = "ritual" },
    .validate = event_validate,
    .prefetch = event_prefetch,
    .get = event_get,
    .set = event_set,
    .in_root = true,
};

/* ---- feeds ---- */

struct feed_list {
    struct feed *items;
    uint32_t count;
    size_t cap;
    struct map recorded; /* ref -> struct document, as it stands in the store */
};

static void need_feed(struct calendar *c, struct feed_list *l, struct sv ref, struct sv zone, struct sv name)
{
    bool person = sv_starts(ref, SV("user:"));
    for (uint32_t i = 0; i < l->count; i++)
        if (sv_eq(person ? l->items[i].user : l->items[i].subject, ref))
            return;
    struct feed f = { .installation = c->installation, .name = name, .zone = zone };
    if (person)
        f.user = ref;
    else
        f.subject = ref;
    ARENA_PUSH(c->arena, l->items, l->count, l->cap, f);
}

/* What the model calls it, or "eva" of "user:default/eva". */
static struct sv name_of(struct calendar *c, struct sv ref)
{
    const struct entity *e = c->model ? model_find(c->model, ref) : NULL;
    struct sv shown = e && e->kind == KIND_USER ? entity_text(e, "profile.displayName") : e ? e->title : SV_NONE;
    if (shown.n)
        return shown;
    size_t slash = sv_rfind_char(ref, '/');
    return slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n);
}

/* Feeds of all who attend or attended, and those written before: a feed whose last meeting went stays, empty. */
static bool list_feeds(struct calendar *c, struct feed_list *l, struct err *err)
{
    struct document *docs;
    size_t count;
    if (!store_list(c->store, c->arena, CALENDAR_FEED_KIND, &docs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct data_doc *doc;
        if (!read_document(c->arena, docs[i].key, docs[i].json, &doc, err))
            return false;
        map_put(&l->recorded, docs[i].key, &docs[i]);
        need_feed(c, l, docs[i].key, data_text(data_get(&doc->root, "zone")), name_of(c, docs[i].key));
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const struct series *s = c->series[i];
        need_feed(c, l, ritual_subject(s->title), s->cadence.zone, name_of(c, ritual_subject(s->title)));
        for (uint32_t m = 0; m < s->meeting_count; m++)
            for (uint32_t k = 0; k < s->meetings[m].attendee_count; k++)
                need_feed(c, l, s->meetings[m].attendees[k], s->cadence.zone, name_of(c, s->meetings[m].attendees[k]));
    }
    return true;
}

/* FOLDER/user-eva.ics; FOLDER/user-eva@NAMESPACE.ics outside the default namespace. */
static struct sv feed_path(struct calendar *c, struct sv ref)
{
    struct sv rest = ref, kind, ns;
    sv_cut(&rest, ':', &kind);
    sv_cut(&rest, '/', &ns);
    struct sv at = sv_is(ns, "default") ? SV("") : arena_printf(c->arena, "@%.*s", SV_ARG(ns));
    return arena_printf(c->arena, "%.*s/%.*s-%.*s%.*s.ics", SV_ARG(c->folder), SV_ARG(kind), SV_ARG(rest), SV_ARG(at));
}

/* What the feed's bytes come from, besides the series. */
static struct sv feed_document(struct calendar *c, const struct feed *f)
{
    struct strbuf json = STRBUF_IN(c->arena);
    struct json_out j = json_to(&json, false);
    json_open(&j, '{');
    json_kstr(&j, "zone", f->zone);
    json_kstr(&j, "name", f->name);
    json_kstr(&j, "installation", f->installation);
    json_close(&j, '}');
    return strbuf_sv(&json);
}

static bool flush_feed(struct calendar *c, struct run *run, const struct feed *f, const struct document *recorded, struct err *err)
{
    struct sv ref = f->user.n ? f->user : f->subject, old, document = feed_document(c, f);
    struct strbuf text = STRBUF_IN(c->arena);
    feed_write(&text, c->arena, f, (const struct series *const *)c->series, c->count, run->now);
    const char *path = sv_path(c->arena, feed_path(c, ref), err);
    c->feeds++;
    if (!path)
        return false;
    bool same = fs_exists(path) && fs_read(c->arena, path, FEED_MAX, &old, NULL) && sv_eq(old, strbuf_sv(&text));
    c->written += !same;
    if ((same && recorded && sv_eq(recorded->json, document)) || !change_allowed(run))
        return true;
    if (!store_put(c->store, CALENDAR_FEED_KIND, ref, document, run->now, err))
        return false;
    return same ||
           (fs_mkdirs(arena_cstr(c->arena, path_dir(sv_of(path))), 0755, err) && fs_write_atomic(path, strbuf_sv(&text), 0644, err));
}

/* Series that ended need no resource to be forgotten in time. */
static bool trim_ended(struct calendar *c, struct run *run, struct err *err)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (!c->series[i]->ended)
            continue;
        struct series *next = series_trim(c->arena, c->series[i], run->now);
        if (!sv_eq(series_text(c, c->series[i]), series_text(c, next)) && change_allowed(run) && !record(c, next, run->now, err))
            return false;
    }
    return true;
}

bool calendar_close(struct calendar *c, struct err *err)
{
    struct run run = { .arena = c->arena, .noop = c->noop, .now = c->now };
    struct feed_list feeds = { .recorded = map_in(c->arena) };
    if (!prune(c, &run, err) || !trim_ended(c, &run, err) || !list_feeds(c, &feeds, err))
        return false;
    for (uint32_t i = 0; i < feeds.count; i++)
        if (!flush_feed(c, &run, &feeds.items[i],
                        map_find(&feeds.recorded, feeds.items[i].user.n ? feeds.items[i].user : feeds.items[i].subject), err))
            return false;
    return true;
}

unsigned calendar_feeds(const struct calendar *c, unsigned *out_written)
{
    *out_written = c->written;
    return c->feeds;
}
