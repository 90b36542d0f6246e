/* function: functions that modules wrote in Ruby: where their files are, what they take, and the calls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruby/internal.h"

/* ---- files ---- */

struct wanted {
    struct sv name;
    bool old_api;
};

static bool is_function_name(struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ':'))
            return false;
    }
    return s.n > 0;
}

/* "a::b::c" -> "DIR/lib/puppet/functions/a/b/c.rb" */
static struct sv file_in(struct arena *a, struct sv module_dir, const struct wanted *w)
{
    struct strbuf b = STRBUF_IN(a);
    strbuf_addf(&b, "%.*s/lib/puppet/%s/", SV_ARG(module_dir), w->old_api ? "parser/functions" : "functions");
    for (size_t i = 0; i < w->name.n; i++) {
        bool colons = w->name.p[i] == ':' && i + 1 < w->name.n && w->name.p[i + 1] == ':';
        strbuf_addc(&b, colons ? '/' : w->name.p[i]);
        i += colons;
    }
    strbuf_adds(&b, ".rb");
    return (struct sv){ strbuf_cstr(&b), b.n };
}

static void *make_path(void *ctx, struct snapshot *s, struct arena *a)
{
    const struct wanted *w = ctx;
    struct sv *out = ARENA_NEW(a, struct sv);
    size_t colon = sv_find(w->name, SV("::"), 0), count;
    const struct module *const *modules = snapshot_modules(s, &count);
    for (size_t i = 0; i < count && !out->n; i++) {
        if (colon != SIZE_MAX && !sv_eq(modules[i]->name, sv_slice(w->name, 0, colon)))
            continue;
        struct sv path = file_in(a, modules[i]->dir, w);
        if (snapshot_exists(s, path))
            *out = path;
    }
    return out;
}

struct sv function_path(struct call *k, struct sv name, bool old_api)
{
    struct wanted w = { name, old_api };
    if (!is_function_name(name) || (old_api && sv_find_char(name, ':', 0) != SIZE_MAX))
        return SV_NONE;
    struct sv key = arena_printf(k->arena, "ruby function %d %.*s", old_api, SV_ARG(name));
    return *(struct sv *)snapshot_memo(compile_snapshot(k->c), key, make_path, &w);
}

/* ---- loading ---- */

static const char *copy_cstr(struct arena *a, const struct hash *h, const char *key)
{
    const struct value *v = hash_find_sv(h, sv_of(key));
    return v && v->kind == V_STRING ? arena_cstr(a, value_sv(*v)) : NULL;
}

static struct value run_new(struct call *k);
static struct value run_old(struct call *k);

/* The rows eval tries in order. A function that decides itself gets one that takes anything. */
static void make_rows(struct arena *a, struct ruby_fn *fn)
{
    fn->count = fn->open ? 1 : fn->row_count;
    struct builtin *rows = ARENA_ARRAY(a, struct builtin, fn->count + 1);
    for (uint32_t i = 0; i < fn->count; i++)
        rows[i] = (struct builtin){ .name = arena_cstr(a, fn->name),
                                    .signature = fn->open ? NULL : fn->texts[i].signature,
                                    .help = "written in Ruby",
                                    .run = fn->old_api ? run_old : run_new,
                                    .flags = FN_SEES_SCOPE,
                                    .params = fn->open ? NULL : fn->texts[i].names };
    fn->rows = rows;
}

/* What the helper says of a function it loaded: {"open": bool, "rows": [{signature, names, returns, method}]}. */
static void read_description(struct arena *a, struct ruby_fn *fn, struct value described)
{
    if (fn->old_api || described.kind != V_HASH) {
        fn->open = true;
        return;
    }
    const struct value *open = hash_find_sv(described.h, SV("open")), *rows = hash_find_sv(described.h, SV("rows"));
    uint32_t n = rows && rows->kind == V_ARRAY ? rows->n : 0;
    fn->open = open && value_truthy(*open);
    fn->texts = ARENA_ARRAY(a, struct ruby_row, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        if (rows->items[i].kind != V_HASH)
            continue;
        const struct hash *h = rows->items[i].h;
        struct ruby_row *row = &fn->texts[fn->row_count++];
        row->signature = copy_cstr(a, h, "signature");
        row->names = copy_cstr(a, h, "names");
        const char *returns = copy_cstr(a, h, "returns"), *method = copy_cstr(a, h, "method");
        row->returns = returns ? sv_of(returns) : SV_NONE;
        row->method = method ? sv_of(method) : fn->name;
    }
}

static struct sv loaded_key(struct call *k, const struct ruby_fn *fn)
{
    return arena_printf(k->arena, "%s%.*s", fn->old_api ? "3 " : "4 ", SV_ARG(fn->name));
}

static struct sv described_as(struct call *k, const struct ruby_fn *fn)
{
    return arena_printf(k->arena, "the function '%.*s' (%.*s)", SV_ARG(fn->name), SV_ARG(fn->path));
}

