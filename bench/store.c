/* store: what nodes send in is stored, each node's in a durable transaction of its own: bench-store STORE [NODES [SENDERS]].
 * Prints a line for each kind, with tabs between: its name, how many are stored a second, how many in a second of the processor. */
/* SPDX-License-Identifier: Apache-2.0 */
/* So many senders send at once; each waits until its own is on the disk. Making up what is sent is not counted; reading the JSON of facts
 * is, as whoever receives facts has to. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "store/inventory.h"

enum { ROLES = 20, RESOURCES = 300, OWN_RESOURCES = 60, CHANGED = 3, EVENTS = 5, FACTS = 120, OWN_FACTS = 15 };

static const int64_t START = 1700000000000; /* milliseconds */
static const int64_t HALF_HOUR = 1800000;

struct spent {
    double seconds, processor;
};

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct spent spent_now(void) { return (struct spent){ seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID) }; }

static struct sv certname(struct arena *a, int node) { return arena_printf(a, "node%d.example.org", node); }

/* ---- what is sent ---- */

/* Structured facts: of a machine like all, of a role, of the one node, of the moment. */
static void add_hashes(struct arena *a, struct json_out *j, int node, int round)
{
    json_key(j, SV("os"));
    json_raw(j, SV("{\"name\":\"Debian\",\"family\":\"Debian\",\"architecture\":\"amd64\",\"release\":{\"full\":\"12.5\",\"major\":\"12\","
                   "\"minor\":\"5\"},\"distro\":{\"codename\":\"bookworm\",\"id\":\"Debian\",\"description\":\"Debian GNU/Linux 12\"},"
                   "\"selinux\":{\"enabled\":false}}"));
    json_key(j, SV("processors"));
    json_raw(j,
             arena_printf(a, "{\"count\":%d,\"isa\":\"unknown\",\"physicalcount\":1,\"models\":[\"model A\",\"model A\"]}", node % ROLES));
    json_key(j, SV("networking"));
    json_raw(j,
             arena_printf(a,
                          "{\"fqdn\":\"node%d.example.org\",\"hostname\":\"node%d\",\"domain\":\"example.org\",\"interfaces\":{\"eth0\":"
                          "{\"ip\":\"10.0.%d.%d\",\"mac\":\"02:00:00:00:%02x:%02x\",\"mtu\":1500,\"bindings\":[{\"address\":\"10.0.%d.%d\","
                          "\"netmask\":\"255.255.0.0\",\"network\":\"10.0.0.0\"}]},\"lo\":{\"ip\":\"127.0.0.1\",\"mtu\":65536}}}",
                          node, node, node / 250, node % 250, node / 256, node % 256, node / 250, node % 250));
    json_key(j, SV("system_uptime"));
    json_raw(j, arena_printf(a, "{\"days\":%d,\"hours\":%d,\"seconds\":%d}", node % 90, node + round, node * 3600 + round));
    json_key(j, SV("memory"));
    json_raw(
        j, arena_printf(a, "{\"system\":{\"total_bytes\":4096000000,\"used_bytes\":%d,\"capacity\":\"%d%%\"}}", node * 1000 + round, node));
    json_key(j, SV("load_averages"));
    json_raw(j, arena_printf(a, "{\"1m\":%d.25,\"5m\":0.5,\"15m\":0.75}", node + round));
}

/* A hash that all nodes of a role have, as large as that of the mount points of a machine. */
static void add_mounts(struct arena *a, struct json_out *j, int node)
{
    json_key(j, SV("mountpoints"));
    json_open(j, '{');
    for (int i = 0; i < 20; i++) {
        json_key(j, arena_printf(a, "/srv/part-%d", i));
        json_raw(j,
                 arena_printf(a,
                              "{\"device\":\"/dev/vd%c\",\"filesystem\":\"ext4\",\"options\":[\"rw\",\"relatime\",\"errors=remount-ro\"],"
                              "\"size\":\"%d GiB\",\"size_bytes\":%d,\"available\":\"1 GiB\",\"available_bytes\":1073741824}",
                              'a' + i, node % ROLES, node % ROLES * 1024));
    }
    json_close(j, '}');
}

