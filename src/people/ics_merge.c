/* Three-way merge of calendar objects. The parts of an event that we write are units; each has a meaning, a text that is the same whenever
 * two ways of writing say the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ics_merge.h"

#include <stdlib.h>

#include "people/caldav_series.h"
#include "people/ics_recur.h"

/* ---- units and their meanings ---- */

enum unit_form { FORM_TIME, FORM_TEXT, FORM_WORD, FORM_BLOCK };

static const struct unit {
    const char *name;
    enum unit_form form;
    const char *absent; /* what a missing property means */
    bool revises, told; /* SEQUENCE rises with it; a user's change of it is told */
} units[] = {
    { "TIME", FORM_TIME, "", true, true },
    { "SUMMARY", FORM_TEXT, "", false, true },
    { "LOCATION", FORM_TEXT, "", false, true },
    { "DESCRIPTION", FORM_BLOCK, "", false, true },
    { "STATUS", FORM_WORD, "CONFIRMED", true, true },
    { "CLASS", FORM_WORD, "PUBLIC", false, false },
    { "TRANSP", FORM_WORD, "OPAQUE", false, false },
};
#define UNITS (sizeof units / sizeof *units)

static const char *const time_lines[] = { "DTSTART", "DTEND", "DURATION", "RRULE" };

static struct sv upper(struct arena *a, struct sv s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i];
    return sv_make(p, s.n);
}

static int by_text(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

/* A rule's parts sorted, without those that say nothing. */
static void rule_meaning(struct arena *a, struct sv value, struct strbuf *out)
{
    struct sv parts[16], rest = upper(a, sv_trim(value)), piece;
    uint32_t n = 0;
    while (sv_cut(&rest, ';', &piece) && n < 16)
        if (piece.n && !sv_is(piece, "INTERVAL=1") && !sv_is(piece, "WKST=MO"))
            parts[n++] = piece;
    if (n)
        qsort(parts, n, sizeof *parts, by_text);
    for (uint32_t i = 0; i < n; i++)
        strbuf_addf(out, " %.*s", SV_ARG(parts[i]));
}

static struct sv time_meaning(struct arena *a, const struct ics_component *e)
{
    struct strbuf out = STRBUF_IN(a);
    struct ics_when w;
    int64_t seconds;
    const struct ics_line *rule = ics_find(e, "RRULE");
    if (!ics_span(e, NULL, &w, &seconds)) {
        strbuf_addf(&out, "? %.*s", SV_ARG(ics_get(e, "DTSTART")));
    } else {
        strbuf_addf(&out, "%lld+%lld %s", (long long)w.at, (long long)seconds, w.is_date ? "date" : w.is_floating ? "floating" : "");
        if (rule) /* of one meeting the zone does not matter, of a series it does */
            strbuf_add(&out, w.zone ? zone_name(w.zone) : SV("UTC"));
    }
    if (rule)
        rule_meaning(a, rule->value, &out);
    return strbuf_sv(&out);
}

/* Where our block stands in a text: [from, to) with its markers. */
static bool find_block(struct sv text, size_t *out_from, size_t *out_to)
{
    size_t from = sv_find(text, SV(BLOCK_BEGIN), 0), end = from == SIZE_MAX ? SIZE_MAX : sv_find(text, SV(BLOCK_END), from);
    if (end == SIZE_MAX)
        return false;
    *out_from = from, *out_to = end + sizeof BLOCK_END - 1;
    return true;
}

static struct sv without_ends(struct arena *a, struct sv text)
{
    struct strbuf out = STRBUF_IN(a);
    struct sv rest = text, line;
    while (sv_cut(&rest, '\n', &line))
        strbuf_addf(&out, "%.*s\n", SV_ARG(sv_trim(line)));
    return sv_trim(strbuf_sv(&out));
}

static struct sv block_meaning(struct arena *a, const struct ics_component *e)
{
    size_t from, to;
    struct sv text = ics_text(a, ics_get(e, "DESCRIPTION"));
    return find_block(text, &from, &to) ? without_ends(a, sv_slice(text, from, to)) : SV("");
}

static struct sv meaning(struct arena *a, const struct unit *u, const struct ics_component *e)
{
    if (!e)
        return SV("");
    if (u->form == FORM_TIME)
        return time_meaning(a, e);
    if (u->form == FORM_BLOCK)
        return block_meaning(a, e);
    const struct ics_line *l = ics_find(e, u->name);
    struct sv text = !l ? sv_of(u->absent) : u->form == FORM_WORD ? upper(a, sv_trim(l->value)) : ics_text(a, l->value);
    return without_ends(a, text);
}

static bool same(struct arena *a, const struct unit *u, const struct ics_component *x, const struct ics_component *y)
{
    return sv_eq(meaning(a, u, x), meaning(a, u, y));
}

/* Not ical_escape: a user's text keeps all it has. */
static void escape_all(struct strbuf *out, struct sv text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' || c == ';' || c == ',' || c == '\n')
            strbuf_addc(out, '\\');
        strbuf_addc(out, c == '\n' ? 'n' : c);
    }
}

