/* overlay: what transactions recorded, laid over what files declare. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "tests_model.h"

static const struct data *text_value(struct arena *a, const char *text)
{
    struct data *d = ARENA_NEW(a, struct data);
    *d = (struct data){ .kind = DATA_STRING, .s = sv_of(text) };
    return d;
}

static struct loaded load_with(const char *yaml, const char *ref, const char *field, const char *value, bool proposed)
{
    struct loaded l = begin();
    struct overlay *o = overlay_new(l.arena);
    const struct data *d = value ? text_value(l.arena, value) : NULL;
    if (proposed)
        overlay_propose(o, sv_of(ref), sv_of(field), d);
    else
        overlay_set(o, sv_of(ref), sv_of(field), d);
    model_set_overlay(l.model, o);
    add(&l, yaml);
    check(&l);
    return l;
}

static void test_fills_what_no_file_declares(void **state)
{
    (void)state;
    struct loaded l = load_with(HOST("a") HOST("b"), "host:default/a", "status", "draining", false);
    assert_clean(&l);
    const struct entity *a = model_find(l.model, SV("host:default/a"));
    assert_sv(entity_text(a, "status"), "draining");
    assert_sv(entity_text(a, "fqdn"), "a.example.org");
    assert_null(entity_declared(a, SV("status")));
    assert_non_null(entity_declared(a, SV("fqdn")));
    assert_sv(entity_text(model_find(l.model, SV("host:default/b")), "status"), "");
    unload(&l);
    l = load_with("apiVersion: potlac/v1\nkind: Host\nmetadata: {name: a}\n", "host:default/a", "fqdn", "x.org",
                  false); /* no spec at all */
    assert_sv(entity_text(model_find(l.model, SV("host:default/a")), "fqdn"), "x.org");
    unload(&l);
}

static void test_the_file_counts(void **state)
{
    (void)state;
    const char *yaml = OWN("Host", "a", "{fqdn: a.org, status: active}");
    struct loaded l = load_with(yaml, "host:default/a", "status", "draining", false);
    assert_sv(entity_text(model_find(l.model, SV("host:default/a")), "status"), "active");
    assert_says(&l, "model.yaml:4:");
    assert_says(&l, "'status' of host:default/a was set by a transaction and is declared here: the file counts");
    assert_says(&l, "potlac set host:default/a --unset status");
    unload(&l);
    l = load_with(yaml, "host:default/a", "status", "draining", true); /* whoever proposes it refuses it */
    assert_silent_on(&l, "the file counts");
    unload(&l);
    l = load_with(yaml, "host:default/a", "status", NULL, false);
    assert_silent_on(&l, "the file counts");
    unload(&l);
}

static void test_checked_as_if_declared(void **state)
{
    (void)state;
    struct loaded l = load_with(HOST("a"), "host:default/a", "status", "drainng", false);
    assert_false(l.ok);
    assert_says(&l, "model.yaml:3:18: error: spec.status of host:default/a: 'drainng' is not one of");
    assert_says(&l, "did you mean 'draining'?");
    unload(&l);
    const char *deployment = TEAM("t") FOREIGN("Component", "s", "{type: library, lifecycle: production, owner: t}")
        OWN("Cluster", "c", "{site: lon}") OWN("Deployment", "d", "{service: s, cluster: c}");
    l = load(deployment);
    assert_false(l.ok);
    assert_says(&l, "spec of deployment:default/d lacks 'version'");
    assert_says(&l, "or record it: potlac set deployment:default/d version=VALUE");
    unload(&l);
    l = load_with(deployment, "deployment:default/d", "version", "7.4", false);
    assert_clean(&l);
    unload(&l);
}

/* A value that is no scalar is placed with all its parts, so that a message about any of them has a place. */
static void test_nested_values_have_a_place(void **state)
{
    (void)state;
    struct loaded l = begin();
    struct overlay *o = overlay_new(l.arena);
    struct data *inner = ARENA_ARRAY(l.arena, struct data, 2), *list = ARENA_NEW(l.arena, struct data);
    inner[0] = (struct data){ .kind = DATA_INT, .i = 1, .from = 4000000, .to = 4000001 };
    inner[1] = (struct data){ .kind = DATA_LIST, .from = 4000000, .to = 4000001 };
    *list = (struct data){ .kind = DATA_LIST, .count = 2, .items = inner, .from = 4000000, .to = 4000001 };
    overlay_set(o, SV("host:default/a"), SV("address"), list);
    model_set_overlay(l.model, o);
    add(&l, HOST("a"));
    assert_false(l.ok);
    assert_says(&l, "model.yaml:3:18: error: spec.address");
    unload(&l);
}

