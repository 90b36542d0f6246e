/* query_suite: questions and their answers, for every backend. Brings suite.h with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STORE_QUERY_SUITE_H
#define TESTS_STORE_QUERY_SUITE_H

#include "base/json.h"
#include "store/answer.h"
#include "store/compiled.h"
#include "store/inventory.h"
#include "store/pql.h"
#include "suite.h"

static const struct data *read_json(struct arena *a, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("test"), json };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (!json_read(a, src, NULL, &diags, &doc))
        fail_msg("%.*s: %.*s", SV_ARG(diags.first->message), SV_ARG(json));
    return &doc->root;
}

/* --- a small fleet --- */

static const char *const world_facts[][2] = {
    { "a.example.org",
      "{\"os\":{\"family\":\"Debian\",\"release\":{\"major\":\"12\"}},\"cpus\":4,\"virtual\":true,\"disks\":[{\"size\":10},"
      "{\"size\":20}],\"mountpoints\":{\"/srv/a b\":{\"size\":5},\"/\":{\"size\":50}},\"odd \\\"name\\\"\":1,"
      "\"load\":1.5,\"nothing\":null}" },
    { "b.example.org", "{\"os\":{\"family\":\"Debian\",\"release\":{\"major\":\"11\"}},\"cpus\":8,\"virtual\":false,\"disks\":[],"
                       "\"trusted\":{\"extensions\":{\"pp_role\":\"web\"}}}" },
    { "c.example.org", "{\"os\":{\"family\":\"RedHat\",\"release\":{\"major\":\"9\"}},\"cpus\":\"many\",\"virtual\":true}" },
};

static void put_facts(struct store *s, struct arena *a, const char *certname, const char *json, int64_t at)
{
    struct err err = { "" };
    const struct inventory_facts f = { .certname = sv_of(certname),
                                       .environment = SV("production"),
                                       .producer = SV("puppet"),
                                       .at = at,
                                       .values = read_json(a, sv_of(json)) };
    must(inventory_put_facts(s, a, &f, &err), &err);
}

static const struct inventory_resource world_resources[] = {
    { SV_INIT("File"), SV_INIT("/etc/motd"), SV_INIT("/site.pp"), 3, false, SV_INIT("[\"file\",\"motd\"]"),
      SV_INIT("{\"content\":\"hi\",\"mode\":\"0644\"}") },
    { SV_INIT("Package"), SV_INIT("nginx"), SV_INIT("/site.pp"), 4, false, SV_INIT("[\"package\",\"nginx\"]"),
      SV_INIT("{\"ensure\":\"present\"}") },
    { SV_INIT("Host"), SV_INIT("exported"), SV_INIT(""), 0, true, SV_INIT("[\"host\"]"), SV_INIT("{\"ip\":\"10.0.0.1\"}") },
};

static void put_catalog(struct store *s, struct arena *a, const char *certname, uint32_t from, uint32_t to, int64_t at)
{
    struct err err = { "" };
    const struct inventory_catalog c = {
        .certname = sv_of(certname),
        .environment = SV("production"),
        .version = SV("v1"),
        .at = at,
        .resources = world_resources + from,
        .resource_count = to - from,
        .edges =
            SV("[[\"Class\",\"Main\",\"contains\",\"File\",\"/etc/motd\"],[\"Package\",\"nginx\",\"before\",\"File\",\"/etc/motd\"]]")
    };
    must(inventory_put_catalog(s, a, &c, &err), &err);
}

