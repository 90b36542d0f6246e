/* facts_file: the forms of a facts file told apart by their keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/facts_file.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"

/* What a server writes: "--- !ruby/object:Puppet::Node::Facts". The name of the class says nothing more. */
static struct sv without_ruby_tag(struct sv text)
{
    static const struct sv start = SV_INIT("--- !ruby/object:Puppet::Node");
    size_t end = sv_find_char(text, '\n', 0);
    return sv_starts(text, start) && end != SIZE_MAX ? sv_slice(text, end, text.n) : text;
}

static bool is_json(struct sv path, struct sv text)
{
    if (sv_ends(path, SV(".json")) || sv_ends(path, SV(".yaml")) || sv_ends(path, SV(".yml")))
        return sv_ends(path, SV(".json"));
    struct sv start = sv_trim(text);
    return start.n && (start.p[0] == '{' || start.p[0] == '[');
}

bool read_data_file(struct arena *a, const char *path, const struct data **out_root, struct diags *diags, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct data_doc *doc = NULL;
    src->path = arena_dup(a, sv_of(path));
    if (!fs_read(a, path, LIMIT_SOURCE_BYTES, &src->text, err))
        return false;
    src->text = without_ruby_tag(src->text);
    bool ok = is_json(src->path, src->text) ? json_read(a, src, NULL, diags, &doc) : yaml_read(a, src, NULL, diags, &doc);
    if (!ok)
        return err_set(err, "'%s' is not usable", path);
    *out_root = doc ? &doc->root : NULL;
    return true;
}

/* [{"name": "os", "value": {...}}, ...] as a hash. */
static bool listed_facts(struct arena *a, const struct data *list, struct hash *into)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct data *value = data_get(&list->items[i], "value");
        struct sv name = data_text(data_get(&list->items[i], "name"));
        if (!name.n || !value)
            return false;
        hash_put(a, into, value_str(name), value_from_data(a, value));
    }
    return true;
}

static bool read_list(struct arena *a, const struct data *list, const char *path, struct facts_file *out, struct err *err)
{
    struct hash *h = hash_new(a, list->count);
    if (!listed_facts(a, list, h))
        return err_set(err, "'%s' holds a list, but not of facts: each has a name and a value", path);
    for (uint32_t i = 0; i < list->count; i++) {
        struct sv node = data_text(data_get(&list->items[i], "certname"));
        if (out->node.n && node.n && !sv_eq(node, out->node))
            return err_set(err, "'%s' holds facts of several nodes ('%.*s' and '%.*s'): give those of one", path, SV_ARG(out->node),
                           SV_ARG(node));
        out->node = node.n ? node : out->node;
    }
    out->facts = value_hash(h);
    return true;
}

static bool read_map(struct arena *a, const struct data *map, const char *path, struct facts_file *out, struct err *err)
{
    const struct data *values = data_get(map, "values"), *facts = data_get(map, "facts"), *data = data_get(facts, "data");
    if (values && values->kind == DATA_MAP && data_get(map, "name")) {
        out->node = data_text(data_get(map, "name"));
        out->facts = value_from_data(a, values);
        return true;
    }
    if (facts && facts->kind == DATA_MAP && data_get(map, "certname")) {
        out->node = data_text(data_get(map, "certname"));
        out->environment = data_text(data_get(map, "environment"));
        if (data && data->kind == DATA_LIST)
            return read_list(a, data, path, out, err);
        out->facts = value_from_data(a, facts);
        return true;
    }
    out->facts = value_from_data(a, map);
    return true;
}

bool facts_file_read(struct arena *a, const char *path, struct facts_file *out, struct diags *diags, struct err *err)
{
    const struct data *root = NULL;
    *out = (struct facts_file){ .trusted = VALUE_UNDEF };
    if (!read_data_file(a, path, &root, diags, err))
        return false;
    if (!root || (root->kind != DATA_MAP && root->kind != DATA_LIST))
        return err_set(err, "'%s' holds %s, but facts are a map", path, data_kind_name(root ? root->kind : DATA_NULL));
    const struct data *only = root->kind == DATA_LIST && root->count == 1 ? &root->items[0] : NULL; /* an answer of one factset */
    bool ok = only && data_get(only, "facts") ? read_map(a, only, path, out, err)
              : root->kind == DATA_LIST       ? read_list(a, root, path, out, err)
                                              : read_map(a, root, path, out, err);
    const struct value *trusted = ok ? hash_find_sv(out->facts.h, SV("trusted")) : NULL;
    if (trusted && trusted->kind == V_HASH)
        out->trusted = *trusted;
    return ok;
}
