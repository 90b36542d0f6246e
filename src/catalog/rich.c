/* rich: values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rich.h"

#include "base/hash.h"
#include "catalog/catalog.h"
#include "types/object.h"
#include "types/regexp.h"

/* ---- writing ---- */

struct writer {
    struct json_out *j;
    struct arena *arena;
    bool inner; /* inside an object or a type: references are no text there */
};

static void write_value(struct writer *w, struct value v);

/* {"__ptype": name, "__pvalue": text} */
static void write_rich(struct writer *w, const char *name, struct sv text)
{
    json_open(w->j, '{');
    json_kstr(w->j, RICH_TYPE, sv_of(name));
    json_kstr(w->j, "__pvalue", text);
    json_close(w->j, '}');
}

static void write_type(struct writer *w, const struct type *t)
{
    if (!w->inner && (t->kind == T_RESOURCE || t->kind == T_CLASS) && t->ref.has_title) {
        bool is_class = t->kind == T_CLASS;
        struct sv title = is_class ? type_name_normal(w->arena, t->ref.title) : t->ref.title;
        json_str(w->j, arena_printf(w->arena, "%.*s[%.*s]", SV_ARG(is_class ? SV("Class") : t->ref.type), SV_ARG(title)));
        return;
    }
    rich_write_type(w->j, w->arena, t);
}

static void write_hash(struct writer *w, const struct hash *h)
{
    bool plain = true;
    for (uint32_t i = 0; i < h->count; i++)
        plain &= h->pairs[i].key.kind == V_STRING && !sv_is(value_sv(h->pairs[i].key), RICH_TYPE);
    json_open(w->j, '{');
    if (plain) {
        for (uint32_t i = 0; i < h->count; i++) {
            json_key(w->j, value_sv(h->pairs[i].key));
            write_value(w, h->pairs[i].value);
        }
    } else { /* keys that are no text: a list of keys and values in turn */
        json_kstr(w->j, RICH_TYPE, SV("Hash"));
        json_key(w->j, SV("__pvalue"));
        json_open(w->j, '[');
        for (uint32_t i = 0; i < h->count; i++) {
            write_value(w, h->pairs[i].key);
            write_value(w, h->pairs[i].value);
        }
        json_close(w->j, ']');
    }
    json_close(w->j, '}');
}

static void write_fields(struct writer *w, const struct object *o, bool optional, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct hash_pair *field = &o->fields->pairs[i];
        if (object_is_optional(o, field) == optional) {
            json_key(w->j, value_sv(field->key));
            write_value(w, field->value);
        }
    }
}

/* {"__ptype": "Deferred", "name": "f", "arguments": [1]}: what must be given first; of the rest those at the end that are as their type
 * says anyway are left out. */
static void write_object(struct writer *w, const struct object *o)
{
    uint32_t n = o->fields->count;
    bool outer = w->inner;
    while (n && (!object_shows(o, &o->fields->pairs[n - 1]) || !object_is_optional(o, &o->fields->pairs[n - 1])))
        n--;
    json_open(w->j, '{');
    json_kstr(w->j, RICH_TYPE, object_label(o->type));
    w->inner = true;
    write_fields(w, o, false, o->fields->count);
    write_fields(w, o, true, n);
    w->inner = outer;
    json_close(w->j, '}');
}

static void write_plain(struct writer *w, struct value v)
{
    switch (v.kind) {
    case V_UNSET:
    case V_UNDEF:
        json_null(w->j);
        return;
    case V_BOOL:
        json_bool(w->j, v.b);
        return;
    case V_INT:
        json_int(w->j, v.i);
        return;
    case V_FLOAT:
        json_float(w->j, v.f);
        return;
    case V_ARRAY:
        json_open(w->j, '[');
        for (uint32_t i = 0; i < v.n; i++)
            write_value(w, v.items[i]);
        json_close(w->j, ']');
        return;
    default:
        json_str(w->j, value_text(w->arena, v));
        return;
    }
}

static void write_value(struct writer *w, struct value v)
{
    static const char *const texts[V_KIND_COUNT] = {
        [V_TIMESTAMP] = "Timestamp", [V_TIMESPAN] = "Timespan", [V_SEMVER] = "SemVer", [V_SEMVER_RANGE] = "SemVerRange", [V_URI] = "URI"
    };
    switch (v.kind) {
    case V_HASH:
        write_hash(w, v.h);
        return;
    case V_TYPE:
        write_type(w, v.t);
        return;
    case V_DEFAULT:
        json_open(w->j, '{');
        json_kstr(w->j, RICH_TYPE, SV("Default"));
        json_close(w->j, '}');
        return;
    case V_REGEXP:
        write_rich(w, "Regexp", regexp_source(v.re));
        return;
    case V_SENSITIVE:
        json_open(w->j, '{');
        json_kstr(w->j, RICH_TYPE, SV("Sensitive"));
        json_key(w->j, SV("__pvalue"));
        write_value(w, *v.inner);
        json_close(w->j, '}');
        return;
    case V_BINARY:
        write_rich(w, "Binary", base64_encode(w->arena, value_sv(v)));
        return;
    case V_OBJECT:
        write_object(w, v.object);
        return;
    default:
        if (texts[v.kind])
            write_rich(w, texts[v.kind], value_text(w->arena, v));
        else
            write_plain(w, v);
    }
}

