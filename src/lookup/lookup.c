/* lookup: asks the layers in order: global, environment, module; then the module's default hierarchy. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/lookup.h"

#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "lookup/eyaml.h"
#include "lookup/internal.h"
#include "types/regexp.h"

#define DATA_DEPTH 200 /* what a data file may be nested */

/* ---- state ---- */

static void layer_open(struct lookup_state *st, struct layer *l, enum layer_kind kind, struct sv module, struct sv path)
{
    l->kind = kind;
    l->module = module;
    l->config = path.n ? hiera_config_load(st->snapshot, path, kind) : NULL;
    if (!l->config || l->config->absent)
        l->config = NULL;
    if (!l->config)
        return;
    l->main = (struct located){ .hierarchy = &l->config->hierarchy, .module = module, .config_path = path };
    l->fallback = (struct located){ .hierarchy = &l->config->defaults, .module = module, .config_path = path };
}

/* What the setting strict has a say in. */
static void warn_of_config(struct lookup_state *st, struct layer *l)
{
    int strict = compile_options_of(st->c)->strict;
    l->warned = true;
    if (l->config->no_hash.n)
        lookup_warn_once(st, l->config->no_hash);
    if (l->config->deprecation.n && strict != STRICT_OFF)
        lookup_warn_once(st, l->config->deprecation);
    if (l->config->refusal.n && strict == STRICT_ERROR)
        lookup_fail(st, "%.*s", SV_ARG(l->config->refusal));
    if (l->config->note.n)
        lookup_warn_once(st, l->config->note);
}

/* The configuration of a layer that can be used; NULL where there is none. Ends the compile where it is wrong. */
static const struct hiera_config *layer_config(struct lookup_state *st, struct layer *l)
{
    if (!l->config)
        return NULL;
    if (!l->warned)
        warn_of_config(st, l);
    if (l->config->error.n && l->config->error_has_place)
        lookup_fail_here(st, "%.*s", SV_ARG(l->config->error));
    if (l->config->error.n)
        lookup_fail(st, "%.*s", SV_ARG(l->config->error));
    return l->config->ignored ? NULL : l->config;
}

struct lookup_state *lookup_state_of(struct compile *c, struct call *call)
{
    void **slot = compile_slot(c, 0);
    struct lookup_state *st = *slot;
    if (!st) {
        struct arena *a = compile_catalog(c)->arena;
        st = ARENA_NEW(a, struct lookup_state);
        st->c = c;
        st->arena = a;
        st->snapshot = compile_snapshot(c);
        st->modules = map_in(a);
        st->told = map_in(a);
        st->file_data = map_in(a);
        layer_open(st, &st->global, LAYER_GLOBAL, SV_NONE, snapshot_global_hiera(st->snapshot));
        layer_open(st, &st->environment, LAYER_ENVIRONMENT, SV_NONE, snapshot_hiera(st->snapshot));
        *slot = st;
    }
    st->call = call;
    st->scope = call ? call->scope : compile_scope(c);
    return st;
}

struct lookup_state *lookup_state_now(struct compile *c) { return *compile_slot(c, 0); }

static struct layer *module_layer(struct lookup_state *st, struct sv name)
{
    struct layer *l = map_find(&st->modules, name);
    if (!l) {
        l = ARENA_NEW(st->arena, struct layer);
        const struct module *m = snapshot_module(st->snapshot, name);
        layer_open(st, l, LAYER_MODULE, name, m ? path_join(st->arena, m->dir, SV("hiera.yaml")) : SV_NONE);
        map_put(&st->modules, arena_dup(st->arena, name), l);
    }
    return l;
}

void lookup_fail(struct lookup_state *st, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(st->arena, fmt, ap);
    va_end(ap);
    compile_fail(st->c, (struct span){ 0 }, "%.*s", SV_ARG(text));
}

void lookup_fail_here(struct lookup_state *st, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct sv text = arena_vprintf(st->arena, fmt, ap);
    va_end(ap);
    if (st->call)
        call_fail(st->call, "%.*s", SV_ARG(text));
    compile_fail(st->c, (struct span){ 0 }, "%.*s", SV_ARG(text));
}

