/* store: what is kept, what is refused, and what is left after crashes, full disks and two writers at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "check_expr_suite.h"
#include "outliers_suite.h"
#include "query_suite.h"
#include "upkeep_suite.h"

#include "change_suite.h"
#include "deploys_suite.h"

#include "store/migrations.h"

static struct place place_new(void)
{
    struct place p = { .arena = arena_new(0) };
    snprintf(p.dir, sizeof p.dir, "/tmp/potlac-store-XXXXXX");
    assert_non_null(mkdtemp(p.dir));
    snprintf(p.path, sizeof p.path, "%s/db", p.dir);
    return p;
}

static void place_free(struct place *p)
{
    fs_remove_tree(p->dir, NULL);
    arena_free(p->arena);
}

/* Catalogs and facts are nobody else's business. */
static void test_mode(void **state)
{
    (void)state;
    struct place p = place_new();
    struct stat st;
    store_close(must_open(p.path));
    assert_int_equal(stat(p.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    place_free(&p);
}

static sqlite3 *raw_open(const char *path)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void raw(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* Nobody changes the history, not even who opens the file with other means. */
static void test_append_only(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    add_event(s, "a", "x", 1);
    store_close(s);
    sqlite3 *db = raw_open(p.path);
    static const char *const attempts[] = {
        "UPDATE event SET kind = 'b'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event (id, at, kind, subject, actor, body) VALUES (1, 1, 'b', '', '', '{}')",
    };
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        assert_int_not_equal(sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_OK);
        assert_string_equal(sqlite3_errmsg(db), "the history is append-only");
    }
    sqlite3_close(db);
    place_free(&p);
}

/* --- schema --- */

static int latest(void) { return sqlite_migrations[sqlite_migration_count - 1].version; }

static void test_migration(void **state)
{
    (void)state;
    struct place p = place_new();
    for (int i = 0; i < sqlite_migration_count; i++)
        assert_int_equal(sqlite_migrations[i].version, i + 1);
    sqlite3 *db = raw_open(p.path);
    raw(db, "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)");
    raw(db, "PRAGMA application_id = 1886352492");
    raw(db, sqlite_migrations[0].sql);
    raw(db, "INSERT INTO schema_version VALUES (1, 'first', 0)");
    raw(db, "INSERT INTO event (at, kind, subject, actor, body) VALUES (7, 'deploy', 's', 'user:eva', '{\"to\":\"4.2.0\"}')");
    raw(db, "INSERT INTO document (kind, key, json, at) VALUES ('facts', 'h', '{}', 9)");
    sqlite3_close(db);
    struct store *s = must_open(p.path);
    assert_int_equal(store_schema_version(s), latest());
    struct event *list;
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .subject = SV("s") }, &list), 1);
    assert_int_equal(list[0].at, 7);
    assert_true(sv_is(list[0].body, "{\"to\":\"4.2.0\"}"));
    struct sv json;
    assert_true(store_get(s, p.arena, SV("facts"), SV("h"), &json, NULL));
    store_close(s);
    s = must_open(p.path); /* a second time there is nothing to do */
    assert_int_equal(store_schema_version(s), latest());
    store_close(s);
    place_free(&p);
}

static void refuse_open(const char *path, const char *part)
{
    struct err err = { "" };
    struct store *s = store_open(path, &err);
    if (s)
        fail_msg("opened '%s', expected: %s", path, part);
    assert_mentions(err.text, part);
}

static void test_refused_files(void **state)
{
    (void)state;
    struct place p = place_new();
    struct err err;
    store_close(must_open(p.path));
    sqlite3 *db = raw_open(p.path);
    raw(db, "INSERT INTO schema_version VALUES (99, 'of the future', 0)");
    sqlite3_close(db);
    refuse_open(p.path, "newer potlac (schema 99");
    char other[80];
    snprintf(other, sizeof other, "%s/other", p.dir);
    db = raw_open(other);
    raw(db, "CREATE TABLE photos (id INTEGER)");
    sqlite3_close(db);
    refuse_open(other, "SQLite database of something else");
    AUTO_STRBUF junk = STRBUF_HEAP;
    for (int i = 0; i < 2000; i++)
        strbuf_adds(&junk, "no database ");
    must(fs_write_atomic(other, strbuf_sv(&junk), 0600, &err), &err);
    refuse_open(other, "no SQLite database");
    refuse_open("/nowhere/at/all/db", "the folder '/nowhere/at/all' does not exist");
    refuse_open("", "path is empty");
    refuse_open(p.dir, "Is a directory");
    place_free(&p);
}

