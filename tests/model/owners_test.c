/* owners: from machines to services to people, and whether those are there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests_model.h"

#include "model/owners.h"

#define MACHINES                                                                                                                           \
    OWN("Cluster", "west", "{site: lon}")                                                                                                  \
    OWN("Host", "w1", "{fqdn: w1.example.org, cluster: west}")                                                                             \
    DEPLOYMENT("search-west", "search", "west")                                                                                            \
    HOST("alone")

static const struct entity *get(struct loaded *l, const char *ref)
{
    const struct entity *e = model_find(l->model, sv_of(ref));
    assert_non_null(e);
    return e;
}

static struct owner *owners(struct loaded *l, const char *ref, struct date day, uint32_t *n)
{
    return owners_of(l->model, l->arena, get(l, ref), day, n);
}

static void test_sides(void **state)
{
    (void)state;
    uint32_t n;
    struct loaded l = load(SOUND_SITE MACHINES);
    assert_clean(&l);
    struct owner *o = owners(&l, "component:search", TEST_DAY, &n);
    assert_int_equal(n, 3);
    assert_string_equal(o[0].side, "dev");
    assert_sv(o[0].who->ref, "user:default/eva");
    assert_sv(o[0].by->ref, "systemownership:default/search");
    assert_string_equal(o[1].side, "ops");
    assert_sv(o[1].who->ref, "user:default/mats");
    assert_string_equal(o[2].side, "owner");
    assert_sv(o[2].who->ref, "group:default/team");
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(o[i].state, OWNER_THERE);
    owners(&l, "host:alone", TEST_DAY, &n);
    assert_int_equal(n, 0);
    unload(&l);
}

static void test_chains(void **state)
{
    (void)state;
    uint32_t n;
    struct loaded l = load(SOUND_SITE MACHINES);
    assert_clean(&l);
    static const char *const links[] = { "host:default/w1", "cluster:default/west", "deployment:default/search-west",
                                         "component:default/search" };
    struct owner_chain *c = owner_chains(l.model, l.arena, get(&l, "host:w1"), &n);
    assert_int_equal(n, 1);
    assert_int_equal(c[0].count, 4);
    for (int i = 0; i < 4; i++)
        assert_sv(c[0].links[i]->ref, links[i]);
    owner_chains(l.model, l.arena, get(&l, "host:alone"), &n);
    assert_int_equal(n, 0);
    static const struct {
        const char *from;
        uint32_t links;
    } others[] = { { "component:search", 1 },
                   { "resource:disk", 2 },
                   { "system:finding", 2 },
                   { "domain:discovery", 3 },
                   { "systemownership:search", 2 } };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        c = owner_chains(l.model, l.arena, get(&l, others[i].from), &n);
        assert_int_equal(n, 1);
        assert_int_equal(c[0].count, others[i].links);
        assert_sv(c[0].links[c[0].count - 1]->ref, "component:default/search");
    }
    unload(&l);
}

static void test_states(void **state)
{
    (void)state;
    uint32_t n;
    struct loaded l =
        load(SOUND_SITE MACHINES
             "apiVersion: potlac/v1\nkind: Person\nmetadata: {name: li}\n"
             "spec: {timezone: Europe/London, until: 2027-01-31}\n---\n" OWN(
                 "Absence", "eva-1", "{person: eva, from: 2027-02-10, to: 2027-02-20, delegate: {dev-owner: user:ines}}")
                 OWN("Absence", "mats-1", "{person: mats, from: 2027-02-15, to: 2027-02-15}")
                     OWN("Absence", "ines-1", "{person: ines, from: 2027-02-18, to: 2027-02-18, delegate: {dev-owner: user:li}}"));
    struct owner *o = owners(&l, "component:search", (struct date){ 2027, 2, 9 }, &n);
    assert_int_equal(o[0].state, OWNER_THERE);
    assert_int_equal(o[1].state, OWNER_THERE);
    o = owners(&l, "component:search", TEST_DAY, &n);
    assert_int_equal(o[0].state, OWNER_COVERED);
    assert_sv(o[0].stand_in->ref, "user:default/ines");
    assert_sv(o[0].absence->ref, "absence:default/eva-1");
    assert_int_equal(o[1].state, OWNER_AWAY);
    assert_sv(o[1].absence->ref, "absence:default/mats-1");
    o = owners(&l, "component:search", (struct date){ 2027, 2, 18 }, &n); /* who would stand in is away, and her delegate has left */
    assert_int_equal(o[0].state, OWNER_AWAY);
    assert_true(owner_living(l.model, get(&l, "user:li"), (struct date){ 2027, 1, 31 }));
    assert_false(owner_living(l.model, get(&l, "user:li"), TEST_DAY));
    assert_true(owner_living(l.model, get(&l, "user:ines"), TEST_DAY)); /* no Person, and so no end */
    assert_true(owner_living(l.model, get(&l, "group:team"), TEST_DAY));
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sides), cmocka_unit_test(test_chains), cmocka_unit_test(test_states) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
