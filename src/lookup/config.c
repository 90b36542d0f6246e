/* config: hiera.yaml, checked and made ready once a snapshot: of version 5, and of version 4 as version 5 would write it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "lookup/internal.h"

struct loader {
    struct snapshot *s;
    struct arena *arena;
    struct sv path;
    enum layer_kind layer;
    struct hiera_config *config;
    const struct hash *defaults; /* may be NULL */
};

static const char *const function_keys[] = { "data_hash", "lookup_key", "data_dig", "hiera3_backend" };
static const char *const location_keys[] = { "path", "paths", "glob", "globs", "uri", "uris", "mapped_paths" };
#define COUNT(list) (sizeof(list) / sizeof *(list))

#define CONFIG_ENTRY                                                                                                                       \
    "Struct[{name => String[1], Optional[options] => Hash[Pattern[/\\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\\z/], Data], "                \
    "Optional[data_hash] => String[1], Optional[lookup_key] => String[1], Optional[hiera3_backend] => String[1], "                         \
    "Optional[data_dig] => String[1], Optional[path] => String[1], Optional[paths] => Array[String[1], 1], "                               \
    "Optional[glob] => String[1], Optional[globs] => Array[String[1], 1], Optional[uri] => String[1], "                                    \
    "Optional[uris] => Array[String[1], 1], Optional[mapped_paths] => Array[String[1], 3, 3], Optional[datadir] => String[1]}]"
#define CONFIG_TYPE                                                                                                                        \
    "Struct[{version => Integer[5, 5], Optional[defaults] => Struct[{Optional[data_hash] => String[1], Optional[lookup_key] => "           \
    "String[1], "                                                                                                                          \
    "Optional[data_dig] => String[1], Optional[datadir] => String[1], Optional[options] => Hash[String[1], Data]}], "                      \
    "Optional[hierarchy] => Array[" CONFIG_ENTRY "], Optional[plan_hierarchy] => Array[" CONFIG_ENTRY "], "                                \
    "Optional[default_hierarchy] => Array[" CONFIG_ENTRY "]}]"

static bool wrong(struct loader *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct loader *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    l->config->error = arena_vprintf(l->arena, fmt, ap);
    va_end(ap);
    l->config->error = arena_printf(l->arena, "%.*s (file: %.*s)", SV_ARG(l->config->error), SV_ARG(l->path));
    return false;
}

/* The same for what the reference does not find itself, but its type checks and readers: their messages have the place of the call. */
static bool wrong_here(struct loader *l, struct sv message)
{
    l->config->error = message;
    l->config->error_has_place = true;
    return false;
}

static const struct value *field(const struct hash *h, const char *name) { return h ? hash_find_sv(h, sv_of(name)) : NULL; }

static struct sv text_field(const struct hash *h, const char *name)
{
    const struct value *v = field(h, name);
    return v && v->kind == V_STRING ? value_sv(*v) : SV_NONE;
}

static unsigned count_keys(const struct hash *h, const char *const *names, size_t count, const char **out_name)
{
    unsigned found = 0;
    for (size_t i = 0; i < count; i++)
        if (field(h, names[i])) {
            if (!found)
                *out_name = names[i];
            found++;
        }
    return found;
}

/* Where the private key of eyaml is: relative to the folder of hiera.yaml. */
static void read_key(struct loader *l, const struct hash *h, struct hierarchy_entry *e)
{
    const struct value *own = field(h, "options"), *usual = field(l->defaults, "options");
    const struct value *options = own ? own : usual;
    struct sv path = options && options->kind == V_HASH ? text_field(options->h, "pkcs7_private_key") : SV_NONE;
    e->key = template_parse(l->arena, path_join(l->arena, path_dir(l->path), path.n ? path : SV("keys/private_key.pkcs7.pem")));
}

/* Which function reads the data: the entry's, else the defaults'. */
static bool read_function(struct loader *l, const struct hash *h, struct hierarchy_entry *e)
{
    const char *kind = NULL;
    const struct hash *from = h;
    unsigned n = count_keys(h, function_keys, COUNT(function_keys), &kind);
    if (n > 1)
        return wrong(l, "Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be defined in hierarchy '%.*s'",
                     SV_ARG(e->name));
    if (n == 0) {
        from = l->defaults;
        if (!from || count_keys(from, function_keys, COUNT(function_keys), &kind) == 0)
            return wrong(l, "One of data_hash, lookup_key, data_dig, or hiera3_backend must be defined in hierarchy '%.*s'",
                         SV_ARG(e->name));
    }
    e->function = text_field(from, kind);
    e->encrypted = strcmp(kind, "lookup_key") == 0 && sv_is(e->function, "eyaml_lookup_key");
    if (e->encrypted)
        read_key(l, h, e);
    e->hocon = strcmp(kind, "data_hash") == 0 && sv_is(e->function, "hocon_data");
    if (strcmp(kind, "hiera3_backend") == 0)
        return wrong(l,
                     "hierarchy '%.*s' uses hiera3_backend '%.*s': backends of Hiera 3 cannot be run; use a data_hash, lookup_key or "
                     "data_dig function",
                     SV_ARG(e->name), SV_ARG(e->function));
    bool own = e->encrypted || e->hocon ||
               (strcmp(kind, "data_hash") == 0 && (sv_is(e->function, "yaml_data") || sv_is(e->function, "json_data")));
    if (!own)
        e->call = strcmp(kind, "data_hash") == 0 ? CALL_DATA_HASH : strcmp(kind, "data_dig") == 0 ? CALL_DATA_DIG : CALL_LOOKUP_KEY;
    return true;
}

