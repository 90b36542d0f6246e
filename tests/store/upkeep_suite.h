/* upkeep_suite: checking, letting go, counting, copies: the same of every backend. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_UPKEEP_SUITE_H
#define TESTS_STORE_UPKEEP_SUITE_H

#include "suite.h"

#include "base/json.h"
#include "store/backend.h"
#include "store/backup.h"
#include "store/compiled.h"
#include "store/inventory.h"
#include "store/upkeep.h"

#define DAY 86400000LL

static void sql(struct store *s, const char *text)
{
    struct err err = { "" };
    must(store_run(s, text, SQL_ONCE, NULL, 0, NULL, NULL, &err), &err);
}

static int64_t number(struct store *s, const char *text)
{
    struct err err = { "" };
    int64_t n = -1;
    must(store_run(s, text, SQL_ONCE, NULL, 0, sql_take_int, &n, &err), &err);
    return n;
}

static void put_node(struct store *s, struct arena *a, const char *certname, const char *facts, int64_t at)
{
    struct err err = { "" };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("facts"), sv_of(facts) };
    assert_true(json_read(a, src, NULL, &diags, &doc));
    const struct inventory_facts f = { .certname = sv_of(certname), .at = at, .values = &doc->root };
    const struct inventory_resource resources[] = { { .type = SV("File"), .title = SV("/etc/motd"), .line = 3, .tags = SV("[]") },
                                                    { .type = SV("Package"), .title = sv_of(certname), .parameters = SV("{\"a\":1}") } };
    const struct inventory_catalog c = {
        .certname = sv_of(certname), .at = at, .resources = resources, .resource_count = 2, .edges = SV("[]")
    };
    const struct inventory_event e = { .at = at, .status = SV("success"), .resource_type = SV("File"), .resource_title = SV("/etc/motd") };
    const struct inventory_report r = { .certname = sv_of(certname),
                                        .status = SV("changed"),
                                        .noop = TERNARY_UNKNOWN,
                                        .noop_pending = TERNARY_UNKNOWN,
                                        .corrective = TERNARY_UNKNOWN,
                                        .produced = at,
                                        .received = at,
                                        .events = &e,
                                        .event_count = 1,
                                        .logs = SV("[]") };
    must(store_begin(s, &err), &err);
    must(inventory_put_facts(s, a, &f, &err), &err);
    must(inventory_put_catalog(s, a, &c, &err), &err);
    must(inventory_add_report(s, a, &r, &err), &err);
    must(store_commit(s, &err), &err);
}

/* Two nodes that share facts and a resource, documents and history. */
static struct store *full_store(struct place *p)
{
    struct err err = { "" };
    struct store *s = must_open(p->path);
    put_node(s, p->arena, "one", "{\"os\":{\"family\":\"Debian\"},\"cpus\":2}", 100 * DAY);
    put_node(s, p->arena, "two", "{\"os\":{\"family\":\"Debian\"},\"cpus\":4}", 110 * DAY);
    put_node(s, p->arena, "two", "{\"os\":{\"family\":\"Debian\"},\"cpus\":4}", 120 * DAY);
    add_event(s, "deploy", "x", 1);
    add_event(s, "deploy", "x", 2);
    must(store_put(s, SV("entity"), SV("host:default/one"), SV("{\"kind\":\"Host\"}"), 1, &err), &err);
    return s;
}

static void assert_sound(struct place *p, struct store *s)
{
    struct err err = { "" };
    struct sv *faults;
    uint32_t n;
    must(store_check(s, p->arena, &faults, &n, &err), &err);
    if (n)
        fail_msg("%.*s", SV_ARG(faults[0]));
}

static void test_check_sound(void **state)
{
    (void)state;
    struct place p = place_new();
    store_close(must_open(p.path));
    struct store *s = must_open(p.path);
    assert_sound(&p, s);
    store_close(s);
    s = full_store(&p);
    assert_sound(&p, s);
    add_event(s, "after", "x", 3); /* a check leaves no transaction open */
    store_close(s);
    place_free(&p);
}

