/* deploys_suite: versions that were deployed and locks, on every backend. Included after suite.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_DEPLOYS_SUITE_H
#define TESTS_STORE_DEPLOYS_SUITE_H

#include "store/deploys.h"
#include "store/drift.h"
#include "store/inventory.h"
#include "store/reports.h"

#define SV_EQ(a, b) assert_true(sv_is(a, b))

static void test_deployed(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct deployed d, *all;
    size_t n;
    must(deployed_find(s, p.arena, SV("deployment:default/d"), &d, &err), &err);
    assert_int_equal(d.version.n, 0);
    d.version = SV("1.0");
    d.declared = SV("0.9");
    deployed_set(p.arena, &d, SV("host:default/a"), SV("1.1"));
    deployed_set(p.arena, &d, SV("host:default/b"), SV("1.0")); /* no exception */
    deployed_set(p.arena, &d, SV("host:default/c"), SV("1.2"));
    deployed_set(p.arena, &d, SV("host:default/c"), SV("1.0")); /* no more */
    must(deployed_put(s, &d, 5, &err), &err);
    must(deployed_list(s, p.arena, &all, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_int_equal(all[0].host_count, 1);
    SV_EQ(all[0].declared, "0.9");
    SV_EQ(deployed_on(&all[0], SV("host:default/a")), "1.1");
    SV_EQ(deployed_on(&all[0], SV("host:default/c")), "1.0");
    must(deployed_drop(s, d.deployment, &err), &err);
    must(deployed_list(s, p.arena, &all, &n, &err), &err);
    assert_int_equal(n, 0);
    store_close(s);
    place_free(&p);
}

static bool take(struct store *s, struct arena *a, const char *id, int64_t now, struct deploy_lock *out_was)
{
    struct err err = { "" };
    struct deploy_lock l = {
        .service = SV("component:default/s"), .id = sv_of(id), .actor = SV("user:eva"), .since = now, .until = now + 60
    };
    must(store_begin(s, &err), &err);
    bool taken = deploy_lock_take(s, a, &l, now, out_was, &err);
    if (err.text[0])
        fail_msg("%s", err.text);
    must(store_commit(s, &err), &err);
    return taken;
}

static void test_deploy_locks(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct deploy_lock was, *all;
    size_t n;
    assert_true(take(s, p.arena, "one", 100, &was));
    assert_int_equal(was.id.n, 0);
    assert_false(take(s, p.arena, "two", 159, &was));
    SV_EQ(was.id, "one");
    assert_int_equal(was.since, 100);
    assert_true(take(s, p.arena, "one", 150, &was)); /* renewed */
    assert_false(take(s, p.arena, "two", 200, &was));
    assert_true(take(s, p.arena, "two", 210, &was)); /* its end has come */
    SV_EQ(was.id, "one");
    assert_false(take(s, p.arena, "one", 211, &was));
    must(deploy_lock_release(s, p.arena, &(struct deploy_lock){ .service = SV("component:default/s"), .id = SV("one") }, &err), &err);
    must(deploy_lock_list(s, p.arena, &all, &n, &err), &err);
    assert_int_equal(n, 1); /* it is not one's any more */
    must(deploy_lock_release(s, p.arena, &all[0], &err), &err);
    must(deploy_lock_list(s, p.arena, &all, &n, &err), &err);
    assert_int_equal(n, 0);
    store_close(s);
    place_free(&p);
}

static int64_t add_report(struct store *s, struct arena *a, const char *status, int64_t started, enum ternary noop)
{
    struct err err = { "" };
    int64_t id;
    struct inventory_report r = { .certname = SV("n"), .status = sv_of(status), .noop = noop, .started = started, .received = started };
    must(store_begin(s, &err) && inventory_add_report(s, a, &r, &err) && store_commit(s, &err), &err);
    must(reports_mark(s, &id, &err), &err);
    return id;
}

static void test_newest_reports(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct report_brief b;
    int64_t mark;
    must(reports_mark(s, &mark, &err), &err);
    assert_int_equal(mark, 0);
    mark = add_report(s, p.arena, "changed", 1000, TERNARY_NO);
    must(reports_newest(s, p.arena, SV("n"), mark, 0, &b, &err), &err);
    assert_int_equal(b.id, 0);
    add_report(s, p.arena, "unchanged", 900, TERNARY_NO); /* of a run that began before */
    add_report(s, p.arena, "unchanged", 2000, TERNARY_YES);
    must(reports_newest(s, p.arena, SV("n"), mark, 1000, &b, &err), &err);
    assert_int_equal(b.id, 0);
    int64_t last = add_report(s, p.arena, "failed", 3000, TERNARY_NO);
    must(reports_newest(s, p.arena, SV("n"), mark, 1000, &b, &err), &err);
    assert_int_equal(b.id, last);
    SV_EQ(b.status, "failed");
    must(reports_newest(s, p.arena, SV("nobody"), 0, 0, &b, &err), &err);
    assert_int_equal(b.id, 0);
    store_close(s);
    place_free(&p);
}

/* --- drift --- */

struct told {
    const char *resource, *status; /* resource NULL: the report has no events */
    enum ternary corrective;
};

static void add_run(struct store *s, struct arena *a, const char *node, int64_t at, const char *status, const char *version, struct told t)
{
    struct err err = { "" };
    struct inventory_event e = { .at = at,
                                 .resource_type = SV("File"),
                                 .resource_title = sv_of(t.resource),
                                 .property = SV("content"),
                                 .status = sv_of(t.status),
                                 .corrective = t.corrective };
    struct inventory_report r = { .certname = sv_of(node),
                                  .status = sv_of(status),
                                  .configuration_version = sv_of(version),
                                  .started = at,
                                  .ended = at + 5,
                                  .received = at + 9,
                                  .events = &e,
                                  .event_count = t.resource != NULL };
    must(store_begin(s, &err) && inventory_add_report(s, a, &r, &err) && store_commit(s, &err), &err);
}

static const char *told(struct store *s, struct arena *a)
{
    struct err err = { "" };
    struct drift_item *list;
    size_t n;
    struct strbuf out = STRBUF_IN(a);
    must(drift_list(s, a, SV_NONE, &list, &n, &err), &err);
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&out, "%.*s %.*s %lld-%lld %lld %lld %d%s\n", SV_ARG(list[i].certname), SV_ARG(list[i].title), (long long)list[i].clean,
                    (long long)list[i].found, (long long)list[i].seen, (long long)list[i].mended, list[i].state,
                    list[i].adopted ? " adopted" : "");
    return strbuf_cstr(&out);
}

