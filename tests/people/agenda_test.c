/* people/agenda: folds over a history in a real store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/people.h"
#include "people/series.h"

static struct arena *a;
static struct store *st;

static int setup(void **state)
{
    (void)state;
    struct err err = { "" };
    a = arena_new(0);
    st = store_open(":memory:", &err);
    if (!st)
        fail_msg("%s", err.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store_close(st);
    arena_free(a);
    return 0;
}

static const char yaml[] =
    "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: eva}\nspec: {profile: {displayName: Eva Lind}, memberOf: "
    "[team]}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: mats}\nspec: {memberOf: [team]}\n"
    "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: p, title: Search leaders}\n"
    "spec: {group: team, leaders: [user:eva, user:mats], anchorZone: Europe/Stockholm, sync: {topicsPerLeader: 1}}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: index, title: Index}\n"
    "spec: {type: service, lifecycle: production, owner: team, dependsOn: [component:store]}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: store}\nspec: {type: library, lifecycle: production, owner: "
    "team}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: far}\nspec: {type: library, lifecycle: production, owner: "
    "team}\n"
    "---\napiVersion: potlac/v1\nkind: SystemOwnership\nmetadata: {name: index}\nspec: {service: index, dev: user:eva, ops: user:mats, "
    "checkup: {every: P4W}}\n"
    "---\napiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {site: lon}\n"
    "---\napiVersion: potlac/v1\nkind: Host\nmetadata: {name: h1}\nspec: {fqdn: h1.example.org, site: lon, cluster: c, status: active}\n"
    "---\napiVersion: potlac/v1\nkind: Deployment\nmetadata: {name: index-c}\nspec: {service: index, cluster: c, version: 2.0.0}\n"
    "---\napiVersion: potlac/v1\nkind: Product\nmetadata: {name: voice, title: Voice search}\nspec: {productOwner: user:eva, goLive: "
    "2027-05-01, affects: [component:index]}\n"
    "---\napiVersion: potlac/v1\nkind: Product\nmetadata: {name: later}\nspec: {productOwner: user:eva, goLive: 2027-09-01, affects: "
    "[component:index]}\n"
    "---\napiVersion: potlac/v1\nkind: Context\nmetadata: {name: why, title: Why voice}\nspec: {about: product:voice, author: user:eva, "
    "validUntil: 2027-01-01, text: Two partners.}\n"
    "---\napiVersion: potlac/v1\nkind: Topic\nmetadata: {name: t1}\nspec: {for: ritual:p.sync, raisedBy: user:eva, title: Who says no?, "
    "due: 2027-02-01}\n"
    "---\napiVersion: potlac/v1\nkind: Topic\nmetadata: {name: t2}\nspec: {for: ritual:p.sync, raisedBy: \"bot:drift\", title: A cache was "
    "edited}\n"
    "---\napiVersion: potlac/v1\nkind: Topic\nmetadata: {name: t3}\nspec: {for: ritual:index.checkup, raisedBy: user:mats, title: Six "
    "hosts}\n"
    "---\napiVersion: potlac/v1\nkind: BacklogItem\nmetadata: {name: b1, title: Second}\nspec: {service: component:index, opsRank: 2, "
    "state: todo}\n"
    "---\napiVersion: potlac/v1\nkind: BacklogItem\nmetadata: {name: b2, title: First}\nspec: {service: component:index, opsRank: 1, "
    "state: doing}\n"
    "---\napiVersion: potlac/v1\nkind: BacklogItem\nmetadata: {name: b3, title: Done}\nspec: {service: component:index, opsRank: 0, state: "
    "done}\n"
    "---\napiVersion: potlac/v1\nkind: BacklogItem\nmetadata: {name: b4, title: Third}\nspec: {service: component:index, opsRank: 3, "
    "state: todo}\n"
    "---\napiVersion: potlac/v1\nkind: BacklogItem\nmetadata: {name: b5, title: Fourth}\nspec: {service: component:index, opsRank: 4, "
    "state: todo}\n";

static const char *model_text = yaml;

#define NOW 1802764800 /* 2027-02-16T08:00:00Z */

