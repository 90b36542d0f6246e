/* deploy: a version of a service onto its clusters, a batch at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/change.h"
#include "cli/health.h"
#include "cli/rollout.h"
#include "cli/show.h"

enum { REPORT_SECONDS = 600 };

/* The words of a command, by spaces: no shell reads them. */
static const char *const *split_words(struct arena *a, const char *text)
{
    const char **words = NULL;
    size_t n = 0, cap = 0;
    struct sv rest = sv_of(text), word;
    while (sv_cut(&rest, ' ', &word))
        if (word.n)
            ARENA_PUSH(a, words, n, cap, arena_cstr(a, word));
    ARENA_PUSH(a, words, n, cap, NULL);
    return words;
}

static bool read_options(struct rollout *r, struct err *err)
{
    struct cli *c = r->c;
    const char *reason = cli_value(c, "reason"), *roots = cli_value(c, "roots"), *command = cli_value(c, "apply-command"),
               *timeout = cli_value(c, "timeout"), *committed = cli_value(c, "committed");
    int64_t at;
    r->timeout = REPORT_SECONDS;
    if (!reason || !sv_trim(sv_of(reason)).n)
        return err_set(err, "say why, for those who read the history: --reason TEXT");
    if (roots && command)
        return err_set(err, "--roots and --apply-command are two ways to converge a host: give one");
    if (timeout && (!duration_parse(sv_of(timeout), &r->timeout) || r->timeout < 1) &&
        (!sv_to_int(sv_of(timeout), &r->timeout) || r->timeout < 1))
        return err_set(err, "--timeout takes seconds or a duration such as PT10M, not '%s'", timeout);
    if (committed && !utc_parse(sv_of(committed), &at))
        return err_set(err, "--committed takes a UTC time such as 2027-02-15T08:00:00Z, not '%s'", committed);
    r->reason = sv_trim(sv_of(reason));
    r->roots = roots ? sv_of(roots) : SV_NONE;
    r->command = command ? split_words(c->arena, command) : NULL;
    if (committed) {
        struct strbuf out = STRBUF_IN(c->arena);
        utc_print(&out, at);
        r->committed = strbuf_sv(&out);
    }
    return true;
}

