/* log: notice and its kin: messages of a compile, kept as diagnostics that are named after their level; and fail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "func/func.h"

static struct sv joined(struct call *k)
{
    struct strbuf out = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < k->count; i++) {
        if (i)
            strbuf_addc(&out, ' ');
        value_print(&out, k->args[i]);
    }
    return strbuf_sv(&out);
}

/* As people know the place: "Scope(Class[main])". */
static struct value fn_log(struct call *k)
{
    const struct resource *r = call_resource(k);
    struct sv where = r ? resource_ref(k->arena, r) : SV("Class[main]");
    bool is_main = sv_is(where, "Class[Main]");
    call_warn(k, k->fn->name, "Scope(%.*s): %.*s", SV_ARG(is_main ? SV("Class[main]") : where), SV_ARG(joined(k)));
    return VALUE_UNDEF;
}

static struct value fn_fail(struct call *k) { call_fail(k, "%.*s", SV_ARG(joined(k))); }

#define LEVEL(name)                                                                                                                        \
    {                                                                                                                                      \
        name, "Callable[Any, 0, default]", "logs its arguments at level " name, fn_log, FN_STATEMENT, "values"                             \
    }

const struct builtin func_log[] = {
    LEVEL("debug"),
    LEVEL("info"),
    LEVEL("notice"),
    LEVEL("warning"),
    LEVEL("err"),
    LEVEL("crit"),
    LEVEL("alert"),
    LEVEL("emerg"),
    { "fail", "Callable[Any, 0, default]", "ends the compile with its arguments as the message", fn_fail, FN_STATEMENT },
};
const size_t func_log_count = sizeof func_log / sizeof *func_log;