static const struct model *model(void)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("model.yaml"), sv_of(model_text) };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    bool ok = model_add_text(m, src, &diags);
    ok = model_check(m, (struct date){ 2027, 2, 16 }, &diags) && ok;
    if (!ok) {
        AUTO_STRBUF out = STRBUF_HEAP;
        diags_print(&out, &diags, false);
        fail_msg("%s", strbuf_cstr(&out));
    }
    return m;
}

static void event(int64_t at, const char *kind, const char *subject, const char *body)
{
    struct err err = { "" };
    struct event e = { .at = at, .kind = sv_of(kind), .subject = sv_of(subject), .actor = SV("eva@example.org"), .body = sv_of(body) };
    if (!store_event_add(st, &e, &err))
        fail_msg("%s", err.text);
}

static const char *agenda_of(const char *ref)
{
    struct err err = { "" };
    const struct model *m = model();
    const struct entity *e = model_find(m, sv_of(ref));
    struct agenda *g = (e->kind == KIND_POTLAC ? agenda_potlac : agenda_checkup)(m, st, a, e, NOW, &err);
    if (!g)
        fail_msg("%s", err.text);
    struct strbuf out = STRBUF_IN(a);
    agenda_print(&out, g);
    return strbuf_cstr(&out);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' in\n%s", part, text);
}

#define DEPLOY(from, to)                                                                                                                   \
    "{\"deployment\":\"deployment:default/index-c\",\"service\":\"component:default/index\",\"cluster\":\"cluster:default/c\"," from       \
    "\"to\":\"" to "\"}"

static void test_deploys_since_the_last_meeting_are_folded(void **state)
{
    (void)state;
    event(NOW - 900000, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"0.9\",", "1.0.0"));
    event(NOW - 800000, "meeting.held", "potlac:default/p", "{\"ritual\":\"sync\"}");
    event(NOW - 700000, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"1.0.0\",", "1.1.0"));
    event(NOW - 600000, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"1.1.0\",", "2.0.0"));
    event(NOW + 10, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"2.0.0\",", "3.0.0"));
    const char *g = agenda_of("potlac:default/p");
    has(g, "index-c 1.0.0 -> 2.0.0 on 2027-02-09 by eva@example.org (2 deploys)");
    has_not(g, "0.9");
    has_not(g, "3.0.0");
    /* the owners have not met: their window begins at the beginning */
    has(agenda_of("systemownership:default/index"), "index-c 0.9 -> 2.0.0");
}

static void test_what_the_machines_and_the_model_did(void **state)
{
    (void)state;
    event(NOW - 500, "drift", "host:default/h1",
          "{\"host\":\"host:default/h1\",\"resource\":\"File[/etc/motd]\",\"property\":\"content\"}");
    event(NOW - 400, "drift", "host:default/h1",
          "{\"host\":\"host:default/h1\",\"resource\":\"File[/etc/motd]\",\"property\":\"content\"}");
    event(NOW - 300, "drift", "host:default/elsewhere", "{\"resource\":\"File[/x]\"}");
    event(NOW - 300, "host.added", "host:default/h1", "{\"cluster\":\"cluster:default/c\"}");
    event(NOW - 300, "host.removed", "host:default/h9", "{\"cluster\":\"cluster:default/c\"}");
    event(NOW - 200, "owner.changed", "component:default/index",
          "{\"service\":\"component:default/index\",\"side\":\"ops\",\"from\":\"user:default/eva\",\"to\":\"user:default/mats\"}");
    event(NOW - 100, "entity.changed", "component:default/store",
          "{\"fields\":[{\"path\":\"lifecycle\",\"from\":\"experimental\",\"to\":\"production\"}]}");
    event(NOW - 100, "entity.changed", "component:default/far", "{\"fields\":[]}");
    event(NOW - 90, "entity.changed", "component:default/index", "not json");
    const char *g = agenda_of("systemownership:default/index");
    has(g, "h1: File[/etc/motd] content differed from the model on 2027-02-16 (2 times)");
    has(g, "h1 added to c");
    has(g, "h9 removed from c");
    has(g, "index: ops owner is mats, was Eva Lind");
    has(g, "Neighbours\n  - component:store changed: lifecycle experimental -> production");
    has(g, "component:index changed\n");
    has_not(g, "elsewhere");
    has_not(g, "far");
}

