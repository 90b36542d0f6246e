/* rules: each invariant accepts what is sound and refuses what is not, and says which rule it was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests_model.h"

/* A case adds text to what all cases share. */
#define PEOPLE           TEAM("team") USER("eva") USER("mats") USER("li") USER("omar")
#define ROLES            ROLE("r-dev", "eva", "team", "dev") ROLE("r-ops", "mats", "team", "ops")
#define PRODUCTION(name) FOREIGN("Component", name, "{type: service, lifecycle: production, owner: team}")
#define OWNERSHIP(name, service, dev, ops)                                                                                                 \
    OWN("SystemOwnership", name, "{service: " service ", dev: " dev ", ops: " ops ", checkup: {every: P4W}}")
#define OWNED               PEOPLE ROLES PRODUCTION("s") OWNERSHIP("s", "s", "eva", "mats")
#define CLUSTER(name, more) OWN("Cluster", name, "{site: lon" more "}")
#define POTLAC(name, more)  OWN("Potlac", name, "{group: team, anchorZone: Europe/Stockholm" more "}")
#define LED                                                                                                                                \
    PEOPLE ROLE("po", "eva", "team", "product-owner") ROLE("tl", "li", "team", "team-lead") ROLE("ac", "omar", "team", "agile-coach")

struct rule_case {
    const char *text;
    const char *message; /* NULL: nothing is said about the rule */
    enum { ACCEPTED, WARNED, REFUSED } verdict;
};

static void run_cases(const char *id, const struct rule_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct loaded l = load(cases[i].text);
        if (cases[i].verdict == REFUSED)
            assert_false(l.ok);
        else
            assert_clean(&l);
        if (cases[i].verdict == ACCEPTED)
            assert_silent_on(&l, id);
        else
            assert_says(&l, cases[i].message);
        if (cases[i].verdict != ACCEPTED)
            assert_says(&l, id);
        unload(&l);
    }
}

#define RUN(id, ...)                                                                                                                       \
    do {                                                                                                                                   \
        static const struct rule_case cases_[] = { __VA_ARGS__ };                                                                          \
        run_cases(id, cases_, sizeof cases_ / sizeof *cases_);                                                                             \
    } while (0)

static void test_i03(void **state)
{
    (void)state;
    RUN("[I03]", { OWNED, NULL, ACCEPTED },
        { PEOPLE ROLES HOST("h") PRODUCTION("s"), "service 's' has no SystemOwnership: nobody owns it", REFUSED },
        /* a catalog without any of potlac's entities is reported, not refused */
        { PEOPLE PRODUCTION("s"), "service 's' has no SystemOwnership [I03]", WARNED },
        { PEOPLE ROLES SERVICE("s", "owner: team"), "service 's' has no SystemOwnership [I03]", WARNED },
        { OWNED OWNERSHIP("t", "s", "eva", "mats"), "has two ownerships, systemownership:default/s and systemownership:default/t",
          REFUSED },
        { PEOPLE ROLES FOREIGN("Component", "lib", "{type: library, lifecycle: production, owner: team}"), NULL, ACCEPTED });
}

static void test_i04(void **state)
{
    (void)state;
    RUN("[I04]", { OWNED, NULL, ACCEPTED },
        { PEOPLE ROLES PRODUCTION("s") OWNERSHIP("s", "s", "eva", "person:eva") OWN("Person", "eva", "{timezone: UTC}"),
          "has one person, eva, as dev and as ops owner", REFUSED },
        { PEOPLE ROLE("r", "mats", "team", "ops") PRODUCTION("s") OWNERSHIP("s", "s", "eva", "mats"),
          "dev owner 'eva' of systemownership:default/s holds no role dev", WARNED },
        { PEOPLE ROLE("r", "eva", "team", "dev") PRODUCTION("s") OWNERSHIP("s", "s", "eva", "mats"),
          "ops owner 'mats' of systemownership:default/s holds no role ops", WARNED },
        { PEOPLE ROLE("r", "eva", "team", "team-lead") ROLE("o", "mats", "team", "ops") PRODUCTION("s") OWNERSHIP("s", "s", "eva", "mats"),
          NULL, ACCEPTED },
        { PEOPLE OWN("RoleAssignment", "r", "{person: eva, group: team, role: dev, until: 2027-02-14}") ROLE("o", "mats", "team", "ops")
              PRODUCTION("s") OWNERSHIP("s", "s", "eva", "mats"),
          "holds no role dev", WARNED });
}

