/* outliers: reads what nodes do not all have in common, and finds who stands alone with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outliers.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"
#include "store/outliers_internal.h"

/* A value that peers have: one variant of each item that it holds. */
struct shared_row {
    struct tally_item **items;
    uint32_t *variants;
    uint32_t count;
    size_t cap, variant_cap;
};

struct search {
    struct store *store;
    struct arena *arena;
    struct outlier_peer *peers;
    uint32_t count;
    struct map by_certname, by_id; /* number of a peer, + 1 */
    struct sv ids;                 /* "3,17,20": numbers of the nodes, for SQL */
    bool *has_catalog, *has_facts, *has_report;
    int64_t *produced; /* of the last report */
    struct tally tally;
    struct map rows; /* id -> shared_row */
    struct outliers *out;
    enum outlier_what what;
    uint32_t of;
};

static bool run(struct search *f, sql_row *row, struct err *err, struct sv sql)
{
    return store_run(f->store, sql.p, SQL_ONCE, NULL, 0, row, f, err);
}

static struct sv id_key(struct arena *a, int64_t id) { return arena_printf(a, "%lld", (long long)id); }

/* UINT32_MAX: none of ours */
static uint32_t peer_of(struct search *f, int64_t node)
{
    char buf[24];
    int n = snprintf(buf, sizeof buf, "%lld", (long long)node);
    uintptr_t known = (uintptr_t)map_find(&f->by_id, sv_make(buf, (size_t)n));
    return known ? (uint32_t)known - 1 : UINT32_MAX;
}

static const struct data *parse(struct arena *a, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("value"), arena_dup(a, json) };
    return json_read(a, src, NULL, &diags, &doc) ? &doc->root : NULL;
}

static struct sv json_of(struct arena *a, const struct data *d)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_data(&j, d);
    return strbuf_sv(&out);
}

static struct sv json_text(struct arena *a, struct sv text)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    json_str(&j, text);
    return strbuf_sv(&out);
}

/* --- a node's own texts --- */

static bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static struct sv without_one(struct arena *a, struct sv text, const struct own_text *own)
{
    struct strbuf out = STRBUF_IN(a);
    size_t from = 0, hit = own->text.n ? sv_find(text, own->text, 0) : SIZE_MAX;
    if (hit == SIZE_MAX)
        return text;
    for (; hit != SIZE_MAX; hit = sv_find(text, own->text, hit + 1)) {
        size_t end = hit + own->text.n;
        if (hit < from || (hit && is_word(text.p[hit - 1])) || (end < text.n && is_word(text.p[end])))
            continue;
        strbuf_add(&out, sv_slice(text, from, hit));
        strbuf_adds(&out, own->shown);
        from = end;
    }
    strbuf_add(&out, sv_slice(text, from, text.n));
    return strbuf_sv(&out);
}

/* A value that one peer alone has: without what is its own. Values that several have are compared as they are. */
static struct sv comparable(struct search *f, struct sv text, int64_t holders, uint32_t peer)
{
    for (uint32_t i = 0; holders == 1 && peer != UINT32_MAX && i < f->peers[peer].own_count; i++)
        text = without_one(f->arena, text, &f->peers[peer].own[i]);
    return text;
}

/* --- who is there --- */

static bool take_node(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    uintptr_t peer = (uintptr_t)map_find(&f->by_certname, c[1].s);
    if (!peer)
        return true;
    struct sv id = id_key(f->arena, c[0].i);
    map_put(&f->by_id, id, (void *)peer);
    f->has_catalog[peer - 1] = c[2].kind != SQL_NULL;
    f->has_facts[peer - 1] = c[3].kind != SQL_NULL;
    f->has_report[peer - 1] = c[4].kind != SQL_NULL;
    return true;
}

static bool read_nodes(struct search *f, struct err *err)
{
    struct strbuf ids = STRBUF_IN(f->arena);
    if (!run(f, take_node, err,
             SV("SELECT id, certname, catalog_hash, facts_hash, report FROM node WHERE deactivated IS NULL AND expired IS NULL")))
        return false;
    for (struct map_entry *e = NULL; (e = map_next(&f->by_id, e));)
        strbuf_addf(&ids, "%s%.*s", ids.n ? "," : "", SV_ARG(e->key));
    f->ids = ids.n ? strbuf_sv(&ids) : SV("0");
    for (uint32_t i = 0; i < f->count; i++) {
        f->out->with_catalog += f->has_catalog[i];
        f->out->with_facts += f->has_facts[i];
        f->out->with_report += f->has_report[i];
    }
    return true;
}

