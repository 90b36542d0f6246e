/* test_functions: the few built-in functions that eval's own tests need; the real ones are func's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_FUNCTIONS_H
#define TEST_FUNCTIONS_H

#include "base/map.h"
#include "eval/call.h"

static struct value t_include(struct call *k) { return call_include(k, HOW_INCLUDE, k->args, k->count); }

static struct value t_contain(struct call *k) { return call_include(k, HOW_CONTAIN, k->args, k->count); }

static struct value t_require(struct call *k) { return call_include(k, HOW_REQUIRE, k->args, k->count); }

static struct value t_fail(struct call *k)
{
    struct strbuf b = STRBUF_IN(k->arena);
    for (uint32_t i = 0; i < k->count; i++) {
        strbuf_adds(&b, i ? " " : "");
        value_print(&b, k->args[i]);
    }
    call_fail(k, "%.*s", (int)b.n, b.p ? b.p : "");
}

static struct value t_each(struct call *k)
{
    struct value in = k->args[0];
    if (in.kind == V_HASH) {
        for (uint32_t i = 0; i < in.h->count; i++) {
            struct value two[2] = { in.h->pairs[i].key, in.h->pairs[i].value }, pair = value_array(two, 2);
            bool one = call_block_params(k) == 1;
            if (call_block(k, one ? &pair : two, one ? 1 : 2).kind == V_UNSET)
                return in;
        }
        return in;
    }
    for (uint32_t i = 0; i < in.n; i++) {
        struct value two[2] = { value_int(i), in.items[i] };
        bool one = call_block_params(k) == 1;
        if (call_block(k, one ? &two[1] : two, one ? 1 : 2).kind == V_UNSET)
            break;
    }
    return in;
}

static struct value t_map(struct call *k)
{
    struct value in = k->args[0];
    struct value *out = ARENA_ARRAY(k->arena, struct value, in.n + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < in.n; i++) {
        struct value v = call_block(k, &in.items[i], 1);
        if (v.kind == V_UNSET)
            break;
        out[n++] = v;
    }
    return value_array(out, n);
}

static struct value t_with(struct call *k) { return call_block(k, k->args, k->count); }

static struct value t_realize(struct call *k)
{
    call_realize(k, k->args, k->count);
    return VALUE_UNDEF;
}

static struct value t_tag(struct call *k)
{
    call_tag(k, k->args, k->count);
    return VALUE_UNDEF;
}

static struct value t_tagged(struct call *k) { return value_bool(call_tagged(k, value_sv(k->args[0]))); }

static struct value t_defined(struct call *k) { return value_bool(call_defined(k, k->args[0])); }

static struct value t_create_resources(struct call *k)
{
    const struct hash *h = k->args[1].h;
    for (uint32_t i = 0; i < h->count; i++)
        call_create_titled(k, value_sv(k->args[0]), h->pairs[i].key, h->pairs[i].value.h);
    return VALUE_UNDEF;
}

static struct value t_epp(struct call *k)
{
    struct snapshot *s = compile_snapshot(k->c);
    struct sv path = snapshot_module_file(s, value_sv(k->args[0]), "templates");
    struct diags diags = diags_in(k->arena);
    struct err err = { "" };
    const struct unit *u = path.n ? snapshot_unit(s, path, 1, &diags, &err) : NULL;
    if (!u)
        call_fail(k, "Could not find template '%.*s'", (int)k->args[0].n, k->args[0].s);
    return call_epp(k, u, k->count > 1 ? k->args[1].h : NULL, false);
}

static struct value t_notice(struct call *k)
{
    call_warn(k, "notice", "%.*s", (int)value_text(k->arena, k->args[0]).n, value_text(k->arena, k->args[0]).p);
    return VALUE_UNDEF;
}

static struct value t_pick(struct call *k)
{
    for (uint32_t i = 0; i < k->count; i++)
        if (k->args[i].kind != V_UNDEF && !(k->args[i].kind == V_STRING && !k->args[i].n))
            return k->args[i];
    call_fail(k, "pick(): must receive at least one non empty value");
}

static struct value t_empty(struct call *k)
{
    struct value v = k->args[0];
    return value_bool(v.kind == V_UNDEF || (v.kind == V_STRING && !v.n) || (v.kind == V_ARRAY && !v.n) ||
                      (v.kind == V_HASH && !v.h->count));
}

static struct value t_member(struct call *k)
{
    for (uint32_t i = 0; i < k->args[0].n; i++)
        if (value_equal(k->args[0].items[i], k->args[1]))
            return value_bool(true);
    return value_bool(false);
}

static const struct builtin test_functions[] = {
    { "member", NULL, "", t_member, 0 },
    { "empty", NULL, "", t_empty, 0 },
    { "pick", NULL, "", t_pick, 0 },
    { "include", NULL, "", t_include, FN_STATEMENT },
    { "contain", NULL, "", t_contain, FN_STATEMENT },
    { "require", NULL, "", t_require, FN_STATEMENT },
    { "fail", NULL, "", t_fail, FN_STATEMENT },
    { "each", "Callable[Variant[Array, Hash], Callable[1, 2]]", "", t_each, 0, "enumerable block" },
    { "map", "Callable[Array, Callable[1, 1]]", "", t_map, 0, "enumerable block" },
    { "with", NULL, "", t_with, 0 },
    { "realize", NULL, "", t_realize, FN_STATEMENT },
    { "tag", NULL, "", t_tag, FN_STATEMENT },
    { "tagged", NULL, "", t_tagged, 0 },
    { "defined", NULL, "", t_defined, 0 },
    { "create_resources", NULL, "", t_create_resources, FN_STATEMENT },
    { "epp", NULL, "", t_epp, 0 },
    { "notice", NULL, "", t_notice, FN_STATEMENT },
};

static const char *const p_file[] = { "path",
                                      "ensure",
                                      "content",
                                      "source",
                                      "mode",
                                      "owner",
                                      "group",
                                      "recurse",
                                      "purge",
                                      "force",
                                      "target",
                                      "backup",
                                      "replace",
                                      "links",
                                      "validate_cmd",
                                      "recurselimit",
                                      "ignore",
                                      "show_diff",
                                      "selinux_ignore_defaults",
                                      NULL };
static const char *const p_package[] = { "name", "ensure", "provider", "source", "install_options", NULL };
static const char *const p_service[] = { "name", "ensure", "enable", "hasstatus", "hasrestart", "provider", NULL };
static const char *const p_notify[] = { "name", "message", "withpath", NULL };
static const char *const p_exec[] = { "command", "path", "cwd", "onlyif", "unless", "creates", "refreshonly", NULL };
static const char *const p_user[] = { "name", "ensure", "uid", "groups", NULL };
static const char *const p_stage[] = { "name", NULL };

static const struct type_info *test_type_info(void *ctx, struct sv type)
{
    static const struct type_info infos[] = {
        { "file", p_file, "path", "path" }, { "package", p_package, NULL, NULL }, { "service", p_service, NULL, NULL },
        { "notify", p_notify, NULL, NULL }, { "exec", p_exec, "command", NULL },  { "user", p_user, NULL, NULL },
        { "stage", p_stage, NULL, NULL },
    };
    (void)ctx;
    for (size_t i = 0; i < sizeof infos / sizeof *infos; i++)
        if (sv_is(type, infos[i].name))
            return &infos[i];
    return NULL;
}

static struct builtins *test_builtins(struct symtab *t)
{
    const struct builtin *const tables[] = { test_functions };
    const size_t counts[] = { sizeof test_functions / sizeof *test_functions };
    return builtins_new(t, tables, counts, 1);
}

#endif
