/* check: reads every hiera.yaml and every data file beside it, for `potlac check`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "lookup/internal.h"

struct checker {
    struct snapshot *s;
    struct arena *arena;
    struct diags *diags;
};

static void check_file(struct checker *ch, struct sv path, struct sv module)
{
    struct err err = { 0 };
    struct span nowhere = { 0 };
    const struct value *v = snapshot_data(ch->s, path, &err);
    if (!v && err.text[0])
        diag_error(ch->diags, nowhere, "Unable to parse %s", err.text);
    if (!v || v->kind == V_UNDEF)
        return;
    if (v->kind != V_HASH) {
        diag_error(ch->diags, nowhere, "%.*s: file does not contain a valid yaml hash", SV_ARG(path));
        return;
    }
    struct sv prefix = arena_printf(ch->arena, "%.*s::", SV_ARG(module));
    for (uint32_t i = 0; module.n && i < v->h->count; i++) {
        struct value key = v->h->pairs[i].key;
        if (key.kind == V_STRING && !sv_is(value_sv(key), "lookup_options") && !sv_starts(value_sv(key), prefix))
            diag_warn(ch->diags, "foreign-key", nowhere, "%.*s: key '%.*s' must be qualified with the name of module '%.*s'", SV_ARG(path),
                      SV_ARG(value_sv(key)), SV_ARG(module));
    }
}

/* A datadir that holds variables cannot be known without a node: the folder before the first variable is searched. */
static struct sv fixed_folder(struct sv datadir)
{
    size_t at = sv_find(datadir, SV("%{"), 0);
    return at == SIZE_MAX ? datadir : path_dir(sv_slice(datadir, 0, at));
}

static void check_hierarchy(struct checker *ch, const struct hierarchy *h, struct sv module)
{
    for (uint32_t i = 0; i < h->count; i++) {
        struct sv dir = fixed_folder(h->entries[i].datadir.source);
        bool known = false;
        for (uint32_t j = 0; j < i && !known; j++)
            known = sv_eq(dir, fixed_folder(h->entries[j].datadir.source));
        if (known)
            continue;
        static const char *const endings[] = { "yaml", "yml", "json", "eyaml" };
        for (size_t e = 0; e < sizeof endings / sizeof *endings; e++) {
            uint32_t count;
            const struct sv *paths = snapshot_glob(ch->s, arena_printf(ch->arena, "%.*s/**/*.%s", SV_ARG(dir), endings[e]), &count);
            for (uint32_t p = 0; p < count; p++)
                check_file(ch, paths[p], module);
        }
    }
}

static void check_config(struct checker *ch, struct sv path, enum layer_kind layer, struct sv module)
{
    if (!path.n || !snapshot_exists(ch->s, path))
        return;
    const struct hiera_config *c = hiera_config_load(ch->s, path, layer);
    struct span nowhere = { 0 };
    if (c->error.n)
        diag_error(ch->diags, nowhere, "%.*s", SV_ARG(c->error));
    if (c->note.n)
        diag_warn(ch->diags, "hiera-version", nowhere, "%.*s", SV_ARG(c->note));
    check_hierarchy(ch, &c->hierarchy, module);
    check_hierarchy(ch, &c->defaults, module);
}

bool lookup_check(struct snapshot *s, struct diags *diags)
{
    struct checker ch = { s, arena_new(0), diags };
    unsigned before = diags->errors;
    size_t count;
    check_config(&ch, snapshot_global_hiera(s), LAYER_GLOBAL, SV_NONE);
    check_config(&ch, snapshot_hiera(s), LAYER_ENVIRONMENT, SV_NONE);
    const struct module *const *modules = snapshot_modules(s, &count);
    for (size_t i = 0; i < count; i++)
        check_config(&ch, path_join(ch.arena, modules[i]->dir, SV("hiera.yaml")), LAYER_MODULE, modules[i]->name);
    arena_free(ch.arena);
    return diags->errors == before;
}
