/* lookup: a key's value for a node, and how it came to be: Hiera from the command line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/lookup.h"

#include "base/json.h"
#include "base/log.h"
#include "base/yaml.h"
#include "cli/node.h"
#include "cli/show.h"
#include "lookup/explain.h"
#include "types/ruby_value.h"

enum form { FORM_YAML, FORM_JSON, FORM_TEXT };

struct request {
    struct lookup_question question;
    struct lookup_answer answer;
    struct arena *arena;
    enum form form;
    struct sv text;     /* the value in its form */
    struct sv searched; /* the files of the hierarchy, where it was not found */
    bool done;
};

/* ---- options ---- */

static bool read_form(struct cli *c, struct request *r)
{
    static const char *const names[] = { [FORM_YAML] = "yaml", [FORM_JSON] = "json", [FORM_TEXT] = "s" };
    const char *name = cli_value(c, "render-as");
    r->form = c->json ? FORM_JSON : FORM_YAML;
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            r->form = (enum form)i;
            return true;
        }
    return !name;
}

static struct value merge_options(struct cli *c, const char *merge)
{
    const char *prefix = cli_value(c, "knock-out-prefix");
    struct hash *h = hash_new(c->arena, 4);
    hash_put_str(c->arena, h, "strategy", value_str(sv_of(merge)));
    if (strcmp(merge, "deep") == 0) {
        hash_put_str(c->arena, h, "sort_merged_arrays", value_bool(cli_flag(c, "sort-merged-arrays")));
        hash_put_str(c->arena, h, "merge_hash_arrays", value_bool(cli_flag(c, "merge-hash-arrays")));
        if (prefix)
            hash_put_str(c->arena, h, "knockout_prefix", value_str(sv_of(prefix)));
    }
    return value_hash(h);
}

/* 0, or the exit status after a message. */
static int read_merge(struct cli *c, struct request *r)
{
    static const char *const strategies[] = { "first", "unique", "hash", "deep" };
    const char *merge = cli_value(c, "merge");
    bool deep = merge && strcmp(merge, "deep") == 0, known = !merge;
    if (!deep && (cli_flag(c, "knock-out-prefix") || cli_flag(c, "sort-merged-arrays") || cli_flag(c, "merge-hash-arrays")))
        return cli_misuse(c, "the options --knock-out-prefix, --sort-merged-arrays and --merge-hash-arrays are only available with "
                             "'--merge deep'");
    for (size_t i = 0; merge && i < sizeof strategies / sizeof *strategies; i++)
        known |= strcmp(merge, strategies[i]) == 0;
    if (!known)
        return cli_misuse(c, "--merge takes first, unique, hash or deep, not '%s'", merge);
    r->question.merge = merge ? merge_options(c, merge) : VALUE_UNDEF;
    return 0;
}

static int read_request(struct cli *c, struct request *r)
{
    const char *type = cli_value(c, "type"), *fallback = cli_value(c, "default");
    struct value *names = ARENA_ARRAY(c->arena, struct value, c->arg_count + 1);
    for (unsigned i = 0; i < c->arg_count; i++)
        names[i] = value_str(sv_of(c->args[i]));
    *r = (struct request){ .arena = c->arena };
    r->question = (struct lookup_question){ .names = names,
                                            .count = c->arg_count,
                                            .type = type ? sv_of(type) : SV_NONE,
                                            .fallback = fallback ? value_str(sv_of(fallback)) : VALUE_UNSET,
                                            .explain = cli_flag(c, "explain"),
                                            .options = cli_flag(c, "explain-options") };
    if (!c->arg_count && (r->question.explain || !r->question.options))
        return cli_misuse(c, "name the key to look up");
    if (!c->arg_count) { /* the options of keys that belong to no module */
        names[0] = value_str(SV("__global__"));
        r->question.count = 1;
    }
    if (!read_form(c, r))
        return cli_misuse(c, "--render-as takes yaml, json or s, not '%s'", cli_value(c, "render-as"));
    return read_merge(c, r);
}

/* ---- inside the node's compile ---- */

static void render(void *ctx)
{
    struct request *r = ((void **)ctx)[0];
    struct call *k = ((void **)ctx)[1];
    struct value text = call_function(k, SV("to_yaml"), &r->answer.value, 1, NULL);
    r->text = arena_dup(r->arena, value_sv(text));
}

