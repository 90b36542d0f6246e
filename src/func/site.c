/* site: stdlib's functions that ask about facts, modules and files, and what is left of its oldest ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "func/check.h"
#include "types/regexp.h"
#include "types/text.h"

/* ---- facts ---- */

/* The next step of a.b."c.d".0 */
static bool next_step(struct sv path, size_t *at, struct sv *out_step)
{
    while (*at < path.n) {
        size_t from = *at;
        if (path.p[from] == '.') {
            ++*at;
            continue;
        }
        if (path.p[from] == '"') {
            size_t end = sv_find_char(path, '"', from + 1);
            if (end != SIZE_MAX && end > from + 1) {
                *out_step = sv_slice(path, from + 1, end);
                *at = end + 1;
                return true;
            }
            ++*at;
            continue;
        }
        while (*at < path.n && path.p[*at] != '.' && path.p[*at] != '"')
            ++*at;
        *out_step = sv_slice(path, from, *at);
        return true;
    }
    return false;
}

static void add_step(struct strbuf *walked, struct sv step)
{
    bool dotted = sv_find_char(step, '.', 0) != SIZE_MAX;
    strbuf_adds(walked, walked->n ? "." : "");
    strbuf_addf(walked, dotted ? "\"%.*s\"" : "%.*s", SV_ARG(step));
}

static struct value fn_fact(struct call *k)
{
    struct value v = VALUE_UNDEF;
    struct strbuf walked = STRBUF_IN(k->arena);
    struct sv path = value_sv(k->args[0]), step;
    const char *problem = "%.*s";
    if (!call_variable(k, SV("facts"), &v))
        return VALUE_UNDEF;
    for (size_t at = 0; next_step(path, &at, &step) && !is_none(v); add_step(&walked, step)) {
        int64_t i;
        const struct value *next = NULL;
        problem = NULL;
        if (v.kind == V_HASH)
            next = hash_find_sv(v.h, step);
        else if (v.kind == V_ARRAY && !ruby_integer(step, &i))
            problem = "is an array; cannot index to";
        else if (v.kind == V_ARRAY)
            next = (i += i < 0 ? v.n : 0) >= 0 && i < v.n ? &v.items[i] : NULL;
        else
            problem = "is not a collection; cannot walk to";
        if (problem)
            call_warn(k, "warning", "fact request for %.*s returning nil: '%.*s' %s '%.*s'", SV_ARG(path), SV_ARG(strbuf_sv(&walked)),
                      problem, SV_ARG(step));
        v = next ? *next : VALUE_UNDEF;
    }
    return v;
}

static struct value fact_named(struct call *k, struct sv name)
{
    struct value v = VALUE_UNDEF;
    const struct value *found = call_variable(k, SV("facts"), &v) && v.kind == V_HASH ? hash_find_sv(v.h, name) : NULL;
    return found ? *found : VALUE_UNDEF;
}

static struct value fn_os_version_gte(struct call *k)
{
    struct value os = fact_named(k, SV("operatingsystem")), release = fact_named(k, SV("operatingsystemmajrelease"));
    if (!value_same(os, k->args[0]))
        return value_bool(false);
    struct value args[2] = { release, k->args[1] }, order = call_function(k, SV("versioncmp"), args, 2, NULL);
    return value_bool(order.i >= 0);
}

/* ---- modules and files ---- */

static struct sv module_folder(struct call *k, struct value name)
{
    const struct module *m = name.kind == V_STRING ? snapshot_module(compile_snapshot(k->c), value_sv(name)) : NULL;
    if (!m)
        call_fail(k, "Could not find module %.*s in environment %.*s", SV_ARG(ruby_text(k->arena, name)),
                  SV_ARG(snapshot_environment(compile_snapshot(k->c))));
    return m->dir;
}

static struct value fn_get_module_path(struct call *k)
{
    if (k->count != 1)
        call_fail(k, "get_module_path(): Wrong number of arguments, expects one");
    return value_str(module_folder(k, old_arg(k, 0)));
}

static struct value fn_load_module_metadata(struct call *k)
{
    if (k->count != 1 && k->count != 2)
        call_fail(k, "load_module_metadata(): Wrong number of arguments, expects one or two");
    struct value name = old_arg(k, 0);
    struct sv path = arena_printf(k->arena, "%.*s/metadata.json", SV_ARG(module_folder(k, name)));
    if (!snapshot_exists(compile_snapshot(k->c), path)) {
        if (k->count < 2 || !value_truthy(old_arg(k, 1)))
            call_fail(k, "load_module_metadata(): No metadata.json file for module %.*s", SV_ARG(ruby_text(k->arena, name)));
        return value_hash(hash_new(k->arena, 0));
    }
    struct value v = value_str(path);
    return call_function(k, SV("loadjson"), &v, 1, NULL);
}

static void add_names(struct call *k, struct list *out, struct value pattern)
{
    uint32_t n = 0;
    if (pattern.kind != V_STRING)
        call_fail(k, "no implicit conversion of %s into String", ruby_class(pattern));
    const struct sv *names = snapshot_glob(compile_snapshot(k->c), value_sv(pattern), &n);
    for (uint32_t i = 0; i < n; i++)
        list_add(k, out, value_str(names[i]));
}

