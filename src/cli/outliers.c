/* outliers: hosts of one cluster should be alike; which are not, and in what. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outliers.h"

#include "cli/entity_ref.h"
#include "cli/show.h"

struct crowd {
    struct cli *c;
    struct site *s;
    const struct entity *cluster;
    const struct entity **hosts; /* that should be alike: active ones */
    struct outlier_peer *peers;
    uint32_t count;
    struct outliers found;
};

static const char *const what_names[] = { [OUTLIER_CATALOG] = "resource", [OUTLIER_FACT] = "fact", [OUTLIER_RUN] = "last run" };

/* A host's own texts from the model: longer ones first, as a name is the beginning of an fqdn. */
static void name_peer(struct crowd *k, const struct entity *host, struct outlier_peer *p)
{
    const struct data *address = entity_field(host, "address");
    struct sv fqdn = entity_text(host, "fqdn");
    uint32_t n = address && address->kind == DATA_LIST ? address->count : 0;
    p->certname = fqdn.n ? fqdn : host->name;
    p->own = ARENA_ARRAY(k->c->arena, struct own_text, n + 2);
    p->own[p->own_count++] = (struct own_text){ p->certname, "<fqdn>" };
    p->own[p->own_count++] = (struct own_text){ host->name, "<name>" };
    for (uint32_t i = 0; i < n; i++)
        p->own[p->own_count++] = (struct own_text){ data_text(&address->items[i]), "<address>" };
}

static void gather(struct crowd *k)
{
    uint32_t n;
    const struct entity **all = model_related(k->s->model, k->c->arena, k->cluster, REL_RUNS_ON, &n);
    k->hosts = ARENA_ARRAY(k->c->arena, const struct entity *, n + 1);
    k->peers = ARENA_ARRAY(k->c->arena, struct outlier_peer, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct sv status = entity_text(all[i], "status");
        if (status.n && !sv_is(status, "active") && !sv_is(status, "draining"))
            continue;
        k->hosts[k->count] = all[i];
        name_peer(k, all[i], &k->peers[k->count++]);
    }
}

static struct sv shown(struct arena *a, struct sv json)
{
    enum { LONGEST = 80 };
    if (!json.n)
        return SV("none");
    return json.n > LONGEST ? arena_printf(a, "%.*s...", LONGEST, json.p) : json;
}

static uint32_t count_outliers(const struct outliers *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->count; i++)
        n += i == 0 || o->items[i].peer != o->items[i - 1].peer;
    return n;
}

static void print_text(struct crowd *k)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct arena *a = k->c->arena;
    const struct outliers *o = &k->found;
    struct sv hosts = show_count(a, k->count, "host", "hosts"), name = ref_short(a, k->cluster->ref);
    uint32_t n = count_outliers(o);
    strbuf_addf(&out, "%s%.*s%s: %.*s, ", cli_bold(k->c), SV_ARG(name), cli_plain(k->c), SV_ARG(hosts));
    if (n)
        strbuf_addf(&out, "%u unlike the others\n", n);
    else
        strbuf_adds(&out, "none unlike the others\n");
    strbuf_addf(&out, "  compared: %u catalogs, %u sets of facts, %u last runs\n", o->with_catalog, o->with_facts, o->with_report);
    for (uint32_t i = 0; i < o->count; i++) {
        const struct outlier_difference *d = &o->items[i];
        struct sv is = shown(a, d->is), others = shown(a, d->others);
        if (i == 0 || d->peer != d[-1].peer)
            strbuf_addf(&out, "%s%.*s%s\n", cli_bold(k->c), SV_ARG(k->hosts[d->peer]->name), cli_plain(k->c));
        strbuf_addf(&out, "  %s %.*s%s%.*s: %.*s; ", what_names[d->what], SV_ARG(d->name), d->parameter.n ? " " : "", SV_ARG(d->parameter),
                    SV_ARG(is));
        strbuf_addf(&out, "%s%u of %u: %.*s%s\n", cli_dim(k->c), d->agree, d->of, SV_ARG(others), cli_plain(k->c));
    }
    cli_write(stdout, &out);
}

static void add_json(struct json_out *j, const char *key, struct sv json)
{
    json_key(j, sv_of(key));
    if (json.n)
        json_raw(j, json);
    else
        json_null(j);
}

static void print_json(struct crowd *k)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    const struct outliers *o = &k->found;
    json_open(&j, '{');
    json_kstr(&j, "cluster", k->cluster->ref);
    json_kint(&j, "hosts", k->count);
    json_kint(&j, "catalogs", o->with_catalog);
    json_kint(&j, "facts", o->with_facts);
    json_kint(&j, "reports", o->with_report);
    json_key(&j, SV("differences"));
    json_open(&j, '[');
    for (uint32_t i = 0; i < o->count; i++) {
        const struct outlier_difference *d = &o->items[i];
        json_open(&j, '{');
        json_kstr(&j, "host", k->hosts[d->peer]->ref);
        json_kstr(&j, "certname", k->peers[d->peer].certname);
        json_kstr(&j, "what", sv_of(what_names[d->what]));
        json_kstr(&j, "name", d->name);
        if (d->parameter.n)
            json_kstr(&j, "parameter", d->parameter);
        add_json(&j, "is", d->is);
        add_json(&j, "others", d->others);
        json_kint(&j, "agree", d->agree);
        json_kint(&j, "of", d->of);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int compare(struct crowd *k, struct err *err)
{
    k->cluster = entity_named(k->s, sv_of(k->c->args[0]), err);
    if (!k->cluster)
        return cli_broken(err);
    if (k->cluster->kind == KIND_HOST)
        k->cluster = model_one(k->s->model, k->cluster, REL_HOSTS);
    if (!k->cluster || k->cluster->kind != KIND_CLUSTER) {
        err_set(err, "'%s' is no cluster, nor a host in one", k->c->args[0]);
        return cli_broken(err);
    }
    if (!entity_open_store(k->s, err)) {
        if (!err->text[0])
            err_set(err, "there is no store '%.*s': nothing has been applied yet; run 'potlac apply'", SV_ARG(k->s->store_place));
        return cli_broken(err);
    }
    gather(k);
    if (!outliers_find(k->s->store, k->c->arena, k->peers, k->count, &k->found, err))
        return cli_broken(err);
    if (k->c->json)
        print_json(k);
    else
        print_text(k);
    return k->found.count && cli_flag(k->c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

static int outliers(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    struct crowd k = { .c = c, .s = &s };
    if (c->arg_count != 1)
        return cli_misuse(c, "name one cluster");
    if (!entity_site_open(c, &s))
        return EXIT_BROKEN;
    int status = compare(&k, &err);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "detailed-exitcodes", 0, NULL, "exit with 2 where a host is unlike the others" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_outliers = {
    .name = "outliers",
    .usage = "CLUSTER [--site DIR] [--detailed-exitcodes]",
    .summary = "Name the hosts of a cluster that are unlike the others, and in what",
    .help = "Hosts of one cluster should be alike. Compared are the catalogs' resources and parameters, facts (without addresses, uptime, "
            "serial\n"
            "numbers and the like) and last runs, as the store has them; a host's own names and addresses are taken out of values first.\n"
            "Unlike the others is who differs from more than half of them.",
    .options = options,
    .run = outliers,
};
