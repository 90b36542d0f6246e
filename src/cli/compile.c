/* compile: a catalog as JSON on standard output, or many at once for comparison with another compiler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"
#include "cli/facts_file.h"
#include "cli/node.h"
#include "cli/show.h"
#include "cli/site.h"
#include "system/facts.h"

/* --facts FILE, else this machine's. */
static bool read_facts(struct cli *c, struct value *out_facts, struct err *err)
{
    struct facts_file file;
    struct diags diags = diags_in(c->arena);
    const char *path = cli_value(c, "facts");
    if (!path) {
        *out_facts = facts_collect(c->arena);
        return true;
    }
    bool ok = facts_file_read(c->arena, path, &file, &diags, err);
    cli_diags(c, &diags);
    *out_facts = file.facts;
    return ok;
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

/* A Potlac or an ownership of the model, which is no machine. */
static bool is_people(struct site *s, struct sv name, struct subject *out_subject)
{
    return s->model && site_subject(s, name, out_subject, NULL) && !out_subject->is_host;
}

static struct compile_result *compile_named(struct cli *c, struct site *s, const char *name, struct err *err)
{
    struct subject people;
    struct compile_options o;
    if (is_people(s, sv_of(name), &people))
        return site_compile(s, &people);
    return node_options(c, s, name, &o, err) ? compile_node(s->snapshot, &o) : NULL;
}

static int compile_one(struct cli *c, struct site *s, const char *node)
{
    struct err err = { "" };
    struct compile_result *r = compile_named(c, s, node, &err);
    if (!r)
        return cli_broken(&err);
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
    NODE_OPTIONS,
    { "batch", 0, "FILE", "compile cases, one JSON object a line; answers go to standard output" },
    { "jobs", 'j', "N", "with --batch: compile so many at once [1]" },
    { "warm", 0, NULL, "with --batch: compile each case twice, tell the second time" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_compile = {
    .name = "compile",
    .usage = "NODE [--site DIR] [--facts FILE] | --batch FILE",
    .summary = "Print a node's catalog as JSON",
    .help = "NODE is a host of the model, the ref of a Potlac or ownership, or, where the site has no model/, any certname.\n"
            "The site may be a plain Puppet environment or control repository (manifests/, modules/, hiera.yaml, environment.conf),\n"
            "or a folder with environments/NAME/. The catalog has Puppet's format 2; messages go to standard error.",
    .options = options,
    .run = compile,
};
