/* apply: makes reality match: a manifest on this machine, or a site's published catalogs, one host and the calendars. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/apply_site.h"
#include "cli/converge.h"
#include "cli/node.h"
#include "cli/show.h"
#include "system/facts.h"

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int converge_manifest(struct cli *c, struct site *s, const struct compile_result *r, double compile_seconds, struct sv certname)
{
    const char *root = cli_value(c, "root");
    struct converge_options o = { .root = root ? sv_of(root) : SV(""),
                                  .noop = cli_flag(c, "noop"),
                                  .style = c->json ? CONVERGE_QUIET : CONVERGE_LOG };
    struct err err = { "" };
    if (!c->json)
        log_write(LOG_NOTICE, "Compiled catalog for %.*s in environment production in %.2f seconds", SV_ARG(certname), compile_seconds);
    double started = now_seconds();
    struct report *report = converge(s, r->catalog, &o, NULL, &err);
    if (!report) {
        log_write(LOG_ERROR, "%s", err.text);
        return EXIT_BROKEN;
    }
    if (c->json) {
        AUTO_STRBUF out = STRBUF_HEAP;
        report_write_json(report, &out, true);
        printf("%s\n", strbuf_cstr(&out));
    } else {
        log_write(LOG_NOTICE, "Applied catalog in %.2f seconds", now_seconds() - started);
    }
    return report_exit_code(report, cli_flag(c, "detailed-exitcodes"));
}

static bool read_manifest(struct cli *c, struct sv *out_code, struct sv *out_path, struct err *err)
{
    const char *code = cli_value(c, "execute");
    *out_path = SV("");
    if (code) {
        *out_code = sv_of(code);
        return true;
    }
    /* Puppet shows the absolute path. */
    char *real = realpath(c->args[0], NULL);
    *out_path = arena_dup(c->arena, sv_of(real ? real : c->args[0]));
    free(real);
    return fs_read(c->arena, c->args[0], LIMIT_SOURCE_BYTES, out_code, err);
}

static int apply_manifest(struct cli *c)
{
    struct site s;
    struct sv code, path;
    struct err err = { "" };
    if (!read_manifest(c, &code, &path, &err))
        return cli_broken(&err);
    if (!site_open_bare(c, &s))
        return EXIT_BROKEN;
    struct value facts = facts_collect(c->arena);
    struct sv certname = own_certname(c->arena, facts);
    double started = now_seconds();
    struct compile_result *r = site_compile_code(&s, certname, facts, code, path);
    show_messages(&r->diags);
    int status = EXIT_BROKEN;
    if (r->catalog)
        status = converge_manifest(c, &s, r, now_seconds() - started, certname);
    else
        show_failure(c, r->error, &r->diags);
    compile_result_free(r);
    site_close(&s);
    return status;
}

static int apply(struct cli *c)
{
    bool code = cli_flag(c, "execute");
    if (code && c->arg_count)
        return cli_misuse(c, "give a manifest or --execute, not both");
    if (c->arg_count > 1)
        return cli_misuse(c, "one manifest at a time; for a site, name the host with --host");
    return code || (c->arg_count && !apply_site_host(c)) ? apply_manifest(c) : apply_site(c);
}

static const struct cli_option options[] = {
    { "execute", 'e', "CODE", "apply this manifest text on this machine" },
    { "noop", 0, NULL, "show what would change, change nothing" },
    { "root", 0, "DIR", "a folder that stands for /; what cannot act in a folder is shown as planned" },
    { "host", 0, "HOST", "with a site: converge this host too, into --root" },
    { "calendars", 0, "DIR", "with a site: where .ics feeds are written [STATE/calendars]" },
    { "recreate", 0, NULL, "with a site: write meetings again that people deleted from their calendars" },
    { "allow-mass-cancel", 0, NULL, "let an apply cancel many meetings at once" },
    { "detailed-exitcodes", 0, NULL, "exit 2 after changes, 4 after failures, 6 after both" },
    SITE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_apply = {
    .name = "apply",
    .usage = "FILE.pp | -e CODE | --site DIR [HOST --root DIR]",
    .summary = "Make this machine, or a site, as its code says",
    .help = "With a manifest: compiles it with this machine's facts and converges this machine, as 'puppet apply' does.\n"
            "With a site (no manifest): records what changed in the model, publishes every host's catalog, converges Potlacs and\n"
            "ownerships onto calendars, and, with --host and --root, one host's catalog into a folder.",
    .options = options,
    .run = apply,
};
