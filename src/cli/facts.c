/* facts: shows what this machine is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/facts.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/show.h"

/* "os.family" digs into a hash; false where there is nothing. */
static bool dig(struct value from, struct sv path, struct value *out_v)
{
    struct sv piece;
    while (sv_cut(&path, '.', &piece)) {
        const struct value *next = from.kind == V_HASH ? hash_find_sv(from.h, piece) : NULL;
        if (!next)
            return false;
        from = *next;
    }
    *out_v = from;
    return true;
}

static void print_value(struct cli *c, struct value v)
{
    AUTO_STRBUF text = STRBUF_HEAP;
    if (v.kind == V_STRING && !c->json) {
        strbuf_add(&text, value_sv(v));
    } else {
        struct json_out j = json_to(&text, true);
        show_json_value(&j, v);
    }
    printf("%s\n", strbuf_cstr(&text));
}

static int facts(struct cli *c)
{
    struct value all = facts_collect(c->arena), v;
    if (c->arg_count == 0)
        print_value(c, all);
    for (unsigned i = 0; i < c->arg_count; i++) {
        if (!dig(all, sv_of(c->args[i]), &v))
            return cli_misuse(c, "there is no fact '%s' on this machine", c->args[i]);
        print_value(c, v);
    }
    return EXIT_OK;
}

const struct verb verb_facts = {
    .name = "facts",
    .usage = "[NAME...]",
    .summary = "Show what this machine is",
    .help = "Names are dotted: os.family. Without names all facts are shown as JSON.",
    .run = facts,
};
