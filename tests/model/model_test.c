/* model: what is accepted and refused, and what is derived from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests_model.h"

/* --- envelope --- */

static void test_envelope(void **state)
{
    (void)state;
    struct loaded l =
        load("apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: Edge-Lon, title: Edge in London}\nspec: {site: lon}\n---\n---\n"
             "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a1, namespace: lab}\nspec: {fqdn: a1.example.org, cluster: "
             "default/EDGE-lon}\n");
    assert_clean(&l);
    const struct entity *c = model_find(l.model, SV("Cluster:default/edge-LON"));
    assert_non_null(c);
    assert_sv(c->ref, "cluster:default/edge-lon");
    assert_sv(c->name, "Edge-Lon");
    assert_sv(c->title, "Edge in London");
    assert_sv(c->ns, "default");
    assert_int_equal(c->kind, KIND_CLUSTER);
    assert_false(c->foreign);
    const struct entity *h = model_find(l.model, SV("host:lab/a1"));
    assert_non_null(h);
    assert_ptr_equal(model_one(l.model, h, REL_HOSTS), c);
    assert_ptr_equal(model_one(l.model, c, REL_RUNS_ON), h);
    assert_null(model_find(l.model, SV("host:a1")));
    unload(&l);
}

static void test_envelope_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "- a\n", "1:1: error: expected an entity" },
        { "kind: Host\nmetadata: {name: a}\n", "lacks 'apiVersion'" },
        { "apiVersion: potlac/v1\nmetadata: {name: a}\n", "lacks 'kind'" },
        { "apiVersion: potlac/v1\nkind: Host\n", "lacks 'metadata'" },
        { "apiVersion: potlac/v1\nkind: Hots\nmetadata: {name: a}\n", "2:7: error: unknown kind 'Hots'" },
        { "apiVersion: potlac/v2\nkind: Host\nmetadata: {name: a}\n", "a Host cannot have apiVersion 'potlac/v2'" },
        { "apiVersion: potlac/v1\nkind: Component\nmetadata: {name: a}\n", "write 'apiVersion: backstage.io/v1alpha1'" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {}\n", "lacks 'name'" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: 12}\n", "metadata.name must be text" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: -a}\n", "'-a' is no entity name" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a b}\n", "'a b' is no entity name" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a, namespace: Lab}\n", "'Lab' is no namespace" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a}\nspec: {fqdn: a.b}\nstatus: {}\n",
          "'status' of host:default/a is derived" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a, uid: x}\nspec: {fqdn: a.b}\n", "'uid' of host:default/a is derived" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a}\nspce: {fqdn: a.b}\n", "did you mean 'spec'?" },
        { "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a}\nspec: [1]\n", "spec of host:default/a: expected a map, found a list" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded l = load(cases[i].text);
        assert_says(&l, cases[i].message);
        assert_false(l.ok);
        unload(&l);
    }
}

/* One mistake, one message. */
static void test_said_once(void **state)
{
    (void)state;
    struct loaded l = load("apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a, uid: x}\nspec: {fqdn: a.b}\n");
    assert_int_equal(l.diags.errors, 1);
    unload(&l);
    l = load("apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a}\nspec: {fqdn: a.b, cluster: [c, d]}\n");
    assert_int_equal(l.diags.errors, 1);
    unload(&l);
    l = load(SERVICE("s", "owner: 'a:b:c'"));
    assert_int_equal(l.diags.errors, 1);
    unload(&l);
    l = load(OWN("KeyMeeting", "m", "{start: soon, zone: Mars/Base, minutes: 5, presenters: [], potlac: 'x y'}"));
    assert_int_equal(l.diags.errors, 3);
    unload(&l);
}

static void test_doubles(void **state)
{
    (void)state;
    struct loaded l = load(HOST("a") HOST("A"));
    assert_says(&l, "8:18: error: host:default/a is declared twice [I02]");
    assert_says(&l, "the first one is at model.yaml:3");
    unload(&l);
    l = load(HOST("a") "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a, namespace: lab}\nspec: {fqdn: b.c}\n---\n");
    assert_clean(&l);
    unload(&l);
}

