/* mail: see mail.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/mail.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"
#include "people/calendar.h"
#include "people/feed.h"
#include "people/mail_sent.h"
#include "people/people.h"

#define HOUR (3600)
#define DAY  (24 * HOUR)

enum { AGENDA_HEAD = 6, MOST_PROPOSALS = 3 };

struct letters {
    const struct mail_ask *ask;
    struct arena *arena;
    struct map told;
    struct map by_user; /* ref -> struct letter */
    struct map agendas; /* ref of a Potlac or ownership -> struct agenda */
    const struct series *const *series;
    uint32_t series_count;
    int year, week; /* that is announced */
};

struct letter {
    struct mail mail;
    const struct zone *zone; /* NULL: that of each meeting */
    struct sitting *week;    /* meetings of the week */
    uint32_t week_count;
    size_t week_cap;
    uint32_t reminders;
};

struct sitting {
    const struct series *series;
    const struct occurrence *occurrence;
    int64_t at;
};

static const struct meeting *meeting_of(const struct sitting *s) { return &s->series->meetings[s->occurrence->meeting]; }

static void add_block(struct letters *l, struct letter *to, enum mail_block_kind kind, struct sv text)
{
    struct mail_block b = { kind, text };
    ARENA_PUSH(l->arena, to->mail.blocks, to->mail.block_count, to->mail.block_cap, b);
}

static void add_thing(struct letters *l, struct letter *to, struct sv thing)
{
    ARENA_PUSH(l->arena, to->mail.things, to->mail.thing_count, to->mail.thing_cap, thing);
}

static bool was_told(struct letters *l, struct sv user, struct sv thing)
{
    return map_find(&l->told, mail_sent_key(l->arena, user, thing)) != NULL;
}

static struct sv bare_name(struct sv ref)
{
    size_t slash = sv_rfind_char(ref, '/');
    return slash == SIZE_MAX ? ref : sv_slice(ref, slash + 1, ref.n);
}

/* One address and nothing else: no line of a mail or of SMTP can be made from it. */
bool mail_address_is_plain(struct sv s)
{
    size_t at = sv_rfind_char(s, '@');
    if (at == SIZE_MAX || at == 0 || at + 1 == s.n || s.n > 254)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || memchr("<>()[],;:\\\"", s.p[i], 11) || (s.p[i] == '@' && i != at))
            return false;
    return true;
}

/* NULL: a user the model no longer has. */
static struct letter *letter_to(struct letters *l, struct sv user)
{
    struct letter *to = map_find(&l->by_user, user);
    const struct entity *e = to ? NULL : model_find(l->ask->model, user);
    if (to || !e || e->kind != KIND_USER)
        return to;
    const struct entity *person = model_find(l->ask->model, arena_printf(l->arena, "person:%.*s", SV_ARG(sv_slice(user, 5, user.n))));
    struct sv address = sv_trim(entity_text(e, "profile.email"));
    to = ARENA_NEW(l->arena, struct letter);
    to->mail.user = e->ref;
    to->mail.name = entity_text(e, "profile.displayName").n ? entity_text(e, "profile.displayName") : bare_name(e->ref);
    to->mail.address = mail_address_is_plain(address) ? address : SV("");
    to->zone = person ? zone_find(entity_text(person, "zone"), NULL) : NULL;
    map_put(&l->by_user, e->ref, to);
    return to;
}

/* "Tue 2027-03-02 10:30 Europe/Stockholm", as the reader's clock shows it */
static struct sv time_text(struct letters *l, const struct letter *to, const struct sitting *s, bool with_end)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    const struct zone *z = to->zone ? to->zone : zone_find(meeting_of(s)->zone, NULL);
    struct strbuf out = STRBUF_IN(l->arena);
    struct local_time t = z ? zone_to_local(z, s->at) : local_from_seconds(s->at);
    strbuf_addf(&out, "%s ", days[date_weekday(t.date)]);
    date_print(&out, t.date);
    strbuf_addf(&out, " %02d:%02d", t.hour, t.minute);
    if (with_end) {
        int64_t end = s->at + meeting_of(s)->minutes * 60;
        t = z ? zone_to_local(z, end) : local_from_seconds(end);
        strbuf_addf(&out, "-%02d:%02d", t.hour, t.minute);
    }
    strbuf_addf(&out, " %.*s", SV_ARG(z ? zone_name(z) : SV("UTC")));
    return strbuf_sv(&out);
}

