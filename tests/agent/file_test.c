/* file_test: the file provider through the agent: every kind, every refusal, and nothing to do the second time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <fcntl.h>
#include <sys/file.h>

#define SUM_A "{sha256}87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7" /* "a\n" */
#define SUM_B "{sha256}0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f" /* "b\n" */

static void test_content(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "File", in_dir(f, "x"), "content", "a\n", "mode", "0640", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "defined content as '" SUM_A "'");
    assert_int_equal(f->report->changed, 1);
    assert_int_equal(mode_of(f, "x") & 07777, 0640);
    assert_text(f, "x", "a\n");
    assert_settled(f);
    put(f, "x", "b\n");
    chmod(in_dir_c(f, "x"), 0600);
    converge(f);
    assert_string_equal(message(f, 0), "content changed '" SUM_B "' to '" SUM_A "'");
    assert_string_equal(message(f, 1), "mode changed '0600' to '0640'");
    assert_int_equal(report_exit_code(f->report, true), 2);
    assert_settled(f);
    fixture_done(f);
}

static void test_kinds(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "gone", "");
    put(f, "filed", "");
    add(f, "File", in_dir(f, "d"), "ensure", "directory", "mode", "0644", NULL);
    add(f, "File", in_dir(f, "d/f"), "ensure", "present", NULL);
    add(f, "File", in_dir(f, "l"), "ensure", "link", "target", "d/f", NULL);
    add(f, "File", in_dir(f, "gone"), "ensure", "absent", NULL);
    add(f, "File", in_dir(f, "filed"), "ensure", "directory", NULL);
    converge(f);
    assert_int_equal(f->report->changed, 5);
    assert_string_equal(message(f, 0), "created");
    assert_string_equal(message(f, 3), "removed");
    assert_string_equal(message(f, 4), "ensure changed 'file' to 'directory'");
    assert_int_equal(mode_of(f, "d"), S_IFDIR | 0755); /* readable folders are searchable */
    assert_int_equal(mode_of(f, "d/f"), S_IFREG | 0644);
    assert_true(S_ISLNK(mode_of(f, "l")));
    assert_settled(f);
    fixture_done(f);
}

static void test_symbolic_mode(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "x", "a\n");
    add(f, "File", in_dir(f, "x"), "mode", "u=rw,g=r,o=", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "mode changed '0644' to '0640' (u=rw,g=r,o=)");
    assert_settled(f);
    fixture_done(f);
}

static void test_noop(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    add(f, "File", in_dir(f, "y"), "content", "a\n", "noop", "false", NULL);
    f->run.noop = true;
    converge(f);
    assert_string_equal(message(f, 0), "current_value 'absent', should be 'file' (noop)");
    assert_int_equal(f->report->would_change, 2);
    assert_int_equal(f->run.writes, 0);
    assert_false(there(f, "x") || there(f, "y"));
    f->run.noop = false;
    f->run.noop_soft = true; /* as Puppet's --noop: the resource may say no */
    converge(f);
    assert_false(there(f, "x"));
    assert_true(there(f, "y"));
    assert_false(change_allowed(&f->run)); /* outside of a resource the gate is shut */
    fixture_done(f);
}

/* What an attacker puts in place of a file is replaced, never written through. */
static void test_symlink_attack(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "victim", "precious\n");
    symlink("victim", in_dir_c(f, "x"));
    symlink("victim", in_dir_c(f, ".x.potlac-tmp"));
    symlink("victim", in_dir_c(f, "m"));
    add(f, "File", in_dir(f, "x"), "ensure", "file", "content", "a\n", NULL);
    add(f, "File", in_dir(f, "m"), "mode", "0777", NULL); /* a link has no mode of its own */
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_text(f, "victim", "precious\n");
    assert_int_equal(mode_of(f, "victim"), S_IFREG | 0644);
    assert_true(S_ISREG(mode_of(f, "x")));
    assert_false(there(f, ".x.potlac-tmp"));
    assert_settled(f);
    fixture_done(f);
}

static void test_links_follow(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "real", "b\n");
    symlink("real", in_dir_c(f, "x"));
    add(f, "File", in_dir(f, "x"), "ensure", "file", "content", "a\n", "links", "follow", NULL);
    converge(f);
    assert_text(f, "real", "a\n");
    assert_true(S_ISLNK(mode_of(f, "x")));
    assert_settled(f);
    fixture_done(f);
}

/* A run that was killed between write and rename leaves its temp file: the next run finishes the work and takes it away. */
static void test_killed_before_rename(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "x", "old\n");
    put(f, ".x.potlac-tmp", "half of wh");
    add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    converge(f);
    assert_text(f, "x", "a\n");
    assert_false(there(f, ".x.potlac-tmp"));
    assert_settled(f);
    fixture_done(f);
}

