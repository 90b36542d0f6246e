/* system_test: modes, command lines, running commands, facts and the table of types. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/facts_internal.h"
#include "system/internal.h"
#include "system/words.h"

static int setup(void **state)
{
    struct run *run = calloc(1, sizeof *run);
    run->arena = arena_new(0);
    *state = run;
    return 0;
}

static int teardown(void **state)
{
    struct run *run = *state;
    arena_free(run->arena);
    free(run);
    return 0;
}

static void test_modes(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        mode_t present;
        bool dir;
        int want; /* -1: refused */
    } rows[] = {
        { "0644", 0, false, 0644 },
        { "644", 0, true, 0755 },
        { "0600", 0777, true, 0700 },
        { "04755", 0, false, 04755 },
        { "u=rw,g=r,o=", 0777, false, 0640 },
        { "a+X", 0644, false, 0644 },
        { "a+X", 0644, true, 0755 },
        { "a+X", 0744, false, 0755 },
        { "go-w", 0666, false, 0644 },
        { "u+s", 0755, false, 04755 },
        { "g=u", 0700, false, 0770 },
        { "+t", 0755, true, 01755 },
        { "u+x-w", 0644, false, 0544 },
        { "", 0, false, -1 },
        { "99", 0, false, -1 },
        { "u+q", 0, false, -1 },
        { "rw", 0, false, -1 },
        { "0x1ff", 0, false, -1 },
        { "u", 0, false, -1 },
        { "12345678", 0, false, -1 },
        { "u=r,,g=r", 0, false, -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mode_t got = 0;
        struct err err;
        bool good = mode_apply(sv_of(rows[i].spec), rows[i].present, rows[i].dir, &got, &err);
        if (good != (rows[i].want >= 0) || (good && (int)got != rows[i].want))
            fail_msg("%s on %o: %d %o", rows[i].spec, rows[i].present, good, got);
    }
}

static void test_words(void **state)
{
    struct run *run = *state;
    const char *const *argv = words_argv(run, SV("/bin/echo  a\tb "));
    assert_string_equal(argv[0], "/bin/echo");
    assert_string_equal(argv[1], "a");
    assert_string_equal(argv[2], "b");
    assert_null(argv[3]);
    static const char *const shell[] = { "a | b", "echo $X", "cd /tmp", "X=1 a", "echo 'a b'", "" };
    for (size_t i = 0; i < sizeof shell / sizeof *shell; i++)
        assert_string_equal(words_argv(run, sv_of(shell[i]))[0], "/bin/sh");
    assert_string_equal(words_argv(run, SV("a --b=c"))[1], "--b=c");
    assert_true(sv_is(words_program(SV("\"/opt/a b/c\" d")), "/opt/a b/c"));
    assert_true(sv_is(words_program(SV("/bin/ls -l")), "/bin/ls"));
}

static bool go(struct run *run, const struct command *cmd, struct command_result *r)
{
    struct err err = { "" };
    bool good = command_run(run->arena, cmd, r, &err);
    if (!good)
        print_message("%s\n", err.text);
    return good;
}

static void test_command(void **state)
{
    struct run *run = *state;
    struct command_result r;
    struct err err;
    const char *cat[] = { "cat", NULL }, *both[] = { "/bin/sh", "-c", "echo out; echo err >&2; exit 7", NULL },
               *self[] = { "sh", "-c", "kill -9 $$", NULL }, *none[] = { "/nonexistent", NULL },
               *nowhere[] = { "nonexistent-program", NULL };
    assert_true(go(run, COMMAND(.argv = cat, .input = SV("fed\n")), &r));
    assert_true(sv_is(r.output, "fed\n"));
    assert_true(go(run, COMMAND(.argv = both), &r));
    assert_int_equal(r.status, 7);
    assert_true(sv_is(r.output, "out\nerr\n"));
    assert_true(go(run, COMMAND(.argv = both, .stdout_only = true), &r));
    assert_true(sv_is(r.output, "out\n"));
    assert_true(go(run, COMMAND(.argv = self), &r));
    assert_int_equal(r.status, 128 + 9);
    assert_false(command_run(run->arena, COMMAND(.argv = none), &r, &err));
    assert_string_equal(err.text, "cannot run '/nonexistent': No such file or directory");
    assert_false(command_run(run->arena, COMMAND(.argv = nowhere), &r, &err));
    assert_string_equal(err.text, "Could not find command 'nonexistent-program'");
    assert_false(command_run(run->arena, COMMAND(.argv = cat, .user = "nobodyknows"), &r, &err));
}

/* The whole group is ended, and what a command leaves in the background does not hold up the run. */
static void test_command_time(void **state)
{
    struct run *run = *state;
    struct command_result r;
    time_t start = time(NULL);
    const char *slow[] = { "/bin/sh", "-c", "sleep 60 & sleep 60", NULL }, *daemon[] = { "/bin/sh", "-c", "sleep 30 & echo started", NULL };
    assert_true(go(run, COMMAND(.argv = slow, .timeout_ms = 200), &r));
    assert_true(r.timed_out);
    assert_true(go(run, COMMAND(.argv = daemon), &r));
    assert_true(sv_is(r.output, "started\n"));
    assert_true(time(NULL) - start < 5);
}