#define AWAY(name, who, from, to, more) OWN("Absence", name, "{person: " who ", from: " from ", to: " to more "}")

static void test_i05(void **state)
{
    (void)state;
    RUN("[I05]", { OWNED AWAY("a", "eva", "2027-02-16", "2027-02-20", ""), NULL, ACCEPTED },
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-15", ""),
          "dev owner 'eva' of systemownership:default/s is away and nobody stands in", WARNED },
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-14", ""), NULL, ACCEPTED },
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-20", ", delegate: {dev-owner: omar}"), NULL, ACCEPTED },
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-20", ", delegate: {ops-owner: omar}"), "dev owner 'eva'", WARNED },
        /* a delegate who is away too is none; two who name each other are none either */
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-20", ", delegate: {dev-owner: omar}")
              AWAY("b", "omar", "2027-02-10", "2027-02-20", ""),
          "dev owner 'eva'", WARNED },
        { OWNED AWAY("a", "eva", "2027-02-10", "2027-02-20", ", delegate: {dev-owner: omar}")
              AWAY("b", "omar", "2027-02-10", "2027-02-20", ", delegate: {dev-owner: eva}"),
          "dev owner 'eva'", WARNED },
        { OWNED OWN("Person", "mats", "{timezone: UTC, until: 2027-01-31}"), "ops owner 'mats'", WARNED },
        { OWNED AWAY("a", "eva", "2027-02-20", "2027-02-28", "") AWAY("b", "mats", "2027-02-25", "2027-03-05", ""),
          "both owners of systemownership:default/s are away from 2027-02-25", WARNED },
        { OWNED AWAY("a", "eva", "2027-02-20", "2027-02-24", "") AWAY("b", "mats", "2027-02-25", "2027-03-05", ""), NULL, ACCEPTED });
}

#define TERM(name, who, role, dates) OWN("RoleAssignment", name, "{person: " who ", group: team, role: " role dates "}")

static void test_i06(void **state)
{
    (void)state;
    RUN("[I06]",
        { PEOPLE TERM("a", "eva", "team-lead", ", until: 2026-12-31") TERM("b", "li", "team-lead", ", from: 2027-01-01"), NULL, ACCEPTED },
        { PEOPLE TERM("a", "eva", "team-lead", ", until: 2027-01-01") TERM("b", "li", "team-lead", ", from: 2027-01-01"),
          "roleassignment:default/a and roleassignment:default/b overlap", REFUSED },
        { PEOPLE TERM("a", "eva", "agile-coach", "") TERM("b", "li", "agile-coach", ""), "has one agile-coach at a time", REFUSED },
        { PEOPLE TERM("a", "eva", "product-owner", "") TERM("b", "li", "product-owner", ""), NULL, ACCEPTED },
        { PEOPLE TERM("a", "eva", "dev", "") TERM("b", "li", "dev", ""), NULL, ACCEPTED },
        /* a short term inside a long one, after another short one */
        { PEOPLE TERM("a", "eva", "team-lead", ", from: 2026-01-01, until: 2026-12-31")
              TERM("b", "li", "team-lead", ", from: 2026-02-01, until: 2026-02-03")
                  TERM("c", "omar", "team-lead", ", from: 2026-05-01, until: 2026-05-03"),
          "roleassignment:default/a and roleassignment:default/c overlap", REFUSED },
        { PEOPLE TERM("a", "eva", "dev", ", from: 2027-03-01, until: 2027-02-01"), "ends before it begins", REFUSED });
}

static void test_i07_i08(void **state)
{
    (void)state;
    RUN("[I07]", { LED POTLAC("p", ""), NULL, ACCEPTED },
        { PEOPLE ROLE("tl", "li", "team", "team-lead") ROLE("ac", "omar", "team", "agile-coach") POTLAC("p", ""),
          "has no product-owner today", WARNED },
        { PEOPLE POTLAC("p", ""), "has no leaders and needs two", WARNED }, { PEOPLE POTLAC("p", ", leaders: [eva, li]"), NULL, ACCEPTED });
    RUN("[I08]", { LED POTLAC("p", ""), NULL, ACCEPTED },
        { PEOPLE ROLE("po", "eva", "team", "product-owner") ROLE("tl", "eva", "team", "team-lead") ROLE("ac", "eva", "team", "agile-coach")
              POTLAC("p", ""),
          "has one leader, eva, and so no pairs", WARNED });
}