/* About what a Debian host says by Facter: 120 facts of 330 values, 8 KB. */
static struct sv facts_of(struct arena *a, int node, int round)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    add_hashes(a, &j, node, round);
    add_mounts(a, &j, node);
    for (int i = 7; i < FACTS; i++) {
        json_key(&j, arena_printf(a, "fact_%d", i));
        json_raw(&j, i < 7 + OWN_FACTS ? arena_printf(a, "\"value %d of node %d\"", i, node)
                     : i < FACTS / 2   ? arena_printf(a, "\"value %d of role %d\"", i, node % ROLES)
                                       : arena_printf(a, "\"value %d alike everywhere\"", i));
    }
    json_close(&j, '}');
    return strbuf_sv(&out);
}

/* Titles are those of a role, or of the node; in later rounds a few of the node's have other content. */
static struct inventory_resource resource_of(struct arena *a, int node, int i, int round)
{
    bool own = i < OWN_RESOURCES;
    struct sv of = own ? arena_printf(a, "node%d", node) : arena_printf(a, "role%d", node % ROLES);
    struct sv content = arena_printf(a, "content %d of %.*s, edition %d", i, SV_ARG(of), i < CHANGED ? round : 0);
    static const char *const types[] = { "File", "Package", "Service", "Exec", "User" };
    const char *type = types[i % 5];
    return (struct inventory_resource){
        .type = sv_of(type),
        .title = arena_printf(a, "/etc/%.*s/part-%d.conf", SV_ARG(of), i),
        .file = SV("/etc/puppetlabs/code/environments/production/modules/profile/manifests/base.pp"),
        .line = i + 1,
        .tags = arena_printf(a, "[\"class\",\"node\",\"profile\",\"profile::base\",\"%.*s\"]", SV_ARG(of)),
        .parameters = arena_printf(
            a, "{\"ensure\":\"present\",\"owner\":\"root\",\"group\":\"root\",\"mode\":\"0644\",\"content\":\"%.*s\"}", SV_ARG(content)),
    };
}

static struct sv edges_of(struct arena *a, int node)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_open(&j, '[');
    for (int i = 0; i < RESOURCES; i++) {
        struct inventory_resource r = resource_of(a, node, i, 0);
        json_raw(&j, arena_printf(a, "[\"Class\",\"Profile::Base\",\"contains\",\"%.*s\",\"%.*s\"]", SV_ARG(r.type), SV_ARG(r.title)));
    }
    json_close(&j, ']');
    return strbuf_sv(&out);
}

static struct inventory_catalog catalog_of(struct arena *a, int node, int round, int time)
{
    struct inventory_resource *list = ARENA_ARRAY(a, struct inventory_resource, RESOURCES);
    for (int i = 0; i < RESOURCES; i++)
        list[i] = resource_of(a, node, i, round);
    return (struct inventory_catalog){ .certname = certname(a, node),
                                       .environment = SV("production"),
                                       .producer = SV("bench"),
                                       .version = arena_printf(a, "%d", 1700000000 + time),
                                       .transaction_uuid = arena_printf(a, "00000000-0000-4000-8000-%04d%08d", time, node),
                                       .at = START + time * HALF_HOUR,
                                       .resources = list,
                                       .resource_count = RESOURCES,
                                       .edges = edges_of(a, node) };
}

static struct sv metrics_text(struct arena *a)
{
    static const char *const names[] = { "total",       "changed",   "failed",    "skipped",
                                         "out_of_sync", "scheduled", "restarted", "corrective_change" };
    struct strbuf out = STRBUF_IN(a);
    for (int i = 0; i < 48; i++)
        strbuf_addf(&out, "%c{\"category\":\"%s\",\"name\":\"%s\",\"value\":%d}", i ? ',' : '[',
                    i < 8    ? "resources"
                    : i < 24 ? "events"
                             : "time",
                    names[i % 8], i ? i : RESOURCES);
    strbuf_addc(&out, ']');
    return strbuf_sv(&out);
}

