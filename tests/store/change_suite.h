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

/* Makes (json: the entity) or deletes (NULL) one entity. expect -1: the version it has. */
static enum change_outcome change_whole(struct store *s, struct arena *a, const char *ref, const char *json, int64_t expect,
                                        struct change_result *out)
{
    struct err err = { "" };
    struct entity_change e = { .ref = sv_of(ref),
                               .expect = expect,
                               .service = SV("component:default/s"),
                               .cluster = strncmp(ref, "topic:", 6) ? SV("cluster:default/c") : SV_NONE,
                               .what = json ? CHANGE_MAKE : CHANGE_DELETE,
                               .entity = json ? read_json(a, sv_of(json)) : NULL };
    struct transaction t = { .at = 100, .actor = SV("eva@example.org"), .reason = SV("because"), .changes = &e, .count = 1 };
    must(change_overlay(s, a, overlay_new(a), &t.seen, &err), &err);
    if (expect < 0)
        must(change_version(s, sv_of(ref), &e.expect, &err), &err);
    enum change_outcome outcome = change_commit(s, a, &t, out, &err);
    if (outcome == CHANGE_FAILED)
        fail_msg("%s", err.text);
    return outcome;
}

static const char *told_since(struct store *s, struct arena *a, int64_t since)
{
    struct event *list;
    size_t n = count_events(s, a, (struct event_query){ .since_id = since }, &list);
    struct strbuf out = STRBUF_IN(a);
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&out, "%.*s %.*s %.*s\n", SV_ARG(list[i].kind), SV_ARG(list[i].subject), SV_ARG(list[i].body));
    return strbuf_cstr(&out);
}

#define TOPIC_SPEC "{\"for\":\"ritual:p.sync\",\"raisedBy\":\"eva\",\"title\":\"Why?\"}"
#define TOPIC_JSON "{\"apiVersion\":\"potlac/v1\",\"kind\":\"Topic\",\"metadata\":{\"name\":\"t\"},\"spec\":" TOPIC_SPEC "}"
#define TOPIC_REF  "topic:default/t"

/* A whole entity is made, changed and deleted; each is told by what tells of files, and a topic's own events come with it. */
static void test_change_makes_and_deletes(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct change_result r;
    assert_int_equal(change_whole(s, p.arena, TOPIC_REF, TOPIC_JSON, 0, &r), CHANGE_DONE);
    assert_string_equal(told_since(s, p.arena, 0),
                        "transaction model {\"reason\":\"because\",\"changes\":[{\"ref\":\"topic:default/t\",\"made\":" TOPIC_JSON "}]}\n"
                        "entity.added topic:default/t {\"spec\":" TOPIC_SPEC ",\"transaction\":1,\"reason\":\"because\"}\n"
                        "topic.opened topic:default/t {\"for\":\"ritual:p.sync\",\"raisedBy\":\"eva\",\"title\":\"Why?\","
                        "\"transaction\":1,\"reason\":\"because\"}\n");
    struct overlay *o = overlay_new(p.arena);
    int64_t newest;
    must(change_overlay(s, p.arena, o, &newest, &err), &err);
    const struct data_doc *doc = overlay_made(o, SV(TOPIC_REF));
    assert_non_null(doc);
    assert_true(sv_is(doc->src->path, "transaction 1 by eva@example.org"));
    assert_true(data_equal(&doc->root, read_json(p.arena, SV(TOPIC_JSON))));
    /* a field of it */
    int64_t last = newest + 2;
    assert_int_equal(change_one(s, p.arena, TOPIC_REF, "state", "\"closed\"", -1, &r), CHANGE_DONE);
    assert_string_equal(set_now(s, p.arena, TOPIC_REF, "state"), "closed");
    assert_string_equal(set_now(s, p.arena, TOPIC_REF, "title"), "Why?");
    assert_mentions(told_since(s, p.arena, last), "entity.changed topic:default/t {\"fields\":[{\"path\":\"state\",\"from\":null,");
    assert_mentions(told_since(s, p.arena, last), "topic.closed topic:default/t {\"for\":\"ritual:p.sync\",");
    /* and away */
    last = r.versions[0] + 1;
    assert_int_equal(change_whole(s, p.arena, TOPIC_REF, NULL, -1, &r), CHANGE_DONE);
    assert_mentions(told_since(s, p.arena, last), "\"deleted\":{\"apiVersion\"");
    assert_mentions(told_since(s, p.arena, last), "entity.removed topic:default/t {\"spec\":");
    assert_string_equal(set_now(s, p.arena, TOPIC_REF, "state"), "(not set)");
    assert_int_equal(change_whole(s, p.arena, TOPIC_REF, NULL, -1, &r), CHANGE_DONE);
    assert_int_equal(r.id, 0); /* nothing is there to delete */
    store_close(s);
    place_free(&p);
}

