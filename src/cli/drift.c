/* drift: what was changed on hosts by hand, when, and how it stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/drift.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/change.h"
#include "cli/show.h"
#include "cli/site.h"

struct drifted {
    struct drift_item *item;
    const struct entity *host, *cluster; /* NULL: not in the model */
    struct sv resource;
    struct sv *services; /* names of those on the cluster */
    uint32_t service_count;
};

struct drift_view {
    struct cli *c;
    struct site *s;
    struct arena *a;
    const struct entity *host, *cluster, *service; /* asked for; NULL: any */
    struct drifted *items;
    size_t count, cap;
};

/* --- where it belongs --- */

static struct sv certname_of(const struct entity *host)
{
    struct sv fqdn = entity_text(host, "fqdn");
    return fqdn.n ? fqdn : host->name;
}

static struct map hosts_by_certname(struct drift_view *v)
{
    struct map m = map_in(v->a);
    uint32_t n;
    const struct entity *const *hosts = model_of_kind(v->s->model, KIND_HOST, &n);
    for (uint32_t i = 0; i < n; i++)
        map_put(&m, certname_of(hosts[i]), (void *)hosts[i]);
    return m;
}

static bool is_open(const struct drift_item *item) { return !item->mended && !item->adopted; }

/* Fills services; true where the one that is asked for is among them. */
static bool place(struct drift_view *v, struct drifted *d)
{
    uint32_t n = 0;
    bool found = !v->service;
    d->cluster = d->host ? model_one(v->s->model, d->host, REL_HOSTS) : NULL;
    const struct entity **on = d->cluster ? model_related(v->s->model, v->a, d->cluster, REL_HOSTS, &n) : NULL;
    d->services = ARENA_ARRAY(v->a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct entity *service = on[i]->kind == KIND_DEPLOYMENT ? model_one(v->s->model, on[i], REL_DEPLOYS) : NULL;
        if (service)
            d->services[d->service_count++] = service->name;
        found |= service && service == v->service;
    }
    return found && (!v->cluster || v->cluster == d->cluster) && (!v->host || v->host == d->host);
}

static bool read_items(struct drift_view *v, struct err *err)
{
    struct drift_item *list;
    size_t n;
    struct map hosts = hosts_by_certname(v);
    if (!drift_list(v->s->store, v->a, v->host ? certname_of(v->host) : SV_NONE, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct drifted d = { .item = &list[i],
                             .host = map_find(&hosts, list[i].certname),
                             .resource = arena_printf(v->a, "%.*s[%.*s]", SV_ARG(list[i].type), SV_ARG(list[i].title)) };
        if ((is_open(&list[i]) || cli_flag(v->c, "all")) && place(v, &d))
            ARENA_PUSH(v->a, v->items, v->count, v->cap, d);
    }
    return true;
}

static bool find_option(struct drift_view *v, const char *option, enum model_kind kind, const struct entity **out_e, struct err *err)
{
    const char *name = cli_value(v->c, option);
    uint32_t n;
    if (!name)
        return true;
    const char *default_kind = kind == KIND_HOST ? "host" : kind == KIND_CLUSTER ? "cluster" : "component";
    const struct entity *e = model_find(v->s->model, model_full_ref(v->a, sv_of(name), default_kind, SV("default")));
    const struct entity *const *all = model_of_kind(v->s->model, kind, &n);
    struct sv *names = ARENA_ARRAY(v->a, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        names[i] = all[i]->name;
        if (!e && kind == KIND_HOST && sv_eq_nocase(certname_of(all[i]), sv_of(name)))
            e = all[i];
    }
    struct sv near = near_names(v->a, sv_of(name), names, n);
    if (!e || e->kind != kind)
        return err_set(err, "the model has no %s '%s'%s%.*s%s", option, name, near.n ? "; did you mean " : "", SV_ARG(near),
                       near.n ? "?" : "");
    *out_e = e;
    return true;
}

/* --- what is shown --- */

static struct sv when(struct arena *a, int64_t ms)
{
    struct strbuf out = STRBUF_IN(a);
    struct local_time t = local_from_seconds(ms / 1000);
    date_print(&out, t.date);
    strbuf_addf(&out, " %02u:%02u:%02u", t.hour, t.minute, t.second);
    return strbuf_sv(&out);
}

/* A JSON string as text. */
static struct sv shown_value(struct arena *a, struct sv json)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    *src = (struct source){ SV("value"), json };
    struct sv text = json.n && json_read(a, src, NULL, &diags, &doc) && doc->root.kind == DATA_STRING ? doc->root.s : json;
    return show_short(a, text);
}