static struct sv logs_text(struct arena *a)
{
    struct strbuf out = STRBUF_IN(a);
    for (int i = 0; i < EVENTS + 3; i++)
        strbuf_addf(&out,
                    "%c{\"level\":\"notice\",\"message\":\"content changed '{md5}1' to '{md5}2'\",\"source\":\"/Stage[main]/Profile::Base/"
                    "File[/etc/part-%d.conf]/content\",\"tags\":[\"notice\",\"file\",\"class\"],\"time\":\"2023-11-14T22:13:20.%03dZ\"}",
                    i ? ',' : '[', i, i);
    strbuf_addc(&out, ']');
    return strbuf_sv(&out);
}

/* Of a run that changed a few of the catalog's resources. */
static struct inventory_report report_of(struct arena *a, int node, int time)
{
    struct inventory_event *events = ARENA_ARRAY(a, struct inventory_event, EVENTS);
    int64_t at = START + time * HALF_HOUR;
    for (int i = 0; i < EVENTS; i++) {
        struct inventory_resource r = resource_of(a, node, i, 0);
        events[i] = (struct inventory_event){ .at = at + i,
                                              .status = SV("success"),
                                              .corrective = TERNARY_NO,
                                              .resource_type = r.type,
                                              .resource_title = r.title,
                                              .property = SV("content"),
                                              .name = SV("content_changed"),
                                              .message = SV("content changed '{md5}1' to '{md5}2'"),
                                              .file = r.file,
                                              .line = r.line,
                                              .containing_class = SV("Profile::Base"),
                                              .old_value = SV("\"{md5}1\""),
                                              .new_value = SV("\"{md5}2\""),
                                              .containment_path = SV("[\"Stage[main]\",\"Profile::Base\",\"File[/etc/part.conf]\"]") };
    }
    return (struct inventory_report){ .certname = certname(a, node),
                                      .environment = SV("production"),
                                      .producer = SV("bench"),
                                      .status = SV("changed"),
                                      .puppet_version = SV("8.0.0"),
                                      .configuration_version = SV("1700000000"),
                                      .transaction_uuid = arena_printf(a, "00000000-0000-4000-8000-%04d%08d", time, node),
                                      .type = SV("agent"),
                                      .noop = TERNARY_NO,
                                      .noop_pending = TERNARY_NO,
                                      .corrective = TERNARY_NO,
                                      .format = 12,
                                      .started = at,
                                      .ended = at + 20000,
                                      .produced = at + 20000,
                                      .received = at + 21000,
                                      .metrics = metrics_text(a),
                                      .logs = logs_text(a),
                                      .events = events,
                                      .event_count = EVENTS };
}

/* ---- storing it ---- */

/* All nodes send one thing. round: which edition of it; time: of sending. */
struct kind {
    const char *name;
    char what; /* f: facts, c: catalogs, r: reports */
    int round, time;
};

/* What one node sends. */
struct sent {
    const struct kind *kind;
    struct sv certname, facts;
    struct inventory_catalog catalog;
    struct inventory_report report;
};

static struct sent make_up(struct arena *a, const struct kind *k, int node)
{
    struct sent sent = { .kind = k, .certname = certname(a, node) };
    if (k->what == 'f')
        sent.facts = facts_of(a, node, k->round);
    else if (k->what == 'c')
        sent.catalog = catalog_of(a, node, k->round, k->time);
    else
        sent.report = report_of(a, node, k->time);
    return sent;
}

/* Before the store is entered: a sender at a time there, all of them here. */
static bool make_ready(struct arena *a, struct sent *sent, struct inventory_facts *f, struct err *err)
{
    if (sent->kind->what == 'c')
        return (sent->catalog.ready = inventory_catalog_ready(a, &sent->catalog, err));
    if (sent->kind->what == 'r')
        return true;
    const struct source src = { SV("facts"), sent->facts };
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (!json_read(a, &src, NULL, &diags, &doc))
        return err_set(err, "the facts are no JSON");
    *f = (struct inventory_facts){ .certname = sent->certname,
                                   .environment = SV("production"),
                                   .producer = SV("bench"),
                                   .at = START + sent->kind->time * HALF_HOUR,
                                   .values = &doc->root };
    return (f->ready = inventory_facts_ready(a, f, err));
}

