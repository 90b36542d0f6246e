/* modules/potlac: a Potlac and an ownership of a model, classified and compiled into calendar events. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "base/fs.h"
#include "func/func.h"
#include "people/calendar.h"
#include "people/people.h"

static struct arena *a;
static struct snapshot *snapshot;
static struct builtins *functions;
static struct people_context ctx;

static const char yaml[] =
    "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: eva}\nspec: {memberOf: [team]}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ines}\nspec: {memberOf: [team]}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: li}\nspec: {memberOf: [team]}\n"
    "---\napiVersion: potlac/v1\nkind: Person\nmetadata: {name: ines}\nspec: {timezone: America/New_York}\n"
    "---\napiVersion: potlac/v1\nkind: Potlac\nmetadata: {name: p, title: Search leaders}\n"
    "spec: {group: team, leaders: [user:eva, user:ines, user:li], anchorZone: Europe/Stockholm, sync: {earliest: tue, latest: thu}, "
    "oneOnOnes: {maxPerLeaderPerWeek: 2}}\n"
    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: index, title: Index}\nspec: {type: service, lifecycle: "
    "production, "
    "owner: team}\n"
    "---\napiVersion: potlac/v1\nkind: SystemOwnership\nmetadata: {name: index}\nspec: {service: index, dev: user:eva, ops: user:li, "
    "checkup: "
    "{every: P4W, minutes: 45}}\n";

static const struct type_info *type_info(void *unused, struct sv type)
{
    (void)unused;
    return sv_is(type, "calendar_event") ? &calendar_event_provider.type : NULL;
}

static int setup(void **state)
{
    (void)state;
    struct err err = { "" };
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    a = arena_new(0);
    struct snapshot_options o = { .modulepath = arena_printf(a, "%s/modules", root ? root : "."), .environment = SV("production") };
    snapshot = snapshot_open(&o, &err);
    if (!snapshot)
        return -1;
#define X(family) func_##family,
    const struct builtin *const tables[] = { FUNC_FAMILIES(X) people_functions };
#undef X
#define X(family) func_##family##_count,
    const size_t counts[] = { FUNC_FAMILIES(X) people_function_count };
#undef X
    functions = builtins_new(snapshot_symtab(snapshot), tables, counts, sizeof tables / sizeof *tables);
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("model.yaml"), sv_of(yaml) };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    ctx = (struct people_context){ .model = m, .today = { 2027, 2, 15 } };
    return model_add_text(m, src, &diags) && model_check(m, ctx.today, &diags) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    builtins_free(functions);
    snapshot_free(snapshot);
    return 0;
}

static struct compile_result *compile(struct sv code, const struct class_request *class)
{
    struct compile_options o = { .certname = SV("test"),
                                 .facts = value_hash(hash_new(a, 0)),
                                 .code = code,
                                 .classes = class,
                                 .class_count = class ? 1 : 0,
                                 .hooks = { .ctx = &ctx, .type_info = type_info },
                                 .functions = functions };
    struct compile_result *r = compile_node(snapshot, &o);
    if (!r->catalog)
        fail_msg("%.*s", SV_ARG(r->error));
    return r;
}

static struct compile_result *compile_subject(const char *ref)
{
    struct class_request class;
    assert_true(people_classify(ctx.model, a, model_find(ctx.model, sv_of(ref)), ctx.today, &class));
    return compile(SV(""), &class);
}

static unsigned events_in(const struct catalog *c)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < c->resource_count; i++) {
        struct plan p;
        struct err err = { "" };
        if (!sv_is(c->resources[i]->type, "Calendar_event"))
            continue;
        n++;
        if (!calendar_plan_read(a, c->resources[i], &p, &err))
            fail_msg("%.*s: %s", SV_ARG(c->resources[i]->title), err.text);
    }
    return n;
}

static void test_team_of_three(void **state)
{
    (void)state;
    struct compile_result *r = compile_subject("potlac:default/p");
    assert_int_equal(events_in(r->catalog), 4); /* the sync and three pairs, each weekly */
    const struct resource *sync = catalog_find(r->catalog, SV("Calendar_event"), SV("potlac:default/p/sync"));
    assert_non_null(sync);
    assert_true(sv_is(resource_text(sync, "weekday"), "tue"));
    assert_true(sv_is(resource_text(sync, "start_time"), "15:30"));
    assert_true(sv_is(resource_text(sync, "summary"), "Search leaders: weekly sync"));
    const struct resource *pair =
        catalog_find(r->catalog, SV("Calendar_event"), SV("potlac:default/p/one-on-one/user:default/eva/user:default/ines"));
    assert_non_null(pair);
    assert_true(sv_is(resource_text(pair, "every"), "P1W"));
    assert_true(resource_param(pair, SV("private"))->value.b);
    compile_result_free(r);
}