/* Our block in the place of theirs; at the end where they have none. */
static void put_block(struct arena *a, struct ics_component *to, const struct ics_component *from)
{
    struct sv text = ics_text(a, ics_get(to, "DESCRIPTION")), ours = ics_text(a, ics_get(from, "DESCRIPTION"));
    struct strbuf out = STRBUF_IN(a), value = STRBUF_IN(a);
    size_t start, end;
    if (find_block(text, &start, &end)) {
        strbuf_add(&out, sv_slice(text, 0, start));
        strbuf_add(&out, ours);
        strbuf_add(&out, sv_slice(text, end, text.n));
    } else {
        strbuf_add(&out, text);
        strbuf_adds(&out, text.n ? "\n\n" : "");
        strbuf_add(&out, ours);
    }
    escape_all(&value, strbuf_sv(&out));
    struct ics_line *l = ics_find(to, "DESCRIPTION");
    if (l)
        l->value = strbuf_sv(&value);
    else
        ics_add(a, to, SV("DESCRIPTION"), strbuf_sv(&value));
}

static void put_unit(struct arena *a, const struct unit *u, struct ics_component *to, const struct ics_component *from)
{
    if (u->form == FORM_BLOCK) {
        put_block(a, to, from);
    } else if (u->form == FORM_TIME) {
        for (size_t i = 0; i < sizeof time_lines / sizeof *time_lines; i++)
            ics_put_all(a, to, from, time_lines[i]);
    } else {
        ics_put_all(a, to, from, u->name);
    }
}

/* ---- slots: occurrences of a series that are exceptions ---- */

enum slot_kind { SLOT_PLAIN, SLOT_OUT, SLOT_OWN }; /* as the rule has it; taken out; an event of its own */

struct slot {
    enum slot_kind kind;
    struct ics_component *event; /* SLOT_OWN */
};

static bool recurrence_at(const struct ics_component *e, struct ics_when *out_w)
{
    const struct ics_line *l = ics_find(e, "RECURRENCE-ID");
    return l && ics_is(e, "VEVENT") && ics_when(l, l->value, NULL, out_w);
}

static struct slot slot_of(const struct ics_component *calendar, int64_t at)
{
    const struct ics_component *master = caldav_master(calendar);
    struct ics_when w;
    for (uint32_t i = 0; calendar && i < calendar->child_count; i++)
        if (recurrence_at(calendar->children[i], &w) && w.at == at)
            return (struct slot){ SLOT_OWN, calendar->children[i] };
    for (uint32_t i = 0; master && i < master->line_count; i++) {
        const struct ics_line *l = &master->lines[i];
        struct sv rest = l->value, piece;
        if (sv_eq_nocase(l->name, SV("EXDATE")))
            while (sv_cut(&rest, ',', &piece))
                if (ics_when(l, piece, NULL, &w) && w.at == at)
                    return (struct slot){ SLOT_OUT, NULL };
    }
    return (struct slot){ SLOT_PLAIN, NULL };
}

struct slots {
    struct ics_when *items;
    uint32_t count;
    size_t cap;
};

static void note_slot(struct arena *a, struct slots *s, const struct ics_when *w)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->items[i].at == w->at)
            return;
    ARENA_PUSH(a, s->items, s->count, s->cap, *w);
}

