/* apply_site: applying a site. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/apply_site.h"

#include "base/fs.h"
#include "base/json.h"
#include "cli/calendars.h"
#include "cli/fleet.h"
#include "cli/host_run.h"
#include "cli/show.h"
#include "people/busy.h"
#include "people/people.h"
#include "snapshot/revision.h"
#include "store/record.h"

struct application {
    struct cli *c;
    struct site site;
    struct fleet fleet;
    struct subject host; /* with --host */
    bool has_host, noop;
    struct revision revision;
    unsigned model_changes, writes;
    struct report *host_report;
    unsigned feeds_written;
    unsigned failed;
    struct caldav *caldav; /* NULL: nobody has a calendar to write to */
};

static struct fleet_item *item_of(struct fleet *f, const struct entity *e)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->items[i].subject.entity == e)
            return &f->items[i];
    return NULL;
}

static void show_report(const struct cli *c, const char *title, struct sv where, const struct report *r)
{
    if (c->json)
        return;
    printf("%s%s%s%s%.*s\n", cli_bold(c), title, cli_plain(c), where.n ? " in " : "", SV_ARG(where));
    for (uint32_t i = 0; i < r->event_count; i++) {
        const struct resource_event *e = &r->events[i];
        if (e->outcome == OUT_PLANNED_ONLY)
            continue;
        bool bad = e->outcome == OUT_FAILED || e->outcome == OUT_SKIPPED;
        struct sv text = show_event(c->arena, e);
        printf("  %s%.*s%s\n", bad ? cli_red(c) : "", SV_ARG(text), bad ? cli_plain(c) : "");
    }
    unsigned changed = r->changed + r->would_change;
    printf("  %u resources: %u in sync, %u %s, %u failed", r->total, r->in_sync, changed, r->would_change ? "would change" : "changed",
           r->failed);
    if (r->skipped)
        printf(", %u skipped", r->skipped);
    if (r->planned_only)
        printf(", %u planned only", r->planned_only);
    printf("\n");
}

/* The kinds of resource that cannot act in a folder, and how many of each. */
static void show_planned(const struct cli *c, const struct report *r)
{
    struct arena *a = arena_new(0);
    struct map counts = map_in(a);
    for (uint32_t i = 0; !c->json && i < r->event_count; i++) {
        const struct resource_event *e = &r->events[i];
        bool again = i && r->events[i - 1].resource == e->resource; /* several events of one resource stand together */
        if (e->outcome == OUT_PLANNED_ONLY && !again)
            map_put(&counts, e->resource->type, (void *)((uintptr_t)map_find(&counts, e->resource->type) + 1));
    }
    if (counts.count)
        printf("  planned only, as these cannot act in a folder:");
    for (struct map_entry *e = NULL; (e = map_next(&counts, e));)
        printf(" %u %.*s", (unsigned)(uintptr_t)e->value, SV_ARG(e->key));
    if (counts.count)
        printf("\n");
    arena_free(a);
}

static bool converge_host(struct application *ap, struct err *err)
{
    const char *root = cli_value(ap->c, "root");
    struct fleet_item *item = item_of(&ap->fleet, ap->host.entity);
    struct host_run run = {
        .host = ap->host, .catalog = item->result->catalog, .sealed = item->sealed, .root = sv_of(root), .noop = ap->noop
    };
    if (!host_run(&ap->site, &run, &ap->host_report, err))
        return false;
    show_report(ap->c, arena_printf(ap->c->arena, "Host %.*s", SV_ARG(ap->host.entity->name)).p, run.root, ap->host_report);
    show_planned(ap->c, ap->host_report);
    ap->failed += ap->host_report->failed;
    return true;
}