/* The agenda of a sync or a checkup, made once for all who are written to. *out NULL: the meeting has none. */
static bool agenda_of(struct letters *l, const struct sitting *s, const struct agenda **out, struct err *err)
{
    const struct entity *e = model_find(l->ask->model, ritual_subject(s->series->title));
    bool sync = sv_is(meeting_of(s)->kind, "sync"), checkup = sv_is(meeting_of(s)->kind, "checkup");
    *out = NULL;
    if (!e || !((sync && e->kind == KIND_POTLAC) || (checkup && e->kind == KIND_SYSTEM_OWNERSHIP)))
        return true;
    *out = map_find(&l->agendas, e->ref);
    if (*out)
        return true;
    struct agenda *g = (sync ? agenda_potlac : agenda_checkup)(l->ask->model, l->ask->store, l->arena, e, l->ask->now, err);
    if (g)
        map_put(&l->agendas, e->ref, g);
    *out = g;
    return g != NULL;
}

static bool brought_topic(const struct agenda *g, struct sv user)
{
    for (uint32_t i = 0; i < g->count; i++)
        if (sv_is(g->items[i].section, "topics") && sv_eq(g->items[i].who, user))
            return true;
    return false;
}

/* ---- reminders ---- */

/* How near a sync is when people without a topic are written to, the nearest first. */
static const struct stage {
    const char *name;
    int64_t before;
    bool for_all; /* only where nobody has a topic, and then to all */
} stages[] = { { "1h", HOUR, true }, { "2h", 2 * HOUR, false }, { "24h", DAY, false } };
enum { STAGES = sizeof stages / sizeof *stages };

static void add_proposals(struct letters *l, struct letter *to, const struct agenda *g)
{
    static const char *const sections[] = { "drift", "neighbours", "meetings", "owners", "deploys", "products", "changes" };
    unsigned n = 0;
    for (size_t s = 0; s < sizeof sections / sizeof *sections; s++)
        for (uint32_t i = 0; i < g->count && n < MOST_PROPOSALS; i++)
            if (sv_is(g->items[i].section, sections[s])) {
                if (n++ == 0)
                    add_block(l, to, MAIL_TEXT, SV("Where nothing else comes to mind, potlac (bot) proposes to talk about:"));
                add_block(l, to, MAIL_ITEM, g->items[i].text);
                break; /* one of each kind */
            }
}

static void remind(struct letters *l, struct letter *to, const struct sitting *s, const struct agenda *g, const struct stage *stage)
{
    struct sv when = time_text(l, to, s, false), subject = ritual_subject(s->series->title);
    add_block(l, to, MAIL_HEADING, arena_printf(l->arena, "%.*s, %.*s", SV_ARG(g->title), SV_ARG(when)));
    if (stage->for_all) {
        add_block(
            l, to, MAIL_TEXT,
            SV("Nobody has brought a topic. Cancel it? Where all agree, tell each other now: called off for want of topics, it counts as "
               "not held, and not as missed."));
    } else {
        add_block(l, to, MAIL_TEXT,
                  arena_printf(l->arena, "You have brought no topic for it yet. To add one: potlac topic add %.*s.sync 'TEXT'",
                               SV_ARG(bare_name(subject))));
        if (stage->before <= 2 * HOUR)
            add_proposals(l, to, g);
    }
    if (!to->reminders++)
        to->mail.subject =
            arena_printf(l->arena, stage->for_all ? "Cancel %.*s, %.*s?" : "Your topic for %.*s, %.*s?", SV_ARG(g->title), SV_ARG(when));
}

static struct sv stage_thing(struct letters *l, const struct sitting *s, const struct stage *stage)
{
    return arena_printf(l->arena, "topic/%.*s/%.*s/%s", SV_ARG(s->series->title), SV_ARG(s->occurrence->id), stage->name);
}

