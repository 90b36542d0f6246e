/* meeting: records what became of a meeting: held, skipped, missed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/actor.h"
#include "cli/change.h"
#include "people/meetings.h"

struct recording_of {
    struct cli *c;
    struct site *s;
    struct meeting_name name;
    struct meeting_entry entry;
    struct err err;
};

/* Users of "--attended a,b", sorted by nobody: as they are given, each once. */
static bool read_attended(struct recording_of *r)
{
    const char *given = cli_value(r->c, "attended");
    struct sv rest = sv_of(given), word;
    if (!given) {
        r->entry.attended = r->name.people;
        r->entry.attended_count = r->name.people_count;
        return true;
    }
    r->entry.attended = ARENA_ARRAY(r->c->arena, struct sv, rest.n + 1);
    while (rest.p && sv_cut(&rest, ',', &word)) {
        const struct entity *user = sv_trim(word).n ? actor_named(r->s->model, r->c->arena, sv_trim(word), &r->err) : NULL;
        if (!user && sv_trim(word).n)
            return false;
        if (user)
            r->entry.attended[r->entry.attended_count++] = user->ref;
    }
    return true;
}

/* When the meeting was: as calendars have it; else in the middle of its week, or now where that is to come. */
static bool read_time(struct recording_of *r, struct date monday)
{
    const struct series *series;
    if (!meeting_series(r->s->store, r->c->arena, r->name.title, &series, &r->err))
        return false;
    int64_t middle = date_to_days(monday) * 86400 + 5 * 43200;
    r->entry.at = middle < r->s->now ? middle : r->s->now;
    for (uint32_t i = 0; series && i < series->occurrence_count; i++)
        if (sv_eq(series->occurrences[i].id, r->entry.week))
            r->entry.at = occurrence_at(series, &series->occurrences[i]);
    return r->entry.at <= r->s->now || r->entry.state == MEETING_SKIPPED ||
           err_set(&r->err, "%.*s of %.*s has not begun yet: only a skipped meeting is recorded before it", SV_ARG(r->name.kind),
                   SV_ARG(r->name.about ? r->name.about->name : r->entry.week));
}

static bool is_once(const struct meeting_name *n) { return sv_is(n->kind, "chat") || sv_is(n->kind, "mock"); }

static bool read_week(struct recording_of *r)
{
    struct err err = { "" };
    const struct zone *zone = zone_find(r->name.zone, &err);
    struct date today = zone ? zone_to_local(zone, r->s->now).date : r->s->today, monday = today;
    r->entry.week = meeting_week_of(r->c->arena, today);
    if (r->c->arg_count > 2 && !meeting_week_parse(r->c->arena, sv_of(r->c->args[2]), &r->entry.week, &monday))
        return err_set(&r->err, "'%s' is no week such as 2027-W09", r->c->args[2]);
    if (is_once(&r->name))
        r->entry.week = SV("once");
    if (r->c->arg_count <= 2)
        monday = date_from_days(date_to_days(today) - date_weekday(today));
    if (date_to_days(monday) > date_to_days(today) && r->entry.state != MEETING_SKIPPED)
        return err_set(&r->err, "%.*s is to come: only a skipped meeting is recorded before its week", SV_ARG(r->entry.week));
    return read_time(r, monday);
}

static bool same_record(const struct meeting_record *was, const struct meeting_entry *e)
{
    bool same =
        was->state == e->state && sv_eq(was->reason, e->reason) && (e->state != MEETING_HELD || was->attended_count == e->attended_count);
    for (uint32_t i = 0; same && e->state == MEETING_HELD && i < e->attended_count; i++)
        same = sv_eq(was->attended[i], e->attended[i]);
    return same;
}

static bool store_entry(struct recording_of *r)
{
    if (!store_begin(r->s->store, &r->err))
        return false;
    if (meeting_add(r->s->store, r->c->arena, &r->entry, &r->err))
        return store_commit(r->s->store, &r->err);
    store_rollback(r->s->store);
    return false;
}

static void tell(struct recording_of *r, bool anew)
{
    struct sv title = r->name.title;
    if (r->c->json) {
        AUTO_STRBUF out = STRBUF_HEAP;
        struct json_out j = json_to(&out, true);
        json_open(&j, '{');
        json_kstr(&j, "ritual", title);
        json_kstr(&j, "week", r->entry.week);
        json_kstr(&j, "state", sv_of(meeting_states[r->entry.state]));
        json_kbool(&j, "recorded", anew);
        json_kint(&j, "carried", r->entry.carried);
        json_close(&j, '}');
        printf("%s\n", strbuf_cstr(&out));
        return;
    }
    printf("%.*s %.*s: %s%s\n", SV_ARG(title), SV_ARG(r->entry.week), meeting_states[r->entry.state],
           anew ? "" : ", as is recorded already");
    if (r->entry.carried)
        printf("%u topic%s of who was not there: carried to the next one\n", r->entry.carried, r->entry.carried == 1 ? "" : "s");
}

static bool record(struct recording_of *r)
{
    struct meetings all;
    struct site *s = r->s;
    if (!meeting_find(s->model, r->c->arena, sv_of(r->c->args[1]), s->today, &r->name, &r->err))
        return false;
    if (sv_is(r->name.kind, "checkup") && r->entry.state == MEETING_HELD)
        return err_set(&r->err, "a checkup that was held is closed by 'potlac checkup close %.*s': the next agenda starts from there",
                       SV_ARG(r->name.subject->name));
    if (!site_open_store(s, &r->err) || !read_attended(r) || !read_week(r) || !meetings_read(s->store, r->c->arena, &all, &r->err))
        return false;
    const struct meeting_record *was = meetings_find(&all, r->name.title, r->entry.week);
    bool anew = !was || !same_record(was, &r->entry);
    if (anew && !store_entry(r))
        return false;
    tell(r, anew);
    return true;
}

