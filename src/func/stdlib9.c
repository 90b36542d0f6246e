/* stdlib9: the names that stdlib 9 gives its functions, and the few that are new in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "func/support.h"
#include "types/text.h"

#define PREFIX SV("stdlib::")

/* The function that has the name without its prefix. */
static struct value fn_same(struct call *k)
{
    struct sv name = sv_of(k->fn->name);
    return call_function(k, sv_slice(name, PREFIX.n, name.n), k->args, k->count, k->block);
}

static struct value fn_has_function(struct call *k) { return value_bool(call_function_exists(k, value_sv(k->args[0]))); }

static struct sv open_text(struct call *k)
{
    struct value v = k->args[0].kind == V_SENSITIVE ? *k->args[0].inner : k->args[0];
    return ruby_text(k->arena, v);
}

static struct value fn_sha256(struct call *k) { return value_str(digest_hex(k->arena, DIGEST_SHA256, open_text(k))); }

static struct value fn_crc32(struct call *k)
{
    struct sv s = open_text(k);
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return value_str(arena_printf(k->arena, "%x", ~crc));
}

static void add_leaves(struct call *k, struct list *out, struct value v, unsigned depth)
{
    if (depth > 400)
        call_fail(k, "stdlib::nested_values(): the data is nested more than 400 deep");
    for (uint32_t i = 0; v.kind == V_HASH && i < v.h->count; i++)
        add_leaves(k, out, v.h->pairs[i].value, depth + 1);
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        add_leaves(k, out, v.items[i], depth + 1);
    if (v.kind != V_HASH && v.kind != V_ARRAY)
        list_add(k, out, v);
}

static struct value fn_nested_values(struct call *k)
{
    struct list out = { 0 };
    add_leaves(k, &out, k->args[0], 0);
    return list_value(&out);
}

/* Elements in the order of what the block gives for them: pairs of that and a place are sorted. */
static struct value fn_sort_by(struct call *k)
{
    struct value on = k->args[0];
    struct list keys = { 0 }, out = { 0 };
    struct hash *h = hash_new(k->arena, 0);
    uint32_t n = on.kind == V_HASH ? on.h->count : on.n;
    for (uint32_t i = 0; i < n; i++) {
        struct value *pair = ARENA_ARRAY(k->arena, struct value, 2), args[2];
        args[0] = on.kind == V_HASH ? on.h->pairs[i].key : on.items[i];
        args[1] = on.kind == V_HASH ? on.h->pairs[i].value : VALUE_UNDEF;
        bool both = on.kind == V_HASH && call_block_params(k) == 2;
        if (on.kind == V_HASH && !both) {
            struct value *entry = ARENA_ARRAY(k->arena, struct value, 2);
            memcpy(entry, args, sizeof args);
            args[0] = value_array(entry, 2);
        }
        pair[0] = call_block(k, args, both ? 2 : 1);
        pair[1] = value_int(i);
        list_add(k, &keys, value_array(pair, 2));
    }
    struct value list = list_value(&keys), sorted = call_function(k, SV("sort"), &list, 1, NULL);
    for (uint32_t i = 0; i < sorted.n; i++) {
        uint32_t at = (uint32_t)sorted.items[i].items[1].i;
        if (on.kind == V_HASH)
            hash_put(k->arena, h, on.h->pairs[at].key, on.h->pairs[at].value);
        else
            list_add(k, &out, on.items[at]);
    }
    return on.kind == V_HASH ? value_hash(h) : list_value(&out);
}

/* A reference from its text: File[/a]. */
static struct value fn_str2resource(struct call *k)
{
    struct sv s = value_sv(k->args[0]);
    size_t open = sv_find_char(s, '[', 0);
    struct strbuf text = STRBUF_IN(k->arena);
    struct err err;
    if (open == SIZE_MAX || s.p[s.n - 1] != ']')
        call_fail(k, "No title provided and \"%.*s\" is not a valid resource reference", SV_ARG(s));
    struct sv title = sv_slice(s, open + 1, s.n - 1);
    struct sv type = type_name_normal(k->arena, text_case(k->arena, sv_slice(s, 0, open), CASE_DOWN));
    if (sv_is(type, "Class"))
        title = type_name_normal(k->arena, text_case(k->arena, title, CASE_DOWN));
    if (!catalog_find(compile_catalog(k->c), type, title))
        call_fail(k, "stdlib::str2resource(): could not find %.*s[%.*s], this is parse order dependent and values should not be quoted",
                  SV_ARG(type), SV_ARG(title));
    strbuf_addf(&text, "%.*s[", SV_ARG(type));
    text_quote(&text, title);
    strbuf_addc(&text, ']');
    struct symtab *t = symtab_new();
    const struct type *ref = type_parse(k->arena, t, compile_type_loader(k->c), strbuf_sv(&text), &err);
    symtab_free(t);
    if (!ref)
        call_fail(k, "%s", err.text);
    return value_type(ref);
}