static void add_own(struct search *f, struct outlier_peer *p, const struct data *facts, const char *name, const char *shown)
{
    struct sv text = data_text(data_get(facts, name));
    if (!text.n)
        return;
    struct own_text *more = ARENA_ARRAY(f->arena, struct own_text, p->own_count + 1);
    if (p->own_count)
        memcpy(more, p->own, sizeof *more * p->own_count);
    more[p->own_count++] = (struct own_text){ text, shown };
    p->own = more;
}

static bool take_networking(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    uint32_t peer = peer_of(f, c[0].i);
    const struct data *facts = peer == UINT32_MAX ? NULL : parse(f->arena, c[1].s);
    static const char *const names[][2] = {
        { "fqdn", "<fqdn>" }, { "hostname", "<name>" }, { "ip", "<address>" }, { "ip6", "<address6>" }, { "mac", "<mac>" }
    };
    for (size_t i = 0; facts && i < sizeof names / sizeof *names; i++)
        add_own(f, &f->peers[peer], facts, names[i][0], names[i][1]);
    return true;
}

/* --- what they do not all have --- */

static struct shared_row *row_of(struct search *f, int64_t id)
{
    struct shared_row *row = ARENA_NEW(f->arena, struct shared_row);
    map_put(&f->rows, id_key(f->arena, id), row);
    return row;
}

static void add_to_row(struct search *f, struct shared_row *row, struct sv name, struct sv value)
{
    struct tally_item *item = tally_item(&f->tally, name);
    uint32_t variant = tally_variant(&f->tally, item, value), n = row->count;
    ARENA_PUSH(f->arena, row->items, n, row->cap, item);
    ARENA_PUSH(f->arena, row->variants, row->count, row->variant_cap, variant);
}

static bool take_resource(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    uint32_t peer = peer_of(f, c[5].i);
    struct sv title = comparable(f, c[2].s, c[4].i, peer), parameters = comparable(f, c[3].s, c[4].i, peer);
    add_to_row(f, row_of(f, c[0].i), arena_printf(f->arena, "%.*s[%.*s]", SV_ARG(c[1].s), SV_ARG(title)), parameters);
    return true;
}

static void add_leaves(struct search *f, struct shared_row *row, struct sv path, const struct data *d, int64_t holders, uint32_t peer)
{
    if (fact_differs_by_nature(path))
        return;
    if (d->kind != DATA_MAP) {
        add_to_row(f, row, path, comparable(f, json_of(f->arena, d), holders, peer));
        return;
    }
    for (uint32_t i = 0; i < d->count; i++) {
        struct sv step = data_text(&d->pairs[i].key);
        add_leaves(f, row, arena_printf(f->arena, "%.*s.%.*s", SV_ARG(path), SV_ARG(step)), &d->pairs[i].value, holders, peer);
    }
}

static bool take_fact(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    const struct data *d = fact_differs_by_nature(c[1].s) ? NULL : parse(f->arena, c[2].s);
    if (d)
        add_leaves(f, row_of(f, c[0].i), arena_dup(f->arena, c[1].s), d, c[3].i, peer_of(f, c[4].i));
    return true;
}

static bool take_link(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    char buf[24];
    int n = snprintf(buf, sizeof buf, "%lld", (long long)c[1].i);
    const struct shared_row *row = map_find(&f->rows, sv_make(buf, (size_t)n));
    uint32_t peer = row ? peer_of(f, c[0].i) : UINT32_MAX;
    for (uint32_t i = 0; peer != UINT32_MAX && i < row->count; i++)
        tally_add(&f->tally, row->items[i], row->variants[i], peer);
    return true;
}

/* --- what is told --- */

static void add_difference(struct search *f, uint32_t peer, struct sv name, struct sv parameter, struct sv is, struct sv others,
                           uint32_t agree)
{
    struct outlier_difference d = { peer, f->what, name, parameter, is, others, agree, f->of };
    ARENA_PUSH(f->arena, f->out->items, f->out->count, f->out->cap, d);
}

