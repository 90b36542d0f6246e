/* machine_test: packages, accounts and services of this very machine. Runs only with POTLAC_UNSAFE=1, as root, on a machine to throw away.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../../agent/fixture.h"

#include <pwd.h>

static bool skipped(void)
{
    const char *on = getenv("POTLAC_UNSAFE");
    return !on || strcmp(on, "1") != 0 || geteuid() != 0;
}

static void expect_changed(struct fixture *f, unsigned changed)
{
    converge(f);
    for (uint32_t i = 0; i < f->report->event_count; i++)
        print_message("  %.*s: %s\n", SV_ARG(f->report->events[i].resource->title), message(f, i));
    assert_int_equal(f->report->failed, 0);
    assert_int_equal(f->report->changed, changed);
    assert_settled(f);
}

static void set_param(struct fixture *f, struct resource *r, const char *name, const char *text)
{
    for (uint32_t i = 0; i < r->param_count; i++)
        if (sv_is(r->params[i].name->text, name)) {
            r->params[i].value = value_str(sv_of(text));
            return;
        }
    give(f, r, name, value_str(sv_of(text)));
}

static void test_package(void **state)
{
    (void)state;
    if (skipped())
        skip();
    struct fixture *f = fixture_new();
    struct resource *r = add(f, "Package", SV("hello"), "ensure", "purged", NULL);
    converge(f);
    set_param(f, r, "ensure", "installed");
    expect_changed(f, 1);
    assert_int_equal(access("/usr/bin/hello", X_OK), 0);
    set_param(f, r, "ensure", "latest");
    assert_settled(f);
    set_param(f, r, "mark", "hold");
    expect_changed(f, 1);
    set_param(f, r, "ensure", "absent"); /* held or not */
    expect_changed(f, 1);
    set_param(f, r, "ensure", "no-such-version");
    converge(f);
    assert_int_equal(f->report->failed, 1);
    assert_non_null(strstr(message(f, 0), "failed: Could not update: Execution of 'apt-get"));
    set_param(f, r, "ensure", "purged");
    converge(f);
    assert_settled(f);
    fixture_done(f);
}

static void test_accounts(void **state)
{
    (void)state;
    if (skipped())
        skip();
    struct fixture *f = fixture_new();
    struct resource *u = add(f, "User", SV("potlactest"), "ensure", "present", "uid", "4242", "shell", "/bin/sh", "gid", "potlacgrp",
                             "groups", "games", "managehome", "true", NULL);
    struct resource *g = add(f, "Group", SV("potlacgrp"), "ensure", "present", "gid", "4343", NULL);
    expect_changed(f, 2); /* the group first, though it stands second */
    assert_non_null(getpwnam("potlactest"));
    set_param(f, u, "shell", "/bin/bash");
    set_param(f, u, "comment", "A Test");
    set_param(f, u, "groups", "audio");
    set_param(f, g, "gid", "4344");
    give(f, u, "password", value_str(SV("*")));
    u->params[u->param_count - 1].sensitive = true;
    converge(f);
    assert_string_equal(message(f, 0), "gid changed 4343 to 4344");
    assert_int_equal(f->report->failed, 0);
    assert_settled(f);
    set_param(f, u, "ensure", "absent");
    set_param(f, g, "ensure", "absent");
    expect_changed(f, 2); /* the user first now, whose group it is */
    assert_false(fs_exists("/home/potlactest"));
    fixture_done(f);
}

static void write_script(const char *path, const char *text)
{
    struct err err;
    assert_true(fs_write_atomic(path, sv_of(text), 0755, &err));
}

static void test_service(void **state)
{
    (void)state;
    if (skipped() || fs_is_dir("/run/systemd/system"))
        skip();
    struct fixture *f = fixture_new();
    write_script("/etc/init.d/potlactest",
                 "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: potlactest\n# Required-Start: $local_fs\n# Required-Stop:\n"
                 "# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: test\n### END INIT INFO\n"
                 "case $1 in start) touch /run/potlactest; echo start >> /run/potlactest.log;; stop) rm -f /run/potlactest;;\n"
                 "restart) echo restart >> /run/potlactest.log;; status) test -f /run/potlactest;; esac\n");
    unlink("/run/potlactest.log");
    struct resource *r = add(f, "Service", SV("potlactest"), "ensure", "running", "enable", "true", "hasrestart", "true", NULL);
    expect_changed(f, 1);
    assert_true(fs_exists("/run/potlactest"));
    add(f, "File", in_dir(f, "conf"), "content", "a\n", "notify", "Service[potlactest]", NULL);
    converge(f);
    struct sv log;
    struct err err;
    assert_true(fs_read(f->arena, "/run/potlactest.log", 0, &log, &err));
    assert_true(sv_is(log, "start\nrestart\n"));
    set_param(f, r, "ensure", "stopped");
    r->params[1].value = value_bool(false);
    expect_changed(f, 1);
    assert_false(fs_exists("/run/potlactest"));
    fixture_done(f);
    unlink("/etc/init.d/potlactest");
    unlink("/run/potlactest.log");
}

static void test_service_missing(void **state)
{
    (void)state;
    if (skipped() || fs_is_dir("/run/systemd/system"))
        skip();
    struct fixture *f = fixture_new();
    add(f, "Service", SV("nosuchsvc"), "ensure", "running", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "change from 'stopped' to 'running' failed: Could not find init script for 'nosuchsvc'");
    fixture_done(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_package),
        cmocka_unit_test(test_accounts),
        cmocka_unit_test(test_service),
        cmocka_unit_test(test_service_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
