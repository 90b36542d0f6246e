/* record: what a changed model tells the history. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/fs.h"
#include "store/record.h"

static const char before[] =
    "apiVersion: potlac/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {site: lon, environment: prod}\n"
    "---\napiVersion: potlac/v1\nkind: Host\nmetadata: {name: h1}\nspec: {fqdn: h1.x.org, site: lon, cluster: c, status: active}\n"
    "---\napiVersion: potlac/v1\nkind: Host\nmetadata: {name: h2}\nspec: {fqdn: h2.x.org, site: lon, cluster: c, status: active}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: g}\nspec: {type: team, children: []}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: s}\nspec: {type: library, lifecycle: production, owner: "
    "group:g}\n"
    "---\napiVersion: potlac/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {service: component:s, cluster: c, version: %s}\n";

struct world {
    struct arena *a;
    struct store *st;
    char dir[32];
};

static const struct model *model_of(struct arena *a, struct sv text)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("m.yaml"), text };
    struct diags d = diags_in(a);
    struct model *m = model_new(a);
    assert_true(model_add_text(m, src, &d));
    model_check(m, (struct date){ 2027, 2, 1 }, &d); /* the rules have tests of their own */
    return m;
}

static unsigned record(struct world *w, struct sv text)
{
    struct recording r = { .at = 1000, .actor = SV("eva@example.org"), .commit = SV("abc"), .summary = SV("change it") };
    struct err err = { "" };
    unsigned n = 99;
    assert_true(store_begin(w->st, &err));
    if (!record_model(w->st, model_of(w->a, text), w->a, &r, &n, &err))
        fail_msg("%s", err.text);
    assert_true(store_commit(w->st, &err));
    return n;
}

static const char *history(struct world *w, const char *kind)
{
    struct event *e;
    size_t n;
    struct err err;
    struct strbuf out = STRBUF_IN(w->a);
    assert_true(store_events(w->st, w->a, &(struct event_query){ .kind = sv_of(kind) }, &e, &n, &err));
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&out, "%.*s %.*s %.*s\n", SV_ARG(e[i].kind), SV_ARG(e[i].subject), SV_ARG(e[i].body));
    return strbuf_cstr(&out);
}

static int open_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err err;
    w->a = arena_new(0);
    memcpy(w->dir, "/tmp/potlac-record-XXXXXX", 26);
    assert_non_null(mkdtemp(w->dir));
    w->st = store_open(arena_printf(w->a, "%s/s.db", w->dir).p, &err);
    assert_non_null(w->st);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    struct err err;
    store_close(w->st);
    fs_remove_tree(w->dir, &err);
    arena_free(w->a);
    free(w);
    return 0;
}

static void a_beginning_is_no_change(void **state)
{
    struct world *w = *state;
    assert_int_equal(record(w, arena_printf(w->a, before, "1.0.0")), 0);
    assert_string_equal(history(w, ""), "snapshot model {\"commit\":\"abc\",\"summary\":\"change it\",\"entities\":6,\"changes\":0}\n");
    assert_int_equal(record(w, arena_printf(w->a, before, "1.0.0")), 0);
    assert_string_equal(history(w, "deploy"), "");
}

static void a_new_version_is_a_deploy(void **state)
{
    struct world *w = *state;
    record(w, arena_printf(w->a, before, "1.0.0"));
    assert_int_equal(record(w, arena_printf(w->a, before, "1.1.0")), 1);
    assert_string_equal(history(w, "deploy"),
                        "deploy deployment:default/d {\"deployment\":\"deployment:default/d\",\"service\":\"component:default/s\","
                        "\"cluster\":\"cluster:default/c\",\"from\":\"1.0.0\",\"to\":\"1.1.0\"}\n");
}

/* Nothing that changes beside a version is lost, and a field at another place is no change. */
static void a_deploy_and_what_else_changed(void **state)
{
    struct world *w = *state;
    record(w, arena_printf(w->a, before, "1.0.0"));
    assert_int_equal(record(w, arena_printf(w->a, before, "1.1.0, params: {x: 1}")), 2);
    assert_string_equal(history(w, "entity.changed"),
                        "entity.changed deployment:default/d {\"fields\":[{\"path\":\"params\",\"from\":null,\"to\":{\"x\":1}}]}\n");
    struct sv moved = arena_printf(w->a, before, "1.1.0, params: {x: 1}");
    char *h1 = strstr(arena_cstr(w->a, moved), "fqdn: h1.x.org, site: lon");
    assert_non_null(h1);
    memcpy(h1, "site: lon, fqdn: h1.x.org", 25);
    assert_int_equal(record(w, sv_make(h1 - (sv_find(moved, SV("fqdn: h1"), 0)), moved.n)), 0);
}

static void hosts_come_and_go(void **state)
{
    struct world *w = *state;
    struct sv all = arena_printf(w->a, before, "1.0.0");
    struct sv without = sv_slice(all, 0, sv_find(all, SV("---\napiVersion: potlac/v1\nkind: Host\nmetadata: {name: h2}"), 0));
    record(w, all);
    assert_int_equal(record(w, without), 4);
    assert_string_equal(history(w, "host.removed"), "host.removed host:default/h2 {\"cluster\":\"cluster:default/c\",\"spec\":{\"fqdn\":"
                                                    "\"h2.x.org\",\"site\":\"lon\",\"cluster\":\"c\",\"status\":\"active\"}}\n");
    assert_int_equal(record(w, all), 4);
    assert_string_equal(history(w, "host.added"), "host.added host:default/h2 {\"cluster\":\"cluster:default/c\"}\n");
}

static void other_changes_name_their_fields(void **state)
{
    struct world *w = *state;
    struct sv all = arena_printf(w->a, before, "1.0.0");
    record(w, all);
    char *changed = arena_cstr(w->a, all), *prod = strstr(changed, "environment: prod");
    assert_non_null(prod);
    prod[13] = 't';
    assert_int_equal(record(w, sv_of(changed)), 1);
    assert_string_equal(history(w, "entity.changed"),
                        "entity.changed cluster:default/c {\"fields\":[{\"path\":\"environment\",\"from\":\"prod\",\"to\":\"trod\"}]}\n");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = { IN_WORLD(a_beginning_is_no_change), IN_WORLD(a_new_version_is_a_deploy),
                                        IN_WORLD(a_deploy_and_what_else_changed), IN_WORLD(hosts_come_and_go),
                                        IN_WORLD(other_changes_name_their_fields) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
