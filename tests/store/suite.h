/* suite: what every backend of the store must do. The including file defines place_new and place_free: a new, empty store. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_SUITE_H
#define TESTS_STORE_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/backend.h"
#include "store/store.h"

struct place {
    char dir[40], path[200]; /* path: for store_open */
    struct arena *arena;
};

static struct place place_new(void);
static void place_free(struct place *p);

static struct store *must_open(const char *path)
{
    struct err err = { "" };
    struct store *s = store_open(path, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static void must(bool ok, const struct err *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static void assert_mentions(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected '%s' in: %s", part, text);
}

static void add_event(struct store *s, const char *kind, const char *subject, int64_t at)
{
    struct err err = { "" };
    struct event e = { .at = at, .kind = sv_of(kind), .subject = sv_of(subject), .actor = SV("user:eva"), .body = SV("{\"a\":1}") };
    must(store_event_add(s, &e, &err), &err);
    assert_true(e.id > 0);
}

static size_t count_events(struct store *s, struct arena *a, struct event_query q, struct event **out_list)
{
    struct err err = { "" };
    size_t n = 0;
    must(store_events(s, a, &q, out_list, &n, &err), &err);
    return n;
}

/* --- what is kept --- */

static void test_events(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    add_event(s, "deploy", "a", 100);
    add_event(s, "meeting.held", "b", 200);
    add_event(s, "meeting.missed", "a", 300);
    add_event(s, "meetings", "a", 400);
    store_close(s);
    s = must_open(p.path);
    struct event *list;
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(list[i].at, 100 * (i + 1));
    assert_true(list[0].id < list[1].id);
    assert_true(sv_is(list[1].kind, "meeting.held") && sv_is(list[1].actor, "user:eva") && sv_is(list[1].body, "{\"a\":1}"));
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("meeting.") }, &list), 2);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("meeting.held") }, &list), 1);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("meeting") }, &list), 0);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .subject = SV("a") }, &list), 3);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("meeting."), .subject = SV("a") }, &list), 1);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .kind = SV("deploy"), .subject = SV("a") }, &list), 1);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .since_at = 200 }, &list), 2);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .since_id = list[0].id }, &list), 1);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ .limit = 2 }, &list), 2); /* the newest, in rising order */
    assert_int_equal(list[0].at, 300);
    assert_int_equal(list[1].at, 400);
    struct err err;
    struct event nameless = { .at = 1 };
    assert_false(store_event_add(s, &nameless, &err));
    struct event bytes = { .at = 1, .kind = SV("x"), .body = SV("\xff") };
    assert_false(store_event_add(s, &bytes, &err));
    assert_mentions(err.text, "UTF-8");
    store_close(s);
    place_free(&p);
}