/* All slots of a calendar that are exceptions. */
static void list_slots(struct arena *a, const struct ics_component *calendar, struct slots *s)
{
    const struct ics_component *master = caldav_master(calendar);
    struct ics_when w;
    for (uint32_t i = 0; calendar && i < calendar->child_count; i++)
        if (recurrence_at(calendar->children[i], &w))
            note_slot(a, s, &w);
    for (uint32_t i = 0; master && i < master->line_count; i++) {
        const struct ics_line *l = &master->lines[i];
        struct sv rest = l->value, piece;
        if (sv_eq_nocase(l->name, SV("EXDATE")))
            while (sv_cut(&rest, ',', &piece))
                if (ics_when(l, piece, NULL, &w))
                    note_slot(a, s, &w);
    }
}

static int by_at(const void *x, const void *y)
{
    const struct ics_when *a = x, *b = y;
    return (a->at > b->at) - (a->at < b->at);
}

static bool is_cancelled(const struct ics_component *e) { return sv_eq_nocase(sv_trim(ics_get(e, "STATUS")), SV("CANCELLED")); }

/* When an occurrence is, as an object has it; false: it is taken out. */
static bool slot_start(struct slot s, const struct ics_when *at, struct ics_when *out_w)
{
    const struct ics_line *l = s.kind == SLOT_OWN ? ics_find(s.event, "DTSTART") : NULL;
    *out_w = *at;
    if (s.kind == SLOT_OUT || (s.kind == SLOT_OWN && is_cancelled(s.event)))
        return false;
    return !l || ics_when(l, l->value, NULL, out_w);
}

/* ---- edits ---- */

static struct sv when_words(struct arena *a, const struct ics_when *w)
{
    struct strbuf out = STRBUF_IN(a);
    local_print(&out, w->local);
    strbuf_addf(&out, " %.*s", SV_ARG(w->zone ? zone_name(w->zone) : SV("UTC")));
    return strbuf_sv(&out);
}

static void edit_slot(struct arena *a, struct user_edits *l, const struct ics_component *base, const struct ics_component *theirs,
                      const struct ics_when *at)
{
    struct ics_when was, is;
    bool stood = slot_start(slot_of(base, at->at), at, &was), stands = slot_start(slot_of(theirs, at->at), at, &is);
    if (stood == stands && (!stands || was.at == is.at))
        return;
    struct user_edit e = { .kind = !stands           ? EDIT_CANCELLED_ONE
                                   : is.at == at->at ? EDIT_RESTORED_ONE
                                                     : EDIT_MOVED_ONE,
                           .slot = at->at,
                           .was = stood ? when_words(a, &was) : SV("cancelled"),
                           .is = stands ? when_words(a, &is) : SV("cancelled"),
                           .zone = at->zone,
                           .local = at->local };
    e.start = at->zone ? zone_to_local(at->zone, is.at) : local_from_seconds(is.at);
    ARENA_PUSH(a, l->items, l->count, l->cap, e);
}

static void edit_time(struct arena *a, struct user_edits *l, const struct ics_component *base, const struct ics_component *theirs)
{
    struct ics_when was, is;
    int64_t old_seconds, seconds;
    struct ics_rule rule;
    if (!ics_span(base, NULL, &was, &old_seconds) || !ics_span(theirs, NULL, &is, &seconds))
        return;
    struct user_edit e = { .kind = EDIT_MOVED_SERIES, .was = when_words(a, &was), .is = when_words(a, &is) };
    struct strbuf old_rule = STRBUF_IN(a), new_rule = STRBUF_IN(a);
    rule_meaning(a, ics_get(base, "RRULE"), &old_rule);
    rule_meaning(a, ics_get(theirs, "RRULE"), &new_rule);
    if (was.at == is.at && sv_eq(strbuf_sv(&old_rule), strbuf_sv(&new_rule))) {
        e.kind = EDIT_CHANGED, e.property = "length";
        e.was = arena_printf(a, "%lld minutes", (long long)old_seconds / 60);
        e.is = arena_printf(a, "%lld minutes", (long long)seconds / 60);
    } else {
        e.zone = is.zone, e.local = was.local, e.start = is.local;
        e.was = arena_printf(a, "%.*s%.*s", SV_ARG(e.was), SV_ARG(strbuf_sv(&old_rule)));
        e.is = arena_printf(a, "%.*s%.*s", SV_ARG(e.is), SV_ARG(strbuf_sv(&new_rule)));
        const struct ics_line *r = ics_find(theirs, "RRULE");
        if (r && ics_rule_read(r->value, is.zone, &rule, NULL) && rule.freq == FREQ_WEEKLY && rule.by_day_count <= 1)
            e.every = rule.interval;
    }
    ARENA_PUSH(a, l->items, l->count, l->cap, e);
}

