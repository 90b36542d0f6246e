/* people/notes: what stands in the store, and what does not open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "people/notes.h"

#define PAIR SV("potlac:default/p/one-on-one/user:default/a/user:default/b")

struct fixture {
    struct arena *a;
    struct store *st;
    char dir[40];
    struct notes_key key;
    struct err err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->a = arena_new(0);
    snprintf(f->dir, sizeof f->dir, "/tmp/potlac-notes-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->st = store_open(":memory:", &f->err);
    assert_non_null(f->st);
    assert_true(notes_key_read(f->st, f->a, sv_of(f->dir), true, &f->key, &f->err));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    fs_remove_tree(f->dir, &f->err);
    arena_free(f->a);
    free(f);
    return 0;
}

static void write_note(struct fixture *f, struct sv title, struct sv week, const char *text)
{
    const struct note n = { .at = 100, .by = SV("user:default/a"), .text = sv_of(text) };
    if (!notes_add(f->st, f->a, &f->key, title, week, &n, &f->err))
        fail_msg("%s", f->err.text);
}

static uint32_t read_all(struct fixture *f, struct sv title, struct sv week, struct note **out)
{
    uint32_t n;
    if (!notes_read(f->st, f->a, &f->key, title, week, out, &n, &f->err))
        fail_msg("%s", f->err.text);
    return n;
}

static void test_written_and_read(void **state)
{
    struct fixture *f = *state;
    struct note *list;
    struct sv *weeks;
    uint32_t n;
    assert_int_equal(read_all(f, PAIR, SV("2027-W07"), &list), 0);
    write_note(f, PAIR, SV("2027-W07"), "first \"plum\"");
    write_note(f, PAIR, SV("2027-W07"), "second");
    write_note(f, PAIR, SV("2026-W53"), "older");
    assert_int_equal(read_all(f, PAIR, SV("2027-W07"), &list), 2);
    assert_true(sv_is(list[0].text, "first \"plum\"") && sv_is(list[1].text, "second") && sv_is(list[0].by, "user:default/a"));
    assert_true(notes_weeks(f->st, f->a, &f->key, PAIR, (struct date){ 2027, 2, 16 }, &weeks, &n, &f->err));
    assert_int_equal(n, 2);
    assert_true(sv_is(weeks[0], "2026-W53") && sv_is(weeks[1], "2027-W07"));
    assert_true(
        notes_weeks(f->st, f->a, &f->key, SV("potlac:default/p/one-on-one/x/y"), (struct date){ 2027, 2, 16 }, &weeks, &n, &f->err));
    assert_int_equal(n, 0);
}

/* Neither whose note it is, nor of when, nor a word of it. */
static void test_the_store_tells_nothing(void **state)
{
    struct fixture *f = *state;
    struct document *docs;
    size_t n;
    write_note(f, PAIR, SV("2027-W07"), "plum");
    assert_true(store_list(f->st, f->a, SV("note"), &docs, &n, &f->err));
    assert_int_equal(n, 1);
    assert_int_equal(sv_find(docs[0].json, SV("plum"), 0), SIZE_MAX);
    assert_int_equal(sv_find(docs[0].json, SV("user"), 0), SIZE_MAX);
    assert_int_equal(docs[0].key.n, 64);
    struct event *events;
    assert_true(store_events(f->st, f->a, &(struct event_query){ 0 }, &events, &n, &f->err));
    assert_int_equal(n, 0);
}

/* A box that somebody put in the place of another, that was changed, or that another key closed. */
static void test_what_does_not_open(void **state)
{
    struct fixture *f = *state;
    struct document *docs;
    struct note *list;
    size_t n;
    uint32_t count;
    write_note(f, PAIR, SV("2027-W07"), "plum");
    write_note(f, PAIR, SV("2027-W08"), "quince");
    assert_true(store_list(f->st, f->a, SV("note"), &docs, &n, &f->err));
    assert_true(store_put(f->st, SV("note"), docs[0].key, docs[1].json, 1, &f->err));
    assert_true(store_put(f->st, SV("note"), docs[1].key, docs[0].json, 1, &f->err));
    for (int w = 7; w <= 8; w++) {
        assert_false(notes_read(f->st, f->a, &f->key, PAIR, arena_printf(f->a, "2027-W%02d", w), &list, &count, &f->err));
        assert_non_null(strstr(f->err.text, "cannot be opened"));
    }
    assert_true(store_put(f->st, SV("note"), docs[0].key, SV("{\"box\":\"AAAA\"}"), 1, &f->err));
    assert_true(store_put(f->st, SV("note"), docs[1].key, SV("[]"), 1, &f->err));
    for (int w = 7; w <= 8; w++)
        assert_false(notes_read(f->st, f->a, &f->key, PAIR, arena_printf(f->a, "2027-W%02d", w), &list, &count, &f->err));
    struct notes_key other = f->key;
    other.name[0] ^= 1;
    assert_true(notes_read(f->st, f->a, &other, PAIR, SV("2027-W07"), &list, &count, &f->err));
    assert_int_equal(count, 0);
}

static void test_keys(void **state)
{
    struct fixture *f = *state;
    struct notes_key key;
    struct sv path = path_join(f->a, sv_of(f->dir), SV("notes.key"));
    assert_true(notes_key_read(f->st, f->a, sv_of(f->dir), false, &key, &f->err));
    assert_memory_equal(&key, &f->key, sizeof key);
    assert_true(fs_write_atomic(path.p, SV("short"), 0600, &f->err));
    assert_false(notes_key_read(f->st, f->a, sv_of(f->dir), false, &key, &f->err));
    assert_non_null(strstr(f->err.text, "is damaged"));
    assert_int_equal(remove(path.p), 0);
    assert_false(notes_key_read(f->st, f->a, sv_of(f->dir), false, &key, &f->err));
    assert_string_equal(f->err.text, "");
    write_note(f, PAIR, SV("2027-W07"), "plum");
    assert_false(notes_key_read(f->st, f->a, sv_of(f->dir), true, &key, &f->err));
    assert_non_null(strstr(f->err.text, "there are notes of another key"));
}

static void test_who_may(void **state)
{
    (void)state;
    struct sv people[] = { SV("user:default/a"), SV("user:default/b") };
    struct meeting_name m = { .kind = SV("one-on-one"), .people = people, .people_count = 2 };
    assert_true(notes_may(&m, people[0]) && notes_may(&m, people[1]));
    assert_false(notes_may(&m, SV("user:default/c")) || notes_may(&m, SV("")) || notes_may(&m, SV("user:default/A")));
    m.kind = SV("sync");
    assert_false(notes_may(&m, people[0]));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_written_and_read), T(test_the_store_tells_nothing), T(test_what_does_not_open), T(test_keys),
                                        cmocka_unit_test(test_who_may) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