void lookup_warn_once(struct lookup_state *st, struct sv message)
{
    if (map_find(&st->told, message))
        return;
    map_put(&st->told, arena_dup(st->arena, message), st);
    struct call automatic = { .c = st->c, .arena = st->arena, .scope = st->scope };
    call_warn(st->call ? st->call : &automatic, "lookup", "%.*s", SV_ARG(message));
}

/* ---- where the files of a hierarchy are ---- */

static void add_location(struct lookup_state *st, struct located_entry *e, struct sv path, struct sv original)
{
    size_t count = e->count;
    ARENA_PUSH(st->arena, e->locations, count, e->cap, ((struct location){ .path = path, .original = original }));
    e->count = (uint32_t)count;
}

static void locate_mapped(struct lookup_state *st, struct located_entry *e, struct sv datadir)
{
    struct value from = scope_value(st, &e->entry->mapped_from, SV("mapped_path[0]"));
    struct value single[1] = { from };
    if (from.kind == V_STRING)
        from = value_array(single, 1);
    if (from.kind != V_ARRAY)
        return;
    for (uint32_t i = 0; i < from.n; i++) {
        st->local_name = e->entry->mapped_name;
        st->local_value = from.items[i];
        add_location(st, e, path_join(st->arena, datadir, template_fill(st, &e->entry->paths[0])), e->entry->paths[0].source);
        st->local_name = SV_NONE;
    }
}

static void locate_entry(struct lookup_state *st, struct located_entry *e)
{
    if (e->entry->call && e->entry->options)
        e->options = interpolate(st, value_hash(e->entry->options), false).h;
    if (e->entry->kind == LOCATION_NONE)
        add_location(st, e, SV_NONE, SV_NONE);
    for (uint32_t i = 0; e->entry->kind == LOCATION_URIS && i < e->entry->path_count; i++)
        add_location(st, e, template_fill(st, &e->entry->paths[i]), e->entry->paths[i].source);
    if (e->entry->kind == LOCATION_NONE || e->entry->kind == LOCATION_URIS)
        return;
    struct sv datadir = template_fill(st, &e->entry->datadir);
    if (e->entry->kind == LOCATION_MAPPED) {
        locate_mapped(st, e, datadir);
        return;
    }
    for (uint32_t i = 0; i < e->entry->path_count; i++) {
        struct sv path = path_join(st->arena, datadir, template_fill(st, &e->entry->paths[i]));
        if (e->entry->kind == LOCATION_PATHS) {
            add_location(st, e, path, e->entry->paths[i].source);
            continue;
        }
        uint32_t n;
        const struct sv *found = snapshot_glob(st->snapshot, path, &n);
        for (uint32_t j = 0; j < n; j++)
            add_location(st, e, found[j], path);
    }
}

static bool is_current(struct lookup_state *st, const struct located *l)
{
    for (size_t i = 0; i < l->dependency_count; i++) {
        struct value now = VALUE_UNDEF;
        if (!scope_variable(st->c, st->scope, l->dependencies[i].key->root, &now) || !key_dig(st, l->dependencies[i].key, now, &now))
            now = VALUE_UNDEF;
        if (!value_same(now, l->dependencies[i].was))
            return false;
    }
    return true;
}

/* Paths are worked out again when a variable they were made from has another value by now. */
static void locate_anew(struct lookup_state *st, struct located *l)
{
    struct located *outer = st->recording;
    const struct hash *overrides = st->overrides, *default_values = st->default_values;
    st->recording = l;
    st->overrides = st->default_values = NULL;
    l->dependency_count = 0;
    l->entries = ARENA_ARRAY(st->arena, struct located_entry, l->hierarchy->count + 1);
    for (uint32_t i = 0; i < l->hierarchy->count; i++) {
        l->entries[i].entry = &l->hierarchy->entries[i];
        locate_entry(st, &l->entries[i]);
    }
    st->recording = outer;
    st->overrides = overrides;
    st->default_values = default_values;
    l->made = true;
}

static void locate(struct lookup_state *st, struct located *l)
{
    struct explainer *explainer = st->explainer;
    st->explainer = NULL;
    if (!l->made || !is_current(st, l))
        locate_anew(st, l);
    st->explainer = explainer;
}