static void put_report(struct store *s, struct arena *a, const char *certname, const char *status, int64_t at)
{
    struct err err = { "" };
    const struct inventory_event event = { .at = at,
                                           .status = SV("success"),
                                           .corrective = TERNARY_YES,
                                           .resource_type = SV("File"),
                                           .resource_title = SV("/etc/motd"),
                                           .property = SV("content"),
                                           .old_value = SV("\"a\""),
                                           .new_value = SV("\"b\""),
                                           .containment_path = SV("[\"Stage[main]\",\"Motd\"]"),
                                           .containing_class = SV("Motd") };
    const struct inventory_report r = { .certname = sv_of(certname),
                                        .environment = SV("production"),
                                        .status = sv_of(status),
                                        .noop = TERNARY_NO,
                                        .noop_pending = TERNARY_NO,
                                        .corrective = TERNARY_YES,
                                        .format = 12,
                                        .started = at - 1000,
                                        .ended = at,
                                        .produced = at,
                                        .received = at + 500,
                                        .metrics = SV("[]"),
                                        .logs = SV("[{\"level\":\"notice\"}]"),
                                        .events = &event,
                                        .event_count = strcmp(status, "changed") == 0 };
    must(inventory_add_report(s, a, &r, &err), &err);
}

#define WORLD_TIME 1802649600000 /* 2027-02-15T00:00:00Z */

static void put_world(struct store *s, struct arena *a)
{
    struct err err = { "" };
    must(store_begin(s, &err), &err);
    for (size_t i = 0; i < 3; i++)
        put_facts(s, a, world_facts[i][0], world_facts[i][1], WORLD_TIME);
    put_catalog(s, a, "a.example.org", 0, 3, WORLD_TIME);
    put_catalog(s, a, "b.example.org", 0, 2, WORLD_TIME);
    put_catalog(s, a, "c.example.org", 1, 2, WORLD_TIME);
    put_report(s, a, "a.example.org", "changed", WORLD_TIME);
    put_report(s, a, "a.example.org", "unchanged", WORLD_TIME + 1800000);
    put_report(s, a, "b.example.org", "failed", WORLD_TIME + 86400000);
    must(store_put(s, SV("entity"), SV("host:default/a"),
                   SV("{\"kind\":\"Host\",\"spec\":{\"fqdn\":\"A.example.org\",\"cluster\":\"web\"}}"), 1, &err),
         &err);
    must(store_put(s, SV("entity"), SV("host:default/c.example.org"),
                   SV("{\"kind\":\"Host\",\"spec\":{\"cluster\":\"db\",\"note\":\"say \\\"hä\\\" / 50%\",\"at\":[\"lon\"]}}"), 1, &err),
         &err);
    must(store_put(s, SV("entity"), SV("cluster:default/web"), SV("{\"kind\":\"Cluster\",\"spec\":{\"size\":3}}"), 1, &err), &err);
    must(store_commit(s, &err), &err);
    add_event(s, "deploy", "deployment:default/web", 1802649600);
}

/* --- questions --- */

