/* flow: a prepared history, and its figures to the digit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/flow.h"

struct world {
    struct arena *a;
    struct store *st;
    const struct model *m;
};

static const char entities[] =
    "apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: p}\nspec: {site: lon, environment: prod}\n"
    "---\napiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: q}\nspec: {site: lon, environment: production}\n"
    "---\napiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: t}\nspec: {site: lon, environment: staging}\n";

static void event(struct world *w, int64_t at, const char *kind, const char *subject, struct sv body)
{
    struct err err;
    struct event e = { .at = at, .kind = sv_of(kind), .subject = sv_of(subject), .actor = SV("eva"), .body = body };
    assert_true(store_event_add(w->st, &e, &err));
}

static const char *utc(struct world *w, int64_t at)
{
    struct strbuf out = STRBUF_IN(w->a);
    utc_print(&out, at);
    return strbuf_cstr(&out);
}

#define PLACE "\"deployment\":\"deployment:default/%s-%s\",\"service\":\"component:default/%s\",\"cluster\":\"cluster:default/%s\""

/* One deployment whose version an apply or a deploy changed; id NULL: an apply. */
static void deployed(struct world *w, int64_t at, const char *id, const char *service, const char *cluster, const char *from,
                     const char *to, int64_t committed)
{
    struct strbuf b = STRBUF_IN(w->a);
    strbuf_addf(&b, "{" PLACE ",\"from\":\"%s\",\"to\":\"%s\"", service, cluster, service, cluster, from, to);
    if (id)
        strbuf_addf(&b, ",\"deploy\":\"%s\"", id);
    if (id && committed)
        strbuf_addf(&b, ",\"committed\":\"%s\"", utc(w, committed));
    strbuf_adds(&b, "}");
    event(w, at, "deploy", arena_printf(w->a, "deployment:default/%s-%s", service, cluster).p, strbuf_sv(&b));
}

static void applied(struct world *w, int64_t at, int64_t committed)
{
    event(w, at, "snapshot", "model", committed ? arena_printf(w->a, "{\"committed\":\"%s\"}", utc(w, committed)) : SV("{}"));
}

static void step(struct world *w, int64_t at, const char *kind, const char *id, const char *cluster)
{
    event(w, at, kind, "deployment", arena_printf(w->a, "{" PLACE ",\"deploy\":\"%s\"}", "s", cluster, "s", cluster, id));
}

static void finished(struct world *w, int64_t at, const char *id, const char *outcome)
{
    event(w, at, "deploy.finished", "component:default/s", arena_printf(w->a, "{\"deploy\":\"%s\",\"outcome\":\"%s\"}", id, outcome));
}

static void fill(struct world *w)
{
    deployed(w, 1000, NULL, "s", "p", "1", "2", 0); /* two clusters by one commit */
    deployed(w, 1000, NULL, "s", "q", "1", "2", 0);
    applied(w, 1000, 400);
    deployed(w, 1100, NULL, "s", "t", "1", "2", 0); /* no production */
    applied(w, 1100, 400);
    step(w, 2000, "deploy.batch", "A", "p");
    deployed(w, 2100, "A", "s", "p", "2", "3", 1100);
    deployed(w, 2300, "A", "s", "q", "2", "3", 1100);
    finished(w, 2310, "A", "done");
    step(w, 3000, "deploy.batch", "B", "p"); /* fails, and goes back */
    step(w, 3100, "deploy.failed", "B", "p");
    finished(w, 3400, "B", "rolled back");
    step(w, 4000, "deploy.batch", "C", "t"); /* never came to production */
    step(w, 4100, "deploy.failed", "C", "t");
    finished(w, 4200, "C", "rolled back");
    deployed(w, 5000, NULL, "s", "p", "3", "5", 0);
    applied(w, 5000, 0);
    deployed(w, 5900, NULL, "s", "p", "5", "3", 0); /* taken back by hand */
    applied(w, 5900, 0);
    deployed(w, 6000, NULL, "u", "p", "1", "2", 0);
    applied(w, 6000, 3000);
    step(w, 7000, "deploy.batch", "D", "p");
    finished(w, 7100, "D", "interrupted");
    step(w, 8000, "deploy.batch", "E", "p"); /* stays broken until the next one */
    step(w, 8100, "deploy.failed", "E", "p");
    finished(w, 8200, "E", "not rolled back everywhere");
    deployed(w, 9000, NULL, "s", "p", "3", "6", 0);
    applied(w, 9000, 0);
}

static void test_figures(void **state)
{
    enum { WEEK = 7 * 86400 };
    struct world *w = *state;
    struct flow_change *list;
    struct err err;
    size_t n;
    fill(w);
    assert_true(flow_read(w->st, w->a, w->m, 0, (int64_t)2 * WEEK, &list, &n, &err));
    assert_int_equal(n, 8);
    struct flow_figures f = flow_sum(w->a, list, n, SV("component:default/s"), 0, (int64_t)2 * WEEK);
    assert_int_equal(f.deployments, 6);
    assert_true(f.per_week == 3.0);
    assert_int_equal(f.with_commit, 2);
    assert_int_equal(f.lead_seconds, 900); /* of 600 and 1200 */
    assert_int_equal(f.failed, 3);
    assert_true(f.failure_rate == 0.5);
    assert_int_equal(f.restored, 3);
    assert_int_equal(f.restore_seconds, 900); /* of 300, 900, 900 */
    assert_int_equal(f.interrupted, 1);
    f = flow_sum(w->a, list, n, SV_NONE, 0, (int64_t)2 * WEEK);
    assert_int_equal(f.deployments, 7);
    assert_true(f.per_week == 3.5);
    assert_int_equal(f.lead_seconds, 1200); /* of 600, 1200, 3000 */
    assert_true(f.failure_rate == 3.0 / 7);
}

static void test_period(void **state)
{
    struct world *w = *state;
    struct flow_change *list;
    struct err err;
    size_t n;
    fill(w);
    /* What happened before explains what happens in the period: 5900 takes back what came before it. */
    assert_true(flow_read(w->st, w->a, w->m, 5500, 9000, &list, &n, &err));
    struct flow_figures f = flow_sum(w->a, list, n, SV("component:default/s"), 5500, 9000);
    assert_int_equal(f.deployments, 1);
    assert_int_equal(f.failed, 1);
    assert_int_equal(f.restore_seconds, 900);
    assert_int_equal(f.with_commit, 0);
    f = flow_sum(w->a, list, 0, SV_NONE, 5500, 9000);
    assert_int_equal(f.deployments, 0);
    assert_true(f.failure_rate == 0);
}

static int open_world(void **state)
{
    static struct world w;
    struct err err;
    w = (struct world){ .a = arena_new(0), .st = store_open(":memory:", &err) };
    assert_non_null(w.st);
    struct source *src = ARENA_NEW(w.a, struct source);
    *src = (struct source){ SV("m.yaml"), sv_of(entities) };
    struct diags d = diags_in(w.a);
    struct model *m = model_new(w.a);
    assert_true(model_add_text(m, src, &d) && model_check(m, (struct date){ 2027, 2, 1 }, &d));
    w.m = m;
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    store_close(w->st);
    arena_free(w->a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_figures, open_world, close_world),
                                        cmocka_unit_test_setup_teardown(test_period, open_world, close_world) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
