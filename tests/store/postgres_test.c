/* postgres: the suite of every backend on a real PostgreSQL, and what only such a store can suffer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check_expr_suite.h"
#include "outliers_suite.h"
#include "query_suite.h"
#include "upkeep_suite.h"

#include "change_suite.h"
#include "deploys_suite.h"
#include "server.h"
#include "store/backend.h"
#include "store/migrations.h"

static struct pg_server server;

static struct place place_new(void)
{
    struct place p = { .arena = arena_new(0) };
    assert_true(pg_database(&server, p.path, sizeof p.path));
    return p;
}

static void place_free(struct place *p) { arena_free(p->arena); }

static void test_append_only(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    static const char *const attempts[] = { "UPDATE event SET kind = 'b'", "DELETE FROM event", "TRUNCATE event" };
    struct err err = { "" };
    add_event(s, "a", "x", 1);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        assert_false(store_run(s, attempts[i], SQL_ONCE, NULL, 0, NULL, NULL, &err));
        assert_mentions(err.text, "the history is append-only");
    }
    store_close(s);
    place_free(&p);
}

static void test_versions(void **state)
{
    (void)state;
    struct place p = place_new();
    assert_int_equal(postgres_migration_count, sqlite_migration_count);
    for (int i = 0; i < postgres_migration_count; i++) {
        assert_int_equal(postgres_migrations[i].version, sqlite_migrations[i].version);
        assert_string_equal(postgres_migrations[i].name, sqlite_migrations[i].name);
    }
    struct store *s = must_open(p.path);
    struct err err = { "" };
    assert_int_equal(store_schema_version(s), postgres_migration_count);
    must(store_verify(s, &err), &err);
    must(store_run(s, "INSERT INTO schema_version VALUES (1000, 'newer', 0)", SQL_ONCE, NULL, 0, NULL, NULL, &err), &err);
    store_close(s);
    assert_null(store_open(p.path, &err));
    assert_mentions(err.text, "newer potlac");
    place_free(&p);
}

/* A failed write takes its transaction with it, and the next one works. */
static void test_failed_transaction(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct event *list;
    struct err err = { "" };
    must(store_begin(s, &err), &err);
    add_event(s, "a", "x", 1);
    assert_false(store_run(s, "INSERT INTO nothing VALUES (1)", SQL_ONCE, NULL, 0, NULL, NULL, &err));
    assert_false(store_put(s, SV("k"), SV("v"), SV("1"), 1, &err));
    assert_false(store_commit(s, &err));
    assert_mentions(err.text, "an earlier write");
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 0);
    must(store_begin(s, &err), &err);
    add_event(s, "a", "x", 1);
    must(store_commit(s, &err), &err);
    store_close(s);
    place_free(&p);
}

static void test_lost_connection(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct event *list;
    struct err err = { "" };
    must(store_begin(s, &err), &err);
    add_event(s, "a", "x", 1);
    assert_false(store_run(s, "SELECT pg_terminate_backend(pg_backend_pid())", SQL_ONCE, NULL, 0, NULL, NULL, &err));
    assert_mentions(err.text, "connection to the database is lost");
    assert_false(store_commit(s, &err));
    must(store_begin(s, &err), &err); /* connects again */
    add_event(s, "b", "x", 2);
    must(store_commit(s, &err), &err);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 1);
    assert_true(sv_is(list[0].kind, "b"));
    store_close(s);
    place_free(&p);
}

static void *add_in_thread(void *arg)
{
    add_event(arg, "later", "x", 2);
    return NULL;
}

/* Whoever asks for events after the last id it saw misses none: an id is visible only when all lower ones are. */
static void test_ids_rise_with_commits(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path), *other = must_open(p.path);
    struct event *list;
    struct err err = { "" };
    pthread_t thread;
    must(store_begin(s, &err), &err);
    add_event(s, "earlier", "x", 1);
    assert_int_equal(pthread_create(&thread, NULL, add_in_thread, other), 0);
    usleep(300000);
    struct store *reader = must_open(p.path);
    assert_int_equal(count_events(reader, p.arena, (struct event_query){ 0 }, &list), 0);
    must(store_commit(s, &err), &err);
    pthread_join(thread, NULL);
    assert_int_equal(count_events(reader, p.arena, (struct event_query){ 0 }, &list), 2);
    assert_true(sv_is(list[0].kind, "earlier"));
    store_close(reader);
    store_close(other);
    store_close(s);
    place_free(&p);
}

static void test_no_server(void **state)
{
    (void)state;
    struct err err = { "" };
    assert_null(store_open("postgresql:///x?host=/nowhere", &err));
    assert_mentions(err.text, "cannot open store 'postgresql:///x?host=/nowhere': no connection");
    assert_null(store_open("postgresql://eva:tiger@127.0.0.1:1/x", &err)); /* a password is nobody's business */
    assert_null(strstr(err.text, "tiger"));
    assert_mentions(err.text, "postgresql://eva:...@127.0.0.1:1/x");
    assert_null(store_open("postgresql:///x?host=/nowhere&password=tiger", &err));
    assert_null(strstr(err.text, "tiger"));
}

int main(void)
{
    enum { SKIPPED = 77 }; /* for the test runner */
    const struct CMUnitTest tests[] = { SUITE_TESTS,
                                        QUERY_TESTS,
                                        CHANGE_TESTS,
                                        UPKEEP_TESTS,
                                        CHECK_EXPR_TESTS,
                                        DEPLOYS_TESTS,
                                        OUTLIER_TESTS,
                                        cmocka_unit_test(test_append_only),
                                        cmocka_unit_test(test_versions),
                                        cmocka_unit_test(test_failed_transaction),
                                        cmocka_unit_test(test_lost_connection),
                                        cmocka_unit_test(test_ids_rise_with_commits),
                                        cmocka_unit_test(test_no_server) };
    if (!pg_find(&server)) {
        puts("PostgreSQL is not installed: nothing is tested");
        return SKIPPED;
    }
    bool started = pg_start(&server);
    int failed = started ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    if (!started)
        fprintf(stderr, "PostgreSQL does not start\n");
    pg_stop(&server);
    return failed;
}
