/* dependencies: what modules' metadata.json ask for, beside what is there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "snapshot/internal.h"
#include "types/semver.h"

#define PUPPET_VERSION "7.23.0" /* whose language this is */

struct checker {
    struct snapshot *s;
    struct arena *arena;
    struct diags *diags;
    const struct module *module;
    const struct data_doc *doc; /* its metadata.json */
    bool strict;                /* a version out of range is an error */
};

/* "puppetlabs/stdlib" and "puppetlabs-stdlib" are one module. */
static struct sv full_name(struct arena *a, struct sv name)
{
    char *text = arena_cstr(a, name);
    char *slash = strchr(text, '/');
    if (slash)
        *slash = '-';
    return sv_of(text);
}

static struct sv short_name(struct sv full)
{
    size_t dash = sv_find_char(full, '-', 0);
    return dash == SIZE_MAX ? full : sv_slice(full, dash + 1, full.n);
}

/* NULL where there is none, or after a message. */
static const struct data_doc *read_metadata(struct checker *c, const struct module *m, struct diags *diags)
{
    struct source_tree *tree = &c->s->tree;
    struct source *src = ARENA_NEW(c->arena, struct source);
    struct data_doc *doc = NULL;
    struct err err = { "" };
    src->path = path_join(c->arena, m->dir, SV("metadata.json"));
    enum tree_kind kind = tree->read(tree->ctx, c->arena, src->path, 0, &src->text, &err);
    if (kind == TREE_ABSENT)
        return NULL;
    if (kind != TREE_FILE)
        diag_error(diags, (struct span){ 0 }, "%s", err.text);
    else if (json_read(c->arena, src, NULL, diags, &doc) && doc->root.kind != DATA_MAP)
        diag_error(diags, data_span(doc, &doc->root), "metadata.json of the module '%.*s' holds %s, where a map is expected",
                   SV_ARG(m->name), data_kind_name(doc->root.kind));
    return doc && doc->root.kind == DATA_MAP ? doc : NULL;
}

/* name, and version_requirement (NULL: any version will do). False after a message. */
static bool read_row(struct checker *c, const struct data *row, struct sv *out_name, const struct data **out_range)
{
    *out_name = data_text(data_get(row, "name"));
    *out_range = data_get(row, "version_requirement");
    if (row->kind != DATA_MAP || !out_name->n)
        return diag_error(c->diags, data_span(c->doc, row),
                          "the module '%.*s' depends on something without a name: expected "
                          "{\"name\": \"AUTHOR/MODULE\", \"version_requirement\": \">= 1.0.0 < 2.0.0\"}",
                          SV_ARG(c->module->name));
    return true;
}

static struct semver_range *read_range(struct checker *c, const struct data *d)
{
    struct err err = { "" };
    struct semver_range *r = d->kind == DATA_STRING ? semver_range_parse(c->arena, d->s, &err) : NULL;
    if (!r)
        diag_error(c->diags, data_span(c->doc, d),
                   "the module '%.*s' asks for versions '%.*s', which is no range such as '>= 1.0.0 < 2.0.0'", SV_ARG(c->module->name),
                   SV_ARG(data_text(d)));
    return r;
}

static void check_version(struct checker *c, const struct module *other, const struct data_doc *theirs, struct sv full,
                          const struct data *range)
{
    struct semver version;
    struct err err;
    struct sv text = data_text(data_get(&theirs->root, "version"));
    struct semver_range *wanted = read_range(c, range);
    if (!wanted)
        return;
    if (!semver_parse(c->arena, text, &version, &err)) {
        diag_error(c->diags, data_span(c->doc, range),
                   "the module '%.*s' asks for '%.*s' %.*s, whose version '%.*s' is no version such as 1.2.3", SV_ARG(c->module->name),
                   SV_ARG(full), SV_ARG(range->s), SV_ARG(text));
    } else if (!semver_range_includes(wanted, &version)) {
        struct sv said = arena_printf(c->arena, "the module '%.*s' asks for '%.*s' %.*s, but %.*s is there", SV_ARG(c->module->name),
                                      SV_ARG(full), SV_ARG(range->s), SV_ARG(text));
        if (c->strict)
            diag_error(c->diags, data_span(c->doc, range), "%.*s", SV_ARG(said));
        else
            diag_warn(c->diags, "module_version", data_span(c->doc, range), "%.*s", SV_ARG(said));
        diag_hint(c->diags, "it is in '%.*s'", SV_ARG(other->dir));
    }
}

