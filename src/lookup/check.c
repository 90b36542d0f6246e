/* check: reads every hiera.yaml and every data file beside it, for `potlac check`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "base/hocon.h"
#include "base/json.h"
#include "base/yaml.h"
#include "lookup/internal.h"

struct checker {
    struct snapshot *s;
    struct arena *arena;
    struct diags *diags;
};

/* The first document of a file with the places of all in it; NULL where it is missing, empty or wrong: then diags say so. */
static const struct data_doc *read_doc(struct checker *ch, struct sv path, bool hocon)
{
    struct arena *a = ch->diags->arena; /* spans point into the text */
    struct source *src = ARENA_NEW(a, struct source);
    struct data_doc *doc = NULL;
    struct err err = { 0 };
    src->path = arena_dup(a, path);
    if (!snapshot_read(ch->s, path, &src->text, &err)) {
        if (err.text[0])
            diag_error(ch->diags, (struct span){ 0 }, "%s", err.text);
        return NULL;
    }
    src->text = arena_dup(a, src->text);
    bool fine = hocon                        ? hocon_read(a, src, NULL, ch->diags, &doc)
                : sv_ends(path, SV(".json")) ? json_read(a, src, NULL, ch->diags, &doc)
                                             : yaml_read(a, src, NULL, ch->diags, &doc);
    return fine ? doc : NULL;
}

static void check_file(struct checker *ch, struct sv path, struct sv module, bool hocon)
{
    struct err err = { 0 };
    const struct data_doc *doc = read_doc(ch, path, hocon);
    if (!doc)
        return;
    const struct data *root = &doc->root;
    if (!hocon && !snapshot_data(ch->s, path, &err) && err.text[0]) {
        diag_error(ch->diags, data_span(doc, root), "%s%s", err.text[0] == '(' ? "Unable to parse " : "", err.text);
        return;
    }
    if (root->kind == DATA_NULL)
        return;
    if (root->kind != DATA_MAP) {
        diag_error(ch->diags, data_span(doc, root), "%.*s: file does not contain a valid yaml hash", SV_ARG(path));
        return;
    }
    struct sv prefix = arena_printf(ch->arena, "%.*s::", SV_ARG(module));
    for (uint32_t i = 0; module.n && i < root->count; i++) {
        const struct data *key = &root->pairs[i].key;
        if (key->kind == DATA_STRING && !sv_is(key->s, "lookup_options") && !sv_starts(key->s, prefix))
            diag_warn(ch->diags, "foreign-key", data_span(doc, key), "key '%.*s' must be qualified with the name of module '%.*s'",
                      SV_ARG(key->s), SV_ARG(module));
    }
}

/* The entry of a hierarchy with a name. */
static const struct data *named_entry(const struct data *root, struct sv name)
{
    static const char *const lists[] = { "hierarchy", "default_hierarchy" };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct data *list = data_get(root, lists[i]);
        for (uint32_t k = 0; list && list->kind == DATA_LIST && k < list->count; k++)
            if (sv_eq(data_text(data_get(&list->items[k], "name")), name))
                return &list->items[k];
    }
    return root;
}

/* Where in hiera.yaml a message is about: "hierarchy 'a' ..." names an entry, "entry 'hierarchy' index 0 entry 'path' expects" is a path.
 */
static const struct data *subject(const struct data *root, struct sv message)
{
    size_t at = sv_find(message, SV("ierarchy '"), 0), end;
    if (at != SIZE_MAX) {
        at += strlen("ierarchy '");
        end = sv_find_char(message, '\'', at);
        return end == SIZE_MAX ? root : named_entry(root, sv_slice(message, at, end));
    }
    const struct data *d = root;
    for (at = 0; at < message.n; at++) {
        struct sv rest = sv_slice(message, at, message.n), name = SV_NONE;
        const struct data *next = NULL;
        int64_t index;
        if (sv_starts(rest, SV(" entry '"))) {
            name = sv_slice(rest, 8, rest.n);
            name = sv_slice(name, 0, sv_find_char(name, '\'', 0));
            for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++)
                if (d->pairs[i].key.kind == DATA_STRING && sv_eq(d->pairs[i].key.s, name))
                    next = &d->pairs[i].value;
        } else if (sv_starts(rest, SV(" index "))) {
            name = sv_slice(rest, 7, rest.n);
            name = sv_slice(name, 0, sv_find_char(name, ' ', 0));
            if (d->kind == DATA_LIST && sv_to_int(name, &index) && index >= 0 && index < d->count)
                next = &d->items[index];
        }
        d = next ? next : d;
    }
    return d;
}

static void check_error(struct checker *ch, struct sv path, const struct hiera_config *c)
{
    unsigned before = ch->diags->errors;
    const struct data_doc *doc = read_doc(ch, path, false);
    if (ch->diags->errors != before) /* the reader has said what is wrong */
        return;
    struct span at = doc ? data_span(doc, subject(&doc->root, c->error)) : (struct span){ 0 };
    diag_error(ch->diags, at, "%.*s", SV_ARG(c->error));
}

/* A datadir that holds variables cannot be known without a node: the folder before the first variable is searched. */
static struct sv fixed_folder(struct sv datadir)
{
    size_t at = sv_find(datadir, SV("%{"), 0);
    return at == SIZE_MAX ? datadir : path_dir(sv_slice(datadir, 0, at));
}

static void check_folder(struct checker *ch, struct sv dir, struct sv module, bool hocon)
{
    static const char *const usual[] = { "yaml", "yml", "json", "eyaml", NULL }, *const of_hocon[] = { "conf", "hocon", NULL };
    for (const char *const *ending = hocon ? of_hocon : usual; *ending; ending++) {
        uint32_t count;
        const struct sv *paths = snapshot_glob(ch->s, arena_printf(ch->arena, "%.*s/**/*.%s", SV_ARG(dir), *ending), &count);
        for (uint32_t p = 0; p < count; p++)
            check_file(ch, paths[p], module, hocon);
    }
}

static void check_hierarchy(struct checker *ch, const struct hierarchy *h, struct sv module)
{
    for (uint32_t i = 0; i < h->count; i++) {
        struct sv dir = fixed_folder(h->entries[i].datadir.source);
        bool known = false, hocon = h->entries[i].hocon;
        for (uint32_t j = 0; j < i && !known; j++)
            known = hocon == h->entries[j].hocon && sv_eq(dir, fixed_folder(h->entries[j].datadir.source));
        if (!known && !h->entries[i].call) /* what a function reads may be of any form */
            check_folder(ch, dir, module, hocon);
    }
}

static void check_config(struct checker *ch, struct sv path, enum layer_kind layer, struct sv module)
{
    if (!path.n || !snapshot_exists(ch->s, path))
        return;
    const struct hiera_config *c = hiera_config_load(ch->s, path, layer);
    struct span nowhere = { 0 };
    if (c->error.n)
        check_error(ch, path, c);
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
