/* files: texts, data, globs and memos of a snapshot, each made once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/yaml.h"
#include "snapshot/internal.h"
#include "types/value.h"

struct text {
    struct sv text;
    struct err err;
    enum tree_kind kind;
};

static void *make_text(void *ctx, struct sv path, struct arena *a)
{
    struct snapshot *s = ctx;
    struct text *t = ARENA_NEW(a, struct text);
    t->kind = s->tree.read(s->tree.ctx, a, path, 0, &t->text, &t->err);
    return t;
}

bool snapshot_read(struct snapshot *s, struct sv path, struct sv *out_text, struct err *err)
{
    const struct text *t = cache_get(&s->texts, path, make_text, s);
    if (t->kind == TREE_FILE) {
        *out_text = t->text;
        return true;
    }
    if (t->kind == TREE_ABSENT)
        return err_set(err, "'%.*s' does not exist", SV_ARG(path));
    return err_set(err, "%s", t->err.text);
}

static void *make_kind(void *ctx, struct sv path, struct arena *a)
{
    struct snapshot *s = ctx;
    (void)a;
    return (void *)(uintptr_t)s->tree.kind(s->tree.ctx, path);
}

static enum tree_kind kind_of(struct snapshot *s, struct sv path)
{
    return (enum tree_kind)(uintptr_t)cache_get(&s->kinds, path, make_kind, s);
}

bool snapshot_exists(struct snapshot *s, struct sv path) { return kind_of(s, path) != TREE_ABSENT; }

bool snapshot_real_path(struct snapshot *s, struct arena *a, struct sv path, struct sv *out_path, struct err *err)
{
    struct sv folder, copy;
    *out_path = path;
    if (!s->tree.lay_out || !s->tree.lay_out(s->tree.ctx, &folder, NULL, err) || !sv_starts(path, folder))
        return true;
    if (path.n > folder.n && path.p[folder.n] != '/')
        return true;
    if (!s->tree.lay_out(s->tree.ctx, &folder, &copy, err))
        return false;
    *out_path = arena_printf(a, "%.*s%.*s", SV_ARG(copy), SV_ARG(sv_slice(path, folder.n, path.n)));
    return true;
}

/* ---- data files ---- */

struct data_file {
    bool found;
    struct value value;
    struct err err;
    struct map symbols; /* top-level keys with symbols in their values; nearly always empty */
};

/* Ruby's classes of what a safe YAML reader refuses. */
static const char *refused_class(const struct data *d)
{
    if (d->kind == DATA_STRING && d->special == DATA_DATE)
        return "Date";
    if (d->kind == DATA_STRING && d->special == DATA_TIME)
        return "Time";
    const char *class = NULL;
    for (uint32_t i = 0; i < d->count && !class; i++) {
        if (d->kind == DATA_LIST)
            class = refused_class(&d->items[i]);
        else if (d->kind == DATA_MAP && !(class = refused_class(&d->pairs[i].key)))
            class = refused_class(&d->pairs[i].value);
    }
    return class;
}

/* Keys may be symbols: they are known by their text, ":a" as "a". */
static void plain_keys(struct data *d)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (d->kind == DATA_LIST)
            plain_keys(&d->items[i]);
        if (d->kind != DATA_MAP)
            continue;
        struct data *key = &d->pairs[i].key;
        if (key->kind == DATA_STRING && key->special == DATA_SYMBOL && sv_starts(key->s, SV(":")))
            key->s = sv_slice(key->s, 1, key->s.n);
        plain_keys(&d->pairs[i].value);
    }
}

static bool has_symbol(const struct data *d)
{
    bool found = d->kind == DATA_STRING && d->special == DATA_SYMBOL;
    for (uint32_t i = 0; i < d->count && !found; i++)
        found = (d->kind == DATA_LIST && has_symbol(&d->items[i])) || (d->kind == DATA_MAP && has_symbol(&d->pairs[i].value));
    return found;
}

static void note_symbols(struct data_file *f, struct data *root)
{
    plain_keys(root);
    for (uint32_t i = 0; root->kind == DATA_MAP && i < root->count; i++)
        if (root->pairs[i].key.kind == DATA_STRING && has_symbol(&root->pairs[i].value))
            map_put(&f->symbols, root->pairs[i].key.s, f);
}

