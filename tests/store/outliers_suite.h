/* outliers_suite: a prepared cluster, and exactly what is odd in it. The same of every backend. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_OUTLIERS_SUITE_H
#define TESTS_STORE_OUTLIERS_SUITE_H

#include "suite.h"

#include "base/json.h"
#include "store/inventory.h"
#include "store/outliers.h"

enum { PEERS = 5, OTHER = PEERS }; /* OTHER: a node of another cluster */
#define RUN_TIME 1803000000000LL

static struct sv peer_name(struct arena *a, int i) { return arena_printf(a, "w%d.example.org", i); }

/* A run of one peer: what is odd about it is in the numbers. */
struct odd_peer {
    const char *motd, *kernel; /* NULL: as the others */
    bool extra, lacks_cron, failed, silent, no_run;
    int64_t late; /* milliseconds */
};

static void put_odd_facts(struct store *s, struct arena *a, int i, const struct odd_peer *o)
{
    struct err err = { "" };
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    struct sv text = arena_printf(
        a,
        "{\"networking\":{\"hostname\":\"w%d\",\"fqdn\":\"w%d.example.org\",\"ip\":\"10.0.0.%d\"},\"kernelrelease\":\"%s\","
        "\"os\":{\"name\":\"Debian\",\"release\":{\"full\":\"%s\"}},\"system_uptime\":{\"days\":%d},\"uuid\":\"u%d\","
        "\"memory\":{\"system\":{\"total_bytes\":1000,\"used_bytes\":%d}},\"disks\":{\"sda\":{\"serial\":\"s%d\",\"size\":\"1 TB\"}},"
        "\"motto\":\"I am w%d at 10.0.0.%d\",\"lucky\":%d}",
        i, i, i, o->kernel ? o->kernel : "6.1.0-18", o->kernel ? "12.1" : "12.5", i == 2 ? 3 : 40, i, 500 + i, i, i, i, i);
    *src = (struct source){ SV("facts"), text };
    assert_true(json_read(a, src, NULL, &diags, &doc));
    const struct inventory_facts f = { .certname = peer_name(a, i), .at = RUN_TIME, .values = &doc->root };
    must(inventory_put_facts(s, a, &f, &err), &err);
}

static void put_odd_catalog(struct store *s, struct arena *a, int i, const struct odd_peer *o)
{
    struct err err = { "" };
    struct inventory_resource list[5] = {
        { .type = SV("File"),
          .title = SV("/etc/motd"),
          .line = i,
          .parameters = arena_printf(a, "{\"mode\":\"0644\",\"content\":\"%s\"}", o->motd ? o->motd : "hi") },
        { .type = SV("Package"), .title = SV("nginx"), .parameters = SV("{\"ensure\":\"1.22\"}") },
        { .type = SV("File"),
          .title = arena_printf(a, "/srv/w%d", i),
          .parameters = arena_printf(a, "{\"content\":\"of w%d.example.org, 10.0.0.%d, w%d2\"}", i, i, 7) },
    };
    uint32_t n = 3;
    if (!o->lacks_cron)
        list[n++] = (struct inventory_resource){ .type = SV("Cron"), .title = SV("tidy"), .parameters = SV("{\"hour\":3}") };
    if (o->extra)
        list[n++] = (struct inventory_resource){ .type = SV("User"), .title = SV("guest"), .parameters = SV("{}") };
    const struct inventory_catalog c = { .certname = peer_name(a, i), .at = RUN_TIME, .resources = list, .resource_count = n };
    must(inventory_put_catalog(s, a, &c, &err), &err);
}

static void put_odd(struct store *s, struct arena *a, int i, const struct odd_peer *o)
{
    struct err err = { "" };
    const struct inventory_report r = { .certname = peer_name(a, i),
                                        .status = o->failed ? SV("failed")
                                                  : i % 2   ? SV("changed")
                                                            : SV("unchanged"),
                                        .puppet_version = SV("7.23.0"),
                                        .configuration_version = arena_printf(a, "%d", 1000 + i), /* its own each time */
                                        .noop = TERNARY_NO,
                                        .noop_pending = TERNARY_UNKNOWN,
                                        .corrective = TERNARY_UNKNOWN,
                                        .produced = RUN_TIME - o->late,
                                        .received = RUN_TIME };
    if (o->silent)
        return;
    must(store_begin(s, &err), &err);
    put_odd_facts(s, a, i, o);
    put_odd_catalog(s, a, i, o);
    if (!o->no_run)
        must(inventory_add_report(s, a, &r, &err), &err);
    must(store_commit(s, &err), &err);
}

