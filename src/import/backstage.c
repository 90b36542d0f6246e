/* backstage: descriptors of Backstage, each document kept byte by byte. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"
#include "base/yaml_write.h"
#include "import/internal.h"

static bool is_descriptor(const struct data *root)
{
    struct sv version = data_text(data_get(root, "apiVersion"));
    return sv_starts(version, SV("backstage.io/")) || sv_starts(version, SV("scaffolder.backstage.io/"));
}

/* {$text: ./file}: Backstage reads the file when it serves the catalog. */
static void note_placeholders(struct import *im, const struct data *d, struct sv ref)
{
    for (uint32_t i = 0; d->kind == DATA_LIST && i < d->count; i++)
        note_placeholders(im, &d->items[i], ref);
    for (uint32_t i = 0; d->kind == DATA_MAP && i < d->count; i++) {
        struct sv key = data_text(&d->pairs[i].key);
        if (d->count == 1 && key.n > 1 && key.p[0] == '$')
            import_note(im, ref, "placeholders ($text and the like) are kept; they are relative to the descriptor they came from");
        note_placeholders(im, &d->pairs[i].value, ref);
    }
}

/* The lines of a document as they are written; where they would read otherwise alone, written anew. */
static struct sv document_text(struct arena *a, const struct data_doc *doc)
{
    size_t from = doc->root.from, to = doc->root.to < doc->src->text.n ? doc->root.to : doc->src->text.n;
    while (from && doc->src->text.p[from - 1] == ' ')
        from--;
    struct sv raw = sv_slice(doc->src->text, from, to);
    while (raw.n && (raw.p[raw.n - 1] == '\n' || raw.p[raw.n - 1] == ' ' || raw.p[raw.n - 1] == '\r'))
        raw.n--;
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *again = NULL;
    *src = (struct source){ doc->src->path, raw };
    bool alone = sv_find(raw, SV("\n---"), 0) == SIZE_MAX && yaml_read(a, src, NULL, &diags, &again) && again && !again->next;
    if (alone && data_equal(&again->root, &doc->root))
        return raw;
    struct strbuf out = STRBUF_IN(a);
    yaml_write(&out, &doc->root, 0);
    return sv_trim(strbuf_sv(&out));
}

static void add_descriptor(struct import *im, const struct entity *e)
{
    struct imported *copy = ARENA_NEW(im->arena, struct imported);
    *copy = (struct imported){ .kind = e->kind, .name = e->name, .ref = e->ref, .from = e->doc->src->path };
    copy->raw = document_text(im->arena, e->doc);
    note_placeholders(im, &e->doc->root, e->ref);
    ARENA_PUSH(im->arena, im->items, im->count, im->cap, copy);
    map_put(&im->by_ref, copy->ref, copy);
}

/* What in a file is a descriptor, as a text of its own would have it: the others, an OpenAPI text or a chart, belong to somebody else. */
static bool has_descriptors(struct import *im, const struct source *src)
{
    unsigned descriptors = 0, others = 0;
    struct data_doc *doc = import_parse(im, src);
    for (; doc; doc = doc->next) {
        descriptors += is_descriptor(&doc->root);
        others += !is_descriptor(&doc->root) && doc->root.kind != DATA_NULL;
    }
    if (others && !descriptors)
        import_note(im, src->path, "files that hold no descriptors: left out");
    return descriptors > 0;
}

/* What a Location names that is not here. */
static void note_targets(struct import *im, const struct entity *location)
{
    const struct data *targets = entity_field(location, "targets");
    struct sv one = entity_text(location, "target");
    for (uint32_t i = 0; i < 1 + (targets && targets->kind == DATA_LIST ? targets->count : 0); i++) {
        struct sv target = i ? data_text(&targets->items[i - 1]) : one;
        if (sv_find(target, SV("://"), 0) != SIZE_MAX)
            import_note(im, target, "targets of Locations elsewhere are kept, and not fetched");
    }
}

/* A descriptor that was named alone brings those along that its Locations name beside it. */
static bool follow_target(struct import *im, struct import_files *files, struct sv folder, struct sv from, struct sv target,
                          struct err *err)
{
    struct import_files more;
    while (sv_starts(target, SV("./")))
        target = sv_slice(target, 2, target.n);
    if (!target.n || target.p[0] == '/' || sv_find(target, SV("://"), 0) != SIZE_MAX || sv_find(target, SV(".."), 0) != SIZE_MAX)
        return true;
    struct sv dir = path_dir(from), shown = sv_is(dir, ".") ? arena_dup(im->arena, target) : path_join(im->arena, dir, target);
    for (size_t i = 0; i < files->count; i++)
        if (sv_eq(files->items[i].src->path, shown))
            return true;
    struct sv path = path_join(im->arena, folder, shown);
    if (!fs_exists(path.p) || fs_is_dir(path.p))
        return true;
    if (!import_read_files(im, path, import_is_yaml, &more, err))
        return false;
    more.items[0].src->path = shown;
    ARENA_PUSH(im->arena, files->items, files->count, files->cap, more.items[0]);
    return true;
}

static bool follow(struct import *im, struct import_files *files, struct sv folder, const struct source *src, struct err *err)
{
    for (struct data_doc *doc = import_parse(im, src); doc; doc = doc->next) {
        const struct data *spec = data_get(&doc->root, "spec"), *targets = data_get(spec, "targets");
        if (!sv_is(data_text(data_get(&doc->root, "kind")), "Location"))
            continue;
        if (!follow_target(im, files, folder, src->path, data_text(data_get(spec, "target")), err))
            return false;
        for (uint32_t i = 0; targets && targets->kind == DATA_LIST && i < targets->count; i++)
            if (!follow_target(im, files, folder, src->path, data_text(&targets->items[i]), err))
                return false;
    }
    return true;
}

static bool read_backstage(struct import *im, struct sv path, struct err *err)
{
    struct import_files files;
    struct model *m = model_new(im->arena);
    bool alone = !fs_is_dir(arena_cstr(im->arena, path));
    if (!import_read_files(im, path, import_is_yaml, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        if (!has_descriptors(im, files.items[i].src))
            continue;
        model_add_text(m, files.items[i].src, im->diags);
        if (alone && !follow(im, &files, path_dir(path), files.items[i].src, err))
            return false;
    }
    if (im->diags->errors)
        return false;
    uint32_t n;
    const struct entity *const *all = model_entities(m, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!all[i]->foreign) {
            import_note(im, all[i]->ref, "entities of potlac's own kinds: left out, they are the model's already");
            continue;
        }
        if (all[i]->kind == KIND_LOCATION)
            note_targets(im, all[i]);
        add_descriptor(im, all[i]);
    }
    return n || err_set(err, "'%.*s' holds no descriptor of Backstage: YAML files with 'apiVersion: backstage.io/v1alpha1'", SV_ARG(path));
}

const struct import_source import_backstage = { "backstage", "Backstage", "a folder of descriptors, or one of them", read_backstage, NULL };
