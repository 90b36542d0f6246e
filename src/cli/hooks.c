/* hooks: binding the layers together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hooks.h"

#include "cli/query_hook.h"

#include "func/func.h"
#include "lookup/context.h"
#include "lookup/lookup.h"
#include "people/calendar.h"
#include "ruby/ruby.h"
#include "system/provider.h"

const struct provider_set *hooks_providers(void)
{
    static const struct provider *const items[] = { &calendar_event_provider };
    static const struct provider_set set = { items, sizeof items / sizeof *items };
    return &set;
}

struct builtins *hooks_functions(struct symtab *t)
{
#define X(family) func_##family,
    const struct builtin *const tables[] = {
        FUNC_FAMILIES(X) lookup_functions,
        lookup_context_functions,
        ruby_functions,
        people_functions
    };
#undef X
#define X(family) func_##family##_count,
    const size_t counts[] = {
        FUNC_FAMILIES(X) lookup_function_count,
        lookup_context_function_count,
        ruby_function_count,
        people_function_count
    };
#undef X
    return builtins_new(t, tables, counts, sizeof tables / sizeof *tables);
}

static const struct type_info *type_info(void *ctx, struct sv type)
{
    (void)ctx;
    return system_type_info((void *)hooks_providers(), type);
}

static const struct resource **exported(void *ctx, struct compile *c, struct sv type, uint32_t *out_count)
{
    struct site *s = ctx;
    struct err err = { "" };
    if (!site_load_exports(s, &err))
        compile_fail(c, (struct span){ 0 }, "exported resources cannot be collected: %s", err.text);
    return exports_of_type(s->exports, c, type, out_count);
}

static const char *type_name(void *ctx, uint32_t i)
{
    (void)ctx;
    return system_type_name((void *)hooks_providers(), i);
}

static struct sv searched(void *ctx, struct compile *c, struct sv key)
{
    (void)ctx;
    return lookup_searched(c, key);
}

struct eval_hooks hooks_of(struct site *s)
{
    return (struct eval_hooks){ .ctx = &s->people,
                                .lookup = lookup_parameter,
                                .exported = s->dir.n ? exported : NULL, /* a manifest alone has no store */
                                .query = s->dir.n ? query_hook : NULL,
                                .exports = s,
                                .searched = searched,
                                .type_info = type_info,
                                .type_name = type_name,
                                .function = ruby_function,
                                .title_parts = ruby_title_parts,
                                .ruby = &s->ruby };
}