/* Each thing that can be wrong, alone. */
static void test_check_faults(void **state)
{
    (void)state;
    static const struct {
        const char *damage, *fault;
    } cases[] = {
        { "INSERT INTO fact (hash, name, value) VALUES ('x', 'left', '1')", "a value of fact left is kept, and no node has it" },
        { "UPDATE resource SET uses = 1 WHERE type = 'File'", "resource File[/etc/motd] says that it has 1 nodes, and has 2" },
        { "UPDATE type_count SET uses = 7 WHERE type = 'File'", "resources of type File are counted as 7, and are 2" },
        { "UPDATE edge_set SET uses = 3", "says that it has 3 nodes, and has 2" },
        { "DELETE FROM fact WHERE name = 'os'", "has a fact 'os' that is not there" },
        { "DELETE FROM resource WHERE type = 'Package' AND title = 'one'", "node one has a resource that is not there" },
        { "DELETE FROM edge_set", "has a set of edges that is not there" },
        { "DELETE FROM node WHERE certname = 'one'", "facts are linked to node number 1, which is not there" },
        { "DELETE FROM report WHERE node = 1", "node one has a last report that is not there" },
        { "UPDATE fact SET value = '16' WHERE name = 'cpus' AND value = '2'", "fact cpus stands under" },
        { "UPDATE resource SET title = '/etc/issue' WHERE type = 'File'", "resource File[/etc/issue] stands under" },
        { "UPDATE edge_set SET edges = '[[]]'", "set of edges" },
        { "UPDATE document SET json = '{' WHERE kind = 'entity'", "document entity 'host:default/one' is no JSON" },
        { "UPDATE report SET logs = 'x' WHERE node = 1", "is no JSON" },
        { "INSERT INTO event (at, kind, subject, actor, body) VALUES (1, 'x', 'y', 'z', 'no json')", "event 3 of the history is no JSON" },
        { "INSERT INTO event (at, kind, subject, actor, body) VALUES (1, '', 'y', 'z', '{}')", "event 3 of the history has no kind" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = place_new();
        struct store *s = full_store(&p);
        struct err err = { "" };
        struct sv *faults;
        uint32_t n;
        bool found = false;
        sql(s, cases[i].damage);
        must(store_check(s, p.arena, &faults, &n, &err), &err);
        for (uint32_t k = 0; k < n; k++)
            found |= sv_find(faults[k], sv_of(cases[i].fault), 0) != SIZE_MAX;
        if (!found)
            fail_msg("%s: expected '%s', found %u faults, first: %.*s", cases[i].damage, cases[i].fault, n, SV_ARG(n ? faults[0] : SV("")));
        store_close(s);
        place_free(&p);
    }
}

static void test_collect(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = full_store(&p);
    struct err err = { "" };
    struct store_gc_result r;
    put_node(s, p.arena, "three", "{\"os\":{\"family\":\"Debian\"},\"cpus\":8}", 130 * DAY);
    must(store_begin(s, &err), &err);
    must(inventory_deactivate(s, SV("three"), 131 * DAY, &err), &err);
    must(inventory_deactivate(s, SV("two"), 150 * DAY, &err), &err);
    must(store_commit(s, &err), &err);
    sql(s, "INSERT INTO fact (hash, name, value) VALUES ('x', 'left', '1')");
    must(store_collect(s, &(struct store_gc){ 0, 0 }, &r, &err), &err);
    assert_true(r.reports == 0 && r.nodes == 0 && r.values == 1);
    must(store_collect(s, &(struct store_gc){ .reports_before = 115 * DAY, .nodes_before = 140 * DAY }, &r, &err), &err);
    assert_int_equal(r.reports, 2); /* of one and of two, but not the later one of two */
    assert_int_equal(r.nodes, 1);
    assert_int_equal(r.values, 0);
    assert_sound(&p, s);
    assert_int_equal(number(s, "SELECT count(*) FROM node"), 2);
    assert_int_equal(number(s, "SELECT count(*) FROM report"), 1);
    assert_int_equal(number(s, "SELECT count(*) FROM report_event"), 1);
    assert_int_equal(number(s, "SELECT count(*) FROM node WHERE report IS NOT NULL"), 1);
    assert_int_equal(number(s, "SELECT count(*) FROM fact WHERE value = '8'"), 0);
    assert_int_equal(number(s, "SELECT count(*) FROM node_fact WHERE name = 'os'"), 2);
    assert_int_equal(number(s, "SELECT count(*) FROM event"), 2); /* history is not touched */
    store_close(s);
    place_free(&p);
}

/* What catalogs were compiled from goes when none is compiled from it any more. */
static void test_collect_reads(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = full_store(&p);
    struct err err = { "" };
    struct store_gc_result r;
    struct compiled_read reads[] = { { 0, 1, SV("./a"), SV("1") }, { 0, 1, SV("./b"), SV("2") }, { 0, 1, SV("./c"), SV("3") } };
    const struct compiled one = { .key = SV("host:default/a") }, two = { .key = SV("host:default/b") },
                          none = { .key = SV("host:default/c") };
    must(store_begin(s, &err), &err);
    must(compiled_put_reads(s, reads, 3, &err), &err);
    const int64_t ids[] = { reads[0].id, reads[1].id, reads[2].id };
    must(compiled_put(s, p.arena, &one, ids, 2, &err) && compiled_put(s, p.arena, &two, ids + 1, 2, &err), &err);
    must(compiled_put(s, p.arena, &none, ids, 0, &err), &err);
    must(store_commit(s, &err), &err);
    must(store_collect(s, &(struct store_gc){ 0, 0 }, &r, &err), &err);
    assert_int_equal(r.reads, 0);
    must(store_begin(s, &err), &err);
    must(compiled_delete(s, two.key, &err), &err);
    must(store_commit(s, &err), &err);
    sql(s, "INSERT INTO read_set (hash, uses, reads) VALUES ('left', 1, '3')"); /* that no subject has */
    must(store_collect(s, &(struct store_gc){ 0, 0 }, &r, &err), &err);
    assert_int_equal(r.reads, 1);
    assert_int_equal(number(s, "SELECT count(*) FROM site_read WHERE path IN ('./a', './b')"), 2);
    assert_int_equal(number(s, "SELECT count(*) FROM site_read"), 2);
    assert_int_equal(number(s, "SELECT count(*) FROM read_set WHERE hash = 'left'"), 0);
    store_close(s);
    place_free(&p);
}

static void test_collect_many(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = full_store(&p);
    struct err err = { "" };
    struct store_gc_result r;
    must(store_begin(s, &err), &err);
    for (int i = 0; i < 1201; i++) { /* more than one transaction's worth */
        char hash[20];
        snprintf(hash, sizeof hash, "h%d", i);
        const struct sql_value args[] = { sql_text(sv_of(hash)), sql_int(i) };
        must(store_run(s, "INSERT INTO report (hash, node, received) VALUES (?1, 1, ?2)", SQL_ONCE, args, 2, NULL, NULL, &err), &err);
    }
    must(store_commit(s, &err), &err);
    must(store_collect(s, &(struct store_gc){ .reports_before = 1201 }, &r, &err), &err);
    assert_int_equal(r.reports, 1201);
    assert_int_equal(number(s, "SELECT count(*) FROM report"), 3);
    store_close(s);
    place_free(&p);
}

static void test_counts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t n;
    } want[] = { { "events", 2 },
                 { "events_last", 2000 },
                 { "documents", 1 },
                 { "entities", 1 },
                 { "nodes", 2 },
                 { "nodes_inactive", 0 },
                 { "facts", 4 },
                 { "facts_distinct", 3 },
                 { "resources", 4 },
                 { "resources_distinct", 3 },
                 { "reports", 3 },
                 { "reports_first", 100 * DAY },
                 { "reports_last", 120 * DAY },
                 { "report_events", 3 } };
    struct place p = place_new();
    struct store *s = full_store(&p);
    struct err err = { "" };
    struct store_count *list;
    uint32_t n, found = 0;
    must(store_counts(s, p.arena, &list, &n, &err), &err);
    for (uint32_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof want / sizeof *want; k++)
            if (strcmp(list[i].name, want[k].name) == 0) {
                assert_int_equal(list[i].n, want[k].n);
                found++;
            }
        if (strcmp(list[i].name, "bytes") == 0)
            assert_true(list[i].n > 10000);
    }
    assert_int_equal(found, sizeof want / sizeof *want);
    store_close(s);
    place_free(&p);
}

