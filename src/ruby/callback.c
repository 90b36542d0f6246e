/* callback: what Ruby code asks of the compile while it runs: variables, functions, types, files. One row for each question. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup/context.h"
#include "ruby/internal.h"

struct asked {
    struct call *k;
    struct session *s;
    const struct data *args;
    uint32_t count;
};

static struct sv text_arg(const struct asked *q, uint32_t i) { return i < q->count ? data_text(&q->args[i]) : SV_NONE; }

static struct value value_arg(const struct asked *q, uint32_t i)
{
    struct value v = VALUE_UNDEF;
    struct err err = { "" };
    struct symtab *t = snapshot_symtab(compile_snapshot(q->k->c));
    if (i < q->count && !wire_read(q->k->arena, t, compile_type_loader(q->k->c), &q->args[i], &v, &err))
        call_fail(q->k, "%s", err.text);
    return v;
}

/* Elements of an array argument. */
static const struct value *list_arg(const struct asked *q, uint32_t i, uint32_t *out_count)
{
    struct value v = value_arg(q, i);
    *out_count = v.kind == V_ARRAY ? v.n : 0;
    return v.kind == V_ARRAY ? v.items : NULL;
}

static const struct type *type_arg(const struct asked *q, uint32_t i)
{
    struct err err = { "" };
    struct symtab *t = snapshot_symtab(compile_snapshot(q->k->c));
    const struct type *type = type_parse(q->k->arena, t, compile_type_loader(q->k->c), text_arg(q, i), &err);
    if (!type)
        call_fail(q->k, "%s", err.text);
    return type;
}

/* ---- variables ---- */

/* [value], or [undef, name, why] where there is none. */
static struct value ask_variable(struct asked *q)
{
    struct value *parts = ARENA_ARRAY(q->k->arena, struct value, 3);
    struct sv shown, why;
    if (call_variable(q->k, text_arg(q, 0), &parts[0]))
        return value_array(parts, 1);
    call_variable_missing(q->k, text_arg(q, 0), &shown, &why);
    parts[0] = VALUE_UNDEF;
    parts[1] = value_str(shown);
    parts[2] = value_str(why);
    return value_array(parts, 3);
}

/* Nobody in Ruby caught that a variable is not there: the setting strict says whether that matters. Each is told once. */
static struct value ask_missing(struct asked *q)
{
    const struct compile_options *o = compile_options_of(q->k->c);
    struct sv message = arena_printf(q->k->arena, "Undefined variable '%.*s'; %.*s", SV_ARG(text_arg(q, 0)), SV_ARG(text_arg(q, 1)));
    if (o->strict == STRICT_ERROR)
        call_fail(q->k, "%.*s", SV_ARG(message));
    if (o->strict == STRICT_OFF || map_find(&q->s->told, message))
        return VALUE_UNDEF;
    map_put(&q->s->told, message, q->s);
    call_warn(q->k, "undefined_variables", "%.*s", SV_ARG(message));
    return VALUE_UNDEF;
}

static struct value ask_exists(struct asked *q)
{
    struct value v;
    return value_bool(call_variable(q->k, text_arg(q, 0), &v));
}

static struct value ask_variables(struct asked *q)
{
    const struct hash *all = call_variables(q->k);
    struct hash *set = hash_new(q->k->arena, all->count);
    for (uint32_t i = 0; i < all->count; i++)
        if (all->pairs[i].value.kind != V_UNDEF)
            hash_put(q->k->arena, set, all->pairs[i].key, all->pairs[i].value);
    return value_hash(set);
}

/* {name: value}: arrays and hashes that a template changed in place. */
static struct value ask_changed(struct asked *q)
{
    struct value changed = value_arg(q, 0);
    for (uint32_t i = 0; changed.kind == V_HASH && i < changed.h->count; i++)
        call_change_variable(q->k, value_sv(changed.h->pairs[i].key), changed.h->pairs[i].value);
    return VALUE_UNDEF;
}

/* ---- functions ---- */

static struct value ask_call(struct asked *q)
{
    uint32_t count;
    struct sv name = text_arg(q, 0);
    const struct value *args = list_arg(q, 1, &count);
    if (!call_function_exists(q->k, name) && !function_path(q->k, name, false).n && !function_path(q->k, name, true).n)
        call_fail(q->k, "%.*sUnknown function: '%.*s'", SV_ARG(text_arg(q, 2)), SV_ARG(name));
    return call_function(q->k, name, args, count, NULL);
}

