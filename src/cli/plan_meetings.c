/* plan_meetings: two plans of a ritual, before and after, run ahead over the same weeks and compared date by date. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_meetings.h"

#include "base/fs.h"
#include "cli/plan_markdown.h"
#include "cli/show.h"
#include "people/calendar.h"
#include "people/series.h"

enum { MOST_LINES = 12, MOST_DATES = 4, MOST_PEOPLE = 8 };

static const char *const kind_names[MEETING_CHANGE_KINDS] = { "moved",   "cancelled", "added",  "invites", "releases",
                                                              "skipped", "restored",  "length", "renamed" };

/* ---- what changes ---- */

/* One ritual, in the catalog before and in the one after; NULL: it is not there. */
struct pair {
    struct meeting_changes *m;
    int64_t now;
    const struct resource *was, *is;
};

static bool is_meeting(const struct resource *r)
{
    return r && sv_eq_nocase(r->type, SV("calendar_event")) && !sv_is(resource_text(r, "ensure"), "absent");
}

static struct meeting_change *add(struct pair *p, enum meeting_change_kind kind, const struct plan *of)
{
    struct meeting_change fresh = { .kind = kind, .ritual = of->title, .summary = of->meeting.summary };
    ARENA_PUSH(p->m->arena, p->m->items, p->m->count, p->m->cap, fresh);
    return &p->m->items[p->m->count - 1];
}

/* "Tue 09:30", "2027-03-04 10:00" */
static void add_pattern(struct strbuf *out, const struct cadence *c)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    if (c->once) {
        date_print(out, c->start.date);
        strbuf_addf(out, " %02d:%02d", c->start.hour, c->start.minute);
    } else {
        strbuf_addf(out, "%s %02d:%02d", days[c->weekday], c->hour, c->minute);
    }
}

static struct sv pattern(struct arena *a, const struct cadence *c, bool with_zone, bool with_rhythm)
{
    struct strbuf out = STRBUF_IN(a);
    add_pattern(&out, c);
    if (with_zone)
        strbuf_addf(&out, " %.*s", SV_ARG(c->zone));
    if (with_rhythm && !c->once && c->every == 1)
        strbuf_adds(&out, ", every week");
    else if (with_rhythm && !c->once)
        strbuf_addf(&out, ", every %d weeks", c->every);
    return strbuf_sv(&out);
}

static const struct occurrence *find_id(const struct series *s, struct sv id)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (sv_eq(s->occurrences[i].id, id))
            return &s->occurrences[i];
    return NULL;
}

/* Held, as far as the series says; of the future only, as a series that begins now has no past. */
static bool is_held(const struct occurrence *o) { return o && !o->cancelled; }

static bool is_elsewhen(const struct occurrence *x, const struct occurrence *y)
{
    return local_to_seconds(x->start) != local_to_seconds(y->start);
}

static struct local_time first_of(const struct series *s)
{
    for (uint32_t i = 0; i < s->occurrence_count; i++)
        if (is_held(&s->occurrences[i]))
            return s->occurrences[i].start;
    return (struct local_time){ 0 };
}

/* A pattern that moves shows its first date that does; where no date stays in its week, the first of each. */
static void compare_times(struct pair *p, const struct plan *was, const struct plan *is, const struct series *old, const struct series *new)
{
    struct arena *a = p->m->arena;
    const struct cadence *x = &was->cadence, *y = &is->cadence;
    bool zones = !sv_eq(x->zone, y->zone), rhythm = x->every != y->every || x->once != y->once;
    struct meeting_change *change = NULL;
    bool moved = !series_same_pattern(x, y) || (x->once && local_to_seconds(x->start) != local_to_seconds(y->start));
    for (uint32_t i = 0; i < old->occurrence_count; i++) {
        const struct occurrence *before = &old->occurrences[i], *after = find_id(new, before->id);
        if (!is_held(before) || !is_held(after) || !is_elsewhen(before, after))
            continue;
        change = add(p, MEETING_MOVED, is);
        change->next_before = before->start;
        change->next_after = after->start;
        break;
    }
    if (!change && !moved)
        return;
    if (!change) {
        change = add(p, MEETING_MOVED, is);
        change->next_before = first_of(old);
        change->next_after = first_of(new);
    }
    change->before = pattern(a, x, zones, rhythm);
    change->after = pattern(a, y, true, rhythm);
}

