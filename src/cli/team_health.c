/* team_health: how Potlacs are doing. It shows, and never nags: the exit status is that of having shown it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/people_verb.h"
#include "people/health.h"

static void print_ritual(struct strbuf *out, const struct ritual_health *r)
{
    const char *sep = " ";
    strbuf_addf(out, "  %.*s:", SV_ARG(r->name));
    if (r->held) {
        strbuf_addf(out, "%sheld %u", sep, r->held);
        sep = ", ";
    }
    if (r->missed) {
        strbuf_addf(out, "%smissed %u", sep, r->missed);
        sep = ", ";
    }
    if (r->skipped) {
        strbuf_addf(out, "%sskipped %u (", sep, r->skipped);
        for (size_t i = 0; i < r->skip_count; i++)
            strbuf_addf(out, "%s%.*s: %.*s", i ? "; " : "", SV_ARG(r->skips[i].week), SV_ARG(r->skips[i].reason));
        strbuf_addc(out, ')');
        sep = ", ";
    }
    if (r->unknown)
        strbuf_addf(out, "%sno data of %u", sep, r->unknown);
    strbuf_addc(out, '\n');
}

static void print_rituals(struct strbuf *out, const struct team_health *h)
{
    unsigned held, of;
    if (health_sync(h, &held, &of))
        strbuf_addf(out, "  syncs held: %u of %u (%u%%) in %d weeks\n", held, of, (held * 100 + of / 2) / of, HEALTH_WEEKS);
    else
        strbuf_adds(out, "  syncs held: no data\n");
    for (uint32_t i = 0; i < h->ritual_count; i++)
        print_ritual(out, &h->rituals[i]);
}

static void print_people(struct strbuf *out, const struct team_health *h)
{
    bool any = false;
    strbuf_addf(out, "  topics raised in %d weeks:", HEALTH_WEEKS);
    for (uint32_t i = 0; i < h->leader_count; i++)
        any |= h->leaders[i].topics > 0;
    if (!any && !h->recorded)
        strbuf_adds(out, " no data");
    for (uint32_t i = 0; (any || h->recorded) && i < h->leader_count; i++)
        strbuf_addf(out, "%s%.*s %u", i ? ", " : " ", SV_ARG(path_base(h->leaders[i].user)), h->leaders[i].topics);
    strbuf_addc(out, '\n');
    for (uint32_t i = 0; i < h->pair_count; i++) {
        const struct pair_health *p = &h->pairs[i];
        strbuf_addf(out, "  pair %.*s and %.*s: ", SV_ARG(path_base(p->users[0])), SV_ARG(path_base(p->users[1])));
        if (!p->known)
            strbuf_adds(out, "no data\n");
        else
            strbuf_addf(out, "met %u week%s ago%s\n", p->weeks, p->weeks == 1 ? "" : "s", p->weeks > p->most ? ", longer than agreed" : "");
    }
}

static void print_checkups(struct strbuf *out, const struct team_health *h)
{
    for (uint32_t i = 0; i < h->checkup_count; i++) {
        const struct checkup_health *k = &h->checkups[i];
        strbuf_addf(out, "  checkup of %.*s: ", SV_ARG(k->ownership->name));
        if (!k->known) {
            strbuf_adds(out, "no data");
        } else {
            strbuf_adds(out, "held on ");
            date_print(out, local_from_seconds(k->last).date);
            if (k->overdue)
                strbuf_addf(out, ", overdue by %lld day%s", (long long)k->overdue, k->overdue == 1 ? "" : "s");
        }
        if (k->missed)
            strbuf_addf(out, ", missed %u since", k->missed);
        strbuf_addc(out, '\n');
    }
}

static void print_rest(struct strbuf *out, const struct team_health *h)
{
    for (uint32_t i = 0; i < h->unprepared_count; i++) {
        const struct unprepared *u = &h->unprepared[i];
        strbuf_addf(out, "  key meeting %.*s: %s\n", SV_ARG(u->meeting->name),
                    !h->recorded         ? "no data of its preparation"
                    : u->chat && u->mock ? "no quick chat and no rehearsal before it"
                    : u->chat            ? "no quick chat before it"
                                         : "no rehearsal before it");
    }
    for (uint32_t i = 0; i < h->expired_count; i++)
        strbuf_addf(out, "  context %.*s: out of date since %.*s\n", SV_ARG(h->expired[i]->name),
                    SV_ARG(entity_text(h->expired[i], "validUntil")));
    for (uint32_t i = 0; i < h->ownerless_count; i++) {
        const struct ownerless *o = &h->ownerless[i];
        strbuf_addf(out, "  service %.*s: its %s owner%s%.*s %s\n", SV_ARG(o->service->name), o->side, o->who ? " " : "",
                    SV_ARG(o->who ? o->who->name : SV("")), o->why);
    }
}

static void print_team(struct cli *c, struct strbuf *out, const struct team_health *h)
{
    strbuf_addf(out, "%s%.*s%s\n", cli_bold(c), SV_ARG(h->potlac->title), cli_plain(c));
    print_rituals(out, h);
    print_people(out, h);
    print_checkups(out, h);
    print_rest(out, h);
}

/* --- for machines: null where there is no data --- */