static void test_drift(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    const struct told nothing = { NULL, NULL, TERNARY_NO };
    add_run(s, p.arena, "b", 100, "unchanged", "v1", nothing);
    add_run(s, p.arena, "b", 200, "changed", "v2", (struct told){ "/new", "success", TERNARY_NO }); /* its catalog is new */
    add_run(s, p.arena, "b", 300, "unchanged", "v2", (struct told){ "/x", "noop", TERNARY_YES });
    assert_string_equal(told(s, p.arena), "b /x 200-305 305 0 0\n");
    add_run(s, p.arena, "b", 400, "failed", "v2", nothing); /* no evidence */
    add_run(s, p.arena, "b", 500, "failed", "v2", (struct told){ "/x", "skipped", TERNARY_UNKNOWN });
    assert_string_equal(told(s, p.arena), "b /x 200-305 305 0 0\n");
    add_run(s, p.arena, "b", 600, "failed", "v2", (struct told){ "/x", "failure", TERNARY_YES });
    assert_string_equal(told(s, p.arena), "b /x 200-305 605 0 2\n");
    add_run(s, p.arena, "b", 700, "changed", "v2", (struct told){ "/x", "success", TERNARY_YES });
    assert_string_equal(told(s, p.arena), "b /x 200-305 705 0 1\n");
    add_run(s, p.arena, "b", 800, "unchanged", "v2", nothing);
    add_run(s, p.arena, "b", 900, "changed", "v2", (struct told){ "/x", "success", TERNARY_YES });
    assert_string_equal(told(s, p.arena), "b /x 200-305 705 805 1\nb /x 800-905 905 0 1\n");
    /* Reports that do not say: the same catalog as before means somebody else. They may come late. */
    add_run(s, p.arena, "a", 300, "changed", "v1", (struct told){ "/y", "success", TERNARY_UNKNOWN });
    add_run(s, p.arena, "a", 100, "changed", "v1", (struct told){ "/z", "success", TERNARY_UNKNOWN });
    assert_string_equal(told(s, p.arena), "a /y 100-305 305 0 1\nb /x 200-305 705 805 1\nb /x 800-905 905 0 1\n");
    must(store_begin(s, &err) && drift_adopt(s, SV("b"), SV("host:default/b"), SV("File[/x]"), SV("user:eva"), SV("so be it"), 1, &err) &&
             store_commit(s, &err),
         &err);
    assert_string_equal(told(s, p.arena), "a /y 100-305 305 0 1\nb /x 200-305 705 805 1\nb /x 800-905 905 0 1 adopted\n");
    must(store_begin(s, &err) && inventory_deactivate(s, SV("a"), 2000, &err) && store_commit(s, &err), &err);
    assert_string_equal(told(s, p.arena), "b /x 200-305 705 805 1\nb /x 800-905 905 0 1 adopted\n");
    store_close(s);
    place_free(&p);
}

#define DEPLOYS_TESTS                                                                                                                      \
    cmocka_unit_test(test_drift), cmocka_unit_test(test_deployed), cmocka_unit_test(test_deploy_locks),                                    \
        cmocka_unit_test(test_newest_reports)

#endif
