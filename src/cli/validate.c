/* validate: parses manifests and templates and shows every mistake. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/site.h"
#include "cli/sources.h"

static void print_json(const struct cli *c, const struct source_check *r)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    struct json_out j = json_to(&text, true);
    (void)c;
    json_open(&j, '{');
    json_kint(&j, "files", r->files);
    json_key(&j, SV("diagnostics"));
    json_open(&j, '[');
    for (const struct diag *d = r->diags.first; d; d = d->next) {
        unsigned line, column;
        span_position(d->span, &line, &column);
        json_open(&j, '{');
        json_kstr(&j, "severity", d->severity == SEV_ERROR ? SV("error") : SV("warning"));
        json_kstr(&j, "file", d->span.src ? d->span.src->path : SV(""));
        json_kint(&j, "line", line);
        json_kint(&j, "column", column);
        json_kstr(&j, "message", d->message);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("%s\n", strbuf_cstr(&text));
}

static int finish(const struct cli *c, const struct source_check *r)
{
    if (c->json)
        print_json(c, r);
    else
        cli_diags(c, &r->diags);
    return r->diags.errors ? EXIT_BROKEN : EXIT_OK;
}

static int validate_named(struct cli *c, const struct source_tree *tree)
{
    struct err err = { "" };
    struct source_check *r = source_check_new(c->arena, tree);
    for (unsigned i = 0; i < c->arg_count; i++)
        if (!source_check_add(r, sv_of(c->args[i]), &err))
            return cli_broken(&err);
    return finish(c, r);
}

static int validate_site(struct cli *c, struct site *s)
{
    struct err err = { "" };
    struct source_check *r = source_check_new(c->arena, &s->tree);
    if (!source_check_add_site(r, s->snapshot, &err))
        return cli_broken(&err);
    snapshot_check_dependencies(s->snapshot, s->strict == STRICT_ERROR, &r->diags);
    return finish(c, r);
}

static int validate(struct cli *c)
{
    struct site s;
    bool of_site = cli_flag(c, "site") || cli_flag(c, "rev") || cli_flag(c, "modulepath") || cli_flag(c, "environment");
    struct source_tree here = source_tree_folder();
    if (c->arg_count == 0 && !of_site)
        return cli_misuse(c, "name the files or folders to parse, or a site with --site DIR");
    if (!of_site)
        return validate_named(c, &here);
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = c->arg_count ? validate_named(c, &s.tree) : validate_site(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "strict", 0, "LEVEL", "off, warning or error: what a module of a wrong version gives [warning]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_validate = {
    .name = "validate",
    .usage = "FILE|DIR... | --site DIR [--rev REV]",
    .summary = "Parse manifests (.pp) and templates (.epp)",
    .help = "Shows every mistake with its place. Folders are searched for both kinds, and for modules' metadata.json.\n"
            "Without names, a site's manifests and modules are parsed, and whether modules have what their metadata.json\n"
            "depends on is looked at. With --rev, files are those of the commit. Exits 1 where there are mistakes.",
    .options = options,
    .run = validate,
};
