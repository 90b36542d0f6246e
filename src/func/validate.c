/* validate: stdlib's validate_... functions, and validate_legacy, which asks a type and one of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/check.h"

#include "types/regexp.h"
#include "types/text.h"

struct validation {
    struct call *k;
    const struct value *args;
    uint32_t count;
    struct sv why; /* of a refusal */
};
typedef bool validator(struct validation *v);

#define REFUSE(v, ...) ((v)->why = arena_printf((v)->k->arena, __VA_ARGS__), false)

static struct sv shown(struct validation *v, struct value x) { return ruby_inspected(v->k->arena, x); }

/* ---- each argument is of a kind ---- */

static bool each_is(struct validation *v, const char *name, bool (*test)(struct value x), const char *what)
{
    if (!v->count)
        return REFUSE(v, "%s(): wrong number of arguments (0; must be > 0)", name);
    for (uint32_t i = 0; i < v->count; i++)
        if (!test(v->args[i]))
            return REFUSE(v, "%.*s is not %s.  It looks to be a %s", SV_ARG(shown(v, v->args[i])), what, ruby_class(v->args[i]));
    return true;
}

static bool is_array(struct value v) { return v.kind == V_ARRAY; }
static bool is_bool(struct value v) { return v.kind == V_BOOL; }
static bool is_hash(struct value v) { return v.kind == V_HASH; }
static bool is_text(struct value v) { return v.kind == V_STRING || is_none(v); }

static bool validate_array(struct validation *v) { return each_is(v, "validate_array", is_array, "an Array"); }
static bool validate_bool(struct validation *v) { return each_is(v, "validate_bool", is_bool, "a boolean"); }
static bool validate_hash(struct validation *v) { return each_is(v, "validate_hash", is_hash, "a Hash"); }
static bool validate_string(struct validation *v) { return each_is(v, "validate_string", is_text, "a string"); }

static bool each_text(struct validation *v, const char *name, bool (*test)(struct sv s), const char *what)
{
    if (!v->count)
        return REFUSE(v, "%s(): wrong number of arguments (0; must be > 0)", name);
    for (uint32_t i = 0; i < v->count; i++) {
        if (v->args[i].kind != V_STRING)
            return REFUSE(v, "%.*s is not a string.", SV_ARG(shown(v, v->args[i])));
        if (!test(value_sv(v->args[i])))
            return REFUSE(v, "%.*s is not a %s", SV_ARG(shown(v, v->args[i])), what);
    }
    return true;
}

static bool is_ip(struct sv s)
{
    struct ip ip;
    return ip_parse(s, &ip);
}
static bool is_v4(struct sv s)
{
    struct ip ip;
    return ip_parse(s, &ip) && !ip.v6;
}
static bool is_v6(struct sv s)
{
    struct ip ip;
    return ip_parse(s, &ip) && ip.v6;
}

static bool validate_ip(struct validation *v) { return each_text(v, "validate_ip_address", is_ip, "valid IP address."); }
static bool validate_ipv4(struct validation *v) { return each_text(v, "validate_ipv4_address", is_v4, "valid IPv4 address."); }
static bool validate_ipv6(struct validation *v) { return each_text(v, "validate_ipv6_address", is_v6, "valid IPv6 address."); }
static bool validate_domain(struct validation *v)
{
    return each_text(v, "validate_domain_name", is_domain_name, "syntactically correct domain name");
}
static bool validate_email(struct validation *v) { return each_text(v, "validate_email_address", is_email_address, "valid email address"); }

static bool validate_path(struct validation *v)
{
    if (!v->count)
        return REFUSE(v, "validate_absolute_path(): wrong number of arguments (0; must be > 0)");
    for (uint32_t i = 0; i < v->count; i++) {
        const struct value *list = v->args[i].kind == V_ARRAY ? v->args[i].items : &v->args[i];
        for (uint32_t n = 0; n < (v->args[i].kind == V_ARRAY ? v->args[i].n : 1); n++)
            if (list[n].kind != V_STRING || !is_absolute_path(value_sv(list[n])))
                return REFUSE(v, "%.*s is not an absolute path.", SV_ARG(shown(v, list[n])));
    }
    return true;
}

/* ---- numbers between two others ---- */

struct bounds {
    const char *name, *kind; /* "validate_integer", "an Integer" */
    bool whole, has_most, has_least;
    double most, least;
    int64_t most_int, least_int;
};

static bool read_number(struct validation *v, const struct bounds *b, struct value x, double *out_f, int64_t *out_i)
{
    struct sv s = ruby_text(v->k->arena, x);
    *out_i = 0;
    if (!b->whole)
        return ruby_float(s, out_f);
    bool ok = ruby_integer(s, out_i);
    *out_f = (double)*out_i;
    return ok;
}