struct user_edits ics_edits(struct arena *a, const struct ics_component *base, const struct ics_component *theirs)
{
    struct user_edits l = { 0 };
    struct slots slots = { 0 };
    const struct ics_component *was = caldav_master(base), *is = caldav_master(theirs);
    if (!was || !is)
        return l;
    bool moved = !same(a, &units[0], was, is);
    if (moved)
        edit_time(a, &l, was, is);
    for (size_t i = 1; i < UNITS; i++) {
        struct user_edit e = { .kind = EDIT_CHANGED, .property = units[i].name };
        if (!units[i].told || same(a, &units[i], was, is))
            continue;
        e.was = meaning(a, &units[i], was), e.is = meaning(a, &units[i], is);
        ARENA_PUSH(a, l.items, l.count, l.cap, e);
    }
    if (moved && l.items[0].kind == EDIT_MOVED_SERIES)
        return l; /* its occurrences have other slots now */
    list_slots(a, base, &slots);
    list_slots(a, theirs, &slots);
    if (slots.count)
        qsort(slots.items, slots.count, sizeof *slots.items, by_at);
    for (uint32_t i = 0; i < slots.count; i++)
        edit_slot(a, &l, base, theirs, &slots.items[i]);
    return l;
}

/* ---- the merge ---- */

struct merging {
    struct arena *arena;
    const struct merge *in;
    struct ics_component *calendar; /* a copy of theirs, being changed */
    struct merged out;
    struct ics_component **touched;
    uint32_t touched_count;
    size_t touched_cap;
    bool changed;
};

static void touch(struct merging *k, struct ics_component *e)
{
    k->changed = true;
    for (uint32_t i = 0; i < k->touched_count; i++)
        if (k->touched[i] == e)
            return;
    ARENA_PUSH(k->arena, k->touched, k->touched_count, k->touched_cap, e);
}

static struct sv slot_name(struct arena *a, int64_t at)
{
    struct local_time t = local_from_seconds(at);
    return arena_printf(a, "%04d%02d%02dT%02d%02d%02dZ", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
}

static bool is_held(const struct held *h, struct sv key)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (sv_eq(h->items[i], key))
            return true;
    return false;
}

static void hold(struct merging *k, struct sv key)
{
    if (!is_held(&k->out.held, key))
        ARENA_PUSH(k->arena, k->out.held.items, k->out.held.count, k->out.held.cap, key);
}

static void keep(struct merging *k, struct sv words) { ARENA_PUSH(k->arena, k->out.kept, k->out.kept_count, k->out.kept_cap, words); }

/* Four versions of one event; any may be NULL but theirs, which is the one being changed. */
struct four {
    const struct ics_component *before, *ours, *base;
    struct ics_component *theirs;
    struct sv prefix; /* "20270303T090000Z/", or empty */
};

static void merge_unit(struct merging *k, const struct unit *u, const struct four *f)
{
    struct arena *a = k->arena;
    struct sv key = arena_printf(a, "%.*s%s", SV_ARG(f->prefix), u->name);
    struct sv theirs = meaning(a, u, f->theirs), ours = meaning(a, u, f->ours);
    bool we = !sv_eq(meaning(a, u, f->before), ours);
    bool they = is_held(&k->in->held, key) || !sv_eq(theirs, meaning(a, u, f->base));
    if (sv_eq(theirs, ours))
        return;
    if (they && !(we && k->in->revert)) {
        hold(k, key);
        if (we)
            keep(k, arena_printf(a, "%s stays as it was changed by hand", u->form == FORM_TIME ? "the time" : u->name));
        return;
    }
    if (!we)
        return;
    put_unit(a, u, f->theirs, f->ours);
    k->out.revised = k->out.revised || u->revises;
    touch(k, f->theirs);
}

/* People whom a server invites: ours are added and taken out; what the others answered stays with their lines. */
static bool invites(const struct ics_component *e, struct sv mail)
{
    for (uint32_t i = 0; e && i < e->line_count; i++)
        if (sv_eq_nocase(e->lines[i].name, SV("ATTENDEE")) && sv_eq_nocase(sv_trim(e->lines[i].value), mail))
            return true;
    return false;
}

