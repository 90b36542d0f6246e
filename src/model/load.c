/* load: YAML documents become entities: the envelope, identity and doubles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "model/internal.h"

#define FOLDER_DEPTH   16
#define NAME_MAX_CHARS 63

struct model *model_new(struct arena *a)
{
    struct model *m = ARENA_NEW(a, struct model);
    m->arena = a;
    m->by_ref = map_in(a);
    m->files = map_in(a);
    return m;
}

/* A mistake in the envelope, before there is an entity to name. */
#define envelope_error(doc, at, diags, text, what) diag_error((diags), data_span((doc), (at)), text, SV_ARG(what))

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* Backstage's rule: letters and digits, parted by single or several "-", "_" or "."; a namespace has lower-case letters, digits and "-". */
static bool is_name(struct sv s, bool ns)
{
    if (s.n < 1 || s.n > NAME_MAX_CHARS || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(is_alnum(c) || c == '-' || (!ns && (c == '_' || c == '.'))) || (ns && c >= 'A' && c <= 'Z'))
            return false;
    }
    return true;
}

enum api { API_UNKNOWN, API_OWN, API_BACKSTAGE };

static enum api api_of(struct sv version, enum model_kind kind)
{
    if (sv_is(version, "potlac/v1"))
        return API_OWN;
    if (sv_is(version, "backstage.io/v1alpha1") || sv_is(version, "backstage.io/v1beta1"))
        return API_BACKSTAGE;
    /* Templates have a group of their own, in several versions. */
    if (kind == KIND_TEMPLATE && (sv_starts(version, SV("scaffolder.backstage.io/")) || sv_starts(version, SV("backstage.io/"))))
        return API_BACKSTAGE;
    return API_UNKNOWN;
}

static bool unknown_kind(const struct data_doc *doc, const struct data *at, struct diags *diags)
{
    struct sv names[KIND_COUNT];
    for (int k = 0; k < KIND_COUNT; k++)
        names[k] = sv_of(model_kinds[k].name);
    envelope_error(doc, at, diags, "unknown kind '%.*s'", at->s);
    struct sv near = near_names(diags->arena, at->s, names, KIND_COUNT);
    if (near.n)
        diag_hint(diags, "did you mean %.*s?", SV_ARG(near));
    return false;
}

/* Finds kind and API group; false where the document cannot be an entity. */
static bool read_envelope(const struct data_doc *doc, struct diags *diags, struct entity *e)
{
    const struct data *root = &doc->root;
    if (root->kind != DATA_MAP)
        return diag_error(diags, data_span(doc, root), "expected an entity (a map with apiVersion, kind, metadata and spec), found %s",
                          data_kind_name((enum data_kind)root->kind));
    const struct data *version = data_get(root, "apiVersion"), *kind = data_get(root, "kind"), *meta = data_get(root, "metadata");
    const char *missing = !version ? "apiVersion" : !kind ? "kind" : !meta ? "metadata" : NULL;
    if (missing) {
        struct span at = data_span(doc, root->count ? &root->pairs[0].key : root);
        diag_error(diags, at, "the entity lacks '%s'", missing);
        diag_hint(diags, "every entity has apiVersion, kind, metadata with a name, and spec");
        return false;
    }
    if (version->kind != DATA_STRING || kind->kind != DATA_STRING || meta->kind != DATA_MAP)
        return diag_error(diags,
                          data_span(doc, version->kind != DATA_STRING ? version
                                         : kind->kind != DATA_STRING  ? kind
                                                                      : meta),
                          "apiVersion and kind must be text, metadata a map");
    e->kind = kind_find(kind->s, false);
    if (e->kind == KIND_COUNT)
        return unknown_kind(doc, kind, diags);
    enum api api = api_of(version->s, e->kind);
    if (api == API_UNKNOWN || (api == API_BACKSTAGE) != model_kinds[e->kind].backstage) {
        diag_error(diags, data_span(doc, version), "a %s cannot have apiVersion '%.*s'", model_kinds[e->kind].name, SV_ARG(version->s));
        diag_hint(diags, "write 'apiVersion: %s'", model_kinds[e->kind].backstage ? "backstage.io/v1alpha1" : "potlac/v1");
        return false;
    }
    e->foreign = api == API_BACKSTAGE;
    e->metadata = meta;
    const struct data *spec = data_get(root, "spec");
    e->spec = spec && spec->kind == DATA_MAP ? spec : NULL;
    return true;
}