static void tell_parameters(struct search *f, struct sv name, uint32_t peer, struct sv is, struct sv others, uint32_t agree)
{
    const struct data *mine = parse(f->arena, is), *theirs = parse(f->arena, others);
    if (!mine || !theirs || mine->kind != DATA_MAP || theirs->kind != DATA_MAP) {
        add_difference(f, peer, name, SV(""), is, others, agree);
        return;
    }
    for (uint32_t i = 0; i < mine->count; i++) {
        const struct data *other = data_get(theirs, mine->pairs[i].key.s.p);
        if (!other || !data_equal(other, &mine->pairs[i].value))
            add_difference(f, peer, name, mine->pairs[i].key.s, json_of(f->arena, &mine->pairs[i].value),
                           other ? json_of(f->arena, other) : SV(""), agree);
    }
    for (uint32_t i = 0; i < theirs->count; i++)
        if (!data_get(mine, theirs->pairs[i].key.s.p))
            add_difference(f, peer, name, theirs->pairs[i].key.s, SV(""), json_of(f->arena, &theirs->pairs[i].value), agree);
}

static void tell(void *ctx, const struct tally_item *item, uint32_t peer, const struct sv *is, const struct sv *others, uint32_t agree)
{
    struct search *f = ctx;
    if (f->what == OUTLIER_CATALOG && is && others)
        tell_parameters(f, item->name, peer, *is, *others, agree);
    else
        add_difference(f, peer, item->name, SV(""), is ? *is : SV(""), others ? *others : SV(""), agree);
}

static void tell_all(struct search *f, enum outlier_what what, const bool *may_have)
{
    f->what = what;
    f->of = 0;
    for (uint32_t i = 0; i < f->count; i++)
        f->of += may_have[i];
    tally_outliers(&f->tally, may_have, f->count, tell, f);
}

static bool compare(struct search *f, enum outlier_what what, const bool *may_have, uint32_t of, struct err *err)
{
    struct arena *a = f->arena;
    bool catalogs = what == OUTLIER_CATALOG;
    f->tally = tally_in(a);
    f->rows = map_in(a);
    struct sv values =
        catalogs
            ? arena_printf(a,
                           "SELECT r.id, r.type, r.title, r.parameters, c.n, c.node FROM (SELECT resource, count(*) AS n, min(node) AS node"
                           " FROM node_resource WHERE node IN (%.*s) GROUP BY resource HAVING count(*) < %u) c"
                           " JOIN resource r ON r.id = c.resource ORDER BY r.type, r.title, r.id",
                           SV_ARG(f->ids), of)
            : arena_printf(a,
                           "SELECT v.id, v.name, v.value, c.n, c.node FROM (SELECT fact, count(*) AS n, min(node) AS node FROM node_fact"
                           " WHERE node IN (%.*s) GROUP BY fact HAVING count(*) < %u) c JOIN fact v ON v.id = c.fact ORDER BY v.name, v.id",
                           SV_ARG(f->ids), of);
    struct sv links = arena_printf(a, "SELECT node, %s FROM %s WHERE node IN (%.*s)", catalogs ? "resource" : "fact",
                                   catalogs ? "node_resource" : "node_fact", SV_ARG(f->ids));
    if (!run(f, catalogs ? take_resource : take_fact, err, values) || !run(f, take_link, err, links))
        return false;
    tell_all(f, what, may_have);
    return true;
}

/* --- last runs --- */

static void add_run(struct search *f, uint32_t peer, const char *name, struct sv value)
{
    struct tally_item *item = tally_item(&f->tally, sv_of(name));
    tally_add(&f->tally, item, tally_variant(&f->tally, item, value), peer);
}