static struct sv number_text(struct validation *v, const struct bounds *b, double f, int64_t i)
{
    return value_text(v->k->arena, b->whole ? value_int(i) : value_float(f));
}

static bool read_bounds(struct validation *v, struct bounds *b)
{
    if (v->count < 1 || v->count > 3)
        return REFUSE(v, "%s(): Wrong number of arguments; must be 1, 2 or 3, got %u", b->name, v->count);
    struct value most = v->count > 1 ? v->args[1] : VALUE_UNDEF;
    b->has_most = v->count > 1 && !(v->count > 2 && ruby_text(v->k->arena, most).n == 0);
    if (b->has_most && !read_number(v, b, most, &b->most, &b->most_int))
        return REFUSE(v, "%s(): Expected second argument to be unset or %s, got %.*s:String", b->name, b->kind,
                      SV_ARG(ruby_text(v->k->arena, most)));
    b->has_least = v->count > 2;
    if (b->has_least && !read_number(v, b, v->args[2], &b->least, &b->least_int))
        return REFUSE(v, "%s(): Expected third argument to be unset or %s, got %.*s:%s", b->name, b->kind,
                      SV_ARG(ruby_text(v->k->arena, v->args[2])), ruby_class(v->args[2]));
    if (b->has_most && b->has_least && b->least > b->most)
        return REFUSE(v, "%s(): Expected second argument to be larger than third argument, got %.*s < %.*s", b->name,
                      SV_ARG(number_text(v, b, b->most, b->most_int)), SV_ARG(number_text(v, b, b->least, b->least_int)));
    return true;
}

static bool between(struct validation *v, const struct bounds *b, double f, struct sv input)
{
    if (b->has_most && f > b->most)
        return REFUSE(v, "%s(): Expected %.*s to be smaller or equal to %.*s, got %.*s.", b->name, SV_ARG(input),
                      SV_ARG(number_text(v, b, b->most, b->most_int)), SV_ARG(input));
    if (b->has_least && f < b->least)
        return REFUSE(v, "%s(): Expected %.*s to be greater or equal to %.*s, got %.*s.", b->name, SV_ARG(input),
                      SV_ARG(number_text(v, b, b->least, b->least_int)), SV_ARG(input));
    return true;
}

static bool validate_number(struct validation *v, struct bounds *b)
{
    double f = 0;
    int64_t i = 0;
    if (!read_bounds(v, b))
        return false;
    struct value input = v->args[0];
    if (input.kind == V_HASH)
        return REFUSE(v, "validate_integer(): Expected first argument to be %s or Array, got Hash", b->kind);
    if (input.kind != V_ARRAY) {
        if (!read_number(v, b, input, &f, &i))
            return REFUSE(v, "%s(): Expected first argument to be %s or Array, got %s", b->name, b->kind, ruby_class(input));
        return between(v, b, f, number_text(v, b, f, i));
    }
    for (uint32_t n = 0; n < input.n; n++) {
        if (input.items[n].kind == V_HASH || !read_number(v, b, input.items[n], &f, &i))
            return REFUSE(v, "%s(): Expected element at array position %u to be %s, got %s", b->name, n, b->kind,
                          ruby_class(input.items[n]));
        if (!between(v, b, f, shown(v, input)))
            return false;
    }
    return true;
}

static bool validate_integer(struct validation *v)
{
    return validate_number(v, &(struct bounds){ .name = "validate_integer", .kind = "an Integer", .whole = true });
}
static bool validate_numeric(struct validation *v)
{
    return validate_number(v, &(struct bounds){ .name = "validate_numeric", .kind = "a Numeric" });
}

/* ---- text ---- */

static bool any_matches(struct validation *v, struct value patterns, struct sv text, unsigned depth)
{
    if (patterns.kind == V_REGEXP)
        return regexp_hits(v->k, patterns.re, text);
    if (patterns.kind != V_ARRAY || depth > 100) {
        if (patterns.kind != V_STRING)
            call_fail(v->k, "no implicit conversion of %s into String", is_none(patterns) ? "nil" : ruby_class(patterns));
        return regexp_hits(v->k, regexp_of(v->k, value_sv(patterns)), text);
    }
    for (uint32_t i = 0; i < patterns.n; i++)
        if (any_matches(v, patterns.items[i], text, depth + 1))
            return true;
    return false;
}

static bool validate_re(struct validation *v)
{
    if (v->count < 2 || v->count > 3)
        return REFUSE(v, "validate_re(): wrong number of arguments (%u; must be 2 or 3)", v->count);
    if (v->args[0].kind != V_STRING)
        return REFUSE(v, "validate_re(): input needs to be a String, not a %s", ruby_class(v->args[0]));
    if (any_matches(v, v->args[1], value_sv(v->args[0]), 0))
        return true;
    if (v->count == 3 && !is_none(v->args[2]))
        return REFUSE(v, "%.*s", SV_ARG(ruby_text(v->k->arena, v->args[2])));
    return REFUSE(v, "validate_re(): %.*s does not match %.*s", SV_ARG(shown(v, v->args[0])), SV_ARG(shown(v, v->args[1])));
}

