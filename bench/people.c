/* bench-people POTLACS: the schedule of so many Potlacs of four leaders each, over the weeks that feeds show: seconds, and what came of it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "people/plan.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long seed = 1;
static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(seed >> 33) % n;
}

static void add_person(struct strbuf *y, unsigned team, unsigned i)
{
    static const char *const zones[] = { "Europe/Stockholm", "Europe/Stockholm", "Europe/London", "Europe/Berlin", "America/New_York" };
    static const char *const hours[] = { "\"09:00-17:00\"", "\"08:00-16:30\"", "[\"08:30-12:00\", \"13:00-17:30\"]" };
    strbuf_addf(y,
                "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: u%u-%u}\nspec: {memberOf: [t%u]}\n"
                "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: u%u-%u}\n"
                "spec: {timezone: %s, hours: {mon-fri: %s}, holidays: [common], maxMeetingMinutesPerDay: 180}\n",
                team, i, team, team, i, zones[pick(5)], hours[pick(3)]);
    if (pick(3) == 0) {
        struct strbuf from = STRBUF_HEAP, to = STRBUF_HEAP;
        int64_t day = date_to_days((struct date){ 2027, 2, 15 }) + pick(84);
        date_print(&from, date_from_days(day));
        date_print(&to, date_from_days(day + pick(20)));
        strbuf_addf(y, "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: a%u-%u}\nspec: {person: u%u-%u, from: %s, to: %s}\n",
                    team, i, team, i, strbuf_cstr(&from), strbuf_cstr(&to));
        strbuf_release(&from);
        strbuf_release(&to);
    }
}

static void add_team(struct strbuf *y, unsigned team)
{
    static const char *const roles[] = { "product-owner", "team-lead", "agile-coach", "product-owner" };
    strbuf_addf(y, "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: t%u}\nspec: {type: team, children: []}\n", team);
    for (unsigned i = 0; i < 4; i++) {
        add_person(y, team, i);
        strbuf_addf(
            y, "---\napiVersion: potlac/v1\nkind: RoleAssignment\nmetadata: {name: r%u-%u}\nspec: {person: u%u-%u, group: t%u, role: %s}\n",
            team, i, team, i, team, roles[i]);
    }
    strbuf_addf(
        y,
        "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: p%u}\n"
        "spec: {group: t%u, anchorZone: Europe/Stockholm, sync: {earliest: tue, latest: thu}, oneOnOnes: {maxPerLeaderPerWeek: 2}}\n",
        team, team);
}

static const struct model *make_model(struct arena *a, unsigned potlacs)
{
    struct strbuf y = STRBUF_HEAP;
    struct source src = { .path = SV("model.yaml") };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    strbuf_adds(&y, "apiVersion: potlac/v1\nkind: HolidayCalendar\nmetadata: {name: common}\n"
                    "spec: {days: [{date: 2027-03-26, name: x}, {date: 2027-03-29, name: y}]}\n");
    for (unsigned i = 0; i < potlacs; i++)
        add_team(&y, i);
    src.text = strbuf_sv(&y);
    if (!model_add_text(m, &src, &diags) || !model_check(m, (struct date){ 2027, 2, 15 }, &diags)) {
        fprintf(stderr, "the model is wrong\n");
        exit(1);
    }
    return m;
}

int main(int argc, char **argv)
{
    int64_t potlacs = 1000;
    struct arena *a = arena_new(0), *b = arena_new(0);
    if (argc > 1 && !sv_to_int(sv_of(argv[1]), &potlacs))
        return 1;
    double start = now_s();
    struct people_context ctx = { .model = make_model(a, (unsigned)potlacs), .today = { 2027, 2, 15 } };
    double loaded = now_s();
    struct people_plan *p = people_plan_new(&ctx, b, SV_NONE);
    double done = now_s();
    unsigned without = 0, meets = 0, moved = 0, skipped = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        without += !p->rituals[i]->slot.found;
        for (int week = 0; week <= SCORED_WEEKS; week++) {
            meets += p->rituals[i]->weeks[week].state == WEEK_MEETS;
            moved += p->rituals[i]->weeks[week].state == WEEK_MOVED;
            skipped += p->rituals[i]->weeks[week].state == WEEK_SKIPPED;
        }
    }
    printf("%.3f s for %u rituals of %lld Potlacs; %u without a common time; in 12 weeks %u meetings as usual, %u moved, %u left out; the "
           "model "
           "%.3f s, %.0f MB\n",
           done - loaded, p->count, (long long)potlacs, without, meets, moved, skipped, loaded - start, (double)arena_used(b) / 1e6);
    arena_free(b);
    arena_free(a);
    return 0;
}