static void check_dependency(struct checker *c, const struct data *row)
{
    struct sv name;
    const struct data *range;
    if (!read_row(c, row, &name, &range))
        return;
    struct sv full = full_name(c->arena, name);
    const struct module *other = module_find(c->s, short_name(full));
    if (!other) {
        diag_error(c->diags, data_span(c->doc, row), "the module '%.*s' depends on '%.*s', which is not there", SV_ARG(c->module->name),
                   SV_ARG(full));
        diag_hint(c->diags, "looked for a folder '%.*s' in %.*s", SV_ARG(short_name(full)), SV_ARG(c->s->modulepath_text));
        return;
    }
    struct diags theirs_diags = diags_in(c->arena); /* they are told where that module itself is looked at */
    const struct data_doc *theirs = read_metadata(c, other, &theirs_diags);
    struct sv actual = theirs ? full_name(c->arena, data_text(data_get(&theirs->root, "name"))) : SV_NONE;
    if (actual.n && !sv_eq_nocase(actual, full)) {
        diag_error(c->diags, data_span(c->doc, row), "the module '%.*s' depends on '%.*s', but the module '%.*s' that is there is '%.*s'",
                   SV_ARG(c->module->name), SV_ARG(full), SV_ARG(other->name), SV_ARG(actual));
        diag_hint(c->diags, "it is in '%.*s'", SV_ARG(other->dir));
    } else if (theirs && range) {
        check_version(c, other, theirs, full, range);
    }
}

static void check_puppet(struct checker *c, const struct data *row)
{
    struct sv name;
    const struct data *range;
    struct semver version;
    struct err err;
    if (!read_row(c, row, &name, &range) || !sv_is(name, "puppet") || !range || !semver_parse(c->arena, SV(PUPPET_VERSION), &version, &err))
        return;
    struct semver_range *wanted = read_range(c, range);
    if (wanted && !semver_range_includes(wanted, &version))
        diag_warn(c->diags, "puppet_version", data_span(c->doc, range),
                  "the module '%.*s' is for Puppet %.*s; what is spoken here is the language of Puppet " PUPPET_VERSION,
                  SV_ARG(c->module->name), SV_ARG(range->s));
}

static void check_list(struct checker *c, const char *key, void (*check)(struct checker *c, const struct data *row))
{
    const struct data *list = data_get(&c->doc->root, key);
    if (list && list->kind != DATA_LIST && list->kind != DATA_NULL)
        diag_error(c->diags, data_span(c->doc, list), "'%s' of the module '%.*s' is %s, where a list is expected", key,
                   SV_ARG(c->module->name), data_kind_name(list->kind));
    for (uint32_t i = 0; list && list->kind == DATA_LIST && i < list->count; i++)
        check(c, &list->items[i]);
}

bool snapshot_check_dependencies(struct snapshot *s, bool strict, struct diags *diags)
{
    unsigned before = diags->errors;
    for (size_t i = 0; i < s->module_count; i++) {
        struct checker c = { s, diags->arena, diags, s->module_list[i], NULL, strict };
        if (c.module->is_base)
            continue;
        c.doc = read_metadata(&c, c.module, diags);
        if (!c.doc)
            continue;
        check_list(&c, "dependencies", check_dependency);
        check_list(&c, "requirements", check_puppet);
    }
    return diags->errors == before;
}
