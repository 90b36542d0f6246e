/* create: makes and deletes entities of the model that no file declares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"
#include "cli/site.h"

static bool read_expect(struct cli *c, struct proposal *p, struct err *err)
{
    const char *expect = cli_value(c, "expect");
    p->has_expect = expect != NULL;
    return !expect || sv_to_int(sv_of(expect), &p->expect) ||
           err_set(err, "--expect '%s' is no version: it is a number, which 'potlac history' shows", expect);
}

static int create(struct cli *c)
{
    struct proposals all = { 0 };
    struct err err = { "" };
    if (!c->arg_count)
        return cli_misuse(c, "a reference is expected: topic:t-1 for=ritual:search.sync raisedBy=eva title='Who says no?'");
    struct proposal *p = proposals_make(c->arena, &all, sv_of(c->args[0]), NULL, sv_of(cli_value(c, "title")), &err);
    bool ok = p != NULL;
    for (unsigned i = 1; ok && i < c->arg_count; i++)
        ok = proposal_assign(c->arena, p, sv_of(c->args[i]), &err);
    return ok ? change_run(c, &all) : cli_broken(&err);
}

static int delete (struct cli *c)
{
    struct proposals all = { 0 };
    struct err err = { "" };
    if (!c->arg_count || (c->arg_count > 1 && cli_value(c, "expect")))
        return cli_misuse(c, "%s", c->arg_count ? "--expect holds for one entity" : "a reference is expected: topic:t-1");
    for (unsigned i = 0; i < c->arg_count; i++) {
        struct proposal *p = proposals_add(c->arena, &all, sv_of(c->args[i]), NULL, &err);
        if (!p || !read_expect(c, p, &err))
            return cli_broken(&err);
        p->what = CHANGE_DELETE;
    }
    return change_run(c, &all);
}

static const struct cli_option create_options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "title", 0, "TEXT", "what people call it [its name]" },
    { NULL, 0, NULL, NULL },
};

static const struct cli_option delete_options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "expect", 0, "VERSION", "refuse where the entity is at another version [the one it has now]" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_create = {
    .name = "create",
    .usage = "KIND:NAME FIELD=VALUE... --reason TEXT",
    .summary = "Make an entity of the model that no file declares",
    .help =
        "A Topic, Context, BacklogItem, Absence, Deployment or any other kind of potlac/v1. It is held against every rule, and is a part\n"
        "of the model from then on; 'potlac set' changes its fields, 'potlac delete' takes it out again. A name that a file declares is\n"
        "refused: an entity has one writer.",
    .options = create_options,
    .run = create,
};

const struct verb verb_delete = {
    .name = "delete",
    .usage = "REF... --reason TEXT",
    .summary = "Delete entities of the model that 'potlac create' made",
    .help = "Refused where something in the model still refers to it. What a file declares is deleted there.",
    .options = delete_options,
    .run = delete,
};