static void test_documents(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct sv json;
    assert_false(store_get(s, p.arena, SV("facts"), SV("h1"), &json, &err));
    assert_string_equal(err.text, "");
    must(store_put(s, SV("facts"), SV("h2"), SV("{}"), 5, &err), &err);
    must(store_put(s, SV("facts"), SV("h1"), SV("{\"a\":1}"), 5, &err), &err);
    must(store_put(s, SV("facts"), SV("h1"), SV("{\"a\":2}"), 6, &err), &err);
    must(store_put(s, SV("report"), SV("h1"), SV("[]"), 6, &err), &err);
    assert_true(store_get(s, p.arena, SV("facts"), SV("h1"), &json, &err));
    assert_true(sv_is(json, "{\"a\":2}"));
    struct document *docs;
    size_t n;
    must(store_list(s, p.arena, SV("facts"), &docs, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_true(sv_is(docs[0].key, "h1") && docs[0].at == 6 && sv_is(docs[1].key, "h2"));
    struct sv *keys;
    must(store_keys(s, p.arena, SV("facts"), &keys, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_true(sv_is(keys[0], "h1") && sv_is(keys[1], "h2"));
    must(store_delete(s, SV("facts"), SV("h1"), &err), &err);
    must(store_delete(s, SV("facts"), SV("h1"), &err), &err); /* gone already: no error */
    assert_false(store_get(s, p.arena, SV("facts"), SV("h1"), &json, &err));
    assert_true(store_get(s, p.arena, SV("report"), SV("h1"), &json, &err));
    must(store_verify(s, &err), &err);
    store_close(s);
    place_free(&p);
}

static void test_transactions(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct event *list;
    assert_false(store_commit(s, &err));
    assert_mentions(err.text, "no transaction");
    must(store_begin(s, &err), &err);
    assert_false(store_begin(s, &err));
    assert_mentions(err.text, "open already");
    add_event(s, "a", "x", 1);
    must(store_put(s, SV("k"), SV("v"), SV("1"), 1, &err), &err);
    store_rollback(s);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 0);
    must(store_begin(s, &err), &err);
    add_event(s, "a", "x", 1);
    must(store_commit(s, &err), &err);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 1);
    must(store_begin(s, &err), &err);
    add_event(s, "b", "x", 1);
    store_close(s); /* an open transaction is nothing */
    s = must_open(p.path);
    assert_int_equal(count_events(s, p.arena, (struct event_query){ 0 }, &list), 1);
    store_close(s);
    place_free(&p);
}

/* --- several at once --- */

#define WRITERS 4
#define WRITES  50

static void write_some(struct store *s, int who)
{
    struct err err = { "" };
    char key[16];
    for (int i = 0; i < WRITES; i++) {
        struct event e = { .at = i, .kind = SV("w"), .subject = sv_of("x") };
        snprintf(key, sizeof key, "%d-%d", who, i);
        if (!store_begin(s, &err) || !store_event_add(s, &e, &err) || !store_put(s, SV("w"), sv_of(key), SV("1"), i, &err) ||
            !store_commit(s, &err)) {
            fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
    }
}

static void check_written(struct place *p, size_t want)
{
    struct store *s = must_open(p->path);
    struct err err = { "" };
    struct event *list;
    struct document *docs;
    size_t n;
    assert_int_equal(count_events(s, p->arena, (struct event_query){ 0 }, &list), want);
    must(store_list(s, p->arena, SV("w"), &docs, &n, &err), &err);
    assert_int_equal(n, want);
    must(store_verify(s, &err), &err);
    store_close(s);
}

/* Processes that all open the same new file: one makes the schema, all write. */
static void test_processes(void **state)
{
    (void)state;
    struct place p = place_new();
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct err err = { "" };
            struct store *s = store_open(p.path, &err);
            if (!s) {
                fprintf(stderr, "%s\n", err.text);
                _exit(1);
            }
            write_some(s, i);
            store_close(s);
            _exit(0);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    check_written(&p, WRITERS * WRITES);
    place_free(&p);
}

struct writer {
    struct store *store;
    int who;
    const char *path;
};

static void *write_in_thread(void *arg)
{
    struct writer *w = arg;
    write_some(w->store, w->who);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){ s, i, p.path };
        assert_int_equal(pthread_create(&threads[i], NULL, write_in_thread, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    store_close(s);
    check_written(&p, WRITERS * WRITES);
    place_free(&p);
}

struct sent {
    const char *key;
    int number;
};

/* Every third is refused, half of those by the database. */
static bool put_sent(void *ctx, struct store *s, struct err *err)
{
    const struct sent *sent = ctx;
    struct event e = { .at = sent->number, .kind = SV("w"), .subject = sv_of("x") };
    if (!store_event_add(s, &e, err) || !store_put(s, SV("w"), sv_of(sent->key), SV("1"), sent->number, err))
        return false;
    if (sent->number % 6 == 1)
        return store_run(s, "INSERT INTO document (kind, key) VALUES ('w', 'no text')", SQL_ONCE, NULL, 0, NULL, NULL, err);
    return sent->number % 3 != 1 || err_set(err, "refused");
}

static void *send_in_thread(void *arg)
{
    const struct writer *w = arg;
    struct err err = { "" };
    struct arena *a = arena_new(0);
    struct store *other = store_open(arena_printf(a, "%s", w->path).p, &err);
    char key[16];
    for (int i = 0; other && i < WRITES; i++) {
        struct sent sent = { key, i };
        struct sv json;
        snprintf(key, sizeof key, "s%d-%d", w->who, i);
        bool stored = store_submit(w->store, put_sent, &sent, &err), seen = store_get(other, a, SV("w"), sv_of(key), &json, NULL);
        if (stored != (i % 3 != 1) || seen != stored) {
            fprintf(stderr, "%s: stored %d, seen %d: %s\n", key, stored, seen, err.text);
            _exit(1);
        }
    }
    store_close(other);
    arena_free(a);
    return NULL;
}

/* What threads submit at once is stored when it is said to be, each alone, beside a writer with transactions of its own. */
static void test_submit(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    pthread_t threads[WRITERS + 1];
    struct writer writers[WRITERS + 1];
    size_t sent = 0;
    for (int i = 0; i < WRITES; i++)
        sent += i % 3 != 1;
    for (int i = 0; i <= WRITERS; i++) {
        writers[i] = (struct writer){ s, i, p.path };
        assert_int_equal(pthread_create(&threads[i], NULL, i < WRITERS ? send_in_thread : write_in_thread, &writers[i]), 0);
    }
    for (int i = 0; i <= WRITERS; i++)
        pthread_join(threads[i], NULL);
    store_close(s);
    check_written(&p, WRITERS * sent + WRITES);
    place_free(&p);
}

/* Whatever changes what feeds are made from is counted, by any connection; nothing else is, and what was rolled back is not. */
static void test_calendar_changes(void **state)
{
    (void)state;
    struct err err = { "" };
    struct place p = place_new();
    struct store *s = store_open(p.path, &err), *other = store_open(p.path, &err);
    int64_t before = 0, now = 0;
    must(s && other, &err);
    must(store_calendar_changes(s, &before, &err), &err);
    must(store_put(s, SV("report"), SV("host:a"), SV("{}"), 1, &err) && store_calendar_changes(s, &now, &err), &err);
    assert_int_equal(now, before);
    must(store_put(other, SV("calendar.series"), SV("x"), SV("{}"), 1, &err) && store_calendar_changes(s, &now, &err), &err);
    assert_true(now > before);
    before = now;
    must(store_put(s, SV("calendar.series"), SV("x"), SV("{\"a\":1}"), 1, &err) && store_calendar_changes(other, &now, &err), &err);
    assert_true(now > before);
    before = now;
    must(store_begin(s, &err) && store_put(s, SV("calendar.feed"), SV("y"), SV("{}"), 1, &err), &err);
    store_rollback(s);
    must(store_calendar_changes(other, &now, &err), &err);
    assert_int_equal(now, before);
    must(store_delete(s, SV("calendar.series"), SV("x"), &err) && store_calendar_changes(other, &now, &err), &err);
    assert_true(now > before);
    store_close(other);
    store_close(s);
    place_free(&p);
}

#define SUITE_TESTS                                                                                                                        \
    cmocka_unit_test(test_events), cmocka_unit_test(test_documents), cmocka_unit_test(test_transactions),                                  \
        cmocka_unit_test(test_processes), cmocka_unit_test(test_threads), cmocka_unit_test(test_submit),                                   \
        cmocka_unit_test(test_calendar_changes)

#endif