/* Changed and unchanged runs both went well. */
static bool take_run(void *ctx, const struct sql_value *c, unsigned count, struct err *err)
{
    (void)count;
    (void)err;
    struct search *f = ctx;
    static const char *const names[] = { "environment", "puppet_version", "configuration_version", "noop" };
    uint32_t peer = peer_of(f, c[0].i);
    if (peer == UINT32_MAX)
        return true;
    add_run(f, peer, "status", sv_is(c[1].s, "failed") ? SV("\"failed\"") : SV("\"succeeded\""));
    for (unsigned i = 0; i < 4; i++)
        if (c[i + 2].kind != SQL_NULL)
            add_run(f, peer, names[i],
                    c[i + 2].kind == SQL_INT ? (c[i + 2].i ? SV("true") : SV("false")) : json_text(f->arena, c[i + 2].s));
    f->produced[peer] = c[6].i;
    return true;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static struct sv time_json(struct arena *a, int64_t ms)
{
    struct strbuf text = STRBUF_IN(a);
    utc_print(&text, ms / 1000);
    return json_text(a, strbuf_sv(&text));
}

/* A last run more than a day before that of the middle one. */
static void tell_old_runs(struct search *f)
{
    enum { DAY_MS = 86400000 };
    int64_t *times = ARENA_ARRAY(f->arena, int64_t, f->count + 1);
    uint32_t n = 0, fresh = 0;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->has_report[i])
            times[n++] = f->produced[i];
    if (n < 3)
        return;
    qsort(times, n, sizeof *times, by_number);
    int64_t middle = times[n / 2];
    for (uint32_t i = 0; i < n; i++)
        fresh += middle - times[i] <= DAY_MS;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->has_report[i] && middle - f->produced[i] > DAY_MS)
            add_difference(f, i, SV("time"), SV(""), time_json(f->arena, f->produced[i]), time_json(f->arena, middle), fresh);
}

static bool compare_runs(struct search *f, struct err *err)
{
    f->tally = tally_in(f->arena);
    struct sv sql = arena_printf(f->arena,
                                 "SELECT n.id, r.status, r.environment, r.puppet_version, r.configuration_version, r.noop,"
                                 " coalesce(r.produced, r.received) FROM node n JOIN report r ON r.id = n.report WHERE n.id IN (%.*s)",
                                 SV_ARG(f->ids));
    if (!run(f, take_run, err, sql))
        return false;
    tell_all(f, OUTLIER_RUN, f->has_report);
    tell_old_runs(f);
    return true;
}

/* Who has no catalog, no facts or no report where most have. */
static void tell_missing(struct search *f)
{
    const struct {
        enum outlier_what what;
        const char *name;
        const bool *has;
        uint32_t with;
    } parts[] = { { OUTLIER_CATALOG, "catalog", f->has_catalog, f->out->with_catalog },
                  { OUTLIER_FACT, "facts", f->has_facts, f->out->with_facts },
                  { OUTLIER_RUN, "report", f->has_report, f->out->with_report } };
    f->of = f->count;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (uint32_t i = 0; i < f->count && parts[p].with * 2 > f->count; i++) {
            f->what = parts[p].what;
            if (!parts[p].has[i])
                add_difference(f, i, sv_of(parts[p].name), SV(""), SV(""), SV("true"), parts[p].with);
        }
}

static int by_peer(const void *a, const void *b)
{
    const struct outlier_difference *x = a, *y = b;
    if (x->peer != y->peer)
        return x->peer < y->peer ? -1 : 1;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    int c = sv_cmp(x->name, y->name);
    return c ? c : sv_cmp(x->parameter, y->parameter);
}

bool outliers_find(struct store *s, struct arena *a, struct outlier_peer *peers, uint32_t count, struct outliers *out, struct err *err)
{
    struct search f = { .store = s, .arena = a, .peers = peers, .count = count, .by_certname = map_in(a), .by_id = map_in(a), .out = out };
    *out = (struct outliers){ 0 };
    f.has_catalog = ARENA_ARRAY(a, bool, count + 1);
    f.has_facts = ARENA_ARRAY(a, bool, count + 1);
    f.has_report = ARENA_ARRAY(a, bool, count + 1);
    f.produced = ARENA_ARRAY(a, int64_t, count + 1);
    for (uint32_t i = 0; i < count; i++)
        map_put(&f.by_certname, peers[i].certname, (void *)(uintptr_t)(i + 1));
    if (!read_nodes(&f, err) ||
        !run(&f, take_networking, err,
             arena_printf(
                 a, "SELECT l.node, v.value FROM node_fact l JOIN fact v ON v.id = l.fact WHERE l.name = 'networking' AND l.node IN (%.*s)",
                 SV_ARG(f.ids))) ||
        !compare(&f, OUTLIER_CATALOG, f.has_catalog, out->with_catalog, err) ||
        !compare(&f, OUTLIER_FACT, f.has_facts, out->with_facts, err) || !compare_runs(&f, err))
        return err_wrap(err, "cannot compare nodes");
    tell_missing(&f);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_peer);
    return true;
}
