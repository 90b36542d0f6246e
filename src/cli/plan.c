/* plan: what applying the site would change, grouped where subjects change alike, with those it concerns; and what has drifted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent.h"
#include "base/fs.h"
#include "cli/converge.h"
#include "cli/fleet.h"
#include "cli/plan_markdown.h"
#include "cli/query_hook.h"
#include "cli/show.h"
#include "store/answer.h"
#include "store/pql.h"

enum { MOST_NAMES = 4, MOST_CHANGES = 12 };

static struct sv subject_name(struct arena *a, const struct fleet_item *item)
{
    return item->subject.is_host ? item->subject.entity->name : ref_short(a, item->subject.entity->ref);
}

/* "edge-lon: 12 hosts (edge-lon-01, edge-lon-02 and 10 more)" */
static void print_group_title(const struct cli *c, struct strbuf *out, const struct fleet_group *g)
{
    struct arena *a = arena_new(0);
    struct sv *names = ARENA_ARRAY(a, struct sv, g->count);
    for (size_t i = 0; i < g->count; i++)
        names[i] = subject_name(a, g->items[i]);
    struct sv list = show_names(a, names, (uint32_t)g->count, MOST_NAMES);
    bool hosts = g->items[0]->subject.is_host;
    strbuf_addf(out, "\n%s", cli_bold(c));
    if (hosts && g->count > 1)
        strbuf_addf(out, "%zu hosts%s%.*s%s: %.*s", g->count, g->in ? " of cluster " : "", SV_ARG(g->in ? g->in->name : SV("")),
                    cli_plain(c), SV_ARG(list));
    else if (hosts)
        strbuf_addf(out, "host %.*s%s%s%.*s", SV_ARG(list), cli_plain(c), g->in ? " of cluster " : "",
                    SV_ARG(g->in ? g->in->name : SV("")));
    else
        strbuf_addf(out, "%.*s%s", SV_ARG(list), cli_plain(c));
    strbuf_adds(out, g->is_new ? " (new)\n" : "\n");
    arena_free(a);
}

/* "mats (ops of edge-gateway, ops of playback), oskar (dev of edge-gateway)" */
static void print_people(const struct cli *c, struct strbuf *out, const char *title, const struct concerns *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct concern *it = &list->items[i];
        bool same = i && sv_eq(it->person, list->items[i - 1].person);
        struct sv name = path_base(it->person);
        if (i == 0)
            strbuf_addf(out, "    %s%s%s ", cli_dim(c), title, cli_plain(c));
        else
            strbuf_adds(out, same ? ", " : "), ");
        if (!same)
            strbuf_addf(out, "%.*s (", SV_ARG(name));
        strbuf_add(out, it->why);
    }
    if (list->count)
        strbuf_adds(out, ")\n");
}

static void print_group(const struct cli *c, struct strbuf *out, const struct fleet_group *g)
{
    const struct catalog_diff *d = g->items[0]->diff;
    print_group_title(c, out, g);
    if (g->is_new) {
        struct arena *a = arena_new(0);
        struct sv counts = show_type_counts(a, d);
        strbuf_addf(out, "  %s+%s %u resources%s: %.*s\n", cli_green(c), cli_plain(c), d->count, g->count > 1 ? " each" : "",
                    SV_ARG(counts));
        arena_free(a);
    } else {
        for (uint32_t i = 0; i < d->count && i < MOST_CHANGES; i++)
            show_change(c, out, &d->changes[i], 2);
        if (d->count > MOST_CHANGES)
            strbuf_addf(out, "  ... and %u more changes (see them with --json)\n", d->count - MOST_CHANGES);
    }
    print_people(c, out, "concerns:", &g->concerned);
    print_people(c, out, "teams:", &g->teams);
    print_people(c, out, "neighbours:", &g->neighbours);
}