static struct value ask_yield(struct asked *q)
{
    uint32_t count;
    const struct value *args = list_arg(q, 0, &count);
    if (!q->k->block)
        return VALUE_UNDEF;
    struct value v = call_block(q->k, args, count);
    return v.kind == V_UNSET ? VALUE_UNDEF : v;
}

static struct value ask_is_function(struct asked *q)
{
    struct sv name = text_arg(q, 0);
    return value_bool(call_function_exists(q->k, name) || function_path(q->k, name, false).n || function_path(q->k, name, true).n);
}

/* [path, text] of a function of the old API. */
static struct value ask_old_function(struct asked *q)
{
    struct sv path = function_path(q->k, text_arg(q, 0), true), text;
    struct err err = { "" };
    if (!path.n)
        return VALUE_UNDEF;
    if (!snapshot_read(compile_snapshot(q->k->c), path, &text, &err))
        call_fail(q->k, "%s", err.text);
    struct value *pair = ARENA_ARRAY(q->k->arena, struct value, 2);
    pair[0] = value_str(path);
    pair[1] = value_str(text);
    return value_array(pair, 2);
}

static bool callable_fits(struct compile *c, const struct type *t, const struct value *args, uint32_t count)
{
    const struct type *p = t->kind == T_CALLABLE ? t->callable.params : NULL;
    if (!p)
        return true;
    if (count < p->tuple.from || count > p->tuple.to)
        return false;
    for (uint32_t i = 0; i < count && p->tuple.count; i++)
        if (!compile_type_match(c, p->tuple.items[i < p->tuple.count ? i : p->tuple.count - 1], args[i]))
            return false;
    return true;
}

/* Which dispatch of a function that brings its own call() takes these arguments: its number. */
static struct value ask_dispatch(struct asked *q)
{
    struct call *k = q->k;
    const struct ruby_fn *fn = function_find(k, text_arg(q, 0));
    uint32_t count, n = fn ? fn->row_count : 0;
    const struct value *args = list_arg(q, 1, &count);
    struct type_signature *sigs = ARENA_ARRAY(k->arena, struct type_signature, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct err err = { "" };
        struct sv names = sv_of(fn->texts[i].names), name, *list = NULL;
        size_t cap = 0;
        sigs[i].callable =
            type_parse(k->arena, snapshot_symtab(compile_snapshot(k->c)), compile_type_loader(k->c), sv_of(fn->texts[i].signature), &err);
        if (!sigs[i].callable)
            call_fail(k, "%s", err.text);
        if (callable_fits(k->c, sigs[i].callable, args, count))
            return value_int(i);
        while (names.n && sv_cut(&names, ' ', &name))
            ARENA_PUSH(k->arena, list, sigs[i].name_count, cap, name);
        sigs[i].names = list;
    }
    struct strbuf b = STRBUF_IN(k->arena);
    type_mismatch_call(k->arena, &b, arena_printf(k->arena, "'%.*s'", SV_ARG(text_arg(q, 0))), sigs, n, args, count, NULL);
    call_fail(k, "%.*s", SV_ARG(strbuf_sv(&b)));
}

static struct value ask_log(struct asked *q)
{
    struct value text = value_str(text_arg(q, 1));
    call_function(q->k, text_arg(q, 0), &text, 1, NULL);
    return VALUE_UNDEF;
}

/* ---- types ---- */

static struct value ask_instance(struct asked *q) { return value_bool(compile_type_match(q->k->c, type_arg(q, 0), value_arg(q, 1))); }
static struct value ask_assignable(struct asked *q) { return value_bool(type_assignable(type_arg(q, 0), type_arg(q, 1))); }
static struct value ask_infer(struct asked *q) { return value_type(type_infer(q->k->arena, value_arg(q, 0))); }
static struct value ask_type(struct asked *q) { return value_type(type_arg(q, 0)); }

static struct value ask_mismatch(struct asked *q)
{
    struct strbuf b = STRBUF_IN(q->k->arena);
    type_mismatch(q->k->arena, &b, text_arg(q, 0), type_arg(q, 1), value_arg(q, 2));
    return value_str(strbuf_sv(&b));
}

/* ---- the environment and the catalog ---- */

static struct value text_list(struct arena *a, const struct sv *texts, uint32_t n)
{
    struct value *items = ARENA_ARRAY(a, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++)
        items[i] = value_str(texts[i]);
    return value_array(items, n);
}

