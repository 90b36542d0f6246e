/* checkup: records that a service's two owners met, or that nothing had changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/actor.h"
#include "cli/change.h"
#include "cli/people_verb.h"
#include "model/owners.h"
#include "people/meetings.h"

struct closing {
    struct cli *c;
    struct site *s;
    bool confirm;
    int64_t at; /* when they met */
    struct sv author;
    struct err err;
};

/* One ownership to be closed. */
struct closed {
    const struct entity *service;
    struct meeting_name name;
    struct meeting_entry entry;
};

/* --- who was there --- */

static bool is_in(const struct sv *list, uint32_t n, struct sv ref)
{
    for (uint32_t i = 0; i < n; i++)
        if (sv_eq(list[i], ref))
            return true;
    return false;
}

static bool read_attended(struct closing *k, struct closed *d)
{
    const char *given = cli_value(k->c, "attended");
    struct sv rest = sv_of(given), word;
    d->entry.attended = d->name.people;
    d->entry.attended_count = d->name.people_count;
    if (!given)
        return true;
    d->entry.attended = ARENA_ARRAY(k->c->arena, struct sv, rest.n + 1);
    d->entry.attended_count = 0;
    while (rest.p && sv_cut(&rest, ',', &word)) {
        const struct entity *user = sv_trim(word).n ? actor_named(k->s->model, k->c->arena, sv_trim(word), &k->err) : NULL;
        if (!user && sv_trim(word).n)
            return false;
        if (user)
            d->entry.attended[d->entry.attended_count++] = user->ref;
    }
    return true;
}

/* Dev and ops each were there, or who stands in for them: with one side alone it is no checkup. */
static bool both_sides(struct closing *k, const struct closed *d)
{
    uint32_t n;
    const struct owner *owners = owners_of(k->s->model, k->c->arena, d->service, local_from_seconds(k->at).date, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct owner *o = &owners[i];
        bool side = strcmp(o->side, "dev") == 0 || strcmp(o->side, "ops") == 0;
        bool there = is_in(d->entry.attended, d->entry.attended_count, o->who->ref) ||
                     (o->stand_in && is_in(d->entry.attended, d->entry.attended_count, o->stand_in->ref));
        if (side && !there)
            return err_set(
                &k->err,
                "a checkup is held by both owners, and %.*s (%s) was not there; name who stood in by an Absence's delegate, or record "
                "it as missed: potlac meeting missed %.*s.checkup",
                SV_ARG(o->who->name), o->side, SV_ARG(d->name.subject->name));
    }
    return true;
}

/* --- nothing changed --- */

static bool is_owner(struct closing *k, const struct closed *d, const struct entity *user)
{
    uint32_t n;
    const struct owner *owners = owners_of(k->s->model, k->c->arena, d->service, k->s->today, &n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(owners[i].side, "owner") != 0 && (owners[i].who == user || owners[i].stand_in == user))
            return true;
    return false;
}

static bool may_confirm(struct closing *k, const struct closed *d)
{
    struct site *s = k->s;
    struct sv name = d->name.subject->name;
    const struct entity *user = actor_find(s->model, k->c->arena, k->author);
    if (!user || !is_owner(k, d, user))
        return err_set(&k->err, "%.*s does not own '%.*s': its two owners, or who stands in for one, confirm that nothing changed",
                       SV_ARG(user ? user->name : k->author), SV_ARG(d->service->name));
    const struct agenda *g = agenda_checkup(s->model, s->store, k->c->arena, d->name.subject, s->now, &k->err);
    if (!g)
        return false;
    unsigned items = 0;
    for (uint32_t i = 0; i < g->count; i++)
        items += !g->items[i].steady;
    if (!g->nothing)
        return err_set(
            &k->err,
            "there is something to talk about: %u item%s, see 'potlac agenda systemownership:%.*s'; meet, then: potlac checkup close %.*s",
            items, items == 1 ? "" : "s", SV_ARG(name), SV_ARG(name));
    if (!g->since)
        return err_set(&k->err, "no checkup of '%.*s' is recorded yet: the first one is a meeting; then: potlac checkup close %.*s",
                       SV_ARG(name), SV_ARG(name));
    return g->confirmed < AGENDA_CONFIRMATIONS ||
           err_set(&k->err,
                   "that nothing changed was confirmed %u times in a row: this time the owners meet; then: potlac checkup close %.*s",
                   g->confirmed, SV_ARG(name));
}

/* --- recording --- */