static void print_drift(const struct cli *c, struct strbuf *out, const struct subject *host, const struct report *drift)
{
    strbuf_addf(out, "\n%sDrift%s: %.*s is not as it was left by the last apply\n", cli_bold(c), cli_plain(c), SV_ARG(host->entity->name));
    for (uint32_t i = 0; i < drift->event_count; i++) {
        const struct resource_event *e = &drift->events[i];
        if (is_drift(e)) {
            struct sv text = show_event(c->arena, e);
            strbuf_addf(out, "  %s!%s %.*s\n", cli_red(c), cli_plain(c), SV_ARG(text));
        }
    }
}

static void print_failures(const struct fleet *f)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->items[i].state == FLEET_FAILED)
            fprintf(stderr, "%.*s does not compile: %.*s\n", SV_ARG(f->items[i].subject.entity->ref), SV_ARG(f->items[i].error));
}

static bool is_changed(const struct fleet_item *item) { return item->state == FLEET_CHANGED || item->state == FLEET_LIKE; }

static unsigned hosts_in(const struct fleet *f, bool changed_only)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < f->count; i++)
        n += f->items[i].subject.is_host && (!changed_only || is_changed(&f->items[i]));
    return n;
}

/* What there is to show. */
struct shown {
    const struct fleet *fleet;
    struct meeting_changes meetings;
    const struct subject *host; /* of the drift */
    const struct report *drift; /* NULL: nobody asked */
};

static void print_text(struct cli *c, const struct shown *s)
{
    const struct fleet *f = s->fleet;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct arena *a = arena_new(0);
    struct sv hosts = show_count(a, hosts_in(f, false), "host", "hosts");
    struct sv rest = show_count(a, f->count - hosts_in(f, false), "Potlac or ownership", "Potlacs and ownerships");
    strbuf_addf(&out, "%.*s, %.*s; %u compiled in %.0f ms\n", SV_ARG(hosts), SV_ARG(rest), f->compiled, f->milliseconds);
    for (size_t i = 0; i < f->group_count; i++)
        print_group(c, &out, &f->groups[i]);
    for (size_t i = 0; i < f->removed_count; i++)
        strbuf_addf(&out, "\n%s%.*s%s is gone from the model: %s\n", cli_bold(c), SV_ARG(f->removed[i].ref), cli_plain(c),
                    f->removed[i].was ? "its meetings end" : "nothing converges it any more");
    plan_meetings_text(c, &out, &s->meetings);
    unsigned changed = hosts_in(f, true), drifted = count_drift(s->drift);
    if (drifted)
        print_drift(c, &out, s->host, s->drift);
    struct sv changing = show_count(a, changed, "host changes", "hosts change"),
              others = show_count(a, f->changed - changed, "meeting plan", "meeting plans");
    strbuf_addf(&out, "\n%s%.*s, %.*s; %u drifted resource%s%s\n", cli_bold(c), SV_ARG(changing), SV_ARG(others), drifted,
                drifted == 1 ? "" : "s", cli_plain(c));
    if (!f->changed && !f->removed_count && !drifted)
        strbuf_adds(&out, "Nothing to do: reality, as far as it is known, is what the model says.\n");
    cli_write(stdout, &out);
    arena_free(a);
}