static void json_rituals(struct json_out *j, const struct team_health *h)
{
    unsigned held, of;
    json_key(j, SV("syncsHeld"));
    if (health_sync(h, &held, &of)) {
        json_open(j, '{');
        json_kint(j, "held", held);
        json_kint(j, "of", of);
        json_close(j, '}');
    } else {
        json_null(j);
    }
    json_key(j, SV("rituals"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->ritual_count; i++) {
        const struct ritual_health *r = &h->rituals[i];
        json_open(j, '{');
        json_kstr(j, "ritual", r->title);
        json_kint(j, "held", r->held);
        json_kint(j, "missed", r->missed);
        json_kint(j, "noData", r->unknown);
        json_key(j, SV("skipped"));
        json_open(j, '[');
        for (size_t k = 0; k < r->skip_count; k++) {
            json_open(j, '{');
            json_kstr(j, "week", r->skips[k].week);
            json_kstr(j, "reason", r->skips[k].reason);
            json_close(j, '}');
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_known(struct json_out *j, const char *key, bool known, int64_t value)
{
    json_key(j, sv_of(key));
    if (known)
        json_int(j, value);
    else
        json_null(j);
}

static void json_people(struct json_out *j, const struct team_health *h)
{
    json_key(j, SV("leaders"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->leader_count; i++) {
        json_open(j, '{');
        json_kstr(j, "user", h->leaders[i].user);
        json_known(j, "topics", h->recorded || h->leaders[i].topics, h->leaders[i].topics);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, SV("pairs"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->pair_count; i++) {
        const struct pair_health *p = &h->pairs[i];
        json_open(j, '{');
        json_key(j, SV("users"));
        json_open(j, '[');
        json_str(j, p->users[0]);
        json_str(j, p->users[1]);
        json_close(j, ']');
        json_known(j, "weeks", p->known, p->weeks);
        json_kint(j, "most", p->most);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_checkups(struct json_out *j, const struct team_health *h)
{
    json_key(j, SV("checkups"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->checkup_count; i++) {
        const struct checkup_health *k = &h->checkups[i];
        json_open(j, '{');
        json_kstr(j, "ownership", k->ownership->ref);
        json_known(j, "overdueDays", k->known, k->overdue);
        json_kint(j, "missed", k->missed);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_rest(struct json_out *j, const struct team_health *h)
{
    json_key(j, SV("unprepared"));
    if (h->recorded || !h->unprepared_count) {
        json_open(j, '[');
        for (uint32_t i = 0; i < h->unprepared_count; i++) {
            json_open(j, '{');
            json_kstr(j, "keyMeeting", h->unprepared[i].meeting->ref);
            json_kbool(j, "chat", !h->unprepared[i].chat);
            json_kbool(j, "mock", !h->unprepared[i].mock);
            json_close(j, '}');
        }
        json_close(j, ']');
    } else {
        json_null(j);
    }
    json_key(j, SV("expiredContext"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->expired_count; i++)
        json_str(j, h->expired[i]->ref);
    json_close(j, ']');
    json_key(j, SV("withoutOwner"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->ownerless_count; i++) {
        json_open(j, '{');
        json_kstr(j, "service", h->ownerless[i].service->ref);
        json_kstr(j, "side", sv_of(h->ownerless[i].side));
        if (h->ownerless[i].who)
            json_kstr(j, "user", h->ownerless[i].who->ref);
        json_kstr(j, "why", sv_of(h->ownerless[i].why));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_team(struct json_out *j, const struct team_health *h)
{
    json_open(j, '{');
    json_kstr(j, "potlac", h->potlac->ref);
    json_kint(j, "weeks", HEALTH_WEEKS);
    json_kbool(j, "recorded", h->recorded);
    json_rituals(j, h);
    json_people(j, h);
    json_checkups(j, h);
    json_rest(j, h);
    json_close(j, '}');
}

/* --- the verb --- */

static bool show(struct cli *c, struct site *s, struct err *err)
{
    uint32_t n;
    const struct entity *only = c->arg_count ? people_entity(s, KIND_POTLAC, sv_of(c->args[0]), err) : NULL;
    const struct entity *const *all = model_of_kind(s->model, KIND_POTLAC, &n);
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    if (c->arg_count && !only)
        return false;
    if (c->json)
        json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++) {
        if (only && all[i] != only)
            continue;
        const struct team_health *h = health_of(s->model, s->early_store, c->arena, all[i], s->now, err);
        if (!h)
            return false;
        if (c->json)
            json_team(&j, h);
        else
            print_team(c, &out, h);
    }
    if (c->json) {
        json_close(&j, ']');
        strbuf_addc(&out, '\n');
    } else if (!n) {
        strbuf_adds(&out, "The model has no Potlac.\n");
    }
    cli_write(stdout, &out);
    return true;
}

static int health(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    if (c->arg_count > 1)
        return cli_misuse(c, "one Potlac, or none for all");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    bool ok = s.model ? show(c, &s, &err) : err_set(&err, "'%.*s' has no model/", SV_ARG(s.dir));
    site_close(&s);
    return ok ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = { SITE_OPTIONS, { NULL, 0, NULL, NULL } };

const struct verb verb_health = {
    .name = "health",
    .usage = "[POTLAC]",
    .summary = "Show how Potlacs are doing, from what is recorded",
    .help =
        "Meetings held, skipped and missed in eight weeks, topics of each leader, how long ago pairs met, checkups, key meetings that "
        "nobody\n"
        "prepared, context that is out of date, services without a living owner. What nobody recorded is shown as no data. It only shows:\n"
        "the exit status is 0 whatever it shows.",
    .options = options,
    .run = health,
};
