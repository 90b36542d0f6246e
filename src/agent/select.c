/* select: which resources a run looks at: tags, schedules, noop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/internal.h"
#include "base/time.h"

bool resource_noop(const struct run *run, const struct resource *r)
{
    const struct resource_param *p = resource_param(r, SV("noop"));
    if (run->noop)
        return true;
    if (!p || p->value.kind == V_UNDEF)
        return run->noop_soft;
    return p->value.kind == V_BOOL ? p->value.b : p->value.kind == V_STRING && sv_is(value_sv(p->value), "true");
}

bool tags_select(const struct run *run, const struct resource *r)
{
    if (run->tag_count == 0)
        return true;
    for (uint32_t i = 0; i < run->tag_count; i++) {
        struct sv want = run->tags[i];
        if (sv_eq_nocase(want, r->type) || sv_eq_nocase(want, r->title))
            return true;
        for (uint32_t k = 0; k < r->tag_count; k++)
            if (sv_eq_nocase(want, r->tags[k]->text))
                return true;
    }
    return false;
}

static bool weekday_matches(struct value v, int today)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            if (weekday_matches(v.items[i], today))
                return true;
        return false;
    }
    if (v.kind == V_INT)
        return (v.i + 6) % 7 == today; /* 0 is Sunday */
    int64_t n;
    if (v.kind != V_STRING)
        return true;
    struct sv s = value_sv(v);
    return sv_to_int(s, &n) ? (n + 6) % 7 == today : weekday_parse(sv_slice(s, 0, 3)) == today;
}

static bool clock_parse(struct sv s, int *out)
{
    int part[3] = { 0 }, count = 0;
    struct sv piece;
    s = sv_trim(s);
    while (count < 3 && sv_cut(&s, ':', &piece)) {
        int64_t n;
        if (!sv_to_int(sv_trim(piece), &n) || n < 0 || n > 59)
            return false;
        part[count++] = (int)n;
    }
    *out = part[0] * 3600 + part[1] * 60 + part[2];
    return count > 0;
}

/* "2 - 4", "22:30 - 4:15" over midnight; a list: any of them. */
static bool range_matches(struct value v, int now)
{
    if (v.kind == V_ARRAY) {
        for (uint32_t i = 0; i < v.n; i++)
            if (range_matches(v.items[i], now))
                return true;
        return false;
    }
    if (v.kind != V_STRING)
        return true;
    struct sv s = value_sv(v), first;
    int from, to;
    if (!sv_cut(&s, '-', &first) || !clock_parse(first, &from) || !clock_parse(s, &to))
        return false;
    return from <= to ? now >= from && now <= to : now >= from || now <= to;
}

bool schedule_allows(struct run *run, const struct catalog *cat, const struct resource *r, bool *out_allowed, struct err *err)
{
    static const char *const built_in[] = { "puppet", "hourly", "daily", "weekly", "monthly", "never", "undef" };
    struct sv name = resource_text(r, "schedule");
    *out_allowed = true;
    if (name.n == 0)
        return true;
    const struct resource *s = catalog_find(cat, SV("Schedule"), name);
    if (!s) {
        *out_allowed = !sv_is(name, "never");
        for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
            if (sv_is(name, built_in[i]))
                return true;
        return err_set(err, "Could not find schedule %.*s", SV_ARG(name));
    }
    /* NEEDSWORK: period and repeat need to know when the resource was last looked at; decide with the agent's own state. */
    const struct zone *z = zone_find(SV("localtime"), NULL);
    struct local_time t = z ? zone_to_local(z, run->now) : local_from_seconds(run->now);
    const struct resource_param *range = resource_param(s, SV("range")), *day = resource_param(s, SV("weekday"));
    *out_allowed = !sv_is(resource_text(s, "period"), "never") && (!day || weekday_matches(day->value, date_weekday(t.date))) &&
                   (!range || range_matches(range->value, t.hour * 3600 + t.minute * 60 + t.second));
    return true;
}