static void test_no_yaml(void **state)
{
    (void)state;
    struct loaded l = begin();
    assert_true(add(&l, HOST("a")));
    assert_false(add(&l, HOST("b") "a: [1\n"));
    uint32_t n;
    model_entities(l.model, &n);
    assert_int_equal(n, 1); /* nothing of a text that is no YAML */
    assert_true(add(&l, HOST("b")));
    assert_false(check(&l)); /* a mistake was reported: the whole is not sound */
    unload(&l);
}

/* --- fields --- */

#define SPEC(kind, spec) "apiVersion: potlac/v1\nkind: " kind "\nmetadata: {name: x}\nspec: " spec "\n---\n"

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { SPEC("Host", "{fqdn: a, sit: lon}"), "did you mean 'site'?" },
        { SPEC("Host", "{fqdn: a, sit: lon}"), "4:17: error: unknown field 'sit' in spec of host:default/x" },
        { SPEC("Host", "{site: lon}"), "spec of host:default/x lacks 'fqdn'" },
        { SPEC("Host", "{fqdn: a, status: actve}"), "'actve' is not one of active|planned" },
        { SPEC("Host", "{fqdn: a, status: actve}"), "did you mean 'active'?" },
        { SPEC("Host", "{fqdn: a, address: 10.0.0.1}"), "spec.address of host:default/x: expected a list, found text" },
        { SPEC("Host", "{fqdn: a, cluster: [a, b]}"), "expected exactly one, found a list of 2 [I12]" },
        { SPEC("Host", "{fqdn: [a]}"), "spec.fqdn of host:default/x: expected text, found a list" },
        { SPEC("Cluster", "{site: lon, minHosts: many}"), "expected a whole number, found text" },
        { SPEC("Cluster", "{site: lon, minHosts: -1}"), "-1 is out of range" },
        { SPEC("Cluster", "{site: lon, puppet: {classes: [ntp]}}"), "spec.puppet.classes of cluster:default/x: expected a map" },
        { SPEC("Cluster", "{site: lon, puppet: {role: a, parms: {}}}"), "unknown field 'parms' in spec.puppet" },
        { SPEC("Deployment", "{service: a, cluster: b, version: 4.2}"), "put it in quotes" },
        { SPEC("Person", "{timezone: Europe/Stokholm}"), "'Europe/Stokholm' is no time zone" },
        { SPEC("Person", "{timezone: UTC, hours: {mon-fri: \"9-17\"}}"), "'9-17' is no span of hours" },
        { SPEC("Person", "{timezone: UTC, hours: {mon-fri: \"17:00-09:00\"}}"), "is no span of hours" },
        { SPEC("Person", "{timezone: UTC, hours: {someday: \"09:00-17:00\"}}"), "'someday' names no weekdays" },
        { SPEC("Absence", "{person: x, from: 2027-02-30, to: 2027-03-01}"), "'2027-02-30' is no date" },
        { SPEC("KeyMeeting", "{start: tomorrow, zone: UTC, minutes: 5, presenters: [], potlac: x}"), "'tomorrow' is no time" },
        { SPEC("KeyMeeting", "{start: 2027-01-01T09:00:00, zone: UTC, minutes: 5, special: maybe, presenters: [], potlac: x}"),
          "expected true or false" },
        { SPEC("Potlac", "{group: x, anchorZone: UTC, sync: {every: weekly}}"), "'weekly' is no duration" },
        { SPEC("Potlac", "{group: x, anchorZone: UTC, sync: {earliest: someday}}"), "'someday' is no weekday" },
        { SPEC("Potlac", "{group: x, anchorZone: UTC, sync: {time: \"25:00\"}}"), "'25:00' is no time" },
        { SPEC("Potlac", "{group: x, anchorZone: [UTC, UTC]}"), "expected exactly one, found a list of 2 [I10]" },
        { SPEC("Potlac", "{group: x}"), "lacks 'anchorZone' [I10]" },
        { SPEC("Potlac", "{group: x, anchorZone: Mars/Base}"), "'Mars/Base' is no time zone [I10]" },
        { SPEC("Potlac", "{group: x, anchorZone: UTC, leaders: all}"), "expected byRole or a list of users" },
        { SPEC("Checkup", "{ownership: x, heldAt: 2027-02-10, attended: []}"), "is no time like 2027-03-18T13:00:00Z" },
        { SPEC("SystemOwnership", "{service: s, dev: [a, b], ops: c}"),
          "spec.dev of systemownership:default/x: expected exactly one, found a list of 2 [I03]" },
        { SPEC("SystemOwnership", "{service: s, dev: a}"), "lacks 'ops' [I03]" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded l = begin();
        assert_false(add(&l, cases[i].text));
        assert_says(&l, cases[i].message);
        unload(&l);
    }
}

