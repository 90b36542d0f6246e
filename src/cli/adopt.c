/* adopt: series that people moved in their calendars, and making that everybody's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/change.h"
#include "cli/site.h"
#include "people/plan.h"
#include "people/series.h"

/* A series that somebody moved and that the model still has elsewhere. */
struct moved_series {
    struct sv title, user, zone;
    int weekday, time, every;
    const struct series *series;
};

struct moved_list {
    struct moved_series *items;
    uint32_t count;
    size_t cap;
};

static const struct data *read_json(struct arena *a, struct sv name, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ name, json };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

/* The recorded series of a ritual; *out_s NULL where there is none. */
static bool find_series(struct site *s, struct sv title, const struct series **out_s, struct err *err)
{
    struct sv json;
    struct err problem = { "" };
    struct series *found = NULL;
    *out_s = NULL;
    if (!store_get(s->store, s->arena, SV("calendar.series"), title, &json, &problem))
        return !problem.text[0] || err_set(err, "%s", problem.text);
    const struct data *root = read_json(s->arena, title, json);
    if (!root || !series_read(s->arena, root, &found, err))
        return false;
    *out_s = found;
    return true;
}

static void take_event(struct moved_list *l, struct arena *a, const struct event *e)
{
    const struct data *body = read_json(a, e->subject, e->body), *every = data_get(body, "every");
    struct local_time start;
    if (!body || !sv_is(data_text(data_get(body, "what")), "moved the series") || !local_parse(data_text(data_get(body, "start")), &start))
        return;
    struct moved_series m = { e->subject, data_text(data_get(body, "user")), data_text(data_get(body, "zone")), 0, 0, 0, NULL };
    m.weekday = date_weekday(start.date);
    m.time = start.hour * 60 + start.minute;
    m.every = every && every->kind == DATA_INT ? (int)every->i : 0;
    for (uint32_t i = 0; i < l->count; i++) /* the last word counts, whoever has it */
        if (sv_eq(l->items[i].title, m.title)) {
            l->items[i] = m;
            return;
        }
    ARENA_PUSH(a, l->items, l->count, l->cap, m);
}