static void test_checkup_of_two_owners(void **state)
{
    (void)state;
    struct compile_result *r = compile_subject("systemownership:default/index");
    assert_int_equal(events_in(r->catalog), 1);
    const struct resource *checkup = catalog_find(r->catalog, SV("Calendar_event"), SV("systemownership:default/index/checkup"));
    assert_non_null(checkup);
    assert_true(sv_is(resource_text(checkup, "every"), "P4W"));
    assert_int_equal(resource_param(checkup, SV("minutes"))->value.i, 45);
    compile_result_free(r);
}

/* Another team needs the class and its parameters alone: nothing of the model names this Potlac. */
static void test_class_alone_deploys_another_team(void **state)
{
    (void)state;
    struct compile_result *r = compile(SV("class { 'potlac::team':\n"
                                          "  potlac      => 'potlac:default/elsewhere',\n"
                                          "  leaders     => ['user:default/a', 'user:default/b', 'user:default/c', 'user:default/d'],\n"
                                          "  zone        => 'Europe/London',\n"
                                          "  sync        => { 'weekday' => 'wed', 'time' => '10:00' },\n"
                                          "  one_on_ones => { 'max_per_week' => 2 },\n"
                                          "}\n"),
                                       NULL);
    assert_int_equal(events_in(r->catalog), 7);
    const struct resource *sync = catalog_find(r->catalog, SV("Calendar_event"), SV("potlac:default/elsewhere/sync"));
    assert_true(sv_is(resource_text(sync, "weekday"), "wed"));
    assert_true(sv_is(resource_text(sync, "start_time"), "10:00"));
    compile_result_free(r);
}

static void test_wrong_parameters_are_refused(void **state)
{
    (void)state;
    struct compile_options o = { .certname = SV("test"),
                                 .facts = value_hash(hash_new(a, 0)),
                                 .hooks = { .ctx = &ctx, .type_info = type_info } };
    o.functions = functions;
    o.code = SV("class { 'potlac::team': potlac => 'p', leaders => ['user:default/a', 'user:default/b'], zone => 'Europe/London' }");
    struct compile_result *r = compile_node(snapshot, &o);
    assert_null(r->catalog);
    assert_int_not_equal(sv_find(r->error, SV("parameter 'potlac'"), 0), SIZE_MAX);
    compile_result_free(r);
}

/* ---- the example site, from its model to feeds, and a moved sync ---- */

static void free_result(void *result) { compile_result_free(result); }

static struct catalog *compile_all(void)
{
    static const enum model_kind kinds[] = { KIND_POTLAC, KIND_SYSTEM_OWNERSHIP };
    struct catalog *all = catalog_new(a, snapshot_symtab(snapshot), SV("calendars"));
    for (int k = 0; k < 2; k++) {
        uint32_t n;
        const struct entity *const *list = model_of_kind(ctx.model, kinds[k], &n);
        for (uint32_t i = 0; i < n; i++) {
            struct compile_result *result = compile_subject(arena_cstr(a, list[i]->ref));
            struct catalog *c = result->catalog;
            arena_defer(a, free_result, result); /* the resources live in it */
            for (uint32_t r = 0; r < c->resource_count; r++)
                if (sv_is(c->resources[r]->type, "Calendar_event"))
                    ARENA_PUSH(a, all->resources, all->resource_count, all->resource_cap, c->resources[r]);
        }
    }
    return all;
}