static void add_date(struct pair *p, struct meeting_change **io_change, enum meeting_change_kind kind, const struct plan *of,
                     const struct occurrence *o)
{
    struct strbuf text = STRBUF_IN(p->m->arena);
    if (!*io_change)
        *io_change = add(p, kind, of);
    date_print(&text, o->start.date);
    ARENA_PUSH(p->m->arena, (*io_change)->dates, (*io_change)->date_count, (*io_change)->date_cap, strbuf_sv(&text));
}

static void compare_dates(struct pair *p, const struct plan *is, const struct series *old, const struct series *new)
{
    struct meeting_change *skipped = NULL, *restored = NULL;
    for (uint32_t i = 0; i < old->occurrence_count; i++)
        if (is_held(&old->occurrences[i]) && !is_held(find_id(new, old->occurrences[i].id)))
            add_date(p, &skipped, MEETING_SKIPPED, is, &old->occurrences[i]);
    for (uint32_t i = 0; i < new->occurrence_count; i++)
        if (is_held(&new->occurrences[i]) && !is_held(find_id(old, new->occurrences[i].id)))
            add_date(p, &restored, MEETING_RESTORED, is, &new->occurrences[i]);
}

/* Those of one list who are not in the other. */
static void compare_people(struct pair *p, enum meeting_change_kind kind, const struct plan *is, const struct meeting *x,
                           const struct meeting *y)
{
    struct sv *list = ARENA_ARRAY(p->m->arena, struct sv, x->attendee_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->attendee_count; i++) {
        bool there = false;
        for (uint32_t k = 0; k < y->attendee_count; k++)
            there |= sv_eq(x->attendees[i], y->attendees[k]);
        if (!there)
            list[n++] = x->attendees[i];
    }
    if (!n)
        return;
    struct meeting_change *change = add(p, kind, is);
    change->people = list;
    change->people_count = n;
}

static void compare_both(struct pair *p, const struct plan *was, const struct plan *is)
{
    struct arena *a = p->m->arena;
    struct series *old = series_advance(a, NULL, was, p->now, NULL), *new = series_advance(a, old, is, p->now, NULL);
    uint32_t before = p->m->count;
    compare_times(p, was, is, old, new);
    if (p->m->count == before)
        compare_dates(p, is, old, new);
    compare_people(p, MEETING_INVITES, is, &is->meeting, &was->meeting);
    compare_people(p, MEETING_RELEASES, is, &was->meeting, &is->meeting);
    if (was->meeting.minutes != is->meeting.minutes) {
        struct meeting_change *change = add(p, MEETING_LENGTH, is);
        change->before = arena_printf(a, "%lld", (long long)was->meeting.minutes);
        change->after = arena_printf(a, "%lld", (long long)is->meeting.minutes);
    }
    if (!sv_eq(was->meeting.summary, is->meeting.summary)) {
        struct meeting_change *change = add(p, MEETING_RENAMED, was);
        change->before = was->meeting.summary;
        change->after = is->meeting.summary;
    }
}

static bool compare(struct pair *p, struct err *err)
{
    struct plan was, is;
    struct arena *a = p->m->arena;
    const struct resource *r = p->is ? p->is : p->was;
    if ((p->was && !calendar_plan_read(a, p->was, &was, err)) || (p->is && !calendar_plan_read(a, p->is, &is, err)))
        return err_wrap(err, "Calendar_event[%.*s]", SV_ARG(r->title));
    if (p->was && p->is) {
        compare_both(p, &was, &is);
    } else if (p->was) {
        struct meeting_change *change = add(p, MEETING_CANCELLED, &was);
        change->before = pattern(a, &was.cadence, true, true);
        change->next_before = first_of(series_advance(a, NULL, &was, p->now, NULL));
    } else {
        struct meeting_change *change = add(p, MEETING_ADDED, &is);
        change->after = pattern(a, &is.cadence, true, true);
        change->next_after = first_of(series_advance(a, NULL, &is, p->now, NULL));
        change->people = is.meeting.attendees;
        change->people_count = is.meeting.attendee_count;
    }
    return true;
}

/* The changes of one resource stand together: a resource is compared at its first. */
static bool compare_item(struct meeting_changes *m, const struct catalog_diff *d, int64_t now, struct err *err)
{
    const struct resource *last = NULL;
    for (uint32_t i = 0; i < d->count; i++) {
        const struct change *ch = &d->changes[i];
        const struct resource *r = ch->now ? ch->now : ch->was;
        struct pair p = { m, now, is_meeting(ch->was) ? ch->was : NULL, is_meeting(ch->now) ? ch->now : NULL };
        if (r != last && (p.was || p.is) && !compare(&p, err))
            return false;
        last = r;
    }
    return true;
}