void warn_foreign_keys(struct lookup_state *st, struct sv module, struct sv function, struct sv path, const struct hash *data)
{
    struct sv prefix = arena_printf(st->arena, "%.*s::", SV_ARG(module));
    struct sv where = path.n ? arena_printf(st->arena, ", when using location '%.*s',", SV_ARG(path)) : SV("");
    for (uint32_t i = 0; i < data->count; i++) {
        struct value key = data->pairs[i].key;
        if (key.kind == V_STRING && (sv_is(value_sv(key), "lookup_options") || sv_starts(value_sv(key), prefix)))
            continue;
        lookup_warn_once(st, arena_printf(st->arena,
                                          "Module '%.*s': Value returned from data_hash function '%.*s'%.*s must use "
                                          "keys qualified with the name of the module",
                                          SV_ARG(module), SV_ARG(function), SV_ARG(where)));
        return;
    }
}

/* A file that holds something else than keys. Of YAML files this is told only, or refused by the setting strict where they hold anything.
 */
static void no_hash(struct lookup_state *st, const struct hierarchy_entry *e, struct sv path, struct value v)
{
    struct sv message = arena_printf(st->arena, "%.*s: file does not contain a valid yaml hash", SV_ARG(path));
    bool nothing = v.kind == V_UNDEF || (v.kind == V_BOOL && !v.b);
    if (e->hocon || sv_is(e->function, "json_data")) {
        struct strbuf text = STRBUF_IN(st->arena);
        struct sv subject =
            arena_printf(st->arena, "Value returned from data_hash function '%.*s', when using location '%.*s', has wrong type,",
                         SV_ARG(e->function), SV_ARG(path));
        type_mismatch(st->arena, &text, subject, type_builtin(SV("Hash")), v);
        lookup_fail(st, "%.*s", SV_ARG(strbuf_sv(&text)));
    }
    if (compile_options_of(st->c)->strict == STRICT_ERROR && !nothing)
        lookup_fail(st, "%.*s", SV_ARG(message));
    lookup_warn_once(st, message);
}

static void location_load(struct lookup_state *st, const struct located *l, const struct located_entry *e, struct location *at)
{
    static const struct hash empty;
    struct err err = { 0 };
    bool hocon = e->entry->hocon;
    const struct value *v = hocon ? hocon_file_data(st->snapshot, at->path, &err) : snapshot_data(st->snapshot, at->path, &err);
    if (!v && err.text[0])
        lookup_fail(st, "%s%s", err.text[0] == '(' ? "Unable to parse " : "", err.text); /* "(path): why", or it cannot be read */
    if (v && v->kind != V_HASH)
        no_hash(st, e->entry, at->path, *v);
    at->data = !v ? NULL : v->kind == V_HASH ? v->h : &empty;
    at->loaded = true;
    if (at->data && l->module.n)
        warn_foreign_keys(st, l->module, e->entry->function, at->path, at->data);
}

/* ---- one hierarchy ---- */

struct search {
    struct lookup_state *st;
    const struct lookup_key *key;
    const struct merge *merge;
    struct located *located;
    struct located_entry *entry;
    struct layer *layers[3];
    uint32_t layer_count;
};

static struct sv decrypted_text(const struct search *s, const struct location *at, struct sv text)
{
    struct lookup_state *st = s->st;
    struct err err = { 0 };
    struct sv plain;
    const struct eyaml_key *key = eyaml_key_load(st->snapshot, template_fill(st, &s->entry->entry->key), &err);
    if (key && eyaml_decrypt(st->arena, key, text, &plain, &err))
        return plain;
    lookup_fail(st, "hiera-eyaml backend error decrypting %.*s when looking up %.*s in %.*s. Error was %s", SV_ARG(text),
                SV_ARG(s->key->root), SV_ARG(at->path), err.text);
}

/* A value with all that is encrypted in it opened. */
static struct value decrypted(const struct search *s, const struct location *at, struct value v, unsigned depth)
{
    struct arena *a = s->st->arena;
    if (v.kind == V_STRING)
        return eyaml_is_encrypted(value_sv(v)) ? value_str(decrypted_text(s, at, value_sv(v))) : v;
    if (depth > DATA_DEPTH)
        return v;
    if (v.kind == V_ARRAY) {
        struct value *items = ARENA_ARRAY(a, struct value, v.n + 1);
        for (uint32_t i = 0; i < v.n; i++)
            items[i] = decrypted(s, at, v.items[i], depth + 1);
        return value_array(items, v.n);
    }
    if (v.kind == V_HASH) {
        struct hash *h = hash_new(a, v.h->count);
        for (uint32_t i = 0; i < v.h->count; i++)
            hash_put(a, h, v.h->pairs[i].key, decrypted(s, at, v.h->pairs[i].value, depth + 1));
        return value_hash(h);
    }
    return v;
}

