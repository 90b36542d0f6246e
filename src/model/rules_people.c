/* rules: of roles, Potlacs, meetings and topics. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "model/internal.h"

#define LEADERS_MAX 64 /* pairs grow with the square; a Potlac of more than five should have been split long ago */

/* --- I06 --- */

struct term {
    const struct entity *assignment, *group;
    struct sv role;
    int64_t from, until;
};

static int by_term(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    if (x->group != y->group)
        return x->group->index < y->group->index ? -1 : 1;
    int c = sv_cmp(x->role, y->role);
    if (c)
        return c;
    return x->from < y->from ? -1 : x->from > y->from ? 1 : sv_cmp(x->assignment->ref, y->assignment->ref);
}

static void check_terms(struct checker *k)
{
    uint32_t n = k->m->kind_count[KIND_ROLE_ASSIGNMENT], count = 0;
    struct term *terms = ARENA_ARRAY(k->scratch, struct term, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *ra = k->m->of_kind[KIND_ROLE_ASSIGNMENT][i];
        struct term t = { ra, relate_target(k->m, ra, "group", "group"), entity_text(ra, "role"), entity_day(ra, "from", INT64_MIN),
                          entity_day(ra, "until", INT64_MAX) };
        if (t.from > t.until)
            rule_error(k, entity_span(ra, "until"), "%.*s ends before it begins [I06]", SV_ARG(ra->ref));
        else if (t.group && (sv_is(t.role, "team-lead") || sv_is(t.role, "agile-coach")))
            terms[count++] = t;
    }
    if (count)
        qsort(terms, count, sizeof *terms, by_term);
    for (uint32_t i = 1, longest = 0; i < count; i++) {
        bool same = terms[i].group == terms[longest].group && sv_eq(terms[i].role, terms[longest].role);
        if (same && terms[i].from <= terms[longest].until)
            rule_error(k, entity_span(terms[i].assignment, "from"), "%.*s and %.*s overlap: %.*s has one %.*s at a time [I06]",
                       SV_ARG(terms[longest].assignment->ref), SV_ARG(terms[i].assignment->ref), SV_ARG(terms[i].group->ref),
                       SV_ARG(terms[i].role));
        if (!same || terms[i].until > terms[longest].until)
            longest = i;
    }
}

/* --- I07, I08, I18 --- */

static void check_filled(struct checker *k, const struct entity *p)
{
    static const char *const roles[] = { "product-owner", "team-lead", "agile-coach" };
    uint32_t n;
    const struct edge_to *edges = model_edges(k->m, p, &n);
    for (size_t r = 0; r < 3; r++) {
        bool filled = false;
        for (uint32_t i = 0; i < n; i++)
            filled |= edges[i].relation == REL_LED_BY && sv_is(entity_text(edges[i].via, "role"), roles[r]);
        if (!filled)
            diag_warn(k->diags, "vacant-role", entity_span(p, "group"), "%.*s has no %s today [I07]", SV_ARG(p->ref), roles[r]);
    }
}

static void check_pairs(struct checker *k, struct map *pairs, const struct entity *p, const struct entity **leaders, uint32_t n)
{
    if (n > LEADERS_MAX) {
        diag_warn(k->diags, "many-leaders", entity_span(p, NULL), "%.*s has %u leaders: split it [I18]", SV_ARG(p->ref), n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = i + 1; j < n; j++) {
            struct sv key = arena_printf(k->scratch, "%u %u", leaders[i]->index, leaders[j]->index);
            const struct entity *other = map_find(pairs, key);
            if (!other) {
                map_put(pairs, key, (void *)p);
                continue;
            }
            rule_error(k, entity_span(p, "oneOnOnes"), "%.*s and %.*s both plan one-on-ones of %.*s and %.*s [I18]", SV_ARG(other->ref),
                       SV_ARG(p->ref), SV_ARG(leaders[i]->name), SV_ARG(leaders[j]->name));
            diag_hint(k->diags, "leave 'oneOnOnes' out of one of the two");
        }
    }
}

static void check_potlacs(struct checker *k)
{
    struct map pairs = map_in(k->scratch);
    for (uint32_t i = 0; i < k->m->kind_count[KIND_POTLAC]; i++) {
        const struct entity *p = k->m->of_kind[KIND_POTLAC][i];
        uint32_t n;
        const struct entity **leaders = model_related(k->m, k->scratch, p, REL_LED_BY, &n);
        const struct data *list = entity_field(p, "leaders");
        if (!list || list->kind != DATA_LIST)
            check_filled(k, p);
        if (n == 1)
            diag_warn(k->diags, "single-leader", entity_span(p, NULL), "%.*s has one leader, %.*s, and so no pairs [I08]", SV_ARG(p->ref),
                      SV_ARG(leaders[0]->name));
        if (n == 0)
            diag_warn(k->diags, "no-leaders", entity_span(p, NULL), "%.*s has no leaders and needs two [I07]", SV_ARG(p->ref));
        if (entity_field(p, "oneOnOnes"))
            check_pairs(k, &pairs, p, leaders, n);
    }
}

/* Values of one Potlac that must fit each other. */
static void check_plans(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_POTLAC]; i++) {
        const struct entity *p = k->m->of_kind[KIND_POTLAC][i];
        struct sv earliest = entity_text(p, "sync.earliest"), latest = entity_text(p, "sync.latest");
        if (earliest.n && latest.n && weekday_parse(earliest) >= 0 && weekday_parse(latest) >= 0 &&
            weekday_parse(earliest) > weekday_parse(latest))
            rule_error(k, entity_span(p, "sync.latest"), "sync of %.*s: 'latest' %.*s comes before 'earliest' %.*s", SV_ARG(p->ref),
                       SV_ARG(latest), SV_ARG(earliest));
        const struct data *lead = entity_field(p, "mock.leadDays");
        if (lead && lead->kind == DATA_LIST &&
            (lead->count != 2 ||
             (lead->items[0].kind == DATA_INT && lead->items[1].kind == DATA_INT && lead->items[0].i > lead->items[1].i)))
            rule_error(k, data_span(p->doc, lead), "mock.leadDays of %.*s: expected [fewest, most] working days", SV_ARG(p->ref));
    }
}