static const struct {
    const char *query, *answer;
} questions[] = {
    /* nodes */
    { "nodes[certname] { order by certname }",
      "[{\"certname\":\"a.example.org\"},{\"certname\":\"b.example.org\"},{\"certname\":\"c.example.org\"}]" },
    { "nodes[certname, latest_report_status, report_timestamp, latest_report_corrective_change] { certname ~ '^[ab]' order by certname "
      "desc }",
      "[{\"certname\":\"b.example.org\",\"latest_report_status\":\"failed\",\"report_timestamp\":\"2027-02-16T00:00:00.000Z\","
      "\"latest_report_corrective_change\":true},{\"certname\":\"a.example.org\",\"latest_report_status\":\"unchanged\","
      "\"report_timestamp\":\"2027-02-15T00:30:00.000Z\",\"latest_report_corrective_change\":true}]" },
    { "nodes[certname] { latest_report_status is null }", "[{\"certname\":\"c.example.org\"}]" },
    { "nodes[certname] { latest_report_status != 'failed' order by certname }",
      "[{\"certname\":\"a.example.org\"},{\"certname\":\"c.example.org\"}]" },
    { "nodes[count()] { certname !~ 'a' }", "[{\"count\":0}]" },
    { "nodes[certname] { order by certname limit 1 offset 1 }", "[{\"certname\":\"b.example.org\"}]" },
    { "nodes[certname] { order by certname offset 2 }", "[{\"certname\":\"c.example.org\"}]" },
    { "nodes[certname] { certname in ['c.example.org', 'x'] }", "[{\"certname\":\"c.example.org\"}]" },
    { "nodes[certname] { facts { name = 'cpus' and value = 8 } }", "[{\"certname\":\"b.example.org\"}]" },
    { "nodes[certname] { resources { type = 'Host' } or certname = 'b.example.org' order by certname }",
      "[{\"certname\":\"a.example.org\"},{\"certname\":\"b.example.org\"}]" },
    { "nodes[certname] { !resources { type = 'File' } }", "[{\"certname\":\"c.example.org\"}]" },
    { "nodes[certname] { certname in facts[certname] { name = 'virtual' and value = false } }", "[{\"certname\":\"b.example.org\"}]" },
    /* facts */
    { "facts[certname, value] { name = 'cpus' order by certname }", "[{\"certname\":\"a.example.org\",\"value\":4},{\"certname\":\"b."
                                                                    "example.org\",\"value\":8},{\"certname\":\"c.example.org\",\"value\":"
                                                                    "\"many\"}]" },
    { "facts[certname] { name = 'cpus' and value > 4 }", "[{\"certname\":\"b.example.org\"}]" },
    { "facts[certname] { name = 'virtual' and value = true order by certname }",
      "[{\"certname\":\"a.example.org\"},{\"certname\":\"c.example.org\"}]" },
    { "facts[certname] { name = 'os' and value.release.major = '9' }", "[{\"certname\":\"c.example.org\"}]" },
    { "facts[count()] { name = 'cpus' and value = true }", "[{\"count\":0}]" },
    { "facts[name, count()] { name in ['os', 'load'] group by name order by name }",
      "[{\"name\":\"load\",\"count\":1},{\"name\":\"os\",\"count\":3}]" },
    { "facts[avg(value), sum(value), min(value), max(value)] { name = 'cpus' }", "[{\"avg\":6.0,\"sum\":12,\"min\":4,\"max\":8}]" },
    { "fact_names[name] { order by name limit 2 }", "[{\"name\":\"cpus\"},{\"name\":\"disks\"}]" },
    { "fact_contents[certname, path, value] { path ~> ['disks', '.*', 'size'] and value >= 20 }",
      "[{\"certname\":\"a.example.org\",\"path\":[\"disks\",1,\"size\"],\"value\":20}]" },
    { "fact_contents[path, value] { certname = 'a.example.org' and name ~ 'mount|odd' and path ~> ['.*', '/srv/.*', '.*'] }",
      "[{\"path\":[\"mountpoints\",\"/srv/a b\",\"size\"],\"value\":5}]" },
    { "fact_contents[value] { path = ['os', 'family'] and certname = 'c.example.org' }", "[{\"value\":\"RedHat\"}]" },
    { "fact_contents[certname] { name = 'nothing' }", "[{\"certname\":\"a.example.org\"}]" },
    /* inventory */
    { "inventory[certname] { facts.os.family = 'Debian' order by certname }",
      "[{\"certname\":\"a.example.org\"},{\"certname\":\"b.example.org\"}]" },
    { "inventory[certname] { facts.os.family != 'Debian' }", "[{\"certname\":\"c.example.org\"}]" },
    { "inventory[certname, facts.os.release.major] { facts.cpus >= 4 order by facts.os.release.major }",
      "[{\"certname\":\"b.example.org\",\"facts.os.release.major\":\"11\"},{\"certname\":\"a.example.org\",\"facts.os.release.major\":"
      "\"12\"}]" },
    { "inventory[certname] { facts.load is null order by certname }",
      "[{\"certname\":\"b.example.org\"},{\"certname\":\"c.example.org\"}]" },
    { "inventory[certname] { facts.disks[1].size = 20 }", "[{\"certname\":\"a.example.org\"}]" },
    { "inventory[certname] { facts.mountpoints.\"/srv/a b\".size < 6 }", "[{\"certname\":\"a.example.org\"}]" },
    { "inventory[certname] { facts.mountpoints.match(\"^/srv\").size = 5 }", "[{\"certname\":\"a.example.org\"}]" },
    { "inventory[certname] { facts.mountpoints.match(\"^/var\").size = 5 }", "[]" },
    { "inventory[certname] { facts.os.family ~ 'Hat$' }", "[{\"certname\":\"c.example.org\"}]" },
    { "inventory[certname] { trusted.extensions.pp_role = 'web' }", "[{\"certname\":\"b.example.org\"}]" },
    { "inventory[facts.os.family, count()] { group by facts.os.family order by facts.os.family }",
      "[{\"facts.os.family\":\"Debian\",\"count\":2},{\"facts.os.family\":\"RedHat\",\"count\":1}]" },
    { "inventory { certname = 'c.example.org' }",
      "[{\"certname\":\"c.example.org\",\"timestamp\":\"2027-02-15T00:00:00.000Z\",\"environment\":\"production\",\"facts\":{\"cpus\":"
      "\"many\","
      "\"os\":{\"family\":\"RedHat\",\"release\":{\"major\":\"9\"}},\"virtual\":true},\"trusted\":null}]" },
    { "factsets[certname, producer] { certname = 'a.example.org' }", "[{\"certname\":\"a.example.org\",\"producer\":\"puppet\"}]" },
    /* catalogs */
    { "resources[certname, title, exported, line, parameters.ip, tags] { type = 'Host' }",
      "[{\"certname\":\"a.example.org\",\"title\":\"exported\",\"exported\":true,\"line\":null,\"parameters.ip\":\"10.0.0.1\",\"tags\":["
      "\"host\"]}]" },
    { "resources[type, count()] { group by type order by type }",
      "[{\"type\":\"File\",\"count\":2},{\"type\":\"Host\",\"count\":1},{\"type\":\"Package\",\"count\":3}]" },
    { "resources[count()] { parameters.ensure = 'present' and tag = 'nginx' }", "[{\"count\":3}]" },
    { "resources[count()] { tag ~ '^ng' and certname = 'a.example.org' }", "[{\"count\":1}]" },
    { "resources[certname] { type = 'File' and title = '/etc/motd' and nodes { latest_report_status = 'failed' } }",
      "[{\"certname\":\"b.example.org\"}]" },
    { "edges[certname, source_type, target_title] { relationship = 'before' and certname = 'b.example.org' }",
      "[{\"certname\":\"b.example.org\",\"source_type\":\"Package\",\"target_title\":\"/etc/motd\"}]" },
    { "catalogs[certname, version, resources] { certname = 'c.example.org' }",
      "[{\"certname\":\"c.example.org\",\"version\":\"v1\",\"resources\":[{\"type\":\"Package\",\"title\":\"nginx\",\"exported\":false,"
      "\"file\":"
      "\"/site.pp\",\"line\":4,\"tags\":[\"package\",\"nginx\"],\"parameters\":{\"ensure\":\"present\"}}]}]" },
    /* reports */
    { "reports[certname, status] { latest_report? = true order by certname }",
      "[{\"certname\":\"a.example.org\",\"status\":\"unchanged\"},{\"certname\":\"b.example.org\",\"status\":\"failed\"}]" },
    { "reports[status] { receive_time > '2027-02-15T01:00:00Z' }", "[{\"status\":\"failed\"}]" },
    { "reports[status] { receive_time < '2027-02-15T00:00:00.501Z' and receive_time >= '2027-02-15' }", "[{\"status\":\"changed\"}]" },
    { "reports[count(), to_string(receive_time, 'YYYY-MM-DD')] { group by to_string(receive_time, 'YYYY-MM-DD') order by count desc }",
      "[{\"count\":2,\"to_string\":\"2027-02-15\"},{\"count\":1,\"to_string\":\"2027-02-16\"}]" },
    { "reports[status, logs] { events { resource_type = 'File' } }", "[{\"status\":\"changed\",\"logs\":[{\"level\":\"notice\"}]}]" },
    { "events[certname, old_value, new_value, corrective_change, containment_path] { containment_path = 'Motd' and property = 'content' }",
      "[{\"certname\":\"a.example.org\",\"old_value\":\"a\",\"new_value\":\"b\",\"corrective_change\":true,\"containment_path\":["
      "\"Stage[main]\",\"Motd\"]}]" },
    { "environments {}", "[{\"name\":\"production\"}]" },
    { "producers {}", "[{\"name\":\"puppet\"}]" },
    /* the model and the history */
    { "hosts[name, cluster] { order by name }", "[{\"name\":\"a\",\"cluster\":\"web\"},{\"name\":\"c.example.org\",\"cluster\":\"db\"}]" },
    { "nodes[certname] { hosts { cluster = 'web' } }", "[{\"certname\":\"a.example.org\"}]" },
    { "hosts[ref] { inventory { facts.os.family = 'RedHat' } }", "[{\"ref\":\"host:default/c.example.org\"}]" },
    { "hosts[name] { cluster != 'web' }", "[{\"name\":\"c.example.org\"}]" },
    { "hosts[name] { cluster in ['web', 'db'] order by name }", "[{\"name\":\"a\"},{\"name\":\"c.example.org\"}]" },
    { "hosts[name] { cluster = 'Host' or cluster = 'fqdn' }", "[]" }, /* these words stand elsewhere */
    { "hosts[name] { note = 'say \"hä\" / 50%' }", "[{\"name\":\"c.example.org\"}]" },
    { "hosts[name] { note = 'say' }", "[]" },
    { "hosts[name] { spec.at[0] = 'lon' and spec.cluster = 'db' }", "[{\"name\":\"c.example.org\"}]" },
    { "clusters { size >= 3 }",
      "[{\"ref\":\"cluster:default/web\",\"kind\":\"Cluster\",\"namespace\":\"default\",\"name\":\"web\",\"spec\":{\"size\":3}}]" },
    { "entities[kind, count()] { group by kind order by kind }", "[{\"kind\":\"Cluster\",\"count\":1},{\"kind\":\"Host\",\"count\":2}]" },
    { "history[at, kind, subject, body.a] { kind = 'deploy' and at >= '2027-02-15' }",
      "[{\"at\":\"2027-02-15T00:00:00.000Z\",\"kind\":\"deploy\",\"subject\":\"deployment:default/web\",\"body.a\":1}]" },
};