/* By a function of a module. */
static bool find_called(struct search *s, struct location *at, struct value *out_v)
{
    struct lookup_state *st = s->st;
    bool is_file = s->entry->entry->kind != LOCATION_URIS && at->path.n;
    if (is_file && !snapshot_exists(st->snapshot, at->path)) {
        explain_event(st->explainer, EXPLAIN_NO_PATH, s->key->root);
        return false;
    }
    if (!context_find(st, s->located, s->entry, at, s->key, out_v)) {
        explain_event(st->explainer, EXPLAIN_NO_KEY, s->key->root);
        return false;
    }
    struct sv origin = at->path.n ? at->path : s->entry->entry->function;
    ARENA_PUSH(st->arena, st->origin_paths, st->origin_count, st->origin_cap, origin);
    explain_found(st->explainer, s->key->root, *out_v);
    return true;
}

static bool find_at(struct search *s, struct location *at, struct value *out_v)
{
    if (s->entry->entry->call)
        return find_called(s, at, out_v);
    if (!at->loaded)
        location_load(s->st, s->located, s->entry, at);
    const struct value *v = at->data ? hash_find_sv(at->data, s->key->root) : NULL;
    if (!v) {
        explain_event(s->st->explainer, at->data ? EXPLAIN_NO_KEY : EXPLAIN_NO_PATH, s->key->root);
        return false;
    }
    if (!s->entry->entry->hocon && snapshot_data_has_symbol(s->st->snapshot, at->path, s->key->root))
        lookup_fail(
            s->st,
            "Value for key '%.*s', in hash returned from data_hash function '%.*s', when using location '%.*s', has wrong type, expects "
            "Puppet::LookupValue, got Runtime[ruby, 'Symbol']",
            SV_ARG(s->key->root), SV_ARG(s->entry->entry->function), SV_ARG(at->path));
    *out_v = interpolate(s->st, s->entry->entry->encrypted ? decrypted(s, at, *v, 0) : *v, true);
    ARENA_PUSH(s->st->arena, s->st->origin_paths, s->st->origin_count, s->st->origin_cap, at->path);
    explain_found(s->st->explainer, s->key->root, *out_v);
    return true;
}

static bool search_location(void *ctx, uint32_t i, struct value *out_v)
{
    struct search *s = ctx;
    struct location *at = &s->entry->locations[i];
    if (!at->path.n) /* a function that is not told a place */
        return find_at(s, at, out_v);
    explain_push(s->st->explainer, s->entry->entry->kind == LOCATION_URIS ? EXPLAIN_URI : EXPLAIN_PATH, at->path, at->original);
    bool found = find_at(s, at, out_v);
    explain_pop(s->st->explainer);
    return found;
}

/* A line and what comes below it until explain_pop. */
static void explain_step(struct lookup_state *st, const char *before, struct sv name, const char *after)
{
    if (st->explainer)
        explain_push(st->explainer, EXPLAIN_STEP, arena_printf(st->arena, "%s%.*s%s", before, SV_ARG(name), after), SV_NONE);
}

static bool search_entry(void *ctx, uint32_t i, struct value *out_v)
{
    struct search s = *(struct search *)ctx;
    s.entry = &s.located->entries[i];
    explain_step(s.st, "Hierarchy entry \"", s.entry->entry->name, "\"");
    bool found = merge_variants(s.st, s.merge, s.entry->count, search_location, &s, out_v);
    explain_pop(s.st->explainer);
    return found;
}

static bool search_hierarchy(struct lookup_state *st, struct located *l, const struct lookup_key *key, const struct merge *m,
                             struct value *out_v)
{
    locate(st, l);
    /* paths may be worked out anew by a lookup inside an interpolation: the arrays of this one stay as they are */
    struct located now = *l;
    struct search s = { .st = st, .key = key, .merge = m, .located = &now };
    return merge_variants(st, m, l->hierarchy->count, search_entry, &s, out_v);
}

