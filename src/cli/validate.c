/* validate: parses manifests and templates and shows every mistake. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/json.h"
#include "cli/cli.h"
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

static int validate(struct cli *c)
{
    struct err err = { "" };
    struct source_check *r = source_check_new(c->arena);
    if (c->arg_count == 0)
        return cli_misuse(c, "name the files or folders to parse");
    for (unsigned i = 0; i < c->arg_count; i++)
        if (!source_check_add(r, sv_of(c->args[i]), &err))
            return cli_broken(&err);
    if (c->json)
        print_json(c, r);
    else
        cli_diags(c, &r->diags);
    return r->diags.errors ? EXIT_BROKEN : EXIT_OK;
}

const struct verb verb_validate = {
    .name = "validate",
    .usage = "FILE|DIR...",
    .summary = "Parse manifests (.pp) and templates (.epp)",
    .help = "Shows every mistake with its place. Folders are searched for both kinds. Exits 1 where there are mistakes.",
    .run = validate,
};