static struct sv state_text(struct arena *a, const struct drift_item *item)
{
    struct sv seen = when(a, item->seen);
    if (item->adopted)
        return arena_printf(a, "adopted by %.*s: %.*s", SV_ARG(ref_short(a, item->adopted_by)), SV_ARG(item->adopted_reason));
    if (item->mended)
        return arena_printf(a, "mended: in sync at %.*s", SV_ARG(when(a, item->mended)));
    switch (item->state) {
    case DRIFT_LEFT:
        return arena_printf(a, "still there at %.*s", SV_ARG(seen));
    case DRIFT_FAILED:
        return arena_printf(a, "could not be corrected at %.*s", SV_ARG(seen));
    default:
        return arena_printf(a, "corrected at %.*s, no run has found it in sync since", SV_ARG(seen));
    }
}

static void print_item(struct drift_view *v, const struct drifted *d)
{
    struct arena *a = v->a;
    const struct drift_item *item = d->item;
    struct sv was = shown_value(a, item->was), want = shown_value(a, item->want);
    printf("  %s%s%.*s%s%s%.*s: ", cli_yellow(v->c), is_open(item) ? "! " : "  ", SV_ARG(d->resource), cli_plain(v->c),
           item->property.n ? " " : "", SV_ARG(item->property));
    if (was.n || want.n)
        printf("was '%.*s', should be '%.*s'\n", SV_ARG(was), SV_ARG(want));
    else
        printf("%.*s\n", SV_ARG(item->message));
    if (item->clean)
        printf("      changed between %.*s and %.*s UTC; ", SV_ARG(when(a, item->clean)), SV_ARG(when(a, item->found)));
    else
        printf("      changed before %.*s UTC, the first run known; ", SV_ARG(when(a, item->found)));
    printf("%.*s\n", SV_ARG(state_text(a, item)));
}

static unsigned count_apart(struct drift_view *v, bool clusters)
{
    struct map seen = map_in(v->a);
    for (size_t i = 0; i < v->count; i++) {
        const struct drifted *d = &v->items[i];
        if (!clusters)
            map_put(&seen, d->item->certname, (void *)d);
        else if (d->cluster)
            map_put(&seen, d->cluster->ref, (void *)d);
    }
    return seen.count;
}

static void print_text(struct drift_view *v)
{
    struct sv last = SV_NONE;
    for (size_t i = 0; i < v->count; i++) {
        const struct drifted *d = &v->items[i];
        if (!sv_eq(last, d->item->certname)) {
            printf("%s%.*s%s", cli_bold(v->c), SV_ARG(d->host ? d->host->name : d->item->certname), cli_plain(v->c));
            if (d->cluster)
                printf(", %.*s: %.*s\n", SV_ARG(d->cluster->name), SV_ARG(show_names(v->a, d->services, d->service_count, 6)));
            else
                printf(", %s\n", d->host ? "in no cluster" : "not in the model");
        }
        last = d->item->certname;
        print_item(v, d);
    }
    if (!v->count) {
        printf("No drift is known.\n");
        return;
    }
    printf("%.*s on %.*s of %.*s\n", SV_ARG(show_count(v->a, v->count, "drifted property", "drifted properties")),
           SV_ARG(show_count(v->a, count_apart(v, false), "host", "hosts")),
           SV_ARG(show_count(v->a, count_apart(v, true), "cluster", "clusters")));
}

static void json_time(struct json_out *j, struct arena *a, const char *key, int64_t seconds)
{
    struct strbuf out = STRBUF_IN(a);
    utc_print(&out, seconds);
    if (seconds)
        json_kstr(j, key, strbuf_sv(&out));
}

static void json_value(struct json_out *j, const char *key, struct sv json)
{
    json_key(j, sv_of(key));
    if (json.n)
        json_raw(j, json);
    else
        json_null(j);
}

static void json_item(struct json_out *j, struct arena *a, const struct drifted *d)
{
    static const char *const states[] = { [DRIFT_LEFT] = "left", [DRIFT_CORRECTED] = "corrected", [DRIFT_FAILED] = "failed" };
    const struct drift_item *item = d->item;
    json_open(j, '{');
    json_kstr(j, "certname", item->certname);
    if (d->host)
        json_kstr(j, "host", d->host->ref);
    if (d->cluster)
        json_kstr(j, "cluster", d->cluster->ref);
    json_key(j, SV("services"));
    json_open(j, '[');
    for (uint32_t i = 0; i < d->service_count; i++)
        json_str(j, d->services[i]);
    json_close(j, ']');
    json_kstr(j, "resource", d->resource);
    json_kstr(j, "property", item->property);
    json_value(j, "was", item->was);
    json_value(j, "want", item->want);
    json_time(j, a, "after", item->clean / 1000);
    json_time(j, a, "found", item->found / 1000);
    json_time(j, a, "seen", item->seen / 1000);
    json_kstr(j, "state", sv_of(item->adopted ? "adopted" : item->mended ? "mended" : states[item->state]));
    json_time(j, a, "mended", item->mended / 1000);
    json_time(j, a, "adopted", item->adopted);
    if (item->adopted)
        json_kstr(j, "reason", item->adopted_reason);
    json_close(j, '}');
}

