/* split: a proposal of how to divide a Potlac that has grown, or to merge two; changes nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "people/split.h"

#include "cli/site.h"

static const struct entity *find_potlac(struct site *s, const char *name, struct err *err)
{
    const struct entity *e = s->model ? model_find(s->model, model_full_ref(s->arena, sv_of(name), "potlac", SV("default"))) : NULL;
    if (e && e->kind == KIND_POTLAC)
        return e;
    err_set(err, "no Potlac is named '%s'; 'potlac show' lists them", name);
    return NULL;
}

static void print_part(struct strbuf *out, const struct split_part *part, struct sv name)
{
    strbuf_addf(out, "#   %.*s: ", SV_ARG(name));
    for (uint32_t i = 0; i < part->count; i++)
        strbuf_addf(out, "%s%.*s", i ? ", " : "", SV_ARG(short_name(part->leaders[i])));
    const char *lacks = !part->has_owner ? "product owner" : !part->has_lead ? "team lead" : !part->has_coach ? "coach" : NULL;
    strbuf_addf(out, lacks ? "; lacks a %s\n" : "\n", lacks);
}

static void print_split(struct strbuf *out, struct arena *a, const struct split *s)
{
    strbuf_addf(out,
                "# A proposal for the model: %u leaders in two parts, %d tie%s cut. Look at it, put it in place of the Potlac, and plan.\n",
                s->leaders, s->cut, s->cut == 1 ? "" : "s");
    print_part(out, &s->parts[0], s->potlac->name);
    print_part(out, &s->parts[1], s->name);
    strbuf_addf(out,
                "# Minutes of a leader a week: %d with every pair weekly; %d after it, %d for who goes over the bridge, with one "
                "one-on-one across\n"
                "# every second week, which they agree on by themselves. The first part keeps the sync and its events.\n",
                s->minutes_before, s->minutes_from, s->minutes_to);
    split_write_yaml(out, a, s);
}

static int propose(struct cli *c, struct site *s)
{
    struct err err = { "" };
    const char *other = cli_value(c, "merge");
    const struct entity *potlac = find_potlac(s, c->args[0], &err), *goes = other && potlac ? find_potlac(s, other, &err) : NULL;
    if (!potlac || (other && !goes))
        return cli_broken(&err);
    const struct people_plan *plan = people_plan_new(&s->people, s->arena, SV_NONE);
    AUTO_STRBUF out = STRBUF_HEAP;
    struct split split;
    if (goes) {
        strbuf_addf(&out, "# A proposal for the model: in place of %.*s and %.*s. The first one keeps its sync and its events.\n",
                    SV_ARG(potlac->ref), SV_ARG(goes->ref));
        split_merge_yaml(&out, plan, potlac, goes);
    } else {
        if (!split_propose(plan, potlac, &split, &err))
            return cli_broken(&err);
        print_split(&out, s->arena, &split);
    }
    cli_write(stdout, &out);
    return EXIT_OK;
}

static int split(struct cli *c)
{
    struct site s;
    if (c->arg_count != 1)
        return cli_misuse(c, "name one Potlac");
    if (!site_open(c, &s))
        return EXIT_BROKEN;
    int status = propose(c, &s);
    site_close(&s);
    return status;
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    { "merge", 0, "POTLAC", "propose to merge that one into it" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_split = {
    .name = "split",
    .usage = "POTLAC [--merge POTLAC]",
    .summary = "Propose how to divide a Potlac that has grown, or to merge two",
    .help = "Prints Potlacs for the model, and changes nothing. Each part has a product owner, a team lead and a coach where there are "
            "enough;\n"
            "leaders of one team stay together, and as few dependencies and products as possible reach across.",
    .options = options,
    .run = split,
};