static bool read_identity(struct model *m, const struct data_doc *doc, struct diags *diags, struct entity *e)
{
    const struct data *name = data_get(e->metadata, "name"), *ns = data_get(e->metadata, "namespace"),
                      *title = data_get(e->metadata, "title");
    if (!name) {
        const struct data *at = data_get(&doc->root, "kind");
        return envelope_error(doc, at, diags, "metadata of this %.*s lacks 'name'", at->s);
    }
    if (name->kind != DATA_STRING) {
        diag_error(diags, data_span(doc, name), "metadata.name must be text, found %s", data_kind_name((enum data_kind)name->kind));
        diag_hint(diags, "put it in quotes");
        return false;
    }
    if (!is_name(name->s, false)) {
        envelope_error(doc, name, diags, "'%.*s' is no entity name", name->s);
        diag_hint(diags, "a name has 1 to 63 letters and digits, with '-', '_' or '.' between them");
        return false;
    }
    if (ns && (ns->kind != DATA_STRING || !is_name(ns->s, true))) {
        envelope_error(doc, ns, diags, "'%.*s' is no namespace: 1 to 63 lower-case letters, digits and '-'", data_text(ns));
        return false;
    }
    e->name = name->s;
    e->ns = ns ? ns->s : SV("default");
    e->title = title && title->kind == DATA_STRING && title->s.n ? title->s : e->name;
    e->ref = model_full_ref(m->arena, e->name, model_kinds[e->kind].lower, e->ns);
    return true;
}

bool model_is_output(struct sv key) { return sv_is(key, "uid") || sv_is(key, "etag") || sv_is(key, "generation"); }

/* What Backstage writes into entities that it gives out; nobody writes it by hand. */
static bool check_output_keys(const struct entity *e, struct diags *diags)
{
    static const char *const top[] = { "apiVersion", "kind", "metadata", "spec" };
    const struct data *root = &e->doc->root;
    bool ok = true;
    for (uint32_t i = 0; i < root->count + e->metadata->count; i++) {
        bool in_meta = i >= root->count;
        const struct data *key = in_meta ? &e->metadata->pairs[i - root->count].key : &root->pairs[i].key;
        struct sv name = data_text(key);
        bool output = !in_meta && (sv_is(name, "relations") || sv_is(name, "status")), known = in_meta;
        output |= in_meta && model_is_output(name);
        for (size_t j = 0; j < 4; j++)
            known |= sv_is(name, top[j]);
        if (output && e->foreign)
            diag_warn(diags, "output-only", data_span(e->doc, key), "'%.*s' of %.*s is output of a catalog, not input: ignored",
                      SV_ARG(name), SV_ARG(e->ref));
        else if (output)
            ok =
                diag_error(diags, data_span(e->doc, key), "'%.*s' of %.*s is derived and cannot be declared", SV_ARG(name), SV_ARG(e->ref));
        else if (!known && !e->foreign) {
            ok = diag_error(diags, data_span(e->doc, key), "unknown field '%.*s' of %.*s", SV_ARG(name), SV_ARG(e->ref));
            struct sv near = near_words(diags->arena, name, "apiVersion|kind|metadata|spec");
            if (near.n)
                diag_hint(diags, "did you mean %.*s?", SV_ARG(near));
        }
    }
    return ok;
}

static bool report_double(const struct entity *e, const struct entity *first, struct diags *diags)
{
    unsigned line, column;
    span_position(entity_span(first, NULL), &line, &column);
    diag_error(diags, entity_span(e, NULL), "%.*s is declared twice [I02]", SV_ARG(e->ref));
    diag_hint(diags, "the first one is at %.*s:%u", SV_ARG(first->doc->src->path), line);
    return false;
}

static bool keep_entity(struct model *m, struct entity *e, struct diags *diags)
{
    overlay_apply(m, e, diags);
    struct entity *kept = ARENA_NEW(m->arena, struct entity);
    *kept = *e;
    kept->index = m->count;
    ARENA_PUSH(m->arena, m->entities, m->count, m->cap, kept);
    ARENA_PUSH(m->arena, m->of_kind[e->kind], m->kind_count[e->kind], m->kind_cap[e->kind], kept);
    map_put(&m->by_ref, kept->ref, kept);
    m->own += !e->foreign;
    bool ok = check_output_keys(kept, diags);
    return schema_check(m, kept, diags) && ok;
}