static struct report *converge(struct store *st, const char *folder, int64_t now, unsigned *out_written)
{
    static const struct provider *const items[] = { &calendar_event_provider };
    static const struct provider_set extra = { items, 1 };
    struct err err = { "" };
    ctx.today = local_from_seconds(now).date;
    assert_true(people_recall(&ctx, a, st, &err));
    struct catalog *all = compile_all();
    struct calendar_options o = { .store = st, .model = ctx.model, .folder = sv_of(folder), .installation = SV("example"), .now = now };
    struct calendar *c = calendar_open(a, &o, &err);
    if (!c || !calendar_purge(c, all, &err))
        fail_msg("%s", err.text);
    struct run run = { .arena = a, .now = now, .calendar = c, .extra = &extra };
    struct report *r = agent_converge(&run, all, NULL, NULL);
    if (!calendar_close(c, &err))
        fail_msg("%s", err.text);
    calendar_feeds(c, out_written);
    return r;
}

static const struct model *load_streaming(const char *change_from, const char *change_to)
{
    struct err err = { "" };
    struct diags diags = diags_in(a);
    struct model *m = model_new(a);
    const char *root = getenv("POTLAC_SOURCE_ROOT");
    struct sv folder = arena_printf(a, "%s/examples/streaming/model", root ? root : ".");
    struct fs_entry *entries;
    size_t n;
    assert_true(fs_list(a, folder.p, &entries, &n, &err));
    for (size_t i = 0; i < n; i++) {
        struct source *src = ARENA_NEW(a, struct source);
        struct strbuf text = STRBUF_IN(a);
        src->path = path_join(a, folder, entries[i].name);
        assert_true(fs_read(a, src->path.p, 0, &src->text, &err));
        size_t at = sv_find(src->text, sv_of(change_from), 0);
        if (at != SIZE_MAX) {
            strbuf_add(&text, sv_slice(src->text, 0, at));
            strbuf_adds(&text, change_to);
            strbuf_add(&text, sv_slice(src->text, at + strlen(change_from), src->text.n));
            src->text = strbuf_sv(&text);
        }
        assert_true(model_add_text(m, src, &diags));
    }
    assert_true(model_check(m, (struct date){ 2027, 2, 15 }, &diags));
    return m;
}

#define MONDAY 1802678400 /* 2027-02-15T08:00:00Z */

static void test_streaming_site_and_a_moved_sync(void **state)
{
    (void)state;
    struct err err = { "" };
    unsigned written;
    char folder[] = "/tmp/potlac-feeds-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct store *st = store_open(":memory:", &err);
    assert_non_null(st);
    ctx.model = load_streaming("sync: {every: P1W,", "sync: {every: P1W,");
    struct report *r = converge(st, folder, MONDAY, &written);
    assert_int_equal(r->failed, 0);
    assert_int_equal(r->changed, 17); /* 2 syncs, 6 pairs, 6 checkups for 8 services, 2 chats, a rehearsal */
    assert_true(written > 10);
    r = converge(st, folder, MONDAY, &written);
    assert_int_equal(r->changed + written, 0);
    /* one sync moves to another day: nothing else moves with it */
    ctx.model = load_streaming("sync: {every: P1W,", "sync: {every: P1W, weekday: wed,");
    r = converge(st, folder, MONDAY + 86400, &written);
    assert_int_equal(r->changed, 1);
    assert_int_equal(r->failed, 0);
    struct sv text;
    assert_true(fs_read(a, arena_cstr(a, arena_printf(a, "%s/potlac-delivery.ics", folder)), 0, &text, &err));
    assert_int_not_equal(sv_find(text, SV("SEQUENCE:1"), 0), SIZE_MAX);
    r = converge(st, folder, MONDAY + 86400, &written);
    assert_int_equal(r->changed + written, 0);
    store_close(st);
    if (!getenv("POTLAC_KEEP_FEEDS"))
        fs_remove_tree(folder, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_team_of_three, setup, teardown),
        cmocka_unit_test_setup_teardown(test_checkup_of_two_owners, setup, teardown),
        cmocka_unit_test_setup_teardown(test_class_alone_deploys_another_team, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_parameters_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_streaming_site_and_a_moved_sync, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
