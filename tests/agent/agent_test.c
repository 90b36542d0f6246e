/* agent_test: order, refresh, failure and skipping, tags, schedules, exec and cron, through whole runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static void test_failure_skips(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "Exec", SV("/bin/false"), "before", "Notify[a]", NULL);
    add(f, "Notify", SV("a"), "before", "Notify[b]", NULL);
    add(f, "Notify", SV("b"), NULL);
    add(f, "Notify", SV("c"), NULL);
    converge(f);
    assert_int_equal(f->report->event_count, 5);
    assert_string_equal(message(f, 0), "change from 'notrun' to ['0'] failed: '/bin/false' returned 1 instead of one of [0]");
    assert_string_equal(message(f, 1), "Dependency Exec[/bin/false] has failures: true");
    assert_string_equal(message(f, 2), "Skipping because of failed dependencies");
    assert_string_equal(message(f, 3), "Skipping because of failed dependencies");
    assert_string_equal(message(f, 4), "defined 'message' as 'c'");
    assert_int_equal(f->report->failed, 1);
    assert_int_equal(f->report->skipped, 2);
    assert_int_equal(report_exit_code(f->report, true), 6);
    fixture_done(f);
}

static void test_refresh(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "Exec", SV("mark"), "command", arena_printf(f->arena, "/bin/echo ran >> %s/ran", f->dir).p, "refreshonly", "true", NULL);
    add(f, "File", in_dir(f, "x"), "content", "a\n", "notify", "Exec[mark]", NULL);
    add(f, "File", in_dir(f, "y"), "content", "a\n", "notify", "Exec[mark]", NULL);
    f->run.noop = true;
    converge(f);
    assert_string_equal(message(f, 2), "Would have triggered 'refresh' from 2 events");
    assert_false(there(f, "ran"));
    f->run.noop = false;
    converge(f);
    assert_string_equal(message(f, 2), "Triggered 'refresh' from 2 events");
    assert_text(f, "ran", "ran\n");
    assert_settled(f);
    fixture_done(f);
}

static void test_exec_conditions(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    const char *touch = arena_printf(f->arena, "/bin/touch %s/made", f->dir).p;
    add(f, "Exec", SV("creates"), "command", touch, "creates", in_dir_c(f, "made"), NULL);
    add(f, "Exec", SV("unless"), "command", "/bin/false", "unless", "/bin/true", NULL);
    add(f, "Exec", SV("onlyif"), "command", "/bin/false", "onlyif", "/bin/false", NULL);
    add(f, "Exec", SV("path"), "command", "sort", "path", "/bin:/usr/bin", "onlyif", "test -f /nonexistent", NULL);
    add(f, "Exec", SV("never"), "command", "/bin/false", "refreshonly", "true", NULL);
    converge(f);
    assert_int_equal(f->report->event_count, 1);
    assert_string_equal(message(f, 0), "executed successfully");
    assert_true(there(f, "made"));
    assert_settled(f);
    fixture_done(f);
}

static void test_exec_ways(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct value *argv = ARENA_ARRAY(f->arena, struct value, 3), *env = ARENA_ARRAY(f->arena, struct value, 2);
    argv[0] = value_str(SV("/bin/mkdir"));
    argv[1] = value_str(SV("-p"));
    argv[2] = value_str(in_dir(f, "a b; c"));
    env[0] = value_str(SV("WORD=one"));
    env[1] = value_str(SV("OTHER=two words"));
    give(f, add(f, "Exec", SV("array"), "creates", in_dir_c(f, "a b; c"), NULL), "command", value_array(argv, 3));
    struct resource *r = add(f, "Exec", SV("shell"), "command", "umask > u; pwd > p; echo \"$WORD $OTHER\" > e", "provider", "shell", "cwd",
                             f->dir, "umask", "027", NULL);
    give(f, r, "environment", value_array(env, 2));
    struct value *codes = ARENA_ARRAY(f->arena, struct value, 2);
    codes[0] = value_int(3);
    codes[1] = value_int(4);
    r = add(f, "Exec", SV("codes"), "command", "exit 4", "provider", "shell", NULL);
    give(f, r, "returns", value_array(codes, 2));
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_int_equal(f->report->changed, 3);
    assert_true(there(f, "a b; c"));
    assert_text(f, "u", "0027\n");
    assert_text(f, "e", "one two words\n");
    assert_text(f, "p", arena_printf(f->arena, "%s\n", f->dir).p);
    fixture_done(f);
}

static void test_exec_failures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *message;
    } rows[] = {
        { "command", "/bin/nonexistent", "change from 'notrun' to ['0'] failed: Could not find command '/bin/nonexistent'" },
        { "command", "/tmp", "change from 'notrun' to ['0'] failed: '/tmp' is a directory, not a file" },
        { "onlyif", "/bin/nonexistent", "Could not evaluate: Could not find command '/bin/nonexistent'" },
        { "cwd", "/nonexistent", "change from 'notrun' to ['0'] failed: Working directory /nonexistent does not exist!" },
        { "returns", "1", "change from 'notrun' to ['1'] failed: '/bin/true' returned 0 instead of one of [1]" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *f = fixture_new();
        add(f, "Exec", SV("/bin/true"), rows[i].name, rows[i].value, NULL);
        converge(f);
        assert_string_equal(message(f, 0), rows[i].message);
        assert_int_equal(f->report->failed, 1);
        fixture_done(f);
    }
    struct fixture *f = fixture_new();
    add(f, "Exec", SV("/bin/sleep 30"), "timeout", "0.2", NULL);
    add(f, "Exec", SV("said"), "command", "/bin/cat /nonexistent", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "change from 'notrun' to ['0'] failed: Command exceeded timeout");
    assert_non_null(strstr(arena_cstr(f->arena, f->report->events[1].output), "No such file"));
    assert_true(f->report->ended - f->report->started < 5);
    fixture_done(f);
}

static void test_exec_tries(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    const char *script = arena_printf(f->arena, "echo x >> %s/n; test $(wc -l < %s/n) -ge 3", f->dir, f->dir).p;
    struct resource *r = add(f, "Exec", SV("third"), "command", script, "provider", "shell", NULL);
    give(f, r, "tries", value_int(3));
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_text(f, "n", "x\nx\nx\n");
    fixture_done(f);
}

static void test_not_qualified(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "Exec", SV("ls"), NULL)->line = 1;
    converge(f);
    assert_string_equal(arena_cstr(f->arena, f->report->error), "Validation of Exec[ls] failed: 'ls' is not qualified and no path was "
                                                                "specified. Please qualify the command or specify a path. (line: 1)");
    fixture_done(f);
}

/* Files wait for their folders, though they stand before them. */
static void test_autorequire(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "File", in_dir(f, "d/e/x"), "content", "a\n", NULL);
    add(f, "File", in_dir(f, "d/e"), "ensure", "directory", NULL);
    add(f, "File", in_dir(f, "d/"), "ensure", "directory", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_text(f, "d/e/x", "a\n");
    assert_settled(f);
    fixture_done(f);
}