static bool add_document(struct model *m, struct data_doc *doc, struct diags *diags)
{
    struct entity e = { .doc = doc };
    if (doc->root.kind == DATA_NULL)
        return true; /* "---" with nothing behind it */
    if (!read_envelope(doc, diags, &e) || !read_identity(m, doc, diags, &e))
        return false;
    const struct entity *first = map_find(&m->by_ref, e.ref);
    return first ? report_double(&e, first, diags) : keep_entity(m, &e, diags);
}

bool model_add_made(struct model *m, const struct data_doc *doc, bool proposed, struct diags *diags)
{
    struct entity e = { .doc = doc, .made = true, .proposed = proposed };
    if (!read_envelope(doc, diags, &e) || !read_identity(m, doc, diags, &e))
        return false;
    const struct entity *first = map_find(&m->by_ref, e.ref);
    if (!first)
        return keep_entity(m, &e, diags);
    struct sv name = ref_short(m->arena, e.ref);
    if (proposed) {
        diag_error(diags, entity_span(first, NULL), "%.*s is declared here: a transaction cannot make it [I02]", SV_ARG(e.ref));
        diag_hint(diags, "change it here, or choose another name");
        return false;
    }
    diag_error(diags, entity_span(first, NULL), "%.*s is declared here and was made by %.*s: it has one writer [I02]", SV_ARG(e.ref),
               SV_ARG(doc->src->path));
    diag_hint(diags, "take it out here, or give the other one up: potlac delete %.*s --reason TEXT", SV_ARG(name));
    return false;
}

static bool read_documents(struct arena *a, const struct source *src, struct diags *diags, struct data_doc **out_first)
{
    /* Plain text has fewer nodes than bytes, so only aliases can pass this. */
    struct data_limits limits = { .bytes = 1u << 30, .nodes = 2000000 + src->text.n / 2 };
    *out_first = NULL;
    return yaml_read(a, src, &limits, diags, out_first);
}

static bool add_documents(struct model *m, bool readable, struct data_doc *first, struct diags *diags)
{
    bool ok = readable;
    m->unread += !readable;
    for (struct data_doc *doc = readable ? first : NULL; doc; doc = doc->next)
        ok &= add_document(m, doc, diags);
    m->bad |= !ok;
    return ok;
}

bool model_add_text(struct model *m, const struct source *src, struct diags *diags)
{
    struct data_doc *first;
    bool readable = read_documents(m->arena, src, diags, &first);
    return add_documents(m, readable, first, diags);
}

/* ---- files ---- */

/* A file that was read and is not parsed yet. Parsing is most of the time that a large model takes, and needs nothing but the text. */
struct pending {
    struct source *src;
    struct arena *arena;
    struct diags diags;
    struct data_doc *first;
    bool readable;
};

struct folder_walk {
    struct model *m;
    const struct source_tree *tree;
    struct diags *diags;
    struct err *err;
    bool ok;
    struct pending *pending; /* in the order in which they are to be added */
    size_t count, cap;
    atomic_size_t next; /* for the threads that parse */
};

static void *parse_some(void *walk)
{
    struct folder_walk *w = walk;
    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->count;) {
        struct pending *p = &w->pending[i];
        p->readable = read_documents(p->arena, p->src, &p->diags, &p->first);
    }
    return NULL;
}

static unsigned threads_for(const struct folder_walk *w)
{
    enum { SMALL = 1 << 18, MOST = 16 }; /* starting a thread for less text costs more than it saves */
    size_t bytes = 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    for (size_t i = 0; i < w->count; i++)
        bytes += w->pending[i].src->text.n;
    return bytes < SMALL || processors < 2 ? 1 : processors < MOST ? (unsigned)processors : MOST;
}

/* Parses what was read, on all processors, and adds it in order. */
static void add_pending(struct folder_walk *w)
{
    pthread_t threads[16];
    unsigned started = 0, wanted = threads_for(w);
    for (size_t i = 0; i < w->count; i++) {
        struct pending *p = &w->pending[i];
        p->arena = wanted > 1 ? arena_new(0) : w->m->arena;
        if (wanted > 1)
            arena_defer(w->m->arena, (void (*)(void *))arena_free, p->arena);
        p->diags = diags_in(p->arena);
        p->diags.max_errors = w->diags->max_errors;
    }
    w->next = 0;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, parse_some, w) == 0)
        started++;
    parse_some(w);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < w->count; i++) {
        diags_append(w->diags, &w->pending[i].diags);
        w->ok &= add_documents(w->m, w->pending[i].readable, w->pending[i].first, w->diags);
    }
    w->count = 0;
}