static bool first_error(const struct diags *diags, struct err *err)
{
    for (const struct diag *d = diags->first; d; d = d->next) {
        unsigned line = 0, column = 0;
        if (d->severity != SEV_ERROR)
            continue;
        span_position(d->span, &line, &column);
        struct sv path = d->span.src ? d->span.src->path : SV_NONE;
        return err_set(err, "(%.*s): %.*s at line %u column %u", SV_ARG(path), SV_ARG(d->message), line, column);
    }
    return err_set(err, "it cannot be read");
}

static bool is_json(struct sv path) { return sv_ends(path, SV(".json")); }

static void parse_data(struct data_file *f, const struct source *src, struct arena *a)
{
    struct diags diags = diags_in(a);
    struct data_doc *doc = NULL;
    bool fine = is_json(src->path) ? json_read(a, src, NULL, &diags, &doc) : yaml_read(a, src, NULL, &diags, &doc);
    if (!fine) {
        struct sv mistake = is_json(src->path) ? SV_NONE : yaml_mistake(a, src->text);
        if (mistake.n)
            err_set(&f->err, "(%.*s): %.*s", SV_ARG(src->path), SV_ARG(mistake));
        else
            first_error(&diags, &f->err);
        return;
    }
    const char *refused = doc && !is_json(src->path) ? refused_class(&doc->root) : NULL;
    if (refused) {
        err_set(&f->err, "(%.*s): Tried to load unspecified class: %s", SV_ARG(src->path), refused);
        return;
    }
    if (doc && !is_json(src->path))
        note_symbols(f, &doc->root);
    f->value = doc ? value_from_data(a, &doc->root) : VALUE_UNDEF;
    f->found = true;
}

static void *make_data(void *ctx, struct sv path, struct arena *a)
{
    struct snapshot *s = ctx;
    struct data_file *f = ARENA_NEW(a, struct data_file);
    struct source *src = ARENA_NEW(a, struct source);
    src->path = path;
    f->symbols = map_in(a);
    if (s->tree.read(s->tree.ctx, a, path, 0, &src->text, &f->err) == TREE_FILE)
        parse_data(f, src, a);
    return f;
}

const struct value *snapshot_data(struct snapshot *s, struct sv path, struct err *err)
{
    const struct data_file *f = cache_get(&s->data, path, make_data, s);
    if (f->found)
        return &f->value;
    if (f->err.text[0])
        err_set(err, "%s", f->err.text);
    return NULL;
}

bool snapshot_data_has_symbol(struct snapshot *s, struct sv path, struct sv key)
{
    const struct data_file *f = cache_get(&s->data, path, make_data, s);
    return f->symbols.count && map_find(&f->symbols, key);
}

/* ---- files of modules ---- */

static void *make_module_file(void *ctx, struct sv key, struct arena *a)
{
    struct snapshot *s = ctx;
    struct sv rest = key, folder, name;
    sv_cut(&rest, '\n', &folder);
    sv_cut(&rest, '/', &name);
    const struct module *m = module_find(s, name);
    if (!m || !rest.n)
        return NULL;
    struct sv *path = ARENA_NEW(a, struct sv);
    *path = arena_printf(a, "%.*s/%.*s/%.*s", SV_ARG(m->dir), SV_ARG(folder), SV_ARG(rest));
    return kind_of(s, *path) == TREE_ABSENT ? NULL : path;
}

struct sv snapshot_module_file(struct snapshot *s, struct sv name, const char *folder)
{
    if (name.n && name.p[0] == '/')
        return name;
    AUTO_STRBUF key = STRBUF_HEAP;
    strbuf_addf(&key, "%s\n%.*s", folder, SV_ARG(name));
    const struct sv *path = cache_get(&s->module_files, strbuf_sv(&key), make_module_file, s);
    return path ? *path : SV_NONE;
}

/* ---- memos ---- */

struct memo_maker {
    struct snapshot *s;
    void *(*make)(void *ctx, struct snapshot *s, struct arena *a);
    void *ctx;
};

static void *make_memo(void *ctx, struct sv key, struct arena *a)
{
    (void)key;
    struct memo_maker *m = ctx;
    return m->make(m->ctx, m->s, a);
}

void *snapshot_memo(struct snapshot *s, struct sv key, void *(*make)(void *ctx, struct snapshot *s, struct arena *a), void *ctx)
{
    struct memo_maker m = { s, make, ctx };
    return cache_get(&s->memos, key, make_memo, &m);
}
