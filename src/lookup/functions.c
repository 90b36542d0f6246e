/* functions: lookup, and the older hiera, hiera_array, hiera_hash and hiera_include. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/internal.h"

struct asked {
    struct value names;      /* a string or a list of them */
    const struct type *type; /* NULL: any */
    struct value merge, fallback;
    bool has_fallback;
    const struct hash *overrides, *default_values;
};

static struct value checked(struct call *k, const struct asked *q, struct sv subject, struct value v)
{
    if (!q->type || compile_type_match(k->c, q->type, v))
        return v;
    struct strbuf text = STRBUF_IN(k->arena);
    type_mismatch(k->arena, &text, arena_printf(k->arena, "%.*s has wrong type,", SV_ARG(subject)), q->type, v);
    call_fail(k, "%.*s", SV_ARG(strbuf_sv(&text)));
}

static _Noreturn void nothing_found(struct lookup_state *st, const struct value *names, uint32_t count)
{
    struct strbuf list = STRBUF_IN(st->arena);
    if (st->call)
        compile_note(st->c, call_span(st->call), "it is looked up here");
    for (uint32_t i = 0; i < count; i++)
        help_searched(st->c, value_sv(names[i]), lookup_searched(st->c, value_sv(names[i])));
    if (count == 1)
        lookup_fail(st, "Function lookup() did not find a value for the name '%.*s'", SV_ARG(value_sv(names[0])));
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(&list, "%s'%.*s'", i ? ", " : "", SV_ARG(value_sv(names[i])));
    lookup_fail(st, "Function lookup() did not find a value for any of the names [%.*s]", SV_ARG(strbuf_sv(&list)));
}

/* The first of the names that has a value; names of the default values only count when none has. */
static bool search_names(struct lookup_state *st, struct call *k, const struct asked *q, const struct value *names, uint32_t count,
                         struct value *out_v)
{
    bool plain = q->merge.kind == V_UNDEF || q->merge.kind == V_UNSET;
    struct merge m = merge_parse(st, q->merge);
    for (uint32_t i = 0; i < count; i++) {
        struct sv name = value_sv(names[i]);
        const struct value *over = q->overrides ? hash_find_sv(q->overrides, name) : NULL;
        if (over) {
            *out_v = checked(k, q, arena_printf(k->arena, "Value found for key '%.*s' in override hash", SV_ARG(name)), *over);
            return true;
        }
        if (lookup_key_value(st, name, plain ? NULL : &m, out_v)) {
            *out_v = checked(k, q, SV("Found value"), *out_v);
            return true;
        }
    }
    for (uint32_t i = 0; q->default_values && i < count; i++) {
        struct sv name = value_sv(names[i]);
        const struct value *v = hash_find_sv(q->default_values, name);
        if (!v)
            continue;
        *out_v = checked(k, q, arena_printf(k->arena, "Value found for key '%.*s' in default values hash", SV_ARG(name)), *v);
        return true;
    }
    return false;
}

static struct value ask(struct call *k, const struct asked *q, bool old)
{
    struct lookup_state *st = lookup_state_of(k->c, k);
    struct value v;
    const struct value *names = q->names.kind == V_ARRAY ? q->names.items : &q->names;
    uint32_t count = q->names.kind == V_ARRAY ? q->names.n : 1;
    lookup_start(st);
    st->overrides = q->overrides;
    st->default_values = q->default_values;
    st->global_only = old && !st->environment.config;
    bool found = search_names(st, k, q, names, count, &v);
    lookup_start(st);
    if (found)
        return v;
    if (k->block)
        return checked(k, q, SV("Value returned from default block"), call_block(k, &q->names, 1));
    if (q->has_fallback)
        return checked(k, q, SV("Default value"), q->fallback);
    nothing_found(st, names, count);
}

static const struct type *type_arg(struct value v) { return v.kind == V_TYPE ? v.t : NULL; }
static struct value arg(const struct call *k, uint32_t i) { return i < k->count ? k->args[i] : VALUE_UNDEF; }

static struct value fn_lookup(struct call *k)
{
    struct asked q = {
        .names = k->args[0], .type = type_arg(arg(k, 1)), .merge = arg(k, 2), .fallback = arg(k, 3), .has_fallback = k->count > 3
    };
    return ask(k, &q, false);
}

static struct value option(const struct hash *h, const char *name)
{
    const struct value *v = hash_find_sv(h, sv_of(name));
    return v ? *v : VALUE_UNDEF;
}

static struct value ask_hash(struct call *k, struct value names, const struct hash *h)
{
    struct value overrides = option(h, "override"), defaults = option(h, "default_values_hash");
    struct asked q = { .names = names,
                       .type = type_arg(option(h, "value_type")),
                       .merge = option(h, "merge"),
                       .fallback = option(h, "default_value"),
                       .has_fallback = hash_find_sv(h, SV("default_value")) != NULL,
                       .overrides = overrides.kind == V_HASH ? overrides.h : NULL,
                       .default_values = defaults.kind == V_HASH ? defaults.h : NULL };
    return ask(k, &q, false);
}