static void test_second_writer(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, ".x.potlac-tmp", "another run is at it");
    AUTO_FD other = open(in_dir_c(f, ".x.potlac-tmp"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX), 0);
    add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 1);
    assert_non_null(strstr(message(f, 0), "another run is writing"));
    assert_text(f, ".x.potlac-tmp", "another run is at it");
    fixture_done(f);
}

static void test_full_folder(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct err err;
    assert_true(fs_mkdirs(in_dir_c(f, "d/sub"), 0755, &err));
    put(f, "d/sub/f", "");
    put(f, "outside", "stays\n");
    symlink("../outside", in_dir_c(f, "d/link"));
    struct resource *r = add(f, "File", in_dir(f, "d"), "ensure", "absent", NULL);
    converge(f);
    assert_string_equal(message(f, 0), "change from 'directory' to 'absent' failed: Not removing directory; use 'force' to override");
    assert_true(there(f, "d/sub/f"));
    give(f, r, "force", value_bool(true));
    converge(f);
    assert_string_equal(message(f, 0), "removed");
    assert_false(there(f, "d"));
    assert_text(f, "outside", "stays\n");
    assert_settled(f);
    fixture_done(f);
}

static void test_no_parent(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    add(f, "File", in_dir(f, "no/x"), "ensure", "directory", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 1);
    assert_non_null(strstr(message(f, 0), "change from 'absent' to 'directory' failed: Cannot create"));
    assert_non_null(strstr(message(f, 0), "/no does not exist"));
    assert_int_equal(report_exit_code(f->report, true), 4);
    fixture_done(f);
}

/* A folder that cannot be written: nothing half-done, a clear message. Root writes anywhere, so this runs as another user. */
static void test_read_only_folder(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "x", "old\n");
    add(f, "File", in_dir(f, "x"), "content", "a\n", NULL);
    bool root = geteuid() == 0;
    chmod(f->dir, 0555);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    converge(f);
    if (root)
        assert_int_equal(seteuid(0), 0);
    chmod(f->dir, 0755);
    assert_int_equal(f->report->failed, 1);
    assert_non_null(strstr(message(f, 0), "Permission denied"));
    assert_text(f, "x", "old\n");
    fixture_done(f);
}

static void test_validate_cmd(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "x", "old\n");
    struct resource *r = add(f, "File", in_dir(f, "x"), "content", "a\n", "validate_cmd", "/bin/grep -q b %", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 1);
    assert_non_null(strstr(message(f, 0), "returned 1: "));
    assert_text(f, "x", "old\n");
    assert_false(there(f, ".x.potlac-tmp"));
    r->params[1].value = value_str(SV("/bin/grep -q a %"));
    converge(f);
    assert_text(f, "x", "a\n");
    assert_settled(f);
    fixture_done(f);
}

static void test_replace_false(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "x", "old\n");
    add(f, "File", in_dir(f, "x"), "content", "a\n", "replace", "false", NULL);
    assert_settled(f);
    assert_text(f, "x", "old\n");
    fixture_done(f);
}

static void test_source_path(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    put(f, "from", "a\n");
    add(f, "File", in_dir(f, "x"), "source", in_dir_c(f, "from"), NULL);
    struct resource *r = add(f, "File", in_dir(f, "y"), "ensure", "file", NULL);
    struct value *list = ARENA_ARRAY(f->arena, struct value, 2);
    list[0] = value_str(in_dir(f, "missing"));
    list[1] = value_str(in_dir(f, "from"));
    give(f, r, "source", value_array(list, 2));
    converge(f);
    assert_int_equal(f->report->changed, 2);
    assert_text(f, "x", "a\n");
    assert_text(f, "y", "a\n");
    assert_settled(f);
    fixture_done(f);
}

static bool one_source(void *ctx, struct sv uri, struct arena *a, struct sv *out_text, mode_t *out_mode, struct err *err)
{
    (void)ctx, (void)a;
    if (sv_is(uri, "puppet:///modules/m/d")) {
        *out_text = SV("a\nsub\n");
        *out_mode = S_IFDIR | 0755;
        return true;
    }
    if (sv_is(uri, "puppet:///modules/m/d/sub")) {
        *out_text = SV("b\n");
        *out_mode = S_IFDIR | 0755;
        return true;
    }
    if (!sv_is(uri, "puppet:///modules/m/d/a") && !sv_is(uri, "puppet:///modules/m/d/sub/b"))
        return err_set(err, "there is no such file");
    *out_text = SV("a\n");
    *out_mode = 0644;
    return true;
}

