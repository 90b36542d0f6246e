/* host: a host's status, in the words of who does it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"
#include "cli/site.h"

static const struct {
    const char *action, *status;
} actions[] = { { "activate", "active" }, { "drain", "draining" }, { "retire", "retired" } };
enum { ACTION_COUNT = sizeof actions / sizeof *actions };

static int host(struct cli *c)
{
    struct proposals all = { 0 };
    struct err err = { "" };
    struct data *value = ARENA_NEW(c->arena, struct data);
    if (c->arg_count < 2)
        return cli_misuse(c, "an action and a host are expected: drain ed-lon-01");
    for (int i = 0; i < ACTION_COUNT; i++)
        if (strcmp(c->args[0], actions[i].action) == 0)
            *value = (struct data){ .kind = DATA_STRING, .s = sv_of(actions[i].status) };
    if (value->kind != DATA_STRING)
        return cli_misuse(c, "'%s' is no action: it is drain, activate or retire", c->args[0]);
    for (unsigned i = 1; i < c->arg_count; i++) {
        struct proposal *p = proposals_add(c->arena, &all, sv_of(c->args[i]), "host", &err);
        if (!p)
            return cli_broken(&err);
        if (p->kind != KIND_HOST)
            return cli_misuse(c, "'%s' is no host", c->args[i]);
        if (!proposal_set(c->arena, p, SV("status"), value, &err))
            return cli_broken(&err);
    }
    return change_run(c, &all);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct verb verb_host = {
    .name = "host",
    .usage = "drain|activate|retire HOST... --reason TEXT",
    .summary = "Change the status of hosts",
    .help =
        "Sets 'status' to draining, active or retired where no file declares it; of several hosts all or none. A draining host is kept\n"
        "in order, a retired one is not.",
    .options = options,
    .run = host,
};