/* Without a hiera.yaml there is still the global layer, an empty one. */
static void explain_layer(struct lookup_state *st, const struct layer *l, struct sv module, bool is_there)
{
    static const char *const places[] = { "Global", "Environment", "Module" };
    bool known = is_there || !module.n || snapshot_module(st->snapshot, module);
    if (is_there || (!module.n && l->kind == LAYER_GLOBAL)) {
        struct sv of = l->module.n ? arena_printf(st->arena, "\"%.*s\" ", SV_ARG(l->module)) : SV("");
        explain_push(st->explainer, EXPLAIN_STEP,
                     arena_printf(st->arena, "%s %.*sData Provider (hiera configuration version 5)", places[l->kind], SV_ARG(of)),
                     is_there ? l->config->path : SV_NONE);
    } else if (module.n) {
        explain_step(st, known ? "Module data provider for module \"" : "Module \"", module, "\" not found");
    }
}

/* module: whose layer it is, or should be. */
static bool search_one_layer(struct lookup_state *st, struct layer *l, struct sv module, const struct lookup_key *key,
                             const struct merge *m, struct value *out_v)
{
    bool is_there = layer_config(st, l) != NULL;
    if (!st->explainer)
        return is_there && search_hierarchy(st, &l->main, key, m, out_v);
    struct explain_node *outer = st->explainer->current;
    explain_layer(st, l, module, is_there);
    bool found = is_there && search_hierarchy(st, &l->main, key, m, out_v);
    if (is_there ? !l->main.hierarchy->count : l->kind == LAYER_GLOBAL)
        explain_event(st->explainer, EXPLAIN_NO_KEY, key->text);
    st->explainer->current = outer;
    return found;
}

static bool search_layer(void *ctx, uint32_t i, struct value *out_v)
{
    struct search *s = ctx;
    return s->layers[i] && search_one_layer(s->st, s->layers[i], i == 2 ? s->key->module : SV_NONE, s->key, s->merge, out_v);
}

static bool search_layers(struct lookup_state *st, const struct lookup_key *key, const struct merge *m, struct value *out_v)
{
    struct search s = { .st = st, .key = key, .merge = m, .layers = { &st->global, &st->environment } };
    if (st->global_only)
        return search_layer(&s, 0, out_v);
    s.layers[2] = key->module.n ? module_layer(st, key->module) : NULL;
    return merge_variants(st, m, 3, search_layer, &s, out_v);
}

/* A module's default_hierarchy. */
static bool search_fallback(struct lookup_state *st, struct layer *l, const struct lookup_key *key, const struct merge *m,
                            struct value *out_v)
{
    struct sv name = st->explainer
                         ? arena_printf(st->arena, "Module \"%.*s\" Data Provider (hiera configuration version 5)", SV_ARG(l->module))
                         : SV_NONE;
    if (!l->fallback.hierarchy->count)
        explain_event(st->explainer, EXPLAIN_NO_KEY, key->text);
    if (!l->fallback.hierarchy->count)
        return false;
    explain_push(st->explainer, EXPLAIN_STEP, name, l->config->path);
    bool found = search_hierarchy(st, &l->fallback, key, m, out_v);
    explain_pop(st->explainer);
    return found;
}

/* ---- lookup_options ---- */

static const struct merge merge_hash = { .kind = MERGE_HASH };
static const struct lookup_key options_key = { .text = SV_INIT("lookup_options"), .root = SV_INIT("lookup_options") };

static struct value options_checked(struct lookup_state *st, bool found, struct value v, struct sv module)
{
    if (!found || v.kind == V_UNDEF)
        return VALUE_UNDEF;
    if (v.kind != V_HASH)
        lookup_fail(st, "value of lookup_options must be a hash");
    struct sv prefix = arena_printf(st->arena, "%.*s::", SV_ARG(module));
    for (uint32_t i = 0; module.n && i < v.h->count; i++) {
        struct sv key = v.h->pairs[i].key.kind == V_STRING ? value_sv(v.h->pairs[i].key) : SV_NONE;
        if (sv_starts(key, SV("^")) && !sv_starts(sv_slice(key, 1, key.n), prefix))
            lookup_fail(st, "all lookup_options patterns must match a key starting with module name '%.*s'", SV_ARG(module));
        if (!sv_starts(key, SV("^")) && !sv_starts(key, prefix))
            lookup_fail(st, "all lookup_options keys must start with module name '%.*s'", SV_ARG(module));
    }
    return v;
}

