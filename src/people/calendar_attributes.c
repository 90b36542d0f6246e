/* The attributes of a calendar_event: reading and refusing them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "people/calendar.h"

#define TITLE_MAX     400
#define ATTENDEES_MAX 200

/* Letters, digits and - _ . of entity names, and the separators of refs. Titles become file names and identities, so nothing else. */
static bool ref_is_plain(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':' || c == '/';
        if (!ok || (c == '.' && (i == 0 || s.p[i - 1] == '/' || s.p[i - 1] == ':')))
            return false;
    }
    return s.n > 0 && s.n <= TITLE_MAX;
}

/* kind:namespace/name */
static bool is_full_ref(struct sv s)
{
    size_t colon = sv_find_char(s, ':', 0), slash = sv_find_char(s, '/', 0);
    return ref_is_plain(s) && colon != SIZE_MAX && slash != SIZE_MAX && colon > 0 && slash > colon + 1 && slash + 1 < s.n &&
           sv_find_char(s, '/', slash + 1) == SIZE_MAX && sv_find_char(s, ':', colon + 1) == SIZE_MAX;
}

static struct sv text_or(const struct resource *r, const char *name, struct sv otherwise)
{
    struct sv s = resource_text(r, name);
    return s.p ? s : otherwise;
}

/* Integers may come as text. otherwise where it is not set. */
static bool int_attr(const struct resource *r, const char *name, int64_t otherwise, int64_t low, int64_t high, int64_t *out_n,
                     struct err *err)
{
    const struct resource_param *p = resource_param(r, sv_of(name));
    int64_t n = otherwise;
    if (p && p->value.kind != V_UNDEF) {
        bool read = p->value.kind == V_INT || (p->value.kind == V_STRING && sv_to_int(value_sv(p->value), &n));
        n = p->value.kind == V_INT ? p->value.i : n;
        if (!read || n < low || n > high)
            return err_set(err, "'%s' must be a whole number from %lld to %lld", name, (long long)low, (long long)high);
    }
    *out_n = n;
    return true;
}

static int by_text(const void *x, const void *y) { return sv_cmp(*(const struct sv *)x, *(const struct sv *)y); }

/* A list of texts, or one text; sorted, each once. */
static bool list_attr(struct arena *a, const struct resource *r, const char *name, struct sv **out_items, uint32_t *out_count,
                      struct err *err)
{
    const struct resource_param *p = resource_param(r, sv_of(name));
    struct value v = p ? p->value : VALUE_UNDEF;
    const struct value *items = v.kind == V_ARRAY ? v.items : &v;
    uint32_t count = v.kind == V_ARRAY ? v.n : v.kind == V_UNDEF ? 0 : 1, n = 0;
    if (count > ATTENDEES_MAX)
        return err_set(err, "'%s' has %u entries, more than %d", name, count, ATTENDEES_MAX);
    struct sv *list = ARENA_ARRAY(a, struct sv, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].kind != V_STRING)
            return err_set(err, "'%s' must be a list of strings", name);
        list[i] = value_sv(items[i]);
    }
    qsort(list, count, sizeof *list, by_text);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || !sv_eq(list[i], list[n - 1]))
            list[n++] = list[i];
    *out_items = list;
    *out_count = n;
    return true;
}

static bool clock_parse(struct sv s, int *out_hour, int *out_minute)
{
    struct sv hour, rest = s;
    int64_t h, m;
    if (s.n != 5 || s.p[0] == '+' || s.p[3] == '+' || !sv_cut(&rest, ':', &hour) || !sv_to_int(hour, &h) || !sv_to_int(rest, &m))
        return false;
    if (h < 0 || h > 23 || m < 0 || m > 59 || hour.n != 2)
        return false;
    *out_hour = (int)h, *out_minute = (int)m;
    return true;
}

static bool read_cadence(const struct resource *r, struct cadence *c, struct err *err)
{
    struct sv start = resource_text(r, "start"), day = resource_text(r, "weekday"), clock = resource_text(r, "start_time");
    int64_t seconds = 7 * 86400, n;
    c->every = 1;
    c->from = (struct date){ 1970, 1, 5 }; /* a Monday: cycles of several weeks have one beginning for all */
    if (start.n) {
        c->once = true;
        if (!local_parse(start, &c->start))
            return err_set(err, "'start' is no local time: '%.*s'; expected 2027-03-03T10:00:00", SV_ARG(start));
        int64_t at;
        if (zone_to_utc(zone_find(c->zone, NULL), c->start, &at) == LOCAL_GAP)
            return err_set(err, "'start' %.*s does not exist in %.*s: clocks skip it that day", SV_ARG(start), SV_ARG(c->zone));
        return true;
    }
    if ((c->weekday = weekday_parse(day)) < 0)
        return err_set(err, "'weekday' is no day of the week: '%.*s'; expected mon, tue, wed, thu, fri, sat or sun", SV_ARG(day));
    if (!clock_parse(clock, &c->hour, &c->minute))
        return err_set(err, "'start_time' is no time of day: '%.*s'; expected 09:30", SV_ARG(clock));
    struct sv every = text_or(r, "every", SV("P1W")), from = resource_text(r, "from");
    if (!duration_parse(every, &seconds) || seconds <= 0 || seconds % (7 * 86400) != 0 || seconds / (7 * 86400) > 520)
        return err_set(err, "'every' must be whole weeks: '%.*s'; expected P1W, P2W, P4W", SV_ARG(every));
    c->every = (int)(seconds / (7 * 86400));
    if (from.n && !date_parse(from, &c->from))
        return err_set(err, "'from' is no date: '%.*s'; expected 2027-03-01", SV_ARG(from));
    if (!int_attr(r, "phase", 0, 0, 520, &n, err))
        return false;
    c->phase = (int)n;
    return true;
}

