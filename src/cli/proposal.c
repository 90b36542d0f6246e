/* proposal: changes of the model as a person words them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/yaml.h"
#include "cli/change.h"

struct proposal *proposals_add(struct arena *a, struct proposals *p, struct sv ref, const char *default_kind, struct err *err)
{
    size_t colon = sv_find_char(ref, ':', 0);
    struct sv word = colon == SIZE_MAX ? sv_of(default_kind) : sv_slice(ref, 0, colon);
    enum model_kind kind = model_kind_of(word);
    struct sv full = word.n ? model_full_ref(a, ref, default_kind ? default_kind : "", SV("default")) : SV_NONE;
    if (!full.n) {
        err_set(err, "'%.*s' is no reference with a kind, such as deployment:search-index-lon", SV_ARG(ref));
        return NULL;
    }
    if (kind == KIND_COUNT) {
        struct sv names[KIND_COUNT];
        for (int k = 0; k < KIND_COUNT; k++)
            names[k] = sv_of(model_kind_name((enum model_kind)k));
        struct sv near = near_names(a, word, names, KIND_COUNT);
        err_set(err, "unknown kind '%.*s'%s%.*s%s", SV_ARG(word), near.n ? "; did you mean " : "", SV_ARG(near), near.n ? "?" : "");
        return NULL;
    }
    for (size_t i = 0; i < p->count; i++)
        if (sv_eq(p->items[i].ref, full)) {
            err_set(err, "%.*s is there twice: put its changes into one", SV_ARG(full));
            return NULL;
        }
    ARENA_PUSH(a, p->items, p->count, p->cap, ((struct proposal){ .ref = full, .kind = kind }));
    return &p->items[p->count - 1];
}

bool proposal_field(struct arena *a, const struct proposal *p, struct sv field, bool *out_text, struct err *err)
{
    if (model_field_writer(p->kind, field, out_text) != FIELD_UNKNOWN)
        return true;
    struct sv near = model_near_fields(a, p->kind, field);
    return err_set(err, "a %s has no field '%.*s'%s%.*s%s", model_kind_name(p->kind), SV_ARG(field), near.n ? "; did you mean " : "",
                   SV_ARG(near), near.n ? "?" : "");
}

bool proposal_set(struct arena *a, struct proposal *p, struct sv field, const struct data *value, struct err *err)
{
    for (size_t i = 0; i < p->count; i++)
        if (sv_eq(p->fields[i].field, field))
            return err_set(err, "'%.*s' of %.*s is given twice", SV_ARG(field), SV_ARG(p->ref));
    ARENA_PUSH(a, p->fields, p->count, p->cap, ((struct field_change){ field, value }));
    return true;
}

/* Text where the field is text, whatever it looks like; else what YAML reads. */
static const struct data *read_value(struct arena *a, struct sv word, bool is_text, struct err *err)
{
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc = NULL;
    struct data *text = ARENA_NEW(a, struct data);
    *text = (struct data){ .kind = DATA_STRING, .s = word };
    *src = (struct source){ SV("value"), word };
    if (is_text)
        return text;
    if (yaml_read(a, src, NULL, &diags, &doc) && doc)
        return &doc->root;
    err_set(err, "'%.*s' is no YAML: %.*s", SV_ARG(word), SV_ARG(diags.first ? diags.first->message : SV("it is empty")));
    return NULL;
}

bool proposal_assign(struct arena *a, struct proposal *p, struct sv word, struct err *err)
{
    size_t sign = sv_find_char(word, '=', 0);
    bool is_text;
    if (sign == SIZE_MAX || sign == 0)
        return err_set(err, "'%.*s' should be FIELD=VALUE", SV_ARG(word));
    struct sv field = sv_slice(word, 0, sign);
    if (!proposal_field(a, p, field, &is_text, err))
        return false;
    const struct data *value = read_value(a, sv_slice(word, sign + 1, word.n), is_text, err);
    return value && proposal_set(a, p, field, value, err);
}

/* --- whole entities --- */

struct proposal *proposals_make(struct arena *a, struct proposals *p, struct sv ref, const char *default_kind, struct sv title,
                                struct err *err)
{
    struct proposal *made = proposals_add(a, p, ref, default_kind, err);
    if (!made)
        return NULL;
    if (!model_kind_own(made->kind)) {
        err_set(err, "a %s is written in files only: transactions make entities of potlac/v1", model_kind_name(made->kind));
        return NULL;
    }
    size_t colon = sv_find_char(ref, ':', 0), slash = sv_find_char(ref, '/', 0);
    size_t from = slash != SIZE_MAX ? slash + 1 : colon != SIZE_MAX ? colon + 1 : 0;
    made->what = CHANGE_MAKE;
    made->name = sv_slice(ref, from, ref.n);
    made->title = title;
    return made;
}

/* The namespace of a full ref. */
static struct sv namespace_of(struct sv ref)
{
    size_t colon = sv_find_char(ref, ':', 0), slash = sv_find_char(ref, '/', 0);
    return sv_slice(ref, colon + 1, slash);
}

static void json_entity(struct json_out *j, const struct proposal *p)
{
    struct sv ns = namespace_of(p->ref);
    json_open(j, '{');
    json_kstr(j, "apiVersion", SV("potlac/v1"));
    json_kstr(j, "kind", sv_of(model_kind_name(p->kind)));
    json_key(j, SV("metadata"));
    json_open(j, '{');
    json_kstr(j, "name", p->name);
    if (!sv_is(ns, "default"))
        json_kstr(j, "namespace", ns);
    if (p->title.n)
        json_kstr(j, "title", p->title);
    json_close(j, '}');
    json_key(j, SV("spec"));
    json_open(j, '{');
    for (size_t i = 0; i < p->count; i++) {
        json_key(j, p->fields[i].field);
        json_data(j, p->fields[i].value);
    }
    json_close(j, '}');
    json_close(j, '}');
}

const struct data_doc *proposal_document(struct arena *a, const struct proposal *p, struct err *err)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, true); /* messages show the line that they are about */
    struct source *src = ARENA_NEW(a, struct source);
    struct diags diags = diags_in(a);
    struct data_doc *doc;
    if (p->entity)
        json_data(&j, p->entity);
    else
        json_entity(&j, p);
    *src = (struct source){ SV("the new entity"), strbuf_sv(&out) };
    if (json_read(a, src, NULL, &diags, &doc))
        return doc;
    err_set(err, "%.*s cannot be written: %.*s", SV_ARG(p->ref), SV_ARG(diags.first ? diags.first->message : SV("it is empty")));
    return NULL;
}