static void json_concerns(struct json_out *j, const char *key, const char *who, const struct concerns *list)
{
    json_key(j, sv_of(key));
    json_open(j, '[');
    for (size_t i = 0; i < list->count; i++) {
        json_open(j, '{');
        json_kstr(j, who, list->items[i].person);
        json_kstr(j, "why", list->items[i].why);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_change(struct json_out *j, const struct change *ch)
{
    static const char *const kinds[] = { [CHANGE_ADDED] = "added", [CHANGE_REMOVED] = "removed", [CHANGE_PARAM] = "changed" };
    const struct resource *r = ch->now ? ch->now : ch->was;
    json_open(j, '{');
    json_kstr(j, "change", sv_of(kinds[ch->kind]));
    json_kstr(j, "type", r->type);
    json_kstr(j, "title", r->title);
    if (ch->kind == CHANGE_PARAM) {
        json_kstr(j, "parameter", ch->param);
        json_kbool(j, "sensitive", ch->sensitive);
        if (!ch->sensitive) {
            json_key(j, SV("before"));
            show_json_value(j, ch->before);
            json_key(j, SV("after"));
            show_json_value(j, ch->after);
        }
    }
    json_close(j, '}');
}

static void json_group(struct json_out *j, const struct fleet_group *g)
{
    json_open(j, '{');
    json_key(j, SV("subjects"));
    json_open(j, '[');
    for (size_t i = 0; i < g->count; i++)
        json_str(j, g->items[i]->subject.entity->ref);
    json_close(j, ']');
    json_kbool(j, "new", g->is_new);
    json_key(j, SV("changes"));
    json_open(j, '[');
    for (uint32_t i = 0; i < g->items[0]->diff->count; i++)
        json_change(j, &g->items[0]->diff->changes[i]);
    json_close(j, ']');
    json_concerns(j, "concerned", "person", &g->concerned);
    json_concerns(j, "teams", "team", &g->teams);
    json_concerns(j, "neighbours", "person", &g->neighbours);
    json_close(j, '}');
}

static void print_json(const struct shown *s)
{
    const struct fleet *f = s->fleet;
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_kint(&j, "subjects", f->count);
    json_kint(&j, "changed", f->changed);
    json_kint(&j, "failed", f->failed);
    json_kint(&j, "compiled", f->compiled);
    json_key(&j, SV("groups"));
    json_open(&j, '[');
    for (size_t i = 0; i < f->group_count; i++)
        json_group(&j, &f->groups[i]);
    json_close(&j, ']');
    json_key(&j, SV("removed"));
    json_open(&j, '[');
    for (size_t i = 0; i < f->removed_count; i++)
        json_str(&j, f->removed[i].ref);
    json_close(&j, ']');
    json_key(&j, SV("meetings"));
    plan_meetings_json(&j, &s->meetings);
    if (s->drift) {
        AUTO_STRBUF text = STRBUF_HEAP;
        report_write_json(s->drift, &text, false);
        json_key(&j, SV("drift"));
        json_raw(&j, strbuf_sv(&text));
    }
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

static int status_of(const struct cli *c, const struct fleet *f, const struct report *drift)
{
    if (f->failed)
        return EXIT_BROKEN;
    bool changes = f->changed || f->removed_count || count_drift(drift);
    return changes && cli_flag(c, "detailed-exitcodes") ? EXIT_CHANGES : EXIT_OK;
}

/* ---- what is compared ---- */

struct chosen {
    struct site *site;
    struct map *refs;
};

/* An answer names hosts by their certname, their name or their ref, whatever its first column is. */
static bool choose_host(void *ctx, const struct query_statement *st, const struct sql_value *values, struct err *err)
{
    struct chosen *c = ctx;
    struct subject subject;
    (void)st;
    if (values[0].kind != SQL_TEXT)
        return err_set(err, "the query should give names of hosts in its first column: hosts[name] { ... }");
    if (!site_subject(c->site, values[0].s, &subject, NULL) || !subject.is_host)
        return true; /* of a node that the model does not know, or knows as retired */
    map_put(c->refs, subject.entity->ref, (void *)subject.entity);
    return true;
}

static bool choose_hosts(struct cli *c, struct site *s, struct map *out, struct err *err)
{
    struct source *src = ARENA_NEW(c->arena, struct source);
    struct diags diags = diags_in(c->arena);
    struct chosen chosen = { s, out };
    *src = (struct source){ SV("query"), sv_of(c->args[0]) };
    *out = map_in(c->arena);
    struct query *q = pql_parse(c->arena, src, &diags);
    struct store *store = q ? query_store(s, q, err) : NULL;
    bool ok = store && query_run(store, c->arena, q, choose_host, &chosen, &diags, err);
    if (cli_diags(c, &diags))
        return err_set(err, "no plan is made");
    return ok;
}

static bool open_before(struct cli *c, struct site *from)
{
    struct cli other = *c;
    cli_override(&other, "rev", cli_value(c, "from"));
    return site_open(&other, from);
}

static bool read_threads(const struct cli *c, unsigned *out)
{
    const char *text = cli_value(c, "jobs");
    int64_t n = 0;
    *out = 0;
    if (!text)
        return true;
    if (!sv_to_int(sv_of(text), &n) || n < 1 || n > 1024)
        return cli_misuse(c, "-j takes a number of threads, found '%s'", text) == EXIT_OK;
    *out = (unsigned)n;
    return true;
}

static void print_shown(struct cli *c, const struct shown *s)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    if (cli_flag(c, "markdown")) {
        plan_markdown(&out, s->fleet, &s->meetings);
        cli_write(stdout, &out);
    } else if (c->json) {
        print_json(s);
    } else {
        print_text(c, s);
    }
    print_failures(s->fleet);
}

static int plan_fleet(struct cli *c, struct site *s, struct site *from, const struct subject *host, const struct report *drift)
{
    struct fleet fleet = { 0 };
    struct map only;
    struct err err = { "" };
    struct fleet_options o = { .from = from, .everything = cli_flag(c, "everything"), .progress = c->progress };
    if (!read_threads(c, &o.threads))
        return EXIT_BROKEN;
    bool ok = !c->arg_count || choose_hosts(c, s, &only, &err);
    o.only = c->arg_count ? &only : NULL;
    struct shown shown = { .fleet = &fleet, .host = host, .drift = drift };
    ok = ok && fleet_compile(s, &o, &fleet, &err) && plan_meetings(c->arena, &fleet, s->now, &shown.meetings, &err);
    if (ok)
        print_shown(c, &shown);
    int status = ok ? status_of(c, &fleet, drift) : cli_broken(&err);
    fleet_free(&fleet);
    return status;
}

static int plan_site(struct cli *c, struct site *s)
{
    struct subject host;
    struct report *drift = NULL;
    struct err err = { "" };
    const char *name = cli_value(c, "host"), *root = cli_value(c, "root");
    if (root && !name)
        return cli_misuse(c, "--root shows one host's state: name it with --host");
    if (!site_open_store(s, &err) || (name && !site_subject(s, sv_of(name), &host, &err)))
        return cli_broken(&err);
    if (name && root && !converge_drift(s, &host, sv_of(root), &drift, &err))
        return cli_broken(&err);
    if (!cli_value(c, "from"))
        return plan_fleet(c, s, NULL, &host, drift);
    struct site from;
    if (!open_before(c, &from))
        return EXIT_BROKEN;
    int status = plan_fleet(c, s, &from, &host, drift);
    site_close(&from);
    return status;
}

static int plan(struct cli *c)
{
    struct site s;
    if (c->arg_count > 1)
        return cli_misuse(c, "one query that chooses hosts is expected at most: 'hosts[name] { cluster = \"web\" }'");
    if (cli_value(c, "to"))
        cli_override(c, "rev", cli_value(c, "to"));
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = plan_site(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "from", 0, "REV", "compare with that commit [what was applied last]" },
    { "to", 0, "REV", "the same as --rev: what is planned [the folder as it is]" },
    { "everything", 0, NULL, "compile what did not change too" },
    { "jobs", 'j', "N", "threads [one a processor]" },
    { "markdown", 0, NULL, "print for a merge request" },
    { "host", 0, "HOST", "look for drift on this host too" },
    { "root", 0, "DIR", "the folder that stands for the host's /" },
    { "detailed-exitcodes", 0, NULL, "exit 2 where anything would change" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_plan = {
    .name = "plan",
    .usage = "[--site DIR] [--from REV] [--to REV] ['hosts[name] { ... }'] [--markdown]",
    .summary = "Show what applying a site would change, and whom that concerns",
    .help =
        "Compiles every host, Potlac and ownership that something changed for, and compares with what was applied last, or with what a\n"
        "commit gives (--from). Hosts that change alike are one group. A query chooses hosts: 'hosts[name] { cluster = \"web\" }', or\n"
        "'inventory[certname] { facts.os.family = \"Debian\" }'.\n"
        "What would be written into people's calendars on servers, and which mails those send: potlac apply --noop.\n"
        "Drift is something else: a host that is not as the last apply left it. Changes nothing.",
    .options = options,
    .run = plan,
};