static void test_topics_quota_and_bots(void **state)
{
    (void)state;
    const char *g = agenda_of("potlac:default/p");
    has(g, "Search leaders: weekly sync\n  next: not planned yet\n");
    has(g, "eva: Who says no? (overdue since 2027-02-01)");
    has(g, "  - eva: Who says no? (overdue since 2027-02-01)\n  - bot:drift: A cache was edited\n");
    has(g, "No topic yet from: mats");
    has(g, "1 item brought by people");
    has_not(g, "Six hosts");
    has(agenda_of("systemownership:default/index"), "mats: Six hosts");
    event(NOW - 10, "topic.closed", "topic:default/t1", "{}");
    event(NOW - 5, "meeting.held", "potlac:default/p", "{}");
    g = agenda_of("potlac:default/p");
    has_not(g, "Who says no?");
    has(g, "No topic yet from: eva, mats");
}

static void test_products_context_and_backlog(void **state)
{
    (void)state;
    const char *g = agenda_of("systemownership:default/index");
    has(g, "Voice search goes live in 74 days, on 2027-05-01");
    has_not(g, "later");
    has(g, "Why voice: Two partners. (Eva Lind; out of date since 2027-01-01)");
    has(g, "1. First (doing, index)\n  - 2. Second (todo, index)\n  - 3. Third (todo, index)\n");
    has_not(g, "Fourth");
    has_not(g, "Done");
    has_not(g, "No topic yet");
}

/* What a dependency, an API or a cluster was is known from the events: the model of then is the one of now with them taken back. */
static void test_what_was_around(void **state)
{
    (void)state;
    event(NOW - 100, "entity.changed", "component:default/index",
          "{\"fields\":[{\"path\":\"dependsOn\",\"from\":[\"component:far\"],\"to\":[\"component:store\"]},"
          "{\"path\":\"providesApis\",\"from\":[\"search-v1\"],\"to\":null}]}");
    event(NOW - 90, "entity.removed", "component:default/gone", "{\"spec\":{\"type\":\"library\",\"dependsOn\":[\"component:index\"]}}");
    event(NOW - 90, "entity.removed", "component:default/other", "{\"spec\":{\"type\":\"library\"}}");
    event(NOW - 80, "entity.changed", "cluster:default/c", "{\"fields\":[{\"path\":\"minHosts\",\"from\":2,\"to\":null}]}");
    event(NOW - 70, "host.removed", "host:default/h9",
          "{\"cluster\":\"cluster:default/c\",\"spec\":{\"fqdn\":\"h9.x\",\"cluster\":\"c\"}}");
    event(NOW - 60, "entity.changed", "host:default/h1", "{\"fields\":[{\"path\":\"status\",\"from\":\"draining\",\"to\":\"active\"}]}");
    const char *g = agenda_of("systemownership:default/index");
    has(g, "component:store is a neighbour now: index depends on it");
    has(g, "component:far is no neighbour any more: index depends on it");
    has(g, "component:gone is no neighbour any more: it depends on index");
    event(NOW - 50, "entity.removed", "component:default/store", "{\"spec\":{\"type\":\"library\",\"dependsOn\":[\"component:index\"]}}");
    event(NOW - 40, "entity.added", "component:default/store", "{}");
    has(agenda_of("systemownership:default/index"), "Neighbours\n  - component:store removed\n  - component:store added\n");
    has_not(agenda_of("systemownership:default/index"), "store is a neighbour now"); /* it was one, the other way round */
    has(g, "APIs\n  - index no longer provides search-v1\n");
    has(g, "Capacity\n  - c: 1 active host; minHosts not set (was 2)\n"); /* h9 went, h1 came back */
    has(g, "host:h1 changed: status draining -> active");
    has_not(g, "other");
    has_not(g, "dependsOn");
}

