/* hash: keys and values, and walking into nested data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/func.h"
#include "lookup/key.h"
#include "types/type.h"

static struct value column(struct call *k, bool keys)
{
    const struct hash *h = k->args[0].h;
    struct value *items = ARENA_ARRAY(k->arena, struct value, h->count + 1);
    for (uint32_t i = 0; i < h->count; i++)
        items[i] = keys ? h->pairs[i].key : h->pairs[i].value;
    return value_array(items, h->count);
}

static struct value fn_keys(struct call *k) { return column(k, true); }
static struct value fn_values(struct call *k) { return column(k, false); }

/* The steps walked so far, as Ruby prints a list. */
static struct sv walked(struct call *k, const struct value *path, uint32_t count)
{
    struct strbuf out = STRBUF_IN(k->arena);
    strbuf_addc(&out, '[');
    for (uint32_t i = 0; i < count; i++) {
        strbuf_adds(&out, i ? ", " : "");
        if (path[i].kind == V_STRING)
            strbuf_addf(&out, "\"%.*s\"", SV_ARG(value_sv(path[i])));
        else
            value_print(&out, path[i]);
    }
    strbuf_addc(&out, ']');
    return strbuf_sv(&out);
}

/* False: wrong kind of data; out_error says so. A missing step gives undef. */
static bool dig(struct call *k, struct value v, const struct value *path, uint32_t count, struct value *out_v, struct sv *out_error)
{
    for (uint32_t i = 0; i < count; i++) {
        *out_v = VALUE_UNDEF;
        if (v.kind == V_UNDEF || path[i].kind == V_UNDEF)
            return true;
        if (v.kind != V_ARRAY && v.kind != V_HASH) {
            *out_error = arena_printf(k->arena, "The given data does not contain a Collection at %.*s, got '%.*s'",
                                      SV_ARG(walked(k, path, i)), SV_ARG(type_text(k->arena, type_infer(k->arena, v))));
            return false;
        }
        if (v.kind == V_ARRAY && path[i].kind != V_INT) {
            *out_error = arena_printf(k->arena, "The given data requires an Integer index at %.*s, got '%.*s'",
                                      SV_ARG(walked(k, path, i + 1)), SV_ARG(type_text(k->arena, type_infer(k->arena, path[i]))));
            return false;
        }
        if (v.kind == V_ARRAY) {
            int64_t at = path[i].i < 0 ? path[i].i + v.n : path[i].i;
            v = at < 0 || at >= v.n ? VALUE_UNDEF : v.items[at];
        } else {
            const struct value *found = hash_find(v.h, path[i]);
            v = found ? *found : VALUE_UNDEF;
        }
    }
    *out_v = v;
    return true;
}

static struct value fn_dig(struct call *k)
{
    struct value v = VALUE_UNDEF;
    struct sv error;
    if (!dig(k, k->args[0], k->args + 1, k->count - 1, &v, &error))
        call_fail(k, "%.*s", SV_ARG(error));
    return v;
}

static struct value get_from(struct call *k, struct value v, struct sv navigation, struct value otherwise)
{
    struct lookup_key key;
    struct sv error;
    if (v.kind == V_UNDEF)
        return otherwise;
    if (!navigation.n)
        return v;
    if (!key_parse(k->arena, arena_printf(k->arena, "x.%.*s", SV_ARG(navigation)), &key))
        call_fail(k, "Syntax error in dotted-navigation string");
    struct value *path = ARENA_ARRAY(k->arena, struct value, key.count + 1);
    for (uint32_t i = 0; i < key.count; i++)
        path[i] = key.segments[i].is_index ? value_int(key.segments[i].index) : value_str(key.segments[i].text);
    if (dig(k, v, path, key.count, &v, &error))
        return v.kind == V_UNDEF ? otherwise : v;
    if (!k->block)
        call_fail(k, "%.*s", SV_ARG(error));
    struct value message = value_str(error);
    return call_block(k, &message, 1);
}

static struct value arg(const struct call *k, uint32_t i) { return i < k->count ? k->args[i] : VALUE_UNDEF; }

static struct value fn_get(struct call *k) { return get_from(k, k->args[0], value_sv(k->args[1]), arg(k, 2)); }

static struct value fn_getvar(struct call *k)
{
    struct sv s = value_sv(k->args[0]), name = s, rest = SV_NONE;
    size_t dot = sv_find_char(s, '.', 0);
    struct value v = VALUE_UNDEF;
    if (dot != SIZE_MAX) {
        name = sv_slice(s, 0, dot);
        rest = sv_slice(s, dot + 1, s.n);
    }
    if (!call_variable(k, name, &v))
        return arg(k, 1);
    return get_from(k, v, rest, arg(k, 1));
}

static struct value fn_getvar_wrong(struct call *k) { call_fail(k, "'getvar' The given string does not start with a valid variable name"); }

const struct builtin func_hash[] = {
    { "keys", "Callable[Hash]", "the keys of a hash", fn_keys, 0, "hsh" },
    { "values", "Callable[Hash]", "the values of a hash", fn_values, 0, "hsh" },
    { "dig", "Callable[Optional[Collection], Any, 1, default]", "the value at a path of keys and indexes", fn_dig, 0, "data arg" },
    { "get", "Callable[Any, String, Any, 2, 3, Optional[Callable[1, 1]]]", "the value at a dotted path", fn_get, 0,
      "value dotted_string default_value block" },
    { "getvar", "Callable[Pattern[/\\A(?:::)?(?:[a-z]\\w*::)*[a-z_]\\w*(?:\\.|\\Z)/], Any, 1, 2, Optional[Callable[1, 1]]]",
      "the value of a variable, or of what is in it", fn_getvar, FN_SEES_SCOPE, "get_string default_value block" },
    { "getvar", "Callable[String, Any, 1, 2, Optional[Callable]]", "refuses a name that is none", fn_getvar_wrong, 0,
      "get_string default_value block" },
};
const size_t func_hash_count = sizeof func_hash / sizeof *func_hash;
