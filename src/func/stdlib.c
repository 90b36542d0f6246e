/* stdlib: what modules use of puppetlabs-stdlib: choosing, converting, data as JSON and YAML. Lists and hashes are in stdlib_data.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "func/func.h"
#include "func/stdlib_data.h"
#include "types/text.h"

static bool is_empty(struct value v) { return v.kind <= V_UNDEF || (v.kind == V_STRING && v.n == 0); }

static struct value fn_pick(struct call *k)
{
    for (uint32_t i = 0; i < k->count; i++)
        if (!is_empty(k->args[i]))
            return k->args[i];
    call_fail(k, "pick(): must receive at least one non empty value");
}

static struct value fn_pick_default(struct call *k)
{
    for (uint32_t i = 0; i < k->count; i++)
        if (!is_empty(k->args[i]))
            return k->args[i];
    return k->args[k->count - 1];
}

static bool one_of(struct sv s, const char *const *words)
{
    for (; *words; words++)
        if (sv_is(s, *words))
            return true;
    return false;
}

static struct value fn_str2bool(struct call *k)
{
    static const char *const yes[] = { "1", "t", "T", "y", "Y", "true", "TRUE", "True", "yes", "YES", "Yes", NULL };
    static const char *const no[] = {
        "", "0", "f", "F", "n", "N", "false", "FALSE", "False", "no", "NO", "No", "undef", "undefined", NULL
    };
    struct value v = k->args[0];

    if (v.kind == V_BOOL)
        return v;
    if (v.kind != V_STRING)
        call_fail(k, "str2bool(): Requires string to work with");
    if (one_of(value_sv(v), yes) || one_of(value_sv(v), no))
        return value_bool(one_of(value_sv(v), yes));
    call_fail(k, "str2bool(): Unknown type of boolean given");
}

static struct value fn_bool2num(struct call *k)
{
    struct value v = k->args[0].kind == V_BOOL ? k->args[0] : fn_str2bool(k);

    return value_int(v.b);
}

static struct value fn_bool2str(struct call *k)
{
    if (k->args[0].kind != V_BOOL)
        call_fail(k, "bool2str(): Requires a boolean to work with");
    if (k->count == 3)
        return k->args[k->args[0].b ? 1 : 2];
    return value_str(k->args[0].b ? SV("true") : SV("false"));
}

static struct value fn_num2bool(struct call *k)
{
    struct value n = k->args[0];

    if (n.kind == V_BOOL)
        return n;
    if (n.kind == V_STRING && !number_from_sv(value_sv(n), &n))
        call_fail(k, "num2bool(): '%.*s' does not look like a number", SV_ARG(value_sv(k->args[0])));
    if (n.kind != V_INT && n.kind != V_FLOAT)
        call_fail(k, "num2bool(): Unable to parse number");
    return value_bool(n.kind == V_INT ? n.i > 0 : n.f >= 1);
}

static struct value fn_any2bool(struct call *k)
{
    struct value v = k->args[0], n;

    if (v.kind == V_STRING && number_from_sv(value_sv(v), &n))
        return value_bool(n.kind == V_INT ? n.i > 0 : n.f >= 1);
    if (v.kind == V_STRING)
        return value_bool(v.n && !sv_eq_nocase(value_sv(v), SV("false")) && !sv_eq_nocase(value_sv(v), SV("no")) &&
                          !sv_eq_nocase(value_sv(v), SV("n")) && !sv_eq_nocase(value_sv(v), SV("f")) && !sv_is(value_sv(v), "undef"));
    if (v.kind == V_INT || v.kind == V_FLOAT)
        return value_bool(v.kind == V_INT ? v.i > 0 : v.f >= 1);
    return value_bool(value_truthy(v));
}

/* ---- JSON and YAML ---- */