/* --- I11 --- */

static void check_key_meetings(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_KEY_MEETING]; i++) {
        const struct entity *e = k->m->of_kind[KIND_KEY_MEETING][i];
        struct local_time start;
        int64_t at;
        const struct zone *zone = entity_text(e, "zone").n ? zone_find(entity_text(e, "zone"), NULL) : NULL;
        if (!zone || !local_parse(entity_text(e, "start"), &start))
            continue;
        if (zone_to_utc(zone, start, &at) == LOCAL_GAP)
            rule_error(k, entity_span(e, "start"), "start of %.*s, %.*s, does not exist in %.*s: clocks skip it that day [I11]",
                       SV_ARG(e->ref), SV_ARG(entity_text(e, "start")), SV_ARG(entity_text(e, "zone")));
    }
}

/* --- I13 --- */

static void check_absences(struct checker *k)
{
    for (uint32_t i = 0; i < k->m->kind_count[KIND_ABSENCE]; i++) {
        const struct entity *e = k->m->of_kind[KIND_ABSENCE][i];
        if (entity_day(e, "from", INT64_MIN) > entity_day(e, "to", INT64_MAX))
            rule_error(k, entity_span(e, "to"), "%.*s ends before it begins [I13]", SV_ARG(e->ref));
    }
}

/* --- I14 --- */

/* Anyone who ever leads the Potlac: topics outlive terms, and an old one must not break today's model. */
static bool ever_attends(struct checker *k, const struct entity *of, const struct entity *user)
{
    if (of->kind == KIND_SYSTEM_OWNERSHIP)
        return user == relate_target(k->m, of, "dev", "user") || user == relate_target(k->m, of, "ops", "user");
    uint32_t n;
    const struct edge_to *edges = model_edges(k->m, user, &n);
    const struct entity *group = relate_target(k->m, of, "group", "group");
    for (uint32_t i = 0; i < n; i++) {
        if (edges[i].relation == REL_LEADS && edges[i].to == of)
            return true;
        struct sv role = entity_text(edges[i].via, "role");
        bool leads = sv_is(role, "product-owner") || sv_is(role, "team-lead") || sv_is(role, "agile-coach");
        if (edges[i].relation == REL_HOLDS_ROLE && edges[i].to == group && leads)
            return true;
    }
    return false;
}

static void check_raiser(struct checker *k, const struct entity *t, const struct entity *of)
{
    struct sv by = entity_text(t, "raisedBy");
    if (!by.n || (sv_starts(by, SV("bot:")) && by.n > 4))
        return;
    const struct entity *user = relate_target(k->m, t, "raisedBy", "user|person");
    if (!user || user->kind != KIND_USER) {
        rule_error(k, entity_span(t, "raisedBy"), "unknown user '%.*s' in 'raisedBy' of %.*s [I01]", SV_ARG(by), SV_ARG(t->ref));
        return;
    }
    if (!of || ever_attends(k, of, user))
        return;
    if (t->made && !t->proposed) { /* they did when they raised it: an owner may have left since */
        diag_warn(k->diags, "topic-raiser", entity_span(t, "raisedBy"), "%.*s raised %.*s, and does not attend %.*s any more [I14]",
                  SV_ARG(user->ref), SV_ARG(t->ref), SV_ARG(of->ref));
        return;
    }
    rule_error(k, entity_span(t, "raisedBy"), "%.*s raises %.*s but does not attend %.*s [I14]", SV_ARG(user->ref), SV_ARG(t->ref),
               SV_ARG(of->ref));
    diag_hint(k->diags, "only who attends the ritual, or a source like bot:drift, brings topics");
}

static void check_topics(struct checker *k)
{
    static const enum model_kind kinds[] = { KIND_TOPIC, KIND_MEETING };
    for (size_t i = 0; i < 2; i++) {
        for (uint32_t j = 0; j < k->m->kind_count[kinds[i]]; j++) {
            const struct entity *t = k->m->of_kind[kinds[i]][j];
            const char *field = kinds[i] == KIND_TOPIC ? "for" : "ritual";
            struct sv ritual, written = entity_text(t, field);
            const struct entity *of = written.n ? model_ritual(k->m, written, t->ns, &ritual) : NULL;
            if (written.n && !of) {
                rule_error(k, entity_span(t, field), "'%s' of %.*s: there is no ritual '%.*s' [I14]", field, SV_ARG(t->ref),
                           SV_ARG(written));
                diag_hint(k->diags, "a ritual is NAME.sync, .oneOnOnes, .quickChat or .mock of a Potlac, or NAME.checkup of a "
                                    "SystemOwnership that declares it");
            }
            if (kinds[i] == KIND_TOPIC)
                check_raiser(k, t, of);
        }
    }
}

const struct rule people_rules[] = {
    { "I06", "a group has one team lead and one coach at a time", check_terms },
    { "I07", "a Potlac has two leaders or more in all three roles (I08: one person has no pairs; I18: a pair meets in one series)",
      check_potlacs },
    { "", "a Potlac's values fit each other", check_plans },
    { "I11", "a key meeting's start exists in its zone", check_key_meetings },
    { "I13", "an absence ends after it begins", check_absences },
    { "I14", "a topic is for a ritual that exists, by one who attends it", check_topics },
    { NULL },
};