/* On the way out it is the other way round. */
static void test_autorequire_absent(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct err err;
    assert_true(fs_mkdirs(in_dir_c(f, "d/e"), 0755, &err));
    add(f, "File", in_dir(f, "d"), "ensure", "absent", "force", "true", NULL);
    add(f, "File", in_dir(f, "d/e"), "ensure", "absent", "force", "true", NULL);
    converge(f);
    assert_int_equal(f->report->changed, 2);
    assert_true(sv_ends(f->report->events[0].resource->title, SV("/d/e")));
    assert_settled(f);
    fixture_done(f);
}

static void test_tags(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    static const struct sv tags[] = { SV_INIT("wanted") };
    const struct sym *tag = intern(f->syms, SV("wanted"));
    struct resource *r = add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    ARENA_PUSH(f->arena, r->tags, r->tag_count, r->tag_cap, tag);
    add(f, "File", in_dir(f, "y"), "content", "a\n", NULL);
    f->run.tags = tags;
    f->run.tag_count = 1;
    converge(f);
    assert_int_equal(f->report->changed, 1);
    assert_int_equal(f->report->skipped, 1);
    assert_true(there(f, "x") && !there(f, "y"));
    fixture_done(f);
}

static void test_schedule(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->run.now = 1791284400; /* a Tuesday, 11:00 UTC */
    add(f, "Schedule", SV("nights"), "range", "22:00 - 4:15", NULL);
    add(f, "Schedule", SV("mornings"), "range", "10:30 - 12", NULL);
    add(f, "File", in_dir(f, "x"), "content", "a\n", "schedule", "nights", NULL);
    add(f, "File", in_dir(f, "y"), "content", "a\n", "schedule", "mornings", NULL);
    add(f, "File", in_dir(f, "z"), "content", "a\n", "schedule", "never", NULL);
    converge(f);
    assert_true(there(f, "y") && !there(f, "x") && !there(f, "z"));
    assert_int_equal(f->report->skipped, 2);
    add(f, "Notify", SV("n"), "schedule", "nosuch", NULL);
    converge(f);
    assert_string_equal(arena_cstr(f->arena, f->report->error), "Could not find schedule nosuch");
    fixture_done(f);
}

