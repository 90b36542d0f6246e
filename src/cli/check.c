/* check: model, manifests, templates and data are sound, and every subject compiles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fleet.h"
#include "cli/readiness_scope.h"
#include "cli/show.h"
#include "cli/sources.h"
#include "lookup/lookup.h"

static bool report(const struct cli *c, bool ok, const char *what, struct sv found)
{
    if (!c->json)
        printf("  %s%-6s%s %-10s %.*s\n", ok ? cli_green(c) : cli_red(c), ok ? "sound" : "wrong", cli_plain(c), what, SV_ARG(found));
    return ok;
}

static bool check_model(struct cli *c, struct site *s)
{
    uint32_t n = 0, hosts = 0, services = 0, people = 0;
    if (!s->model)
        return report(c, true, "model", SV("none"));
    const struct entity *const *all = model_entities(s->model, &n);
    for (uint32_t i = 0; i < n; i++) {
        hosts += all[i]->kind == KIND_HOST;
        people += all[i]->kind == KIND_USER;
        services += all[i]->kind == KIND_COMPONENT && sv_is(entity_text(all[i], "type"), "service");
    }
    return report(c, true, "model", arena_printf(c->arena, "%u entities: %u hosts, %u services, %u people", n, hosts, services, people));
}

static bool check_sources(struct cli *c, struct site *s, struct err *err)
{
    struct source_check *r = source_check_new(c->arena, &s->tree);
    if (!source_check_add_site(r, s->snapshot, err))
        return false;
    cli_diags(c, &r->diags);
    bool ok = report(c, r->diags.errors == 0, "code", arena_printf(c->arena, "%u manifests, %u templates", r->manifests, r->templates));
    return ok || err_set(err, "the code has mistakes");
}

static bool check_modules(struct cli *c, struct site *s, struct err *err)
{
    struct diags diags = diags_in(c->arena);
    size_t count, own = 0;
    const struct module *const *modules = snapshot_modules(s->snapshot, &count);
    for (size_t i = 0; i < count; i++)
        own += !modules[i]->is_base;
    bool ok = snapshot_check_dependencies(s->snapshot, s->strict == STRICT_ERROR, &diags);
    cli_diags(c, &diags);
    report(c, ok, "modules", arena_printf(c->arena, "%zu, and what they depend on", own));
    return ok || err_set(err, "modules do not have what they depend on");
}

/* Of a site that has any. */
static bool check_checks(struct cli *c, struct site *s, struct err *err)
{
    struct diags diags = diags_in(c->arena);
    uint32_t n = s->model ? readiness_checks_test(s->model, c->arena, s->now, &diags) : 0;
    cli_diags(c, &diags);
    if (n)
        report(c, !diags.errors, "checks", arena_printf(c->arena, "%u, and the expressions in them", n));
    return !diags.errors || err_set(err, "the checks have mistakes");
}

static bool check_data(struct cli *c, struct site *s, struct err *err)
{
    struct diags diags = diags_in(c->arena);
    bool ok = lookup_check(s->snapshot, &diags);
    cli_diags(c, &diags);
    report(c, ok, "data", SV("hierarchies and the files they name"));
    return ok || err_set(err, "the data has mistakes");
}

/* Subjects that fail for the same reason are told once. */
struct failure {
    struct sv reason, help; /* help: lines, of the first of them */
    struct sv *refs;
    size_t count, cap;
};

struct failures {
    struct arena *arena;
    struct failure *items;
    size_t count, cap;
};

static void add_failure(struct failures *f, const struct subject *subject, struct sv error, struct sv help)
{
    struct sv suffix = arena_printf(f->arena, " on node %.*s", SV_ARG(subject->certname));
    struct sv reason = sv_ends(error, suffix) ? sv_slice(error, 0, error.n - suffix.n) : error;
    size_t i = 0;
    while (i < f->count && !sv_eq(f->items[i].reason, reason))
        i++;
    if (i == f->count) {
        struct failure fresh = { arena_dup(f->arena, reason), arena_dup(f->arena, help) };
        ARENA_PUSH(f->arena, f->items, f->count, f->cap, fresh);
    }
    struct sv name = subject->is_host ? subject->entity->name : ref_short(f->arena, subject->entity->ref);
    ARENA_PUSH(f->arena, f->items[i].refs, f->items[i].count, f->items[i].cap, name);
}

/* A catalog that compiles may still be one that no agent can order. */
static bool check_result(struct cli *c, struct failures *failures, const struct subject *subject, const struct compile_result *r)
{
    AUTO_STRBUF help = STRBUF_HEAP;
    if (!r->catalog) {
        show_failure_help(&help, c, &r->diags);
        add_failure(failures, subject, r->error, strbuf_sv(&help));
        return false;
    }
    if (!show_loop(&help, r->arena, r->catalog))
        return true;
    add_failure(failures, subject, sv_trim(strbuf_sv(&help)), SV(""));
    return false;
}

static bool check_catalogs(struct cli *c, struct site *s, struct err *err)
{
    uint32_t n, failed = 0, resources = 0;
    struct subject *all = site_subjects(s, &n);
    struct failures failures = { .arena = c->arena };
    for (uint32_t i = 0; i < n; i++) {
        struct compile_result *r = site_compile(s, s->arena, &all[i]);
        resources += r->catalog ? r->catalog->resource_count : 0;
        failed += !check_result(c, &failures, &all[i], r);
        compile_result_free(r);
    }
    for (size_t i = 0; i < failures.count; i++) {
        struct failure *f = &failures.items[i];
        struct sv names = show_names(c->arena, f->refs, (uint32_t)f->count, 4);
        fprintf(stderr, "%.*s: %.*s\n%.*s", SV_ARG(names), SV_ARG(f->reason), SV_ARG(f->help));
    }
    report(c, failed == 0, "catalogs", arena_printf(c->arena, "%u of %u compile, %u resources", n - failed, n, resources));
    return !failed || err_set(err, "%u of %u catalogs do not compile", failed, n);
}

static int check(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    if (c->arg_count > 1)
        return cli_misuse(c, "one site at a time");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    bool ok = check_model(c, &s);
    ok = check_sources(c, &s, &err) && ok;
    ok = check_modules(c, &s, &err) && ok;
    ok = check_data(c, &s, &err) && ok;
    ok = check_checks(c, &s, &err) && ok;
    ok = check_catalogs(c, &s, &err) && ok;
    site_close(&s);
    if (c->json)
        printf("{\"sound\": %s}\n", ok ? "true" : "false");
    return ok ? EXIT_OK : cli_broken(&err);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "strict", 0, "LEVEL", "off, warning or error: what doubtful code, and a module of a wrong version, gives [warning]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_check = {
    .name = "check",
    .usage = "[--site DIR]",
    .summary = "See whether a site is sound: model, manifests, templates, modules, data, catalogs",
    .help = "Changes nothing. Shows every mistake with its place. Exits 1 where anything is wrong.",
    .options = options,
    .run = check,
};