bool plan_meetings(struct arena *a, const struct fleet *f, int64_t now, struct meeting_changes *out_changes, struct err *err)
{
    *out_changes = (struct meeting_changes){ .arena = a };
    for (uint32_t i = 0; i < f->count; i++)
        if (!f->items[i].subject.is_host && f->items[i].diff && !compare_item(out_changes, f->items[i].diff, now, err))
            return false;
    for (size_t i = 0; i < f->removed_count; i++) {
        const struct catalog *was = f->removed[i].was;
        for (uint32_t k = 0; was && k < was->resource_count; k++) {
            struct pair p = { out_changes, now, is_meeting(was->resources[k]) ? was->resources[k] : NULL, NULL };
            if (p.was && !compare(&p, err))
                return false;
        }
    }
    return true;
}

/* ---- in words ---- */

static uint32_t count_of(const struct meeting_changes *m, enum meeting_change_kind kind)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->count; i++)
        n += m->items[i].kind == kind;
    return n;
}

/* Each person once, however many meetings they join. */
static uint32_t people_of(const struct meeting_changes *m, enum meeting_change_kind kind)
{
    struct map seen = map_in(m->arena);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->count; i++)
        for (uint32_t k = 0; m->items[i].kind == kind && k < m->items[i].people_count; k++)
            n += !map_put(&seen, m->items[i].people[k], &m->items[i]);
    return n;
}

static uint32_t dates_of(const struct meeting_changes *m, enum meeting_change_kind kind)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->count; i++)
        n += m->items[i].kind == kind ? m->items[i].date_count : 0;
    return n;
}

/* "moves 3 meetings, cancels 1, adds 2, skips 1 date, invites 1 person more" */
static struct sv sentence(const struct meeting_changes *m)
{
    static const char *const nouns[] = { "meeting", "meetings", "date", "dates", "person more", "people more", "person", "people" };
    const struct {
        const char *verb;
        uint32_t n;
        int noun; /* of nouns: one; many stands behind it */
    } parts[] = {
        { "moves", count_of(m, MEETING_MOVED), 0 },      { "cancels", count_of(m, MEETING_CANCELLED), 0 },
        { "adds", count_of(m, MEETING_ADDED), 0 },       { "changes the length of", count_of(m, MEETING_LENGTH), 0 },
        { "skips", dates_of(m, MEETING_SKIPPED), 2 },    { "holds again", dates_of(m, MEETING_RESTORED), 2 },
        { "invites", people_of(m, MEETING_INVITES), 4 }, { "lets go", people_of(m, MEETING_RELEASES), 6 },
        { "renames", count_of(m, MEETING_RENAMED), 0 },
    };
    struct strbuf out = STRBUF_IN(m->arena);
    int last_noun = -1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].n)
            continue;
        strbuf_addf(&out, "%s%s %u", out.n ? ", " : "", parts[i].verb, parts[i].n);
        if (parts[i].noun != last_noun)
            strbuf_addf(&out, " %s", nouns[parts[i].noun + (parts[i].n != 1)]);
        last_noun = parts[i].noun;
    }
    return strbuf_sv(&out);
}

static struct sv people_text(const struct meeting_changes *m, const struct meeting_change *ch)
{
    struct sv *names = ARENA_ARRAY(m->arena, struct sv, ch->people_count + 1);
    for (uint32_t i = 0; i < ch->people_count; i++)
        names[i] = path_base(ch->people[i]);
    return show_names(m->arena, names, ch->people_count, MOST_PEOPLE);
}

static void add_next(struct strbuf *out, const char *before, struct local_time t)
{
    if (!t.date.year)
        return;
    strbuf_adds(out, before);
    date_print(out, t.date);
}