void rich_write(struct json_out *j, struct arena *a, struct value v) { write_value(&(struct writer){ j, a, false }, v); }
void rich_write_inner(struct json_out *j, struct arena *a, struct value v) { write_value(&(struct writer){ j, a, true }, v); }

struct sv rich_text(struct arena *a, struct value v)
{
    struct strbuf out = STRBUF_IN(a);
    struct json_out j = json_to(&out, false);
    rich_write(&j, a, v);
    return strbuf_sv(&out);
}

/* ---- reading ---- */

static struct value read_pairs(struct arena *a, const struct data *list)
{
    struct hash *h = hash_new(a, list->count / 2);
    for (uint32_t i = 0; i + 1 < list->count; i += 2)
        hash_put(a, h, rich_read(a, &list->items[i]), rich_read(a, &list->items[i + 1]));
    return value_hash(h);
}

static bool read_regexp(struct arena *a, struct sv text, struct value *out_v)
{
    struct err err;
    struct regexp *re = regexp_compile(a, text, &err);
    if (re)
        *out_v = (struct value){ .kind = V_REGEXP, .re = re };
    return re != NULL;
}

static bool read_binary(struct arena *a, struct sv text, struct value *out_v)
{
    struct sv bytes;
    if (!base64_decode(a, text, &bytes))
        return false;
    *out_v = value_str(bytes);
    out_v->kind = V_BINARY;
    return true;
}

/* {"__ptype": type, "__pvalue": inner} */
static bool read_wrapped(struct arena *a, struct sv type, const struct data *inner, struct value *out_v)
{
    struct sv text = data_text(inner), why;
    struct value arg = value_str(text);
    if (sv_is(type, "Sensitive")) {
        *out_v = value_sensitive(a, rich_read(a, inner));
        return true;
    }
    if (sv_is(type, "Hash") && inner->kind == DATA_LIST) {
        *out_v = read_pairs(a, inner);
        return true;
    }
    if (inner->kind != DATA_STRING)
        return false;
    if (sv_is(type, "Regexp"))
        return read_regexp(a, text, out_v);
    if (sv_is(type, "Binary"))
        return read_binary(a, text, out_v);
    const struct type *t = type_builtin(type);
    return t && type_new(a, t, &arg, 1, out_v, &why);
}

/* All but the type's name. */
static struct hash *read_fields(struct arena *a, const struct data *d)
{
    struct hash *h = hash_new(a, d->count);
    for (uint32_t i = 0; i < d->count; i++)
        if (!sv_is(data_text(&d->pairs[i].key), RICH_TYPE))
            hash_put(a, h, value_from_data(a, &d->pairs[i].key), rich_read(a, &d->pairs[i].value));
    return h;
}

static struct value read_rich(struct arena *a, struct sv type, const struct data *d)
{
    const struct data *inner = data_get(d, "__pvalue");
    struct value v;
    if (sv_is(type, "Default"))
        return VALUE_DEFAULT;
    if (inner && read_wrapped(a, type, inner, &v))
        return v;
    struct hash *fields = read_fields(a, d);
    if (sv_starts(type, SV("Pcore::"))) {
        const struct type *t = rich_read_type(a, sv_slice(type, 7, type.n), fields);
        if (t)
            return value_type(t);
    }
    if (sv_is(type, "Deferred"))
        return object_from_hash(a, &deferred_type, fields);
    struct object *o = ARENA_NEW(a, struct object);
    *o = (struct object){ object_declare(a, type), fields };
    return (struct value){ .kind = V_OBJECT, .object = o };
}

struct value rich_read(struct arena *a, const struct data *d)
{
    if (d->kind == DATA_LIST) {
        struct value *items = ARENA_ARRAY(a, struct value, d->count + 1);
        for (uint32_t i = 0; i < d->count; i++)
            items[i] = rich_read(a, &d->items[i]);
        return value_array(items, d->count);
    }
    if (d->kind != DATA_MAP)
        return value_from_data(a, d);
    struct sv type = data_text(data_get(d, RICH_TYPE));
    return type.n ? read_rich(a, type, d) : value_hash(read_fields(a, d));
}
