/* Busy times of a calendar. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/ics_busy.h"

#include <stdlib.h>

#include "people/ics_recur.h"

#define LONGEST (400 * 86400LL)

struct reading {
    struct arena *arena;
    const struct ics_component *calendar;
    const struct zone *own;
    int64_t from, until;
    const struct map *ours;
    struct busy_list *into;
};

static bool add(struct reading *r, int64_t at, int64_t seconds, struct err *err)
{
    struct busy_span span = { at < r->from ? r->from : at, at + seconds > r->until ? r->until : at + seconds };
    if (span.until <= span.from)
        return true;
    if (r->into->count >= BUSY_MAX)
        return err_set(err, "the calendar has more than %d busy stretches", BUSY_MAX);
    ARENA_PUSH(r->arena, r->into->items, r->into->count, r->into->cap, span);
    return true;
}

static bool counts(const struct reading *r, const struct ics_component *event)
{
    return ics_is(event, "VEVENT") && !ics_find(event, "X-POTLAC-OWNER") && !(r->ours && map_find(r->ours, sv_trim(ics_get(event, "UID"))));
}

static bool occupies(const struct ics_component *event)
{
    struct sv status = sv_trim(ics_get(event, "STATUS")), shown = sv_trim(ics_get(event, "X-MICROSOFT-CDO-BUSYSTATUS"));
    return !sv_eq_nocase(sv_trim(ics_get(event, "TRANSP")), SV("TRANSPARENT")) && !sv_eq_nocase(status, SV("CANCELLED")) &&
           !sv_eq_nocase(shown, SV("FREE"));
}

/* Does a line of EXDATE or RDATE have an instant among its values? A date stands for its day. */
static bool lists(const struct reading *r, const struct ics_component *event, const char *name, const struct ics_when *at)
{
    for (uint32_t i = 0; i < event->line_count; i++) {
        const struct ics_line *l = &event->lines[i];
        struct sv rest = l->value, piece;
        struct ics_when w;
        if (!sv_eq_nocase(l->name, sv_of(name)))
            continue;
        while (sv_cut(&rest, ',', &piece))
            if (ics_when(l, piece, at->zone ? at->zone : r->own, &w) &&
                (w.at == at->at || (w.is_date && date_to_days(w.local.date) == date_to_days(at->local.date))))
                return true;
    }
    return false;
}

/* Is an instance told by an event of its own? */
static bool overridden(const struct reading *r, const struct ics_component *master, const struct ics_when *at)
{
    struct sv uid = ics_get(master, "UID");
    for (uint32_t i = 0; i < r->calendar->child_count; i++) {
        const struct ics_component *c = r->calendar->children[i];
        const struct ics_line *id = ics_find(c, "RECURRENCE-ID");
        struct ics_when w;
        if (id && sv_eq(ics_get(c, "UID"), uid) && ics_when(id, id->value, at->zone ? at->zone : r->own, &w) &&
            (w.at == at->at || (w.is_date && date_to_days(w.local.date) == date_to_days(at->local.date))))
            return true;
    }
    return false;
}

static bool add_extra(struct reading *r, const struct ics_component *event, int64_t seconds, struct err *err)
{
    for (uint32_t i = 0; i < event->line_count; i++) {
        const struct ics_line *l = &event->lines[i];
        struct sv rest = l->value, piece;
        struct ics_when w;
        if (!sv_eq_nocase(l->name, SV("RDATE")))
            continue;
        while (sv_cut(&rest, ',', &piece)) {
            struct sv start = sv_slice(piece, 0, sv_find_char(piece, '/', 0));
            if (ics_when(l, start, r->own, &w) && !overridden(r, event, &w) && !add(r, w.at, seconds, err))
                return false;
        }
    }
    return true;
}

static bool add_event(struct reading *r, const struct ics_component *event, struct err *err)
{
    struct ics_when start;
    int64_t seconds;
    const struct ics_line *rrule = ics_find(event, "RRULE");
    if (!ics_span(event, r->own, &start, &seconds)) {
        r->into->odd++;
        return true;
    }
    if (seconds > LONGEST)
        seconds = LONGEST;
    if (!rrule || ics_find(event, "RECURRENCE-ID"))
        return add(r, start.at, seconds, err) && (!ics_find(event, "RDATE") || add_extra(r, event, seconds, err));
    struct ics_rule rule;
    struct ics_when *list;
    uint32_t n;
    if (!ics_rule_read(rrule->value, start.zone, &rule, NULL) ||
        !ics_rule_expand(r->arena, &rule, &start, r->from - seconds, r->until, BUSY_MAX, &list, &n, NULL)) {
        r->into->odd++;
        return add(r, start.at, seconds, err);
    }
    for (uint32_t i = 0; i < n; i++)
        if (!lists(r, event, "EXDATE", &list[i]) && !overridden(r, event, &list[i]) && !add(r, list[i].at, seconds, err))
            return false;
    return add_extra(r, event, seconds, err);
}

/* FREEBUSY;FBTYPE=BUSY:19970308T160000Z/PT3H,... */
static bool add_free_busy(struct reading *r, const struct ics_component *c, struct err *err)
{
    for (uint32_t i = 0; i < c->line_count; i++) {
        const struct ics_line *l = &c->lines[i];
        struct sv rest = l->value, piece, start;
        struct ics_when from, to;
        int64_t seconds;
        if (!sv_eq_nocase(l->name, SV("FREEBUSY")) || sv_eq_nocase(ics_param(l, "FBTYPE"), SV("FREE")))
            continue;
        while (sv_cut(&rest, ',', &piece)) {
            struct sv end = piece;
            if (!sv_cut(&end, '/', &start) || !ics_when(NULL, start, r->own, &from))
                continue;
            if (ics_when(NULL, end, r->own, &to))
                seconds = to.at - from.at;
            else if (!ics_duration(end, &seconds))
                continue;
            if (!add(r, from.at, seconds, err))
                return false;
        }
    }
    return true;
}

bool ics_busy(struct arena *a, const struct ics_component *calendar, const struct zone *own, int64_t from, int64_t until,
              const struct map *ours, struct busy_list *into, struct err *err)
{
    struct reading r = { a, calendar, own, from, until, ours, into };
    for (uint32_t i = 0; i < calendar->child_count; i++) {
        const struct ics_component *c = calendar->children[i];
        bool ok = ics_is(c, "VFREEBUSY") ? add_free_busy(&r, c, err) : !counts(&r, c) || !occupies(c) || add_event(&r, c, err);
        if (!ok)
            return false;
    }
    return true;
}

static int by_start(const void *x, const void *y)
{
    const struct busy_span *a = x, *b = y;
    return a->from != b->from ? (a->from < b->from ? -1 : 1) : (a->until > b->until) - (a->until < b->until);
}

void busy_merge(struct busy_list *l)
{
    uint32_t n = 0;
    if (l->count)
        qsort(l->items, l->count, sizeof *l->items, by_start);
    for (uint32_t i = 0; i < l->count; i++) {
        if (n && l->items[i].from <= l->items[n - 1].until) {
            if (l->items[i].until > l->items[n - 1].until)
                l->items[n - 1].until = l->items[i].until;
        } else {
            l->items[n++] = l->items[i];
        }
    }
    l->count = n;
}