static struct value fn_lookup_hash(struct call *k) { return ask_hash(k, option(k->args[0].h, "name"), k->args[0].h); }
static struct value fn_lookup_name_hash(struct call *k) { return ask_hash(k, k->args[0], k->args[1].h); }

static struct value old_hiera(struct call *k, const char *merge)
{
    struct lookup_state *st = lookup_state_of(k->c, k);
    if (compile_options_of(k->c)->strict != STRICT_OFF)
        lookup_warn_once(st, arena_printf(k->arena,
                                          "The function '%s' is deprecated in favor of using 'lookup'. See "
                                          "https://puppet.com/docs/puppet/7.23/deprecated_language.html",
                                          k->fn->name));
    struct asked q = {
        .names = k->args[0], .merge = value_str(sv_of(merge)), .fallback = arg(k, 1), .has_fallback = k->count > 1 && !k->block
    };
    return ask(k, &q, true);
}

static struct value fn_hiera(struct call *k) { return old_hiera(k, "first"); }
static struct value fn_hiera_array(struct call *k) { return old_hiera(k, "unique"); }
static struct value fn_hiera_hash(struct call *k) { return old_hiera(k, "hash"); }

static struct value fn_hiera_include(struct call *k)
{
    struct value v = old_hiera(k, "unique");
    if (v.kind == V_UNDEF)
        call_fail(k, "Could not find data item %.*s", SV_ARG(value_sv(k->args[0])));
    if ((v.kind == V_ARRAY || v.kind == V_STRING) && v.n == 0)
        return VALUE_UNDEF;
    return call_include(k, HOW_INCLUDE, &v, 1);
}

#define NAME  "Variant[String, Array[String]]"
#define MERGE "Variant[String[1], Hash[String, Scalar]]"
#define BLOCK "Callable[" NAME "]"
#define OPTIONS                                                                                                                            \
    "Optional[value_type] => Optional[Type], Optional[default_value] => Any, Optional[override] => Optional[Hash[String, Any]], "          \
    "Optional[default_values_hash] => Optional[Hash[String, Any]], Optional[merge] => Optional[" MERGE "]"

#define HIERA(name, run)                                                                                                                   \
    { name, "Callable[String, Any, Any, 1, 3]", "older form of lookup", run, 0 },                                                          \
        { name, "Callable[String, Callable[1, 1]]", "older form of lookup", run, 0 },                                                      \
        { name, "Callable[String, Any, Callable[1, 1]]", "older form of lookup", run, 0 },                                                 \
    {                                                                                                                                      \
        name, "Callable[Tuple[String, Any, Any, 1, 3]]", "older form of lookup", run##_list, 0                                             \
    }

#define LISTED(run)                                                                                                                        \
    static struct value run##_list(struct call *k)                                                                                         \
    {                                                                                                                                      \
        struct call inner = *k;                                                                                                            \
        inner.args = k->args[0].items;                                                                                                     \
        inner.count = k->args[0].n;                                                                                                        \
        return run(&inner);                                                                                                                \
    }
LISTED(fn_hiera)
LISTED(fn_hiera_array)
LISTED(fn_hiera_hash)
LISTED(fn_hiera_include)

const struct builtin lookup_functions[] = {
    { "lookup", "Callable[" NAME ", Type, " MERGE ", 1, 3]", "the value of a key in the data", fn_lookup, FN_SEES_SCOPE },
    { "lookup", "Callable[" NAME ", Optional[Type], Optional[" MERGE "], Any]", "the value of a key, or a default", fn_lookup,
      FN_SEES_SCOPE },
    { "lookup", "Callable[" NAME ", Type, " MERGE ", 1, 3, " BLOCK "]", "the value of a key, or what the block makes", fn_lookup,
      FN_SEES_SCOPE },
    { "lookup", "Callable[Struct[{name => " NAME ", " OPTIONS "}], Optional[" BLOCK "]]", "the same with named options", fn_lookup_hash,
      FN_SEES_SCOPE },
    { "lookup", "Callable[" NAME ", Struct[{" OPTIONS "}], Optional[" BLOCK "]]", "the same with named options", fn_lookup_name_hash,
      FN_SEES_SCOPE },
    HIERA("hiera", fn_hiera),
    HIERA("hiera_array", fn_hiera_array),
    HIERA("hiera_hash", fn_hiera_hash),
    HIERA("hiera_include", fn_hiera_include),
};
const size_t lookup_function_count = sizeof lookup_functions / sizeof *lookup_functions;