/* All Potlacs and ownerships are one catalog for the calendars: one run sees every meeting of a person. */
static bool converge_people(struct application *ap, struct err *err)
{
    struct site *s = &ap->site;
    const char *folder = cli_value(ap->c, "calendars");
    struct converge_options o = { .noop = ap->noop, .allow_mass_cancel = cli_flag(ap->c, "allow-mass-cancel"), .caldav = ap->caldav };
    o.calendars = folder ? sv_of(folder) : path_join(s->arena, s->state_dir, SV("calendars"));
    struct catalog *all = catalog_new(s->arena, snapshot_symtab(s->snapshot), SV("calendars"));
    for (uint32_t i = 0; i < ap->fleet.count; i++) {
        struct fleet_item *item = &ap->fleet.items[i];
        if (item->subject.is_host)
            continue;
        for (uint32_t k = 0; k < item->result->catalog->resource_count; k++) {
            struct resource *r = item->result->catalog->resources[k];
            if (!sv_is(r->type, "Calendar_event") || r->flags & RES_VIRTUAL)
                continue;
            r->index = all->resource_count; /* its order of entry is that of this catalog now */
            ARENA_PUSH(s->arena, all->resources, all->resource_count, all->resource_cap, r);
        }
    }
    struct report *r = converge(s, all, &o, &ap->feeds_written, err);
    if (!r || (!ap->noop && ap->fleet.people && !people_remember(ap->fleet.people, s->store, s->now, err)))
        return false;
    ap->writes += r->changed + r->would_change + ap->feeds_written;
    ap->failed += r->failed;
    show_report(ap->c, "Calendars", o.calendars, r);
    if (!ap->c->json)
        printf("  %u feed%s %swritten\n", ap->feeds_written, ap->feeds_written == 1 ? "" : "s", ap->noop ? "would be " : "");
    if (ap->caldav) {
        ap->writes += caldav_writes(ap->caldav);
        ap->failed += caldav_failures(ap->caldav);
        if (!ap->c->json)
            show_calendars(ap->c, ap->caldav, ap->noop);
    }
    return true;
}

/* When people are busy elsewhere. A noop plans with what is recorded. */
static bool read_busy(struct application *ap, struct err *err)
{
    const struct busy_options o = { ap->site.store, ap->site.model, ap->site.dir, ap->site.now };
    struct busy_reading r = { 0 };
    if (ap->noop)
        return true;
    if (!busy_read(ap->site.arena, &o, &r, err))
        return false;
    for (uint32_t i = 0; i < r.count; i++)
        fprintf(stderr, "potlac: when %.*s is busy is not known anew: %.*s\n", SV_ARG(ref_short(ap->c->arena, r.problems[i].user)),
                SV_ARG(r.problems[i].text));
    return true;
}

/* What is in people's calendars is read before anything is planned: a meeting that somebody moved stays where they put it. */
static bool read_calendars(struct application *ap, struct err *err)
{
    struct site *s = &ap->site;
    const struct caldav_options o = { .store = s->store,
                                      .model = s->model,
                                      .installation = data_text(data_get(s->config, "installation")),
                                      .dir = s->dir,
                                      .now = s->now,
                                      .noop = ap->noop,
                                      .recreate = cli_flag(ap->c, "recreate"),
                                      .allow_mass_cancel = cli_flag(ap->c, "allow-mass-cancel") };
    struct caldav *c = caldav_open(s->arena, &o, err);
    if (!c || !read_busy(ap, err))
        return false;
    ap->caldav = caldav_has_work(c) ? c : NULL;
    /* what people moved, and when they are busy, is known to the plan as well */
    return (!ap->caldav || caldav_read(c, err)) && people_recall(&s->people, s->arena, s->store, err);
}

static struct recording recording_of(struct application *ap)
{
    bool clean = ap->revision.commit.n && !ap->revision.dirty;
    return (struct recording){ .at = ap->site.now,
                               .actor = clean ? ap->revision.author : SV("unknown"),
                               .commit = ap->revision.commit.n ? arena_printf(ap->site.arena, "%.*s%s", SV_ARG(ap->revision.commit),
                                                                              ap->revision.dirty ? "-dirty" : "")
                                                               : SV_NONE,
                               .summary = clean ? ap->revision.summary : SV_NONE,
                               .committed = clean ? ap->revision.at : 0 };
}

static bool publish(struct application *ap, struct err *err)
{
    struct recording r = recording_of(ap);
    if (!store_begin(ap->site.store, err))
        return false;
    if (!record_model(ap->site.store, ap->site.model, ap->site.arena, &r, &ap->model_changes, err) ||
        !fleet_publish(&ap->site, &ap->fleet, err) || !store_commit(ap->site.store, err)) {
        store_rollback(ap->site.store);
        return false;
    }
    return true;
}