/* true or 'present' in the words of a resource's ensure. */
static struct value fn_ensure(struct call *k)
{
    bool there = k->args[0].kind == V_BOOL ? k->args[0].b : sv_is(value_sv(k->args[0]), "present");
    struct sv resource = k->count > 1 ? value_sv(k->args[1]) : SV_NONE;
    if (sv_is(resource, "package"))
        return value_str(there ? SV("installed") : SV("absent"));
    if (sv_is(resource, "service"))
        return value_str(there ? SV("running") : SV("stopped"));
    return value_str(!there ? SV("absent") : resource.n ? resource : SV("present"));
}

#define SAME(name, signature, params)                                                                                                      \
    {                                                                                                                                      \
        "stdlib::" name, signature, "as " name, fn_same, FN_SEES_SCOPE, params                                                             \
    }
#define SECRET "Callable[Variant[Scalar, Sensitive[Scalar], Sensitive[Any]]]"

const struct builtin func_stdlib9[] = {
    SAME("batch_escape", "Callable[Any]", "string"),
    SAME("powershell_escape", "Callable[Any]", "string"),
    SAME("shell_escape", "Callable[Any]", "string"),
    SAME("ensure_packages", "Callable[Variant[String[1], Array[String[1]], Hash[String[1], Any]], Hash, 1, 2]",
         "packages default_attributes"),
    SAME("fqdn_rand_string", "Callable[Integer[1], Optional[String], Any, 1, default]", "length charset seed"),
    SAME("fqdn_rotate", "Callable[Variant[String, Array], Variant[Integer, String], 1, default]", "input seeds"),
    SAME("has_interface_with", "Callable[String[1], String[1], 1, 2]", "kind value"),
    SAME("merge", "Callable[Any, 0, default, Optional[Callable]]", "args block"),
    SAME("os_version_gte", "Callable[String[1], String[1]]", "os version"),
    SAME("parsehocon", "Callable[String, Any, 1, 2]", "hocon_string default"),
    SAME("parsepson", "Callable[String[1], Any, 1, 2]", "pson_string default"),
    SAME("seeded_rand", "Callable[Integer[1], String]", "max seed"),
    SAME("seeded_rand_string", "Callable[Integer[1], String, String[2], 2, 3]", "length seed charset"),
    SAME("time", "Callable[String, 0, 1]", "timezone"),
    SAME("to_json", "Callable[Any]", "data"),
    SAME("to_json_pretty", "Callable[Any, Any, Any, 1, 3]", "data skip_undef opts"),
    SAME("to_python", "Callable[Any]", "object"),
    SAME("to_ruby", "Callable[Any]", "object"),
    SAME("to_toml", "Callable[Hash]", "data"),
    SAME("to_yaml", "Callable[Any, Hash, 1, 2]", "data options"),
    SAME("type_of", "Callable[Any]", "value"),
    SAME("validate_domain_name", "Callable[String, 1, default]", "values"),
    SAME("validate_email_address", "Callable[String, 1, default]", "values"),
    { "stdlib::ensure",
      "Callable[Variant[Boolean, Enum['present', 'absent']], Enum['directory', 'link', 'mounted', 'service', 'file', 'package'], 1, 2]",
      "what a resource's ensure is to be", fn_ensure, 0, "ensure resource" },
    { "stdlib::has_function", "Callable[String[1]]", "is there a function of this name", fn_has_function, 0, "function_name" },
    { "stdlib::sha256", SECRET, "the SHA-256 checksum of a text", fn_sha256, 0, "my_data" },
    { "stdlib::crc32", SECRET, "the CRC of a text", fn_crc32, 0, "my_data" },
    { "stdlib::nested_values", "Callable[Hash]", "all that is at the ends of nested hashes", fn_nested_values, 0, "hash" },
    { "stdlib::sort_by", "Callable[Array, Callable[1, 1]]", "the elements in the order of what the block gives", fn_sort_by, 0,
      "ary block" },
    { "stdlib::sort_by", "Callable[Hash, Callable[1, 2]]", "the pairs in the order of what the block gives", fn_sort_by, 0, "hsh block" },
    { "stdlib::str2resource", "Callable[String]", "a reference from its text", fn_str2resource, FN_SEES_SCOPE, "res_string" },
};
const size_t func_stdlib9_count = sizeof func_stdlib9 / sizeof *func_stdlib9;