static void write_json(struct call *k, struct json_out *j, struct value v, int depth)
{
    if (depth > 500)
        call_fail(k, "the data is nested too deeply");
    switch (v.kind) {
    case V_UNSET:
    case V_UNDEF:
        json_null(j);
        break;
    case V_BOOL:
        json_bool(j, v.b);
        break;
    case V_INT:
        json_int(j, v.i);
        break;
    case V_FLOAT:
        json_float(j, v.f);
        break;
    case V_ARRAY:
        json_open(j, '[');
        for (uint32_t i = 0; i < v.n; i++)
            write_json(k, j, v.items[i], depth + 1);
        json_close(j, ']');
        break;
    case V_HASH:
        json_open(j, '{');
        for (uint32_t i = 0; i < v.h->count; i++) {
            json_key(j, value_text(k->arena, v.h->pairs[i].key));
            write_json(k, j, v.h->pairs[i].value, depth + 1);
        }
        json_close(j, '}');
        break;
    default:
        json_str(j, value_text(k->arena, v));
    }
}

static struct value to_json(struct call *k, bool pretty)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = json_to(&out, pretty);

    write_json(k, &j, k->args[0], 0);
    if (pretty)
        strbuf_addc(&out, '\n');
    return value_str(strbuf_sv(&out));
}

static struct value fn_to_json(struct call *k) { return to_json(k, false); }
static struct value fn_to_json_pretty(struct call *k) { return to_json(k, true); }

static struct value fn_parsejson(struct call *k)
{
    struct source *src = ARENA_NEW(k->arena, struct source);
    struct data_limits limits = { 0 };
    struct diags diags = diags_in(k->arena);
    struct data_doc *doc = NULL;

    src->path = SV("parsejson");
    src->text = value_sv(k->args[0]);
    if (json_read(k->arena, src, &limits, &diags, &doc) && doc)
        return value_from_data(k->arena, &doc->root);
    if (k->count > 1)
        return k->args[1];
    call_fail(k, "parsejson(): %.*s", SV_ARG(diags.first ? diags.first->message : SV("invalid JSON")));
}

/* ---- shell ---- */

static struct value fn_shell_escape(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    struct sv s = value_text(k->arena, k->args[0]);

    if (!s.n)
        return value_str(SV("''"));
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80 || (c && strchr("_-.,:+/@", c));

        if (c == '\n') {
            strbuf_adds(&out, "'\n'");
            continue;
        }
        if (!plain)
            strbuf_addc(&out, '\\');
        strbuf_addc(&out, (char)c);
    }
    return value_str(strbuf_sv(&out));
}

/* ---- assertions ---- */

static struct value fn_assert_private(struct call *k)
{
    struct sv caller = SV("");
    struct value v;

    if (call_variable(k, SV("caller_module_name"), &v) && v.kind == V_STRING)
        caller = value_sv(v);
    if (sv_eq(caller, call_module(k)))
        return VALUE_UNDEF;
    if (k->count)
        call_fail(k, "%.*s", SV_ARG(value_text(k->arena, k->args[0])));
    call_fail(k, "Class or define is private");
}

static struct value fn_start_with(struct call *k)
{
    const struct value *list = k->args[1].kind == V_ARRAY ? k->args[1].items : &k->args[1];

    for (uint32_t i = 0, n = k->args[1].kind == V_ARRAY ? k->args[1].n : 1; i < n; i++)
        if (sv_starts(value_sv(k->args[0]), value_sv(list[i])))
            return value_bool(true);
    return value_bool(false);
}

static struct value fn_end_with(struct call *k)
{
    const struct value *list = k->args[1].kind == V_ARRAY ? k->args[1].items : &k->args[1];

    for (uint32_t i = 0, n = k->args[1].kind == V_ARRAY ? k->args[1].n : 1; i < n; i++)
        if (sv_ends(value_sv(k->args[0]), value_sv(list[i])))
            return value_bool(true);
    return value_bool(false);
}

#define ANY1 "Callable[Any]"
#define ANY2 "Callable[Any, Any]"
#define SOME "Callable[Any, 1, default]"