/* The nearest stage that is due; those before it are over, told or not. */
static void remind_one(struct letters *l, struct sv user, const struct sitting *s, const struct agenda *g, bool nobody)
{
    int64_t ahead = s->at - l->ask->now;
    bool has = brought_topic(g, user);
    for (size_t i = 0; i < STAGES; i++) {
        if (ahead > stages[i].before || (stages[i].for_all ? !nobody : has))
            continue;
        struct letter *to = was_told(l, user, stage_thing(l, s, &stages[i])) ? NULL : letter_to(l, user);
        if (!to)
            return;
        remind(l, to, s, g, &stages[i]);
        for (; i < STAGES; i++)
            if (!was_told(l, user, stage_thing(l, s, &stages[i])))
                add_thing(l, to, stage_thing(l, s, &stages[i]));
        return;
    }
}

static bool remind_of(struct letters *l, const struct sitting *s, struct err *err)
{
    const struct meeting *m = meeting_of(s);
    const struct agenda *g;
    bool nobody = true;
    if (!sv_is(m->kind, "sync") || s->at <= l->ask->now || s->at > l->ask->now + DAY)
        return true;
    if (!agenda_of(l, s, &g, err))
        return false;
    for (uint32_t i = 0; g && i < m->attendee_count; i++)
        nobody = nobody && !brought_topic(g, m->attendees[i]);
    for (uint32_t i = 0; g && i < m->attendee_count; i++)
        remind_one(l, m->attendees[i], s, g, nobody);
    return true;
}

/* ---- the week ahead ---- */

static struct sv week_thing(struct letters *l) { return arena_printf(l->arena, "week/%04d-W%02d", l->year, l->week); }

static void gather_week(struct letters *l, const struct sitting *s)
{
    const struct meeting *m = meeting_of(s);
    int year, week;
    date_iso_week(s->occurrence->start.date, &year, &week);
    if (year != l->year || week != l->week || s->at <= l->ask->now)
        return;
    for (uint32_t i = 0; i < m->attendee_count; i++) {
        struct letter *to = was_told(l, m->attendees[i], week_thing(l)) ? NULL : letter_to(l, m->attendees[i]);
        if (to)
            ARENA_PUSH(l->arena, to->week, to->week_count, to->week_cap, *s);
    }
}

static int by_time(const void *x, const void *y)
{
    const struct sitting *a = x, *b = y;
    return a->at != b->at ? (a->at < b->at ? -1 : 1) : sv_cmp(a->series->title, b->series->title);
}

static void list_meeting(struct letters *l, struct letter *to, const struct sitting *s)
{
    const struct meeting *m = meeting_of(s);
    struct strbuf text = STRBUF_IN(l->arena);
    strbuf_addf(&text, "%.*s  %.*s", SV_ARG(time_text(l, to, s, true)), SV_ARG(m->summary));
    for (uint32_t i = 0, n = 0; i < m->attendee_count; i++)
        if (!sv_eq(m->attendees[i], to->mail.user))
            strbuf_addf(&text, "%s%.*s", n++ ? ", " : "; with ", SV_ARG(bare_name(m->attendees[i])));
    if (m->location.n)
        strbuf_addf(&text, "; %.*s", SV_ARG(m->location));
    add_block(l, to, MAIL_ITEM, strbuf_sv(&text));
}

/* The first of an agenda, topics before the rest, and whether the reader still owes a topic. */
static void list_agenda(struct letters *l, struct letter *to, const struct series *s, const struct agenda *g)
{
    uint32_t shown = 0;
    add_block(l, to, MAIL_HEADING, g->title);
    for (int topics = 1; topics >= 0; topics--)
        for (uint32_t i = 0; i < g->count && shown < AGENDA_HEAD; i++) {
            const struct agenda_item *item = &g->items[i];
            if (sv_is(item->section, "topics") != (topics == 1))
                continue;
            shown++;
            add_block(l, to, MAIL_ITEM,
                      item->who.n ? arena_printf(l->arena, "%.*s: %.*s", SV_ARG(bare_name(item->who)), SV_ARG(item->text)) : item->text);
        }
    struct sv ref = ritual_subject(s->title);
    if (shown < g->count)
        add_block(l, to, MAIL_TEXT,
                  arena_printf(l->arena, "and %u more: potlac agenda %.*s", g->count - shown, SV_ARG(ref_short(l->arena, ref))));
    if (!g->count)
        add_block(l, to, MAIL_TEXT, SV("Nothing changed, and nobody has brought a topic yet."));
    for (uint32_t i = 0; i < g->missing_count; i++)
        if (sv_eq(g->missing[i], to->mail.user))
            add_block(l, to, MAIL_TEXT,
                      arena_printf(l->arena, "You have brought no topic yet. To add one: potlac topic add %.*s.sync 'TEXT'",
                                   SV_ARG(bare_name(ref))));
}

