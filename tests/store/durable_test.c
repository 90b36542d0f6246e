/* durable: what was acknowledged of transactions is there after kill -9 and after a disk that was full at any write; nothing else is. */
/* SPDX-License-Identifier: Apache-2.0 */
/* Of what the suites share only some is asked for here. */
#pragma GCC diagnostic ignored "-Wunused-function"

#include <signal.h>
#include <sqlite3.h>

#include "query_suite.h"

#include "change_suite.h"
#include "fault_vfs.h"

enum { HOSTS = 12, TRANSACTIONS = 500, MOST_ROWS = 3 };

static struct place place_new(void)
{
    struct place p = { .dir = "/tmp/potlac-durable-XXXXXX", .arena = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    snprintf(p.path, sizeof p.path, "%s/s.db", p.dir);
    return p;
}

static void place_free(struct place *p)
{
    struct err err;
    fs_remove_tree(p->dir, &err);
    arena_free(p->arena);
}

static uint64_t random_next(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* --- transaction number i: sets some hosts to "v<i>", and may take another one's value out --- */

static char ref_names[HOSTS][24];

static void name_hosts(void)
{
    for (int i = 0; i < HOSTS; i++)
        snprintf(ref_names[i], sizeof ref_names[i], "host:default/h%d", i);
}

struct planned {
    int host[MOST_ROWS];
    bool unset[MOST_ROWS];
    int count;
};

static struct planned plan_of(uint64_t seed, int i)
{
    uint64_t r = seed ^ ((uint64_t)i * 7919);
    struct planned p = { .count = 1 + (int)(random_next(&r) % MOST_ROWS) };
    int first = (int)(random_next(&r) % HOSTS);
    for (int k = 0; k < p.count; k++) {
        p.host[k] = (first + k * 5) % HOSTS; /* never the same twice */
        p.unset[k] = k > 0 && random_next(&r) % 3 == 0;
    }
    return p;
}

/* What each host is after the first n transactions: the number of the one that set it, 0: none. */
static void replay(uint64_t seed, int n, int state[HOSTS])
{
    memset(state, 0, HOSTS * sizeof *state);
    for (int i = 1; i <= n; i++) {
        struct planned p = plan_of(seed, i);
        for (int k = 0; k < p.count; k++)
            state[p.host[k]] = p.unset[k] ? 0 : i;
    }
}

static bool transact(struct store *s, uint64_t seed, int i, struct err *err)
{
    struct arena *a = arena_new(0);
    struct planned p = plan_of(seed, i);
    struct data value = { .kind = DATA_STRING, .s = arena_printf(a, "v%d", i) };
    struct field_change fields[MOST_ROWS];
    struct entity_change changes[MOST_ROWS];
    struct transaction t = { .at = i, .actor = SV("eva"), .reason = SV("random"), .changes = changes, .count = (size_t)p.count };
    struct change_result r = { 0 };
    bool ok = change_overlay(s, a, overlay_new(a), &t.seen, err);
    for (int k = 0; ok && k < p.count; k++) {
        fields[k] = (struct field_change){ SV("status"), p.unset[k] ? NULL : &value };
        changes[k] = (struct entity_change){ .ref = sv_of(ref_names[p.host[k]]), .fields = &fields[k], .count = 1 };
        ok = change_version(s, changes[k].ref, &changes[k].expect, err);
    }
    ok = ok && change_commit(s, a, &t, &r, err) == CHANGE_DONE;
    ok = ok && r.id > 0;
    arena_free(a);
    return ok;
}

static int count_transactions(struct store *s)
{
    struct arena *a = arena_new(0);
    struct event *list;
    int n = (int)count_events(s, a, (struct event_query){ .kind = SV("transaction") }, &list);
    arena_free(a);
    return n;
}

/* The states of both kinds that are kept of an entity are those of n whole transactions. */
static void assert_state(struct store *s, uint64_t seed, int n)
{
    int state[HOSTS];
    struct err err = { "" };
    struct arena *a = arena_new(0);
    struct sv json;
    replay(seed, n, state);
    must(store_verify(s, &err), &err);
    for (int i = 0; i < HOSTS; i++) {
        struct sv want = state[i] ? arena_printf(a, "v%d", state[i]) : SV("(not set)");
        assert_string_equal(set_now(s, a, ref_names[i], "status"), want.p);
        if (!store_get(s, a, RECORD_ENTITY, sv_of(ref_names[i]), &json, &err))
            continue;
        const struct data *recorded = data_get(data_get(read_json(a, json), "spec"), "status");
        assert_string_equal(recorded ? arena_cstr(a, recorded->s) : "(not set)", want.p);
    }
    arena_free(a);
}

static void record_hosts(struct store *s)
{
    struct err err = { "" };
    for (int i = 0; i < HOSTS; i += 2)
        must(store_put(s, RECORD_ENTITY, sv_of(ref_names[i]), SV("{\"kind\":\"Host\",\"spec\":{\"fqdn\":\"x\"}}"), 1, &err), &err);
}

/* --- kill -9 --- */

/* Goes on from what is there, and says the number of each transaction when it is acknowledged. */
static void work(const char *path, uint64_t seed, int to)
{
    struct err err = { "" };
    struct store *s = store_open(path, &err);
    for (int i = s ? count_transactions(s) + 1 : TRANSACTIONS + 1; i <= TRANSACTIONS; i++)
        if (!transact(s, seed, i, &err) || write(to, &i, sizeof i) != sizeof i)
            _exit(1);
    _exit(s ? 0 : 1);
}

/* Lets a process work until it has acknowledged `most` more, then kills it wherever it is. The last acknowledged one; 0: none. */
static int work_and_kill(const char *path, uint64_t seed, int most, unsigned microseconds)
{
    int ends[2], acknowledged = 0, i, status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        work(path, seed, ends[1]);
    close(ends[1]);
    for (int k = 0; k < most && read(ends[0], &i, sizeof i) == sizeof i; k++)
        acknowledged = i;
    usleep(microseconds);
    kill(child, SIGKILL);
    while (read(ends[0], &i, sizeof i) == sizeof i)
        acknowledged = i;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    close(ends[0]);
    return acknowledged;
}

static void test_killed_at_random(void **state)
{
    (void)state;
    uint64_t seed = 20270215, r = seed;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    int there = 0, kills = 0;
    record_hosts(s);
    store_close(s);
    while (there < TRANSACTIONS) {
        int acknowledged = work_and_kill(p.path, seed, 1 + (int)(random_next(&r) % 30), (unsigned)(random_next(&r) % 4000));
        s = must_open(p.path);
        there = count_transactions(s);
        assert_true(there >= acknowledged); /* nothing acknowledged is lost */
        assert_true(there <= acknowledged + 1 || acknowledged == 0);
        assert_state(s, seed, there);
        store_close(s);
        kills++;
    }
    assert_true(kills > 10);
    place_free(&p);
}

/* --- a full disk --- */

/* Opens, commits, closes, while the disk has room for some writes only. How many transactions were acknowledged. */
static int work_until_full(const char *path, uint64_t seed, int most)
{
    struct err err = { "" };
    struct store *s = store_open(path, &err);
    int done = 0;
    for (int i = s ? count_transactions(s) + 1 : most + 1; i <= most; i++) {
        if (!transact(s, seed, i, &err)) {
            assert_mentions(err.text, "full");
            break;
        }
        done = i;
    }
    if (!s)
        assert_mentions(err.text, "full");
    store_close(s);
    return done;
}

static void full_at(uint64_t seed, int writes, int most, bool *out_hit)
{
    struct place p = place_new();
    struct err err = { "" };
    fault_vfs_allow(writes);
    int done = work_until_full(p.path, seed, most);
    *out_hit = fault_vfs_hit();
    fault_vfs_allow(-1);
    struct store *s = must_open(p.path);
    int there = count_transactions(s);
    if (there != done)
        fail_msg("full after %d writes: %d acknowledged, %d there", writes, done, there);
    assert_state(s, seed, there);
    if (!transact(s, seed, there + 1, &err)) /* and on it goes */
        fail_msg("full after %d writes, then room again: %s", writes, err.text);
    assert_state(s, seed, there + 1);
    store_close(s);
    place_free(&p);
}

static void test_full_at_every_write(void **state)
{
    (void)state;
    bool hit = true;
    int writes = 0;
    fault_vfs_register();
    for (; hit; writes++)
        full_at(42, writes, 4, &hit);
    assert_true(writes > 50); /* the schema, four transactions, and the file when it is closed */
    print_message("full at each of %d writes in turn\n", writes - 1);
    fault_vfs_unregister();
}

int main(void)
{
    name_hosts();
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_killed_at_random), cmocka_unit_test(test_full_at_every_write) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