/* The Potlac's calendar, or another's, with one meeting so many seconds ahead. */
static void planned(const char *title, int64_t ahead, struct sv *people, uint32_t count)
{
    struct err err = { "" };
    struct strbuf out = STRBUF_IN(a);
    struct meeting m = { .zone = SV("UTC"), .kind = SV("sync"), .minutes = 30, .attendees = people, .attendee_count = count };
    struct occurrence o = { .id = SV("2027-W07"), .start = local_from_seconds(NOW + ahead) };
    const struct series s = { .title = sv_of(title),
                              .cadence = { .zone = SV("UTC"), .every = 1, .from = { 2027, 1, 1 } },
                              .meetings = &m,
                              .meeting_count = 1,
                              .occurrences = &o,
                              .occurrence_count = 1 };
    series_write(&out, &s);
    if (!store_put(st, SV("calendar.series"), sv_of(title), strbuf_sv(&out), NOW, &err))
        fail_msg("%s", err.text);
}

/* Two hours before a sync a machine proposes what nobody brought; one hour before it asks. Neither counts for anybody. */
static void test_shortly_before(void **state)
{
    (void)state;
    event(NOW - 500, "drift", "host:default/h1", "{\"resource\":\"File[/etc/motd]\",\"property\":\"content\"}");
    planned("potlac:default/p/sync", 3 * 3600, NULL, 0);
    const char *g = agenda_of("potlac:default/p");
    has(g, "next: Tuesday 2027-02-16 11:00 UTC");
    has_not(g, "(proposed)");
    planned("potlac:default/p/sync", 90 * 60, NULL, 0);
    g = agenda_of("potlac:default/p");
    has(g, "  - bot:drift: h1: File[/etc/motd] content differed from the model on 2027-02-16 (proposed)\n");
    has(g, "No topic yet from: mats");
    has(g, "1 item brought by people");
    has_not(g, "No leader has a topic");
    event(NOW - 10, "topic.closed", "topic:default/t1", "{}");
    has_not(agenda_of("potlac:default/p"), "No leader has a topic");
    planned("potlac:default/p/sync", 30 * 60, NULL, 0);
    g = agenda_of("potlac:default/p");
    has(g, "No leader has a topic. Meet all the same, or skip it: potlac meeting skipped p.sync --reason 'no topics'");
    has(g, "No topic yet from: eva, mats");
}

/* Owners of several services meet once, in the calendar under the name of one of them. */
static void test_checkup_of_several_services(void **state)
{
    (void)state;
    struct sv two[] = { SV("user:default/eva"), SV("user:default/mats") }, others[] = { SV("user:default/eva"), SV("user:default/li") };
    planned("systemownership:default/aaa/checkup", 3600, others, 2);
    has(agenda_of("systemownership:default/index"), "next: not planned yet");
    planned("systemownership:default/zzz/checkup", 7200, two, 2);
    has(agenda_of("systemownership:default/index"), "next: Tuesday 2027-02-16 10:00 UTC");
}