/* [name, folders of modules]. */
static struct value ask_environment(struct asked *q)
{
    struct arena *a = q->k->arena;
    struct snapshot *s = compile_snapshot(q->k->c);
    size_t count, cap = 0;
    const struct module *const *modules = snapshot_modules(s, &count);
    struct sv *folders = NULL;
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct sv folder = path_dir(modules[i]->dir);
        if (!n || !sv_eq(folders[n - 1], folder)) /* modules stand in the order of the module path */
            ARENA_PUSH(a, folders, n, cap, folder);
    }
    struct value *pair = ARENA_ARRAY(a, struct value, 2);
    pair[0] = value_str(snapshot_environment(s));
    pair[1] = text_list(a, folders, n);
    return value_array(pair, 2);
}

static struct value ask_module(struct asked *q)
{
    const struct module *m = snapshot_module(compile_snapshot(q->k->c), text_arg(q, 0));
    return m ? value_str(m->dir) : VALUE_UNDEF;
}

static struct value ask_file(struct asked *q)
{
    struct snapshot *s = compile_snapshot(q->k->c);
    struct sv path = snapshot_module_file(s, text_arg(q, 1), arena_cstr(q->k->arena, text_arg(q, 0)));
    return path.n && snapshot_exists(s, path) ? value_str(path) : VALUE_UNDEF;
}

static struct value ask_defined(struct asked *q) { return value_bool(call_defined(q->k, value_str(text_arg(q, 0)))); }

static struct value ask_resource(struct asked *q)
{
    struct sv type = text_arg(q, 0), title = text_arg(q, 1);
    struct type t = { .kind = T_RESOURCE, .ref = { .type = type, .title = title, .has_title = true } };
    if (sv_eq_nocase(type, SV("class")))
        t = (struct type){ .kind = T_CLASS, .ref = { .title = title, .has_title = true } };
    return value_bool(call_defined(q->k, value_type(&t)));
}

static struct value tag_list(struct arena *a, const struct resource *r)
{
    struct value *items = ARENA_ARRAY(a, struct value, (r ? r->tag_count : 0) + 1);
    for (uint32_t i = 0; r && i < r->tag_count; i++)
        items[i] = value_str(r->tags[i]->text);
    return value_array(items, r ? r->tag_count : 0);
}

static struct value ask_tags(struct asked *q) { return tag_list(q->k->arena, call_resource(q->k)); }

static struct value ask_classes(struct asked *q)
{
    const struct catalog *c = compile_catalog(q->k->c);
    return text_list(q->k->arena, c->classes, c->class_count);
}

static struct value ask_scope_text(struct asked *q)
{
    const struct resource *r = call_resource(q->k);
    return value_str(arena_printf(q->k->arena, "Scope(%.*s)", SV_ARG(r ? resource_ref(q->k->arena, r) : SV("Class[main]"))));
}

/* [number, method, arguments...]: what a function does with the context of a lookup. */
static struct value ask_context(struct asked *q)
{
    struct value number = value_arg(q, 0);
    struct sv method = arena_printf(q->k->arena, "Puppet::LookupContext.%.*s", SV_ARG(text_arg(q, 1)));
    struct value *args = ARENA_ARRAY(q->k->arena, struct value, q->count + 1);
    if (q->count < 2 || number.kind != V_INT || !lookup_context_value(q->k->c, (uint32_t)number.i, &args[0]))
        call_fail(q->k, "this Puppet::LookupContext belongs to no lookup");
    for (uint32_t i = 2; i < q->count; i++)
        args[i - 1] = value_arg(q, i);
    return call_function(q->k, method, args, q->count - 1, NULL);
}

static const struct {
    const char *name;
    struct value (*run)(struct asked *q);
} rows[] = { { "variable", ask_variable },       { "missing", ask_missing },   { "exists", ask_exists },   { "variables", ask_variables },
             { "changed", ask_changed },         { "call", ask_call },         { "yield", ask_yield },     { "function?", ask_is_function },
             { "function3", ask_old_function },  { "dispatch", ask_dispatch }, { "log", ask_log },         { "instance", ask_instance },
             { "assignable", ask_assignable },   { "infer", ask_infer },       { "type", ask_type },       { "mismatch", ask_mismatch },
             { "environment", ask_environment }, { "module", ask_module },     { "file", ask_file },       { "defined", ask_defined },
             { "resource", ask_resource },       { "tags", ask_tags },         { "classes", ask_classes }, { "catalog_tags", ask_classes },
             { "scope_text", ask_scope_text },   { "context", ask_context } };

struct value callback_run(struct call *k, struct session *s, const struct data *message)
{
    struct asked q = { k, s, message->items + 1, message->count - 1 };
    struct sv name = data_text(&message->items[0]);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sv_is(name, rows[i].name))
            return rows[i].run(&q);
    call_fail(k, "the Ruby helper asked for '%.*s', which nobody knows", SV_ARG(name));
}