static void test_cycle(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "Notify", SV("a"), "before", "Notify[b]", NULL);
    add(f, "Notify", SV("b"), "before", "Notify[a]", NULL);
    converge(f);
    assert_non_null(strstr(arena_cstr(f->arena, f->report->error), "Found 1 dependency cycle"));
    assert_int_equal(report_exit_code(f->report, false), 1);
    fixture_done(f);
}

static void test_no_provider(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "Mount", SV("/mnt"), "ensure", "mounted", NULL);
    add(f, "Stage", SV("main"), NULL);
    converge(f);
    assert_int_equal(f->report->failed, 1);
    assert_string_equal(message(f, 0), "no native provider for type 'Mount' yet");
    fixture_done(f);
}

/* A package of another manager fails alone; the rest of the run goes on. */
static void test_foreign_package(void **state)
{
    (void)state;
    if (!fs_exists("/usr/bin/dpkg-query"))
        skip();
    struct fixture *f = fixture_new();
    add(f, "Package", SV("rake"), "ensure", "installed", "provider", "gem", NULL);
    add(f, "Package", SV("dpkg"), "ensure", "installed", NULL);
    add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    converge(f);
    assert_int_equal(f->report->event_count, 2);
    assert_string_equal(message(f, 0), "Could not evaluate: only the providers apt and dpkg are native, not 'gem'");
    assert_true(there(f, "x"));
    fixture_done(f);
}

static void test_cron_in_root(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct err err;
    f->run.root = in_dir(f, "root");
    assert_true(fs_mkdirs(in_dir_c(f, "root/var/spool/cron/crontabs"), 0755, &err));
    put(f, "root/var/spool/cron/crontabs/root", "# by hand\n1 2 * * * /bin/keep\n");
    struct resource *r = add(f, "Cron", SV("job"), "command", "/bin/job", "user", "root", "hour", "3", "minute", "5", NULL);
    struct resource *special = add(f, "Cron", SV("boot"), "command", "/bin/boot", "user", "root", "special", "reboot", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "created");
    assert_text(f, "root/var/spool/cron/crontabs/root",
                "# by hand\n1 2 * * * /bin/keep\n# Puppet Name: job\n5 3 * * * /bin/job\n# Puppet Name: boot\n@reboot /bin/boot\n");
    assert_settled(f);
    r->params[2].value = value_str(SV("4"));
    special->params[2] = (struct resource_param){ .name = intern(f->syms, SV("ensure")), .value = value_str(SV("absent")) };
    converge(f);
    assert_text(f, "root/var/spool/cron/crontabs/root", "# by hand\n1 2 * * * /bin/keep\n# Puppet Name: job\n5 4 * * * /bin/job\n");
    assert_settled(f);
    fixture_done(f);
}

static void test_report_json(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct resource *r = add(f, "Notify", SV("a \"quoted\" one"), NULL);
    r->file = SV("site.pp");
    r->line = 7;
    converge(f);
    AUTO_STRBUF json = STRBUF_HEAP;
    report_write_json(f->report, &json, false);
    assert_non_null(strstr(strbuf_cstr(&json), "\"resource\":\"Notify[a \\\"quoted\\\" one]\""));
    assert_non_null(strstr(strbuf_cstr(&json), "\"changed\":1"));
    assert_non_null(strstr(strbuf_cstr(&json), "\"line\":7"));
    assert_int_equal(f->run.writes, 0); /* it says something and changes nothing */
    fixture_done(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure_skips), cmocka_unit_test(test_refresh),         cmocka_unit_test(test_exec_conditions),
        cmocka_unit_test(test_exec_ways),     cmocka_unit_test(test_exec_failures),   cmocka_unit_test(test_exec_tries),
        cmocka_unit_test(test_not_qualified), cmocka_unit_test(test_autorequire),     cmocka_unit_test(test_autorequire_absent),
        cmocka_unit_test(test_tags),          cmocka_unit_test(test_schedule),        cmocka_unit_test(test_cycle),
        cmocka_unit_test(test_no_provider),   cmocka_unit_test(test_foreign_package), cmocka_unit_test(test_cron_in_root),
        cmocka_unit_test(test_report_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