static bool read_options(struct loader *l, const struct hash *h, struct hierarchy_entry *e)
{
    static const char *const reserved[] = { "path", "uri" };
    const struct value *own = field(h, "options"), *usual = field(l->defaults, "options");
    const struct value *options = own && own->kind == V_HASH ? own : usual;
    e->options = options && options->kind == V_HASH ? options->h : NULL;
    for (size_t i = 0; own && own->kind == V_HASH && i < COUNT(reserved); i++)
        if (field(own->h, reserved[i]))
            return wrong(l, "Option key '%s' used in hierarchy '%.*s' is reserved by Puppet", reserved[i], SV_ARG(e->name));
    return true;
}

static void read_paths(struct loader *l, const struct value *v, struct hierarchy_entry *e)
{
    bool single = v->kind == V_STRING;
    e->path_count = single ? 1 : v->n;
    e->paths = ARENA_ARRAY(l->arena, struct text_template, e->path_count + 1);
    for (uint32_t i = 0; i < e->path_count; i++)
        e->paths[i] = template_parse(l->arena, value_sv(single ? *v : v->items[i]));
}

static bool read_location(struct loader *l, const struct hash *h, struct hierarchy_entry *e)
{
    const char *kind = NULL;
    unsigned n = count_keys(h, location_keys, COUNT(location_keys), &kind);
    if (n > 1)
        return wrong(l, "Only one of path, paths, glob, globs, uri, uris, or mapped_paths can be defined in hierarchy '%.*s'",
                     SV_ARG(e->name));
    if (n == 0 && e->call) {
        e->kind = LOCATION_NONE;
        return true;
    }
    if (n == 0 || (strncmp(kind, "uri", 3) == 0 && !e->call))
        return wrong_here(l, e->encrypted
                                 ? SV("'eyaml_lookup_key': one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in "
                                      "hiera.yaml when using this lookup_key function")
                                 : SV("'yaml_data' one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml "
                                      "when using this data_hash function"));
    const struct value *v = field(h, kind);
    if (strcmp(kind, "mapped_paths") == 0) {
        e->kind = LOCATION_MAPPED;
        if (!key_parse(l->arena, value_sv(v->items[0]), &e->mapped_from))
            return wrong(l, "Syntax error in string: mapped_path[0]");
        e->mapped_name = value_sv(v->items[1]);
        read_paths(l, &v->items[2], e);
        return true;
    }
    e->kind = strncmp(kind, "glob", 4) == 0 ? LOCATION_GLOBS : strncmp(kind, "uri", 3) == 0 ? LOCATION_URIS : LOCATION_PATHS;
    read_paths(l, v, e);
    return true;
}

static bool read_entry(struct loader *l, const struct hash *h, struct hierarchy_entry *e)
{
    e->name = text_field(h, "name");
    struct sv datadir = text_field(h, "datadir");
    if (!datadir.n)
        datadir = text_field(l->defaults, "datadir");
    e->datadir = template_parse(l->arena, path_join(l->arena, path_dir(l->path), datadir.n ? datadir : SV("data")));
    return read_function(l, h, e) && read_options(l, h, e) && read_location(l, h, e);
}

static bool read_hierarchy(struct loader *l, const struct value *v, struct hierarchy *out)
{
    out->entries = ARENA_ARRAY(l->arena, struct hierarchy_entry, v->n + 1);
    for (uint32_t i = 0; i < v->n; i++) {
        struct hierarchy_entry *e = &out->entries[i];
        if (!read_entry(l, v->items[i].h, e))
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (sv_eq(out->entries[j].name, e->name))
                return wrong(l, "Hierarchy name '%.*s' defined more than once.", SV_ARG(e->name));
        out->count++;
    }
    return true;
}