struct put {
    struct arena *arena;
    const struct sent *sent;
    struct inventory_facts facts;
};

static bool put(void *ctx, struct store *s, struct err *err)
{
    struct put *p = ctx;
    return p->sent->kind->what == 'f'   ? inventory_put_facts(s, p->arena, &p->facts, err)
           : p->sent->kind->what == 'c' ? inventory_put_catalog(s, p->arena, &p->sent->catalog, err)
                                        : inventory_add_report(s, p->arena, &p->sent->report, err);
}

static bool submit(struct store *s, struct sent *sent, struct err *err)
{
    struct put p = { .arena = arena_new(0), .sent = sent };
    bool ok = make_ready(p.arena, sent, &p.facts, err) && store_submit(s, put, &p, err);
    arena_free(p.arena);
    return ok;
}

/* What several senders send, one thing after the other. */
struct shipment {
    struct store *store;
    struct sent *items;
    int count;
    atomic_int next;
    atomic_bool failed;
};

static void *send_some(void *arg)
{
    struct shipment *s = arg;
    for (int i; !s->failed && (i = atomic_fetch_add(&s->next, 1)) < s->count;) {
        struct err err = { "" };
        if (!submit(s->store, &s->items[i], &err) && !atomic_exchange(&s->failed, true))
            fprintf(stderr, "bench-store: %s\n", err.text);
    }
    return NULL;
}

enum { MOST_SENDERS = 64, AT_ONCE = 100 };

static bool send_all(struct shipment *s, int senders, struct spent *io_spent)
{
    pthread_t threads[MOST_SENDERS];
    int started = 0;
    struct spent start = spent_now();
    while (started < senders && started < MOST_SENDERS && pthread_create(&threads[started], NULL, send_some, s) == 0)
        started++;
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    struct spent now = spent_now();
    io_spent->seconds += now.seconds - start.seconds;
    io_spent->processor += now.processor - start.processor;
    return started && !s->failed;
}

static bool run(struct store *s, const struct kind *k, int nodes, int senders)
{
    struct spent spent = { 0 };
    bool ok = true;
    for (int from = 0; ok && from < nodes; from += AT_ONCE) {
        struct arena *a = arena_new(0);
        struct sent items[AT_ONCE];
        struct shipment shipment = { .store = s, .items = items, .count = nodes - from < AT_ONCE ? nodes - from : AT_ONCE };
        for (int i = 0; i < shipment.count; i++)
            items[i] = make_up(a, k, from + i);
        ok = send_all(&shipment, senders, &spent);
        arena_free(a);
    }
    if (ok)
        printf("%s\t%.1f\t%.1f\n", k->name, nodes / spent.seconds, nodes / spent.processor);
    return ok;
}

static int number(int argc, char **argv, int i, int otherwise) { return argc > i ? (int)strtol(argv[i], NULL, 10) : otherwise; }

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {
        { "facts, new", 'f', 0, 0 },          { "facts, a few changed", 'f', 1, 1 },    { "catalogs, new", 'c', 0, 0 },
        { "catalogs, as before", 'c', 0, 1 }, { "catalogs, a few changed", 'c', 1, 2 }, { "reports", 'r', 0, 3 },
    };
    struct err err = { "" };
    struct store *s = argc > 1 ? store_open(argv[1], &err) : NULL;
    bool ok = s != NULL;
    if (!s)
        fprintf(stderr, "bench-store: %s\n", argc > 1 ? err.text : "name a store");
    for (size_t i = 0; ok && i < sizeof kinds / sizeof *kinds; i++)
        ok = run(s, &kinds[i], number(argc, argv, 2, 1000), number(argc, argv, 3, 1));
    store_close(s);
    return ok ? 0 : 1;
}