static void show_published(struct application *ap)
{
    const struct cli *c = ap->c;
    if (c->json)
        return;
    struct sv commit = ap->revision.commit.n ? sv_slice(ap->revision.commit, 0, 10) : SV("a folder outside git");
    printf("%sModel%s at %.*s%s: %u change%s recorded, %u of %u catalogs %s\n", cli_bold(c), cli_plain(c), SV_ARG(commit),
           ap->revision.dirty ? " with uncommitted changes" : "", ap->model_changes, ap->model_changes == 1 ? "" : "s", ap->fleet.changed,
           ap->fleet.count, ap->noop ? "would be published" : "published");
}

const char *apply_site_host(const struct cli *c)
{
    const char *host = cli_value(c, "host"), *word = c->arg_count == 1 ? c->args[0] : NULL;
    bool manifest = word && (!cli_value(c, "site") || sv_ends(sv_of(word), SV(".pp")) || fs_exists(word));
    return host || manifest ? host : word;
}

static bool run_application(struct application *ap, struct err *err)
{
    struct site *s = &ap->site;
    if (!s->model)
        return err_set(err, "'%.*s' has no model/: there is nothing to apply; for a manifest, name the file", SV_ARG(s->dir));
    const char *host = apply_site_host(ap->c);
    ap->has_host = host != NULL;
    ap->noop = cli_flag(ap->c, "noop");
    if (cli_value(ap->c, "root") && !host)
        return err_set(err, "--root is one host's /: name the host with --host");
    if (host && !cli_value(ap->c, "root"))
        return err_set(err, "--host needs --root: a whole machine is converged on the machine itself");
    if (!site_open_store(s, err) || (host && !site_subject(s, sv_of(host), &ap->host, err)))
        return false;
    if (s->commit)
        ap->revision = *commit_tree_revision(s->commit);
    else if (!revision_read(s->arena, s->dir, &ap->revision, err) && err->text[0])
        return false;
    if (!read_calendars(ap, err))
        return false;
    const struct fleet_options o = { .keep = true, .needed = ap->has_host ? ap->host.entity : NULL, .progress = ap->c->progress };
    if (!fleet_compile(s, &o, &ap->fleet, err))
        return false;
    for (uint32_t i = 0; i < ap->fleet.count; i++)
        if (ap->fleet.items[i].state == FLEET_FAILED)
            return err_set(err, "nothing is applied, as '%.*s' does not compile: %.*s", SV_ARG(ap->fleet.items[i].subject.entity->ref),
                           SV_ARG(ap->fleet.items[i].error));
    if (!ap->noop && !publish(ap, err))
        return false;
    show_published(ap);
    return (!ap->has_host || converge_host(ap, err)) && converge_people(ap, err);
}

static void print_json(const struct application *ap)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_kstr(&j, "commit", ap->revision.commit);
    json_kint(&j, "model_changes", ap->model_changes);
    json_kint(&j, "catalogs_changed", ap->fleet.changed);
    json_kint(&j, "calendar_changes", ap->writes);
    json_kint(&j, "feeds_written", ap->feeds_written);
    if (ap->caldav) {
        json_key(&j, SV("calendars"));
        calendars_write_json(&j, ap->caldav);
    }
    if (ap->host_report) {
        AUTO_STRBUF text = STRBUF_HEAP;
        report_write_json(ap->host_report, &text, false);
        json_key(&j, SV("host_report"));
        json_raw(&j, strbuf_sv(&text));
    }
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int status_of(const struct application *ap)
{
    unsigned host = ap->host_report ? ap->host_report->changed + ap->host_report->would_change : 0;
    if (!cli_flag(ap->c, "detailed-exitcodes"))
        return ap->failed ? EXIT_BROKEN : EXIT_OK;
    return (ap->model_changes || ap->writes || host ? EXIT_CHANGES : 0) | (ap->failed ? EXIT_FAILURES : 0);
}

int apply_site(struct cli *c)
{
    struct application ap = { .c = c };
    struct err err = { "" };
    if (!site_open(c, &ap.site))
        return EXIT_BROKEN;
    bool ok = run_application(&ap, &err);
    if (ok && c->json)
        print_json(&ap);
    int status = ok ? status_of(&ap) : cli_broken(&err);
    fleet_free(&ap.fleet);
    site_close(&ap.site);
    return status;
}