static void merge_guests(struct merging *k, const struct four *f)
{
    for (uint32_t i = 0; f->ours && i < f->ours->line_count; i++) {
        const struct ics_line *l = &f->ours->lines[i];
        bool guest = sv_eq_nocase(l->name, SV("ATTENDEE")), organizer = sv_eq_nocase(l->name, SV("ORGANIZER"));
        if ((guest && !invites(f->before, l->value) && !invites(f->theirs, l->value)) ||
            (organizer && !ics_find(f->before, "ORGANIZER") && !ics_find(f->theirs, "ORGANIZER"))) {
            ics_add(k->arena, f->theirs, l->head, l->value);
            touch(k, f->theirs);
        }
    }
    for (uint32_t i = f->theirs->line_count; i-- > 0;) {
        const struct ics_line *l = &f->theirs->lines[i];
        if (!sv_eq_nocase(l->name, SV("ATTENDEE")) || !invites(f->before, l->value) || invites(f->ours, l->value))
            continue;
        memmove(&f->theirs->lines[i], &f->theirs->lines[i + 1], (f->theirs->line_count - i - 1) * sizeof *f->theirs->lines);
        f->theirs->line_count--;
        touch(k, f->theirs);
    }
}

static void merge_event(struct merging *k, const struct four *f, bool with_time)
{
    for (size_t i = 0; i < UNITS; i++)
        if (with_time || units[i].form != FORM_TIME)
            merge_unit(k, &units[i], f);
    merge_guests(k, f);
}

static void remove_exdate(struct merging *k, struct ics_component *master, int64_t at)
{
    struct ics_component *kept = ics_new(k->arena, master->name);
    for (uint32_t i = 0; i < master->line_count; i++) {
        const struct ics_line *l = &master->lines[i];
        struct strbuf values = STRBUF_IN(k->arena);
        struct sv rest = l->value, piece;
        struct ics_when w;
        if (!sv_eq_nocase(l->name, SV("EXDATE"))) {
            ics_add(k->arena, kept, l->head, l->value);
            continue;
        }
        while (sv_cut(&rest, ',', &piece))
            if (!ics_when(l, piece, NULL, &w) || w.at != at)
                strbuf_addf(&values, values.n ? ",%.*s" : "%.*s", SV_ARG(piece));
        if (values.n)
            ics_add(k->arena, kept, l->head, strbuf_sv(&values));
    }
    master->lines = kept->lines, master->line_count = kept->line_count, master->line_cap = kept->line_cap;
}

/* Our EXDATE of a slot, as written in ours. */
static void put_exdate(struct merging *k, struct ics_component *master, int64_t at)
{
    const struct ics_component *ours = caldav_master(k->in->ours);
    struct ics_when w;
    for (uint32_t i = 0; i < ours->line_count; i++) {
        const struct ics_line *l = &ours->lines[i];
        if (sv_eq_nocase(l->name, SV("EXDATE")) && ics_when(l, l->value, NULL, &w) && w.at == at)
            ics_add(k->arena, master, l->head, l->value);
    }
}

/* A new event for one occurrence: what the user gave the series (alarms, colours) is in it too. */
static struct ics_component *new_own(struct merging *k, const struct ics_component *master, const struct ics_component *ours)
{
    struct ics_component *e = ics_copy(k->arena, master);
    ics_remove(e, "RRULE");
    ics_remove(e, "EXDATE");
    ics_remove(e, "RDATE");
    ics_remove(e, "X-POTLAC-REVISION"); /* it stands in the master alone */
    ics_put_all(k->arena, e, ours, "RECURRENCE-ID");
    for (size_t i = 0; i < UNITS; i++)
        put_unit(k->arena, &units[i], e, ours);
    ics_add_child(k->arena, k->calendar, e);
    return e;
}

/* Is an event of its own as it was written? */
static bool is_untouched(struct arena *a, const struct ics_component *base, const struct ics_component *theirs)
{
    for (size_t i = 0; i < UNITS; i++)
        if (!same(a, &units[i], base, theirs))
            return false;
    return true;
}

static void apply_slot(struct merging *k, struct ics_component *master, int64_t at, struct slot ours, struct slot theirs)
{
    if (theirs.kind == SLOT_OUT)
        remove_exdate(k, master, at);
    if (ours.kind != SLOT_OWN && theirs.kind == SLOT_OWN)
        ics_remove_child(k->calendar, theirs.event);
    if (ours.kind == SLOT_OUT)
        put_exdate(k, master, at);
    else if (ours.kind == SLOT_OWN)
        touch(k, new_own(k, master, ours.event));
    k->out.revised = true;
    touch(k, master);
}