/* A length: a whole number, or its text. */
static bool read_length(struct value v, int64_t *out_n)
{
    if (v.kind == V_INT)
        *out_n = v.i;
    else if (v.kind == V_FLOAT && v.f > -1e18 && v.f < 1e18)
        *out_n = (int64_t)v.f;
    else
        return v.kind == V_STRING && ruby_integer(value_sv(v), out_n);
    return true;
}

static bool validate_slength(struct validation *v)
{
    int64_t most = 0, least = 0;
    if (v->count < 2 || v->count > 3)
        return REFUSE(v, "validate_slength(): Wrong number of arguments (%u; must be 2 or 3)", v->count);
    if (!read_length(v->args[1], &most) || most <= 0)
        return REFUSE(v, "validate_slength(): Expected second argument to be a positive Numeric, got %.*s:%s",
                      SV_ARG(ruby_text(v->k->arena, v->args[1])), ruby_class(v->args[1]));
    if (v->count == 3 && value_truthy(v->args[2]) && (!read_length(v->args[2], &least) || least < 0))
        return REFUSE(v, "validate_slength(): Expected third argument to be unset or a positive Numeric, got %.*s:%s",
                      SV_ARG(ruby_text(v->k->arena, v->args[2])), ruby_class(v->args[2]));
    if (most < least)
        return REFUSE(v, "validate_slength(): Expected second argument to be equal to or larger than third argument");
    struct value input = v->args[0];
    if (input.kind != V_STRING && input.kind != V_ARRAY)
        return REFUSE(v, "validate_slength(): Expected first argument to be a String or Array, got %s", ruby_class(input));
    int64_t whole = input.kind == V_ARRAY ? (int64_t)input.n : (int64_t)utf8_count(value_sv(input));
    for (uint32_t i = 0; i < (input.kind == V_ARRAY ? input.n : 1); i++) {
        struct value text = input.kind == V_ARRAY ? input.items[i] : input;
        if (text.kind != V_STRING)
            return REFUSE(v, "validate_slength(): Expected element at array position %u to be a String, got %s", i, ruby_class(text));
        int64_t n = (int64_t)utf8_count(value_sv(text));
        if (n > most || n < least)
            return REFUSE(v, "validate_slength(): Expected length of %.*s to be between %lld and %lld, was %lld", SV_ARG(shown(v, input)),
                          (long long)least, (long long)most, (long long)whole);
    }
    return true;
}

/* ---- the functions ---- */

static const struct validator_row {
    const char *name;
    validator *run;
    const char *instead; /* NULL: not an old function */
} validators[] = {
    { "validate_absolute_path", validate_path, "Stdlib::Compat::Absolute_Path" },
    { "validate_array", validate_array, "Stdlib::Compat::Array" },
    { "validate_bool", validate_bool, "Stdlib::Compat::Bool" },
    { "validate_domain_name", validate_domain, NULL },
    { "validate_email_address", validate_email, NULL },
    { "validate_hash", validate_hash, "Stdlib::Compat::Hash" },
    { "validate_integer", validate_integer, "Stdlib::Compat::Integer" },
    { "validate_ip_address", validate_ip, "Stdlib::Compat::Ip_Address" },
    { "validate_ipv4_address", validate_ipv4, "Stdlib::Compat::Ipv4_Address" },
    { "validate_ipv6_address", validate_ipv6, "Stdlib::Compat::Ipv6_address" },
    { "validate_numeric", validate_numeric, "Stdlib::Compat::Numeric" },
    { "validate_re", validate_re, "Pattern[]" },
    { "validate_slength", validate_slength, "String[]" },
    { "validate_string", validate_string, "Stdlib::Compat::String" },
};

static const struct validator_row *validator_find(struct sv name)
{
    for (size_t i = 0; i < sizeof validators / sizeof *validators; i++)
        if (sv_is(name, validators[i].name))
            return &validators[i];
    return NULL;
}

static struct value fn_validate(struct call *k)
{
    const struct validator_row *row = validator_find(sv_of(k->fn->name));
    struct validation v = { .k = k, .args = k->args, .count = k->count };
    if (row->instead)
        deprecation(k, sv_of(row->name),
                    arena_printf(k->arena,
                                 "This method is deprecated, please use the stdlib validate_legacy function,\n                    with %s. "
                                 "There is further documentation for validate_legacy function in the README.",
                                 row->instead));
    if (!row->run(&v))
        call_fail(k, "%.*s", SV_ARG(v.why));
    return VALUE_UNDEF;
}

