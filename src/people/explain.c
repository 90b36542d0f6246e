/* Why a ritual is when it is, in words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/plan.h"

static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static void explain_weeks(struct strbuf *out, const struct people_plan *p, const struct ritual *r)
{
    for (int week = 0; week < HORIZON_WEEKS; week++) {
        const struct ritual_week *w = &r->weeks[week];
        struct sv id = plan_week_id(p, week);
        if (w->state == WEEK_SKIPPED)
            strbuf_addf(out, "%.*s: skipped: %.*s\n", SV_ARG(id), SV_ARG(w->why));
        else if (w->state == WEEK_MOVED)
            strbuf_addf(out, "%.*s: %s %02d:%02d instead: %.*s\n", SV_ARG(id), day_names[w->minute / 1440], w->minute % 1440 / 60,
                        w->minute % 60, SV_ARG(w->why));
        else if (r->replaced >> week & 1)
            strbuf_addf(out, "%.*s: the retrospective takes its place\n", SV_ARG(id));
    }
}

void ritual_explain(struct strbuf *out, const struct people_plan *p, const struct ritual *r)
{
    static const char *const classes[] = { [PAIR_ROLES] = "of one team, in different roles",
                                           [PAIR_PEERS] = "of one team, in the same role",
                                           [PAIR_ACROSS] = "of different teams" };
    strbuf_addf(out, "%.*s\n", SV_ARG(r->slot.why));
    if (r->note.n)
        strbuf_addf(out, "%.*s\n", SV_ARG(r->note));
    if (r->kind == RITUAL_ONE_ON_ONE)
        strbuf_addf(out, "a pair %s: every %d week%s\n", classes[r->class], r->ask.every, r->ask.every == 1 ? "" : "s");
    for (uint32_t i = 0; r->ownership_count > 1 && i < r->ownership_count; i++)
        strbuf_addf(out, "%s%.*s%s", i ? ", " : "one meeting of the same two owners about ", SV_ARG(short_name(r->ownerships[i]->ref)),
                    i + 1 == r->ownership_count ? "\n" : "");
    if (r->gap_weeks)
        strbuf_addf(out, "the two do not meet for %d weeks from %.*s on, more than %d\n", r->gap_weeks,
                    SV_ARG(plan_week_id(p, r->gap_from)), r->max_gap);
    explain_weeks(out, p, r);
}

static void explain_once(struct strbuf *out, const struct one_off *o)
{
    if (o->state == ONE_OFF_PLANNED) {
        local_print(out, o->start);
        strbuf_addf(out, " %.*s, %d minutes: ", SV_ARG(o->zone), o->minutes);
    }
    strbuf_addf(out, "%.*s\n", SV_ARG(o->why));
    if (o->audience.n)
        strbuf_addf(out, "%.*s plays the audience\n", SV_ARG(short_name(o->audience)));
}

/* A service that is talked about in another one's meeting has none of its own. */
static const struct ritual *meeting_about(const struct people_plan *p, struct sv title)
{
    size_t slash = sv_rfind_char(title, '/');
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < p->rituals[i]->ownership_count; k++)
            if (sv_ends(title, SV("/checkup")) && sv_eq(p->rituals[i]->ownerships[k]->ref, sv_slice(title, 0, slash)))
                return p->rituals[i];
    return NULL;
}

bool people_explain(struct strbuf *out, const struct people_plan *p, struct sv title)
{
    const struct ritual *r = people_plan_find(p, title);
    const struct one_off *once = people_plan_find_once(p, title);
    if (once) {
        explain_once(out, once);
        return true;
    }
    if (!r && (r = meeting_about(p, title)))
        strbuf_addf(out, "talked about in %.*s:\n", SV_ARG(r->title));
    if (r)
        ritual_explain(out, p, r);
    return r != NULL;
}