/* An occurrence as an event: its own, or what the series says of it. */
static struct ics_component *as_own(struct arena *a, const struct ics_component *calendar, struct slot s, int64_t at)
{
    struct ics_component *master = caldav_master(calendar);
    struct ics_when w;
    int64_t seconds;
    if (s.kind == SLOT_OWN || !master || !ics_span(master, NULL, &w, &seconds))
        return s.event;
    struct ics_component *e = ics_copy(a, master);
    for (size_t i = 0; i < sizeof time_lines / sizeof *time_lines; i++)
        ics_remove(e, time_lines[i]);
    ics_add(a, e, SV("DTSTART"), slot_name(a, at));
    ics_add(a, e, SV("DTEND"), slot_name(a, at + seconds));
    return e;
}

static void merge_slot(struct merging *k, struct ics_component *master, const struct ics_when *at)
{
    const struct merge *m = k->in;
    struct arena *a = k->arena;
    struct slot before = slot_of(m->before, at->at), ours = slot_of(m->ours, at->at), base = slot_of(m->base, at->at);
    struct slot theirs = slot_of(k->calendar, at->at);
    struct sv prefix = arena_printf(a, "%.*s/", SV_ARG(slot_name(a, at->at))), key = arena_printf(a, "%.*sTIME", SV_ARG(prefix));
    if (ours.kind == SLOT_OWN && theirs.kind == SLOT_OWN) {
        const struct four f = { as_own(a, m->before, before, at->at), ours.event, as_own(a, m->base, base, at->at), theirs.event, prefix };
        merge_event(k, &f, true);
        return;
    }
    struct ics_when was, is;
    bool stood = slot_start(base, at, &was), stands = slot_start(theirs, at, &is);
    bool they = is_held(&m->held, key) || stood != stands || (stands && was.at != is.at);
    if (theirs.kind == SLOT_OWN && base.kind == SLOT_OWN)
        they = they || !is_untouched(a, base.event, theirs.event);
    if (ours.kind == theirs.kind)
        return;
    bool we = before.kind != ours.kind;
    if (they && !(we && m->revert)) {
        hold(k, key);
        if (we)
            keep(k, arena_printf(a, "the meeting of %.*s stays as it was changed by hand", SV_ARG(when_words(a, at))));
    } else if (we) {
        apply_slot(k, master, at->at, ours, theirs);
    }
}

/* Occurrences of their own that only the user has: texts of ours reach them too. */
static void merge_foreign(struct merging *k)
{
    struct ics_when w;
    for (uint32_t i = 0; i < k->calendar->child_count; i++) {
        struct ics_component *e = k->calendar->children[i];
        if (!recurrence_at(e, &w) || w.at <= k->in->now || slot_of(k->in->ours, w.at).kind == SLOT_OWN)
            continue;
        const struct four f = { caldav_master(k->in->before), caldav_master(k->in->ours),
                                as_own(k->arena, k->in->base, slot_of(k->in->base, w.at), w.at), e,
                                arena_printf(k->arena, "%.*s/", SV_ARG(slot_name(k->arena, w.at))) };
        merge_event(k, &f, false);
    }
}

/* Where a series ends nothing after its end may refer to it (D-41). */
static void drop_beyond(struct merging *k, struct ics_component *master)
{
    const struct ics_line *l = ics_find(master, "RRULE");
    struct ics_rule rule;
    struct slots slots = { 0 };
    if (!l || !ics_rule_read(l->value, NULL, &rule, NULL) || !rule.has_until)
        return;
    list_slots(k->arena, k->calendar, &slots);
    for (uint32_t i = 0; i < slots.count; i++) {
        const struct ics_when *at = &slots.items[i];
        struct slot s = slot_of(k->calendar, at->at);
        if (at->at <= rule.until)
            continue;
        if (s.kind == SLOT_OUT) {
            remove_exdate(k, master, at->at);
            continue;
        }
        if (slot_of(k->in->before, at->at).kind != SLOT_OWN)
            keep(k, arena_printf(k->arena, "the meeting of %.*s, changed by hand, goes with the end of its series",
                                 SV_ARG(when_words(k->arena, at))));
        ics_remove_child(k->calendar, s.event);
    }
}