/* Is a value good for the old function that its name stands for; args: the value and the further arguments of that function. */
static bool previously_valid(struct call *k, struct sv name, const struct value *args, uint32_t count)
{
    const struct validator_row *row = validator_find(name);
    struct validation v = { .k = k, .args = args, .count = count };
    if (!row)
        call_fail(k, "undefined method `function_%.*s' for validate_legacy: it is not one of the validate_ functions", SV_ARG(name));
    return row->run(&v);
}

static void validate_legacy(struct call *k, const struct type *want)
{
    struct sv name = value_sv(k->args[1]);
    bool before = previously_valid(k, name, k->args + 2, k->count - 2);
    if (compile_type_match(k->c, want, k->args[2])) {
        if (!before)
            call_warn(k, "notice", "Accepting previously invalid value for target type '%.*s'", SV_ARG(type_text(k->arena, want)));
        return;
    }
    struct strbuf out = STRBUF_IN(k->arena);
    unsigned n = type_mismatch(k->arena, &out, arena_printf(k->arena, "validate_legacy(%.*s)", SV_ARG(name)), want, k->args[2]);
    struct sv message = n > 1 ? arena_printf(k->arena, " %.*s", SV_ARG(strbuf_sv(&out))) : strbuf_sv(&out);
    if (!before)
        call_fail(k, "%.*s", SV_ARG(message));
    deprecation(k, SV("validate_legacy"), message);
}

static struct value fn_validate_legacy(struct call *k)
{
    const struct type *want = k->args[0].kind == V_TYPE ? k->args[0].t : NULL;
    if (!want) {
        struct symtab *t = symtab_new();
        struct err err;
        want = type_parse(k->arena, t, compile_type_loader(k->c), value_sv(k->args[0]), &err);
        symtab_free(t);
        if (!want)
            call_fail(k, "%s", err.text);
    }
    validate_legacy(k, want);
    return VALUE_UNDEF;
}

/* The reference counts the scope as the first argument; its message says so. */
static struct value fn_validate_legacy_wrong(struct call *k)
{
    static const struct sv names[2][5] = {
        { SV_INIT("scope"), SV_INIT("target_type"), SV_INIT("function_name"), SV_INIT("value"), SV_INIT("args") },
        { SV_INIT("scope"), SV_INIT("type_string"), SV_INIT("function_name"), SV_INIT("value"), SV_INIT("args") }
    };
    static const char *const texts[2] = { "Callable[Any, Type, String, Any, Any, 4, default]",
                                          "Callable[Any, String, String, Any, Any, 4, default]" };
    struct type_signature sigs[2] = { 0 };
    struct value *args = ARENA_ARRAY(k->arena, struct value, k->count + 1);
    struct strbuf out = STRBUF_IN(k->arena);
    struct symtab *t = symtab_new();
    struct err err;
    args[0] = VALUE_UNDEF;
    for (uint32_t i = 0; i < k->count; i++)
        args[i + 1] = k->args[i];
    for (unsigned i = 0; i < 2; i++)
        sigs[i] =
            (struct type_signature){ .callable = type_parse(k->arena, t, NULL, sv_of(texts[i]), &err), .names = names[i], .name_count = 5 };
    symtab_free(t);
    type_mismatch_call(k->arena, &out, SV("'validate_legacy'"), sigs, 2, args, k->count + 1, NULL);
    call_fail(k, "%.*s", SV_ARG(strbuf_sv(&out)));
}

#define VALIDATES(name, help)                                                                                                              \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, "refuses what is no " help, fn_validate, FN_STATEMENT, NULL                                                  \
    }

const struct builtin func_validate[] = {
    VALIDATES("validate_absolute_path", "absolute path"),
    VALIDATES("validate_array", "list"),
    VALIDATES("validate_bool", "Boolean"),
    VALIDATES("validate_domain_name", "domain name"),
    VALIDATES("validate_email_address", "e-mail address"),
    VALIDATES("validate_hash", "hash"),
    VALIDATES("validate_integer", "whole number between two others"),
    VALIDATES("validate_ip_address", "IP address"),
    VALIDATES("validate_ipv4_address", "IPv4 address"),
    VALIDATES("validate_ipv6_address", "IPv6 address"),
    VALIDATES("validate_numeric", "number between two others"),
    VALIDATES("validate_re", "text that one of some regular expressions matches"),
    VALIDATES("validate_slength", "text of a length"),
    VALIDATES("validate_string", "text"),
    { "validate_legacy", "Callable[Variant[Type, String], String, Any, Any, 3, default]", "refuses what a type and an old function refuse",
      fn_validate_legacy, FN_STATEMENT, "target_type function_name value args" },
    { "validate_legacy", TAKES_ANYTHING, "refuses other arguments", fn_validate_legacy_wrong, FN_STATEMENT, NULL },
};
const size_t func_validate_count = sizeof func_validate / sizeof *func_validate;