#define GROUP(name, more) FOREIGN("Group", name, "{type: team, children: []" more "}")
#define DEPENDS(name, on) FOREIGN("Component", name, "{type: library, lifecycle: production, owner: team, dependsOn: [" on "]}")

static void test_i09(void **state)
{
    (void)state;
    RUN("[I09]", { GROUP("a", ", parent: b") GROUP("b", ", parent: c") GROUP("c", ""), NULL, ACCEPTED },
        { GROUP("a", ", parent: b") GROUP("b", ", parent: c") GROUP("c", ", parent: a"),
          "the parent of a group goes round in a circle: group:a -> group:b -> group:c -> group:a", REFUSED },
        { GROUP("a", ", parent: a"), "group:a -> group:a", REFUSED },
        { GROUP("a", ", parent: b") GROUP("b", "") FOREIGN("Group", "c", "{type: team, children: [a]}"),
          "group:default/a has 2 parents, group:default/b and group:default/c", REFUSED },
        { TEAM("team") FOREIGN("Domain", "d", "{owner: team, subdomainOf: e}") FOREIGN("Domain", "e", "{owner: team, subdomainOf: d}"),
          "containment goes round", REFUSED },
        { TEAM("team") DEPENDS("a", "b") DEPENDS("b", "a"), "dependsOn goes round in a circle: component:a -> component:b -> component:a",
          WARNED },
        { TEAM("team") DEPENDS("a", "b, c") DEPENDS("b", "d") DEPENDS("c", "d") DEPENDS("d", ""), NULL, ACCEPTED });
}

/* A chain far longer than any stack of C frames would bear. */
static void test_i09_deep(void **state)
{
    (void)state;
    struct loaded l = begin();
    AUTO_STRBUF b = STRBUF_HEAP;
    for (int i = 0; i < 50000; i++)
        strbuf_addf(
            &b,
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: g%d}\nspec: {type: team, parent: g%d, children: []}\n---\n",
            i, (i + 1) % 50000);
    assert_true(add(&l, strbuf_cstr(&b)));
    assert_false(check(&l));
    assert_int_equal(l.diags.errors, 1);
    assert_says(&l, "-> ... ->");
    unload(&l);
}

#define KEY_MEETING(start, zone) OWN("KeyMeeting", "m", "{start: " start ", zone: " zone ", minutes: 30, presenters: [eva], potlac: p}")

static void test_i11(void **state)
{
    (void)state;
    RUN("[I11]", { LED POTLAC("p", "") KEY_MEETING("2027-03-28T01:30:00", "Europe/Stockholm"), NULL, ACCEPTED },
        { LED POTLAC("p", "") KEY_MEETING("2027-03-28T02:30:00", "Europe/Stockholm"),
          "2027-03-28T02:30:00, does not exist in Europe/Stockholm", REFUSED },
        { LED POTLAC("p", "") KEY_MEETING("2027-03-14T02:00:00", "America/New_York"), "does not exist in America/New_York", REFUSED },
        /* twice is not never */
        { LED POTLAC("p", "") KEY_MEETING("2027-10-31T02:30:00", "Europe/Stockholm"), NULL, ACCEPTED });
}

#define IN_CLUSTER(name, more) OWN("Host", name, "{fqdn: " name ".example.org, cluster: c" more "}")

static void test_i12(void **state)
{
    (void)state;
    RUN("[I12]", { CLUSTER("c", ", minHosts: 2") IN_CLUSTER("a", "") IN_CLUSTER("b", ", status: active"), NULL, ACCEPTED },
        { CLUSTER("c", ", minHosts: 2") IN_CLUSTER("a", "") IN_CLUSTER("b", ", status: failed"),
          "cluster:default/c has 1 active hosts and needs 2", WARNED },
        { CLUSTER("c", "") CLUSTER("d", "") OWN("Host", "a", "{fqdn: a, cluster: [c, d]}"), "expected exactly one, found a list of 2",
          REFUSED });
    RUN("both deploy s on cluster:default/c",
        { OWNED CLUSTER("c", "") DEPLOYMENT("a", "s", "c") DEPLOYMENT("b", "s", "c"),
          "deployment:default/a and deployment:default/b both deploy s on cluster:default/c", REFUSED },
        { OWNED CLUSTER("c", "") CLUSTER("d", "") DEPLOYMENT("a", "s", "c") DEPLOYMENT("b", "s", "d"), NULL, ACCEPTED });
    RUN("its cluster 'c' at",
        { CLUSTER("c", "") IN_CLUSTER("a", ", site: sto"), "host:default/a is at site 'sto', its cluster 'c' at 'lon'", WARNED },
        { CLUSTER("c", "") IN_CLUSTER("a", ", site: lon"), NULL, ACCEPTED });
}