static void test_last_value_counts(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct overlay *o = overlay_new(a);
    assert_null(overlay_get(o, SV("host:default/a"), SV("status")));
    overlay_set(o, SV("host:default/a"), SV("status"), text_value(a, "active"));
    overlay_set(o, SV("host:default/a"), SV("status"), text_value(a, "failed"));
    assert_sv(data_text(overlay_get(o, SV("host:default/a"), SV("status"))), "failed");
    overlay_set(o, SV("host:default/a"), SV("status"), NULL);
    assert_null(overlay_get(o, SV("host:default/a"), SV("status")));
    arena_free(a);
}

static void test_writers(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    bool text;
    assert_int_equal(model_field_writer(KIND_HOST, SV("status"), &text), FIELD_OF_EITHER);
    assert_true(text);
    assert_int_equal(model_field_writer(KIND_BACKLOG_ITEM, SV("opsRank"), &text), FIELD_OF_EITHER);
    assert_false(text);
    assert_int_equal(model_field_writer(KIND_HOST, SV("cluster"), &text), FIELD_OF_FILES);
    assert_int_equal(model_field_writer(KIND_HOST, SV("cluter"), &text), FIELD_UNKNOWN);
    assert_sv(model_near_fields(a, KIND_HOST, SV("cluter")), "'cluster'");
    assert_sv(model_recorded_fields(a, KIND_BACKLOG_ITEM), "'opsRank', 'dev', 'ops', 'state'");
    assert_sv(model_recorded_fields(a, KIND_USER), "");
    assert_int_equal(model_kind_of(SV("deployment")), KIND_DEPLOYMENT);
    assert_int_equal(model_kind_of(SV("deploymnt")), KIND_COUNT);
    arena_free(a);
}

/* An entity that a transaction made. */
static void make(struct loaded *l, struct overlay *o, const char *ref, const char *json, bool proposed)
{
    struct source *src = ARENA_NEW(l->arena, struct source);
    struct data_doc *doc;
    *src = (struct source){ SV("transaction 7 by eva"), sv_of(json) };
    assert_true(json_read(l->arena, src, NULL, &l->diags, &doc));
    (proposed ? overlay_propose_made : overlay_make)(o, sv_of(ref), doc);
}

#define MADE_TOPIC(raiser)                                                                                                                 \
    "{\"apiVersion\":\"potlac/v1\",\"kind\":\"Topic\",\n\"metadata\":{\"name\":\"T9\"},\n\"spec\":{\"for\":\"ritual:team.sync\","          \
    "\"raisedBy\":\"" raiser "\",\"title\":\"Why?\"}}"

static void test_makes_entities(void **state)
{
    (void)state;
    struct loaded l = begin();
    struct overlay *o = overlay_new(l.arena);
    make(&l, o, "topic:default/t9", MADE_TOPIC("eva"), false);
    overlay_set(o, SV("topic:default/t9"), SV("state"), text_value(l.arena, "carried"));
    overlay_set(o, SV("topic:default/t9"), SV("title"), text_value(l.arena, "Why not?"));
    overlay_set(o, SV("topic:default/t9"), SV("due"), NULL);
    model_set_overlay(l.model, o);
    add(&l, SOUND_SITE);
    check(&l);
    assert_clean(&l);
    const struct entity *t = model_find(l.model, SV("topic:default/t9"));
    assert_true(t->made);
    assert_sv(t->name, "T9");
    assert_sv(entity_text(t, "title"), "Why not?");
    assert_sv(entity_text(t, "state"), "carried");
    assert_null(entity_declared(t, SV("title")));
    assert_sv(data_text(overlay_get(o, SV("topic:default/t9"), SV("raisedBy"))), "eva");
    assert_sv(model_one(l.model, t, REL_DISCUSSES)->ref, "potlac:default/team");
    unload(&l);
}