/* A folder for the files of a test. */
static struct sv test_folder(struct place *p)
{
    char dir[] = "/tmp/potlac-backup-XXXXXX";
    assert_non_null(mkdtemp(dir));
    return arena_dup(p->arena, sv_of(dir));
}

static int64_t events_of(const char *path)
{
    struct store *s = must_open(path);
    int64_t n = number(s, "SELECT count(*) FROM event");
    store_close(s);
    return n;
}

static void test_backup(void **state)
{
    (void)state;
    struct place p = place_new(), other = place_new();
    struct sv dir = test_folder(&p), kept;
    const char *file = arena_printf(p.arena, "%.*s/copy", SV_ARG(dir)).p, *wrong = arena_printf(p.arena, "%.*s/wrong", SV_ARG(dir)).p;
    struct store *s = full_store(&p);
    struct err err = { "" };
    must(store_backup(s, p.path, file, &err), &err);
    assert_false(store_backup(s, p.path, file, &err));
    assert_mentions(err.text, "exists: name a new file");
    add_event(s, "later", "x", 3);
    store_close(s);
    must(store_restore(other.path, file, false, 1803000000, p.arena, &kept, &err), &err); /* where nothing is */
    assert_int_equal(kept.n, 0);
    assert_int_equal(events_of(other.path), 2);
    s = must_open(other.path);
    assert_sound(&p, s);
    add_event(s, "goes on", "x", 4); /* ids are counted on */
    assert_int_equal(number(s, "SELECT max(id) FROM event"), 3);
    store_close(s);
    assert_false(store_restore(p.path, file, false, 1803000000, p.arena, &kept, &err));
    assert_mentions(err.text, "has content: with --force it is put aside");
    assert_int_equal(events_of(p.path), 3);
    must(fs_write_atomic(wrong, SV("this is no backup"), 0600, &err), &err);
    assert_false(store_restore(p.path, wrong, true, 1803000000, p.arena, &kept, &err));
    assert_int_equal(events_of(p.path), 3);
    assert_false(store_restore(p.path, "/nowhere/at/all", true, 1803000000, p.arena, &kept, &err));
    assert_mentions(err.text, "does not exist");
    must(store_restore(p.path, file, true, 1803000000, p.arena, &kept, &err), &err);
    assert_mentions(arena_cstr(p.arena, kept), "before-20270219T");
    assert_int_equal(events_of(p.path), 2);
    fs_remove_tree(dir.p, NULL);
    place_free(&other);
    place_free(&p);
}