static bool ask(struct store *s, struct arena *a, const char *text, struct strbuf *out, struct diags *diags, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    *src = (struct source){ SV("query"), sv_of(text) };
    *diags = diags_in(a);
    struct query *q = pql_parse(a, src, diags);
    return q && query_answer_json(s, a, q, out, false, diags, err);
}

/* Databases order the keys of hashes in their own ways. */
static bool same_data(const struct data *a, const struct data *b)
{
    bool same = a->kind == b->kind && a->count == b->count;
    if (same && a->kind == DATA_MAP)
        for (uint32_t i = 0; same && i < a->count; i++) {
            const struct data *other = data_get(b, a->pairs[i].key.s.p);
            same = other && same_data(&a->pairs[i].value, other);
        }
    else if (same && a->kind == DATA_LIST)
        for (uint32_t i = 0; same && i < a->count; i++)
            same = same_data(&a->items[i], &b->items[i]);
    else
        same = data_equal(a, b);
    return same;
}

static void assert_answer(struct store *s, struct arena *a, const char *query, const char *answer)
{
    struct strbuf out = STRBUF_IN(a);
    struct diags diags;
    struct err err = { "" };
    if (!ask(s, a, query, &out, &diags, &err))
        fail_msg("%s\n%s%.*s", query, err.text, SV_ARG(diags.first ? diags.first->message : SV("")));
    if (!same_data(read_json(a, strbuf_sv(&out)), read_json(a, sv_of(answer))))
        fail_msg("%s\n  expected %s\n  found    %.*s", query, answer, SV_ARG(strbuf_sv(&out)));
}