/* What happens to one, after its name. */
static struct sv told(const struct meeting_changes *m, const struct meeting_change *ch)
{
    struct strbuf out = STRBUF_IN(m->arena);
    struct sv dates = show_names(m->arena, ch->dates, ch->date_count, MOST_DATES);
    switch (ch->kind) {
    case MEETING_MOVED:
        if (sv_starts(ch->after, ch->before)) { /* the pattern stays, one date does not */
            strbuf_adds(&out, "moves");
        } else {
            strbuf_addf(&out, "moves from %.*s to %.*s", SV_ARG(ch->before), SV_ARG(ch->after));
        }
        if (local_to_seconds(ch->next_before) == local_to_seconds(ch->next_after))
            break; /* a rhythm that goes on from the same day */
        add_next(&out, "; the first is on ", ch->next_after);
        add_next(&out, ch->next_after.date.year ? " in place of " : "; the last were on ", ch->next_before);
        break;
    case MEETING_CANCELLED:
        strbuf_addf(&out, "is cancelled; it was %.*s", SV_ARG(ch->before));
        add_next(&out, ", next on ", ch->next_before);
        break;
    case MEETING_ADDED:
        strbuf_addf(&out, "is new: %.*s", SV_ARG(ch->after));
        add_next(&out, ", from ", ch->next_after);
        strbuf_addf(&out, ", with %.*s", SV_ARG(people_text(m, ch)));
        break;
    case MEETING_INVITES:
        strbuf_addf(&out, "invites %.*s", SV_ARG(people_text(m, ch)));
        break;
    case MEETING_RELEASES:
        strbuf_addf(&out, "goes on without %.*s", SV_ARG(people_text(m, ch)));
        break;
    case MEETING_SKIPPED:
        strbuf_addf(&out, "is not held on %.*s", SV_ARG(dates));
        break;
    case MEETING_RESTORED:
        strbuf_addf(&out, "is held after all on %.*s", SV_ARG(dates));
        break;
    case MEETING_RENAMED:
        strbuf_addf(&out, "becomes %.*s", SV_ARG(ch->after));
        break;
    default:
        strbuf_addf(&out, "takes %.*s minutes in place of %.*s", SV_ARG(ch->after), SV_ARG(ch->before));
        break;
    }
    return strbuf_sv(&out);
}

static char mark_of(const struct meeting_change *ch) { return ch->kind == MEETING_ADDED ? '+' : ch->kind == MEETING_CANCELLED ? '-' : '~'; }

void plan_meetings_text(const struct cli *c, struct strbuf *out, const struct meeting_changes *m)
{
    const char *const colours[] = { cli_green(c), cli_red(c), cli_yellow(c) };
    if (!m->count)
        return;
    struct sv sum = sentence(m);
    strbuf_addf(out, "\n%sMeetings%s: %.*s\n", cli_bold(c), cli_plain(c), SV_ARG(sum));
    for (uint32_t i = 0; i < m->count && i < MOST_LINES; i++) {
        const struct meeting_change *ch = &m->items[i];
        char mark = mark_of(ch);
        struct sv text = told(m, ch);
        strbuf_addf(out, "  %s%c%s %.*s %.*s\n",
                    colours[mark == '+'   ? 0
                            : mark == '-' ? 1
                                          : 2],
                    mark, cli_plain(c), SV_ARG(ch->summary), SV_ARG(text));
    }
    if (m->count > MOST_LINES)
        strbuf_addf(out, "  ... and %u more (see them with --json)\n", m->count - MOST_LINES);
}

void plan_meetings_markdown(struct strbuf *out, const struct meeting_changes *m)
{
    if (!m->count)
        return;
    struct sv sum = sentence(m);
    strbuf_addf(out, "\n### Meetings: %.*s\n\n", SV_ARG(sum));
    for (uint32_t i = 0; i < m->count; i++) {
        struct sv text = told(m, &m->items[i]);
        strbuf_adds(out, "- **");
        markdown_text(out, m->items[i].summary);
        strbuf_adds(out, "** ");
        markdown_text(out, text);
        strbuf_adds(out, "\n");
    }
}

static void json_time(struct json_out *j, const char *key, struct local_time t)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    if (!t.date.year)
        return;
    local_print(&text, t);
    json_kstr(j, key, strbuf_sv(&text));
}

static void json_list(struct json_out *j, const char *key, const struct sv *items, uint32_t n)
{
    if (!n)
        return;
    json_key(j, sv_of(key));
    json_open(j, '[');
    for (uint32_t i = 0; i < n; i++)
        json_str(j, items[i]);
    json_close(j, ']');
}

void plan_meetings_json(struct json_out *j, const struct meeting_changes *m)
{
    struct sv sum = sentence(m);
    json_open(j, '{');
    json_kstr(j, "summary", sum);
    json_key(j, SV("changes"));
    json_open(j, '[');
    for (uint32_t i = 0; i < m->count; i++) {
        const struct meeting_change *ch = &m->items[i];
        json_open(j, '{');
        json_kstr(j, "change", sv_of(kind_names[ch->kind]));
        json_kstr(j, "ritual", ch->ritual);
        json_kstr(j, "summary", ch->summary);
        if (ch->before.n)
            json_kstr(j, "before", ch->before);
        if (ch->after.n)
            json_kstr(j, "after", ch->after);
        json_time(j, "next_before", ch->next_before);
        json_time(j, "next_after", ch->next_after);
        json_list(j, "people", ch->people, ch->people_count);
        json_list(j, "dates", ch->dates, ch->date_count);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}