static void render_value(struct call *k, struct request *r)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    if (r->form == FORM_JSON) {
        struct json_out j = json_to(&text, false);
        show_json_value(&j, r->answer.value);
    } else if (r->form == FORM_TEXT) {
        strbuf_add(&text, ruby_text(r->arena, r->answer.value));
    } else {
        r->answer.is_failure = !call_try(k, render, (void *[]){ r, k }, &r->answer.error);
        r->answer.found = !r->answer.is_failure;
        return;
    }
    r->text = arena_dup(r->arena, strbuf_sv(&text));
}

static void ask(void *ctx, struct call *k)
{
    struct request *r = ctx;
    lookup_ask(k, &r->question, &r->answer);
    if (r->answer.found)
        render_value(k, r);
    else
        r->searched = arena_dup(r->arena, lookup_searched(k->c, value_sv(r->question.names[0])));
    r->answer.error = arena_dup(r->arena, r->answer.error);
    r->answer.explanation = arena_dup(r->arena, r->answer.explanation);
    r->done = true;
}

/* ---- the answer ---- */

static int print_answer(const struct request *r)
{
    struct sv text = r->text;
    if (r->question.explain || r->question.options) {
        printf("%.*s", SV_ARG(r->answer.explanation));
        return EXIT_OK;
    }
    if (r->answer.found) {
        printf("%.*s%s", SV_ARG(text), sv_ends(text, SV("\n")) ? "" : "\n");
        return EXIT_OK;
    }
    log_write(LOG_ERROR, "%.*s", SV_ARG(r->answer.error));
    struct sv rest = r->searched, line;
    if (r->answer.is_failure)
        return EXIT_BROKEN;
    fprintf(stderr, "%s\n", rest.n ? "  note: searched in:" : "  note: there is no hiera.yaml for it: nothing was searched");
    while (sv_cut(&rest, '\n', &line))
        if (line.n)
            fprintf(stderr, "    %.*s\n", SV_ARG(line));
    fprintf(stderr, "  hint: --explain tells each step\n");
    return EXIT_BROKEN;
}

static int run_request(struct cli *c, struct site *s, struct request *r)
{
    struct compile_options o;
    struct err err = { "" };
    if (!node_options(c, s, cli_value(c, "node"), &o, &err))
        return cli_broken(&err);
    o.finished = ask;
    o.finished_ctx = r;
    if (!cli_flag(c, "compile")) {
        o.code = SV("");
        o.class_count = 0;
    }
    struct compile_result *result = compile_node(s->snapshot, &o);
    show_messages(&result->diags);
    if (!r->done)
        show_failure(c, result->error, &result->diags);
    int status = r->done ? print_answer(r) : EXIT_BROKEN;
    compile_result_free(result);
    return status;
}

static int lookup(struct cli *c)
{
    struct site s;
    struct request r;
    int status = read_request(c, &r);
    if (status)
        return status;
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    status = run_request(c, &s, &r);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "node", 0, "NODE", "for which node [this machine]" },
    NODE_OPTIONS,
    { "explain", 0, NULL, "tell every step: layers, levels, paths, merges, what was found" },
    { "explain-options", 0, NULL, "tell how lookup_options came to be" },
    { "merge", 0, "HOW", "first, unique, hash or deep [as lookup_options say]" },
    { "knock-out-prefix", 0, "TEXT", "with --merge deep: what starts with it is taken out" },
    { "sort-merged-arrays", 0, NULL, "with --merge deep" },
    { "merge-hash-arrays", 0, NULL, "with --merge deep" },
    { "type", 0, "TYPE", "the data type that the value must have" },
    { "default", 0, "VALUE", "what is printed where nothing is found" },
    { "render-as", 0, "FORM", "yaml, json or s (text) [yaml]" },
    { "compile", 0, NULL, "compile the node first, for hierarchies that use variables of manifests" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_lookup = {
    .name = "lookup",
    .usage = "KEY... [--node NODE] [--facts FILE] [--explain]",
    .summary = "Look up a key in a site's data (Hiera)",
    .help = "Prints the value of the first key that has one, as the function lookup() gives it. As 'puppet lookup', the node's manifest is "
            "not\n"
            "compiled unless --compile is given. Exits 1 where nothing is found, and tells where it was searched.",
    .options = options,
    .run = lookup,
};