#define HEALTH(checks) OWNED CLUSTER("c", "") OWN("Deployment", "a", "{service: s, cluster: c, version: \"1\", health: [" checks "]}")

static void test_i19(void **state)
{
    (void)state;
    RUN("[I19]",
        { HEALTH("{http: \"http://{host}/\", status: 204, timeout: PT5S}, {tcp: \"{host}:80\"}, {command: [/bin/true]}"), NULL, ACCEPTED },
        { HEALTH("{timeout: PT5S}"), "a health check of deployment:default/a is one of http, tcp and command; this one is 0", REFUSED },
        { HEALTH("{tcp: \"a:1\", command: [/bin/true]}"), "this one is 2 of them", REFUSED },
        { HEALTH("{http: \"https://a/\"}"), "'https://a/' is no address that starts with http://", REFUSED },
        { HEALTH("{tcp: a}"), "'a' is no HOST:PORT", REFUSED }, { HEALTH("{command: []}"), "a health check's command is empty", REFUSED });
}

static void test_fqdn(void **state)
{
    (void)state;
    RUN("have one fqdn", { HOST("a") HOST("b"), NULL, ACCEPTED },
        { HOST("a") OWN("Host", "b", "{fqdn: A.example.org}"), "host:default/a and host:default/b have one fqdn, 'A.example.org'",
          REFUSED });
}

static void test_i13(void **state)
{
    (void)state;
    RUN("[I13]",
        { PEOPLE AWAY("a", "eva", "2027-02-22", "2027-02-22", "") AWAY("b", "eva", "2027-02-20", "2027-02-25", ""), NULL, ACCEPTED },
        { PEOPLE AWAY("a", "eva", "2027-02-22", "2027-02-21", ""), "absence:default/a ends before it begins", REFUSED });
}

#define TOPIC(ritual, by) OWN("Topic", "t", "{for: \"" ritual "\", raisedBy: \"" by "\", title: x}")