static struct value options_of(struct lookup_state *st, struct layer *l, struct sv module)
{
    struct value v = VALUE_UNDEF;
    struct name_stack entry;
    const struct name_stack *outer = st->stack;
    lookup_push(st, &entry, &options_key.text, options_key.text);
    bool found = search_one_layer(st, l, module, &options_key, &merge_hash, &v);
    st->stack = outer;
    return options_checked(st, found, v, module);
}

static struct value options_of_defaults(struct lookup_state *st, struct layer *l)
{
    struct value v = VALUE_UNDEF;
    struct name_stack entry;
    const struct name_stack *outer = st->stack;
    lookup_push(st, &entry, &options_key.text, options_key.text);
    explain_step(st, "Searching for \"", options_key.text, "\"");
    bool found = search_fallback(st, l, &options_key, &merge_hash, &v);
    explain_pop(st->explainer);
    st->stack = outer;
    return options_checked(st, found, v, l->module);
}

static struct value options_join(struct lookup_state *st, struct value above, struct value below)
{
    if (above.kind != V_HASH || below.kind != V_HASH)
        return above.kind == V_HASH ? above : below;
    return merge_two(st, &merge_hash, above, below);
}

static void *make_pattern(void *ctx, struct snapshot *s, struct arena *a)
{
    struct err err;
    (void)s;
    return regexp_compile(a, arena_dup(a, *(struct sv *)ctx), &err);
}

static const struct regexp *pattern_of(struct lookup_state *st, struct sv text)
{
    AUTO_STRBUF key = STRBUF_HEAP;
    strbuf_addf(&key, "lookup pattern %.*s", SV_ARG(text));
    return snapshot_memo(st->snapshot, strbuf_sv(&key), make_pattern, &text);
}

static void options_compile(struct lookup_state *st, struct lookup_options *o, struct value v)
{
    o->made = true;
    if (v.kind != V_HASH)
        return;
    o->keys = v.h;
    o->patterns = ARENA_ARRAY(st->arena, const struct regexp *, v.h->count + 1);
    o->pattern_values = ARENA_ARRAY(st->arena, const struct value *, v.h->count + 1);
    for (uint32_t i = 0; i < v.h->count; i++) {
        struct value key = v.h->pairs[i].key;
        if (key.kind != V_STRING || !sv_starts(value_sv(key), SV("^")))
            continue;
        const struct regexp *re = pattern_of(st, value_sv(key));
        if (!re)
            lookup_fail_here(st, "lookup_options: '%.*s' is no regular expression", SV_ARG(value_sv(key)));
        o->patterns[o->pattern_count] = re;
        o->pattern_values[o->pattern_count++] = &v.h->pairs[i].value;
    }
}

static struct value env_options(struct lookup_state *st)
{
    if (st->has_env_options)
        return st->env_options;
    struct value global = VALUE_UNDEF, environment = VALUE_UNDEF;
    if (layer_config(st, &st->global) || st->explainer)
        global = options_of(st, &st->global, SV_NONE);
    if (!st->global_only && layer_config(st, &st->environment))
        environment = options_of(st, &st->environment, SV_NONE);
    st->env_options = options_join(st, global, environment);
    st->has_env_options = !st->global_only;
    return st->env_options;
}

static const struct hash *options_find(struct lookup_state *st, const struct lookup_options *o, struct sv root)
{
    const struct value *v = o->keys && !sv_starts(root, SV("^")) ? hash_find_sv(o->keys, root) : NULL;
    for (uint32_t i = 0; (!v || v->kind == V_UNDEF) && i < o->pattern_count; i++)
        switch (regexp_search(o->patterns[i], root, 0, NULL)) {
        case REGEXP_YES:
            v = o->pattern_values[i];
            break;
        case REGEXP_LIMIT:
            lookup_fail(st, "the pattern /%.*s/ in lookup_options takes too long on the key '%.*s'", SV_ARG(regexp_source(o->patterns[i])),
                        SV_ARG(root));
        case REGEXP_NO:
            break;
        }
    return v && v->kind == V_HASH ? v->h : NULL;
}

