/* compile: a catalog as JSON on standard output, or many at once for comparison with another compiler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/hooks.h"
#include "cli/show.h"
#include "cli/site.h"
#include "system/facts.h"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

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
    const struct data *root;
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

static struct value facts_over(struct arena *a, struct value base, const struct data *own)
{
    if (!own || own->kind != DATA_MAP)
        return base;
    struct hash *h = hash_copy(a, base.h, own->count);
    struct value v = value_from_data(a, own);
    for (uint32_t i = 0; i < v.h->count; i++)
        hash_put(a, h, v.h->pairs[i].key, v.h->pairs[i].value);
    return value_hash(h);
}

/* Two catalogs of one node never share its name with another batch: the certname and server facts are fixed, so that runs compare. */
static struct compile_options batch_options(struct cli *c, struct site *s, struct value facts)
{
    struct hash *server = hash_new(c->arena, 4), *trusted = hash_new(c->arena, 6);
    struct arena *a = c->arena;
    hash_put_str(a, server, "serverversion", value_str(SV("7.23.0")));
    hash_put_str(a, server, "servername", value_str(SV("server.example.com")));
    hash_put_str(a, server, "serverip", value_str(SV("192.0.2.1")));
    hash_put_str(a, server, "environment", value_str(SV("production")));
    hash_put_str(a, trusted, "authenticated", value_str(SV("remote")));
    hash_put_str(a, trusted, "certname", value_str(SV("node1.example.com")));
    hash_put_str(a, trusted, "extensions", value_hash(hash_new(a, 0)));
    hash_put_str(a, trusted, "hostname", value_str(SV("node1")));
    hash_put_str(a, trusted, "domain", value_str(SV("example.com")));
    hash_put_str(a, trusted, "external", value_hash(hash_new(a, 0)));
    return (struct compile_options){ .certname = SV("node1.example.com"),
                                     .facts = facts,
                                     .server_facts = value_hash(server),
                                     .trusted = value_hash(trusted),
                                     .strict = STRICT_WARNING,
                                     .hooks = hooks_of(s),
                                     .functions = s->functions };
}

static void print_answer(struct sv name, const struct compile_result *r, double ms)
{
    AUTO_STRBUF out = STRBUF_HEAP;
    struct json_out j = json_to(&out, false);
    json_open(&j, '{');
    json_kstr(&j, "name", name);
    json_key(&j, SV("ms"));
    json_float(&j, ms);
    json_kbool(&j, "ok", r->catalog != NULL);
    if (r->catalog) {
        AUTO_STRBUF catalog = STRBUF_HEAP;
        catalog_write_json(r->catalog, &catalog, false);
        json_key(&j, SV("catalog"));
        json_raw(&j, strbuf_sv(&catalog));
    } else {
        json_kstr(&j, "error", r->error);
    }
    json_close(&j, '}');
    fwrite(out.p, 1, out.n, stdout);
    putchar('\n');
}

/* A case is {"name", "class"?, "code", "facts"?} in a line. With --warm each is compiled twice and the second time is told. */
static int compile_batch(struct cli *c, struct site *s, struct value base_facts, const char *path)
{
    struct sv text, line;
    struct err err = { "" };
    bool warm = cli_flag(c, "warm");
    if (!fs_read(c->arena, path, 0, &text, &err))
        return cli_broken(&err);
    for (unsigned n = 1; sv_cut(&text, '\n', &line); n++) {
        const struct data *root;
        if (!sv_trim(line).n)
            continue;
        if (!read_json(c, arena_printf(c->arena, "%s, case %u", path, n), line, &root, &err))
            return cli_broken(&err);
        struct compile_options o = batch_options(c, s, facts_over(c->arena, base_facts, data_get(root, "facts")));
        struct class_request class = { .name = data_text(data_get(root, "class")) };
        o.code = warm ? SV("") : data_text(data_get(root, "code"));
        if (warm && class.name.n) {
            o.classes = &class;
            o.class_count = 1;
            compile_result_free(compile_node(s->snapshot, &o));
        }
        double started = now_ms();
        struct compile_result *r = compile_node(s->snapshot, &o);
        print_answer(data_text(data_get(root, "name")), r, now_ms() - started);
        compile_result_free(r);
    }
    return EXIT_OK;
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
    int status = batch ? compile_batch(c, &s, facts, batch) : compile_one(c, &s, c->args[0]);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "facts", 0, "FILE", "facts as JSON, for --batch [this machine's]" },
    { "batch", 0, "FILE", "compile cases, one JSON object a line; answers go to standard output" },
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
