/* stdlib: what modules use of puppetlabs-stdlib: choosing, converting. Lists are in list.c, hashes in merge.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/support.h"
#include "types/text.h"

static bool is_nothing(struct value v) { return is_none(v) || is_empty_text(v); }

static struct value fn_pick(struct call *k)
{
    for (uint32_t i = 0; i < k->count; i++)
        if (!is_nothing(k->args[i]))
            return k->args[i];
    call_fail(k, "pick(): must receive at least one non empty value");
}

static struct value fn_pick_default(struct call *k)
{
    if (!k->count)
        call_fail(k, "Must receive at least one argument.");
    for (uint32_t i = 0; i < k->count; i++)
        if (!is_nothing(k->args[i]))
            return k->args[i];
    return old_arg(k, k->count - 1);
}

static bool one_of(struct sv s, const char *const *words)
{
    for (; *words; words++)
        if (sv_eq_nocase(s, sv_of(*words)))
            return true;
    return false;
}

static bool truth_of_text(struct call *k, struct value v)
{
    static const char *const yes[] = { "1", "t", "y", "true", "yes", NULL };
    static const char *const no[] = { "", "0", "f", "n", "false", "no", NULL };

    if (v.kind == V_BOOL)
        return v.b;
    if (v.kind != V_STRING)
        call_fail(k, "str2bool(): Requires string to work with");
    struct sv s = value_sv(v);
    if (one_of(s, yes))
        return true;
    if (one_of(s, no) || sv_is(s, "undef") || sv_is(s, "undefined"))
        return false;
    call_fail(k, "str2bool(): Unknown type of boolean given");
}

static void need_one(struct call *k)
{
    if (!k->count)
        call_fail(k, "%s(): Wrong number of arguments given (0 for 1)", k->fn->name);
}

static struct value fn_str2bool(struct call *k)
{
    need_one(k);
    return value_bool(truth_of_text(k, old_arg(k, 0)));
}

static struct value fn_bool2num(struct call *k)
{
    need_one(k);
    return value_int(truth_of_text(k, old_arg(k, 0)));
}

static struct value fn_bool2str(struct call *k)
{
    if (k->count != 1 && k->count != 3)
        call_fail(k, "bool2str(): Wrong number of arguments given (%u for 3)", k->count);
    if (k->args[0].kind != V_BOOL)
        call_fail(k, "bool2str(): Requires a boolean to work with");
    struct value yes = k->count == 3 ? old_arg(k, 1) : value_str(SV("true")), no = k->count == 3 ? old_arg(k, 2) : value_str(SV("false"));
    if (yes.kind != V_STRING || no.kind != V_STRING)
        call_fail(k, "bool2str(): Requires strings to convert to");
    return k->args[0].b ? yes : no;
}

static bool truth_of_number(struct call *k, struct value v)
{
    double f = 0;
    if (v.kind == V_INT)
        return v.i > 0;
    if (v.kind == V_FLOAT)
        return v.f >= 1;
    if (v.kind != V_STRING)
        return false; /* the number in the text of a list, hash or Boolean is 0 */
    if (!ruby_float(value_sv(v), &f)) {
        struct sv shown = ruby_inspected(k->arena, v);
        call_fail(k, "num2bool(): '%.*s' does not look like a number: invalid value for Float(): %.*s", SV_ARG(value_sv(v)), SV_ARG(shown));
    }
    return f >= 1;
}

static struct value fn_num2bool(struct call *k)
{
    if (k->count != 1)
        call_fail(k, "num2bool(): Wrong number of arguments given (%u for 1)", k->count);
    return value_bool(truth_of_number(k, old_arg(k, 0)));
}

static struct value fn_any2bool(struct call *k)
{
    double f;
    need_one(k);
    struct value v = old_arg(k, 0);
    if (v.kind == V_INT || v.kind == V_FLOAT || (v.kind == V_STRING && ruby_float(value_sv(v), &f)))
        return value_bool(truth_of_number(k, v));
    if (v.kind == V_STRING || v.kind == V_BOOL)
        return value_bool(truth_of_text(k, v));
    return value_bool(true);
}

/* ---- assertions ---- */

static struct value fn_assert_private(struct call *k)
{
    struct sv caller = SV("");
    struct value v;

    if (k->count > 1)
        call_fail(k, "assert_private(): Wrong number of arguments given (%u}) for 0 or 1)", k->count);
    if (call_variable(k, SV("caller_module_name"), &v) && v.kind == V_STRING)
        caller = value_sv(v);
    if (sv_eq(caller, call_module(k)))
        return VALUE_UNDEF;
    if (k->count && k->args[0].kind != V_UNDEF && k->args[0].kind == V_STRING)
        call_fail(k, "%.*s", SV_ARG(value_sv(k->args[0])));
    const struct resource *r = call_resource(k);
    bool is_class = !r || sv_is(r->type, "Class");
    struct sv name = !r ? SV("") : is_class ? text_case(k->arena, r->title, CASE_DOWN) : text_case(k->arena, r->type, CASE_DOWN);
    call_fail(k, "%s %.*s is private", is_class ? "Class" : "Definition", SV_ARG(name));
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

const struct builtin func_stdlib[] = {
    { "pick", TAKES_ANYTHING, "the first value that is not empty", fn_pick, 0, NULL },
    { "pick_default", TAKES_ANYTHING, "the first value that is not empty, or the last", fn_pick_default, 0, NULL },
    { "str2bool", TAKES_ANYTHING, "text to a Boolean", fn_str2bool, 0, NULL },
    { "bool2num", TAKES_ANYTHING, "true to 1, false to 0", fn_bool2num, 0, NULL },
    { "bool2str", TAKES_ANYTHING, "a Boolean to text", fn_bool2str, 0, NULL },
    { "num2bool", TAKES_ANYTHING, "is a number above 0", fn_num2bool, 0, NULL },
    { "any2bool", TAKES_ANYTHING, "anything to a Boolean", fn_any2bool, 0, NULL },
    { "assert_private", TAKES_ANYTHING, "fails where another module declares this class", fn_assert_private, FN_SEES_SCOPE },
    { "stdlib::start_with", "Callable[String, Variant[String[1], Array[String[1], 1]]]", "does text start with one of some", fn_start_with,
      0, "test_string prefixes" },
    { "stdlib::end_with", "Callable[String, Variant[String[1], Array[String[1], 1]]]", "does text end with one of some", fn_end_with, 0,
      "test_string suffixes" },
};
const size_t func_stdlib_count = sizeof func_stdlib / sizeof *func_stdlib;