/* What is copied while another process writes is one moment of it. */
static void test_backup_while_others_write(void **state)
{
    (void)state;
    struct place p = place_new(), other = place_new();
    struct sv dir = test_folder(&p), kept;
    struct err err = { "" };
    struct store *s = full_store(&p);
    pid_t writer = fork();
    if (writer == 0) {
        struct store *own = store_open(p.path, &err);
        if (own)
            write_some(own, 1);
        store_close(own);
        _exit(own ? 0 : 1);
    }
    for (int i = 0; i < 3; i++) {
        const char *file = arena_printf(p.arena, "%.*s/copy%d", SV_ARG(dir), i).p;
        must(store_backup(s, p.path, file, &err), &err);
        must(store_restore(other.path, file, true, 1803000000 + i, p.arena, &kept, &err), &err);
        struct store *copy = must_open(other.path);
        assert_sound(&p, copy);
        assert_int_equal(number(copy, "SELECT count(*) FROM event WHERE kind = 'w'"),
                         number(copy, "SELECT count(*) FROM document WHERE kind = 'w'"));
        store_close(copy);
    }
    int status;
    waitpid(writer, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_sound(&p, s);
    assert_int_equal(number(s, "SELECT count(*) FROM event WHERE kind = 'w'"), WRITES);
    store_close(s);
    fs_remove_tree(dir.p, NULL);
    place_free(&other);
    place_free(&p);
}

#define UPKEEP_TESTS                                                                                                                       \
    cmocka_unit_test(test_check_sound), cmocka_unit_test(test_check_faults), cmocka_unit_test(test_collect),                               \
        cmocka_unit_test(test_collect_reads), cmocka_unit_test(test_collect_many), cmocka_unit_test(test_counts),                          \
        cmocka_unit_test(test_backup), cmocka_unit_test(test_backup_while_others_write)

#endif