static void test_questions(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    put_world(s, p.arena);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        assert_answer(s, p.arena, questions[i].query, questions[i].answer);
    /* The same with a node that is gone: values are no longer counted by their uses. */
    struct err err = { "" };
    must(store_begin(s, &err), &err);
    put_facts(s, p.arena, "gone.example.org", "{\"cpus\":4,\"os\":{\"family\":\"Plan 9\"}}", WORLD_TIME);
    put_catalog(s, p.arena, "gone.example.org", 0, 3, WORLD_TIME);
    must(inventory_deactivate(s, SV("gone.example.org"), WORLD_TIME, &err), &err);
    must(store_commit(s, &err), &err);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        assert_answer(s, p.arena, questions[i].query, questions[i].answer);
    assert_answer(s, p.arena, "nodes[certname] { node_state = 'inactive' }", "[{\"certname\":\"gone.example.org\"}]");
    assert_answer(s, p.arena, "nodes[certname] { deactivated is not null }", "[{\"certname\":\"gone.example.org\"}]");
    assert_answer(s, p.arena, "facts[count()] { name = 'cpus' and node_state = 'any' }", "[{\"count\":4}]");
    store_close(s);
    place_free(&p);
}

static const char *const wrong_questions[][2] = {
    { "node {}", "there is no entity 'node' to ask for; did you mean 'nodes'?" },
    { "nodes { name = 'x' }", "'nodes' have no field 'name'" },
    { "nodes[x] {}", "'nodes' have no field 'x'" },
    { "nodes { certname > 3 }", "'certname' is text: it can be equal (=) or match (~), not be more or less" },
    { "nodes { certname = 3 }", "'certname' is compared with text in quotes, found an integer" },
    { "nodes { certname.x = '3' }", "'certname' holds no structure to go into" },
    { "nodes { certname ~ '(' }", "the regular expression '(' cannot be read" },
    { "nodes { report_timestamp > 'yesterday' }", "'report_timestamp' is compared with a time in quotes" },
    { "nodes { latest_report_noop = 1 }", "'latest_report_noop' is compared with true or false, found an integer" },
    { "nodes { certname ~> ['a'] }", "'certname' is no path" },
    { "inventory { facts = 'x' }", "facts are asked for by a path, as in facts.os.family" },
    { "nodes[certname, count()] {}", "'certname' is given for many rows at once: add 'group by certname'" },
    { "nodes { history { kind = 'deploy' } }", "nodes and history are not related by themselves" },
    { "nodes { node_state = 'asleep' }", "node_state is 'active', 'inactive' or 'any', found 'asleep'" },
    { "reports[to_string(receive_time, 'DAY')] {}", "to_string knows YYYY, MM, DD, DDD, HH24, MI and SS, found 'DAY'" },
};