static void test_field_access(void **state)
{
    (void)state;
    struct loaded l = load("apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: c, annotations: {potlac/tier: \"1\"}}\n"
                           "spec: {site: lon, minHosts: 0, puppet: {role: index, params: {shards: 12, name: x}}}\n---\n");
    assert_clean(&l);
    const struct entity *c = model_find(l.model, SV("cluster:default/c"));
    assert_sv(entity_text(c, "puppet.role"), "index");
    assert_int_equal(entity_int(c, "puppet.params.shards", -1), 12);
    assert_int_equal(entity_int(c, "puppet.params.none", -1), -1);
    assert_int_equal(entity_text(c, "puppet.params.shards").n, 0);
    assert_null(entity_field(c, "puppet.role.deeper"));
    assert_sv(entity_annotation(c, "potlac/tier"), "1");
    unsigned line, column;
    span_position(entity_span(c, "puppet.role"), &line, &column);
    assert_int_equal(line, 4);
    unload(&l);
}

/* --- references --- */

static void test_full_ref(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_sv(model_full_ref(a, SV("Search"), "group", SV_NONE), "group:default/search");
    assert_sv(model_full_ref(a, SV("user:Eva"), "group", SV("Lab")), "user:lab/eva");
    assert_sv(model_full_ref(a, SV("lab/eva"), "user", SV("x")), "user:lab/eva");
    assert_sv(model_full_ref(a, SV("API:a/b"), NULL, SV_NONE), "api:a/b");
    static const char *const wrong[] = { "", "a:", ":b", "a:b:c", "a/b/c", "a:/b", "/b", "a:b/" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(model_full_ref(a, sv_of(wrong[i]), "user", SV_NONE).n, 0);
    assert_int_equal(model_full_ref(a, SV("a"), NULL, SV_NONE).n, 0);
    assert_sv(ref_short(a, SV("component:default/x")), "component:x");
    assert_sv(ref_short(a, SV("component:lab/x")), "component:lab/x");
    arena_free(a);
}

static void test_references(void **state)
{
    (void)state;
    struct loaded l = load(SERVICE("search", "owner: group:team-serch") TEAM("team-search"));
    assert_says(&l, "4:55: error: unknown group 'group:team-serch' in 'owner' of component:default/search [I01]");
    assert_says(&l, "did you mean 'team-search'?");
    unload(&l);
    /* a bare owner is a Group, as in Backstage; where only a User has the name, say so */
    l = load(SERVICE("search", "owner: eva") USER("eva"));
    assert_says(&l, "unknown group 'eva' in 'owner'");
    assert_says(&l, "did you mean 'user:eva'?");
    unload(&l);
    l = load(SERVICE("search", "owner: component:search"));
    assert_says(&l, "component:default/search is a Component, expected Group or User [I01]");
    unload(&l);
    l = load(SERVICE("search", "owner: grup:team"));
    assert_says(&l, "unknown kind 'grup' in 'owner' of component:default/search: expected Group or User [I01]");
    unload(&l);
    l = load(SERVICE("search", "owner: team, dependsOn: [component:prfile]") TEAM("team") SERVICE("profile", "owner: team"));
    assert_says(&l, "did you mean 'profile'?");
    unload(&l);
    l = load(SERVICE("search", "owner: team, dependsOn: [Component:default/PROFILE]") TEAM("team") SERVICE("profile", "owner: team"));
    assert_clean(&l);
    unload(&l);
    l = load("apiVersion: potlac/v1\nkind: Person\nmetadata: {name: eva}\nspec: {timezone: UTC}\n---\n");
    assert_says(&l, "extends the User 'eva', which does not exist [I01]");
    unload(&l);
}

/* Many wrong references in a large model must not compare each with all. */
static void test_many_errors(void **state)
{
    (void)state;
    struct loaded l = begin();
    AUTO_STRBUF b = STRBUF_HEAP;
    for (int i = 0; i < 20000; i++)
        strbuf_addf(&b, "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: h%d}\nspec: {fqdn: h%d.example.org, cluster: c%d}\n---\n", i,
                    i, i);
    assert_true(add(&l, strbuf_cstr(&b)));
    int64_t before = cpu_ms();
    assert_false(check(&l));
    assert_int_equal(l.diags.errors, 20000);
    assert_in_range(cpu_ms() - before, 0, 5000);
    unload(&l);
}

/* --- relations --- */

static void assert_pairs(const struct model *m)
{
    uint32_t n, k, back;
    const struct entity *const *all = model_entities(m, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct edge_to *edges = model_edges(m, all[i], &k);
        for (uint32_t j = 0; j < k; j++) {
            const struct edge_to *others = model_edges(m, edges[j].to, &back);
            bool found = false;
            for (uint32_t o = 0; o < back; o++)
                found |=
                    others[o].to == all[i] && others[o].relation == relation_inverse(edges[j].relation) && others[o].via == edges[j].via;
            assert_true(found);
        }
    }
}

static void test_relations(void **state)
{
    (void)state;
    assert_int_equal(relation_inverse(REL_DEV_OWNED_BY), REL_DEV_OWNER_OF);
    for (int r = 0; r < REL_COUNT; r++)
        assert_int_equal(relation_inverse(relation_inverse((enum relation)r)), r);
    struct loaded l = load(SOUND_SITE);
    assert_clean(&l);
    assert_pairs(l.model);
    const struct entity *search = model_find(l.model, SV("component:default/search")), *eva = model_find(l.model, SV("user:default/eva"));
    assert_ptr_equal(model_one(l.model, search, REL_DEV_OWNED_BY), eva);
    uint32_t n;
    const struct edge_to *edges = model_edges(l.model, search, &n);
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].relation == REL_DEV_OWNED_BY)
            assert_sv(edges[i].via->ref, "systemownership:default/search");
    /* parent here and children there are one edge */
    const struct entity *team = model_find(l.model, SV("group:default/team")), *top = model_find(l.model, SV("group:default/top"));
    const struct entity **list = model_related(l.model, l.arena, team, REL_CHILD_OF, &n);
    assert_int_equal(n, 1);
    assert_ptr_equal(list[0], top);
    edges = model_edges(l.model, team, &n);
    int up = 0;
    for (uint32_t i = 0; i < n; i++)
        up += edges[i].relation == REL_CHILD_OF;
    assert_int_equal(up, 1);
    /* leaders by role, each once though one of them holds two roles */
    const struct entity *potlac = model_find(l.model, SV("potlac:default/team"));
    list = model_related(l.model, l.arena, potlac, REL_LED_BY, &n);
    assert_int_equal(n, 3);
    assert_sv(list[0]->ref, "user:default/eva");
    assert_sv(list[1]->ref, "user:default/ines");
    assert_sv(list[2]->ref, "user:default/li");
    const struct entity *topic = model_find(l.model, SV("topic:default/t1"));
    assert_ptr_equal(model_one(l.model, topic, REL_DISCUSSES), potlac);
    const struct entity *meeting = model_find(l.model, SV("keymeeting:default/steering"));
    assert_ptr_equal(model_one(l.model, meeting, REL_PREPARED_BY), potlac);
    unload(&l);
}