static void test_recurse_purge(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct err err;
    assert_true(fs_mkdirs(in_dir_c(f, "d"), 0755, &err));
    put(f, "d/old", "");
    put(f, "d/kept", "");
    f->run.file_source = one_source;
    add(f, "File", in_dir(f, "d"), "ensure", "directory", "source", "puppet:///modules/m/d", "recurse", "true", "purge", "true", NULL);
    add(f, "File", in_dir(f, "d/kept"), "ensure", "file", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_text(f, "d/a", "a\n");
    assert_text(f, "d/sub/b", "a\n");
    assert_false(there(f, "d/old"));
    assert_true(there(f, "d/kept"));
    assert_settled(f);
    fixture_done(f);
}

static void test_source_refused(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->run.file_source = one_source;
    add(f, "File", in_dir(f, "x"), "source", "puppet:///modules/m/none", NULL);
    add(f, "File", in_dir(f, "y"), "source", "https://example.org/x", NULL);
    converge(f);
    assert_int_equal(f->report->failed, 2);
    assert_non_null(strstr(message(f, 0), "Could not retrieve information from environment source(s) puppet:///modules/m/none"));
    assert_non_null(strstr(message(f, 1), "only paths, file:/// and puppet:/// are read"));
    fixture_done(f);
}

static void test_sensitive(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct resource *r = add(f, "File", in_dir(f, "x"), NULL);
    give(f, r, "content", value_str(SV("topsecret")));
    r->params[0].sensitive = true;
    converge(f);
    assert_string_equal(message(f, 0), "changed [redacted] to [redacted]");
    put(f, "x", "other");
    converge(f);
    AUTO_STRBUF json = STRBUF_HEAP;
    report_write_json(f->report, &json, true);
    assert_null(strstr(strbuf_cstr(&json), "sha256"));
    assert_non_null(strstr(strbuf_cstr(&json), "[redacted]"));
    fixture_done(f);
}

/* Under a root absolute links stay inside, paths are prefixed, and unknown owners are planned. */
static void test_root(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct err err;
    f->run.root = in_dir(f, "root");
    assert_true(fs_mkdirs(in_dir_c(f, "root/etc/real"), 0755, &err));
    symlink("/etc/real", in_dir_c(f, "root/etc/via"));
    symlink("../../../../../../..", in_dir_c(f, "root/etc/up"));
    add(f, "File", SV("/etc/x"), "content", "a\n", "owner", "nobodyknows", NULL);
    add(f, "File", SV("/etc/via/y"), "content", "a\n", NULL);
    add(f, "File", SV("/etc/up/z"), "content", "a\n", NULL);
    add(f, "File", SV("/srv/deep/down"), "content", "a\n", NULL);
    add(f, "Package", SV("hello"), "ensure", "installed", NULL);
    add(f, "Exec", SV("/bin/false"), NULL);
    converge(f);
    assert_int_equal(f->report->failed, 0);
    assert_int_equal(f->report->planned_only, 2);
    assert_text(f, "root/etc/x", "a\n");
    assert_text(f, "root/etc/real/y", "a\n");
    assert_text(f, "root/z", "a\n");
    assert_text(f, "root/srv/deep/down", "a\n"); /* folders that packages would bring */
    converge(f);
    assert_int_equal(f->run.writes, 0);
    assert_int_equal(f->report->changed, 0);
    assert_string_equal(message(f, 1), "ensure should be 'installed' (planned: cannot act in a root)");
    assert_non_null(strstr(message(f, 0), "should be 'nobodyknows' (planned: cannot be set in a root)"));
    fixture_done(f);
}

static void test_refused_before_running(void **state)
{
    (void)state;
    static const struct {
        const char *title, *name, *value, *error;
    } rows[] = {
        { "relative", "ensure", "file", "Parameter path failed on File[relative]: File paths must be fully qualified, not 'relative'" },
        { "/tmp/x", "mode", "99", "Parameter mode failed on File[/tmp/x]: The file mode specification is invalid: \"99\"" },
        { "/tmp/x", "mode", "u+q", "Parameter mode failed on File[/tmp/x]: The file mode specification is invalid: \"u+q\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *f = fixture_new();
        add(f, "File", in_dir(f, "first"), "content", "a\n", NULL);
        add(f, "File", sv_of(rows[i].title), rows[i].name, rows[i].value, NULL);
        converge(f);
        assert_string_equal(arena_cstr(f->arena, f->report->error), rows[i].error);
        assert_int_equal(report_exit_code(f->report, false), 1);
        assert_false(there(f, "first"));
        fixture_done(f);
    }
    struct fixture *f = fixture_new();
    add(f, "File", sv_make("/tmp/a\0b", 8), "ensure", "file", NULL);
    converge(f);
    assert_true(f->report->error.n > 0);
    fixture_done(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_symbolic_mode),
        cmocka_unit_test(test_noop),
        cmocka_unit_test(test_symlink_attack),
        cmocka_unit_test(test_links_follow),
        cmocka_unit_test(test_killed_before_rename),
        cmocka_unit_test(test_second_writer),
        cmocka_unit_test(test_full_folder),
        cmocka_unit_test(test_no_parent),
        cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_validate_cmd),
        cmocka_unit_test(test_replace_false),
        cmocka_unit_test(test_source_path),
        cmocka_unit_test(test_recurse_purge),
        cmocka_unit_test(test_source_refused),
        cmocka_unit_test(test_sensitive),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_refused_before_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
