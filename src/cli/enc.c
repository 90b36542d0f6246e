/* enc: what the model says of a node, as Puppet's external_nodes expects it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml_write.h"
#include "cli/node.h"
#include "cli/show.h"
#include "cli/subject_facts.h"

/* A cluster's environment names one of Puppet's where the site has a folder for it; else all nodes are in the site's. */
static struct sv environment_of(struct site *s, const struct compile_options *o)
{
    const struct value *model = hash_find_sv(o->top_vars.h, SV("model"));
    const struct value *named = model ? hash_find_sv(model->h, SV("environment")) : NULL;
    if (!s->codedir.n || !named || named->kind != V_STRING || !named->n)
        return s->environment;
    struct sv folder = path_join(s->arena, path_join(s->arena, s->codedir, SV("environments")), value_sv(*named));
    return s->tree.kind(s->tree.ctx, folder) == TREE_FOLDER ? value_sv(*named) : s->environment;
}

static void write_json(struct json_out *j, struct site *s, const struct compile_options *o)
{
    json_open(j, '{');
    json_key(j, SV("classes"));
    json_open(j, '{');
    for (uint32_t i = 0; i < o->class_count; i++) {
        json_key(j, o->classes[i].name);
        show_json_value(j, value_hash(o->classes[i].params ? o->classes[i].params : hash_new(s->arena, 0)));
    }
    json_close(j, '}');
    json_key(j, SV("parameters"));
    show_json_value(j, o->top_vars);
    json_kstr(j, "environment", environment_of(s, o));
    json_close(j, '}');
}

/* A class that is not there would fail on the server, where nobody sees which entity names it. */
static bool check_classes(struct site *s, const struct compile_options *o, struct err *err)
{
    for (uint32_t i = 0; i < o->class_count; i++) {
        struct found found = { 0 };
        struct diags diags = diags_in(s->arena);
        const struct class_request *r = &o->classes[i];
        struct sv module = sv_slice(r->name, 0, sv_find(r->name, SV("::"), 0));
        unsigned line = 0, column;
        if (snapshot_class(s->snapshot, intern(snapshot_symtab(s->snapshot), r->name), &found, &diags) ||
            !snapshot_module(s->snapshot, module))
            continue; /* a class of a manifest, or of a module that only the server has, is not known here */
        span_position(r->at, &line, &column);
        return err_set(err, "class '%.*s', which %.*s names, does not exist (%.*s:%u)", SV_ARG(r->name), SV_ARG(r->by),
                       SV_ARG(r->at.src->path), line);
    }
    return true;
}

static int print_answer(struct cli *c, struct site *s, const struct compile_options *o)
{
    AUTO_STRBUF json = STRBUF_HEAP, yaml = STRBUF_HEAP;
    struct json_out j = json_to(&json, c->json);
    struct diags diags = diags_in(c->arena);
    struct source src = { SV("answer"), SV_NONE };
    struct data_doc *doc;
    write_json(&j, s, o);
    src.text = strbuf_sv(&json);
    strbuf_adds(&yaml, "---\n");
    if (c->json)
        strbuf_addc(&json, '\n');
    else if (json_read(c->arena, &src, NULL, &diags, &doc))
        yaml_write(&yaml, &doc->root, 0);
    cli_write(stdout, c->json ? &json : &yaml);
    return EXIT_OK;
}

static bool classify(struct site *s, const char *name, struct compile_options *o, struct err *err)
{
    struct subject subject;
    if (!s->model)
        return err_set(err, "'%.*s' has no model/, which says what nodes are; name another site with --site DIR", SV_ARG(s->dir));
    if (!site_subject(s, sv_of(name), &subject, err))
        return false;
    if (!subject.is_host)
        return err_set(err, "'%s' is no machine", name);
    o->certname = subject.certname;
    subject_classify(s, s->arena, subject.entity, o);
    if (!o->refused.n)
        return check_classes(s, o, err);
    unsigned line = 0, column;
    if (!o->refused_at.src)
        return err_set(err, "%.*s", SV_ARG(o->refused));
    span_position(o->refused_at, &line, &column);
    return err_set(err, "%.*s:%u: %.*s", SV_ARG(o->refused_at.src->path), line, SV_ARG(o->refused));
}

static int enc(struct cli *c)
{
    struct site s;
    struct err err = { "" };
    struct compile_options o = { 0 };
    if (c->arg_count != 1)
        return cli_misuse(c, "name one node by its certname");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = classify(&s, c->args[0], &o, &err) ? print_answer(c, &s, &o) : cli_broken(&err);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = { SITE_OPTIONS, { NULL, 0, NULL, NULL } };

const struct verb verb_enc = {
    .name = "enc",
    .usage = "CERTNAME [--site DIR]",
    .summary = "Print what the model says of a node, for Puppet's external_nodes",
    .help = "Classes come from the node's cluster and the deployments there, the parameter 'model' holds what manifests and Hiera see as "
            "$model.\n"
            "On a Puppet server: node_terminus = exec, and external_nodes names a script that runs 'potlac enc \"$1\" --site DIR'.\n"
            "Exits 1, with nothing on standard output, where the model does not know the node.",
    .options = options,
    .run = enc,
};