static void test_rollbacks(void **state)
{
    (void)state;
    event(NOW - 300, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"2.0.0\",", "2.1.0"));
    event(NOW - 200, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"2.1.0\",", "2.0.0"));
    event(NOW - 100, "deploy.finished", "component:default/index",
          "{\"version\":\"2.2.0\",\"outcome\":\"rolled back\",\"why\":\"h1 is not healthy\"}");
    event(NOW - 90, "deploy.finished", "component:default/index", "{\"version\":\"2.3.0\",\"outcome\":\"done\"}");
    const char *g = agenda_of("systemownership:default/index");
    has(g, "index-c at 2.0.0 on 2027-02-16 by eva@example.org (2 deploys, 1 back)");
    event(NOW - 80, "checkup.held", "systemownership:default/index", "{}");
    event(NOW - 70, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"2.0.0\",", "2.1.0"));
    has(agenda_of("systemownership:default/index"), "index-c 2.0.0 -> 2.1.0 on 2027-02-16 by eva@example.org (back)\n");
    has(g, "index 2.2.0 rolled back on 2027-02-16: h1 is not healthy");
    has_not(g, "2.3.0");
}

/* The window of a checkup begins after the event that the last one's agenda ended with, whenever that was recorded. */
static void test_a_checkup_recorded_late_loses_nothing(void **state)
{
    (void)state;
    event(NOW - 900, "deploy", "deployment:default/index-c", DEPLOY("", "1.0.0"));
    event(NOW - 700, "deploy", "deployment:default/index-c", DEPLOY("\"from\":\"1.0.0\",", "2.0.0"));
    event(NOW - 600, "meeting.missed", "systemownership:default/index",
          "{\"ritual\":\"systemownership:default/index/checkup\",\"week\":\"2027-W06\"}");
    has(agenda_of("systemownership:default/index"), "index-c new at 2.0.0"); /* the first version of all, and the last */
    event(
        NOW - 500, "checkup.held", "systemownership:default/index",
        "{\"ritual\":\"systemownership:default/index/checkup\",\"week\":\"2027-W07\",\"at\":\"2027-02-16T07:46:00Z\",\"baseSnapshot\":1}");
    const char *g = agenda_of("systemownership:default/index");
    has(g, "history since: 2027-02-16T07:46:00Z");
    has(g, "index-c 1.0.0 -> 2.0.0");
}

static void test_context_is_told_to_its_audience(void **state)
{
    (void)state;
    static const char more[] = "---\napiVersion: potlac/v1\nkind: Context\nmetadata: {name: %s, title: %s}\n"
                               "spec: {about: component:far, author: user:%s, audience: [%s], validUntil: %s, text: Because.}\n";
    struct strbuf all = STRBUF_IN(a);
    strbuf_adds(&all, yaml);
    strbuf_addf(&all, more, "c1", "ToPotlac", "mats", "potlac:p", "2027-03-01");
    strbuf_addf(&all, more, "c2", "ToMats", "eva", "user:mats", "2027-03-01");
    strbuf_addf(&all, more, "c3", "ToNobodyHere", "eva", "group:elsewhere", "2027-03-01");
    strbuf_adds(&all,
                "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: elsewhere}\nspec: {type: team, children: []}\n");
    strbuf_adds(&all, "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: li}\nspec: {memberOf: [elsewhere]}\n");
    strbuf_addf(&all, more, "c4", "OldOfLi", "li", "potlac:p", "2027-01-01");
    model_text = strbuf_cstr(&all);
    const char *g = agenda_of("potlac:default/p");
    has(g, "ToPotlac: Because. (mats; until 2027-03-01)");
    has(g, "ToMats");
    has(g, "Why voice: Two partners. (Eva Lind; out of date since 2027-01-01)");
    has_not(g, "ToNobodyHere");
    has_not(g, "OldOfLi"); /* its author is told */
    model_text = yaml;
}

static void test_who_is_away(void **state)
{
    (void)state;
    struct strbuf all = STRBUF_IN(a);
    strbuf_adds(&all, yaml);
    strbuf_adds(&all,
                "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: x}\nspec: {person: mats, from: 2027-02-15, to: 2027-02-19}\n");
    strbuf_adds(&all,
                "---\napiVersion: potlac/v1\nkind: Absence\nmetadata: {name: y}\nspec: {person: eva, from: 2027-02-15, to: 2027-02-17}\n");
    model_text = strbuf_cstr(&all);
    event(NOW - 20, "topic.carried", "topic:default/t1", "{}");
    const char *g = agenda_of("potlac:default/p");
    has(g, "eva: Who says no? (overdue since 2027-02-01) (carried once) (away until 2027-02-17: comes back next time)");
    has_not(g, "No topic yet");
    model_text = yaml;
}

