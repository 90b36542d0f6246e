/* set: changes fields of the model that no file declares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"
#include "cli/facts_file.h"
#include "cli/site.h"

static bool take_unset(struct cli *c, struct proposal *p, struct sv field, struct err *err)
{
    bool is_text;
    return proposal_field(c->arena, p, field, &is_text, err) && proposal_set(c->arena, p, field, NULL, err);
}

static bool take_arguments(struct cli *c, struct proposals *all, struct err *err)
{
    const char *unset = cli_value(c, "unset"), *expect = cli_value(c, "expect");
    struct proposal *p = proposals_add(c->arena, all, sv_of(c->args[0]), NULL, err);
    if (!p)
        return false;
    for (unsigned i = 1; i < c->arg_count; i++)
        if (!proposal_assign(c->arena, p, sv_of(c->args[i]), err))
            return false;
    struct sv rest = sv_of(unset), field;
    while (rest.p && sv_cut(&rest, ',', &field))
        if (!take_unset(c, p, field, err))
            return false;
    p->has_expect = expect != NULL;
    if (expect && !sv_to_int(sv_of(expect), &p->expect))
        return err_set(err, "--expect '%s' is no version: it is a number, which 'potlac history' shows", expect);
    return true;
}

/* --- batches: a list of {ref, set, unset, expect}, {ref, create, title} and {ref, delete} --- */

static bool take_row_fields(struct cli *c, struct proposal *p, const struct data *row, struct err *err)
{
    const char *verb = p->what == CHANGE_MAKE ? "create" : "set";
    const struct data *set = data_get(row, verb), *unset = data_get(row, "unset");
    bool is_text;
    if (set && set->kind != DATA_MAP)
        return err_set(err, "'%s' of %.*s should be a map of fields", verb, SV_ARG(p->ref));
    for (uint32_t i = 0; set && i < set->count; i++) {
        struct sv field = data_text(&set->pairs[i].key);
        if (!proposal_field(c->arena, p, field, &is_text, err) || !proposal_set(c->arena, p, field, &set->pairs[i].value, err))
            return false;
    }
    if (unset && unset->kind == DATA_STRING)
        return take_unset(c, p, unset->s, err);
    if (unset && unset->kind != DATA_LIST)
        return err_set(err, "'unset' of %.*s should be a list of fields", SV_ARG(p->ref));
    for (uint32_t i = 0; unset && i < unset->count; i++)
        if (!take_unset(c, p, data_text(&unset->items[i]), err))
            return false;
    return true;
}

/* Of one of the three sorts of rows. */
static struct proposal *row_proposal(struct cli *c, struct proposals *all, const struct data *row, struct err *err)
{
    const struct data *create = data_get(row, "create"), *gone = data_get(row, "delete");
    struct sv ref = data_text(data_get(row, "ref"));
    if (!!create + (data_get(row, "set") || data_get(row, "unset")) + !!gone > 1 || (gone && (gone->kind != DATA_BOOL || !gone->b))) {
        err_set(err, "%.*s: one of create, 'delete: true', and set or unset is expected", SV_ARG(ref));
        return NULL;
    }
    struct proposal *p = create ? proposals_make(c->arena, all, ref, NULL, data_text(data_get(row, "title")), err)
                                : proposals_add(c->arena, all, ref, NULL, err);
    if (p && gone)
        p->what = CHANGE_DELETE;
    return p;
}

static bool take_row(struct cli *c, struct proposals *all, const struct data *row, struct err *err)
{
    static const struct sv known[] = { SV_INIT("ref"),    SV_INIT("set"),    SV_INIT("unset"), SV_INIT("expect"),
                                       SV_INIT("create"), SV_INIT("delete"), SV_INIT("title") };
    enum { KNOWN = sizeof known / sizeof *known };
    if (row->kind != DATA_MAP)
        return err_set(err, "found %s, expected a map with ref and set, unset, create or delete",
                       data_kind_name((enum data_kind)row->kind));
    for (uint32_t i = 0; i < row->count; i++) {
        struct sv key = data_text(&row->pairs[i].key);
        bool fine = false;
        for (size_t k = 0; k < KNOWN; k++)
            fine |= sv_eq(key, known[k]);
        struct sv near = fine ? SV_NONE : near_names(c->arena, key, known, KNOWN);
        if (!fine)
            return err_set(err, "unknown key '%.*s': it has ref, set, unset, create, delete, title, expect%s%.*s%s", SV_ARG(key),
                           near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
    }
    const struct data *expect = data_get(row, "expect");
    struct proposal *p = row_proposal(c, all, row, err);
    if (!p || !take_row_fields(c, p, row, err))
        return false;
    if (!p->count && p->what == CHANGE_FIELDS)
        return err_set(err, "%.*s has neither set nor unset", SV_ARG(p->ref));
    if (p->count && p->what == CHANGE_DELETE)
        return err_set(err, "%.*s is to be deleted, and set as well", SV_ARG(p->ref));
    if (expect && expect->kind != DATA_INT)
        return err_set(err, "'expect' of %.*s should be a version, a number", SV_ARG(p->ref));
    p->has_expect = expect != NULL;
    p->expect = expect ? expect->i : 0;
    return true;
}

static bool read_batch(struct cli *c, struct proposals *all, const char *path, struct err *err)
{
    const struct data *root;
    struct diags diags = diags_in(c->arena);
    bool read = read_data_file(c->arena, path, &root, &diags, err);
    cli_diags(c, &diags);
    if (!read)
        return false;
    if (!root || root->kind != DATA_LIST || !root->count)
        return err_set(err, "'%s' should hold a list of {ref, set, unset, expect}", path);
    for (uint32_t i = 0; i < root->count; i++)
        if (!take_row(c, all, &root->items[i], err))
            return err_wrap(err, "%s, entry %u", path, i + 1);
    return true;
}

static int set(struct cli *c)
{
    struct proposals all = { 0 };
    struct err err = { "" };
    const char *batch = cli_value(c, "batch");
    if (batch && (c->arg_count || cli_value(c, "unset") || cli_value(c, "expect")))
        return cli_misuse(c, "with --batch everything stands in the file");
    if (!batch && c->arg_count + (cli_value(c, "unset") != NULL) < 2)
        return cli_misuse(c, "a reference and FIELD=VALUE are expected: deployment:search-index-lon version=4.2.1");
    return (batch ? read_batch(c, &all, batch, &err) : take_arguments(c, &all, &err)) ? change_run(c, &all) : cli_broken(&err);
}

static const struct cli_option options[] = {
    SITE_OPTIONS,
    CHANGE_OPTIONS,
    { "unset", 0, "FIELD,...", "take out what was set" },
    { "expect", 0, "VERSION", "refuse where the entity is at another version [the one it has now]" },
    { "batch", 0, "FILE",
      "all or nothing: a YAML or JSON list of {ref, set, unset, expect}, {ref, create: {FIELD: VALUE}}, {ref, delete: true}" },
    { NULL, 0, NULL, NULL },
};

const struct verb verb_set = {
    .name = "set",
    .usage = "REF FIELD=VALUE... --reason TEXT",
    .summary = "Change fields of the model that no file declares",
    .help =
        "Fields that are not reviewed but happen: status of a Host, version of a Deployment, state of a Product, Topic or BacklogItem,\n"
        "opsRank of a BacklogItem. Each has one writer: where a file declares it, change the file.\n"
        "The model is held against every rule first; nothing is stored where one is broken, or where somebody else changed the entity.",
    .options = options,
    .run = set,
};