/* --- listing --- */

static void print_record(struct cli *c, struct strbuf *out, const struct meeting_record *m)
{
    struct strbuf at = STRBUF_IN(c->arena);
    date_print(&at, local_from_seconds(m->at).date);
    strbuf_addf(out, "%.*s  %.*s  %s%s", SV_ARG(strbuf_sv(&at)), SV_ARG(m->title), meeting_states[m->state],
                m->confirmed ? " (confirmed)" : "");
    for (uint32_t i = 0; i < m->attended_count; i++)
        strbuf_addf(out, "%s%.*s", i ? ", " : " by ", SV_ARG(path_base(m->attended[i])));
    strbuf_addf(out, "%s%.*s\n", m->reason.n ? ": " : "", SV_ARG(m->reason));
}

static void json_record(struct json_out *j, const struct meeting_record *m)
{
    AUTO_STRBUF at = STRBUF_HEAP;
    utc_print(&at, m->at);
    json_open(j, '{');
    json_kstr(j, "ritual", m->title);
    json_kstr(j, "week", m->week);
    json_kstr(j, "at", strbuf_sv(&at));
    json_kstr(j, "state", sv_of(meeting_states[m->state]));
    if (m->confirmed)
        json_kbool(j, "confirmed", true);
    json_key(j, SV("attended"));
    json_open(j, '[');
    for (uint32_t i = 0; i < m->attended_count; i++)
        json_str(j, m->attended[i]);
    json_close(j, ']');
    if (m->reason.n)
        json_kstr(j, "reason", m->reason);
    json_close(j, '}');
}

static bool list(struct recording_of *r)
{
    struct meetings all = { 0 };
    struct cli *c = r->c;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (c->arg_count > 1 && !meeting_find(r->s->model, c->arena, sv_of(c->args[1]), r->s->today, &r->name, &r->err))
        return false;
    if (r->s->early_store && !meetings_read(r->s->early_store, c->arena, &all, &r->err))
        return false;
    if (c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < all.count; i++) {
        if (c->arg_count > 1 && !sv_eq(all.items[i].title, r->name.title))
            continue;
        if (c->json)
            json_record(&j, &all.items[i]);
        else
            print_record(c, &out, &all.items[i]);
    }
    if (c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    } else if (!out.n) {
        strbuf_adds(&out, "Nothing is recorded.\n");
    }
    cli_write(stdout, &out);
    return true;
}

/* --- the verb --- */

static int with_site(struct cli *c, bool (*act)(struct recording_of *r), const struct meeting_entry *entry)
{
    struct site s;
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    struct recording_of r = { .c = c, .s = &s, .entry = *entry };
    r.entry.name = &r.name;
    r.entry.model = s.model;
    r.entry.now = s.now;
    bool ok = s.model ? act(&r) : err_set(&r.err, "'%.*s' has no model/", SV_ARG(s.dir));
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&r.err);
}

static int meeting(struct cli *c)
{
    int state = -1;
    if (c->arg_count && strcmp(c->args[0], "list") == 0)
        return c->arg_count > 2 ? cli_misuse(c, "list takes one meeting at most")
                                : with_site(c, list, &(struct meeting_entry){ .name = NULL });
    for (int i = 0; c->arg_count && i < 3; i++)
        if (strcmp(c->args[0], meeting_states[i]) == 0)
            state = i;
    if (state < 0)
        return c->arg_count ? cli_misuse(c, "'%s' is no state: it is held, skipped or missed, or list", c->args[0])
                            : cli_misuse(c, "held, skipped or missed is expected, and a meeting: held search.sync");
    if (c->arg_count < 2 || c->arg_count > 3)
        return cli_misuse(c, "a meeting is expected, and a week at most: %s search.sync 2027-W09", c->args[0]);
    if (state == MEETING_SKIPPED && !sv_of(cli_value(c, "reason")).n)
        return cli_misuse(c, "say why it was skipped: --reason TEXT");
    if (state != MEETING_HELD && cli_value(c, "attended"))
        return cli_misuse(c, "nobody attends a meeting that is %s", c->args[0]);
    const struct meeting_entry entry = { .state = (enum meeting_state)state,
                                         .reason = sv_of(cli_value(c, "reason")),
                                         .actor = change_author(c) };
    return with_site(c, record, &entry);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "attended", 0, "USER,...", "who was there [all who ought to]" },
    { "reason", 0, "TEXT", "why it was skipped or missed" },
    { "author", 0, "WHO", "who records it [git's user.email, or the login name]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_meeting = {
    .name = "meeting",
    .usage = "held|skipped|missed MEETING [WEEK] | list [MEETING]",
    .summary = "Record what became of a meeting",
    .help =
        "MEETING is search.sync, search.retrospective, search/eva/ines (a one-on-one), search-index.checkup, q2-steering.chat or\n"
        "q2-steering.mock; WEEK is 2027-W09 [this one]. What is recorded again counts in place of what was. A topic of somebody who was\n"
        "not there is carried to the next meeting. Checkups that were held are closed by 'potlac checkup'.",
    .options = options,
    .run = meeting,
};
