/* compile: a catalog as JSON on standard output, or many at once for comparison with another compiler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/batch.h"
#include "cli/dump.h"
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

/* A manifest in place of a site's: "x.pp". */
static bool is_manifest(const struct cli *c) { return c->arg_count && sv_ends(sv_of(c->args[0]), SV(".pp")); }

/* What is compiled: the node that is named, or a manifest for this machine. */
static struct compile_result *compile_asked(struct cli *c, struct site *s, enum dump_what what, struct strbuf *out, struct err *err)
{
    struct subject people;
    struct compile_options o;
    bool manifest = is_manifest(c), named = c->arg_count && !manifest;
    if (named && is_people(s, sv_of(c->args[0]), &people))
        return site_compile(s, s->arena, &people);
    if (!node_options(c, s, named ? c->args[0] : NULL, &o, err))
        return NULL;
    if (manifest && !fs_read(c->arena, c->args[0], LIMIT_SOURCE_BYTES, &o.code, err))
        return NULL;
    o.code_path = manifest ? sv_of(c->args[0]) : SV_NONE;
    if (what == DUMP_TYPES) {
        o.finished = dump_types;
        o.finished_ctx = out;
        o.code = SV("");
    }
    return compile_node(s->snapshot, &o);
}

static void show_catalog(const struct compile_result *r, enum dump_what what, struct strbuf *out)
{
    if (what == DUMP_CATALOG)
        dump_catalog(out, r->arena, r->catalog);
    else if (what == DUMP_GRAPH)
        dump_graph(out, r->arena, r->catalog);
    else if (what != DUMP_TYPES) {
        catalog_write_json(r->catalog, out, true);
        strbuf_addc(out, '\n');
    }
    cli_write(stdout, out);
}

/* The catalog is one, but no agent can apply it. */
static void warn_of_loop(const struct compile_result *r)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    if (show_loop(&text, r->arena, r->catalog))
        log_write(LOG_WARNING, "%.*s", SV_ARG(sv_trim(strbuf_sv(&text))));
}

static int compile_one(struct cli *c, struct site *s, enum dump_what what)
{
    struct err err = { "" };
    AUTO_STRBUF out = STRBUF_HEAP;
    struct compile_result *r = compile_asked(c, s, what, &out, &err);
    if (!r)
        return cli_broken(&err);
    show_messages(&r->diags);
    if (r->catalog)
        warn_of_loop(r);
    if (r->catalog)
        show_catalog(r, what, &out);
    else
        show_failure(c, r->error, &r->diags);
    int status = r->catalog ? EXIT_OK : EXIT_BROKEN;
    compile_result_free(r);
    return status;
}

static int compile(struct cli *c)
{
    const char *batch = cli_value(c, "batch"), *dump = cli_value(c, "dump");
    struct err err = { "" };
    struct value facts;
    struct site s;
    enum dump_what what = dump ? dump_named(dump) : DUMP_NOTHING;
    if (dump && !what)
        return cli_misuse(c, "--dump takes tokens, ast, types, catalog or graph, not '%s'", dump);
    if (what == DUMP_TOKENS || what == DUMP_AST)
        return c->arg_count ? dump_files(c, what) : cli_misuse(c, "name the files to dump");
    if (!batch && c->arg_count != 1 && what != DUMP_TYPES)
        return cli_misuse(c, "name one node, or a manifest FILE.pp, or give --batch CASES");
    if (batch && cli_value(c, "rev"))
        return cli_misuse(c, "--batch compiles folders and no commits: --rev is for one node");
    if (batch && !read_facts(c, &facts, &err))
        return cli_broken(&err);
    bool bare = batch || ((is_manifest(c) || what == DUMP_TYPES) && !cli_value(c, "site") && !cli_value(c, "rev"));
    if (bare ? !site_open_bare(c, &s) : !site_open(c, &s))
        return EXIT_BROKEN;
    int status = batch ? compile_batch(c, &s, facts) : compile_one(c, &s, what);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    NODE_OPTIONS,
    { "dump", 0, "WHAT", "in place of JSON: catalog or graph (Graphviz); tokens or ast of FILEs; types of the module path" },
    { "batch", 0, "FILE", "compile cases, one JSON object a line; answers go to standard output" },
    { "jobs", 'j', "N", "with --batch: compile so many at once [1]" },
    { "warm", 0, NULL, "with --batch: compile each case twice, tell the second time" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_compile = {
    .name = "compile",
    .usage = "NODE|FILE.pp [--site DIR] [--facts FILE] [--dump WHAT] | --batch FILE",
    .summary = "Print a node's catalog as JSON",
    .help = "NODE is a host of the model, the ref of a Potlac or ownership, or, where the site has no model/, any certname.\n"
            "The site may be a plain Puppet environment or control repository (manifests/, modules/, hiera.yaml, environment.conf),\n"
            "or a folder with environments/NAME/. FILE.pp is compiled in place of the site's manifests, for this machine. The catalog has "
            "Puppet's format 2; messages go to standard error.",
    .options = options,
    .run = compile,
};