static void test_neighbours(void **state)
{
    (void)state;
    struct loaded l =
        load(TEAM("t") SERVICE("a", "owner: t, dependsOn: [b], consumesApis: [c-v1]") SERVICE("b", "owner: t")
                 SERVICE("c", "owner: t, providesApis: [c-v1]") SERVICE("d", "owner: t, dependsOn: [a]") SERVICE("e", "owner: t")
                     SERVICE("far", "owner: t, dependsOn: [d]")
                         API("c-v1") "apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: k}\nspec: {site: lon}\n---\n" DEPLOYMENT(
                             "a-k", "a", "k") DEPLOYMENT("e-k", "e", "k"));
    uint32_t n;
    const struct entity **list = model_neighbours(l.model, l.arena, model_find(l.model, SV("component:default/a")), &n);
    static const char *const want[] = { "api:default/c-v1", "component:default/b", "component:default/c", "component:default/d",
                                        "component:default/e" };
    assert_int_equal(n, 5);
    for (uint32_t i = 0; i < n; i++)
        assert_sv(list[i]->ref, want[i]);
    list = model_neighbours(l.model, l.arena, model_find(l.model, SV("component:default/c")), &n);
    assert_int_equal(n, 1);
    assert_sv(list[0]->ref, "component:default/a");
    unload(&l);
}