static void test_nothing_changed(void **state)
{
    (void)state;
    event(NOW - 900, "checkup.held", "systemownership:default/index", "{}");
    event(NOW - 800, "topic.closed", "topic:default/t3", "{}");
    model_text = arena_cstr(a, sv_slice(sv_of(yaml), 0, sv_find(sv_of(yaml), SV("---\napiVersion: potlac/v1\nkind: Product"), 0)));
    const char *g = agenda_of("systemownership:default/index");
    has(g, "Nothing changed, and no topic is open. Confirm it: potlac checkup confirm index");
    event(NOW - 700, "checkup.held", "systemownership:default/index", "{\"confirmed\":true,\"week\":\"2027-W05\"}");
    event(NOW - 600, "checkup.held", "systemownership:default/index", "{\"confirmed\":true,\"week\":\"2027-W06\"}");
    g = agenda_of("systemownership:default/index");
    has(g, "confirmed 2 times in a row: meet this time");
    event(NOW - 500, "host.added", "host:default/h1", "{\"cluster\":\"cluster:default/c\"}");
    has_not(agenda_of("systemownership:default/index"), "Nothing changed");
    model_text = yaml;
}

/* What people wrote cannot leave its place. */
static void test_forms_escape(void **state)
{
    (void)state;
    struct agenda_item items[] = { { SV("user:default/eva"), SV("topics"), SV("<b>&\"'*_[x](y)\033[31m\n# z"), SV_NONE, false },
                                   { SV_NONE, SV("topics"), SV("plain"), SV("bot:drift"), false } };
    struct agenda g = { .title = SV("<p>"), .when = SV("soon"), .items = items, .count = 2 };
    struct strbuf out = STRBUF_IN(a);
    agenda_print(&out, &g);
    has(strbuf_cstr(&out), "  - eva: <b>&\"'*_[x](y) [31m # z\n  - bot:drift: plain\n");
    out = (struct strbuf)STRBUF_IN(a);
    agenda_print_markdown(&out, &g);
    has(strbuf_cstr(&out), "# \\<p\\>\n");
    has(strbuf_cstr(&out), "- **eva**: \\<b\\>\\&\"'\\*\\_\\[x\\](y) \\[31m \\# z\n- **bot:drift**: plain\n");
    out = (struct strbuf)STRBUF_IN(a);
    agenda_print_html(&out, &g);
    has(strbuf_cstr(&out), "<h1>&lt;p&gt;</h1>");
    has(strbuf_cstr(&out), "<li><strong>eva</strong>: &lt;b&gt;&amp;&quot;&#39;*_[x](y) [31m # z</li>\n");
    has_not(strbuf_cstr(&out), "<b>");
}

static void test_json_form(void **state)
{
    (void)state;
    struct err err = { "" };
    const struct model *m = model();
    struct agenda *g = agenda_potlac(m, st, a, model_find(m, SV("potlac:default/p")), NOW, &err);
    AUTO_STRBUF out = STRBUF_HEAP;
    agenda_write_json(&out, g);
    has(strbuf_cstr(&out), "\"who\": \"user:default/eva\"");
    has(strbuf_cstr(&out), "\"since\": null");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_deploys_since_the_last_meeting_are_folded),
        T(test_what_the_machines_and_the_model_did),
        T(test_topics_quota_and_bots),
        T(test_products_context_and_backlog),
        T(test_what_was_around),
        T(test_shortly_before),
        T(test_checkup_of_several_services),
        T(test_rollbacks),
        T(test_a_checkup_recorded_late_loses_nothing),
        T(test_context_is_told_to_its_audience),
        T(test_who_is_away),
        T(test_nothing_changed),
        T(test_forms_escape),
        T(test_json_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