/* What counts where hiera.yaml has no hierarchy of its own. */
static void default_hierarchy(struct loader *l)
{
    struct hierarchy_entry *e = ARENA_NEW(l->arena, struct hierarchy_entry);
    struct value path = value_str(SV("common.yaml"));
    struct sv datadir = text_field(l->defaults, "datadir");
    e->name = SV("Common");
    e->function = SV("yaml_data");
    e->datadir = template_parse(l->arena, path_join(l->arena, path_dir(l->path), datadir.n ? datadir : SV("data")));
    read_paths(l, &path, e);
    l->config->hierarchy = (struct hierarchy){ e, 1 };
}

static bool check_shape(struct loader *l, struct value v, const char *shape)
{
    struct err err = { 0 };
    const struct type *t = type_parse(l->arena, snapshot_symtab(l->s), NULL, sv_of(shape), &err);
    assert(t);
    if (!t || type_match(t, v))
        return true;
    struct strbuf text = STRBUF_IN(l->arena);
    struct sv subject = arena_printf(l->arena, "The Lookup Configuration at '%.*s' has wrong type,", SV_ARG(l->path));
    bool several = type_mismatch(l->arena, &text, subject, t, v) > 1;
    return wrong_here(l, arena_printf(l->arena, "%s%.*s", several ? " " : "", SV_ARG(strbuf_sv(&text))));
}

static bool read_version_5(struct loader *l, struct value v)
{
    if (!check_shape(l, v, CONFIG_TYPE))
        return false;
    const struct value *defaults = field(v.h, "defaults"), *hierarchy = field(v.h, "hierarchy"),
                       *fallback = field(v.h, "default_hierarchy");
    const char *kind;
    struct hash *standard = hash_new(l->arena, 2);
    hash_put_str(l->arena, standard, "data_hash", value_str(SV("yaml_data")));
    hash_put_str(l->arena, standard, "datadir", value_str(SV("data")));
    l->defaults = defaults && defaults->kind == V_HASH ? defaults->h : standard;
    if (count_keys(l->defaults, function_keys, COUNT(function_keys), &kind) > 1)
        return wrong(l, "Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be defined in defaults");
    if (!hierarchy || hierarchy->kind != V_ARRAY)
        default_hierarchy(l);
    else if (!read_hierarchy(l, hierarchy, &l->config->hierarchy))
        return false;
    l->config->has_defaults = fallback != NULL;
    if (fallback && l->layer != LAYER_MODULE)
        return wrong(l, "'default_hierarchy' is only allowed in the module layer");
    return !fallback || read_hierarchy(l, fallback, &l->config->defaults);
}

/* ---- older versions ---- */

#define VERSION_3_TYPE                                                                                                                     \
    "Struct[{Optional[version] => Integer[3, 3], Optional[backends] => Variant[String[1], Array[String[1]]], Optional[logger] => "         \
    "String[1], Optional[merge_behavior] => Enum[deep, deeper, native], Optional[deep_merge_options] => Hash[String[1], "                  \
    "Variant[String, Boolean]], Optional[hierarchy] => Variant[String[1], Array[String[1]]]}]"
#define VERSION_4_TYPE                                                                                                                     \
    "Struct[{version => Integer[4, 4], Optional[datadir] => String[1], Optional[hierarchy] => Array[Struct[{backend => String[1], "        \
    "name => String[1], Optional[datadir] => String[1], Optional[path] => String[1], Optional[paths] => Array[String[1]]}]]}]"

static void deprecate(struct loader *l, int version)
{
    l->config->deprecation =
        arena_printf(l->arena, "%.*s: Use of 'hiera.yaml' version %d is deprecated. It should be converted to version 5 (file: %.*s)",
                     SV_ARG(l->path), version, SV_ARG(l->path));
}

/* Only in the global layer it would be read. What its own keys hold is checked all the same; those of backends are not looked at. */
static void read_version_3(struct loader *l, struct value v)
{
    static const char *const notes[][2] = {
        { "found in the global layer was ignored", "cannot be used in the global layer" },
        { "found at the environment root was ignored", "cannot be used in an environment" },
        { "found at module root was ignored", "cannot be used in a module" },
    };
    static const char *const own[] = { "version", "backends", "logger", "merge_behavior", "deep_merge_options", "hierarchy" };
    struct hash *keys = hash_new(l->arena, COUNT(own));
    for (size_t i = 0; v.kind == V_HASH && i < COUNT(own); i++) {
        const struct value *at = field(v.h, own[i]);
        if (!at) /* written as symbols, they are texts with a colon here */
            at = hash_find_sv(v.h, arena_printf(l->arena, ":%s", own[i]));
        if (at)
            hash_put_str(l->arena, keys, own[i], *at);
    }
    deprecate(l, 3);
    if (!check_shape(l, value_hash(keys), VERSION_3_TYPE))
        return;
    l->config->ignored = true;
    l->config->note = arena_printf(l->arena, "hiera.yaml version 3 %s (file: %.*s)", notes[l->layer][0], SV_ARG(l->path));
    if (l->layer != LAYER_GLOBAL)
        l->config->refusal = arena_printf(l->arena, "hiera.yaml version 3 %s (file: %.*s)", notes[l->layer][1], SV_ARG(l->path));
}