/* Makes the helper at hand read the file. */
static struct value load_into(struct call *k, struct session *s, const struct ruby_fn *fn)
{
    struct err err = { "" };
    struct sv text;
    struct strbuf out = STRBUF_IN(k->arena);
    if (!snapshot_read(compile_snapshot(k->c), fn->path, &text, &err)) {
        session_leave(s);
        call_fail(k, "%s", err.text);
    }
    struct json_out j = request_begin(k, &out, fn->old_api ? "load3" : "load4");
    json_str(&j, fn->name);
    json_str(&j, fn->path);
    json_str(&j, text);
    struct value v = session_request(k, s, &j, described_as(k, fn));
    helper_has(s->helper, loaded_key(k, fn));
    return v;
}

static struct ruby_fn *find_known(struct ruby_env *env, struct sv name)
{
    pthread_mutex_lock(&env->lock);
    struct ruby_fn *fn = map_find(&env->functions, name);
    pthread_mutex_unlock(&env->lock);
    return fn;
}

static const struct ruby_fn *keep(struct ruby_env *env, const struct ruby_fn *found, struct value described)
{
    pthread_mutex_lock(&env->lock);
    struct ruby_fn *fn = map_find(&env->functions, found->name);
    if (!fn) {
        fn = ARENA_NEW(env->arena, struct ruby_fn);
        fn->name = arena_dup(env->arena, found->name);
        fn->path = arena_dup(env->arena, found->path);
        fn->old_api = found->old_api;
        read_description(env->arena, fn, described);
        fn->row_count += fn->old_api;
        make_rows(env->arena, fn);
        map_put(&env->functions, fn->name, fn);
    }
    pthread_mutex_unlock(&env->lock);
    return fn;
}

const struct ruby_fn *function_find(struct call *k, struct sv name)
{
    struct ruby_fn found = { .name = name, .path = function_path(k, name, false) };
    if (!found.path.n) {
        found.path = function_path(k, name, true);
        found.old_api = true;
    }
    if (!found.path.n)
        return NULL;
    const struct ruby_fn *known = compile_options_of(k->c)->hooks.ruby ? find_known(env_of(k), name) : NULL;
    if (known)
        return known;
    struct session *s = session_enter(k, arena_printf(k->arena, "the function '%.*s'", SV_ARG(name)), found.path);
    struct value described = load_into(k, s, &found);
    session_leave(s);
    return keep(s->env, &found, described);
}

const struct builtin *ruby_function(void *options, struct call *k, struct sv name, uint32_t *out_count)
{
    (void)options;
    const struct ruby_fn *fn = function_find(k, name);
    if (!fn)
        return NULL;
    *out_count = fn->count;
    return fn->rows;
}

/* ---- calling ---- */

static struct session *enter_with(struct call *k, const struct ruby_fn *fn)
{
    struct session *s = session_enter(k, arena_printf(k->arena, "the function '%.*s'", SV_ARG(fn->name)), fn->path);
    if (!map_find(&s->helper->loaded, loaded_key(k, fn)))
        load_into(k, s, fn);
    return s;
}

static void write_args(struct call *k, struct json_out *j)
{
    json_open(j, '[');
    for (uint32_t i = 0; i < k->count; i++)
        wire_write(j, k->arena, k->args[i]);
    json_close(j, ']');
}

static void check_return(struct call *k, const struct ruby_row *row, struct value v)
{
    struct err err = { "" };
    struct strbuf b = STRBUF_IN(k->arena);
    if (!row->returns.n)
        return;
    const struct type *t = type_parse(k->arena, snapshot_symtab(compile_snapshot(k->c)), compile_type_loader(k->c), row->returns, &err);
    if (!t)
        call_fail(k, "%s", err.text);
    if (compile_type_match(k->c, t, v))
        return;
    type_mismatch(k->arena, &b, arena_printf(k->arena, "value returned from function '%.*s' has wrong type,", SV_ARG(row->method)), t, v);
    call_fail(k, "%.*s", SV_ARG(strbuf_sv(&b)));
}

static struct value run_new(struct call *k)
{
    const struct ruby_fn *fn = function_find(k, sv_of(k->fn->name));
    ptrdiff_t row = k->fn - fn->rows;
    struct session *s = enter_with(k, fn);
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = request_begin(k, &out, "call4");
    json_str(&j, fn->name);
    json_int(&j, fn->open ? -1 : row);
    write_args(k, &j);
    json_bool(&j, k->block != NULL);
    struct value v = session_request(k, s, &j, described_as(k, fn));
    session_leave(s);
    if (!fn->open)
        check_return(k, &fn->texts[row], v);
    return v;
}

static struct value run_old(struct call *k)
{
    const struct ruby_fn *fn = function_find(k, sv_of(k->fn->name));
    struct session *s = enter_with(k, fn);
    struct strbuf out = STRBUF_IN(k->arena);
    struct json_out j = request_begin(k, &out, "call3");
    json_str(&j, fn->name);
    write_args(k, &j);
    struct value v = session_request(k, s, &j, described_as(k, fn));
    session_leave(s);
    return v;
}