static void test_wrong_questions(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    for (size_t i = 0; i < sizeof wrong_questions / sizeof *wrong_questions; i++) {
        struct strbuf out = STRBUF_IN(p.arena);
        struct diags diags;
        struct err err = { "" };
        assert_false(ask(s, p.arena, wrong_questions[i][0], &out, &diags, &err));
        assert_string_equal(err.text, "");
        assert_non_null(diags.first);
        assert_mentions(arena_cstr(p.arena, diags.first->message), wrong_questions[i][1]);
    }
    store_close(s);
    place_free(&p);
}

/* --- what is stored --- */

static void test_inventory_replaces(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct sv json;
    put_world(s, p.arena);
    must(store_begin(s, &err), &err);
    put_facts(s, p.arena, "a.example.org", "{\"cpus\":5}", WORLD_TIME + 1);
    put_facts(s, p.arena, "b.example.org", "{\"cpus\":0}", WORLD_TIME - 1); /* older than what is known */
    put_catalog(s, p.arena, "a.example.org", 1, 2, WORLD_TIME + 1);
    put_report(s, p.arena, "a.example.org", "changed", WORLD_TIME); /* told once more */
    must(store_commit(s, &err), &err);
    must(inventory_facts_of(s, p.arena, SV("a.example.org"), &json, &err), &err);
    assert_true(sv_is(json, "{\"cpus\":5}"));
    assert_false(inventory_facts_of(s, p.arena, SV("nobody"), &json, &err));
    assert_string_equal(err.text, "");
    assert_answer(s, p.arena, "facts[certname, value] { name = 'cpus' order by certname limit 2 }",
                  "[{\"certname\":\"a.example.org\",\"value\":5},{\"certname\":\"b.example.org\",\"value\":8}]");
    assert_answer(s, p.arena, "resources[type, count()] { group by type order by type }",
                  "[{\"type\":\"File\",\"count\":1},{\"type\":\"Package\",\"count\":3}]");
    assert_answer(s, p.arena, "resources[type] { certname = 'a.example.org' }", "[{\"type\":\"Package\"}]");
    assert_answer(s, p.arena, "fact_names[count()] { name = 'load' }", "[{\"count\":0}]"); /* what nobody has is not kept */
    assert_answer(s, p.arena, "reports[count()] {}", "[{\"count\":3}]");
    must(store_begin(s, &err), &err);
    struct inventory_facts bad = { .certname = SV("x"), .values = read_json(p.arena, SV("[]")) };
    assert_false(inventory_put_facts(s, p.arena, &bad, &err));
    assert_mentions(err.text, "the facts of 'x' should be a hash");
    store_rollback(s);
    store_close(s);
    place_free(&p);
}

