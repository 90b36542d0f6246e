/* classifier: an ENC's answer, checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/classifier.h"

#include "cli/facts_file.h"

static struct sv class_name(struct sv name) { return sv_starts(name, SV("::")) ? sv_slice(name, 2, name.n) : name; }

static bool read_class(struct arena *a, const char *path, const struct data *name, const struct data *params, struct class_request *out,
                       struct err *err)
{
    if (name->kind != DATA_STRING || !name->s.n)
        return err_set(err, "'%s': classes are named by texts, not by %s", path, data_kind_name(name->kind));
    out->name = class_name(name->s);
    if (!params || params->kind == DATA_NULL)
        return true;
    if (params->kind != DATA_MAP)
        return err_set(err, "'%s': the parameters of class '%.*s' are %s, but should be a hash", path, SV_ARG(name->s),
                       data_kind_name(params->kind));
    out->params = value_from_data(a, params).h;
    return true;
}

static bool read_classes(struct arena *a, const char *path, const struct data *classes, struct classification *out, struct err *err)
{
    bool one = classes->kind == DATA_STRING, map = classes->kind == DATA_MAP;
    if (classes->kind == DATA_NULL)
        return true;
    if (!one && !map && classes->kind != DATA_LIST)
        return err_set(err, "'%s': 'classes' is %s, but should be a list or a hash", path, data_kind_name(classes->kind));
    uint32_t count = one ? 1 : classes->count;
    out->classes = ARENA_ARRAY(a, struct class_request, count + 1);
    for (; out->class_count < count; out->class_count++) {
        uint32_t i = out->class_count;
        const struct data *name = one ? classes : map ? &classes->pairs[i].key : &classes->items[i];
        if (!read_class(a, path, name, map ? &classes->pairs[i].value : NULL, &out->classes[i], err))
            return false;
    }
    return true;
}

bool classification_read(struct arena *a, const char *path, struct classification *out, struct diags *diags, struct err *err)
{
    const struct data *root = NULL;
    *out = (struct classification){ .parameters = VALUE_UNDEF };
    if (!read_data_file(a, path, &root, diags, err))
        return false;
    if (!root || root->kind != DATA_MAP)
        return err_set(err, "'%s' holds %s, but a classifier's answer is a hash with classes, parameters and environment", path,
                       data_kind_name(root ? root->kind : DATA_NULL));
    const struct data *classes = data_get(root, "classes"), *parameters = data_get(root, "parameters");
    out->environment = data_text(data_get(root, "environment"));
    if (parameters && parameters->kind != DATA_MAP && parameters->kind != DATA_NULL)
        return err_set(err, "'%s': 'parameters' is %s, but should be a hash", path, data_kind_name(parameters->kind));
    if (parameters && parameters->kind == DATA_MAP)
        out->parameters = value_from_data(a, parameters);
    return !classes || read_classes(a, path, classes, out, err);
}