/* Those that the model has not followed. */
static bool list_moved(struct site *s, struct moved_list *out, struct err *err)
{
    struct event *events;
    size_t count;
    const struct event_query q = { .kind = SV("cal.useredit") };
    uint32_t n = 0;
    if (!store_events(s->store, s->arena, &q, &events, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        take_event(out, s->arena, &events[i]);
    for (uint32_t i = 0; i < out->count; i++) {
        struct moved_series *m = &out->items[i];
        if (!find_series(s, m->title, &m->series, err))
            return false;
        const struct cadence *c = m->series ? &m->series->cadence : NULL;
        bool same = c && c->weekday == m->weekday && c->hour * 60 + c->minute == m->time && sv_eq(c->zone, m->zone);
        if (c && !m->series->ended && !c->once && !same)
            out->items[n++] = *m;
    }
    out->count = n;
    return true;
}

static struct sv slot_words(struct arena *a, int weekday, int time, struct sv zone)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    return arena_printf(a, "%s %02d:%02d %.*s", days[weekday], time / 60, time % 60, SV_ARG(zone));
}

static void show(struct cli *c, const struct moved_list *l)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (uint32_t i = 0; i < l->count; i++) {
        const struct moved_series *m = &l->items[i];
        const struct cadence *k = &m->series->cadence;
        struct sv is = slot_words(c->arena, m->weekday, m->time, m->zone),
                  was = slot_words(c->arena, k->weekday, k->hour * 60 + k->minute, k->zone);
        if (!c->json) {
            printf("%.*s: %.*s moved it from %.*s to %.*s\n", SV_ARG(m->title), SV_ARG(ref_short(c->arena, m->user)), SV_ARG(was),
                   SV_ARG(is));
            continue;
        }
        json_open(&j, '{');
        json_kstr(&j, "ritual", m->title);
        json_kstr(&j, "user", m->user);
        json_kstr(&j, "was", was);
        json_kstr(&j, "is", is);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    if (c->json)
        printf("%s\n", strbuf_cstr(&out));
    else if (!l->count)
        printf("Nothing is to be adopted: no series stands elsewhere in somebody's calendar.\n");
}

/* What a file declares is changed there. */
static bool check_declared(struct site *s, const struct moved_series *m, struct err *err)
{
    size_t slash = sv_find_char(m->title, '/', 0);
    struct sv subject = sv_slice(m->title, 0, sv_find_char(m->title, '/', slash + 1));
    const struct entity *e = model_find(s->model, subject);
    bool sync = sv_ends(m->title, SV("/sync"));
    if (!e)
        return err_set(err, "the model has no '%.*s' any more", SV_ARG(subject));
    if (sync && (entity_field(e, "sync.weekday") || entity_field(e, "sync.time"))) {
        struct sv is = slot_words(s->arena, m->weekday, m->time, m->zone);
        return err_set(err, "the slot is declared in %.*s: change 'weekday' and 'time' of 'sync' there, to %.*s", SV_ARG(e->doc->src->path),
                       SV_ARG(is));
    }
    return true;
}

static bool check(struct site *s, const struct moved_series *m, struct err *err)
{
    const struct cadence *k = &m->series->cadence;
    if (!sv_eq(m->zone, k->zone))
        return err_set(err,
                       "it was moved by the clock of %.*s, and meets by that of %.*s: move it there by the same clock, or change the model",
                       SV_ARG(m->zone), SV_ARG(k->zone));
    if (m->every != k->every)
        return err_set(err, "it was made to recur otherwise (every %d weeks is the model's): change that in the model", k->every);
    if (m->time % 15)
        return err_set(err, "meetings begin on quarters of an hour, and %02d:%02d is none", m->time / 60, m->time % 60);
    return check_declared(s, m, err);
}

static bool record(struct cli *c, struct site *s, const struct moved_series *m, struct err *err)
{
    const char *reason = cli_value(c, "reason");
    struct strbuf doc = STRBUF_IN(c->arena), body = STRBUF_IN(c->arena);
    struct json_out j = json_to(&doc, false);
    json_open(&j, '{');
    json_kstr(&j, "zone", m->zone);
    json_kint(&j, "weekday", m->weekday);
    json_kint(&j, "time", m->time);
    json_kint(&j, "at", s->now);
    json_close(&j, '}');
    j = json_to(&body, false);
    json_open(&j, '{');
    json_kstr(&j, "field", SV("slot"));
    json_kstr(&j, "value", slot_words(c->arena, m->weekday, m->time, m->zone));
    json_kstr(&j, "by", m->user);
    json_kstr(&j, "reason", sv_of(reason ? reason : ""));
    json_close(&j, '}');
    struct event e = { .at = s->now, .kind = SV("adopt"), .subject = m->title, .actor = change_author(c), .body = strbuf_sv(&body) };
    if (!store_begin(s->store, err))
        return false;
    if (store_put(s->store, PEOPLE_ADOPTED, m->title, strbuf_sv(&doc), s->now, err) && store_event_add(s->store, &e, err) &&
        store_commit(s->store, err))
        return true;
    store_rollback(s->store);
    return false;
}

/* "potlac:search" or a whole ritual. */
static bool is_meant(struct cli *c, struct sv word, struct sv title)
{
    struct sv full = model_full_ref(c->arena, word, "potlac", SV("default"));
    size_t slash = sv_find_char(title, '/', 0);
    return sv_eq(word, title) || sv_eq(full, sv_slice(title, 0, sv_find_char(title, '/', slash + 1)));
}

static int adopt_in(struct cli *c, struct site *s)
{
    struct err err = { "" };
    struct moved_list all = { 0 };
    unsigned adopted = 0;
    if (!s->model)
        err_set(&err, "this site has no model/");
    if (!s->model || !site_open_store(s, &err) || !list_moved(s, &all, &err))
        return cli_broken(&err);
    if (!c->arg_count) {
        show(c, &all);
        return EXIT_OK;
    }
    for (uint32_t i = 0; i < all.count; i++) {
        const struct moved_series *m = &all.items[i];
        if (!is_meant(c, sv_of(c->args[0]), m->title))
            continue;
        if (!check(s, m, &err) || (!cli_flag(c, "noop") && !record(c, s, m, &err))) {
            err_wrap(&err, "%.*s", SV_ARG(m->title));
            return cli_broken(&err);
        }
        printf("%.*s %s to %.*s; 'potlac apply' moves it for all\n", SV_ARG(m->title), cli_flag(c, "noop") ? "would move" : "moves",
               SV_ARG(slot_words(c->arena, m->weekday, m->time, m->zone)));
        adopted++;
    }
    if (!adopted)
        err_set(&err, "nobody moved a series of '%s': 'potlac adopt' alone lists what was moved", c->args[0]);
    return adopted ? EXIT_OK : cli_broken(&err);
}

static int adopt(struct cli *c)
{
    struct site s;
    if (c->arg_count > 1)
        return cli_misuse(c, "name one Potlac, ownership or ritual");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = adopt_in(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_adopt = {
    .name = "adopt",
    .usage = "[POTLAC|RITUAL]",
    .summary = "Series that people moved in their calendars: show them, and move them for all",
    .help = "Without an argument: which series somebody moved by hand and the model has elsewhere. With one: that slot becomes what people "
            "are\n"
            "used to, as if the plan had chosen it, and the next apply moves the others. What a file declares is changed in that file.",
    .options = options,
    .run = adopt,
};