static struct value options_join_explained(struct lookup_state *st, struct value above, struct value below, struct sv module)
{
    struct value v = options_join(st, above, below);
    if (!st->explainer || above.kind != V_HASH || below.kind != V_HASH)
        return v;
    explain_push(st->explainer, EXPLAIN_MERGE, SV("hash"), SV_NONE);
    explain_step(st, "", SV("Global and Environment"), "");
    explain_found(st->explainer, options_key.text, above);
    explain_pop(st->explainer);
    explain_step(st, "Module ", module, "");
    explain_found(st->explainer, options_key.text, below);
    explain_pop(st->explainer);
    explain_result(st->explainer, v);
    explain_pop(st->explainer);
    return v;
}

static const struct hash *options_for(struct lookup_state *st, const struct lookup_key *key)
{
    struct layer *l = key->module.n && !st->global_only ? module_layer(st, key->module) : NULL;
    struct lookup_options *o = l ? &l->options : &st->plain_options;
    if (!o->made) {
        explain_push(st->explainer, EXPLAIN_KEY, options_key.text, SV_NONE);
        struct value v = env_options(st);
        if (l && (layer_config(st, l) || st->explainer))
            v = options_join_explained(st, v, options_of(st, l, key->module), key->module);
        explain_pop(st->explainer);
        options_compile(st, o, v);
        o->made = !st->global_only;
    }
    return options_find(st, o, key->root);
}

/* ---- the whole ---- */

/* A module's default_hierarchy has lookup_options of its own, and only their merge counts. */
static bool search_default(struct lookup_state *st, const struct lookup_key *key, struct value *out_v)
{
    struct layer *l = key->module.n && !st->global_only ? module_layer(st, key->module) : NULL;
    const struct hiera_config *config = l ? layer_config(st, l) : NULL;
    if (!config || !config->has_defaults)
        return false;
    explain_step(st, "Searching default_hierarchy of module \"", l->module, "\"");
    if (!l->fallback_options.made)
        options_compile(st, &l->fallback_options, options_of_defaults(st, l));
    const struct hash *options = options_find(st, &l->fallback_options, key->root);
    const struct value *merge = options ? hash_find_sv(options, SV("merge")) : NULL;
    struct merge m = merge_parse(st, merge ? *merge : VALUE_UNDEF);
    explain_step(st, "Searching for \"", key->text, "\"");
    bool found = search_fallback(st, l, key, &m, out_v);
    explain_pop(st->explainer);
    explain_pop(st->explainer);
    return found;
}

static struct value convert(struct lookup_state *st, const struct lookup_key *key, const struct value *to, struct value v)
{
    uint32_t extra = to->kind == V_ARRAY && to->n ? to->n - 1 : 0;
    struct value what = to->kind == V_ARRAY && to->n ? to->items[0] : *to;
    struct value *args = ARENA_ARRAY(st->arena, struct value, extra + 1);
    struct err err = { 0 };
    struct sv why;
    const struct type *t = what.kind == V_TYPE ? what.t : NULL;
    if (what.kind == V_STRING)
        t = type_parse(st->arena, snapshot_symtab(st->snapshot), compile_type_loader(st->c), value_sv(what), &err);
    if (!t)
        lookup_fail(st, "Invalid data type in lookup_options for key '%.*s' could not parse '%.*s', error: '%s", SV_ARG(key->text),
                    SV_ARG(value_text(st->arena, what)), err.text);
    args[0] = v;
    for (uint32_t i = 0; i < extra; i++)
        args[i + 1] = to->items[i + 1];
    if (!type_new(st->arena, t, args, extra + 1, &v, &why))
        lookup_fail(st, "The convert_to lookup_option for key '%.*s' raised error: %.*s", SV_ARG(key->text), SV_ARG(why));
    if (st->explainer) {
        args[0] = value_type(t);
        explain_text_add(st->explainer, arena_printf(st->arena, "Applying convert_to lookup_option with arguments %.*s",
                                                     SV_ARG(value_text(st->arena, value_array(args, extra + 1)))));
    }
    return v;
}

