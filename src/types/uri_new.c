/* uri: URI.new(): from a text, or from a hash of its parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/internal.h"
#include "types/uri.h"

/* What a URI is made of: the hash that new() takes. */
static const struct type *uri_hash_type(struct arena *a)
{
    static const char *const parts[] = { "scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque" };
    struct type *t = type_make(a, T_STRUCT), *text = type_make(a, T_STRING);
    struct struct_member *members = ARENA_ARRAY(a, struct struct_member, 8);

    text->sized = true;
    text->str.from = 1;
    for (uint32_t i = 0; i < 8; i++)
        members[i] = (struct struct_member){ sv_of(parts[i]), true, i == 3 ? type_integer(a, 0, INT64_MAX) : text };
    t->strct.members = members;
    t->strct.count = 8;
    return t;
}

/* A callable that takes one argument. */
static const struct type *one_argument(struct arena *a, const struct type *t)
{
    struct type *callable = type_make(a, T_CALLABLE), *params = type_make(a, T_TUPLE);

    params->tuple.items = ARENA_ARRAY(a, const struct type *, 1);
    params->tuple.items[0] = t;
    params->tuple.count = 1;
    params->tuple.from = params->tuple.to = 1;
    callable->callable.params = params;
    return callable;
}

static void fail_uri(struct arena *a, const struct type *hash, const struct value *args, uint32_t count, struct sv *out_why)
{
    static const struct sv names[] = { SV_INIT("uri"), SV_INIT("hash") };
    const struct type *text = hash->strct.members[0].type;
    struct type_signature sigs[] = { { one_argument(a, text), &names[0], 1, SV_NONE }, { one_argument(a, hash), &names[1], 1, SV_NONE } };
    struct strbuf out = STRBUF_IN(a);

    type_mismatch_call(a, &out, SV("'new_error'"), sigs, 2, args, count, NULL);
    *out_why = strbuf_sv(&out);
}

static struct value uri_from_hash(struct arena *a, const struct hash *h)
{
    struct uri u = { .port = -1 };
    const struct {
        const char *name;
        struct sv *part;
    } parts[] = { { "scheme", &u.scheme }, { "userinfo", &u.userinfo }, { "host", &u.host },    { "path", &u.path },
                  { "query", &u.query },   { "fragment", &u.fragment }, { "opaque", &u.opaque } };
    const struct value *port = hash_find_sv(h, SV("port"));
    struct sv text;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct value *v = hash_find_sv(h, sv_of(parts[i].name));

        if (v)
            *parts[i].part = value_sv(*v);
    }
    if (port)
        u.port = port->i;
    text = uri_text(a, &u);
    return (struct value){ .kind = V_URI, .n = (uint32_t)text.n, .s = text.p };
}

bool uri_new(struct arena *a, const struct value *args, uint32_t count, struct value *out_v, struct sv *out_why)
{
    const struct type *hash = uri_hash_type(a);
    struct uri known;
    struct err err;

    if (count == 1 && args[0].kind == V_STRING && args[0].n) {
        if (!uri_parse(a, value_sv(args[0]), &known, &err)) {
            *out_why = arena_dup(a, sv_of(err.text));
            return false;
        }
        *out_v = (struct value){ .kind = V_URI, .n = args[0].n, .s = args[0].s };
        return true;
    }
    if (count != 1 || !type_match(hash, args[0])) {
        fail_uri(a, hash, args, count, out_why);
        return false;
    }
    *out_v = uri_from_hash(a, args[0].h);
    return true;
}

bool uri_part_asks(struct value key, struct value v)
{
    const struct type *t = v.kind == V_TYPE ? type_resolve(v.t) : NULL;
    bool port;

    if (key.kind != V_STRING || !uri_is_part(value_sv(key)))
        return false;
    port = sv_is(value_sv(key), "port");
    if (t)
        return t->kind == T_NOT_UNDEF || t->kind == T_UNDEF || (!port && (t->kind == T_PATTERN || t->kind == T_ENUM));
    if (port)
        return v.kind == V_UNDEF || (v.kind == V_INT && v.i >= 0);
    return v.kind == V_UNDEF || v.kind == V_REGEXP || (v.kind == V_STRING && v.n);
}