static const struct entity *find_service(struct site *s, struct sv name, struct err *err)
{
    uint32_t n;
    const struct entity *e = model_find(s->model, model_full_ref(s->arena, name, "component", SV("default")));
    if (e && e->kind == KIND_COMPONENT)
        return e;
    const struct entity *const *all = model_of_kind(s->model, KIND_COMPONENT, &n);
    struct sv *names = ARENA_ARRAY(s->arena, struct sv, n + 1);
    for (uint32_t i = 0; i < n; i++)
        names[i] = all[i]->name;
    struct sv near = near_names(s->arena, name, names, n);
    err_set(err, "the model has no service '%.*s'%s%.*s%s", SV_ARG(name), near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    return NULL;
}

/* The first apply makes the history begin; nothing can be deployed before. */
static bool was_applied(struct rollout *r, struct err *err)
{
    struct site *s = r->site;
    struct sv json;
    for (size_t i = 0; i < r->stage_count; i++)
        if (!store_get(s->store, s->arena, SV("entity"), r->stages[i].deployment->ref, &json, err))
            return err->text[0] ? false
                                : err_set(err, "'%.*s' was never applied: run 'potlac apply --site %.*s' first",
                                          SV_ARG(ref_short(s->arena, r->stages[i].deployment->ref)), SV_ARG(s->dir));
    return true;
}

static bool prepare(struct rollout *r, struct err *err)
{
    struct site *s = r->site;
    if (!s->model)
        return err_set(err, "'%.*s' has no model/: there is nothing to deploy", SV_ARG(s->dir));
    if (!read_options(r, err) || !(r->service = find_service(s, sv_of(r->c->args[0]), err)) ||
        !rollout_authorise(r, change_author(r->c), err) || !site_open_store(s, err))
        return false;
    r->version = sv_of(r->c->args[1]);
    return rollout_plan(r, cli_value(r->c, "cluster"), cli_value(r->c, "batch"), err) && was_applied(r, err);
}

/* --- what is shown --- */

static void show_plan(struct rollout *r)
{
    struct arena *a = r->site->arena;
    for (size_t i = 0; i < r->stage_count; i++) {
        const struct rollout_stage *stage = &r->stages[i];
        struct sv environment = entity_text(stage->cluster, "environment");
        const struct data *health = entity_field(stage->deployment, "health");
        printf("%s%.*s%s%s%.*s: %.*s -> %.*s\n", cli_bold(r->c), SV_ARG(stage->cluster->name), cli_plain(r->c), environment.n ? ", " : "",
               SV_ARG(environment), SV_ARG(stage->before.version), SV_ARG(r->version));
        for (size_t at = 0; at < stage->host_count; at += stage->batch) {
            size_t left = stage->host_count - at, n = left < stage->batch ? left : stage->batch;
            struct sv *names = ARENA_ARRAY(a, struct sv, n + 1);
            for (size_t k = 0; k < n; k++)
                names[k] = stage->hosts[at + k].entity->name;
            printf("  batch %zu: %.*s\n", at / stage->batch + 1, SV_ARG(show_names(a, names, (uint32_t)n, 20)));
        }
        for (uint32_t k = 0; k < health_count(stage->deployment); k++)
            printf("  health: %.*s\n", SV_ARG(health_text(a, &health->items[k])));
    }
}

static void print_json(struct rollout *r, const char *outcome)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, true);
    json_open(&j, '{');
    json_kstr(&j, "service", r->service->ref);
    json_kstr(&j, "version", r->version);
    json_kstr(&j, "author", r->author->ref);
    json_kstr(&j, "reason", r->reason);
    json_kstr(&j, "deploy", r->lock.id);
    json_kstr(&j, "outcome", sv_of(outcome));
    if (r->why.n)
        json_kstr(&j, "why", r->why);
    json_key(&j, SV("clusters"));
    json_open(&j, '[');
    for (size_t i = 0; i < r->stage_count; i++) {
        const struct rollout_stage *stage = &r->stages[i];
        json_open(&j, '{');
        json_kstr(&j, "cluster", stage->cluster->ref);
        json_kstr(&j, "from", stage->before.version);
        json_kstr(&j, "now", stage->now.version);
        json_key(&j, SV("hosts"));
        json_open(&j, '{');
        for (size_t k = 0; k < stage->host_count; k++) {
            json_key(&j, stage->hosts[k].entity->ref);
            json_str(&j, deployed_on(&stage->now, stage->hosts[k].entity->ref));
        }
        json_close(&j, '}');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&out));
}

/* What state a deploy that was stopped has left, and the two ways out of it. */
static void show_state(struct rollout *r)
{
    for (size_t i = 0; i < r->stage_count; i++) {
        struct sv state = rollout_state(r, &r->stages[i]);
        fprintf(stderr, "  %.*s: %.*s\n", SV_ARG(r->stages[i].cluster->name), SV_ARG(state));
    }
    fprintf(stderr, "Go on with 'potlac deploy %.*s %.*s', or go back with 'potlac deploy %.*s %.*s'.\n", SV_ARG(r->service->name),
            SV_ARG(r->version), SV_ARG(r->service->name), SV_ARG(r->stages[0].before.version));
}

