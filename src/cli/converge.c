/* converge: runs of the agent for a verb. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/converge.h"

#include <sys/stat.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "catalog/seal.h"
#include "cli/deferred.h"
#include "cli/hooks.h"
#include "cli/show.h"
#include "people/caldav.h"
#include "people/calendar.h"

/* puppet:///modules/NAME/PATH is NAME's files/PATH; nothing outside of it can be named. */
static bool module_file(void *ctx, struct sv uri, struct arena *a, struct sv *out_text, mode_t *out_mode, struct err *err)
{
    struct site *s = ctx;
    struct sv rest = uri, prefix = SV("puppet:///modules/");
    if (!sv_starts(uri, prefix))
        return err_set(err, "'%.*s' cannot be fetched: only puppet:///modules/MODULE/FILE is served without a server", SV_ARG(uri));
    rest = sv_slice(uri, prefix.n, uri.n);
    if (sv_find(rest, SV(".."), 0) != SIZE_MAX)
        return err_set(err, "'%.*s' is refused: a source may not hold '..'", SV_ARG(uri));
    struct sv path = snapshot_module_file(s->snapshot, rest, "files");
    if (!path.n)
        return err_set(err, "'%.*s' is not there: no module has that file", SV_ARG(uri));
    const struct source_tree *tree = snapshot_tree(s->snapshot);
    *out_mode = 0644;
    if (tree->kind(tree->ctx, path) != TREE_FOLDER) /* any size: it is no source */
        return tree->read(tree->ctx, a, path, (size_t)1 << 30, out_text, err) == TREE_FILE;
    struct fs_entry *list;
    size_t n;
    struct strbuf names = STRBUF_IN(a);
    if (!tree->list(tree->ctx, a, path, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&names, "%.*s\n", SV_ARG(list[i].name));
    *out_mode = S_IFDIR | 0755;
    *out_text = strbuf_sv(&names);
    return true;
}

struct listener {
    struct site *site;
    enum converge_style style;
};

static void log_event(void *ctx, const struct resource_event *e)
{
    struct listener *l = ctx;
    if (l->style == CONVERGE_QUIET)
        return;
    struct sv path = show_path(l->site->arena, e->resource);
    /* A notify says its message before the event is told. */
    if (sv_is(e->resource->type, "Notify") && e->outcome == OUT_CHANGED)
        log_write(LOG_NOTICE, "%.*s", SV_ARG(e->after));
    bool failed = e->outcome == OUT_FAILED, skipped = e->outcome == OUT_SKIPPED;
    log_write(failed    ? LOG_ERROR
              : skipped ? LOG_WARNING
                        : LOG_NOTICE,
              "%.*s%s%.*s: %.*s", SV_ARG(path), e->property.n ? "/" : "", SV_ARG(e->property), SV_ARG(e->message));
}

static struct calendar *open_calendar(struct site *s, struct catalog *catalog, const struct converge_options *o, struct err *err)
{
    struct calendar_options co = { .store = s->store,
                                   .model = s->model,
                                   .folder = o->calendars,
                                   .installation = data_text(data_get(s->config, "installation")),
                                   .now = s->now,
                                   .noop = o->noop,
                                   .allow_mass_cancel = o->allow_mass_cancel };
    if (o->caldav)
        co.moves = caldav_moves(o->caldav, &co.move_count);
    struct calendar *c = calendar_open(s->arena, &co, err);
    return c && calendar_purge(c, catalog, err) ? c : NULL;
}

static bool write_calendars(struct calendar *calendar, struct caldav *caldav, struct err *err)
{
    uint32_t count;
    const struct series *const *all = calendar_planned(calendar, &count);
    return caldav_write(caldav, calendar_installation(calendar), all, count, err);
}

struct report *converge(struct site *s, struct catalog *catalog, const struct converge_options *o, unsigned *out_feeds, struct err *err)
{
    struct calendar *calendar = NULL;
    if (o->calendars.n && !(calendar = open_calendar(s, catalog, o, err)))
        return NULL;
    struct run run = { .arena = s->arena,
                       .root = o->root,
                       .noop = o->look_only,
                       .noop_soft = o->noop,
                       .now = s->now,
                       .calendar = calendar,
                       .file_source = module_file,
                       .file_source_ctx = s,
                       .extra = hooks_providers() };
    struct listener listener = { s, o->style };
    struct deferred_saved *saved;
    if (!deferred_replace(s, catalog, &saved, err))
        return NULL;
    struct report *r = agent_converge(&run, catalog, log_event, &listener);
    deferred_restore(saved);
    if (r->error.n) {
        err_set(err, "%.*s", SV_ARG(r->error));
        return NULL;
    }
    if (calendar && !calendar_close(calendar, err))
        return NULL;
    if (calendar && o->caldav && !write_calendars(calendar, o->caldav, err))
        return NULL;
    if (calendar && out_feeds)
        calendar_feeds(calendar, out_feeds);
    return r;
}

bool converge_drift(struct site *s, const struct subject *host, struct sv root, struct report **out_drift, struct err *err)
{
    struct sv json;
    struct err why = { "" };
    *out_drift = NULL;
    if (!store_get(s->store, s->arena, SV("converged"), host->entity->ref, &json, &why)) {
        *err = why;
        return why.text[0] == 0;
    }
    struct source *src = ARENA_NEW(s->arena, struct source);
    *src = (struct source){ SV("the catalog applied last"), json };
    struct diags diags = diags_in(s->arena);
    struct data_doc *doc;
    if (!json_read(s->arena, src, NULL, &diags, &doc))
        return err_set(err, "the catalog applied last on '%.*s' cannot be read", SV_ARG(host->entity->ref));
    struct catalog *catalog = catalog_read_json(s->arena, snapshot_symtab(s->snapshot), &doc->root, err);
    struct converge_options o = { .root = root, .look_only = true, .style = CONVERGE_QUIET };
    if (catalog)
        catalog = catalog_without_secrets(s->arena, catalog);
    *out_drift = catalog ? converge(s, catalog, &o, NULL, err) : NULL;
    return *out_drift != NULL;
}

bool is_drift(const struct resource_event *e)
{
    const struct provider *p = provider_find(e->resource->type);
    return e->outcome == OUT_WOULD_CHANGE && !(p && p->no_write);
}

unsigned count_drift(const struct report *drift)
{
    unsigned n = 0;
    for (uint32_t i = 0; drift && i < drift->event_count; i++)
        n += is_drift(&drift->events[i]);
    return n;
}
