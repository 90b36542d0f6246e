/* change_suite: transactions of the model, for every backend. The including file brings suite.h and read_json. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_CHANGE_SUITE_H
#define TESTS_STORE_CHANGE_SUITE_H

#include "store/change.h"
#include "store/record.h"

/* One field of one entity; value: JSON, NULL takes it out. expect -1: the version it has. */
static enum change_outcome change_one(struct store *s, struct arena *a, const char *ref, const char *field, const char *value,
                                      int64_t expect, struct change_result *out)
{
    struct err err = { "" };
    struct field_change f = { sv_of(field), value ? read_json(a, sv_of(value)) : NULL };
    struct entity_change e = { .ref = sv_of(ref),
                               .expect = expect,
                               .service = SV("component:default/s"),
                               .cluster = SV("cluster:default/c"),
                               .fields = &f,
                               .count = 1 };
    struct transaction t = { .at = 100, .actor = SV("eva@example.org"), .reason = SV("because"), .changes = &e, .count = 1 };
    must(change_overlay(s, a, overlay_new(a), &t.seen, &err), &err);
    if (expect < 0)
        must(change_version(s, sv_of(ref), &e.expect, &err), &err);
    enum change_outcome outcome = change_commit(s, a, &t, out, &err);
    if (outcome == CHANGE_FAILED)
        fail_msg("%s", err.text);
    return outcome;
}

static const char *set_now(struct store *s, struct arena *a, const char *ref, const char *field)
{
    struct err err = { "" };
    struct overlay *o = overlay_new(a);
    int64_t newest;
    must(change_overlay(s, a, o, &newest, &err), &err);
    const struct data *d = overlay_get(o, sv_of(ref), sv_of(field));
    return d ? arena_cstr(a, data_text(d)) : "(not set)";
}

static void test_change_is_told(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct change_result r;
    struct event *list;
    assert_int_equal(change_one(s, p.arena, "host:default/a", "status", "\"draining\"", -1, &r), CHANGE_DONE);
    assert_string_equal(set_now(s, p.arena, "host:default/a", "status"), "draining");
    assert_null(r.before[0][0]);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 2);
    assert_int_equal(list[0].id, r.id);
    assert_int_equal(list[1].id, r.versions[0]);
    assert_true(sv_is(list[0].kind, "transaction") && sv_is(list[0].subject, "model") && sv_is(list[0].actor, "eva@example.org"));
    assert_true(sv_is(list[0].body, "{\"reason\":\"because\",\"changes\":[{\"ref\":\"host:default/a\",\"field\":\"status\",\"from\":null,"
                                    "\"to\":\"draining\"}]}"));
    assert_true(sv_is(list[1].kind, "entity.changed") && sv_is(list[1].subject, "host:default/a"));
    assert_mentions(arena_cstr(p.arena, list[1].body), "\"fields\":[{\"path\":\"status\",\"from\":null,\"to\":\"draining\"}]");
    /* The same again is no change, whatever else was set. */
    assert_int_equal(change_one(s, p.arena, "host:default/a", "status", "\"draining\"", -1, &r), CHANGE_DONE);
    assert_int_equal(r.id, 0);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 2);
    assert_int_equal(change_one(s, p.arena, "host:default/a", "status", NULL, -1, &r), CHANGE_DONE);
    assert_string_equal(set_now(s, p.arena, "host:default/a", "status"), "(not set)");
    store_close(s);
    place_free(&p);
}

static void test_change_of_version_is_a_deploy(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct change_result r;
    struct event *list;
    change_one(s, p.arena, "deployment:default/d", "version", "\"1\"", -1, &r);
    change_one(s, p.arena, "deployment:default/d", "version", "\"2\"", -1, &r);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("deploy") }, &list), 2);
    assert_mentions(arena_cstr(p.arena, list[0].body), "{\"deployment\":\"deployment:default/d\",\"service\":\"component:default/s\","
                                                       "\"cluster\":\"cluster:default/c\",\"to\":\"1\",\"transaction\":");
    assert_mentions(arena_cstr(p.arena, list[1].body), "\"from\":\"1\",\"to\":\"2\"");
    store_close(s);
    place_free(&p);
}