static bool add_file(struct folder_walk *w, struct sv path)
{
    if (map_find(&w->m->files, path))
        return true;
    struct source *src = ARENA_NEW(w->m->arena, struct source);
    src->path = path;
    enum tree_kind kind = w->tree->read(w->tree->ctx, w->m->arena, path, 0, &src->text, w->err);
    if (kind != TREE_FILE) {
        w->m->bad = true;
        if (kind == TREE_ABSENT)
            err_set(w->err, "cannot read '%.*s': it does not exist", SV_ARG(path));
        return false;
    }
    map_put(&w->m->files, path, src);
    struct pending fresh = { .src = src };
    ARENA_PUSH(w->m->arena, w->pending, w->count, w->cap, fresh);
    return true;
}

static bool add_folder(struct folder_walk *w, struct sv folder, int depth)
{
    struct fs_entry *list;
    size_t n;
    if (depth > FOLDER_DEPTH)
        return err_set(w->err, "'%.*s' is nested too deeply (%d folders)", SV_ARG(folder), FOLDER_DEPTH);
    if (!w->tree->list(w->tree->ctx, w->m->arena, folder, &list, &n, w->err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sv path = path_join(w->m->arena, folder, list[i].name);
        bool yaml = sv_ends(list[i].name, SV(".yaml")) || sv_ends(list[i].name, SV(".yml"));
        if (list[i].name.p[0] == '.' || (!list[i].is_dir && !yaml))
            continue;
        if (!(list[i].is_dir ? add_folder(w, path, depth + 1) : add_file(w, path)))
            return false;
    }
    return true;
}

/* "./systems/search.yaml" beside the Location's file; never out of the folder that is being read, never over the network. */
static bool follow_target(struct folder_walk *w, const struct entity *location, struct sv target, struct sv folder)
{
    struct arena *a = w->m->arena;
    while (sv_starts(target, SV("./")))
        target = sv_slice(target, 2, target.n);
    if (!target.n || target.p[0] == '/' || sv_find(target, SV("://"), 0) != SIZE_MAX || sv_find(target, SV(".."), 0) != SIZE_MAX)
        return true;
    struct sv path = path_join(a, path_dir(location->doc->src->path), target);
    if (!sv_starts(path, folder) || w->tree->kind(w->tree->ctx, path) != TREE_FILE)
        return true;
    return add_file(w, path);
}

static bool follow_locations(struct folder_walk *w, struct sv folder)
{
    /* The list grows while it is read: a followed file may hold Locations. */
    for (uint32_t i = 0; i < w->m->kind_count[KIND_LOCATION]; i++) {
        const struct entity *e = w->m->of_kind[KIND_LOCATION][i];
        const struct data *targets = entity_field(e, "targets");
        if (!follow_target(w, e, entity_text(e, "target"), folder))
            return false;
        for (uint32_t j = 0; targets && targets->kind == DATA_LIST && j < targets->count; j++)
            if (!follow_target(w, e, data_text(&targets->items[j]), folder))
                return false;
        add_pending(w);
    }
    return true;
}

bool model_add_tree(struct model *m, const struct source_tree *tree, struct sv folder, struct diags *diags, struct err *err)
{
    struct folder_walk w = { .m = m, .tree = tree, .diags = diags, .err = err, .ok = true };
    struct sv root = arena_dup(m->arena, folder);
    while (root.n > 1 && root.p[root.n - 1] == '/')
        root.n--;
    bool walked = add_folder(&w, root, 0);
    add_pending(&w);
    if (!walked || !follow_locations(&w, root)) {
        m->bad = true;
        return false;
    }
    return w.ok;
}

bool model_add_folder(struct model *m, const char *folder, struct diags *diags, struct err *err)
{
    struct source_tree tree = source_tree_folder();
    if (fs_is_dir(folder))
        return model_add_tree(m, &tree, sv_of(folder), diags, err);
    m->bad = true;
    return err_set(err, "cannot read folder '%s': it is none", folder);
}

const struct entity *const *model_entities(const struct model *m, uint32_t *out_count)
{
    *out_count = m->count;
    return (const struct entity *const *)m->entities;
}

const struct entity *const *model_of_kind(const struct model *m, enum model_kind kind, uint32_t *out_count)
{
    *out_count = m->kind_count[kind];
    return m->of_kind[kind];
}