/* Pages of zeros in the middle: verify tells, and no call crashes. */
static void test_damaged(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    for (int i = 0; i < 2000; i++)
        add_event(s, "a", "some subject that takes room", i);
    store_close(s);
    int fd = open(p.path, O_WRONLY);
    char zeros[4096] = { 0 };
    for (int page = 40; page < 60; page++)
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, page * 4096), sizeof zeros);
    close(fd);
    s = store_open(p.path, &err);
    if (s) {
        assert_false(store_verify(s, &err));
        struct event *list;
        size_t n;
        assert_false(store_events(s, p.arena, &(struct event_query){ 0 }, &list, &n, &err));
        store_close(s);
    }
    assert_mentions(err.text, "damaged");
    place_free(&p);
}

/* --- crashes --- */

/* Writes transactions of one event and one document until it is killed; the number of each goes to fd once it is acknowledged. */
static void write_until_killed(const char *path, int fd, int64_t from)
{
    struct store *s = store_open(path, NULL);
    char number[24];
    for (int64_t i = from; s; i++) {
        struct event e = { .at = i, .kind = SV("n"), .subject = SV("x") };
        snprintf(number, sizeof number, "%lld", (long long)i);
        if (!store_begin(s, NULL) || !store_event_add(s, &e, NULL) || !store_put(s, SV("last"), SV("n"), sv_of(number), i, NULL) ||
            !store_commit(s, NULL))
            break;
        if (write(fd, &i, sizeof i) != sizeof i)
            break;
    }
    _exit(1);
}

static int64_t kill_a_writer(const char *path, int64_t from, unsigned after_us)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        write_until_killed(path, fds[1], from);
    }
    close(fds[1]);
    int64_t i, acknowledged = from - 1;
    if (read(fds[0], &i, sizeof i) == sizeof i) /* it has begun, however slow the machine */
        acknowledged = i;
    usleep(after_us);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    while (read(fds[0], &i, sizeof i) == sizeof i)
        acknowledged = i;
    close(fds[0]);
    return acknowledged;
}

static void test_kill(void **state)
{
    (void)state;
    struct place p = place_new();
    store_close(must_open(p.path));
    int64_t next = 1;
    for (int round = 0; round < 12; round++) {
        int64_t acknowledged = kill_a_writer(p.path, next, 15000u + (unsigned)round * 3700u);
        struct store *s = must_open(p.path);
        struct err err = { "" };
        struct event *list;
        struct sv json = SV("0");
        size_t n = count_events(s, p.arena, (struct event_query){ 0 }, &list);
        store_get(s, p.arena, SV("last"), SV("n"), &json, NULL);
        int64_t last = 0;
        assert_true(sv_to_int(json, &last));
        assert_int_equal(n, last);         /* both or neither */
        assert_true(last >= acknowledged); /* nothing that was acknowledged is lost */
        assert_true(last <= acknowledged + 1);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(list[i].at, (int64_t)i + 1);
        must(store_verify(s, &err), &err);
        store_close(s);
        next = last + 1;
    }
    assert_true(next > 12);
    place_free(&p);
}

/* --- the world --- */