const struct builtin func_stdlib[] = {
    { "pick", SOME, "the first value that is not empty", fn_pick, 0 },
    { "pick_default", SOME, "the first value that is not empty, or the last", fn_pick_default, 0 },
    { "str2bool", ANY1, "text to a Boolean", fn_str2bool, 0 },
    { "bool2num", ANY1, "true to 1, false to 0", fn_bool2num, 0 },
    { "bool2str", "Callable[Any, String, 1, 3]", "a Boolean to text", fn_bool2str, 0 },
    { "num2bool", ANY1, "is a number above 0", fn_num2bool, 0 },
    { "any2bool", ANY1, "anything to a Boolean", fn_any2bool, 0 },
    { "to_json", ANY1, "data as JSON", fn_to_json, 0 },
    { "to_json_pretty", SOME, "data as JSON for people", fn_to_json_pretty, 0 },
    { "parsejson", "Callable[String, Any, 1, 2]", "data from JSON", fn_parsejson, 0 },
    { "shell_escape", ANY1, "text quoted for a shell", fn_shell_escape, 0 },
    { "assert_private", "Callable[Any, 0, 1]", "fails where another module declares this class", fn_assert_private, FN_SEES_SCOPE },
    { "stdlib::start_with", "Callable[String, Variant[String, Array[String]]]", "does text start with one of some", fn_start_with, 0 },
    { "stdlib::end_with", "Callable[String, Variant[String, Array[String]]]", "does text end with one of some", fn_end_with, 0 },
    { "merge", "Callable[Any, 2, default]", "hashes in one, the last value counts", fn_merge, 0 },
    { "deep_merge", "Callable[Any, 2, default]", "hashes in one, and the hashes in them", fn_deep_merge, 0 },
    { "has_key", "Callable[Hash, Any]", "does a hash have a key", fn_has_key, 0 },
    { "join_keys_to_values", "Callable[Hash, String]", "a list of keys and values joined", fn_join_keys_to_values, 0 },
    { "member", "Callable[Array, Any]", "is a value in a list", fn_member, 0 },
    { "concat", "Callable[Array, Any, 1, default]", "lists in one", fn_concat, 0 },
    { "union", "Callable[Array, 1, default]", "what is in any list", fn_union, 0 },
    { "intersection", "Callable[Array, Array]", "what is in both lists", fn_intersection, 0 },
    { "difference", "Callable[Array, Array]", "what is in the first list alone", fn_difference, 0 },
    { "delete", "Callable[Variant[Array, Hash, String], Any]", "a list, hash or text without some", fn_delete, 0 },
    { "delete_at", "Callable[Array, Integer]", "a list without one place", fn_delete_at, 0 },
    { "delete_undef_values", "Callable[Variant[Array, Hash]]", "data without undef", fn_delete_undef_values, 0 },
    { "delete_values", "Callable[Hash, Any]", "a hash without a value", fn_delete_values, 0 },
    { "prefix", "Callable[Variant[Array, Hash], String, 1, 2]", "elements or keys with text before them", fn_prefix, 0 },
    { "suffix", "Callable[Variant[Array, Hash], String, 1, 2]", "elements or keys with text behind them", fn_suffix, 0 },
    { "any2array", "Callable[Any, 0, default]", "anything as a list", fn_any2array, 0 },
    { "count", "Callable[Array, Any, 1, 2]", "how often a value is in a list", fn_count, 0 },
    { "reverse", "Callable[Variant[Array, String]]", "the other way round", fn_reverse, 0 },
    { "range", "Callable[Variant[Integer, String], Variant[Integer, String], Integer, 1, 3]", "whole numbers from one to another", fn_range,
      0 },
    { "zip", ANY2, "pairs of two lists", fn_zip, 0 },
};
const size_t func_stdlib_count = sizeof func_stdlib / sizeof *func_stdlib;