static struct value with_extension(struct loader *l, struct value path, struct sv extension)
{
    struct sv text = value_sv(path);
    return sv_ends(text, extension) ? path : value_str(arena_printf(l->arena, "%.*s%.*s", SV_ARG(text), SV_ARG(extension)));
}

/* An entry of version 4 as version 5 writes it. */
static bool convert_entry(struct loader *l, const struct hash *from, struct sv datadir, struct value *out_v)
{
    struct sv backend = text_field(from, "backend"), own = text_field(from, "datadir");
    bool hocon = sv_is(backend, "hocon");
    struct sv extension = hocon ? SV(".conf") : arena_printf(l->arena, ".%.*s", SV_ARG(backend));
    const struct value *paths = field(from, "paths"), *path = field(from, "path");
    struct hash *to = hash_new(l->arena, 4);
    if (!hocon && !sv_is(backend, "yaml") && !sv_is(backend, "json"))
        return wrong(l, "No data provider is registered for backend '%.*s'", SV_ARG(backend));
    uint32_t count = paths ? paths->n : 1;
    struct value *items = ARENA_ARRAY(l->arena, struct value, count + 1);
    for (uint32_t i = 0; i < count; i++)
        items[i] = with_extension(l, paths ? paths->items[i] : path ? *path : *field(from, "name"), extension);
    hash_put_str(l->arena, to, "name", *field(from, "name"));
    hash_put_str(l->arena, to, "paths", value_array(items, count));
    hash_put_str(l->arena, to, "datadir", value_str(own.n ? own : datadir));
    hash_put_str(l->arena, to, "data_hash", value_str(arena_printf(l->arena, "%.*s_data", SV_ARG(backend))));
    *out_v = value_hash(to);
    return true;
}

static void read_version_4(struct loader *l, struct value v)
{
    deprecate(l, 4);
    if (!check_shape(l, v, VERSION_4_TYPE))
        return;
    const struct value *hierarchy = field(v.h, "hierarchy");
    struct sv datadir = text_field(v.h, "datadir");
    struct hash *usual = hash_new(l->arena, 2);
    hash_put_str(l->arena, usual, "name", value_str(SV("common")));
    hash_put_str(l->arena, usual, "backend", value_str(SV("yaml")));
    struct value one = value_hash(usual);
    uint32_t count = hierarchy ? hierarchy->n : 1;
    struct value *items = ARENA_ARRAY(l->arena, struct value, count + 1), list = value_array(items, count);
    for (uint32_t i = 0; i < count; i++)
        if (!convert_entry(l, (hierarchy ? hierarchy->items[i] : one).h, datadir.n ? datadir : SV("data"), &items[i]))
            return;
    read_hierarchy(l, &list, &l->config->hierarchy);
}

static void read_config(struct loader *l, struct value v)
{
    const struct value *version = v.kind == V_HASH ? field(v.h, "version") : NULL;
    int64_t number = version && version->kind == V_INT ? version->i : 3;
    if (version && version->kind == V_STRING)
        sv_to_int(value_sv(*version), &number);
    if (v.kind != V_HASH)
        l->config->no_hash = arena_printf(
            l->arena, "%.*s: File exists but does not contain a valid YAML hash. Falling back to Hiera version 3 default config",
            SV_ARG(l->path));
    if (number == 5)
        read_version_5(l, v);
    else if (number == 4)
        read_version_4(l, v);
    else if (number == 3)
        read_version_3(l, v);
    else
        wrong(l, "This runtime does not support hiera.yaml version %lld", (long long)number);
}

static void *make_config(void *ctx, struct snapshot *s, struct arena *a)
{
    const struct loader *asked = ctx;
    struct loader l = {
        .s = s, .arena = a, .path = arena_dup(a, asked->path), .layer = asked->layer, .config = ARENA_NEW(a, struct hiera_config)
    };
    struct err err = { 0 };
    l.config->path = l.path;
    const struct value *v = l.path.n ? snapshot_data(s, l.path, &err) : NULL;
    if (v)
        read_config(&l, *v);
    else if (err.text[0])
        wrong_here(&l, arena_dup(a, sv_of(err.text)));
    else
        l.config->absent = true;
    return l.config;
}

const struct hiera_config *hiera_config_load(struct snapshot *s, struct sv path, enum layer_kind layer)
{
    AUTO_STRBUF key = STRBUF_HEAP;
    struct loader asked = { .path = path, .layer = layer };
    strbuf_addf(&key, "hiera %d %.*s", (int)layer, SV_ARG(path));
    return snapshot_memo(s, strbuf_sv(&key), make_config, &asked);
}
