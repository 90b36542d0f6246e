/* compile: a catalog as JSON on standard output, or many at once for comparison with another compiler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/json.h"
#include "cli/batch.h"
#include "cli/show.h"
#include "cli/site.h"
#include "system/facts.h"

static bool read_json(struct cli *c, struct sv path, struct sv text, const struct data **out_root, struct err *err)
{
    struct source *src = ARENA_NEW(c->arena, struct source);
    *src = (struct source){ path, text };
    struct diags diags = diags_in(c->arena);
    struct data_doc *doc;
    if (!json_read(c->arena, src, NULL, &diags, &doc)) {
        cli_diags(c, &diags);
        return err_set(err, "'%.*s' is not usable", SV_ARG(path));
    }
    *out_root = &doc->root;
    return true;
}

/* --facts FILE, else this machine's. */
static bool read_facts(struct cli *c, struct value *out_facts, struct err *err)
{
    const char *path = cli_value(c, "facts");
    const struct data *root = NULL;
    struct sv text;
    if (!path) {
        *out_facts = facts_collect(c->arena);
        return true;
    }
    if (!fs_read(c->arena, path, 0, &text, err) || !read_json(c, sv_of(path), text, &root, err))
        return false;
    if (root->kind != DATA_MAP)
        return err_set(err, "'%s' holds %s, but facts are a map", path, data_kind_name(root->kind));
    *out_facts = value_from_data(c->arena, root);
    return true;
}

static int compile_batch(struct cli *c, struct site *s, struct value facts)
{
    int64_t threads = 1;
    struct err err = { "" };
    const char *jobs = cli_value(c, "jobs");
    if (jobs && (!sv_to_int(sv_of(jobs), &threads) || threads < 1))
        return cli_misuse(c, "--jobs takes a number of threads, not '%s'", jobs);
    struct batch_options o = { .cases = cli_value(c, "batch"), .facts = facts, .warm = cli_flag(c, "warm"), .threads = (unsigned)threads };
    return batch_run(s, &o, &err) ? EXIT_OK : cli_broken(&err);
}

static int compile_one(struct cli *c, struct site *s, const char *node)
{
    struct subject subject;
    struct err err = { "" };
    if (!site_subject(s, sv_of(node), &subject, &err))
        return cli_broken(&err);
    struct compile_result *r = site_compile(s, &subject);
    show_messages(&r->diags);
    if (r->catalog) {
        AUTO_STRBUF out = STRBUF_HEAP;
        catalog_write_json(r->catalog, &out, true);
        printf("%s\n", strbuf_cstr(&out));
    } else {
        show_failure(c, r->error, &r->diags);
    }
    int status = r->catalog ? EXIT_OK : EXIT_BROKEN;
    compile_result_free(r);
    return status;
}

static int compile(struct cli *c)
{
    const char *batch = cli_value(c, "batch");
    struct err err = { "" };
    struct value facts;
    struct site s;
    if (!batch && c->arg_count != 1)
        return cli_misuse(c, "name one node, or give --batch CASES");
    if (batch && !read_facts(c, &facts, &err))
        return cli_broken(&err);
    if (batch ? !site_open_bare(c, &s) : !site_open(c, &s))
        return EXIT_BROKEN;
    int status = batch ? compile_batch(c, &s, facts) : compile_one(c, &s, c->args[0]);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "facts", 0, "FILE", "facts as JSON, for --batch [this machine's]" },
    { "batch", 0, "FILE", "compile cases, one JSON object a line; answers go to standard output" },
    { "jobs", 'j', "N", "with --batch: compile so many at once [1]" },
    { "warm", 0, NULL, "with --batch: compile each case twice, tell the second time" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_compile = {
    .name = "compile",
    .usage = "NODE [--site DIR] | --batch FILE",
    .summary = "Print a node's catalog as JSON",
    .help = "NODE is a host's name or fqdn, or the ref of a Potlac or ownership. The catalog has Puppet's format 2.",
    .options = options,
    .run = compile,
};
