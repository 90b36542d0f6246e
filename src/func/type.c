/* type: types of values, assertions, conversions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "types/type.h"

#include "func/func.h"
#include "types/text.h"

static struct value fn_type(struct call *k)
{
    struct sv how = k->count > 1 && k->args[1].kind == V_STRING ? value_sv(k->args[1]) : SV("detailed");
    const struct type *t;

    if (sv_is(how, "detailed"))
        t = type_infer(k->arena, k->args[0]);
    else
        t = type_infer_reduced(k->arena, k->args[0]);
    return value_type(sv_is(how, "generalized") ? type_generalize(k->arena, t) : t);
}

static struct value fn_assert_type(struct call *k)
{
    const struct type *want = k->args[0].kind == V_TYPE ? k->args[0].t : NULL;
    struct strbuf out = STRBUF_IN(k->arena);
    struct err err;

    if (!want) {
        struct symtab *t = symtab_new();

        want = type_parse(k->arena, t, compile_type_loader(k->c), value_sv(k->args[0]), &err);
        symtab_free(t);
        if (!want)
            call_fail(k, "%s", err.text);
    }
    if (compile_type_match(k->c, want, k->args[1]))
        return k->args[1];
    if (k->block) {
        struct value args[] = { value_type(want), value_type(type_infer(k->arena, k->args[1])) };

        return call_block(k, args, 2);
    }
    type_mismatch(k->arena, &out, SV("assert_type():"), want, k->args[1]);
    call_fail(k, "%.*s", SV_ARG(strbuf_sv(&out)));
}

/* type.new(args), with a block that gets the result */
static struct value make(struct call *k, const struct type *t, const struct value *args, uint32_t count)
{
    struct value v;
    struct sv why;
    struct err err;

    if (type_resolve(t)->kind == T_TYPE && count == 1 && args[0].kind == V_STRING) {
        struct symtab *names = symtab_new();
        const struct type *parsed = type_parse(k->arena, names, compile_type_loader(k->c), value_sv(args[0]), &err);

        symtab_free(names);
        if (!parsed)
            call_fail(k, "%s", err.text);
        return value_type(parsed);
    }
    if (!call_type_new(k->c, t, args, count, &v, &why))
        call_fail(k, "%.*s", SV_ARG(why));
    return v;
}

static struct value fn_new(struct call *k)
{
    struct value v = make(k, k->args[0].t, k->args + 1, k->count - 1);

    return k->block ? call_block(k, &v, 1) : v;
}

static struct value fn_convert_to(struct call *k)
{
    struct value *args = ARENA_ARRAY(k->arena, struct value, k->count), v;

    args[0] = k->args[0];
    for (uint32_t i = 2; i < k->count; i++)
        args[i - 1] = k->args[i];
    v = make(k, k->args[1].t, args, k->count - 1);
    return k->block ? call_block(k, &v, 1) : v;
}

static struct value fn_unwrap(struct call *k)
{
    struct value v = k->args[0].kind == V_SENSITIVE ? *k->args[0].inner : k->args[0];

    return k->block ? call_block(k, &v, 1) : v;
}

static struct value fn_is_a(struct call *k) { return value_bool(compile_type_match(k->c, k->args[1].t, k->args[0])); }

static struct value fn_type_of(struct call *k) { return value_type(type_infer(k->arena, k->args[0])); }

#define TYPE_HELP   "the type of a value"
#define ASSERT_HELP "a value, if it is of a type"

const struct builtin func_type[] = {
    { "type", "Callable[Any, Enum['detailed'], 1, 2]", TYPE_HELP, fn_type, 0, "value inference_method" },
    { "type", "Callable[Any, Enum['reduced']]", TYPE_HELP, fn_type, 0, "value inference_method" },
    { "type", "Callable[Any, Enum['generalized']]", TYPE_HELP, fn_type, 0, "value inference_method" },
    { "type_of", "Callable[Any]", TYPE_HELP, fn_type_of, 0, "value" },
    { "assert_type", "Callable[Type, Any, Optional[Callable[Type, Type]]]", ASSERT_HELP, fn_assert_type, 0, "type value block" },
    { "assert_type", "Callable[String, Any, Optional[Callable[Type, Type]]]", ASSERT_HELP, fn_assert_type, 0, "type_string value block" },
    { "new", "Callable[Type, Any, 1, default, Optional[Callable]]", "a new value of a type", fn_new, 0, "type args block" },
    { "convert_to", "Callable[Any, Type, Any, 2, default, Optional[Callable[1, 1]]]", "a value as another type", fn_convert_to, 0,
      "value type args block" },
    { "unwrap", "Callable[Sensitive, Optional[Callable]]", "what a Sensitive holds", fn_unwrap, 0, "arg block" },
    { "unwrap", "Callable[Any, Optional[Callable]]", "what is no Sensitive, as it is", fn_unwrap, 0, "arg block" },
    { "is_a", "Callable[Any, Type]", "is a value of a type", fn_is_a, 0, "value type" },
};
const size_t func_type_count = sizeof func_type / sizeof *func_type;