static void test_command_as_user(void **state)
{
    struct run *run = *state;
    struct command_result r;
    const char *argv[] = { "/usr/bin/id", "-un", NULL };
    if (geteuid() != 0)
        skip();
    assert_true(go(run, COMMAND(.argv = argv, .user = "nobody"), &r));
    assert_true(sv_is(r.output, "nobody\n"));
}

static void test_types(void **state)
{
    (void)state;
    static const char *const names[] = { "file",
                                         "File",
                                         "exec",
                                         "notify",
                                         "package",
                                         "service",
                                         "user",
                                         "group",
                                         "cron",
                                         "schedule",
                                         "filebucket",
                                         "resources",
                                         "tidy",
                                         "mount",
                                         "host",
                                         "augeas",
                                         "ssh_authorized_key",
                                         "sshkey",
                                         "mailalias",
                                         "stage",
                                         "whit",
                                         "component",
                                         "selmodule",
                                         "selboolean",
                                         "anchor",
                                         "file_line",
                                         "concat_file",
                                         "concat_fragment",
                                         "ini_setting",
                                         "ini_subsetting",
                                         "vcsrepo",
                                         "archive" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!system_type_info(NULL, sv_of(names[i])))
            fail_msg("no type %s", names[i]);
    assert_null(system_type_info(NULL, SV("nosuch")));
    assert_null(system_type_info(NULL, SV("")));
    assert_null(system_type_info(NULL, SV("filee")));
    assert_null(system_type_info(NULL, SV("yumrepo"))); /* a module must bring it */
    assert_null(provider_find(SV("mount")));
    const struct provider calendar = { .type = { "calendar_event", (const char *const[]){ "ensure", NULL } } };
    const struct provider *const items[] = { &calendar };
    struct provider_set extra = { items, 1 };
    assert_string_equal(system_type_info(&extra, SV("Calendar_event"))->name, "calendar_event");
    assert_null(system_type_info(NULL, SV("Calendar_event")));
}

static const struct value *fact(const struct value *all, const char *path)
{
    struct sv rest = sv_of(path), key;
    const struct value *v = all;
    while (v && sv_cut(&rest, '.', &key))
        v = v->kind == V_HASH ? hash_find_sv(v->h, key) : NULL;
    return v;
}

static void test_facts(void **state)
{
    struct run *run = *state;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    struct value all = facts_collect(run->arena);
    clock_gettime(CLOCK_MONOTONIC, &to);
    static const char *const wanted[] = { "os.name",
                                          "os.family",
                                          "os.release.full",
                                          "os.architecture",
                                          "kernel",
                                          "kernelversion",
                                          "networking.hostname",
                                          "networking.fqdn",
                                          "processors.count",
                                          "memory.system.total_bytes",
                                          "identity.uid",
                                          "timezone",
                                          "path",
                                          "is_virtual",
                                          "system_uptime.seconds",
                                          "osfamily",
                                          "operatingsystem",
                                          "hostname",
                                          "fqdn",
                                          "processorcount",
                                          "partitions",
                                          "facterversion" };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!fact(&all, wanted[i]))
            fail_msg("no fact %s", wanted[i]);
    assert_true(sv_is(value_sv(*fact(&all, "kernel")), "Linux"));
    assert_int_equal(fact(&all, "identity.uid")->i, geteuid());
    assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 <
                2000); /* far above 50 ms: sanitizers, busy machines */
}

static void write_file(struct run *run, const char *dir, const char *name, const char *text, mode_t mode)
{
    struct err err;
    assert_true(fs_write_atomic(arena_printf(run->arena, "%s/%s", dir, name).p, sv_of(text), mode, &err));
}

static void test_external_facts(void **state)
{
    struct run *run = *state;
    char dir[] = "/tmp/potlac-facts-XXXXXX";
    assert_non_null(mkdtemp(dir));
    write_file(run, dir, "a.yaml", "from_yaml: {deep: [1, true]}\n", 0644);
    write_file(run, dir, "b.json", "{\"from_json\": 2}", 0644);
    write_file(run, dir, "c.txt", "from_text=a=b\r\nno line\n=empty\n", 0644);
    write_file(run, dir, "d", "#!/bin/sh\necho from_program=yes\n", 0755);
    write_file(run, dir, "e", "#!/bin/sh\necho lost=yes; exit 1\n", 0755);
    write_file(run, dir, "f.yaml", "broken: [", 0644);
    write_file(run, dir, "g.json", "{\"unclosed\": ", 0644);
    write_file(run, dir, "h.txt", "not_executable_program", 0644);
    struct facts f = { run->arena, hash_new(run->arena, 8) };
    facts_external(&f, dir);
    facts_external(&f, "/nonexistent");
    struct value all = value_hash(f.top);
    assert_int_equal(f.top->count, 4);
    assert_int_equal(fact(&all, "from_yaml.deep")->n, 2);
    assert_int_equal(fact(&all, "from_json")->i, 2);
    assert_true(sv_is(value_sv(*fact(&all, "from_text")), "a=b"));
    assert_true(sv_is(value_sv(*fact(&all, "from_program")), "yes"));
    fs_remove_tree(dir, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_command, setup, teardown),
        cmocka_unit_test_setup_teardown(test_command_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_command_as_user, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_external_facts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