static void merge_slots(struct merging *k, struct ics_component *master)
{
    struct slots slots = { 0 };
    const struct ics_component *all[] = { k->in->before, k->in->ours, k->in->base, k->in->theirs };
    for (size_t i = 0; i < 4; i++)
        list_slots(k->arena, all[i], &slots);
    if (slots.count)
        qsort(slots.items, slots.count, sizeof *slots.items, by_at);
    for (uint32_t i = 0; i < slots.count; i++)
        if (slots.items[i].at > k->in->now)
            merge_slot(k, master, &slots.items[i]);
}

/* ---- what every write brings ---- */

static bool uses_zone(const struct ics_component *calendar, struct sv tzid)
{
    for (uint32_t i = 0; i < calendar->child_count; i++) {
        const struct ics_component *e = calendar->children[i];
        for (uint32_t j = 0; !ics_is(e, "VTIMEZONE") && j < e->line_count; j++)
            if (sv_eq(ics_param(&e->lines[j], "TZID"), tzid))
                return true;
    }
    return false;
}

static bool has_zone(const struct ics_component *calendar, struct sv tzid)
{
    for (uint32_t i = 0; i < calendar->child_count; i++)
        if (ics_is(calendar->children[i], "VTIMEZONE") && sv_eq(sv_trim(ics_get(calendar->children[i], "TZID")), tzid))
            return true;
    return false;
}

/* One VTIMEZONE for each zone in use, and none else (D-31). */
static void mend_zones(struct merging *k)
{
    for (uint32_t i = k->calendar->child_count; i-- > 0;) {
        struct ics_component *z = k->calendar->children[i];
        if (ics_is(z, "VTIMEZONE") && !uses_zone(k->calendar, sv_trim(ics_get(z, "TZID"))))
            ics_remove_child(k->calendar, z);
    }
    for (uint32_t i = 0; k->in->ours && i < k->in->ours->child_count; i++) {
        struct ics_component *z = k->in->ours->children[i];
        struct sv tzid = ics_get(z, "TZID");
        if (ics_is(z, "VTIMEZONE") && uses_zone(k->calendar, tzid) && !has_zone(k->calendar, tzid))
            ics_add_child(k->arena, k->calendar, ics_copy(k->arena, z));
    }
}

static void set_line(struct arena *a, struct ics_component *e, const char *name, struct sv value)
{
    struct ics_line *l = ics_find(e, name);
    if (l)
        l->value = value;
    else
        ics_add(a, e, sv_of(name), value);
}

int64_t ics_sequence(const struct ics_component *c)
{
    int64_t highest = 0, n;
    for (uint32_t i = 0; c && i < c->child_count; i++)
        if (sv_to_int(sv_trim(ics_get(c->children[i], "SEQUENCE")), &n) && n > highest && n < INT32_MAX)
            highest = n;
    return highest;
}

static void stamp(struct merging *k, struct ics_component *master)
{
    struct arena *a = k->arena;
    int64_t highest = ics_sequence(k->in->theirs), own;
    if (k->out.revised) /* a server or a user may have raised it meanwhile (D-24) */
        k->out.sequence = (highest > k->in->sequence ? highest : k->in->sequence) + 1;
    for (uint32_t i = 0; i < k->touched_count; i++) {
        set_line(a, k->touched[i], "DTSTAMP", slot_name(a, k->in->now));
        set_line(a, k->touched[i], "LAST-MODIFIED", slot_name(a, k->in->now));
    }
    if (k->out.revised)
        set_line(a, master, "SEQUENCE", arena_printf(a, "%lld", (long long)k->out.sequence));
    for (uint32_t i = 0; k->out.revised && i < k->calendar->child_count; i++) { /* none of an occurrence is lower (D-22) */
        struct ics_component *e = k->calendar->children[i];
        if (ics_find(e, "RECURRENCE-ID") && (!sv_to_int(sv_trim(ics_get(e, "SEQUENCE")), &own) || own < k->out.sequence))
            set_line(a, e, "SEQUENCE", arena_printf(a, "%lld", (long long)k->out.sequence));
    }
    set_line(a, master, "X-POTLAC-REVISION", k->in->revision);
}