static struct value fn_glob(struct call *k)
{
    struct list out = { 0 };
    if (k->count != 1)
        call_fail(k, "glob(): Wrong number of arguments given (%u for 1)", k->count);
    struct value v = old_arg(k, 0);
    if (v.kind != V_STRING && v.kind != V_ARRAY)
        call_fail(k, "glob(): Requires either array or string to work");
    if (v.kind == V_STRING)
        add_names(k, &out, v);
    for (uint32_t i = 0; v.kind == V_ARRAY && i < v.n; i++)
        add_names(k, &out, v.items[i]);
    return list_value(&out);
}

/* ---- others ---- */

static struct value fn_time(struct call *k)
{
    if (k->count > 1)
        call_fail(k, "time(): Wrong number of arguments given %u for 0 or 1", k->count);
    call_asks_outside(k);
    return value_int((int64_t)time(NULL));
}

/* The type of a value in one lower-case word; of a number in text that of the number. */
static struct value fn_type3x(struct call *k)
{
    static const char *const names[V_KIND_COUNT] = { [V_BOOL] = "boolean",  [V_INT] = "integer", [V_FLOAT] = "float", [V_STRING] = "string",
                                                     [V_REGEXP] = "string", [V_ARRAY] = "array", [V_HASH] = "hash" };
    if (k->count != 1)
        call_fail(k, "type3x(): Wrong number of arguments given (%u for 1)", k->count);
    struct value v = old_arg(k, 0);
    if (!names[v.kind])
        call_fail(k, "type3x(): Unknown type");
    if (v.kind != V_STRING || is_string_like(v))
        return value_str(sv_of(names[v.kind]));
    return value_str(is_integer_like(v) ? SV("integer") : SV("float"));
}

static struct value fn_private(struct call *k)
{
    struct value none = VALUE_UNDEF;
    call_warn(k, "warning",
              "private() DEPRECATED: This function will cease to function on Puppet 4; please use assert_private() before upgrading to "
              "puppet 4 for backwards-compatibility, or migrate to the new parser's typing system.");
    return call_function(k, SV("assert_private"), k->count ? k->args : &none, 1, NULL);
}

static struct value fn_sprintf_hash(struct call *k)
{
    deprecation(k, SV("sprintf_hash"), SV("This method is deprecated. From Puppet 4.10.10/5.3.4 please use the built-in sprintf instead"));
    return call_function(k, SV("sprintf"), k->args, k->count, NULL);
}

static struct value fn_import(struct call *k)
{
    call_fail_here(
        k, "Use of 'import' has been discontinued in favor of a manifest directory. See http://links.puppet.com/puppet-import-deprecation");
}

static struct value fn_pry(struct call *k) { call_fail(k, "pry(): Requires the 'pry' rubygem to use, but it was not found"); }

/* These run commands or libraries of the machine that compiles: not done here. */
static struct value fn_validate_outside(struct call *k)
{
    bool cmd = strcmp(k->fn->name, "validate_cmd") == 0;
    if (k->count < 2 || k->count > (cmd ? 3u : 4u))
        call_fail(k, "%s(): wrong number of arguments (%u; must be %s)", k->fn->name, k->count, cmd ? "2 or 3" : "2, 3, or 4");
    call_fail(k, "%s(): such checks run no programs while compiling; check the content where it is applied, with validate_cmd of the file",
              k->fn->name);
}

static struct value fn_puppetdb_query(struct call *k) { return call_query(k, false, k->args[0]); }
static struct value fn_model_query(struct call *k) { return call_query(k, true, k->args[0]); }

#define ROW(name, run, help)                                                                                                               \
    {                                                                                                                                      \
        name, TAKES_ANYTHING, help, run, FN_SEES_SCOPE, NULL                                                                               \
    }

const struct builtin func_site[] = {
    { "fact", "Callable[String]", "the fact at a dotted path", fn_fact, FN_SEES_SCOPE, "fact_name" },
    { "os_version_gte", "Callable[String[1], String[1]]", "is this a system of at least a version", fn_os_version_gte, FN_SEES_SCOPE,
      "os version" },
    ROW("get_module_path", fn_get_module_path, "the folder of a module"),
    ROW("load_module_metadata", fn_load_module_metadata, "metadata.json of a module"),
    ROW("glob", fn_glob, "the names of files that match a pattern"),
    ROW("time", fn_time, "the seconds since 1970"),
    ROW("type3x", fn_type3x, "the type of a value in one word"),
    ROW("private", fn_private, "fails where another module declares this class"),
    ROW("pry", fn_pry, "a debugger of Ruby: refused"),
    ROW("validate_cmd", fn_validate_outside, "refuses what a command refuses: not done here"),
    ROW("validate_augeas", fn_validate_outside, "refuses what a lens refuses: not done here"),
    { "sprintf_hash", "Callable[String, Hash]", "text by a format and named values", fn_sprintf_hash, 0, "format arguments" },
    { "puppetdb_query", "Callable[Variant[String[1], Array[Any, 1]]]",
      "the answer to a query (PQL, or its form of lists) about what is stored of nodes", fn_puppetdb_query, 0, "query" },
    { "model::query", "Callable[Variant[String[1], Array[Any, 1]]]", "the answer to a query about the model's entities, as it is now",
      fn_model_query, 0, "query" },
    { "import", TAKES_ANYTHING, "is no more", fn_import, 0, NULL },
};
const size_t func_site_count = sizeof func_site / sizeof *func_site;