/* Topics that were closed since the last one. */
static bool count_closed(struct closing *k, struct closed *d, const struct meetings *held)
{
    struct event *events;
    size_t n;
    const struct meeting_record *last = meetings_last_held(held, d->name.title, k->at);
    if (!store_events(k->s->store, k->c->arena, &(struct event_query){ .kind = SV("topic.closed"), .since_id = last ? last->base : 0 },
                      &events, &n, &k->err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct entity *t = model_find(k->s->model, events[i].subject);
        struct sv ritual;
        d->entry.closed += t && model_ritual(k->s->model, entity_text(t, "for"), t->ns, &ritual) == d->name.subject;
    }
    return true;
}

static bool prepare(struct closing *k, struct sv written, struct closed *d)
{
    struct meetings held;
    struct site *s = k->s;
    const struct entity *ownership = people_entity(s, KIND_SYSTEM_OWNERSHIP, written, &k->err);
    struct sv title = ownership ? arena_printf(k->c->arena, "%.*s/checkup", SV_ARG(ownership->ref)) : SV_NONE;
    if (!ownership || !meeting_find(s->model, k->c->arena, title, s->today, &d->name, &k->err))
        return false;
    d->service = model_find(s->model, model_full_ref(k->c->arena, entity_text(ownership, "service"), "component", ownership->ns));
    struct err zone_err = { "" };
    const struct zone *zone = zone_find(d->name.zone, &zone_err);
    d->entry = (struct meeting_entry){ .name = &d->name,
                                       .week = meeting_week_of(k->c->arena, zone ? zone_to_local(zone, k->at).date : s->today),
                                       .at = k->at,
                                       .now = s->now,
                                       .reason = sv_of(cli_value(k->c, "reason")),
                                       .actor = k->author,
                                       .confirmed = k->confirm,
                                       .model = s->model };
    return read_attended(k, d) && (k->confirm ? may_confirm(k, d) : both_sides(k, d)) &&
           meetings_read(s->store, k->c->arena, &held, &k->err) && count_closed(k, d, &held) &&
           meeting_snapshot(s->store, k->c->arena, k->at, &d->entry.base, &k->err);
}

static bool store_all(struct closing *k, struct closed *list, unsigned n)
{
    if (!store_begin(k->s->store, &k->err))
        return false;
    for (unsigned i = 0; i < n; i++)
        if (!meeting_add(k->s->store, k->c->arena, &list[i].entry, &k->err)) {
            store_rollback(k->s->store);
            return false;
        }
    return store_commit(k->s->store, &k->err);
}

static void tell(struct closing *k, const struct closed *list, unsigned n)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (k->c->json)
        json_open(&j, '[');
    for (unsigned i = 0; i < n; i++) {
        const struct meeting_entry *e = &list[i].entry;
        struct sv name = list[i].name.subject->name;
        if (!k->c->json) {
            strbuf_addf(&out, "%.*s: %s; the next agenda starts after event %lld", SV_ARG(name),
                        k->confirm ? "nothing changed, confirmed" : "checkup held", (long long)e->base);
            if (e->carried)
                strbuf_addf(&out, "; %u topic%s carried", e->carried, e->carried == 1 ? "" : "s");
            strbuf_addc(&out, '\n');
            continue;
        }
        json_open(&j, '{');
        json_kstr(&j, "ownership", list[i].name.subject->ref);
        json_kbool(&j, "confirmed", k->confirm);
        json_kint(&j, "baseSnapshot", e->base);
        json_kint(&j, "closed", e->closed);
        json_kint(&j, "carried", e->carried);
        json_close(&j, '}');
    }
    if (k->c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    }
    cli_write(stdout, &out);
}

static bool run_all(struct closing *k)
{
    struct site *s = k->s;
    const char *at = cli_value(k->c, "at");
    struct closed *list = ARENA_ARRAY(k->c->arena, struct closed, k->c->arg_count);
    unsigned n = k->c->arg_count - 1;
    k->at = s->now;
    if (!s->model)
        return err_set(&k->err, "'%.*s' has no model/", SV_ARG(s->dir));
    if (at && (!utc_parse(sv_of(at), &k->at) || k->at > s->now))
        return err_set(&k->err, "--at '%s' is no UTC time of the past, such as 2027-02-15T08:00:00Z", at);
    if (!site_open_store(s, &k->err))
        return false;
    for (unsigned i = 0; i < n; i++)
        if (!prepare(k, sv_of(k->c->args[i + 1]), &list[i]))
            return false;
    if (!store_all(k, list, n))
        return false;
    tell(k, list, n);
    return true;
}

static int checkup(struct cli *c)
{
    struct closing k = { .c = c, .author = change_author(c) };
    struct site s;
    bool close = c->arg_count && strcmp(c->args[0], "close") == 0;
    k.confirm = c->arg_count && strcmp(c->args[0], "confirm") == 0;
    if (!close && !k.confirm)
        return c->arg_count ? cli_misuse(c, "'%s' is no action: it is close or confirm", c->args[0])
                            : cli_misuse(c, "close or confirm is expected, and an ownership: close search-index");
    if (c->arg_count < 2)
        return cli_misuse(c, "name one ownership or more");
    if (k.confirm && (cli_value(c, "attended") || cli_value(c, "at")))
        return cli_misuse(c, "nobody meets where nothing changed: --attended and --at are for close");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    k.s = &s;
    bool ok = run_all(&k);
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&k.err);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "attended", 0, "USER,...", "who was there [both owners]" },
    { "at", 0, "TIME", "when it was, where that is not now: 2027-02-15T08:00:00Z" },
    { "reason", 0, "TEXT", "a remark" },
    { "author", 0, "WHO", "who records it [git's user.email, or the login name]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_checkup = {
    .name = "checkup",
    .usage = "close OWNERSHIP... | confirm OWNERSHIP...",
    .summary = "Record that a service's owners met, or that nothing changed",
    .help =
        "The next agenda starts from where the closed one ended; a missed checkup ('potlac meeting missed NAME.checkup') moves nothing. "
        "Where\n"
        "nothing changed and no topic is open, one owner confirms that in place of a meeting, twice in a row at most. Owners of several\n"
        "services close them together.",
    .options = options,
    .run = checkup,
};