static void test_i14(void **state)
{
    (void)state;
    RUN("[I14]", { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:p.sync", "user:eva"), NULL, ACCEPTED },
        { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:p.sync", "bot:drift"), NULL, ACCEPTED },
        { LED POTLAC("p.q", ", sync: {every: P1W}") TOPIC("ritual:p.q.sync", "eva"), NULL, ACCEPTED },
        { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:q.sync", "eva"), "there is no ritual 'ritual:q.sync'", REFUSED },
        { LED POTLAC("p", "") TOPIC("ritual:p.sync", "eva"), "there is no ritual 'ritual:p.sync'", REFUSED },
        { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:p.dance", "eva"), "there is no ritual", REFUSED },
        { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:p.sync", "mats"),
          "user:default/mats raises topic:default/t but does not attend potlac:default/p", REFUSED },
        { OWNED TOPIC("ritual:s.checkup", "mats"), NULL, ACCEPTED },
        { OWNED TOPIC("ritual:s.checkup", "li"), "does not attend systemownership:default/s", REFUSED },
        /* who led it once may have left a topic behind */
        { LED TERM("old", "mats", "product-owner", ", until: 2026-12-31") POTLAC("p", ", sync: {every: P1W}")
              TOPIC("ritual:p.sync", "mats"),
          NULL, ACCEPTED });
    RUN("[I01]", { LED POTLAC("p", ", sync: {every: P1W}") TOPIC("ritual:p.sync", "user:nobody"),
                   "unknown user 'user:nobody' in 'raisedBy'", REFUSED });
}

static void test_i15(void **state)
{
    (void)state;
    RUN("[I15]", { OWN("CalendarTarget", "t", "{type: caldav, secret: \"env:CAL_TOKEN\"}"), NULL, ACCEPTED },
        { OWN("CalendarTarget", "t", "{type: caldav, secret: \"file:/run/secrets/cal\"}"), NULL, ACCEPTED },
        { OWN("CalendarTarget", "t", "{type: caldav, secret: hunter2}"),
          "'secret' of calendartarget:default/t holds a secret in clear text", REFUSED },
        { CLUSTER("c", ", puppet: {role: x, params: {db: {db_password: hunter2}}}"), "'db_password' of cluster:default/c holds a secret",
          REFUSED },
        { CLUSTER("c", ", puppet: {role: x, params: {api_token: 1234}}"), "'api_token' of cluster:default/c holds a secret", REFUSED },
        { CLUSTER("c", ", puppet: {role: x, params: {tls: \"-----BEGIN EC PRIVATE KEY-----\"}}"),
          "'tls' of cluster:default/c holds a secret", REFUSED },
        { CLUSTER("c", ", puppet: {role: x, params: {db_password: \"ENC[PKCS7,MIIB]\", password: \"env:X\"}}"), NULL, ACCEPTED });
    struct loaded l = load(CLUSTER("c", ", puppet: {role: x, params: {\n db_password: hunter2}}"));
    for (const struct diag *d = l.diags.first; d; d = d->next)
        assert_int_equal(sv_find(d->message, SV("hunter2"), 0), SIZE_MAX);
    unload(&l);
}

#define RENAMED(name, was)                                                                                                                 \
    "apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: " name ", annotations: {potlac/was: \"" was "\"}}\nspec: {site: lon}\n---\n"

static void test_i17(void **state)
{
    (void)state;
    RUN("[I17]", { RENAMED("new", "old"), NULL, ACCEPTED },
        { RENAMED("new", "old") CLUSTER("old", ""), "cluster:default/new says it was cluster:default/old, which exists still", REFUSED },
        { RENAMED("new", "Cluster:default/OLD") CLUSTER("old", ""), "which exists still", REFUSED },
        { RENAMED("a", "old") RENAMED("b", "old"), "both cluster:default/a and cluster:default/b say they were cluster:default/old",
          REFUSED },
        { RENAMED("a", "x:y:z"), "'x:y:z' is no reference", REFUSED });
}

static void test_i18(void **state)
{
    (void)state;
    RUN("[I18]", { LED POTLAC("p", ", oneOnOnes: {minutes: 30}"), NULL, ACCEPTED },
        { LED POTLAC("p", ", oneOnOnes: {minutes: 30}") POTLAC("q", ", leaders: [eva, li], oneOnOnes: {minutes: 30}"),
          "potlac:default/p and potlac:default/q both plan one-on-ones of eva and li", REFUSED },
        { LED POTLAC("p", ", oneOnOnes: {minutes: 30}") POTLAC("q", ", leaders: [eva, mats], oneOnOnes: {minutes: 30}"), NULL, ACCEPTED },
        { LED POTLAC("p", ", oneOnOnes: {minutes: 30}") POTLAC("q", ", leaders: [eva, li]"), NULL, ACCEPTED });
}

static void test_plans(void **state)
{
    (void)state;
    RUN("comes before 'earliest'", { LED POTLAC("p", ", sync: {earliest: tue, latest: thu}"), NULL, ACCEPTED },
        { LED POTLAC("p", ", sync: {earliest: thu, latest: tue}"), "'latest' tue comes before 'earliest' thu", REFUSED });
    RUN("mock.leadDays", { LED POTLAC("p", ", mock: {leadDays: [1, 3]}"), NULL, ACCEPTED },
        { LED POTLAC("p", ", mock: {leadDays: [3, 1]}"), "expected [fewest, most] working days", REFUSED },
        { LED POTLAC("p", ", mock: {leadDays: [1]}"), "expected [fewest, most] working days", REFUSED });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_i03),     cmocka_unit_test(test_i04),  cmocka_unit_test(test_i05),      cmocka_unit_test(test_i06),
        cmocka_unit_test(test_i07_i08), cmocka_unit_test(test_i09),  cmocka_unit_test(test_i09_deep), cmocka_unit_test(test_i11),
        cmocka_unit_test(test_i12),     cmocka_unit_test(test_fqdn), cmocka_unit_test(test_i13),      cmocka_unit_test(test_i14),
        cmocka_unit_test(test_i15),     cmocka_unit_test(test_i17),  cmocka_unit_test(test_i18),      cmocka_unit_test(test_i19),
        cmocka_unit_test(test_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