/* It is held against every rule, and what is said of it names the transaction. */
static void test_made_entities_are_checked(void **state)
{
    (void)state;
    struct loaded l = begin();
    struct overlay *o = overlay_new(l.arena);
    make(&l, o, "topic:default/t9", MADE_TOPIC("nobody"), false);
    make(&l, o, "host:default/h", "{\"apiVersion\":\"potlac/v1\",\"kind\":\"Host\",\"metadata\":{\"name\":\"h\"},\"spec\":{}}", false);
    make(&l, o, "user:default/x",
         "{\"apiVersion\":\"potlac/v1\",\"kind\":\"User\",\"metadata\":{\"name\":\"x\"},\"spec\":{\"memberOf\":[]}}", false);
    model_set_overlay(l.model, o);
    add(&l, SOUND_SITE);
    check(&l);
    assert_false(l.ok);
    assert_says(&l, "transaction 7 by eva:3:");
    assert_says(&l, "unknown user 'nobody' in 'raisedBy' of topic:default/t9");
    assert_says(&l, "spec of host:default/h lacks 'fqdn'");
    assert_says(&l, "a User cannot have apiVersion 'potlac/v1'");
    assert_null(model_find(l.model, SV("user:default/x")));
    unload(&l);
}

/* Who raised a topic may leave later: a topic that was sound when it was made does not break the model, a new one would. */
static void test_a_raiser_who_left(void **state)
{
    (void)state;
    for (int proposed = 0; proposed < 2; proposed++) {
        struct loaded l = begin();
        struct overlay *o = overlay_new(l.arena);
        make(&l, o, "topic:default/t9", MADE_TOPIC("mats"), proposed);
        model_set_overlay(l.model, o);
        add(&l, SOUND_SITE);
        check(&l);
        assert_int_equal(l.ok, !proposed);
        assert_says(&l, proposed ? "user:default/mats raises topic:default/t9 but does not attend potlac:default/team [I14]"
                                 : "user:default/mats raised topic:default/t9, and does not attend potlac:default/team any more [I14]");
        unload(&l);
    }
}

/* One writer an entity: both places are named, and the one who proposes it is told where the other is. */
static void test_made_and_declared(void **state)
{
    (void)state;
    for (int proposed = 0; proposed < 2; proposed++) {
        struct loaded l = begin();
        struct overlay *o = overlay_new(l.arena);
        make(&l, o, "topic:default/t9", MADE_TOPIC("eva"), proposed);
        model_set_overlay(l.model, o);
        add(&l, SOUND_SITE OWN("Topic", "t9", "{for: ritual:team.sync, raisedBy: eva, title: x}"));
        check(&l);
        assert_false(l.ok);
        assert_says(&l, "model.yaml:");
        assert_says(&l, proposed ? "topic:default/t9 is declared here: a transaction cannot make it [I02]"
                                 : "topic:default/t9 is declared here and was made by transaction 7 by eva: it has one writer [I02]");
        assert_says(&l, proposed ? "choose another name" : "potlac delete topic:t9 --reason TEXT");
        unload(&l);
    }
    struct loaded l = begin(); /* given up, it is the file's */
    struct overlay *o = overlay_new(l.arena);
    make(&l, o, "topic:default/t9", MADE_TOPIC("eva"), false);
    overlay_propose_made(o, SV("topic:default/t9"), NULL);
    model_set_overlay(l.model, o);
    add(&l, SOUND_SITE OWN("Topic", "t9", "{for: ritual:team.sync, raisedBy: eva, title: x}"));
    check(&l);
    assert_clean(&l);
    assert_false(model_find(l.model, SV("topic:default/t9"))->made);
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills_what_no_file_declares),
        cmocka_unit_test(test_the_file_counts),
        cmocka_unit_test(test_checked_as_if_declared),
        cmocka_unit_test(test_nested_values_have_a_place),
        cmocka_unit_test(test_last_value_counts),
        cmocka_unit_test(test_writers),
        cmocka_unit_test(test_makes_entities),
        cmocka_unit_test(test_made_entities_are_checked),
        cmocka_unit_test(test_made_and_declared),
        cmocka_unit_test(test_a_raiser_who_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
