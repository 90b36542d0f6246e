/* wire: one row for each kind of value that JSON has no word for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/wire.h"

#include "lookup/context.h"

#include <math.h>

#include "base/hash.h"
#include "types/iterator.h"
#include "types/object.h"
#include "types/regexp.h"

#define MARK      "__p"
#define MAX_DEPTH 900 /* of nesting; the helper and its answers go a little deeper */

static void open_marked(struct json_out *j, const char *kind)
{
    json_open(j, '{');
    json_kstr(j, MARK, sv_of(kind));
}

static void write_marked_text(struct json_out *j, const char *kind, struct sv text)
{
    open_marked(j, kind);
    json_kstr(j, "v", text);
    json_close(j, '}');
}

static void write_string(struct json_out *j, struct arena *a, struct sv s)
{
    if (sv_is_utf8(s))
        json_str(j, s);
    else
        write_marked_text(j, "bytes", base64_encode(a, s));
}

static bool plain_keys(const struct hash *h)
{
    for (uint32_t i = 0; i < h->count; i++) {
        struct value key = h->pairs[i].key;
        if (key.kind != V_STRING || sv_is(value_sv(key), MARK) || !sv_is_utf8(value_sv(key)))
            return false;
    }
    return true;
}

static void write_hash(struct json_out *j, struct arena *a, const struct hash *h)
{
    if (plain_keys(h)) {
        json_open(j, '{');
        for (uint32_t i = 0; i < h->count; i++) {
            json_key(j, value_sv(h->pairs[i].key));
            wire_write(j, a, h->pairs[i].value);
        }
        json_close(j, '}');
        return;
    }
    open_marked(j, "hash");
    json_key(j, SV("v"));
    json_open(j, '[');
    for (uint32_t i = 0; i < h->count; i++) {
        json_open(j, '[');
        wire_write(j, a, h->pairs[i].key);
        wire_write(j, a, h->pairs[i].value);
        json_close(j, ']');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void write_array(struct json_out *j, struct arena *a, struct value v)
{
    json_open(j, '[');
    for (uint32_t i = 0; i < v.n; i++)
        wire_write(j, a, v.items[i]);
    json_close(j, ']');
}

static void write_float(struct json_out *j, double f)
{
    if (isfinite(f))
        json_float(j, f);
    else
        write_marked_text(j, "float", isnan(f) ? SV("NaN") : f > 0 ? SV("inf") : SV("-inf"));
}

static void write_type(struct json_out *j, struct arena *a, const struct type *t)
{
    open_marked(j, "type");
    struct sv text = type_text(a, t), shown = type_shown(a, t);
    json_kstr(j, "v", text);
    json_kstr(j, "kind", sv_of(type_kind_name(t->kind)));
    if (!sv_eq(text, shown))
        json_kstr(j, "shown", shown);
    if (t->kind == T_CLASS || (t->kind == T_RESOURCE && t->ref.type.n)) {
        json_kstr(j, "type", t->kind == T_CLASS ? SV("Class") : t->ref.type);
        if (t->ref.has_title)
            json_kstr(j, "title", t->ref.title);
    }
    json_close(j, '}');
}

/* By the name of their type: versions and URIs with the text they are made of, times with nanoseconds (their text has lost some). */
static const char *const text_kinds[V_KIND_COUNT] = {
    [V_TIMESTAMP] = "Timestamp", [V_TIMESPAN] = "Timespan", [V_SEMVER] = "SemVer", [V_SEMVER_RANGE] = "SemVerRange", [V_URI] = "URI"
};

static void write_text_kind(struct json_out *j, struct arena *a, struct value v)
{
    open_marked(j, "text");
    json_kstr(j, "kind", sv_of(text_kinds[v.kind]));
    if (v.kind == V_TIMESTAMP || v.kind == V_TIMESPAN)
        json_kint(j, "v", v.i);
    else
        json_kstr(j, "v", value_text(a, v));
    json_close(j, '}');
}

/* A text cannot look like this: its quotes are escaped. */
bool wire_has_secret(struct sv written) { return sv_find(written, SV("{\"__p\":\"sensitive\""), 0) != SIZE_MAX; }

static void write_sensitive(struct json_out *j, struct arena *a, struct value inner)
{
    open_marked(j, "sensitive");
    json_key(j, SV("v"));
    wire_write(j, a, inner);
    json_close(j, '}');
}

/* What an instance was made of, and its constants; how it reads. */
static void write_instance(struct json_out *j, struct arena *a, struct value v)
{
    const struct object *o = v.object;
    struct member_list all = object_attributes(a, o->type);
    open_marked(j, "object");
    json_kstr(j, "type", object_label(o->type));
    json_kstr(j, "text", value_text(a, v));
    json_key(j, SV("v"));
    json_open(j, '{');
    for (uint32_t i = 0; i < o->fields->count; i++) {
        json_key(j, value_sv(o->fields->pairs[i].key));
        wire_write(j, a, o->fields->pairs[i].value);
    }
    json_close(j, '}');
    json_key(j, SV("constants"));
    json_open(j, '{');
    for (uint32_t i = 0; i < all.count; i++)
        if (all.items[i].kind == MEMBER_CONSTANT) {
            json_key(j, all.items[i].name);
            wire_write(j, a, all.items[i].value);
        }
    json_close(j, '}');
    json_close(j, '}');
}

/* The context of a lookup is known by its number; other objects by their type's name and their fields. */
static void write_object(struct json_out *j, struct arena *a, struct value v)
{
    uint32_t context = lookup_context_id(v);
    if (!context) {
        write_instance(j, a, v);
        return;
    }
    json_open(j, '{');
    json_kstr(j, "__p", SV("context"));
    json_kint(j, "v", context);
    json_close(j, '}');
}

void wire_write(struct json_out *j, struct arena *a, struct value v)
{
    if (j->depth > MAX_DEPTH) { /* the helper refuses it */
        open_marked(j, "deep");
        json_close(j, '}');
        return;
    }
    switch ((enum value_kind)v.kind) {
    case V_BOOL:
        json_bool(j, v.b);
        break;
    case V_INT:
        json_int(j, v.i);
        break;
    case V_FLOAT:
        write_float(j, v.f);
        break;
    case V_STRING:
        write_string(j, a, value_sv(v));
        break;
    case V_ARRAY:
        write_array(j, a, v);
        break;
    case V_HASH:
        write_hash(j, a, v.h);
        break;
    case V_DEFAULT:
        open_marked(j, "default");
        json_close(j, '}');
        break;
    case V_REGEXP:
        write_marked_text(j, "regexp", regexp_source(v.re));
        break;
    case V_TYPE:
        write_type(j, a, v.t);
        break;
    case V_SENSITIVE:
        write_sensitive(j, a, *v.inner);
        break;
    case V_BINARY:
        write_marked_text(j, "binary", base64_encode(a, value_sv(v)));
        break;
    case V_ITERATOR:
        wire_write(j, a, iterable_to_array(a, v));
        break;
    case V_TIMESTAMP:
    case V_TIMESPAN:
    case V_SEMVER:
    case V_SEMVER_RANGE:
    case V_URI:
        write_text_kind(j, a, v);
        break;
    case V_OBJECT:
        write_object(j, a, v);
        break;
    case V_UNSET:
    case V_UNDEF:
    case V_CLOSURE:
    case V_KIND_COUNT:
        json_null(j);
        break;
    }
}

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    struct symtab *syms;
    const struct type_loader *loader;
    struct err *err;
};

static bool read_value(struct reader *r, const struct data *d, struct value *out_v);

static bool read_list(struct reader *r, const struct data *d, struct value *out_v)
{
    struct value *items = ARENA_ARRAY(r->arena, struct value, d->count + 1);
    for (uint32_t i = 0; i < d->count; i++)
        if (!read_value(r, &d->items[i], &items[i]))
            return false;
    *out_v = value_array(items, d->count);
    return true;
}

static bool read_pairs(struct reader *r, const struct data *d, struct value *out_v)
{
    struct hash *h = hash_new(r->arena, d->count);
    for (uint32_t i = 0; i < d->count; i++) {
        const struct data *pair = &d->items[i];
        struct value key, v;
        if (pair->kind != DATA_LIST || pair->count != 2)
            return err_set(r->err, "a hash with a pair that is none");
        if (!read_value(r, &pair->items[0], &key) || !read_value(r, &pair->items[1], &v))
            return false;
        hash_put(r->arena, h, key, v);
    }
    *out_v = value_hash(h);
    return true;
}

static bool read_hash_kind(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    (void)d;
    return v && v->kind == DATA_LIST && read_pairs(r, v, out_v);
}

static bool read_default(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    (void)r, (void)d, (void)v;
    *out_v = VALUE_DEFAULT;
    return true;
}

static bool read_sensitive(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    struct value inner;
    (void)d;
    if (!v || !read_value(r, v, &inner))
        return false;
    *out_v = value_sensitive(r->arena, inner);
    return true;
}

static bool read_bytes(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    struct sv bytes;
    (void)d;
    if (!base64_decode(r->arena, data_text(v), &bytes))
        return err_set(r->err, "bytes that are no base64");
    *out_v = value_str(bytes);
    return true;
}

static bool read_binary(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    if (!read_bytes(r, d, v, out_v))
        return false;
    out_v->kind = V_BINARY;
    return true;
}

static bool read_regexp(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    (void)d;
    const struct regexp *re = regexp_compile(r->arena, data_text(v), r->err);
    if (re)
        *out_v = (struct value){ .kind = V_REGEXP, .re = re };
    return re != NULL;
}

static bool read_type(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    (void)d;
    const struct type *t = type_parse(r->arena, r->syms, r->loader, data_text(v), r->err);
    if (t)
        *out_v = value_type(t);
    return t != NULL;
}

static bool read_object(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    struct sv name = data_text(data_get(d, "type"));
    const struct type *t = type_builtin(name);
    struct value fields;
    if (!t && r->loader)
        t = r->loader->find(r->loader->ctx, name);
    t = t ? type_resolve(t) : NULL;
    if (!t || t->kind != T_OBJECT || !t->object.def)
        return err_set(r->err, "an object of the unknown type '%.*s'", SV_ARG(name));
    if (!v || !read_value(r, v, &fields) || fields.kind != V_HASH)
        return err_set(r->err, "an object without fields");
    struct sv why;
    if (object_new(r->arena, t, &fields, 1, out_v, &why))
        return true;
    return err_set(r->err, "%.*s", SV_ARG(why));
}

static bool read_text_kind(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    struct sv kind = data_text(data_get(d, "kind"));
    struct value text = value_str(data_text(v));
    const struct type *t = type_builtin(kind);
    struct sv why = SV("it is of no type");
    if (v && v->kind == DATA_INT) {
        *out_v = (struct value){ .kind = (uint8_t)(sv_is(kind, "Timestamp") ? V_TIMESTAMP : V_TIMESPAN), .i = v->i };
        return true;
    }
    if (t && type_new(r->arena, t, &text, 1, out_v, &why))
        return true;
    return err_set(r->err, "%.*s", SV_ARG(why));
}

static bool read_float(struct reader *r, const struct data *d, const struct data *v, struct value *out_v)
{
    struct sv text = data_text(v);
    (void)r, (void)d;
    *out_v = value_float(sv_is(text, "NaN") ? NAN : sv_is(text, "inf") ? INFINITY : -INFINITY);
    return true;
}

static const struct {
    const char *kind;
    bool (*read)(struct reader *r, const struct data *d, const struct data *v, struct value *out_v);
} kinds[] = { { "hash", read_hash_kind }, { "default", read_default }, { "sensitive", read_sensitive }, { "object", read_object },
              { "bytes", read_bytes },    { "binary", read_binary },   { "regexp", read_regexp },       { "type", read_type },
              { "text", read_text_kind }, { "float", read_float } };

static bool read_marked(struct reader *r, const struct data *d, struct sv kind, struct value *out_v)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sv_is(kind, kinds[i].kind))
            return kinds[i].read(r, d, data_get(d, "v"), out_v);
    return err_set(r->err, "a value of unknown kind '%.*s'", SV_ARG(kind));
}

static bool read_map(struct reader *r, const struct data *d, struct value *out_v)
{
    const struct data *mark = data_get(d, MARK);
    if (mark)
        return read_marked(r, d, data_text(mark), out_v);
    struct hash *h = hash_new(r->arena, d->count);
    for (uint32_t i = 0; i < d->count; i++) {
        struct value v;
        if (!read_value(r, &d->pairs[i].value, &v))
            return false;
        hash_put(r->arena, h, value_str(d->pairs[i].key.s), v);
    }
    *out_v = value_hash(h);
    return true;
}

static bool read_value(struct reader *r, const struct data *d, struct value *out_v)
{
    if (d->kind == DATA_LIST)
        return read_list(r, d, out_v);
    if (d->kind == DATA_MAP)
        return read_map(r, d, out_v);
    *out_v = value_from_data(r->arena, d);
    return true;
}

bool wire_read(struct arena *a, struct symtab *t, const struct type_loader *loader, const struct data *d, struct value *out_v,
               struct err *err)
{
    struct reader r = { a, t, loader, err };
    return read_value(&r, d, out_v);
}