static bool find_value(struct lookup_state *st, const struct lookup_key *key, const struct merge *merge, struct value *out_v)
{
    const struct hash *options = options_for(st, key);
    const struct value *how = options && !merge ? hash_find_sv(options, SV("merge")) : NULL;
    const struct value *to = options ? hash_find_sv(options, SV("convert_to")) : NULL;
    struct merge m = merge ? *merge : merge_parse(st, how ? *how : VALUE_UNDEF);
    struct value v;
    if (!st->stack->outer)
        st->origin_count = 0;
    if (how)
        explain_leaf(st->explainer, EXPLAIN_SOURCE, options_key.text);
    explain_push(st->explainer, EXPLAIN_KEY, key->text, SV_NONE);
    bool found = search_layers(st, key, &m, &v) && key_dig(st, key, v, &v);
    if (!found)
        found = search_default(st, key, &v) && key_dig(st, key, v, &v);
    explain_pop(st->explainer);
    if (!found)
        return false;
    *out_v = to && to->kind != V_UNDEF ? convert(st, key, to, v) : v;
    return true;
}

void lookup_options_explained(struct lookup_state *st, struct sv text)
{
    struct lookup_key key = options_key, asked;
    struct value v;
    if (key_parse(st->arena, text, &asked))
        key.module = asked.module;
    search_layers(st, &key, &merge_hash, &v);
}

bool lookup_key_value(struct lookup_state *st, struct sv text, const struct merge *merge, struct value *out_v)
{
    struct lookup_key key;
    struct name_stack entry;
    const struct name_stack *outer = st->stack;
    if (sv_is(text, "lookup_options") || sv_starts(text, SV("lookup_options."))) {
        explain_leaf(st->explainer, EXPLAIN_INVALID, options_key.text);
        return false;
    }
    if (!key_parse(st->arena, text, &key))
        lookup_fail(st, "Syntax error in key: '%.*s'", SV_ARG(text));
    if (!st->explainer && !st->global.config && !st->environment.config && !(key.module.n && module_layer(st, key.module)->config))
        return false;
    lookup_push(st, &entry, &key.text, key.text);
    bool found = find_value(st, &key, merge, out_v);
    st->stack = outer;
    return found;
}

bool lookup_value_named(struct lookup_state *st, struct sv key, const struct merge *merge, struct value *out_v)
{
    const struct value *v = st->overrides ? hash_find_sv(st->overrides, key) : NULL;
    if (!v && lookup_key_value(st, key, merge, out_v))
        return true;
    if (!v && st->default_values)
        v = hash_find_sv(st->default_values, key);
    if (v)
        *out_v = *v;
    return v != NULL;
}

static void tell_origin(struct lookup_state *st, struct sv key, struct data_origin *out)
{
    struct strbuf text = STRBUF_IN(st->arena);
    if (!out)
        return;
    out->key = key;
    out->level = st->origin_count ? st->origin_paths[0] : SV_NONE;
    if (st->origin_count < 2)
        return;
    for (size_t i = 0; i < st->origin_count; i++)
        strbuf_addf(&text, "%s%.*s", i ? ", " : "", SV_ARG(st->origin_paths[i]));
    out->level = strbuf_sv(&text);
}

/* Nothing of an earlier lookup that ended in a caught failure is left over. */
void lookup_start(struct lookup_state *st)
{
    st->overrides = st->default_values = NULL;
    st->stack = NULL;
    st->depth = 0;
    st->global_only = false;
    st->local_name = SV_NONE;
    st->recording = NULL;
    st->explainer = NULL;
}

bool lookup_find(struct compile *c, const struct lookup_request *r, struct value *out_v, struct data_origin *out_origin)
{
    struct lookup_state *st = lookup_state_of(c, NULL);
    lookup_start(st);
    struct merge m = merge_parse(st, r->merge);
    bool by_options = r->merge.kind == V_UNDEF || r->merge.kind == V_UNSET;
    if (!lookup_key_value(st, r->key, by_options ? NULL : &m, out_v))
        return false;
    tell_origin(st, r->key, out_origin);
    return true;
}

bool lookup_parameter(void *ctx, struct compile *c, struct sv key, struct value *out_v, struct data_origin *out_origin)
{
    (void)ctx;
    struct lookup_request r = { .key = key, .merge = VALUE_UNDEF, .automatic = true };
    return lookup_find(c, &r, out_v, out_origin);
}