static bool write_week(struct letters *l, struct letter *to, struct err *err)
{
    const struct agenda *g;
    struct map seen = map_in(l->arena);
    qsort(to->week, to->week_count, sizeof *to->week, by_time);
    add_block(l, to, MAIL_HEADING, arena_printf(l->arena, "Your week %04d-W%02d", l->year, l->week));
    for (uint32_t i = 0; i < to->week_count; i++)
        list_meeting(l, to, &to->week[i]);
    for (uint32_t i = 0; i < to->week_count; i++) {
        if (!agenda_of(l, &to->week[i], &g, err))
            return false;
        if (g && !map_put(&seen, to->week[i].series->title, l))
            list_agenda(l, to, to->week[i].series, g);
    }
    add_thing(l, to, week_thing(l));
    if (!to->mail.subject.n)
        to->mail.subject =
            arena_printf(l->arena, "Your week %04d-W%02d: %u meeting%s", l->year, l->week, to->week_count, to->week_count == 1 ? "" : "s");
    return true;
}

/* ---- the whole ---- */

static bool visit(struct letters *l, bool (*fn)(struct letters *l, const struct sitting *s, struct err *err), struct err *err)
{
    for (uint32_t i = 0; i < l->series_count; i++)
        for (uint32_t k = 0; k < l->series[i]->occurrence_count; k++) {
            const struct occurrence *o = &l->series[i]->occurrences[k];
            struct sitting s = { l->series[i], o, o->cancelled ? 0 : occurrence_at(l->series[i], o) };
            if (!o->cancelled && !fn(l, &s, err))
                return false;
        }
    return true;
}

static bool gather(struct letters *l, const struct sitting *s, struct err *err)
{
    gather_week(l, s);
    return remind_of(l, s, err);
}

static int by_user(const void *x, const void *y) { return sv_cmp((*(struct mail *const *)x)->user, (*(struct mail *const *)y)->user); }

bool mail_compose(const struct mail_ask *ask, struct arena *a, struct mail ***out_mails, uint32_t *out_count, struct err *err)
{
    struct letters l = { .ask = ask, .arena = a, .by_user = map_in(a), .agendas = map_in(a) };
    struct calendar *c = calendar_open(a, &(struct calendar_options){ .store = ask->store, .now = ask->now }, err);
    if (!c || !mail_sent_read(ask->store, a, &l.told, err))
        return false;
    l.series = calendar_series(c, &l.series_count);
    /* From Friday on it is the next week that people look to. */
    date_iso_week(local_from_seconds(ask->now + 3 * DAY).date, &l.year, &l.week);
    if (!visit(&l, gather, err))
        return false;
    struct mail **mails = ARENA_ARRAY(a, struct mail *, l.by_user.count + 1);
    uint32_t n = 0;
    for (struct map_entry *e = NULL; (e = map_next(&l.by_user, e));) {
        struct letter *to = e->value;
        if (to->week_count && !write_week(&l, to, err))
            return false;
        if (to->mail.thing_count)
            mails[n++] = &to->mail;
    }
    if (n)
        qsort(mails, n, sizeof *mails, by_user);
    *out_mails = mails;
    *out_count = n;
    return true;
}

void mail_text(struct strbuf *out, const struct mail *m)
{
    for (uint32_t i = 0; i < m->block_count; i++) {
        const struct mail_block *b = &m->blocks[i];
        bool item = b->kind == MAIL_ITEM;
        if (i && !(item && m->blocks[i - 1].kind == MAIL_ITEM))
            strbuf_addc(out, '\n');
        strbuf_addf(out, "%s%.*s\n", item ? "- " : "", SV_ARG(b->text));
    }
}