static void show_outcome(struct rollout *r, enum rollout_outcome outcome)
{
    struct sv what = arena_printf(r->site->arena, "%.*s %.*s", SV_ARG(r->service->name), SV_ARG(r->version));
    switch (outcome) {
    case ROLLOUT_DONE:
        if (!r->c->json)
            printf("%sDone.%s %.*s is on %zu cluster%s.\n", cli_green(r->c), cli_plain(r->c), SV_ARG(what), r->stage_count,
                   r->stage_count == 1 ? "" : "s");
        break;
    case ROLLOUT_ROLLED_BACK:
        fprintf(stderr, "potlac: %.*s is rolled back: %.*s\n", SV_ARG(what), SV_ARG(r->why));
        break;
    case ROLLOUT_STUCK:
        fprintf(stderr, "potlac: %.*s failed, and not every host is back: %.*s\n", SV_ARG(what), SV_ARG(r->why));
        break;
    case ROLLOUT_TAKEN:
        fprintf(stderr, "potlac: %.*s stopped, as this deploy was silent for so long that %.*s took over\n", SV_ARG(what),
                SV_ARG(rollout_holder(r->site->arena, &r->other)));
        break;
    default:
        fprintf(stderr, "potlac: %.*s was stopped; this is what runs now:\n", SV_ARG(what));
        show_state(r);
    }
}

static int run_rollout(struct rollout *r)
{
    enum rollout_outcome outcome;
    struct err err = { "" };
    if (!r->c->json)
        printf("Deploying %.*s %.*s as %.*s (%.*s): %.*s\n", SV_ARG(r->service->name), SV_ARG(r->version), SV_ARG(r->author->name),
               SV_ARG(r->why_may), SV_ARG(r->reason));
    if (!rollout_run(r, &outcome, &err))
        return cli_broken(&err);
    show_outcome(r, outcome);
    if (r->c->json)
        print_json(r, rollout_outcome_name(outcome));
    if (err.text[0])
        return cli_broken(&err);
    return outcome == ROLLOUT_DONE ? EXIT_OK : EXIT_BROKEN;
}

static int deploy_on(struct cli *c, struct site *s)
{
    struct rollout r = { .c = c, .site = s };
    struct err err = { "" };
    if (!prepare(&r, &err))
        return cli_broken(&err);
    if (cli_flag(c, "dry-run") && c->json)
        print_json(&r, "planned");
    else if (cli_flag(c, "dry-run"))
        show_plan(&r);
    else if (r.stage_count)
        return run_rollout(&r);
    if (!r.stage_count && !c->json)
        printf("Nothing to do: %.*s %.*s is there already.\n", SV_ARG(r.service->name), SV_ARG(r.version));
    return EXIT_OK;
}

static int deploy(struct cli *c)
{
    struct site s;
    if (c->arg_count != 2)
        return cli_misuse(c, "a service and a version are expected: 'potlac deploy edge-gateway 7.4.0 --reason TEXT'");
    if (cli_value(c, "rev"))
        return cli_misuse(c, "what is deployed is the site as it is now, and no commit of it");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = deploy_on(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    { "reason", 0, "TEXT", "why, for those who read the history" },
    { "author", 0, "USER", "who deploys: a user of the model, by name or e-mail [git's user.email, the login name]" },
    { "cluster", 0, "C[,C ...]", "only these clusters, in this order [all, production last]" },
    { "batch", 0, "N|PERCENT", "hosts of a cluster at once [25%]" },
    { "timeout", 0, "TIME", "how long the reports of a batch may take [PT10M]" },
    { "committed", 0, "TIME", "when the change was committed (git log -1 --format=%cI), for 'potlac flow'" },
    { "dry-run", 0, NULL, "show clusters, batches and checks; do nothing" },
    { "roots", 0, "DIR", "converge each host of a batch into DIR/HOST, a folder that stands for its /" },
    { "apply-command", 0, "COMMAND", "converge each host of a batch by this command, with {host} in it" },
    SITE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_deploy = {
    .name = "deploy",
    .usage = "SERVICE VERSION --reason TEXT",
    .summary = "Bring a version of a service onto its clusters, a batch at a time",
    .help =
        "Those may deploy a service who own it (dev or ops) or belong to its team. The version goes into the history and, batch by batch,\n"
        "into the hosts' catalogs; it stands before the one in the model's file until that file says something new.\n"
        "After each batch its hosts must report a run that did not fail, and pass the health checks of the Deployment. Where one does\n"
        "not, the deploy stops and every host it touched goes back to the version before. Ctrl-C stops after the step at hand.",
    .options = options,
    .run = deploy,
};