struct merged ics_merge(struct arena *a, const struct merge *m)
{
    struct merging k = { .arena = a, .in = m, .out.sequence = m->sequence };
    k.calendar = ics_copy(a, m->theirs);
    struct ics_component *master = caldav_master(k.calendar), *ours = caldav_master(m->ours);
    if (!master || !ours) {
        keep(&k, SV("the series itself is gone from the object: it is left alone"));
        k.out.held = m->held;
        return k.out;
    }
    const struct four f = { caldav_master(m->before), ours, caldav_master(m->base), master, SV("") };
    merge_event(&k, &f, true);
    if (is_held(&k.out.held, SV("TIME"))) { /* a series moved by hand has other occurrences than ours */
        for (uint32_t i = 0; i < m->held.count; i++)
            if (sv_find_char(m->held.items[i], '/', 0) != SIZE_MAX)
                hold(&k, m->held.items[i]);
    } else {
        merge_slots(&k, master);
        merge_foreign(&k);
    }
    if (k.changed) {
        drop_beyond(&k, master);
        mend_zones(&k);
        stamp(&k, master);
        k.out.result = k.calendar;
    }
    return k.out;
}

struct ics_component *ics_first(struct arena *a, const struct ics_component *ours, int64_t now, int64_t sequence, struct sv revision)
{
    struct ics_component *c = ics_copy(a, ours);
    for (uint32_t i = 0; i < c->child_count; i++) {
        struct ics_component *e = c->children[i];
        if (!ics_is(e, "VEVENT"))
            continue;
        ics_add(a, e, SV("DTSTAMP"), slot_name(a, now));
        ics_add(a, e, SV("CREATED"), slot_name(a, now));
        ics_add(a, e, SV("LAST-MODIFIED"), slot_name(a, now));
        ics_add(a, e, SV("SEQUENCE"), arena_printf(a, "%lld", (long long)sequence));
        if (!ics_find(e, "RECURRENCE-ID"))
            ics_add(a, e, SV("X-POTLAC-REVISION"), revision);
    }
    return c;
}

/* ---- what is recorded, and what a server kept ---- */

static const char *const recorded[] = { "UID",     "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE",          "EXDATE",
                                        "SUMMARY", "LOCATION",      "STATUS",  "CLASS", "TRANSP",   "X-POTLAC-OWNER", "X-POTLAC-REVISION",
                                        "SEQUENCE" };

static void reduce_event(struct arena *a, const struct ics_component *e, struct ics_component *out)
{
    struct sv text = ics_text(a, ics_get(e, "DESCRIPTION"));
    size_t from, to;
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++)
        ics_put_all(a, out, e, recorded[i]);
    if (find_block(text, &from, &to)) {
        struct ics_component *block = ics_new(a, SV("X"));
        struct strbuf value = STRBUF_IN(a);
        escape_all(&value, sv_slice(text, from, to));
        ics_add(a, block, SV("DESCRIPTION"), strbuf_sv(&value));
        ics_put_all(a, out, block, "DESCRIPTION");
    }
}

struct ics_component *ics_reduced(struct arena *a, const struct ics_component *c)
{
    struct ics_component *out = ics_new(a, c->name);
    for (uint32_t i = 0; i < c->child_count; i++) {
        if (!ics_is(c->children[i], "VEVENT"))
            continue;
        struct ics_component *e = ics_new(a, SV("VEVENT"));
        reduce_event(a, c->children[i], e);
        ics_add_child(a, out, e);
    }
    return out;
}

struct sv ics_not_kept(struct arena *a, const struct ics_component *ours, const struct ics_component *kept)
{
    struct strbuf out = STRBUF_IN(a);
    struct slots slots = { 0 };
    const struct ics_component *x = caldav_master(ours), *y = caldav_master(kept);
    for (size_t i = 0; x && i < UNITS; i++)
        if (!same(a, &units[i], x, y))
            strbuf_addf(&out, out.n ? ", %s" : "%s", units[i].name);
    list_slots(a, ours, &slots);
    unsigned lost = 0;
    for (uint32_t i = 0; i < slots.count; i++)
        lost += slot_of(ours, slots.items[i].at).kind != slot_of(kept, slots.items[i].at).kind;
    if (lost)
        strbuf_addf(&out, "%s%u exception%s", out.n ? ", " : "", lost, lost == 1 ? "" : "s");
    if (x && !ics_find(y, "X-POTLAC-OWNER"))
        strbuf_addf(&out, out.n ? ", %s" : "%s", "X-POTLAC-OWNER");
    return out.n ? strbuf_sv(&out) : SV("");
}