/* Who looked before somebody else changed the same thing is told; who changed another thing checks again and goes on. */
static void test_change_of_two(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path), *other = must_open(p.path);
    struct err err = { "" };
    struct change_result r;
    change_one(s, p.arena, "host:default/a", "status", "\"active\"", -1, &r);
    int64_t version = r.versions[0], now;
    assert_int_equal(change_one(other, p.arena, "host:default/a", "status", "\"draining\"", version, &r), CHANGE_DONE);
    assert_int_equal(change_one(s, p.arena, "host:default/a", "status", "\"retired\"", version, &r), CHANGE_STALE);
    assert_true(sv_is(r.stale->ref, "host:default/a"));
    assert_string_equal(set_now(s, p.arena, "host:default/a", "status"), "draining");
    must(change_version(s, SV("host:default/a"), &now, &err), &err);
    assert_true(now > version);
    struct field_change f = { SV("status"), read_json(p.arena, SV("\"failed\"")) };
    struct entity_change e = { .ref = SV("host:default/b"), .fields = &f, .count = 1 };
    struct transaction t = { .at = 100, .actor = SV("x"), .reason = SV("y"), .seen = 1, .changes = &e, .count = 1 };
    assert_int_equal(change_commit(s, p.arena, &t, &r, &err), CHANGE_UNCHECKED);
    must(change_overlay(s, p.arena, overlay_new(p.arena), &t.seen, &err), &err);
    assert_int_equal(change_commit(s, p.arena, &t, &r, &err), CHANGE_DONE);
    /* Drift of a host is no change of it. */
    must(change_version(s, SV("host:default/b"), &version, &err), &err);
    add_event(s, "drift", "host:default/b", 200);
    must(change_version(s, SV("host:default/b"), &now, &err), &err);
    assert_int_equal(now, version);
    store_close(other);
    store_close(s);
    place_free(&p);
}

/* Of several entities all or none, and the state recorded last goes along, so that the next apply does not tell it again. */
static void test_change_of_many(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct change_result r;
    struct event *list;
    must(store_put(s, RECORD_ENTITY, SV("host:default/a"), SV("{\"kind\":\"Host\",\"spec\":{\"status\":\"active\",\"fqdn\":\"a\"}}"), 1,
                   &err),
         &err);
    struct field_change f = { SV("status"), read_json(p.arena, SV("\"failed\"")) };
    struct entity_change e[] = { { .ref = SV("host:default/a"), .fields = &f, .count = 1 },
                                 { .ref = SV("host:default/b"), .expect = 7, .fields = &f, .count = 1 } };
    struct transaction t = { .at = 100, .actor = SV("x"), .reason = SV("y"), .changes = e, .count = 2 };
    assert_int_equal(change_commit(s, p.arena, &t, &r, &err), CHANGE_STALE);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 0);
    assert_string_equal(set_now(s, p.arena, "host:default/a", "status"), "(not set)");
    e[1].expect = 0;
    assert_int_equal(change_commit(s, p.arena, &t, &r, &err), CHANGE_DONE);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 3);
    struct sv json;
    must(store_get(s, p.arena, RECORD_ENTITY, SV("host:default/a"), &json, &err), &err);
    assert_true(sv_is(json, "{\"kind\":\"Host\",\"spec\":{\"status\":\"failed\",\"fqdn\":\"a\"}}"));
    assert_false(store_get(s, p.arena, RECORD_ENTITY, SV("host:default/b"), &json, &err));
    store_close(s);
    place_free(&p);
}

#define CHANGE_TESTS                                                                                                                       \
    cmocka_unit_test(test_change_is_told), cmocka_unit_test(test_change_of_version_is_a_deploy), cmocka_unit_test(test_change_of_two),     \
        cmocka_unit_test(test_change_of_many)

#endif