/* Each difference in one line: "1 File[/etc/motd] content "x" "hi" 4/5". */
static const char *odd_words(struct store *s, struct arena *a, const struct odd_peer *odd, uint32_t count)
{
    struct err err = { "" };
    struct outlier_peer *peers = ARENA_ARRAY(a, struct outlier_peer, count);
    struct outliers found;
    for (uint32_t i = 0; i < count; i++) {
        put_odd(s, a, (int)i, &odd[i]);
        peers[i].certname = peer_name(a, (int)i);
    }
    put_odd(s, a, OTHER, &(struct odd_peer){ .motd = "other", .kernel = "5" });
    must(outliers_find(s, a, peers, count, &found, &err), &err);
    struct strbuf out = STRBUF_IN(a);
    for (uint32_t i = 0; i < found.count; i++) {
        const struct outlier_difference *d = &found.items[i];
        strbuf_addf(&out, "%u %.*s %.*s|%.*s|%.*s %u/%u\n", d->peer, SV_ARG(d->name), SV_ARG(d->parameter), SV_ARG(d->is),
                    SV_ARG(d->others), d->agree, d->of);
    }
    return strbuf_cstr(&out);
}

static void test_outliers(void **state)
{
    (void)state;
    static const struct {
        struct odd_peer peers[PEERS];
        const char *want;
    } cases[] = {
        { { { 0 }, { 0 }, { 0 }, { 0 }, { 0 } }, "" }, /* own names, uptime, serials, one's own versions: nothing */
        { { { 0 }, { .motd = "ho" }, { 0 }, { 0 }, { 0 } }, "1 File[/etc/motd] content|\"ho\"|\"hi\" 4/5\n" },
        { { { .lacks_cron = true }, { 0 }, { .extra = true }, { 0 }, { 0 } },
          "0 Cron[tidy] ||{\"hour\":3} 4/5\n"
          "2 User[guest] |{}| 4/5\n" },
        { { { 0 }, { 0 }, { 0 }, { 0 }, { .kernel = "6.1.0-9" } },
          "4 kernelrelease |\"6.1.0-9\"|\"6.1.0-18\" 4/5\n"
          "4 os.release.full |\"12.1\"|\"12.5\" 4/5\n" },
        { { { 0 }, { .failed = true }, { .late = 86400001 }, { .late = 86400000 }, { 0 } },
          "1 status |\"failed\"|\"succeeded\" 4/5\n"
          "2 time |\"2027-02-18T01:19:59Z\"|\"2027-02-19T01:20:00Z\" 4/5\n" },
        { { { 0 }, { .silent = true }, { 0 }, { 0 }, { .no_run = true } },
          "1 catalog ||true 4/5\n"
          "1 facts ||true 4/5\n"
          "1 report ||true 3/5\n"
          "4 report ||true 3/5\n" },
        { { { .motd = "a" }, { .motd = "a" }, { .motd = "b" }, { .motd = "b" }, { .motd = "c" } }, "" }, /* no majority */
        { { { .motd = "a" }, { .motd = "a" }, { .motd = "a" }, { .motd = "b" }, { .motd = "c" } },
          "3 File[/etc/motd] content|\"b\"|\"a\" 3/5\n"
          "4 File[/etc/motd] content|\"c\"|\"a\" 3/5\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = place_new();
        struct store *s = must_open(p.path);
        const char *words = odd_words(s, p.arena, cases[i].peers, PEERS);
        if (strcmp(words, cases[i].want) != 0)
            fail_msg("case %zu: expected\n%sfound\n%s", i, cases[i].want, words);
        store_close(s);
        place_free(&p);
    }
}

/* Of one or two hosts nobody can say which is right. */
static void test_few_peers(void **state)
{
    (void)state;
    static const struct odd_peer peers[2] = { { .motd = "a", .extra = true }, { .motd = "b", .failed = true } };
    for (uint32_t n = 0; n <= 2; n++) {
        struct place p = place_new();
        struct store *s = must_open(p.path);
        assert_string_equal(odd_words(s, p.arena, peers, n), "");
        store_close(s);
        place_free(&p);
    }
}

#define OUTLIER_TESTS cmocka_unit_test(test_outliers), cmocka_unit_test(test_few_peers)

#endif