/* Two make the same name: one of them is told. */
static void test_change_of_two_who_make(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path), *other = must_open(p.path);
    struct change_result r;
    assert_int_equal(change_whole(other, p.arena, TOPIC_REF, TOPIC_JSON, 0, &r), CHANGE_DONE);
    assert_int_equal(change_whole(s, p.arena, TOPIC_REF, TOPIC_JSON, 0, &r), CHANGE_STALE);
    assert_true(sv_is(r.stale->ref, TOPIC_REF));
    store_close(other);
    store_close(s);
    place_free(&p);
}

#define DEPLOYMENT_JSON                                                                                                                    \
    "{\"apiVersion\":\"potlac/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"service\":\"s\",\"cluster\":\"c\","   \
    "\"version\":\"1\"}}"
#define HOST_JSON                                                                                                                          \
    "{\"apiVersion\":\"potlac/v1\",\"kind\":\"Host\",\"metadata\":{\"name\":\"h\"},\"spec\":{\"fqdn\":\"h.x\",\"cluster\":\"c\"}}"

/* A new deployment is a deploy, a new host a host; the state recorded last goes along once there is one, and never before. */
static void test_change_makes_machines(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct change_result r;
    struct sv json;
    assert_int_equal(change_whole(s, p.arena, "deployment:default/d", DEPLOYMENT_JSON, 0, &r), CHANGE_DONE);
    assert_mentions(told_since(s, p.arena, 1), "deploy deployment:default/d {\"deployment\":\"deployment:default/d\",\"service\":"
                                               "\"component:default/s\",\"cluster\":\"cluster:default/c\",\"to\":\"1\",\"made\":true,");
    assert_false(store_get(s, p.arena, RECORD_ENTITY, SV("deployment:default/d"), &json, &err));
    must(store_put(s, RECORD_ENTITY, SV("cluster:default/c"), SV("{\"kind\":\"Cluster\",\"spec\":{}}"), 1, &err), &err);
    assert_int_equal(change_whole(s, p.arena, "host:default/h", HOST_JSON, 0, &r), CHANGE_DONE);
    assert_mentions(told_since(s, p.arena, r.id), "host.added host:default/h {\"cluster\":\"cluster:default/c\",\"spec\":{\"fqdn\"");
    must(store_get(s, p.arena, RECORD_ENTITY, SV("host:default/h"), &json, &err), &err);
    assert_true(sv_is(json, "{\"kind\":\"Host\",\"spec\":{\"fqdn\":\"h.x\",\"cluster\":\"c\"}}"));
    assert_int_equal(change_one(s, p.arena, "host:default/h", "fqdn", "\"i.x\"", -1, &r), CHANGE_DONE);
    must(store_get(s, p.arena, RECORD_ENTITY, SV("host:default/h"), &json, &err), &err);
    assert_true(sv_is(json, "{\"kind\":\"Host\",\"spec\":{\"fqdn\":\"i.x\",\"cluster\":\"c\"}}"));
    assert_int_equal(change_whole(s, p.arena, "host:default/h", NULL, -1, &r), CHANGE_DONE);
    assert_mentions(told_since(s, p.arena, r.id), "host.removed host:default/h {\"cluster\"");
    assert_false(store_get(s, p.arena, RECORD_ENTITY, SV("host:default/h"), &json, &err));
    store_close(s);
    place_free(&p);
}

#define OWNERSHIP_JSON                                                                                                                     \
    "{\"apiVersion\":\"potlac/"                                                                                                            \
    "v1\",\"kind\":\"SystemOwnership\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"service\":\"s\",\"dev\":\"eva\","                         \
    "\"ops\":\"user:mats\"}}"

static void test_change_of_owners(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct change_result r;
    change_whole(s, p.arena, "systemownership:default/s", OWNERSHIP_JSON, 0, &r);
    change_one(s, p.arena, "systemownership:default/s", "ops", "\"user:li\"", -1, &r);
    assert_mentions(told_since(s, p.arena, r.id),
                    "owner.changed component:default/s {\"ownership\":\"systemownership:default/s\",\"service\":\"component:default/s\","
                    "\"side\":\"ops\",\"from\":\"user:default/mats\",\"to\":\"user:default/li\",");
    store_close(s);
    place_free(&p);
}

#define CHANGE_TESTS                                                                                                                       \
    cmocka_unit_test(test_change_is_told), cmocka_unit_test(test_change_of_version_is_a_deploy), cmocka_unit_test(test_change_of_two),     \
        cmocka_unit_test(test_change_of_many), cmocka_unit_test(test_change_makes_and_deletes),                                            \
        cmocka_unit_test(test_change_of_two_who_make), cmocka_unit_test(test_change_makes_machines),                                       \
        cmocka_unit_test(test_change_of_owners)

#endif