/* Runs fn as nobody where this is root, because root may write anywhere. */
static void as_nobody(void (*fn)(const char *path), const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        fn(path);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void expect_refused(const char *path)
{
    struct err err = { "" };
    if (store_open(path, &err) || !(strstr(err.text, "Permission denied") || strstr(err.text, "read-only")) || !strstr(err.text, path)) {
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
}

static void test_read_only(void **state)
{
    (void)state;
    struct place p = place_new();
    assert_int_equal(chmod(p.dir, 0555), 0);
    as_nobody(expect_refused, p.path); /* there is no file and none can be made */
    assert_int_equal(chmod(p.dir, 0755), 0);
    store_close(must_open(p.path));
    assert_int_equal(chmod(p.path, 0444), 0);
    as_nobody(expect_refused, p.path); /* the file may only be read */
    assert_int_equal(chmod(p.path, 0666), 0);
    assert_int_equal(chmod(p.dir, 0555), 0);
    as_nobody(expect_refused, p.path); /* the file may be written, but no log beside it */
    assert_int_equal(chmod(p.dir, 0755), 0);
    place_free(&p);
}

/* Fills a file system of 1 MB, in transactions: the one that fails is gone as a whole, the others stay, and room makes it work again. */
static void test_full_disk(void **state)
{
    (void)state;
    struct place p = place_new();
    if (mount("tmpfs", p.dir, "tmpfs", 0, "size=1m") != 0) {
        print_message("skipped: no right to mount a small file system (%s)\n", strerror(errno));
        place_free(&p);
        skip();
    }
    char ballast[60];
    snprintf(ballast, sizeof ballast, "%s/ballast", p.dir);
    int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(fd, 0, 300000), 0);
    close(fd);
    struct store *s = must_open(p.path);
    AUTO_STRBUF big = STRBUF_HEAP;
    strbuf_adds(&big, "\"");
    strbuf_pad(&big, 'x', 20000);
    strbuf_adds(&big, "\"");
    struct err err = { "" };
    struct event *list;
    size_t kept = 0;
    bool full = false;
    for (int i = 0; i < 200 && !full; i++) {
        must(store_begin(s, &err), &err);
        struct event a = { .at = i, .kind = SV("a"), .body = strbuf_sv(&big) }, b = { .at = i, .kind = SV("b"), .body = strbuf_sv(&big) };
        bool ok = store_event_add(s, &a, &err) && store_event_add(s, &b, &err);
        /* a caller that does not look: the rest must not be stored alone */
        struct err second = { "" };
        struct event c = { .at = i, .kind = SV("c") };
        bool late = store_event_add(s, &c, &second);
        assert_true(ok || !late);
        full = !store_commit(s, ok ? &err : &second);
        kept += full ? 0 : 3;
    }
    assert_true(full);
    assert_mentions(err.text, "the disk is full");
    assert_true(kept > 0);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), kept);
    store_close(s);
    unlink(ballast);
    s = must_open(p.path);
    must(store_verify(s, &err), &err);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), kept);
    add_event(s, "again", "x", 1);
    store_close(s);
    umount(p.dir);
    place_free(&p);
}

/* A process that has the store open would go on writing into what was put aside. */
static void test_restore_beside_others(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = full_store(&p);
    struct err err = { "" };
    struct sv kept;
    const char *file = arena_printf(p.arena, "%s/copy", p.dir).p;
    must(store_backup(s, p.path, file, &err), &err);
    assert_false(store_restore(p.path, file, true, 1803000000, p.arena, &kept, &err));
    assert_mentions(err.text, "another process has the store");
    add_event(s, "goes on", "x", 3);
    store_close(s);
    must(store_restore(p.path, file, true, 1803000000, p.arena, &kept, &err), &err);
    assert_int_equal(events_of(arena_cstr(p.arena, kept)), 3);
    /* One that cannot be opened is put aside as it is. */
    must(fs_write_atomic(p.path, SV("rubbish"), 0600, &err), &err);
    assert_false(store_restore(p.path, file, false, 1803000001, p.arena, &kept, &err));
    must(store_restore(p.path, file, true, 1803000001, p.arena, &kept, &err), &err);
    assert_int_equal(events_of(p.path), 2);
    place_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { SUITE_TESTS,
                                        QUERY_TESTS,
                                        CHANGE_TESTS,
                                        UPKEEP_TESTS,
                                        CHECK_EXPR_TESTS,
                                        DEPLOYS_TESTS,
                                        OUTLIER_TESTS,
                                        cmocka_unit_test(test_mode),
                                        cmocka_unit_test(test_append_only),
                                        cmocka_unit_test(test_migration),
                                        cmocka_unit_test(test_refused_files),
                                        cmocka_unit_test(test_damaged),
                                        cmocka_unit_test(test_kill),
                                        cmocka_unit_test(test_read_only),
                                        cmocka_unit_test(test_restore_beside_others),
                                        cmocka_unit_test(test_full_disk) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