static bool read_meeting(struct arena *a, const struct resource *r, struct meeting *m, struct err *err)
{
    static const char *const kinds[] = { "sync", "one-on-one", "checkup", "chat", "mock" };
    m->kind = text_or(r, "kind", SV("sync"));
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known = known || sv_is(m->kind, kinds[i]);
    if (!known)
        return err_set(err, "'kind' is '%.*s'; expected sync, one-on-one, checkup, chat or mock", SV_ARG(m->kind));
    if (!int_attr(r, "minutes", 30, 5, 1440, &m->minutes, err) || !list_attr(a, r, "attendees", &m->attendees, &m->attendee_count, err))
        return false;
    for (uint32_t i = 0; i < m->attendee_count; i++)
        if (!is_full_ref(m->attendees[i]))
            return err_set(err, "'attendees' has '%.*s'; expected a full reference such as user:default/eva", SV_ARG(m->attendees[i]));
    if (m->attendee_count == 0)
        return err_set(err, "'attendees' is empty: a meeting needs someone to attend it");
    m->summary = text_or(r, "summary", r->title);
    m->description = text_or(r, "description", SV(""));
    m->location = text_or(r, "location", SV(""));
    const struct resource_param *private = resource_param(r, SV("private"));
    m->private = sv_is(m->kind, "one-on-one");
    if (private && private->value.kind != V_UNDEF) {
        if (private->value.kind != V_BOOL)
            return err_set(err, "'private' must be true or false");
        m->private = private->value.b;
    }
    return true;
}

/* { '2027-W09' => '2027-03-04T14:00:00' } */
static bool read_moves(struct arena *a, const struct resource *r, struct plan *p, struct err *err)
{
    const struct resource_param *param = resource_param(r, SV("moves"));
    if (!param || param->value.kind == V_UNDEF)
        return true;
    if (param->value.kind != V_HASH || p->cadence.once)
        return err_set(err, "'moves' must be a map of ISO weeks to local times, for a meeting that repeats");
    const struct hash *h = param->value.h;
    p->moves = ARENA_ARRAY(a, struct moved_week, h->count + 1);
    for (uint32_t i = 0; i < h->count; i++) {
        struct moved_week *m = &p->moves[p->move_count++];
        struct value week = h->pairs[i].key, at = h->pairs[i].value;
        int year, number, is_year, is_week;
        int64_t utc;
        m->week = week.kind == V_STRING ? value_sv(week) : SV_NONE;
        if (at.kind != V_STRING || !local_parse(value_sv(at), &m->start) || sscanf(arena_cstr(a, m->week), "%4d-W%2d", &year, &number) != 2)
            return err_set(err, "'moves' has '%.*s'; expected such as '2027-W09' => '2027-03-04T14:00:00'", SV_ARG(m->week));
        date_iso_week(m->start.date, &is_year, &is_week);
        if (is_year != year || is_week != number)
            return err_set(err, "'moves' of %.*s: that time lies in another week", SV_ARG(m->week));
        if (zone_to_utc(zone_find(p->cadence.zone, NULL), m->start, &utc) == LOCAL_GAP)
            return err_set(err, "'moves' of %.*s: that time does not exist in %.*s", SV_ARG(m->week), SV_ARG(p->cadence.zone));
    }
    return true;
}

bool calendar_plan_read(struct arena *a, const struct resource *r, struct plan *out_p, struct err *err)
{
    struct plan p = { .title = r->title };
    struct sv ensure = text_or(r, "ensure", SV("present"));
    size_t slash = sv_find_char(r->title, '/', 0), second = slash == SIZE_MAX ? SIZE_MAX : sv_find_char(r->title, '/', slash + 1);
    if (!ref_is_plain(r->title) || second == SIZE_MAX || second + 1 >= r->title.n || !is_full_ref(sv_slice(r->title, 0, second)))
        return err_set(err, "the title must be a ritual's reference such as potlac:default/search/sync, not '%.*s'", SV_ARG(r->title));
    if (!sv_is(ensure, "present") && !sv_is(ensure, "absent"))
        return err_set(err, "'ensure' is '%.*s'; expected present or absent", SV_ARG(ensure));
    if (sv_is(ensure, "absent")) {
        *out_p = p;
        return true;
    }
    p.cadence.zone = resource_text(r, "zone");
    if (!zone_find(p.cadence.zone, err))
        return err_wrap(err, "'zone'");
    p.meeting.zone = p.cadence.zone;
    if (!read_meeting(a, r, &p.meeting, err) || !read_cadence(r, &p.cadence, err))
        return false;
    if (!list_attr(a, r, "skip", &p.skip, &p.skip_count, err) || !read_moves(a, r, &p, err))
        return false;
    *out_p = p;
    return true;
}