/* What catalogs were compiled from. */
static void test_compiled(void **state)
{
    (void)state;
    struct place p = place_new();
    struct store *s = must_open(p.path);
    struct err err = { "" };
    struct compiled_all all;
    struct compiled_read reads[] = { { 0, 1, SV("./a"), SV("1") }, { 0, 0, SV("./a"), SV("file") }, { 0, 1, SV("./b"), SV("2") } };
    const struct compiled one = { SV("host:default/a"), SV("in"), SV("out"), COMPILED_COLLECTS, 0 },
                          two = { SV("host:default/b"), SV("in"), SV("out"), 0, 0 };
    must(store_begin(s, &err), &err);
    must(compiled_put_reads(s, reads, 3, &err), &err);
    const int64_t both[] = { reads[0].id, reads[1].id };
    must(compiled_put(s, p.arena, &two, both, 2, &err) && compiled_put(s, p.arena, &one, both, 2, &err), &err);
    reads[2].digest = SV("3");
    int64_t id = reads[2].id;
    must(compiled_put_reads(s, reads + 2, 1, &err), &err);
    assert_int_equal(reads[2].id, id);
    must(store_commit(s, &err), &err);
    must(compiled_load(s, p.arena, &all, &err), &err);
    assert_true(all.count == 2 && all.read_count == 3 && all.set_count == 1);
    assert_true(sv_is(all.items[0].key, "host:default/a") && all.items[0].flags == COMPILED_COLLECTS && sv_is(all.items[0].digest, "out"));
    assert_true(all.items[0].read_set == all.sets[0].id && all.items[1].read_set == all.sets[0].id);
    must(store_begin(s, &err), &err);
    must(compiled_put(s, p.arena, &one, &id, 1, &err) && compiled_put(s, p.arena, &two, &id, 1, &err), &err);
    must(compiled_delete(s, SV("host:default/a"), &err), &err);
    must(store_commit(s, &err), &err);
    must(compiled_load(s, p.arena, &all, &err), &err);
    assert_true(all.count == 1 && all.set_count == 1); /* the set that nobody has is gone */
    store_close(s);
    place_free(&p);
}

#define QUERY_TESTS                                                                                                                        \
    cmocka_unit_test(test_compiled), cmocka_unit_test(test_questions), cmocka_unit_test(test_wrong_questions),                             \
        cmocka_unit_test(test_inventory_replaces)

#endif