static void print_json(struct drift_view *v)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '[');
    for (size_t i = 0; i < v->count; i++)
        json_item(&j, v->a, &v->items[i]);
    json_close(&j, ']');
    printf("%s\n", strbuf_cstr(&out));
}

static int show_drift(struct drift_view *v)
{
    struct err err = { "" };
    bool any = false;
    if (!find_option(v, "host", KIND_HOST, &v->host, &err) || !find_option(v, "cluster", KIND_CLUSTER, &v->cluster, &err) ||
        !find_option(v, "service", KIND_COMPONENT, &v->service, &err) || !read_items(v, &err))
        return cli_broken(&err);
    if (v->c->json)
        print_json(v);
    else
        print_text(v);
    for (size_t i = 0; i < v->count; i++)
        any |= is_open(v->items[i].item);
    return any && cli_flag(v->c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

/* --- adopting --- */

static bool has_open(struct drift_view *v, struct sv resource, struct err *err)
{
    struct strbuf known = STRBUF_IN(v->a);
    if (!read_items(v, err))
        return false;
    for (size_t i = 0; i < v->count; i++) {
        if (!is_open(v->items[i].item))
            continue;
        if (sv_eq(v->items[i].resource, resource))
            return true;
        strbuf_addf(&known, "%s%.*s", known.n ? ", " : "", SV_ARG(v->items[i].resource));
    }
    return err_set(err, "'%.*s' has no drift of %.*s that is open; it has %.*s", SV_ARG(v->host->name), SV_ARG(resource),
                   SV_ARG(known.n ? strbuf_sv(&known) : SV("none")));
}

static bool adopt(struct drift_view *v, struct err *err)
{
    struct site *s = v->s;
    struct subject subject;
    const char *reason = cli_value(v->c, "reason");
    struct sv resource = sv_of(v->c->args[2]);
    if (!reason || !sv_trim(sv_of(reason)).n)
        return err_set(err, "say why it is as it should be: --reason TEXT");
    if (!site_subject(s, sv_of(v->c->args[1]), &subject, err))
        return false;
    v->host = subject.entity;
    if (!has_open(v, resource, err) || !store_begin(s->store, err))
        return false;
    if (!drift_adopt(s->store, certname_of(v->host), v->host->ref, resource, change_author(v->c), sv_of(reason), s->now, err) ||
        !store_commit(s->store, err)) {
        store_rollback(s->store);
        return false;
    }
    if (!v->c->json)
        printf("%.*s on %.*s is adopted: the next run will still set it right, unless the model says the same.\n", SV_ARG(resource),
               SV_ARG(v->host->name));
    return true;
}

static int drift(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    bool adopting = c->arg_count && strcmp(c->args[0], "adopt") == 0;
    if (c->arg_count && !(adopting && c->arg_count == 3))
        return cli_misuse(c, "nothing is expected, or: adopt HOST 'TYPE[TITLE]'");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    struct drift_view v = { .c = c, .s = &s, .a = c->arena };
    int status = EXIT_OK;
    if (!s.model)
        err_set(&err, "'%.*s' has no model/: drift is known of a model's hosts", SV_ARG(s.dir));
    if (err.text[0] || !site_open_store(&s, &err) || (adopting && !adopt(&v, &err)))
        status = cli_broken(&err);
    else if (!adopting)
        status = show_drift(&v);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    { "host", 0, "HOST", "of this host only" },
    { "cluster", 0, "CLUSTER", "of the hosts of this cluster" },
    { "service", 0, "SERVICE", "of the hosts of clusters that run this service" },
    { "all", 0, NULL, "what was mended or adopted too" },
    { "reason", 0, "TEXT", "adopt: why it is as it should be" },
    { "author", 0, "WHO", "adopt: who says so [git's user.email, or the login name]" },
    { "detailed-exitcodes", 0, NULL, "exit 2 where anything has drifted" },
    SITE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_drift = {
    .name = "drift",
    .usage = "[--host HOST | --cluster CLUSTER | --service SERVICE] | adopt HOST 'TYPE[TITLE]' --reason TEXT",
    .summary = "Show what was changed on hosts by other hands than the model's",
    .help =
        "From the reports of runs: a correction is a change that no new catalog asked for. Whoever made it did so between the last run\n"
        "that found nothing and the one that found it. It is listed until a later run finds it in sync, or until it is adopted.",
    .options = options,
    .run = drift,
};