/* Whatever is taken out of the model: no edge mentions it, and all edges still come in pairs. */
static void test_delete_one(void **state)
{
    (void)state;
    struct loaded whole = load(SOUND_SITE);
    uint32_t n;
    model_entities(whole.model, &n);
    unload(&whole);
    for (uint32_t skip = 0; skip < n; skip++) {
        struct loaded l = begin();
        AUTO_STRBUF b = STRBUF_HEAP;
        struct sv rest = SV(SOUND_SITE);
        for (uint32_t i = 0; rest.n; i++) {
            size_t end = sv_find(rest, SV("---\n"), 0);
            if (i != skip)
                strbuf_add(&b, sv_slice(rest, 0, end + 4));
            rest = sv_slice(rest, end + 4, rest.n);
        }
        add(&l, strbuf_cstr(&b));
        check(&l);
        assert_pairs(l.model);
        uint32_t left;
        model_entities(l.model, &left);
        assert_int_equal(left, n - 1);
        unload(&l);
    }
}

/* Texts with bytes changed, taken out and doubled: whatever they say now, they are read, refused and never crash. */
static void test_mutations(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 400; round++) {
        struct loaded l = begin();
        AUTO_STRBUF b = STRBUF_HEAP;
        struct sv whole = SV(SOUND_SITE);
        size_t at = 0;
        for (int cut = 0; cut < 4; cut++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t next = at + (size_t)(seed >> 33) % (whole.n - at + 1), n = (size_t)(seed >> 20) % 24;
            strbuf_add(&b, sv_slice(whole, at, next));
            static const char odd[] = ":{}[]-&*!\"'\n \t~0,\xff\xc3|";
            if (seed & 4)
                strbuf_addc(&b, odd[(seed >> 8) % (sizeof odd - 1)]);
            at = seed & 1 ? next : next + n < whole.n ? next + n : whole.n;
            at = (seed & 2) && at > n ? at - n : at;
        }
        strbuf_add(&b, sv_slice(whole, at, whole.n));
        add(&l, strbuf_cstr(&b));
        check(&l);
        assert_non_null(said(&l));
        assert_pairs(l.model);
        unload(&l);
    }
}

/* Limits of the reader show through: a bomb of aliases ends in a message. */
static void test_bad_input(void **state)
{
    (void)state;
    struct loaded l = begin();
    AUTO_STRBUF b = STRBUF_HEAP;
    strbuf_adds(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++)
        strbuf_addf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1,
                    i - 1, i - 1, i - 1, i - 1, i - 1);
    int64_t before = cpu_ms();
    assert_false(add(&l, strbuf_cstr(&b)));
    assert_in_range(cpu_ms() - before, 0, 4000);
    assert_int_equal(l.diags.errors, 1);
    strbuf_reset(&b);
    strbuf_pad(&b, '[', 10000);
    assert_false(add(&l, strbuf_cstr(&b)));
    assert_false(add(&l, "apiVersion: potlac/v1\nkind: Host\nmetadata: {name: \xff\xfe}\n"));
    assert_true(add(&l, "\xef\xbb\xbf" HOST("bom")));
    assert_true(add(&l, "apiVersion: potlac/v1\r\nkind: Host\r\nmetadata: {name: crlf}\r\nspec: {fqdn: a.b}\r\n"));
    assert_non_null(model_find(l.model, SV("host:default/bom")));
    assert_non_null(model_find(l.model, SV("host:default/crlf")));
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_envelope),     cmocka_unit_test(test_envelope_mistakes), cmocka_unit_test(test_said_once),
        cmocka_unit_test(test_doubles),      cmocka_unit_test(test_no_yaml),           cmocka_unit_test(test_fields),
        cmocka_unit_test(test_field_access), cmocka_unit_test(test_full_ref),          cmocka_unit_test(test_references),
        cmocka_unit_test(test_many_errors),  cmocka_unit_test(test_relations),         cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_delete_one),   cmocka_unit_test(test_mutations),         cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
